"""Whether near zones have like values, over the whole map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import diags_array

from geo.arguments import require_seed
from geo.doors import door
from geo.pattern.permutations import (
    global_statistics,
    require_permutations,
    shuffled_statistics,
    two_sided,
)
from geo.pattern.zone_values import ROUNDING, Lattice, lattice_of, require_alpha
from geo.units import COUNT, PURE, labelled

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.pattern.neighbours import Rule

    Floats = NDArray[np.float64]

_STATISTICS = ("moran_i", "geary_c", "getis_ord_g")


@door
def spatial_autocorrelation(
    zones: gpd.GeoDataFrame,
    column: str,
    *,
    rule: Rule = "queen",
    k: int = 8,
    distance_m: float | None = None,
    tolerance_m: float = 1.0,
    permutations: int = 999,
    seed: int = 0,
    alpha: float = 0.05,
) -> pd.DataFrame:
    r"""Test whether zones near each other have like values, over the whole map.

    Moran's I asks whether neighbours lie on the same side of the mean, Geary's C whether they
    differ little from each other, and Getis–Ord G whether high values lie beside high values (above
    its expectation) or low beside low (below it). The three agree on a clear pattern; where they do
    not, there is none that carries a decision.

    Parameters
    ----------
    zones
        Polygons that do not overlap, or any polygons with ``rule="knn"`` or ``"distance"``.
    column
        Column of numbers that can be compared between zones: a density, a share or a rate, or a
        count where all zones have one size.
    rule, k, distance_m, tolerance_m
        Who is a neighbour, as in `geo.neighbour_graph`.
    permutations
        How often the values are put on the zones in random order.
    seed
        The same seed gives the same p-values.
    alpha
        Level below which the p-value gives a reading other than ``"random"``.

    Returns
    -------
    One row for each of ``moran_i``, ``geary_c`` and ``getis_ord_g`` with ``value``, ``expected``
    (with no pattern), ``z`` (analytical, under randomisation), ``p_value`` (from the permutations,
    two-sided), ``reading`` (``"clustered"``, ``"dispersed"`` or ``"random"``; for G ``"high
    clustered"``, ``"low clustered"`` or ``"random"``), ``permutations``, ``n`` (zones tested) and
    ``islands`` (zones with no neighbour, left out). Its ``attrs`` are ``reading`` (that of Moran's
    I), ``islands`` (their labels), ``rule``, ``permutations``, ``seed``, ``alpha`` and
    ``undefined``: ``["getis_ord_g"]`` where there are negative values, or fewer than two other than
    0, for which G means nothing; its numbers are not-a-number then and its reading
    ``"undefined"``.

    Raises
    ------
    InputError
        There are fewer than 30 zones with neighbours, the column is missing, not numeric, not
        complete or the same everywhere, ``alpha`` is below the least p-value that so many
        permutations have, or as `geo.neighbour_graph`.
    CRSError
        As `geo.to_metric`.

    Warnings
    --------
    The result is one of these zones, not of the place: other zones, larger cells or a shifted grid
    give another (the modifiable areal unit problem), so test a second zoning before you rely on it.
    Below 30 zones the answer is chance, and is refused; up to about 100 only strong patterns are
    found, and "random" means "not shown", not "shown to be random". Counts in zones of different
    size cluster because the sizes do: pass a density or a rate. The test takes each zone's value as
    given and asks where the high ones lie: points heaped within single cells, with empty cells
    around, are no clustering here; for those see `geo.ripley`. Points that are known
    only by the park they are in are such heaps, at the place of the park. And what clusters is what
    the documents name: a cluster of documents is not a cluster of activity.

    Notes
    -----
    With the values :math:`y_i` of :math:`n` zones, :math:`z_i = y_i - \bar y`, binary weights
    :math:`w_{ij}` of `geo.neighbour_graph`, and :math:`v_{ij} = w_{ij} / \sum_j w_{ij}`,

    .. math::

        I &= \frac{\sum_i \sum_j v_{ij} z_i z_j}{\sum_i z_i^2}, \qquad
          \mathrm{E}(I) = \frac{-1}{n - 1}, \\
        C &= \frac{n - 1}{2 n} \frac{\sum_i \sum_j v_{ij} (y_i - y_j)^2}{\sum_i z_i^2}, \qquad
          \mathrm{E}(C) = 1, \\
        G &= \frac{\sum_i \sum_j w_{ij} y_i y_j}{\sum_i \sum_{j \ne i} y_i y_j}, \qquad
          \mathrm{E}(G) = \frac{\sum_i \sum_j w_{ij}}{n (n - 1)}.

    The statistics are from [moran1950]_, [geary1954]_ and [getis1992]_, their moments under
    randomisation from [cliff1981]_ and, for G, [getis1992]_. The pseudo p-value
    is twice the smaller of (permutations as low or lower + 1) and (as high or higher + 1), over
    (permutations + 1).

    References
    ----------
    .. [moran1950] P. A. P. Moran, Notes on continuous stochastic phenomena, Biometrika 37 (1950)
       17–23.
    .. [geary1954] R. C. Geary, The contiguity ratio and statistical mapping, The Incorporated
       Statistician 5 (1954) 115–145.
    .. [getis1992] A. Getis, J. K. Ord, The analysis of spatial association by use of distance
       statistics, Geographical Analysis 24 (1992) 189–206.
    .. [cliff1981] A. D. Cliff, J. K. Ord, Spatial Processes: Models and Applications, Pion, 1981.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from geo.zoned.tessellations import squares
    >>> extent = gpd.GeoSeries([box(500_500, 3_100_500, 505_500, 3_105_500)], crs=4547)
    >>> zones = squares(extent, size_m=1000).assign(per_km2=[at // 6 for at in range(36)])
    >>> found = spatial_autocorrelation(zones, "per_km2", rule="rook")
    >>> found["value"].round(3).tolist(), found["reading"].tolist()
    ([0.889, 0.083, 0.133], ['clustered', 'clustered', 'high clustered'])
    """
    require_permutations(permutations, function="spatial_autocorrelation")
    require_seed(seed, function="spatial_autocorrelation")
    require_alpha(alpha, permutations, function="spatial_autocorrelation")
    lattice = lattice_of(
        zones,
        column,
        rule=rule,
        k=k,
        distance_m=distance_m,
        tolerance_m=tolerance_m,
        function="spatial_autocorrelation",
    )
    y, adjacency = lattice.numbers, lattice.adjacency
    value = global_statistics(y[:, None], adjacency)[:, 0]
    chance = shuffled_statistics(y, adjacency, permutations=permutations, seed=seed)
    # Shuffled sums of the same products differ from the observed one by rounding.
    slack = ROUNDING * np.abs(value)
    p_value = two_sided(
        (chance >= (value - slack)[:, None]).sum(axis=1),
        (chance <= (value + slack)[:, None]).sum(axis=1),
        permutations,
    )
    expected, sd = _moments(lattice)
    above = value > expected
    readings = [
        _reading(p_value[0], alpha, high=above[0], names=("clustered", "dispersed")),
        _reading(p_value[1], alpha, high=above[1], names=("dispersed", "clustered")),
        _reading(p_value[2], alpha, high=above[2], names=("high clustered", "low clustered")),
    ]
    # G is a share of products: it needs values of one sign, and two of them other than 0.
    undefined = [] if (y >= 0).all() and np.count_nonzero(y) > 1 else ["getis_ord_g"]
    if undefined:
        value[2] = expected[2] = sd[2] = p_value[2] = np.nan
        readings[2] = "undefined"
    table = pd.DataFrame(
        {
            "value": value,
            "expected": expected,
            "z": (value - expected) / sd,
            "p_value": p_value,
            "reading": readings,
            "permutations": permutations,
            "n": len(y),
            "islands": len(lattice.islands),
        },
        index=pd.Index(_STATISTICS, name="statistic"),
    )
    facts = {
        "reading": readings[0],
        "undefined": undefined,
        "islands": lattice.islands,
        "rule": rule,
        "permutations": permutations,
        "seed": seed,
        "alpha": alpha,
        **lattice.measured,
    }
    units = dict.fromkeys(("value", "expected", "z"), PURE)
    units |= dict.fromkeys(("permutations", "n", "islands"), COUNT)
    return labelled(table, facts, columns=units)


def _moments(lattice: Lattice) -> tuple[Floats, Floats]:
    """Give the expectation and standard deviation of I, C and G under randomisation."""
    y, adjacency = lattice.numbers, lattice.adjacency
    n = len(y)
    z = y - y.mean()
    kurtosis = float((z**4).mean() / (z**2).mean() ** 2)
    # Sums of the row-standardised weights; each row adds up to one.
    standard = diags_array(1 / lattice.counts) @ adjacency
    both = standard + standard.T
    s1 = float(both.multiply(both).sum()) / 2
    s2 = float(((1 + np.asarray(standard.sum(axis=0)).ravel()) ** 2).sum())
    moran = _moran_variance(n, s1, s2, kurtosis)
    geary = _geary_variance(n, s1, s2, kurtosis)
    getis, variance = _getis_moments(y, adjacency)
    return np.array([-1 / (n - 1), 1.0, getis]), np.sqrt([moran, geary, variance])


def _moran_variance(n: int, s1: float, s2: float, kurtosis: float) -> float:
    """Variance of I under randomisation, for weights whose rows add up to one: S0 = n."""
    s0 = float(n)
    squared = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    squared -= kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    squared /= (n - 1) * (n - 2) * (n - 3) * s0**2
    return squared - (n - 1) ** -2


def _geary_variance(n: int, s1: float, s2: float, kurtosis: float) -> float:
    """Variance of C under randomisation, for weights whose rows add up to one: S0 = n."""
    s0 = float(n)
    variance = (n - 1) * s1 * (n**2 - 3 * n + 3 - (n - 1) * kurtosis)
    variance -= (n - 1) * s2 * (n**2 + 3 * n - 6 - (n**2 - n + 2) * kurtosis) / 4
    variance += s0**2 * (n**2 - 3 - (n - 1) ** 2 * kurtosis)
    return variance / (n * (n - 2) * (n - 3) * s0**2)


def _getis_moments(y: Floats, adjacency: Any) -> tuple[float, float]:  # noqa: ANN401  sparse
    """Moments of Getis and Ord (1992); esda would lay out a matrix of n × n numbers for them."""
    n = len(y)
    sums = np.asarray(adjacency.sum(axis=0)).ravel() + np.asarray(adjacency.sum(axis=1)).ravel()
    s0 = float(adjacency.sum())
    both = adjacency + adjacency.T
    s1, s2 = float(both.multiply(both).sum()) / 2, float((sums**2).sum())
    m1, m2, m3, m4 = ((y**power).sum() for power in (1, 2, 3, 4))
    b0 = (n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2
    b1 = -((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    b2 = -(2 * n * s1 - (n + 3) * s2 + 6 * s0**2)
    b3 = 4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0**2
    b4 = s1 - s2 + s0**2
    squared = b0 * m2**2 + b1 * m4 + b2 * m1**2 * m2 + b3 * m1 * m3 + b4 * m1**4
    expected = s0 / (n * (n - 1))
    products = m1**2 - m2
    if products == 0:
        return expected, np.nan
    squared /= products**2 * n * (n - 1) * (n - 2) * (n - 3)
    return expected, max(squared - expected**2, 0.0)


def _reading(p_value: float, alpha: float, *, high: bool, names: tuple[str, str]) -> str:
    if not p_value <= alpha:
        return "random"
    return names[0] if high else names[1]
