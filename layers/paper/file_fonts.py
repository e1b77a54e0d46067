"""Fonts inside SVG files: only the characters that a file shows."""

from __future__ import annotations

import base64
import io
import re
from html import unescape

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from layers.type.fonts import FAMILY, path

WEIGHTS = {"regular": 400, "bold": 700}
_TEXT = re.compile(r"<text\b([^>]*)>(.*?)</text>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_DEFS = "<defs>"
# Else browsers round the width of each letter, and names grow into what is beside them.
_PRECISE = "text{text-rendering:geometricPrecision}"
# How letters stand beside each other: a file says where each of its own stands.
_LAYOUT = ("BASE", "GDEF", "GPOS", "GSUB")


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


def _face(weight: str, characters: str) -> str:

    options = Options(hinting=False, layout_features=[], notdef_outline=True)
    options.flavor = "woff"
    source = path("bold" if weight == "bold" else "regular")
    # The time of writing would make two files of one map differ; all letters' bounds hold for few.
    with _bare(TTFont(source, lazy=True, recalcBBoxes=False, recalcTimestamp=False)) as opened:
        cutter = Subsetter(options)
        cutter.populate(text=characters)
        cutter.subset(opened)
        opened.flavor = "woff"
        file = io.BytesIO()
        opened.save(file)
    data = base64.b64encode(file.getvalue()).decode("ascii")
    return (
        f'@font-face{{font-family:"{FAMILY}";font-weight:{WEIGHTS[weight]};'
        f"src:url(data:font/woff;base64,{data}) format('woff')}}"
    )


def _bare(font: TTFont) -> TTFont:
    """Return a font without what takes longest to read: rules of layout, and names of glyphs."""
    for table in _LAYOUT:
        if table in font:
            del font[table]
    font.setGlyphOrder([f"glyph{number:05d}" for number in range(font["maxp"].numGlyphs)])
    return font
