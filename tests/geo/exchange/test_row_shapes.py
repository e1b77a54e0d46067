"""Shapes of rows, as texts and JSON write them, and rows that lie where none of the others can."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, Point
from shapely.affinity import translate

from geo.exchange import json_shapes, places
from geo.exchange.json_shapes import shapes_of
from geo.exchange.strays import strays

CITY = [Point(112.9 + at / 1000, 28.2) for at in range(39)]
# No city: rows lie over half of China.
WIDE = [Point(105 + at / 2, 28.2) for at in range(39)]
CITY_M = [Point(500_000 + at, 3_100_000) for at in range(39)]
WIDE_M = [Point(500_000 + 30_000 * at, 3_100_000) for at in range(39)]


def shifted(points: list[Point], dx: float, dy: float) -> list[Point]:
    return [translate(point, dx, dy) for point in points]


def lost(shapes: list[Any], *, degrees: bool = True) -> tuple[list[int], list[list[float]]]:
    flags, where = strays(np.array(shapes, dtype=object), degrees=degrees)
    assert (flags.shape, where.shape) == ((len(shapes),), (flags.sum(), 2))
    return np.flatnonzero(flags).tolist(), where.tolist()


@pytest.mark.parametrize(
    ("others", "place", "is_lost"),
    [
        (CITY, (0, 0), True),
        (CITY, (150, 28.2), True),
        # Within ten degrees, or in China, it is a long way and no mistake.
        (CITY, (122.5, 1.9 + 28.2), False),
        (CITY, (73.1, 28.2), False),
        (CITY, (72.9, 28.2), True),
        *((CITY, place, False) for place in ((73, 28.2), (136, 28.2), (112.9, 3), (112.9, 54))),
        (CITY, (135.9, 28.2), False),
        (CITY, (136.1, 28.2), True),
        (CITY, (112.9, 3.1), False),
        (CITY, (112.9, 2.9), True),
        (CITY, (112.9, 53.9), False),
        (CITY, (112.9, 54.1), True),
        (shifted(CITY, 17, 0), (139.5, 28.2), False),
        (shifted(CITY, 17, 0), (140.5, 28.2), True),
        # Where the others are no city, only what can be no place at all.
        (WIDE, (150, 28.2), False),
        (WIDE, (0.0009, -0.0009), True),
        (WIDE, (0.001, 0), False),
        (WIDE, (180, 90), False),
        (WIDE, (0, 0.0011), False),
        (WIDE, (179.9, 89.9), False),
        (WIDE, (180.1, 0), True),
        (WIDE, (-180.1, 0), True),
        (WIDE, (120, 90.1), True),
        (WIDE, (120, -90.1), True),
        # Around the meridian and the equator zero is a place like any other.
        (shifted(CITY, -111, -27), (0, 0), False),
    ],
)
def test_a_stray_in_degrees(
    others: list[Any], place: tuple[float, float], *, is_lost: bool
) -> None:
    expected = ([39], [list(place)]) if is_lost else ([], [])
    assert lost([*others, Point(place)]) == expected


@pytest.mark.parametrize(
    ("others", "place", "is_lost"),
    [
        (CITY_M, (2_500_100, 3_100_000), True),
        (CITY_M, (2_499_900, 3_100_000), False),
        # The middle of all forty is at 500 019.5 m.
        (CITY_M, (2_500_019.5, 3_100_000), False),
        (CITY_M, (2_500_019.6, 3_100_000), True),
        (CITY_M, (500_000, 1_099_900), True),
        (CITY_M, (0.9, -0.9), True),
        (WIDE_M, (4_000_000, 3_100_000), False),
        (WIDE_M, (0.9, -0.9), True),
        (WIDE_M, (1.1, 0), False),
        (WIDE_M, (0.99e8, 0), False),
        (WIDE_M, (1.01e8, 0), True),
        (WIDE_M, (0, -1.01e8), True),
        (
            shifted(CITY_M, -300_000, -2_900_000),
            (0, 0),
            False,
        ),
    ],
)
def test_a_stray_in_metres(others: list[Any], place: tuple[float, float], *, is_lost: bool) -> None:
    expected = ([39], [list(place)]) if is_lost else ([], [])
    assert lost([*others, Point(place)], degrees=False) == expected


@pytest.mark.parametrize(("far", "is_lost"), [(1.9, True), (2.1, False)])
def test_rows_are_of_a_city_within_two_degrees_of_their_middle(
    far: float, *, is_lost: bool
) -> None:
    other = Point(112.9 + far, 28.2)
    assert lost([*CITY, other, Point(150, 28.2)])[0] == ([40] if is_lost else [])


@pytest.mark.parametrize(
    ("rows", "most"), [(2, 0), (3, 1), (20, 1), (39, 1), (40, 2), (59, 2), (60, 3)]
)
def test_strays_are_one_row_or_one_of_twenty(rows: int, most: int) -> None:
    for number in (most, most + 1):
        shapes = [*(CITY * 2)[: rows - number], *[Point(0, 0)] * number]
        if number < rows / 2:
            assert len(lost(shapes)[0]) == (number if number <= most else 0)


def test_what_lies_far_off_in_china_is_no_city() -> None:
    assert lost([*CITY, Point(80, 28.2), Point(150, 28.2)]) == ([], [])
    assert lost([*CITY, Point(149, 28.2), Point(150, 28.2)])[0] == [39, 40]
    assert lost([CITY[0], Point(0, 0)]) == ([], [])


def test_of_a_stray_line_its_farthest_corner_is_named() -> None:
    line = LineString([(112.9, 28.2), (112.9, -70), (150, 28.2)])
    assert lost([line, *CITY]) == ([0], [[112.9, -70]])
    # Numbers that are no degrees at all are judged elsewhere.
    assert lost([*[Point(361, 0)] * 3, Point(0, 0)]) == ([], [])
    assert lost([*[Point(0.5, 0)] * 3, Point(361, 0)])[0] == [3]


def read(text: str, *, lines: bool = False) -> tuple[str | None, bool, str]:
    found = places._pairs(np.array([text], dtype=object), lines=lines)
    shape = found.shapes[0]
    return None if shape is None else shape.wkt, bool(found.closed[0]), found.reasons[0]


SQUARE = "((1 1, 3 1, 3 3, 1 1))"


@pytest.mark.parametrize(
    ("text", "expected", "closed"),
    [
        ("112.9,28.2", "POINT (112.9 28.2)", False),
        ("112.9 28.2", "POINT (112.9 28.2)", False),
        ("1,1;3,3", "LINESTRING (1 1, 3 3)", False),
        ("1 1,3 3", "LINESTRING (1 1, 3 3)", False),
        ("1,1;3,1;3,3;1,1", f"POLYGON {SQUARE}", False),
        ("1,1;3,1;3,3", f"POLYGON {SQUARE}", True),
        ("1 1 9;3 1 9;3 3 9", f"POLYGON {SQUARE}", True),
        ("1,1,3,1,3,3", f"POLYGON {SQUARE}", True),
        ("[[1,1],[3,1],[3,3],[1,1]]", f"POLYGON {SQUARE}", False),
        ("[[[[1,1],[3,1],[3,3]]],[[[5,5],[6,5],[6,6]]]]", None, False),
        (
            "1 1,9 1,9 9,1 1~3 2,5 2,5 4,3 2",
            "POLYGON ((1 1, 9 1, 9 9, 1 1), (3 2, 5 2, 5 4, 3 2))",
            False,
        ),
        (
            "1 1,3 1,3 3,1 1;5 5,6 5,6 6,5 5",
            "MULTIPOLYGON (((1 1, 3 1, 3 3, 1 1)), ((5 5, 6 5, 6 6, 5 5)))",
            False,
        ),
        (
            "1,1;3,1;3,3|5,5;6,5;6,6;5,5",
            "MULTIPOLYGON (((1 1, 3 1, 3 3, 1 1)), ((5 5, 6 5, 6 6, 5 5)))",
            True,
        ),
        # There and back is a ring of three corners, which is closed once more.
        ("1,1;3,1;1,1", "POLYGON ((1 1, 3 1, 1 1, 1 1))", False),
        ("1,1;3,1;3,3~2,2", None, False),
        ("1,1;3,1|5,5;6,5;6,6", None, False),
        ("1,1;x,2", None, False),
        ("1,1;3", None, False),
        ("1", None, False),
        ("", None, False),
        ("112°54′E,28°12′N", "POINT (112.9 28.2)", False),
    ],
)
def test_places_of_a_cell(text: str, expected: str | None, *, closed: bool) -> None:
    assert read(text) == (expected, closed, "" if expected else "place.not_read")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,1;3,1;3,3", "LINESTRING (1 1, 3 1, 3 3)"),
        ("1,1;3,1;3,3;1,1", f"POLYGON {SQUARE}"),
        ("1,1;3,1|5,5;6,6", "MULTILINESTRING ((1 1, 3 1), (5 5, 6 6))"),
        ("1,1", "POINT (1 1)"),
        ("1,1|3,3", None),
        ("1,1;3,1|3,3", None),
    ],
)
def test_lines_of_a_cell_stay_open(text: str, expected: str | None) -> None:
    assert read(text, lines=True) == (expected, False, "" if expected else "place.not_read")


def test_areas_of_many_cells_stand_in_their_rows() -> None:
    texts = [
        "1,1;3,1;3,3|5,5;6,5;6,6",
        "x",
        "0,0;2,0;2,2",
        "7,7",
        "0,0;4,0;4,4|5,5;6,5;6,6|7,7;8,7;8,8",
    ]
    found = places._pairs(np.array(texts, dtype=object), lines=False)
    assert [shape and round(shape.area, 9) for shape in found.shapes] == [2.5, None, 2, 0, 9]
    assert found.closed.tolist() == [True, False, True, False, True]
    assert found.reasons.tolist() == ["", "place.not_read", "", "", ""]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"lng": 112.9, "lat": 28.2}', Point(112.9, 28.2)),
        ("{'Latitude': '28.2', 'longitude': '112.9'}", Point(112.9, 28.2)),
        ("{lat:28.2,lon:112.9}", Point(112.9, 28.2)),
        ('{"lng": 112.9}', None),
        ('{"lat": 28.2}', None),
        ("{}", None),
    ],
)
def test_places_that_say_which_number_is_which(text: str, expected: Point | None) -> None:
    assert places._named(text) == expected


@pytest.mark.parametrize(
    ("text", "depth"),
    [("", 0), ("[]", 1), ("{[]}", 2), ("[][]", 1), ("}[{[", 2), ("[[]][[[]]]", 3)],
)
def test_how_deep_brackets_stand(text: str, depth: int) -> None:
    assert places._bracket_depth(text) == depth


RING = [[0, 0], [4, 0], [4, 4], [0, 0]]
HOLE = [[2, 1], [3, 1], [3, 2], [2, 1]]
OPEN = RING[:3]


@pytest.mark.parametrize(
    ("kind", "coordinates", "expected", "closed"),
    [
        ("Polygon", [RING, HOLE], "POLYGON ((0 0, 4 0, 4 4, 0 0), (2 1, 3 1, 3 2, 2 1))", False),
        ("Polygon", [RING, HOLE[:3]], "POLYGON ((0 0, 4 0, 4 4, 0 0), (2 1, 3 1, 3 2, 2 1))", True),
        ("Polygon", [OPEN], "POLYGON ((0 0, 4 0, 4 4, 0 0))", True),
        ("Polygon", [[[*place, 7] for place in RING]], "POLYGON ((0 0, 4 0, 4 4, 0 0))", False),
        ("Polygon", [[[0, 0, 7], *RING[1:]]], "POLYGON ((0 0, 4 0, 4 4, 0 0))", False),
        ("Polygon", [RING[:2]], None, False),
        ("Polygon", [], "POLYGON EMPTY", False),
        ("MultiPolygon", [[RING]], "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)))", False),
        ("MultiPolygon", [[RING], []], "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)))", False),
        (
            "MultiPolygon",
            [[OPEN], [RING]],
            "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)), ((0 0, 4 0, 4 4, 0 0)))",
            True,
        ),
        ("MultiPolygon", [], "MULTIPOLYGON EMPTY", False),
        ("Point", [1, 2, 3], "POINT (1 2)", False),
        ("Point", ["1", 2], "POINT (1 2)", False),
        ("Point", [1], None, False),
        ("MultiPoint", [[1, 2], [3, 4, 5]], "MULTIPOINT ((1 2), (3 4))", False),
        ("LineString", [[1, 2], [3, 4]], "LINESTRING (1 2, 3 4)", False),
        ("LineString", [[1, 2], [3, 4, 5]], "LINESTRING (1 2, 3 4)", False),
        (
            "MultiLineString",
            [OPEN, [[1, 2], [3, 4]]],
            "MULTILINESTRING ((0 0, 4 0, 4 4), (1 2, 3 4))",
            False,
        ),
        ("Circle", [1, 2], None, False),
        (["Point"], [1, 2], None, False),
        ("Polygon", 7, None, False),
    ],
)
def test_shapes_of_json_alone_and_among_others(
    kind: Any, coordinates: Any, expected: str | None, *, closed: bool
) -> None:
    one = {"type": kind, "coordinates": coordinates}
    plain = [
        *({"type": "Polygon", "coordinates": [RING]}, {"type": "Point", "coordinates": [5, 6]}),
        {"type": "MultiPolygon", "coordinates": [[RING], [RING]]},
        {"type": "LineString", "coordinates": OPEN},
    ]
    for rows, at in (([one], 0), ([None, *plain, one, *plain], 5)):
        shapes, wrong, now_closed = shapes_of(rows)
        assert (shapes[at].wkt if shapes[at] is not None else None) == expected
        assert (wrong, now_closed) == ([at] if expected is None else [], [at] if closed else [])
        if at:
            assert shapes[0] is None
            kinds = ["Polygon", "Point", "MultiPolygon", "LineString"]
            assert [shapes[row].geom_type for row in (1, 2, 3, 4, 6, 7, 8, 9)] == kinds * 2


def test_a_collection_of_json_says_whether_a_part_was_open() -> None:
    def collection(*parts: dict[str, Any]) -> dict[str, Any]:
        return {"type": "GeometryCollection", "geometries": list(parts)}

    point, ring = (
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": [RING]},
    )
    rows = [
        collection(point, ring),
        collection(point, collection(ring | {"coordinates": [OPEN]})),
        collection(point, {"type": "Point", "coordinates": []}),
        collection({"type": "None"}),
    ]
    shapes, wrong, closed = shapes_of(rows)
    assert (wrong, closed) == ([3], [1])
    assert [shapely.get_num_coordinates(shape) for shape in shapes[:3]] == [5, 5, 1]


def test_plain_shapes_of_json_are_built_together_and_odd_ones_alone() -> None:
    odd = [OPEN], [], [RING[:2]], [RING, HOLE[:3]]
    shapes, alone = json_shapes._polygons([[RING], odd[0], odd[1], [RING, HOLE], odd[2], odd[3]])
    assert alone.tolist() == [False, True, True, False, True, True]
    assert [shape.area for shape in shapes] == [8, 7.5]
    shapes, alone = json_shapes._multipolygons(
        [
            [[RING]],
            [[RING], []],
            [],
            [[RING], [OPEN]],
            [[HOLE], [RING, HOLE]],
            [[RING, OPEN], [RING]],
        ]
    )
    assert alone.tolist() == [False, True, True, True, False, True]
    assert [shape.area for shape in shapes] == [8, 8]
    for build, coordinates in (
        (json_shapes._polygons, [[OPEN]]),
        (json_shapes._multipolygons, [[[OPEN]]]),
    ):
        shapes, alone = build(coordinates)
        assert (len(shapes), alone.tolist()) == (0, [True])
    for build, coordinates, expected in (
        (json_shapes._single_points, [[1, 2, 9], [3, 4, 9]], ["POINT (1 2)", "POINT (3 4)"]),
        (json_shapes._single_points, [[1, 2]], ["POINT (1 2)"]),
        (
            json_shapes._lines,
            [[[1, 2], [3, 4]], OPEN],
            ["LINESTRING (1 2, 3 4)", "LINESTRING (0 0, 4 0, 4 4)"],
        ),
    ):
        shapes, alone = build(coordinates)
        assert ([shape.wkt for shape in shapes], alone.tolist()) == (
            expected,
            [False] * len(expected),
        )


def test_rows_of_json_that_are_no_shapes_leave_the_others_theirs() -> None:
    rows = [
        "text",
        {"type": "Point", "coordinates": [0, 1]},
        7,
        {"type": "Point", "coordinates": [1, 0, 9]},
    ]
    shapes, wrong, closed = shapes_of(rows)
    assert (wrong, closed) == ([0, 2], [])
    assert [shape and shape.wkt for shape in shapes] == [None, "POINT (0 1)", None, "POINT (1 0)"]


def collections(depth: int) -> str:
    return "GEOMETRYCOLLECTION (" * depth + "POINT (1 2)" + ")" * depth


def collections_wkb(depth: int, byte_order: int) -> str:
    shape: Any = Point(1, 2)
    for _ in range(depth):
        shape = shapely.GeometryCollection([shape])
    return str(shapely.to_wkb(shape, hex=True, byte_order=byte_order))


POINT_WKB = str(shapely.to_wkb(Point(1, 2), hex=True))
OF_4490 = shapely.set_srid(Point(1, 2), 4490)
OPEN_JSON = '{"type":"Polygon","coordinates":[[[1,1],[3,1],[3,3]]]}'
NO, NESTED = "place.not_read", "place.nested"


@pytest.mark.parametrize(
    ("text", "kind", "geometry", "reason", "marks"),
    [
        ("POINT (1 2)", "wkt", "Point", "", {}),
        ("srid = 4490 ;POINT (1 2)", "wkt", "Point", "", {"srids": 4490}),
        ("SRID=4490", "wkt", None, NO, {}),
        (f"POLYGON {SQUARE}", "wkt", "Polygon", "", {}),
        ("POLYGON ((1 1,3 1,3 3))", "wkt", "Polygon", "", {"closed": True}),
        ("POLYGON ((1 1", "wkt", None, NO, {}),
        (collections(8), "wkt", "GeometryCollection", "", {}),
        (collections(9), "wkt", None, NESTED, {}),
        ("CIRCULARSTRING Z (0 0 5,1 1 5,2 0 5)", "wkt", "LineString", "", {"curved": True}),
        ("CIRCULARSTRING (0 0", "wkt", None, NO, {}),
        (
            "GEOMETRYCOLLECTION (CIRCULARSTRING (0 0,1 1,2 0))",
            "wkt",
            "GeometryCollection",
            "",
            {"curved": True},
        ),
        ("TIN (((0 0,1 0,1 1,0 0)))", "wkt", None, NO, {}),
        (f" \\x{POINT_WKB} ", "wkb", "Point", "", {}),
        (
            str(shapely.to_wkb(OF_4490, hex=True, include_srid=True)),
            "wkb",
            "Point",
            "",
            {"srids": 4490},
        ),
        (POINT_WKB[:-1], "wkb", None, NO, {}),
        (POINT_WKB[:-2], "wkb", None, NO, {}),
        (collections_wkb(8, 1), "wkb", "GeometryCollection", "", {}),
        (collections_wkb(9, 1), "wkb", None, NESTED, {}),
        (collections_wkb(9, 0), "wkb", None, NESTED, {}),
        ('{"type":"Point","coordinates":[1,2]}', "json", "Point", "", {}),
        (OPEN_JSON, "json", "Polygon", "", {"closed": True}),
        (f'{{"geometry":{OPEN_JSON}}}', "json", "Polygon", "", {"closed": True}),
        ('{"type":"LineString","coordinates":[[0,0]]}', "json", None, NO, {}),
        ("{", "json", None, NO, {}),
        ('{"lng":1,"lat":2}'.ljust(200), "json", "Point", "", {}),
        ('{"lng":1,"lat":2}'.ljust(201), "json", None, NO, {}),
        (f'{{"a":{"[" * 7}{"]" * 7}}}', "json", None, NO, {}),
        (f'{{"a":{"[" * 8}{"]" * 8}}}', "json", None, NESTED, {}),
        ("１１２．９，２８．２", "pairs", "Point", "", {}),
        ("112.9", "pairs", None, NO, {}),
        ("东经112°54′，北纬28°12′", "other", "Point", "", {}),
        ("a,b", "other", None, NO, {}),
        (" empty ", "", None, "place.missing", {}),
        ("", "", None, "place.missing", {}),
    ],
)
def test_each_way_to_write_a_place_alone_and_among_others(
    text: str, kind: str, geometry: str | None, reason: str, marks: dict[str, Any]
) -> None:
    around = [
        "POINT (7 8)",
        OPEN_JSON,
        POINT_WKB,
        "CIRCULARSTRING (0 0,1 1,2 0)",
        "x",
        collections(9),
    ]
    for texts, at in (([text], 0), ([*around, text, *around], len(around))):
        assert places.kind_of(pd.Series(texts))[at] == kind
        found = places.shapes(pd.Series(texts))
        shape = found.shapes[at]
        assert (shape and shape.geom_type, found.reasons[at]) == (geometry, reason)
        expected = {"closed": False, "curved": False, "srids": 0} | marks
        assert {name: getattr(found, name)[at] for name in expected} == expected
        if at:
            assert found.reasons[[0, 4, 5]].tolist() == ["", NO, NESTED]
            assert found.closed[:6].tolist() == [False, True, *[False] * 4]
            assert found.curved[:6].tolist() == [False, False, False, True, False, False]
