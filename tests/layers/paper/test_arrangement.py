"""A sheet is arranged so that its map is large: boxes alone, nothing is drawn."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from layers.look.sheet import SIZES_MM, Sheet
from layers.paper.arrangement import arranged
from layers.paper.extents import _land_m, with_land
from layers.paper.legend import _goes_on
from layers.paper.locator import locator_box, locator_extent, shows_all
from layers.paper.sheet import (
    SMALLEST_HEAD,
    heading,
    px_pt,
    subtitle_size,
    text_width,
    title_size,
)
from layers.paper.toning import toned
from layers.questions.overview import Overview
from layers.record.specification import read_spec
from layers.scene.boxes import Box
from layers.scene.window import Window
from layers.type.outside_texts import SUBTITLE, TITLE, Cleaner

SHEET = Sheet("湘江新区", "internal")
TALL, BROAD = (0.0, 0.0, 40.0, 50.0), (0.0, 0.0, 50.0, 20.0)


@pytest.fixture(scope="module")
def scene():
    return toned(Overview("224").content("zh"), SHEET)


def of(scene, size, shown):
    return arranged(replace(SHEET, size=size), scene, [], shown=shown)[0]


def test_a_tall_map_on_a_square_sheet_has_its_legend_beside_and_a_broad_one_below(scene):
    tall, broad = (of(scene, "square", shown) for shown in (TALL, BROAD))
    assert not tall.wide
    assert tall.legend.left > tall.map.right
    assert broad.wide
    assert broad.legend.top < broad.map.bottom
    # What a tall map does not use at its sides.
    frame = tall.frame
    used = min(frame.width / 40, frame.height / 50)
    assert 40 * 50 * used**2 / (frame.width * frame.height) > 0.8


@pytest.mark.parametrize("size", [size for size in SIZES_MM if "portrait" in size])
def test_a_poster_has_no_empty_strip_below_its_legend(scene, size):
    plan = of(scene, size, TALL)
    assert plan.map.area / plan.page.area > 0.7
    assert plan.legend.height < (0.16 if plan.wide else 1.0) * plan.page.height


@pytest.mark.parametrize("size", SIZES_MM)
@pytest.mark.parametrize("letter", ["长", "W", "word "])
def test_titles_of_four_hundred_characters_are_whole_and_within_the_sheet(size, letter):
    words, less = ((letter * most)[:most].strip() for most in (TITLE, SUBTITLE))
    cleaner = Cleaner(drawn=True)
    assert cleaner.text(words, TITLE, lines=3) == words
    sheet = replace(SHEET, size=size, title=words, subtitle=less)
    head, px = heading(sheet), px_pt(size)
    assert "".join(head.title).replace(" ", "") == words.replace(" ", "")
    assert head.title_pt >= SMALLEST_HEAD * title_size(px) - 1e-9
    assert head.subtitle_pt >= SMALLEST_HEAD * subtitle_size(px) - 1e-9
    wide_mm, high_mm = SIZES_MM[size]
    room = wide_mm / 25.4 * 72
    assert max(text_width(each, head.title_pt, "bold") for each in head.title) < room
    assert head.height < 0.3 * high_mm / 25.4 * 72


def test_a_map_of_all_the_land_has_no_locator_that_is_the_same_once_more(scene):
    extent, frame, spare = locator_extent(), Box(0, 0, 400, 400), Box(400, 0, 100, 200)
    middle = (extent.left + extent.width / 2, extent.bottom + extent.height / 2)
    for scale, width in ((1_000_000, 100.0), (5_000_000, 0.0)):
        window = Window(frame, middle, scale)
        assert shows_all(window) == (width == 0)
        box = locator_box(scene, window, px=0.5, symbols={}, extent=extent, spare=spare)
        assert box.width == width


def test_a_map_of_nearly_all_the_land_shows_its_ends():
    west, south, east, north = _land_m()
    most = (west, south + 0.2 * (north - south), east, north - 0.1 * (north - south))
    assert with_land(most) == (west, south, east, north)
    wider = (west - 5e4, south - 5e4, east + 5e4, north + 5e4)
    assert with_land(wider) == wider
    part = (west, south, west + 0.5 * (east - west), north)
    assert with_land(part) == part


def test_classes_of_a_pattern_stand_close_and_what_else_is_shown_apart():
    shown = toned(read_spec("pattern", review_number="internal").content(), SHEET)
    classes = [each for each in shown.legend() if each.layer.pane == "analysis"]
    others = [each for each in shown.legend() if each.layer.pane == "point"]
    assert len(classes) > 1
    assert all(_goes_on(each, before) for before, each in pairwise(classes))
    assert not any(_goes_on(each, classes[-1]) for each in others)
    assert not _goes_on(classes[0], None)


def test_letters_of_a_poster_grow_with_it_so_that_it_can_be_read_from_farther_away():
    a3, a1, a0 = map(px_pt, ("A3", "A1", "A0"))
    # Of an A4 sheet they are as large as 0.53 pt a px, and no sheet has smaller ones.
    assert px_pt("A4") == pytest.approx(a3 * (210 / 297) ** 0.5)
    assert a1 / a3 > 1.7
    assert a0 / a3 > 2.25
