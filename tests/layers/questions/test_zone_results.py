"""Rates, texts and what is not known, on zones whose numbers stand in the test."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.look.sheet import Sheet
from layers.look.told import in_words
from layers.plan.area import area, open_plan
from layers.questions import (
    autocorrelation,
    belonging,
    clusters,
    distribution,
    patterns,
    stated,
    tested_units,
    unknowns,
    zone_results,
)
from layers.questions.autocorrelation import Autocorrelation
from layers.questions.cluster_reading import Scope, Spot
from layers.questions.clusters import Clusters
from layers.questions.counting import Distribution, zone_counts
from layers.questions.coverage import Coverage
from layers.questions.density import Density
from layers.questions.distribution import Shown
from layers.questions.hot_spots import HotSpots
from layers.questions.layer import Layer
from layers.questions.overview import Overview
from layers.questions.subjects import Points, Zones
from layers.questions.unknowns import certainty_note, unknown_places, zone_bounds
from layers.words import in_sentence

pytestmark = pytest.mark.usefixtures("tiny")

SHOPS, QUARTERS = Points("shops"), Zones("quarters")
ASKED = Distribution(SHOPS, QUARTERS)
WEST, EAST = "quarter-west", "quarter-east"


# ---- rates ----


def test_a_rate_is_known_as_well_as_its_points_and_its_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    zones = zone_counts(ASKED).assign(population=[20_000.0, 0.0], per_10k_people=[2.5, np.nan])
    drawn = zones.assign(count_low=[4.0, 1.0], count_high=[6.0, 2.0])
    monkeypatch.setattr(zone_results, "measured", lambda *_: (zones, "per_10k_people"))
    monkeypatch.setattr(zone_results, "zone_draws", lambda _: SimpleNamespace(zones=drawn))
    covered = pd.DataFrame({"covered_pct": [80.0, 100.0]})
    monkeypatch.setattr(zone_results, "population", lambda _: covered)
    table = zone_results.table.__wrapped__(Shown(replace(ASKED, population="p"), "per_10k"))
    # The raster has a fifth of the zone not: there could be a quarter more people.
    assert table["low"].tolist()[0] == pytest.approx(10_000 * 4 / (20_000 / 0.8))
    assert table["high"].tolist()[0] == 10_000 * 6 / 20_000
    assert table[["low", "high"]].isna().to_numpy().tolist() == [[False] * 2, [True] * 2]
    assert table["rank"].tolist() == [1, 2]
    assert table[["count_low", "count_high"]].to_numpy().tolist() == [[4, 6], [1, 2]]


def test_of_what_the_draws_tell_there_are_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    zones = zone_counts(ASKED)
    ends = {"count_low": [3, 2], "count_high": [7, 5], "rank_low": [1, 1], "rank_high": [2, 2]}
    drawn = zones.assign(**ends)
    monkeypatch.setattr(zone_results, "zone_draws", lambda _: SimpleNamespace(zones=drawn))
    amount = zone_results.table.__wrapped__(Shown(ASKED))
    assert amount[["low", "high", "rank_low", "rank_high"]].to_numpy().tolist() == [
        *([3, 7, 1, 2], [2, 5, 1, 2])
    ]
    share = zone_results.table.__wrapped__(Shown(ASKED, "count", "share"))
    assert "low" not in share
    assert share["rank_high"].tolist() == [2, 2]
    assert "rank_low" not in zone_results.table.__wrapped__(Shown(ASKED, "diversity"))
    monkeypatch.setattr(zone_results, "table", lambda _: amount)
    told = Shown(ASKED).told("en")[1]
    assert "number of Shops of West quarter is 3 to 7 and its rank 1 to 2" in told
    sure = amount.assign(rank_high=1)
    monkeypatch.setattr(zone_results, "table", lambda _: sure)
    assert "its rank stays" in Shown(ASKED).told("en")[1]
    still = amount.assign(high=amount["low"])
    monkeypatch.setattr(zone_results, "table", lambda _: still)
    assert len(Shown(ASKED).told("en")) == 2


def test_cells_of_a_grid_are_blank_where_hardly_anything_may_lie(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    zones = pd.DataFrame({"count": [2.345, 0.05, 0.049]})
    monkeypatch.setattr(zone_results, "table", lambda _: zones)
    grid = Shown(Distribution(SHOPS, Zones("squares")))
    assert zone_results.on_map(grid)["count"].tolist() == [2.35, 0.05]
    assert zone_results.on_map(Shown(ASKED))["count"][0] == 2.3


def test_a_raster_that_covers_zones_in_part_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown(replace(ASKED, population="p"), "per_10k")
    attrs = SimpleNamespace(attrs={"points_in_any_zone": 9})
    monkeypatch.setattr(zone_results, "table", lambda _: attrs)
    covered = pd.DataFrame({"covered_pct": [99.0, 98.9, 50.4]})
    monkeypatch.setattr(distribution, "population", lambda _: covered)
    (said,) = shown.remarks("en")
    assert said.startswith("The raster covers 2 of 3 zones in part, the least 50 %")
    covered = covered[:1]
    assert shown.remarks("en") == []
    attrs.attrs["points_in_any_zone"] = 0
    assert len(shown.remarks("en")) == 1


def test_sums_are_told_with_how_many_state_them() -> None:
    with open_plan("xiangjiang"):
        projects = Points("projects")
        shown = Shown(Distribution(projects, Zones("districts")), "investment_share")
        stated_ = int(projects.located()["investment_100m_cny"].notna().sum())
        told = shown.denominator("en")
        assert f"stated by {stated_} of {len(projects.located())} located points" in told
        whole = zone_results.table(shown).attrs["weight_in_any_zone"]
        assert in_words(whole, "weight_sum") in told
        assert zone_results.table(shown).attrs["weight_in_any_zone"] > 0
        assert shown.column == "weight_share_pct"
        own = Shown(Distribution(projects, Zones("districts"), "start_year"), "investment")
        assert "year" in own.titles[1].lower()
        assert own.question.weight == "start_year"
        assert shown.question.weight == "investment_100m_cny"


# ---- by the text ----


def test_what_the_text_says_stands_beside_what_lies_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # shop-1 by both, shop-5 by the text alone, for it lies in the east; shop-10 has no place.
    west = frozenset({WEST, "city"})
    monkeypatch.setattr(
        belonging, "wholes", lambda: dict.fromkeys(("shop-1", "shop-5", "shop-10", "x"), west)
    )
    pairs = belonging.belonging.__wrapped__(ASKED).set_index(["id", "zone"])
    assert len(pairs) == 9 + 2
    assert pairs.loc[("shop-1", WEST)].tolist() == [True, 1.0]
    assert pairs.loc[("shop-5", WEST)].tolist() == [True, 0.0]
    assert pairs.loc[("shop-5", EAST)].tolist() == [False, 1.0]
    frame = pairs.reset_index()
    monkeypatch.setattr(belonging, "belonging", lambda _: frame)
    weighted = replace(ASKED, weight="accuracy_m")
    zones = belonging.belonging_zones.__wrapped__(weighted).set_index("id")
    columns = ["text_count", "text_alone", "place_alone", "count", "text_sum"]
    # Two of the three state how well they are known.
    assert zones.loc[WEST, columns].tolist() == [3, 2, 4, 5, 2 * 50]
    assert zones.loc[EAST, columns].tolist() == [0, 0, 4, 4, 0]
    assert "text_sum" not in belonging.belonging_zones.__wrapped__(ASKED)
    for asked, column, by_place in (
        (ASKED, "text_count", "count"),
        (weighted, "text_sum", "weight_sum"),
    ):
        kind = belonging.Belonging(asked)
        assert (kind.column, kind.columns) == (column, (by_place, "text_alone", "place_alone"))


# ---- tests of units ----


def test_the_two_axes_of_moran_are_in_standard_deviations(monkeypatch: pytest.MonkeyPatch) -> None:
    units = pd.DataFrame({"count": [0.0, 2.0, 4.0, 9.0], "local_i": [1.0, 0.5, 2.0, np.nan]})
    given: dict[str, Any] = {}

    def tested(_units: object, column: str, **more: Any) -> pd.DataFrame:
        given.update(more, column=column)
        return units

    monkeypatch.setattr(clusters.geo, "local_autocorrelation", tested)
    monkeypatch.setattr(patterns, "counted", lambda _: None)
    asked = Clusters(SHOPS, Zones("squares"), alpha=0.1)
    found = clusters.clusters.__wrapped__(asked)
    assert (given["alpha"], given["column"], given["rule"]) == (0.1, "count", "queen")
    z = 2 / (8 / 3) ** 0.5  # 0, 2 and 4: 2 from their mean, with a variance of 8/3
    assert found["value_z"].tolist() == pytest.approx([-z, 0, z, np.nan], nan_ok=True)
    # One unit less than there are, as in the sum over all others.
    assert found["around_z"].tolist() == pytest.approx(
        [1 / -z * 3 / 2, np.nan, 2 / z * 3 / 2, np.nan], nan_ok=True
    )


def test_spots_are_told_by_their_share_of_points_and_ground(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hot = HotSpots(SHOPS, Zones("squares"))
    spot = Spot(("西", "West"), (), 2, 3, 3.0, 50.0)
    scope = Scope(("店", "shops"), 9, 8, 12.0, 100, 90, 400.0)
    found = (spot, replace(spot, amount=1.0, area_km2=10.0))
    monkeypatch.setattr(tested_units, "spots", lambda *_, **__: found)
    monkeypatch.setattr(patterns, "scope", lambda _: scope)
    told = hot.finding("en")
    assert "15.0 %" in told  # 60 of 400 km²
    assert "33.3 %" in told  # 4 of 12 points
    assert "West" in told
    found = ()
    figures = pd.DataFrame({"value": [0.1], "p_value": [0.5]}, index=["moran_i"])
    figures.attrs["reading"] = "random"
    monkeypatch.setattr(autocorrelation, "overall", lambda _: figures)
    monkeypatch.setattr(HotSpots, "told", lambda *_: ["Nothing."])
    assert hot.finding("en").startswith("Nothing.")
    assert "0.100" in hot.finding("en")
    monkeypatch.undo()
    (shown, dots) = Autocorrelation(SHOPS, QUARTERS).content("en").overlays
    assert (shown.title, shown.title_en) == ("每平方公里店铺数（个）", "Number of shops per km²")
    assert (shown.column, len(dots.frame)) == ("density_per_km2", 9)


# ---- what is not known ----


def test_each_place_has_the_grade_of_its_claim() -> None:
    known = unknown_places(SHOPS)
    assert known.grades["count"].tolist() == [0, 0, 0, 9]
    assert known.placed == 9
    assert known.kinds["kind"].tolist() == ["books", "food"]  # one of each may lie elsewhere
    with open_plan("xiangjiang"):
        parks = unknown_places(Points("parks"))
        claims = pd.Series(Points("parks").located()["claim_id"])
        assert parks.grades["count"].sum() == len(claims)
        assert parks.grades.set_index("grade")["count"][""] == claims.isna().sum()


def test_counts_and_densities_have_the_ranks_that_they_could_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_density = zone_bounds(SHOPS, QUARTERS, by="density_per_km2")
    assert by_density["rank"].tolist() == [1, 2]
    assert by_density["id"].tolist() == [WEST, EAST]
    # East could have as many, on as much ground, and so be level with it at best.
    first = unknowns.first_of(by_density.assign(count_min=[4.96, 1]), "count", "en")
    assert "West quarter" in first
    assert "certain 5, at most 6 with those that have no place; its rank is certain" in first
    unsure = unknowns.first_of(by_density.assign(rank_max=[2, 2]), "count", "en")
    assert "rank could be 1 to 2" in unsure
    assert certainty_note(Coverage(SHOPS, Zones("squares")), "en") == ""
    assert certainty_note(Layer("shops"), "en") == ""
    assert certainty_note(Density(SHOPS), "en") == unknowns.first_of(
        by_density, "density_per_km2", "en"
    )
    all_known = replace(
        unknown_places(SHOPS),
        kinds=pd.DataFrame([[1, 1, 0, 0, 0]], columns=["count", *unknowns.KNOWN]),
    )
    monkeypatch.setattr(unknowns, "unknown_places", lambda _: all_known)
    assert certainty_note(Density(SHOPS), "en") == ""
    none_placed = replace(
        all_known, kinds=pd.DataFrame([[1, 0, 0, 1, 0]], columns=["count", *unknowns.KNOWN])
    )
    monkeypatch.setattr(unknowns, "unknown_places", lambda _: none_placed)
    assert certainty_note(Density(SHOPS), "en") == ""
    assert "0" in unknowns.unknowns_note(Density(SHOPS), "en")


# ---- what a map says of itself ----


def test_a_map_says_what_was_asked_and_how() -> None:
    food = Points("shops", trade=("food",))
    asked = Coverage(food, QUARTERS, 500.0, SHOPS)
    assert stated.asked_in_words(asked, "en").endswith("(Trade: Food)")
    assert "." not in stated.asked_in_words(Overview(), "en")
    method = dict(stated.method(asked, "en"))
    assert method["Zones"] == "Quarters"
    assert method["Distance"] == "500 m in a straight line, not by road"
    assert "Shops" in method.values()
    assert len(dict(stated.method(Coverage(food, QUARTERS), "en"))) == 2
    quiet = dict(
        stated.method(
            Density(SHOPS, bandwidth_m=5000.0, cell_size_m=1000.0, kernel="triangular"), "en"
        )
    )
    loud = dict(
        stated.method(
            Density(SHOPS, bandwidth_m=5000.0, cell_size_m=1000.0, kernel="triangular", decay=0.5),
            "en",
        )
    )
    assert len(loud) == len(quiet) + 1
    assert "0.5" in loud.values()
    told = stated.statement(asked, None, Sheet("T", "internal", author="A"), "en", files=("f",))
    assert (told.title, told.author, told.files, told.standing) == ("T", "A", ("f",), ())
    assert told.figures[0][0] == "Covered share"
    assert told.plan == ""
    shown = stated.statement(asked, asked.content("en"), Sheet("T", "internal"), "en")
    assert "Made for tests" in shown.sources
    assert stated.in_short(asked, "en")


def test_amounts_off_the_map_and_layers_of_an_overview_are_told() -> None:
    assert stated._amounts(SHOPS, "en") == ""
    shown = Shown(ASKED, "diversity")
    assert shown.value_words("measure", "diversity", "en") == shown.titles[1]
    assert shown.value_words("measure", "diversity", "zh") == shown.titles[0]
    assert shown.value_words("scheme", "quantiles", "en") != shown.titles[1]
    assert shown.column_title("effective_sectors", "en") == shown.titles[1]
    assert shown.column_title("count", "en") == "Number of shops"
    assert shown.explained("en").count(in_sentence(shown.titles[1])) == 1
    (figures,) = shown.figures("en")
    titles = ("Count", "Share (%)", "Number per km²", shown.titles[1])
    assert figures.table.header[1:] == titles
    dense = Density(SHOPS)
    assert dense.value_words("unit", "per_km2", "en") == "per km²"
    assert dense.value_words("kernel", "quartic", "en") != "per km²"
    overview = Overview()
    assert "9" in stated.placed(overview, overview.content("en"), "en")
    assert "10" in stated.placed(overview, overview.content("en"), "en")
    assert stated.placed(overview, None, "en") == ""
    assert stated._overlap(Overview(), "en") == ""
    assert stated._overlap(Coverage(SHOPS, QUARTERS), "en") == ""
    with open_plan("xiangjiang"):
        projects = Points("projects")
        every = projects.chosen()["investment_100m_cny"].sum()
        off = every - projects.located()["investment_100m_cny"].sum()
        told = stated._amounts(projects, "en")
        for amount in (every, off):
            assert in_words(amount, "weight_sum") in told
        assert stated._overlap(Coverage(Points("parks"), Zones("circles")), "en")
        names = stated.table("sources").set_index("id").loc[area().document]
        assert stated._plan([names["attribution"]], "zh").startswith(names["name_zh"])
        assert stated._plan([names["attribution_en"]], "en").startswith(names["name_en"])
        assert stated._plan(["other"], "en") == ""
