from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import rioxarray  # noqa: F401
import shapely
import xarray as xr
from shapely import Point, Polygon, box

from geo.density import kernel_density
from geo.errors import CRSError, InputError
from geo.files import geotiff_bytes, vector_bytes, write_geotiff, write_vector

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def density() -> xr.DataArray:
    xy = np.random.default_rng(0).uniform(0, 30_000, (200, 2)) + np.array([5e5, 31e5])
    points = gpd.GeoSeries(shapely.points(xy), crs=4547)
    found = kernel_density(points, bandwidth_m=2000, cell_size_m=50)
    return found.assign_attrs(source="湖南湘江新区规划, 2024")


@pytest.fixture
def frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"平台名称": ["岳麓山实验室", "湘江\n实验室"], "scale": [1.5, None]},
        geometry=[Point(112.9412345678, 28.18), None],
        crs=4490,
    )


def test_geotiff_says_what_it_is(density: xr.DataArray, tmp_path: Path) -> None:
    path = tmp_path / "密度.tif"
    write_geotiff(density, path)
    assert path.read_bytes() == geotiff_bytes(density)
    with rasterio.open(path) as source:
        np.testing.assert_array_equal(source.read(1), density)
        assert source.crs.to_epsg() == 4547
        assert np.isnan(source.nodata)
        assert source.units == ("1/km²",)
        assert source.descriptions == ("quartic kernel density, bandwidth 2000 m",)
        assert source.tags()["source"] == "湖南湘江新区规划, 2024"
        assert source.tags()["bandwidth_m"] == "2000.0"
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.compression.name == "deflate"
        assert source.overviews(1)
        west, north = float(density.x[0]) - 25, float(density.y[0]) + 25
        assert tuple(source.transform)[:6] == (50, 0, west, 0, -50, north)


def test_geotiff_of_a_part_lies_where_the_part_is(density: xr.DataArray, tmp_path: Path) -> None:
    part = density[100:140, 200:260].astype("float32")
    write_geotiff(part, tmp_path / "part.tif")
    with rasterio.open(tmp_path / "part.tif") as source:
        assert source.dtypes == ("float32",)
        assert source.bounds.left == float(part.x[0]) - 25
        assert source.bounds.top == float(part.y[0]) + 25
        np.testing.assert_array_equal(source.read(1), part)


def test_geotiff_turns_the_north_up_and_nodata_to_nan(tmp_path: Path) -> None:
    values = np.array([[1, 2, 3], [4, -9999, 6]])
    array = xr.DataArray(
        values, dims=("y", "x"), coords={"y": [50.0, 150.0], "x": [50.0, 150.0, 250.0]}
    )
    array = array.rio.write_crs(4547).rio.write_nodata(-9999)
    write_geotiff(array, tmp_path / "a.tif")
    with rasterio.open(tmp_path / "a.tif") as source:
        np.testing.assert_array_equal(source.read(1), [[4, np.nan, 6], [1, 2, 3]])
        assert source.bounds == (0, 0, 300, 200)


def test_geotiff_refusals(density: xr.DataArray) -> None:
    with pytest.raises(InputError, match=r"\('x', 'y'\)"):
        geotiff_bytes(density.transpose("x", "y"))
    with pytest.raises(InputError, match="shape"):
        geotiff_bytes(density[:0])
    with pytest.raises(CRSError, match="write_crs"):
        geotiff_bytes(xr.DataArray(np.zeros((2, 2)), dims=("y", "x")))


def test_geopackage_round_trip(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "层.gpkg"
    write_vector(frame, path)
    back = gpd.read_file(path)
    assert back.crs.to_epsg() == 4490
    assert back["平台名称"].tolist() == frame["平台名称"].tolist()
    assert back.geometry[0].equals(frame.geometry[0])
    assert back.geometry[1] is None


def test_geojson_is_rfc_7946(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "a.GeoJSON"
    metric = frame.to_crs(4547)
    write_vector(metric, path)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in document
    first, second = document["features"]
    assert first["geometry"]["coordinates"] == [112.9412346, 28.18]
    assert first["properties"] == {"平台名称": "岳麓山实验室", "scale": 1.5}
    assert second["geometry"] is None
    # the right-hand rule: shells run counter-clockwise
    clockwise = gpd.GeoDataFrame(geometry=[box(112, 28, 113, 29, ccw=False)], crs=4490)
    ring = json.loads(vector_bytes(clockwise, ".geojson"))["features"][0]["geometry"]["coordinates"]
    assert Polygon(ring[0]).exterior.is_ccw


def test_csv_of_points_opens_in_a_spreadsheet(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_vector(frame, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(path, encoding="utf-8-sig")
    assert back.columns.tolist() == ["平台名称", "scale", "lon", "lat"]
    assert back["lon"][0] == 112.9412345678
    assert np.isnan(back["lat"][1])
    assert back["平台名称"].tolist() == frame["平台名称"].tolist()


def test_csv_of_areas_has_wkt_in_degrees() -> None:
    areas = gpd.GeoDataFrame({"a": [1]}, geometry=[box(112, 28, 113, 29)], crs=4490).to_crs(4547)
    table = vector_bytes(areas, ".csv").decode("utf-8-sig")
    assert table.startswith("a,wkt\n1,")
    shape = shapely.from_wkt(table.split('"')[1])
    assert shapely.equals_exact(shape, box(112, 28, 113, 29), 1e-8, normalize=True)


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".csv"])
def test_empty_frames_are_written_and_inputs_kept(suffix: str, frame: gpd.GeoDataFrame) -> None:
    before = frame.copy()
    assert len(vector_bytes(frame.iloc[:0], suffix)) > 0
    assert len(vector_bytes(frame, suffix)) > 0
    pd.testing.assert_frame_equal(frame, before)
    assert frame.crs.to_epsg() == 4490


def test_vector_refusals(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'\.shp'.*\.gpkg, \.geojson, \.csv"):
        write_vector(frame, tmp_path / "a.shp")
    assert not (tmp_path / "a.shp").exists()
    with pytest.raises(CRSError, match="no CRS"):
        vector_bytes(frame.set_crs(None, allow_override=True), ".geojson")
