"""Points that may lie elsewhere: values that a reader can work out."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point, box

from geo.errors import InputError
from geo.zoned.accuracy import Unsure, accuracy_of, unsure

EAST, NORTH = 500_000.0, 3_100_000.0


def at(x: float, y: float) -> Point:
    return Point(EAST + x, NORTH + y)


def of(accuracy: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"accuracy_m": accuracy}, geometry=[at(0, 0)] * len(accuracy), crs=4547)


def placed(*, overlap: bool = False) -> Unsure:
    """Two squares of 1 km side by side, and a point in the middle of each, 100 and 400 m unsure."""
    squares = [box(EAST + west, NORTH, EAST + west + 1000, NORTH + 1000) for west in (0, 1000)]
    points = gpd.GeoSeries([at(500, 500), at(1500, 500)], crs=4547)
    zones = gpd.GeoSeries(squares, crs=4547)
    return unsure(points, np.array([100.0, 400.0]), zones, overlap=overlap)


def test_nothing_and_a_thousand_kilometres_are_the_bounds() -> None:
    assert accuracy_of(of([0, 1_000_000])).tolist() == [0.0, 1_000_000.0]
    assert np.isnan(accuracy_of(of([None, np.nan]))).all()
    with pytest.raises(
        InputError, match=r"f: 3 values of accuracy_m .* 1,000,000 m.* is -1.0"
    ) as no:
        accuracy_of(of([0, -1, 1_000_001, np.inf]), function="f")
    assert no.value.values == {"rows": 3, "most": 1e6, "first": -1.0}
    with pytest.raises(InputError, match="f: accuracy_m is not all numbers") as no:
        accuracy_of(of([5, "near"]), function="f")
    assert (no.value.code, no.value.values) == ("values.text_in", {"column": "accuracy_m"})


def test_who_says_nothing_of_accuracy_has_none() -> None:
    for points in (of([5, 6]).geometry, of([5, 6]).drop(columns="accuracy_m")):
        assert np.isnan(accuracy_of(points)).tolist() == [True, True]


def test_each_point_is_moved_by_its_own_accuracy() -> None:
    offsets = np.array(
        [
            [[0, 0], [0, 0]],  # where they are
            [[6, 0], [-2, 0]],  # 500 + 600 and 1500 − 800: each in the square of the other
            [[0, 6], [2, 0]],  # 500 + 600 to the north, 1500 + 800 to the east: outside
        ]
    )
    place, zone = placed().pairs(offsets)
    assert place.tolist() == [0, 1, 2, 3]
    assert zone.tolist() == [0, 1, 1, 0]
    place, zone = placed().pairs(offsets[:, 1:], slice(1, 2))  # the second point alone
    assert place.tolist() == [0, 1]
    assert zone.tolist() == [1, 0]


def test_a_point_on_a_border_counts_once_where_zones_do_not_overlap() -> None:
    onto_border = np.array([[[5, 0], [0, 0]]])  # 500 + 500
    place, zone = placed().pairs(onto_border)
    assert (place.tolist(), zone.tolist()) == ([0, 1], [0, 1])
    place, zone = placed(overlap=True).pairs(onto_border)
    assert sorted(zip(place.tolist(), zone.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 1)]
