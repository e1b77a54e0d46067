"""The formats that are read: which suffix is which, what its contents begin with, who reads it.

A file is read as what its suffix says, and only if its contents agree; nothing is opened by guess.
What is not read is refused by name: a drawing as a drawing, an image as an image.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.errors import InputError
from geo.exchange import drawings, geojson, gpx, kml, parquets, plain_csv, shapefiles, topojson
from geo.exchange.archives import Member, is_archive, unpacked
from geo.exchange.databases import read_database
from geo.exchange.sheets import Sheet, taken_together

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geo.exchange.receipt import Candidate, Parsed

    Layer = str | Sequence[str] | None
    Read = tuple[list[Sheet], list[Candidate]]

MAX_FEATURES, MAX_VERTICES = 5_000_000, 60_000_000
# GDAL's names of the drivers that are needed to read what stands here.
DRIVERS = ("GPKG", "OpenFileGDB", "FlatGeobuf", "DXF", "ESRI Shapefile")
_SQLITE, _GPKG_AT = b"SQLite format 3\x00", slice(68, 72)
_GPKG = {b"GPKG", b"GP10", b"GP11"}
_HEAD = 4_096


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files with features.

    Parameters
    ----------
    name
        For a reader.
    suffixes
        In small letters.
    contents
        What its contents may look like; see `looks_like`.
    read
        From contents, name and wanted layers, the sheets read and the layers it lists.
    """

    name: str
    suffixes: tuple[str, ...]
    contents: tuple[str, ...]
    read: Callable[[bytes, str, Layer], Read]


def _plain(parse: Callable[..., list[Sheet]]) -> Callable[[bytes, str, Layer], Read]:
    return lambda data, name, _: (parse(data, name=name), [])


def _json(data: bytes, name: str, _: Layer) -> Read:
    reader = topojson if topojson.is_topology(data) else geojson
    return reader.parse(data, name=name), []


def _geopackage(data: bytes, name: str, layer: Layer) -> Read:
    return read_database({"a.gpkg": data}, name=name, driver="GPKG", layer=layer)


def _flatgeobuf(data: bytes, name: str, layer: Layer) -> Read:
    return read_database({"a.fgb": data}, name=name, driver="FlatGeobuf", layer=layer)


def _single_shp(data: bytes, name: str, _: Layer) -> Read:
    stem = PurePosixPath(name.replace("\\", "/")).stem
    return [shapefiles.read_shapefile({".shp": data}, layer=stem, name=name)], []


FORMATS = (
    Format("GeoJSON", (".geojson", ".json", ".geojsonl", ".geojsons", ".ndjson"), ("JSON",), _json),
    Format("TopoJSON", (".topojson",), ("JSON",), _plain(topojson.parse)),
    Format("GeoPackage", (".gpkg",), ("GeoPackage",), _geopackage),
    Format("KML", (".kml",), ("XML",), _plain(kml.parse)),
    Format("GPX", (".gpx",), ("XML",), _plain(gpx.parse)),
    Format("GeoParquet", (".parquet", ".geoparquet"), ("Parquet",), _plain(parquets.parse)),
    Format("FlatGeobuf", (".fgb",), ("FlatGeobuf",), _flatgeobuf),
    Format("DXF", (".dxf",), ("text", "DXF"), _plain(drawings.parse)),
    Format("Shapefile", (".shp",), ("Shapefile",), _single_shp),
    Format("CSV", (".csv", ".tsv", ".txt"), ("text", "JSON"), _plain(plain_csv.parse)),
)
_BY_SUFFIX = {suffix: each for each in FORMATS for suffix in each.suffixes}
_ARCHIVES = (".zip", ".kmz")
SUFFIXES = (*_BY_SUFFIX, *_ARCHIVES)
_MAGIC = (
    (shapefiles.MAGIC, "Shapefile"),
    (parquets.MAGIC, "Parquet"),
    (b"fgb", "FlatGeobuf"),
    (b"AutoCAD Binary DXF", "DXF"),
    (b"AC10", "DWG"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"%PDF", "PDF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\xd0\xcf\x11\xe0", "Office 97 (.xls, .doc)"),
    (b"\x00\x01\x00\x00Standard", "Access (.mdb)"),
    (b"CDF\x01", "NetCDF"),
    (b"\x89HDF", "HDF5"),
    (b"!table", "MapInfo (.tab)"),
    (b"Version ", "MapInfo (.mif)"),
    (b"<OGRVRT", "VRT"),
    (b"<VRTDataset", "VRT"),
)
_OFFICE = {"word": "Word", "xl": "Excel (.xlsx)", "ppt": "PowerPoint"}


def looks_like(data: bytes) -> str:
    r"""Say what contents look like, by their first bytes.

    Parameters
    ----------
    data
        Contents of a file.

    Returns
    -------
    A name such as ``"GeoPackage"``, ``"zip"``, ``"RAR"`` or ``"JSON"``; ``"text"`` for any other
    text, ``"unknown"`` for any other bytes.

    Examples
    --------
    >>> looks_like(b"Rar!\x1a\x07"), looks_like(b' {"type": 1}'), looks_like(b"\x00\x01")
    ('RAR', 'JSON', 'unknown')
    """
    if is_archive(data):
        return "zip"
    if data.startswith(_SQLITE):
        return "GeoPackage" if data[_GPKG_AT] in _GPKG else "SQLite"
    head = data[:_HEAD]
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n\x1e")
    for magic, kind in _MAGIC:
        if head.startswith(magic) or (magic[:1] in b"!<V" and start.startswith(magic)):
            return kind
    if start[:1] == b"<":
        return "XML"
    if start[:1] in {b"{", b"["}:
        return "JSON"
    wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    return "text" if wide or not head.count(0) else "unknown"


def parse(data: bytes, name: str, options: Mapping[str, Any]) -> Parsed:
    """Read a file of features; this is what a sealed process runs.

    Parameters
    ----------
    data
        Contents of the file.
    name
        Its name; the suffix says what it is.
    options
        ``layer``: names of the layers to take, or None. ``crs``: the CRS where the caller knows it.

    Returns
    -------
    What was read; see `geo.exchange.sheets.taken_together`.

    Raises
    ------
    InputError
        The file is of another kind, damaged, or beyond a limit.

    Examples
    --------
    >>> parse(b'{"type": "Point", "coordinates": [112.9, 28.2]}', "a.json", {}).taken
    ('features',)
    """
    layer = options.get("layer")
    if is_archive(data):
        sheets, listed, format_name = _archive(data, name, layer, nested=False)
    else:
        sheets, listed, format_name = _file(data, name, layer)
    _require_bounded(sheets, name)
    return taken_together(
        sheets,
        name=name,
        format_name=format_name,
        layer=layer,
        listed=listed,
        crs_given=bool(options.get("crs")),
    )


def _suffix(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def _file(data: bytes, name: str, layer: Layer) -> tuple[list[Sheet], list[Candidate], str]:
    kind = looks_like(data)
    own = _BY_SUFFIX.get(_suffix(name))
    if own is None:
        raise _not_read(name, kind)
    if kind not in own.contents and not (kind == "DXF" and own.name == "DXF"):
        raise InputError(
            f"{name} has the suffix of {own.name}, but its contents look like {kind}. Give it the "
            f"right suffix, or export it again as {own.name}.",
            code="file.other_content",
            name=name,
            format=own.name,
            content=kind,
        )
    sheets, listed = own.read(data, name, layer)
    named = "TopoJSON" if own.name == "GeoJSON" and topojson.is_topology(data) else own.name
    return sheets, listed, named


def _not_read(name: str, kind: str) -> InputError:
    return InputError(
        f"{name} cannot be read: it looks like {kind}. Read are {', '.join(SUFFIXES)}; a shapefile "
        "comes as one .zip of its .shp, .shx, .dbf and .prj.",
        code=_ADVICE.get(kind, "file.not_read"),
        name=name,
        content=kind,
        suffix=_suffix(name) or "–",
    )


_ADVICE = {
    "DWG": "file.dwg",
    "RAR": "file.other_archive",
    "7z": "file.other_archive",
    "gzip": "file.other_archive",
    "bzip2": "file.other_archive",
    "xz": "file.other_archive",
    "TIFF": "file.raster",
    "PNG": "file.picture",
    "JPEG": "file.picture",
    "PDF": "file.picture",
    "Word": "file.document",
    "PowerPoint": "file.document",
}


def _archive(
    data: bytes, name: str, layer: Layer, *, nested: bool
) -> tuple[list[Sheet], list[Candidate], str]:
    """Read everything in an archive that can be read, shapefiles first."""
    members = unpacked(data, name=name)
    _refuse_office(members, name)
    sheets: list[Sheet] = []
    listed: list[Candidate] = []
    formats: dict[str, None] = {}
    rest = _shapefiles(members, name, sheets)
    if len(rest) < len(members):
        formats["Shapefile"] = None
    rest = _geodatabases(rest, name, layer, sheets, listed, formats)
    for member in rest:
        label = str(member.path)
        if is_archive(member.content) and member.path.suffix in _ARCHIVES:
            if nested:
                raise InputError(
                    f"{name} holds an archive within an archive within it. Pack the files once.",
                    code="archive.nested",
                    name=name,
                )
            more, more_listed, found = _archive(member.content, label, layer, nested=True)
        elif member.path.suffix in _BY_SUFFIX and member.path.suffix != ".txt":
            more, more_listed, found = _file(member.content, label, layer)
            if len(more) == 1:
                more[0].name = member.path.stem
        else:
            continue
        formats[found] = None
        sheets += more
        listed += more_listed
    if not sheets:
        raise _nothing_in(members, name)
    _tell_apart(sheets)
    is_kmz = list(formats) == ["KML"] and name.lower().endswith(".kmz")
    return sheets, listed, "KMZ" if is_kmz else ", ".join(formats)


def _tell_apart(sheets: list[Sheet]) -> None:
    """Give every sheet a name of its own."""
    taken: set[str] = set()
    for sheet in sheets:
        name, number = sheet.name, 2
        while name in taken:
            name, number = f"{sheet.name} {number}", number + 1
        taken.add(name)
        sheet.name = name


def _refuse_office(members: list[Member], name: str) -> None:
    paths = {str(member.path) for member in members}
    if "[Content_Types].xml" not in paths:
        return
    tops = {path.partition("/")[0] for path in paths}
    kind = next((words for top, words in _OFFICE.items() if top in tops), "Office")
    raise _not_read(name, kind)


def _shapefiles(members: list[Member], name: str, sheets: list[Sheet]) -> list[Member]:
    """Read shapefiles into sheets; return the members that are no part of one."""
    groups: dict[str, dict[str, bytes]] = {}
    for member in members:
        groups.setdefault(str(member.path.with_suffix("")).lower(), {})[member.path.suffix] = (
            member.content
        )
    taken = {stem for stem, parts in groups.items() if ".shp" in parts}
    for member in members:
        if member.path.suffix == ".shp":
            parts = groups[str(member.path.with_suffix("")).lower()]
            layer = member.path.stem
            sheets.append(shapefiles.read_shapefile(parts, layer=layer, name=name))
    return [
        member for member in members if str(member.path.with_suffix("")).lower() not in taken
    ]


def _geodatabases(
    members: list[Member],
    name: str,
    layer: Layer,
    sheets: list[Sheet],
    listed: list[Candidate],
    formats: dict[str, None],
) -> list[Member]:
    """Read File Geodatabases into sheets; return the members that are no part of one."""
    folders: dict[str, dict[str, bytes]] = {}
    rest = []
    for member in members:
        folder = _geodatabase_of(member, name)
        if folder is None:
            rest.append(member)
        else:
            folders.setdefault(folder, {})[member.path.name] = member.content
    for files in folders.values():
        own = {f"a.gdb/{path}": content for path, content in files.items()}
        more, more_listed = read_database(own, name=name, driver="OpenFileGDB", layer=layer)
        sheets += more
        listed += more_listed
        formats["File Geodatabase"] = None
    return rest


def _geodatabase_of(member: Member, name: str) -> str | None:
    """Folder of the geodatabase that a member is part of; packed without one, the archive's."""
    parent = member.path.parent
    if parent.suffix.lower() == ".gdb":
        return str(parent)
    is_table = member.path.suffix in {".gdbtable", ".gdbtablx", ".gdbindexes", ".atx", ".spx"}
    bare = name.lower().endswith(".gdb.zip") or member.path.name in {"gdb", "timestamps"}
    return str(parent) if is_table or (bare and not member.path.suffix) else None


def _nothing_in(members: list[Member], name: str) -> InputError:
    suffixes = sorted({member.path.suffix for member in members if member.path.suffix})
    loose = {".dbf", ".shx", ".prj"} & set(suffixes)
    return InputError(
        f"there is nothing in {name} that is read; it has files of {', '.join(suffixes) or 'none'}."
        " Put the .shp, .shx, .dbf and .prj of a shapefile into the .zip.",
        code="archive.no_shp" if loose else "archive.nothing",
        name=name,
        suffixes=", ".join(suffixes[:8]) or "–",
    )


def _require_bounded(sheets: Sequence[Sheet], name: str) -> None:
    rows = sum(len(sheet.shapes) for sheet in sheets)
    if rows > MAX_FEATURES:
        raise InputError(
            f"{name} has {rows:,} features, at most {MAX_FEATURES:,} are read. Take a part of it.",
            code="file.rows",
            name=name,
            rows=rows,
            most=MAX_FEATURES,
        )
    corners = sum(int(np.sum(shapely.get_num_coordinates(sheet.shapes))) for sheet in sheets)
    if corners > MAX_VERTICES:
        raise InputError(
            f"{name} has {corners:,} corners, at most {MAX_VERTICES:,} are read. Simplify its "
            "borders.",
            code="file.vertices",
            name=name,
            most=MAX_VERTICES,
        )
