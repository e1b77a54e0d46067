"""What a kernel density takes from its arguments: points, weights, and where they are looked at."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from geo.crs import Frame, moved, require_crs, require_equal_crs
from geo.errors import InputError
from geo.locate import Locator
from geo.points import places, weights_of
from geo.supports import supports, unsure
from geo.zones import polygons_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS

    from geo.surface.bandwidths import Bandwidths

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# The function that messages begin with.
NAME = "kernel_density"


class Inputs(NamedTuple):
    """The points that take part, and the place they are looked at in.

    Several stand for one feature that may lie elsewhere, and each has a part of its weight.

    Parameters
    ----------
    x_m, y_m, weight
        Of the points, metres.
    feature
        Which of the features that take part each point stands for.
    weight_sum
        Of all points.
    rows, drawn
        Positions of the features in the frame, and the eastings, northings and weights that they
        are drawn with.
    placed, unsure
        Number of features with a place, and of those that take part and may lie elsewhere.
    crs
        What the coordinates are in.
    polygons, bounds
        Of the study area, and of it or the extent.
    """

    x_m: Floats
    y_m: Floats
    weight: Floats
    feature: Ints
    weight_sum: float
    rows: Ints
    drawn: tuple[Floats, Floats, Floats]
    placed: int
    unsure: int
    crs: CRS
    polygons: NDArray[Any] | None
    bounds: tuple[float, float, float, float] | None


def inputs_of(
    points: Frame,
    weights: str | ArrayLike | pd.Series | None,
    extent: Frame | None,
    study_area: Frame | None,
) -> Inputs:
    """Return what `geo.kernel_density` adds up, past the gate.

    Parameters
    ----------
    points, weights, extent, study_area
        As there.

    Raises
    ------
    InputError, CRSError
        As there.
    """
    point_places = places(points, function=NAME)
    x, y, rows = point_places.x_m, point_places.y_m, point_places.rows
    weight = weights_of(points, weights, function=NAME)
    if weight.size and not weight.any():
        raise InputError(
            f"{NAME}: the {weight.size} weights add up to 0, so the map would be empty. Pass some "
            "point with a weight above zero, or no weights.",
            code="density.weightless",
        )
    weight = weight[rows]
    drawn = x, y, weight
    feature = np.arange(rows.size)
    moves = unsure(points, rows, function=NAME)
    if moves.any():
        spread = supports(points, rows[moves], point_places.crs, function=NAME)
        fixed, moving = feature[~moves], feature[moves][spread.feature]
        feature = np.concatenate([fixed, moving])
        x, y = (
            np.concatenate([each[fixed], laid])
            for each, laid in zip((x, y), spread.xy.T, strict=True)
        )
        weight = np.concatenate([weight[fixed], weight[moving] * spread.share])
    place = study_area if extent is None else extent
    polygons, bounds = None, None
    if place is not None:
        require_equal_crs(point_places.stated, require_crs(place, function=NAME), function=NAME)
        geometry = moved(place.geometry, point_places.crs, function=NAME)
        west, south, east, north = geometry.total_bounds.tolist()
        bounds = west, south, east, north
        if study_area is not None:
            polygons, _ = polygons_of(geometry, function=NAME)
            if not np.nansum(shapely.area(polygons)) > 0:
                raise InputError(
                    f"{NAME}: the study area has no area. Pass polygons that have.",
                    code="place.no_area",
                )
            within = Locator(polygons, cells=x.size).first(x, y) >= 0
            x, y, weight, feature = x[within], y[within], weight[within], feature[within]
    taken, feature = np.unique(feature, return_inverse=True)
    return Inputs(
        x_m=x,
        y_m=y,
        weight=weight,
        feature=feature,
        weight_sum=float(weight.sum()),
        rows=rows[taken],
        drawn=(drawn[0][taken], drawn[1][taken], drawn[2][taken]),
        placed=rows.size,
        unsure=int(moves[taken].sum()),
        crs=point_places.crs,
        polygons=polygons,
        bounds=bounds,
    )


def hash_of(inputs: Inputs, weights: object, bandwidths: Bandwidths) -> str:
    """Return a hash of coordinates, and of weights and bandwidths of each that were given.

    Parameters
    ----------
    inputs
        The points.
    weights
        As `geo.kernel_density` takes them.
    bandwidths
        As they were found.
    """
    arrays = [inputs.x_m, inputs.y_m]
    if weights is not None:
        arrays.append(inputs.weight)
    if bandwidths.rule == "per_feature":
        arrays.append(bandwidths.each_m)
    with ThreadPoolExecutor(len(arrays)) as pool:
        parts = pool.map(lambda array: hashlib.sha256(np.ascontiguousarray(array).data), arrays)
        return hashlib.sha256(b"".join(part.digest() for part in parts)).hexdigest()[:16]
