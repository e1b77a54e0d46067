"""Sheets of a file: which are taken, how they are put together, and what goes aside."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from intake_files import shapefile, zones
from shapely import GeometryCollection, LineString, Point, box

from geo.errors import CRSError, InputError
from geo.exchange import databases, formats, shapefiles, sheets
from geo.exchange.parsed import Candidate
from geo.exchange.sheets import Sheet, taken_together
from geo.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.exchange.parsed import Parsed

AREA, PATH, SPOT = box(0, 0, 1, 1), LineString([(0, 0), (1, 1)]), Point(1, 2)


def sheet(name: str, *shapes: Any, **more: Any) -> Sheet:
    table = pd.DataFrame({"name": [f"{name}{at}" for at in range(len(shapes))]})
    return Sheet(name, table, np.array([*shapes, None], dtype=object)[:-1], **more)


def together(*each: Sheet, **options: Any) -> Parsed:
    return taken_together(each, name="a.kml", format_name="KML", **options)


def said(parsed: Parsed) -> list[tuple[Any, ...]]:
    return [(each.code, dict(each.values), each.level, each.rows) for each in parsed.findings]


def test_areas_of_one_family_are_joined_and_all_else_is_left_and_named() -> None:
    note = Finding("note", {}, "note", (1,))
    parsed = together(
        sheet("p", SPOT, SPOT, family="folder"),
        sheet("a", None, AREA, family="folder", findings=[note], reasons={0: ("row.x", "why")}),
        sheet(
            "b",
            AREA,
            shapely.Polygon(),
            AREA,
            family="folder",
            findings=[note],
            reasons={1: ("row.y", "y" * 300)},
        ),
        sheet("other", AREA, family="other"),
    )
    assert parsed.frame.index.tolist() == [2, 3, 5]
    assert parsed.frame[["name", "folder"]].to_numpy().tolist() == [
        ["a1", "a"],
        ["b0", "b"],
        ["b2", "b"],
    ]
    assert parsed.aside.reset_index().to_numpy().tolist() == [
        [1, "row.x", "why", "a0"],
        [4, "row.y", "y" * 200, "b1"],
    ]
    assert parsed.taken == ("a", "b")
    assert parsed.layers == (
        *(Candidate("p", "point", 2), Candidate("a", "polygon", 2)),
        *(Candidate("b", "polygon", 3), Candidate("other", "polygon", 1)),
    )
    assert said(parsed) == [
        ("note", {}, "note", (1,)),
        ("note", {}, "note", (3,)),
        ("layers.left", {"layers": 2, "names": "p, other"}, "warning", ()),
        ("layers.joined", {"layers": 2, "names": "a, b"}, "note", ()),
        ("file.facts", {"format": "KML"}, "note", ()),
    ]


def test_one_sheet_alone_needs_no_word_of_it() -> None:
    whole = Finding("of the file", {})
    one = sheet(
        "a", AREA, AREA, stated_crs="EPSG:4490", findings=[whole, whole], encoding="GB18030"
    )
    parsed = together(one)
    assert parsed.frame.columns.tolist() == ["name", "geometry"]
    assert parsed.frame.crs.to_epsg() == 4490
    assert [each[0] for each in said(parsed)] == ["of the file", "file.facts"]
    assert (parsed.encoding, len(parsed.aside)) == ("GB18030", 0)


@pytest.mark.parametrize(
    ("shapes", "taken"),
    [
        # Areas before all else, then the kind of most rows, then the first of the file.
        ({"p": [SPOT] * 9, "l": [PATH], "a": [AREA]}, ["a"]),
        ({"p": [SPOT], "l": [PATH] * 2}, ["l"]),
        ({"p": [SPOT] * 2, "l": [PATH]}, ["p"]),
        ({"p": [SPOT], "q": [SPOT], "l": [PATH]}, ["p"]),
        ({"p": [SPOT], "l": [PATH]}, ["l"]),
    ],
)
def test_the_sheet_that_is_taken_where_none_is_named(
    shapes: dict[str, list[Any]], taken: list[str]
) -> None:
    assert list(together(*(sheet(name, *some) for name, some in shapes.items())).taken) == taken


def test_layers_are_taken_by_name_and_by_kind() -> None:
    mixed = sheet(
        "m",
        SPOT,
        None,
        AREA,
        PATH,
        reasons={1: ("row.x", "")},
        findings=[Finding("note", {}, "note", (2, 3, 4))],
    )
    every = (mixed, sheet("b", SPOT))
    first = together(*every)
    assert first.taken == ("m (polygon)",)
    assert (first.frame.index.tolist(), first.aside["reason"].tolist()) == ([2], ["row.x"])
    assert said(first)[0] == ("note", {}, "note", (1, 2))
    assert first.layers == (
        *(Candidate("m (polygon)", "polygon", 2), Candidate("m (line)", "line", 1)),
        *(Candidate("m (point)", "point", 1), Candidate("b", "point", 1)),
    )
    assert together(*every, layer="m").taken == ("m (polygon)",)
    point = together(*every, layer=["m (point)", "b"])
    assert (point.taken, point.frame["layer"].tolist()) == (("m (point)", "b"), ["m", "b"])
    with pytest.raises(InputError) as caught:
        together(*every, layer="x")
    assert caught.value.values["names"] == "m (polygon), m (line), m (point), b"  # noqa: PD011
    unread = together(
        sheet("b", AREA), listed=[Candidate("a", "point", 3), Candidate("b", "polygon", 1)]
    )
    assert unread.layers == (Candidate("a", "point", 3), Candidate("b", "polygon", 1))


@pytest.mark.parametrize(
    ("each", "listed", "code", "values"),
    [
        ([sheet("a", None, None), sheet("b", None)], 0, "file.no_geometry", (3, 2)),
        ([sheet("a", None, reasons={0: ("row.x", "")})], 4, "file.geometry_broken", (1, 4)),
        ([sheet("a")], 0, "file.no_features", (0, 1)),
    ],
)
def test_a_file_without_a_place_is_refused(
    each: Sequence[Sheet], listed: int, code: str, values: tuple[int, int]
) -> None:
    with pytest.raises(InputError) as caught:
        together(*each, listed=[Candidate(str(at), "none", 0) for at in range(listed)])
    told = caught.value.values  # noqa: PD011
    assert (caught.value.code, told["rows"], told["layers"]) == (code, *values)


def test_sheets_in_two_crss_are_no_one_table() -> None:
    pair = (sheet("a", AREA, stated_crs="EPSG:4490"), sheet("b", AREA, stated_crs="EPSG:4547"))
    with pytest.raises(InputError) as caught:
        together(*pair, layer=["a", "b"])
    assert caught.value.code == "layers.two_crss"
    assert together(*pair, layer=["a", "b"], crs_given=True).taken == ("a", "b")
    unknown = sheet("a", AREA, stated_crs="EPSG:1")
    with pytest.raises(CRSError):
        together(unknown)
    assert together(unknown, crs_given=True).frame.crs is None


@pytest.mark.parametrize(
    ("collection", "expected", "left"),
    [
        (GeometryCollection([AREA, SPOT]), AREA, True),
        (GeometryCollection([SPOT, PATH]), PATH, True),
        (GeometryCollection([SPOT]), SPOT, False),
        (GeometryCollection([SPOT, SPOT]), shapely.MultiPoint([(1, 2), (1, 2)]), False),
        (GeometryCollection([GeometryCollection([GeometryCollection([AREA])])]), AREA, False),
        (
            GeometryCollection([shapely.MultiPolygon([AREA]), AREA]),
            shapely.MultiPolygon([AREA, AREA]),
            False,
        ),
        (GeometryCollection([shapely.Point()]), GeometryCollection([shapely.Point()]), False),
    ],
)
def test_of_a_collection_its_best_kind_is_taken(
    collection: Any, expected: Any, *, left: bool
) -> None:
    given = sheet("a", AREA, collection, GeometryCollection())
    read = sheets._without_collections(given)
    assert read.shapes[1] == expected
    assert [(each.code, each.rows) for each in read.findings] == [
        ("geometry.parts_left", (2,))
    ] * left
    assert given.shapes[1] is collection


def test_a_column_that_says_the_folder_has_a_name_of_its_own() -> None:
    one = sheet("a", AREA)
    one.table = pd.DataFrame({"layer": [1], "layer_": [2]})
    assert sheets._with_folder(one).to_dict("list") == {
        "layer": [1],
        "layer_": [2],
        "layer__": ["a"],
    }


@pytest.mark.parametrize(("number", "text"), [(8, ""), (9, ", … (+1)"), (12, ", … (+4)")])
def test_of_many_names_the_first_are_listed(number: int, text: str) -> None:
    names = [f"{at}" * 70 for at in range(number)]
    assert sheets._listed(names) == ", ".join(name[:60] for name in names[:8]) + text


def test_of_a_database_no_more_layers_are_read_than_may_be_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = {
        "p": ("point", [SPOT] * 9),
        "q": ("point", [SPOT]),
        "m": ("mixed", [SPOT]),
        "a": ("polygon", [AREA]),
        "b": ("polygon", [AREA]),
        "l": ("line", [PATH]),
        "t": ("none", []),
    }

    def read(*wanted: str, layer: str | list[str] | None = None) -> list[str]:
        listed = [Candidate(name, files[name][0], len(files[name][1])) for name in wanted]  # type: ignore[arg-type]
        monkeypatch.setattr(databases, "_layers", lambda *_, **__: listed)
        monkeypatch.setattr(databases, "read_layer", lambda _, of, **__: sheet(of, *files[of][1]))
        some, every = databases.read_database({"a.gpkg": b""}, name="a", driver="GPKG", layer=layer)
        assert every == listed
        return [each.name for each in some]

    assert read("p", "a", "b", "l") == ["a"]
    # A layer of any kind may have areas, or not: then the next is read.
    assert read("p", "m", "a", "b") == ["m", "a"]
    assert read("p", "m", "l") == ["m", "p"]
    assert read("p", "q") == ["p"]
    assert read("l", "p", "t") == ["p"]
    assert read("t") == ["t"]
    assert read("p", "a", "b", layer=["p", "b"]) == ["p", "b"]
    assert read("p", "a", "b", layer="b (polygon)") == ["b"]
    with pytest.raises(InputError) as caught:
        read()
    assert caught.value.code == "file.no_geometry"


def test_rows_that_were_deleted_leave_no_gap_in_what_is_said() -> None:
    given = sheet(
        "a",
        *[SPOT] * 5,
        reasons={1: ("row.x", ""), 3: ("row.y", "")},
        findings=[Finding("n", {}, "note", (2, 3, 4, 5))],
    )
    shapefiles._leave_out(given, np.array([True, False, True, True, False]))
    assert given.table["name"].tolist() == ["a0", "a2", "a3"]
    assert (len(given.shapes), given.reasons) == (3, {2: ("row.y", "")})
    assert [(each.code, dict(each.values), each.rows) for each in given.findings] == [
        ("n", {}, (2, 3)),
        ("dbase.rows_deleted", {"rows": 2}, ()),
    ]


@pytest.mark.parametrize(
    ("records", "deleted", "names", "said"),
    [
        (3, 0, ["n0", "n1", "n2"], []),
        (2, 0, ["n0", "n1", None], ["shapefile.rows_differ"]),
        (4, 0, ["n0", "n1", "n2", "n3"], ["shapefile.rows_differ"]),
        (3, 1, ["n1", "n2"], ["dbase.rows_deleted"]),
    ],
)
def test_records_and_shapes_of_a_shapefile_stand_side_by_side(
    records: int,
    deleted: int,
    names: list[str | None],
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = SimpleNamespace(
        frame=pd.DataFrame({"name": [f"n{at}" for at in range(records)]}),
        deleted=np.arange(records) < deleted,
        encoding="GB18030",
        encoding_how="encoding.evidence",
        findings=[],
    )
    asked: dict[str, Any] = {}
    monkeypatch.setattr(shapefiles, "read_table", lambda _, **more: asked.update(more) or table)
    given = sheet("a", SPOT, SPOT, SPOT)
    shapefiles._add_table(given, {".dbf": b"", ".cpg": b" GBK\xff\n"}, "a.shp")
    assert asked == {"name": "a.shp", "declared": "GBK\ufffd"}
    assert [None if pd.isna(each) else each for each in given.table["name"]] == names
    assert len(given.shapes) == len(names)
    assert [each.code for each in given.findings] == said
    if records != 3:
        assert dict(given.findings[0].values) == {"records": records, "shapes": 3}
    assert (given.encoding, given.encoding_how) == ("GB18030", "encoding.evidence")


def test_the_kind_of_a_table_and_the_name_of_a_single_shp(tmp_path: Path) -> None:
    parsed = formats.parse(b"name,lng,lat\na,112.9,28.2\n", "a.csv", {})
    assert [dict(each.values) for each in parsed.findings if each.code == "file.facts"] == [
        {"format": "CSV"}
    ]
    shp = shapefile(tmp_path / "shp", zones())["规划.shp"]
    read, listed = formats._single_shp(shp, "data\\规划.shp", None)
    assert ([each.name for each in read], listed) == (["规划"], [])
    assert [each.code for each in read[0].findings] == ["shapefile.no_table"]
