"""The gate that coordinates pass before anything is measured.

A frame with no CRS, with two CRSs, or with numbers that its CRS cannot mean is refused with what
was found and what to do. Metres come from the CRS of the data where that is true to scale at their
place, which is measured (`geo.distortion`), and otherwise from a projection that the result states;
areas and long distances come from the ellipsoid (`geo.geodesic`). Nothing is moved between datums
unless a transformation between them is published (`geo.transformations`).

EPSG:4490 (CGCS2000) and EPSG:4326 (WGS 84) are taken as equal. Their ellipsoids differ by 0.1 mm
and their frames by centimetres to decimetres, far below the accuracy of a plan.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo.distortion import scale_error
from geo.doors import door
from geo.errors import CRSError, InputError
from geo.plausibility import Bounds, require_coordinates
from geo.transformations import (
    AnyFrame,
    Frame,
    horizontal,
    moved,
    named,
    nine_places,
    same_place,
    transformed,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "GEOGRAPHIC",
    "AnyFrame",
    "Frame",
    "measured_in",
    "metric_crs",
    "metric_zone",
    "moved",
    "reckoned_in",
    "require_coordinates",
    "require_crs",
    "require_equal_crs",
    "require_same_crs",
    "stated_crs",
    "to_metric",
    "transformed",
]

GEOGRAPHIC = "EPSG:4490"
_LON_LAT = CRS.from_epsg(4490)
# CGCS2000 / 3-degree Gauss-Krüger without zone prefix: EPSG:4534 has its central meridian at 75° E,
# each next code 3° further east, up to EPSG:4554 at 135° E.
_FIRST_EPSG, _FIRST_MERIDIAN_DEG, _LAST_MERIDIAN_DEG = 4534, 75.0, 135.0
# Lengths are 0.4 % too long this far from the meridian at 28° N (half the square of 6° × cos 28°).
_REACH_DEG = 6.0
# A map whose lengths and areas are off by more than this is not measured on.
_LARGEST_SCALE_ERROR = 1e-3
# What is agreed on may be off by as much as a zone is for areas at the end of its reach.
_LARGEST_AGREED_ERROR = 1e-2
_reckoned: ContextVar[CRS | None] = ContextVar("reckoned", default=None)


@contextmanager
def reckoned_in(crs: str) -> Iterator[None]:
    """Measure in one CRS whatever is brought to metres within the block.

    Data that are in metres already, or where lengths or areas of this CRS are off by more than 1 %,
    are measured as `to_metric` has it without.

    Parameters
    ----------
    crs
        In metres.

    Examples
    --------
    >>> from shapely import Point
    >>> west = gpd.GeoSeries([Point(112.4, 28)], crs=4490)
    >>> with reckoned_in("EPSG:4547"):
    ...     to_metric(west).crs.to_epsg()
    4547
    >>> to_metric(west).crs.to_epsg()
    4546
    """
    token = _reckoned.set(CRS.from_user_input(crs))
    try:
        yield
    finally:
        _reckoned.reset(token)


@door
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
        There is no CRS, it does not say where on the Earth a place is, or the coordinates cannot be
        in it, see `geo.plausibility.require_coordinates`.
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
    return _passed(frame, function)[0]


def _passed(frame: Frame, function: str) -> tuple[CRS, Bounds]:
    crs = stated_crs(frame, function=function)
    x, y = shapely.get_coordinates(frame.geometry.to_numpy()).T
    return crs, require_coordinates(x, y, crs, function=function)


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
            f"{function}: got {type(frame).__name__}. Pass a GeoDataFrame or a GeoSeries.",
            code="place.no_frame",
        )
    if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is None:
        raise InputError(
            f"{function}: the frame has no geometry column. Call .set_geometry with the name of "
            "the column that holds the places.",
            code="place.no_geometry",
        )
    crs = frame.crs
    if crs is None:
        raise CRSError(
            f"{function}: the frame has no CRS, so its numbers mean nothing yet. If they are "
            'longitude and latitude, call .set_crs("EPSG:4490"); if they are metres, set their '
            'zone, for Changsha .set_crs("EPSG:4547").',
            code="crs.missing",
        )
    return horizontal(crs, function=function)


@door
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
    if not same_place(crs, other):
        raise CRSError(
            f"{function}: the first frame is in {crs.to_string()} ({crs.name}), the second in "
            f"{other.to_string()} ({other.name}). Both must be in one CRS: call .to_crs on one of "
            "them.",
            code="crs.differ",
            first=crs.name,
            second=other.name,
        )


@door
def to_metric(frame: AnyFrame, *, function: str = "to_metric") -> AnyFrame:
    """Project a frame to metres: CGCS2000 3-degree Gauss–Krüger, the zone nearest its middle.

    Data in 112.5–115.5° E, as all of Changsha city proper, go to EPSG:4547; every other zone has
    its own code. A frame in metres stays as it is where lengths, areas and shapes on its map are
    those on the ground to 0.1 % at the data, as in the Gauss–Krüger or UTM zone of the place. Web
    Mercator (EPSG:3857), whose metres are 13 % too long at Changsha, a zone too far off, and feet
    are projected. `measured_in` states which it was.

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
    crs, bounds = _passed(frame, function)
    metric = metric_crs(crs, bounds, function=function)
    # The frame may be labelled with heights too, or shorter than the register has it.
    return frame if metric is crs else moved(frame, metric, function=function)


def metric_crs(crs: CRS, bounds: Bounds, *, function: str = "metric_crs") -> CRS:
    """Choose the CRS in metres in which data are measured: their own if it is true to scale.

    Parameters
    ----------
    crs
        Horizontal CRS of the data.
    bounds
        How far they reach.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    CRSError
        As `to_metric`.

    Examples
    --------
    >>> metric_crs(CRS.from_epsg(4490), Bounds(112.9, 28.1, 113.1, 28.2)).to_epsg()
    4547
    """
    area = crs.area_of_use
    reach = bounds
    if crs.is_projected and np.isnan(bounds.west) and area is not None:
        # Where there are no data the map must be true to scale all over its area.
        x, y = _corners(Bounds(*area.bounds), _LON_LAT, crs)
        reach = Bounds(x.min(), y.min(), x.max(), y.max())
    if scale_error(crs, reach) <= _LARGEST_SCALE_ERROR:
        return crs
    agreed = _reckoned.get()
    if agreed is not None and _reaches(agreed, bounds, crs):
        return agreed
    west, east = bounds.west, bounds.east
    if not np.isnan(west) and not same_place(crs, _LON_LAT):
        lon, _ = _corners(bounds, crs, _LON_LAT, function=function)
        west, east = float(lon.min()), float(lon.max())
    zone = CRS.from_user_input(metric_zone(west, east, function=function))
    return crs if same_place(zone, crs) else zone


def _reaches(metric: CRS, bounds: Bounds, crs: CRS) -> bool:
    """Whether data in another CRS can be measured in one that is agreed on."""
    if np.isnan(bounds.west):
        return True
    try:
        x, y = _corners(bounds, crs, metric)
    except CRSError:
        return False
    reach = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    return scale_error(metric, reach) <= _LARGEST_AGREED_ERROR


def _corners(
    bounds: Bounds, source: CRS, target: CRS, *, function: str = "metric_crs"
) -> tuple[Floats, Floats]:
    return transformed(*nine_places(bounds), source, target, function=function)


def measured_in(stated: object, used: object) -> dict[Hashable, Any]:
    """State for the ``attrs`` of a result in which CRS it was measured.

    Parameters
    ----------
    stated, used
        CRS of the data, and that in metres which distances were taken in.

    Returns
    -------
    ``crs_used`` and, where it is another one than that of the data, ``projected_from``.

    Examples
    --------
    >>> measured_in("EPSG:4490", "EPSG:4547")["projected_from"]
    'EPSG:4490 (China Geodetic Coordinate System 2000)'
    """
    first, second = CRS.from_user_input(stated), CRS.from_user_input(used)
    words: dict[Hashable, Any] = {"crs_used": named(second)}
    return words if first == second else words | {"projected_from": named(first)}


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
            "zones cover 73.5–136.5° E. Cut the part that you ask about out of the file in a GIS "
            "and bring that, in code with .cx[west:east, south:north]; to measure elsewhere, "
            "project the data to metres first: in a GIS by saving it in a projected CRS of that "
            "place, such as its UTM zone, in code with .to_crs.",
            code="crs.no_zone",
            longitude=round(middle, 2),
        )
    if max(east - meridian, meridian - west) > _REACH_DEG:
        raise CRSError(
            f"{function}: the data reach from {west:.2f} to {east:.2f}° E, too wide for one zone: "
            f"allowed are {_REACH_DEG:g}° on either side of {meridian:g}° E. Cut the part that "
            "you ask about out of the file in a GIS and bring that; in code, take it with "
            ".cx[west:east, south:north].",
            code="crs.too_wide",
            west=round(west, 2),
            east=round(east, 2),
        )
    return f"EPSG:{_FIRST_EPSG + int((meridian - _FIRST_MERIDIAN_DEG) // 3)}"
