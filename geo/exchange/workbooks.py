"""Sheets of an Excel workbook: opened within bounds, every cell as it was stored.

The archive is measured before it is read: a small file can unpack to gigabytes, and two cells in
opposite corners of a sheet span 17 thousand million.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    XmlError,
    ZipError,
)

from geo.doors import foreign
from geo.errors import InputError
from geo.exchange.archives import archive_of
from geo.exchange.delimited import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, too_many_rows

if TYPE_CHECKING:
    import zipfile

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MB = 1_000_000
_MOST_UNPACKED = 2_000 * _MB
_MOST_MEMBERS = 10_000
_MOST_RATIO, _RATIO_FROM = 200, 50 * _MB
_PIECE = 1 << 20
_OVERLAP = 64
# Where a cell or a row is; both kinds of quotation mark.
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)([0-9]*)""")
# Longer ones are beyond every limit, and larger than the parser can count.
_DIGITS, _COLUMN_LETTERS = 9, 4
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_LETTERS = 26
_MERGES = 100_000
_WORKBOOK = "xl/workbook.xml"
_LOCKED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook.

    Parameters
    ----------
    name
        As the workbook calls it.
    rows
        Its cells from the first row and column used, all rows of one length: text, number, date,
        truth value, or an empty text.
    merged
        Whether cells that were merged downwards were filled with the value of the first.
    """

    name: str
    rows: list[list[Any]]
    merged: bool


def read_workbook(data: bytes, name: str) -> list[Sheet]:
    """Read all sheets of a workbook.

    Parameters
    ----------
    data, name
        Contents and name of the file: .xlsx, .xlsm or .xls. Formulas have the value that the
        workbook keeps for them; macros and links are not looked at.

    Raises
    ------
    InputError
        The file is none, is locked with a password, or unpacks to more than is read.

    Examples
    --------
    >>> read_workbook(b"name,lon", "a.xlsx")
    Traceback (most recent call last):
    ...
    geo.errors.InputError: read_workbook: a.xlsx is no Excel workbook. Save it as .xlsx or .csv.
    """
    if data.startswith(_ZIP):
        _require_bounded(data, name)
    elif not data.startswith(_OLE):
        raise _broken(name)
    elif _LOCKED in data:
        raise _locked(name)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [_sheet(book.get_sheet_by_name(each), name) for each in _tables(book)]
    except PasswordError as error:
        raise _locked(name) from error
    except (CalamineError, XmlError, ZipError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise _broken(name) from error
    except BaseException as error:
        # A panic of the parser is no Exception; everything else that is none goes on.
        if type(error).__name__ != "PanicException":
            raise
        raise _broken(name) from error


def _tables(book: CalamineWorkbook) -> list[str]:
    return [each.name for each in book.sheets_metadata if "work" in str(each.typ).lower()]


def _broken(name: str) -> InputError:
    return InputError(
        f"read_workbook: {name} is no Excel workbook. Save it as .xlsx or .csv.",
        code="table.broken_workbook",
        name=name,
    )


def _locked(name: str) -> InputError:
    return InputError(
        f"read_workbook: {name} is locked. Save it without its password.",
        code="table.locked",
        name=name,
    )


def _sheet(sheet: CalamineSheet, name: str) -> Sheet:
    if sheet.width > MOST_COLUMNS:
        raise InputError(
            f"read_workbook: {sheet.name} in {name} has {sheet.width} columns, at most "
            f"{MOST_COLUMNS} are read.",
            code="table.too_many_columns",
            name=name,
            columns=sheet.width,
            most=MOST_COLUMNS,
        )
    if sheet.height > MOST_ROWS or sheet.height * sheet.width > MOST_CELLS:
        raise too_many_rows(name)
    rows = sheet.to_python(skip_empty_area=True)
    top, left = sheet.start or (0, 0)
    return Sheet(sheet.name, rows, _fill_merged(sheet, rows, top, left))


def _fill_merged(sheet: CalamineSheet, rows: list[list[Any]], top: int, left: int) -> bool:
    """Write the value of cells merged downwards into each of their rows; whether there were any."""
    filled = False
    for (first_row, first_column), (last_row, last_column) in (sheet.merged_cell_ranges or [])[
        :_MERGES
    ]:
        column, row = first_column - left, first_row - top
        if first_column != last_column or not 0 <= row < len(rows) or last_row == first_row:
            continue
        if not 0 <= column < len(rows[row]) or rows[row][column] == "":
            continue
        for below in rows[row + 1 : last_row - top + 1]:
            if below[column] == "" and any(cell != "" for cell in below):
                below[column] = rows[row][column]
                filled = True
    return filled


def _require_bounded(data: bytes, name: str) -> None:
    most = min(_MOST_UNPACKED, max(_RATIO_FROM, _MOST_RATIO * len(data)))
    try:
        with archive_of(data) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS:
                raise _too_large(name)
            if _WORKBOOK not in {member.filename.lower() for member in members}:
                raise _broken(name)
            total = 0
            for member in members:
                total += _measured(archive, member, name, most - total)
    except foreign() as error:
        if isinstance(error, InputError):
            raise
        raise _broken(name) from error


def _measured(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, room: int) -> int:
    """Unpack a member piece by piece, whatever size it claims, and look where its cells are."""
    is_sheet = _SHEET.search(member.filename.replace("\\", "/")) is not None
    size, tail = 0, b""
    lowest, furthest = 0, 0
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > room:
                raise _too_large(name)
            if is_sheet:
                places = _PLACE.findall(tail + piece)
                tail = piece[-_OVERLAP:]
                lowest = max([lowest, *(_row(digits) for _, digits in places)])
                furthest = max([furthest, *(_column(each) for each in {c for c, _ in places})])
    if furthest > MOST_COLUMNS:
        raise InputError(
            f"read_workbook: {name} has cells in column {furthest}, at most {MOST_COLUMNS} are "
            "read.",
            code="table.too_many_columns",
            name=name,
            columns=furthest,
            most=MOST_COLUMNS,
        )
    if lowest > MOST_ROWS or lowest * furthest > MOST_CELLS:
        raise too_many_rows(name)
    return size


def _row(digits: bytes) -> int:
    return int(digits or 0) if len(digits) <= _DIGITS else 10**_DIGITS


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[: _COLUMN_LETTERS + 1].upper():
        number = number * _LETTERS + letter - ord("A") + 1
    return number


def _too_large(name: str) -> InputError:
    return InputError(
        f"read_workbook: {name} unpacks to more than {_MOST_UNPACKED // _MB:,} MB, or to over "
        f"{_MOST_RATIO} times its size.",
        code="table.workbook_too_large",
        name=name,
    )
