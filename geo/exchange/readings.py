"""Readings of the numbers of a file: order, zone and unit, by what they can be at all.

A reading is proposed where the label is impossible, or where the label puts the data far from what
is known and another zone puts them into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from pyproj import CRS, Transformer

from geo.crs import GEOGRAPHIC
from geo.exchange import labels
from geo.findings import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.datum import Datum

    Floats = NDArray[np.float64]

Suspicion = Literal[
    "none",
    "gcj02",
    "bd09",
    "zone_prefix",
    "swapped",
    "xy_northing_first",
    "metres_as_degrees",
    "degrees_as_metres",
    "old_datum",
    "neighbour_zone",
    "other_zone_width",
    "local",
]

_LARGEST_LON, _LARGEST_LAT = 180.0, 90.0
_CHINA_DEG = (73.0, 3.0, 136.0, 54.0)
_MILLION_M = 1e6
# Eastings that a zone can have in use, its false easting of 500 km counted, and northings of China.
_EASTINGS_M, _NORTHINGS_M = (50_000.0, 950_000.0), (330_000.0, 6_200_000.0)
_ELSEWHERE_KM = 50.0  # from what is known
_KM_PER_DEG = 110.85
_HALF_WIDTH_DEG = 1.5  # of a 3-degree zone


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is done to coordinates, in this order: exchange, label, move from a shifted datum.

    Parameters
    ----------
    datum
        ``"gcj02"`` or ``"bd09"`` where the coordinates are in one, else ``"wgs84"``.
    swap
        Whether latitude or northing comes first.
    crs
        What the numbers are in, empty for what the frame says.
    """

    datum: Datum = "wgs84"
    swap: bool = False
    crs: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another reading of the numbers, before known features are compared.

    Parameters
    ----------
    suspicion, conversion, findings
        As in a diagnosis.
    """

    suspicion: Suspicion = "none"
    conversion: Conversion | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbers:
    """Some coordinates of a frame, with what they are labelled.

    Parameters
    ----------
    x, y
        Finite coordinates.
    crs
        As the frame says, None where it does not.
    extent
        West, south, east, north of what is known, degrees; None where nothing is.
    """

    x: Floats
    y: Floats
    crs: CRS | None
    extent: tuple[float, float, float, float] | None

    @property
    def zone(self) -> labels.Zone | None:
        """Zone that the label names."""
        return None if self.crs is None else labels.zone_of(self.crs)

    @property
    def datum(self) -> labels.OldDatum:
        """Old datum that the label names."""
        return "" if self.crs is None else labels.old_datum(self.crs)

    def placed(self, conversion: Conversion | None) -> tuple[Floats, Floats]:
        """Longitudes and latitudes in a reading, infinite where it has none."""
        reading = conversion or Conversion()
        x, y = (self.y, self.x) if reading.swap else (self.x, self.y)
        crs = labels.parsed(reading.crs) if reading.crs else self.crs
        if crs is None or crs.is_geographic:
            return x, y
        lon, lat = Transformer.from_crs(crs, crs.geodetic_crs or crs, always_xy=True).transform(
            x, y
        )
        return np.asarray(lon), np.asarray(lat)

    def away_km(self, conversion: Conversion | None) -> float:
        """Distance of the middle from the box of what is known."""
        if self.extent is None:
            return 0.0
        west, south, east, north = self.extent
        lon, lat = (float(np.median(values)) for values in self.placed(conversion))
        if not np.isfinite([lon, lat]).all():
            return float("inf")
        east_deg = max(west - lon, lon - east, 0.0) * np.cos(np.radians(lat))
        return float(np.hypot(east_deg, max(south - lat, lat - north, 0.0)) * _KM_PER_DEG)


def proposed(numbers: Numbers) -> Proposal:
    """Read the numbers another way where their label cannot be right.

    Parameters
    ----------
    numbers
        With their label, and the extent of what is known.

    Examples
    --------
    >>> proposed(Numbers(np.array([28.2]), np.array([112.9]), None, None)).suspicion
    'swapped'
    """
    largest = max(np.abs(numbers.x).max(), np.abs(numbers.y).max())
    return _degrees(numbers) if largest <= _LARGEST_LON else _metres(numbers)


def _degrees(numbers: Numbers) -> Proposal:
    swap = _is_latitude_first(numbers)
    lon, lat = (numbers.y, numbers.x) if swap else (numbers.x, numbers.y)
    values: dict[str, str | int | float] = {
        "lon": round(float(np.median(lon)), 4),
        "lat": round(float(np.median(lat)), 4),
    }
    if numbers.crs is not None and not numbers.crs.is_geographic:
        values["name"] = numbers.crs.name
        return _proposal("degrees_as_metres", Conversion(swap=swap, crs=GEOGRAPHIC), values)
    if swap:
        return _proposal(
            "swapped",
            Conversion(swap=True, crs="" if numbers.crs is not None else GEOGRAPHIC),
            values,
        )
    if numbers.crs is None and numbers.extent is not None and not numbers.away_km(None):
        finding = Finding("coordinates.degrees_unlabelled", values, "warning")
        return Proposal("none", Conversion(crs=GEOGRAPHIC), (finding,))
    return Proposal()


def _is_latitude_first(numbers: Numbers) -> bool:
    """Where the numbers allow one order only; else where only the other lies in China."""
    x, y = numbers.x, numbers.y
    if np.abs(y).max() > _LARGEST_LAT:
        return bool(np.abs(x).max() <= _LARGEST_LAT)
    if np.abs(x).max() > _LARGEST_LAT:
        return False
    west, south, east, north = numbers.extent or _CHINA_DEG
    as_given = (west <= np.median(x) <= east) and (south <= np.median(y) <= north)
    exchanged = (west <= np.median(y) <= east) and (south <= np.median(x) <= north)
    return bool(exchanged and not as_given)


def _metres(numbers: Numbers) -> Proposal:
    zone, crs = numbers.zone, numbers.crs
    if crs is not None and not crs.is_geographic and zone is None:
        return Proposal()  # a projection without zones; where it puts them is told with the place
    swap = _is_northing_first(numbers) and not _lies_here(numbers)
    prefix = _prefix(numbers.y if swap else numbers.x)
    values: dict[str, str | int | float] = {
        "x": round(float(np.median(numbers.x)), 1),
        "y": round(float(np.median(numbers.y)), 1),
        "zone": prefix,
    }
    if prefix:
        target = labels.prefixed_crs(prefix, datum=numbers.datum)
        values |= _zone_words(labels.parsed(target))
    elif zone is not None:
        target = ""
        if zone.prefix:
            target = labels.meridian_crs(round(zone.meridian), datum=numbers.datum)
            values |= _zone_words(labels.parsed(target))
    else:
        return _unzoned(numbers, values, swap=swap)
    if zone is not None and zone.prefix == prefix:
        target = ""
    conversion = Conversion(swap=swap, crs=target)
    if swap:
        return _proposal("xy_northing_first", conversion, values)
    if zone is None and crs is not None:
        return _proposal("metres_as_degrees", conversion, values)
    if zone is None or zone.prefix != prefix:
        return _proposal("zone_prefix", conversion, values)
    return _other_zone(numbers, zone)


def _lies_here(numbers: Numbers) -> bool:
    """Whether the numbers lie within what is known as they are labelled."""
    crs = numbers.crs
    projected = crs is not None and not crs.is_geographic
    return projected and numbers.extent is not None and not numbers.away_km(None)


def _is_northing_first(numbers: Numbers) -> bool:
    def easting(values: Floats) -> bool:
        middle = float(np.median(values))
        bare = middle % _MILLION_M if _prefix(values) else middle
        return _EASTINGS_M[0] <= bare <= _EASTINGS_M[1]

    def northing(values: Floats) -> bool:
        return bool(_NORTHINGS_M[0] <= np.median(values) <= _NORTHINGS_M[1])

    in_order = easting(numbers.x) and northing(numbers.y)
    return not in_order and easting(numbers.y) and northing(numbers.x)


def _prefix(eastings: Floats) -> int:
    """Zone number before most of the eastings, 0 where there is none."""
    prefix = int(np.median(eastings) // _MILLION_M)
    known = prefix in labels.SIX_DEGREE_ZONES or prefix in labels.THREE_DEGREE_ZONES
    return prefix if known else 0


def _unzoned(numbers: Numbers, values: dict[str, str | int | float], *, swap: bool) -> Proposal:
    """Metres without a zone: only known features can tell which meridian they are from."""
    best = _nearest_reading(numbers, swap=swap)
    mislabelled = numbers.crs is not None
    if best is None:
        code = "coordinates.metres_as_degrees_open" if mislabelled else "coordinates.unlabelled"
        suspicion: Suspicion = "metres_as_degrees" if mislabelled else "none"
        return Proposal(suspicion, None, (Finding(code, values, "warning"),))
    values |= _zone_words(labels.parsed(best.crs))
    if swap:
        return _proposal("xy_northing_first", best, values)
    return _proposal("metres_as_degrees", best, values)


def _nearest_reading(
    numbers: Numbers, *, swap: bool = False, utm: bool = False
) -> Conversion | None:
    """Return the zone in which the numbers lie within what is known, nearest its middle."""
    if numbers.extent is None:
        return None
    west, _, east, _ = numbers.extent
    candidates = [Conversion(swap=swap, crs="EPSG:3857")] if not utm else []
    for meridian in range(labels.FIRST_MERIDIAN, labels.LAST_MERIDIAN + 1, 6 if utm else 3):
        code = labels.meridian_crs(meridian, datum="" if utm else numbers.datum, utm=utm)
        candidates.append(Conversion(swap=swap, crs=code))
    inside = [each for each in candidates if numbers.away_km(each) == 0]
    if not inside:
        return None

    def off(each: Conversion) -> float:
        return abs(float(np.median(numbers.placed(each)[0])) - (west + east) / 2)

    return min(inside, key=off)


def _other_zone(numbers: Numbers, zone: labels.Zone) -> Proposal:
    """Numbers of another zone than the label's: they lie elsewhere, and there they lie within."""
    given_km = numbers.away_km(None)
    if given_km < _ELSEWHERE_KM:
        return Proposal()
    best = _nearest_reading(numbers, utm=zone.scale != 1)
    if best is None:
        return Proposal()
    meridian = _zone_words(labels.parsed(best.crs))["meridian"]
    middle = float(np.median(numbers.placed(best)[0]))
    narrow = zone.scale == 1 and abs(middle - meridian) <= _HALF_WIDTH_DEG
    width = 3 if narrow else 6
    suspicion: Suspicion = "neighbour_zone" if width == zone.width else "other_zone_width"
    return _proposal(
        suspicion,
        best,
        {
            "given_km": round(given_km),
            "given_meridian": _whole(zone.meridian),
            "given_width": zone.width,
            "meridian": meridian,
            "width": width,
        },
    )


def _whole(meridian: float) -> int | float:
    return int(meridian) if meridian.is_integer() else meridian


def _zone_words(crs: CRS | None) -> dict[str, int | float]:
    zone = None if crs is None else labels.zone_of(crs)
    if zone is None:
        return {"meridian": 0, "width": 0}
    return {"meridian": _whole(zone.meridian), "width": zone.width}


def _proposal(
    suspicion: Suspicion, conversion: Conversion, values: dict[str, str | int | float]
) -> Proposal:
    code = f"coordinates.{suspicion}"
    if suspicion == "metres_as_degrees" and not values.get("width"):
        code = "coordinates.web_mercator"
    elif suspicion == "zone_prefix" and not values["zone"]:
        code = "coordinates.prefix_missing"
    elif suspicion == "xy_northing_first" and not values.get("width"):
        code = "coordinates.northing_first_only"
    return Proposal(suspicion, conversion, (Finding(code, values, "warning"),))
