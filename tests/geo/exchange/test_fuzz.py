"""A sample of all that `python -m fuzz` tries, and what failed there once."""

from pathlib import Path

import pytest

from fuzz.runs import Tally, sample
from fuzz.shares import SHARES
from geo.errors import AtlasError
from geo.exchange.intake import read_file
from tests.beside import beside

SAMPLE = 250
KEPT = sorted(Path(__file__).parents[3].glob("fuzz/kept/*.*"))


@beside
def begun() -> dict[str, Tally]:
    # A dozen at least, so that one of them is sound. Without a seal GDAL is left few drivers.
    order = sorted(SHARES, key=lambda target: target in {"parsers", "bands"})
    whole = sum(SHARES.values())
    return sample({target: max(12, SAMPLE * SHARES[target] // whole) for target in order})


@pytest.mark.parametrize("target", SHARES)
def test_whatever_comes_in_is_read_or_refused_in_words(target: str) -> None:
    tally = begun().result()[target]
    assert tally.failures == []
    assert tally.inputs >= 12
    assert tally.accepted > 0


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)
def test_a_file_that_broke_its_parser_once_is_refused_by_it(path: Path) -> None:
    with pytest.raises(AtlasError) as caught:
        read_file(path)
    assert caught.value.code != "file.crashed"
