"""Arcs of circles as chords: what CAD and geodatabases store as curves, and shapely has not.

Also surfaces of flat faces (buildings as multipatch): each face becomes an area. Heights and
measures are left out, as from all shapes.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# A chord spans so much of the circle at most: it keeps within 0.016 % of the radius of the arc.
STEP_DEG = 2.0
_POINT, _LINE, _POLYGON = 1, 2, 3
_COLLECTION, _ARCS, _COMPOUND, _CURVED_POLYGON, _MULTI_CURVE, _MULTI_SURFACE = 7, 8, 9, 10, 11, 12
_SURFACE, _TIN, _TRIANGLE = 15, 16, 17
_MULTI: dict[int, tuple[Any, type]] = {
    4: (shapely.MultiPoint, shapely.Point),
    **dict.fromkeys((5, _MULTI_CURVE), (shapely.MultiLineString, shapely.LineString)),
    **dict.fromkeys((6, _MULTI_SURFACE, _SURFACE, _TIN), (shapely.MultiPolygon, shapely.Polygon)),
}
_CURVED = frozenset({*range(_ARCS, _MULTI_SURFACE + 1), _SURFACE, _TIN, _TRIANGLE})
_KINDS = frozenset({_POINT, _LINE, _POLYGON, _COLLECTION, *_MULTI, *_CURVED})
_Z, _M, _SRID = 0x80000000, 0x40000000, 0x20000000
_DEEPEST = 8
_ON_ONE_LINE = 1e-12


class CurveError(ValueError):
    """The bytes are no shape."""


def may_be_curved(content: bytes) -> bool:
    r"""Whether WKB begins as a shape that shapely has no kind for, or as one that may hold some.

    Examples
    --------
    >>> may_be_curved(b"\x01\x08\x00\x00\x00"), may_be_curved(b"\x01\x03\x00\x00\x00")
    (True, False)
    """
    if len(content) < 5:  # noqa: PLR2004  order of bytes and code
        return False
    code = int.from_bytes(content[1:5], "little" if content[0] else "big") & 0xFFFFFFF
    return code % 1000 in _CURVED or code % 1000 == _COLLECTION


def straightened(content: bytes) -> tuple[Any, bool]:
    """Make a shape of WKB with arcs: each arc becomes chords of equal length.

    Parameters
    ----------
    content
        ISO or extended WKB of any kind.

    Returns
    -------
    The shape in two dimensions, in which a chord spans 2° of the circle at most; and whether there
    was anything that shapely has no kind for.

    Raises
    ------
    CurveError
        The bytes are no shape.

    Examples
    --------
    >>> corners = struct.pack("<6d", 1, 0, 0, 1, -1, 0)
    >>> half, was_curved = straightened(struct.pack("<BII", 1, 8, 3) + corners)
    >>> len(half.coords), round(half.length, 4), was_curved
    (91, 3.1414, True)
    """
    try:
        reader = _Reader(content)
        with np.errstate(all="ignore"):  # numbers at the end of their type
            shape = reader.shape()
        return shapely.set_srid(shape, reader.srid), reader.was_curved
    except (struct.error, ValueError, IndexError, shapely.GEOSException) as error:
        raise CurveError(str(error)) from error


class _Reader:
    """Reads one shape after the other from bytes."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0
        self._order, self._size = "<", 2
        self.was_curved, self.srid = False, 0

    def shape(self, depth: int = 0) -> Any:  # noqa: ANN401
        """Read the next shape."""
        code = self._head(depth)
        if code == _POINT:
            return shapely.Point(self._points(1)[0])
        if code in {_LINE, _ARCS, _COMPOUND}:
            return shapely.LineString(self._course(code, depth))
        if code in {_POLYGON, _TRIANGLE}:
            return _area([self._points() for _ in range(self._count(4))])
        if code == _CURVED_POLYGON:
            return _area([self._ring(depth) for _ in range(self._count())])
        return _together(code, [self.shape(depth + 1) for _ in range(self._count())])

    def _head(self, depth: int) -> int:
        if depth > _DEEPEST:
            raise CurveError("shapes within shapes without end")
        self._order = "<" if self._take("B")[0] else ">"
        code = self._take("I")[0]
        flat = code & 0xFFFFFFF
        if code & _SRID:
            (self.srid,) = self._take("i")
        extra = bool(code & _Z) + bool(code & _M) + (0, 1, 1, 2)[flat // 1000]
        self._size = 2 + extra
        kind = int(flat % 1000)
        if kind not in _KINDS:
            raise CurveError(f"a shape of kind {code}")
        self.was_curved |= kind in _CURVED
        return kind

    def _take(self, packing: str) -> tuple[Any, ...]:
        values = struct.unpack_from(self._order + packing, self._content, self._at)
        self._at += struct.calcsize(self._order + packing)
        return values

    def _count(self, least: int = 9) -> int:
        """Read how many parts follow, each of so many bytes at least."""
        (count,) = self._take("I")
        if count * least > len(self._content) - self._at:
            raise CurveError("more parts than there are bytes")
        return int(count)

    def _points(self, count: int | None = None) -> Floats:
        if count is None:
            count = self._count(8 * self._size)
        numbers = np.frombuffer(
            self._content, f"{self._order}f8", count * self._size, offset=self._at
        )
        self._at += 8 * numbers.size
        return numbers.reshape(count, self._size)[:, :2].astype(np.float64)

    def _course(self, code: int, depth: int) -> Floats:
        """Read the corners of a line, of arcs, or of both after each other."""
        if code == _LINE:
            return self._points()
        if code == _ARCS:
            return _chords(self._points())
        parts = [self._ring(depth) for _ in range(self._count())]
        # Where two pieces do not meet, both their ends are corners.
        rest = [part[int((part[0] == last[-1]).all()) :] for last, part in pairwise(parts)]
        return np.concatenate([parts[0], *rest])

    def _ring(self, depth: int) -> Floats:
        code = self._head(depth + 1)
        if code not in {_LINE, _ARCS, _COMPOUND}:
            raise CurveError("a ring that is no line")
        return self._course(code, depth + 1)


def _together(code: int, parts: list[Any]) -> Any:  # noqa: ANN401
    if code == _COLLECTION:
        return shapely.GeometryCollection(parts)
    kind, of = _MULTI[code]
    if not all(isinstance(part, of) for part in parts):
        raise CurveError("parts of another kind")
    return kind(parts)


def _area(rings: list[Floats]) -> Any:  # noqa: ANN401
    closed = [
        ring if len(ring) == 0 or (ring[0] == ring[-1]).all() else np.vstack([ring, ring[:1]])
        for ring in rings
    ]
    return shapely.Polygon(closed[0], closed[1:]) if closed else shapely.Polygon()


def _chords(points: Floats) -> Floats:
    """Return corners along arcs, each of which is given by its ends and a point on it."""
    if len(points) % 2 == 0 and len(points):
        raise CurveError("an arc without an end")
    pieces = [points[:1]]
    pieces += [_arc(*points[at : at + 3]) for at in range(0, len(points) - 2, 2)]
    return np.concatenate(pieces)


def _arc(start: Floats, through: Floats, end: Floats) -> Floats:
    """Return corners of one arc without its start; a circle where it ends where it starts."""
    a, b = through - start, end - start
    if (b == 0).all():
        centre, sweep = a / 2, 2 * np.pi
    else:
        cross = a[0] * b[1] - a[1] * b[0]
        if not abs(cross) > _ON_ONE_LINE * np.hypot(*a) * np.hypot(*b):
            return np.stack([through, end])
        squares = np.array([a @ a, b @ b])
        centre = np.array(
            [b[1] * squares[0] - a[1] * squares[1], a[0] * squares[1] - b[0] * squares[0]]
        ) / (2 * cross)
        turn = np.arctan2(*(b - centre)[::-1]) - np.arctan2(*(-centre)[::-1])
        sweep = turn % (2 * np.pi) if cross > 0 else -(-turn % (2 * np.pi))
    steps = max(int(np.ceil(abs(np.degrees(sweep)) / STEP_DEG - 1e-9)), 2)
    angles = np.arctan2(*(-centre)[::-1]) + sweep * np.arange(1, steps + 1) / steps
    corners: Floats = (
        start + centre + np.hypot(*centre) * np.column_stack([np.cos(angles), np.sin(angles)])
    )
    corners[-1] = end
    return corners
