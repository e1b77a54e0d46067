"""The raster in which a density is handed out: its cells, its place, and what it says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import rioxarray  # noqa: F401  gives arrays their .rio

from geo.errors import InputError
from geo.units import amount_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.crs import Frame
    from geo.grids import Raster
    from geo.surface.bandwidths import Bandwidths
    from geo.surface.kernels import Kernel

    Floats = NDArray[np.float64]


Unit: TypeAlias = Literal["per_km2", "count", "share"]


def per_unit(unit: Unit, grid: Raster, weight_sum: float, *, function: str) -> float:
    """Return what a density per km² is multiplied by to be in the unit.

    Parameters
    ----------
    unit
        That of the raster.
    grid
        Whose cells a count is per.
    weight_sum
        Of all points, which a share is of.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        A share of nothing is asked for.
    """
    cell_km2 = (grid.cell_size_m / 1000.0) ** 2
    if unit == "share" and not weight_sum > 0:
        raise InputError(
            f"{function}: unit is 'share', but the weights of the points taken in add up to 0. "
            "Pass points with weight, or take unit='per_km2'.",
            code="density.no_share",
        )
    return {
        "per_km2": lambda: 1.0,
        "count": lambda: cell_km2,
        "share": lambda: 100.0 * cell_km2 / weight_sum,
    }[unit]()


def in_words(
    unit: Unit,
    points: Frame,
    weights: object,
    kernel: Kernel,
    bandwidths: Bandwidths,
    *,
    adaptive: bool,
) -> dict[str, Any]:
    """Return what a density says of itself: its unit, kernel and bandwidths.

    Parameters
    ----------
    unit, points, weights, kernel, adaptive
        As `geo.kernel_density` takes them.
    bandwidths
        Those that were used.
    """
    amount = "1" if weights is None else amount_of(points, weights)
    column = "" if weights is None else weights if isinstance(weights, str) else "weight"
    base, each = bandwidths.base_m, bandwidths.each_m
    name = f"{kernel} kernel density, bandwidth {base:g} m"
    facts = {
        "units": {"per_km2": f"{amount}/km²", "count": amount, "share": "%"}[unit],
        "long_name": f"{name}, adaptive" if adaptive else name,
        "unit": unit,
        "kernel": kernel,
        "bandwidth_m": base,
        "bandwidth_rule": bandwidths.rule,
        "adaptive": adaptive,
        "weights": column,
    }
    if each.size and (adaptive or bandwidths.rule == "per_feature"):
        facts |= {
            "bandwidth_min_m": float(each.min()),
            "bandwidth_median_m": float(np.median(each)),
            "bandwidth_max_m": float(each.max()),
        }
    return facts
