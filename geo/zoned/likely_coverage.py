"""How likely ground is within reach of sites that may lie elsewhere.

On a lattice of points over the zones: each is within reach of a site as likely as the site lies no
farther away, and sites lie where they lie independently of each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from geo.arguments import require_metres
from geo.crs import Frame, measured_in, to_metric
from geo.doors import door
from geo.errors import InputError
from geo.grids import as_raster, raster
from geo.locate import Locator
from geo.points import located
from geo.supports import Supports, evenly, supports, unsure
from geo.work import checkpoint, require_affordable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Points that stand for one site: half of their share of its reach is the error of a chance.
PLACES = 128
DRAWS, INTERVAL_PCT = 1_000, 90.0
# Points of the lattice, and distances between these and places of sites, 3 nanoseconds each.
POINTS = 20_000
_MOST_DISTANCES = 400_000_000
_CELLS = 250_000
_FEWEST_IN_ZONE = 200


class Lattice(NamedTuple):
    """Points spread evenly over zones, of which each has one at least.

    Parameters
    ----------
    xy
        Coordinates of shape (n, 2) in metres.
    point, zone
        Positions of points and of zones that hold them, pair by pair.
    zones
        Number of zones.
    """

    xy: Floats
    point: Ints
    zone: Ints
    zones: int

    def means(self, values: Floats) -> Floats:
        """Return the mean of values over each zone; not-a-number of one without ground."""
        summed = np.bincount(self.zone, values[self.point], self.zones)
        count = np.bincount(self.zone, minlength=self.zones)
        mean = np.full(self.zones, np.nan)
        np.divide(summed, count, out=mean, where=count > 0)
        return mean


@door
def coverage_probability(
    sites: Frame, *, distance_m: float, cell_size_m: float | None = None
) -> xr.DataArray:
    r"""Probability that ground is within a straight-line distance of a site, on a raster.

    Parameters
    ----------
    sites
        Points, which may lie elsewhere as `geo.distribution` takes them, projected as
        `geo.to_metric` says where they are in degrees. Rows with no place are left out.
    distance_m
        Radius of a site's reach in metres.
    cell_size_m
        Side of a cell in metres; each is looked at in its centre. Without one, a tenth of the
        distance, or more where the sites are many and far apart.

    Returns
    -------
    Array ``coverage`` with dimensions ``y`` (falling) and ``x``, 0 to 1, over all ground that a
    site may reach; CRS, transform and nodata are written for rioxarray. Its ``attrs`` have
    ``units``, ``distance_m``, ``sites``, ``sites_unsure`` and those of `geo.crs.measured_in`.

    Raises
    ------
    InputError
        A size is not positive, a site is no point, none has a place, or the raster and the sites
        are too many.
    CRSError
        As `geo.to_metric`.

    Warnings
    --------
    As for `geo.coverage`: a straight line crosses rivers and hills that no road does.

    Notes
    -----
    With the probability :math:`p_i(x)` that site :math:`i` lies within the distance of :math:`x`,
    from 512 places of it, fewer of each where they are more than 512,

    .. math:: 1 - \prod_i (1 - p_i(x)).

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point
    >>> places = [LineString([(500_000, 31e5), (502_000, 31e5)])]
    >>> site = gpd.GeoDataFrame({"place_extent": places}, geometry=[Point(501_000, 31e5)], crs=4547)
    >>> chance = coverage_probability(site, distance_m=1000, cell_size_m=50)
    >>> chance.sel(x=[501_000, 502_000, 504_000], y=31e5, method="nearest").values.round(1).tolist()
    [1.0, 0.5, 0.0]
    """
    function = "coverage_probability"
    require_metres(distance_m, "distance_m", function=function)
    metric = to_metric(sites, function=function)
    _, rows = located(metric, function=function)
    if not rows.size:
        raise InputError(
            f"{function}: no site has a place. Pass sites with geometry.",
            code="own.nothing_located",
        )
    places = supports(sites, rows, metric.crs, function=function)
    ends = np.concatenate([places.xy.min(axis=0) - distance_m, places.xy.max(axis=0) + distance_m])
    if cell_size_m is None:
        ground = float(np.prod(ends[2:] - ends[:2]))
        few = (ground * len(places.xy) / _MOST_DISTANCES) ** 0.5
        cell_size_m = max(distance_m / 10, few)
    west, south, east, north = ends.tolist()
    grid = raster((west, south, east, north), cell_size_m=cell_size_m, function=function)
    require_affordable(
        grid.rows * grid.columns * len(places.xy),
        10 * _MOST_DISTANCES,
        function=function,
        what="distances (cells × places of sites)",
        choose="larger cells or fewer sites",
        code="cost.distances",
        cells=grid.rows * grid.columns,
    )
    x, y = np.meshgrid(grid.x_m, grid.y_m)
    once, _ = chances(np.column_stack([x.ravel(), y.ravel()]), places, [distance_m])
    facts = {
        "units": "1",
        "distance_m": float(distance_m),
        "sites": rows.size,
        "sites_unsure": int(unsure(sites, rows, function=function).sum()),
    }
    return as_raster(once.reshape(x.shape), grid, metric.crs, name="coverage").assign_attrs(
        facts | measured_in(sites.crs, metric.crs)
    )


def lattice(polygons: NDArray[Any], places: Supports, *, finest_m: float) -> Lattice:
    """Spread points over zones: as many as the places of the sites leave time for.

    Parameters
    ----------
    polygons
        Valid, in metres; missing ones have no points.
    places
        Of the sites.
    finest_m
        Least step from one point to the next, but for those that small zones have of their own.
    """
    present = ~(shapely.is_missing(polygons) | shapely.is_empty(polygons))
    if not present.any():
        nothing = np.empty(0, dtype=np.int64)
        return Lattice(np.empty((0, 2)), nothing, nothing, len(polygons))
    most = min(POINTS, _MOST_DISTANCES // max(len(places.xy), 1))
    ground = shapely.area(polygons[present]).sum()
    west, south, east, north = shapely.total_bounds(polygons[present])
    # No more rows and columns than for bounds a hundred times as large as the ground.
    around = (east - west) * (north - south)
    step = max((max(ground, around / 100) / most) ** 0.5, finest_m, 1e-3)
    x = np.arange(west + step / 2, east, step)
    y = np.arange(south + step / 2, north, step)
    grid = np.column_stack([each.ravel() for each in np.meshgrid(x, y)])
    point, zone = Locator(polygons, cells=_CELLS).pairs(*grid.T)
    used, point = np.unique(point, return_inverse=True)
    # Zones that are small beside the others have points of their own.
    fewest = int(np.clip(most // len(polygons), 1, _FEWEST_IN_ZONE))
    small = present & (np.bincount(zone, minlength=len(polygons)) < fewest)
    own = [evenly(polygons[each], fewest) for each in np.flatnonzero(small)]
    kept = ~small[zone]
    number = fewest * int(small.sum())
    return Lattice(
        np.concatenate([grid[used], *own]),
        np.concatenate([point[kept], used.size + np.arange(number)]),
        np.concatenate([zone[kept], np.repeat(np.flatnonzero(small), fewest)]),
        len(polygons),
    )


def chances(xy: Floats, places: Supports, distances_m: Sequence[float]) -> tuple[Floats, Floats]:
    """Return how likely points are within reach of one site at least, and of two.

    Parameters
    ----------
    xy
        Coordinates of shape (n, 2) in metres.
    places
        Of the sites.
    distances_m
        The reaches.

    Returns
    -------
    Two arrays of shape (distances, points), 0 to 1.
    """
    reaches = np.asarray(distances_m, dtype=float)
    exact = places.exact
    nearest, next_one = _two_nearest(xy, places.xy[places.first[:-1][exact]])
    none = (nearest > reaches[:, None]).astype(float)
    one = ((nearest <= reaches[:, None]) & (next_one > reaches[:, None])).astype(float)
    # Sites in one place are all within reach or none.
    _, sites, together = np.unique(places.place, return_index=True, return_counts=True)
    unsure_sites = [(site, n) for site, n in zip(sites, together, strict=True) if not exact[site]]
    # Many sites are somewhere in one zone: these follow each other.
    unsure_sites.sort(key=lambda pair: places.xy[places.first[pair[0]]].tolist())
    before, chance = np.empty((0, 2)), none
    for at, (site, count) in enumerate(unsure_sites):
        checkpoint(at, len(unsure_sites))
        laid = places.xy[places.first[site] : places.first[site + 1]]
        if not np.array_equal(laid, before):
            before, chance = laid, _within(xy, laid, reaches)
        one = one * (1.0 - chance) + (none * chance if count == 1 else 0.0)
        none *= 1.0 - chance
    return 1.0 - none, np.clip(1.0 - none - one, 0.0, 1.0)


def _two_nearest(xy: Floats, sites: Floats) -> tuple[Floats, Floats]:
    """How far the nearest site is from each point, and the one after it; infinity for none."""
    distance, _ = cKDTree(sites).query(xy, k=[1, 2])
    return distance[:, 0], distance[:, 1]


def _near(points: Floats, places: Floats, reach: float) -> Ints:
    """Positions of the points that may be no farther than the reach from one of the places."""
    middle = places.mean(axis=0)
    about = np.hypot(*(places - middle).T).max()
    return np.flatnonzero(np.hypot(*(points - middle).T) <= reach + about)


def _within(points: Floats, places: Floats, reaches: Floats) -> Floats:
    """Part of the places that are no farther than each of the reaches."""
    near = _near(points, places, reaches.max())
    chance = np.zeros((reaches.size, len(points)))
    step = max(1, 4_000_000 // len(places))
    for start in range(0, near.size, step):
        some = near[start : start + step]
        distance = cdist(points[some], places)
        for at, reach in enumerate(reaches):
            chance[at, some] = (distance <= reach).mean(axis=1)
    return chance


def intervals(
    points: Lattice, places: Supports, distance_m: float, *, free: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return the ends of the interval of the part of each zone that is within reach, 0 to 1.

    Parameters
    ----------
    points
        The lattice.
    places
        Of the sites.
    distance_m
        The reach.
    free
        Which points of the lattice count, of shape (n,): where others are within reach, so is
        nothing more.

    Returns
    -------
    The two quantiles of :data:`DRAWS` draws of all sites, always the same; not-a-number of a zone
    without points.
    """
    # Zone by zone, so that the points within reach are counted in one go.
    order = np.argsort(points.zone)
    at_point = points.point[order]
    xy = points.xy[at_point]
    held, first, count = np.unique(points.zone[order], return_index=True, return_counts=True)
    reached: dict[bytes, NDArray[np.uint8]] = {}
    sites: list[NDArray[np.uint8]] = []
    for site in np.unique(places.place, return_index=True)[1]:
        laid = places.xy[places.first[site] : places.first[site + 1]]
        key = laid.tobytes()
        if key not in reached:
            near = _near(xy, laid, distance_m)
            within = np.zeros((len(laid), len(xy)), dtype=bool)
            within[:, near] = (cdist(laid, xy[near]) <= distance_m) & free[at_point[near]]
            reached[key] = np.packbits(within, axis=1)
        sites.append(reached[key])
    rng = np.random.default_rng(0)
    parts = np.full((DRAWS, points.zones), np.nan)
    for draw in range(DRAWS):
        checkpoint(draw, DRAWS)
        some = [
            each[int(at * len(each))]
            for each, at in zip(sites, rng.random(len(sites)), strict=True)
        ]
        inside = np.unpackbits(np.bitwise_or.reduce(some), count=len(xy))
        if held.size:
            parts[draw, held] = np.add.reduceat(inside, first, dtype=np.int64) / count
    tail = (100.0 - INTERVAL_PCT) / 200.0
    low, high = np.quantile(parts, [tail, 1.0 - tail], axis=0)
    return low, high
