"""How wide a text is and where its lines end, on slides and on printed sheets.

Where a line may end is said by UAX 14, the line breaking algorithm of Unicode, as ICU has it with
its rules for Chinese. `icu4py` is taken for it: its wheels hold ICU itself for each system and
Python that the atlas runs on, where PyICU has to be built against a library of the system, and
uniseg knows nothing of the marks that Chinese keeps from the ends of lines.

A slide is shown with the fonts of the machine that opens it, so widths are taken from the classes
of characters (Chinese ones are square) and on the wide side: a box that holds the text here holds
it there. A sheet brings its font, and measures by its glyphs.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from icu4py.breakers import CharacterBreaker, LineBreaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    # The width of a letter behind another, which is empty where a line begins.
    Advance: TypeAlias = Callable[[str, str], float]

# Widths in ems, those of the widest font that may take the place of Microsoft YaHei or Noto Sans.
_SQUARE, _CAPITAL, _DIGIT, _SMALL = 1.0, 0.72, 0.64, 0.62
# Some programs put a little space between Chinese and Latin.
_CHANGE = 0.15
# Programs round the widths of letters: what nearly fills a line may not fit on it.
SURE = 0.97
_WIDTHS = dict.fromkeys("mwMW@%", 0.95) | dict.fromkeys(" iIjlrtf.,:;'|!()[]", 0.36)
# East Asian width: wide, full-width, and ambiguous such as “ and —, which Chinese fonts draw wide.
_SQUARES = frozenset("WFA")
# What UAX 14 would part and a reader of figures would not: a number and its unit, a unit of two
# parts, what a letter stands for, whose it is, a bound and its sign, a dot between two items from
# the first.
_TOGETHER = re.compile(
    r"(?<=\d) (?=[%‰°]|k?m²?(?![a-z])|[个亿万处])|/(?=k?m²)"
    r"|(?<=\b[A-Za-z]) (?=[=<] )|(?<= [=<]) |(?<=[≤≥<>]) (?=\d)| (?=·)|(?<=\w) (?=[A-Z] = )"
)
# Half a character is none that ICU takes.
_HALVES = re.compile("[\ud800-\udfff]")
# Height of a line in ems: Noto Sans SC has 1.45, which slides set at 90 %; other fonts have less.
LINE_SPACING, LINE_HEIGHT = 0.9, 1.31
MEASURED, PIECED = 8192, 512
# Bold letters are so much wider.
BOLDER = 1.08


def is_upright(text: str) -> bool:
    """Return whether a text has Chinese letters and can run down a steep line, each upright.

    Examples
    --------
    >>> is_upright("西三环线"), is_upright("Tanzhou Avenue – Pingtang Avenue"), is_upright("湘")
    (True, False, False)
    """
    return len(text) > 1 and any(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def unparted(text: str) -> str:
    """Return a text for a program that breaks its lines itself: no number is parted from its unit.

    Examples
    --------
    >>> [len(words) for words in unparted("61.7 % of 3 km (Moran's I = 0.2), > 99 %").split(" ")]
    [6, 2, 4, 18, 6]
    """
    return _TOGETHER.sub(lambda match: match[0].replace(" ", "\xa0"), text)


def text_width(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return the width of a text on one line, points.

    Parameters
    ----------
    text
        Text without line ends.
    size_pt, bold
        Size of the font in points, and whether it is bold.

    Examples
    --------
    >>> text_width("湘江新区", 12)
    48.0
    """
    return _width_ems(text) * size_pt * (BOLDER if bold else 1.0)


def text_lines(text: str, width_pt: float, size_pt: float) -> list[str]:
    """Return the lines of a text on a slide that is broken to a width.

    Parameters
    ----------
    text
        Text; its own line ends stay.
    width_pt, size_pt
        Width of the lines and size of the font in points.

    Examples
    --------
    >>> text_lines("湘江新区（岳麓）", 60, 12)
    ['湘江新区', '（岳麓）']
    >>> text_lines("the New Area", 40, 12)
    ['the ', 'New ', 'Area']
    """
    return list(_lines_ems(text, width_pt * SURE / size_pt))


def text_height(text: str, width_pt: float, size_pt: float) -> float:
    """Return the height of a text that is broken to a width, points.

    Examples
    --------
    >>> text_height("湘江新区（岳麓）", 60, 100)  # one character on each of 8 lines
    1048.0
    """
    return len(text_lines(text, width_pt, size_pt)) * size_pt * LINE_HEIGHT


# A table is measured at several sizes, page after page, before it is written.
@lru_cache(maxsize=MEASURED)
def _width_ems(text: str) -> float:
    return _Lines(0.0, _ems).width(text)


@lru_cache(maxsize=MEASURED)
def _lines_ems(text: str, room: float) -> tuple[str, ...]:
    return tuple(broken_lines(text, room, _ems))


def broken_lines(text: str, room: float, advance: Advance) -> list[str]:
    """Return the lines of a text, which together hold all of it.

    A number leaves its unit, and a word is broken between two letters, only where no line has the
    room for them.

    Parameters
    ----------
    text
        Text; its own line ends stay.
    room
        Width of the lines.
    advance
        Width of a letter behind another, in the same measure.

    Examples
    --------
    >>> broken_lines("共 24.65 km²", 9, lambda _, letter: 1)
    ['共 ', '24.65 km²']
    """
    lines: list[str] = []
    for part in text.split("\n"):
        fresh = _Lines(room, advance)
        # Most texts are short, and to ask where they may be broken takes longest.
        lines += [part] if fresh.width(part) <= room else fresh.filled(part)
    return lines


class _Lines:
    """Lines in the making."""

    def __init__(self, room: float, advance: Advance) -> None:
        self.room, self.advance = room, advance
        self.lines, self.used = [""], 0.0

    def filled(self, text: str) -> list[str]:
        for piece in _pieces(text):
            self._put(piece, _words, _letters)
        return self.lines

    def width(self, more: str) -> float:
        """Return how much wider the last line is with more behind it."""
        return sum(map(self.advance, (self.lines[-1][-1:], *more), more))

    def _put(self, piece: str, *finer: Callable[[str], Iterable[str]]) -> None:
        """Put a piece on the last line or a new one, in finer parts where none has the room."""
        bare = piece.rstrip()
        width = self.width(bare)
        if self.lines[-1] and self.used + width > self.room:
            self.lines.append("")
            self.used = 0.0
            width = self.width(bare)
        if finer and width > self.room:
            for part in finer[0](piece):
                self._put(part, *finer[1:])
        else:
            self.used += width if bare == piece else self.width(piece)
            self.lines[-1] += piece


# A text is broken at several sizes and widths before it is written.
@lru_cache(maxsize=PIECED)
def _pieces(text: str) -> tuple[str, ...]:
    """Return what had better stay on one line."""
    together = {match.end() for match in _TOGETHER.finditer(text)}
    ends = [end for end in _ends(text) if end not in together]
    return tuple(text[start:end] for start, end in pairwise([0, *ends]))


def _words(piece: str) -> Iterator[str]:
    """Yield what UAX 14 keeps on one line."""
    return (piece[start:end] for start, end in pairwise([0, *_ends(piece)]))


def _letters(word: str) -> Iterator[str]:
    """Yield the letters with the marks upon them."""
    return (
        word[start:end] for start, end in CharacterBreaker(_HALVES.sub("?", word), "zh").segments()
    )


def _ends(text: str) -> list[int]:
    # Chinese rules for all: they differ from the others in taking “ and ” for brackets.
    return [end for _, end in LineBreaker(_HALVES.sub("?", text), "zh").segments()]


def _ems(before: str, letter: str) -> float:
    em = _em(letter)
    changed = before and (_em(before) == _SQUARE) != (em == _SQUARE)
    return em + _CHANGE if changed else em


@cache
def _em(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in _SQUARES:
        return _SQUARE
    if unicodedata.combining(letter):
        return 0.0
    if letter.isdigit():
        return _DIGIT
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    return _CAPITAL if letter.isupper() else _SMALL
