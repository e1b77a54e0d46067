"""What the columns of a table are for, by their names and the first rows."""

from __future__ import annotations

import pytest

from geo.exchange import headers
from geo.exchange.headers import distinct, header_row, pairs, role


@pytest.mark.parametrize("datum", ["wgs84", "wgs", "cgcs2000", "2000"])
def test_columns_that_name_no_shift_come_first_and_those_of_a_shift_last(datum: str) -> None:
    plain, shifted, other = ["lng", "lat"], ["gcj_lng", "gcj_lat"], ["bd09_lng", "bd09_lat"]
    right = [f"lng_{datum}", f"lat_{datum}"]
    assert pairs([*other, *shifted, *plain, *right]) == [(6, 7, "lon")]
    assert pairs([*right, *other, *shifted, *plain]) == [(0, 1, "lon")]
    assert pairs([*other, *shifted, *plain]) == [(4, 5, "lon")]
    assert pairs([*other, *shifted]) == [(2, 3, "lon")]
    assert pairs(["lng", "name"]) == []
    assert pairs(["Y", "X", "纬度", "经度"]) == [(3, 2, "lon"), (1, 0, "x")]
    assert headers.shape_columns(["gcj02_geometry", "geometry_wgs84", "wkt"]) == [2, 1, 0]


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("经度(°)", "经度"),
        ("X 坐标（米）", "x坐标"),
        ("lng [deg]", "lng"),
        ("POINT(112.9 28.2)", ""),
        ("POINT((1 2))", ""),
        ("a(b)(1)", "a"),
        ("(a)", "(a)"),
        ("LAT\u200b", "lat"),
    ],
)
def test_names_are_compared_without_units_and_joints(name: str, spelled: str) -> None:
    assert headers.spelled(name) == spelled


def test_of_a_name_as_much_is_compared_as_any_role_has() -> None:
    assert headers.spelled("a" * 500) == "a" * 120


@pytest.mark.parametrize(
    ("name", "datum"),
    [
        *(("lng_gcj", "GCJ-02"), ("火星经度", "GCJ-02"), ("高德经度", "GCJ-02")),
        *(
            ("lng_bd09", "BD-09"),
            ("百度经度", "BD-09"),
            ("bd_lng", "BD-09"),
            ("经度(百度)", "BD-09"),
        ),
        *(("lng", ""), ("bd_code", ""), ("lng_wgs84", "")),
    ],
)
def test_the_datum_that_a_column_speaks_of(name: str, datum: str) -> None:
    assert headers.datum_named(name) == datum


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        ([["名称", "经度", "纬度"], ["甲", "1", "2"]], 0),
        ([["清单", "", ""], ["单位：个", " ", ""], ["名称", "经度", "纬度"]], 2),
        # A row with few cells names no columns though it speaks of places.
        ([["坐标", "", ""], ["名称", "坐标", "数量"]], 1),
        ([["坐标"], ["1,2"]], 0),
        # Without a word of places: the first row that is two thirds full and has no number.
        ([["清单", "", ""], ["1", "2", "3"], ["甲", "", ""], ["a", "b", ""], ["c", "d", "e"]], 3),
        ([["清单", "甲", "", "", ""], ["a", "b", "c", "", ""], ["1", "2", "3", "4", "5"]], 1),
        ([["1", "2"], ["3", "4"]], 0),
        ([["", ""], ["a", ""], ["b", "c"]], 2),
        ([["a"], ["b"]], 0),
        ([], 0),
    ],
)
def test_the_row_that_names_the_columns(rows: list[list[str]], at: int) -> None:
    assert header_row(rows) == at


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        (["a", "a", "a"], ["a", "a_2", "a_3"]),
        (["a_2", "a", "a"], ["a_2", "a", "a_3"]),
        (["a", "a", "a_2", "a"], ["a", "a_2", "a_2_2", "a_3"]),
        (["", " ", "column_1"], ["column_1", "column_2", "column_1_2"]),
        ([" a \n b\x00 "], ["a b"]),
    ],
)
def test_columns_have_names_of_their_own(cells: list[str], names: list[str]) -> None:
    assert distinct(cells) == names


@pytest.mark.parametrize(
    ("names", "at"),
    [
        (["title", "项目名称", "名称", "名称"], 2),
        (["标题", "TITLE"], 1),
        (["编号"], None),
        ([], None),
    ],
)
def test_the_column_that_names_the_rows(names: list[str], at: int | None) -> None:
    assert headers.title_column(names) == at


def test_roles_and_codes() -> None:
    assert [
        role(name) for name in ("东", "纵坐标", "Point_X", "centroid y", "WKT", "地址", "x_2000")
    ] == [
        *("east", "north", "x", "y", "shape", "place", "x"),
    ]
    codes = ("FID", "zip", "POI_ID", "uuid", "parcel-no", "行政区代码", "号", "联系电话")
    assert all(map(headers.is_code, codes))
    assert not any(map(headers.is_code, ("width", "note", "idea", "面积", "号码数", "numbers")))
    assert headers.is_line("路线")
    assert headers.is_line("PATH")
    assert not headers.is_line("道路边界")
    assert headers.has_places(["边界"])
    assert not headers.has_places(["地址", "经度"])
    assert [headers.is_number(text) for text in ("1e3", " -2.5 ", "", "1,2", "甲")] == [
        *(True, True, False, False, False),
    ]
