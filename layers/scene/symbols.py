"""Symbols of printed maps: the outlines of the web map's symbols, drawn in points on the sheet."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch
    from numpy.typing import NDArray

    from layers.look.symbology import Style

WHITE = "#FFFFFF"
# px, as on the web map: the white around a symbol, its edge, that of a hollow one and of a ring.
HALO_PX, EDGE_PX, HOLLOW_PX, RING_PX = 3.2, 1.3, 1.8, 2.0
HALO_ALPHA, HOLLOW_ALPHA, RING_ALPHA, DOT_SHARE = 0.85, 0.75, 0.9, 0.48
UP = -np.pi / 2


def _corners(
    count: int,
    turn: float,
    *,
    scale: tuple[float, float] = (1.0, 1.0),
    down: float = 0.0,
    inner: float | None = None,
) -> NDArray[np.float64]:
    steps = count * 2 if inner else count
    angles = turn + 2 * np.pi * np.arange(steps) / steps
    radii = np.where(np.arange(steps) % 2 == 1, inner or 1.0, 1.0)
    x, y = radii * np.cos(angles), radii * np.sin(angles)
    return np.column_stack([x * scale[0], y * scale[1] + down])


# In a square from -1 to 1, y downwards as on a screen; see layers/assets/symbols.js.
_OUTLINES: dict[str, Any] = {
    "cross": [
        (-0.36, -1), (0.36, -1), (0.36, -0.36), (1, -0.36), (1, 0.36), (0.36, 0.36),
        (0.36, 1), (-0.36, 1), (-0.36, 0.36), (-1, 0.36), (-1, -0.36), (-0.36, -0.36),
    ],
    "diamond": _corners(4, UP, scale=(0.95, 1.12)),
    "flag": [(-0.8, -1), (0.95, -0.45), (-0.42, 0.12), (-0.42, 1.05), (-0.8, 1.05)],
    "hexagon": _corners(6, 0.0),
    "pentagon": _corners(5, UP, scale=(1.06, 1.06), down=0.06),
    "shield": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.15), (0, 1.1), (-0.9, 0.15)],
    "square": [(-0.86, -0.86), (0.86, -0.86), (0.86, 0.86), (-0.86, 0.86)],
    "star": _corners(5, UP, scale=(1.2, 1.2), down=0.06, inner=0.46),
    "triangle": _corners(3, UP, scale=(1.15, 1.15), down=0.18),
    "triangle-down": _corners(3, -UP, scale=(1.15, 1.15), down=-0.18),
}  # fmt: skip


@cache
def outline(symbol: str) -> Path:
    """Return the outline of a symbol of half width 1, y upwards."""
    if symbol not in _OUTLINES:
        return Path.unit_circle()
    corners = np.asarray(_OUTLINES[symbol], dtype=float) * (1.0, -1.0)
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
    clip: Patch | None = None,
) -> None:
    """Draw symbols of one look: solid where their place is known, tinted where its host's is.

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
        Patch that they are cut to.
    """
    hollow, ring = style.symbol == "hollow", style.symbol == "ring-dot"
    edge = style.edge or (style.colour if tint < 1 or hollow else WHITE)
    body = {
        "radius": radius,
        "face": "none" if hollow else to_rgba(style.colour, tint),
        "edge": edge,
        "width": HOLLOW_PX if hollow else EDGE_PX,
    }
    if ring:
        body |= {"face": to_rgba(WHITE, RING_ALPHA), "edge": style.colour, "width": RING_PX}
    parts: list[dict[str, Any]] = [
        {
            "radius": radius,
            "face": to_rgba(WHITE, HOLLOW_ALPHA if hollow else 1.0),
            "edge": to_rgba(WHITE, HALO_ALPHA),
            "width": HALO_PX,
        },
        body,
    ]
    if ring:
        dot = {"face": to_rgba(style.colour, tint), "edge": "none", "width": 0.0}
        parts.append({"radius": radius * DOT_SHARE, "symbol": "circle", **dot})
    for step, part in enumerate(parts):
        _stamp(axes, at, part, style=style, px=px, zorder=zorder + step * 1e-4, clip=clip)


def _stamp(
    axes: Axes,
    at: NDArray[np.float64],
    part: dict[str, Any],
    *,
    style: Style,
    px: float,
    zorder: float,
    clip: Patch | None,
) -> None:

    # A collection is scaled by the root of its sizes, in points.
    stamps = PathCollection(
        [outline(part.get("symbol", style.symbol))],
        sizes=[(part["radius"] * px) ** 2],
        offsets=at,
        offset_transform=axes.transData,
        transform=IdentityTransform(),
        facecolors=[part["face"]],
        edgecolors=[part["edge"]],
        linewidths=[part["width"] * px],
        joinstyle="round",
        zorder=zorder,
    )
    axes.add_collection(stamps, autolim=False)
    if clip is not None:
        stamps.set_clip_path(clip)
