"""Kernel density of 100 000 points on 500 × 500 cells, beside SciPy and KDEpy."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from KDEpy import FFTKDE, TreeKDE
from scipy.stats import gaussian_kde

from benchmarks.table import Row, best_of
from geo.density import kernel_density

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

POINTS, CELLS, CELL_M, BANDWIDTH_M = 100_000, 500, 100.0, 2_000.0
EAST, NORTH = 500_000.0, 3_100_000.0
SIDE_M = CELLS * CELL_M
TASK = "density 100 k points, 500×500 cells, h = 2 km, "
# KDEpy takes the standard deviation of the kernel in one dimension; for the biweight, which is the
# quartic kernel, that is the radius over the root of 7.
PEERS = {"quartic": ("biweight", BANDWIDTH_M / 7**0.5), "gaussian": ("gaussian", BANDWIDTH_M)}
SCIPY_CELLS, TREE_CELLS, FEW_CELLS = 200, 4_000, 10


def rows() -> list[Row]:
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, SIDE_M, (POINTS, 2)) + np.array([EAST, NORTH])
    points = gpd.GeoSeries(shapely.points(xy), crs=4547)
    extent = gpd.GeoSeries([shapely.box(EAST, NORTH, EAST + SIDE_M, NORTH + SIDE_M)], crs=4547)
    # KDEpy wants a grid with no point outside: one cell more on each side.
    centre = (np.arange(CELLS + 2) - 0.5) * CELL_M
    grid = np.stack(np.meshgrid(EAST + centre, NORTH + centre, indexing="ij"), axis=-1)
    grid = grid.reshape(-1, 2)
    sample = rng.permutation(grid)
    found = []
    for kernel, (name, bandwidth) in PEERS.items():
        ours = partial(
            kernel_density,
            points,
            bandwidth_m=BANDWIDTH_M,
            cell_size_m=CELL_M,
            kernel=kernel,
            extent=extent,
        )
        ours_s = best_of(ours)
        fft = partial(_evaluate, FFTKDE, name, bandwidth, xy, grid)
        error = _largest_error(fft(), ours().to_numpy())
        found.append(
            Row(
                f"{TASK}{kernel}",
                ours_s,
                f"KDEpy FFTKDE {name}",
                best_of(fft, runs=3),
                f"bins the points, ours does not: off by up to {100 * error:.2g} % of the peak",
            )
        )
        if kernel == "quartic":
            tree = [
                best_of(partial(_evaluate, TreeKDE, name, bandwidth, xy, sample[:n]), runs=2)
                for n in (FEW_CELLS, TREE_CELLS)
            ]
            per_cell = (tree[1] - tree[0]) / (TREE_CELLS - FEW_CELLS)
            peer, peer_s, part = "KDEpy TreeKDE biweight", tree[0] + per_cell * CELLS**2, TREE_CELLS
        else:
            direct = gaussian_kde(xy.T, bw_method=BANDWIDTH_M / xy.std(axis=0, ddof=1).mean())
            some = sample[:SCIPY_CELLS].T
            peer, part = "scipy gaussian_kde", SCIPY_CELLS
            peer_s = best_of(partial(direct, some), runs=2) * CELLS**2 / SCIPY_CELLS
        note = f"exact too; scaled up from {part:,} of {CELLS**2:,} cells"
        found.append(Row(f"{TASK}{kernel}", ours_s, peer, peer_s, note))
    return found


def _evaluate(
    estimator: Callable[..., Any],
    kernel: str,
    bandwidth: float,
    xy: NDArray[Any],
    grid: NDArray[Any],
) -> NDArray[Any]:
    density: NDArray[Any] = estimator(kernel=kernel, bw=bandwidth, norm=2).fit(xy).evaluate(grid)
    return density


def _largest_error(per_m2: NDArray[Any], exact: NDArray[Any]) -> float:
    """Largest difference of a density on the wider grid, as a part of the highest value."""
    theirs = per_m2.reshape(CELLS + 2, CELLS + 2)[1:-1, 1:-1].T[::-1] * POINTS * 1e6
    return float(np.abs(theirs - exact).max() / exact.max())
