"""How deep JSON is nested, and what ArcGIS and charts write where GeoJSON has coordinates."""

from __future__ import annotations

from typing import Any

import pytest

from geo.errors import InputError
from geo.exchange import json_dialects, json_texts
from geo.exchange.encodings import decoded
from geo.findings import Finding


@pytest.mark.parametrize(
    ("pieces", "deepest"),
    [
        (["[" * 64, "]" * 64], None),
        (["[" * 64, "{"], 65),
        (["[" * 64 + "]", "[]{}", "[["], 65),
        # Within a text nothing is nested, whatever is written in it.
        (['["' + "[" * 65, "[" * 65 + '"]'], None),
        (['["\\"' + "[" * 65 + '"]'], None),
        (['["\\\\"' + "[" * 64], 65),
        (['["\\\\\\"' + "[" * 64 + '"]'], None),
        # A backslash that ends a piece belongs to the next one.
        (['["\\', '"' + "[" * 65 + '"]'], None),
        (['["\\\\', '"' + "[" * 64], 65),
    ],
)
def test_brackets_are_counted_outside_of_texts(pieces: list[str], deepest: int | None) -> None:
    nesting = json_texts._Nesting("a.json")
    for piece in pieces[:-1]:
        nesting.require_flat(piece)
    if deepest is None:
        nesting.require_flat(pieces[-1])
        return
    with pytest.raises(InputError, match=f"nested {deepest} deep") as refused:
        nesting.require_flat(pieces[-1])
    assert refused.value.code == "file.nested"


# Shells turn right and holes left, as ArcGIS has them.
SHELL = [[0, 0], [0, 4], [4, 4], [4, 0], [0, 0]]
HOLE = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
FAR_SHELL, FAR_HOLE = ([[x + 10, y] for x, y in ring] for ring in (SHELL, HOLE))
STRAY = [[20, 0], [21, 0], [21, 1], [20, 0]]


@pytest.mark.parametrize(
    ("geometry", "made"),
    [
        (None, None),
        ({"x": 1, "y": 2, "z": 3}, {"type": "Point", "coordinates": [1, 2]}),
        ({"points": [[1, 2]]}, {"type": "MultiPoint", "coordinates": [[1, 2]]}),
        ({"paths": [SHELL]}, {"type": "MultiLineString", "coordinates": [SHELL]}),
        ({"type": "Point"}, {"type": "Point"}),
        (
            {"rings": [FAR_HOLE, SHELL, HOLE, FAR_SHELL, STRAY]},
            {
                "type": "MultiPolygon",
                "coordinates": [[SHELL, HOLE], [FAR_SHELL, FAR_HOLE], [STRAY]],
            },
        ),
        # Where all turn left, each is a shell.
        ({"rings": [HOLE, STRAY]}, {"type": "MultiPolygon", "coordinates": [[HOLE], [STRAY]]}),
        ({"rings": [SHELL[:3]]}, {"type": "MultiPolygon", "coordinates": [[SHELL[:3]]]}),
        # What cannot be read has no corners.
        *(({"rings": rings}, {"type": "MultiPolygon"}) for rings in ([SHELL[:2]], [], [[1, 2, 3]])),
    ],
)
def test_shapes_of_arcgis_are_those_of_geojson(geometry: Any, made: Any) -> None:
    assert json_dialects._of_esri(geometry) == made
    text = decoded(b'{"attributes": 1}', name="a.json")
    row = {"attributes": {"n": 1}, "geometry": geometry}
    plain = {"properties": {}, "geometry": geometry}
    findings: list[Finding] = []
    assert list(json_dialects.features([row, plain, None], text, findings)) == [
        {"properties": {"n": 1}, "geometry": made},
        plain,
        None,
    ]
    assert findings == []


@pytest.mark.parametrize(
    ("stated", "crs"),
    [
        ({"wkid": 4490}, "EPSG:4490"),
        ({"wkid": 102100, "latestWkid": 3857}, "EPSG:3857"),
        ({"wkid": 32767}, "EPSG:32767"),
        ({"wkid": 32768}, "ESRI:32768"),
        ({"wkt": "GEOGCS"}, "GEOGCS"),
        ({"wkid": None, "wkt": None}, ""),
        ("EPSG:4490", ""),
    ],
)
def test_arcgis_states_its_system_by_number_or_in_words(stated: Any, crs: str) -> None:
    assert json_dialects.esri_crs({"spatialReference": stated}) == crs


@pytest.mark.parametrize(
    ("scale", "metres", "corner"),
    [("", 108, 1.0), (', "UTF8Scale": 512', 217, 2.0), (', "UTF8Scale": 0', 111_000, 1024.0)],
)
def test_packed_borders_are_unpacked_by_their_scale(scale: str, metres: int, corner: float) -> None:
    text = decoded(f'{{"encodeOffsets": 1{scale}}}'.encode(), name="a.json")
    # The letters behind @ step by 1 back, 1 on, 2 back.
    ring = {"type": "Polygon", "coordinates": ["@@ABCB"], "encodeOffsets": [[1024, 2048]]}
    step = corner / 1024
    corners = [[corner, 2 * corner], [corner - step, 2 * corner + step]]
    corners.append([corner - 3 * step, 2 * corner + 2 * step])
    found: list[Finding] = []
    both = {"type": "GeometryCollection", "geometries": [ring, {"type": "Point"}]}
    one, two, other = json_dialects.features(
        [{"geometry": ring}, {"geometry": both}, {"geometry": None}], text, found
    )
    unpacked = {"type": "Polygon", "coordinates": [corners]}
    assert one["geometry"] == unpacked
    assert two["geometry"]["geometries"] == [unpacked, {"type": "Point"}]
    assert other == {"geometry": None}
    assert found == [Finding("geojson.packed", {"metres": metres}, "warning")]


@pytest.mark.parametrize(
    ("coordinates", "offsets"),
    [("@@B", [1, 2]), ("@@", [1]), ("@@", ["1", 2]), ("@@", 1), (None, [])],
)
def test_a_border_that_cannot_be_unpacked_has_no_corners(coordinates: Any, offsets: Any) -> None:
    assert json_dialects._rings(coordinates, offsets, 1) is None
    assert json_dialects._rings([coordinates], [offsets, offsets], 1) is None
    assert json_dialects._rings([coordinates, "@B"], [offsets, [1, 1]], 1) == [None, [[1.0, 2.0]]]
