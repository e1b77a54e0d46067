"""Symbols of printed maps, drawn in points on the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from layers.paper.artists import like
from layers.plan.area import per_folder
from layers.scene.strokes import outline, stamps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.transforms import BboxBase
    from numpy.typing import NDArray

    from layers.look.styles import Style
    from layers.scene.strokes import Stamp

Dash: TypeAlias = "str | tuple[float, Sequence[float]]"
# No colour, as one.
CLEAR = to_rgba("none")
_HERE = IdentityTransform()


def dash_pattern(dash: str, width_px: float) -> Dash:
    """Return a dash pattern in px as a line style, which matplotlib scales with the stroke."""
    if not dash:
        return "-"
    lengths = [float(part) for part in dash.split()]
    return (0.0, tuple(length / width_px for length in lengths))


@per_folder
def path(symbol: str) -> Path:
    """Return the outline of a symbol of half width 1, y upwards."""
    corners = outline(symbol) * (1.0, -1.0)
    if not len(corners):
        return Path.unit_circle()
    return Path(np.vstack([corners, corners[:1]]), closed=True)


def draw_symbols(
    axes: Axes,
    at: NDArray[np.float64],
    style: Style,
    *,
    radius: float,
    tint: float,
    px: float,
    zorder: float,
    clip: BboxBase | None = None,
) -> None:
    """Draw symbols of one look: solid where their place is known, dashed where its zone's is.

    Parameters
    ----------
    axes
        Of the sheet, in points.
    at
        Centres (n, 2), points.
    style
        Their look.
    radius
        Half width, px.
    tint
        0 to 1.
    px
        Points per px.
    zorder
        What they lie above.
    clip
        What they are cut to.
    """
    for step, part in enumerate(stamps(style, radius_px=radius, tint=tint)):
        _stamp(axes, at, part, px=px, zorder=zorder + step * 1e-4, clip=clip)


def _stamp(
    axes: Axes,
    at: NDArray[np.float64],
    part: Stamp,
    *,
    px: float,
    zorder: float,
    clip: BboxBase | None,
) -> None:
    # A collection is scaled by the root of its sizes, in points.
    stamped = like(
        PathCollection,
        paths=(path(part.symbol),),
        sizes=((part.radius_px * px) ** 2,),
        facecolors=to_rgba(part.face, part.face_opacity) if part.face_opacity else CLEAR,
        edgecolors=to_rgba(part.edge, part.edge_opacity) if part.width_px else CLEAR,
        linewidths=part.width_px * px,
        linestyles=dash_pattern(part.dash, part.width_px),
        joinstyle="round",
    )
    stamped.set(transform=_HERE, offsets=at, offset_transform=axes.transData)
    stamped.set(zorder=zorder, clip_box=clip)
    axes.add_artist(stamped)
