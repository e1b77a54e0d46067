"""The pattern page without a browser: its four looks, its refusals and its answers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from streamlit.testing.v1 import AppTest
from test_app import tables_of_rows

import geo
import layers
from app.web import maps
from layers.keeping.answers import ANSWERS
from layers.questions import centre_maps, centres, patterns, spacing, tested_units
from layers.questions.centres import Centres
from layers.questions.clusters import Clusters
from layers.questions.hot_spots import HotSpots
from layers.questions.spacing import Spacing
from layers.questions.subjects import Points, Zones

INVESTMENT = "investment_100m_cny"

ROOT = Path(__file__).resolve().parents[3]
CHINESE = re.compile(r"[\u3400-\u9fff]+")
PLATFORMS = HotSpots(Points("platforms"), Zones("hexagons"))
# Events are points where they are asked for as such.
EVENTS = {"category": '["event"]', "any_entity_kind": "true"}


def page(**parameters: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    for key, value in parameters.items():
        test.query_params[key] = value
    return test.switch_page("app/pages/pattern.py").run()


def words(test: AppTest) -> str:
    html = [part.proto.body for part in test.get("html") if "class=" in part.proto.body]
    said = [*(part.value for part in (*test.markdown, *test.caption, *test.info)), *html]
    return " ".join(said).replace("\xa0", " ")


# Every look of every layer, in both languages, with every setting in one of them.
WHOLE = [
    ("hot", "platforms", "en", {"grid": "h3", "rule": "knn", "k": "4"}),
    ("hot", "projects", "zh", {"rule": "distance", "reach": "12000", "weighted": "true"}),
    ("hot", "parks", "en", {"grid": "squares", "rule": "rook", "seed": "7"}),
    ("clusters", "platforms", "zh", {}),
    ("clusters", "projects", "en", {}),
    ("clusters", "parks", "zh", {}),
    ("distance", "platforms", "en", {"every": "true"}),
    ("distance", "projects", "zh", {}),
    ("distance", "parks", "en", {}),
    ("centres", "platforms", "zh", {"by": "level"}),
    ("centres", "projects", "en", {"weighted": "true"}),
    ("centres", "parks", "zh", {}),
]
NOUNS = {
    "platforms": ("平台", "platforms"),
    "projects": ("项目", "projects"),
    "parks": ("园区", "parks"),
}


@pytest.mark.parametrize(("look", "layer", "lang", "choices"), WHOLE)
def test_every_look_of_every_layer_reads_in_its_language_with_every_setting(
    look: str, layer: str, lang: str, choices: dict[str, str]
) -> None:
    test = page(look=look, layer=layer, lang=lang, **choices)
    assert not test.exception
    assert not test.error
    assert not test.toast
    told = words(test)
    assert NOUNS[layer][lang == "en"] in told
    if lang == "en":
        metrics = [f"{each.label} {each.value}" for each in test.metric]
        charts = [str(json.loads(each.proto.spec)) for each in test.get("vega_lite_chart")]
        assert bool(charts) == (look != "centres")
        told = " ".join([told, *metrics, *charts, *tables_of_rows(test)])
        assert CHINESE.findall(told) == []


def test_the_default_finds_the_hot_spot_and_says_how_it_knows() -> None:
    told = words(page())
    assert "平台显著集聚于岳麓区" in told
    assert "<dt>随机排列</dt><dd>9,999</dd>" in told
    assert "错误发现率（FDR）校正" in told
    assert "<dt>随机种子</dt><dd>0</dd>" in told
    assert "换用 4 km、6 km 格网" in told
    assert "可塑面积单元问题" in told


@pytest.mark.parametrize(
    ("choices", "advice"),
    [
        ({"category": '["computing"]', "level": '["provincial"]'}, "请放宽"),
        ({"grid": "h3", "h3": "5", "rule": "distance", "reach": "2000"}, "邻居距离"),
        ({"category": '["event"]'}, "请放宽"),
        (EVENTS, "个点，不足 8 个"),
        (EVENTS | {"look": "distance"}, "只有 1 处位置"),
    ],
)
def test_what_cannot_be_tested_says_what_to_do(choices: dict[str, str], advice: str) -> None:
    test = page(**choices)
    assert not test.exception
    assert not test.error
    assert advice in words(test)


def test_too_few_cells_are_refused_and_one_click_makes_them_smaller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The districts hold more than 30 cells of any size on offer, so the bar is raised.
    monkeypatch.setattr(patterns, "FEWEST_UNITS", 60)
    ANSWERS.clear("layers.questions.patterns.refusal")
    test = page(cell_m="20000")
    assert "不足 60 个" in words(test)
    test.button[0].click().run()
    assert not test.exception
    assert not test.info
    assert test.slider(key="cell_m").value == 4000
    ANSWERS.clear("layers.questions.patterns.refusal")


def test_a_bad_link_opens_the_default_view() -> None:
    test = page(look="<script>", seed="-1")
    assert not test.exception
    assert "look" in test.toast[0].value
    assert "平台显著集聚" in words(test)


def test_a_choice_goes_into_the_address() -> None:
    test = page()
    assert "look" not in test.query_params
    test.selectbox(key="look@zh").set_value("distance").run()
    assert test.query_params["look"] in ("distance", ["distance"])
    assert "Ripley" in words(test)


# ---- answers ----


def test_hot_spots_and_their_groups_hold_the_same_cells_and_points() -> None:
    zones = PLATFORMS.answer()
    hot = zones[zones["hot_spot"].isin(patterns.HOT)]
    spots = tested_units.spots(PLATFORMS, kinds=patterns.HOT)
    assert sum(spot.cells for spot in spots) == len(hot)
    # Each says a whole number of what is to be expected.
    expected = pytest.approx(hot["count"].sum(), abs=0.5 * len(spots))
    assert sum(spot.points for spot in spots) == expected
    assert sum(spot.area_km2 for spot in spots) == pytest.approx(hot["area_km2"].sum())
    assert [spot.amount for spot in spots] == sorted((spot.amount for spot in spots), reverse=True)


def test_groups_of_cells_are_those_that_touch() -> None:
    zones = PLATFORMS.answer()
    hot = geo.to_metric(zones[zones["hot_spot"].isin(patterns.HOT)])
    joined = shapely.union_all(hot.geometry.buffer(1.0).to_numpy())
    parts = 1 if joined.geom_type == "Polygon" else len(joined.geoms)
    assert len(tested_units.spots(PLATFORMS, kinds=patterns.HOT)) == parts


def test_names_of_a_spot_lie_in_it() -> None:
    zones = PLATFORMS.answer()
    area = zones[zones["hot_spot"].isin(patterns.HOT)].geometry.union_all()
    main = tested_units.spots(PLATFORMS, kinds=patterns.HOT)[0]
    inside: set[str] = set()
    for name in ("cities", "nodes", "parks"):
        frame = layers.located(layers.load(name))
        inside |= set(frame.loc[frame.intersects(area), "name_zh"])
    assert main.places
    assert {zh for zh, _ in main.places} <= inside
    assert len({zh for zh, _ in main.places}) == len(main.places)


def test_the_axes_of_morans_scatter_give_local_i_back() -> None:
    zones = Clusters(PLATFORMS.points, Zones("hexagons", cell_m=5000)).answer()
    n = len(zones)
    again = (n - 1) / n * zones["value_z"] * zones["around_z"]
    assert np.allclose(again, zones["local_i"])
    high = zones["cluster"] == "high-high"
    assert high.any()
    assert (zones.loc[high, ["value_z", "around_z"]] > 0).all(axis=None)


def test_scope_counts_points_in_cells_and_their_places() -> None:
    scope = patterns.scope(PLATFORMS)
    located = PLATFORMS.points.located()
    cells = PLATFORMS.zones.frame().geometry.union_all()
    inside = located[located.intersects(cells)]
    # So many are to be expected in the cells.
    assert scope.points == round(PLATFORMS.answer()["count"].sum())
    assert scope.places == len({(p.x, p.y) for p in inside.geometry})
    assert scope.stated is None
    weighted = patterns.scope(replace(PLATFORMS, points=Points("projects"), weight=INVESTMENT))
    assert 0 < weighted.stated <= weighted.points


def test_other_sizes_are_a_quarter_smaller_and_larger() -> None:
    sizes = [zones.cell_m for zones, _ in tested_units.other_sizes(PLATFORMS, kinds=patterns.HOT)]
    assert sizes == [4000, 6000]  # 3750 and 6250, to the step of the control


def test_each_place_counts_once() -> None:
    points = Points("platforms")
    every, once = (spacing.spaced(points, once=once) for once in (False, True))
    places = {(p.x, p.y) for p in every.geometry}
    assert len(once) == len(places) < len(every)
    assert spacing.nearest(points, once=True)["coincident"] == 0
    assert spacing.nearest(points, once=False)["coincident"] > 0
    assert spacing.places_inside(points) == Spacing(points).answer().attrs["points"]


def test_centres_lead_from_that_of_all() -> None:
    found = Centres(Points("platforms"), "category").answer()
    first = found.iloc[0]
    assert (first["category"], first["kind"], first["from_all_km"]) == (centre_maps.ALL, "mean", 0)
    metric = geo.to_metric(found).geometry
    for at in range(1, len(found)):
        far = metric.iloc[at].distance(metric.iloc[0]) / 1000
        assert found["from_all_km"].iloc[at] == pytest.approx(far)
        east = metric.iloc[at].x > metric.iloc[0].x
        assert (found["bearing_deg"].iloc[at] < 180) == east


def test_only_groups_of_ten_have_an_ellipse_of_their_own() -> None:
    asked = Centres(Points("platforms"), "category")
    rings = asked.rings()
    counts = asked.points.located()["category"].value_counts()
    assert set(rings["category"]) == {centre_maps.ALL, *counts[counts >= 10].index}


def test_whereabouts_name_the_district_and_the_nearest_node() -> None:
    nodes = layers.located(layers.load("nodes")).set_index("id")
    found = centres.whereabouts(nodes.geometry["node-meixihu"])
    assert (found.district, found.near) == (("岳麓区", "Yuelu District"), ("梅溪湖", "Meixihu"))
    assert found.near_km == pytest.approx(0.0)
    assert centres.whereabouts(shapely.Point(116.4, 39.9)).district is None


# ---- maps ----


def titles(document: dict) -> list[str]:
    return [layer["title"]["en"] for layer in document["layers"] if layer["group"] == "analysis"]


def test_the_map_has_one_layer_for_each_class_that_there_is() -> None:
    zones = PLATFORMS.answer()
    document = json.loads(maps.document(PLATFORMS, lang="en"))
    shown = [layer for layer in document["layers"] if layer["group"] == "analysis"]
    assert sum(layer["count"] for layer in shown[:-1]) == len(zones)
    assert len(shown) - 1 == zones["hot_spot"].nunique()
    assert titles(document)[-1] == "Innovation platforms"


def test_the_map_opens_where_the_points_are() -> None:
    (south, west), (north, east) = json.loads(maps.document(PLATFORMS, lang="zh"))["bounds"]
    bounds = PLATFORMS.points.located().total_bounds
    assert west < bounds[0] < bounds[2] < east
    assert south < bounds[1] < bounds[3] < north


def test_centres_and_ellipses_are_named_by_group() -> None:
    document = json.loads(maps.document(Centres(Points("platforms"), "category"), lang="en"))
    assert {"Mean: All", "Median: All", "Ellipse: All", "Mean: Universities"} <= set(
        titles(document)
    )
