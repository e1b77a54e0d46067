"""Every result states the unit of every column, and names and units say the same."""

from __future__ import annotations

import inspect
import json
from dataclasses import fields, is_dataclass
from io import BytesIO
from time import sleep
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import xarray as xr
from shapely import Point, box
from test_doors import CALLS, RASTER, functions

import geo
from geo.units import labelled, unit_of
from layers import questions
from layers.keeping import brought
from layers.plan.area import open_plan, packaged
from layers.plan.schema import resources
from layers.questions import Coverage, Density, Distribution
from layers.questions.subjects import Points, Zones

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What input says of itself: of its columns that is kept, of anything else it is not.
INPUT = {"name": "input", "title": "Input", "units": {"v": "mu", "gone": "m"}}
# Ordinals have no unit, nor has the sum of numbers that are in none.
WITHOUT = {"order", "total", "status_year"}
PLATFORMS, CIRCLES = Points("platforms"), Zones("circles")
PROJECTS = Distribution(Points("projects"), CIRCLES, "investment_100m_cny")
DENSE = Density(PLATFORMS, bandwidth_m=3000.0, cell_size_m=1000.0)
QUESTIONS: dict[str, tuple[Any, ...]] = {
    "categories": (PROJECTS, "sector"),
    "counted": (PLATFORMS, CIRCLES),
    "covered_zones": (Coverage(PLATFORMS, CIRCLES, 3000.0, demand=Points("projects")),),
    "coverage_curve": (PLATFORMS, CIRCLES),
    "density_surface": (DENSE,),
    "density_bands": (DENSE, 4),
    "density_lines": (DENSE, 4),
    "density_scale": ((DENSE,),),
    "zone_counts": (PROJECTS,),
    "measured": (Distribution(Points("projects"), CIRCLES), "diversity"),
    "require_kinds": (questions.categories(PROJECTS, "sector"),),
    "require_met": (PROJECTS,),
    "service_areas": (PLATFORMS, 3000.0),
    "settled": (DENSE,),
    "shares": (PROJECTS,),
    "zone_draws": (PROJECTS,),
    "unknown_places": (PLATFORMS,),
    "weight_of": (PLATFORMS, "count"),
    "zone_bounds": (PLATFORMS, CIRCLES),
}


def with_attrs(value: Any) -> Any:
    """Let an argument say of itself what it would say of a layer."""
    if isinstance(value, pd.DataFrame):
        value = value.copy()
        value.attrs = dict(INPUT)
    if isinstance(value, xr.DataArray):
        value = value.assign_attrs(units="mu/km²")
    return value


def tables(result: Any) -> Iterator[Any]:
    """Frames, series and arrays in a result."""
    if isinstance(result, pd.DataFrame | pd.Series | xr.DataArray):
        yield result
    elif isinstance(result, tuple):
        for each in result:
            yield from tables(each)
    elif is_dataclass(result):
        for field in fields(result):
            yield from tables(getattr(result, field.name))


def lacking(table: Any) -> list[Any]:
    """Columns of numbers that no unit is stated for."""
    units = table.attrs["units"]
    if isinstance(table, xr.DataArray):
        return [] if isinstance(units, str) and units else [table.name]
    if isinstance(table, gpd.GeoSeries):
        return []
    if isinstance(table, pd.Series):
        names = [table.name] if table.name in units else list(table.index)
    else:
        names = list(table.select_dtypes("number").columns)
    return [name for name in names if name not in units and name not in WITHOUT]


@pytest.mark.parametrize("name", CALLS)
def test_every_public_function_states_the_unit_of_every_column(name: str) -> None:
    call = {key: with_attrs(value) for key, value in CALLS[name].items()}
    if name == "population":
        call = {"raster": RASTER, "quantity": "count"}
    result = dict(functions())[name](**call)
    passed_on = {"counted", "located", "select", "to_metric", "unlocated"}
    for table in tables(result):
        units = table.attrs["units"]
        if name in passed_on:
            assert table.attrs == INPUT
        elif name != "load":
            assert not {"name", "title"} & set(table.attrs)
        if name == "load" or isinstance(table, xr.DataArray):
            continue
        if name not in passed_on:
            assert lacking(table) == []
            assert "gone" not in units
        if "v" in table and isinstance(table, pd.DataFrame):
            assert units["v"] == "mu"


def asked(name: str) -> tuple[Any, ...]:
    if name != "population":
        return QUESTIONS[name]
    x, y = 112.0 + 0.05 * np.arange(40), 29.0 - 0.05 * np.arange(40)
    array = xr.DataArray(np.ones((40, 40)), {"y": y, "x": x}, ("y", "x"))
    people = brought.keep_raster(array.rio.write_crs("EPSG:4326"))
    return (Distribution(PLATFORMS, CIRCLES, population=people),)


ASKED = [name for name in questions.__all__ if inspect.isfunction(getattr(questions, name))]


@pytest.mark.parametrize("name", ASKED)
def test_every_public_question_states_the_unit_of_every_column(name: str) -> None:
    result = getattr(questions, name)(*asked(name))
    if name == "counted":  # positions of points among zones, no table of a reader's
        return
    for table in tables(result):
        assert lacking(table) == []
        assert not {"name", "title"} & set(table.attrs)


def test_what_is_added_up_gives_sums_their_unit() -> None:
    units = questions.zone_counts(PROJECTS).attrs["units"]
    assert units["weight_sum"] == "100 million CNY"
    assert units["weight_per_km2"] == "100 million CNY/km²"
    assert units["count"] == "count"
    assert units["density_per_km2"] == "1/km²"
    assert units["area_km2"] == "km²"
    assert units["share_pct"] == "%"
    assert set(questions.categories(PROJECTS, "sector").attrs["units"].values()) == {
        "100 million CNY"
    }
    of_projects = Density(Points("projects"), weight="investment_100m_cny", cell_size_m=1000.0)
    assert questions.density_surface(of_projects).attrs["units"] == "100 million CNY/km²"
    bands = questions.density_bands(of_projects, 4).attrs["units"]
    assert bands == {"low": "100 million CNY/km²", "high": "100 million CNY/km²", "area_km2": "km²"}


def test_the_data_of_every_plan_names_its_columns_for_their_units() -> None:
    for plan in packaged():
        with open_plan(plan):
            for about in resources().values():
                for field in about.fields:
                    assert field.unit == unit_of(field.name), (plan, about.name, field.name)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("length_km", "km"),
        ("people_per_km2", "people/km²"),
        ("per_10k_people", "1/10,000 people"),
        ("weight_per_10k_people", "mu/10,000 people"),
        ("weight_sum_high", "mu"),
        ("expected_corrected_m", "m"),
        ("land_area_max_mu", "mu"),
        ("rank_low", "1"),
        ("z", ""),
        ("name_zh", ""),
        (3, ""),
    ],
)
def test_a_name_tells_its_unit(name: object, unit: str) -> None:
    assert unit_of(name, amount="mu") == unit  # type: ignore[arg-type]


def test_what_else_the_input_says_is_not_said_of_the_result() -> None:
    frame = pd.DataFrame({"v": [1], "area_km2": [1.0], "name": ["a"], "late": [True]})
    frame.attrs = {"title": "x", "units": {"v": "mu", "area_km2": "ha", "name": "?"}}
    result = labelled(frame, {"n": 1})
    assert result.attrs == {"n": 1, "units": {"v": "mu", "area_km2": "km²"}}


# ---- files ----


def result_with_units() -> gpd.GeoDataFrame:
    points = gpd.GeoSeries([Point(5e5, 31e5)], crs=4547)
    zones = gpd.GeoDataFrame({"名称": ["甲"]}, geometry=[box(5e5, 31e5, 5.1e5, 31.1e5)], crs=4547)
    return geo.coverage(points, zones, distance_m=1000)


def test_geopackage_and_geoparquet_keep_the_units(tmp_path: Path) -> None:
    result = result_with_units()
    geo.write_vector(result, tmp_path / "a.gpkg")
    metadata = pyogrio.read_info(tmp_path / "a.gpkg", layer="features")["layer_metadata"]
    assert json.loads(metadata["units"]) == result.attrs["units"]
    assert json.loads(metadata["units"])["covered_km2"] == "km²"
    buffer = BytesIO()
    result.to_parquet(buffer)
    buffer.seek(0)
    assert gpd.read_parquet(buffer).attrs["units"] == result.attrs["units"]


def test_the_same_result_gives_the_same_geopackage_a_second_later() -> None:
    first = geo.vector_bytes(result_with_units(), ".gpkg")
    sleep(1.1)
    assert geo.vector_bytes(result_with_units(), ".gpkg") == first


@pytest.mark.parametrize("suffix", [".csv", ".geojson"])
def test_other_files_tell_units_by_the_names_of_their_columns(suffix: str) -> None:
    text = geo.vector_bytes(result_with_units(), suffix).decode("utf-8")
    assert "covered_km2" in text
    assert "units" not in text
