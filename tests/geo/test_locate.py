from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from geo import locate
from geo.errors import InputError
from geo.locate import Locator
from geo.work import Cancelled, watched

NEVER = 10**9


def by_geos(shapes: list[object], xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    inside = [shapely.intersects_xy(s, *xy.T) if s else np.zeros(len(xy), bool) for s in shapes]
    return np.nonzero(np.array(inside).T)


def ragged(rng: np.random.Generator) -> list[object]:
    """Overlapping shapes with holes and parts, on and off a coarse lattice."""
    shapes = []
    for _ in range(6):
        blobs = shapely.buffer(
            shapely.points(rng.uniform(0, 10, (3, 2)).round(int(rng.integers(0, 3)))),
            rng.uniform(0.3, 3),
            quad_segs=int(rng.integers(1, 5)),
        )
        shapes.append(shapely.union_all(blobs[:2]) - shapely.buffer(blobs[2], -0.2))
    return [*shapes, box(2, 2, 4, 4), box(4, 2, 6, 4), None, Polygon()]


@pytest.mark.parametrize("many", [1, NEVER], ids=["compiled", "geos"])
@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 30, 1000, 40_000]))
def test_gives_what_geos_gives(many: int, seed: int, cells: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = ragged(rng)
    # borders meet cell lines, and points lie on corners and on borders
    lattice = np.array(np.meshgrid(np.arange(-1, 12, 0.5), np.arange(-1, 12, 0.5))).reshape(2, -1).T
    corners = shapely.get_coordinates(shapes)
    on_edges = (corners[1:] + corners[:-1]) / 2
    xy = np.vstack(
        [rng.uniform(-1, 11, (300, 2)), lattice, corners, on_edges, [[np.nan, 1], [1, np.inf]]]
    )
    point, polygon = by_geos(shapes, xy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locate, "_MANY", many)
        locator = Locator(shapes, cells=cells)
        found = locator.pairs(*xy.T)
        first = locator.first(*xy.T)
    np.testing.assert_array_equal(found[0], point)
    np.testing.assert_array_equal(found[1], polygon)
    expected = np.full(len(xy), -1)
    expected[point[::-1]] = polygon[::-1]
    np.testing.assert_array_equal(first, expected)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_points_within_rounding_of_slanted_borders(seed: int) -> None:
    # Places along the edges, rounded to float64 at the size of Gauss–Krüger coordinates, and their
    # neighbours in float64: no plain arithmetic can tell on which side of the edge they are.
    rng = np.random.default_rng(seed)
    corner = np.array([500_000.0, 3_100_000.0])
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(rng.uniform(0, 1e4, (12, 2)) + corner))
    )
    ends = shapely.get_coordinates([shapely.boundary(cell) for cell in cells])
    along = rng.uniform(0, 1, (len(ends) - 1, 1))
    on = ends[:-1] + along * (ends[1:] - ends[:-1])
    near = [np.nextafter(on, on + step) for step in ([1, 0], [-1, 0], [0, 1], [0, -1])]
    xy = np.vstack([on, *near, ends])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locate, "_MANY", 1)
        found = Locator(cells, cells=500).pairs(*xy.T)
    np.testing.assert_array_equal(found, by_geos(list(cells), xy))


def test_unsure_points_are_decided_by_geos() -> None:
    from geo.crossings import _IN, _OUT, _UNSURE, _side  # noqa: PLC0415  compiled when imported

    edges = np.array([[0.0, 0.0, 3.0, 3.0], [3.0, 3.0, 0.0, 3.0], [0.0, 3.0, 0.0, 0.0]])
    assert _side(1.0, 1.0, edges, 0, 3) == _UNSURE
    assert _side(1.0, np.nextafter(1.0, 0.0), edges, 0, 3) == _UNSURE
    assert _side(1.0, 0.999, edges, 0, 3) == _OUT
    # The first edge is passed on the left; the ray goes on to the second.
    passed = np.array([[-2.0, -1.0, 1.0, 1.0], [5.0, -1.0, 5.0, 1.0]])
    assert _side(0.0, 0.0, passed, 0, 2) == _IN
    diagonal = Locator([Polygon([(0, 0), (3, 3), (0, 3)])])
    x = np.repeat([1.0, np.nextafter(1.0, 2.0)], locate._MANY)
    found = diagonal.first(x, np.ones(x.size))
    assert found[[0, -1]].tolist() == [0, -1]
    assert np.unique(found).tolist() == [-1, 0]


def test_more_pairs_than_room() -> None:
    # every point in all of five polygons: the buffers fill up and are begun anew
    count = locate._MANY + 1
    x = np.linspace(0, 1, count)
    point, polygon = Locator([box(0, -1, 1, 1)] * 5).pairs(x, np.zeros(count))
    np.testing.assert_array_equal(point, np.repeat(np.arange(count), 5))
    np.testing.assert_array_equal(polygon, np.tile(np.arange(5), count))


def test_strided_and_whole_numbers() -> None:
    xy = np.random.default_rng(2).integers(0, 10, (locate._MANY, 2))
    shapes = [box(2, 2, 4, 4), Polygon([(5, 5), (9, 5), (9, 9)])]
    point, polygon = Locator(shapes).pairs(xy[:, 0], xy[:, 1])
    np.testing.assert_array_equal((point, polygon), by_geos(shapes, xy))


def test_one_locator_asked_from_several_threads() -> None:
    rng = np.random.default_rng(3)
    shapes = ragged(rng)
    xy = rng.uniform(-1, 11, (2000, 2))
    locator = Locator(shapes, cells=100)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: locator.pairs(*xy.T), range(16)))
    for pair in found:
        np.testing.assert_array_equal(pair, by_geos(shapes, xy))


def test_a_raster_has_as_many_cells_as_are_asked_for_as_tables_and_sides_allow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Cells of 0.5, and half of one as margin on each side.
    square = Locator([box(0, 0, 10, 10)], cells=400)
    assert (square._columns, square._rows) == (20 + 2, 20 + 2)
    strip = Locator([box(0, 0, 1e6, 1)], cells=10_000)
    assert (strip._columns, strip._rows) == (4096 + 2, 0 + 2)
    flat = Locator([Polygon([(0, 0), (1, 0), (2, 0)])], cells=400)
    assert (flat._columns, flat._rows) == (4096 + 2, 0 + 2)
    # Forty entries for five polygons that each cover all of it: eight cells, of √(1 / 8).
    monkeypatch.setattr(locate, "_MAX_ENTRIES", 40)
    stack = Locator([box(0, 0, 10, 0.1)] * 5, cells=400)
    assert (stack._columns, stack._rows) == (28 + 2, 0 + 2)
    # Four entries: one cell at least, and in degrees too.
    monkeypatch.setattr(locate, "_MAX_ENTRIES", 4)
    stack = Locator([box(0, 0, 1, 0.01)] * 5, cells=400)
    assert (stack._columns, stack._rows) == (10 + 2, 0 + 2)


def test_locator_of_nothing() -> None:
    for shapes in ([None, Polygon()], []):
        empty = Locator(shapes)
        assert empty.first([1.0], [2.0]).tolist() == [-1]
        assert empty.pairs([1.0], [2.0])[0].size == 0
    some = Locator([box(0, 0, 1, 1)])
    assert some.first([], []).size == 0
    assert some.pairs([], [])[0].size == 0


def test_edges_for_which_nobody_waits_are_not_laid_out() -> None:
    with pytest.raises(Cancelled), watched(cancelled=lambda: True):
        Locator([box(0, 0, 1, 1)])


def test_the_tables_of_a_comb_are_bounded_and_its_answers_the_same() -> None:
    # Each of its teeth reaches through all rows.
    x = np.repeat(np.arange(10_000.0), 2)
    teeth = np.column_stack([x, np.tile([1.0, 9_000.0, 9_000.0, 1.0], 5_000)])
    comb = shapely.Polygon([*teeth, (10_000, 0), (0, 0)])
    assert comb.is_valid
    locator = Locator([comb], cells=250_000)
    assert locator._rows * 10_000 < 1.1 * locate._MAX_TOUCHED
    points = np.random.default_rng(3).uniform(-100, 10_100, (2, 300))
    inside = shapely.intersects_xy(comb, *points)
    assert 50 < inside.sum() < 250
    assert (locator.first(*points) == np.where(inside, 0, -1)).all()


def test_points_are_not_compared_with_more_edges_than_can_be_in_seconds(monkeypatch):
    teeth = np.column_stack([np.linspace(0, 4, 401), np.arange(401) % 2 * 3.0])
    comb = Polygon([*teeth, (4, -1), (0, -1)])
    xy = np.random.default_rng(0).uniform(0, 3, (2, 200))
    locator = Locator([comb, box(0, 0, 1, 1)])
    assert locator._abreast == pytest.approx([400 * 3 / 4 + 2 / 4, 2])
    locator.pairs(*xy)
    monkeypatch.setattr(locate, "_MOST_EDGES", 10_000)
    with pytest.raises(InputError) as refused:
        locator.pairs(*xy)
    assert refused.value.code == "cost.bent"
