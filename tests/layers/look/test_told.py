"""Figures in words: one number has one form, wherever it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.numerals import MOST_DECIMALS
from layers.look.told import DIGITS, as_told, at_its_digits, chart_numbers, decimals_of, in_words

FIGURES = st.floats(0, 1e7, allow_nan=False) | st.floats(1e-9, 1e-2)


def decimals(words: str) -> int:
    return len(words.partition(".")[2])


@given(value=FIGURES, column=st.sampled_from([*DIGITS, "z"]))
def test_what_a_chart_draws_is_the_number_that_a_table_has(value: float, column: str) -> None:
    assert float(in_words(value, column).replace(",", "")) == pytest.approx(as_told(value, column))
    assert decimals_of(value, column) <= MOST_DECIMALS


@given(three=st.lists(FIGURES, min_size=3, max_size=3), column=st.sampled_from([*DIGITS]))
def test_an_interval_has_no_more_digits_than_its_figure(three: list[float], column: str) -> None:
    low, value, high = sorted(three)
    told, *ends = at_its_digits((value, low, high), column)
    assert len({decimals(end) for end in ends}) == 1
    # Nothing at all has no decimals, though its ends may.
    assert not value or decimals(ends[0]) <= max(decimals(told), DIGITS[column])


def test_what_is_very_small_has_one_form() -> None:
    assert as_told(0.0000054, "density_per_km2") == 0.000005
    assert in_words(0.0000054, "density_per_km2") == "0.000005"
    # No power of ten, as a spreadsheet would write by itself.
    assert "[>0]#,##0.0#####" in chart_numbers([0.000005, 0.02], "density_per_km2")
    # Whole figures have no decimals on a chart, as in a table.
    assert chart_numbers([11.0, 3.0], "count").startswith("#,##0;")
