"""The rules that draw the 224 layout: two cities, two axes, four circles.

The plan prints no geometry, only members, an area or two, and the roads that the axes follow. A
rule builds a shape from those facts alone and says so: every shape made here is *schematic*.
A shape holds no coordinate of its own, so that moving a member moves what is built on it.

A rule is a text in the data, its name and its parameter, and where wanted the districts that the
shape may not leave:

``hull_area:24.65 within:district-yuelu``
    The convex hull of the members, widened to the printed area (:func:`hull_with_area`).
``cover:1500``
    A smooth zone around the members' extents with a margin in metres (:func:`cover`).
``along_roads:4000``
    A line through the members in their order, along the roads (:func:`along_roads`).
``district:district-yuelu``
    The districts themselves (:func:`from_district`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
import shapely.ops
from scipy.optimize import brentq

from geo.crs import geodesic_area_km2, moved
from geo.errors import CRSError, InputError, LayerError
from layers.plan.area import map_crs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shapely.geometry.base import BaseGeometry

CRS = "EPSG:4490"
RULES = ("hull_area", "cover", "along_roads", "district")

QUARTER_SEGMENTS = 16


@dataclass(frozen=True, slots=True)
class Shape:
    """What a rule has built.

    Parameters
    ----------
    geometry
        In EPSG:4490.
    accuracy_m
        One sigma of the positions that it rests on, metres; how far the rule itself is from the
        authority's own drawing is not known and not in it.
    """

    geometry: BaseGeometry
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's text, read: its name, its parameter, and the districts that bound it."""

    name: str
    parameter: str
    within: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Rule:
        """Read a rule.

        Raises
        ------
        LayerError
            If there is no rule of that name.
        InputError
            If the text cannot be read.

        Examples
        --------
        >>> Rule.parse("hull_area:24.65 within:district-yuelu")
        Rule(name='hull_area', parameter='24.65', within=('district-yuelu',))
        """
        words = text.split()
        pairs = [word.partition(":") for word in words]
        if not words or any(not value for _, _, value in pairs):
            raise InputError(
                f"layout: cannot read the rule {text!r}; write it like 'cover:1500'",
                code="plan.rule",
                rule=text,
            )
        (name, _, parameter), *rest = pairs
        if name not in RULES:
            raise LayerError(
                f"layout: there is no rule {name!r} (in {text!r}); choose from {', '.join(RULES)}",
                code="plan.rule",
                rule=text,
            )
        if [key for key, _, _ in rest] not in ([], ["within"]):
            raise InputError(
                f"layout: the rule {text!r} may add only 'within:<district id>' to {name!r}",
                code="plan.rule",
                rule=text,
            )
        return cls(name, parameter, tuple(rest[0][2].split("|")) if rest else ())

    def number(self) -> float:
        """Return the parameter as a positive number."""
        try:
            value = float(self.parameter)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value > 0):
            raise InputError(
                f"layout: the rule {self.name!r} needs a positive number, got {self.parameter!r}",
                code="plan.rule",
                rule=f"{self.name}:{self.parameter}",
            )
        return value


def build(
    rule: str,
    *,
    members: gpd.GeoDataFrame | None = None,
    roads: gpd.GeoDataFrame | None = None,
    districts: gpd.GeoDataFrame | None = None,
) -> Shape:
    """Build the shape that a rule describes.

    Parameters
    ----------
    rule
        Its text, as in the column ``rule`` of the data.
    members
        Points with ``accuracy_m`` and ``radius_m``, in the plan's order.
    roads
        Lines with ``accuracy_m`` that an axis follows, in the order in which it meets them.
    districts
        Polygons with ``id`` and ``accuracy_m``.

    Returns
    -------
    Shape
        Geometry in EPSG:4490 with the accuracy of what it rests on.

    Raises
    ------
    LayerError
        If there is no such rule or no such district.
    InputError
        If the rule lacks what it is built from.

    Examples
    --------
    >>> points = gpd.GeoSeries.from_xy([112.92, 112.95], [28.16, 28.19], crs=CRS)
    >>> campuses = gpd.GeoDataFrame(
    ...     {"accuracy_m": [300.0, 400.0], "radius_m": 0.0}, geometry=points
    ... )
    >>> city = build("hull_area:24.65", members=campuses)
    >>> areas_km2 = geodesic_area_km2(gpd.GeoSeries([city.geometry], crs=CRS))
    >>> round(float(areas_km2.iloc[0]), 2), round(city.accuracy_m)
    (24.65, 354)
    """
    parsed = Rule.parse(rule)
    if parsed.name == "district":
        zones = _districts(districts, tuple(parsed.parameter.split("|")), rule)
        return Shape(from_district(zones), combined_accuracy_m(zones))
    if members is None:
        raise InputError(
            f"build: the rule {rule!r} needs members; pass members=", code="plan.rule", rule=rule
        )
    value = parsed.number()
    limit = _districts(districts, parsed.within, rule) if parsed.within else None
    builders: dict[str, Callable[[], BaseGeometry]] = {
        "hull_area": lambda: hull_with_area(members, area_km2=value, within=limit),
        "cover": lambda: cover(members, margin_m=value, within=limit),
        "along_roads": lambda: along_roads(members, roads, reach_m=value),
    }
    used = [members] if roads is None or parsed.name != "along_roads" else [members, roads]
    return Shape(builders[parsed.name](), combined_accuracy_m(*used))


def hull_with_area(
    members: gpd.GeoDataFrame, *, area_km2: float, within: gpd.GeoDataFrame | None = None
) -> BaseGeometry:
    """Return the hull of the members, widened until it has the printed area.

    The convex hull of the members is buffered by one distance all round, cut at the boundary of
    ``within``, and the distance is solved for. The area is geodesic and meets the printed one
    to 1e-4 of it.

    Parameters
    ----------
    members
        Points; a row without geometry is left out.
    area_km2
        The area that the source prints, km².
    within
        Polygons that the shape may not leave.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon
        In EPSG:4490.

    Raises
    ------
    InputError
        If no member has a place, or the area is smaller than the members' own hull or larger
        than ``within``.
    """
    hull = _metric("hull_with_area", members).union_all().convex_hull
    limit = None if within is None else _metric("hull_with_area", within).union_all()

    def widened(distance_m: float) -> BaseGeometry:
        shape: BaseGeometry = hull
        if distance_m > 0:
            shape = hull.buffer(distance_m, quad_segs=QUARTER_SEGMENTS)
        return shape if limit is None else shape.intersection(limit)

    def excess_km2(distance_m: float) -> float:
        return _area_km2(_geographic(widened(distance_m))) - area_km2

    # A disc of the printed area is never narrower than the widened hull, unless it is cut.
    upper_m = 1.1 * math.sqrt(area_km2 / math.pi) * 1000.0
    if limit is not None:
        upper_m = max(upper_m, hull.hausdorff_distance(limit))
    if excess_km2(0.0) > 0 or excess_km2(upper_m) < 0:
        raise InputError(
            f"hull_with_area: {area_km2:g} km² cannot be had: the members span "
            f"{excess_km2(0.0) + area_km2:.2f} km² and at most "
            f"{excess_km2(upper_m) + area_km2:.2f} km² lie within; check the members and the area",
            code="plan.rule",
            rule=f"hull_area:{area_km2:g}",
        )
    distance_m = brentq(excess_km2, 0.0, upper_m, xtol=1e-6 * upper_m)
    return _geographic(widened(distance_m))


def cover(
    members: gpd.GeoDataFrame, *, margin_m: float, within: gpd.GeoDataFrame | None = None
) -> BaseGeometry:
    """Return a smooth zone around the members' extents.

    A point reaches as far as its ``radius_m``, a polygon is its own extent. The zone is the
    convex hull of the extents with a margin around it.

    Parameters
    ----------
    members
        Points with ``radius_m``, or polygons; a row without geometry is left out.
    margin_m
        Width of the margin, metres.
    within
        Polygons that the zone may not leave.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon
        In EPSG:4490.

    Raises
    ------
    InputError
        If no member has a place.
    """
    metric = _metric("cover", members)
    radius_m = metric["radius_m"].fillna(0.0).to_numpy(dtype="float64")
    radius_m = np.where(metric.geom_type == "Point", radius_m, 0.0)
    extents = shapely.union_all(
        shapely.buffer(metric.geometry.to_numpy(), radius_m + margin_m, quad_segs=QUARTER_SEGMENTS)
    )
    zone = extents.convex_hull
    if within is not None:
        zone = zone.intersection(_metric("cover", within).union_all())
    return _geographic(zone)


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
    metric = _metric("along_roads", nodes)
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
    return shapely.remove_repeated_points(_geographic(shapely.LineString(path)), 1e-9)


def from_district(districts: gpd.GeoDataFrame) -> BaseGeometry:
    """Return the districts as one polygon, in EPSG:4490.

    Raises
    ------
    InputError
        If there is none.
    """
    area: BaseGeometry = moved(_located("from_district", districts), CRS).union_all()
    return area


def combined_accuracy_m(*features: gpd.GeoDataFrame) -> float:
    """Return the quadratic mean of the accuracies of all features that have a place.

    A shape built from several positions is out by as much as each of them where it rests on it,
    so that its own accuracy is their root mean square, metres.

    Examples
    --------
    >>> points = gpd.GeoSeries.from_xy([112.9, 112.9], [28.1, 28.2], crs=CRS)
    >>> combined_accuracy_m(gpd.GeoDataFrame({"accuracy_m": [300.0, 400.0]}, geometry=points))
    353.5533905932738
    """
    placed = [_located("combined_accuracy_m", frame) for frame in features if not frame.empty]
    accuracy_m = np.concatenate([frame["accuracy_m"].to_numpy(dtype="float64") for frame in placed])
    if np.isnan(accuracy_m).any():
        raise InputError(
            "combined_accuracy_m: a placed feature has no accuracy_m; give it one",
            code="plan.rule",
            rule="accuracy_m",
        )
    return float(np.sqrt(np.mean(accuracy_m**2)))


def _districts(
    districts: gpd.GeoDataFrame | None, wanted: Sequence[str], rule: str
) -> gpd.GeoDataFrame:
    if districts is None:
        raise InputError(
            f"build: the rule {rule!r} needs districts; pass districts=",
            code="plan.rule",
            rule=rule,
        )
    missing = sorted(set(wanted) - set(districts["id"]))
    if missing:
        raise LayerError(
            f"build: the rule {rule!r} names districts that the layer has not: {missing}; "
            f"it has {', '.join(districts['id'])}",
            code="plan.rule",
            rule=rule,
        )
    return districts[districts["id"].isin(wanted)]


def _located(function: str, features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows with a place; refuse a frame with no CRS or with no place at all."""
    if features.crs is None:
        raise CRSError(
            f"{function}: the features have no CRS; say what they are in, for example "
            "features.set_crs(4490)",
            code="caller.crs",
            function=function,
        )
    shapes = features.geometry.to_numpy()
    placed = features[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if placed.empty:
        raise InputError(
            f"{function}: none of the {len(features)} feature(s) has a place; "
            "locate at least one of them",
            code="plan.rule",
            rule=function,
        )
    return placed


def _metric(function: str, features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return moved(_located(function, features), map_crs(), function=function)


def _geographic(shape: BaseGeometry) -> BaseGeometry:
    geographic: BaseGeometry = moved(gpd.GeoSeries([shape], crs=map_crs()), CRS).iloc[0]
    return geographic


def _area_km2(shape: BaseGeometry) -> float:
    if shape.area == 0:
        return 0.0
    return float(geodesic_area_km2(gpd.GeoSeries([shape], crs=CRS)).iloc[0])


def _course(roads: gpd.GeoDataFrame, points: list[shapely.Point]) -> shapely.LineString:
    """Join the roads into one line that runs from the first node towards the last."""
    coordinates: list[tuple[float, ...]] = []
    for line in map(_one_piece, _metric("along_roads", roads).geometry):
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
