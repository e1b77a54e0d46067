"""Whether numbers can be coordinates in the CRS that they are labelled with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pyproj import CRS

from geo.definitions import by_definition
from geo.errors import CRSError, InputError
from geo.transformations import (
    in_one_datum,
    named,
    nine_places,
    to_own_degrees,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LARGEST_LATITUDE_DEG, _LARGEST_LONGITUDE_DEG = 90.0, 180.0
# Further than this from the false easting no transverse Mercator is used; a zone prefix adds 25–45
# million.
_FAR_M = 1_500_000.0
_PREFIX_M = 1_000_000.0
_FIRST_PREFIX, _LAST_PREFIX = 13, 45
# A CRS may be used this far outside of the area that it was made for: two zones of 3°, and for the
# latitude, which a zone of longitude does not limit, a good part of a continent.
_MARGIN_LONGITUDE_DEG, _MARGIN_LATITUDE_DEG = 6.0, 20.0
_WHOLE_TURN_DEG = 360.0
# A CRS that is in no register and has its origin at the data may hold data within 180 m of it; they
# are taken for degrees only where degrees would lie about the origin too.
_NEAR_ORIGIN_DEG = 30.0
# With a false easting of at least this much no place lies at the corner from which is counted.
_FALSE_ORIGIN_M = 100_000.0


class Bounds(NamedTuple):
    """Ends of the data in the units of their CRS, not-a-number where there are none.

    Parameters
    ----------
    west, south, east, north
        Smallest and largest coordinates.
    """

    west: float
    south: float
    east: float
    north: float


def require_coordinates(
    x: Floats, y: Floats, crs: CRS, *, function: str = "require_coordinates"
) -> Bounds:
    """Refuse coordinates that a CRS cannot have, and return how far they reach.

    Parameters
    ----------
    x, y
        Coordinates, longitude and latitude or easting and northing.
    crs
        What they are said to be in.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    CRSError
        They are outside ±180/±90 degrees, swapped, degrees labelled as metres or metres as degrees,
        prefixed with a zone number that the CRS has not or the other way round, or far outside of
        the area that the CRS is for.
    InputError
        A coordinate is not-a-number or infinite.

    Examples
    --------
    >>> require_coordinates(np.array([112.94]), np.array([28.23]), CRS.from_epsg(4490)).north
    28.23
    """
    if not x.size:
        return Bounds(np.nan, np.nan, np.nan, np.nan)
    # The least of numbers among which one is not-a-number is not-a-number.
    bounds = Bounds(float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    if not np.isfinite(bounds).all():
        wrong = int(np.count_nonzero(~(np.isfinite(x) & np.isfinite(y))))
        raise InputError(
            f"{function}: {wrong} of {len(x)} coordinates are not-a-number or infinite. Give those "
            "rows no geometry (None), which counts as a missing place.",
            code="place.not_finite",
            rows=wrong,
            total=len(x),
        )
    if crs.is_geographic:
        _check_degrees(x, y, crs, bounds, function)
    else:
        _check_map(x, y, crs, bounds, function)
    return bounds


def _check_degrees(x: Floats, y: Floats, crs: CRS, bounds: Bounds, function: str) -> None:
    turn = crs.axis_info[0].unit_conversion_factor if crs.axis_info else np.radians(1.0)
    longest = _LARGEST_LONGITUDE_DEG * float(np.radians(1.0)) / turn
    widest = longest / 2
    east, north = max(bounds.east, -bounds.west), max(bounds.north, -bounds.south)
    # Longitudes in radians or grads come back from their own degrees a digit longer.
    slack = 1 + 1e-12
    if east <= longest * slack and north <= widest * slack:
        if not in_one_datum(crs):
            _check_area(crs, bounds, function)
        return
    wrong = (np.abs(x) > longest) | (np.abs(y) > widest)
    lon, lat = float(x[wrong][0]), float(y[wrong][0])
    if abs(lat) <= longest and abs(lon) <= widest:
        code, advice = "crs.swapped", "They look swapped: pass longitude first."
    elif max(abs(lon), abs(lat)) > 2 * longest:
        code = "crs.metres"
        advice = (
            "They look like metres: call .set_crs with their projected CRS and "
            'allow_override=True, for Changsha "EPSG:4547".'
        )
    else:
        code, advice = "crs.range", "Correct or drop them."
    raise CRSError(
        f"{function}: {int(wrong.sum())} of {len(x)} coordinates lie outside "
        f"±{longest:g}/±{widest:g} {crs.axis_info[0].unit_name if crs.axis_info else 'degree'}s, "
        f"the first is ({lon:g}, {lat:g}). {advice}",
        code=code,
        rows=int(wrong.sum()),
        total=len(x),
        x=round(lon, 6),
        y=round(lat, 6),
    )


def _check_map(x: Floats, y: Floats, crs: CRS, bounds: Bounds, function: str) -> None:
    degrees = _like_degrees(x, y, crs, bounds)
    if degrees:
        raise CRSError(
            f"{function}: {degrees} of {len(x)} coordinates lie in ±180, ±90, the smallest at "
            f"({bounds.west:g}, {bounds.south:g}), but the frame says {named(crs)}, whose unit is "
            f"the {crs.axis_info[0].unit_name}. They look like degrees: call "
            '.set_crs("EPSG:4490", allow_override=True), or drop them where the others are metres.',
            code="crs.degrees",
            rows=degrees,
            total=len(x),
            x=round(bounds.west, 6),
            y=round(bounds.south, 6),
            crs=crs.name,
        )
    if _method(crs) == "Transverse Mercator":
        _check_eastings(x, y, crs, bounds, function)
    _check_area(crs, bounds, function)


def _like_degrees(x: Floats, y: Floats, crs: CRS, bounds: Bounds) -> int:
    """Count what lies in a box of 360 × 180 units about the corner from which is counted."""
    west, south, east, north = bounds
    if west > _LARGEST_LONGITUDE_DEG or south > _LARGEST_LATITUDE_DEG:
        return 0
    within = (np.abs(x) <= _LARGEST_LONGITUDE_DEG) & (np.abs(y) <= _LARGEST_LATITUDE_DEG)
    count = int(np.count_nonzero(within))
    unit = crs.axis_info[0].unit_conversion_factor
    if abs(_shift(crs, "False easting")) * unit >= _FALSE_ORIGIN_M:
        return count
    if count < len(x):
        return 0
    if _area_of_use(crs) is not None:
        return count
    lon, lat = (float(value[0]) for value in to_own_degrees(crs, np.zeros(1), np.zeros(1)))
    near = max(abs(west - lon), abs(east - lon), abs(south - lat), abs(north - lat))
    at_zero = max(abs(lon), abs(lat)) < 1
    return count if near <= _NEAR_ORIGIN_DEG or at_zero or not np.isfinite(near) else 0


def _check_eastings(x: Floats, y: Floats, crs: CRS, bounds: Bounds, function: str) -> None:
    unit = crs.axis_info[0].unit_conversion_factor
    false_easting = _shift(crs, "False easting")
    far = _FAR_M / unit
    if bounds.east - false_easting <= far and false_easting - bounds.west <= far:
        return
    wrong = np.abs(x - false_easting) > far
    easting, northing = float(x[wrong][0]), float(y[wrong][0])
    zone, own = int(easting // _PREFIX_M), int(false_easting // _PREFIX_M)
    if abs(northing - false_easting) <= far:
        code = "crs.swapped"
        advice = "They look swapped: pass the easting first, then the northing."
    elif own < _FIRST_PREFIX <= zone <= _LAST_PREFIX:
        code = "crs.prefix"
        advice = (
            f"The eastings look prefixed with zone number {zone}: label them with the CRS that has "
            "the prefix (3-degree zones 25–45 are EPSG:4513–4533, 6-degree zones 13–23 are "
            "EPSG:4491–4501), or subtract the prefix."
        )
    elif own >= _FIRST_PREFIX and 0 < easting < _PREFIX_M:
        code = "crs.no_prefix"
        advice = (
            f"The eastings have no zone number, which this CRS puts in front ({own}): label them "
            "with the CRS of the same meridian that has no prefix (3-degree zones are "
            "EPSG:4534–4554)."
        )
    else:
        code, advice = "crs.outside", "Check which CRS the numbers are in."
    raise CRSError(
        f"{function}: {int(wrong.sum())} of {len(x)} coordinates cannot be in {crs.to_string()}, "
        f"whose eastings lie around {false_easting:,.0f} m; the first is ({easting:,.0f}, "
        f"{northing:,.0f}). {advice}",
        code=code,
        rows=int(wrong.sum()),
        total=len(x),
        x=round(easting),
        y=round(northing),
        crs=crs.name,
        zone=zone,
    )


def _check_area(crs: CRS, bounds: Bounds, function: str) -> None:
    area = _area_of_use(crs)
    west, south, east, north = bounds
    lon, lat = to_own_degrees(crs, *nine_places(bounds))
    known = np.isfinite(lon) & np.isfinite(lat)
    # Corners of the box about the data may lie off the map where the data do not.
    if known.any() and (area is None or _within(lon[known], lat[known], area)):
        return
    where = f"({lon[known][0]:.4g}° E, {lat[known][0]:.4g}° N)" if known.any() else "no place"
    raise CRSError(
        f"{function}: in {named(crs)} the coordinates from ({west:,.6g}, {south:,.6g}) to "
        f"({east:,.6g}, {north:,.6g}) mean {where}, far outside of the area which it is for"
        f"{'' if area is None else f' ({area[0]:g}–{area[2]:g}° E, {area[1]:g}–{area[3]:g}° N)'}. "
        "Check which CRS the numbers are in.",
        code="crs.outside",
        x=round(west, 6),
        y=round(south, 6),
        crs=crs.name,
    )


@by_definition
def _area_of_use(crs: CRS) -> tuple[float, float, float, float] | None:
    area = crs.area_of_use
    if area is None:
        # What a shapefile says of a CRS is shorter than what the register says.
        code = crs.to_epsg()
        area = None if code is None else CRS.from_epsg(code).area_of_use
    return None if area is None else area.bounds


def _within(lon: Floats, lat: Floats, area: tuple[float, float, float, float]) -> bool:
    west, south, east, north = area
    width = (east - west) % _WHOLE_TURN_DEG or _WHOLE_TURN_DEG
    middle = west + width / 2
    away = np.abs((lon - middle + _WHOLE_TURN_DEG / 2) % _WHOLE_TURN_DEG - _WHOLE_TURN_DEG / 2)
    return bool(
        away.max() <= width / 2 + _MARGIN_LONGITUDE_DEG
        and lat.min() >= south - _MARGIN_LATITUDE_DEG
        and lat.max() <= north + _MARGIN_LATITUDE_DEG
    )


def _method(crs: CRS) -> str:
    operation = crs.coordinate_operation
    return operation.method_name if operation is not None else ""


def _shift(crs: CRS, name: str) -> float:
    """Give a false easting or northing in the units of the map."""
    operation: Any = crs.coordinate_operation
    params = [] if operation is None else operation.params
    return next(
        (
            p.value * p.unit_conversion_factor / crs.axis_info[0].unit_conversion_factor
            for p in params
            if p.name == name
        ),
        0.0,
    )
