"""Names on a printed map: which features want one, and how it is written."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, compress, pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.look.callouts import layer_name
from layers.look.palettes import ink
from layers.look.styles import WHITE
from layers.look.styles import mark as measures
from layers.paper.drawing import stop_px
from layers.paper.key import unnamed
from layers.paper.named_shapes import held, named_shapes
from layers.paper.names import Name, write_name
from layers.paper.sheet import text_width
from layers.plan.area import area
from layers.scene.placed import Numbered, PlacedName
from layers.scene.scene import REMARK
from layers.type.label_candidates import OUT_COST
from layers.type.label_ground import Ground
from layers.type.label_placement import LabelRequest, Obstacle, Placed, choices, place
from layers.type.line_breaks import text_width as width_of_any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from matplotlib.axes import Axes
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.paper.drawing import Laid
    from layers.paper.key import Unnamed
    from layers.scene.boxes import Box
    from layers.scene.placed import Dot, Symbols
    from layers.scene.scene import Drawn, Scene
    from layers.scene.window import Window
    from layers.type.fonts import Weight
    from layers.type.label_placement import Placement, Where

# Names are legible down to this on paper and from afar on a slide, points.
LEAST_PT, SLIDE_PT = 5.6, 12.0
LINE_HEIGHT = 1.22
BOLD = 600
# Of equal names of a layer the first stands.
RANK_STEP = 1e-4
# A place that is a node, a park and a city is named once within this distance, px.
SAME_NAME_PX = 180.0
EQUATOR_M_PER_PX = 156_543.034
# What a name pays to stand on a line of the plan or on solid ground; on a symbol it never stands.
LINE_COST, SOLID_COST = 5.0, 18.0
# The name of a zone that stands off it goes so many heights farther before it lies on a zone.
ZONE_COST = 4.0
NUMBER_EVERY_PX = 420.0
# Between a symbol and its name, beside the gap between names, px.
CLEAR_PX = 3.2
# Latin names in an area are broken from this width in heights.
LONG = 12.0
# Of so many shapes a map has names: it is full long before, and each costs as much as many symbols.
MOST_SHAPES = 200
# It is broken into at most so many lines where it fits no wider, and stands outside of the zone
# where that is so much of its width and height, or where there are no more zones than this.
MOST_LINES, LEAST_INSIDE, FEW_ZONES = 3, 0.6, 9


def draw_labels(
    axes: Axes,
    scene: Scene,
    window: Window,
    where: Laid,
    *,
    blocked: Iterable[Box],
    px: float,
    toned: Callable[[str], str],
    elsewhere: Iterable[Box] = (),
) -> Unnamed:
    """Place and write the names of what a map shows; return the symbols whose names have no room.

    Parameters
    ----------
    axes
        Of the sheet, in points.
    scene
        What lies in the frame of the map, in the colours of the sheet.
    window, where
        Where everything stands.
    blocked
        Boxes that no name may touch.
    px
        Points per px.
    toned
        Turns a colour of a name into one of the palette.
    elsewhere
        Boxes in which symbols stand whose names are in a detail.
    """
    symbols, stops = where.symbols, where.stops
    named = symbols
    for box in elsewhere:
        named = _beyond(named, box)
    names = _names(scene, window, named, stops, px=px, toned=toned)
    obstacles = _obstacles(scene, window, symbols, stops, blocked, px=px)
    names, placement = _placed(names, obstacles, window, px)
    for spot in placement.places:
        write_name(axes, names[spot.label], spot, px)
    requests = [(name.keyed, name.request) for name in names]
    first = max((stop.number for stop in stops), default=0) + 1
    return unnamed(requests, placement, obstacles, window.frame, px=px, first=first)


def slide_names(
    scene: Scene,
    window: Window,
    *,
    symbols: dict[str, Symbols],
    stops: list[Dot],
    blocked: Iterable[Box],
    toned: Callable[[str], str],
) -> tuple[tuple[PlacedName, ...], tuple[Numbered, ...], int]:
    """Return the names of a map on a slide, whose px is a point: those that a screen would have.

    With them comes what has no room for its name, and how much more has none for a number either.

    Parameters
    ----------
    scene, window, symbols, stops, blocked, toned
        As for :func:`draw_labels`.
    """
    names = _names(scene, window, symbols, stops, px=1.0, toned=toned, on_slide=True)
    obstacles = _obstacles(scene, window, symbols, stops, blocked, px=1.0)
    names, placement = _placed(names, obstacles, window, 1.0, on_slide=True)
    placed = tuple(_set(names[spot.label], spot) for spot in placement.places)
    requests = [(name.keyed, name.request) for name in names]
    # A stop has its number as it is.
    by_name = {stop.name: stop for stop in reversed(stops)}
    lost = [requests[label][0] for label in reversed(placement.dropped)]
    known = [stop for name in lost if (stop := by_name.get(name))]
    others = tuple(k for k in placement.dropped if requests[k][0] not in by_name)
    first = max((stop.number for stop in stops), default=0) + 1
    left = replace(placement, dropped=others)
    frame = window.frame
    rest = unnamed(requests, left, obstacles, frame, px=1.0, first=first, size=SLIDE_PT)
    numbered = (
        *(Numbered(each.name, each.number, each.x, each.y, each.colour) for each in known),
        *(Numbered(each.name, first + at, each.x, each.y) for at, each in enumerate(rest.spots)),
    )
    return placed, numbered, rest.others


def _set(name: Name, spot: Placed) -> PlacedName:
    return PlacedName(
        lines=tuple(name.lines),
        size_pt=name.size,
        bold=name.bold,
        colour=name.colour,
        halo=name.halo if name.halo.startswith("#") else WHITE,
        x=spot.x,
        y=spot.y,
        width=name.request.width,
        height=name.request.height,
        rotation=spot.rotation,
        leader=spot.leader,
    )


def _placed(
    names: list[Name],
    obstacles: list[Obstacle],
    window: Window,
    px: float,
    *,
    on_slide: bool = False,
) -> tuple[list[Name], Placement]:
    """Return names as they are written, and where."""
    names = _once(names, px)
    frame, gap = window.frame.inset(2.0 * px), 1.5 * px
    bounds = (frame.left, frame.bottom, frame.right, frame.top)
    ground = Ground(bounds, obstacles, gap)
    names = list(_fitted(names, ground, on_slide=on_slide))
    requests = [name.request for name in names]
    return names, place(requests, bounds=bounds, obstacles=obstacles, gap=gap)


def _fitted(names: Iterable[Name], ground: Ground, *, on_slide: bool) -> Iterator[Name]:
    """Yield names as they are written: those of symbols, and of shapes the most important."""
    shapes = 0
    for name in names:
        at_symbol = isinstance(name.request.geometry, shapely.Point)
        if (at_symbol or shapes < MOST_SHAPES) and (told := _told(name, ground, on_slide=on_slide)):
            shapes += not at_symbol
            yield told


def _beyond(symbols: dict[str, Symbols], box: Box) -> dict[str, Symbols]:
    """Return the symbols that stand outside of a box."""
    some = {}
    for name, here in symbols.items():
        x, y = here.at.T
        outside = (x < box.left) | (x > box.right) | (y < box.bottom) | (y > box.top)
        picks = tuple(compress(here.picks, outside.tolist()))
        some[name] = replace(here, at=here.at[outside], picks=picks, radii=here.radii[outside])
    return some


def _names(
    scene: Scene,
    window: Window,
    symbols: dict[str, Symbols],
    stops: list[Dot],
    *,
    px: float,
    toned: Callable[[str], str],
    on_slide: bool = False,
) -> list[Name]:
    """Return the names of a map, on a slide from the scale on at which a screen has them."""
    names: list[Name] = []
    zoom = math.log2(EQUATOR_M_PER_PX * 0.88 / (window.metres_per_pt * px))
    at_stops = {stop.node for stop in stops}
    numbered = _with_numbers(scene)
    for layer in scene.layers:
        label = layer.label
        if label is None:
            continue
        only = area().named_ground.get(layer.id) if zoom < label.min_zoom else None
        early = zoom < label.min_zoom and only is None
        if early and (layer.is_ground or on_slide):
            continue
        pen = _Pen(layer, px, toned, on_slide)
        shapes = named_shapes(layer, window)
        for at, (mark, shape) in enumerate(zip(layer.marks, shapes, strict=True)):
            if mark.kind == "point" or shape.is_empty:
                continue
            if (only is not None and mark.key != only) or (
                layer.is_ground and mark.name in numbered
            ):
                continue
            text = re.sub(REMARK, "", mark.name) if layer.is_ground else mark.name
            name = pen.name(at, text, held(shape, label.place, window), label.place)
            if name is not None:
                names.append(name)
        here = symbols.get(layer.id)
        if here is None:
            continue
        for row, at in enumerate(here.picks):
            mark = layer.marks[at]
            radius = stop_px() * px if mark.id in at_stops else float(here.radii[row])
            spot = shapely.Point(*here.at[row])
            name = pen.name(at, mark.name, spot, "beside", radius=radius + CLEAR_PX * px)
            if name is not None:
                names.append(name)
    if stops and not any(layer.id == scene.stops_layer for layer in scene.layers):
        names += _stop_names(scene, stops, px=px, toned=toned, on_slide=on_slide)
    return names


def _with_numbers(scene: Scene) -> set[str]:
    """Return the names of zones that stand with a number, which the ground does not say again."""
    zones = (layer for layer in scene.layers if layer.numbered and layer.label is not None)
    return {mark.name for layer in zones for mark in layer.marks if mark.value}


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes the names of one layer."""

    layer: Drawn
    px: float
    toned: Callable[[str], str]
    on_slide: bool

    def name(
        self, at: int, text: str, shape: BaseGeometry, where: Where, *, radius: float = 0.0
    ) -> Name | None:
        label, mark = self.layer.label, self.layer.marks[at]
        if label is None or not text or shape.is_empty:
            return None
        if any(text.startswith(word) for word in label.skip):
            return None
        size = max(SLIDE_PT if self.on_slide else LEAST_PT, label.size * self.px)
        bold = label.weight >= BOLD
        own = label.colour == "field"
        colour = ink(mark.style.colour) if own else self.toned(label.colour)
        halo = label.halo if label.halo.upper() == WHITE else mark.style.colour
        isoline = self.layer.pane == "isoline"
        if where == "line" and not isoline:
            radius = (mark.style.weight / 2 + 3.0) * self.px
        weight: Weight = "bold" if bold else "regular"
        width = _width(text, size, weight, on_slide=self.on_slide)
        lines, is_note = 1, self.layer.id == layer_name()
        if where in {"inside", "edge"} and width > LONG * size and " " in text:
            text = in_lines(text, 2)
            width = _width(text, size, weight, on_slide=self.on_slide)
            lines = 2
        request = LabelRequest(
            shape,
            width,
            size * LINE_HEIGHT * lines,
            place=where,
            importance=label.priority + mark.rank + at * RANK_STEP,
            radius=radius,
            # A slide has no lines to names across the map: what its legend names may stay without.
            # A note has a number of its own, and gets no second one in a key.
            required=is_note
            or (self.layer.group == "layout" and not self.on_slide)
            or (self.layer.numbered and len(self.layer.marks) <= FEW_ZONES),
            repeat=NUMBER_EVERY_PX * self.px if isoline else 0.0,
            # The legend of a slide names its axes, which a name off its line may not tell apart.
            most=OUT_COST
            if self.layer.numbered or (where == "line" and self.on_slide and not isoline)
            else math.inf,
        )
        return Name(text, size, bold, colour, halo, request, mark.value, is_note)


def _width(text: str, size: float, weight: Weight, *, on_slide: bool) -> float:
    """Return how wide lines are: on a slide in the fonts of whichever machine opens it."""
    lines = text.split("\n")
    if on_slide:
        return max(width_of_any(line, size, bold=weight == "bold") for line in lines)
    return max(text_width(line, size, weight) for line in lines)


def in_lines(text: str, number: int) -> str:
    r"""Break a name into so many lines, but none without a word, as even as they go.

    Examples
    --------
    >>> in_lines("Yuelushan University Science City", 2)
    'Yuelushan University\nScience City'
    >>> in_lines("Xihu Base", 3)
    'Xihu\nBase'
    """
    words = text.split(" ")
    lengths = np.array([len(word) + 1 for word in words])
    past = np.concatenate([[0], np.cumsum(lengths)])
    ends = _ends(len(words), min(number, len(words)))
    even = ends[np.diff(past[ends], axis=1).max(axis=1).argmin()].tolist()
    return "\n".join(" ".join(words[a:b]) for a, b in pairwise(even))


@lru_cache(maxsize=32)
def _ends(words: int, lines: int) -> NDArray[np.intp]:
    """Return each way to break words into lines, by where these end."""
    inner = combinations(range(1, words), lines - 1)
    return np.array([(0, *each, words) for each in inner])


def _stop_names(
    scene: Scene,
    stops: list[Dot],
    *,
    px: float,
    toned: Callable[[str], str],
    on_slide: bool,
) -> list[Name]:
    """Return the names of stops: an axis names them where their nodes are no layer of the map."""
    label = scene.stop_label
    if label is None:
        return []
    size = max(SLIDE_PT if on_slide else LEAST_PT, label.size * px)
    names = []
    for number, stop in enumerate(stops):
        request = LabelRequest(
            shapely.Point(stop.x, stop.y),
            _width(stop.name, size, "bold", on_slide=on_slide),
            size * LINE_HEIGHT,
            importance=label.priority + number * 1e-4,
            radius=(stop_px() + CLEAR_PX) * px,
            required=True,
        )
        colour = toned(label.colour)
        names.append(
            Name(stop.name, size, bold=True, colour=colour, halo=label.halo, request=request)
        )
    return names


def _told(name: Name, ground: Ground, *, on_slide: bool) -> Name | None:
    """Return the name of a zone with its number below, in as many lines as go into the zone.

    The first of these that can stand in the zone as a whole; where none can, the first is to stand
    outside with a line to the zone if need be, or None where zones are many and this one is too
    small to be told from its name. A name of anything else is returned as it is.
    """
    if math.isinf(name.request.most) or name.request.place == "line":
        return name
    left, bottom, right, top = name.request.geometry.bounds
    weight: Weight = "bold" if name.bold else "regular"
    narrow = (in_lines(name.said, number + 1) for number in range(MOST_LINES))
    written = []
    for text in dict.fromkeys((name.text, *narrow)):
        candidate = replace(name, text=text)
        width = _width("\n".join(candidate.lines), name.size, weight, on_slide=on_slide)
        height = len(candidate.lines) * name.size * LINE_HEIGHT
        request = replace(name.request, width=width, height=height)
        written.append(replace(candidate, request=request))
        if width > right - left or height > top - bottom:
            continue
        # A line to another zone's name may cross it, and does not drive it out.
        request = replace(request, place="within", required=True)
        if len(choices(request, ground)):
            return replace(candidate, request=request)
    wide = (right - left) / name.request.width
    high = (top - bottom) / name.request.height
    if min(wide, high) < LEAST_INSIDE and not name.request.required:
        return None
    return replace(written[0], request=replace(written[0].request, required=True))


def _once(names: list[Name], px: float) -> list[Name]:
    """Return names without those that are said nearby already."""
    places: dict[str, list[tuple[float, float]]] = defaultdict(list)
    once: list[Name] = []
    for name in sorted(names, key=lambda each: each.request.importance):
        middle = name.request.geometry.centroid
        again = name.request.repeat == 0 and any(
            math.hypot(x - middle.x, y - middle.y) < SAME_NAME_PX * px for x, y in places[name.said]
        )
        if not again:
            places[name.said].append((middle.x, middle.y))
            once.append(name)
    return once


def _obstacles(
    scene: Scene,
    window: Window,
    symbols: dict[str, Symbols],
    stops: list[Dot],
    blocked: Iterable[Box],
    *,
    px: float,
) -> list[Obstacle]:
    obstacles = [Obstacle(shapely.box(box.left, box.bottom, box.right, box.top)) for box in blocked]
    obstacles += [
        Obstacle(shapely.Point(stop.x, stop.y).buffer((stop_px() + 1.5) * px, quad_segs=4))
        for stop in stops
    ]
    for layer in scene.layers:
        here = symbols.get(layer.id)
        if here is not None:
            discs = shapely.buffer(shapely.points(here.at), here.radii + 1.0 * px, quad_segs=3)
            obstacles += [Obstacle(disc) for disc in discs]
        if layer.numbered and layer.picture is None and len(layer.marks) <= FEW_ZONES:
            obstacles += [
                Obstacle(shape, ZONE_COST, led=True)
                for shape in window.drawn(layer.shapes)
                if not shape.is_empty
            ]
        if layer.group != "layout":
            continue
        for mark, shape in zip(layer.marks, window.drawn(layer.shapes), strict=True):
            if mark.kind == "line":
                reach = (mark.style.weight / 2 + 1.5) * px
                obstacles.append(Obstacle(shapely.buffer(shape, reach, quad_segs=2), LINE_COST))
            elif mark.style.fill_opacity > measures("solid")["opacity"]:
                obstacles.append(Obstacle(shape, SOLID_COST))
    return obstacles
