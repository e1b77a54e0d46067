"""How often a count, a sum or a rank would be otherwise if the points lay elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.arguments import brief, is_whole, require_percent, require_seed
from geo.crs import Frame, stated_crs
from geo.doors import door
from geo.errors import InputError
from geo.points import weights_of
from geo.supports import accuracy_of, unsure
from geo.units import amount_of, labelled
from geo.work import checkpoint, require_affordable, slices
from geo.zoned.tallies import Tally, tallies
from geo.zones import counted as zones_counted
from geo.zones import elsewhere, require_few_held

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from numpy.typing import ArrayLike, NDArray

    from geo.zones import Counted, Elsewhere

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MIN_DRAWS = 1_000
# An end of the interval with fewer draws beyond it than this would be one of the extremes.
_MIN_BEYOND = 5
_PLACES_PER_BLOCK = 1_000_000
_MAX_DRAWS = 1_000_000
# Places that are looked up, a tenth of a microsecond each.
_MAX_PLACES = 100_000_000
# Comparisons of zones by draw, a nanosecond each.
_MAX_COMPARISONS = 2_000_000_000


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """What moving points within their accuracy does to zones.

    Parameters
    ----------
    zones
        The zones with counts, sums and ranks, and their intervals, as `uncertainty` lists them.
    count_tally
        Points in each zone in each draw.
    weight_tally
        Weight in each zone in each draw, or nothing where no weights were given.
    draws, seed, interval_pct
        As they were passed.
    moved
        Number of points with a place and an accuracy above zero or an extent: only these move.
    """

    zones: gpd.GeoDataFrame
    count_tally: Tally
    weight_tally: Tally | None
    draws: int
    seed: int
    interval_pct: float
    moved: int

    @property
    def counts(self) -> Ints:
        """Points in each zone in each draw, of shape (draws, zones).

        Raises
        ------
        InputError
            There are too many zones to lay them all out.
        """
        return self.count_tally.dense(function="counts")

    @property
    def weight_sums(self) -> Floats | None:
        """Weight in each zone in each draw, as `counts`; nothing where no weights were given."""
        tally = self.weight_tally
        return None if tally is None else tally.dense(function="weight_sums")

    def chance_ahead(self, first: Hashable, second: Hashable, *, by: str | None = None) -> float:
        """Probability, 0 to 1, that one zone is ahead of another; a tie counts half.

        Parameters
        ----------
        first, second
            Index labels of zones.
        by
            ``"count"``, ``"density_per_km2"`` or ``"weight_sum"``; `ranked_by` where none is given.

        Raises
        ------
        InputError
            There is no such zone, or nothing of that name was drawn.
        """
        by = by or self.ranked_by
        tally_of = {"count": self.count_tally, "weight_sum": self.weight_tally}
        tally_of["density_per_km2"] = self.count_tally.divided(_divisor(self.zones["area_km2"]))
        tally, at = tally_of.get(by), self.zones.index.get_indexer([first, second])
        if tally is None or (at < 0).any():
            raise InputError(
                f"chance_ahead: got zones {first!r} and {second!r} by {by!r}. Pass labels of the "
                "index of zones, and count, density_per_km2 or, with weights, weight_sum.",
                code="caller.argument",
                function="chance_ahead",
            )
        own, others = (tally.of_zone(zone) for zone in at.tolist())
        return float((own > others).mean() + 0.5 * (own == others).mean())

    @property
    def ranked_by(self) -> str:
        """What `ahead` compares: ``"weight_sum"`` where weights were given, else ``"count"``."""
        return "count" if self.weight_tally is None else "weight_sum"

    @cached_property
    def ahead(self) -> pd.DataFrame:
        """Probability, 0 to 1, that the zone of the row has more than the zone of the column.

        A tie counts half to each, so that two probabilities across the diagonal add up to one.

        Raises
        ------
        InputError
            There are too many zones to compare each with each.
        """
        size = len(self.zones)
        require_affordable(
            size**2 * self.draws,
            _MAX_COMPARISONS,
            function="ahead",
            what="comparisons of zones",
            choose="chance_ahead for two of them, or fewer zones",
            code="cost.compared",
            zones=size,
            most=int((_MAX_COMPARISONS / self.draws) ** 0.5),
        )
        tally = self.weight_tally or self.count_tally
        by_zone = np.ascontiguousarray(tally.dense(function="ahead").T)
        wins = np.zeros((size, size))
        for at, own in enumerate(by_zone):
            checkpoint(at, size)
            wins[at] = (own > by_zone).sum(axis=1)
        # Draws that neither wins are ties: wins + ties / 2 with ties = draws − wins − losses.
        chance = (wins - wins.T + self.draws) / (2.0 * self.draws)
        return pd.DataFrame(chance, index=self.zones.index, columns=self.zones.index)


@door
def uncertainty(
    points: Frame,
    zones: Frame,
    *,
    weights: str | ArrayLike | None = None,
    draws: int = MIN_DRAWS,
    seed: int = 0,
    interval_pct: float = 90.0,
    counted: Counted | None = None,
) -> Uncertainty:
    r"""Move points within their accuracy, many times, and see what the counts and ranks do.

    A point whose place is known to 300 m may belong to the next zone. Each draw moves every such
    point by a random error and counts anew; what comes out in the middle 90 % of the draws is the
    interval. Where the intervals of two zones overlap, `Uncertainty.ahead` says how likely it is
    that one really has more.

    Parameters
    ----------
    points
        GeoDataFrame of points with a column ``accuracy_m``, the standard deviation in metres along
        each axis, or ``place_extent``, as `geo.distribution` takes them. Points without a value, or
        with zero, stay where they are; without the columns all do, and ``moved`` is 0. Rows with no
        place are left out and counted.
    zones
        Polygons in the CRS of the points. Invalid ones are repaired, with a warning.
    weights
        Column name, or one number of zero or more for each point.
    draws
        1000 or more.
    seed
        Of the random errors, zero or more: the same seed gives the same result.
    interval_pct
        Part of the draws within the interval, as much cut off below as above.
    counted
        What `geo.zones.counted` says of the same points and zones, where that is known.

    Returns
    -------
    An `Uncertainty`. Its ``zones`` have ``count`` (to be expected, as
    `geo.distribution` counts), ``count_low``, ``count_median``, ``count_high``, and
    ``rank``, ``rank_low``, ``rank_high`` (1 has most, ties share the better rank, low is the better
    end); ``density_per_km2`` (of geodesic area, ``area_km2``) and ``density_rank``, and with
    weights ``weight_sum`` and ``weight_rank``, all with the same endings and all values that
    occurred in a draw. Zones without area have no density and come last. Columns that had these
    names are replaced. Their ``attrs`` are ``draws``, ``seed``, ``interval_pct``,
    ``points_moved``, ``points_without_accuracy`` (taken as exact), ``points_without_place``,
    ``zones_overlap`` and ``repaired_zones``.

    Raises
    ------
    InputError
        A geometry is of the wrong kind, the weights do not fit, an accuracy is negative or
        infinite, or the draws are too few for the interval.
    CRSError
        The frames differ in CRS or fail `geo.require_crs`.

    Warnings
    --------
    Points are moved independently of each other, but for those with the same
    ``place_id``. That is right for points of which only the park is known, each somewhere in it; it
    is wrong for points that are all off by the same shift, as after a wrong datum: their counts
    vary more than the interval says. The interval speaks of places only: points that are missing,
    double or in the wrong category are not in it, and zones are taken as exact. A point with no
    accuracy is not a point that is exactly known.

    Notes
    -----
    With draws :math:`d = 1, \ldots, D` and standard normal :math:`\varepsilon` the count of a zone
    :math:`Z` and the probability that it is ahead of :math:`Y` are

    .. math::
        n_Z^{(d)} = \sum_i [x_i + \sigma_i \varepsilon_i^{(d)} \in Z], \qquad
        P(Z > Y) = \frac1D \sum_d [n_Z^{(d)} > n_Y^{(d)}] + \tfrac12 [n_Z^{(d)} = n_Y^{(d)}]

    and the ends of the interval are the empirical quantiles at :math:`(1 \mp p) / 2`, a Monte Carlo
    propagation of the positional error [gum1]_ [heuvelink1998]_. With 1000 draws the standard error
    of a probability is at most :math:`\sqrt{0.25 / 1000} = 0.016`.

    References
    ----------
    .. [gum1] Joint Committee for Guides in Metrology, Propagation of distributions using a Monte
       Carlo method, JCGM 101:2008.
    .. [heuvelink1998] G. B. M. Heuvelink, Error propagation in environmental modelling with GIS,
       Taylor & Francis, 1998.

    Examples
    --------
    >>> from shapely import Point, box
    >>> zones = gpd.GeoDataFrame(
    ...     geometry=[box(499e3, 31e5, 500e3, 3101e3), box(500e3, 31e5, 501e3, 3101e3)],
    ...     index=["west", "east"],
    ...     crs=4547,
    ... )
    >>> points = gpd.GeoDataFrame(
    ...     {"accuracy_m": [10, 100]},
    ...     geometry=[Point(500_500, 3_100_500), Point(500_000, 3_100_500)],
    ...     crs=4547,
    ... )
    >>> found = uncertainty(points, zones)
    >>> found.zones[["count", "count_low", "count_high"]].round(2).to_numpy().tolist()
    [[0.5, 0.0, 1.0], [1.5, 1.0, 2.0]]
    >>> abs(found.ahead.loc["east", "west"] - 0.75) < 0.03  # ahead at 2 : 0, a tie at 1 : 1
    np.True_
    """
    _check(draws, seed, interval_pct)
    stated_crs(points, function="uncertainty")
    _require_few_places(len(points), draws)
    once = counted or zones_counted(points, zones, function="uncertainty")
    (_, rows, polygons, repaired), pairs, area = once
    weight = None
    if weights is not None:
        weight = weights_of(points, weights, function="uncertainty")[rows]
    moves = unsure(points, rows, function="uncertainty")
    stay = ~moves[pairs.point]
    n_zones = len(zones)
    counts = np.bincount(pairs.zone[stay], minlength=n_zones)
    sums = None
    if weight is not None:
        sums = np.bincount(pairs.zone[stay], weight[pairs.point[stay]], n_zones).astype(float)
    hits: Iterator[tuple[Ints, Ints, Floats | None]] = iter(())
    if moves.any() and n_zones:
        ahead = elsewhere(
            points, rows[moves], polygons, zones.crs, overlap=pairs.overlap, function="uncertainty"
        )
        hits = _drawn(ahead, draws, seed, None if weight is None else weight[moves])
    count_tally, weight_tally = tallies((counts, sums), hits, draws=draws, function="uncertainty")
    table = zones if isinstance(zones, gpd.GeoDataFrame) else gpd.GeoDataFrame(geometry=zones)
    all_counts = pairs.sums(pairs.zone, n_zones)
    columns = _columns("count", "rank", all_counts, count_tally, interval_pct)
    if weight is not None and weight_tally is not None:
        whole = pairs.sums(pairs.zone, n_zones, weight)
        columns |= _columns("weight_sum", "weight_rank", whole, weight_tally, interval_pct)
    divisor = _divisor(area)
    columns |= _columns(
        "density_per_km2",
        "density_rank",
        all_counts / divisor,
        count_tally.divided(divisor),
        interval_pct,
    )
    result = table.assign(area_km2=area, **columns)
    sigma = accuracy_of(points, function="uncertainty")[rows]
    facts = {
        "draws": draws,
        "seed": seed,
        "interval_pct": interval_pct,
        "points_moved": int(moves.sum()),
        "points_without_accuracy": int((np.isnan(sigma) & ~moves).sum()),
        "points_without_place": len(points) - len(rows),
        "zones_overlap": pairs.overlap,
        "repaired_zones": repaired,
    }
    labelled(result, facts, amount=amount_of(points, weights))
    n_moved = int(moves.sum())
    return Uncertainty(result, count_tally, weight_tally, draws, seed, interval_pct, n_moved)


def rank_of(values: NDArray[Any]) -> Ints:
    """Return the rank of each value: 1 has most, and equal values share the better rank.

    Parameters
    ----------
    values
        Numbers, none of them missing.

    Examples
    --------
    >>> rank_of(np.array([5, 9, 5, 1])).tolist()
    [2, 1, 2, 4]
    """
    return 1 + values.size - np.searchsorted(np.sort(values), values, side="right")


def _check(draws: int, seed: int, interval_pct: float) -> None:
    if not (is_whole(draws) and MIN_DRAWS <= draws <= _MAX_DRAWS):
        raise InputError(
            f"uncertainty: draws is {brief(draws)}. Allowed are whole numbers from {MIN_DRAWS} on: "
            "with fewer the ends of the interval would themselves be a matter of chance; and up to "
            f"{_MAX_DRAWS:,}. Drop the argument to get 1000.",
            code="option.whole",
            value=brief(draws),
            least=MIN_DRAWS,
            most=_MAX_DRAWS,
        )
    require_seed(seed, function="uncertainty")
    require_percent(interval_pct, "interval_pct", function="uncertainty")
    beyond = draws * (100.0 - interval_pct) / 200.0
    if beyond < _MIN_BEYOND - 1e-9:
        needed = int(np.ceil(round(_MIN_BEYOND * 200.0 / (100.0 - interval_pct), 6)))
        raise InputError(
            f"uncertainty: of {draws} draws only {beyond:g} lie beyond each end of an interval of "
            f"{interval_pct:g} %, and at least {_MIN_BEYOND} should. Pass draws={needed} or more, "
            "or a smaller interval_pct.",
            code="option.draws",
            draws=draws,
            interval=interval_pct,
            needed=needed,
        )


def _require_few_places(points: int, draws: int) -> None:
    require_affordable(
        points * draws,
        _MAX_PLACES,
        function="uncertainty",
        what="places (points × draws)",
        choose="fewer draws or points",
        code="cost.draws",
        draws=draws,
    )


def _divisor(area_km2: ArrayLike) -> Floats:
    area = np.asarray(area_km2, dtype=float)
    return np.where(area > 0, area, np.nan)


def _drawn(
    ahead: Elsewhere, draws: int, seed: int, weight: Floats | None
) -> Iterator[tuple[Ints, Ints, Floats | None]]:
    """Blocks of draws: for each hit of a moved point the draw, the zone and the weight.

    The random numbers follow each other draw by draw, so that the size of blocks changes nothing.
    """
    n, places = len(ahead.places.centre), int(ahead.places.place.max()) + 1
    depth = ahead.depth
    require_few_held(n * draws * depth, function="uncertainty")
    rng = np.random.default_rng(seed)
    for block in slices(draws, int(_PLACES_PER_BLOCK / (n * depth))):
        normal = rng.standard_normal((block.stop - block.start, places, 2))
        place, zone = ahead.pairs(ahead.places.drawn(normal))
        draw, point = np.divmod(place, n)
        yield block.start + draw, zone, None if weight is None else weight[point]


def _columns(
    name: str, rank: str, values: NDArray[Any], tally: Tally, interval_pct: float
) -> dict[str, NDArray[Any]]:
    tail = (100.0 - interval_pct) / 200.0
    # Quantiles that are values of a draw: a count between two whole numbers would be none.
    low, median, high = tally.quantiles([tail, 0.5, 1 - tail])
    # A density over no area is not-a-number; it has the last rank, and no interval.
    best, worst = tally.rank_quantiles([tail, 1 - tail])
    # Ties of draws share a rank that no two expected numbers do: the ends hold that too.
    ranked = rank_of(np.nan_to_num(values, nan=-1.0))
    return {
        name: values,
        f"{name}_low": low,
        f"{name}_median": median,
        f"{name}_high": high,
        rank: ranked,
        f"{rank}_low": np.minimum(best, ranked),
        f"{rank}_high": np.maximum(worst, ranked),
    }
