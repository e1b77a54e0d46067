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
from pathlib import PurePosixPath

from geo.errors import InputError
from geo.exchange.receipt import Finding

UTF_8, GB18030, BIG5, UTF_16, UTF_32 = "UTF-8", "GB18030", "Big5", "UTF-16", "UTF-32"
# Codecs are found now: a sealed process cannot load one later.
for _name in (UTF_8, "utf-8-sig", GB18030, BIG5, "utf-16-le", "utf-16-be", UTF_32, "cp437"):
    codecs.lookup(_name)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", UTF_8),
    (codecs.BOM_UTF32_LE, UTF_32, UTF_32),
    (codecs.BOM_UTF32_BE, UTF_32, UTF_32),
    (codecs.BOM_UTF16_LE, "utf-16-le", UTF_16),
    (codecs.BOM_UTF16_BE, "utf-16-be", UTF_16),
)
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
_MANY_NULS = 0.2
_TRIED = (UTF_8, GB18030, BIG5)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, how it was read, and where it could not be.

    Parameters
    ----------
    text
        The text, U+FFFD in place of what was no text.
    encoding
        ``"UTF-8"``, ``"GB18030"``, ``"Big5"``, ``"UTF-16"`` or ``"UTF-32"``.
    how
        Code of the sentence that says how that was decided.
    bad
        How many places were replaced.
    """

    text: str
    encoding: str
    how: str
    bad: int

    def findings(self) -> list[Finding]:
        """Return what a reader should know: which places could not be read."""
        if not self.bad:
            return []
        line, column = _place(self.text, self.text.find(_REPLACED))
        values = {"places": self.bad, "line": line, "column": column}
        return [Finding("encoding.bytes_replaced", values, "warning")]


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
    for mark, codec, encoding in _MARKS:
        if data.startswith(mark):
            text = data.decode(codec, "replace").removeprefix("﻿")
            return Decoded(text, encoding, "encoding.mark", text.count(_REPLACED))
    wide = _without_mark(data)
    if wide:
        text = data.decode(wide, "replace")
        return Decoded(text, UTF_16, "encoding.zeros", text.count(_REPLACED))
    encoding, how = decided(data, name=name, declared=declared)
    text = data.decode(encoding, "replace")
    return Decoded(text, encoding, how, _bad(data, text, encoding, b""))


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
    if data.isascii():
        return UTF_8, "encoding.ascii"
    said = canonical(declared)
    best, score, broken = UTF_8, -math.inf, False
    for encoding in _TRIED:
        text = data.decode(encoding, "replace")
        bad = _bad(data, text, encoding, separator)
        share = bad / max(sum(map(len, _foreign(text))), 1)
        sure = 0.5 if encoding == UTF_8 and not bad else 0.0  # hardly any GBK text is valid UTF-8
        value = _commonness(text, encoding) - 5 * share + sure + (0.01 if encoding == said else 0.0)
        if value > score:
            best, score = encoding, value
            broken = bad > _FEW_BAD and share > _FEW_BAD_PER_CHARACTER
        if encoding == UTF_8 and not bad and said in {"", UTF_8}:
            break
    if broken:
        raise _unreadable(data, name)
    if said == best:
        return best, "encoding.declared"
    return best, "encoding.against_declaration" if said else "encoding.evidence"


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
    result = decoded(data, name=name, declared=xml_declared(data))
    values = {"encoding": result.encoding}
    return [Finding(result.how, values), *result.findings()]


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


def _bad(data: bytes, text: str, encoding: str, separator: bytes) -> int:
    """Count what was replaced, without what was replaced before and what was cut off."""
    bad = text.count(_REPLACED)
    if bad and separator:
        bad -= text.count(_REPLACED + separator.decode()) + text.endswith(_REPLACED)
    if bad and encoding == UTF_8:
        bad -= data.count(_REPLACED.encode())
    return max(bad, 0)


def _foreign(text: str) -> list[str]:
    """Return the words of a sample that are not ASCII alone."""
    return [word for word in text[:_SAMPLE].split() if not word.isascii()]


def _commonness(text: str, encoding: str) -> float:
    """Share of common Chinese characters among those that are not ASCII, 0 to 1."""
    common = _COMMON[encoding]
    foreign = [each for word in _foreign(text) for each in word if not each.isascii()][:50_000]
    return sum(each in common for each in foreign) / max(len(foreign), 1)


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _unreadable(data: bytes, name: str) -> InputError:
    text = data.decode(UTF_8, "replace")
    line, column = _place(text, text.find(_REPLACED))
    return InputError(
        f"the text of {name} is not UTF-8, GB 18030, Big5 or UTF-16 (first seen in line "
        f"{line}, column {column}). Save it as UTF-8.",
        code="encoding.unknown",
        name=PurePosixPath(name).name,
        line=line,
        column=column,
    )
