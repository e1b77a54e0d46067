"""Readings of results: the words follow from the numbers, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from layers.questions import cluster_reading, point_reading
from layers.questions.cluster_reading import Scope, Spot
from layers.questions.point_reading import Whereabouts

YUELU, WANGCHENG = ("岳麓区", "Yuelu District"), ("望城区", "Wangcheng District")
CITY, LAKE = ("岳麓山大学科技城", "University Science City"), ("梅溪湖", "Meixihu")
CHINESE = re.compile(r"[\u3400-\u9fff]")
WORDS = Path(__file__).parents[3] / "app" / "words" / "pattern.json"


def spot(**changes: object) -> Spot:
    values = {
        "district": YUELU,
        "places": (CITY, LAKE),
        "cells": 6,
        "points": 35,
        "amount": 35.0,
        "area_km2": 240.0,
    }
    return Spot(**(values | changes))


def scope(**changes: object) -> Scope:
    values = {
        "nouns": ("平台", "platforms"),
        "points": 57,
        "places": 40,
        "amount": 57.0,
        "cells": 150,
        "zero_cells": 120,
        "area_km2": 6000.0,
    }
    return Scope(**(values | changes))


def test_hot_spots_say_where_how_many_and_of_what():
    told = cluster_reading.hot_spots(scope(), [spot()], [], {"99": 2, "95": 4, "90": 0}, lang="zh")
    assert told[0] == "平台显著集聚于岳麓区（岳麓山大学科技城、梅溪湖一带）。"
    # 240 of 6000 km² are 4 %, 35 of 57 platforms 61.4 %.
    assert told[1] == (
        "6 个单元为热点（99 % 置信度 2 个、95 % 置信度 4 个），"
        "占检验面积的 4.0 %、所计平台的 61.4 %。"
    )
    assert told[2] == "未发现显著冷点：多数单元为零，冷点本就难以显现。"
    assert len(told) == 3


def test_hot_spots_in_english():
    told = cluster_reading.hot_spots(scope(), [spot()], [], {"99": 0, "95": 6, "90": 0}, lang="en")
    assert told[0] == (
        "Significant hot spots of platforms in Yuelu District "
        "(around University Science City, Meixihu)."
    )
    assert told[1] == (
        "Hot spots are 6 units (6 at 95 %): 4.0 % of the area tested, "
        "61.4 % of the platforms counted."
    )


def test_a_second_hot_spot_has_a_sentence_of_its_own_and_counts_in_the_sum():
    second = spot(district=WANGCHENG, places=(), cells=1, points=3, amount=3.0, area_km2=60.0)
    told = cluster_reading.hot_spots(scope(), [spot(), second], [], {"95": 7}, lang="zh")
    assert "7 个单元为热点" in told[1]
    assert "5.0 %、所计平台的 66.7 %" in told[1]  # 300 / 6000 and 38 / 57
    assert told[2] == "另有热点在望城区：1 个单元，3 个平台。"


def test_without_a_hot_spot_it_says_so_and_what_to_try():
    told = cluster_reading.hot_spots(scope(), [], [], {}, lang="zh")
    assert told[0] == "按此分区未发现平台的显著热点。"
    assert "这不等于分布均匀" in told[1]


def test_a_cold_spot_is_named_by_its_largest_group():
    small, large = spot(cells=2), spot(district=WANGCHENG, cells=9)
    told = cluster_reading.hot_spots(scope(zero_cells=0), [], [small, large], {}, lang="zh")
    assert told[2] == "11 个单元为冷点，最大一片在望城区。"
    told = cluster_reading.hot_spots(scope(zero_cells=0), [], [], {}, lang="zh")
    assert told[2] == "未发现显著冷点。"


def test_investment_is_called_investment_and_says_who_states_it():
    weighted = scope(
        nouns=("项目", "projects"), amount=500.0, stated=20, amount_nouns=("投资", "investment")
    )
    told = cluster_reading.hot_spots(weighted, [spot(amount=100.0)], [], {"95": 6}, lang="zh")
    assert told[0].startswith("投资显著集聚于岳麓区")
    assert "所计投资的 20.0 %" in told[1]
    assert told[-1] == "57 个项目中 20 个载明数额，其余按零计。"


@pytest.mark.parametrize(("places", "warned"), [(14, True), (28, True), (29, False), (57, False)])
def test_points_that_share_places_are_told(places: int, warned: bool):  # noqa: FBT001
    told = cluster_reading.shared_places(scope(places=places), lang="zh")
    assert bool(told) == warned
    if told:
        assert f"57 个平台只有 {places} 处位置" in told[0]


def test_clusters_and_outliers():
    found = {
        "high-high": [spot(cells=3, points=7, amount=7.0)],
        "low-low": [],
        "high-low": [spot(cells=1, places=())],
        "low-high": [],
    }
    told = cluster_reading.clusters(scope(), found, lang="zh")
    assert told[0].startswith("平台的高值集聚在岳麓区")
    assert told[1] == "3 个单元自身多、四邻也多，共 7 个平台，占所计平台的 12.3 %。"  # 7 / 57
    assert told[2] == "1 个单元是高值离群：自身多而四邻少，在岳麓区。"
    none = cluster_reading.clusters(scope(), {key: [] for key in found}, lang="zh")
    assert none[0] == "按此分区未发现平台的显著高值集聚。"
    assert none[-1] == "未发现显著离群。"


def test_several_groups_name_each_district_once():
    other = spot(district=WANGCHENG, places=())
    told = cluster_reading.everywhere(
        [spot(places=(CITY,)), other, spot(places=(LAKE, CITY))], lang="zh"
    )
    assert told == "岳麓区（岳麓山大学科技城、梅溪湖一带）、望城区"


def test_other_sizes_of_cells():
    both = cluster_reading.other_sizes("hot", YUELU, [("4 km", YUELU), ("6 km", YUELU)], lang="zh")
    assert both == "换用 4 km、6 km 格网，首位热点仍在岳麓区。"
    moved = cluster_reading.other_sizes(
        "hot", YUELU, [("4 km", WANGCHENG), ("6 km", None)], lang="zh"
    )
    assert moved == (
        "换用 6 km 格网，热点不再显著。换用 4 km 格网，首位热点改在望城区。结论随格网而变，宜慎用。"
    )
    new = cluster_reading.other_sizes("high", None, [("4 km", YUELU), ("6 km", None)], lang="zh")
    assert new == "换用 4 km 格网，高值集聚出现在岳麓区。结论随格网而变，宜慎用。"
    assert cluster_reading.other_sizes("hot", None, [("4 km", None)], lang="zh") == ""
    assert cluster_reading.other_sizes("hot", YUELU, [], lang="zh") == ""


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("clustered", "数值相近"), ("dispersed", "相间"), ("random", "未见显著关联")],
)
def test_the_whole_map(verdict: str, words: str):
    table = pd.DataFrame({"value": [0.1634], "p_value": [0.0002]}, index=["moran_i"])
    table.attrs["reading"] = verdict
    told = cluster_reading.overall(table, lang="zh")
    assert words in told
    assert "Moran I = 0.163，p < 0.001" in told


# ---- distances ----


def curve(l_km: list[float], low_km: float, high_km: float, verdict: str) -> pd.DataFrame:
    """Return a curve of L at 1, 2, 3, … km with a level band."""
    table = pd.DataFrame(
        {
            "distance_m": [1000.0 * (at + 1) for at in range(len(l_km))],
            "l": [1000.0 * value for value in l_km],
            "l_band_low": 1000.0 * low_km,
            "l_band_high": 1000.0 * high_km,
        }
    )
    table.attrs |= {"p_value": 0.005, "reading": verdict}
    return table


def test_ranges_are_the_runs_outside_the_band():
    table = curve([3, 3, 1, 3, 0], 0.5, 2, "clustered")
    assert point_reading.ranges_km(table, above=True) == [(1.0, 2.0), (4.0, 4.0)]
    assert point_reading.ranges_km(table, above=False) == [(5.0, 5.0)]


def test_distances_in_words():
    assert point_reading.distances(curve([3, 3, 1, 1], 0, 2, "clustered"), lang="zh") == (
        "在 1.0–2.0 km 的距离上显著集聚，其余距离与随机无显著差别（整条曲线 p = 0.005）。"
    )
    assert point_reading.distances(curve([3, 3, 3], 0, 2, "clustered"), lang="zh") == (
        "在所检验的 1.0–3.0 km 各距离上都显著集聚（整条曲线 p = 0.005）。"
    )
    assert "1.0–3.0 km 的距离上显著离散" in point_reading.distances(
        curve([0, 0, 0], 1, 2, "dispersed"), lang="zh"
    )
    assert "与随机分布无显著差别" in point_reading.distances(
        curve([1, 1], 0, 2, "random"), lang="zh"
    )


def test_the_nearest_neighbour_and_what_shared_places_do():
    found = pd.Series({"observed_m": 4380.0, "expected_corrected_m": 13650.0, "p_corrected": 1e-9})
    found["ratio_corrected"] = 0.3209
    found.attrs["reading"] = "clustered"
    each = pd.Series({"ratio_corrected": 0.0617})
    told = point_reading.nearest(found, each, lang="zh")
    assert told.startswith(
        "到最近一处平均 4.4 km，随机分布应为 13.7 km，最近邻指数 0.32（p < 0.001）"
    )
    assert told.endswith("若同址各点分别计，指数为 0.06：差别只来自同址。")
    assert "0.06" not in point_reading.nearest(found, lang="zh")


def test_counted_in_the_study_area():
    told = point_reading.counted_in(
        "园区", points=35, places=14, coincident=28, outside=0, once=True, lang="zh"
    )
    assert told == "研究范围内 35 个园区只有 14 处位置；以下每处只计一次。"
    told = point_reading.counted_in(
        "园区", points=35, places=14, coincident=28, outside=2, once=False, lang="zh"
    )
    assert "28 个与他者同址" in told
    assert told.endswith("另有 2 个在研究范围之外，不计。")
    none = point_reading.counted_in(
        "园区", points=35, places=35, coincident=0, outside=0, once=True, lang="zh"
    )
    assert none == ""


# ---- centres ----


@pytest.mark.parametrize(
    ("degrees", "words"),
    [(0, "北"), (22, "北"), (23, "东北"), (90, "东"), (180, "南"), (315, "西北"), (359.9, "北")],
)
def test_bearings(degrees: float, words: str):
    assert point_reading.bearing(degrees, lang="zh") == words


@pytest.mark.parametrize(
    ("degrees", "words"),
    [(0, "南—北"), (45, "东北—西南"), (90, "东—西"), (135, "东南—西北"), (179, "南—北")],
)
def test_axes(degrees: float, words: str):
    assert point_reading.axis(degrees, lang="zh") == words


def test_centres_in_words():
    place = Whereabouts(district=YUELU, near=LAKE, near_km=1.24)
    mean = pd.Series({"n": 57, "from_all_km": 0.0, "bearing_deg": 0.0})
    median = pd.Series({"n": 57, "from_all_km": 3.2, "bearing_deg": 44.0})
    told = point_reading.centre_of_all("平台", place, mean, median, lang="zh")
    assert told == "57 个平台的平均中心位于岳麓区，距梅溪湖 1.2 km；中位中心在其东北 3.2 km。"
    same = point_reading.centre_of_all("platforms", place, mean, mean, lang="en")
    assert same == (
        "The mean centre of 57 platforms is in Yuelu District, 1.2 km from Meixihu, "
        "and so is the median centre."
    )
    group = point_reading.centre_of_group("计算平台", place, median, lang="zh")
    assert group.endswith("向东北偏离全部中心 3.2 km。")
    outside = Whereabouts(district=None, near=LAKE, near_km=40.0)
    assert point_reading.at(outside, lang="zh") == "行政区界外，距梅溪湖 40.0 km"


def test_an_ellipse_that_is_nearly_round_has_no_direction():
    found = pd.Series({"major_m": 16_000, "minor_m": 6_000, "angle_deg": 95, "inside_pct": 70.2})
    assert point_reading.ellipse("平台", found, lang="zh") == (
        "全部平台沿东—西方向展开：椭圆半轴 16.0 km 与 6.0 km，圈内 70 %。"
    )
    found["minor_m"] = 15_000
    assert "各方向展开相近" in point_reading.ellipse("平台", found, lang="zh")
