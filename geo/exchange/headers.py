"""Names of columns: which of them hold places, what a row of names looks like, codes and titles.

Names are compared in one spelling: half-width, small letters, without units in brackets, without
spaces and joining marks. ``经度（°）``, ``Lon`` and ``LNG_wgs84`` all name longitudes.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES: dict[str, str] = {
    "lon": "lon lng long longitude longtitude longitud 经度 东经 经 lonx lngx 经度e 经度坐标 "
    "gpslng gpslon gps经度 中心经度 坐标经度 所在经度",
    "lat": "lat latitude latitud 纬度 北纬 纬 laty 纬度n 纬度坐标 gpslat gps纬度 中心纬度 "
    "坐标纬度 所在纬度",
    "east": "east easting e 东 东坐标 东向 横坐标 投影东 东向坐标 横坐标y 横坐标x",
    "north": "north northing n 北 北坐标 北向 纵坐标 投影北 北向坐标 纵坐标x 纵坐标y",
    "x": "x x坐标 坐标x xcoord coordx xcoordinate pointx centroidx centerx posx 中心x 投影x 平面x",
    "y": "y y坐标 坐标y ycoord coordy ycoordinate pointy centroidy centery posy 中心y 投影y 平面y",
    "shape": "wkt ewkt wkb ewkb geojson geometry geom thegeom wkbgeometry shape wktgeom 几何 "
    "几何数据 几何图形 空间数据 图形 边界 边界坐标 边界点 边界数据 范围坐标 坐标范围 范围 轮廓 "
    "坐标串 坐标集 polygon polyline boundary boundaries coordinates coords path 拐点坐标 界址点 "
    "界址点坐标 路径 路线 轨迹 线路 坐标 坐标点 经纬度 经纬度坐标 lnglat lonlat latlng latlon "
    "位置 location 位置坐标 中心点坐标 中心点 中心坐标 gps gps坐标 coord coordinate point position "
    "center centroid 点位 点坐标",
    "place": "地名 地点 地址 详细地址 所在地 所在地址 place placename address addr 街道 乡镇 "
    "建设地点 项目地点 项目地址 名称 name 单位 单位名称 项目名称 平台名称 园区 园区名称",
}
_ROLE = {each: role for role, names in _NAMES.items() for each in names.split()}
_SHAPES = _NAMES["shape"].split()
# A column of these may hold coordinates or the name of a place.
_PLACES = [*_NAMES["place"].split(), "位置", "location", "position", "center"]
# What a column says of its datum; the first that is there is taken first.
_DATUMS = ("wgs84", "wgs", "cgcs2000", "2000", "gcj02", "gcj", "火星", "高德", "bd09", "百度", "bd")
_PAIRS = (("lon", "lat"), ("east", "north"), ("x", "y"))
_LINES = re.compile("line|path|route|track|路|线|轨迹|道")
_CODE = re.compile(
    r"(^|[^a-z])(id|code|no|name|fid|gid|oid|zip|tel|phone|mobile|postcode)($|[^a-z])"
    r"|id$|code$|adcode|编码|代码|编号|名称|名字|序号|邮编|电话|手机|证号|证件|账号|批号|文号|区号|^号$"
)
_TITLES = [
    *("名称", "name", "平台名称", "项目名称", "地名", "单位名称", "单位", "园区名称", "园区"),
    *("title", "标题", "namezh", "namecn", "名字"),
]
# Columns that say in words which datum the coordinates of a row are in.
_SYSTEMS = {
    *("坐标系", "坐标系统", "坐标类型", "坐标系类型"),
    *("coordsys", "coordtype", "coordinatesystem", "datum", "crs"),
}
_JOINTS = str.maketrans("", "", " \t\r\n\u3000_-.:·/\\°'\"#*\ufeff\u200b")
_OPENS_NUMBERS = tuple("(-.0123456789")
_LONGEST = 60  # no name of a role is longer


@lru_cache(maxsize=4096)
def spelled(name: str) -> str:
    """Return a name of a column in the spelling that names are compared in.

    Examples
    --------
    >>> spelled("Ｘ 坐标（米）"), spelled("the_geom")
    ('x坐标', 'thegeom')
    """
    plain = unicodedata.normalize("NFKC", name[: 2 * _LONGEST]).casefold()
    for bracket in "([【{<":
        bracket_at = plain.find(bracket)
        if bracket_at > 0 and plain[bracket_at + 1 : bracket_at + 2] in _OPENS_NUMBERS:
            return ""  # a WKT, not a name
        plain = plain if bracket_at < 1 else plain[:bracket_at]
    return plain.translate(_JOINTS)


@lru_cache(maxsize=4096)
def role(name: str) -> str:
    """Return what a column of that name holds: lon, lat, east, north, x, y, shape, place or "".

    Examples
    --------
    >>> role("经度(°)"), role("bd_lng"), role("横坐标"), role("投资额")
    ('lon', 'lon', 'east', '')
    """
    return _ROLE.get(_bare(spelled(name))[0], "")


def datum_named(name: str) -> str:
    """Return the shifted datum that the name of a column speaks of, empty where none.

    Examples
    --------
    >>> datum_named("lng_bd09"), datum_named("经度(GCJ-02)"), datum_named("lng_wgs84")
    ('BD-09', 'GCJ-02', '')
    """
    whole = unicodedata.normalize("NFKC", name[: 2 * _LONGEST]).casefold().translate(_JOINTS)
    if any(each in whole for each in ("gcj", "火星", "高德")):
        return "GCJ-02"
    is_baidu = any(each in whole for each in ("bd09", "百度")) or _bare(whole)[1] == "bd"
    return "BD-09" if is_baidu else ""


def system_columns(names: Sequence[str]) -> list[int]:
    """Return the columns that say in which datum the coordinates are.

    Examples
    --------
    >>> system_columns(["名称", "坐标系", "经度"])
    [1]
    """
    return [at for at, name in enumerate(names) if spelled(name) in _SYSTEMS]


def _bare(key: str) -> tuple[str, str]:
    """Return a name without the datum that it says, and that datum."""
    if key not in _ROLE:
        for datum in _DATUMS:
            rest = key.replace(datum, "", 1)
            if rest != key and rest in _ROLE:
                return rest, datum
    return key, ""


def _preference(name: str) -> int:
    datum = _bare(spelled(name))[1]
    if datum:
        first_shifted = _DATUMS.index("gcj02")
        at = _DATUMS.index(datum)
        return 0 if at < first_shifted else at
    return 1


def pairs(names: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return pairs of columns that may hold coordinates: first, second, and the role of the first.

    Examples
    --------
    >>> pairs(["name", "lng", "lat", "X", "Y"])
    [(1, 2, 'lon'), (3, 4, 'x')]
    """
    column_of: dict[str, int] = {}
    for at, name in sorted(enumerate(names), key=lambda each: _preference(each[1])):
        column_of.setdefault(role(name), at)
    return [
        (column_of[first], column_of[second], first)
        for first, second in _PAIRS
        if first in column_of and second in column_of
    ]


def shape_columns(names: Sequence[str]) -> list[int]:
    """Return the columns whose name speaks of geometry or of coordinates, areas first.

    Examples
    --------
    >>> shape_columns(["center", "name", "geometry"])
    [2, 0]
    """
    return _ranked(_SHAPES, names)


def place_columns(names: Sequence[str]) -> list[int]:
    """Return the columns that may hold names of places, the likeliest first.

    Examples
    --------
    >>> place_columns(["项目名称", "地点"])
    [1, 0]
    """
    return _ranked(_PLACES, names)


def _ranked(order: Sequence[str], names: Sequence[str]) -> list[int]:
    keys = [_bare(spelled(name))[0] for name in names]
    return sorted(
        (at for at, key in enumerate(keys) if key in order),
        key=lambda at: (order.index(keys[at]), _preference(names[at])),
    )


def title_column(names: Sequence[str]) -> int | None:
    """Return the column that names the rows, None where there is none.

    Examples
    --------
    >>> title_column(["编号", "名称"])
    1
    """
    ranked = sorted(
        (_TITLES.index(spelled(name)), at)
        for at, name in enumerate(names)
        if spelled(name) in _TITLES
    )
    return ranked[0][1] if ranked else None


def is_code(name: str) -> bool:
    """Whether a column holds codes or names, whose digits are no number.

    Examples
    --------
    >>> is_code("parcel_id"), is_code("adcode"), is_code("地块编号"), is_code("width")
    (True, True, True, False)
    """
    plain = unicodedata.normalize("NFKC", name[: 2 * _LONGEST]).casefold().replace("_", " ")
    return _CODE.search(plain) is not None


def is_line(name: str) -> bool:
    """Whether the name of a column of coordinates speaks of lines rather than of borders."""
    return _LINES.search(spelled(name)) is not None and "边界" not in name


def has_places(cells: Sequence[str]) -> bool:
    """Whether a row names columns that hold places.

    Examples
    --------
    >>> has_places(["名称", "经度", "纬度"]), has_places(["岳麓区项目清单", "", ""])
    (True, False)
    """
    return bool(pairs(cells)) or any(role(each) == "shape" for each in cells)


def header_row(rows: Sequence[Sequence[str]]) -> int:
    """Return which of the first rows names the columns, below titles and remarks.

    Examples
    --------
    >>> header_row([["项目清单", "", ""], ["名称", "经度", "纬度"], ["甲", "112.9", "28.2"]])
    1
    """
    n_filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    widest = max(n_filled, default=0)
    least = min(2, widest)
    for at, row in enumerate(rows):
        if n_filled[at] >= least and has_places(row):
            return at
    for at, row in enumerate(rows):
        wide = n_filled[at] >= max(least, (2 * widest) // 3)
        if wide and not any(is_number(cell) for cell in row):
            return at
    return 0


def is_number(text: str) -> bool:
    """Whether a text is a plain number.

    Examples
    --------
    >>> is_number(" 112.9 "), is_number("甲")
    (True, False)
    """
    try:
        float(text)
    except ValueError:
        return False
    return True


def distinct(cells: Sequence[str]) -> list[str]:
    """Return names of columns, none empty and none twice.

    Examples
    --------
    >>> distinct(["名称", "", "名称"])
    ['名称', 'column_2', '名称_2']
    """
    names: list[str] = []
    taken: set[str] = set()
    last: dict[str, int] = {}
    for number, cell in enumerate(cells, start=1):
        base = " ".join(cell.replace("\x00", "").split()) or f"column_{number}"
        name, copy = base, last.get(base, 1)
        while name in taken:
            copy += 1
            name = f"{base}_{copy}"
        last[base] = copy
        taken.add(name)
        names.append(name)
    return names
