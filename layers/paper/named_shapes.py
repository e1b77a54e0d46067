"""The shapes that names on a printed map are placed by: what is in the frame, and their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.borders import Borders
from geo.outlines import simplified
from layers.scene.stripes import MOST_CROSSINGS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.scene.scene import Drawn
    from layers.scene.window import Window

# The name of a zone stands in what is its own where that is so much of it: zones may overlap.
OWN_SHARE = 0.2
# A place is sought in a shape of so many corners; one of more is simplified first, by so much.
MOST_CORNERS, COARSE_PT = 5_000, 2.0


def held(shape: BaseGeometry, where: str, window: Window) -> BaseGeometry:
    """Return the part of a shape in the frame; of lines and edges the longest, of areas one.

    Of a shape that is all corners still where it is simplified, a point.

    Parameters
    ----------
    shape
        What is named, on the sheet.
    where
        Where its name is to stand, see :class:`layers.type.label_placement.LabelRequest`.
    window
        The map.
    """
    frame = window.frame
    cut = shapely.clip_by_rect(shape, frame.left, frame.bottom, frame.right, frame.top)
    parts: NDArray[Any] = shapely.get_parts(cut)
    if len(parts) == 0:
        return cut
    if where == "line":
        parts = shapely.get_parts(shapely.line_merge(cut))
        sizes = shapely.length(parts)
    else:
        sizes = shapely.area(parts)
    longest: BaseGeometry = parts[int(np.argmax(sizes))]
    if shapely.get_num_coordinates(longest) <= MOST_CORNERS:
        return longest
    plain: BaseGeometry = simplified(longest, COARSE_PT)[0]
    if 0 < shapely.get_num_coordinates(plain) <= MOST_CORNERS:
        return plain
    middle: BaseGeometry = shapely.point_on_surface(longest)
    return middle


def named_shapes(layer: Drawn, window: Window) -> NDArray[np.object_]:
    """Return shapes on the sheet, zones without what others share: a name is in one zone only.

    Parameters
    ----------
    layer, window
        What is named, and the map.
    """
    if layer.picture is not None:
        return layer.shapes
    zones = window.drawn(layer.shapes)
    if not layer.numbered:
        return zones
    shapes = zones.copy()
    # Where borders cross very often, what is a zone's own is in crumbs that hold no name.
    borders = Borders(zones)
    if borders.crossings(MOST_CROSSINGS) == MOST_CROSSINGS:
        return shapes
    # Two that overlap have borders that meet; those whose boxes do may be all pairs.
    if (close := borders.close()) is None:
        return shapes
    one, other = close[shapely.overlaps(*zones[close.T])].T
    one, other = np.concatenate([one, other]), np.concatenate([other, one])
    for at in np.unique(one):
        own = shapely.difference(zones[at], shapely.union_all(zones[other[one == at]]))
        if own.area > OWN_SHARE * zones[at].area:
            shapes[at] = own
    return shapes
