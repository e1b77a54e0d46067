"""Text of slides, and what all native objects share: words and colours."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from pptx.dml.color import RGBColor

from layers.slides.boxes import EMU_PER_PT
from layers.slides.freeforms import add
from layers.type.line_breaks import (
    LINE_HEIGHT,
    LINE_SPACING,
    text_height,
    text_lines,
    text_width,
    unparted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from layers.slides.boxes import Box
    from layers.slides.freeforms import Page, Shape, Shapes

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
# No letter but a mark upon another is narrower.
NARROWEST_EM = 0.3
# Short paragraphs stand in so many columns at most.
COLUMNS = 2
# How far lines are apart.
SPACED = f'<a:lnSpc><a:spcPct val="{round(LINE_SPACING * 100_000)}"/></a:lnSpc>'
_NUMBERED = '<a:buClr><a:schemeClr val="accent1"/></a:buClr><a:buAutoNum type="arabicPlain"/>'


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
        if _least_used(paragraphs, width, size) > height:
            # Far too much need not be broken to be known for that.
            continue
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
        room = int(left / (size * LINE_HEIGHT))
        # A text of many slides is not broken to its end for each of them.
        most = (max(room, 0) + 1) * math.ceil(width / size / NARROWEST_EM)
        lines, after = text_lines(rest[0][:most], width, size), rest[0][most:]
        if after and len(lines) <= room:
            lines, after = text_lines(rest[0], width, size), ""
        if room < len(lines):
            if room > 0 and not fitting:  # a paragraph longer than the box
                fitting.append("".join(lines[:room]))
                rest[0] = "".join(lines[room:]) + after
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
    for column in range(plan.columns):
        part = plan.paragraphs[column * each : (column + 1) * each]
        if not part:
            continue
        left = column * (plan.width + TEXT_COLUMN_GAP)
        place = box.part(left=left, width=plan.width, height=plan.height)
        written = (
            paragraph(
                words,
                plan.size_pt,
                before_pt=plan.gap * plan.size_pt if at else 0.0,
                numbered=plan.numbered,
            )
            for at, words in enumerate(part)
        )
        add(page, text_box(page.shapes, "Text", written, place))


def spread(plan: TextPlan, height: float) -> TextPlan:
    """Return paragraphs in one column so far apart as to fill a height, or nearly.

    Parameters
    ----------
    plan, height
        The paragraphs, and the height in points.
    """
    gaps = len(plan.paragraphs) - 1
    if plan.columns > 1 or gaps < 1:
        return plan
    each = gaps * plan.size_pt
    gap = min(plan.gap + max(0.0, height - plan.height) / each, max(WIDEST_GAP, plan.gap))
    return replace(plan, gap=gap, height=plan.height + (gap - plan.gap) * each)


def numbered_plan(paragraphs: Sequence[str], width: float, height: float) -> TextPlan:
    """Return a few numbered paragraphs that have a slide to themselves, apart so as to fill it.

    Parameters
    ----------
    paragraphs, width, height
        As for :func:`text_plan`.
    """
    for size in (*LARGE_SIZES_PT, *TEXT_SIZES_PT):
        used = _text_used(paragraphs, width - NUMBER_EM * size, size)
        if used <= height:
            plan = TextPlan(tuple(paragraphs), (), size, width, used, numbered=True)
            return spread(plan, height)
    return text_plan(paragraphs, width, height, alone=True)


def text_box(
    shapes: Shapes, name: str, paragraphs: Iterable[str], box: Box, *, wraps: bool = True
) -> Shape:
    """Return a text box without margins.

    Parameters
    ----------
    shapes
        Of the slide.
    name, paragraphs, box
        Its name, its paragraphs as :func:`paragraph` returns them, and where it stands.
    wraps
        Whether lines are broken where the box ends.
    """
    wrap = "square" if wraps else "none"
    words = (
        f'<p:txBody><a:bodyPr wrap="{wrap}" lIns="0" rIns="0" tIns="0" bIns="0" anchor="t">'
        f"<a:noAutofit/></a:bodyPr><a:lstStyle/>{''.join(paragraphs)}</p:txBody>"
    )
    look = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/>'
    return shapes.shape(name, box.place(), look, words, is_text=True)


def paragraph(
    text: str,
    size_pt: float,
    *,
    bold: bool = False,
    pale: bool = False,
    align: str = "",
    before_pt: float = 0.0,
    numbered: bool = False,
) -> str:
    """Return a paragraph as XML, in the theme's colour for text or in its second one.

    Parameters
    ----------
    text, size_pt
        Text, and the size of its font in points.
    bold, pale
        Whether it is bold, and in the second colour.
    align
        ``"l"``, ``"ctr"`` or ``"r"``; as the box has it where it is empty.
    before_pt
        Space above it, points.
    numbered
        Whether it has a number of PowerPoint, which stays right when it is moved.
    """
    colour = "tx2" if pale else "tx1"
    look = (
        f'<a:rPr sz="{round(size_pt * 100)}" b="{bold:d}"><a:solidFill>'
        f'<a:schemeClr val="{colour}"/></a:solidFill></a:rPr>'
    )
    indent = round(NUMBER_EM * size_pt * EMU_PER_PT)
    aligned = f' algn="{align}"' if align else ""
    own = f' marL="{indent}" indent="{-indent}"' if numbered else ""
    above = f'<a:spcBef><a:spcPts val="{round(before_pt * 100)}"/></a:spcBef>' if before_pt else ""
    return (
        f"<a:p><a:pPr{aligned}{own}>{SPACED}{above}{_NUMBERED if numbered else ''}</a:pPr>"
        f"{runs(text, look)}</a:p>"
    )


def runs(text: str, look: str) -> str:
    """Return a text as XML, in one look, with its own line ends and no number without its unit.

    Parameters
    ----------
    text, look
        Text, and how it is written, as XML.
    """
    lines = unparted(text).split("\n")
    return "<a:br/>".join(
        f"<a:r>{look}<a:t>{escape(line)}</a:t></a:r>" if line else "" for line in lines
    )


def rgb(colour: str) -> Any:  # noqa: ANN401 - untyped in python-pptx
    """Return a colour as python-pptx takes it.

    Examples
    --------
    >>> str(rgb("#0B4F9C"))
    '0B4F9C'
    """
    return RGBColor(*bytes.fromhex(colour[1:]))  # type: ignore[no-untyped-call]


def least_height(paragraphs: Sequence[str], width: float) -> float:
    """Return how high a text is in its smallest size, points.

    Parameters
    ----------
    paragraphs, width
        The text, and the width of its box in points.
    """
    return _text_used(paragraphs, width, TEXT_SIZES_PT[-1])


def _least_used(paragraphs: Sequence[str], width: float, size: float) -> float:
    """Return a height, points, that a text has at least, whatever its lines and columns."""
    lines = sum(text_width("".join(each.split()), size) for each in paragraphs) / width
    return (lines - len(paragraphs)) / COLUMNS * size * LINE_HEIGHT


def _text_used(paragraphs: Sequence[str], width: float, size: float) -> float:
    heights = sum(text_height(each, width, size) for each in paragraphs)
    return heights + PARAGRAPH_GAP * size * max(0, len(paragraphs) - 1)
