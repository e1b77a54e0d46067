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
import pyogrio
import rasterio
from pptx import Presentation
from rasterio.io import MemoryFile
from rasterio.transform import from_origin
from shapely import LineString, MultiPolygon, Point, Polygon, box

from layers.content import Sheet
from layers.outputs import output
from layers.specification import MapSpec

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
    """Return one sound file of every vector format, and some in several dialects."""
    areas, places = frame(AREAS), frame(PLACES)
    lines = frame([LineString([p, q]) for p, q in zip(PLACES, AREAS_CORNERS, strict=True)])
    files: list[File] = [
        ("a.geojson", _written(areas, "GeoJSON")),
        ("b.geojson", _with_crs(_written(areas, "GeoJSON"), "GCJ-02")),
        ("c.gpkg", _written(areas, "GPKG")),
        ("d.gpkg", _written(areas.to_crs(4547), "GPKG")),
        ("e.fgb", _written(places, "FlatGeobuf")),
        ("f.geojsonl", _written(lines, "GeoJSONSeq")),
        ("g.kml", _written(areas[["名称", "geometry"]], "KML")),
        ("h.gpx", _written(places[["geometry"]], "GPX")),
        ("i.dxf", _written(areas[["geometry"]].explode(), "DXF")),
        ("j.topojson", json.dumps(_TOPOLOGY).encode()),
        ("k.parquet", _parquet(areas)),
        ("l.zip", _shapefile(areas, "UTF-8")),
        ("m.zip", _shapefile(areas.to_crs(4547), "GBK")),
        ("n.zip", _geodatabase(areas)),
        ("o.kmz", _zipped({"doc.kml": _written(places[["名称", "geometry"]], "KML")})),
        ("p.csv", places.drop(columns="geometry").assign(lon=112.9, lat=28.2).to_csv().encode()),
        ("q.csv", areas.to_wkt().to_csv(index=False).encode("gb18030")),
        ("r.csv", "名称;坐标\n甲;112.8 28.1,112.9 28.1;112.9 28.2\n".encode()),
        ("s.csv", b"X,Y,name\n3121095.9,391998.7,a\n3121195.9,392098.7,b\n"),
    ]
    table = io.BytesIO()
    places.drop(columns="geometry").assign(经度=112.9, 纬度=28.2).to_excel(table, index=False)
    return (*files, ("t.xlsx", table.getvalue()))


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


def versions() -> str:
    """Return which libraries the files were made with."""
    return f"GDAL {pyogrio.__gdal_version_string__} and {rasterio.__gdal_version__}"
