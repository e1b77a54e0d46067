"""Grids over a place: hexagons to count in, and the raster that densities are computed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine

from geo.crs import Frame, to_metric
from geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_MAX_CELLS = 25_000_000  # a raster of 200 MB
_MAX_HEXAGONS = 1_000_000
_ROUNDING_CELLS = 1e-9


@dataclass(frozen=True, slots=True)
class Raster:
    """A north-up raster whose lines are at whole multiples of its cell size.

    Rasters of one cell size in one CRS therefore lie exactly on each other, whatever they cover.

    Parameters
    ----------
    left_m, top_m
        Outer edges of the north-western cell.
    rows, columns
        Number of cells.
    cell_size_m
        Side of a cell.
    """

    left_m: float
    top_m: float
    rows: int
    columns: int
    cell_size_m: float

    @property
    def x_m(self) -> Floats:
        """Eastings of the cell centres, rising."""
        first = float(round(self.left_m / self.cell_size_m))
        return (first + np.arange(self.columns, dtype=float) + 0.5) * self.cell_size_m

    @property
    def y_m(self) -> Floats:
        """Northings of the cell centres, falling."""
        first = float(round(self.top_m / self.cell_size_m))
        return (first - np.arange(self.rows, dtype=float) - 0.5) * self.cell_size_m

    @property
    def transform(self) -> Affine:
        """Affine transform from (column, row) to the corner of that cell."""
        return Affine(self.cell_size_m, 0.0, self.left_m, 0.0, -self.cell_size_m, self.top_m)


def raster(
    bounds_m: tuple[float, float, float, float], *, cell_size_m: float, function: str = "raster"
) -> Raster:
    """Lay a raster over a rectangle.

    Parameters
    ----------
    bounds_m
        West, south, east and north edge; the raster reaches outward to whole cells.
    cell_size_m
        Side of a cell.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        The cell size is not positive, the bounds are not finite, or there would be more than 25
        million cells.

    Examples
    --------
    >>> grid = raster((10, 10, 290, 190), cell_size_m=100)
    >>> grid.rows, grid.columns, grid.x_m.tolist(), grid.y_m.tolist()
    (2, 3, [50.0, 150.0, 250.0], [150.0, 50.0])
    """
    require_positive(cell_size_m, "cell_size_m", function=function)
    edges = np.asarray(bounds_m, dtype=float) / cell_size_m
    if not np.isfinite(edges).all():
        raise InputError(
            f"{function}: the extent has bounds {tuple(bounds_m)}. Pass an extent or points that "
            "have geometry."
        )
    west, south = np.floor(edges[:2] + _ROUNDING_CELLS)
    east, north = np.ceil(edges[2:] - _ROUNDING_CELLS)
    columns, rows = max(int(east - west), 1), max(int(north - south), 1)
    if rows * columns > _MAX_CELLS:
        enough = cell_size_m * (rows * columns / _MAX_CELLS) ** 0.5
        raise InputError(
            f"{function}: {columns:,} × {rows:,} cells of {cell_size_m:g} m are more than the "
            f"{_MAX_CELLS:,} allowed. Take cell_size_m of at least {np.ceil(enough):g}, or a "
            "smaller extent."
        )
    return Raster(
        float(west * cell_size_m), float(north * cell_size_m), rows, columns, float(cell_size_m)
    )


def hexagons(extent: Frame, *, size_m: float) -> gpd.GeoDataFrame:
    """Cover an extent with regular hexagons.

    The lattice is anchored at the origin of the CRS: hexagons of one size always coincide, and
    neighbours share their corners exactly.

    Parameters
    ----------
    extent
        GeoDataFrame or GeoSeries; projected as `geo.crs.to_metric` says where it is in degrees.
    size_m
        Distance between two opposite sides, which run north–south; also the distance between the
        centres of neighbours.

    Returns
    -------
    Whole hexagons that touch the extent, from south to north and west to east, in the metric CRS.
    Columns ``id`` (column and row in the lattice), ``area_km2`` (all √3/2 · size²), ``geometry``.

    Raises
    ------
    InputError
        The size is not positive, the extent has no geometry, or more than a million hexagons would
        be needed.
    CRSError
        As `geo.crs.to_metric`.

    Examples
    --------
    >>> from shapely import Point
    >>> cells = hexagons(gpd.GeoSeries([Point(500000, 3100000)], crs=4547), size_m=1000)
    >>> len(cells), cells["area_km2"].round(4).tolist()  # √3/2
    (1, [0.866])
    """
    require_positive(size_m, "size_m", function="hexagons")
    metric = to_metric(extent, function="hexagons").geometry
    west, south, east, north = metric.total_bounds
    if np.isnan(west):
        raise InputError("hexagons: the extent has no geometry. Pass one that has.")
    half = size_m / 2  # columns of corners and centres are this far apart
    quarter = size_m / 12**0.5  # and their rows this far: half a side
    rows = np.arange(np.floor(south / quarter / 3) - 1, np.ceil(north / quarter / 3) + 2)
    columns = np.arange(np.floor(west / size_m) - 1, np.ceil(east / size_m) + 2)
    if rows.size * columns.size > _MAX_HEXAGONS:
        raise InputError(
            f"hexagons: {rows.size * columns.size:,} hexagons of {size_m:g} m are more than the "
            f"{_MAX_HEXAGONS:,} allowed. Take a larger size_m or a smaller extent."
        )
    row, column = (grid.ravel() for grid in np.meshgrid(rows, columns, indexing="ij"))
    # Whole numbers of half-widths and half-sides, so that shared corners come out as the same
    # floats.
    centre_x, centre_y = 2 * column + row % 2, 3 * row
    x = (centre_x[:, None] + np.array([0, 1, 1, 0, -1, -1])) * half
    y = (centre_y[:, None] + np.array([2, 1, -1, -2, -1, 1])) * quarter
    cells = np.asarray(shapely.polygons(np.stack([x, y], axis=2)))
    area = shapely.union_all(metric.to_numpy())
    shapely.prepare(area)
    touched = shapely.intersects(area, cells)
    names = [f"{int(c)}_{int(r)}" for c, r in zip(column[touched], row[touched], strict=True)]
    return gpd.GeoDataFrame(
        {"id": names, "area_km2": 3**0.5 / 2 * size_m**2 / 1e6},
        geometry=cells[touched],
        crs=metric.crs,
    )


def require_positive(value: float, name: str, *, function: str) -> None:
    """Refuse a size that is not a positive finite number.

    Parameters
    ----------
    value
        The argument.
    name
        What the argument is called.
    function
        Name that the message begins with: the function that was called.

    Raises
    ------
    InputError
        It is zero, negative, infinite or not-a-number.
    """
    if not (np.isfinite(value) and value > 0):
        raise InputError(
            f"{function}: {name} is {value!r}. Allowed are positive numbers of metres."
        )
