"""Shapes on their way through the seal: plain ones as their corners, all others as WKB.

Of the points, the lines or the areas without holes of a piece, whichever are most, only the corners
go, which costs a third of WKB. Whoever receives trusts neither: corners are cut where their counts,
which are checked, say so, and WKB whose parts could be nested is walked through first, as GEOS
reads parts in parts by recursion, which ends in a crash where they are a few thousand deep.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import shapely
from shapely import GeometryType

from geo.exchange.parcels import BrokenParcelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[Any]
    Ints = NDArray[np.int64]

_PLAIN = (GeometryType.POINT, GeometryType.LINESTRING, GeometryType.POLYGON)
_CORNERS, _WKB = pa.large_list(pa.float64()), pa.large_binary()
_LITTLE, _HEAD, _COUNT = 1, 5, 4  # the byte order, and bytes of what WKB begins with
_POINT, _LINE, _POLYGON, _MULTIPOINT, _MULTIPOLYGON = 1, 2, 3, 4, 6  # codes of WKB
_Z, _M = 0x80000000, 0x40000000
# Shorter WKB holds less than a hundred heads within each other.
_SHALLOW_BYTES = 100 * (_HEAD + _COUNT)


def packed(shapes: Shapes) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Return columns for a kind of shapes, for their corners, and for the WKB of all others.

    Parameters
    ----------
    shapes
        Geometries or None.

    Examples
    --------
    >>> shapes = np.array([shapely.Point(1, 2), None, shapely.Point(1, 2, 3)])
    >>> unpacked(pa.table(packed(shapes), names=["0", "1", "2"])).tolist()
    [<POINT (1 2)>, None, <POINT Z (1 2 3)>]
    """
    kinds, counts = shapely.get_type_id(shapes), shapely.get_num_coordinates(shapes)
    kind = max(_PLAIN, key=lambda each: np.count_nonzero(kinds == each))
    plain = (kinds == kind) & (counts > 0) & (shapely.get_coordinate_dimension(shapes) == 2)  # noqa: PLR2004
    if kind == GeometryType.POLYGON:
        plain &= shapely.get_num_interior_rings(shapes) == 0
    ends = np.cumsum(np.where(plain, counts, 0)) * 2
    corners = shapely.get_coordinates(shapes if plain.all() else shapes[plain])
    binary = np.full(len(shapes), None, dtype=object)
    binary[~plain] = shapely.to_wkb(shapes[~plain])
    return (
        pa.array(np.full(len(shapes), int(kind), dtype=np.int8)),
        pa.LargeListArray.from_arrays(
            pa.array(np.concatenate([[0], ends])), pa.array(corners.ravel()), mask=pa.array(~plain)
        ),
        pa.array(binary, _WKB, from_pandas=True),
    )


def unpacked(table: pa.Table) -> Shapes:
    """Return the shapes that were packed.

    Parameters
    ----------
    table
        Three columns of Arrow that is valid in itself; nothing else is taken for granted.

    Raises
    ------
    BrokenParcelError
        They are no shapes.
    """
    if table.schema.types != [pa.int8(), _CORNERS, _WKB]:
        raise BrokenParcelError("shapes in other columns than agreed")
    try:
        kind, corners, binary = (column.combine_chunks() for column in table.columns)
        kinds = np.unique(kind.to_numpy(zero_copy_only=False)).tolist()
        if not kinds:
            return np.empty(0, dtype=object)
        if len(kinds) > 1 or kinds[0] not in [int(each) for each in _PLAIN]:
            raise BrokenParcelError("corners of no kind of shapes")
        plain = np.asarray(corners.is_valid())
        if (plain & np.asarray(binary.is_valid())).any():
            raise BrokenParcelError("two shapes in one row")
        _require_shallow(binary)
        shapes: Shapes = shapely.from_wkb(binary.to_numpy(zero_copy_only=False))
        if plain.any():
            shapes[plain] = _built(kinds[0], corners.drop_null())
    except (pa.ArrowException, shapely.GEOSException, ValueError, TypeError) as error:
        raise BrokenParcelError(str(error)) from error
    return shapes


def _built(kind: int, corners: pa.LargeListArray) -> Shapes:
    """Shapes of one kind from the corners of each."""
    xy = corners.flatten().to_numpy()
    counts = np.asarray(corners.value_lengths())
    if (counts % 2).any() or not counts.all():
        raise BrokenParcelError("half a corner, or none")
    ends = np.concatenate([[0], np.cumsum(counts // 2)])
    if kind == _PLAIN[0]:
        if (counts != 2).any():  # noqa: PLR2004  numbers of a corner
            raise BrokenParcelError("a point of several corners")
        offsets: tuple[Ints, ...] = ()
    elif kind == _PLAIN[1]:
        offsets = (ends,)
    else:
        offsets = (ends, np.arange(len(ends)))
    return np.asarray(shapely.from_ragged_array(GeometryType(kind), xy.reshape(-1, 2), offsets))


def _require_shallow(binary: pa.LargeBinaryArray) -> None:
    """Refuse WKB of shapes within shapes other than the parts of a multiple one."""
    rows = np.flatnonzero(np.asarray(binary.is_valid()))
    if not rows.size:
        return
    _, offsets, content = binary.buffers()
    ends = np.frombuffer(offsets, np.int64, len(binary) + 1, 8 * binary.offset)
    starts, lengths = ends[rows], np.diff(ends)[rows]
    if (lengths < _HEAD + _COUNT).any():
        raise BrokenParcelError("shapes that are no bytes")
    letters = np.frombuffer(content, np.uint8)
    base = _codes(letters, starts) & ~np.uint32(_Z | _M)
    if (base < _POINT).any() or (base > _MULTIPOLYGON).any():
        raise BrokenParcelError("shapes of another kind")
    deep = np.flatnonzero((base >= _MULTIPOINT) & (lengths > _SHALLOW_BYTES))
    for start, length in zip(starts[deep].tolist(), lengths[deep].tolist(), strict=True):
        _walk(letters[start : start + length].data)


def _codes(letters: NDArray[np.uint8], starts: Ints) -> NDArray[np.uint32]:
    heads = letters[starts[:, None] + np.arange(_HEAD)]
    if (heads[:, 0] != _LITTLE).any():
        raise BrokenParcelError("shapes with their bytes in another order")
    return np.ascontiguousarray(heads[:, 1:]).view("<u4")[:, 0]


def _walk(shape: memoryview) -> None:
    """Go through the parts of a multiple shape, each of which has to be a plain one."""
    try:
        _, whole, parts = struct.unpack_from("<BII", shape)
        at = _HEAD + _COUNT
        width = 8 * (2 + bool(whole & _Z) + bool(whole & _M))
        of_part = whole - _MULTIPOINT + _POINT
        kind = of_part & ~(_Z | _M)
        for _ in range(parts):
            order, code, count = struct.unpack_from("<BII", shape, at)
            if (order, code) != (_LITTLE, of_part):
                raise BrokenParcelError("a shape within a shape of another kind")
            if kind == _POINT:
                at += _HEAD + width
            elif kind == _LINE:
                at += _HEAD + _COUNT + count * width
            else:
                at += _HEAD + _COUNT
                for _ in range(count):
                    at += _COUNT + struct.unpack_from("<I", shape, at)[0] * width
    except struct.error as error:
        raise BrokenParcelError("a shape that ends before its parts") from error
