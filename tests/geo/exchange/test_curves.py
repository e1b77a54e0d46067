"""Arcs of circles in files: read as chords and said, whichever way the file writes them."""

from __future__ import annotations

import math
import sqlite3
import struct
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.exchange.curves import STEP_DEG, CurveError, straightened
from geo.exchange.wkb import from_wkb

if TYPE_CHECKING:
    from pathlib import Path

# A circle of 0.05° around 112.85, 28.1 in two arcs.
CIRCLE = [(112.8, 28.1), (112.85, 28.15), (112.9, 28.1), (112.85, 28.05), (112.8, 28.1)]
AREA = math.pi * 0.05**2


def _line(code: int, points: list[tuple[float, ...]], order: str = "<") -> bytes:
    head = struct.pack(f"{order}BII", order == "<", code, len(points))
    return head + b"".join(struct.pack(f"{order}{len(each)}d", *each) for each in points)


def _holder(code: int, *parts: bytes) -> bytes:
    return struct.pack("<BII", 1, code, len(parts)) + b"".join(parts)


DISC = _holder(10, _line(8, CIRCLE))


def _one(content: bytes) -> shapely.Geometry:
    decoded = from_wkb(np.array([content], dtype=object))
    assert decoded.curved.tolist() == [0]
    return decoded.shapes[0]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (DISC, "Polygon"),
        (_holder(12, DISC), "MultiPolygon"),
        (_holder(7, DISC), "GeometryCollection"),
        (_holder(10, _holder(9, _line(8, CIRCLE[:3]), _line(8, CIRCLE[2:]))), "Polygon"),
        (_holder(1010, _line(1008, [(*each, 40.0) for each in CIRCLE])), "Polygon"),
        (_holder(10, _line(8, CIRCLE, ">")), "Polygon"),
        (_holder(10, _line(8, [CIRCLE[0], CIRCLE[2], CIRCLE[0]])), "Polygon"),
    ],
    ids=["polygon", "surface", "collection", "compound", "heights", "big_endian", "one_arc"],
)
def test_a_disc_has_its_area_however_it_is_written(content: bytes, kind: str) -> None:
    shape = _one(content)
    assert shape.geom_type == kind
    assert shape.is_valid
    assert shape.area == pytest.approx(AREA, rel=3e-4)


def test_each_corner_is_on_the_arc_and_each_chord_spans_two_degrees_at_most() -> None:
    shape = _one(_line(8, CIRCLE[:3]))
    corners = np.array(shape.coords) - (112.85, 28.1)
    assert np.hypot(*corners.T) == pytest.approx(0.05)
    turns = np.diff(np.degrees(np.arctan2(*corners.T[::-1])))
    assert np.abs((turns + 180) % 360 - 180).max() <= STEP_DEG + 1e-6
    assert shape.coords[0] == CIRCLE[0]
    assert shape.coords[-1] == CIRCLE[2]


def test_an_arc_whose_points_are_in_line_is_a_line() -> None:
    assert list(_one(_line(8, [(0, 0), (1, 1), (3, 3)])).coords) == [(0, 0), (1, 1), (3, 3)]


def test_a_body_of_faces_is_its_faces() -> None:
    rings = struct.pack("<BII", 1, 1003, 1)
    face = rings + _line(0, [(0, 0, 9), (1, 0, 9), (1, 1, 9), (0, 0, 9)])[5:]
    assert _one(_holder(1015, face, face)).area == 1.0
    assert _one(_holder(1016, rings.replace(b"\xeb\x03", b"\xf9\x03") + face[9:])).area == 0.5


@pytest.mark.parametrize("at", range(0, len(DISC) - 1, 7))
def test_a_damaged_curve_has_no_shape_and_the_others_have(at: int) -> None:
    decoded = from_wkb(np.array([DISC[:at], DISC], dtype=object))
    assert decoded.unreadable.tolist() == [0]
    assert decoded.curved.tolist() == [1]


@settings(max_examples=300)
@given(st.integers(0, len(DISC) - 1), st.binary(min_size=1, max_size=8))
def test_any_bytes_are_a_shape_or_refused(at: int, odd: bytes) -> None:
    for content in (DISC, _holder(7, DISC), _holder(12, DISC)):
        broken = content[:at] + odd + content[at + len(odd) :]
        try:
            shape, _ = straightened(broken)
        except CurveError:
            continue
        assert isinstance(shape, shapely.Geometry)


def test_a_collection_within_collections_ends() -> None:
    content = DISC
    for _ in range(5_000):
        content = _holder(7, content)
    assert from_wkb(np.array([content], dtype=object)).unreadable.tolist() == [0]


def _geopackage(path: Path) -> Path:
    shapes = [shapely.box(112.9, 28.1, 113.0, 28.2)] * 2
    frame = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=shapes, crs=4490)
    frame.to_file(path, layer="zones", SPATIAL_INDEX="NO")
    base = sqlite3.connect(path)
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        base.execute(f'DROP TRIGGER "{name}"')
    head = b"GP\x00\x01" + struct.pack("<i", 4490)
    base.execute("UPDATE zones SET geom = ? WHERE fid = 1", (head + DISC,))
    base.commit()
    base.close()
    return path


def test_curves_of_a_geopackage_are_read_and_said(tmp_path: Path) -> None:
    read = geo.read_file(_geopackage(tmp_path / "a.gpkg"))
    assert read.frame.geometry.iloc[0].area == pytest.approx(AREA, rel=3e-4)
    assert read.receipt.rows_aside == 0
    (said,) = (e for e in read.receipt.findings if e.code == "geometry.arcs_straightened")
    assert said.rows == (1,)


@pytest.mark.parametrize(
    "text",
    [
        DISC.hex(),
        _holder(7, DISC).hex(),
        "CURVEPOLYGON (CIRCULARSTRING ({}))",
        "CURVEPOLYGON Z (CIRCULARSTRING Z ({}))",
        "GEOMETRYCOLLECTION (CURVEPOLYGON (CIRCULARSTRING ({})))",
        "SRID=4490;MULTISURFACE (CURVEPOLYGON (CIRCULARSTRING ({})))",
    ],
    ids=["wkb", "wkb_collection", "wkt", "wkt_heights", "wkt_collection", "ewkt_surface"],
)
def test_curves_of_a_table_are_read_and_said(text: str, tmp_path: Path) -> None:
    height = " 5" if " Z" in text else ""
    written = text.format(", ".join(f"{x} {y}{height}" for x, y in CIRCLE))
    path = tmp_path / "a.csv"
    square = shapely.box(112.8, 28.1, 112.9, 28.2)
    plain = square.wkb_hex if text == text.lower() else square.wkt
    path.write_text(f'name;shape\na;{plain}\nb;"{written}"\n', encoding="utf-8")
    read = geo.read_file(path)
    assert read.receipt.rows_aside == 0
    assert read.frame.geometry.iloc[1].area == pytest.approx(AREA, rel=3e-4)
    (said,) = (e for e in read.receipt.findings if e.code == "geometry.arcs_straightened")
    assert said.rows == (2,)


def test_what_is_straight_but_for_rounding_is_no_arc() -> None:
    points = [(0.0, 0.0), (1000.0, 1e-10), (2000.0, 0.0)]
    assert list(_one(_line(8, points)).coords) == points
