from __future__ import annotations

import numpy as np
import pytest

from geo.errors import InputError
from geo.grids import raster


def test_raster_reaches_outward_to_whole_cells() -> None:
    grid = raster((120, 250, 480, 600), cell_size_m=100)
    assert (grid.left_m, grid.top_m, grid.columns, grid.rows) == (100, 600, 4, 4)
    assert grid.x_m.tolist() == [150, 250, 350, 450]
    assert grid.y_m.tolist() == [550, 450, 350, 250]
    assert tuple(grid.transform)[:6] == (100, 0, 100, 0, -100, 600)


def test_raster_of_a_point_is_one_cell_and_of_decimals_exact() -> None:
    assert raster((150, 150, 150, 150), cell_size_m=100).rows == 1
    # 0.3 / 0.1 is 2.9999999999999996: that is 3 cells, not 4
    grid = raster((0.0, 0.0, 0.1 + 0.2, 0.3), cell_size_m=0.1)
    assert (grid.columns, grid.rows) == (3, 3)


@pytest.mark.parametrize(
    ("bounds", "size", "words"),
    [
        ((0, 0, 10_000, 10_000), 1, "at least 2"),
        ((0, 0, np.nan, 1), 1, "has bounds"),
        ((0, 0, 1, 1), np.inf, "positive"),
    ],
)
def test_raster_refusals(bounds: tuple[float, ...], size: float, words: str) -> None:
    with pytest.raises(InputError, match=words):
        raster(bounds, cell_size_m=size)
