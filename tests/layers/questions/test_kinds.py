"""Every kind of map, and one that nobody has heard of: whoever must know all kinds knows them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Annotated, ClassVar

import geopandas as gpd
import pandas as pd
import pptx
import pyogrio
import pytest
from pyproj import CRS

from app import warm
from app.web import maps as pages
from geo.crs import reckoned_in
from geo.errors import InputError
from geo.numerals import number
from geo.transformations import named
from layers.look.sheet import Sheet
from layers.outputs import output
from layers.plan import zonings
from layers.plan.area import map_crs
from layers.plan.zonings import zoning
from layers.questions import Distribution, zone_counts
from layers.questions.asking import parameters_of, question_of
from layers.questions.coverage import Coverage
from layers.questions.density import density_unit_of
from layers.questions.distribution import Shown
from layers.questions.fields import Field, Item, items
from layers.questions.kinds import Kind, forget, kind_of, kinds, looks, maps, register
from layers.questions.subjects import Points, Zones
from layers.record.schema import schema
from layers.record.specification import asked, read_spec, specified
from tests.layers.keeping.test_answers import spoil, told

if TYPE_CHECKING:
    from collections.abc import Iterator

SHEET = Sheet("", "internal", date="2026-11-21", dpi=60)
KINDS = {kind.title_words(): kind for kind in kinds()}


@dataclass(frozen=True, slots=True)
class Spare(Kind):
    """How many more points each zone could take: a kind for this test."""

    MAP: ClassVar[str] = "spare"
    WORDS: ClassVar[dict[str, tuple[str, str]]] = {
        "spec.spare": ("{noun}的余量", "Room for more {noun}"),
        "kind.spare": ("各分区还能容纳几个", "How many more each zone could take."),
        "field.most": ("每个分区最多几个", "most that a zone takes"),
        "column.spare": ("余量", "Spare"),
    }

    points: Points
    zones: Zones
    most: Annotated[int, Field(low=1)] = 100

    @property
    def column(self) -> str:
        return "spare"

    @property
    def columns(self) -> tuple[str, ...]:
        return ("count",)

    def answer(self) -> gpd.GeoDataFrame:
        zones = zone_counts(Distribution(self.points, self.zones))
        return zones.assign(spare=self.most - zones["count"])


@pytest.fixture
def spare() -> Iterator[type[Spare]]:
    yield register(Spare)
    forget(Spare)


@pytest.mark.usefixtures("spare")
def test_a_kind_from_outside_has_command_schema_map_print_slides_and_files(run, tmp_path) -> None:
    asks = Distribution(Points.usual("platforms"), Zones("districts"))
    counts = zone_counts(asks).set_index("id")
    words = ("spare", "--layer", "platforms", "--zoning", "districts", "--most", 60)
    rows = pd.DataFrame(json.loads(run(*words, "--spec", tmp_path / "s.yaml", "--json").stdout))
    assert rows.set_index("id")["spare"].to_dict() == (60 - counts["count"]).to_dict()
    assert "most that a zone takes" in run("spare", "--help").stdout
    assert "spare" in schema()["properties"]["map"]["enum"]
    spec = read_spec(tmp_path / "s.yaml", dpi=60)
    with pytest.raises(InputError, match=r"parameters\.most"):
        read_spec(spec.to_dict() | {"parameters": {"most": 0}})
    assert spec.titled().title == "现有平台的余量"
    assert output(spec, ".png").startswith(b"\x89PNG")
    _, second = pptx.Presentation(BytesIO(output(spec, ".pptx"))).slides
    (table,) = (shape.table for shape in second.shapes if shape.has_table)
    # What the bars beside it show stands there alone.
    assert [cell.text for cell in table.rows[0].cells] == ["分区", "现有平台数（个）"]
    (bars,) = (shape.chart.plots[0].series[0] for shape in second.shapes if shape.has_chart)
    assert next(iter(bars.values)) == pytest.approx(60 - counts["count"].min(), abs=0.01)
    (tmp_path / "s.gpkg").write_bytes(output(spec, ".gpkg"))
    names = [name for name, _ in pyogrio.list_layers(tmp_path / "s.gpkg")]
    read = [gpd.read_file(tmp_path / "s.gpkg", layer=name) for name in names]
    assert any("spare" in frame for frame in read)
    document = json.loads(pages.document(asked(spec), lang="en"))
    assert "Spare" in [layer["title"]["en"] for layer in document["layers"]]
    assert asked(spec).facts(counts.index[0], "districts", "en") == [
        ("Spare", number(60 - counts["count"].iloc[0]))
    ]


def test_a_kind_that_is_forgotten_is_nowhere() -> None:
    assert "spare" not in maps()
    with pytest.raises(InputError, match="there is no map 'spare'"):
        kind_of("spare")


@pytest.mark.parametrize("name", KINDS)
def test_what_is_asked_is_written_down_and_asked_again(name: str) -> None:
    kind = KINDS[name]
    question = question_of(kind, {})
    assert question_of(kind, parameters_of(question)) == question
    again = read_spec(specified(question, SHEET).to_dict())
    assert asked(again, checked=False) == question
    with pytest.raises(InputError):
        read_spec(again.to_dict() | {"parameters": {**again.parameters, "nothing": 1}})


# Of what takes long, little.
LITTLE = {"permutations": 99, "simulations": 19, "distances_m": [1000, 2000]}


def test_every_question_reckons_in_the_crs_of_the_plan() -> None:
    said = {}
    for name, kind in KINDS.items():
        if kind.MAP in ("pattern", "coverage", "density"):
            names = {item.name for item in items(kind)}
            asked = {key: value for key, value in LITTLE.items() if key in names}
            said[name] = question_of(kind, asked).answer().attrs["crs_used"]
    assert set(said.values()) == {named(CRS.from_user_input(map_crs()))}, said


def test_a_grid_is_the_same_whoever_asks_for_it() -> None:
    zonings._cells.cache_clear()
    with reckoned_in(map_crs()):
        first = zoning("squares").geometry
    zonings._cells.cache_clear()
    assert zoning("squares").geometry.equals(first)


def beyond(item: Item) -> list[object]:
    """Return what a number cannot be."""
    about = item.about
    if item.hint not in {int, float}:
        return []
    steps = [(about.low, -1), (about.high, 1), (about.above, 0), (about.below, 0)]
    return ["many", True, *(bound + step for bound, step in steps if bound is not None)]


@pytest.mark.parametrize("name", KINDS)
def test_question_and_schema_refuse_the_same_numbers(name: str) -> None:
    kind = KINDS[name]
    look = {"look": kind.LOOK} if kind.LOOK else {}
    for item in items(kind):
        for value in beyond(item):
            wrong = {**look, item.name: value}
            with pytest.raises(InputError, match=rf"--x-{item.name} is .*it can be"):
                question_of(kind, wrong, called=lambda name: f"--x-{name}")
            with pytest.raises(InputError, match=rf"parameters\.{item.name}"):
                read_spec({"map": kind.MAP, "parameters": wrong, "sheet": {"review_number": "1"}})
    with pytest.raises(InputError, match="nan"):
        question_of(Coverage, {"distance_m": float("nan")})


def test_a_size_goes_with_cells_that_have_one_wherever_it_is_asked() -> None:
    for size in ({"cell_m": 900}, {"h3_resolution": 6}):
        parameters = {"zoning": "districts", **size}
        spec = read_spec("distribution", review_number="internal")
        with pytest.raises(InputError, match="goes with zoning"):
            asked(replace(spec, parameters=parameters))


def test_people_are_asked_for_by_rates_alone() -> None:
    names = {name: [item.name for item in items(kind)] for name, kind in KINDS.items()}
    assert [name for name in KINDS if "population" in names[name]] == ["distribution counts"]


@pytest.mark.parametrize("name", KINDS)
def test_every_field_has_words_a_type_and_an_option(name: str) -> None:
    kind = KINDS[name]
    known = items(kind)
    assert len({item.option for item in known}) == len(known)
    for item in known:
        zh, en = (kind.field_words(item.name, lang) for lang in ("zh", "en"))
        assert zh != en
        assert item.schema()
    for lang in ("zh", "en"):
        assert kind.word(kind.words_key(), lang)


@pytest.mark.parametrize("name", KINDS)
def test_who_writes_into_an_answer_spoils_it_for_nobody(name: str) -> None:
    question = question_of(KINDS[name], {})
    first = question.answer()
    before = told(first)
    spoil(first)
    assert told(question.answer()) == before


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_shown_and_told_in_both_languages(name: str) -> None:
    question = question_of(KINDS[name], {})
    titles = {question.title(lang) for lang in ("zh", "en")}
    assert len(titles) == 2
    for lang in ("zh", "en"):
        assert question.content(lang).frames
        assert question.explained(lang)
        for figures in question.figures(lang):
            assert figures.title
            assert figures.text or figures.table or figures.chart


@pytest.mark.parametrize("name", maps())
def test_one_look_of_each_map_is_meant_where_none_is_named(name: str) -> None:
    first, *others = looks(name)
    assert kind_of(name) is first
    for kind in (first, *others):
        assert kind_of(name, kind.LOOK) is kind
    with pytest.raises(InputError):
        kind_of(name, "nothing")


def test_the_command_line_has_every_kind(run) -> None:
    for name in maps():
        shown = run(name, "--help").stdout
        for kind in looks(name):
            assert kind.COMMAND in shown


def test_the_warm_up_asks_what_each_map_opens_with(monkeypatch) -> None:
    found = []
    monkeypatch.setattr(warm.sealed, "warm", lambda: None)
    monkeypatch.setattr(warm.maps, "document", lambda question, **_: found.append(question))
    monkeypatch.setattr(Kind, "warm", lambda _: None)
    for kind in kinds():
        monkeypatch.setattr(kind, "warm", lambda _: None)
    warm.up()
    assert found == [question_of(looks(name)[0], {}) for name in maps()]


def test_the_first_question_of_every_map_is_one_of_another_plan_too() -> None:
    import layers  # noqa: PLC0415 - the plan is opened here alone

    with layers.open_plan("hunan_hightech"):
        for name in maps():
            question = question_of(looks(name)[0], {})
            assert read_spec(specified(question, SHEET).to_dict())
        assert schema()["properties"]["pages"]["enum"] == ["prefectures", "category", "brief"]


def test_sums_and_densities_of_another_column_are_called_by_its_name() -> None:
    """Under the title of the amounts of the layer, lengths would read as money."""
    points, zones = Points("projects"), Zones("circles")
    other = Shown(Distribution(points, zones, "accuracy_m"), "investment")
    assert other.titles == ("“位置精度（1σ）”合计", "Sum of Accuracy, 1σ")
    assert Shown(Distribution(points, zones), "investment").titles[0] == "投资额（亿元）"
    assert density_unit_of(points, "accuracy_m", "per_km2", "en") == "Accuracy, 1σ per km²"
    assert density_unit_of(points, points.amount, "per_km2", "zh") == "亿元/km²"
    assert density_unit_of(points, None, "per_km2", "en") == "per km²"
    assert Zones("hexagons", cell_m=2500).title("zh") == "六边形格网（2.5 km）"
    assert Zones("h3", h3_resolution=7).title("en") == "H3 cells (H3 resolution 7)"


@pytest.mark.parametrize(
    ("name", "look"),
    [("distribution", "quotients"), ("distribution", "uncertainty"), ("coverage", "zones")],
)
def test_tables_of_slides_name_columns_kinds_and_zones_in_words(name, look):
    question = question_of(kind_of(name, look), {})
    for lang, words in (("zh", r"[一-鿿]"), ("en", r"[A-Z]")):
        for table in (each.table for each in question.figures(lang)):
            named = [*table.header, *(row[0] for row in table.rows)]
            assert [each for each in named if not re.search(words, each)] == []


def test_a_curve_of_coverage_is_told_by_lines():
    (figures,) = question_of(kind_of("coverage", "curve"), {}).figures("en")
    assert figures.table is None
    assert figures.chart.categories[3] == "4 km"
    once, doubly = (values for _, values in figures.chart.series)
    assert list(once) == sorted(once)
    assert all(a >= b for a, b in zip(once, doubly, strict=True))
