from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import rioxarray
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from geo.errors import CRSError, InputError
from geo.surface import footprints
from geo.surface.bandwidths import abramson_bandwidths_m, silverman_bandwidth_m
from geo.surface.density import kernel_density

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

COMPACT = ["quartic", "epanechnikov", "triangular", "uniform", "triweight"]
PROFILES = {
    "quartic": lambda u: 3 / np.pi * np.maximum(1 - u**2, 0) ** 2,
    "triweight": lambda u: 4 / np.pi * np.maximum(1 - u**2, 0) ** 3,
    "epanechnikov": lambda u: 2 / np.pi * np.maximum(1 - u**2, 0),
    "triangular": lambda u: 3 / np.pi * np.maximum(1 - u, 0),
    "uniform": lambda u: (u <= 1) / np.pi,
    "gaussian": lambda u: np.exp(-(u**2) / 2) / (2 * np.pi),
}
SMOOTH = {"quartic", "triweight", "gaussian"}  # at the rim of the others cells are in or out
EAST, NORTH = 500_000.0, 3_100_000.0
CORNER = np.array([EAST, NORTH])


def frame(xy: np.ndarray, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapely.points(xy), crs=4547)


def square(side_m: float) -> gpd.GeoSeries:
    return gpd.GeoSeries([box(EAST, NORTH, EAST + side_m, NORTH + side_m)], crs=4547)


def scattered(n: int, side_m: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, side_m, (n, 2)) + CORNER


def direct(
    xy: np.ndarray, weight: np.ndarray, raster: object, kernel: str, h_m: object
) -> np.ndarray:
    x, y = np.meshgrid(raster.x.to_numpy(), raster.y.to_numpy())
    total = np.zeros(x.shape)
    for (px, py), w, h in zip(xy, weight, np.broadcast_to(h_m, len(xy)), strict=True):
        total += w * PROFILES[kernel](np.hypot(x - px, y - py) / h) / (h / 1000) ** 2
    return total


@pytest.mark.parametrize("kernel", [*COMPACT, "gaussian"])
@pytest.mark.parametrize(("h_m", "cell_m"), [(1234.5, 100), (300, 250), (200, 250), (6000, 217)])
def test_equals_the_sum_as_it_is_written(kernel: str, h_m: float, cell_m: float) -> None:
    xy, weight = scattered(400, 5000), np.random.default_rng(1).uniform(0, 3, 400)
    found = kernel_density(
        frame(xy), bandwidth_m=h_m, cell_size_m=cell_m, kernel=kernel, weights=weight
    )
    expected = direct(xy, weight, found, kernel, h_m)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-13 * expected.max())


@pytest.mark.parametrize("kernel", [*COMPACT, "gaussian"])
def test_one_point_in_the_middle_of_a_cell(kernel: str) -> None:
    # 3 × 3 cells of 1 km, h = √2 km: u² is 0 in the middle, 1/2 beside it, 1 in the corners
    extent = square(3000)
    point = frame(np.array([[EAST + 1500, NORTH + 1500]]))
    found = kernel_density(
        point, bandwidth_m=2**0.5 * 1000, cell_size_m=1000, kernel=kernel, extent=extent
    )
    profile = PROFILES[kernel]
    assert found.shape == (3, 3)
    assert float(found[1, 1]) == pytest.approx(profile(0.0) / 2, rel=1e-12)
    for row, column in ((0, 1), (1, 0), (1, 2), (2, 1)):
        assert float(found[row, column]) == pytest.approx(profile(0.5**0.5) / 2, rel=1e-12)


def test_values_by_hand() -> None:
    # quartic at u = 1/2: 3/π (1 − 1/4)² = 27/(16π); at h = 2 km a quarter of it per km²
    point = frame(np.array([[EAST + 500, NORTH + 500]]))
    found = kernel_density(point, bandwidth_m=2000, cell_size_m=1000, extent=square(3000))
    assert float(found.sel(x=EAST + 1500, y=NORTH + 500)) == pytest.approx(27 / (16 * np.pi) / 4)
    assert float(found.sel(x=EAST + 2500, y=NORTH + 500)) == 0  # u = 1: the rim


@pytest.mark.parametrize("kernel", [*COMPACT, "gaussian"])
def test_density_adds_up_to_the_points(kernel: str) -> None:
    wide = gpd.GeoSeries([box(EAST - 2e4, NORTH - 2e4, EAST + 3e4, NORTH + 3e4)], crs=4547)
    found = kernel_density(
        frame(scattered(300, 10_000)), bandwidth_m=2000, cell_size_m=100, kernel=kernel, extent=wide
    )
    tolerance = 1e-3 if kernel == "uniform" else 1e-6 if kernel in SMOOTH else 1e-5
    assert float(found.sum()) * 0.1**2 == pytest.approx(300, rel=tolerance)


def test_weights_and_column_and_unit() -> None:
    xy = scattered(50, 3000)
    number = np.arange(50) % 4
    options = {"bandwidth_m": 700, "cell_size_m": 100}
    by_column = kernel_density(frame(xy, investment=number), weights="investment", **options)
    by_array = kernel_density(frame(xy), weights=number, **options)
    repeated = kernel_density(frame(np.repeat(xy, number, axis=0)), extent=square(3000), **options)
    np.testing.assert_array_equal(by_column, by_array)
    np.testing.assert_allclose(
        by_column.sel(x=repeated.x, y=repeated.y), repeated, rtol=1e-9, atol=1e-12
    )
    assert by_column.attrs["units"] == "investment/km²"
    assert by_array.attrs["units"] == "weight/km²"
    assert repeated.attrs["units"] == "1/km²"
    assert by_column.attrs["weight_sum"] == number.sum()


def test_is_the_same_for_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    points = frame(scattered(20_000, 20_000))
    results = []
    for threads in (1, 5):
        monkeypatch.setattr(footprints, "_MAX_THREADS", threads)
        monkeypatch.setattr(footprints.os, "cpu_count", lambda: 16)
        results.append(kernel_density(points, bandwidth_m=1500, cell_size_m=100))
    np.testing.assert_array_equal(*results)


@settings(max_examples=20)
@given(st.integers(-50, 50), st.integers(-50, 50), st.sampled_from([*COMPACT, "gaussian"]))
def test_moving_everything_by_whole_cells_moves_the_raster(dx: int, dy: int, kernel: str) -> None:
    xy = scattered(40, 2000)
    moved = xy + np.array([dx, dy]) * 100.0
    options = {"bandwidth_m": 600, "cell_size_m": 100, "kernel": kernel}
    a, b = (kernel_density(frame(places), **options) for places in (xy, moved))
    np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-10 * float(a.max()))
    np.testing.assert_allclose(b.x.to_numpy() - a.x.to_numpy(), dx * 100.0)


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_points_does_not_matter(random: object) -> None:
    xy = scattered(60, 2000)
    shuffled = xy[random.sample(range(60), 60)]
    a, b = (kernel_density(frame(p), bandwidth_m=500, cell_size_m=100) for p in (xy, shuffled))
    np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)


def test_quarter_turn_turns_the_raster() -> None:
    xy = scattered(80, 3000)
    centre = np.array([EAST + 1500, NORTH + 1500])
    turned = (xy - centre) @ np.array([[0, 1], [-1, 0]]) + centre  # counter-clockwise
    options = {"bandwidth_m": 700, "cell_size_m": 100, "extent": square(3000)}
    a, b = (kernel_density(frame(places), **options).to_numpy() for places in (xy, turned))
    np.testing.assert_allclose(np.rot90(a), b, rtol=1e-7, atol=1e-10 * a.max())


def test_raster_is_north_up_aligned_and_georeferenced() -> None:
    found = kernel_density(frame(scattered(5, 1000)), bandwidth_m=500, cell_size_m=100)
    assert found.name == "density"
    assert found.dims == ("y", "x")
    assert (np.diff(found.y) == -100).all()
    assert (np.diff(found.x) == 100).all()
    np.testing.assert_allclose((found.x - 50) % 100, 0, atol=1e-6)
    assert found.rio.crs.to_epsg() == 4547
    written = [float(number) for number in found["spatial_ref"].attrs["GeoTransform"].split()]
    assert written == [float(found.x[0]) - 50, 100, 0, float(found.y[0]) + 50, 0, -100]
    assert np.isnan(found.rio.nodata)
    assert found.attrs["bandwidth_m"] == 500
    assert found.attrs["kernel"] == "quartic"


def test_degrees_are_projected_and_missing_places_counted() -> None:
    points = gpd.GeoSeries([Point(112.94, 28.23), None, Point()], index=[7, 7, 8], crs=4490)
    found = kernel_density(points, bandwidth_m=1000, cell_size_m=100)
    assert found.rio.crs.to_epsg() == 4547
    assert found.attrs["points"] == 1
    assert found.attrs["points_without_place"] == 2
    assert float(found.max()) == pytest.approx(3 / np.pi, rel=0.02)


def test_no_point_gives_zeros_on_an_extent_and_an_error_without() -> None:
    nothing = gpd.GeoSeries([], crs=4547)
    for kernel in ("quartic", "gaussian"):
        zeros = kernel_density(
            nothing, bandwidth_m=100, cell_size_m=100, kernel=kernel, extent=square(1000)
        )
        assert zeros.shape == (10, 10)
        assert float(np.abs(zeros).max()) == 0
    with pytest.raises(InputError, match="no point has a place"):
        kernel_density(nothing, bandwidth_m=100, cell_size_m=100)
    own = gpd.GeoDataFrame({"far_m": np.zeros(0)}, geometry=nothing)
    of_none = kernel_density(own, bandwidth_m="far_m", cell_size_m=100, extent=square(1000))
    assert (of_none == 0).all()


def test_points_beyond_the_extent_count_as_far_as_they_reach() -> None:
    outside = frame(np.array([[EAST - 100, NORTH + 50], [EAST - 5000, NORTH + 50]]))
    found = kernel_density(outside, bandwidth_m=500, cell_size_m=100, extent=square(1000))
    # the first is 150 m from the centre of the first cell: u = 0.3
    assert float(found.sel(x=EAST + 50, y=NORTH + 50)) == pytest.approx(
        3 / np.pi * (1 - 0.3**2) ** 2 / 0.5**2
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bandwidth_m": 0}, "bandwidth_m is 0"),
        ({"bandwidth_m": np.nan}, "bandwidth_m is nan"),
        ({"cell_size_m": -1}, "cell_size_m is -1"),
        ({"cell_size_m": 0.01}, "at least"),
        ({"kernel": "cubic"}, "'epanechnikov', 'gaussian'"),
        ({"weights": "nothing"}, "no column 'nothing'"),
        ({"weights": [1.0]}, "one weight for each"),
        ({"weights": [1.0, -1.0]}, "negative, missing or infinite"),
        ({"weights": [1.0, np.nan]}, "fillna"),
        ({"weights": ["a", "b"]}, "not all numbers"),
        ({"bandwidth_m": "nothing"}, "no column 'nothing' for the bandwidths"),
        ({"bandwidth_m": [100.0]}, "one for each"),
        ({"bandwidth_m": [100.0, np.nan]}, "1 of 2 bandwidths .* the first is nan"),
        ({"bandwidth_m": [0.0, 100.0]}, "1 of 2 bandwidths .* the first is 0"),
        ({"bandwidth_m": ["a", "b"]}, "bandwidths are not all numbers"),
        ({"bandwidth_m": object()}, "Pass a number of metres"),
        ({"bandwidth_m": [100.0, 200.0], "adaptive": True}, "one for each already"),
        ({"bandwidth_m": [100.0, 200.0], "method": "binned"}, "exact only"),
        ({"adaptive": True, "method": "binned"}, "exact only"),
        ({"decay": 0.5}, "only the triangular kernel"),
        ({"kernel": "triangular", "decay": -0.1}, "decay is -0.1"),
        ({"kernel": "triangular", "decay": np.nan}, "decay is nan"),
        ({"unit": "per_ha"}, "choose from .'count', 'per_km2', 'share'"),
        ({"method": "fast"}, "choose from .'auto', 'binned', 'exact'"),
        ({"tolerance_pct": 0.0}, "above zero"),
        ({"weights": [0.0, 0.0], "unit": "share"}, "add up to 0"),
        ({"weights": [0.0, 0.0], "bandwidth_m": None}, "weight above zero"),
        ({"kernel": "uniform", "method": "binned"}, "binning cannot keep"),
        ({"extent": square(100), "study_area": square(100)}, "Pass one"),
    ],
)
def test_refusals(change: dict[str, object], words: str) -> None:
    options = {"bandwidth_m": 100, "cell_size_m": 50} | change
    with pytest.raises(InputError, match=words):
        kernel_density(frame(scattered(2, 1000)), **options)


def test_refusals_of_frames() -> None:
    with pytest.raises(InputError, match="LineString"):
        kernel_density(
            gpd.GeoSeries([LineString([(5e5, 3e6), (5e5, 3.1e6)])], crs=4547),
            bandwidth_m=100,
            cell_size_m=50,
        )
    with pytest.raises(CRSError, match=r"^kernel_density: .*no CRS"):
        kernel_density(gpd.GeoSeries([Point(1, 2)]), bandwidth_m=100, cell_size_m=50)
    points = frame(scattered(2, 1000), w=[1, 2])
    with pytest.raises(CRSError, match="Both must be in one CRS"):
        kernel_density(points, bandwidth_m=100, cell_size_m=50, extent=square(1000).to_crs(4490))
    with pytest.raises(InputError, match="another index"):
        kernel_density(points, bandwidth_m=100, cell_size_m=50, weights=points["w"].rename({0: 9}))


# ---- bandwidths ----


@pytest.mark.parametrize("kernel", [*COMPACT, "gaussian"])
def test_a_bandwidth_for_each_feature(kernel: str) -> None:
    xy, rng = scattered(150, 5000), np.random.default_rng(2)
    reach, weight = rng.uniform(150, 2500, 150), rng.uniform(0, 2, 150)
    points = frame(xy, reach=reach)
    options = {"cell_size_m": 170, "kernel": kernel, "weights": weight}
    found = kernel_density(points, bandwidth_m="reach", **options)
    expected = direct(xy, weight, found, kernel, reach)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * expected.max())
    np.testing.assert_array_equal(found, kernel_density(points, bandwidth_m=reach, **options))
    assert found.attrs["bandwidth_rule"] == "per_feature"
    assert found.attrs["bandwidth_min_m"] == reach.min()
    assert found.attrs["bandwidth_m"] == found.attrs["bandwidth_median_m"] == np.median(reach)
    assert found.attrs["bandwidth_max_m"] == reach.max()


def test_equal_bandwidths_for_each_feature_are_one_bandwidth() -> None:
    points = frame(scattered(90, 3000))
    options = {"cell_size_m": 100, "extent": square(3000)}
    one = kernel_density(points, bandwidth_m=600, **options)
    each = kernel_density(points, bandwidth_m=np.full(90, 600.0), **options)
    np.testing.assert_array_equal(one, each)


def test_bandwidths_of_rows_that_take_no_part_may_be_missing() -> None:
    points = gpd.GeoDataFrame(
        {"reach": [500.0, np.nan, 0.0]},
        geometry=[Point(*CORNER), None, Point(EAST + 9000, NORTH)],
        crs=4547,
    )
    area = square(2000).buffer(1000)
    found = kernel_density(points, bandwidth_m="reach", cell_size_m=100, study_area=area)
    assert (found.attrs["points"], found.attrs["points_outside"]) == (1, 1)


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_adaptive_is_the_density_with_the_bandwidths_of_abramson(kernel: str) -> None:
    points = frame(np.concatenate([scattered(150, 800), scattered(60, 6000, seed=1)]))
    options = {"cell_size_m": 100, "kernel": kernel, "extent": square(6000)}
    each = abramson_bandwidths_m(points, bandwidth_m=500, kernel=kernel)
    found = kernel_density(points, bandwidth_m=500, adaptive=True, **options)
    np.testing.assert_allclose(
        found, kernel_density(points, bandwidth_m=each, **options), rtol=1e-9, atol=1e-12
    )
    assert found.attrs["adaptive"] is True
    assert found.attrs["bandwidth_m"] == 500
    assert found.attrs["bandwidth_min_m"] == pytest.approx(each.min())
    assert found.attrs["bandwidth_max_m"] == pytest.approx(each.max())


def test_without_a_bandwidth_the_rule_is_stated_with_its_value() -> None:
    points = frame(scattered(100, 3000))
    found = kernel_density(points, cell_size_m=100, kernel="triweight")
    assert found.attrs["bandwidth_rule"] == "silverman"
    assert found.attrs["bandwidth_m"] == silverman_bandwidth_m(points, kernel="triweight")
    given_m = kernel_density(points, bandwidth_m=300, cell_size_m=100)
    assert given_m.attrs["bandwidth_rule"] == "given"


@pytest.mark.parametrize(("count", "words"), [(1, "one point alone"), (3, "all points are in one")])
def test_one_place_has_no_bandwidth_of_its_own(count: int, words: str) -> None:
    points = frame(np.repeat([CORNER], count, axis=0))
    with pytest.raises(InputError, match=rf"^kernel_density: .*{words}.*bandwidth_m"):
        kernel_density(points, cell_size_m=100)
    peak = kernel_density(points, bandwidth_m=1000, cell_size_m=1).max()
    assert float(peak) == pytest.approx(count * 3 / np.pi, rel=1e-5)


# ---- triangular with decay ----


@pytest.mark.parametrize("decay", [0.0, 0.25, 1.0])
def test_triangular_with_decay(decay: float) -> None:
    # a frustum: volume of the cylinder of height decay, and of the cone of 1 − decay above it
    volume = np.pi * decay + np.pi * (1 - decay) / 3
    point = frame(np.array([[EAST + 500, NORTH + 500]]))
    found = kernel_density(
        point,
        bandwidth_m=2000,
        cell_size_m=1000,
        kernel="triangular",
        decay=decay,
        extent=square(5000),
    )
    at_half = float(found.sel(x=EAST + 1500, y=NORTH + 500))  # u = 1/2
    assert at_half == pytest.approx((1 - (1 - decay) / 2) / volume / 2**2, rel=1e-12)
    at_rim = float(found.sel(x=EAST + 2500, y=NORTH + 500))  # u = 1
    assert at_rim == pytest.approx(decay / volume / 2**2, rel=1e-12)
    assert float(found.sel(x=EAST + 3500, y=NORTH + 500)) == 0
    assert found.attrs["decay"] == decay


def test_triangular_with_decay_one_is_uniform() -> None:
    points = frame(scattered(40, 2000))
    options = {"bandwidth_m": 510, "cell_size_m": 90}
    flat = kernel_density(points, kernel="triangular", decay=1.0, **options)
    np.testing.assert_allclose(flat, kernel_density(points, kernel="uniform", **options))


# ---- units ----


def test_units() -> None:
    points = frame(scattered(60, 3000), money=np.arange(60.0))
    options = {"bandwidth_m": 5000, "cell_size_m": 100, "weights": "money"}
    density = kernel_density(points, **options)
    count = kernel_density(points, unit="count", **options)
    share = kernel_density(points, unit="share", **options)
    total = 59 * 60 / 2
    np.testing.assert_allclose(count, density * 0.1**2, rtol=1e-12)
    np.testing.assert_allclose(share, 100 * count / total, rtol=1e-12)
    assert float(count.sum()) == pytest.approx(total, rel=1e-6)
    assert float(share.sum()) == pytest.approx(100, rel=1e-6)
    units = [raster.attrs["units"] for raster in (density, count, share)]
    assert units == ["money/km²", "money", "%"]
    assert kernel_density(points, bandwidth_m=500, cell_size_m=100, unit="count").units == "1"


def test_what_went_in_is_told() -> None:
    xy = scattered(20, 2000)
    points = frame(xy, money=np.arange(20.0), near=np.full(20, 400.0), far=np.full(20, 500.0))
    options = {"bandwidth_m": 500, "cell_size_m": 100}
    hashes = [
        kernel_density(points, **options).attrs["input_hash"],
        kernel_density(points, weights="money", **options).attrs["input_hash"],
        kernel_density(points, weights=np.arange(20.0)[::-1], **options).attrs["input_hash"],
        kernel_density(frame(xy + np.array([0, 1e-3])), **options).attrs["input_hash"],
        kernel_density(points, **{**options, "bandwidth_m": "near"}).attrs["input_hash"],
        kernel_density(points, **{**options, "bandwidth_m": "far"}).attrs["input_hash"],
    ]
    assert len(set(hashes)) == 6
    assert {len(text) for text in hashes} == {16}
    again = kernel_density(frame(xy), **{**options, "cell_size_m": 200})
    assert again.attrs["input_hash"] == hashes[0]
    assert again.attrs["weights"] == ""
    assert again.attrs["method"] == "exact"
    assert again.attrs["error_bound"] == again.attrs["error_bound_pct"] == 0


# ---- study area ----

LAND = gpd.GeoSeries(
    [
        shapely.Polygon([(EAST, NORTH), (EAST + 4000, NORTH), (EAST, NORTH + 3000)]),
        box(EAST + 3000, NORTH + 2000, EAST + 4000, NORTH + 3000),
    ],
    crs=4547,
)


@pytest.mark.parametrize("kernel", [*COMPACT, "gaussian"])
def test_nothing_leaks_out_of_the_study_area(kernel: str) -> None:
    xy, weight = scattered(300, 4000), np.random.default_rng(3).uniform(0, 2, 300)
    inside = shapely.intersects_xy(LAND.union_all(), xy)
    options = {"bandwidth_m": 700, "cell_size_m": 60, "kernel": kernel, "weights": weight}
    found = kernel_density(frame(xy), study_area=LAND, **options)
    assert float(found.sum()) * 0.06**2 == pytest.approx(weight[inside].sum(), rel=1e-12)
    assert found.attrs["edge_correction"] is True
    assert found.attrs["points"] == inside.sum()
    assert found.attrs["points_outside"] == (~inside).sum()
    assert found.attrs["weight_sum"] == pytest.approx(weight[inside].sum())
    centres = np.meshgrid(found.x, found.y)
    on_land = shapely.intersects_xy(LAND.union_all(), *centres)
    np.testing.assert_array_equal(np.isfinite(found), on_land)


def test_edge_correction_divides_by_what_is_inside() -> None:
    # cells of 1 km, h = 1.5 km, a point at the centre of one of two: 1 and (1 − 4/9)² = 25/81
    point = frame(np.array([[EAST + 500, NORTH + 500]]))
    area = gpd.GeoSeries([box(EAST, NORTH, EAST + 2000, NORTH + 1000)], crs=4547)
    options = {"bandwidth_m": 1500, "cell_size_m": 1000, "study_area": area}
    found = kernel_density(point, **options)
    np.testing.assert_allclose(found, [[81 / 106, 25 / 106]], rtol=1e-12)
    raw = kernel_density(point, edge_correction=False, **options)
    np.testing.assert_allclose(raw, np.array([[1, 25 / 81]]) * 3 / np.pi / 1.5**2, rtol=1e-12)
    assert raw.attrs["edge_correction"] is False
    share = kernel_density(point, unit="share", **options)
    np.testing.assert_allclose(share, [[8100 / 106, 2500 / 106]], rtol=1e-12)


def test_edge_correction_with_bandwidths_that_differ() -> None:
    points = frame(scattered(80, 2500), reach=np.linspace(200, 1500, 80))
    found = kernel_density(points, bandwidth_m="reach", cell_size_m=100, study_area=square(2500))
    assert float(found.sum()) * 0.1**2 == pytest.approx(80, rel=1e-12)


def test_far_from_the_border_edge_correction_changes_next_to_nothing() -> None:
    points = frame(scattered(30, 1000) + 4500)
    options = {"bandwidth_m": 2000, "cell_size_m": 50, "study_area": square(10_000)}
    corrected, raw = (
        kernel_density(points, edge_correction=correct, **options) for correct in (True, False)
    )
    np.testing.assert_allclose(corrected, raw, rtol=1e-6)


@pytest.mark.parametrize("place", ["study_area", "extent"])
def test_an_area_that_no_point_lies_in_or_reaches_is_refused(place: str) -> None:
    far = frame(scattered(5, 100) - 5000)
    with pytest.raises(InputError, match="none of 5 points") as caught:
        kernel_density(far, bandwidth_m=400, cell_size_m=100, **{place: LAND})
    assert caught.value.code == "density.none_inside"
    # One that reaches over the border of an extent counts; without any point zeros were asked for.
    near = frame(np.array([[EAST - 300.0, NORTH + 500.0]]))
    assert kernel_density(near, bandwidth_m=400, cell_size_m=100, extent=LAND).max() > 0
    none = near.iloc[:0]
    assert not kernel_density(none, bandwidth_m=400, cell_size_m=100, extent=LAND).any()


@pytest.mark.parametrize(
    ("area", "change", "words"),
    [
        (gpd.GeoSeries([shapely.Polygon()], crs=4547), {}, "no area"),
        (gpd.GeoSeries([None], crs=4547), {}, "no area"),
        (gpd.GeoSeries([Point(*CORNER)], crs=4547), {}, "no polygons"),
        (gpd.GeoSeries([box(EAST, NORTH, EAST + 9, NORTH + 9)], crs=4547), {}, "no centre of a"),
        (square(1000), {"bandwidth_m": 10}, "may reach no centre of a cell"),
        (square(1000), {"method": "binned"}, "edge correction is exact only"),
    ],
)
def test_refused_study_areas(area: gpd.GeoSeries, change: dict[str, object], words: str) -> None:
    options = {"bandwidth_m": 300, "cell_size_m": 100} | change
    with pytest.raises(InputError, match=words):
        kernel_density(frame(scattered(5, 5)), study_area=area, **options)


def test_study_area_in_another_crs_is_refused() -> None:
    with pytest.raises(CRSError, match=r"^kernel_density: .*Both must be in one CRS"):
        kernel_density(
            frame(scattered(5, 500)), bandwidth_m=9, cell_size_m=9, study_area=LAND.to_crs(4490)
        )


# ---- QGIS ----

# raw QGIS = density per km² × this × h² in km²: its kernels are 1 in the middle
CONSTANTS = {
    "quartic": np.pi / 3,
    "triangular": np.pi / 3,
    "uniform": np.pi,
    "triweight": np.pi / 4,
    "epanechnikov": np.pi / 2,
}
# Debian's qgis_process is a script that adds an option which the program does not know.
QGIS = shutil.which("qgis_process.bin") or shutil.which("qgis_process")


def test_raw_values_of_qgis_by_hand() -> None:
    # a point on the corner of four cells of 100 m, h = 200 m: their centres are at d² = 50² + 50²,
    # those next to them at 50² + 150², those diagonally beyond at 150² + 150²
    expected = {
        "quartic": [(1 - 1 / 8) ** 2, (1 - 5 / 8) ** 2, 0],
        "triangular": [1 - (1 / 8) ** 0.5, 1 - (5 / 8) ** 0.5, 0],
        "uniform": [1, 1, 0],
        "triweight": [(1 - 1 / 8) ** 3, (1 - 5 / 8) ** 3, 0],
        "epanechnikov": [1 - 1 / 8, 1 - 5 / 8, 0],
    }
    for kernel, (near, beside, beyond) in expected.items():
        found = kernel_density(
            frame(np.array([CORNER])), bandwidth_m=200, cell_size_m=100, kernel=kernel
        )
        raw = found.to_numpy() * CONSTANTS[kernel] * 0.2**2
        rim, inner = [beyond, beside, beside, beyond], [beside, near, near, beside]
        np.testing.assert_allclose(raw, [rim, inner, inner, rim], rtol=1e-9, atol=1e-12)


@pytest.mark.skipif(QGIS is None, reason="QGIS is not installed: compared by hand alone")
@pytest.mark.parametrize(
    ("number", "kernel", "decay"),
    [(0, "quartic", 0), (1, "triangular", 0.3)],
)
def test_equals_qgis_on_cell_corners(
    tmp_path: Path, number: int, kernel: str, decay: float
) -> None:
    rng = np.random.default_rng(0)
    points = frame(rng.integers(0, 60, (400, 2)) * 50 + CORNER, w=rng.uniform(0, 2, 400))
    points.to_file(tmp_path / "points.gpkg")
    command = [
        *(QGIS, "run", "qgis:heatmapkerneldensityestimation", "--"),
        *(f"INPUT={tmp_path / 'points.gpkg'}", f"OUTPUT={tmp_path / 'heat.tif'}"),
        *("RADIUS=600", "PIXEL_SIZE=50", f"KERNEL={number}", f"DECAY={decay}"),
        *("WEIGHT_FIELD=w", "OUTPUT_VALUE=0"),
    ]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
    with rioxarray.open_rasterio(tmp_path / "heat.tif", masked=True) as heat:
        theirs = heat.squeeze(drop=True).fillna(0.0).load()
    found = kernel_density(
        points, bandwidth_m=600, cell_size_m=50, kernel=kernel, decay=decay, weights="w"
    )
    volume = np.pi * (1 + 2 * decay) / 3 if kernel == "triangular" else CONSTANTS[kernel]
    raw = found * volume * 0.6**2
    # its raster has a row and a column more, in the south and the east
    aligned = theirs.reindex(x=found.x, y=found.y, method="nearest", tolerance=1e-3)
    assert float(theirs.sum()) == pytest.approx(float(aligned.sum()))
    np.testing.assert_allclose(raw, aligned, rtol=0, atol=1e-6 * float(raw.max()))


def test_one_heavy_point_does_not_shrink_the_bandwidth() -> None:
    xy = scattered(100, 3000)
    weight = np.ones(100)
    weight[0], weight[1] = 1000.0, 0.0
    found = kernel_density(frame(xy), weights=weight, cell_size_m=100)
    places = frame(xy[np.arange(100) != 1])  # what weighs nothing does not count
    assert found.attrs["bandwidth_m"] == pytest.approx(silverman_bandwidth_m(places), rel=1e-9)


def test_the_density_of_unsure_places_is_the_mean_of_many_draws() -> None:
    rng = np.random.default_rng(8)
    frame = gpd.GeoDataFrame(
        {"accuracy_m": [0.0, 900.0, np.nan, 50.0]},
        geometry=[Point(5e5 + x, 31e5) for x in (0, 2000, 4000, 6000)],
        crs=4547,
    )
    held = box(5.03e5, 31e5, 5.06e5, 31.02e5)
    frame["place_extent"] = [None, None, held, None]
    options: dict[str, Any] = {"bandwidth_m": 1500, "cell_size_m": 250, "weights": [1, 2, 3, 1]}
    options["extent"] = gpd.GeoSeries([box(4.9e5, 30.9e5, 5.2e5, 31.1e5)], crs=4547)
    expected = kernel_density(frame, **options)
    draws = 400
    drawn = np.tile(shapely.get_coordinates(frame.geometry.to_numpy()), (draws, 1, 1))
    drawn += rng.standard_normal((draws, 4, 2)) * np.array([[0], [900], [0], [50]])
    drawn[:, 2] = rng.uniform(size=(draws, 2)) * (3000, 2000) + (5.03e5, 31e5)
    # The mean of densities is that of all their points, each of which weighs so much less.
    options["weights"] = np.tile(options["weights"], draws) / draws
    places = gpd.GeoSeries.from_xy(*drawn.reshape(-1, 2).T, crs=4547)
    mean = kernel_density(places, **options)
    # each draw is off by less than the peak, and the mean by a twentieth of that
    assert np.abs(mean - expected).max() < 0.08 * expected.max()
    assert expected.sum() * 0.25**2 == pytest.approx(7, rel=1e-3)
    assert (expected.attrs["points"], expected.attrs["points_unsure"]) == (4, 3)


def test_exact_places_have_the_plain_density() -> None:
    frame = gpd.GeoDataFrame(
        {"accuracy_m": [0.0, np.nan], "place_extent": [None, None]},
        geometry=[Point(5e5, 31e5), Point(5.01e5, 31e5)],
        crs=4547,
    )
    plain = kernel_density(frame.geometry, bandwidth_m=1000, cell_size_m=100)
    np.testing.assert_array_equal(kernel_density(frame, bandwidth_m=1000, cell_size_m=100), plain)


def test_a_feature_that_is_partly_in_the_study_area_weighs_that_part() -> None:
    frame = gpd.GeoDataFrame(
        {"place_extent": [box(5e5, 31e5, 5.04e5, 31.01e5)], "reach_m": [800.0]},
        geometry=[Point(5.02e5, 31.005e5)],
        crs=4547,
    )
    inside = gpd.GeoSeries([box(5.01e5, 30e5, 5.1e5, 32e5)], crs=4547)
    part = kernel_density(frame, bandwidth_m="reach_m", cell_size_m=100, study_area=inside)
    assert part.sum() * 0.01 == pytest.approx(0.75, abs=0.01)
    assert part.attrs["weight_sum"] == pytest.approx(0.75, abs=0.01)
    assert part.attrs["points"] == 1
