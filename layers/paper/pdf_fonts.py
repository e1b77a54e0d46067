"""The map's font in a PDF file: only the glyphs that are written, each with its character."""

from __future__ import annotations

import io
import struct
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from fontTools.ttLib import TTFont
from fontTools.ttLib.sfnt import SFNTWriter

from layers.paper.pdf_objects import Name, Ref, Stream
from layers.type.fonts import path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from layers.paper.pdf_objects import Objects
    from layers.type.fonts import Weight

# Where tables of a font say how many glyphs there are, how many have a width, and that places of
# glyphs have four bytes.
GLYPHS, WIDTHS, LONG = ("maxp", 4), ("hhea", 34), ("head", 50)
# Of the parts of a glyph that is made of others: has words for places, more follow, has one, two
# or four numbers for its size.
WORDS, MORE, SIZES = 0x0001, 0x0020, ((0x0008, 2), (0x0040, 4), (0x0080, 8))
MOST_LINES = 100
SUBSET = {"regular": "ATLASR", "bold": "ATLASB"}


class Metrics(NamedTuple):
    """Glyph of each character, where glyphs begin, and widths with bearings."""

    glyphs: dict[int, int]
    places: NDArray[np.uint32]
    widths: NDArray[np.int16]


@cache
def metrics(weight: Weight) -> Metrics:
    """Return what is known of a weight of the font without reading its glyphs."""
    with TTFont(path(weight), lazy=True) as font:
        places = np.frombuffer(font.reader["loca"], ">u4")
        widths = np.frombuffer(font.reader["hmtx"], ">i2").reshape(-1, 2)
        # Glyphs have no names here, which take longest to read.
        font.setGlyphOrder(list(range(font["maxp"].numGlyphs)))
        return Metrics(dict(font.getBestCmap()), places, widths)


class Face:
    """One weight of the font: each character has a code from its first use on."""

    def __init__(self, weight: Weight) -> None:
        self.weight: Weight = weight
        self.codes: dict[str, int] = {}
        # The first glyph stands for what the font does not have.
        self.glyphs = [0]

    def encoded(self, text: str) -> str:
        """Return a text as the codes of its characters."""
        return "".join(f"{self._code(each):04x}" for each in text)

    def _code(self, character: str) -> int:
        code = self.codes.get(character)
        if code is None:
            glyph = metrics(self.weight).glyphs.get(ord(character), 0)
            code = self.codes[character] = len(self.glyphs)
            self.glyphs.append(glyph)
        return code

    def put(self, objects: Objects, ref: Ref) -> None:
        """Put the font into a file."""
        with TTFont(path(self.weight), lazy=True) as font:
            data = cut(font, self.glyphs, metrics(self.weight))
            head, hhea = font["head"], font["hhea"]
            name = Name(f"{SUBSET[self.weight]}+{font['name'].getDebugName(6)}")
        descriptor = {
            "Type": Name("FontDescriptor"),
            "FontName": name,
            "Flags": 4,
            "FontBBox": [head.xMin, head.yMin, head.xMax, head.yMax],
            "ItalicAngle": 0,
            "Ascent": hhea.ascent,
            "Descent": hhea.descent,
            "CapHeight": hhea.ascent,
            "StemV": 80,
            "FontFile2": objects.add(Stream(data, {"Length1": len(data)})),
        }
        descendant = {
            "Type": Name("Font"),
            "Subtype": Name("CIDFontType2"),
            "BaseFont": name,
            "CIDSystemInfo": {"Registry": "Adobe", "Ordering": "Identity", "Supplement": 0},
            "FontDescriptor": objects.add(descriptor),
            "CIDToGIDMap": Name("Identity"),
            "W": [0, metrics(self.weight).widths[self.glyphs, 0].tolist()],
        }
        whole: dict[str, Any] = {
            "Type": Name("Font"),
            "Subtype": Name("Type0"),
            "BaseFont": name,
            "Encoding": Name("Identity-H"),
            "DescendantFonts": [objects.add(descendant)],
            "ToUnicode": objects.add(Stream(self._characters(), {})),
        }
        objects.put(ref, whole)

    def _characters(self) -> bytes:
        """Return which character each code is, for who reads, searches or copies."""
        lines = [
            f"<{code:04x}> <{character.encode('utf-16-be').hex()}>"
            for character, code in self.codes.items()
        ]
        blocks = [lines[at : at + MOST_LINES] for at in range(0, len(lines), MOST_LINES)]
        parts = [f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar" for b in blocks]
        head = (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        )
        foot = "\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        return (head + "\n".join(parts) + foot).encode()


def cut(
    font: TTFont,
    glyphs: list[int],
    about: Metrics,
    *,
    more: Mapping[str, bytes] | None = None,
    flavor: str | None = None,
) -> bytes:
    """Return a font file with some glyphs in a new order, and those that these are made of.

    Parameters
    ----------
    font, glyphs, about
        The font, the glyphs, the first of them the one for what is missing, and its metrics.
    more
        Further tables that the file has.
    flavor
        ``"woff"`` for one that is packed.
    """
    outlines, order = font.reader["glyf"], list(glyphs)
    numbers = {glyph: number for number, glyph in reversed(list(enumerate(order)))}
    parts: list[bytes] = []
    while len(parts) < len(order):
        start, end = about.places[order[len(parts)]], about.places[order[len(parts)] + 1]
        glyph = _renumbered(bytearray(outlines[start:end]), order, numbers)
        parts.append(bytes(glyph) + b"\0" * (-len(glyph) % 4))
    ends = np.cumsum([0, *map(len, parts)])
    tables = {tag: bytearray(font.reader[tag]) for tag in ("head", "hhea", "maxp", "prep")}
    for (tag, at), value in ((GLYPHS, len(order)), (WIDTHS, len(order)), (LONG, 1)):
        struct.pack_into(">H", tables[tag], at, value)
    tables |= {
        "glyf": bytearray(b"".join(parts)),
        "hmtx": bytearray(about.widths[order].tobytes()),
        "loca": bytearray(ends.astype(">u4").tobytes()),
    }
    tables |= {tag: bytearray(data) for tag, data in (more or {}).items()}
    file = io.BytesIO()
    writer = SFNTWriter(file, len(tables), flavor=flavor)
    for tag, table in sorted(tables.items()):
        writer[tag] = bytes(table)
    writer.close()
    return file.getvalue()


def _renumbered(glyph: bytearray, order: list[int], numbers: dict[int, int]) -> bytearray:
    """Return a glyph whose parts have new numbers; those that are new are added to the order."""
    if not glyph or struct.unpack_from(">h", glyph)[0] >= 0:
        return glyph
    at, flags = 10, MORE
    while flags & MORE:
        flags, part = struct.unpack_from(">HH", glyph, at)
        if part not in numbers:
            numbers[part] = len(order)
            order.append(part)
        struct.pack_into(">H", glyph, at + 2, numbers[part])
        at += 8 if flags & WORDS else 6
        at += sum(size for flag, size in SIZES if flags & flag)
    return glyph
