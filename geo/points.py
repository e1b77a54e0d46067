"""What the methods take from a frame of points: coordinates, and weights that can be added up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import GeometryType

from geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from geo.crs import Frame

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


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
    placed = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    other = placed & (shapely.get_type_id(geometry) != GeometryType.POINT)
    if other.any():
        kind = geometry[other][0].geom_type
        raise InputError(
            f"{function}: {int(other.sum())} of {len(geometry)} geometries are no points, the "
            f"first is a {kind}. Take .representative_point() of areas, .explode() multipoints."
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
    values: Any = weights
    if isinstance(weights, str):
        columns = list(points.columns) if isinstance(points, gpd.GeoDataFrame) else []
        if weights not in columns:
            raise InputError(
                f"{function}: there is no column {weights!r} for the weights. "
                f"The columns are {', '.join(map(str, columns)) or 'none'}."
            )
        values = points[weights]
    elif isinstance(weights, pd.Series) and not weights.index.equals(points.index):
        raise InputError(
            f"{function}: the weights have another index than the points. Call "
            ".reindex(points.index) on them, or pass .to_numpy() if the order is the same."
        )
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"{function}: the weights are not all numbers ({error}).") from error
    if array.shape != (len(points),):
        raise InputError(
            f"{function}: the weights have shape {array.shape}, but there are {len(points)} "
            "points. Pass one weight for each."
        )
    wrong = ~(np.isfinite(array) & (array >= 0))
    if wrong.any():
        raise InputError(
            f"{function}: {int(wrong.sum())} of {len(array)} weights are negative, missing or "
            f"infinite, the first is {array[wrong][0]}. Allowed are finite numbers of zero or "
            "more: drop those rows, or fill them with .fillna(0)."
        )
    return array
