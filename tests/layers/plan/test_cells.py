"""Cells of a plan's tables: their types, and each constraint that a value can break."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geo.errors import LayerError
from layers.plan.area import SHARED, open_plan, plan
from layers.plan.data_files import Damage, DataError
from layers.plan.schema import Field, Resource, path_of, registry, resource, typed

TINY = Path(__file__).resolve().parents[2] / "areas" / "tiny"


def of(**fields: Any) -> Resource:
    """A table with a field for each name: its type, or its type and constraints."""
    made = [
        Field(
            name,
            kind if isinstance(kind, str) else kind[0],
            "",
            "",
            "m",
            {} if isinstance(kind, str) else kind[1],
        )
        for name, kind in fields.items()
    ]
    return replace(resource("sources"), path=Path("a.csv"), fields=tuple(made))


def damages(about: Resource, **columns: list[Any]) -> list[tuple[Any, ...]]:
    frame = pd.DataFrame(columns, index=range(2, 2 + len(next(iter(columns.values()))))).astype(
        "object"
    )
    with pytest.raises(DataError) as refused:
        typed(frame, about)
    assert {each.file for each in refused.value.damages} == {"a.csv"}
    return [(each.code, each.row, each.column, dict(each.values)) for each in refused.value.damages]


def test_cells_become_texts_numbers_and_whole_numbers() -> None:
    frame = pd.DataFrame(
        {"n": ["1.5", None, ""], "text": ["a", "", None], "year": ["2024", None, "-1"]}, [2, 3, 5]
    ).astype("object")
    table = typed(frame, of(text="string", n="number", year="integer"))
    assert table.columns.tolist() == ["text", "n", "year"]
    assert table.index.tolist() == [2, 3, 5]
    assert [str(dtype) for dtype in table.dtypes] == ["str", "float64", "Int64"]
    assert table["text"].isna().tolist() == [False, True, True]
    assert table["n"].tolist()[0] == 1.5
    assert table["n"].isna().tolist() == [False, True, True]
    assert table["year"].dropna().tolist() == [2024, -1]


def test_what_is_no_number_or_no_text_is_named() -> None:
    about = of(text="string", n="number", year="integer")
    cells = {
        "text": ["a", 7, "b", "c"],
        "n": ["1", "x", "nan", "inf"],
        "year": ["1", "1.5", None, "y"],
    }
    assert damages(about, **cells) == [
        ("data.not_text", 3, "text", {"value": "7"}),
        *(
            ("data.not_number", row, "n", {"value": value})
            for row, value in ((3, "x"), (4, "nan"), (5, "inf"))
        ),
        ("data.not_number", 3, "year", {"value": "1.5"}),
        ("data.not_number", 5, "year", {"value": "y"}),
    ]


def test_columns_must_be_those_of_the_package() -> None:
    assert damages(of(a="string", b="string"), b=["x"], c=["y"]) == [
        ("data.column_missing", 0, "a", {}),
        ("data.column_unknown", 0, "c", {}),
    ]


@pytest.mark.parametrize(
    ("kind", "rules", "cells", "broken"),
    [
        ("string", {"required": True}, ["a", None, ""], {3: "required", 4: "required"}),
        (
            *("string", {"unique": True}, ["a", "b", "a", None, None]),
            {2: "field_uniqueness", 4: "field_uniqueness"},
        ),
        ("string", {"enum": ["a", "b"]}, ["a", "c", None], {3: "isin"}),
        (
            *("string", {"pattern": "^[a-z]+$"}, ["a", "A", "a\n", None]),
            {3: "str_matches", 4: "str_matches"},
        ),
        ("string", {"maxLength": 2}, ["ab", "abc", None], {3: "str_length"}),
        ("number", {"minimum": 1}, ["1", "0.9", None], {3: "greater_than_or_equal_to"}),
        ("integer", {"minimum": 1}, ["1", "0", None], {3: "greater_than_or_equal_to"}),
        ("number", {"maximum": 1}, ["1", "1.1", None], {3: "less_than_or_equal_to"}),
        ("integer", {"maximum": 1}, ["1", "2", None], {3: "less_than_or_equal_to"}),
    ],
)
def test_a_value_that_breaks_a_constraint_is_named_and_no_other(
    kind: str, rules: dict[str, Any], cells: list[Any], broken: dict[int, str]
) -> None:
    told = damages(of(a=(kind, rules)), a=cells)
    assert [(code, row, column) for code, row, column, _ in told] == [
        (f"data.{code}", row, "a") for row, code in broken.items()
    ]
    ((said, rule),) = rules.items()
    for _, row, _, values in told:
        assert values.get("rule") == (None if said in {"required", "unique"} else str(rule))
        if said != "required":
            assert values["value"] == str(cells[row - 2])


def test_a_constraint_that_is_not_said_is_none() -> None:
    about = of(a=("string", {"required": False, "unique": False}))
    assert len(typed(pd.DataFrame({"a": ["x", "x", None]}, dtype="object"), about)) == 3


def test_a_description_has_its_texts_and_its_fields() -> None:
    parks = resource("parks")
    assert (parks.title("zh"), parks.title("en")) == (parks.title_zh, parks.title_en)
    assert parks.title_zh != parks.title_en
    name = parks.field("name_zh")
    assert (name.title("zh"), name.title("en")) == (name.title_zh, name.title_en)
    assert name.title_zh != name.title_en
    with pytest.raises(LayerError, match="has no field 'nothing'; it has id"):
        parks.field("nothing")
    # What follows from claims is in no file.
    following = {field.name for field in parks.fields} - {field.name for field in parks.stored}
    assert {"lon", "lat", "claim_id"} <= following
    assert all(parks.field(name).follows for name in following)
    assert len(parks.fields) == len({field.name for field in parks.fields})
    assert parks.units["radius_m"] == "m"
    assert "name_zh" not in parks.units
    assert resource("roads").fields == resource("roads").stored
    with open_plan(TINY):
        shops = resource("shops")
        assert shops.fields == shops.stored
        assert shops.path == TINY / "shops.csv"
        assert (shops.description_zh, shops.description_en) == ("店铺。", "Shops.")
        assert (shops.geometry, shops.group, shops.sources) == ("point", "plan", ("made",))
        assert shops.field("trade").constraints["enum"] == ["food", "books"]


def test_files_that_all_plans_share_may_be_a_plan_s_own(tmp_path: Path) -> None:
    assert path_of("basemaps.json") == SHARED / "basemaps.json"
    assert path_of("symbology.json") == plan().folder / "symbology.json"
    (tmp_path / "area.yaml").write_text("")
    (tmp_path / "basemaps.json").write_text("[]")
    with open_plan(tmp_path):
        assert path_of("basemaps.json") == tmp_path / "basemaps.json"
        assert path_of("words.json") == tmp_path / "words.json"
        with pytest.raises(DataError) as refused:
            registry("basemaps.json")
    assert isinstance(refused.value.damages[0], Damage)
    assert registry("palettes.json")
