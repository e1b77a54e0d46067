"""Corner points of land parcels in the text format of China's land administration.

A head ``[属性描述]`` says the coordinate system, ``[地块坐标]`` begins the parcels: a line that
ends in ``@`` with the number of corners, the area, number and name of a parcel; then its corners,
each with its name, the ring that it is of, northing and easting. The first ring is the border,
others are holes or further parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.errors import InputError
from geo.exchange import labels
from geo.exchange.columns import attributes
from geo.exchange.encodings import decoded
from geo.exchange.sheets import Sheet
from geo.exchange.stated_crs import BY_FORMAT
from geo.findings import Finding
from geo.wording import together

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.exchange.encodings import Decoded

_HEAD, _PLOTS = "[属性描述]", "[地块坐标]"
_LOOKED_AT = 20_000
_FIELDS = (
    "界址点数",
    "地块面积",
    "地块编号",
    "地块名称",
    "图形属性",
    "图幅号",
    "地块用途",
    "地类编码",
)
_CORNER_CELLS, _RING_CORNERS = 4, 3
_DATUMS: dict[str, labels.OldDatum] = {"80": "Xian 1980", "54": "Beijing 1954"}
_DIGITS = re.compile("[0-9]+")
_MILLION_M = 1e6
_LARGEST_DEGREES = 360.0


@dataclass(slots=True)
class _Plot:
    fields: dict[str, Any]
    rings: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    wrong: str = ""


def is_plots(data: bytes) -> bool:
    """Whether a text begins as such a file does, in either encoding.

    Examples
    --------
    >>> is_plots("[属性描述]".encode("gbk")), is_plots(b"name,lon,lat")
    (True, False)
    """
    start = data[:_LOOKED_AT]
    words = (word.encode(encoding) for word in (_HEAD, _PLOTS) for encoding in ("gbk", "utf-8"))
    return any(word in start for word in words)


def parse(data: bytes, *, name: str) -> list[Sheet]:
    """Read parcels.

    Parameters
    ----------
    data
        Contents of the file.
    name
        Its name.

    Returns
    -------
    One sheet, in the system that the head names: a zone of Gauss-Krüger with or without its number
    before the eastings, or degrees.

    Raises
    ------
    InputError
        It has no parcels.

    Examples
    --------
    >>> text = '''[属性描述]
    ... 坐标系=2000国家大地坐标系
    ... 几度分带=3
    ... 带号=38
    ... [地块坐标]
    ... 3,0.4,1,甲,面,,,,@
    ... J1,1,3110000,38401000
    ... J2,1,3110000,38401100
    ... J3,1,3110080,38401100'''
    >>> (sheet,) = parse(text.encode("gbk"), name="a.txt")
    >>> sheet.stated_crs, sheet.table["地块名称"].tolist(), sheet.shapes[0].area
    ('EPSG:4526', ['甲'], 4000.0)
    """
    text = decoded(data, name=name)
    head, plots = _cut(text)
    if not plots:
        raise InputError(
            f"{name} has no parcels after {_PLOTS}. Export it again.",
            code="plots.none",
            name=name,
        )
    shapes = np.full(len(plots), None, dtype=object)
    reasons: dict[int, tuple[str, str]] = {}
    for at, plot in enumerate(plots):
        shapes[at] = _shape(plot)
        if shapes[at] is None:
            reasons[at] = ("row.geometry_broken", plot.wrong)
    corners = shapely.get_coordinates(shapes)
    return [
        Sheet(
            name=head.get("地块名称") or "地块",
            table=attributes([plot.fields for plot in plots], name=name),
            shapes=shapes,
            stated_crs=_crs(head, corners[:, 0]) if corners.size else "",
            encoding=text.encoding,
            encoding_how=text.how,
            reasons=reasons,
            findings=[*text.findings(), Finding("plots.read", {"rows": len(plots)})],
        )
    ]


def _cut(text: Decoded) -> tuple[dict[str, str], list[_Plot]]:
    head: dict[str, str] = {}
    plots: list[_Plot] = []
    for line in text.text.splitlines():
        plain = line.strip().replace("，", ",")
        if plain.endswith("@"):
            cells = [cell.strip() for cell in plain.rstrip("@").split(",")]
            plots.append(_Plot(dict(zip(_FIELDS, cells, strict=False))))
        elif plots and plain:
            _add_corner(plots[-1], plain)
        elif "=" in plain:
            key, _, value = plain.partition("=")
            head[key.strip()] = value.strip()
    return head, plots


def _add_corner(plot: _Plot, line: str) -> None:
    cells = [cell.strip() for cell in line.split(",")]
    try:
        ring, north, east = cells[1], float(cells[2]), float(cells[3])
    except (ValueError, IndexError):
        plot.wrong = plot.wrong or line[:80]
        return
    if not np.isfinite([north, east]).all():
        plot.wrong = plot.wrong or line[:80]
        return
    if max(abs(north), abs(east)) <= _LARGEST_DEGREES and abs(north) > abs(east):
        north, east = east, north  # degrees, longitude first
    plot.rings.setdefault(ring, []).append((east, north))


def _shape(plot: _Plot) -> shapely.Geometry | None:
    """Return the area of a parcel; a ring within the border is a hole, others are further parts."""
    rings = list(plot.rings.values())
    if plot.wrong or not rings or min(map(len, rings)) < _RING_CORNERS:
        plot.wrong = plot.wrong or together(plot.rings)
        return None
    try:
        areas = [shapely.Polygon(ring) for ring in rings]
        shells: list[tuple[shapely.Polygon, list[Any]]] = []
        for area in areas:
            spot = area.exterior.coords[0]
            around = [holes for shell, holes in shells if shell.intersects(shapely.Point(spot))]
            if around:
                around[0].append(area.exterior)
            else:
                shells.append((area, []))
    except (ValueError, shapely.GEOSException) as error:
        plot.wrong = str(error)[:80]
        return None
    parts = [shapely.Polygon(shell.exterior, holes) for shell, holes in shells]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _crs(head: Mapping[str, str], eastings: np.ndarray[Any, Any]) -> str:
    """Return the CRS that a head means, empty where it leaves the zone open."""
    if np.abs(eastings).max() <= _LARGEST_DEGREES:
        return BY_FORMAT
    system = head.get("坐标系", "")
    datum: labels.OldDatum = next((name for mark, name in _DATUMS.items() if mark in system), "")
    zone = int(np.median(eastings) // _MILLION_M) or _number(head.get("带号", ""))
    width = _number(head.get("几度分带", "") or head.get("分带", ""))
    prefixed = np.median(eastings) >= _MILLION_M
    if zone in labels.THREE_DEGREE_ZONES and width != 6:  # noqa: PLR2004  degrees
        meridian = 3 * zone
    elif zone in labels.SIX_DEGREE_ZONES:
        meridian = 6 * zone - 3
    else:
        return ""
    if prefixed:
        return labels.prefixed_crs(zone, datum=datum)
    return labels.meridian_crs(meridian, datum=datum)


def _number(text: str) -> int:
    digits = _DIGITS.search(text[:20])
    return int(digits[0]) if digits else 0
