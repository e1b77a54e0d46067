from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import partial
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

from geo.errors import CRSError, InputError
from geo.exchange.geotiffs import geotiff_bytes, write_geotiff
from geo.exchange.writers import vector_bytes, write_vector
from geo.surface.density import kernel_density

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
        assert source.dtypes == ("float32",)
        np.testing.assert_array_equal(source.read(1), density.astype("float32"))
        np.testing.assert_allclose(source.read(1), density, rtol=2.0**-24)
        assert source.crs.to_epsg() == 4547
        assert np.isnan(source.nodata)
        assert source.units == ("1/km²",)
        assert source.descriptions == ("quartic kernel density, bandwidth 2000 m",)
        assert source.tags()["source"] == "湖南湘江新区规划, 2024"
        assert source.tags()["bandwidth_m"] == "2000.0"
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.compression.name == "deflate"
        assert source.overviews(1) == []
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


def test_geotiff_carries_how_the_density_was_made_and_by_what(density: xr.DataArray) -> None:
    density = density.assign_attrs(cells=np.int64(7), parts=[1, 2], _private=1)
    with rasterio.MemoryFile(geotiff_bytes(density)) as memory, memory.open() as source:
        tags = source.tags()
        plain = {key: value for key, value in density.attrs.items() if np.isscalar(value)}
        for key in plain.keys() - {"units", "long_name", "_private", "_FillValue"}:
            assert tags[key] == (str(plain[key]) or "none")
        expected = {
            "kernel",
            "bandwidth_m",
            "unit",
            "weights",
            "weight_sum",
            "input_hash",
            "source",
        }
        assert expected | {"cells"} <= set(tags)
        assert tags["TIFFTAG_SOFTWARE"].startswith("xiangjiang-atlas")
        assert not {"parts", "_private", "TIFFTAG_DATETIME"} & set(tags)


def test_only_a_large_geotiff_has_overviews(tmp_path: Path) -> None:
    side = 2050  # just more than 4 million cells
    along = np.arange(side, dtype=float)
    values = np.add.outer(along, along).astype("float32")
    values[:2, :2] = [[np.nan, 1], [3, 5]]
    coordinates = {"y": -along, "x": along}
    array = xr.DataArray(values, dims=("y", "x"), coords=coordinates).rio.write_crs(4547)
    write_geotiff(array, tmp_path / "a.tif")
    with rasterio.open(tmp_path / "a.tif") as source:
        assert source.overviews(1)[0] == 2
        np.testing.assert_array_equal(source.read(1), values)
    with rasterio.open(tmp_path / "a.tif", overview_level=0) as overview:
        # The mean of the cells that have a value.
        assert overview.read(1)[0, 0] == pytest.approx((1 + 3 + 5) / 3)


def test_the_same_raster_gives_the_same_bytes(density: xr.DataArray) -> None:
    assert geotiff_bytes(density) == geotiff_bytes(density.copy(deep=True))


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (np.array([[1, 2**24]]), "float32"),
        (np.array([[1, 2**24 + 1]]), "float64"),
        (np.array([[True, False]]), "float32"),
        (np.array([[1.5, np.nan]]), "float32"),
        (np.array([[0.1, np.inf]]), "float32"),
    ],
)
def test_geotiff_has_as_many_bits_as_its_values_need(values: np.ndarray, dtype: str) -> None:
    array = xr.DataArray(values, dims=("y", "x"), coords={"y": [50.0], "x": [50.0, 150.0]})
    array = array.rio.write_crs(4547).rio.write_transform(rasterio.Affine(100, 0, 0, 0, -100, 100))
    with rasterio.MemoryFile(geotiff_bytes(array)) as memory, memory.open() as source:
        assert source.dtypes == (dtype,)
        assert source.bounds == (0, 0, 200, 100)
        np.testing.assert_allclose(source.read(1), values.astype(float), rtol=2.0**-24)


def test_values_that_no_reader_takes_are_not_written(density: xr.DataArray) -> None:
    with pytest.raises(InputError) as refused:
        geotiff_bytes(density.astype(float) + 1e300)
    assert refused.value.code == "write.raster_beyond"


def test_geotiff_opens_in_another_gdal(density: xr.DataArray, tmp_path: Path) -> None:
    """The program of the system, not the library that wrote the file."""
    gdalinfo = shutil.which("gdalinfo")
    if gdalinfo is None:
        pytest.skip("no gdalinfo on this machine")
    write_geotiff(density, tmp_path / "a.tif")
    said = subprocess.run(
        [gdalinfo, "-json", "-stats", str(tmp_path / "a.tif")],
        capture_output=True,
        check=True,
        text=True,
    )
    (band,) = json.loads(said.stdout)["bands"]
    assert band["unit"] == density.attrs["units"]
    assert band["maximum"] == pytest.approx(float(density.max()), abs=5e-4)
    assert "Warning" not in said.stderr


def test_geotiff_refusals(density: xr.DataArray) -> None:
    with pytest.raises(InputError, match=r"\('x', 'y'\)"):
        geotiff_bytes(density.transpose("x", "y"))
    with pytest.raises(InputError, match="shape"):
        geotiff_bytes(density[:0])
    with pytest.raises(CRSError, match="write_crs"):
        geotiff_bytes(xr.DataArray(np.zeros((2, 2)), dims=("y", "x")))
    with pytest.raises(InputError, match="'x' are 50 to 100 apart"):
        geotiff_bytes(density.isel(x=[0, 1, 3, 5]))
    bare = xr.DataArray([[1.0]], dims=("y", "x"), coords={"y": [0.0], "x": [0.0]})
    with pytest.raises(InputError, match=r"one cell along 'x'.*write_transform"):
        geotiff_bytes(bare.rio.write_crs(4547))


def test_a_file_that_cannot_be_written_is_refused(density: xr.DataArray, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"write_geotiff: .*There is no folder .*create it"):
        write_geotiff(density, tmp_path / "none" / "a.tif")
    with pytest.raises(InputError, match="add the name of a file"):
        write_geotiff(density, tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="There is no folder"):
        write_geotiff(density, tmp_path / "file" / "a.tif")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="may write anywhere")
def test_a_folder_without_permission_is_refused(density: xr.DataArray, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Take a folder that you may write to"):
        write_geotiff(density, tmp_path / "a.tif")


def test_a_full_disk_leaves_the_old_file_and_no_part(
    density: xr.DataArray, frame: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    resource = pytest.importorskip("resource")
    files = tmp_path / "a.tif", tmp_path / "a.gpkg"
    for path in files:
        path.write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    raised = []
    # A limit for the size of files: the writes fail in the middle, as on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        for call in (partial(write_geotiff, density), partial(write_vector, frame)):
            try:
                call(files[len(raised)])
            except InputError as error:
                raised.append(str(error))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(raised) == 2
    assert all("with enough room" in message for message in raised)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gpkg", "a.tif"]
    assert {path.read_bytes() for path in files} == {b"old"}


def test_a_link_is_followed_and_stays_a_link(density: xr.DataArray, tmp_path: Path) -> None:
    (tmp_path / "real.tif").write_bytes(b"old")
    (tmp_path / "link.tif").symlink_to(tmp_path / "real.tif")
    write_geotiff(density, tmp_path / "link.tif")
    assert (tmp_path / "link.tif").is_symlink()
    assert (tmp_path / "real.tif").read_bytes() == geotiff_bytes(density)


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
