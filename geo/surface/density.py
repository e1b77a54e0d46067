"""Kernel density: how many points there are around each place, per square kilometre.

The sum over the points is computed as it is written, at every cell centre, with no binning and no
transform (`geo.surface.footprints`), or, where points are very many, by binning and Fourier
transform with a bound on its error (`geo.surface.binned`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np
import rioxarray  # noqa: F401  gives arrays their .rio

from geo.arguments import brief, is_number, require_flag, require_metres, require_one_of
from geo.crs import Frame, measured_in
from geo.doors import door
from geo.errors import InputError
from geo.grids import Raster, as_raster, raster
from geo.locate import Locator
from geo.surface.bandwidths import Bandwidths, abramson, bandwidths_of
from geo.surface.density_inputs import NAME, Inputs, hash_of, inputs_of
from geo.surface.density_raster import Unit, in_words, per_unit
from geo.surface.kernels import Kernel, Shape, shape_of
from geo.surface.limits import (
    nothing_inside,
    require_cells,
    require_few_visits,
    require_reach,
    require_within,
)
from geo.work import slices

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from geo.surface.footprints import Footprints

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Kernel", "Method", "Unit", "kernel_density"]

Method: TypeAlias = Literal["auto", "exact", "binned"]
_METHODS = get_args(Method)

# What the extent of the points is widened by, in bandwidths: 4 leave 0.03 % of a Gaussian outside.
_MARGIN = {"gaussian": 4.0}
# How far a kernel reaches, in bandwidths.
_REACH = {"gaussian": 3.0}
# Cells to be visited up to which the exact sum is taken by itself: about half a second.
_EXACT_VISITS = 1e9
# Centres of cells that are looked up in a study area at once: 100 MB.
_CELLS_AT_ONCE = 2_000_000
# A product of matrices visits this many cells in the time in which a loop visits one.
_VISITS_PER_PRODUCT = 10.0


@door
def kernel_density(
    points: Frame,
    *,
    bandwidth_m: float | str | ArrayLike | pd.Series | None = None,
    cell_size_m: float,
    kernel: Kernel = "quartic",
    decay: float = 0.0,
    weights: str | ArrayLike | pd.Series | None = None,
    adaptive: bool = False,
    extent: Frame | None = None,
    study_area: Frame | None = None,
    edge_correction: bool = True,
    unit: Unit = "per_km2",
    method: Method = "auto",
    tolerance_pct: float = 0.1,
) -> xr.DataArray:
    r"""Density of points on a raster, at the centre of every cell.

    Every point is smeared over its surroundings by a kernel, a bell as wide as the bandwidth, and
    the bells are added up. High values are where many points, or heavy ones, lie close together.
    The bandwidth decides what is seen: short ones show blocks, long ones show districts.

    A point that may lie elsewhere (columns ``accuracy_m`` and ``place_extent``, as
    `geo.distribution` takes them) is spread over where it may lie, and the density is the one to be
    expected: the mean of the maps of all its places. Drop the columns for the density of the points
    as they are drawn.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries of points, projected as `geo.to_metric` says where it is in
        degrees. Rows with no place are left out and counted in ``attrs["points_without_place"]``.
    bandwidth_m
        Radius of the kernel, or standard deviation of the Gaussian, in metres: one number, or one
        for each feature (column name, array, Series). Without one,
        `geo.silverman_bandwidth_m` of the places of all points that weigh anything.
    cell_size_m
        Side of a cell in metres. The lines of the raster lie at whole multiples of it.
    kernel
        Shape of the kernel, see Notes.
    decay
        Height of the triangular kernel at its rim as a part of its peak, 0 (a cone) to 1 (flat).
        Other kernels have none.
    weights
        Column name, or one number of zero or more for each row.
    adaptive
        Whether the bandwidth follows the density, by `geo.abramson_bandwidths_m`;
        ``bandwidth_m`` is then that of the first map.
    extent
        Frame, in the CRS of the points, whose bounds the raster covers. Without one, the points and
        one bandwidth around them (four for the Gaussian).
    study_area
        Polygons, in the CRS of the points, outside of which nothing is looked at: cells whose
        centre is outside are not-a-number, points outside are left out and counted in
        ``attrs["points_outside"]``. Its bounds are the extent.
    edge_correction
        Whether the kernel of each point is divided by the part of it that is inside the study area,
        so that nothing leaks out. Without a study area it means nothing.
    unit
        ``"per_km2"``; ``"count"``: expected number (or weight) in each cell, the density at its
        centre times its area; ``"share"``: that as percent of the sum of all weights taken in.
    method
        ``"exact"``: the sum as it is written. ``"binned"``: points on a lattice and Fourier
        transforms, for millions of points, with a bound on the error. ``"auto"``: the exact sum
        where it takes about half a second at most or binning cannot keep the tolerance. A bandwidth
        for each feature and edge correction are exact only. ``attrs["method"]`` tells which ran.
    tolerance_pct
        What binning may be off by at any cell at most, in percent of the highest value.

    Returns
    -------
    Array ``density`` with dimensions ``y`` (falling) and ``x``; CRS, transform and nodata
    (not-a-number) are written for rioxarray. Its ``attrs`` are

    - ``units`` (``"1/km²"``, ``"1"`` or ``"%"``, with weights what these are in, or the name of
      their column, in place of 1), ``unit`` and ``long_name``,
    - ``kernel``, ``decay`` (of the triangular one), ``bandwidth_m``, ``bandwidth_rule``
      (``"given"``, ``"silverman"`` or ``"per_feature"``), ``adaptive`` and, where bandwidths
      differ, ``bandwidth_min_m``, ``bandwidth_median_m`` and ``bandwidth_max_m``,
    - ``cell_size_m`` and ``edge_correction``,
    - ``crs_used`` and, where the points had to be projected, ``projected_from``,
    - ``method`` and, of binning, the bound ``error_bound`` in the units of the raster and
      ``error_bound_pct`` in percent of its maximum; 0 for the exact sum,
    - ``points`` (that were added up), ``points_unsure`` (of these, spread over where they may
      lie), ``points_without_place``, ``points_outside``, ``weights``
      (column, ``"weight"`` or empty), ``weight_sum`` and ``input_hash`` (of coordinates, weights
      and bandwidths for each feature as they were used).

    Raises
    ------
    InputError
        A size is not positive, a name is not one of those allowed, the weights or bandwidths do not
        fit, there is neither a point nor an extent, there are both an extent and a study area, the
        study area holds no cell centre or but one, no point lies in it or reaches the extent, all
        weights are zero, a bandwidth is so short that its kernel may reach no cell centre, or as
        long as the study area or extent, the raster would have more than 25 million cells, no
        bandwidth follows from the points, or binning cannot keep the tolerance.
    CRSError
        As `geo.to_metric`, or the extent or study area has another CRS than the points.

    Warnings
    --------
    Do not compare maps of different bandwidths or kernels by colour: the
    bandwidth of a Gaussian is its standard deviation, that of the others their whole radius. No
    correction is made at the edge of an extent, nor for water or a border within: pass the land as
    ``study_area``. A density says where points are, not where they are more than people, land or
    chance would explain. Points that stand at the centre of a park show the parks, unless their
    ``place_extent`` is given or the bandwidth is above its size. Silverman's bandwidth is that of
    the points as they are drawn.

    Notes
    -----
    With :math:`d_i` the distance to point :math:`i`, :math:`h_i` its bandwidth in kilometres,
    :math:`k` the profile and :math:`V` its volume, the density is [silverman1986]_

    .. math::

        f(x) = \sum_i \frac{w_i}{V h_i^2}\, k\!\left(\frac{d_i(x)}{h_i}\right)

    ============ =================================== ============================ =================
    kernel       :math:`k(u)`                        :math:`V`                    support
    ============ =================================== ============================ =================
    quartic      :math:`(1-u^2)^2`                   :math:`\pi/3`                :math:`u \le 1`
    triangular   :math:`1-(1-\text{decay})\,u`       :math:`\pi(1+2\,decay)/3`    :math:`u \le 1`
    uniform      :math:`1`                           :math:`\pi`                  :math:`u \le 1`
    triweight    :math:`(1-u^2)^3`                   :math:`\pi/4`                :math:`u \le 1`
    epanechnikov :math:`1-u^2`                       :math:`\pi/2`                :math:`u \le 1`
    gaussian     :math:`e^{-u^2/2}`                  :math:`2\pi`                 :math:`u \le 9`
    ============ =================================== ============================ =================

    A point that may lie elsewhere is 512 points of equal parts of its weight, fewer where more than
    512 points are unsure, laid out evenly over its error or its extent.

    With edge correction :math:`w_i` is divided by :math:`\sum_c a\, k(d_i(c)/h_i) / (V h_i^2)` over
    the cells :math:`c` inside, of area :math:`a` [diggle1985]_: density times area adds up to the
    sum of the weights inside the study area, to rounding.

    Without, on a raster that covers all kernels, it adds up to the sum of the weights as well as
    sums over cell centres can tell. For one point anywhere in its cell they do to 1e-6 from 20
    cells to the bandwidth on with the triweight kernel, 40 with the quartic (7e-6 at 20), 1 with
    the Gaussian and 160 with the Epanechnikov and triangular ones, whose rims are kinks; the
    uniform kernel, which jumps at its rim, is off by 0.2 % at 40. Errors of many points cancel.

    *Binning.* Each point is put on 16 nodes around it with the weights of bicubic interpolation.
    How far the interpolated kernel can be off, at each distance, is looked up over a dense set of
    positions of a point in its cell and raised by 5 % for positions between them, 30 % for kernels
    with a kink at the rim (the most found there are 4 % and 27 %); that, added up over the points
    as they lie, is the bound. The lattice is made finer than the cells, up to 8 times, until the
    tolerance is kept. The uniform kernel, which jumps, cannot be binned.

    *QGIS.* Its heatmap (raw values) is the sum of :math:`w_i k`: our density per km² times
    :math:`V h^2` with :math:`h` in kilometres, for the quartic kernel times :math:`\pi h^2/3`, to
    1e-6 of the maximum for points on corners of cells. Off them QGIS 3.22 mirrors the position of
    each point within its cell north–south, ours follows the sum.

    References
    ----------
    .. [silverman1986] B. W. Silverman, Density Estimation for Statistics and Data Analysis (1986),
       4.2.1.
    .. [diggle1985] P. Diggle, A kernel method for smoothing point process data, Journal of the
       Royal Statistical Society C 34 (1985) 138–147.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> one = gpd.GeoSeries([Point(500_050, 3_100_050)], crs="EPSG:4547")
    >>> density = kernel_density(one, bandwidth_m=1000, cell_size_m=100)
    >>> f"{density.max():.4f} {density.sum() * 0.1**2:.4f} {density.attrs['units']}"  # 3/π
    '0.9549 1.0000 1/km²'
    """
    shape = shape_of(kernel, decay=decay, function=NAME)
    require_flag(adaptive, "adaptive", function=NAME)
    require_flag(edge_correction, "edge_correction", function=NAME)
    require_metres(cell_size_m, "cell_size_m", function=NAME)
    _check_options(unit, method, tolerance_pct, both=extent is not None and study_area is not None)
    inputs = inputs_of(points, weights, extent, study_area)
    bandwidths = bandwidths_of(points, bandwidth_m, inputs.rows, inputs.drawn, shape, function=NAME)
    if bandwidths.rule == "per_feature":
        bandwidths = bandwidths._replace(each_m=bandwidths.each_m[inputs.feature])
    input_hash = hash_of(inputs, weights, bandwidths)
    if adaptive:
        bandwidths = _adapted(bandwidths, inputs, shape)
    require_reach(bandwidths.each_m, cell_size_m, _REACH.get(kernel, 1.0))
    largest_m = float(bandwidths.each_m.max(initial=0.0)) or 1.0
    bounds = inputs.bounds or _bounds(inputs, bandwidths.each_m * _MARGIN.get(kernel, 1.0))
    grid = raster(bounds, cell_size_m=cell_size_m, function=NAME)
    inside = _inside(inputs.polygons, grid)
    require_cells(grid, inside)
    require_within(bandwidths.each_m, inputs.bounds)
    if inputs.placed and not inputs.rows.size:
        raise nothing_inside(inputs.placed)
    corrected = inside is not None and edge_correction
    values, summed = _sum(
        _footprints(inputs, bandwidths.each_m, largest_m, grid, shape),
        grid,
        cell=cell_size_m / largest_m,
        within=inside if corrected else None,
        method=_allowed(method, adaptive or bandwidths.rule == "per_feature", corrected),
        tolerance_pct=tolerance_pct,
    )
    if inputs.placed and not values.any():
        raise nothing_inside(inputs.placed)
    scale = per_unit(unit, grid, inputs.weight_sum, function=NAME)
    values *= scale
    summed["error_bound"] *= scale
    if inside is not None:
        values[~inside] = np.nan
    return as_raster(values, grid, inputs.crs, name="density").assign_attrs(
        in_words(unit, points, weights, kernel, bandwidths, adaptive=adaptive)
        | ({"decay": float(decay)} if kernel == "triangular" else {})
        | {"cell_size_m": float(cell_size_m), "edge_correction": corrected, **summed}
        | measured_in(points.crs, inputs.crs)
        | {
            "points": inputs.rows.size,
            "points_unsure": inputs.unsure,
            "points_without_place": len(points) - inputs.placed,
            "points_outside": inputs.placed - inputs.rows.size,
            "weight_sum": inputs.weight_sum,
            "input_hash": input_hash,
        }
    )


def _check_options(unit: str, method: str, tolerance_pct: float, *, both: bool) -> None:
    for name, value, allowed in (("unit", unit, get_args(Unit)), ("method", method, _METHODS)):
        require_one_of(value, allowed, name, function=NAME)
    if not (is_number(tolerance_pct) and tolerance_pct > 0):
        raise InputError(
            f"{NAME}: tolerance_pct is {brief(tolerance_pct)}. Allowed are numbers above zero; "
            "for no error at all take method='exact'.",
            code="option.positive",
            value=brief(tolerance_pct),
        )
    if both:
        raise InputError(
            f"{NAME}: got an extent and a study area. Pass one: the study area is the extent.",
            code="option.together",
            names=("extent", "study area"),
        )


def _adapted(bandwidths: Bandwidths, inputs: Inputs, shape: Shape) -> Bandwidths:
    if bandwidths.rule == "per_feature":
        raise InputError(
            f"{NAME}: adaptive=True makes a bandwidth for each feature from one, but bandwidth_m "
            "has one for each already. Pass one number, or adaptive=False.",
            code="density.adaptive_each",
        )
    each = abramson(inputs.x_m, inputs.y_m, inputs.weight, bandwidths.base_m, shape)
    return bandwidths._replace(each_m=each)


def _bounds(inputs: Inputs, margin_m: Floats) -> tuple[float, float, float, float]:
    if not inputs.rows.size:
        raise InputError(
            f"{NAME}: no point has a place, and there is no extent. Pass an extent to get "
            "a raster of zeros, or points with geometry.",
            code="own.nothing_located",
        )
    x, y = inputs.x_m, inputs.y_m
    west, south = (x - margin_m).min(), (y - margin_m).min()
    return west, south, (x + margin_m).max(), (y + margin_m).max()


def _inside(polygons: NDArray[Any] | None, grid: Raster) -> NDArray[np.bool_] | None:
    """Cells whose centre is in, or on the border of, the study area."""
    if polygons is None:
        return None
    locator = Locator(polygons, cells=grid.rows * grid.columns)
    inside = np.zeros((grid.rows, grid.columns), dtype=bool)
    for some in slices(grid.rows, _CELLS_AT_ONCE // grid.columns):
        x, y = np.meshgrid(grid.x_m, grid.y_m[some])
        inside[some] = (locator.first(x.ravel(), y.ravel()) >= 0).reshape(x.shape)
    if not inside.any():
        raise InputError(
            f"{NAME}: no centre of a cell of {grid.cell_size_m:g} m lies in the study area. Take "
            "a smaller cell_size_m.",
            code="density.no_cell",
            cell=round(grid.cell_size_m, 3),
        )
    return inside


def _footprints(
    inputs: Inputs, each_m: Floats, largest_m: float, grid: Raster, shape: Shape
) -> Footprints:
    from geo.surface.footprints import Footprints  # noqa: PLC0415  numba takes its time

    # Distances from the corner of the raster are small numbers, which keep their digits.
    return Footprints(
        (inputs.x_m - grid.left_m) / largest_m,
        (inputs.y_m - grid.top_m) / largest_m,
        each_m / largest_m,
        inputs.weight / (shape.volume * (each_m / 1000.0) ** 2),
        shape,
    )


def _allowed(method: Method, differ: bool, corrected: bool) -> Method:  # noqa: FBT001
    if not (differ or corrected):
        return method
    if method == "binned":
        what = "bandwidths that differ are" if differ else "edge correction is"
        raise InputError(
            f"{NAME}: method is 'binned', but {what} exact only. Take method='exact'"
            + ("." if differ else ", or edge_correction=False."),
            code="density.exact_only",
        )
    return "exact"


def _sum(
    points: Footprints,
    grid: Raster,
    *,
    cell: float,
    within: NDArray[np.bool_] | None,
    method: Method,
    tolerance_pct: float,
) -> tuple[Floats, dict[str, Any]]:
    from geo.surface import footprints  # noqa: PLC0415  numba takes its time

    size: dict[str, Any] = {"rows": grid.rows, "columns": grid.columns, "cell": cell}
    visits = footprints.visits(points, **size)
    if points.shape.name == "gaussian":
        visits /= _VISITS_PER_PRODUCT
    if method == "exact":
        require_few_visits(visits)
    if within is not None:
        points = points._replace(weight=points.weight / _masses(points, within, cell))
    if method == "binned" or (method == "auto" and visits > _EXACT_VISITS):
        from geo.surface import binned  # noqa: PLC0415  numba takes its time

        binning = binned.surface(points, **size, tolerance_pct=tolerance_pct)
        if binning.bound_pct <= tolerance_pct:
            bounds = {"error_bound": binning.bound, "error_bound_pct": binning.bound_pct}
            return binning.surface, {"method": "binned", **bounds}
        if method == "binned":
            raise InputError(
                f"{NAME}: binning cannot keep tolerance_pct={tolerance_pct:g} with the "
                f"{points.shape.name} kernel at {1.0 / cell:.3g} cells to the bandwidth: the bound "
                f"reached on the finest lattice is {binning.bound_pct:.3g} %. "
                "Take method='exact' or 'auto', a larger tolerance_pct, a smaller cell_size_m, or "
                "a kernel that ends smoothly (quartic, triweight, gaussian).",
                code="density.tolerance",
                tolerance=tolerance_pct,
                reached=float(f"{binning.bound_pct:.3g}"),
            )
    require_few_visits(visits)
    exact = {"method": "exact", "error_bound": 0.0, "error_bound_pct": 0.0}
    return footprints.surface(points, **size), exact


def _masses(points: Footprints, within: NDArray[np.bool_], cell: float) -> Floats:
    """Part of each kernel that is on cells inside the study area."""
    from geo.surface.footprints import masses  # noqa: PLC0415  numba takes its time

    parts = masses(points, within, cell=cell) * cell**2 / (points.shape.volume * points.reach**2)
    lost = int((parts <= 0).sum())
    if lost:
        raise InputError(
            f"{NAME}: {lost} of {parts.size} points reach no centre of a cell inside the study "
            "area, so that edge correction has nothing to divide by. Take a larger bandwidth_m, a "
            "smaller cell_size_m, or edge_correction=False.",
            code="density.unreached",
            points=lost,
        )
    return parts
