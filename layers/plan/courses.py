"""A line from node to node along the roads that it is said to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
import shapely.ops

from geo.errors import InputError
from layers.plan.shapes import in_degrees, in_metres

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry


def along_roads(
    nodes: gpd.GeoDataFrame, roads: gpd.GeoDataFrame | None, *, reach_m: float
) -> BaseGeometry:
    """Return the line from the first node to the last along the roads.

    The roads are joined in their order into one course. A node within reach of it is passed
    where it is nearest, without a detour: the node stays where it is and the line goes by. A
    node beyond reach is visited by straight chords, as is every gap between two roads. The line
    never turns back on its course.

    Parameters
    ----------
    nodes
        Points in the plan's order; a row without geometry is left out.
    roads
        Lines in the order in which the axis meets them; None or empty for chords only.
    reach_m
        How far from the course a node may be to be passed by it, metres.

    Returns
    -------
    shapely.LineString
        In EPSG:4490.

    Raises
    ------
    InputError
        If fewer than two different nodes have a place, or a road is in several pieces.
    """
    metric = in_metres("along_roads", nodes)
    points = [geometry.centroid for geometry in metric.geometry]
    if shapely.union_all(points).geom_type == "Point":
        raise InputError(
            "along_roads: an axis needs at least two nodes in different places, but its "
            f"{len(points)} placed node(s) stand in one; give more nodes a place",
            code="plan.rule",
            rule="along_roads",
        )
    course = None if roads is None or roads.empty else _course(roads, points)
    path = [points[0]]
    at_m: float | None = None
    furthest_m = 0.0
    for point in points:
        if course is None or course.distance(point) > reach_m:
            path.append(point)
            at_m = None
            continue
        here_m = max(course.project(point), furthest_m)
        start_m = here_m if at_m is None else at_m
        path += [shapely.Point(xy) for xy in _stretch(course, start_m, here_m)]
        at_m = furthest_m = here_m
    path.append(points[-1])
    return shapely.remove_repeated_points(in_degrees(shapely.LineString(path)), 1e-9)


def _course(roads: gpd.GeoDataFrame, points: list[shapely.Point]) -> shapely.LineString:
    """Join the roads into one line that runs from the first node towards the last."""
    coordinates: list[tuple[float, ...]] = []
    for line in map(_one_piece, in_metres("along_roads", roads).geometry):
        backwards = line.project(points[0]) > line.project(points[-1])
        road = line.reverse() if backwards else line
        if coordinates:
            # Where two roads overlap, the next one is taken from where the last one ends.
            begin_m = road.project(shapely.Point(coordinates[-1]))
            coordinates += _stretch(road, begin_m, road.length)
        else:
            coordinates += road.coords
    return shapely.LineString(coordinates)


def _one_piece(line: BaseGeometry) -> shapely.LineString:
    merged = shapely.line_merge(line)
    if merged.geom_type != "LineString":
        raise InputError(
            f"along_roads: a road is a {merged.geom_type} of several pieces; "
            "give the axis roads of one piece each",
            code="plan.rule",
            rule="along_roads",
        )
    return merged


def _stretch(line: shapely.LineString, start_m: float, stop_m: float) -> list[tuple[float, ...]]:
    """Return the coordinates of a line between two distances along it."""
    return list(shapely.ops.substring(line, start_m, stop_m).coords)
