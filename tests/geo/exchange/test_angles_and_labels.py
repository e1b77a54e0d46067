"""Numbers and angles as people write them, and what they and labels say of zones and datums."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from pyproj import CRS

from geo.errors import CRSError
from geo.exchange import angles, labels
from geo.exchange.angles import angle
from geo.exchange.axes import Axes, axes_of
from geo.exchange.stated_crs import understood

NAN = math.nan


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("112.9", 112.9),
        ("112°30′", 112.5),
        ("112°30′36″", 112.51),
        ("112º30’36”E", 112.51),
        ("东经112度30分36秒", 112.51),
        ("112d30m36s", 112.51),
        ("112:30:36", 112.51),
        ("112 30 36.0", 112.51),
        ("112-30-36", 112.51),
        ("112°30''", NAN),
        ("112°30′36′′", 112.51),
        ("28°12′N", 28.2),
        ("28°12′S", -28.2),
        ("北纬28°12′", 28.2),
        ("南纬28°12′", -28.2),
        ("W70°30′", -70.5),
        ("西经70°30′", -70.5),
        ("-70°30′", -70.5),
        ("+70°30′", 70.5),
        ("－70°30′", -70.5),
        ("-70°30′W", NAN),
        ("70°N30′E", NAN),
        ("1-2-3-4", NAN),
        ("", NAN),
        ("E", NAN),
        ("56′24″", NAN),
        ("112°56″", NAN),
        ("112°-56", NAN),
        ("112.5°30′", NAN),
        ("112°30.5′", 112 + 30.5 / 60),
        ("112°30.5′6″", NAN),
        ("112°59′59″", 112 + 59 / 60 + 59 / 3600),
        ("112°60′", NAN),
        ("112°0′60″", NAN),
        ("180-0-0", 180.0),
        ("181-0-0", NAN),
        ("2024-05-01", NAN),
        ("181°", 181.0),
        ("112x30", NAN),
        ("1" + " " * 63, 1.0),
        ("1" + " " * 64, NAN),
    ],
)
def test_an_angle_as_people_write_it(text: str, degrees: float) -> None:
    assert angle(text) == pytest.approx(degrees, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.5", 1.5),
        ("-2e3", -2000),
        ("391,234.5", 391_234.5),
        ("-1,234,567", -1_234_567),
        ("12,34", NAN),
        ("500000米", 500_000),
        ("500000 m", 500_000),
        ("１２.５", 12.5),
        ("1_000", NAN),
        ("inf", NAN),
        ("nan", NAN),
        ("112°30′", 112.5),
        ("无", NAN),
    ],
)
def test_a_number_as_people_write_it_alone_and_among_others(text: str, number: float) -> None:
    for cells, at in (([text], 0), (["7", "x", text], 2)):
        assert angles.numbers(pd.Series(cells))[at] == pytest.approx(number, nan_ok=True)


def test_decimals_are_all_plain_or_none() -> None:
    assert angles.decimals(pd.Series(["1", "-2e3"])).tolist() == [1, -2000]
    for text in ("1,234", "112°30′", "无", "1_000", ""):
        assert angles.decimals(pd.Series(["1", text])) is None


def figures(crs: str) -> tuple[float, float, float, float]:
    """Central meridian, false easting, scale and longer axis."""
    read = CRS(crs)
    assert read.coordinate_operation is not None
    assert read.ellipsoid is not None
    values = {each.name: float(each.value) for each in read.coordinate_operation.params}
    return (
        values["Longitude of natural origin"],
        values["False easting"],
        values["Scale factor at natural origin"],
        read.ellipsoid.semi_major_metre,
    )


AXIS = {"": 6_378_137.0, "Xian 1980": 6_378_140.0, "Beijing 1954": 6_378_245.0}


@pytest.mark.parametrize("datum", AXIS)
def test_zones_by_their_number_and_by_their_meridian(datum: labels.OldDatum) -> None:
    for number in (*range(13, 24), *range(25, 46)):
        meridian = 3 * number if number > 23 else 6 * number - 3
        named = labels.prefixed_crs(number, datum=datum)
        assert figures(named) == (meridian, number * 1e6 + 500_000, 1, AXIS[datum])
        zone = labels.zone_of(CRS(named))
        assert zone == (meridian, 3 if number > 23 else 6, number, 1)
    for meridian in range(75, 136, 3):
        assert figures(labels.meridian_crs(meridian, datum=datum)) == (
            meridian,
            500_000,
            1,
            AXIS[datum],
        )
    assert labels.zone_of(CRS.from_epsg(4547)) == (114, 3, 0, 1)
    assert labels.zone_of(CRS.from_epsg(4508)) == (111, 6, 0, 1)


def test_zones_of_utm() -> None:
    for number in range(43, 54):
        named = labels.meridian_crs(6 * number - 183, utm=True)
        assert CRS(named).name == f"WGS 84 / UTM zone {number}N"
        assert labels.zone_of(CRS(named)) == (6 * number - 183, 6, 0, 0.9996)
    assert [labels.zone_of(CRS.from_epsg(code)) for code in (4490, 3857)] == [None, None]


@pytest.mark.parametrize(
    ("crs", "datum"),
    [
        *((4490, ""), (4326, ""), (4547, ""), (2383, "Xian 1980"), (4610, "Xian 1980")),
        *((4214, "Beijing 1954"), (2435, "Beijing 1954"), (4555, "New Beijing")),
        ("+proj=longlat +ellps=krass +type=crs", "Krassowsky"),
        ("+proj=longlat +ellps=krass +towgs84=15,-155,-90 +type=crs", ""),
        ("+proj=longlat +ellps=krass +towgs84=0,0,0 +type=crs", "Krassowsky"),
        ("+proj=longlat +ellps=bessel +type=crs", "other"),
        (4301, ""),
    ],
)
def test_the_old_datum_of_a_label(crs: object, datum: str) -> None:
    assert labels.old_datum(CRS.from_user_input(crs)) == datum


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        *(("GCJ02", "gcj02"), ("gcj-02", "gcj02"), ("GCJ_2", "gcj02"), ("火星坐标", "gcj02")),
        *(
            ("Mars", "gcj02"),
            ("BD-09", "bd09"),
            ("bd9", "bd09"),
            ("百度", "bd09"),
            ("baidu", "bd09"),
        ),
        *(("GCJ0002", None), ("CGCS2000", None), ("", None), ("x" * 500 + "gcj02", None)),
    ],
)
def test_the_shifted_datum_of_a_label(text: str, datum: str | None) -> None:
    assert labels.shifted_datum(text) == datum
    assert labels.shifted_datum("EPSG:4490", None, text) == datum


def test_systems_without_a_place_on_earth() -> None:
    local = CRS('LOCAL_CS["城建坐标系",UNIT["metre",1]]')
    heights = CRS(
        'COMPD_CS["x",LOCAL_CS["l",UNIT["m",1]],VERT_CS["h",VERT_DATUM["d",2005],UNIT["m",1]]]'
    )
    assert labels.is_local(local)
    assert labels.is_local(heights)
    assert not any(
        labels.is_local(CRS(text)) for text in ("EPSG:4490", "EPSG:4547", "EPSG:4490+5737")
    )
    shift = "+proj=longlat +ellps=krass +towgs84={} +type=crs"
    assert [labels.is_identity(CRS(shift.format(each))) for each in ("0,0,0", "0,0,1")] == [
        True,
        False,
    ]
    assert not labels.is_identity(CRS("EPSG:4214"))
    assert labels.parsed("none") is None


def axes(*places: tuple[float, float]) -> tuple[str, bool, int, int]:
    read = axes_of(*np.array(places, float).T)
    return read.kind, read.swapped, read.epsg, read.zone


@pytest.mark.parametrize(
    ("places", "kind", "swapped", "epsg", "zone"),
    [
        ([(112.9, 28.2)], "degrees", False, 4490, 0),
        ([(28.2, 112.9)], "degrees", True, 4490, 0),
        # Both orders lie in China, or neither: then as it is written.
        ([(70, 56)], "degrees", False, 4490, 0),
        ([(56, 70)], "degrees", True, 4490, 0),
        ([(69.9, 56)], "degrees", False, 4490, 0),
        ([(140, 0)], "degrees", False, 4490, 0),
        ([(0, 140)], "degrees", True, 4490, 0),
        ([(0, 141)], "degrees", True, 4490, 0),
        ([(180, 90)], "degrees", False, 4490, 0),
        ([(90, 180)], "degrees", True, 4490, 0),
        ([(180, 91)], "unknown", False, 0, 0),
        # Zones of 6° are 13 to 23, of 3° 25 to 45; eastings lie 400 km about the middle.
        ([(13_500_000, 3e6)], "zone", False, 4491, 13),
        ([(3e6, 23_500_000)], "zone", True, 4501, 23),
        ([(25_500_000, 3e6)], "zone", False, 4513, 25),
        ([(45_500_000, 3e6)], "zone", False, 4533, 45),
        ([(24_500_000, 3e6)], "unknown", False, 0, 0),
        ([(46_500_000, 3e6)], "unknown", False, 0, 0),
        ([(38_100_000, 1.8e6)], "zone", False, 4526, 38),
        ([(38_900_000, 6.2e6)], "zone", False, 4526, 38),
        ([(38_099_999, 3e6)], "unknown", False, 0, 0),
        ([(38_900_001, 3e6)], "unknown", False, 0, 0),
        ([(38_500_000, 1.79e6)], "unknown", False, 0, 0),
        ([(500_000, 3e6)], "metres", False, 0, 0),
        ([(3e6, 500_000)], "metres", True, 0, 0),
        ([(0, 1.8e6)], "metres", False, 0, 0),
        ([(1.2e6, 6.2e6)], "metres", False, 0, 0),
        ([(1.21e6, 3e6)], "unknown", False, 0, 0),
        ([(12.5e6, 3.2e6)], "mercator", False, 3857, 0),
        ([(3.2e6, 12.5e6)], "mercator", True, 3857, 0),
        ([(8.1e6, 0.4e6)], "mercator", False, 3857, 0),
        ([(8.09e6, 0.4e6)], "unknown", False, 0, 0),
        # More than half decide; what is no place does not count.
        ([(112.9, 28.2), (3e6, 500_000)], "unknown", False, 0, 0),
        ([(112.9, 28.2), (28.2, 112.9), (28.2, 112.9)], "degrees", True, 4490, 0),
        ([(500_000, 3e6), (0, 0), (0, 0), (NAN, 28), (28, math.inf)], "metres", False, 0, 0),
        (
            [(38_500_000, 3e6), (38_500_000, 3e6), (39_500_000, 3e6), (7, 7)],
            "zone",
            False,
            4526,
            38,
        ),
        ([(0, 0), (NAN, NAN)], "degrees", False, 4490, 0),
    ],
)
def test_how_pairs_of_numbers_are_to_be_read(
    places: list[tuple[float, float]], kind: str, epsg: int, zone: int, *, swapped: bool
) -> None:
    assert axes(*places) == (kind, swapped, epsg, zone)


@pytest.mark.parametrize(
    ("kind", "zone", "east", "north", "fits"),
    [
        *(
            ("degrees", 0, 180, 90, True),
            ("degrees", 0, 181, 0, False),
            ("degrees", 0, 0, -91, False),
        ),
        *(
            ("zone", 38, 38.5e6, 3e6, True),
            ("zone", 38, 39.5e6, 3e6, False),
            ("zone", 38, 38.5e6, 1e6, False),
        ),
        *(("metres", 0, 5e5, 3e6, True), ("metres", 0, 3e6, 5e5, False)),
        *(
            ("mercator", 0, 1, 1, True),
            ("unknown", 0, NAN, 1, False),
            ("unknown", 0, 1, math.inf, False),
        ),
    ],
)
def test_places_that_fit_how_the_others_are_read(
    kind: str, zone: int, east: float, north: float, *, fits: bool
) -> None:
    read = Axes(kind, swapped=False, zone=zone).fits(np.array([east]), np.array([north]))
    assert read.tolist() == [fits]


@pytest.mark.parametrize(
    ("stated", "epsg", "how", "said"),
    [
        ("", None, "crs_how.missing", []),
        (" \n", None, "crs_how.missing", []),
        ("degrees by format", 4490, "crs_how.by_format", []),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326, "crs_how.declared", []),
        ("WGS 84", 4326, "crs_how.declared", []),
        ("EPSG:4547", 4547, "crs_how.declared", []),
        ("EPSG:4979", 4326, "crs_how.declared", []),
        ("EPSG:4490+5737", 4490, "crs_how.declared", []),
        ("BD-09", 4490, "datum.stated_bd09", ["datum.stated_bd09"]),
        ("高德坐标", 4490, "datum.stated_gcj02", ["datum.stated_gcj02"]),
        ("EPSG:4214", 4214, "crs_how.declared", ["file.crs_old_datum"]),
        ("EPSG:2383", 2383, "crs_how.declared", ["file.crs_old_datum"]),
        ("EPSG:4555", 4555, "crs_how.declared", ["file.crs_old_datum"]),
    ],
)
def test_what_a_file_says_of_its_crs(
    stated: str, epsg: int | None, how: str, said: list[str]
) -> None:
    crs, told, findings = understood(stated, name="a.json")
    assert ((crs and crs.to_epsg()), told, [each.code for each in findings]) == (epsg, how, said)
    assert all(each.level == "warning" for each in findings)
    if said == ["file.crs_old_datum"] and crs:
        assert dict(findings[0].values)["datum"] == crs.datum.name


@pytest.mark.parametrize(
    ("stated", "code", "name"),
    [
        ("EPSG:1", "file.crs_unknown", "EPSG:1"),
        ("x" * 90, "file.crs_unknown", "x" * 80),
        (' LOCAL_CS["城建",UNIT["metre",1]]', "file.crs_local", "城建"),
        ('PROJCS["broken"', "file.crs_unknown", "broken"),
        ("EPSG:5737", "file.crs_local", "Yellow Sea 1985"),
    ],
)
def test_a_crs_that_says_no_place_is_refused(stated: str, code: str, name: str) -> None:
    with pytest.raises(CRSError) as caught:
        understood(stated, name="a.json")
    assert caught.value.code == code
    assert str(caught.value.values["crs"]).startswith(name)  # noqa: PD011
