"""What belongs to a city, an axis, a circle, a park or a part: members of every target."""

from __future__ import annotations

from collections import Counter

import pytest

import layers
from geo.errors import InputError
from geo.geodesic import geodesic_area_km2
from layers.plan.area import open_plan, packaged
from layers.plan.catalogue import table


def test_whatever_has_parts_or_is_one_tells_its_members_or_why_there_are_none() -> None:
    for plan in packaged():
        with open_plan(plan):
            links = table("memberships")
            of = links.groupby("target_id")["feature_id"].apply(set)
            one_each = {frame["id"].iloc[0] for frame in map(layers.load, layers.names())}
            named = {*links["target_id"], *one_each}
            for target_id in sorted(named & set(layers.names_by_id())):
                members = layers.members(target_id)
                assert members.crs == "EPSG:4490"
                assert not members.geometry.isna().any()
                left_out = members.attrs["left_out"]
                assert {*members["id"], *left_out} == of.get(target_id, set())
                assert set(left_out.values()) <= {"no_place", "placed_by_target"}


def test_of_136_targets_15_had_members_of_layers_without_points() -> None:
    links = layers.load("memberships")
    assert links["target_id"].nunique() == 136
    placeless = {*layers.load("firms")["id"], *layers.load("districts")["id"]}
    assert links.loc[links["feature_id"].isin(placeless), "target_id"].nunique() == 15


def test_a_firm_has_no_place_and_its_park_says_so() -> None:
    members = layers.members("park-sany-zhizao")
    assert members.empty
    assert members.attrs["left_out"]["firm-sany"] == "no_place"


def test_a_district_is_a_member_by_its_centre_and_its_extent() -> None:
    member = layers.members("area-yuelu").iloc[0]
    districts = layers.load("districts").set_index("id", drop=False)
    yuelu = districts.loc[["district-yuelu"]]
    assert member["id"] == "district-yuelu"
    assert member.geometry.equals(yuelu.geometry.iloc[0].centroid)
    # a disc as large as the district: π r² = its area
    disc_km2 = 3.141592653589793 * (member["radius_m"] / 1000) ** 2
    assert disc_km2 == pytest.approx(geodesic_area_km2(yuelu).iloc[0], rel=1e-9)


def test_what_takes_its_place_from_the_target_is_left_out_by_that_reason() -> None:
    reasons: Counter[str] = Counter()
    for target_id in layers.load("memberships")["target_id"].unique():
        reasons.update(layers.members(target_id).attrs["left_out"].values())
    assert reasons["placed_by_target"] > 0
    parks = layers.load("parks")
    target_id = parks.loc[parks["within"].notna(), "within"].iloc[0]
    inside = set(parks.loc[parks["within"] == target_id, "id"])
    left_out = layers.members(target_id).attrs["left_out"]
    assert all(left_out.get(each, "placed_by_target") == "placed_by_target" for each in inside)


@pytest.mark.parametrize(("target_id", "near"), [("circle-gaoxn", "circle-gaoxin"), ("?", None)])
def test_what_the_plan_has_not_is_refused_with_what_is_near(
    target_id: str, near: str | None
) -> None:
    with pytest.raises(InputError, match="there is no feature") as refused:
        layers.members(target_id)
    assert (near in refused.value.values["names"]) if near else not refused.value.values["names"]


def test_a_role_that_no_member_has_is_refused() -> None:
    with pytest.raises(InputError, match=r"choose from .*'node'") as refused:
        layers.members("axis-xiaoxiang", "nodes")
    assert "near is 'node'" in str(refused.value)
