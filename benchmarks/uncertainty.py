"""A thousand points moved a thousand times over 20 zones, beside a loop of spatial joins."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.table import Row, best_of
from geo.zoned.uncertainty import uncertainty

DRAWS, POINTS, ZONES, SIDE_M = 1_000, 1_000, 20, 50_000.0
LARGEST_ERROR_M = 2_000.0
PEER_DRAWS = 20
EAST, NORTH = 500_000.0, 3_100_000.0


def rows() -> list[Row]:
    rng = np.random.default_rng(1)
    corner = np.array([EAST, NORTH])
    xy = rng.uniform(0, SIDE_M, (POINTS, 2)) + corner
    sigma = rng.uniform(50.0, LARGEST_ERROR_M, POINTS)
    points = gpd.GeoDataFrame({"accuracy_m": sigma}, geometry=shapely.points(xy), crs=4547)
    seeds = shapely.multipoints(rng.uniform(0, SIDE_M, (ZONES, 2)) + corner)
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds))
    extent = shapely.box(EAST, NORTH, EAST + SIDE_M, NORTH + SIDE_M)
    zones = gpd.GeoDataFrame(
        geometry=shapely.segmentize(shapely.intersection(cells, extent), 250.0), crs=4547
    )

    def joined() -> None:
        moves = np.random.default_rng(0)
        counts = np.empty((PEER_DRAWS, ZONES))
        for draw in range(PEER_DRAWS):
            places = xy + sigma[:, None] * moves.standard_normal((POINTS, 2))
            moved = gpd.GeoDataFrame(geometry=shapely.points(places), crs=4547)
            found = moved.sjoin(zones, predicate="intersects")
            counts[draw] = np.bincount(found["index_right"], minlength=ZONES)
        np.quantile(counts, [0.05, 0.95], axis=0)

    return [
        Row(
            f"uncertainty, {DRAWS:,} draws × {POINTS:,} points × {ZONES} zones",
            best_of(lambda: uncertainty(points, zones).ahead),
            "loop of geopandas sjoin",
            best_of(joined, runs=3) * DRAWS / PEER_DRAWS,
            f"scaled up from {PEER_DRAWS} draws; ours also ranks and compares zones pairwise",
        )
    ]
