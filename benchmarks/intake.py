"""Files of 200,000 polygons read with doctor and receipt, beside geopandas, and their memory.

Ours reads in a sealed process, decides the encoding, mends shapes, looks at the coordinates and
writes a receipt; the peer reads. A table and a raster are beside pandas and rioxarray. Of memory
the note has what all processes of ours take more than before, over the size of the file.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import rioxarray
import shapely
from rasterio.transform import from_origin

import geo
from benchmarks.table import Row, best_of
from geo.exchange import sealed
from geo.exchange.rasters import read_raster

if TYPE_CHECKING:
    from collections.abc import Callable

POLYGONS, CORNERS, RUNS = 200_000, 8, 2
TABLE_ROWS, RASTER_SIDE = 500_000, 5_000
WEST, SOUTH, ACROSS_DEG = 112.4, 27.9, 0.8
SAMPLE_S = 0.05
SMALL = b"name,lon,lat\nA,112.93,28.18\n"


def rows() -> list[Row]:
    sealed.warm()
    frame = parcels()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for path in written(frame, Path(folder)):
            task = f"{POLYGONS:,} polygons, {path.suffix[1:]} of {path.stat().st_size / 1e6:.0f} MB"
            ours, theirs = partial(geo.read_file, path), partial(gpd.read_file, path)
            found.append(_row(task, path, ours, "geopandas.read_file", theirs))
        table, raster = _table(Path(folder)), _raster(Path(folder))
        found += [
            _row(
                f"CSV of {TABLE_ROWS:,} points",
                table,
                partial(geo.read_file, table),
                "pandas.read_csv and points_from_xy",
                partial(_pandas, table),
            ),
            _row(
                f"GeoTIFF of {RASTER_SIDE:,}×{RASTER_SIDE:,} cells",
                raster,
                partial(read_raster, raster),
                "rioxarray, masked and loaded",
                partial(_rioxarray, raster),
            ),
        ]
        small = Path(folder) / "small.csv"
        small.write_bytes(SMALL)
        ours = partial(geo.read_file, small)
        found.append(_row("one point", small, ours, "pandas.read_csv", partial(_pandas, small)))
    return found


def _row(
    task: str, path: Path, ours: Callable[[], object], peer: str, theirs: Callable[[], object]
) -> Row:
    """Time both by turns, and measure the memory of ours."""
    peer_s, ours_s = best_of(theirs, runs=RUNS), best_of(ours, runs=RUNS)
    peak = peak_bytes(ours)
    note = f"peak of all processes +{peak / 1e6:,.0f} MB = {peak / path.stat().st_size:,.1f}× file"
    return Row(task, ours_s, peer, min(peer_s, best_of(theirs, runs=RUNS)), note)


def parcels() -> gpd.GeoDataFrame:
    """Parcels of eight corners side by side, with texts, codes and numbers."""
    rng = np.random.default_rng(0)
    side = int(np.ceil(POLYGONS**0.5))
    number, step = np.arange(POLYGONS), ACROSS_DEG / side
    middle = np.column_stack([WEST + number % side * step, SOUTH + number // side * step])
    angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    radius = step * rng.uniform(0.3, 0.45, (POLYGONS, CORNERS))
    corners = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    rings = middle[:, None, :] + corners
    return gpd.GeoDataFrame(
        {
            "名称": [f"地块{each}" for each in number],
            "code": [f"{each:06d}" for each in number],
            "area": rng.uniform(0, 9, POLYGONS).round(2),
        },
        geometry=shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1)),
        crs="EPSG:4490",
    )


def written(frame: gpd.GeoDataFrame, folder: Path) -> list[Path]:
    """Write the parcels as GeoPackage, zipped shapefile in GBK, GeoJSON and FlatGeobuf."""
    paths = [folder / f"a.{suffix}" for suffix in ("gpkg", "zip", "geojson", "fgb")]
    frame.to_file(paths[0], layer="parcels", driver="GPKG")
    frame.to_file(folder / "a.shp", encoding="GBK")
    with ZipFile(paths[1], "w", ZIP_DEFLATED) as archive:
        for suffix in ("shp", "shx", "dbf", "prj", "cpg"):
            archive.write(folder / f"a.{suffix}", f"a.{suffix}")
    frame.to_file(paths[2], driver="GeoJSON", RFC7946="NO")
    frame.to_file(paths[3], driver="FlatGeobuf")
    return paths


def _table(folder: Path) -> Path:
    rng = np.random.default_rng(1)
    places = np.array([WEST, SOUTH]) + rng.uniform(0, ACROSS_DEG, (TABLE_ROWS, 2))
    path = folder / "points.csv"
    table = pd.DataFrame(places.round(6), columns=["lon", "lat"])
    table.assign(name=[f"点{each}" for each in range(TABLE_ROWS)]).to_csv(path, index=False)
    return path


def _raster(folder: Path) -> Path:
    path = folder / "people.tif"
    values = np.random.default_rng(2).random((RASTER_SIDE, RASTER_SIDE), dtype="float32")
    profile = {"height": RASTER_SIDE, "width": RASTER_SIDE, "count": 1, "dtype": "float32"}
    place = {"crs": "EPSG:4547", "transform": from_origin(450_000, 3_150_000, 10, 10)}
    with rasterio.open(path, "w", driver="GTiff", nodata=-1.0, **profile, **place) as target:
        target.write(values, 1)
    return path


def _pandas(path: Path) -> gpd.GeoDataFrame:
    table = pd.read_csv(path)
    return gpd.GeoDataFrame(
        table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4490
    )


def _rioxarray(path: Path) -> None:
    with rioxarray.open_rasterio(path, masked=True) as raster:
        raster.load()


def peak_bytes(call: Callable[[], object]) -> int:
    """Most memory that this process and all below it take more than before, shared pages once."""
    before, most, over = _memory(), 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(SAMPLE_S):
            most = max(most, _memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        call()
    finally:
        over.set()
        watcher.join()
    time.sleep(SAMPLE_S)
    return max(most - before, 0)


def _memory() -> int:
    return sum(_proportional(process) for process in _family())


def _family() -> list[int]:
    """Return this process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        try:
            parent = int((entry / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        if entry.name.isdecimal():
            children.setdefault(parent, []).append(int(entry.name))
    family = [os.getpid()]
    for process in family:
        family += children.get(process, [])
    return family


def _proportional(process: int) -> int:
    """Bytes of a process, of what it shares its part; zero for one that is gone."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
