"""What the slides after a map tell: few rows, told as everywhere, called by what is found."""

from __future__ import annotations

import re

import pytest

from layers.book.claims import headline
from layers.plan.area import open_plan
from layers.plan.catalogue import names
from layers.questions.asking import question_of
from layers.questions.kinds import looks, maps
from layers.questions.layer import MOST_ROWS, Layer
from layers.questions.mix import Quotients
from layers.questions.overview import Overview

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
    assert Layer("cities").told("en")
    with open_plan("tests/areas/tiny"):
        assert "in 1 layer have" in Overview().told("en")[0]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.MAP}-{kind.LOOK}")
def test_how_a_map_is_read_is_told_without_blanks(kind):
    question = question_of(kind, {})
    for lang in ("zh", "en"):
        assert not re.search("[{}]", question.explained(lang))
    assert re.search(r"\d", headline(question, "en"))
