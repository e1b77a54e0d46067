"""How many points of each category each zone has: the table that specialisation is read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.arguments import brief
from geo.doors import door
from geo.errors import InputError
from geo.points import values_of, weights_of
from geo.units import amount_of, labelled
from geo.work import require_affordable
from geo.zones import gate, membership

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from geo.crs import Frame
    from geo.zones import Counted

TOTALS = "category_totals"
# A table of 200 MB.
MAX_ENTRIES = 25_000_000


@door
def category_table(
    points: Frame,
    zones: Frame,
    *,
    category: str | ArrayLike,
    weights: str | ArrayLike | None = None,
    counted: Counted | None = None,
) -> pd.DataFrame:
    r"""Count points, or add up their weights, by zone and category.

    The table is what the measures of `geo.mix.specialisation` take. Where zones overlap, a point
    counts in every zone that holds it; the totals of the categories, which the zones are compared
    with, count each point once.

    Parameters
    ----------
    points
        GeoDataFrame or GeoSeries of points; rows with no place are left out and counted.
    zones
        Polygons in the CRS of the points. Invalid ones are repaired, with a warning.
    category
        Column name, or one label for each point. A point with no label is left out and counted.
    weights
        Column name, or one number of zero or more for each point, in any unit that adds up.
    counted
        What `geo.zones.counted` says of the same points and zones, where that is known.

    Returns
    -------
    One row for each zone, under the index of the zones, and one column for each category that any
    point has, in or outside the zones: by label, or in the order of the categories where the labels
    are categorical. Whole numbers, or with weights their sums.

    Its ``attrs`` are ``measure`` (``count`` or ``weight_sum``), ``category_totals`` (by category,
    of the points in any zone, each once), ``zones_overlap``, ``points_in_several_zones`` (shared
    borders included), ``points_outside``, ``points_without_place``, ``points_without_category`` (of
    those with a place) and ``repaired_zones``.

    Raises
    ------
    InputError
        A geometry is of the wrong kind, there is no such column, or labels or weights do not fit.
    CRSError
        The frames differ in CRS or fail `geo.require_crs`.

    Warnings
    --------
    Points that may lie elsewhere count as likely as they lie in a zone, as
    `geo.distribution` says: the table is then no longer of whole numbers. Labels are taken as they
    are: a category that was spelled in two ways is two.

    Notes
    -----
    With the category :math:`k_i` and the weight :math:`w_i` of each point :math:`i`, 1 without
    weights,

    .. math:: x_{zc} = \sum_{i \in z, k_i = c} w_i, \qquad
              X_c = \sum_{i \in \bigcup z, k_i = c} w_i.

    Examples
    --------
    >>> from shapely import Point, box
    >>> import geopandas as gpd
    >>> zones = gpd.GeoDataFrame(
    ...     geometry=[box(499e3, 31e5, 500e3, 3101e3), box(500e3, 31e5, 501e3, 3101e3)],
    ...     index=["west", "east"],
    ...     crs=4547,
    ... )
    >>> points = gpd.GeoDataFrame(
    ...     {"kind": ["lab", "lab", "campus"]},
    ...     geometry=[Point(499_500, 31e5), Point(500_500, 31e5), Point(500_600, 31e5)],
    ...     crs=4547,
    ... )
    >>> category_table(points, zones, category="kind")
    kind  campus  lab
    west       0    1
    east       1    1
    """
    gated = counted.given if counted else gate(points, zones, function="category_table")
    label = _labels(points, category)
    weight = weights_of(points, weights, function="category_table")
    kinds = label.cat.categories
    code = label.cat.codes.to_numpy()
    named = code[gated.rows] >= 0
    rows = gated.rows[named]
    if counted and named.all():
        pairs = counted.found
    else:
        some = gated._replace(xy=gated.xy[named], rows=rows)
        pairs = membership(points, zones, some, function="category_table")
    shape = (len(zones), len(kinds))
    require_affordable(
        shape[0] * shape[1],
        MAX_ENTRIES,
        function="category_table",
        what="zones by categories",
        choose="fewer zones, or a column with fewer categories",
        code="cost.categories",
        zones=shape[0],
        categories=shape[1],
    )
    cell = pairs.zone * len(kinds) + code[rows][pairs.point]
    weighed = None if weights is None else weight[rows]
    sums = pairs.sums(cell, shape[0] * shape[1], weighed).reshape(shape)
    totals = np.bincount(code[rows], weight[rows] * pairs.inside, len(kinds))
    if sums.dtype.kind == "i":
        totals = totals.astype(np.int64)
    columns = pd.Index(kinds.to_numpy(), name=label.name)
    table = pd.DataFrame(sums, index=zones.index, columns=columns)
    facts = {
        "measure": "count" if weights is None else "weight_sum",
        TOTALS: dict(zip(columns.tolist(), totals.tolist(), strict=True)),
        "zones_overlap": pairs.overlap,
        "points_in_several_zones": pairs.shared,
        "points_outside": len(rows) - pairs.inside_any,
        "points_without_place": len(points) - len(named),
        "points_without_category": int((~named).sum()),
        "repaired_zones": gated.repaired,
    }
    unit = amount_of(points, weights)
    return labelled(table, facts, columns=dict.fromkeys(columns, unit))


def _labels(points: Frame, category: str | ArrayLike) -> pd.Series:
    """Return one label for each point, categorical, in the order of the points."""
    values = values_of(points, category, what="categories", function="category_table")
    places = isinstance(values, gpd.GeoSeries)
    if places or isinstance(values, set | dict | pd.DataFrame) or np.ndim(values) != 1:
        raise InputError(
            f"category_table: category is {brief(category)}. Pass the name of a column or "
            "one category for each point.",
            code="values.categories",
            column=brief(category),
        )
    name: Any = values.name if isinstance(values, pd.Series) else None
    label = pd.Series(values).reset_index(drop=True).rename(name)
    if len(label) != len(points):
        raise InputError(
            f"category_table: there are {len(label)} categories for {len(points)} points. Pass one "
            "for each.",
            code="caller.lengths",
            function="category_table",
        )
    if isinstance(label.dtype, pd.CategoricalDtype):
        return label
    try:
        return pd.Series(pd.Categorical(label), name=name)
    except TypeError as error:  # lists, and what else cannot be a label
        raise InputError(
            f"category_table: the categories cannot be told apart ({error}). Pass texts or "
            "numbers.",
            code="caller.argument",
            function="category_table",
        ) from error
