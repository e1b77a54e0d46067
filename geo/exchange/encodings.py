r"""The encoding doctor: which encoding a text is in, by its bytes and not by its word alone.

A declaration (``.cpg``, the prolog of XML, the language byte of dBASE) is often wrong in files from
China. A byte order mark decides; then bytes that are valid UTF-8; then the one of GB 18030 and
Big5 whose text has most of the characters that are common in Chinese. Single bytes that are no
text in any of them are replaced and named; a file that is none of them is refused.
"""

from __future__ import annotations

import codecs
import math
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from geo.errors import InputError
from geo.findings import Finding
from geo.work import checkpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

UTF_8, GB18030, BIG5, UTF_16, UTF_32 = "UTF-8", "GB18030", "Big5", "UTF-16", "UTF-32"
# Codecs are found now: a sealed process cannot load one later.
for _name in (UTF_8, GB18030, BIG5, "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp437"):
    codecs.lookup(_name)
_MARKS = (
    (codecs.BOM_UTF8, UTF_8, UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32-le", UTF_32),
    (codecs.BOM_UTF32_BE, "utf-32-be", UTF_32),
    (codecs.BOM_UTF16_LE, "utf-16-le", UTF_16),
    (codecs.BOM_UTF16_BE, "utf-16-be", UTF_16),
)
_MARK = "\ufeff"
# Bytes that are decoded at once, so that a large text never stands in memory beside its bytes.
PIECE_BYTES = 1 << 22
# What a file may call the encodings; code pages are what dBASE and DXF write.
_DECLARED = {
    "utf8": UTF_8,
    "65001": UTF_8,
    "gb2312": GB18030,
    "gbk": GB18030,
    "gb18030": GB18030,
    "cp936": GB18030,
    "936": GB18030,
    "ansi936": GB18030,
    "ms936": GB18030,
    "xgbk": GB18030,
    "euccn": GB18030,
    "big5": BIG5,
    "cp950": BIG5,
    "950": BIG5,
    "ansi950": BIG5,
    "utf16": UTF_16,
    "utf16le": UTF_16,
    "utf16be": UTF_16,
}
_SAMPLE = 1_000_000
# The characters that either standard lists by frequency, before those that are rare.
_COMMON_GB = frozenset(
    bytes((row, cell)).decode("gb2312", "ignore")
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF)
)
_COMMON_BIG5 = frozenset(
    bytes((row, cell)).decode("big5", "ignore")
    for row in range(0xA4, 0xC7)
    for cell in (*range(0x40, 0x7F), *range(0xA1, 0xFF))
)
_COMMON = {UTF_8: _COMMON_GB | _COMMON_BIG5, GB18030: _COMMON_GB, BIG5: _COMMON_BIG5}
_REPLACED = "�"
_FEW_BAD, _FEW_BAD_PER_CHARACTER = 3, 0.1
# In a wrong encoding about a sixth of the letters are common ones, of Chinese nearly all.
_FEW_COMMON, _FEW_LETTERS = 0.5, 4
_MANY_NULS = 0.2
_TRIED = (UTF_8, GB18030, BIG5)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text that is decoded when it is asked for, how that is done, and where it cannot be.

    Parameters
    ----------
    data
        The text as bytes.
    codec
        Of Python.
    encoding
        ``"UTF-8"``, ``"GB18030"``, ``"Big5"``, ``"UTF-16"`` or ``"UTF-32"``.
    how
        Code of the sentence that says how that was decided.
    bad
        How many places are replaced.
    """

    data: bytes
    codec: str
    encoding: str
    how: str
    bad: int

    @property
    def text(self) -> str:
        """The whole text, U+FFFD in place of what is no text."""
        text = self.data.decode(self.codec, "replace")
        return text.lstrip(_MARK) if self.how == "encoding.mark" else text

    def pieces(self) -> Iterator[str]:
        """Decode the text piece by piece; none is empty."""
        begun = self.how != "encoding.mark"
        for text in _decoded(self.data, self.codec):
            piece = text if begun else text.lstrip(_MARK)
            if piece:
                begun = True
                yield piece

    def told_pieces(self) -> Iterator[str]:
        """Decode the text piece by piece, and tell how much of it is taken."""
        size = len(self.data)
        for number, piece in enumerate(self.pieces(), start=1):
            checkpoint(min(number * PIECE_BYTES, size), size)
            yield piece

    def holds(self, word: str) -> bool:
        """Whether a word of ASCII stands in the text, which need not be decoded for that."""
        return word.encode(self.codec) in self.data

    def place(self, at: int) -> tuple[int, int]:
        """Return the line and column, both from 1, of a character."""
        return _place(self.pieces(), at)

    def findings(self) -> list[Finding]:
        """Return what a reader should know: which places could not be read."""
        if not self.bad:
            return []
        line, column = self.place(_first_replaced(self.pieces()))
        values = {"places": self.bad, "line": line, "column": column}
        return [Finding("encoding.bytes_replaced", values, "warning")]


def _decoded(data: bytes, codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    for start in range(0, len(data), PIECE_BYTES):
        yield decoder.decode(data[start : start + PIECE_BYTES])
    yield decoder.decode(b"", final=True)


def decoded(data: bytes, *, name: str, declared: str = "") -> Decoded:
    r"""Decode a text by evidence.

    Parameters
    ----------
    data
        The text as bytes.
    name
        Of the file, for messages.
    declared
        Encoding that the file says it has, in whatever spelling.

    Raises
    ------
    InputError
        The bytes are no text in any of the encodings.

    Examples
    --------
    >>> decoded("规划".encode("gbk"), name="a.csv", declared="UTF-8").encoding
    'GB18030'
    >>> decoded("规划".encode(), name="a.csv").text
    '规划'
    """
    codec, encoding = marked(data)
    if codec:
        return Decoded(data, codec, encoding, "encoding.mark", _replaced(data, codec))
    wide = _without_mark(data)
    if wide:
        return Decoded(data, wide, UTF_16, "encoding.zeros", _replaced(data, wide))
    encoding, how, bad = _weighed(data, name, declared, b"")
    return Decoded(data, encoding, encoding, how, bad)


def marked(data: bytes) -> tuple[str, str]:
    r"""Return codec and encoding that a byte order mark says, empty texts where there is none.

    Examples
    --------
    >>> marked("岳麓".encode("utf-8-sig")), marked(b"\xff\xfe\x00\x00"), marked(b"a")
    (('UTF-8', 'UTF-8'), ('utf-32-le', 'UTF-32'), ('', ''))
    """
    matches = ((codec, encoding) for mark, codec, encoding in _MARKS if data.startswith(mark))
    return next(matches, ("", ""))


def decided(
    data: bytes, *, name: str, declared: str = "", separator: bytes = b""
) -> tuple[str, str]:
    r"""Decide the encoding of bytes that have no mark.

    Parameters
    ----------
    data
        Texts, such as the values of all columns of a table.
    name
        Of the file, for messages.
    declared
        Encoding that the file says it has, in whatever spelling.
    separator
        One ASCII byte between the texts; a character that is cut off before it is no evidence,
        as tables of fixed width cut them.

    Returns
    -------
    The encoding and the code that says how it was decided.

    Raises
    ------
    InputError
        The bytes are no text in any of the encodings.

    Examples
    --------
    >>> decided("岳麓区".encode("gbk"), name="a.dbf", declared="65001")
    ('GB18030', 'encoding.against_declaration')
    """
    encoding, how, _ = _weighed(data, name, declared, separator)
    return encoding, how


def _weighed(data: bytes, name: str, declared: str, separator: bytes) -> tuple[str, str, int]:
    """Return the encoding, the code that says how it was decided, and how much is replaced."""
    if data.isascii():
        return UTF_8, "encoding.ascii", 0
    stated = canonical(declared)
    best, fewest, score, broken, doubtful = UTF_8, 0, -math.inf, False, False
    for encoding in _TRIED:
        bad = _replaced(data, encoding, separator)
        foreign = _foreign(data, encoding)
        share = bad / max(sum(map(len, foreign)), 1)
        sure = 0.5 if encoding == UTF_8 and not bad else 0.0  # hardly any GBK text is valid UTF-8
        common = _commonness(foreign, encoding)
        value = common - 5 * share + sure + (0.01 if encoding == stated else 0.0)
        if value > score:
            best, fewest, score = encoding, bad, value
            broken = bad > _FEW_BAD and share > _FEW_BAD_PER_CHARACTER
            doubtful = encoding != UTF_8 and _uncommon(foreign, encoding)
        if encoding == UTF_8 and not bad and stated in {"", UTF_8}:
            break
    if broken:
        raise _unreadable(data, name)
    if doubtful:
        return best, "encoding.doubtful", fewest
    if stated == best:
        return best, "encoding.declared", fewest
    return best, "encoding.against_declaration" if stated else "encoding.evidence", fewest


def canonical(declared: str) -> str:
    """Return the name used here of an encoding that a file declares, empty for any other.

    Examples
    --------
    >>> canonical("gb2312"), canonical("ANSI_936"), canonical("windows-1252")
    ('GB18030', 'GB18030', '')
    """
    plain = "".join(each for each in declared[:40].lower() if each.isalnum())
    return _DECLARED.get(plain, "")


def xml_declared(data: bytes) -> str:
    """Return the encoding that the prolog of XML names, empty where it has none.

    Examples
    --------
    >>> xml_declared(b'<?xml version="1.0" encoding="GBK"?><kml/>')
    'GBK'
    """
    prolog = data[:400].replace(b"\0", b"").partition(b"?>")[0]
    if b"<?xml" not in prolog:
        return ""
    value = prolog.partition(b"encoding")[2].lstrip(b" \t\r\n=")[:41]
    quote = value[:1]
    if quote not in {b"'", b'"'}:
        return ""
    return value[1:].partition(quote)[0].decode("ascii", "replace")


def examine(data: bytes, name: str) -> list[Finding]:
    r"""Say which encoding a text file is in, how that was decided, and where it is damaged.

    Parameters
    ----------
    data
        Contents of a text file (CSV, GeoJSON, KML, .prj, …).
    name
        Its name.

    Raises
    ------
    InputError
        The bytes are no text in any of the encodings.

    Examples
    --------
    >>> [finding.code for finding in examine("名称".encode("gbk"), "a.csv")]
    ['encoding.evidence']
    """
    text = decoded(data, name=name, declared=xml_declared(data))
    values = {"encoding": text.encoding}
    return [Finding(text.how, values), *text.findings()]


def bad_rows(texts: list[str]) -> tuple[int, ...]:
    """Return the positions, from 0, of texts in which something was replaced.

    Examples
    --------
    >>> bad_rows(["a", "b�"])
    (1,)
    """
    return tuple(at for at, text in enumerate(texts) if _REPLACED in text)


def _without_mark(data: bytes) -> str:
    """Codec of UTF-16 without a mark: every second byte of markup or digits is zero."""
    sample = data[:2000]
    if len(sample) < 4:  # noqa: PLR2004  two characters
        return ""
    even, odd = sample[::2].count(0) / len(sample), sample[1::2].count(0) / len(sample)
    if odd > _MANY_NULS and even < odd / 10:
        return "utf-16-le"
    return "utf-16-be" if even > _MANY_NULS and odd < even / 10 else ""


def _replaced(data: bytes, codec: str, separator: bytes = b"") -> int:
    """Count what is replaced, without what was replaced before and what was cut off."""
    broken_end = _REPLACED + separator.decode()
    bad, last = 0, ""
    for text in _decoded(data, codec):
        bad += text.count(_REPLACED)
        if separator:
            bad -= (last + text).count(broken_end)
            last = text[-1:] or last
    bad -= last == _REPLACED
    if bad and codec == UTF_8:
        bad -= data.count(_REPLACED.encode())
    return max(bad, 0)


def _foreign(data: bytes, codec: str) -> list[str]:
    """Return the words of a sample that are not ASCII alone."""
    sample = "".join(islice(chain.from_iterable(_decoded(data, codec)), _SAMPLE))
    return [word for word in sample.split() if not word.isascii()]


def _commonness(words: list[str], encoding: str) -> float:
    """Share of common Chinese characters among those that are not ASCII, 0 to 1."""
    common = _COMMON[encoding]
    foreign = [each for word in words for each in word if not each.isascii()][:50_000]
    return sum(each in common for each in foreign) / max(len(foreign), 1)


def _uncommon(words: list[str], encoding: str) -> bool:
    """Whether a text has letters and hardly any that Chinese is written with."""
    letters = ["".join(filter(str.isalpha, word)) for word in words]
    many = sum(not each.isascii() for word in letters for each in word) >= _FEW_LETTERS
    return many and _commonness(letters, encoding) < _FEW_COMMON


def _first_replaced(pieces: Iterable[str]) -> int:
    passed = 0
    for text in pieces:
        at = text.find(_REPLACED)
        if at >= 0:
            return passed + at
        passed += len(text)
    return passed


def _place(pieces: Iterable[str], at: int) -> tuple[int, int]:
    """Line and column of a character."""
    line, column = 1, 1
    for text in pieces:
        end = min(at, len(text))
        lines = text.count("\n", 0, end)
        line += lines
        column = end - text.rfind("\n", 0, end) if lines else column + end
        at -= end
        if not at:
            break
    return line, column


def _unreadable(data: bytes, name: str) -> InputError:
    line, column = _place(_decoded(data, UTF_8), _first_replaced(_decoded(data, UTF_8)))
    return InputError(
        f"the text of {name} is not UTF-8, GB 18030, Big5 or UTF-16 (first seen in line "
        f"{line}, column {column}). Save it as UTF-8.",
        code="encoding.unknown",
        name=PurePosixPath(name).name,
        line=line,
        column=column,
    )
