"""A PDF file of sheets: text that can be read out, named layers, an outline, and places on maps.

Each page is tagged as far as is true: its title is a heading, its map a figure with words that
stand for it, everything else a paragraph (ISO 32000-1, 14.8). Layers are optional content.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.path import Path

from layers.paper.parts import NOTES, TITLE, WORDS
from layers.paper.pdf_content import outline
from layers.paper.pdf_fonts import Face
from layers.paper.pdf_objects import Name, Objects, Ref, Stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.paper.pdf_content import Page, Word
    from layers.scene.boxes import Box
    from layers.type.fonts import Weight

LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
# What is read out as something else than a part of the figure.
TAGS = {TITLE: "H1", NOTES: "P", WORDS: "P"}
HATCH_PT = 72.0


@dataclass(frozen=True, slots=True)
class Chapter:
    """A line of the outline: what it is called, and the page that it leads to, from 0."""

    title: str
    page: int


class PdfFile:
    """A PDF file in the making.

    Parameters
    ----------
    lang
        ``"zh"`` or ``"en"``.
    title, author, subject
        What its properties say; what is empty they do not.
    """

    def __init__(self, lang: str, title: str, author: str = "", subject: str = "") -> None:
        self.lang = lang
        self.about = {"Title": title, "Author": author, "Subject": subject}
        self.objects = Objects()
        self.tree, self.resources = self.objects.reserved(), self.objects.reserved()
        self.root, self.document = self.objects.reserved(), self.objects.reserved()
        self.faces: dict[Weight, Face] = {}
        self.pages: list[tuple[Ref, dict[str, Any]]] = []
        # For each page what is read there, and what each of its marked parts belongs to.
        self.read: list[list[Ref]] = []
        self.parents: list[list[Ref]] = []
        kinds = ("ExtGState", "Pattern", "XObject", "Properties")
        self.looks: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
        # Names of forms and of hatching by their operators, and of layers by their titles.
        self.forms: dict[str, str] = {}
        self.hatches: dict[bytes, str] = {}
        self.layers: dict[str, str] = {}

    def add(self, sheet: Page) -> None:
        """Add a page."""
        page, number = self.objects.reserved(), len(self.pages)
        marks: dict[str, list[int]] = {}
        owners: list[str] = []
        written: list[str] = []
        for part, unread, words in sheet.runs:
            layer = f"/OC /{self._layer(sheet.parts[part])} BDC\n" if part in sheet.parts else ""
            tag = TAGS.get(part, "Figure")
            if unread or (tag == "Figure" and not sheet.alternative):
                begin = "/Artifact BMC\n"
            else:
                begin = f"/{tag} <</MCID {len(owners)}>> BDC\n"
                owners.append(tag if tag != "P" else part)
                marks.setdefault(owners[-1], []).append(len(owners) - 1)
            written += [layer, begin, *map(self._said, words), "EMC\n" * (1 + bool(layer))]
        stream = self.objects.add(Stream("".join(written).encode("ascii"), {}))
        elements = {}
        # The title is read first, and notes last.
        order = sorted(marks, key=("H1", "Figure", WORDS, NOTES).index)
        for each in order:
            tag = TAGS.get(each, each)
            element = {"S": Name(tag), "P": self.document, "Pg": page, "K": marks[each]}
            if tag == "Figure":
                element["Alt"] = sheet.alternative
            elements[each] = self.objects.add({"Type": Name("StructElem"), **element})
        self.read.append(list(elements.values()))
        self.parents.append([elements[each] for each in owners])
        about: dict[str, Any] = {
            "Type": Name("Page"),
            "Parent": self.tree,
            "MediaBox": [0, 0, sheet.width, sheet.height],
            "Resources": self.resources,
            "Contents": stream,
            "StructParents": number,
            "Tabs": Name("S"),
        }
        if sheet.viewports:
            about["VP"] = list(sheet.viewports)
        self.pages.append((page, about))

    def link(self, page: int, box: Box, target: int) -> None:
        """Lead from a box on a page to another page; both are counted as they were added."""
        about = {
            "Type": Name("Annot"),
            "Subtype": Name("Link"),
            "Rect": [box.left, box.bottom, box.right, box.top],
            "Border": [0, 0, 0],
            "Dest": [self.pages[target][0], Name("Fit")],
        }
        self.pages[page][1].setdefault("Annots", []).append(self.objects.add(about))

    def file(self, order: Sequence[int] = (), chapters: Sequence[Chapter] = ()) -> bytes:
        """Return the file.

        Parameters
        ----------
        order
            Its pages as they were added, in the order in which they are read.
        chapters
            Lines of its outline, whose pages are counted as they were added.
        """
        put, add = self.objects.put, self.objects.add
        order = order or range(len(self.pages))
        for page, about in self.pages:
            put(page, about)
        kids = [self.pages[at][0] for at in order]
        put(self.tree, {"Type": Name("Pages"), "Kids": kids, "Count": len(kids)})
        fonts = {f"F{weight}": self.objects.reserved() for weight in self.faces}
        for face, ref in zip(self.faces.values(), fonts.values(), strict=True):
            face.put(self.objects, ref)
        put(self.resources, {"Font": fonts, **self.looks})
        read = [each for at in order for each in self.read[at]]
        whole = {"Type": Name("StructElem"), "S": Name("Document"), "P": self.root}
        put(self.document, whole | {"K": read})
        numbers = [entry for at, owners in enumerate(self.parents) for entry in (at, owners)]
        put(
            self.root,
            {
                "Type": Name("StructTreeRoot"),
                "K": [self.document],
                "ParentTree": add({"Nums": numbers}),
                "ParentTreeNextKey": len(self.parents),
            },
        )
        layers = list(self.looks["Properties"].values())
        catalog: dict[str, Any] = {
            "Type": Name("Catalog"),
            "Pages": self.tree,
            "Lang": LANGUAGES[self.lang],
            "MarkInfo": {"Marked": True},
            "StructTreeRoot": self.root,
            "ViewerPreferences": {"DisplayDocTitle": True},
        }
        if layers:
            # A list of layers has the uppermost first.
            shown = {"Order": layers[::-1], "ON": layers, "ListMode": Name("VisiblePages")}
            catalog["OCProperties"] = {"OCGs": layers, "D": shown}
        if chapters:
            catalog |= {"Outlines": self._outline(chapters), "PageMode": Name("UseOutlines")}
        about = {key: value for key, value in self.about.items() if value}
        return self.objects.file(add(catalog), add(about))

    def _outline(self, chapters: Sequence[Chapter]) -> Ref:
        whole = self.objects.reserved()
        refs = [self.objects.reserved() for _ in chapters]
        for at, chapter in enumerate(chapters):
            entry: dict[str, Any] = {
                "Title": chapter.title,
                "Parent": whole,
                "Dest": [self.pages[chapter.page][0], Name("Fit")],
            }
            if at > 0:
                entry["Prev"] = refs[at - 1]
            if at < len(refs) - 1:
                entry["Next"] = refs[at + 1]
            self.objects.put(refs[at], entry)
        ends = {"First": refs[0], "Last": refs[-1], "Count": len(refs)}
        self.objects.put(whole, {"Type": Name("Outlines"), **ends})
        return whole

    # ---- what pages use ----

    def _said(self, word: Word) -> str:
        """Return an operator, or what the file has for it."""
        return word if isinstance(word, str) else str(getattr(self, word.method)(*word.given))

    def encoded(self, weight: Weight, text: str) -> str:
        """Return a text as codes of a font."""
        return self.faces[weight].encoded(text)

    def font(self, weight: Weight) -> str:
        """Return the name of a font."""
        self.faces.setdefault(weight, Face(weight))
        return f"F{weight}"

    def opacity(self, key: str, value: float) -> str:
        """Return the name of an opacity: ``"ca"`` of areas, ``"CA"`` of strokes."""
        name = f"{key}{round(1000 * value)}"
        self.looks["ExtGState"].setdefault(name, {key: round(value, 3)})
        return name

    def hatch(self, kind: str, colour: tuple[float, float, float], width: float) -> str:
        """Return the name of a pattern of hatching."""
        patterns = self.looks["Pattern"]
        rgb = " ".join(f"{each:.3g}" for each in colour)
        drawn = outline(Path.hatch(kind), np.diag([HATCH_PT, HATCH_PT, 1.0]))
        data = f"{rgb} RG {rgb} rg {width:.2f} w\n{drawn}B".encode()
        if data not in self.hatches:
            name, side = f"P{len(patterns)}", HATCH_PT
            about = {
                "Type": Name("Pattern"),
                "PatternType": 1,
                "PaintType": 1,
                "TilingType": 1,
                "BBox": [0, 0, side, side],
                "XStep": side,
                "YStep": side,
                "Resources": {},
            }
            patterns[name] = self.objects.add(Stream(data, about))
            self.hatches[data] = name
        return self.hatches[data]

    def form(self, drawn: str, box: tuple[float, float, float, float]) -> str:
        """Return the name of what is drawn on page after page."""
        if drawn not in self.forms:
            self.forms[drawn] = f"S{len(self.forms)}"
            about = {
                "Type": Name("XObject"),
                "Subtype": Name("Form"),
                "BBox": box,
                "Resources": {},
            }
            ref = self.objects.add(Stream(drawn.encode("ascii"), about))
            self.looks["XObject"][self.forms[drawn]] = ref
        return self.forms[drawn]

    def picture(self, pixels: NDArray[np.uint8]) -> str:
        """Return the name of a picture: rows from the top of red, green, blue and opacity."""
        height, width = pixels.shape[:2]
        about: dict[str, Any] = {
            "Type": Name("XObject"),
            "Subtype": Name("Image"),
            "Width": width,
            "Height": height,
            "BitsPerComponent": 8,
        }
        grey = about | {"ColorSpace": Name("DeviceGray")}
        colours = about | {"ColorSpace": Name("DeviceRGB")}
        opacity = pixels[..., 3]
        if (opacity < np.iinfo(np.uint8).max).any():
            colours["SMask"] = self.objects.add(Stream(opacity.tobytes(), grey))
        name = f"I{len(self.looks['XObject'])}"
        ref = self.objects.add(Stream(pixels[..., :3].tobytes(), colours))
        self.looks["XObject"][name] = ref
        return name

    def _layer(self, title: str) -> str:
        """Return the name of a layer of the file."""
        names = self.layers
        if title not in names:
            names[title] = f"L{len(names)}"
            group = self.objects.add({"Type": Name("OCG"), "Name": title})
            self.looks["Properties"][names[title]] = group
        return names[title]
