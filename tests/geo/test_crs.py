from __future__ import annotations

import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS, Geod, network
from shapely import Point, box

import geo
import layers
from geo.crs import moved, require_crs, require_same_crs, to_metric
from geo.distortion import scale_error
from geo.errors import CRSError, InputError
from geo.geodesic import geodesic_area_km2


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


def test_public_names_resolve_and_importing_is_quick() -> None:
    for name in geo.__all__:
        assert getattr(geo, name) is not None
    with pytest.raises(AttributeError, match="nothing_such"):
        geo.nothing_such  # noqa: B018
    code = "import sys, geo; print('numpy' in sys.modules, 'geopandas' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "False"]


# ---- scale, area of use, datums ----

# Two places of Changsha, 25.98 km apart on the ground.
CITY = gpd.GeoSeries([Point(112.80, 28.10), Point(112.99, 28.27)], crs=4490)
GROUND_M = Geod(ellps="GRS80").inv(112.80, 28.10, 112.99, 28.27)[2]
TRUE = [4547, 4526, 32649, "+proj=laea +lat_0=28 +lon_0=113"]
UNTRUE = [
    3857,  # Web Mercator: lengths 13 % too long
    4087,  # equidistant cylindrical: right north–south, 13 % too long east–west
    "ESRI:54030",  # Robinson
    "ESRI:102025",  # equal in area, but lengths are 6 % off
    "+proj=gnom +lat_0=28 +lon_0=100",
    "+proj=utm +zone=49 +datum=WGS84 +units=us-ft",
    4549,  # a Gauss–Krüger zone too far off
    4548,
    32650,
]


def city(crs: object) -> gpd.GeoSeries:
    # All of them are on one datum: pyproj need not look for shifts.
    return CITY.set_crs(CRS(crs).geodetic_crs, allow_override=True).to_crs(crs)


@pytest.mark.parametrize("crs", [*TRUE, *UNTRUE])
def test_lengths_are_those_of_the_ground_to_a_thousandth_whatever_the_map(crs: object) -> None:
    metric = to_metric(city(crs))
    assert metric.iloc[0].distance(metric.iloc[1]) == pytest.approx(GROUND_M, rel=1e-3)
    assert (metric.crs == CRS(crs)) == (crs in TRUE)


@pytest.mark.parametrize("crs", UNTRUE)
def test_a_density_on_an_untrue_map_is_that_of_the_ground_and_says_so(crs: object) -> None:
    options = {"bandwidth_m": 2000, "cell_size_m": 500}
    expected = geo.kernel_density(CITY.to_crs(4547), **options)
    found = geo.kernel_density(city(crs), **options)
    np.testing.assert_allclose(found, expected, atol=1e-6 * float(expected.max()))
    assert found.attrs["crs_used"].startswith("EPSG:4547")
    given = CRS(crs)
    called = given.srs if given.name == "unknown" else given.name
    assert called in found.attrs["projected_from"]
    assert "projected_from" not in expected.attrs


def test_every_measure_states_the_crs_it_was_taken_in() -> None:
    points = gpd.GeoDataFrame(
        geometry=[Point(112.9 + at / 300, 28.2 + at % 7 / 200) for at in range(20)], crs=4490
    )
    zones = gpd.GeoDataFrame(
        {"v": range(36)},
        geometry=[
            box(112.88 + x / 50, 28.18 + y / 50, 112.9 + x / 50, 28.2 + y / 50)
            for x in range(6)
            for y in range(6)
        ],
        crs=4490,
    )
    results = [
        geo.coverage(points, zones, distance_m=500),
        geo.coverage_curve(points, zones, distances_m=[500]),
        geo.service_areas(points, distance_m=500),
        geo.nearest_areas(points, within=zones),
        geo.centres(points),
        geo.deviational_ellipses(points),
        geo.ripley(points, study_area=zones, simulations=19),
        geo.nearest_neighbour_index(points, study_area=zones),
        geo.spatial_autocorrelation(zones, "v", permutations=99),
        geo.local_autocorrelation(zones, "v", permutations=99),
        geo.hot_spots(zones, "v", permutations=99),
    ]
    for result in results:
        assert result.attrs["crs_used"].startswith("EPSG:4547")
        assert result.attrs["projected_from"].startswith("EPSG:4490")


@pytest.mark.parametrize(
    ("crs", "bounds", "error"),
    [
        # half the square of the distance from the meridian: 2° × cos 28° = 0.03082 rad, and twice
        # that for areas
        (4547, Point(112, 28), 0.03082**2),
        # 0.9996 on the meridian 111° E; areas 1 − 0.9996²
        (32649, Point(111, 28), 1 - 0.9996**2),
        # a foot for a metre: lengths are 1 / 0.3048 too long, areas the square of that
        ("+proj=tmerc +lon_0=114 +ellps=GRS80 +units=ft", Point(114, 28), 1 - 0.3048**2),
    ],
)
def test_the_error_of_scale_by_hand(crs: object, bounds: Point, error: float) -> None:
    x, y = shapely.get_coordinates(gpd.GeoSeries([bounds], crs=4490).to_crs(crs).iloc[0])[0]
    assert scale_error(CRS(crs), (x, y, x, y)) == pytest.approx(error, rel=1e-2)


@pytest.mark.parametrize("crs", [4547, 32649, 3857, 4087, 3413, "ESRI:54030", 4526, 2383])
def test_degrees_posing_as_metres_are_refused(crs: object) -> None:
    posing = CITY.set_crs(crs, allow_override=True)
    for call in (
        lambda: geo.kernel_density(posing, bandwidth_m=1000, cell_size_m=100),
        lambda: geo.coverage(posing, posing.buffer(0.01), distance_m=1000),
        lambda: geodesic_area_km2(posing.buffer(0.01)),
    ):
        with pytest.raises(CRSError, match="look like degrees") as caught:
            call()
        assert caught.value.code == "crs.degrees"
    real = CITY.to_crs(4547)
    with pytest.raises(CRSError, match="1 of 3 coordinates"):
        require_crs(gpd.GeoSeries([*real, Point(112.9, 28.2)], crs=4547))


@pytest.mark.parametrize(
    "crs",
    [
        3413,  # the Arctic
        2249,  # Massachusetts
        27700,  # Great Britain
        4258,  # Europe, in degrees
    ],
)
def test_places_far_outside_of_what_a_crs_is_for_are_refused(crs: int) -> None:
    with pytest.raises(CRSError) as caught:
        require_crs(CITY.to_crs(crs))
    assert caught.value.code == "crs.outside"


@pytest.mark.parametrize(
    ("prefix", "code"),
    # Zones of 6° are numbered from 13 (75° E), zones of 3° to 45 (135° E).
    [(12, "crs.outside"), (13, "crs.prefix"), (45, "crs.prefix"), (46, "crs.outside")],
)
def test_a_number_in_front_of_the_easting_is_a_zone_that_china_has(prefix: int, code: str) -> None:
    with pytest.raises(CRSError) as caught:
        require_crs(at(prefix * 1_000_000 + 391_998, 3_121_095, 4547))
    assert caught.value.code == code
    assert (f"zone number {prefix}" in str(caught.value)) == (code == "crs.prefix")


def test_the_first_zone_with_a_number_is_one_of_them() -> None:
    # EPSG:4491 is the 6-degree zone 13; without the 13 in front no place lies there.
    placed = at(13_391_998, 3_121_095, 4491)
    assert require_crs(placed).to_epsg() == 4491
    with pytest.raises(CRSError, match="no zone number") as caught:
        require_crs(at(391_998, 3_121_095, 4491))
    assert caught.value.code == "crs.no_prefix"


def test_eastings_without_the_zone_number_of_their_crs_are_refused() -> None:
    with pytest.raises(CRSError, match="no zone number") as caught:
        require_crs(CITY.to_crs(4547).set_crs(4526, allow_override=True))
    assert caught.value.code == "crs.no_prefix"


@pytest.mark.parametrize(
    "crs",
    [
        'LOCAL_CS["城市独立坐标系",UNIT["metre",1]]',
        CRS(4978).to_wkt(),  # geocentric
        CRS(5773).to_wkt(),  # heights
        "+proj=ob_tran +o_proj=longlat +o_lat_p=40 +o_lon_p=0 +lon_0=10",
        "+proj=longlat +ellps=krass +towgs84=15,-154,-82",
    ],
)
def test_a_crs_that_says_no_place_on_earth_is_refused(crs: str) -> None:
    with pytest.raises(CRSError) as caught:
        require_crs(gpd.GeoSeries([Point(112.9, 28.2)], crs=crs))
    assert caught.value.code == "crs.kind"


def test_heights_stay_and_do_not_matter() -> None:
    compound = gpd.GeoSeries([Point(114, 28, 55)], crs="EPSG:4490+5737")
    metric = to_metric(compound)
    assert metric.crs.to_epsg() == 4547
    assert (round(metric.iloc[0].x), metric.iloc[0].z) == (500_000, 55)
    assert to_metric(gpd.GeoSeries([Point(114, 28)], crs=4979)).crs.to_epsg() == 4547


@pytest.mark.parametrize("crs", [4610, 4214, 4555, 2383, 2435, 4796, 2333])
def test_an_old_datum_is_never_taken_for_another(crs: int) -> None:
    # Xi'an 80, Beijing 54 and New Beijing: PROJ would leave the degrees as they are
    zone = gpd.GeoSeries([box(112.80, 28.10, 112.99, 28.27)], crs=CRS(crs).geodetic_crs)
    here = zone.to_crs(crs)
    for call in (
        lambda: geodesic_area_km2(here),
        lambda: moved(here, 4490),
        lambda: moved(CITY, crs),
        lambda: layers.own_zones(gpd.GeoDataFrame(geometry=here)),
    ):
        with pytest.raises(CRSError) as caught:
            call()
        assert caught.value.code == "crs.ballpark"
    with pytest.raises(CRSError, match="Both must be in one CRS"):
        require_same_crs(here, CITY)


def test_a_published_transformation_is_taken_where_it_holds() -> None:
    # Hong Kong 1980 has one to 1 m, for Hong Kong alone
    hong_kong = gpd.GeoSeries([Point(114.17, 22.30)], crs=4611)
    assert moved(hong_kong, 4490).x[0] - 114.17 == pytest.approx(0.0025, abs=2e-4)  # some 250 m
    with pytest.raises(CRSError) as caught:
        moved(gpd.GeoSeries([Point(112.9, 28.2)], crs=4611), 4490)
    assert caught.value.code == "crs.ballpark"


@pytest.mark.parametrize("crs", [4326, 9057, 9000, 4480, 4979])
def test_what_is_taken_as_one_datum_is_not_shifted(crs: int) -> None:
    np.testing.assert_array_equal(
        shapely.get_coordinates(moved(CITY.set_crs(crs, allow_override=True), 4490)),
        shapely.get_coordinates(CITY),
    )


def test_a_shapefile_names_the_same_crs_in_fewer_words() -> None:
    short = CRS.from_wkt(CRS(4547).to_wkt("WKT1_ESRI"))
    metric = CITY.to_crs(4547)
    relabelled = metric.set_crs(short, allow_override=True)
    assert short != CRS(4547)
    require_same_crs(metric, relabelled)
    assert to_metric(relabelled) is relabelled
    with pytest.raises(CRSError, match="look like degrees"):
        require_crs(CITY.set_crs(short, allow_override=True))


def test_what_has_no_counterpart_is_refused_not_infinite() -> None:
    pole = gpd.GeoSeries([Point(114, -90)], crs=4490)
    with pytest.raises(CRSError) as caught:
        moved(pole, "+proj=gnom +lat_0=28 +lon_0=113")
    assert caught.value.code == "crs.no_counterpart"


def test_no_grid_is_fetched_from_a_network() -> None:
    assert not network.is_network_enabled()


def test_no_data_and_one_place() -> None:
    for crs in (4490, 4547, 3857, 32649):
        none = gpd.GeoSeries([], crs=crs)
        assert to_metric(none).empty
        assert to_metric(none).crs == geo.to_metric(gpd.GeoSeries([None], crs=crs)).crs
    assert to_metric(gpd.GeoSeries([], crs=3857)).crs.to_epsg() == 4547
    with pytest.raises(CRSError, match="middle of the data"):
        to_metric(gpd.GeoSeries([Point(179.9, 28), Point(-179.9, 28)], crs=4490))


def test_a_frame_keeps_its_columns_order_and_notes_when_it_is_moved() -> None:
    frame = gpd.GeoDataFrame(
        {"a": [1, 2, 3]},
        geometry=[Point(114, 28), None, Point()],
        index=[7, 7, 8],
        crs=4490,
    ).rename_geometry("place")
    frame.attrs["source"] = "x"
    metric = moved(frame, 4547)
    assert metric.columns.tolist() == ["a", "place"]
    assert metric.index.tolist() == [7, 7, 8]
    assert metric.geometry.name == "place"
    assert metric.attrs == {"source": "x"}
    assert metric.geometry.isna().tolist() == [False, True, False]
    assert frame.crs.to_epsg() == 4490
