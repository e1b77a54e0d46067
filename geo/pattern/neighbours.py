"""Which zones are neighbours: the weights that every measure of spatial pattern is built on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from geo.arguments import brief, is_whole, require_metres, require_one_of
from geo.borders import require_few_crossings
from geo.crs import Frame, stated_crs, to_metric
from geo.doors import door
from geo.errors import InputError
from geo.work import require_affordable
from geo.zones import polygons_of

if TYPE_CHECKING:
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Rule: TypeAlias = Literal["queen", "rook", "knn", "distance"]

# A border is shared along a line, not at a corner, when more of it than this many tolerances lies
# within the tolerance: at a corner that two squares share it is two.
_LINE_TOLERANCES = 10.0
# The tolerance bridges slips of the digitiser, not zones: at most this part of a zone's width.
# With two zones each is the other's neighbour at any distance that joins them.
_FEWEST_COMPARED = 2
_MAX_TOLERANCE = 0.01
# Pairs of neighbours, each counted twice: 40 bytes while they are listed, and a matrix of them is
# multiplied with a thousand random orders in 6 seconds.
MAX_PAIRS = 4_000_000
# Where there are too many, so many shorter distances are tried, and one is named in whole 100 m.
_SHORTER = 40
_ROUND_M = 100.0
_NAMED = 3


@door
def neighbour_graph(
    zones: Frame,
    *,
    rule: Rule = "queen",
    k: int = 8,
    distance_m: float | None = None,
    tolerance_m: float = 1.0,
    function: str = "neighbour_graph",
) -> Graph:
    r"""Find the neighbours of every zone.

    Zones are neighbours where they touch (queen: at a corner is enough; rook: along a line), or
    where their centroids are near (knn: the k nearest; distance: all within a distance). Which rule
    is right follows from the question: touching zones for what spreads over borders, distances for
    what people travel. A zone with no neighbour is an island.

    Parameters
    ----------
    zones
        Polygons; projected as `geo.to_metric` says where they are in degrees. Invalid ones are
        repaired, with a warning.
    rule
        ``"queen"``, ``"rook"``, ``"knn"`` or ``"distance"``.
    k
        Number of neighbours for ``"knn"``. These need not be mutual.
    distance_m
        Greatest distance between centroids for ``"distance"``; needed there.
    tolerance_m
        Gaps and slivers up to this width, which come from digitising borders apart, count as
        touching. Under ``"rook"`` a shared border is longer than ten times this.
    function
        Name that messages begin with: the function that was called.

    Returns
    -------
    A `libpysal.graph.Graph` of binary weights under the index of the zones;
    ``.transform("r")`` gives weights that add up to one for each zone, ``.isolates`` are the
    islands.

    Raises
    ------
    InputError
        A zone has no area, the index repeats, zones overlap under queen or rook, an option is out
        of its range, or the distance makes no two zones neighbours, or all of them.
    CRSError
        As `geo.to_metric`.

    Warnings
    --------
    Every result built on neighbours depends on the rule: try a second one, and report only what
    holds under both. Queen and rook mean little where zones differ much in size, and nothing where
    they overlap, as circles do: those are refused. Zones on the rim of the study area have fewer
    neighbours than they really have, because the map ends there.

    Notes
    -----
    With the zones :math:`A_i`, their centroids :math:`c_i` and the tolerance :math:`t`,

    .. math::

        w_{ij} = \begin{cases}
          1 & \text{queen: } d(A_i, A_j) \le t \\
          1 & \text{rook: } |\partial A_i \cap (A_j \oplus t)| > 10 t \\
          1 & \text{knn: } c_j \text{ is one of the } k \text{ centroids nearest to } c_i \\
          1 & \text{distance: } |c_i - c_j| \le d \\
          0 & \text{otherwise, and for } i = j
        \end{cases}

    where :math:`A \oplus t` is the zone with a margin of :math:`t` around it. The weights are held
    by PySAL [rey2010]_.

    References
    ----------
    .. [rey2010] S. J. Rey, L. Anselin, PySAL: a Python library of spatial analytical methods, in:
       Handbook of Applied Spatial Analysis, Springer, 2010, 175–193.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> west, east = box(0, 0, 1e3, 1e3), box(1e3, 0, 2e3, 1e3)
    >>> zones = gpd.GeoSeries([west, east, box(2e3, 1e3, 3e3, 2e3)], index=list("abc"), crs=4547)
    >>> neighbour_graph(zones.translate(5e5, 31e5))["b"].index.tolist()
    ['a', 'c']
    >>> neighbour_graph(zones.translate(5e5, 31e5), rule="rook").isolates.tolist()
    ['c']
    """
    from libpysal.graph import Graph  # noqa: PLC0415  a second to import

    stated_crs(zones, function=function)
    if not zones.index.is_unique:
        raise InputError(
            f"{function}: the index of the zones repeats labels. Call .reset_index(drop=True) or "
            "set a column of identifiers as the index.",
            code="caller.lengths",
            function=function,
        )
    matrix = adjacency(
        zones, rule=rule, k=k, distance_m=distance_m, tolerance_m=tolerance_m, function=function
    ).tocoo()
    # PySAL holds an island as its own neighbour with weight 0.
    islands = np.setdiff1d(np.arange(len(zones)), matrix.row)
    first, second = np.concatenate([matrix.row, islands]), np.concatenate([matrix.col, islands])
    weight = np.concatenate([matrix.data, np.zeros(islands.size)])
    order = np.lexsort([second, first])
    labels = zones.index.to_numpy()
    return Graph.from_arrays(labels[first[order]], labels[second[order]], weight[order])


def adjacency(
    zones: Frame,
    *,
    rule: Rule,
    k: int,
    distance_m: float | None,
    tolerance_m: float,
    function: str,
) -> Any:  # noqa: ANN401  SciPy's sparse arrays have no types
    """Lay out who is whose neighbour as a matrix, for which PySAL need not be loaded.

    Parameters
    ----------
    zones, rule, k, distance_m, tolerance_m, function
        As in `neighbour_graph`; the index may repeat labels.

    Returns
    -------
    Sparse matrix in rows (CSR) of zeros and ones, by position; an island has an empty row.
    """
    polygons, _ = polygons_of(to_metric(zones, function=function), function=function)
    _require_area(zones, polygons, function)
    # Whatever the rule is, and so whichever of them it heeds.
    require_metres(tolerance_m, "tolerance_m", function=function)
    if distance_m is not None:
        require_metres(distance_m, "distance_m", function=function)
    require_one_of(rule, get_args(Rule), "rule", function=function)
    _require_neighbours(k, len(polygons), function, at_most=rule == "knn")
    if rule in ("queen", "rook"):
        first, second = _touching(zones, polygons, rule, tolerance_m, function)
    else:
        xy = shapely.get_coordinates(shapely.centroid(polygons))
        if rule == "knn":
            first, second = _nearest(xy, k, function)
        else:
            first, second = _within(xy, distance_m, function)
    size = len(polygons)
    return csr_array((np.ones(first.size), (first, second)), shape=(size, size))


def _require_area(zones: Frame, polygons: NDArray[Any], function: str) -> None:
    if not len(polygons):
        raise InputError(f"{function}: there are no zones. Pass polygons.", code="zones.none")
    flat = ~(np.nan_to_num(shapely.area(polygons)) > 0)
    if flat.any():
        raise InputError(
            f"{function}: {int(flat.sum())} of {len(polygons)} zones have no area: "
            f"{_some(zones.index[flat].tolist())}. Leave them out first.",
            code="zones.no_area",
            rows=int(flat.sum()),
        )


def _touching(
    zones: Frame, polygons: NDArray[Any], rule: Rule, tolerance_m: float, function: str
) -> tuple[Ints, Ints]:
    width_m = float(np.median(np.sqrt(shapely.area(polygons))))
    if tolerance_m > _MAX_TOLERANCE * width_m:
        raise InputError(
            f"{function}: tolerance_m is {tolerance_m:g}, but a typical zone is only "
            f"{width_m:,.3g} m wide. Allowed are up to {_MAX_TOLERANCE * width_m:.3g} m: a "
            "tolerance must bridge gaps between borders, not zones.",
            code="zones.tolerance",
            value=tolerance_m,
            most=float(f"{_MAX_TOLERANCE * width_m:.3g}"),
        )
    require_few_crossings(polygons, function=function)
    tree = shapely.STRtree(polygons)
    first, second = tree.query(polygons, predicate="dwithin", distance=tolerance_m)
    once = first < second
    first, second = first[once], second[once]
    common = shapely.intersection(polygons[first], polygons[second])
    # The mean width of a long strip is twice its area over its perimeter.
    wide = 2 * shapely.area(common) > tolerance_m * shapely.length(common)
    if wide.any():
        pairs = [
            f"{zones.index[a]} and {zones.index[b]}"
            for a, b in zip(first[wide].tolist(), second[wide].tolist(), strict=True)
        ]
        raise InputError(
            f"{function}: {len(pairs)} pairs of zones overlap ({_some(pairs)}), so touching does "
            'not say who is a neighbour. Take rule="knn" or rule="distance", or a grid of cells '
            "instead of these zones.",
            code="zones.overlap",
            pairs=len(pairs),
        )
    if rule == "rook":
        wider = shapely.buffer(polygons, tolerance_m)
        shared = shapely.intersection(shapely.boundary(polygons)[first], wider[second])
        line = shapely.length(shared) > _LINE_TOLERANCES * tolerance_m
        first, second = first[line], second[line]
    return np.concatenate([first, second]), np.concatenate([second, first])


def _require_neighbours(k: object, n: int, function: str, *, at_most: bool) -> None:
    number: Any = k
    if not (is_whole(k) and number >= 1 and (number < n or not at_most)):
        raise InputError(
            f"{function}: k is {brief(k)}. Allowed are whole numbers from 1 to {n - 1}, one less "
            "than there are zones.",
            code="zones.neighbours",
            value=brief(k),
            most=n - 1,
        )


def _nearest(xy: Floats, k: int, function: str) -> tuple[Ints, Ints]:
    n = len(xy)
    require_affordable(
        float(n) * k,
        MAX_PAIRS,
        function=function,
        what="pairs of neighbours",
        choose="a smaller k or larger zones",
        code="cost.neighbours",
        k=k,
    )
    _, neighbours = cKDTree(xy).query(xy, k=k + 1)
    # With centroids in one place a zone need not be the first of its own neighbours.
    itself = neighbours == np.arange(n)[:, None]
    itself[~itself.any(axis=1), -1] = True
    return np.repeat(np.arange(n), k), neighbours[~itself]


def _within(xy: Floats, distance_m: float | None, function: str) -> tuple[Ints, Ints]:
    if distance_m is None:
        least = ""
        if len(xy) > 1:
            to_next = cKDTree(xy).query(xy, k=2)[0][:, 1].max()
            least = f" From {np.ceil(to_next):,.0f} m on every zone has a neighbour."
        raise InputError(
            f'{function}: rule="distance" needs distance_m.{least}', code="zones.distance_needed"
        )
    require_metres(distance_m, "distance_m", function=function)
    tree = cKDTree(xy)
    _require_few_pairs(tree, distance_m, function)
    pairs = tree.query_pairs(distance_m, output_type="ndarray")
    n = len(xy)
    if n > 1 and not len(pairs):
        nearest = float(np.ceil(tree.query(xy, k=2)[0][:, 1].min()))
        raise InputError(
            f"{function}: no two zones are within {distance_m:g} m of each other, so that none has "
            f"a neighbour. Take a distance_m of at least {nearest:,.0f} m.",
            code="zones.no_neighbours",
            distance=float(distance_m),
            least=int(nearest),
        )
    if n > _FEWEST_COMPARED and len(pairs) == n * (n - 1) // 2:
        raise InputError(
            f"{function}: within {distance_m:g} m each of the {n} zones has all others as "
            "neighbours, so that nearness says nothing. Take a shorter distance_m.",
            code="zones.all_neighbours",
            neighbours=n - 1,
            zones=n,
        )
    return pairs.ravel(order="F").astype(np.int64), pairs[:, ::-1].ravel(order="F").astype(np.int64)


def _require_few_pairs(tree: cKDTree, distance_m: float, function: str) -> None:
    """Count the pairs before they are listed; of shorter distances, name one that will do."""
    shorter = distance_m * np.arange(1, _SHORTER + 1) / _SHORTER
    pairs = tree.count_neighbors(tree, shorter) - tree.n
    allowed = shorter[pairs <= MAX_PAIRS]
    reach = float(allowed.max(initial=0.0))
    reach -= reach % _ROUND_M
    require_affordable(
        float(pairs[-1]),
        MAX_PAIRS,
        function=function,
        what=f"pairs of neighbours within {distance_m:,.0f} m",
        choose=f"a distance_m of about {reach:,.0f}, or larger zones",
        code="cost.pairs",
        reach=round(reach),
    )


def _some(labels: list[Any]) -> str:
    return ", ".join(map(str, labels[:_NAMED])) + (" …" if len(labels) > _NAMED else "")
