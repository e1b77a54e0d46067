"""A table as texts and numbers, for slides and printed pages alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from geo.errors import InputError

Cell: TypeAlias = str | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Parameters
    ----------
    header
        Title of each column, with its unit.
    rows
        Rows of texts and numbers; None and not-a-number are shown as a dash.
    numeric
        Columns, counted from 0, that are set right-aligned; those that hold numbers and no texts
        when None.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if not self.header:
            raise InputError(
                "Table: there is no column; give the title of at least one",
                code="caller.argument",
                function="Table",
            )
        for place, row in enumerate(self.rows):
            if len(row) != len(self.header):
                raise InputError(
                    f"Table: row {place} has {len(row)} cells and the header {len(self.header)}; "
                    "give each row one cell for each column",
                    code="caller.argument",
                    function="Table",
                )
        if any(not 0 <= column < len(self.header) for column in self.numeric or ()):
            raise InputError(
                f"Table: numeric is {self.numeric}; name columns from 0 to {len(self.header) - 1}",
                code="caller.argument",
                function="Table",
            )
