from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from geo import geodesic
from geo.geodesic import geodesic_area_km2, geodesic_length_km


def test_area_of_the_whole_ellipsoid_quarter() -> None:
    # the octant between the equator, two meridians and the pole is an eighth of the 510 065 622 km²
    # of GRS 80
    octant = gpd.GeoSeries([Polygon([(0, 0), (90, 0), (90, 90), (0, 90)])], crs=4490)
    assert geodesic_area_km2(octant)[0] == pytest.approx(510_065_621.724 / 8, rel=1e-6)


def test_holes_subtract_and_parts_add() -> None:
    outer, hole, far = (
        box(112, 28, 113, 29),
        box(112.2, 28.2, 112.4, 28.4),
        box(114, 28, 114.1, 28.1),
    )
    pierced = outer.difference(hole)
    shapes = [outer, hole, far, pierced, MultiPolygon([outer, far]), pierced.reverse()]
    areas = geodesic_area_km2(gpd.GeoSeries(shapes, crs=4490)).to_numpy()
    assert areas[3] == pytest.approx(areas[0] - areas[1], rel=1e-12)
    assert areas[4] == pytest.approx(areas[0] + areas[2], rel=1e-12)
    assert areas[5] == pytest.approx(areas[3], rel=1e-12)


def test_area_keeps_the_index_and_passes_over_what_has_none() -> None:
    shapes = [None, Polygon(), Point(112, 28), box(112, 28, 113, 29), GeometryCollection()]
    series = geodesic_area_km2(gpd.GeoSeries(shapes, index=[5, 5, "a", 2, 1], crs=4490))
    assert series.index.tolist() == [5, 5, "a", 2, 1]
    assert series.isna().tolist() == [True, False, False, False, False]
    assert series.iloc[[1, 2, 4]].tolist() == [0, 0, 0]


def test_projected_area_is_the_planar_one_on_the_central_meridian() -> None:
    square = gpd.GeoSeries([box(499_500, 3_100_000, 500_500, 3_101_000)], crs=4547)
    assert geodesic_area_km2(square)[0] == pytest.approx(1.0, rel=1e-6)


def test_length_of_a_degree_of_the_equator() -> None:
    line = LineString([(10, 0), (11, 0)])
    shapes = [line, shapely.union(line, LineString([(20, 0), (22, 0)])), None, Point(1, 1)]
    lengths = geodesic_length_km(gpd.GeoSeries(shapes, index=list("abcd"), crs=4490))
    degree = 2 * np.pi * 6378.137 / 360
    np.testing.assert_allclose(lengths, [degree, 3 * degree, np.nan, 0], rtol=1e-9)
    assert lengths.index.tolist() == list("abcd")


@settings(max_examples=25)
@given(st.floats(80, 130), st.floats(0.01, 1.0))
def test_area_does_not_depend_on_the_longitude(lon: float, size: float) -> None:
    shapes = [box(100, 28, 100 + size, 28 + size), box(lon, 28, lon + size, 28 + size)]
    areas = geodesic_area_km2(gpd.GeoSeries(shapes, crs=4490))
    assert areas[1] == pytest.approx(areas[0], rel=1e-6)


@pytest.mark.parametrize("size", [2e-4, 4e-3, 0.009, 0.05])
def test_rings_of_short_edges_have_the_area_of_all_others(
    size: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    turns = np.sort(random.uniform(0, 2 * np.pi, (300, 7)))
    far = size / 2 * random.uniform(0.6, 1.0, turns.shape)
    middle = np.column_stack([random.uniform(-180, 180, 300), random.uniform(-59.9, 59.9, 300)])
    round_ = np.stack([np.cos(turns), np.sin(turns)], axis=-1) * far[..., None]
    shapes = [Polygon(ring).buffer(0) for ring in middle[:, None] + round_]
    series = gpd.GeoSeries(shapes, crs=4490)
    monkeypatch.setattr(geodesic, "_CORNERS_AT_ONCE", 500)
    short = geodesic_area_km2(series)
    monkeypatch.setattr(geodesic, "_SHORT", 0.0)
    np.testing.assert_allclose(short, geodesic_area_km2(series), rtol=2e-9, atol=2e-10)


def test_a_parcel_keeps_its_digits() -> None:
    """Of 1 m² Karney's areas, which reach down to the equator, tell three."""
    lat, half = 28.2, 4e-6
    parcel = box(112.9 - half, lat - half, 112.9 + half, lat + half)
    phi, e2 = np.radians(lat), geodesic._E2
    widening = 1 - e2 * np.sin(phi) ** 2
    across = 6_378_137.0 / widening**0.5 * np.cos(phi)
    along = 6_378_137.0 * (1 - e2) / widening**1.5
    width, height = np.radians(
        [parcel.bounds[2] - parcel.bounds[0], parcel.bounds[3] - parcel.bounds[1]]
    )
    area = geodesic_area_km2(gpd.GeoSeries([parcel], crs=4490))[0]
    assert area * 1e6 == pytest.approx(across * width * along * height, rel=1e-7)
