from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import xarray as xr

import geo
from geo.errors import InputError
from layers.outputs import output, snapshot
from layers.plan.catalogue import load
from layers.qgis.geopackage import write_geopackage
from layers.record.specification import read_spec

if TYPE_CHECKING:
    from pathlib import Path

SPEC = read_spec("overview", review_number="internal")


def test_every_writer_refuses_an_ending_that_is_not_its_own(tmp_path: Path) -> None:
    cities = load("cities")
    writers = {
        "write_geotiff": lambda path: geo.write_geotiff(xr.DataArray(0.0), path),
        "vector_bytes": lambda path: geo.write_vector(cities, path),
        "write_geopackage": lambda path: write_geopackage({"cities": cities}, path),
        "output": lambda path: snapshot(SPEC, path),
    }
    for name, write in writers.items():
        with pytest.raises(InputError, match=name) as caught:
            write(tmp_path / "result.docx")
        assert caught.value.code == "write.suffix"
    assert list(tmp_path.iterdir()) == []


def test_a_file_has_the_date_of_today_where_none_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    monkeypatch.setattr("layers.outputs.output", lambda spec, *_, **__: written.append(spec) or b"")
    given = read_spec("overview", review_number="internal", date="2026-01-02")
    for spec in (SPEC, given):
        snapshot(spec, tmp_path / "a.pptx")
    today, as_given = (spec.statement().imprint for spec in written)
    assert re.search(r"20\d\d-\d\d-\d\d$", today)
    assert as_given.endswith("2026-01-02")


def test_no_page_opens_where_nothing_of_it_lies() -> None:
    asked = {"map": "overview", "sheet": {"review_number": "internal"}}
    for extent in ([0.0, 0.0, 1.0, 1.0], [113.5, 29.5, 113.6, 29.6]):
        with pytest.raises(InputError) as caught:
            output(read_spec(asked | {"extent": extent}), ".html")
        assert caught.value.code == "print.off"


def test_where_nothing_can_be_written_is_told_before_anything_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.outputs.output", pytest.fail)
    with pytest.raises(InputError, match="There is no folder"):
        snapshot(SPEC, tmp_path / "none" / "map.png")
    with pytest.raises(InputError, match="That is a folder"):
        snapshot(SPEC, tmp_path)
