"""The gate that coordinates pass before anything is measured.

A frame with no CRS, with two CRSs, or with numbers that its CRS cannot mean is refused with what
was found and what to do. Metres come from a stated projection, areas and long distances from the
ellipsoid.

EPSG:4490 (CGCS2000) and EPSG:4326 (WGS 84) are taken as equal. Their ellipsoids differ by 0.1 mm
and their frames by centimetres to decimetres, far below the accuracy of a plan.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Geod

from geo.errors import CRSError, InputError
from geo.work import checkpoint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Frame: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries
AnyFrame = TypeVar("AnyFrame", gpd.GeoDataFrame, gpd.GeoSeries)

GEOGRAPHIC = "EPSG:4490"
# CGCS2000 / 3-degree Gauss-Krüger without zone prefix: EPSG:4534 has its central meridian at 75° E,
# each next code 3° further east, up to EPSG:4554 at 135° E.
_FIRST_EPSG, _FIRST_MERIDIAN_DEG, _LAST_MERIDIAN_DEG = 4534, 75.0, 135.0
# Lengths are 0.4 % too long this far from the meridian at 28° N (half the square of 6° × cos 28°).
_REACH_DEG = 6.0
_LARGEST_LATITUDE_DEG, _LARGEST_LONGITUDE_DEG = 90.0, 180.0
_CGCS2000 = Geod(a=6_378_137.0, rf=298.257222101)
# Further than this from the false easting no transverse Mercator is used; a zone prefix adds 25–45
# million.
_FAR_M = 1_500_000.0
_PREFIX_M = 1_000_000.0
# Rings that are measured between two looks at the watch.
_RINGS_AT_ONCE = 5_000
_RING_POINTS = 3


def require_crs(frame: Frame, *, function: str = "require_crs") -> CRS:
    """Return the CRS of a frame whose coordinates are ones that this CRS can have.

    Parameters
    ----------
    frame
        GeoDataFrame or GeoSeries; missing and empty geometries are passed over.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    CRSError
        There is no CRS, or coordinates are outside ±180/±90 degrees, swapped, or prefixed with a
        zone number.
    InputError
        This is no frame, or a coordinate is not-a-number or infinite.

    Examples
    --------
    >>> from shapely import Point
    >>> require_crs(gpd.GeoSeries([Point(112.94, 28.23)], crs=4490)).to_epsg()
    4490
    >>> require_crs(gpd.GeoSeries([Point(28.23, 112.94)], crs=4490))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    geo.errors.CRSError: ... They look swapped: pass longitude first.
    """
    crs = stated_crs(frame, function=function)
    x, y = shapely.get_coordinates(frame.geometry.to_numpy()).T
    require_coordinates(x, y, crs, function=function)
    return crs


def stated_crs(frame: Frame, *, function: str = "stated_crs") -> CRS:
    """Return the CRS that a frame is labelled with; its coordinates are not looked at.

    Parameters
    ----------
    frame
        GeoDataFrame or GeoSeries.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    CRSError
        There is no CRS.
    InputError
        This is no frame.

    Examples
    --------
    >>> stated_crs(gpd.GeoSeries([], crs=4490)).to_epsg()
    4490
    """
    if not isinstance(frame, gpd.GeoDataFrame | gpd.GeoSeries):
        raise InputError(
            f"{function}: got {type(frame).__name__}. Pass a GeoDataFrame or a GeoSeries."
        )
    if frame.crs is None:
        raise CRSError(
            f"{function}: the frame has no CRS, so its numbers mean nothing yet. If they are "
            'longitude and latitude, call .set_crs("EPSG:4490"); if they are metres, set their '
            'zone, for Changsha .set_crs("EPSG:4547").'
        )
    return CRS.from_user_input(frame.crs)


def require_coordinates(
    x: Floats, y: Floats, crs: CRS, *, function: str = "require_coordinates"
) -> None:
    """Refuse coordinates that a CRS cannot have.

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
    CRSError, InputError
        As `require_crs`.

    Examples
    --------
    >>> require_coordinates(np.array([112.94]), np.array([28.23]), CRS.from_epsg(4490))
    """
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        wrong = ~(np.isfinite(x) & np.isfinite(y))
        raise InputError(
            f"{function}: {int(wrong.sum())} of {len(x)} coordinates are not-a-number or "
            "infinite. Give those rows no geometry (None), which counts as a missing place."
        )
    if not x.size:
        return
    if crs.is_geographic:
        _check_degrees(x, y, function)
    else:
        _check_metres(x, y, crs, function)


def _farther(values: Floats, middle: float, distance: float) -> bool:
    """Whether any value is: two passes that make no array, as most data are right."""
    return bool(values.max() - middle > distance or middle - values.min() > distance)


def _check_degrees(x: Floats, y: Floats, function: str) -> None:
    if not (_farther(x, 0.0, _LARGEST_LONGITUDE_DEG) or _farther(y, 0.0, _LARGEST_LATITUDE_DEG)):
        return
    wrong = (np.abs(x) > _LARGEST_LONGITUDE_DEG) | (np.abs(y) > _LARGEST_LATITUDE_DEG)
    lon, lat = float(x[wrong][0]), float(y[wrong][0])
    if abs(lat) <= _LARGEST_LONGITUDE_DEG and abs(lon) <= _LARGEST_LATITUDE_DEG:
        advice = "They look swapped: pass longitude first."
    elif max(abs(lon), abs(lat)) > 2 * _LARGEST_LONGITUDE_DEG:
        advice = (
            "They look like metres: call .set_crs with their projected CRS and "
            'allow_override=True, for Changsha "EPSG:4547".'
        )
    else:
        advice = "Correct or drop them."
    raise CRSError(
        f"{function}: {int(wrong.sum())} of {len(x)} coordinates lie outside ±180/±90 degrees, "
        f"the first is ({lon:g}, {lat:g}). {advice}"
    )


def _check_metres(x: Floats, y: Floats, crs: CRS, function: str) -> None:
    if _method(crs) != "Transverse Mercator":
        return
    operation: Any = crs.coordinate_operation
    false_easting = next(p.value for p in operation.params if p.name == "False easting")
    if not _farther(x, false_easting, _FAR_M):
        return
    wrong = np.abs(x - false_easting) > _FAR_M
    easting, northing = float(x[wrong][0]), float(y[wrong][0])
    zone = int(easting // _PREFIX_M)
    first_zone, last_zone = 13, 45
    if abs(northing - false_easting) <= _FAR_M:
        advice = "They look swapped: pass the easting first, then the northing."
    elif first_zone <= zone <= last_zone:
        advice = (
            f"The eastings look prefixed with zone number {zone}: label them with the CRS that has "
            "the prefix (3-degree zones 25–45 are EPSG:4513–4533, 6-degree zones 13–23 are "
            "EPSG:4491–4501), or subtract the prefix."
        )
    else:
        advice = "Check which CRS the numbers are in."
    raise CRSError(
        f"{function}: {int(wrong.sum())} of {len(x)} coordinates cannot be in {crs.to_string()}, "
        f"whose eastings lie around {false_easting:,.0f} m; the first is ({easting:,.0f}, "
        f"{northing:,.0f}). {advice}"
    )


def _method(crs: CRS) -> str:
    operation = crs.coordinate_operation
    return operation.method_name if operation is not None else ""


def require_same_crs(first: Frame, second: Frame, *, function: str = "require_same_crs") -> CRS:
    """Return the one CRS of two frames; EPSG:4490 and EPSG:4326 count as the same.

    Parameters
    ----------
    first, second
        GeoDataFrames or GeoSeries.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    CRSError
        The CRSs differ, or one frame fails `require_crs`.

    Examples
    --------
    >>> from shapely import Point
    >>> a = gpd.GeoSeries([Point(112.94, 28.23)], crs=4490)
    >>> require_same_crs(a, a.to_crs(4326)).to_epsg()
    4490
    """
    crs, other = require_crs(first, function=function), require_crs(second, function=function)
    require_equal_crs(crs, other, function=function)
    return crs


def require_equal_crs(crs: CRS, other: CRS, *, function: str = "require_equal_crs") -> None:
    """Refuse two CRSs that are not one; EPSG:4490 and EPSG:4326 count as the same.

    Parameters
    ----------
    crs, other
        Those of the first and of the second frame.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    CRSError
        They differ.

    Examples
    --------
    >>> require_equal_crs(CRS.from_epsg(4490), CRS.from_epsg(4326))
    """
    both_geographic = {crs.to_epsg(), other.to_epsg()} <= {4326, 4490}
    if crs != other and not both_geographic:
        raise CRSError(
            f"{function}: the first frame is in {crs.to_string()} ({crs.name}), the second in "
            f"{other.to_string()} ({other.name}). Both must be in one CRS: call .to_crs on one of "
            "them."
        )


def to_metric(frame: AnyFrame, *, function: str = "to_metric") -> AnyFrame:
    """Project a frame to metres: CGCS2000 3-degree Gauss–Krüger, the zone nearest its middle.

    Data in 112.5–115.5° E, as all of Changsha city proper, go to EPSG:4547; every other zone has
    its own code. A frame that is projected in metres already stays as it is, unless it is in a
    Mercator projection such as Web Mercator (EPSG:3857), whose metres are 13 % too long at
    Changsha.

    Parameters
    ----------
    frame
        GeoDataFrame or GeoSeries in any CRS; missing and empty geometries stay.
    function
        Name that messages begin with: the function that was called.

    Returns
    -------
    A projected frame with the same index.

    Raises
    ------
    CRSError
        `require_crs` refuses the frame, or it reaches more than 6° from the meridian of its zone.

    Examples
    --------
    >>> from shapely import Point
    >>> place = to_metric(gpd.GeoSeries([Point(114, 28)], crs=4490))
    >>> place.crs.to_epsg(), round(place.x[0]), round(place.y[0])
    (4547, 500000, 3098442)
    """
    crs = require_crs(frame, function=function)
    if is_true_to_scale(crs):
        return frame
    degrees = frame if crs.to_epsg() == 4490 else frame.to_crs(GEOGRAPHIC)  # noqa: PLR2004
    west, _, east, _ = degrees.total_bounds
    return degrees.to_crs(metric_zone(west, east, function=function))


def metric_zone(west_deg: float, east_deg: float, *, function: str = "metric_zone") -> str:
    """Name the CGCS2000 3-degree Gauss–Krüger zone that data are projected to.

    Parameters
    ----------
    west_deg, east_deg
        Longitudes that the data reach from and to, not-a-number where there are none.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    CRSError
        As `to_metric`.

    Examples
    --------
    >>> metric_zone(112.9, 113.1)
    'EPSG:4547'
    """
    if np.isnan(west_deg):
        return "EPSG:4547"
    west, east = west_deg, east_deg
    middle = (west + east) / 2
    meridian = 3.0 * np.floor(middle / 3.0 + 0.5)
    if not _FIRST_MERIDIAN_DEG <= meridian <= _LAST_MERIDIAN_DEG:
        raise CRSError(
            f"{function}: the middle of the data is at {middle:.2f}° E. The CGCS2000 3-degree "
            "zones cover 73.5–136.5° E; project the frame to metres yourself first, with .to_crs."
        )
    if max(east - meridian, meridian - west) > _REACH_DEG:
        raise CRSError(
            f"{function}: the data reach from {west:.2f} to {east:.2f}° E, too wide for one zone: "
            f"allowed are {_REACH_DEG:g}° on either side of {meridian:g}° E. Take a part of the "
            "data, or project them first to a CRS made for their width."
        )
    return f"EPSG:{_FIRST_EPSG + int((meridian - _FIRST_MERIDIAN_DEG) // 3)}"


def is_true_to_scale(crs: CRS) -> bool:
    """Whether a CRS is projected in metres that can be measured with, as Web Mercator's cannot.

    Parameters
    ----------
    crs
        Any CRS.

    Examples
    --------
    >>> is_true_to_scale(CRS.from_epsg(4547)), is_true_to_scale(CRS.from_epsg(3857))
    (True, False)
    """
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
        return False
    method = _method(crs)
    return "Mercator" not in method or "Transverse" in method


def geodesic_area_km2(geoms: Frame) -> pd.Series:
    """Areas of polygons on the CGCS2000 ellipsoid, holes subtracted.

    Edges are taken as geodesics between the vertices as given. The method is Karney's, exact to
    about 0.1 m² on the whole Earth [karney2013]_.

    Parameters
    ----------
    geoms
        Polygons and multipolygons in any CRS. Points and lines have area 0, empty geometries too, a
        missing geometry has not-a-number.

    Returns
    -------
    Square kilometres, under the index of the input.

    Raises
    ------
    CRSError, InputError
        As `require_crs`.

    References
    ----------
    .. [karney2013] C. F. F. Karney, Algorithms for geodesics, J. Geodesy 87 (2013) 43–55.

    Examples
    --------
    >>> from shapely import box
    >>> geodesic_area_km2(gpd.GeoSeries([box(112, 28, 113, 29)], crs=4490)).round(1).tolist()
    [10850.4]
    """
    geometry = _on_ellipsoid(geoms, "geodesic_area_km2")
    parts, part_owner = shapely.get_parts(geometry, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    # The first ring of each part is its shell, the others are holes.
    shell = np.diff(ring_part, prepend=-1) > 0
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.searchsorted(ring, np.arange(len(rings) + 1))
    areas = np.zeros(len(rings))
    for at, (start, stop) in enumerate(pairwise(starts.tolist())):
        if at % _RINGS_AT_ONCE == 0:
            checkpoint(at, len(rings))
        if stop - start > _RING_POINTS:
            piece = xy[start:stop]
            areas[at] = abs(_CGCS2000.polygon_area_perimeter(piece[:, 0], piece[:, 1])[0])
    owners = part_owner[ring_part]
    total = np.bincount(owners, weights=np.where(shell, areas, -areas), minlength=len(geometry))
    return _series(total / 1e6, geoms, geometry, "area_km2")


def geodesic_length_km(geoms: Frame) -> pd.Series:
    """Lengths of lines on the CGCS2000 ellipsoid.

    Parameters
    ----------
    geoms
        Lines and multilines in any CRS. Points and polygons have length 0 (take the ``boundary`` of
        a polygon for its perimeter), empty geometries too, a missing geometry has not-a-number.

    Returns
    -------
    Kilometres, under the index of the input.

    Raises
    ------
    CRSError, InputError
        As `require_crs`.

    Examples
    --------
    >>> from shapely import LineString
    >>> equator = gpd.GeoSeries([LineString([(0, 0), (1, 0)])], crs=4490)
    >>> geodesic_length_km(equator).round(3).tolist()  # 2π × 6378.137 / 360
    [111.319]
    """
    geometry = _on_ellipsoid(geoms, "geodesic_length_km")
    parts, part_owner = shapely.get_parts(geometry, return_index=True)
    lines = shapely.get_dimensions(parts) == 1
    xy, line = shapely.get_coordinates(parts[lines], return_index=True)
    joined = line[1:] == line[:-1]
    start, stop = xy[:-1][joined], xy[1:][joined]
    metres = _CGCS2000.inv(start[:, 0], start[:, 1], stop[:, 0], stop[:, 1])[2]
    owners = part_owner[lines][line[1:][joined]]
    total = np.bincount(owners, weights=np.asarray(metres), minlength=len(geometry))
    return _series(total / 1e3, geoms, geometry, "length_km")


def _on_ellipsoid(geoms: Frame, function: str) -> NDArray[Any]:
    crs = require_crs(geoms, function=function)
    geometry = geoms.geometry
    if not (crs.is_geographic and crs.to_epsg() in {4326, 4490}):
        geometry = geometry.to_crs(GEOGRAPHIC)
    array: NDArray[Any] = geometry.to_numpy()
    return array


def _series(values: Floats, geoms: Frame, geometry: NDArray[Any], name: str) -> pd.Series:
    return pd.Series(
        np.where(shapely.is_missing(geometry), np.nan, values), index=geoms.index, name=name
    )
