"""What the methods take from a frame of zones: valid polygons, and which points are in which."""

from __future__ import annotations

import inspect
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from shapely import GeometryType

from geo.crs import require_crs, require_equal_crs, stated_crs, to_metric
from geo.errors import InputError
from geo.geodesic import geodesic_area_km2
from geo.locate import Locator
from geo.overlaps import SLIVER, overlapping
from geo.plausibility import require_coordinates
from geo.points import located
from geo.supports import Supports, supports, unsure
from geo.work import require_affordable, slices

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from numpy.typing import NDArray

    from geo.crs import Frame

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_POLYGONAL = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
_MIN_CELLS, _MAX_CELLS = 2_500, 250_000
# Pairs of a place and a zone that holds it: at once, of 100 bytes each, and in all.
_HELD_AT_ONCE, _MOST_HELD = 2_000_000, 100_000_000


class Membership(NamedTuple):
    """Which points count in which zones.

    Parameters
    ----------
    point, zone
        Positions of points and zones, one pair for each point that counts in a zone, ordered by
        point.
    share
        How likely the point of each pair lies in its zone: 1 where its place is exact.
    inside
        How likely each point lies in any zone.
    overlap
        Whether zones overlap. Where they do, a point counts in every zone that holds it; where they
        do not, a point on a shared border counts in the first of its zones alone.
    shared
        Number of points that lie in, or on the border of, several zones, or may.
    """

    point: Ints
    zone: Ints
    share: Floats
    inside: Floats
    overlap: bool
    shared: int

    @property
    def inside_any(self) -> int | float:
        """Number of points to be expected in any zone; whole where all are known to be."""
        number = float(self.inside.sum())
        return int(number) if number.is_integer() else number

    def sums(self, groups: Ints, size: int, weight: Floats | None = None) -> NDArray[Any]:
        """Add up the points to be expected, or what they weigh.

        Parameters
        ----------
        groups
            The group of each pair, such as its zone.
        size
            Number of groups.
        weight
            Of each point; where none is given they are counted, in whole numbers where all are
            known to lie where they count.
        """
        if weight is not None:
            return np.bincount(groups, self.share * weight[self.point], size).astype(float)
        if (self.share == 1.0).all():
            return np.bincount(groups, minlength=size)
        return np.bincount(groups, self.share, size)


class Elsewhere(NamedTuple):
    """Points that may lie elsewhere, and the zones to look them up in, in metres.

    Parameters
    ----------
    places
        Where they may lie.
    locator
        Of the zones.
    overlap
        Whether zones overlap, so that a place counts in each that holds it.
    """

    places: Supports
    locator: Locator
    overlap: bool

    def pairs(self, xy: Floats) -> tuple[Ints, Ints]:
        """Find the zones in which places count.

        Parameters
        ----------
        xy
            Coordinates of shape (…, 2) in metres.

        Returns
        -------
        Positions of places, in the order of the coordinates laid flat, and positions of zones.
        """
        x, y = xy.reshape(-1, 2).T
        place, zone = self.locator.pairs(x, y)
        if self.overlap:
            return place, zone
        once = ~repeated(place)
        return place[once], zone[once]

    @property
    def depth(self) -> float:
        """About how many zones may hold a place; at least one."""
        return self.locator.depth(*self.places.xy.T)

    def blocks(self) -> Iterator[tuple[Ints, Ints]]:
        """Find the zones of all places, so many at once that they fit into memory."""
        for some in slices(len(self.places.xy), int(_HELD_AT_ONCE / self.depth)):
            place, zone = self.pairs(self.places.xy[some])
            yield place + some.start, zone


class Given(NamedTuple):
    """Points and zones that have passed the gate.

    Parameters
    ----------
    xy
        Coordinates of shape (n, 2) of the points that have a place.
    rows
        Positions of their rows.
    polygons
        One for each zone, valid; missing and empty ones stay.
    repaired
        Index labels of the zones that were not valid.
    """

    xy: Floats
    rows: Ints
    polygons: NDArray[Any]
    repaired: list[Hashable]


def polygons_of(
    zones: Frame, *, function: str = "polygons_of"
) -> tuple[NDArray[Any], list[Hashable]]:
    """Take the polygons of a frame of zones, repaired where they are not valid.

    Parameters
    ----------
    zones
        GeoDataFrame or GeoSeries of polygons and multipolygons; missing and empty ones stay.
    function
        Name that messages begin with: the function that was called.

    Returns
    -------
    One geometry for each row, and the index labels of those that were repaired, which a warning
    tells too.

    Raises
    ------
    InputError
        A geometry is something else than a polygon.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> polygons, repaired = polygons_of(gpd.GeoSeries([box(0, 0, 1, 1)], crs=4547))
    >>> len(polygons), repaired
    (1, [])
    """
    polygons: NDArray[Any] = zones.geometry.to_numpy().copy()
    present = ~shapely.is_missing(polygons)
    other = present & ~np.isin(shapely.get_type_id(polygons), _POLYGONAL)
    if other.any():
        raise InputError(
            f"{function}: {int(other.sum())} of {len(polygons)} zones are no polygons, the first "
            f"is a {polygons[other][0].geom_type}. Pass polygons, such as .buffer() of lines.",
            code="zones.not_areas",
            rows=int(other.sum()),
            total=len(polygons),
        )
    invalid = np.flatnonzero(present & ~shapely.is_valid(polygons))
    for at in invalid:
        mended = shapely.get_parts(shapely.make_valid(polygons[at]))
        areal = mended[np.isin(shapely.get_type_id(mended), _POLYGONAL)]
        polygons[at] = shapely.union_all(areal) if areal.size else shapely.MultiPolygon()
    repaired = zones.index[invalid].tolist()
    if repaired:
        warnings.warn(
            f"{function}: {len(repaired)} of {len(polygons)} zones were not valid and have been "
            f"repaired for the calculation: {', '.join(map(str, repaired[:5]))}"
            f"{' …' if len(repaired) > 5 else ''}. Look at them before you rely on the result.",  # noqa: PLR2004
            UserWarning,
            stacklevel=_levels_to_caller(),
        )
    return polygons, repaired


def _levels_to_caller() -> int:
    """How many calls up whoever called a method is: the first who is none of this package."""
    frame, levels = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith("geo."):
        frame, levels = frame.f_back, levels + 1
    return levels


def gate(points: Frame, zones: Frame, *, function: str = "gate") -> Given:
    """Read points and zones that are in one CRS, each geometry once.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries of points; missing and empty geometries have no place.
    zones
        GeoDataFrame or GeoSeries of polygons and multipolygons; missing and empty ones stay.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        A geometry is of the wrong kind, or a coordinate is not-a-number or infinite.
    CRSError
        The frames differ in CRS or fail `geo.require_crs`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.GeoSeries([None, shapely.Point(1, 2)], crs=4490)
    >>> given = gate(points, gpd.GeoSeries([shapely.box(0, 0, 9, 9)], crs=4490))
    >>> given.xy.tolist(), given.rows.tolist(), given.repaired
    ([[1.0, 2.0]], [1], [])
    """
    crs = stated_crs(points, function=function)
    require_equal_crs(crs, require_crs(zones, function=function), function=function)
    xy, rows = located(points, function=function)
    require_coordinates(xy[:, 0], xy[:, 1], crs, function=function)
    polygons, repaired = polygons_of(zones, function=function)
    return Given(xy, rows, polygons, repaired)


def members(xy: Floats, polygons: NDArray[Any]) -> Membership:
    """Find the zones in which points count.

    Parameters
    ----------
    xy
        Coordinates of shape (n, 2) in the CRS of the polygons.
    polygons
        Valid polygons.

    Examples
    --------
    >>> zones = np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)])
    >>> found = members(np.array([[1.0, 1.0], [2.0, 1.0]]), zones)
    >>> found.zone.tolist(), found.overlap, found.shared
    ([0, 0], False, 1)
    """
    locator = Locator(polygons, cells=int(np.clip(len(xy), _MIN_CELLS, _MAX_CELLS)))
    point, zone = locator.pairs(xy[:, 0], xy[:, 1])
    again = repeated(point)
    shared = np.unique(point[again]).size
    overlap = overlapping(polygons)
    inside = np.zeros(len(xy))
    inside[point] = 1.0
    if not overlap and shared:
        point, zone = point[~again], zone[~again]
    return Membership(point, zone, np.ones(point.size), inside, overlap, shared)


def elsewhere(
    points: Frame,
    rows: Ints,
    polygons: NDArray[Any],
    crs: object,
    *,
    overlap: bool,
    function: str = "elsewhere",
) -> Elsewhere:
    """Bring points that may lie elsewhere, and zones, to metres.

    Parameters
    ----------
    points
        As `geo.supports` tells of their places.
    rows
        Positions of the rows that are asked about, all of which have a place.
    polygons
        Valid, of the zones.
    crs
        What both are in.
    overlap
        Whether zones overlap.
    function
        Name that messages begin with: the function that was called.

    Examples
    --------
    >>> import geopandas as gpd
    >>> zones = np.array([shapely.box(499_000, 31e5, 500_000, 3101e3)])
    >>> frame = gpd.GeoDataFrame(
    ...     {"accuracy_m": [100.0]}, geometry=[shapely.Point(500_000, 3_100_500)], crs=4547
    ... )
    >>> ahead = elsewhere(frame, np.array([0]), zones, frame.crs, overlap=False)
    >>> xy = ahead.places.drawn(np.array([[[-1.0, 0.0]], [[1.0, 0.0]]]))  # 100 m west, 100 m east
    >>> place, zone = ahead.pairs(xy)
    >>> place.tolist(), zone.tolist()
    ([0], [0])
    """
    metric = to_metric(gpd.GeoSeries(polygons, crs=crs), function=function)
    places = supports(points, rows, metric.crs, function=function)
    # A thousand draws of a point are some four times the places that it may be in.
    cells = int(np.clip(4 * len(places.xy), _MIN_CELLS, _MAX_CELLS))
    ahead = Elsewhere(places, Locator(metric.to_numpy(), cells=cells), overlap)
    require_few_held(len(places.xy) * ahead.depth, function=function)
    return ahead


def require_few_held(pairs: float, *, function: str) -> None:
    """Refuse to look up places in zones that lie on each other too often.

    Parameters
    ----------
    pairs
        How many pairs of a place and a zone that holds it there may be.
    function
        Name that the message begins with: the function that was called.

    Raises
    ------
    InputError
        There are more than 100 million.

    Examples
    --------
    >>> require_few_held(1e7, function="f")
    """
    require_affordable(
        pairs,
        _MOST_HELD,
        function=function,
        what="pairs of a place and a zone that holds it",
        choose="zones that overlap less, or fewer points",
        code="cost.held",
    )


def membership(
    points: Frame, zones: Frame, given: Given, *, function: str = "membership"
) -> Membership:
    """Find the zones in which points count, each as likely as it lies there.

    Parameters
    ----------
    points, zones
        As for `gate`.
    given
        What that made of them, or of some of the points.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError, CRSError
        As `geo.supports.supports`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> zones = gpd.GeoSeries([shapely.box(499_000, 31e5, 500_000, 3101e3)], crs=4547)
    >>> on_border = [shapely.Point(500_000, 3_100_500)]
    >>> points = gpd.GeoDataFrame({"accuracy_m": [50.0]}, geometry=on_border, crs=4547)
    >>> membership(points, zones, gate(points, zones)).share.round(2).tolist()
    [0.5]
    """
    moves = unsure(points, given.rows, function=function)
    if not (moves.any() and len(given.polygons)):
        return members(given.xy, given.polygons)
    fixed, moving = np.flatnonzero(~moves), np.flatnonzero(moves)
    exact = members(given.xy[fixed], given.polygons)
    rows = given.rows[moving]
    ahead = elsewhere(
        points, rows, given.polygons, zones.crs, overlap=exact.overlap, function=function
    )
    feature, each = ahead.places.feature, np.diff(ahead.places.first)
    held, counted_pairs = np.zeros(len(moving)), []
    for place, zone in ahead.blocks():
        held += np.bincount(feature[place[~repeated(place)]], minlength=len(moving))
        key = feature[place] * len(given.polygons) + zone
        counted_pairs.append(np.unique(key, return_counts=True))
    pair, hits = _together(counted_pairs)
    of, into = np.divmod(pair, len(given.polygons))
    point = np.concatenate([fixed[exact.point], moving[of]])
    order = np.argsort(point, kind="stable")
    inside = np.zeros(len(given.rows))
    inside[fixed] = exact.inside
    inside[moving] = held / each
    several = np.bincount(of, hits / each[of], len(moving)) > inside[moving] + SLIVER
    return exact._replace(
        shared=exact.shared + int(several.sum()),
        point=point[order],
        zone=np.concatenate([exact.zone, into])[order],
        share=np.concatenate([exact.share, hits / each[of]])[order],
        inside=inside,
    )


def _together(counted_pairs: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """Add up numbers of the same keys; the keys rise."""
    keys, numbers = (np.concatenate(arrays) for arrays in zip(*counted_pairs, strict=True))
    key, at = np.unique(keys, return_inverse=True)
    return key, np.bincount(at, numbers, key.size).astype(np.int64)


class Counted(NamedTuple):
    """Points and zones as several questions about them need them, worked out once.

    Parameters
    ----------
    given
        Both, past the gate.
    found
        Which points count in which zones.
    area_km2
        Geodesic area of each zone.
    """

    given: Given
    found: Membership
    area_km2: Floats


def counted(points: Frame, zones: Frame, *, function: str = "counted") -> Counted:
    """Find the zones in which points count, and how large these are.

    Parameters
    ----------
    points, zones
        As for `gate`.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError, CRSError
        As `gate`.

    Examples
    --------
    >>> points = gpd.GeoSeries([shapely.Point(112.5, 28.5)], crs=4490)
    >>> once = counted(points, gpd.GeoSeries([shapely.box(112, 28, 113, 29)], crs=4490))
    >>> once.found.zone.tolist(), once.area_km2.round(1).tolist()
    ([0], [10850.4])
    """
    gated = gate(points, zones, function=function)
    pairs = membership(points, zones, gated, function=function)
    area = geodesic_area_km2(gpd.GeoSeries(gated.polygons, crs=zones.crs))
    return Counted(gated, pairs, area.to_numpy(dtype=float))


def repeated(point: Ints) -> NDArray[np.bool_]:
    """Whether each pair has the same point as the one before it.

    Parameters
    ----------
    point
        Positions of points in pairs that are ordered by point.

    Examples
    --------
    >>> repeated(np.array([0, 0, 1])).tolist()
    [False, True, False]
    """
    again = np.zeros(point.size, dtype=bool)
    np.equal(point[1:], point[:-1], out=again[1:])
    return again
