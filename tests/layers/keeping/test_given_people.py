"""A raster of people that whoever runs the atlas gives: described, checked, and named on maps."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
import yaml

import layers
from geo.errors import AtlasError, InputError
from layers.keeping.given_people import GIVEN, VARIABLE, given_people
from layers.questions.asking import parameters_of
from layers.record.specification import asked, read_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RECORD = {
    "title": {"zh": "试验格网", "en": "Grid of a test"},
    "path": "people.tif",
    "year": 2020,
    "resolution": "0.05°",
    "licence": "CC BY 4.0",
    "attribution": "© 甲",
}
SPEC = {
    "map": "distribution",
    "parameters": {"measure": "per_10k", "zoning": "districts", "population": GIVEN},
    "sheet": {"review_number": "internal"},
}


@pytest.fixture
def give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    def write(**changed: object) -> Path:
        west, south, east, north = layers.zoning("districts").total_bounds
        height, width = int((north - south) / 0.05) + 3, int((east - west) / 0.05) + 3
        place = rasterio.transform.from_origin(west - 0.05, north + 0.05, 0.05, 0.05)
        profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": "EPSG:4490"}
        raster = tmp_path / "people.tif"
        with rasterio.open(
            raster, "w", height=height, width=width, transform=place, **profile
        ) as file:
            file.write(np.full((height, width), 250.0, dtype="float32"), 1)
            file.update_tags(1, units="people")
        record = tmp_path / "人口.yaml"
        record.write_text(yaml.safe_dump(RECORD | changed, allow_unicode=True), encoding="utf-8")
        monkeypatch.setenv(VARIABLE, str(record))
        return raster

    return write


def test_rates_are_by_what_is_given_and_every_map_says_what_that_is(
    give: Callable[..., Path],
) -> None:
    raster = give()
    give(sha256=hashlib.sha256(raster.read_bytes()).hexdigest())
    spec = read_spec(SPEC)
    question = asked(spec)
    zones = question.content("zh").overlays[0].frame
    sound = zones[zones["per_10k_people"].notna()]
    assert len(sound)
    told = spec.statement()
    line = "试验格网（2020 年，0.05°，CC BY 4.0）；© 甲"
    assert any(line in each for each in told.files)
    assert line in dict(told.method).values()
    # A specification that is made of the question is good tomorrow too.
    assert parameters_of(question)["population"] == GIVEN
    assert given_people() == given_people()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"year": "lately"}, "year"),
        ({"path": "none.tif"}, "none.tif"),
        ({"sha256": "0" * 64}, "SHA-256"),
        ({"author": "x"}, "author"),
    ],
)
def test_what_does_not_fit_its_description_is_refused(
    changed: dict[str, object], words: str, give: Callable[..., Path]
) -> None:
    give(**changed)
    with pytest.raises(AtlasError) as caught:
        given_people()
    assert words in caught.value.sentence("en")


def test_where_none_is_given_a_specification_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert given_people() is None
    with pytest.raises(InputError, match=VARIABLE):
        asked(read_spec(SPEC))
