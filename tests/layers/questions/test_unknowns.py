"""What a map does not know, on places and zones that a reader can count."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import layers
from geo.errors import InputError
from layers.keeping import brought
from layers.keeping.brought import Owner, keep_points, keep_zones
from layers.keeping.own_points import own_points
from layers.plan.area import open_plan
from layers.plan.selection import nowhere, one_a_site, placeable, sited
from layers.plan.zonings import own_zones
from layers.questions import coverage, unknowns
from layers.questions.asking import parameters_of, question_of
from layers.questions.coverage import Coverage
from layers.questions.layer import Layer
from layers.questions.overview import Overview
from layers.questions.stated import method
from layers.questions.subjects import Points, Zones
from layers.questions.unknowns import KNOWN, unknown_places, unknowns_note, zone_bounds
from layers.record.specification import asked, read_spec

TINY = Path(__file__).resolve().parents[2] / "areas" / "tiny"
BOUNDS = ["count", "count_min", "count_max", "rank", "rank_min", "rank_max"]


def kinds_frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "id": ["lab", "part", "fair", "net"],
            "entity_kind": ["site", "part", "event", "network"],
            "site_id": ["s", "s", "s", None],
            "evidence": ["located"] * 3 + ["unlocated"],
            "accuracy_m": [100.0, 200.0, 300.0, np.nan],
            "amount": [1.0, np.nan, 4.0, 8.0],
        },
        geometry=[None, shapely.Point(112.9, 28.2), shapely.Point(112.9, 28.2), None],
        crs="EPSG:4490",
    )


def test_what_cannot_have_a_place_is_listed_and_is_no_point() -> None:
    drawn = sited(kinds_frame())
    assert placeable(drawn).tolist() == [True, True, False, False]
    for frame in (drawn, kinds_frame()):
        assert layers.located(frame)["id"].tolist() == ["part"]
        assert layers.unlocated(frame)["id"].tolist() == ["lab", "fair", "net"]
    assert drawn["evidence"].tolist() == ["located", "located", "unlocated", "unlocated"]
    assert drawn["accuracy_m"].isna().tolist() == [False, False, True, True]
    assert len(drawn) == 4


def test_what_stands_on_one_site_is_one_and_the_first_with_a_place_stands_for_all() -> None:
    once = one_a_site(kinds_frame(), "amount")
    assert once["id"].tolist() == ["part", "net"]
    assert once["amount"].tolist() == [1.0 + 4.0, 8.0]


@pytest.mark.parametrize("name", ["platforms", "projects", "parks"])
def test_no_map_of_a_layer_has_a_point_that_cannot_have_a_place(name: str) -> None:
    frames = [points.located() for points in (Points(name), Points.usual(name))]
    frames += [kind.content("zh").frames[name] for kind in (Layer(name), Overview("all"))]
    for frame in frames:
        assert placeable(frame[~nowhere(frame)]).all()
    (shown,) = (each for each in layers.map_document([name])["layers"] if each["id"] == name)
    assert shown["located"] == len(layers.located(layers.load(name)))
    assert shown["count"] == len(layers.load(name))


def test_an_event_is_a_point_where_its_kind_is_named() -> None:
    every = sorted(set(layers.load("platforms")["entity_kind"]))
    named, plain = Points("platforms", entity_kind=every), Points("platforms")
    assert len(named.chosen()) == len(plain.chosen())
    assert not placeable(named.located()).all()
    assert unknown_places(named).total("placeless") < unknown_places(plain).total("placeless")


def test_questions_are_of_what_is_usual_and_say_so_and_can_ask_for_all() -> None:
    usual = question_of(Coverage, {})
    assert usual.sites == Points.usual("platforms")
    frame = usual.sites.chosen()
    assert set(frame["status"]) == {"existing"}
    assert set(frame["scope"]) == {"new_area"}
    assert "现有平台" in usual.title("zh")
    assert "existing platforms" in usual.title("en")
    every = question_of(Coverage, {"status": [], "scope": []})
    assert every.sites == Points("platforms")
    assert "现有平台" not in every.title("zh")
    for question in (usual, every, question_of(Coverage, {"by_site": True, "status": []})):
        assert question_of(Coverage, parameters_of(question)) == question
    # What is usual may change; what was asked does not.
    assert parameters_of(usual)["status"] == ["existing"]
    assert parameters_of(every)["status"] == []


def test_a_layer_without_sites_is_not_counted_by_them() -> None:
    with open_plan(TINY), pytest.raises(InputError, match="site"):
        question_of(Coverage, {"by_site": True})


def test_each_feature_is_known_in_one_way() -> None:
    for name in ("platforms", "projects", "parks"):
        known = unknown_places(Points(name))
        share = layers.placed_share(Points(name).chosen())
        assert sum(map(known.total, KNOWN)) == known.total("count") == len(Points(name).chosen())
        assert known.placed == share.placed
        assert known.total("nowhere") == share.lacking
        assert known.grades["count"].sum() == share.placed


def test_a_zone_holds_what_surely_lies_there_and_could_hold_what_has_no_place() -> None:
    with open_plan(TINY):
        shops, quarters = Points("shops"), Zones("quarters")
        known = unknown_places(shops).kinds.set_index("kind")
        assert known.loc["books"].tolist() == [4, 3, 0, 1, 0]
        assert known.loc["food"].tolist() == [6, 5, 1, 0, 0]
        found = zone_bounds(shops, quarters).set_index("id")
        # Five shops in the west and four in the east, and one that may be in either.
        assert found.loc["quarter-west", BOUNDS].tolist() == [5, 5, 5 + 1, 1, 1, 1]
        assert found.loc["quarter-east", BOUNDS].tolist() == [4, 4, 4 + 1, 2, 1, 2]
        assert found.attrs["unsure"] == 1


def test_what_the_text_puts_in_a_zone_is_in_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknowns, "wholes", lambda: {"shop-10": frozenset({"quarter-east"})})
    with open_plan(TINY):
        found = zone_bounds.__wrapped__(Points("shops"), Zones("quarters")).set_index("id")
    assert found.loc["quarter-west", BOUNDS].tolist() == [5, 5, 5, 1, 1, 1]
    # It lies there, though no dot shows it.
    assert found.loc["quarter-east", BOUNDS].tolist() == [4, 5, 5, 2, 1, 1]


def test_a_place_that_may_lie_across_a_border_is_certain_in_neither_zone() -> None:
    frame = gpd.GeoDataFrame(
        {"accuracy_m": [0.0, 0.0, 0.0, 400.0]},
        geometry=gpd.points_from_xy([500_300, 500_400, 501_500, 500_700], [3_100_500] * 4),
        crs=4547,
    )
    boxes = [shapely.box(5e5 + 1000 * n, 3.1e6, 5.01e5 + 1000 * n, 3.101e6) for n in range(2)]
    owner = Owner()
    zones = keep_zones(own_zones(gpd.GeoDataFrame(geometry=boxes, crs=4547)), owner=owner)
    points = own_points(frame, title="own", accuracy_m=frame["accuracy_m"].to_numpy())
    found = zone_bounds(Points(keep_points(points, owner=owner)), Zones(zones))
    brought.release(owner)
    # 700 m into the first zone, and 400 m off as a rule.
    assert found[BOUNDS[1:]].to_numpy().tolist() == [[2, 3, 1, 1, 1], [1, 2, 2, 1, 2]]
    assert 2.5 < found["count"][0] < 3.0


def test_a_tie_is_a_tie_whatever_its_last_digits() -> None:
    value = np.array([0.1 + 0.2, 0.3, 0.3 - 1e-16])
    ranks = unknowns._ranks(value, value, value[::-1], 3)
    assert [ends.tolist() for ends in ranks.values()] == [[1, 1, 1]] * 3


def test_no_more_zones_rise_above_one_than_there_are_places_to_move() -> None:
    value, low = np.array([3.0, 2.0, 2.0, 0.0]), np.array([2.0, 2.0, 2.0, 0.0])
    ranks = unknowns._ranks(value, low, np.full(4, 3.0), 1)
    assert ranks["rank"].tolist() == [1, 2, 2, 4]
    assert ranks["rank_min"].tolist() == [1, 1, 1, 1]
    assert ranks["rank_max"].tolist() == [2, 2, 2, 4]
    # Of zones whose values are known exactly, each can only have the rank that it has.
    ranks = unknowns._ranks(value, value, value, 4)
    assert [ends.tolist() for ends in ranks.values()] == [[1, 2, 2, 4]] * 3


@pytest.mark.parametrize(("lang", "said"), [("zh", "现有平台"), ("en", "existing platforms")])
def test_prints_say_what_is_counted_and_what_is_not_known(lang: str, said: str) -> None:
    spec = read_spec({"map": "coverage", "lang": lang, "sheet": {"review_number": "internal"}})
    points = Points.usual("platforms")
    note = unknowns_note(asked(spec), lang)
    told = spec.statement()
    assert note in told.placed
    assert said in note
    assert points.terms(lang) in told.question
    share = layers.placed_share(points.chosen())
    assert {str(share.possible), str(share.lacking)} <= set(re.findall(r"\d+", note))
    assert unknowns_note(Overview("all"), lang) == ""


def test_who_could_be_covered_most_is_told_by_the_ends_of_shares(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def told(ends: list[tuple[float, float]]) -> str:
        low, high = zip(*ends, strict=True)
        zones = pd.DataFrame({"name_en": list("abc"), "covered_pct": [60.0, 40.0, 9.0]})
        zones = zones.assign(covered_pct_low=low, covered_pct_high=high)
        monkeypatch.setattr(coverage, "covered_zones", lambda _: zones)
        return Coverage(Points("platforms"), Zones("circles")).certain("en")

    assert "between 50 % and 70 %" in told([(50, 70), (30, 49), (5, 10)])
    assert "no other zone" in told([(50, 70), (30, 49), (5, 10)])
    assert "could be first too: 1." in told([(50, 70), (30, 51), (5, 10)])


def test_an_overview_of_some_kinds_leaves_layers_of_others_whole_and_says_so() -> None:
    whole, some = (Overview("platforms", (), kinds) for kinds in ((), ("laboratory",)))
    shown, all_ = some.content("zh").frames, whole.content("zh").frames
    assert set(shown["platforms"]["category"]) == {"laboratory"}
    assert len(shown["platforms"]) == (all_["platforms"]["category"] == "laboratory").sum()
    assert len(shown["parks"]) == len(all_["parks"])
    assert ("类别", "实验室") in method(some, "zh")
