"""How wide a text is and where its lines end, without the font that it will be shown in.

A slide is shown with the fonts of the machine that opens it, so widths are taken from the classes
of characters (Chinese ones are square) and on the wide side: a box that holds the text here holds
it there.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Widths in ems, those of the widest font that may take the place of Microsoft YaHei or Noto Sans.
_SQUARE, _CAPITAL, _DIGIT, _SMALL = 1.0, 0.72, 0.64, 0.62
# Some programs put a little space between Chinese and Latin.
_CHANGE = 0.15
# Programs round the widths of letters: what nearly fills a line may not fit on it.
_SURE = 0.97
_WIDTHS = dict.fromkeys("mwMW@%", 0.95) | dict.fromkeys(" iIjlrtf.,:;'|!()[]", 0.36)
# East Asian width: wide, full-width, and ambiguous such as “ and —, which Chinese fonts draw wide.
_SQUARES = frozenset("WFA")
# A line never begins with one of these, nor ends with one of those.
_NO_START = frozenset("，。、；：？！）》」』】”’…％%,.;:?!)]}")
_NO_END = frozenset("（《「『【“‘([{")
# Height of a line in ems: Noto Sans SC has 1.45, which slides set at 90 %; other fonts have less.
LINE_SPACING, LINE_HEIGHT = 0.9, 1.31


def text_width(text: str, size_pt: float) -> float:
    """Return the width of a text on one line, points.

    Parameters
    ----------
    text
        Text without line ends.
    size_pt
        Size of the font in points.

    Examples
    --------
    >>> text_width("湘江新区", 12)
    48.0
    """
    ems = [_em(letter) for letter in text]
    changes = sum((one == _SQUARE) != (other == _SQUARE) for one, other in pairwise(ems))
    return (sum(ems) + changes * _CHANGE) * size_pt


def text_lines(text: str, width_pt: float, size_pt: float) -> list[str]:
    """Return the lines of a text that is broken to a width.

    Chinese breaks between any two characters, save before closing and after opening punctuation;
    words break only where one alone is too wide.

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
    width_pt *= _SURE
    return [line for part in text.split("\n") for line in _broken(part, width_pt, size_pt)]


def text_height(text: str, width_pt: float, size_pt: float) -> float:
    """Return the height of a text that is broken to a width, points.

    Examples
    --------
    >>> text_height("湘江新区（岳麓）", 60, 100)  # one character on each of 8 lines
    1048.0
    """
    return len(text_lines(text, width_pt, size_pt)) * size_pt * LINE_HEIGHT


def _broken(text: str, width_pt: float, size_pt: float) -> list[str]:
    lines = [_Line()]
    for piece in _pieces(text):
        if lines[-1].words and lines[-1].width(piece.rstrip(), size_pt) > width_pt:
            lines.append(_Line())
        if lines[-1].width(piece.rstrip(), size_pt) <= width_pt:
            lines[-1].add(piece)
            continue
        for letter in piece:  # too wide for any line
            if lines[-1].words and lines[-1].width(letter, size_pt) > width_pt:
                lines.append(_Line())
            lines[-1].add(letter)
    return ["".join(line.words) for line in lines]


class _Line:
    """A line in the making, whose width is known without measuring it anew."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.ems = 0.0
        self.last: bool | None = None

    def width(self, more: str, size_pt: float) -> float:
        """Return how wide the line is with more behind it, points."""
        return self._with(more)[0] * size_pt

    def add(self, more: str) -> None:
        self.ems, self.last = self._with(more)
        self.words.append(more)

    def _with(self, more: str) -> tuple[float, bool | None]:
        ems, last = self.ems, self.last
        for letter in more:
            em = _em(letter)
            square = em == _SQUARE
            ems += em + (_CHANGE if last is not None and square != last else 0.0)
            last = square
        return ems, last


def _pieces(text: str) -> Iterator[str]:
    """Yield what stays on one line: a word with the space after it, or a Chinese character."""
    piece = ""
    for letter in text:
        if piece and letter not in _NO_START and _may_break(piece[-1], letter):
            yield piece
            piece = ""
        piece += letter
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if before in _NO_END or after == " ":
        return False
    return before == " " or _em(before) == _SQUARE or _em(after) == _SQUARE


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
