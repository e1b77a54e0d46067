"""Maps that are seen together: what they show, on one ground, in one set of classes and sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import moved
from layers.look.classification import classes
from layers.look.overlays import Choropleth, Surface
from layers.scene.resolved import scaled
from layers.scene.window import GEOGRAPHIC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.look.content import Content
    from layers.look.overlays import Overlay

# Around what is shown, in shares of its size.
AROUND = 0.04


def comparable(contents: Sequence[Content]) -> list[Content]:
    """Return maps with the same classes, the same scale of symbols and the same ground.

    Parameters
    ----------
    contents
        What each shows.
    """
    shared = [in_shared_classes(contents, at) for at in range(len(contents))]
    extent = extent_of(contents)
    made = []
    for content in shared:
        styles = {name: content.style(name) for name in content.visible}
        for each in contents:
            styles = {
                name: scaled(look, each.frames[name]) if name in each.frames else look
                for name, look in styles.items()
            }
        styles = {**content.styles, **styles}
        made.append(replace(content, styles=styles, extent=content.extent or extent))
    return made


def in_shared_classes(contents: Sequence[Content], at: int) -> Content:
    """Return one of some maps with the classes of all: of zones, and of surfaces the wider ones.

    Zones share classes where they are coloured by the same: projects and money have no scale in
    common.

    Parameters
    ----------
    contents, at
        What each shows, and which of them.
    """
    numbers: dict[str, list[NDArray[np.float64]]] = {}
    for content in contents:
        for each in content.overlays:
            if isinstance(each, Choropleth):
                numbers.setdefault(each.column, []).append(each.frame[each.column].to_numpy(float))
    breaks = {
        name: classes(np.concatenate(each)).uppers for name, each in numbers.items() if each[1:]
    }
    surfaces = [
        each for content in contents for each in content.overlays if isinstance(each, Surface)
    ]
    widest = max(surfaces, key=lambda each: float(each.array.max()), default=None)

    def shared(overlay: Overlay) -> Overlay:
        if isinstance(overlay, Choropleth) and overlay.column in breaks:
            return replace(overlay, breaks=breaks[overlay.column])
        if isinstance(overlay, Surface) and widest is not None:
            return replace(overlay, levels=widest.levels, top=float(widest.array.max()))
        return overlay

    content = contents[at]
    return replace(content, overlays=tuple(map(shared, content.overlays)))


def extent_of(contents: Sequence[Content]) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north around what maps show, degrees; None for nothing.

    Parameters
    ----------
    contents
        What each shows.
    """
    corners = np.array([box for each in contents if (box := shown_bounds(each))])
    if not len(corners):
        return None
    south, west = corners[:, 0].min(axis=0).tolist()
    north, east = corners[:, 1].max(axis=0).tolist()
    across, along = AROUND * (east - west), AROUND * (north - south)
    return west - across, south - along, east + across, north + along


def shown_bounds(content: Content) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return south and west, north and east of what a map shows above its ground."""
    frames = [each for each in content.above_ground if len(each)]
    if not frames:
        return None
    placed = [moved(each.geometry, GEOGRAPHIC, function="output").to_numpy() for each in frames]
    corners = shapely.total_bounds(np.concatenate(placed))
    if not np.isfinite(corners).all():
        return None
    west, south, east, north = corners.tolist()
    return (south, west), (north, east)
