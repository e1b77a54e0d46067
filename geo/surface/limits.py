"""What a kernel density is refused for: results that would be empty, alike everywhere, or late."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from geo.errors import InputError
from geo.work import require_affordable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.grids import Raster

    Floats = NDArray[np.float64]

Bounds: TypeAlias = tuple[float, float, float, float]

_NAME = "kernel_density"
_FEWEST_CELLS = 2
# A nanosecond each on one processor.
_MAX_VISITS = 1e10


def require_reach(each_m: Floats, cell_size_m: float, reach: float) -> None:
    """Refuse kernels so narrow that one may lie between the centres of the cells and be lost."""
    least_m = cell_size_m / 2**0.5
    narrow = each_m * reach < least_m
    if narrow.any():
        smallest = float(each_m.min())
        raise InputError(
            f"{_NAME}: {int(narrow.sum())} of {each_m.size} bandwidths are too short for cells of "
            f"{cell_size_m:g} m: the smallest, {smallest:g} m, may reach no centre of a cell, and "
            f"its point would be lost. Take a cell_size_m of at most "
            f"{smallest * reach * 2**0.5:.3g} m, better a fifth of the bandwidth, or a bandwidth_m "
            f"of at least {least_m / reach:.3g} m.",
            code="density.narrow",
            bandwidth=round(smallest, 3),
            cell=round(float(cell_size_m), 3),
            least=round(least_m / reach, 3),
        )


def require_within(each_m: Floats, bounds: Bounds | None) -> None:
    """Refuse bandwidths that make all of a study area or extent alike."""
    if bounds is None or not each_m.size:
        return
    west, south, east, north = bounds
    across = float(np.hypot(east - west, north - south))
    if each_m.min() >= across:
        raise InputError(
            f"{_NAME}: a bandwidth of {each_m.min():g} m is as long as the whole area is wide, "
            f"{across:,.0f} m, so that the density is nearly the same everywhere. Take a "
            f"bandwidth_m of less than {across:,.0f} m, better a tenth of that.",
            code="density.wide",
            bandwidth=round(float(each_m.min()), 3),
            most=round(across),
        )


def nothing_inside(placed: int) -> InputError:
    """Return the refusal of points of which none counts."""
    return InputError(
        f"{_NAME}: none of {placed} points with a place lies in the study area or extent, or "
        "reaches it, so that the map would be empty. Pass points that do, or another area.",
        code="density.none_inside",
        points=placed,
    )


def require_cells(grid: Raster, inside: NDArray[np.bool_] | None) -> None:
    """Refuse a cell so large that the whole area is one."""
    cells = grid.rows * grid.columns if inside is None else int(inside.sum())
    if cells < _FEWEST_CELLS:
        raise InputError(
            f"{_NAME}: at {grid.cell_size_m:g} m the whole area is one cell. Take a smaller "
            "cell_size_m.",
            code="density.one_cell",
            cell=round(grid.cell_size_m, 3),
        )


def require_few_visits(visits: float) -> None:
    """Refuse a sum that would take longer than anybody waits."""
    require_affordable(
        visits,
        _MAX_VISITS,
        function=_NAME,
        what="visits of a kernel to a cell",
        choose="a larger cell_size_m, a shorter bandwidth_m, fewer points or method='binned'",
        code="cost.kernel",
    )
