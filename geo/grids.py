"""The raster that densities are computed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import rioxarray  # noqa: F401  gives arrays their .rio
import xarray as xr
from affine import Affine

from geo.arguments import require_metres
from geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    Floats = NDArray[np.float64]

_MAX_CELLS = 25_000_000  # a raster of 200 MB
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
    require_metres(cell_size_m, "cell_size_m", function=function)
    edges = np.asarray(bounds_m, dtype=float) / cell_size_m
    if not np.isfinite(edges).all():
        raise InputError(
            f"{function}: the extent has bounds {tuple(bounds_m)}. Pass an extent or points that "
            "have geometry.",
            code="own.nothing_located",
        )
    west, south = np.floor(edges[:2] + _ROUNDING_CELLS)
    east, north = np.ceil(edges[2:] - _ROUNDING_CELLS)
    columns, rows = max(int(east - west), 1), max(int(north - south), 1)
    if rows * columns > _MAX_CELLS:
        enough = int(np.ceil(cell_size_m * (rows * columns / _MAX_CELLS) ** 0.5))
        raise InputError(
            f"{function}: {columns:,} × {rows:,} cells of {cell_size_m:g} m are more than the "
            f"{_MAX_CELLS:,} allowed. Take cell_size_m of at least {enough}, or a "
            "smaller extent.",
            code="cost.raster",
            amount=rows * columns,
            limit=_MAX_CELLS,
            size=enough,
        )
    return Raster(
        float(west * cell_size_m), float(north * cell_size_m), rows, columns, float(cell_size_m)
    )


def as_raster(values: Floats, grid: Raster, crs: CRS, *, name: str) -> xr.DataArray:
    """Return the values of the cells as an array that knows where it lies.

    Parameters
    ----------
    values
        Of the cells, row by row.
    grid
        Where their centres are.
    crs
        CRS of these.
    name
        What the values are.
    """
    array = xr.DataArray(values, dims=("y", "x"), coords={"y": grid.y_m, "x": grid.x_m}, name=name)
    # In place: each of these would else copy the whole raster.
    array.rio.write_crs(crs, inplace=True)
    array.rio.write_transform(grid.transform, inplace=True)
    array.rio.write_nodata(np.nan, inplace=True)
    return array
