from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pointpats.centrography import ellipse, euclidean_median, mean_center, std_distance
from scipy.optimize import minimize
from shapely import Point, box

from geo.errors import CRSError, InputError
from geo.pattern.centrography import centres, deviational_ellipses
from geo.pattern.median_centre import spatial_median

EAST, NORTH = 500_000.0, 3_100_000.0
CORNER = np.array([EAST, NORTH])


def at(xy: Any, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        columns, geometry=list(shapely.points(np.asarray(xy, dtype=float) + CORNER)), crs=4547
    )


def cloud(seed: int, n: int = 60) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(0, [3000, 900], (n, 2)) @ [[0.8, 0.6], [-0.6, 0.8]]


def place(frame: gpd.GeoDataFrame, kind: str) -> np.ndarray:
    row = frame[frame["kind"] == kind].geometry.iloc[0]
    return np.array([row.x, row.y]) - CORNER


# ---- centres ----


def test_centres_by_hand() -> None:
    found = centres(at([(0, 0), (4000, 0), (0, 4000), (1000, 1000)]))
    assert place(found, "mean").tolist() == [5000 / 4, 5000 / 4]
    # the point inside the triangle of the three others
    assert place(found, "median").tolist() == [1000, 1000]
    assert found["category"].tolist() == ["all", "all"]
    assert found["n"].tolist() == [4, 4]
    distances = [2**0.5 * 1000, 10**0.5 * 1000, 10**0.5 * 1000, 0]
    assert found["mean_distance_m"][1] == pytest.approx(sum(distances) / 4)


def test_weights_by_hand() -> None:
    points = at([(0, 0), (4000, 0), (0, 4000)], w=[1, 2, 0])
    found = centres(points, weights="w")
    assert place(found, "mean") == pytest.approx([8000 / 3, 0])
    assert place(found, "median") == pytest.approx([4000, 0])  # the heavier of two
    assert found["weight_sum"].tolist() == [3, 3]
    assert found["n"].tolist() == [2, 2]
    assert found.attrs["points_without_weight"] == 1


def test_median_of_a_triangle_sees_its_sides_under_120_degrees() -> None:
    xy = np.array([(0.0, 0), (6000, 0), (1000, 4000)])
    median = place(centres(at(xy)), "median")
    away = (xy - median) / np.linalg.norm(xy - median, axis=1, keepdims=True)
    assert (away @ away.T)[np.triu_indices(3, 1)] == pytest.approx([-0.5] * 3, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_centres_are_those_of_pointpats(seed: int) -> None:
    xy = cloud(seed)
    found = centres(at(xy))
    assert place(found, "mean") == pytest.approx(mean_center(xy), abs=1e-6)
    # theirs stops at a gradient of 1e-5
    assert place(found, "median") == pytest.approx(euclidean_median(xy), abs=0.5)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(-20, 20), st.integers(-20, 20), st.integers(1, 5)),
        min_size=1,
        max_size=25,
    )
)
def test_median_is_least(rows: list[tuple[int, int, int]]) -> None:
    table = np.array(rows, dtype=float)
    xy, weight = table[:, :2] * 100, table[:, 2]

    def total(spot: Any) -> float:
        return float(weight @ np.hypot(*(xy - spot).T))

    median = spatial_median(xy, weight)
    best = min(
        [total(spot) for spot in xy]
        + [minimize(total, xy.mean(axis=0), method="Nelder-Mead", options={"xatol": 1e-6}).fun]
    )
    assert total(median) <= best * (1 + 1e-9) + 1e-9
    # a millimetre to any side is no better
    for step in ((1e-3, 0), (-1e-3, 0), (0, 1e-3), (0, -1e-3)):
        assert total(median) <= total(median + step) + 1e-9 * best


def test_median_where_newton_starts_on_a_point() -> None:
    # The mean is the point (0, 0). At the median two points pull to the left, one to the right and
    # two more at an angle: 1 + 2 d / √(d² + 10²) = 2, d = 10 / √3.
    xy = np.array([(0.0, 0), (-3000, 0), (1000, 10), (1000, -10), (1000, 0)])
    assert spatial_median(xy, np.ones(5)) == pytest.approx([1000 - 10 / 3**0.5, 0], abs=1e-6)
    # 400 points on a grid, in which many are near the median
    grid = np.array([(x, y) for x in range(20) for y in range(20)], dtype=float) * 10
    assert spatial_median(grid, np.ones(400)) == pytest.approx([95, 95], abs=1e-3)


def test_median_on_a_line_is_in_the_middle_of_two() -> None:
    found = place(centres(at([(0, 0), (1000, 1000), (3000, 3000), (9000, 9000)])), "median")
    assert found == pytest.approx([2000, 2000], abs=1e-3)
    assert place(centres(at([(0, 0), (10, 0)])), "median") == pytest.approx([5, 0])
    assert place(centres(at([(7, 3)])), "median").tolist() == [7, 3]
    assert place(centres(at([(7, 3)] * 5)), "median").tolist() == [7, 3]


def test_categories() -> None:
    xy = np.concatenate([cloud(0), cloud(1) + 20_000, cloud(2)])
    kinds = ["b"] * 60 + ["a"] * 60 + [None] * 60
    found = centres(at(xy, kind=kinds), by="kind")
    assert found["category"].tolist() == ["b", "b", "a", "a"]
    alone = centres(at(cloud(1) + 20_000))
    assert found.geometry.iloc[2].distance(alone.geometry.iloc[0]) < 1e-6
    assert found.attrs == {
        "points_without_place": 0,
        "points_without_category": 60,
        "points_without_weight": 0,
        "crs_used": "EPSG:4547 (CGCS2000 / 3-degree Gauss-Kruger CM 114E)",
        "units": {"n": "count", "weight_sum": "count", "mean_distance_m": "m"},
    }
    as_category = at(xy, kind=pd.Categorical(kinds, categories=["a", "b", "unused"]))
    assert set(centres(as_category, by="kind")["category"]) == {"a", "b"}
    ellipses = deviational_ellipses(at(xy, kind=kinds), by="kind")
    assert ellipses["category"].tolist() == ["b", "a"]


# ---- ellipses ----


def test_ellipse_by_hand() -> None:
    # Σ x² = 2 · 5000², Σ y² = 2 · 1000², n − 2 = 2
    points = at([(5000, 0), (-5000, 0), (0, 1000), (0, -1000)])
    found = deviational_ellipses(points).iloc[0]
    assert found["major_m"] == pytest.approx((2 * 2 * 5000**2 / 2) ** 0.5)
    assert found["minor_m"] == pytest.approx((2 * 2 * 1000**2 / 2) ** 0.5)
    assert found["angle_deg"] == pytest.approx(90)
    assert found["standard_distance_m"] == pytest.approx(((2 * 5000**2 + 2 * 1000**2) / 2) ** 0.5)
    area = np.pi * found["major_m"] * found["minor_m"] / 1e6
    assert found["area_km2"] == pytest.approx(area, rel=1e-3)
    assert found["geometry"].bounds == pytest.approx(
        (EAST - 5000 * 2**0.5, NORTH - 1000 * 2**0.5, EAST + 5000 * 2**0.5, NORTH + 1000 * 2**0.5)
    )
    # A corner for each degree, and the first again.
    assert len(found["geometry"].exterior.coords) == 361
    assert found["inside_pct"] == 100
    twice = deviational_ellipses(points, deviations=2).iloc[0]
    assert twice["major_m"] == pytest.approx(2 * found["major_m"])
    assert twice["standard_distance_m"] == found["standard_distance_m"]
    half = deviational_ellipses(points, deviations=0.6).iloc[0]
    assert half["inside_pct"] == 0


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_ellipse_is_that_of_pointpats(seed: int, weighted: bool) -> None:  # noqa: FBT001
    xy = cloud(seed)
    weights = np.random.default_rng(seed).uniform(1, 9, 60) if weighted else None
    major, minor, _ = ellipse(xy, weights=weights)
    drawn = ellipse(gpd.GeoSeries(shapely.points(xy)), weights=weights)
    found = deviational_ellipses(at(xy), weights=weights).iloc[0]
    assert [found["major_m"], found["minor_m"]] == pytest.approx([major, minor])
    # Their outline has 64 corners and a scale that starts at a radius of one.
    ours = shapely.transform(found["geometry"], lambda p: p - CORNER)
    assert ours.intersection(drawn).area / ours.union(drawn).area > 0.99
    if not weighted:
        # theirs is over n
        assert found["standard_distance_m"] == pytest.approx(std_distance(xy) * (60 / 58) ** 0.5)


@settings(max_examples=25)
@given(st.floats(0, 179.9), st.integers(0, 50), st.floats(-9e3, 9e3), st.floats(0.1, 10))
def test_turned_moved_and_scaled(turn: float, seed: int, move: float, scale: float) -> None:
    xy = cloud(seed, 20)
    angle = np.radians(turn)
    # clockwise, as the angle is measured
    turned = xy @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    first = deviational_ellipses(at(xy)).iloc[0]
    second = deviational_ellipses(at(turned * scale + [move, -move])).iloc[0]
    for name in ("major_m", "minor_m", "standard_distance_m"):
        assert second[name] == pytest.approx(scale * first[name], rel=1e-6)
    around = (second["angle_deg"] - first["angle_deg"] - turn) % 180
    assert min(around, 180 - around) == pytest.approx(0, abs=1e-5)
    medians = [place(centres(at(p)), "median") for p in (xy, turned * scale + [move, -move])]
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    assert medians[1] == pytest.approx(medians[0] @ matrix * scale + [move, -move], abs=2e-3)


def test_weight_of_two_is_two_points_but_for_the_count() -> None:
    xy = cloud(3, 20)
    weighted = deviational_ellipses(at(xy), weights=[2] * 20).iloc[0]
    once = deviational_ellipses(at(xy)).iloc[0]
    assert weighted["major_m"] == pytest.approx(once["major_m"])
    assert weighted["weight_sum"] == 40
    doubled = deviational_ellipses(at(np.repeat(xy, 2, axis=0))).iloc[0]
    assert doubled["major_m"] / once["major_m"] == pytest.approx((18 / 20 * 40 / 38) ** 0.5)
    assert doubled["angle_deg"] == pytest.approx(once["angle_deg"])


def test_normal_points_lie_inside_as_stated() -> None:
    xy = np.random.default_rng(0).normal(0, 1000, (20_000, 2))
    found = [deviational_ellipses(at(xy), deviations=k)["inside_pct"][0] for k in (1, 2)]
    # 1 − e^−k²
    assert found == pytest.approx([100 * (1 - np.exp(-1)), 100 * (1 - np.exp(-4))], abs=1.2)


def test_circle_has_no_direction() -> None:
    found = deviational_ellipses(at([(1000, 0), (-1000, 0), (0, 1000), (0, -1000)])).iloc[0]
    assert found["angle_deg"] == 0
    assert found["major_m"] == pytest.approx(found["minor_m"])


def test_categories_without_an_ellipse_are_named() -> None:
    line = [(0, 0), (100, 100), (300, 300)]
    two = [(0, 0), (0, 0), (0, 0), (500, 0)]
    xy = np.concatenate([cloud(0, 9), line, two])
    found = deviational_ellipses(at(xy, kind=["c"] * 9 + ["line"] * 3 + ["two"] * 4), by="kind")
    assert found["category"].tolist() == ["c"]
    assert found.attrs["left_out"] == {
        "line": "all points lie on one line",
        "two": "different places: 2, needed: 3",
    }
    with pytest.raises(InputError, match=r"nothing to draw .* \(all: different places: 2"):
        deviational_ellipses(at(two))
    with pytest.raises(InputError, match="one line"):
        deviational_ellipses(at(line))


# ---- both ----


@pytest.mark.parametrize("method", [centres, deviational_ellipses])
def test_degrees_come_back_as_degrees(method: Any) -> None:
    points = at(cloud(5)).to_crs(4490)
    before = points.copy()
    found = method(points)
    assert found.crs == points.crs
    metres = method(at(cloud(5)))
    assert found.to_crs(4547).geometry.hausdorff_distance(metres.geometry).max() < 1e-3
    assert points.equals(before)
    series = method(points.geometry)
    assert series.geometry.geom_equals_exact(found.geometry, 0).all()


@pytest.mark.parametrize("method", [centres, deviational_ellipses])
def test_points_without_place_are_counted(method: Any) -> None:
    points = at(cloud(6, 12), w=range(12))
    gaps = points.set_geometry([*points.geometry[:10], None, Point()], crs=4547)
    found = method(gaps)
    assert found["n"].tolist()[0] == 10
    assert found.attrs["points_without_place"] == 2


@pytest.mark.parametrize("method", [centres, deviational_ellipses])
def test_refusals(method: Any) -> None:
    points = at(cloud(6, 12), w=[np.nan] * 12, zero=[0] * 12)
    name = method.__name__
    with pytest.raises(InputError, match=f"{name}: none of 0 points has a place"):
        method(points.iloc[:0])
    with pytest.raises(InputError, match="none of 12 points has a place, a weight above 0"):
        method(points, weights="zero")
    with pytest.raises(InputError, match="negative, missing or infinite"):
        method(points, weights="w")
    with pytest.raises(InputError, match="no column 'sort' of categories"):
        method(points, by="sort")
    with pytest.raises(InputError, match="no column 'sort' of categories"):
        method(points.geometry, by="sort")
    with pytest.raises(InputError, match="no points"):
        method(gpd.GeoSeries([box(5e5, 31e5, 5e5 + 1, 31e5 + 1)], crs=4547))
    with pytest.raises(CRSError, match="no CRS"):
        method(points.set_crs(None, allow_override=True))


def test_deviations_must_be_positive() -> None:
    with pytest.raises(InputError, match="deviations is 0"):
        deviational_ellipses(at(cloud(0)), deviations=0)
