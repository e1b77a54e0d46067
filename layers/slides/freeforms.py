"""Shapes that a presenter can move and recolour, written as the XML of slides.

python-pptx adds shapes one at a time, each searched for a number and a place, and knows neither
curves that are see-through nor text with a halo; a map has a thousand of them, and is written in
one piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, count, groupby, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn

from layers.slides.boxes import EMU_PER_PT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from pptx.slide import Slide as PptxSlide

    from layers.scene.strokes import Stroke
    from layers.slides.boxes import Box
    from layers.slides.templates import Deck

# Corners are written in such parts of a point.
UNITS = 20
_SOLID = 100_000
# Width of the glow around a name, points, and how much of the ground its box lets through.
GLOW_PT, PAPER = 2.5, 0.4
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_NAMES = nsdecls("p", "a", "r")
# How a line runs in its box.
DOWN, UP = "eaVert", "vert270"


class Fill(NamedTuple):
    """A colour that fills a shape, hatched with another where there is one."""

    colour: str
    opacity: float = 1.0
    hatch: str = ""


class Shape(NamedTuple):
    """A shape: its XML, and left, top, right and bottom as the file has them."""

    xml: str
    reach: tuple[int, int, int, int]


NOTHING = Shape("", (0, 0, 0, 0))


class Shapes:
    """Shapes with numbers of their own, placed from the upper left corner of a slide.

    Parameters
    ----------
    first
        Number of the first shape; a slide has each number once.
    """

    def __init__(self, first: int) -> None:
        self._numbers = count(first)

    def group(self, name: str, inner: Iterable[Shape], *, words: str = "") -> Shape:
        """Return shapes as one, with a name and what it shows; nothing for none."""
        drawn = [each for each in inner if each.xml]
        if not drawn:
            return NOTHING
        left, top, right, bottom = zip(*(each.reach for each in drawn), strict=True)
        reach = x, y, far, low = min(left), min(top), max(right), max(bottom)
        size = f'cx="{far - x}" cy="{low - y}"'
        return Shape(
            f"<p:grpSp><p:nvGrpSpPr>{self._named(name, words)}<p:cNvGrpSpPr/><p:nvPr/>"
            f'</p:nvGrpSpPr><p:grpSpPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext {size}/>'
            f'<a:chOff x="{x}" y="{y}"/><a:chExt {size}/></a:xfrm></p:grpSpPr>'
            f"{''.join(each.xml for each in drawn)}</p:grpSp>",
            reach,
        )

    def joined(self, name: str, inner: Iterable[Shape]) -> Shape:
        """Return shapes as a group where they are several, one as it is."""
        drawn = [each for each in inner if each.xml]
        return drawn[0] if len(drawn) == 1 else self.group(name, drawn)

    def picture(self, name: str, relation: str, box: tuple[float, float, float, float]) -> Shape:
        """Return a picture that the slide is related to, over a box."""
        place, reach = _place(box)
        return Shape(
            f"<p:pic><p:nvPicPr>{self._named(name)}<p:cNvPicPr/><p:nvPr/></p:nvPicPr><p:blipFill>"
            f'<a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
            f'<p:spPr><a:xfrm>{place}</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
            "</p:spPr></p:pic>",
            reach,
        )

    def frame(
        self,
        name: str,
        box: tuple[float, float, float, float],
        inner: str,
        *,
        kind: str,
        words: str,
    ) -> Shape:
        """Return a frame around a ``"table"`` or ``"chart"``, with words for what it shows."""
        place, reach = _place(box)
        return Shape(
            f"<p:graphicFrame><p:nvGraphicFramePr>{self._named(name, words)}<p:cNvGraphicFramePr>"
            '<a:graphicFrameLocks noGrp="1"/></p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr>'
            f'<p:xfrm>{place}</p:xfrm><a:graphic><a:graphicData uri="{_DRAWING}/{kind}">{inner}'
            "</a:graphicData></a:graphic></p:graphicFrame>",
            reach,
        )

    def straight(
        self,
        name: str,
        box: tuple[float, float, float, float],
        line: str,
        *,
        rising: bool = False,
    ) -> Shape:
        """Return a straight line across a box, down to the right or up, with its look as XML."""
        place, reach = _place(box)
        flipped = ' flipV="1"' if rising else ""
        return Shape(
            f"<p:cxnSp><p:nvCxnSpPr>{self._named(name)}<p:cNvCxnSpPr/><p:nvPr/></p:nvCxnSpPr>"
            f'<p:spPr><a:xfrm{flipped}>{place}</a:xfrm><a:prstGeom prst="line"><a:avLst/>'
            f"</a:prstGeom>{line}</p:spPr></p:cxnSp>",
            reach,
        )

    def freeform(
        self,
        name: str,
        rings: Iterable[NDArray[np.float64]],
        *,
        fill: Fill | None = None,
        stroke: Stroke | None = None,
        closed: bool = True,
    ) -> Shape:
        """Return rings or lines as one shape, with holes where rings lie within rings.

        Parameters
        ----------
        name
            Its name.
        rings
            Corners (n, 2) of each, points.
        fill, stroke
            Its colour and its edge.
        closed
            Whether they are rings.
        """
        parts = [ring for ring in rings if len(ring)]
        if not parts:
            return NOTHING
        corners = np.rint(np.concatenate(parts) * UNITS).astype(int)
        low = corners.min(axis=0)
        placed = (corners - low).tolist()
        size = np.maximum(corners.max(axis=0) - low, 1).tolist()
        ends = [0, *accumulate(map(len, parts))]
        paths = "".join(_path(placed[a:b], closed=closed) for a, b in pairwise(ends))
        box = (*(low / UNITS).tolist(), size[0] / UNITS, size[1] / UNITS)
        none = "" if fill else ' fill="none"'
        return self.shape(
            name,
            box,
            '<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/>'
            f'<a:pathLst><a:path w="{size[0]}" h="{size[1]}"{none}>{paths}</a:path></a:pathLst>'
            f"</a:custGeom>{_filled(fill)}{_edge(stroke)}",
        )

    def oval(
        self,
        name: str,
        middle: tuple[float, float],
        radius: float,
        *,
        fill: Fill | None = None,
        stroke: Stroke | None = None,
        words: str = "",
        size_pt: float = 0.0,
    ) -> Shape:
        """Return a circle, with a number in it where there is one."""
        x, y = middle
        box = (x - radius, y - radius, 2 * radius, 2 * radius)
        look = f'<a:prstGeom prst="ellipse"><a:avLst/></a:prstGeom>{_filled(fill)}{_edge(stroke)}'
        colour = stroke.colour if stroke else ""
        inner = _text((words,), size_pt, colour, bold=True) if words else ""
        return self.shape(name, box, look, inner)

    def text(
        self,
        lines: Sequence[str],
        box: tuple[float, float, float, float],
        *,
        size_pt: float,
        colour: str,
        bold: bool = False,
        halo: str = "",
        turn: float = 0.0,
        flow: str = "",
        align: str = "ctr",
    ) -> Shape:
        """Return words in a box: turned clockwise by so many degrees, or written down or up in it.

        Parameters
        ----------
        lines, box
            The words, and left, top, width and height, points.
        size_pt, colour, bold, halo
            How they are written, and the colour around them, if any.
        turn, flow
            Degrees clockwise; :data:`DOWN` where characters stand below each other, :data:`UP`
            where the line is read upwards.
        align
            ``"ctr"``, ``"l"`` or ``"r"``.
        """
        paper = _filled(Fill(halo, PAPER)) if halo else ""
        look = f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{paper}'
        words = _text(lines, size_pt, colour, bold=bold, halo=halo, flow=flow, align=align)
        return self.shape(" ".join(lines), box, look, words, turn=turn, is_text=True)

    def shape(
        self,
        name: str,
        box: Sequence[float],
        look: str,
        words: str = "",
        *,
        turn: float = 0.0,
        is_text: bool = False,
        role: str = "",
    ) -> Shape:
        """Return a shape with its look and its words as XML.

        Parameters
        ----------
        name, box
            Its name, and left, top, width and height, points.
        look, words
            Outline, fill and edge; and what it holds of text.
        turn
            Degrees clockwise.
        is_text
            Whether it is a text box.
        role
            Which placeholder of its layout it is, as XML.
        """
        place, reach = _place(box)
        turned = f' rot="{round(turn * 60000) % 21_600_000}"' if turn else ""
        kind = '<p:cNvSpPr txBox="1"/>' if is_text else "<p:cNvSpPr/>"
        return Shape(
            f"<p:sp><p:nvSpPr>{self._named(name)}{kind}<p:nvPr>{role}</p:nvPr></p:nvSpPr><p:spPr>"
            f"<a:xfrm{turned}>{place}</a:xfrm>{look}</p:spPr>{words}</p:sp>",
            reach,
        )

    def _named(self, name: str, words: str = "") -> str:
        said = f" descr={quoteattr(words)}" if words else ""
        return f'<p:cNvPr id="{next(self._numbers)}" name={quoteattr(name)}{said}/>'


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A slide in the making.

    Parameters
    ----------
    deck
        The presentation.
    slide
        The slide, with title, subtitle and footer.
    area
        The room for its contents.
    shapes
        Writes what is added, each with a number of its own.
    """

    deck: Deck
    slide: PptxSlide
    area: Box
    shapes: Shapes


def next_number(tree: Any) -> int:  # noqa: ANN401 - untyped in python-pptx
    """Return the first number that no shape of a slide has."""
    return max((int(each.get("id")) for each in tree.iter(qn("p:cNvPr"))), default=1) + 1


def parsed(shape: Shape) -> Any:  # noqa: ANN401 - untyped in python-pptx
    """Return the element of a shape or group."""
    start, rest = shape.xml.split(">", 1)
    return parse_xml(f"{start} {_NAMES}>{rest}")


def add(page: Page, shape: Shape) -> None:
    """Put a shape or group on a page, above what is there.

    Parameters
    ----------
    page, shape
        Page, and what its shapes returned.
    """
    if shape.xml:
        page.slide.element.cSld.spTree.append(parsed(shape))


def on_white(colour: str, opacity: float) -> str:
    """Return what a colour looks like on white when it lets some of that through.

    Examples
    --------
    >>> on_white("#000000", 0.6)
    '#666666'
    """
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - opacity * (255 - part)):02X}" for part in parts)


def _place(box: Sequence[float]) -> tuple[str, tuple[int, int, int, int]]:
    """Return where a box stands as XML, and how far it reaches."""
    left, top, width, height = (round(float(each) * EMU_PER_PT) for each in box)
    return (
        f'<a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/>',
        (left, top, left + width, top + height),
    )


def _path(corners: list[list[int]], *, closed: bool) -> str:
    if closed and len(corners) > 1 and corners[0] == corners[-1]:
        corners = corners[:-1]
    (x, y), *others = (corner for corner, _ in groupby(corners))
    lines = "".join([f'<a:lnTo><a:pt x="{a}" y="{b}"/></a:lnTo>' for a, b in others])
    end = "<a:close/>" if closed else ""
    return f'<a:moveTo><a:pt x="{x}" y="{y}"/></a:moveTo>{lines}{end}'


def _colour(colour: str, opacity: float = 1.0) -> str:
    alpha = "" if opacity >= 1 else f'<a:alpha val="{round(opacity * _SOLID)}"/>'
    return f'<a:srgbClr val="{colour[1:].upper()}">{alpha}</a:srgbClr>'


def _filled(fill: Fill | None) -> str:
    if fill is None or fill.opacity <= 0:
        return "<a:noFill/>"
    own = _colour(fill.colour, fill.opacity)
    if not fill.hatch:
        return f"<a:solidFill>{own}</a:solidFill>"
    hatch = _colour(fill.hatch)
    return (
        f'<a:pattFill prst="wdUpDiag"><a:fgClr>{hatch}</a:fgClr><a:bgClr>{own}</a:bgClr>'
        "</a:pattFill>"
    )


def _edge(stroke: Stroke | None) -> str:
    if stroke is None or stroke.width_px <= 0 or stroke.opacity <= 0:
        return "<a:ln><a:noFill/></a:ln>"
    dashes = [float(part) / stroke.width_px for part in stroke.dash.split()]
    # A pattern of one length is as long a gap.
    dashes = dashes * 2 if len(dashes) % 2 else dashes
    pairs = zip(dashes[::2], dashes[1::2], strict=True)
    dash = "".join(
        f'<a:ds d="{round(on * _SOLID)}" sp="{round(off * _SOLID)}"/>' for on, off in pairs
    )
    return (
        f'<a:ln w="{round(stroke.width_px * EMU_PER_PT)}" cap="{"flat" if dash else "rnd"}">'
        f"<a:solidFill>{_colour(stroke.colour, stroke.opacity)}</a:solidFill>"
        f"{f'<a:custDash>{dash}</a:custDash>' if dash else ''}<a:round/></a:ln>"
    )


def _text(
    lines: Sequence[str],
    size_pt: float,
    colour: str,
    *,
    bold: bool,
    halo: str = "",
    flow: str = "",
    align: str = "ctr",
) -> str:
    glow = (
        f'<a:effectLst><a:glow rad="{round(GLOW_PT * EMU_PER_PT)}">{_colour(halo)}</a:glow>'
        "</a:effectLst>"
        if halo
        else ""
    )
    look = (
        f'<a:rPr sz="{round(size_pt * 100)}" b="{int(bold)}"><a:solidFill>{_colour(colour)}'
        f"</a:solidFill>{glow}</a:rPr>"
    )
    runs = "<a:br/>".join(f"<a:r>{look}<a:t>{escape(line)}</a:t></a:r>" for line in lines)
    along = f' vert="{flow}"' if flow else ""
    return (
        f'<p:txBody><a:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"{along}>'
        f'<a:noAutofit/></a:bodyPr><a:lstStyle/><a:p><a:pPr algn="{align}"/>{runs}</a:p></p:txBody>'
    )
