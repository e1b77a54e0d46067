"""GeoJSON as programs write it: collections, lists, lines of features, and what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from geo.errors import InputError
from geo.exchange import geojson
from geo.exchange.geojson import parse
from geo.exchange.stated_crs import BY_FORMAT

RING = [[0, 0], [4, 0], [4, 4]]


def point(x: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [x, 0]}


def feature(x: float, **more: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": point(x), "properties": {"n": x}} | more


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)} | more


def text(*values: Any) -> str:
    return "\n".join(json.dumps(each, ensure_ascii=False) for each in values)


ONE, TWO, THREE = feature(1), feature(2), feature(3)


@pytest.mark.parametrize("block", [1, 2, 3, 100])
@pytest.mark.parametrize(
    "content",
    [
        text(collection(ONE, TWO, THREE)),
        text([ONE, TWO, THREE]),
        text(ONE, TWO, THREE),
        text([ONE], TWO, THREE),
        text(ONE, collection(TWO, THREE)),
        text(collection(), collection(ONE, TWO), THREE),
        text(collection(ONE, name="x", features_too=[1]), TWO, THREE),
        "\ufeff \n" + text(collection(ONE, TWO), collection(THREE)),
    ],
)
def test_features_however_they_follow_each_other(
    content: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geojson, "_BLOCK", block)
    (sheet,) = parse(content.encode(), name="a.json")
    assert [shape.x for shape in sheet.shapes] == [1, 2, 3]
    assert sheet.table["n"].tolist() == [1, 2, 3]
    assert (sheet.name, sheet.encoding, sheet.reasons) == ("features", "UTF-8", {})


def test_rows_that_lack_a_place_or_are_none_keep_their_positions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(geojson, "_BLOCK", 2)
    rows = [
        ONE,
        "x" * 200,
        {"a": 1},
        point(4),
        feature(5, id=7),
        feature(6, id=8, properties={"id": "own"}),
        feature(7, properties=None, id=None),
        {"type": "Feature", "geometry": None},
        feature(8, geometry={"type": "Point"}),
        feature(9, geometry={"type": "Polygon", "coordinates": [RING]}),
        {"properties": {"n": 10}},
    ]
    (sheet,) = parse(text(collection(*rows)).encode(), name="a.json")
    there = [None if shape is None else shape.geom_type for shape in sheet.shapes]
    assert there == ["Point", None, None, *["Point"] * 4, None, None, "Polygon", None]
    assert sheet.reasons == {
        1: ("row.no_feature", "x" * 100),
        2: ("row.no_feature", "{'a': 1}"),
        8: ("row.geometry_broken", ""),
    }
    table = sheet.table.astype(object).where(sheet.table.notna(), None)
    assert table["n"].tolist() == [1, None, None, None, 5, None, None, None, 8, 9, 10]
    assert table["id"].tolist() == [*[None] * 4, "7", "own", *[None] * 5]
    (closed,) = sheet.findings
    assert (closed.code, closed.rows) == ("geometry.rings_closed", (10,))


@pytest.mark.parametrize(
    ("crs", "stated"),
    [
        ({"properties": {"name": "EPSG:4547", "code": 1}}, "EPSG:4547"),
        ({"properties": {"name": None, "code": 4547}}, "4547"),
        ({"properties": {"href": "x" * 600}}, "x" * 500),
        ({"properties": {}}, '{"properties": {}}'),
        ("湖南", '"湖南"'),
        ("x" * 600, '"' + "x" * 499),
        (None, BY_FORMAT),
    ],
)
def test_the_crs_that_old_programs_write(crs: Any, stated: str) -> None:
    for content in (collection(ONE, crs=crs), {"crs": crs} | collection(ONE), ONE | {"crs": crs}):
        (sheet,) = parse(text(content).encode(), name="a.json")
        assert sheet.stated_crs == stated


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{}", "file.no_geojson"),
        ('{"type": "Circle"}', "file.no_geojson"),
        ("[1]", "file.no_geojson"),
        ('[{"type": "Point", "coordinates": [1, 2]}]', "file.no_geojson"),
        ('"Feature"', "file.no_geojson"),
        (text(collection()), "file.no_features"),
        (text(ONE)[:-1], "file.json_broken"),
        (text(collection(ONE))[:-1], "file.json_broken"),
    ],
)
def test_what_is_no_geojson(content: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(content.encode(), name="a.json")
    assert refused.value.values["name"] == "a.json"
    assert refused.value.code == code
