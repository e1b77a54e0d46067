from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from shapely import Point

from geo.errors import CRSError, InputError
from geo.surface.bandwidths import abramson_bandwidths_m, silverman_bandwidth_m
from geo.surface.kernels import shape_of

KERNELS = ["quartic", "epanechnikov", "triangular", "uniform", "triweight", "gaussian"]
CORNER = np.array([500_000.0, 3_100_000.0])


def frame(xy: object, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapely.points(np.array(xy) + CORNER), crs=4547)


def scattered(n: int, side_m: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, side_m, (n, 2))


# ---- kernels ----


@pytest.mark.parametrize(("kernel", "decay"), [(k, 0.0) for k in KERNELS] + [("triangular", 0.3)])
def test_volume_and_variance_are_the_integrals(kernel: str, decay: float) -> None:
    shape = shape_of(kernel, decay=decay)

    def profile(u: float) -> float:
        return float(shape.profile(np.array([u]))[0])

    volume = 2 * math.pi * quad(lambda u: profile(u) * u, 0, shape.reach)[0]
    second = math.pi * quad(lambda u: profile(u) * u**3, 0, shape.reach)[0]
    assert shape.volume == pytest.approx(volume, rel=1e-9)
    assert shape.variance == pytest.approx(second / volume, rel=1e-9)
    assert profile(0.0) == 1
    assert profile(shape.reach * 1.001) == 0


# ---- Silverman's rule ----


def test_rule_by_hand() -> None:
    # mean centre at the origin, distances 1, 1, 2, 2 km: SD = √(10/4), median (1 + 2)/2 km
    points = frame([[1000, 0], [-1000, 0], [0, 2000], [0, -2000]])
    by_median = 1500 / math.sqrt(math.log(2))
    assert by_median > 1000 * math.sqrt(10 / 4)
    expected = 0.9 * 1000 * math.sqrt(10 / 4) * 4**-0.2
    assert silverman_bandwidth_m(points) == pytest.approx(expected, rel=1e-12)


def test_an_outlier_changes_little() -> None:
    cloud = np.random.default_rng(0).normal(0, 1000, (400, 2))
    clean = silverman_bandwidth_m(frame(cloud))
    with_outlier = silverman_bandwidth_m(frame([*cloud, [100_000, 0]]))
    assert with_outlier == pytest.approx(clean, rel=0.05)
    # the standard distance alone, about √(2 · 1000² + 100 000²/401), would have grown 3.6 times
    assert np.hypot(*np.std([*cloud, [100_000, 0]], axis=0)) > 3 * np.hypot(*np.std(cloud, axis=0))


def test_other_kernels_smooth_as_much() -> None:
    points = frame(scattered(70, 3000))
    spreads = [
        silverman_bandwidth_m(points, kernel=kernel) * math.sqrt(shape_of(kernel).variance)
        for kernel in KERNELS
    ]
    np.testing.assert_allclose(spreads, spreads[0], rtol=1e-12)
    flat = silverman_bandwidth_m(points, kernel="triangular", decay=1.0)
    assert flat == pytest.approx(silverman_bandwidth_m(points, kernel="uniform"))


def test_weights_count_as_copies_where_all_are_equal_and_their_unit_is_nothing() -> None:
    points = frame(scattered(30, 3000))
    plain = silverman_bandwidth_m(points)
    assert silverman_bandwidth_m(points, weights=np.full(30, 7.5)) == pytest.approx(plain)
    weight = np.random.default_rng(1).uniform(0, 2, 30)
    money = silverman_bandwidth_m(points, weights=weight)
    assert silverman_bandwidth_m(points, weights=weight * 1e4) == pytest.approx(money, rel=1e-9)


def test_weight_zero_is_absence() -> None:
    xy = scattered(30, 3000)
    weight = np.repeat([1.0, 0.0], [20, 10])
    found = silverman_bandwidth_m(frame(xy, w=weight), weights="w")
    assert found == pytest.approx(silverman_bandwidth_m(frame(xy[:20])), rel=1e-12)


def test_more_than_half_in_the_centre() -> None:
    # median distance 0: the standard distance is taken, √(2/5) km
    points = frame([[0, 0], [0, 0], [0, 0], [1000, 0], [-1000, 0]])
    expected = 0.9 * 1000 * math.sqrt(2 / 5) * 5**-0.2
    assert silverman_bandwidth_m(points) == pytest.approx(expected, rel=1e-12)


@settings(max_examples=30)
@given(st.floats(0.1, 50), st.floats(-3, 3), st.floats(-1e4, 1e4))
def test_rule_scales_and_turns_with_the_points(factor: float, angle: float, shift: float) -> None:
    xy = scattered(40, 2000) - 1000
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = silverman_bandwidth_m(frame(factor * xy @ turn + shift))
    assert moved == pytest.approx(factor * silverman_bandwidth_m(frame(xy)), rel=1e-5)


@pytest.mark.parametrize(
    ("points", "options", "words"),
    [
        (frame([[0, 0]]), {}, r"one point alone.*bandwidth_m"),
        (frame([[5, 5]] * 4), {}, "all points are in one place.*bandwidth_m"),
        (gpd.GeoSeries([], crs=4547), {}, "no point has a place"),
        (gpd.GeoSeries([None, Point()], crs=4547), {}, "no point has a place"),
        (frame([[0, 0], [9, 9]]), {"weights": [0.0, 0.0]}, "weight above zero"),
        (frame([[0, 0], [9, 9]]), {"weights": [1.0, 0.0]}, "one point alone"),
        (frame([[0, 0], [9, 9]]), {"weights": [1.0, np.nan]}, "missing or infinite"),
        (frame([[0, 0], [9, 9]]), {"kernel": "cubic"}, "no kernel 'cubic'; choose from"),
        (frame([[0, 0], [9, 9]]), {"decay": 0.2}, "only the triangular"),
    ],
)
def test_no_rule(points: gpd.GeoSeries, options: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=rf"^silverman_bandwidth_m: .*{words}"):
        silverman_bandwidth_m(points, **options)


def test_frames_are_checked() -> None:
    with pytest.raises(CRSError, match=r"^silverman_bandwidth_m: .*no CRS"):
        silverman_bandwidth_m(gpd.GeoSeries([Point(0, 0)]))
    degrees = frame(scattered(30, 3000)).to_crs(4490)
    assert silverman_bandwidth_m(degrees) == pytest.approx(
        silverman_bandwidth_m(degrees.to_crs(4547)), rel=1e-9
    )


# ---- Abramson ----


@pytest.mark.parametrize("kernel", KERNELS)
def test_abramson_as_it_is_written(kernel: str) -> None:
    xy = np.concatenate([scattered(80, 500), scattered(40, 9000, seed=1), [[60_000, -40_000]]])
    weight = np.random.default_rng(2).uniform(0.1, 3, len(xy))
    found = abramson_bandwidths_m(frame(xy), bandwidth_m=800, kernel=kernel, weights=weight)
    distance = np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1))
    pilot = shape_of(kernel).profile(distance / 800) @ weight
    mean = np.exp(np.average(np.log(pilot), weights=weight))
    np.testing.assert_allclose(found, 800 * (pilot / mean) ** -0.5, rtol=1e-9)
    # their geometric mean is the bandwidth that was given
    assert np.exp(np.average(np.log(found), weights=weight)) == pytest.approx(800)


def test_abramson_keeps_the_index_and_says_where_there_is_no_place() -> None:
    geometry = [Point(*CORNER), None, Point(*CORNER + 50), Point(*CORNER + 90)]
    points = gpd.GeoDataFrame({"w": [1, 1, 0, 2]}, geometry=geometry, crs=4547, index=list("abba"))
    found = abramson_bandwidths_m(points, weights="w", bandwidth_m=400)
    assert isinstance(found, pd.Series)
    assert found.index.tolist() == list("abba")
    assert found.name == "bandwidth_m"
    assert found.isna().tolist() == [False, True, False, False]
    assert found.iloc[2] == 400  # weighs nothing
    by_rule = abramson_bandwidths_m(frame(scattered(30, 3000)))
    mean = np.exp(np.log(by_rule).mean())
    assert mean == pytest.approx(silverman_bandwidth_m(frame(scattered(30, 3000))))


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan])
def test_abramson_refuses_bandwidths(wrong: float) -> None:
    with pytest.raises(InputError, match=r"^abramson_bandwidths_m: bandwidth_m is"):
        abramson_bandwidths_m(frame([[0, 0], [9, 9]]), bandwidth_m=wrong)


def test_points_that_weigh_nothing_keep_the_bandwidth() -> None:
    found = abramson_bandwidths_m(frame([[0, 0], [9, 9]]), weights=[0, 0], bandwidth_m=400)
    assert found.tolist() == [400, 400]


def test_abramson_takes_one_bandwidth() -> None:
    with pytest.raises(InputError, match="Pass one number"):
        abramson_bandwidths_m(frame([[0, 0], [9, 9]]), bandwidth_m=[1.0, 2.0])
