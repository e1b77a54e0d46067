from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, Point, Polygon, box

from geo.errors import CRSError, InputError
from geo.geodesic import geodesic_area_km2
from geo.zoned import tessellations
from geo.zoned.tessellations import h3_cells, hexagons, squares

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


@settings(max_examples=30)
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
    with pytest.raises(InputError, match="a size_m of at least 220,"):
        hexagons(area, size_m=10)
    with pytest.raises(InputError, match="no geometry"):
        hexagons(gpd.GeoSeries([None], crs=4547), size_m=100)
    with pytest.raises(CRSError, match=r"^hexagons: .*no CRS"):
        hexagons(gpd.GeoSeries([Point(1, 2)]), size_m=100)


# ---- squares ----


def test_squares_tile_the_extent() -> None:
    area = extent(EAST + 10, NORTH + 10, EAST + 2990, NORTH + 1990)
    cells = squares(area, size_m=1000)
    assert len(cells) == 3 * 2
    assert cells["id"].tolist() == [f"{c}_{r}" for r in (3100, 3101) for c in (500, 501, 502)]
    assert cells["area_km2"].tolist() == [1.0] * 6
    np.testing.assert_allclose(cells.area, 1000**2)
    assert cells.union_all().equals(box(EAST, NORTH, EAST + 3000, NORTH + 2000))
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())


def test_squares_of_half_the_size_nest() -> None:
    large = squares(extent(EAST + 10, NORTH + 10, EAST + 990, NORTH + 990), size_m=1000)
    small = squares(extent(EAST + 10, NORTH + 10, EAST + 990, NORTH + 990), size_m=500)
    assert len(small) == 4
    assert small.union_all().equals(large.geometry[0])


def test_squares_that_only_touch_belong_too() -> None:
    # A place on a corner is in four squares.
    corner = gpd.GeoSeries([Point(EAST, NORTH)], crs=4547)
    assert squares(corner, size_m=1000)["id"].tolist() == [
        "499_3099",
        "500_3099",
        "499_3100",
        "500_3100",
    ]


def test_squares_of_degrees_are_in_metres() -> None:
    cells = squares(gpd.GeoSeries([Point(112.94, 28.23)], crs=4490), size_m=250)
    assert cells.crs.to_epsg() == 4547
    assert cells.area.round(6).tolist() == [250.0**2]


def test_squares_of_an_invalid_extent() -> None:
    bow_tie = Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
    shifted = shapely.transform(bow_tie, lambda xy: xy + np.array([EAST, NORTH]) + 10)
    assert len(squares(gpd.GeoSeries([shifted], crs=4547), size_m=2000)) == 1


def test_square_refusals() -> None:
    area = extent(EAST, NORTH, EAST + 1e5, NORTH + 1e5)
    with pytest.raises(InputError, match=r"squares: size_m is nan"):
        squares(area, size_m=np.nan)
    with pytest.raises(InputError, match=r"squares: .* squares of 10 m .* a size_m of at least"):
        squares(area, size_m=10)
    # A metre of ground has 1,003 rows and columns of a millimetre: √(1003² / 250,000) = 2.006.
    with pytest.raises(InputError, match=r"a size_m of at least 0\.0021,") as caught:
        squares(extent(EAST, NORTH, EAST + 1, NORTH + 1), size_m=0.001)
    assert "0.0021 m" in caught.value.sentence("en").replace("\N{NO-BREAK SPACE}", " ")
    # Refused before any is laid out: the rows alone would take 800 GB.
    with pytest.raises(InputError, match="a size_m of at least 210,"):
        squares(area, size_m=1e-6)
    with pytest.raises(InputError, match="no geometry"):
        squares(gpd.GeoSeries([None, Polygon()], crs=4547), size_m=100)
    with pytest.raises(CRSError, match=r"^squares: .*no CRS"):
        squares(gpd.GeoSeries([Point(1, 2)]), size_m=100)


# ---- H3 ----


def degrees(*shapes: object) -> gpd.GeoSeries:
    return gpd.GeoSeries(list(shapes), crs=4490)


def test_h3_cells_cover_the_extent_without_gap_or_overlap() -> None:
    area = degrees(box(112.8, 28.1, 113.0, 28.3))
    cells = h3_cells(area, resolution=7)
    assert cells.crs == "EPSG:4490"
    assert list(cells.columns) == ["id", "area_km2", "geometry"]
    assert cells["id"].is_unique
    assert cells["id"].is_monotonic_increasing
    assert cells.union_all().covers(area[0])
    assert cells.intersects(area[0]).all()
    planar = shapely.area([cells.union_all(), *cells.geometry])
    assert planar[0] == pytest.approx(planar[1:].sum(), rel=1e-9)
    np.testing.assert_allclose(cells["area_km2"], geodesic_area_km2(cells))
    # 510 065 622 km² / (2 + 120 · 7^7) = 5.16 km² on average, a tenth less at Changsha
    assert cells["area_km2"].between(4.6, 4.9).all()


@settings(max_examples=40)
@given(st.floats(100, 125), st.floats(20, 45), st.integers(0, 12))
def test_a_point_is_in_the_h3_cell_of_its_name(lon: float, lat: float, resolution: int) -> None:
    import h3  # noqa: PLC0415

    cells = h3_cells(degrees(Point(lon, lat)), resolution=resolution)
    assert len(cells) in {1, 2, 3}
    # Sides of large cells are arcs on the sphere, and straight in degrees here.
    if resolution >= 7 and len(cells) == 1:
        near = {h3.latlng_to_cell(lat, lon, resolution)}
        near.update(h3.grid_disk(min(near), 1))
        assert cells["id"][0] in near
    if resolution >= 9:
        assert h3.latlng_to_cell(lat, lon, resolution) in set(cells["id"])


def test_h3_cells_are_those_that_touch_and_no_more() -> None:
    import h3  # noqa: PLC0415

    area = box(112.9, 28.1, 113.0, 28.2)
    found = set(h3_cells(degrees(area), resolution=8)["id"])
    ring = [(y, x) for x, y in area.exterior.coords[:-1]]
    expected = h3.polygon_to_cells_experimental(h3.LatLngPoly(ring), 8, contain="overlap")
    assert found == set(expected)


def test_h3_cells_of_metres_lines_and_many_parts() -> None:
    line = gpd.GeoSeries([LineString([(EAST, NORTH), (EAST + 20_000, NORTH)])], crs=4547)
    assert 5 <= len(h3_cells(line, resolution=7)) <= 30
    two = degrees(Point(112.5, 28.0), None, MultiPoint([(113.0, 28.3)]))
    assert len(h3_cells(two, resolution=6)) == 2


def test_h3_refusals() -> None:
    area = degrees(box(112, 28, 113, 29))
    for wrong in (-1, 16, 7.5, True, "7"):
        with pytest.raises(InputError, match="whole numbers from 0 to 15"):
            h3_cells(area, resolution=wrong)
    with pytest.raises(InputError, match="or lower, or a smaller extent"):
        h3_cells(area, resolution=12)
    with pytest.raises(InputError, match="no geometry"):
        h3_cells(degrees(None), resolution=7)
    with pytest.raises(InputError, match="180° meridian"):
        h3_cells(degrees(Point(180, 10)), resolution=3)
    with pytest.raises(CRSError, match=r"^h3_cells: .*no CRS"):
        h3_cells(gpd.GeoSeries([Point(1, 2)]), resolution=7)


def test_cells_are_looked_for_a_margin_around_the_ground() -> None:
    # 1.112 km are a hundredth of a degree, from west to east more by the cosine of the latitude.
    around = tessellations._box_around(box(112, 28, 113, 59.99), margin_km=1.112)
    assert around.bounds == pytest.approx((111.98, 27.99, 113.02, 60), abs=1e-9)
    south = tessellations._box_around(box(112, -59.99, 113, 28), margin_km=1.112)
    assert south.bounds == pytest.approx((111.98, -60, 113.02, 28.01), abs=1e-9)


@pytest.mark.parametrize(
    ("bounds", "is_refused"),
    [
        ((170, -0.01, 179.98, 0), False),
        ((170, -0.01, 179.995, 0), True),
        ((-179.98, 0, 170, 0), False),
        ((-179.995, 0, 170, 0), True),
        ((0, 60, 1, 89.8), False),
        ((0, 60, 1, 89.995), True),
        ((0, -89.995, 1, 60), True),
        ((0, 60, 1, 89.99), True),
    ],
)
def test_the_pole_and_the_180th_meridian_have_no_cells(
    bounds: tuple[float, float, float, float], *, is_refused: bool
) -> None:
    if is_refused:
        with pytest.raises(InputError) as caught:
            tessellations._box_around(box(*bounds), margin_km=1.112)
        assert caught.value.code == "zones.h3_pole"
    else:
        assert tessellations._box_around(box(*bounds), margin_km=1.112).covers(box(*bounds))
