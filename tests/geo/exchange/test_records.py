"""Records of JSON as a table, and the mark of a raster for none."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import xarray as xr

from geo.errors import InputError
from geo.exchange import records
from geo.exchange.nodata import nodata_of
from geo.exchange.records import as_csv

ROW = {"name": "A", "n": 1}


@pytest.mark.parametrize(
    ("content", "table"),
    [
        ([ROW, {"n": None, "m": [1, "岳"]}], 'name,n,m\nA,1,\n,,"[1, ""岳""]"\n'),
        ({"a": [ROW], "count": 1, "b": []}, "name,n\nA,1\n"),
        # Two lists, none, and one of other things.
        ({"a": [ROW], "b": [ROW]}, None),
        ({"a": 1}, None),
        ([ROW, 7], None),
        ([], None),
        ([{}], None),
        ("text", None),
        # Coordinates are taken out of their own object, unless a name would be twice.
        ([{"at": {"Lng": 1, "LAT": 2}}], "Lng,LAT\n1,2\n"),
        ([{"at": {"lon": 1}}], 'at\n"{""lon"": 1}"\n'),
        ([{"at": {"lon": 1, "lat": 2}, "lat": 3}], 'at,lat\n"{""lon"": 1, ""lat"": 2}",3\n'),
        ([{"a": True, "b": {}, "c": [], "d": 0}], "a,b,c,d\ntrue,,,0\n"),
    ],
)
def test_records_as_a_table(content: Any, table: str | None) -> None:
    found = as_csv(json.dumps(content, ensure_ascii=False).encode(), name="a.json")
    assert (found and found.decode()) == table


def test_records_have_so_many_columns_and_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, is_read in ((500, True), (501, False)):
        data = json.dumps([dict.fromkeys(map(str, range(columns)), 1)]).encode()
        assert (as_csv(data, name="a.json") is not None) is is_read
    for letters, is_read in ((9, True), (8, False)):
        monkeypatch.setattr(records, "MAX_LETTERS", letters)
        assert (as_csv(b'[{"a":1}]', name="a.json") is not None) is is_read
    assert as_csv(b"[{", name="a.json") is None


def raster(kind: str, mark: object = None, encoded: object = None) -> xr.DataArray:
    array = xr.DataArray(np.zeros((1, 2), kind), dims=("y", "x"))
    if mark is not None:
        array.attrs["_FillValue"] = mark
    if encoded is not None:
        array.encoding["_FillValue"] = encoded
    return array


@pytest.mark.parametrize(
    ("array", "nodata"),
    [
        (raster("f4"), None),
        (raster("i2", -1), -1),
        (raster("f4", np.nan), np.nan),
        (raster("f8", encoded=np.nan), np.nan),
        # Not-a-number that was cut to a whole number.
        (raster("i4", np.nan), -(2**31)),
        (raster("i8", encoded=np.nan), -(2**63)),
        (raster("i2", np.nan), None),
        (raster("u4", np.nan), None),
    ],
)
def test_the_mark_of_a_raster_for_none(array: xr.DataArray, nodata: float | None) -> None:
    np.testing.assert_equal(nodata_of(array), nodata)


def test_a_mark_that_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match=r"^f: ") as refused:
        nodata_of(raster("i2", "x"), function="f")
    assert refused.value.code == "write.nodata"
