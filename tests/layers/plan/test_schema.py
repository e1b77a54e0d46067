"""The data package and what its checks refuse."""

from __future__ import annotations

import pandas as pd
import pytest

import layers
from geo.errors import InputError, LayerError
from layers.plan.schema import Resource, resource, resources, typed


def programme(**changes: object) -> pd.DataFrame:
    row: dict[str, object] = {field.name: None for field in resource("programmes").fields}
    row |= {
        "id": "programme-x",
        "name_zh": "工程",
        "name_en": "Programme",
        "source_id": "plan2024",
        "programme": "1",
        "item": "0",
        "summary": "摘要",
    }
    return pd.DataFrame([row | changes])


def checked(frame: pd.DataFrame) -> pd.DataFrame:
    return typed(frame, resource("programmes"))


def test_a_good_row_is_typed() -> None:
    row = checked(programme()).iloc[0]
    assert row["programme"] == 1
    assert pd.isna(row["quote"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "Programme X"}, "Programme X.* is not written as it must be"),
        ({"programme": "11"}, "is too large: 10"),
        ({"summary": ""}, "summary"),
        ({"quote": "字" * 61}, "too long: 60"),
        ({"item": "first"}, '"first" is not a number'),
    ],
)
def test_a_bad_value_is_refused_with_its_place(changes: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        checked(programme(**changes))
    assert "programmes.csv" in str(refused.value)


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(InputError, match=r"2 place\(s\)"):
        checked(programme(id="Bad id", programme="99"))


def test_missing_and_unknown_columns_are_named() -> None:
    frame = programme().drop(columns="summary").assign(extra="1")
    with pytest.raises(
        InputError,
        match=r"(?s)summary: this column is missing.*extra: datapackage.json has no such column",
    ):
        typed(frame, resource("programmes"))


def test_an_unknown_layer_names_those_near() -> None:
    with pytest.raises(LayerError, match="there is no layer 'nope'; near is 'nodes'"):
        layers.load("nope")


@pytest.mark.parametrize("item", resources().values(), ids=lambda item: item.name)
def test_every_entry_of_the_package_is_complete(item: Resource) -> None:
    for value in (item.title_zh, item.title_en, item.description_zh, item.description_en):
        assert value
    assert len({field.name for field in item.fields}) == len(item.fields)
    for field in item.fields:
        assert field.type in {"string", "number", "integer"}
        assert field.title_zh
        assert field.title_en
        if field.type == "number":
            assert field.unit or field.name == "value", f"{item.name}.{field.name} has no unit"


def test_load_hands_out_the_callers_own_copy() -> None:
    first = layers.load("programmes")
    first.loc[0, "name_zh"] = "changed"
    assert layers.load("programmes").loc[0, "name_zh"] != "changed"


def test_units_come_with_the_frame() -> None:
    assert layers.load("projects").attrs["units"]["investment_100m_cny"] == "100 million CNY"
