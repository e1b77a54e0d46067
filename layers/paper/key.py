"""Numbers at symbols whose names find no room on a map, and the key that says what they are."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import accumulate, chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from layers.look.styles import WHITE
from layers.paper.artists import write
from layers.paper.halos import Halo
from layers.paper.sheet import note_size, text_width, wrapped
from layers.type.label_candidates import Boxes, polygons
from layers.type.label_placement import Obstacle, place
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matplotlib.axes import Axes
    from shapely.geometry.base import BaseGeometry

    from layers.scene.boxes import Box
    from layers.type.label_placement import LabelRequest, Placement

# Heights of a line, of a number and of its middle, in sizes of the font; the least of a key.
LEADING, HEIGHT, MIDDLE, FEWEST = 1.28, 1.15, 0.36, 2
# Above a key, in lines; and how much of the room below a legend or a text it takes at most.
GAP, SHARE = 0.8, 0.5
HALO_PX = 2.6
ZORDER = 82.0
# Between a number and what stands there, px.
GAP_PX = 0.5
# What a number has room for, on the map and before a name of the key.
WIDEST = "88"


class Spot(NamedTuple):
    """A symbol without its name: the name, and the middle of its number, points on the sheet."""

    name: str
    x: float
    y: float


class Unnamed(NamedTuple):
    """Symbols without names.

    Parameters
    ----------
    spots
        Those that a number has room at, the most important first.
    others
        How many have no room for a number.
    first
        The first number: stops of axes have those before it.
    """

    spots: tuple[Spot, ...]
    others: int
    first: int = 1


def together(parts: Sequence[Unnamed]) -> Unnamed:
    """Return the symbols without names of a map and of what is drawn above it, under one key."""
    return Unnamed(
        tuple(chain.from_iterable(each.spots for each in parts)),
        sum(each.others for each in parts),
        max(each.first for each in parts),
    )


def unnamed(
    names: Sequence[tuple[str, LabelRequest]],
    placement: Placement,
    obstacles: Sequence[Obstacle],
    frame: Box,
    *,
    px: float,
    first: int,
    size: float = 0.0,
) -> Unnamed:
    """Return the symbols whose names found no room, with where their numbers have some.

    Parameters
    ----------
    names, placement
        All names, and where they stand.
    obstacles, frame
        What numbers must not cover besides, and the frame of the map.
    px, first
        Points per px, and the first number.
    size
        Size of the numbers, points; that of notes when left out.
    """
    size = size or note_size(px)
    lost = [names[label] for label in reversed(placement.dropped)]
    lost = [each for each in lost if isinstance(each[1].geometry, shapely.Point)]
    if not lost:
        return Unnamed((), 0)
    wanted = [
        replace(
            request,
            width=text_width(WIDEST, size, "bold"),
            height=HEIGHT * size,
            importance=float(at),
            required=False,
        )
        for at, (_, request) in enumerate(lost)
    ]
    taken = [*obstacles, *map(Obstacle, _standing([each for _, each in names], placement))]
    bounds = (frame.left, frame.bottom, frame.right, frame.top)
    numbers = place(wanted, bounds=bounds, obstacles=taken, gap=GAP_PX * px).places
    spots = tuple(Spot(lost[each.label][0], each.x, each.y) for each in numbers)
    return Unnamed(spots, len(lost) - len(spots), first)


def _standing(requests: Sequence[LabelRequest], placement: Placement) -> Iterator[BaseGeometry]:
    """Yield where names stand and their lines run."""
    for spot in placement.places:
        request = requests[spot.label]
        box = Boxes(np.array([[spot.x, spot.y]]), np.radians([spot.rotation]), np.zeros(1))
        yield from polygons(box, request.width, request.height)
        if spot.leader:
            yield shapely.LineString(spot.leader)


def key_height(spots: Sequence[Spot], width: float, *, px: float) -> float:
    """Return how high a key of all is, points.

    Parameters
    ----------
    spots
        Symbols without names.
    width, px
        Width of the key, and points per px.
    """
    names = dict.fromkeys(each.name for each in spots)
    lines = 2 + GAP + sum(map(len, _rows(names, width, px)))
    return lines * LEADING * note_size(px)


def draw_key(axes: Axes, which: Unnamed, box: Box, *, px: float, lang: str) -> float:
    """Write a key, and numbers at as many symbols as it has room for; return its height, points.

    Parameters
    ----------
    axes
        Above the map and its detail, in points.
    which
        Symbols without names, numbered from the top of the sheet down; those of one name have one
        number, as on maps of one sheet.
    box
        Room for the key, from its top on.
    px
        Points per px.
    lang
        ``"zh"`` or ``"en"``.
    """
    size = note_size(px)
    step = LEADING * size
    spots: dict[str, list[Spot]] = {}
    for spot in which.spots:
        spots.setdefault(spot.name, []).append(spot)
    rows = _rows(spots, box.width, px)
    ends = list(accumulate(map(len, rows), initial=0))
    # Beside the title; where not all have a number, the last line says how many have none.
    room = int(box.height / step - GAP + 1e-6) - 1
    count = len(rows)
    if which.others or ends[-1] > room:
        count = sum(end < room for end in ends[1:])
    if count < min(FEWEST, max(len(rows), 1)):
        return 0.0
    base = box.top - GAP * step - size
    write(axes, (box.left, base), say("sheet.key", lang), size, bold=True)
    numbered = zip(list(spots.values())[:count], rows, strict=False)
    told = sorted(numbered, key=lambda each: -max(spot.y for spot in each[0]))
    for number, (alike, lines) in enumerate(told, start=which.first):
        for spot in alike:
            _write_number(axes, spot, str(number), px)
        ahead = (box.left + _indent(px) - 0.5 * size, base - step)
        write(axes, ahead, str(number), size, bold=True, align="right")
        for line in lines:
            base -= step
            write(axes, (box.left + _indent(px), base), line, size)
    if more := len(rows) - count + which.others:
        base -= step
        words = say("sheet.unnamed", lang, n=more)
        size *= min(1.0, box.width / text_width(words, size))
        write(axes, (box.left, base), words, size)
    return box.top - base + step


def _write_number(axes: Axes, spot: Spot, words: str, px: float) -> None:
    size = note_size(px)
    line = partial(
        write, axes, (spot.x, spot.y - MIDDLE * size), words, size, bold=True, align="center"
    )
    line(colour=WHITE, zorder=ZORDER, kind=Halo, width=HALO_PX * px)
    line(zorder=ZORDER + 1)


def _indent(px: float) -> float:
    size = note_size(px)
    return text_width(WIDEST, size, "bold") + 0.5 * size


def _rows(names: Iterable[str], width: float, px: float) -> list[list[str]]:
    """Return the lines of each name."""
    return [wrapped(each, width - _indent(px), note_size(px)) for each in names]
