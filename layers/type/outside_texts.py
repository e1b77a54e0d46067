"""Texts from outside on their way into a map: what no output can show is left out, and said.

Titles that a reader types, names in an uploaded file and values of its columns may hold any
character of Unicode. Every writer of an output passes its texts through a `Cleaner`, which gives
back what can be shown and counts what it changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Literal, TypeAlias

from geo.findings import Finding
from geo.numerals import LANGUAGES, listed
from geo.wording import Words
from layers.type.fonts import characters

Fate: TypeAlias = Literal["keep", "mark", "leave out", "space", "line end"]

# Most characters of a text, by what it is: a sheet has room for so much in its smallest size.
TITLE, SUBTITLE, AUTHOR, REVIEW, NOTE, NAME, COLUMN, UNIT = 400, 400, 400, 80, 600, 120, 60, 30
PROSE = 10_000
# Lines that a title or subtitle may be written in, and notes that a reader may add to a sheet;
# up to three sentences about the texts themselves stand before them.
TITLE_LINES, NOTES, SENTENCES = 3, 12, 3
# Drawn where the font has no glyph: the printers' mark for a type that is missing.
MISSING = "〓"
CUT = "…"
# Marks upon one letter; more of them would be drawn over the lines above and below.
MOST_MARKS = 4
# Kinds of characters that a sentence names.
MOST_NAMED = 6

_LINE_ENDS = frozenset("\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029")
_SPACES = frozenset("\u0020\u00a0\u2002\u2003\u3000")
# Letters and marks that are invisible, beside those whose category says so.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc")
_MONGOLIAN = range(0x180B, 0x1810)
# Ideographs are added to these planes year by year; the system's fonts may know them.
_IDEOGRAPHS = range(0x20000, 0x3FFFE)
_LAST_OF_PLANE = 0xFFFE
# What by far most texts consist of: nothing in it needs a second look.
_PLAIN = re.compile("[ -~\xa1-\xac\xae-\u017f\u3000-\u3029\u4e00-\u9fff\uff01-\uff5e“”‘’—…·]*")
_WORDS = Words(__file__)


class Cleaner:
    r"""Makes texts such as an output can show, and counts what that took.

    What has passed once passes again unchanged, so that writers need not know of each other.

    Parameters
    ----------
    drawn
        Whether texts are drawn with the font of prints: what it lacks is drawn as :data:`MISSING`.
        Web pages and slides are shown with the fonts of the machine that opens them.

    Examples
    --------
    >>> cleaner = Cleaner(drawn=True)
    >>> cleaner.text("洋湖\n片\u200b区\U0001f684", NAME)
    '洋湖 片区〓'
    >>> [finding.code for finding in cleaner.findings()]
    ['text.left_out', 'text.replaced']
    """

    def __init__(self, *, drawn: bool) -> None:
        self.drawn = drawn
        self._left_out: Counter[str] = Counter()
        self._replaced: Counter[str] = Counter()
        self._shortened = 0

    def text(self, words: str, most: int, *, lines: int | None = 1) -> str:
        """Return a text as it can be shown.

        Parameters
        ----------
        words
            Any text at all.
        most
            Characters that it may have; a longer one ends with :data:`CUT`.
        lines
            Lines that it may have: the ends of further ones become spaces. None for any number.
        """
        if len(words) <= most and self._is_plain(words):
            return words
        # Marks and what is left out take no room, but no time without bound either.
        begun = words[: (MOST_MARKS + 1) * most]
        clean = unicodedata.normalize("NFC", self._kept(begun.replace("\r\n", "\n")))
        if self.drawn:
            clean = "".join(map(self._drawable, clean))
        clean = _in_lines(clean, lines)
        if len(clean) > most or len(begun) < len(words):
            self._shortened += 1
            clean = clean[: most - len(CUT)].rstrip() + CUT
        return clean

    def findings(self) -> tuple[Finding, ...]:
        """Return what was left out, replaced and cut so far, as sentences for a reader."""
        findings = []
        for code, letters in (("text.left_out", self._left_out), ("text.replaced", self._replaced)):
            if letters:
                zh, en = _named(letters)
                values: dict[str, str | int] = {"count": letters.total(), "zh": zh, "en": en}
                findings.append(Finding(code, values, level="warning"))
        if self._shortened:
            findings.append(Finding("text.shortened", {"count": self._shortened}, level="warning"))
        return tuple(findings)

    def sentences(self, lang: str) -> tuple[str, ...]:
        """Return the findings in ``"zh"`` or ``"en"``."""
        return tuple(finding.sentence(lang) for finding in self.findings())

    def _is_plain(self, words: str) -> bool:
        if _PLAIN.fullmatch(words) is None:
            return False
        return not self.drawn or characters().issuperset(words)

    def _kept(self, words: str) -> str:
        letters: list[str] = []
        # A mark needs a letter to stand on: a text's first would stand on what is before the text.
        marks = MOST_MARKS
        for letter in words:
            fate = _fate(letter)
            if fate == "leave out" or (fate == "mark" and marks >= MOST_MARKS):
                self._left_out[letter] += 1
                continue
            marks = {"mark": marks + 1, "keep": 0}.get(fate, MOST_MARKS)
            letters.append({"space": " ", "line end": "\n"}.get(fate, letter))
        return "".join(letters)

    def _drawable(self, letter: str) -> str:
        # The font sets a mark behind its letter and not upon it.
        if _fate(letter) == "mark":
            self._left_out[letter] += 1
            return ""
        if letter in characters():
            return letter
        self._replaced[letter] += 1
        return MISSING


def one_line(words: str) -> str:
    r"""Return a text whose lines are joined by spaces, for where there is one line only.

    Examples
    --------
    >>> one_line("湖南湘江新区\n科技创新图集")
    '湖南湘江新区 科技创新图集'
    """
    return _in_lines(words, 1)


def _in_lines(words: str, lines: int | None) -> str:
    if lines is None or "\n" not in words:
        return words
    parts = [part.strip(" ") for part in words.split("\n") if part.strip()]
    return "\n".join([*parts[: lines - 1], " ".join(parts[lines - 1 :])]).strip("\n")


@lru_cache(maxsize=65536)
def _fate(letter: str) -> Fate:
    """Return what becomes of a character, whatever draws it."""
    category, code = unicodedata.category(letter), ord(letter)
    if letter in _LINE_ENDS:
        return "line end"
    if letter == "\t" or (category == "Zs" and letter not in _SPACES):
        return "space"
    if category == "Cn" and code in _IDEOGRAPHS and code & 0xFFFF < _LAST_OF_PLANE:
        return "keep"
    if category[0] == "C" or letter in _INVISIBLE or code in _MONGOLIAN:
        return "leave out"
    return "mark" if category[0] == "M" else "keep"


def _named(letters: Counter[str]) -> tuple[str, str]:
    """Return which characters there are and how many of each, in Chinese and English."""
    common = letters.most_common(MOST_NAMED)
    more = len(letters) - len(common)
    zh, en = (
        listed((f"U+{ord(each):04X} {_name(each, lang)} × {n}" for each, n in common), lang)
        for lang in LANGUAGES
    )
    if not more:
        return zh, en
    return (
        _WORDS.say("characters.more", "zh", names=zh, more=more),
        _WORDS.say("characters.more", "en", names=en, more=more),
    )


def _name(letter: str, lang: str) -> str:
    """Return what a character is called, or what kind it is of."""
    kinds = (f"U+{ord(letter):04X}", unicodedata.category(letter))
    keys = (f"character.{kind}" for kind in kinds if f"character.{kind}" in _WORDS)
    words = _WORDS.say(next(keys, "character"), lang)
    return unicodedata.name(letter, words) if lang == "en" else words
