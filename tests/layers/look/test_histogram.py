from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import layers
from geo.errors import InputError
from layers.look.histogram import histogram, readable_scale

WHOLE = st.lists(st.integers(0, 60), min_size=1, max_size=40)
DECIMAL = st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=40)


def test_histogram_by_hand() -> None:
    found = histogram([0.0, 0.1, 0.5, 1.0, np.nan], bins=2)
    assert found["low"].tolist() == [0, 0.5]
    assert found["high"].tolist() == [0.5, 1]
    assert found["count"].tolist() == [2, 2]
    assert found.attrs == {"counted": 4, "missing": 1, "without_place": 0}


def test_histogram_on_a_log_axis() -> None:
    found = histogram([0, 1, 5, 10, 99, 100], scale="log", bins=2)
    np.testing.assert_allclose(found["low"], [1, 10])
    np.testing.assert_allclose(found["high"], [10, 100])
    assert found["count"].tolist() == [2, 3]
    assert found.attrs == {"counted": 5, "missing": 0, "without_place": 1}


def test_bars_of_whole_numbers_hold_as_many_each() -> None:
    found = histogram(list(range(60)), bins=24)
    # 60 numbers, 3 to a bar: 20 bars
    assert found["count"].tolist() == [3] * 20
    assert found["low"][0] == -0.5


@given(st.one_of(WHOLE, DECIMAL), st.integers(1, 40))
def test_histogram_counts_all(values: list[float], bins: int) -> None:
    linear = histogram(values, bins=bins)
    assert linear["count"].sum() == len(values)
    assert 1 <= len(linear) <= bins
    log = histogram(values, scale="log", bins=bins)
    assert log["count"].sum() == sum(value > 0 for value in values)
    assert log.attrs["without_place"] == sum(value <= 0 for value in values)
    for table in (linear, log):
        assert (table["low"] < table["high"]).all()


def test_histogram_of_nothing_and_of_one() -> None:
    assert histogram([]).empty
    assert histogram([0, -1], scale="log").empty
    assert histogram([0.3, 0.3])["count"].tolist() == [2]
    assert histogram([0.3], scale="log")["count"].tolist() == [1]


def test_histogram_options_that_are_refused() -> None:
    with pytest.raises(InputError, match=r"choose from .'linear', 'log'"):
        histogram([1], scale="root")
    with pytest.raises(InputError, match="bins=0"):
        histogram([1], bins=0)


@pytest.mark.parametrize("function", [histogram, readable_scale])
def test_values_that_are_no_numbers_are_refused(function: object) -> None:
    with pytest.raises(InputError, match="not all numbers"):
        function(["a", "b"])  # type: ignore[operator]


def test_an_outlier_asks_for_a_log_axis() -> None:
    investments = [3.0, 4.0, 5.0, 5.0, 8.0, 12.0, 1000.0]
    found = readable_scale(investments)
    assert found.name == "log"
    assert found.ratio == 1000 / 5
    assert readable_scale(investments[:-1]).name == "linear"
    # ten times the median is still linear
    assert readable_scale([1, 2, 20]).name == "linear"
    assert readable_scale([0, 0, *investments]).without_place == 2


def test_the_investments_of_the_plan_ask_for_a_log_axis() -> None:
    stated = layers.load("projects")["investment_100m_cny"]
    found = readable_scale(stated)
    assert found.name == "log"
    assert found.ratio == stated.max() / stated.median() > 10
    log = histogram(stated, scale="log", bins=8)
    assert log["count"].sum() == stated.notna().sum()
    # on the linear axis the outlier leaves half of them in the first bar of eight
    assert histogram(stated, bins=8)["count"][0] > stated.notna().sum() / 2


@pytest.mark.parametrize("values", [[], [np.nan], [0, 0], [5], [1, 1000], [-1, 1, 1, 1, 9999]])
def test_a_linear_axis_where_a_log_axis_has_no_sense(values: list[float]) -> None:
    assert readable_scale(values).name == "linear"
