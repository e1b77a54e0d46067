"""Sound files of every format that is read, small, made here: what mutations start from."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pptx import Presentation
from rasterio.io import MemoryFile
from rasterio.transform import from_origin
from shapely import (
    GeometryCollection,
    LineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    box,
    force_3d,
)

from layers.look.sheet import Sheet
from layers.outputs import output
from layers.record.specification import MapSpec

# What a file is called, or its suffix alone, and what it holds.
File = tuple[str, bytes]
PLACES = [Point(112.93, 28.18), Point(112.87, 28.22), Point(112.95, 28.11)]
AREAS = [
    box(112.8, 28.1, 112.9, 28.2),
    Polygon(box(112.9, 28.1, 113.0, 28.2).exterior, [box(112.93, 28.13, 112.96, 28.16).exterior]),
    MultiPolygon([box(112.7, 28.1, 112.75, 28.2), box(112.76, 28.1, 112.79, 28.2)]),
]
NAMES = ["岳麓山", "麓谷", "洋湖"]
CODES = ["0101", "430104001001000123", "NA"]


def frame(shapes: list[object], crs: int = 4490) -> gpd.GeoDataFrame:
    """Give three features with names, codes and numbers."""
    columns = {"名称": NAMES, "code": CODES, "value": [1.5, None, -3.0], "year": [2023, 2024, 2026]}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


@cache
def vectors() -> tuple[File, ...]:
    """Return sound files of every vector format, each in the dialects that it has."""
    files = (*_interchange(), *_databases(), *_archives(), *_tables())
    return tuple((f"{at}{suffix}", content) for at, (suffix, content) in enumerate(files))


def _interchange() -> list[File]:
    areas, places, lines = frame(AREAS), frame(PLACES), _lines()
    deep = frame(list(force_3d(AREAS, 5.0)))
    written = _written(areas, "GeoJSON")
    return [
        (".geojson", written),
        (".geojson", _with_crs(written, "GCJ-02")),
        (".json", _with_crs(_written(areas.to_crs(4547), "GeoJSON"), "urn:ogc:def:crs:EPSG::4547")),
        (".geojson", _written(_mixed(), "GeoJSON")),
        (".geojson", _written(deep, "GeoJSON")),
        (".geojsonl", _written(lines, "GeoJSONSeq")),
        (".topojson", json.dumps(_TOPOLOGY).encode()),
        (".kml", _written(areas[["名称", "geometry"]], "KML")),
        (".kml", _KML.encode("gb18030")),
        (".gpx", _written(places[["geometry"]], "GPX")),
        (".gpx", _GPX),
        (".dxf", _written(areas[["geometry"]].explode(), "DXF")),
        (".dxf", _DXF.replace(" ", "\n").encode("gbk")),
    ]


def _databases() -> list[File]:
    areas, places = frame(AREAS), frame(PLACES)
    deep = frame(list(force_3d(AREAS, 5.0)))
    empty = areas.iloc[:0]
    return [
        (".gpkg", _written(areas, "GPKG")),
        (".gpkg", _written(areas.to_crs(4547), "GPKG")),
        (".gpkg", _written(places, "GPKG")),
        (".gpkg", _layers({"zones": areas, "places": places, "lines": _lines(), "none": empty})),
        (".gpkg", _written(deep, "GPKG")),
        (".fgb", _written(places, "FlatGeobuf")),
        (".fgb", _written(areas, "FlatGeobuf")),
        (".fgb", _written(deep, "FlatGeobuf")),
        (".parquet", _parquet(areas)),
        (".parquet", _parquet(_mixed())),
    ]


def _archives() -> list[File]:
    areas, places = frame(AREAS), frame(PLACES)
    kml = _written(places[["名称", "geometry"]], "KML")
    shapes = _shapefile(places, "GBK")
    return [
        (".zip", _shapefile(areas, "UTF-8")),
        (".zip", _shapefile(areas.to_crs(4547), "GBK")),
        (".zip", shapes),
        (".zip", _shapefile(frame(list(force_3d(AREAS, 5.0))), "UTF-8")),
        (".shp", _member(_shapefile(areas, "UTF-8"), ".shp")),
        (".zip", _geodatabase(areas)),
        (".kmz", _zipped({"doc.kml": kml, "images/a.png": b"\x89PNG"})),
        (".zip", _zipped({"a/甲.geojson": _written(areas, "GeoJSON"), "__MACOSX/._a": b"\0"})),
        (".zip", _zipped({"a.csv": b"name,lon,lat\nA,112.9,28.2\n"})),
    ]


def _tables() -> list[File]:
    areas = frame(AREAS)
    bare = frame(PLACES).drop(columns="geometry")
    dated = bare.assign(经度=112.9, 纬度=28.2, at=pd.Timestamp("2024-05-01"), yes=True)
    wide = areas.assign(wkt=["SRID=4490;" + each.wkt for each in AREAS]).drop(columns="geometry")
    hexed = areas.assign(wkb=[each.wkb_hex for each in AREAS]).drop(columns="geometry")
    return [
        (".csv", bare.assign(lon=112.9, lat=28.2).to_csv().encode()),
        (".csv", areas.to_wkt().to_csv(index=False).encode("gb18030")),
        (".csv", wide.to_csv(index=False).encode("utf-8-sig")),
        (".csv", hexed.to_csv(index=False).encode()),
        (".csv", _CURVES),
        (".csv", "名称;坐标\n甲;112.8 28.1,112.9 28.1;112.9 28.2\n".encode()),
        (".csv", b"X,Y,name\n3121095.9,391998.7,a\n3121195.9,392098.7,b\n"),
        (".csv", '地点,经度,纬度\n甲,"112°56′10″E",28°12\'\n乙,112.9,28.2\n'.encode("utf-16")),
        (".tsv", "名称\tlon\tlat\n甲\t112.9\t28.2\n".encode("gbk")),
        (".xlsx", _workbook({"甲": bare.assign(经度=112.9, 纬度=28.2)})),
        (".xlsx", _workbook({"说明": pd.DataFrame({"a": ["表"]}), "点": dated})),
    ]


@cache
def rasters() -> tuple[File, ...]:
    """Return GeoTIFFs of several dtypes, compressions, layouts and CRSs."""
    profiles: list[dict[str, object]] = [
        {"dtype": "float32", "nodata": np.nan},
        {"dtype": "uint16", "nodata": 65535, "compress": "deflate"},
        {"dtype": "int32", "compress": "lzw", "tiled": True, "blockxsize": 16, "blockysize": 16},
        {"dtype": "float64", "crs": "EPSG:4547", "transform": from_origin(3e5, 3.2e6, 500, 500)},
        {"dtype": "uint8", "photometric": "palette"},
        {"dtype": "float32", "bigtiff": "yes"},
        {"dtype": "float32", "count": 2},
    ]
    return tuple((f"{at}.tif", _raster(profile)) for at, profile in enumerate(profiles))


@cache
def deck() -> bytes:
    """Return a presentation that may serve as a template."""
    buffer = io.BytesIO()
    Presentation().save(buffer)
    return buffer.getvalue()


@cache
def outputs() -> tuple[tuple[str, bytes], ...]:
    """Return a small map in every kind of file that carries its record, with its suffix."""
    sheet = Sheet(title="图", review_number="internal", size="A4", dpi=50)
    spec = MapSpec("layer", sheet, {"layer": "cities"})
    suffixes = (".png", ".svg", ".pdf", ".html", ".pptx", ".gpkg")
    return tuple((suffix, output(spec, suffix)) for suffix in suffixes)


AREAS_CORNERS = [(112.7, 28.1), (112.8, 28.3), (113.0, 28.0)]
_TOPOLOGY = {
    "type": "Topology",
    "transform": {"scale": [0.001, 0.001], "translate": [112.9, 28.1]},
    "arcs": [[[0, 0], [100, 0], [0, 100], [-100, -100]]],
    "objects": {
        "zones": {
            "type": "GeometryCollection",
            "geometries": [{"type": "Polygon", "arcs": [[0]], "properties": {"name": "洋湖"}}],
        }
    },
}


_CURVES = b"""name;shape
a;CURVEPOLYGON (CIRCULARSTRING (112.8 28.1, 112.85 28.15, 112.9 28.1, 112.85 28.05, 112.8 28.1))
b;COMPOUNDCURVE Z (CIRCULARSTRING Z (112 28 1, 113 29 1, 114 28 1), (114 28 1, 115 28 1))
c;010A0000000100000001080000000300000000000000003C5C400000000000003C4000000000003C5C40000000000000\
3D4000000000003C5C400000000000003C40
"""
_KML = """<?xml version="1.0" encoding="GB2312"?><kml xmlns="http://www.opengis.net/kml/2.2">
<Document><Schema name="s" id="s"><SimpleField type="string" name="用途"/></Schema><Folder>
<name>甲</name><Placemark><name>洋湖</name><ExtendedData><SchemaData schemaUrl="#s"><SimpleData
name="用途">公园</SimpleData></SchemaData><Data name="n"><value>1</value></Data></ExtendedData>
<MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>112.9,28.1,0 113,28.1 113,28.2
112.9,28.1</coordinates></LinearRing></outerBoundaryIs></Polygon><Point><coordinates>112.9,28.2
</coordinates></Point></MultiGeometry></Placemark></Folder><Folder><name>乙</name><Placemark>
<description><![CDATA[<b>线</b>]]></description><LineString><coordinates>112.9,28.1 113,28.2
</coordinates></LineString></Placemark></Folder></Document></kml>"""
_GPX = b"""<?xml version="1.0"?><gpx version="1.1" creator="a">
<trk><name>a</name><trkseg><trkpt lat="28.1" lon="112.9"><ele>5</ele></trkpt><trkpt lat="28.2"
lon="112.9"/></trkseg></trk>
<rte><rtept lat="28.1" lon="112.9"/><rtept lat="28.2" lon="112.8"/></rte>
<wpt lat="28.1" lon="112.9"><name>b</name></wpt></gpx>"""
_DXF = (
    "0 SECTION 2 HEADER 9 $ACADVER 1 AC1015 9 $DWGCODEPAGE 3 ANSI_936 0 ENDSEC 0 SECTION "
    "2 BLOCKS 0 BLOCK 2 B 10 0.0 20 0.0 0 LINE 8 甲 10 0.0 20 0.0 11 1.0 21 1.0 0 ENDBLK 0 "
    "ENDSEC 0 SECTION 2 ENTITIES 0 LWPOLYLINE 8 规划 90 3 70 1 10 112.9 20 28.1 10 113.0 20 "
    "28.1 10 113.0 20 28.2 0 INSERT 2 B 8 规划 10 112.9 20 28.1 0 CIRCLE 8 规划 10 112.9 20 "
    "28.1 40 0.01 0 TEXT 8 注 10 112.9 20 28.1 40 1.0 1 湘江 0 SPLINE 8 规划 70 8 71 3 72 8 73 "
    "4 40 0.0 40 0.0 40 0.0 40 0.0 40 1.0 40 1.0 40 1.0 40 1.0 10 112.9 20 28.1 10 112.9 "
    "20 28.2 10 113.0 20 28.2 10 113.0 20 28.1 0 ENDSEC 0 EOF"
)


def _lines() -> gpd.GeoDataFrame:
    return frame([LineString([p, q]) for p, q in zip(PLACES, AREAS_CORNERS, strict=True)])


def _mixed() -> gpd.GeoDataFrame:
    parts = [PLACES[0], AREAS[0]]
    return frame([GeometryCollection(parts), MultiPoint(PLACES), LineString(PLACES)])


def _layers(layers: dict[str, gpd.GeoDataFrame]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layers.gpkg"
        for name, layer in layers.items():
            pyogrio.write_dataframe(layer, path, driver="GPKG", layer=name, append=path.exists())
        return path.read_bytes()


def _workbook(sheets: dict[str, pd.DataFrame]) -> bytes:
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer) as book:
        for name, sheet in sheets.items():
            sheet.to_excel(book, sheet_name=name, index=False)
    return buffer.getvalue()


def _member(archive: bytes, suffix: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as members:
        return next(members.read(name) for name in members.namelist() if name.endswith(suffix))


def _written(features: gpd.GeoDataFrame, driver: str) -> bytes:
    buffer = io.BytesIO()
    pyogrio.write_dataframe(features, buffer, driver=driver, layer="features")
    return buffer.getvalue()


def _with_crs(content: bytes, name: str) -> bytes:
    collection = json.loads(content)
    collection["crs"] = {"type": "name", "properties": {"name": name}}
    return json.dumps(collection).encode()


def _parquet(features: gpd.GeoDataFrame) -> bytes:
    buffer = io.BytesIO()
    features.to_parquet(buffer)
    return buffer.getvalue()


def _zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _shapefile(features: gpd.GeoDataFrame, encoding: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        features.to_file(Path(folder) / "zones.shp", encoding=encoding)
        return _zipped({path.name: path.read_bytes() for path in Path(folder).iterdir()})


def _geodatabase(features: gpd.GeoDataFrame) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        pyogrio.write_dataframe(
            features,
            Path(folder) / "plan.gdb",
            driver="OpenFileGDB",
            layer="zones",
            promote_to_multi=True,
        )
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return _zipped({str(path.relative_to(folder)): path.read_bytes() for path in files})


def _raster(profile: dict[str, object]) -> bytes:
    cells = np.arange(40 * 30, dtype=float).reshape(30, 40) % 97
    shape = {"driver": "GTiff", "height": 30, "width": 40, "count": 1}
    place = {"crs": "EPSG:4326", "transform": from_origin(112.5, 28.6, 0.02, 0.02)}
    with MemoryFile() as memory:
        with memory.open(**(shape | place | profile)) as target:
            for band in range(1, target.count + 1):
                target.write(cells.astype(target.dtypes[0]), band)
            target.units = ("people",) * target.count
        return bytes(memory.getbuffer())
