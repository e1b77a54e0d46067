"""The presentation that slides are added to: the look of the atlas, or a reader's own template.

The look of the atlas is that of a master: fonts and colours are the theme's, places the layouts',
so that a presenter changes them once for all slides.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR
from pptx.exc import PythonPptxError
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt

from geo.errors import AtlasError, InputError
from layers.slides.packages import clean_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pptx.presentation import Presentation as PptxPresentation
    from pptx.slide import SlideLayout

    from geo.findings import Finding

# Comes with Windows and with Office on every system; Noto Sans SC, of the printed maps, does not.
FAMILY = "Microsoft YaHei"
SECOND_FAMILY = "Noto Sans SC"
# Text, background, and the six colours of charts: those of the plan's layers.
COLOURS = {
    "dk1": "22303D",
    "lt1": "FFFFFF",
    "dk2": "5B6875",
    "lt2": "EEF2F5",
    "accent1": "0B4F9C",
    "accent2": "E69F00",
    "accent3": "009E73",
    "accent4": "B5172F",
    "accent5": "6A3D9A",
    "accent6": "8C6D31",
    "hlink": "0B4F9C",
    "folHlink": "6A3D9A",
}
TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
# Places on a slide of 960 × 540 points: left, top, width, height.
_PLACES = {
    PP_PLACEHOLDER.TITLE: (28.8, 9.0, 902.4, 62.0),
    PP_PLACEHOLDER.BODY: (28.8, 79.0, 902.4, 413.0),
    PP_PLACEHOLDER.FOOTER: (28.8, 506.0, 820.0, 24.0),
    PP_PLACEHOLDER.SLIDE_NUMBER: (871.2, 506.0, 60.0, 24.0),
}
_COVER_PLACES = {
    PP_PLACEHOLDER.CENTER_TITLE: (64.8, 130.0, 830.0, 130.0),
    PP_PLACEHOLDER.SUBTITLE: (64.8, 272.0, 830.0, 120.0),
}
_TITLE_SZ, _COVER_SZ, _SUBTITLE_SZ = "2400", "4000", "2000"
_FOOTER_SZ = 'sz="1050"'
# What programs that lack the font look for: a sans serif with Chinese.
_SANS = 'panose="020B0503020204020204" pitchFamily="34" charset="-122"'
_KEPT_LAYOUTS = ("title", "titleOnly")
_EMU_PER_PT = 12700
# What python-pptx and lxml raise where a value or an element is not as the standard has it.
_BROKEN = (
    PythonPptxError,
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, eq=False)
class Deck:
    """A presentation in the making.

    Parameters
    ----------
    presentation
        The presentation.
    body, cover
        Layouts of the slides and of covers.
    east, title_east
        Typeface of Chinese text and titles: the theme's, or a family where it names none.
    lang
        ``"zh"`` or ``"en"``.
    created
        Date of the file.
    findings
        What of the template was left out.
    charts, notes, models
        Numbers of charts and notes in the file, and what slides of one layout share.
    """

    presentation: PptxPresentation
    body: SlideLayout
    cover: SlideLayout
    east: str
    title_east: str
    lang: str
    created: datetime | None
    findings: tuple[Finding, ...] = ()
    charts: Iterator[int] = field(default_factory=partial(count, 1))
    notes: Iterator[int] = field(default_factory=partial(count, 1))
    models: dict[Any, Any] = field(default_factory=dict)


def open_deck(
    template: bytes | Path | str | None, *, lang: str = "zh", created: datetime | None = None
) -> Deck:
    """Return a presentation without slides.

    Parameters
    ----------
    template, lang, created
        As :func:`layers.slides.deck.presentation` takes them.

    Raises
    ------
    InputError
        The template cannot be read, or has no layout with a title.

    Examples
    --------
    >>> open_deck(None).body.name
    'Title Only'
    """
    findings: tuple[Finding, ...] = ()
    if template is None:
        opened = Presentation()
        _restyle(opened)
        _drop_printer(opened)
    else:
        opened, findings = _opened(template)
    with template_refusals():
        body, cover = _layouts(opened)
        east = "+mn-ea" if _names_east(body, "minorFont") else FAMILY
        title_east = "+mj-ea" if _names_east(body, "majorFont") else FAMILY
    return Deck(opened, body, cover, east, title_east, lang, created, findings)


def title_kind(layout: SlideLayout) -> PP_PLACEHOLDER | None:
    """Return what kind of title placeholder a layout has, None where it has none."""
    kinds = {kind for kind, _ in placeholders(layout)}
    return next((kind for kind in TITLES if kind in kinds), None)


def placeholders(owner: Any) -> list[tuple[PP_PLACEHOLDER, Any]]:  # noqa: ANN401
    """Return the placeholders of a master, layout or slide, each with its kind.

    Parameters
    ----------
    owner
        Master, layout or slide.
    """
    return [(each.placeholder_format.type, each) for each in owner.placeholders]


def _opened(template: bytes | Path | str) -> tuple[PptxPresentation, tuple[Finding, ...]]:
    try:
        contents = template if isinstance(template, bytes) else Path(template).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"presentation: the template {str(template)!r} cannot be read ({reason}); name a .pptx "
            "or .potx file",
            code="template.missing",
        ) from error
    cleaned = clean_template(contents)
    with template_refusals():
        return Presentation(BytesIO(cleaned.data)), cleaned.findings


@contextmanager
def template_refusals() -> Iterator[None]:
    """Refuse a template in whose XML python-pptx finds what it does not expect.

    Values are read when they are needed, so that a broken one is found late.

    Raises
    ------
    InputError
        In place of what python-pptx raises.
    """
    try:
        yield
    except AtlasError:
        raise
    except _BROKEN as error:
        raise InputError(
            f"presentation: the template is no PowerPoint file ({error}); open it in PowerPoint, "
            "save it as .pptx or .potx without a password, and pass that",
            code="template.broken",
        ) from error


def _drop_printer(opened: PptxPresentation) -> None:
    """Remove the settings of a printer that a plain presentation comes with."""
    for name, each in list(opened.part.rels.items()):
        if each.reltype == RELATIONSHIP_TYPE.PRINTER_SETTINGS:
            opened.part.rels.pop(name)


def _layouts(opened: PptxPresentation) -> tuple[SlideLayout, SlideLayout]:
    """Return the layout of slides, title only where there is one, and that of covers."""
    layouts = [layout for master in opened.slide_masters for layout in master.slide_layouts]
    if not layouts:
        raise InputError(
            "presentation: the template has no layout; add one with a title in PowerPoint (View, "
            "Slide Master, Insert Layout) and save it again",
            code="template.no_layout",
        )
    titled = [layout for layout in layouts if title_kind(layout) is not None]
    if not titled:
        raise InputError(
            f"presentation: none of the template's {len(layouts)} layouts has a title placeholder; "
            "add one in PowerPoint (View, Slide Master, tick Title) and save it again",
            code="template.no_layout",
        )
    by_kind = {layout.element.get("type"): layout for layout in reversed(titled)}
    plain = [layout for layout in titled if title_kind(layout) is TITLES[0]]
    body = by_kind.get("titleOnly") or (plain or titled)[0]
    return body, by_kind.get("title", body)


def _names_east(layout: SlideLayout, part: str) -> bool:
    """Whether the theme names a Chinese font for its titles or text."""
    theme = layout.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME).blob
    named = next(parse_xml(theme).iter(qn(f"a:{part}")), None)
    east = None if named is None else named.find(qn("a:ea"))
    return bool(east is not None and east.get("typeface"))


def _restyle(opened: PptxPresentation) -> None:
    """Turn the plain presentation of python-pptx into one that looks like the atlas."""
    opened.slide_width, opened.slide_height = Inches(13.333), Inches(7.5)
    master = opened.slide_master
    _restyle_theme(master)
    for layout in list(opened.slide_layouts):
        if layout.element.get("type") not in _KEPT_LAYOUTS:
            opened.slide_layouts.remove(layout)
    _place(master, _PLACES)
    styles = master.element.find(qn("p:txStyles"))
    _restyle_title(styles.find(qn("p:titleStyle")), _TITLE_SZ)
    _draw(master, (0, 0, 960, 6), "accent1")
    for layout in opened.slide_layouts:
        cover = layout.element.get("type") == "title"
        _place(layout, _COVER_PLACES if cover else {})
        if cover:
            layout.element.set("showMasterSp", "0")
            _draw(layout, (0, 0, 24, 540), "accent1")
            _draw(layout, (72, 264, 96, 3), "accent4")


def _restyle_theme(master: Any) -> None:  # noqa: ANN401
    theme = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    colours = "".join(
        f'<a:{name}><a:srgbClr val="{colour}"/></a:{name}>' for name, colour in COLOURS.items()
    )
    fonts = "".join(f'<a:{kind} typeface="{FAMILY}" {_SANS}/>' for kind in ("latin", "ea"))
    text = theme.blob.decode("utf-8")
    text = re.sub(
        r'(<a:clrScheme name=")[^"]*(">).*?(</a:clrScheme>)',
        rf"\g<1>Xiangjiang\g<2>{colours}\g<3>",
        text,
        flags=re.DOTALL,
    )
    text = text.replace('<a:latin typeface="Calibri"/><a:ea typeface=""/>', fonts)
    text = re.sub(
        r'script="Hans" typeface="[^"]*"', f'script="Hans" typeface="{SECOND_FAMILY}"', text
    )
    theme.blob = text.encode("utf-8")


def _place(owner: Any, places: Mapping[PP_PLACEHOLDER, tuple[float, ...]]) -> None:  # noqa: ANN401
    """Put the placeholders of a master or layout in their places; the date has none."""
    for kind, each in placeholders(owner):
        if kind == PP_PLACEHOLDER.DATE:
            each.element.getparent().remove(each.element)
        elif kind in places:
            each.left, each.top, each.width, each.height = map(Pt, places[kind])
        if kind == PP_PLACEHOLDER.TITLE and places:
            each.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM
        elif kind == PP_PLACEHOLDER.FOOTER and places:
            _first_level(each, 'algn="l"', _FOOTER_SZ)
        elif kind == PP_PLACEHOLDER.SLIDE_NUMBER and places:
            _first_level(each, 'algn="r"', _FOOTER_SZ)
        elif kind == PP_PLACEHOLDER.CENTER_TITLE:
            each.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM
            _first_level(each, 'algn="l"', f'sz="{_COVER_SZ}" b="1"')
        elif kind == PP_PLACEHOLDER.SUBTITLE:
            _first_level(each, 'marL="0" indent="0" algn="l"', f'sz="{_SUBTITLE_SZ}"', plain=True)


def _first_level(shape: Any, paragraph: str, look: str, *, plain: bool = False) -> None:  # noqa: ANN401
    """Set the look of a placeholder's text, paler than a title's."""
    styles = shape.element.txBody.find(qn("a:lstStyle"))
    for each in list(styles):
        styles.remove(each)
    bullet = "<a:buNone/>" if plain else ""
    colour = '<a:schemeClr val="tx1"/>' if "b=" in look else '<a:schemeClr val="tx2"/>'
    styles.append(
        parse_xml(
            f"<a:lvl1pPr {nsdecls('a')} {paragraph}>{bullet}<a:defRPr {look}>"
            f"<a:solidFill>{colour}</a:solidFill></a:defRPr></a:lvl1pPr>"
        )
    )


def _restyle_title(style: Any, size: str) -> None:  # noqa: ANN401
    first = style.find(qn("a:lvl1pPr"))
    first.set("algn", "l")
    look = first.find(qn("a:defRPr"))
    look.set("sz", size)
    look.set("b", "1")


def _draw(owner: Any, place: tuple[float, ...], colour: str, *, shade: int = 100) -> None:  # noqa: ANN401
    """Draw a bar behind the placeholders of a master or layout."""
    left, top, width, height = (round(each * _EMU_PER_PT) for each in place)
    tree = owner.element.cSld.spTree
    number = max(int(each.get("id")) for each in tree.iter(qn("p:cNvPr"))) + 1
    bar = parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{number}" name="Bar {number}"/>'
        '<p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr><a:xfrm>'
        f'<a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill>'
        f'<a:schemeClr val="{colour}"><a:lumMod val="{shade}000"/></a:schemeClr></a:solidFill>'
        "<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )
    # The first two children say what the tree is.
    tree.insert(2, bar)
