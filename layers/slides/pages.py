"""The pages of a presentation: title, subtitle, footer, number and notes around their contents."""

from __future__ import annotations

import math
import re
import zipfile
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast
from xml.sax.saxutils import escape, quoteattr

from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.oxml import serialize_part_xml
from pptx.opc.packuri import PackURI
from pptx.opc.serialized import _ContentTypesItem
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.parts.slide import NotesSlidePart, SlidePart

from geo.errors import InputError
from geo.wording import sentence
from layers.slides.boxes import EMU_PER_PT, Box
from layers.slides.freeforms import Page, Shapes, add, next_number
from layers.slides.parts import SPACED, paragraph, runs, text_box
from layers.slides.templates import FAMILY, TITLES, placeholders
from layers.type.line_breaks import LINE_HEIGHT, LINE_SPACING, text_height
from layers.type.outside_texts import CUT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pptx.slide import Slide as PptxSlide
    from pptx.slide import SlideLayout

    from layers.slides.slide import Slide
    from layers.slides.templates import Deck

# A footer is read from the back of a room too.
FOOTER_PT, SUBTITLE_PT, SMALLEST_TITLE_PT, NUMBER_PT = 10.5, 14.0, 14.0, 48.0
# Findings go over two lines: a short title beside them is not half as large again.
LARGEST_TITLE_PT = 32.0
# Inner margins of a text: left and right, above and below, points.
_INSET_X, _INSET_Y = 14.4, 7.2
# A title in the upper part of the slide and of such a width stays where its layout has it.
_TITLE_LOWEST, _TITLE_NARROWEST = 0.3, 0.6
_FOOTER_HIGHEST, _FOOTER_NARROWEST = 0.8, 0.4
_USUAL_TITLE_PT = 44.0
# What a presentation that does not say has, EMU.
_USUAL_SIZE = (9144000, 6858000)
# The least that contents need, points.
_SMALLEST_AREA = (260.0, 180.0)
_BELOW_TITLE, _ABOVE_FOOTER = 8.0, 4.0
_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 - dates in files have no zone
_ALIGNED = frozenset({"l", "ctr", "r"})
_SHAPE, _ROLE, _WORDS, _PARAGRAPH = map(qn, ("p:sp", "p:ph", "p:txBody", "a:p"))
_RUN, _FIELD, _LOOK = map(qn, ("a:r", "a:fld", "a:rPr"))
_LOOKS = (_LOOK, qn("a:endParaRPr"), qn("a:defRPr"))
# What stands before a typeface in a look.
_BEFORE = frozenset(
    map(
        qn,
        [
            "a:ln",
            "a:noFill",
            "a:solidFill",
            "a:gradFill",
            "a:effectLst",
            "a:highlight",
            "a:uFill",
            "a:latin",
        ],
    )
)
_DATES = re.compile(rb"<dcterms:(created|modified)[ >].*?</dcterms:\1>", re.DOTALL)
_THUMBNAIL = re.compile(rb"<Relationship [^>]*/metadata/thumbnail[^>]*/>")


@dataclass(frozen=True, slots=True)
class _Titled:
    """The place of a title or subtitle: where it stands, and how its layout writes it."""

    box: Box | None
    size_pt: float
    typefaces: Mapping[str, str]
    aligned: str
    right_inset_pt: float


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """What all slides of a layout share: their XML without words, and what the layout says."""

    slide: Any
    title: _Titled
    subtitle: _Titled | None
    footer: str
    strips: Mapping[PP_PLACEHOLDER, tuple[Box | None, int]]


def add_page(deck: Deck, content: Slide, *, cover: bool) -> Page:
    """Add a slide with its title, subtitle, footer, number and notes.

    Parameters
    ----------
    deck
        The presentation.
    content
        What the slide shows.
    cover
        Whether it is a cover.

    Raises
    ------
    InputError
        The template leaves no room for anything but the title.
    """
    _, height = _size(deck)
    layout = deck.cover if cover else deck.body
    kind = cover, cover and bool(content.subtitle)
    if kind not in deck.models:
        deck.models[kind] = _model(deck, layout, cover=cover, subtitled=kind[1])
    model: _Model = deck.models[kind]
    slide = _new_slide(deck, layout, deepcopy(model.slide))
    shapes = Shapes(next_number(slide.element))
    title, *others = (each for each in slide.element.iter(_SHAPE))
    box = cast("Box", model.title.box)
    most = math.inf if cover else LARGEST_TITLE_PT
    whole = _write(title, content.title, box, model.title, east=deck.title_east, most=most)
    inner = box.part(left=_INSET_X / 2, width=box.width - _INSET_X)
    footer = " · ".join(filter(None, (model.footer, content.footer)))
    page = Page(deck, slide, inner, shapes)
    bottom = _add_footer(page, footer, replace(box, top=0.0, height=height), model)
    area = inner.part(top=box.height + _BELOW_TITLE)
    if model.subtitle is not None:
        place = model.subtitle.box or area
        whole &= _write(others[0], content.subtitle, place, model.subtitle, east=deck.east)
    elif content.subtitle:
        area = area.part(top=_add_subtitle(page, content.subtitle, area, model.title.aligned))
    area = replace(area, height=bottom - _ABOVE_FOOTER - area.top)
    if not cover and (area.width < _SMALLEST_AREA[0] or area.height < _SMALLEST_AREA[1]):
        raise InputError(
            f"presentation: title and footer leave {area.width:.0f} × {area.height:.0f} points for "
            f"the contents, and {_SMALLEST_AREA[0]:.0f} × {_SMALLEST_AREA[1]:.0f} are needed; take "
            "a template with larger slides or a lower title, or a shorter subtitle and footer",
            code="slides.no_room",
        )
    shortened = "" if whole else sentence("text.shortened", deck.lang, {"count": 1})
    words = "\n".join(filter(None, (content.notes, shortened)))
    if words:
        _add_notes(page, words)
    return replace(page, area=area)


def _model(deck: Deck, layout: SlideLayout, *, cover: bool, subtitled: bool) -> _Model:
    """Return what slides of a layout share, from a slide that python-pptx makes and is dropped."""
    slides = deck.presentation.slides
    slide = slides.add_slide(layout)
    title, subtitle = _only_titles(slide, cover=subtitled)
    width, height = _size(deck)
    box = _title_box(title, width, height, cover=cover)
    by_kind = dict(placeholders(layout))
    standing = by_kind.get(PP_PLACEHOLDER.FOOTER)
    model = _Model(
        slide.element,
        _titled(slide, title, box),
        subtitle and _titled(slide, subtitle, _box(subtitle)),
        "" if standing is None else standing.text_frame.text.strip(),
        {
            kind: (_box(each), each.placeholder_format.idx)
            for kind, each in by_kind.items()
            if kind in (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
        },
    )
    listed = slides.element
    deck.presentation.part.drop_rel(listed.sldId_lst[-1].rId)
    listed.remove(listed.sldId_lst[-1])
    return model


def _new_slide(deck: Deck, layout: SlideLayout, element: Any) -> PptxSlide:  # noqa: ANN401
    """Add a slide to the presentation."""
    whole = deck.presentation.part
    listed = deck.presentation.slides.element
    name = PackURI(f"/ppt/slides/slide{len(listed) + 1}.xml")
    part = SlidePart(name, CONTENT_TYPE.PML_SLIDE, whole.package, element)
    part.relate_to(layout.part, RELATIONSHIP_TYPE.SLIDE_LAYOUT)
    listed.add_sldId(whole.relate_to(part, RELATIONSHIP_TYPE.SLIDE))
    slide: PptxSlide = part.slide
    return slide


def _add_notes(page: Page, words: str) -> None:
    """Add speaker notes, on a page like the first that python-pptx makes."""
    deck, slide = page.deck, page.slide.part
    if "notes" not in deck.models:
        first: Any = NotesSlidePart.new(slide.package, slide)  # type: ignore[no-untyped-call]
        deck.models["notes"] = first._element, first.notes_master.part  # noqa: SLF001
    blank, master = deck.models["notes"]
    element = deepcopy(blank)
    held = (
        each.find(_WORDS)
        for each in element.iter(_SHAPE)
        if any(role.get("type") == "body" for role in each.iter(_ROLE))
    )
    body = next(held, None)
    if body is None:
        return
    for each in body.findall(_PARAGRAPH):
        body.remove(each)
    lines = (
        f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" if line else "<a:p/>"
        for line in words.split("\n")
    )
    body.extend(parse_xml(f"<p:txBody {nsdecls('p', 'a')}>{''.join(lines)}</p:txBody>"))
    name = PackURI(f"/ppt/notesSlides/notesSlide{next(deck.notes)}.xml")
    part = NotesSlidePart(name, CONTENT_TYPE.PML_NOTES_SLIDE, slide.package, element)
    part.relate_to(master, RELATIONSHIP_TYPE.NOTES_MASTER)
    part.relate_to(slide, RELATIONSHIP_TYPE.SLIDE)
    slide.relate_to(part, RELATIONSHIP_TYPE.NOTES_SLIDE)


def saved(deck: Deck, *, title: str, author: str, subject: str) -> bytes:
    """Return the file: the same presentation gives the same bytes.

    Parameters
    ----------
    deck
        The presentation.
    title, author, subject
        Properties of the file, none longer than 255 characters.
    """
    for slide in deck.presentation.slides:
        _finish(slide.element, deck, deck.east)
        if slide.has_notes_slide:
            # Notes have a theme of their own, which names no Chinese font.
            _finish(slide.notes_slide.element, deck, FAMILY)
    properties = deck.presentation.core_properties
    properties.title, properties.author, properties.subject = title, author, subject
    properties.last_modified_by, properties.revision = author, 1
    properties.keywords = properties.comments = ""
    properties.created = properties.modified = deck.created or _EPOCH
    return _packed(deck.presentation.part.package, dated=deck.created is not None)


def set_typefaces(element: Any, typefaces: Mapping[str, str]) -> None:  # noqa: ANN401
    """Set the typefaces of every run that has none: without, some programs show boxes.

    Parameters
    ----------
    element
        XML of a slide, a shape, notes or a chart.
    typefaces
        ``"a:latin"`` and ``"a:ea"`` (Chinese), each with its typeface.
    """
    for run in element.iter(_RUN, _FIELD):
        if run.find(_LOOK) is None:
            run.insert(0, OxmlElement("a:rPr"))
    tags = [(qn(tag), name) for tag, name in typefaces.items()]
    for look in element.iter(*_LOOKS):
        for tag, name in tags:
            if look.find(tag) is None:
                typeface = look.makeelement(tag)
                typeface.set("typeface", name)
                _insert(look, typeface)


def _finish(element: Any, deck: Deck, east: str) -> None:  # noqa: ANN401
    """Set typefaces, and the language for the spelling check."""
    set_typefaces(element, {"a:latin": "+mn-lt", "a:ea": east})
    lang, other = {"zh": ("zh-CN", "en-US"), "en": ("en-US", "zh-CN")}[deck.lang]
    for look in element.iter(*_LOOKS[:2]):
        look.set("lang", lang)
        look.set("altLang", other)


def _insert(look: Any, typeface: Any) -> None:  # noqa: ANN401
    """Put a typeface where the schema wants it: after line, fill and effects, Latin first."""
    place = sum(child.tag in _BEFORE for child in look)
    look.insert(place, typeface)


def _only_titles(slide: PptxSlide, *, cover: bool) -> tuple[Any, Any | None]:
    """Remove the empty placeholders that nothing will fill; return title and a cover's subtitle."""
    title = subtitle = None
    for kind, each in placeholders(slide):
        if kind in TITLES and title is None:
            title = each
        elif cover and kind == PP_PLACEHOLDER.SUBTITLE and subtitle is None:
            subtitle = each
        else:
            each.element.getparent().remove(each.element)
    return title, subtitle


def _size(deck: Deck) -> tuple[float, float]:
    width, height = deck.presentation.slide_width, deck.presentation.slide_height
    return (width or _USUAL_SIZE[0]) / EMU_PER_PT, (height or _USUAL_SIZE[1]) / EMU_PER_PT


def _box(shape: Any) -> Box | None:  # noqa: ANN401
    """Return where a placeholder stands, by itself or by what it inherits."""
    place = (shape.left, shape.top, shape.width, shape.height)
    if any(each is None for each in place):
        return None
    return Box(*(each / EMU_PER_PT for each in place))


def _title_box(title: Any, width: float, height: float, *, cover: bool) -> Box:  # noqa: ANN401
    """Return where the title stands; a title that leaves no room for a map is moved up."""
    box = _box(title)
    if box is not None:
        high = box.top >= 0 and box.top + box.height <= height * _TITLE_LOWEST
        if cover or (high and box.width >= width * _TITLE_NARROWEST):
            return box
    margin = width * 0.03
    box = Box(margin, height * 0.03, width - 2 * margin, height * 0.0852)
    title.left, title.top, title.width, title.height = box.emu()
    return box


def _write(
    shape: Any,  # noqa: ANN401
    text: str,
    box: Box,
    like: _Titled,
    *,
    east: str,
    most: float = math.inf,
) -> bool:
    """Write into a placeholder, smaller than its layout has it where the text would not fit.

    What does not fit in the smallest size is cut; return whether nothing was.
    """
    own = like.size_pt
    size = min(own, most)
    typefaces = {"a:latin": "+mj-lt", "a:ea": east} | dict(like.typefaces)
    if typefaces["a:ea"] in {"+mj-ea", "+mn-ea"}:
        typefaces["a:ea"] = east
    width, height = box.width - _INSET_X / 2 - like.right_inset_pt, box.height - _INSET_Y

    def fits(words: str) -> bool:
        # One line fits at its own size: the placeholder was drawn for it.
        most = max(height * LINE_SPACING, own * LINE_HEIGHT)
        return text_height(words, width, size) <= most

    while not fits(text) and size - 1.0 >= SMALLEST_TITLE_PT:
        size -= 1.0
    fitting = text
    while not fits(fitting) and len(fitting) > len(CUT):
        fitting = fitting[: len(fitting) - len(CUT) - 1].rstrip() + CUT
    smaller = f' sz="{round(size * 100)}"' if size < own else ""
    faces = "".join(f"<{tag} typeface={quoteattr(name)}/>" for tag, name in typefaces.items())
    words = runs(fitting, f"<a:rPr{smaller}>{faces}</a:rPr>")
    held = shape.find(_WORDS)
    held.replace(held.find(_PARAGRAPH), parse_xml(f"<a:p {nsdecls('a')}>{words}</a:p>"))
    return fitting == text


def _titled(slide: PptxSlide, shape: Any, box: Box | None) -> _Titled:  # noqa: ANN401
    size, typefaces, aligned = _inherited(slide, shape)
    return _Titled(box, size, typefaces, aligned, _right_inset(slide, shape))


def _inherited(slide: PptxSlide, shape: Any) -> tuple[float, dict[str, str], str]:  # noqa: ANN401
    """Return size, typefaces and alignment that layout and master give a title or subtitle."""
    kind = shape.placeholder_format.type
    layout, master = slide.slide_layout, slide.slide_layout.slide_master
    named = PP_PLACEHOLDER.TITLE if kind in TITLES else PP_PLACEHOLDER.BODY
    roots = [each.element for other, each in placeholders(layout) if other == kind]
    roots += [each.element for other, each in placeholders(master) if other == named]
    roots += list(master.element.iter(qn("p:titleStyle" if kind in TITLES else "p:bodyStyle")))
    levels = [level for root in roots for level in root.iter(qn("a:lvl1pPr"))]
    looks = [look for level in levels for look in level.iter(qn("a:defRPr"))]
    aligned = [level.get("algn") for level in levels if level.get("algn")]
    sizes = [int(look.get("sz")) / 100 for look in looks if look.get("sz")]
    typefaces = {
        tag: each.get("typeface")
        for tag in ("a:latin", "a:ea")
        for look in reversed(looks)
        for each in look.iter(qn(tag))
    }
    return (sizes or [_USUAL_TITLE_PT])[0], typefaces, (aligned or ["l"])[0]


def _right_inset(slide: PptxSlide, shape: Any) -> float:  # noqa: ANN401
    """Return what a layout or its master leaves free at the right of a title, points."""
    kind = shape.placeholder_format.type
    layout, named = slide.slide_layout, {kind, *(TITLES if kind in TITLES else ())}
    known = [
        each.element.txBody.bodyPr.get("rIns")
        for owner in (layout, layout.slide_master)
        for other, each in placeholders(owner)
        if other in named
    ]
    return next((int(each) / EMU_PER_PT for each in known if each), _INSET_X / 2)


def _add_subtitle(page: Page, text: str, area: Box, aligned: str) -> float:
    """Write the subtitle below the title, aligned as it is; return how much room it takes."""
    height = text_height(text, area.width, SUBTITLE_PT)
    align = aligned if aligned in _ALIGNED else "l"
    words = paragraph(text, SUBTITLE_PT, pale=True, align=align)
    add(page, text_box(page.shapes, "Subtitle", [words], area.part(height=height)))
    return height + 8


def _add_footer(page: Page, text: str, across: Box, model: _Model) -> float:
    """Write footer and slide number where the layout has them; return where they begin."""
    height = across.height
    number, number_at = model.strips.get(PP_PLACEHOLDER.SLIDE_NUMBER, (None, None))
    words, words_at = model.strips.get(PP_PLACEHOLDER.FOOTER, (None, None))
    if number is None or number.top < height * _FOOTER_HIGHEST:
        number = Box(across.left + across.width - 60, height - 34, 60, 22)
    if words is None or words.top < height * _FOOTER_HIGHEST:
        words = number
    # It stands at the right end of its place: what is left of it is the footer's.
    number = number.part(left=max(0.0, number.width - NUMBER_PT))
    right = across.left + across.width
    if number.left - across.left > across.width * _FOOTER_NARROWEST:
        left, width = across.left, number.left - across.left - 10
    else:
        left = number.left + number.width + 10
        width = right - left
    bottom = min(words.top + words.height, height - 4)
    lines = text_height(text, width - _INSET_X, FOOTER_PT) + _INSET_Y
    tall = max(words.height, lines) if text else 0.0
    if text:
        footer = Box(left, bottom - tall, width, tall)
        _add_strip(page, words_at, footer, text=text)
    _add_strip(page, number_at, number, text=None)
    return min(bottom - tall, number.top)


def _add_strip(page: Page, at: int | None, box: Box, *, text: str | None) -> None:
    """Add a footer, or the slide number where there is no text, as the layout's placeholder."""
    kind, name = ("sldNum", "Slide Number") if text is None else ("ftr", "Footer")
    role = "" if at is None else f'<p:ph type="{kind}" sz="quarter" idx="{at}"/>'
    look = f'<a:rPr sz="{FOOTER_PT * 100:.0f}"/>'
    if text is None:
        run = (
            '<a:fld id="{C1FF6DA9-008F-8B48-92A6-B652298478BF}" type="slidenum">'
            f"{look}<a:t>‹#›</a:t></a:fld>"
        )
    else:
        lines = (f"<a:r>{look}<a:t>{escape(line)}</a:t></a:r>" for line in text.split("\n"))
        run = "<a:br/>".join(lines)
    align = "r" if text is None else "l"
    words = (
        '<p:txBody><a:bodyPr wrap="square" anchor="ctr"/><a:lstStyle/>'
        f'<a:p><a:pPr algn="{align}">{SPACED}</a:pPr>{run}</a:p></p:txBody>'
    )
    look = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    add(page, page.shapes.shape(name, box.place(), look, words, role=role))


def _packed(package: Any, *, dated: bool) -> bytes:  # noqa: ANN401 - untyped in python-pptx
    """Return a file without the time of writing."""
    parts = tuple(package.iter_parts())
    kept = [part for part in parts if not part.partname.startswith("/docProps/thumbnail")]
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as target:

        def write(name: str, data: bytes) -> None:
            entry = zipfile.ZipInfo(name)
            # PNG and XLSX are packed already.
            stored = name.endswith((".png", ".jpg", ".jpeg", ".xlsx"))
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, data)

        write("[Content_Types].xml", serialize_part_xml(_ContentTypesItem.xml_for(parts)))
        # A picture of the template's first slide is none of these slides.
        write("_rels/.rels", _THUMBNAIL.sub(b"", package._rels.xml))  # noqa: SLF001
        for part in kept:
            data = part.blob
            if part.partname == "/docProps/core.xml" and not dated:
                data = _DATES.sub(b"", data)
            write(part.partname.membername, data)
            if part.rels:
                write(part.partname.rels_uri.membername, part.rels.xml)
    return packed.getvalue()
