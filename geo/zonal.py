"""How points are spread over zones, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import Frame, geodesic_area_km2, require_same_crs, to_metric
from geo.errors import InputError
from geo.locate import Locator
from geo.points import located, weights_of
from geo.zones import members, polygons_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

# Places that stand for where a point may really be: equally likely each, spread evenly over the
# normal distribution by the golden angle. The probability of lying in a zone comes out within about
# 0.01.
_PLACES = 512
_POINTS_PER_BLOCK = 2_000
_ACCURACY = "accuracy_m"


def distribution(
    points: Frame, zones: Frame, *, weights: str | ArrayLike | None = None
) -> gpd.GeoDataFrame:
    r"""Count points, and add up their weights, zone by zone.

    A point on a border that zones share counts once, in the first of them; where zones overlap it
    counts in every zone that holds it.

    A column ``accuracy_m`` of the points says how far they may be off: the standard deviation in
    each direction of a normal error with no preferred direction. With it comes the count to be
    expected, :math:`\sum_i p_i`, and its standard deviation :math:`\sqrt{\sum_i p_i (1 - p_i)}`,
    where :math:`p_i` is the probability that point :math:`i` lies in the zone, from 512 places
    spread evenly over its error, and the errors of the points are taken to be independent.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries of points; rows with no place are left out and counted.
    zones
        Polygons in the CRS of the points. Invalid ones are repaired, with a warning.
    weights
        Column name, or one number of zero or more for each point.

    Returns
    -------
    The zones with ``count``, ``share_pct`` (of the points that lie in any zone),
    ``density_per_km2`` (of geodesic area); with weights ``weight_sum`` and ``weight_share_pct``;
    with accuracies ``count_expected`` and ``count_sd``. Columns that had these names are replaced.
    Its ``attrs`` are ``zones_overlap``, ``points_in_several_zones`` (shared borders included),
    ``points_outside``, ``points_without_place``, ``points_without_accuracy`` (counted as exact) and
    ``repaired_zones``.

    Raises
    ------
    InputError
        A geometry is of the wrong kind, the weights do not fit, or an accuracy is negative or
        infinite.
    CRSError
        The frames differ in CRS or fail `geo.crs.require_crs`.

    Examples
    --------
    >>> from shapely import Point, box
    >>> zones = gpd.GeoDataFrame(
    ...     {"name": ["west", "east"]},
    ...     geometry=[box(499e3, 31e5, 500e3, 3101e3), box(500e3, 31e5, 501e3, 3101e3)],
    ...     crs=4547,
    ... )
    >>> points = gpd.GeoDataFrame(
    ...     {"accuracy_m": [0, 100]},
    ...     geometry=[Point(500_500, 3_100_500), Point(500_000, 3_100_500)],
    ...     crs=4547,
    ... )
    >>> found = distribution(points, zones)
    >>> found["count"].tolist(), found["count_expected"].round(2).tolist()
    ([1, 1], [0.5, 1.5])
    """
    require_same_crs(points, zones, function="distribution")
    polygons, repaired = polygons_of(zones, function="distribution")
    xy, rows = located(points, function="distribution")
    found = members(xy, polygons)
    n_zones = len(zones)
    count = np.bincount(found.zone, minlength=n_zones)
    held = np.zeros(len(rows), dtype=bool)
    held[found.point] = True
    area = geodesic_area_km2(gpd.GeoSeries(polygons, crs=zones.crs)).to_numpy(dtype=float)
    table = zones if isinstance(zones, gpd.GeoDataFrame) else gpd.GeoDataFrame(geometry=zones)
    result = table.assign(
        count=count,
        share_pct=_share(count, float(held.sum())),
        density_per_km2=np.divide(count, area, out=np.full(n_zones, np.nan), where=area > 0),
    )
    if weights is not None:
        weight = weights_of(points, weights, function="distribution")[rows]
        weight_sum = np.bincount(found.zone, weight[found.point], n_zones)
        result["weight_sum"] = weight_sum
        result["weight_share_pct"] = _share(weight_sum, float(weight[held].sum()))
    result.attrs |= {
        "zones_overlap": found.overlap,
        "points_in_several_zones": found.shared,
        "points_outside": int((~held).sum()),
        "points_without_place": len(points) - len(rows),
        "repaired_zones": repaired,
    }
    if isinstance(points, gpd.GeoDataFrame) and _ACCURACY in points.columns:
        sigma = _accuracy(points)[rows]
        unknown = np.isnan(sigma)
        result.attrs["points_without_accuracy"] = int(unknown.sum())
        exact = unknown | (sigma == 0)
        certain = np.bincount(found.zone[exact[found.point]], minlength=n_zones)
        metric_zones = to_metric(gpd.GeoSeries(polygons, crs=zones.crs), function="distribution")
        placed = points.geometry.iloc[rows[~exact]].to_crs(metric_zones.crs)
        expected, variance = _uncertain(
            located(placed)[0], sigma[~exact], metric_zones.to_numpy(), overlap=found.overlap
        )
        result["count_expected"] = certain + expected
        result["count_sd"] = np.sqrt(variance)
    return result


def _share(part: NDArray[Any], whole: float) -> Floats:
    share: Floats = np.full(part.shape, np.nan)
    if whole > 0:
        np.divide(100.0 * part, whole, out=share)
    return share


def _accuracy(points: gpd.GeoDataFrame) -> Floats:
    sigma: Floats = pd.to_numeric(points[_ACCURACY], errors="coerce").to_numpy(dtype=float)
    wrong = np.isinf(sigma) | (sigma < 0)
    if wrong.any():
        raise InputError(
            f"distribution: {int(wrong.sum())} values of accuracy_m are negative or infinite, the "
            f"first is {sigma[wrong][0]}. Allowed are metres of zero or more, or nothing."
        )
    return sigma


def _uncertain(
    xy: Floats, sigma: Floats, polygons: NDArray[Any], *, overlap: bool
) -> tuple[Floats, Floats]:
    """Per zone: expected number of the points that lie in it, and its variance."""
    expected, variance = np.zeros(len(polygons)), np.zeros(len(polygons))
    if not len(xy):
        return expected, variance
    locator = Locator(polygons, cells=250_000)
    rank = np.arange(_PLACES)
    radius = np.sqrt(-2.0 * np.log1p(-(rank + 0.5) / _PLACES))
    angle = rank * (np.pi * (3.0 - 5.0**0.5))
    offsets = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    for start in range(0, len(xy), _POINTS_PER_BLOCK):
        block = slice(start, start + _POINTS_PER_BLOCK)
        places = (xy[block, None, :] + sigma[block, None, None] * offsets).reshape(-1, 2)
        if overlap:
            place, zone = locator.pairs(places[:, 0], places[:, 1])
        else:
            zone = locator.first(places[:, 0], places[:, 1])
            place = np.flatnonzero(zone >= 0)
            zone = zone[place]
        pair, hits = np.unique(place // _PLACES * len(polygons) + zone, return_counts=True)
        chance = hits / _PLACES
        expected += np.bincount(pair % len(polygons), chance, len(polygons))
        variance += np.bincount(pair % len(polygons), chance * (1 - chance), len(polygons))
    return expected, variance
