"""Texts with cells between delimiters (CSV, TSV, TXT): cut into columns, every cell to the letter.

A row whose number of cells is not that of the names above it is set aside: which cell is missing or
in excess nobody can say, and a guess would move places. So is a row with a quotation mark that is
not closed, and only that row.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.errors import InputError
from geo.exchange.columns import TEXT
from geo.exchange.encodings import BIG5, GB18030, UTF_8, decided, marked
from geo.exchange.headers import distinct, has_places, header_row
from geo.findings import Finding, first_rows
from geo.work import checkpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

MOST_ROWS = 2_000_000
MOST_COLUMNS = 2_000
MOST_CELLS = 100_000_000
LONGEST_CELL = 64_000_000
_DELIMITERS = (",", "\t", ";", "|", "，")
_NO_DELIMITER = "\x1f"  # a table of one column
_HEAD, _HEAD_ROWS = 1 << 18, 60
_CHUNK = 1 << 22
_STATED = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_SHORT = 100
_EVEN = 0.5  # of the rows have as many cells as there are names
_MISSING = "\ufffd"
_READ_AGAIN = 20  # times its lines, before a quotation mark is not looked for beyond its line
_HOW = {
    UTF_8: "table.encoding.utf8",
    GB18030: "table.encoding.gb18030",
    BIG5: "table.encoding.big5",
}
_UTF_16 = (("utf-16-le", 1), ("utf-16-be", 0))
# To cut a table is one part of the work, to find its places is the other.
PARTS = 2

# A border with half a million corners is one cell.
csv.field_size_limit(LONGEST_CELL)


@dataclass(slots=True)
class Columns:
    """A table as texts.

    Parameters
    ----------
    names
        Of the columns, none twice.
    cells
        A series of texts a column; an empty cell is an empty text. The index is the number of the
        row, from 1 below the names; empty rows do not count.
    aside
        Rows that could not be cut into cells: number, reason, text.
    encoding, encoding_how
        Encoding, and the code that says how it was decided.
    findings
        What else was noticed.
    """

    names: list[str]
    cells: list[pd.Series]
    aside: list[tuple[int, str, str]]
    encoding: str
    encoding_how: str
    findings: list[Finding] = field(default_factory=list)


def decoded(data: bytes, encoding: str | None = None, *, name: str = "") -> tuple[str, str]:
    """Return the encoding of a text, and the code that says how it was decided.

    Examples
    --------
    >>> decoded("岳麓".encode("gbk")), decoded("岳麓".encode())
    (('gb18030', 'table.encoding.gb18030'), ('utf-8', 'table.encoding.utf8'))
    """
    if encoding:
        try:
            return codecs.lookup(encoding).name, "table.encoding.chosen"
        except LookupError as error:
            raise InputError(
                f"decoded: there is no encoding {encoding!r}. Pass utf-8, gb18030 or utf-16.",
                code="table.encoding.unknown",
                encoding=encoding,
            ) from error
    _, by_mark = marked(data)
    if by_mark:  # by codecs that take the mark away
        return "utf-8-sig" if by_mark == UTF_8 else by_mark.lower(), "table.encoding.mark"
    for codec, at in _UTF_16:  # every second byte of Latin letters and marks is none
        head = data[: _HEAD // 2 * 2]
        if head and head[at::2].count(0) > len(head) // 8 and not head[1 - at :: 2].count(0):
            return codec, "table.encoding.utf16"
    if _is_utf_8(data):
        return "utf-8", _HOW[UTF_8]
    return _weighed(data, name)


def _is_utf_8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK]
            if not chunk.isascii() or decoder.getstate()[0]:
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _weighed(data: bytes, name: str) -> tuple[str, str]:
    """Decide by the first part that is not of plain letters alone, and by what follows it.

    The first other letter of a long table may stand at the end of a part, which cuts it in two.
    """
    starts = range(0, len(data), _CHUNK)
    try:
        first = next(at for at in starts if not data[at : at + _CHUNK].isascii())
        encoding, how = decided(data[first : first + _CHUNK + _HEAD], name=name)
    except InputError:  # what cannot be read is replaced, and told of by column and row
        return "utf-8", _HOW[UTF_8]
    return encoding.lower(), how if how == "encoding.doubtful" else _HOW[encoding]


def read_delimited(data: bytes, name: str, *, encoding: str | None = None) -> Columns:
    r"""Cut a text into columns.

    Parameters
    ----------
    data, name
        Contents and name of the file.
    encoding
        Of its text; decided by its bytes where it is not given.

    Raises
    ------
    InputError
        The text is empty, or has more rows, columns or cells than are read.

    Examples
    --------
    >>> table = read_delimited("id;名称\n0101;甲\n0102;乙;丙\n".encode(), "a.csv")
    >>> table.names, [cells.tolist() for cells in table.cells], table.aside
    (['id', '名称'], [['0101'], ['甲']], [(2, 'table.too_many_cells', '0102;乙;丙')])
    """
    codec, how = decoded(data, encoding, name=name)
    content = io.BytesIO(data)
    stream = io.TextIOWrapper(content, codec, errors="replace", newline="")
    head = stream.read(_HEAD) + stream.readline()
    if not head.strip("\ufeff \t\r\n,;|\x00"):
        raise InputError(f"read_delimited: {name} is empty.", code="file.empty", name=name)
    layout = _layout(head)
    if layout.width > MOST_COLUMNS:
        raise InputError(
            f"read_delimited: {name} has {layout.width} columns, at most {MOST_COLUMNS} are read.",
            code="table.too_many_columns",
            name=name,
            columns=layout.width,
            most=MOST_COLUMNS,
        )
    stream.seek(0)
    for _ in range(layout.lines):
        stream.readline()
    cutter = _Cutter(layout, name)
    while text := stream.read(_CHUNK) + stream.readline():
        cutter.take(text)
        checkpoint(content.tell(), len(data) * PARTS)
    return cutter.columns(codec.removesuffix("-sig"), how)


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a text is cut, what its columns are called, and how many lines come before the rows."""

    delimiter: str
    skips_space: bool
    names: list[str]
    width: int
    lines: int
    title_rows: int


def _layout(head: str) -> _Layout:
    stated = _STATED.match(head.lstrip("\ufeff"))
    choices = [each for each in _DELIMITERS if each in head]
    choices = [stated[1]] if stated else [*choices, _NO_DELIMITER]
    return max(
        (_judged(head, each, stated=stated is not None) for each in choices), key=lambda one: one[0]
    )[1]


def _judged(
    head: str, delimiter: str, *, stated: bool
) -> tuple[tuple[bool, bool, int, float], _Layout]:
    quoted = f'{delimiter}"' in head
    skips_space = not quoted and f'{delimiter} "' in head
    reader = csv.reader(
        io.StringIO(head, newline=""), delimiter=delimiter, skipinitialspace=skips_space
    )
    rows, ends = [], []
    try:
        for row in islice(reader, _HEAD_ROWS):
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error:
        rows = rows or [[""]]
        ends = ends or [1]
    # A file may hold nothing but the row that states its mark.
    start = 1 if stated and len(rows) > 1 else 0
    at = start + header_row(rows[start:])
    header = [cell.strip("\ufeff") for cell in rows[at]]
    width = len(header)
    while width > 1 and not header[width - 1].strip():
        width -= 1
    below = [_trimmed(row, width) for row in rows[at + 1 :] if any(row)]
    even = sum(len(row) in {width, len(header)} for row in below) / len(below) if below else 1.0
    layout = _Layout(delimiter, skips_space, distinct(header[:width]), width, ends[at], at - start)
    return (has_places(header), even >= _EVEN, width, even), layout


def _trimmed(row: list[str], width: int) -> list[str]:
    """Return a row without the empty cells that end it beyond its names."""
    end = len(row)
    while end > width and not row[end - 1].strip():
        end -= 1
    return row[:end]


class _Lines:
    """Lines from one on to before another, and how far they were read."""

    def __init__(self, lines: list[str], at: int, end: int) -> None:
        self._lines, self.at, self._end = lines, at, end

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.at == self._end:
            raise StopIteration
        self.at += 1
        return self._lines[self.at - 1]


class _Cutter:
    """Cuts one piece of text after the other; a piece without quotation marks is cut at once."""

    def __init__(self, layout: _Layout, name: str) -> None:
        self._layout, self._name = layout, name
        self._pieces: list[list[pa.Array]] = [[] for _ in range(layout.width)]
        self._numbers: list[NDArray[np.int64]] = []
        self._aside: list[tuple[int, str, str]] = []
        self._rows = 0
        self._open = ""  # a row that goes on in the next piece
        self._open_lines = 0

    def take(self, text: str) -> None:
        """Cut a piece that ends where a line ends."""
        if self._open:
            self._open += text
            # Twice as much each time: a mark that is never closed costs no more than twice.
            if len(self._open) < 2 * self._open_lines:
                return
            text, self._open = self._open, ""
        elif '"' not in text and self._cut_at_once(text):
            return
        self._cut_rows(text, last=False)

    def columns(self, encoding: str, how: str) -> Columns:
        """Return what was cut."""
        if self._open:
            text, self._open = self._open, ""
            self._cut_rows(text, last=True)
        numbers = np.concatenate([np.empty(0, np.int64), *self._numbers])
        index = pd.Index(numbers, name="row")
        cells = [
            pd.Series(
                pd.array(pa.chunked_array(each, pa.large_string()), dtype=TEXT),
                index=index,
            )
            for each in self._pieces
        ]
        table = Columns(self._layout.names, cells, self._aside, encoding, how)
        if self._layout.title_rows:
            table.findings.append(Finding("table.title_rows", {"rows": self._layout.title_rows}))
        table.findings.extend(_undecoded(table))
        return table

    def _cut_at_once(self, text: str) -> bool:
        plain = text.replace("\r\n", "\n")
        if "\r" in plain:
            return False
        width, mark = self._layout.width, self._layout.delimiter
        lines = pc.split_pattern(pa.array([plain], pa.large_string()), "\n").flatten()
        blank = pc.match_substring_regex(lines, rf"^[\s{re.escape(mark)}]*$")
        lines = lines.filter(pc.invert(blank))
        rows = pc.split_pattern(lines, mark)
        if not len(rows):
            return True
        widths = pc.list_value_length(rows)
        if pc.min(widths).as_py() != width or pc.max(widths).as_py() != width:
            return False
        flat = rows.flatten()
        numbers = self._numbered(len(rows))
        order = np.arange(len(rows)) * width
        for column, pieces in enumerate(self._pieces):
            pieces.append(flat.take(pa.array(order + column)))
        self._numbers.append(numbers)
        return True

    def _numbered(self, count: int) -> NDArray[np.int64]:
        numbers = np.arange(self._rows + 1, self._rows + count + 1)
        self._rows += count
        if self._rows > MOST_ROWS or self._rows * self._layout.width > MOST_CELLS:
            raise too_many_rows(self._name)
        return numbers

    def _cut_rows(self, text: str, *, last: bool) -> None:
        layout = self._layout
        if self._cut_evenly(text):
            return
        lines = list(io.StringIO(text, newline=""))
        begin, rows, numbers = 0, [], []
        for row, begin, end in self._read(lines):
            if row is None and end == len(lines) and not last:
                self._open = "".join(lines[begin:])
                self._open_lines = len(self._open)
                break
            cells = self._unquoted(lines[begin]) if row is None else _trimmed(row, layout.width)
            if not any(cell.strip() for cell in cells):
                continue
            (number,) = self._numbered(1)
            if len(cells) == layout.width:
                rows.append(cells)
                numbers.append(number)
                continue
            code = "table.too_many_cells" if len(cells) > layout.width else "table.too_few_cells"
            if row is None:
                code = "table.open_quote"
            self._aside.append((int(number), code, _short(layout.delimiter.join(cells))))
        self._keep(rows, np.array(numbers, np.int64))

    def _reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(
            lines,
            delimiter=self._layout.delimiter,
            skipinitialspace=self._layout.skips_space,
            strict=True,
        )

    def _cut_evenly(self, text: str) -> bool:
        """Cut a text whose rows all have as many cells as there are names, and none is empty."""
        try:
            rows = list(self._reader(io.StringIO(text, newline="")))
        except csv.Error:
            return False
        if set(map(len, rows)) != {self._layout.width} or not all(map(any, rows)):
            return False
        self._keep(rows, self._numbered(len(rows)))
        return True

    def _keep(self, rows: list[list[str]], numbers: NDArray[np.int64]) -> None:
        for pieces, cells in zip(self._pieces, zip(*rows, strict=True), strict=False):
            pieces.append(pa.array(cells, pa.large_string()))
        self._numbers.append(numbers)

    def _read(self, lines: list[str]) -> Iterator[tuple[list[str] | None, int, int]]:
        """Give rows with their first and last line; None for a row whose quotation is wrong.

        Reading then goes on at the line after the first one of that row. Where that has been so
        often that the lines are read many times over, a row ends with its line.
        """
        begin, again = 0, 0
        while begin < len(lines):
            bounded = again > _READ_AGAIN * len(lines)
            feed = _Lines(lines, begin, begin + 1 if bounded else len(lines))
            try:
                for row in self._reader(feed):
                    yield row, begin, feed.at
                    begin = feed.at
            except csv.Error:
                yield None, begin, feed.at
                again += feed.at - begin
                begin += 1

    def _unquoted(self, line: str) -> list[str]:
        """Cut a line in which quotation marks mean nothing, as in "十四五"规划."""
        return _trimmed(line.rstrip("\r\n").split(self._layout.delimiter), self._layout.width)


def too_many_rows(name: str) -> InputError:
    """Return the refusal of a table that is too long."""
    return InputError(
        f"read_delimited: {name} has over {MOST_ROWS:,} rows or {MOST_CELLS:,} cells.",
        code="table.too_many_rows",
        name=name,
        most=MOST_ROWS,
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"


def _undecoded(table: Columns) -> list[Finding]:
    findings = []
    for name, cells in zip(table.names, table.cells, strict=True):
        wrong = cells.str.contains(_MISSING, regex=False).to_numpy(bool)
        if wrong.any():
            rows = first_rows(cells.index[wrong])
            findings.append(
                Finding(
                    "table.undecoded",
                    {"column": name, "rows": int(wrong.sum()), "row": rows[0]},
                    "warning",
                    rows,
                )
            )
    return findings
