"""Coverage by sites that may lie elsewhere: values that a reader can work out."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Point, box

import geo
from geo.supports import Supports, supports
from geo.work import Cancelled, watched
from geo.zoned import likely_coverage
from geo.zoned.likely_coverage import chances
from geo.zoned.reach import _reached, within_reach

EAST, NORTH = 500_000.0, 3_100_000.0
ZONES = gpd.GeoDataFrame(
    geometry=[
        box(EAST - 5000, NORTH - 5000, EAST, NORTH + 5000),
        box(EAST, NORTH - 5000, EAST + 5000, NORTH + 5000),
    ],
    index=["west", "east"],
    crs=4547,
)


def sites(*extents: object, **columns: object) -> gpd.GeoDataFrame:
    column = np.empty(len(extents), dtype=object)
    column[:] = extents
    spot = [Point(EAST, NORTH)] * len(extents)
    return gpd.GeoDataFrame({"place_extent": column, **columns}, geometry=spot, crs=4547)


def test_one_site_covers_the_mean_of_what_it_covers_everywhere() -> None:
    # anywhere on 2 km of the border between the zones: half of a disc of 1 km in each, always
    line = LineString([(EAST, NORTH - 1000), (EAST, NORTH + 1000)])
    found = geo.coverage(sites(line), ZONES, distance_m=1000)
    np.testing.assert_allclose(found["covered_km2"], np.pi / 2, rtol=0.02)
    np.testing.assert_allclose(found["doubly_covered_km2"], 0, atol=1e-9)
    for end in ("covered_pct_low", "covered_pct_high"):
        np.testing.assert_allclose(found[end], np.pi, atol=0.1)
    assert found.attrs["sites_unsure"] == 1


def test_a_site_on_one_side_or_the_other() -> None:
    either = [(Point(EAST - 2000, NORTH), 1.0), (Point(EAST + 2000, NORTH), 3.0)]
    found = geo.coverage(sites(either), ZONES, distance_m=1000)
    np.testing.assert_allclose(found["covered_km2"], [np.pi / 4, 3 * np.pi / 4], rtol=0.02)
    np.testing.assert_allclose(found["covered_pct_low"], 0, atol=1e-9)
    np.testing.assert_allclose(found["covered_pct_high"], 2 * np.pi, rtol=0.02)


def test_two_sites_are_independent_unless_they_are_in_one_place() -> None:
    either = [(Point(EAST - 2000, NORTH), 1.0), (Point(EAST + 2000, NORTH), 1.0)]
    apart = geo.coverage(sites(either, either), ZONES, distance_m=1000)
    np.testing.assert_allclose(apart["covered_km2"], 0.75 * np.pi, rtol=0.02)
    np.testing.assert_allclose(apart["doubly_covered_km2"], 0.25 * np.pi, rtol=0.02)
    one = geo.coverage(sites(either, either, place_id=["a", "a"]), ZONES, distance_m=1000)
    np.testing.assert_allclose(one["covered_km2"], 0.5 * np.pi, rtol=0.02)
    np.testing.assert_allclose(one["doubly_covered_km2"], 0.5 * np.pi, rtol=0.02)


def test_exact_sites_among_unsure_ones_cover_what_they_cover() -> None:
    frame = gpd.GeoDataFrame(
        {"accuracy_m": [0.0, 1.0]},
        geometry=[Point(EAST - 2000, NORTH), Point(EAST + 2000, NORTH)],
        crs=4547,
    )
    exact = geo.coverage(frame.geometry, ZONES, distance_m=1500)
    found = geo.coverage(frame, ZONES, distance_m=1500)
    np.testing.assert_allclose(found["covered_km2"], exact["covered_km2"], rtol=0.02)


@pytest.mark.parametrize("unsure", ["sites", "demand"])
def test_demand_is_covered_as_likely_as_a_site_is_near(unsure: str) -> None:
    either = sites([(Point(EAST + 100, NORTH), 1.0), (Point(EAST + 4000, NORTH), 3.0)])
    fixed = gpd.GeoSeries([Point(EAST + 300, NORTH)], crs=4547)
    frames = {"sites": (either, fixed), "demand": (fixed, either)}[unsure]
    found = geo.coverage(frames[0], ZONES, distance_m=1000, demand=frames[1], demand_weights=[8.0])
    np.testing.assert_allclose(found["demand"], [0, 8], atol=1e-9)
    np.testing.assert_allclose(found["demand_covered"], [0, 2], atol=0.01)


def test_the_curve_agrees_with_the_zones() -> None:
    frame = gpd.GeoDataFrame(
        {"accuracy_m": [500.0, 900.0, 0.0]},
        geometry=[Point(EAST - x, NORTH) for x in (1500, -900, 3000)],
        crs=4547,
    )
    curve = geo.coverage_curve(frame, ZONES, distances_m=[2000, 1000])
    for row in curve.itertuples():
        zones = geo.coverage(frame, ZONES, distance_m=row.distance_m)
        assert row.covered_km2 == pytest.approx(zones["covered_km2"].sum(), rel=0.02)
        assert row.doubly_covered_km2 == pytest.approx(zones["doubly_covered_km2"].sum(), rel=0.05)


@pytest.mark.parametrize("distance_m", [5, 60, 4000])
def test_a_short_reach_in_wide_zones_is_told_as_exactly_as_a_long_one(distance_m: float) -> None:
    # Two that stay within 1 cm of each other, one that is anywhere in 20 m, and an exact one.
    wide = gpd.GeoSeries([ZONES.union_all().buffer(200_000)], crs=4547)
    extents = [Point(EAST - x, NORTH).buffer(m) for x, m in ((0, 0.01), (0, 0.01), (20_000, 20))]
    frame = sites(*extents, None)
    frame.geometry = [*frame.geometry[:3], Point(EAST, NORTH + 20_000)]
    disc = np.pi * (distance_m / 1000) ** 2
    curve = geo.coverage_curve(frame, wide, distances_m=[distance_m, 9 * distance_m])
    zones = geo.coverage(frame, wide, distance_m=distance_m)
    for found in (curve.iloc[0], zones.iloc[0]):
        assert found["covered_km2"] == pytest.approx(3 * disc, rel=0.015)
        assert found["doubly_covered_km2"] == pytest.approx(disc, rel=0.015)
    assert zones["covered_pct_low"][0] == pytest.approx(zones["covered_pct"][0], rel=0.02)
    assert zones["covered_pct_high"][0] == pytest.approx(zones["covered_pct"][0], rel=0.02)


def test_demand_is_looked_at_where_it_is() -> None:
    # Within reach by 1 m, and beyond it by 1 m: finer than any lattice over the zones.
    spots = gpd.GeoSeries([Point(EAST + x, NORTH) for x in (999, 1001)], crs=4547)
    found = geo.coverage(
        sites(Point(EAST, NORTH).buffer(0.01)), ZONES, distance_m=1000, demand=spots
    )
    assert found["demand_covered"].tolist() == [0, 1]


def test_a_small_zone_has_a_point_of_its_own() -> None:
    small = box(EAST + 100, NORTH, EAST + 101, NORTH + 1)
    zones = gpd.GeoDataFrame(geometry=[*ZONES.geometry, small, None], crs=4547)
    found = geo.coverage(sites(Point(EAST, NORTH).buffer(50)), zones, distance_m=1000)
    assert found["covered_pct"][2] == pytest.approx(100)
    assert np.isnan(found["covered_pct"][3])


def test_the_lattice_is_as_fine_as_it_may_be_and_within_the_zone() -> None:
    # Somewhere on 2 m: the zone of 2 km by 1 km is wholly near, and has points 50 m apart.
    frame = sites(Point(EAST, NORTH).buffer(1))
    ground = np.array([box(EAST - 1000, NORTH - 500, EAST + 1000, NORTH + 500)])
    places = supports(frame, np.arange(1), frame.crs, function="coverage")
    (near,) = within_reach(ground, places, [2000.0], frame.crs, finest=1 / 40).near
    x, y = (np.unique(column) for column in near.points.xy.T)
    np.testing.assert_allclose(x - EAST, np.arange(-975, 1000, 50))
    np.testing.assert_allclose(y - NORTH, np.arange(-475, 500, 50))


def test_cells_are_as_large_as_the_places_of_many_sites_ask_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Two sites, each in one place, on 5 km by 3 km: 100 distances, or a tenth of the reach.
    frame = gpd.GeoSeries([Point(EAST, NORTH), Point(EAST + 3000, NORTH + 1000)], crs=4547)
    assert np.diff(geo.coverage_probability(frame, distance_m=1000).x)[0] == pytest.approx(100)
    monkeypatch.setattr(likely_coverage, "_MOST_DISTANCES", 100)
    few = geo.coverage_probability(frame, distance_m=1000)
    assert np.diff(few.x)[0] == pytest.approx((5000 * 3000 * 2 / 100) ** 0.5)


def test_chances_by_hand() -> None:
    # One site in one of four places: 0, 100, 200 or 300 m; another at 1000 m for sure.
    xy = np.array([[0.0, 0], [100, 0], [200, 0], [300, 0], [1000, 0]])
    some = np.zeros(2)
    places = Supports(xy, np.array([0, 4, 5]), np.zeros((2, 2)), some, np.array([0, 1]))
    asked = np.array([[0.0, 0], [150, 0], [900, 0], [5000, 0]])
    once, twice = chances(asked, places, [700.0, 120.0])
    np.testing.assert_allclose(once, [[1, 1, 1, 0], [0.5, 0.5, 1, 0]])
    np.testing.assert_allclose(twice, [[0, 0, 0.5, 0], [0, 0, 0, 0]])
    assert [each.tolist() for each in chances(asked[:1], places, [400.0, 300.0])[0]] == [[1], [1]]
    np.testing.assert_allclose(chances(asked, places, [200.0])[0], [[0.75, 1, 1, 0]])


def test_ground_is_reached_once_or_twice_unless_nobody_waits_for_it() -> None:
    squares = shapely.box([0, 1, 9], 0, [2, 3, 10], 1)
    once, twice = _reached(squares)
    assert once.equals(shapely.union_all([shapely.box(0, 0, 3, 1), squares[2]]))
    assert twice.equals(shapely.box(1, 0, 2, 1))
    assert [part.area for part in _reached(squares[:1])] == [2, 0]
    assert [part.area for part in _reached(squares[:0])] == [0, 0]
    with pytest.raises(Cancelled), watched(cancelled=lambda: True):
        _reached(squares[:1])
