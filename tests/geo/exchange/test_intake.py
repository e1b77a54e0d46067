"""Files of every kind read from the outside: what comes, what is said, what is refused."""

from __future__ import annotations

import inspect
import json
import re
import struct
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from intake_files import (
    KML_RING,
    RING,
    collection,
    database,
    feature,
    folder_zipped,
    kml,
    placemark,
    shapefile,
    zipped,
    zones,
)
from shapely import Point, box

import geo
from geo.datum import wgs84_to_gcj02
from geo.errors import AtlasError, CRSError, InputError
from geo.exchange import archives, formats
from geo.exchange.intake import Intake, read_file, read_vector
from geo.exchange.sheets import FACTS
from geo.wording import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable


def codes(intake: Intake) -> list[str]:
    """Return what was noticed besides where the data lie and what shapes they share."""
    aside = ("coordinates.", "geometry.duplicate", "geometry.overlap")
    return [each.code for each in intake.receipt.findings if not each.code.startswith(aside)]


def layers(intake: Intake) -> list[tuple[str, str, int]]:
    return [(each.name, each.kind, each.rows) for each in intake.receipt.layers]


def geojson(frame: gpd.GeoDataFrame, encoding: str = "utf-8") -> bytes:
    content = json.loads(frame.to_json(drop_id=True))
    return json.dumps(content, ensure_ascii=False).encode(encoding)


def same(found: gpd.GeoDataFrame, expected: gpd.GeoDataFrame) -> None:
    assert sorted(found["名称"]) == sorted(expected["名称"])
    found, expected = found.sort_values("名称"), expected.sort_values("名称")
    assert np.allclose(found.bounds, expected.bounds, rtol=1e-8, atol=0)
    areas = (shapely.area(each.geometry.to_numpy()) for each in (found, expected))
    assert np.allclose(*areas, rtol=1e-5, atol=0)
    assert set(found.geom_type) <= {"Polygon", "MultiPolygon"}


@pytest.mark.parametrize("crs", [4490, 4547])
def test_every_format_gives_the_same_zones(tmp_path: Path, crs: int) -> None:
    frame = zones(crs)
    buffer = BytesIO()
    frame.to_parquet(buffer)
    files = {
        "a.gpkg": database(tmp_path / "a.gpkg", "GPKG", zones=frame),
        "a.fgb": database(tmp_path / "a.fgb", "FlatGeobuf", zones=frame),
        "a.gdb.zip": database(tmp_path / "a.gdb", "OpenFileGDB", zones=frame),
        "a.zip": zipped(shapefile(tmp_path / "shp", frame)),
        "b.zip": folder_zipped(tmp_path / "a.gdb", inside="数据/"),
        "a.parquet": buffer.getvalue(),
        "a.geojson": collection(
            *json.loads(frame.to_json(drop_id=True))["features"],
            crs={"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs}"}},
        ),
    }
    for name, data in files.items():
        intake = read_file(data, name)
        same(intake.frame, frame)
        assert intake.frame.crs.to_epsg() == crs, name
        assert intake.frame.index.tolist() == [1, 2]
        assert intake.frame.index.name == "row"
        receipt = intake.receipt
        assert (receipt.rows_in, receipt.rows_accepted, receipt.rows_aside) == (2, 2, 0)
        assert receipt.crs == f"EPSG:{crs}"
        assert receipt.name_column == "名称"
        assert receipt.bounds == pytest.approx((112.8, 28.1, 113.0, 28.2), abs=5e-3)
        assert json.loads(json.dumps(receipt.as_dict()))["file"] == name


def test_a_path_is_read_as_its_contents_are(tmp_path: Path) -> None:
    path = tmp_path / "规划.geojson"
    path.write_bytes(geojson(zones()))
    assert geo.read_file(path).receipt == geo.read_file(path.read_bytes(), path.name).receipt
    frame = geo.read_vector(str(path))
    assert frame.attrs["source"] == "规划.geojson"
    assert frame.attrs["receipt"].rows_in == 2
    with pytest.raises(InputError, match=r"there is no file") as caught:
        read_file(tmp_path / "none.geojson")
    assert caught.value.code == "file.unreadable"


READERS = [geo.read_file, geo.read_vector, geo.read_raster]


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_refuses_alike_what_it_cannot_open(
    reader: Callable[..., object], tmp_path: Path
) -> None:
    empty = tmp_path / "a.tif"
    empty.write_bytes(b"")
    huge = tmp_path / "b.tif"
    with huge.open("wb") as file:
        file.truncate(500_000_001)  # holes, which take no room
    refusals = {
        tmp_path / "none.tif": ("file.unreadable", "there is no file"),
        tmp_path: ("file.unreadable", "is a folder"),
        "\0": ("file.unreadable", "there is no file"),
        empty: ("file.empty", "a.tif is empty"),
        huge: ("file.too_big", "500 MB"),
        b"": ("file.empty", "is empty"),
        7: ("caller.argument", "source is int"),
        None: ("caller.argument", "source is NoneType"),
    }
    for source, (code, said) in refusals.items():
        with pytest.raises(InputError, match=said) as caught:
            reader(source)
        assert caught.value.code == code
        assert str(caught.value).startswith(f"{reader.__name__}: ")
    with pytest.raises(InputError, match="name is int") as caught:
        reader(b"..", 7)
    assert caught.value.code == "caller.argument"


def test_every_reader_is_called_alike() -> None:
    for reader in READERS:
        parameters = list(inspect.signature(reader).parameters.values())
        assert [each.name for each in parameters[:2]] == ["source", "name"]
        assert [each.name for each in parameters[-2:]] == ["progress", "cancelled"]
        assert {each.kind for each in parameters[2:]} == {inspect.Parameter.KEYWORD_ONLY}


def test_content_that_is_no_single_run_of_bytes_is_read_as_it_stands() -> None:
    content = geojson(zones())
    every_other = memoryview(b"".join(bytes([each, 0]) for each in content))[::2]
    same(read_file(every_other, "a.geojson").frame, zones())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16", "utf-16-le"])
def test_geojson_in_any_encoding(encoding: str) -> None:
    same(read_file(geojson(zones(), encoding), "上传.GeoJSON").frame, zones())


def test_geojson_one_feature_a_line_or_none_around_it() -> None:
    lines = "\n".join(json.dumps(feature(name=name)) for name in "ab").encode()
    marked = b"\x1e" + lines.replace(b"\n", b"\n\x1e")
    for data in (lines, marked):
        assert read_file(data, "a.geojsonl").frame["name"].tolist() == ["a", "b"]
    point = {"type": "Point", "coordinates": [112.9, 28.2, 40]}
    for content in (point, {"type": "Feature", "properties": {}, "geometry": point}):
        frame = read_file(json.dumps(content).encode(), "a.json").frame
        assert frame.geometry.iloc[0].equals(Point(112.9, 28.2))
        assert not frame.has_z.any()


def test_an_unclosed_ring_is_closed_with_a_note(tmp_path: Path) -> None:
    closed, ring = shapely.Polygon(RING), RING[:-1]
    wkb = bytearray(shapely.to_wkb(closed, byte_order=1))
    wkb[9:13] = struct.pack("<I", 3)  # three corners, the last one gone
    intake = read_file(collection(feature(), feature(ring)), "a.geojson")
    assert codes(intake) == ["geometry.rings_closed"]
    assert intake.receipt.findings[0].rows == (2,)
    assert intake.frame.geometry.iloc[1].equals(closed)
    text = kml(placemark("甲", ring=" ".join(KML_RING.split()[:-1])))
    assert codes(read_file(text.encode(), "a.kml")) == ["geometry.rings_closed"]
    path = tmp_path / "a.gpkg"
    data = database(path, "GPKG", zones=gpd.GeoDataFrame({"n": [1]}, geometry=[closed], crs=4490))
    whole = shapely.to_wkb(closed, byte_order=1)
    at = data.index(whole)
    moved = struct.pack("<2d", 112.95, 28.15)  # the last corner lies elsewhere
    intake = read_file(data[: at + len(whole) - 16] + moved + data[at + len(whole) :], "a.gpkg")
    assert codes(intake) == ["geometry.rings_closed"]


def test_one_bad_row_goes_aside_and_refuses_nothing() -> None:
    bad = feature([[112.9, 28.1], ["x", 28.1], [113.0, 28.2]], name="坏")
    outside = feature([[p[0], p[1] + 200] for p in RING], name="远")
    not_finite = feature([[112.9, 28.1], [113.0, float("nan")], *RING[2:]], name="空")
    none = {"type": "Feature", "properties": {"name": "无"}, "geometry": None}
    good = [feature(name=str(n)) for n in range(5)]
    intake = read_file(collection(*good, bad, outside, not_finite, none, 7), "a.json")
    assert intake.frame["name"].tolist() == list("01234")
    assert intake.aside["reason"].to_dict() == {
        6: "row.geometry_broken",
        7: "geometry.stray",
        8: "geometry.not_a_number",
        9: "row.no_geometry",
        10: "row.no_feature",
    }
    assert intake.aside["name"].tolist() == ["坏", "远", "空", "无", ""]
    assert (intake.receipt.rows_in, intake.receipt.rows_aside) == (10, 5)
    assert set(intake.aside["reason"]) <= set(catalogue())


def test_folders_of_a_kml_are_joined_and_labels_are_left() -> None:
    label = "<Placemark><Point><coordinates>112.9,28.2</coordinates></Point></Placemark>"
    text = kml(
        f"<name>标签</name>{label}",
        f"<name>一期</name>{placemark('甲')}",
        f"<name>二期</name>{placemark('乙')}{placemark('丙')}",
    )
    intake = read_file(text.encode(), "a.kml")
    assert intake.frame["name"].tolist() == ["甲", "乙", "丙"]
    assert intake.frame["folder"].tolist() == ["一期", "二期", "二期"]
    assert layers(intake) == [("标签", "point", 1), ("一期", "polygon", 1), ("二期", "polygon", 2)]
    assert codes(intake) == ["layers.left", "layers.joined"]
    assert read_file(text.encode(), "a.kml", layer="标签").frame.geom_type.tolist() == ["Point"]
    chosen = read_file(text.encode(), "a.kml", layer=["二期"])
    assert chosen.frame["name"].tolist() == ["乙", "丙"]
    with pytest.raises(InputError, match="has no layer '三期'") as caught:
        read_file(text.encode(), "a.kml", layer="三期")
    assert caught.value.code == "layers.unknown"


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("GB2312", "gb2312"),
        ("GBK", "gbk"),
        ("GB18030", "gb18030"),
        ("UTF-16", "utf-16"),
        ("UTF-8", "utf-8"),
        ("UTF-8", "gbk"),
        ("GBK", "utf-8"),
    ],
)
def test_kml_is_read_by_its_bytes_whatever_it_declares(declared: str, written: str) -> None:
    data = kml(placemark("岳麓区"), encoding=declared).encode(written)
    assert read_file(data, "a.kml").frame["name"].tolist() == ["岳麓区"]


def test_kml_keeps_chinese_fields_and_loses_heights() -> None:
    fields = (
        '<ExtendedData><Data name="名称"><value>岳麓区</value></Data><SchemaData>'
        '<SimpleData name="编号">0007</SimpleData></SchemaData></ExtendedData>'
    )
    intake = read_file(kml(placemark("", fields=fields)).encode(), "a.kml")
    assert intake.frame[["名称", "编号"]].values.tolist() == [["岳麓区", "0007"]]
    assert intake.receipt.name_column == "名称"
    assert not intake.frame.has_z.any()


def test_kmz_alone_and_in_a_zip() -> None:
    kmz = zipped({"doc.kml": kml(placemark("甲"))})
    assert read_file(kmz, "a.kmz").receipt.format == "KMZ"
    assert read_file(zipped({"x/a.kmz": kmz}), "a.zip").frame["name"].tolist() == ["甲"]
    with pytest.raises(InputError) as caught:
        read_file(zipped({"x.zip": zipped({"a.kmz": kmz})}), "a.zip")
    assert caught.value.code == "archive.nested"


@pytest.mark.parametrize("first", ["points", "empty"])
def test_the_zones_of_a_database_are_found_behind_another_layer(tmp_path: Path, first: str) -> None:
    other = gpd.GeoDataFrame({"n": [1]}, geometry=[Point(112.9, 28.1)], crs=4490)
    other = other if first == "points" else other.iloc[:0]
    data = database(tmp_path / "a.gpkg", "GPKG", a_first=other, zones=zones(4547))
    intake = read_file(data, "a.gpkg")
    same(intake.frame, zones(4547))
    assert intake.receipt.taken == ("zones",)
    assert [name for name, _, _ in layers(intake)] == ["a_first", "zones"]
    assert codes(intake) == ["layers.left"]


def test_two_shapefiles_in_a_zip_are_a_choice(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "a", zones(4547), stem="A区")
    parts |= shapefile(tmp_path / "b", zones(名称=["丙", "丁"]), stem="B区")
    intake = read_file(zipped(parts), "a.zip")
    assert layers(intake) == [("A区", "polygon", 2), ("B区", "polygon", 2)]
    assert intake.receipt.taken == ("A区",)
    assert codes(intake) == ["layers.left"]
    chosen = read_file(zipped(parts), "a.zip", layer="B区")
    assert chosen.frame["名称"].tolist() == ["丙", "丁"]
    with pytest.raises(InputError) as caught:
        read_file(zipped(parts), "a.zip", layer=["A区", "B区"])
    assert caught.value.code == "layers.two_crss"


def test_clutter_and_capitals_in_a_zip(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "a", zones())
    loud = {name.replace("规划", "Zones").upper(): data for name, data in parts.items()}
    clutter = {
        "__MACOSX/._ZONES.SHP": b"x",
        "._ZONES.SHP": b"x",
        ".DS_Store": b"",
        "Thumbs.db": b"",
    }
    same(read_file(zipped(loud | clutter), "A.ZIP").frame, zones())


def test_zip_whose_paths_are_gbk(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "a", zones())
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in parts.items():
            archive.writestr(path.replace("规划", "gbkgbk"[:4]), content)
    data = buffer.getvalue().replace(b"gbkg", "规划".encode("gbk"))
    assert read_file(data, "a.zip").receipt.taken == ("规划",)


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
@pytest.mark.parametrize("with_cpg", [True, False])
@pytest.mark.parametrize("language", [0, 0x57, 0x03, 0x4D])
def test_shapefile_in_either_encoding_whatever_it_says(
    tmp_path: Path, encoding: str, language: int, *, with_cpg: bool
) -> None:
    parts = shapefile(tmp_path / "a", zones(4547), encoding=encoding)
    table = parts["规划.dbf"]
    parts["规划.dbf"] = table[:29] + bytes([language]) + table[30:]
    parts["规划.cpg"] = b"ISO-8859-1" if with_cpg else b""
    intake = read_file(zipped(parts), "规划.zip")
    same(intake.frame, zones(4547))
    assert intake.receipt.encoding == {"UTF-8": "UTF-8", "GBK": "GB18030"}[encoding]


def test_one_byte_in_a_column_nobody_needs(tmp_path: Path) -> None:
    parts = shapefile(
        tmp_path / "a", zones(名称=["洋湖", "梅溪湖"], 备注=["甲乙", "丙丁"]), encoding="GBK"
    )
    parts["规划.dbf"] = parts["规划.dbf"].replace("丙丁".encode("gbk"), b"\xb1\xfb\xff ")
    intake = read_file(zipped(parts), "a.zip")
    assert intake.frame["名称"].tolist() == ["洋湖", "梅溪湖"]
    (finding,) = [each for each in intake.receipt.findings if each.code in codes(intake)]
    assert (finding.code, finding.rows) == ("encoding.cell_replaced", (2,))
    assert finding.values["column"] == "备注"


def test_one_byte_in_a_number_leaves_the_others_as_they_are_written(tmp_path: Path) -> None:
    for column, written in (([17, 18], b"17"), ([1.5, 2.5], b"1.5")):
        parts = shapefile(tmp_path / "a", zones(n=column))
        table, kept = parts["规划.dbf"], str(column[1]).rstrip("0")
        parts["规划.dbf"] = table.replace(written, b"\xd4" + written[1:], 1)
        intake = read_file(zipped(parts), "a.zip")
        assert intake.frame["n"].iloc[1].startswith(kept)
        assert "encoding.cell_replaced" in codes(intake)


def test_names_cut_within_a_character(tmp_path: Path) -> None:
    # 10 bytes are 3 characters of 3 bytes and a third of the fourth; so other programs leave them
    parts = shapefile(tmp_path / "a", zones(abcdefghij=["甲", "乙"]))
    cut = "所属园区代码".encode()[:10]
    parts["规划.dbf"] = parts["规划.dbf"].replace(b"abcdefghij", cut)
    frame = read_file(zipped(parts), "a.zip").frame
    assert frame.columns.tolist() == ["所属园", "geometry"]
    assert frame.iloc[:, 0].tolist() == ["甲", "乙"]


PRJ = (
    'PROJCS["长沙城建坐标系",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_prj_of_a_city_system_in_either_encoding(tmp_path: Path, encoding: str) -> None:
    parts = shapefile(tmp_path / "a", zones(4547)) | {"规划.prj": PRJ.encode(encoding)}
    intake = read_file(zipped(parts), "a.zip")
    assert intake.receipt.crs == "长沙城建坐标系"
    assert intake.receipt.bounds == pytest.approx((112.8, 28.1, 113.0, 28.2), abs=5e-3)
    told = [words for _, words in intake.receipt.lines("en") if "° E" in words]
    assert [round(float(each), 2) for each in re.findall(r"[\d.]+", told[0])] == [
        112.8,
        113.0,
        28.1,
        28.2,
    ]


@pytest.mark.parametrize(
    ("prj", "code"),
    [
        ('LOCAL_CS["长沙独立",UNIT["m",1]]', "file.crs_local"),
        ("长沙坐标系", "file.crs_unknown"),
        ("", "file.crs_missing"),
    ],
)
def test_a_system_that_lies_nowhere_is_named_and_can_be_given(
    tmp_path: Path, prj: str, code: str
) -> None:
    parts = shapefile(tmp_path / "a", zones(4547)) | {"规划.prj": prj.encode("gbk")}
    with pytest.raises(CRSError) as caught:
        read_file(zipped(parts), "a.zip")
    assert caught.value.code == code
    assert "长沙" in caught.value.sentence("zh") or not prj
    intake = read_file(zipped(parts), "a.zip", crs="EPSG:4547")
    same(intake.frame, zones(4547))
    assert intake.receipt.crs_how == "crs_how.given"


@pytest.mark.filterwarnings("ignore:'crs' was not provided:UserWarning")
def test_a_geopackage_without_a_place_is_refused_in_words(tmp_path: Path) -> None:
    data = database(tmp_path / "a.gpkg", "GPKG", zones=zones().set_crs(None, allow_override=True))
    with pytest.raises(CRSError) as caught:
        read_file(data, "a.gpkg")
    assert caught.value.code in {"file.crs_missing", "file.crs_local"}


@pytest.mark.parametrize(
    ("epsg", "name"), [(4214, "coordinates.beijing_1954"), (4610, "coordinates.xian_1980")]
)
def test_an_old_datum_is_never_wgs_84(epsg: int, name: str) -> None:
    named = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
    intake = read_file(collection(feature(), crs=named), "a.json")
    assert intake.frame.crs.to_epsg() == epsg
    (finding,) = [each for each in intake.receipt.findings if each.level == "warning"]
    assert finding.code == name
    assert intake.diagnosis.suspicion == "old_datum"
    taken = read_file(collection(feature(), crs=named), "a.json", datum="as_is")
    assert taken.frame.crs.to_epsg() == 4490
    assert taken.frame.attrs["accuracy_m"] == 150.0
    assert "coordinates.taken_as_is" in [each.code for each in taken.receipt.findings]


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("said", ["GCJ-02", "gcj02", "火星坐标系"])
def test_a_stated_shift_is_said_and_taken_back_by_choice(said: str, place: str) -> None:
    lon, lat = wgs84_to_gcj02(*np.array(RING).T)
    shifted = feature(np.column_stack([lon, lat]).tolist())
    named = {"type": "name", "properties": {"name": said}}
    data = collection(shifted, crs=named)
    if place == "after":
        plain = json.loads(data)
        data = json.dumps({"features": plain["features"], **plain}).encode()
    as_it_is = read_file(data, "a.json")
    assert as_it_is.diagnosis.suspicion == "gcj02"
    warnings = [each.code for each in as_it_is.receipt.findings if each.level == "warning"]
    assert warnings == ["coordinates.says_gcj02"]
    assert as_it_is.receipt.crs_how == "datum.stated_gcj02"
    for converted in (
        read_file(data, "a.json", datum="gcj02"),
        read_file(data, "a.json", correct=True),
    ):
        assert "coordinates.corrected" in [each.code for each in converted.receipt.findings]
        shape = converted.frame.geometry.iloc[0]
        assert shapely.hausdorff_distance(shape, shapely.Polygon(RING)) < 1e-8


@pytest.mark.parametrize("said", ["urn:ogc:def:crs:EPSG::104498", "EPSG:999999", "nonsense"])
def test_a_crs_that_nobody_knows_is_refused(said: str) -> None:
    named = {"type": "name", "properties": {"name": said}}
    for members in ({"crs": named}, {"crs": {"type": "link"}}):
        with pytest.raises(CRSError) as caught:
            read_file(collection(feature(), **members), "a.json")
        assert caught.value.code == "file.crs_unknown"
    assert read_file(collection(feature(), crs=None), "a.json").receipt.crs == "EPSG:4490"


def test_codes_stay_to_the_letter(tmp_path: Path) -> None:
    texts = ["0101", "430104001001000001", "NA", "N/A", "null", "1", " x"]
    data = collection(*(feature(id=text) for text in texts))
    assert read_file(data, "a.json").frame["id"].tolist() == texts
    frame = zones(id=["0101", "NA"], n=[1, 430104001001000001])
    for name, data in {
        "a.gpkg": database(tmp_path / "a.gpkg", "GPKG", zones=frame),
        "a.zip": zipped(shapefile(tmp_path / "a", frame)),
        "a.fgb": database(tmp_path / "a.fgb", "FlatGeobuf", zones=frame),
    }.items():
        found = read_file(data, name).frame
        assert sorted(found["id"]) == ["0101", "NA"]
        assert sorted(found["n"]) == [1, 430104001001000001]


def test_whole_numbers_stay_whole_beside_a_gap(tmp_path: Path) -> None:
    frame = zones(id=gpd.pd.array([1, None], dtype="Int64"))
    for name, data in {
        "a.json": collection(feature(id=1), feature(id=None)),
        "a.gpkg": database(tmp_path / "a.gpkg", "GPKG", zones=frame),
        "a.zip": zipped(shapefile(tmp_path / "a", frame)),
    }.items():
        ids = read_file(data, name).frame["id"]
        assert (str(ids.dtype), ids.isna().tolist(), ids.iloc[0]) == ("Int64", [False, True], 1)


def test_columns_that_collide_keep_their_values() -> None:
    data = collection(feature(geometry="x", row="y", **{"": "z", " row ": "w"}))
    frame = read_file(data, "a.json").frame
    texts = frame.drop(columns="geometry").iloc[0].tolist()
    assert texts == ["x", "y", "z", "w"]
    assert frame.columns.is_unique


@pytest.mark.parametrize("kind", [[], {}, 1, None, ["Point"]])
def test_a_type_that_is_no_word(kind: object) -> None:
    odd = {"type": kind, "geometry": None, "properties": {}}
    intake = read_file(collection(feature(name="甲"), odd), "a.geojson")
    assert (intake.receipt.rows_accepted, intake.receipt.rows_aside) == (1, 1)
    with pytest.raises(InputError) as caught:
        read_file(json.dumps({"type": kind}).encode(), "a.geojson")
    assert caught.value.code == "file.no_geojson"


def test_half_a_character_in_names_and_texts_of_json() -> None:
    text = collection(feature(x="甲 y 😀")).decode().replace("甲", r"\ud800")
    frame = read_file(text.replace('"x"', r'"x\uDC00"').encode(), "a.geojson").frame
    assert frame["x\ufffd"].tolist() == ["\ufffd y 😀"]


def test_a_column_with_the_name_of_the_geometry() -> None:
    buffer = BytesIO()
    frame = zones(wkb_geometry=["甲", "乙"])
    pyogrio.write_dataframe(frame, buffer, driver="FlatGeobuf", layer="a")
    read = read_file(buffer.getvalue(), "a.fgb").frame
    assert read["wkb_geometry"].tolist() == ["甲", "乙"]
    assert (read.geometry.to_numpy() == frame.geometry.to_numpy()).all()


def test_topojson_is_read_under_either_suffix() -> None:
    topology = {
        "type": "Topology",
        "transform": {"scale": [0.001, 0.001], "translate": [112.9, 28.1]},
        "arcs": [[[0, 0], [100, 0]], [[100, 0], [0, 100], [-100, -100]]],
        "objects": {"zones": {"type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "洋湖"}}},
    }
    for name in ("a.json", "a.topojson"):
        intake = read_file(json.dumps(topology).encode(), name)
        assert intake.receipt.format == "TopoJSON"
        assert (
            intake.frame.geometry.iloc[0]
            .normalize()
            .equals_exact(
                shapely.Polygon([(112.9, 28.1), (113, 28.1), (113, 28.2)]).normalize(), 1e-9
            )
        )


DXF = """0 SECTION 2 HEADER 9 $ACADVER 1 AC1015 9 $DWGCODEPAGE 3 ANSI_936 0 ENDSEC
0 SECTION 2 ENTITIES 0 LWPOLYLINE 8 规划范围 90 4 70 1
10 500000 20 3100000 10 500009 20 3100000 10 500009 20 3100009 10 500000 20 3100009
0 TEXT 8 标注 10 500001 20 3100001 40 2 1 洋湖\\U+4E2D区 0 ENDSEC 0 EOF"""


def test_dxf_with_chinese_texts_and_closed_outlines() -> None:
    data = "\n".join(DXF.split()).encode("gbk")
    with pytest.raises(CRSError) as caught:
        read_file(data, "a.dxf")
    assert caught.value.code == "file.crs_missing"
    intake = read_file(data, "a.dxf", crs="EPSG:4547")
    assert intake.frame["Layer"].tolist() == ["规划范围"]
    assert intake.frame.geometry.iloc[0].equals(box(500000, 3100000, 500009, 3100009))
    assert codes(intake) == ["layers.left", "dxf.lines_closed"]
    labels = read_file(data, "a.dxf", crs="EPSG:4547", layer="entities (point)")
    assert labels.frame["Text"].tolist() == ["洋湖中区"]


def test_gpx() -> None:
    text = (
        '<gpx><wpt lat="28.1" lon="112.9"><name>起点</name></wpt><trk><name>线</name><trkseg>'
        '<trkpt lat="28" lon="112"/><trkpt lat="28.1" lon="112.1"/></trkseg></trk></gpx>'
    )
    intake = read_file(text.encode(), "a.gpx", layer="waypoints")
    assert intake.frame["name"].tolist() == ["起点"]
    assert layers(intake) == [("waypoints", "point", 1), ("tracks", "line", 1)]


def test_a_shapefile_that_was_cut_or_came_in_parts(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "a", zones())
    shp = parts["规划.shp"]
    cut = read_file(zipped(parts | {"规划.shp": shp[:-60]}), "a.zip")
    assert cut.aside["reason"].tolist() == ["row.shape_cut"]
    assert len(cut.frame) == 1
    without_index = {name: data for name, data in parts.items() if not name.endswith(".shx")}
    same(read_file(zipped(without_index), "a.zip").frame, zones())
    alone = read_file(shp, "规划.shp", crs="EPSG:4490")
    assert codes(alone) == ["shapefile.no_table"]
    short = read_file(zipped(parts | {"规划.dbf": parts["规划.dbf"][:-90]}), "a.zip")
    assert {"dbase.rows_missing", "shapefile.rows_differ"} <= set(codes(short))
    for data in (b"", b"\x03", parts["规划.dbf"][:20]):
        with pytest.raises(InputError) as caught:
            read_file(zipped(parts | {"规划.dbf": data}), "a.zip")
        assert caught.value.code == "file.damaged"


def test_rows_deleted_in_the_table_are_no_rows(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "a", zones())
    table = bytearray(parts["规划.dbf"])
    (header,) = struct.unpack_from("<H", table, 8)
    table[header] = ord("*")
    intake = read_file(zipped(parts | {"规划.dbf": bytes(table)}), "a.zip")
    assert intake.frame["名称"].tolist() == ["梅溪湖"]
    assert intake.receipt.rows_in == 1


REFUSED = [
    (b"", "a.geojson", "file.empty"),
    (b"a", "noname", "file.not_read"),
    (b"Rar!\x1a\x07\x00", "a.rar", "file.other_archive"),
    (b"7z\xbc\xaf\x27\x1c", "a.7z", "file.other_archive"),
    (b"AC1027", "a.dwg", "file.dwg"),
    (b"II*\x00", "a.tif", "file.raster"),
    (b"%PDF-1.4", "a.pdf", "file.picture"),
    (b"AutoCAD Binary DXF\r\n", "a.dxf", "file.dxf_binary"),
    (b"<OGRVRTDataSource/>", "a.kml", "file.other_content"),
    (b"<OGRVRTDataSource/>", "a.geojson", "file.other_content"),
    (b"<OGRVRTDataSource/>", "a.gpkg", "file.other_content"),
    (b"<VRTDataset/>", "a.dxf", "file.other_content"),
    (b"{", "a.geojson", "file.json_broken"),
    (b'{"features": [{"id": ' + b"9" * 5000 + b"}]}", "a.geojson", "file.json_broken"),
    (b'{"type": "Topology", "arcs": ' + b"9" * 5000 + b"}", "a.topojson", "file.json_broken"),
    (b'{"type": "FeatureCollection", "features": [', "a.geojson", "file.json_broken"),
    (b"[]", "a.json", "file.no_geojson"),
    (b'{"type": "Nonsense"}', "a.json", "file.no_geojson"),
    (b'{"type": "FeatureCollection", "features": []}', "a.json", "file.no_features"),
    (b'{"type": "Feature", "properties": {}, "geometry": null}', "a.json", "file.no_geometry"),
    (b'{"type": "FeatureCollection", "features": [7]}', "a.json", "file.geometry_broken"),
    (b"[" * 100_000, "a.json", "file.nested"),
    (b'{"type": "Topology", "arcs": 1, "objects": {}}', "a.json", "file.damaged"),
    (b"SQLite format 3\x00" + b"\x00" * 200, "a.gpkg", "file.other_content"),
    (b"SQLite format 3\x00" + b"\x00" * 52 + b"GPKG" + b"\x00" * 99, "a.gpkg", "file.damaged"),
    (b"PAR1xxxxPAR1", "a.parquet", "file.damaged"),
    (b"fgb\x03fgb\x00xxxx", "a.fgb", "file.damaged"),
    (b"<kml><Document><Folder>", "a.kml", "file.xml_broken"),
    (b"<gpx/>", "a.kml", "file.other_xml"),
    (b"<kml></kml>", "a.kml", "file.no_features"),
    (b"<kml>" + b"<Folder>" * 200, "a.kml", "file.nested"),
    (b'<!DOCTYPE k [<!ENTITY a "b">]><kml>&a;</kml>', "a.kml", "file.doctype"),
    (b"PK\x03\x04broken", "a.zip", "archive.broken"),
    (zipped({"readme.pdf": b""}), "a.zip", "archive.nothing"),
    (zipped({"qqq": b"a"}).replace(b"qqq", b"\0" * 3), "a.zip", "archive.nothing"),
    (zipped({"a.dbf": b""}), "a.zip", "archive.no_shp"),
    (zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), "a.docx", "file.document"),
    (b"lon,lat\n912.9,528.2\n", "a.csv", "file.crs_missing"),
    (b"\xff" * 60, "a.csv", "table.no_rows"),
]


@pytest.mark.parametrize(("data", "name", "code"), REFUSED)
def test_what_is_refused_is_refused_in_words(data: bytes, name: str, code: str) -> None:
    with pytest.raises(AtlasError) as caught:
        read_vector(data, name)
    assert caught.value.code == code
    assert str(caught.value).startswith("read_vector: ")
    assert "/vsimem" not in str(caught.value)
    assert name in caught.value.sentence("zh")
    assert name in caught.value.sentence("en")


def test_a_kml_with_many_comments_costs_what_its_length_costs() -> None:
    """A pattern that went back over 24 comments took a minute; these are 200,000."""
    text = "<!-- -->" * 200_000 + kml(placemark("甲")).partition("?>")[2]
    assert read_file(text.encode(), "a.kml").frame["name"].tolist() == ["甲"]


def _with_flags(data: bytes, flags: int) -> bytes:
    """Set the flags of the first member of an archive, in both of its headers."""
    changed = bytearray(data)
    struct.pack_into("<H", changed, 6, flags)
    struct.pack_into("<H", changed, data.index(b"PK\x01\x02") + 8, flags)
    return bytes(changed)


def _with_link() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("a.geojson")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "elsewhere")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped({"../a.geojson": b"{}"}), "archive.path"),
        (zipped({"/etc/a.geojson": b"{}"}), "archive.path"),
        (zipped({"C:\\a.geojson": b"{}"}), "archive.path"),
        (zipped({"x\\..\\..\\a.geojson": b"{}"}), "archive.path"),
        (_with_link(), "archive.path"),
        (_with_flags(zipped({"a.geojson": b"{}"}), 0x1), "archive.encrypted"),
        (zipped({f"{n}.txt": b"" for n in range(archives.MAX_MEMBERS + 1)}), "archive.too_much"),
    ],
)
def test_archives_that_reach_out_or_are_too_many(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read_file(data, "a.zip")
    assert caught.value.code == code


def test_an_archive_that_unpacks_to_far_more_than_it_is() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b" " * 30_000_000)
    with pytest.raises(InputError) as caught:
        read_file(buffer.getvalue(), "a.zip")
    assert caught.value.code == "archive.too_much"


def test_limits_on_corners_and_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError) as caught:
        read_file(collection(feature(**{f"c{n}": 1 for n in range(2_001)})), "a.json")
    assert caught.value.code == "file.columns"
    monkeypatch.setattr(formats, "MAX_VERTICES", 3)
    with pytest.raises(InputError) as caught:
        formats.parse(collection(feature()), "a.json", {})
    assert caught.value.code == "file.vertices"


def test_a_crs_given_counts_more_than_the_one_stated(tmp_path: Path) -> None:
    data = database(tmp_path / "a.gpkg", "GPKG", zones=zones(4547))
    intake = read_file(data, "a.gpkg", crs="EPSG:4546")
    assert intake.frame.crs.to_epsg() == 4546
    assert "file.crs_given_over" in codes(intake)
    with pytest.raises(CRSError, match="which nobody knows"):
        read_file(data, "a.gpkg", crs="nonsense")
    with pytest.raises(InputError, match="Allowed are 'gcj02', 'bd09', 'as_is'"):
        read_file(data, "a.gpkg", datum="mars")


def test_every_code_of_the_readers_has_its_sentences() -> None:
    subjects = "archive|column|crs_how|datum|dbase|dxf|encoding|file|kml|layers|row|shapefile"
    code = re.compile(rf'"((?:{subjects})\.[a-z_0-9]+)"')
    folder = Path(formats.__file__).parent
    used = {each for path in folder.glob("*.py") for each in code.findall(path.read_text("utf-8"))}
    assert len(used) > 50
    assert used - {FACTS} <= set(catalogue())


def test_a_collection_gives_its_areas_and_says_what_it_left() -> None:
    parts = [{"type": "Point", "coordinates": [112.9, 28.1]}, feature()["geometry"]]
    mixed = {"type": "Feature", "geometry": {"type": "GeometryCollection", "geometries": parts}}
    intake = read_file(collection(mixed), "a.json")
    assert intake.frame.geom_type.tolist() == ["Polygon"]
    assert codes(intake) == ["geometry.parts_left"]


def test_an_area_without_a_ring_among_others_is_left_out() -> None:
    ring = [[112.8, 28.1], [112.9, 28.1], [112.9, 28.2], [112.8, 28.1]]
    shape = {"type": "MultiPolygon", "coordinates": [[ring], []]}
    row = {"type": "Feature", "properties": {}, "geometry": shape}
    content = json.dumps({"type": "FeatureCollection", "features": [row, row]}).encode()
    read = geo.read_file(content, "a.geojson")
    assert read.receipt.rows_aside == 0
    assert read.frame.geometry.iloc[0].area == pytest.approx(0.005)
