"""The legend of a printed map: what the map shows, with the same words and samples as on the web.

The legend is set in the largest type that fits its box: first at full size, then with less space,
then in more columns and smaller. What fits in no way is refused and never cut.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle

from geo.errors import InputError
from layers.look.symbology import palette, symbology
from layers.paper.drawing import HATCH, dash_pattern, hatch_colour
from layers.paper.sheet import text_width, wrapped, write
from layers.scene.boxes import Box
from layers.scene.plates import Entry, Plate, listed, radius_px
from layers.scene.surfaces import surface_ticks
from layers.scene.symbols import WHITE, draw_symbols

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from layers.look.overlays import Surface

# px, as on the web map.
TITLE_PX, HEAD_PX, TEXT_PX, SMALL_PX = 16.0, 13.0, 12.5, 11.0
LEADING, SECTION_GAP, SWATCH_PX, SWATCH_GAP = 19.0, 8.0, 22.0, 7.0
INDENT_PX, COLUMN_GAP, RAMP_PX = 2.0, 14.0, 12.0
INK, PALE, LEAD = "#22303D", "#5B6875", "#A9B2BA"
MIDDLE, RAMP_STEPS = 0.36, 64
ZORDER = 100.0
SAMPLE_DASH = "5 3"
SAMPLE_RADIUS = 8.0
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
)
WORDS = {
    "legend": {"zh": "图例", "en": "Legend"},
    "amount": {"zh": "面积随投资额（亿元）", "en": "area by investment (100 million CNY)"},
}


@dataclass(frozen=True, slots=True)
class _Item:
    """One unbreakable piece of a legend and its height."""

    kind: str
    height: float
    lines: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    count: int | None = None
    plate: Plate | None = None
    # A title stays with what it heads.
    sticks: bool = False


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
    lang: str
    toned: Callable[[str], str]


def draw_legend(
    axes: Axes,
    plates: list[Plate],
    box: Box,
    *,
    px: float,
    lang: str,
    toned: Callable[[str], str],
    fewest_columns: int = 1,
    beside: float = 0.0,
) -> Box:
    """Draw the legend of what is visible into a box.

    Parameters
    ----------
    axes
        Of the sheet, in points.
    plates
        With the features that are in the frame of the map only.
    box
        Where it stands.
    px
        Points per px.
    lang
        ``"zh"`` or ``"en"``.
    toned
        Turns a colour of the symbology into one of the palette.
    fewest_columns
        Columns of the first attempt.
    beside
        Width to leave free at the right if it fits the rest of the box, points.

    Returns
    -------
    Box
        What is left below it or at its right.

    Raises
    ------
    InputError
        If it does not fit, however small it is set.
    """
    shown = [plate for plate in listed(plates) if plate.entries() or plate.surface is not None]
    whole = box.width
    rooms = (whole - beside - COLUMN_GAP * px, whole) if beside else (whole,)
    for room, (type_scale, space, more) in product(rooms, ATTEMPTS):
        columns = fewest_columns + more
        width = (room - (columns - 1) * COLUMN_GAP * px) / columns
        kind = _Type(px, type_scale, space, width)
        title = _Item("title", 1.5 * kind.title, (WORDS["legend"][lang],), sticks=True)
        placed = _flow([title, *_items(shown, kind, lang)], columns, box.height)
        if placed is not None:
            break
    else:
        raise InputError(
            f"print_map: the legend of {len(shown)} layers does not fit the sheet; "
            "print on a larger sheet (A3), or switch some layers off",
            code="print.legend",
            count=len(shown),
        )
    quill = _Quill(axes, kind, lang, toned)
    for column, items in enumerate(placed):
        left = box.left + column * (width + COLUMN_GAP * px)
        top = box.top
        for item in items:
            _draw_item(quill, item, left, top)
            top -= item.height
    tallest = max((sum(item.height for item in items) for items in placed), default=0.0)
    if room < whole:
        return Box(box.right - beside, box.bottom, beside, box.height)
    return Box(box.left, box.bottom, whole, max(0.0, box.height - tallest))


def _items(plates: list[Plate], kind: _Type, lang: str) -> list[_Item]:
    found: list[_Item] = []
    ground: list[Entry] = []
    for plate in plates:
        if plate.is_ground:
            ground += plate.entries()
            continue
        if found:
            found.append(_Item("gap", SECTION_GAP * kind.px * kind.space))
        found += _section(plate, kind, lang)
    if ground:
        if found:
            found.append(_Item("gap", SECTION_GAP * kind.px * kind.space))
        groups = {entry["id"]: entry["title"][lang] for entry in symbology()["groups"]}
        found.append(_heading(groups["context"], None, kind))
        found += _paired(ground, kind)
    return found


def _section(plate: Plate, kind: _Type, lang: str) -> list[_Item]:
    entries = plate.entries()
    if not plate.has_title:
        return [_row(entry, kind) for entry in entries]
    counted = plate.surface is None
    items = [_heading(plate.title, len(plate.styles) if counted else None, kind)]
    if plate.surface is not None and plate.surface.levels is None:
        return [*items, _Item("ramp", (RAMP_PX + 1.6 * SMALL_PX) * kind.px, plate=plate)]
    hide = not plate.classes
    items += [_row(replace(entry, count=None) if hide else entry, kind) for entry in entries]
    if plate.size is not None and any(key == "stated" for key in plate.keys):
        largest = max(radius_px(plate.size, amount) for amount in plate.size.legend)
        lines = tuple(wrapped(WORDS["amount"][lang], kind.column, SMALL_PX * kind.px))
        height = (2 * largest + 8 + (0.3 + 1.2 * len(lines)) * SMALL_PX) * kind.px
        items.append(_Item("sizes", height, lines, plate=plate))
    return items


def _heading(words: str, count: int | None, kind: _Type) -> _Item:
    lines = tuple(wrapped(words, kind.column - _count_width(count, kind), kind.head, "bold"))
    return _Item("heading", len(lines) * kind.leading, lines, count=count, sticks=True)


def _row(entry: Entry, kind: _Type) -> _Item:
    room = kind.column - kind.words_left - _count_width(entry.count, kind)
    lines = tuple(wrapped(entry.words, room, kind.text))
    height = kind.leading + (len(lines) - 1) * kind.text * 1.2
    return _Item("row", height, lines, entries=(entry,), count=entry.count)


def _paired(entries: list[Entry], kind: _Type) -> list[_Item]:
    """Set the short words of the base map two in a line where they fit."""
    half = (kind.column - COLUMN_GAP * kind.px) / 2
    room = half - kind.words_left
    if any(text_width(entry.words, kind.text) > room for entry in entries):
        return [_row(entry, kind) for entry in entries]
    pairs = [tuple(entries[at : at + 2]) for at in range(0, len(entries), 2)]
    return [_Item("pair", kind.leading, entries=pair) for pair in pairs]


def _count_width(count: int | None, kind: _Type) -> float:
    return 0.0 if count is None else text_width(f"  {count:,}", kind.text)


def _flow(items: list[_Item], columns: int, height: float) -> list[list[_Item]] | None:
    """Fill columns one after the other, as evenly as they go; None where they are too few."""
    total = sum(item.height for item in items)
    if total > columns * height:
        return None
    tallest = max((item.height for item in items), default=0.0)
    for share in np.linspace(max(total / columns, tallest), height, 12):
        filled = _filled(items, columns, float(share) + 1e-6)
        if filled is not None and share <= height:
            return filled
    return None


def _filled(items: list[_Item], columns: int, height: float) -> list[list[_Item]] | None:
    found: list[list[_Item]] = [[]]
    used = 0.0
    for at, item in enumerate(items):
        # A title does not end a column, nor with one line of what it heads.
        after = items[at + 1 : at + 3] if item.sticks else []
        needed = item.height + sum(each.height for each in after)
        if used + needed > height and found[-1]:
            found.append([])
            used = 0.0
        if item.kind == "gap" and not found[-1]:
            continue
        found[-1].append(item)
        used += item.height
        if used > height:
            return None
    return found if len(found) <= columns else None


def _draw_item(quill: _Quill, item: _Item, left: float, top: float) -> None:
    axes, kind = quill.axes, quill.kind
    if item.kind == "title":
        _text(axes, (left, top - kind.title), item.lines[0], kind.title, bold=True)
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
    elif item.plate is not None and item.plate.surface is not None:
        _draw_ramp(quill, item.plate.surface, left, top)
    elif item.plate is not None:
        _draw_sizes(quill, item, item.plate, left, top - item.height)


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
    _text(quill.axes, at, f"{item.count:,}", kind.text, colour=PALE, align="right")


def draw_sample(axes: Axes, entry: Entry, left: float, middle: float, *, px: float) -> None:
    """Draw a sample: a box for areas, a stroke for lines, the symbol for points."""
    style = entry.style
    if entry.kind == "point":
        radius = min(style.size_px, SAMPLE_RADIUS)
        at = np.array([[left + SWATCH_PX * px / 2, middle]])
        plain = replace(style, dash="")
        draw_symbols(axes, at, plain, radius=radius, tint=1.0, px=px, zorder=ZORDER)
        return
    dash = SAMPLE_DASH if style.dash else ""
    width = min(style.weight, 5.0)
    edge = style.edge if style.edge and style.edge.upper() != WHITE else style.colour
    common: dict[str, Any] = {
        "linewidth": width * px,
        "linestyle": dash_pattern(dash, width),
        "zorder": ZORDER,
    }
    if entry.kind == "area":
        box = Rectangle((left + 2 * px, middle - 5.5 * px), 18 * px, 11 * px, **common)
        box.set(facecolor=to_rgba(style.colour, style.fill_opacity))
        box.set(edgecolor=to_rgba(edge, style.opacity))
        if style.hatch:
            box.set(hatch=HATCH, hatchcolor=hatch_colour(style))
        axes.add_patch(box)
        return
    ends = ([left + px, left + 21 * px], [middle, middle])
    axes.add_line(
        Line2D(*ends, color=to_rgba(style.colour, style.opacity), dash_capstyle="butt", **common)
    )
    if style.arrows:
        x, y = left + np.array([9, 12, 9]) * px, middle + np.array([2.5, 0, -2.5]) * px
        axes.add_line(Line2D(x, y, color=WHITE, linewidth=1.4 * px, zorder=ZORDER + 0.1))


def _draw_sizes(quill: _Quill, item: _Item, plate: Plate, left: float, bottom: float) -> None:
    """Draw nested circles, each with its amount at its top."""
    axes, px = quill.axes, quill.kind.px
    small = SMALL_PX * px
    for number, words in enumerate(reversed(item.lines)):
        _text(axes, (left, bottom + (0.25 + 1.2 * number) * small), words, small, colour=PALE)
    floor = bottom + (0.3 + 1.2 * len(item.lines)) * small
    if plate.size is None:
        return
    size, colour = plate.size, plate.styles[plate.keys.index("stated")].colour
    radii = [radius_px(size, amount) * px for amount in size.legend]
    centre, right = left + max(radii) + 2 * px, left + 2 * max(radii) + 11 * px
    # Amounts keep apart even where the circles of two are nearly one.
    level = -math.inf
    for radius, amount in zip(radii, size.legend, strict=True):
        top = floor + 2 * radius
        level = max(top, level + small * 1.1)
        circle = Circle((centre, floor + radius), radius, zorder=ZORDER)
        circle.set(facecolor="none", edgecolor=colour, linewidth=1.3 * px)
        axes.add_patch(circle)
        line = Line2D([centre, right], [top, level], color=LEAD, linewidth=0.8 * px, zorder=ZORDER)
        axes.add_line(line)
        at = (right + 3 * px, level - MIDDLE * small)
        _text(axes, at, f"{amount:g}", small, colour=PALE)


def _draw_ramp(quill: _Quill, surface: Surface, left: float, top: float) -> None:
    px, width = quill.kind.px, quill.kind.column
    small, bottom = SMALL_PX * px, top - RAMP_PX * px
    colours = np.array([to_rgb(quill.toned(colour)) for colour in palette(surface.ramp)])
    at = np.linspace(0.0, 1.0, len(colours))
    for step in range(RAMP_STEPS):
        share = (step + 0.5) / RAMP_STEPS
        x = left + width * step / RAMP_STEPS
        # A little wider than its step, so that no gap shows between two.
        patch = Rectangle((x, bottom), width / RAMP_STEPS * 1.02, RAMP_PX * px, zorder=ZORDER)
        patch.set(facecolor=[float(np.interp(share, at, band)) for band in colours.T], linewidth=0)
        quill.axes.add_patch(patch)
    ticks = surface_ticks(surface)
    for number, words in enumerate(ticks):
        share = number / (len(ticks) - 1)
        align = "left" if number == 0 else "right" if number == len(ticks) - 1 else "center"
        spot = (left + share * width, bottom - 1.25 * small)
        _text(quill.axes, spot, words, small, colour=PALE, align=align)


def _text(
    axes: Axes,
    at: tuple[float, float],
    words: str,
    size: float,
    *,
    bold: bool = False,
    colour: str = INK,
    align: str = "left",
) -> None:
    write(axes, at, words, size, bold=bold, colour=colour, align=align, zorder=ZORDER)
