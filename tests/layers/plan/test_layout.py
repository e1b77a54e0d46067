"""The rules of the 224 layout, on members whose shapes can be worked out by hand."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CRSError, InputError, LayerError
from geo.geodesic import geodesic_area_km2
from layers.plan.area import map_crs
from layers.plan.balance import area_balance
from layers.plan.courses import along_roads
from layers.plan.rules import (
    Rule,
    build,
    combined_accuracy_m,
    cover,
    from_district,
    hull_with_area,
)
from layers.plan.shapes import CRS

# On the central meridian (114°E), where the projection's scale is 1.
EAST_M, NORTH_M = 500_000.0, 3_120_000.0
offsets = st.floats(-20_000.0, 20_000.0)


def placed(shapes: list[shapely.Geometry | None], **columns: object) -> gpd.GeoDataFrame:
    """Shapes in metres east and north of a corner, as a frame in EPSG:4490."""
    moved = [
        None if shape is None else shapely.affinity.translate(shape, EAST_M, NORTH_M)
        for shape in shapes
    ]
    data = {"id": [f"m{n}" for n in range(len(shapes))], "accuracy_m": 100.0, "radius_m": 0.0}
    frame = gpd.GeoDataFrame({**data, **columns}, geometry=moved, crs=map_crs())
    return frame.to_crs(CRS)


def points(*xy: tuple[float, float], **columns: object) -> gpd.GeoDataFrame:
    return placed([shapely.Point(x, y) for x, y in xy], **columns)


def lines(*paths: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    return placed([shapely.LineString(path) for path in paths])


def metres(shape: shapely.Geometry) -> shapely.Geometry:
    """The shape in metres east and north of the corner."""
    metric = gpd.GeoSeries([shape], crs=CRS).to_crs(map_crs()).iloc[0]
    return shapely.affinity.translate(metric, -EAST_M, -NORTH_M)


def area_km2(shape: shapely.Geometry) -> float:
    return float(geodesic_area_km2(gpd.GeoSeries([shape], crs=CRS)).iloc[0])


def vertices(line: shapely.LineString) -> list[tuple[float, float]]:
    return [(round(x), round(y)) for x, y in metres(line).coords]


# --- the rule's text


def test_a_rule_is_read() -> None:
    assert Rule.parse("cover:1500") == Rule("cover", "1500")
    assert Rule.parse("hull_area:145.5 within:a|b") == Rule("hull_area", "145.5", ("a", "b"))


def test_an_unknown_rule_is_refused_with_the_rules_there_are() -> None:
    with pytest.raises(LayerError, match=r"no rule 'circle'.*hull_area, cover, along_roads"):
        build("circle:5", members=points((0, 0)))


@pytest.mark.parametrize("rule", ["", "cover", "cover:", "cover:wide", "cover:-5", "cover:nan"])
def test_a_rule_that_cannot_be_read_is_refused(rule: str) -> None:
    with pytest.raises(InputError):
        build(rule, members=points((0, 0)))


def test_a_rule_takes_no_other_word_than_within() -> None:
    with pytest.raises(InputError, match="within") as refused:
        Rule.parse("cover:5 around:district-a")
    assert refused.value.values["rule"] == "cover:5 around:district-a"  # noqa: PD011 - of the refusal


def test_a_rule_without_what_it_needs_says_what_is_missing() -> None:
    with pytest.raises(InputError, match="members="):
        build("cover:5")
    with pytest.raises(InputError, match="districts="):
        build("district:district-a")


# --- hull_area


def test_one_member_gives_a_disc_of_the_printed_area() -> None:
    city = hull_with_area(points((0, 0)), area_km2=24.65)
    assert area_km2(city) == pytest.approx(24.65, rel=1e-4)
    west, south, east, north = metres(city).bounds
    # A regular 64-gon has 64/2π·sin(2π/64) = 0.9984 of its circle's area.
    radius_m = math.sqrt(24.65e6 / (32 * math.sin(math.pi / 32)))
    assert [west, south, east, north] == pytest.approx(
        [-radius_m, -radius_m, radius_m, radius_m], abs=2
    )


def test_two_members_give_a_stadium_of_the_printed_area() -> None:
    city = metres(hull_with_area(points((0, 0), (0, 3000)), area_km2=24.65))
    west, south, east, north = city.bounds
    radius_m = (east - west) / 2
    assert north - south == pytest.approx(3000 + 2 * radius_m, abs=1)
    # rectangle + disc
    assert 3000 * 2 * radius_m + math.pi * radius_m**2 == pytest.approx(24.65e6, rel=2e-3)


@settings(max_examples=25)
@given(
    xy=st.lists(st.tuples(offsets, offsets), min_size=1, max_size=6),
    extra_km2=st.floats(1.0, 500.0),
)
def test_the_printed_area_is_met_and_every_member_is_inside(
    xy: list[tuple[float, float]], extra_km2: float
) -> None:
    members = points(*xy)
    hull = members.union_all().convex_hull
    wanted_km2 = (area_km2(hull) if hull.area else 0.0) + extra_km2
    city = hull_with_area(members, area_km2=wanted_km2)
    assert area_km2(city) == pytest.approx(wanted_km2, rel=1e-4)
    assert members.within(city).all()


def test_the_city_stays_within_its_district_and_keeps_its_area() -> None:
    half = placed([shapely.box(-9000, -9000, 0, 9000)])
    city = hull_with_area(points((-500, 0)), area_km2=24.65, within=half)
    assert area_km2(city) == pytest.approx(24.65, rel=1e-4)
    assert metres(city).bounds[2] <= 1e-3


def test_an_area_that_cannot_be_had_is_refused() -> None:
    corners = points((0, 0), (4000, 0), (4000, 4000), (0, 4000))
    with pytest.raises(InputError, match=r"span 16\.0\d km²"):
        hull_with_area(corners, area_km2=10)
    small = placed([shapely.box(-1000, -1000, 1000, 1000)])
    with pytest.raises(InputError, match=r"at most 4\.0\d km²"):
        hull_with_area(points((0, 0)), area_km2=10, within=small)


def test_moving_a_member_moves_what_is_built_on_it() -> None:
    before = [(0.0, 0.0), (2000.0, 1000.0), (-1000.0, 3000.0)]
    after = [(x + 700.0, y - 300.0) for x, y in before]
    for rule in ("hull_area:30", "cover:1500", "along_roads:4000"):
        first = metres(build(rule, members=points(*before)).geometry)
        second = metres(build(rule, members=points(*after)).geometry)
        expected = shapely.affinity.translate(first, 700, -300)
        assert second.hausdorff_distance(expected) < 1
    one_moved = points((0, 0), (2000, 1000), (-6000, 3000))
    city = build("hull_area:60", members=one_moved).geometry
    assert one_moved.within(city).all()


# --- cover


def test_a_member_is_covered_as_far_as_it_reaches_and_the_margin() -> None:
    zone = metres(cover(points((0, 0), radius_m=1000.0), margin_m=500))
    assert zone.bounds == pytest.approx((-1500, -1500, 1500, 1500), abs=1)


def test_the_cover_of_two_members_joins_their_discs() -> None:
    zone = metres(cover(points((0, 0), (5000, 0), radius_m=[1000.0, 2000.0]), margin_m=500))
    assert zone.bounds == pytest.approx((-1500, -2500, 7500, 2500), abs=1)
    assert zone.convex_hull.area == pytest.approx(zone.area)


def test_a_polygon_is_its_own_extent() -> None:
    town = placed([shapely.box(0, 0, 4000, 2000)], radius_m=9999.0)
    assert metres(cover(town, margin_m=500)).bounds == pytest.approx(
        (-500, -500, 4500, 2500), abs=1
    )


@settings(max_examples=25)
@given(xy=st.lists(st.tuples(offsets, offsets), min_size=1, max_size=6), margin=st.floats(1, 5000))
def test_a_wider_margin_covers_the_narrower_one(
    xy: list[tuple[float, float]], margin: float
) -> None:
    members = points(*xy, radius_m=1500.0)
    narrow, wide = cover(members, margin_m=margin), cover(members, margin_m=margin + 100)
    assert wide.contains(narrow)
    assert members.within(narrow).all()


# --- along_roads

NORTH_SOUTH = [(0.0, 10_000.0), (0.0, 0.0)]


def test_the_axis_follows_the_road_and_passes_its_nodes_by() -> None:
    nodes = points((-500, 9000), (800, 5000), (-500, 1000))
    axis = along_roads(nodes, lines(NORTH_SOUTH), reach_m=1000)
    assert vertices(axis) == [(-500, 9000), (0, 9000), (0, 5000), (0, 1000), (-500, 1000)]


def test_the_direction_in_which_a_road_is_drawn_does_not_matter() -> None:
    nodes = points((-500, 9000), (-500, 1000))
    forth = along_roads(nodes, lines(NORTH_SOUTH), reach_m=1000)
    back = along_roads(nodes, lines(NORTH_SOUTH[::-1]), reach_m=1000)
    assert vertices(forth) == vertices(back)


def test_a_node_beyond_reach_is_visited_by_chords() -> None:
    nodes = points((0, 9000), (3000, 5000), (0, 1000), (4000, -4000))
    axis = along_roads(nodes, lines(NORTH_SOUTH), reach_m=1000)
    assert vertices(axis) == [(0, 9000), (3000, 5000), (0, 1000), (4000, -4000)]


def test_how_far_a_node_may_be_from_the_road() -> None:
    # In whole metres of the map, so that the node is just as far as it may be.
    whole = [(EAST_M + x, NORTH_M + y) for x, y in ((0, 9000), (1000, 5000), (0, 1000))]
    nodes = gpd.GeoDataFrame(geometry=[shapely.Point(xy) for xy in whole], crs=map_crs())
    road = shapely.LineString([whole[0], whole[2]])
    roads = gpd.GeoDataFrame(geometry=[road], crs=map_crs())
    for reach_m, middle in ((1000, (0, 5000)), (999, (1000, 5000))):
        axis = along_roads(nodes, roads, reach_m=reach_m)
        assert vertices(axis) == [(0, 9000), middle, (0, 1000)]


def test_with_no_road_the_axis_is_straight_from_node_to_node() -> None:
    nodes = points((0, 9000), (3000, 5000), (0, 1000))
    expected = [(0, 9000), (3000, 5000), (0, 1000)]
    assert vertices(along_roads(nodes, None, reach_m=1000)) == expected
    assert vertices(along_roads(nodes, lines(), reach_m=1000)) == expected


def test_the_axis_never_turns_back_on_its_course() -> None:
    nodes = points((0, 9000), (100, 4000), (100, 6000), (0, 1000))
    axis = metres(along_roads(nodes, lines(NORTH_SOUTH), reach_m=1000))
    norths = shapely.get_coordinates(axis)[:, 1]
    assert (np.diff(norths) <= 1e-6).all()
    assert axis.length == pytest.approx(9000 - 1000, abs=1)


def test_roads_are_joined_and_their_overlap_is_walked_once() -> None:
    nodes = points((0, 10_000), (0, -10_000))
    upper = [(0.0, 10_000.0), (0.0, 5000.0), (0.0, 0.0)]
    lower = [(100.0, 2000.0), (100.0, -10_000.0)]
    axis = along_roads(nodes, lines(upper, lower), reach_m=1000)
    assert vertices(axis) == [*upper, (100, 0), (100, -10_000), (0, -10_000)]


def test_a_road_that_begins_inside_the_last_one_is_taken_from_where_that_one_ends() -> None:
    # Drawn from south to north, and 2 km of it beside the first road.
    upper = [(0.0, 10_000.0), (0.0, 0.0)]
    lower = [(100.0, -10_000.0), (100.0, 2000.0)]
    # 300 m past the end of the second road: the gap is a chord.
    last = [(100.0, -10_300.0), (100.0, -20_000.0)]
    nodes = points((0, 8000), (100, -1000), (100, -20_000))
    axis = along_roads(nodes, lines(upper, lower, last), reach_m=1000)
    passed = [(0, 8000), (0, 0), (100, 0), (100, -1000), (100, -10_000), (100, -10_300)]
    assert vertices(axis) == [*passed, (100, -20_000)]
    # 8 km to the joint, 100 m across, 20 km on: nothing twice.
    assert metres(axis).length == pytest.approx(8000 + 100 + 20_000, abs=1)


def test_an_axis_needs_two_places_and_whole_roads() -> None:
    with pytest.raises(InputError, match="two nodes in different places"):
        along_roads(points((0, 0), (0, 0)), None, reach_m=1000)
    broken = placed([shapely.MultiLineString([[(0, 0), (0, 1)], [(5, 0), (5, 1)]])])
    with pytest.raises(InputError, match="several pieces"):
        along_roads(points((0, 0), (0, 9)), broken, reach_m=1000)


# --- districts and what every rule shares


def test_districts_are_joined_and_keep_their_accuracy() -> None:
    districts = placed(
        [shapely.box(0, 0, 2000, 2000), shapely.box(2000, 0, 5000, 2000)],
        id=["district-a", "district-b"],
        accuracy_m=50.0,
    )
    both = build("district:district-a|district-b", districts=districts)
    assert both.accuracy_m == 50.0
    assert both.geometry.geom_type == "Polygon"
    assert area_km2(both.geometry) == pytest.approx(5 * 2, rel=1e-3)
    assert area_km2(from_district(districts.iloc[:1])) == pytest.approx(2 * 2, rel=1e-3)
    with pytest.raises(LayerError, match=r"district-c.*district-a, district-b"):
        build("district:district-c", districts=districts)


def test_a_city_may_be_bound_by_its_districts() -> None:
    half = placed([shapely.box(-9000, -9000, 0, 9000)], id=["district-a"])
    city = build("hull_area:24.65 within:district-a", members=points((-500, 0)), districts=half)
    assert metres(city.geometry).bounds[2] <= 1e-3
    zone = build("cover:1500 within:district-a", members=points((-500, 0)), districts=half)
    assert metres(zone.geometry).bounds == pytest.approx((-2000, -1500, 0, 1500), abs=1)


def test_accuracy_is_the_root_mean_square_of_what_the_shape_rests_on() -> None:
    members = points((0, 0), (0, 5000), accuracy_m=[300.0, 400.0])
    expected_m = math.sqrt((300**2 + 400**2) / 2)
    assert build("cover:1500", members=members).accuracy_m == pytest.approx(expected_m)
    road = lines(NORTH_SOUTH)
    axis = build("along_roads:1000", members=members, roads=road)
    assert axis.accuracy_m == pytest.approx(math.sqrt((300**2 + 400**2 + 100**2) / 3))


def test_an_unknown_accuracy_is_refused() -> None:
    with pytest.raises(InputError, match="accuracy_m"):
        combined_accuracy_m(points((0, 0), accuracy_m=math.nan))


@pytest.mark.parametrize("rule", ["hull_area:30", "cover:1500", "along_roads:4000"])
def test_members_without_a_place_are_left_out(rule: str) -> None:
    whole = placed([shapely.Point(0, 0), shapely.Point(0, 3000)])
    gaps = placed([None, shapely.Point(0, 0), shapely.Point(), shapely.Point(0, 3000)])
    assert build(rule, members=gaps).geometry.equals(build(rule, members=whole).geometry)
    with pytest.raises(InputError, match="has a place"):
        build(rule, members=placed([None, None]))
    with pytest.raises(InputError, match="has a place"):
        build(rule, members=points())


@pytest.mark.parametrize("rule", ["hull_area:30", "cover:1500", "along_roads:4000"])
def test_members_without_a_crs_are_refused(rule: str) -> None:
    bare = points((0, 0), (0, 3000)).set_crs(None, allow_override=True)
    with pytest.raises(CRSError, match="set_crs"):
        build(rule, members=bare)


@pytest.mark.parametrize("rule", ["hull_area:30", "cover:1500", "along_roads:4000"])
def test_nothing_that_is_passed_in_changes(rule: str) -> None:
    members, roads = points((0, 9000), (0, 3000)), lines(NORTH_SOUTH)
    copies = members.copy(), roads.copy()
    build(rule, members=members, roads=roads)
    pd.testing.assert_frame_equal(members, copies[0])
    pd.testing.assert_frame_equal(roads, copies[1])


# --- the area that the plan prints


def test_the_area_balance_shows_what_is_known_and_what_is_left() -> None:
    districts = placed([shapely.box(0, 0, 30_000, 20_000)], id=["district-a"])
    parts = pd.DataFrame(
        {
            "id": ["area-a", "area-b", "area-c"],
            "name_zh": ["甲", "乙", "丙"],
            "part": ["direct", "entrusted", "coordinated"],
            "rule": ["district:district-a", None, None],
            "area_stated_km2": [math.nan, 40.0, math.nan],
        }
    )
    balance = area_balance(parts, districts).set_index("id")
    assert balance["basis"].tolist()[:3] == ["district", "stated", "unknown"]
    assert balance.loc["area-a", "area_km2"] == pytest.approx(30 * 20, rel=1e-3)
    assert math.isnan(balance.loc["area-c", "area_km2"])
    known_km2 = balance.loc["area-a", "area_km2"] + 40
    assert balance.loc["known", "area_km2"] == pytest.approx(known_km2)
    assert balance.loc["printed", "area_km2"] == 1200
    assert balance.loc["difference", "area_km2"] == pytest.approx(1200 - known_km2)
