"""Points that may lie elsewhere: how exactly each is known, and the zones it counts in then.

A point that carries ``accuracy_m`` may lie elsewhere: its error is normal, with this standard
deviation in metres along each axis and no preferred direction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import Frame, moved, to_metric
from geo.errors import InputError
from geo.locate import Locator
from geo.points import located
from geo.zones import repeated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

ACCURACY = "accuracy_m"
# A place that is known no better than this is not known.
_LARGEST_ACCURACY_M = 1e6
_MAX_CELLS = 250_000


class Unsure(NamedTuple):
    """The points that may lie elsewhere, in metres, and the zones to look them up in.

    Parameters
    ----------
    xy
        Coordinates of shape (n, 2) in metres.
    sigma_m
        Standard deviation of each, along each axis.
    locator
        Of the zones, in metres too.
    overlap
        Whether zones overlap, so that a place counts in each that holds it.
    """

    xy: Floats
    sigma_m: Floats
    locator: Locator
    overlap: bool

    def pairs(self, offsets: Floats, points: slice = slice(None)) -> tuple[Ints, Ints]:
        """Put points down elsewhere, and find the zones that they count in there.

        Parameters
        ----------
        offsets
            Standard errors to move by, of a shape that fits (…, n, 2).
        points
            Which of the points to put down.

        Returns
        -------
        Positions of places, in the order of the offsets laid flat, and positions of zones.
        """
        places = (self.xy[points] + self.sigma_m[points, None] * offsets).reshape(-1, 2)
        place, zone = self.locator.pairs(places[:, 0], places[:, 1])
        if self.overlap:
            return place, zone
        once = ~repeated(place)
        return place[once], zone[once]


def accuracy_of(points: Frame, *, function: str = "accuracy_of") -> Floats:
    """Take the column ``accuracy_m``, not-a-number where the accuracy is not known.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        A value is negative, infinite or no number.

    Examples
    --------
    >>> accuracy_of(gpd.GeoDataFrame({"accuracy_m": [100, None]}, geometry=[None, None])).tolist()
    [100.0, nan]
    """
    if not isinstance(points, gpd.GeoDataFrame) or ACCURACY not in points.columns:
        return np.full(len(points), np.nan)
    try:
        sigma: Floats = pd.to_numeric(points[ACCURACY]).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{function}: accuracy_m is not all numbers ({error}). Allowed are metres of zero or "
            "more, or nothing.",
            code="values.text_in",
            column=ACCURACY,
        ) from error
    wrong = (sigma > _LARGEST_ACCURACY_M) | (sigma < 0)
    if wrong.any():
        raise InputError(
            f"{function}: {int(wrong.sum())} values of accuracy_m are negative or infinite, or "
            f"more than {_LARGEST_ACCURACY_M:,.0f} m; the first is {sigma[wrong][0]}. Allowed are "
            "metres of zero or more, or nothing.",
            code="values.accuracy",
            rows=int(wrong.sum()),
            most=_LARGEST_ACCURACY_M,
            first=float(sigma[wrong][0]),
        )
    return sigma


def unsure(
    points: gpd.GeoSeries,
    sigma_m: Floats,
    polygons: gpd.GeoSeries,
    *,
    overlap: bool,
    function: str = "unsure",
) -> Unsure:
    """Bring points that may lie elsewhere, and zones, to metres.

    Parameters
    ----------
    points
        Points, all with a place.
    sigma_m
        Standard deviation of each, along each axis.
    polygons
        Valid polygons in the CRS of the points.
    overlap
        Whether zones overlap.
    function
        Name that messages begin with: the function that was called.

    Examples
    --------
    >>> from shapely import Point, box
    >>> zones = gpd.GeoSeries([box(499_000, 31e5, 500_000, 3101e3)], crs=4547)
    >>> points = gpd.GeoSeries([Point(500_000, 3_100_500)], crs=4547)
    >>> found = unsure(points, np.array([100.0]), zones, overlap=False)
    >>> place, zone = found.pairs(np.array([[[-1.0, 0.0]], [[1.0, 0.0]]]))  # 100 m west, 100 m east
    >>> place.tolist(), zone.tolist()
    ([0], [0])
    """
    metric = to_metric(polygons, function=function)
    xy, _ = located(moved(points, metric.crs, function=function), function=function)
    return Unsure(xy, sigma_m, Locator(metric.to_numpy(), cells=_MAX_CELLS), overlap)
