"""Whether points keep together or apart: nearest neighbours, and Ripley's K and L."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree
from scipy.special import erfc

from geo.arguments import brief, is_whole, require_percent, require_seed
from geo.doors import door
from geo.errors import InputError
from geo.study_area import Pattern, Shape, pattern_in, set_covariance_share, uniform_points
from geo.units import COUNT, PURE, labelled
from geo.work import checkpoint, require_affordable

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from geo.crs import Frame

    Floats = NDArray[np.float64]

_ALPHA = 0.05
_DISTANCES = 50
# Pairs of one pattern, 60 bytes each; and of all simulations together, 50 nanoseconds each.
_MAX_PAIRS = 5_000_000
_MAX_DISTANCES = 200_000_000
_MIN_SIMULATIONS, _MAX_SIMULATIONS = 19, 9_999
# Beyond the distance at which the study area and its shifted copy share only so much, the few pairs
# that are left carry the whole estimate.
_LEAST_OVERLAP = 0.1


@door
def nearest_neighbour_index(points: Frame, *, study_area: Frame) -> pd.Series:
    r"""Compare the distances to the nearest other point with those of points spread at random.

    An index of 1 is what chance gives; less means that points keep together, more that they keep
    apart, up to 2.15 for a regular triangular pattern. It looks only at the nearest point, so it
    speaks of the smallest scale alone; `ripley` looks at all.

    Parameters
    ----------
    points
        Points; rows with no place and points outside the study area are left out and counted.
    study_area
        Polygons of the area in which points could have been, in the CRS of the points.

    Returns
    -------
    A Series of

    ``n``, ``area_km2``, ``perimeter_km``
        points tested, and the geodesic area and the perimeter of the study area;
    ``observed_m``
        mean distance to the nearest other point;
    ``expected_m``, ``ratio``, ``z``, ``p_value``
        what chance gives on a plane without borders, the index of Clark and Evans, its deviation
        from 1 in standard errors, and the two-sided p-value of that;
    ``expected_corrected_m``, ``ratio_corrected``, ``z_corrected``, ``p_corrected``
        the same with Donnelly's correction for the border, at which nearest points are missing:
        the ones to quote;
    ``coincident``
        points that share their place with another.

    Its ``attrs`` are ``reading`` (``"clustered"``, ``"dispersed"`` or ``"random"``, by
    ``p_corrected`` at 0.05), ``points``, ``coincident``, ``points_outside`` and
    ``points_without_place``.

    Raises
    ------
    InputError
        Fewer than 8 points lie in the study area, or it has no area.
    CRSError
        The frames differ in CRS or fail `geo.require_crs`.

    Warnings
    --------
    The study area decides: the same points are random in a tight one and clustered in a wide one,
    so take the land on which they could stand, never the box around them. Points that are known
    only by the park they are in all have the place of the park: their distance is 0 and drives the
    index to 0, which says nothing of where they are; look at ``coincident`` first, and leave such
    points out or take each place once. Compare the index only between patterns in the same area.
    Donnelly's correction is made for compact areas: where the border is long and ragged, trust
    `ripley`. Points that cluster because people do are no sign of one drawing the other.

    Notes
    -----
    With :math:`n` points at distances :math:`d_i` from their nearest neighbours, in a study area of
    area :math:`A` and perimeter :math:`P`,

    .. math::

        R = \frac{\bar d}{\tfrac{1}{2} \sqrt{A / n}}, \qquad
        z = \frac{\bar d - \tfrac{1}{2} \sqrt{A / n}}{0.26136 \sqrt{A} / n},

    from [clark1954]_, and with the correction of [donnelly1978]_

    .. math::

        \mathrm{E}(\bar d) &= \frac{1}{2} \sqrt{\frac{A}{n}}
          + \Bigl( 0.0514 + \frac{0.041}{\sqrt n} \Bigr) \frac{P}{n}, \\
        \mathrm{Var}(\bar d) &= 0.0703 \frac{A}{n^2} + 0.037 P \sqrt{\frac{A}{n^5}} .

    References
    ----------
    .. [clark1954] P. J. Clark, F. C. Evans, Distance to nearest neighbor as a measure of spatial
       relationships in populations, Ecology 35 (1954) 445–453.
    .. [donnelly1978] K. P. Donnelly, Simulations to determine the variance and edge effect of total
       nearest-neighbour distance, in: I. Hodder (ed.), Simulation Studies in Archaeology, Cambridge
       University Press, 1978, 91–95.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point, box
    >>> places = [Point(500_500 + 1000 * at, 3_100_500 + 1000 * up) for at in range(4)
    ...           for up in range(4)]
    >>> area = gpd.GeoSeries([box(500_000, 3_100_000, 504_000, 3_104_000)], crs=4547)
    >>> found = nearest_neighbour_index(gpd.GeoSeries(places, crs=4547), study_area=area)
    >>> float(found["observed_m"]), round(float(found["ratio"]), 3), found.attrs["reading"]
    (1000.0, 2.0, 'dispersed')
    """
    pattern = pattern_in(points, study_area, function="nearest_neighbour_index")
    n, area = len(pattern.xy), pattern.area_km2 * 1e6
    around = float(shapely.length(pattern.area))
    observed = float(cKDTree(pattern.xy).query(pattern.xy, k=2)[0][:, 1].mean())
    expected = 0.5 * (area / n) ** 0.5
    z = (observed - expected) / (0.26136 * area**0.5 / n)
    corrected = expected + (0.0514 + 0.041 / n**0.5) * around / n
    variance = 0.0703 * area / n**2 + 0.037 * around * (area / n**5) ** 0.5
    z_corrected = (observed - corrected) / variance**0.5
    p_corrected = _two_sided_normal(z_corrected)
    table = pd.Series(
        {
            "n": n,
            "observed_m": observed,
            "expected_m": expected,
            "ratio": observed / expected,
            "z": z,
            "p_value": _two_sided_normal(z),
            "expected_corrected_m": corrected,
            "ratio_corrected": observed / corrected,
            "z_corrected": z_corrected,
            "p_corrected": p_corrected,
            "coincident": pattern.coincident,
            "area_km2": pattern.area_km2,
            "perimeter_km": around / 1e3,
        },
        name="nearest_neighbour_index",
    )
    facts = {
        "reading": _reading(p_corrected, apart=z_corrected > 0),
        **pattern.counts(),
        **pattern.measured,
    }
    pure = dict.fromkeys(("ratio", "ratio_corrected", "z", "z_corrected"), PURE)
    return labelled(table, facts, columns={"n": COUNT, **pure})


@door
def ripley(
    points: Frame,
    *,
    study_area: Frame,
    distances_m: ArrayLike | None = None,
    simulations: int = 199,
    interval_pct: float = 95.0,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Count other points around each point, at all distances: Ripley's K and L.

    L(r) − r says at which distances points keep together (above 0) or apart (below 0). What chance
    gives is found by spreading as many points over the study area at random, again and again.

    Parameters
    ----------
    points
        Points; rows with no place and points outside the study area are left out and counted.
    study_area
        Polygons of the area in which points could have been, in the CRS of the points.
    distances_m
        Rising distances; by default 50 up to a quarter of the shorter side of the narrowest
        rectangle around the study area.
    simulations
        How many random patterns, from 19 to 9999.
    interval_pct
        Percentage of the random patterns that ``l_low`` to ``l_high`` and ``l_band_low`` to
        ``l_band_high`` hold.
    seed
        The same seed gives the same table.

    Returns
    -------
    One row for each distance with ``distance_m``; ``k`` (m²), ``l`` (m), ``l_minus_d`` (m);
    ``k_expected`` (π r², m²); ``l_low``, ``l_high`` (m): the interval of the random patterns at
    this distance alone; ``l_band_low``, ``l_band_high`` (m): the band that so many random patterns
    stay inside of at *all* distances. Its ``attrs`` are ``p_value`` of the whole curve,
    ``largest_at_m`` (the distance at which it is furthest from chance), ``reading``
    (``"clustered"``, ``"dispersed"`` or ``"random"``, by the p-value at 0.05 and the side on which
    it is furthest), ``area_km2``, ``simulations``, ``seed``, ``correction``, ``points``,
    ``coincident``, ``points_outside`` and ``points_without_place``.

    Raises
    ------
    InputError
        Fewer than 8 points lie in the study area or all in one place, the area is empty, or an
        option is out of its range: too long are distances at which the study area and its copy
        shifted so far share less than a tenth on average, too few simulations with no band of
        ``interval_pct``.
    CRSError
        The frames differ in CRS or fail `geo.require_crs`.

    Warnings
    --------
    Judge by the band and the p-value. The interval at each distance is narrower: of 50 distances,
    some leave it by chance. Chance here means an even spread over all of the study area, lakes and
    hills included: a pattern that follows where people and land allow it *will* be clustered, and
    that is no finding. K adds up: what happens at 200 m is still in it at 2 km, so the curve does
    not show the size of clusters. Points that are known only by the park they are in share its
    place and lift K at every distance; look at ``coincident`` first. Documents that name one park
    at length make a cluster of documents, not of activity.

    Notes
    -----
    With :math:`n` points at distances :math:`d_{ij}` in the study area :math:`W` of area
    :math:`A`, and the mean area :math:`\bar\gamma(r)` that :math:`W` shares with a copy of itself
    shifted by :math:`r` in any direction,

    .. math::

        \hat K(r) = \frac{A^2}{n (n - 1)} \sum_i \sum_{j \ne i}
          \frac{\mathbf{1}(d_{ij} \le r)}{\bar\gamma(d_{ij})}, \qquad
        \hat L(r) = \sqrt{\hat K(r) / \pi}, \qquad
        \bar\gamma(r) = \frac{1}{2 \pi} \int_0^{2 \pi} |W \cap (W + r e_\theta)| \, d\theta .

    K is from [ripley1977]_, L from [besag1977]_. The edge correction is that of rigid motions
    [ohser1981]_: unbiased for polygons of any shape, holes and parts included, as long as
    :math:`\bar\gamma(r) > 0`. Shared areas are measured on the polygon in 32 directions; an outline
    of many corners is simplified for it, by at most a hundredth of the width of the area. The
    p-value is that of the largest absolute deviation of :math:`\hat L` from the mean of all curves,
    over all distances: exact for any number of simulations, as in [myllymaki2017]_.

    References
    ----------
    .. [ripley1977] B. D. Ripley, Modelling spatial patterns (with discussion), J. Royal Statistical
       Society B 39 (1977) 172–212.
    .. [besag1977] J. Besag, Discussion on Dr Ripley's paper, J. Royal Statistical Society B 39
       (1977) 193–195.
    .. [ohser1981] J. Ohser, D. Stoyan, On the second-order and orientation analysis of planar
       stationary point processes, Biometrical Journal 23 (1981) 523–533.
    .. [myllymaki2017] M. Myllymäki, T. Mrkvička, P. Grabarnik, H. Seijo, U. Hahn, Global envelope
       tests for spatial processes, J. Royal Statistical Society B 79 (2017) 381–404.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point, box
    >>> places = [Point(500_500 + 1000 * at, 3_100_500 + 1000 * up) for at in range(4)
    ...           for up in range(4)]
    >>> area = gpd.GeoSeries([box(500_000, 3_100_000, 504_000, 3_104_000)], crs=4547)
    >>> found = ripley(gpd.GeoSeries(places, crs=4547), study_area=area, distances_m=[500, 900])
    >>> found["k"].tolist(), found.attrs["reading"]
    ([0.0, 0.0], 'dispersed')
    """
    pattern = pattern_in(points, study_area, function="ripley")
    n = len(pattern.xy)
    if not np.ptp(pattern.xy, axis=0).any():
        raise InputError(
            f"ripley: all {n} points lie in one place, so there are no distances to look at. If "
            "they are known only by the park they are in, show them as one.",
            code="points.one_place",
            points=n,
        )
    _require_options(simulations, interval_pct, seed)
    radius, share = _distances(distances_m, pattern.area)
    intensity_scale = float(shapely.area(pattern.area)) / (n * (n - 1))
    _require_affordable(pattern, radius[-1], simulations)
    observed = _k(pattern.xy, radius, share) * intensity_scale
    chance = np.empty((simulations, radius.size))
    rng = np.random.default_rng(seed)
    for at in range(simulations):
        checkpoint(at, simulations)
        chance[at] = _k(uniform_points(pattern.area, n, rng), radius, share)
    curve, curves = (observed / np.pi) ** 0.5, (chance * intensity_scale / np.pi) ** 0.5
    tail = (100 - interval_pct) / 2
    low, high = np.percentile(curves, [tail, 100 - tail], axis=0)
    # The observed curve is one of those that the mean is taken of: then all are alike under chance.
    mean = (curves.sum(axis=0) + curve) / (simulations + 1)
    deviations = np.abs(curves - mean).max(axis=1)
    largest = int(np.abs(curve - mean).argmax())
    deviation = abs(curve - mean)[largest]
    slack = 1e-9 * radius[-1]
    p_value = float((1 + (deviations >= deviation - slack).sum()) / (simulations + 1))
    band = float(np.percentile(deviations, interval_pct, method="higher"))
    table = pd.DataFrame(
        {
            "distance_m": radius,
            "k": observed,
            "l": curve,
            "l_minus_d": curve - radius,
            "k_expected": np.pi * radius**2,
            "l_low": low,
            "l_high": high,
            "l_band_low": np.maximum(mean - band, 0),
            "l_band_high": mean + band,
        }
    )
    facts = {
        "p_value": p_value,
        "largest_at_m": float(radius[largest]),
        "reading": _reading(p_value, apart=bool(curve[largest] < mean[largest])),
        "area_km2": pattern.area_km2,
        "simulations": simulations,
        "seed": seed,
        "interval_pct": interval_pct,
        "correction": "rigid motion",
        **pattern.counts(),
        **pattern.measured,
    }
    lengths = ("l", "l_minus_d", "l_low", "l_high", "l_band_low", "l_band_high")
    units = dict.fromkeys(("k", "k_expected"), "m²") | dict.fromkeys(lengths, "m")
    return labelled(table, facts, columns=units)


def _require_options(simulations: int, interval_pct: float, seed: int) -> None:
    if not (is_whole(simulations) and _MIN_SIMULATIONS <= simulations <= _MAX_SIMULATIONS):
        raise InputError(
            f"ripley: simulations is {brief(simulations)}. Allowed are whole numbers from "
            f"{_MIN_SIMULATIONS} to {_MAX_SIMULATIONS:,}; the least p-value is "
            "1 / (simulations + 1).",
            code="option.whole",
            value=brief(simulations),
            least=_MIN_SIMULATIONS,
            most=_MAX_SIMULATIONS,
        )
    require_percent(interval_pct, "interval_pct", function="ripley")
    require_seed(seed, function="ripley")
    needed = int(np.ceil(round(100 / (100 - interval_pct), 6))) - 1
    if simulations < needed:
        raise InputError(
            f"ripley: {simulations} simulations have no band of {interval_pct:g} %, since its ends "
            f"would lie beyond all of them. Take simulations={needed} or more, or a smaller "
            "interval_pct.",
            code="option.draws",
            draws=simulations,
            interval=interval_pct,
            needed=needed,
        )


def _distances(distances_m: ArrayLike | None, area: Shape) -> tuple[Floats, tuple[Floats, Floats]]:
    """Distances to look at, and the share of the study area that is left at each distance."""
    x, y = shapely.get_coordinates(shapely.minimum_rotated_rectangle(area))[:3].T
    shorter = float(np.hypot(np.diff(x), np.diff(y)).min())
    if distances_m is None:
        radius = np.linspace(shorter / 4 / _DISTANCES, shorter / 4, _DISTANCES)
    else:
        try:
            radius = np.asarray(distances_m, dtype=float).ravel()
        except (TypeError, ValueError, OverflowError):
            radius = np.array([np.nan])
        if not (radius.size and np.isfinite(radius).all() and radius[0] > 0):
            raise InputError(
                "ripley: distances_m are missing, or not all positive numbers of metres.",
                code="option.rising",
                value=brief(distances_m),
            )
        if (np.diff(radius) <= 0).any():
            raise InputError(
                "ripley: distances_m must rise. Pass them sorted, each once.",
                code="option.rising",
                value=brief(distances_m),
            )
    step, left = set_covariance_share(area, float(radius[-1]))
    if left.min() < _LEAST_OVERLAP:
        reach = float(step[left >= _LEAST_OVERLAP].max())
        raise InputError(
            f"ripley: distances_m reach {radius[-1]:,.0f} m, too far for this study area: allowed "
            f"are up to {reach:,.0f} m, where a tenth of all pairs still lies inside it.",
            code="points.far",
            value=round(float(radius[-1]), 1),
            most=int(reach),
        )
    return radius, (step, left)


def _require_affordable(pattern: Pattern, radius_m: float, simulations: int) -> None:
    tree = cKDTree(pattern.xy)
    n = len(pattern.xy)
    pairs = max(
        int(tree.count_neighbors(tree, radius_m) - n) // 2,
        int(n**2 / 2 * min(np.pi * radius_m**2 / shapely.area(pattern.area), 1)),
    )
    if pairs > _MAX_PAIRS:
        raise InputError(
            f"ripley: {pairs:,} pairs of points lie within {radius_m:,.0f} m, more than the "
            f"{_MAX_PAIRS:,} allowed. Take shorter distances_m, or a random part of the points.",
            code="cost.simulations",
            amount=pairs,
            limit=_MAX_PAIRS,
            points=n,
            simulations=1,
        )
    require_affordable(
        pairs * (simulations + 1.0),
        _MAX_DISTANCES,
        function="ripley",
        what="distances between points",
        choose="fewer simulations, shorter distances_m, or a random part of the points",
        code="cost.simulations",
        points=n,
        simulations=simulations,
    )


def _k(xy: Floats, radius: Floats, share: tuple[Floats, Floats]) -> Floats:
    """Sum over ordered pairs within each radius, each pair over the share of the area it sees."""
    pairs = cKDTree(xy).query_pairs(radius[-1], output_type="ndarray")
    dx, dy = (xy[pairs[:, 0]] - xy[pairs[:, 1]]).T
    distance = np.sqrt(dx * dx + dy * dy)
    # Rounding may put a pair at the last radius just beyond it.
    at = np.minimum(np.searchsorted(radius, distance), radius.size - 1)
    total: Floats = np.bincount(at, 1 / np.interp(distance, *share), radius.size).cumsum()
    return 2 * total


def _two_sided_normal(z: float) -> float:
    return float(erfc(abs(z) / 2**0.5))


def _reading(p_value: float, *, apart: bool) -> str:
    if p_value > _ALPHA:
        return "random"
    return "dispersed" if apart else "clustered"
