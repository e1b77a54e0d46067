"""Which polygon is a point in: exact answers for millions of points.

A raster of cells is laid over the polygons once. Most cells lie wholly inside one polygon or
outside all, and a point in such a cell is answered by looking its cell up. Only points in the other
cells, those that a border crosses, are tested against the polygons themselves, exactly: few points
by GEOS; many by a compiled loop over the edges at their height, which leaves to GEOS the points so
close to a border that rounding could turn the answer.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.work import checkpoint, require_affordable, slices

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# A border that runs along the line between two cells counts for both: rounding may put its points
# in either.
_MARGIN_CELLS = 1e-6
# Entries of the (cell, polygon) table above which the raster is made coarser: about 100 MB.
_MAX_ENTRIES = 6_000_000
# Cells that all edges may touch: a comb touches each as often as it has teeth. About 200 MB.
_MAX_TOUCHED = 3_000_000
_MAX_SIDE_CELLS = 4096
# Edges that points are compared with one by one: a hundred million take a second.
_MOST_EDGES = 1_500_000_000
# From this many points on, the compiled loop is worth its import: half a second and 100 MB.
_MANY = 500_000
_THREADS = 2
# Pairs of a point and a polygon that are held at once: half a gigabyte.
_MOST_PAIRS = 20_000_000
# Points that are tested against polygons between two looks at the watch.
_TESTS_AT_ONCE = 100_000
_NONE = -1
_TEST = -2


class Locator:
    """Finds the polygons that points lie in, borders included.

    Parameters
    ----------
    polygons
        Polygons and multipolygons, valid and all in the CRS of the points. ``None`` and empty ones
        hold no point.
    cells
        About how many raster cells to lay over all polygons. The answers do not depend on it, only
        the speed does: about as many as there are points is a good choice.

    Examples
    --------
    >>> import shapely
    >>> locator = Locator([shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)])
    >>> points, polygons = locator.pairs([0.5, 1.5, 9.0], [1.0, 1.0, 1.0])
    >>> points.tolist(), polygons.tolist()
    ([0, 1, 1], [0, 0, 1])
    >>> locator.first([0.5, 1.5, 9.0], [1.0, 1.0, 1.0]).tolist()
    [0, 0, -1]
    """

    def __init__(self, polygons: ArrayLike, *, cells: int = 10_000) -> None:
        self._polygons: NDArray[Any] = np.array(polygons, dtype=object, ndmin=1)
        self._lock = Lock()
        checkpoint()
        edges, owner = ring_segments(self._polygons)
        self._edges, self._owner = edges, owner
        self._empty = owner.size == 0
        if self._empty:
            return
        low = edges.reshape(-1, 2).min(axis=0)
        width, height = (edges.reshape(-1, 2).max(axis=0) - low).tolist()
        boxes = shapely.bounds(self._polygons)
        covered = float(np.nansum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])))
        if covered:
            cells = min(cells, int(_MAX_ENTRIES * width * height / covered))
        size = max((width * height / max(cells, 1)) ** 0.5, max(width, height) / _MAX_SIDE_CELLS)
        reach = float(np.abs(edges[:, 2:] - edges[:, :2]).sum())
        size = max(size, reach / _MAX_TOUCHED)
        self._size = size if size > 0 else 1.0
        # Half a cell of margin keeps the outer border off the rim of the raster.
        self._origin = low - self._size / 2
        self._columns = int(width / self._size) + 2
        self._rows = int(height / self._size) + 2
        self._fill_tables()

    def _fill_tables(self) -> None:
        n_cells, n_polygons = self._rows * self._columns, len(self._polygons)
        edges, owner = (self._edges - np.tile(self._origin, 2)) / self._size, self._owner
        touched, touched_by = crossed_cells(edges, owner, self._rows, self._columns)
        filled_cells, filled_by = _filled(edges, owner, self._columns)
        test = np.bincount(filled_cells, minlength=n_cells) > 1
        test[touched] = True
        self._answer = np.full(n_cells, _NONE, dtype=np.int32)
        self._answer[filled_cells] = filled_by
        self._answer[test] = _TEST
        also = test[filled_cells]
        keys = np.concatenate(
            [
                touched * n_polygons + touched_by,
                filled_cells[also] * n_polygons + filled_by[also],
            ]
        )
        sure = np.arange(keys.size) >= touched.size
        order = np.argsort(keys, kind="stable")
        keys, sure = keys[order], sure[order]
        once = np.diff(keys, prepend=-1) > 0
        cell, candidates = np.divmod(keys[once], n_polygons)
        # A cell that no border of a polygon crosses is wholly in it.
        self._candidates = np.where(sure[once], ~candidates, candidates)
        self._start = _starts(cell, n_cells)

    @cached_property
    def _strips(self) -> tuple[Ints, Ints, Ints, Floats]:
        """Edges by polygon and row of the raster: each polygon has a run of rows.

        These are the first row of each polygon, the number of its first strip, the first edge of
        each strip, and the edges, one after the other in each strip that they reach.
        """
        rows = np.floor((self._edges[:, [1, 3]] - self._origin[1]) / self._size).astype(np.int64)
        low, high = rows.min(axis=1), rows.max(axis=1)
        has, at = np.unique(self._owner, return_index=True)
        low_row, heights = np.zeros((2, len(self._polygons)), dtype=np.int64)
        low_row[has] = np.minimum.reduceat(low, at)
        heights[has] = np.maximum.reduceat(high, at) - low_row[has] + 1
        first_strip = np.concatenate([[0], np.cumsum(heights)])
        edge, offset = runs(high - low + 1)
        strip = (first_strip[self._owner] - low_row[self._owner] + low)[edge] + offset
        order = np.argsort(strip)
        return low_row, first_strip, _starts(strip, first_strip[-1]), self._edges[edge[order]]

    def _look_up(self, x: Floats, y: Floats) -> tuple[NDArray[np.int32], Ints]:
        """Answer of the raster per point, and the cell of each point on it."""
        with np.errstate(invalid="ignore"):
            column = (x - self._origin[0]) / self._size
            row = (y - self._origin[1]) / self._size
            on = (column >= 0) & (column < self._columns) & (row >= 0) & (row < self._rows)
            cell = row.astype(np.int64) * self._columns + column.astype(np.int64)
        cell[~on] = 0
        answer = self._answer[cell]
        answer[~on] = _NONE
        return answer, cell

    def _tested(self, x: Floats, y: Floats, points: Ints, cell: Ints) -> tuple[Ints, Ints]:
        """Pairs found by exact tests of ``points``, ordered by point and then by polygon."""
        start = self._start[cell[points]]
        each = self._start[cell[points] + 1] - start
        require_affordable(
            int(each.sum()),
            _MOST_PAIRS,
            function="zones",
            what="pairs of a point and a zone that may hold it",
            choose="zones that overlap less, or fewer points",
            code="cost.held",
        )
        which, offset = runs(each)
        point, polygon = points[which], self._candidates[start[which] + offset]
        inside = polygon < 0
        polygon[inside] = ~polygon[inside]
        unsure = np.flatnonzero(~inside)
        inside[unsure] = self._intersect(x, y, point[unsure], polygon[unsure])
        return point[inside], polygon[inside]

    def _intersect(self, x: Floats, y: Floats, point: Ints, polygon: Ints) -> NDArray[np.bool_]:
        """Answer of GEOS for pairs, by polygon: it is quickest with one after the other."""
        require_affordable(
            float(self._abreast[polygon].sum()),
            _MOST_EDGES,
            function="zones",
            what="edges to compare points with",
            choose="zones with simpler borders, or fewer points",
            code="cost.bent",
        )
        order = np.argsort(polygon)
        at = point[order]
        inside = np.empty(point.size, dtype=bool)
        for some in slices(order.size, _TESTS_AT_ONCE):
            with self._lock:
                inside[order[some]] = shapely.intersects_xy(
                    self._prepared[polygon[order[some]]], x[at[some]], y[at[some]]
                )
        return inside

    @cached_property
    def _abreast(self) -> Floats:
        """How many edges of each polygon a point is compared with: those at its height, on average.

        There are few of any outline; all of a comb.
        """
        low, high = np.sort(self._edges[:, [1, 3]], axis=1).T
        climbed = np.bincount(self._owner, high - low, len(self._polygons))
        boxes = shapely.bounds(self._polygons)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.nan_to_num(climbed / (boxes[:, 3] - boxes[:, 1]), posinf=0.0)

    @cached_property
    def _prepared(self) -> NDArray[Any]:
        """Copies of the polygons with an index each.

        An index is built when it is first asked, and GEOS does not bear being asked twice at once:
        polygons that others may hold too, in another thread, are never prepared themselves.
        """
        copies: NDArray[Any] = shapely.from_wkb(shapely.to_wkb(self._polygons))
        shapely.prepare(copies)
        return copies

    def _found(self, x: Floats, y: Floats) -> tuple[Ints, Ints]:
        """Pairs by the compiled loop, on two threads."""
        from geo.crossings import find  # noqa: PLC0415  compiled: half a second to import

        frame = np.array([*self._origin, self._size])
        tables = (
            *(frame, self._rows, self._columns, self._answer, self._start, self._candidates),
            *self._strips,
        )

        def part(first: int, last: int) -> list[tuple[Ints, Ints]]:
            batches = []
            while first < last:
                # As much again where points lie in several polygons, until all are done.
                room = last - first + len(self._polygons)
                point, polygon = np.empty((2, room), dtype=np.int64)
                first, n_pairs = find(x, y, first, last, *tables, point, polygon)
                batches.append((point[:n_pairs], polygon[:n_pairs]))
            return batches

        ends = np.linspace(0, x.size, _THREADS + 1).astype(int).tolist()
        with ThreadPoolExecutor(_THREADS) as pool:
            batches = [pair for pairs in pool.map(part, ends[:-1], ends[1:]) for pair in pairs]
        point, polygon = (np.concatenate(arrays) for arrays in zip(*batches, strict=True))
        unsure = polygon < 0
        polygon[unsure] = ~polygon[unsure]
        keep = ~unsure
        keep[unsure] = self._intersect(x, y, point[unsure], polygon[unsure])
        return point[keep], polygon[keep]

    def pairs(self, x: ArrayLike, y: ArrayLike) -> tuple[Ints, Ints]:
        """Every pair of a point and a polygon that it lies in, or on the border of.

        Parameters
        ----------
        x, y
            Coordinates of the points; not-a-number lies in no polygon.

        Returns
        -------
        Positions of points and positions of polygons, ordered by point and then by polygon.
        """
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if self._empty:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        if x.size >= _MANY:
            return self._found(x, y)
        answer, cell = self._look_up(x, y)
        sure = np.flatnonzero(answer >= 0)
        point, polygon = self._tested(x, y, np.flatnonzero(answer == _TEST), cell)
        point = np.concatenate([sure, point])
        polygon = np.concatenate([answer[sure].astype(np.int64), polygon])
        order = np.argsort(point, kind="stable")
        return point[order], polygon[order]

    def depth(self, x: ArrayLike, y: ArrayLike) -> float:
        """About how many polygons may hold a point, at the mean of some points; at least one.

        Parameters
        ----------
        x, y
            Coordinates of the points.
        """
        if self._empty:
            return 1.0
        answer, cell = self._look_up(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        cell = cell[answer == _TEST]
        held = float((self._start[cell + 1] - self._start[cell]).sum())
        return max(1.0, held / max(answer.size, 1))

    def first(self, x: ArrayLike, y: ArrayLike) -> Ints:
        """Position of the first polygon that holds each point, −1 where none does.

        Parameters
        ----------
        x, y
            Coordinates of the points; not-a-number lies in no polygon.
        """
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        point, polygon = self.pairs(x, y)
        polygons = np.full(x.shape, _NONE, dtype=np.int64)
        # Last written wins, and the lowest position comes last.
        polygons[point[::-1]] = polygon[::-1]
        return polygons


def ring_segments(polygons: NDArray[Any]) -> tuple[Floats, Ints]:
    """Ring segments (x0, y0, x1, y1) and the position of the polygon that owns each."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    edges = np.hstack([xy[:-1], xy[1:]])[joined] if xy.size else np.zeros((0, 4))
    return edges, part_owner[ring_part[ring[1:][joined]]].astype(np.int64)


def _starts(of: Ints, groups: int) -> Ints:
    """Where each group starts in an array that is ordered by group, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(np.bincount(of, minlength=groups))])


def runs(counts: Ints) -> tuple[Ints, Ints]:
    """For counts (2, 1): the owners (0, 0, 1) and the offsets (0, 1, 0)."""
    owner = np.repeat(np.arange(counts.size), counts)
    return owner, np.arange(owner.size) - np.repeat(np.cumsum(counts) - counts, counts)


def crossed_cells(edges: Floats, owner: Ints, rows: int, columns: int) -> tuple[Ints, Ints]:
    """Cells that each edge touches: column by column, the rows between its ends in that column."""
    leftward = edges[:, 0] > edges[:, 2]
    x0, y0, x1, y1 = np.where(leftward[:, None], edges[:, [2, 3, 0, 1]], edges).T
    left = np.maximum(np.floor(x0 - _MARGIN_CELLS), 0).astype(np.int64)
    right = np.minimum(np.floor(x1 + _MARGIN_CELLS), columns - 1).astype(np.int64)
    edge, offset = runs(right - left + 1)
    column = left[edge] + offset
    run, rise = (x1 - x0)[edge], (y1 - y0)[edge]
    upright = run == 0
    run[upright] = 1.0
    enter = np.clip((column - _MARGIN_CELLS - x0[edge]) / run, 0, 1)
    leave = np.clip((column + 1 + _MARGIN_CELLS - x0[edge]) / run, 0, 1)
    enter[upright], leave[upright] = 0.0, 1.0
    y_enter, y_leave = y0[edge] + enter * rise, y0[edge] + leave * rise
    low = np.maximum(np.floor(np.minimum(y_enter, y_leave) - _MARGIN_CELLS), 0).astype(np.int64)
    high = np.floor(np.maximum(y_enter, y_leave) + _MARGIN_CELLS).astype(np.int64)
    piece, offset = runs(np.minimum(high, rows - 1) - low + 1)
    return (low[piece] + offset) * columns + column[piece], owner[edge[piece]]


def _filled(edges: Floats, owner: Ints, columns: int) -> tuple[Ints, Ints]:
    """Cells whose row, along the line through its middle, is inside between two crossings.

    The cells of the crossings themselves are among them; they are crossed cells too.
    """
    x0, y0, x1, y1 = edges.T
    first = np.ceil(np.minimum(y0, y1) - 0.5).astype(np.int64)
    past = np.ceil(np.maximum(y0, y1) - 0.5).astype(np.int64)
    edge, offset = runs(past - first)
    row = first[edge] + offset
    x = x0[edge] + (row + 0.5 - y0[edge]) / (y1 - y0)[edge] * (x1 - x0)[edge]
    order = np.lexsort((x, row, owner[edge]))
    start, stop = np.floor(x[order][0::2]).astype(np.int64), np.floor(x[order][1::2])
    run, offset = runs(stop.astype(np.int64) - start + 1)
    return row[order][0::2][run] * columns + start[run] + offset, owner[edge[order][0::2][run]]
