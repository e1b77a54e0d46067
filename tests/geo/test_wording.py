"""The sentences for readers: there for every code that is used, in both languages, in no jargon."""

from __future__ import annotations

import ast
import json
import re
import string
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from geo.errors import CRSError, InputError
from geo.wording import catalogue, sentence
from layers.questions.refusals import REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What only who writes code can use.
PYTHON = re.compile(
    r"\.\w+\(|\bis None\b|\bpd\.|GeoDataFrame|=True|=False|\bnumpy\b|allow_override"
)
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
KEYWORDS = {"code", "how", "crs_how", "encoding_how", "reason"}
CALLED = {"Finding"}
ERRORS = {"AtlasError", "InputError", "CRSError", "LayerError"}


@cache
def calls() -> list[tuple[str, ast.Call]]:
    """Return every call that the packages make, with its file."""
    return [
        (place, node)
        for package in ("geo", "layers", "app")
        for path in (ROOT / package).rglob("*.py")
        for place in [str(path.relative_to(ROOT))]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]


def used() -> dict[str, str]:
    """Return every code that stands in the packages as it is, with where it stands."""
    found: dict[str, str] = {}
    for place, node in calls():
        values = [word.value for word in node.keywords if word.arg in KEYWORDS]
        if isinstance(node.func, ast.Name) and node.func.id in CALLED:
            values += node.args[:1]
        for value in values:
            text = value.value if isinstance(value, ast.Constant) else None
            if isinstance(text, str) and CODE.fullmatch(text):
                found[text] = f"{place}:{node.lineno}"
    return found


def raised() -> Iterator[tuple[str, ast.Call, dict[str | None, ast.expr]]]:
    """Yield every error of the packages that is made: its file, the call, and its keywords."""
    for place, node in calls():
        if getattr(node.func, "id", getattr(node.func, "attr", "")) in ERRORS:
            yield place, node, {word.arg: word.value for word in node.keywords}


def fields(text: str) -> set[str]:
    """Return what is filled in; what is in one language has its letters at the end of its name."""
    names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return {re.sub(r"(^|_)(zh|en)$", "", name) for name in names}


def named(code: str) -> set[str]:
    """Return what is filled in, in either language, by the names of the values."""
    entries = catalogue()[code].values()
    texts = [
        form for each in entries for form in ([each] if isinstance(each, str) else each.values())
    ]
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_that_is_used_has_a_sentence() -> None:
    codes = used()
    assert len(codes) > 150
    assert {code: place for code, place in codes.items() if code not in catalogue()} == {}


def test_no_error_is_raised_without_a_code() -> None:
    silent = [
        f"{place}:{node.lineno}"
        for place, node, keywords in raised()
        if not {"code", None} & keywords.keys()
    ]
    assert silent == []


def test_every_error_brings_what_its_sentence_is_filled_in_with() -> None:
    lacking = {
        f"{place}:{node.lineno}": missing
        for place, node, keywords in raised()
        if None not in keywords
        and isinstance(code := keywords.get("code"), ast.Constant)
        and (missing := named(str(code.value)) - keywords.keys())
    }
    assert lacking == {}


def test_every_reason_why_a_pattern_cannot_be_told_has_a_sentence() -> None:
    for reason in REFUSED:
        assert named(f"pattern.{reason}") <= {"n", "fewest"}


def test_many_names_are_cut_and_listed_as_the_language_does() -> None:
    values = {"value": "x", "names": [f"column {n}" for n in range(99)]}
    assert "column 0、column 1" in sentence("option.one_of", "zh", values)
    assert "column 0, column 1" in sentence("option.one_of", "en", values)
    assert "column 40" not in sentence("option.one_of", "en", values)


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_a_sentence_is_there_in_both_languages_and_says_the_same(code: str) -> None:
    entry = catalogue()[code]
    assert set(entry) == {"zh", "en"}
    english = entry["en"]
    if not isinstance(english, str):  # whose words follow a number
        assert set(english) == {"of", "one", "other"}
        assert english["of"] in fields(entry["zh"]) & fields(english["one"])
        english = f"{english['one']} {english['other']}"
    words = {"zh": str(entry["zh"]), "en": english}
    assert fields(words["zh"]) <= fields(words["en"])
    without = re.sub(r"\{[^}]*\}", "", words["zh"])
    assert CHINESE.search(without) or not re.search(r"[A-Za-z]{3}", without), without
    assert not CHINESE.search(
        re.sub(r"[“\"（(\[][^”\"）)\]]*[”\"）)\]]|\{[^}]*\}", "", words["en"])
    ), code
    for text in words.values():
        assert not PYTHON.search(text), text


def test_what_is_filled_in_cannot_break_a_sentence() -> None:
    hostile = "{0} {x!r} %s <b>"
    said = sentence("file.empty", "zh", {"name": f"\x1b{hostile}\u202e\x07"})
    assert hostile in said
    assert said.isprintable()
    assert "1,234,567" in sentence("rows.aside", "en", {"rows": 1_234_567})


def test_an_error_without_a_code_still_has_a_sentence() -> None:
    for error in (InputError("f: x is 3. Pass 4."), CRSError("f: no CRS")):
        assert CHINESE.search(error.sentence("zh"))
        assert "f:" not in error.sentence("zh")


def test_a_count_of_one_reads_as_well_as_many() -> None:
    crossing = {"row": 3, "x": 1, "y": 2, "before_ha": 1, "after_ha": 2}
    totals = {"total_before_ha": 1, "total_after_ha": 2}
    told = sentence("geometry.crossing", "en", {"rows": 1, **crossing, **totals})
    assert told.startswith("Shapes whose boundary crosses itself: 1, such as row 3")
    residual = {"matched": 3, "before_m": 660, "after_m": 0}
    assert "660 m away from the known ones, and 0 m after" in sentence(
        "coordinates.gcj02", "en", residual
    )
    assert "AMap" in sentence("coordinates.gcj02", "en", residual)


def test_no_code_has_two_sentences() -> None:
    # else the file that is read last decides which of them is said
    files = sorted((ROOT / "geo" / "words").glob("*.json"))
    codes = [code for file in files for code in json.loads(file.read_text(encoding="utf-8"))]
    assert len(codes) == len(set(codes)) == len(catalogue())
