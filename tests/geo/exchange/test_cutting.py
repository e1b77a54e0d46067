"""Texts are cut into columns: by which mark, from which row, and what goes aside."""

from __future__ import annotations

import pytest

from geo.errors import InputError
from geo.exchange import delimited
from geo.exchange.delimited import read_delimited


def cut(text: str, **more: object) -> tuple[list[str], list[list[str]], list[tuple[int, str, str]]]:
    table = read_delimited(text.encode(), "a.csv", **more)
    return table.names, [list(row) for row in zip(*table.cells, strict=True)], table.aside


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_cut_by_their_mark(mark: str, end: str) -> None:
    rows = [["id", "lng", "lat"], ["a", "1", "2"], ["b", "", "4"], ["", "", ""], ["c", "5", "6"]]
    names, cells, aside = cut(end.join(mark.join(row) for row in rows))
    assert (names, cells, aside) == (rows[0], [rows[1], rows[2], rows[4]], [])
    quoted = end.join(mark.join(f'"{cell}"' for cell in row) for row in rows) + end
    assert cut(quoted) == (names, cells, aside)


@pytest.mark.parametrize(
    ("text", "names", "cells"),
    [
        ("sep=;\na,b;c\n1,2;3\n", ["a,b", "c"], [["1,2", "3"]]),
        ("a, b\n1, 2\n", ["a", "b"], [["1", " 2"]]),
        ('a, "b"\n1, "2, 3"\n', ["a", "b"], [["1", "2, 3"]]),
        ("a,b,,\n1,2,,\n3,4\n5,6,,\n", ["a", "b"], [["1", "2"], ["3", "4"], ["5", "6"]]),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ["a", "b"], [["1,5", "2,5"], ["3,5", "4,5"]]),
        ("name\n甲\n乙\n", ["name"], [["甲"], ["乙"]]),
        ('a,b\n"1\n2",3\n', ["a", "b"], [["1\n2", "3"]]),
        ("a,b\n1,2", ["a", "b"], [["1", "2"]]),
        ("\ufeffa,b\n1,2\n", ["a", "b"], [["1", "2"]]),
        ("a,a\n\n1,2\n , \n", ["a", "a_2"], [["1", "2"]]),
    ],
)
def test_tables_as_programs_write_them(text: str, names: list[str], cells: list[list[str]]) -> None:
    assert cut(text) == (names, cells, [])


def test_rows_of_other_lengths_go_aside_under_their_numbers() -> None:
    text = 'a,b\n1,2\n3\n\n4,5,6\n"x"y,7\n8,9\n"open,1\n10,11\n' + f"{'z' * 300},1,2\n"
    names, cells, aside = cut(text + '"w"v\n')
    # A quotation mark that ends nowhere, or too early, means nothing.
    rows = [["1", "2"], ['"x"y', "7"], ["8", "9"], ['"open', "1"], ["10", "11"]]
    assert (names, cells) == (["a", "b"], rows)
    assert aside == [
        (2, "table.too_few_cells", "3"),
        (3, "table.too_many_cells", "4,5,6"),
        (8, "table.too_many_cells", "z" * 99 + "…"),
        (9, "table.open_quote", '"w"v'),
    ]
    assert read_delimited(text.encode(), "a.csv").cells[0].index.tolist() == [1, 4, 5, 6, 7]


def test_titles_above_the_names_are_counted_and_passed_over() -> None:
    table = read_delimited("清单,,\n单位：个,,\n名称,lng,lat\n甲,1,2\n".encode(), "a.csv")
    assert (table.names, [cells.tolist() for cells in table.cells]) == (
        ["名称", "lng", "lat"],
        [["甲"], ["1"], ["2"]],
    )
    assert [(each.code, dict(each.values)) for each in table.findings] == [
        ("table.title_rows", {"rows": 2})
    ]


@pytest.mark.parametrize(
    ("head", "names", "lines", "titles"),
    [
        # Names in the last row that there is, or no row but that which says the mark.
        ("a;b\n", ["a", "b"], 1, 0),
        ("sep=;\na;b\n", ["a", "b"], 2, 0),
        ("sep=;\n", ["sep="], 1, 0),
        ("清单\n单位;;\n名称;lng;lat\n", ["名称", "lng", "lat"], 3, 2),
        ("sep=;\n清单\n名称;lng;lat\n甲;1;2\n", ["名称", "lng", "lat"], 3, 1),
    ],
)
def test_names_may_stand_in_the_last_row(
    head: str, names: list[str], lines: int, titles: int
) -> None:
    layout = delimited._layout(head)
    assert (layout.names, layout.lines, layout.title_rows) == (names, lines, titles)


def test_cells_that_could_not_be_read_are_told_by_column_and_row() -> None:
    data = "a,名称\n1,岳麓\n2,".encode() + b"\xff\xfe\n3,\xff\n"
    table = read_delimited(data, "a.csv", encoding="utf-8")
    assert (table.encoding, table.encoding_how) == ("utf-8", "table.encoding.chosen")
    assert [(each.code, dict(each.values), each.level, each.rows) for each in table.findings] == [
        ("table.undecoded", {"column": "名称", "rows": 2, "row": 2}, "warning", (2, 3))
    ]


@pytest.mark.parametrize(
    ("data", "codec", "how"),
    [
        ("a,岳".encode("utf-8-sig"), "utf-8-sig", "mark"),
        ("a,岳".encode("utf-16"), "utf-16", "mark"),
        ("a,b,c,d\n".encode("utf-16-le"), "utf-16-le", "utf16"),
        ("a,b,c,d\n".encode("utf-16-be"), "utf-16-be", "utf16"),
        (b"a,b", "utf-8", "utf8"),
        ("岳麓".encode("gbk"), "gb18030", "gb18030"),
        (b"\0" * 40, "utf-8", "utf8"),
    ],
)
def test_the_codec_of_a_table(data: bytes, codec: str, how: str) -> None:
    assert delimited.decoded(data) == (codec, f"table.encoding.{how}")


@pytest.mark.parametrize("text", ["", " \n", ",,,\n;;\n", "\ufeff", "\0\0"])
def test_a_text_without_a_cell_is_empty(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_delimited(text.encode(), "a.csv")
    assert caught.value.code == "file.empty"


@pytest.mark.parametrize(
    ("limit", "most", "code"),
    [
        ("MOST_COLUMNS", 2, "table.too_many_columns"),
        ("MOST_ROWS", 3, "table.too_many_rows"),
        ("MOST_CELLS", 8, "table.too_many_rows"),
    ],
)
@pytest.mark.parametrize("mark", ["", '"'])
def test_a_table_has_so_many_rows_columns_and_cells(
    limit: str, most: int, code: str, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three columns and four rows, cut at once or row by row."""
    text = "a,b,c\n" + f"{mark}1{mark},2,3\n" * 4
    monkeypatch.setattr(delimited, limit, most)
    with pytest.raises(InputError) as caught:
        cut(text)
    assert caught.value.code == code
    monkeypatch.setattr(
        delimited, limit, {"MOST_COLUMNS": 3, "MOST_ROWS": 4, "MOST_CELLS": 12}[limit]
    )
    assert len(cut(text)[1]) == 4


def test_a_row_over_many_lines_is_cut_when_it_may_be_closed() -> None:
    layout = delimited._Layout(",", False, ["a", "b"], 2, 0, 0)  # noqa: FBT003
    cutter = delimited._Cutter(layout, "a.csv")
    # Looked at again only where it has become twice as long.
    for piece, is_open in (('1,"x\n', True), ("y\n", True), ('z"\n2,w\n', False), ("3,v\n", False)):
        cutter.take(piece)
        assert bool(cutter._open) is is_open
    columns = cutter.columns("utf-8", "")
    assert [column.tolist() for column in columns.cells] == [["1", "2", "3"], ["x\ny\nz", "w", "v"]]
