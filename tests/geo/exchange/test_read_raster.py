"""A raster that someone brings: its holes are found, and what cannot be right is refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import rioxarray
import shapely
from affine import Affine
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

import geo
from geo.errors import AtlasError, CRSError, InputError
from geo.exchange import rasters, tiff
from geo.exchange.rasters import read_raster
from geo.zoned.raster_zones import zonal_statistics

ROWS, COLUMNS, HOLES = 340, 400, 8
WEST, NORTH, STEP = 111.5, 29.2, 0.005


def geotiff(values, *, units="", scale=None, say=None, **profile):
    values = np.asarray(values)
    profile = {
        "driver": "GTiff",
        "height": values.shape[-2],
        "width": values.shape[-1],
        "count": 1 if values.ndim == 2 else values.shape[0],
        "dtype": values.dtype,
        "crs": "EPSG:4490",
        "transform": from_origin(WEST, NORTH, STEP, STEP),
    } | profile
    with MemoryFile() as memory:
        with memory.open(**profile) as target:
            target.write(values.reshape(profile["count"], *values.shape[-2:]))
            if units:
                target.units = (units,)
            if scale:
                target.scales, target.offsets = (scale[0],), (scale[1],)
            if say:
                say(target)
        return bytes(memory.getbuffer())


def people(fill, dtype, value=20):
    cells = np.full((ROWS, COLUMNS), value, dtype=dtype)
    cells.reshape(-1)[100 : 100 + HOLES] = fill
    return cells


def code(data):
    """The code of a refusal, which has sentences in both languages without Python in them."""
    with pytest.raises(AtlasError) as refusal:
        read_raster(data)
    for lang in ("zh", "en"):
        sentence = refusal.value.sentence(lang)
        assert "read_raster" not in sentence
        assert sentence != AtlasError().sentence(lang)
    return refusal.value.code


def findings(array):
    return [finding.code for finding in array.attrs["findings"]]


# ---- numbers that mark holes


@pytest.mark.parametrize(
    ("fill", "dtype"),
    [
        (65535, "uint16"),
        (2**31 - 1, "int32"),
        (-(2**31), "int32"),
        (2**32 - 1, "uint32"),
        (65535, "int32"),
        (255, "uint8"),
        (-32768, "int16"),
        (-9999, "int16"),
        (-99999, "int32"),
        (-99999, "float32"),
        (-9999, "float64"),
        (-3.4028234663852886e38, "float32"),
        (-3.4028234663852886e38, "float64"),
        (3.4028234663852886e38, "float32"),
        (-1.7976931348623157e308, "float64"),
        (9.969209968386869e36, "float32"),
        (-3.4028230607370965e38, "float32"),
        (1e20, "float32"),
        (-1e20, "float32"),
    ],
)
def test_a_fill_value_that_the_file_does_not_declare_is_masked_and_said(fill, dtype):
    array = read_raster(geotiff(people(fill, dtype)))
    assert float(array.sum()) == (ROWS * COLUMNS - HOLES) * 20
    assert int(array.isnull().sum()) == HOLES
    (finding,) = array.attrs["findings"]
    assert (finding.code, finding.level) == ("raster.fill_masked", "warning")
    assert finding.values["cells"] == HOLES
    assert "8" in finding.sentence("zh")


def test_zones_hold_people_and_no_fill_values():
    array = read_raster(geotiff(people(65535, "uint16")))
    # The first 110 cells of the first row, 8 of them holes.
    zone = shapely.box(WEST, NORTH - STEP, WEST + 110 * STEP, NORTH)
    result = zonal_statistics(array, gpd.GeoSeries([zone], crs=4490), statistics=("sum",))
    assert result["sum"].iloc[0] == pytest.approx((110 - HOLES) * 20)


def test_two_fill_values_in_one_raster_are_both_masked():
    cells = people(-9999, "float32")
    cells[5, :3] = -3.4028234663852886e38
    array = read_raster(geotiff(cells))
    assert float(array.max()) == float(array.min()) == 20.0
    assert findings(array) == ["raster.fill_masked"] * 2


def test_numbers_up_to_the_limit_of_their_type_are_numbers():
    ramp = np.arange(256, dtype="uint8").reshape(16, 16)
    array = read_raster(geotiff(ramp))
    np.testing.assert_array_equal(array.to_numpy(), ramp)
    assert findings(array) == []


def test_a_number_at_the_limit_that_may_be_a_hole_or_not_is_refused():
    # Percentages, and 255: 2.55 times the largest.
    cells = np.arange(101, dtype="uint8").repeat(4).reshape(4, 101)
    cells[0, 0] = 255
    assert code(geotiff(cells)) == "raster.fill_unclear"


def test_negative_numbers_that_are_measured_stay():
    depth = np.array([[-999.0, -9500.0], [-9999.0, -10_900.0]], dtype="float32")
    array = read_raster(geotiff(depth))
    np.testing.assert_array_equal(array.to_numpy(), depth)


def test_a_declared_hole_is_masked_without_a_word():
    array = read_raster(geotiff(people(65535, "uint16"), nodata=65535))
    assert float(array.sum()) == (ROWS * COLUMNS - HOLES) * 20
    assert findings(array) == []
    assert np.isnan(array.rio.nodata)


def test_a_hole_besides_the_declared_one_is_masked_too():
    array = read_raster(geotiff(people(65535, "uint16"), nodata=0))
    assert float(array.sum()) == (ROWS * COLUMNS - HOLES) * 20
    assert findings(array) == ["raster.fill_masked"]


@pytest.mark.parametrize("text", [b"-9999", b"99999", b"nan", b"0.5", b"inf", b"none", b"1e99"])
def test_a_declared_hole_that_no_cell_can_hold_is_said(text):
    data = geotiff(np.array([[0, 1], [2, 3]], dtype="uint16"), nodata=65535)
    changed = data.replace(b"65535\0", text.ljust(5) + b"\0")
    array = read_raster(changed)
    assert array.to_numpy().tolist() == [[0, 1], [2, 3]]
    assert findings(array) == ["raster.nodata_unheld"]


def test_not_a_number_and_infinity_are_no_values():
    cells = np.array([[1, np.nan], [np.inf, 4]], dtype="float32")
    for options in ({}, {"nodata": np.nan}):
        array = read_raster(geotiff(cells, **options))
        assert float(array.sum()) == 5
        assert int(array.isnull().sum()) == 2


def test_a_mask_within_the_file_is_heeded():
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), MemoryFile() as memory:
        profile = {
            "driver": "GTiff",
            "height": 2,
            "width": 2,
            "count": 1,
            "dtype": "uint8",
            "crs": "EPSG:4490",
            "transform": from_origin(WEST, NORTH, STEP, STEP),
        }
        with memory.open(**profile) as target:
            target.write(np.array([[1, 2], [3, 4]], dtype="uint8"), 1)
            target.write_mask(np.array([[True, False], [True, True]]))
        data = bytes(memory.getbuffer())
    assert float(read_raster(data).sum()) == 1 + 3 + 4


def test_scale_and_offset_are_applied_after_the_holes_and_units_are_kept():
    cells = np.array([[10, 20], [30, 65535]], dtype="uint16")
    array = read_raster(geotiff(cells, units="people/km2", scale=(0.5, 3)))
    assert array.to_numpy()[:1].tolist() == [[10 * 0.5 + 3, 20 * 0.5 + 3]]
    assert np.isnan(array.to_numpy()[1, 1])
    assert array.attrs["units"] == "people/km2"


def test_words_in_another_encoding_are_left_and_said():
    data = geotiff(np.full((3, 3), 5, dtype="uint8"), units="人/平方公里")
    array = read_raster(
        data.replace("人/平方公里".encode(), "人/平方公里 ".encode("gbk").ljust(16))
    )
    assert array.attrs["units"] == ""
    assert "raster.words_unreadable" in {each.code for each in array.attrs["findings"]}


# ---- what cannot be placed or counted


def test_what_has_no_place_is_refused():
    cells = np.ones((3, 3), dtype="float32")
    assert code(geotiff(cells, crs=None)) == "raster.no_crs"
    local = 'LOCAL_CS["city grid",UNIT["metre",1]]'
    assert code(geotiff(cells, crs=rasterio.crs.CRS.from_wkt(local))) == "raster.local_crs"
    turned = from_origin(WEST, NORTH, STEP, STEP) @ Affine.rotation(30)
    assert code(geotiff(cells, transform=turned)) == "raster.rotated"
    metres = from_origin(500_000, 3_100_000, 100, 100)
    assert code(geotiff(cells, transform=metres)) == "raster.not_degrees"


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_raster_without_a_transform_is_refused():
    cells = np.ones((3, 3), dtype="float32")
    assert code(geotiff(cells, transform=None)) == "raster.no_place"
    assert code(geotiff(cells, transform=Affine.identity())) == "raster.no_place"


def test_what_is_no_band_of_numbers_is_refused():
    assert code(geotiff(np.ones((2, 3, 3), dtype="uint8"))) == "raster.bands"
    assert code(geotiff(np.ones((3, 3), dtype="complex64"))) == "raster.complex"
    assert code(geotiff(np.zeros((3, 3), dtype="uint8"), nodata=0)) == "raster.no_values"
    assert code(geotiff(np.full((3, 3), np.nan))) == "raster.no_values"
    assert code(geotiff(np.full((3, 3), -3.4e38, dtype="float32"))) == "raster.no_values"
    assert code(geotiff(np.full((3, 3), -9999, dtype="int16"))) == "raster.no_values"


def test_rows_may_go_north():
    cells = np.array([[1, 2], [3, 4]], dtype="uint8")
    up = read_raster(geotiff(cells, transform=Affine(STEP, 0, WEST, 0, STEP, NORTH)))
    assert up["y"].to_numpy().tolist() == [NORTH + STEP / 2, NORTH + 1.5 * STEP]
    assert up.to_numpy().tolist() == [[1, 2], [3, 4]]


# ---- damaged files


def test_no_content_at_all_is_refused(tmp_path):
    assert code(b"") == "file.empty"
    (tmp_path / "empty.tif").touch()
    assert code(tmp_path / "empty.tif") == "file.empty"
    assert code(tmp_path / "missing.tif") == "file.unreadable"
    assert code(tmp_path) == "file.unreadable"
    for odd in (None, 7, ["people.tif"]):
        with pytest.raises(InputError, match="read_raster: source is") as refusal:
            read_raster(odd)
        assert refusal.value.code == "caller.argument"


def test_content_may_be_any_kind_of_bytes():
    data = geotiff(np.array([[1, 2], [3, 4]], dtype="uint8"))
    for source in (data, bytearray(data), memoryview(data)):
        assert float(read_raster(source).sum()) == 1 + 2 + 3 + 4


def test_a_file_that_is_cut_short_anywhere_is_refused():
    data = geotiff(np.random.default_rng(0).random((20, 30)), compress="deflate", predictor=3)
    for length in [*range(1, 60, 7), *range(60, len(data), len(data) // 12), len(data) - 1]:
        assert code(data[:length]) in {"raster.cut", "raster.format", "raster.no_crs"}, length


def test_changed_bytes_give_a_raster_or_a_refusal():
    data = geotiff(np.random.default_rng(0).random((20, 30)), compress="deflate", tiled=True)
    random = np.random.default_rng(1)
    for _ in range(25):
        changed = bytearray(data)
        for at in random.integers(0, min(len(data), 700), 4):
            changed[at] = random.integers(256)
        try:
            array = read_raster(bytes(changed))
        except AtlasError:
            continue
        assert array.dims == ("y", "x")


# ---- what announces more than it holds


def test_a_sparse_raster_of_nothing_is_refused_by_what_it_unpacks_to():
    with MemoryFile() as memory:
        memory.open(
            driver="GTiff",
            height=9_000,
            width=9_000,
            count=1,
            dtype="float64",
            crs="EPSG:4490",
            transform=from_origin(WEST, NORTH, STEP / 100, STEP / 100),
            sparse_ok=True,
            tiled=True,
        ).close()
        data = bytes(memory.getbuffer())
    assert len(data) < 100_000
    assert code(data) == "raster.blocks"


def test_a_second_image_is_not_dropped_without_a_word(tmp_path):
    path = tmp_path / "two.tif"
    path.write_bytes(geotiff(np.array([[1, 2], [3, 4]], dtype="uint8")))
    with rasterio.open(path) as first:
        profile = first.profile
    with rasterio.open(path, "w", **profile, append_subdataset=True) as target:
        target.write(np.array([[5, 6], [7, 8]], dtype="uint8"), 1)
    assert len(tiff.pages(path.read_bytes(), "two.tif")) == 2
    array = read_raster(path)
    assert float(array.sum()) == 1 + 2 + 3 + 4
    assert findings(array) == ["raster.other_images"]


# ---- good files of every kind


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"tiled": True, "blockxsize": 64, "blockysize": 64},
        {"compress": "deflate", "predictor": 2},
        {"compress": "lzw", "bigtiff": "YES"},
        {"compress": "zstd", "tiled": True},
        {"compress": "packbits", "blockysize": 90},
        {"endianness": "BIG"},
        {"driver": "COG", "overview_count": 2, "blocksize": 128},
        {"blockysize": 300},
    ],
)
def test_cells_are_those_that_rioxarray_reads(options, tmp_path):
    cells = np.random.default_rng(0).integers(0, 3000, (300, 200), dtype="int16")
    data = geotiff(cells, nodata=7, **options)
    path = tmp_path / "people.tif"
    path.write_bytes(data)
    with rioxarray.open_rasterio(path, masked=True) as plain:
        for source in (data, path, str(path)):
            array = geo.read_raster(source)
            np.testing.assert_array_equal(array.to_numpy(), plain.squeeze("band").to_numpy())
            np.testing.assert_allclose(array["x"], plain["x"], rtol=0, atol=1e-9)
            np.testing.assert_allclose(array["y"], plain["y"], rtol=0, atol=1e-9)
            assert array.rio.crs == plain.rio.crs
            assert array.rio.transform() == plain.rio.transform()


def test_a_raster_can_be_changed_by_who_read_it():
    array = read_raster(geotiff(np.ones((2, 2), dtype="uint8")))
    array[0, 0] = 5
    assert float(array.sum()) == 8


def test_the_errors_of_a_raster_are_of_the_kinds_that_are_promised():
    cells = np.ones((3, 3), dtype="float32")
    with pytest.raises(CRSError, match=r"^read_raster: GeoTIFF has no CRS"):
        read_raster(geotiff(cells, crs=None))
    with pytest.raises(InputError, match=r"^read_raster: GeoTIFF has 2 bands"):
        read_raster(geotiff(np.ones((2, 3, 3), dtype="uint8")))


# ---- what is known of the cells while they are read


def band(data, name="people.tif"):
    return rasters._Band(data, name, tiff.pages(data, name))


def closed(data, name="people.tif"):
    """What is told once all cells were seen."""
    cells = band(data, name).cells()
    for _ in cells.blocks:
        pass
    return cells.closing()


@pytest.mark.parametrize(
    ("dtype", "marks"),
    [
        ("u1", {255}),
        ("i1", {-128, 127}),
        ("u2", {32_767, 65_535}),
        ("i2", {-32_768, -32_767, -9999, -999, 32_767}),
        ("u4", {32_767, 65_535, 2**31 - 1, 2**32 - 1}),
        (
            "i4",
            {-(2**31), 1 - 2**31, -999_999, -99_999, -9999, -999, -32_767, -32_768}
            | {32_767, 65_535, 2**31 - 1},
        ),
        (
            "f4",
            {-(2**31), 1 - 2**31, -999_999, -99_999, -9999, -999, -32_767, -32_768}
            | {32_767, 65_535, 2**31 - 1, 2**32 - 1, 1e20, -1e20},
        ),
    ],
)
def test_numbers_that_may_mark_holes_in_a_type(dtype, marks):
    assert rasters._candidates(np.dtype(dtype)) == marks


@pytest.mark.parametrize(
    ("dtype", "parts", "fills"),
    [
        ("u1", [[20, 255], [], [255, 51]], {255: 2}),
        ("u1", [[20, 255, 52]], "raster.fill_unclear"),
        ("u1", [[127, 255]], "raster.fill_unclear"),
        ("u1", [[128, 255]], {}),
        ("u1", [[0, 255]], {255: 1}),
        ("u1", [[255], [255]], "raster.no_values"),
        ("u1", [[7]], {}),
        # Below nothing, where all others are not, whatever they are.
        ("i2", [[-999, 0, 30_000]], {-999: 1}),
        ("i2", [[-999, -1, 30_000]], {}),
        ("i2", [[-9999, -1999]], {-9999: 1}),
        ("i2", [[-9999, -2000]], "raster.fill_unclear"),
        ("i2", [[-9999, -999, 5]], {-9999: 1, -999: 1}),
        ("f4", [[-9999, 32_767, 5]], {-9999: 1, 32_767: 1}),
        ("f8", [[2**32 - 1, 2**32 - 2]], {}),
    ],
)
def test_which_numbers_mark_holes(dtype, parts, fills):
    seen = rasters._Seen(np.dtype(dtype))
    for part in parts:
        seen.add(np.array(part, dtype="f8"))
    assert seen.count == sum(map(len, parts))
    if isinstance(fills, dict):
        assert seen.fills("a.tif") == fills
        return
    with pytest.raises(InputError) as refusal:
        seen.fills("a.tif")
    assert (refusal.value.code, refusal.value.values["name"]) == (fills, "a.tif")


@pytest.mark.parametrize(
    ("dtype", "scale", "read_as"),
    [
        ("uint8", None, "float32"),
        ("int16", None, "float32"),
        ("float32", None, "float32"),
        ("int32", None, "float64"),
        ("float64", None, "float64"),
        ("int16", (0.5, 0), "float64"),
        ("int16", (1, 3), "float64"),
    ],
)
def test_cells_are_kept_as_small_as_they_are_exact(dtype, scale, read_as):
    cells = band(geotiff(np.ones((4, 5), dtype=dtype), scale=scale)).cells()
    assert (cells.dtype, cells.rows, cells.columns) == (read_as, 4, 5)
    (values,) = cells.blocks
    assert values.dtype == ("float32" if dtype in {"uint8", "int16", "float32"} else "float64")
    assert (cells.closing()["scale"], cells.closing()["offset"]) == (scale or (1, 0))


@pytest.mark.parametrize(("most", "rows"), [(1000, [98, 2]), (69, [7] * 14 + [2]), (1, None)])
def test_rows_are_read_in_whole_blocks(most, rows, monkeypatch):
    monkeypatch.setattr(rasters, "_CHUNK_CELLS", most)
    data = geotiff(np.arange(1000, dtype="uint16").reshape(100, 10), blockysize=7)
    parts = [each[:, 0].tolist() for each in band(data).cells().blocks]
    assert [len(part) for part in parts] == (rows or [7] * 14 + [2])
    assert [each for part in parts for each in part] == list(range(0, 1000, 10))


def test_huge_numbers_are_told_apart_up_to_five_of_them():
    huge = [1e31 * (1 + at) for at in range(7)]
    cells = np.array([[*huge, huge[1], 5, np.inf, -1e30, 9e29]], dtype="float64")
    masked = {
        each["values"]["fill"]: each["values"]["cells"]
        for each in closed(geotiff(cells))["findings"]
        if each["code"] == "raster.fill_masked"
    }
    assert masked == {"-1e+30": 4, "1e+31": 1, "2e+31": 2, "3e+31": 1, "4e+31": 1}


def test_what_a_file_says_of_itself_goes_with_it():
    def say(target):
        target.descriptions = ("Residents",)
        target.update_tags(TIFFTAG_IMAGEDESCRIPTION="Census 2020", other="no")
        target.update_tags(1, long_name="x" * 600)

    data = geotiff(np.ones((2, 2), dtype="uint8"), units="people", say=say)
    told = closed(data)
    comment = "Census 2020; " + "x" * 487
    assert told["attrs"] == {
        "units": "people",
        "long_name": "Residents",
        "source": "people.tif",
        "comment": comment,
    }
    assert (told["fills"], told["findings"]) == ([], [])
    assert closed(data, "GeoTIFF")["attrs"]["source"] == ""


@pytest.mark.parametrize(
    ("west", "north", "degrees", "is_read"),
    [
        (-362, 92, 2, True),
        (-362.1, 0, 2, False),
        (356, 0, 2, True),
        (358, 0, 2, True),
        (358.1, 0, 2, False),
        (0, 92.1, 2, False),
        (0, -88, 2, True),
        (0, -88.1, 2, False),
    ],
)
def test_degrees_reach_no_farther_than_the_earth_and_a_cell(west, north, degrees, is_read):
    cells = np.ones((2, 2), dtype="uint8")
    data = geotiff(cells, transform=from_origin(west, north, degrees, degrees))
    if is_read:
        assert band(data).cells().rows == 2
        return
    with pytest.raises(CRSError) as refusal:
        band(data)
    assert refusal.value.code == "raster.not_degrees"


@pytest.mark.parametrize("west", [179.95, -180.05])
def test_a_raster_across_the_antimeridian_is_refused_as_one(west):
    cells = np.ones((10, 10), dtype="float32")
    assert (
        code(geotiff(cells, transform=from_origin(west, 29, 0.01, 0.01))) == "raster.antimeridian"
    )


@pytest.mark.parametrize("west", [0, -0.5, -20])
def test_a_raster_once_around_the_earth_begins_at_180_wherever_it_began(west):
    # Each cell holds the longitude of its middle, as it is written within ±180°.
    middles = west + 0.5 + np.arange(360)
    cells = np.tile(np.where(middles >= 180, middles - 360, middles).astype("float32"), (4, 1))
    array = read_raster(geotiff(cells, crs="EPSG:4326", transform=from_origin(west, 29, 1, 1)))
    assert array["x"].to_numpy() == pytest.approx(array[0].to_numpy())
    assert [each.code for each in array.attrs["findings"]] == ["raster.turned"]
    # One more column would hold a meridian twice.
    more = geotiff(np.ones((4, 361), "u1"), transform=from_origin(0, 29, 1, 1))
    assert code(more) == "raster.antimeridian"


def test_half_a_cell_beyond_the_antimeridian_is_no_matter():
    cells = np.ones((4, 362), dtype="float32")
    data = geotiff(cells, crs="EPSG:4326", transform=from_origin(-181, 29, 1, 1))
    assert read_raster(data).shape == (4, 362)


def test_infinite_cells_are_counted_and_said():
    cells = np.ones((10, 10), dtype="float32")
    cells[0, :3] = [np.inf, -np.inf, np.nan]
    array = read_raster(geotiff(cells))
    (finding,) = array.attrs["findings"]
    assert (finding.code, finding.values["cells"], finding.level) == (
        "raster.infinite",
        2,
        "warning",
    )
    assert finding in geo.population(array, quantity="count").findings
    # Those of an array that was not read from a file as well.
    by_hand = geo.population(array.where(array.notnull(), np.inf), quantity="count")
    assert [each.values.get("cells") for each in by_hand.findings[-1:]] == [3]
