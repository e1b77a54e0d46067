"""A template in the look of a house: logo, colours, fonts and standing footer on every slide."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from lxml import etree
from PIL import Image
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from layers.slides.boxes import EMU_PER_PT
from layers.slides.freeforms import Shapes, next_number, parsed
from layers.slides.templates import TITLES, open_deck, placeholders, template_refusals

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# The logo stands in the upper right corner: its greatest width in shares of the slide's and its
# greatest height, and the margin around it, points.
LOGO_SHARE, LOGO_PT, MARGIN_PT, LOGO_GAP_PT = 0.18, 40.0, 14.0, 10.0


@dataclass(frozen=True, slots=True)
class Brand:
    """The look of a house.

    Parameters
    ----------
    logo
        A PNG or JPEG; none where empty.
    colours
        Of the theme, by their names there (``"dk1"``, ``"accent1"`` …), each ``#RRGGBB``.
    latin, chinese
        Fonts of Latin and Chinese text; those of the template where empty.
    footer
        What stands at the foot of every slide.
    """

    logo: bytes = b""
    colours: Mapping[str, str] | None = None
    latin: str = ""
    chinese: str = ""
    footer: str = ""


def branded(template: bytes | Path | str | None, brand: Brand) -> bytes:
    """Return a template in the look of a house.

    Parameters
    ----------
    template
        A template of any shape, or None for the look of the atlas.
    brand
        The look.

    Raises
    ------
    InputError
        If the template cannot be read.
    """
    opened = open_deck(template).presentation
    with template_refusals():
        for master in opened.slide_masters:
            _restyle(master, brand)
            owners = [master, *master.slide_layouts]
            # Layouts without the shapes of their master have a logo of their own.
            bare = [each for each in owners if each.element.get("showMasterSp") == "0"]
            if brand.logo:
                box = _logo_box(brand.logo, opened.slide_width / EMU_PER_PT)
                for owner in (master, *bare):
                    _add_logo(owner, brand.logo, box)
                for owner in owners:
                    _make_room(owner, box)
            if brand.footer:
                for owner in owners:
                    _set_footer(owner, brand.footer)
        file = BytesIO()
        opened.save(file)
    return file.getvalue()


def _restyle(master: Any, brand: Brand) -> None:  # noqa: ANN401 - untyped in python-pptx
    """Set colours and fonts of the theme: what is written in them follows."""
    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme = parse_xml(part.blob)
    for name, colour in (brand.colours or {}).items():
        for each in theme.iter(qn(f"a:{name}")):
            each[:] = [parse_xml(f'<a:srgbClr {nsdecls("a")} val="{colour[1:].upper()}"/>')]
    for tag, family in (("a:latin", brand.latin), ("a:ea", brand.chinese)):
        for each in theme.iter(qn("a:majorFont"), qn("a:minorFont")):
            named = each.find(qn(tag))
            if named is None or not family:
                continue
            at = each.index(named)
            each[at] = parse_xml(f"<{tag} {nsdecls('a')} typeface={quoteattr(family)}/>")
            if tag == "a:ea":
                # A font for a script goes before that for Chinese.
                for script in each.findall(qn("a:font")):
                    if script.get("script") == "Hans":
                        script.set("typeface", family)
    part.blob = etree.tostring(theme, encoding="UTF-8", xml_declaration=True, standalone=True)


def _logo_box(logo: bytes, width: float) -> tuple[float, float, float, float]:
    """Return where the logo stands, points."""
    with Image.open(BytesIO(logo)) as opened:
        aspect = opened.width / opened.height
    wide = min(LOGO_SHARE * width, LOGO_PT * aspect)
    return width - MARGIN_PT - wide, MARGIN_PT, wide, wide / aspect


def _add_logo(owner: Any, logo: bytes, box: tuple[float, float, float, float]) -> None:  # noqa: ANN401
    tree = owner.element.cSld.spTree
    _, relation = owner.part.get_or_add_image_part(BytesIO(logo))
    tree.append(parsed(Shapes(next_number(tree)).picture("Logo", relation, box)))


def _make_room(owner: Any, logo: tuple[float, float, float, float]) -> None:  # noqa: ANN401
    """End the lines of a title that would run below the logo before it."""
    left, _, _, height = logo
    for kind, each in placeholders(owner):
        if kind not in TITLES or each.left is None or each.top is None:
            continue
        right = (each.left + each.width) / EMU_PER_PT
        if each.top / EMU_PER_PT < MARGIN_PT + height and right > left - LOGO_GAP_PT:
            each.text_frame.margin_right = Pt(right - left + LOGO_GAP_PT)


def _set_footer(owner: Any, footer: str) -> None:  # noqa: ANN401
    for kind, each in placeholders(owner):
        if kind == PP_PLACEHOLDER.FOOTER:
            each.text_frame.text = footer
