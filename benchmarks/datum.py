"""A million coordinates from WGS-84 to GCJ-02 and back, beside the formula point by point."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.table import Row, best_of
from geo.datum import gcj02_to_wgs84, wgs84_to_gcj02

POINTS, LOOPED = 1_000_000, 20_000


def by_the_book(lon: float, lat: float) -> tuple[float, float]:
    """The formula as every implementation in plain Python has it, with no test of the boundary."""
    x, y, pi = lon - 105.0, lat - 35.0, math.pi
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    east += (20.0 * math.sin(x * pi) + 40.0 * math.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * pi) + 300.0 * math.sin(x / 30.0 * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    north += (20.0 * math.sin(y * pi) + 40.0 * math.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * pi) + 320.0 * math.sin(y * pi / 30.0)) * 2.0 / 3.0
    phi = math.radians(lat)
    bend = 1.0 - 0.00669342162296594323 * math.sin(phi) ** 2
    east = math.degrees(east / (6378245.0 / math.sqrt(bend) * math.cos(phi)))
    north = math.degrees(
        north / (6378245.0 * (1.0 - 0.00669342162296594323) / (bend * math.sqrt(bend)))
    )
    return lon + east, lat + north


def by_the_book_back(lon: float, lat: float) -> tuple[float, float]:
    """The inverse that most implementations have: one step, wrong by a metre or two."""
    east, north = by_the_book(lon, lat)
    return 2 * lon - east, 2 * lat - north


def rows() -> list[Row]:
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(110, 114, POINTS), rng.uniform(25, 30, POINTS)
    few = list(zip(lon[:LOOPED].tolist(), lat[:LOOPED].tolist(), strict=True))
    scale = POINTS / LOOPED
    note = f"one by one in Python, no boundary; scaled up from {LOOPED:,} points"
    return [
        Row(
            "1 M points WGS-84 → GCJ-02",
            best_of(lambda: wgs84_to_gcj02(lon, lat)),
            "the formula in a loop",
            scale * best_of(lambda: [by_the_book(*point) for point in few], runs=3),
            note,
        ),
        Row(
            "1 M points GCJ-02 → WGS-84",
            best_of(lambda: gcj02_to_wgs84(lon, lat)),
            "one-step inverse in a loop",
            scale * best_of(lambda: [by_the_book_back(*point) for point in few], runs=3),
            f"{note}; ours to 1e-9°, the peer to a metre or two",
        ),
    ]
