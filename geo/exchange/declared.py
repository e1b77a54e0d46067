"""Cells of a GeoPackage that are not what their column is declared to hold.

SQLite keeps any value in any column. GDAL makes each what the column is declared as, without a
word: a text among whole numbers becomes 0, a broken date the first day of 1970, 70,000 in a small
integer 4,464. Columns with such cells are read again as they stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyogrio

from geo.findings import Finding, first_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

# Asked for in one query: SQLite takes 2,000 columns and a text of a million letters.
_COLUMNS_AT_ONCE = 50
_MOMENT = "replace(substr({c}, 1, 19), ' ', 'T')"
# By the type that GDAL gives a column, what holds for a cell that is of it.
_FITS: Mapping[pa.DataType, str] = {
    pa.bool_(): "typeof({c}) = 'integer' AND {c} IN (0, 1)",
    pa.uint8(): "typeof({c}) = 'integer' AND {c} BETWEEN 0 AND 255",
    **{
        pa.type_for_alias(f"int{bits}"): (
            f"typeof({{c}}) = 'integer' AND {{c}} BETWEEN -{1 << (bits - 1)} "
            f"AND {(1 << (bits - 1)) - 1}"
        )
        for bits in (8, 16, 32)
    },
    pa.int64(): "typeof({c}) = 'integer'",
    pa.float32(): "typeof({c}) IN ('real', 'integer')",
    pa.float64(): "typeof({c}) IN ('real', 'integer')",
    pa.date32(): "typeof({c}) = 'text' AND date({c}) IS {c}",
    **dict.fromkeys(
        (pa.timestamp("ms"), pa.timestamp("ms", tz="UTC")),
        f"typeof({{c}}) = 'text' AND substr(strftime('%Y-%m-%dT%H:%M:%S', {_MOMENT}), 1, "
        f"length({_MOMENT})) IS {_MOMENT} AND rtrim(substr({{c}}, 20), 'Z0123456789.:+-') IS ''",
    ),
}


def as_they_stand(
    path: str, layer: str, table: pa.Table, *, ordered_by: str
) -> tuple[pa.Table, list[Finding]]:
    """Return a table of which columns with cells of another type are as the file has them.

    Parameters
    ----------
    path
        Where GDAL finds the GeoPackage.
    layer
        Name of the layer.
    table
        Its columns, as GDAL makes them.
    ordered_by
        Column by which its rows are in order; empty where there is none.

    Returns
    -------
    The table, in which such a column holds numbers where all its cells are numbers, else texts; and
    a warning for each, with the rows.
    """
    fits = {
        at: f"{_quoted(field.name)} IS NULL OR ({_FITS[field.type].format(c=_quoted(field.name))})"
        for at, field in enumerate(table.schema)
        if field.type in _FITS
    }
    findings = []
    for at in _misfits(path, layer, fits):
        column = table.schema.field(at).name
        cells = _cells(path, layer, column, fits[at], ordered_by)
        table = table.set_column(at, column, _values(cells))
        rows = [row for row, fit in enumerate(cells["fits"].to_pylist(), start=1) if not fit]
        values = {"column": column, "cells": len(rows)}
        findings.append(Finding("column.other_type", values, "warning", first_rows(rows)))
    return table, findings


def _misfits(path: str, layer: str, fits: Mapping[int, str]) -> list[int]:
    """Return the places of the columns in which some cell does not fit."""
    places, wrong = list(fits), []
    for start in range(0, len(places), _COLUMNS_AT_ONCE):
        some = places[start : start + _COLUMNS_AT_ONCE]
        query = ", ".join(f"total(NOT ({fits[at]})) AS c{at}" for at in some)
        (counts,) = _asked(path, layer, query).to_pylist()
        wrong += [at for at in some if counts[f"c{at}"]]
    return wrong


def _cells(path: str, layer: str, column: str, fits: str, ordered_by: str) -> pa.Table:
    cell = _quoted(column)
    return _asked(
        path,
        layer,
        f"CASE typeof({cell}) WHEN 'blob' THEN hex({cell}) ELSE {cell} || '' END AS cell, "
        f"typeof({cell}) AS type, {fits} AS fits",
        ordered_by,
    )


def _values(cells: pa.Table) -> pa.ChunkedArray:
    texts, types = cells["cell"], set(cells["type"].unique().to_pylist())
    if types <= {"integer", "null"}:
        return texts.cast(pa.int64())
    return texts.cast(pa.float64()) if types <= {"integer", "real", "null"} else texts


def _asked(path: str, layer: str, what: str, ordered_by: str = "") -> pa.Table:
    order = f" ORDER BY {_quoted(ordered_by)}" if ordered_by else ""
    query = f"SELECT {what} FROM {_quoted(layer)}{order}"  # noqa: S608  names are quoted
    _, table = pyogrio.read_arrow(path, sql=query)
    return table


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
