"""Symbols of slides: on the map and in its legend the same, in the same size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from layers.scene.strokes import Stroke, outline, stamps
from layers.slides.freeforms import Fill, on_white

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from layers.look.styles import Style
    from layers.slides.boxes import Box
    from layers.slides.freeforms import Shape, Shapes

# A circle of radius 1 as a line.
_TURN = np.linspace(0.0, 2.0 * np.pi, 65)
_ROUND = np.column_stack((np.cos(_TURN), np.sin(_TURN)))


def symbol(
    shapes: Shapes,
    name: str,
    style: Style,
    *,
    at: tuple[float, float],
    radius: float,
    tint: float = 1.0,
    within: Box | None = None,
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
    within
        What it is cut at, None for nothing.
    """
    drawn = []
    # The halo, which is the first, would stay behind when a symbol is moved.
    for part in stamps(style, radius_px=radius, tint=tint)[1:]:
        fill = Fill(on_white(part.face, part.face_opacity))
        edge = Stroke(part.edge, part.edge_opacity, part.width_px, part.dash)
        corners = outline(part.symbol) * part.radius_px + at
        if within is not None and not _holds(within, at, part.radius_px):
            ring = corners if len(corners) else _ROUND * part.radius_px + at
            for lines, look in _cut(shapely.Polygon(ring), within):
                if look == "fill":
                    drawn.append(shapes.freeform(name, lines, fill=fill))
                else:
                    drawn.append(shapes.freeform(name, lines, stroke=edge, closed=False))
        elif len(corners):
            drawn.append(shapes.freeform(name, [corners], fill=fill, stroke=edge))
        else:
            drawn.append(shapes.oval(name, at, part.radius_px, fill=fill, stroke=edge))
    return shapes.joined(name, drawn)


def _holds(box: Box, at: tuple[float, float], radius: float) -> bool:
    """Whether a symbol lies within a box."""
    x, y = at[0] - box.left, at[1] - box.top
    return radius <= x <= box.width - radius and radius <= y <= box.height - radius


def _cut(
    whole: shapely.Polygon, box: Box
) -> Iterator[tuple[list[NDArray[np.float64]], Literal["fill", "edge"]]]:
    """Yield what a box leaves of a symbol, and of its edge, which it has not along the cut."""
    corners = (box.left, box.top, box.left + box.width, box.top + box.height)
    parts: tuple[tuple[shapely.Geometry, Literal["fill", "edge"]], ...] = (
        (whole, "fill"),
        (whole.boundary, "edge"),
    )
    for shape, look in parts:
        left = shapely.get_parts(shapely.clip_by_rect(shape, *corners))
        lines = [each.exterior if look == "fill" else each for each in left if not each.is_empty]
        if lines:
            yield [shapely.get_coordinates(each) for each in lines], look
