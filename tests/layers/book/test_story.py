"""The plan told on one page: its steps say what the slides say, over layers that the page has."""

from __future__ import annotations

import json
import re

import pytest

from layers.book.brief import brief
from layers.outputs import output
from layers.plan.area import open_plan
from layers.record.specification import read_spec

TINY = "tests/areas/tiny"


def spec(lang="zh"):
    asked = {"map": "overview", "lang": lang}
    return read_spec(asked, pages="brief", review_number="internal", date="2024-02-01")


@pytest.fixture(scope="module")
def told():
    """The page of a small plan, what it holds, and its exhibits in both languages."""
    with open_plan(TINY):
        made = output(spec(), ".html").decode()
        wholes = {lang: brief(spec(lang)) for lang in ("zh", "en")}
    held = {
        kind: json.loads(
            re.search(rf'id="map_[a-z0-9]+_{kind}">(.*?)</script>', made, re.DOTALL)[1]
        )
        for kind in ("document", "steps")
    }
    return made, held, wholes


def test_each_exhibit_is_a_step_with_its_claim_in_both_languages(told):
    _, held, wholes = told
    steps = held["steps"]
    for lang, whole in wholes.items():
        titles = [step["titles"][lang] for step in steps]
        assert list(dict.fromkeys(titles[1:])) == [each.claim for each in whole.exhibits]
        assert steps[0]["texts"][lang] == list(whole.findings)
        assert all(any(step["texts"][lang]) for step in steps)


def test_a_step_shows_layers_of_the_page_within_its_bounds(told):
    _, held, _ = told
    ids = {layer["id"] for layer in held["document"]["layers"]}
    for step in held["steps"]:
        assert set(step["layers"]) <= ids
        (south, west), (north, east) = step["bounds"]
        assert south < north
        assert west < east
    # Results of one map are not seen with those of another.
    results = [{each for each in step["layers"] if "overlay" in each} for step in held["steps"]]
    assert len({frozenset(each) for each in results}) > 2


def test_the_page_is_whole_and_small(told):
    made, _, _ = told
    assert "Atlas.tell(" in made
    assert not re.search(r"<(script|link)[^>]*https?:", made)
    assert len(made) < 3_000_000
    # A page that is not told has nothing of it.
    with open_plan(TINY):
        plain = output(read_spec("overview", review_number="internal"), ".html").decode()
    assert "Atlas.tell" not in plain
