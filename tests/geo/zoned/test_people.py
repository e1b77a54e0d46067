"""Population as a quantity: counts, densities and lights told apart, totals that can be checked."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import rioxarray  # noqa: F401  gives arrays their .rio
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

import geo
import layers
from geo.errors import InputError
from geo.zoned import people


def raster(values: float | np.ndarray, units: str = "", *, step: float = 0.05) -> xr.DataArray:
    """Cells over Changsha in degrees, north first."""
    lon = np.arange(111.5 + step / 2, 113.5, step)
    lat = np.arange(29.2 - step / 2, 27.5, -step)
    cells = np.broadcast_to(np.asarray(values, float), (lat.size, lon.size)).copy()
    array = xr.DataArray(cells, coords={"y": lat, "x": lon}, dims=("y", "x"))
    array.attrs["units"] = units
    return array.rio.write_crs("EPSG:4326")


def area_km2(array: xr.DataArray) -> float:
    west, south, east, north = array.rio.bounds()
    outline = gpd.GeoSeries([box(west, south, east, north)], crs=4490)
    # Parallels bend away from geodesics: corners every hundredth of a degree follow them.
    return float(geo.geodesic_area_km2(outline.segmentize(0.01)).iloc[0])


def test_people_per_km2_are_no_people_per_cell() -> None:
    # 1000 people to the km² everywhere: a district of 543 km² has 543,000.
    people = geo.population(raster(1000.0, "people/km2", step=0.005))
    assert people.quantity == "density"
    assert people.total == pytest.approx(1000.0 * area_km2(people.counts), rel=1e-4)
    districts = layers.load("districts").set_index("name_zh")
    yuelu = geo.people_in(people.counts, districts.loc[["岳麓区"]]).iloc[0]
    assert yuelu["population"] == pytest.approx(543_400, rel=5e-3)
    assert yuelu["people_per_km2"] == pytest.approx(1000.0, rel=5e-3)
    assert people.findings[-1].code == "population.stated_density"
    assert "543" not in people.findings[-1].sentence("zh")
    assert "换算" in people.findings[-1].sentence("zh")


@pytest.mark.parametrize(
    ("unit", "quantity", "per_km2"),
    [
        ("people", "count", 1.0),
        ("persons per pixel", "count", 1.0),
        ("人/格", "count", 1.0),
        ("people/km2", "density", 1.0),
        ("people/km²", "density", 1.0),
        ("persons per square kilometre", "density", 1.0),
        ("people km-2", "density", 1.0),
        ("人/平方公里", "density", 1.0),
        ("每平方公里人数", "density", 1.0),
        ("people per ha", "density", 0.01),
        ("人/公顷", "density", 0.01),
        ("people/m2", "density", 1e-6),
    ],
)
def test_the_stated_unit_decides(unit: str, quantity: str, per_km2: float) -> None:
    value = 30.0 * per_km2
    people = geo.population(raster(value, unit))
    assert people.quantity == quantity
    if quantity == "density":
        assert people.total == pytest.approx(30.0 * area_km2(people.counts), rel=1e-4)
    else:
        assert people.total == pytest.approx(value * people.counts.size)


@pytest.mark.parametrize("unit", ["nW/cm2/sr", "nanoWatts", "radiance", "夜光亮度", "DN"])
def test_the_brightness_of_the_night_is_no_people(unit: str) -> None:
    with pytest.raises(InputError) as refused:
        geo.population(raster(30.0, unit))
    assert refused.value.code == "population.lights"
    assert "灯" in refused.value.sentence("zh")


@pytest.mark.parametrize("unit", ["metres", "m", "°C", "万元/km2x"])
def test_another_quantity_is_refused(unit: str) -> None:
    with pytest.raises(InputError, match=r"none of people|brightness"):
        geo.population(raster(30.0, unit))


def test_without_a_unit_both_readings_are_told() -> None:
    people = geo.population(raster(50.0))
    assert people.how == "population.assumed"
    assert people.quantity == "count"
    assert set(people.totals) == {"count", "density"}
    finding = people.findings[-1]
    assert finding.level == "warning"
    assert f"{round(people.totals['density']):,}" in finding.sentence("zh")


def test_more_people_than_towers_hold_is_read_as_density_or_refused() -> None:
    fine = raster(60_000.0, step=0.002)  # cells of 0.04 km²: 1.4 million to the km² as counts
    assert geo.population(fine).quantity == "density"
    with pytest.raises(InputError, match="towers"):
        geo.population(fine, quantity="count")


def test_a_choice_against_the_stated_unit_is_refused() -> None:
    with pytest.raises(InputError, match="Leave quantity out"):
        geo.population(raster(10.0, "people/km2"), quantity="count")


def test_negative_people_are_refused_with_what_to_do() -> None:
    with pytest.raises(InputError, match=r"write_nodata") as refused:
        geo.population(raster(-1.0))
    assert "无数据" in refused.value.sentence("zh")


def test_a_zone_denser_than_any_city_is_marked() -> None:
    people = geo.population(raster(90_000.0, "people/km2"))
    zones = layers.zoning("districts")
    assert geo.people_in(people.counts, zones)["too_dense"].all()
    fewer = geo.population(raster(1000.0, "people/km2"))
    assert not geo.people_in(fewer.counts, zones)["too_dense"].any()


@pytest.mark.parametrize("epsg", [4547, 4546, 32649, 3857])
def test_a_density_makes_the_same_people_in_any_projection(epsg: int) -> None:
    # Web Mercator draws cells 29 % too large at Changsha: the area is that of the ellipsoid.
    given_in = raster(1000.0, "people/km2", step=0.01)
    warped = given_in.rio.reproject(f"EPSG:{epsg}", nodata=np.nan)
    warped.attrs["units"] = "people/km2"
    zones = layers.zoning("districts").iloc[:1]
    there = geo.people_in(geo.population(given_in).counts, zones)["population"].iloc[0]
    here = geo.people_in(geo.population(warped).counts, zones)["population"].iloc[0]
    assert here == pytest.approx(there, rel=1e-3)


@settings(max_examples=20)
@given(factor=st.floats(0.01, 100.0))
def test_people_scale_with_the_cells(factor: float) -> None:
    one = geo.population(raster(7.0, "people", step=0.25)).total
    assert geo.population(raster(7.0 * factor, "people", step=0.25)).total == pytest.approx(
        factor * one
    )


def squares(
    values: object, units: str = "", *, side_m: float = 100.0, name: str = ""
) -> xr.DataArray:
    """Four cells on the central meridian, where metres are metres."""
    y, x = (
        start + side_m * np.array(steps)
        for start, steps in ((31e5, [1.5, 0.5]), (5e5, [-0.5, 0.5]))
    )
    array = xr.DataArray(np.broadcast_to(values, (2, 2)), coords={"y": y, "x": x}, dims=("y", "x"))
    return array.assign_attrs(units=units, long_name=name).rio.write_crs("EPSG:4547")


@pytest.mark.parametrize(
    ("unit", "per_km2"),
    [
        ("people per kilometer squared", 1.0),
        ("人/平方千米", 1.0),
        ("people per hectare", 0.01),
        ("people/m^2", 1e-6),
        ("people/m²", 1e-6),
        ("people m-2", 1e-6),
        ("人/平方米", 1e-6),
    ],
)
def test_every_spelling_of_an_area(unit: str, per_km2: float) -> None:
    # 4 cells of 0.01 km² with 300 people to the km²
    assert geo.population(squares(300.0 * per_km2, unit)).total == pytest.approx(12, rel=1e-4)


def test_the_name_of_a_file_tells_what_its_unit_does_not() -> None:
    count = geo.population(squares(1000.0, name="chn_ppp_2020"))
    assert (count.quantity, count.how, count.total) == ("count", "people.named", 4000)
    [finding] = count.findings
    assert (finding.code, finding.level) == ("people.named_count", "warning")
    name = {"unit": "chn_ppp_2020", "words": "chn_ppp_2020"}
    assert finding.values == {"total": 4000, "other": 40, **name}
    hectares = geo.population(squares(10.0, name="pph 2020"))
    assert (hectares.quantity, hectares.findings[0].values["other"]) == ("density", 40)
    assert hectares.total == pytest.approx(40, rel=1e-4)  # 4 ha
    assert geo.population(squares(10.0, name="popdens")).total == pytest.approx(0.4, rel=1e-4)
    # So many in a cell of a hectare are no count, whatever the name says.
    named_wrong = geo.population(squares(60_000.0, name="chn_ppp_2020"))
    assert (named_wrong.quantity, named_wrong.how) == ("density", "population.assumed")
    with pytest.raises(InputError) as refused:
        geo.population(squares(10.0, name="VIIRS DNB"))
    assert refused.value.code == "people.named_lights"


def test_what_is_chosen_holds_and_cells_stay_in_their_places() -> None:
    cells = squares([[1.0, 2.0], [3.0, np.nan]])
    people = geo.population(cells, quantity="count")
    assert (people.how, people.total) == ("population.chosen", 6)
    assert people.findings[0].values == {"total": 6, "unit": ""}
    xr.testing.assert_equal(people.counts.drop_vars("spatial_ref"), cells.drop_vars("spatial_ref"))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (0.0, "zero"),
        ([[0.0, np.nan], [0.0, 0.0]], "zero"),
        (np.nan, "nothing"),
        ([[5.0, np.nan], [-0.5, 1.0]], "negative"),
        (1e12, "too_many"),
    ],
)
def test_no_numbers_of_people(values: object, code: str) -> None:
    with pytest.raises(InputError) as refused:
        geo.population(squares(values))
    assert refused.value.code == f"population.{code}"


def test_a_small_zone_may_be_dense() -> None:
    # 90,000 to the km² in cells of 4 km²
    counts = geo.population(squares(360_000.0, "people", side_m=2000)).counts
    zones = gpd.GeoSeries(
        [
            box(498e3, 31e5, 50e4, 3102e3),
            box(498e3, 31e5, 502e3, 3102e3),
            box(6e5, 31e5, 61e4, 32e5),
        ],
        crs=4547,
    )
    found = geo.people_in(counts, zones)
    assert found["population"][:2].tolist() == [360_000, 720_000]
    np.testing.assert_allclose(found["people_per_km2"], [90e3, 90e3, np.nan], rtol=1e-4)
    assert found["too_dense"].tolist() == [False, True, False]


def test_the_densest_that_may_be_and_the_smallest_that_is_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = geo.population(squares(360_000.0, "people", side_m=2000)).counts
    zone = gpd.GeoSeries([box(498e3, 31e5, 502e3, 3102e3)], crs=4547)
    zoned = geo.zonal_statistics(counts, zone, statistics=("sum",))
    (area_km2,) = zoned["covered_km2"]
    (density,) = zoned["sum"] / area_km2
    for highest, smallest, too_dense in (
        (density, area_km2, False),
        (np.nextafter(density, 0), area_km2, True),
        (np.nextafter(density, 0), np.nextafter(area_km2, np.inf), False),
    ):
        monkeypatch.setattr(people, "HIGHEST_ZONE_PER_KM2", highest)
        monkeypatch.setattr(people, "SMALLEST_ZONE_KM2", smallest)
        assert geo.people_in(counts, zone)["too_dense"].tolist() == [too_dense]


@pytest.mark.parametrize("epsg", [4547, 4490])
def test_the_area_of_each_cell_is_that_of_its_outline(epsg: int) -> None:
    # 20 × 30 cells far from the central meridian, measured at 17 × 17 of them or by parallels
    south, west, step = (3e6, 2e5, 5000.0) if epsg == 4547 else (27.0, 111.0, 0.001)
    y, x = south + step * (np.arange(20)[::-1] + 0.5), west + step * (np.arange(30) + 0.5)
    density = xr.DataArray(np.ones((20, 30)), coords={"y": y, "x": x}, dims=("y", "x"))
    counts = geo.population(density.rio.write_crs(epsg), quantity="density").counts
    middles = np.meshgrid(x, y)
    outlines = shapely.box(
        *(each - step / 2 for each in middles), *(each + step / 2 for each in middles)
    )
    areas = geo.geodesic_area_km2(gpd.GeoSeries(outlines.ravel(), crs=epsg))
    np.testing.assert_allclose(counts.to_numpy().ravel(), areas, rtol=1e-6)
