"""What the methods take from a frame of points: coordinates, and weights that can be added up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import GeometryType

from geo.crs import metric_crs, stated_crs
from geo.errors import InputError
from geo.plausibility import require_coordinates
from geo.transformations import transformed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS

    from geo.crs import Frame

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Geometries below which a second thread costs more than it gives.
_WORTH_A_THREAD = 50_000
# Sums and squares of larger ones leave the numbers that a computer has.
_LARGEST_WEIGHT = 1e100


class Places(NamedTuple):
    """Where points are, in metres.

    Parameters
    ----------
    x_m, y_m
        Eastings and northings of the points that have a place.
    rows
        Positions of their rows.
    crs
        What the coordinates are in.
    stated
        What the frame is in; another one where that had to be projected.
    """

    x_m: Floats
    y_m: Floats
    rows: Ints
    crs: CRS
    stated: CRS


def places(points: Frame, *, function: str = "places") -> Places:
    """Coordinates in metres of the points that have a place, through the gate of `geo.crs`.

    The same as `geo.to_metric` and `located`, with every geometry read once and none made.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries of points; missing and empty geometries have no place.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError, CRSError
        As `geo.to_metric` and `located`.

    Examples
    --------
    >>> from shapely import Point
    >>> found = places(gpd.GeoSeries([Point(114, 28), None], crs=4490))
    >>> found.crs.to_epsg(), found.x_m.round().tolist(), found.rows.tolist()
    (4547, [500000.0], [0])
    """
    stated = stated_crs(points, function=function)
    xy, rows = located(points, function=function)
    x, y = np.ascontiguousarray(xy.T)
    bounds = require_coordinates(x, y, stated, function=function)
    crs = metric_crs(stated, bounds, function=function)
    x, y = transformed(x, y, stated, crs, function=function)
    return Places(x, y, rows, crs, stated)


def _of_all(geometry: NDArray[Any]) -> tuple[Floats, Floats] | None:
    """Coordinates where everything is a point with a place, which is soon found out."""
    readers = (shapely.get_x, shapely.get_y)
    try:
        if len(geometry) < _WORTH_A_THREAD:
            x, y = (read(geometry) for read in readers)
        else:
            with ThreadPoolExecutor(len(readers)) as pool:
                x, y = pool.map(lambda read: read(geometry), readers)
    except shapely.GEOSException:  # an empty point has no x
        return None
    # Nor has anything that is missing or no point: that gives not-a-number.
    return (x, y) if np.isfinite(x).all() and np.isfinite(y).all() else None


def located(points: Frame, *, function: str = "located") -> tuple[Floats, Ints]:
    """Coordinates of the points that have a place.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries of points; missing and empty geometries have no place.
    function
        Name that messages begin with: the function that was called.

    Returns
    -------
    Coordinates of shape (n, 2) in the CRS of the points, and the n positions of their rows.

    Raises
    ------
    InputError
        A geometry is something else than a point.

    Examples
    --------
    >>> from shapely import Point
    >>> located(gpd.GeoSeries([Point(1, 2), None, Point(3, 4)]))[1].tolist()
    [0, 2]
    """
    geometry: NDArray[Any] = points.geometry.to_numpy()
    quick = _of_all(geometry)
    if quick is not None:
        return np.array(quick).T, np.arange(len(geometry))
    placed = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    other = placed & (shapely.get_type_id(geometry) != GeometryType.POINT)
    if other.any():
        kind = geometry[other][0].geom_type
        raise InputError(
            f"{function}: {int(other.sum())} of {len(geometry)} geometries are no points, the "
            f"first is a {kind}. Take .representative_point() of areas, .explode() multipoints.",
            code="points.not_points",
            rows=int(other.sum()),
            total=len(geometry),
        )
    return shapely.get_coordinates(geometry[placed]), np.flatnonzero(placed)


def weights_of(
    points: Frame, weights: str | ArrayLike | pd.Series | None, *, function: str = "weights_of"
) -> Floats:
    """Weight of every row, one where none are given.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries.
    weights
        Name of a column, numbers in the order of the rows, a Series with the same index, or
        nothing.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        There is no such column, the lengths differ, or a weight is negative, missing or infinite.

    Examples
    --------
    >>> weights_of(gpd.GeoSeries([None, None]), [1, 2]).tolist()
    [1.0, 2.0]
    """
    if weights is None:
        return np.ones(len(points))
    array = numbers_of(
        points, weights, what="weights", advice="Pass one weight for each.", function=function
    )
    wrong = ~((array >= 0) & (array <= _LARGEST_WEIGHT))
    if wrong.any():
        raise InputError(
            f"{function}: {int(wrong.sum())} of {len(array)} weights are negative, missing or "
            f"infinite (above {_LARGEST_WEIGHT:g}), the first is "
            f"{array[wrong][0]}. Allowed are finite numbers of zero or more: drop those "
            "rows, or fill them with .fillna(0).",
            code="values.negative",
            rows=int(wrong.sum()),
            first=float(array[wrong][0]),
        )
    return array


def values_of(
    points: Frame, values: str | ArrayLike | pd.Series, *, what: str, function: str
) -> Any:  # noqa: ANN401  what a column or an array may hold
    """Take the column that is named, or what was passed, if it goes with the rows.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries.
    values
        Name of a column, or one value for each row.
    what
        What they are, in the plural.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        There is no such column, or a Series has another index.
    """
    if isinstance(values, str):
        columns = list(points.columns) if isinstance(points, gpd.GeoDataFrame) else []
        if columns.count(values) != 1:
            raise InputError(
                f"{function}: there is no column {values!r} for the {what}. "
                f"The columns are {', '.join(map(str, columns)) or 'none'}.",
                code="option.column",
                column=str(values),
                columns=columns,
            )
        return points[values]
    if isinstance(values, pd.Series) and not values.index.equals(points.index):
        raise InputError(
            f"{function}: the {what} have another index than the points. Call "
            ".reindex(points.index) on them, or pass .to_numpy() if the order is the same.",
            code="caller.lengths",
            function=function,
        )
    return values


def numbers_of(
    points: Frame, values: str | ArrayLike | pd.Series, *, what: str, advice: str, function: str
) -> Floats:
    """Take one number for each row, as `values_of` takes values.

    Parameters
    ----------
    points, values, what, function
        As in `values_of`.
    advice
        What to do where there are more or fewer numbers than rows.

    Raises
    ------
    InputError
        As `values_of`, or they are not all numbers, or not one for each row.
    """
    unchecked = values_of(points, values, what=what, function=function)
    if getattr(np.asarray(unchecked).dtype, "kind", "") in "mM":
        raise InputError(f"{function}: the {what} are dates or times.", code="values.text")
    try:
        array = np.asarray(unchecked, dtype=complex if np.iscomplexobj(unchecked) else float)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"{function}: the {what} are not all numbers ({error}).", code="values.text"
        ) from error
    if np.iscomplexobj(array):
        raise InputError(
            f"{function}: the {what} are complex numbers. Pass real ones.",
            code="caller.argument",
            function=function,
        )
    if array.shape != (len(points),):
        raise InputError(
            f"{function}: the {what} have shape {array.shape}, but there are {len(points)} "
            f"points. {advice}",
            code="caller.lengths",
            function=function,
        )
    return array
