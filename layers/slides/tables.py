"""Tables of slides: native ones, whose cells and columns stay editable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.slides.boxes import EMU_PER_PT
from layers.slides.freeforms import add
from layers.slides.parts import SPACED, runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.slides.boxes import Box
    from layers.slides.freeforms import Page
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
    columns = "".join(f'<a:gridCol w="{int(each * EMU_PER_PT)}"/>' for each in grid.widths)
    whole = (
        f'<a:tbl><a:tblPr firstRow="1"><a:tableStyleId>{_PLAIN_TABLE}</a:tableStyleId></a:tblPr>'
        f"<a:tblGrid>{columns}</a:tblGrid>{_rows(grid, heights)}</a:tbl>"
    )
    told = " · ".join(grid.cells[0])
    add(page, page.shapes.frame("Table", place.place(), whole, kind="table", words=told))


def _rows(grid: Grid, heights: Sequence[float]) -> str:
    """Return the header and rows of such heights as XML."""
    across, above = (round(each * EMU_PER_PT) for each in grid.margins)
    margins = f'marL="{across}" marR="{across}" marT="{above}" marB="{above}"'
    rows = []
    for number, (words, height) in enumerate(zip(grid.cells, heights, strict=False)):
        head = number == 0
        shade = "" if head else '<a:lumMod val="85000"/>'
        colour, width = ("accent1", 15875) if head else ("bg1", 6350)
        rule = (
            f'<a:tcPr {margins} anchor="{"b" if head else "ctr"}"><a:lnB w="{width}"><a:solidFill>'
            f'<a:schemeClr val="{colour}">{shade}</a:schemeClr></a:solidFill></a:lnB></a:tcPr>'
        )
        cells = (
            f"<a:tc>{_words(each, grid, bold=head, right=column in grid.numeric)}{rule}</a:tc>"
            for column, each in enumerate(words)
        )
        rows.append(f'<a:tr h="{int(height * EMU_PER_PT)}">{"".join(cells)}</a:tr>')
    return "".join(rows)


def _words(words: str, grid: Grid, *, bold: bool, right: bool) -> str:
    """Return the text of a cell as XML."""
    look = (
        f'<a:rPr sz="{round(grid.size_pt * 100)}" b="{bold:d}"><a:solidFill>'
        '<a:schemeClr val="tx1"/></a:solidFill></a:rPr>'
    )
    aligned = ' algn="r"' if right else ""
    return (
        f"<a:txBody><a:bodyPr/><a:lstStyle/><a:p><a:pPr{aligned}>{SPACED}</a:pPr>"
        f"{runs(words, look)}</a:p></a:txBody>"
    )
