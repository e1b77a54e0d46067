from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from shapely import MultiPolygon, Point, Polygon, box

from geo.errors import CRSError, InputError
from geo.locate import Locator
from geo.zonal import distribution

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
    np.testing.assert_array_equal(found["count_expected"], found["count"])
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
    np.testing.assert_allclose(found["count_expected"], [1 - east, east], atol=0.01)
    np.testing.assert_allclose(found["count_sd"], (east * (1 - east)) ** 0.5, atol=0.02)
    assert found["count_expected"].sum() == pytest.approx(1)


def test_probability_of_a_round_zone_around_the_point() -> None:
    # P(r < kσ) = 1 − exp(−k²/2)
    sigma, k = 200.0, 1.5
    zones = gpd.GeoDataFrame(geometry=[at(0, 0).buffer(k * sigma, quad_segs=64)], crs=4547)
    found = distribution(points_of(at(0, 0), accuracy_m=[sigma]), zones)
    assert found["count_expected"][0] == pytest.approx(1 - np.exp(-(k**2) / 2), abs=0.005)


def test_variances_of_many_points_add_up() -> None:
    zones = gpd.GeoDataFrame(geometry=[square(-5, -5, 5), square(0, -5, 5)], crs=4547)
    many = points_of(*[at(0, -2.5)] * 100, accuracy_m=[50.0] * 100)
    found = distribution(many, zones)
    assert found["count"].tolist() == [100, 0]
    np.testing.assert_allclose(found["count_expected"], 50, atol=1)
    np.testing.assert_allclose(found["count_sd"], (100 * 0.5 * 0.5) ** 0.5, rtol=0.01)


def test_expected_counts_in_degrees_and_overlap() -> None:
    zones = gpd.GeoDataFrame(geometry=[square(0, 0, 2), square(1, 0, 2)], crs=4547).to_crs(4490)
    points = points_of(at(1.5, 0.5), at(1.0, 1.0), accuracy_m=[1.0, 100.0]).to_crs(4326)
    found = distribution(points, zones)
    np.testing.assert_allclose(found["count_expected"], [2, 1.5], atol=0.01)


def test_agrees_with_a_spatial_join() -> None:
    rng = np.random.default_rng(5)
    seeds = shapely.multipoints(rng.uniform(0, 20_000, (60, 2)) + CORNER)
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds))
    zones = gpd.GeoDataFrame(geometry=cells, crs=4547)
    zones.loc[60] = [MultiPolygon([square(100, 100), square(102, 100)])]
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


def test_refusals() -> None:
    with pytest.raises(CRSError, match=r"distribution: .*one CRS"):
        distribution(points_of(at(0, 0)).to_crs(4490), GRID)
    with pytest.raises(InputError, match="are no points"):
        distribution(GRID, GRID)
    with pytest.raises(InputError, match="accuracy_m are negative"):
        distribution(points_of(at(0, 0), accuracy_m=[-1.0]), GRID)
    with pytest.raises(InputError, match="no column 'cost'"):
        distribution(points_of(at(0, 0)), GRID, weights="cost")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 30, 1000, 40_000]))
def test_locator_gives_what_geos_gives(seed: int, cells: int) -> None:
    rng = np.random.default_rng(seed)
    # ragged, overlapping shapes with holes and parts, on and off a coarse lattice, so that borders
    # meet cell lines
    shapes = []
    for _ in range(6):
        blobs = shapely.buffer(
            shapely.points(rng.uniform(0, 10, (3, 2)).round(int(rng.integers(0, 3)))),
            rng.uniform(0.3, 3),
            quad_segs=int(rng.integers(1, 5)),
        )
        shapes.append(shapely.union_all(blobs[:2]) - shapely.buffer(blobs[2], -0.2))
    shapes += [box(2, 2, 4, 4), box(4, 2, 6, 4), None, Polygon()]
    lattice = np.array(np.meshgrid(np.arange(-1, 12, 0.5), np.arange(-1, 12, 0.5))).reshape(2, -1).T
    corners = shapely.get_coordinates(shapes)
    xy = np.vstack([rng.uniform(-1, 11, (300, 2)), lattice, corners, [[np.nan, 1], [1, np.inf]]])
    locator = Locator(shapes, cells=cells)
    inside = np.array(
        [shapely.intersects_xy(s, *xy.T) if s else np.zeros(len(xy), bool) for s in shapes]
    )
    point, polygon = np.nonzero(inside.T)
    found = locator.pairs(*xy.T)
    np.testing.assert_array_equal(found[0], point)
    np.testing.assert_array_equal(found[1], polygon)
    first = np.where(inside.any(axis=0), inside.argmax(axis=0), -1)
    np.testing.assert_array_equal(locator.first(*xy.T), first)


def test_locator_of_nothing() -> None:
    empty = Locator([None, Polygon()])
    assert empty.first([1.0], [2.0]).tolist() == [-1]
    assert empty.pairs([1.0], [2.0])[0].size == 0
