"""What was tried on the gate and went through it once: each is read right, or refused in words."""

from __future__ import annotations

import json
import sqlite3
import struct
from io import BytesIO
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Point

import geo
from geo.errors import AtlasError
from geo.exchange.angles import angle
from geo.exchange.curves import straightened
from geo.exchange.delimited import read_delimited
from geo.exchange.geometry import repaired
from geo.exchange.parsed import Parsed
from geo.wording import sentence
from layers import questions
from layers.questions.subjects import Points
from layers.record.specification import read_spec

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


@pytest.mark.parametrize(
    ("declared", "cells", "read"),
    [
        ("INTEGER", [1, "abc"], ["1", "abc"]),
        ("INTEGER", [1, 1.5], [1.0, 1.5]),
        ("MEDIUMINT", [1, 5_000_000_000], [1, 5_000_000_000]),
        ("SMALLINT", [1, 70_000], [1, 70_000]),
        ("REAL", [1.5, "1,5"], ["1.5", "1,5"]),
        ("BOOLEAN", [1, "yes"], ["1", "yes"]),
        ("BOOLEAN", [1, 2], [1, 2]),
        ("DATE", ["2020-01-01", "2020-02-30"], ["2020-01-01", "2020-02-30"]),
        ("DATE", ["2020-01-01", 20200101], ["2020-01-01", "20200101"]),
        ("DATETIME", ["2020-01-01T10:00:00Z", "soon"], ["2020-01-01T10:00:00Z", "soon"]),
        ("DATETIME", ["2020-01-01T10:00:00Z", "2020-13-01T10:00:00Z"], None),
        ("REAL", [1.5, b"\x01"], ["1.5", "01"]),
    ],
)
def test_cells_of_a_geopackage_that_do_not_fit_their_column_stay_what_they_are(
    tmp_path: Path, declared: str, cells: list[object], read: list[object] | None
) -> None:
    places = geo.read_file(geopackage_of(tmp_path, declared, cells))
    assert places.frame["c"].tolist() == (read or cells)
    (told,) = [each for each in places.receipt.findings if each.code == "column.other_type"]
    assert told.rows == (2,)


@pytest.mark.parametrize(
    ("declared", "cells"),
    [
        ("INTEGER", [1, None]),
        ("REAL", [1.5, 2]),
        ("BOOLEAN", [1, 0]),
        ("DATE", ["2020-01-01", None]),
        ("DATETIME", ["2020-01-01T10:00:00.123+08:00", "2020-01-01 10:00"]),
        ("TEXT", ["a", 1]),
    ],
)
def test_cells_that_fit_are_told_of_nowhere(
    tmp_path: Path, declared: str, cells: list[object]
) -> None:
    places = geo.read_file(geopackage_of(tmp_path, declared, cells))
    assert "column.other_type" not in {each.code for each in places.receipt.findings}


def geopackage_of(folder: Path, declared: str, cells: list[object]) -> Path:
    """Write a GeoPackage with a column that SQLite lets hold anything, in rows out of order."""
    path = folder / "a.gpkg"
    frame = gpd.GeoDataFrame({"a": range(len(cells))}, geometry=[PLACE] * len(cells), crs=4490)
    frame.to_file(path, layer="places", SPATIAL_INDEX="NO")
    base = sqlite3.connect(path)
    base.execute(f"ALTER TABLE places ADD COLUMN c {declared}")
    base.execute("CREATE INDEX by_c ON places (c DESC)")
    for fid, cell in enumerate(cells, start=1):
        base.execute("UPDATE places SET c = ? WHERE fid = ?", (cell, fid))
    base.commit()
    base.close()
    return path


@pytest.mark.parametrize(
    ("encoding", "how"),
    [
        ("big5", "table.encoding.big5"),
        ("gbk", "table.encoding.gb18030"),
        ("shift_jis", "encoding.doubtful"),
    ],
)
def test_tables_of_any_chinese_encoding_are_read_and_others_told_of(
    encoding: str, how: str
) -> None:
    names = {"shift_jis": "横浜駅前広場", "big5": "臺北市文山區", "gbk": "岳麓区望城"}[encoding]
    table = f"name,lon,lat\n{names},112.9,28.2\n{names},112.8,28.1\n".encode(encoding)
    read = geo.read_file(table, "a.csv")
    assert read.receipt.encoding_how == how
    assert (read.frame["name"].iloc[0] == names) == (encoding != "shift_jis")


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
        questions.density_surface(questions.Density(Points("platforms"), "name_zh"))


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


def test_rings_folded_over_and_over_are_valid_after_mending_or_set_aside() -> None:
    chance = np.random.default_rng(3)
    rings = [
        shapely.Polygon(chance.integers(0, 3, (chance.integers(4, 12), 2))) for _ in range(200)
    ]
    frame = gpd.GeoDataFrame(geometry=rings, crs=4547)
    parsed = Parsed(frame, pd.DataFrame(), (), (), "", "", "", [])
    assert repaired(parsed).frame.is_valid.all()


def test_a_curve_whose_pieces_do_not_meet_keeps_its_corners() -> None:
    lines = [[(0, 0), (1, 0)], [(2, 2), (3, 2)]]
    pieces = b"".join(struct.pack("<BII4d", 1, 2, 2, *sum(line, ())) for line in lines)
    shape, _ = straightened(struct.pack("<BII", 1, 9, 2) + pieces)
    assert list(shape.coords) == [(0, 0), (1, 0), (2, 2), (3, 2)]


def test_quotation_marks_that_open_again_and_again_are_read_in_time_that_grows_with_the_file() -> (
    None
):
    # Each line opens a cell in the middle of another, so that none closes where it may.
    rows = 30_000
    text = "name,lon,lat\n" + '"a,112.9,28.2\n' * rows
    table = read_delimited(text.encode(), "a.csv")
    assert len(table.aside) + len(table.cells[0]) == rows


def test_a_name_of_any_length_is_refused_in_words() -> None:
    with pytest.raises(AtlasError) as refused:
        geo.read_file(collection(feature(**{"n" * 20_000: 1})).encode(), "a.geojson")
    assert refused.value.code == "file.long_name"
