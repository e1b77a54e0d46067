"""Tests of spatial pattern from the first click on, beside esda; Ripley's K beside pointpats."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from benchmarks.table import Row, best_of
from geo.pattern.clusters import local_autocorrelation
from geo.pattern.point_pattern import ripley

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE, CELL_M, PERMUTATIONS = 18, 1_000.0, 999
EAST, NORTH = 500_000.0, 3_100_000.0
POINTS, SIMULATIONS, DISTANCES, LAND_M = 500, 199, 50, 20_000.0
# What a visitor waits for at the first click: the libraries that the app has loaded by then are
# not counted, those of the method are.
FIRST = """
import time
import geopandas as gpd, numpy as np, scipy.sparse, scipy.spatial, shapely
row, column = np.divmod(np.arange({side}**2), {side})
cells = gpd.GeoDataFrame(
    {{"count": np.random.default_rng(0).poisson(2, {side}**2).astype(float)}},
    geometry=shapely.box(5e5 + 1e3 * column, 31e5 + 1e3 * row, 501e3 + 1e3 * column,
                         3101e3 + 1e3 * row),
    crs=4547,
)
PERMUTATIONS = {permutations}
start = time.perf_counter()
{code}
print(time.perf_counter() - start)
"""
OURS = """
from geo.pattern.autocorrelation import spatial_autocorrelation
from geo.pattern.clusters import hot_spots, local_autocorrelation
spatial_autocorrelation(cells, "count", permutations=PERMUTATIONS)
local_autocorrelation(cells, "count", permutations=PERMUTATIONS)
hot_spots(cells, "count", permutations=PERMUTATIONS)
"""
THEIRS = """
import warnings
warnings.simplefilter("ignore")
from esda import G, G_Local, Geary, Moran, Moran_Local
from libpysal.graph import Graph
graph, y = Graph.build_contiguity(cells, rook=False), cells["count"]
Moran(y, graph, permutations=PERMUTATIONS)
Geary(y, graph, permutations=PERMUTATIONS)
G(y, graph, permutations=PERMUTATIONS)
Moran_Local(y, graph, permutations=PERMUTATIONS, n_jobs=1)
G_Local(y, graph, transform="b", star=True, permutations=PERMUTATIONS, n_jobs=1)
"""


def zones() -> gpd.GeoDataFrame:
    """Lay 324 squares of 1 km, with a count each."""
    row, column = np.divmod(np.arange(SIDE**2), SIDE)
    west, south = EAST + column * CELL_M, NORTH + row * CELL_M
    cells = shapely.box(west, south, west + CELL_M, south + CELL_M)
    count = np.random.default_rng(0).poisson(2, SIDE**2).astype(float)
    return gpd.GeoDataFrame({"count": count}, geometry=cells, crs=4547)


def rows() -> list[Row]:
    return [_first_click(), _warm(), _ripley()]


def _first_click() -> Row:
    task = f"first click in a fresh process: 5 statistics, {SIDE**2} zones, {PERMUTATIONS} perm."
    note = "with the import of the methods; theirs compiles its loops, ours has none to compile"
    return Row(task, _fresh(OURS), "esda, cold", _fresh(THEIRS), note)


def _fresh(code: str) -> float:
    with tempfile.TemporaryDirectory() as cache:
        done = subprocess.run(  # noqa: S603  the code is above
            [sys.executable, "-c", FIRST.format(side=SIDE, permutations=PERMUTATIONS, code=code)],
            env=os.environ | {"NUMBA_CACHE_DIR": cache, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        )
    return float(done.stdout)


def _warm() -> Row:
    import warnings  # noqa: PLC0415  for what esda says of itself alone

    from esda import Moran_Local  # noqa: PLC0415  a second to import
    from libpysal.graph import Graph  # noqa: PLC0415

    cells = zones()
    graph = Graph.build_contiguity(cells, rook=False)

    def theirs() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Moran_Local(cells["count"], graph, permutations=9_999, n_jobs=1)

    return Row(
        f"local Moran, {SIDE**2} zones, 9999 permutations, warm",
        best_of(partial(local_autocorrelation, cells, "count", permutations=9_999)),
        "esda Moran_Local, warm",
        best_of(theirs, runs=3),
        "ours also finds the neighbours and corrects for false discoveries",
    )


def _ripley() -> Row:
    rng = np.random.default_rng(1)
    corner = np.array([EAST, NORTH])
    xy = rng.uniform(0, LAND_M, (POINTS, 2)) + corner
    points = gpd.GeoSeries(shapely.points(xy), crs=4547)
    land = gpd.GeoSeries([shapely.box(*corner, *(corner + LAND_M))], crs=4547)
    radius = np.linspace(0, LAND_M / 4, DISTANCES + 1)[1:]
    ours = partial(ripley, points, study_area=land, distances_m=radius, simulations=SIMULATIONS)
    task = f"Ripley's K, {POINTS} points, {SIMULATIONS} simulations, {DISTANCES} distances"
    try:
        from pointpats import k_test  # noqa: PLC0415
    except ImportError:
        print("pointpats is not installed: its K is timed as pairs counted by SciPy, no border.")
        return Row(task, best_of(ours), "SciPy count_neighbors", best_of(partial(_plain, radius)))
    hull = land.iloc[0]
    theirs = partial(k_test, xy, support=radius, n_simulations=SIMULATIONS, hull=hull)
    note = "theirs has no edge correction and no test of the whole curve"
    return Row(task, best_of(ours), "pointpats k_test", best_of(theirs, runs=2), note)


def _plain(radius: NDArray[np.float64]) -> None:
    rng = np.random.default_rng(2)
    for _ in range(SIMULATIONS + 1):
        tree = cKDTree(rng.uniform(0, LAND_M, (POINTS, 2)))
        tree.count_neighbors(tree, radius)
