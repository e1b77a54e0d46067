"""How far a kernel should reach: by rule of thumb, or following the density itself."""

from __future__ import annotations

import math
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from geo.arguments import brief, require_metres
from geo.doors import door
from geo.errors import InputError
from geo.points import numbers_of, places, weights_of
from geo.surface.kernels import Kernel, Shape, shape_of
from geo.units import labelled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from geo.crs import Frame

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# The median distance from the centre of a circular normal distribution is √(ln 4) standard
# deviations, the standard distance √2 of them: with this factor both estimate the same.
_MEDIAN_TO_STANDARD = math.sqrt(1.0 / math.log(2.0))

_AT_CENTRE = 1e-9  # distances below this part of the standard distance are rounding


class Bandwidths(NamedTuple):
    """Bandwidths of points, and where they come from.

    Parameters
    ----------
    base_m
        The one bandwidth: as given, by the rule, or the median of those that features have.
    each_m
        Bandwidth of every point; one number for all where they are the same.
    rule
        ``"given"``, ``"silverman"`` or ``"per_feature"``.
    """

    base_m: float
    each_m: Floats
    rule: str


@door
def silverman_bandwidth_m(
    points: Frame,
    *,
    kernel: Kernel = "quartic",
    decay: float = 0.0,
    weights: str | ArrayLike | None = None,
) -> float:
    r"""Bandwidth of a density map by Silverman's spatial rule, robust to outliers.

    How far each point should be smeared so that the map shows the pattern and not its noise: the
    farther the points are spread the more, the more points there are the less. A few points far
    from the others hardly change it.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries of points, projected as `geo.to_metric` says where it is in
        degrees; rows with no place are left out.
    kernel, decay
        As `geo.kernel_density` takes them. The rule is stated for the quartic kernel; any
        other gets the bandwidth at which it smooths as much, that is with the same standard
        deviation.
    weights
        Column name, or one number of zero or more for each row.

    Returns
    -------
    Metres.

    Raises
    ------
    InputError
        There is one point alone, all points are in one place, no weight is above zero, or the
        kernel, decay or weights do not fit.
    CRSError
        As `geo.to_metric`.

    Warnings
    --------
    The rule takes the points for one cloud. Where they form several towns far apart it smooths too
    much: choose the bandwidth by what a planner can act on. Points that stand for areas, at their
    centres, need a bandwidth above the size of those areas, which no rule can know.

    Notes
    -----
    With :math:`SD` the standard distance from the mean centre and :math:`D_m` the median distance
    from it, for the quartic kernel [silverman1986]_ [esri_kernel_density]_

    .. math::

        h = 0.9 \min\left(SD, \sqrt{1 / \ln 2}\; D_m\right) n^{-1/5}

    With weights the centre and both distances are weighted ones, and :math:`n = (\sum w)^2 / \sum
    w^2`, the number of equal points that would tell as much [kish1965]_. The sum of the weights
    would not do: the bandwidth must not change with the unit that they are in. Where more than half
    of all points are exactly at the centre, :math:`D_m` is 0 and :math:`SD` is taken. A kernel of
    variance :math:`\sigma^2` along one axis, at bandwidth 1, gets :math:`h \sqrt{1/8} / \sigma`.

    References
    ----------
    .. [silverman1986] B. W. Silverman, Density Estimation for Statistics and Data Analysis (1986),
       3.4.2.
    .. [esri_kernel_density] Esri, How Kernel Density works, ArcGIS Pro documentation.
    .. [kish1965] L. Kish, Survey Sampling (1965).

    Examples
    --------
    Four points 1 km from their centre: both distances tell 1 km, the smaller counts.

    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> places = [Point(5e5 + x, 31e5 + y) for x, y in [(1e3, 0), (-1e3, 0), (0, 1e3), (0, -1e3)]]
    >>> round(silverman_bandwidth_m(gpd.GeoSeries(places, crs=4547)), 3)  # 900 · 4^(−1/5)
    682.072
    """
    function = "silverman_bandwidth_m"
    shape = shape_of(kernel, decay=decay, function=function)
    point_places = places(points, function=function)
    weight = weights_of(points, weights, function=function)[point_places.rows]
    return silverman(point_places.x_m, point_places.y_m, weight, shape, function=function)


@door
def abramson_bandwidths_m(
    points: Frame,
    *,
    bandwidth_m: float | None = None,
    kernel: Kernel = "quartic",
    decay: float = 0.0,
    weights: str | ArrayLike | None = None,
) -> pd.Series:
    r"""Bandwidth of every point by Abramson's rule: short where points are dense, else long.

    A first map with one bandwidth tells how dense it is at each point. The second map can then show
    the streets of a dense core, and stays smooth in the outskirts.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries of points, projected as `geo.to_metric` says where it is in
        degrees.
    bandwidth_m
        Bandwidth of the first map in metres, which is also the geometric mean of the result;
        without one, that of `silverman_bandwidth_m`.
    kernel, decay, weights
        As `geo.kernel_density` takes them. A point of weight zero keeps ``bandwidth_m``.

    Returns
    -------
    Series ``bandwidth_m`` in metres under the index of the input; not-a-number where there is no
    place.

    Raises
    ------
    InputError
        The bandwidth is not positive, or as `silverman_bandwidth_m`.
    CRSError
        As `geo.to_metric`.

    Warnings
    --------
    Points in one place, such as all tenants of one building, make each other dense: their bandwidth
    may fall below the accuracy of the places, or below the cells of a raster, which then misses
    them. Look at the smallest value.

    Notes
    -----
    With :math:`f` the density of the first map and :math:`g` its (weighted) geometric mean at the
    points [abramson1982]_

    .. math::

        h_i = h \, \left(f(p_i) / g\right)^{-1/2}, \qquad
        \ln g = \frac{\sum_i w_i \ln f(p_i)}{\sum_i w_i}

    References
    ----------
    .. [abramson1982] I. S. Abramson, On bandwidth variation in kernel estimates – a square root
       law, The Annals of Statistics 10 (1982) 1217–1223.

    Examples
    --------
    Two points in one place and one far away: densities 2 : 2 : 1, so bandwidths 1 : 1 : √2.

    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> places = [Point(5e5, 31e5), Point(5e5, 31e5), Point(6e5, 31e5)]
    >>> found = abramson_bandwidths_m(gpd.GeoSeries(places, crs=4547), bandwidth_m=1000)
    >>> (found / found[0]).round(3).tolist()
    [1.0, 1.0, 1.414]
    """
    function = "abramson_bandwidths_m"
    shape = shape_of(kernel, decay=decay, function=function)
    point_places = places(points, function=function)
    weight = weights_of(points, weights, function=function)[point_places.rows]
    base = bandwidths_of(
        points,
        bandwidth_m,
        point_places.rows,
        (point_places.x_m, point_places.y_m, weight),
        shape,
        function=function,
    )
    if base.rule == "per_feature":
        raise InputError(
            f"{function}: bandwidth_m has a number for each feature. Pass one number.",
            code="caller.argument",
            function=function,
        )
    each = np.full(len(points), np.nan)
    each[point_places.rows] = abramson(
        point_places.x_m, point_places.y_m, weight, base.base_m, shape
    )
    return labelled(pd.Series(each, index=points.index, name="bandwidth_m"))


def bandwidths_of(
    points: Frame,
    bandwidth_m: float | str | ArrayLike | pd.Series | None,
    rows: Ints,
    placed: tuple[Floats, Floats, Floats],
    shape: Shape,
    *,
    function: str,
) -> Bandwidths:
    """Take the bandwidth in whatever way it is given.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries.
    bandwidth_m
        One number, a column name, one number for each row, or nothing.
    rows
        Positions of the rows that take part: only their bandwidths must be right.
    placed
        Eastings, northings and weights of these rows.
    shape
        The kernel.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        A bandwidth is not positive, their number does not fit, or as `silverman_bandwidth_m`.
    """
    if bandwidth_m is None:
        x, y, weight = placed
        # One heavy point would draw the centre to itself and shrink the bandwidth of all.
        base = silverman(x, y, (weight > 0).astype(float), shape, function=function)
        return Bandwidths(base, np.array([base]), "silverman")
    if not isinstance(bandwidth_m, str) and np.ndim(bandwidth_m) == 0:
        value = _number(bandwidth_m, function)
        return Bandwidths(value, np.array([value]), "given")
    advice = "Pass one number, or one for each."
    metres = numbers_of(points, bandwidth_m, what="bandwidths", advice=advice, function=function)
    each = metres[rows]
    wrong = ~(np.isfinite(each) & (each > 0))
    if wrong.any():
        raise InputError(
            f"{function}: {int(wrong.sum())} of {each.size} bandwidths are zero, negative, missing "
            f"or infinite, the first is {each[wrong][0]}. Allowed are positive numbers of metres.",
            code="density.bandwidths",
            rows=int(wrong.sum()),
            first=float(each[wrong][0]),
        )
    return Bandwidths(float(np.median(each)) if each.size else math.nan, each, "per_feature")


def _number(bandwidth_m: object, function: str) -> float:
    number: Any = bandwidth_m
    if not isinstance(number, Real):
        raise InputError(
            f"{function}: bandwidth_m is {brief(bandwidth_m)}. Pass a number of metres, a column "
            "name or one number for each point.",
            code="caller.argument",
            function=function,
        )
    require_metres(number, "bandwidth_m", function=function)
    return float(number)


def silverman(x: Floats, y: Floats, weight: Floats, shape: Shape, *, function: str) -> float:
    """`silverman_bandwidth_m` of coordinates.

    Parameters
    ----------
    x, y
        Eastings and northings in metres.
    weight
        Weight of each point.
    shape
        The kernel.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        As `silverman_bandwidth_m`.
    """
    x, y, weight = x[weight > 0], y[weight > 0], weight[weight > 0]
    if not weight.size:
        raise InputError(
            f"{function}: no point has a place and a weight above zero, so that there is no rule "
            "for a bandwidth. Pass points, or bandwidth_m and an extent.",
            code="own.nothing_located",
        )
    if x.min() == x.max() and y.min() == y.max():
        what = "there is one point alone" if x.size == 1 else "all points are in one place"
        raise InputError(
            f"{function}: {what}, so that no bandwidth follows from how they are spread. Pass "
            "bandwidth_m, in metres.",
            code="density.one_place",
        )
    part = weight / weight.sum()
    # From the first point: squares of seven-digit numbers would lose half of their digits.
    x, y = x - x[0], y - y[0]
    square = (x - x @ part) ** 2 + (y - y @ part) ** 2
    spread = math.sqrt(float(square @ part))
    median = _weighted_median(np.sqrt(square), part) * _MEDIAN_TO_STANDARD
    number = 1.0 / float(part @ part)
    quartic = (
        0.9
        * (min(spread, median) if median > _AT_CENTRE * spread else spread)
        / math.pow(number, 0.2)
    )
    return quartic * math.sqrt(shape_of("quartic").variance / shape.variance)


def _weighted_median(values: Floats, part: Floats) -> float:
    """Value that half of the weight is below; the mean of two where it lies between them."""
    order = np.argsort(values)
    at = np.searchsorted(np.cumsum(part[order]), [0.5 - 1e-12, 0.5 + 1e-12])
    return float(values[order[at]].mean())


def abramson(x: Floats, y: Floats, weight: Floats, base_m: float, shape: Shape) -> Floats:
    """`abramson_bandwidths_m` of coordinates.

    Parameters
    ----------
    x, y
        Eastings and northings in metres.
    weight
        Weight of each point.
    base_m
        Bandwidth of the first map.
    shape
        The kernel.
    """
    from geo.surface.footprints import Footprints, sums_at_points  # noqa: PLC0415  numba takes its time

    counts = weight > 0
    each = np.full(x.size, base_m)
    if not counts.any():
        return each
    x, y, weight = x[counts], y[counts], weight[counts]
    scaled = (x - x.min()) / base_m, (y - y.min()) / base_m
    pilot = sums_at_points(Footprints(*scaled, np.ones(x.size), weight, shape))
    logarithm = np.log(pilot)
    each[counts] = base_m * np.exp(-0.5 * (logarithm - logarithm @ weight / weight.sum()))
    return each
