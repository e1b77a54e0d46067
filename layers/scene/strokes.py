"""What a style is drawn with: strokes and stamps that lie one above the other, the lowest first.

Sizes are px of the web map; its scripts put the same parts together from the same ``data/looks``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from layers.look.styles import WHITE, looks, mark
from layers.plan.area import per_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.look.styles import Style

CIRCLE = "circle"


class Stroke(NamedTuple):
    """A line of one colour."""

    colour: str
    opacity: float
    width_px: float
    dash: str = ""


class Stamp(NamedTuple):
    """A symbol's outline, filled and with an edge."""

    symbol: str
    radius_px: float
    face: str
    face_opacity: float
    edge: str
    edge_opacity: float
    width_px: float
    dash: str = ""


@per_folder
def outline(symbol: str) -> NDArray[np.float64]:
    """Return the corners of a symbol of half width 1, y downwards; none where it is a circle.

    Examples
    --------
    >>> len(outline("hexagon")), len(outline("ring-dot"))
    (6, 0)
    """
    return np.array(looks()["outlines"][symbol], dtype=float).reshape(-1, 2)


def stamps(style: Style, *, radius_px: float, tint: float) -> list[Stamp]:
    """Return the parts of a symbol: solid where its place is known, dashed where its zone's is."""
    of = mark("symbol")
    hollow, ring = style.symbol == "hollow", style.symbol == "ring-dot"
    ground = of["hollow_opacity"] if hollow else 1.0
    halo = [Stamp(style.symbol, radius_px, WHITE, ground, WHITE, of["halo_opacity"], of["halo_px"])]
    if ring:
        dot = radius_px * of["dot_share"]
        return [
            *halo,
            Stamp(
                style.symbol,
                radius_px,
                WHITE,
                of["ring_opacity"],
                style.colour,
                1.0,
                of["ring_px"],
                style.dash,
            ),
            Stamp(CIRCLE, dot, style.colour, tint, WHITE, 0.0, 0.0),
        ]
    edge = style.edge or (style.colour if tint < 1 or hollow else WHITE)
    face, width = (0.0, of["hollow_px"]) if hollow else (tint, of["edge_px"])
    own = Stamp(style.symbol, radius_px, style.colour, face, edge, 1.0, width, style.dash)
    return [*halo, own]


def edges(style: Style, *, on_ground: bool = True) -> list[Stroke]:
    """Return the strokes around an area.

    A white edge shows no dashes on pale ground: there they run in the fill's colour along it.
    """
    edge = style.edge or style.colour
    if edge.upper() != WHITE or not on_ground:
        return [Stroke(edge, style.opacity, style.weight, style.dash)]
    of = mark("white_edge")
    wide = Stroke(WHITE, style.opacity, of["wide"] * style.weight)
    if not style.dash:
        return [wide, Stroke(WHITE, style.opacity, style.weight)]
    return [wide, Stroke(style.colour, style.opacity, of["dashed"] * style.weight, style.dash)]


def lines(style: Style, *, isoline: bool = False) -> list[Stroke]:
    """Return the strokes of a line; one with arrows has a casing and is seen between its dashes."""
    own = Stroke(style.colour, style.opacity, style.weight, style.dash)
    if isoline:
        # Pale beside dark, so that the line is seen on every colour of a surface.
        of = mark("isoline_casing")
        return [Stroke(WHITE, of["opacity"], style.weight + of["px"]), own]
    if not style.arrows:
        return [own]
    of = mark("casing")
    return [
        Stroke(WHITE, of["opacity"], style.weight + of["px"]),
        Stroke(style.colour, of["beneath_opacity"], style.weight),
        own,
    ]


def arrow_corners(line: shapely.Geometry, px: float) -> list[NDArray[np.float64]]:
    """Return arrowheads at equal distances along a line, pointing where it goes, as closed rings.

    Parameters
    ----------
    line
        Of the sheet, in points.
    px
        Points per px.
    """
    of = mark("arrow")
    size, every, heads = of["size_px"] * px, of["every_px"], []
    for part in shapely.get_parts(line):
        for along in np.arange(every / 2, part.length / px, every) * px:
            back, tip = (
                np.array(part.interpolate(along + shift * size).coords[0]) for shift in (-0.5, 0.5)
            )
            length = float(np.hypot(*(tip - back)))
            if length < size / 2:
                continue
            unit = (tip - back) / length
            side = np.array([-unit[1], unit[0]]) * size * of["half"]
            tip = back + unit * size
            corners = [back + side, tip, back - side, back + unit * size * of["notch"]]
            heads.append(np.array([*corners, corners[0]]))
    return heads
