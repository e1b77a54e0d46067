"""Corners that are no numbers, repeated, or the tip of a spike, found in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[Any]

_PER_BLOCK = 100_000  # corners whose arrays stay in the processor's cache
_TANGENT = 0.001  # of the angle between the two edges of a spike: 0.06°


class Suspects(NamedTuple):
    """Positions of the shapes that one pass over all corners finds worth a closer look.

    Parameters
    ----------
    not_finite
        With a coordinate that is no number.
    repeated
        That may have the same corner twice in a row.
    spiked
        That may have a corner at which the boundary goes back on itself.
    """

    not_finite: Ints
    repeated: Ints
    spiked: Ints


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
    >>> screened(shapes).repeated.tolist()
    [1]
    """
    xy = shapely.get_coordinates(shapes)
    ends = np.cumsum(shapely.get_num_coordinates(shapes))
    tests = (_is_not_finite, _is_repeated, _is_spike)
    corners: list[list[Ints]] = [[], [], []]
    for first in range(0, len(xy), _PER_BLOCK):
        block = xy[first : first + _PER_BLOCK + 2]
        with np.errstate(invalid="ignore", over="ignore"):
            step = np.diff(block, axis=0)
            for test, flagged in zip(tests, corners, strict=True):
                flagged.append(first + np.flatnonzero(test(block, step)))
    none = np.empty(0, dtype=np.int64)
    return Suspects(
        *(
            np.unique(np.searchsorted(ends, np.concatenate([none, *flagged]), side="right"))
            for flagged in corners
        )
    )


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
