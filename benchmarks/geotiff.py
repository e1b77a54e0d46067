"""Writing a density of 2280 × 1500 cells as GeoTIFF, beside rioxarray and rasterio as they come."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import rasterio
import shapely

from benchmarks.table import Row, best_of
from geo.exchange.geotiffs import write_geotiff
from geo.surface.density import kernel_density

if TYPE_CHECKING:
    import xarray as xr

POINTS, CLUSTERS, SPREAD_M = 100_000, 40, 4_000.0
BANDWIDTH_M, CELL_M, ACROSS_M, UP_M = 1_000.0, 50.0, 114_000.0, 75_000.0
EAST, NORTH = 400_000.0, 3_100_000.0


def rows() -> list[Row]:
    density = surface()
    task = f"GeoTIFF of {density.sizes['x']:,}×{density.sizes['y']:,} cells to disk"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        ours = path / "ours.tif"
        ours_s = best_of(partial(write_geotiff, density, ours))
        found = []
        for peer, write in (
            (
                "rioxarray .rio.to_raster, uncompressed",
                partial(density.rio.to_raster, path / "rio.tif"),
            ),
            ("rasterio, tiled deflate", partial(_plain, density, path / "plain.tif")),
            ("rasterio, COG deflate", partial(_cog, density, path / "cog.tif")),
        ):
            peer_s = best_of(write, runs=3)
            theirs = max(path.glob("*.tif"), key=lambda file: file.stat().st_mtime_ns)
            note = f"ours {_megabytes(ours)}, 32 bit; theirs {_megabytes(theirs)}, 64 bit"
            found.append(Row(task, ours_s, peer, peer_s, note))
    return found


def surface() -> xr.DataArray:
    """Density of clustered points over a city: smooth, and zero where nobody is."""
    rng = np.random.default_rng(0)
    size = np.array([ACROSS_M, UP_M])
    centres = rng.uniform(0, 1, (CLUSTERS, 2)) * size
    xy = centres[rng.integers(0, CLUSTERS, POINTS)] + rng.normal(0, SPREAD_M, (POINTS, 2))
    inside = ((xy > 0) & (xy < size)).all(axis=1)
    points = gpd.GeoSeries(shapely.points(xy[inside] + (EAST, NORTH)), crs=4547)
    box = shapely.box(EAST, NORTH, EAST + ACROSS_M, NORTH + UP_M)
    extent = gpd.GeoSeries([box], crs=4547)
    return kernel_density(points, bandwidth_m=BANDWIDTH_M, cell_size_m=CELL_M, extent=extent)


def _plain(density: xr.DataArray, path: Path) -> None:
    _write(density, path, driver="GTiff", tiled=True)


def _cog(density: xr.DataArray, path: Path) -> None:
    _write(density, path, driver="COG")


def _write(density: xr.DataArray, path: Path, **profile: object) -> None:
    values = density.to_numpy()
    with rasterio.open(
        path,
        "w",
        height=values.shape[0],
        width=values.shape[1],
        count=1,
        dtype=values.dtype.name,
        crs=density.rio.crs,
        transform=density.rio.transform(),
        compress="deflate",
        **profile,
    ) as target:
        target.write(values, 1)


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f} MB"
