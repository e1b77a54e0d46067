"""The pages without a browser: happy, empty and bad input, and what a click does."""

from __future__ import annotations

import ast
import json
import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pptx
import pytest
from streamlit.testing.v1 import AppTest

import layers
from app.texts import LANGUAGES, _texts
from app.web import export, maps, shell
from app.web.overview import belongs_to, members_of
from app.web.tables import reasons
from layers.look.sheet import INTERNAL, Review
from layers.look.symbology import value_label
from layers.outputs import output
from layers.questions.kinds import kinds
from layers.questions.overview import Overview
from layers.questions.subjects import Points
from layers.record.specification import asked

if TYPE_CHECKING:
    from layers.record.specification import MapSpec

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["overview", "density", "coverage", "distribution", "pattern", "own", "locate", "sources"]
TIMEOUT_S = 60
CHINESE = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile(r"[A-Za-z]{2,}")
TITLES, CELLS = (re.compile(rf"<{tag}\b[^>]*>([^<]*)</{tag}>") for tag in ("th", "td"))
# What each page takes along, as a specification calls it.
TAKEN = {name: [name] for name in PAGES} | {"own": [], "locate": [], "sources": ["layer"]}
MADE = [f"export{kind}" for kind in export.KINDS]


def page(name: str, **parameters: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=TIMEOUT_S)
    for key, value in parameters.items():
        test.query_params[key] = value
    return test.switch_page(f"app/pages/{name}.py").run()


def words(test: AppTest) -> str:
    parts = [*test.caption, *test.info, *test.error, *test.metric]
    said = " ".join(f"{getattr(part, 'label', '')} {part.value}" for part in parts)
    return said.replace("\xa0", " ")


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[MapSpec]:
    """Return the list to which pages add what they take along, as if its review were decided."""
    specs: list[MapSpec] = []
    monkeypatch.setattr(export, "decided", lambda: (Review(INTERNAL), INTERNAL, ""))
    monkeypatch.setattr(export, "verdicts", lambda spec: not specs.append(spec))
    return specs


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_runs_in_both_languages_and_takes_along_what_it_shows(
    name: str, lang: str, taken: list[MapSpec]
) -> None:
    test = page(name, lang=lang)
    assert not test.exception
    assert not test.error
    assert [(spec.map, spec.lang) for spec in taken] == [(each, lang) for each in TAKEN[name]]
    offered = [button.key for button in test.button]
    assert [key in offered for key in MADE] == [bool(taken)] * len(MADE)
    if lang == "en" and name != "sources":
        assert [words for spec in taken for words in on_map(spec) if CHINESE.search(words)] == []
    if name == "sources":
        assert_tables(test, lang)


def assert_tables(test: AppTest, lang: str) -> None:
    """Every table of the sources has its titles in the language, and conflicts their kinds."""
    tables = [part.proto.body for part in test.get("html") if "<th" in part.proto.body]
    titles = [TITLES.findall(table) for table in tables]
    assert len(tables) == len(["layers", "features", "conflicts", "documents", "area"])
    kind = layers.resource("conflicts").field("kind").title(lang)
    (conflicts,) = (n for n, columns in enumerate(titles) if kind in columns)
    cells = CELLS.findall(tables[conflicts])
    kinds = cells[titles[conflicts].index(kind) :: len(titles[conflicts])]
    assert len(kinds) == len(layers.load("conflicts"))
    said = " ".join([*kinds, *(title for columns in titles for title in columns)])
    foreign = CHINESE if lang == "en" else LATIN
    assert set(foreign.findall(said)) <= {"km"}


def on_map(spec: MapSpec) -> list[str]:
    """Return what the map of a page says of its results in its language."""
    shown = json.loads(maps.document(asked(spec), lang=spec.lang))["layers"]
    return [
        each[key][spec.lang]
        for layer in shown
        if layer["group"] == "analysis"
        for key, parts in (
            ("title", [layer, *layer.get("fields", ())]),
            ("label", layer["classes"]),
        )
        for each in parts
    ]


def test_a_table_is_taken_along_as_slides_alone(taken: list[MapSpec]) -> None:
    test = page("sources", layer="programmes")
    (spec,) = taken
    assert (spec.map, dict(spec.parameters)) == ("layer", {"layer": "programmes"})
    offered = [button.key for button in test.button]
    assert [key for key in MADE if key in offered] == ["export.pptx"]
    deck = pptx.Presentation(BytesIO(output(spec, ".pptx")))
    assert spec.titled().title in deck.slides[0].shapes.title.text


def test_density_of_one_category_uses_its_points_only() -> None:
    test = page("density", category='["university"]')
    universities = Points.usual("platforms", category=("university",))
    assert f"{len(universities.located())} 个点" in words(test)


def test_density_without_points_says_what_to_do() -> None:
    nowhere = Points("platforms", category=("computing",), level=("provincial",))
    assert nowhere.located().empty
    test = page("density", category='["computing"]', level='["provincial"]')
    assert not test.exception
    assert "请在侧栏里放宽类别或级别" in test.info[0].value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("layer", "streets"),
        ("bandwidth", "-5"),
        ("bandwidth", "wide"),
        ("category", '["nothing"]'),
        ("category", "{"),
        ("kernel", "<script>"),
    ],
)
def test_a_bad_link_opens_the_default_view(key: str, value: str) -> None:
    test = page("density", **{key: value})
    assert not test.exception
    assert f"（{key}）" in test.toast[0].value
    assert test.select_slider(key="bandwidth@zh").value == "auto"
    assert test.selectbox(key="layer@zh").value == "platforms"


def test_a_choice_goes_into_the_address_and_a_default_leaves_it() -> None:
    test = page("density")
    assert "bandwidth" not in test.query_params
    test.select_slider(key="bandwidth@zh").set_value("5000").run()
    assert test.query_params["bandwidth"] in ("5000", ["5000"])
    test.select_slider(key="bandwidth@zh").set_value("auto").run()
    assert "bandwidth" not in test.query_params


def test_coverage_grows_with_distance() -> None:
    near, usual = (page("coverage", **chosen) for chosen in ({"distance": "1000"}, {}))
    assert not near.exception
    near, usual = near.metric[0].value, usual.metric[0].value
    assert float(near.split()[0]) < float(usual.split()[0])


def tables_of_rows(test: AppTest) -> list[str]:
    """Return the tables of a page whose rows can be clicked, as they are drawn."""
    sent = [json.loads(each.proto.json) for each in test.get("bidi_component") if each.proto.json]
    return [data["table"] for data in sent if "table" in data]


def test_coverage_of_demand_points() -> None:
    test = page("coverage", demand="projects")
    assert not test.exception
    title = _texts()["column.demand_covered_pct"]["zh"]
    assert any(title in table for table in tables_of_rows(test))


def test_sources_filter_finds_and_says_when_nothing_matches() -> None:
    test = page("sources")
    test.text_input(key="filter").set_value("超算").run()
    assert not test.exception
    test.text_input(key="filter").set_value("没有这个词").run()
    assert "请换一个词" in test.info[0].value


def test_selecting_keeps_the_document_that_is_kept() -> None:
    document = maps.document(Overview("224"), lang="zh")
    chosen = maps.selecting(document, "circle-gaoxin", "circles")
    selected = {"layer": "circles", "id": "circle-gaoxin"}
    assert json.loads(document)["selected"] is None
    assert json.loads(chosen) == json.loads(document) | {"selected": selected}
    found = maps.selecting(document, "circle-gaoxin", "circles", facts={"每 km² 个数": "0.108"})
    assert json.loads(found)["selected"] == selected | {"facts": [["每 km² 个数", "0.108"]]}
    assert maps.selecting(document, None) == document
    assert maps.selecting(chosen, "city-science", "cities") == chosen


def test_every_text_is_there_in_both_languages_and_used() -> None:
    texts = _texts()
    sources = [
        *(ROOT / "app").rglob("*.py"),
        *(ROOT / "layers").rglob("*.py"),
        ROOT / "streamlit_app.py",
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    nodes = [
        node for path in sources for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    ]
    constants = {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # A select box without titles takes the texts of its options from under its label's.
    constants |= {
        f"{node.args[1].value}."
        for node in nodes
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "choose"
        and all(keyword.arg != "title" for keyword in node.keywords)
    }
    for kind in kinds():
        constants |= {kind.words_key(), f"spec.{kind.MAP}.{kind.LOOK}"}
    for key, entry in texts.items():
        assert {"zh", "en"} <= set(entry) <= set(LANGUAGES), key
        assert all(entry.values()), key
        # What is said of a visitor's own data in place of another sentence.
        base = key.removesuffix(".own")
        prefixes = {each.rsplit(".", 1)[0] + "." for each in (key, base)}
        assert constants & {key, base, *prefixes}, f"{key} is not used"
    assert json.dumps(texts)
    assert "st.error(" in code


def test_no_chinese_text_stands_in_the_code_of_the_interface() -> None:
    for path in [*(ROOT / "app").rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        found = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docs
            and any("\u4e00" <= character <= "\u9fff" for character in node.value)
        ]
        allowed = {"texts.py": ["中文"], "cli.py": None}
        if allowed.get(path.name, []) is not None:
            assert found == allowed.get(path.name, []), path.name


def test_members_are_told_once_with_kind_role_and_sentence() -> None:
    members = members_of("circle-gaoxin", "zh")
    assert len({each.id for each in members}) == len(members)
    first = members[0]
    assert (first.kind, first.role) == ("节点与板块", "核心")
    assert "梅溪湖等技术集聚区" in first.quote
    assert "circle-gaoxin" in {each.id for each in belongs_to(first.id, "en")}
    for role in layers.load("memberships")["role"].unique():
        assert value_label("role", role, lang="zh") != role


def test_each_feature_without_a_place_has_its_reason() -> None:
    unlocated = Points("projects").unlocated()
    said = dict(zip(unlocated["entity_kind"], reasons(unlocated), strict=True))
    assert said["initiative"] == "行动本身没有位置"
    assert all(said.values())


@pytest.mark.parametrize(("lang", "skip"), [("zh", "跳到正文"), ("en", "Skip to the page itself")])
def test_the_browser_is_told_the_language_of_the_page(
    monkeypatch: pytest.MonkeyPatch, lang: str, skip: str
) -> None:
    told: list[dict[str, str]] = []
    monkeypatch.setattr(shell, "_component", lambda **given: told.append(given["data"]))
    monkeypatch.setattr(shell, "interface", lambda: lang)
    monkeypatch.setattr("app.texts.interface", lambda: lang)
    shell.shell()
    assert told == [{"lang": lang, "skip": skip}]
