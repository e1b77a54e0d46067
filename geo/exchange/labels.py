"""What the label of a file says its numbers are: the datum, and the zone of a projection."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from pyproj import CRS
from pyproj.exceptions import CRSError as PyprojError
from pyproj.transformer import TransformerGroup

if TYPE_CHECKING:
    from geo.datum import Datum

OldDatum = Literal["", "Beijing 1954", "Xian 1980", "New Beijing", "Krassowsky", "other"]
Width = Literal[3, 6]

_KRASSOWSKY_M, _IAG_1975_M, _GRS_1980_M = 6_378_245.0, 6_378_140.0, 6_378_137.0
_TOLERANCE_M = 0.5
_PREFIX_M = 1_000_000.0
# Zone numbers of China that a prefix can have: 6-degree zones, and 3-degree zones.
SIX_DEGREE_ZONES, THREE_DEGREE_ZONES = range(13, 24), range(25, 46)
FIRST_MERIDIAN, LAST_MERIDIAN = 75, 135
_SHIFTED: tuple[tuple[Datum, re.Pattern[str]], ...] = (
    ("gcj02", re.compile(r"gcj[\W_]{0,3}0?2|火星|mars", re.IGNORECASE)),
    ("bd09", re.compile(r"bd[\W_]{0,3}0?9|baidu|百度", re.IGNORECASE)),
)
_NAME_CHARS = 500


class Zone(NamedTuple):
    """A zone of a transverse Mercator projection.

    Parameters
    ----------
    meridian
        Central meridian, degrees east.
    width
        Degrees that the zone is wide.
    prefix
        Zone number before the eastings; 0 where there is none.
    scale
        At the central meridian: 1 for Gauss–Krüger, 0.9996 for UTM.
    """

    meridian: float
    width: Width
    prefix: int
    scale: float


def zone_of(crs: CRS) -> Zone | None:
    """Return the zone that a CRS is of, None where it is another projection or none.

    Parameters
    ----------
    crs
        Any.

    Examples
    --------
    >>> zone_of(CRS.from_epsg(4526))
    Zone(meridian=114.0, width=3, prefix=38, scale=1.0)
    >>> zone_of(CRS.from_epsg(32649)).width, zone_of(CRS.from_epsg(3857))
    (6, None)
    """
    operation = _base(crs).coordinate_operation
    if operation is None or operation.method_name not in {"Transverse Mercator", "Gauss Kruger"}:
        return None
    values = {item.name: float(item.value) for item in operation.params}
    easting = values.get("False easting", 0.0)
    scale = values.get("Scale factor at natural origin", 1.0)
    prefix = int(easting // _PREFIX_M)
    three = "3" in re.findall(r"(\d+)[-_ ]?degree", crs.name, re.IGNORECASE)
    return Zone(
        values.get("Longitude of natural origin", 0.0),
        3 if prefix in THREE_DEGREE_ZONES or three else 6,
        prefix,
        scale,
    )


def prefixed_crs(prefix: int, *, datum: OldDatum = "") -> str:
    """Name the zone that a prefix stands for.

    Parameters
    ----------
    prefix
        13–23 of the 6-degree zones, 25–45 of the 3-degree zones.
    datum
        Old datum, empty for CGCS2000.

    Examples
    --------
    >>> prefixed_crs(38), prefixed_crs(19)
    ('EPSG:4526', 'EPSG:4497')
    """
    three = prefix in THREE_DEGREE_ZONES
    if not datum:
        return f"EPSG:{4513 + prefix - 25 if three else 4491 + prefix - 13}"
    meridian = 3 * prefix if three else 6 * prefix - 3
    return _old_zone(meridian, datum, false_easting_m=prefix * _PREFIX_M + 500_000)


def meridian_crs(meridian: int, *, datum: OldDatum = "", utm: bool = False) -> str:
    """Name the zone without prefix that has a central meridian.

    Parameters
    ----------
    meridian
        75, 78 … 135 degrees east.
    datum
        Old datum, empty for CGCS2000.
    utm
        Of WGS 84 / UTM.

    Examples
    --------
    >>> meridian_crs(114), meridian_crs(111, utm=True)
    ('EPSG:4547', 'EPSG:32649')
    """
    if utm:
        return f"EPSG:{32643 + (meridian - FIRST_MERIDIAN) // 6}"
    if not datum:
        return f"EPSG:{4534 + (meridian - FIRST_MERIDIAN) // 3}"
    return _old_zone(meridian, datum, false_easting_m=500_000)


def _old_zone(meridian: int, datum: OldDatum, *, false_easting_m: float) -> str:
    ellipsoid = "IAU76" if datum == "Xian 1980" else "krass"
    return (
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0={false_easting_m:.0f} +y_0=0 "
        f"+ellps={ellipsoid} +units=m +type=crs"
    )


def old_datum(crs: CRS) -> OldDatum:
    """Return the old datum that a CRS is on, empty where it is on none.

    One that comes with its own parameters to WGS 84, which are not all 0, is as good as new, and so
    is one of another country from which a transformation is published; ``"other"`` has none.

    Parameters
    ----------
    crs
        Any.

    Examples
    --------
    >>> [old_datum(CRS.from_epsg(code)) for code in (4214, 2383, 4547)]
    ['Beijing 1954', 'Xian 1980', '']
    """
    base = _base(crs)
    if base.ellipsoid is None or (crs.is_bound and not is_identity(crs)):
        return ""
    axis = base.ellipsoid.semi_major_metre
    if abs(axis - _IAG_1975_M) < _TOLERANCE_M:
        return "Xian 1980"
    if abs(axis - _KRASSOWSKY_M) < _TOLERANCE_M:
        return _on_krassowsky(base)
    new = abs(axis - _GRS_1980_M) < _TOLERANCE_M or not _is_ballpark(base)
    return "" if new else "other"


def _on_krassowsky(crs: CRS) -> OldDatum:
    geodetic = crs.geodetic_crs
    name = f"{crs.name} {geodetic.name if geodetic is not None else ''}".replace("_", " ").lower()
    if "new beijing" in name:
        return "New Beijing"
    return "Beijing 1954" if "beijing" in name or "北京" in name else "Krassowsky"


def _is_ballpark(crs: CRS) -> bool:
    """Whether the best known operation to WGS 84 leaves the datum out of account."""
    operations = TransformerGroup(crs.geodetic_crs or crs, "EPSG:4326").transformers
    return not operations or "Ballpark" in operations[0].description


def is_identity(crs: CRS) -> bool:
    """Whether a CRS comes with parameters to WGS 84 that are all 0.

    Parameters
    ----------
    crs
        Any.

    Examples
    --------
    >>> is_identity(CRS("+proj=longlat +ellps=krass +towgs84=0,0,0 +type=crs"))
    True
    """
    operation = crs.coordinate_operation
    return bool(crs.is_bound and operation is not None and not any(operation.towgs84))


def is_local(crs: CRS) -> bool:
    """Whether a CRS has no known relation to the Earth.

    Parameters
    ----------
    crs
        Any.

    Examples
    --------
    >>> is_local(CRS('LOCAL_CS["城建坐标系",UNIT["metre",1]]')), is_local(CRS.from_epsg(4547))
    (True, False)
    """
    base = _base(crs)
    return bool(base.is_engineering or not (base.is_geographic or base.is_projected))


def shifted_datum(*texts: object) -> Datum | None:
    """Return the shifted datum that a text names.

    Parameters
    ----------
    *texts
        Names of a CRS or datum as a file has them.

    Examples
    --------
    >>> shifted_datum("urn:ogc:def:crs:GCJ-02"), shifted_datum("BD09LL"), shifted_datum("EPSG:4490")
    ('gcj02', 'bd09', None)
    """
    for text in texts:
        for reading, pattern in _SHIFTED:
            if pattern.search(str(text)[:_NAME_CHARS]):
                return reading
    return None


def parsed(text: str) -> CRS | None:
    """Return the CRS that a text names, None where it names none.

    Parameters
    ----------
    text
        Such as ``EPSG:4547``.

    Examples
    --------
    >>> parsed("EPSG:4547").to_epsg(), parsed("EPSG:0")
    (4547, None)
    """
    try:
        return CRS.from_user_input(text)
    except PyprojError:
        return None


def _base(crs: CRS) -> CRS:
    """Return what a CRS is without a datum shift of its own, and without heights."""
    base = crs
    if base.is_bound and base.source_crs is not None:
        base = base.source_crs
    if base.is_compound and base.sub_crs_list:
        base = base.sub_crs_list[0]
    return base
