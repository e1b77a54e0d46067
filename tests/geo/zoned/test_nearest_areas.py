from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from shapely import Point, Polygon, box

from geo.errors import CRSError, InputError
from geo.geodesic import geodesic_area_km2
from geo.zoned.nearest_areas import nearest_areas

EAST, NORTH = 500_000.0, 3_100_000.0


def sites_of(*xy: tuple[float, float] | None, **columns: object) -> gpd.GeoDataFrame:
    shapes = [None if place is None else Point(EAST + place[0], NORTH + place[1]) for place in xy]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4547)


def kilometre() -> gpd.GeoSeries:
    return gpd.GeoSeries([box(EAST, NORTH, EAST + 1000, NORTH + 1000)], crs=4547)


def test_two_sites_share_a_square_at_the_line_half_way() -> None:
    areas = nearest_areas(sites_of((100, 500), (500, 500), name=["a", "b"]), within=kilometre())
    assert areas["name"].tolist() == ["a", "b"]
    assert areas.geometry[0].equals(box(EAST, NORTH, EAST + 300, NORTH + 1000))
    assert areas.geometry[1].equals(box(EAST + 300, NORTH, EAST + 1000, NORTH + 1000))
    np.testing.assert_allclose(areas["area_km2"], geodesic_area_km2(areas))
    assert areas.attrs["sites_in_one_place"] == {}


def test_where_a_border_runs_along_the_edge_of_a_part_no_line_is_left() -> None:
    parts = [
        box(EAST, NORTH, EAST + 200, NORTH + 1000),
        box(EAST + 300, NORTH, EAST + 900, NORTH + 9),
    ]
    sites = sites_of((100, 500), (500, 500))
    areas = nearest_areas(sites, within=gpd.GeoSeries(parts, crs=4547))
    assert areas.geom_type.tolist() == ["Polygon", "Polygon"]
    assert areas.area.round(6).tolist() == [200e3, 5400]
    areas = nearest_areas(sites, within=gpd.GeoSeries(parts[1:], crs=4547))
    assert areas.attrs["sites_without_area"] == [0]


def test_a_border_in_degrees_follows_the_straight_line_in_metres() -> None:
    within = gpd.GeoSeries([box(EAST - 5000, NORTH, EAST + 5000, NORTH + 2000)], crs=4547)
    sites = sites_of((0, 0), (0, 2000)).geometry
    straight = nearest_areas(sites, within=within)
    assert straight.geometry.count_coordinates().tolist() == [5, 5]
    assert straight.crs == sites.crs
    area = nearest_areas(sites.to_crs(4490), within=within.to_crs(4490)).geometry.iloc[:1]
    x, y = shapely.get_coordinates(area.segmentize(1e-4).to_crs(4547)).T
    away = abs(y - NORTH - 1000)[(abs(x - EAST) < 4900) & (y > NORTH + 500)]
    # Between corners 1 km apart a parallel is off by 1000² × tan 28° / (8 × 6,370 km), 1 cm.
    assert 0.005 < away.max() < 0.0105


def test_one_site_has_it_all() -> None:
    areas = nearest_areas(sites_of((5000, 5000)), within=kilometre())
    assert areas.geometry[0].equals(kilometre()[0])


def test_sites_in_a_row() -> None:
    areas = nearest_areas(sites_of((100, 0), (300, 0), (700, 0)), within=kilometre())
    # borders at x = 200 and x = 500
    assert areas.area.round(6).tolist() == [200e3, 300e3, 500e3]


def test_a_site_outside_counts_where_it_is_nearest() -> None:
    areas = nearest_areas(sites_of((0, 500), (1200, 500), (9000, 500)), within=kilometre())
    assert areas.area[:2].round(6).tolist() == [600e3, 400e3]
    assert areas.geometry[2] is None
    assert areas["area_km2"].iloc[2] == 0
    assert areas.attrs["sites_without_area"] == [2]


def test_sites_in_one_place_leave_the_area_to_the_first() -> None:
    sites = sites_of((100, 500), (500, 500), None, (100, 500), (500, 500), (100, 500))
    sites.index = list("abcdef")
    areas = nearest_areas(sites, within=kilometre())
    assert areas.index.tolist() == list("abcdef")
    assert areas.geometry.isna().tolist() == [False, False, True, True, True, True]
    assert areas.attrs["sites_in_one_place"] == {"d": "a", "e": "b", "f": "a"}
    assert areas.attrs["sites_without_place"] == ["c"]
    assert sites.geometry["a"].equals(Point(EAST + 100, NORTH + 500))


def test_the_area_divided_may_have_holes_and_parts() -> None:
    ring = kilometre()[0] - box(EAST + 200, NORTH + 200, EAST + 800, NORTH + 800)
    far = box(EAST + 5000, NORTH, EAST + 5100, NORTH + 100)
    within = gpd.GeoSeries([ring, far, None], crs=4547)
    areas = nearest_areas(sites_of((0, 500), (1000, 500)), within=within)
    assert areas.area.round(6).tolist() == [320e3, 320e3 + 10e3]
    assert areas.geometry[1].geom_type == "MultiPolygon"


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(2, 60), st.sampled_from([4547, 4490]))
def test_every_place_belongs_to_its_nearest_site(seed: int, count: int, crs: int) -> None:
    rng = np.random.default_rng(seed)
    corner = np.array([EAST - 60_000, NORTH])
    # some in one place, some in a row, some outside
    xy = rng.uniform(-10e3, 60e3, (count, 2)).round(int(rng.integers(-4, 3))) + corner
    blobs = shapely.buffer(shapely.points(rng.uniform(0, 50e3, (4, 2)) + corner), 12e3)
    metric = gpd.GeoSeries(
        [shapely.union_all(blobs[:3]) - shapely.buffer(blobs[3], -9e3)], crs=4547
    )
    within = metric.segmentize(100).to_crs(crs)
    areas = nearest_areas(gpd.GeoSeries(shapely.points(xy), crs=4547).to_crs(crs), within=within)
    total = geodesic_area_km2(within).iloc[0]
    planar = shapely.area([areas.union_all(), *areas.geometry.dropna(), within[0]])
    assert planar[0] == pytest.approx(planar[-1], rel=1e-9)
    assert planar[1:-1].sum() == pytest.approx(planar[-1], rel=1e-9)
    assert areas["area_km2"].sum() == pytest.approx(total, rel=1e-6)
    assert areas.geometry.dropna().is_valid.all()
    places = rng.uniform(-1e3, 51e3, (400, 2)) + corner
    inside = shapely.contains_xy(metric[0], places)
    places = places[inside]
    distance, nearest = cKDTree(xy).query(places, k=2)
    clear = distance[:, 1] - distance[:, 0] > 1.0  # not within a metre of a border
    points = gpd.GeoSeries(shapely.points(places[clear]), crs=4547).to_crs(crs)
    cells = areas.geometry.to_numpy()[nearest[clear, 0]]
    assert shapely.intersects(points.to_numpy(), cells).all()


def test_nearest_area_refusals() -> None:
    within = kilometre()
    with pytest.raises(InputError, match="none of the 0 sites has a place"):
        nearest_areas(sites_of(), within=within)
    with pytest.raises(InputError, match="none of the 1 sites"):
        nearest_areas(sites_of(None), within=within)
    with pytest.raises(InputError, match="no points"):
        nearest_areas(within, within=within)
    with pytest.raises(InputError, match="within has no area"):
        nearest_areas(sites_of((0, 0)), within=gpd.GeoSeries([None, Polygon()], crs=4547))
    with pytest.raises(InputError, match="no polygons"):
        nearest_areas(sites_of((0, 0)), within=sites_of((0, 0)))
    with pytest.raises(CRSError, match="Both must be in one CRS"):
        nearest_areas(sites_of((0, 0)), within=within.to_crs(4490))


def test_an_invalid_area_is_repaired_and_said() -> None:
    bow_tie = Polygon(
        [(EAST, NORTH), (EAST + 900, NORTH + 900), (EAST + 900, NORTH), (EAST, NORTH + 900)]
    )
    with pytest.warns(UserWarning, match="repaired"):
        areas = nearest_areas(
            sites_of((0, 450), (900, 450)), within=gpd.GeoSeries([bow_tie], crs=4547)
        )
    assert areas.area.round(6).tolist() == [450 * 450, 450 * 450]
    assert areas.attrs["repaired_zones"] == [0]
