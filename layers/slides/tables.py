"""Tables of slides: native ones, whose cells and columns stay editable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from layers.slides.parts import describe, write

if TYPE_CHECKING:
    from layers.slides.boxes import Box, Page
    from layers.type.table_grids import Grid

# No style, no grid: the lines are drawn.
_PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def draw_table(page: Page, grid: Grid, rows: int, box: Box) -> None:
    """Draw the header and the first rows of a table.

    Parameters
    ----------
    page, grid
        Page and table.
    rows, box
        How many rows, and where.
    """
    heights = grid.heights[: rows + 1]
    place = box.part(width=sum(grid.widths), height=sum(heights))
    frame = page.slide.shapes.add_table(len(heights), len(grid.widths), *place.emu())
    frame.name = "Table"
    describe(frame, " · ".join(grid.cells[0]))
    table: Any = frame.table
    table.horz_banding = False
    next(frame.element.iter(qn("a:tableStyleId"))).text = _PLAIN_TABLE
    for column, width in zip(table.columns, grid.widths, strict=True):
        column.width = Pt(width)
    for number, (row, height) in enumerate(zip(table.rows, heights, strict=True)):
        row.height = Pt(height)
        for column, cell in enumerate(row.cells):
            words = grid.cells[number][column]
            _write_cell(cell, words, grid, head=number == 0, right=column in grid.numeric)
    for number, row_element in enumerate(frame.element.iter(qn("a:tr"))):
        _rule(row_element, head=number == 0)


def _write_cell(cell: Any, words: str, grid: Grid, *, head: bool, right: bool) -> None:  # noqa: ANN401
    across, above = grid.margins
    cell.margin_left = cell.margin_right = Pt(across)
    cell.margin_top = cell.margin_bottom = Pt(above)
    cell.vertical_anchor = MSO_ANCHOR.BOTTOM if head else MSO_ANCHOR.MIDDLE
    paragraph = cell.text_frame.paragraphs[0]
    write(paragraph, words, grid.size_pt, bold=head)
    if right:
        paragraph.alignment = PP_ALIGN.RIGHT


def _rule(row: Any, *, head: bool) -> None:  # noqa: ANN401
    """Draw the line below a row of a table."""
    shade = "" if head else '<a:lumMod val="85000"/>'
    colour, width = ("accent1", 15875) if head else ("bg1", 6350)
    for cell in row.iter(qn("a:tcPr")):
        cell.append(
            parse_xml(
                f'<a:lnB {nsdecls("a")} w="{width}"><a:solidFill><a:schemeClr val="{colour}">'
                f"{shade}</a:schemeClr></a:solidFill></a:lnB>"
            )
        )
