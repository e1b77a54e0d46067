"""Files of a plan, read strictly: what is sound comes back, and each damage has its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import shapely

from geo.errors import InputError
from layers.plan import data_files
from layers.plan.area import AREA
from layers.plan.data_files import (
    Damage,
    DataError,
    checked,
    features_of,
    json_of,
    stamp_of,
    table_in,
    table_of,
    text_in,
    text_of,
    yaml_of,
)
from layers.plan.roles import Land, Naming, PointRole, ShapeRole, ZoningRole, read_area

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def damages(read: Callable[[], Any]) -> list[Damage]:
    with pytest.raises(DataError) as refused:
        read()
    return list(refused.value.damages)


def test_a_damage_names_its_place_as_far_as_it_has_one() -> None:
    where = {0: "a.csv: ", 3: "a.csv, row 3: "}
    for row, place in where.items():
        assert Damage("a.csv", "data.no_text", row).sentence("en").startswith(place)
    assert Damage("a.csv", "data.no_text", 3, "id").sentence("en").startswith("a.csv, row 3, id: ")
    assert "第 3 行" in Damage("a.csv", "data.no_text", 3).sentence("zh")


@pytest.mark.parametrize(("n", "more"), [(20, ""), (21, "… and 1 more"), (25, "… and 5 more")])
def test_an_error_tells_twenty_damages_and_how_many_there_are(n: int, more: str) -> None:
    error = DataError([Damage("a.csv", "data.no_text", row) for row in range(1, n + 1)])
    assert f"in {n} place(s)" in str(error)
    assert str(error).count("row ") == 20
    assert more in str(error)
    assert ("more" in str(error)) == bool(more)
    assert "row 1:" in error.sentence("en")
    assert str(n) in error.sentence("en")


def test_texts_are_of_utf8_and_nothing_else(tmp_path: Path) -> None:
    assert text_in("\ufeff岳麓\t\r\n".encode(), "a.csv") == "岳麓\t\r\n"
    # The line of the first letter that is none, as an editor counts.
    assert damages(lambda: text_in(b"a\nb\n" + "岳".encode("gbk"), "a.csv")) == [
        Damage("a.csv", "data.encoding", 3)
    ]
    for content in (b"\x00", b"a\x0e", b"\xff\x00\x01"):
        assert damages(lambda content=content: text_in(content, "a.csv")) == [
            Damage("a.csv", "data.no_text")
        ]
    path = tmp_path / "a.csv"
    assert stamp_of(path) == (0, 0)
    reason = {"reason": "No such file or directory"}
    assert damages(lambda: text_of(path)) == [Damage("a.csv", "data.missing", values=reason)]
    path.write_text("abc")
    assert text_of(path) == "abc"
    assert stamp_of(path) == (path.stat().st_mtime_ns, 3)


def test_json_and_yaml_say_the_line_of_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "a.json"

    def read(text: str, how: Callable[[Path], Any]) -> Any:
        path.write_text(text, "utf-8")
        return how(path)

    assert read('{"a": [1]}', json_of) == {"a": [1]}
    (damage,) = damages(lambda: read('{\n"a": }', json_of))
    assert (damage.file, damage.code, damage.row) == ("a.json", "data.json", 2)
    assert damage.values == {"reason": "Expecting value"}
    (damage,) = damages(lambda: read("[NaN]", json_of))
    assert (damage.row, damage.values) == (0, {"reason": "NaN is no number of JSON"})
    (damage,) = damages(lambda: read("[" * 200_000, json_of))
    assert damage.code == "data.json"
    path.write_bytes(b"\xff")
    assert damages(lambda: json_of(path)) == [Damage("a.json", "data.encoding", 1)]
    assert read("a: [1]", yaml_of) == {"a": [1]}
    (damage,) = damages(lambda: read("a: 1\nb: [", yaml_of))
    assert (damage.code, damage.row) == ("data.yaml", 2)
    assert "expected" in str(damage.values["reason"])
    (damage,) = damages(lambda: read("a: &a [1]\nb: [*a, *a]", yaml_of))
    assert (damage.code, damage.row) == ("data.yaml", 2)
    assert "write the value out" in str(damage.values["reason"])
    (damage,) = damages(lambda: read("a: " + "1" * 400_000, yaml_of))
    assert damage.code == "data.yaml"
    # Each of these took a second of the scanner for each few, and is refused where it begins.
    for deep in ("[" * 200 + "]" * 200, "{a: " * 200, "? " * 200, "- " * 200):
        (damage,) = damages(lambda deep=deep: read("a: 1\nb:\n  " + deep, yaml_of))
        assert (damage.code, damage.row) == ("data.yaml", 3)
        assert "more than 20 levels" in str(damage.values["reason"])


def test_yaml_may_be_as_long_as_is_said_and_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 12", "utf-8")
    monkeypatch.setattr(data_files, "MOST_BYTES", 5)
    assert yaml_of(path) == {"a": 12}
    monkeypatch.setattr(data_files, "MOST_BYTES", 4)
    (damage,) = damages(lambda: yaml_of(path))
    assert damage.values == {"reason": "more than 4 characters"}


def test_a_file_is_of_its_kind_or_each_place_is_named() -> None:
    content = {"crs": 7, "themes": {"a": ["b", 8]}}
    named = {each.column for each in damages(lambda: checked(content, AREA, "area"))}
    assert {"crs", "themes.a[1]", "land"} <= named
    (whole,) = damages(lambda: checked([], AREA, "area"))
    assert whole.column == "$"
    assert whole.values["value"] == "[]"


def test_a_table_is_texts_on_the_lines_that_they_end_on() -> None:
    table = table_in('id,name\na,"two\nlines"\nb,\n', "a.csv")
    assert table.index.tolist() == [3, 4]
    assert table.to_numpy().tolist() == [["a", "two\nlines"], ["b", None]]
    assert table_in("id\n", "a.csv").columns.tolist() == ["id"]


@pytest.mark.parametrize(
    ("text", "damaged"),
    [
        ("", [Damage("a.csv", "data.empty")]),
        (
            "id,id,b,b,c\n",
            [Damage("a.csv", "data.doubled", 1, "b"), Damage("a.csv", "data.doubled", 1, "id")],
        ),
        (
            "id,b\n1\n1,2\n1,2,3\n",
            [
                Damage("a.csv", "data.cells", 2, values={"cells": 1, "columns": 2}),
                Damage("a.csv", "data.cells", 4, values={"cells": 3, "columns": 2}),
            ],
        ),
        (
            ",".join(f"c{at}" for at in range(301)),
            [Damage("a.csv", "data.too_wide", 1, values={"columns": 301, "most": 300})],
        ),
    ],
)
def test_what_is_no_table_is_named(text: str, damaged: list[Damage]) -> None:
    assert damages(lambda: table_in(text, "a.csv")) == damaged


def test_a_table_may_be_wide_and_tells_no_more_damages_than_one_mends(tmp_path: Path) -> None:
    assert table_in(",".join(f"c{at}" for at in range(300)), "a.csv").shape == (0, 300)
    assert len(damages(lambda: table_in("id\n" + "1,2\n" * 1001, "a.csv"))) == 1000
    (open_quote,) = damages(lambda: table_in('id\n"a', "a.csv"))
    assert (open_quote.code, open_quote.row) == ("data.quotes", 2)
    path = tmp_path / "a.csv"
    path.write_text("id\nx\n")
    assert table_of(path).to_numpy().tolist() == [["x"]]


def test_features_are_properties_and_shapes_or_each_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    point = '{"properties": {"id": "a"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}'
    path.write_text(f'{{"features": [{point}]}}')
    table, shapes = features_of(path)
    assert (table.index.tolist(), table["id"].tolist()) == ([1], ["a"])
    assert shapes == [shapely.Point(1, 2)]
    path.write_text(f'{{"features": [{point}, {{}}, {point}, 7]}}')
    assert [(each.code, each.row) for each in damages(lambda: features_of(path))] == [
        *(("data.feature", 2), ("data.feature", 4))
    ]
    for text in ("[]", "{}", '{"features": []}', '{"features": 1}'):
        path.write_text(text)
        assert damages(lambda: features_of(path)) == [Damage("a.geojson", "data.no_features")]


# ---- what area.yaml says ----

LEAST = {"crs": "auto", "land": {"layer": "units"}, "points": {}, "zonings": {}, "themes": {}}


def test_what_area_yaml_leaves_out_is_nothing() -> None:
    area = read_area(LEAST | {"defaults": {}})
    assert (area.crs, area.land) == ("auto", Land("units"))
    for name in ("ways", "context", "beside", "series", "overlapping", "parts"):
        assert getattr(area, name) == ()
    assert (area.parts_layer, area.document, area.status, area.printed_km2) == ("", "", "", None)
    assert (area.naming, area.named_ground, area.years, area.shapes) == (Naming(), {}, {}, {})
    assert area.filters == ()


def test_what_area_yaml_says_is_kept_by_its_name() -> None:
    said = {
        "points": {
            "a": {"filters": ["x", "y"], "group": "x", "amount": "n", "usual": {"z": ["1"]}},
            "b": {"filters": ["y", "w"]},
        },
        "zonings": {"units": {"land": True}, "parks": {"layer": "parks", "discs": True}},
        "themes": {"all": ["a"]},
        "defaults": {"density": {"layer": "a"}},
        "shapes": {"lines": {"roles": ["node"], "stops": "a"}, "plain": {"extents": True}},
        "ways": ["r"],
        "context": ["c"],
        "beside": ["d"],
        "series": ["e"],
        "overlapping": ["f"],
        "parts": ["g"],
        "named_ground": {"river": "river"},
        "years": {"a": ["from", "to"]},
        "naming": {"areas": ["h"], "points": ["i"], "near": "j"},
        "parts_layer": "k",
        "document": "l",
        "status": "draft",
        "printed_km2": 7,
    }
    area = read_area(LEAST | said)
    assert area.points["a"] == PointRole(("x", "y"), "x", "n", {"z": ("1",)})
    assert area.points["b"] == PointRole(("y", "w"))
    assert area.filters == ("x", "y", "z", "w")
    assert area.zonings["units"] == ZoningRole(land=True)
    assert area.zonings["parks"] == ZoningRole("parks", discs=True)
    assert area.shapes["lines"] == ShapeRole(("node",), stops="a")
    assert area.shapes["plain"] == ShapeRole(extents=True)
    assert area.themes == {"all": ("a",)}
    assert area.naming == Naming(("h",), ("i",), "j")
    names = ("ways", "context", "beside", "series", "overlapping", "parts")
    assert [getattr(area, name) for name in names] == [(each,) for each in "rcdefg"]
    assert (area.parts_layer, area.document, area.status, area.printed_km2) == (
        "k",
        "l",
        "draft",
        7,
    )
    assert area.years == {"a": ("from", "to")}
    assert area.named_ground == {"river": "river"}
    assert area.defaults == {"density": {"layer": "a"}}
    assert issubclass(DataError, InputError)
