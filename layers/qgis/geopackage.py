"""GeoPackages of layers of the atlas that QGIS opens as the web map draws them.

One table per layer and kind of geometry: QGIS draws one kind per table, and would leave the others
of a mixed one out. Every table brings its style (``layer_styles``), with titles of its columns and
words for their codes. The same frames give the same bytes.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely import GeometryType

from geo.arguments import require_one_of
from geo.crs import moved
from geo.errors import InputError, LayerError
from geo.exchange.writers import require_place, write_file
from geo.numerals import LANGUAGES
from layers.look.content import Content
from layers.look.outside import clean_frames, clean_overlays
from layers.look.symbology import layer_styles
from layers.plan.positions import CRS
from layers.plan.schema import resource
from layers.qgis.results import Result, result_qml, results
from layers.qgis.styles import layer_qml, stops_qml
from layers.scene.resolved import scene
from layers.type.outside_texts import PROSE, Cleaner
from layers.words import say

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from layers.look.overlays import Overlay
    from layers.look.styles import LayerStyle
    from layers.qgis.symbols import Kind
    from layers.scene.scene import Drawn

GEOMETRY = "geom"
# The tables must have dates; the same data must give the same bytes.
FIXED_TIME = "2024-01-01T00:00:00.000Z"

_KINDS: dict[Kind, tuple[int, ...]] = {
    "polygon": (GeometryType.POLYGON, GeometryType.MULTIPOLYGON),
    "line": (GeometryType.LINESTRING, GeometryType.MULTILINESTRING),
    "point": (GeometryType.POINT, GeometryType.MULTIPOINT),
}
_TYPES: dict[Kind, str] = {"polygon": "Polygon", "line": "LineString", "point": "Point"}
_DECLARED: dict[str, Kind] = {"polygon": "polygon", "line": "line"}

# As QGIS itself creates it.
_STYLE_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256),
  f_table_schema TEXT(256),
  f_table_name TEXT(256),
  f_geometry_column TEXT(256),
  styleName TEXT(30),
  styleQML TEXT,
  styleSLD TEXT,
  useAsDefault BOOLEAN,
  description TEXT,
  owner TEXT(30),
  ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
);
"""
_METADATA_TABLES = """
CREATE TABLE IF NOT EXISTS gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
  md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS gpkg_metadata_reference (
  reference_scope TEXT NOT NULL,
  table_name TEXT,
  column_name TEXT,
  row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL,
  md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id)
);
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT,
  column_name TEXT,
  extension_name TEXT NOT NULL,
  definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
"""
# Of a file of others: the longest text, bytes, and the steps that a question may take.
_MOST_LENGTH, _MOST_ROUNDS, _ROUND = 20_000_000, 1000, 10_000
_METADATA_DEFINITION = "http://www.geopackage.org/spec120/#extension_metadata"

_STOP_COLUMNS = ("axis", "number", "id", "name", "colour")
# As long as QGIS allows.
_STYLE_NAME = 30

_SQLITE, _NO_DATABASE = b"SQLite format 3\0", "it is no database"

T = TypeVar("T")


class _Table(NamedTuple):
    table: str
    title: str
    text: str
    qml: str


def write_geopackage(
    frames: Mapping[str, gpd.GeoDataFrame],
    path: str | os.PathLike[str],
    *,
    overlays: Sequence[Overlay] = (),
    lang: str = "zh",
) -> None:
    """Write layers of the atlas to a GeoPackage with their styles for QGIS.

    Parameters
    ----------
    frames, overlays, lang
        As for :func:`geopackage_bytes`.
    path
        File to write, ending in ``.gpkg``; replaced where it exists, when the new one is whole.

    Raises
    ------
    InputError, LayerError, CRSError
        As :func:`geopackage_bytes`; InputError also where the file cannot be written.
    """
    require_place(path, suffixes=(".gpkg",), function="write_geopackage")
    write_file(
        path, geopackage_bytes(frames, overlays=overlays, lang=lang), function="write_geopackage"
    )


def geopackage_bytes(
    frames: Mapping[str, gpd.GeoDataFrame],
    *,
    overlays: Sequence[Overlay] = (),
    styles: Mapping[str, LayerStyle] | None = None,
    lang: str = "zh",
    reduced: bool = False,
    abstract: str = "",
) -> bytes:
    """Contents of a GeoPackage of layers of the atlas with their styles for QGIS.

    Parameters
    ----------
    frames
        Features by name of their layer, as :func:`layers.load` returns them or some of them.
    overlays
        Results of analyses, as maps show them.
    styles
        How layers are drawn that do not look as ``data/symbology.json`` says.
    lang
        Language of the labels and titles, ``"zh"`` or ``"en"``.
    reduced
        Whether places were made coarser for the public, see :mod:`layers.look.reduced`.
    abstract
        What the map is, in words: QGIS has it as the abstract of each table.

    Returns
    -------
    bytes
        A table per layer, in the CRS of its frame, in drawing order; of a layer with several kinds
        of geometry one table per kind, called like ``river_polygon`` and ``river_line``. Features
        without a place are in it (of a mixed layer, with the kind that most features have). With
        the axes come their numbered stops, ``axes_stops``. Results stand above the base map, and
        points above all, in tables called ``zones``, ``bands``, ``isolines``, ``areas`` and
        ``points``. QGIS applies the style of each table
        when it is opened.

    Raises
    ------
    LayerError
        If a name is not a layer with geometry.
    InputError
        If there is no frame and no result with a shape, or ``lang`` is not valid.
    CRSError
        If a frame has no CRS.

    Examples
    --------
    >>> import layers
    >>> contents = geopackage_bytes({"cities": layers.load("cities")})
    >>> contents[:15]
    b'SQLite format 3'
    """
    require_one_of(lang, LANGUAGES, "language", function="geopackage_bytes")
    for name in frames:
        require_one_of(
            name,
            layer_styles(),
            "layer with a style",
            function="geopackage_bytes",
            error=LayerError,
        )
    cleaner = Cleaner(drawn=False)
    content = Content(
        clean_frames(frames, cleaner),
        tuple(frames),
        clean_overlays(overlays, cleaner),
        lang=lang,
        styles=styles or {},
        reduced=reduced,
    )
    drawn = scene(content, function="geopackage_bytes").layers
    with_shape = results(drawn)
    if not frames and not with_shape:
        raise InputError(
            "geopackage_bytes: there is no frame, and no result with a shape; pass one or more by "
            "layer name, or switch a layer of the map on",
            code="print.nothing",
        )
    tables: list[_Table] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "atlas.gpkg"
        plan = [each for each in drawn if each.overlay is None]
        above = [each for each in with_shape if each.layer.pane == "point"]
        for layer in (each for each in plan if each.is_ground):
            tables += _write_layer(layer, path)
        for result in (each for each in with_shape if each not in above):
            tables += _write_result(result, path)
        for layer in (each for each in plan if not each.is_ground):
            tables += _write_layer(layer, path)
        for result in above:
            tables += _write_result(result, path)
        # Above all else, as on the web map.
        for layer in (each for each in plan if each.look.style.stops):
            table, title = f"{layer.id}_stops", say("geopackage.stops", lang)
            stops = _stops(layer)
            titles = {key: say(f"stops.{key}", lang) for key in _STOP_COLUMNS}
            _write_table(stops, path, table, "point", title)
            tables.append(_Table(table, title, "", stops_qml(stops, titles)))
        data = path.read_bytes()
    said = "\n".join(cleaner.text(line, PROSE) for line in abstract.split("\n"))
    remarks = " ".join(cleaner.sentences(lang))
    tables = [
        item._replace(text="\n\n".join(filter(None, (f"{item.text} {remarks}".strip(), said))))
        for item in tables
    ]
    return _in_database(data, lambda connection: _finish(connection, tables))


def _write_layer(layer: Drawn, path: Path) -> list[_Table]:
    description, lang = resource(layer.id), layer.lang
    text = description.description_en if lang == "en" else description.description_zh
    styles: list[_Table] = []
    parts = _by_kind(layer, _DECLARED.get(description.geometry, "point"))
    for table, title, kind, part in _named(layer.id, parts):
        _write_table(part.frame, path, table, kind, title)
        styles.append(_Table(table, title, text, layer_qml(part, kind)))
    return styles


def _write_result(result: Result, path: Path) -> list[_Table]:
    styles: list[_Table] = []
    for table, title, kind, part in _named(result.name, _by_kind(result.layer, result.kind)):
        _write_table(part.frame, path, table, kind, title)
        styles.append(_Table(table, title, "", result_qml(part, kind)))
    return styles


def _named(name: str, parts: dict[Kind, Drawn]) -> Iterator[tuple[str, str, Kind, Drawn]]:
    """Return table, title, kind and features of each part; one part has the name of the whole."""
    for kind, part in parts.items():
        if len(parts) > 1:
            title = say(f"geopackage.{kind}", part.lang, title=part.title)
            yield f"{name}_{kind}", title, kind, part
        else:
            yield name, part.title, kind, part


def with_metadata(data: bytes, text: str, *, uri: str) -> bytes:
    """Return a GeoPackage with a JSON text about it in the metadata tables of the standard.

    Parameters
    ----------
    data
        The GeoPackage.
    text
        The text, in place of the one of the same ``uri``.
    uri
        What kind of text it is.

    Raises
    ------
    InputError
        If the data is no GeoPackage.
    """

    def write(connection: sqlite3.Connection) -> bytes:
        connection.executescript(_METADATA_TABLES)
        ours = "(SELECT id FROM gpkg_metadata WHERE md_standard_uri = ?)"
        connection.execute(
            f"DELETE FROM gpkg_metadata_reference WHERE md_file_id IN {ours}",  # noqa: S608 - ours
            (uri,),
        )
        connection.execute("DELETE FROM gpkg_metadata WHERE md_standard_uri = ?", (uri,))
        row = connection.execute(
            "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) "
            "VALUES ('dataset', ?, 'application/json', ?)",
            (uri, text),
        ).lastrowid
        connection.execute(
            "INSERT INTO gpkg_metadata_reference (reference_scope, timestamp, md_file_id) "
            "VALUES ('geopackage', ?, ?)",
            (FIXED_TIME, row),
        )
        for table in ("gpkg_metadata", "gpkg_metadata_reference"):
            connection.execute(
                "INSERT INTO gpkg_extensions SELECT ?, NULL, 'gpkg_metadata', ?, 'read-write' "
                "WHERE NOT EXISTS (SELECT 1 FROM gpkg_extensions WHERE table_name = ?)",
                (table, _METADATA_DEFINITION, table),
            )
        connection.commit()
        return connection.serialize()

    return _in_database(data, write)


def metadata_text(data: bytes, *, uri: str) -> str | None:
    """Return what :func:`with_metadata` has put into a GeoPackage, None where there is none.

    Raises
    ------
    InputError
        If the data is no GeoPackage.
    """

    def find(connection: sqlite3.Connection) -> str | None:
        if not _has_table(connection, "gpkg_metadata"):
            return None
        row = connection.execute(
            "SELECT metadata FROM gpkg_metadata WHERE md_standard_uri = ?", (uri,)
        ).fetchone()
        return None if row is None else str(row[0])

    return _in_database(data, find, sealed=True)


def crs_definitions(data: bytes) -> list[str]:
    """Return the definitions of the CRS that the tables of a GeoPackage are in.

    Raises
    ------
    InputError
        If it is no sound one.
    """
    query = (
        "SELECT definition FROM gpkg_spatial_ref_sys WHERE srs_id IN "
        "(SELECT srs_id FROM gpkg_contents WHERE data_type = 'features')"
    )
    return _in_database(data, lambda base: [row for (row,) in base.execute(query)], sealed=True)


def _in_database(
    data: bytes, work: Callable[[sqlite3.Connection], T], *, sealed: bool = False
) -> T:
    """Work on the contents of a GeoPackage in memory; sealed where others may have made it."""
    try:
        if not data.startswith(_SQLITE):
            raise sqlite3.DatabaseError(_NO_DATABASE)  # noqa: TRY301 - one text for all that is not
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(data)
            if sealed:
                _seal(connection)
            connection.execute("SELECT table_name FROM gpkg_contents")
            return work(connection)
    # SQLite quotes damaged names in what it says, which may be no text.
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise InputError(
            f"the file is not a sound GeoPackage ({error}). Pass a finished file of that kind.",
            code="record.broken",
        ) from error


def _seal(connection: sqlite3.Connection) -> None:
    """Let a connection read tables and nothing else, not for long, and nothing large.

    A table may be a view with a query of its own, which could open other files or never end.
    """
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_LENGTH)
    rounds = count()
    connection.set_progress_handler(lambda: next(rounds) > _MOST_ROUNDS, _ROUND)
    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
    connection.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY
    )


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    rows = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,))
    return rows.fetchone() is not None


def _by_kind(layer: Drawn, declared: Kind) -> dict[Kind, Drawn]:
    """Return the features of each kind of geometry, those without any among the most frequent."""
    geometry = layer.frame.geometry.to_numpy()
    empty = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    types = shapely.get_type_id(geometry)
    masks = {kind: ~empty & np.isin(types, allowed) for kind, allowed in _KINDS.items()}
    other = ~empty & ~np.logical_or.reduce(list(masks.values()))
    if other.any():
        raise InputError(
            f"geopackage_bytes: {int(other.sum())} feature(s) of {layer.id!r} are collections of "
            "several kinds of geometry. Call .explode() first, which makes one feature of each.",
            code="layer.mixed",
            rows=int(other.sum()),
            name=layer.id,
        )
    counts = {kind: int(mask.sum()) for kind, mask in masks.items()}
    fullest = max(counts, key=lambda kind: (counts[kind], kind == declared))
    masks[fullest] |= empty
    return {kind: layer.rows(mask) for kind, mask in masks.items() if mask.any() or kind == fullest}


def _stops(layer: Drawn) -> gpd.GeoDataFrame:
    """Return the stops of the axes; one of two axes has its number of both."""
    at_place: Counter[str] = Counter()
    rows: list[dict[str, Any]] = []
    for stop in layer.stops:
        place = stop.place.wkt
        rows.append(
            {
                "axis": stop.axis,
                "number": stop.number,
                "id": stop.node,
                "name": stop.names.said(layer.lang),
                "colour": stop.colour,
                "beside": at_place[place],
                "geometry": stop.place,
            }
        )
        at_place[place] += 1
    columns = ["axis", "number", "id", "name", "colour", "beside", "geometry"]
    table = pd.DataFrame(rows, columns=columns)
    return moved(gpd.GeoDataFrame(table, geometry="geometry", crs=CRS), layer.frame.crs)


def _write_table(frame: gpd.GeoDataFrame, path: Path, table: str, kind: Kind, title: str) -> None:
    multi = kind != "point" or (frame.geom_type == "MultiPoint").any()
    pyogrio.write_dataframe(
        frame.rename_geometry(GEOMETRY) if frame.geometry.name != GEOMETRY else frame,
        path,
        layer=table,
        driver="GPKG",
        geometry_type=("Multi" if multi else "") + _TYPES[kind],
        promote_to_multi=multi,
        layer_options={"GEOMETRY_NAME": GEOMETRY, "IDENTIFIER": title},
        # What QGIS of some years ago reads too.
        dataset_options={"VERSION": "1.2"},
    )


def _finish(connection: sqlite3.Connection, styles: list[_Table]) -> bytes:
    """Add the styles, give the tables their fixed date, and return the file."""
    connection.executescript(_STYLE_TABLE)
    connection.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, "
        "update_time) VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '', NULL, ?)",
        [
            (item.table, GEOMETRY, item.title[:_STYLE_NAME], item.qml, item.text, FIXED_TIME)
            for item in styles
        ],
    )
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
        (FIXED_TIME,),
    )
    connection.executemany(
        "UPDATE gpkg_contents SET description = ? WHERE table_name = ?",
        [(item.text, item.table) for item in styles],
    )
    connection.execute("UPDATE gpkg_contents SET last_change = ?", (FIXED_TIME,))
    connection.commit()
    return connection.serialize()
