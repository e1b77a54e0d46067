"""Kernel density: how many points there are around each place, per square kilometre.

The sum over the points is computed as it is written, at every cell centre, with no binning and no
transform. Kernels of bounded support cost only the cells in reach of each point: the loop over them
is compiled (by numba, kept on disk after the first call on a machine) and laid out so that the
processor works on several cells at a time. The Gaussian kernel is separable and becomes products of
matrices.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
import rioxarray  # noqa: F401  gives arrays their .rio
import xarray as xr

from geo.crs import Frame, require_same_crs, to_metric
from geo.errors import InputError
from geo.grids import Raster, raster, require_positive
from geo.points import located, weights_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Kernel: TypeAlias = Literal["gaussian", "quartic", "epanechnikov", "triangular", "uniform"]

# Where a Gaussian is cut: exp(−9²/2) is 3e-18 of its peak, below the rounding of the sum.
_GAUSSIAN_REACH = 9.0
# What the extent of the points is widened by, in bandwidths: 4 leave 0.03 % of a Gaussian outside.
_MARGIN = {"gaussian": 4.0}
_POINTS_PER_PRODUCT = 1024
_MAX_THREADS = 8
# Cells to be visited below which a second thread costs more than it gives.
_WORTH_A_THREAD = 2_000_000


def kernel_density(
    points: Frame,
    *,
    bandwidth_m: float,
    cell_size_m: float,
    kernel: Kernel = "quartic",
    weights: str | ArrayLike | None = None,
    extent: Frame | None = None,
) -> xr.DataArray:
    r"""Density of points on a raster, exact at the centre of every cell.

    With :math:`u` the distance in bandwidths and :math:`h` the bandwidth in kilometres, the density
    is :math:`\sum_i w_i K(u_i) / h^2` with [silverman1986]_

    ============ =========================== ==================
    kernel       :math:`K(u)`                support
    ============ =========================== ==================
    quartic      :math:`3/\pi\,(1-u^2)^2`    :math:`u \le 1`
    epanechnikov :math:`2/\pi\,(1-u^2)`      :math:`u \le 1`
    triangular   :math:`3/\pi\,(1-u)`        :math:`u \le 1`
    uniform      :math:`1/\pi`               :math:`u \le 1`
    gaussian     :math:`e^{-u^2/2} / (2\pi)` cut at :math:`u = 9`
    ============ =========================== ==================

    Each kernel holds one point, so that density times area adds up to the number of points, or to
    the sum of the weights, where the raster covers all kernels. No correction is made at the edge
    of the extent, nor for water or borders. Maps of different bandwidths or kernels must not be
    compared by colour: the bandwidth of a Gaussian is its standard deviation, that of the others
    their whole radius.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries of points, projected as `geo.crs.to_metric` says where it is in
        degrees. Rows with no place are left out and counted in ``attrs["points_without_place"]``.
    bandwidth_m
        Radius of the kernel, or standard deviation of the Gaussian, in metres.
    cell_size_m
        Side of a cell in metres. The lines of the raster lie at whole multiples of it.
    kernel
        Shape of the kernel.
    weights
        Column name, or one number of zero or more for each row.
    extent
        Frame, in the CRS of the points, whose bounds the raster covers. Without one, the points and
        one bandwidth around them (four for the Gaussian).

    Returns
    -------
    Array ``density`` with dimensions ``y`` (falling) and ``x``; CRS, transform and nodata
    (not-a-number) are written for rioxarray. Its ``attrs`` are ``units`` (``"1/km²"``, with weights
    their column in place of 1), ``long_name``, ``kernel``, ``bandwidth_m``, ``cell_size_m``,
    ``points``, ``points_without_place`` and ``weight_sum``.

    Raises
    ------
    InputError
        A size is not positive, the kernel has no such name, the weights do not fit, there is
        neither a point nor an extent, or the raster would have more than 25 million cells.
    CRSError
        As `geo.crs.to_metric`, or the extent has another CRS than the points.

    References
    ----------
    .. [silverman1986] B. W. Silverman, Density Estimation for Statistics and Data Analysis (1986),
    4.2.1.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> one = gpd.GeoSeries([Point(500_050, 3_100_050)], crs="EPSG:4547")
    >>> density = kernel_density(one, bandwidth_m=1000, cell_size_m=100)
    >>> f"{density.max():.4f} {density.sum() * 0.1**2:.4f} {density.attrs['units']}"  # 3/π
    '0.9549 1.0000 1/km²'
    """
    require_positive(bandwidth_m, "bandwidth_m", function="kernel_density")
    if kernel not in get_args(Kernel):
        raise InputError(
            f"kernel_density: kernel is {kernel!r}. Allowed are {', '.join(get_args(Kernel))}."
        )
    if extent is not None:
        require_same_crs(points, extent, function="kernel_density")
    metric = to_metric(points, function="kernel_density")
    xy, rows = located(metric, function="kernel_density")
    weight = weights_of(points, weights, function="kernel_density")[rows]
    grid = raster(
        _bounds(xy, bandwidth_m * _MARGIN.get(kernel, 1.0), extent, metric),
        cell_size_m=cell_size_m,
        function="kernel_density",
    )
    # Distances in bandwidths from the corner of the raster: small numbers keep their digits.
    x, y = ((xy - (grid.left_m, grid.top_m)) / bandwidth_m).T
    step = cell_size_m / bandwidth_m
    x_cells: Floats = (np.arange(grid.columns, dtype=float) + 0.5) * step
    y_cells: Floats = (np.arange(grid.rows, dtype=float) + 0.5) * -step
    add_up = _gaussian if kernel == "gaussian" else partial(_bounded, kernel=kernel)
    density = add_up(x, y, weight / (bandwidth_m / 1000.0) ** 2, x_cells, y_cells)
    unit = "1" if weights is None else weights if isinstance(weights, str) else "weight"
    return _as_raster(density, grid, metric.crs).assign_attrs(
        units=f"{unit}/km²",
        long_name=f"{kernel} kernel density, bandwidth {bandwidth_m:g} m",
        kernel=kernel,
        bandwidth_m=float(bandwidth_m),
        cell_size_m=float(cell_size_m),
        points=len(rows),
        points_without_place=len(points) - len(rows),
        weight_sum=float(weight.sum()),
    )


def _bounds(
    xy: Floats, margin_m: float, extent: Frame | None, metric: Frame
) -> tuple[float, float, float, float]:
    if extent is not None:
        west, south, east, north = extent.geometry.to_crs(metric.crs).total_bounds.tolist()
        return west, south, east, north
    if not len(xy):
        raise InputError(
            "kernel_density: no point has a place, and there is no extent. Pass an extent to get "
            "a raster of zeros, or points with geometry."
        )
    west, south = (xy.min(axis=0) - margin_m).tolist()
    east, north = (xy.max(axis=0) + margin_m).tolist()
    return west, south, east, north


def _as_raster(values: Floats, grid: Raster, crs: object) -> xr.DataArray:
    array = xr.DataArray(
        values, dims=("y", "x"), coords={"y": grid.y_m, "x": grid.x_m}, name="density"
    )
    array = array.rio.write_crs(crs).rio.write_transform(grid.transform)
    written: xr.DataArray = array.rio.write_nodata(np.nan)
    return written


def _bounded(
    x: Floats, y: Floats, weight: Floats, x_cells: Floats, y_cells: Floats, *, kernel: str
) -> Floats:
    """Sum a kernel of support 1 at the cell centres; ``x_cells`` rises, ``y_cells`` falls."""
    from geo.footprints import KINDS, LANES, add_rows  # noqa: PLC0415  compiles, so only when needed

    order = np.argsort(y, kind="stable")
    factor = {"quartic": 3.0, "epanechnikov": 2.0, "triangular": 3.0, "uniform": 1.0}[kernel]
    step = x_cells[0] * 2.0
    # The compiled loop visits whole groups of cells: it may run past the last column into these.
    padded = np.concatenate([x_cells, x_cells[-1] + step * np.arange(1, LANES + 1)])
    out = np.zeros((y_cells.size, padded.size))
    x, y, scaled = x[order], y[order], weight[order] * (factor / np.pi)

    def add_band(band: tuple[int, int]) -> None:
        add_rows(x, y, scaled, padded, y_cells, KINDS[kernel], *band, out)

    visits = x.size * min(4.0 / step**2, out.size)
    threads = int(min(os.cpu_count() or 1, _MAX_THREADS, 1 + visits // _WORTH_A_THREAD))
    # Each row is summed by one thread in one order: the result does not depend on their number.
    edges = np.linspace(0, y_cells.size, 1 + (threads * 8 if threads > 1 else 1), dtype=int)
    bands = list(pairwise(edges.tolist()))
    if threads == 1:
        add_band(bands[0])
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(add_band, bands))
    return np.ascontiguousarray(out[:, : x_cells.size])


def _gaussian(x: Floats, y: Floats, weight: Floats, x_cells: Floats, y_cells: Floats) -> Floats:
    """Sum exp(−u²/2)/2π at the cell centres, tile of points by tile of points."""
    out = np.zeros((y_cells.size, x_cells.size))
    strip = np.floor(y / _GAUSSIAN_REACH)
    order = np.lexsort((x, strip))
    for start in range(0, order.size, _POINTS_PER_PRODUCT):
        tile = order[start : start + _POINTS_PER_PRODUCT]
        x_t, y_t = x[tile], y[tile]
        columns = _within(x_cells, x_t)
        rows = _within(-y_cells, -y_t)
        across = np.exp(-0.5 * (x_cells[columns] - x_t[:, None]) ** 2)
        up = np.exp(-0.5 * (y_cells[rows, None] - y_t) ** 2)
        out[rows, columns] += (up * (weight[tile] / (2.0 * np.pi))) @ across
    return out


def _within(cells: Floats, at: Floats) -> slice:
    """Rising ``cells`` that a Gaussian from any of ``at`` reaches."""
    reach = at.min() - _GAUSSIAN_REACH, at.max() + _GAUSSIAN_REACH
    return slice(*np.searchsorted(cells, reach).tolist())
