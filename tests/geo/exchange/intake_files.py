"""Small files of every kind that is read, made in code."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio
from shapely import box

if TYPE_CHECKING:
    from pathlib import Path

RING = [[112.9, 28.1], [113.0, 28.1], [113.0, 28.2], [112.9, 28.1]]
KML_RING = " ".join(f"{lon},{lat},5" for lon, lat in RING)


def zones(crs: object = 4490, **columns: object) -> gpd.GeoDataFrame:
    columns = columns or {"名称": ["洋湖", "梅溪湖"]}
    shapes = [box(112.9, 28.1, 113.0, 28.2), box(112.8, 28.1, 112.9, 28.2)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4490).to_crs(crs)


def feature(ring: object = None, **properties: object) -> dict[str, object]:
    geometry = {"type": "Polygon", "coordinates": [ring or RING]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: object, **members: object) -> bytes:
    content = {"type": "FeatureCollection", **members, "features": list(features)}
    return json.dumps(content, ensure_ascii=False).encode()


def kml(*folders: str, encoding: str = "UTF-8") -> str:
    body = "".join(f"<Folder>{folder}</Folder>" for folder in folders)
    return f'<?xml version="1.0" encoding="{encoding}"?><kml><Document>{body}</Document></kml>'


def placemark(name: str, *, fields: str = "", ring: str = KML_RING) -> str:
    return (
        f"<Placemark><name>{name}</name>{fields}<Polygon><outerBoundaryIs><LinearRing>"
        f"<coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )


def database(path: Path, driver: str, **layers: gpd.GeoDataFrame) -> bytes:
    for name, layer in layers.items():
        pyogrio.write_dataframe(layer, path, layer=name, driver=driver)
    return path.read_bytes() if path.is_file() else folder_zipped(path)


def folder_zipped(folder: Path, inside: str = "") -> bytes:
    return zipped(
        {
            f"{inside}{folder.name}/{path.name}": path.read_bytes()
            for path in sorted(folder.iterdir())
        }
    )


def shapefile(
    folder: Path, frame: gpd.GeoDataFrame, *, encoding: str = "UTF-8", stem: str = "规划"
) -> dict[str, bytes]:
    """Return the parts of a shapefile by name."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{stem}.shp"
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding=encoding)
    return {each.name: each.read_bytes() for each in sorted(folder.iterdir())}


def zipped(parts: dict[str, bytes | str]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in parts.items():
            archive.writestr(path, content)
    return buffer.getvalue()
