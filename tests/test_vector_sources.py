from __future__ import annotations

import json
import struct
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio
import pytest
import shapely
from shapely import Point, box

from geo import vector_sources
from geo.errors import AtlasError, CRSError, InputError
from geo.vector_sources import read_vector

if TYPE_CHECKING:
    from pathlib import Path

KML = """<?xml version="1.0" encoding="UTF-8"?>
<!-- drawn by hand -->
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
  <Folder><name>规划</name><Placemark><name>洋湖</name><Polygon><outerBoundaryIs><LinearRing>
    <coordinates>112.9,28.1,5 113.0,28.1,5 113.0,28.2,5 112.9,28.1,5</coordinates>
  </LinearRing></outerBoundaryIs></Polygon></Placemark></Folder>
</Document></kml>"""


def frame(crs: object = 4490, **columns: object) -> gpd.GeoDataFrame:
    columns = columns or {"名称": ["洋湖", "梅溪湖"]}
    shapes = [box(112.9, 28.1, 113.0, 28.2), box(112.8, 28.1, 112.9, 28.2)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4490).to_crs(crs)


def geojson(text: str | None = None, encoding: str = "utf-8") -> bytes:
    if text is None:
        text = json.dumps(json.loads(frame().to_json(drop_id=True)), ensure_ascii=False)
    return text.encode(encoding)


def geopackage(folder: Path, **layers: gpd.GeoDataFrame) -> bytes:
    path = folder / "a.gpkg"
    for name, layer in layers.items():
        pyogrio.write_dataframe(layer, path, layer=name, driver="GPKG")
    return path.read_bytes()


def shapefile(
    folder: Path,
    features: gpd.GeoDataFrame,
    *,
    encoding: str = "UTF-8",
    leave_out: tuple[str, ...] = (),
    language: int | None = None,
    inside: str = "数据/",
) -> bytes:
    """Give a .zip of a shapefile, in a folder; ``language`` is its word on its encoding."""
    folder.mkdir(exist_ok=True)
    pyogrio.write_dataframe(
        features, folder / "规划.shp", driver="ESRI Shapefile", encoding=encoding
    )
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(folder.iterdir()):
            content = bytearray(path.read_bytes())
            if path.suffix == ".dbf" and language is not None:
                content[29] = language
            if path.suffix not in leave_out:
                archive.writestr(inside + path.name, bytes(content))
    return buffer.getvalue()


def same(found: gpd.GeoDataFrame, expected: gpd.GeoDataFrame) -> None:
    assert found["名称"].tolist() == expected["名称"].tolist()
    assert shapely.equals_exact(
        found.geometry.normalize().to_numpy(), expected.geometry.normalize().to_numpy(), 1e-6
    ).all()


def test_geojson() -> None:
    found = read_vector(geojson(), "上传.GeoJSON")
    same(found, frame())
    assert found.crs.to_epsg() in {4326, 4490}
    assert found.attrs["source"] == "上传.GeoJSON"
    assert found.attrs["encoding"] == "utf-8"
    same(read_vector(geojson(encoding="utf-8-sig"), "a.json"), frame())


def test_geojson_in_gbk() -> None:
    found = read_vector(geojson(encoding="gbk"), "a.geojson")
    same(found, frame())
    assert found.attrs["encoding"] == "gb18030"


def test_geojson_of_one_feature_or_geometry() -> None:
    point = {"type": "Point", "coordinates": [112.9, 28.2]}
    feature = {"type": "Feature", "properties": {}, "geometry": point}
    for content in (point, feature):
        found = read_vector(json.dumps(content).encode(), "a.json")
        assert found.geometry[0].equals(Point(112.9, 28.2))


def test_geopackage_takes_the_first_layer_with_geometry(tmp_path: Path) -> None:
    metres = frame(4547)
    table = metres.drop(columns="geometry")
    found = read_vector(geopackage(tmp_path, a_table=table, zones=metres, more=frame()), "a.gpkg")
    same(found, metres)
    assert found.crs.to_epsg() == 4547
    assert found.attrs["layer"] == "zones"
    assert found.attrs["layers"] == ["zones", "more", "a_table"]


def test_kml_loses_its_heights() -> None:
    found = read_vector(KML.encode(), "a.kml")
    assert found["Name"].tolist() == ["洋湖"]
    assert not found.geometry.has_z.any()
    assert found.geometry[0].bounds == (112.9, 28.1, 113.0, 28.2)
    assert found.attrs["layer"] == "规划"


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
@pytest.mark.parametrize("leave_out", [(), (".cpg",)])
@pytest.mark.parametrize("language", [None, 0, 0x57, 0x03, 0x4D])
def test_shapefile_in_either_encoding_whatever_it_says(
    tmp_path: Path, encoding: str, leave_out: tuple[str, ...], language: int | None
) -> None:
    data = shapefile(
        tmp_path / "a", frame(4547), encoding=encoding, leave_out=leave_out, language=language
    )
    found = read_vector(data, "规划.zip")
    same(found, frame(4547))
    assert found.crs.to_epsg() == 4547
    assert found.attrs["encoding"] == {"UTF-8": "UTF-8", "GBK": "GB18030"}[encoding]
    assert found.attrs["layer"] == "规划"


def test_shapefile_whose_names_were_cut_within_a_character(tmp_path: Path) -> None:
    # 10 bytes are 3 characters of 3 bytes and a third of the fourth; so other programs leave them
    data = shapefile(tmp_path / "a", frame(abcdefghij=["甲", "乙"]))
    with zipfile.ZipFile(BytesIO(data)) as source:
        parts = {path: source.read(path) for path in source.namelist()}
    cut = "所属园区代码".encode()[:10]
    found = read_vector(
        _zipped(parts, ".dbf", lambda old: old.replace(b"abcdefghij", cut)), "a.zip"
    )
    assert found.columns.tolist() == ["所属园", "geometry"]
    assert found.iloc[:, 0].tolist() == ["甲", "乙"]


def test_zip_whose_paths_are_gbk(tmp_path: Path) -> None:
    data = shapefile(tmp_path / "a", frame())
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as archive:
        for path in source.namelist():
            archive.writestr(path.encode("gbk").decode("cp437"), source.read(path))
    raw = buffer.getvalue()  # written with the UTF-8 flag and the wrong letters: take both away
    for path in {each.encode("gbk") for each in zipfile.ZipFile(BytesIO(data)).namelist()}:
        wrong = path.decode("cp437").encode()
        assert wrong in raw
    found = read_vector(raw, "a.zip")
    same(found, frame())


def test_two_shapefiles_in_one_zip(tmp_path: Path) -> None:
    first = shapefile(tmp_path / "a", frame(4547), inside="a/")
    second = shapefile(tmp_path / "b", frame(), inside="b/")
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for data in (second, first):
            with zipfile.ZipFile(BytesIO(data)) as source:
                for path in source.namelist():
                    archive.writestr(path.upper().replace("规划", "ZONES"), source.read(path))
    found = read_vector(buffer.getvalue(), "a.zip")
    assert found.crs.to_epsg() == 4547
    assert found.attrs["layers"] == ["ZONES", "ZONES"]


def test_csv_of_points() -> None:
    text = "名称,经度,纬度\n岳麓山,112.93,28.18\n未定位,,\n"
    for encoding in ("utf-8", "utf-8-sig", "gbk"):
        found = read_vector(text.encode(encoding), "a.csv")
        assert found["名称"].tolist() == ["岳麓山", "未定位"]
        assert found.geometry[0].equals(Point(112.93, 28.18))
        assert found.geometry[1] is None
        assert found.crs.to_epsg() == 4490


def test_csv_of_wkt() -> None:
    text = 'name,WKT\na,"POLYGON ((112 28, 113 28, 113 29, 112 28))"\nb,\n'
    found = read_vector(text.encode(), "a.csv")
    assert found.columns.tolist() == ["name", "geometry"]
    assert found.geometry[0].geom_type == "Polygon"
    assert found.geometry[1] is None


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.geojson", "a.geojson is empty"),
        (b"a", "a.dxf", r"suffix '\.dxf'.*one \.zip"),
        (b"a", "noname", "suffix ''"),
        (b"{", "a.geojson", "cannot be read as GeoJSON"),
        (b"[]", "a.json", 'no "type"'),
        (b'{"type": "FeatureCollection", "features": []}', "a.json", "no features"),
        (b'{"type": "Feature", "properties": {}, "geometry": null}', "a.json", "none has geometry"),
        (b'{"type": "FeatureCollection", "features": [7]}', "a.json", "a.json"),
        (b'{"type": "Nonsense"}', "a.json", "cannot be read as GeoJSON"),
        ("名".encode("utf-16"), "a.json", "neither UTF-8 nor GBK"),
        (b"not a database", "a.gpkg", "header is that of something else"),
        (b"SQLite format 3\x00" + b"\x00" * 200, "a.gpkg", "header is that of something else"),
        (b"<OGRVRTDataSource/>", "a.kml", "does not begin with <kml>"),
        (b"<kml><Document><Folder>", "a.kml", "cannot be read as KML"),
        (b"<kml></kml>", "a.kml", "a.kml"),
        (b"PK\x03\x04broken", "a.zip", r"cannot be read as a \.zip"),
        (b"a,b\n1,2\n", "a.csv", "has the columns a, b. It needs wkt, or lon and lat"),
        (b"lon,lat\nx,28\n", "a.csv", "cannot be read as CSV"),
        (b"wkt\nPOLYGON ((\n", "a.csv", "cannot be read as CSV"),
        (b"lon,lat\n", "a.csv", "0 features and none has geometry"),
        (b"\n", "a.csv", "cannot be read as CSV"),
    ],
)
def test_files_that_are_refused(data: bytes, name: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_vector(data, name)
    assert str(caught.value).startswith("read_vector: ")
    assert "/tmp" not in str(caught.value)  # noqa: S108  no path of the machine reaches the visitor


def test_a_file_that_is_too_big(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"a\.json has 51 MB, at most 50 are allowed"):
        read_vector(b" " * 51_000_000, "a.json")
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", b"\0" * 3_000_000)
    monkeypatch.setattr(vector_sources, "_MAX_UNPACKED_MB", 2)
    with pytest.raises(InputError, match="unpacks to 3 MB"):
        read_vector(buffer.getvalue(), "a.zip")


def test_coordinates_that_the_crs_cannot_have(tmp_path: Path) -> None:
    with pytest.raises(CRSError, match=r"read_vector: a\.csv: .* swapped"):
        read_vector(b"lon,lat\n28.2,112.9\n", "a.csv")
    metres = frame(4547).set_crs(4490, allow_override=True)
    with pytest.raises(CRSError, match="look like metres"):
        read_vector(geopackage(tmp_path, a=metres), "a.gpkg")


def test_no_crs(tmp_path: Path) -> None:
    with pytest.raises(CRSError, match=r"its \.prj in the \.zip"):
        read_vector(shapefile(tmp_path / "a", frame(4547), leave_out=(".prj",)), "a.zip")


def test_a_geopackage_that_was_cut_short(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read as GeoPackage"):
        read_vector(geopackage(tmp_path, a=frame())[:5000], "a.gpkg")


def test_shapefiles_that_are_broken(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"lacks its \.dbf"):
        read_vector(shapefile(tmp_path / "a", frame(), leave_out=(".dbf",)), "a.zip")
    with pytest.raises(InputError, match=r"there is no \.shp in a\.zip"):
        read_vector(shapefile(tmp_path / "b", frame(), leave_out=(".shp",)), "a.zip")
    data = shapefile(tmp_path / "c", frame(), encoding="GBK")
    parts = {}
    with zipfile.ZipFile(BytesIO(data)) as source:
        parts = {path: source.read(path) for path in source.namelist()}
    changes = {
        ".dbf": (lambda old: old[:6], "cut short"),
        ".shp": (lambda old: b"\0" * len(old), r"its \.shp is none"),
    }
    for suffix, (change, words) in changes.items():
        with pytest.raises(InputError, match=words):
            read_vector(_zipped(parts, suffix, change), "a.zip")
    # half of the records are gone, the header still promises them
    short = _zipped(parts, ".shp", lambda old: old[: len(old) // 2])
    with pytest.raises(AtlasError, match=r"^read_vector: a\.zip"):
        read_vector(short, "a.zip")
    (header,) = struct.unpack_from("<H", parts["数据/规划.dbf"], 8)
    latin = _zipped(parts, ".dbf", lambda old: old[: header + 1] + b"\xff" + old[header + 2 :])
    with pytest.raises(InputError, match="neither UTF-8 nor GBK"):
        read_vector(latin, "a.zip")


def _zipped(parts: dict[str, bytes], suffix: str, change: object) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in parts.items():
            archive.writestr(path, change(content) if path.endswith(suffix) else content)
    return buffer.getvalue()
