"""Kernel density at the size of a city, beside QGIS, KDEpy and SciPy."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import scipy.signal
import shapely
from KDEpy import FFTKDE, TreeKDE
from scipy.stats import gaussian_kde

from benchmarks.table import Row, best_of
from geo.exchange.geotiffs import write_geotiff
from geo.surface.density import kernel_density

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EAST, NORTH = 500_000.0, 3_100_000.0
WIDTH, HEIGHT, CELL_M, RADIUS_M = 2_280, 1_500, 50.0, 1_000.0
EXTENT = gpd.GeoSeries(
    [shapely.box(EAST, NORTH, EAST + WIDTH * CELL_M, NORTH + HEIGHT * CELL_M)], crs=4547
)
CITY = "r = 1 km, 50 m cells over 114 × 75 km"
CELLS, WIDE_CELL_M, BANDWIDTH_M = 500, 100.0, 2_000.0
# KDEpy takes the standard deviation of the kernel in one dimension; for the biweight, which is the
# quartic kernel, that is the radius over the root of 7.
BIWEIGHT = 7**0.5
SCIPY_CELLS, TREE_CELLS, FEW_CELLS = 200, 4_000, 10
# Debian's qgis_process is a script that adds an option which the program does not know.
QGIS = shutil.which("qgis_process.bin") or shutil.which("qgis_process")


def rows() -> list[Row]:
    return [*_beside_qgis(), *_million(), *_exact_peers()]


def _scattered(count: int, width_m: float, height_m: float) -> Floats:
    xy: Floats = np.random.default_rng(0).uniform(0, 1, (count, 2)) * [width_m, height_m]
    return xy + np.array([EAST, NORTH])


def _frame(xy: Floats) -> gpd.GeoSeries:
    return gpd.GeoSeries(shapely.points(xy), crs=4547)


def _quartic(points: gpd.GeoSeries, method: Any) -> xr.DataArray:  # noqa: ANN401
    return kernel_density(
        points, bandwidth_m=RADIUS_M, cell_size_m=CELL_M, extent=EXTENT, method=method
    )


# ---- QGIS ----


def _beside_qgis() -> list[Row]:
    points = _frame(_scattered(100_000, WIDTH * CELL_M, HEIGHT * CELL_M))
    ours = partial(_quartic, points, "exact")
    if QGIS is None:
        print("no row beside QGIS: qgis_process is not installed")
        return []
    task = f"quartic density 100 k points, {CITY}, exact"
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, some in (("points", points), ("one", points.iloc[:1])):
            gpd.GeoDataFrame(geometry=some).to_file(folder / f"{file}.gpkg")
        whole = best_of(partial(_qgis, folder, "points"), runs=3)
        start = best_of(partial(_qgis, folder, "one"), runs=2)
        written = best_of(lambda: write_geotiff(ours(), folder / "ours.tif"))
    ours_s = best_of(ours)
    return [
        Row(task, ours_s, "QGIS qgis_process", whole, "reads a file, writes one"),
        Row(task, ours_s, "the same less its start", whole - start, "as with one point"),
        Row(f"{task}, GeoTIFF written", written, "QGIS qgis_process", whole, "reads a file too"),
        Row(f"{task}, GeoTIFF written", written, "the same less its start", whole - start),
    ]


def _qgis(folder: Path, name: str) -> None:
    command = [
        *(str(QGIS), "run", "qgis:heatmapkerneldensityestimation", "--"),
        *(f"INPUT={folder / name}.gpkg", f"RADIUS={RADIUS_M}", f"PIXEL_SIZE={CELL_M}"),
        *("KERNEL=0", "OUTPUT_VALUE=0", f"OUTPUT={folder / name}.tif"),
    ]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)}
    subprocess.run(command, env=environment, check=True, capture_output=True)  # noqa: S603


# ---- a million points ----


def _million() -> list[Row]:
    xy = _scattered(1_000_000, WIDTH * CELL_M, HEIGHT * CELL_M)
    points = _frame(xy)
    found = _quartic(points, "binned")
    exact = _quartic(points, "exact").to_numpy()
    ours_s = best_of(partial(_quartic, points, "binned"), runs=9)
    ours_off = _off(found.to_numpy(), exact)
    note = f"ours off by {ours_off}, bound {found.attrs['error_bound_pct']:.2g} %; theirs by "
    task = f"quartic density 1 M points, {CITY}, binned"
    fft = partial(_kdepy, xy, "biweight", RADIUS_M / BIWEIGHT, (HEIGHT, WIDTH), CELL_M)
    nearest = partial(_fftconvolve, xy)
    exact_s = best_of(partial(_quartic, points, "exact"), runs=3)
    return [
        Row(task, ours_s, "KDEpy FFTKDE biweight", best_of(fft, runs=2), note + _off(fft(), exact)),
        Row(
            task,
            ours_s,
            "histogram2d, scipy fftconvolve",
            best_of(nearest, runs=3),
            note + _off(nearest(), exact),
        ),
        Row(task, ours_s, "ours, exact", exact_s),
    ]


def _fftconvolve(xy: Floats) -> Floats:
    reach = int(RADIUS_M / CELL_M)
    edges = [
        start + CELL_M * np.arange(-reach, count + reach + 1)
        for start, count in ((NORTH, HEIGHT), (EAST, WIDTH))
    ]
    counts, _, _ = np.histogram2d(xy[:, 1], xy[:, 0], bins=edges)
    offset = np.arange(-reach, reach + 1) / reach
    kernel = np.maximum(1 - offset[:, None] ** 2 - offset**2, 0) ** 2 * 3 / np.pi
    density: Floats = scipy.signal.fftconvolve(counts[::-1], kernel, mode="valid")
    return density


def _off(values: Floats, exact: Floats) -> str:
    return f"{100 * float(np.abs(values - exact).max() / exact.max()):.2g} %"


# ---- exact peers, on a smaller raster ----


def _exact_peers() -> list[Row]:
    side_m = CELLS * WIDE_CELL_M
    xy = _scattered(100_000, side_m, side_m)
    extent = gpd.GeoSeries([shapely.box(EAST, NORTH, EAST + side_m, NORTH + side_m)], crs=4547)
    grid = np.random.default_rng(1).permutation(_grid((CELLS, CELLS), WIDE_CELL_M))
    found = []
    for kernel in ("quartic", "gaussian"):
        ours = partial(
            kernel_density,
            _frame(xy),
            bandwidth_m=BANDWIDTH_M,
            cell_size_m=WIDE_CELL_M,
            kernel=kernel,
            extent=extent,
        )
        peers = {method: partial(ours, method=method) for method in ("exact", "binned")}
        exact_s, binned_s = (best_of(call, runs=3) for call in peers.values())
        name, sd = ("biweight", BANDWIDTH_M / BIWEIGHT) if kernel == "quartic" else (kernel, 2e3)
        fft = partial(_kdepy, xy, name, sd, (CELLS, CELLS), WIDE_CELL_M)
        task = f"{kernel} density 100 k points, 500×500 cells, h = 2 km"
        off = _off(fft(), peers["exact"]().to_numpy())
        found += [
            Row(
                f"{task}, binned",
                binned_s,
                f"KDEpy FFTKDE {name}",
                best_of(fft, runs=3),
                f"ours off by {_off(peers['binned']().to_numpy(), peers['exact']().to_numpy())}, "
                f"theirs by {off}",
            ),
            Row(f"{task}, exact", exact_s, *_exact_peer(kernel, xy, grid)),
        ]
    return found


def _exact_peer(kernel: str, xy: Floats, grid: Floats) -> tuple[str, float, str]:
    if kernel == "quartic":
        tree = TreeKDE(kernel="biweight", bw=BANDWIDTH_M / BIWEIGHT, norm=2).fit(xy)
        few, more = (
            best_of(partial(tree.evaluate, grid[:n]), runs=1) for n in (FEW_CELLS, TREE_CELLS)
        )
        per_cell = (more - few) / (TREE_CELLS - FEW_CELLS)
        peer, peer_s, part = "KDEpy TreeKDE biweight", few + per_cell * CELLS**2, TREE_CELLS
    else:
        direct = gaussian_kde(xy.T, bw_method=BANDWIDTH_M / xy.std(axis=0, ddof=1).mean())
        few_s = best_of(partial(direct, grid[:SCIPY_CELLS].T), runs=1)
        peer, part = "scipy gaussian_kde", SCIPY_CELLS
        peer_s = few_s * CELLS**2 / SCIPY_CELLS
    return peer, peer_s, f"exact too; scaled up from {part:,} of {CELLS**2:,} cells"


def _grid(size: tuple[int, int], cell_m: float) -> Floats:
    """Cell centres in the order that KDEpy wants, with one cell more on each side."""
    north, east = (
        start + (np.arange(count + 2) - 0.5) * cell_m
        for start, count in zip((NORTH, EAST), size, strict=True)
    )
    return np.stack(np.meshgrid(east, north, indexing="ij"), axis=-1).reshape(-1, 2)


def _kdepy(xy: Floats, kernel: str, sd_m: float, size: tuple[int, int], cell_m: float) -> Floats:
    """Density per km² on the cells, northern row first."""
    estimator: Callable[..., Any] = FFTKDE
    per_m2 = estimator(kernel=kernel, bw=sd_m, norm=2).fit(xy).evaluate(_grid(size, cell_m))
    density: Floats = per_m2.reshape(size[1] + 2, size[0] + 2)[1:-1, 1:-1].T[::-1]
    return density * len(xy) * 1e6
