"""Texts that a spreadsheet would take for a formula, marked so that they stay texts.

A spreadsheet computes a cell of a CSV file that begins with =, +, - or @, whether or not it stands
in quotation marks. An apostrophe before it makes every spreadsheet program show the text; reading
takes away exactly the apostrophe that writing put there.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable

_STARTS = frozenset("=+-@＝＋－＠﹦﹢﹣﹫⁺⁻⁼₊₋₌")
_MARK = "'"
# Spaces, controls and invisible characters before a formula may be dropped by a program.
_SKIPPED = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})


def is_formula(text: str) -> bool:
    r"""Whether a spreadsheet may take a text for a formula, or for one that was marked.

    Examples
    --------
    >>> [is_formula(text) for text in ("=1+1", "\t@SUM(1)", "＝A1", "'=1", "a=1", "")]
    [True, True, True, True, False, False]
    """
    for letter in text:
        if letter in _STARTS:
            return True
        if letter != _MARK and unicodedata.category(letter) not in _SKIPPED:
            return False
    return False


def quoted_text(text: str) -> str:
    """Return a text as it is written into a cell of a CSV file.

    Examples
    --------
    >>> quoted_text("=1+1"), quoted_text("岳麓"), quoted_text("'=1+1")
    ("'=1+1", '岳麓', "''=1+1")
    """
    return _MARK + text if is_formula(text) else text


def unquoted(cells: pd.Series) -> pd.Series:
    """Return texts of a CSV file without the apostrophes that `quoted_text` puts before some.

    Examples
    --------
    >>> unquoted(pd.Series(["'=1+1", "'s-Hertogenbosch", "''=1+1"])).tolist()
    ['=1+1', "'s-Hertogenbosch", "'=1+1"]
    """
    marked = cells.str.startswith(_MARK).to_numpy(bool)
    if not marked.any():
        return cells
    plain = cells.astype(object)
    plain[marked] = [text[1:] if is_formula(text[1:]) else text for text in plain[marked]]
    return plain.astype("str")


def csv_bytes(frame: pd.DataFrame) -> bytes:
    r"""Contents of a CSV file that shows every text as a text in every spreadsheet program.

    Parameters
    ----------
    frame
        Columns of any kind; the index is left out. Texts that a spreadsheet would compute, names of
        columns among them, get an apostrophe before them; numbers stay as they are.

    Returns
    -------
    UTF-8 with a byte order mark, so that spreadsheets read Chinese; lines end with a line feed,
    with a carriage return before it where a text has one.

    Examples
    --------
    >>> csv_bytes(pd.DataFrame({"name": ["=1+1", "-1"], "n": [-1, 2]})).decode("utf-8-sig")
    "name,n\n'=1+1,-1\n'-1,2\n"
    """
    columns = {number: _quoted_column(frame.iloc[:, number]) for number in range(frame.shape[1])}
    table = pd.DataFrame(columns, index=frame.index)
    header = [quoted_text(_name(name)) for name in frame.columns]
    text: str = table.to_csv(index=False, lineterminator="\n", header=header)
    if "\r" in text:  # only where it ends lines is a cell that has one put in quotation marks
        text = table.to_csv(index=False, lineterminator="\r\n", header=header)
    return text.encode("utf-8-sig", errors="replace")


def _name(name: Hashable) -> str:
    return "" if name is None else str(name)


def _quoted_column(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if not (pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column)):
        return column
    return column.astype(object).map(_quoted_value)


def _quoted_value(value: object) -> object:
    if isinstance(value, str):
        return quoted_text(value)
    if isinstance(value, list | tuple | dict | set | bytes):
        return quoted_text(str(value))
    return value
