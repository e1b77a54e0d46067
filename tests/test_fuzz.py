"""A sample of all that `python -m fuzz` tries, and what failed there once."""

import pytest

from fuzz.runs import run
from fuzz.shares import SHARES

SAMPLE = 2_000


@pytest.mark.parametrize("target", SHARES)
def test_whatever_comes_in_is_read_or_refused_in_words(target):
    inputs = SAMPLE * SHARES[target] // sum(SHARES.values()) + 1
    tally = run(target, 0, inputs, jobs=1)
    assert tally.failures == []
    assert tally.inputs == inputs
    assert tally.accepted > 0
