"""What sources say of where something is: claims, which a plan may have a table of.

Each claim has one subject and one source, and says one thing: that the subject stands at a
coordinate, lies within something, has an address, or reaches so far. What is not taken stays in
the table with the reason. Places follow from them in :mod:`layers.plan.positions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from geo.crs import GEOGRAPHIC as CRS
from geo.datum import convert

if TYPE_CHECKING:
    import pandas as pd

    from geo.datum import Datum

TABLE = "claims"
ACCEPTED, CONFLICT = "accepted", "conflict"
# Extents by how well they are known: a published line, limits that are told, an area alone, and an
# area taken from comparable zones.
EXTENTS = ("official", "between_limits", "disc", "assumed")
# What each kind of claim cannot be without.
NEEDED = {
    "point": ("lon_deg", "lat_deg", "datum", "accuracy_m"),
    "within": ("object_id",),
    "address": ("address",),
    "extent": ("rule",),
}
_NUMBER = r"(\d+(?:\.\d+)?)"
_AREA = rf"^(?:disc|assumed):{_NUMBER}(?:\.\.{_NUMBER})?$"
# At planning scale CGCS2000 and WGS-84 are one: what is in either of them stays as it is.
_SHIFTED: dict[str, Datum] = {"GCJ-02": "gcj02", "BD-09": "bd09"}


def points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the claims that give a coordinate, as points in CGCS2000.

    Parameters
    ----------
    table
        Claims, each coordinate in the datum that its row names.

    Returns
    -------
    geopandas.GeoDataFrame
        In EPSG:4490; rows keep their labels. A claim that lacks a part of its coordinate is left
        out.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"lon_deg": 112.945453, "lat_deg": 28.226494, "datum": "GCJ-02"}
    >>> points(pd.DataFrame([row])).geometry.to_wkt(rounding_precision=5)[0]
    'POINT (112.94 28.23)'
    """
    given = table.dropna(subset=["lon_deg", "lat_deg", "datum"])
    shapes = gpd.GeoSeries(
        gpd.points_from_xy(given["lon_deg"], given["lat_deg"]), given.index, crs=CRS
    )
    for name, datum in _SHIFTED.items():
        told = given["datum"] == name
        shapes[told] = convert(shapes[told], source=datum, target="wgs84")
    return gpd.GeoDataFrame(given, geometry=shapes)


def statements(table: pd.DataFrame) -> pd.DataFrame:
    """Return claims as places follow from them, the surest of each kind first.

    Parameters
    ----------
    table
        Claims, as the plan's file holds them.

    Returns
    -------
    pandas.DataFrame
        ``id``, ``subject_id``, ``kind``, ``state``, ``object_id``, ``accuracy_m`` as in the table;
        ``lon`` and ``lat`` in CGCS2000 degrees; ``radius_m`` of the disc that an extent stands for,
        metres, missing where it is no area; ``evidence`` that a place would have by it. Extents by
        :data:`EXTENTS`, then the best grade, then the smallest accuracy.

    Examples
    --------
    >>> import pandas as pd
    >>> columns = ["rule", "grade", "kind", "accuracy_m", "datum", "lon_deg", "lat_deg"]
    >>> rows = [["assumed:1..3", "C", "extent"], ["disc:1", "C", "extent"]]
    >>> claims = pd.DataFrame(rows, columns=columns[:3]).reindex(columns=columns)
    >>> statements(claims)[["rule", "radius_m"]].round().to_numpy().tolist()
    [['disc:1', 564.0], ['assumed:1..3', 798.0]]
    """
    at = points(table).geometry
    rules = table["rule"].astype("str")
    # All areas of a range alike: the mean is that of the square of the radius, as in a variance.
    km2 = rules.str.extract(_AREA).astype("float64").mean(axis=1)
    ranks = {each: rank for rank, each in enumerate(EXTENTS)}
    surveyed = (table["kind"] == "point") & (table["grade"] == "A")
    told = table.assign(
        lon=at.x.reindex(table.index),
        lat=at.y.reindex(table.index),
        radius_m=np.sqrt(km2 / np.pi) * 1000.0,
        evidence=np.where(surveyed, "surveyed", "located"),
        rank=rules.str.partition(":")[0].map(ranks),
    )
    return told.sort_values(["rank", "grade", "accuracy_m"]).drop(columns="rank")
