"""The table of a shapefile (.dbf): read whole, so that no text and no code is altered.

A column of numbers wider than a computer's whole numbers, as a code of 20 digits, stays text.
Which encoding the texts are in is decided from all of them together.
"""

from __future__ import annotations

import codecs
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import InputError
from geo.exchange.columns import MAX_COLUMNS, unique_names
from geo.exchange.encodings import bad_rows, decided
from geo.findings import Finding, first_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.bytes_]

_BETWEEN = b"\x1e"
_FIELD, _NAME, _LANGUAGE = 32, 11, 29
# Language bytes that mean a code page of China; others are mostly left as a program's default.
_LANGUAGES = {0x4D: "cp936", 0x7A: "cp936", 0x4F: "cp950", 0x78: "cp950"}
# A decimal number keeps so many.
_WHOLE_DIGITS = 15
_DELETED = ord("*")
_YES, _NO = [b"T", b"t", b"Y", b"y"], [b"F", b"f", b"N", b"n"]


@dataclass(frozen=True, slots=True)
class Table:
    """What a .dbf holds.

    Parameters
    ----------
    frame
        A row each, those marked as deleted included.
    deleted
        Whether a row is marked as deleted.
    encoding, encoding_how
        As in `geo.exchange.parsed.Parsed`.
    findings
        What could not be read.
    """

    frame: pd.DataFrame
    deleted: NDArray[np.bool_]
    encoding: str
    encoding_how: str
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class _Field:
    name: bytes
    kind: str
    offset: int
    length: int
    decimals: int


def read_table(data: bytes, *, name: str, declared: str = "") -> Table:
    r"""Read a .dbf.

    Parameters
    ----------
    data
        Its contents.
    name
        Of the file it is part of, for messages.
    declared
        What a .cpg beside it says of the encoding.

    Raises
    ------
    InputError
        It is cut short within its header, or its texts are in no known encoding.

    Examples
    --------
    >>> field = b"ID".ljust(11, b"\0") + b"C\0\0\0\0" + bytes([4, 0]) + bytes(14)
    >>> head = struct.pack("<4xIHH20x", 2, 65, 5)
    >>> read_table(head + field + b"\r 0101 NA  ", name="a.dbf").frame["ID"].tolist()
    ['0101', 'NA']
    """
    fields, rows, header, width = _structure(data, name)
    there = max(min(rows, (len(data) - header) // width), 0)
    block = np.frombuffer(data, dtype=np.uint8, count=there * width, offset=header)
    block = block.reshape(there, width)
    texts = {at: _column(block, field) for at, field in enumerate(fields) if field.kind in "CNFDL"}
    strings = [texts[at] for at in texts if fields[at].kind == "C"]
    evidence = _BETWEEN.join(
        [_BETWEEN.join(field.name for field in fields)]
        + [_BETWEEN.join(text.tolist()) for text in strings if not _ascii(text)]
    )
    stated = declared or _LANGUAGES.get(data[_LANGUAGE], "")
    encoding, how = decided(evidence, name=name, declared=stated, separator=_BETWEEN)
    names = unique_names([_name(field.name, encoding) for field in fields], file=name)
    findings: list[Finding] = []
    columns: dict[str, pd.Series] = {}
    for at, field in enumerate(fields):
        if at not in texts:
            findings.append(Finding("dbase.column_left", {"column": names[at]}))
        elif field.kind == "C" or not _ascii(texts[at]):  # no number has such bytes
            cells = texts[at] if field.kind == "C" else np.strings.lstrip(texts[at], b" ")
            columns[names[at]] = _texts(cells, field.length, encoding, names[at], findings)
        else:
            columns[names[at]] = _values(texts[at], field)
    if there < rows:
        findings.append(Finding("dbase.rows_missing", {"rows": rows - there}, "warning"))
    frame = pd.DataFrame(columns, index=pd.RangeIndex(there))
    deleted = block[:, 0] == _DELETED
    return Table(frame, deleted, encoding, how, findings)


def _structure(data: bytes, name: str) -> tuple[list[_Field], int, int, int]:
    try:
        rows, header, width = struct.unpack_from("<IHH", data, 4)
    except struct.error as error:
        raise _cut_short(name) from error
    if header > len(data) or width < 1:
        raise _cut_short(name)
    fields, offset = [], 1
    for at in range(_FIELD, min(header - 1, _FIELD * (MAX_COLUMNS + 2)), _FIELD):
        if data[at : at + 1] in {b"\r", b""} or at + _FIELD > header:
            break
        kind = chr(data[at + _NAME])
        length, decimals = data[at + 16], data[at + 17]
        if kind == "C":  # texts of more than 255 bytes have their length in both
            length, decimals = length + 256 * decimals, 0
        own_name = data[at : at + _NAME].split(b"\0")[0]
        if offset + length > width:
            raise _cut_short(name)
        fields.append(_Field(own_name, kind, offset, length, decimals))
        offset += length
    return fields, rows, header, width


def _cut_short(name: str) -> InputError:
    return InputError(
        f"the .dbf of {name} is cut short or damaged. Export the file again.",
        code="file.damaged",
        name=name,
        format="dBASE (.dbf)",
    )


def _column(block: NDArray[np.uint8], field: _Field) -> Bytes:
    """Values of a column without the spaces and zeros that fill it."""
    if not field.length or not len(block):
        return np.full(len(block), b"", dtype="S1")
    cells = np.ascontiguousarray(block[:, field.offset : field.offset + field.length])
    text = cells.view(f"S{field.length}").ravel()
    stripped: Bytes = np.strings.rstrip(text, b" \0")
    return stripped


def _ascii(text: Bytes) -> bool:
    return not len(text) or int(text.view(np.uint8).max()) < 128  # noqa: PLR2004  of ASCII


def _name(raw: bytes, encoding: str) -> str:
    """Name of a column without the half of a character that was cut off at its end."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(raw)


def _texts(
    text: Bytes, length: int, encoding: str, column: str, findings: list[Finding]
) -> pd.Series:
    values = text.tolist()
    whole = _BETWEEN.join(values).decode(encoding, "replace").split(_BETWEEN.decode())
    if len(whole) != len(values):  # the separator stands in a text
        whole = [value.decode(encoding, "replace") for value in values]
    bad = bad_rows(whole) if not _ascii(text) else ()
    replaced = []
    for at in bad:
        # A value that fills its column may end within a character: the half goes.
        if len(values[at]) == length:
            decoder = codecs.getincrementaldecoder(encoding)("replace")
            whole[at] = decoder.decode(values[at])
        if "�" in whole[at]:
            replaced.append(at + 1)
    if replaced:
        details: dict[str, str | int | float]
        details = {"column": column, "row": replaced[0], "rows": len(replaced)}
        rows = first_rows(replaced)
        findings.append(Finding("encoding.cell_replaced", details, "warning", rows))
    series = pd.Series(whole, dtype="str")
    return series.mask(series == "")


def _values(text: Bytes, field: _Field) -> pd.Series:
    plain = np.strings.lstrip(text, b" ")
    empty = (plain == b"") | np.strings.startswith(plain, b"*")
    texts = pd.Series(plain.astype("U"), dtype="str").mask(empty)
    if field.kind == "L":
        true = np.isin(plain, _YES)
        return pd.Series(true, dtype="boolean").mask(~(true | np.isin(plain, _NO)))
    if field.kind == "D":
        return pd.to_datetime(texts, format="%Y%m%d", errors="coerce")
    if field.kind == "N" and not field.decimals:
        return _whole(plain, empty, texts, field.length)
    numbers = pd.to_numeric(texts, errors="coerce").astype("float64")
    return numbers if (numbers.notna() | empty).all() else texts


def _whole(plain: Bytes, empty: NDArray[np.bool_], texts: pd.Series, length: int) -> pd.Series:
    """Whole numbers; what has a point or too many digits is not made one."""
    try:
        numbers = np.where(empty, b"0", plain).astype(f"S{max(length, 1)}").astype(np.int64)
    except (ValueError, OverflowError):
        numbers = None
    leading = np.strings.startswith(plain, b"0") & (np.strings.str_len(plain) > 1)
    if numbers is not None and not leading.any():
        return pd.Series(numbers, dtype="Int64").mask(empty)
    decimal = pd.to_numeric(texts, errors="coerce").astype("float64")
    short = np.strings.str_len(plain) <= _WHOLE_DIGITS
    fits = (decimal.notna() | empty).all() and short.all() and not leading.any()
    return decimal if fits else texts
