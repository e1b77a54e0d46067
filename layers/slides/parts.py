"""Text and pictures of slides, and what all native objects share: words, colours, descriptions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Pt

from layers.type.line_breaks import LINE_HEIGHT, LINE_SPACING, text_height, text_lines, unparted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pptx.shapes.autoshape import Shape

    from layers.slides.boxes import Box, Page

TEXT_SIZES_PT = (16.0, 14.0, 12.0)
# What has a slide to itself is read from afar.
LARGE_SIZES_PT = (24.0, 22.0, 20.0, 18.0)
# Lines longer than this are hard to read, ems.
LONGEST_LINE_EM = 45.0
# Space between paragraphs and columns: in ems, and points.
PARAGRAPH_GAP, TEXT_COLUMN_GAP = 0.4, 24.0
# Where a few paragraphs have a slide to themselves they are up to so far apart, and the text of
# numbered ones begins so far to the right, ems.
WIDEST_GAP, NUMBER_EM = 1.6, 1.6


@dataclass(frozen=True, slots=True)
class TextPlan:
    """Paragraphs that fit a box.

    Parameters
    ----------
    paragraphs
        What fits.
    rest
        What does not.
    size_pt, width, height
        Size of the font, width of a column and height of what fits, points.
    columns
        One, or two with half of the paragraphs in each.
    gap
        Space between paragraphs, ems.
    numbered
        Whether they have numbers.
    """

    paragraphs: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    size_pt: float = TEXT_SIZES_PT[0]
    width: float = 0.0
    height: float = 0.0
    columns: int = 1
    gap: float = PARAGRAPH_GAP
    numbered: bool = False


def text_plan(
    paragraphs: Sequence[str], width: float, height: float, *, alone: bool = False
) -> TextPlan:
    """Return how much of a text fits, as large as all of it fits, or small where it does not.

    Parameters
    ----------
    paragraphs
        The text. Short ones, such as contents, are set in two columns where one is too high.
    width, height
        The box, points.
    alone
        Whether it has the slide to itself.

    Examples
    --------
    >>> text_plan(["甲" * 10, "乙" * 10], 130, 40).size_pt  # 12 points: lines of 10
    12.0
    """
    if not paragraphs:
        return TextPlan()
    half, whole = (width - TEXT_COLUMN_GAP) / 2, width
    for size in (*(LARGE_SIZES_PT if alone else ()), *TEXT_SIZES_PT):
        width = min(whole, LONGEST_LINE_EM * size)
        used = _text_used(paragraphs, width, size)
        if used <= height:
            return TextPlan(tuple(paragraphs), (), size, width, used)
        rows = math.ceil(len(paragraphs) / 2)
        one = size * LINE_HEIGHT
        used = _text_used([""] * rows, half, size)
        if used <= height and all(text_height(each, half, size) <= one for each in paragraphs):
            return TextPlan(tuple(paragraphs), (), size, half, used, columns=2)
    fitting: list[str] = []
    rest = list(paragraphs)
    while rest:
        left = height - _text_used([*fitting, ""], width, size) + size * LINE_HEIGHT
        lines = text_lines(rest[0], width, size)
        room = int(left / (size * LINE_HEIGHT))
        if room < len(lines):
            if room > 0 and not fitting:  # a paragraph longer than the box
                fitting.append("".join(lines[:room]))
                rest[0] = "".join(lines[room:])
            break
        fitting.append(rest.pop(0))
    return TextPlan(tuple(fitting), tuple(rest), size, width, _text_used(fitting, width, size))


def draw_text(page: Page, plan: TextPlan, box: Box) -> None:
    """Draw paragraphs.

    Parameters
    ----------
    page, plan, box
        Page, paragraphs, and their box.
    """
    each = math.ceil(len(plan.paragraphs) / plan.columns)
    if plan.numbered:
        _draw_numbered(page, plan, box)
        return
    for column in range(plan.columns):
        part = plan.paragraphs[column * each : (column + 1) * each]
        if not part:
            continue
        left = column * (plan.width + TEXT_COLUMN_GAP)
        place = box.part(left=left, width=plan.width, height=plan.height)
        shape = add_text(page.slide.shapes, part[0], place, size_pt=plan.size_pt)
        shape.name = "Text"
        for paragraph in part[1:]:
            added = shape.text_frame.add_paragraph()
            added.space_before = Pt(PARAGRAPH_GAP * plan.size_pt)
            write(added, paragraph, plan.size_pt)


def numbered_plan(paragraphs: Sequence[str], width: float, height: float) -> TextPlan:
    """Return a few numbered paragraphs that have a slide to themselves, apart so as to fill it.

    Parameters
    ----------
    paragraphs, width, height
        As for :func:`text_plan`.
    """
    for size in (*LARGE_SIZES_PT, *TEXT_SIZES_PT):
        inner = width - NUMBER_EM * size
        used = sum(text_height(each, inner, size) for each in paragraphs)
        spaces = max(1, len(paragraphs) - 1) * size
        if used + PARAGRAPH_GAP * spaces <= height:
            gap = min((height - used) / spaces, WIDEST_GAP)
            return TextPlan(
                tuple(paragraphs), (), size, width, used + gap * spaces, gap=gap, numbered=True
            )
    return text_plan(paragraphs, width, height, alone=True)


def _draw_numbered(page: Page, plan: TextPlan, box: Box) -> None:
    """Draw paragraphs with the numbers of PowerPoint, which stay right when one is moved."""
    place = box.part(width=plan.width, height=plan.height)
    shape = add_text(page.slide.shapes, plan.paragraphs[0], place, size_pt=plan.size_pt)
    shape.name = "Text"
    for paragraph in plan.paragraphs[1:]:
        added = shape.text_frame.add_paragraph()
        write(added, paragraph, plan.size_pt)
        added.space_before = Pt(plan.gap * plan.size_pt)
    indent = round(NUMBER_EM * plan.size_pt * 12700)
    for each in shape.text_frame.paragraphs:
        look = each._p.get_or_add_pPr()  # noqa: SLF001 - python-pptx has no numbers
        look.set("marL", str(indent))
        look.set("indent", str(-indent))
        look.append(parse_xml(f'<a:buClr {nsdecls("a")}><a:schemeClr val="accent1"/></a:buClr>'))
        look.append(parse_xml(f'<a:buAutoNum {nsdecls("a")} type="arabicPlain"/>'))


def add_text(
    shapes: Any,  # noqa: ANN401 - shapes of a slide or of a group
    text: str,
    box: Box,
    *,
    size_pt: float,
    bold: bool = False,
    pale: bool = False,
    right: bool = False,
) -> Shape:
    """Add a text box without margins.

    Parameters
    ----------
    shapes
        Shapes of a slide or of a group.
    text, box, size_pt
        Text, its box, and the size of its font in points.
    bold, pale, right
        Whether it is bold, grey, right-aligned.
    """
    shape: Shape = shapes.add_textbox(*box.emu())
    frame = shape.text_frame
    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.NONE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Emu(0)
    frame.vertical_anchor = MSO_ANCHOR.TOP
    write(frame.paragraphs[0], text, size_pt, bold=bold, pale=pale)
    if right:
        frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
    return shape


def describe(shape: Any, words: str) -> None:  # noqa: ANN401
    """Give a shape its alternative text.

    Parameters
    ----------
    shape, words
        Shape, and what it shows.
    """
    next(shape.element.iter(qn("p:cNvPr"))).set("descr", words)


def rgb(colour: str) -> Any:  # noqa: ANN401 - untyped in python-pptx
    """Return a colour as python-pptx takes it.

    Examples
    --------
    >>> str(rgb("#0B4F9C"))
    '0B4F9C'
    """
    return RGBColor(*bytes.fromhex(colour[1:]))  # type: ignore[no-untyped-call]


def write(
    paragraph: Any,  # noqa: ANN401
    text: str,
    size_pt: float,
    *,
    bold: bool = False,
    pale: bool = False,
) -> None:
    """Write a paragraph in the theme's colour for text, or in its second one.

    Parameters
    ----------
    paragraph
        Paragraph of a text box or cell.
    text, size_pt
        Text, and the size of its font in points.
    bold, pale
        Whether it is bold, and in the second colour.
    """
    paragraph.text = unparted(text).replace("\n", "\v")
    paragraph.line_spacing = LINE_SPACING
    for run in paragraph.runs:
        run.font.size = Pt(size_pt)
        run.font.bold = bold
        colour = MSO_THEME_COLOR.TEXT_2 if pale else MSO_THEME_COLOR.TEXT_1
        run.font.color.theme_color = colour


def least_height(paragraphs: Sequence[str], width: float) -> float:
    """Return how high a text is in its smallest size, points.

    Parameters
    ----------
    paragraphs, width
        The text, and the width of its box in points.
    """
    return _text_used(paragraphs, width, TEXT_SIZES_PT[-1])


def _text_used(paragraphs: Sequence[str], width: float, size: float) -> float:
    heights = sum(text_height(each, width, size) for each in paragraphs)
    return heights + PARAGRAPH_GAP * size * max(0, len(paragraphs) - 1)
