"""Sums of kernels as they are written: at the cells of a raster, over them, and at points.

The loops are compiled by numba, each when it is first called: in a second or less the first time on
a machine, from disk after that. The Gaussian kernel is separable and becomes products of matrices.

All lengths are in units of the largest bandwidth, from the north-western corner of the raster, so
that they are small numbers that keep their digits.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numba
import numpy as np

from geo.work import checkpoint, inherited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from geo.surface.kernels import Shape

    Floats = NDArray[np.float64]

# Cells are visited in groups of this many, so that no short remainder is left to be done one by
# one. The rasters that the loops see have as many columns more.
LANES = 8
_KINDS = {"quartic": 0, "epanechnikov": 1, "triweight": 2, "triangular": 3, "uniform": 3}
_GAUSSIAN = 4
_POINTS_PER_PRODUCT = 1024
_MAX_THREADS = 8
# Cells to be visited below which a second thread costs more than it gives.
_WORTH_A_THREAD = 2_000_000
# Cells that are visited between two looks at the watch: a quarter of a second.
_VISITS_AT_ONCE = 2e8


class Footprints(NamedTuple):
    """Points and the kernels on them.

    Parameters
    ----------
    x, y
        Places; ``y`` is negative on the raster.
    reach
        Bandwidth of each point, at most 1; one number for all where they are the same.
    weight
        What the profile of each point is multiplied with.
    shape
        The kernel.
    """

    x: Floats
    y: Floats
    reach: Floats
    weight: Floats
    shape: Shape


def surface(points: Footprints, *, rows: int, columns: int, cell: float) -> Floats:
    """Sum of the kernels at the centre of every cell, northern row first.

    Parameters
    ----------
    points
        The kernels.
    rows, columns
        Size of the raster.
    cell
        Side of a cell.
    """
    x_cells, y_cells = _centres(columns, cell), -_centres(rows, cell)
    if points.shape.name == "gaussian":
        out = np.zeros((rows, columns))
        for tile, up, across, at in _products(points, x_cells, y_cells):
            out[at] += (up * points.weight[tile]) @ across
        return out
    order = np.argsort(points.y, kind="stable")
    reach, weight = _each(points)[order], points.weight[order]
    args = (points.x[order], points.y[order], reach, weight / _unit_height(points.shape, reach))
    padded = _centres(columns + LANES, cell)
    wide = np.zeros((rows, padded.size))
    kind, slope = _KINDS[points.shape.name], points.shape.slope
    add_rows = _compiled("add_rows")

    def add_band(first: int, last: int) -> None:
        add_rows(*args, padded, y_cells, kind, slope, first, last, wide)

    # Each row is summed by one thread in one order: the result does not depend on their number.
    _share_out(add_band, rows, visits=visits(points, rows=rows, columns=columns, cell=cell))
    return np.ascontiguousarray(wide[:, :columns])


def masses(points: Footprints, inside: NDArray[np.bool_], *, cell: float) -> Floats:
    """Sum of the profile of each point over the cells that are inside.

    Parameters
    ----------
    points
        The kernels; their weights play no part.
    inside
        Raster of the cells that count, northern row first.
    cell
        Side of a cell.
    """
    rows, columns = inside.shape
    y_cells = -_centres(rows, cell)
    sums = np.zeros(points.x.size)
    if points.shape.name == "gaussian":
        weight = inside.astype(float)
        for tile, up, across, at in _products(points, _centres(columns, cell), y_cells):
            sums[tile] = np.einsum("rp,pr->p", up, across @ weight[at].T)
        return sums
    padded = _centres(columns + LANES, cell)
    wide = np.zeros((rows, padded.size))
    wide[:, :columns] = inside
    reach = _each(points).copy()  # loops take arrays that may be written to
    kind, slope = _KINDS[points.shape.name], points.shape.slope
    gather = _compiled("gather")

    def gather_some(first: int, last: int) -> None:
        gather(points.x, points.y, reach, padded, y_cells, kind, slope, first, last, wide, sums)

    _share_out(gather_some, sums.size, visits=visits(points, rows=rows, columns=columns, cell=cell))
    return sums / _unit_height(points.shape, points.reach)


def sums_at_points(points: Footprints) -> Floats:
    """Sum of all kernels at each of the points themselves, one at least; all have bandwidth 1.

    Parameters
    ----------
    points
        The kernels.
    """
    shape = points.shape
    # Strips as high as a kernel reaches: what reaches a point is in its own or in the next ones.
    strip = np.floor(points.y / shape.reach)
    # Strips with nobody in them are skipped, but two that are no neighbours must stay so.
    _, rank = np.unique(np.concatenate([strip, strip + 1]), return_inverse=True)
    number = rank[: strip.size].astype(np.int64)
    order = np.lexsort((points.x, number))
    x, y, weight, number = points.x[order], points.y[order], points.weight[order], number[order]
    starts = np.searchsorted(number, np.arange(number[-1] + 2))
    total = np.zeros(x.size)
    kind = _KINDS.get(shape.name, _GAUSSIAN)
    sum_up = _compiled("sum_up")

    def sum_some(first: int, last: int) -> None:
        sum_up(x, y, weight, number, starts, kind, shape.slope, shape.reach, first, last, total)

    _share_out(sum_some, x.size, visits=x.size * 100)
    sums = np.empty_like(total)
    sums[order] = total
    return sums


def visits(points: Footprints, *, rows: int, columns: int, cell: float) -> float:
    """How many cells the kernels cover, all points together: what an exact sum costs.

    Parameters
    ----------
    points
        The kernels.
    rows, columns
        Size of the raster.
    cell
        Side of a cell.
    """
    side = 2.0 * points.shape.reach / cell
    return float(np.minimum((side * _each(points)) ** 2, rows * columns).sum())


def _each(points: Footprints) -> Floats:
    return np.broadcast_to(points.reach, points.x.shape)


def _centres(count: int, cell: float) -> Floats:
    return (np.arange(count, dtype=float) + 0.5) * cell


def _unit_height(shape: Shape, reach: Floats) -> Floats:
    """Height that the compiled loops give the middle of a kernel: they measure from its rim."""
    return reach if shape.name in {"triangular", "uniform"} else reach ** (2.0 * shape.power)


def _share_out(part: Callable[[int, int], None], count: int, *, visits: float) -> None:
    """Do ``count`` things in parts, by several threads where that is worth it."""
    threads = int(min(os.cpu_count() or 1, _MAX_THREADS, 1 + visits // _WORTH_A_THREAD))
    if threads == 1:
        part(0, count)
        return
    bands = max(threads * 8, int(visits / _VISITS_AT_ONCE))
    edges = np.linspace(0, count, 1 + min(bands, count), dtype=int).tolist()

    def watched_part(first: int, last: int) -> None:
        checkpoint(first, count)
        part(first, last)

    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(inherited(watched_part), *band) for band in pairwise(edges)]:
            future.result()


# ---- the Gaussian ----


def _products(
    points: Footprints, x_cells: Floats, y_cells: Floats
) -> Iterator[tuple[NDArray[np.int64], Floats, Floats, tuple[slice, slice]]]:
    """Tiles of points, their profiles along y (cells, points) and x (points, cells), and where."""
    x, y, reach = points.x, points.y, _each(points)
    # Points that reach about as far and lie near each other share a tile.
    octave = np.ceil(np.log2(reach))
    strip = np.floor(y / (points.shape.reach * 2.0**octave))
    order = np.lexsort((x, strip, octave))
    for start in range(0, order.size, _POINTS_PER_PRODUCT):
        tile = order[start : start + _POINTS_PER_PRODUCT]
        x_t, y_t, h = x[tile], y[tile], reach[tile]
        margin = points.shape.reach * float(h.max())
        columns, rows = _within(x_cells, x_t, margin), _within(-y_cells, -y_t, margin)
        across = np.exp(-0.5 * ((x_cells[columns] - x_t[:, None]) / h[:, None]) ** 2)
        up = np.exp(-0.5 * ((y_cells[rows, None] - y_t) / h) ** 2)
        yield tile, up, across, (rows, columns)


def _within(cells: Floats, at: Floats, margin: float) -> slice:
    """Rising ``cells`` that a Gaussian from any of ``at`` reaches."""
    return slice(*np.searchsorted(cells, (at.min() - margin, at.max() + margin)).tolist())


# ---- the compiled loops ----
# They take their arguments by position. Which cells a point reaches is found generously: one out of
# reach gets exactly 0.


@numba.njit(error_model="numpy")
def _height(kind: int, inner: float, square: float, reach: float, slope: float) -> float:
    """Profile of a kernel, times what `_unit_height` says.

    ``square`` is the squared distance and ``inner`` what the squared reach exceeds it by.
    """
    flat = max(0.0, inner)
    if kind == 0:
        return flat * flat
    if kind == 1:
        return flat
    if kind == 2:  # noqa: PLR2004
        return flat * flat * flat
    return reach - slope * math.sqrt(square) if inner >= 0.0 else 0.0


def _add_rows(  # noqa: PLR0917
    x: Floats,
    y: Floats,
    reach: Floats,
    weight: Floats,
    x_cells: Floats,
    y_cells: Floats,
    kind: int,
    slope: float,
    first: int,
    last: int,
    out: Floats,
) -> None:
    """Add the kernels of all points, ``y`` rising, to the rows ``first`` to ``last``."""
    start = x_cells[0]
    per_cell = 1.0 / (x_cells[1] - x_cells[0])
    columns = x_cells.size - LANES
    for row in range(first, last):
        low = np.searchsorted(y, y_cells[row] - 1.0)
        high = np.searchsorted(y, y_cells[row] + 1.0, side="right")
        for i in range(low, high):
            up = y_cells[row] - y[i]
            rest = reach[i] * reach[i] - up * up
            if rest < 0.0:
                continue
            half = math.sqrt(rest)
            left = max(0, int((x[i] - half - start) * per_cell))
            right = min(columns - 1, int((x[i] + half - start) * per_cell) + 1)
            if right < left:
                continue
            # Unsigned, as an index that might be negative could not be done in groups.
            count = np.uint64((right - left) // LANES + 1) * np.uint64(LANES)
            cells, at = out[row, left:], x_cells[left:]
            x_i, reach_i, weight_i = x[i], reach[i], weight[i]
            for k in range(count):
                across = at[k] - x_i
                square = across * across
                height = _height(kind, rest - square, square + up * up, reach_i, slope)
                cells[k] += weight_i * height


def _gather(  # noqa: PLR0917
    x: Floats,
    y: Floats,
    reach: Floats,
    x_cells: Floats,
    y_cells: Floats,
    kind: int,
    slope: float,
    first: int,
    last: int,
    raster: Floats,
    out: Floats,
) -> None:
    """Sum a raster under the kernel of each of the points ``first`` to ``last``."""
    start = x_cells[0]
    per_cell = 1.0 / (x_cells[1] - x_cells[0])
    columns = x_cells.size - LANES
    for i in range(first, last):
        total = 0.0
        low = max(0, int((y_cells[0] - y[i] - reach[i]) * per_cell))
        high = min(y_cells.size, int((y_cells[0] - y[i] + reach[i]) * per_cell) + 2)
        for row in range(low, high):
            up = y_cells[row] - y[i]
            rest = reach[i] * reach[i] - up * up
            if rest < 0.0:
                continue
            half = math.sqrt(rest)
            left = max(0, int((x[i] - half - start) * per_cell))
            right = min(columns - 1, int((x[i] + half - start) * per_cell) + 1)
            if right < left:
                continue
            count = np.uint64((right - left) // LANES + 1) * np.uint64(LANES)
            cells, at = raster[row, left:], x_cells[left:]
            x_i, reach_i = x[i], reach[i]
            for k in range(count):
                across = at[k] - x_i
                square = across * across
                height = _height(kind, rest - square, square + up * up, reach_i, slope)
                total += cells[k] * height
        out[i] = total


def _sum_up(  # noqa: PLR0917
    x: Floats,
    y: Floats,
    weight: Floats,
    strip: NDArray[np.int64],
    starts: NDArray[np.int64],
    kind: int,
    slope: float,
    reach: float,
    first: int,
    last: int,
    out: Floats,
) -> None:
    """Sum kernels of bandwidth 1 at the points ``first`` to ``last``, ordered by strip and x."""
    for i in range(first, last):
        total = 0.0
        for s in range(max(0, strip[i] - 1), min(starts.size - 2, strip[i] + 1) + 1):
            part = x[starts[s] : starts[s + 1]]
            low = starts[s] + np.searchsorted(part, x[i] - reach)
            high = starts[s] + np.searchsorted(part, x[i] + reach, side="right")
            for j in range(low, high):
                across, up = x[j] - x[i], y[j] - y[i]
                square = across * across + up * up
                if kind < 4:  # noqa: PLR2004
                    total += weight[j] * _height(kind, 1.0 - square, square, 1.0, slope)
                elif square <= reach * reach:
                    total += weight[j] * math.exp(-0.5 * square)
        out[i] = total


_LOOPS: dict[str, tuple[Callable[..., None], str, Any]] = {
    "add_rows": (_add_rows, "f8[::1], " * 6 + "i8, f8, i8, i8, f8[:, ::1]", False),
    # A sum is done in groups only where its order may change.
    "gather": (
        _gather,
        "f8[::1], " * 5 + "i8, f8, i8, i8, f8[:, ::1], f8[::1]",
        {"reassoc", "nsz"},
    ),
    "sum_up": (
        _sum_up,
        "f8[::1], " * 3 + "i8[::1], " * 2 + "i8, f8, f8, i8, i8, f8[::1]",
        False,
    ),
}


@cache
def _compiled(name: str) -> Callable[..., None]:
    loop, arguments, order = _LOOPS[name]
    options = {"nogil": True, "error_model": "numpy", "fastmath": order}
    try:
        compiled: Callable[..., None] = numba.njit(f"void({arguments})", cache=True, **options)(
            loop
        )
    except RuntimeError:
        # There is no folder that the result could be kept in: compile anew in each process.
        compiled = numba.njit(f"void({arguments})", **options)(loop)
    return compiled
