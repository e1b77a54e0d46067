"""Values of columns of texts and of dBASE: numbers where that loses nothing."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from shapely import Point

from geo.exchange import angles, cells, dbase, declared, file_columns, formats


def plain(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value for value in column]


@pytest.mark.parametrize(
    ("texts", "kind", "expected", "said"),
    [
        (["1", "-2"], "int64", [1, -2], []),
        (["1", ""], "Int64", [1, None], []),
        (["0101", "0102"], "str", ["0101", "0102"], []),
        (["1" * 15], "int64", [int("1" * 15)], []),
        (["1" * 16], "str", ["1" * 16], []),
        (["1.5", "2", ""], "float64", [1.5, 2, None], []),
        (["1.50", "2.25"], "float64", [1.5, 2.25], []),
        (["1.50", "2.2"], "str", ["1.50", "2.2"], []),
        (["1e-07", "2.5"], "float64", [1e-7, 2.5], []),
        (["1e7", "2"], "str", ["1e7", "2"], []),
        (["1,200", "35"], "int64", [1200, 35], ["table.thousands"]),
        (["1,200.5", "35"], "float64", [1200.5, 35], ["table.thousands"]),
        (["12,00", "35"], "str", ["12,00", "35"], []),
        (["1,200", "35.x"], "str", ["1,200", "35.x"], []),
        (["１２", "3"], "int64", [12, 3], ["table.full_width"]),
        (["１，２００"], "int64", [1200], ["table.full_width", "table.thousands"]),
        ([" 12", "3"], "int64", [12, 3], ["table.full_width"]),
        (["１２", "甲"], "str", ["１２", "甲"], []),
        (["", ""], "str", [None, None], []),
    ],
)
def test_a_column_of_texts(
    texts: list[str], kind: str, expected: list[Any], said: list[str]
) -> None:
    column, findings = cells.typed("n", pd.Series(texts))
    assert (str(column.dtype), [each.code for each in findings]) == (kind, said)
    assert plain(column) == expected
    assert plain(cells.typed("编号", pd.Series(["1", "2"]))[0]) == ["1", "2"]


@pytest.mark.parametrize(
    ("kind", "decimals", "texts", "dtype", "expected"),
    [
        (
            "L",
            0,
            [b"T", b"y", b"F", b"n", b"?", b""],
            "boolean",
            [True, True, False, False, None, None],
        ),
        (
            "D",
            0,
            [b"20240501", b"", b"2024-5-1", b"20241301"],
            "datetime64",
            [pd.Timestamp(2024, 5, 1), None, None, None],
        ),
        ("N", 0, [b" 7", b"-8", b"", b"***"], "Int64", [7, -8, None, None]),
        ("N", 0, [b"7", b"0101"], "str", ["7", "0101"]),
        ("N", 0, [b"7", b"0"], "Int64", [7, 0]),
        ("N", 0, [b"7", b"1.5"], "float64", [7, 1.5]),
        ("N", 0, [b"1.5", b"1" * 15], "float64", [1.5, int("1" * 15)]),
        ("N", 0, [b"1.5", b"1" * 16], "str", ["1.5", "1" * 16]),
        ("N", 0, [b"7", b"x"], "str", ["7", "x"]),
        ("N", 2, [b"7.25", b"", b"-1"], "float64", [7.25, None, -1]),
        ("N", 2, [b"7.25", b"x"], "str", ["7.25", "x"]),
        ("F", 0, [b"1e3", b"*"], "float64", [1000, None]),
    ],
)
def test_a_column_of_dbase(
    kind: str, decimals: int, texts: list[bytes], dtype: str, expected: list[Any]
) -> None:
    column = dbase._values(np.array(texts, "S19"), dbase._Field(b"n", kind, 1, 19, decimals))
    assert str(column.dtype).startswith(dtype)
    assert plain(column) == expected


def test_texts_of_dbase_that_are_cut_lose_half_a_letter_and_others_are_told() -> None:
    findings: list[Any] = []
    # Each letter takes three bytes: seven are two letters and a third of one.
    full, short = "岳麓区".encode()[:7], "岳".encode()[:2]
    column = dbase._texts(np.array([b"a", full, short, b""], "S7"), 7, "UTF-8", "名称", findings)
    assert plain(column) == ["a", "岳麓", "�", None]
    assert [(each.code, dict(each.values), each.level, each.rows) for each in findings] == [
        ("encoding.cell_replaced", {"column": "名称", "row": 3, "rows": 1}, "warning", (3,))
    ]


def test_numbers_with_holes_of_a_column_of_objects_stay_numbers() -> None:
    column = file_columns._of_objects(pd.Series([1.5, None, 2], dtype=object))
    assert str(column.dtype) == "float64"
    assert plain(column) == [1.5, None, 2]


def test_whole_numbers_that_no_format_holds_are_texts_beside_a_hole() -> None:
    column = file_columns._whole(pd.Series([2**63, None], dtype="UInt64"), "Int64")
    assert plain(column) == ["9223372036854775808", None]


LARGE = 2**63 - 1
ZONED = pd.Series(pd.to_datetime(["2024-05-01T08:00Z", None]))


def objects(*values: Any) -> pd.Series:
    column = np.empty(len(values), dtype=object)
    for at, value in enumerate(values):
        column[at] = value
    return pd.Series(column)


@pytest.mark.parametrize(
    ("column", "dtype", "expected"),
    [
        (pd.Series([True, False]), "bool", [True, False]),
        (pd.Series([True, None], dtype="boolean"), "boolean", [True, None]),
        (pd.Series([1, 2], dtype="int8"), "int16", [1, 2]),
        (pd.Series([1, 2], dtype="int32"), "int32", [1, 2]),
        (pd.Series([1, 2], dtype="uint8"), "int64", [1, 2]),
        (pd.Series([1, LARGE], dtype="uint64"), "int64", [1, LARGE]),
        (pd.Series([1, LARGE + 1], dtype="uint64"), "object", ["1", str(LARGE + 1)]),
        (pd.Series([1, None], dtype="Int8"), "Int64", [1, None]),
        (pd.Series([None, None], dtype="UInt8"), "Int64", [None, None]),
        (pd.Series([1.5, None], dtype="float16"), "float32", [1.5, None]),
        (pd.Series([1.5, None], dtype="float32"), "float32", [1.5, None]),
        (pd.Series([1.5, None], dtype="Float32"), "float64", [1.5, None]),
        (pd.Series(pd.arrays.SparseArray([0, 7])), "int64", [0, 7]),
        (pd.Series(["a", None, "a"], dtype="category"), "object", ["a", None, "a"]),
        (pd.Series(["a\0b", "甲\ud800"], dtype=object), "object", ["a\ufffdb", "甲\ufffd"]),
        (ZONED, str(ZONED.dtype).replace("[us", "[ms").replace("[s", "[ms"), list(ZONED)),
        (pd.Series([1, 2], dtype="complex64"), "object", ["(1+0j)", "(2+0j)"]),
        (pd.Series(gpd.GeoSeries([Point(1, 2), None])), "object", ["POINT (1 2)", None]),
        # Objects are what all of them are.
        (objects(np.False_, None, np.True_), "boolean", [False, None, True]),
        (objects(np.True_, 1), "object", ["True", "1"]),
        (objects(1, pd.NA, np.int8(2)), "Int64", [1, None, 2]),
        (objects(-LARGE, LARGE), "Int64", [-LARGE, LARGE]),
        (objects(-LARGE - 1), "object", [str(-LARGE - 1)]),
        (objects(LARGE + 1), "object", [str(LARGE + 1)]),
        (objects(1, 1.5, np.float32(2), pd.NaT), "float64", [1, 1.5, 2, None]),
        (objects(LARGE, 1.5), "float64", [2.0**63, 1.5]),
        (objects(-LARGE - 1, 1.5), "object", [str(-LARGE - 1), "1.5"]),
        (objects(1e300, 1), "float64", [1e300, 1]),
        (objects(1, "x"), "object", ["1", "x"]),
        (objects(None, complex("nan")), "object", [None, None]),
        # Everything else is a text.
        (objects(b"\x01", bytearray(b"\x02"), memoryview(b"\x03")), "object", ["01", "02", "03"]),
        (
            objects(["岳", None], ("a",), {"b": {1}}),
            "object",
            ['["岳", null]', '["a"]', '{"b": "{1}"}'],
        ),
        (objects({7}, frozenset({8}), np.array([[9]])), "object", ["[7]", "[8]", "[[9]]"]),
        (objects(np.array(9), "a"), "object", ["9", "a"]),
        (objects({(1, 2): 3}), "object", ["{(1, 2): 3}"]),
    ],
)
def test_a_column_as_files_hold_it(column: pd.Series, dtype: str, expected: list[Any]) -> None:
    turned = column.set_axis(range(7, 7 + len(column)))
    (held,) = (file_columns.plain_columns(pd.DataFrame({"n": turned}))[name] for name in "n")
    assert str(held.dtype) == dtype
    assert plain(held) == [None if each is pd.NaT else each for each in expected]
    assert held.index.tolist() == turned.index.tolist()


def test_names_of_columns_as_files_hold_them() -> None:
    names = ["a", "A", "a", "a_2", None, float("nan"), ("b", None, 1), " ", "fid", 7.5]
    frame = pd.DataFrame([[0] * len(names)], columns=pd.Index(names, dtype=object))
    assert file_columns.plain_columns(frame, reserved=["FID"]).columns.tolist() == [
        *("a", "A_2", "a_3", "a_2_2", "column_5", "column_6", "b_1", "column_8", "fid_2", "7.5"),
    ]
    assert file_columns.free_name("a", ["A", "a_2"]) == "a_3"


@pytest.mark.parametrize(
    ("day", "is_date"),
    [("0001-01-01", True), ("9999-12-31", True), ("0000-12-31", False), ("10000-01-01", False)],
)
def test_dates_of_years_that_no_calendar_writes_are_texts(day: str, *, is_date: bool) -> None:
    column = file_columns._dated(pd.Series(np.array([day, "NaT"], "datetime64[s]")))
    assert (column.dtype.kind == "M") is is_date
    assert column.isna().tolist() == [False, True]
    assert str(column[0]).startswith(day)


def test_a_text_in_two_bytes_a_letter_is_a_text() -> None:
    assert formats.looks_like("名称,a\n1,2\n".encode("utf-16")) == "text"
    assert formats.looks_like(b"\x01\x02name\x00") == "unknown"
    assert formats.looks_like(b"PK\x05\x06" + bytes(18)) == "zip"


def test_an_angle_is_read_up_to_its_most_letters() -> None:
    whole = "1." + "0" * (angles.LONGEST - 2)
    assert angles._number(whole) == 1.0
    assert np.isnan(angles._number(whole + "0"))


@pytest.mark.parametrize(
    ("types", "texts", "kind", "values"),
    [
        # The first whole number that no double holds.
        (["integer", "integer"], ["9007199254740993", "-1"], "int64", [2**53 + 1, -1]),
        (["null", "integer"], [None, "9007199254740993"], "int64", [None, 2**53 + 1]),
        (["real", "real"], ["0.5", "1e3"], "double", [0.5, 1000.0]),
        (["real", "null", "integer"], ["0.5", None, "70000"], "double", [0.5, None, 70_000.0]),
        (["text", "integer"], ["甲", "1"], "string", ["甲", "1"]),
        (["null", "blob", "real"], [None, "00FF", "0.5"], "string", [None, "00FF", "0.5"]),
    ],
)
def test_cells_of_a_database_are_numbers_where_all_are(
    types: list[str], texts: list[str | None], kind: str, values: list[Any]
) -> None:
    found = declared._values(pa.table({"cell": pa.array(texts, pa.string()), "type": types}))
    assert (str(found.type), found.to_pylist()) == (kind, values)
