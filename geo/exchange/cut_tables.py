"""Tables cut into columns: the cells, and the names that a row of them gives to the columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from geo.errors import InputError
from geo.exchange import headers
from geo.exchange.cells import as_text, from_workbook, typed
from geo.exchange.parsed import Candidate
from geo.findings import Finding
from geo.wording import together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.exchange.workbooks import Sheet

_HEADER_ROWS = 60


@dataclass(slots=True)
class CutTable:
    """Cells of one table by column, and what was noticed while it was cut.

    Parameters
    ----------
    name
        Of the sheet or of the file.
    names, cells
        Of the columns: their names, and their cells as the file has them.
    index
        Numbers of the rows.
    aside
        Number, reason and text of each row that could not be cut.
    findings
        What was noticed.
    """

    name: str
    names: list[str]
    cells: list[pd.Series]
    index: pd.Index
    aside: list[tuple[int, str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def texts(self, column: int) -> pd.Series:
        """Return the cells of a column as texts."""
        cells = self.cells[column]
        if cells.dtype == object:
            return pd.Series([as_text(cell) for cell in cells], index=self.index, dtype="str")
        return cells

    def values(self, column: int) -> tuple[pd.Series, list[Finding]]:
        """Return the cells of a column as numbers where that loses nothing."""
        cells = self.cells[column]
        if cells.dtype == object:
            values, findings = from_workbook(self.names[column], cells.tolist())
            return values.set_axis(self.index), findings
        return typed(self.names[column], cells)


def of_workbook(
    sheets: Sequence[Sheet], name: str, layer: str | None
) -> tuple[CutTable, list[Candidate]]:
    """Return the table of the sheet asked for, else of the first that has columns of places.

    Parameters
    ----------
    sheets, name
        Of the workbook, and its name.
    layer
        Name of a sheet, or nothing.

    Returns
    -------
    The table, and all that there are.

    Raises
    ------
    InputError
        There is no such sheet, or none has rows.
    """
    tables = [_of_sheet(sheet) for sheet in sheets]
    layers = [
        Candidate(
            table.name,
            "point" if headers.pairs(table.names) else "none",
            len(table.index),
        )
        for table in tables
    ]
    if layer is not None:
        matching = [table for table in tables if table.name == layer]
        if not matching:
            raise InputError(
                f"parse: {name} has no sheet {layer!r}, but {[each.name for each in layers]}.",
                code="table.no_sheet",
                name=name,
                sheet=layer,
                sheets=together(each.name for each in layers),
            )
        return matching[0], layers
    with_rows = [table for table in tables if len(table.index)]
    if not with_rows:
        raise InputError(f"parse: {name} has no rows.", code="table.no_rows", name=name)
    best = next((table for table in with_rows if headers.has_places(table.names)), with_rows[0])
    return best, layers


def _of_sheet(sheet: Sheet) -> CutTable:
    head = [[as_text(cell) for cell in row] for row in sheet.rows[:_HEADER_ROWS]]
    index = pd.RangeIndex(1, 1, name="row")
    if not head:
        return CutTable(sheet.name, [], [], index)
    at = headers.header_row(head)
    rows = [row for row in sheet.rows[at + 1 :] if any(cell != "" for cell in row)]
    index = pd.RangeIndex(1, len(rows) + 1, name="row")
    names = headers.distinct(head[at])
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    used = [
        number
        for number, cells in enumerate(columns)
        if head[at][number].strip() or any(cell != "" for cell in cells)
    ]
    findings = [Finding("table.title_rows", {"rows": at})] if at else []
    if sheet.merged:
        findings.append(Finding("table.merged"))
    return CutTable(
        sheet.name,
        [names[number] for number in used],
        [pd.Series(list(columns[number]), index=index, dtype=object) for number in used],
        index,
        findings=findings,
    )
