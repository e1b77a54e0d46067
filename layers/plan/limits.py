"""A zone from the limits that its source states: a road in the north, a river in the east.

The zone is what lies between the lines. A line that ends before it meets the next one goes on
straight; a side for which there is no line is put where the zone gets the area that its source
states. Neither is known: both count in the accuracy with their length.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.ops

from geo.errors import InputError
from layers.plan.shapes import Shape, area_km2_of, in_degrees, in_metres, quadratic_mean_m

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

# Clockwise: each meets the one before and the one after.
SIDES = ("north", "east", "south", "west")

# A line goes on as its last 2 km do, not as the ramp does in which it may end, and for no more
# than half its own length.
HEADING_M = 2000.0
MOST_EXTENDED = 0.5
# What is not drawn may be anywhere within half its length to either side, here as likely as there:
# the standard deviation of such a place, per length.
UNDRAWN = 1 / math.sqrt(12)

_TOUCHING_M = 1.0


def between_limits(
    lines: Mapping[str, gpd.GeoDataFrame],
    *,
    area_km2: float | None = None,
    within: gpd.GeoDataFrame | None = None,
) -> Shape:
    """Return what lies between a northern, an eastern, a southern and a western limit.

    Parameters
    ----------
    lines
        The lines of each side, with ``id`` and ``accuracy_m``, clockwise where there are several:
        those of the northern side from west to east. Of three sides the fourth is a straight
        line in the sense of the one that it faces, where the zone has the stated area; it is
        schematic.
    area_km2
        The area that the source states, km²: for three sides, and for no others.
    within
        Polygons that the zone may not leave; the area is that within them.

    Returns
    -------
    Shape
        In EPSG:4490. Its accuracy is the quadratic mean of those of the lines, of what was added
        to them (its length by √12) and of the side without a line (its distance from the side
        that it faces, by √12).

    Raises
    ------
    InputError
        If a side is missing that no area fits, two lines do not meet, the lines enclose nothing
        on the sides that they are said to be, or the area cannot be had.
    """
    missing = [side for side in SIDES if side not in lines]
    if len(missing) != (area_km2 is not None):
        raise _refusal(
            f"{len(missing)} side(s) have no line ({', '.join(missing) or 'none'}) and "
            f"{'an' if area_km2 is not None else 'no'} area is given; name the lines of all four "
            "sides, or of three and the stated area, to which the fourth is fitted"
        )
    first = SIDES.index(missing[0]) + 1 if missing else 0
    around = [side for side in (*SIDES[first:], *SIDES[:first]) if side in lines]
    courses = [(side, course) for side in around for course in _courses(lines[side])]
    added_m = _joined(courses, closed=not missing)
    limit = None if within is None else in_metres("between_limits", within).union_all()
    if area_km2 is None:
        zone = _clipped(_face(courses), limit)
    else:
        # As far as the lines beside the missing one go, they may enclose the zone.
        facing = [course for side, course in courses if side == around[1]]
        ends = [_towards(courses[end][1], facing[0]).coords[0] for end in (0, -1)]
        face = _face([*courses, (missing[0], shapely.LineString(ends))])
        zone, width_m = _fitted(face, facing, area_km2, limit)
        added_m.append(width_m)
    accuracies_m = [value for side in around for value in lines[side]["accuracy_m"]]
    accuracies_m += [UNDRAWN * length_m for length_m in added_m]
    return Shape(in_degrees(zone), quadratic_mean_m(accuracies_m))


def _refusal(what: str) -> InputError:
    return InputError(f"between_limits: {what}", code="plan.rule", rule="between_limits")


def _courses(lines: gpd.GeoDataFrame) -> list[shapely.LineString]:
    """Return lines in one piece each; gaps between the pieces, in their order, are bridged."""
    metric = in_metres("between_limits", lines)
    for key, shape in zip(metric["id"], metric.geometry, strict=True):
        if shape.geom_type not in {"LineString", "MultiLineString"}:
            raise _refusal(
                f"the limit {key!r} is a {shape.geom_type}; name a line, such as the bank of a "
                "river"
            )
    return [shapely.LineString(shapely.get_coordinates(shape)) for shape in metric.geometry]


def _joined(courses: list[tuple[str, shapely.LineString]], *, closed: bool) -> list[float]:
    """Let lines go on until each meets the next; return what was added, metres."""
    added_m: list[float] = []
    for here in range(0 if closed else 1, len(courses)):
        (side, one), (following, other) = courses[here - 1], courses[here]
        if one.intersects(other):
            continue
        one, other = _towards(one, other), _towards(other, one)
        ahead, beyond = _onward(one), _onward(other)
        meetings = [ahead.intersection(other), one.intersection(beyond), ahead.intersection(beyond)]
        points = [shapely.Point(xy) for xy in shapely.get_coordinates(meetings)]
        if not points:
            raise _refusal(
                f"lines in the {side} and in the {following} do not meet: they are "
                f"{one.distance(other) / 1000:.1f} km apart, and each going on straight for half "
                "its length they still miss each other; name lines that reach farther, or leave "
                "one side out and give the stated area"
            )
        meeting = min(points, key=lambda at: one.distance(at) + other.distance(at))
        for at, line in ((here - 1, one), (here, other)):
            if line.distance(meeting) > _TOUCHING_M:
                end, corner = shapely.get_coordinates([line.boundary.geoms[-1], meeting])
                past = corner + _unit(corner - end) * _TOUCHING_M
                courses[at] = (courses[at][0], shapely.LineString([*line.coords, past]))
                added_m.append(float(np.hypot(*(corner - end))))
    return added_m


def _unit(step: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = step / np.hypot(*step)
    return unit


def _towards(line: shapely.LineString, other: shapely.LineString) -> shapely.LineString:
    """Return a line that ends with the end nearer to another."""
    first, last = (shapely.Point(line.coords[end]) for end in (0, -1))
    return line if other.distance(last) <= other.distance(first) else line.reverse()


def _onward(line: shapely.LineString) -> shapely.LineString:
    """Return the straight piece by which a line may go on from its end; none of a ring."""
    if line.is_ring:
        return shapely.LineString()
    before = line.interpolate(max(line.length - HEADING_M, 0.0))
    start, end = shapely.get_coordinates([before, line.boundary.geoms[-1]])
    heading = _unit(end - start)
    return shapely.LineString([end, end + heading * MOST_EXTENDED * line.length])


def _face(courses: Sequence[tuple[str, shapely.LineString]]) -> shapely.Polygon:
    """Return the area that the lines enclose and each side bounds."""
    faces = shapely.ops.polygonize(shapely.union_all([course for _, course in courses]))
    sides = {side: shapely.union_all([c for s, c in courses if s == side]) for side, _ in courses}
    between = [face for face in faces if all(_bounds(face, *item) for item in sides.items())]
    if not between:
        raise _refusal(
            "the lines enclose no area that each side bounds; check which line is which: "
            f"{', '.join(sides)}"
        )
    return max(between, key=lambda face: face.area)


def _bounds(face: shapely.Polygon, side: str, course: BaseGeometry) -> bool:
    """Tell whether lines bound an area on this side of it."""
    stretch = face.exterior.intersection(course.buffer(_TOUCHING_M))
    # Where another line crosses it, a metre or two of that one lie beside it.
    if stretch.length < 10 * _TOUCHING_M:
        return False
    middle, centre = stretch.centroid, face.centroid
    east_m, north_m = middle.x - centre.x, middle.y - centre.y
    away_m = {"north": north_m, "east": east_m, "south": -north_m, "west": -east_m}
    return away_m[side] > _TOUCHING_M


def _clipped(zone: BaseGeometry, limit: BaseGeometry | None) -> BaseGeometry:
    return zone if limit is None else zone.intersection(limit)


def _fitted(
    face: shapely.Polygon,
    facing: list[shapely.LineString],
    area_km2: float,
    limit: BaseGeometry | None,
) -> tuple[BaseGeometry, float]:
    """Cut an area by a line in the sense of those that it faces; return how far off that is.

    The line is straight, and parallel to the chord of the stretch of ``facing`` that bounds the
    area.
    """
    beside = face.exterior.intersection(shapely.union_all(facing).buffer(_TOUCHING_M))
    ends = shapely.get_coordinates(shapely.line_merge(beside).boundary)
    apart_m = np.hypot(*(ends[:, None] - ends).T)
    first, last = ends[list(np.unravel_index(apart_m.argmax(), apart_m.shape))]
    middle = np.asarray(face.centroid.coords[0])
    along = _unit(last - first)
    across = np.asarray([-along[1], along[0]])
    across *= np.sign((middle - first) @ across)
    reaches_m = (shapely.get_coordinates(face) - first) @ across
    nearest_m, farthest_m = reaches_m.min() - _TOUCHING_M, reaches_m.max()

    def cut(width_m: float) -> BaseGeometry:
        corners = [
            first + along * sign * face.length + across * reach_m
            for sign, reach_m in (
                (-1, nearest_m),
                (1, nearest_m),
                (1, width_m),
                (-1, width_m),
            )
        ]
        return _clipped(face.intersection(shapely.Polygon(corners)), limit)

    def excess_km2(width_m: float) -> float:
        return area_km2_of(in_degrees(cut(width_m))) - area_km2

    if excess_km2(farthest_m) < 0:
        raise _refusal(
            f"{area_km2:g} km² cannot be had: between the lines lie at most "
            f"{excess_km2(farthest_m) + area_km2:.2f} km²; check the area, the districts that the "
            "zone may not leave, and how far the lines reach"
        )
    from scipy.optimize import brentq  # noqa: PLC0415  takes longer than a small plan

    width_m = float(brentq(excess_km2, nearest_m, farthest_m, xtol=0.1))
    return cut(width_m), width_m
