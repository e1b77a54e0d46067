"""The locator of a printed map: the districts with the frame of the map, where it covers least."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer

from geo.crs import moved
from geo.outlines import simplified
from layers.look.styles import WHITE, inks
from layers.paper.artists import Repeated, Shapes, draw_box
from layers.paper.drawing import area_path
from layers.plan.area import area, map_crs, per_plan
from layers.plan.catalogue import land, load
from layers.scene.boxes import Box

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from layers.look.styles import Style
    from layers.scene.placed import Symbols
    from layers.scene.scene import Drawn, Scene
    from layers.scene.window import Window

INK, GRID, MARK = inks("ink", "grid", "mark")
MEMBER = "#DCE3E8"
ZORDER = 90.0
# Of the map's width and at least so many px, with room above and below beside the map.
INSET_SHARE, INSET_PX, SPARE_PX = 0.17, 112.0, 6.0
INSET_MARGIN = 0.06
# A map that shows so much of the land needs none.
NEARLY_ALL = 0.93
# What an area without colour counts where something is to cover little.
FAINT = 0.1
# Its land is so many units wide, and has no corners that are nearer to a line than this.
SIDE, TOLERANCE = 100.0, 0.2


def locator_box(
    scene: Scene,
    window: Window,
    *,
    px: float,
    symbols: dict[str, Symbols],
    extent: Box,
    spare: Box,
) -> Box:
    """Return where the locator covers least: beside the map, else in a corner of it.

    A map of all the land needs none: it would be the same once more, and has no width.

    Parameters
    ----------
    scene, window, symbols
        What the map shows, and where.
    px
        Points per px.
    extent
        Shape of the land that the locator shows: its width and height count.
    spare
        What the legend leaves of its box.
    """
    frame = window.frame
    if shows_all(window):
        return Box(spare.left, spare.bottom, 0.0, 0.0)
    width = min(spare.width, (spare.height - 2 * SPARE_PX * px) * extent.width / extent.height)
    if width >= INSET_PX * px:
        height = width * extent.height / extent.width
        return Box(spare.left + (spare.width - width) / 2, spare.bottom, width, height)
    width = max(INSET_SHARE * frame.width, INSET_PX * px)
    height = width * extent.height / extent.width
    return corner_box(scene, window, symbols, (width, height), px=px)


def shows_all(window: Window) -> bool:
    """Return whether a map shows nearly all land that a locator does."""
    land = shapely.box(*shapely.total_bounds(_locator_units()[0]))
    shown = shapely.intersection(land, shapely.box(*window.bounds_m))
    return bool(shown.area >= NEARLY_ALL * land.area)


def corner_box(
    scene: Scene,
    window: Window,
    symbols: dict[str, Symbols],
    size: tuple[float, float],
    *,
    px: float,
    taken: Box | None = None,
) -> Box:
    """Return the box in a corner of the map that covers least.

    Parameters
    ----------
    scene, window, symbols
        What the map shows, and where.
    size
        Width and height of the box, points.
    px
        Points per px.
    taken
        What stands on the map already.
    """
    frame, (width, height) = window.frame, size
    corners = [
        Box(left, bottom, width, height)
        for bottom in (frame.bottom, frame.top - height)
        for left in (frame.left, frame.right - width)
    ]
    free = [box for box in corners if taken is None or not taken.overlaps(box)]
    return min(free, key=lambda box: covered(scene, window, symbols, box, 6.0 * px))


def draw_locator(
    axes: Axes,
    window: Window,
    box: Box,
    *,
    beyond: Style,
    px: float,
    toned: Callable[[str], str],
) -> None:
    """Draw the districts with the frame of the map into a corner of it.

    Parameters
    ----------
    axes
        Of the sheet, in points.
    window, box
        What the map shows, and where the locator stands.
    beyond
        Look of the units around the area.
    px
        Points per px.
    toned
        Turns a colour of the symbology into one of the palette.
    """
    if not box.width:
        return
    draw_box(
        axes,
        box,
        facecolor=WHITE,
        edgecolor=INK,
        linewidth=0.9 * px,
        zorder=ZORDER - 5,
        label="locator",
    )
    scale, at = box.width / SIDE, (box.left, box.bottom)
    for member, shapes in enumerate(locator_shapes()):
        Repeated(
            shapes,
            scale,
            at,
            facecolors=[toned(MEMBER if member else beyond.colour)],
            edgecolors=[toned(GRID if member else beyond.edge)],
            linewidths=[0.6 * px],
            zorder=ZORDER - 4 + member,
        ).put(axes)
    extent = locator_extent()
    corners = np.array(window.bounds_m).reshape(2, 2) - (extent.left, extent.bottom)
    corners = corners * box.width / extent.width + at
    # A map may show more than the locator does.
    (left, low), (right, high) = corners.clip((box.left, box.bottom), (box.right, box.top))
    draw_box(
        axes,
        Box(left, low, right - left, high - low),
        facecolor="none",
        edgecolor=toned(MARK),
        linewidth=1.6 * px,
        zorder=ZORDER - 1,
        label="locator frame",
    )


@per_plan
def _locator_units() -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return the administrative units in metres, and whether each belongs to the area."""
    frame = moved(gpd.GeoDataFrame(load(area().land.layer)), map_crs())
    return simplified(frame.geometry, 300.0), frame["id"].isin(land()["id"]).to_numpy()


@per_plan
def locator_shapes() -> tuple[Shapes, Shapes]:
    """Return the units around the area and those that belong to it, as wide as :data:`SIDE`."""
    units, members = _locator_units()
    extent = locator_extent()

    def placed(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        moved: NDArray[np.float64] = (xy - (extent.left, extent.bottom)) * SIDE / extent.width
        return moved

    shapes = simplified(shapely.transform(units, placed), TOLERANCE)
    here, there = (
        tuple(path for path in map(area_path, shapes[kind]) if path is not None)
        for kind in (members, ~members)
    )
    return Shapes(there), Shapes(here)


def locator_extent() -> Box:
    """Return the extent of the land that a locator shows, metres."""
    west, south, east, north = shapely.total_bounds(_locator_units()[0]).tolist()
    by = INSET_MARGIN * max(east - west, north - south) / 2
    return Box(west - by, south - by, east - west + 2 * by, north - south + 2 * by)


def covered(
    scene: Scene, window: Window, symbols: dict[str, Symbols], box: Box, around: float
) -> float:
    """Return how much of the plan a box on the map would cover."""
    per_pt, (west, south, _, _) = window.metres_per_pt, window.bounds_m
    wide = box.inset(-around)
    x, y = wide.left - window.frame.left, wide.bottom - window.frame.bottom
    there = shapely.box(
        west + x * per_pt,
        south + y * per_pt,
        west + (x + wide.width) * per_pt,
        south + (y + wide.height) * per_pt,
    )
    cost = 0.0
    for layer in scene.layers:
        if layer.picture is not None:
            cost += _picture_within(layer, there)
        elif not layer.is_ground:
            cut = shapely.intersection(layer.shapes, there)
            # What has no colour, such as cells that show nothing, is missed less.
            seen = np.array([max(FAINT, mark.style.fill_opacity) for mark in layer.marks])
            cost += float(seen @ shapely.area(cut) / there.area)
            cost += float(seen @ shapely.length(cut) / there.length)
        here = symbols.get(layer.id)
        if here is not None:
            inside = (
                (here.at[:, 0] > wide.left)
                & (here.at[:, 0] < wide.right)
                & (here.at[:, 1] > wide.bottom)
                & (here.at[:, 1] < wide.top)
            )
            cost += 0.1 * float(inside.sum())
    return cost


def _picture_within(layer: Drawn, there: shapely.Polygon) -> float:
    """Return the share of a box where a surface is painted."""
    if layer.picture is None:
        return 0.0

    array = layer.picture.array
    to_own = Transformer.from_crs(map_crs(), array.rio.crs, always_xy=True)
    west, south, east, north = to_own.transform_bounds(*shapely.bounds(there).tolist())
    x, y = array["x"].to_numpy(), array["y"].to_numpy()
    inside = array.to_numpy()[np.ix_((y > south) & (y < north), (x > west) & (x < east))]
    if inside.size == 0:
        return 0.0
    first = layer.picture.levels[0] if layer.picture.levels else 0.0
    return float((inside > max(first, 0.0)).mean())
