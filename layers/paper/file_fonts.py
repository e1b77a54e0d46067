"""Fonts inside SVG files: only the characters that a file shows."""

from __future__ import annotations

import base64
import re
import struct
from html import unescape
from typing import TYPE_CHECKING

from fontTools.ttLib import TTFont

from layers.paper.pdf_fonts import cut, metrics
from layers.type.fonts import FAMILY, path

if TYPE_CHECKING:
    from layers.type.fonts import Weight

WEIGHTS: dict[Weight, int] = {"regular": 400, "bold": 700}
# What characters are numbered by, and how long the table of names is that has none.
UNICODE, UNNAMED = (3, 10), 32
# What browsers ask for beside the letters, and how these are smoothed.
KEPT = ("OS/2", "gasp", "name")
_TEXT = re.compile(r"<text\b([^>]*)>(.*?)</text>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_DEFS = "<defs>"
# Else browsers round the width of each letter, and names grow into what is beside them.
_PRECISE = "text{text-rendering:geometricPrecision}"


def with_fonts(svg: bytes) -> bytes:
    """Return an SVG file with the fonts of its texts inside, cut down to what they use."""
    words = svg.decode("utf-8")
    used = "".join(unescape(_TAG.sub("", body)) for _, body in _TEXT.findall(words))
    characters = "".join(sorted(set(used)))
    if not characters:
        return svg
    rules = "".join(_face(weight, characters) for weight in WEIGHTS)
    style = f'<defs>\n  <style type="text/css">{rules}{_PRECISE}</style>'
    return words.replace(_DEFS, style, 1).encode("utf-8")


def _face(weight: Weight, characters: str) -> str:
    about = metrics(weight)
    known = {ord(each): about.glyphs[ord(each)] for each in characters if ord(each) in about.glyphs}
    glyphs = list(dict.fromkeys((0, *known.values())))
    numbers = {code: glyphs.index(glyph) for code, glyph in known.items()}
    with TTFont(path(weight), lazy=True) as font:
        # Glyphs have no names.
        post = b"\0\3\0\0" + font.reader["post"][4:UNNAMED]
        more = {tag: font.reader[tag] for tag in KEPT if tag in font.reader}
        more |= {"post": post, "cmap": _cmap(numbers)}
        data = cut(font, glyphs, about, more=more, flavor="woff")
    packed = base64.b64encode(data).decode("ascii")
    return (
        f'@font-face{{font-family:"{FAMILY}";font-weight:{WEIGHTS[weight]};'
        f"src:url(data:font/woff;base64,{packed}) format('woff')}}"
    )


def _cmap(numbers: dict[int, int]) -> bytes:
    """Return the table of which glyph each character has, a group of one for each."""
    groups = b"".join(
        struct.pack(">LLL", code, code, number) for code, number in sorted(numbers.items())
    )
    head = struct.pack(">HHHHL", 0, 1, *UNICODE, 12)
    return head + struct.pack(">HHLLL", 12, 0, 16 + len(groups), 0, len(numbers)) + groups
