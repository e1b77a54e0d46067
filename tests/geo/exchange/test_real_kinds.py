"""Files as map services, field apps, offices and data portals give them: small ones made after."""

from __future__ import annotations

import io
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import rasterio.crs
import shapely
from intake_files import RING, collection, feature, placemark, shapefile, zipped
from pyproj import CRS, Transformer
from rasterio.io import MemoryFile
from rasterio.transform import Affine, from_origin
from shapely import Point
from xlsxwriter import Workbook  # type: ignore[import-untyped]

import geo
from geo.datum import convert
from geo.errors import AtlasError, InputError
from geo.exchange.encodings import decoded
from geo.exchange.json_dialects import features
from geo.exchange.rasters import read_raster
from layers.keeping.own_files import read_own
from layers.plan.catalogue import load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import geopandas as gpd

    from geo.exchange.receipt import Intake
    from tests.conftest import Done

GK_114E = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_114E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def codes(intake: Intake) -> set[str]:
    return {each.code for each in intake.receipt.findings}


def refusal(data: bytes, name: str) -> AtlasError:
    with pytest.raises(AtlasError) as caught:
        geo.read_file(data, name)
    for lang in ("zh", "en"):
        assert caught.value.sentence(lang)
    return caught.value


def districts(datum: str = "wgs84", *, simplified: bool = True) -> gpd.GeoDataFrame:
    """Return the districts of the atlas as others hand them out."""
    frame = load("districts")[["name_zh", "adcode", "geometry"]].dropna()
    frame = frame.assign(geometry=frame.simplify(0.002 if simplified else 0))
    if datum == "wgs84":
        return frame
    return convert(frame, source="wgs84", target=datum).set_crs(4490, allow_override=True)


def written(geometry: Any) -> str:
    """Write a border as boundary tables do: ``lng lat,lng lat~hole;lng lat,lng lat``."""
    parts = [[part.exterior, *part.interiors] for part in shapely.get_parts(geometry)]
    return ";".join(
        "~".join(",".join(f"{x:.6f} {y:.6f}" for x, y in ring.coords) for ring in rings)
        for rings in parts
    )


def packed(ring: Sequence[tuple[int, int]]) -> tuple[str, list[int]]:
    """Pack corners in whole steps as chart libraries do: two letters a step, odd ones backward."""
    steps = [(0, 0), *((b[0] - a[0], b[1] - a[1]) for a, b in pairwise(ring))]
    numbers = [(each << 1) ^ (each >> 63) for step in steps for each in step]
    return "".join(chr(number + 64) for number in numbers), list(ring[0])


def shifted(ring: list[list[float]]) -> list[list[float]]:
    return [[x + 12_570_000, y + 3_270_000] for x, y in ring]


def workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("POI")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return buffer.getvalue()


# ---- boundaries ----


def test_districts_of_the_map_portal_are_suspected_by_fit_and_converted_by_choice() -> None:
    frame = districts("gcj02")
    rows = [
        feature(None, adcode=int(row.adcode), name=row.name_zh, level="district", childrenNum=0)
        | {"geometry": shapely.geometry.mapping(row.geometry)}
        for row in frame.itertuples()
    ]
    data = collection(*rows)
    given, set_right = read_own(data, "full.json"), read_own(data, "full.json", correct=True)
    assert given.diagnosis is not None
    assert given.diagnosis.suspicion == "gcj02"
    assert given.diagnosis.residual_before_m == pytest.approx(650, abs=30)
    assert given.diagnosis.residual_after_m is not None
    assert given.diagnosis.residual_after_m < 50
    assert given.frame.geometry.iloc[0].equals_exact(frame.geometry.iloc[0], 1e-9)
    assert "coordinates.corrected_by" in codes(set_right)
    true = districts().geometry.iloc[0].centroid
    assert set_right.frame.geometry.iloc[0].centroid.distance(true) < 1e-5


def test_the_boundary_table_gives_areas_and_its_word_for_none_is_missing() -> None:
    frame = districts("gcj02")
    lines = [
        "id,pid,deep,name,ext_path,geo,polygon",
        '43,0,0,"湖南省","湖南省","112.98 28.19","EMPTY"',
    ]
    for row in frame.itertuples():
        middle = row.geometry.representative_point()
        spot = f"{middle.x:.6f} {middle.y:.6f}"
        lines.append(
            f'{row.adcode},4301,2,"{row.name_zh}","湖南省 {row.name_zh}","{spot}",'
            f'"{written(row.geometry)}"'
        )
    intake = read_own(("\ufeff" + "\r\n".join(lines)).encode(), "ok_geo.csv")
    assert len(intake.frame) == len(frame)
    assert set(intake.frame.geom_type) <= {"Polygon", "MultiPolygon"}
    areas = (shapely.area(each.geometry.to_numpy()) for each in (intake.frame, frame))
    assert np.allclose(*areas, rtol=1e-4)
    assert intake.aside["reason"].tolist() == ["place.missing"]
    assert "coordinates.gcj02" in codes(intake)


def test_borders_packed_for_charts_were_refused_as_broken() -> None:
    ring = [(115_600, 28_800), (115_700, 28_800), (115_700, 28_900), (115_600, 28_800)]
    text, offset = packed(ring)
    polygon = {"type": "Polygon", "coordinates": [text], "encodeOffsets": [offset]}
    several = {"type": "MultiPolygon", "coordinates": [[text]], "encodeOffsets": [[offset]]}
    rows = [
        {**feature(name=name), "geometry": each}
        for name, each in (("甲", polygon), ("乙", several))
    ]
    data = collection(*rows, UTF8Encoding=True)
    intake = geo.read_file(data, "hunan.json")
    corners = [(x / 1024, y / 1024) for x, y in ring]
    assert intake.frame.geometry.iloc[0].equals(shapely.Polygon(corners))
    assert intake.frame.geometry.iloc[1].equals(shapely.MultiPolygon([(corners, ())]))
    assert "geojson.packed" in codes(intake)
    finer = collection(*rows, UTF8Encoding=True, UTF8Scale=2048)
    assert geo.read_file(finer, "a.json").frame.total_bounds[0] == pytest.approx(115_600 / 2048)


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon", "coordinates": ["@@@"], "encodeOffsets": [[1, 2]]},
        {"type": "Polygon", "coordinates": ["@@"], "encodeOffsets": []},
        {"type": "Polygon", "coordinates": ["@@"], "encodeOffsets": [["a", None]]},
        {"type": "Polygon", "coordinates": None, "encodeOffsets": [[1, 2]]},
        {"type": "Polygon", "coordinates": ["𝄞"], "encodeOffsets": [[1, 2]]},
        {"type": "GeometryCollection", "geometries": [3]},
    ],
)
def test_a_packed_border_that_is_damaged_goes_aside(geometry: dict[str, Any]) -> None:
    good, offset = packed([(0, 0), (9, 0), (9, 9), (0, 0)])
    sound = {"type": "Polygon", "coordinates": [good], "encodeOffsets": [offset]}
    rows = [{**feature(name="坏"), "geometry": geometry}, {**feature(name="好"), "geometry": sound}]
    intake = geo.read_file(collection(*rows), "a.json")
    assert intake.frame["name"].tolist() == ["好"]
    assert len(intake.aside) == 1


def test_features_of_arcgis_were_refused_as_broken() -> None:
    outer = shifted([[0, 0], [0, 9], [9, 9], [9, 0], [0, 0]])  # clockwise
    hole = shifted([[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]])
    island = shifted([[20, 0], [20, 1], [21, 1], [21, 0], [20, 0]])
    content = {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 102100, "latestWkid": 3857},
        "features": [{"attributes": {"XZQMC": "甲"}, "geometry": {"rings": [outer, hole, island]}}],
    }
    frame = geo.read_file(json.dumps(content).encode(), "query.json").frame
    assert frame["XZQMC"].tolist() == ["甲"]
    assert frame.crs.to_epsg() == 3857
    assert frame.area.tolist() == [9 * 9 - 1 + 1]
    broken = {"attributes": {}, "geometry": {"rings": [[[0, 0]]]}}
    text = decoded(b'"rings"', name="query.json")
    rows = list(features([broken, {"attributes": {}, "geometry": {"x": 1, "y": 2}}], text, []))
    assert [row["geometry"] for row in rows] == [
        {"type": "MultiPolygon"},
        {"type": "Point", "coordinates": [1, 2]},
    ]


def test_a_list_of_features_was_no_geojson() -> None:
    data = json.dumps([feature(name="甲"), feature(name="乙")]).encode()
    assert geo.read_file(data, "a.json").frame["name"].tolist() == ["甲", "乙"]


@pytest.mark.parametrize(
    "text",
    [
        "var changsha = {}",
        "export default {}",
        "(function (root, factory) { registerMap('湖南', {}) })",
        "\ufeffconst a = {}",
    ],
)
def test_a_program_of_a_web_page_is_refused_as_one(text: str) -> None:
    for name in ("a.js", "a.json"):
        assert refusal(text.encode(), name).code == "file.script"


# ---- answers of map services, and what crawlers keep of them ----


@pytest.mark.parametrize(
    "content",
    [
        [{"name": "甲", "lng": 112.9, "lat": 28.2}],
        {"status": "1", "pois": [{"name": "甲", "location": "112.9,28.2", "address": []}]},
        {"status": 0, "results": [{"name": "甲", "location": {"lat": 28.2, "lng": 112.9}}]},
    ],
)
def test_answers_of_map_services_were_no_geojson(content: object) -> None:
    frame = geo.read_file(json.dumps(content).encode(), "a.json").frame
    assert frame["name"].tolist() == ["甲"]
    assert frame.geometry.iloc[0].equals(Point(112.9, 28.2))


@pytest.mark.parametrize("content", [{}, [], [1, 2], {"a": [{}], "b": [{}]}, {"a": [{"b": 1}]}])
def test_json_without_places_is_refused_in_words(content: object) -> None:
    assert refusal(json.dumps(content).encode(), "a.json").code in {
        "file.no_geojson",
        "table.no_places",
    }


@pytest.mark.parametrize("cell", ['{"lng":112.9,"lat":28.2}', "{'lat': 28.2, 'lng': 112.9}"])
def test_an_object_with_longitude_and_latitude_in_a_cell_was_no_place(cell: str) -> None:
    table = pd.DataFrame({"name": ["甲"], "location": [cell]}).to_csv(index=False)
    assert geo.read_file(table.encode(), "a.csv").frame.geometry.iloc[0].equals(Point(112.9, 28.2))


@pytest.mark.parametrize(
    ("columns", "datum"),
    [
        ("pname,cityname,adname,typecode", "GCJ-02"),
        ("uid,street_id,detail", "BD-09"),
    ],
)
def test_fields_of_a_search_of_places_hint_at_the_datum(columns: str, datum: str) -> None:
    row = ",".join("a" for _ in columns.split(","))
    intake = read_own(f"name,lng,lat,{columns}\n甲,112.9,28.2,{row}".encode(), "a.csv")
    (found,) = [each for each in intake.receipt.findings if each.code == "coordinates.service"]
    assert datum in found.sentence("en")


def test_a_column_that_says_the_datum_was_passed_over() -> None:
    data = workbook([["名称", "坐标系", "经度", "纬度"], ["甲", "GCJ02", "112.9445", "28.1832"]])
    assert "table.datum_said" in codes(read_own(data, "a.xlsx"))
    place = read_own(data, "a.xlsx", correct=True).frame.geometry.iloc[0]
    assert place.distance(Point(112.9390, 28.1866)) < 1e-3
    mixed = workbook([["坐标系", "经度", "纬度"], ["GCJ02", 112.9, 28.1], ["WGS84", 112.9, 28.2]])
    assert "table.datum_said" not in codes(read_own(mixed, "a.xlsx"))


def test_of_three_columns_of_coordinates_the_one_without_a_shift_is_taken() -> None:
    rows = [
        ["名称", "百度坐标", "高德坐标", "坐标_wgs84"],
        ["甲", "112.97,28.2", "112.96,28.1", "112.9,28.0"],
    ]
    intake = read_own(workbook(rows), "a.xlsx")
    assert intake.frame.geometry.iloc[0].equals(Point(112.9, 28.0))
    shifted = read_own(workbook([row[:3] for row in rows]), "a.xlsx", correct=True)
    assert "高德坐标" not in shifted.frame.columns  # GCJ-02 rather than BD-09, which is it twice
    assert shifted.frame.geometry.iloc[0].distance(Point(112.9546, 28.1034)) < 1e-3


# ---- field apps ----


def document(body: str) -> bytes:
    head = (
        '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">'
    )
    return f"{head}<Document>{body}</Document></kml>".encode()


def test_tracks_and_marks_of_a_field_app_are_both_there() -> None:
    track = "".join(
        f"<when>2023-10-01T0{n}:00:00Z</when><gx:coord>112.9{n} 28.1 9</gx:coord>" for n in range(3)
    )
    body = (
        '<Folder id="TbuluHisPointFolder"><name><![CDATA[标注点]]></name><Placemark><name>亭</name>'
        "<Point><coordinates>112.93,28.18,120</coordinates></Point></Placemark></Folder>"
        '<Folder id="TbuluTrackFolder"><name>轨迹</name><Placemark><name>环线</name>'
        f"<gx:MultiTrack><gx:Track>{track}</gx:Track><gx:Track>{track}</gx:Track></gx:MultiTrack>"
        "</Placemark></Folder>"
    )
    intake = geo.read_file(document(body), "2bulu.kml")
    assert intake.frame.geometry.iloc[0].geom_type == "MultiLineString"
    assert shapely.get_num_coordinates(intake.frame.geometry.iloc[0]) == 6
    assert [(each.name, each.kind) for each in intake.receipt.layers] == [
        ("标注点", "point"),
        ("轨迹", "line"),
    ]
    points = geo.read_file(document(body), "2bulu.kml", layer="标注点").frame
    assert points["name"].tolist() == ["亭"]


@pytest.mark.parametrize(
    ("name", "read"),
    [("A&B商场", "A&B商场"), ("A&nbsp;B", "A\xa0B"), ("A\x0bB", "AB"), ("<![CDATA[A&B]]>", "A&B")],
)
def test_a_loose_ampersand_or_control_character_broke_off_a_kml(name: str, read: str) -> None:
    assert geo.read_file(document(placemark(name)), "a.kml").frame["name"].tolist() == [read]


def test_the_datum_that_an_app_states_in_a_kml_was_passed_over() -> None:
    mark = placemark("甲").replace("<Polygon>", "<OvCoordType>{}</OvCoordType><Polygon>")
    said = document(mark.format("GCJ02"))
    for name in ("a.ovkml", "a.kml"):
        assert "coordinates.says_gcj02" in codes(read_own(said, name))
        moved = read_own(said, name, correct=True).frame.geometry.iloc[0]
        assert moved.centroid.distance(shapely.Polygon(RING).centroid) > 0.005
    assert "datum.stated_gcj02" not in codes(read_own(document(mark.format("CGCS2000")), "a.ovkml"))
    both = document(mark.format("GCJ02") + mark.format("WGS84"))
    assert refusal(both, "a.ovkml").code == "kml.datums"
    assert refusal(b"OviO\x00\x01", "a.ovobj").code == "file.ovital"


@pytest.mark.parametrize(
    "body",
    [
        "<NetworkLink><name>长沙</name><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink>",
        "<GroundOverlay><name>规划图</name><Icon><href>a.png</href></Icon></GroundOverlay>",
    ],
)
def test_a_kml_of_links_or_pictures_only_says_so(body: str) -> None:
    assert refusal(document(body), "a.kml").code == "kml.only_links"
    assert refusal(zipped({"doc.kml": document(body)}), "a.kmz").code == "kml.only_links"


def test_a_broken_part_of_a_shape_was_left_out_without_a_word() -> None:
    good, bad = placemark("甲").partition("<Polygon>")[2].partition("</Placemark>")[0], "112.9"
    part = "<Polygon>" + good
    broken = "<Polygon><outerBoundaryIs><LinearRing><coordinates>"
    broken += f"{bad}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    body = f"<Placemark><name>甲</name><MultiGeometry>{part}{broken}</MultiGeometry></Placemark>"
    intake = geo.read_file(document(body), "a.kml")
    assert intake.frame["name"].tolist() == ["甲"]
    assert "kml.parts_cut" in codes(intake)


# ---- offices ----


PLOTS = """[属性描述]
格式版本号=1.01版本
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
[地块坐标]
9,0.99,1,地块一,面,,,,@
J1,1,3110000.0,{zone}401000.0
J2,1,3110000.0,{zone}401100.0
J3,1,3110100.0,{zone}401100.0
J4,1,3110100.0,{zone}401000.0
J1,1,3110000.0,{zone}401000.0
J5,2,3110010.0,{zone}401010.0
J6,2,3110010.0,{zone}401020.0
J7,2,3110020.0,{zone}401020.0
J5,2,3110010.0,{zone}401010.0
3,,2,地块二,面,,,,@
J1,1,3110000.0,{zone}402000.0
J2,1,没有,{zone}402100.0
J3,1,3110100.0,{zone}402100.0
"""


@pytest.mark.parametrize(("zone", "epsg"), [("38", 4526), ("", 4547)])
@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig"])
def test_corner_points_of_the_land_administration_were_a_table_without_places(
    zone: str, epsg: int, encoding: str
) -> None:
    data = PLOTS.format(zone=zone).encode(encoding)
    intake = read_own(data, "界址点.txt")
    assert intake.frame["地块名称"].tolist() == ["地块一"]
    assert intake.frame.crs.to_epsg() == epsg
    assert intake.frame.area.tolist() == [100 * 100 - 10 * 10 / 2]
    assert intake.aside["reason"].tolist() == ["row.geometry_broken"]
    assert geo.read_file(zipped({"地块/a.txt": data}), "a.zip").frame.crs.to_epsg() == epsg


def test_corner_points_in_an_old_datum_say_so_and_without_a_zone_ask() -> None:
    old = PLOTS.replace("2000国家大地坐标系", "80国家大地坐标系").format(zone="38").encode("gbk")
    assert "coordinates.xian_1980" in codes(read_own(old, "a.txt"))
    open_zone = PLOTS.replace("带号=38", "带号=").format(zone="").encode("gbk")
    assert refusal(open_zone, "a.txt").code == "file.crs_missing"
    assert read_own(open_zone, "a.txt", correct=True).receipt.rows_accepted == 1
    assert refusal("[属性描述]\n[地块坐标]\n".encode("gbk"), "a.txt").code == "plots.none"


@pytest.mark.parametrize("language_byte", [0x00, 0x4D, 0x57])
def test_a_shapefile_of_an_office_without_cpg_is_gbk_and_its_gauss_kruger_is_known(
    tmp_path: Path, language_byte: int
) -> None:
    frame = districts().to_crs(4547)
    parts = shapefile(tmp_path / "shp", frame, encoding="GBK")
    parts.pop("规划.cpg")
    parts["规划.prj"] = GK_114E.encode()
    table = bytearray(parts["规划.dbf"])
    table[29] = language_byte
    inside = {f"长沙市/{name}": data for name, data in (parts | {"规划.dbf": bytes(table)}).items()}
    intake = read_own(
        zipped(inside | {"长沙市/规划.shp.xml": b"<m/>", "长沙市/说明.txt": b"x"}), "a.zip"
    )
    assert intake.receipt.encoding == "GB18030"
    assert intake.receipt.crs == "EPSG:4547"
    assert intake.frame["name_zh"].tolist() == frame["name_zh"].tolist()
    assert "coordinates.agrees" in codes(intake)


def test_degrees_without_a_prj_that_lie_here_are_taken_by_choice(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "shp", districts(), encoding="GBK")
    parts.pop("规划.prj")
    with pytest.raises(AtlasError) as caught:
        read_own(zipped(parts), "a.zip")
    assert caught.value.code == "file.crs_missing"
    assert "coordinates.degrees_unlabelled" in {each.code for each in caught.value.findings}
    intake = read_own(zipped(parts), "a.zip", correct=True)
    assert intake.receipt.crs == "EPSG:4490"
    assert "coordinates.agrees" in codes(intake)


def test_a_city_system_that_lies_right_was_to_be_exchanged(tmp_path: Path) -> None:
    city = CRS.from_proj4("+proj=tmerc +lon_0=113 +x_0=800000 +y_0=-3000000 +ellps=GRS80 +units=m")
    intake = read_own(
        zipped(
            shapefile(tmp_path / "shp", districts().set_crs(4326, allow_override=True).to_crs(city))
        ),
        "a.zip",
    )
    assert intake.diagnosis is not None
    assert intake.diagnosis.suspicion != "xy_northing_first"
    assert "coordinates.agrees" in codes(intake)
    assert "coordinates.far" not in codes(intake)


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize(
    ("name", "data"), [("a.tab", b"!table\n!version 300"), ("a.mif", b"Version 300")]
)
def test_mapinfo_is_refused_as_mapinfo(name: str, data: bytes, *, inside: bool) -> None:
    error = refusal(zipped({name: data}), "a.zip") if inside else refusal(data, name)
    assert error.code == "file.mapinfo"


@pytest.mark.parametrize(
    ("data", "code"), [(b"hello", "file.other_text"), (b"\x00\x01", "file.other_unknown")]
)
def test_what_contents_look_like_is_not_said_in_english_in_chinese(data: bytes, code: str) -> None:
    error = refusal(data, "规划.gpkg")
    assert error.code == code
    assert not {"text", "unknown"} & set(error.sentence("zh").split())


def test_the_doctor_refuses_in_the_language_of_its_reader(
    tmp_path: Path, run: Callable[..., Done]
) -> None:
    path = tmp_path / "点.csv"
    path.write_text("点号,X,Y\nJ1,3110000,401000\nJ2,3110080,401100\n", "utf-8")
    for lang, words in (("zh", "中央经线 114°"), ("en", "central meridian 114°")):
        said = run("doctor", path, "--lang", lang, code=2).stderr
        assert words in said
        assert "read_file" not in said


# ---- rasters ----


WEST, NORTH, STEP = 112.0, 29.0, 1 / 120


def tif(values: Any, transform: Affine, crs: object, **options: Any) -> bytes:
    tags = options.pop("tags", {})
    height, width = values.shape
    shape = {"driver": "GTiff", "height": height, "width": width, "count": 1, "dtype": values.dtype}
    with MemoryFile() as memory:
        with memory.open(crs=crs, transform=transform, **shape, **options) as raster:
            raster.write(values, 1)
            raster.update_tags(**tags)
        return bytes(memory.read())


def degrees(values: Any, **options: Any) -> bytes:
    return tif(values, from_origin(WEST, NORTH, STEP, STEP), 4326, **options)


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(("fill", "dtype"), [(-99999, "float32"), (-2147483647, "int32")])
def test_counts_per_cell_with_the_holes_of_a_data_portal_sum_to_what_was_put_in(
    fill: int, dtype: str, *, declared: bool
) -> None:
    values = np.full((120, 120), 7, dtype)
    values[:, :30] = fill
    options = {"nodata": fill} if declared else {}
    data = degrees(values, compress="lzw", tiled=True, blockxsize=64, blockysize=64, **options)
    people = geo.population(read_raster(data, name="chn_ppp_2020_UNadj.tif"))
    assert people.quantity == "count"
    assert people.total == 7 * 120 * 90
    assert [each.code for each in people.findings][-1] == "people.named_count"


@pytest.mark.parametrize(
    ("name", "value"),
    [("chn_pd_2020_1km.tif", 500.0), ("chn_pph_v2b_2020.tif", 5.0), ("人口密度.tif", 500.0)],
)
def test_a_density_whose_name_says_so_was_taken_for_people(name: str, value: float) -> None:
    people = geo.population(read_raster(degrees(np.full((120, 120), value, "float32")), name=name))
    assert people.quantity == "density"
    # A degree square at 28.5° N has some 97.8 km by 110.8 km.
    assert people.total == pytest.approx(500 * 97.8 * 110.8, rel=0.01)


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("VNL_v2_npp_2020_global.average_masked.tif", {}),
        ("F182013.v4c_web.stable_lights.avg_vis.tif", {}),
        ("长沙夜间灯光2020.tif", {}),
        ("a.tif", {"TIFFTAG_IMAGEDESCRIPTION": "VIIRS DNB avg_rade9h"}),
    ],
)
def test_night_lights_whose_unit_is_not_stated_were_counted_as_people(
    name: str, tags: dict[str, str]
) -> None:
    raster = read_raster(degrees(np.full((9, 9), 5.0, "float32"), tags=tags), name=name)
    with pytest.raises(InputError) as caught:
        geo.population(raster)
    assert caught.value.code == "people.named_lights"
    assert geo.population(raster, quantity="count").total == 5 * 81  # who knows better may


def test_a_name_that_speaks_of_neither_leaves_the_question_open() -> None:
    for name in ("", "county.tif", "upd_a.tif", "长沙.tif"):
        people = geo.population(read_raster(degrees(np.full((9, 9), 5.0, "float32")), name=name))
        assert people.how == "population.assumed", name


def test_a_raster_without_a_name_is_not_called_the_raster_in_chinese() -> None:
    with pytest.raises(AtlasError) as caught:
        read_raster(tif(np.ones((3, 3), "float32"), from_origin(0, 9, 1, 1), None))
    assert "raster" not in caught.value.sentence("zh")


@pytest.mark.parametrize("wkt", [True, False])
def test_people_in_mollweide_are_those_of_the_cells_and_a_density_those_of_the_ground(
    *, wkt: bool
) -> None:
    mollweide = CRS.from_user_input("ESRI:54009")
    x, y = Transformer.from_crs(4326, mollweide, always_xy=True).transform(WEST + 0.5, NORTH - 0.5)
    crs = rasterio.crs.CRS.from_wkt(mollweide.to_wkt("WKT1_ESRI" if wkt else "WKT2_2019"))
    to = Affine(1000, 0, round(x, -3) - 60_000, 0, -1000, round(y, -3) + 60_000)
    values = np.full((120, 120), 300.0)
    values[:, 100:] = -200
    data = tif(values, to, crs, nodata=-200)
    counts = geo.population(read_raster(data, name="GHS_POP_E2020_GLOBE_R2023A_54009_1000.tif"))
    assert (counts.quantity, counts.total) == ("count", 300.0 * 120 * 100)
    # The projection of a sphere: its cells of 1 km² have 0.9963 km² of the ellipsoid here.
    density = geo.population(read_raster(data), quantity="density")
    assert density.total == pytest.approx(0.9963 * counts.total, rel=5e-4)
