"""The legend of a printed map: what the map shows, with the same words and samples as on the web.

The legend is set in the largest type that fits its box: first at full size, then with less space,
then in more columns and smaller. What fits in no way is refused and never cut.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, product, takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle

from geo.errors import InputError
from geo.numerals import number
from layers.look.styles import WHITE, inks
from layers.paper.artists import write
from layers.paper.drawing import HATCH, hatch_colour
from layers.paper.sheet import text_width, wrapped
from layers.paper.symbols import dash_pattern, draw_symbols
from layers.scene.boxes import Box
from layers.scene.scene import CONTEXT
from layers.scene.sizes import sized_by
from layers.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from layers.scene.said import Tally
    from layers.scene.samples import Entry
    from layers.scene.scene import Drawn, Scene, Section
    from layers.scene.surfaces import Picture

# px, as on the web map.
TITLE_PX, HEAD_PX, TEXT_PX, SMALL_PX = 16.0, 13.0, 12.5, 11.0
LEADING, SECTION_GAP, SWATCH_PX, SWATCH_GAP = 19.0, 8.0, 22.0, 7.0
INDENT_PX, COLUMN_GAP, RAMP_PX = 2.0, 14.0, 12.0
INK, PALE, LEAD = inks("ink", "soft", "lead")
MIDDLE, RAMP_STEPS = 0.36, 64
ZORDER = 100.0
# Type and space of each attempt, and how many columns beyond the fewest.
ATTEMPTS = (
    (1.25, 1.3, 0),
    (1.12, 1.15, 0),
    (1.0, 1.0, 0),
    (1.0, 0.9, 0),
    (0.93, 0.82, 0),
    (1.0, 0.9, 1),
    (0.86, 0.78, 1),
    (0.78, 0.72, 1),
    (0.78, 0.72, 2),
    (0.78, 0.72, 3),
    (0.73, 0.66, 3),
    (0.73, 0.62, 4),
)
# So many of these are no smaller than usual.
USUAL = 5
# Columns may be so many times as high as they were if all were filled to the end.
LOOSE = 1.6
_text = partial(write, zorder=ZORDER)


@dataclass(frozen=True, slots=True)
class _Item:
    """One unbreakable piece of a legend and its height."""

    kind: str
    height: float
    lines: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    count: Tally | None = None
    layer: Drawn | None = None
    # A title stays with what it heads.
    sticks: bool = False
    # A Latin word goes over two lines.
    broken: bool = False


@dataclass(frozen=True, slots=True)
class _Type:
    """Sizes of one attempt, points."""

    px: float
    type_scale: float
    space: float
    column: float

    @property
    def title(self) -> float:
        return TITLE_PX * self.px * max(1.0, self.type_scale)

    @property
    def text(self) -> float:
        return TEXT_PX * self.px * self.type_scale

    @property
    def head(self) -> float:
        return HEAD_PX * self.px * self.type_scale

    @property
    def leading(self) -> float:
        return max(LEADING * self.px * self.space, self.text * 1.22)

    @property
    def words_left(self) -> float:
        return (SWATCH_PX + SWATCH_GAP) * self.px * min(1.0, self.type_scale + 0.07)


@dataclass(frozen=True, slots=True)
class _Quill:
    """What a legend is written with."""

    axes: Axes
    kind: _Type


@dataclass(frozen=True, slots=True)
class Legend:
    """A legend that is set: its columns, and what is left of its box below it or at its right."""

    box: Box
    kind: _Type
    columns: list[list[_Item]]
    spare: Box

    def draw(self, axes: Axes) -> None:
        """Draw it on a sheet."""
        quill = _Quill(axes, self.kind)
        for column, items in enumerate(self.columns):
            left = self.box.left + column * (self.kind.column + COLUMN_GAP * self.kind.px)
            top = self.box.top
            for item in items:
                _draw_item(quill, item, left, top)
                top -= item.height


def legend_in(
    scene: Scene,
    box: Box,
    *,
    px: float,
    fewest_columns: int = 1,
    beside: float = 0.0,
    below: float = 0.0,
) -> Legend:
    """Return the legend of what is visible, set into a box.

    Parameters
    ----------
    scene
        What lies in the frame of the map, in the colours of the sheet.
    box
        Where it stands.
    px
        Points per px.
    fewest_columns
        Columns of the first attempt.
    beside
        Width to leave free at the right if it fits the rest of the box, points.
    below
        Height to leave free below it if it is no smaller than usual then, points.

    Raises
    ------
    InputError
        If it does not fit, however small it is set.
    """
    sections = scene.legend()
    wide = box.width
    rooms = (wide - beside - COLUMN_GAP * px, wide) if beside else (wide,)
    usual = list(product(rooms, ATTEMPTS[:USUAL]))
    tries = [(each, below, whole) for whole in (True, False) for each in usual if below]
    # A section stays in one column where that takes no smaller type than usual, and no other room.
    tries += [(each, 0.0, True) for each in usual if each[0] == rooms[0]]
    tries += [(each, 0.0, False) for each in product(rooms, ATTEMPTS)]
    # Smaller words are better than broken ones.
    for intact, ((room, (type_scale, space, more)), free, whole) in product((True, False), tries):
        columns = fewest_columns + more
        kind = _Type(px, type_scale, space, _column(room, columns, px))
        items = _items(sections, scene, kind)
        if intact and any(item.broken for item in items):
            continue
        placed = _flow(items, columns, box.height - free, whole=whole)
        if placed is not None:
            break
    else:
        raise InputError(
            f"print_map: the legend of {len(sections)} layers does not fit the sheet; "
            "print on a larger sheet (A3), or switch some layers off",
            code="print.legend",
            count=len(sections),
        )
    tallest = max((sum(item.height for item in items) for items in placed), default=0.0)
    spare = Box(box.left, box.bottom, wide, max(0.0, box.height - tallest))
    if room < wide:
        spare = Box(box.right - beside, box.bottom, beside, box.height)
    return Legend(box, kind, placed, spare)


def legend_height(scene: Scene, width: float, *, px: float, columns: int) -> float:
    """Return how high the legend of a map is in type of the usual size, points.

    Parameters
    ----------
    scene
        What the map shows, in the colours of the sheet.
    width
        Of the legend, points.
    px
        Points per px.
    columns
        How many it has.
    """
    kind = _Type(px, 1.0, 1.0, _column(width, columns, px))
    items = _items(scene.legend(), scene, kind)
    high = sum(item.height for item in items)
    loose = LOOSE * high / columns if columns > 1 else high
    # A section is rather broken than twice as high as its share.
    tries = ((loose, True), (LOOSE * loose, True), (loose, False), (high, False))
    flows = (_flow(items, columns, most, whole=whole) for most, whole in tries)
    placed = next((each for each in flows if each is not None), [items])
    return max(sum(item.height for item in column) for column in placed)


def _column(width: float, columns: int, px: float) -> float:
    return (width - (columns - 1) * COLUMN_GAP * px) / columns


def _items(sections: list[Section], scene: Scene, kind: _Type) -> list[_Item]:
    part = any(section.is_part for section in sections)
    words = say("legend.part" if part else "legend.title", scene.lang)
    items = [_Item("title", 1.5 * kind.title, (words,), sticks=True)]
    ground: list[Entry] = []
    before: Section | None = None
    for section in sections:
        if section.layer.is_ground:
            ground += section.entries
            continue
        if len(items) > 1 and not _goes_on(section, before):
            items.append(_Item("gap", SECTION_GAP * kind.px * kind.space))
        items += _section(section, kind)
        before = section
    if ground:
        if len(items) > 1:
            items.append(_Item("gap", SECTION_GAP * kind.px * kind.space))
        items.append(_heading(scene.groups[CONTEXT].said(scene.lang), None, kind))
        items += _paired(ground, kind)
    return items


def _goes_on(section: Section, before: Section | None) -> bool:
    """Return whether a section is a further class of a result that the one before is of too."""
    if before is None or section.title:
        return False
    results = (each.layer for each in (section, before))
    return all(each.pane == "analysis" and not each.numbered for each in results)


def _section(section: Section, kind: _Type) -> list[_Item]:
    layer = section.layer
    rows = [_row(entry, kind) for entry in section.entries]
    if not section.title:
        return rows
    items = [_heading(section.title, section.count, kind)]
    if layer.picture is not None and not layer.picture.levels:
        return [*items, _Item("ramp", (RAMP_PX + 1.6 * SMALL_PX) * kind.px, layer=layer)]
    items += rows
    if layer.amounts:
        largest = max(radius for _, radius in layer.amounts)
        sized = sized_by(layer.id, layer.look, layer.lang)
        lines = tuple(wrapped(sized, kind.column, SMALL_PX * kind.px))
        height = (2 * largest + 8 + (0.3 + 1.2 * len(lines)) * SMALL_PX) * kind.px
        items.append(_Item("sizes", height, lines, layer=layer))
    return items


def _heading(words: str, count: Tally | None, kind: _Type) -> _Item:
    lines = tuple(wrapped(words, kind.column - _count_width(count, kind), kind.head, "bold"))
    high, broken = len(lines) * kind.leading, _is_broken(words, lines)
    return _Item("heading", high, lines, count=count, sticks=True, broken=broken)


def _row(entry: Entry, kind: _Type) -> _Item:
    room = kind.column - kind.words_left - _count_width(entry.count, kind)
    lines = tuple(wrapped(entry.words, room, kind.text))
    height = kind.leading + (len(lines) - 1) * kind.text * 1.2
    broken = _is_broken(entry.words, lines)
    return _Item("row", height, lines, entries=(entry,), count=entry.count, broken=broken)


def _is_broken(words: str, lines: tuple[str, ...]) -> bool:
    """Return whether a word of Latin letters goes over two lines.

    Examples
    --------
    >>> _is_broken("Laboratories", ("Laboratorie", "s")), _is_broken("创新中心", ("创新中", "心"))
    (True, False)
    """
    return any(
        one + other in words and (one[-1:] + other[:1]).isascii() and one[-1:].isalnum()
        for one, other in pairwise(lines)
    )


def _paired(entries: list[Entry], kind: _Type) -> list[_Item]:
    """Set the short words of the base map two in a line where they fit."""
    half = (kind.column - COLUMN_GAP * kind.px) / 2
    room = half - kind.words_left
    if any(text_width(entry.words, kind.text) > room for entry in entries):
        return [_row(entry, kind) for entry in entries]
    pairs = [tuple(entries[at : at + 2]) for at in range(0, len(entries), 2)]
    return [_Item("pair", kind.leading, entries=pair) for pair in pairs]


def _count_width(count: Tally | None, kind: _Type) -> float:
    return 0.0 if count is None else text_width(f"  {count}", kind.text)


def _flow(
    items: list[_Item], columns: int, height: float, *, whole: bool
) -> list[list[_Item]] | None:
    """Fill columns one after the other, as evenly as they go; None where they are too few."""
    total = sum(item.height for item in items)
    if total > columns * height:
        return None
    tallest = max((item.height for item in items), default=0.0)
    for share in np.linspace(max(total / columns, tallest), height, 12).tolist():
        filled = _filled(items, columns, share + 1e-6, whole=whole)
        if filled is not None and share <= height:
            return filled
    return None


def _filled(
    items: list[_Item], columns: int, height: float, *, whole: bool
) -> list[list[_Item]] | None:
    """Fill columns up to a height, with whole sections or with what goes in of each."""
    placed: list[list[_Item]] = [[]]
    used = 0.0
    for at, item in enumerate(items):
        # A title does not end a column, nor with one line of what it heads.
        after = items[at + 1 : at + 3] if item.sticks else []
        if whole and item.kind != "gap":
            after = list(takewhile(lambda each: each.kind != "gap", items[at + 1 :]))
        needed = item.height + sum(each.height for each in after)
        if whole and needed > height:
            return None
        if used + needed > height and placed[-1]:
            placed.append([])
            used = 0.0
        if item.kind == "gap" and not placed[-1]:
            continue
        placed[-1].append(item)
        used += item.height
        if used > height:
            return None
    return placed if len(placed) <= columns else None


def _draw_item(quill: _Quill, item: _Item, left: float, top: float) -> None:
    axes, kind = quill.axes, quill.kind
    if item.kind == "title":
        size = kind.title * min(1.0, kind.column / text_width(item.lines[0], kind.title, "bold"))
        _text(axes, (left, top - kind.title), item.lines[0], size, bold=True)
    elif item.kind == "heading":
        for line, words in enumerate(item.lines):
            base = top - line * kind.leading - kind.leading / 2 - MIDDLE * kind.head
            _text(axes, (left, base), words, kind.head, bold=True)
        _count(quill, item, left, top)
    elif item.kind == "row":
        _draw_row(quill, item, left, top)
    elif item.kind == "pair":
        half = (kind.column - COLUMN_GAP * kind.px) / 2
        for at, entry in enumerate(item.entries):
            single = _Item("row", item.height, (entry.words,), (entry,))
            _draw_row(quill, single, left + at * (half + COLUMN_GAP * kind.px), top)
    elif item.layer is not None and item.layer.picture is not None:
        _draw_ramp(quill, item.layer.picture, left, top)
    elif item.layer is not None:
        _draw_sizes(quill, item, item.layer, left, top - item.height)


def _draw_row(quill: _Quill, item: _Item, left: float, top: float) -> None:
    axes, kind = quill.axes, quill.kind
    middle = top - item.height / 2
    draw_sample(axes, item.entries[0], left, middle, px=kind.px * min(1.0, kind.type_scale + 0.07))
    step = kind.text * 1.2
    first = middle + (len(item.lines) - 1) * step / 2 - MIDDLE * kind.text
    for line, words in enumerate(item.lines):
        _text(axes, (left + kind.words_left, first - line * step), words, kind.text)
    _count(quill, item, left, top)


def _count(quill: _Quill, item: _Item, left: float, top: float) -> None:
    kind = quill.kind
    if item.count is None:
        return
    height = kind.leading if item.kind == "heading" else item.height
    at = (left + kind.column, top - height / 2 - MIDDLE * kind.text)
    _text(quill.axes, at, str(item.count), kind.text, colour=PALE, align="right")


def draw_sample(axes: Axes, entry: Entry, left: float, middle: float, *, px: float) -> None:
    """Draw a sample: a box for areas, a stroke for lines, the symbol for points."""
    style = entry.style
    if entry.kind == "point":
        at = np.array([[left + SWATCH_PX * px / 2, middle]])
        draw_symbols(axes, at, style, radius=style.size_px, tint=1.0, px=px, zorder=ZORDER)
        if entry.number:
            size = 1.3 * style.size_px * px
            spot = (left + SWATCH_PX * px / 2, middle - MIDDLE * size)
            _text(axes, spot, entry.number, size, bold=True, colour=style.colour, align="center")
        return
    common: dict[str, Any] = {
        "linewidth": style.weight * px,
        "linestyle": dash_pattern(style.dash, style.weight),
        "zorder": ZORDER,
    }
    if entry.kind == "area":
        box = Rectangle((left + 2 * px, middle - 5.5 * px), 18 * px, 11 * px, **common)
        box.set(facecolor=to_rgba(style.colour, style.fill_opacity))
        box.set(edgecolor=to_rgba(style.edge or style.colour, style.opacity))
        if style.hatch:
            box.set(hatch=HATCH, hatchcolor=hatch_colour(style))
        axes.add_artist(box)
        return
    ends = ([left + px, left + 21 * px], [middle, middle])
    axes.add_artist(
        Line2D(*ends, color=to_rgba(style.colour, style.opacity), dash_capstyle="butt", **common)
    )
    if style.arrows:
        x, y = left + np.array([9, 12, 9]) * px, middle + np.array([2.5, 0, -2.5]) * px
        axes.add_artist(Line2D(x, y, color=WHITE, linewidth=1.4 * px, zorder=ZORDER + 0.1))


def _draw_sizes(quill: _Quill, item: _Item, layer: Drawn, left: float, bottom: float) -> None:
    """Draw nested circles, each with its amount at its top."""
    axes, px = quill.axes, quill.kind.px
    small = SMALL_PX * px
    for row, words in enumerate(reversed(item.lines)):
        _text(axes, (left, bottom + (0.25 + 1.2 * row) * small), words, small, colour=PALE)
    floor = bottom + (0.3 + 1.2 * len(item.lines)) * small
    amounts = [(amount, radius * px) for amount, radius in layer.amounts]
    radii = [radius for _, radius in amounts]
    centre, right = left + max(radii) + 2 * px, left + 2 * max(radii) + 11 * px
    # Amounts keep apart even where the circles of two are nearly one.
    level = -math.inf
    for amount, radius in amounts:
        top = floor + 2 * radius
        level = max(top, level + small * 1.1)
        circle = Circle((centre, floor + radius), radius, zorder=ZORDER)
        circle.set(facecolor="none", edgecolor=layer.colour, linewidth=1.3 * px)
        axes.add_artist(circle)
        line = Line2D([centre, right], [top, level], color=LEAD, linewidth=0.8 * px, zorder=ZORDER)
        axes.add_artist(line)
        at = (right + 3 * px, level - MIDDLE * small)
        _text(axes, at, number(amount), small, colour=PALE)


def _draw_ramp(quill: _Quill, picture: Picture, left: float, top: float) -> None:
    px, width = quill.kind.px, quill.kind.column
    small, bottom = SMALL_PX * px, top - RAMP_PX * px
    for step in range(RAMP_STEPS):
        x = left + width * step / RAMP_STEPS
        # A little wider than its step, so that no gap shows between two.
        patch = Rectangle((x, bottom), width / RAMP_STEPS * 1.02, RAMP_PX * px, zorder=ZORDER)
        patch.set(facecolor=picture.tone((step + 0.5) / RAMP_STEPS)[0], linewidth=0)
        quill.axes.add_artist(patch)
    for step, words in enumerate(picture.ticks):
        share = step / (len(picture.ticks) - 1)
        align = "left" if step == 0 else "right" if share == 1.0 else "center"
        spot = (left + share * width, bottom - 1.25 * small)
        _text(quill.axes, spot, words, small, colour=PALE, align=align)
