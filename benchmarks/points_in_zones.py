"""A million points counted in 627 zones with 37 000 vertices, beside geopandas and shapely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.table import Row, best_of
from geo.zoned.distribution import distribution

if TYPE_CHECKING:
    from numpy.typing import NDArray

POINTS, ZONES, SIDE_M = 1_000_000, 627, 50_000.0
# A corner at least so often makes about 37 000 of them, as townships have.
CORNER_EVERY_M = 145.5
EAST, NORTH = 500_000.0, 3_100_000.0


def rows() -> list[Row]:
    rng = np.random.default_rng(1)
    corner = np.array([EAST, NORTH])
    points = gpd.GeoDataFrame(
        geometry=shapely.points(rng.uniform(0, SIDE_M, (POINTS, 2)) + corner), crs=4547
    )
    seeds = shapely.multipoints(rng.uniform(0, SIDE_M, (ZONES, 2)) + corner)
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds))
    extent = shapely.box(EAST, NORTH, EAST + SIDE_M, NORTH + SIDE_M)
    zones = gpd.GeoDataFrame(
        geometry=shapely.segmentize(shapely.intersection(cells, extent), CORNER_EVERY_M), crs=4547
    )
    vertices = int(shapely.get_num_coordinates(zones.geometry).sum())
    task = f"count 1 M points in {ZONES} zones, {vertices:,} vertices"

    def ours() -> NDArray[np.int64]:
        return distribution(points, zones)["count"].to_numpy()

    def joined() -> NDArray[np.int64]:
        found = points.sjoin(zones, predicate="intersects")
        return np.bincount(found["index_right"], minlength=ZONES)

    def by_tree() -> NDArray[np.int64]:
        # The tree of the points is the quicker way round.
        tree = shapely.STRtree(points.geometry.to_numpy())
        found, _ = tree.query(zones.geometry.to_numpy(), predicate="intersects")
        return np.bincount(found, minlength=ZONES)

    counts, ours_s = ours(), best_of(ours)
    found = []
    for peer, call in (("geopandas sjoin", joined), ("shapely STRtree", by_tree)):
        differ = int((call() != counts).sum())
        found.append(
            Row(
                task,
                ours_s,
                peer,
                best_of(call, runs=3),
                ("identical counts" if differ == 0 else f"counts of {differ} zones DIFFER")
                + "; ours also measures areas, ranks, and looks for overlaps",
            )
        )
    return found
