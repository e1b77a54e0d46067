"""Shapes of GeoJSON objects, built by the thousand; the unusual ones each for itself."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry import shape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LEVELS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_RING_POINTS = 4
_FAILURES = (
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    RecursionError,
    shapely.GEOSException,
)


def is_kind(kind: object) -> bool:
    """Whether a member is the name of a kind of geometry; it may be anything."""
    return isinstance(kind, str) and (kind in _LEVELS or kind == "GeometryCollection")


def shapes_of(
    geometries: Sequence[Any],
) -> tuple[NDArray[np.object_], list[int], list[int]]:
    """Build the geometries of GeoJSON objects together.

    Parameters
    ----------
    geometries
        Objects with ``type`` and ``coordinates``, or None.

    Returns
    -------
    Geometries without heights, None where there is none; the positions of those that cannot be
    read; and the positions whose rings were closed.

    Examples
    --------
    >>> ring = [[0, 0], [1, 0], [1, 1]]
    >>> shapes, wrong, closed = shapes_of([{"type": "Polygon", "coordinates": [ring]}, {}])
    >>> shapes[0].wkt, wrong, closed
    ('POLYGON ((0 0, 1 0, 1 1, 0 0))', [1], [0])
    """
    shapes = np.full(len(geometries), None, dtype=object)
    by_kind: dict[Any, list[int]] = {}
    for at, each in enumerate(geometries):
        if each is not None:
            kind = each.get("type") if isinstance(each, dict) else None
            by_kind.setdefault(kind if isinstance(kind, str) else None, []).append(at)
    single: list[int] = []
    for kind, positions in by_kind.items():
        try:
            coordinates = [geometries[at]["coordinates"] for at in positions]
            regular, alone = _TOGETHER[kind](coordinates)
        except _FAILURES:  # one of them is unusual: each is built for itself
            single += positions
            continue
        there = np.array(positions)
        shapes[there[~alone]] = regular
        single += there[alone].tolist()
    wrong: list[int] = []
    closed: list[int] = []
    for at in sorted(single):
        try:
            shapes[at], was_open = _alone(geometries[at])
        except _FAILURES:
            wrong.append(at)
            continue
        if was_open:
            closed.append(at)
    return shapes, wrong, closed


def _points(points: list[Any]) -> Floats:
    """Positions as an array of two columns; all have as many numbers."""
    (size,) = set(map(len, points)) or {2}
    flat = np.fromiter(chain.from_iterable(points), dtype=np.float64, count=size * len(points))
    return flat.reshape(-1, size)[:, :2]


def _offsets(lists: list[Any]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.fromiter(map(len, lists), np.int64, len(lists)))])


def _polygons(coordinates: list[Any]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    rings = list(chain.from_iterable(coordinates))
    points = _points(list(chain.from_iterable(rings)))
    ring_at, polygon_at = _offsets(rings), _offsets(coordinates)
    alone = _with_odd_rings(points, ring_at, polygon_at)
    if alone.any():
        plain = [each for each, odd in zip(coordinates, alone, strict=True) if not odd]
        return _polygons(plain)[0], alone
    shapes = shapely.from_ragged_array(shapely.GeometryType.POLYGON, points, (ring_at, polygon_at))
    return shapes, alone


def _multipolygons(coordinates: list[Any]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    polygons = list(chain.from_iterable(coordinates))
    rings = list(chain.from_iterable(polygons))
    points = _points(list(chain.from_iterable(rings)))
    ring_at, polygon_at, whole_at = _offsets(rings), _offsets(polygons), _offsets(coordinates)
    alone = _with_odd_rings(points, ring_at, polygon_at[whole_at])
    # An area without a ring among others ends the process when they are built together.
    hollow = np.concatenate([[0], np.cumsum(np.diff(polygon_at) == 0)])
    alone |= np.diff(hollow[whole_at]) > 0
    if alone.any():
        plain = [each for each, odd in zip(coordinates, alone, strict=True) if not odd]
        return _multipolygons(plain)[0], alone
    shapes = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON, points, (ring_at, polygon_at, whole_at)
    )
    return shapes, alone


def _with_odd_rings(
    points: Floats, ring_at: NDArray[np.int64], whole_at: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether a feature has a ring that is short or not closed, or no ring at all."""
    sizes = np.diff(ring_at)
    odd = sizes < _RING_POINTS
    full = np.flatnonzero(~odd)
    odd[full] = (points[ring_at[full]] != points[ring_at[full + 1] - 1]).any(axis=1)
    before = np.concatenate([[0], np.cumsum(odd)])
    with_odd: NDArray[np.bool_] = (np.diff(before[whole_at]) > 0) | (np.diff(whole_at) == 0)
    return with_odd


def _single_points(coordinates: list[Any]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    places = np.asarray(shapely.points(_points(coordinates)))
    return places, np.zeros(len(coordinates), dtype=bool)


def _lines(coordinates: list[Any]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    points = _points(list(chain.from_iterable(coordinates)))
    shapes = shapely.from_ragged_array(
        shapely.GeometryType.LINESTRING, points, (_offsets(coordinates),)
    )
    return shapes, np.zeros(len(coordinates), dtype=bool)


_TOGETHER: dict[Any, Callable[[list[Any]], tuple[NDArray[np.object_], NDArray[np.bool_]]]] = {
    "Polygon": _polygons,
    "MultiPolygon": _multipolygons,
    "Point": _single_points,
    "LineString": _lines,
}


def _alone(geometry: Any) -> tuple[shapely.Geometry | None, bool]:  # noqa: ANN401
    """Build one geometry, and say whether a ring of it had to be closed."""
    kind = geometry["type"]
    if kind == "GeometryCollection":
        parts = [_alone(each) for each in geometry["geometries"]]
        return shapely.GeometryCollection([part for part, _ in parts if part]), any(
            was_open for _, was_open in parts
        )
    coordinates = _flat(geometry["coordinates"], _LEVELS[kind])
    if kind == "MultiPolygon":
        coordinates = [polygon for polygon in coordinates if polygon]
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(kind, [])
    was_open = any(ring[0] != ring[-1] for polygon in polygons for ring in polygon if ring)
    return shape({"type": kind, "coordinates": coordinates}), was_open


def _flat(coordinates: Any, level: int) -> Any:  # noqa: ANN401  nested as deep as the level
    if level == 0:
        return (float(coordinates[0]), float(coordinates[1])) if coordinates else ()
    return [_flat(each, level - 1) for each in coordinates]
