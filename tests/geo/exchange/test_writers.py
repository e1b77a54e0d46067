"""Files of odd frames and rasters: right, or refused in words; never another library's error."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import warnings
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import rioxarray  # noqa: F401
import shapely
import xarray as xr
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import GeometryCollection, LinearRing, LineString, MultiPoint, Point, Polygon, box

import geo
from geo.errors import AtlasError, InputError
from geo.exchange.geotiffs import geotiff_bytes
from geo.exchange.tables import parse
from geo.exchange.writers import vector_bytes

_PLACES = [Point(112, 28), Point(113, 28)]
_SUFFIXES = [".gpkg", ".geojson", ".csv"]


def _back(data: bytes, suffix: str) -> gpd.GeoDataFrame:
    if suffix == ".csv":
        return parse(data, "a.csv", {}).frame
    with warnings.catch_warnings():
        # A file in memory has no suffix; and GDAL guesses what a text of a GeoJSON may be.
        warnings.simplefilter("ignore")
        return pyogrio.read_dataframe(io.BytesIO(data))


def _frame(columns: dict[Any, Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=_PLACES, crs=4490)


@pytest.mark.parametrize("suffix", _SUFFIXES)
@pytest.mark.parametrize(
    ("names", "written"),
    [
        (["a", "a"], ["a", "a_2"]),
        (["a", "A"], ["a", "A_2"]),
        ([None, 5], ["column_1", "5"]),
        (["", " "], ["column_1", "column_2"]),
        (["fid", "geom"], ["fid", "geom"]),
        (["FID", "ogc_fid"], ["FID", "ogc_fid"]),
        (["长" * 300, "a\x00b"], ["长" * 300, "a\ufffdb"]),
        (["id", "a_2"], ["id", "a_2"]),
        ([("a", "b"), ("a", 1)], ["a_b", "a_1"]),
    ],
)
def test_odd_names_of_columns(suffix: str, names: list[Any], written: list[str]) -> None:
    table = pd.DataFrame([["x", 7], ["x", 7]])
    table.columns = pd.Index(names, dtype=object, tupleize_cols=False)
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(_PLACES, crs=4490))
    back = _back(vector_bytes(frame, suffix), suffix)
    assert back.columns[:2].tolist() == written
    assert back[written[0]].tolist() == ["x", "x"]
    assert back[written[1]].astype(int).tolist() == [7, 7]
    assert back.geometry.tolist() == _PLACES


_DAYS = pd.to_datetime(["2024-05-01", None])


@pytest.mark.parametrize("suffix", _SUFFIXES)
@pytest.mark.parametrize(
    ("values", "written"),
    [
        (pd.Categorical(["a", None]), ["a", None]),
        (pd.Categorical([1, None]), [1, None]),
        (pd.array([1, None], dtype="Int64"), [1, None]),
        (pd.array([1.5, None], dtype="Float64"), [1.5, None]),
        (pd.array(["甲", None], dtype="string"), ["甲", None]),
        (pd.arrays.SparseArray([0, 1]), [0, 1]),
        (np.array([1, 2], "f2"), [1, 2]),
        (np.array([1, 2], "i1"), [1, 2]),
        (np.array([1, 2], "u8"), [1, 2]),
        (np.array([2**63, 1], "u8"), ["9223372036854775808", "1"]),
        ([2**70, 1], ["1180591620717411303424", "1"]),
        (pd.to_timedelta([1, None], unit="D"), ["1 days 00:00:00", None]),
        (np.array([1j, 2]), ["1j", "(2+0j)"]),
        ([decimal.Decimal("1.50"), "x"], ["1.50", "x"]),
        ([1, "a"], ["1", "a"]),
        ([[1, "甲"], {"a": 1}], ['[1, "甲"]', '{"a": 1}']),
        ([{(1, 2): 3}, "x"], ["{(1, 2): 3}", "x"]),
        ([b"a", b"\xff"], ["61", "ff"]),
        (["[1]", '{"a": 1}'], ["[1]", '{"a": 1}']),
        (pd.Series(["a\x00b", "\ud800"], dtype=object), ["a\ufffdb", "\ufffd"]),
        (pd.period_range("2024-01", periods=2, freq="M"), ["2024-01", "2024-02"]),
        (pd.interval_range(0, 2), ["(0, 1]", "(1, 2]"]),
        (gpd.GeoSeries(_PLACES, crs=4490), ["POINT (112 28)", "POINT (113 28)"]),
        (["=1+1", "-1x"], ["=1+1", "-1x"]),
    ],
)
def test_odd_kinds_of_columns(suffix: str, values: Any, written: list[Any]) -> None:
    back = _back(vector_bytes(_frame({"name": values}), suffix), suffix)["name"]
    plain = [None if pd.isna(value) else value for value in back]
    if suffix == ".csv":  # a column of that name is text
        plain = [value if value is None else str(value) for value in plain]
        written = [value if value is None else str(value) for value in written]
        plain = [value and value.removesuffix(".0") for value in plain]
    assert plain == written


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_dates_and_truth_values_stay_what_they_are(suffix: str) -> None:
    frame = _frame(
        {
            "day": _DAYS,
            "zoned": _DAYS.tz_localize("Asia/Shanghai"),
            "truth": pd.array([True, None], dtype="boolean"),
            "date": [dt.date(2024, 5, 1), None],
        }
    )
    back = _back(vector_bytes(frame, suffix), suffix)
    assert pd.Timestamp(back["day"][0]) == _DAYS[0]
    assert pd.Timestamp(back["zoned"][0]) == _DAYS.tz_localize("Asia/Shanghai")[0]
    assert back["truth"][0] == True  # noqa: E712  a number where one is missing
    assert str(back["date"][0]).startswith("2024-05-01")
    assert back.drop(columns="geometry").iloc[1].isna().all()


def test_infinite_values_are_written_or_refused_by_name() -> None:
    frame = _frame({"density": [np.inf, 1.0]})
    assert _back(vector_bytes(frame, ".gpkg"), ".gpkg")["density"].tolist() == [np.inf, 1]
    with pytest.raises(InputError, match="'density' has infinite values") as refused:
        vector_bytes(frame, ".geojson")
    assert "density" in refused.value.sentence("zh")


@pytest.mark.parametrize("suffix", _SUFFIXES)
def test_a_ring_is_written_as_a_line(suffix: str) -> None:
    """GDAL's GeoPackage driver ends the process on one."""
    ring = [(112, 28), (113, 28), (113, 29), (112, 28)]
    frame = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[LinearRing(ring), None], crs=4490)
    assert _back(vector_bytes(frame, suffix), suffix).geometry.iloc[0].equals(LineString(ring))


@pytest.mark.parametrize("suffix", _SUFFIXES)
def test_mixed_empty_and_collected_geometry_is_written(suffix: str) -> None:
    shapes = [Point(112, 28), box(112, 28, 113, 29), GeometryCollection([Point(1, 2)]), Point()]
    frame = gpd.GeoDataFrame({"a": range(4)}, geometry=shapes, crs=4490, index=[0, 0, 1, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        back = _back(vector_bytes(frame, suffix), suffix)
    assert back.geometry.iloc[1].equals(shapes[1])


@pytest.mark.parametrize("ids", [[1, 0], [0, -2], [-5, -7], [7, 7], ["b", "a"]])
def test_a_column_called_id_neither_sorts_features_nor_drops_them(ids: list[object]) -> None:
    back = _back(vector_bytes(_frame({"id": ids}), ".geojson"), ".geojson")
    assert back["id"].tolist() == ids
    assert back.geometry.tolist() == _PLACES


@pytest.mark.parametrize("suffix", _SUFFIXES)
def test_places_alone_are_written(suffix: str) -> None:
    places = gpd.GeoSeries(_PLACES, crs=4490, name="spot")
    written = _back(vector_bytes(places, suffix), suffix).geometry
    assert written.to_wkt().tolist() == places.to_wkt().tolist()


def test_a_frame_without_one_geometry_is_refused() -> None:
    frame = _frame({"a": [1, 2]})
    twice = frame.rename(columns={"a": "geometry"})
    for wrong in (gpd.GeoDataFrame({"a": [1]}), twice):
        with pytest.raises(AtlasError):
            vector_bytes(wrong, ".gpkg")


def test_places_read_from_csv_are_written_once() -> None:
    first = vector_bytes(_frame({"a": [1, 2]}), ".csv")
    assert vector_bytes(_back(first, ".csv"), ".csv") == first
    # other numbers under such a name are kept
    kept = vector_bytes(_frame({"lon": ["东", "西"]}), ".csv").decode("utf-8-sig")
    assert kept.startswith("lon_2,lon,lat\n东,112.0,28.0\n")


_NAMES = st.one_of(
    st.text(max_size=6),
    st.none(),
    st.integers(),
    st.tuples(st.text(max_size=2), st.integers()),
    st.sampled_from(["fid", "FID", "geom", "geometry", "id", "lon", "lat", "wkt", "ogc_geometry"]),
)
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=4),
    st.text(st.characters(), max_size=2),
    st.binary(max_size=3),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.timedeltas(),
    st.decimals(),
    st.lists(st.integers(), max_size=2),
)
_COLUMN = st.one_of(
    st.lists(_VALUES, min_size=2, max_size=2),
    st.sampled_from([st.integers(), st.floats(), st.booleans(), st.datetimes(), st.text()]).flatmap(
        lambda kind: st.lists(kind, min_size=2, max_size=2)
    ),
)


@settings(max_examples=10)
@given(st.lists(st.tuples(_NAMES, _COLUMN), max_size=4))
def test_frames_of_any_names_and_values(columns: list[tuple[Any, list[Any]]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what pandas says while the frame is built
        table = pd.DataFrame({n: values for n, (_, values) in enumerate(columns)}, index=[0, 1])
    table.columns = pd.Index([name for name, _ in columns], dtype=object, tupleize_cols=False)
    table = table.loc[:, [name != "geometry" for name, _ in columns]]
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(_PLACES, crs=4490))
    for suffix in _SUFFIXES:
        try:
            data = vector_bytes(frame, suffix)
        except InputError as error:
            code = error.code
        else:
            back = _back(data, suffix)
            assert back.geometry.tolist() == _PLACES
            assert len(back.columns) >= len(frame.columns)
            continue
        assert code == "write.infinite"


def _cells(values: Any, **attrs: Any) -> xr.DataArray:
    array = np.asarray(values)
    rows, columns = array.shape
    coordinates = {"y": 100.0 * np.arange(rows, 0, -1), "x": 100.0 * np.arange(1, columns + 1)}
    cells = xr.DataArray(array, dims=("y", "x"), coords=coordinates)
    return cells.rio.write_crs(4547).assign_attrs(attrs)


def _read_cells(data: bytes) -> tuple[np.ndarray[Any, Any], dict[str, str]]:
    with rasterio.MemoryFile(data) as memory, memory.open() as source:
        return source.read(1), source.tags()


def test_cells_lie_where_they_are_whichever_comes_first() -> None:
    array = _cells([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    for turned in (array[::-1], array[:, ::-1], array[::-1, ::-1]):
        assert geotiff_bytes(turned) == geotiff_bytes(array)


@pytest.mark.parametrize("size", [0.001, 1, 1000])
def test_cells_may_differ_by_a_thousandth_of_their_size(size: float) -> None:
    array = _cells([[1.0, 2.0, 3.0]]).rio.write_transform(Affine(size, 0, 0, 0, -size, 0))
    assert geotiff_bytes(array.assign_coords(x=[0, size, 2.0019 * size]))
    with pytest.raises(InputError) as refused:
        geotiff_bytes(array.assign_coords(x=[0, size, 2.0021 * size]))
    assert refused.value.code == "caller.argument"


def test_a_density_made_whole_numbers_is_written() -> None:
    points = gpd.GeoSeries([Point(5e5, 31e5)], crs=4547)
    density = geo.kernel_density(points, bandwidth_m=1000, cell_size_m=500)
    whole = (density * 100).astype(int)
    cells, _ = _read_cells(geotiff_bytes(whole))
    np.testing.assert_array_equal(cells, whole)
    zones = gpd.GeoDataFrame(geometry=[box(499_000, 3_099_000, 501_000, 3_101_000)], crs=4547)
    counted = geo.zonal_statistics(whole, zones)
    assert counted.equals(geo.zonal_statistics(whole.astype(float), zones))


@pytest.mark.parametrize("kind", ["i4", "i8"])
def test_cells_that_were_not_a_number_stay_none_when_made_whole(kind: str) -> None:
    smallest = np.iinfo(kind).min
    cells, _ = _read_cells(
        geotiff_bytes(_cells(np.array([[smallest, 5], [5, 5]], kind), _FillValue=np.nan))
    )
    assert np.isnan(cells[0, 0])
    assert cells[0, 1] == 5


@pytest.mark.parametrize("kind", ["bool", "u1", "i1", "i2", "u2", "u4", "u8", "f2"])
def test_every_kind_of_number_is_written(kind: str) -> None:
    array = _cells(np.array([[0, 1], [1, 0]], kind), _FillValue=np.nan)
    np.testing.assert_array_equal(_read_cells(geotiff_bytes(array))[0], [[0, 1], [1, 0]])


@pytest.mark.parametrize(
    ("array", "code"),
    [
        ([[0.0, 1.0]], "write.raster_kind"),
        (_cells([["a", "b"], ["c", "d"]]), "write.raster_kind"),
        (_cells(np.zeros((2, 2), complex)), "write.raster_kind"),
        (_cells(np.zeros((2, 2), "M8[s]")), "write.raster_kind"),
        (_cells(np.zeros((2, 2)), _FillValue="x"), "write.nodata"),
        (_cells(np.zeros((2, 2))).drop_vars(["x", "y"]), "write.raster_nowhere"),
        (_cells(np.zeros((2, 2))).assign_coords(x=["1", "2"]), "write.raster_nowhere"),
    ],
)
def test_what_is_no_raster_of_numbers_is_refused(array: Any, code: str) -> None:
    with pytest.raises(InputError) as refused:
        geotiff_bytes(array)
    assert refused.value.code == code
    assert refused.value.sentence("zh") != refused.value.sentence("en")


def test_infinite_cells_are_written_as_they_are() -> None:
    cells, _ = _read_cells(geotiff_bytes(_cells([[np.inf, 1.0], [-np.inf, np.nan]])))
    np.testing.assert_array_equal(cells, [[np.inf, 1], [-np.inf, np.nan]])


@settings(max_examples=15)
@given(st.dictionaries(st.text(max_size=6), st.text(st.characters(), max_size=6), max_size=3))
def test_tags_of_any_text_are_written(attrs: dict[str, str]) -> None:
    cells, _ = _read_cells(geotiff_bytes(_cells([[1.0, 2.0]] * 2).assign_attrs(attrs)))
    np.testing.assert_array_equal(cells, [[1, 2], [1, 2]])


def test_lines_and_signs_in_tags_come_back() -> None:
    _, tags = _read_cells(
        geotiff_bytes(_cells([[1.0, 2.0]] * 2, source="a\nb=c\x00d", **{"k=v": 1}))
    )
    assert tags["source"] == "a\nb=c\ufffdd"
    assert tags["k_v"] == "1"


@pytest.mark.parametrize("empty", [Point(), Polygon(), MultiPoint(), None])
def test_a_row_without_a_place_has_none_in_csv(empty: object) -> None:
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=[Point(112.9, 28.2), empty], crs=4490)
    lines = vector_bytes(frame, ".csv").decode("utf-8-sig").split()
    assert lines == ["n,lon,lat", "1,112.9,28.2", "2,,"]


def test_corners_in_a_table_keep_a_tenth_of_a_millimetre() -> None:
    corner = 112.123456789
    area = shapely.Polygon([(corner, 28.2), (112.2, 28.2), (112.2, 28.3)])
    text = vector_bytes(gpd.GeoDataFrame(geometry=[area], crs=4490), ".csv").decode("utf-8-sig")
    assert str(corner) in text
