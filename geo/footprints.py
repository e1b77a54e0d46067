"""The compiled loop of kernel density: adds the footprints of points to rows of cells.

Importing this module compiles it, in about a second the first time on a machine, from disk after
that.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Cells are visited in groups of this many, so that no short remainder is left to be done one by
# one.
LANES = 8
KINDS = {"quartic": 0, "epanechnikov": 1, "triangular": 2, "uniform": 3}
_SIGNATURE = "void(f8[::1], f8[::1], f8[::1], f8[::1], f8[::1], i8, i8, i8, f8[:, ::1])"


def _add_rows(  # noqa: PLR0917  compiled functions take their arguments by position
    x: Floats,
    y: Floats,
    weight: Floats,
    x_cells: Floats,
    y_cells: Floats,
    kind: int,
    first: int,
    last: int,
    out: Floats,
) -> None:
    """Add the kernels of all points to the rows ``first`` to ``last`` of ``out``.

    Lengths are in bandwidths. ``y`` and ``x_cells`` rise; the last ``LANES`` of ``x_cells`` are
    beyond the raster, as are those columns of ``out``. Which of them a point reaches is found
    generously: a cell out of reach gets exactly 0.
    """
    start = x_cells[0]
    per_cell = 1.0 / (x_cells[1] - x_cells[0])
    columns = x_cells.size - LANES
    for row in range(first, last):
        low = np.searchsorted(y, y_cells[row] - 1.0)
        high = np.searchsorted(y, y_cells[row] + 1.0, side="right")
        for i in range(low, high):
            up = y_cells[row] - y[i]
            rest = 1.0 - up * up
            if rest < 0.0:
                continue
            half = math.sqrt(rest)
            left = max(0, int((x[i] - half - start) * per_cell))
            right = min(columns - 1, int((x[i] + half - start) * per_cell) + 1)
            if right < left:
                continue
            # Unsigned, as an index that might be negative could not be done in groups.
            count = np.uint64((right - left) // LANES + 1) * np.uint64(LANES)
            cells, at, x_i, weight_i = out[row, left:], x_cells[left:], x[i], weight[i]
            if kind == 0:
                for k in range(count):
                    across = at[k] - x_i
                    inner = rest - across * across
                    inner = max(0.0, inner)
                    cells[k] += weight_i * (inner * inner)
            elif kind == 1:
                for k in range(count):
                    across = at[k] - x_i
                    inner = rest - across * across
                    cells[k] += weight_i * max(0.0, inner)
            elif kind == 2:  # noqa: PLR2004
                for k in range(count):
                    across = at[k] - x_i
                    inner = 1.0 - math.sqrt(across * across + up * up)
                    cells[k] += weight_i * max(0.0, inner)
            else:
                for k in range(count):
                    across = at[k] - x_i
                    cells[k] += weight_i if rest - across * across >= 0.0 else 0.0


def _compiled() -> Callable[..., None]:
    try:
        keep = numba.njit(_SIGNATURE, cache=True, nogil=True, error_model="numpy")
        compiled: Callable[..., None] = keep(_add_rows)
    except RuntimeError:
        # There is no folder that the result could be kept in: compile anew in each process.
        compiled = numba.njit(_SIGNATURE, nogil=True, error_model="numpy")(_add_rows)
    return compiled


add_rows = _compiled()
