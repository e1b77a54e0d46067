"""Maps of slides: shapes of their own, a group for each layer, that a presenter can recolour."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import shapely
from PIL import Image

from geo.outlines import simplified
from layers.look.styles import WHITE, inks, mark
from layers.scene.placed import BAR_LEFT_PT, SCALE_TEXT_PT
from layers.scene.scene import PANES
from layers.scene.strokes import Stroke, arrow_corners, edges, lines
from layers.slides.freeforms import DOWN, UP, Fill, add
from layers.slides.symbols import symbol
from layers.type.line_breaks import is_upright, text_width
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from layers.look.styles import Style
    from layers.scene.placed import Dot, PlacedMap, PlacedName
    from layers.scene.scene import Drawn, Mark
    from layers.slides.boxes import Box
    from layers.slides.freeforms import Page, Shape, Shapes
    from layers.slides.slide import MapView

# Areas and lines of a layer with more marks than this are one shape a look, and not one each.
MOST_MARKS = 60
# Corners are left out, the finest first, until a map has no more than so many.
MOST_CORNERS, TOLERANCES_PT = 12_000, (0.3, 0.5, 0.8, 1.2, 2.0, 4.0)
STOP_ZORDER, NAME_ZORDER, SCALE_ZORDER, LEADER_ZORDER = 70.0, 80.0, 90.0, 59.0
FRAME_ZORDER = 85.0
# What the degrees below a map and at its left take.
DEGREES_PT, TICK_PT = 18.0, 4.0
# A name of Chinese along a line steeper than this is written downwards, degrees.
STEEP = 45.0
# A stop without its number is so much of one with it: an empty ring would await one.
BARE_STOP = 0.55
# How far lines of text are apart, in heights of a letter.
LEADING = 1.25
PAPER, BAR_PT, BAR_PARTS, ARROW_PT, NORTH_PT = 0.86, 5.0, 4, 34.0, 22.0
PALE = 0.5
(INK,) = inks("ink")


def placed_in(view: MapView, outer: Box) -> PlacedMap:
    """Return a map as it stands in a box, with the degrees at its edges."""
    box = _within(outer)
    return view.placed(box.width, box.height)


def _within(outer: Box) -> Box:
    return outer.part(left=DEGREES_PT, height=outer.height - DEGREES_PT)


def with_numbers(placed: PlacedMap, count: int) -> PlacedMap:
    """Return a map with the first of its numbers; stops that lose theirs are plain dots.

    Parameters
    ----------
    placed
        A map with all numbers that it may have.
    count
        How many of them a key tells: the others would say nothing, and are counted as nameless.
    """
    told, untold = placed.numbered[:count], placed.numbered[count:]
    plain = {(each.stop, each.number, each.x, each.y) for each in untold if each.stop}
    stops = tuple(
        replace(stop, number=0) if (stop.colour, stop.number, stop.x, stop.y) in plain else stop
        for stop in placed.stops
    )
    nameless = placed.nameless + len(untold)
    return replace(placed, numbered=told, stops=stops, nameless=nameless)


def draw_map(page: Page, view: MapView, outer: Box, placed: PlacedMap | None = None) -> None:
    """Draw a map as one group, in it a group for each layer under its name.

    Parameters
    ----------
    page
        Page to draw on.
    view
        The map, and what it shows, for those who cannot see it.
    outer
        Where it stands, with the degrees at its edges.
    placed
        The map as :func:`placed_in` returns it, with the numbers that its key tells; without any
        when left out.
    """
    slide, box = page.slide, _within(outer)
    placed = placed or with_numbers(placed_in(view, outer), 0)

    def related(png: bytes) -> str:
        _, relation = slide.part.get_or_add_image_part(BytesIO(png))
        return str(relation)

    add(page, _Canvas(placed, box, page.shapes, related).whole(view.alt))


class _Canvas:
    """Writes a map, what lies lowest first."""

    def __init__(
        self, placed: PlacedMap, box: Box, shapes: Shapes, related: Callable[[bytes], str]
    ) -> None:
        self.placed, self.box, self.shapes, self.related = placed, box, shapes, related
        self.lang = placed.scene.lang
        frame = placed.window.frame
        self.frame = (frame.left, frame.bottom, frame.right, frame.top)
        self.drawn = {
            layer.id: placed.window.drawn(layer.shapes)
            for layer in placed.scene.layers
            if layer.picture is None
        }
        self.tolerance = self._tolerance()

    def whole(self, words: str) -> Shape:
        """Return the map as one group."""
        placed, shapes = self.placed, self.shapes
        ground = self._ring([shapely.box(*self.frame)])
        levels = [(0.0, shapes.freeform(self._say("ground"), ground, fill=Fill(placed.beyond)))]
        if placed.tiles:
            picture = shapes.picture(self._say("ground"), self.related(placed.tiles), self._all())
            levels.append((1.0, picture))
        for layer in placed.scene.layers:
            levels += self._layer(layer)
        leaders = [line for each in placed.names for line in self._leader(each)]
        levels += [
            (LEADER_ZORDER, shapes.group(self._say("leaders"), leaders)),
            (STOP_ZORDER, shapes.group(self._say("stops"), map(self._stop, placed.stops))),
            (NAME_ZORDER, shapes.group(self._say("names"), self._names())),
            (FRAME_ZORDER, self._edge()),
            (SCALE_ZORDER, self._scale()),
        ]
        drawn = [shape for _, shape in sorted(levels, key=lambda level: level[0])]
        return shapes.group(self._say("map"), drawn, words=words)

    def _say(self, what: str) -> str:
        return say(f"slides.{what}", self.lang)

    def _all(self) -> tuple[float, float, float, float]:
        return self.box.left, self.box.top, self.box.width, self.box.height

    def _tolerance(self) -> float:
        """Return how far corners may be off, points, that a map has no more than it may."""
        shapes = np.concatenate([np.empty(0, dtype=object), *self.drawn.values()])
        left = (
            each
            for each in TOLERANCES_PT
            if shapely.get_num_coordinates(simplified(shapes, each)).sum() <= MOST_CORNERS
        )
        return next(left, TOLERANCES_PT[-1])

    # ---- layers ----

    def _layer(self, layer: Drawn) -> list[tuple[float, Shape]]:
        """Return a layer in its place among all, and boundaries of land above water and roads."""
        if layer.picture is not None:
            pixels = layer.picture.over(self.placed.window)
            file = BytesIO()
            Image.fromarray(pixels).save(file, format="PNG", optimize=True)
            picture = self.shapes.picture(layer.title, self.related(file.getvalue()), self._all())
            return [(layer.zorder, picture)]
        shapes = simplified(self.drawn[layer.id], self.tolerance)
        painted = shapes
        if layer.striped:
            painted = self.placed.window.drawn(layer.painted)
        inner, above = [], []
        for name, style, kind, picks in self._features(layer):
            here = [at for at in picks if not shapes[at].is_empty]
            if not here:
                continue
            if kind == "line":
                inner.append(self._line(name, style, shapes[here], isoline=layer.pane == "isoline"))
                continue
            strokes = edges(style, on_ground=layer.group == "layout")
            fill = None if style.fill_opacity <= 0 else _fill(style)
            if layer.is_land:
                inner.append(self._area(name, shapes[here], painted[here], fill, []))
                above.append(self._area(name, shapes[here], painted[here], None, strokes))
            else:
                inner.append(self._area(name, shapes[here], painted[here], fill, strokes))
        inner += self._symbols(layer)
        return [
            (layer.zorder, self.shapes.group(layer.title, inner)),
            (PANES["boundary"], self.shapes.group(layer.title, above)),
        ]

    def _features(self, layer: Drawn) -> Iterable[tuple[str, Style, str, list[int]]]:
        """Return what of a layer is one shape: a feature under its name, or all of one look."""
        looks: dict[tuple[str, Style], list[int]] = defaultdict(list)
        marks = [(at, each) for at, each in enumerate(layer.marks) if each.kind != "point"]
        if len(marks) <= MOST_MARKS and not layer.is_ground:
            for at, each in marks:
                yield each.name or layer.title, each.style, each.kind, [at]
            return
        for at, each in marks:
            looks[each.kind, each.style].append(at)
        for (kind, style), picks in looks.items():
            yield self._class(layer, layer.marks[picks[0]]), style, kind, picks

    def _class(self, layer: Drawn, of: Mark) -> str:
        words = (each.words.said(self.lang) for each in layer.classes if each.value == of.key)
        return next(words, layer.title)

    def _area(
        self,
        name: str,
        shapes: NDArray[np.object_],
        painted: NDArray[np.object_],
        fill: Fill | None,
        strokes: list[Stroke],
    ) -> Shape:
        """Return areas with their edges: one shape where they are whole, cut at the frame else."""
        frame = shapely.box(*self.frame)
        whole = painted is shapes or (painted == shapes).all()
        if whole and shapely.within(shapes, frame).all() and len(strokes) == 1:
            return self.shapes.freeform(name, self._ring(shapes), fill=fill, stroke=strokes[0])
        inner = []
        if fill is not None:
            cut = self._ring(shapely.clip_by_rect(painted, *self.frame))
            inner.append(self.shapes.freeform(name, cut, fill=fill))
        # Along its cut an area has no edge.
        around = self._run(shapely.clip_by_rect(shapely.boundary(shapes), *self.frame))
        inner += [
            self.shapes.freeform(name, around, stroke=stroke, closed=False) for stroke in strokes
        ]
        return self.shapes.joined(name, inner)

    def _line(
        self, name: str, style: Style, shapes: NDArray[np.object_], *, isoline: bool
    ) -> Shape:
        cut = shapely.clip_by_rect(shapes, *self.frame)
        runs = self._run(cut)
        inner = [
            self.shapes.freeform(name, runs, stroke=stroke, closed=False)
            for stroke in lines(style, isoline=isoline)
        ]
        if style.arrows:
            heads = [head for each in cut for head in arrow_corners(each, 1.0)]
            edge = Stroke(WHITE, 1.0, mark("arrow")["edge_px"])
            rings = map(self._at, heads)
            inner.append(self.shapes.freeform(name, rings, fill=Fill(style.colour), stroke=edge))
        return self.shapes.joined(name, inner)

    def _symbols(self, layer: Drawn) -> list[Shape]:
        """Return the symbols of a layer, small ones above large ones."""
        here = self.placed.symbols.get(layer.id)
        if here is None:
            return []
        places = self._at(here.at)
        west, south, east, north = self.frame
        ((left, top),) = self._at(np.array([[west, north]])).tolist()
        within = replace(self.box, left=left, top=top, width=east - west, height=north - south)
        rows = sorted(range(len(here.picks)), key=lambda row: -float(here.radii[row]))
        drawn = []
        for row in rows:
            each = layer.marks[here.picks[row]]
            middle = (float(places[row, 0]), float(places[row, 1]))
            name = each.name or layer.title
            radius = float(here.radii[row])
            drawn.append(
                symbol(
                    self.shapes,
                    name,
                    each.style,
                    at=middle,
                    radius=radius,
                    tint=each.tint,
                    within=within,
                )
            )
        return drawn

    # ---- what stands above the layers ----

    def _stop(self, stop: Dot) -> Shape:
        of = mark("stop")
        ((x, y),) = self._at(np.array([[stop.x, stop.y]])).tolist()
        edge = Stroke(stop.colour, 1.0, of["edge_px"])
        return self.shapes.oval(
            stop.name,
            (x, y),
            of["radius_px"] * (1.0 if stop.number else BARE_STOP),
            fill=Fill(WHITE),
            stroke=edge,
            words=str(stop.number) if stop.number else "",
            size_pt=max(of["text_px"], SCALE_TEXT_PT),
        )

    def _leader(self, name: PlacedName) -> list[Shape]:
        if name.leader is None:
            return []
        line = self._at(np.array(name.leader))
        stroke = Stroke(name.colour, 1.0, 0.8)
        return [self.shapes.freeform(name.lines[0], [line], stroke=stroke, closed=False)]

    def _names(self) -> list[Shape]:
        """Return names, and the numbers of what has none and no number of its own."""
        names = [self._name(each) for each in self.placed.names]
        high = SCALE_TEXT_PT * LEADING
        for each in self.placed.numbered:
            if not each.stop:
                ((x, y),) = self._at(np.array([[each.x, each.y]])).tolist()
                place, words = (x - high, y - high / 2, 2 * high, high), [str(each.number)]
                names.append(
                    self.shapes.text(
                        words, place, size_pt=SCALE_TEXT_PT, colour=INK, bold=True, halo=WHITE
                    )
                )
        return names

    def _name(self, name: PlacedName) -> Shape:
        ((x, y),) = self._at(np.array([[name.x, name.y]])).tolist()
        first = name.lines[0]
        upright = abs(name.rotation) > STEEP and is_upright(first)
        turn, width, height = -name.rotation, name.width, name.height
        if upright:
            # Along a line that goes up to the right the first character is above at the right.
            turn += 90.0 if name.rotation > 0 else -90.0
            width, height = height, width * LEADING
        return self.shapes.text(
            name.lines,
            (x - width / 2, y - height / 2, width, height),
            size_pt=name.size_pt,
            colour=name.colour,
            bold=name.bold,
            halo=name.halo,
            turn=turn,
            flow=DOWN if upright else "",
        )

    def _edge(self) -> Shape:
        """Return the frame, with degrees below it and at its left."""
        shapes, high, name = self.shapes, SCALE_TEXT_PT * LEADING, self._say("frame")
        line = Stroke(INK, 1.0, 0.75)
        ring = self._ring([shapely.box(*self.frame)])
        inner = [shapes.freeform(name, ring, stroke=line)]
        marks = []
        for words, at in self.placed.below:
            ((x, y),) = self._at(np.array([[at, self.frame[1]]])).tolist()
            marks.append(np.array([[x, y], [x, y + TICK_PT]]))
            width = text_width(words, SCALE_TEXT_PT)
            place = (x - width / 2, y + TICK_PT - 1.0, width, high)
            inner.append(shapes.text([words], place, size_pt=SCALE_TEXT_PT, colour=INK))
        for words, at in self.placed.beside:
            ((x, y),) = self._at(np.array([[self.frame[0], at]])).tolist()
            marks.append(np.array([[x, y], [x - TICK_PT, y]]))
            width = text_width(words, SCALE_TEXT_PT)
            place = (x - TICK_PT + 1.0 - high, y - width / 2, high, width)
            inner.append(shapes.text([words], place, size_pt=SCALE_TEXT_PT, colour=INK, flow=UP))
        inner.append(shapes.freeform(name, marks, stroke=line, closed=False))
        return shapes.group(name, inner)

    def _scale(self) -> Shape:
        """Return scale as bar and ratio, and north arrow."""
        shapes, scale = self.shapes, self.placed.scale
        box, length = scale.box, scale.length
        ((left, top),) = self._at(np.array([[box.left, box.top]])).tolist()
        start, base = left + BAR_LEFT_PT, top + box.height - 8.0
        whole = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * (box.width, box.height) + (left, top)
        inner = [shapes.freeform(self._say("scale"), [whole], fill=Fill(WHITE, PAPER))]
        edge = Stroke(INK, 1.0, 0.75)
        for at in range(BAR_PARTS):
            part = length / BAR_PARTS
            corners = np.array([[0, 0], [part, 0], [part, BAR_PT], [0, BAR_PT]])
            corners = corners + np.array([start + at * part, base - BAR_PT])
            fill = Fill(WHITE if at % 2 else INK)
            inner.append(shapes.freeform(self._say("scale"), [corners], fill=fill, stroke=edge))
        high = SCALE_TEXT_PT * LEADING
        above = (*scale.numbers[:-1], scale.last)
        for at, (words, number) in enumerate(zip(scale.numbers, above, strict=True)):
            # The unit stands behind the last number, which stays above its mark.
            middle = start + at / (len(above) - 1) * length
            place = (
                middle - text_width(number, SCALE_TEXT_PT) / 2,
                base - BAR_PT - 3.0 - high,
                text_width(words, SCALE_TEXT_PT),
                high,
            )
            align = "ctr" if words == number else "l"
            inner.append(
                shapes.text([words], place, size_pt=SCALE_TEXT_PT, colour=INK, align=align)
            )
        if scale.ratio:
            place = (start, top, text_width(scale.ratio, SCALE_TEXT_PT), high)
            inner.append(
                shapes.text([scale.ratio], place, size_pt=SCALE_TEXT_PT, colour=INK, align="l")
            )
        inner += self._north(left + ARROW_PT / 2 + 2.0, base)
        return shapes.group(self._say("scale"), inner)

    def _north(self, x: float, base: float) -> list[Shape]:
        angle = math.radians(self.placed.north_deg)
        turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        edge, drawn = Stroke(INK, 1.0, 0.75), []
        for side, fill in ((6, INK), (-6, WHITE)):
            corners = np.array([[0, -NORTH_PT], [side, 0], [0, -5]], dtype=float) @ turn + (x, base)
            shape = self.shapes.freeform(
                self._say("north"), [corners], fill=Fill(fill), stroke=edge
            )
            drawn.append(shape)
        high = SCALE_TEXT_PT * LEADING
        place = (x - high, base - NORTH_PT - high, 2 * high, high)
        north = say("sheet.north", self.lang)
        return [
            *drawn,
            self.shapes.text([north], place, size_pt=SCALE_TEXT_PT, colour=INK, bold=True),
        ]

    # ---- from the sheet to the slide ----

    def _at(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return places on the slide: there y goes down."""
        corner = np.array([self.frame[0] - self.box.left, -self.frame[3] - self.box.top])
        placed: NDArray[np.float64] = xy * (1.0, -1.0) - corner
        return placed

    def _ring(self, shapes: Iterable[shapely.Geometry]) -> list[NDArray[np.float64]]:
        """Return the rings of areas, with their holes."""
        parts = shapely.get_parts(np.array(list(shapes), dtype=object))
        areas = [each for each in parts if each.geom_type == "Polygon" and not each.is_empty]
        rings = [ring for each in areas for ring in (each.exterior, *each.interiors)]
        return [self._at(shapely.get_coordinates(ring)) for ring in rings]

    def _run(self, shapes: Iterable[shapely.Geometry]) -> list[NDArray[np.float64]]:
        """Return the lines of lines and collections."""
        parts = shapely.get_parts(shapely.get_parts(np.array(list(shapes), dtype=object)))
        runs = [each for each in parts if "Line" in each.geom_type and not each.is_empty]
        return [self._at(shapely.get_coordinates(each)) for each in runs]


def _fill(style: Style) -> Fill:
    """Return what fills an area: hatched in its colour where it is pale, in white else."""
    hatch = ""
    if style.hatch:
        hatch = style.colour if style.fill_opacity < PALE else WHITE
    return Fill(style.colour, style.fill_opacity, hatch)
