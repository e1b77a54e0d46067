"""From one CRS to another: which are the same, what of them counts, and which way is taken."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS
from shapely import Point

from geo import transformations
from geo.errors import CRSError
from geo.transformations import (
    datum_name,
    horizontal,
    in_one_datum,
    moved,
    nine_places,
    require_path,
    same_place,
    transformed,
)

GRADS = 'GEOGCS["Grads",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257]],UNIT["grad",0.0157]]'
BOUND = "+proj=tmerc +lon_0=114 +ellps={} +towgs84=1,2,3"
LOCAL = 'LOCAL_CS["site",UNIT["metre",1]]'
OF_ESRI = CRS.from_epsg(4547).to_wkt("WKT1_ESRI")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (4490, 4326, True),
        (4490, 4610, False),
        (4610, 4610, True),
        (4326, GRADS, False),
        (4490, 4547, False),
        (4547, OF_ESRI, True),
        (4547, 4548, False),
        (LOCAL, 4547, False),
        ("+proj=tmerc +lon_0=114.1", "+proj=tmerc +lon_0=114.2", False),
    ],
)
def test_where_the_same_numbers_are_the_same_place(one: Any, other: Any, *, same: bool) -> None:
    crss = CRS.from_user_input(one), CRS.from_user_input(other)
    assert same_place(*crss) is same_place(*crss[::-1]) is same


@pytest.mark.parametrize(
    ("crs", "code"),
    [
        ("EPSG:4490", 4490),
        ("EPSG:4547", 4547),
        # Without their heights.
        ("EPSG:4490+5737", 4490),
        ("EPSG:4547+5737", 4547),
        ("EPSG:4979", 4326),
        (CRS.from_user_input(BOUND.format("WGS84")), None),
    ],
)
def test_the_part_that_says_where_on_the_map(crs: Any, code: int | None) -> None:
    flat = horizontal(crs)
    assert (flat.is_bound, len(flat.axis_info)) == (False, 2)
    assert code is None or flat.to_epsg() == code


@pytest.mark.parametrize(
    ("crs", "code"),
    [
        (LOCAL, "crs.kind"),
        ("EPSG:5773", "crs.kind"),
        ("EPSG:4978", "crs.kind"),
        (BOUND.format("krass"), "crs.kind"),
        ("+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=40 +lon_0=10", "crs.kind"),
        ("EPSG:1", "crs.unknown"),
    ],
)
def test_what_does_not_say_where(crs: str, code: str) -> None:
    with pytest.raises(CRSError, match=r"^f: ") as refused:
        horizontal(crs, function="f")
    assert refused.value.code == code


def test_a_datum_by_its_name() -> None:
    assert [datum_name(CRS.from_user_input(crs)) for crs in (2383, LOCAL)] == ["Xian 1980", "site"]
    alike = ("EPSG:32649", "EPSG:4490", "EPSG:7789", "+proj=longlat +ellps=GRS80", OF_ESRI)
    assert [in_one_datum(CRS.from_user_input(crs)) for crs in alike] == [True] * 5
    assert not in_one_datum(CRS.from_epsg(4214))


@pytest.mark.parametrize(
    ("outer", "inner", "holds"),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), True),
        ((0, 0, 10, 10), (-1, 0, 10, 10), False),
        ((0, 0, 10, 10), (0, -1, 10, 10), False),
        ((0, 0, 10, 10), (0, 0, 11, 10), False),
        ((0, 0, 10, 10), (0, 0, 10, 11), False),
        # Across the date line all is held but what begins between its two ends.
        ((170, 0, -170, 10), (170, 0, 175, 10), True),
        ((170, 0, -170, 10), (-175, 0, -170, 10), True),
        ((170, 0, -170, 10), (-170, 0, -170, 10), True),
        ((170, 0, -170, 10), (-169, 0, -169, 10), False),
        ((170, 0, -170, 10), (169, 0, 175, 10), False),
    ],
)
def test_an_area_holds_another(outer: Any, inner: Any, *, holds: bool) -> None:
    assert transformations._holds(outer, inner) is holds


def test_the_most_exact_transformation_that_holds_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def step(accuracy: float, area: tuple[int, ...] | None = (0, 0, 9, 9)) -> SimpleNamespace:
        use = None if area is None else SimpleNamespace(bounds=area)
        return SimpleNamespace(accuracy=accuracy, area_of_use=use)

    here = (1, 1, 2, 2)
    for steps, best in (
        ([step(3), step(2), step(2.5)], 2),
        ([step(5)], 5),
        ([step(5.1), step(-1)], None),
        ([step(0), step(1)], 0),
        ([step(1, (3, 3, 9, 9)), step(4, None)], 4),
        ([], None),
    ):
        monkeypatch.setattr(transformations, "_group", lambda *_, steps=steps: steps)
        found: Any = transformations._published(CRS(4214), CRS(4326), here)
        assert (found and found.accuracy) == best


def test_nine_places_of_a_box() -> None:
    x, y = nine_places((0, 10, 4, 30))
    assert {*zip(x.tolist(), y.tolist(), strict=True)} == {
        (east, north) for east in (0, 2, 4) for north in (10, 20, 30)
    }


def test_frames_keep_what_they_are_when_they_are_moved() -> None:
    shapes = [Point(114, 28, 7), None, Point(), Point(114, 28)]
    series = gpd.GeoSeries(shapes, index=[4, 5, 6, 7], crs=4490, name="place")
    series.attrs["source"] = "x"
    assert moved(series, 4490) is series
    metric = moved(series, 4547)
    assert (metric.name, metric.attrs, metric.index.tolist()) == (
        "place",
        {"source": "x"},
        [4, 5, 6, 7],
    )
    assert (metric.crs.to_epsg(), metric[4].z, metric[5], metric[6].is_empty) == (
        4547,
        7,
        None,
        True,
    )
    assert metric[7].coords[0] == pytest.approx((500_000, 3_098_442), abs=1)
    # Of one datum only the label is another.
    relabelled = moved(series, 4326)
    assert (relabelled.crs.to_epsg(), relabelled[4]) == (4326, series[4])
    nothing = moved(gpd.GeoSeries([None], crs=4490), 4547)
    assert (nothing.crs.to_epsg(), nothing[0]) == (4547, None)
    frame = moved(gpd.GeoDataFrame({"n": [1, 2, 3, 4]}, geometry=series), 4547)
    assert (frame["n"].tolist(), frame.geometry.name) == ([1, 2, 3, 4], "geometry")
    x, y = np.array([1.0]), np.array([2.0])
    same = transformed(x, y, CRS(4490), CRS(4326))
    assert same[0] is x
    assert same[1] is y


def test_what_has_no_counterpart_is_refused() -> None:
    for work in (
        lambda: transformed(np.array([1e9]), np.array([1e9]), CRS(4547), CRS(4490), function="f"),
        lambda: moved(gpd.GeoSeries([Point(1e9, 1e9)], crs=4547), 4490, function="f"),
    ):
        with pytest.raises(CRSError, match=r"^f: .*\(1 of 1 coordinates have none") as no:
            work()
        assert no.value.code == "crs.no_counterpart"
    with pytest.raises(CRSError, match=r"^f: no transformation from") as no:
        require_path(4214, 4490, (112, 28, 113, 29), function="f")
    assert (no.value.code, no.value.values["source"]) == ("crs.ballpark", "Beijing 1954")
    require_path(4490, 4326, (1e9, 1e9, 1e9, 1e9))
