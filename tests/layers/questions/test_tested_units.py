"""Hot spots and clusters of shops, tested for once, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from geo.numerals import number
from layers.questions import autocorrelation, cluster_reading, patterns, point_reading, tested_units
from layers.questions.autocorrelation import Autocorrelation
from layers.questions.cluster_reading import Scope, Spot
from layers.questions.clusters import Clusters
from layers.questions.hot_spots import HotSpots
from layers.questions.nearest import Nearest
from layers.questions.point_reading import Whereabouts
from layers.questions.spacing import Spacing
from layers.questions.subjects import Points, Zones

pytestmark = pytest.mark.usefixtures("tiny")

SHOPS, CELLS = Points("shops"), Zones("squares", cell_m=10_000)
HOT = HotSpots(SHOPS, CELLS, permutations=99)
WEST, EAST = ("西", "West"), ("东", "East")
SPOT = Spot(WEST, (), 2, 3, 3.0, 50.0)
SCOPE = Scope(("店", "shops"), 9, 8, 9.0, 100, 50, 400.0)


@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        (HOT, {"z", "p_fdr", "hot_spot"}),
        (Clusters(SHOPS, CELLS, permutations=99), {"local_i", "value_z", "around_z", "cluster"}),
    ],
)
def test_every_unit_has_a_class(asked: HotSpots | Clusters, columns: set[str]) -> None:
    units = asked.answer()
    assert columns <= set(units.columns)
    assert units.attrs["tested"] == "count"
    assert len(units) == len(patterns.counted(asked))
    assert set(units[asked.CLASSES]) <= {*asked.ORDER, "island", "not significant"}
    said = asked.worked_out("en")
    assert said["overall_permutations"] == "999"
    assert said["units"].startswith(f"{len(units)} ")
    assert said["correction"]
    # What was found is told, or that there is nothing and why.
    assert len(asked.sentences("en")) >= 2
    assert asked.title("en").endswith(": Shops")
    assert replace(asked, weight="accuracy_m").title("en").endswith(": Accuracy")


def test_levels_of_hot_units_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = pd.DataFrame({"hot_spot": ["hot 99", "hot 95", "hot 95", "cold 99", "island"]})
    given: list[object] = []
    monkeypatch.setattr("layers.questions.hot_spots.hot_spots", lambda _: found)
    monkeypatch.setattr("layers.questions.hot_spots.spots", lambda _, kinds: kinds)
    monkeypatch.setattr(patterns, "scope", lambda _: SCOPE)
    monkeypatch.setattr(
        cluster_reading, "hot_spots", lambda *said, lang: given.extend((*said, lang)) or ["told"]
    )
    assert HOT.sentences("en") == ["told"]
    levels = {"99": 1, "95": 2, "90": 0}
    assert given == [SCOPE, patterns.HOT, patterns.COLD, levels, "en"]


def test_the_reading_ends_with_whether_other_cells_say_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tested_units, "spots", lambda *_, **__: (SPOT,))
    smaller = replace(CELLS, cell_m=7500)
    monkeypatch.setattr(tested_units, "other_sizes", lambda *_, **__: ((smaller, EAST),))
    monkeypatch.setattr(HotSpots, "sentences", lambda *_: ["First.", ""])
    first, steady = HOT.told("en")
    assert first == "First."
    assert "7.5 km" in steady
    assert "East" in steady
    monkeypatch.setattr(tested_units, "other_sizes", lambda *_, **__: ())
    assert HOT.told("en") == ["First."]
    # Without a spot there is no district that others could have too.
    with monkeypatch.context() as without:
        said: list[object] = []
        without.setattr(tested_units, "spots", lambda *_, **__: ())
        without.setattr(
            cluster_reading, "other_sizes", lambda *given, lang: said.extend((*given, lang)) or ""
        )
        assert HOT.told("en") == ["First."]
        assert said == [HOT.SPOT, None, [], "en"]
    figures = pd.DataFrame({"value": [0.1], "p_value": [0.5]}, index=["moran_i"])
    figures.attrs["reading"] = "random"
    monkeypatch.setattr(autocorrelation, "overall", lambda _: figures)
    monkeypatch.setattr(HotSpots, "table", lambda *_: None)
    (reading,) = HOT.figures("en")
    assert reading.text[0] == "First."
    assert "0.100" in reading.text[-1]
    # How many units are of each class stands in the legend.
    assert reading.chart is None


def test_the_whole_map_is_tested_beside_its_units() -> None:
    whole = Autocorrelation(SHOPS, CELLS, permutations=99)
    answer = whole.answer().set_index("statistic")
    assert answer.attrs["tested"] == "count"
    assert whole.told("en")[0].count("Moran") == 1
    rows = whole.table("en").rows
    assert len(rows) == len(answer) == 3
    assert rows[0][1] == number(answer["value"].iloc[0], digits=3)


# ---- words ----


def test_spots_are_told_by_name_at_most_three() -> None:
    others = [replace(SPOT, district=(f"{at}", f"D{at}")) for at in range(5)]
    told = cluster_reading.hot_spots(SCOPE, others, [], {"99": 10}, lang="en")
    assert [name for name in ("D0", "D1", "D2", "D3") if any(name in each for each in told)] == [
        *("D0", "D1", "D2")
    ]
    assert "62.5 %" in told[1]  # 5 · 50 of 400 km²
    places = tuple((f"{at}", f"P{at}") for at in range(5))
    where = cluster_reading.where(replace(SPOT, places=places), lang="en")
    assert [f"P{at}" in where for at in range(5)] == [True] * 3 + [False] * 2
    assert cluster_reading.everywhere(others, lang="en").count("D") == 3


@pytest.mark.parametrize(("zero_cells", "mostly"), [(50, False), (51, True)])
def test_without_cold_spots_is_told_whether_most_units_are_empty(
    zero_cells: int, mostly: object
) -> None:
    (*_, said) = cluster_reading.hot_spots(
        replace(SCOPE, zero_cells=zero_cells), [SPOT], [], {}, lang="zh"
    )
    assert ("多数单元为零" in said) is mostly


def test_where_most_points_share_places_it_is_told() -> None:
    assert cluster_reading.shared_places(replace(SCOPE, places=5), lang="en") == []
    (said,) = cluster_reading.shared_places(replace(SCOPE, places=4), lang="en")
    assert "9 shops" in said
    assert "4" in said


@pytest.mark.parametrize(
    ("p", "said"), [(0.001, "= 0.001"), (0.00099, "< 0.001"), (1.0, "= 1.000")]
)
def test_a_probability_is_told_to_a_thousandth(p: float, said: str) -> None:
    assert cluster_reading.p_words(p) == said


def test_centres_are_one_within_fifty_metres() -> None:
    mean = pd.Series({"n": 9, "from_all_km": 0.0, "bearing_deg": 0.0})
    place = Whereabouts(WEST, None, float("nan"))
    for km, same in ((0.049, True), (0.05, False)):
        median = pd.Series({"n": 9, "from_all_km": km, "bearing_deg": 90.0})
        told = point_reading.centre_of_all("shops", place, mean, median, lang="en")
        assert ("so is the median" in told) is same
        assert "West" in told
    assert point_reading.at(Whereabouts(None, None, 1.0), lang="en") == ""


@pytest.mark.parametrize(("minor", "is_round"), [(901.0, True), (900.0, False)])
def test_an_ellipse_is_round_where_its_axes_differ_by_less_than_a_tenth(
    minor: float, is_round: object
) -> None:
    found = pd.Series({"minor_m": minor, "major_m": 1000.0, "angle_deg": 90.0, "inside_pct": 60.4})
    told = point_reading.ellipse("shops", found, lang="zh")
    assert ("各方向" in told) is is_round
    assert "60 %" in told


@pytest.mark.parametrize("reading", ["random", "clustered"])
def test_a_curve_within_its_band_or_random_as_a_whole_is_told_as_random(reading: str) -> None:
    low_m = 500.0 if reading == "random" else 0.0
    table = pd.DataFrame({"distance_m": [1000.0, 2000.0], "l": [100.0, 1000.0]})
    table = table.assign(l_band_low=low_m, l_band_high=2000.0)
    table.attrs = {"p_value": 0.5, "reading": reading}
    assert "与随机分布无显著差别" in point_reading.distances(table, lang="zh")


def test_distances_are_told_with_the_study_area() -> None:
    asked = Spacing(SHOPS, simulations=19)
    told = asked.told("en")
    assert len(told) == 3
    assert told[1:] == Nearest(SHOPS).told("en")
    assert asked.worked_out("en")["study"].count("3,479") == 1
    chart = asked.chart("en")
    assert len(chart.series) == 3
    assert all(len(values) == len(chart.categories) for _, values in chart.series)
    table = asked.answer()
    assert len(chart.categories) == len(table)
    assert chart.series[0][1][0] == pytest.approx(table["l_minus_d"].iloc[0] / 1000)
