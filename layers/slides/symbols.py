"""Symbols of slides: on the map and in its legend the same, in the same size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.scene.strokes import Stroke, outline, stamps
from layers.slides.freeforms import Fill, on_white

if TYPE_CHECKING:
    from layers.look.styles import Style
    from layers.slides.freeforms import Shape, Shapes


def symbol(
    shapes: Shapes,
    name: str,
    style: Style,
    *,
    at: tuple[float, float],
    radius: float,
    tint: float = 1.0,
) -> Shape:
    """Return a symbol: its outline, filled on white as solid as its place is known.

    Parameters
    ----------
    shapes
        Of the slide.
    name, style
        Its name and look.
    at, radius
        Where it stands and its half width, points.
    tint
        How solid it is, 0 to 1.
    """
    drawn = []
    # The halo, which is the first, would stay behind when a symbol is moved.
    for part in stamps(style, radius_px=radius, tint=tint)[1:]:
        fill = Fill(on_white(part.face, part.face_opacity))
        edge = Stroke(part.edge, part.edge_opacity, part.width_px, part.dash)
        corners = outline(part.symbol) * part.radius_px + at
        if len(corners):
            drawn.append(shapes.freeform(name, [corners], fill=fill, stroke=edge))
        else:
            drawn.append(shapes.oval(name, at, part.radius_px, fill=fill, stroke=edge))
    return shapes.joined(name, drawn)
