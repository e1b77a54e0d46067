"""Reading once before the seal: what libraries load when they are first used is then there.

A sealed process can open nothing, not even a module of its own libraries. One small file of each
kind, made here in memory, takes every reader through what it needs.
"""

from __future__ import annotations

import io
import json
import struct
from zipfile import ZIP_DEFLATED, ZipFile

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from geo.exchange import formats

_RING = [[112.0, 28.0], [113.0, 28.0], [113.0, 29.0], [112.0, 28.0]]
_DXF = "0 SECTION 2 ENTITIES 0 POINT 8 规划 10 1.0 20 2.0 0 ENDSEC 0 EOF"
_DBASE_FIELD = struct.Struct("<11sc4xBB14x")


def rehearse() -> None:
    """Read a small file of every format.

    Examples
    --------
    >>> rehearse()
    """
    for name, data in samples().items():
        formats.parse(data, name, {"crs": "EPSG:4490"})


def samples() -> dict[str, bytes]:
    """Return small files by name, one of each kind that can be made in memory.

    Examples
    --------
    >>> sorted(samples())[:3]
    ['a.csv', 'a.dxf', 'a.fgb']
    """
    frame = gpd.GeoDataFrame(
        {
            "名称": ["甲"],
            "n": pd.array([1], dtype="Int64"),
            "x": [1.5],
            "yes": [True],
            "at": pd.to_datetime(["2024-05-01"]),
        },
        geometry=[shapely.Polygon(_RING)],
        crs="EPSG:4490",
    )
    polygon = {"type": "Polygon", "coordinates": [_RING]}
    properties = {"名称": "甲", "n": 1, "x": 1.5, "yes": True, "more": [1]}
    features = [
        {"type": "Feature", "properties": properties, "geometry": polygon},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": []}},
    ]
    topology = {
        "type": "Topology",
        "arcs": [_RING],
        "objects": {"zones": {"type": "Polygon", "arcs": [[0]]}},
    }
    crs = {"type": "name", "properties": {"name": "EPSG:4547"}}
    collection = {"type": "FeatureCollection", "crs": crs, "features": features}
    corners = " ".join(f"{lon},{lat}" for lon, lat in _RING)
    return {
        "a.geojson": json.dumps(collection).encode(),
        "a.topojson": json.dumps(topology).encode(),
        "a.kml": (
            '<?xml version="1.0" encoding="GBK"?><kml><Placemark><name>甲</name><Polygon>'
            f"<outerBoundaryIs><LinearRing><coordinates>{corners}</coordinates></LinearRing>"
            "</outerBoundaryIs></Polygon></Placemark></kml>"
        ).encode("gbk"),
        "a.gpx": b'<gpx><wpt lat="28" lon="112"/></gpx>',
        "a.csv": b"name,wkt\nA,POINT (112 28)\n",
        "a.dxf": _DXF.replace(" ", "\n").encode(),
        "a.gpkg": _written(frame, "GPKG"),
        "a.fgb": _written(frame, "FlatGeobuf"),
        "a.parquet": _parquet(frame),
        "a.zip": _shapefile(),
    }


def _written(frame: gpd.GeoDataFrame, driver: str) -> bytes:
    buffer = io.BytesIO()
    pyogrio.write_dataframe(frame, buffer, driver=driver)
    return buffer.getvalue()


def _parquet(frame: gpd.GeoDataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def _shapefile() -> bytes:
    """Return a zipped shapefile of one point, with a text, a number, a date and a truth."""
    record = struct.pack(">ii", 1, 10) + struct.pack("<idd", 1, 112.0, 28.0)
    shp = struct.pack(">i20xi", 9994, 64) + struct.pack("<ii64x", 1000, 1) + record
    fields = (("NAME", b"C", 8), ("N", b"N", 4), ("X", b"F", 4), ("D", b"D", 8), ("L", b"L", 1))
    described = b"".join(
        _DBASE_FIELD.pack(name.encode(), kind, length, 0) for name, kind, length in fields
    )
    width = 1 + sum(length for *_, length in fields)
    dbf = struct.pack("<4xIHH20x", 1, 33 + len(described), width) + described + b"\r"
    dbf += b" " + "甲乙".encode("gbk").ljust(8) + b"   1 1.520240501T"
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", shp)
        archive.writestr("a.dbf", dbf)
        archive.writestr("a.prj", "GEOGCS")
    return buffer.getvalue()
