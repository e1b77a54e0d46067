"""A rate per 10,000 people, from a specification and a raster beside it to the exported file."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pptx
import pytest
import rasterio

import geo
import layers
from layers.keeping.own_files import keep_people
from layers.outputs import output
from layers.questions import Distribution, zone_counts
from layers.questions.subjects import Points, Zones
from layers.record import provenance
from layers.record.specification import MapSpec, read_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Written = dict[str, object]


def persons(path: Path, *, part: float = 1.0) -> Path:
    """Write ten persons in every cell of a hundredth of a degree, over the districts."""
    west, south, east, north = layers.zoning("districts").total_bounds
    height, width = int((north - south) / 0.01) + 3, int((east - west) / 0.01) + 3
    shape = int(height * part), width
    place = rasterio.transform.from_origin(west - 0.01, north + 0.01, 0.01, 0.01)
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": "EPSG:4490"}
    with rasterio.open(
        path, "w", height=shape[0], width=shape[1], transform=place, **profile
    ) as raster:
        raster.write(np.full(shape, 10.0, dtype="float32"), 1)
    return path


def rate(**parameters: object) -> Written:
    asked = {"measure": "per_10k", "zoning": "districts", "population": "persons.tif"}
    sheet = {"review_number": "internal", "size": "16:9", "dpi": 60, "date": "2026-11-21"}
    shown = {"visible": ["districts", "overlay-zones"]}
    return {"map": "distribution", "sheet": sheet, "parameters": asked | parameters} | shown


def expected(path: Path) -> gpd.GeoDataFrame:
    kept = keep_people(geo.population(geo.read_raster(path)), "persons")
    asked = Distribution(Points("projects"), Zones("districts"), population=kept)
    return zone_counts(asked).set_index("name_zh")


@pytest.mark.parametrize("part", [1.0, 0.5])
def test_a_specification_names_the_people_that_a_rate_is_by(
    run: Callable[..., str], tmp_path: Path, part: float
) -> None:
    people, spec = persons(tmp_path / "persons.tif", part=part), tmp_path / "rate.json"
    spec.write_text(json.dumps(rate()), encoding="utf-8")
    run("snapshot", spec, "-o", tmp_path / "rate.gpkg")
    zones = gpd.read_file(tmp_path / "rate.gpkg", layer="zones").set_index("name_zh")
    rates = expected(people)["per_10k_people"]
    assert rates.notna().sum() == (5 if part == 1 else 1)
    [column] = [name for name in zones.columns if "10k" in name or "万人" in name]
    np.testing.assert_allclose(zones.loc[rates.index, column], rates)


@pytest.mark.parametrize("suffix", [".pptx", ".html"])
def test_a_rate_says_its_people_and_is_made_again_beside_them(
    run: Callable[..., str], tmp_path: Path, suffix: str
) -> None:
    people, spec = persons(tmp_path / "persons.tif"), tmp_path / "rate.json"
    spec.write_text(json.dumps(rate(zoning="circles")), encoding="utf-8")
    made, again = tmp_path / f"rate{suffix}", tmp_path / f"again{suffix}"
    run("snapshot", spec, "-o", made)
    record = provenance.read(made)
    assert record["spec"]["parameters"]["population"] == "persons.tif"
    assert any("persons" in line and "人" in line for line in record["own_data"])
    run("rerun", made, "-o", again)
    assert again.read_bytes() == made.read_bytes()
    people.unlink()
    assert "persons.tif" in run("rerun", made, "-o", again, code=2).stderr


def test_the_slides_of_a_rate_tell_rate_and_people(tmp_path: Path) -> None:
    people = persons(tmp_path / "persons.tif", part=0.5)
    spec = read_spec(rate(), folder=tmp_path)
    _, *others = pptx.Presentation(BytesIO(output(spec, ".pptx"))).slides
    [shape] = [shape for each in others for shape in each.shapes if shape.has_table]
    # A heading may go on in the next line.
    header, *rows = [
        [cell.text.replace("\v", "") for cell in row.cells] for row in shape.table.rows
    ]
    assert header[-2:] == ["人口", "每万人项目数（个）"]
    rates = expected(people)["per_10k_people"]
    for name, *_, told in rows:
        known = not np.isnan(rates[name])
        assert (told == "–") != known
        if known:
            assert float(told.replace(",", "")) == pytest.approx(rates[name], abs=0.01)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"population": None}, "own.no_population"),
        ({"measure": "count"}, "option.goes_with"),
        ({"population": "../persons.tif"}, "spec.invalid"),
        ({"population": "/tmp/persons.tif"}, "spec.invalid"),  # noqa: S108  it is refused
        ({"population": "C:persons.tif"}, "spec.invalid"),
        ({"population": "persons.csv"}, "spec.invalid"),
        ({"population": "nowhere.tif"}, None),
        ({"population": "own-" + 32 * "0"}, "kept.gone"),
    ],
)
def test_a_rate_without_its_people_is_refused(
    tmp_path: Path, parameters: dict[str, object], code: str | None
) -> None:
    persons(tmp_path / "persons.tif")
    with pytest.raises(geo.InputError) as caught:
        output(read_spec(rate(**parameters), folder=tmp_path), ".png")
    assert caught.value.sentence("zh") != caught.value.sentence("en")
    assert code in {None, caught.value.code}
    assert caught.value.code


def test_a_folder_is_no_part_of_what_is_written_down(tmp_path: Path) -> None:
    spec = read_spec(rate(), folder=tmp_path)
    assert "folder" not in spec.to_dict()
    assert spec == read_spec(spec.to_dict())
    assert isinstance(spec, MapSpec)
    assert spec.folder == tmp_path
