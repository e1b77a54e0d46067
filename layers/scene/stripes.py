"""Zones that overlap, drawn so that each piece of ground has the colour of one of them.

Translucent colours laid on each other make colours that no legend has. Where zones overlap,
diagonal stripes are dealt out to them in turn instead.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.borders import Borders
from geo.overlaps import overlapping

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Stripes across the whole of the zones: some two millimetres each on a printed sheet.
ACROSS = 110
# Of more zones the pieces are too many, and too small to be seen.
MOST_ZONES = 300
# So are those of zones whose borders cross so often, or that lie on each other so often: pieces.
MOST_CROSSINGS, MOST_PIECES = 10_000, 30_000
AREA = 2
# Corners are kept to so small a part of the whole.
GRID = 1e-9


def shared_out(zones: NDArray[Any]) -> NDArray[np.object_] | None:
    """Return the part of each zone that is painted in its colour.

    Parameters
    ----------
    zones
        Polygons in one plane; missing ones stay.

    Returns
    -------
    numpy.ndarray or None
        Polygons that overlap nowhere and together cover what the zones do; None where the zones
        overlap nowhere, or are more than can be told apart.

    Examples
    --------
    >>> zones = np.array([shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)])
    >>> [round(part.area, 2) for part in shared_out(zones)]
    [1.5, 1.5]
    >>> shared_out(zones[:1]) is None
    True
    """
    here = np.flatnonzero(~(shapely.is_missing(zones) | shapely.is_empty(zones)))
    if not 1 < here.size <= MOST_ZONES:
        return None
    # Ground alone: a spike would be a line beside it.
    valid = shapely.make_valid(zones[here], method="structure", keep_collapsed=False)
    if not overlapping(valid):
        return None
    if Borders(valid).crossings(MOST_CROSSINGS) == MOST_CROSSINGS:
        return None
    bounds = tuple(shapely.total_bounds(valid).tolist())
    grid = GRID * max(bounds[2] - bounds[0], bounds[3] - bounds[1])
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(shapely.boundary(valid))]))
    inside = shapely.point_on_surface(faces)
    tree = shapely.STRtree(valid)
    if tree.query(inside)[0].size > MOST_PIECES:
        return None
    face, zone = tree.query(inside, predicate="within")
    parts: dict[int, list[Any]] = defaultdict(list)
    order = np.lexsort((zone, face))
    splits = np.flatnonzero(np.diff(face[order])) + 1
    for rows in np.split(order, splits):
        ground, sharers = faces[face[rows[0]]], zone[rows].tolist()
        for turn, each in enumerate(sharers):
            mine = ground if len(sharers) == 1 else _dealt(bounds, len(sharers), turn)
            pieces = shapely.get_parts(shapely.intersection(ground, mine))
            # Where stripe and ground only touch, they have a line in common.
            parts[each] += pieces[shapely.get_dimensions(pieces) == AREA].tolist()
    shared = np.array(zones, dtype=object)
    for at, row in enumerate(here.tolist()):
        # Without a grid GEOS loses some of the polygons that only touch.
        shared[row] = shapely.union_all(parts[at], grid_size=grid)
    return shared


@lru_cache(maxsize=64)
def _dealt(bounds: tuple[float, float, float, float], sharers: int, turn: int) -> Any:  # noqa: ANN401 - shapely has no types
    """Return every so-manieth of the diagonal stripes across the bounds."""
    west, south, east, north = bounds
    tall = north - south
    step = (east - west + tall) / ACROSS
    left = west - tall + step * np.arange(turn, ACROSS, sharers)
    corners = np.stack([left, left + step, left + step + tall, left + tall], axis=1)
    heights = np.broadcast_to([south, south, north, north], corners.shape)
    stripes: Any = shapely.polygons(np.stack([corners, heights], axis=2))
    return shapely.multipolygons(stripes)
