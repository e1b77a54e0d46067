"""What zones hold in each draw, kept short: the same as the whole table says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from geo.errors import InputError
from geo.zoned import tallies as tallies_
from geo.zoned.tallies import tallies


@pytest.mark.parametrize("block", [4_000_000, 20])
@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_quantiles_and_ranks_are_those_of_the_whole_table(block: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    draws, zones, hits = 20, int(rng.integers(1, 9)), int(rng.integers(0, 60))
    still = rng.integers(0, 3, zones), rng.integers(0, 3, zones).astype(float)
    weight = rng.integers(0, 3, hits).astype(float)
    moved = rng.integers(0, draws, hits), rng.integers(0, zones, hits), weight
    counts, weights = tallies(still, [moved], draws=draws, function="f")
    assert weights is not None
    area = np.where(rng.random(zones) < 0.2, np.nan, rng.integers(1, 3, zones))
    with pytest.MonkeyPatch.context() as patched:
        # In blocks of all zones, and of one each.
        patched.setattr(tallies_, "_BLOCK_NUMBERS", block)
        for tally in (counts, weights, counts.divided(area)):
            table = tally.dense(function="f")
            for zone in range(zones):
                np.testing.assert_array_equal(tally.of_zone(zone), table[:, zone])
            parts = [0.05, 0.5, 0.95]
            ranks = rankdata(-np.nan_to_num(table, nan=-1.0), method="min", axis=1)
            expected = np.quantile(table, parts, axis=0, method="inverted_cdf")
            np.testing.assert_array_equal(tally.quantiles(parts), expected)
            expected = np.quantile(ranks, parts, axis=0, method="inverted_cdf")
            np.testing.assert_array_equal(tally.rank_quantiles(parts), expected)


def test_points_are_added_to_what_does_not_move() -> None:
    """Zone 1 holds 2 points of weight 5 that stay; of three more one draw has two, one has one."""
    still = np.array([0, 2, 0, 1]), np.array([0.0, 5.0, 0.0, 1.0])
    first = np.array([0, 0]), np.array([1, 1]), np.array([1.0, 2.0])
    second = np.array([2]), np.array([0]), np.array([4.0])
    counts, weights = tallies(still, [first, second], draws=3, function="f")
    assert weights is not None
    assert counts.active.tolist() == [0, 1]
    assert counts.dense(function="f").tolist() == [[0, 4, 0, 1], [0, 2, 0, 1], [1, 2, 0, 1]]
    assert weights.dense(function="f").tolist() == [[0, 8, 0, 1], [0, 5, 0, 1], [4, 5, 0, 1]]
    assert tallies((still[0], None), [], draws=3, function="f")[1] is None


def test_what_would_take_too_much_room_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    still = np.array([1, 0]), None
    hits = np.array([0, 1]), np.array([0, 1]), None
    # Two hits, and three draws of the zone in which a point stays.
    for most, fits in ((5, True), (4, False)):
        monkeypatch.setattr(tallies_, "MAX_ENTRIES", most)
        if fits:
            counts, _ = tallies(still, [hits], draws=3, function="f")
            continue
        with pytest.raises(InputError, match=r"^f: ") as refused:
            tallies(still, [hits], draws=3, function="f")
        assert refused.value.code == "cost.draws"
    for most, fits in ((6, True), (5, False)):
        monkeypatch.setattr(tallies_, "MAX_DENSE", most)
        if fits:
            assert counts.dense(function="f").shape == (3, 2)
            continue
        with pytest.raises(InputError, match=r"^f: ") as refused:
            counts.dense(function="f")
        assert refused.value.code == "cost.dense"
