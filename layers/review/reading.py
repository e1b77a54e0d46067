"""What is read in a file, text by text: a word that is broken over two lines of one is whole."""

from __future__ import annotations

import math
import re
from functools import reduce
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# What has no end goes on to that of the file: no part of a file is looked at twice.
_TOKEN = re.compile(r"<([/!?]?[\w:.-]*)([^<>]*)>|([^<]+)")
_NUMBER = {
    name: re.compile(pattern)
    for name, pattern in {
        "x": r'\sx\s*=\s*["\']\s*(-?[\d.]{1,20})',
        "y": r'\sy\s*=\s*["\']\s*(-?[\d.]{1,20})',
        "size": r'font-size\s*[:=]\s*["\']?\s*([\d.]{1,20})',
        "turn": r"rotate\(\s*(-?[\d.]{1,20})",
    }.items()
}
_ANCHOR = re.compile(r'text-anchor\s*[:=]\s*["\']?\s*(\w{1,10})')
_TAG = re.compile("<[^<>]*>")
_INLINE = re.compile(
    r"</?(?:a|b|br|em|i|mark|small|span|strong|sub|sup|u|wbr)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_MOVED = re.compile(r"\s(?:x|y|dy)\s*=")
# What is drawn between two texts keeps them apart: rows of a legend are not lines of one.
_DRAWN = frozenset({"path", "rect", "use", "circle", "ellipse", "line", "polyline", "polygon"})
PAINTS = frozenset({b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"sh", b"Do"})
# Lines of a text are at most so far apart and so far from being flush, in heights; letters that
# are written one by one at most so far from each other.
NEXT_LINE, FLUSH, NEXT_LETTER = (0.8, 1.5), 0.5, 1.6
SAME_SIZE, SAME_TURN = 0.02, 1.0
# About how wide a Latin letter is, in heights.
LATIN = 0.55
_ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


class Piece(NamedTuple):
    """A text as a file has it.

    Parameters
    ----------
    words
        What it says.
    x, y
        Where it begins, has its middle or ends, up to the top; None where the file does not say.
    size
        Height of its letters.
    turn
        How it is turned, degrees counter-clockwise.
    anchor
        Which part of it is at its place: 0 its begin, 1 its end; None where it is its begin, and
        others may be flush with its middle or end all the same.
    apart
        Whether something was drawn since the text before it.
    """

    words: str
    x: float | None = None
    y: float | None = None
    size: float = 0.0
    turn: float = 0.0
    anchor: float | None = None
    apart: bool = False


def whole_texts(pieces: Iterable[Piece]) -> Iterator[str]:
    """Yield texts, those whose lines or letters are written one by one as a whole.

    Examples
    --------
    >>> lines = [Piece("某军事基", 10, 50, 10), Piece("地的边界", 10, 36, 10)]
    >>> [*whole_texts([*lines, Piece("软件园", 90, 36, 10)])]
    ['某军事基地的边界', '软件园']
    """
    words, last = "", Piece("")
    for piece in pieces:
        if _goes_on(last, piece):
            words = joined(words, piece.words)
        else:
            if words:
                yield words
            words = piece.words
        last = piece
    if words:
        yield words


def joined(line: str, further: str) -> str:
    """Return two lines of a text as one: letters of Latin words stay apart.

    Examples
    --------
    >>> joined("某军事基", "地"), joined("military", "base")
    ('某军事基地', 'military base')
    """
    apart = line[-1:].isascii() and further[:1].isascii()
    return line + (" " if apart and line and further else "") + further


def _goes_on(last: Piece, piece: Piece) -> bool:
    """Return whether a text goes on in the next one: below it, or letter after letter."""
    if piece.apart or last.x is None or last.y is None or piece.x is None or piece.y is None:
        return False
    size = last.size
    if size <= 0 or abs(piece.size - size) > SAME_SIZE * size:
        return False
    across, up = (piece.x - last.x) / size, (piece.y - last.y) / size
    if len(last.words) == len(piece.words) == 1 and not last.words.isascii():
        return math.hypot(across, up) <= NEXT_LETTER
    if abs(piece.turn - last.turn) > SAME_TURN:
        return False
    turn = math.radians(last.turn)
    along = across * math.cos(turn) + up * math.sin(turn)
    below = across * math.sin(turn) - up * math.cos(turn)
    if not NEXT_LINE[0] <= below <= NEXT_LINE[1] or last.anchor != piece.anchor:
        return False
    wider = _width(piece.words) - _width(last.words)
    flush = (0.0,) if last.anchor is not None else (0.0, -wider / 2, -wider)
    return any(abs(along - each) <= FLUSH for each in flush)


def _width(words: str) -> float:
    return sum(LATIN if each.isascii() else 1.0 for each in words)


def drawing_texts(page: str) -> list[str]:
    """Return the texts of an SVG drawing.

    Examples
    --------
    >>> two = '<text x="1" y="2">某军事<tspan x="1" dy="9">基</tspan>地</text><text>桥</text>'
    >>> drawing_texts(two)
    ['某军事基地', '桥']
    """
    return [*whole_texts(_drawn_pieces(page))]


def _drawn_pieces(page: str) -> Iterator[Piece]:
    piece, lines, apart = None, [""], False
    for token in _TOKEN.finditer(page):
        name, about, words = token.groups()
        if name in {"text", "/text"}:
            if piece is not None:
                yield piece._replace(words=reduce(joined, lines))
                apart = False
            piece, lines = (_placed(about, apart=apart) if name == "text" else None), [""]
        elif piece is None:
            apart = apart or name in _DRAWN
        elif name == "tspan" and _MOVED.search(about):
            lines.append("")
        elif name is None:
            lines[-1] += _in_one_line(words)


def slide_texts(part: str) -> list[str]:
    """Return the texts of a slide or its notes, those of each box as one.

    Examples
    --------
    >>> runs = "<a:p><a:t>军事</a:t><a:t>基</a:t></a:p><a:p><a:t>地</a:t></a:p>"
    >>> slide_texts(f"<p:txBody>{runs}</p:txBody>")
    ['军事基地']
    """
    boxes, lines = [], [""]
    for token in _TOKEN.finditer(part):
        name, _, words = token.groups()
        if name is None:
            lines[-1] += _in_one_line(words)
        elif name in {"a:p", "a:br"}:
            lines.append("")
        elif name.endswith(":txBody"):
            boxes.append(reduce(joined, lines))
            lines = [""]
    return [*filter(None, (*boxes, reduce(joined, lines)))]


def page_text(page: str) -> str:
    """Return the text of a page of HTML without what only changes the looks of letters.

    Examples
    --------
    >>> page_text("<p>军<b>事</b>基<br>地</p><p>桥</p>").split()
    ['军事基地', '桥']
    """
    return unescape(_TAG.sub("\n", _INLINE.sub("", page)))


def _in_one_line(words: str) -> str:
    """Return what stands between two tags; that it goes on in a line of the file says nothing."""
    if "\n" in words:
        words = reduce(joined, (each.strip() for each in words.splitlines()))
    return unescape(words)


def _placed(about: str, *, apart: bool) -> Piece:
    """Return a text without words where its attributes say."""
    found = {name: pattern.search(about) for name, pattern in _NUMBER.items()}
    x, y, size, turn = (_number(found[name]) for name in ("x", "y", "size", "turn"))
    anchor = _ANCHOR.search(about)
    return Piece(
        "",
        x,
        None if y is None else -y,
        size or 0.0,
        -(turn or 0.0),
        _ANCHORS.get(anchor.group(1) if anchor else "start"),
        apart,
    )


def _number(found: re.Match[str] | None) -> float | None:
    if found is None:
        return None
    try:
        return float(found.group(1))
    except ValueError:  # as 1.2.3 is none
        return None
