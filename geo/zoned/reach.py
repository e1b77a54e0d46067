"""How much ground of zones is within reach of sites, once and twice.

What sites reach whose place is exact is cut out of the zones. Sites that may lie elsewhere add to
it, and only near where they may be: what they add is the mean over a lattice of that ground alone,
so that a short distance is told as exactly as a long one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from geo.geodesic import geodesic_area_km2
from geo.work import checkpoint, slices
from geo.zoned import likely_coverage as likely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.supports import Supports

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

CORNERS = 128
# Polygons that are cut between two looks at the watch.
_CUT_AT_ONCE = 200
# A regular polygon of this radius has the area of the circle of radius 1: its corners are 0.02 %
# outside of it, the middles of its sides 0.01 % inside.
_EQUAL_AREA = (2 * np.pi / CORNERS / np.sin(2 * np.pi / CORNERS)) ** 0.5
# Around where a site may be, so that nothing is left out at the sides of a polygon for a circle.
_WIDER = 1.001


class Near(NamedTuple):
    """Ground within some distances of where sites may be whose place is not exact.

    Parameters
    ----------
    km2
        Area of it in each zone.
    points
        Lattice over it.
    free
        Which of these no exact site reaches, of shape (distances, points).
    """

    km2: Floats
    points: likely.Lattice
    free: NDArray[np.bool_]

    def part_km2(self, parts: Floats) -> Floats:
        """Return so much of the area in each zone; nothing where there is none."""
        return np.nan_to_num(self.km2 * parts)


class Reach(NamedTuple):
    """Ground of zones within reach of sites, in km².

    Parameters
    ----------
    whole
        Area of each zone; not-a-number of one without geometry.
    certain
        Within reach of one site at least whose place is exact: of shape (distances, zones).
    covered, doubly
        Within reach of one site at least, and of two, as is to be expected: of the same shape.
    near
        Where the last two are not certain.
    """

    whole: Floats
    certain: Floats
    covered: Floats
    doubly: Floats
    near: list[Near]


def within_reach(
    polygons: NDArray[Any],
    places: Supports,
    distances_m: Sequence[float],
    crs: Any,  # noqa: ANN401  pyproj's own
    *,
    finest: float,
) -> Reach:
    """Measure the ground of zones within each of some distances of sites.

    Parameters
    ----------
    polygons
        Valid, in metres; a missing one stays missing.
    places
        Of the sites.
    distances_m
        The reaches.
    crs
        Of the polygons and the places.
    finest
        Least step of a lattice, as a part of the distance.
    """
    (whole,) = _areas_km2([polygons], crs)
    exact = places.exact
    sure, elsewhere = places.only(exact), places.only(~exact)
    covered, doubly = np.zeros((2, len(distances_m), len(polygons)))
    for row, distance in enumerate(distances_m):
        layers = [_cut(polygons, ground) for ground in _reached(discs(sure.xy, distance))]
        covered[row], doubly[row] = _areas_km2(layers, crs)
    certain, near = covered.copy(), []
    for rows in _doublings(distances_m) if len(elsewhere.xy) else ():
        reaches = [distances_m[row] for row in rows]
        pieces = _cut(polygons, _around(elsewhere, max(reaches)))
        # Zones that are only touched have no ground.
        pieces[~(shapely.area(pieces) > 0)] = None
        step_m = finest * min(reaches)
        points = likely.lattice(shapely.buffer(pieces, 0), places, finest_m=step_m)
        (km2,) = _areas_km2([pieces], crs)
        before = likely.chances(points.xy, sure, reaches)
        ground = Near(km2, points, before[0] == 0)
        after = likely.chances(points.xy, places, reaches)
        for area, less, more in zip((covered, doubly), before, after, strict=True):
            area[rows] += [ground.part_km2(points.means(each)) for each in more - less]
        near.append(ground)
    # An overlay may differ from the whole in the last digits.
    covered = np.minimum(covered, whole)
    return Reach(whole, certain, covered, np.minimum(doubly, covered), near)


def intervals(reach: Reach, places: Supports, distance_m: float) -> tuple[Floats, Floats]:
    """Return the ends of the interval of what is covered of each zone, in km².

    Parameters
    ----------
    reach
        Of these places and of this distance alone.
    places
        Of the sites, some of which may lie elsewhere.
    distance_m
        The reach.
    """
    (near,) = reach.near
    elsewhere = places.only(~places.exact)
    ends = likely.intervals(near.points, elsewhere, distance_m, free=near.free[0])
    low, high = (np.minimum(reach.certain[0] + near.part_km2(end), reach.whole) for end in ends)
    return low, high


def discs(xy: Floats, distance_m: float) -> NDArray[Any]:
    """Draw the circle of a radius around each of some points, as a polygon of its area."""
    angle = np.arange(CORNERS) * (2 * np.pi / CORNERS)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * (distance_m * _EQUAL_AREA)
    return np.asarray(shapely.polygons(xy[:, None, :] + ring), dtype=object)


def _areas_km2(layers: Sequence[NDArray[Any]], crs: Any) -> list[Floats]:  # noqa: ANN401  pyproj's own
    return [
        geodesic_area_km2(gpd.GeoSeries(layer, crs=crs)).to_numpy(dtype=float) for layer in layers
    ]


def _doublings(distances_m: Sequence[float]) -> list[Ints]:
    """Positions of distances that are less than twice the least of them, for all of them."""
    distances = np.asarray(distances_m, dtype=float)
    if not distances.size:
        return []
    octave = np.floor(np.log2(distances / distances.min()))
    return [np.flatnonzero(octave == each) for each in np.unique(octave)]


def _around(places: Supports, distance_m: float) -> Any:  # noqa: ANN401  any geometry
    """Ground that sites may reach, and a little more."""
    spots = np.asarray(shapely.points(places.xy))
    laid = np.asarray(shapely.multipoints(spots, indices=places.feature))
    # Many sites are somewhere in one zone.
    hulls = list(dict.fromkeys(shapely.convex_hull(laid)))
    return shapely.union_all(shapely.buffer(hulls, distance_m * _WIDER, quad_segs=CORNERS // 4))


def _reached(circles: NDArray[Any]) -> tuple[Any, Any]:
    """Ground in at least one disc, and in at least two.

    The discs are halved again and again: twice covered is what either half covers twice, and what
    both halves cover.
    """
    checkpoint()
    if circles.size == 0:
        return shapely.MultiPolygon(), shapely.MultiPolygon()
    if circles.size == 1:
        return circles[0], shapely.MultiPolygon()
    boxes = shapely.bounds(circles)
    spread = np.ptp(boxes, axis=0)
    order = np.argsort(boxes[:, int(spread[1] > spread[0])], kind="stable")
    half = circles.size // 2
    (once_a, twice_a), (once_b, twice_b) = (
        _reached(circles[order[:half]]),
        _reached(circles[order[half:]]),
    )
    both = shapely.intersection(once_a, once_b)
    return shapely.union(once_a, once_b), shapely.union_all([twice_a, twice_b, both])


def _cut(polygons: NDArray[Any], ground: Any) -> NDArray[Any]:  # noqa: ANN401  any geometry
    """Part of each polygon that is on a piece of ground; most are wholly on it or wholly off."""
    pieces = np.full(polygons.size, shapely.MultiPolygon(), dtype=object)
    shapely.prepare(ground)
    on = shapely.contains_properly(ground, polygons)
    pieces[on] = polygons[on]
    crossed = np.flatnonzero(shapely.intersects(ground, polygons) & ~on)
    for block in slices(crossed.size, _CUT_AT_ONCE):
        some = crossed[block]
        pieces[some] = shapely.intersection(polygons[some], ground)
    pieces[shapely.is_missing(polygons)] = None
    return pieces
