"""What was tried on the gate and went through it once: each is read right, or refused in words."""

from __future__ import annotations

import json
import sqlite3
from io import BytesIO
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

import geo
from geo.errors import AtlasError
from geo.exchange.angles import angle
from geo.wording import sentence
from layers import questions
from layers.specification import read_spec
from layers.subjects import Points

if TYPE_CHECKING:
    from pathlib import Path

PLACE = Point(112.9, 28.2)
LARGE = 430104199912310012


def feature(**properties: object) -> dict[str, object]:
    shape = {"type": "Point", "coordinates": [112.9, 28.2]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def collection(*rows: dict[str, object]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": rows})


def test_a_long_code_beside_an_empty_cell_keeps_its_digits() -> None:
    read = geo.read_file(collection(feature(a=LARGE), feature()).encode(), "a.geojson")
    assert read.frame["a"].tolist() == [LARGE, pd.NA]


@pytest.mark.parametrize(
    "text",
    [
        collection(feature(n=1), feature(n=2)) + "\n" + collection(feature(n=3)),
        json.dumps([feature(n=1), feature(n=2)]) + json.dumps(feature(n=3)),
        json.dumps(feature(n=1)) + "\n" + collection(feature(n=2), feature(n=3)),
    ],
    ids=["two_collections", "list_and_feature", "feature_and_collection"],
)
def test_nothing_behind_the_first_object_is_lost(text: str) -> None:
    read = geo.read_file(text.encode(), "a.geojson")
    assert read.frame["n"].tolist() == [1, 2, 3]
    assert read.receipt.rows_in == 3


def test_letters_behind_a_collection_are_refused() -> None:
    with pytest.raises(AtlasError) as refused:
        geo.read_file((collection(feature(n=1)) + "and more").encode(), "a.geojson")
    assert refused.value.code == "file.json_broken"


def test_lists_in_a_parquet_column_are_texts() -> None:
    frame = gpd.GeoDataFrame({"c": [[1, 2], [3]]}, geometry=[PLACE] * 2, crs=4490)
    buffer = BytesIO()
    frame.to_parquet(buffer)
    assert geo.read_file(buffer.getvalue(), "a.parquet").frame["c"].tolist() == ["[1, 2]", "[3]"]


def test_texts_of_a_geopackage_that_are_not_utf8_are_read_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    frame = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[PLACE] * 2, crs=4490)
    frame.to_file(path, layer="places", SPATIAL_INDEX="NO")
    base = sqlite3.connect(path)
    base.execute("UPDATE places SET name = CAST(? AS TEXT) WHERE fid = 2", ("岳麓".encode("gbk"),))
    base.commit()
    base.close()
    read = geo.read_file(path)
    assert read.frame["name"].tolist() == ["a", "岳麓"]
    assert "column.not_utf8" in {each.code for each in read.receipt.findings}


@pytest.mark.parametrize("text", ["30″", "56′24″", "112′56°", "112°24″", "112°-56′", "-112°W"])
def test_signs_behind_the_wrong_number_are_no_angle(text: str) -> None:
    assert np.isnan(angle(text))


def test_dates_are_no_weights() -> None:
    points = gpd.GeoDataFrame(
        {"at": pd.to_datetime(["2024-05-01"] * 3)},
        geometry=[Point(500_000 + n * 100, 3_100_000) for n in range(3)],
        crs=4547,
    )
    with pytest.raises(AtlasError) as refused:
        geo.kernel_density(points, bandwidth_m=500, cell_size_m=100, weights="at")
    assert refused.value.code == "values.text"


def test_names_are_no_weights_of_a_density() -> None:
    with pytest.raises(AtlasError):
        questions.density(questions.settled(questions.Density(Points("platforms"), "name_zh")))


@pytest.mark.parametrize("name", ["a" * 300 + ".tif", "\ud83d.tif"])
def test_a_population_of_an_impossible_name_is_refused_in_words(name: str) -> None:
    parameters = {"measure": "per_10k", "zoning": "districts", "population": name}
    data = {"map": "distribution", "sheet": {"review_number": "internal"}}
    with pytest.raises(AtlasError) as refused:
        read_spec(data | {"parameters": parameters}).content()
    for lang in ("zh", "en"):
        assert refused.value.sentence(lang).encode()


def test_half_a_character_is_in_no_sentence() -> None:
    assert sentence("file.empty", "en", {"name": "\ud83d.csv"}).encode()


def test_rows_of_arcs_are_those_of_the_table() -> None:
    text = 'name,wkt\na,b,c,d\nb,"CIRCULARSTRING(112 28,113 29,114 28)"\nc,"POINT(112 28)"\n'
    findings = geo.read_file(text.encode(), "a.csv").receipt.findings
    (said,) = (each for each in findings if each.code == "geometry.arcs_straightened")
    assert said.rows == (2,)


def test_utf32_with_a_mark_is_read() -> None:
    read = geo.read_file("名称,lon,lat\n岳麓,112.9,28.2\n".encode("utf-32"), "a.csv")
    assert read.frame["名称"].tolist() == ["岳麓"]
