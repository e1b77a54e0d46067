"""Values of columns of texts and of dBASE: numbers where that loses nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo.exchange import angles, cells, dbase, drawings, file_columns, formats


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


def test_a_drawing_says_its_code_page_in_the_second_line_below() -> None:
    assert drawings._code_page(b"  9\n$DWGCODEPAGE\n  3\nANSI_936") == "ANSI_936"
    assert drawings._code_page(b"$DWGCODEPAGE\n  3") == ""


def test_an_angle_is_read_up_to_its_most_letters() -> None:
    whole = "1." + "0" * (angles.LONGEST - 2)
    assert angles._number(whole) == 1.0
    assert np.isnan(angles._number(whole + "0"))
