"""Parsers of strangers' files, asked where they stand: what each kind says, to its last row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyproj
import pytest

from geo.errors import InputError
from geo.exchange import gpx, kml, markup, plots, sources, topojson

if TYPE_CHECKING:
    from pathlib import Path

    from geo.exchange.sheets import Sheet


def gpx_sheets(body: str) -> dict[str, Sheet]:
    text = f'<?xml version="1.0" encoding="GBK"?><gpx>{body}</gpx>'
    return {sheet.name: sheet for sheet in gpx.parse(text.encode("gbk"), name="a.gpx")}


def place(lon: float, lat: float, tag: str = "trkpt") -> str:
    return f'<{tag} lat="{lat}" lon="{lon}"/>'


def test_routes_and_tracks_of_a_receiver_keep_their_segments_and_fields() -> None:
    segment = f"<trkseg>{place(1, 2)}{place(3, 4)}</trkseg>"
    other = f"<trkseg>{place(5, 6)}{place(7, 8)}{place(9, 9)}</trkseg>"
    alone = f"<trkseg>{place(0, 0)}</trkseg>"
    sheets = gpx_sheets(
        f"<metadata><name>not a row's</name></metadata><rte><name>起点</name><ele>3</ele>"
        f"{place(1, 1, 'rtept')}<rtept lat='2' lon='2'><name>of a point</name></rtept></rte>"
        f"<trk>{segment}{alone}{other}</trk><trk><type>x</type>{segment}{alone}</trk>"
    )
    assert list(sheets) == ["routes", "tracks"]
    routes, tracks = sheets["routes"], sheets["tracks"]
    assert routes.table.to_dict("list") == {"name": ["起点"], "ele": ["3"]}
    assert [shape.wkt for shape in routes.shapes] == ["LINESTRING (1 1, 2 2)"]
    assert [shape.wkt for shape in tracks.shapes] == [
        "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8, 9 9))",
        "LINESTRING (1 2, 3 4)",
    ]
    assert tracks.table["type"].isna().tolist() == [True, False]
    assert (tracks.encoding, tracks.stated_crs) == ("GB18030", "degrees by format")
    assert tracks.reasons == {}


def test_a_place_of_a_receiver_that_is_none_is_named() -> None:
    sheets = gpx_sheets(
        f"<wpt lat='2' lon='1'/><wpt lat='x' lon='1'/><wpt lat='2'/><wpt lat='4' lon='3'/>"
        f"<trk><trkseg>{place(1, 1)}<trkpt lat='x' lon='1'/></trkseg></trk>"
        f"<trk><trkseg>{place(1, 1)}</trkseg></trk>"
        f"<trk><trkseg>{place(1, 1)}<trkpt lat='x' lon='1'/>{place(2, 2)}</trkseg></trk>"
    )
    points, tracks = sheets["waypoints"], sheets["tracks"]
    assert [shape and shape.wkt for shape in points.shapes] == [
        *("POINT (1 2)", None, None, "POINT (3 4)"),
    ]
    assert points.reasons == dict.fromkeys((1, 2), ("row.geometry_broken", "wpt"))
    # A track of one place has no line, and nothing in it is broken.
    assert [shape and shape.wkt for shape in tracks.shapes] == [None, None, "LINESTRING (1 1, 2 2)"]
    assert tracks.reasons == {0: ("row.geometry_broken", "trkpt")}


def test_places_before_the_first_row_are_nobodys() -> None:
    assert gpx_sheets(place(1, 1)) == {}


def kml_sheets(body: str) -> list[Sheet]:
    return kml.parse(f"<kml>{body}</kml>".encode(), name="a.kml")


def mark(*shapes: str, fields: str = "") -> str:
    shape = "".join(shapes)
    within = f"<MultiGeometry>{shape}</MultiGeometry>" if len(shapes) > 1 else shape
    return f"<Placemark>{fields}{within}</Placemark>"


def drawn(kind: str, places: str) -> str:
    return f"<{kind}><coordinates>{places}</coordinates></{kind}>"


def outline(*rings: str) -> str:
    sides = ("outerBoundaryIs", *["innerBoundaryIs"] * (len(rings) - 1))
    within = [
        f"<{side}>{drawn('LinearRing', ring)}</{side}>"
        for side, ring in zip(sides, rings, strict=True)
    ]
    return f"<Polygon>{''.join(within)}</Polygon>"


SHELL, HOLE, OTHER = "0,0 9,0 9,9 0,0", "2,1 4,1 4,3 2,1", "0,9 2,9 2,11 0,9"


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ([drawn("Point", "1,2,3")], "POINT (1 2)"),
        ([drawn("LineString", "1,2 3,4")], "LINESTRING (1 2, 3 4)"),
        ([drawn("LinearRing", SHELL)], "POLYGON ((0 0, 9 0, 9 9, 0 0))"),
        ([outline(SHELL, HOLE)], "POLYGON ((0 0, 9 0, 9 9, 0 0), (2 1, 4 1, 4 3, 2 1))"),
        (
            [outline(SHELL, HOLE), outline(OTHER)],
            "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0), (2 1, 4 1, 4 3, 2 1)), ((0 9, 2 9, 2 11, 0 9)))",
        ),
        ([drawn("Point", "1,2"), drawn("Point", "3,4")], "MULTIPOINT ((1 2), (3 4))"),
        (
            [drawn("LineString", "1,2 3,4"), drawn("LineString", "5,6 7,8")],
            "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))",
        ),
        (
            [drawn("Point", "1,2"), drawn("LineString", "5,6 7,8")],
            "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (5 6, 7 8))",
        ),
        (
            ["<Track><coord>1 2 3</coord><coord>4 5 6</coord></Track>"] * 2,
            "MULTILINESTRING ((1 2, 4 5), (1 2, 4 5))",
        ),
        # The places of a line are none of the track behind it.
        (
            [drawn("LineString", "9,9 8,8"), "<Track><coord>1 2</coord><coord>4 5</coord></Track>"],
            "MULTILINESTRING ((9 9, 8 8), (1 2, 4 5))",
        ),
    ],
)
def test_shapes_of_a_placemark(shapes: list[str], expected: str) -> None:
    (sheet,) = kml_sheets(mark(*shapes))
    assert sheet.shapes[0].wkt == expected
    assert (sheet.reasons, sheet.findings, sheet.family) == ({}, [], "")


def test_what_a_kml_has_that_is_no_place_is_counted() -> None:
    body = "".join(
        [
            mark(drawn("LinearRing", "0,0 9,0 9,9")),
            mark(drawn("Point", "here")),
            mark(drawn("Point", "1,1")),
            mark(drawn("Point", "1,1"), drawn("LineString", "1,1")),
            mark(),
            "<GroundOverlay/><GroundOverlay/><NetworkLink/><GroundOverlay/>",
        ]
    )
    (sheet,) = kml_sheets(body)
    assert sheet.reasons == {1: ("row.geometry_broken", "coordinates")}
    assert [shape is None for shape in sheet.shapes] == [False, True, False, False, True]
    said = [(each.code, dict(each.values), each.level, each.rows) for each in sheet.findings]
    assert said == [
        ("kml.not_read", {"element": "GroundOverlay", "times": 3}, "warning", ()),
        ("kml.not_read", {"element": "NetworkLink", "times": 1}, "warning", ()),
        ("geometry.rings_closed", {"rows": 1}, "note", (1,)),
        ("kml.parts_cut", {"rows": 1}, "warning", (4,)),
    ]


def test_folders_of_one_name_and_of_none_are_told_apart() -> None:
    style = "<Style><name>not this</name></Style>"
    point = mark(drawn("Point", "1,1"), fields=f"<name>点</name>{style}")
    inner = f"<Folder><name>一期</name>{point}</Folder>"
    folders = kml_sheets(
        f"<Document><name>图</name><Folder>{point}</Folder>"
        f"<Folder><name>一期</name><open>1</open>{style}<Folder/>{inner * 2}{point * 2}</Folder>"
        f"{inner}</Document>"
    )
    names = [(sheet.name, len(sheet.table), sheet.family) for sheet in folders]
    assert names == [
        ("folder 1", 1, "folder"),
        ("一期", 2, "folder"),
        *((f"一期 {number}", 1, "folder") for number in (2, 3, 4)),
    ]
    assert folders[1].table.to_dict("list") == {"name": ["点", "点"]}


def test_fields_of_a_placemark_have_the_names_that_the_file_gives_them() -> None:
    fields = (
        "<name>甲</name><address>桐梓坡路</address><description/><value>nobody's</value>"
        "<ExtendedData><value>nobody's</value><Data><value>unnamed</value></Data>"
        "<Data name='编号'><displayName>no value</displayName><value>007</value></Data>"
        "<SchemaData><SimpleData name='name'>乙</SimpleData></SchemaData></ExtendedData>"
    )
    # Corners of a picture are no ring of the placemark's.
    quad = "<LatLonQuad><coordinates>0,0 1,0 1,1</coordinates></LatLonQuad>"
    (sheet,) = kml_sheets(mark(quad + drawn("Point", "1,1"), fields=fields))
    assert sheet.table.astype(object).to_dict("records") == [
        {"name": "乙", "address": "桐梓坡路", "description": "", "编号": "007"}
    ]
    assert (sheet.findings, sheet.shapes[0].wkt) == ([], "POINT (1 1)")


def test_datums_that_placemarks_state() -> None:
    def stated(*datums: str) -> str:
        marks = [
            mark(drawn("Point", "1,1"), fields=f"<OvCoordType>{datum}</OvCoordType>")
            for datum in datums
        ]
        return kml_sheets("".join(marks))[0].stated_crs

    assert stated("GCJ02", "GCJ02") == "GCJ02"
    assert stated("CGCS2000", "WGS84") == "degrees by format"
    with pytest.raises(InputError, match=r"GCJ02, WGS84") as caught:
        stated("GCJ02", "WGS84")
    assert caught.value.code == "kml.datums"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((f"1{comma}2 3{comma}4", [[1, 2], [3, 4]]) for comma in (",", " ,", ",\n", "\n,", ",\t")),
        ("1,2,9 3,4,9", [[1, 2], [3, 4]]),
        ("1,2,9 3,4", [[1, 2], [3, 4]]),
        ("1,2,", [[1, 2]]),
        ("-1e2,.5", [[-100, 0.5]]),
        ("", []),
    ],
)
def test_positions_in_markup(text: str, expected: list[list[float]]) -> None:
    assert markup.numbers(text).tolist() == expected
    assert markup.numbers(text).shape == (len(expected), 2)


@pytest.mark.parametrize("text", ["1", "1,,2", "1,2 3", "1,x", "112.9 28.1 0 113.0 28.1 0"])
def test_what_is_no_position_in_markup_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        markup.numbers(text)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["A&B"], "A&amp;B"),
        (["A&&amp;&lt;&#20013;&foo;&eacute;"], "A&amp;&amp;&lt;&#20013;&amp;foo;é"),
        (["<![CDATA[A&B]]>", "C&D"], "<![CDATA[A&B]]>C&amp;D"),
        (["<a>&", "<![CDATA[&]]>&<![CDATA[&]]>"], "<a>&amp;<![CDATA[&]]>&amp;<![CDATA[&]]>"),
        (["<![CDATA[&>", "&]]>&"], "<![CDATA[&>&]]>&amp;"),
    ],
)
def test_slips_of_markup_are_mended(pieces: list[str], expected: str) -> None:
    assert "".join(markup.mended(pieces)) == expected


def nested(levels: int) -> str:
    return "<kml>" + "<Folder>" * (levels - 1) + "</Folder>" * (levels - 1) + "</kml>"


@pytest.mark.parametrize(
    "text",
    ["\r\n\t <?xml version='1.0'?><kml/>", nested(100), "<ogc:kml><kml/></ogc:kml>"],
)
def test_documents_that_are_read(text: str) -> None:
    markup.parse(text.encode(), markup.Handler(), name="a", root="kml", format_name="KML")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (nested(101), "file.nested"),
        ("<kml><Folder>", "file.xml_broken"),
        ("<kml/>more", "file.xml_broken"),
        ("<gpx/>", "file.other_xml"),
        ("<!DOCTYPE kml><kml/>", "file.doctype"),
    ],
)
def test_documents_that_are_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        markup.parse(text.encode(), markup.Handler(), name="a", root="kml", format_name="KML")
    assert caught.value.code == code


def test_a_broken_document_says_where() -> None:
    with pytest.raises(InputError) as caught:
        kml.parse(b"<kml>\n  <a></b></kml>", name="a.kml")
    assert (caught.value.values["line"], caught.value.values["column"]) == (2, 8)


def topology(zones: object, **more: object) -> bytes:
    arcs = [[[0, 0, 7], [4, 0], [0, 4]], [[4, 4], [-4, 0], [0, -4]], [[1, 1], [1, 0], [0, 1]]]
    said = {"type": "Topology", "arcs": arcs, "objects": {"zones": zones}} | more
    return json.dumps(said).encode()


STEPS = {"transform": {"scale": [2, 3], "translate": [100, 20]}}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # Steps from corner to corner, each (2, 3) long, from (100, 20); arcs join where they meet.
        (
            {"type": "Polygon", "arcs": [[0, 1]]},
            "POLYGON ((100 20, 108 20, 108 32, 100 32, 100 20))",
        ),
        ({"type": "LineString", "arcs": [0]}, "LINESTRING (100 20, 108 20, 108 32)"),
        ({"type": "LineString", "arcs": [-1]}, "LINESTRING (108 32, 108 20, 100 20)"),
        (
            {"type": "LineString", "arcs": [-2, -1]},
            "LINESTRING (100 20, 100 32, 108 32, 108 20, 100 20)",
        ),
        (
            {"type": "MultiLineString", "arcs": [[0], [2]]},
            "MULTILINESTRING ((100 20, 108 20, 108 32), (102 23, 104 23, 104 26))",
        ),
        (
            {"type": "MultiPolygon", "arcs": [[[2]], [[2]]]},
            "MULTIPOLYGON (((102 23, 104 23, 104 26, 102 23)), ((102 23, 104 23, 104 26, 102 23)))",
        ),
        ({"type": "Point", "coordinates": [1, 2, 9]}, "POINT (102 26)"),
        (
            {"type": "MultiPoint", "coordinates": [[0, 0], [1, 1]]},
            "MULTIPOINT ((100 20), (102 23))",
        ),
        (
            {
                "type": "GeometryCollection",
                "geometries": [{"type": None}, {"type": "Point", "coordinates": [0, 1]}],
            },
            "GEOMETRYCOLLECTION (POINT (100 23))",
        ),
    ],
)
def test_shapes_of_a_topology_in_steps(row: dict[str, Any], expected: str) -> None:
    rows = {"type": "GeometryCollection", "geometries": [row]}
    (sheet,) = topojson.parse(topology(rows, **STEPS), name="a.json")
    assert ([shape.wkt for shape in sheet.shapes], sheet.reasons) == ([expected], {})


def test_corners_of_a_topology_without_steps_are_places() -> None:
    def shape(row: dict[str, Any], **more: object) -> str:
        (sheet,) = topojson.parse(topology(row, **more), name="a.json")
        return sheet.shapes[0].wkt

    line = {"type": "LineString", "arcs": [1]}
    assert shape(line) == shape(line, transform=None) == "LINESTRING (4 4, -4 0, 0 -4)"
    assert shape({"type": "Point", "coordinates": [1, 2]}) == "POINT (1 2)"


def test_rows_of_a_topology_that_are_none_keep_their_place() -> None:
    point = {"type": "Point", "coordinates": [1, 2]}
    rows = [
        point | {"id": 7, "properties": {"n": 1}},
        point | {"id": 8, "properties": {"id": "own", "n": 2}},
        point | {"id": 0, "properties": "none"},
        {"type": "LineString", "arcs": [9]},
        {"type": "Circle", "arcs": [0]},
        {"type": "Point", "coordinates": ["x", 1]},
        {"type": None},
        "no row",
        {"type": "Polygon", "arcs": [[]]},
        {"type": "Polygon", "arcs": [[2]]},
    ]
    (sheet,) = topojson.parse(
        topology({"type": "GeometryCollection", "geometries": rows}), name="a"
    )
    assert sheet.table["id"].tolist()[:3] == ["7", "own", "0"]
    assert sheet.table["n"].tolist()[:2] == [1, 2]
    assert sheet.reasons == dict.fromkeys((3, 4, 5), ("row.geometry_broken", ""))
    kinds = [None if shape is None else shape.geom_type for shape in sheet.shapes]
    assert kinds == [*["Point"] * 3, *[None] * 5, "Polygon", "Polygon"]
    assert [(each.code, each.rows) for each in sheet.findings] == [("geometry.rings_closed", (10,))]
    assert (sheet.encoding, sheet.encoding_how) == ("UTF-8", "encoding.ascii")


@pytest.mark.parametrize(("most", "is_read"), [(6, True), (5, False)])
def test_corners_of_a_topology_are_counted(
    most: int, monkeypatch: pytest.MonkeyPatch, *, is_read: bool
) -> None:
    monkeypatch.setattr(topojson, "MAX_VERTICES", most)
    rows = [{"type": "LineString", "arcs": [0]}, {"type": "LineString", "arcs": [1]}]
    data = topology({"type": "GeometryCollection", "geometries": rows})
    if is_read:
        assert len(topojson.parse(data, name="a.json")[0].shapes) == 2
        return
    with pytest.raises(InputError) as caught:
        topojson.parse(data, name="a.json")
    assert caught.value.code == "file.vertices"


@pytest.mark.parametrize(
    "more", [{"arcs": 1}, {"objects": [1]}, {"transform": {}}, {"transform": {"scale": [1, 1]}}]
)
def test_a_topology_that_is_none_is_damaged(more: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        topojson.parse(topology({"type": "Point", "coordinates": [1, 2]}, **more), name="a.json")
    assert caught.value.code == "file.damaged"


def plot(*corners: tuple[float, float], ring: int = 1) -> str:
    """Corners as their files have them: northing before easting."""
    return "\n".join(f"J{at}, {ring} ,{n},{e}" for at, (e, n) in enumerate(corners))


def square(x: float, y: float, side: float) -> list[tuple[float, float]]:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def plots_sheet(*bodies: str, head: str = "", first: str = "4,1,1,甲,面,,,,@") -> Sheet:
    rows = "\n".join(f"{first}\n{body}\n" for body in bodies)
    (sheet,) = plots.parse(f"[属性描述]\n{head}\n[地块坐标]\n{rows}".encode(), name="a.txt")
    return sheet


def test_rings_of_a_plot_are_holes_and_parts() -> None:
    outer, hole, part = square(1000, 2000, 90), square(1010, 2010, 10), square(3000, 2000, 20)
    both = "\n".join(plot(*ring, ring=at) for at, ring in enumerate((outer, hole, part)))
    sheet = plots_sheet(both, plot(*outer), plot(*outer[:3]), first=" 4，0.5，007，甲， 面 ,,,,@ ")
    assert [shape.geom_type for shape in sheet.shapes] == ["MultiPolygon", "Polygon", "Polygon"]
    assert [shape.area for shape in sheet.shapes] == [90**2 - 10**2 + 20**2, 90**2, 90**2 / 2]
    assert sheet.shapes[1].bounds == (1000, 2000, 1090, 2090)
    assert sheet.table.loc[:, ["地块编号", "地块名称", "图形属性"]].iloc[0].tolist() == [
        "007",
        "甲",
        "面",
    ]
    assert (sheet.name, sheet.encoding, sheet.reasons) == ("地块", "UTF-8", {})
    assert [(each.code, dict(each.values)) for each in sheet.findings] == [
        ("plots.read", {"rows": 3})
    ]
    assert plots_sheet(plot(*outer), head="地块名称 = 一期 ").name == "一期"


def test_a_plot_with_a_corner_that_is_none_is_no_area() -> None:
    whole = plot(*square(1000, 2000, 90))
    broken = [
        *(f"{whole}\n{line}" for line in ("J5,1,北,东", "J5,1,7", "J5,1,inf,7", "J5,1,7,nan")),
        plot(*square(1000, 2000, 90)[:2]),
        f"{whole}\n{plot((1, 1), (2, 2), ring=8)}",
        "",
    ]
    sheet = plots_sheet(*broken, whole)
    assert [shape is None for shape in sheet.shapes] == [*[True] * 7, False]
    details = [detail for _, detail in sheet.reasons.values()]
    assert details == ["J5,1,北,东", "J5,1,7", "J5,1,inf,7", "J5,1,7,nan", "1", "1、8", ""]
    assert set(sheet.reasons) == set(range(7))
    assert plots_sheet("").stated_crs == ""


@pytest.mark.parametrize("latitude_first", [True, False])
def test_plots_in_degrees_lie_here_in_either_order(*, latitude_first: bool) -> None:
    ring = square(112.9, 28.1, 0.1)
    # A line of these files says y, x; some programs of degrees write x, y.
    written = ring if latitude_first else [(y, x) for x, y in ring]
    sheet = plots_sheet(plot(*written))
    assert sheet.shapes[0].bounds == pytest.approx((112.9, 28.1, 113.0, 28.2))
    assert sheet.stated_crs == "degrees by format"


@pytest.mark.parametrize(
    ("head", "easting", "zone"),
    [
        # Zones of 3° have their middle at three times their number, of 6° at six times less three.
        ("坐标系=2000国家大地坐标系\n带号=38\n几度分带=3", 401_000, (114, 500_000, "CGCS2000")),
        ("带号=38", 401_000, (114, 500_000, "CGCS2000")),
        ("", 38_401_000, (114, 38_500_000, "CGCS2000")),
        ("带号=37", 38_401_000, (114, 38_500_000, "CGCS2000")),
        ("坐标系=80国家大地坐标系\n带号=第38带", 401_000, (114, 500_000, "IAU 1976")),
        ("坐标系=80国家大地坐标系", 38_401_000, (114, 38_500_000, "IAU 1976")),
        ("坐标系=北京54\n带号=38", 401_000, (114, 500_000, "Krassovsky, 1942")),
        ("坐标系=北京54", 38_401_000, (114, 38_500_000, "Krassovsky, 1942")),
        ("带号=19\n几度分带=6", 401_000, (111, 500_000, "CGCS2000")),
        ("带号=19\n分带=6度", 19_401_000, (111, 19_500_000, "CGCS2000")),
        ("带号=38\n几度分带=6", 401_000, None),
        ("带号=12", 401_000, None),
        ("带号=", 401_000, None),
        ("", 361, None),
    ],
)
def test_the_zone_of_plots(head: str, easting: float, zone: tuple[int, int, str] | None) -> None:
    stated = plots_sheet(plot(*square(easting - 1, 310, 1)), head=head).stated_crs
    if zone is None:
        assert stated == ""
        return
    crs = pyproj.CRS(stated)
    assert crs.coordinate_operation is not None
    numbers = {each.name: each.value for each in crs.coordinate_operation.params}
    assert (numbers["Longitude of natural origin"], numbers["False easting"]) == zone[:2]
    assert crs.ellipsoid is not None
    assert crs.ellipsoid.name.startswith(zone[2])


def test_plots_up_to_a_whole_turn_are_degrees() -> None:
    assert plots_sheet(plot(*square(359, 310, 1))).stated_crs == "degrees by format"


def test_a_file_is_taken_in_pieces_of_a_mebibyte(tmp_path: Path) -> None:
    data = bytes(2**20 + 1)
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    for source in (data, path):
        with sources.opened(source, "a.csv", "f") as (size, pieces):
            assert (size, [len(piece) for piece in pieces]) == (2**20 + 1, [2**20, 1])
