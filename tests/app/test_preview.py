"""The map of a file that somebody brings, before anything is asked of it."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from app.web import maps


@pytest.mark.parametrize("column", ["geometry", "geom"])
def test_features_are_drawn_whatever_their_column_of_shapes_is_called(column: str) -> None:
    frame = gpd.GeoDataFrame(
        {"名称": ["洋湖", None]},
        geometry=[shapely.box(112.9, 28.1, 112.95, 28.2), shapely.Point(112.9, 28.2)],
        crs=4490,
    )
    if column != "geometry":
        frame = frame.rename_geometry(column)
    document = maps.own(frame, "洋湖片区", "名称", "zh")
    assert "洋湖片区" in str(document)
