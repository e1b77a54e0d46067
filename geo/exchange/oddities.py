"""Shapes that are sound and hardly meant: next to a line in width, twice there, or overlapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Shapes = NDArray[Any]

_SLIVER_RATIO = 1e-5  # of area to the square of perimeter: a strip 1 m wide and 25 km long
_MIXED = np.array([1.0, np.sqrt(2), np.sqrt(3), np.sqrt(5)])
# Pairs of vertices of overlapping boxes bound what an intersection can cost.
_MOST_AREAS, _MOST_TESTS, _OVERLAP_SHARE = 2_000, 30_000_000, 0.001
_DIMENSION_AREA = 2


def slivers(shapes: Shapes) -> Ints:
    """Find areas that are next to a line in width.

    Parameters
    ----------
    shapes
        Valid shapes of any kind, none missing or empty.

    Returns
    -------
    Positions of those whose area is under 1e-5 of the square of their perimeter.

    Examples
    --------
    >>> slivers(np.array([shapely.box(0, 0, 1, 1), shapely.box(0, 0, 1, 1e-6)])).tolist()
    [1]
    """
    area, bounds = shapely.area(shapes), shapely.bounds(shapes)
    # No boundary is longer than its edges times the reach of its box, which is had for less.
    reach = bounds[:, 2] - bounds[:, 0] + bounds[:, 3] - bounds[:, 1]
    longest = reach * shapely.get_num_coordinates(shapes)
    thin = np.flatnonzero((area > 0) & (area < _SLIVER_RATIO * longest**2))
    return np.asarray(thin[area[thin] < _SLIVER_RATIO * shapely.length(shapes[thin]) ** 2])


def duplicates(shapes: Shapes) -> Ints:
    """Find shapes that are those of an earlier position, wherever their boundaries begin.

    Parameters
    ----------
    shapes
        Shapes of any kind, none missing or empty.

    Returns
    -------
    Positions, the first of each kind left out.

    Examples
    --------
    >>> places = [shapely.Point(1, 2), shapely.Point(0, 0), shapely.Point(1, 2)]
    >>> duplicates(np.array(places)).tolist()
    [2]
    """
    # One number of a box: what has the same one by chance is told apart below.
    mixed = (shapely.bounds(shapes) * _MIXED).sum(axis=1)
    alike = np.flatnonzero(pd.Series(mixed).duplicated(keep=False).to_numpy())
    forms = pd.Series(shapely.to_wkb(shapely.normalize(shapes[alike])), dtype=object)
    return np.asarray(alike[forms.duplicated().to_numpy(dtype=bool)])


def overlaps(shapes: Shapes) -> Ints:
    """Find pairs of areas that share more than a thousandth of the smaller.

    Parameters
    ----------
    shapes
        Valid shapes of any kind, none missing or empty.

    Returns
    -------
    Positions of shape (n, 2), the pair that shares most first; none where there are so many or so
    detailed areas that finding out would take long.

    Examples
    --------
    >>> squares = [shapely.box(x, 0, x + 2, 2) for x in (0, 2, 3)]
    >>> overlaps(np.array(squares)).tolist()
    [[1, 2]]
    """
    none = np.empty((0, 2), dtype=np.int64)
    at = np.flatnonzero(shapely.get_dimensions(shapes) == _DIMENSION_AREA)
    if at.size > _MOST_AREAS:
        return none
    areas = shapes[at]
    first, second = shapely.STRtree(areas).query(areas)
    first, second = first[first < second], second[first < second]
    vertices = shapely.get_num_coordinates(areas).astype(float)
    if (vertices[first] * vertices[second]).sum() > _MOST_TESTS:
        return none
    try:
        shared = shapely.area(shapely.intersection(areas[first], areas[second]))
    except shapely.GEOSException:  # coordinates so large that nothing can be said of them
        return none
    size = shapely.area(areas)
    real = np.flatnonzero(shared > _OVERLAP_SHARE * np.minimum(size[first], size[second]))
    real = real[np.argsort(-shared[real], kind="stable")]
    return np.asarray(np.column_stack([at[first[real]], at[second[real]]]))
