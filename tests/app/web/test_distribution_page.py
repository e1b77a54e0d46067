"""The distribution page without a browser, and the figures it is made of."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401  gives arrays their .rio
import xarray as xr
from shapely import Point, box
from streamlit.testing.v1 import AppTest
from test_app import tables_of_rows

import layers
from app.texts import _texts
from app.web import maps, own_data, results
from app.web.charts import _told_apart
from geo.errors import InputError
from layers import questions
from layers.keeping.brought import keep_points, keep_raster, keep_zones
from layers.keeping.own_points import Roles, own_points
from layers.look.overlay_classes import classify
from layers.questions import zone_results
from layers.questions.asking import parameters_of
from layers.questions.concentration import Concentration
from layers.questions.distribution import Shown
from layers.questions.scales import SCALES, SCHEMES
from layers.questions.subjects import Points, Zones
from layers.record.specification import read_spec
from layers.words import both

INVESTMENT = "investment_100m_cny"

ROOT = Path(__file__).resolve().parents[3]
TIMEOUT_S = 60
PROJECTS, CIRCLES = Points("projects"), Zones("circles")
ASKED = questions.Distribution(PROJECTS, CIRCLES)
GAOXIN = "circle-gaoxin"


def page(session: dict[str, object] | None = None, **parameters: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=TIMEOUT_S)
    for key, value in parameters.items():
        test.query_params[key] = value
    for key, value in (session or {}).items():
        test.session_state[key] = value
    test = test.switch_page("app/pages/distribution.py").run()
    assert not test.exception
    assert not test.error
    return test


def words(test: AppTest) -> str:
    said = " ".join(str(part.value) for part in [*test.caption, *test.info, *test.warning])
    return said.replace("\xa0", " ")


def own(*boxes: tuple[float, float, float, float]) -> str:
    names = [f"own {number}" for number in range(len(boxes))]
    frame = gpd.GeoDataFrame(
        {"name_zh": names}, geometry=[box(*bounds) for bounds in boxes], crs="EPSG:4490"
    )
    return keep_zones(layers.plan.zonings.own_zones(frame))


def persons(west: float, south: float, east: float, north: float, each: float = 100.0) -> str:
    """Keep a raster with as many people in each cell of 0.01 degrees."""
    x = np.arange(west + 0.005, east, 0.01)
    y = np.arange(north - 0.005, south, -0.01)
    array = xr.DataArray(np.full((y.size, x.size), each), {"y": y, "x": x}, ("y", "x"))
    return keep_raster(array.rio.write_crs("EPSG:4326"))


def brought(**names: str) -> dict[str, object]:
    """Return a session in which something was brought for each use."""
    own = {name: own_data.Own(name, use, f"own {use}", 1) for use, name in names.items()}
    return {own_data.KEY: own}


NEW_AREA = (112.0, 27.5, 113.5, 28.8)


# ---- the page ----


@pytest.fixture
def captions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which results add their captions."""
    said: list[str] = []
    monkeypatch.setattr(results.st, "caption", said.append)
    return said


# The scales that a measure has not.
LACKING = {
    "density": {"share"},
    "investment_share": {"share"},
    "sector": {"log"},
    "diversity": {"share", "log"},
    "per_10k": {"share"},
}


def test_a_scale_that_a_measure_has_not_is_said(captions: list[str]) -> None:
    titles = dict(zip(SCALES, ["数值（金额）", "占比", "对数"], strict=True))
    for measure, scale in itertools.product(questions.MEASURES, SCALES):
        captions.clear()
        results.scale_notes(Shown(ASKED, measure, scale))
        said = f"没有“{titles[scale]}”" in " ".join(captions)
        assert said == (scale in LACKING.get(measure, ())), (measure, scale)


# Few zones, areas that overlap, and cells; all zonings with every measure are tried below.
@pytest.mark.parametrize(
    ("zoning", "measure", "scale", "tab", "told"),
    [
        ("cities", "sector", "share", "table", ""),
        ("park_areas", "investment_share", "log", "structure", "Gini"),
        ("squares", "diversity", "amount", "classes", "分级解释了差异的"),
    ],
)
def test_a_tab_of_each_kind_of_zoning_is_drawn_once_it_is_open(
    zoning: str, measure: str, scale: str, tab: str, told: str
) -> None:
    test = page(zoning=zoning, measure=measure, scale=scale, tab=tab)
    assert [each for each in ("Gini", "分级解释了差异的") if each in words(test)] == [
        *filter(None, [told])
    ]
    assert bool(tables_of_rows(test)) == (tab == "table")


def test_a_link_to_what_another_brought_is_refused_in_words() -> None:
    test = page(zoning="own-0123456789abcdef0123456789abcdef")
    assert [each.value for each in test.toast] == [_texts()["app.anothers"]["zh"]]
    zoning = next(box for box in test.selectbox if box.label == _texts()["choose.zoning"]["zh"])
    assert zoning.value == "circles"


@pytest.mark.parametrize("zoning", layers.zoning_names())
def test_every_zoning_with_every_measure_and_every_scale(zoning: str) -> None:
    """Each measure has each scale in some of the zonings."""
    asked = questions.Distribution(PROJECTS, Zones(zoning))
    turn = layers.zoning_names().index(zoning)
    for at, measure in enumerate(m for m in questions.MEASURES if m != "per_10k"):
        shown = Shown(asked, measure, SCALES[(at + turn) % len(SCALES)])
        table = zone_results.table(shown)
        overlay = shown.overlay(("zh", "en")[(at + turn) % 2])
        assert overlay.column == shown.column
        # Cells of a grid that nothing lies in are not drawn.
        assert 0 < len(overlay.frame) <= len(table)
    assert results.no_comparison(shown) is None
    assert results.quotients_file(shown).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("scale", ["amount", "log"])
def test_every_scheme_colours_the_map_as_its_tab_says(scheme: str, scale: str) -> None:
    shown = Shown(questions.Distribution(PROJECTS, Zones("hexagons")), "count", scale, scheme, 4)
    found = zone_results.classified(shown)
    codes = classify(shown.overlay("zh")).codes
    assert np.bincount(codes, minlength=len(found.uppers)).tolist() == list(found.counts)
    assert sum(found.counts) == int(
        (zone_results.table(shown)["count"] >= zone_results.UNLIKELY).sum()
    )


def test_the_scheme_is_named_with_its_number_of_classes_and_notes() -> None:
    shown = Shown(
        questions.Distribution(PROJECTS, Zones("hexagons")), "count", "amount", "head_tail", 4
    )
    found = zone_results.classified(shown)
    said = words(page(zoning="hexagons", scheme="head_tail", classes="4", tab="classes"))
    assert f"头尾分割，{len(found.uppers)} 级" in said
    assert all(both(f"classes.{note}")[0] in said for note in found.notes)


def test_the_project_that_dwarfs_all_is_told_with_the_way_out(captions: list[str]) -> None:
    stated = PROJECTS.chosen()[INVESTMENT].dropna()
    ratio = round(1000 / float(np.median(stated)))
    results.scale_notes(Shown(ASKED, "investment"))
    assert f"1,000 亿元，为中位数的 {ratio} 倍" in captions[0].replace("\xa0", " ")
    for measure, scale in (("investment", "log"), ("count", "amount")):
        captions.clear()
        results.scale_notes(Shown(ASKED, measure, scale))
        assert captions == []


def test_a_log_scale_is_named_wherever_it_is_used() -> None:
    assert "投资额（亿元），对数尺度" in words(page(measure="investment", scale="log"))
    document = json.loads(maps.document(Shown(ASKED, "investment", "log"), lang="en"))
    titles = [layer["title"]["en"] for layer in document["layers"]]
    assert any(title.startswith("Investment (100 million CNY), log scale") for title in titles)


def test_the_selected_zone_is_in_the_address_and_says_how_sure_its_place_is() -> None:
    drawn = questions.zone_draws(ASKED)
    order = drawn.zones.sort_values("count", ascending=False)
    first, second = order["id"].iloc[:2]
    chance = drawn.ahead.loc[order.index[0], order.index[1]]
    found = zone_results.certainty(Shown(ASKED, "count"), first)
    assert found == (True, second, pytest.approx(100 * chance))
    names = order.set_index("id")["name_zh"]
    test = page(selected=first)
    assert f"确实领先第二名“{names[second]}”的概率" in words(test)
    assert test.query_params["selected"] in (first, [first])
    last = zone_results.table(Shown(ASKED, "investment", "share"))["id"].iloc[-1]
    test = page(selected=last, measure="investment", scale="share")
    assert f"确实多于末位“{names[last]}”的概率" in words(test)
    assert "投资额占比（%）" in words(test)


def test_what_no_draw_denied_is_not_called_certain() -> None:
    assert results.percent(100.0) == results.percent(99.6) == "> 99"
    assert results.percent(98.4) == "98"


def test_a_bad_choice_in_the_link_is_named() -> None:
    test = page(scheme="thirds", scale="cubic", classes="40")
    assert all(name in test.toast[0].value for name in ("scheme", "scale", "classes"))


def test_the_unlocated_are_listed_and_counted_and_the_totals_stay() -> None:
    test = page(tab="unlocated")
    assert tables_of_rows(test) == []
    assert test.metric[0].value == str(len(PROJECTS.chosen()))
    unlocated = PROJECTS.unlocated()
    # A row each, below that of the titles.
    assert any(part.proto.body.count("<tr>") == len(unlocated) + 1 for part in test.get("html"))
    lacking = layers.placed_share(PROJECTS.chosen()).lacking
    assert f"另有 {lacking} 个要素" in words(test)
    assert f"本身没有位置的 {len(unlocated) - lacking} 个" in words(test)


# ---- zones and people that a visitor brings ----


def test_own_zones_without_a_project_say_what_to_do() -> None:
    name = own((110.0, 27.0, 110.1, 27.1), (110.2, 27.0, 110.3, 27.1))
    for measure in ("investment", "sector"):
        test = page(brought(zones=name), zoning=name, measure=measure, tab="structure")
        assert "所有分区内都没有符合条件的项目" in words(test)
        assert "没有大于零的分区" in words(test)


def test_one_zone_alone_has_rank_one_of_one_and_no_gini() -> None:
    name = own((112.0, 27.5, 113.5, 28.8))
    test = page(brought(zones=name), zoning=name, selected="zone-1", tab="structure")
    assert "Gini 系数和名次都无从谈起" in words(test)
    assert "名次 1 / 1" in words(test)
    shown = Shown(questions.Distribution(PROJECTS, Zones(name)), "count")
    assert zone_results.certainty(shown, "zone-1") is None
    assert zone_results.table(shown)["rank"].tolist() == [1]


def test_a_rate_without_people_asks_for_them_and_shows_the_count() -> None:
    test = page(measure="per_10k")
    assert "请在“数据导入”里选一幅人口栅格" in test.info[0].value
    assert "项目数（个）" in words(test)


def test_a_rate_is_projects_by_people() -> None:
    kept = persons(*NEW_AREA)
    test = page(brought(population=kept), measure="per_10k")
    assert "人口栅格在用" in words(test)
    zones = zone_results.table(Shown(replace_population(kept), "per_10k"))
    people = zones["population"]
    assert (people > 0).all()
    assert zones["per_10k_people"].tolist() == pytest.approx(10_000 * zones["count"] / people)
    assert zones["low"].tolist() == pytest.approx(10_000 * zones["count_low"] / people)


def replace_population(kept: str) -> questions.Distribution:
    return questions.Distribution(PROJECTS, CIRCLES, population=kept)


def test_a_zone_half_beyond_the_raster_has_no_rate() -> None:
    west, south, east, north = 112.80, 28.10, 112.90, 28.20
    zones = own((west, south, east, north), (east, south, east + 0.1, north))
    kept = persons(west, south, east + 0.05, north)  # all of the first, half of the second
    shown = Shown(questions.Distribution(PROJECTS, Zones(zones), population=kept), "per_10k")
    found = zone_results.table(shown).set_index("id")
    assert found.loc["zone-1", "population"] == pytest.approx(100 * 10 * 10, rel=1e-6)
    assert np.isnan(found.loc["zone-2", "per_10k_people"])
    test = page(brought(zones=zones, population=kept), zoning=zones, measure="per_10k")
    assert "覆盖不足 90 % 的 1 个，无人口的 0 个" in words(test)


def test_a_raster_that_misses_the_zones_is_one_sentence_and_the_count() -> None:
    test = page(brought(population=persons(100, 20, 100.1, 20.1)), measure="per_10k")
    assert "人口栅格不能用于这些分区" in test.warning[0].value
    assert "项目数（个）" in words(test)


def test_measured_needs_people_for_a_rate() -> None:
    with pytest.raises(InputError, match="per_10k needs a population"):
        questions.measured(ASKED, "per_10k")
    with pytest.raises(InputError, match="no raster of persons"):
        questions.population(ASKED)


# ---- the figures ----


def test_the_table_is_sorted_and_its_intervals_are_those_of_the_draws() -> None:
    zones = zone_results.table(Shown(ASKED, "investment"))
    assert zones["weight_sum"].is_monotonic_decreasing
    assert zones["rank"].tolist() == [1, 2, 3, 4]
    drawn = questions.zone_draws(questions.Distribution(PROJECTS, CIRCLES, weight=INVESTMENT))
    by_id = drawn.zones.set_index("id").loc[zones["id"]]
    assert zones["low"].tolist() == by_id["weight_sum_low"].tolist()
    assert zones["rank_high"].tolist() == by_id["weight_rank_high"].tolist()


def test_shares_have_ranks_with_intervals_and_no_interval_of_their_own() -> None:
    zones = zone_results.table(Shown(ASKED, "count", "share"))
    assert {"rank_low", "rank_high"} < set(zones.columns)
    assert "low" not in zones.columns
    assert zone_results.table(Shown(ASKED, "count"))["id"].tolist() == zones["id"].tolist()


def test_sectors_and_diversity_follow_from_the_sectors_of_each_zone() -> None:
    shares = questions.shares(ASKED)
    inside = shares[shares["zone"] == GAOXIN].set_index("id")["share"]
    sectors = PROJECTS.known().set_index("id")["sector"].reindex(inside.index)
    counts = inside.groupby(sectors).sum()
    sector = zone_results.table(Shown(ASKED, "sector")).set_index("id")
    diverse = zone_results.table(Shown(ASKED, "diversity")).set_index("id")
    there = 1 - (1 - inside).groupby(sectors).prod()
    assert sector.loc[GAOXIN, "sectors"] == pytest.approx(there.sum())
    parts = counts / counts.sum()
    assert diverse.loc[GAOXIN, "effective_sectors"] == pytest.approx(1 / (parts**2).sum())
    stacked = zone_results.kinds_of_zones(ASKED)
    of_zone = stacked[stacked["id"] == GAOXIN].set_index("kind")
    assert of_zone["count"].to_dict() == pytest.approx(counts.to_dict())
    assert of_zone["pct"].sum() == pytest.approx(100)


def test_log_classes_keep_zeros_apart_and_end_with_values_that_occur() -> None:
    parts = questions.Distribution(PROJECTS.filtered("sector", ("urban",)), Zones("planning_area"))
    shown = Shown(parts, "count", "log", "equal_interval", 4)
    found = zone_results.classified(shown)
    values = zone_results.on_map(shown)["count"]
    zeros = int((values == 0).sum())
    assert zeros
    assert found.uppers[0] == 0.0
    assert found.counts[0] == zeros
    assert set(found.uppers) <= set(values.astype(float))
    assert len(found.uppers) <= 4
    assert found.scheme == "equal_interval"


ASKED_BY_DISTRICT = questions.Distribution(PROJECTS, Zones("districts"))


def test_concentration_is_that_of_the_amounts_behind_what_is_shown() -> None:
    share = Concentration(Shown(ASKED, "investment_share").question).answer()
    amounts = zone_results.table(Shown(ASKED, "investment"))["weight_sum"]
    assert share["top_share_pct"] == pytest.approx(100 * amounts.max() / amounts.sum())
    assert "half_on_area_pct" not in share.index  # the circles overlap
    districts = Concentration(Shown(ASKED_BY_DISTRICT, "density").question).answer()
    assert (
        districts["total"] == zone_results.table(Shown(ASKED_BY_DISTRICT, "count"))["count"].sum()
    )
    assert 0 < districts["half_on_area_pct"] < 100


def test_the_file_of_quotients_has_every_zone_and_sector() -> None:
    content = results.quotients_file(Shown(ASKED, "count"))
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").splitlines()
    sectors = PROJECTS.located()["sector"].nunique()
    assert len(lines) == 1 + 4 * sectors
    assert lines[0].startswith("zone,category,count,zone_count,expected,quotient,low,high,reading")
    assert "高新区技术创新圈" in content.decode("utf-8-sig")


def test_zones_of_one_name_are_told_apart() -> None:
    table = pd.DataFrame({"id": ["a", "b", "a", "c"], "name": ["洋湖", "洋湖", "洋湖", "坪塘"]})
    assert _told_apart(table).tolist() == ["洋湖", "洋湖 2", "洋湖", "坪塘"]


# ---- what says nothing ----


@pytest.mark.parametrize("measure", ["sector", "diversity"])
def test_projects_of_one_sector_are_counted_and_not_compared(measure: str) -> None:
    test = page(measure=measure, sector='["electronics"]')
    assert "所选指标在这里没有意义" in test.warning[0].value
    assert "只有“电子信息”一类" in words(test)
    assert "项目数（个）" in words(test)
    labels = [button.label for button in test.get("download_button")]
    assert not any("区位商" in label for label in labels)


def test_one_zone_is_compared_with_nothing() -> None:
    name = own((112.0, 27.5, 113.5, 28.8))
    assert "只有一个分区内有要素" in words(page(brought(zones=name), zoning=name, tab="structure"))


def test_a_rate_is_exported_with_its_people_and_a_scale_only_where_it_is_one() -> None:
    kept = persons(*NEW_AREA)
    asked = questions.Distribution(PROJECTS, CIRCLES, population=kept)
    assert parameters_of(Shown(asked, "per_10k"))["population"] == kept
    assert "population" not in parameters_of(Shown(asked, "count"))
    assert parameters_of(Shown(asked, "density", "share"))["scale"] == "amount"
    sheet = {"review_number": "internal"}
    spec = {"map": "distribution", "sheet": sheet}
    shown = Shown(asked, "per_10k")
    content = read_spec(spec | {"parameters": parameters_of(shown)}).content()
    assert content.overlays[0].column == "per_10k_people"


def test_places_that_do_not_move_have_no_interval() -> None:
    shapes = [Point(112.85 + n / 100, 28.15 + n / 100) for n in range(10)]
    frame = gpd.GeoDataFrame({"name": list("abcdefghij")}, geometry=shapes, crs="EPSG:4490")
    points = keep_points(own_points(frame, title="own", roles=Roles(name="name")))
    for name in ("distribution", "density"):
        test = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=TIMEOUT_S)
        test.query_params["layer"] = points
        for key, value in brought(points=points).items():
            test.session_state[key] = value
        test = test.switch_page(f"app/pages/{name}.py").run()
        assert not test.exception
        assert "这些点都没有位置精度" in words(test)
        assert "的概率" not in words(test)
