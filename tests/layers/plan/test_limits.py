"""Zones between stated limits, on lines in metres whose areas can be worked out by hand."""

from __future__ import annotations

import math

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import InputError, LayerError
from layers.plan import limits, shapes
from layers.plan.area import map_crs
from layers.plan.rule_words import rule_in_words
from layers.plan.rules import Rule, build

# On the central meridian (114°E), where the projection's scale is 1.
EAST_M, NORTH_M = 500_000.0, 3_120_000.0

# A square of 6 km, by lines that go on past its corners.
SQUARE = {
    "north": [(-1000, 6000), (7000, 6000)],
    "east": [(6000, 7000), (6000, -1000)],
    "south": [(-1000, 0), (7000, 0)],
    "west": [(0, 7000), (0, -1000)],
}
FOUR = "between_limits:north=north,east=east,south=south,west=west"
THREE = "between_limits:north=north,east=east,south=south area:"


def frame(geometries: list[shapely.Geometry], ids: list[str]) -> gpd.GeoDataFrame:
    moved = [shapely.affinity.translate(each, EAST_M, NORTH_M) for each in geometries]
    columns = {"id": ids, "accuracy_m": 100.0}
    return gpd.GeoDataFrame(columns, geometry=moved, crs=map_crs()).to_crs(shapes.CRS)


def square(**changed: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    paths = SQUARE | changed
    return frame([shapely.LineString(path) for path in paths.values()], list(paths))


def metres(shape: shapely.Geometry) -> shapely.Geometry:
    metric = gpd.GeoSeries([shape], crs=shapes.CRS).to_crs(map_crs()).iloc[0]
    return shapely.affinity.translate(metric, -EAST_M, -NORTH_M)


def zone(rule: str, lines: gpd.GeoDataFrame) -> shapely.Geometry:
    return metres(build(rule, lines=lines).geometry)


def test_four_lines_enclose_a_square() -> None:
    built = build(FOUR, lines=square())
    assert metres(built.geometry).bounds == pytest.approx((0, 0, 6000, 6000), abs=1e-3)
    assert metres(built.geometry).area == pytest.approx(6000**2, rel=1e-6)
    assert built.accuracy_m == pytest.approx(100)


def test_a_line_that_bends_is_followed() -> None:
    # The western line runs 2 km farther east between 2 and 4 km north: a bite of 2 km².
    bent = [(0, 7000), (0, 4000), (1000, 4000), (1000, 2000), (0, 2000), (0, -1000)]
    assert zone(FOUR, square(west=bent)).area == pytest.approx(36e6 - 2e6, rel=1e-6)


def test_a_gap_between_the_pieces_of_a_line_is_bridged() -> None:
    lines = square()
    pieces = shapely.MultiLineString([[(0, 7000), (0, 500)], [(0, -500), (0, -1000)]])
    lines.loc[lines["id"] == "west", "geometry"] = frame([pieces], ["west"]).geometry.to_numpy()
    assert zone(FOUR, lines).area == pytest.approx(36e6, rel=1e-6)


def test_a_line_that_ends_too_soon_goes_on_straight_and_counts_as_less_well_known() -> None:
    # From 4 to 6 km east nothing is drawn; the last 2 km before lead straight on.
    lines = square(north=[(-1000, 6000), (4000, 6000)])
    built = build(FOUR, lines=lines)
    assert metres(built.geometry).bounds == pytest.approx((0, 0, 6000, 6000), abs=1e-3)
    added_m = 2000 / math.sqrt(12)
    assert built.accuracy_m == pytest.approx(math.sqrt((4 * 100**2 + added_m**2) / 5), rel=1e-4)


def test_a_line_goes_on_as_its_last_kilometres_do_and_not_as_the_ramp_at_its_end() -> None:
    # The last 100 m turn to the south-east; over the last 2 km they are 50 m of drop.
    lines = square(north=[(-1000, 6000), (4000, 6000), (4100, 5950)])
    built = zone(FOUR, lines)
    corner_m = max(y for x, y in shapely.get_coordinates(built) if x > 5990)
    assert corner_m == pytest.approx(5950 - 1900 * 50 / 2000, abs=5)


def test_a_side_may_have_several_lines_clockwise() -> None:
    # In the north first a road at 7 km, then from 2 km east one that comes down to 6 km.
    upper = frame([shapely.LineString([(-1000, 7000), (2000, 7000)])], ["upper"])
    lower = [(2000, 7000), (3000, 6000), (18_000, 6000)]
    lines = square(north=lower, west=[(0, 8000), (0, -1000)], south=[(-1000, 0), (18_000, 0)])
    both = pd.concat([lines, upper])
    rule = FOUR.replace("north=north", "north=upper|north")
    # 2 km² above the square, and half of one where the road comes down.
    assert zone(rule, both).area == pytest.approx(36e6 + 2.5e6, rel=1e-6)
    fitted = zone("between_limits:south=south,west=west,north=upper|north area:14", both)
    assert fitted.bounds == pytest.approx((0, 0, 14 / 7 * 1000, 7000), abs=5)


def test_a_ring_goes_nowhere_and_the_lines_beside_it_go_on_to_it() -> None:
    ring = [(6000, 7000), (6000, -1000), (9000, -1000), (9000, 7000), (6000, 7000)]
    lines = square(east=ring, north=[(-1000, 6000), (4000, 6000)], south=[(-1000, 0), (4000, 0)])
    assert zone(FOUR, lines).area == pytest.approx(36e6, rel=1e-6)


def test_two_lines_that_both_end_too_soon_meet_beyond_both() -> None:
    lines = square(north=[(-1000, 6000), (5000, 6000)], east=[(6000, 5000), (6000, -1000)])
    assert zone(FOUR, lines).area == pytest.approx(36e6, rel=1e-6)


def test_a_line_that_goes_on_stops_at_the_first_place_where_it_meets_the_next() -> None:
    # The northern line turns back a kilometre farther north: straight on, the eastern meets it
    # there again.
    turning = [(-1000, 6000), (7000, 6000), (7000, 7000), (5000, 7000)]
    lines = square(north=turning, east=[(6000, 4500), (6000, -1000)])
    added_m = 1500 / math.sqrt(12)
    expected_m = math.sqrt((4 * 100**2 + added_m**2) / 5)
    assert build(FOUR, lines=lines).accuracy_m == pytest.approx(expected_m, rel=1e-4)


@pytest.mark.parametrize("missing", limits.SIDES)
def test_a_side_without_a_line_is_where_the_stated_area_is_met(missing: str) -> None:
    sides = [side for side in limits.SIDES if side != missing]
    rule = "between_limits:" + ",".join(f"{side}={side}" for side in sides) + " area:18"
    # Lines that go on 12 km past the square leave room on the missing side.
    lines = square(
        north=[(-12_000, 6000), (18_000, 6000)],
        south=[(-12_000, 0), (18_000, 0)],
        east=[(6000, 18_000), (6000, -12_000)],
        west=[(0, 18_000), (0, -12_000)],
    )
    built = build(rule, lines=lines)
    # 18 km² of a strip of 6 km are 3 km deep, from the side that the missing one faces.
    expected = {
        "north": (0, 0, 6000, 3000),
        "east": (0, 0, 3000, 6000),
        "south": (0, 3000, 6000, 6000),
        "west": (3000, 0, 6000, 6000),
    }
    assert metres(built.geometry).bounds == pytest.approx(expected[missing], abs=5)
    # Known to 3 km by √12, and the other three sides to 100 m.
    fitted_m = 3000 / math.sqrt(12)
    assert built.accuracy_m == pytest.approx(math.sqrt((3 * 100**2 + fitted_m**2) / 4), rel=2e-3)


def test_the_fitted_side_is_parallel_to_the_one_that_it_faces() -> None:
    lines = square(
        north=[(-12_000, 6000), (9000, 6000)],
        south=[(-12_000, 0), (9000, 0)],
        east=[(8000, 8000), (5000, -1000)],  # 1 km east in 3 km north
    )
    shape = build(THREE + "12", lines=lines)
    built = metres(shape.geometry)
    west_m = [
        min(x for x, y in shapely.get_coordinates(built) if abs(y - at) < 5) for at in (0, 6000)
    ]
    assert west_m[1] - west_m[0] == pytest.approx(2000, abs=5)
    # 12 km² in 6 km of height are 2 km from east to west, and less across the slanting line.
    fitted_m = 2000 * 3 / math.sqrt(10) / math.sqrt(12)
    expected_m = math.sqrt((3 * 100**2 + fitted_m**2) / 4)
    assert shape.accuracy_m == pytest.approx(expected_m, rel=2e-3)


def test_the_zone_stays_within_its_districts_and_the_area_is_that_within_them() -> None:
    half = frame([shapely.box(-9000, 3000, 9000, 9000)], ["district-a"])
    built = build(FOUR + " within:district-a", lines=square(), districts=half)
    assert metres(built.geometry).bounds == pytest.approx((0, 3000, 6000, 6000), abs=1e-3)
    lines = square(north=[(-12_000, 6000), (7000, 6000)], south=[(-12_000, 0), (7000, 0)])
    fitted = build(THREE + "12 within:district-a", lines=lines, districts=half)
    # 12 km² in 3 km of height are 4 km wide.
    assert metres(fitted.geometry).bounds == pytest.approx((2000, 3000, 6000, 6000), abs=5)


@pytest.mark.parametrize(
    ("rule", "changed", "said"),
    [
        # Each would have to go on for 7 km and more; half of its length is 0.5 km.
        (
            FOUR,
            {"north": [(-1000, 6000), (0, 6000)]},
            r"north and in the east do not meet.*6\.0 km",
        ),
        (FOUR, {"north": SQUARE["south"], "south": SQUARE["north"]}, "which line is which"),
        (THREE + "48", {}, r"48 km² cannot be had.*at most 4[0-9]\.\d\d km²"),
        (FOUR + " area:36", {}, "an area is given"),
        ("between_limits:north=north,east=east,south=south", {}, r"1 side\(s\).*west"),
        ("between_limits:north=north,east=east area:9", {}, r"2 side\(s\).*south, west"),
    ],
)
def test_what_cannot_be_built_is_refused_with_what_to_do(
    rule: str, changed: dict[str, list[tuple[float, float]]], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        build(rule, lines=square(**changed))


def test_a_limit_that_is_no_line_is_refused() -> None:
    lines = frame([shapely.box(0, 0, 1, 1)] * 4, list(limits.SIDES))
    with pytest.raises(InputError, match="'north' is a Polygon; name a line"):
        build(FOUR, lines=lines)


def test_an_unknown_line_is_refused_with_those_there_are() -> None:
    with pytest.raises(LayerError, match=r"road-x.*north, east, south, west"):
        build(FOUR.replace("west=west", "west=road-x"), lines=square())
    with pytest.raises(InputError, match="lines="):
        build(FOUR)


@pytest.mark.parametrize(
    "rule",
    [
        "between_limits:north",
        "between_limits:up=road-a",
        "between_limits:north=a,north=b",
        f"{FOUR} area:wide",
        f"{FOUR} area:9 area:9",
        "hull_area:9 area:9",
    ],
)
def test_limits_that_cannot_be_read_are_refused(rule: str) -> None:
    with pytest.raises(InputError, match="layout"):
        Rule.parse(rule)


def test_rules_are_told_in_words() -> None:
    rule = (
        "between_limits:north=road-changshaolou|road-changtanxi,east=river-bank-west,"
        "south=road-hukun-hsr area:145.5 within:district-yuelu|district-yuhu"
    )
    assert rule_in_words(rule)["zh"] == (
        "所述四至之间：北至长韶娄高速、长潭西高速，东至湘江西岸线，南至沪昆高铁；"
        "西侧无线位，以直线按所载 145.5 km² 推定；不出岳麓区、雨湖区"
    )
    assert rule_in_words("district:district-yuelu")["en"] == "All of Yuelu District"
    # What stands in a frame of somebody else's may be no rule at all.
    assert rule_in_words("as it is: by hand") == {
        "zh": "as it is: by hand",
        "en": "as it is: by hand",
    }


def test_a_line_that_crosses_a_side_does_not_bound_it() -> None:
    face = shapely.box(0, 0, 6000, 6000)
    for crossing in ([(3000, 5000), (3000, 7000)], [(3000, 6500), (3000, 9000)]):
        assert limits._bounds(face, "north", shapely.LineString(crossing)) is False
    along = shapely.LineString([(0, 6000), (6000, 6000)])
    sides = [side for side in limits.SIDES if limits._bounds(face, side, along)]
    assert sides == ["north"]


def test_the_last_line_goes_on_to_the_first_as_every_other_does() -> None:
    lines = square(north=[(1000, 6000), (7000, 6000)])
    assert zone(FOUR, lines).bounds == pytest.approx((0, 0, 6000, 6000), abs=1e-3)
