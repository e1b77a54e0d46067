from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import rioxarray
import shapely
import xarray as xr
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin
from shapely import MultiPolygon, Point, Polygon, box

from geo.errors import CRSError, InputError
from geo.exchange.rasters import read_raster
from geo.geodesic import geodesic_area_km2
from geo.surface.density import kernel_density
from geo.zoned import raster_zones
from geo.zoned.raster_sources import opened
from geo.zoned.raster_zones import STATISTICS, zonal_shares, zonal_statistics
from geo.zoned.tessellations import squares

if TYPE_CHECKING:
    from pathlib import Path

EAST, NORTH, CELL = 500_000.0, 3_100_000.0, 100.0
CORNER = np.array([EAST, NORTH])
NINE = np.arange(1.0, 10.0).reshape(3, 3)


def raster(
    values: object, *, crs: object = 4547, cell: float = CELL, nodata: float | None = None
) -> xr.DataArray:
    """Give a raster whose south-western corner is at (EAST, NORTH)."""
    array = np.asarray(values)
    rows, columns = array.shape
    y = NORTH + (rows - np.arange(rows) - 0.5) * cell
    x = EAST + (np.arange(columns) + 0.5) * cell
    found = xr.DataArray(array, coords={"y": y, "x": x}, dims=("y", "x")).rio.write_crs(crs)
    return found if nodata is None else found.rio.write_nodata(nodata)


def cells(west: float, south: float, east: float, north: float) -> Polygon:
    """Give a box whose edges are in cells from the south-western corner."""
    return box(EAST + west * CELL, NORTH + south * CELL, EAST + east * CELL, NORTH + north * CELL)


def zones_of(*shapes: object, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4547)


# ---- by hand, on
#     1 2 3
#     4 5 6
#     7 8 9


def test_quarters_of_four_cells() -> None:
    found = zonal_statistics(
        raster(NINE), zones_of(cells(0.5, 0.5, 1.5, 1.5)), statistics=STATISTICS
    )
    row = found.iloc[0]
    assert row["sum"] == (4 + 5 + 7 + 8) / 4
    assert row["count"] == 1.0
    assert row["mean"] == 6.0
    assert (row["min"], row["max"]) == (4.0, 8.0)
    assert row["variance"] == pytest.approx((4 + 1 + 1 + 4) / 4)
    assert row["stdev"] == pytest.approx(2.5**0.5)
    assert row["median"] == 6.0
    assert row["covered_pct"] == 100.0
    assert row["covered_km2"] == pytest.approx(0.01, rel=1e-4)
    assert found.attrs["zones_without_data"] == []
    assert found.attrs["raster_crs"] == "EPSG:4547"


def test_half_of_one_cell_and_all_of_another() -> None:
    # half of 4, all of 5
    row = zonal_statistics(
        raster(NINE), zones_of(cells(0.5, 1, 2, 2)), statistics=("sum", "count", "mean", "variance")
    ).iloc[0]
    assert row["sum"] == 4 / 2 + 5
    assert row["count"] == 1.5
    assert row["mean"] == 7 / 1.5
    assert row["variance"] == pytest.approx((0.5 * (4 - 14 / 3) ** 2 + (5 - 14 / 3) ** 2) / 1.5)


def test_a_triangle_covers_half_of_the_cells_it_cuts() -> None:
    # the south-western half: all of 4, 7 and 8, half of 1, 5 and 9
    corners = [(EAST, NORTH), (EAST + 300, NORTH), (EAST, NORTH + 300)]
    row = zonal_statistics(raster(NINE), zones_of(Polygon(corners)), statistics=("sum",)).iloc[0]
    assert row["sum"] == pytest.approx(4 + 7 + 8 + (1 + 5 + 9) / 2)


def test_edges_on_cell_lines_touch_no_neighbour() -> None:
    found = zonal_statistics(
        raster(NINE), zones_of(cells(1, 1, 2, 2)), statistics=("min", "max", "count")
    )
    assert found[["min", "max", "count"]].iloc[0].tolist() == [5, 5, 1]


def test_a_zone_smaller_than_a_cell_has_the_value_of_its_cell() -> None:
    tiny = zones_of(cells(2.4, 2.4, 2.5, 2.5))
    row = zonal_statistics(raster(NINE), tiny, statistics=("mean", "sum")).iloc[0]
    assert row["mean"] == 3.0
    assert row["sum"] == pytest.approx(3 * 0.1 * 0.1)


def test_holes_and_parts() -> None:
    ring = cells(0, 0, 3, 3) - cells(1, 1, 2, 2)
    parts = MultiPolygon([cells(0, 0, 1, 1), cells(2, 2, 3, 3)])
    found = zonal_statistics(raster(NINE), zones_of(ring, parts), statistics=("sum", "count"))
    assert found["sum"].tolist() == [45 - 5, 7 + 3]
    assert found["count"].tolist() == [8, 2]


def test_majority_is_the_value_that_covers_most() -> None:
    values = [[1, 1, 2], [1, 1, 2], [3, 3, 2]]
    found = zonal_statistics(
        raster(values), zones_of(cells(0, 0, 3, 3), cells(0, 0, 3, 1)), statistics=("majority",)
    )
    assert found["majority"].tolist() == [1, 3]


def test_shares_by_hand() -> None:
    cover = raster([[10, 10, 50], [10, 10, 50], [80, 80, 50]])
    found = zonal_shares(cover, zones_of(cells(0, 0, 3, 3), cells(1.5, 1, 2.5, 2), name=["a", "b"]))
    assert found["name"].tolist() == ["a", "b"]
    assert found["share_10_pct"].tolist() == pytest.approx([400 / 9, 50])
    assert found["share_50_pct"].tolist() == pytest.approx([300 / 9, 50])
    assert found["share_80_pct"].tolist() == pytest.approx([200 / 9, 0])
    assert found.attrs["values"] == {"share_10_pct": 10, "share_50_pct": 50, "share_80_pct": 80}


# ---- nodata, and zones off the raster


@pytest.mark.parametrize("dtype", ["int16", "int64", "float32", "float64"])
def test_nodata_is_left_out(dtype: str) -> None:
    values = NINE.astype(dtype)
    values[0] = -9999
    found = zonal_statistics(
        raster(values, nodata=-9999),
        zones_of(cells(0, 0, 3, 3), cells(0, 2, 3, 3)),
        statistics=STATISTICS,
    )
    assert found["sum"].iloc[0] == 4 + 5 + 6 + 7 + 8 + 9
    assert found["min"].iloc[0] == 4
    assert found["covered_pct"].tolist() == pytest.approx([200 / 3, 0])
    assert found["count"].tolist() == [6, 0]
    assert found[[name for name in STATISTICS if name != "count"]].iloc[1].isna().all()
    assert found.attrs["zones_without_data"] == [1]


def test_nodata_that_32_bits_round() -> None:
    values = NINE.astype("float32")
    values[0] = -3.4e38
    grid = raster(values)
    grid.attrs["_FillValue"] = np.float64(-3.4e38)
    found = zonal_statistics(grid, zones_of(cells(0, 0, 3, 3)), statistics=("min", "count"))
    assert found[["min", "count"]].iloc[0].tolist() == [4, 6]


def test_a_nodata_value_that_no_cell_can_have() -> None:
    values = NINE.astype("uint8")
    grid = raster(values)
    grid.attrs["_FillValue"] = -9999
    with pytest.raises(InputError, match="uint8, which has no room for its nodata value"):
        zonal_statistics(grid, zones_of(cells(0, 2, 1, 3)))


def test_median_of_whole_numbers_is_no_whole_number() -> None:
    found = zonal_statistics(
        raster([[1, 2], [1, 2]]), zones_of(cells(0, 0, 2, 1)), statistics=("median", "mean")
    )
    assert found["median"].iloc[0] == found["mean"].iloc[0] == 1.5


def test_not_a_number_and_infinity_are_no_values() -> None:
    values = NINE.copy()
    values[0, 0], values[2, 2] = np.nan, np.inf
    found = zonal_statistics(
        raster(values), zones_of(cells(0, 0, 3, 3)), statistics=("sum", "count")
    )
    assert found[["sum", "count"]].iloc[0].tolist() == [45 - 1 - 9, 7]


def test_zones_partly_and_wholly_off_the_raster() -> None:
    zones = zones_of(cells(2, 0, 4, 3), cells(8, 8, 9, 9), None, Polygon(), cells(0, 0, 1, 1))
    zones.index = list("abcde")
    found = zonal_statistics(raster(NINE), zones, statistics=("sum", "mean"))
    assert found["sum"].tolist() == pytest.approx([18, np.nan, np.nan, np.nan, 7], nan_ok=True)
    assert found["mean"].iloc[0] == 6
    assert found["covered_pct"].tolist() == pytest.approx([50, 0, np.nan, np.nan, 100], nan_ok=True)
    area = geodesic_area_km2(zones)
    assert found["covered_km2"].iloc[0] == pytest.approx(area.iloc[0] / 2)
    assert found.attrs["zones_without_data"] == ["b", "c", "d"]
    shares = zonal_shares(raster(NINE), zones)
    assert shares["share_7_pct"].tolist() == pytest.approx(
        [0, np.nan, np.nan, np.nan, 100], nan_ok=True
    )


def test_a_raster_without_any_value() -> None:
    empty = raster(np.full((3, 3), np.nan))
    found = zonal_statistics(empty, zones_of(cells(0, 0, 1, 1)))
    assert found["mean"].isna().all()
    assert found.attrs["zones_without_data"] == [0]
    shares = zonal_shares(empty, zones_of(cells(0, 0, 1, 1)))
    assert shares.attrs["values"] == {}


def test_a_raster_that_misses_the_zones() -> None:
    with pytest.raises(InputError, match=r"^zonal_statistics: the raster misses every zone.*4547"):
        zonal_statistics(raster(NINE), zones_of(cells(30, 30, 31, 31)))
    # their boxes meet, they do not
    corner = Polygon([(EAST - 400, NORTH), (EAST - 400, NORTH + 700), (EAST + 300, NORTH + 700)])
    with pytest.raises(InputError, match=r"^zonal_shares: the raster misses every zone"):
        zonal_shares(raster(NINE), zones_of(corner))


# ---- identities and the oracle


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1))
def test_a_partition_of_zones_adds_up_to_the_raster(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(2, 30, 2)
    values = rng.uniform(0, 100, (rows, columns))
    extent = cells(0, 0, columns, rows)
    seeds = shapely.multipoints(rng.uniform(0, 3000, (20, 2)) + CORNER)
    parts = shapely.intersection(
        shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=extent)), extent
    )
    zones = gpd.GeoSeries(parts[shapely.area(parts) > 0], crs=4547)
    found = zonal_statistics(raster(values), zones, statistics=("sum", "count"))
    assert found["sum"].sum() == pytest.approx(values.sum(), rel=1e-6)
    assert found["count"].sum() == pytest.approx(values.size, rel=1e-6)
    np.testing.assert_allclose(found["covered_pct"], 100, rtol=1e-6)
    shares = zonal_shares(raster(np.floor(values / 20)), zones)
    columns_ = list(shares.attrs["values"])
    np.testing.assert_allclose(shares[columns_].sum(axis=1), 100, rtol=1e-9)


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1))
def test_the_values_are_those_of_exactextract(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 50, (37, 23))
    values[rng.uniform(size=values.shape) < 0.1] = -9999
    middles = rng.uniform(-300, 3500, (15, 2)) + CORNER
    blobs = shapely.buffer(shapely.points(middles), rng.uniform(5, 900, 15), quad_segs=3)
    zones = gpd.GeoDataFrame(geometry=[*blobs[:10], *(blobs[10:] - blobs[:5])], crs=4547)
    zones = zones[~zones.is_empty & zones.intersects(cells(0, 0, 23, 37))].reset_index(drop=True)
    if zones.empty:
        return
    whole = NumPyRasterSource(
        values, EAST, NORTH, EAST + 2300, NORTH + 3700, nodata=-9999, srs_wkt=zones.crs.to_wkt()
    )
    theirs = exact_extract(whole, zones, list(STATISTICS), output="pandas")
    ours = zonal_statistics(raster(values, nodata=-9999), zones, statistics=STATISTICS)
    some = theirs["count"] > 0
    for name in STATISTICS:
        np.testing.assert_allclose(ours[name][some], theirs[name][some], rtol=1e-6, atol=1e-9)
    # and of plain intersections of every cell with every zone, for the sum and the count
    grid = squares(gpd.GeoSeries([cells(0.5, 0.5, 22.5, 36.5)], crs=4547), size_m=CELL)
    flat = values[::-1].ravel()  # squares come from the south
    covered = (
        shapely.area(
            shapely.intersection(zones.geometry.to_numpy()[:, None], grid.geometry.to_numpy())
        )
        / CELL**2
    )
    covered[:, flat == -9999] = 0
    np.testing.assert_allclose(ours["count"], covered.sum(axis=1), rtol=1e-6, atol=1e-9)
    error = np.abs(ours["sum"] - covered @ flat)[some]
    assert (error <= 1e-6 * (covered @ np.abs(flat))[some] + 1e-9).all()


def test_the_volume_under_a_density_is_the_number_of_points() -> None:
    points = gpd.GeoSeries([Point(EAST, NORTH), Point(EAST + 700, NORTH + 300)], crs=4547)
    density = kernel_density(points, bandwidth_m=1000, cell_size_m=100)
    zone = gpd.GeoSeries([box(EAST - 1500, NORTH - 1500, EAST + 2000, NORTH + 1500)], crs=4547)
    found = zonal_statistics(density, zone, statistics=("sum",))
    assert found["sum"].iloc[0] * 0.1**2 == pytest.approx(2, rel=0.01)
    assert found.attrs["units"]["sum"] == density.attrs["units"]


# ---- the gate


def test_a_raster_in_degrees_and_zones_in_metres() -> None:
    # the eastern half of the raster holds 1, the western 0
    degrees = xr.DataArray(
        np.tile(np.repeat([0.0, 1.0], 50), (100, 1)),
        coords={
            "y": 28.5 - (np.arange(100) + 0.5) / 100,
            "x": 112.5 + (np.arange(100) + 0.5) / 100,
        },
        dims=("y", "x"),
    ).rio.write_crs(4326)
    in_degrees = gpd.GeoSeries(
        [box(112.6, 27.8, 113.0, 28.2), box(112.9, 27.8, 113.1, 28.2)], crs=4490
    )
    direct = zonal_statistics(degrees, in_degrees, statistics=("mean", "count"))
    assert direct["mean"].tolist() == pytest.approx([0, 0.5])
    assert direct["count"].tolist() == pytest.approx([40 * 40, 20 * 40])
    metres = in_degrees.segmentize(0.001).to_crs(4547)
    by_metres = zonal_statistics(degrees, metres, statistics=("mean", "count"))
    np.testing.assert_allclose(by_metres["mean"], direct["mean"], atol=1e-6)
    np.testing.assert_allclose(by_metres["count"], direct["count"], rtol=1e-6)
    assert by_metres.crs.to_epsg() == 4547
    np.testing.assert_allclose(by_metres["covered_km2"], geodesic_area_km2(metres), rtol=1e-9)


def test_long_edges_keep_their_course() -> None:
    # A side of 100 km along a parallel bends by 59 m in Gauss–Krüger metres; as a straight line
    # between its ends it would lose 1.2 % of a zone of 3 km.
    zone = gpd.GeoSeries([box(112.5, 28.2, 113.5, 28.227)], crs=4490)
    fine = zone.segmentize(0.001).to_crs(4547)
    west, south, east, north = fine.total_bounds
    ones = raster(np.ones((60, 1000)))
    ones = ones.assign_coords(
        x=np.linspace(west - 500, east + 500, 1000), y=np.linspace(north + 500, south - 500, 60)
    )
    found = zonal_statistics(ones, zone, statistics=("count",))
    again = zonal_statistics(ones, fine, statistics=("count",))
    assert found["count"].iloc[0] == pytest.approx(again["count"].iloc[0], rel=1e-4)


def test_either_axis_may_run_either_way() -> None:
    zone = zones_of(cells(0.25, 0, 1, 1), cells(0, 1, 2, 3))
    usual = zonal_statistics(raster(NINE), zone, statistics=("sum",))["sum"].tolist()
    assert usual == [0.75 * 7, 4 + 5 + 1 + 2]
    turned = raster(NINE)
    for way in (turned[::-1], turned[:, ::-1], turned[::-1, ::-1], turned.transpose("x", "y")):
        assert zonal_statistics(way, zone, statistics=("sum",))["sum"].tolist() == usual


def test_coordinates_may_be_rounded_to_32_bits() -> None:
    x = 112.5 + (np.arange(1000) + 0.5) / 1200  # a little under 100 m
    y = 28.5 - (np.arange(1000) + 0.5) / 1200
    ones = xr.DataArray(np.ones((1000, 1000)), coords={"y": y, "x": x}, dims=("y", "x"))
    rounded = ones.assign_coords(x=x.astype("float32"), y=y.astype("float32"))
    zone = gpd.GeoSeries([box(112.6, 27.8, 113.0, 28.2)], crs=4490)
    found = zonal_statistics(rounded.rio.write_crs(4326), zone, statistics=("count",))
    assert found["count"].iloc[0] == pytest.approx(480**2, rel=1e-4)


def test_one_band_of_many() -> None:
    one = raster(NINE).expand_dims(band=[1])
    assert zonal_statistics(one, zones_of(cells(0, 0, 1, 1)))["mean"].tolist() == [7]
    two = xr.concat([one, one.assign_coords(band=[2])], dim="band")
    with pytest.raises(InputError, match=r"sel\(band=1\)"):
        zonal_statistics(two, zones_of(cells(0, 0, 1, 1)))


def test_a_single_cell() -> None:
    one = raster(NINE)[1:2, 1:2].rio.write_transform(from_origin(EAST + 100, NORTH + 200, 100, 100))
    found = zonal_statistics(one, zones_of(cells(1, 1, 1.5, 2)), statistics=("mean", "count"))
    assert found[["mean", "count"]].iloc[0].tolist() == [5, 0.5]


def write(path: Path, values: np.ndarray, **options: object) -> Path:
    profile = {
        "driver": "GTiff",
        "height": values.shape[0],
        "width": values.shape[1],
        "count": 1,
        "dtype": values.dtype.name,
        "crs": "EPSG:4547",
        "transform": from_origin(EAST, NORTH + values.shape[0] * CELL, CELL, CELL),
    } | options
    with rasterio.open(path, "w", **profile) as target:
        for band in range(target.count):
            target.write(values, band + 1)
    return path


def test_a_file_gives_what_the_array_does(tmp_path: Path) -> None:
    values = np.arange(2500, dtype="int16").reshape(50, 50)
    values[20:25] = -9999
    path = write(tmp_path / "a.tif", values, nodata=-9999)
    zones = zones_of(cells(3.3, 4.4, 17.7, 30.1), cells(45, 45, 60, 60), cells(12, 25, 14, 30))
    by_path = zonal_statistics(path, zones, statistics=STATISTICS)
    by_text = zonal_statistics(str(path), zones, statistics=STATISTICS)
    by_array = zonal_statistics(raster(values, nodata=-9999), zones, statistics=STATISTICS)
    with rioxarray.open_rasterio(path, masked=True) as opened:
        by_opened = zonal_statistics(opened, zones, statistics=STATISTICS)
    for other in (by_text, by_array, by_opened):
        np.testing.assert_allclose(
            by_path[list(STATISTICS)].to_numpy(), other[list(STATISTICS)].to_numpy()
        )
    assert by_path["covered_pct"].iloc[1] == pytest.approx(100 / 9)


def test_scale_offset_and_mask_of_a_file_are_heeded(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", NINE.astype("uint8"))
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets = (0.5,), (10.0,)
        target.write_mask(NINE > 3)
    zone = zones_of(cells(0, 0, 3, 3))
    found = zonal_statistics(path, zone, statistics=("sum", "count"))
    assert found["count"].tolist() == [6]
    assert found["sum"].tolist() == [39 * 0.5 + 6 * 10]
    with rioxarray.open_rasterio(path) as opened:
        scaled = zonal_statistics(opened, zone, statistics=("max",))
    assert scaled["max"].tolist() == [9 * 0.5 + 10]


def test_files_that_are_refused(tmp_path: Path) -> None:
    zones = zones_of(cells(0, 0, 1, 1))
    values = NINE.astype("float32")
    with pytest.raises(InputError, match="there is no raster file"):
        zonal_statistics(tmp_path / "none.tif", zones)
    (tmp_path / "text.tif").write_text("text")
    with pytest.raises(InputError, match="cannot be read"):
        zonal_statistics(tmp_path / "text.tif", zones)
    local = rasterio.crs.CRS.from_wkt('LOCAL_CS["city grid",UNIT["metre",1]]')
    with pytest.raises(CRSError, match="no place on earth"):
        zonal_statistics(write(tmp_path / "local.tif", values, crs=local), zones)
    with pytest.raises(InputError, match="has 2 bands"):
        zonal_statistics(write(tmp_path / "two.tif", values, count=2), zones)
    with pytest.raises(CRSError, match="has no CRS"):
        zonal_statistics(write(tmp_path / "free.tif", values, crs=None), zones)
    turned = from_origin(EAST, NORTH, 100, 100) @ rasterio.Affine.rotation(30)
    with pytest.raises(InputError, match="rotated"):
        zonal_statistics(write(tmp_path / "turned.tif", values, transform=turned), zones)
    with pytest.raises(InputError, match="real numbers"):
        zonal_statistics(write(tmp_path / "c.tif", values.astype("complex64")), zones)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_file_that_does_not_say_where_its_cells_are_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.tif"
    write(path, NINE.astype("float32"), transform=rasterio.Affine.identity())
    with pytest.raises(InputError, match="where its cells are"):
        zonal_statistics(path, zones_of(cells(0, 0, 1, 1)))


def test_arrays_that_are_refused() -> None:
    zones = zones_of(cells(0, 0, 1, 1))
    with pytest.raises(CRSError, match=r"^zonal_statistics: the raster has no CRS"):
        zonal_statistics(raster(NINE).drop_vars("spatial_ref"), zones)
    with pytest.raises(InputError, match="Pass the path of a file"):
        zonal_statistics(NINE, zones)
    with pytest.raises(InputError, match="real numbers"):
        zonal_statistics(raster(NINE.astype(complex)), zones)
    with pytest.raises(InputError, match="not evenly spaced"):
        zonal_statistics(raster(NINE).assign_coords(x=[EAST, EAST + 100, EAST + 300]), zones)
    with pytest.raises(InputError, match="how large a cell is"):
        zonal_statistics(raster(NINE)[:1], zones)
    with pytest.raises(InputError, match="at least one cell"):
        zonal_statistics(raster(NINE)[:0], zones)
    with pytest.raises(InputError, match="'y', 'x'"):
        zonal_statistics(raster(NINE).rename(x="a", y="b"), zones)


def test_zones_and_statistics_that_are_refused() -> None:
    grid = raster(NINE)
    with pytest.raises(InputError, match=r"no statistic 'average'; choose from .*'sum'"):
        zonal_statistics(grid, zones_of(cells(0, 0, 1, 1)), statistics=("average",))
    with pytest.raises(InputError, match=r"no statistic \(\)"):
        zonal_statistics(grid, zones_of(cells(0, 0, 1, 1)), statistics=())
    with pytest.raises(InputError, match="none of the 2 zones has any area"):
        zonal_statistics(grid, zones_of(None, Polygon()))
    with pytest.raises(InputError, match="none of the 0 zones"):
        zonal_statistics(grid, zones_of())
    with pytest.raises(InputError, match="no polygons"):
        zonal_statistics(grid, zones_of(Point(EAST, NORTH)))
    for method in (zonal_shares, zonal_statistics):
        with pytest.raises(CRSError, match=f"^{method.__name__}: the frame has no CRS"):
            method(grid, gpd.GeoSeries([cells(0, 0, 1, 1)]))
    one = zonal_statistics(grid, zones_of(cells(0, 0, 1, 1)), statistics="mean")  # type: ignore[arg-type]
    assert one["mean"].tolist() == [7.0]
    assert (
        len(
            zonal_shares(
                raster(np.arange(256.0).reshape(16, 16)), zones_of(cells(0, 0, 16, 16))
            ).attrs["values"]
        )
        == 256
    )
    with pytest.raises(InputError, match="400 different values"):
        zonal_shares(raster(np.arange(400.0).reshape(20, 20)), zones_of(cells(0, 0, 20, 20)))


def test_an_invalid_zone_is_repaired_and_said() -> None:
    corners = [(EAST, NORTH), (EAST + 100, NORTH + 100), (EAST + 100, NORTH), (EAST, NORTH + 100)]
    with pytest.warns(UserWarning, match="zonal_statistics: 1 of 1 zones were not valid"):
        found = zonal_statistics(raster(NINE), zones_of(Polygon(corners)), statistics=("count",))
    assert found["count"].tolist() == [0.5]
    assert found.attrs["repaired_zones"] == [0]


def test_inputs_stay_as_they_are() -> None:
    values, zones = raster(NINE), zones_of(cells(0, 0, 2, 2), mean=["x"])
    zones.attrs["source"] = "a"
    zones.index = [7]
    before = values.copy(deep=True)
    found = zonal_statistics(values, zones)
    assert found.index.tolist() == [7]
    assert found["mean"].tolist() == [(4 + 5 + 7 + 8) / 4]
    assert "source" not in found.attrs  # that is said of the zones
    assert zones["mean"].tolist() == ["x"]
    assert set(zones.attrs) == {"source"}
    xr.testing.assert_identical(values, before)
    series = zonal_statistics(values, zones.geometry)
    assert isinstance(series, gpd.GeoDataFrame)
    assert series["mean"].tolist() == found["mean"].tolist()


# ---- reading


def test_a_raster_is_read_from_a_file_and_from_its_content(tmp_path: Path) -> None:
    path = tmp_path / "persons.tif"
    raster([[1, 2], [-9999, 4]], nodata=-9999).rio.to_raster(path)
    for source in (path, str(path), path.read_bytes()):
        found = read_raster(source)
        assert found.dims == ("y", "x")
        assert found.rio.crs.to_epsg() == 4547
        assert float(found.sum()) == 1 + 2 + 4
        total = zonal_statistics(found, zones_of(cells(0, 0, 2, 2)), statistics=("sum",))
        assert total["sum"].tolist() == [7.0]


def test_what_is_no_raster_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Pass a GeoTIFF"):
        read_raster(b"no raster")
    with pytest.raises(InputError, match="Pass the path of a file"):
        read_raster(tmp_path / "nothing.tif")
    bands = xr.concat([raster(NINE), raster(NINE)], "band")
    bands.rio.to_raster(tmp_path / "bands.tif")
    with pytest.raises(InputError, match="2 bands"):
        read_raster(tmp_path / "bands.tif")


@pytest.mark.parametrize(
    ("zone", "rows", "columns"),
    [
        (cells(1.5, 0.5, 1.6, 0.6), (2, 3), (1, 2)),
        (cells(1, 1, 2, 2), (1, 2), (1, 2)),
        (cells(0.9, 0.9, 2.1, 2.1), (0, 3), (0, 3)),
        (cells(-9, 2.5, 0.5, 9), (0, 1), (0, 1)),
        (cells(2.5, -9, 9, 0.5), (2, 3), (2, 3)),
        (cells(3, 3, 4, 4), (0, 1), (2, 3)),  # touches a corner
        (cells(-1, -1, 0, 0), (2, 3), (0, 1)),
    ],
)
def test_no_more_is_read_than_lies_under_the_zones(
    zone: Polygon, rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    window = raster_zones._window(opened(raster(NINE)), np.array([zone]), "f")
    assert window == (slice(*rows), slice(*columns))


def test_as_many_cells_as_allowed_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    grid, all_of_it = raster(NINE), zones_of(cells(0, 0, 3, 3))
    monkeypatch.setattr(raster_zones, "_MAX_CELLS", 9)
    assert zonal_statistics(grid, all_of_it)["mean"].tolist() == [5.0]
    monkeypatch.setattr(raster_zones, "_MAX_CELLS", 8)
    with pytest.raises(InputError, match="9 cells lie under the zones, at most 8"):
        zonal_statistics(grid, all_of_it)


def test_units_are_those_of_the_raster() -> None:
    grid = raster(NINE).assign_attrs(units="m")
    wanted = ("mean", "count", "variance", "mean")
    units = zonal_statistics(grid, zones_of(cells(0, 0, 1, 1)), statistics=wanted).attrs["units"]
    assert [units[name] for name in wanted] == ["m", "count", "(m)²", "m"]
    bare = zonal_statistics(raster(NINE), zones_of(cells(0, 0, 1, 1)), statistics=wanted)
    assert bare.attrs["units"].get("variance", "") == ""


@pytest.mark.parametrize(
    ("crs", "cell", "is_refused"), [(4490, 60.0, False), (4547, 60_000_000.0, True)]
)
def test_a_raster_on_a_map_lies_on_earth_and_one_in_degrees_may_reach_beyond(
    crs: int, cell: float, *, is_refused: bool
) -> None:
    # Around the whole Earth, half a cell too far.
    grid = xr.DataArray(
        np.ones((3, 7)),
        coords={"y": (1 - np.arange(3)) * cell, "x": (np.arange(7) - 3) * cell},
        dims=("y", "x"),
    ).rio.write_crs(crs)
    zones = gpd.GeoDataFrame(geometry=[box(110, 20, 115, 25)], crs=4490).to_crs(crs)
    if is_refused:
        with pytest.raises(CRSError, match="cannot be in EPSG:4547"):
            zonal_statistics(grid, zones, statistics=["mean"])
    else:
        assert zonal_statistics(grid, zones, statistics=["mean"])["mean"].tolist() == [1.0]
