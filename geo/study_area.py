"""The area that points could lie in: which do, random ones in it, and which pairs it hides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from geo.borders import require_few_crossings
from geo.crs import Frame, measured_in, moved, require_same_crs, to_metric
from geo.errors import InputError
from geo.geodesic import geodesic_area_km2
from geo.outlines import simplified
from geo.points import located
from geo.zones import polygons_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Shape: TypeAlias = Polygon | MultiPolygon

# Half of all directions: shifted one way or the opposite, as much is shared.
_DIRECTIONS, _STEPS = 16, 17
# Donnelly's moments of nearest distances hold for more than seven points.
_FEWEST_POINTS = 8
# An outline of many corners is simplified, in parts of the width of the area, until it has no more
# than so many.
_LEAST_SIMPLIFIED, _MOST_SIMPLIFIED, _CORNERS = 5e-4, 1e-2, 300


class Pattern(NamedTuple):
    """Points in a study area.

    Parameters
    ----------
    xy
        Coordinates in metres.
    area
        The area in the same CRS.
    area_km2
        Its size on the ellipsoid.
    outside, without_place
        Points left out.
    coincident
        Points that share their place with another.
    measured
        In which CRS distances were taken, as `geo.crs.measured_in` states it.
    """

    xy: Floats
    area: Shape
    area_km2: float
    outside: int
    without_place: int
    coincident: int
    measured: dict[Hashable, Any]

    def counts(self) -> dict[Hashable, Any]:
        """Numbers of points that a result tells, under the names that it has for them."""
        return {
            "points": len(self.xy),
            "coincident": self.coincident,
            "points_outside": self.outside,
            "points_without_place": self.without_place,
        }


def pattern_in(points: Frame, study_area: Frame, *, function: str) -> Pattern:
    """Take the points that lie in a study area, or say why they are no pattern to test.

    Parameters
    ----------
    points
        Points; rows with no place and points outside are left out and counted.
    study_area
        Polygons in the CRS of the points; together they are the area.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        Fewer than 8 points lie in the area, or it is empty.
    CRSError
        The frames differ in CRS or fail `geo.require_crs`.
    """
    require_same_crs(points, study_area, function=function)
    polygons, _ = polygons_of(study_area, function=function)
    require_few_crossings(polygons, function=function)
    union = gpd.GeoSeries([shapely.union_all(polygons)], crs=study_area.crs)
    metric = to_metric(union, function=function)
    area = metric.iloc[0]
    if not shapely.area(area) > 0:
        raise InputError(
            f"{function}: the study area has no area. Pass polygons that have.",
            code="place.no_area",
        )
    xy, rows = located(moved(points.geometry, metric.crs, function=function), function=function)
    shapely.prepare(area)
    inside = shapely.intersects_xy(area, xy[:, 0], xy[:, 1])
    n = int(inside.sum())
    outside, without_place = len(rows) - n, len(points) - len(rows)
    if n < _FEWEST_POINTS:
        raise InputError(
            f"{function}: {n} points lie in the study area ({outside} outside it, {without_place} "
            f"with no place). At least {_FEWEST_POINTS} are needed to tell a pattern from chance: "
            "take more categories together, or a wider study area.",
            code="points.few",
            points=n,
            least=_FEWEST_POINTS,
        )
    xy_inside = xy[inside]
    _, which, times = np.unique(xy_inside, axis=0, return_inverse=True, return_counts=True)
    coincident = int((times[which] > 1).sum())
    area_km2 = float(geodesic_area_km2(union).iloc[0])
    measured = measured_in(study_area.crs, metric.crs)
    return Pattern(xy_inside, area, area_km2, outside, without_place, coincident, measured)


def uniform_points(area: Shape, n: int, rng: np.random.Generator) -> Floats:
    """Spread points over an area at random, evenly.

    Parameters
    ----------
    area
        Polygon or multipolygon with an area; prepared, it is quicker.
    n
        How many.
    rng
        Source of the random numbers.

    Returns
    -------
    Coordinates of shape (n, 2).

    Examples
    --------
    >>> place = uniform_points(shapely.box(1, 2, 3, 5), 4, np.random.default_rng(0))
    >>> place.shape, bool(((place > [1, 2]) & (place < [3, 5])).all())
    ((4, 2), True)
    """
    west, south, east, north = area.bounds
    filled_share = area.area / ((east - west) * (north - south))
    points = np.empty((0, 2))
    while len(points) < n:
        tries = int((n - len(points)) / filled_share * 1.1) + 10
        xy = rng.uniform((west, south), (east, north), (tries, 2))
        points = np.concatenate([points, xy[shapely.intersects_xy(area, xy[:, 0], xy[:, 1])]])
    return points[:n]


def set_covariance_share(area: Shape, distance_m: float) -> tuple[Floats, Floats]:
    """Measure what part of an area it shares with a copy of itself shifted any way.

    Parameters
    ----------
    area
        Polygon or multipolygon with an area.
    distance_m
        Longest shift.

    Returns
    -------
    Distances from 0 to the longest, and the mean share over all directions at each.

    Examples
    --------
    >>> step, share = set_covariance_share(shapely.box(0, 0, 1000, 1000), 100)
    >>> step[0], step[-1]
    (np.float64(0.0), np.float64(100.0))
    >>> share[0].round(3), share[-1].round(3)  # 1 − 2 · 0.1 · 2 / π + 0.1² / π
    (np.float64(1.0), np.float64(0.876))
    """
    outline = _few_corners(area)
    step = np.linspace(0, distance_m, _STEPS)
    angle = (np.arange(_DIRECTIONS) + 0.5) * np.pi / _DIRECTIONS
    shift = step[1:, None, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    xy = shapely.get_coordinates(outline)
    copies = np.repeat(np.asarray(outline, dtype=object), shift[..., 0].size)
    shifted = shapely.set_coordinates(copies.copy(), (shift.reshape(-1, 1, 2) + xy).reshape(-1, 2))
    shared = shapely.area(shapely.intersection(outline, shifted)).reshape(_STEPS - 1, _DIRECTIONS)
    share = shared.mean(axis=1) / shapely.area(outline)
    return step, np.concatenate([[1.0], share])


def _few_corners(area: Shape) -> Shape:
    width = float(shapely.area(area) ** 0.5)
    tolerance, outline = _LEAST_SIMPLIFIED, area
    while shapely.get_num_coordinates(outline) > _CORNERS and tolerance <= _MOST_SIMPLIFIED:
        (outline,), tolerance = simplified(area, tolerance * width), 2 * tolerance
    return outline
