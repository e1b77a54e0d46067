"""The mean of a raster of 4 million cells in 2500 zones, beside exactextract and rasterstats."""

from __future__ import annotations

import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr

from benchmarks.table import Row, best_of
from geo.exchange.geotiffs import write_geotiff
from geo.zoned.raster_zones import zonal_shares, zonal_statistics

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELLS, CELL_M, ZONES, SOME, CLASSES = 2_000, 25.0, 2_500, 250, 10
EAST, NORTH, SIDE_M = 500_000.0, 3_100_000.0, CELLS * CELL_M
# Borders like those of townships, with a corner every 100 m.
CORNER_M = 100.0
TASK = "zonal mean, 2500 polygons × 4 Mpx"


def rows() -> list[Row]:
    rng = np.random.default_rng(0)
    corner = np.array([EAST, NORTH])
    seeds = shapely.multipoints(rng.uniform(0, SIDE_M, (ZONES, 2)) + corner)
    extent = shapely.box(EAST, NORTH, EAST + SIDE_M, NORTH + SIDE_M)
    cells = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(seeds)), extent)
    zones = gpd.GeoDataFrame(geometry=shapely.segmentize(cells, CORNER_M), crs=4547)
    centre = (np.arange(CELLS) + 0.5) * CELL_M
    array = xr.DataArray(
        rng.uniform(0, 100, (CELLS, CELLS)),
        coords={"y": NORTH + centre[::-1], "x": EAST + centre},
        dims=("y", "x"),
    ).rio.write_crs("EPSG:4547")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "raster.tif"
        write_geotiff(array, path)
        found = _beside_exactextract(array, path, zones) + _beside_rasterstats(array, path, zones)
    return found + _shares(np.floor(array / CLASSES), zones)


def _beside_exactextract(array: xr.DataArray, path: Path, zones: gpd.GeoDataFrame) -> list[Row]:
    library = import_module("exactextract")
    sources = import_module("exactextract.raster")
    wkt = zones.crs.to_wkt()
    bounds = (EAST, NORTH, EAST + SIDE_M, NORTH + SIDE_M)
    memory = sources.NumPyRasterSource(array.to_numpy(), *bounds, srs_wkt=wkt)

    def theirs(raster: object) -> NDArray[Any]:
        table = library.exact_extract(raster, zones, ["mean"], output="pandas")
        means: NDArray[Any] = table["mean"].to_numpy()
        return means

    error = np.abs(zonal_statistics(array, zones)["mean"] - theirs(memory)).max()
    note = f"same values to {error:.1g}"
    return [
        Row(
            f"{TASK}, in memory",
            best_of(lambda: zonal_statistics(array, zones), runs=3),
            "exactextract, NumPyRasterSource",
            best_of(lambda: theirs(memory), runs=3),
            f"{note}; ours also measures areas",
        ),
        Row(
            f"{TASK}, GeoTIFF",
            best_of(lambda: zonal_statistics(path, zones), runs=3),
            "exactextract, rasterio",
            best_of(lambda: theirs(sources.RasterioRasterSource(path)), runs=2),
            note,
        ),
    ]


def _beside_rasterstats(array: xr.DataArray, path: Path, zones: gpd.GeoDataFrame) -> list[Row]:
    if find_spec("rasterstats") is None:
        print("rasterstats is not installed: no row for it")
        return []
    library = import_module("rasterstats")
    call = library.zonal_stats
    some = zones.iloc[:SOME]
    theirs = [row["mean"] for row in call(some, str(path), stats=["mean"])]
    error = np.abs(zonal_statistics(array, some)["mean"] - theirs).max()
    return [
        Row(
            f"{TASK}, GeoTIFF",
            best_of(lambda: zonal_statistics(path, zones), runs=3),
            "rasterstats",
            best_of(lambda: call(some, str(path), stats=["mean"]), runs=1) * ZONES / SOME,
            f"scaled up from {SOME} polygons; whole cells only: off by up to {error:.2g} of 100",
        )
    ]


def _shares(classes: xr.DataArray, zones: gpd.GeoDataFrame) -> list[Row]:
    library = import_module("exactextract")
    sources = import_module("exactextract.raster")
    bounds = (EAST, NORTH, EAST + SIDE_M, NORTH + SIDE_M)
    memory = sources.NumPyRasterSource(classes.to_numpy(), *bounds, srs_wkt=zones.crs.to_wkt())
    return [
        Row(
            f"shares of {CLASSES} classes, {ZONES} polygons × 4 Mpx",
            best_of(lambda: zonal_shares(classes, zones), runs=3),
            "exactextract unique, frac",
            best_of(
                lambda: library.exact_extract(memory, zones, ["unique", "frac"], output="pandas"),
                runs=3,
            ),
            "theirs leaves lists in cells of a table",
        )
    ]
