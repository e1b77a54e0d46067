"""What one pass over all corners finds: none that is a number, twins, spikes, and sound rings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from shapely import GeometryType

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[Any]

_PER_BLOCK = 100_000  # corners whose arrays stay in the processor's cache
_MOST_OF_STAR = 1_000_000  # corners, each of which takes a hundred bytes meanwhile
_TANGENT = 0.001  # of the angle between the two edges of a spike: 0.06°
# What the rounding of two products and their difference can amount to, many times over.
_ROUNDING, _SMALLEST = 1e-14, 1e-300


class Suspects(NamedTuple):
    """What one pass over all corners finds of some shapes.

    Parameters
    ----------
    not_finite
        Positions of those with a coordinate that is no number.
    repeated
        Positions of those that may have the same corner twice in a row.
    spiked
        Positions of those that may have a corner at which the boundary goes back on itself.
    star
        Whether a shape is one ring that can be seen whole from within, and so is valid; false
        where that was not looked for.
    """

    not_finite: Ints
    repeated: Ints
    spiked: Ints
    star: Flags


def screened(shapes: Shapes) -> Suspects:
    """Look at all corners of all shapes once.

    Parameters
    ----------
    shapes
        Any; missing ones have no corner.

    Returns
    -------
    Suspects: corners of two rings or two shapes are not told apart, so that some are sound.

    Examples
    --------
    >>> shapes = np.array([shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (0, 0), (1, 1)])])
    >>> found = screened(shapes)
    >>> found.repeated.tolist(), found.star.tolist()
    ([1], [True, False])
    """
    counts = shapely.get_num_coordinates(shapes).astype(np.int64)
    ends = np.cumsum(counts)
    tests = (_is_not_finite, _is_repeated, _is_spike)
    none = np.empty(0, dtype=np.int64)
    corners: list[list[Ints]] = [[none], [none], [none]]
    star = _is_one_ring(shapes) & (counts <= _MOST_OF_STAR)
    with np.errstate(invalid="ignore", over="ignore"):
        for start, stop in _slices(ends):
            xy, begin = shapely.get_coordinates(shapes[start:stop]), ends[start] - counts[start]
            for first in range(0, len(xy), _PER_BLOCK):
                block = xy[first : first + _PER_BLOCK + 2]
                step = np.diff(block, axis=0)
                for test, flagged in zip(tests, corners, strict=True):
                    flagged.append(begin + first + np.flatnonzero(test(block, step)))
            one_ring = star[start:stop].copy()
            if one_ring.any():
                size = counts[start:stop]
                own = xy if one_ring.all() else xy[np.repeat(one_ring, size)]
                star[start:stop][one_ring] = _is_star(own, size[one_ring])
    not_finite, repeated, spiked = (
        np.unique(np.searchsorted(ends, np.concatenate(at), side="right")) for at in corners
    )
    return Suspects(not_finite, repeated, spiked, star)


def _slices(ends: Ints) -> list[tuple[int, int]]:
    """Cut shapes where so many corners have come together; a larger shape is a slice of its own."""
    starts = np.flatnonzero(np.diff(ends // _PER_BLOCK, prepend=-1)).tolist()
    return list(zip(starts, [*starts[1:], len(ends)], strict=True)) if starts else []


def _is_one_ring(shapes: Shapes) -> Flags:
    """Whether a shape is an area of one part and without holes."""
    kinds = shapely.get_type_id(shapes)
    single = shapes
    lone = np.flatnonzero(kinds == GeometryType.MULTIPOLYGON)
    if lone.size:
        lone = lone[shapely.get_num_geometries(shapes[lone]) == 1]
        single = shapes.copy()
        single[lone] = shapely.get_geometry(shapes[lone], 0)
        kinds[lone] = GeometryType.POLYGON
    bare = (shapely.get_num_interior_rings(single) == 0) & (shapely.get_num_coordinates(single) > 0)
    return np.asarray((kinds == GeometryType.POLYGON) & bare)


def _is_star(corners: Floats, counts: Ints) -> Flags:
    """Whether closed rings go once around the mean of their corners and never turn back.

    Seen from there, each corner lies on the same side of the one before, by more than rounding can
    have made, and the boundary passes one direction once: no two edges can meet.
    """
    ends = np.cumsum(counts)
    starts = ends - counts
    x, y = (
        each - np.repeat((np.add.reduceat(each, starts) - each[starts]) / (counts - 1), counts)
        for each in np.ascontiguousarray(corners.T)
    )
    after, before = x[:-1] * y[1:], y[:-1] * x[1:]
    turn, least = after - before, (np.abs(after) + np.abs(before)) * _ROUNDING + _SMALLEST
    left, right, upwards = (np.ones(len(corners), dtype=bool) for _ in range(3))
    left[:-1], right[:-1] = turn > least, turn < -least
    upwards[:-1] = (y[:-1] < 0) & (y[1:] >= 0)
    left[ends - 1] = right[ends - 1] = True  # from the last corner there is no edge
    upwards[ends - 1] = False
    same_side = np.logical_and.reduceat(left, starts) | np.logical_and.reduceat(right, starts)
    return np.asarray(same_side & (np.add.reduceat(upwards.astype(np.int64), starts) == 1))


def has_spike(corners: Floats) -> bool:
    """Whether a line goes back on itself within 0.06° at one of its corners.

    Parameters
    ----------
    corners
        Coordinates of shape (n, 2).

    Examples
    --------
    >>> has_spike(np.array([[0, 0], [2, 0], [2, 1], [2, 0]]))
    True
    """
    return bool(_is_spike(corners, np.diff(corners, axis=0)).any())


def _is_not_finite(corners: Floats, _: Floats) -> Flags:
    if np.isfinite(corners.sum()):
        return np.zeros(0, dtype=bool)
    return np.asarray(~np.isfinite(corners).all(axis=1))


def _is_repeated(_: Floats, step: Floats) -> Flags:
    return np.asarray((step[:, 0] == 0) & (step[:, 1] == 0))


def _is_spike(_: Floats, step: Floats) -> Flags:
    x, y = step[:, 0], step[:, 1]
    along = x[:-1] * x[1:] + y[:-1] * y[1:]
    back = np.flatnonzero(along < 0)
    across = x[back] * y[back + 1] - y[back] * x[back + 1]
    spike = np.zeros(len(along), dtype=bool)
    spike[back] = np.abs(across) < -_TANGENT * along[back]
    return spike
