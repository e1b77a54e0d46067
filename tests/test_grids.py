from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from geo.errors import CRSError, InputError
from geo.grids import hexagons, raster

EAST, NORTH = 500_000.0, 3_100_000.0


def extent(*bounds: float) -> gpd.GeoSeries:
    return gpd.GeoSeries([box(*bounds)], crs=4547)


def test_hexagons_are_regular_and_of_the_size_asked_for() -> None:
    cells = hexagons(extent(EAST, NORTH, EAST + 5000, NORTH + 5000), size_m=1000)
    np.testing.assert_allclose(cells.area, 3**0.5 / 2 * 1000**2)
    np.testing.assert_allclose(cells["area_km2"], 3**0.5 / 2)
    np.testing.assert_allclose(cells.length, 6 * 1000 / 3**0.5)
    bounds = cells.bounds
    np.testing.assert_allclose(bounds["maxx"] - bounds["minx"], 1000)
    np.testing.assert_allclose(bounds["maxy"] - bounds["miny"], 2 * 1000 / 3**0.5)
    assert cells["id"].is_unique
    assert cells.crs.to_epsg() == 4547


def test_hexagons_cover_the_extent_without_gap_or_overlap() -> None:
    area = extent(EAST, NORTH, EAST + 7300, NORTH + 4100)
    cells = hexagons(area, size_m=700)
    union = cells.union_all()
    assert union.covers(area[0])
    assert union.area == pytest.approx(cells.area.sum(), rel=1e-9)
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    assert cells.intersects(area[0]).all()


def test_hexagons_of_one_size_always_coincide() -> None:
    whole = hexagons(extent(EAST, NORTH, EAST + 5000, NORTH + 5000), size_m=500)
    part = hexagons(extent(EAST + 1700, NORTH + 900, EAST + 3000, NORTH + 2000), size_m=500)
    same = whole.set_index("id").geometry.loc[part["id"]].to_numpy()
    assert shapely.equals_exact(same, part.geometry.to_numpy()).all()


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 5000), st.floats(0, 5000), st.floats(100, 900))
def test_a_point_lies_in_one_hexagon_or_on_their_border(dx: float, dy: float, size: float) -> None:
    point = gpd.GeoSeries([Point(EAST + dx, NORTH + dy)], crs=4547)
    cells = hexagons(point, size_m=size)
    assert 1 <= len(cells) <= 3
    assert cells.distance(point[0]).max() == 0


def test_hexagons_only_where_the_extent_is() -> None:
    two = gpd.GeoSeries([Point(EAST, NORTH), None, Point(EAST + 50_000, NORTH)], crs=4547)
    assert len(hexagons(two, size_m=1001)) <= 6
    assert (
        hexagons(gpd.GeoSeries([Point(112.94, 28.23)], crs=4490), size_m=500).crs.to_epsg() == 4547
    )


def test_hexagon_refusals() -> None:
    area = extent(EAST, NORTH, EAST + 1e5, NORTH + 1e5)
    with pytest.raises(InputError, match="size_m is 0"):
        hexagons(area, size_m=0)
    with pytest.raises(InputError, match="larger size_m"):
        hexagons(area, size_m=10)
    with pytest.raises(InputError, match="no geometry"):
        hexagons(gpd.GeoSeries([None], crs=4547), size_m=100)
    with pytest.raises(CRSError, match=r"^hexagons: .*no CRS"):
        hexagons(gpd.GeoSeries([Point(1, 2)]), size_m=100)


def test_raster_reaches_outward_to_whole_cells() -> None:
    grid = raster((120, 250, 480, 600), cell_size_m=100)
    assert (grid.left_m, grid.top_m, grid.columns, grid.rows) == (100, 600, 4, 4)
    assert grid.x_m.tolist() == [150, 250, 350, 450]
    assert grid.y_m.tolist() == [550, 450, 350, 250]
    assert tuple(grid.transform)[:6] == (100, 0, 100, 0, -100, 600)


def test_raster_of_a_point_is_one_cell_and_of_decimals_exact() -> None:
    assert raster((150, 150, 150, 150), cell_size_m=100).rows == 1
    # 0.3 / 0.1 is 2.9999999999999996: that is 3 cells, not 4
    grid = raster((0.0, 0.0, 0.1 + 0.2, 0.3), cell_size_m=0.1)
    assert (grid.columns, grid.rows) == (3, 3)


@pytest.mark.parametrize(
    ("bounds", "size", "words"),
    [
        ((0, 0, 10_000, 10_000), 1, "at least 2"),
        ((0, 0, np.nan, 1), 1, "has bounds"),
        ((0, 0, 1, 1), np.inf, "positive"),
    ],
)
def test_raster_refusals(bounds: tuple[float, ...], size: float, words: str) -> None:
    with pytest.raises(InputError, match=words):
        raster(bounds, cell_size_m=size)
