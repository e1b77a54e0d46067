"""Shapes that are odd together: next to lines, twice, or on each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from shapely import LineString, Point, Polygon, box

from geo.exchange import oddities
from geo.exchange.oddities import duplicates, overlaps, slivers


def array(*shapes: Any) -> Any:
    return np.array(shapes, dtype=object)


def test_a_strip_is_a_sliver_from_its_area_and_perimeter() -> None:
    # Of 1 × w the area is w and the square of the perimeter (2 + 2 w)²: 4.0003e-5 and 4.0006e-5.
    shapes = array(box(0, 0, 1, 4.0e-5), box(0, 0, 1, 4.01e-5), LineString([(0, 0), (1, 0)]))
    assert slivers(shapes).tolist() == [0]
    # Of many corners, whose edges might make a long boundary and do not.
    assert slivers(array(Point(0, 0).buffer(1, 500), box(0, 0, 1e-6, 1))).tolist() == [1]


def test_what_begins_elsewhere_is_the_same_shape() -> None:
    ring = [(0, 0), (4, 0), (4, 4), (0, 0)]
    turned, cut = [*ring[1:], ring[1]], [(0, 0), (4, 0), (4, 4), (3, 3), (0, 0)]
    other = Polygon([(0, 0), (4, 0), (0, 4)])
    shapes = array(Polygon(ring), Point(1, 2), Polygon(turned), other, Point(1, 2), Point(1, 2))
    assert duplicates(shapes).tolist() == [2, 4, 5]
    assert duplicates(array(Polygon(ring), Polygon(cut[::-1]))).tolist() == []


def test_pairs_that_share_more_than_a_thousandth_are_told_the_largest_first() -> None:
    square = box(0, 0, 10, 10)
    shapes = array(Point(5, 5), square, box(9.99, 0, 20, 10), box(9.98, 0, 12, 10), box(0, 0, 1, 1))
    # 0.1 of 100 is no more than a thousandth, 0.2 of 20.2 and 1 of 1 are.
    assert overlaps(shapes).tolist() == [[2, 3], [1, 4], [1, 3]]


@pytest.mark.parametrize(("limit", "most"), [("_MOST_AREAS", 2), ("_MOST_TESTS", 25)])
def test_so_many_areas_are_not_looked_through(
    limit: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two squares, of five corners each.
    two = array(box(0, 0, 2, 2), Point(0, 0), box(1, 0, 3, 2))
    monkeypatch.setattr(oddities, limit, most)
    assert overlaps(two).tolist() == [[0, 2]]
    monkeypatch.setattr(oddities, limit, most - 1)
    assert overlaps(two).shape == (0, 2)
