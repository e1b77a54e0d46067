"""Packed tables with places: what comes of one does not depend on how it is read."""

from __future__ import annotations

import json
from io import BytesIO

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.errors import InputError
from geo.exchange import parquets


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_a_packed_table_is_the_same_in_batches_of_any_size(
    monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    number = range(rows)
    frame = gpd.GeoDataFrame(
        {
            "名称": pd.Series(
                [None if each == 3 else f"地块{each}" for each in number], dtype="str"
            ),
            "kind": pd.Categorical([f"k{each % 3}" for each in number]),
            "n": pd.array([None if each == 2 else each for each in number], dtype="Int64"),
            "list": [[each, each] for each in number],
            "bytes": [b"1"] * rows,
        },
        geometry=[None if each == 5 else shapely.box(each, 0, each + 1, 1) for each in number],
        crs=4490,
    )
    buffer = BytesIO()
    frame.to_parquet(buffer, row_group_size=4)
    (whole,) = parquets.parse(buffer.getvalue(), name="a.parquet")
    monkeypatch.setattr(parquets, "BATCH_ROWS", 3)
    (batched,) = parquets.parse(buffer.getvalue(), name="a.parquet")
    pd.testing.assert_frame_equal(batched.table, whole.table)
    assert len(whole.table) == rows
    assert shapely.to_wkb(batched.shapes).tolist() == shapely.to_wkb(whole.shapes).tolist()
    assert batched.findings == whole.findings


def packed(geo: object, **columns: list[object]) -> bytes:
    table = pa.table({"n": [1], **columns})
    about = {} if geo is None else {b"geo": json.dumps(geo).encode()}
    buffer = BytesIO()
    pq.write_table(table.replace_schema_metadata(about), buffer)
    return buffer.getvalue()


PLACE = {"encoding": "WKB"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (packed(None, g=[b"x"]), "file.no_geometry"),
        (packed({"primary_column": "g", "columns": {}}, g=[b"x"]), "file.no_geometry"),
        (
            packed({"primary_column": "other", "columns": {"other": PLACE}}, g=[b"x"]),
            "file.no_geometry",
        ),
        (
            packed({"primary_column": "g", "columns": {"g": {"crs": None}}}, g=[b"x"]),
            "file.parquet_encoding",
        ),
        (
            packed({"primary_column": "g", "columns": {"g": {"encoding": "point"}}}, g=[b"x"]),
            "file.parquet_encoding",
        ),
        (packed([]), "file.damaged"),
        (b"PAR1", "file.damaged"),
    ],
)
def test_a_packed_table_without_places_says_why(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parquets.parse(data, name="a.parquet")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("more", "stated"),
    [({}, "OGC:CRS84"), ({"crs": None}, ""), ({"crs": {"name": "x"}}, '{"name": "x"}')],
)
def test_the_crs_of_a_packed_table(more: dict[str, object], stated: str) -> None:
    assert parquets._stated({**PLACE, **more}) == stated


def test_a_packed_table_has_so_many_rows_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed(
        {"primary_column": "g", "columns": {"g": PLACE}}, g=[shapely.to_wkb(shapely.Point(1, 2))]
    )
    metadata = pq.ParquetFile(BytesIO(data)).metadata
    size = metadata.row_group(0).total_byte_size
    monkeypatch.setattr(parquets, "_MB", 1)
    for rows, megabytes, is_read in ((1, size, True), (0, size, False), (1, size - 1, False)):
        monkeypatch.setattr(parquets, "MAX_ROWS", rows)
        monkeypatch.setattr(parquets, "MAX_UNPACKED_MB", megabytes)
        if is_read:
            assert parquets.parse(data, name="a")[0].shapes[0].wkt == "POINT (1 2)"
            continue
        with pytest.raises(InputError) as caught:
            parquets.parse(data, name="a")
        assert caught.value.code == "file.rows"
