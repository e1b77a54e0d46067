"""Lines and outlines with no more corners than can be seen, in bounded time and depth.

The method of Douglas and Peucker takes the square of a line's corners where each stands out, and as
many calls within calls: a zigzag of some ten thousand ends the whole process. So long lines are
simplified in pieces, whose ends stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoSeries
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry as Shape

# Corners of a shape that is simplified whole, and of a piece of a longer line.
MOST_WHOLE, PIECE = 2_000, 1_000
_LEAST_OF_A_RING = 4


def simplified(
    shapes: Shape | GeoSeries | Sequence[Shape] | NDArray[np.object_],
    tolerance: float,
    *,
    preserve_topology: bool = True,
) -> NDArray[np.object_]:
    """Return shapes without the corners that stand out by less than a tolerance.

    Parameters
    ----------
    shapes
        Geometries of any kinds (n,), or one; missing ones stay missing.
    tolerance
        How far a line may be off, in the units of the coordinates.
    preserve_topology
        Whether nothing vanishes, of shapes of up to 2,000 corners. Of longer ones what is smaller
        than the tolerance vanishes, and areas are made valid.

    Returns
    -------
    The shapes (n,), without heights where they are longer.

    Examples
    --------
    >>> zigzag = shapely.LineString([(x, x % 2) for x in range(100_001)])
    >>> shapely.get_num_coordinates(simplified([zigzag], 2.0)).tolist()  # the ends of 100 pieces
    [101]
    """
    given = np.atleast_1d(np.asarray(shapes, dtype=object))
    long = shapely.get_num_coordinates(given) > MOST_WHOLE
    simple: NDArray[np.object_] = given.copy()
    simple[~long] = shapely.simplify(given[~long], tolerance, preserve_topology=preserve_topology)
    for at in np.flatnonzero(long):
        simple[at] = _simplified(given[at], tolerance)
    return simple


def _simplified(shape: Shape, tolerance: float) -> Shape:
    if shape.geom_type == "Polygon":
        return _area(shape, tolerance)
    if shape.geom_type in {"LineString", "LinearRing"}:
        return _as(shape, _corners(shape, tolerance))
    if shape.geom_type == "MultiPoint":
        return shape
    parts = simplified(shapely.get_parts(shape), tolerance, preserve_topology=False)
    # What was made valid may be in parts itself; a collection holds what is in parts as it is.
    flat = parts if shape.geom_type == "GeometryCollection" else shapely.get_parts(parts)
    return _as(shape, [part for part in flat if not part.is_empty])


def _as(shape: Shape, contents: object) -> Shape:
    made: Shape = getattr(shapely, shape.geom_type)(contents)
    return made


def _area(area: Shape, tolerance: float) -> Shape:
    rings = shapely.get_rings(area)
    long = shapely.get_num_coordinates(rings) > MOST_WHOLE
    rings[~long] = shapely.simplify(rings[~long], tolerance, preserve_topology=False)
    for at in np.flatnonzero(long):
        rings[at] = shapely.LinearRing(_corners(rings[at], tolerance))
    outer, *holes = rings
    if shapely.get_num_coordinates(outer) < _LEAST_OF_A_RING:
        return shapely.Polygon()
    stay = [hole for hole in holes if shapely.get_num_coordinates(hole) >= _LEAST_OF_A_RING]
    simple = shapely.Polygon(outer, stay)
    if simple.is_valid:
        return simple
    return shapely.make_valid(simple, method="structure", keep_collapsed=False)


def _corners(line: Shape, tolerance: float) -> NDArray[np.float64]:
    """Return the corners of a line that is longer than a piece; each piece keeps its ends."""
    xy = shapely.get_coordinates(line)
    first = np.arange(0, len(xy) - 1, PIECE)
    last = np.minimum(first + PIECE, len(xy) - 1)
    pieces = [xy[start : end + 1] for start, end in zip(first, last, strict=True)]
    piece = np.repeat(np.arange(len(pieces)), [len(part) for part in pieces])
    lines = shapely.linestrings(np.concatenate(pieces), indices=piece)
    simple = shapely.simplify(lines, tolerance, preserve_topology=False)
    kept, of = shapely.get_coordinates(simple, return_index=True)
    # The end of each piece is the beginning of the next.
    again = np.concatenate([[False], np.diff(of) > 0])
    corners: NDArray[np.float64] = kept[~again]
    return corners
