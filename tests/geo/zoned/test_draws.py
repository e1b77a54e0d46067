from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, norm, rankdata
from shapely import MultiPolygon, Point, Polygon, box

from geo.errors import CRSError, InputError
from geo.zoned import uncertainty as module
from geo.zoned.distribution import distribution
from geo.zoned.uncertainty import Uncertainty, rank_of, uncertainty
from geo.zones import counted

EAST, NORTH = 500_000.0, 3_100_000.0
CORNER = np.array([EAST, NORTH])
KM = 1000.0
INTERVAL = ["count", "count_low", "count_median", "count_high"]
# Two zones of 10 km with the border between them at EAST.
HALVES = gpd.GeoDataFrame(
    geometry=[
        box(EAST - 10 * KM, NORTH - 10 * KM, EAST, NORTH + 10 * KM),
        box(EAST, NORTH - 10 * KM, EAST + 10 * KM, NORTH + 10 * KM),
    ],
    index=["west", "east"],
    crs=4547,
)


def points_of(*xy_km: tuple[float, float] | None, **columns: object) -> gpd.GeoDataFrame:
    places = [None if xy is None else Point(CORNER + np.array(xy) * KM) for xy in xy_km]
    return gpd.GeoDataFrame(columns, geometry=places, crs=4547)


def test_a_point_on_the_border_is_on_either_side_half_of_the_time() -> None:
    found = uncertainty(points_of((0, 0), accuracy_m=[100.0]), HALVES, draws=4000)
    # the standard error of a probability from 4000 draws is √(¼ / 4000) = 0.008
    np.testing.assert_allclose(found.counts.mean(axis=0), 0.5, atol=4 * 0.008)
    np.testing.assert_allclose(found.ahead, 0.5, atol=4 * 0.008)
    assert found.zones["count"].tolist() == [0.5, 0.5]
    assert found.zones["count_low"].tolist() == [0, 0]
    assert found.zones["count_high"].tolist() == [1, 1]
    assert found.moved == 1


@pytest.mark.parametrize("sigmas", [-2.0, -0.7, 0.4, 1.5])
def test_probability_of_the_other_side_is_that_of_the_normal_distribution(sigmas: float) -> None:
    found = uncertainty(points_of((sigmas * 0.2, 0), accuracy_m=[200.0]), HALVES, draws=10_000)
    east = norm.cdf(sigmas)
    assert found.counts[:, 1].mean() == pytest.approx(east, abs=4 * 0.005)
    # one point: the zone that has it is ahead
    assert found.ahead.loc["east", "west"] == found.counts[:, 1].mean()


def test_a_point_far_from_borders_leaves_one_number() -> None:
    found = uncertainty(points_of((5, 0), (-5, 0), (5, 1), accuracy_m=[9.0, 9.0, 9.0]), HALVES)
    assert found.zones[INTERVAL].to_numpy().tolist() == [[1, 1, 1, 1], [2, 2, 2, 2]]
    assert found.zones[["rank", "rank_low", "rank_high"]].to_numpy().tolist() == [[2] * 3, [1] * 3]
    assert found.ahead.to_numpy().tolist() == [[0.5, 0], [1, 0.5]]
    assert found.ahead.index.tolist() == found.ahead.columns.tolist() == ["west", "east"]
    assert found.moved == 3


def test_points_on_a_border_are_binomial() -> None:
    n = 60
    found = uncertainty(points_of(*[(0, 0)] * n, accuracy_m=[50.0] * n), HALVES, draws=5000)
    for at, name in enumerate(HALVES.index):
        low, high = binom.interval(0.9, n, 0.5)
        assert abs(found.zones.loc[name, "count_low"] - low) <= 1
        assert abs(found.zones.loc[name, "count_high"] - high) <= 1
        assert found.zones.loc[name, "count_median"] == pytest.approx(n / 2, abs=1)
        # mean n/2 with the standard error √(n/4 / draws), variance n/4
        assert found.counts[:, at].mean() == pytest.approx(n / 2, abs=4 * (n / 4 / 5000) ** 0.5)
        assert found.counts[:, at].var() == pytest.approx(n / 4, rel=0.1)
    # ahead: more than half of the points, or half of a draw with just half of them: ½
    assert found.ahead.loc["west", "east"] == pytest.approx(0.5, abs=4 * 0.007)


def test_twenty_on_the_border_against_eight_for_sure() -> None:
    # A 60 km away has 8 points for sure; B gets Binomial(20, ½)
    far = gpd.GeoDataFrame(geometry=[box(EAST + 60 * KM, NORTH, EAST + 70 * KM, NORTH + 9 * KM)])
    zones = pd.concat([HALVES, far.set_crs(4547).set_index(pd.Index(["A"]))])
    points = points_of(*[(0, 0)] * 20, *[(65, 5)] * 8, accuracy_m=[50.0] * 20 + [0.0] * 8)
    found = uncertainty(points, zones, draws=10_000)
    chance = binom.sf(8, 20, 0.5) + binom.pmf(8, 20, 0.5) / 2  # more than 8, or a tie
    assert found.ahead.loc["west", "A"] == pytest.approx(chance, abs=4 * 0.005)
    assert found.moved == 20


def test_the_mean_of_the_draws_is_the_expected_count() -> None:
    rng = np.random.default_rng(4)
    xy = rng.uniform(-3, 3, (150, 2))
    points = points_of(*map(tuple, xy), accuracy_m=rng.uniform(0, 2000, 150))
    lattice = [
        box(EAST + x * KM, NORTH + y * KM, EAST + (x + 2) * KM, NORTH + (y + 2) * KM)
        for x in (-3, -1, 1)
        for y in (-3, -1, 1)
    ]
    zones = gpd.GeoDataFrame(geometry=lattice, crs=4547)
    expected = distribution(points, zones)
    found = uncertainty(points, zones, draws=4000)
    error = expected["count_sd"] / 4000**0.5
    np.testing.assert_array_equal(found.zones["count"], expected["count"])
    np.testing.assert_array_less(
        np.abs(found.counts.mean(axis=0) - expected["count"]), 4 * error + 0.1
    )
    np.testing.assert_allclose(found.counts.std(axis=0), expected["count_sd"], rtol=0.06)


def test_zones_that_cover_all_places_hold_every_point_in_every_draw() -> None:
    rng = np.random.default_rng(5)
    xy = rng.uniform(-9, 9, (80, 2))
    everywhere = box(*(CORNER - 5e5), *(CORNER + 5e5))
    cells = shapely.voronoi_polygons(
        shapely.multipoints(rng.uniform(-9, 9, (12, 2)) * KM + CORNER), extend_to=everywhere
    )
    zones = gpd.GeoDataFrame(geometry=shapely.get_parts(cells), crs=4547)
    cost = rng.integers(1, 9, 80).astype(float)
    points = points_of(*map(tuple, xy), accuracy_m=rng.uniform(0, 3000, 80))
    found = uncertainty(points, zones, weights=cost)
    assert set(found.counts.sum(axis=1)) == {80}
    assert set(found.weight_sums.sum(axis=1)) == {cost.sum()}
    assert found.zones["count"].sum() == 80


def test_weights_and_what_is_ahead_by_them() -> None:
    # one point of 9 in the east for sure, and one of 4 and one of 6 that may be on either side
    points = points_of(
        (5, 0), (0, 0), (0, 5), accuracy_m=[0, 100.0, 100.0], cost=[9.0, 4.0, 6.0], name=list("abc")
    )
    found = uncertainty(points, HALVES, weights="cost", draws=4000)
    assert found.ranked_by == "weight_sum"
    assert uncertainty(points, HALVES).ranked_by == "count"
    # west has 0, 4, 6 or 10, a quarter of the time each, of 19: ahead only with 10
    np.testing.assert_array_equal(np.unique(found.weight_sums[:, 0]), [0, 4, 6, 10])
    np.testing.assert_array_equal(found.weight_sums.sum(axis=1), 19)
    assert found.ahead.loc["west", "east"] == pytest.approx(0.25, abs=4 * 0.007)
    assert found.zones["weight_sum"].tolist() == [5, 14]
    assert found.zones["weight_sum_low"].tolist() == [0, 9]
    assert found.zones["weight_sum_high"].tolist() == [10, 19]
    assert found.zones["weight_rank"].tolist() == [2, 1]
    assert found.zones["weight_rank_low"].tolist() == [1, 1]
    assert found.zones["weight_rank_high"].tolist() == [2, 2]
    ones = uncertainty(points, HALVES, weights=[1, 1, 1])
    np.testing.assert_array_equal(ones.weight_sums, ones.counts)


def test_probabilities_across_the_diagonal_add_up() -> None:
    rng = np.random.default_rng(6)
    points = points_of(*map(tuple, rng.uniform(-5, 5, (30, 2))), accuracy_m=[1500.0] * 30)
    zones = gpd.GeoDataFrame(
        geometry=[box(*low, *(low + 4 * KM)) for low in CORNER + rng.uniform(-5, 1, (7, 2)) * KM],
        crs=4547,
    )
    found = uncertainty(points, zones)
    assert found.zones.attrs["zones_overlap"] is True
    ahead = found.ahead.to_numpy()
    np.testing.assert_allclose(ahead + ahead.T, 1, atol=1e-12)
    counts = found.counts
    by_hand = [[((a > b) + 0.5 * (a == b)).mean() for b in counts.T] for a in counts.T]
    np.testing.assert_allclose(ahead, by_hand, atol=1e-12)
    ranks = rankdata(-counts, method="min", axis=1)
    np.testing.assert_array_equal(
        found.zones["rank_low"], np.quantile(ranks, 0.05, axis=0, method="inverted_cdf")
    )
    assert (found.zones["rank_low"] <= found.zones["rank_high"]).all()


def test_overlapping_zones_each_hold_a_moved_point() -> None:
    zones = pd.concat([HALVES, HALVES.iloc[:1]])  # the same zone twice, and its label too
    found = uncertainty(points_of((0, 0), accuracy_m=[100.0]), zones)
    np.testing.assert_array_equal(found.counts[:, 0], found.counts[:, 2])
    np.testing.assert_array_equal(found.counts[:, 0] + found.counts[:, 1], 1)
    assert found.zones.index.tolist() == ["west", "east", "west"]
    assert found.ahead.shape == (3, 3)
    assert found.ahead.iloc[0, 2] == 0.5


def test_the_same_seed_gives_the_same_and_blocks_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(7)
    points = points_of(*map(tuple, rng.uniform(-1, 1, (40, 2))), accuracy_m=[400.0] * 40)
    cost = rng.uniform(0, 9, 40)
    whole = uncertainty(points, HALVES, weights=cost, seed=3)
    for places in (1, 130, 7777):
        monkeypatch.setattr(module, "_PLACES_PER_BLOCK", places)
        again = uncertainty(points, HALVES, weights=cost, seed=3)
        np.testing.assert_array_equal(whole.counts, again.counts)
        np.testing.assert_array_equal(whole.weight_sums, again.weight_sums)
        pd.testing.assert_frame_equal(whole.ahead, again.ahead)
    other = uncertainty(points, HALVES, weights=cost, seed=4)
    assert (other.counts != whole.counts).any()


def test_no_accuracy_at_all_is_stated() -> None:
    points = points_of((1, 1), (-1, 1), (2, 2), cost=[0.1, 0.2, 0.3])
    for frame in (points, points.assign(accuracy_m=[None] * 3), points.assign(accuracy_m=0)):
        found = uncertainty(frame, HALVES, weights=[0.1, 0.2, 0.3])
        assert found.moved == found.zones.attrs["points_moved"] == 0
        for name in ("count", "weight_sum", "rank", "weight_rank"):
            for end in ("low", "high"):
                np.testing.assert_array_equal(found.zones[name], found.zones[f"{name}_{end}"])
    assert uncertainty(points, HALVES).zones.attrs["points_without_accuracy"] == 3
    assert uncertainty(points.geometry, HALVES.geometry).moved == 0


def test_missing_accuracy_is_exact_and_counted() -> None:
    points = points_of((0, 0), (5, 0), None, accuracy_m=[100.0, np.nan, 100.0])
    found = uncertainty(points, HALVES)
    assert found.moved == 1
    assert found.zones.attrs["points_without_accuracy"] == 1
    assert found.zones.attrs["points_without_place"] == 1
    assert set(found.counts[:, 1]) == {1, 2}


def test_degrees_and_metres_agree() -> None:
    points = points_of((0, 0), (0.1, 1), (-0.2, 2), accuracy_m=[300.0] * 3)
    zones = HALVES.assign(geometry=HALVES.segmentize(500.0))
    metres = uncertainty(points, zones)
    degrees = uncertainty(points.to_crs(4326), zones.to_crs(4490))
    # the same random numbers, borders that differ by millimetres
    assert (metres.counts != degrees.counts).mean() < 0.002
    assert degrees.zones.crs.to_epsg() == 4490


def test_degenerate_inputs() -> None:
    nothing = uncertainty(points_of(accuracy_m=[]), HALVES, weights="accuracy_m")
    assert nothing.zones[["count_low", "count_high", "weight_sum_high"]].to_numpy().sum() == 0
    assert nothing.zones["rank_high"].tolist() == [1, 1]
    no_zone = uncertainty(points_of((0, 0), accuracy_m=[9.0]), HALVES.iloc[:0], weights=[1])
    assert no_zone.zones.empty
    assert no_zone.ahead.shape == (0, 0)
    assert no_zone.counts.shape == (1000, 0)
    zones = gpd.GeoDataFrame(
        geometry=[None, Polygon(), MultiPolygon(list(HALVES.geometry[:1]))],
        index=[4, 4, 9],
        crs=4547,
    )
    some = uncertainty(points_of((0, 0), accuracy_m=[9.0]), zones)
    assert some.zones["count_high"].tolist() == [0, 0, 1]
    bow_tie = Polygon(np.array([(-1, 0), (1, 2), (1, 0), (-1, 2)]) * KM + CORNER)
    with pytest.warns(UserWarning, match="uncertainty: 1 of 1 zones were not valid"):
        mended = uncertainty(
            points_of((0, 1), accuracy_m=[100.0]), gpd.GeoSeries([bow_tie], index=["x"], crs=4547)
        )
    assert mended.zones.attrs["repaired_zones"] == ["x"]
    # half of the plane around its middle is in the bow tie
    assert mended.counts.mean() == pytest.approx(0.5, abs=4 * 0.016)


def test_inputs_stay_as_they_are() -> None:
    points = points_of((0, 0), accuracy_m=[9.0])
    zones, copy = HALVES.copy(), points.copy()
    found = uncertainty(points, zones)
    assert isinstance(found, Uncertainty)
    assert list(zones.columns) == ["geometry"]
    assert zones.attrs == {}
    pd.testing.assert_frame_equal(points, copy)
    assert found.zones.attrs["draws"] == found.draws == 1000
    assert found.zones.attrs["interval_pct"] == found.interval_pct == 90
    assert found.zones.attrs["seed"] == found.seed == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 999}, "draws is 999.*from 1000 on: with fewer the ends"),
        ({"draws": 1000.0}, "draws is 1000.0"),
        ({"draws": True}, "draws is True"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 0.5}, "seed is 0.5"),
        ({"interval_pct": 0}, "interval_pct is 0"),
        ({"interval_pct": 100}, "interval_pct is 100"),
        ({"interval_pct": float("nan")}, "interval_pct is nan"),
        ({"interval_pct": 99.9}, "only 0.5 lie beyond each end.*draws=10000"),
        ({"weights": [np.nan]}, "uncertainty: 1 of 1 weights"),
        ({"weights": "cost"}, "no column 'cost'"),
    ],
)
def test_refusals(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        uncertainty(points_of((0, 0), accuracy_m=[1.0]), HALVES, **options)


def test_refusals_of_frames() -> None:
    with pytest.raises(InputError, match="uncertainty: 1 values of accuracy_m are negative"):
        uncertainty(points_of((0, 0), accuracy_m=[-1.0]), HALVES)
    with pytest.raises(InputError, match="accuracy_m is not all numbers"):
        uncertainty(points_of((0, 0), accuracy_m=["near"]), HALVES)
    with pytest.raises(CRSError, match=r"uncertainty: .*one CRS"):
        uncertainty(points_of((0, 0)).to_crs(4490), HALVES)
    with pytest.raises(InputError, match="uncertainty: 2 of 2 geometries are no points"):
        uncertainty(HALVES, HALVES)


def test_widest_interval_that_draws_allow() -> None:
    # 99 % of 1000 draws leaves 5 beyond each end
    found = uncertainty(points_of(*[(0, 0)] * 50, accuracy_m=[9.0] * 50), HALVES, interval_pct=99.0)
    ordered = np.sort(found.counts, axis=0)
    np.testing.assert_array_equal(found.zones["count_low"], ordered[4])  # the 5th of 1000
    np.testing.assert_array_equal(found.zones["count_high"], ordered[994])  # the 995th


@settings(max_examples=50)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=12))
def test_ranks_are_those_of_scipy(values: list[int]) -> None:
    array = np.array(values)
    for same in (array, array / 7):
        np.testing.assert_array_equal(rank_of(same), rankdata(-array, method="min"))


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_a_shift_of_all_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = points_of(*map(tuple, rng.uniform(-1, 1, (20, 2))), accuracy_m=[300.0] * 20)
    shifted = points.assign(geometry=points.translate(1024, 2048))
    zones = HALVES.assign(geometry=HALVES.translate(1024, 2048))
    np.testing.assert_array_equal(
        uncertainty(points, HALVES, seed=seed).counts, uncertainty(shifted, zones, seed=seed).counts
    )


def test_density_divides_by_area_and_ranks_by_it() -> None:
    # One point in 1 km² is denser than two in 4 km².
    zones = gpd.GeoDataFrame(
        geometry=[box(500e3, 31e5, 501e3, 3101e3), box(510e3, 31e5, 512e3, 3102e3)],
        index=["small", "large"],
        crs=4547,
    )
    points = gpd.GeoDataFrame(
        {"accuracy_m": [1.0, 1.0, 1.0]},
        geometry=[Point(500_500, 3_100_500), Point(511e3, 3101e3), Point(511e3, 3_100_500)],
        crs=4547,
    )
    found = uncertainty(points, zones)
    small, large = found.zones["density_per_km2"]
    assert small == pytest.approx(1.0, rel=1e-3)  # a geodesic area, not that of the projection
    assert large == pytest.approx(2 / 4, rel=1e-3)
    assert found.zones["density_rank"].tolist() == [1, 2]
    assert found.zones["density_rank_high"].tolist() == [1, 2]
    assert found.zones["rank"].tolist() == [2, 1]
    assert found.chance_ahead("small", "large") == 0.0
    assert found.chance_ahead("small", "large", by="density_per_km2") == 1.0
    with pytest.raises(InputError, match="chance_ahead"):
        found.chance_ahead("small", "middle")
    with pytest.raises(InputError, match="weight_sum"):
        found.chance_ahead("small", "large", by="weight_sum")


def test_what_was_counted_once_serves_both_questions() -> None:
    zones = gpd.GeoDataFrame(
        geometry=[box(499e3, 31e5, 500e3, 3101e3), box(500e3, 31e5, 501e3, 3101e3)], crs=4547
    )
    places = [Point(500_500, 3_100_500), Point(500_000, 3_100_500), None]
    points = gpd.GeoDataFrame({"accuracy_m": [0, 100, 5]}, geometry=places, crs=4547)
    once = counted(points, zones)
    pd.testing.assert_frame_equal(
        distribution(points, zones, counted=once), distribution(points, zones)
    )
    pd.testing.assert_frame_equal(
        uncertainty(points, zones, counted=once).zones, uncertainty(points, zones).zones
    )
