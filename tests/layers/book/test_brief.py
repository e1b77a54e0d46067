"""The plan in ten slides: findings with their figures, what is said, what stands where."""

from __future__ import annotations

import io
import re
from itertools import combinations

import pytest
from pptx import Presentation

from geo.errors import InputError
from layers.book.brief import brief
from layers.book.brief_deck import brief_slides, spoken, words_in
from layers.book.map_deck import figure_slide
from layers.outputs import output
from layers.plan.area import open_plan
from layers.questions import Distribution, zone_counts
from layers.questions.figures import Figures, in_words
from layers.questions.subjects import Points, Zones
from layers.record import provenance
from layers.record.specification import asked, read_spec
from layers.slides.deck import presentation
from layers.slides.slide import Slide
from layers.type.line_breaks import text_lines
from layers.words import say

TINY = "tests/areas/tiny"
KEYS = ["overview", "density", "coverage", "distribution", "pattern", "unknowns", "comparison"]
LEAST_PT = 11.0


def spec(lang="en", **more):
    asked = {"map": "overview", "lang": lang} | more
    return read_spec(asked, pages="brief", review_number="internal", date="2024-02-01")


@pytest.fixture(scope="module")
def told():
    """The exhibits of the plan, and their slides."""
    whole = brief(spec())
    return whole, brief_slides(whole, spec())


@pytest.fixture(scope="module", params=["own look", "4:3"])
def drawn(request, told):
    """The file in the look of the atlas; one slide of each make on a template of another shape."""
    if request.param == "own look":
        return Presentation(io.BytesIO(presentation(told[1], lang="en")))
    template = io.BytesIO()
    Presentation().save(template)
    makes = {
        (bool(each.map), bool(each.beside), bool(each.chart), bool(each.table)): each
        for each in told[1]
    }
    own = presentation([*makes.values()], lang="en", template=template.getvalue())
    return Presentation(io.BytesIO(own))


def test_it_has_ten_slides_whose_titles_are_findings_with_their_figures(told):
    whole, slides = told
    assert [each.key for each in whole.exhibits] == [*KEYS, "method"]
    ten = [each for each in slides if not each.title.startswith("Appendix")]
    assert len(ten) == 10
    assert 3 <= len(ten[1].text) <= 5
    for slide in ten[2:]:
        assert re.search(r"\d", slide.title)
        assert len(text_lines(slide.title, 888, 18.0)) <= 2
        # One exhibit a slide.
        assert bool(slide.map) + bool(slide.chart) + bool(slide.table) == 1


def test_figures_of_the_findings_are_those_of_the_answers(told):
    claims = {each.key: each.claim for each in told[0].exhibits}
    counted = zone_counts(Distribution(Points.usual("projects"), Zones("circles")))
    most = counted.loc[counted["count"].idxmax()]
    for part in (most["name_en"], in_words(most["count"], "count"), f"{most['share_pct']:.1f} %"):
        assert part in claims["distribution"]


def test_bars_of_zones_that_overlap_say_that_they_do(told):
    of = {exhibit.key: asked(exhibit.maps[0][0]) for exhibit in told[0].exhibits if exhibit.maps}
    shared = say("statement.shared", "en")
    for key, note in (("distribution", shared), ("coverage", shared), ("density", "")):
        for figures in of[key].figures("en"):
            (slide,) = (each for each in told[1] if each.title.endswith(f": {figures.title}"))
            assert slide.subtitle == note
    bare = Slide("Map", shared)
    assert figure_slide(Figures("Reading", ("A sentence.",)), bare).subtitle == ""


def test_notes_can_be_spoken_in_a_minute(told):
    parts = ["Claim", "Evidence", "Caveat", "Likely question"]
    for exhibit in told[0].exhibits:
        words = spoken(exhibit, "en")
        assert 60 <= words_in(words, "en") <= 120, exhibit.key
        assert [line.split(":")[0] for line in words.split("\n")] == parts
    assert all(each.notes for each in told[1][1:10])


def test_two_zonings_have_one_legend(told):
    (compared,) = (each for each in told[0].exhibits if each.key == "comparison")
    one, other = (content.overlays[0] for _, content in compared.maps)
    assert one.breaks == other.breaks
    assert len(one.frame) != len(other.frame)
    # One ground at one scale.
    assert len({content.extent for _, content in compared.maps}) == 1
    slide = told[1][8]
    assert len(slide.beside) == 1
    assert len(slide.captions) == 2


def test_nothing_overlaps_and_no_words_are_too_small(drawn):
    for slide in drawn.slides:
        parts = [
            (each.left, each.top, each.left + each.width, each.top + each.height)
            for each in slide.shapes
        ]
        for (a, b, c, d), (e, f, g, h) in combinations(parts, 2):
            assert min(c, g) - max(a, e) <= 2 or min(d, h) - max(b, f) <= 2
        tables = [each.table for each in slide.shapes if each.has_table]
        sizes = [
            run.font.size.pt
            for table in tables
            for row in table.rows
            for cell in row.cells
            for run in cell.text_frame.paragraphs[0].runs
        ]
        assert all(size >= LEAST_PT for size in sizes)
        assert slide.shapes.title.text
        names = {each.name for each in slide.shapes}
        # None has a legend without its map.
        if "Legend" in names:
            assert "Map" in names or any(each.has_chart for each in slide.shapes)


def test_what_a_plan_has_not_is_left_out_and_the_notes_say_so():
    with open_plan(TINY):
        steps = []
        made = output(spec("zh"), ".pptx", progress=lambda *step: steps.append(step))
        figures = provenance.record_in(made, ".pptx", "ten.pptx")["figures"]
    # When it is made again, those of each map that are not what they were are told.
    assert {"位置", "店铺服务覆盖：覆盖率", "店铺核密度：核密度峰值"} <= set(figures)
    assert [done for done, _, _ in steps] == list(range(steps[0][1]))
    slides = Presentation(io.BytesIO(made)).slides
    assert "未列“两种分区比较”：只有一种分区。" in slides[0].notes_slide.notes_text_frame.text
    assert not any("两种分区" in each.shapes.title.text for each in slides)
    # Nor is told of dashed shapes where there are none.
    assert not any("虚线图形" in each.notes_slide.notes_text_frame.text for each in slides)


def test_the_question_of_a_reader_takes_the_place_of_the_plans():
    with open_plan(TINY):
        asked = spec(map="coverage", parameters={"distance_m": 1000.0})
        claims = [each.claim for each in brief(asked).exhibits]
        assert sum("Within 1 km" in each for each in claims) == 1
        with pytest.raises(InputError, match="map"):
            brief(spec(map="layer"))
        with pytest.raises(InputError, match="one map"):
            output(spec(), ".pdf")
