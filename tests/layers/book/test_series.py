"""What an atlas has a page for, and what lies there."""

from __future__ import annotations

import math

import pytest
import shapely

from geo.errors import InputError
from layers.book import series
from layers.plan.catalogue import load
from layers.questions.subjects import Points, point_layers


def zone(name: str, key: str) -> series.Subject:
    return next(each for each in series.zones(name) if each.id == key)


def test_districts_of_the_neighbourhood_have_no_page():
    assert [each.name_zh for each in series.zones("districts")] == [
        *("岳麓区", "望城区", "宁乡市", "雨湖区", "湘阴县")
    ]


def test_a_park_with_a_radius_is_a_disc_and_one_without_a_place_has_no_shape():
    gaoxin = zone("parks", "park-changsha-gaoxin")
    west, _, east, _ = shapely.bounds(gaoxin.shape)
    # 140 km² are a disc of √(140 / π) km: one degree of longitude is 98.2 km at 28.2° N.
    assert (east - west) * 98.2 == pytest.approx(2 * math.sqrt(140 / math.pi), abs=0.1)
    nowhere = [each for each in series.zones("parks") if each.shape is None]
    assert {each.row["evidence"] for each in nowhere} == {"unlocated"}
    assert len(nowhere) == int((load("parks")["evidence"] == "unlocated").sum()) > 0


def test_what_takes_its_place_from_a_park_without_extent_lies_in_it():
    park = zone("parks", "park-yida-zhizao")
    assert park.shape.geom_type == "Point"
    found = series.inside("parks", park.shape)
    assert park.id in {row["id"] for row in found}
    assert len(series.inside("platforms", None)) == 0


def test_what_is_unlocated_is_named_where_the_text_puts_it():
    found = series.unplaced(zone("circles", "circle-wangning"))
    assert len(found) == 2
    assert {row["evidence"] for row in found} == {"unlocated"}
    assert {row["layer"] for row in found} <= set(point_layers())


def test_parts_come_in_the_order_of_the_plan():
    names = series.parts(zone("circles", "circle-dakecheng"), "zh")
    assert names[:3] == ["岳麓山大学科技城", "岳麓高新区", "洋湖新城"]


def test_kinds_are_those_that_occur():
    kinds = series.kinds(Points("projects"))
    assert {kind.id for kind in kinds} == set(Points("projects").chosen()["sector"])
    assert all(kind.shape is None for kind in kinds)


def test_an_unknown_series_is_refused_with_those_there_are():
    with pytest.raises(InputError, match=r"no series 'hexagons'; choose from .*circles"):
        series.zones("hexagons")
