from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from geo.errors import CRSError, InputError
from geo.zoned.service_areas import coverage, coverage_curve, service_areas

EAST, NORTH = 500_000.0, 3_100_000.0
CORNER = np.array([EAST, NORTH])  # on the central meridian, where planar is geodesic


def sites_at(*offsets_m: tuple[float, float]) -> gpd.GeoSeries:
    return gpd.GeoSeries([Point(EAST + x, NORTH + y) for x, y in offsets_m], crs=4547)


def zone(*bounds_m: float) -> Polygon:
    x0, y0, x1, y1 = bounds_m
    return box(EAST + x0, NORTH + y0, EAST + x1, NORTH + y1)


def zones_of(*shapes: object, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4547)


WIDE = zone(-10_000, -10_000, 10_000, 10_000)


def lens_km2(r: float, d: float) -> float:
    """Common area of two circles of radius r whose centres are d apart."""
    return 2 * r**2 * np.arccos(d / (2 * r)) - d / 2 * (4 * r**2 - d**2) ** 0.5


def test_disc_has_the_area_of_the_circle_and_hugs_it() -> None:
    disc = service_areas(sites_at((0, 0)), distance_m=2000).geometry[0]
    assert disc.area / 1e6 == pytest.approx(np.pi * 2**2, rel=1e-9)
    ring = shapely.segmentize(disc.exterior, 1.0)
    radii = shapely.distance(Point(EAST, NORTH), shapely.points(shapely.get_coordinates(ring)))
    np.testing.assert_allclose(radii, 2000, rtol=1e-3)


def test_service_areas_keep_columns_index_and_crs() -> None:
    sites = gpd.GeoDataFrame(
        {"name": list("abc")},
        geometry=[Point(112.94, 28.23), None, Point(112.9, 28.2)],
        index=[4, 4, 1],
        crs=4490,
    )
    discs = service_areas(sites, distance_m=500)
    assert discs.crs.to_epsg() == 4490
    assert discs.index.tolist() == [4, 4, 1]
    assert discs["name"].tolist() == list("abc")
    assert discs.geometry.iloc[1] is None
    assert sites.geometry.iloc[0].geom_type == "Point"
    # 500 m of latitude is 500 / 110 800 degrees
    south, north = discs.bounds.iloc[0][["miny", "maxy"]]
    assert (north - south) / 2 == pytest.approx(500 / 110_800, rel=2e-3)


def test_one_and_two_discs_by_hand() -> None:
    # 1 km circles, 1 km apart, in a square of 400 km²
    found = coverage(sites_at((0, 0), (1000, 0)), zones_of(WIDE), distance_m=1000).iloc[0]
    assert found["area_km2"] == pytest.approx(400, rel=1e-5)
    assert found["doubly_covered_km2"] == pytest.approx(lens_km2(1, 1), rel=1e-3)
    assert found["covered_km2"] == pytest.approx(2 * np.pi - lens_km2(1, 1), rel=1e-3)
    assert found["covered_pct"] == pytest.approx(100 * found["covered_km2"] / found["area_km2"])
    assert found["uncovered_pct"] == pytest.approx(100 - found["covered_pct"])


def test_tangent_and_distant_discs_cover_nothing_doubly() -> None:
    found = coverage(sites_at((0, 0), (2002, 0), (8000, 0)), zones_of(WIDE), distance_m=1000)
    assert found["doubly_covered_km2"][0] == 0
    assert found["covered_km2"][0] == pytest.approx(3 * np.pi, rel=1e-5)


def test_three_discs_at_one_place_are_three_sites() -> None:
    found = coverage(sites_at((0, 0), (0, 0), (0, 0), (5000, 0)), zones_of(WIDE), distance_m=1000)
    assert found["doubly_covered_km2"][0] == pytest.approx(np.pi, rel=1e-5)
    assert found["covered_km2"][0] == pytest.approx(2 * np.pi, rel=1e-5)
    assert found.attrs["sites_sharing_a_place"] == 3
    assert found.attrs["sites"] == 4


def test_doubly_covered_equals_the_union_of_all_pairs() -> None:
    xy = np.random.default_rng(4).uniform(-4000, 4000, (25, 2))
    sites = sites_at(*map(tuple, xy))
    discs = service_areas(sites, distance_m=1500).geometry.to_numpy()
    pairs = [shapely.intersection(discs[i], discs[j]) for i in range(25) for j in range(i + 1, 25)]
    zones = zones_of(zone(-5000, -5000, 0, 5000), zone(0, -5000, 5000, 5000))
    found = coverage(sites, zones, distance_m=1500)
    for geometry, column in (
        (shapely.union_all(discs), "covered_km2"),
        (shapely.union_all(pairs), "doubly_covered_km2"),
    ):
        planar = shapely.area(shapely.intersection(zones.geometry.to_numpy(), geometry)) / 1e6
        np.testing.assert_allclose(found[column], planar, rtol=1e-5)


@settings(max_examples=12)
@given(
    st.lists(st.tuples(st.floats(-3e3, 3e3), st.floats(-3e3, 3e3)), max_size=8),
    st.floats(50, 5000),
)
def test_identities(offsets: list[tuple[float, float]], distance_m: float) -> None:
    sites = gpd.GeoSeries([Point(EAST + x, NORTH + y) for x, y in offsets], crs=4547)
    zones = zones_of(zone(-3000, -3000, 0, 3000), zone(0, -3000, 3000, 3000), WIDE)
    found = coverage(sites, zones, distance_m=distance_m)
    assert (found["covered_km2"] + found["uncovered_km2"] - found["area_km2"]).abs().max() < 1e-9
    assert (found["doubly_covered_km2"] <= found["covered_km2"]).all()
    assert (found["covered_km2"] <= found["area_km2"]).all()
    assert (found[["doubly_covered_km2", "covered_km2", "uncovered_km2"]] >= 0).all(axis=None)
    halves = found["covered_km2"].iloc[:2].sum()
    assert halves <= found["covered_km2"].iloc[2] + 1e-9
    # a second set of the same sites covers doubly whatever is covered
    twice = coverage(gpd.GeoSeries([*sites, *sites], crs=4547), zones, distance_m=distance_m)
    np.testing.assert_allclose(
        twice["doubly_covered_km2"], found["covered_km2"], rtol=1e-6, atol=1e-6
    )


def test_full_and_no_coverage() -> None:
    zones = zones_of(zone(0, 0, 1000, 1000), MultiPolygon([zone(0, 0, 500, 500)]), None, Polygon())
    zones.index = [2, 2, 0, 1]
    full = coverage(sites_at((500, 500)), zones, distance_m=1000)
    assert full.index.tolist() == [2, 2, 0, 1]
    assert full["covered_pct"].iloc[:2].tolist() == [100, 100]
    assert full["uncovered_km2"].iloc[:2].tolist() == [0, 0]
    assert np.isnan(full["area_km2"].iloc[2])
    assert np.isnan(full["covered_pct"].iloc[3])
    none = coverage(sites_at(), zones, distance_m=1000)
    assert none["covered_km2"].iloc[:2].tolist() == [0, 0]


def test_hole_is_not_covered_ground() -> None:
    ring = zone(-5000, -5000, 5000, 5000).difference(zone(-2000, -2000, 2000, 2000))
    found = coverage(sites_at((0, 0)), zones_of(ring), distance_m=1000)
    assert found["covered_km2"][0] == 0
    assert found["area_km2"][0] == pytest.approx(100 - 16, rel=1e-5)


def test_invalid_zone_is_repaired_and_said_so() -> None:
    bow_tie = Polygon([(0, 0), (2000, 2000), (2000, 0), (0, 2000)])
    zones = zones_of(shapely.transform(bow_tie, lambda xy: xy + CORNER), WIDE)
    with pytest.warns(UserWarning, match="coverage: 1 of 2 zones were not valid"):
        found = coverage(sites_at((0, 0)), zones, distance_m=100)
    assert found.attrs["repaired_zones"] == [0]
    assert found["area_km2"][0] == pytest.approx(2, rel=1e-5)
    assert not zones.geometry[0].is_valid


def test_demand_by_distance_and_weight() -> None:
    zones = zones_of(zone(-5000, -5000, 0, 5000), zone(0, -5000, 5000, 5000))
    demand = gpd.GeoDataFrame(
        {"people": [10, 20, 40, 80, 160]},
        geometry=[
            Point(EAST - 1000, NORTH),  # 1000 m: covered
            Point(EAST - 1001, NORTH),  # 1 m too far
            Point(EAST + 500, NORTH),  # covered
            Point(EAST + 9000, NORTH),  # in no zone
            None,
        ],
        crs=4547,
    )
    found = coverage(
        sites_at((0, 0)), zones, distance_m=1000, demand=demand, demand_weights="people"
    )
    assert found["demand"].tolist() == [30, 40]
    assert found["demand_covered"].tolist() == [10, 40]
    assert found["demand_covered_pct"].tolist() == [pytest.approx(100 / 3), 100]
    assert found.attrs["demand_without_place"] == 1
    counted = coverage(sites_at(), zones, distance_m=1000, demand=demand)
    assert counted["demand"].tolist() == [2, 1]
    assert counted["demand_covered"].tolist() == [0, 0]


def test_zones_may_be_a_series() -> None:
    series = gpd.GeoSeries([WIDE], index=["a"], crs=4547)
    found = coverage(sites_at((0, 0)), series, distance_m=1000)
    assert found["covered_km2"]["a"] == pytest.approx(np.pi, rel=1e-5)


def test_degrees_in_and_degrees_out() -> None:
    zones = zones_of(zone(-5000, -5000, 5000, 5000), name=["a"])
    metric = coverage(sites_at((0, 0)), zones, distance_m=2000)
    found = coverage(sites_at((0, 0)).to_crs(4326), zones.to_crs(4490), distance_m=2000)
    assert found.crs.to_epsg() == 4490
    assert found["covered_km2"][0] == pytest.approx(metric["covered_km2"][0], rel=1e-6)
    assert found["name"].tolist() == ["a"]
    assert "area_km2" not in zones.columns


def test_curve_rises_and_counts_overlapping_ground_once() -> None:
    zones = zones_of(zone(-5000, -5000, 5000, 5000), zone(-5000, -5000, 5000, 0))
    curve = coverage_curve(sites_at((0, 0), (0, 0)), zones, distances_m=[3000, 1000, 9000])
    assert curve["distance_m"].tolist() == [3000, 1000, 9000]
    np.testing.assert_allclose(curve["covered_km2"], [9 * np.pi, np.pi, 100], rtol=1e-4)
    np.testing.assert_allclose(curve["covered_pct"], [9 * np.pi, np.pi, 100], rtol=1e-4)
    np.testing.assert_allclose(curve["doubly_covered_km2"], curve["covered_km2"], rtol=1e-9)
    single = coverage(sites_at((0, 0), (0, 0)), zones.iloc[:1], distance_m=3000)
    assert curve["covered_km2"][0] == pytest.approx(single["covered_km2"][0], rel=1e-9)


def test_sites_with_no_place_are_left_out_and_counted() -> None:
    zones, placed = zones_of(WIDE), sites_at((0, 0), (3000, 0))
    sites = gpd.GeoSeries([*placed, None, Point()], crs=4547)
    found = coverage(sites, zones, distance_m=1000)
    assert (found.attrs["sites"], found.attrs["sites_without_place"]) == (2, 2)
    assert found["covered_km2"][0] == pytest.approx(2 * np.pi, rel=1e-5)
    assert coverage(placed, zones, distance_m=1000).attrs["sites_without_place"] == 0
    demand = gpd.GeoSeries([placed[0], None, None], crs=4547)
    needed = coverage(placed, zones, distance_m=1000, demand=demand)
    assert (needed["demand"][0], needed.attrs["demand_without_place"]) == (1, 2)


def test_curve_of_nothing() -> None:
    assert coverage_curve(sites_at((0, 0)), zones_of(WIDE), distances_m=[]).empty
    curve = coverage_curve(sites_at((0, 0)), zones_of(None), distances_m=[100])
    assert curve["covered_km2"].tolist() == [0]
    assert curve["covered_pct"].isna().all()


def test_refusals() -> None:
    sites, zones = sites_at((0, 0)), zones_of(WIDE)
    with pytest.raises(InputError, match="coverage: distance_m is 0"):
        coverage(sites, zones, distance_m=0)
    for none in (0, -1, np.nan):
        with pytest.raises(InputError, match=f"service_areas: distance_m is {none}"):
            service_areas(sites, distance_m=none)
    with pytest.raises(InputError, match="coverage_curve: distances_m is -1"):
        coverage_curve(sites, zones, distances_m=[100, -1])
    with pytest.raises(CRSError, match="one CRS"):
        coverage(sites.to_crs(4490), zones, distance_m=100)
    with pytest.raises(CRSError, match=r"service_areas: .*no CRS"):
        service_areas(gpd.GeoSeries([Point(1, 2)]), distance_m=100)
    with pytest.raises(InputError, match="are no points"):
        service_areas(zones, distance_m=100)
    line = zones_of(LineString([(EAST, NORTH), (EAST + 1, NORTH)]))
    with pytest.raises(InputError, match="are no polygons"):
        coverage(sites, line, distance_m=100)
