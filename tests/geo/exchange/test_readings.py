"""Order, zone and unit of numbers by their values: each bound, and what is said of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pyproj import CRS

from geo.exchange import labels, readings
from geo.exchange.readings import Numbers, proposed

Extent = tuple[float, float, float, float]
# Changsha, all of China's south, and an island of nothing.
HERE: Extent = (111.9, 27.85, 114.25, 28.65)
SOUTH: Extent = (110, 27, 118, 29)
SEA: Extent = (0, 0, 1, 1)
# Eastings from 3 500 km: near the equator they look like northings.
ODD = "+proj=tmerc +lon_0=114 +x_0=3500000 +ellps=GRS80 +units=m"
X, Y = 391_000.0, 3_121_000.0  # 112.89° E, 28.20° N from the meridian of 114°
ZONE_38, ZONE_19, MERCATOR = 38_391_000.0, 19_685_000.0, (12_571_000.0, 3_274_000.0)
OF_114 = {"meridian": 114, "width": 3}


def numbers(x: Any, y: Any, crs: object = None, extent: Extent | None = None) -> Numbers:
    label = None if crs is None else CRS.from_user_input(crs)
    return Numbers(np.atleast_1d(float(x)), np.atleast_1d(float(y)), label, extent)


def metres(x: float, y: float, zone: int = 0, **more: Any) -> dict[str, Any]:
    return {"x": x, "y": y, "zone": zone, **more}


@pytest.mark.parametrize(
    ("given", "suspicion", "reading", "code", "values"),
    [
        # Degrees: nothing, or a label where they lie here, or the right order.
        ((112.9, 28.2, 4490, HERE), "none", None, "", {}),
        ((112.9, 28.2), "none", None, "", {}),
        ((112.9, 28.2, None, SEA), "none", None, "", {}),
        (
            (112.91236, 28.21239, None, HERE),
            "none",
            (False, "EPSG:4490"),
            "degrees_unlabelled",
            {"lon": 112.9124, "lat": 28.2124},
        ),
        ((28.2, 112.9, 4490), "swapped", (True, ""), "", {"lon": 112.9, "lat": 28.2}),
        ((28.2, 112.9), "swapped", (True, "EPSG:4490"), "", {"lon": 112.9, "lat": 28.2}),
        (
            (28.2, 112.9, 3857),
            "degrees_as_metres",
            (True, "EPSG:4490"),
            "",
            {"lon": 112.9, "lat": 28.2, "name": "WGS 84 / Pseudo-Mercator"},
        ),
        # Up to 180 they are degrees.
        ((180, 0), "none", None, "", {}),
        ((180.16, 0), "none", None, "unlabelled", metres(180.2, 0)),
        ((0, -180.16), "none", None, "unlabelled", metres(0, -180.2)),
        # Metres without a zone are a question where nothing is known.
        ((X, Y), "none", None, "unlabelled", metres(X, Y)),
        ((X, Y, None, SEA), "none", None, "unlabelled", metres(X, Y)),
        ((X, Y, 4490), "metres_as_degrees", None, "metres_as_degrees_open", metres(X, Y)),
        *(
            (
                (X, Y, crs, HERE),
                "metres_as_degrees",
                (False, "EPSG:4547"),
                "",
                metres(X, Y, **OF_114),
            )
            for crs in (None, 4490)
        ),
        ((Y, X, 4490, HERE), "xy_northing_first", (True, "EPSG:4547"), "", metres(Y, X, **OF_114)),
        (
            (*MERCATOR, None, HERE),
            "metres_as_degrees",
            (False, "EPSG:3857"),
            "web_mercator",
            metres(*MERCATOR, meridian=0, width=0),
        ),
        (
            (5_740_000, 538_000, None, (4, 45, 6, 47)),
            "xy_northing_first",
            (True, "EPSG:3857"),
            "northing_first_only",
            metres(5_740_000, 538_000, meridian=0, width=0),
        ),
        # Of several zones in what is known the one nearest its middle.
        (
            (X, Y, None, SOUTH),
            "metres_as_degrees",
            (False, "EPSG:4547"),
            "",
            metres(X, Y, **OF_114),
        ),
        (
            (X, Y, None, (112, 27, 118, 29)),
            "metres_as_degrees",
            (False, "EPSG:4548"),
            "",
            metres(X, Y, meridian=117, width=3),
        ),
        # The number of a zone before the eastings, and where the label wants one.
        (
            (ZONE_38, Y),
            "zone_prefix",
            (False, "EPSG:4526"),
            "",
            metres(ZONE_38, Y, 38, **OF_114),
        ),
        (
            (ZONE_19, Y, 4508),
            "zone_prefix",
            (False, "EPSG:4497"),
            "",
            metres(ZONE_19, Y, 19, meridian=111, width=6),
        ),
        (
            (ZONE_38, Y, 4490),
            "metres_as_degrees",
            (False, "EPSG:4526"),
            "",
            metres(ZONE_38, Y, 38, **OF_114),
        ),
        ((ZONE_38, Y, 4526, HERE), "none", None, "", {}),
        (
            (X, Y, 4526, HERE),
            "zone_prefix",
            (False, "EPSG:4547"),
            "prefix_missing",
            metres(X, Y, **OF_114),
        ),
        # The northing first.
        (
            (Y, ZONE_38),
            "xy_northing_first",
            (True, "EPSG:4526"),
            "",
            metres(Y, ZONE_38, 38, **OF_114),
        ),
        (
            (Y, ZONE_38, 4526),
            "xy_northing_first",
            (True, ""),
            "",
            metres(Y, ZONE_38, 38, **OF_114),
        ),
        ((Y, X, 4547), "xy_northing_first", (True, ""), "northing_first_only", metres(Y, X)),
        # What looks like it, and lies here as it is labelled.
        (
            (3_489_000, 498_000, ODD, (113, 4, 115, 5)),
            "zone_prefix",
            (False, "EPSG:4547"),
            "prefix_missing",
            metres(3_489_000, 498_000, **OF_114),
        ),
        (
            (3_489_000, 498_000, ODD, None),
            "xy_northing_first",
            (True, "EPSG:4547"),
            "",
            metres(3_489_000, 498_000, **OF_114),
        ),
        # Another zone than the label's: 3 degrees off, or half as wide.
        (
            (X, Y, 4548, HERE),
            "neighbour_zone",
            (False, "EPSG:4547"),
            "",
            {"given_km": 160, "given_meridian": 117, "given_width": 3, **OF_114},
        ),
        (
            (X, Y, 4508, HERE),
            "other_zone_width",
            (False, "EPSG:4547"),
            "",
            {"given_km": 196, "given_meridian": 111, "given_width": 6, **OF_114},
        ),
        ((X, Y, 4547, HERE), "none", None, "", {}),
        ((X, Y, 4547), "none", None, "", {}),
        ((X, Y, 4551, SEA), "none", None, "", {}),
        (
            (X, Y, "+proj=tmerc +lon_0=116.5 +x_0=500000 +ellps=GRS80", HERE),
            "other_zone_width",
            (False, "EPSG:4547"),
            "",
            {"given_km": 111, "given_meridian": 116.5, "given_width": 6, **OF_114},
        ),
        # A projection without zones.
        ((X, Y, 3413, HERE), "none", None, "", {}),
    ],
)
def test_what_numbers_can_be(
    given: Any,
    suspicion: str,
    reading: tuple[bool, str] | None,
    code: str,
    values: dict[str, Any],
) -> None:
    found = proposed(numbers(*given))
    conversion = found.conversion
    assert found.suspicion == suspicion
    assert (conversion and (conversion.datum, conversion.swap, conversion.crs)) == (
        reading and ("wgs84", *reading)
    )
    expected = [(f"coordinates.{code or suspicion}", "warning", values)] if values else []
    assert [(each.code, each.level, dict(each.values)) for each in found.findings] == expected


@pytest.mark.parametrize(
    ("x", "y", "first"),
    [
        (330_000, 50_000, True),
        (329_999, 50_000, False),
        (330_000, 49_999, False),
        (6_200_000, 300_000, True),
        (6_200_001, 300_000, False),
        # In order too, unless the easting is none of a zone or the northing none of China.
        (500_000, 500_000, False),
        (950_000, 330_000, False),
        (950_001, 330_000, True),
        (950_000, 329_999, True),
        (50_000, 6_200_000, False),
        (3_121_000, 38_950_000, True),
        (3_121_000, 38_950_001, False),
        (3_121_000, 46_500_000, False),
    ],
)
def test_which_of_two_metres_is_the_northing(x: float, y: float, *, first: bool) -> None:
    assert readings._is_northing_first(numbers(x, y)) is first


@pytest.mark.parametrize(
    ("millions", "prefix"),
    [(12, 0), (13, 13), (23, 23), (24, 0), (25, 25), (45, 45), (46, 0)],
)
def test_the_number_of_a_zone_stands_in_the_millions(millions: int, prefix: int) -> None:
    assert readings._prefix(np.array([millions * 1e6, millions * 1e6 + 999_999])) == prefix


@pytest.mark.parametrize(("away_km", "is_read"), [(49.9, False), (50.0, True)])
def test_another_zone_is_looked_for_from_50_km_on(
    away_km: float, monkeypatch: pytest.MonkeyPatch, *, is_read: bool
) -> None:
    monkeypatch.setattr(
        Numbers, "away_km", lambda _, reading: 0.0 if reading is not None else away_km
    )
    found = proposed(numbers(X, Y, 4548, HERE))
    assert (found.conversion is not None) is is_read


@pytest.mark.parametrize(
    ("lon", "suspicion"), [(115.4, "neighbour_zone"), (115.6, "other_zone_width")]
)
def test_a_zone_of_three_degrees_reaches_half_of_them_from_its_meridian(
    lon: float, suspicion: str
) -> None:
    # Eastings of the meridian 114 that are labelled 120, both of 3 degrees.
    x, y = 500_000 + (lon - 114) * 98_190, 3_121_000
    found = proposed(numbers(x, y, 4549, (lon - 0.1, 27, lon + 0.1, 29)))
    assert found.suspicion == suspicion


@pytest.mark.parametrize(("utm", "datum"), [(False, "Beijing 1954"), (True, "")])
def test_all_meridians_of_china_are_tried(
    monkeypatch: pytest.MonkeyPatch, datum: str, *, utm: bool
) -> None:
    tried = []

    def crs(meridian: int, **options: Any) -> str:
        tried.append((meridian, options))
        return "EPSG:4547"

    monkeypatch.setattr(labels, "meridian_crs", crs)
    readings._nearest_reading(numbers(X, Y, 4214, HERE), utm=utm)
    options = {"datum": datum, "utm": utm}
    assert tried == [(meridian, options) for meridian in range(75, 136, 6 if utm else 3)]


@pytest.mark.parametrize(
    ("given", "crs"),
    [
        ((ZONE_38, Y, 4214), labels.prefixed_crs(38, datum="Beijing 1954")),
        ((X, Y, 2414), labels.meridian_crs(114, datum="Beijing 1954")),
        ((X, Y, 4610, HERE), labels.meridian_crs(114, datum="Xian 1980")),
    ],
)
def test_an_old_datum_stays_that_of_the_label(given: Any, crs: str) -> None:
    found = proposed(numbers(*given)).conversion
    assert (found and found.crs) == crs


def test_a_latitude_is_none_where_one_of_the_numbers_is_too_large_for_it() -> None:
    for largest, first in ((90, True), (90.1, False)):
        several = Numbers(np.array([28.0, 28, largest]), np.full(3, 80.0), None, None)
        assert readings._is_latitude_first(several) is first
    # On Earth in both orders, in China in none.
    assert readings._is_latitude_first(numbers(2, 90)) is False
    assert readings._is_latitude_first(numbers(25, 15, None, (0, 10, 20, 30))) is True


def test_what_has_no_distance() -> None:
    assert numbers(X, Y, 4547).away_km(None) == 0
    assert numbers(1e9, 1e9, 4547, HERE).away_km(None) == float("inf")
    assert readings._zone_words(None) == {"meridian": 0, "width": 0}
    assert [repr(readings._whole(each)) for each in (114.0, 113.5)] == ["114", "113.5"]


def test_zones_of_utm_are_looked_for_by_themselves() -> None:
    labelled = numbers(684_000, 3_121_000, 32650, HERE)
    found = proposed(labelled)
    assert (found.suspicion, found.conversion and found.conversion.crs) == (
        "neighbour_zone",
        "EPSG:32649",
    )
    # Metres of the whole world are none of them.
    assert readings._nearest_reading(numbers(*MERCATOR, 32650, HERE), utm=True) is None
