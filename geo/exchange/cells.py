"""Cells of a table as values: texts to the letter, and numbers only where nothing is lost.

A column becomes numbers when every cell is a number's usual text, and its name is not that of a
code. 0101, 18 digits, 1e5, NA and null stay what was written.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.exchange.angles import decimals
from geo.exchange.cell_quotes import unquoted
from geo.exchange.headers import is_code
from geo.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

_WHOLE = r"-?(?:0|[1-9][0-9]{0,14})"
_USUAL = r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]*[1-9]|\.0)?"
_DECIMALS = r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,17}"
_SMALL = r"-?[1-9](?:\.[0-9]{1,16})?e-[0-9]{2}"
_THOUSANDS = r"-?(?:[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}|0|[1-9][0-9]{0,2})(?:\.[0-9]{1,9})?"
_MOST_DIGITS = 17
_TRIED = 20
# A spreadsheet keeps 15 digits of a number.
_EXACT = 1e15


def typed(name: str, cells: pd.Series) -> tuple[pd.Series, list[Finding]]:
    """Return a column of texts as numbers where that loses nothing, an empty cell as missing.

    Examples
    --------
    >>> typed("id", pd.Series(["0101", "0102"]))[0].tolist()
    ['0101', '0102']
    >>> typed("人数", pd.Series(["1,200", "35"]))[0].tolist()
    [1200, 35]
    """
    cells = cells.astype("str")
    filled = cells[cells != ""]
    if filled.empty or is_code(name):
        return _text(cells), []
    if not all(_may_be_number(text) for text in filled.iloc[:_TRIED]):
        return _text(cells), []
    whole = filled.str.fullmatch(_WHOLE)
    if whole.all():
        return _numbers(cells, filled, "Int64"), []
    if _are_decimals(filled):
        return _numbers(cells, filled, "float64"), []
    plain = filled.map(lambda text: unicodedata.normalize("NFKC", text).strip())
    findings = []
    if (plain != filled).any():
        findings.append(Finding("table.full_width", {"column": name}))
    if plain.str.fullmatch(_THOUSANDS).all() and plain.str.contains(",", regex=False).any():
        findings.append(Finding("table.thousands", {"column": name}))
        plain = plain.str.replace(",", "", regex=False)
    if not findings or not (plain.str.fullmatch(_WHOLE).all() or _are_decimals(plain)):
        return _text(cells), []
    kind = "Int64" if plain.str.fullmatch(_WHOLE).all() else "float64"
    return _numbers(cells, plain, kind), findings


def _may_be_number(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text[:64]).strip().replace(",", "")
    return plain.replace("-", "").replace(".", "").replace("e", "").isdecimal()


def _are_decimals(texts: pd.Series) -> bool:
    """Whether every text is a decimal as it is usually written, or all have as many decimals."""
    small = texts.str.fullmatch(_SMALL)
    usual = texts.str.fullmatch(_USUAL) | small
    if not usual.all():
        fixed = texts.str.fullmatch(_DECIMALS)
        decimals = texts.str.len() - texts.str.find(".")
        if not fixed.all() or (decimals != decimals.iloc[0]).any():
            return False
    return bool((texts.str.len() <= _MOST_DIGITS + 3).all())


def _numbers(cells: pd.Series, filled: pd.Series, kind: str) -> pd.Series:
    # All are plain decimals by their form.
    values = pd.Series(decimals(filled), index=filled.index).reindex(cells.index)
    if kind == "Int64" and len(filled) == len(cells):
        return values.astype("int64")
    return values.astype("Int64" if kind == "Int64" else "float64")


def _text(cells: pd.Series) -> pd.Series:
    plain = unquoted(cells)
    return plain.where(plain != "")


def from_workbook(name: str, cells: Sequence[Any]) -> tuple[pd.Series, list[Finding]]:
    """Return a column of a workbook: numbers, dates or truth values where all are, else texts.

    Examples
    --------
    >>> from_workbook("编号", [101.0, "0102", None])[0].tolist()[:2]
    ['101', '0102']
    """
    column = pd.Series(cells, dtype=object)
    missing = np.fromiter((cell is None or cell == "" for cell in cells), bool, len(cells))
    kinds = {type(cell) for cell, empty in zip(cells, missing, strict=True) if not empty}
    findings = []
    if kinds & {int, float} and _loses_digits(cells):
        findings.append(Finding("table.digits_lost", {"column": name}, "warning"))
    if kinds and kinds <= {int, float} and not is_code(name):
        values = column.mask(missing).astype("float64")
        whole = values.dropna()
        if (whole == whole.round()).all() and (whole.abs() < _EXACT).all():
            return values.astype("Int64" if missing.any() else "int64"), findings
        return values, findings
    if kinds == {bool}:
        return column.mask(missing).astype("boolean" if missing.any() else "bool"), findings
    if kinds and kinds <= {dt.datetime, dt.date}:
        return pd.to_datetime(column.mask(missing)).astype("datetime64[ms]"), findings
    texts = pd.Series([as_text(cell) for cell in cells], dtype="str")
    return texts.where(texts != ""), findings


def _loses_digits(cells: Sequence[Any]) -> bool:
    return any(
        isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= _EXACT
        for cell in cells
    )


def as_text(cell: object) -> str:
    """Return a cell as text: whole numbers without a point, dates as ISO has them.

    Examples
    --------
    >>> as_text(101.0), as_text(1.5), as_text(None)
    ('101', '1.5', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e18:  # noqa: PLR2004  exact
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ")
    return str(cell)
