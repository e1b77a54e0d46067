"""Which of two coordinates goes east, and in what: decided by their values and said.

Chinese surveys write the northing as X and the easting as Y, spreadsheets the other way round, and
web maps give latitude first. Values tell them apart in China: longitudes of 70 to 140, latitudes of
up to 56, northings of 1.8 to 6.2 million metres, eastings of up to 1.2 million, or of 13 to 46
million where the number of the zone stands before them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_LON, _LAT = (70.0, 140.0), (0.0, 56.0)
_FURTHEST_LON, _FURTHEST_LAT = 180.0, 90.0
_NORTHING = (1.8e6, 6.2e6)
_EASTING = (0.0, 1.2e6)
_ZONE_M = 1e6
_IN_ZONE = (0.1e6, 0.9e6)
_MERCATOR_X, _MERCATOR_Y = (8.1e6, 13.0e6), (0.4e6, 7.2e6)
# CGCS2000 / Gauss-Krüger: EPSG:4491 is zone 13 of 6 degrees, EPSG:4513 zone 25 of 3 degrees.
_SIX, _SIX_EPSG, _THREE, _THREE_EPSG = range(13, 24), 4491, range(25, 46), 4513
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Axes:
    """How pairs of numbers are to be read.

    Parameters
    ----------
    kind
        ``"degrees"``, ``"zone"`` (metres with the number of the zone), ``"metres"``, ``"mercator"``
        or ``"unknown"``.
    swapped
        Whether the second number goes east.
    epsg
        CRS where the values leave no doubt, else 0.
    zone
        Number of the zone, else 0.
    """

    kind: str
    swapped: bool
    epsg: int = 0
    zone: int = 0

    def fits(self, east: Floats, north: Floats) -> Flags:
        """Whether coordinates, put in order, are ones of this kind."""
        with np.errstate(invalid="ignore"):
            if self.kind == "degrees":
                return (np.abs(east) <= _FURTHEST_LON) & (np.abs(north) <= _FURTHEST_LAT)
            if self.kind == "zone":
                return _zoned(east, north) & _within(east // _ZONE_M, (self.zone, self.zone))
            if self.kind == "metres":
                return _plain(east, north)
            return np.isfinite(east) & np.isfinite(north)


def axes_of(first: Floats, second: Floats) -> Axes:
    """Tell from the values of many places how they are to be read.

    Parameters
    ----------
    first, second
        Coordinates in the order that they were written in; those that are none are passed over.

    Examples
    --------
    >>> axes_of(np.array([28.2, 28.3]), np.array([112.9, 112.8])).swapped
    True
    >>> axes_of(np.array([3121000.0]), np.array([38391000.0]))
    Axes(kind='zone', swapped=True, epsg=4526, zone=38)
    """
    usable = np.isfinite(first) & np.isfinite(second) & ~((first == 0) & (second == 0))
    first, second = first[usable], second[usable]
    if not first.size:
        return Axes("degrees", swapped=False, epsg=4490)

    def mostly(test: Callable[[Floats, Floats], Flags]) -> tuple[bool, bool]:
        return test(first, second).mean() > _MOST, test(second, first).mean() > _MOST

    for kind, test in (
        ("degrees", _chinese),
        ("degrees", _any_degrees),
        ("zone", _zoned),
        ("metres", _plain),
        ("mercator", _mercator),
    ):
        as_is, turned = mostly(test)
        if as_is or turned:
            swapped = turned and not as_is
            zone = 0
            if kind == "zone":
                east = second if swapped else first
                north = first if swapped else second
                zone = int(np.median(east[_zoned(east, north)]) // _ZONE_M)
            return Axes(kind, swapped=swapped, epsg=_epsg(kind, zone), zone=zone)
    return Axes("unknown", swapped=False)


def _epsg(kind: str, zone: int) -> int:
    if kind == "zone":
        if zone in _THREE:
            return _THREE_EPSG + zone - _THREE.start
        return _SIX_EPSG + zone - _SIX.start
    return {"degrees": 4490, "mercator": 3857}.get(kind, 0)


def _within(values: Floats, limits: tuple[float, float]) -> Flags:
    low, high = limits
    return (values >= low) & (values <= high)


def _chinese(lon: Floats, lat: Floats) -> Flags:
    return _within(lon, _LON) & _within(lat, _LAT)


def _any_degrees(lon: Floats, lat: Floats) -> Flags:
    return (np.abs(lon) <= _FURTHEST_LON) & (np.abs(lat) <= _FURTHEST_LAT)


def _zoned(east: Floats, north: Floats) -> Flags:
    zone = east // _ZONE_M
    known = _within(zone, (_SIX[0], _SIX[-1])) | _within(zone, (_THREE[0], _THREE[-1]))
    return known & _within(east - zone * _ZONE_M, _IN_ZONE) & _within(north, _NORTHING)


def _plain(east: Floats, north: Floats) -> Flags:
    return _within(east, _EASTING) & _within(north, _NORTHING)


def _mercator(x: Floats, y: Floats) -> Flags:
    return _within(x, _MERCATOR_X) & _within(y, _MERCATOR_Y)
