"""What is checked: a file or a specification, with what is known of it and what it says."""

from __future__ import annotations

import io
import json
import math
import re
from dataclasses import dataclass, replace
from functools import cached_property
from html import unescape
from itertools import count
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from geo.doors import foreign
from geo.errors import InputError
from layers.look.sheet import INTERNAL, PUBLIC
from layers.paper.notes import sheet_notes
from layers.paper.toning import toned
from layers.plan.area import area, bounds
from layers.plan.catalogue import load
from layers.qgis.databases import descriptions
from layers.record import containers
from layers.review import reading
from layers.scene.shared import shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    import geopandas as gpd

    from layers.book.comparison import Compared
    from layers.look.content import Content
    from layers.look.sheet import Sheet
    from layers.record.specification import MapSpec
    from layers.review.rulebook import Sensitive
    from layers.scene.scene import Scene

    Extent: TypeAlias = tuple[float, float, float, float]

FORMATS = {".html": "page", ".pptx": "slides", ".gpkg": "data"}
# Of a PDF so many pages are read: what a map says of itself stands on its first ones.
MOST_PAGES = 4
# A page of ours has 0.2 MB of operators, whatever its size; of four so much is read, which takes
# half a minute at worst, and so many operators, as parts of a page can be drawn many times.
MOST_OPERATORS, MOST_DRAWN, NONE = 4_000_000, 500_000, DictionaryObject()
# What has no end goes on to that of the file: no part of a file is looked at twice.
_APART = re.compile(r"<(script|style|metadata)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_SLIDE = re.compile(r"ppt/slides/slide\d+\.xml")
_SPOKEN = re.compile(r"ppt/(slides|notesSlides)/\w+\.xml")
_METADATA = re.compile(r"<metadata\b.*?(?:</metadata\s*>|\Z)", re.DOTALL)
_DOCUMENT = re.compile(
    r'<script type="application/json" id="\w{1,80}_document">(.*?)(?:</|\Z)', re.DOTALL
)


@dataclass(eq=False)
class Subject:
    """An output that is checked.

    Parameters
    ----------
    words
        What must not stand on it.
    asked
        The specification, None for a file that does not say it.
    suffix, data
        What file it is, and its contents; empty for a specification, which is checked as a print.
    record
        What the file says of its making.
    profile
        Whom it is checked for; what the specification says, or its number, where it is empty.
    """

    words: tuple[Sensitive, ...]
    asked: MapSpec | None
    suffix: str = ""
    data: bytes = b""
    record: Mapping[str, Any] | None = None
    profile: str = ""

    def __post_init__(self) -> None:
        if self.profile or self.asked is None:
            self.profile = self.profile or PUBLIC
        elif self.asked.review is not None:
            self.profile = self.asked.profile
        else:
            numbered = self.asked.sheet.review_number.strip() != INTERNAL
            self.profile = PUBLIC if numbered else self.asked.profile

    @property
    def format(self) -> str:
        """Which kind of output it is: ``"print"``, ``"slides"``, ``"page"`` or ``"data"``."""
        return FORMATS.get(self.suffix, "print")

    @property
    def spec(self) -> MapSpec:
        """The specification.

        Raises
        ------
        InputError
            If the file does not say it.
        """
        if self.asked is None:
            raise InputError("check: the file has no record of the atlas", code="review.no_record")
        return self.asked

    @cached_property
    def content(self) -> Content:
        """What the map shows; of two to compare, the first."""
        return self.spec.content() if self.both is None else self.both.contents[0]

    @cached_property
    def both(self) -> Compared | None:
        """The two maps of a comparison, where it is one."""
        from layers.book.comparison import compared  # noqa: PLC0415  imports python-pptx

        return compared(self.spec) if self.spec.versus else None

    @cached_property
    def contents(self) -> Sequence[Content]:
        """What each map shows."""
        return [self.content] if self.both is None else self.both.contents

    @cached_property
    def sheet(self) -> Sheet:
        """What stands around it."""
        sheet = self.spec.titled()
        return sheet if self.both is None else replace(sheet, title=self.both.title)

    @cached_property
    def scene(self) -> Scene:
        """How it is drawn."""
        return shared([toned(each, self.sheet) for each in self.contents])

    @cached_property
    def text(self) -> str:
        """What a reader of the output reads, without blanks; of a picture, what was drawn on it."""
        return bare("\n".join(self.texts))

    @cached_property
    def written(self) -> str:
        """What stands in a file that can be read, whoever wrote it there; nothing of a picture.

        Texts are apart by ends of lines, and those that are broken into lines are there as a whole.
        """
        if self.suffix in (".pptx", ".gpkg"):
            return "\n".join((self.raw, *self.whole_texts))
        if self.suffix in (".svg", ".html", ".pdf"):
            return "\n".join((*self.texts, *self.whole_texts))
        return ""

    @cached_property
    def whole_texts(self) -> list[str]:
        """What is read in a file, each text without the ends of its lines."""
        if self.suffix == ".pptx":
            parts = containers.parts_of(self.data, _SPOKEN).values()
            pages = [each.decode("utf-8", errors="replace") for each in parts]
            return [words for page in pages for words in reading.slide_texts(page)]
        if self.suffix == ".pdf":
            return self._out_loud[1]
        if self.suffix in (".svg", ".html"):
            page = _APART.sub(" ", self.data.decode("utf-8", errors="replace"))
            return [*reading.drawing_texts(page), reading.page_text(page)]
        return []

    @cached_property
    def _out_loud(self) -> tuple[list[str], list[str]]:
        """The pages of a PDF, and its texts each as a whole."""
        try:
            return _read_out(self.data)
        except foreign() as error:  # of a broken file it raises whatever there is
            raise containers.not_a("PDF", error) from error

    @cached_property
    def raw(self) -> str:
        """All that the file holds as text, what no reader sees too, without its record."""
        if self.suffix in (".svg", ".html", ".gpkg"):
            whole = self.data.decode("utf-8", errors="replace")
            return _METADATA.sub("", whole)
        if self.suffix == ".pptx":
            return "\n".join(_spoken(self.data, _SPOKEN))
        return "\n".join(self.texts)

    def shown(self) -> Iterator[gpd.GeoDataFrame]:
        """Yield the features of each layer and result on the map."""
        for content in self.contents:
            yield from (content.frames[name] for name in content.visible)
            yield from content.results

    def extents(self) -> dict[str, Extent]:
        """Return west, south, east and north of the map and of its inset, degrees."""
        inset: Extent = tuple(load(area().land.layer).total_bounds.tolist())
        return {"map": self.content.extent or bounds(), "inset": inset}

    @cached_property
    def texts(self) -> list[str]:
        """What a reader of the output reads, part by part; of a picture, what was drawn on it."""
        if self.suffix in (".svg", ".html"):
            page = self.data.decode("utf-8", errors="replace")
            document = _DOCUMENT.search(page)
            held = _held(document.group(1)) if document else ""
            return [unescape(_TAG.sub(" ", _APART.sub(" ", page))), held]
        if self.suffix == ".pptx":
            return [unescape(each) for each in _spoken(self.data, _SLIDE)]
        if self.suffix == ".pdf":
            return self._out_loud[0]
        if self.suffix == ".gpkg":
            return descriptions(self.data)
        return self._drawn()

    def _drawn(self) -> list[str]:
        """Return the texts around a print: its title, and the notes at its foot."""
        sheet, headings = self.sheet, self.both.captions if self.both else ()
        notes = sheet_notes(self.contents, sheet, [self.scene], headings=headings)
        said = (sheet.title, sheet.subtitle, *headings)
        return [*said, *(part for n in notes for part in (n.words, n.right))]


def _read_out(data: bytes) -> tuple[list[str], list[str]]:
    """Return the text of the first pages of a PDF that is not too large to be read out.

    Page by page, and each text without the ends of its lines.
    """
    pages = PdfReader(io.BytesIO(data)).pages[:MOST_PAGES]
    left = MOST_OPERATORS
    waiting: list[Any] = list(pages)
    seen: set[int] = set()
    while waiting:
        drawn = waiting.pop().get_object()
        streams = drawn.get("/Contents", drawn).get_object()
        for each in streams if isinstance(streams, list) else [streams]:
            stream = each.get_object()
            left -= len(stream.get_data()) if hasattr(stream, "get_data") else 0
            if left < 0:
                raise ValueError("too much is drawn on it")
        resources = drawn.get("/Resources", NONE).get_object()
        forms = resources.get("/XObject", NONE).get_object()
        for each in (forms[name] for name in forms):
            if id(each) not in seen and each.get("/Subtype") == "/Form":
                waiting.append(each)
            seen.add(id(each))
    counted = count()
    found: list[reading.Piece] = []
    drawn_since = [True]

    def passing(operator: bytes, *_rest: object) -> None:
        if next(counted) > MOST_DRAWN:
            raise ValueError("too much is drawn on it")
        drawn_since[0] |= operator in reading.PAINTS

    def read(
        words: str, page: Sequence[float], text: Sequence[float], _font: object, size: float
    ) -> None:
        if words := words.strip():
            x, y = (text[4] * page[k] + text[5] * page[2 + k] + page[4 + k] for k in (0, 1))
            turn = math.degrees(math.atan2(text[1], text[0]))
            high = size * math.hypot(text[2], text[3]) * math.hypot(page[2], page[3])
            found.append(reading.Piece(words, x, y, high, turn, apart=drawn_since[0]))
            drawn_since[0] = False

    said = []
    for page in pages:
        drawn_since[0] = True
        said.append(page.extract_text(visitor_operand_before=passing, visitor_text=read))
    return said, [*reading.whole_texts(found)]


def bare(text: str) -> str:
    r"""Return a text without blanks: where lines are broken differs from format to format.

    Examples
    --------
    >>> bare("Gauss-\nKruger CM 114E")
    'Gauss-KrugerCM114E'
    """
    return "".join(text.split())


def _spoken(data: bytes, wanted: re.Pattern[str]) -> list[str]:
    """Return the words of parts of a presentation."""
    parts = containers.parts_of(data, wanted).values()
    return [_TAG.sub(" ", each.decode("utf-8", errors="replace")) for each in parts]


def _held(document: str) -> str:
    """Return what the script of a page reads, as a reader does; as it stands where it is broken."""
    try:
        return json.dumps(json.loads(document), ensure_ascii=False)
    except (ValueError, RecursionError):
        return document
