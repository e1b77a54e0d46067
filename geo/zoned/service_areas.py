"""What lies within reach of a set of sites, as the crow flies.

Distances are straight lines in the projection of `geo.to_metric`; roads and rivers are not
considered, so that what is said to be covered may be further away on the ground.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arguments import brief, require_metres
from geo.borders import require_few_crossings
from geo.crs import Frame, measured_in, moved, require_same_crs, to_metric
from geo.doors import door
from geo.errors import InputError
from geo.overlaps import overlapping
from geo.points import located, weights_of
from geo.supports import supports, unsure
from geo.units import amount_of, labelled
from geo.work import require_affordable
from geo.zoned import likely_coverage as likely
from geo.zoned.reach import CORNERS, discs, intervals, within_reach
from geo.zones import elsewhere, polygons_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

# A shorter way is within the doorstep of any site, and below what any place is known to.
LEAST_M = 1.0
# Corners of all discs together, 2 microseconds each to unite.
_MAX_CORNERS = 4_000_000
# Points of the lattice under a curve, as a part of its distances: within 0.2 % of a finer one.
_STEP = 1 / 8


@door
def service_areas(sites: Frame, *, distance_m: float) -> gpd.GeoDataFrame:
    """Discs around sites: everything within a straight-line distance.

    Parameters
    ----------
    sites
        GeoDataFrame or GeoSeries of points, projected as `geo.to_metric` says where it is in
        degrees.
    distance_m
        Radius in metres.

    Returns
    -------
    The columns, index and CRS of the sites with discs for geometry: polygons of 128 corners, of
    exactly the area of the circle and nowhere more than 0.03 % of the radius away from it. A site
    with no place keeps none. Its ``attrs`` are those of `geo.crs.measured_in`.

    Raises
    ------
    InputError
        The distance is not positive or a site is no point.
    CRSError
        As `geo.to_metric`.

    Warnings
    --------
    A disc is no travel time: roads, rivers and slopes are not considered. Do not read its edge more
    exactly than the place of the site is known.

    Examples
    --------
    >>> from shapely import Point
    >>> discs = service_areas(gpd.GeoSeries([Point(5e5, 31e5)], crs=4547), distance_m=1000)
    >>> (discs.area / 1e6).round(6).tolist()  # π × 1 km²
    [3.141593]
    """
    require_metres(distance_m, "distance_m", function="service_areas", least_m=LEAST_M)
    metric = to_metric(sites, function="service_areas")
    xy, rows = located(metric, function="service_areas")
    circles = np.full(len(sites), None, dtype=object)
    circles[rows] = discs(xy, distance_m)
    geometry = gpd.GeoSeries(circles, index=sites.index, crs=metric.crs)
    geometry = moved(geometry, sites.crs, function="service_areas")
    if isinstance(sites, gpd.GeoDataFrame):
        areas = sites.set_geometry(geometry.rename(sites.geometry.name))
    else:
        areas = gpd.GeoDataFrame(geometry=geometry)
    return labelled(areas, measured_in(sites.crs, metric.crs))


@door
def coverage(
    sites: Frame,
    zones: Frame,
    *,
    distance_m: float,
    demand: Frame | None = None,
    demand_weights: str | ArrayLike | None = None,
) -> gpd.GeoDataFrame:
    r"""How much of each zone is within reach of a site, and of two.

    The discs of `service_areas` are overlaid with the zones exactly; areas are geodesic. Where
    sites may lie elsewhere (columns ``accuracy_m`` and ``place_extent``, as `geo.distribution`
    takes them) the shares are those to be expected, with intervals. Sites at one place count as so
    many sites, so that two platforms in one building cover their surroundings doubly:
    ``attrs["sites_sharing_a_place"]`` says how many there are.

    Parameters
    ----------
    sites
        Points. Rows with no place are left out and counted in ``attrs["sites_without_place"]``.
    zones
        Polygons, in the CRS of the sites. Invalid ones are repaired, with a warning.
    distance_m
        Radius of a site's reach in metres.
    demand
        Points that need the sites, in the CRS of the sites. One counts as covered when a site is no
        further than ``distance_m`` away, in the zone that `geo.zones.members` gives it.
    demand_weights
        Column name, or one number of zero or more for each demand point.

    Returns
    -------
    The zones with, in this order, ``area_km2``, ``covered_km2``, ``doubly_covered_km2``,
    ``uncovered_km2``, ``covered_pct``, ``doubly_covered_pct``, ``uncovered_pct`` and, with demand,
    ``demand``, ``demand_covered``, ``demand_covered_pct``. With sites that may lie elsewhere there
    are ``covered_pct_low`` and ``covered_pct_high`` too, between which nine tenths of 1000 draws of
    all sites lie. Columns that had these names are
    replaced. Covered and uncovered add up to the area; a zone with no geometry has not-a-number.
    Its ``attrs`` say in which CRS distances were taken, as in `geo.crs.measured_in`.

    Raises
    ------
    InputError
        The distance is not positive, or so long that any site reaches all zones; a site is no
        point, a zone no polygon, or weights do not fit.
    CRSError
        The frames differ in CRS, or as `geo.to_metric`.

    Warnings
    --------
    A straight line crosses rivers and hills that no road does: what is said to be covered is the
    most that a network can reach. Covered area is not covered people; pass ``demand`` to count
    those. Sites known only by their park stand at its centre, and a distance below its radius then
    tells of the centre, not of the site, unless their ``place_extent`` is given.

    Notes
    -----
    With the discs :math:`D_i` of radius :math:`r` around the sites and a zone :math:`Z`

    .. math::
        100\,\frac{|Z \cap \bigcup_i D_i|}{|Z|}, \qquad
        100\,\frac{|Z \cap \bigcup_{i<j} (D_i \cap D_j)|}{|Z|}

    are the covered and the doubly covered share; areas are of the ellipsoid. With sites that may
    lie elsewhere, each within reach of a place :math:`x` with probability :math:`p_i(x)`, they are
    the means over the zone of

    .. math::
        1 - \prod_i (1 - p_i), \qquad
        1 - \prod_i (1 - p_i) - \sum_i p_i \prod_{j \ne i} (1 - p_j)

    on a lattice of at most 20 000 points over the ground near these sites alone, from 128 places
    of each: what exact sites reach is cut out exactly, and so what is covered is within some 1 % of
    itself at any distance. Sites are taken to lie independently of each other.

    Examples
    --------
    >>> from shapely import Point, box
    >>> sites = gpd.GeoSeries([Point(500_000, 3_100_000)], crs=4547)
    >>> zones = gpd.GeoDataFrame(geometry=[box(5e5, 30.95e5, 5.05e5, 31.05e5)], crs=4547)
    >>> result = coverage(sites, zones, distance_m=1000)
    >>> result["covered_pct"].round(2).tolist()  # half a disc, π/2 km², of 50 km²
    [3.14]
    """
    require_metres(distance_m, "distance_m", function="coverage", least_m=LEAST_M)
    require_same_crs(sites, zones, function="coverage")
    polygons, repaired, crs = _metric_polygons(zones, "coverage")
    xy, rows = located(moved(sites, crs, function="coverage"), function="coverage")
    _require_short(distance_m, xy, polygons, "coverage")
    _require_few_corners(len(xy), 1, "coverage")
    places = supports(sites, rows, crs, most=likely.PLACES, function="coverage")
    reach = within_reach(polygons, places, [distance_m], crs, finest=0.0)
    whole, covered, doubly = reach.whole, reach.covered[0], reach.doubly[0]
    moves = unsure(sites, rows, function="coverage")
    spread: dict[str, Floats] = {}
    if moves.any():
        ends = zip(("low", "high"), intervals(reach, places, distance_m), strict=True)
        spread = {f"covered_pct_{end}": _percent(part, whole) for end, part in ends}
    table = zones if isinstance(zones, gpd.GeoDataFrame) else gpd.GeoDataFrame(geometry=zones)
    result = table.assign(
        area_km2=whole,
        covered_km2=covered,
        doubly_covered_km2=doubly,
        uncovered_km2=whole - covered,
        covered_pct=_percent(covered, whole),
        doubly_covered_pct=_percent(doubly, whole),
        uncovered_pct=_percent(whole - covered, whole),
        **spread,
    )
    facts: dict[Any, Any] = {}
    if demand is not None:
        require_same_crs(sites, demand, function="coverage")
        weight = weights_of(demand, demand_weights, function="coverage")
        _, needing = located(moved(demand, crs, function="coverage"), function="coverage")
        ahead = elsewhere(
            demand, needing, polygons, crs, overlap=overlapping(polygons), function="coverage"
        )
        ((near,), _) = likely.chances(ahead.places.xy, places, [distance_m])
        needed = weight[needing][ahead.places.feature] * ahead.places.share
        total, served = np.zeros((2, len(zones)))
        for place, zone in ahead.blocks():
            total += np.bincount(zone, needed[place], len(zones))
            served += np.bincount(zone, (needed * near)[place], len(zones))
        result = result.assign(
            demand=total, demand_covered=served, demand_covered_pct=_percent(served, total)
        )
        facts["demand_without_place"] = len(demand) - len(needing)
    facts |= {
        "distance_m": float(distance_m),
        "sites": len(rows),
        "sites_unsure": int(moves.sum()),
        "sites_without_place": len(sites) - len(rows),
        "sites_sharing_a_place": _sharing(xy),
        "repaired_zones": repaired,
    } | measured_in(zones.crs, crs)
    return labelled(result, facts, amount=amount_of(demand, demand_weights))


@door
def coverage_curve(sites: Frame, zones: Frame, *, distances_m: Iterable[float]) -> pd.DataFrame:
    """How coverage of all zones together grows with the distance that is still called near.

    Parameters
    ----------
    sites, zones
        As for `coverage`. Where zones overlap, the ground counts once.
    distances_m
        Radii in metres.

    Returns
    -------
    One row for each distance, in the order given: ``distance_m``, ``covered_km2``, ``covered_pct``,
    ``doubly_covered_km2``, ``doubly_covered_pct``.

    Raises
    ------
    InputError, CRSError
        As `coverage`.

    Warnings
    --------
    The curve has no natural threshold: where it bends says as much of the zones' shape as of the
    sites. What holds for `coverage` holds here too.

    Notes
    -----
    The shares of `coverage` at each distance, of all zones taken as one.

    Examples
    --------
    >>> from shapely import Point, box
    >>> sites = gpd.GeoSeries([Point(500_000, 3_100_000)], crs=4547)
    >>> zones = gpd.GeoSeries([box(4.95e5, 30.95e5, 5.05e5, 31.05e5)], crs=4547)
    >>> curve = coverage_curve(sites, zones, distances_m=[1000, 2000])
    >>> curve["covered_pct"].round(2).tolist()  # π and 4π km² of 100 km²
    [3.14, 12.57]
    """
    if not isinstance(distances_m, Iterable) or isinstance(distances_m, str | bytes):
        raise InputError(
            f"coverage_curve: distances_m is {brief(distances_m)}. Pass one or more positive "
            "numbers of metres, such as [500, 1000].",
            code="option.metres",
            value=brief(distances_m),
        )
    distances = list(distances_m)
    for distance in distances:
        require_metres(distance, "distances_m", function="coverage_curve", least_m=LEAST_M)
    require_same_crs(sites, zones, function="coverage_curve")
    polygons, _, crs = _metric_polygons(zones, "coverage_curve")
    xy, rows = located(moved(sites, crs, function="coverage_curve"), function="coverage_curve")
    require_few_crossings(polygons, function="coverage_curve")
    ground = np.array([shapely.union_all(polygons)])
    if distances:
        _require_short(min(distances), xy, polygons, "coverage_curve")
    _require_few_corners(len(xy), len(distances), "coverage_curve")
    places = supports(sites, rows, crs, most=likely.PLACES, function="coverage_curve")
    reach = within_reach(ground, places, distances, crs, finest=_STEP)
    whole, covered, doubly = reach.whole[0], reach.covered[:, 0], reach.doubly[:, 0]
    curve = pd.DataFrame(
        {
            "distance_m": distances,
            "covered_km2": covered,
            "covered_pct": _percent(covered, whole),
            "doubly_covered_km2": doubly,
            "doubly_covered_pct": _percent(doubly, whole),
        }
    )
    return labelled(curve, measured_in(zones.crs, crs))


def _metric_polygons(zones: Frame, function: str) -> tuple[NDArray[Any], list[Any], Any]:
    metric = to_metric(zones, function=function)
    polygons, repaired = polygons_of(metric, function=function)
    return polygons, repaired, metric.crs


def _require_short(distance_m: float, xy: Floats, polygons: NDArray[Any], function: str) -> None:
    """Refuse a distance at which every site reaches everything, wherever it stands."""
    polygons = polygons[~(shapely.is_missing(polygons) | shapely.is_empty(polygons))]
    if not (len(xy) and len(polygons)):
        return
    ends = np.vstack([shapely.bounds(polygons).reshape(-1, 2), xy])
    across = float(np.hypot(*np.ptp(ends, axis=0)))
    if distance_m >= across:
        raise InputError(
            f"{function}: at {distance_m:,.0f} m every site reaches all of the zones, which lie "
            f"within {across:,.0f} m, so that all is covered wherever the sites are. Take a "
            "shorter distance.",
            code="zones.all_reached",
            distance=float(distance_m),
            most=int(across),
        )


def _require_few_corners(sites: int, distances: int, function: str) -> None:
    require_affordable(
        sites * distances * CORNERS,
        _MAX_CORNERS,
        function=function,
        what="corners of service areas",
        choose="fewer sites or fewer distances_m",
        code="cost.buffers",
        sites=sites,
        distances=distances,
    )


def _percent(part: Floats, whole: Floats) -> Floats:
    percent: Floats = np.full(part.shape, np.nan)
    # 100 times a quotient of equals is 100; a quotient of 100 times may be a digit above.
    np.divide(part, whole, out=percent, where=whole > 0)
    return 100.0 * percent


def _sharing(xy: Floats) -> int:
    if not len(xy):
        return 0
    _, counts = np.unique(xy, axis=0, return_counts=True)
    return int(counts[counts > 1].sum())
