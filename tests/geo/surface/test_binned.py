"""Binning against the sum as it is written: within its bound everywhere, for any points."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.surface import binned, density
from geo.surface.binned import Lattice, _errors, _lagrange
from geo.surface.density import kernel_density
from geo.surface.kernels import shape_of

CORNER = np.array([500_000.0, 3_100_000.0])
AREA = gpd.GeoSeries([shapely.box(*CORNER, 504_000, 3_103_000)], crs=4547)


def frame(xy: object) -> gpd.GeoSeries:
    return gpd.GeoSeries(shapely.points(np.array(xy) + CORNER), crs=4547)


def both(points: gpd.GeoSeries, **options: object) -> tuple[object, object]:
    return tuple(kernel_density(points, method=method, **options) for method in ("exact", "binned"))


def assert_within_bound(exact: object, found: object, tolerance_pct: float = 0.1) -> None:
    assert found.attrs["method"] == "binned"
    assert float(np.abs(exact - found).max()) <= found.attrs["error_bound"]
    assert float(found.min()) >= 0
    highest = float(exact.max())
    assert found.attrs["error_bound"] <= tolerance_pct / 100 * highest
    assert found.attrs["error_bound_pct"] <= tolerance_pct
    assert found.attrs["error_bound"] * 100 <= found.attrs["error_bound_pct"] * highest * (1 + 1e-9)


@settings(max_examples=12)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["quartic", "triweight", "gaussian"]),
    st.floats(250, 1900),
    st.sampled_from(["one", "even", "clusters", "ring", "lattice"]),
)
def test_within_the_bound_everywhere(seed: int, kernel: str, h_m: float, pattern: str) -> None:
    rng = np.random.default_rng(seed)
    xy = {
        "one": rng.uniform(0, 3000, (1, 2)),
        "even": rng.uniform(-2000, 6000, (300, 2)),
        "clusters": rng.normal(rng.uniform(0, 3000, (5, 1, 2)), 40, (5, 60, 2)).reshape(-1, 2),
        "ring": 1500
        + h_m * np.stack([f(rng.uniform(0, 7, 200)) for f in (np.cos, np.sin)], axis=1),
        "lattice": rng.integers(0, 80, (200, 2)) * 37.5,
    }[pattern]
    options = {
        "bandwidth_m": h_m,
        "cell_size_m": 75,
        "kernel": kernel,
        "extent": AREA,
        "weights": rng.exponential(1.0, len(xy)),
    }
    points = frame(xy)
    exact = kernel_density(points, method="exact", **options)
    if not float(exact.max()) > 1e-3:
        return  # nothing reaches into the extent
    try:
        binned = kernel_density(points, method="binned", **options)
    except InputError as error:
        # What the finest lattice cannot keep is refused, and never given as if it were kept.
        assert "binning cannot keep" in str(error)  # noqa: PT017
        binned = kernel_density(points, method="binned", tolerance_pct=1.0, **options)
    assert_within_bound(exact, binned)


@pytest.mark.parametrize(
    ("kernel", "h_m", "tolerance_pct"), [("epanechnikov", 1500, 0.5), ("triangular", 1500, 0.5)]
)
def test_kernels_with_a_kink_need_finer_lattices(
    kernel: str, h_m: float, tolerance_pct: float
) -> None:
    points = frame(np.random.default_rng(0).uniform(0, 3000, (2000, 2)))
    options = {"bandwidth_m": h_m, "cell_size_m": 75, "kernel": kernel}
    exact, found = both(points, tolerance_pct=tolerance_pct, **options)
    assert_within_bound(exact, found, tolerance_pct)


def test_what_cannot_be_kept_is_refused_or_summed_as_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = frame(np.random.default_rng(0).uniform(0, 3000, (50, 2)))
    options = {"bandwidth_m": 400, "cell_size_m": 100, "kernel": "uniform"}
    with pytest.raises(
        InputError, match=r"binning cannot keep tolerance_pct=0\.1 with the uniform"
    ):
        kernel_density(points, method="binned", **options)
    with pytest.raises(InputError, match=r"the bound reached on the finest lattice is 0\.\d+ %"):
        kernel_density(
            points, method="binned", bandwidth_m=400, cell_size_m=100, tolerance_pct=2e-4
        )
    monkeypatch.setattr(density, "_EXACT_VISITS", 0)
    assert kernel_density(points, **options).attrs["method"] == "exact"


def test_auto_takes_the_exact_sum_where_it_is_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    points = frame(np.random.default_rng(0).uniform(0, 3000, (500, 2)))
    options = {"bandwidth_m": 1500, "cell_size_m": 50}
    exact = kernel_density(points, **options)
    assert exact.attrs["method"] == "exact"
    # 500 points × (2 × 1500 / 50)² cells
    monkeypatch.setattr(density, "_EXACT_VISITS", 500 * 60**2 - 1)
    assert_within_bound(exact, kernel_density(points, **options))


def test_units_and_bound_go_together() -> None:
    points = frame(np.random.default_rng(0).uniform(0, 3000, (500, 2)))
    options = {"bandwidth_m": 1500, "cell_size_m": 50, "method": "binned"}
    per_km2, count = (kernel_density(points, unit=u, **options) for u in ("per_km2", "count"))
    np.testing.assert_allclose(count, per_km2 * 0.05**2)
    assert count.attrs["error_bound"] == pytest.approx(per_km2.attrs["error_bound"] * 0.05**2)
    assert count.attrs["error_bound_pct"] == per_km2.attrs["error_bound_pct"]


def test_the_integral_is_kept() -> None:
    # bicubic weights of a point add up to 1, so the sum over cells is that of points on nodes
    points = frame(np.random.default_rng(0).uniform(0, 3000, (500, 2)))
    found = kernel_density(points, bandwidth_m=2500, cell_size_m=50, method="binned")
    assert float(found.sum()) * 0.05**2 == pytest.approx(500, rel=1e-6)


def test_no_points_and_study_area_without_correction() -> None:
    options = {"bandwidth_m": 1500, "cell_size_m": 75, "method": "binned"}
    nothing = kernel_density(gpd.GeoSeries([], crs=4547), extent=AREA, **options)
    assert float(np.abs(nothing).max()) == 0
    assert nothing.attrs["error_bound"] == nothing.attrs["error_bound_pct"] == 0
    points = frame(np.random.default_rng(0).uniform(0, 3000, (100, 2)))
    exact, found = (
        kernel_density(points, study_area=AREA, edge_correction=False, **{**options, "method": m})
        for m in ("exact", "binned")
    )
    assert_within_bound(exact, found)


def test_is_the_same_for_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    points = frame(np.random.default_rng(0).uniform(0, 9000, (20_000, 2)))
    results = []
    for workers in (1, 4):
        monkeypatch.setattr(binned, "_WORKERS", workers)
        results.append(
            kernel_density(points, bandwidth_m=1500, cell_size_m=50, method="binned").to_numpy()
        )
    np.testing.assert_array_equal(*results)


@pytest.mark.parametrize(
    "kernel", ["quartic", "triweight", "gaussian", "epanechnikov", "triangular"]
)
@pytest.mark.parametrize("reach", [4.0, 9.7, 20.0])
def test_errors_hold_for_positions_that_were_not_looked_at(kernel: str, reach: float) -> None:
    shape = shape_of(kernel)
    steps = reach * shape.reach
    errors = _errors(shape, steps)
    half = int(np.ceil(steps)) + 3
    offsets = np.arange(1 - half, half + 1)
    rng = np.random.default_rng(0)
    worst = np.zeros((offsets.size, offsets.size))
    for s, t in rng.uniform(0, 1, (60 if half < 60 else 8, 2)):
        nodes = np.arange(-1, 3)
        kernel_at = shape.profile(
            np.hypot(
                (offsets[:, None] - nodes)[:, None, :, None], (offsets[:, None] - nodes)[:, None]
            )
            / reach
        )
        weights_y, weights_x = _lagrange(np.array([t, s]))
        guess = np.einsum("klpq,p,q->kl", kernel_at, weights_y, weights_x)
        true = shape.profile(np.hypot((offsets - t)[:, None], offsets - s) / reach)
        np.maximum(worst, np.abs(guess - true), out=worst)
    middle, block = errors.blocks.shape[0] // 2, errors.block
    at = offsets // block + middle  # the block of the node, of points in block 0
    assert (worst <= errors.blocks[np.ix_(at, at)] + 1e-12).all()


def test_errors_are_told_in_percent_of_what_is_highest() -> None:
    shape = shape_of("quartic")
    errors = _errors(shape, 8.0)  # the eighth part of a bandwidth from node to node
    assert errors.block == 1
    assert errors.alone_pct == pytest.approx(100 * errors.blocks.max())
    assert errors.even_pct == pytest.approx(100 * errors.blocks.sum() / (shape.volume * 8**2))


def test_a_lattice_has_as_many_nodes_as_transform_well() -> None:
    lattice = Lattice(rows=3, columns=2, finer=2, step=1.0, reach=1.0, margin=36)
    # 77 = 7 × 11 along y; along x, of real numbers, 75 = 3 × 5²
    assert lattice.size == (77, 75)
    assert lattice._replace(columns=3).size == (77, 80)
    assert lattice.nodes == 77 * 75
