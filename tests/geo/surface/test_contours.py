from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import rioxarray  # noqa: F401  gives arrays their .rio
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from geo.errors import CRSError, InputError
from geo.geodesic import geodesic_area_km2
from geo.surface.contours import filled_bands, isolines, nice_levels

EAST, NORTH = 500_000.0, 3_100_000.0


def raster(values: object, *, cell: float = 1000.0, south_up: bool = False) -> xr.DataArray:
    """Values at centres that start at the south-western corner, the first row the northernmost."""
    z = np.array(values, dtype=float)
    y = NORTH + cell * np.arange(z.shape[0])[::-1]
    x = EAST + cell * np.arange(z.shape[1])
    array = xr.DataArray(z, coords={"y": y, "x": x}, dims=("y", "x"), attrs={"units": "1/km²"})
    return (array.isel(y=slice(None, None, -1)) if south_up else array).rio.write_crs(4547)


def centre_hull_cells(z: np.ndarray) -> float:
    """Meshes with four values, and half of those with three."""
    known = np.isfinite(z).astype(int)
    corners = known[1:, 1:] + known[1:, :-1] + known[:-1, 1:] + known[:-1, :-1]
    return float((corners == 4).sum() + (corners == 3).sum() / 2)


# ---- known shapes ----


@pytest.mark.parametrize("south_up", [False, True])
def test_isolines_of_a_plane_are_straight_and_where_x_is_the_level(south_up) -> None:
    plane = raster([[0, 1, 2, 3]] * 3, south_up=south_up)
    lines = isolines(plane, levels=[0.25, 1.5])
    assert lines["value"].tolist() == [0.25, 1.5]
    assert lines.crs.to_epsg() == 4547
    assert lines.index.tolist() == [0, 1]
    assert lines.attrs["units"] == {"value": "1/km²", "length_km": "km"}
    assert (lines.geom_type == "MultiLineString").all()
    for level, line in zip([0.25, 1.5], lines.geometry, strict=True):
        east = EAST + 1000 * level
        assert line.bounds == pytest.approx((east, NORTH, east, NORTH + 2000), abs=1e-6)
        assert line.length == pytest.approx(2000)
    # Two steps of 1 km on the central meridian.
    assert lines["length_km"].tolist() == pytest.approx([2.0, 2.0], rel=1e-4)


@pytest.mark.parametrize("south_up", [False, True])
def test_bands_of_a_plane_are_strips_that_add_up(south_up) -> None:
    plane = raster([[0, 1, 2, 3]] * 3, south_up=south_up)
    bands = filled_bands(plane, levels=[1, 2.5])
    assert bands[["low", "high"]].to_numpy().tolist() == [[0, 1], [1, 2.5], [2.5, 3]]
    assert (bands.area / 1e6).tolist() == pytest.approx([1 * 2, 1.5 * 2, 0.5 * 2])
    assert bands["area_km2"].tolist() == pytest.approx([2, 3, 1], rel=1e-3)
    assert bands.is_valid.all()
    assert (bands.geom_type == "MultiPolygon").all()
    assert bands.attrs["units"]["low"] == bands.attrs["units"]["high"] == "1/km²"
    assert bands.crs.to_epsg() == 4547
    for polygon in shapely.get_parts(bands.geometry.to_numpy()):
        assert shapely.is_ccw(polygon.exterior)


def test_a_cone_gives_circles_of_known_length_and_area() -> None:
    side, radius_m = 101, 2000.0
    across = np.hypot(*np.meshgrid(np.arange(side) - 50.0, np.arange(side) - 50.0)) * 100.0
    cone = raster(5000.0 - across, cell=100.0)
    level = 5000.0 - radius_m
    lines = isolines(cone, levels=[level])
    assert lines.length[0] == pytest.approx(2 * np.pi * radius_m, rel=1e-3)
    assert lines["length_km"][0] == pytest.approx(2 * np.pi * radius_m / 1000, rel=1e-3)
    bands = filled_bands(cone, levels=[level, level + 1000.0])
    inner = np.pi * 1000.0**2
    assert bands.area.iloc[-1] == pytest.approx(inner, rel=3e-3)
    # A ring: the outer circle less the inner one, its hole clockwise.
    assert bands.area.iloc[-2] == pytest.approx(np.pi * radius_m**2 - inner, rel=1e-3)
    (ring,) = bands.geometry.iloc[-2].geoms
    (hole,) = ring.interiors
    assert shapely.is_ccw(ring.exterior)
    assert not shapely.is_ccw(hole)


def test_at_a_saddle_the_mean_of_the_corners_decides() -> None:
    """Highs at two opposite corners: joined where the mean 5 is above the level, else parted."""
    saddle = raster([[10, 0], [0, 10]])
    joined, parted = isolines(saddle, levels=[4, 6]).geometry
    assert len(joined.geoms) == len(parted.geoms) == 2
    middle = shapely.Point(EAST + 500, NORTH + 500)
    bands = filled_bands(saddle, levels=[4, 6])
    assert [area.intersects(middle) for area in bands.geometry] == [False, True, False]
    # Each line cuts a triangle off a corner with legs of 0.4 of the side.
    assert (bands.area / 1e6).tolist() == pytest.approx([0.16, 1 - 2 * 0.16, 0.16])


def test_two_hills_are_two_parts_of_one_row() -> None:
    hills = raster([[0, 0, 0, 0, 0], [0, 2, 0, 2, 0], [0, 0, 0, 0, 0]])
    lines = isolines(hills, levels=[1])
    (line,) = lines.geometry
    assert len(line.geoms) == 2
    # Around each hill a diamond with half a cell from the middle to each corner.
    assert line.length == pytest.approx(2 * 4 * 500 * 2**0.5)
    bands = filled_bands(hills, levels=[1])
    assert bands.area.iloc[1] / 1e6 == pytest.approx(2 * 2 * 0.5**2)


# ---- where the values end ----


def test_a_hole_is_left_out_and_no_line_enters_it() -> None:
    z = np.tile(np.arange(7.0), (7, 1))
    z[3, 3] = np.nan
    bands = filled_bands(raster(z), levels=[1, 2, 3, 4, 5])
    # 36 meshes; the four about the hole keep the triangle of their other three corners.
    assert bands.area.sum() / 1e6 == pytest.approx(36 - 4 / 2)
    hole = shapely.Point(EAST + 3000, NORTH + 3000)
    assert bands.distance(hole).min() == pytest.approx(1000 / 2**0.5)
    assert isolines(raster(z), levels=[3]).distance(hole).min() >= 999.9


def test_nodata_is_a_hole_too() -> None:
    z = np.tile(np.arange(5.0), (5, 1))
    z[0, 0] = -9999
    written = raster(z).rio.write_nodata(-9999)
    bands = filled_bands(written, levels=[2])
    assert bands["low"].min() == 0
    assert bands.area.sum() / 1e6 == pytest.approx(16 - 0.5)


def test_a_constant_raster_has_no_isoline_and_one_band() -> None:
    constant = raster(np.full((3, 4), 2.0))
    for levels in ([1.0], [2.0], [3.0], [1.0, 3.0], 5):
        lines = isolines(constant, levels=levels)
        assert len(lines) == 0
        assert lines.columns.tolist() == ["value", "length_km", "geometry"]
        assert lines.crs.to_epsg() == 4547
        (area,) = filled_bands(constant, levels=levels).area
        assert area / 1e6 == pytest.approx(2 * 3)
    ((low, high),) = filled_bands(constant, levels=[1, 3])[["low", "high"]].to_numpy()
    assert (low, high) == (1, 3)


def test_levels_out_of_range_have_no_row() -> None:
    plane = raster([[0, 1, 2, 3]] * 3)
    assert isolines(plane, levels=[-5, 1.5, 7])["value"].tolist() == [1.5]
    bands = filled_bands(plane, levels=[-5, -1, 7, 9])
    assert bands[["low", "high"]].to_numpy().tolist() == [[-1, 7]]
    assert bands.area.sum() / 1e6 == pytest.approx(2 * 3)


def test_a_raster_of_nothing_has_neither() -> None:
    nothing = raster(np.full((3, 3), np.nan))
    for levels in ([1.0], 4):
        assert isolines(nothing, levels=levels).empty
        bands = filled_bands(nothing, levels=levels)
        assert bands.empty
        assert bands.columns.tolist() == ["low", "high", "area_km2", "geometry"]


def test_a_plateau_at_a_level_belongs_to_the_band_above_it() -> None:
    """low ≤ value < high: the plateau of 2 is in the band from 2."""
    plateau = raster([[0, 2, 2], [0, 2, 2]])
    bands = filled_bands(plateau, levels=[1, 2])
    assert bands[["low", "high"]].to_numpy().tolist() == [[0, 1], [1, 2], [2, 2]]
    assert (bands.area / 1e6).tolist() == pytest.approx([0.5, 0.5, 1])


def test_in_degrees_areas_and_lengths_are_on_the_ellipsoid() -> None:
    x, y = np.linspace(112.5, 113.5, 101), np.linspace(28.6, 28.0, 61)
    plane = xr.DataArray(np.tile(x, (61, 1)), coords={"y": y, "x": x}, dims=("y", "x"))
    plane = plane.rio.write_crs(4490)
    lines = isolines(plane, levels=[112.9])
    # A degree of the meridian at φ is 111.133 − 0.560 cos 2φ km: at 28.3° N 110.824.
    assert lines["length_km"][0] == pytest.approx(0.6 * 110.824, rel=1e-5)
    bands = filled_bands(plane, levels=[112.9, 113.1])
    hull = gpd.GeoSeries([shapely.box(112.5, 28.0, 113.5, 28.6)], crs=4490).segmentize(0.01)
    assert bands["area_km2"].sum() == pytest.approx(geodesic_area_km2(hull)[0], rel=1e-9)
    assert bands.crs.to_epsg() == 4490
    wide = (bands["area_km2"] / bands["area_km2"].sum()).tolist()
    assert wide == pytest.approx([0.4, 0.2, 0.4], rel=1e-6)


# ---- identities ----

GRIDS = st.integers(2, 7).flatmap(
    lambda columns: st.lists(
        st.lists(
            st.one_of(st.integers(0, 4).map(float), st.just(np.nan)),
            min_size=columns,
            max_size=columns,
        ),
        min_size=2,
        max_size=7,
    )
)


@settings(max_examples=40)
@given(values=GRIDS, levels=st.sampled_from([[1, 2, 3], [0, 1, 4], [0.5, 2.5], [9], [-3, 2], 4]))
def test_bands_cover_the_centre_hull_once_and_are_valid(
    values: list[list[float]], levels: int | list[float]
) -> None:
    z = np.array(values)
    bands = filled_bands(raster(z), levels=levels)
    assert bands.is_valid.all()
    assert bands.area.sum() / 1e6 == pytest.approx(centre_hull_cells(z))
    overlap = sum(
        first.intersection(second).area
        for n, first in enumerate(bands.geometry)
        for second in bands.geometry.iloc[n + 1 :]
    )
    assert overlap == pytest.approx(0, abs=1e-3)


@settings(max_examples=25)
@given(values=GRIDS, east=st.integers(-5, 5), factor=st.sampled_from([0.5, 2.0, 10.0]))
def test_moving_the_raster_moves_and_scaling_the_values_keeps_the_lines(
    values: list[list[float]], east: int, factor: float
) -> None:
    array = raster(values)
    lines = isolines(array, levels=[0.5, 2.5])
    moved = isolines(array.assign_coords(x=array["x"] + 1000.0 * east), levels=[0.5, 2.5])
    assert moved.length.tolist() == pytest.approx(lines.length.tolist())
    scaled = isolines(array * factor, levels=[0.5 * factor, 2.5 * factor])
    assert scaled.length.tolist() == pytest.approx(lines.length.tolist())


def test_values_on_an_isoline_equal_its_level() -> None:
    """Oracle: SciPy's linear interpolation at the corners of the lines, all on sides of meshes."""
    z = np.random.default_rng(3).normal(size=(30, 40)).cumsum(axis=0).cumsum(axis=1)
    lines = isolines(raster(z), levels=6)
    assert len(lines) >= 3
    for level, line in zip(lines["value"], lines.geometry, strict=True):
        x, y = shapely.get_coordinates(line).T
        at = map_coordinates(z, [29 - (y - NORTH) / 1000, (x - EAST) / 1000], order=1)
        np.testing.assert_allclose(at, level, atol=1e-6 * np.ptp(z))


def test_isolines_run_along_the_borders_of_the_bands() -> None:
    z = np.random.default_rng(4).normal(size=(12, 15)).cumsum(axis=1)
    array = raster(z)
    (line,) = isolines(array, levels=[0.3]).geometry
    _, above = filled_bands(array, levels=[0.3]).geometry
    assert line.difference(above.boundary.buffer(0.01)).length == pytest.approx(0, abs=1e-6)


def test_the_raster_is_not_changed() -> None:
    array = raster([[0, 1, -9999], [2, 3, 4]]).rio.write_nodata(-9999)
    before = array.copy(deep=True)
    isolines(array, levels=[1])
    filled_bands(array, levels=3)
    xr.testing.assert_identical(array, before)


# ---- levels ----


@pytest.mark.parametrize(
    ("low", "high", "count", "expected"),
    [
        (0, 3.4, 8, (0.5, 1, 1.5, 2, 2.5, 3)),
        (0, 3.4, 3, (1, 2, 3)),
        (0, 1, 4, (0.2, 0.4, 0.6, 0.8)),
        (0, 0.07, 7, (0.01, 0.02, 0.03, 0.04, 0.05, 0.06)),
        (0, 1000, 1, (500,)),
        (990, 1010, 4, (995, 1000, 1005)),
        (-3, 3, 5, (-2, -1, 0, 1, 2)),
        (1.5, 4.5, 1, (2,)),  # neither a multiple of 5 nor of 10 lies between
        (2, 2, 5, ()),
        (3, 2, 5, ()),
    ],
)
def test_nice_levels(low: float, high: float, count: int, expected: tuple[float, ...]) -> None:
    assert nice_levels(low, high, count=count) == expected


@given(low=st.floats(-1e6, 1e6), width=st.floats(0.01, 1e9), count=st.integers(1, 40))
def test_nice_levels_are_even_inside_and_not_too_many(low: float, width: float, count: int) -> None:
    high = low + width
    levels = np.array(nice_levels(low, high, count=count))
    assert 1 <= levels.size <= count
    assert ((levels > low) & (levels < high)).all()
    if count > 1:
        assert levels.size >= 2 * count / 5 - 1
    if levels.size > 2:
        np.testing.assert_allclose(np.diff(levels), levels[1] - levels[0], rtol=1e-3)


def test_a_number_of_levels_chooses_round_ones_below_the_largest_value() -> None:
    plane = raster([[0, 1, 2, 3]] * 3)
    assert isolines(plane, levels=4)["value"].tolist() == [1, 2]
    assert isolines(plane, levels=np.int64(5))["value"].tolist() == [0.5, 1, 1.5, 2, 2.5]
    assert filled_bands(plane, levels=2)["high"].tolist() == [1, 2, 3]


# ---- refusals ----


@pytest.mark.parametrize("function", [isolines, filled_bands])
def test_refusals_say_what_to_do(function: object) -> None:
    name = function.__name__
    plane = raster([[0, 1, 2, 3]] * 3)
    for part in (plane[:1], plane[:, :1], plane.transpose("x", "y")):
        with pytest.raises(InputError, match=rf"{name}: .*at least 2 rows and 2 columns"):
            function(part, levels=[1])
    with pytest.raises(CRSError, match=r"\.rio\.write_crs"):
        function(xr.DataArray(np.zeros((2, 2)), dims=("y", "x")), levels=[1])
    swapped = plane.assign_coords(x=[28.0, 28.1, 28.2, 28.3], y=[113.0, 112.9, 112.8])
    with pytest.raises(CRSError, match="swapped"):
        function(swapped.rio.write_crs(4490), levels=[1])
    with pytest.raises(InputError, match="'x' neither rise nor fall"):
        function(plane.assign_coords(x=[0.0, 2.0, 1.0, 3.0]), levels=[1])
    with pytest.raises(InputError, match="1 cells are infinite"):
        function(raster([[0, 1], [2, np.inf]]), levels=[1])
    for levels in ([], [2, 1], [1, 1], [np.nan], [np.inf], "abc", None, [[1, 2]]):
        with pytest.raises(InputError, match=rf"{name}: levels is"):
            function(plane, levels=levels)
    for count in (0, -3):
        with pytest.raises(InputError, match="whole numbers from 1"):
            function(plane, levels=count)
    with pytest.raises(InputError, match="finite"):
        nice_levels(0, np.inf, count=3)
