"""What a file says of its coordinate system, and what that means; nothing is taken for WGS 84.

The name may be an authority's code, well-known text, PROJJSON, or the name of one of the datums
that maps in China are shifted to, which no authority lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyproj import CRS
from pyproj.exceptions import ProjError

from geo.crs import GEOGRAPHIC
from geo.errors import CRSError
from geo.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LETTERS = 20_000
# Said by formats that have one CRS or none to name: degrees, longitude first.
BY_FORMAT = "degrees by format"
_SHIFTED = {
    "gcj02": ("gcj02", "gcj", "火星", "amap", "高德", "国测局", "autonavi"),
    "bd09": ("bd09", "bd9", "baidu", "百度"),
}
# Names under which old programs mean degrees in WGS 84, longitude first.
_WGS84 = ("crs84", "ogccrs84", "urnogcdefcrsogc13crs84", "urnogcdefcrsogccrs84", "wgs84")
_OLD = ("xian 1980", "xian_1980", "xi'an 1980", "beijing 1954", "beijing_1954", "new beijing")
_NAME_LETTERS = 80


def understood(stated: str, *, name: str) -> tuple[CRS | None, str, list[Finding]]:
    """Return the CRS that a statement means, how that is known, and what to look at.

    Parameters
    ----------
    stated
        What the file says; empty for nothing.
    name
        Of the file, for messages.

    Returns
    -------
    The CRS (None where nothing is said), the code of the sentence that says how, and findings: a
    shifted datum that is named, an old datum.

    Raises
    ------
    CRSError
        There is no such CRS, or it is one of a building site or an unnamed plane, whose place on
        the earth the file does not say.

    Examples
    --------
    >>> understood("urn:ogc:def:crs:EPSG::4610", name="a.json")[2][0].code
    'file.crs_old_datum'
    >>> crs, how, _ = understood("GCJ-02", name="a.json")
    >>> crs.to_epsg(), how
    (4490, 'datum.stated_gcj02')
    """
    if not stated.strip():
        return None, "crs_how.missing", []
    if stated == BY_FORMAT:
        return CRS(GEOGRAPHIC), "crs_how.by_format", []
    datum = shifted_datum(stated)
    if datum:
        finding = Finding(f"datum.stated_{datum}", {"name": _short(stated)}, "warning")
        return CRS(GEOGRAPHIC), f"datum.stated_{datum}", [finding]
    if _plain(stated) in _WGS84:
        return CRS("EPSG:4326"), "crs_how.declared", []
    try:
        crs = CRS.from_user_input(stated[:MAX_LETTERS])
        crs = _on_the_ground(crs)
    except (ProjError, ValueError, TypeError) as error:
        raise CRSError(
            f"{name} names the CRS {_short(stated)!r}, which nobody knows. Pass crs= if you know "
            "what it is.",
            code="file.crs_unknown",
            name=name,
            crs=_short(stated),
        ) from error
    if not (crs.is_geographic or crs.is_projected):
        raise CRSError(
            f"{name} is in {crs.name!r} ({crs.type_name}), of which the file does not say where it "
            "lies. Pass crs= if you know what it is.",
            code="file.crs_local",
            name=name,
            crs=_short(crs.name),
        )
    return crs, "crs_how.declared", list(_old_datum(crs))


def shifted_datum(stated: str) -> str:
    """Return ``"gcj02"`` or ``"bd09"`` where a statement names it, else an empty text.

    Examples
    --------
    >>> shifted_datum("GCJ-02"), shifted_datum("百度坐标系"), shifted_datum("EPSG:4490")
    ('gcj02', 'bd09', '')
    """
    plain = _plain(stated[:200])
    for datum, names in _SHIFTED.items():
        if any(each in plain for each in names):
            return datum
    return ""


def _plain(text: str) -> str:
    return "".join(each for each in text.lower() if each.isalnum())


def _on_the_ground(crs: CRS) -> CRS:
    """Return the horizontal part, without heights and without a shift to another datum."""
    while crs.is_compound or crs.is_bound:
        inner = crs.sub_crs_list[0] if crs.is_compound else crs.source_crs
        if inner is None:
            break
        crs = inner
    has_heights = len(crs.axis_info) > 2 and (crs.is_geographic or crs.is_projected)  # noqa: PLR2004
    return crs.to_2d() if has_heights else crs


def _old_datum(crs: CRS) -> Iterable[Finding]:
    datum = crs.datum.name if crs.datum is not None else ""
    geodetic = crs.geodetic_crs.name if crs.geodetic_crs is not None else ""
    if any(old in each.lower() for old in _OLD for each in (datum, geodetic, crs.name)):
        yield Finding("file.crs_old_datum", {"crs": _short(crs.name), "datum": datum}, "warning")


def _short(text: str) -> str:
    text = text.strip()
    if '["' in text:  # well-known text: its first quoted words are the name
        text = text.split('"')[1]
    return text[:_NAME_LETTERS]
