"""Texts stand in the words files of their rooms, each once and in both languages."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from app.texts import LANGUAGES
from layers.plan.area import area, open_plan
from layers.questions.subjects import Points
from layers.scene.known import zone_only_words
from layers.words import unit_label

ROOT = Path(__file__).parents[1]
CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]")
FILES = sorted(
    [
        *ROOT.glob("geo/words/*.json"),
        *ROOT.glob("app/words/*.json"),
        *ROOT.glob("app/*/words.json"),
        *ROOT.glob("layers/**/words.json"),
    ]
)
# Code with Chinese in it, and why it is no text for a reader.
ALLOWED = {
    "geo/exchange/angles.py": "how others write degrees",
    "geo/exchange/cell_quotes.py": "signs that begin a formula",
    "geo/exchange/columns.py": "how others call a column of names",
    "geo/exchange/coordinates.py": "names of map services, one for both languages",
    "geo/exchange/delimited.py": "marks between the cells of others",
    "geo/exchange/geometry.py": "how others call a column of names",
    "geo/exchange/geocoders.py": "how map services call themselves and what they find",
    "geo/exchange/headers.py": "how others call columns of places",
    "geo/exchange/labels.py": "how others name a datum",
    "geo/exchange/places.py": "marks between the coordinates of others",
    "geo/exchange/plots.py": "words of a file format for parcels",
    "geo/exchange/rehearsal.py": "a file to practise on",
    "geo/exchange/stated_crs.py": "how others name a datum",
    "geo/exchange/tables.py": "marks between the coordinates of others",
    "geo/zoned/people.py": "how others name the unit of a raster",
    "layers/keeping/pasted.py": "how others name a datum",
    "layers/plan/spelling.py": "characters that are spelt otherwise in names",
    "layers/plan/zonings.py": "how others call a column of English names",
    "layers/review/papers.py": "how numbers of reviewed maps are written",
    "layers/scene/scene.py": "brackets that a name is cut at",
    "layers/type/line_breaks.py": "units that stay with their number",
    "layers/type/outside_texts.py": "classes of characters",
    "layers/type/table_grids.py": "the bracket before a unit",
    "layers/web/document.py": "what the data package says of lists",
    "app/texts.py": "a language by its own name",
}


def chinese(path: Path) -> list[str]:
    """The texts in a module that hold Chinese, without its docstrings."""
    text = path.read_text(encoding="utf-8")
    # As themselves or by their number: to parse all modules takes seconds.
    if not CHINESE.search(text) and not re.search(r"\\[uUN]", text):
        return []
    tree = ast.parse(text)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in said and CHINESE.search(node.value)
    ]


def test_no_text_for_readers_stands_in_code() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ("app", "geo", "layers")
        for path in (ROOT / room).rglob("*.py")
        if chinese(path)
    }
    assert found - set(ALLOWED) == set()
    assert set(ALLOWED) - found == set(), "no longer needed"


def test_no_text_for_readers_stands_in_scripts() -> None:
    for path in [*ROOT.glob("layers/assets/*.js"), *ROOT.glob("app/**/*.js")]:
        lines = re.sub(r"^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert not CHINESE.search(lines), path.name


def filled(text: str) -> set[str]:
    """The values that a text is filled in with."""
    return set(re.findall(r"{(\w+)}", text))


def forms(text: str | dict[str, str]) -> list[str]:
    """The text, or each of its forms by a number."""
    return [text] if isinstance(text, str) else [text[key] for key in text if key != "of"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_text_is_there_in_both_languages(path: Path) -> None:
    floor = path.relative_to(ROOT).parts[0]
    for key, entry in json.loads(path.read_text(encoding="utf-8")).items():
        # The interface may have more; what maps and files say has these two.
        assert {"zh", "en"} <= set(entry) <= {"zh", "en", *(LANGUAGES if floor == "app" else ())}
        assert isinstance(entry["zh"], str)
        english = forms(entry["en"])
        assert english == [entry["en"]] or len(english) == 2, key  # one and other
        # The switch of languages has the name of the other one, sentences the words of a program.
        if key not in ("map.language", "plots.none"):
            assert not re.search(r"[\u4e00-\u9fff]", "".join(english)), key
        # One counts all that share an area, the other those beside the first; a tab has no room.
        if floor != "geo" and key not in ("zone.shared", "distribution.unlocated"):
            assert all(filled(form) == filled(entry["zh"]) for form in english), key


def test_sentences_take_amounts_with_their_unit() -> None:
    assert [
        form
        for path in FILES
        for entry in json.loads(path.read_text(encoding="utf-8")).values()
        for lang in ("zh", "en")
        for form in forms(entry[lang])
        if re.search(r"亿元|million CNY", form) and filled(form) and form.endswith(("。", "."))
    ] == []


def test_what_is_added_up_is_called_by_the_plan_and_by_no_text_of_every_plan() -> None:
    assert [
        f"{path.name}: {key}"
        for path in FILES
        for key, entry in json.loads(path.read_text(encoding="utf-8")).items()
        for lang in ("zh", "en")
        for form in forms(entry[lang])
        if re.search(r"投资|亿元|[Ii]nvest|CNY", form)
    ] == []


def test_a_unit_is_known_from_one_reading_of_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unit_label("100 million CNY") == "亿元"
    monkeypatch.delattr("layers.words.registry")
    assert unit_label("100 million CNY", lang="en") == "100 million CNY"


# Words of commands, which their help ends by itself, and what begins or parts a sentence.
UNENDED = ("command.", "option.", "help.", "kind.", "family.", "sheet.stop", "app.counted")
UNENDED += ("geometry.which",)


def test_a_sentence_ends_with_a_stop_and_a_label_with_none() -> None:
    ended = {
        f"{key}: {form}": (
            form.rstrip().endswith(("。", ".")),
            entry["zh"].rstrip().endswith("。"),
            key,
        )
        for path in FILES
        for key, entry in json.loads(path.read_text(encoding="utf-8")).items()
        if not key.startswith(UNENDED)
        for form in forms(entry["en"])
    }
    assert [told for told, (en, zh, _) in ended.items() if en != zh] == []
    assert [
        told
        for told, (en, _, key) in ended.items()
        if not en and re.search(r"((^|[._])help|_meaning)([._]|$)", key)
    ] == []


def test_a_head_of_a_column_has_its_unit_in_brackets() -> None:
    heads = {
        form
        for path in FILES
        for key, entry in json.loads(path.read_text(encoding="utf-8")).items()
        if re.search(r"(^|\.)(column|result)\.", key)
        for lang in ("zh", "en")
        for form in forms(entry[lang])
    }
    assert {"占比（%）", "Share (%)"} <= heads
    assert [head for head in heads if re.search(r"(?<!per) (%|k?m²?)$|\d–\d$", head)] == []


@pytest.mark.parametrize("floors", [("geo",), ("layers", "app")])
def test_no_text_stands_twice(floors: tuple[str, ...]) -> None:
    files = [path for path in FILES if path.relative_to(ROOT).parts[0] in floors]
    keys = [key for path in files for key in json.loads(path.read_text(encoding="utf-8"))]
    assert [key for key, times in Counter(keys).items() if times > 1] == []


def test_texts_for_every_plan_name_no_layer_and_no_place_of_one() -> None:
    names = {"新区", "New Area"}
    for folder in (ROOT / "data").glob("*/area.yaml"):
        with open_plan(folder.parent.name):
            for layer in area().points:
                names |= {Points(layer).noun("zh"), Points(layer).noun("en")}
    assert {"项目", "high-tech zones"} <= names
    assert {
        f"{path.name}: {key}: {name}"
        for path in FILES
        for key, entry in json.loads(path.read_text(encoding="utf-8")).items()
        for lang in ("zh", "en")
        for form in forms(entry[lang])
        for name in names
        if re.search(rf"{name}|\b{name.removesuffix('s')}\b", form)
    } == set()


# What stands alone on a page or in a legend, by the beginnings of its keys.
ALONE = (
    *("map.time_all", "map.time_by", "map.time_shown"),
    *("slides.amount", "density.auto", "density.compare.", "choose.none", "locate.every", "basis."),
    *("locate.datum.", "own.column.", "own.layer.", "own.crs.", "own.datum.", "own.quantity."),
)


def test_what_stands_alone_begins_with_a_capital_letter_in_english() -> None:
    alone = {
        key: str(entry["en"])
        for path in FILES
        for key, entry in json.loads(path.read_text(encoding="utf-8")).items()
        if key.startswith(ALONE)
    }
    alone["zone_only"] = zone_only_words().en
    assert len(alone) > len(ALONE)
    assert [text for text in alone.values() if text[:1].islower()] == []
