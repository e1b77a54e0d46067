"""Values of cells, columns of properties, and members of archives and workbooks."""

from __future__ import annotations

import datetime as dt
import io
import stat
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from intake_files import zipped

from geo.errors import InputError
from geo.exchange import archives, cells, columns, formats, frame_parcels, workbooks
from geo.exchange.archives import Member, unpacked
from geo.exchange.readings import Numbers, proposed

if TYPE_CHECKING:
    from collections.abc import Callable

NAN = float("nan")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (True, "TRUE"),
        (False, "FALSE"),
        (7, "7"),
        (7.0, "7"),
        (-7.0, "-7"),
        (7.5, "7.5"),
        (1e17, "100000000000000000"),
        (1e18, "1e+18"),
        (dt.datetime.fromisoformat("2024-05-01"), "2024-05-01"),
        (dt.datetime.fromisoformat("2024-05-01T00:00:01"), "2024-05-01 00:00:01"),
        (dt.date(2024, 5, 1), "2024-05-01"),
        ("0101", "0101"),
    ],
)
def test_a_cell_of_a_workbook_as_text(cell: object, text: str) -> None:
    assert cells.as_text(cell) == text


@pytest.mark.parametrize(
    ("values", "kind", "expected", "said"),
    [
        ([1.0, 2.0], "int64", [1, 2], []),
        ([1.0, None, ""], "Int64", [1, None, None], []),
        ([1.0, 2.5, None], "float64", [1, 2.5, None], []),
        ([999_999_999_999_999.0], "int64", [999_999_999_999_999], []),
        ([1e15], "float64", [1e15], ["table.digits_lost"]),
        ([-1e15, "x"], "str", ["-1000000000000000", "x"], ["table.digits_lost"]),
        ([True, False], "bool", [True, False], []),
        ([True, ""], "boolean", [True, None], []),
        ([True, 1.0], "str", ["TRUE", "1"], []),
        ([dt.date(2024, 5, 1), ""], "datetime64[ms]", [pd.Timestamp(2024, 5, 1), None], []),
        ([dt.date(2024, 5, 1), "x"], "str", ["2024-05-01", "x"], []),
        (["a", None, ""], "str", ["a", None, None], []),
        ([None, ""], "str", [None, None], []),
    ],
)
def test_a_column_of_a_workbook(
    values: list[Any], kind: str, expected: list[Any], said: list[str]
) -> None:
    column, findings = cells.from_workbook("n", values)
    assert (str(column.dtype), [each.code for each in findings]) == (kind, said)
    assert [None if pd.isna(value) else value for value in column] == expected
    assert cells.from_workbook("编号", [101.0, 2.0])[0].tolist() == ["101", "2"]


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([1, None], "Int64", [1, None]),
        ([2**63 - 1], "Int64", [2**63 - 1]),
        ([2**63], "str", ["9223372036854775808"]),
        ([True, None], "boolean", [True, None]),
        ([True, 1], "str", ["true", "1"]),
        ([1.5, None], "float64", [1.5, None]),
        ([1.5, 2**53], "float64", [1.5, 2**53]),
        ([1.5, 2**53 + 2], "str", ["1.5", "9007199254740994"]),
        (["0101", 7], "str", ["0101", "7"]),
        (["NA", None], "str", ["NA", None]),
        ([[1, "岳"], {"a": None}, None], "str", ['[1, "岳"]', '{"a": null}', None]),
        ([None, None], "str", [None, None]),
    ],
)
def test_a_column_of_properties_is_the_same_in_pieces(
    values: list[Any], kind: str, expected: list[Any]
) -> None:
    whole = columns.exact_column(values)
    # A column that begins and ends later than others, and is in no row between.
    for cut in range(len(values) + 1):
        table = columns.Attributes("a.json")
        for rows in (
            [{}],
            [{"a": each} for each in values[:cut]],
            [{}],
            [{"a": each} for each in values[cut:]],
        ):
            table.add(rows)
        column = table.frame()["a"]
        at = [*range(1, cut + 1), *range(cut + 2, len(values) + 2)]
        assert len(column) == len(values) + 2
        assert column.isna()[[0, cut + 1]].all()
        for each in (whole, column.iloc[at]):
            assert str(each.dtype) == kind
            assert [None if pd.isna(value) else value for value in each] == expected


def test_texts_that_are_no_utf_8_are_gbk_and_all_others_stay() -> None:
    gbk = pa.array(["岳麓".encode("gbk"), None, "望城".encode(), b"\xff\xff"]).view(pa.string())
    chunked = pa.chunked_array([pa.array([b"a", b"b"]).view(pa.string()), gbk.slice(0, 2)])
    table = pa.table(
        {"n": [1, 2, 3, 4], "gbk": gbk, "fine": ["甲", "乙", None, ""], "cut": chunked}
    )
    read, mended = columns.whole_texts(table)
    assert mended == ["gbk", "cut"]
    assert read["gbk"].to_pylist()[:3] == ["岳麓", None, "望城"]
    assert read["cut"].to_pylist() == ["a", "b", "岳麓", None]
    assert (read["n"].to_pylist(), read["fine"].to_pylist()) == (
        [1, 2, 3, 4],
        ["甲", "乙", None, ""],
    )
    assert columns.as_bytes(pa.array(["a"], pa.large_string())).type == pa.large_binary()
    # Of a table without rows there may be nothing to look at.
    none = pa.table({"a": pa.chunked_array([], pa.string()), "b": pa.chunked_array([gbk[:0]])})
    assert columns.whole_texts(none) == (none, [])


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        *((f"{sign}int{bits}", "Int64") for sign in ("", "u") for bits in (8, 16, 32)),
        ("int64", "Int64"),
        ("bool", "boolean"),
        ("double", "float64"),
        ("string", "str"),
    ],
)
def test_columns_of_arrow_stay_what_they_are_where_some_are_missing(kind: str, dtype: str) -> None:
    value = {"bool": True, "string": "a"}.get(kind, 1)
    table = pa.table({"n": pa.array([value, None], kind), "geometry": [1, 2]})
    frame = columns.exact_frame(table, file="a.gpkg")
    assert frame.columns.tolist() == ["n", "geometry_2"]
    assert str(frame["n"].dtype) == dtype
    assert (frame["n"][0], frame["n"].isna().tolist()) == (value, [False, True])


def test_names_of_columns_are_apart_and_not_too_many() -> None:
    names = [" a ", "a", "", "row", "geometry", "a_2", "a"]
    apart = ["a", "a_2", "column_3", "row_2", "geometry_2", "a_2_2", "a_3"]
    assert columns.unique_names(names, file="a.csv") == apart
    assert len(columns.unique_names(["x"] * 2000, file="a.csv")) == 2000
    with pytest.raises(InputError) as refused:
        columns.unique_names(["x"] * 2001, file="a.csv")
    said = {"name": "a.csv", "columns": 2001, "most": 2000}
    assert (refused.value.code, dict(refused.value.values)) == ("file.columns", said)


def test_the_column_of_names_is_the_first_that_holds_any() -> None:
    table = pd.DataFrame({"id": ["1"], " Name ": ["甲"], "名称": [None], "text": ["x"]})
    assert columns.name_column(table) == " Name "
    assert columns.name_column(table[["id", "text"]]) == "text"
    assert columns.name_column(table[["名称"]]) == ""


def test_too_many_columns_are_refused_before_the_last_row_is_there() -> None:
    table = columns.Attributes("a.json")
    table.add([dict.fromkeys(map(str, range(2000)), 1)])
    with pytest.raises(InputError) as refused:
        table.add([{"one more": 1}])
    assert (refused.value.code, refused.value.values["name"]) == ("file.columns", "a.json")  # noqa: PD011


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("岳麓", "岳麓"),
        (np.array([1, 2]), "[1, 2]"),
        (["岳", None], '["岳", null]'),
        (("岳",), '["岳"]'),
        ({"a": dt.date(2024, 5, 1)}, '{"a": "2024-05-01"}'),
        (b"x", "b'x'"),
    ],
)
def test_values_of_no_plain_kind_travel_as_texts(value: object, text: str) -> None:
    assert frame_parcels._written(value) == text


def test_columns_travel_with_what_is_missing() -> None:
    frame = pd.DataFrame(
        {
            "kind": pd.Categorical(["a", None, "a", "b"]),
            "mixed": pd.Series([1, "x", NAN, None], dtype=object),
            "lists": pd.Series([[1], pd.NA, pd.NaT, NAN], dtype=object),
            "number": [1.5, NAN, 2.0, 3.0],
        }
    ).set_index(pd.Index([4, 7, 8, 9]))
    specs, arrays = frame_parcels._columns(frame)
    assert [(each["name"], each["dtype"]) for each in specs] == [
        *(("row", "int64"), ("kind", "str"), ("mixed", "object")),
        *(("lists", "object"), ("number", "float64")),
    ]
    assert [array.to_pylist() for array in arrays] == [
        [4, 7, 8, 9],
        ["a", None, "a", "b"],
        ["1", "x", None, None],
        ["[1]", None, None, None],
        [1.5, None, 2.0, 3.0],
    ]


def member(path: str, content: bytes = b"x", **about: Any) -> bytes:
    buffer = io.BytesIO()
    info = zipfile.ZipInfo(path)
    for name, value in about.items():
        setattr(info, name, value)
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, content)
    return buffer.getvalue()


def test_members_of_an_archive_by_their_paths() -> None:
    data = zipped(
        {
            "b/X.Tar.SHP": b"1",
            "a.PRJ": b"2",
            "c/": b"",
            "._a.prj": b"",
            "d/Thumbs.DB": b"",
            "__MACOSX/e.shp": b"",
            "f/__MACOSX/e": b"3",
        }
    )
    found = [(str(each.path), each.content) for each in unpacked(data, name="a.zip")]
    assert found == [("a.prj", b"2"), ("b/X.Tar.shp", b"1"), ("f/__MACOSX/e", b"3")]
    assert [str(each.path) for each in unpacked(member("."), name="a.zip")] == ["."]
    assert [str(each.path) for each in unpacked(member(r"a\B.SHP"), name="a")] == ["a/B.shp"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (member("/etc/passwd"), "archive.path"),
        (member("a/../../b"), "archive.path"),
        (member("C:/a.shp"), "archive.path"),
        (member("a", external_attr=(stat.S_IFLNK | 0o777) << 16, create_system=3), "archive.path"),
        (member("a", external_attr=(stat.S_IFREG | 0o777) << 16, create_system=3), ""),
        (member("n" * 400), ""),
        (member("n" * 401), "archive.path"),
    ],
)
def test_paths_of_an_archive(data: bytes, code: str) -> None:
    if not code:
        assert [each.content for each in unpacked(data, name="a.zip")] == [b"x"]
        return
    with pytest.raises(InputError) as caught:
        unpacked(data, name="a.zip")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("megabytes", "packed", "is_read"), [(1000, 10**9, True), (1001, 10**9, False)]
)
def test_an_archive_unpacks_to_so_much(megabytes: int, packed: int, *, is_read: bool) -> None:
    infos = [zipfile.ZipInfo("a"), zipfile.ZipInfo("b")]
    infos[0].file_size, infos[1].file_size = 10**6, (megabytes - 1) * 10**6
    if is_read:
        archives._check_sizes(infos, packed, "a.zip")
        return
    with pytest.raises(InputError) as caught:
        archives._check_sizes(infos, packed, "a.zip")
    refusal = caught.value
    assert (refusal.code, refusal.values["megabytes"]) == ("archive.too_much", megabytes)  # noqa: PD011


@pytest.mark.parametrize(
    ("path", "name", "folder"),
    [
        ("x/a.GDB/a00000001.gdbtable", "a.zip", "x/a.GDB"),
        ("a.gdb/gdb", "a.zip", "a.gdb"),
        ("x/a00000001.gdbtable", "a.zip", "x"),
        ("x/a00000001.gdbtablx", "a.zip", "x"),
        ("gdb", "a.zip", "."),
        ("timestamps", "a.zip", "."),
        ("a00000001.freelist", "a.gdb.zip", None),
        ("lock", "A.GDB.ZIP", "."),
        ("lock", "a.zip", None),
        ("a.shp", "a.gdb.zip", None),
        ("gdb.txt", "a.zip", None),
    ],
)
def test_the_geodatabase_that_a_member_is_of(path: str, name: str, folder: str | None) -> None:
    assert formats._geodatabase_of(Member(PurePosixPath(path), b""), name) == folder


@pytest.mark.parametrize(
    ("letters", "column"),
    [(b"", 0), (b"A", 1), (b"z", 26), (b"AA", 27), (b"XFD", 16_384), (b"A" * 9, 475_255)],
)
def test_columns_of_a_workbook_by_their_letters(letters: bytes, column: int) -> None:
    # Of a longer name five letters are read: with 26 and 26² and 26³ and 26⁴ one is 475 255.
    assert workbooks._column(letters) == column


@pytest.mark.parametrize(
    ("digits", "row"), [(b"", 0), (b"7", 7), (b"999999999", 999_999_999), (b"9" * 10, 10**9)]
)
def test_rows_of_a_workbook_by_their_digits(digits: bytes, row: int) -> None:
    assert workbooks._row(digits) == row


class Merged:
    """What the parser says of a sheet, as far as it is asked here."""

    def __init__(self, *ranges: tuple[tuple[int, int], tuple[int, int]]) -> None:
        self.merged_cell_ranges = list(ranges)


@pytest.mark.parametrize(
    ("merged", "expected"),
    [
        # Rows and columns are counted from the corner of the sheet, cells from the first used.
        (((2, 3), (4, 3)), [["a", 1], ["a", 2], ["a", 3], ["", ""], ["", 5]]),
        (((2, 3), (6, 3)), [["a", 1], ["a", 2], ["a", 3], ["", ""], ["a", 5]]),
        (((2, 3), (9, 3)), [["a", 1], ["a", 2], ["a", 3], ["", ""], ["a", 5]]),
        (((2, 3), (2, 3)), None),
        (((2, 3), (4, 4)), None),
        (((1, 3), (4, 3)), None),
        (((2, 2), (4, 2)), None),
        (((2, 5), (4, 5)), None),
        (((7, 3), (9, 3)), None),
        (((3, 3), (4, 3)), None),
        (((2, 4), (4, 4)), None),
    ],
)
def test_cells_that_are_merged_downwards_have_their_value_in_each_row(
    merged: Any, expected: list[list[Any]] | None
) -> None:
    rows = [["a", 1], ["", 2], ["", 3], ["", ""], ["", 5]]
    plain = [list(row) for row in rows]
    assert workbooks._fill_merged(Merged(merged), rows, 2, 3) is (expected is not None)  # type: ignore[arg-type]
    assert rows == (expected or plain)


class Sized(Merged):
    """A sheet that says how large it is."""

    def __init__(self, width: int, height: int, start: tuple[int, int] | None = (2, 3)) -> None:
        super().__init__(((2, 3), (3, 3)))
        self.name, self.width, self.height, self.start = "项目", width, height, start

    def to_python(self, *, skip_empty_area: bool) -> list[list[Any]]:
        return [["a", 1], ["", 2]] if skip_empty_area else []


def refused(work: Callable[..., object], *given: Any) -> str:
    """The code of a refusal that names the file, empty where there is none."""
    try:
        work(*given)
    except InputError as refusal:
        return refusal.code if refusal.values["name"] == "a.xlsx" else "?"
    return ""


@pytest.mark.parametrize(
    ("width", "height", "code"),
    [
        (3, 5, ""),
        (4, 1, "table.too_many_columns"),
        (1, 6, ""),
        (1, 7, "table.too_many_rows"),
        (3, 6, "table.too_many_rows"),
    ],
)
def test_a_sheet_has_so_many_cells(
    width: int, height: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in (("COLUMNS", 3), ("ROWS", 6), ("CELLS", 15)):
        monkeypatch.setattr(workbooks, f"MOST_{name}", most)
    sheet: Any = Sized(width, height)
    assert refused(workbooks._sheet, sheet, "a.xlsx") == code
    # As the archive says it before anything is read, in its two opposite corners.
    letter, content = "ABCD"[width - 1], b"<sheetData>" + b" " * 70
    content += f"<c r='{letter}1'/><row  r = \"{height}\"/>".encode()
    for path in ("xl/worksheets/sheet1.xml", "XL/Worksheets/1.XML"):
        book = zipped({"xl/workbook.xml": b"", path: content})
        for piece in (7, 1000):
            monkeypatch.setattr(workbooks, "_PIECE", piece)
            assert refused(workbooks._require_bounded, book, "a.xlsx") == code
    other = zipped({"xl/Workbook.xml": b"", "xl/styles.xml": content})
    assert refused(workbooks._require_bounded, other, "a.xlsx") == ""


def test_the_cells_of_a_sheet_are_counted_from_where_it_starts() -> None:
    sheet: Any = Sized(2, 2)
    assert workbooks._sheet(sheet, "a") == workbooks.Sheet(
        "项目", [["a", 1], ["a", 2]], merged=True
    )
    # One that does not say it starts in the corner, where nothing is merged here.
    corner: Any = Sized(2, 2, None)
    assert workbooks._sheet(corner, "a").merged is False


@pytest.mark.parametrize(
    ("members", "limits", "code"),
    [
        ((500, 500), {}, ""),
        ((500, 501), {}, "table.workbook_too_large"),
        ((1001,), {}, "table.workbook_too_large"),
        ((1, 1, 1), {}, "table.workbook_too_large"),
        # A small file may unpack to so much, a larger one to so many times its size.
        ((900,), {"_RATIO_FROM": 900, "_MOST_RATIO": 1}, ""),
        ((901,), {"_RATIO_FROM": 900, "_MOST_RATIO": 1}, "table.workbook_too_large"),
        ((400,), {"_RATIO_FROM": 0, "_MOST_RATIO": 2}, ""),
        ((700,), {"_RATIO_FROM": 0, "_MOST_RATIO": 2}, "table.workbook_too_large"),
    ],
)
def test_a_workbook_unpacks_to_so_much(
    members: tuple[int, ...],
    limits: dict[str, int],
    code: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, most in ({"_MOST_UNPACKED": 1000, "_MOST_MEMBERS": 3} | limits).items():
        monkeypatch.setattr(workbooks, name, most)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"")
        for at, size in enumerate(members):
            archive.writestr(f"xl/{at}", bytes(size))
    assert refused(workbooks._require_bounded, packed.getvalue(), "a.xlsx") == code


def test_what_is_no_workbook() -> None:
    ole = workbooks._OLE
    for data, code in (
        (b"name,lon", "table.broken_workbook"),
        (zipped({"xl/other.xml": b""}), "table.broken_workbook"),
        (b"PK\x03\x04", "table.broken_workbook"),
        (ole, "table.broken_workbook"),
        (ole + workbooks._LOCKED, "table.locked"),
    ):
        assert refused(workbooks.read_workbook, data, "a.xlsx") == code


def suspicion(x: float, y: float, extent: Any = None) -> str:
    return proposed(Numbers(np.array([x]), np.array([y]), None, extent)).suspicion


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (112.9, 28.2, "none"),
        (28.2, 112.9, "swapped"),
        (90, 90.1, "swapped"),
        (90.1, 90.1, "none"),
        (90.1, 89, "none"),
        # Either order is on Earth: only the other is in China.
        (40, 80, "swapped"),
        (80, 40, "none"),
        (10, 20, "none"),
        # Both orders lie in China.
        (74, 50, "none"),
        (3, 73, "swapped"),
        (2.9, 73, "none"),
        (54, 73, "swapped"),
        (54.1, 73, "none"),
    ],
)
def test_which_of_two_degrees_is_the_latitude(x: float, y: float, expected: str) -> None:
    assert suspicion(x, y) == expected


def test_the_order_is_judged_by_what_is_known_where_something_is() -> None:
    assert suspicion(20, 10, (9, 19, 11, 21)) == "swapped"
    assert suspicion(20, 10, (19, 9, 21, 11)) == "none"
    # In what is known in both orders.
    assert suspicion(20, 10, (5, 5, 25, 25)) == "none"
