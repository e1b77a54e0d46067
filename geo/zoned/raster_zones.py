"""What a raster holds in each zone: statistics of its numbers and shares of its classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo.arguments import require_one_of
from geo.crs import Frame, moved, require_crs
from geo.doors import door
from geo.errors import InputError
from geo.geodesic import geodesic_area_km2
from geo.plausibility import require_coordinates
from geo.transformations import horizontal
from geo.units import COUNT, labelled
from geo.zoned.raster_sources import opened
from geo.zones import polygons_of

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from geo.zoned.raster_sources import Grid

STATISTICS = (
    "mean",
    "sum",
    "min",
    "max",
    "count",
    "median",
    "variance",
    "stdev",
    "majority",
)
# The edge of a zone is straight in the CRS of the zones, and bent in that of the raster. Corners
# this far apart follow the bend to within 2 cm at Changsha.
_STEP_M, _STEP_DEG = 1000.0, 0.01
_MAX_CELLS = 100_000_000  # 800 MB
_MAX_CLASSES = 256
_LON_LAT_EPSG = {4326, 4490}


@door
def zonal_statistics(
    raster: xr.DataArray | str | os.PathLike[str],
    zones: Frame,
    *,
    statistics: Sequence[str] = ("mean",),
) -> gpd.GeoDataFrame:
    r"""Summarise the cells of a raster zone by zone, each cell by the part that the zone covers.

    A cell on the border of a zone counts with exactly the fraction of it that lies inside, so that
    a zone smaller than a cell still has its value, and the sums of neighbouring zones add up to the
    sum of the whole. It is the way to bring a raster of population, night light or elevation to
    districts or to a grid.

    Parameters
    ----------
    raster
        Array of numbers with a CRS, one band, as `rioxarray.open_rasterio` or
        `geo.kernel_density` gives; or the path of a file that GDAL reads, of which only the
        part under the zones is read. Its nodata value, mask, scale and offset are heeded; infinite
        cells have no value.
    zones
        Polygons in any CRS; they are brought to that of the raster, with a corner at least every
        kilometre (0.01°) so that their edges keep their course. Invalid ones are repaired, with a
        warning.
    statistics
        One or more of

        - ``"mean"``: mean of the cells, weighted by fraction;
        - ``"sum"``: each cell times its fraction; for cells that hold amounts, such as people;
        - ``"min"``, ``"max"``: over all cells of which the zone covers any part;
        - ``"count"``: sum of the fractions, in cells;
        - ``"median"``: weighted by fraction, linear between cells;
        - ``"variance"``, ``"stdev"``: of the population, weighted by fraction;
        - ``"majority"``: the value that covers most.

    Returns
    -------
    The zones with one column for each statistic, in units of the raster, and what stands behind
    them: ``covered_pct``, the percentage of the area of the zone (in the CRS of the raster) that
    lies on cells with a value, and ``covered_km2``, that percentage of its geodesic area. Columns
    that had these names are replaced. Where no cell with a value is under a zone, every statistic
    is not-a-number (its count is 0). Its ``attrs`` are ``zones_without_data`` (index labels of
    those zones, and of zones without area), ``repaired_zones``, ``raster_crs`` and ``units``.

    Raises
    ------
    InputError
        There is no such statistic, no zone has area, no zone meets the raster, or the raster cannot
        be read, is rotated or uneven, has several bands, or has more than 100 million cells under
        the zones.
    CRSError
        The raster or the zones have no CRS.

    Warnings
    --------
    Compare no sums of zones whose ``covered_pct`` differ: a sum is that of the covered part, not an
    estimate for the whole zone. Do not sum a density (people per km²) or average an amount (people
    per cell) over cells of different sizes. In a raster in degrees cells in the south are larger
    than in the north (1 % per 1° of latitude at Changsha): a mean over a province should be taken
    in an equal-area CRS. Do not read a difference between zones of a few cells: the value of
    such a zone is that of the raster's resolution.

    Notes
    -----
    With :math:`f_i` the fraction of cell :math:`i` that the zone covers and :math:`v_i` its value,
    over the cells that have one,

    .. math::

        \text{sum} = \sum_i f_i v_i, \quad \text{count} = \sum_i f_i, \quad
        \text{mean} = \frac{\sum_i f_i v_i}{\sum_i f_i}, \quad
        \text{variance} = \frac{\sum_i f_i (v_i - \text{mean})^2}{\sum_i f_i}.

    The fractions are those of the library exactextract [exactextract]_, which follows the border
    through every cell and holds them in 32 bits, so that figures are right to about 1e-6 of the sum
    of the absolute values; tools that ask only whether the middle of a cell is inside differ by up
    to half a cell along every border.

    References
    ----------
    .. [exactextract] D. Baston, exactextract: fast and accurate zonal statistics, ISciences, 2025.

    Examples
    --------
    A zone over the meeting point of four cells, a quarter of each:

    >>> import xarray as xr
    >>> cells = xr.DataArray(
    ...     [[1.0, 2.0], [3.0, 4.0]],
    ...     coords={"y": [3_100_150.0, 3_100_050.0], "x": [500_050.0, 500_150.0]},
    ...     dims=("y", "x"),
    ... ).rio.write_crs("EPSG:4547")
    >>> zone = gpd.GeoSeries([shapely.box(500_050, 3_100_050, 500_150, 3_100_150)], crs=4547)
    >>> found = zonal_statistics(cells, zone, statistics=("sum", "mean"))
    >>> found[["sum", "mean", "covered_pct"]].iloc[0].tolist()  # (1 + 2 + 3 + 4) / 4
    [2.5, 2.5, 100.0]
    """
    names = _names(statistics)
    require_crs(zones, function="zonal_statistics")
    polygons, repaired = polygons_of(zones, function="zonal_statistics")
    grid = opened(raster, function="zonal_statistics")
    summary = _under(grid, zones, polygons, names, "zonal_statistics")
    result, facts = _framed(zones, polygons, summary, grid, repaired)
    count = summary["count"].to_numpy()
    for name in names:
        value = summary[name].to_numpy(dtype=float)
        result[name] = count if name == "count" else np.where(count > 0, value, np.nan)
    units = dict.fromkeys(names, grid.units) | {"count": COUNT}
    if "variance" in names and grid.units:
        units["variance"] = f"({grid.units})²"
    return labelled(result, facts, columns=units)


@door
def zonal_shares(raster: xr.DataArray | str | os.PathLike[str], zones: Frame) -> gpd.GeoDataFrame:
    r"""Measure how much of each zone every class of a raster covers.

    For rasters whose numbers are names: land cover, soil, flood classes. The shares of a zone add
    up to 100 % of the part of it that lies on cells with a class.

    Parameters
    ----------
    raster
        Classes as numbers, otherwise as for `zonal_statistics`.
    zones
        Polygons, as for `zonal_statistics`.

    Returns
    -------
    The zones with a column ``share_<value>_pct`` for each value that any zone holds, in rising
    order of the values, 0 where a zone has none of it; their denominators ``covered_pct`` and
    ``covered_km2`` as in `zonal_statistics`. Columns that had these names are replaced. Where no
    cell with a value is under a zone its shares are not-a-number. Its ``attrs`` are ``values`` (the
    value of each share column, by its name), ``zones_without_data``, ``repaired_zones``,
    ``raster_crs`` and ``units``.

    Raises
    ------
    InputError
        There are more than 256 values under the zones, and as `zonal_statistics`.
    CRSError
        The raster or the zones have no CRS.

    Warnings
    --------
    Not for measurements: elevation in metres has as many values as there are metres, take
    `zonal_statistics` for it. A share is of the covered part, not of the zone: look at
    ``covered_pct`` before comparing zones. Classes of two rasters of different resolution are not
    comparable, as the coarser one has lost its small patches. In a raster in degrees the fractions
    are of degrees, not of square metres; within one zone of a city that is the same to 0.1 %.

    Notes
    -----
    With :math:`f_i` the fraction of cell :math:`i` that the zone covers and :math:`v_i` its class,

    .. math:: \text{share}_k = 100 \, \frac{\sum_{i : v_i = k} f_i}{\sum_i f_i} \;\%.

    The fractions are exact, as in `zonal_statistics` [exactextract]_.

    References
    ----------
    .. [exactextract] D. Baston, exactextract: fast and accurate zonal statistics, ISciences, 2025.

    Examples
    --------
    >>> import xarray as xr
    >>> cover = xr.DataArray(
    ...     [[10, 10], [10, 50]],
    ...     coords={"y": [3_100_150.0, 3_100_050.0], "x": [500_050.0, 500_150.0]},
    ...     dims=("y", "x"),
    ... ).rio.write_crs("EPSG:4547")
    >>> zone = gpd.GeoSeries([shapely.box(500_000, 3_100_000, 500_200, 3_100_200)], crs=4547)
    >>> found = zonal_shares(cover, zone)
    >>> found[["share_10_pct", "share_50_pct"]].iloc[0].tolist()  # three cells of four
    [75.0, 25.0]
    """
    require_crs(zones, function="zonal_shares")
    polygons, repaired = polygons_of(zones, function="zonal_shares")
    grid = opened(raster, function="zonal_shares")
    summary = _under(grid, zones, polygons, ["unique", "frac"], "zonal_shares")
    result, facts = _framed(zones, polygons, summary, grid, repaired)
    some = np.flatnonzero(summary["count"] > 0)
    classes = [np.asarray(summary["unique"].iloc[row], dtype=float) for row in some]
    values = np.unique(np.concatenate(classes)) if classes else np.empty(0)
    if values.size > _MAX_CLASSES:
        raise InputError(
            f"zonal_shares: {values.size:,} different values lie under the zones, at most "
            f"{_MAX_CLASSES} are allowed. Measurements go to zonal_statistics; or make classes of "
            "them first, with numpy.digitize.",
            code="raster.classes",
            values=values.size,
            most=_MAX_CLASSES,
        )
    shares = np.full((len(zones), values.size), np.nan)
    shares[some] = 0.0
    for row, own in zip(some, classes, strict=True):
        shares[row, np.searchsorted(values, own)] = 100.0 * np.asarray(summary["frac"].iloc[row])
    columns = {f"share_{value:.15g}_pct": value for value in values.tolist()}
    # All at once: a frame to which 256 columns come one by one warns of itself.
    table = pd.DataFrame(shares, index=result.index, columns=list(columns))
    shared = pd.concat([result, table], axis=1)
    shared.attrs = result.attrs
    return labelled(shared, facts | {"values": columns})


def _names(statistics: Sequence[str]) -> list[str]:
    names = [statistics] if isinstance(statistics, str) else _listed(statistics)
    for name in names or [statistics]:
        require_one_of(name, STATISTICS, "statistic", function="zonal_statistics")
    return list(dict.fromkeys(names))


def _listed(statistics: object) -> list[Any]:
    return list(statistics) if isinstance(statistics, list | tuple | set | dict) else [statistics]


def _framed(
    zones: Frame,
    polygons: NDArray[Any],
    summary: pd.DataFrame,
    grid: Grid,
    repaired: list[Any],
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Give the zones what stands behind their figures."""
    table = zones if isinstance(zones, gpd.GeoDataFrame) else gpd.GeoDataFrame(geometry=zones)
    covered = summary["covered"].to_numpy()
    area = geodesic_area_km2(gpd.GeoSeries(polygons, crs=zones.crs)).to_numpy(dtype=float)
    result = table.assign(covered_pct=100.0 * covered, covered_km2=covered * area)
    facts = {
        "zones_without_data": zones.index[summary["count"].to_numpy() == 0].tolist(),
        "repaired_zones": repaired,
        "raster_crs": grid.crs.to_string(),
    }
    return result, facts


def _under(
    grid: Grid,
    zones: Frame,
    polygons: NDArray[Any],
    operations: Sequence[str],
    function: str,
) -> pd.DataFrame:
    """One row for each zone: the operations, ``count`` in cells, and ``covered`` of its area."""
    # Loaded when first needed, so that importing this module costs little.
    from geo.zoned.coverage_fractions import extract  # noqa: PLC0415

    shapes = _in_crs(polygons, zones.crs, grid.crs, function)
    area = shapely.area(shapes)
    areal = np.flatnonzero(area > 0)
    if not areal.size:
        raise InputError(
            f"{function}: none of the {len(zones)} zones has any area. Pass polygons; a point "
            "becomes one by .buffer() in metres.",
            code="zones.no_area",
            rows=len(zones),
        )
    rows, columns = _window(grid, shapes[areal], function)
    # One corner of the window and the opposite one; either may be the south-western.
    x, y = grid.places([columns.start, columns.stop], [rows.start, rows.stop]).T
    values = grid.read(rows, columns)[:: -1 if y[0] < y[1] else 1, :: -1 if x[0] > x[1] else 1]
    some = extract(
        np.ascontiguousarray(values),
        (x.min(), y.min(), x.max(), y.max()),
        shapes[areal],
        list(dict.fromkeys(["count", *operations])),
    )
    summary = some.set_axis(areal).reindex(range(len(zones)))
    summary["count"] = summary["count"].fillna(0.0)
    cell = abs(grid.transform.a * grid.transform.e)
    covered = np.full(len(zones), np.nan)
    np.divide(summary["count"] * cell, area, out=covered, where=area > 0)
    summary["covered"] = np.minimum(covered, 1.0)
    return summary


def _in_crs(polygons: NDArray[Any], source: Any, target: CRS, function: str) -> NDArray[Any]:  # noqa: ANN401
    crs = CRS.from_user_input(source)
    if crs == target or {crs.to_epsg(), target.to_epsg()} <= _LON_LAT_EPSG:
        return polygons
    dense = shapely.segmentize(polygons, _STEP_DEG if crs.is_geographic else _STEP_M)
    there = moved(gpd.GeoSeries(dense, crs=crs), target, function=function)
    require_crs(there, function=function)
    shapes: NDArray[Any] = there.to_numpy()
    return shapes


def _window(grid: Grid, shapes: NDArray[Any], function: str) -> tuple[slice, slice]:
    """Rows and columns of the raster that the shapes may touch."""
    corners = grid.places([0, grid.columns], [0, grid.rows])
    if grid.crs.is_projected:
        # A raster of the whole Earth reaches half a cell beyond ±180°, one on a map does not.
        x, y = corners.T
        require_coordinates(x, y, horizontal(grid.crs), function=function)
    extent = shapely.box(*corners.min(axis=0), *corners.max(axis=0))
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    if not shapely.intersects(extent, shapes).any():
        raise InputError(
            f"{function}: the raster misses every zone. In {grid.crs.to_string()} it reaches over "
            f"{_text(extent.bounds)}, the zones over {_text((west, south, east, north))}. Take a "
            "raster of this place, or check the CRS of both.",
            code="raster.misses",
        )
    ends = grid.positions([west, east], [north, south])
    size = (grid.columns, grid.rows)
    first = np.clip(np.floor(ends.min(axis=0)), 0, np.subtract(size, 1)).astype(int)
    last = np.clip(np.ceil(ends.max(axis=0)), first + 1, size).astype(int)
    cells = int(np.prod(last - first))
    if cells > _MAX_CELLS:
        raise InputError(
            f"{function}: {cells:,} cells lie under the zones, at most {_MAX_CELLS:,} are allowed. "
            "Take a part of the zones, or a coarser raster.",
            code="cost.raster_zones",
            amount=cells,
            limit=_MAX_CELLS,
        )
    return slice(int(first[1]), int(last[1])), slice(int(first[0]), int(last[0]))


def _text(bounds: Sequence[float]) -> str:
    west, south, east, north = (f"{value:,.8g}" for value in bounds)
    return f"x {west} to {east}, y {south} to {north}"
