"""How far shapes are from those that they are held against."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import box

from geo.exchange import fits

M_PER_DEG = 111_195.0  # of latitude, on a sphere


def test_edges_are_as_far_apart_as_most_of_their_length() -> None:
    # Around the equator, so that a degree is as long both ways; 0.002° wider on every side.
    inner, outer = box(0.0, -0.005, 0.01, 0.005), box(-0.002, -0.007, 0.012, 0.007)
    apart = fits._apart(np.array([inner]), np.array([outer]))
    assert apart[0] == pytest.approx(0.0, abs=1e-6)
    assert apart[1] == pytest.approx(0.002 * M_PER_DEG, rel=0.01)
