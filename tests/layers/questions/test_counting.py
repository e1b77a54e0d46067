"""Questions of zones, on nine shops in two quarters that a reader can count."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo.errors import InputError
from geo.mix.categories import TOTALS
from geo.numerals import MISSING
from layers.questions import (
    concentration,
    costs,
    counting,
    coverage,
    uncertainty,
    zone_results,
)
from layers.questions.concentration import Concentration
from layers.questions.counting import (
    Distribution,
    categories,
    likely_kinds,
    measured,
    require_kinds,
    shares,
    weight_of,
    zone_counts,
    zone_draws,
)
from layers.questions.coverage import Coverage, Curve, Reach, coverage_curve
from layers.questions.distribution import Shown
from layers.questions.mix import Diversity, Quotients, Specialisation
from layers.questions.refusals import Refusal, lacking, places_of
from layers.questions.subjects import Points, Zones
from layers.questions.uncertainty import Ahead, Intervals

pytestmark = pytest.mark.usefixtures("tiny")

# West: four that sell food, two of them in one place, and one with books; east: two of each.
SHOPS, QUARTERS = Points("shops"), Zones("quarters")
ASKED = Distribution(SHOPS, QUARTERS)
SUMMED = replace(ASKED, weight="accuracy_m")
WEST, EAST = "quarter-west", "quarter-east"


def test_counts_and_sums_of_zones_are_those_of_their_points() -> None:
    zones = zone_counts(SUMMED).set_index("id")
    assert zones["count"].to_dict() == {WEST: 5, EAST: 4}
    # Each is known to 50 m.
    assert zones["weight_sum"].to_dict() == {WEST: 5 * 50, EAST: 4 * 50}
    drawn = zone_draws(SUMMED).zones.set_index("id")
    assert drawn["weight_sum_low"].tolist() == drawn["weight_sum_high"].tolist() == [250, 200]
    assert "weight_sum" not in zone_counts(ASKED)


def test_each_point_lies_in_its_zone_with_its_share() -> None:
    pairs = shares(ASKED)
    assert pairs["id"].tolist() == ["shop-1", "shop-2", "shop-3", "shop-4"] + [
        f"shop-{at}" for at in range(5, 10)
    ]
    assert pairs["zone"].tolist() == [WEST] * 4 + [EAST] * 4 + [WEST]
    assert pairs["share"].tolist() == [1.0] * 9
    assert pairs.attrs["units"] == {"share": "1"}


def test_kinds_are_counted_in_each_zone_and_expected_by_their_shares(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = categories(ASKED, "trade")
    assert table.loc[WEST].to_dict() == {"books": 1, "food": 4}
    assert table.loc[EAST].to_dict() == {"books": 2, "food": 2}
    assert categories(SUMMED, "trade").loc[WEST].to_dict() == {"books": 50, "food": 200}
    # One of two that sell food and may lie in the zone by half each, and books for sure.
    pairs = pd.DataFrame(
        {"id": ["shop-1", "shop-2", "shop-3"], "zone": WEST, "share": [0.5, 0.5, 1.0]}
    )
    monkeypatch.setattr(counting, "shares", lambda _: pairs)
    assert likely_kinds(ASKED, "trade").to_dict() == {WEST: 1 + (1 - 0.5 * 0.5)}


def kinds_of(*rows: tuple[float, ...], without: int = 0, measure: str = "count") -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=pd.Index(["a", "b"][: len(rows[0])], name="trade"))
    table.attrs = {"points_without_category": without, "measure": measure}
    table.attrs[TOTALS] = table.sum().to_dict()
    return table


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (kinds_of((0, 0), (0, 0), without=3), "mix.no_category"),
        (kinds_of((0, 0), (0, 0)), "zones.empty"),
        (kinds_of((2, 0), (1, 0), without=3), "mix.one_category"),
        (kinds_of((1, 0), (0, 1)), "mix.one_each"),
        (kinds_of((2, 3), (0, 0)), "mix.one_zone"),
    ],
)
def test_a_table_without_anything_to_compare_is_refused(table: pd.DataFrame, code: str) -> None:
    with pytest.raises(InputError) as refused:
        require_kinds(table)
    assert refused.value.code == code


def test_a_table_with_something_to_compare_is_as_it_was() -> None:
    for table in (kinds_of((2, 0), (1, 1)), kinds_of((1, 0), (0, 1), measure="weighted")):
        assert require_kinds(table) is table
    one_zone = kinds_of((2, 3), (0, 0))
    assert require_kinds(one_zone, zones=False) is one_zone


def test_what_cannot_be_added_up_is_refused() -> None:
    none = Points("shops").stated(None)
    assert none is None
    assert weight_of(SHOPS, "count") is None
    with pytest.raises(InputError) as no_amount:
        weight_of(SHOPS, "investment")
    assert no_amount.value.code == "own.no_amount"
    with pytest.raises(InputError) as no_column:
        zone_counts(replace(ASKED, weight="area"))
    assert no_column.value.values == {"column": "area", "layer": "shops"}  # noqa: PD011
    with pytest.raises(InputError) as no_people:
        measured(ASKED, "per_10k")
    assert no_people.value.code == "own.no_population"
    with pytest.raises(InputError) as no_raster:
        counting.population(ASKED)
    assert no_raster.value.code == "own.no_population"


def test_amounts_that_are_not_stated_add_nothing_and_none_at_all_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stated = pd.Series([2.0, None, 3.0])
    monkeypatch.setattr(Points, "stated", lambda _self, _weight: stated)
    assert counting._summed(SUMMED).tolist() == [2.0, 0.0, 3.0]
    stated = stated * 0.0
    with pytest.raises(InputError) as nothing:
        counting._summed(SUMMED)
    assert nothing.value.code == "own.nothing_weighted"
    stated = stated.iloc[:0]
    assert counting._summed(SUMMED).empty


@pytest.mark.parametrize(
    ("covered_pct", "too_dense", "people"),
    [(90.0, False, 7.0), (89.9, False, math.nan), (100.0, True, math.nan)],
)
def test_people_count_where_the_raster_covers_enough_and_is_possible(
    covered_pct: float, too_dense: object, people: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"covered_pct": [covered_pct], "too_dense": [too_dense], "population": [7.0]}
    monkeypatch.setattr(counting, "population", lambda _: pd.DataFrame(row))
    np.testing.assert_equal(counting._population(replace(ASKED, population="p")), [people])
    assert counting._population(ASKED) is None


def test_kinds_of_a_zone_are_its_sectors_and_as_many_as_equal_ones_its_diversity() -> None:
    sectors, column = measured(SUMMED, "sector")
    assert (column, sectors.set_index("id")[column].to_dict()) == ("sectors", {WEST: 2, EAST: 2})
    zones, column = measured(ASKED, "diversity")
    expected = {WEST: 1 / (0.8**2 + 0.2**2), EAST: 1 / (0.5**2 + 0.5**2)}
    assert zones.set_index("id")[column].to_dict() == pytest.approx(expected)
    assert zones.attrs["points_in_any_zone"] == 9


# ---- what the map and its texts say ----


def test_the_map_of_counts_says_which_zone_is_first() -> None:
    shown = Shown(ASKED)
    table = zone_results.table(shown)
    columns = ["id", "rank", "count", "count_low", "count_high", "rank_low", "rank_high"]
    assert table[columns].to_numpy().tolist() == [
        [WEST, 1, 5, 5, 5, 1, 1],
        [EAST, 2, 4, 4, 4, 2, 2],
    ]
    assert shown.told("en") == [
        "Most Shops are in West quarter: 5 to be expected, 55.6 % of those in the zones.",
        "Next come East quarter (4).",
    ]
    assert shown.denominator("en") == "Located points to be expected in the zone; 9 in any zone."
    assert shown.remarks("en") == []
    # Each page of an atlas has the count.
    assert shown.on_every_page
    assert shown.headline("en") == [("Number of Shops, highest", "West quarter 5")]
    share = replace(shown, scale="share")
    assert share.denominator("en") == "Denominator: the 9 points in any zone."
    assert share.facts(WEST, "quarters", "en") == [("Share of Shops (%)", "55.6")]


def test_a_measure_is_shown_on_the_scales_that_it_has() -> None:
    scales = {
        measure: [scale for scale in ("amount", "share", "log") if shown.has_scale]
        for measure in counting.MEASURES
        for shown in [Shown(ASKED, measure)]
    }
    assert set(map(len, scales.values())) == {3}
    has = {
        measure: "".join(
            scale[0]
            for scale in ("amount", "share", "log")
            if Shown(ASKED, measure, scale).has_scale
        )
        for measure in counting.MEASURES
    }
    assert has == {
        "count": "asl",
        "density": "al",
        "investment": "asl",
        "investment_share": "al",
        "sector": "as",
        "diversity": "a",
        "per_10k": "al",
    }
    assert Shown(ASKED, "count", "share").column == "share_pct"
    assert Shown(ASKED, "sector", "share").column == "sectors"
    assert Shown(ASKED, "diversity", "share").written().scale == "amount"
    assert Shown(ASKED, "count", "log").written().scale == "log"
    assert not Shown(ASKED, "diversity", "log").log
    people = replace(ASKED, population="own")
    assert Shown(people).question.population is Shown(people).written().asked.population is None
    assert Shown(people, "per_10k").question.population == "own"
    assert Shown(people, "per_10k").written().asked.population == "own"
    assert Shown(people, "per_10k").drawn.population is None


def test_what_does_not_go_with_a_measure_is_refused() -> None:
    with pytest.raises(InputError) as rate:
        Shown(ASKED, "per_10k").require_fit(frozenset(), str)
    assert rate.value.code == "own.no_population"
    with pytest.raises(InputError) as scale:
        Shown(ASKED, "diversity", "log").require_fit(frozenset({"scale"}), str.upper)
    assert scale.value.values == {"value": "diversity", "names": ("SCALE: log",)}  # noqa: PD011
    for sound in (Shown(ASKED, "diversity", "log"), Shown(ASKED, "count", "log")):
        sound.require_fit(frozenset({"measure"}), str)
    Shown(ASKED, "count", "log").require_fit(frozenset({"scale"}), str)
    # Counts have an interval of any width; sums have none that could be asked for.
    summed = replace(ASKED, weight="accuracy_m")
    for quotients in (Quotients(ASKED, None, 50.0), Quotients(summed)):
        quotients.require_fit(frozenset(), str)
    with pytest.raises(InputError) as sums:
        Quotients(summed, None, 50.0).require_fit(frozenset(), str.upper)
    assert sums.value.values == {"names": ("INTERVAL_PCT", "WEIGHT")}  # noqa: PD011


def test_classes_on_a_log_scale_begin_with_the_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    zones = pd.DataFrame({"count": [0.0, 1.0, 10.0, 100.0, 1000.0]})
    monkeypatch.setattr(zone_results, "on_map", lambda _: zones)
    log = Shown(ASKED, "count", "log", "equal_interval", 4)
    # Three classes of a factor of ten each above the zeros.
    assert list(zone_results.classified(log).uppers) == [0.0, 10.0, 100.0, 1000.0]
    assert zone_results.classified(log).scheme == "equal_interval"
    plain = zone_results.classified(replace(log, scale="amount"))
    assert list(plain.uppers) == [250.0, 1000.0]  # none between
    zones = zones.iloc[1:]
    assert len(zone_results.classified(log).uppers) == 4
    zones = zones * 0.0
    assert list(zone_results.classified(log).uppers) == [0.0]


def test_how_sure_a_zone_is_ahead_of_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown(ASKED)
    assert zone_results.certainty(shown, WEST) == (True, EAST, 100.0)
    assert zone_results.certainty(shown, EAST) == (False, WEST, 100.0)
    assert zone_results.certainty(Shown(ASKED, "sector"), WEST) is None
    assert zone_results.summed_column(Shown(ASKED, "investment")) == "weight_sum"
    assert zone_results.summed_column(shown) == "count"
    drawn = SimpleNamespace(zones=QUARTERS.frame(), chance_ahead=lambda *_, by: 0.25)  # noqa: ARG005
    monkeypatch.setattr(zone_results, "zone_draws", lambda _: drawn)
    assert zone_results.certainty(shown, WEST) == (True, EAST, 25.0)


def test_kinds_of_zones_are_parts_of_their_points() -> None:
    kinds = zone_results.kinds_of_zones(SUMMED).set_index(["id", "kind"])
    assert kinds["count"].to_dict() == {
        (WEST, "books"): 1,
        (EAST, "books"): 2,
        (WEST, "food"): 4,
        (EAST, "food"): 2,
    }
    assert kinds["pct"].tolist() == [20.0, 50.0, 80.0, 50.0]
    mixed = zone_results.mix(Shown(SUMMED)).set_index("id")
    assert mixed.index.tolist() == [EAST, WEST]
    assert mixed["hill_2"].tolist() == pytest.approx([2.0, 1 / (0.8**2 + 0.2**2)])


# ---- the mix, and how few zones hold the whole ----


def test_quotients_and_distances_are_those_of_the_shares() -> None:
    quotients = Quotients(ASKED).answer().set_index(["zone", "category"])
    # Of all nine a third sell books: in the west a fifth does, in the east a half.
    assert quotients["quotient"].to_dict() == pytest.approx(
        {
            (WEST, "books"): (1 / 5) / (3 / 9),
            (WEST, "food"): (4 / 5) / (6 / 9),
            (EAST, "books"): (2 / 4) / (3 / 9),
            (EAST, "food"): (2 / 4) / (6 / 9),
        }
    )
    assert Quotients(ASKED).headline("en")[0][1] == "East quarter Books 1.5"
    wide, narrow = (Quotients(ASKED, None, pct).answer() for pct in (95.0, 50.0))
    assert (wide["high"] > narrow["high"]).all()
    plain = Quotients(SUMMED).answer().set_index("id")
    assert plain.loc[WEST, "books"] == pytest.approx((1 / 5) / (3 / 9))
    index = Specialisation(ASKED).answer().set_index("id")["krugman_index"]
    assert index.to_dict() == pytest.approx({WEST: 2 * (1 / 3 - 1 / 5), EAST: 2 * (1 / 2 - 1 / 3)})
    several = Diversity(ASKED).zones_shown().set_index("id")
    assert several["hill_0"].tolist() == [2, 2]
    assert several["hill_2"].tolist() == pytest.approx([1 / (0.8**2 + 0.2**2), 2.0])
    assert several["count"].tolist() == [5, 4]
    with pytest.raises(InputError, match="INTERVAL_PCT does not go with WEIGHT"):
        Quotients(SUMMED, None, 95.0).require_fit(frozenset(), str.upper)
    for sound in (Quotients(SUMMED), Quotients(ASKED, None, 95.0)):
        sound.require_fit(frozenset(), str)


def test_of_a_grid_only_cells_that_hold_something_are_compared() -> None:
    cells = Distribution(SHOPS, Zones("squares", cell_m=20_000))
    held = int((zone_counts(cells)["count"] > 0).sum())
    assert 2 < held < len(zone_counts(cells))
    assert len(Specialisation(cells).kinds()) == held
    shown = zone_results.coloured(Shown(cells))
    assert len(shown) == held
    assert len(zone_results.coloured(Shown(ASKED))) == 2


def test_how_few_zones_hold_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Concentration(ASKED).answer()
    assert answer["hhi"] == pytest.approx((5**2 + 4**2) / 9**2)
    assert answer["top_share_pct"] == pytest.approx(100 * 5 / 9)
    assert answer["gini_by_area"] == pytest.approx(5 / 9 - 1 / 2)  # on halves of the ground
    by_sum = Concentration(SUMMED).answer()
    assert by_sum["total"] == 9 * 50
    with pytest.raises(InputError) as groups:
        Concentration(ASKED, "quarters").answer()
    assert groups.value.code == "zones.groups"
    one = zone_counts(ASKED).iloc[:1]
    monkeypatch.setattr(concentration, "zone_counts", lambda _: one)
    with pytest.raises(InputError) as alone:
        Concentration(ASKED).answer()
    assert alone.value.code == "zones.one"


def test_a_zone_in_no_group_is_outside_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    zones = Zones("squares", cell_m=20_000).frame()
    others = QUARTERS.frame().iloc[:1]
    monkeypatch.setattr(Zones, "frame", lambda _: others)
    inside = zones.representative_point().intersects(others.geometry[0])
    groups = concentration._groups(zones, "quarters")
    assert groups.tolist() == [WEST if each else "outside" for each in inside]
    assert 0 < inside.sum() < len(zones)


def test_zones_are_told_from_the_highest_on() -> None:
    (figures,) = Specialisation(ASKED).figures("en")
    assert [row[0] for row in figures.table.rows] == ["East quarter", "West quarter"]


# ---- how sure ----


def test_intervals_of_what_stands_well_inside_are_the_counts() -> None:
    asked = Intervals(SUMMED, 1000, 1, 80.0)
    assert asked.column == "weight_sum"
    assert asked.columns == (
        *("weight_sum_low", "weight_sum_high"),
        *("weight_rank", "weight_rank_low", "weight_rank_high"),
    )
    assert Intervals(ASKED).columns[2:] == ("rank", "rank_low", "rank_high")
    assert asked.answer().set_index("id")["count_low"].to_dict() == {WEST: 5, EAST: 4}
    ahead = Ahead(ASKED).answer().set_index("id")
    assert ahead.loc[WEST, EAST] == 1.0
    assert ahead.loc[EAST, WEST] == 0.0
    table = Ahead(ASKED).figures("en")[0].table
    assert table.header == ("Row ahead of column (%)", "West quarter", "East quarter")
    assert [row[0] for row in table.rows] == ["West quarter", "East quarter"]
    assert table.rows[0][2] == "100"
    assert table.rows[0][1] == MISSING
    assert Ahead(ASKED).headline("en")[0][1].startswith("West quarter 100")


@pytest.mark.parametrize(
    ("expected", "outside"), [(4.0 + 1e-12, 0), (4.5, 1), (3.5, 1), (np.nan, 0)]
)
def test_what_is_expected_outside_its_interval_is_explained(
    monkeypatch: pytest.MonkeyPatch, expected: float, outside: int
) -> None:
    zones = Intervals(ASKED).answer().assign(count=[5.0, expected], count_low=4, count_high=[5, 4])
    monkeypatch.setattr(Intervals, "answer", lambda _: zones)
    told = Intervals(ASKED).beyond("en")
    assert len(told) == outside
    assert all("that of 1 zone lies outside" in each for each in told)
    (figures,) = Intervals(ASKED).figures("en")
    assert list(figures.text) == told


def test_one_zone_alone_is_ahead_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = pd.DataFrame({"id": [WEST], WEST: [np.nan]})
    monkeypatch.setattr(Ahead, "answer", lambda _: alone)
    assert Ahead(ASKED).headline("en") == []
    assert Ahead(ASKED).told("en") == []


def test_a_map_of_zones_without_a_point_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    none = SimpleNamespace(found=SimpleNamespace(point=np.empty(0)))
    monkeypatch.setattr(counting, "counted", lambda *_: none)
    for shown in (Concentration(ASKED).zones_shown, Shown(ASKED).require_drawn):
        with pytest.raises(InputError) as empty:
            shown()
        assert empty.value.code == "zones.empty"


def test_how_sure_the_first_zone_by_a_sum_is_stands_beside_it() -> None:
    told = Shown(SUMMED).certain("en") or ""
    assert told == counting.certain_sum(SUMMED, "en")
    assert re.search(r"West quarter is first, 250 .* is 250 to 250, and its rank stays", told)
    assert counting.certain_sum(ASKED, "en") is None


def test_the_rank_of_the_first_zone_is_told_where_draws_change_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends = {"count_low": 3.0, "count_high": 7.0, "rank": 1, "rank_low": 1, "rank_high": 1}
    zones = zone_counts(ASKED).assign(**ends)
    monkeypatch.setattr(Intervals, "zones_shown", lambda _: zones)
    assert not any("rank" in each for each in Intervals(ASKED).told("en"))
    zones = zones.assign(rank_high=2)
    assert "The rank of West quarter is 1, within the interval 1 to 2." in Intervals(ASKED).told(
        "en"
    )


def test_one_zone_with_kinds_has_a_diversity(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = kinds_of((2, 2), (0, 0)).set_axis([WEST, EAST])
    kinds.attrs = kinds_of((2, 2), (0, 0)).attrs
    monkeypatch.setattr(counting, "categories", lambda *_: kinds)
    zones, column = measured(ASKED, "diversity")
    assert zones.set_index("id")[column].loc[WEST] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("shares", "even"),
    [((6.0, 17.0, 47.0, 65.0), True), ((0.0, 6.0, 10.0, 30.0), False), ((100.0,), False)],
)
def test_shares_have_even_classes_where_these_tell_zones_apart(shares, even) -> None:
    assert coverage._even(pd.Series(shares)) == (coverage.EVEN_PCT if even else None)


def test_intervals_are_of_as_many_draws_as_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uncertainty, "zone_draws", lambda asked, **more: (asked, more))
    given = {"draws": 1001, "seed": 2, "interval_pct": 50.0}
    assert Intervals(ASKED, 1001, 2, 50.0).drawn() == (ASKED, given)


def test_draws_of_which_nothing_is_said_are_the_same_on_a_page_and_by_command() -> None:
    usual, drawn = Intervals(ASKED), zone_draws(ASKED)
    assert (drawn.draws, drawn.seed) == (usual.draws, usual.seed)
    assert drawn.interval_pct == usual.interval_pct
    assert (Ahead(ASKED).draws, Ahead(ASKED).seed) == (usual.draws, usual.seed)


def test_points_that_do_not_move_have_no_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    known = SHOPS.known().assign(accuracy_m=0.0, place_extent=None)
    monkeypatch.setattr(Points, "known", lambda _: known)
    with pytest.raises(InputError) as still:
        Intervals(ASKED).drawn()
    assert still.value.code == "values.no_accuracy"


# ---- reach ----


def test_what_is_in_reach_is_told_with_its_distance() -> None:
    asked = Coverage(SHOPS, QUARTERS, 500.0, SHOPS)
    assert asked.columns[0] == "demand_covered_pct"
    assert Coverage(SHOPS, QUARTERS).columns[0] == "doubly_covered_pct"
    zones = asked.answer().set_index("id")
    # Discs of 500 m around four places in the west, one of them of two shops, and four in the east.
    disc_km2 = math.pi * 0.5**2
    assert zones["covered_km2"].tolist() == pytest.approx([4 * disc_km2] * 2, rel=0.2)
    assert zones["doubly_covered_km2"].tolist() == pytest.approx([disc_km2, 0], rel=0.2)
    assert zones["demand_covered_pct"].tolist() == pytest.approx([100, 100], abs=0.01)
    assert asked.worked_out("en") == {"distance_m": "500 m in a straight line, not by road"}
    assert Coverage(SHOPS, QUARTERS, 1000.0).worked_out("en") == {
        "distance_m": "1 km in a straight line, not by road"
    }
    assert (Curve.COMMAND, Curve(SHOPS, QUARTERS).column, asked.column) == (
        *("curve", ""),
        "covered_pct",
    )
    assert asked.explained("en") == ("Coverage is by straight line, 500 m, and not by road.")


def test_reach_is_told_for_all_zones_and_for_the_first_and_the_last() -> None:
    asked = Coverage(SHOPS, QUARTERS, 3000.0)
    assert asked.told("en") == [
        "Within 3 km in a straight line, Shops cover 6.5 % of the ground of all zones.",
        "Most is covered of West quarter 6.5 %, least of East quarter 6.5 %.",
    ]
    assert asked.headline("en")[0] == ("Covered share", "6.5 %")
    assert asked.facts(WEST, "quarters", "en") == [
        ("Covered share", "6.5 %"),
        ("Doubly covered", "1.6 %"),
    ]
    curve = Curve(SHOPS, QUARTERS, 3000.0).answer()
    assert curve["distance_m"].tolist() == [250.0 * at for at in range(1, 61)]
    far = Curve(SHOPS, QUARTERS, 3000.0, None, (3000.0,)).answer()["covered_pct"].tolist()
    assert far == coverage_curve(SHOPS, QUARTERS, (3000.0,))["covered_pct"].tolist()
    assert len(Reach(SHOPS, QUARTERS, 500.0).answer()) == 9


# ---- what it would cost, and what is lacking ----


def test_zones_are_counted_before_they_are_laid_out() -> None:
    land_km2 = costs.land_km2()
    assert land_km2 == pytest.approx(2 * 1739.29, rel=1e-4)
    assert costs.zones_of(QUARTERS) == 2
    assert costs.zones_of(Zones("squares", cell_m=2000)) == pytest.approx(1.15 * land_km2 / 4)
    assert costs.zones_of(Zones("h3", h3_resolution=8)) == pytest.approx(
        1.15 * land_km2 / costs.H3_AREA_KM2[8]
    )
    costs.require_zones(QUARTERS, 2, function="f")
    for zones, most, values in (
        # 4,000 km² in 1,000 cells are 2.0002 km wide: the next hundred metres are taken.
        (Zones("squares", cell_m=1000), 1000, {"size": 2100}),
        (Zones("h3", h3_resolution=9), 10_000, {"resolution": 9, "coarser": 8}),
        (QUARTERS, 1, {}),
    ):
        with pytest.raises(InputError) as refused:
            costs.require_zones(zones, most, function="f")
        told: dict[str, Any] = refused.value.values  # noqa: PD011
        assert {name: told[name] for name in values} == values


def test_what_points_lack_for_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lacking(SHOPS, None) is lacking(SHOPS, "accuracy_m") is None
    assert places_of(SHOPS.located()) == 8
    stated = pd.Series([0.5, None])
    monkeypatch.setattr(Points, "stated", lambda _self, _weight: stated)
    assert lacking(SHOPS, "accuracy_m") is None
    stated = stated * 0.0
    assert lacking(SHOPS, "accuracy_m") == Refusal("nothing_weighted")
    nothing = SHOPS.located().iloc[:0]
    monkeypatch.setattr(Points, "located", lambda _: nothing)
    assert lacking(SHOPS, None) == Refusal("empty")
    assert (
        Refusal("few_units", 3, 30)
        .sentence(str.upper)
        .startswith("there are only 3 zones; below 30")
    )
