"""The doctor for coordinates: every suspicion with a file that earns it and one that does not."""

from __future__ import annotations

import re
from functools import cache

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

import layers
from geo import wording
from geo.datum import convert
from geo.errors import AtlasError, CRSError, InputError
from geo.exchange import coordinates
from geo.exchange.coordinates import Conversion, converted, examine, report
from geo.exchange.readings import Numbers

CHANGSHA = ["岳麓区", "望城区", "芙蓉区", "天心区", "开福区", "雨花区"]
DISTRICTS = layers.load("districts")[["name_zh", "adcode", "geometry"]]
KNOWN = DISTRICTS[DISTRICTS["name_zh"].isin(CHANGSHA)]
PLACE = gpd.GeoDataFrame({"name": ["甲地", "乙地"]}, geometry=[Point(112.9, 28.2)] * 2, crs=4490)
LOCAL = 'LOCAL_CS["城建坐标系",UNIT["metre",1]]'


def shifted(frame: gpd.GeoDataFrame, datum: str) -> gpd.GeoDataFrame:
    """As a file has it: shifted, and no word of it."""
    moved = convert(frame, source="wgs84", target=datum).set_crs(4326)
    moved.attrs = {}
    return moved


def portal(datum: str = "gcj02") -> gpd.GeoDataFrame:
    """Districts as map services hand them out."""
    frame = KNOWN.rename(columns={"name_zh": "name"})
    return shifted(frame.assign(center="[112.9,28.2]", level="district"), datum)


def labelled(frame: gpd.GeoDataFrame, crs: object) -> gpd.GeoDataFrame:
    return frame.set_crs(crs, allow_override=True)


def exchanged(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    turned = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    return frame.set_geometry(gpd.GeoSeries(turned, index=frame.index, crs=frame.crs))


def traced(frame: gpd.GeoDataFrame, *, tolerance_m: float, noise_m: float = 0) -> gpd.GeoDataFrame:
    """Generalised, and every corner moved by up to the noise, as another source draws it."""
    shapes = frame.to_crs(4547).simplify(tolerance_m).to_numpy()
    shapes = shapely.transform(shapes, lambda xy: xy + noise_m * np.sin(0.37 * xy[:, ::-1]))
    shapes = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    moved = gpd.GeoSeries(shapes, index=frame.index, crs=4547).to_crs(frame.crs)
    return frame.set_geometry(moved)


def same_places(frame: gpd.GeoDataFrame, expected: gpd.GeoDataFrame) -> None:
    assert frame.crs.to_epsg() == 4490
    assert frame.index.equals(expected.index)
    apart = shapely.hausdorff_distance(frame.geometry.to_numpy(), expected.geometry.to_numpy())
    assert apart.max() < 1e-7  # degrees: a centimetre


def codes(frame: gpd.GeoDataFrame, **options: object) -> set[str]:
    return {finding.code for finding in examine(frame, **options).findings}


@pytest.mark.parametrize(("datum", "before_m"), [("gcj02", (600, 700)), ("bd09", (1_150, 1_300))])
def test_districts_of_a_map_service_are_read_653_m_off_without_a_word(datum, before_m):
    found = examine(portal(datum), known=KNOWN)
    assert found.suspicion == datum
    assert found.matched == len(KNOWN)
    assert before_m[0] < found.residual_before_m < before_m[1]
    assert found.residual_after_m < 0.01
    assert found.findings[0].level == "warning"
    same_places(converted(portal(datum), found), KNOWN)


@pytest.mark.parametrize("columns", [["name"], ["adcode"], []])
@pytest.mark.parametrize("rows", [len(KNOWN), 1])
def test_generalised_districts_in_gcj02_are_matched_by_name_code_or_shape(columns, rows):
    frame = traced(portal(), tolerance_m=200)[[*columns, "geometry"]].iloc[:rows]
    found = examine(frame, known=KNOWN)
    assert (found.suspicion, found.matched) == ("gcj02", rows)
    assert 600 < found.residual_before_m < 700
    assert found.residual_after_m < 60


def test_codes_are_matched_as_numbers_too():
    frame = portal()[["adcode", "geometry"]]
    frame["adcode"] = frame["adcode"].astype(int)
    assert examine(frame, known=KNOWN).matched == len(KNOWN)


@pytest.mark.parametrize("columns", [["name_zh"], []])
@pytest.mark.parametrize("noise_m", [0, 100])
def test_districts_of_another_source_raise_no_alarm(columns, noise_m):
    frame = traced(KNOWN, tolerance_m=300, noise_m=noise_m)[[*columns, "geometry"]]
    found = examine(frame, known=KNOWN)
    assert found.suspicion == "none"
    assert found.conversion is None
    assert found.residual_before_m < 100
    assert {finding.level for finding in found.findings} == {"note"}


@pytest.mark.parametrize(("east", "north", "matched"), [(180, 10, 6), (0, -90, 6), (181, 10, 0)])
def test_places_at_the_ends_of_the_degrees_are_places(east, north, matched):
    names, shapes = [*KNOWN["name_zh"], "远"], [*KNOWN.geometry, Point(east, north)]
    frame = gpd.GeoDataFrame({"name_zh": names}, geometry=shapes, crs=KNOWN.crs)
    assert examine(frame, known=KNOWN).matched == matched


def test_unrelated_zones_cannot_be_judged_and_that_is_said():
    cells = [box(x, y, x + 0.02, y + 0.02) for x in (112.9, 112.92) for y in (28.1, 28.12)]
    zones = gpd.GeoDataFrame({"name": list("甲乙丙丁")}, geometry=cells, crs=4490)
    found = examine(shifted(zones, "gcj02"), known=KNOWN)
    assert (found.suspicion, found.matched, found.residual_before_m) == ("none", 0, None)
    assert "coordinates.unjudged" in codes(zones, known=KNOWN)


def test_a_namesake_elsewhere_is_no_counterpart():
    far = gpd.GeoDataFrame({"name": ["岳麓区"]}, geometry=[box(120, 30, 120.2, 30.2)], crs=4490)
    assert examine(far, known=KNOWN).matched == 0


def test_a_point_of_a_district_is_not_compared_with_its_boundary():
    points = portal().set_geometry(portal().to_crs(4547).representative_point().to_crs(4326))
    assert examine(points, known=KNOWN).matched == 0


def test_points_are_compared_with_points():
    parks = gpd.GeoDataFrame(
        {"name": ["洋湖湿地", "梅溪湖", "岳麓山"]},
        geometry=[Point(112.93, 28.13), Point(112.88, 28.19), Point(112.93, 28.18)],
        crs=4490,
    )
    found = examine(shifted(parks, "gcj02"), known=parks)
    assert found.suspicion == "gcj02"
    assert 600 < found.residual_before_m < 700
    assert examine(parks, known=parks).suspicion == "none"


def test_a_changed_boundary_is_not_taken_for_a_shift():
    # The eastern half of every district: the middle moves by kilometres, no datum takes it back.
    halves = KNOWN.copy()
    bounds = KNOWN.bounds
    east = box(
        (bounds["minx"] + bounds["maxx"]) / 2, bounds["miny"], bounds["maxx"], bounds["maxy"]
    )
    halves["geometry"] = shapely.intersection(KNOWN.geometry.to_numpy(), east)
    found = examine(halves, known=KNOWN)
    assert (found.suspicion, found.conversion) == ("none", None)
    assert "coordinates.disagrees" in codes(halves, known=KNOWN)


def test_fields_of_a_map_service_are_a_hint_where_nothing_can_be_compared():
    assert "coordinates.portal" in codes(portal())
    assert "coordinates.portal" not in codes(portal(), known=KNOWN)
    assert "coordinates.portal" not in codes(KNOWN)


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("urn:ogc:def:crs:GCJ-02", "gcj02"),
        ("gcj02", "gcj02"),
        ("火星坐标系", "gcj02"),
        ("BD-09", "bd09"),
        ("百度坐标", "bd09"),
        ("EPSG:4490", "none"),
        ("", "none"),
    ],
)
def test_a_file_that_says_its_datum_is_taken_at_its_word(text, datum):
    assert examine(PLACE, stated=text).suspicion == datum
    noted = PLACE.copy()
    noted.attrs["datum"] = text
    assert examine(noted).suspicion == datum


def test_said_gcj02_is_converted_by_choice():
    frame = shifted(PLACE, "gcj02").set_crs(None, allow_override=True)
    same_places(converted(frame, examine(frame, stated="GCJ-02")), PLACE)
    same_places(converted(frame, Conversion(datum="gcj02")), PLACE)


def test_gcj02_in_metres_is_seen_as_well():
    found = examine(portal().to_crs(4547), known=KNOWN)
    assert found.suspicion == "gcj02"
    same_places(converted(portal().to_crs(4547), found), KNOWN)


IN_METRES = KNOWN.to_crs(4547)
WRONG = [
    ("zone_prefix", "EPSG:4526", lambda: labelled(KNOWN.to_crs(4526), 4547)),
    ("zone_prefix", "EPSG:4497", lambda: labelled(KNOWN.to_crs(4497), 4508)),
    ("zone_prefix", "EPSG:4526", lambda: labelled(KNOWN.to_crs(4526), None)),
    ("zone_prefix", "EPSG:4547", lambda: labelled(IN_METRES, 4526)),
    ("xy_northing_first", "", lambda: exchanged(IN_METRES)),
    ("xy_northing_first", "EPSG:4526", lambda: labelled(exchanged(KNOWN.to_crs(4526)), None)),
    ("xy_northing_first", "EPSG:4526", lambda: labelled(exchanged(KNOWN.to_crs(4526)), 4547)),
    ("swapped", "", lambda: exchanged(KNOWN)),
    ("swapped", "EPSG:4490", lambda: labelled(exchanged(KNOWN), None)),
    ("degrees_as_metres", "EPSG:4490", lambda: labelled(KNOWN, 4547)),
    ("degrees_as_metres", "EPSG:4490", lambda: labelled(KNOWN, 32649)),
    ("degrees_as_metres", "EPSG:4490", lambda: labelled(KNOWN, 3857)),
    ("degrees_as_metres", "EPSG:4490", lambda: labelled(exchanged(KNOWN), 4547)),
    ("metres_as_degrees", "EPSG:4526", lambda: labelled(KNOWN.to_crs(4526), 4490)),
    ("metres_as_degrees", "EPSG:4547", lambda: labelled(IN_METRES, 4326)),
    ("metres_as_degrees", "EPSG:3857", lambda: labelled(KNOWN.to_crs(3857), 4326)),
    ("neighbour_zone", "EPSG:4547", lambda: labelled(IN_METRES, 4546)),
    ("neighbour_zone", "EPSG:4547", lambda: labelled(IN_METRES, 4548)),
    ("neighbour_zone", "EPSG:32649", lambda: labelled(KNOWN.to_crs(32649), 32650)),
    ("other_zone_width", "EPSG:4546", lambda: labelled(KNOWN.to_crs(4508), 4547)),
    ("other_zone_width", "EPSG:4547", lambda: labelled(IN_METRES, 4508)),
]


@pytest.mark.parametrize(("suspicion", "crs", "make"), WRONG)
def test_numbers_that_are_not_what_the_label_says_are_read_right(suspicion, crs, make):
    frame = make()
    found = examine(frame, known=KNOWN)
    assert (found.suspicion, found.conversion.crs) == (suspicion, crs)
    assert found.residual_after_m < 0.1
    assert found.findings[0].level == "warning"
    same_places(converted(frame, found), KNOWN)
    in_both_languages(found)


def in_both_languages(found):
    for lang in ("zh", "en"):
        rows = report(found, lang=lang)
        assert [level for level, _ in rows] == [each.level for each in found.findings]
        assert not any("{" in text for _, text in rows)


@pytest.mark.parametrize("crs", [4490, 4326, 4547, 4526, 4508, 4497, 32649, 3857, 4979])
def test_a_right_label_raises_no_suspicion(crs):
    frame = KNOWN.to_crs(crs)
    found = examine(frame, known=KNOWN)
    assert (found.suspicion, found.conversion, found.remedies) == ("none", None, ())
    assert found.residual_before_m < 0.1
    assert examine(frame).suspicion == "none"
    same_places(converted(frame, found), KNOWN)


def test_northern_places_that_are_not_here_are_not_exchanged():
    paris = gpd.GeoDataFrame(geometry=[Point(2.35, 48.86)], crs=4326)
    found = examine(paris, known=KNOWN)
    assert found.suspicion == "none"
    assert "coordinates.far" in codes(paris, known=KNOWN)
    assert "coordinates.far" not in codes(PLACE, known=KNOWN)


def test_metres_without_a_zone_and_nothing_to_compare_are_a_question():
    for crs, suspicion in ((None, "none"), (4490, "metres_as_degrees")):
        found = examine(labelled(IN_METRES, crs))
        assert (found.suspicion, found.conversion) == (suspicion, None)
        assert found.findings[0].level == "warning"
    with pytest.raises(CRSError) as caught:
        converted(labelled(IN_METRES, None), examine(labelled(IN_METRES, None)))
    assert caught.value.code == "coordinates.no_system"


KRASSOWSKY = "+proj=tmerc +lon_0=114 +x_0=500000 +ellps=krass"
ESRI_XIAN = (
    'PROJCS["Xian_1980_3_Degree_GK_CM_114E",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",'
    'SPHEROID["Xian_1980",6378140.0,298.257]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["Central_Meridian",114.0],'
    'PARAMETER["Scale_Factor",1.0],UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize(
    ("crs", "code"),
    [
        (4214, "coordinates.beijing_1954"),
        (2435, "coordinates.beijing_1954"),
        (21459, "coordinates.beijing_1954"),
        (4610, "coordinates.xian_1980"),
        (2383, "coordinates.xian_1980"),
        (ESRI_XIAN, "coordinates.xian_1980"),
        (4555, "coordinates.new_beijing"),
        (KRASSOWSKY, "coordinates.krassowsky"),
        (f"{KRASSOWSKY} +towgs84=0,0,0", "coordinates.krassowsky"),
        ("+proj=longlat +a=6377000 +b=6356000", "coordinates.other"),
    ],
)
def test_old_datums_are_never_silently_new_ones(crs, code):
    metric = labelled(PLACE, crs).crs.is_projected
    meridian_111 = crs == 21459
    numbers = PLACE.to_crs(4546 if meridian_111 else 4547) if metric else PLACE
    frame = labelled(numbers, crs)
    found = examine(frame)
    assert (found.suspicion, found.conversion) == ("old_datum", None)
    assert code in codes(frame)
    with pytest.raises(CRSError) as caught:
        converted(frame, found)
    assert caught.value.code == "coordinates.old_datum_refused"
    known_risk = converted(frame, found, as_is=True)
    assert known_risk.attrs["accuracy_m"] == 150
    assert known_risk.crs.to_epsg() == 4490
    # The numbers are kept: degrees as they were, metres by the formulas of their own ellipsoid.
    apart = shapely.distance(known_risk.geometry.to_numpy(), PLACE.geometry.to_numpy())
    assert (apart < 0.02).all()
    assert metric or (apart == 0).all()


@pytest.mark.parametrize("crs", [4214, 21419])
def test_degrees_of_an_old_datum_stay_where_operations_are_published_for_a_basin(crs):
    # In the Ordos basin there is one to WGS 84, which moves by 50 m and is for that basin alone.
    basin = PLACE.set_geometry([Point(108.5, 38)] * 2).set_crs(4490)
    frame = labelled(basin, 4214).to_crs(crs)
    known_risk = converted(frame, examine(frame), as_is=True)
    apart = shapely.distance(known_risk.geometry.to_numpy(), basin.geometry.to_numpy())
    assert (apart < 1e-9).all()


def test_an_old_datum_with_its_own_parameters_is_transformed():
    frame = labelled(PLACE.to_crs(4547), f"{KRASSOWSKY} +towgs84=15.8,-154.4,-82.3")
    assert examine(frame).suspicion == "none"
    assert "accuracy_m" not in converted(frame, Conversion()).attrs


def test_a_datum_with_a_published_transformation_is_transformed():
    hong_kong = gpd.GeoDataFrame(geometry=[Point(114.17, 22.3)], crs=4326).to_crs(2326)
    assert examine(hong_kong).suspicion == "none"
    place = converted(hong_kong, Conversion()).geometry[0]
    assert place.distance(Point(114.17, 22.3)) < 1e-6


def test_transformations_of_zeros_are_named():
    frame = labelled(PLACE.to_crs(4547), f"{KRASSOWSKY} +towgs84=0,0,0,0,0,0,0")
    assert "coordinates.identity" in codes(frame)


def test_an_old_datum_with_a_prefix_needs_both_words():
    # EPSG:2414 is zone 38 of Beijing 1954, and the eastings do not begin with 38.
    frame = labelled(PLACE.to_crs(4547), 2414)
    found = examine(frame)
    assert found.suspicion == "zone_prefix"
    assert {"coordinates.prefix_missing", "coordinates.beijing_1954"} <= codes(frame)
    with pytest.raises(CRSError):
        converted(frame, found)
    assert converted(frame, found, as_is=True).attrs["accuracy_m"] == 150


def test_a_system_without_relation_to_the_earth_is_refused():
    frame = labelled(PLACE.to_crs(4547), LOCAL)
    found = examine(frame, known=KNOWN)
    assert (found.suspicion, found.conversion) == ("local", None)
    with pytest.raises(CRSError) as caught:
        converted(frame, found)
    assert "城建坐标系" in caught.value.sentence("zh")
    same_places(converted(frame, Conversion(crs="EPSG:4547")), PLACE)


def test_numbers_that_are_nowhere_are_refused():
    frame = gpd.GeoDataFrame(geometry=[Point(1e9, 1e9)], crs=4547)
    assert "coordinates.nowhere" in codes(frame)
    with pytest.raises(CRSError) as caught:
        converted(frame, Conversion())
    assert caught.value.code == "coordinates.impossible"


def test_the_middle_of_areas_lies_between_their_edges():
    blocks = [box(112.8 + 0.08 * n, 28.1, 112.88 + 0.08 * n, 28.3) for n in range(3)]
    findings = examine(gpd.GeoDataFrame(geometry=blocks, crs=4490)).findings
    (where,) = (each.values for each in findings if each.code == "coordinates.where")
    assert where == {"lon": pytest.approx(112.92), "lat": pytest.approx(28.2)}


@pytest.mark.parametrize("rows", [[], [None], [Point()]])
def test_a_frame_without_places_says_so(rows):
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(rows, crs=4490))
    assert codes(frame, known=KNOWN) == {"coordinates.nothing"}
    assert codes(PLACE, known=KNOWN.iloc[:0]) == codes(PLACE, known=KNOWN)


def test_what_is_no_frame_is_refused():
    with pytest.raises(InputError):
        examine(PLACE.geometry)
    with pytest.raises(CRSError):
        examine(PLACE, known=KNOWN.to_crs(4547))


def test_nothing_that_is_passed_in_is_changed():
    frame = portal()
    before = frame.copy(deep=True)
    converted(frame, examine(frame, known=KNOWN))
    assert frame.equals(before)
    assert frame.crs == before.crs


@cache
def traced_portal():
    """Districts without names as they are published, and what is found in them."""
    frame = traced(portal(), tolerance_m=200)[["geometry"]]
    return frame, examine(frame, known=KNOWN)


@settings(max_examples=5)
@given(order=st.permutations(range(len(KNOWN))), twice=st.booleans())
def test_order_and_repetition_of_rows_change_nothing(order, twice):
    frame, expected = traced_portal()
    turned = frame.iloc[list(order) + (list(order) if twice else [])]
    found = examine(turned, known=KNOWN)
    assert found.suspicion == expected.suspicion
    assert found.residual_before_m == pytest.approx(expected.residual_before_m, abs=1)


@settings(max_examples=25)
@given(
    lon=st.floats(75, 134),
    lat=st.floats(19, 52),
    form=st.sampled_from(["degrees", "swapped", "prefix", "northing"]),
)
def test_every_place_of_china_is_found_back_without_help(lon, lat, form):
    place = gpd.GeoDataFrame(geometry=[Point(lon, lat)], crs=4490)
    zone = 4513 + round(lon / 3) - 25
    frame = {
        "degrees": lambda: place,
        "swapped": lambda: exchanged(place),
        "prefix": lambda: labelled(place.to_crs(zone), None),
        "northing": lambda: labelled(exchanged(place.to_crs(zone)), None),
    }[form]()
    back = converted(frame, examine(frame)).geometry[0]
    assert back.distance(place.geometry[0]) < 1e-6


def test_every_finding_has_a_sentence_in_both_languages():
    for frame in (portal(), portal("bd09"), labelled(PLACE, 4214), labelled(PLACE, LOCAL), KNOWN):
        in_both_languages(examine(frame, known=KNOWN))


def test_chinese_sentences_have_no_english_but_names():
    allowed = {"GCJ", "BD", "adcode", "center"}
    for code, texts in wording.catalogue().items():
        if code.startswith(("coordinates.", "geometry.")):
            bare = re.sub(r"\{\w+\}", "", texts["zh"])
            assert set(re.findall(r"[A-Za-z]{2,}", bare)) <= allowed, code
            english = texts["en"] if isinstance(texts["en"], str) else texts["en"]["other"]
            filled = [set(re.findall(r"\{\w+\}", text)) for text in (texts["zh"], english)]
            assert filled[0] == filled[1], code


ODD_SYSTEMS = [
    None, 4490, 4547, 4526, 32649, 3857, 4214, 2383, 4978, 3413, LOCAL, ESRI_XIAN, "ESRI:54030",
    "EPSG:5773", "EPSG:4087", "EPSG:7415", "+proj=gnom +lat_0=90", "+proj=geos +h=35785831",
]  # fmt: skip


@pytest.mark.parametrize("crs", ODD_SYSTEMS)
@pytest.mark.parametrize(
    ("east", "north"), [(0, 0), (112.9, 28.1), (38.4e6, 3.12e6), (3.12e6, 4e5), (-1e300, 90)]
)
def test_only_own_errors_leave_whatever_the_label_and_the_numbers(crs, east, north):
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    shapes = [None, Point(), Point(1, float("nan")), bow_tie, box(0, 0, 1, 1)]
    there = [
        None if each is None else shapely.transform(each, lambda xy: xy + np.array([east, north]))
        for each in shapes
    ]
    frame = gpd.GeoDataFrame({"adcode": [430104] * 5, "center": [""] * 5}, geometry=there, crs=crs)
    found = examine(frame, known=KNOWN)
    assert report(found, lang="zh")
    refused = ""
    try:
        converted(frame, found, as_is=True)
    except AtlasError as error:
        refused = error.code
    assert not refused or refused.startswith("coordinates.")


@pytest.mark.parametrize("rows", [0, 1, 40, 700, 3_000])
def test_the_corners_looked_at_are_spread_over_all(rows):
    rng = np.random.default_rng(rows)
    kinds = [shapely.Point(1, 2).buffer(3, quad_segs=quad) for quad in range(1, 40)]
    kinds += [None, shapely.Polygon(), Point(5, 6)]
    shapes = np.array([kinds[at] for at in rng.integers(0, len(kinds), rows)], dtype=object)
    xy = shapely.get_coordinates(shapes)
    if len(xy) > 2_000:
        xy = xy[np.linspace(0, len(xy) - 1, 2_000).astype(int)]
    assert np.array_equal(coordinates._spread(shapes), xy)


def test_corners_that_are_no_numbers_are_not_looked_at():
    x = np.arange(9_000.0)
    x[::3] = np.nan
    finite = x[np.isfinite(x)][np.linspace(0, 5_999, 2_000).astype(int)]
    assert np.array_equal(coordinates._spread(shapely.points(x, x))[:, 0], finite)


@pytest.mark.parametrize(
    ("lon", "lat", "east_deg", "north_deg"),
    [
        (112.5, 28.5, 0, 0),
        (114, 28.5, 1, 0),
        (110, 28.5, 2, 0),
        (112.5, 60, 0, 31),
        (114, 60, 1, 31),
        (112.5, -60, 0, 88),
    ],
)
def test_how_far_the_middle_is_from_what_is_known(lon, lat, east_deg, north_deg):
    numbers = Numbers(np.array([lon]), np.array([lat]), None, (112.0, 28.0, 113.0, 29.0))
    away = np.hypot(east_deg * np.cos(np.radians(lat)), north_deg) * 110.85
    assert numbers.away_km(None) == pytest.approx(away)
