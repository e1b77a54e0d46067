"""Tables with places: every cell to the letter, every place where it was meant, or a reason."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from geo.errors import AtlasError, CRSError, InputError
from geo.exchange.cell_quotes import csv_bytes
from geo.exchange.sheets import FACTS
from geo.exchange.tables import parse
from geo.wording import catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.exchange.parsed import Parsed

_CHANGSHA = Point(112.93, 28.18)
_SQUARE = "POLYGON ((112 28,113 28,113 29,112 29,112 28))"


def _read(text: str | bytes, name: str = "a.csv", **options: Any) -> Parsed:
    data = text.encode() if isinstance(text, str) else text
    parsed = parse(data, name, options)
    assert parsed.frame.index.is_unique
    assert not set(parsed.frame.index) & set(parsed.aside.index)
    return parsed


def _workbook(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True, "strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(number, column, cell, day)
                    elif cell is not None:
                        sheet.write(number, column, cell)
    return written.getvalue()


def _codes(parsed: Parsed) -> set[str]:
    return {finding.code for finding in parsed.findings}


def test_an_unclosed_ring_in_wkt_is_closed_with_a_note() -> None:
    parsed = _read('wkt\n"POLYGON ((112.8 28.1,113 28.1,113 28.3,112.8 28.3))"\n')
    assert parsed.frame.geometry.iloc[0].equals(box(112.8, 28.1, 113, 28.3))
    (closed,) = [each for each in parsed.findings if each.code == "table.closed"]
    assert (dict(closed.values)["rows"], closed.rows) == (1, (1,))


@pytest.mark.parametrize(
    "names",
    [
        ["1", "2"],
        ["0101", "0102"],
        ["430104001001000001", "430104001001000123"],
        ["NA", "N/A"],
        ["null", "None"],
        ["nan", "inf"],
        ["1e5", "1E5"],
        ["3.1", "3.10"],
        ["-0", "+1"],
        ["TRUE", "false"],
    ],
)
@pytest.mark.parametrize("column", ["name", "地块", "id"])
def test_names_stay_to_the_letter(names: list[str], column: str) -> None:
    table = f"{column},lon,lat\n" + "".join(f"{name},112.93,28.18\n" for name in names)
    assert _read(table).frame[column].astype(str).tolist() == names


def test_numbers_are_numbers_and_empty_cells_are_missing() -> None:
    frame = _read("n,f,g,lon,lat\n1,1.5,1.50,112,28\n,,2.25,112,28\n").frame
    assert frame["n"].tolist() == [1, pd.NA]
    assert frame["f"].iloc[0] == 1.5
    assert np.isnan(frame["f"].iloc[1])
    assert frame["g"].tolist() == [1.5, 2.25]


def test_thousands_and_full_width_digits_are_numbers_with_a_finding() -> None:
    parsed = _read('投资,人数,lon,lat\n"1,234.5",１２,112,28\n7,3,112,28\n')
    assert parsed.frame["投资"].tolist() == [1234.5, 7]
    assert parsed.frame["人数"].tolist() == [12, 3]
    assert {"table.thousands", "table.full_width"} <= _codes(parsed)


def test_a_row_with_an_unnamed_cell_is_set_aside_and_moves_no_place() -> None:
    """Pandas takes the first column for an index and reads longitude 28.18, latitude 7."""
    parsed = _read("name,lon,lat\n甲,乙,112.93,28.18\n丙,112.93,28.18\n丁,112.93\n")
    assert parsed.frame.index.tolist() == [2]
    assert parsed.frame.geometry.tolist() == [_CHANGSHA]
    assert parsed.aside["reason"].to_dict() == {1: "table.too_many_cells", 3: "table.too_few_cells"}


def test_cells_in_excess_in_every_row_move_no_place() -> None:
    parsed = _read("name,lon,lat\n1,甲,112.93,28.18\n2,乙,112.93,28.18\n")
    assert (len(parsed.frame), len(parsed.aside)) == (0, 2)


def test_an_open_quotation_mark_costs_one_row() -> None:
    parsed = _read('name,lon,lat\n甲,112,28\n"乙,112,28\n丙,112,28\n丁,112,28\n')
    assert parsed.frame["name"].tolist() == ["甲", '"乙', "丙", "丁"]
    # the marks of two rows do not swallow what is between them
    parsed = _read('name,lon,lat\n"甲,112,28\n乙,112,28\n"丙,112,28\n')
    assert parsed.frame["name"].tolist() == ['"甲', "乙", '"丙']


def test_quotation_marks_inside_a_name_are_part_of_it() -> None:
    assert _read('name,lon,lat\n"十四五"规划,112,28\n').frame["name"].tolist() == ['"十四五"规划']


@pytest.mark.parametrize("mark", [",", "\t", ";", "|", "，"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_delimiters_line_ends_and_encodings_are_told_by_evidence(
    mark: str, end: str, encoding: str
) -> None:
    lines = [
        "岳麓区项目清单",
        "",
        "名称,经度,纬度,,",
        "甲,112.93,28.18,,",
        ",,,,",
        "乙,112.93,28.18,,",
        "",
    ]
    data = end.join(lines).replace(",", mark).encode(encoding)
    parsed = _read(data, "清单.txt")
    assert parsed.frame["名称"].tolist() == ["甲", "乙"]
    assert parsed.frame.geometry.tolist() == [_CHANGSHA, _CHANGSHA]
    assert parsed.frame.columns.tolist() == ["名称", "经度", "纬度", "geometry"]
    assert "table.title_rows" in _codes(parsed)


def test_a_separator_stated_in_the_first_line_is_heeded() -> None:
    assert _read("sep=;\nname;lon;lat\n甲,乙;112.93;28.18\n").frame["name"].tolist() == ["甲,乙"]


def test_names_of_columns_that_are_twice_or_missing_are_kept_apart() -> None:
    frame = _read("名称,名称,,lon,lat\n甲,乙,丙,112,28\n").frame
    assert frame.columns.tolist() == ["名称", "名称_2", "column_3", "lon", "lat", "geometry"]


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("经度(°)", "纬度（°）"),
        ("LNG", "LAT"),
        ("东经", "北纬"),
        ("Longitude", "Latitude"),
        ("ｘ", "ｙ"),
        ("lon_wgs84", "lat_wgs84"),
        ("中心经度", "中心纬度"),
    ],
)
def test_names_of_coordinates_are_known(x: str, y: str) -> None:
    assert _read(f"name,{x},{y}\n甲,112.93,28.18\n").frame.geometry.tolist() == [_CHANGSHA]
    assert _read(f"name,{y},{x}\n甲,28.18,112.93\n").frame.geometry.tolist() == [_CHANGSHA]


def test_swapped_degrees_are_swapped_back_with_a_warning() -> None:
    for text in (
        "lon,lat\n28.18,112.93\n",
        'wkt\n"POINT (28.18 112.93)"\n',
        '坐标\n"28.18,112.93"\n',
    ):
        parsed = _read(text)
        assert parsed.frame.geometry.tolist() == [_CHANGSHA], text
        (finding,) = [each for each in parsed.findings if each.code == "table.swapped"]
        assert finding.level == "warning"


@pytest.mark.parametrize(
    ("x", "y", "epsg"),
    [
        (38391000.0, 3121000.0, 4526),  # zone 38 of 3 degrees
        (19685000.0, 3121000.0, 4497),  # zone 19 of 6 degrees
        (391000.0, 3121000.0, None),
        (12571000.0, 3274000.0, 3857),
    ],
)
def test_metres_are_put_in_order_and_in_a_crs_that_their_values_prove(
    x: float, y: float, epsg: int | None
) -> None:
    tables = [
        f"X,Y\n{y},{x}\n",
        f"X坐标(米),Y坐标(米)\n{x},{y}\n",
        f"横坐标,纵坐标\n{x},{y}\n",
        f"northing,easting\n{y},{x}\n",
        f"wkt\nPOINT ({y} {x})\n",
    ]
    for table in tables:
        parsed = _read(table)
        assert parsed.frame.geometry.tolist() == [Point(x, y)], table
        crs = parsed.frame.crs
        assert (crs and crs.to_epsg()) == epsg, table
    assert "table.survey_axes" in _codes(_read(tables[0]))
    if epsg is None:
        assert "table.metres_crs" in _codes(_read(tables[0]))
        assert _read(tables[0], crs="EPSG:4547").frame.crs.to_epsg() == 4547


def test_a_row_of_another_zone_is_set_aside() -> None:
    parsed = _read("X,Y\n3121000,38391000\n3121000,38391100\n3121000,39391000\n0,0\n")
    assert parsed.aside["reason"].tolist() == ["place.out_of_range", "place.zero"]


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        ("112°56′24″E", "28°10′48″N"),
        ("112度56分24秒", "28度10分48秒"),
        ("112-56-24", "28-10-48"),
        ("东经112°56'24\"", "北纬28°10'48\""),
        ("112°56.4′", "28°10.8′"),
        ("１１２．９４", "２８．１８"),
        ("E112.94", "N28.18"),
        (" 112.94 ", "28.18°"),
    ],
)
def test_degrees_minutes_and_seconds(lon: str, lat: str) -> None:
    """56/60 + 24/3600 = 0.94; 10/60 + 48/3600 = 0.18."""
    lon, lat = (text.replace('"', '""') for text in (lon, lat))
    (place,) = _read(f'经度,纬度\n"{lon}","{lat}"\n').frame.geometry
    assert place.coords[0] == pytest.approx((112.94, 28.18), abs=1e-12)
    (place,) = _read(f'坐标\n"{lon},{lat}"\n').frame.geometry
    assert place.coords[0] == pytest.approx((112.94, 28.18), abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "112 28,113 28,113 29,112 29,112 28",
        "112,28;113,28;113,29;112,29",
        "112,28;113,28;113,29;112,29;112,28;",
        "112,28,113,28,113,29,112,29",
        "[[112,28],[113,28],[113,29],[112,29]]",
        "[[[112, 28], [113, 28], [113, 29], [112, 29]]]",
        "112，28；113，28；113，29；112，29",
        "28,112;28,113;29,113;29,112",
        "112,28,0;113,28,0;113,29,0;112,29,0",
        _SQUARE,
        _SQUARE.lower().replace("polygon", "SRID=4490;polygon"),
        shapely.to_wkb(box(112, 28, 113, 29), hex=True),
        "\\x"
        + shapely.to_wkb(
            shapely.set_srid(box(112, 28, 113, 29), 4490), hex=True, include_srid=True
        ),
        '{"type":"Polygon","coordinates":[[[112,28],[113,28],[113,29],[112,29],[112,28]]]}',
        '{"type":"Polygon","coordinates":[[[112,28],[113,28],[113,29],[112,29]]]}',
    ],
)
def test_every_way_to_write_a_border(text: str) -> None:
    quoted = text.replace('"', '""')
    parsed = _read(f'名称,边界\n甲,"{quoted}"\n乙,无\n')
    assert parsed.frame.geometry.iloc[0].equals(box(112, 28, 113, 29))
    assert parsed.frame.crs.to_epsg() == 4490
    assert parsed.aside[["reason", "detail", "name"]].to_numpy().tolist() == [
        ["place.not_read", "无", "乙"]
    ]
    if text.startswith(("POLYGON", "{", "SRID", "0", "\\x")):
        assert len(_read(f'名称,什么\n甲,"{quoted}"\n').frame) == 1


def test_parts_of_a_border_and_holes_are_kept() -> None:
    for text in ("0,0;1,0;1,1;0,1|5,5;6,5;6,6;5,6", "0 0,1 0,1 1,0 1;5 5,6 5,6 6,5 6"):
        (shape,) = _read(f'边界坐标\n"{text}"\n').frame.geometry
        assert shape.equals(shapely.MultiPolygon([box(0, 0, 1, 1), box(5, 5, 6, 6)]))
    text = "0 0,9 0,9 9,0 9~1 1,2 1,2 2,1 2"
    (shape,) = _read(f'polygon\n"{text}"\n').frame.geometry
    assert shape.area == 9 * 9 - 1
    parsed = _read('polygon\n"0 0,1 0,1 1;5 5,6 5"\nEMPTY\n"0 0,1 0,1 1"\n')
    assert parsed.aside["reason"].tolist() == ["place.not_read", "place.missing"]


def test_a_line_stays_open() -> None:
    (shape,) = _read('路线\n"112,28;113,28;113,29"\n').frame.geometry
    assert shape.equals(shapely.LineString([(112, 28), (113, 28), (113, 29)]))


def test_an_empty_geometry_column_does_not_win_over_coordinates() -> None:
    parsed = _read("name,lon,lat,geometry\n甲,112.93,28.18,\n")
    assert parsed.frame.geometry.tolist() == [_CHANGSHA]
    assert parsed.frame.columns.tolist() == ["name", "lon", "lat", "geometry"]


def test_dates_in_a_geometry_column_are_no_places() -> None:
    parsed = _read("wkb,lon,lat\n2000-01-01 00:00:00,112.9,28.2\n2024-05-01 12:30:00,113,28\n")
    assert parsed.frame.geometry.tolist() == [Point(112.9, 28.2), Point(113, 28)]


@pytest.mark.parametrize(
    "text",
    [
        shapely.to_wkb(_CHANGSHA, hex=True),
        "SRID=4326;POINT(112.93 28.18)",
        shapely.to_wkb(shapely.set_srid(_CHANGSHA, 4326), hex=True, include_srid=True),
    ],
)
def test_a_geometry_column_with_places_is_read(text: str) -> None:
    parsed = _read(f"name,lon,lat,geometry\n甲,112,28,{text}\n乙,112,28,{text}\n")
    assert parsed.frame.geometry.tolist() == [_CHANGSHA] * 2
    assert parsed.frame.crs.to_epsg() == (
        4490 if text.startswith("01010000005") else parsed.frame.crs.to_epsg()
    )


@pytest.mark.parametrize("bad", ["—", "无", "0", "", "abc", "inf", "nan", "1e400", "999", "1_1"])
def test_a_bad_cell_sets_its_row_aside_and_no_other(bad: str) -> None:
    second = "0" if bad == "0" else "28.18"
    parsed = _read(f"name,lon,lat\n甲,112.93,28.18\n乙,{bad},{second}\n丙,112.93,28.18\n")
    assert parsed.frame["name"].tolist() == ["甲", "丙"]
    assert parsed.aside.index.tolist() == [2]
    assert parsed.aside["name"].tolist() == ["乙"]


def test_names_are_found_in_a_gazetteer_or_set_aside() -> None:
    known = [("岳麓山", 112.93, 28.18, 50), ("两处", 112, 28, 1), ("两处", 113, 28, 1)]
    parsed = _read("地点\n岳麓山\n 岳麓山 \n两处\n无此地\n", gazetteer=known)
    assert parsed.frame.geometry.tolist() == [_CHANGSHA, _CHANGSHA]
    assert parsed.frame["accuracy_m"].tolist() == [50, 50]
    assert parsed.aside["reason"].tolist() == ["place.ambiguous", "place.unknown"]
    assert "table.by_name" in _codes(parsed)


def test_columns_can_be_chosen() -> None:
    text = "lon,lat,a,b\n1,2,112.93,28.18\n"
    chosen = _read(text, columns={"lon": "a", "lat": "b"})
    assert chosen.frame.geometry.tolist() == [_CHANGSHA]
    text = "lon,lat,note\n1,2,POINT (112.93 28.18)\n"
    assert _read(text, columns={"wkt": "note"}).frame.geometry.tolist() == [_CHANGSHA]
    with pytest.raises(InputError, match="no column 'c'"):
        _read(text, columns={"lon": "c", "lat": "b"})


def test_a_column_that_names_a_shifted_datum_is_said() -> None:
    parsed = _read("lng_gcj02,lat_gcj02\n112.93,28.18\n")
    (finding,) = [each for each in parsed.findings if each.code == "table.datum_named"]
    assert dict(finding.values)["datum"] == "GCJ-02"


def test_one_undecodable_byte_is_named_and_costs_nothing() -> None:
    data = "名称,备注,lon,lat\n甲,好,112.93,28.18\n乙,坏@,112.93,28.18\n".encode()
    parsed = _read(data.replace(b"@", b"\xff"))
    assert parsed.frame["名称"].tolist() == ["甲", "乙"]
    (finding,) = [each for each in parsed.findings if each.code == "table.undecoded"]
    assert (dict(finding.values)["column"], finding.rows) == ("备注", (2,))


def test_workbooks_are_read_as_they_were_stored() -> None:
    rows = [
        ["项目清单"],
        [],
        [None, "编号", "经度", "纬度", "开工", "层数", "备注"],
        [None, "0101", 112.93, 28.18, date(2024, 5, 1), 3, "=1+1"],
        [None, "NA", "112.93", "28.18", date(2024, 6, 1), 4, 5],
        [None, "合计", None, None, None, 7],
    ]
    data = _workbook({"说明": [["请看下表"]], "项目": rows})
    parsed = _read(data, "a.xlsx")
    frame = parsed.frame
    assert frame["编号"].tolist() == ["0101", "NA"]
    assert frame.geometry.tolist() == [_CHANGSHA, _CHANGSHA]
    assert frame["开工"].tolist() == [pd.Timestamp("2024-05-01"), pd.Timestamp("2024-06-01")]
    assert frame["层数"].tolist() == [3, 4]
    assert frame["备注"].tolist() == ["=1+1", "5"]
    assert parsed.taken == ("项目",)
    assert [(each.name, each.rows) for each in parsed.layers] == [("说明", 0), ("项目", 3)]
    assert parsed.aside["reason"].tolist() == ["place.missing"]
    with pytest.raises(InputError, match="no sheet '无'"):
        _read(data, "a.xlsx", layer="无")


def test_a_code_whose_digits_a_workbook_lost_is_said() -> None:
    data = _workbook({"a": [["id", "lon", "lat"], [430104001001000123, 112.93, 28.18]]})
    assert "table.digits_lost" in _codes(_read(data, "a.xlsx"))


def _zip(**members: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return written.getvalue()


def _repacked(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    assert old in members[part]
    members[part] = members[part].replace(old, new)
    return _zip(**members)


def test_a_workbook_that_unpacks_to_gigabytes_is_refused() -> None:
    bomb = _zip(**{"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": bytes(60_000_000)})
    assert len(bomb) < 100_000
    with pytest.raises(InputError) as refused:
        _read(bomb, "a.xlsx")
    assert refused.value.code == "table.workbook_too_large"


@pytest.mark.parametrize(
    "place",
    ["XFD1048576", "B999999999", "A9999999", "B2147483648", f"A{'0' * 90}{2**32}", "ABCDEFGH1"],
)
def test_a_sheet_that_spans_billions_of_cells_is_refused(place: str) -> None:
    data = _workbook({"a": [["lon", "lat"], [112.93, 28.18]]})
    wide = _repacked(data, "xl/worksheets/sheet1.xml", b'r="B2"', f'r="{place}"'.encode())
    with pytest.raises(InputError) as refused:
        _read(wide, "a.xlsx")
    assert refused.value.code in {"table.too_many_columns", "table.too_many_rows"}


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04", b"lon,lat\n1,2\n", b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)],
)
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as refused:
        _read(data, "a.xlsx")
    assert refused.value.code == "table.broken_workbook"


def test_a_table_without_places_is_refused_with_its_columns() -> None:
    with pytest.raises(InputError) as refused:
        _read("名称,投资\n甲,1\n")
    assert "名称、投资" in refused.value.sentence("zh")
    for empty in ("", "\n\n", "\ufeff"):
        with pytest.raises(InputError):
            _read(empty)
    with pytest.raises(InputError, match="no rows"):
        _read("lon,lat\n")
    with pytest.raises(CRSError, match="unknown"):
        _read("lon,lat\n1,2\n", crs="EPSG:0")


@pytest.mark.parametrize(
    "text",
    [
        "GEOMETRYCOLLECTION(" * 100_000,
        "[" * 100_000,
        '{"type":"GeometryCollection","geometries":[' * 50_000,
        '{"a":' * 100_000,
        "0107000000" + "01000000" + "010700000001000000" * 50_000,
        "(" * 100_000,
        "1 " * 100_001,
        "POLYGON" + "(" * 100_000,
    ],
)
def test_deep_nesting_is_set_aside(text: str) -> None:
    quoted = text.replace('"', '""')
    parsed = _read(f'wkt\n"{quoted}"\n"{_SQUARE}"\n')
    assert parsed.frame.index.tolist() == [2]


def test_half_a_million_corners_are_one_cell() -> None:
    ring = ",".join(f"{112 + n / 1e6} 28" for n in range(500_000)) + ",112 29"
    (shape,) = _read(f'边界\n"{ring}"\n').frame.geometry
    assert shapely.get_num_coordinates(shape) == 500_002


_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@settings(max_examples=30)
@given(st.lists(_CELLS, min_size=1, max_size=6), st.sampled_from(["name", "备注"]))
def test_a_text_written_as_csv_comes_back_to_the_letter(texts: list[str], name: str) -> None:
    texts = [f"{text}x" for text in texts]
    frame = pd.DataFrame({name: texts, "lon": 112.93, "lat": 28.18})
    back = _read(csv_bytes(frame)).frame
    assert back[name].tolist() == texts


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x","y")',
        "@SUM(1)",
        "+1",
        "-1",
        "＝A1",
        "\t=1",
        "\r=1",
        "\n@a",
        "'=1",
        " -x",
    ],
)
def test_texts_that_look_like_formulas_are_quoted_and_come_back(text: str) -> None:
    data = csv_bytes(pd.DataFrame({text: [text], "n": [-1], "lon": [112.93], "lat": [28.18]}))
    rows = pd.read_csv(io.BytesIO(data), dtype="str", encoding="utf-8-sig")
    assert rows.iloc[0, 0].startswith("'")
    assert rows.columns[0].startswith("'")
    assert rows["n"].tolist() == ["-1"]
    frame = _read(data).frame
    assert frame.iloc[0, 0] == text


@settings(max_examples=50)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a.xls", "a.tsv"]))
def test_bytes_of_any_kind_are_read_or_refused(data: bytes, name: str) -> None:
    head = "名称,经度,纬度,边界\n".encode()
    for content in (data, head + data):
        _read_or_refused(content, name)


def _read_or_refused(content: bytes, name: str) -> None:
    try:
        parsed = parse(content, name, {})
    except AtlasError as error:
        refused = error
    else:
        assert len(parsed.frame) + len(parsed.aside) > 0
        assert not shapely.is_missing(parsed.frame.geometry.to_numpy()).any()
        return
    assert refused.sentence("zh") != refused.sentence("en")


_PIECES = (
    *("112.9", "28.1", "POINT", "POLYGON", "((", "))", " ", ",", ";", "|", "~", "[", "]", "{", "}"),
    *('"', "\n", "SRID=4547;", "SRID=1;", "°", "E", "甲", "0", "-", "1e9", "nan", "\t", "EMPTY"),
    "0101000000",
)


@settings(max_examples=25)
@given(st.lists(st.sampled_from(_PIECES), max_size=30))
def test_pieces_of_places_are_read_or_set_aside(pieces: list[str]) -> None:
    text = "".join(pieces)
    quoted = text.replace('"', '""')
    for table in (f'wkt\n"{quoted}"\n', f"lon,lat,坐标\n{text}\n", f'a,b\n1,"{quoted}"\n'):
        _read_or_refused(table.encode(), "a.csv")


def test_every_code_has_its_sentences() -> None:
    sentences = catalogue()
    folder = Path(__file__).parents[3] / "geo" / "exchange"
    sources = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    codes = set(re.findall(r'"((?:table|place|write|file)\.[a-z_0-9.]+)"', sources))
    codes |= {f"table.from_{kind}" for kind in ("pair", "shape", "place")}
    codes |= {f"table.crs.{kind}" for kind in ("degrees", "zone", "mercator")}
    codes |= {f"table.{kind}_crs" for kind in ("metres", "unknown")}
    assert codes - {FACTS} <= set(sentences)
    words = json.loads((folder.parent / "words" / "table.json").read_text(encoding="utf-8"))
    ours = {code for code in words if code.startswith(("table.", "place."))}
    assert ours <= codes
    for code in ours:
        assert re.search("[一-鿿]", sentences[code]["zh"]), code
        # English may have a singular beside the plural, which names as much.
        several = [
            text if isinstance(text, str) else text["other"] for text in sentences[code].values()
        ]
        fields = [set(re.findall(r"{(\w+)}", text)) for text in several]
        assert fields[0] == fields[1], code


@pytest.mark.parametrize(
    ("text", "options", "how", "epsg", "said"),
    [
        ("lon,lat\n112.93,28.18\n", {}, "degrees", 4490, {}),
        ("lon,lat\n28.18,112.93\n", {}, "degrees", 4490, {"swapped": ("warning", {})}),
        (
            "X,Y\n3121000,38391000\n",
            {},
            "zone",
            4526,
            {"survey_axes": ("note", {}), "zone": ("warning", {"zone": 38})},
        ),
        ("X,Y\n38391000,3121000\n", {}, "zone", 4526, {"zone": ("warning", {"zone": 38})}),
        ("X,Y\n12571000,3274000\n", {}, "mercator", 3857, {"mercator": ("warning", {})}),
        ("X,Y\n391000,3121000\n", {}, "unknown", None, {"metres_crs": ("warning", {})}),
        ("X,Y\n391000,3121000\n", {"crs": ""}, "unknown", None, {"metres_crs": ("warning", {})}),
        ("X,Y\n391000,3121000\n", {"crs": "EPSG:4547"}, "chosen", 4547, {}),
        # The first column that names a datum, else one that says it of all rows.
        (
            "lng_gcj02,lat_bd09,坐标系\n112,28,BD-09\n",
            {},
            "degrees",
            4490,
            {"datum_named": ("warning", {"column": "lng_gcj02", "datum": "GCJ-02"})},
        ),
        (
            "lon,lat,坐标系\n112,28,GCJ-02\n112,28, \n",
            {},
            "degrees",
            4490,
            {"datum_said": ("warning", {"column": "坐标系", "datum": "GCJ-02"})},
        ),
        ("lon,lat,坐标系\n112,28,GCJ-02\n112,28,BD-09\n", {}, "degrees", 4490, {}),
        ("lon,lat,坐标系\n112,28,WGS84\n", {}, "degrees", 4490, {}),
        # What most rows state, what nobody knows, and what is asked for.
        (
            "wkt\nSRID=4547;POINT (4 3)\n" + 2 * "SRID=4548;POINT (391000 3121000)\n",
            {},
            "srid",
            4548,
            {},
        ),
        (
            "wkt\nSRID=4547;POINT (391000 3121000)\n",
            {"crs": "EPSG:4548"},
            "chosen",
            4548,
            {},
        ),
        (
            "wkt\nSRID=1234;POINT (112 28)\n",
            {},
            "degrees",
            4490,
            {"srid_unknown": ("warning", {"srid": 1234})},
        ),
    ],
)
def test_the_crs_of_a_table_and_what_is_said_of_it(
    text: str, options: dict[str, str], how: str, epsg: int | None, said: dict[str, Any]
) -> None:
    parsed = _read(text, **options)
    assert parsed.crs_how == f"table.crs.{how}"
    assert (parsed.frame.crs and parsed.frame.crs.to_epsg()) == epsg
    header = text.partition("\n")[0].split(",")
    columns = {"columns": "、".join(header[:2] if len(header) > 1 else header)}
    source = "from_shape" if header == ["wkt"] else "from_pair"
    of_all = {"datum_named", "datum_said", "srid_unknown"}
    assert [(each.code, each.level, dict(each.values)) for each in parsed.findings] == [
        *(
            (f"table.{code}", level, values if code in of_all else values | columns)
            for code, (level, values) in said.items()
        ),
        (f"table.{source}", "note", columns),
    ]


def test_rows_that_state_another_crs_than_most_are_set_aside_and_no_others() -> None:
    stated = [f"SRID={code};POINT (391000 3121000)" for code in (4548, 4547, 4548)]
    parsed = _read("\n".join(["wkt", "POINT (391000 3121000)", *stated]) + "\n")
    assert parsed.aside["reason"].to_dict() == {3: "place.other_srid"}
    assert (parsed.frame.index.tolist(), parsed.frame.crs.to_epsg()) == ([1, 2, 4], 4548)


def test_why_a_row_has_no_place() -> None:
    parsed = _read(
        "wkt,name\nPOINT (0 0),a\nPOINT (112 28),b\nPOINT (112 91),c\nPOINT EMPTY,d\n,e\n"
        'POINT Z (112 28 7),f\n"LINESTRING (0 0,112 28)",g\n'
    )
    assert parsed.aside.reset_index().to_numpy().tolist() == [
        [1, "place.zero", "POINT (0 0)", "a"],
        [3, "place.out_of_range", "POINT (112 91)", "c"],
        [4, "place.empty", "POINT EMPTY", "d"],
        [5, "place.missing", "", "e"],
    ]
    assert parsed.frame["name"].tolist() == ["b", "f", "g"]
    assert not parsed.frame.has_z.any()
    parsed = _read("lon,lat,geometry,n\n112,28,x,5\n0,0,y,\n,,,6\n112,,,\n112,91,,\n0,28,,\n")
    assert parsed.aside.reset_index().to_numpy().tolist() == [
        [2, "place.zero", "0, 0", ""],
        [3, "place.missing", "", ""],
        [4, "place.not_read", "112", ""],
        [5, "place.out_of_range", "112, 91", ""],
    ]
    assert parsed.frame.columns.tolist() == ["lon", "lat", "geometry_text", "n", "geometry"]
    assert parsed.frame.geometry.tolist() == [Point(112, 28), Point(0, 28)]
    (layer,) = parsed.layers
    assert (layer.name, layer.kind, layer.rows) == ("a", "point", 6)
    assert (parsed.taken, parsed.encoding, parsed.encoding_how) == (
        ("a",),
        "utf-8",
        "table.encoding.utf8",
    )


def test_rings_that_were_closed_and_arcs_are_told_by_their_rows() -> None:
    arc = '"CURVEPOLYGON (CIRCULARSTRING (112 28,113 29,114 28,113 27,112 28))"'
    parsed = _read(f'wkt,n\n"POLYGON ((112 28,113 28,113 29))",1\n{arc},2\n—,3\n')
    assert [(each.code, each.level, each.rows) for each in parsed.findings[:-1]] == [
        ("table.closed", "note", (1,)),
        ("geometry.arcs_straightened", "note", (2,)),
    ]
