"""What a public project says of itself holds: licences, citation, changes, and where things are."""

from __future__ import annotations

import json
import re
import tomllib
from functools import partial
from pathlib import Path

import pytest
import yaml

import layers
from layers.look.symbology import texts_in, value_label
from layers.plan.area import packaged
from layers.plan.schema import resources
from layers.web.document import HIDDEN
from layers.words import unit_label

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LICENCE = (ROOT / "data" / "LICENSE.md").read_text("utf-8")


def test_the_licence_of_the_data_names_the_sources_of_every_shape() -> None:
    """Layers whose file has shapes of its own are those that others' terms cover."""
    said = re.findall(r"^\| (\w+) \| (\w+) \| ([\w, ]+) \|$", LICENCE, re.MULTILINE)
    listed = [(plan, *rest) for plan, *rest in said if plan in packaged()]
    held = [
        (plan, each["name"], ", ".join(each["sources"]))
        for plan in packaged()
        for each in json.loads((ROOT / "data" / plan / "datapackage.json").read_text("utf-8"))[
            "resources"
        ]
        if each["path"].endswith(".geojson")
    ]
    assert sorted(listed) == sorted(held)


@pytest.mark.parametrize("plan", packaged())
def test_every_source_says_on_which_terms_and_how_it_is_credited(plan: str) -> None:
    with layers.open_plan(plan):
        sources = layers.load("sources").set_index("id")
        for name in layers.names():
            frame = layers.load(name)
            used = set(frame["source_id"]) if "source_id" in frame else set()
            assert used | set(layers.resource(name).sources) <= set(sources.index), name
    assert sources[["licence", "attribution", "attribution_en"]].notna().all(axis=None)
    assert sources.loc["amap", "licence"].endswith("遵其服务条款")
    assert "osm" not in sources.index or sources.loc["osm", "licence"] == "ODbL-1.0"


# Names have a column for each language; quotes and headings are the words of a document, and what
# is said of these words has them in it.
VERBATIM = {"name_zh", "text_zh", "text_en", "aliases", "quote", "quote_b", "status_quote"}
VERBATIM |= {"heading"}
# What no page and no sheet shows.
UNSHOWN = {"coord_source", "position_source", "value_text", "summary", "url"}


@pytest.mark.parametrize("plan", packaged())
def test_every_text_of_the_data_that_is_shown_is_told_in_english(plan: str) -> None:
    with layers.open_plan(plan):
        for name, about in resources().items():
            frame = layers.load(name)
            texts = {field.name for field in about.fields if field.type == "string"}
            unshown = UNSHOWN | ({"role"} if about.geometry == "table" else set())
            for column in texts - VERBATIM - unshown:
                told = {str(each) for each in texts_in(frame, column, lang="en").dropna()}
                say = unit_label if column == "unit" else partial(value_label, column)
                # An original name may follow in brackets.
                english = " ".join(re.sub(r"\([^()]+\)", "", say(each, lang="en")) for each in told)
                assert not re.search("[\u4e00-\u9fff]", english), (name, column)
            assert about.geometry == "table" or texts & UNSHOWN <= HIDDEN


def test_the_citation_is_one_that_readers_of_the_format_take() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    # What version 1.2.0 of the format requires, and of what may be there, what is.
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()
    assert cited["cff-version"] == "1.2.0"
    assert cited["type"] in ("software", "dataset")
    assert cited["license"] == PROJECT["license"]
    assert all(author.keys() <= {"name"} for author in cited["authors"])
    optional = {"type", "abstract", "keywords", "license"}
    assert cited.keys() <= {"cff-version", "message", "title", "authors"} | optional
    holder = re.search(r"Copyright \(c\) \d+ (.+)", (ROOT / "LICENSE").read_text("utf-8"))
    assert holder
    assert [author["name"] for author in cited["authors"]] == [holder[1]]


def test_the_changelog_has_its_sections() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    unreleased = text.split("\n## ")[1]
    assert unreleased.startswith("[Unreleased]\n")
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", unreleased, re.MULTILINE)) <= kinds
    for version, date in re.findall(r"^## \[(\d.*?)\] - (.*)$", text, re.MULTILINE):
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)


def test_what_runs_before_a_commit_is_what_is_pinned_and_asks_no_host() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    assert [repo["repo"] for repo in hooks["repos"]] == ["local"]
    entries = [hook["entry"].split() for hook in hooks["repos"][0]["hooks"]]
    assert {hook["language"] for hook in hooks["repos"][0]["hooks"]} == {"system"}
    assert all(entry[0].startswith(".venv/bin/") for entry in entries)
    made = (ROOT / "Makefile").read_text("utf-8")
    for tool in ("ruff check", "ruff format --check", "lint-imports --no-cache", "mypy"):
        assert f"$(BIN)/{tool}" in made
        assert f".venv/bin/{tool}" in [" ".join(entry[: len(tool.split())]) for entry in entries]


# ---- where the texts point to ----

TEXTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("data/*.md"), *ROOT.glob("docs/**/*.md"))
    if not {"methods", "api"} & set(path.parts)  # from docstrings
)
# What looks like a path of the repository.
PATH = re.compile(r"^(?:app|geo|layers|data|docs|tests|fuzz|notebooks|benchmarks)/[\w./-]*$")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_and_path_of_a_text_leads_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text)]
    named = [name for name in re.findall(r"`([^`\n]+)`", text) if PATH.match(name)]
    lost = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert lost + [name for name in named if not (ROOT / name).exists()] == []


# ---- how tests wait ----


def test_tests_ask_a_page_by_the_clock() -> None:
    """Asked at each frame, it would be drawn all the while."""
    asking = {
        path.name
        for path in ROOT.glob("tests/**/*.py")
        if ".wait_for_function(" in path.read_text("utf-8")
    }
    assert asking == {"chromium.py", Path(__file__).name}
