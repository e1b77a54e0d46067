"""How tangled a shape is: whether it can be judged and mended in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Tests of two edges against each other, and how many edges are tested at least and at most.
_PROBE_TESTS, _PROBES = 20_000_000, (64, 512)


class Tangle(NamedTuple):
    """How much the edges of a shape have to do with each other.

    Parameters
    ----------
    passes
        Pairs of edges whose bounding boxes overlap: each is looked at when a shape is judged.
    crossings
        Pairs of edges that cross: each makes two corners when a shape is mended.
    """

    passes: float
    crossings: float


def tangle(shape: Any) -> Tangle:  # noqa: ANN401  as shapely types it
    """Estimate how often the edges of a line or an area pass and cross each other.

    Some edges, spread evenly, are tested against all, as n² tests would be too many.

    Parameters
    ----------
    shape
        Line or area, of one or several parts, with finite coordinates.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> tangle(bow_tie).crossings
    1.0
    """
    rings = shapely.get_rings(shapely.get_parts(shape))
    if not len(rings):
        rings = shapely.get_parts(shape)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    start, stop = xy[:-1][joined], xy[1:][joined]
    (west, south), (east, north) = (
        np.ascontiguousarray(pick(start, stop).T) for pick in (np.minimum, np.maximum)
    )
    few, many = _PROBES
    size = int(np.clip(_PROBE_TESTS // max(len(start), 1), few, many))
    probes = np.unique(np.linspace(0, len(start) - 1, size).astype(int))
    passes = crossings = 0
    for at in probes.tolist():
        beside = np.flatnonzero((west <= east[at]) & (east >= west[at]))
        beside = beside[(south[beside] <= north[at]) & (north[beside] >= south[at])]
        passes += beside.size
        crossings += _crossings(start[at], stop[at], start[beside], stop[beside])
    share = len(start) / probes.size / 2
    return Tangle(passes * share, crossings * share)


def _crossings(a: Floats, b: Floats, start: Floats, stop: Floats) -> int:
    """How many edges cross the edge from a to b."""
    along = b - a
    first = along[0] * (start[:, 1] - a[1]) - along[1] * (start[:, 0] - a[0])
    last = along[0] * (stop[:, 1] - a[1]) - along[1] * (stop[:, 0] - a[0])
    step = stop - start
    head = step[:, 0] * (a[1] - start[:, 1]) - step[:, 1] * (a[0] - start[:, 0])
    tail = step[:, 0] * (b[1] - start[:, 1]) - step[:, 1] * (b[0] - start[:, 0])
    return int(np.count_nonzero((first * last < 0) & (head * tail < 0)))
