"""The formats that are read: which suffix is which, what its contents begin with, who reads it.

A file is read as what its suffix says, and only if its contents agree; nothing is opened by guess.
What is not read is refused by name: a drawing as a drawing, an image as an image.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.errors import InputError
from geo.exchange import (
    drawings,
    geojson,
    geometry,
    gpx,
    kml,
    parquets,
    plots,
    records,
    shapefiles,
    tables,
    topojson,
)
from geo.exchange.archives import Member, is_archive, unpacked
from geo.exchange.databases import read_database
from geo.exchange.parcels import LONGEST_NAME
from geo.exchange.sheets import FACTS, Sheet, taken_together
from geo.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geo.exchange.parsed import Candidate, Parsed

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
    Format("KML", (".kml", ".ovkml"), ("XML",), _plain(kml.parse)),
    Format("GPX", (".gpx",), ("XML",), _plain(gpx.parse)),
    Format("GeoParquet", (".parquet", ".geoparquet"), ("Parquet",), _plain(parquets.parse)),
    Format("FlatGeobuf", (".fgb",), ("FlatGeobuf",), _flatgeobuf),
    Format("DXF", (".dxf",), ("text", "DXF"), _plain(drawings.parse)),
    Format("Shapefile", (".shp",), ("Shapefile",), _single_shp),
)
_BY_SUFFIX = {suffix: each for each in FORMATS for suffix in each.suffixes}
_ARCHIVES = (".zip", ".kmz")
_TABLES = (*tables.TEXTS, *tables.WORKBOOKS)
SUFFIXES = (*_BY_SUFFIX, *_TABLES, *_ARCHIVES)
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
_MAPINFO = {"MapInfo (.tab)", "MapInfo (.mif)"}
_UNNAMED = {"text", "unknown"}
# A program that holds data, as web pages load maps.
_SCRIPT = re.compile(
    rb"(\xef\xbb\xbf)?\s{0,100}(var|let|const|export|module|window|\(function|define)\b"
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
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what libraries remark on is found and said here
        parsed = _parsed(data, name, options)
        del data  # as large as all that was made of it
        _require_names(parsed, name)
        return geometry.repaired(parsed)


def _require_names(parsed: Parsed, name: str) -> None:
    names = (*map(str, parsed.frame.columns), *(each.name for each in parsed.layers))
    longest = max(map(len, names), default=0)
    if longest > LONGEST_NAME:
        raise InputError(
            f"{name} has a column or layer whose name has {longest:,} characters, at most "
            f"{LONGEST_NAME:,} are read. Give it a shorter one.",
            code="file.long_name",
            name=name,
            characters=longest,
            most=LONGEST_NAME,
        )


def _parsed(data: bytes, name: str, options: Mapping[str, Any]) -> Parsed:
    if _suffix(name) in _TABLES and not plots.is_plots(data):
        return _table(data, name, options)
    layer = options.get("layer")
    contents = _Contents(layer)
    if is_archive(data):
        contents.add_archive(data, name, nested=False)
        if not contents.sheets and contents.table is not None:
            table = contents.table
            return _table(table.content, str(table.path), options)
    else:
        try:
            contents.add_file(data, name)
        except InputError as error:
            rows = records.as_csv(data, name=name) if error.code == "file.no_geojson" else None
            if rows is None:
                raise
            return _table(rows, f"{PurePosixPath(name).stem}.csv", options)
    if not contents.sheets:
        raise _nothing_in(contents.members, name, is_read=bool(contents.format_name(name)))
    contents.tell_apart()
    _require_bounded(contents.sheets, name)
    return taken_together(
        contents.sheets,
        name=name,
        format_name=contents.format_name(name),
        layer=layer,
        listed=contents.listed,
        crs_given=bool(options.get("crs")),
    )


def _table(data: bytes, name: str, options: Mapping[str, Any]) -> Parsed:
    kind = looks_like(data)
    if kind in _MAPINFO:
        raise _not_read(name, kind)
    parsed = tables.parse(data, name, options)
    kind = "Excel" if _suffix(name) in tables.WORKBOOKS else "CSV"
    parsed.findings.append(Finding(FACTS, {"format": kind}))
    return parsed


def _suffix(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


class _Contents:
    """What is found in a file, and in the archives in it."""

    def __init__(self, layer: Layer) -> None:
        self.sheets: list[Sheet] = []
        self.listed: list[Candidate] = []
        self.members: list[Member] = []
        self.table: Member | None = None
        self._formats: dict[str, None] = {}
        self._layer = layer

    def format_name(self, name: str) -> str:
        """Return the names of all formats that were found."""
        is_kmz = list(self._formats) == ["KML"] and _suffix(name) == ".kmz"
        return "KMZ" if is_kmz else ", ".join(self._formats)

    def add_file(self, data: bytes, name: str, *, sheet_name: str = "") -> None:
        """Read a file that is no archive."""
        kind = looks_like(data)
        if plots.is_plots(data) and _suffix(name) in tables.TEXTS:
            self._add("TXT", plots.parse(data, name=name), [])
            return
        own = _BY_SUFFIX.get(_suffix(name))
        if own is None or (kind == "text" and _SCRIPT.match(data)):
            raise _not_read(name, kind, script=bool(own))
        if kind not in own.contents:
            raise InputError(
                f"{name} has the suffix of {own.name}, but its contents look like {kind}. Give it "
                f"the right suffix, or export it again as {own.name}.",
                code=f"file.other_{kind if kind in _UNNAMED else 'content'}",
                name=name,
                format=own.name,
                content=kind,
            )
        sheets, listed = own.read(data, name, self._layer)
        if sheet_name and len(sheets) == 1:
            sheets[0].name = sheet_name
        is_topology = own.name == "GeoJSON" and topojson.is_topology(data)
        self._add("TopoJSON" if is_topology else own.name, sheets, listed)

    def add_archive(self, data: bytes, name: str, *, nested: bool) -> None:
        """Read everything in an archive that can be read."""
        members = unpacked(data, name=name)
        self.members += members
        _refuse_office(members, name)
        for member in self._without_geodatabases(self._without_shapefiles(members, name), name):
            label, suffix = str(member.path), member.path.suffix
            if suffix in _ARCHIVES and is_archive(member.content):
                if nested:
                    raise InputError(
                        f"{name} holds archives within archives. Pack the files once.",
                        code="archive.nested",
                        name=name,
                    )
                self.add_archive(member.content, label, nested=True)
            elif looks_like(member.content) in _MAPINFO:
                raise _not_read(label, looks_like(member.content))
            elif suffix in _BY_SUFFIX or (suffix == ".txt" and plots.is_plots(member.content)):
                self.add_file(member.content, label, sheet_name=member.path.stem)
            elif suffix in _TABLES and suffix != ".txt":
                self.table = self.table or member

    def tell_apart(self) -> None:
        """Give every sheet a name of its own."""
        taken: set[str] = set()
        for sheet in self.sheets:
            name, number = sheet.name, 2
            while name in taken:
                name, number = f"{sheet.name} {number}", number + 1
            taken.add(name)
            sheet.name = name

    def _add(self, format_name: str, sheets: list[Sheet], listed: list[Candidate]) -> None:
        self._formats[format_name] = None
        self.sheets += sheets
        self.listed += listed

    def _without_shapefiles(self, members: list[Member], name: str) -> list[Member]:
        """Read shapefiles; return the members that are no part of one."""
        groups: dict[str, dict[str, bytes]] = {}
        for member in members:
            groups.setdefault(_stem(member), {})[member.path.suffix] = member.content
        shapefile_stems = {stem for stem, parts in groups.items() if ".shp" in parts}
        for member in members:
            if member.path.suffix == ".shp":
                parts, layer = groups[_stem(member)], member.path.stem
                sheet = shapefiles.read_shapefile(parts, layer=layer, name=name)
                self._add("Shapefile", [sheet], [])
        return [member for member in members if _stem(member) not in shapefile_stems]

    def _without_geodatabases(self, members: list[Member], name: str) -> list[Member]:
        """Read File Geodatabases; return the members that are no part of one."""
        folders: dict[str, dict[str, bytes]] = {}
        rest = []
        for member in members:
            folder = _geodatabase_of(member, name)
            if folder is None:
                rest.append(member)
            else:
                folders.setdefault(folder, {})[f"a.gdb/{member.path.name}"] = member.content
        for files in folders.values():
            contents = read_database(files, name=name, driver="OpenFileGDB", layer=self._layer)
            self._add("File Geodatabase", *contents)
        return rest


def _stem(member: Member) -> str:
    return str(member.path.with_suffix("")).lower()


def _not_read(name: str, kind: str, *, script: bool = False) -> InputError:
    suffix = _suffix(name)
    return InputError(
        f"{name} cannot be read: it looks like {kind}. Read are {', '.join(SUFFIXES)}; a shapefile "
        "comes as one .zip of its .shp, .shx, .dbf and .prj.",
        code=_ADVICE.get(".js" if script else suffix) or _ADVICE.get(kind, "file.not_read"),
        name=name,
        content=kind,
        suffix=suffix or "–",
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
    "MapInfo (.tab)": "file.mapinfo",
    "MapInfo (.mif)": "file.mapinfo",
    ".js": "file.script",
    ".ovobj": "file.ovital",
    ".ovjsn": "file.ovital",
}


def _refuse_office(members: list[Member], name: str) -> None:
    paths = {str(member.path) for member in members}
    if "[Content_Types].xml" not in paths:
        return
    tops = {path.partition("/")[0] for path in paths}
    kind = next((words for top, words in _OFFICE.items() if top in tops), "Office")
    raise _not_read(name, kind)


def _geodatabase_of(member: Member, name: str) -> str | None:
    """Folder of the geodatabase that a member is part of; packed without one, the archive's."""
    parent = member.path.parent
    if parent.suffix.lower() == ".gdb":
        return str(parent)
    is_table = member.path.suffix in {".gdbtable", ".gdbtablx", ".gdbindexes", ".atx", ".spx"}
    bare = name.lower().endswith(".gdb.zip") or member.path.name in {"gdb", "timestamps"}
    return str(parent) if is_table or (bare and not member.path.suffix) else None


def _nothing_in(members: list[Member], name: str, *, is_read: bool) -> InputError:
    if is_read:
        return InputError(
            f"{name} has no features. Check what was exported.",
            code="file.no_features",
            name=name,
            rows=0,
            layers=0,
        )
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
