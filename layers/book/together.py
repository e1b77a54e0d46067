"""Maps that are seen together: what they show, on one ground, in one set of classes and sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import moved
from layers.look.classification import classes
from layers.look.overlays import Choropleth, Points, Surface
from layers.plan.area import area
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
    extent = _ground_of(contents)
    made = []
    for content in shared:
        styles = {name: content.style(name) for name in content.visible}
        for each in contents:
            styles = {
                name: scaled(look, each.frames[name]) if name in each.frames else look
                for name, look in styles.items()
            }
        styles = {**content.styles, **styles}
        made.append(replace(content, styles=styles, extent=extent))
    return made


def _ground_of(contents: Sequence[Content]) -> tuple[float, float, float, float] | None:
    """Return the ground that maps show together: what they are asked to show, else all there is."""
    asked = [each.extent for each in contents if each.extent]
    if len(asked) < len(contents):
        return extent_of(contents)
    west, south, east, north = zip(*asked, strict=True)
    return min(west), min(south), max(east), max(north)


def in_shared_classes(contents: Sequence[Content], at: int) -> Content:
    """Return one of some maps with the classes of all: of zones, and of surfaces the wider ones.

    What is of the same, and in the same unit, shares classes: projects and money have no scale in
    common, nor has a number per km² one with a share.

    Parameters
    ----------
    contents, at
        What each shows, and which of them.
    """
    numbers: dict[tuple[str, str], list[NDArray[np.float64]]] = {}
    widest: dict[str, Surface] = {}
    for each in (overlay for content in contents for overlay in content.overlays):
        if isinstance(each, Choropleth):
            values = each.frame[each.column].to_numpy(float)
            numbers.setdefault((each.column, each.unit), []).append(values)
        elif isinstance(each, Surface):
            known = widest.setdefault(each.unit, each)
            if float(each.array.max()) > float(known.array.max()):
                widest[each.unit] = each
    breaks = {
        key: classes(np.concatenate(each)).uppers for key, each in numbers.items() if each[1:]
    }

    def shared(overlay: Overlay) -> Overlay:
        if isinstance(overlay, Choropleth) and (overlay.column, overlay.unit) in breaks:
            return replace(overlay, breaks=breaks[overlay.column, overlay.unit])
        if isinstance(overlay, Surface):
            wider = widest[overlay.unit]
            return replace(overlay, levels=wider.levels, top=float(wider.array.max()))
        return overlay

    content = contents[at]
    return replace(content, overlays=tuple(map(shared, content.overlays)))


def without_dots(content: Content) -> Content:
    """Return a map of zones without the points that were counted in them, which would bury them.

    Where something else stands between both, such as what is within reach, the points are what it
    starts from, and stay.

    Parameters
    ----------
    content
        What it shows.
    """
    marked = {type(each) for each in content.overlays if not is_named(each)}
    if Choropleth not in marked or marked - {Choropleth, Points}:
        return content
    ground = tuple(name for name in content.visible if name in area().context)
    kept = (each for each in content.overlays if isinstance(each, Choropleth) or is_named(each))
    return replace(content, visible=ground, overlays=tuple(kept))


def is_named(overlay: Overlay) -> bool:
    """Whether a result is of points that are there for their names, such as notes."""
    return isinstance(overlay, Points) and overlay.named


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
