"""How points are spread over zones, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.doors import door
from geo.errors import InputError
from geo.points import weights_of
from geo.supports import ACCURACY, EXTENT, accuracy_of, places_of, unsure
from geo.units import amount_of, labelled
from geo.zoned.uncertainty import rank_of
from geo.zones import counted as zones_counted

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from geo.crs import Frame
    from geo.zones import Counted, Membership

    Floats = NDArray[np.float64]

_PEOPLE = 10_000.0
_NOTHING = 1e-100


@door
def distribution(
    points: Frame,
    zones: Frame,
    *,
    weights: str | ArrayLike | None = None,
    population: str | ArrayLike | pd.Series | None = None,
    counted: Counted | None = None,
) -> gpd.GeoDataFrame:
    r"""Count points, and add up their weights, zone by zone.

    Says how many points each zone has, which part of all that is, how dense they lie, and how many
    there are for each 10 000 people. A point on a border that zones share counts once, in the first
    of them; where zones overlap it counts in every zone that holds it.

    A point that may lie elsewhere counts in every zone as likely as it lies there, so that counts
    and sums are those to be expected. A column ``accuracy_m`` says how far it may be off: the
    standard deviation in metres, in each direction, of a normal error; a column ``place_extent``
    says what it is somewhere in: an area, a line, points, or a list of pairs of these and their
    weights, in the CRS of the points. Points with the same ``place_id`` are in one place.
    `geo.uncertainty` gives intervals.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries of points; rows with no place are left out and counted.
    zones
        Polygons in the CRS of the points. Invalid ones are repaired, with a warning.
    weights
        Column name, or one number of zero or more for each point.
    population
        Persons in each zone: column name of the zones, or one number for each zone. Zones with none
        or with nothing stated have no rate, and are counted.

    Returns
    -------
    The zones with ``count``, ``rank`` (1 has most, ties share the better rank), ``share_pct`` (of
    the points that lie in any zone), ``area_km2`` (geodesic) and ``density_per_km2``; with weights
    ``weight_sum``, ``weight_rank``, ``weight_share_pct`` (of the weight that lies in any zone),
    ``weight_per_km2`` and ``weight_mean`` (per point); with a population ``population``,
    ``per_10k_people`` and ``weight_per_10k_people``; with accuracies or extents ``count_sd``, the
    standard deviation of the count. Columns that had these names are replaced. Counts are whole
    numbers where every place is exact.

    Its ``attrs`` say what is divided by: ``share_denominator`` and ``points_in_any_zone``,
    ``weight_share_denominator`` and ``weight_in_any_zone``, ``area_source``, ``zones_without_area``
    (no density), ``population_source`` and ``zones_without_population`` (no rate). They also hold
    ``zones_overlap``, ``points_in_several_zones`` (shared borders included), ``points_outside``,
    ``points_without_place``, ``points_without_accuracy`` (counted as exact) and ``repaired_zones``.

    Raises
    ------
    InputError
        A geometry is of the wrong kind, the weights or the population do not fit, or an accuracy is
        negative or infinite.
    CRSError
        The frames differ in CRS or fail `geo.require_crs`.

    Warnings
    --------
    Counts and sums of zones of different size are not comparable: compare densities or rates, and
    remember that they depend on where the borders are drawn (the modifiable areal unit problem
    [openshaw1984]_). Shares of overlapping zones add up to more than 100 %. A rate per 10 000
    people of a zone with few people jumps with every single point. Ranks say nothing of distances:
    a rank may hang on one point, and whether it does `geo.uncertainty` tells.

    Notes
    -----
    With :math:`p_{iz}` the probability that point :math:`i`, of weight :math:`w_i`, lies in zone
    :math:`z`, the expected count, its standard deviation and the expected sum are

    .. math::
        n_z = \sum_i p_{iz}, \qquad \sqrt{\sum_i p_{iz} (1 - p_{iz})}, \qquad
        w_z = \sum_i w_i p_{iz}

    With a zone of area :math:`A_z` with :math:`P_z` people, and :math:`N` points, of weight
    :math:`W`, in any zone

    .. math::
        100\,\frac{n_z}{N}, \quad \frac{n_z}{A_z}, \quad 10^4\,\frac{n_z}{P_z}, \qquad
        100\,\frac{w_z}{W}, \quad \frac{w_z}{A_z}, \quad 10^4\,\frac{w_z}{P_z}, \quad
        \frac{w_z}{n_z}

    are shares, densities, rates and the mean. Areas are of the ellipsoid, by Karney's method
    [karney2013]_. A probability is that of 512 places laid out evenly over the error or the extent,
    fewer from 512 unsure points on, within about 0.01; places are taken to be
    independent.

    References
    ----------
    .. [karney2013] C. F. F. Karney, Algorithms for geodesics, J. Geodesy 87 (2013) 43–55.
    .. [openshaw1984] S. Openshaw, The modifiable areal unit problem, CATMOG 38, Geo Books, 1984.

    Examples
    --------
    >>> from shapely import Point, box
    >>> zones = gpd.GeoDataFrame(
    ...     {"name": ["west", "east"], "people": [20_000, 5_000]},
    ...     geometry=[box(499e3, 31e5, 500e3, 3101e3), box(500e3, 31e5, 501e3, 3101e3)],
    ...     crs=4547,
    ... )
    >>> points = gpd.GeoDataFrame(
    ...     {"accuracy_m": [0, 100]},
    ...     geometry=[Point(500_500, 3_100_500), Point(500_000, 3_100_500)],
    ...     crs=4547,
    ... )
    >>> found = distribution(points, zones, population="people")
    >>> found["count"].round(2).tolist(), found["rank"].tolist()
    ([0.5, 1.5], [2, 1])
    >>> found["per_10k_people"].round(2).tolist()
    [0.25, 3.0]
    """
    once = counted or zones_counted(points, zones, function="distribution")
    (_, rows, _, repaired), pairs, area = once
    weight = None
    if weights is not None:
        weight = weights_of(points, weights, function="distribution")[rows]
    people = None if population is None else _people(zones, population)
    n_zones = len(zones)
    count = pairs.sums(pairs.zone, n_zones)
    inside = pairs.inside_any
    columns: dict[str, NDArray[Any]] = {
        "count": count,
        "rank": rank_of(count),
        "share_pct": _ratio(100.0 * count, inside),
        "area_km2": area,
        "density_per_km2": _ratio(count, area),
    }
    attrs: dict[str, object] = {
        "share_denominator": "points that lie in any zone",
        "points_in_any_zone": inside,
        "area_source": "geodesic, CGCS2000",
        "zones_without_area": int((~(area > 0)).sum()),
        "zones_overlap": pairs.overlap,
        "points_in_several_zones": pairs.shared,
        "points_outside": len(rows) - inside,
        "points_without_place": len(points) - len(rows),
        "repaired_zones": repaired,
    }
    if weight is not None:
        weight_sum = pairs.sums(pairs.zone, n_zones, weight)
        weight_held = float(weight @ pairs.inside)
        columns |= {
            "weight_sum": weight_sum,
            "weight_rank": rank_of(weight_sum),
            "weight_share_pct": _ratio(100.0 * weight_sum, weight_held),
            "weight_per_km2": _ratio(weight_sum, area),
            "weight_mean": _ratio(weight_sum, count),
        }
        attrs["weight_share_denominator"] = "weight of the points that lie in any zone"
        attrs["weight_in_any_zone"] = weight_held
    if people is not None:
        columns |= {"population": people, "per_10k_people": _ratio(_PEOPLE * count, people)}
        if weight is not None:
            columns["weight_per_10k_people"] = _ratio(_PEOPLE * columns["weight_sum"], people)
        source = f"column {population!r}" if isinstance(population, str) else "values passed"
        attrs["population_source"] = source
        attrs["zones_without_population"] = int((~(people > 0)).sum())
    if isinstance(points, gpd.GeoDataFrame) and {ACCURACY, EXTENT} & {*points.columns}:
        known = ~np.isnan(accuracy_of(points, function="distribution")[rows])
        known |= unsure(points, rows, function="distribution")
        attrs["points_without_accuracy"] = int((~known).sum())
        columns["count_sd"] = _deviation(pairs, places_of(points, rows), n_zones)
    table = zones if isinstance(zones, gpd.GeoDataFrame) else gpd.GeoDataFrame(geometry=zones)
    result = table.assign(**columns)
    return labelled(result, attrs, amount=amount_of(points, weights))


def _deviation(pairs: Membership, place: NDArray[np.int64], n_zones: int) -> Floats:
    """Return the standard deviation of the count of each zone.

    All points of a place are in the zone or none: of m, each there with probability p, the variance
    is m² p (1 − p).
    """
    together, at = np.unique(place[pairs.point] * n_zones + pairs.zone, return_inverse=True)
    expected = np.bincount(at, pairs.share)
    number = np.bincount(place)[together // n_zones] if n_zones else expected
    variance = np.bincount(together % max(n_zones, 1), expected * (number - expected), n_zones)
    return np.sqrt(np.maximum(variance, 0.0))


def _ratio(part: NDArray[Any], whole: NDArray[Any] | float) -> Floats:
    """Quotients, not-a-number where the denominator is missing or not above zero."""
    denominator = np.broadcast_to(np.asarray(whole, dtype=float), part.shape)
    ratio: Floats = np.full(part.shape, np.nan)
    # A denominator that is next to nothing would leave the numbers that a computer has.
    np.divide(part, denominator, out=ratio, where=denominator > _NOTHING)
    return ratio


def _people(zones: Frame, population: str | ArrayLike | pd.Series) -> Floats:
    values: Any = population
    if isinstance(population, str):
        columns = list(zones.columns) if isinstance(zones, gpd.GeoDataFrame) else []
        if population not in columns:
            raise InputError(
                f"distribution: there is no column {population!r} of the zones for the population. "
                f"The columns are {', '.join(map(str, columns)) or 'none'}.",
                code="option.column",
                column=str(population),
                columns=columns,
            )
        values = zones[population]
    elif isinstance(population, pd.Series) and not population.index.equals(zones.index):
        raise InputError(
            "distribution: the population has another index than the zones. Call "
            ".reindex(zones.index) on it, or pass .to_numpy() if the order is the same.",
            code="caller.lengths",
            function="distribution",
        )
    try:
        numbers = pd.to_numeric(pd.Series(values))
        if pd.api.types.is_complex_dtype(numbers.dtype):
            numbers = pd.Series(["complex numbers"])
        people = numbers.to_numpy(dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"distribution: the population is not all numbers ({error}).", code="values.text"
        ) from error
    if people.shape != (len(zones),):
        raise InputError(
            f"distribution: there are {people.size} numbers of population, but {len(zones)} zones. "
            "Pass one for each, missing where it is not known.",
            code="caller.lengths",
            function="distribution",
        )
    wrong = np.isinf(people) | (people < 0)
    if wrong.any():
        raise InputError(
            f"distribution: {int(wrong.sum())} values of the population are negative or infinite, "
            f"the first is {people[wrong][0]}. Allowed are persons of zero or more, or nothing.",
            code="values.negative",
            rows=int(wrong.sum()),
            first=float(people[wrong][0]),
        )
    return people
