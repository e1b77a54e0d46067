"""Base maps that whoever runs the atlas declares: tile addresses and the WMTS of an intranet.

``XIANGJIANG_BASEMAPS`` names a YAML file. It is checked as the files of a plan are, and what is
wrong in it is named by its place. A key is read from the environment when a tile is asked for and
stands in no file.
"""

from __future__ import annotations

import math
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.look.tiling import HALF_WORLD_M, TILE_PX, BaseMap, Matrix, resolution_of, web_level
from layers.look.wmts import offered
from layers.plan.data_files import Damage, DataError, checked, stamp_of, yaml_of

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "XIANGJIANG_BASEMAPS"
# Of a tile: no field but ours, and no key or password in it.
_TILE = re.compile(r"https?://(?:[^\s\"'<>{}]|\{(?:z|x|y|s|key)\})+")
_SECRET = re.compile(r"//[^/]*@|[?&](?:\w*key|tk|ak|token)=(?!\{)", re.IGNORECASE)
MOST_PX, MOST_ACROSS = 4096, 2**40
# What addresses of WMTS say of a tile, as ours have it.
_FIELDS = {"TileMatrix": "z", "TileRow": "y", "TileCol": "x"}
_KVP = (
    "SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE={style}"
    "&TILEMATRIXSET={set}&FORMAT={format}&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}"
)


def declared(taken: frozenset[str] = frozenset()) -> dict[str, BaseMap]:
    """Return the base maps that are declared, by name; none where no file is named.

    Parameters
    ----------
    taken
        Names that base maps of the atlas have.

    Raises
    ------
    DataError
        The file is missing or damaged, or a key is not set; every place is named.
    """
    named = os.environ.get(VARIABLE)
    if not named:
        return {}
    path = Path(named)
    entries = _entries(path, stamp_of(path))
    damages = list(_damages(path.name, entries, taken))
    if damages:
        raise DataError(damages)
    bases = [_base(entry, path) for entry in entries]
    damages = [
        Damage(path.name, code, column=f"basemaps[{at}]")
        for at, base in enumerate(bases)
        for code in _unusable(base)
    ]
    if damages:
        raise DataError(damages)
    return {base.name: base for base in bases}


@lru_cache(maxsize=4)
def _entries(path: Path, _stamp: tuple[int, int]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = checked(yaml_of(path), path.name, "declared")["basemaps"]
    return entries


def _damages(file: str, entries: list[dict[str, Any]], taken: frozenset[str]) -> Iterator[Damage]:
    """Yield what no schema can tell: names that are taken, keys that are not set."""
    seen = set(taken)
    for at, entry in enumerate(entries):
        if entry["name"] in seen:
            place = f"basemaps[{at}].name"
            yield Damage(file, "basemap.taken", column=place, values={"name": entry["name"]})
        seen.add(entry["name"])
        variable = entry.get("key_variable", "")
        if variable and not os.environ.get(variable):
            place = f"basemaps[{at}].key_variable"
            yield Damage(file, "basemap.no_key", column=place, values={"name": variable})


def _unusable(base: BaseMap) -> Iterator[str]:
    """Yield what a base map is wrong in, whoever said it, the file or a service."""
    (address,) = base.tiles
    fields = {"{s}": base.subdomains, "{key}": base.key_variable}
    unfilled = any(field in address and not value for field, value in fields.items())
    if unfilled or not _TILE.fullmatch(address) or _SECRET.search(address):
        yield "basemap.address"
    levels = base.levels()
    if not levels or not all(map(_is_sound, levels)):
        yield "basemap.levels"


def _is_sound(level: Matrix) -> bool:
    numbers = (level.resolution, level.left, level.top)
    across = (level.columns, level.rows)
    return (
        all(map(math.isfinite, numbers))
        and level.resolution > 0
        and 0 < level.px <= MOST_PX
        and all(0 < each <= MOST_ACROSS for each in across)
    )


def _base(entry: dict[str, Any], path: Path) -> BaseMap:
    matrices, degrees, address = _tiled(entry, path)
    return BaseMap(
        name=entry["name"],
        title_zh=entry["title"]["zh"],
        title_en=entry["title"]["en"],
        datum=entry["datum"],
        attribution=entry["attribution"],
        max_zoom=entry.get("max_zoom", 18),
        min_zoom=entry.get("min_zoom", 0),
        subdomains=entry.get("subdomains", ""),
        tiles=(address,),
        key_variable=entry.get("key_variable", ""),
        matrices=matrices,
        degrees=degrees,
        review_number=entry.get("review_number", ""),
        year=str(entry.get("year", "")),
        in_files=entry.get("in_files", False),
        declared=True,
    )


def _tiled(entry: dict[str, Any], path: Path) -> tuple[tuple[Matrix, ...], bool, str]:
    """Return the levels, whether they are of degrees, and the address of a tile."""
    if entry["kind"] == "xyz":
        return (), False, entry["url"]
    values = {"style": "default", "format": "image/png"} | entry
    if "capabilities" in entry:
        found = offered(path.parent / entry["capabilities"], entry)
        matrices, degrees = found.matrices, found.degrees
        values |= {"url": found.url, "format": found.format, "style": found.style}
    elif "matrices" in entry:
        degrees = entry["crs"] == "EPSG:4490"
        matrices = tuple(_matrix(each, degrees=degrees) for each in entry["matrices"])
    else:
        degrees = entry["grid"] == "c"
        levels = range(max(1, entry.get("min_zoom", 1)), entry.get("max_zoom", 18) + 1)
        matrices = tuple(_level_c(each) if degrees else web_level(each) for each in levels)
    return matrices, degrees, _address(values)


def _address(values: dict[str, Any]) -> str:
    """Return the address of a tile: of REST as it is, of KVP with what it asks for."""
    url: str = values["url"]
    said = {"layer": values["layer"], "style": values["style"], "set": values["matrix_set"]}
    if "{TileMatrix}" not in url:
        joint = "" if url.endswith(("?", "&")) else "&" if "?" in url else "?"
        return url + joint + _KVP.format(**said, format=values["format"])
    for field, ours in _FIELDS.items():
        url = url.replace(f"{{{field}}}", f"{{{ours}}}")
    for field, ours in {"TileMatrixSet": "set", "Style": "style", "style": "style"}.items():
        url = url.replace(f"{{{field}}}", said[ours])
    return url


def _level_c(zoom: int) -> Matrix:
    """Return a level of the tiles in degrees that Chinese services call c.

    Examples
    --------
    >>> _level_c(1)
    Matrix(id='1', resolution=0.703125, left=-180.0, top=90.0, px=256, columns=2, rows=1)
    """
    return Matrix(str(zoom), 360 / TILE_PX / 2**zoom, -180.0, 90.0, TILE_PX, 2**zoom, 2**zoom // 2)


def _matrix(entry: dict[str, Any], *, degrees: bool) -> Matrix:
    """Return a level as a file declares it; what it does not say of its size is the whole world."""
    px, half = entry.get("tile_px", TILE_PX), 180.0 if degrees else HALF_WORLD_M
    resolution = resolution_of(
        entry["scale_denominator"], degrees=degrees, width_px=px * entry.get("columns", 0)
    )
    left, top = entry.get("top_left", [-half, half / 2 if degrees else half])
    side = resolution * px
    columns = entry.get("columns", math.ceil(round((half - left) / side, 6)))
    rows = entry.get("rows", math.ceil(round((top + (half / 2 if degrees else half)) / side, 6)))
    return Matrix(str(entry["id"]), resolution, left, top, px, columns, rows)
