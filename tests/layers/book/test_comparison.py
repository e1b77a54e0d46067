"""Two maps under one legend: one ground, one set of classes, and what differs in figures."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from geo.errors import InputError
from layers.book import comparison
from layers.book.comparison import compared, comparison_slides
from layers.book.together import comparable
from layers.look.overlay_classes import classify
from layers.outputs import output, remake
from layers.paper import printing
from layers.paper.sheet import layout
from layers.questions.subjects import Zones
from layers.record import provenance
from layers.record.specification import asked, read_spec


def spec(name="coverage", lang="en", **more):
    return read_spec({"map": name, "lang": lang} | more, review_number="internal")


REACH = {"parameters": {"distance_m": 1500}, "versus": {"distance_m": 3000}}


def test_two_distances_stand_above_one_legend_and_the_title_has_both_figures():
    slide, figures = comparison_slides(spec(**REACH))
    first, second = (asked(each).told("en")[0] for each in (spec(**REACH), spec(**REACH).other()))
    for sentence in (first, second):
        for number in re.findall(r"\d[\d.]*", sentence):
            assert number in slide.title
    assert "1.5 → 3" in slide.title
    assert ["1.5" in slide.captions[0], "3" in slide.captions[1]] == [True, True]
    assert "Distance" not in slide.title
    assert len(slide.beside) == 1
    labels = [item.label for item in slide.legend]
    assert len(labels) == len(set(labels))
    # Classes are in their order, though one map has some that the other has not.
    uppers = [
        float(label.split()[-1]) for label in labels if re.fullmatch(r"[\d.]+ – [\d.]+", label)
    ]
    assert uppers == sorted(uppers)
    assert [name for name, _ in figures.chart.series] == list(slide.captions)
    assert len(figures.table.rows) == len(figures.chart.categories)


def test_where_the_same_zone_is_densest_the_title_has_both_peaks():
    one = spec("density", parameters={"bandwidth_m": 2000}, versus={"bandwidth_m": 5000})
    title = comparison_slides(one)[0].title
    assert "(" not in title
    assert re.search(r"peaks at [\d.]+ → [\d.]+", title)
    assert "2,000 → 5,000 m" in title


def test_maps_to_compare_have_one_ground_one_scale_and_the_same_classes():
    one = spec(**REACH)
    contents = comparable([one.content(), one.other().content()])
    assert len({content.extent for content in contents}) == 1
    assert len({classify(content.overlays[0]).uppers for content in contents}) == 1
    years = spec("overview", parameters={"theme": "projects"}, versus={"year": 2024})
    contents = comparable([years.content(), years.other().content()])
    sizes = [content.style("projects").size.largest for content in contents]
    assert sizes[0] == sizes[1] > 0
    assert len(contents[1].frames["projects"]) < len(contents[0].frames["projects"])


def test_money_and_projects_have_classes_of_their_own():
    money = spec("distribution", parameters={"measure": "investment"})
    both = compared(replace(money, versus={"measure": "count"}))
    for specification, content in zip(both.specs, both.contents, strict=True):
        (alone,), (beside,) = specification.content().overlays, content.overlays
        assert classify(beside).uppers == classify(alone).uppers
    assert not re.search(r"\([^)]*\(|（[^）]*（", both.title), both.title


@pytest.mark.parametrize("name", ["coverage", "distribution"])
def test_zonings_are_told_apart_in_the_title(name):
    one = spec(name, parameters={"zoning": "districts"}, versus={"zoning": "circles"})
    title, captions = compared(one).title, compared(one).captions
    for zoning, caption in zip(("districts", "circles"), captions, strict=True):
        assert Zones(zoning).title("en") in title
        assert Zones(zoning).title("en") in caption


def test_all_that_two_maps_are_asked_otherwise_is_above_them():
    one = spec("coverage", versus={"distance_m": 1500, "zoning": "districts", "scope": []})
    for words in ("Distance", "Zones", "stated area"):
        assert any(words in each for each in compared(one).captions)


def test_years_are_counted_in_the_title():
    note = {"lon": 112.93, "lat": 28.22, "title": "桥头"}
    years = {"versus": {"year": 2024}, "notes": [note]}
    asked_ = spec("overview", "zh", parameters={"theme": "projects"}, **years)
    (slide,) = comparison_slides(asked_)
    assert re.search(r"不分年份 \d+ 个 → 截至 2024 年 \d+ 个", slide.title)


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("size", ["A4", "A3-portrait"])
def test_a_sheet_has_two_maps_of_one_ground_and_scale_with_one_legend(size, monkeypatch):
    monkeypatch.setattr(printing, "draw_scene", lambda *_, **__: None)
    one = spec(**REACH)
    both = compared(replace(one, sheet=replace(one.sheet, size=size)))
    made = printing.composed(**both.sheet())
    first, second = made.windows
    assert (first.scale, first.centre_m) == (second.scale, second.centre_m)
    assert first.frame.area == pytest.approx(second.frame.area)
    assert not first.frame.overlaps(second.frame)
    said = [text.get_text() for text in made.figure.axes[0].texts]
    for words in (*both.captions, both.title):
        assert any(words in each for each in said)
    sections = made.scene.legend()
    assert {entry.count for each in sections for entry in each.entries} == {None}
    shown = {each for window in both.contents for each in classify(window.overlays[0]).uppers}
    assert len(sections[0].entries) <= len(shown)
    for heading in {each.title for each in sections if each.title}:
        assert " ".join(said).count(heading) == 1


@pytest.mark.usefixtures("tiny")
def test_maps_stand_below_each_other_where_that_makes_them_larger():
    sheet = read_spec("overview", review_number="internal", size="A3-portrait", title="x").titled()
    plan = layout(sheet, note_lines=4)
    for shown, is_row in ((0.0, 0.0, 10.0, 3.0), False), ((0.0, 0.0, 3.0, 10.0), True):
        first, second = (each.map for each in plan.parted(["one", "other"], shown))
        assert (first.bottom == second.bottom) is is_row
        assert (first.left == second.left) is not is_row
        for each in (first, second):
            assert plan.map.left <= each.left < each.right <= plan.map.right + 1e-6
            assert plan.map.bottom - 1e-6 <= each.bottom < each.top < plan.map.top


@pytest.mark.usefixtures("tiny")
def test_a_file_keeps_the_figures_of_both_maps(tmp_path):
    path = tmp_path / "both.svg"
    one = spec(versus={"distance_m": 1000})
    path.write_bytes(output(one, ".svg"))
    figures = provenance.read(path)["figures"]
    assert {name[:3] for name in figures} == {"(a)", "(b)"}
    assert remake(path) == (one, [])


def test_what_cannot_be_compared_is_refused_and_a_specification_comes_back():
    one = spec(**REACH)
    assert read_spec(one.to_dict()) == one
    with pytest.raises(InputError, match="versus") as caught:
        output(one, ".html")
    assert caught.value.code == "versus.suffix"
    with pytest.raises(InputError):
        comparison_slides(spec(versus={"colour": "red"}))
    usual = asked(spec("coverage")).distance_m
    for same in ({"distance_m": usual}, {"year": None}):
        with pytest.raises(InputError) as caught:
            comparison_slides(spec("coverage", versus=same))
        assert caught.value.code == "versus.same"
    with pytest.raises(InputError) as caught:
        output(replace(one, pages="circles"), ".pptx")
    assert caught.value.code == "versus.pages"
    with pytest.raises(InputError) as caught:
        comparison_slides(spec("distribution", versus={"year": 2016}))
    assert caught.value.code == "versus.year"
    with pytest.raises(InputError) as caught:
        comparison_slides(spec("overview", visible=[], versus={"year": 2024}))
    assert caught.value.code == "print.nothing"


def test_of_many_zones_the_foremost_are_shown_and_the_others_counted(monkeypatch):
    monkeypatch.setattr(comparison, "MOST_BARS", 3)
    monkeypatch.setattr(comparison, "FOREMOST", 2)
    one = spec(**REACH)
    both = (one.part(versus={}), one.other())
    (figures,) = comparison._figures(both, ["1.5 km", "3 km"])
    zones = asked(both[1]).zones_shown().sort_values("covered_pct", ascending=False)
    assert list(figures.chart.categories) == zones["name_en"].head(2).tolist()
    assert "2 zones" in figures.text[0]
    assert f"{len(zones) - 2} more" in figures.text[0]


def test_figures_of_two_units_stand_beside_each_other_and_are_not_subtracted():
    one = spec("distribution", versus={"measure": "investment"})
    both = (one.part(versus={}), one.other())
    (figures,) = comparison._figures(both, ["a", "b"])
    assert figures.chart is None
    told = [each.column_title(each.column, "en") for each in map(asked, both)]
    assert list(figures.table.header[1:]) == told


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("name", "own", "versus"),
    [
        ("density", {"status": ["existing"]}, {"status": ["planned"]}),
        ("density", {}, {"scope": []}),
        ("density", {}, {"category": ["incubator"]}),
        ("density", {"bandwidth_m": 2000}, {"bandwidth_m": 5000}),
        ("density", {}, {"unit": "share"}),
        ("density", {"cell_size_m": 250}, {"cell_size_m": 500}),
        ("coverage", {"distance_m": 1500}, {"distance_m": 3000}),
        ("distribution", {}, {"layer": "platforms"}),
        ("distribution", {"zoning": "districts"}, {"zoning": "circles"}),
        ("distribution", {"zoning": "hexagons", "cell_m": 2500}, {"cell_m": 5000}),
        ("overview", {"theme": "projects"}, {"year": 2024}),
    ],
)
def test_both_sides_are_named_by_what_differs(name, own, versus, lang):
    one = spec(name, lang, parameters=own, versus=versus)
    specs = (one.part(versus={}), one.other())
    rows = comparison._rows(specs)
    first, second = (comparison._caption(rows, at, lang) for at in (0, 1))
    assert first
    assert second
    assert first != second
    topic = comparison._topic(specs, rows)
    for row in rows:
        if row.of == "worked out":
            continue
        for figure_or_words in comparison._short(row.values):
            figures = re.findall(r"\d[\d,.]*", figure_or_words)
            for each in figures or [figure_or_words]:
                assert each.lower() in topic.lower(), (each, topic)
    before, _, after = topic.partition("→")
    assert before.strip() != after.strip()
    assert topic.count("→") <= 1 + topic.count("；") + topic.count("; ")


def test_existing_and_planned_platforms_are_both_called_so_in_title_heading_and_legend():
    one = spec("density", parameters={"status": ["existing"]}, versus={"status": ["planned"]})
    both = compared(one)
    surface, points = both.contents[0].overlays
    for words in (both.title, points.title_en, " → ".join(both.captions)):
        assert "Existing" in words
        assert "Planned" in words
    # Nobody asked for unlike bandwidths: they follow from the points, and both are told.
    told = [
        dict(asked(each).worked_out("en"))["bandwidth_m"].split(" · ")[0] for each in both.specs
    ]
    assert told[0] != told[1]
    for words, caption in zip(told, both.captions, strict=True):
        assert words in caption
    assert surface.title_en == "Kernel density"


def test_what_is_of_another_unit_has_classes_and_a_legend_of_its_own():
    one = spec("density", versus={"unit": "share"})
    both = compared(one)
    for side, content in zip(both.specs, both.contents, strict=True):
        alone, beside = side.content().overlays[0], content.overlays[0]
        assert alone.levels == beside.levels
    first, second = (each.overlays[0] for each in both.contents)
    assert first.unit != second.unit


def test_maps_of_two_layers_have_one_ground_and_one_heading_above_their_classes():
    both = compared(
        spec("pattern", parameters={"layer": "platforms"}, versus={"layer": "projects"})
    )
    assert both.contents[0].extent == both.contents[1].extent
    slide = comparison.side_by_side(*both[:2], both.title, both.captions)
    assert slide.title == "Hot and cold spots: existing platforms → projects"
    assert [each.label for each in slide.legend if each.kind == "heading"] == [slide.title]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("现有平台的热点", "项目的热点", "现有平台 → 项目的热点"),
        ("Projects (planned)", "Projects (built)", "Projects (planned → built)"),
        ("Projects", "Projects", "Projects"),
        ("Projects", "Projects by year", "Projects → Projects by year"),
        ("Money", "Projects", "Money → Projects"),
    ],
)
def test_what_two_names_have_in_common_is_said_once(one, other, both):
    assert comparison.joined(one, other) == both


def test_figures_are_called_by_both_sides():
    (figures,) = comparison_slides(spec(**REACH))[1:]
    assert "1.5 → 3 km" in figures.title


def test_zones_are_not_buried_below_what_was_counted_in_them():
    both = compared(spec("distribution", versus={"zoning": "districts"}))
    for content in both.contents:
        assert not {*content.visible} & {"projects", "platforms"}
    # What reaches out to the zones is seen.
    assert len(compared(spec(**REACH)).contents[0].overlays) == 3
