"""What the slides after a map tell: few rows, told as everywhere, called by what is found."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from layers.book.claims import headline
from layers.book.map_deck import _titles, slides_of
from layers.book.slides import COLUMNS_ON_SLIDE, ROWS_ON_SLIDE, _foremost, _left_out
from layers.look.sheet import Sheet
from layers.plan.area import open_plan
from layers.plan.catalogue import names
from layers.questions.asking import question_of
from layers.questions.kinds import looks, maps
from layers.questions.layer import MOST_ROWS, Layer
from layers.questions.mix import Quotients
from layers.questions.overview import Overview
from layers.record.specification import asked, read_spec, specified
from layers.type.tables import Table

KINDS = [kind for name in maps() for kind in looks(name)]


def test_quotients_have_the_digits_of_the_page():
    (figures,) = question_of(Quotients, {}).figures("en")
    cells = [cell for row in figures.table.rows for cell in row[2:]]
    assert cells
    assert all(re.fullmatch(r"\d[\d,]*\.\d|–", cell) for cell in cells)


@pytest.mark.parametrize("name", names())
def test_a_layer_has_no_more_rows_than_slides_have_room_for(name):
    for figures in Layer(name).figures("en"):
        assert figures.table is None or len(figures.table.rows) <= MOST_ROWS


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
