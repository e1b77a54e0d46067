from __future__ import annotations

from importlib import import_module
from typing import Any

import geopandas as gpd
import numba
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import box

from geo.errors import InputError
from layers.look.classification import NOTES, SCHEMES, classes
from layers.look.overlay_classes import classify
from layers.look.overlays import Choropleth
from layers.words import both

FOUND = [scheme for scheme in SCHEMES if scheme != "given"]
WHOLE = st.lists(st.integers(0, 60), min_size=1, max_size=40)
DECIMAL = st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def mapclassify() -> Any:
    """The other library, told not to compile its loops, which takes longer than all tests here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba, "njit", lambda _signature: lambda plain: plain)
        return import_module("mapclassify")


def within(values: object, uppers: object) -> float:
    """Sum of squares about the mean of each class."""
    array = np.asarray(values, dtype=float)
    code = np.searchsorted(uppers, array)
    return sum(
        float(((array[code == c] - array[code == c].mean()) ** 2).sum()) for c in np.unique(code)
    )


def least_within(values: object, k: int) -> float:
    """Least sum of squares of k classes: every start of the last class is tried."""
    array = np.sort(np.asarray(values, dtype=float))
    n = array.size
    squares = np.full((n, n), np.inf)
    for start in range(n):
        for last in range(start, n):
            part = array[start : last + 1]
            squares[start, last] = ((part - part.mean()) ** 2).sum()
    least = squares[0]
    for _ in range(k - 1):
        more = least.copy()
        for last in range(1, n):
            more[last] = min(least[last], (least[:last] + squares[1 : last + 1, last]).min())
        least = more
    return float(least[-1])


# ---- the schemes, by hand ----


def test_quantiles_by_hand() -> None:
    found = classes(list(range(1, 11)), k=5)
    assert found.uppers == (2, 4, 6, 8, 10)
    assert found.lows == (1, 3, 5, 7, 9)
    assert found.counts == (2,) * 5
    # each pair is ½ off its mean: within 10 × ¼, of 82.5 in all
    assert found.explained_pct == pytest.approx(100 * (1 - 2.5 / 82.5))
    assert found.notes == ()


def test_natural_breaks_by_hand() -> None:
    found = classes([1, 2, 3, 10, 11, 12, 100], scheme="natural_breaks", k=3)
    assert found.uppers == (3, 12, 100)
    assert found.counts == (3, 3, 1)


def test_equal_intervals_by_hand() -> None:
    found = classes([0.0, 1.5, 2.5, 7.5, 10.0], scheme="equal_interval", k=4)
    assert found.uppers == (2.5, 7.5, 10)
    assert found.lows == (0, 7.5, 10)
    assert found.counts == (3, 1, 1)
    assert found.notes == ("empty_left_out",)
    # thirds of 0 to 10 end at 3.33 and 6.67, which for whole numbers is 3 and 6
    assert classes(range(11), scheme="equal_interval", k=3).uppers == (3, 6, 10)


def test_head_tail_by_hand() -> None:
    # mean 20 / 10 = 2; of 3 and 9 it is 6; 9 is alone
    values = [1] * 8 + [3, 9]
    found = classes(values, scheme="head_tail", k=5)
    assert found.uppers == (1, 3, 9)
    assert found.counts == (8, 1, 1)
    assert found.notes == ()
    assert classes(values, scheme="head_tail", k=2).uppers == (1, 9)
    assert classes(values, scheme="head_tail", k=2).notes == ("top_joined",)
    assert classes(range(10), scheme="head_tail", k=7).notes == ("no_long_tail",)


def test_given_bounds_stay_though_classes_are_empty() -> None:
    found = classes([10, 15, 70], scheme="given", breaks=[20, 40, 60, 80])
    assert found.uppers == (20, 40, 60, 80)
    assert found.lows == (-np.inf, 20, 40, 60)
    assert found.counts == (2, 0, 0, 1)


# ---- the schemes, by others ----


@settings(max_examples=50)
@given(DECIMAL, st.integers(1, 7))
def test_natural_breaks_are_the_best_there_are(values: list[float], k: int) -> None:
    found = classes(values, scheme="natural_breaks", k=k)
    total = within(values, [np.inf])
    assert within(values, found.uppers) <= least_within(values, k) + 1e-9 * total + 1e-12


@settings(max_examples=50)
@given(WHOLE, st.integers(2, 7), st.sampled_from([0, 2000, 10**6, 10**9]))
def test_natural_breaks_of_numbers_that_differ_little(
    values: list[int], k: int, offset: int
) -> None:
    far = [value + offset for value in values]
    found = classes(far, scheme="natural_breaks", k=k)
    best = least_within(values, k)
    near = np.array(found.uppers) - offset
    assert within(values, near) == pytest.approx(best, abs=1e-9)


def test_natural_breaks_of_years_where_single_precision_misses_them(mapclassify: Any) -> None:
    years = np.random.default_rng(2).integers(1990, 2025, 300)
    ours = within(years, classes(years, scheme="natural_breaks", k=5).uppers)
    assert ours == pytest.approx(least_within(years, 5))
    assert within(years, mapclassify.FisherJenks(years, 5).bins) > 1.01 * ours


@given(values=WHOLE, k=st.integers(2, 6))
def test_natural_breaks_agree_with_mapclassify(mapclassify: Any, values: list[int], k: int) -> None:
    assume(len(set(values)) >= k)
    found = classes(values, scheme="natural_breaks", k=k)
    peer = mapclassify.FisherJenks(np.array(values, dtype=float), k)
    assert within(values, found.uppers) == pytest.approx(within(values, peer.bins), abs=1e-3)


@given(values=WHOLE, k=st.integers(1, 7))
def test_equal_intervals_agree_with_mapclassify(
    mapclassify: Any, values: list[int], k: int
) -> None:
    assume(len(set(values)) > 1)
    found = classes(values, scheme="equal_interval", k=k)
    peer = mapclassify.EqualInterval(np.array(values, dtype=float), k)
    # whole numbers on the line between two classes: its bounds are off by rounding
    near = np.abs(np.subtract.outer(np.array(values), peer.bins)).min(axis=1)
    assume(not ((near > 0) & (near < 1e-9)).any())
    assert found.counts == tuple(peer.counts[peer.counts > 0].tolist())


@given(values=WHOLE)
def test_head_tail_agrees_with_mapclassify(mapclassify: Any, values: list[int]) -> None:
    assume(len(set(values)) > 1)
    found = classes(values, scheme="head_tail", k=7)
    peer = mapclassify.HeadTailBreaks(np.array(values))
    theirs = peer.counts[peer.counts > 0].tolist()
    joined = theirs if len(theirs) <= 7 else [*theirs[:6], sum(theirs[6:])]
    assert list(found.counts) == joined
    assert ("top_joined" in found.notes) == (len(theirs) > 7)


@given(DECIMAL, st.integers(1, 7))
def test_quantiles_are_those_of_the_empirical_distribution(values: list[float], k: int) -> None:
    assume(len(set(values)) > k)
    bounds = np.quantile(values, np.arange(1, k + 1) / k, method="inverted_cdf")
    assert classes(values, k=k).uppers == tuple(np.unique(bounds).tolist())


def test_quantiles_agree_with_mapclassify_where_nothing_ties(mapclassify: Any) -> None:
    values = np.random.default_rng(0).lognormal(size=500)
    found = classes(values, k=5)
    assert found.counts == tuple(mapclassify.Quantiles(values, 5).counts.tolist())


# ---- what holds for all ----


@given(
    st.one_of(WHOLE, DECIMAL),
    st.sampled_from(FOUND),
    st.integers(1, 7),
    st.integers(0, 3),
)
def test_every_value_has_a_class_and_every_class_a_value(
    values: list[float], scheme: str, k: int, n_missing: int
) -> None:
    found = classes([*values, *[np.nan] * n_missing], scheme=scheme, k=k)
    assert sum(found.counts) == len(values)
    assert found.missing == n_missing
    assert min(found.counts) > 0
    assert 1 <= len(found.uppers) == len(found.lows) == len(found.counts) <= k
    assert found.uppers[-1] == max(values)
    assert found.lows[0] == min(values)
    assert (np.diff(found.uppers) > 0).all()
    assert all(low <= upper for low, upper in zip(found.lows, found.uppers, strict=True))
    assert set(found.notes) <= set(NOTES)
    assert -1e-9 <= found.explained_pct <= 100
    assert set(found.lows) <= set(map(float, values))
    if scheme != "equal_interval":
        assert set(found.uppers) <= set(map(float, values))
    if all(value == int(value) for value in values):
        assert all(upper == int(upper) for upper in found.uppers)


@given(WHOLE, st.sampled_from(FOUND), st.integers(1, 7), st.sampled_from([0.5, 2, 1024]))
def test_unit_does_not_matter(values: list[int], scheme: str, k: int, factor: float) -> None:
    # bounds of equal intervals are rounded down for whole numbers, and hold the same values
    scaled = classes(np.array(values) * factor, scheme=scheme, k=k)
    found = classes(values, scheme=scheme, k=k)
    assert scaled.counts == found.counts
    assert scaled.notes == found.notes
    np.testing.assert_allclose(scaled.lows, np.array(found.lows) * factor)


@pytest.mark.parametrize("scheme", FOUND)
def test_zeros_that_dominate(scheme: str) -> None:
    found = classes([0] * 500 + [1, 1, 1, 2, 3, 3, 8, 13], scheme=scheme, k=5)
    assert min(found.counts) > 0
    assert sum(found.counts) == 508
    assert found.lows[0] == 0
    expected = {
        "quantiles": ((0, 13), ("ties",)),
        # two values share a class: 2 with the two 3 leaves 2/3, with the three 1 it leaves 3/4
        "natural_breaks": ((0, 1, 3, 8, 13), ()),
        "equal_interval": ((2, 5, 10, 13), ("empty_left_out",)),
        "head_tail": ((0, 3, 8, 13), ()),
    }
    assert (found.uppers, found.notes) == expected[scheme]


@pytest.mark.parametrize("scheme", FOUND)
@pytest.mark.parametrize("k", [1, 2, 5])
def test_one_value_and_none(scheme: str, k: int) -> None:
    for values in ([7], [7, 7, 7], [0.1] * 6):
        one = classes(values, scheme=scheme, k=k)
        assert one.uppers == one.lows == (values[0],)
        assert one.counts == (len(values),)
        assert one.notes == ("one_value",)
        assert one.explained_pct == 100
    for nothing in ([], [np.nan, np.nan], [np.inf, None], pd.Series([pd.NA], dtype="Int64")):
        none = classes(nothing, scheme=scheme, k=k)
        assert none.uppers == none.lows == none.counts == ()
        assert none.missing == len(nothing)
        assert none.notes == ("no_values",)
        assert np.isnan(none.explained_pct)


@pytest.mark.parametrize("scheme", ["quantiles", "natural_breaks"])
def test_fewer_values_than_classes_have_one_each(scheme: str) -> None:
    found = classes([0] * 90 + [1, 2, 5], scheme=scheme, k=5)
    assert found.uppers == (0, 1, 2, 5)
    assert found.notes == ("few_values",)
    assert found.explained_pct == 100


def test_head_of_equal_values_whose_mean_is_rounded() -> None:
    # the mean of three of these is below each of them
    top = 699050.6809421105
    assert classes([0.0, top, top, top], scheme="head_tail").counts == (1, 3)


def test_values_that_differ_by_the_last_digit() -> None:
    least, more = 0.1, np.nextafter(0.1, 1)
    for scheme in FOUND:
        found = classes([least, more, more, more], scheme=scheme, k=5)
        assert sum(found.counts) == 4
        assert min(found.counts) > 0


def test_notes_are_told_in_both_languages() -> None:
    assert all(all(both(f"classes.{note}")) for note in NOTES)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scheme": "pretty"}, "no scheme 'pretty'; choose from .'equal_interval'"),
        ({"k": 0}, "k=0; choose from 1 to 7"),
        ({"k": 8}, "k=8"),
        ({"scheme": "given"}, "pass breaks"),
        ({"breaks": [5]}, 'pass scheme="given" with breaks'),
        ({"scheme": "given", "breaks": []}, "1 to 7 ascending"),
        ({"scheme": "given", "breaks": [3, 3, 9]}, "1 to 7 ascending"),
        ({"scheme": "given", "breaks": [np.nan]}, "1 to 7 ascending"),
        ({"scheme": "given", "breaks": [1, 2]}, "last break 2 is below the maximum 5"),
    ],
)
def test_options_that_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        classes([1, 5], **options)


def test_values_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="not all numbers"):
        classes(["a", "b"])


# ---- on the map ----


def boxes(values: list[float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"n": values}, geometry=[box(112, 28, 113, 29)] * len(values), crs="EPSG:4490"
    )


@pytest.mark.parametrize("scheme", FOUND)
def test_choropleth_takes_the_classes_of_its_scheme(scheme: str) -> None:
    values = [*np.random.default_rng(0).lognormal(1, 1, 60).round(), np.nan]
    found = classify(Choropleth(boxes(values), "n", "数量", scheme=scheme))
    expected = classes(values, scheme=scheme)
    assert found.uppers == expected.uppers
    assert found.lows == expected.lows
    assert tuple(np.bincount(found.codes[:-1])) == expected.counts
    assert found.codes[-1] == -1
    assert len(found.colours) == len(set(found.colours)) == len(found.uppers)


def test_choropleth_prefers_given_breaks_and_refuses_unknown_schemes() -> None:
    overlay = Choropleth(boxes([1, 2, 30]), "n", "数量", scheme="head_tail", breaks=[10, 30])
    assert classify(overlay).uppers == (10, 30)
    with pytest.raises(InputError, match=r"no scheme .*'quantiles'"):
        classify(Choropleth(boxes([1, 2, 30]), "n", "数量", scheme="pretty"))
