"""Packed tables with places: what comes of one does not depend on how it is read."""

from __future__ import annotations

from io import BytesIO

import geopandas as gpd
import pandas as pd
import pytest
import shapely

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
