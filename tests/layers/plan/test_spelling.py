"""What somebody types is found in names: as they are written, spelt, and in short."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layers.plan.spelling import holds, spelt

CASES = json.loads(Path(__file__).parents[2].joinpath("searches.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["names"][0])
def test_a_name_is_found_by_what_people_type(case: dict[str, list[str]]) -> None:
    """Maps find by the same table, in ``test_web_map_browser.py``."""
    words = [*case["found"], *case["not"]]
    assert [each for each in words if holds([], each, names=case["names"])] == case["found"]
    assert holds([], "", names=case["names"])


def test_a_place_in_short_is_spelt_as_the_place() -> None:
    assert spelt("长株潭") == "chang zhu tan"
    assert spelt("国家超级计算机长沙中心").endswith("ji chang sha zhong xin")
    assert spelt("成长路线图").startswith("cheng zhang")
