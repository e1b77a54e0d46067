from __future__ import annotations

import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

import geo
from geo.crs import (
    geodesic_area_km2,
    geodesic_length_km,
    require_crs,
    require_same_crs,
    to_metric,
)
from geo.errors import CRSError, InputError


def at(lon: float, lat: float, crs: int | None = 4490) -> gpd.GeoSeries:
    return gpd.GeoSeries([Point(lon, lat)], crs=crs)


@pytest.mark.parametrize(
    ("lon", "lat", "crs", "words"),
    [
        (112.9, 28.2, None, "no CRS"),
        (28.2, 112.9, 4490, "swapped"),
        (391_998, 3_121_095, 4490, "look like metres"),
        (200, 28.2, 4490, "Correct or drop"),
        (38_391_998, 3_121_095, 4547, "prefixed with zone number 38"),
        (3_121_095, 391_998, 4547, "swapped"),
        (9_999_999, 3_121_095, 4547, "which CRS"),
    ],
)
def test_gate_refuses_with_advice(lon: float, lat: float, crs: int | None, words: str) -> None:
    with pytest.raises(CRSError, match=words):
        require_crs(at(lon, lat, crs), function="f")


def test_gate_names_the_caller_and_rejects_what_is_no_number() -> None:
    with pytest.raises(CRSError, match=r"^my_method: "):
        require_crs(at(1, 2, None), function="my_method")
    with pytest.raises(InputError, match="not-a-number"):
        require_crs(at(np.nan, 28))
    with pytest.raises(InputError, match="infinite"):
        require_crs(at(np.inf, 28))
    with pytest.raises(InputError, match="got DataFrame"):
        require_crs(pd.DataFrame({"a": [1]}))


def test_gate_lets_good_frames_through() -> None:
    assert require_crs(at(112.9, 28.2)).to_epsg() == 4490
    # zone 38 is part of the eastings of EPSG:4526
    assert require_crs(at(38_391_998, 3_121_095, 4526)).to_epsg() == 4526
    assert require_crs(gpd.GeoSeries([None, Point()], crs=4490)).to_epsg() == 4490


def test_two_frames_need_one_crs() -> None:
    a = at(112.9, 28.2)
    assert require_same_crs(a, a.to_crs(4326)).to_epsg() == 4490
    with pytest.raises(CRSError, match=r"EPSG:4490 .* EPSG:4547"):
        require_same_crs(a, a.to_crs(4547))


@pytest.mark.parametrize(
    ("lon", "epsg"),
    # the zone of meridian m is EPSG:4534 + (m - 75) / 3
    [
        (74, 4534),
        (110.9, 4546),
        (112.6, 4547),
        (114, 4547),
        (115.4, 4547),
        (116, 4548),
        (135, 4554),
    ],
)
def test_zone_follows_the_longitude(lon: float, epsg: int) -> None:
    assert to_metric(at(lon, 28)).crs.to_epsg() == epsg


def test_zone_of_wide_data_is_that_of_their_middle() -> None:
    both = gpd.GeoSeries([Point(111.9, 28), Point(113.5, 28)], crs=4490)  # middle 112.7
    assert to_metric(both).crs.to_epsg() == 4547


def test_metric_frames_stay_and_web_mercator_does_not() -> None:
    metric = at(112.9, 28.2).to_crs(4547)
    assert to_metric(metric) is metric
    web = at(112.9, 28.2).to_crs(3857)
    np.testing.assert_allclose(
        shapely.get_coordinates(to_metric(web)), shapely.get_coordinates(metric), atol=1e-3
    )


def test_no_zone_and_too_wide() -> None:
    with pytest.raises(CRSError, match=r"73\.5–136\.5"):
        to_metric(at(2.3, 48.9))
    with pytest.raises(CRSError, match="too wide"):
        to_metric(gpd.GeoSeries([Point(100, 28), Point(125, 28)], crs=4490))
    assert to_metric(gpd.GeoSeries([None], crs=4490)).crs.to_epsg() == 4547


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


def test_public_names_resolve_and_importing_is_quick() -> None:
    for name in geo.__all__:
        assert getattr(geo, name) is not None
    with pytest.raises(AttributeError, match="nothing_such"):
        geo.nothing_such  # noqa: B018
    code = "import sys, geo; print('numpy' in sys.modules, 'geopandas' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "False"]
