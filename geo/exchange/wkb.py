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
    values = np.array(values, dtype=object)
    given = np.array([value is not None for value in values], dtype=bool)
    with np.errstate(invalid="ignore"):
        try:
            shapes: Shapes = shapely.from_wkb(values, on_invalid="ignore")
            odd = shapely.is_missing(shapes) | (shapely.get_type_id(shapes) == _COLLECTION)
            curved = _curved(values, np.flatnonzero(given & odd))
        except NotImplementedError:  # at the first arc
            curved = _curved(values, np.flatnonzero(given))
            shapes = shapely.from_wkb(_without(values, curved), on_invalid="ignore")
        for at, shape in curved.items():
            shapes[at] = shape
        plain = given.copy()
        plain[list(curved)] = False
        broken = np.flatnonzero(plain & shapely.is_missing(shapes))
        if broken.size:
            shapes[broken] = shapely.from_wkb(values[broken], on_invalid="fix")
    unreadable = given & shapely.is_missing(shapes)
    return Decoded(
        shapes,
        closed=broken[~unreadable[broken]],
        curved=np.array([at for at in curved if not unreadable[at]], dtype=np.int64),
        unreadable=np.flatnonzero(unreadable),
    )


def _curved(values: Shapes, positions: Ints) -> dict[int, Any]:
    """Return shapes with arcs, by position, None where they are damaged."""
    found: dict[int, Any] = {}
    for at in positions.tolist():
        if not may_be_curved(values[at]):
            continue
        try:
            shape, was_curved = straightened(values[at])
        except CurveError:
            shape, was_curved = None, True
        if was_curved:
            found[at] = shape
    return found


def _without(values: Shapes, positions: Iterable[int]) -> Shapes:
    rest = values.copy()
    rest[list(positions)] = None
    return rest
