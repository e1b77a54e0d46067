"""Which part of the world a sheet shows, and at which scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Transformer

from geo.arguments import brief
from geo.crs import moved
from geo.errors import InputError
from layers.plan.area import bounds, map_crs, per_plan
from layers.plan.catalogue import land
from layers.scene.window import GEOGRAPHIC, METRES_PER_INCH, POINTS_PER_INCH, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from layers.look.content import Content
    from layers.scene.boxes import Box
    from layers.scene.scene import Scene

# Around what is shown, as a share of its size; and the least that a map shows.
PADDING, LEAST_M = 0.04, 2000.0
# Denominators of scales have two digits and zeros, as on a printed sheet.
DIGITS = 2
CORNERS = 4
# What lies over so much of the land shows all of it.
MOST_OF_LAND = 0.6
WORLD = (-180.0, -90.0, 180.0, 90.0)


def wanted(content: Content, whole: Scene) -> tuple[float, float, float, float]:
    """Return what the map must show, metres: the extent, or what is visible above the base map."""
    if not whole.layers:
        raise InputError(
            "print_map: nothing is visible; switch a layer on (visible) or add an overlay",
            code="print.nothing",
        )
    if content.extent is not None:
        return extent_m(content.extent)
    above = [each for each in whole.layers if not each.is_ground]
    boxes = [box for each in above if (box := each.bounds_m())]
    if not boxes:
        if above:
            raise InputError(
                "print_map: no visible feature has a place; choose more classes or other layers, "
                "or give an extent",
                code="own.nothing_located",
            )
        (south, west), (north, east) = whole.home
        return extent_m((west, south, east, north))
    west, south, east, north = with_land(around(boxes))
    by = PADDING * max(east - west, north - south, LEAST_M)
    return west - by, south - by, east + by, north + by


def with_land(
    box: tuple[float, float, float, float],
) -> tuple[float, float, float, float]:
    """Return a box with the land of the area, where it lies over nearly all of that already.

    A map of what is all over a province shows the ends of the province too.
    """
    shown, whole = shapely.box(*box), shapely.box(*_land_m())
    most = shapely.intersection(shown, whole).area >= MOST_OF_LAND * whole.area
    return around([box, _land_m()]) if most else box


@per_plan
def _land_m() -> tuple[float, float, float, float]:
    """Return the box around the land that belongs to the area, in the metres of prints."""
    west, south, east, north = moved(land().geometry, map_crs()).total_bounds.tolist()
    return west, south, east, north


def around(
    boxes: Iterable[tuple[float, float, float, float]],
) -> tuple[float, float, float, float]:
    """Return west, south, east and north around some boxes."""
    array = np.array(list(boxes))
    west, south = array[:, :2].min(axis=0).tolist()
    east, north = array[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def extent_m(extent: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return an extent in degrees as one in the metres of prints; refuse what is none."""
    numbers = np.asarray(extent, dtype=float)
    if numbers.shape != (CORNERS,) or not np.isfinite(numbers).all():
        raise InputError(
            f"print_map: extent={extent!r}; give west, south, east and north in degrees",
            code="option.extent",
            value=brief(extent),
        )
    west, south, east, north = numbers.tolist()
    world = WORLD[0] <= west < east <= WORLD[2] and WORLD[1] <= south < north <= WORLD[3]
    if not world:
        raise InputError(
            f"print_map: extent={extent!r}; west must be below east and south below north, "
            "in degrees of longitude and latitude",
            code="option.extent",
            value=brief(extent),
        )
    to_metres = Transformer.from_crs(GEOGRAPHIC, map_crs(), always_xy=True)
    left, low, right, high = to_metres.transform_bounds(west, south, east, north)
    _require_true(left, low, right, high)
    return left, low, right, high


def _require_true(west: float, south: float, east: float, north: float) -> None:
    """Refuse corners in metres that the projection does not lead back to."""
    corners = np.array([[west, west, east, east], [south, north, south, north]])
    to_degrees = Transformer.from_crs(map_crs(), GEOGRAPHIC, always_xy=True)
    lon, lat = to_degrees.transform(corners[0], corners[1])
    again = to_degrees.transform(lon, lat, direction="INVERSE")
    if not np.allclose(again, corners, rtol=0.0, atol=1.0):
        raise _off("the map reaches beyond where the projection holds", code="print.beyond")


def require_in_view(content: Content) -> None:
    """Refuse a page that opens where nothing of what is on it lies.

    Raises
    ------
    InputError
        If its extent is none, or no feature that is visible lies in it.
    """
    if content.extent is None:
        return
    extent_m(content.extent)
    surfaces = len(content.overlays) - len(content.results)
    box = shapely.box(*content.extent)
    shown = (moved(each.geometry, GEOGRAPHIC) for each in content.above_ground)
    if surfaces or any(each.intersects(box).any() for each in shown):
        return
    raise _off(f"the extent {content.extent} is off the data: no visible feature lies in it")


def require_shown(on_sheet: Scene, content: Content) -> None:
    """Refuse a map on which nothing of what was asked for can be seen."""
    plan = [each for each in on_sheet.layers if not each.is_ground] or on_sheet.layers
    if any(each.marks or each.picture is not None for each in plan):
        return
    raise _off(f"the extent {content.extent} is off the data: no visible feature lies in it")


def _off(what: str, code: str = "print.off") -> InputError:
    west, south, east, north = bounds()
    lon, lat = round((west + east) / 2, 1), round((south + north) / 2, 1)
    return InputError(
        f"print_map: {what}; they lie around {lon}° E, {lat}° N: give an extent there, or None for "
        "all that is visible",
        code=code,
        lon=lon,
        lat=lat,
    )


def window_on(frame: Box, shown: tuple[float, float, float, float]) -> Window:
    """Return the largest map of a round scale with which a frame shows what it must, metres.

    Raises
    ------
    InputError
        If it would reach beyond where the projection holds.
    """
    west, south, east, north = shown
    metres_per_pt = max((east - west) / frame.width, (north - south) / frame.height)
    if not math.isfinite(metres_per_pt):
        raise _off("the map reaches beyond where the projection holds", code="print.beyond")
    scale = round_scale(metres_per_pt * POINTS_PER_INCH / METRES_PER_INCH, math.ceil)
    window = Window(frame, ((west + east) / 2, (south + north) / 2), scale)
    _require_true(*window.bounds_m)
    return window


def round_scale(scale: float, towards: Callable[[float], int]) -> float:
    """Return a denominator of two digits and zeros, as sheets have it, not below or not above."""
    power = 10.0 ** (math.floor(math.log10(scale)) - DIGITS + 1)
    # Of what is round already nothing is to be rounded.
    return towards(round(scale / power, 9)) * power
