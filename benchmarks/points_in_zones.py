"""A million points counted in 600 zones, beside geopandas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.table import Row, best_of
from geo.zonal import distribution

POINTS, ZONES, SIDE_M = 1_000_000, 600, 50_000.0
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
    # Borders like those of townships, with a corner every 250 m.
    zones = gpd.GeoDataFrame(
        geometry=shapely.segmentize(shapely.intersection(cells, extent), 250.0), crs=4547
    )

    def joined() -> object:
        found = points.sjoin(zones, predicate="intersects")
        return found.groupby("index_right").size()

    return [
        Row(
            "count 1 M points in 600 zones",
            best_of(lambda: distribution(points, zones), runs=3),
            "geopandas sjoin + groupby",
            best_of(joined, runs=3),
            "ours also measures areas and looks for overlaps",
        )
    ]
