from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pointpats import distance_statistics
from scipy.spatial.distance import cdist, pdist
from scipy.stats import norm
from shapely import MultiPolygon, Point, Polygon, box

from geo import study_area
from geo.errors import CRSError, InputError
from geo.geodesic import geodesic_area_km2
from geo.pattern import point_pattern
from geo.pattern.point_pattern import nearest_neighbour_index, ripley
from geo.study_area import set_covariance_share, uniform_points

EAST, NORTH = 500_000.0, 3_100_000.0
CORNER = np.array([EAST, NORTH])
SIDE = 10_000.0
# A ring of two parts, with a hole: nothing that a box would do for.
ODD = MultiPolygon(
    [
        Polygon(
            [(0, 0), (9e3, 0), (9e3, 3e3), (4e3, 3e3), (4e3, 9e3), (0, 9e3)],
            [[(1e3, 1e3), (3e3, 1e3), (3e3, 2e3), (1e3, 2e3)]],
        ),
        box(6e3, 5e3, 9e3, 8e3),
    ]
)


def area(shape: Any = None) -> gpd.GeoSeries:
    shape = box(0, 0, SIDE, SIDE) if shape is None else shape
    return gpd.GeoSeries([shapely.transform(shape, lambda xy: xy + CORNER)], crs=4547)


def at(xy: Any) -> gpd.GeoSeries:
    return gpd.GeoSeries(shapely.points(np.asarray(xy, dtype=float) + CORNER), crs=4547)


def chance(seed: int, n: int = 100) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, SIDE, (n, 2))


def clustered(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    parents = rng.uniform(1500, SIDE - 1500, (10, 2))
    return (parents[:, None] + rng.normal(0, 250, (10, 10, 2))).reshape(-1, 2)


def regular(step: float = 1000.0) -> np.ndarray:
    middle = np.arange(step / 2, SIDE, step)
    return np.stack(np.meshgrid(middle, middle), axis=-1).reshape(-1, 2)


# ---- nearest neighbours ----


def test_index_by_hand() -> None:
    found = nearest_neighbour_index(at(regular()), study_area=area())
    # 100 points 1 km apart on 100 km²: expected 1/2 √(100 / 100) km
    assert found["n"] == 100
    assert found["area_km2"] == pytest.approx(100, rel=1e-5)
    assert found["observed_m"] == 1000
    assert found["expected_m"] == pytest.approx(500, rel=1e-5)
    assert found["ratio"] == pytest.approx(2, rel=1e-5)
    assert found["z"] == pytest.approx(500 / (0.26136 * 1e4 / 100), rel=1e-4)
    corrected = 500 + (0.0514 + 0.041 / 10) * 40_000 / 100
    assert found["expected_corrected_m"] == pytest.approx(corrected, rel=1e-5)
    variance = 0.0703 * 1e8 / 1e4 + 0.037 * 4e4 * (1e8 / 1e10) ** 0.5
    assert found["z_corrected"] == pytest.approx((1000 - corrected) / variance**0.5, rel=1e-4)
    assert found["p_corrected"] == pytest.approx(2 * norm.sf(found["z_corrected"]))
    assert found["perimeter_km"] == pytest.approx(40)
    assert found["coincident"] == 0
    assert found.attrs["reading"] == "dispersed"


@pytest.mark.parametrize("shape", [None, ODD])
def test_observed_distance_by_brute_force(shape: Any) -> None:
    xy = chance(1)
    found = nearest_neighbour_index(at(xy), study_area=area(shape))
    inside = xy[shapely.intersects_xy(area(shape)[0], *(xy + CORNER).T)]
    distances = cdist(inside, inside)
    np.fill_diagonal(distances, np.inf)
    assert found["observed_m"] == pytest.approx(distances.min(axis=1).mean())
    assert found["n"] == len(inside)
    assert found.attrs["points_outside"] == 100 - len(inside)
    assert found["area_km2"] == pytest.approx(geodesic_area_km2(area(shape))[0])


def test_index_of_chance_is_one_after_correction() -> None:
    found = [nearest_neighbour_index(at(chance(s, 60)), study_area=area()) for s in range(200)]
    corrected = np.array([row["ratio_corrected"] for row in found])
    assert corrected.mean() == pytest.approx(1, abs=4 * corrected.std() / 200**0.5)
    # without it the border makes chance look dispersed
    assert np.mean([row["ratio"] for row in found]) > 1.03
    p = np.array([row["p_corrected"] for row in found])
    assert (p < 0.05).mean() < 0.05 + 4 * (0.05 * 0.95 / 200) ** 0.5


def test_clusters_and_shared_places() -> None:
    found = nearest_neighbour_index(at(clustered()), study_area=area())
    assert found.attrs["reading"] == "clustered"
    assert found["ratio_corrected"] < 0.7
    twice = np.repeat(chance(2, 20), 2, axis=0)
    shared = nearest_neighbour_index(at(np.concatenate([twice, chance(3, 10)])), study_area=area())
    assert shared["coincident"] == 40
    one = nearest_neighbour_index(at([(5, 5)] * 9), study_area=area())
    assert one["ratio"] == 0
    assert one["coincident"] == one["n"] == 9
    assert one.notna().all()


# ---- Ripley ----


def test_share_of_a_square_and_a_disc() -> None:
    # of a square of side a: 1 − 4 r / (π a) + r² / (π a²)
    step, share = set_covariance_share(box(0, 0, 1000, 1000), 500)
    x = step / 1000
    assert share == pytest.approx(1 - 4 * x / np.pi + x**2 / np.pi, abs=2e-3)
    # of a disc of radius R: 2/π (acos(x) − x √(1 − x²)), x = r / 2R
    step, share = set_covariance_share(Point(0, 0).buffer(1000, 256), 800)
    x = step / 2000
    assert share == pytest.approx(2 / np.pi * (np.arccos(x) - x * (1 - x**2) ** 0.5), abs=2e-3)


def test_share_of_an_odd_area_by_counting() -> None:
    rng = np.random.default_rng(0)
    xy = uniform_points(ODD, 20_000, rng)
    step, share = set_covariance_share(ODD, 2000)
    for distance in (500.0, 2000.0):
        angle = rng.uniform(0, 2 * np.pi, 20_000)
        moved = xy + distance * np.column_stack([np.cos(angle), np.sin(angle)])
        counted = shapely.intersects_xy(ODD, *moved.T).mean()
        assert np.interp(distance, step, share) == pytest.approx(counted, abs=4 * 0.0035)


def test_share_of_an_outline_with_many_corners() -> None:
    smooth = Point(0, 0).buffer(1000, 20)
    corners = shapely.get_coordinates(shapely.segmentize(smooth, 1.0))[:-1]
    noisy = Polygon(corners + np.random.default_rng(0).uniform(-0.3, 0.3, corners.shape)).buffer(0)
    assert shapely.get_num_coordinates(noisy) > 5000
    first, second = (set_covariance_share(shape, 400)[1] for shape in (smooth, noisy))
    assert first == pytest.approx(second, abs=5e-3)


def test_k_by_hand() -> None:
    # 9 points on a line, 100 m apart: 8, 7, … pairs at 100, 200, … m, each counted both ways
    xy = np.column_stack([4600 + 100 * np.arange(9), np.full(9, 5000)])
    found = ripley(at(xy), study_area=area(), distances_m=[50, 100, 250], simulations=19)

    def seen(distance: float) -> float:
        x = distance / SIDE
        return 1 - 4 * x / np.pi + x**2 / np.pi

    scale = SIDE**2 / (9 * 8)
    k = [0, scale * 16 / seen(100), scale * (16 / seen(100) + 14 / seen(200))]
    assert found["k"].tolist() == pytest.approx(k, rel=1e-3)
    assert found["l"].tolist() == pytest.approx((np.array(k) / np.pi) ** 0.5, rel=1e-3)
    assert found["l_minus_d"].tolist() == (found["l"] - found["distance_m"]).tolist()
    assert found["k_expected"].tolist() == pytest.approx([np.pi * r**2 for r in (50, 100, 250)])


def test_k_is_that_of_pointpats_far_from_the_border() -> None:
    # On land 800 km wide every pair is seen. Theirs divides by n² instead of n (n − 1), and takes
    # the box around the points for the study area.
    xy = chance(4)
    wide = area(box(-4e5, -4e5, 4e5, 4e5))
    radius = np.linspace(200, 4000, 20)
    found = ripley(at(xy), study_area=wide, distances_m=radius, simulations=19)
    _, theirs = distance_statistics.k(xy, support=radius)
    scale = (8e5**2 / (100 * 99)) / (np.ptp(xy, axis=0).prod() / 100**2)
    assert found["k"].to_numpy() == pytest.approx(theirs * scale, rel=8e-3)


def test_k_by_brute_force() -> None:
    xy = chance(5, 60)
    radius = np.linspace(100, 2500, 13)
    found = ripley(at(xy), study_area=area(), distances_m=radius, simulations=19)
    d = pdist(xy)
    x = d / SIDE
    weight = 1 / (1 - 4 * x / np.pi + x**2 / np.pi)
    expected = [2 * SIDE**2 / (60 * 59) * weight[d <= r].sum() for r in radius]
    assert found["k"].to_numpy() == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("shape", [None, ODD])
def test_k_of_chance_is_that_of_a_disc(shape: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(point_pattern, "_MIN_SIMULATIONS", 1)  # K is of the points alone
    radius = np.array([300.0, 900.0, 1800.0])
    land = area(shape)
    rng = np.random.default_rng(6)
    curves = np.array(
        [
            ripley(
                at(uniform_points(land[0], 80, rng) - CORNER),
                study_area=land,
                distances_m=radius,
                simulations=1,
                interval_pct=50.0,
            )["k"]
            for _ in range(60)
        ]
    )
    error = curves.std(axis=0) / 60**0.5
    assert (np.abs(curves.mean(axis=0) - np.pi * radius**2) < 4 * error).all()


def test_readings() -> None:
    together = ripley(at(clustered()), study_area=area())
    assert together.attrs["reading"] == "clustered"
    assert together.attrs["p_value"] == 1 / 200
    assert (together["l"] > together["l_band_high"]).any()
    assert 200 < together.attrs["largest_at_m"] < 2500
    apart = ripley(at(regular()), study_area=area())
    assert apart.attrs["reading"] == "dispersed"
    assert apart.attrs["largest_at_m"] < 1000
    random = ripley(at(chance(7)), study_area=area())
    assert random.attrs["reading"] == "random"
    inside = random["l"].between(random["l_band_low"], random["l_band_high"])
    assert inside.all()
    assert (random["l_high"] >= random["l_low"]).all()
    assert (random["l_band_high"] >= random["l_high"] - 1e-9).mean() > 0.9


def test_p_value_of_chance_is_even() -> None:
    p = np.array(
        [
            ripley(
                at(chance(s, 30)), study_area=area(), distances_m=[400, 800, 1600], simulations=19
            ).attrs["p_value"]
            for s in range(100)
        ]
    )
    # with 19 simulations a share of exactly 1/20 is at most 0.05, and half at most 0.5
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=4 * (0.05 * 0.95 / 100) ** 0.5)
    assert (p <= 0.5).mean() == pytest.approx(0.5, abs=4 * (0.25 / 100) ** 0.5)


@settings(max_examples=10)
@given(st.integers(0, 99), st.sampled_from([0.0, 90.0, 180.0]), st.floats(-9e3, 9e3))
def test_turned_and_moved(seed: int, turn: float, move: float) -> None:
    xy = chance(seed, 30)
    land = area(ODD)
    points = at(xy)
    first = ripley(points, study_area=land, simulations=19)
    spun = [
        frame.rotate(turn, origin=(EAST, NORTH)).translate(move, 2 * move)
        for frame in (points, land)
    ]
    second = ripley(spun[0], study_area=spun[1], simulations=19)
    assert first["distance_m"].to_numpy() == pytest.approx(second["distance_m"].to_numpy())
    assert first["k"].to_numpy() == pytest.approx(second["k"].to_numpy(), rel=1e-3, abs=1)
    nearest = [
        nearest_neighbour_index(points, study_area=land),
        nearest_neighbour_index(spun[0], study_area=spun[1]),
    ]
    assert nearest[0]["observed_m"] == pytest.approx(nearest[1]["observed_m"])


def test_same_seed_same_table_on_any_thread() -> None:
    points, land = at(chance(8)), area(ODD)

    def table(seed: int) -> Any:
        return ripley(points, study_area=land, simulations=39, seed=seed)

    with ThreadPoolExecutor(2) as pool:
        threaded = list(pool.map(table, [3, 3]))
    assert threaded[0].equals(table(3))
    assert threaded[1].equals(table(3))
    assert not threaded[0].equals(table(4))


def test_random_points_fill_the_area_evenly() -> None:
    xy = uniform_points(ODD, 10_000, np.random.default_rng(0))
    assert shapely.intersects_xy(ODD, *xy.T).all()
    share = ODD.geoms[1].area / ODD.area
    counted = shapely.intersects_xy(ODD.geoms[1], *xy.T).mean()
    assert counted == pytest.approx(share, abs=4 * (share * (1 - share) / 10_000) ** 0.5)


# ---- both ----


def test_default_distances_reach_a_quarter_of_the_shorter_side() -> None:
    narrow = area(box(0, 0, 8000, 4000))
    found = ripley(at(chance(9) * [0.8, 0.4]), study_area=narrow, simulations=19)
    assert found["distance_m"].tolist() == pytest.approx(np.linspace(20, 1000, 50))


@pytest.mark.parametrize("method", [nearest_neighbour_index, ripley])
def test_points_left_out_are_counted(method: Any) -> None:
    xy = np.concatenate([chance(1, 30), [(-5, 5), (2e4, 2e4)]])
    points = at(xy)
    gaps = gpd.GeoSeries([*points, None, Point()], crs=4547)
    found = method(gaps, study_area=area())
    assert found.attrs["points"] == 30
    assert found.attrs["points_outside"] == 2
    assert found.attrs["points_without_place"] == 2
    assert found.equals(method(at(xy[:30]), study_area=area()))


@pytest.mark.parametrize("method", [nearest_neighbour_index, ripley])
def test_degrees_and_overlapping_parts(method: Any) -> None:
    halves = gpd.GeoSeries([box(0, 0, 6e3, SIDE), box(4e3, 0, SIDE, SIDE)])
    land = halves.translate(EAST, NORTH).set_crs(4547)
    points = at(chance(1, 30))
    whole = method(points, study_area=area())
    parts = method(points, study_area=land)
    degrees = method(points.to_crs(4490), study_area=land.to_crs(4490))
    for other in (parts, degrees):
        assert other.attrs["reading"] == whole.attrs["reading"]
    last = {"nearest_neighbour_index": "ratio", "ripley": "k"}[method.__name__]
    assert np.asarray(parts[last]) == pytest.approx(np.asarray(whole[last]), rel=1e-3)
    assert np.asarray(degrees[last]) == pytest.approx(np.asarray(whole[last]), rel=1e-3)


@pytest.mark.parametrize("method", [nearest_neighbour_index, ripley])
def test_a_polygon_that_is_missing_adds_nothing_to_the_study_area(method: Any) -> None:
    points = at(chance(1, 30))
    gaps = gpd.GeoSeries([None, *area(), Polygon()], crs=4547)
    found = method(points, study_area=gaps)
    assert found.equals(method(points, study_area=area()))
    assert found.attrs["points"] == 30
    with pytest.raises(InputError, match="the study area has no area"):
        method(points, study_area=gaps.iloc[:1])


@pytest.mark.parametrize("method", [nearest_neighbour_index, ripley])
def test_refusals(method: Any) -> None:
    name = method.__name__
    few = at(np.concatenate([chance(0, 7), [(-9, -9)]]))
    with pytest.raises(InputError, match=rf"{name}: 7 points lie in .* \(1 outside it, 0 with no"):
        method(few, study_area=area())
    for points in (few.iloc[:0], few.iloc[:1]):
        with pytest.raises(InputError, match="At least 8 are needed"):
            method(points, study_area=area())
    with pytest.raises(InputError, match="the study area has no area"):
        method(at(chance(0)), study_area=area(Polygon()))
    with pytest.raises(InputError, match="no polygons"):
        method(at(chance(0)), study_area=at(chance(0)))
    with pytest.raises(InputError, match="no points"):
        method(area(), study_area=area())
    with pytest.raises(CRSError, match="must be in one CRS"):
        method(at(chance(0)).to_crs(4490), study_area=area())
    with pytest.raises(CRSError, match="no CRS"):
        method(at(chance(0)).set_crs(None, allow_override=True), study_area=area())


def test_refusals_of_ripley() -> None:
    points = at(chance(0))
    with pytest.raises(InputError, match="all 9 points lie in one place"):
        ripley(at([(5, 5)] * 9), study_area=area())
    with pytest.raises(InputError, match="simulations is 5"):
        ripley(points, study_area=area(), simulations=5)
    with pytest.raises(InputError, match="interval_pct is 100"):
        ripley(points, study_area=area(), interval_pct=100)
    for wrong in ([], [0, 5], [-1], [np.nan]):
        with pytest.raises(InputError, match="not all positive"):
            ripley(points, study_area=area(), distances_m=wrong)
    with pytest.raises(InputError, match="must rise"):
        ripley(points, study_area=area(), distances_m=[5, 5])
    with pytest.raises(InputError, match=r"reach 12,000 m, too far .* up to 9,\d\d\d m"):
        ripley(points, study_area=area(), distances_m=[100, 12_000])
    many = at(np.random.default_rng(0).uniform(0, SIDE, (9000, 2)))
    with pytest.raises(InputError, match="pairs of points lie within 5,000 m, more than"):
        ripley(many, study_area=area(), distances_m=[5000])


def test_input_is_left_as_it_was() -> None:
    points, land = at(chance(0)), area(ODD)
    before = points.copy(), land.copy()
    ripley(points, study_area=land, simulations=19)
    nearest_neighbour_index(points, study_area=land)
    assert points.equals(before[0])
    assert land.equals(before[1])


@pytest.mark.parametrize(
    ("xy", "radius_m", "pairs"),
    [
        # Three of four points within 5 m of each other; by chance 4² / 2 · π 5² / 100² < 1.
        ([(0, 0), (3, 0), (0, 4), (90, 90)], 5, 3),
        # None within 20 m; by chance 4² / 2 · π 20² / 100² = 1.005.
        ([(0, 0), (90, 0), (0, 90), (90, 90)], 20, 1),
        # By chance all lie within 80 m, not π 80² / 100² of them: 4² / 2.
        ([(0, 0), (90, 0), (0, 90), (90, 90)], 80, 8),
    ],
)
def test_what_a_pattern_costs_is_its_pairs_or_those_of_chance(
    xy: list[tuple[float, float]], radius_m: float, pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = box(0, 0, 100, 100)
    pattern = point_pattern.Pattern(np.asarray(xy, float), ground, 0.01, 0, 0, 0, area(ground))
    monkeypatch.setattr(point_pattern, "_MAX_PAIRS", pairs)
    monkeypatch.setattr(point_pattern, "_MAX_DISTANCES", 10 * pairs)
    point_pattern._require_affordable(pattern, radius_m, 9)
    with pytest.raises(InputError) as caught:
        point_pattern._require_affordable(pattern, radius_m, 10)
    assert caught.value.values["simulations"] == 10
    monkeypatch.setattr(point_pattern, "_MAX_PAIRS", pairs - 1)
    with pytest.raises(InputError) as caught:
        point_pattern._require_affordable(pattern, radius_m, 0)
    assert (caught.value.values["amount"], caught.value.values["simulations"]) == (pairs, 1)


def test_an_outline_of_many_corners_is_measured_by_fewer() -> None:
    circle = Point(0, 0).buffer(1000, quad_segs=500)
    few = study_area._few_corners(circle)
    assert shapely.get_num_coordinates(few) <= 300
    assert few.symmetric_difference(circle).area < 2e-3 * circle.area
    square = box(0, 0, 1, 1)
    assert study_area._few_corners(square) is square
    # What keeps its corners however coarse it may be drawn is measured with all of them.
    boxes = MultiPolygon([box(10 * at, 0, 10 * at + 9, 9) for at in range(100)])
    assert shapely.get_num_coordinates(study_area._few_corners(boxes)) == 500
