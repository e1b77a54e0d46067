from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from geo import density as density_module
from geo.density import kernel_density
from geo.errors import CRSError, InputError

COMPACT = ["quartic", "epanechnikov", "triangular", "uniform"]
PROFILES = {
    "quartic": lambda u: 3 / np.pi * np.maximum(1 - u**2, 0) ** 2,
    "epanechnikov": lambda u: 2 / np.pi * np.maximum(1 - u**2, 0),
    "triangular": lambda u: 3 / np.pi * np.maximum(1 - u, 0),
    "uniform": lambda u: (u <= 1) / np.pi,
    "gaussian": lambda u: np.exp(-(u**2) / 2) / (2 * np.pi),
}
EAST, NORTH = 500_000.0, 3_100_000.0
CORNER = np.array([EAST, NORTH])


def frame(xy: np.ndarray, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapely.points(xy), crs=4547)


def square(side_m: float) -> gpd.GeoSeries:
    return gpd.GeoSeries([box(EAST, NORTH, EAST + side_m, NORTH + side_m)], crs=4547)


def scattered(n: int, side_m: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, side_m, (n, 2)) + CORNER


def direct(
    xy: np.ndarray, weight: np.ndarray, raster: object, kernel: str, h_m: float
) -> np.ndarray:
    x, y = np.meshgrid(raster.x.to_numpy(), raster.y.to_numpy())
    total = np.zeros(x.shape)
    for (px, py), w in zip(xy, weight, strict=True):
        total += w * PROFILES[kernel](np.hypot(x - px, y - py) / h_m)
    return total / (h_m / 1000) ** 2


@pytest.mark.parametrize("kernel", [*COMPACT, "gaussian"])
@pytest.mark.parametrize(("h_m", "cell_m"), [(1234.5, 100), (300, 250), (90, 250), (6000, 217)])
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
    tolerance = 1e-3 if kernel == "uniform" else 1e-5  # cells on the rim are in or out
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
        monkeypatch.setattr(density_module, "_MAX_THREADS", threads)
        monkeypatch.setattr(density_module.os, "cpu_count", lambda: 16)
        results.append(kernel_density(points, bandwidth_m=1500, cell_size_m=100))
    np.testing.assert_array_equal(*results)


@settings(max_examples=20, deadline=None)
@given(st.integers(-50, 50), st.integers(-50, 50), st.sampled_from([*COMPACT, "gaussian"]))
def test_moving_everything_by_whole_cells_moves_the_raster(dx: int, dy: int, kernel: str) -> None:
    xy = scattered(40, 2000)
    moved = xy + np.array([dx, dy]) * 100.0
    options = {"bandwidth_m": 600, "cell_size_m": 100, "kernel": kernel}
    a, b = (kernel_density(frame(places), **options) for places in (xy, moved))
    np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-10 * float(a.max()))
    np.testing.assert_allclose(b.x.to_numpy() - a.x.to_numpy(), dx * 100.0)


@settings(max_examples=20, deadline=None)
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
        ({"kernel": "cubic"}, "gaussian, quartic"),
        ({"weights": "nothing"}, "no column 'nothing'"),
        ({"weights": [1.0]}, "one weight for each"),
        ({"weights": [1.0, -1.0]}, "negative, missing or infinite"),
        ({"weights": [1.0, np.nan]}, "fillna"),
        ({"weights": ["a", "b"]}, "not all numbers"),
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
