"""Where features may be: a place of each is a distribution, which equally likely points stand for.

A frame of points tells of it in three columns. ``accuracy_m`` is the standard deviation, in metres
along each axis, of a normal error with no preferred direction. ``place_extent`` is what a feature
is known to be in, anywhere alike: an area, a line, several points, or several of these with their
weights; it goes before the accuracy. Without either, or with an accuracy of zero, a place is exact.
Features with the same ``place_id``, and the same of the rest, are in one place, wherever that is;
others are independent of each other.

The points that stand for a place are laid out by rule and not drawn, so that the same frame gives
the same numbers: by the golden angle over a normal error [vogel1979]_, by an additive sequence over
an area, at even steps along a line.

.. [vogel1979] H. Vogel, A better way to construct the sunflower head, Mathematical Biosciences 44
   (1979) 179–189.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.special import ndtr
from shapely import GeometryType
from shapely.geometry.base import BaseGeometry

from geo.arguments import brief, is_number
from geo.crs import Frame, moved, require_equal_crs
from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pyproj import CRS

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

ACCURACY, EXTENT, PLACE = "accuracy_m", "place_extent", "place_id"
# A place that is known no better than this is not known.
_LARGEST_ACCURACY_M = 1e6
# Points that stand for one feature, a chance being within about 0.01 with 512 of them: where
# features are many there are fewer of each, whose errors cancel; and so many for all.
_FEWEST, _ALL = 4, 1 << 18
# Steps of the additive sequence in two dimensions: powers of 1 / 1.3247…, the root of x³ = x + 1.
_STEPS = np.array([0.7548776662466927, 0.5698402909980532])
# Points that are tried for one area; along the border of one so thin that too few of them hit it.
_MOST_TRIED = 1 << 18
_POINTS = (GeometryType.POINT, GeometryType.MULTIPOINT)
_LINES = (GeometryType.LINESTRING, GeometryType.MULTILINESTRING, GeometryType.LINEARRING)
_AREAS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
# Plain numbers, which compare at once.
_KINDS = frozenset(int(kind) for kind in (*_POINTS, *_LINES, *_AREAS))
# Multiples of it are spread evenly over 0 to 1.
_GOLDEN = (5.0**0.5 - 1.0) / 2.0


class Supports(NamedTuple):
    """Equally likely points that stand for where features may be, in metres.

    Parameters
    ----------
    xy
        Coordinates of shape (n, 2), feature by feature.
    first
        Of shape (m + 1): those of feature ``i`` are ``xy[first[i]:first[i + 1]]``.
    centre, sigma_m
        Middle and standard deviation of the normal errors; not-a-number where a feature is
        somewhere in its extent.
    place
        Number of the place of each feature: features with the same one move together.
    """

    xy: Floats
    first: Ints
    centre: Floats
    sigma_m: Floats
    place: Ints

    @property
    def feature(self) -> Ints:
        """Which feature each point stands for."""
        return np.repeat(np.arange(self.first.size - 1), np.diff(self.first))

    @property
    def share(self) -> Floats:
        """How likely each point is: those of a feature add up to 1."""
        counts = np.diff(self.first)
        return np.repeat(1.0 / counts, counts)

    @property
    def exact(self) -> NDArray[np.bool_]:
        """Which features one point stands for."""
        alone: NDArray[np.bool_] = np.diff(self.first) == 1
        return alone

    def only(self, kept: NDArray[np.bool_]) -> Supports:
        """Return the places of some of the features."""
        counts = np.diff(self.first)
        xy = self.xy[np.repeat(kept, counts)]
        first = np.concatenate([[0], np.cumsum(counts[kept])])
        return Supports(xy, first, self.centre[kept], self.sigma_m[kept], self.place[kept])

    def drawn(self, errors: Floats) -> Floats:
        """Put every feature down at random.

        Parameters
        ----------
        errors
            Standard normal, of shape (…, p, 2) for p places.

        Returns
        -------
        Coordinates of shape (…, m, 2), metres.
        """
        if not np.array_equal(self.place, np.arange(errors.shape[-2])):
            errors = errors[..., self.place, :]
        at = errors * self.sigma_m[:, None]
        at += self.centre
        somewhere = np.isnan(self.sigma_m)
        first, counts = self.first[:-1][somewhere], np.diff(self.first)[somewhere]
        # The same random numbers serve, as even ones.
        step = (ndtr(errors[..., somewhere, 0]) * counts).astype(np.int64)
        at[..., somewhere, :] = self.xy[first + np.minimum(step, counts - 1)]
        return at


def unsure(points: Frame, rows: Ints, *, function: str = "unsure") -> NDArray[np.bool_]:
    """Tell which features may be elsewhere than where they are drawn.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries of points.
    rows
        Positions of the rows that are asked about.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        An accuracy is negative, infinite or no number, or an extent is none.

    Examples
    --------
    >>> places = gpd.points_from_xy([1, 2], [0, 0])
    >>> frame = gpd.GeoDataFrame({"accuracy_m": [0.5, 0]}, geometry=places)
    >>> unsure(frame, np.array([0, 1])).tolist()
    [True, False]
    """
    moves: NDArray[np.bool_] = accuracy_of(points, function=function)[rows] > 0
    if _has(points, EXTENT):
        extents = extents_of(points, function=function)[rows]
        moves |= np.array([each is not None for each in extents], dtype=bool)
    return moves


def supports(
    points: Frame, rows: Ints, crs: CRS, *, most: int = 512, function: str = "supports"
) -> Supports:
    """Lay out the points that stand for where features may be.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries of points.
    rows
        Positions of the features that are asked about, all of which have a place.
    crs
        Projected, in metres: what the coordinates are wanted in.
    most
        Points that stand for one feature; fewer where the features are many.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        As `unsure`.
    CRSError
        Extents are a GeoSeries in another CRS than the points.

    Examples
    --------
    >>> line = shapely.LineString([(0, 0), (1000, 0)])
    >>> middle = [shapely.Point(500, 0)]
    >>> frame = gpd.GeoDataFrame({"place_extent": [line]}, geometry=middle, crs=4547)
    >>> along = supports(frame, np.array([0]), frame.crs)
    >>> len(along.xy), along.xy[:, 0].mean().round()
    (512, np.float64(500.0))
    """
    each = int(np.clip(_ALL // max(len(rows), 1), _FEWEST, most))
    centre = shapely.get_coordinates(
        moved(points.geometry.iloc[rows], crs, function=function).to_numpy()
    )
    sigma = np.nan_to_num(accuracy_of(points, function=function)[rows])
    extents = extents_of(points, function=function)[rows]
    known: dict[int, Floats] = {}
    somewhere: dict[int, Floats] = {}
    for at, extent in enumerate(extents):
        if extent is not None:
            # Many features are in one zone, which is the same object then.
            if id(extent) not in known:
                known[id(extent)] = _laid(extent, points, crs, most, function)
            laid = known[id(extent)]
            # Some of them, at even steps from a start of its own.
            step = (np.arange(each) + at * _GOLDEN % 1.0) * (len(laid) / each)
            somewhere[at] = laid if each == most else laid[step.astype(np.int64)]
    sizes = np.where(sigma > 0, each, 1)
    for at, laid in somewhere.items():
        sizes[at] = len(laid)
        sigma[at] = np.nan
    first = np.concatenate([[0], np.cumsum(sizes)])
    # Of an error of none all points are the middle, and one will do.
    xy = np.repeat(centre, sizes, axis=0)
    normal = np.flatnonzero(sigma > 0)
    spread = first[normal][:, None] + np.arange(each)
    shifts = np.full((1, 2), 0.5)
    if each < most:
        # Where there are few of each, no two features have the same ones.
        shifts = np.modf(0.5 + normal[:, None] * _STEPS)[0]
    xy[spread] += sigma[normal][:, None, None] * _sunflower(each, shifts)
    for at, laid in somewhere.items():
        xy[first[at] : first[at + 1]] = laid
    return Supports(xy, first, centre, sigma, places_of(points, rows))


def accuracy_of(points: Frame, *, function: str = "accuracy_of") -> Floats:
    """Take the column ``accuracy_m``, not-a-number where the accuracy is not known.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        A value is negative, infinite or no number.

    Examples
    --------
    >>> accuracy_of(gpd.GeoDataFrame({"accuracy_m": [100, None]}, geometry=[None, None])).tolist()
    [100.0, nan]
    """
    if not _has(points, ACCURACY):
        return np.full(len(points), np.nan)
    column = points[ACCURACY]
    if isinstance(column, pd.Series) and getattr(column.dtype, "kind", "O") in "cmMb":
        # Which pandas would read as numbers.
        column = column.astype("str")
    try:
        sigma: Floats = pd.to_numeric(column).to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{function}: accuracy_m is not all numbers ({error}). Allowed are metres of zero or "
            "more, or nothing.",
            code="values.text_in",
            column=ACCURACY,
        ) from error
    wrong = (sigma > _LARGEST_ACCURACY_M) | (sigma < 0)
    if wrong.any():
        raise InputError(
            f"{function}: {int(wrong.sum())} values of accuracy_m are negative or infinite, or "
            f"more than {_LARGEST_ACCURACY_M:,.0f} m; the first is {sigma[wrong][0]}. Allowed are "
            "metres of zero or more, or nothing.",
            code="values.accuracy",
            rows=int(wrong.sum()),
            most=_LARGEST_ACCURACY_M,
            first=float(sigma[wrong][0]),
        )
    return sigma


def extents_of(points: Frame, *, function: str = "extents_of") -> NDArray[Any]:
    """Take the column ``place_extent``, None where a feature has none.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries.
    function
        Name that messages begin with: the function that was called.

    Returns
    -------
    Geometries in the CRS of the points, or lists of pairs of a geometry and its weight.

    Raises
    ------
    InputError
        An extent is neither an area nor a line nor points, or a weight is not above zero.
    CRSError
        The column has another CRS than the points.
    """
    extents = np.full(len(points), None, dtype=object)
    if not _has(points, EXTENT):
        return extents
    column = points[EXTENT]
    if isinstance(column, gpd.GeoSeries) and column.crs is not None:
        require_equal_crs(points.crs, column.crs, function=function)
    sound: set[int] = set()
    for at, given in enumerate(column.to_numpy()):
        if not isinstance(given, BaseGeometry | list | tuple) and pd.api.types.is_scalar(given):
            if pd.isna(given):
                continue
        elif id(given) in sound:
            extents[at] = given
            continue
        pairs = list(_weighted(given))
        if not pairs or not all(_is_sound(shape, weight) for shape, weight in pairs):
            raise InputError(
                f"{function}: the place_extent in row {at} is {brief(given)}. Allowed are areas, "
                "lines and points with finite coordinates, lists of pairs of these and their "
                "weights above zero, or nothing.",
                code="values.extent",
                row=at,
            )
        sound.add(id(given))
        extents[at] = given
    return extents


def _is_sound(shape: object, weight: float) -> bool:
    return (
        isinstance(shape, BaseGeometry)
        and not shape.is_empty
        and shapely.get_type_id(shape) in _KINDS
        and bool(np.isfinite(shapely.get_coordinates(shape)).all())
        and 0 < weight < np.inf
    )


def places_of(points: Frame, rows: Ints) -> Ints:
    """Give the places of features numbers: those that share a ``place_id`` are in one.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries.
    rows
        Positions of the features that are asked about.

    Examples
    --------
    >>> spot = [shapely.Point(1, 2)] * 4
    >>> frame = gpd.GeoDataFrame({"place_id": ["a", None, "a", None]}, geometry=spot)
    >>> places_of(frame, np.arange(4)).tolist()
    [0, 1, 0, 2]
    """
    if not _has(points, PLACE):
        return np.arange(len(rows))
    frame = points.iloc[rows]
    ids = frame[PLACE].astype("object")
    same = pd.DataFrame({"id": [brief(each) for each in ids]})
    same["x"], same["y"] = frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()
    same["sigma"] = accuracy_of(points)[rows]
    same["extent"] = [0 if each is None else id(each) for each in extents_of(points)[rows]]
    # What stands alone has a number that no other has.
    alone = ids.isna().to_numpy()
    same.loc[alone, "extent"] = -1 - np.flatnonzero(alone)
    groups = same.groupby([*same.columns], sort=False, dropna=False).ngroup()
    return groups.to_numpy().astype(np.int64)


def _has(points: Frame, column: str) -> bool:
    return isinstance(points, gpd.GeoDataFrame) and column in points.columns


def _weighted(extent: Any) -> Iterator[tuple[Any, float]]:  # noqa: ANN401  a cell
    """Give the shapes of an extent with their weights; what is none weighs not-a-number."""
    if not isinstance(extent, list | tuple):
        yield extent, 1.0
        return
    for pair in extent:
        whole = isinstance(pair, list | tuple) and len(pair) == 2  # noqa: PLR2004
        shape, weight = pair if whole else (None, np.nan)
        yield shape, weight if is_number(weight) else np.nan


def _laid(extent: Any, points: Frame, crs: CRS, count: int, function: str) -> Floats:  # noqa: ANN401
    """So many points that stand for an extent, in each of its shapes as many as this weighs."""
    shapes, weights = zip(*_weighted(extent), strict=True)
    metric = moved(gpd.GeoSeries(list(shapes), crs=points.crs), crs, function=function)
    counts = _shared_out(np.array(weights), max(count, len(shapes)))
    laid = [evenly(shape, each) for shape, each in zip(metric, counts, strict=True)]
    return np.concatenate(laid)


def _shared_out(weights: Floats, count: int) -> Ints:
    """Whole numbers that add up to a count, as the weights are, by rounding the bounds between."""
    bounds = np.concatenate([[0.0], np.cumsum(weights)]) / weights.sum() * count
    counts: Ints = np.diff(np.rint(bounds)).astype(np.int64)
    return counts


def evenly(shape: BaseGeometry, count: int) -> Floats:
    """Spread so many points evenly over a shape.

    Parameters
    ----------
    shape
        Areas, else lines, else points; its smaller parts count only where it has none of the first.
    count
        How many.
    """
    if not count:
        return np.empty((0, 2))
    if not shape.is_valid:
        shape = shapely.make_valid(shape)
    parts = shapely.get_parts(shape)
    for size, lay in ((shapely.area, _in_area), (shapely.length, _on_line)):
        sizes = size(parts)
        if sizes.sum() > 0:
            counts = _shared_out(sizes, count)
            return np.concatenate([lay(*each) for each in zip(parts, counts, strict=True)])
    corners: Floats = shapely.get_coordinates(shape)
    return (
        corners[(np.arange(count) * len(corners)) // count]
        if len(corners) > count
        else corners[np.arange(count) % len(corners)]
    )


def _in_area(shape: BaseGeometry, count: int) -> Floats:
    """So many points spread evenly over one polygon; along the border of a sliver."""
    if not count:
        return np.empty((0, 2))
    west, south, east, north = shape.bounds
    size = np.array([east - west, north - south])
    shapely.prepare(shape)
    tried = int(1.2 * count * size.prod() / shape.area) + 32
    while tried <= _MOST_TRIED:
        even = np.modf(0.5 + np.arange(1, tried + 1)[:, None] * _STEPS)[0]
        xy = np.array([west, south]) + size * even
        held: Floats = xy[shapely.contains_xy(shape, xy[:, 0], xy[:, 1])]
        if len(held) >= count:
            return held[:count]
        tried *= 2
    return _on_line(shape.boundary, count)


def _on_line(shape: BaseGeometry, count: int) -> Floats:
    """So many points at even steps along a line, part after part."""
    if not count:
        return np.empty((0, 2))
    parts = shapely.get_parts(shape if shapely.get_dimensions(shape) == 1 else shape.boundary)
    ends = np.cumsum(shapely.length(parts))
    along = (np.arange(count) + 0.5) / count * ends[-1]
    at = np.minimum(np.searchsorted(ends, along, side="right"), len(parts) - 1)
    starts = np.concatenate([[0.0], ends[:-1]])
    xy: Floats = shapely.get_coordinates(
        shapely.line_interpolate_point(parts[at], along - starts[at])
    )
    return xy


def _sunflower(count: int, shifts: Floats) -> Floats:
    """Offsets in standard deviations that are equally likely each, of shape (shifts, count, 2).

    Shifts, pairs of 0 to 1, move the rings between their bounds and turn them.
    """
    step, (ring, turn) = np.arange(count), shifts.T[:, :, None]
    radius = np.sqrt(-2.0 * np.log1p(-(step + ring) / count))
    angle = step * (np.pi * (3.0 - 5.0**0.5)) + 2.0 * np.pi * (turn - 0.5)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
