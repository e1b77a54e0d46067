"""Population as a quantity: counts, densities and lights told apart, totals that can be checked."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import rioxarray  # noqa: F401  gives arrays their .rio
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

import geo
import layers
from geo.errors import InputError


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
