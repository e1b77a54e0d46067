"""How often the borders of zones cross each other, found without laying one zone on another.

To cut one shape by another takes as long as their borders cross, and as much memory: two combs of
2,000 teeth cross 16 million times. The crossings are counted first, up to what is asked, and cost
no more than that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import InputError
from geo.locate import crossed_cells, ring_segments, runs
from geo.work import checkpoint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Where borders cross so often, zones are not laid on each other: it would take seconds, and
# hundreds of megabytes.
MOST_CROSSINGS = 100_000
# Cells are so small that a segment goes through about so many, and all through no more than these.
_CELLS_OF_A_SEGMENT, _FEWEST_CELLS, _MOST_CELLS = 6, 100_000, 2_000_000
# Pairs of segments that are compared at once, and in all.
_PAIRS_AT_ONCE, _MOST_PAIRS = 500_000, 10_000_000


class Borders:
    """The borders of zones, sorted into small cells.

    Parameters
    ----------
    zones
        Polygons and multipolygons; ``None`` and empty ones have no border.

    Examples
    --------
    >>> import shapely
    >>> bars = np.array([shapely.box(0, 1, 9, 2), shapely.box(1, 0, 2, 9), shapely.box(4, 0, 5, 9)])
    >>> Borders(bars).crossings(100), Borders(bars).crossings(5)
    (8, 5)
    >>> Borders(bars).close().tolist()
    [[0, 1], [0, 2]]
    """

    def __init__(self, zones: NDArray[Any]) -> None:
        self._zones = len(zones)
        self._segments, self._owner = ring_segments(zones)
        if self._owner.size == 0:
            self._pairs = self._segment = self._next = np.empty(0, dtype=np.int64)
            return
        cell, segment = _cells(self._segments)
        order = np.lexsort((self._owner[segment], cell))
        cell, self._segment = cell[order], segment[order]
        new_cell = np.diff(cell, prepend=-1) > 0
        new_zone = new_cell | (np.diff(self._owner[self._segment], prepend=-1) != 0)
        # Each is compared with those of the next zones in its cell.
        ends = np.append(np.flatnonzero(new_cell), cell.size)[np.cumsum(new_cell)]
        self._next = np.append(np.flatnonzero(new_zone), cell.size)[np.cumsum(new_zone)]
        self._pairs = ends - np.minimum(self._next, ends)

    def crossings(self, most: int) -> int:
        """Count where borders of different zones cross, up to a number.

        Where borders run so close to each other that this cannot be told in bounded time, they are
        taken to cross as often as is asked.

        Parameters
        ----------
        most
            Where counting ends.

        Returns
        -------
        The number, no more than ``most``. Borders that touch, or run along each other, do not
        cross.
        """
        done = np.concatenate([[0], np.cumsum(self._pairs)])
        found = at = 0
        while at < self._pairs.size and found < most:
            if done[at] > _MOST_PAIRS:
                return most
            checkpoint()
            end = int(np.searchsorted(done, done[at] + _PAIRS_AT_ONCE, side="right")) - 1
            end = max(at + 1, end)
            # Two segments may be in several cells together.
            found += np.unique(self._crossing(*self._compared(at, end))).size
            at = end
        return min(found, most)

    def close(self) -> Ints | None:
        """Return pairs of zones whose borders touch or cross, and of some that nearly do.

        Returns
        -------
        Positions of shape (n, 2), rising in each; None where borders run so close to each other
        that these are too many.
        """
        if self._pairs.sum() > _MOST_PAIRS:
            return None
        one, offset = runs(self._pairs)
        a, b = self._owner[self._segment[one]], self._owner[self._segment[self._next[one] + offset]]
        return np.column_stack(np.divmod(np.unique(a * self._zones + b), self._zones))

    def _compared(self, at: int, end: int) -> tuple[Ints, Ints]:
        one, offset = runs(self._pairs[at:end])
        return self._segment[at + one], self._segment[self._next[at + one] + offset]

    def _crossing(self, a: Ints, b: Ints) -> Ints:
        """Return a number for each of the pairs whose ends lie on both sides of each other."""
        for _ in range(2):
            x0, y0, x1, y1 = self._segments[a].T
            ends = self._segments[b].T
            left = (x1 - x0) * (ends[1] - y0) - (y1 - y0) * (ends[0] - x0)
            right = (x1 - x0) * (ends[3] - y0) - (y1 - y0) * (ends[2] - x0)
            apart = ((left < 0) & (right > 0)) | ((left > 0) & (right < 0))
            a, b = b[apart], a[apart]
        return np.asarray(a * len(self._segments) + b)


def require_few_crossings(zones: NDArray[Any], *, function: str) -> None:
    """Refuse zones whose borders cross so often that they cannot be laid on each other.

    Parameters
    ----------
    zones
        Polygons; missing ones have no border.
    function
        Name that the message begins with: the function that was called.

    Raises
    ------
    InputError
        They cross 100,000 times or more.

    Examples
    --------
    >>> import shapely
    >>> require_few_crossings(np.array([shapely.box(0, 0, 2, 2)] * 9), function="f")
    """
    if Borders(zones).crossings(MOST_CROSSINGS) < MOST_CROSSINGS:
        return
    raise InputError(
        f"{function}: the borders of these zones cross each other {MOST_CROSSINGS:,} times or "
        "more, so they cannot be laid on each other in seconds. Simplify their borders, or pass "
        "zones that overlap less.",
        code="zones.crossing",
        limit=MOST_CROSSINGS,
    )


def _cells(segments: Floats) -> tuple[Ints, Ints]:
    """Return the cells that segments go through, and the segment of each."""
    low = segments.reshape(-1, 2).min(axis=0)
    reach = np.abs(segments[:, 2:] - segments[:, :2]).sum()
    wanted = np.clip(_CELLS_OF_A_SEGMENT * len(segments), _FEWEST_CELLS, _MOST_CELLS)
    size = float(reach / wanted) or 1.0
    columns, rows = (np.ptp(segments.reshape(-1, 2), axis=0) / size).astype(np.int64) + 2
    scaled = (segments - np.tile(low - size / 2, 2)) / size
    return crossed_cells(scaled, np.arange(len(segments)), int(rows), int(columns))
