"""What the slides after a map tell: few rows, told as everywhere, called by what is found."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from layers.book.claims import headline
from layers.book.map_deck import _titles, slides_of
from layers.book.slides import COLUMNS_ON_SLIDE, ROWS_ON_SLIDE, _foremost, _left_out
from layers.look.overlays import Choropleth
from layers.look.sheet import Sheet
from layers.look.told import in_words
from layers.plan.area import map_crs, open_plan
from layers.plan.catalogue import names
from layers.questions.asking import question_of
from layers.questions.autocorrelation import Autocorrelation
from layers.questions.clusters import Clusters
from layers.questions.concentration import Concentration
from layers.questions.coverage import Coverage, Curve, Reach
from layers.questions.kinds import looks, maps
from layers.questions.layer import MOST_ROWS, Layer
from layers.questions.mix import Diversity, Quotients, Specialisation
from layers.questions.overview import Overview
from layers.questions.subjects import Zones
from layers.questions.uncertainty import Ahead, Intervals
from layers.record.specification import asked, read_spec, specified
from layers.scene.resolved import scene
from layers.type.tables import Table

KINDS = [kind for name in maps() for kind in looks(name)]


def test_quotients_have_the_digits_of_the_page():
    (figures,) = question_of(Quotients, {}).figures("en")
    cells = [cell for row in figures.table.rows for cell in row[2:]]
    assert cells
    assert all(re.fullmatch(r"\d[\d,]*\.\d|0\.\d\d|0|–", cell) for cell in cells)


@pytest.mark.parametrize("name", names())
def test_a_layer_has_no_more_rows_than_slides_have_room_for(name):
    for figures in Layer(name).figures("en"):
        assert figures.table is None or len(figures.table.rows) <= MOST_ROWS


def test_what_is_from_where_stands_above_the_rows_of_a_table_without_places():
    (figures,) = Layer("indicators").figures("zh")
    assert figures.table.rows
    assert any(each.startswith("来源：") for each in figures.text)
    with open_plan("tests/areas/tiny"):
        (figures,) = Layer("sources").figures("zh")
        assert "来源：来源" not in figures.title


def test_figures_of_many_units_have_each_their_own_decimals():
    (figures,) = Layer("indicators").figures("en")
    told = {row[0]: row[1] for row in figures.table.rows}
    assert told["implementation period of the plan"] == "3"
    assert told["high-tech value added as share of GDP"] == "38.3"


@pytest.mark.parametrize("kind", [Quotients, Specialisation, Diversity, Concentration, Ahead])
def test_zones_have_the_colours_of_what_the_title_tells(kind):
    question = question_of(kind, {})
    most = question.zones_shown()[question.column].max()
    assert in_words(most, question.column) in headline(question, "en")
    there = question.counted_in(Zones("districts"))
    zone = there.zones_shown().dropna(subset=there.column)["id"].iloc[0]
    ((title, _),) = question.facts(zone, "districts", "en")
    assert title == there.column_title(there.column, "en")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.MAP}-{kind.LOOK}")
def test_columns_of_figures_stand_at_the_right_and_words_at_the_left(kind):
    for table in (each.table for each in question_of(kind, {}).figures("en")):
        if table is None or kind is Layer:
            continue
        for at, cells in enumerate(zip(*table.rows, strict=True)):
            figures = all(re.match(r"[−≥≤<>≈]?\s?\d|–$", cell) for cell in cells)
            assert (at in table.numeric) == figures, (table.header[at], cells[:3])


def test_a_curve_names_few_distances_and_its_title_tells_where_half_is_covered():
    (figures,) = question_of(Curve, {}).figures("en")
    assert figures.chart.categories[:2] == ("1 km", "2 km")
    km = float(re.search(r"From ([\d.]+) km", figures.title)[1])
    curve = question_of(Curve, {}).answer()
    assert curve.loc[curve["covered_pct"] >= 50, "distance_m"].min() == 1000 * km


def test_where_nothing_can_have_a_place_nothing_is_found():
    assert Overview(evidence=("official",)).told("en") == []
    assert Overview(evidence=("official",)).is_empty
    assert not Overview().is_empty
    # A kind of which none has the evidence leaves nothing, not what else has it.
    assert Overview("platforms", ("surveyed",), ("university",)).told("en")
    assert Overview("platforms", ("surveyed",), ("incubator",)).is_empty
    assert Layer("cities").told("en")
    with open_plan("tests/areas/tiny"):
        assert "in 1 layer have" in Overview().told("en")[0]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.MAP}-{kind.LOOK}")
def test_a_slide_has_what_is_found_and_the_title_of_its_map(kind):
    for lang in ("zh", "en"):
        spec = specified(question_of(kind, {}), Sheet("", "internal"), lang=lang)
        above, below = _titles(spec, asked(spec))
        assert above
        assert spec.titled().title in f"{above}\n{below}"
        # Who typed a title is told by it.
        typed = replace(spec, sheet=replace(spec.sheet, title="甲"))
        assert _titles(typed, asked(typed)) == ("甲", "")


def test_a_title_that_was_typed_is_that_of_slides_without_a_map():
    spec = read_spec({"map": "layer", "parameters": {"layer": "sources"}}, review_number="internal")
    usual, typed = (
        slides_of(replace(spec, sheet=replace(spec.sheet, title=t))) for t in ("", "甲")
    )
    assert (typed[0].title, typed[0].subtitle) == ("甲", usual[0].title)
    assert typed[0].table


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.MAP}-{kind.LOOK}")
def test_how_a_map_is_read_is_told_without_blanks(kind):
    question = question_of(kind, {})
    assert question.title("en")[0].isupper()
    for lang in ("zh", "en"):
        assert not re.search("[{}]", question.explained(lang))
    assert re.search(r"\d", headline(question, "en"))


def test_what_a_slide_of_an_atlas_leaves_out_of_its_features_is_said():
    whole = Table(
        ("Name", "Kind", "Year", "Quote"), tuple((f"P{n}", "k", "", "") for n in range(30))
    )
    told = _foremost(whole, "en")
    assert len(told.rows) == ROWS_ON_SLIDE
    (more,) = (row[0] for row in told.rows if "PDF" in row[0])
    assert int(re.search(r"\d+", more)[0]) == len(whole.rows) - (ROWS_ON_SLIDE - 1)
    assert all(each in _left_out(whole, "en") for each in whole.header[COLUMNS_ON_SLIDE:])
    assert not _left_out(Table(("Name", "Kind"), (("P", "k"),)), "en")


def test_how_sure_counts_are_is_shown_by_lines_on_bars_and_in_figures():
    question = question_of(Intervals, {})
    zones = question.answer()
    most = zones.loc[zones["count"].idxmax()]
    low, high = f"{most['count_low']:.1f}", f"{most['count_high']:.1f}"
    assert f"90 % interval {low} to {high}" in headline(question, "en")
    (figures,) = question.figures("en")
    assert figures.chart.ends[0] == (most["count_low"], most["count_high"])
    assert figures.table.rows[0][2] == f"{low}–{high}"


def test_reach_tells_of_the_areas_themselves_and_coverage_of_the_zones():
    reach, coverage = (question_of(kind, {}) for kind in (Reach, Coverage))
    (figures,) = reach.figures("en")
    (_, areas), *_ = figures.chart.series
    whole = reach.answer().to_crs(map_crs()).union_all().area / 1e6
    assert sum(areas) == pytest.approx(whole, rel=0.01)
    assert headline(reach, "en") != headline(coverage, "en")
    assert not any(isinstance(each, Choropleth) for each in reach.content("en").overlays)


@pytest.mark.parametrize("kind", [Autocorrelation, Intervals])
def test_a_legend_says_of_what_its_numbers_are(kind):
    question = question_of(kind, {})
    shown = [each for each in question.content("en").overlays if isinstance(each, Choropleth)]
    assert [each.title for each in shown] == [f"{question.subjects.noun('zh')}数（个）"]


def test_classes_of_a_pattern_have_one_heading():
    question = question_of(Clusters, {})
    legend = scene_of(question).legend()
    assert [each.title for each in legend if each.layer.heading] == [question.title("zh"), ""]


def test_a_legend_says_what_circled_numbers_and_many_colours_are():
    lines = [
        entry for each in scene_of(question_of(Overview, {})).legend() for entry in each.entries
    ]
    assert [entry.number for entry in lines if "次序" in entry.words] == ["1"]
    assert [entry.words for entry in lines if "各线其色" in entry.words] == ["地铁（各线其色）"]


def scene_of(question):
    """Return the map of a question as it is drawn."""
    return scene(question.content("zh"))
