from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inequality.gini import Gini
from inequality.theil import Theil, TheilD

from geo.errors import InputError
from geo.mix.concentration import concentration_measures, lorenz

AMOUNTS = st.lists(st.integers(0, 1000), min_size=2, max_size=30).filter(any)
INDICES = ["hhi", "hhi_normalised", "gini", "gini_corrected", "theil", "top_share_pct"]


def test_indices_by_hand() -> None:
    # shares 0.6, 0.3, 0.1, 0
    found = concentration_measures(pd.Series([6, 3, 1, 0], index=list("abcd")))
    assert found["zones"] == 4
    assert found["total"] == 10
    assert found["hhi"] == pytest.approx(0.36 + 0.09 + 0.01)
    assert found["hhi_normalised"] == pytest.approx((0.46 - 0.25) / 0.75)
    # differences of the six pairs: 3 + 5 + 6 + 2 + 3 + 1 = 20, each twice, over 2 n² mean
    assert found["gini"] == pytest.approx(2 * 20 / (2 * 16 * 2.5))
    assert found["gini_corrected"] == pytest.approx(0.5 * 4 / 3)
    by_hand = 0.6 * np.log(4 * 0.6) + 0.3 * np.log(4 * 0.3) + 0.1 * np.log(4 * 0.1)
    assert found["theil"] == pytest.approx(by_hand)
    assert found["top_share_pct"] == pytest.approx(60)
    assert found["zones_with_half"] == 1
    units = found.attrs.pop("units")
    assert (units["zones"], units["hhi"], units["top_share_pct"]) == ("count", "1", "%")
    assert found.attrs == {"top_zone": "a", "undefined": []}


def test_theil_splits_between_and_within() -> None:
    found = concentration_measures([6, 3, 1, 0], groups=["n", "n", "s", "s"])
    between = 0.9 * np.log(0.9 / 0.5) + 0.1 * np.log(0.1 / 0.5)
    north = 2 / 3 * np.log(2 * 2 / 3) + 1 / 3 * np.log(2 * 1 / 3)
    assert found["theil_between"] == pytest.approx(between)
    assert found["theil_within"] == pytest.approx(0.9 * north + 0.1 * np.log(2))
    assert found["theil_between_pct"] == pytest.approx(100 * between / found["theil"])


def test_measures_by_area() -> None:
    # 8 in the inner 1 km² of 4, 2 in the outer 3: the curve is (0, 0), (0.75, 0.2), (1, 1)
    found = concentration_measures([8, 2], areas=[1, 3])
    under = 0.75 * 0.2 / 2 + 0.25 * (0.2 + 1) / 2
    assert found["gini_by_area"] == pytest.approx(1 - 2 * under)
    # half is reached 3/8 into the inner zone from its sparse end: 5/8 of its quarter is left
    assert found["half_on_area_pct"] == pytest.approx(100 * 0.25 * 5 / 8)
    assert found.attrs["area_total"] == 4
    curve = lorenz(pd.Series([8, 2], index=["inner", "outer"]), areas=[1, 3])
    assert curve["zone"].tolist() == [None, "outer", "inner"]
    assert curve["base_pct"].tolist() == pytest.approx([0, 75, 100])
    assert curve["value_pct"].tolist() == pytest.approx([0, 20, 100])
    units = {"base_pct": "%", "value_pct": "%"}
    assert curve.attrs == {
        "base": "areas",
        "base_total": 4.0,
        "value_total": 10.0,
        "units": units,
    }


def test_equal_density_has_no_locational_gini_though_zones_differ() -> None:
    found = concentration_measures([1, 2, 7], areas=[10, 20, 70])
    assert found["gini_by_area"] == pytest.approx(0, abs=1e-12)
    assert found["half_on_area_pct"] == pytest.approx(50)
    assert found["gini"] > 0.3


@pytest.mark.parametrize("n", [2, 3, 10, 1000])
def test_equal_values(n: int) -> None:
    found = concentration_measures(np.full(n, 0.1), groups=np.arange(n) % 2)
    assert found["hhi"] == pytest.approx(1 / n)
    for index in ("hhi_normalised", "gini", "theil", "theil_between", "theil_within"):
        assert found[index] == pytest.approx(0, abs=1e-12)
    assert found["zones_with_half"] == (n + 1) // 2
    assert found.attrs["undefined"] == ["theil_between_pct"]


@pytest.mark.parametrize("n", [2, 3, 10, 1000])
def test_all_in_one(n: int) -> None:
    found = concentration_measures([0.0] * (n - 1) + [5.0])
    assert found["hhi"] == found["hhi_normalised"] == 1
    assert found["gini"] == pytest.approx((n - 1) / n)
    assert found["gini_corrected"] == pytest.approx(1)
    assert found["theil"] == pytest.approx(np.log(n))
    assert found["top_share_pct"] == 100
    assert found["zones_with_half"] == 1
    assert found.attrs["top_zone"] == n - 1


def test_one_zone_leaves_undefined_what_has_no_meaning() -> None:
    found = concentration_measures([7], areas=[2], groups=["x"])
    assert found["hhi"] == 1
    assert found["gini"] == found["theil"] == found["gini_by_area"] == 0
    assert found["half_on_area_pct"] == pytest.approx(50)
    undefined = ["hhi_normalised", "gini_corrected", "theil_between_pct"]
    assert found.attrs["undefined"] == undefined
    assert found[undefined].isna().all()
    assert found.isna().sum() == 3


@given(AMOUNTS)
def test_agrees_with_pysal(values: list[int]) -> None:
    array = np.array(values, dtype=float)
    groups = np.arange(len(values)) % 3
    found = concentration_measures(array, groups=groups)
    peer = TheilD(array, groups)
    assert found["gini"] == pytest.approx(Gini(array).g, abs=1e-9)
    assert found["theil"] == pytest.approx(float(Theil(array).T), abs=1e-9)
    assert found["theil_between"] == pytest.approx(float(np.ravel(peer.bg)[0]), abs=1e-9)
    assert found["theil_within"] == pytest.approx(float(np.ravel(peer.wg)[0]), abs=1e-9)


@given(AMOUNTS, st.integers(0, 2**32 - 1))
def test_locational_gini_agrees_with_the_sum_over_pairs(values: list[int], seed: int) -> None:
    areas = np.random.default_rng(seed).uniform(0.1, 10, len(values))
    s, a = np.array(values) / sum(values), areas / areas.sum()
    by_pairs = np.abs(np.outer(s, a) - np.outer(a, s)).sum() / 2
    found = concentration_measures(values, areas=areas)
    assert found["gini_by_area"] == pytest.approx(by_pairs, abs=1e-9)
    curve = lorenz(values, areas=areas) / pd.Series({"zone": 1, "base_pct": 100, "value_pct": 100})
    under = np.trapezoid(curve["value_pct"], curve["base_pct"])
    assert 1 - 2 * under == pytest.approx(by_pairs, abs=1e-9)


@given(AMOUNTS, st.integers(2, 5))
def test_parts_of_theil_add_up(values: list[int], n_groups: int) -> None:
    found = concentration_measures(
        values, groups=[f"g{at % n_groups}" for at in range(len(values))]
    )
    parts = found["theil_between"] + found["theil_within"]
    assert parts == pytest.approx(found["theil"], abs=1e-12)
    assert found["theil_between"] >= -1e-12
    assert found["theil_within"] >= -1e-12


@given(AMOUNTS, st.floats(1e-6, 1e6))
def test_scale_does_not_matter(values: list[int], factor: float) -> None:
    areas = np.arange(1, len(values) + 1)
    one = concentration_measures(values, areas=areas)
    other = concentration_measures(np.array(values) * factor, areas=areas * factor)
    left = one.drop(["total", "zones_with_half"])
    np.testing.assert_allclose(left, other[left.index], atol=1e-9)


@given(AMOUNTS, st.integers(2, 4))
def test_copies_of_all_zones(values: list[int], copies: int) -> None:
    one = concentration_measures(values, areas=np.ones(len(values)))
    many = concentration_measures(values * copies, areas=np.ones(len(values) * copies))
    for index in ("gini", "theil", "gini_by_area", "half_on_area_pct"):
        assert many[index] == pytest.approx(one[index], abs=1e-9)
    assert many["hhi"] == pytest.approx(one["hhi"] / copies)


@given(AMOUNTS, st.randoms())
def test_order_does_not_matter(values: list[int], random: object) -> None:
    shuffled = values.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    np.testing.assert_allclose(
        concentration_measures(values)[INDICES],
        concentration_measures(shuffled)[INDICES],
        atol=1e-12,
    )


@given(AMOUNTS)
def test_curve_is_convex_and_ends_in_the_corner(values: list[int]) -> None:
    curve = lorenz(values)
    assert curve.attrs["base"] == "zones"
    assert curve.iloc[0][["base_pct", "value_pct"]].tolist() == [0, 0]
    assert curve.iloc[-1][["base_pct", "value_pct"]].tolist() == [100, 100]
    assert (np.diff(curve["value_pct"], n=2) >= -1e-9).all()


def test_least_sum_of_points_over_more_zones() -> None:
    # 20 points, none two in one zone, over 100 zones: the least Gini coefficient that there can be
    assert concentration_measures([1] * 20 + [0] * 80)["gini"] == pytest.approx(1 - 20 / 100)


def test_chance_alone_concentrates() -> None:
    n, total = 10, 20
    draws = np.random.default_rng(0).multinomial(total, np.full(n, 1 / n), 4000)
    mean = np.mean([concentration_measures(draw)["hhi"] for draw in draws[:500]])
    assert mean == pytest.approx(1 / n + (1 - 1 / n) / total, abs=0.003)


def test_zone_of_no_area_and_no_value_changes_nothing() -> None:
    two = concentration_measures([8, 2], areas=[1, 3])
    three = concentration_measures([8, 0, 2], areas=[1, 0, 3])
    assert three["gini_by_area"] == pytest.approx(two["gini_by_area"])
    assert three["half_on_area_pct"] == pytest.approx(two["half_on_area_pct"])


def test_very_small_values() -> None:
    assert concentration_measures([5e-324, 0])["hhi"] == 1


def test_input_stays_as_it_was() -> None:
    values = pd.Series([3, 1, 2], index=[7, 7, 9])
    lorenz(values, areas=pd.Series([1, 2, 3], index=[7, 7, 9]))
    assert concentration_measures(values).attrs["top_zone"] == 7
    assert values.tolist() == [3, 1, 2]


@pytest.mark.parametrize("measure", [concentration_measures, lorenz])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "no zones"),
        ([0, 0, 0], "all 3 zones have 0"),
        ([1, np.nan, np.nan], "2 of 3 values are missing"),
        (pd.Series([1, None, 3], dtype="Int64"), "1 of 3 values are missing"),
        ([1, -2, 3], "1 of 3 values are negative or infinite, the first is -2"),
        ([1, np.inf], "negative or infinite"),
        (["a", "b"], "not all numbers"),
        ([[1, 2], [3, 4]], r"shape \(2, 2\)"),
    ],
)
def test_values_that_are_refused(measure: object, values: object, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        measure(values)  # type: ignore[operator]
    assert str(error.value).startswith(f"{measure.__name__}: ")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"areas": [1, 2]}, "2 areas for 3 zones"),
        ({"areas": [1, 0, 1]}, "1 of 3 zones have a value but area 0"),
        ({"areas": [1, np.nan, 1]}, "1 of 3 areas are missing"),
        ({"areas": [1, -1, 1]}, "negative"),
        ({"areas": pd.Series([1, 1, 1], index=[3, 4, 5])}, "areas have another index"),
        ({"groups": ["a", None, "b"]}, "1 of 3 zones have no group"),
        ({"groups": ["a"]}, "1 groups for 3 zones"),
        ({"groups": pd.Series(list("abc"), index=[3, 4, 5])}, "groups have another index"),
    ],
)
def test_options_that_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        concentration_measures(pd.Series([1, 2, 3]), **options)
