"""The rules that draw the 224 layout: two cities, two axes, four circles.

The plan prints no geometry, only members, an area or two, and the roads that the axes follow;
other sources state the limits of a zone. A rule builds a shape from those facts alone and says
so: every shape made here is *schematic*. A shape holds no coordinate of its own, so that moving a
member moves what is built on it.

A rule is a text in the data, its name and its parameter, and where wanted the districts that the
shape may not leave:

``between_limits:north=road-a|road-b,east=river-c,south=road-d area:145.5 within:district-e``
    What lies between the lines of its limits, those of one side clockwise; where one side has
    none, the stated area says where that side is (:func:`~layers.plan.limits.between_limits`).
``hull_area:24.65 within:district-yuelu``
    The convex hull of the members, widened to the printed area (:func:`hull_with_area`), where
    no limits are stated.
``cover:1500``
    A smooth zone around the members' extents with a margin in metres (:func:`cover`).
``along_roads:4000``
    A line through the members in their order, along the roads
    (:func:`~layers.plan.courses.along_roads`).
``district:district-yuelu``
    The districts themselves (:func:`from_district`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import moved
from geo.errors import InputError, LayerError
from layers.plan.courses import along_roads
from layers.plan.limits import SIDES, between_limits
from layers.plan.shapes import (
    CRS,
    Shape,
    area_km2_of,
    in_degrees,
    in_metres,
    located,
    quadratic_mean_m,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

RULES = ("hull_area", "cover", "along_roads", "district", "between_limits")
# What a rule may add to its parameter.
_WORDS = {"hull_area": ("within",), "cover": ("within",), "between_limits": ("area", "within")}

QUARTER_SEGMENTS = 16


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's text, read.

    Parameters
    ----------
    name, parameter
        What stands before and after the colon.
    within
        Ids of the districts that bound it.
    area_km2
        The stated area to which a side without a line is fitted, km².
    """

    name: str
    parameter: str
    within: tuple[str, ...] = ()
    area_km2: float | None = None

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
        Rule(name='hull_area', parameter='24.65', within=('district-yuelu',), area_km2=None)
        """
        words = text.split()
        pairs = [word.partition(":") for word in words]
        if not words or any(not value for _, _, value in pairs):
            raise _unread(f"cannot read the rule {text!r}; write it like 'cover:1500'", text)
        (name, _, parameter), *rest = pairs
        if name not in RULES:
            raise LayerError(
                f"layout: there is no rule {name!r} (in {text!r}); choose from {', '.join(RULES)}",
                code="plan.rule",
                rule=text,
            )
        allowed = _WORDS.get(name, ())
        more = {key: value for key, _, value in rest}
        if len(more) < len(rest) or not set(more) <= set(allowed):
            raise _unread(
                f"the rule {text!r} may add only {' and '.join(allowed) or 'nothing'} to {name!r}, "
                "each once, like 'within:<district id>'",
                text,
            )
        within = tuple(more["within"].split("|")) if "within" in more else ()
        area_km2 = _positive("area", more["area"]) if "area" in more else None
        rule = cls(name, parameter, within, area_km2)
        if name == "between_limits":
            rule.limits()
        return rule

    def number(self) -> float:
        """Return the parameter as a positive number."""
        return _positive(self.name, self.parameter)

    def limits(self) -> dict[str, tuple[str, ...]]:
        """Return the parameter as the ids of the lines on each side.

        Examples
        --------
        >>> Rule("between_limits", "north=road-a|road-b,west=river-c").limits()
        {'north': ('road-a', 'road-b'), 'west': ('river-c',)}
        """
        pairs = [part.partition("=") for part in self.parameter.split(",")]
        limits = {side: tuple(lines.split("|")) for side, _, lines in pairs if lines}
        if len(limits) < len(pairs) or not set(limits) <= set(SIDES):
            raise _unread(
                f"cannot read the limits {self.parameter!r}; name each side once, like "
                "'north=road-a|road-b,east=road-c,south=road-d,west=road-e'",
                self.parameter,
            )
        return limits


def _unread(what: str, rule: str) -> InputError:
    return InputError(f"layout: {what}", code="plan.rule", rule=rule)


def _positive(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise _unread(f"{name!r} needs a positive number, got {text!r}", f"{name}:{text}")
    return value


def build(
    rule: str,
    *,
    members: gpd.GeoDataFrame | None = None,
    roads: gpd.GeoDataFrame | None = None,
    districts: gpd.GeoDataFrame | None = None,
    lines: gpd.GeoDataFrame | None = None,
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
    lines
        Lines with ``id`` and ``accuracy_m`` that may be limits.

    Returns
    -------
    Shape
        Geometry in EPSG:4490 with the accuracy of what it rests on.

    Raises
    ------
    LayerError
        If there is no such rule, district or line.
    InputError
        If the rule lacks what it is built from.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.GeoSeries.from_xy([112.92, 112.95], [28.16, 28.19], crs=CRS)
    >>> campuses = gpd.GeoDataFrame(
    ...     {"accuracy_m": [300.0, 400.0], "radius_m": 0.0}, geometry=points
    ... )
    >>> city = build("hull_area:24.65", members=campuses)
    >>> round(area_km2_of(city.geometry), 2), round(city.accuracy_m)
    (24.65, 354)
    """
    parsed = Rule.parse(rule)
    if parsed.name == "district":
        zones = _named("districts=", districts, tuple(parsed.parameter.split("|")), rule)
        return Shape(from_district(zones), combined_accuracy_m(zones))
    limit = _named("districts=", districts, parsed.within, rule) if parsed.within else None
    if parsed.name == "between_limits":
        sides = {
            side: _named("lines=", lines, keys, rule) for side, keys in parsed.limits().items()
        }
        return between_limits(sides, area_km2=parsed.area_km2, within=limit)
    if members is None:
        raise InputError(
            f"build: the rule {rule!r} needs members; pass members=", code="plan.rule", rule=rule
        )
    value = parsed.number()
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
    hull = in_metres("hull_with_area", members).union_all().convex_hull
    limit = None if within is None else in_metres("hull_with_area", within).union_all()

    def widened(distance_m: float) -> BaseGeometry:
        shape: BaseGeometry = hull
        if distance_m > 0:
            shape = hull.buffer(distance_m, quad_segs=QUARTER_SEGMENTS)
        return shape if limit is None else shape.intersection(limit)

    def excess_km2(distance_m: float) -> float:
        return area_km2_of(in_degrees(widened(distance_m))) - area_km2

    # A disc of the printed area is never narrower than the widened hull, unless it is cut: the
    # distance to no limit is no number, and does not count.
    disc_m = 1.1 * math.sqrt(area_km2 / math.pi) * 1000.0
    upper_m = float(np.fmax(disc_m, shapely.hausdorff_distance(hull, limit)))
    if excess_km2(0.0) > 0 or excess_km2(upper_m) < 0:
        raise InputError(
            f"hull_with_area: {area_km2:g} km² cannot be had: the members span "
            f"{excess_km2(0.0) + area_km2:.2f} km² and at most "
            f"{excess_km2(upper_m) + area_km2:.2f} km² lie within; check the members and the area",
            code="plan.rule",
            rule=f"hull_area:{area_km2:g}",
        )
    from scipy.optimize import brentq  # noqa: PLC0415  takes longer than a small plan

    distance_m = brentq(excess_km2, 0.0, upper_m, xtol=1e-6 * upper_m)
    return in_degrees(widened(distance_m))


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
    metric = in_metres("cover", members)
    radius_m = metric["radius_m"].fillna(0.0).to_numpy(dtype="float64")
    radius_m = np.where(metric.geom_type == "Point", radius_m, 0.0)
    extents = shapely.union_all(
        shapely.buffer(metric.geometry.to_numpy(), radius_m + margin_m, quad_segs=QUARTER_SEGMENTS)
    )
    zone = extents.convex_hull
    if within is not None:
        zone = zone.intersection(in_metres("cover", within).union_all())
    return in_degrees(zone)


def from_district(districts: gpd.GeoDataFrame) -> BaseGeometry:
    """Return the districts as one polygon, in EPSG:4490.

    Raises
    ------
    InputError
        If there is none.
    """
    area: BaseGeometry = moved(located("from_district", districts), CRS).union_all()
    return area


def combined_accuracy_m(*features: gpd.GeoDataFrame) -> float:
    """Return the quadratic mean of the accuracies of all features that have a place.

    A shape built from several positions is out by as much as each of them where it rests on it,
    so that its own accuracy is their root mean square, metres.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.GeoSeries.from_xy([112.9, 112.9], [28.1, 28.2], crs=CRS)
    >>> combined_accuracy_m(gpd.GeoDataFrame({"accuracy_m": [300.0, 400.0]}, geometry=points))
    353.5533905932738
    """
    placed = [located("combined_accuracy_m", frame) for frame in features if not frame.empty]
    return quadratic_mean_m(value for frame in placed for value in frame["accuracy_m"])


def _named(
    argument: str, frame: gpd.GeoDataFrame | None, wanted: Sequence[str], rule: str
) -> gpd.GeoDataFrame:
    """Return the rows that a rule names, in its order."""
    if frame is None:
        raise InputError(
            f"build: the rule {rule!r} needs {argument[:-1]}; pass {argument}",
            code="plan.rule",
            rule=rule,
        )
    missing = sorted(set(wanted) - set(frame["id"]))
    if missing:
        raise LayerError(
            f"build: the rule {rule!r} names {argument[:-1]} that the plan has not: {missing}; "
            f"it has {', '.join(frame['id'])}",
            code="plan.rule",
            rule=rule,
        )
    return frame.set_index("id", drop=False).loc[list(wanted)]
