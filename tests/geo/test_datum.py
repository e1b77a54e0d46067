from __future__ import annotations

import json
from importlib.resources import files

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, MultiPolygon, Point, box

from geo import datum
from geo.datum import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    convert,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from geo.errors import AtlasError, CRSError, InputError

EARTH = Geod(ellps="WGS84")
CHANGSHA = (112.94, 28.23)
HUNAN_LON = st.floats(109.5, 113.5)
HUNAN_LAT = st.floats(25.5, 29.5)


def metres(a: tuple[object, object], b: tuple[object, object]) -> np.ndarray:
    return np.asarray(EARTH.inv(a[0], a[1], b[0], b[1])[2])


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        # test values of the coordtransform library (Beijing) and of eviltransform (the others)
        ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_published_values(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    np.testing.assert_allclose(wgs84_to_gcj02(*wgs84), gcj02, rtol=0, atol=1e-12)
    np.testing.assert_allclose(gcj02_to_wgs84(*gcj02), wgs84, rtol=0, atol=1e-9)


def test_published_values_of_bd09() -> None:
    shifted = gcj02_to_bd09(116.404, 39.915)
    np.testing.assert_allclose(shifted, (116.41036949371029, 39.92133699351021), atol=1e-12, rtol=0)
    # the published inverse is an approximation, good to half a metre
    back = bd09_to_gcj02(116.404, 39.915)
    np.testing.assert_allclose(back, (116.39762729119315, 39.90865673957631), atol=5e-6, rtol=0)


@pytest.mark.parametrize("place", [(112.55, 28.25), (112.90, 28.20), CHANGSHA])
def test_changsha_moves_some_660_m_south_east(place: tuple[float, float]) -> None:
    shifted = wgs84_to_gcj02(*place)
    bearing, _, distance = EARTH.inv(*place, *(float(value) for value in shifted))
    assert 654 <= distance <= 662
    assert 125.5 <= bearing <= 126.5
    assert 1100 < metres(place, wgs84_to_bd09(*place)) < 1300


@settings(max_examples=60)
@given(HUNAN_LON, HUNAN_LAT)
def test_round_trips_to_a_billionth_of_a_degree(lon: float, lat: float) -> None:
    there_and_back = [
        (wgs84_to_gcj02, gcj02_to_wgs84),
        (gcj02_to_bd09, bd09_to_gcj02),
        (wgs84_to_bd09, bd09_to_wgs84),
    ]
    for there, back in there_and_back:
        np.testing.assert_allclose(back(*there(lon, lat)), (lon, lat), rtol=0, atol=1e-9)


def test_round_trip_where_the_formula_has_a_kink() -> None:
    # the square root of |lon − 105| has no derivative at 105° E
    lon = 105.0 + np.array([-1e-3, -1e-6, -1e-9, 0.0, 1e-12, 1e-9, 1e-6, 1e-3])
    back_lon, back_lat = gcj02_to_wgs84(*wgs84_to_gcj02(lon, 29.5))
    np.testing.assert_allclose(back_lon, lon, rtol=0, atol=1e-9)
    np.testing.assert_allclose(back_lat, 29.5, rtol=0, atol=1e-9)


def test_two_steps_are_one() -> None:
    np.testing.assert_array_equal(
        wgs84_to_bd09(*CHANGSHA), gcj02_to_bd09(*wgs84_to_gcj02(*CHANGSHA))
    )


@pytest.mark.parametrize(
    "place",
    [
        (114.165, 22.303),  # Hong Kong: West Kowloon
        (113.915, 22.310),  # Hong Kong: the airport
        (114.113, 22.528),  # Hong Kong: Lo Wu station, at the border
        (113.543, 22.190),  # Macao: the peninsula
        (113.560, 22.140),  # Macao: Cotai
        (121.500, 25.040),  # Taipei
        (119.570, 23.570),  # Penghu
        (105.850, 21.030),  # Hanoi
        (106.900, 47.900),  # Ulaanbaatar
        (124.400, 40.070),  # Sinuiju, over the river from Dandong
        (85.300, 27.700),  # Kathmandu
        (-73.9, 40.7),  # New York
        (0.0, 90.0),  # the pole
    ],
)
def test_outside_the_mainland_nothing_moves(place: tuple[float, float]) -> None:
    assert tuple(float(value) for value in wgs84_to_gcj02(*place)) == place
    if place[1] < 90:
        assert np.hypot(*(np.array(gcj02_to_wgs84(*place)) - place)) == 0


@pytest.mark.parametrize(
    "place",
    [
        (114.055, 22.540),  # Shenzhen: Futian, 2 km from Hong Kong
        (113.549, 22.219),  # Zhuhai: Gongbei, at the gate to Macao
        (113.520, 22.130),  # Hengqin, over the channel from Macao
        (118.090, 24.480),  # Xiamen
        (110.350, 20.020),  # Haikou
        (91.10, 29.65),  # Lhasa
        (87.60, 43.80),  # Ürümqi
        (121.13, 30.45),  # Hangzhou Bay bridge, at sea
        (124.39, 40.13),  # Dandong
    ],
)
def test_the_mainland_moves_by_hundreds_of_metres(place: tuple[float, float]) -> None:
    assert 100 < metres(place, wgs84_to_gcj02(*place)) < 1000


def test_along_the_boundary_the_inverse_prefers_the_mainland() -> None:
    # every mainland place within 2 km of the Hong Kong border survives the round trip
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(113.9, 114.3, 4000), rng.uniform(22.48, 22.58, 4000)
    shifted = wgs84_to_gcj02(lon, lat)
    moved = shifted[0] != lon
    assert 500 < moved.sum() < 3500
    back = gcj02_to_wgs84(*shifted)
    np.testing.assert_allclose(back[0][moved], lon[moved], rtol=0, atol=1e-9)
    changed = ~moved & (back[0] != lon)
    # the others share their GCJ-02 coordinate with a mainland place less than 0.8 km away
    assert (metres((lon[changed], lat[changed]), (back[0][changed], back[1][changed])) < 800).all()


def test_boundary_file_states_its_origin_and_fits_the_search_window() -> None:
    text = files("geo").joinpath("mainland.geojson").read_text(encoding="utf-8")
    feature = json.loads(text)["features"][0]
    assert {"source", "licence", "derivation"} <= feature["properties"].keys()
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    assert shape.is_valid
    window = datum._NEARBY_DEG
    assert box(*window).contains(shape.buffer(0.1))
    assert len(text) < 600_000


def test_shapes_broadcast_and_missing_stays_missing() -> None:
    lon, lat = wgs84_to_gcj02([[112.9, np.nan], [113.0, 112.9]], 28.2)
    assert lon.shape == lat.shape == (2, 2)
    assert np.isnan(lon[0, 1])
    assert np.isnan(lat[0, 1])
    assert float(lon[0, 0]) == float(lon[1, 1])
    empty_lon, _ = bd09_to_wgs84([], [])
    assert empty_lon.shape == (0,)
    nothing = bd09_to_wgs84(np.nan, np.nan)
    assert np.isnan(nothing).all()


def test_inputs_are_not_changed() -> None:
    lon, lat = np.array([112.9, np.nan]), np.array([28.2, 28.2])
    for function in (wgs84_to_gcj02, gcj02_to_wgs84, gcj02_to_bd09, bd09_to_wgs84):
        function(lon, lat)
    np.testing.assert_array_equal(lon, [112.9, np.nan])
    np.testing.assert_array_equal(lat, [28.2, 28.2])


@pytest.mark.parametrize(
    ("lon", "lat", "words"),
    [
        (28.2, 112.9, "swapped"),
        (391_998.0, 3_121_095.0, "EPSG:4490"),
        (np.inf, 28.0, "first is"),
        ([1, 2], [1, 2, 3], "do not go together"),
    ],
)
def test_refusals_say_what_to_do(lon: object, lat: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        wgs84_to_gcj02(lon, lat)


def test_convert_moves_vertices_and_keeps_heights() -> None:
    line = LineString([(112.9, 28.2, 50.0), (113.0, 28.3, 60.0)])
    moved = convert(line, source="wgs84", target="gcj02")
    lon, lat = wgs84_to_gcj02([112.9, 113.0], [28.2, 28.3])
    np.testing.assert_array_equal(
        shapely.get_coordinates(moved, include_z=True), np.column_stack([lon, lat, [50.0, 60.0]])
    )
    assert not convert(Point(CHANGSHA), source="wgs84", target="bd09").has_z


def test_convert_frame_notes_the_datum_and_takes_the_crs_away() -> None:
    shapes = [Point(CHANGSHA), Point(112.9, 28.2, 7.0), None, MultiPolygon([box(112, 28, 113, 29)])]
    frame = gpd.GeoDataFrame({"name": list("abcd")}, geometry=shapes, index=[3, 3, 1, 0], crs=4490)
    shifted = convert(frame, source="wgs84", target="gcj02")
    assert shifted.crs is None
    assert shifted.attrs["datum"] == "GCJ-02"
    assert shifted.index.tolist() == [3, 3, 1, 0]
    assert shifted.geometry.iloc[1].z == 7.0
    assert shifted.geometry.iloc[2] is None
    assert not shifted.geometry.iloc[0].has_z
    back = convert(shifted, source="gcj02", target="wgs84")
    assert back.crs.to_epsg() == 4490
    assert shapely.equals_exact(
        back.geometry.iloc[[0, 1, 3]].to_numpy(), frame.geometry.iloc[[0, 1, 3]].to_numpy(), 1e-9
    ).all()
    assert frame.crs.to_epsg() == 4490
    assert "datum" not in frame.attrs


def test_convert_series_and_empty() -> None:
    series = gpd.GeoSeries([Point(CHANGSHA)], crs=4326, name="place")
    assert convert(series, source="wgs84", target="bd09").name == "place"
    nothing = gpd.GeoDataFrame({"a": []}, geometry=[], crs=4490)
    assert convert(nothing, source="wgs84", target="gcj02").empty


def test_convert_refuses_what_it_cannot_know() -> None:
    bare = gpd.GeoSeries([Point(CHANGSHA)])
    with pytest.raises(CRSError, match=r"set_crs\(4490\)"):
        convert(bare, source="wgs84", target="gcj02")
    with pytest.raises(CRSError, match=r"to_crs\(4490\)"):
        convert(bare.set_crs(4490).to_crs(4547), source="wgs84", target="gcj02")
    shifted = convert(bare.set_crs(4490), source="wgs84", target="gcj02")
    with pytest.raises(CRSError, match="notes datum GCJ-02"):
        convert(shifted, source="bd09", target="wgs84")
    with pytest.raises(InputError, match="'bd09', 'gcj02', 'wgs84'"):
        convert(bare, source="mars", target="wgs84")
    with pytest.raises(AtlasError, match="got list"):
        convert([1, 2], source="wgs84", target="gcj02")
