"""Rows that lie where none of the others can be, such as a point at 0, 0 in a file of a city."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[Any]

_MAX_LON, _MAX_LAT, _LARGEST_DEG = 180.0, 90.0, 360.0
_MAX_METRES = 1e8  # a zone prefix makes 45 million
# Longitudes and latitudes of China, with its sea.
_CHINA_DEG = (73.0, 3.0, 136.0, 54.0)
_ZERO_DEG, _ZERO_M = 0.001, 1.0
_SHARE, _FEWEST_ROWS = 0.05, 3


class _Region(NamedTuple):
    """How far from the median a row of a city lies at most, and a stray at least."""

    city: float
    stray: float


_IN_DEGREES, _IN_METRES = _Region(2.0, 10.0), _Region(250_000.0, 2_000_000.0)


def strays(shapes: Shapes, *, degrees: bool) -> tuple[Flags, Floats]:
    """Find the few rows of a file that lie where none of the others can be.

    They are at most one row in twenty (one row where there are fewer) of at least three. Such a row
    reaches a place outside the range of coordinates; or reaches 0, 0 while the others are far from
    it; or lies outside China and far away while all others fit into a city with its surroundings.
    Where more rows do so, the whole file is in another system, and none of them is a stray.

    Parameters
    ----------
    shapes
        Geometries with finite coordinates, none missing or empty.
    degrees
        Whether the coordinates are longitudes and latitudes; else they are metres.

    Returns
    -------
    Which are strays, and of each of these the corner that lies farthest away.

    Examples
    --------
    >>> city = [shapely.Point(112.9, 28.1), shapely.Point(112.8, 28.2), shapely.Point(112.7, 28.2)]
    >>> lost, places = strays(np.array([*city, shapely.Point(0, 0)]), degrees=True)
    >>> lost.tolist(), places.tolist()
    ([False, False, False, True], [[0.0, 0.0]])
    """
    none = np.zeros(len(shapes), dtype=bool), np.empty((0, 2))
    if len(shapes) < _FEWEST_ROWS:
        return none
    bounds = shapely.bounds(shapes)
    centre = np.median((bounds[:, :2] + bounds[:, 2:]) / 2, axis=0)
    if degrees and np.abs(centre).max() > _LARGEST_DEG:
        return none  # labelled degrees and no degrees at all
    region = _IN_DEGREES if degrees else _IN_METRES
    reach = np.maximum(centre - bounds[:, :2], bounds[:, 2:] - centre)
    away = np.maximum(reach[:, 0], reach[:, 1])
    lost = _beyond_range(bounds, degrees=degrees)
    if np.abs(centre).max() > region.city:
        lost |= _at_zero(bounds, degrees=degrees)
    remote = away > region.stray
    if degrees:
        remote &= _outside_china(bounds)
    rest = ~(lost | remote)
    if rest.any() and (away[rest] <= region.city).all():
        lost |= remote
    if np.count_nonzero(lost) > max(1, int(_SHARE * len(shapes))):
        return none
    corners = [shapely.get_coordinates(shape) for shape in shapes[lost]]
    places = [xy[np.abs(xy - centre).max(axis=1).argmax()] for xy in corners]
    return lost, np.array(places).reshape(-1, 2)


def _outside_china(bounds: Floats) -> Flags:
    west, south, east, north = _CHINA_DEG
    outside = (bounds[:, :2] < (west, south)).any(axis=1)
    outside |= (bounds[:, 2:] > (east, north)).any(axis=1)
    return np.asarray(outside)


def _beyond_range(bounds: Floats, *, degrees: bool) -> Flags:
    limits = (_MAX_LON, _MAX_LAT) * 2 if degrees else _MAX_METRES
    return np.asarray((np.abs(bounds) > limits).any(axis=1))


def _at_zero(bounds: Floats, *, degrees: bool) -> Flags:
    near = _ZERO_DEG if degrees else _ZERO_M
    x = np.minimum(np.abs(bounds[:, 0]), np.abs(bounds[:, 2])) < near
    y = np.minimum(np.abs(bounds[:, 1]), np.abs(bounds[:, 3])) < near
    return np.asarray(x & y)
