"""Moving coordinates from one CRS to another: by a transformation that is known, or not at all.

Between two datums PROJ has, where nobody published how they differ, a "ballpark" transformation: it
leaves the degrees as they are, which for the datums that China used before CGCS2000 means 30–100 m.
Here that is refused. WGS 84, CGCS2000 and the ITRF differ by centimetres to decimetres and are
taken as one, so that between them nothing is shifted. No grid is fetched from a network.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer, network
from pyproj.exceptions import CRSError as UnknownCRSError
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup

from geo.definitions import by_definition
from geo.errors import CRSError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

network.set_network_enabled(active=False)  # type: ignore[attr-defined]  # not in its stubs

Frame: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries
AnyFrame = TypeVar("AnyFrame", gpd.GeoDataFrame, gpd.GeoSeries)

# Names of the datums that are taken as one. The last two are what is left where a definition gives
# the ellipsoid alone, as a bare "+ellps=GRS80" does.
_ONE_DATUM = re.compile(
    r"World Geodetic System 1984|WGS[ _]?(19)?84|China 2000|CGCS[ _]?2000|D_China_2000"
    r"|China Geodetic Coordinate System 2000|International Terrestrial Reference Frame|ITRF"
    r"|(Unknown|Not specified \()? ?based on (the )?(WGS 84|GRS 1980|CGCS2000) ellipsoid",
    re.IGNORECASE,
)
_HUB = CRS.from_epsg(4326)
# A published transformation that is less exact than this is no better than none for a plan.
_LARGEST_ERROR_M = 5.0


def moved(frame: AnyFrame, target: object, *, function: str = "moved") -> AnyFrame:
    """Bring a frame to another CRS: the one way in which the atlas does it.

    Parameters
    ----------
    frame
        GeoDataFrame or GeoSeries with a CRS; missing and empty geometries stay, and so do heights.
    target
        CRS to bring it to, or what pyproj makes one of.
    function
        Name that messages begin with: the function that was called.

    Returns
    -------
    The frame itself where it is in that CRS already, otherwise a new one with the same index.

    Raises
    ------
    CRSError
        Nothing is published that leads from one datum to the other, it is less exact than 5 m
        there, or a coordinate has no counterpart.

    Examples
    --------
    >>> from shapely import Point
    >>> place = moved(gpd.GeoSeries([Point(114, 28)], crs=4490), "EPSG:4547")
    >>> round(place.x[0]), round(place.y[0])
    (500000, 3098442)
    """
    source, goal = horizontal(frame.crs, function=function), CRS.from_user_input(target)
    if frame.crs == goal:
        return frame
    geometry: NDArray[Any] = frame.geometry.to_numpy()
    if not same_place(source, goal):
        geometry = _reshaped(geometry, source, goal, function)
    if isinstance(frame, gpd.GeoSeries):
        series = gpd.GeoSeries(geometry, index=frame.index, crs=goal, name=frame.name)
        series.attrs = dict(frame.attrs)
        return series
    array = gpd.array.from_shapely(geometry, crs=goal)
    return frame.set_geometry(gpd.GeoSeries(array, index=frame.index, name=frame.geometry.name))


def _reshaped(geometry: NDArray[Any], source: CRS, goal: CRS, function: str) -> NDArray[Any]:
    bounds = shapely.total_bounds(geometry) if geometry.size else np.full(4, np.nan)
    if np.isnan(bounds).all():
        return geometry.copy()
    west, south, east, north = bounds.tolist()
    path = _path(source, goal, (west, south, east, north), function)

    def step(xyz: Floats) -> Floats:
        x, y = path.applied(xyz[:, 0], xyz[:, 1])
        return np.column_stack([x, y, *xyz.T[2:]])

    tall = shapely.has_z(geometry)
    result = geometry.copy()
    for rows, include_z in ((tall, True), (~tall, False)):
        if rows.any():
            result[rows] = shapely.transform(geometry[rows], step, include_z=include_z)
    return result


def transformed(
    x: Floats, y: Floats, source: CRS, target: CRS, *, function: str = "transformed"
) -> tuple[Floats, Floats]:
    """Bring coordinates to another CRS, as `moved` does with frames.

    Parameters
    ----------
    x, y
        Longitudes and latitudes, or eastings and northings, all finite.
    source, target
        Horizontal CRSs.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    CRSError
        As `moved`.

    Examples
    --------
    >>> x, y = np.array([114.0]), np.array([28.0])
    >>> east, _ = transformed(x, y, CRS.from_epsg(4490), CRS.from_epsg(4547))
    >>> east.round().tolist()
    [500000.0]
    """
    if not x.size or same_place(source, target):
        return x, y
    bounds = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    return _path(source, target, bounds, function).applied(x, y)


def require_path(
    source: object,
    target: object,
    bounds: tuple[float, float, float, float],
    *,
    function: str = "require_path",
) -> None:
    """Refuse what cannot be brought from one CRS to another, such as a raster that GDAL will warp.

    Parameters
    ----------
    source, target
        CRSs, or what pyproj makes some of.
    bounds
        West, south, east and north end of the data in the first of them.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    CRSError
        As `moved`.

    Examples
    --------
    >>> require_path("EPSG:4547", "EPSG:3857", (5e5, 31e5, 5.1e5, 31.1e5))
    """
    start, goal = (horizontal(crs, function=function) for crs in (source, target))
    if not same_place(start, goal):
        _path(start, goal, bounds, function)


class _Path(NamedTuple):
    """The way from one CRS to another."""

    source: CRS
    goal: CRS
    steps: tuple[Transformer, ...]
    function: str

    def applied(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        try:
            for step in self.steps:
                x, y = step.transform(x, y)
        except ProjError as error:
            raise self.impossible(str(error)) from error
        lost = int(np.count_nonzero(~(np.isfinite(x) & np.isfinite(y))))
        if lost:
            raise self.impossible(f"{lost} of {len(x)} coordinates have none")
        return x, y

    def impossible(self, reason: str) -> CRSError:
        return CRSError(
            f"{self.function}: coordinates in {named(self.source)} have no counterpart in "
            f"{named(self.goal)} ({reason}). Take the part of the data that lies where both are "
            "defined, or check which CRS the numbers are in.",
            code="crs.no_counterpart",
            crs=self.source.name,
            target=self.goal.name,
        )


def horizontal(crs: object, *, function: str = "horizontal") -> CRS:
    """Return the part of a CRS that says where a place is on the map.

    Parameters
    ----------
    crs
        CRS, or what pyproj makes one of. Of a compound one the heights are left out.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    CRSError
        It is no CRS, or one of a building site (engineering, local), of heights alone, geocentric,
        derived from another, or bound to a shift of its own.

    Examples
    --------
    >>> horizontal("EPSG:4490+5737").to_epsg()
    4490
    """
    try:
        whole = CRS.from_user_input(crs)
    except UnknownCRSError as error:
        raise CRSError(
            f"{function}: {crs!r:.200} is no CRS that PROJ knows ({error}). Pass a code such as "
            '"EPSG:4547".',
            code="crs.unknown",
            crs=f"{crs!s:.60}",
        ) from error
    flat = _horizontal(whole)
    if flat is None:
        raise CRSError(
            f"{function}: the CRS {whole.name!r} is a {whole.type_name}, which does not say where "
            "on the Earth a place is. Give the frame a geographic or projected CRS such as "
            '"EPSG:4490" or "EPSG:4547".',
            code="crs.kind",
            crs=whole.name,
        )
    return flat


@by_definition
def _horizontal(crs: CRS) -> CRS | None:
    if crs.is_compound:
        return _horizontal(crs.sub_crs_list[0])
    if crs.is_bound and crs.source_crs is not None and in_one_datum(crs.source_crs):
        return _horizontal(crs.source_crs)
    plain = crs.is_projected or (crs.is_geographic and not crs.is_derived)
    if crs.is_bound or crs.type_name.startswith("Derived") or not plain:
        return None
    return crs.to_2d() if crs.is_geographic and len(crs.axis_info) > 2 else crs  # noqa: PLR2004


@by_definition
def named(crs: CRS) -> str:
    """Name a CRS for a message, with its code where it has one.

    Parameters
    ----------
    crs
        Any CRS.

    Examples
    --------
    >>> named(CRS.from_epsg(4547))
    'EPSG:4547 (CGCS2000 / 3-degree Gauss-Kruger CM 114E)'
    >>> named(CRS.from_user_input("+proj=tmerc +lon_0=111.5 +ellps=GRS80 +type=crs"))
    '+proj=tmerc +lon_0=111.5 +ellps=GRS80 +type=crs'
    """
    code = crs.to_authority()
    if code:
        return f"{':'.join(code)} ({crs.name})"
    # What its parameters alone say has no name.
    return crs.srs if crs.srs.startswith("+") and crs.name == "unknown" else crs.name


@by_definition
def in_one_datum(crs: CRS) -> bool:
    """Whether a CRS is on WGS 84, CGCS2000 or an ITRF, which are taken as one datum.

    Parameters
    ----------
    crs
        Any CRS.

    Examples
    --------
    >>> in_one_datum(CRS.from_epsg(32649)), in_one_datum(CRS.from_epsg(4610))
    (True, False)
    """
    return _ONE_DATUM.match(datum_name(crs)) is not None


def datum_name(crs: CRS) -> str:
    """Name the datum of a CRS.

    Parameters
    ----------
    crs
        Any CRS.

    Examples
    --------
    >>> datum_name(CRS.from_epsg(2383))
    'Xian 1980'
    """
    geodetic = crs.geodetic_crs
    datum = None if geodetic is None else geodetic.datum
    return crs.name if datum is None else datum.name


@by_definition
def same_place(crs: CRS, other: CRS) -> bool:
    """Whether the same numbers mean the same place in two CRSs.

    Parameters
    ----------
    crs, other
        Horizontal CRSs. Longitude and easting come first whatever order they declare.

    Examples
    --------
    >>> same_place(CRS.from_epsg(4490), CRS.from_epsg(4326))
    True
    >>> same_place(CRS.from_epsg(4490), CRS.from_epsg(4610))
    False
    """
    if crs.equals(other, ignore_axis_order=True):
        return True
    if crs.is_geographic and other.is_geographic:
        units = {axis.unit_conversion_factor for one in (crs, other) for axis in one.axis_info}
        return in_one_datum(crs) and in_one_datum(other) and len(units) == 1
    if crs.is_geographic != other.is_geographic:
        return False
    # What a shapefile says of a CRS is shorter than what the register says.
    code = crs.to_epsg()
    return code is not None and code == other.to_epsg()


def _same_datum(source: CRS, goal: CRS) -> bool:
    return (in_one_datum(source) and in_one_datum(goal)) or datum_name(source) == datum_name(goal)


def _path(
    source: CRS, goal: CRS, bounds: tuple[float, float, float, float], function: str
) -> _Path:
    if _same_datum(source, goal):
        return _Path(source, goal, (_within_datum(source, goal),), function)
    area = _in_degrees(source, bounds)
    steps: list[Transformer] = []
    # Transformations are published to and from WGS 84.
    for start, stop in ((source, _HUB), (_HUB, goal)):
        if start == stop:
            continue
        one = in_one_datum(start) and in_one_datum(stop)
        step = _within_datum(start, stop) if one else _published(start, stop, area)
        if step is None:
            raise _ballpark(source, goal, function)
        steps.append(step)
    return _Path(source, goal, tuple(steps), function)


def _ballpark(source: CRS, goal: CRS, function: str) -> CRSError:
    one, other = datum_name(source), datum_name(goal)
    return CRSError(
        f"{function}: no transformation from {one} to {other} that is good to "
        f"{_LARGEST_ERROR_M:g} m is published for this place; leaving the numbers as they are, "
        "which PROJ calls a ballpark, would put them off by up to 100 m and more. Ask who made "
        "the data for coordinates in CGCS2000, or transform them with the parameters of the local "
        "surveying office first.",
        code="crs.ballpark",
        source=one,
        target=other,
    )


@by_definition
def _within_datum(source: CRS, goal: CRS) -> Transformer:
    # A datum is not shifted to itself. To look through all published shifts takes up to a second,
    # through those that PROJ itself publishes none.
    return Transformer.from_crs(source, goal, always_xy=True, authority="PROJ")


@by_definition
def _group(source: CRS, goal: CRS) -> tuple[Transformer, ...]:
    group = TransformerGroup(source, goal, always_xy=True, allow_ballpark=False)
    return tuple(group.transformers)


def _published(source: CRS, goal: CRS, area: tuple[float, ...]) -> Transformer | None:
    """Take the most exact transformation that was made for the whole of an area in degrees."""
    fit = [
        step
        for step in _group(source, goal)
        if 0 <= step.accuracy <= _LARGEST_ERROR_M
        and (step.area_of_use is None or _holds(step.area_of_use.bounds, area))
    ]
    return min(fit, key=lambda step: step.accuracy, default=None)


def _holds(outer: tuple[float, ...], inner: tuple[float, ...]) -> bool:
    west, south, east, north = outer
    return (
        south <= inner[1]
        and inner[3] <= north
        and (west <= inner[0] <= inner[2] <= east if west <= east else not east < inner[0] < west)
    )


def nine_places(bounds: tuple[float, float, float, float]) -> tuple[Floats, Floats]:
    """Corners, middles of sides and centre of a box.

    Parameters
    ----------
    bounds
        Its west, south, east and north end.

    Returns
    -------
    Their x and their y, from the south-west to the north-east.

    Examples
    --------
    >>> nine_places((0, 0, 2, 4))[1].tolist()
    [0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 4.0, 4.0, 4.0]
    """
    west, south, east, north = bounds
    middle, half_up = west + (east - west) / 2, south + (north - south) / 2
    x = np.array([west, middle, east] * 3, dtype=float)
    return x, np.array([*[south] * 3, *[half_up] * 3, *[north] * 3], dtype=float)


def _in_degrees(
    crs: CRS, bounds: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    lon, lat = to_own_degrees(crs, *nine_places(bounds))
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return (np.nan, np.nan, np.nan, np.nan)
    lon, lat = lon[known], lat[known]
    return (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def to_own_degrees(crs: CRS, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Longitudes and latitudes in the datum that a CRS has, in degrees.

    Parameters
    ----------
    crs
        Horizontal CRS.
    x, y
        Coordinates in it.

    Returns
    -------
    Longitudes and latitudes, infinite or not-a-number where the numbers mean no place.

    Examples
    --------
    >>> lon, _ = to_own_degrees(CRS.from_epsg(4547), np.array([5e5]), np.array([31e5]))
    >>> lon.round(6).tolist()
    [114.0]
    """
    way, factor = _to_degrees(crs)
    lon, lat = (x, y) if way is None else way.transform(x, y)
    return np.degrees(np.asarray(lon) * factor), np.degrees(np.asarray(lat) * factor)


@by_definition
def _to_degrees(crs: CRS) -> tuple[Transformer | None, float]:
    """Give the way from the map to angles, if there is one, and their unit in radians."""
    geodetic = crs.geodetic_crs
    if crs.is_geographic or geodetic is None:
        return None, crs.axis_info[0].unit_conversion_factor
    return _within_datum(crs, geodetic), geodetic.axis_info[0].unit_conversion_factor
