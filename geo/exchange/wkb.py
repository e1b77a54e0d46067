"""Shapes from well-known binary, whatever is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Shapes = NDArray[Any]


class Decoded(NamedTuple):
    """Shapes from WKB.

    Parameters
    ----------
    shapes
        One each; None where it cannot be read.
    closed, unreadable
        Positions whose rings were closed, and which could not be read.
    """

    shapes: Shapes
    closed: Ints
    unreadable: Ints


def from_wkb(values: Shapes) -> Decoded:
    """Make shapes of WKB, closing rings whose last corner is not the first.

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
    with np.errstate(invalid="ignore"):
        shapes: Shapes = shapely.from_wkb(values, on_invalid="ignore")
        missing = np.flatnonzero(shapely.is_missing(shapes))
        broken = missing[[values[at] is not None for at in missing.tolist()]]
        if broken.size:
            shapes[broken] = shapely.from_wkb(values[broken], on_invalid="fix")
    unreadable = shapely.is_missing(shapes[broken])
    return Decoded(shapes, broken[~unreadable], broken[unreadable])
