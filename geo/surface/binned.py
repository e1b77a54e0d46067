"""Kernel density of very many points: binned, convolved by Fourier transform, its error bounded.

Every point is replaced by 16 weights on the lattice of the cell centres, or a lattice several times
finer, such that the kernel, as a function of where the point is, is interpolated by a bicubic
polynomial. What the surface can be off by follows from how far that polynomial can be off the
kernel, at each distance, and from where the points are. Transforms are in double precision, so that
rounding plays no part.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numba
import numpy as np
import scipy.fft

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.surface.footprints import Footprints
    from geo.surface.kernels import Shape

    Floats = NDArray[np.float64]

_FINEST = 8  # lattice steps in a cell
_MAX_NODES = 25_000_000  # 400 MB with their transform
_WORKERS = min(os.cpu_count() or 1, 8)
# The interpolation is looked at for this many positions of a point along a cell, fewer where a cell
# is small beside the kernel. Between them it may be a little worse: by at most 4 % for smooth
# kernels and 27 % for those that end in a kink, at any distance and ratio tried.
_POSITIONS, _FEWER, _SMALL = 17, 9, 64.0
_SAFETY, _SAFETY_AT_KINKS = 1.05, 1.3
_SMOOTH = {"quartic", "triweight", "gaussian"}
# Rounding of a transform in double precision, as a part of the largest value, generously.
_ROUNDING = 1e-12
# Reach in lattice steps from which on blocks of 2 and of 4 nodes are fine enough for the bound.
_BLOCKS = ((48.0, 4), (16.0, 2))
_NODES = 4  # of the interpolation, along each axis
# Rows of nodes in a band, a multiple of all blocks; parts of the points that are put in order.
_BAND, _PARTS = 32, 8


class Surface(NamedTuple):
    """Sum of kernels at the cell centres, and what it can be off by.

    Parameters
    ----------
    surface
        One value for each cell, northern row first.
    bound
        The largest possible difference from the sum as it is written, at any cell.
    bound_pct
        The same in percent of the highest value of that sum.
    """

    surface: Floats
    bound: float
    bound_pct: float


def surface(
    points: Footprints, *, rows: int, columns: int, cell: float, tolerance_pct: float
) -> Surface:
    """Sum the kernels by binning, as coarsely as the tolerance lets.

    Parameters
    ----------
    points
        The kernels; all have bandwidth 1.
    rows, columns
        Size of the raster.
    cell
        Side of a cell in bandwidths.
    tolerance_pct
        Bound that is asked for.

    Returns
    -------
    The surface. Where no lattice tried keeps the tolerance, its bound is above it, and where none
    can with this kernel there is no surface at all: it is empty, with the bound for points that are
    spread evenly.
    """
    attempt = Surface(np.zeros((0, 0)), math.inf, math.inf)
    for finer in range(1, _FINEST + 1):
        lattice = Lattice.over(rows, columns, cell, finer, points.shape)
        if lattice.nodes > _MAX_NODES:
            break
        errors = _errors(points.shape, lattice.reach)
        least = min(errors.alone_pct, errors.even_pct)
        if least > tolerance_pct:
            attempt = attempt._replace(bound_pct=least)
            continue
        with scipy.fft.set_workers(_WORKERS):
            attempt = _convolved(points, lattice, errors)
        if attempt.bound_pct <= tolerance_pct:
            break
    return attempt


class Lattice(NamedTuple):
    """Nodes that points are binned to; cell centres are among them.

    Parameters
    ----------
    rows, columns
        Size of the raster.
    finer
        Nodes in a cell, along each axis.
    step
        From node to node, in bandwidths.
    reach
        Reach of the kernel in steps.
    margin
        Nodes before the first cell centre, and after the last.
    """

    rows: int
    columns: int
    finer: int
    step: float
    reach: float
    margin: int

    @classmethod
    def over(cls, rows: int, columns: int, cell: float, finer: int, shape: Shape) -> Lattice:
        """Lay the lattice over a raster, with room for all points that reach into it."""
        reach = shape.reach * finer / cell
        return cls(rows, columns, finer, cell / finer, reach, math.ceil(reach) + _NODES)

    @property
    def size(self) -> tuple[int, int]:
        """Nodes along y and x, as many as transform well."""
        wide = (
            (count - 1) * self.finer + 1 + 2 * self.margin for count in (self.rows, self.columns)
        )
        y, x = wide  # the transform along x comes first, of real numbers
        return scipy.fft.next_fast_len(y, real=False), scipy.fft.next_fast_len(x, real=True)

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return math.prod(self.size)


def _convolved(points: Footprints, lattice: Lattice, errors: Errors) -> Surface:
    on_nodes, on_blocks = _binned(points, lattice, errors.block)
    half = math.ceil(lattice.reach)
    distance = np.hypot(*np.ogrid[: half + 1, : half + 1]) * lattice.step
    filtered = _filter(on_nodes, points.shape.profile(distance))
    y, x = (
        slice(lattice.margin, lattice.margin + (count - 1) * lattice.finer + 1, lattice.finer)
        for count in (lattice.rows, lattice.columns)
    )
    # The sum itself is nowhere negative: what is below zero is error.
    values = np.maximum(filtered[y, x], 0.0)
    highest = float(values.max(initial=0.0))
    reaching = scipy.fft.rfft2(on_blocks)
    reaching *= scipy.fft.rfft2(_around_origin(errors.blocks, on_blocks.shape))
    bound = float(scipy.fft.irfft2(reaching, s=on_blocks.shape).max())
    bound = max(bound, 0.0) + _ROUNDING * highest
    if bound >= highest:  # the true surface may be zero everywhere
        return Surface(values, bound, 0.0 if bound == 0.0 else math.inf)
    return Surface(values, bound, 100.0 * bound / (highest - bound))


def _filter(values: Floats, quarter: Floats) -> Floats:
    """Convolve, wrapped around, with a kernel symmetric in both axes, given from its middle on."""
    rows, columns = values.shape
    spectrum = scipy.fft.rfft2(values)
    # The transform of the kernel is a sum of cosines along each axis: two small products.
    spectrum *= _cosines(rows, rows, quarter.shape[0]) @ (
        quarter @ _cosines(columns // 2 + 1, columns, quarter.shape[1]).T
    )
    sums: Floats = scipy.fft.irfft2(spectrum, s=values.shape)
    return sums


def _cosines(count: int, period: int, terms: int) -> Floats:
    waves = np.cos(2.0 * np.pi / period * np.arange(period))
    table: Floats = waves[np.outer(np.arange(count), np.arange(terms)) % period]
    table[:, 1:] *= 2.0
    return table


def _around_origin(kernel: Floats, size: tuple[int, ...]) -> Floats:
    """Kernel of odd size with its middle at the first node, the rest wrapped around."""
    wide = np.zeros(size)
    rows, columns = (np.arange(count) - count // 2 for count in kernel.shape)
    # Added, as a kernel larger than the lattice meets itself.
    np.add.at(wide, np.ix_(rows % size[0], columns % size[1]), kernel)
    return wide


# ---- what interpolation can be off by ----


class Errors(NamedTuple):
    """How far the interpolated kernel can be off, of a kernel 1 in the middle.

    Parameters
    ----------
    blocks
        The most at any node of a block, from a point in any cell of another, by the offset of the
        blocks.
    block
        Nodes in a block, along each axis.
    alone_pct
        What a surface can be off by, in percent of its maximum, where all points are in one place.
    even_pct
        The same where they are spread evenly.
    """

    blocks: Floats
    block: int
    alone_pct: float
    even_pct: float


@lru_cache(maxsize=64)
def _errors(shape: Shape, reach: float) -> Errors:
    """Look at all positions of a point in a cell, from which the nodes around it are seen."""
    step = shape.reach / reach
    half = math.ceil(reach) + 3
    # A mirrored point is as far off: offsets from its cell 1, 2, … stand for 0, −1, … as well.
    ahead = np.arange(1, half + 1)
    at = ahead[:, None] - np.arange(-1, 3) + 1
    nodes = np.abs(np.arange(-1, half + 2))
    kernel = shape.profile(np.hypot(nodes[:, None], nodes) * step)
    positions = np.linspace(0.0, 1.0, _POSITIONS if reach < _SMALL else _FEWER)
    weights = _lagrange(positions)
    worst = np.zeros((half, half))
    for i, weight_y in enumerate(weights):
        along_y = np.einsum("p,kpj->kj", weight_y, kernel[at])
        for j in range(i + 1):  # the other way round is the transpose
            guess = np.einsum("p,klp->kl", weights[j], along_y[:, at])
            distance = np.hypot((ahead - positions[i])[:, None], ahead - positions[j]) * step
            off = np.abs(guess - shape.profile(distance))
            np.maximum(worst, np.maximum(off, off.T), out=worst)
    worst *= _SAFETY if shape.name in _SMOOTH else _SAFETY_AT_KINKS
    block = next((size for least, size in _BLOCKS if reach >= least), 1)
    mirrored = np.concatenate([worst[::-1], worst])  # offsets 1 − half … half
    full = np.concatenate([mirrored[:, ::-1], mirrored], axis=1)
    blocks = _by_block(_by_block(full, block).T, block).T
    volume = shape.volume / step**2
    return Errors(
        blocks, block, 100.0 * float(worst.max()), 100.0 * float(blocks.sum()) * block**2 / volume
    )


def _by_block(worst: Floats, block: int) -> Floats:
    """Largest error over all pairs of nodes of two blocks, along the first axis."""
    half = worst.shape[0] // 2
    most = half // block + 1
    largest = np.zeros((2 * most + 1, worst.shape[1]))
    for at, offset in enumerate(range(-most, most + 1)):
        low = half - 1 + offset * block - (block - 1)
        pairs = worst[max(low, 0) : max(low + 2 * block - 1, 0)]
        largest[at] = pairs.max(axis=0, initial=0.0)
    return largest


def _lagrange(s: Floats) -> Floats:
    """Weights of the nodes −1, 0, 1, 2 for positions between 0 and 1."""
    return np.stack(
        [
            -s * (s - 1) * (s - 2) / 6,
            (s + 1) * (s - 1) * (s - 2) / 2,
            -(s + 1) * s * (s - 2) / 2,
            (s + 1) * s * (s - 1) / 6,
        ],
        axis=-1,
    )


# ---- binning ----


def _binned(points: Footprints, lattice: Lattice, block: int) -> tuple[Floats, Floats]:
    """Weights of the points on the nodes, and by blocks of cells between nodes."""
    rows, columns = lattice.size
    # What is wrapped around can only raise the bound: the blocks need no room for it.
    shape = [scipy.fft.next_fast_len(-(-count // block), real=True) for count in (rows, columns)]
    on_nodes, on_blocks = np.zeros((rows, columns)), np.zeros(shape)
    first = lattice.margin - 0.5 * lattice.finer
    sort, spread = _compiled("sort"), _compiled("spread")
    # Points are brought in the order of bands of rows that fit in the cache of a processor.
    bands = -(-rows // _BAND)
    edges = np.linspace(0, points.x.size, _PARTS + 1).astype(int)
    starts = np.zeros((_PARTS, bands + 1), dtype=np.int64)
    ordered = np.empty((3, points.x.size))

    def sort_part(part: int) -> None:
        at = slice(*edges[part : part + 2])
        sort(
            *(points.x[at], points.y[at], points.weight[at], 1.0 / lattice.step, first),
            *(rows, columns, edges[part], starts[part], *ordered),
        )

    def spread_band(band: int) -> None:
        spread(*ordered, starts[:, band : band + 2].copy(), block, on_nodes, on_blocks)

    with ThreadPoolExecutor(_WORKERS) as pool:
        list(pool.map(sort_part, range(_PARTS)))
        # A band reaches into the next ones, not into those after them.
        list(pool.map(spread_band, range(0, bands, 2)))
        list(pool.map(spread_band, range(1, bands, 2)))
    return on_nodes, on_blocks


def _sort(  # noqa: PLR0917  compiled functions take their arguments by position
    x: Floats,
    y: Floats,
    weight: Floats,
    per_step: float,
    first: float,
    rows: int,
    columns: int,
    offset: int,
    starts: NDArray[np.int64],
    down: Floats,
    right: Floats,
    weights: Floats,
) -> None:
    """Order points by band, from ``offset`` on; those that reach no cell are left out."""
    for i in range(x.size):
        v, u = first - y[i] * per_step, first + x[i] * per_step
        if 1.0 <= v < rows - 2.0 and 1.0 <= u < columns - 2.0:
            starts[int(v) // _BAND + 1] += 1
    starts[0] = offset
    for band in range(1, starts.size):
        starts[band] += starts[band - 1]
    free = starts.copy()
    for i in range(x.size):
        v, u = first - y[i] * per_step, first + x[i] * per_step
        if 1.0 <= v < rows - 2.0 and 1.0 <= u < columns - 2.0:
            at = np.uint64(free[int(v) // _BAND])
            free[int(v) // _BAND] += 1
            down[at], right[at], weights[at] = v, u, weight[i]


def _spread(  # noqa: PLR0917
    down: Floats,
    right: Floats,
    weight: Floats,
    ranges: NDArray[np.int64],
    block: int,
    on_nodes: Floats,
    on_blocks: Floats,
) -> None:
    """Add 16 weights for each point of some ranges to the nodes."""
    # Unsigned, as an index that might be negative costs a test.
    per_block = np.uint64(block)
    for part in range(ranges.shape[0]):
        for i in range(ranges[part, 0], ranges[part, 1]):
            row, column = np.uint64(down[i]), np.uint64(right[i])
            s, t, w = right[i] - column, down[i] - row, weight[i]
            on_blocks[row // per_block, column // per_block] += w
            s1, s2, s3 = s + 1.0, s - 1.0, s - 2.0
            a = -s * s2 * s3 / 6.0
            b = s1 * s2 * s3 / 2.0
            c = -s1 * s * s3 / 2.0
            d = s1 * s * s2 / 6.0
            t1, t2, t3 = w * (t + 1.0), t - 1.0, t - 2.0
            up = (-w * t * t2 * t3 / 6.0, t1 * t2 * t3 / 2.0, -t1 * t * t3 / 2.0, t1 * t * t2 / 6.0)
            west = column - np.uint64(1)
            for p in range(_NODES):
                at, height = row + np.uint64(p) - np.uint64(1), up[p]
                on_nodes[at, west] += height * a
                on_nodes[at, column] += height * b
                on_nodes[at, column + np.uint64(1)] += height * c
                on_nodes[at, column + np.uint64(2)] += height * d


_LOOPS: dict[str, tuple[Callable[..., None], str]] = {
    "sort": (_sort, "f8[::1], f8[::1], f8[::1], f8, f8, i8, i8, i8, i8[::1]" + ", f8[::1]" * 3),
    "spread": (_spread, "f8[::1], f8[::1], f8[::1], i8[:, ::1], i8, f8[:, ::1], f8[:, ::1]"),
}


@cache
def _compiled(name: str) -> Callable[..., None]:
    loop, arguments = _LOOPS[name]
    signature = f"void({arguments})"
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        compiled: Callable[..., None] = numba.njit(signature, cache=True, **options)(loop)
    except RuntimeError:
        # There is no folder that the result could be kept in: compile anew in each process.
        compiled = numba.njit(signature, **options)(loop)
    return compiled
