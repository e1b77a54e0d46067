"""Areas and lengths on the CGCS2000 ellipsoid, true wherever on the Earth and however large."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from geo.crs import GEOGRAPHIC, moved, require_crs
from geo.doors import door
from geo.units import labelled
from geo.work import checkpoint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.crs import Floats, Frame

_CGCS2000 = Geod(a=6_378_137.0, rf=298.257222101)
_E2 = _CGCS2000.es
# Edges of rings that are measured all at once, and how far from the equator, radians.
_SHORT, _FAR_FROM_POLES = np.radians(0.01), np.radians(60.0)
# Corners that are looked at at once: some fifteen numbers are held for each.
_CORNERS_AT_ONCE = 200_000
# Rings that are measured between two looks at the watch.
_RINGS_AT_ONCE = 5_000


@door
def geodesic_area_km2(geoms: Frame) -> pd.Series:
    r"""Areas of polygons on the CGCS2000 ellipsoid, holes subtracted.

    Edges are taken as geodesics between the vertices as given. The method is Karney's, exact to
    about 0.1 m² on the whole Earth [karney2013]_; rings of edges below 0.01° up to 60° of latitude
    are integrated by Simpson's rule, exact to a thousand millionth.

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

    Notes
    -----
    A ring encloses :math:`\tfrac{b^2}{2} \oint q(\varphi)\, d\lambda` with
    :math:`q(\varphi) = \frac{\sin\varphi}{1 - e^2 \sin^2\varphi} + \frac{1}{e}
    \operatorname{artanh}(e \sin\varphi)`. Along a short geodesic the integral follows from its ends
    and its middle, whose latitude is known from its curvature to the fourth power of its length.
    Differences of :math:`q` from one corner of a ring keep the digits of a parcel, which areas down
    to the equator lose.

    References
    ----------
    .. [karney2013] C. F. F. Karney, Algorithms for geodesics, J. Geodesy 87 (2013) 43–55.

    Examples
    --------
    >>> import geopandas as gpd
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
    ends = np.searchsorted(starts, np.arange(0, len(xy), _CORNERS_AT_ONCE))
    for first, last in pairwise(np.unique([*ends, len(rings)]).tolist()):
        checkpoint()
        some = starts[first : last + 1]
        areas[first:last] = _areas_of_short_edges(xy[some[0] : some[-1]], some - some[0])
    others = np.flatnonzero(np.isnan(areas)).tolist()
    for done, at in enumerate(others):
        if done % _RINGS_AT_ONCE == 0:
            checkpoint(done, len(others))
        piece = xy[starts[at] : starts[at + 1]]
        areas[at] = abs(_CGCS2000.polygon_area_perimeter(piece[:, 0], piece[:, 1])[0])
    owners = part_owner[ring_part]
    total = np.bincount(owners, weights=np.where(shell, areas, -areas), minlength=len(geometry))
    return labelled(_series(total / 1e6, geoms, geometry, "area_km2"))


def _areas_of_short_edges(xy: Floats, starts: NDArray[np.intp]) -> Floats:
    """Return the areas of rings all of whose edges are short, m², not-a-number of others.

    Parameters
    ----------
    xy, starts
        Corners of all rings, degrees, and where each ring begins, and the last one ends.
    """
    first, sizes = starts[:-1], np.diff(starts)
    lat = np.radians(xy[:, 1])
    across, along = np.radians(np.diff(xy, axis=0, append=xy[:1])).T.copy()
    # From the last corner of a ring, which is its first, no edge leads to the next.
    across[starts[1:] - 1] = along[starts[1:] - 1] = 0.0
    fits = (np.maximum(abs(across), abs(along)) < _SHORT) & (abs(lat) < _FAR_FROM_POLES)
    short = np.logical_and.reduceat(fits, first)
    middle = lat + along / 2
    sin, cos = np.sin(middle), np.cos(middle)
    widening = 1 - _E2 * sin**2
    # Of a degree of longitude in degrees of latitude, and how that changes with latitude.
    width = cos * widening / (1 - _E2)
    change = -sin / cos - 2 * _E2 * sin * cos / widening
    bend = change * along**2 - width * sin * across**2 - sin * along**2 / width
    corner = np.repeat(_authalic(lat[first]), sizes)
    here = _authalic(lat) - corner
    there = np.append(here[1:], 0.0)
    strips = across * (here + 4 * (_authalic(middle - bend / 8) - corner) + there) / 6
    areas: Floats = abs(np.add.reduceat(strips, first)) * _CGCS2000.b**2 / 2
    areas[~short] = np.nan
    return areas


def _authalic(lat: Floats) -> Floats:
    """Return the area from the equator to latitudes, radians, in halves of b² per radian."""
    sin = np.sin(lat)
    area: Floats = sin / (1 - _E2 * sin**2) + np.arctanh(_E2**0.5 * sin) / _E2**0.5
    return area


@door
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
    >>> import geopandas as gpd
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
    return labelled(_series(total / 1e3, geoms, geometry, "length_km"))


def _on_ellipsoid(geoms: Frame, function: str) -> NDArray[Any]:
    require_crs(geoms, function=function)
    degrees = moved(geoms.geometry, GEOGRAPHIC, function=function)
    array: NDArray[Any] = degrees.to_numpy()
    return array


def _series(values: Floats, geoms: Frame, geometry: NDArray[Any], name: str) -> pd.Series:
    return pd.Series(
        np.where(shapely.is_missing(geometry), np.nan, values), index=geoms.index, name=name
    )
