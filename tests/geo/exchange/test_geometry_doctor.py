"""The doctor for geometry: every fault drawn so small that its mending can be checked by hand."""

from __future__ import annotations

import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import (
    GeometryCollection,
    LineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    box,
)

from geo.errors import InputError
from geo.exchange import corners
from geo.exchange.geometry import _in_degrees, examine, repaired, report
from geo.exchange.parsed import Parsed
from geo.exchange.tangles import tangle
from geo.exchange.wkb import from_wkb

if TYPE_CHECKING:
    from geo.findings import Finding

METRES = 4547
# A corner of Changsha in EPSG:4547, so that squares are where a plan's zones are.
X, Y = 400_000.0, 3_120_000.0
SQUARE = box(0, 0, 4, 4)
BOW_TIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
WITH_EMPTY = shapely.from_wkt("MULTIPOLYGON (((0 0, 4 0, 4 4, 0 4, 0 0)), EMPTY)")
NAN = float("nan")


def spoilt(shape: object, value: float = NAN) -> object:
    """With the northing 1 of a shape spoilt."""
    return shapely.transform(shape, lambda xy: np.where(xy == [[-1, 1]], value, xy))


def placed(shape: object) -> object:
    tall = bool(shapely.has_z(shape))
    corner = np.array([X, Y, 0] if tall else [X, Y])
    return shapely.transform(shape, lambda xyz: xyz + corner, include_z=tall)


def parsed(*shapes: object, crs: object = METRES, at_changsha: bool = True) -> Parsed:
    moved = [placed(shape) if at_changsha and shape is not None else shape for shape in shapes]
    rows = pd.Index(range(1, len(moved) + 1), name="row")
    names = [f"地块{row}" for row in rows]
    frame = gpd.GeoDataFrame({"名称": names}, geometry=moved, index=rows, crs=crs)
    none = pd.DataFrame(columns=["reason", "detail", "name"])
    return Parsed(frame, none, (), (), "", "", "", [])


def codes(result: Parsed) -> list[str]:
    return [finding.code for finding in result.findings]


def said(finding: Finding) -> dict[str, object]:
    return dict(finding.values)


def only(result: Parsed) -> object:
    assert len(result.frame) == 1
    return shapely.transform(result.frame.geometry.iloc[0], lambda xy: xy - [X, Y])


def test_a_sound_file_comes_back_as_it_is():
    file = parsed(SQUARE, box(4, 0, 8, 4), LineString([(0, 0), (1, 1)]), Point(1, 1))
    result = repaired(file)
    assert result.findings == []
    assert result.frame.equals(file.frame)
    assert len(result.aside) == 0


@pytest.mark.parametrize(
    ("shape", "code", "before_m2", "after_m2", "level"),
    [
        # Both triangles of 1 × 2 / 2; a bow-tie's own sum takes one from the other.
        (BOW_TIE, "geometry.crossing", 0, 2, "warning"),
        # The same square walked twice counts once.
        (Polygon([*SQUARE.exterior.coords, *SQUARE.exterior.coords]), "geometry.crossing", 32, 16,
         "warning"),
        # A spike of no width up to 9: the square stays.
        (Polygon([(0, 0), (4, 0), (4, 4), (2, 4), (2, 9), (2, 4), (0, 4)]), "geometry.crossing",
         16, 16, "note"),
        # A loop that laps over itself: 36 with the overlap of 2 × 4 counted once.
        (Polygon([(0, 0), (6, 0), (6, 4), (2, 4), (2, -2), (4, -2), (4, 6), (0, 6)]),
         "geometry.crossing", 44, 36, "warning"),
        # A hole drawn as a pinch of the shell stays a hole.
        (Polygon([(0, 0), (4, 0), (4, 4), (0, 4), (0, 0), (1, 1), (1, 2), (2, 2), (2, 1), (1, 1)]),
         "geometry.crossing", 15, 15, "note"),
        # A hole that reaches out: only what is inside, 1 × 1, is taken away.
        (Polygon(SQUARE.exterior, [box(3, 1, 6, 2).exterior]), "geometry.crossing", 13, 15,
         "warning"),
        (Polygon(SQUARE.exterior, [box(5, 1, 6, 2).exterior]), "geometry.hole_outside", 15, 17,
         "warning"),
        (MultiPolygon([SQUARE, box(1, 1, 2, 2)]), "geometry.nested", 17, 16, "warning"),
        (Polygon(SQUARE.exterior, [box(1, 1, 3, 3).exterior, box(1.5, 1.5, 2, 2).exterior]),
         "geometry.nested", 11.75, 12, "warning"),
        (MultiPolygon([SQUARE, box(3, 3, 6, 6)]), "geometry.crossing", 25, 24, "warning"),
    ],
)  # fmt: skip
def test_a_broken_area_is_all_that_its_boundary_goes_around(
    shape, code, before_m2, after_m2, level
):
    result = repaired(parsed(shape))
    mended = only(result)
    assert mended.is_valid
    assert mended.area == pytest.approx(after_m2)
    (finding,) = result.findings
    assert (finding.code, finding.level, finding.rows) == (code, level, (1,))
    assert said(finding)["before_ha"] == pytest.approx(before_m2 / 1e4, abs=1e-4)
    assert said(finding)["after_ha"] == pytest.approx(after_m2 / 1e4, abs=1e-4)


def test_the_place_of_a_crossing_is_told():
    (finding,) = repaired(parsed(BOW_TIE)).findings
    assert (said(finding)["x"], said(finding)["y"]) == (X + 1, Y + 1)
    tie = shapely.transform(BOW_TIE, lambda xy: xy * 0.01 + [112.9, 28.2])
    (finding,) = repaired(parsed(tie, crs=None, at_changsha=False)).findings
    assert (said(finding)["x"], said(finding)["y"]) == (112.91, 28.21)
    # Two triangles of 0.02° × 0.01° / 2: at 28.21° N a degree is 98.2 km by 110.8 km.
    assert said(finding)["after_ha"] == pytest.approx(0.0002 * 98_200 * 110_800 / 1e4, rel=0.01)


def test_the_row_that_changes_most_is_the_one_named():
    large = shapely.transform(BOW_TIE, lambda xy: xy * 10)
    (finding,) = repaired(
        parsed(BOW_TIE, box(50, 50, 54, 54), shapely.transform(large, lambda xy: xy + 100))
    ).findings
    assert (said(finding)["rows"], said(finding)["row"], finding.rows) == (2, 3, (1, 3))
    assert said(finding)["total_after_ha"] == pytest.approx((2 + 200) / 1e4)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (None, "geometry.missing"),
        (Polygon(), "geometry.missing"),
        (Polygon([(0, 0), (1, 0), (2, 0)]), "geometry.collapsed"),
        (LineString([(1, 1), (1, 1)]), "geometry.collapsed"),
        (spoilt(Polygon([(0, 0), (3, 1), (0, 3)])), "geometry.not_a_number"),
        (spoilt(Point(0, 1), float("inf")), "geometry.not_a_number"),
    ],
)
def test_what_cannot_be_used_goes_aside_with_a_reason(shape, reason):
    result = repaired(parsed(SQUARE, shape, box(4, 0, 8, 4)))
    assert result.frame.index.tolist() == [1, 3]
    assert result.aside.index.tolist() == [2]
    assert result.aside.index.name == "row"
    assert result.aside.loc[2, ["reason", "name"]].tolist() == [reason, "地块2"]


def test_a_part_that_is_no_number_goes_and_the_others_stay():
    broken = MultiPolygon([SQUARE, spoilt(Polygon([(9, 9), (10, 1), (9, 10)]))])
    result = repaired(parsed(broken))
    assert only(result).area == 16
    assert codes(result) == ["geometry.part_not_a_number"]


def test_heights_go():
    result = repaired(parsed(shapely.force_3d(SQUARE, 5.0), Point(1, 1, 7)))
    assert not result.frame.has_z.any()
    assert codes(result) == ["geometry.height"]


def test_of_a_mixed_collection_the_areas_are_taken():
    mixed = GeometryCollection([SQUARE, GeometryCollection([box(5, 0, 6, 1), Point(9, 9)])])
    result = repaired(parsed(mixed))
    assert only(result).area == 17
    assert codes(result) == ["geometry.collection"]
    lines = repaired(parsed(GeometryCollection([LineString([(0, 0), (3, 4)]), Point(0, 0)])))
    assert only(lines).length == 5


def test_a_collection_nested_without_end_goes_aside():
    deep = Point(1, 1)
    for _ in range(50):
        deep = GeometryCollection([deep])
    assert repaired(parsed(deep)).aside["reason"].tolist() == ["geometry.deep"]


def test_empty_parts_and_lone_multipoints_are_made_plain():
    result = repaired(parsed(WITH_EMPTY, MultiPoint([(1, 1)])))
    assert result.frame.geometry.iloc[0].area == 16
    assert result.frame.geometry.iloc[1].equals(placed(Point(1, 1)))
    assert codes(result) == ["geometry.empty_part"]


def test_repeated_corners_go_and_the_shape_stays():
    result = repaired(parsed(Polygon([(0, 0), (4, 0), (4, 0), (4, 4), (0, 4)]), SQUARE))
    assert shapely.get_num_coordinates(result.frame.geometry.iloc[0]) == 5
    assert codes(result)[0] == "geometry.repeated"
    assert result.findings[0].rows == (1,)


def test_points_at_one_place_are_no_repeated_corner():
    assert "geometry.repeated" not in codes(repaired(parsed(Point(1, 1), Point(1, 1))))
    assert "geometry.repeated" not in codes(repaired(parsed(MultiPoint([(1, 1), (1, 1)]))))


def test_spikes_and_slivers_that_are_valid_are_noted_and_left():
    # 0.001 m wide at the foot and 5 m long: an angle of 0.01°.
    spiked = Polygon([(0, 0), (4, 0), (4, 4), (2.001, 4), (2, 9), (2, 4), (0, 4)])
    sliver = box(0, 10, 4000, 10.01)
    result = repaired(parsed(spiked, sliver, SQUARE))
    noted = {finding.code: finding.rows for finding in result.findings}
    assert noted["geometry.spike"] == (1,)
    assert noted["geometry.sliver"] == (2,)
    assert result.frame.geometry.iloc[0].equals(placed(spiked))


def test_a_street_of_five_metres_is_neither_spike_nor_sliver():
    assert codes(repaired(parsed(box(0, 0, 1000, 5)))) == []


def test_the_same_shape_twice_is_noted_wherever_its_boundary_begins():
    turned = Polygon([(4, 0), (4, 4), (0, 4), (0, 0)])
    result = repaired(parsed(SQUARE, turned, BOW_TIE, box(10, 0, 14, 4)))
    noted = {finding.code: finding.rows for finding in result.findings}
    assert noted["geometry.duplicate"] == (2,)


def test_areas_that_overlap_are_counted_and_neighbours_are_not():
    neighbours = box(4, 0, 8, 4), box(0, 4, 4, 8)
    assert codes(repaired(parsed(SQUARE, *neighbours))) == []
    result = repaired(parsed(SQUARE, *neighbours, box(3, 3, 5, 5)))
    # The last one lies over all three; it has 1 m² of each.
    (finding,) = result.findings
    assert (finding.code, said(finding)["pairs"]) == ("geometry.overlap", 3)
    assert finding.rows == (1, 2, 3, 4)


CITY = [box(112.9 + x, 28.1, 112.91 + x, 28.11) for x in (0.0, 0.01, 0.02, 0.03)]


@pytest.mark.parametrize(
    ("stray", "detail"),
    [
        (Point(0, 0), "0, 0"),
        (Polygon([(0, 0), (112.9, 28.1), (112.9, 28.2)]), "0, 0"),
        (Point(181, 28), "181, 28"),
        (Point(112.9, 1e20), "112.9, 1e+20"),
        (Point(2.35, 48.86), "2.35, 48.86"),
        (Point(-112.9, 28.1), "-112.9, 28.1"),
    ],
)
@pytest.mark.parametrize("crs", [4490, None])
def test_one_stray_is_set_aside_and_named_and_refuses_no_file(stray, detail, crs):
    result = repaired(parsed(*CITY, stray, crs=crs, at_changsha=False))
    assert len(result.frame) == 4
    assert result.aside["reason"].to_dict() == {5: "geometry.stray"}
    assert result.aside["detail"].to_dict() == {5: detail}


@pytest.mark.parametrize("stray", [Point(0, 0), Point(1e30, 3.1e6)])
def test_a_stray_among_metres_is_one_too(stray):
    city = [placed(shape) for shape in (SQUARE, box(4, 0, 8, 4), box(8, 0, 12, 4))]
    result = repaired(parsed(*city, stray, at_changsha=False))
    assert result.aside["reason"].to_dict() == {4: "geometry.stray"}


@pytest.mark.parametrize(
    "shapes",
    [
        # Another city of China, a branch abroad beside two rows, a country, and a file whose
        # latitudes come first: none of them has a stray.
        [*CITY, Point(87.6, 43.8)],
        [CITY[0], Point(2.35, 48.86)],
        [Point(116.4, 39.9), Point(112.9, 28.2), Point(87.6, 43.8), Point(-0.1, 51.5)],
        [Point(28.1, 112.9), Point(28.2, 112.9), Point(28.3, 112.8)],
        [Point(0, 0), Point(0, 0), *CITY[:2]],
        [Point(0, 0), Point(0.1, 0.1), Point(0.2, 0)],
    ],
)
def test_what_may_be_meant_is_no_stray(shapes):
    result = repaired(parsed(*shapes, crs=4490, at_changsha=False))
    assert len(result.aside) == 0


def star(corners: int) -> Polygon:
    """A line that jumps about at random: a quarter of all pairs of its edges cross."""
    return Polygon(np.random.default_rng(0).random((corners, 2)))


def comb(teeth: int) -> Polygon:
    """Parallel diagonals next to each other: valid, and every box overlaps every other."""
    step = np.arange(teeth) / teeth / 1000
    corners = np.empty((2 * teeth, 2))
    corners[0::2] = np.column_stack([step, np.zeros(teeth)])
    corners[1::2] = np.column_stack([1 + step, np.ones(teeth)])
    return Polygon([*corners, (2, 0), (1, -1)])


@pytest.mark.parametrize("shape", [star(2_000), comb(20_000)], ids=["crossing", "passing"])
def test_what_takes_minutes_to_judge_or_mend_goes_aside(shape):
    result = repaired(parsed(shape, SQUARE))
    assert result.aside["reason"].to_dict() == {1: "geometry.tangled"}
    assert len(result.frame) == 1


def test_numbers_beyond_all_measure_raise_nothing():
    huge = [shapely.transform(shape, lambda xy: xy * 1e300) for shape in (BOW_TIE, star(20))]
    file = parsed(*huge, *huge, BOW_TIE, at_changsha=False)
    result = repaired(file)
    assert len(result.frame) + len(result.aside) == 5


def test_a_large_shape_with_one_crossing_is_mended():
    turn = np.linspace(0, 2 * np.pi, 50_000, endpoint=False)
    corners = np.column_stack([np.cos(turn), np.sin(turn)])
    corners[[100, 101]] = corners[[101, 100]]
    result = repaired(parsed(Polygon(corners)))
    assert only(result).area == pytest.approx(np.pi, rel=1e-6)


def test_crossings_of_a_small_shape_are_counted_exactly():
    # Of a pentagram, five pairs of edges cross, and no others.
    turn = np.pi * 4 / 5 * np.arange(5)
    assert tangle(Polygon(np.column_stack([np.cos(turn), np.sin(turn)]))).crossings == 5
    assert tangle(SQUARE).crossings == 0
    # Edges of all parts are counted, and none is between two parts.
    bow_ties = MultiPolygon([Polygon([(x, 0), (x + 2, 2), (x + 2, 0), (x, 2)]) for x in (0, 5, 9)])
    assert tangle(bow_ties).crossings == 3


def wkb(*corners: tuple[float, float]) -> bytes:
    flat = [value for corner in corners for value in corner]
    return struct.pack("<BIII", 1, 3, 1, len(corners)) + struct.pack(f"<{len(flat)}d", *flat)


def test_an_unclosed_ring_is_closed_and_rubbish_is_named():
    values = [wkb((0, 0), (2, 0), (2, 2)), None, shapely.to_wkb(SQUARE), b"\x01", wkb((0, 0)), b""]
    decoded = from_wkb(np.array(values, dtype=object))
    assert decoded.shapes[0].area == 2
    assert decoded.shapes[2].equals(SQUARE)
    assert decoded.closed.tolist() == [0]
    assert decoded.unreadable.tolist() == [3, 4, 5]


def test_examining_changes_nothing_and_names_what_would_go_aside():
    frame = gpd.GeoDataFrame(geometry=[placed(BOW_TIE), None, placed(SQUARE)], crs=METRES)
    before = frame.copy(deep=True)
    found = examine(frame)
    assert frame.equals(before)
    assert [each.code for each in found] == [
        "geometry.crossing", "geometry.missing", "geometry.overlap"
    ]  # fmt: skip
    assert [each.rows for each in found] == [(1,), (2,), (1, 3)]
    with pytest.raises(InputError):
        examine(frame.geometry.to_numpy())


def test_the_report_names_the_rows_that_go_aside():
    file = parsed(SQUARE, None, box(4, 0, 8, 4), None)
    ((level, text),) = report(examine(file.frame))
    assert level == "warning"
    assert text.startswith("2 行（第 2, 4 行）：没有图形")
    ((level, text),) = report(examine(file.frame.iloc[[0, 2]]), lang="en")
    assert (level, text) == ("note", "Every shape is sound; nothing was changed.")


def test_rows_set_aside_before_stay_aside():
    file = parsed(None, SQUARE)
    file.aside = pd.DataFrame(
        {"reason": ["rows.broken"], "detail": [""], "name": [""]}, index=pd.Index([7], name="row")
    )
    assert repaired(file).aside.index.tolist() == [7, 1]
    file.frame = file.frame.iloc[1:]
    assert repaired(file).aside.index.tolist() == [7]


@pytest.mark.parametrize("crs", [None, METRES, 4490])
def test_a_file_without_rows_has_no_fault(crs):
    result = repaired(parsed(crs=crs))
    assert (len(result.frame), len(result.aside), result.findings) == (0, 0, [])


SPOILT = spoilt(Polygon([(0, 0), (3, 1), (0, 3)]))
FAULTS = [
    SQUARE, BOW_TIE, None, Polygon(), WITH_EMPTY, Point(0, 0), star(20),
    GeometryCollection([SQUARE, Point(1, 1)]), Polygon([(0, 0), (1, 0), (2, 0)]),
    SPOILT, LineString([(0, 0), (0, 0), (1, 1)]), spoilt(Point(3, 1)),
    Polygon(SQUARE.exterior, [box(5, 1, 6, 2).exterior]), MultiPoint([(1, 1)]),
    LineString([(1, 1), (1, 1)]), GeometryCollection([Point(), LineString()]),
    GeometryCollection([MultiPolygon([SQUARE, SPOILT]), Point(2, 2)]),
    MultiPolygon([BOW_TIE, BOW_TIE]), shapely.force_3d(BOW_TIE, 1.0),
]  # fmt: skip


@settings(max_examples=30)
@given(st.lists(st.sampled_from(FAULTS), max_size=12))
def test_rows_in_are_rows_accepted_and_rows_aside(shapes):
    file = parsed(*shapes)
    result = repaired(file)
    rows = sorted([*result.frame.index, *result.aside.index])
    assert rows == list(range(1, len(shapes) + 1))
    geometry = result.frame.geometry
    assert geometry.is_valid.all()
    assert not geometry.is_empty.any()
    assert not geometry.has_z.any()
    # What was mended has nothing left to mend.
    again = {finding.code for finding in examine(result.frame)}
    assert again <= {"geometry.duplicate", "geometry.overlap", "geometry.sliver", "geometry.spike"}
    for lang in ("zh", "en"):
        for found in (result.findings, examine(file.frame)):
            assert not any("{" in text for _, text in report(found, lang=lang))


@settings(max_examples=30)
@given(
    order=st.permutations(range(len(FAULTS))),
    east=st.integers(-200_000, 200_000),
    north=st.integers(-500_000, 500_000),
)
def test_place_and_order_of_rows_change_no_area_and_no_reason(order, east, north):
    expected, moved = parsed(*FAULTS), parsed(*FAULTS)
    there = shapely.transform(
        moved.frame.geometry.iloc[list(order)].to_numpy(), lambda xy: xy + np.array([east, north])
    )
    names = moved.frame["名称"].iloc[list(order)]
    moved.frame = gpd.GeoDataFrame({"名称": names}, geometry=there, crs=METRES)
    result, first = repaired(moved), repaired(expected)
    assert result.aside["reason"].sort_index().equals(first.aside["reason"].sort_index())
    areas = result.frame.geometry.area.sort_index()
    assert np.allclose(areas, first.frame.geometry.area, atol=1e-6)


ALONE = """
import resource
import sys
import geopandas as gpd
import pandas as pd
from geo.exchange.geometry import repaired
from geo.exchange.parsed import Parsed
from shapely import MultiPolygon, Point, box, from_wkt

shapes = [from_wkt(line) for line in sys.stdin.read().splitlines()]
rows = pd.Index(range(1, len(shapes) + 1), name="row")
frame = gpd.GeoDataFrame({"name": "a"}, geometry=shapes, index=rows, crs=4490)
none = pd.DataFrame(columns=["reason", "detail", "name"])
file = Parsed(frame, none, (), (), "", "", "", [])
resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
result = repaired(file)
print(len(result.frame), len(result.aside), len(result.findings) > 0)
"""


def test_mending_opens_no_file_so_that_it_can_run_behind_a_seal():
    wkt = "\n".join(
        shapely.to_wkt(shape) for shape in FAULTS if shape is not None and shape is not SPOILT
    )
    run = subprocess.run(
        [sys.executable, "-c", ALONE], input=wkt, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    accepted, aside, noted = run.stdout.split()
    assert int(accepted) + int(aside) == len(wkt.splitlines())
    assert noted == "True"


# ---- what one pass over all corners finds


PENTAGRAM = Polygon([(np.cos(at), np.sin(at)) for at in np.arange(5) * 0.8 * np.pi])


@pytest.mark.parametrize(
    ("shape", "seen_whole"),
    [
        (SQUARE, True),
        (SQUARE.reverse(), True),
        (MultiPolygon([SQUARE]), True),
        (Polygon([(0, 0), (9, 4), (0, 8), (2, 4)]), True),
        (SQUARE.buffer(9), True),
        (BOW_TIE, False),
        (PENTAGRAM, False),  # twice around, each corner to the left of the one before
        (Polygon([(0, 0), (0, 0), (4, 0), (4, 4)]), False),
        (Polygon([(0, 0), (4, 0), (8, 0)]), False),
        (SQUARE.buffer(9).difference(SQUARE), False),
        (MultiPolygon([SQUARE, box(9, 9, 10, 10)]), False),
        (spoilt(box(0, 0, 1, 1)), False),
        (LineString([(0, 0), (1, 0), (1, 1), (0, 0)]), False),
        (Polygon(), False),
        (None, False),
    ],
)
def test_a_ring_that_is_seen_whole_from_within_is_known_to_be_valid(shape, seen_whole):
    with np.errstate(invalid="ignore"):
        found = corners.screened(np.array([SQUARE, shape, SQUARE], dtype=object))
    assert found.star.tolist() == [True, seen_whole, True]


@given(
    st.lists(st.tuples(*[st.integers(0, 6)] * 2), min_size=3, max_size=9),
    st.sampled_from([1e-12, 1e-3, 1 / 3, 1e6]),
    st.sampled_from([0.0, 112.9, 5e5]),
)
@settings(max_examples=250)
def test_no_ring_that_is_broken_is_known_to_be_valid(ring, size, away):
    shape = Polygon(np.array(ring) * size + away)
    found = corners.screened(np.array([shape]))
    assert shape.is_valid or not found.star[0]


def test_an_area_of_one_part_and_no_hole_is_one_ring():
    holed = Polygon(SQUARE.exterior, [[(0.1, 0.1), (0.2, 0.1), (0.2, 0.2)]])
    line, far = shapely.LineString([(0, 0), (1, 1)]), box(7, 7, 8, 8)
    single, double = shapely.MultiPolygon([SQUARE]), shapely.MultiPolygon([SQUARE, far])
    shapes = [SQUARE, single, double, holed, shapely.MultiPolygon([holed]), line, Polygon(), None]
    for some in (shapes, shapes[2:]):
        found = corners._is_one_ring(np.array(some, dtype=object)).tolist()
        assert found == [shape in {SQUARE, single} for shape in some]


def test_corners_are_the_same_however_they_are_cut_in_pieces(monkeypatch):
    spike = Polygon([(0, 0), (4, 0), (4, 4), (9, 9), (4, 4.000_001), (0, 4)])
    twin = Polygon([(0, 0), (4, 0), (4, 0), (4, 4)])
    shapes = np.array([SQUARE, spike, None, twin, SQUARE.buffer(1), spoilt(box(0, 0, 1, 1))] * 9)
    with np.errstate(invalid="ignore"):
        whole = corners.screened(shapes)
        monkeypatch.setattr(corners, "_PER_BLOCK", 7)
        pieces = corners.screened(shapes)
    assert set(np.arange(1, 54, 6)) <= set(pieces.spiked) <= set(whole.spiked)
    assert set(np.arange(3, 54, 6)) <= set(pieces.repeated) <= set(whole.repeated)
    assert pieces.not_finite.tolist() == whole.not_finite.tolist() == list(range(5, 54, 6))
    assert pieces.star.tolist() == whole.star.tolist()


def test_numbers_without_a_label_are_what_most_of_them_are():
    shapes = np.array([Point(112, 28), Point(180, 90), Point(5e5, 3e6)])
    assert _in_degrees(gpd.GeoSeries(shapes), shapes)
    assert not _in_degrees(gpd.GeoSeries(shapes[1:]), shapes[1:])
    for x, are in ((-180, True), (180.1, False)):
        one = np.array([Point(x, 0)])
        assert _in_degrees(gpd.GeoSeries(one), one) is are
