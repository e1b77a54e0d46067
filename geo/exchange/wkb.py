"""Shapes from well-known binary, whatever is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from geo.exchange.curves import CurveError, may_be_curved, straightened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Shapes = NDArray[Any]


_COLLECTION = shapely.GeometryType.GEOMETRYCOLLECTION


class Decoded(NamedTuple):
    """Shapes from WKB.

    Parameters
    ----------
    shapes
        One each; None where it cannot be read.
    closed, curved, unreadable
        Positions whose rings were closed, whose arcs became chords, and which could not be read.
    """

    shapes: Shapes
    closed: Ints
    curved: Ints
    unreadable: Ints


def from_wkb(values: Shapes) -> Decoded:
    """Make shapes of WKB: open rings are closed, arcs become chords.

    Parameters
    ----------
    values
        Bytes, None for a missing shape.

    Returns
    -------
    Shapes and positions; no value raises an error.

    Examples
    --------
    >>> import struct
    >>> corners = struct.pack("<6d", 0, 0, 2, 0, 2, 2)
    >>> decoded = from_wkb(np.array([struct.pack("<BIII", 1, 3, 1, 3) + corners, b"?"]))
    >>> decoded.shapes[0].area, decoded.closed.tolist(), decoded.unreadable.tolist()
    (2.0, [0], [1])
    """
    values = np.asarray(values, dtype=object)
    curved: dict[int, Any] = {}
    with np.errstate(invalid="ignore"):
        try:
            shapes: Shapes = shapely.from_wkb(values, on_invalid="ignore")
        except NotImplementedError:  # at the first arc
            curved = _curved(values, range(len(values)))
            shapes = shapely.from_wkb(_without(values, curved), on_invalid="ignore")
        odd = shapely.is_missing(shapes) | (shapely.get_type_id(shapes) == _COLLECTION)
        odd[list(curved)] = False
        curved |= _curved(values, np.flatnonzero(odd).tolist())
        for at, shape in curved.items():
            shapes[at] = shape
        missing = np.flatnonzero(shapely.is_missing(shapes)).tolist()
        failed = np.array([at for at in missing if values[at] is not None], dtype=np.int64)
        broken = np.array([at for at in failed.tolist() if at not in curved], dtype=np.int64)
        if broken.size:
            shapes[broken] = shapely.from_wkb(values[broken], on_invalid="fix")
    unreadable = failed[shapely.is_missing(shapes[failed])]
    return Decoded(
        shapes,
        closed=np.setdiff1d(broken, unreadable),
        curved=np.setdiff1d(np.array(list(curved), dtype=np.int64), unreadable),
        unreadable=unreadable,
    )


def _curved(values: Shapes, positions: Iterable[int]) -> dict[int, Any]:
    """Return shapes with arcs, by position, None where they are damaged."""
    by_position: dict[int, Any] = {}
    for at in positions:
        if values[at] is None or not may_be_curved(values[at]):
            continue
        try:
            shape, was_curved = straightened(values[at])
        except CurveError:
            shape, was_curved = None, True
        if was_curved:
            by_position[at] = shape
    return by_position


def _without(values: Shapes, positions: Iterable[int]) -> Shapes:
    rest = values.copy()
    rest[list(positions)] = None
    return rest
