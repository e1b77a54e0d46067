"""局部放大: where symbols crowd, the ground is drawn again, larger, where the map is empty."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from layers.look.styles import WHITE
from layers.paper.artists import INK, draw_box, write
from layers.paper.drawing import BEYOND, draw_scene, laid
from layers.paper.extents import round_scale
from layers.paper.furniture import ratio_words
from layers.paper.labels import draw_labels
from layers.paper.locator import corner_box, covered
from layers.paper.parts import FURNITURE, LABELS, part
from layers.paper.sheet import note_size, text_width
from layers.scene.boxes import Box
from layers.scene.window import Window
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from layers.paper.key import Unnamed
    from layers.scene.placed import Symbols
    from layers.scene.scene import Scene

# A detail has this share of the width and height of the map, and is so many times as large.
WIDTH_SHARE, HEIGHT_SHARE = 0.36, 0.4
TIMES = (3.0, 2.5, 2.0)
# What crowds: so many named symbols, whose names would need so much of their ground.
LEAST_NAMED, NEEDED_SHARE = 16, 0.55
# Of a name, px; and how much of the plan a detail may cover, as :func:`covered` has it.
NAME_PX, MOST_COVERED = (100.0, 15.0), 0.35
# The frames of a detail lie above names.
SOURCE = 88.0


@dataclass(frozen=True, slots=True)
class Detail:
    """A part of a map, drawn again.

    Parameters
    ----------
    source
        The part, on the sheet.
    window
        Where it is drawn larger, and at which scale.
    """

    source: Box
    window: Window


def details(
    scene: Scene,
    window: Window,
    symbols: dict[str, Symbols],
    *,
    px: float,
    taken: Box,
) -> list[Detail]:
    """Return the part of a map that is worth a detail; none where there is no room for it.

    Parameters
    ----------
    scene, window, symbols
        What the map shows, and where.
    px
        Points per px.
    taken
        What stands on the map already.
    """
    named = [here.at for layer in scene.layers if layer.label and (here := symbols.get(layer.id))]
    if not named:
        return []
    at, frame = np.concatenate(named), window.frame
    width, height = WIDTH_SHARE * frame.width, HEIGHT_SHARE * frame.height
    box = corner_box(scene, window, symbols, (width, height), px=px, taken=taken)
    if covered(scene, window, symbols, box, 0.0) > MOST_COVERED:
        return []
    room = NAME_PX[0] * NAME_PX[1] * px * px
    for times in TIMES:
        scale = round_scale(window.scale / times, math.floor)
        size = np.array([width, height]) * scale / window.scale
        middle, count = _fullest(at, size)
        if count >= LEAST_NAMED and count * room >= NEEDED_SHARE * size.prod():
            source = Box(*(middle - size / 2), *size)
            if source.overlaps(box) or source.overlaps(taken):
                return []
            centre_m = window.to_ground(middle[None, :])[0]
            return [Detail(source, Window(box, (centre_m[0], centre_m[1]), scale))]
    return []


def _fullest(at: NDArray[np.float64], size: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """Return the middle of the box of a size that holds the most points, and how many."""
    some = at[:: max(1, len(at) // 300)]
    apart = np.abs(at[None, :, :] - some[:, None, :])
    within: NDArray[np.bool_] = np.asarray((apart <= size / 2).all(axis=2))
    best = int(np.argmax(within.sum(axis=1)))
    held = at[within[best]]
    middle = (held.min(axis=0) + held.max(axis=0)) / 2
    return middle, int((np.abs(at - middle) <= size / 2).all(axis=1).sum())


def draw_detail(
    below: Axes,
    axes: Axes,
    whole: Scene,
    one: Detail,
    *,
    px: float,
    tone: Callable[[str], str],
) -> Unnamed:
    """Draw a part of a map again above it, larger; return the symbols whose names have no room.

    It has its names and its scale.

    Parameters
    ----------
    below, axes
        Of the map, and above it, in points on the sheet.
    whole
        All that the map shows, in the colours of the sheet.
    one
        The part.
    px
        Points per px.
    tone
        Turns a colour of the symbology into one of the palette.
    """
    with part(below, FURNITURE):
        draw_box(below, one.source, facecolor="none", edgecolor=INK, linewidth=px, zorder=SOURCE)
    window = one.window
    scene = whole.within(window.bounds_m)
    where = laid(scene, window, px=px)
    draw_scene(axes, scene, window, where, px=px, beyond=tone(BEYOND))
    frame, size = window.frame, note_size(px)
    words = say("sheet.detail", scene.lang, scale=ratio_words(window))
    head = Box(frame.left, frame.top - 1.7 * size, text_width(words, size) + 1.4 * size, 1.7 * size)
    with part(axes, LABELS):
        lost = draw_labels(axes, scene, window, where, blocked=[head], px=px, toned=tone)
    with part(axes, FURNITURE):
        draw_box(axes, head, facecolor=WHITE, edgecolor="none", zorder=SOURCE)
        draw_box(axes, frame, facecolor="none", edgecolor=INK, linewidth=1.2 * px, zorder=SOURCE)
        write(axes, (head.left + 0.7 * size, head.bottom + 0.5 * size), words, size, bold=True)
    return lost
