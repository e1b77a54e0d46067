"""Which polygon is a point in: exact answers for millions of points.

A raster of cells is laid over the polygons once. Most cells lie wholly inside one polygon or
outside all, and a point in such a cell is answered by looking its cell up. Only points in the other
cells, those that a border crosses, are tested against the polygons themselves, exactly, by GEOS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# A border that runs along the line between two cells counts for both: rounding may put its points
# in either.
_MARGIN_CELLS = 1e-6
# Entries of the (cell, polygon) table above which the raster is made coarser: about 100 MB.
_MAX_ENTRIES = 6_000_000
_MAX_SIDE_CELLS = 4096
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
        shapely.prepare(self._polygons)
        edges, owner = _edges(self._polygons)
        self._empty = owner.size == 0
        if self._empty:
            return
        low = edges.reshape(-1, 2).min(axis=0)
        width, height = (edges.reshape(-1, 2).max(axis=0) - low).tolist()
        boxes = shapely.bounds(self._polygons)
        covered = float(np.nansum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])))
        if covered > 0:
            cells = min(cells, int(_MAX_ENTRIES * width * height / covered))
        size = max((width * height / max(cells, 1)) ** 0.5, max(width, height) / _MAX_SIDE_CELLS)
        self._size = size if size > 0 else 1.0
        # Half a cell of margin keeps the outer border off the rim of the raster.
        self._origin = low - self._size / 2
        self._columns = int(width / self._size) + 2
        self._rows = int(height / self._size) + 2
        self._fill_tables((edges - np.tile(self._origin, 2)) / self._size, owner)

    def _fill_tables(self, edges: Floats, owner: Ints) -> None:
        n_cells, n_polygons = self._rows * self._columns, len(self._polygons)
        crossed_cells, crossed_by = _crossed(edges, owner, self._rows, self._columns)
        filled_cells, filled_by = _filled(edges, owner, self._columns)
        test = np.bincount(filled_cells, minlength=n_cells) > 1
        test[crossed_cells] = True
        self._answer = np.full(n_cells, _NONE, dtype=np.int32)
        self._answer[filled_cells] = filled_by
        self._answer[test] = _TEST
        also = test[filled_cells]
        keys = np.unique(
            np.concatenate(
                [
                    crossed_cells * n_polygons + crossed_by,
                    filled_cells[also] * n_polygons + filled_by[also],
                ]
            )
        )
        self._candidates = keys % n_polygons
        self._start = np.searchsorted(keys // n_polygons, np.arange(n_cells + 1))

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
        which, offset = _expand(self._start[cell[points] + 1] - start)
        point, polygon = points[which], self._candidates[start[which] + offset]
        order = np.argsort(polygon, kind="stable")
        inside = np.zeros(point.size, dtype=bool)
        for group in np.split(order, np.flatnonzero(np.diff(polygon[order])) + 1):
            if group.size:
                at = point[group]
                inside[group] = shapely.intersects_xy(
                    self._polygons[polygon[group[0]]], x[at], y[at]
                )
        return point[inside], polygon[inside]

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
        answer, cell = self._look_up(x, y)
        known = np.flatnonzero(answer >= 0)
        point, polygon = self._tested(x, y, np.flatnonzero(answer == _TEST), cell)
        point = np.concatenate([known, point])
        polygon = np.concatenate([answer[known].astype(np.int64), polygon])
        order = np.argsort(point, kind="stable")
        return point[order], polygon[order]

    def first(self, x: ArrayLike, y: ArrayLike) -> Ints:
        """Position of the first polygon that holds each point, −1 where none does.

        Parameters
        ----------
        x, y
            Coordinates of the points; not-a-number lies in no polygon.
        """
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if self._empty:
            return np.full(x.shape, _NONE, dtype=np.int64)
        answer, cell = self._look_up(x, y)
        test = np.flatnonzero(answer == _TEST)
        found = answer.astype(np.int64)
        found[test] = _NONE
        point, polygon = self._tested(x, y, test, cell)
        # Last written wins, and the lowest position comes last.
        found[point[::-1]] = polygon[::-1]
        return found


def _edges(polygons: NDArray[Any]) -> tuple[Floats, Ints]:
    """Ring segments (x0, y0, x1, y1) and the position of the polygon that owns each."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    edges = np.hstack([xy[:-1], xy[1:]])[joined] if xy.size else np.zeros((0, 4))
    return edges, part_owner[ring_part[ring[1:][joined]]].astype(np.int64)


def _expand(counts: Ints) -> tuple[Ints, Ints]:
    """For counts (2, 1): the owners (0, 0, 1) and the offsets (0, 1, 0)."""
    owner = np.repeat(np.arange(counts.size), counts)
    return owner, np.arange(owner.size) - np.repeat(np.cumsum(counts) - counts, counts)


def _crossed(edges: Floats, owner: Ints, rows: int, columns: int) -> tuple[Ints, Ints]:
    """Cells that each edge touches: column by column, the rows between its ends in that column."""
    leftward = edges[:, 0] > edges[:, 2]
    x0, y0, x1, y1 = np.where(leftward[:, None], edges[:, [2, 3, 0, 1]], edges).T
    left = np.maximum(np.floor(x0 - _MARGIN_CELLS), 0).astype(np.int64)
    right = np.minimum(np.floor(x1 + _MARGIN_CELLS), columns - 1).astype(np.int64)
    edge, offset = _expand(right - left + 1)
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
    piece, offset = _expand(np.minimum(high, rows - 1) - low + 1)
    return (low[piece] + offset) * columns + column[piece], owner[edge[piece]]


def _filled(edges: Floats, owner: Ints, columns: int) -> tuple[Ints, Ints]:
    """Cells whose row, along the line through its middle, is inside between two crossings.

    The cells of the crossings themselves are among them; they are crossed cells too.
    """
    x0, y0, x1, y1 = edges.T
    first = np.ceil(np.minimum(y0, y1) - 0.5).astype(np.int64)
    past = np.ceil(np.maximum(y0, y1) - 0.5).astype(np.int64)
    edge, offset = _expand(past - first)
    row = first[edge] + offset
    x = x0[edge] + (row + 0.5 - y0[edge]) / (y1 - y0)[edge] * (x1 - x0)[edge]
    order = np.lexsort((x, row, owner[edge]))
    start, stop = np.floor(x[order][0::2]).astype(np.int64), np.floor(x[order][1::2])
    run, offset = _expand(stop.astype(np.int64) - start + 1)
    return row[order][0::2][run] * columns + start[run] + offset, owner[edge[order][0::2][run]]
