from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Point

from geo import points as points_module
from geo.crs import to_metric
from geo.errors import CRSError, InputError
from geo.points import located, places

CHANGSHA = np.array([112.94, 28.23])


def scattered(n: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.3, 0.3, (n, 2)) + CHANGSHA


@pytest.mark.parametrize("crs", [4490, 4326, 4547, 3857, 32649])
@pytest.mark.parametrize("missing", [None, Point()])
def test_places_are_those_of_projecting_and_reading(crs: int, missing: object) -> None:
    frame = gpd.GeoSeries(shapely.points(scattered(20)), crs=4490).to_crs(crs)
    with_gap = frame.copy()
    with_gap.iloc[3] = missing
    for points in (frame, with_gap, frame.iloc[:0]):
        metric = to_metric(points)
        xy, rows = located(metric)
        found = places(points)
        np.testing.assert_array_equal(np.stack([found.x_m, found.y_m], axis=1), xy)
        np.testing.assert_array_equal(found.rows, rows)
        assert found.crs == metric.crs
        assert found.stated == points.crs


def test_many_points_are_read_by_two_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = gpd.GeoSeries(shapely.points(scattered(50) * 1000 + 400_000), crs=4547)
    one = places(frame)
    monkeypatch.setattr(points_module, "_WORTH_A_THREAD", 10)
    two = places(frame)
    np.testing.assert_array_equal(one.x_m, two.x_m)
    np.testing.assert_array_equal(one.y_m, two.y_m)


def test_the_gate_is_the_same() -> None:
    with pytest.raises(CRSError, match=r"^f: .*no CRS"):
        places(gpd.GeoSeries([Point(0, 0)]), function="f")
    with pytest.raises(CRSError, match=r"^f: .*swapped"):
        places(gpd.GeoSeries([Point(28, 113)], crs=4490), function="f")
    with pytest.raises(CRSError, match=r"^f: .*too wide"):
        places(gpd.GeoSeries([Point(100, 28), Point(120, 28)], crs=4490), function="f")
    with pytest.raises(InputError, match=r"^f: .*LineString"):
        places(gpd.GeoSeries([LineString([(112, 28), (113, 28)])], crs=4490), function="f")
    with pytest.raises(InputError, match=r"^f: .*infinite"):
        places(gpd.GeoSeries([Point(112, 28), Point(np.inf, 28)], crs=4490), function="f")
    with pytest.raises(InputError, match=r"^f: got list"):
        places([Point(0, 0)], function="f")
