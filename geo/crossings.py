"""The compiled loop of point location: looks points up, and counts crossings where borders are.

Importing this module compiles it, in about a second the first time on a machine, from disk after
that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
from numba.extending import register_jitable

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_OUT, _IN, _UNSURE = 0, 1, 2
# A determinant further from zero than this part of its terms has the right sign: Shewchuk's bound
# for the orientation of three points in float64, (3 + 16ε)ε with ε = 2⁻⁵³.
_SURE = (3.0 + 16.0 * 2.0**-53) * 2.0**-53
_SIGNATURE = (
    "UniTuple(i8, 2)(f8[:], f8[:], i8, i8, f8[::1], i8, i8, i4[::1], i8[::1], i8[::1], "
    "i8[::1], i8[::1], i8[::1], f8[:, ::1], i8[::1], i8[::1])"
)


@register_jitable
def _side(x: float, y: float, edges: Floats, first: int, last: int) -> int:
    """Whether a point is inside the rings that have these edges at its height, border included.

    A ray runs to the right, and each edge that it crosses changes sides. Only an edge whose box
    holds the point takes arithmetic; the answer is unsure if rounding could turn it.
    """
    inside = False
    for k in range(first, last):
        x0, y0, x1, y1 = edges[k, 0], edges[k, 1], edges[k, 2], edges[k, 3]
        if y0 == y and (x0 == x or (y1 == y and min(x0, x1) <= x <= max(x0, x1))):
            return _IN
        if (y0 > y) == (y1 > y) or x > max(x0, x1):
            continue
        if x >= min(x0, x1):
            if x0 == x1:
                return _IN
            ahead, behind = (x0 - x) * (y1 - y), (x1 - x) * (y0 - y)
            turn = ahead - behind
            if abs(turn) <= _SURE * (abs(ahead) + abs(behind)):
                return _UNSURE
            # The point is right of an edge that rises, or left of one that falls.
            if (turn < 0.0) == (y1 > y0):
                continue
        inside = not inside
    return _IN if inside else _OUT


def _find(  # noqa: PLR0917  compiled: by position, and one loop is the point of it
    x: Floats,
    y: Floats,
    first: int,
    last: int,
    frame: Floats,
    rows: int,
    columns: int,
    answer: NDArray[np.int32],
    start: Ints,
    candidates: Ints,
    low_row: Ints,
    first_strip: Ints,
    strip: Ints,
    edges: Floats,
    point: Ints,
    polygon: Ints,
) -> tuple[int, int]:
    """Write pairs of the points ``first`` to ``last`` and their polygons until there is no room.

    ``frame`` is the corner of the raster and the size of its cells; ``strip`` says where the edges
    begin that a polygon has in one row of it. A candidate that holds all of its cell is given as
    its complement ~p. An unsure polygon is written as its complement ~p.
    Returns the point to go on with, and the number of pairs.
    """
    n_pairs = 0
    for i in range(first, last):
        across, up = (x[i] - frame[0]) / frame[2], (y[i] - frame[1]) / frame[2]
        if not (0.0 <= across < columns and 0.0 <= up < rows):
            continue
        row = int(up)
        cell = row * columns + int(across)
        cell_answer = answer[cell]
        if cell_answer == -1:
            continue
        if n_pairs + max(1, start[cell + 1] - start[cell]) > point.size:
            return i, n_pairs
        if cell_answer >= 0:
            point[n_pairs] = i
            polygon[n_pairs] = cell_answer
            n_pairs += 1
            continue
        for k in range(start[cell], start[cell + 1]):
            p = candidates[k]
            if p < 0:
                point[n_pairs] = i
                polygon[n_pairs] = ~p
                n_pairs += 1
                continue
            at = first_strip[p] + row - low_row[p]
            if row < low_row[p] or at >= first_strip[p + 1]:
                continue
            side = _side(x[i], y[i], edges, strip[at], strip[at + 1])
            if side != _OUT:
                point[n_pairs] = i
                polygon[n_pairs] = p if side == _IN else ~p
                n_pairs += 1
    return last, n_pairs


def _compiled() -> Callable[..., tuple[int, int]]:
    try:
        keep = numba.njit(_SIGNATURE, cache=True, nogil=True, error_model="numpy")
        compiled: Callable[..., tuple[int, int]] = keep(_find)
    except RuntimeError:
        # There is no folder that the result could be kept in: compile anew in each process.
        compiled = numba.njit(_SIGNATURE, nogil=True, error_model="numpy")(_find)
    return compiled


find = _compiled()
