"""Legends of slides: native swatches with their words, grouped, in as many columns as they need."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.numerals import number
from layers.look.styles import WHITE, Style, inks, mark
from layers.scene.scene import CONTEXT
from layers.scene.sizes import sized_by
from layers.scene.strokes import Stroke
from layers.slides.boxes import EMU_PER_PT
from layers.slides.freeforms import Fill, add, on_white
from layers.slides.parts import paragraph, text_box
from layers.slides.slide import LegendItem
from layers.slides.symbols import symbol
from layers.type.line_breaks import BOLDER, LINE_HEIGHT, SURE, text_height, text_width
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.scene.placed import Numbered
    from layers.scene.samples import Entry
    from layers.scene.scene import Scene
    from layers.slides.boxes import Box
    from layers.slides.freeforms import Page, Shape, Shapes

(INK,) = inks("ink")
# What is smaller cannot be read from the back of a room.
LEGEND_SIZES_PT = (14.0, 13.0, 12.0)
# Swatch: width and height, and from its left to the label, points; space between items.
SWATCH = (24.0, 10.0)
LABEL_LEFT, ITEM_GAP, COLUMN_GAP = 31.0, 4.0, 16.0
# Where there are very many items: letters and the space between.
CLOSE_PT, CLOSE_GAP = 12.0, 1.0
# Where white lines begin across a hatched swatch, in shares of its width.
HATCH_AT = (0.05, 0.3, 0.55)
# Widths of a line, of an edge and of such a white line, points.
LINE_PT, EDGE_PT, HATCH_PT = 2.25, 0.5, 1.25
# Above a heading within a column, points.
SECTION_GAP = 7.0
# A column is no narrower, points, and no wider than so many ems of its labels; so many columns.
NARROWEST_COLUMN, WIDEST_COLUMN_EM, MOST_COLUMNS = 140.0, 26.0, 4
# The base map in lines below a map: size, swatch, and space after it and after its words, points.
GROUND_PT, GROUND_SWATCH, GROUND_GAPS = 11.0, (16.0, 8.0), (4.0, 12.0)
# What has no swatch beside its words.
UNMARKED = frozenset({"heading", "sizes"})
# An area that is paler is known by its outline.
PALE = 0.5
# Between circles of sizes and their amounts, points.
SIZES_GAP = 10.0
# Labels keep this beside their counts, ems.
_NARROWEST_LABEL_EM = 2.0


@dataclass(frozen=True, slots=True)
class LegendPlan:
    """Legend items that fit a box.

    Parameters
    ----------
    columns
        Items of each column.
    count
        How many items fit.
    size_pt, column_width, height
        Size of the font, width of a column and height of the highest, points.
    gap
        Space between items, points.
    broken
        Whether a word is broken for want of width.
    """

    columns: tuple[tuple[LegendItem, ...], ...] = ()
    count: int = 0
    size_pt: float = LEGEND_SIZES_PT[0]
    column_width: float = 0.0
    height: float = 0.0
    gap: float = ITEM_GAP
    broken: bool = False


def legend_items(scene: Scene) -> tuple[LegendItem, ...]:
    """Return the legend of a map as slides have it: all but the base map, with native swatches."""
    items: list[LegendItem] = []
    sections = [section for section in scene.legend() if not section.layer.is_ground]
    for section in sections:
        if section.title:
            items.append(LegendItem(section.title, kind="heading"))
        items += [_item(entry) for entry in section.entries]
        layer, size = section.layer, section.layer.look.size
        if section.title and size is not None and size.largest:
            sized = sized_by(layer.id, layer.look, layer.lang)
            words = say("slides.amount", layer.lang, sized=sized, largest=number(size.largest))
            amounts = sorted(layer.amounts, reverse=True)
            sizes = tuple((number(amount), radius) for amount, radius in amounts)
            items.append(LegendItem(words, layer.colour, "sizes", sizes=sizes))
    if any(layer.striped for layer in scene.layers):
        items.append(LegendItem(say("sheet.striped", scene.lang), INK, "number"))
    if any(section.is_part for section in sections):
        items.append(LegendItem(say("slides.part", scene.lang), INK, "number"))
    return tuple(items)


def ground_items(scene: Scene) -> tuple[LegendItem, ...]:
    """Return what the base map of a map shows below its heading; nothing where it shows nothing."""
    ground = [section for section in scene.legend() if section.layer.is_ground]
    items = [_item(entry) for section in ground for entry in section.entries]
    heading = LegendItem(scene.groups[CONTEXT].said(scene.lang), kind="heading")
    return (heading, *items) if items else ()


def key_items(numbered: Sequence[Numbered], more: int, lang: str) -> tuple[LegendItem, ...]:
    """Return the key of the numbers of a map, and how many more places have neither.

    Parameters
    ----------
    numbered, more
        What has a number, and how many have none.
    lang
        ``"zh"`` or ``"en"``.
    """
    stops = sorted((each for each in numbered if each.stop), key=lambda at: (at.stop, at.number))
    others = sorted((each for each in numbered if not each.stop), key=lambda at: at.number)
    items = [LegendItem(say("sheet.key", lang), kind="heading")] if numbered else []
    for each in (*stops, *others):
        number_, circled = str(each.number), bool(each.stop)
        items.append(
            LegendItem(each.name, each.stop or INK, "number", number=number_, circled=circled)
        )
    if more:
        items.append(LegendItem(say("sheet.unnamed", lang, n=more), INK, "number"))
    return tuple(items)


def _item(entry: Entry) -> LegendItem:
    style = entry.style
    kind: Any = entry.kind
    outlined = kind == "area" and style.fill_opacity < PALE
    count = "" if entry.count is None else str(entry.count)
    if entry.number:
        return LegendItem(entry.words, style.colour, "number", number=entry.number, circled=True)
    if kind == "point":
        return LegendItem(entry.words, style.colour, "point", count, style)
    if style.dash and (kind == "line" or outlined):
        kind = "dash"
    elif outlined:
        kind = "line"
    elif kind == "area" and style.hatch:
        kind = "hatch"
    colour = style.edge or style.colour if outlined else style.colour
    if kind in ("area", "hatch"):
        colour = on_white(colour, style.fill_opacity)
    return LegendItem(entry.words, colour, kind, count)


def lowest_legend(items: Sequence[LegendItem], width: float, most: float) -> LegendPlan:
    """Return a legend as low as it can be, in as many columns as that takes.

    Parameters
    ----------
    items
        The legend.
    width, most
        Width and greatest height of its box, points.
    """
    line = LEGEND_SIZES_PT[0] * LINE_HEIGHT + ITEM_GAP
    for lines in range(2, len(items) + 1):
        plan = legend_plan(items, width, lines * line)
        if plan.count == len(items) or plan.height > most:
            return plan
    return legend_plan(items, width, most)


def legend_plan(items: Sequence[LegendItem], width: float, height: float) -> LegendPlan:
    """Return a legend in the fewest columns, and then the largest font, in which all of it fits.

    Parameters
    ----------
    items
        The legend.
    width, height
        The box, points.
    """
    if not items:
        return LegendPlan()
    plan, parted = LegendPlan(), None
    tried = [(LEGEND_SIZES_PT, ITEM_GAP), ((CLOSE_PT,), CLOSE_GAP)]
    for (sizes, gap), columns in product(tried, range(1, MOST_COLUMNS + 1)):
        each = (width - COLUMN_GAP * (columns - 1)) / columns
        if columns > 1 and each < NARROWEST_COLUMN:
            continue
        for size in sizes:
            widest = min(WIDEST_COLUMN_EM * size, unwrapped_width(items, size))
            plan = _legend_in(items, columns, min(each, widest), height, (size, gap))
            if plan.count == len(items):
                if not plan.broken:
                    return plan
                parted = parted or plan
    return parted or plan


def draw_legend(page: Page, plan: LegendPlan, box: Box) -> None:
    """Draw a legend as one group, each of its items a group of swatch and words.

    Parameters
    ----------
    page, plan, box
        Page, legend, and its box.
    """
    if not plan.count:
        return
    groups = []
    for order, items in enumerate(plan.columns):
        left = order * (plan.column_width + COLUMN_GAP)
        column = box.part(left=left, width=plan.column_width)
        for place, item in enumerate(items):
            column = column.part(top=_section_gap(item, first=place == 0))
            height = _item_height(item, plan.column_width, plan.size_pt)
            groups.append(_item_drawn(page.shapes, item, column.part(height=height), plan.size_pt))
            column = column.part(top=height + plan.gap)
    add(page, page.shapes.group(say("slides.legend", page.deck.lang), groups))


@dataclass(frozen=True, slots=True)
class LinePlan:
    """Legend items one after the other, in as many lines as they need.

    Parameters
    ----------
    items
        Each with where it begins, from the left and from the top, points.
    height
        Of all lines, points.
    """

    items: tuple[tuple[LegendItem, float, float], ...] = ()
    height: float = 0.0


def line_plan(items: Sequence[LegendItem], width: float) -> LinePlan:
    """Return legend items in lines of a width, points."""
    line, after = GROUND_PT * LINE_HEIGHT, GROUND_GAPS[1]
    placed, left, top = [], 0.0, 0.0
    for item in items:
        wide = _line_label(item) + text_width(item.label, GROUND_PT * BOLDER)
        if left and left + wide > width:
            left, top = 0.0, top + line
        placed.append((item, left, top))
        left += wide + after
    return LinePlan(tuple(placed), top + line if placed else 0.0)


def draw_lines(page: Page, plan: LinePlan, box: Box) -> None:
    """Draw legend items in lines as one group.

    Parameters
    ----------
    page, plan, box
        Page, items, and their box.
    """
    own, line = page.shapes, GROUND_PT * LINE_HEIGHT
    wide, high = GROUND_SWATCH
    groups = []
    for item, left, top in plan.items:
        at = box.part(left=left, top=top, height=line)
        words = paragraph(item.label, GROUND_PT, bold=item.kind == "heading")
        label = at.part(left=_line_label(item))
        drawn = [text_box(own, item.label, [words], label, wraps=False)]
        if item.kind not in UNMARKED:
            middle = at.part(top=(line - high) / 2, width=wide, height=high)
            drawn.insert(0, _swatch(own, item, middle))
        groups.append(own.group(item.label, drawn))
    if groups:
        add(page, own.group(say("slides.ground", page.deck.lang), groups))


def _line_label(item: LegendItem) -> float:
    return 0.0 if item.kind in UNMARKED else GROUND_SWATCH[0] + GROUND_GAPS[0]


def _legend_in(
    items: Sequence[LegendItem],
    columns: int,
    width: float,
    height: float,
    sizes: tuple[float, float],
) -> LegendPlan:
    """Fill columns one after the other; a heading is not left at the foot of one."""
    filled: list[list[LegendItem]] = [[]]
    size, between = sizes
    used, highest, count = 0.0, 0.0, 0
    for place, item in enumerate(items):
        gap = _section_gap(item, first=not filled[-1])
        tall = gap + _item_height(item, width, size)
        after = items[place + 1 : place + 2] if item.kind == "heading" else ()
        need = tall + sum(between + _item_height(each, width, size) for each in after)
        if filled[-1] and used + need > height:
            if len(filled) == columns:
                break
            filled.append([])
            used, tall = 0.0, tall - gap
        filled[-1].append(item)
        highest = max(highest, used + tall)
        used += tall + between
        count += 1
    broken = any(_is_broken(item, width, size) for item in items)
    return LegendPlan(tuple(map(tuple, filled)), count, size, width, highest, between, broken)


def _section_gap(item: LegendItem, *, first: bool) -> float:
    return SECTION_GAP if item.kind == "heading" and not first else 0.0


def _is_broken(item: LegendItem, width: float, size: float) -> bool:
    """Whether a word in letters has no room on a line of its own."""
    words = (word for word in item.label.split() if word.isascii())
    room = _label_width(item, width, size)
    return any(text_width(word, size) > room for word in words)


def _natural_item(item: LegendItem, size: float) -> float:
    """Return how wide an item is on one line."""
    left = 0.0 if item.kind in UNMARKED else LABEL_LEFT
    count = text_width(item.count, size) + size if item.count else 0.0
    label = text_width(item.label, size, bold=item.kind == "heading")
    return left + label / SURE + count + size / 2


def unwrapped_width(items: Sequence[LegendItem], size: float) -> float:
    """Return how wide a column is in which each item is on one line, points.

    Parameters
    ----------
    items, size
        The legend, and the size of its font, points.
    """
    return max((_natural_item(item, size) for item in items), default=0.0)


def _label_width(item: LegendItem, width: float, size: float) -> float:
    left = 0.0 if item.kind in UNMARKED else LABEL_LEFT
    count = text_width(item.count, size) + size if item.count else 0.0
    return max(width - left - count, size * _NARROWEST_LABEL_EM)


def _item_height(item: LegendItem, width: float, size: float) -> float:
    words = _words_height(item, _label_width(item, width, size), size)
    if item.kind != "sizes":
        return words
    line, largest, least = size * LINE_HEIGHT, item.sizes[0][1], item.sizes[-1][1]
    # Amounts stand beside the tops of their circles, or below each other where these are close.
    lowest = max((len(item.sizes) - 0.5) * line, 2 * (largest - least) + line / 2)
    return words + ITEM_GAP + line / 2 + max(2 * largest, lowest)


def _words_height(item: LegendItem, width: float, size: float) -> float:
    # Letters of headings are wider.
    return text_height(item.label, width / (BOLDER if item.kind == "heading" else 1.0), size)


def _item_drawn(own: Shapes, item: LegendItem, box: Box, size: float) -> Shape:
    heading = item.kind == "heading"
    line = size * LINE_HEIGHT
    middle = (box.left + SWATCH[0] / 2, box.top + line / 2)
    drawn: list[Shape] = []
    if item.kind == "point":
        style = item.style or Style(item.colour)
        radius = min(style.size_px, SWATCH[0] / 2)
        drawn.append(symbol(own, item.label, style, at=middle, radius=radius))
    elif item.kind == "number":
        if item.number:
            drawn.append(numbered(own, item, middle, size))
    elif item.kind not in UNMARKED:
        top = (line - SWATCH[1]) / 2
        drawn.append(_swatch(own, item, box.part(top=top, width=SWATCH[0], height=SWATCH[1])))
    width = _label_width(item, box.width, size)
    label = box.part(left=0.0 if item.kind in UNMARKED else LABEL_LEFT, width=width)
    drawn.append(text_box(own, item.label, [paragraph(item.label, size, bold=heading)], label))
    if item.count:
        wide = text_width(item.count, size)
        count = box.part(left=box.width - wide, width=wide, height=line)
        words = paragraph(item.count, size, pale=True, align="r")
        drawn.append(text_box(own, item.count, [words], count, wraps=False))
    if item.kind == "sizes":
        below = box.part(top=text_height(item.label, width, size) + ITEM_GAP + line / 2)
        drawn.append(_circles(own, item, below, size))
    return own.group(item.label, drawn)


def numbered(own: Shapes, item: LegendItem, middle: tuple[float, float], size: float) -> Shape:
    """Return a number of a key as it stands on the map."""
    x, y = middle
    if item.circled:
        edge = Stroke(item.colour, 1.0, mark("stop")["edge_px"])
        radius = size * LINE_HEIGHT / 2
        words = item.number
        return own.oval(
            words, middle, radius, fill=Fill(WHITE), stroke=edge, words=words, size_pt=size
        )
    place = (x - SWATCH[0] / 2, y - size * LINE_HEIGHT / 2, SWATCH[0], size * LINE_HEIGHT)
    return own.text([item.number], place, size_pt=size, colour=INK, bold=True)


def _circles(own: Shapes, item: LegendItem, box: Box, size: float) -> Shape:
    """Return circles within each other, as large as on the map, each with its amount."""
    largest = item.sizes[0][1]
    edge, line = Stroke(item.colour, 1.0, 1.25), size * LINE_HEIGHT
    drawn, top = [], box.top - 1.5 * line
    for words, radius in item.sizes:
        middle = (box.left + largest, box.top + 2 * largest - radius)
        drawn.append(own.oval(words, middle, radius, fill=Fill(WHITE), stroke=edge))
    for words, radius in item.sizes:
        # Amounts stand below each other, each with a line from the top of its circle.
        high = box.top + 2 * (largest - radius)
        top = max(top + line, high - line / 2)
        left, right = box.left + largest, box.left + 2 * largest + SIZES_GAP
        ends = np.array([(left, high), (right - 4.0, top + line / 2)])
        pale = Stroke(item.colour, 1.0, 0.5)
        drawn.append(own.freeform(words, [ends], stroke=pale, closed=False))
        place = (right, top, text_width(words, size), line)
        drawn.append(own.text([words], place, size_pt=size, colour=INK, align="l"))
    return own.group(item.label, drawn)


def _swatch(own: Shapes, item: LegendItem, box: Box) -> Shape:
    colour = f'<a:srgbClr val="{item.colour[1:].upper()}"/>'
    if item.kind in {"line", "dash"}:
        dash = '<a:prstDash val="sysDash"/>' if item.kind == "dash" else ""
        across = box.part(top=box.height / 2, height=0.0)
        return own.straight(item.label, across.place(), _ruled(colour, LINE_PT, dash))
    # Pale classes need an edge on a white slide.
    edge = _ruled('<a:schemeClr val="tx2"/>', EDGE_PT)
    look = (
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill>{colour}</a:solidFill>{edge}'
    )
    swatch = own.shape(item.label, box.place(), look)
    if item.kind != "hatch":
        return swatch
    # Lines, since not every program shows a pattern that fills so small a shape: as steep as the
    # swatch is high, in the colour of the ground.
    white = _ruled('<a:schemeClr val="bg1"/>', HATCH_PT)
    strokes = (
        own.straight(
            item.label,
            box.part(left=at * box.width, width=box.height).place(),
            white,
            rising=True,
        )
        for at in HATCH_AT
    )
    return own.group(item.label, [swatch, *strokes])


def _ruled(colour: str, width_pt: float, dash: str = "") -> str:
    """Return the look of a line as XML."""
    width = round(width_pt * EMU_PER_PT)
    return f'<a:ln w="{width}"><a:solidFill>{colour}</a:solidFill>{dash}</a:ln>'
