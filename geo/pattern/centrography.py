"""Where the middle of points is, and how far and in which direction they spread around it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arguments import brief, has_column, is_number
from geo.crs import Frame, measured_in, moved, require_crs, to_metric
from geo.doors import door
from geo.errors import InputError
from geo.geodesic import geodesic_area_km2
from geo.pattern.median_centre import common_line, spatial_median
from geo.points import located, weights_of
from geo.units import COUNT, amount_of, labelled

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS

    Floats = NDArray[np.float64]

_ALL = "all"
# Axes that differ by less than this part are equal.
_EQUAL = 1e-9
_FEWEST_PLACES = 3
# Half-axes of less or more standard deviations than these are points, or cover the Earth.
_LEAST, _MOST = 0.1, 10.0
_CORNERS = 360


class _Group(NamedTuple):
    """Points of one category: coordinates in metres, weights above 0."""

    category: Hashable
    xy: Floats
    weight: Floats


class _Grouped(NamedTuple):
    groups: list[_Group]
    crs: CRS
    attrs: dict[Hashable, Any]


@door
def centres(
    points: Frame,
    *,
    by: str | None = None,
    weights: str | ArrayLike | pd.Series | None = None,
) -> gpd.GeoDataFrame:
    r"""Find the middle of points: the mean centre, and the median centre.

    The mean centre is the balance point; one far point pulls it along. The median centre is the
    place from which the sum of the straight distances to all points is least; far points hardly
    move it. Where the two lie apart, the pattern is lopsided.

    Parameters
    ----------
    points
        Points; rows with no place are left out and counted.
    by
        Name of a column of categories, each of which gets its own centres.
    weights
        Column name, or one number of zero or more for each point; points of weight 0 are left out.

    Returns
    -------
    Two rows for each category in the CRS of the points: ``category`` (``"all"`` without ``by``),
    ``kind`` (``"mean"`` or ``"median"``), ``n`` (points), ``weight_sum``, ``mean_distance_m``
    (weighted mean distance of the points from this centre, least for the median) and ``geometry``.
    Its ``attrs`` are ``points_without_place``, ``points_without_category`` and
    ``points_without_weight``, which are left out.

    Raises
    ------
    InputError
        No point has a place and a weight, there is no column ``by``, or the weights do not fit.
    CRSError
        As `geo.to_metric`.

    Warnings
    --------
    A centre is a summary, not a place: it may lie in a lake, and nothing need be there. It says
    nothing where points form two or more groups. Straight distances are not ways: it is no site for
    a facility. Points known only by the park they are in count at the place of the park. A centre
    that moves from one list of documents to the next may have moved because other places are
    written about.

    Notes
    -----
    With weights :math:`w_i` at places :math:`x_i`,

    .. math::

        \bar x = \frac{\sum_i w_i x_i}{\sum_i w_i}, \qquad
        \tilde x = \arg\min_x \sum_i w_i |x - x_i| .

    The median comes from Newton's method, started at the mean, with steps of Weiszfeld
    [weiszfeld1937]_ where Newton's does not lead down and the test of [kuhn1973]_ for a median that
    is one of the points; it is found to well below a millimetre. Of points on one line it is the
    median along it, in the middle where two points share that.

    References
    ----------
    .. [weiszfeld1937] E. Weiszfeld, Sur le point pour lequel la somme des distances de n points
       donnés est minimum, Tôhoku Mathematical Journal 43 (1937) 355–386.
    .. [kuhn1973] H. W. Kuhn, A note on Fermat's problem, Mathematical Programming 4 (1973) 98–107.

    Examples
    --------
    >>> from shapely import Point
    >>> places = [Point(x, 3_100_000) for x in (500_000, 501_000, 508_000)]
    >>> found = centres(gpd.GeoSeries(places, crs=4547))
    >>> found["kind"].tolist(), found.geometry.x.tolist()
    (['mean', 'median'], [503000.0, 501000.0])
    """
    grouped = _grouped(points, by, weights, "centres")
    rows: list[dict[str, Any]] = []
    for category, xy, weight in grouped.groups:
        total = float(weight.sum())
        for kind, place in (("mean", weight @ xy / total), ("median", spatial_median(xy, weight))):
            distance = np.hypot(*(xy - place).T)
            rows.append(
                {
                    "category": category,
                    "kind": kind,
                    "n": len(xy),
                    "weight_sum": total,
                    "mean_distance_m": float(weight @ distance) / total,
                    "geometry": shapely.Point(place),
                }
            )
    frame, facts = _framed(rows, grouped, points.crs)
    return labelled(frame, facts, amount=amount_of(points, weights), columns={"n": COUNT})


@door
def deviational_ellipses(
    points: Frame,
    *,
    by: str | None = None,
    weights: str | ArrayLike | pd.Series | None = None,
    deviations: float = 1.0,
) -> gpd.GeoDataFrame:
    r"""Draw how far points spread, and in which direction: the standard deviational ellipse.

    Around the mean centre, the long axis shows the direction in which the points spread most. One
    deviation holds about 63 % of points that are spread normally, two hold 98 %.

    Parameters
    ----------
    points, by, weights
        As in `centres`.
    deviations
        How many standard deviations the half-axes have.

    Returns
    -------
    One row for each category in the CRS of the points: ``category`` (``"all"`` without ``by``),
    ``n`` (points), ``weight_sum``, ``major_m`` and ``minor_m`` (half-axes), ``angle_deg`` (of the
    long axis, clockwise from grid north, 0 up to 180; 0 for a circle), ``area_km2`` (geodesic),
    ``standard_distance_m`` (of one deviation, whatever ``deviations`` is), ``inside_pct`` (share
    of the weight inside) and ``geometry``. Its ``attrs`` are ``left_out`` (why a category has no
    ellipse, by category), ``deviations``, ``points_without_place``, ``points_without_category`` and
    ``points_without_weight``.

    Raises
    ------
    InputError
        No category has three points that do not lie on one line, the deviations are not positive,
        or as `centres`.
    CRSError
        As `geo.to_metric`.

    Warnings
    --------
    An ellipse is drawn around any points, also those in two groups or along a river bend, where it
    covers land that none is near: look at the points with it, and at ``inside_pct``. It is no
    service area and no boundary. Below about ten points it is mostly chance. The direction says
    nothing where the half-axes are nearly equal. Points known only by the park they are in count at
    the place of the park, so that their ellipse is one of parks. Software differs: where it leaves
    out the factor of two the axes are shorter by the root of 1/2, and where it leaves out the
    correction for degrees of freedom by the root of (n − 2)/n.

    Notes
    -----
    With weights scaled to a mean of one (:math:`\sum_i w_i = n`, points of weight 0 left out),
    distances :math:`u_i, v_i` of the points from the mean centre along the two principal axes, and
    :math:`k` deviations,

    .. math::

        a = k \sqrt{\frac{2 \sum_i w_i u_i^2}{n - 2}}, \qquad
        b = k \sqrt{\frac{2 \sum_i w_i v_i^2}{n - 2}}, \qquad
        S = \sqrt{\frac{\sum_i w_i (u_i^2 + v_i^2)}{n - 2}} .

    The ellipse is that of [lefever1926]_ in the form of CrimeStat [levine2015]_.

    References
    ----------
    .. [lefever1926] D. W. Lefever, Measuring geographic concentration by means of the standard
       deviational ellipse, American Journal of Sociology 32 (1926) 88–94.
    .. [levine2015] N. Levine, CrimeStat: A Spatial Statistics Program for the Analysis of Crime
       Incident Locations (v 4.02), Ned Levine & Associates and the National Institute of Justice,
       2015, chapter 4.

    Examples
    --------
    >>> from shapely import Point
    >>> places = [Point(500_000 + x, 3_100_000 + y) for x, y in
    ...           ((-3000, -3000), (3000, 3000), (-1000, 1000), (1000, -1000))]
    >>> found = deviational_ellipses(gpd.GeoSeries(places, crs=4547)).iloc[0]
    >>> round(found["major_m"]), round(found["minor_m"]), round(found["angle_deg"])
    (6000, 2000, 45)
    """
    if not (is_number(deviations) and _LEAST <= deviations <= _MOST):
        raise InputError(
            f"deviational_ellipses: deviations is {brief(deviations)}. Allowed are positive "
            f"numbers from {_LEAST:g} to {_MOST:g}, such as 1 or 2.",
            code="option.between",
            value=brief(deviations),
            least=_LEAST,
            most=_MOST,
        )
    grouped = _grouped(points, by, weights, "deviational_ellipses")
    rows: list[dict[str, Any]] = []
    left_out: dict[Hashable, str] = {}
    for group in grouped.groups:
        places = len(np.unique(group.xy, axis=0))
        if places < _FEWEST_PLACES:
            left_out[group.category] = f"different places: {places}, needed: 3"
        elif common_line(group.xy) is not None:
            left_out[group.category] = "all points lie on one line"
        else:
            rows.append(_ellipse(group, deviations))
    if not rows:
        reasons = "; ".join(f"{category}: {reason}" for category, reason in left_out.items())
        raise InputError(
            f"deviational_ellipses: there is nothing to draw an ellipse around ({reasons}). Show "
            "the centres alone, or take categories together.",
            code="pattern.no_ellipse",
        )
    frame, facts = _framed(rows, grouped, points.crs)
    frame["area_km2"] = geodesic_area_km2(frame)
    facts |= {"left_out": left_out, "deviations": deviations}
    return labelled(frame, facts, amount=amount_of(points, weights), columns={"n": COUNT})


def _grouped(
    points: Frame, by: str | None, weights: str | ArrayLike | pd.Series | None, function: str
) -> _Grouped:
    require_crs(points, function=function)
    weight = weights_of(points, weights, function=function)
    metric = to_metric(points.geometry, function=function)
    xy, rows = located(metric, function=function)
    weight = weight[rows]
    heavy = weight > 0
    labels = _labels(points, by, function)
    named = np.ones(len(rows), dtype=bool) if labels is None else labels.notna().to_numpy()[rows]
    used = heavy & named
    if not used.any():
        raise InputError(
            f"{function}: none of {len(points)} points has a place"
            f"{'' if weights is None else ', a weight above 0'}"
            f"{'' if by is None else ', a category'}. Pass some that do.",
            code="own.nothing_located",
        )
    attrs: dict[Hashable, Any] = {
        "points_without_place": len(points) - len(rows),
        "points_without_category": int((~named).sum()),
        "points_without_weight": int((~heavy).sum()),
    }
    xy, weight, rows = xy[used], weight[used], rows[used]
    if labels is None:
        return _Grouped([_Group(_ALL, xy, weight)], metric.crs, attrs)
    which = labels.iloc[rows].reset_index(drop=True)
    groups = [
        _Group(category, xy[at], weight[at])
        for category, at in which.groupby(which, sort=False, observed=True).indices.items()
    ]
    return _Grouped(groups, metric.crs, attrs)


def _labels(points: Frame, by: str | None, function: str) -> pd.Series | None:
    if by is None:
        return None
    if not has_column(points, by):
        columns = list(points.columns) if isinstance(points, gpd.GeoDataFrame) else []
        raise InputError(
            f"{function}: there is no column {brief(by)} of categories. "
            f"The columns are {', '.join(map(str, columns)) or 'none'}.",
            code="option.column",
            column=str(by),
            columns=columns,
        )
    labels: pd.Series = points[by]
    if labels.dtype == object and not all(isinstance(label, Hashable) for label in labels):
        raise InputError(
            f"{function}: the column {brief(by)} holds lists or the like, which are no categories. "
            "Pass one of texts or numbers.",
            code="values.categories",
            column=str(by),
        )
    return labels


def _framed(
    rows: list[dict[str, Any]], grouped: _Grouped, crs: CRS
) -> tuple[gpd.GeoDataFrame, dict[Hashable, Any]]:
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=grouped.crs)
    return moved(frame, crs), grouped.attrs | measured_in(crs, grouped.crs)


def _ellipse(group: _Group, deviations: float) -> dict[str, Any]:
    xy, n = group.xy, len(group.xy)
    weight = group.weight * n / group.weight.sum()
    centre = weight @ xy / n
    away = xy - centre
    squares = (away * weight[:, None]).T @ away
    values, axes = np.linalg.eigh(squares)
    minor, major = deviations * np.sqrt(2 * np.maximum(values, 0) / (n - 2))
    long, short = axes[:, 1], axes[:, 0]
    # An eigenvalue twice over has no direction of its own.
    equal = values[1] - values[0] <= _EQUAL * values[1]
    angle = 0.0 if equal else float(np.degrees(np.arctan2(long[0], long[1])) % 180)
    turn = 2 * np.pi * np.arange(_CORNERS) / _CORNERS
    outline = centre + major * np.outer(np.cos(turn), long) + minor * np.outer(np.sin(turn), short)
    inside = (away @ long / major) ** 2 + (away @ short / minor) ** 2 <= 1
    return {
        "category": group.category,
        "n": n,
        "weight_sum": float(group.weight.sum()),
        "major_m": float(major),
        "minor_m": float(minor),
        "angle_deg": angle,
        "area_km2": np.nan,
        "standard_distance_m": float((values.sum() / (n - 2)) ** 0.5),
        "inside_pct": 100 * float(weight[inside].sum()) / n,
        "geometry": shapely.Polygon(outline),
    }
