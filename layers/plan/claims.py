"""What sources say of where something is: claims, which a plan may have a table of.

Each claim has one subject and one source, and says one thing: that the subject stands at a
coordinate, lies within something, has an address, or reaches so far. What is not taken stays in
the table with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from geo.datum import convert
from layers.plan.positions import CRS

if TYPE_CHECKING:
    import pandas as pd

    from geo.datum import Datum

TABLE = "claims"
ACCEPTED = "accepted"
# What each kind of claim cannot be without.
NEEDED = {
    "point": ("lon_deg", "lat_deg", "datum", "accuracy_m"),
    "within": ("object_id",),
    "address": ("address",),
    "extent": ("rule",),
}
# At planning scale CGCS2000 and WGS-84 are one.
_DATUMS: dict[str, Datum] = {
    "CGCS2000": "wgs84",
    "WGS-84": "wgs84",
    "GCJ-02": "gcj02",
    "BD-09": "bd09",
}


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
    for name, datum in _DATUMS.items():
        told = given["datum"] == name
        if datum != "wgs84" and told.any():
            shapes[told] = convert(shapes[told], source=datum, target="wgs84")
    return gpd.GeoDataFrame(given, geometry=shapes)
