"""What the ready process practises on are sound files: each is read to its last value."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.exchange import formats
from geo.exchange.rehearsal import samples

DAY = pd.Timestamp(2024, 5, 1)
AREA = "POLYGON ((112 28, 113 28, 113 29, 112 28))"
VALUES = {"名称": "甲", "n": 1, "x": 1.5, "yes": True}
# System, columns and the only shape, by name of the sample.
READ = {
    "a.csv": (4490, {"name": "A"}, "POINT (112 28)"),
    "a.dxf": (None, {"Layer": "规划"}, "POINT (1 2)"),
    "a.fgb": (4490, {**VALUES, "at": DAY}, AREA),
    "a.geojson": (4547, {**VALUES, "more": "[1]"}, AREA),
    "a.gpkg": (4490, {**VALUES, "at": DAY.tz_localize("UTC")}, AREA),
    "a.gpx": (4490, {}, "POINT (112 28)"),
    "a.kml": (4490, {"name": "甲"}, AREA),
    "a.parquet": (4490, {**VALUES, "at": DAY}, AREA),
    "a.topojson": (4490, {}, AREA),
    "a.zip": (None, {"NAME": "甲乙", "N": 1, "X": 1.5, "D": DAY, "L": True}, "POINT (112 28)"),
}


@pytest.mark.parametrize("name", sorted(samples()))
def test_each_sample_is_read_to_its_last_value(name):
    epsg, columns, shape = READ[name]
    result = formats.parse(samples()[name], name, {"crs": "EPSG:4490"})
    assert (result.frame.crs and result.frame.crs.to_epsg()) == epsg
    assert len(result.frame) == 1
    row = result.frame.drop(columns="geometry").astype("object").iloc[0].to_dict()
    assert {name: value for name, value in row.items() if not pd.isna(value)} == columns
    assert [each.wkt for each in result.frame.geometry] == [shape]
    # The system of one is a text that says none.
    assert (result.crs_how == "") == (name == "a.zip")
    # The second feature of one file has no shape.
    assert result.aside["reason"].tolist() == ["row.no_geometry"] * (name == "a.geojson")
    assert [finding.level for finding in result.findings if finding.level != "note"] == []
