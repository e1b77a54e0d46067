"""What belongs to zones by the text, beside what lies in them: held against the tables."""

from __future__ import annotations

import pytest

import layers
from geo.errors import InputError
from layers import questions
from layers.plan.area import area
from layers.questions.belonging import belonging, belonging_zones
from layers.questions.counting import Distribution, zone_counts
from layers.questions.subjects import Points, Zones

MONEY = "investment_100m_cny"
PROJECTS = Points("projects")
CITIES = Distribution(PROJECTS, Zones("cities"), MONEY)


def test_members_of_members_belong_too() -> None:
    links = layers.load("memberships")
    links = links[links["role"].isin({*area().parts, "located"})]
    pairs = belonging(CITIES)
    told = set(map(tuple, pairs.loc[pairs["by_text"], ["id", "zone"]].to_numpy()))
    ids = set(PROJECTS.chosen()["id"])
    for zone in CITIES.zones.frame()["id"]:
        direct = set(links.loc[links["target_id"] == zone, "feature_id"])
        second = set(links.loc[links["target_id"].isin(direct), "feature_id"])
        assert direct & ids
        assert {(each, zone) for each in (direct | second) & ids} <= told


def test_counts_and_sums_by_the_text_are_whole_and_of_what_is_stated() -> None:
    zones = belonging_zones(CITIES).set_index("id")
    amounts = PROJECTS.chosen().set_index("id")[MONEY]
    pairs = belonging(CITIES)
    for zone, row in zones.iterrows():
        ids = pairs.loc[pairs["by_text"] & (pairs["zone"] == zone), "id"]
        assert row["text_count"] == len(ids)
        assert row["text_sum"] == pytest.approx(amounts[ids].sum())
    by_place = zone_counts(CITIES).set_index("id")
    assert zones["count"].to_dict() == by_place["count"].to_dict()
    assert zones.attrs["units"]["text_sum"] == zones.attrs["units"]["weight_sum"]


def test_each_pair_is_known_by_the_text_the_place_or_both() -> None:
    pairs, zones = belonging(CITIES), belonging_zones(CITIES).set_index("id")
    assert not pairs.duplicated(["id", "zone"]).any()
    assert (pairs["by_text"] | (pairs["share"] > 0)).all()
    likely = pairs["share"] > 0.5
    alone = pairs[pairs["by_text"] & ~likely].groupby("zone").size()
    assert zones["text_alone"].to_dict() == alone.reindex(zones.index, fill_value=0).to_dict()
    others = pairs[~pairs["by_text"] & likely].groupby("zone").size()
    assert zones["place_alone"].to_dict() == others.reindex(zones.index, fill_value=0).to_dict()
    # What the text says of a feature without a place is known by the text alone.
    nowhere = set(PROJECTS.unlocated()["id"]) & set(pairs["id"])
    assert nowhere
    assert pairs.loc[pairs["id"].isin(nowhere), "by_text"].all()


def test_zones_that_the_text_does_not_name_are_refused() -> None:
    with pytest.raises(InputError, match="says of none of these zones") as no:
        belonging(Distribution(PROJECTS, Zones("districts")))
    assert no.value.code == "zones.no_members"


def test_shares_of_a_feature_are_at_most_one_where_zones_do_not_overlap() -> None:
    pairs = questions.shares(Distribution(PROJECTS, Zones("districts")))
    assert pairs["share"].between(0, 1, inclusive="right").all()
    assert (pairs.groupby("id")["share"].sum() <= 1 + 1e-9).all()
