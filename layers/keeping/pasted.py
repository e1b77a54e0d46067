"""A coordinate that somebody pastes, in whatever notation, order, projection or datum it came."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely

from geo.doors import door
from geo.errors import AtlasError, InputError
from geo.exchange.coordinates import converted, examine
from geo.exchange.places import shapes
from layers.keeping.own_files import known_places
from layers.plan.area import bounds

if TYPE_CHECKING:
    from geo.exchange.coordinates import Diagnosis

LONGEST = 300
# What in a text tells of a datum: its name, that of a map service, or the address of one.
TOLD = {
    "GCJ-02": r"gcj[\W_]{0,3}0?2|mars|amap|autonavi|map\.qq|tencent|高德|腾讯|火星",
    "BD-09": r"bd[\W_]{0,3}0?9|baidu|百度",
    "CGCS2000": r"cgcs|tianditu|4490|天地图|国家2000|2000国家",
    "WGS-84": r"wgs|4326|openstreetmap|\bosm\b|\bgps\b",
}
_ZONES = ("metres_as_degrees", "zone_prefix")
_DECIMAL = re.compile(r"-?[0-9]{1,8}\.[0-9]{1,15}")


class Pasted(NamedTuple):
    """A coordinate as it was pasted, in degrees.

    Parameters
    ----------
    lon_deg, lat_deg
        In the datum of the text: that is not converted.
    datum
        The datum that the text names, empty where it names none.
    read_as
        How it was read where it was no longitude before a latitude: ``"swapped"``,
        ``"metres_as_degrees"``, ``"zone_prefix"``; else empty.
    """

    lon_deg: float
    lat_deg: float
    datum: str
    read_as: str


@door
def pasted(text: str) -> Pasted:
    """Read a coordinate.

    Parameters
    ----------
    text
        Degrees in either order, decimal or with minutes and seconds, metres of a projection, WKT,
        GeoJSON, or an address of a map service; it may name a datum.

    Raises
    ------
    InputError
        There is no single place in it, or none near the plan.

    Examples
    --------
    >>> pasted("高德 28.2265, 112.9451")
    Pasted(lon_deg=112.9451, lat_deg=28.2265, datum='GCJ-02', read_as='swapped')
    >>> pasted("112°56′24″E 28°13′35″N")[:3]
    (112.94, 28.226389, '')
    """
    datum = next((name for name, said in TOLD.items() if re.search(said, text, re.IGNORECASE)), "")
    place = _place(text.strip()) if len(text) <= LONGEST else None
    if place is None:
        raise InputError(
            "pasted: no single place can be read in the text; write it as 112.94, 28.23",
            code="paste.not_read",
        )
    frame = gpd.GeoDataFrame(geometry=[place])
    known = known_places()
    try:
        diagnosis = examine(frame, known=known)
        at = converted(frame, diagnosis).geometry.iloc[0]
    except AtlasError as error:
        raise InputError(f"pasted: {error}", code="paste.far") from error
    if not shapely.box(*bounds()).covers(at):
        raise InputError(f"pasted: {at.wkt} is not near the plan", code="paste.far")
    read_as = "" if diagnosis.suspicion == "none" else str(diagnosis.suspicion)
    # Metres of a zone are of CGCS2000, but those of web maps, which are of any datum.
    zone = read_as in _ZONES and not _is_of_web(diagnosis)
    return Pasted(round(at.x, 6), round(at.y, 6), "CGCS2000" if zone else datum, read_as)


def _is_of_web(diagnosis: Diagnosis) -> bool:
    return any(each.code == "coordinates.web_mercator" for each in diagnosis.findings)


def _place(text: str) -> shapely.Point | None:
    """Return the point in a text as it stands, else of the two decimals that stand in it."""
    numbers = _DECIMAL.findall(text)
    for words in dict.fromkeys((text, ",".join(numbers))):
        (shape,) = shapes(pd.Series([words])).shapes
        if isinstance(shape, shapely.Point) and not shape.is_empty:
            return shape
    return None
