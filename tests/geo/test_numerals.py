"""Numbers are written alike in Python, in spreadsheets and, by the same table, in JavaScript."""

from __future__ import annotations

import decimal
import json
import math
from pathlib import Path

import numpy as np
import pytest
from babel.numbers import parse_pattern
from hypothesis import given
from hypothesis import strategies as st

from geo import numerals
from geo.wording import filled, together

NUMERALS = json.loads(Path(__file__).parents[1].joinpath("numerals.json").read_text("utf-8"))


@pytest.mark.parametrize("case", NUMERALS, ids=json.dumps)
def test_numbers_are_written_as_the_table_has_them(case):
    if "significant" in case:
        words = numerals.significant(case["value"], case["significant"])
    else:
        words = numerals.number(case["value"], digits=case.get("digits"))
    assert words == case["words"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (math.nan, "–"),
        (-math.inf, "–"),
        (-1e-9, "0"),  # nothing is below zero that is written as zero
        (np.float32(3.1), "3.1"),
        (np.int64(12_000), "12,000"),
        (True, "1"),
        (1e300, "1" + ",000" * 100),
    ],
)
def test_odd_numbers_have_words_too(value, words):
    assert numerals.number(value) == words


@given(
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**30), 10**30),
    *(st.integers(0, 6), st.integers(0, 6)),
)
def test_numbers_are_written_as_babel_does_it_in_both_languages(value, least, more):
    pattern = parse_pattern("#,##0." + "0" * least + "#" * more)
    with decimal.localcontext(decimal.Context(prec=700, rounding=decimal.ROUND_HALF_UP)):
        said = {pattern.apply(decimal.Decimal(str(value)), lang) for lang in numerals.LANGUAGES}
    if not any(map(str.isdigit, said.copy().pop().replace("0", ""))):
        said = {each.removeprefix("-") for each in said}
    assert {each.replace("-", "\u2212") for each in said} == {
        numerals._written(value, least, least + more)
    }


def test_a_column_has_the_decimals_that_its_numbers_need():
    assert numerals.decimals([120.333, 24.65]) == 2  # at most two where one is 1 or more
    assert numerals.decimals([0.5, 0.03125]) == 4  # at most four where none is
    assert numerals.decimals(["a", None, math.nan]) == 0


def test_names_that_were_put_together_are_a_list_of_each_language():
    text = {"zh": "{names}。", "en": "{names}."}
    names = together(["甲", "B", "C"])
    assert filled(text, "zh", {"names": names}) == "甲、B、C。"
    assert filled(text, "en", {"names": names}) == "甲, B, C."
    assert numerals.listed("ab", "ja") == "a、b"  # whatever language a page is in
    assert filled(text, "en", {"names": range(21)}) == ", ".join(map(str, range(20))) + " …."


def test_the_words_behind_a_number_follow_it():
    text = {"zh": "{n} 行", "en": {"of": "n", "one": "{n} row", "other": "{n} rows"}}
    found = [filled(text, "en", {"n": n}) for n in (0, 1, 1.5, 2000, "many")]
    assert found == ["0 rows", "1 row", "1.5 rows", "2,000 rows", "many rows"]
    assert filled(text, "zh", {"n": 1}) == "1 行"


def test_the_largest_whole_number_is_written_in_full():
    assert numerals.exact(int(1.5e300)).count(",") == 100
