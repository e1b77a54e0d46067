from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.scene.stripes import MOST_ZONES, shared_out

sizes = st.tuples(*(st.integers(0, 9),) * 2, *(st.integers(1, 9),) * 2)


@given(st.lists(sizes, min_size=2, max_size=6))
def test_each_piece_of_ground_is_painted_once(sides: list[tuple[int, int, int, int]]) -> None:
    zones = np.array([shapely.box(x, y, x + wide, y + tall) for x, y, wide, tall in sides])
    parts = shared_out(zones)
    whole = shapely.union_all(zones)
    if parts is None:
        assert shapely.area(zones).sum() == pytest.approx(whole.area)
        return
    assert shapely.area(parts).sum() == pytest.approx(whole.area)
    bare = whole
    for part, zone in zip(parts, zones, strict=True):
        assert shapely.difference(part, zone).area == pytest.approx(0.0, abs=1e-6)
        bare = shapely.difference(bare, part)
    assert bare.area == pytest.approx(0.0, abs=1e-6)


def test_those_that_share_have_alike_much_of_it() -> None:
    rings = shapely.buffer(shapely.points([[0, 0], [1, 0], [0.5, 0.8]]), 1.0)
    parts = shared_out(np.array([rings[0], None, *rings[1:]], dtype=object))
    assert parts is not None
    assert parts[1] is None
    common = shapely.intersection_all(rings)
    shares = [shapely.intersection(part, common).area / common.area for part in parts[[0, 2, 3]]]
    assert shares == pytest.approx([1 / 3] * 3, abs=0.06)


def test_neighbours_and_crowds_stay_whole() -> None:
    assert shared_out(np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])) is None
    assert shared_out(np.array([shapely.box(0, 0, 1, 1)] * (MOST_ZONES + 1))) is None


def test_a_zone_with_a_spike_keeps_its_ground() -> None:
    spiked = shapely.Polygon([(0, 0), (1, 0), (1, 1), (1, 3), (1, 1), (0, 1)])
    parts = shared_out(np.array([spiked, shapely.box(0.5, 0, 2, 1)], dtype=object))
    # Half of its ground is its own, and half is shared by two.
    assert [part.area for part in parts] == pytest.approx([0.75, 1.25], abs=0.01)
