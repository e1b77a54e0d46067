"""Drawing of a scene on the sheet: the same shapes, colours and dashes as on the web map.

All coordinates are points on the sheet, so that a stroke, a dash and a symbol have the size that
the symbology says, and a curve has no more corners than can be seen on paper.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import Circle
from matplotlib.path import Path
from matplotlib.transforms import Bbox, TransformedBbox
from pyproj import Transformer

from layers.look.styles import WHITE, inks, mark
from layers.paper.artists import draw_box, like, write
from layers.paper.parts import BASE, BOUNDARIES, LABELS, part, part_of
from layers.paper.symbols import CLEAR, dash_pattern, draw_symbols
from layers.plan.area import map_crs
from layers.scene.placed import Dot, Symbols
from layers.scene.scene import PANES
from layers.scene.strokes import arrow_corners, edges, lines
from layers.scene.window import GEOGRAPHIC

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes
    from matplotlib.transforms import BboxBase

    from layers.look.styles import Style
    from layers.scene.scene import Drawn, Scene
    from layers.scene.window import Window

Rgba: TypeAlias = tuple[float, float, float, float]

HATCH, PALE = "////", 0.5
STOP_ZORDER = 70.0
# Where the base map ends, as on the web map.
(BEYOND,) = inks("ground")
# Symbols at one place stand around it this many half widths apart.
SPREAD = 2.15
AROUND = 1.4
SAME_PLACE_M = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Where the symbols of a map stand.

    Parameters
    ----------
    symbols
        Those of points, by the name of their layer.
    stops
        Those of the axes.
    spread
        Whether symbols at one place were spread around it.
    """

    symbols: dict[str, Symbols]
    stops: list[Dot]
    spread: bool


def laid(scene: Scene, window: Window, *, px: float) -> Laid:
    """Return where the symbols of a map stand."""
    stops = axis_stops(scene, window, px=px)
    symbols, spread = point_symbols(scene, window, stops, px=px)
    return Laid(symbols, stops, spread)


def draw_scene(
    axes: Axes, scene: Scene, window: Window, where: Laid, *, px: float, beyond: str
) -> None:
    """Draw a scene into the frame of a map.

    Parameters
    ----------
    axes
        Of the sheet, in points.
    scene
        What lies in the frame, in the colours of the sheet.
    window
        What the map shows.
    where
        Its symbols stand, see :func:`laid`.
    px
        Points per px.
    beyond
        Colour where the base map ends.
    """
    with part(axes, BASE):
        ground = draw_box(
            axes, window.frame, facecolor=beyond, edgecolor="none", zorder=1.0, label="map"
        )
    clip = TransformedBbox(Bbox.unit(), ground.get_transform())
    for layer in scene.layers:
        with part(axes, part_of(layer)):
            if layer.picture is not None:
                _draw_picture(axes, layer, window)
                continue
            brush = _Brush(axes, clip, px, layer)
            _draw_shapes(brush, layer, window)
            here = where.symbols.get(layer.id)
            if here is not None:
                _draw_points(brush, layer, here)
    with part(axes, next((part_of(each) for each in scene.layers if each.stops), LABELS)):
        for stop in where.stops:
            _draw_stop(axes, stop, px)


def stop_px() -> float:
    """Return the half width of a numbered stop, px."""
    return mark("stop")["radius_px"]


def point_symbols(
    scene: Scene, window: Window, stops: Iterable[Dot], *, px: float
) -> tuple[dict[str, Symbols], bool]:
    """Return where the point symbols of every layer stand, and whether any were spread.

    Features known by their host only stand at one and the same place, one upon the other. They are
    spread around it in rings, the largest nearest, so that each can be seen and counted.
    """
    placed: dict[str, tuple[list[int], list[tuple[float, float]], list[float]]] = {}
    crowds: dict[tuple[int, int], list[tuple[str, int, float, float, float]]] = {}
    at_stops = {(round(stop.x), round(stop.y)) for stop in stops}
    for layer in scene.layers:
        for at, each in enumerate(layer.marks):
            if each.kind != "point" or each.shape is None:
                continue
            shape = each.shape
            anchor = np.array([[shape.centroid.x, shape.centroid.y]])
            x, y = window.to_sheet(anchor)[0].tolist()
            radius = each.radius_px * px
            if layer.cluster and layer.overlay is None:
                key = (round(anchor[0, 0] / SAME_PLACE_M), round(anchor[0, 1] / SAME_PLACE_M))
                crowds.setdefault(key, []).append((layer.id, at, radius, x, y))
            else:
                _append(placed, layer.id, at, (x, y), radius)
    spread = False
    for crowd in crowds.values():
        crowd.sort(key=lambda item: -item[2])
        _, _, _, x, y = crowd[0]
        # A symbol much larger than a stop is seen around it, and stays where it belongs.
        stop = (round(x), round(y)) in at_stops and crowd[0][2] < AROUND * stop_px() * px
        first = stop_px() * px if stop else 0.0
        spread |= len(crowd) > 1
        radii = [item[2] for item in crowd]
        for (name, at, radius, _, _), shift in zip(crowd, packed(radii, first), strict=True):
            _append(placed, name, at, (x + shift[0], y + shift[1]), radius)
    symbols = {
        name: Symbols(np.array(xy, dtype=float).reshape(-1, 2), tuple(picks), np.array(radii))
        for name, (picks, xy, radii) in placed.items()
    }
    return symbols, spread


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


def axis_stops(scene: Scene, window: Window, *, px: float) -> list[Dot]:
    """Return the numbered stops of the visible axes; a node of both stands beside itself."""
    dots: list[Dot] = []
    at_place: Counter[tuple[float, float]] = Counter()
    west, south, east, north = window.bounds_m
    to_metres = Transformer.from_crs(GEOGRAPHIC, map_crs(), always_xy=True)
    for layer in scene.layers:
        visible = {each.id for each in layer.marks}
        for stop in layer.stops:
            x, y = to_metres.transform(stop.place.x, stop.place.y)
            if stop.axis not in visible or not (west < x < east and south < y < north):
                continue
            left, low = window.to_sheet(np.array([[x, y]]))[0].tolist()
            shift = at_place[x, y] * mark("stop")["step_px"] * px
            at_place[x, y] += 1
            name = stop.names.said(scene.lang)
            inner = window.frame.inset(stop_px() * px)
            # At the right edge of the frame it stands at the other side of the one before.
            x = left - shift if left + shift > inner.right else left + shift
            x, y = min(max(x, inner.left), inner.right), min(max(low, inner.bottom), inner.top)
            dots.append(Dot(stop.node, name, stop.number, stop.colour, x, y))
    return dots


@dataclass(frozen=True, slots=True, eq=False)
class _Brush:
    """Where and how the strokes of one layer are drawn."""

    axes: Axes
    clip: BboxBase
    px: float
    layer: Drawn

    def paint(self, paths: list[Path], *, above: float = 0.0, pane: str = "", **looks: Any) -> None:  # noqa: ANN401 - what matplotlib takes
        """Add shapes of one look."""
        base = PANES[pane] + self.layer.order / 100.0 if pane else self.layer.zorder
        drawn = like(PathCollection, paths=(), **looks)
        drawn.set(paths=paths, zorder=base + above, clip_box=self.clip)
        drawn.set_gid(BOUNDARIES if pane else part_of(self.layer))
        self.axes.add_artist(drawn)


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


def _draw_picture(axes: Axes, layer: Drawn, window: Window) -> None:
    """Draw a raster, warped to the map's own grid."""
    if layer.picture is None:
        return
    frame = window.frame
    image = axes.imshow(
        layer.picture.over(window),
        extent=(frame.left, frame.right, frame.bottom, frame.top),
        origin="upper",
        interpolation="nearest",
        aspect="auto",
        zorder=layer.zorder,
    )
    image.set_in_layout(False)


def _draw_shapes(brush: _Brush, layer: Drawn, window: Window) -> None:
    """Draw areas and lines, features of one look together."""
    looks: dict[tuple[str, Style], list[int]] = {}
    for at, each in enumerate(layer.marks):
        if each.kind != "point":
            looks.setdefault((each.kind, each.style), []).append(at)
    if not looks:
        return
    drawn = window.drawn(layer.shapes)
    painted = window.drawn(layer.painted) if layer.striped else drawn
    for step, ((kind, style), picks) in enumerate(looks.items()):
        shapes = [drawn[pick] for pick in picks if not drawn[pick].is_empty]
        if not shapes:
            continue
        if kind == "line":
            _draw_lines(brush, shapes, style, above=step * 1e-3)
        else:
            fills = [painted[pick] for pick in picks if not drawn[pick].is_empty]
            _draw_areas(brush, shapes, fills, style, above=step * 1e-3)


def _draw_areas(
    brush: _Brush,
    shapes: list[shapely.Geometry],
    fills: list[shapely.Geometry],
    style: Style,
    above: float,
) -> None:
    paths, filled = (
        [path for path in map(area_path, each) if path is not None] for each in (shapes, fills)
    )
    fill: dict[str, Any] = {
        "facecolors": to_rgba(style.colour, style.fill_opacity),
        "edgecolors": CLEAR,
        "linewidths": 0.0,
    }
    if style.hatch:
        fill |= {"hatch": HATCH, "edgecolors": hatch_colour(style)}
    brush.paint(filled, above=above, **fill)
    strokes = edges(style, on_ground=brush.layer.group == "layout")
    for step, stroke in enumerate(strokes, start=1 if len(strokes) > 1 else 2):
        looks: dict[str, Any] = {
            "facecolors": CLEAR,
            "edgecolors": to_rgba(stroke.colour, stroke.opacity),
            "linewidths": stroke.width_px * brush.px,
            "linestyles": dash_pattern(stroke.dash, stroke.width_px),
        }
        if brush.layer.is_land:
            # The land lies below roads and water, its boundary above them.
            brush.paint(paths, above=above, pane="boundary", joinstyle="round", **looks)
        else:
            brush.paint(paths, above=above + step * 1e-4, joinstyle="round", **looks)


def hatch_colour(style: Style) -> Rgba:
    """Return the colour of hatching: that of a pale area, and white where it would not be seen."""
    return to_rgba(style.colour, 0.5) if style.fill_opacity < PALE else to_rgba(WHITE, 0.9)


def _draw_lines(brush: _Brush, shapes: list[shapely.Geometry], style: Style, above: float) -> None:
    paths = [line_path(shape) for shape in shapes]
    px = brush.px
    for step, stroke in enumerate(lines(style, isoline=brush.layer.pane == "isoline")):
        brush.paint(
            paths,
            above=above + step * 1e-4,
            facecolors=CLEAR,
            edgecolors=to_rgba(stroke.colour, stroke.opacity),
            linewidths=stroke.width_px * px,
            linestyles=dash_pattern(stroke.dash, stroke.width_px),
            capstyle="butt" if style.dash else "round",
            joinstyle="round",
        )
    if style.arrows:
        brush.paint(
            [Path(head, closed=True) for shape in shapes for head in arrow_corners(shape, px)],
            above=above + 3e-4,
            facecolors=style.colour,
            edgecolors=WHITE,
            linewidths=mark("arrow")["edge_px"] * px,
        )


def _draw_points(brush: _Brush, layer: Drawn, here: Symbols) -> None:
    groups: dict[tuple[Style, float, float], list[int]] = {}
    for row, pick in enumerate(here.picks):
        each = layer.marks[pick]
        key = (each.style, float(here.radii[row]), each.tint)
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
            zorder=layer.zorder + step * 1e-3,
            clip=brush.clip,
        )


def _draw_stop(axes: Axes, stop: Dot, px: float) -> None:
    axes.add_artist(
        Circle(
            (stop.x, stop.y),
            stop_px() * px,
            facecolor=WHITE,
            edgecolor=stop.colour,
            linewidth=mark("stop")["edge_px"] * px,
            zorder=STOP_ZORDER,
        )
    )
    size = mark("stop")["text_px"] * px
    write(
        axes,
        (stop.x, stop.y - 0.36 * size),
        str(stop.number),
        size,
        bold=True,
        colour=stop.colour,
        align="center",
        zorder=STOP_ZORDER + 0.1,
    )


def area_path(shape: shapely.Geometry) -> Path | None:
    """Return the outline of areas with their holes, None where a shape has no area."""
    rings = []
    for piece in shapely.get_parts(shape):
        if piece.geom_type == "Polygon" and not piece.is_empty:
            turned = shapely.orient_polygons(piece)
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
