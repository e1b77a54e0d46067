"""Long lines and outlines lose the corners that nobody sees, whatever a visitor brings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.outlines import MOST_WHOLE, simplified

ROOT = Path(__file__).resolve().parents[2]
AROUND = np.linspace(0, 2 * np.pi, 5 * MOST_WHOLE)


def disc(radius: float, x: float = 0.0) -> shapely.Polygon:
    return shapely.Polygon(np.column_stack([x + radius * np.cos(AROUND), radius * np.sin(AROUND)]))


def corners(shape: shapely.Geometry) -> int:
    return int(shapely.get_num_coordinates(shape))


def test_corners_that_all_stand_out_are_all_kept() -> None:
    # Whole, this one ends the process.
    x = np.arange(60_001)
    zigzag = shapely.LineString(np.column_stack([x, x % 2 * 10.0]))
    (same,) = simplified([zigzag], 1.0)
    assert shapely.equals_exact(same, zigzag)


RING = disc(10.0).exterior
SHAPES = {
    "a line": shapely.LineString(RING.coords[:-1]),
    "a ring": RING,
    "an area with a hole": disc(10.0).difference(disc(5.0)),
    "areas": shapely.MultiPolygon([disc(10.0), disc(4.0, x=30)]),
    "lines": shapely.MultiLineString([RING, disc(4.0, x=30).exterior]),
    "all kinds": shapely.GeometryCollection([disc(10.0), RING, shapely.Point(50, 50)]),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_a_long_shape_of_any_kind_stays_what_it_is_within_the_tolerance(kind: str) -> None:
    shape = SHAPES[kind]
    short = shapely.box(0, 0, 1, 1)
    simple, none, same = simplified([shape, None, short], 0.05)
    assert none is None
    assert shapely.equals_exact(same, short)
    assert simple.geom_type == shape.geom_type
    assert shapely.get_num_geometries(simple) == shapely.get_num_geometries(shape)
    assert shapely.get_num_interior_rings(simple) == shapely.get_num_interior_rings(shape)
    assert corners(simple) < corners(shape) / 50
    assert simple.is_valid
    assert shapely.hausdorff_distance(simple, shape) <= 0.05


def test_of_a_long_shape_what_is_smaller_than_the_tolerance_is_gone() -> None:
    islands = shapely.MultiPolygon([disc(10.0), shapely.box(20, 0, 20.001, 0.001)])
    (simple,) = simplified([islands], 0.1)
    assert shapely.get_num_geometries(simple) == 1
    pierced = disc(10.0).difference(shapely.box(0, 0, 0.001, 0.001))
    (whole,) = simplified([pierced], 0.1)
    assert shapely.get_num_interior_rings(whole) == 0
    many = shapely.MultiPoint(np.column_stack([AROUND, AROUND]))
    assert simplified([many], 0.1)[0] is many


def test_an_area_whose_borders_would_cross_is_valid() -> None:
    # A band of which both borders may be farther off than it is wide.
    x = np.arange(5_001.0)
    upper, lower = 1.3 * np.sin(x / 90) + 0.1, 1.2 * np.sin(x / 90)
    band = shapely.Polygon([*zip(x, upper, strict=True), *zip(x[::-1], lower[::-1], strict=True)])
    assert band.is_valid
    (simple,) = simplified([band], 1.5)
    assert simple.is_valid
    parts = shapely.get_num_geometries(simple)
    assert parts > 1
    (several,) = simplified([shapely.MultiPolygon([band, disc(9.0, x=-90)])], 1.5)
    assert shapely.get_num_geometries(several) == parts + 1
    assert several.is_valid


def test_all_is_simplified_where_time_and_depth_are_bounded() -> None:
    places = [
        path.relative_to(ROOT).as_posix()
        for package in ("geo", "layers", "app")
        for path in (ROOT / package).rglob("*.py")
        if ".simplify(" in path.read_text("utf-8")
    ]
    assert places == ["geo/outlines.py"]
