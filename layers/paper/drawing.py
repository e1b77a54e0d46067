"""Drawing of plates on the sheet: the same shapes, colours and dashes as on the web map.

All coordinates are points on the sheet, so that a stroke, a dash and a symbol have the size that
the symbology says, and a curve has no more corners than can be seen on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import Circle, Rectangle
from matplotlib.path import Path

from geo.crs import moved
from layers.plan.area import area, map_crs
from layers.plan.catalogue import members
from layers.scene.plates import PANES, Plate, kind_of
from layers.scene.surfaces import draw_surface
from layers.scene.symbols import WHITE, draw_symbols
from layers.type.fonts import font

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from matplotlib.axes import Axes
    from matplotlib.patches import Patch
    from numpy.typing import NDArray

    from layers.look.symbology import Style
    from layers.scene.boxes import Box
    from layers.scene.window import Window

Dash: TypeAlias = str | tuple[float, Sequence[float]]
Rgba: TypeAlias = tuple[float, float, float, float]

ARROW_EVERY_PX, ARROW_PX, ARROW_HALF, ARROW_NOTCH, ARROW_EDGE_PX = 110.0, 13.0, 0.52, 0.25, 1.6
CASING_PX, CASING_ALPHA, BENEATH_ALPHA = 3.0, 0.9, 0.38
ISOLINE_CASING_PX, ISOLINE_CASING_ALPHA = 1.6, 0.55
HATCH, PALE = "////", 0.5
WHITE_EDGE, DASHED_EDGE = 2.4, 0.7
STOP_PX, STOP_EDGE_PX, STOP_TEXT_PX, STOP_STEP_PX = 9.0, 2.2, 11.0, 20.0
STOP_ZORDER = 70.0
# Where the base map ends, as on the web map.
BEYOND = "#E6E8EA"
# Symbols at one place stand around it this many half widths apart.
SPREAD = 2.15
AROUND = 1.4
SAME_PLACE_M = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Symbols:
    """Where the point symbols of a plate stand on the sheet, after spreading.

    Parameters
    ----------
    at
        Centres (n, 2), points.
    picks
        Which features of the plate they are.
    radii
        Half widths, points.
    """

    at: NDArray[np.float64]
    picks: tuple[int, ...]
    radii: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Stop:
    """A numbered stop of an axis: where it stands, its node and its colour."""

    node: str
    name: str
    number: int
    colour: str
    x: float
    y: float


def draw_plates(
    axes: Axes,
    plates: Iterable[Plate],
    window: Window,
    *,
    symbols: dict[str, Symbols],
    stops: Iterable[Stop],
    px: float,
    beyond: str,
    toned: Callable[[str], str],
) -> None:
    """Draw plates into the frame of a map.

    Parameters
    ----------
    axes
        Of the sheet, in points.
    plates
        The lowest first.
    window
        What the map shows.
    symbols
        Point symbols by the name of their plate, see :func:`point_symbols`.
    stops
        Stops of the axes, see :func:`axis_stops`.
    px
        Points per px.
    beyond
        Colour where the base map ends.
    toned
        Turns a colour of a surface into one of the palette.
    """
    clip = _frame_patch(axes, window.frame, beyond)
    for plate in plates:
        if plate.surface is not None:
            draw_surface(axes, plate, window, toned)
            continue
        brush = _Brush(axes, clip, px, plate)
        _draw_shapes(brush, plate, window)
        here = symbols.get(plate.name)
        if here is not None:
            _draw_points(brush, plate, here)
    for stop in stops:
        _draw_stop(axes, stop, px)


def dash_pattern(dash: str, width_px: float) -> Dash:
    """Return a dash pattern in px as a line style, which matplotlib scales with the stroke."""
    if not dash:
        return "-"
    lengths = [float(part) for part in dash.split()]
    return (0.0, [length / width_px for length in lengths])


def point_symbols(
    plates: Iterable[Plate], window: Window, stops: Iterable[Stop], *, px: float
) -> tuple[dict[str, Symbols], bool]:
    """Return where the point symbols of every plate stand, and whether any were spread.

    Features known by their host only stand at one and the same place, one upon the other. They are
    spread around it in rings, the largest nearest, so that each can be seen and counted.
    """
    placed: dict[str, tuple[list[int], list[tuple[float, float]], list[float]]] = {}
    crowds: dict[tuple[int, int], list[tuple[str, int, float, float, float]]] = {}
    taken = {(round(stop.x), round(stop.y)) for stop in stops}
    for plate in plates:
        for at, shape in enumerate(plate.shapes):
            if kind_of(shape) != "point":
                continue
            anchor = np.array([[shape.centroid.x, shape.centroid.y]])
            x, y = window.to_sheet(anchor)[0].tolist()
            radius = plate.radii[at] * px
            if plate.spread:
                key = (round(anchor[0, 0] / SAME_PLACE_M), round(anchor[0, 1] / SAME_PLACE_M))
                crowds.setdefault(key, []).append((plate.name, at, radius, x, y))
            else:
                _append(placed, plate.name, at, (x, y), radius)
    spread = False
    for crowd in crowds.values():
        crowd.sort(key=lambda item: -item[2])
        _, _, _, x, y = crowd[0]
        # A symbol much larger than a stop is seen around it, and stays where it belongs.
        stop = (round(x), round(y)) in taken and crowd[0][2] < AROUND * STOP_PX * px
        first = STOP_PX * px if stop else 0.0
        spread |= len(crowd) > 1
        radii = [item[2] for item in crowd]
        for (name, at, radius, _, _), shift in zip(crowd, packed(radii, first), strict=True):
            _append(placed, name, at, (x + shift[0], y + shift[1]), radius)
    found = {
        name: Symbols(np.array(xy, dtype=float).reshape(-1, 2), tuple(picks), np.array(radii))
        for name, (picks, xy, radii) in placed.items()
    }
    return found, spread


def packed(radii: list[float], first: float) -> list[tuple[float, float]]:
    """Return where discs stand around a point so that no two overlap, near it first.

    Parameters
    ----------
    radii
        Half widths, the largest first.
    first
        Half width of a disc that stands in the middle already; 0 where there is none.
    """
    discs: list[tuple[float, float, float]] = [(0.0, 0.0, first)] if first > 0 else []
    shifts: list[tuple[float, float]] = []
    for radius in radii:
        spot = _nearest_free(discs, radius * SPREAD / 2) if discs else (0.0, 0.0)
        discs.append((*spot, radius * SPREAD / 2))
        shifts.append(spot)
    return shifts


def axis_stops(plates: Iterable[Plate], window: Window, *, px: float) -> list[Stop]:
    """Return the numbered stops of the visible axes; a node of both stands beside itself."""
    found: list[Stop] = []
    seen: dict[tuple[float, float], int] = {}
    west, south, east, north = window.bounds_m
    for plate in plates:
        role = area().shapes.get(plate.name)
        if role is None or not role.stops:
            continue
        for axis, style in zip(plate.ids, plate.styles, strict=True):
            if not style.stops:
                continue
            nodes = moved(members(axis, *role.roles), map_crs())
            for number, node in enumerate(nodes.itertuples(index=False), start=1):
                x, y = node.geometry.x, node.geometry.y
                if not (west < x < east and south < y < north):
                    continue
                beside = seen.get((x, y), 0)
                seen[x, y] = beside + 1
                left, low = window.to_sheet(np.array([[x, y]]))[0].tolist()
                shift = beside * STOP_STEP_PX * px
                found.append(
                    Stop(str(node.id), str(node.name_zh), number, style.colour, left + shift, low)
                )
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Brush:
    """Where and how the strokes of one plate are drawn."""

    axes: Axes
    clip: Patch
    px: float
    plate: Plate

    def paint(self, paths: list[Path], *, above: float = 0.0, pane: str = "", **looks: Any) -> None:  # noqa: ANN401 - what matplotlib takes
        """Add shapes of one look."""
        base = PANES[pane] + self.plate.order / 100.0 if pane else self.plate.zorder
        drawn = PathCollection(paths, zorder=base + above, **looks)
        self.axes.add_collection(drawn, autolim=False)
        drawn.set_clip_path(self.clip)


def _append(
    placed: dict[str, tuple[list[int], list[tuple[float, float]], list[float]]],
    name: str,
    at: int,
    xy: tuple[float, float],
    radius: float,
) -> None:
    picks, places, radii = placed.setdefault(name, ([], [], []))
    picks.append(at)
    places.append(xy)
    radii.append(radius)


def _nearest_free(discs: list[tuple[float, float, float]], radius: float) -> tuple[float, float]:
    """Return the place nearest to the middle where a disc touches others and overlaps none."""
    known = np.array(discs)
    angles = np.radians(np.arange(0, 360, 15))
    reach = (known[:, 2] + radius)[:, None]
    x = (known[:, 0][:, None] + reach * np.cos(angles)).ravel()
    y = (known[:, 1][:, None] + reach * np.sin(angles)).ravel()
    apart = np.hypot(x[:, None] - known[:, 0], y[:, None] - known[:, 1])
    free = (apart >= known[:, 2] + radius - 1e-6).all(axis=1)
    # Of equal distances the lower right, so that names at the left and above keep their room.
    far = np.where(free, np.hypot(x, y) + 1e-6 * (y - x), np.inf)
    best = int(np.argmin(far))
    return float(x[best]), float(y[best])


def _frame_patch(axes: Axes, frame: Box, colour: str) -> Patch:

    patch = Rectangle(
        (frame.left, frame.bottom), frame.width, frame.height, facecolor=colour, edgecolor="none"
    )
    patch.set_zorder(1.0)
    patch.set_label("map")
    axes.add_patch(patch)
    return patch


def _draw_shapes(brush: _Brush, plate: Plate, window: Window) -> None:
    """Draw areas and lines, features of one look together."""
    kinds = [kind_of(shape) for shape in plate.shapes]
    looks: dict[tuple[str, Style], list[int]] = {}
    for at, kind in enumerate(kinds):
        if kind != "point":
            looks.setdefault((kind, plate.styles[at]), []).append(at)
    if not looks:
        return
    drawn = window.drawn(plate.shapes)
    for step, ((kind, style), picks) in enumerate(looks.items()):
        shapes = [drawn[pick] for pick in picks if not drawn[pick].is_empty]
        if not shapes:
            continue
        if kind == "line":
            _draw_lines(brush, shapes, style, above=step * 1e-3)
        else:
            _draw_areas(brush, shapes, style, above=step * 1e-3)


def _draw_areas(brush: _Brush, shapes: list[shapely.Geometry], style: Style, above: float) -> None:

    paths = [path for path in map(area_path, shapes) if path is not None]
    px = brush.px
    edge = style.edge or style.colour
    fill: dict[str, Any] = {
        "facecolors": [to_rgba(style.colour, style.fill_opacity)],
        "edgecolors": ["none"],
        "linewidths": [0.0],
    }
    stroke: dict[str, Any] = {
        "facecolors": ["none"],
        "edgecolors": [to_rgba(edge, style.opacity)],
        "linewidths": [style.weight * px],
        "linestyles": [dash_pattern(style.dash, style.weight)],
    }
    if style.hatch:
        fill |= {"hatch": HATCH, "edgecolors": [hatch_colour(style)]}
    if brush.plate.name == area().land.layer:
        # The land lies below roads and water, its boundary above them.
        brush.paint(paths, above=above, **fill)
        brush.paint(paths, above=above, pane="boundary", joinstyle="round", **stroke)
        return
    brush.paint(paths, above=above, **fill)
    if edge.upper() == WHITE and brush.plate.group == "224":
        # A white edge shows no dashes on pale ground: they run in the fill's colour along it.
        wide = {"edgecolors": [WHITE], "linewidths": [WHITE_EDGE * style.weight * px]}
        brush.paint(paths, above=above + 1e-4, **(stroke | wide | {"linestyles": ["-"]}))
        width = DASHED_EDGE * style.weight if style.dash else style.weight
        stroke |= {
            "edgecolors": [style.colour if style.dash else WHITE],
            "linewidths": [width * px],
            "linestyles": [dash_pattern(style.dash, width)],
        }
    brush.paint(paths, above=above + 2e-4, joinstyle="round", **stroke)


def hatch_colour(style: Style) -> Rgba:
    """Return the colour of hatching: that of a pale area, and white where it would not be seen."""
    return to_rgba(style.colour, 0.5) if style.fill_opacity < PALE else to_rgba(WHITE, 0.9)


def _draw_lines(brush: _Brush, shapes: list[shapely.Geometry], style: Style, above: float) -> None:

    paths = [line_path(shape) for shape in shapes]
    px = brush.px

    def stroke(colour: str, alpha: float, width_px: float, dash: str = "", step: int = 0) -> None:
        brush.paint(
            paths,
            above=above + step * 1e-4,
            facecolors=["none"],
            edgecolors=[to_rgba(colour, alpha)],
            linewidths=[width_px * px],
            linestyles=[dash_pattern(dash, width_px)],
            capstyle="butt" if dash or style.dash else "round",
            joinstyle="round",
        )

    if brush.plate.pane == "isoline":
        # Pale beside dark, so that the line is seen on every colour of a surface.
        stroke(WHITE, ISOLINE_CASING_ALPHA, style.weight + ISOLINE_CASING_PX)
    if style.arrows:
        stroke(WHITE, CASING_ALPHA, style.weight + CASING_PX)
        stroke(style.colour, BENEATH_ALPHA, style.weight, step=1)
    stroke(style.colour, style.opacity, style.weight, style.dash, step=2)
    if style.arrows:
        heads = [head for shape in shapes for head in arrow_heads(shape, px)]
        brush.paint(
            heads,
            above=above + 3e-4,
            facecolors=[style.colour],
            edgecolors=[WHITE],
            linewidths=[ARROW_EDGE_PX * px],
        )


def arrow_heads(line: shapely.Geometry, px: float) -> list[Path]:
    """Return arrowheads at equal distances along a line, pointing where it goes."""
    size, heads = ARROW_PX * px, []
    for part in shapely.get_parts(line):
        for along in np.arange(ARROW_EVERY_PX / 2, part.length / px, ARROW_EVERY_PX) * px:
            back, tip = (
                np.array(part.interpolate(along + shift * size).coords[0]) for shift in (-0.5, 0.5)
            )
            length = float(np.hypot(*(tip - back)))
            if length < size / 2:
                continue
            unit = (tip - back) / length
            side = np.array([-unit[1], unit[0]]) * size * ARROW_HALF
            tip = back + unit * size
            corners = [back + side, tip, back - side, back + unit * size * ARROW_NOTCH]
            heads.append(Path([*corners, corners[0]], closed=True))
    return heads


def _draw_points(brush: _Brush, plate: Plate, here: Symbols) -> None:
    groups: dict[tuple[Style, float, float], list[int]] = {}
    for row, pick in enumerate(here.picks):
        key = (replace(plate.styles[pick], dash=""), float(here.radii[row]), plate.tints[pick])
        groups.setdefault(key, []).append(row)
    # Small ones above large ones.
    order = sorted(groups.items(), key=lambda item: -item[0][1])
    for step, ((style, radius, tint), rows) in enumerate(order):
        draw_symbols(
            brush.axes,
            here.at[rows],
            style,
            radius=radius / brush.px,
            tint=tint,
            px=brush.px,
            zorder=plate.zorder + step * 1e-3,
            clip=brush.clip,
        )


def _draw_stop(axes: Axes, stop: Stop, px: float) -> None:

    axes.add_patch(
        Circle(
            (stop.x, stop.y),
            STOP_PX * px,
            facecolor=WHITE,
            edgecolor=stop.colour,
            linewidth=STOP_EDGE_PX * px,
            zorder=STOP_ZORDER,
        )
    )
    size = STOP_TEXT_PX * px
    axes.text(
        stop.x,
        stop.y - 0.36 * size,
        str(stop.number),
        ha="center",
        va="baseline",
        color=stop.colour,
        fontproperties=font("bold"),
        fontsize=size,
        zorder=STOP_ZORDER + 0.1,
    )


def area_path(shape: shapely.Geometry) -> Path | None:
    """Return the outline of areas with their holes, None where a shape has no area."""
    rings = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon" and not part.is_empty:
            turned = shapely.orient_polygons(part)
            rings += [turned.exterior, *turned.interiors]
    if not rings:
        return None
    return Path.make_compound_path(
        *(Path(shapely.get_coordinates(ring), closed=True) for ring in rings)
    )


def line_path(shape: shapely.Geometry) -> Path:
    """Return lines as one path."""
    parts = [part for part in shapely.get_parts(shape) if not part.is_empty]
    return Path.make_compound_path(*(Path(shapely.get_coordinates(part)) for part in parts))
