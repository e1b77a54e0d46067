"""Tables on slides and printed pages: columns and rows that fit, numbers right-aligned, no cut."""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from numbers import Integral
from textwrap import wrap
from typing import TYPE_CHECKING

from geo.errors import InputError
from geo.numerals import MISSING, decimals, is_number, number
from layers.type.line_breaks import text_height, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.type.tables import Cell, Table

# What is smaller cannot be read from the back of a room.
TABLE_SIZES_PT = (18.0, 16.0, 14.0, 13.0, 12.0)
# Inner margins of a cell, ems, and how much wider than its text a table may become.
CELL_X_EM, CELL_Y_EM, LOOSEST = 0.5, 0.25, 1.7
# How much higher than they need rows become where a table would leave its side empty.
HIGHEST_ROWS = 1.8
# Titles of columns of numbers go over so many lines.
MOST_HEAD_LINES = 3
# Columns keep this, in ems, before their words are broken; bold words, and all words in a font that
# stands in for one that is missing, are wider by this.
_NARROWEST_CELL_EM, _BOLD = 2.0, 1.25
# Sums of heights that are equal to a box's may differ from it by so much, points.
TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Grid:
    """Widths of a table's columns and heights of its rows.

    Parameters
    ----------
    size_pt
        Size of the font, points.
    widths, heights
        Of each column, and of the header and each row, points.
    cells
        Words of the header and each row.
    numeric
        Columns that are right-aligned.
    broken
        Whether numbers are broken for want of width.
    """

    size_pt: float
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    cells: tuple[tuple[str, ...], ...]
    numeric: frozenset[int]
    broken: bool = False

    @property
    def margins(self) -> tuple[float, float]:
        """Inner margins of a cell, at the sides and above and below, points."""
        return CELL_X_EM * self.size_pt, CELL_Y_EM * self.size_pt

    def rows_within(self, height: float) -> int:
        """Return how many rows have room below the header."""
        left = height - self.heights[0]
        for count, row in enumerate(self.heights[1:]):
            left -= row
            if left < -TINY:
                return count
        return len(self.heights) - 1

    def spread(self, height: float) -> Grid:
        """Return the table with higher rows, where there is room for them."""
        head, *rows = self.heights
        more = min(HIGHEST_ROWS, max(1.0, (height - head) / sum(rows)))
        return replace(self, heights=(head, *(each * more for each in rows)))

    def after(self, rows: int) -> Grid:
        """Return the table without its first rows."""
        return replace(
            self,
            heights=(self.heights[0], *self.heights[rows + 1 :]),
            cells=(self.cells[0], *self.cells[rows + 1 :]),
        )


def table_grid(
    table: Table,
    width: float,
    height: float,
    *,
    alone: bool,
    sizes_pt: Sequence[float] = TABLE_SIZES_PT,
) -> Grid:
    """Return a table in the largest font in which all of it fits without broken words.

    Texts are broken between words, and units go below the words of the header, where that helps.
    Where nothing does, words are broken and rows are left for the next slide or page.

    Parameters
    ----------
    table
        The table.
    width, height
        The box, points.
    alone
        Whether it has the whole slide, so that no other has more room.
    sizes_pt
        Sizes of the font to choose from, the largest first.

    Raises
    ------
    InputError
        It is alone, and there are more columns than the width has room for, or a row is higher
        than the slide.
    """
    cells, numeric = _cells(table)
    unit_below, folded = tuple(map(_unit_below, cells[0])), tuple(map(_folded, cells[0]))
    folded = tuple(each if at in numeric else cells[0][at] for at, each in enumerate(folded))
    heads = dict.fromkeys((cells[0], unit_below, folded))
    grids, loose, unbroken = [], [], []
    for size in sizes_pt:
        of_size = []
        for head in heads:
            rows = (head, *cells[1:])
            natural = _natural_widths(rows, size)
            widths = _widths(natural, numeric, width, size)
            heights = tuple(_row_height(row, widths, size) for row in rows)
            broken = any(widths[column] < natural[column] for column in numeric)
            grids.append(Grid(size, widths, heights, rows, numeric, broken))
            if sum(natural) <= width:
                loose.append(grids[-1])
            if not broken and all(map(operator.ge, widths, _word_widths(rows, numeric, size))):
                of_size.append(grids[-1])
        # Of heads that leave no word broken that one which makes the table lowest.
        of_size.sort(key=lambda grid: sum(grid.heights))
        unbroken += of_size
        if of_size and sum(of_size[0].heights) <= height + TINY:
            # No smaller one is better.
            break
    whole = [grid for grid in (*unbroken, *loose, *grids) if sum(grid.heights) <= height + TINY]
    best = (whole or loose or grids[-1:])[0]
    least = (_NARROWEST_CELL_EM + 2 * CELL_X_EM) * sizes_pt[-1]
    if alone and least * len(best.widths) > width:
        raise InputError(
            f"presentation: a table has {len(best.widths)} columns and the slide has room for "
            f"{int(width / least)}; leave columns out",
            code="slides.no_room",
        )
    if alone and table.rows and best.rows_within(height) == 0:
        raise InputError(
            f"presentation: a row of the table {table.header[0]!r}, … is {max(best.heights):.0f} "
            f"points high and the slide has {height:.0f}; shorten its cells",
            code="slides.no_room",
        )
    return best


def table_width(table: Table, size_pt: float = TABLE_SIZES_PT[-1]) -> float:
    """Return how wide a table is that stands in a column without broken words, points.

    Parameters
    ----------
    table, size_pt
        The table, and the size of its font.
    """
    cells, _ = _cells(table)
    return sum(_natural_widths((tuple(map(_unit_below, cells[0])), *cells[1:]), size_pt))


def _cells(table: Table) -> tuple[tuple[tuple[str, ...], ...], frozenset[int]]:
    """Return the words of the header and of each row, and which columns hold numbers."""
    columns = range(len(table.header))
    numbers = {column: [row[column] for row in table.rows] for column in columns}
    if table.numeric is None:
        numeric = frozenset(column for column in columns if _holds_numbers(numbers[column]))
    else:
        numeric = frozenset(table.numeric)
    digits = {column: decimals(numbers[column]) for column in columns}
    rows = (
        tuple(_words(cell, digits[column]) for column, cell in enumerate(row)) for row in table.rows
    )
    return (table.header, *rows), numeric


def _holds_numbers(cells: Sequence[Cell]) -> bool:
    return any(map(is_number, cells)) and not any(isinstance(cell, str) for cell in cells)


def _words(cell: object, digits: int) -> str:
    if isinstance(cell, str):
        return cell
    whole = isinstance(cell, Integral)
    return number(cell, digits=0 if whole else digits) if is_number(cell) else MISSING


def _unit_below(title: str) -> str:
    """Return the title of a column with its unit on a second line."""
    for opening in ("（", " ("):
        words, bracket, unit = title.partition(opening)
        if words and bracket:
            return f"{words}\n{(bracket + unit).strip()}"
    return title


def _folded(title: str) -> str:
    r"""Return a title on as few letters a line as three lines allow.

    Examples
    --------
    >>> _folded("Number of projects: after less before").split("\n")
    ['Number of', 'projects: after', 'less before']
    """
    words = title.split()
    for width in range(max(map(len, words), default=0), len(title)):
        lines = wrap(title, width, break_long_words=False, break_on_hyphens=False)
        if len(lines) <= MOST_HEAD_LINES:
            return "\n".join(lines)
    return title


def _natural_widths(cells: Sequence[Sequence[str]], size: float) -> list[float]:
    return [
        max(text_width(line, size * _BOLD) for cell in column for line in cell.split("\n"))
        + 2 * CELL_X_EM * size
        for column in zip(*cells, strict=True)
    ]


def _word_widths(
    cells: Sequence[Sequence[str]], numeric: frozenset[int], size: float
) -> list[float]:
    """Return the widths that columns of texts need for their longest words."""
    words = [
        ["" if column in numeric else "\n".join(cell.split()) for cell in cells_]
        for column, cells_ in enumerate(zip(*cells, strict=True))
    ]
    return _natural_widths(list(zip(*words, strict=True)), size)


def _widths(
    natural: Sequence[float], numeric: frozenset[int], width: float, size: float
) -> tuple[float, ...]:
    """Widen columns to the width, or narrow the widest ones, those of texts first."""
    total = sum(natural)
    if total <= width:
        return tuple(each * min(width / total, LOOSEST) for each in natural)
    least = size * (_NARROWEST_CELL_EM + 2 * CELL_X_EM)
    words = [each for column, each in enumerate(natural) if column not in numeric]
    numbers = total - sum(words)
    if words and numbers + least * len(words) <= width:
        cap = _cap(words, width - numbers)
        return tuple(
            each if column in numeric else min(each, cap) for column, each in enumerate(natural)
        )
    cap = _cap(natural, width)
    return tuple(min(each, cap) for each in natural)


def _cap(widths: Sequence[float], total: float) -> float:
    """Return the width above which columns are cut so that they add up to the total."""
    left = total
    rising = sorted(widths)
    for place, each in enumerate(rising):
        cap = left / (len(rising) - place)
        if each >= cap:
            return cap
        left -= each
    return rising[-1]


def _row_height(row: Sequence[str], widths: Sequence[float], size: float) -> float:
    lines = (
        text_height(cell, width - 2 * CELL_X_EM * size, size)
        for cell, width in zip(row, widths, strict=True)
    )
    return max(lines) + 2 * CELL_Y_EM * size
