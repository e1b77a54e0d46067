"""Patterns of schemas end where the text ends: no line break slips in behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from geo.errors import InputError
from layers.plan.area import PLANS, open_plan, packaged
from layers.plan.data_files import checked
from layers.plan.schema import resource, resources, typed
from layers.plan.strict_schema import Validator, strict
from layers.record.specification import read_spec

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
SCHEMAS = sorted(
    path
    for room in ("plan", "record", "web")
    for path in (ROOT / "layers" / room).glob("*.schema.json")
)
FILES = [*SCHEMAS, *sorted(PLANS.glob("*/datapackage.json"))]


def patterns(rules: Any) -> Iterator[str]:
    if isinstance(rules, dict):
        if isinstance(rules.get("pattern"), str):
            yield rules["pattern"]
        for each in rules.values():
            yield from patterns(each)
    elif isinstance(rules, list):
        for each in rules:
            yield from patterns(each)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("^[a-z]+$", "park"), ("^(a|b)?$", ""), (r"^\$[$]$", "$$"), ("^#[0-9A-F]{6}$", "#B5172F")],
)
def test_the_end_is_the_end_and_a_dollar_of_the_text_stays_one(pattern: str, text: str) -> None:
    assert strict(pattern).search(text)
    assert not strict(pattern).search(f"{text}\n")


def test_no_pattern_of_any_schema_lets_a_line_break_in_at_the_end() -> None:
    every = {
        each for path in FILES for each in patterns(json.loads(path.read_text(encoding="utf-8")))
    }
    ended = {each for each in every if each.endswith("$")}
    assert len(ended) > 8
    for each in ended:
        assert strict(each).pattern.endswith(r"\Z")
        assert "$" not in strict(each).pattern.replace(r"\$", "")


def test_a_validator_refuses_a_line_break_as_it_refuses_other_letters() -> None:
    rules = {"type": "string", "pattern": "^[a-z]+$"}
    assert Validator(rules).is_valid("park")
    assert Validator({"pattern": "^[a-z]+$"}).is_valid(7)  # a pattern is one of texts
    errors = [error.message for error in Validator(rules).iter_errors("park\n")]
    assert errors == ["'park\\n' does not match '^[a-z]+$'"]


def test_a_cell_and_a_file_of_the_plan_with_a_line_break_at_the_end_are_refused() -> None:
    row: dict[str, object] = {field.name: None for field in resource("programmes").fields}
    row |= {"id": "programme-x", "name_zh": "工程", "name_en": "Programme", "summary": "摘要"}
    row |= {"source_id": "plan2024", "programme": "1", "item": "0"}
    assert len(typed(pd.DataFrame([row]), resource("programmes"))) == 1
    with pytest.raises(InputError, match="is not written as it must be"):
        typed(pd.DataFrame([row | {"id": "programme-x\n"}]), resource("programmes"))
    package = json.loads((PLANS / "xiangjiang" / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"][0]["path"] += "\n"
    with pytest.raises(InputError, match="does not match"):
        checked(package, "datapackage.json", "datapackage")


def test_a_specification_with_a_line_break_behind_a_name_is_refused() -> None:
    rate = {"map": "distribution", "sheet": {"review_number": "internal"}}
    read_spec(rate | {"parameters": {"measure": "per_10k", "population": "people.tif"}})
    with pytest.raises(InputError, match="breaks the schema"):
        read_spec(rate | {"parameters": {"measure": "per_10k", "population": "people.tif\n"}})


def test_every_plan_as_it_is_passes() -> None:
    for name in packaged():
        with open_plan(name):
            assert resources()
