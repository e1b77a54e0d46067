"""Files of features that someone brings: read, or refused with what is wrong with them."""

from __future__ import annotations

import codecs
import io
import json
import re
import struct
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geo.crs import GEOGRAPHIC, require_crs
from geo.errors import CRSError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MAX_MB = 50
_MAX_UNPACKED_MB = 500
_MB = 1_000_000
_ENCODINGS = ("utf-8-sig", "gb18030")
_LON = ("lon", "lng", "long", "longitude", "经度", "x")
_LAT = ("lat", "latitude", "纬度", "y")
_WKT = ("wkt", "geometry", "geom", "the_geom")
_KML = re.compile(
    rb"\A(\xef\xbb\xbf)?\s*(<\?xml.*?\?>\s*)?(<!--.*?-->\s*)*<(\w+:)?kml[\s>]", re.DOTALL
)
_SQLITE, _GPKG_AT = b"SQLite format 3\x00", 68
_SHP = b"\x00\x00\x27\x0a"
_SHAPEFILE = (".shp", ".shx", ".dbf")
_DBF_LANGUAGE = 29  # the byte that says the code page, often wrongly
_DBF_NAME = 11


def read_vector(data: bytes, name: str) -> gpd.GeoDataFrame:
    r"""Read features from the contents of a file that someone brings.

    Parameters
    ----------
    data
        Contents of the file, at most 50 MB.
    name
        Its name; the suffix says what it is. ``.geojson`` or ``.json``: GeoJSON. ``.gpkg``:
        GeoPackage. ``.kml``: KML. ``.zip``: one shapefile (.shp, .shx, .dbf, .prj), in any folder.
        ``.csv``: a table with a column ``wkt``, or with ``lon`` and ``lat`` (also 经度 and 纬度),
        in degrees (CGCS2000 or WGS 84).

    Returns
    -------
    The features in the CRS of the file, with no heights. Chinese in UTF-8 or GBK is told apart by
    its bytes, not by what the file says of itself. Its ``attrs`` are ``source`` (the name of the
    file), ``layer`` (which one was read, the first that has geometry), ``layers`` (the names of
    all) and ``encoding`` (of its texts).

    Raises
    ------
    InputError
        The file is too big, broken, empty, of another kind, or has no geometry; or its text is
        neither UTF-8 nor GBK.
    CRSError
        The file does not say in which CRS it is, or its coordinates cannot be in it.

    Warnings
    --------
    No file says whether it was shifted to GCJ-02 or BD-09, as what is exported from web maps in
    China often is; such features lie some 600 m (BD-09: 1.2 km) off at Changsha. Convert them with
    `geo.datum` first.

    Examples
    --------
    >>> frame = read_vector("name,lon,lat\n岳麓山,112.93,28.18\n".encode(), "places.csv")
    >>> frame["name"].tolist(), frame.geometry[0].wkt, frame.crs.to_epsg()
    (['岳麓山'], 'POINT (112.93 28.18)', 4490)
    """
    readers: dict[str, Callable[[bytes, str], gpd.GeoDataFrame]] = {
        ".geojson": _geojson,
        ".json": _geojson,
        ".gpkg": _geopackage,
        ".kml": _kml,
        ".zip": _shapefile,
        ".csv": _csv,
    }
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in readers:
        raise InputError(
            f"read_vector: {name} has the suffix {suffix!r}. Allowed are {', '.join(readers)}; "
            "a shapefile comes as one .zip of its .shp, .shx, .dbf and .prj."
        )
    if len(data) > _MAX_MB * _MB:
        raise InputError(
            f"read_vector: {name} has {len(data) / _MB:,.0f} MB, at most {_MAX_MB} are allowed. "
            "Take fewer features or simplify their borders."
        )
    if not data:
        raise InputError(f"read_vector: {name} is empty. Export it again.")
    frame = readers[suffix](data, name)
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    if (shapely.is_missing(shapes) | shapely.is_empty(shapes)).all():
        raise InputError(
            f"read_vector: {name} has {len(frame)} features and none has geometry. Check what was "
            "exported."
        )
    attrs = {"source": name, "layer": None, "layers": [], "encoding": None} | frame.attrs
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    if frame.crs is None:
        raise CRSError(
            f"read_vector: {name} does not say in which CRS it is. A shapefile needs its .prj in "
            "the .zip; set the CRS of a GeoPackage in a GIS before exporting."
        )
    require_crs(frame, function=f"read_vector: {name}")
    frame.attrs = attrs
    return frame


def _broken(name: str, kind: str, reason: object) -> InputError:
    return InputError(
        f"read_vector: {name} cannot be read as {kind} ({reason}). Export it again, or as another "
        "kind of file."
    )


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    """Text and encoding; GBK text is hardly ever valid UTF-8, so that one is tried first."""
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise InputError(f"read_vector: the text of {name} is neither UTF-8 nor GBK. Save it as UTF-8.")


def _read(path: Path, name: str, kind: str, **options: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Read the first layer that has geometry, and say which others there are."""
    try:
        layers = pyogrio.list_layers(path)
        spatial = [layer for layer, geometry in layers.tolist() if geometry is not None]
        if not spatial:
            raise InputError(
                f"read_vector: {name} has no layer with geometry. Check what was exported."
            )
        frame: gpd.GeoDataFrame = pyogrio.read_dataframe(path, layer=spatial[0], **options)
    except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise _broken(name, kind, str(error).replace(str(path), name)) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"read_vector: {name} has no geometry. Check what was exported.")
    frame.attrs = {"layer": spatial[0], "layers": layers[:, 0].tolist(), "encoding": "utf-8"}
    return frame


def _read_bytes(data: bytes, suffix: str, name: str, kind: str) -> gpd.GeoDataFrame:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{_stem(name)}{suffix}"
        path.write_bytes(data)
        return _read(path, name, kind)


def _stem(name: str) -> str:
    """Name of a layer that takes its name from the file, with nothing of a path in it."""
    return re.sub(r"[^\w-]", "_", PurePosixPath(name.replace("\\", "/")).stem) or "features"


def _geojson(data: bytes, name: str) -> gpd.GeoDataFrame:
    text, encoding = _decoded(data, name)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _broken(name, "GeoJSON", error) from error
    kind = content.get("type") if isinstance(content, dict) else None
    if not isinstance(kind, str) or content.get("features") == []:
        reason = "there are no features" if kind else 'there is no "type"'
        raise _broken(name, "GeoJSON", reason)
    frame = _read_bytes(text.encode(), ".geojson", name, "GeoJSON")
    frame.attrs["encoding"] = encoding.removesuffix("-sig")
    return frame


def _geopackage(data: bytes, name: str) -> gpd.GeoDataFrame:
    # GDAL goes by the contents of a file; only what its suffix promises may reach it.
    if not data.startswith(_SQLITE) or data[_GPKG_AT : _GPKG_AT + 2] != b"GP":
        raise _broken(name, "GeoPackage", "its header is that of something else")
    return _read_bytes(data, ".gpkg", name, "GeoPackage")


def _kml(data: bytes, name: str) -> gpd.GeoDataFrame:
    if not _KML.match(data):
        raise _broken(name, "KML", "it does not begin with <kml>; unpack a .kmz first")
    return _read_bytes(data, ".kml", name, "KML")


def _csv(data: bytes, name: str) -> gpd.GeoDataFrame:
    text, encoding = _decoded(data, name)
    try:
        table = pd.read_csv(io.StringIO(text))
    except ValueError as error:
        raise _broken(name, "CSV", error) from error
    column = {str(column).strip().lower(): column for column in table.columns}
    lon, lat, wkt = (
        next((column[key] for key in names if key in column), None) for names in (_LON, _LAT, _WKT)
    )
    try:
        if wkt is not None:
            texts = [text if isinstance(text, str) else None for text in table[wkt]]
            shapes = np.array(shapely.from_wkt(texts), ndmin=1)
            table = table.drop(columns=wkt)
        elif lon is not None and lat is not None:
            x, y = pd.to_numeric(table[lon]), pd.to_numeric(table[lat])
            shapes = np.array(shapely.points(x.to_numpy(float), y.to_numpy(float)), ndmin=1)
            shapes[(x.isna() | y.isna()).to_numpy()] = None
        else:
            raise InputError(
                f"read_vector: {name} has the columns {', '.join(map(str, table.columns))}. It "
                "needs wkt, or lon and lat, in degrees."
            )
    except (shapely.GEOSException, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise _broken(name, "CSV", error) from error
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs=GEOGRAPHIC)
    frame.attrs["encoding"] = encoding.removesuffix("-sig")
    return frame


def _shapefile(data: bytes, name: str) -> gpd.GeoDataFrame:
    members, stems = _unpacked(data, name)
    stem = stems[0]
    missing = [suffix for suffix in _SHAPEFILE if stem + suffix not in members]
    if missing:
        raise InputError(
            f"read_vector: the shapefile in {name} lacks its {', '.join(missing)}. Put .shp, .shx, "
            ".dbf and .prj into the .zip."
        )
    if not members[stem + ".shp"].startswith(_SHP):
        raise _broken(name, "a shapefile", "its .shp is none")
    table, encoding = _dbf_in_one_encoding(members[stem + ".dbf"], name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "features.shp"
        for suffix in (".shp", ".shx", ".prj"):
            if stem + suffix in members:
                path.with_suffix(suffix).write_bytes(members[stem + suffix])
        path.with_suffix(".dbf").write_bytes(table)
        frame = _read(path, name, "a shapefile", encoding=encoding)
    layers = [PurePosixPath(each).name for each in stems]
    frame.attrs = {"layer": layers[0], "layers": layers, "encoding": encoding}
    return frame


def _unpacked(data: bytes, name: str) -> tuple[dict[str, bytes], list[str]]:
    """Contents by path, suffixes in small letters; and the paths of the shapefiles, sorted."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [
                each
                for each in archive.infolist()
                if PurePosixPath(each.filename).suffix.lower() in {*_SHAPEFILE, ".prj"}
                and not each.filename.startswith("__MACOSX/")
            ]
            unpacked = sum(each.file_size for each in files)
            if unpacked > _MAX_UNPACKED_MB * _MB:
                raise InputError(
                    f"read_vector: {name} unpacks to {unpacked / _MB:,.0f} MB, at most "
                    f"{_MAX_UNPACKED_MB} are allowed. Take fewer features."
                )
            members = {}
            for each in files:
                path = PurePosixPath(_member_name(each))
                members[str(path.with_suffix(path.suffix.lower()))] = archive.read(each)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise _broken(name, "a .zip", error) from error
    stems = sorted(path.removesuffix(".shp") for path in members if path.endswith(".shp"))
    if not stems:
        raise InputError(
            f"read_vector: there is no .shp in {name}. Put the .shp, .shx, .dbf and .prj of a "
            "shapefile into the .zip."
        )
    return members, stems


def _member_name(member: zipfile.ZipInfo) -> str:
    """Name of a file in an archive; those without the UTF-8 flag are mostly GBK."""
    utf8_flag = 0x800
    if member.flag_bits & utf8_flag:
        return member.filename
    raw = member.filename.encode("cp437", errors="replace")
    return raw.decode("gb18030", errors="replace")


def _dbf_in_one_encoding(table: bytes, name: str) -> tuple[bytes, str]:
    """Find the encoding of a dBASE table from the bytes of its names and texts.

    The table comes back without its own word on that, and without the halves of characters that
    were cut off where a text fills its column, as 10 bytes for a name do.
    """
    try:
        spans = list(_dbf_spans(table))
    except struct.error as error:
        raise _broken(name, "a shapefile", f"its .dbf is cut short: {error}") from error
    for encoding in ("UTF-8", "GB18030"):
        mended = bytearray(table)
        mended[_DBF_LANGUAGE] = 0
        for start, stop, full in spans:
            text = table[start:stop]
            whole = len(text) if text.isascii() else _whole_characters(text, encoding)
            if whole < 0 or (whole < len(text) and not full):
                break
            mended[start + whole : stop] = bytes(len(text) - whole)
        else:
            return bytes(mended), encoding
    raise InputError(
        f"read_vector: the texts in the .dbf of {name} are neither UTF-8 nor GBK. Export it again "
        "in UTF-8, or as a GeoPackage."
    )


def _dbf_spans(table: bytes) -> Iterator[tuple[int, int, bool]]:
    """Start and end of every name and text in a dBASE table, and whether it fills its column."""
    rows, header, width = struct.unpack_from("<IHH", table, 4)
    columns, offset = [], 1
    for at in range(32, header - 32, 32):
        length = len(table[at : at + _DBF_NAME].split(b"\x00")[0])
        yield at, at + length, length >= _DBF_NAME - 1
        if table[at + 11 : at + 12] == b"C":
            columns.append((offset, table[at + 16]))
        offset += table[at + 16]
    for row in range(min(rows, (len(table) - header) // max(width, 1))):
        for offset, room in columns:
            start = header + row * width + offset
            length = len(table[start : start + room].rstrip(b" \x00"))
            yield start, start + length, length == room


def _whole_characters(text: bytes, encoding: str) -> int:
    """Count the bytes before a last character that is cut short, -1 if this is another encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        decoder.decode(text)
    except UnicodeDecodeError:
        return -1
    return len(text) - len(decoder.getstate()[0])
