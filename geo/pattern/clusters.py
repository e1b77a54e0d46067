"""Where on the map like values lie together: clusters, outliers, hot and cold spots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.arguments import require_flag, require_seed
from geo.doors import door
from geo.pattern.permutations import require_permutations, sum_probabilities
from geo.pattern.zone_values import ROUNDING, Lattice, lattice_of, require_alpha
from geo.units import PURE, labelled

if TYPE_CHECKING:
    from collections.abc import Hashable

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.pattern.neighbours import Rule

    Floats = NDArray[np.float64]

_USUAL = 0.05
_LEVELS = ((0.01, "99"), (_USUAL, "95"), (0.10, "90"))
_ISLAND, _NOT_SIGNIFICANT = "island", "not significant"


@door
def local_autocorrelation(
    zones: gpd.GeoDataFrame,
    column: str,
    *,
    rule: Rule = "queen",
    k: int = 8,
    distance_m: float | None = None,
    tolerance_m: float = 1.0,
    permutations: int = 9_999,
    seed: int = 0,
    alpha: float = 0.05,
) -> gpd.GeoDataFrame:
    r"""Find the zones that are like, or unlike, their neighbours: clusters and outliers.

    A zone of a high-high cluster is above the mean among neighbours that are above it too; a
    high-low outlier is above it among neighbours below it; and so on. Which of these are more than
    chance is tested zone by zone, and corrected for there being many zones.

    Parameters
    ----------
    zones, column, rule, k, distance_m, tolerance_m
        As in `geo.spatial_autocorrelation`.
    permutations
        How many random draws for each zone. With few of them no zone of many can pass the
        correction: see ``fewest_detectable`` below.
    seed
        The same seed gives the same p-values.
    alpha
        Share of false ones that is accepted among the zones called significant.

    Returns
    -------
    The zones with ``local_i`` (Moran's Iᵢ), ``quadrant`` (``"HH"``, ``"LL"``, ``"HL"``, ``"LH"``:
    the zone first, then its neighbours), ``p_value`` (two-sided), ``p_fdr`` (the same after
    Benjamini–Hochberg) and ``cluster``: ``"high-high"``, ``"low-low"``, ``"high-low"``,
    ``"low-high"``, ``"not significant"`` or ``"island"``, which has no neighbour and no numbers.
    Columns that had these names are replaced. Its ``attrs`` are ``n`` (zones tested),
    ``islands`` (their labels), ``fewest_detectable`` (zones that must pass together for any to
    pass, given n and the permutations), ``rule``, ``permutations``, ``seed`` and ``alpha``.

    Raises
    ------
    InputError, CRSError
        As `geo.spatial_autocorrelation`.

    Warnings
    --------
    All that is said at `geo.spatial_autocorrelation` holds here. A cluster marks a
    zone whose *surroundings* differ from chance, not a zone that is important: a lone peak is an
    outlier at most, and a peak among middling zones is nothing. Draw ``cluster``, never
    ``p_value``: of 300 zones with no pattern 15 are below 0.05. Zones at the rim and zones with few
    neighbours are seldom found. A cluster is a place to look at, not a reason for what is there.

    Notes
    -----
    With :math:`z_i = (y_i - \bar y) / s`, :math:`s` over n, and row-standardised weights
    :math:`v_{ij}`,

    .. math:: I_i = \frac{n - 1}{n} z_i \sum_j v_{ij} z_j .

    This is [anselin1995]_ in the scale of PySAL. The own value stays in its place, and as many
    values as the zone has neighbours are drawn from all others; the p-value is as in
    `geo.spatial_autocorrelation`. The correction is that of [benjamini1995]_,
    which [caldas2006]_ found to hold for local statistics, though near zones share neighbours.

    References
    ----------
    .. [anselin1995] L. Anselin, Local indicators of spatial association – LISA, Geographical
       Analysis 27 (1995) 93–115.
    .. [benjamini1995] Y. Benjamini, Y. Hochberg, Controlling the false discovery rate: a practical
       and powerful approach to multiple testing, J. Royal Statistical Society B 57 (1995)
       289–300.
    .. [caldas2006] M. Caldas de Castro, B. H. Singer, Controlling the false discovery rate: a new
       application to account for multiple and dependent tests in local statistics of spatial
       association, Geographical Analysis 38 (2006) 180–208.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from geo.zoned.tessellations import squares
    >>> extent = gpd.GeoSeries([box(500_500, 3_100_500, 507_500, 3_107_500)], crs=4547)
    >>> high = [9 if at % 8 < 3 and at // 8 < 3 else at % 2 for at in range(64)]
    >>> zones = squares(extent, size_m=1000).assign(per_km2=high)
    >>> found = local_autocorrelation(zones, "per_km2")
    >>> found["cluster"][0], found["cluster"][63]
    ('high-high', 'not significant')
    """
    require_permutations(permutations, function="local_autocorrelation")
    require_seed(seed, function="local_autocorrelation")
    require_alpha(alpha, permutations, function="local_autocorrelation")
    lattice = lattice_of(
        zones,
        column,
        rule=rule,
        k=k,
        distance_m=distance_m,
        tolerance_m=tolerance_m,
        function="local_autocorrelation",
    )
    z = lattice.standardised()
    sums = lattice.adjacency @ z
    n = len(z)
    local = (n - 1) / n * z * sums / lattice.counts
    p_value = sum_probabilities(
        *(z, sums, lattice.counts), with_own=False, permutations=permutations, seed=seed
    )
    p_fdr = _stepped_up(p_value)
    high, high_around = z > 0, sums > 0
    quadrant = np.where(high, "H", "L").astype(object) + np.where(high_around, "H", "L")
    words = {"H": "high", "L": "low"}
    cluster = np.array(
        [
            f"{words[q[0]]}-{words[q[1]]}" if p <= alpha else _NOT_SIGNIFICANT
            for q, p in zip(quadrant, p_fdr, strict=True)
        ],
        dtype=object,
    )
    result = zones.assign(
        local_i=lattice.among_all(local, island=np.nan),
        quadrant=lattice.among_all(quadrant, island=None),
        p_value=lattice.among_all(p_value, island=np.nan),
        p_fdr=lattice.among_all(p_fdr, island=np.nan),
        cluster=lattice.among_all(cluster, island=_ISLAND),
    )
    facts = _told(lattice, rule, permutations, seed, alpha=alpha) | {"alpha": alpha}
    return labelled(result, facts)


@door
def hot_spots(
    zones: gpd.GeoDataFrame,
    column: str,
    *,
    star: bool = True,
    rule: Rule = "queen",
    k: int = 8,
    distance_m: float | None = None,
    tolerance_m: float = 1.0,
    permutations: int = 9_999,
    seed: int = 0,
) -> gpd.GeoDataFrame:
    r"""Find where high values lie together (hot spots), and where low values do (cold spots).

    For each zone the values around it are added up, and held against what as many values from
    anywhere on the map would give. Unlike `local_autocorrelation` it tells hot from cold and knows
    no outliers.

    Parameters
    ----------
    zones, column
        As in `local_autocorrelation`.
    star
        Whether the zone itself counts as one of those around it: Getis–Ord Gᵢ* if so, Gᵢ if not.
    rule, k, distance_m, tolerance_m, permutations, seed
        As in `local_autocorrelation`.

    Returns
    -------
    The zones with ``z`` (the statistic in standard deviations from its expectation), ``p_value``
    (from the draws, two-sided), ``p_fdr`` (the same after Benjamini–Hochberg) and ``hot_spot``:
    ``"hot 99"``, ``"hot 95"``, ``"hot 90"``, ``"cold 90"``, ``"cold 95"``, ``"cold 99"`` (percent
    confidence, of ``p_fdr``), ``"not significant"`` or ``"island"``, which has no neighbour and no
    numbers. Columns that had these names are replaced. Its ``attrs`` are those of
    `local_autocorrelation`, with ``fewest_detectable`` at 95 %, and ``star`` instead of ``alpha``.

    Raises
    ------
    InputError, CRSError
        As `geo.spatial_autocorrelation`.

    Warnings
    --------
    All that is said at `geo.spatial_autocorrelation` and `local_autocorrelation`
    holds here. A hot spot is hot beside the rest of *this* map: take in the empty land around a
    city, and the whole city is one. It has the width of its neighbourhoods, so its edge is no
    boundary of anything. One full cell among empty ones is no hot spot, however full: its ``z`` is
    high, but a lone high value has to lie somewhere. With counts of rare events most cells are
    zero, and no cold spot can be found.

    Notes
    -----
    With the mean :math:`\bar y` and the standard deviation :math:`s` (over n) of all :math:`n`
    values, and :math:`m_i` zones in the neighbourhood :math:`N_i` of zone :math:`i`, itself
    included,

    .. math::

        z(G_i^*) = \frac{\sum_{j \in N_i} y_j - m_i \bar y}
                        {s \sqrt{m_i (n - m_i) / (n - 1)}} .

    Without the star, zone :math:`i` is left out of the neighbourhood, of :math:`n`, of the mean and
    of the deviation [ord1995]_. The draws follow the same null hypothesis: for Gᵢ*, :math:`m_i`
    values from all; for Gᵢ, as many from all others. esda keeps the own value in its place for
    Gᵢ* too, so that its p-values for Gᵢ* are those of Gᵢ. The draws are used since a normal
    distribution fits sums of few skewed counts badly.

    References
    ----------
    .. [ord1995] J. K. Ord, A. Getis, Local spatial autocorrelation statistics: distributional
       issues and an application, Geographical Analysis 27 (1995) 286–306.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from geo.zoned.tessellations import squares
    >>> extent = gpd.GeoSeries([box(500_500, 3_100_500, 507_500, 3_107_500)], crs=4547)
    >>> high = [9 if at % 8 < 3 and at // 8 < 3 else at % 2 for at in range(64)]
    >>> zones = squares(extent, size_m=1000).assign(per_km2=high)
    >>> found = hot_spots(zones, "per_km2")
    >>> found["hot_spot"][9], found["hot_spot"][63]
    ('hot 99', 'not significant')
    """
    require_flag(star, "star", function="hot_spots")
    require_permutations(permutations, function="hot_spots")
    require_seed(seed, function="hot_spots")
    lattice = lattice_of(
        zones,
        column,
        rule=rule,
        k=k,
        distance_m=distance_m,
        tolerance_m=tolerance_m,
        function="hot_spots",
    )
    y = lattice.standardised()
    n = len(y)
    sums = lattice.adjacency @ y
    if star:
        sums, counts = sums + y, lattice.counts + 1
        z = sums / np.sqrt(counts * (n - counts) / (n - 1))
    else:
        counts = lattice.counts
        mean = -y / (n - 1)
        variance = (n - y**2) / (n - 1) - mean**2
        # A single value among equal ones: its surroundings are as expected.
        alike = variance <= ROUNDING
        sd = np.sqrt(np.where(alike, 1, variance) * counts * (n - 1 - counts) / (n - 2))
        z = np.where(alike, 0, sums - counts * mean) / sd
    p_value = sum_probabilities(
        *(y, sums, counts), with_own=star, permutations=permutations, seed=seed
    )
    p_fdr = _stepped_up(p_value)
    label = np.full(n, _NOT_SIGNIFICANT, dtype=object)
    side = np.where(z > 0, "hot ", "cold ").astype(object)
    for level, name in reversed(_LEVELS):
        passed = p_fdr <= level
        label[passed] = side[passed] + name
    result = zones.assign(
        z=lattice.among_all(z, island=np.nan),
        p_value=lattice.among_all(p_value, island=np.nan),
        p_fdr=lattice.among_all(p_fdr, island=np.nan),
        hot_spot=lattice.among_all(label, island=_ISLAND),
    )
    facts = _told(lattice, rule, permutations, seed, alpha=_USUAL) | {"star": star}
    return labelled(result, facts, columns={"z": PURE})


def _told(
    lattice: Lattice, rule: Rule, permutations: int, seed: int, *, alpha: float
) -> dict[Hashable, Any]:
    n = len(lattice.numbers)
    least = 2 / (permutations + 1)
    return {
        "n": n,
        "islands": lattice.islands,
        # The r smallest of n pass if all are at most r · alpha / n, and none is below the least.
        "fewest_detectable": int(np.ceil(least * n / alpha - ROUNDING)),
        "rule": rule,
        "permutations": permutations,
        "seed": seed,
        **lattice.measured,
    }


def _stepped_up(p_value: Floats) -> Floats:
    """Among how many false discoveries each zone would be the last one that counts.

    Written here, as scipy has it beside all of its statistics, which take most of a second to load.
    """
    order = np.argsort(p_value)
    expected = p_value[order] * (p_value.size / np.arange(1, p_value.size + 1))
    rates = np.empty_like(expected)
    rates[order] = np.minimum(np.minimum.accumulate(expected[::-1])[::-1], 1.0)
    return rates
