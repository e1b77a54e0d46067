"""The project inside of a GeoPackage: who opens it in QGIS sees the map as it is drawn.

It is the XML that QGIS writes itself, zipped, in the table that QGIS has for it. It names its
tables by the name of the file, as those do that QGIS saves: a file that was given another name has
its project ask once where they are.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from pyproj import CRS

from layers.plan.area import map_crs
from layers.scene.scene import CONTEXT
from layers.words import say

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from layers.qgis.symbols import Kind

# What stands around a map, as a share of it.
MARGIN = 0.04
# The earliest that a ZIP can say: the same map gives the same bytes.
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_NAMES: dict[Kind, str] = {"polygon": "Polygon", "line": "Line", "point": "Point"}


class Shown(NamedTuple):
    """A table of a GeoPackage as a layer of its project.

    Parameters
    ----------
    table, title, kind
        Its name, what readers call it, and its kind of geometry.
    crs
        Its CRS as WKT.
    bounds_m
        West, south, east and north in metres of the map's CRS; None where nothing has a place.
    text, qml
        What it is, and its style.
    group
        What it belongs to, one of the groups of the map.
    """

    table: str
    title: str
    kind: Kind
    crs: str
    bounds_m: tuple[float, float, float, float] | None
    text: str = ""
    qml: str = ""
    group: str = ""


def put_project(
    connection: sqlite3.Connection,
    tables: Sequence[Shown],
    *,
    groups: Mapping[str, str],
    title: str,
    file_name: str,
    lang: str,
    abstract: str = "",
) -> None:
    """Write the project of a map into its GeoPackage.

    Parameters
    ----------
    connection
        The GeoPackage.
    tables
        Its tables, the lowest first.
    groups
        Titles of the groups, in the order of a legend.
    title
        What the map is called; may be empty.
    file_name
        What the file will be called.
    lang
        Language of the map.
    abstract
        What the map says of itself, which QGIS shows with the properties of the project.
    """
    name = title or say("geopackage.project", lang)
    project = _project(tables, groups=groups, title=name, abstract=abstract, file_name=file_name)
    content = _zipped(project)
    connection.execute(
        "CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)"
    )
    metadata = json.dumps({"last_modified_time": "2024-01-01T00:00:00", "last_modified_user": ""})
    connection.execute(
        "INSERT INTO qgis_projects VALUES (?, ?, ?)", (name, metadata, content.hex())
    )


def _zipped(project: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("project.qgs", _FIXED_DATE), project, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def _project(
    tables: Sequence[Shown],
    *,
    groups: Mapping[str, str],
    title: str,
    abstract: str,
    file_name: str,
) -> str:
    root = ET.Element("qgis", projectname=title, version="3.22.0")
    ET.SubElement(root, "title").text = title
    about = ET.SubElement(root, "projectMetadata")
    for tag, text in (("type", "project"), ("title", title), ("abstract", abstract)):
        ET.SubElement(about, tag).text = text
    _put_crs(ET.SubElement(root, "projectCrs"), map_crs())
    upwards = tables[::-1]
    tree = ET.SubElement(root, "layer-tree-group")
    for group, words in groups.items():
        members = [each for each in upwards if each.group == group]
        if not members:
            continue
        branch = ET.SubElement(
            tree, "layer-tree-group", name=words, checked="Qt::Checked", expanded="1"
        )
        for each in members:
            ET.SubElement(
                branch,
                "layer-tree-layer",
                id=_id(each),
                name=each.title,
                source=_source(each, file_name),
                providerKey="ogr",
                checked="Qt::Checked",
                expanded="1",
            )
    # The legend has groups; what lies above what is as on every other map.
    order = ET.SubElement(tree, "custom-order", enabled="1")
    for each in upwards:
        ET.SubElement(order, "item").text = _id(each)
    _put_view(root, tables)
    layers = ET.SubElement(root, "projectlayers")
    for each in upwards:
        layers.append(_layer(each, file_name))
    properties = ET.SubElement(root, "properties")
    ET.SubElement(ET.SubElement(properties, "Paths"), "Absolute", type="bool").text = "false"
    projected = ET.SubElement(properties, "SpatialRefSys")
    ET.SubElement(projected, "ProjectionsEnabled", type="int").text = "1"
    return _DOCTYPE + ET.tostring(root, encoding="unicode")


def _layer(shown: Shown, file_name: str) -> ET.Element:
    """Return a layer: the parts of its style stand in it as they are."""
    layer = ET.fromstring(shown.qml)  # noqa: S314 - our own
    layer.tag = "maplayer"
    layer.attrib |= {"type": "vector", "geometry": _NAMES[shown.kind]}
    texts = {
        "id": _id(shown),
        "datasource": _source(shown, file_name),
        "layername": shown.title,
        "abstract": shown.text,
    }
    for at, (tag, text) in enumerate(texts.items()):
        element = ET.Element(tag)
        element.text = text
        layer.insert(at, element)
    _put_crs(ET.SubElement(layer, "srs"), shown.crs)
    ET.SubElement(layer, "provider", encoding="UTF-8").text = "ogr"
    return layer


def _id(shown: Shown) -> str:
    """Return the id of a layer; QGIS takes none of ten characters and fewer."""
    return f"{shown.table}_of_this_map"


def _source(shown: Shown, file_name: str) -> str:
    return f"./{file_name}|layername={shown.table}"


def _put_crs(parent: ET.Element, crs: str) -> None:
    """Say a CRS by its code where it has one; a plan's own projection has none."""
    known, system = CRS.from_user_input(crs), ET.SubElement(parent, "spatialrefsys")
    ET.SubElement(system, "wkt").text = known.to_wkt()
    if authority := known.to_authority():
        ET.SubElement(system, "authid").text = ":".join(authority)


def _put_view(root: ET.Element, tables: Sequence[Shown]) -> None:
    """Have the project open where its results and the plan are, else where anything is."""
    above = [each.bounds_m for each in tables if each.group != CONTEXT and each.bounds_m]
    bounds = above or [each.bounds_m for each in tables if each.bounds_m]
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    ET.SubElement(canvas, "units").text = "meters"
    if bounds:
        wests, souths, easts, norths = zip(*bounds, strict=True)
        west, south, east, north = min(wests), min(souths), max(easts), max(norths)
        spare = MARGIN * max(east - west, north - south)
        sides = {
            "xmin": west - spare,
            "ymin": south - spare,
            "xmax": east + spare,
            "ymax": north + spare,
        }
        extent = ET.SubElement(canvas, "extent")
        for side, value in sides.items():
            ET.SubElement(extent, side).text = f"{value:.1f}"
    _put_crs(ET.SubElement(canvas, "destinationsrs"), map_crs())
