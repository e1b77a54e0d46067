"""GeoPackages of layers of the atlas that QGIS opens as the web map draws them.

One table per layer and kind of geometry: QGIS draws one kind per table, and would leave the others
of a mixed one out. Every table brings its style (``layer_styles``), with titles of its columns and
words for their codes. The same frames give the same bytes.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from layers.plan.area import map_crs
from layers.plan.positions import CRS
from layers.plan.schema import resource
from layers.qgis.databases import FIXED_TIME, in_database
from layers.qgis.project import Shown, put_project
from layers.qgis.results import Result, result_qml, results
from layers.qgis.styles import layer_qml, stops_qml
from layers.scene.resolved import scene
from layers.type.outside_texts import PROSE, TITLE, Cleaner
from layers.words import say

if TYPE_CHECKING:
    import os
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from layers.look.overlays import Overlay
    from layers.look.styles import LayerStyle
    from layers.qgis.symbols import Kind
    from layers.scene.scene import Drawn

GEOMETRY = "geom"

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
_STOP_COLUMNS = ("axis", "number", "id", "name", "colour")
# As long as QGIS allows.
_STYLE_NAME = 30


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
    contents = geopackage_bytes(frames, overlays=overlays, lang=lang, file_name=Path(path).name)
    write_file(path, contents, function="write_geopackage")


def geopackage_bytes(
    frames: Mapping[str, gpd.GeoDataFrame],
    *,
    overlays: Sequence[Overlay] = (),
    styles: Mapping[str, LayerStyle] | None = None,
    lang: str = "zh",
    reduced: bool = False,
    title: str = "",
    abstract: str = "",
    file_name: str = "atlas.gpkg",
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
    title
        What the map is called: its project in QGIS is called so too.
    abstract
        What the map is, in words: QGIS has it as the abstract of each table.
    file_name
        What the file will be called, by which its project finds its tables.

    Returns
    -------
    bytes
        A table per layer, in the CRS of its frame, in drawing order; of a layer with several kinds
        of geometry one table per kind, called like ``river_polygon`` and ``river_line``. Features
        without a place are in it (of a mixed layer, with the kind that most features have). With
        the axes come their numbered stops, ``axes_stops``. Results stand above the base map, and
        points above all, in tables called ``zones``, ``bands``, ``isolines``, ``areas`` and
        ``points``. QGIS applies the style of each table
        when it is opened; the project in it opens all of them as one map, with its groups.

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
    resolved = scene(content, function="geopackage_bytes")
    drawn = resolved.layers
    with_shape = results(drawn)
    if not frames and not with_shape:
        raise InputError(
            "geopackage_bytes: there is no frame, and no result with a shape; pass one or more by "
            "layer name, or switch a layer of the map on",
            code="print.nothing",
        )
    tables: list[Shown] = []
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
            table, stops_title = f"{layer.id}_stops", say("geopackage.stops", lang)
            stops = _stops(layer)
            titles = {key: say(f"stops.{key}", lang) for key in _STOP_COLUMNS}
            tables.append(
                _write_table(stops, path, table, "point", stops_title)._replace(
                    qml=stops_qml(stops, titles), group=layer.group
                )
            )
        data = path.read_bytes()
    said = "\n".join(cleaner.text(line, PROSE) for line in abstract.split("\n"))
    remarks = " ".join(cleaner.sentences(lang))
    tables = [
        item._replace(text="\n\n".join(filter(None, (f"{item.text} {remarks}".strip(), said))))
        for item in tables
    ]
    groups = {group: words.said(lang) for group, words in resolved.groups.items()}

    def finish(connection: sqlite3.Connection) -> bytes:
        put_project(
            connection,
            tables,
            groups=groups,
            title=cleaner.text(title, TITLE),
            file_name=file_name,
            lang=lang,
            abstract=said,
        )
        return _finish(connection, tables)

    return in_database(data, finish)


def _write_layer(layer: Drawn, path: Path) -> list[Shown]:
    description, lang = resource(layer.id), layer.lang
    text = description.description_en if lang == "en" else description.description_zh
    styles: list[Shown] = []
    parts = _by_kind(layer, _DECLARED.get(description.geometry, "point"))
    for table, title, kind, part in _named(layer.id, parts):
        shown = _write_table(part.frame, path, table, kind, title)
        styles.append(shown._replace(text=text, qml=layer_qml(part, kind), group=layer.group))
    return styles


def _write_result(result: Result, path: Path) -> list[Shown]:
    styles: list[Shown] = []
    for table, title, kind, part in _named(result.name, _by_kind(result.layer, result.kind)):
        shown = _write_table(part.frame, path, table, kind, title)
        styles.append(shown._replace(qml=result_qml(part, kind), group=result.layer.group))
    return styles


def _named(name: str, parts: dict[Kind, Drawn]) -> Iterator[tuple[str, str, Kind, Drawn]]:
    """Return table, title, kind and features of each part; one part has the name of the whole."""
    for kind, part in parts.items():
        if len(parts) > 1:
            title = say(f"geopackage.{kind}", part.lang, title=part.title)
            yield f"{name}_{kind}", title, kind, part
        else:
            yield name, part.title, kind, part


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


def _write_table(frame: gpd.GeoDataFrame, path: Path, table: str, kind: Kind, title: str) -> Shown:
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
    bounds = moved(frame.geometry, map_crs()).total_bounds.tolist()
    return Shown(
        table, title, kind, frame.crs.to_wkt(), None if np.isnan(bounds).any() else tuple(bounds)
    )


def _finish(connection: sqlite3.Connection, styles: Sequence[Shown]) -> bytes:
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
