from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from shapely import MultiPolygon, Point, Polygon, box

from geo.errors import CRSError, InputError
from geo.zoned.distribution import distribution
from geo.zoned.raster_zones import zonal_shares, zonal_statistics
from geo.zoned.service_areas import coverage
from geo.zoned.uncertainty import uncertainty

EAST, NORTH = 500_000.0, 3_100_000.0
CORNER = np.array([EAST, NORTH])


def square(column: float, row: float, side: float = 1.0) -> Polygon:
    """Square of a lattice of 1 km."""
    x, y = EAST + column * 1000, NORTH + row * 1000
    return box(x, y, x + side * 1000, y + side * 1000)


def at(column: float, row: float) -> Point:
    return Point(EAST + column * 1000, NORTH + row * 1000)


def points_of(*points: object, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(points), crs=4547)


GRID = gpd.GeoDataFrame(
    {"name": [f"{column}{row}" for row in range(3) for column in range(3)]},
    geometry=[square(column, row) for row in range(3) for column in range(3)],
    crs=4547,
)


def test_counts_on_a_grid_of_nine() -> None:
    places = [at(0.5, 0.5), at(0.2, 0.9), at(1.5, 1.5), at(2.5, 2.5), at(9, 9), None, Point()]
    found = distribution(points_of(*places), GRID)
    assert found["count"].tolist() == [2, 0, 0, 0, 1, 0, 0, 0, 1]
    assert found["share_pct"].tolist() == [50, 0, 0, 0, 25, 0, 0, 0, 25]
    np.testing.assert_allclose(found["density_per_km2"], found["count"], rtol=1e-5)
    assert found["name"].tolist() == GRID["name"].tolist()
    assert found.attrs["points_outside"] == 1
    assert found.attrs["points_without_place"] == 2
    assert found.attrs["zones_overlap"] is False
    assert found.attrs["points_in_several_zones"] == 0
    assert "count" not in GRID.columns


def test_point_on_a_shared_border_counts_once_in_the_first_zone() -> None:
    found = distribution(points_of(at(1, 0.5), at(1, 1), at(3, 3)), GRID)
    assert found["count"].tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 1]
    assert found.attrs["points_in_several_zones"] == 2


def test_overlapping_zones_each_count_their_points() -> None:
    zones = gpd.GeoDataFrame(geometry=[square(0, 0, 2), square(1, 0, 2)], index=[7, 7], crs=4547)
    found = distribution(points_of(at(0.5, 0.5), at(1.5, 0.5), at(2.5, 0.5)), zones)
    assert found["count"].tolist() == [2, 2]
    assert found["share_pct"].tolist() == [pytest.approx(200 / 3)] * 2
    assert found.attrs["zones_overlap"] is True
    assert found.attrs["points_in_several_zones"] == 1
    assert found.index.tolist() == [7, 7]


def test_weights_add_up() -> None:
    places = [at(0.5, 0.5), at(0.6, 0.5), at(1.5, 0.5), at(9, 9)]
    found = distribution(points_of(*places, cost=[1.0, 2.0, 6.0, 100.0]), GRID, weights="cost")
    assert found["weight_sum"].tolist()[:3] == [3, 6, 0]
    assert found["weight_share_pct"].tolist()[:2] == [
        pytest.approx(100 * 3 / 9),
        pytest.approx(100 * 6 / 9),
    ]
    ones = distribution(points_of(*places), GRID, weights=[1, 1, 1, 1])
    assert ones["weight_sum"].tolist() == ones["count"].tolist()


def test_exact_points_are_expected_where_they_are() -> None:
    rng = np.random.default_rng(0)
    places = shapely.points(rng.uniform(-500, 3500, (500, 2)) + CORNER)
    found = distribution(points_of(*places, accuracy_m=[0.0] * 499 + [np.nan]), GRID)
    np.testing.assert_array_equal(found["count_sd"], 0)
    assert found.attrs["points_without_accuracy"] == 1


@pytest.mark.parametrize("offset_sigma", [-2.0, -1.0, -0.3, 0.0, 0.5, 1.5])
def test_probability_beside_a_straight_border(offset_sigma: float) -> None:
    # half-planes in effect: the border is at x = 0, the other borders 50 standard deviations away
    sigma = 100.0
    zones = gpd.GeoDataFrame(
        geometry=[
            box(EAST - 5000, NORTH - 5000, EAST, NORTH + 5000),
            box(EAST, NORTH - 5000, EAST + 5000, NORTH + 5000),
        ],
        crs=4547,
    )
    point = points_of(Point(EAST + offset_sigma * sigma, NORTH), accuracy_m=[sigma])
    found = distribution(point, zones)
    east = norm.cdf(offset_sigma)
    np.testing.assert_allclose(found["count"], [1 - east, east], atol=0.01)
    np.testing.assert_allclose(found["count_sd"], (east * (1 - east)) ** 0.5, atol=0.02)
    assert found["count"].sum() == pytest.approx(1)


def test_probability_of_a_round_zone_around_the_point() -> None:
    # P(r < kσ) = 1 − exp(−k²/2)
    sigma, k = 200.0, 1.5
    zones = gpd.GeoDataFrame(geometry=[at(0, 0).buffer(k * sigma, quad_segs=64)], crs=4547)
    found = distribution(points_of(at(0, 0), accuracy_m=[sigma]), zones)
    assert found["count"][0] == pytest.approx(1 - np.exp(-(k**2) / 2), abs=0.005)


def test_variances_of_many_points_add_up() -> None:
    zones = gpd.GeoDataFrame(geometry=[square(-5, -5, 5), square(0, -5, 5)], crs=4547)
    many = points_of(*[at(0, -2.5)] * 100, accuracy_m=[50.0] * 100)
    found = distribution(many, zones)
    np.testing.assert_allclose(found["count"], 50, atol=1)
    np.testing.assert_allclose(found["count_sd"], (100 * 0.5 * 0.5) ** 0.5, rtol=0.01)


def test_expected_counts_in_degrees_and_overlap() -> None:
    zones = gpd.GeoDataFrame(geometry=[square(0, 0, 2), square(1, 0, 2)], crs=4547).to_crs(4490)
    points = points_of(at(1.5, 0.5), at(1.0, 1.0), accuracy_m=[1.0, 100.0]).to_crs(4326)
    found = distribution(points, zones)
    np.testing.assert_allclose(found["count"], [2, 1.5], atol=0.01)


def test_agrees_with_a_spatial_join() -> None:
    rng = np.random.default_rng(5)
    seeds = shapely.multipoints(rng.uniform(0, 20_000, (60, 2)) + CORNER)
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds))
    apart = MultiPolygon([square(100, 100), square(102, 100)])
    zones = gpd.GeoDataFrame(geometry=[*cells, apart], crs=4547)
    points = points_of(*shapely.points(rng.uniform(-5000, 25_000, (5000, 2)) + CORNER))
    joined = points.sjoin(zones, predicate="intersects")["index_right"].value_counts()
    found = distribution(points, zones)["count"]
    np.testing.assert_array_equal(found, joined.reindex(zones.index, fill_value=0))


def test_empty_inputs_and_one_zone() -> None:
    nothing = distribution(points_of(accuracy_m=[]), GRID, weights="accuracy_m")
    assert nothing["count"].sum() == 0
    assert nothing["share_pct"].isna().all()
    no_zone = distribution(points_of(at(0, 0)), GRID.iloc[:0])
    assert no_zone.empty
    assert no_zone.attrs["points_outside"] == 1
    missing = distribution(
        points_of(at(0.5, 0.5)), gpd.GeoDataFrame(geometry=[None, square(0, 0)], crs=4547)
    )
    assert missing["count"].tolist() == [0, 1]
    assert missing["density_per_km2"].isna().tolist() == [True, False]


def test_series_of_points_and_repair() -> None:
    bow_tie = shapely.transform(
        Polygon([(0, 0), (2000, 2000), (2000, 0), (0, 2000)]), lambda xy: xy + CORNER
    )
    zones = gpd.GeoDataFrame(geometry=[bow_tie], index=["x"], crs=4547)
    with pytest.warns(UserWarning, match="repaired"):
        found = distribution(gpd.GeoSeries([at(1.9, 1.0), at(1.0, 1.9)], crs=4547), zones)
    assert found["count"].tolist() == [1]
    assert found.attrs["repaired_zones"] == ["x"]


def test_zones_without_columns_keep_their_shapes() -> None:
    points, zones = points_of(at(0.5, 0.5)), GRID.geometry.iloc[:2]
    cells = xr.DataArray(
        [[1, 2], [3, 4]], coords={"y": [750, 250] + CORNER[1], "x": [250, 750] + CORNER[0]}
    ).rio.write_crs(4547)
    results = [
        distribution(points, zones),
        uncertainty(points, zones, draws=1000).zones,
        coverage(points, zones, distance_m=9),
        zonal_statistics(cells, zones),
        zonal_shares(cells, zones),
    ]
    for result in results:
        assert (result.geometry.tolist(), result.crs) == (zones.tolist(), zones.crs)


def test_refusals() -> None:
    with pytest.raises(CRSError, match=r"distribution: .*one CRS"):
        distribution(points_of(at(0, 0)).to_crs(4490), GRID)
    with pytest.raises(InputError, match="are no points"):
        distribution(GRID, GRID)
    with pytest.raises(InputError, match="accuracy_m are negative"):
        distribution(points_of(at(0, 0), accuracy_m=[-1.0]), GRID)
    with pytest.raises(InputError, match="no column 'cost'"):
        distribution(points_of(at(0, 0)), GRID, weights="cost")


def test_ranks_share_the_better_place() -> None:
    places = [at(0.5, 0.5)] * 3 + [at(1.5, 0.5)] * 5 + [at(2.5, 0.5)] * 3 + [at(0.5, 1.5)]
    found = distribution(points_of(*places, cost=[1.0] * 11 + [50.0]), GRID, weights="cost")
    assert found["count"].tolist() == [3, 5, 3, 1, 0, 0, 0, 0, 0]
    assert found["rank"].tolist() == [2, 1, 2, 4, 5, 5, 5, 5, 5]
    assert found["weight_rank"].tolist() == [3, 2, 3, 1, 5, 5, 5, 5, 5]
    pandas = found["count"].rank(method="min", ascending=False)
    np.testing.assert_array_equal(found["rank"], pandas)


def test_weights_by_area_and_by_point() -> None:
    # 2 km² and 4 km² on the grid; Gauss–Krüger at its meridian is true to scale, areas to 1e-5
    zones = gpd.GeoDataFrame(
        geometry=[shapely.union_all([square(0, 0), square(1, 0)]), square(5, 5, 2)], crs=4547
    )
    places = [at(0.5, 0.5), at(1.5, 0.5), at(6, 6)]
    found = distribution(points_of(*places), zones, weights=[10.0, 30.0, 2.0])
    np.testing.assert_allclose(found["area_km2"], [2, 4], rtol=1e-5)
    np.testing.assert_allclose(found["density_per_km2"], [2 / 2, 1 / 4], rtol=1e-5)
    np.testing.assert_allclose(found["weight_per_km2"], [40 / 2, 2 / 4], rtol=1e-5)
    assert found["weight_mean"].tolist() == [20, 2]
    nowhere = distribution(points_of(at(6, 6)), zones, weights=[2.0])
    assert nowhere["weight_mean"].isna().tolist() == [True, False]


def test_rates_per_ten_thousand_people() -> None:
    zones = GRID.iloc[:4].assign(people=[5000.0, 0.0, np.nan, 20_000.0])
    places = [at(0.5, 0.5), at(0.5, 0.6), at(1.5, 0.5), at(0.5, 1.5)]
    found = distribution(points_of(*places), zones, weights=[3, 5, 7, 1], population="people")
    # 2 points among 5000 are 4 among 10 000; 8 of weight are 16
    np.testing.assert_array_equal(found["per_10k_people"], [4, np.nan, np.nan, 0.5])
    np.testing.assert_array_equal(found["weight_per_10k_people"], [16, np.nan, np.nan, 0.5])
    np.testing.assert_array_equal(found["population"], zones["people"])
    assert found.attrs["zones_without_population"] == 2
    assert found.attrs["population_source"] == "column 'people'"
    given = distribution(points_of(*places), zones, population=zones["people"])
    assert "weight_per_10k_people" not in given
    assert given.attrs["population_source"] == "values passed"
    np.testing.assert_array_equal(given["per_10k_people"], found["per_10k_people"])
    whole = distribution(points_of(*places), zones, population=zones["people"].astype("Int64"))
    np.testing.assert_array_equal(whole["per_10k_people"], found["per_10k_people"])
    text = distribution(
        points_of(*places),
        zones.assign(people=["5000", None, "", "20000"]).iloc[:1],
        population="people",
    )
    assert text["per_10k_people"].tolist() == [4]


def test_every_denominator_is_named() -> None:
    places = [at(0.5, 0.5), at(1.5, 0.5), at(9, 9), None]
    found = distribution(points_of(*places), GRID, weights=[1, 3, 100, 100])
    assert found.attrs["share_denominator"] == "points that lie in any zone"
    assert found.attrs["points_in_any_zone"] == 2
    assert found.attrs["weight_share_denominator"] == "weight of the points that lie in any zone"
    assert found.attrs["weight_in_any_zone"] == 4
    assert found.attrs["area_source"] == "geodesic, CGCS2000"
    assert found.attrs["zones_without_area"] == 0
    assert found["share_pct"].sum() == found["weight_share_pct"].sum() == 100


def test_zones_without_area_are_stated() -> None:
    flat = Polygon([(EAST, NORTH), (EAST + 1000, NORTH), (EAST, NORTH)])
    zones = gpd.GeoDataFrame(geometry=[None, Polygon(), flat, square(0, 0)], crs=4547)
    with pytest.warns(UserWarning, match="repaired"):
        found = distribution(points_of(at(0.5, 0.5)), zones)
    assert found["count"].tolist() == [0, 0, 0, 1]
    assert found["density_per_km2"].isna().tolist() == [True, True, True, False]
    assert found.attrs["zones_without_area"] == 3
    assert found["rank"].tolist() == [2, 2, 2, 1]


@pytest.mark.parametrize(
    ("population", "message"),
    [
        ("people", "no column 'people'"),
        ([1.0] * 8, "8 numbers of population, but 9 zones"),
        ([-1.0] * 9, "9 values of the population are negative"),
        ([np.inf] * 9, "infinite"),
        (["many"] * 9, "not all numbers"),
        (gpd.GeoSeries([None] * 9, index=range(1, 10)), "another index"),
        (np.ones((9, 2)), "not all numbers"),
    ],
)
def test_population_that_does_not_fit(population: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        distribution(points_of(at(0, 0)), GRID, population=population)


def test_coordinates_are_looked_at_before_they_are_counted() -> None:
    with pytest.raises(InputError, match=r"distribution: 1 of 1 coordinates are not-a-number"):
        distribution(points_of(Point(EAST, np.inf)), GRID)
    with pytest.raises(CRSError, match=r"distribution: .*swapped"):
        distribution(points_of(Point(NORTH, EAST)), GRID)
    with pytest.raises(CRSError, match="no CRS"):
        distribution(gpd.GeoSeries([at(0, 0)]), GRID)
    with pytest.raises(CRSError, match="no CRS"):
        distribution(points_of(at(0, 0)), gpd.GeoSeries([square(0, 0)]))
    with pytest.raises(InputError, match="are no polygons"):
        distribution(points_of(at(0, 0)), points_of(at(0, 0)))


def test_the_warning_points_to_the_caller() -> None:
    bow_tie = shapely.transform(Polygon([(0, 0), (9, 9), (9, 0), (0, 9)]), lambda xy: xy + CORNER)
    with pytest.warns(UserWarning, match="repaired") as caught:
        distribution(points_of(at(0, 0)), gpd.GeoSeries([bow_tie], crs=4547))
    assert caught[0].filename == __file__


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_order_of_points_and_shift_of_all_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 96, (60, 2)) * 31.25 + CORNER  # on borders too; the shift is exact
    cost = rng.integers(0, 9, 60).astype(float)
    order = rng.permutation(60)
    first = distribution(points_of(*shapely.points(xy)), GRID, weights=cost)
    again = distribution(points_of(*shapely.points(xy[order])), GRID, weights=cost[order])
    shifted = distribution(
        points_of(*shapely.points(xy + 2048)),
        GRID.assign(geometry=GRID.translate(2048, 2048)),
        weights=cost,
    )
    for other in (again, shifted):
        np.testing.assert_array_equal(first["count"], other["count"])
        np.testing.assert_array_equal(first["weight_sum"], other["weight_sum"])
    assert first["count"].sum() == first.attrs["points_in_any_zone"]


def test_many_points_agree_with_a_spatial_join() -> None:
    rng = np.random.default_rng(6)
    seeds = shapely.multipoints(rng.uniform(0, 20_000, (80, 2)) + CORNER)
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds))
    zones = gpd.GeoDataFrame(geometry=shapely.segmentize(cells, 200.0), crs=4547)
    points = points_of(*shapely.points(rng.uniform(-2000, 22_000, (60_000, 2)) + CORNER))
    joined = points.sjoin(zones, predicate="intersects")
    assert not joined.index.has_duplicates
    expected = joined["index_right"].value_counts().reindex(zones.index, fill_value=0)
    np.testing.assert_array_equal(distribution(points, zones)["count"], expected)


def test_visitors_may_count_in_the_same_zones_at_once() -> None:
    # GEOS crashed when two threads asked one prepared polygon for the first time.
    rng = np.random.default_rng(7)
    seeds = shapely.multipoints(rng.uniform(0, 50_000, (60, 2)) + np.array([5e5, 31e5]))
    cells = shapely.segmentize(shapely.get_parts(shapely.voronoi_polygons(seeds)), 100.0)
    xy = rng.uniform(0, 50_000, (200, 2)) + np.array([5e5, 31e5])
    points = gpd.GeoDataFrame(
        {"accuracy_m": [500.0] * len(xy)}, geometry=shapely.points(xy), crs=4547
    )
    for _ in range(3):
        zones = gpd.GeoDataFrame(geometry=shapely.from_wkb(shapely.to_wkb(cells)), crs=4547)
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _, zones=zones: distribution(points, zones), range(4)))
        assert all(frame["count"].equals(found[0]["count"]) for frame in found)
        assert found[0]["count"].sum() == pytest.approx(len(xy))


def test_shapes_alone_have_no_column_of_people() -> None:
    with pytest.raises(InputError, match=r"The columns are none\.") as caught:
        distribution(points_of(at(1, 1)), GRID.geometry, population="people")
    assert (caught.value.code, caught.value.values["columns"]) == ("option.column", [])
    with pytest.raises(InputError, match=r"The columns are name, geometry\."):
        distribution(points_of(at(1, 1)), GRID, population="people")
