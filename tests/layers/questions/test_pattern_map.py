"""The map of pattern: from its specification to print, slides and page, or to a refusal."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pptx
import pypdf
import pytest
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.shapes import MSO_SHAPE_TYPE

import geo
from geo.errors import InputError
from layers.book.claims import headline
from layers.book.map_deck import slides_of
from layers.look.sheet import Sheet
from layers.outputs import output
from layers.paper.printing import printed
from layers.paper.toning import toned
from layers.questions import autocorrelation, centre_maps, patterns
from layers.questions.asking import parameters_of
from layers.questions.centres import Centres, ellipses
from layers.questions.clusters import Clusters
from layers.questions.hot_spots import HotSpots
from layers.questions.kinds import looks
from layers.questions.patterns import REACH_M
from layers.questions.spacing import Spacing
from layers.questions.subjects import Points, Zones
from layers.record.specification import MapSpec, asked, read_spec
from layers.slides.deck import presentation
from layers.web.document import content_document
from layers.words import both, say

if TYPE_CHECKING:
    from layers.questions.pattern_kind import PatternKind

INVESTMENT = "investment_100m_cny"

PLATFORMS, HEXAGONS = Points("platforms"), Zones("hexagons")
# With neighbours within 40 km the real platforms have hot and cold spots.
FAR = {"rule": "distance", "distance_m": 40_000.0}
# All platforms are more than the usual ones, and have patterns that these have not.
ALL = {"status": [], "scope": []}
HOT_TO_COLD = (*patterns.HOT, *reversed(patterns.COLD), "not significant")


def spec_of(*, lang: str = "zh", sheet: dict[str, object] | None = None, **asks: object) -> MapSpec:
    about = {"review_number": "internal", "date": "2026-11-21"} | (sheet or {})
    asks = asks if "layer" in asks else ALL | asks
    return read_spec({"map": "pattern", "sheet": about, "lang": lang, "parameters": asks})


def told_slides(spec: MapSpec) -> list[pptx.slide.Slide]:
    """The slides of a map with all that is told of it; the map itself is not drawn."""
    bare = [replace(each, map=None) for each in slides_of(spec)]
    return list(pptx.Presentation(BytesIO(presentation(bare, lang=spec.lang))).slides)


def texts(slide: pptx.slide.Slide) -> list[str]:
    # On a slide numbers stay with their units.
    return [
        paragraph.text.replace("\xa0", " ")
        for shape in slide.shapes
        if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs
    ]


# ---- what is asked ----


def test_without_parameters_it_asks_as_the_page_does() -> None:
    usual = spec_of(layer="platforms")
    assert asked(usual) == HotSpots(Points.usual("platforms"), HEXAGONS)
    assert usual.titled().title == "现有平台的热点与冷点"
    assert asked(spec_of()) == HotSpots(PLATFORMS, HEXAGONS)
    assert asked(spec_of(look="distance")) == Spacing(PLATFORMS, once=True)
    parks = asked(spec_of(look="centres", layer="parks"))
    assert parks == Centres(Points("parks"), "level")
    assert asked(spec_of(rule="distance")).distance_m == REACH_M


@pytest.mark.parametrize(
    "look",
    [
        HotSpots(PLATFORMS, Zones("squares", cell_m=4000), rule="rook", seed=3, star=False),
        Clusters(Points("projects"), HEXAGONS, INVESTMENT, rule="knn", k=4, alpha=0.1),
        HotSpots(PLATFORMS, Zones("h3", h3_resolution=6), **FAR),
        Spacing(PLATFORMS, once=False, seed=7, distances_m=(500.0, 1000.0)),
        Centres(Points("platforms", level=("national",)), "category"),
    ],
)
def test_what_the_page_exports_asks_the_same_again(look: PatternKind) -> None:
    assert asked(spec_of(**parameters_of(look))) == look


def test_every_look_has_parameters_a_title_and_a_reading() -> None:
    titles = [spec_of(look=kind.LOOK).titled().title for kind in looks("pattern")]
    assert titles == [
        *("平台的热点与冷点", "平台的集聚与离群", "平台的总体自相关", "平台的距离格局"),
        *("平台的最近邻距离", "平台的中心与椭圆", "平台的标准差椭圆"),
    ]
    weighted = spec_of(look="centres", layer="projects", weight=INVESTMENT, lang="en")
    assert weighted.titled().title == "Centres and ellipses: investment"
    assert spec_of(sheet={"title": "草图"}).titled().title == "草图"


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ({"category": ["university"]}, "only 6 points lie in the zones; below 8"),
        ({"zoning": "districts"}, "only 5 zones; below 30"),
        ({"zoning": "districts"}, "take zoning hexagons, a smaller cell_m or a finer h3_res"),
        ({"rule": "distance", "distance_m": 100}, "within distance_m; lengthen it"),
        ({"look": "distance", "category": ["event"]}, "choose more categories"),
        ({"look": "distance", "category": ["event"], "entity_kind": ["event"]}, "only 1 places"),
        ({"category": ["computing"], "level": ["provincial"]}, "choose more categories"),
        ({"look": "centres", "layer": "parks", "by": "category"}, "groups; choose from level"),
        ({"k": 3}, "k goes with rule knn"),
        ({"weight": INVESTMENT}, "has no column"),
    ],
)
def test_what_cannot_be_answered_says_why_and_what_to_do(
    asks: dict[str, object], said: str
) -> None:
    spec = spec_of(**asks)
    for suffix in (".pdf", ".pptx", ".html"):
        with pytest.raises(InputError, match=re.escape(said)):
            output(spec, suffix)


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ({"look": "heat"}, "parameters.look"),
        ({"k": 0}, "parameters.k"),
        ({"by": "colour", "look": "centres"}, "parameters.by"),
        ({"once": 1, "look": "distance"}, "parameters.once"),
        ({"look": "distance", "zoning": "hexagons"}, "'zoning' was unexpected"),
        ({"by": "level"}, "'by' was unexpected"),
    ],
)
def test_what_breaks_the_schema_is_named(asks: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        spec_of(**asks)


def test_of_code_too_a_look_has_its_own_parameters_alone() -> None:
    spec = MapSpec("pattern", Sheet("", "internal"), {"look": "distance", "zoning": "hexagons"})
    with pytest.raises(InputError, match="pattern distance: there is no zoning") as caught:
        spec.content()
    assert caught.value.code == "option.goes_not"


# ---- what is drawn ----


def test_print_and_page_open_where_the_result_is() -> None:
    content = spec_of().content()
    west, south, east, north = content.extent
    assert content_document(replace(content, visible=()))["bounds"] == [
        [south, west],
        [north, east],
    ]
    points, cells = PLATFORMS.located().total_bounds, HEXAGONS.frame().total_bounds
    assert cells[0] < west < points[0] < points[2] < east
    chosen = read_spec(spec_of().to_dict() | {"extent": [112.8, 28.1, 113.0, 28.3]}).content()
    assert chosen.extent == (112.8, 28.1, 113.0, 28.3)
    assert content_document(replace(chosen, visible=()))["bounds"] == [[28.1, 112.8], [28.3, 113.0]]


def test_ellipses_are_not_cut_and_share_the_colour_of_their_centre() -> None:
    content = spec_of(look="centres").content()
    west, south, east, north = content.extent
    rings = Centres(PLATFORMS, "category").rings().total_bounds
    assert west < rings[0] < rings[2] < east
    assert south < rings[1] < rings[3] < north
    colours = {overlay.title_en: overlay.colour for overlay in content.overlays}
    ringed = [title for title in colours if title.startswith("Ellipse: ")]
    assert len(ringed) > 1
    for title in ringed:
        assert colours[title] == colours[title.replace("Ellipse", "Mean")]


def test_ellipses_of_all_and_of_groups_reach_as_far_as_is_asked() -> None:
    once, twice = (ellipses(Centres(PLATFORMS, "category"), deviations=k) for k in (1.0, 2.0))
    areas = [geo.to_metric(each).area.to_numpy() for each in (once, twice)]
    assert len(areas[0]) > 1
    assert areas[1] / areas[0] == pytest.approx(4, rel=1e-6)


def test_the_legend_goes_from_hot_to_cold_also_where_there_are_ten_overlays() -> None:
    content = spec_of(**FAR).content()
    found = [each.title for each in toned(content, Sheet("", "internal")).listed()]
    present = set(HotSpots(PLATFORMS, HEXAGONS, **FAR).answer()["hot_spot"])
    assert {"hot 99", "cold 95"} <= present
    classes = [both(f"pattern.class.{kind}")[0] for kind in HOT_TO_COLD if kind in present]
    assert found[: len(classes) + 1] == [*classes, "创新平台"]
    centres = replace(spec_of(look="centres").content(), visible=())
    drawn = toned(centres, Sheet("", "internal")).listed()
    assert sum(each.group == "analysis" for each in drawn) > 10
    means = [each.title for each in drawn if each.title.startswith("中心")]
    groups = Centres(PLATFORMS, "category").answer()["category"].drop_duplicates()
    assert means == [f"中心：{centre_maps.group_name('category', each)[0]}" for each in groups]


@pytest.mark.parametrize(("look", "low"), [("hot", "冷点"), ("clusters", "低—")])
def test_without_colour_what_is_cold_is_hatched_and_what_is_hot_is_not(look: str, low: str) -> None:
    content = replace(spec_of(look=look, **FAR).content(), visible=())
    hatched = {}
    for palette in ("colour", "grey"):
        drawn = toned(content, Sheet("", "internal", palette=palette)).layers
        hatched[palette] = {
            each.title: each.marks[0].style.hatch for each in drawn if each.pane == "analysis"
        }
    assert not any(hatched["colour"].values())
    assert {title for title, is_hatched in hatched["grey"].items() if is_hatched} == {
        title for title in hatched["grey"] if title.startswith(low)
    }
    assert 0 < sum(hatched["grey"].values()) < len(hatched["grey"])


@pytest.mark.parametrize(
    ("look", "lang", "sheet", "seen"),
    [
        ("hot", "zh", {"size": "A4"}, ["平台的热点与冷点", "热点（95 %）", "5 km", "9,999"]),
        (
            "clusters",
            "en",
            {"size": "16:9", "palette": "grey"},
            ["Not significant", "Hexagons (5 km)"],
        ),
        ("distance", "en", {"size": "square"}, ["Study area", "Random patterns: 199"]),
        ("centres", "zh", {"size": "A3", "palette": "grey"}, ["椭圆：全部", "科研院所"]),
    ],
)
def test_every_look_is_printed(
    look: str, lang: str, sheet: dict[str, object], seen: list[str]
) -> None:
    spec = spec_of(look=look, lang=lang, sheet=sheet | {"dpi": 60})
    # On the land alone: how the layers of the plan are drawn does not hang on the question.
    made = printed(replace(spec.content(), visible=("districts",)), spec.titled(), ".pdf")
    words = pypdf.PdfReader(BytesIO(made)).pages[0].extract_text()
    for each in seen:
        assert each.replace(" ", "") in re.sub(r"\s", "", words)


def test_the_page_holds_every_class_and_its_cells() -> None:
    page = output(spec_of(lang="en"), ".html").decode()
    inside = re.search(r'type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    document = json.loads(inside[1])
    shown = {layer["title"]["en"]: layer["count"] for layer in document["layers"]}
    counts = HotSpots(PLATFORMS, HEXAGONS).answer()["hot_spot"].value_counts()
    for kind, n in counts.items():
        assert shown[both(f"pattern.class.{kind}")[1]] == n


# ---- slides ----


def test_slides_of_hot_spots_have_the_reading_the_tests_and_the_cells() -> None:
    spec = spec_of(cell_m=5000)
    first, second = told_slides(spec)
    zones = HotSpots(PLATFORMS, HEXAGONS).answer()
    told = asked(spec).told("zh")
    # On a slide numbers stay with their units.
    found = first.shapes.title.text.replace("\xa0", " ")
    assert found == headline(asked(spec), "zh")
    assert re.match("平台显著集聚：.*岳麓区", found)
    assert "平台的热点与冷点" in texts(first)
    assert second.shapes.title.text == "平台的热点与冷点：解读"
    assert told[0].startswith("平台显著集聚于岳麓区")
    assert set(told) <= set(texts(second))
    legend = [each.replace("\xa0", " ") for each in first.shapes._spTree.itertext("{*}t")]
    # How many cells each class has stands in the legend, and no chart says it again.
    assert not any(shape.has_chart for slide in (first, second) for shape in slide.shapes)
    for kind, count in zones["hot_spot"].value_counts().items():
        at = legend.index(say(f"pattern.class.{kind}", "zh"))
        assert str(count) in "".join(legend[at : at + 2]), kind
    (table,) = (shape.table for shape in second.shapes if shape.has_table)
    moran = autocorrelation.overall(HotSpots(PLATFORMS, HEXAGONS))["value"]["moran_i"]
    assert [table.cell(1, column).text for column in (0, 1)] == ["Moran I", f"{moran:.3f}"]
    for slide in (first, second):
        notes = slide.notes_slide.notes_text_frame.text
        assert "六边形格网（5 km）" in notes
        assert "随机排列：9,999" in notes


def test_slides_of_distances_have_the_curve_and_its_band() -> None:
    _, second = told_slides(spec_of(look="distance", lang="en"))
    (chart,) = (shape.chart for shape in second.shapes if shape.has_chart)
    assert chart.chart_type == XL_CHART_TYPE.LINE
    curve = Spacing(PLATFORMS, once=True).answer()
    own, high, low = chart.plots[0].series
    assert list(own.values) == pytest.approx((curve["l_minus_d"] / 1000).tolist())
    away = curve["distance_m"]
    for series, end in ((high, "high"), (low, "low")):
        band = (curve[f"l_band_{end}"] - away) / 1000
        assert list(series.values) == pytest.approx(band.tolist())
    assert not any(shape.has_table for shape in second.shapes)


def test_slides_of_centres_list_the_groups() -> None:
    _, second, *_ = told_slides(spec_of(look="centres"))
    (table,) = (shape.table for shape in second.shapes if shape.has_table)
    found = Centres(PLATFORMS, "category").answer()
    means = found[found["kind"] == "mean"].iloc[1:].sort_values("from_all_km", ascending=False)
    assert table.cell(1, 0).text == centre_maps.group_name("category", means["category"].iloc[0])[0]
    assert table.cell(1, 2).text == f"{means['from_all_km'].iloc[0]:.1f}"
    assert not any(shape.has_chart for shape in second.shapes)


def test_a_legend_without_colour_hatches_what_is_cold_on_slides_too() -> None:
    first, *_ = told_slides(spec_of(sheet={"palette": "grey"}, **FAR))
    (legend,) = (shape for shape in first.shapes if shape.name == "图例")
    swatches = {item.name: next(iter(item.shapes)) for item in legend.shapes}
    for words, swatch in swatches.items():
        hatched = swatch.shape_type == MSO_SHAPE_TYPE.GROUP
        assert hatched == words.startswith("冷点")
        assert not hatched or len(swatch.shapes) == 4  # a box and three lines
    assert {"热点（99 %）", "冷点（95 %）"} <= set(swatches)
