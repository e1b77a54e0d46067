"""What is kept for all who ask cannot be changed by one of them, wherever it is kept."""

from __future__ import annotations

import contextlib
from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from test_answers import told

import layers
import layers.outputs
import layers.web.document
from layers.keeping import brought
from layers.plan.area import PER_PLAN, open_plan
from layers.plan.copies import Sealed, SealedList, sealed
from layers.qgis import results
from layers.questions.kinds import kinds

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT: dict[str, str] = {}
# What a plan is read into, which is handed out only in copies.
INSIDE = {
    "layers.plan.catalogue.gazetteer",
    "layers.plan.catalogue._loaded",
    "layers.plan.catalogue.rows",
    "layers.plan.catalogue.own_claims",
    "layers.plan.unplaced._unplaced",
    "layers.plan.zonings._named",
}
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "app.web.choices._present": ("platforms", "category"),
    "layers.book.series._placed": ("parks",),
    "layers.look.palettes.own_colours": ("cities",),
    "layers.plan.catalogue._place": ("park-sany-zhizao",),
    "layers.plan.unplaced._hosts": ("en",),
    "layers.plan.area.crs_words": ("zh",),
    "layers.plan.catalogue._titles": ("zh",),
    "layers.plan.catalogue._described": ("parks",),
    "layers.paper.symbols.path": ("circle",),
    "layers.qgis.results._known": ("zh",),
    "layers.record.schema._schema": (kinds(), ("vector",)),
    "layers.scene.strokes.outline": ("circle",),
}
PUBLIC: dict[str, Callable[[], Any]] = {
    **{f"load {name}": lambda name=name: layers.load(name) for name in layers.names()},
    **{f"zones of {name}": lambda name=name: layers.zoning(name) for name in layers.zoning_names()},
    "members": lambda: layers.members("axis-xiaoxiang"),
    "members that have no place": lambda: layers.members("park-sany-zhizao"),
    "names": layers.names,
    "names by id": layers.names_by_id,
    "description": lambda: layers.describe("parks"),
    "resource": lambda: layers.resource("parks"),
    "kept zones": lambda: brought.kept_zones(KEPT["zones"]),
    "kept raster": lambda: brought.kept_raster(KEPT["raster"]),
}
FRAME = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(112, 28, 113, 29)], crs="EPSG:4490")
FRAME.attrs = {"said": {"of": ["it"]}}
CELLS = xr.DataArray(np.ones((2, 2)), {"y": [28.1, 28.0], "x": [112.0, 112.1]}, ("y", "x"))


@pytest.fixture(autouse=True)
def _brought() -> None:
    """Keep what a visitor brings, under the names that it has whoever keeps it again."""
    KEPT["zones"] = brought.keep_zones(FRAME.copy())
    KEPT["raster"] = brought.keep_raster(CELLS.rio.write_crs("EPSG:4326"))


REFUSALS = (TypeError, ValueError, AttributeError, FrozenInstanceError)


def write_into(value: Any) -> None:
    """Write wherever one can; what refuses is as well."""
    if isinstance(value, pd.DataFrame | pd.Series | xr.DataArray):
        _write_into_table(value)
    elif isinstance(value, np.ndarray):
        with contextlib.suppress(*REFUSALS):
            value[...] = 0
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            write_into(item)
        with contextlib.suppress(*REFUSALS):
            value.clear()  # type: ignore[union-attr]
    elif is_dataclass(value) and not isinstance(value, type):
        for item in fields(value):
            write_into(getattr(value, item.name))


def _write_into_table(value: Any) -> None:
    write_into(value.attrs)
    if isinstance(value, xr.DataArray):
        write_into(value.to_numpy())
        return
    if isinstance(value, gpd.GeoDataFrame) and len(value):
        value.geometry.array[0] = shapely.Point(0, 0)
    for column in value.columns:
        if value[column].dtype != "geometry" and len(value):
            value[column] = value[column].to_numpy()[::-1].copy()
    value["spoilt"] = 1


def changeable(value: Any, at: str = "") -> list[str]:
    """Where in a value something can be written into."""
    if isinstance(value, np.ndarray):
        return [at] if value.flags.writeable else []
    if isinstance(value, dict):
        inside = [found for key, item in value.items() for found in changeable(item, f"{at}.{key}")]
        return inside + ([] if isinstance(value, Sealed) else [at])
    if isinstance(value, list | tuple):
        inside = [found for n, item in enumerate(value) for found in changeable(item, f"{at}[{n}]")]
        return inside + (
            [at] if isinstance(value, list) and not isinstance(value, SealedList) else []
        )
    if isinstance(value, set | pd.DataFrame | pd.Series | xr.DataArray):
        return [at]
    if is_dataclass(value) and not isinstance(value, type):
        return [
            found
            for item in fields(value)
            for found in changeable(getattr(value, item.name), f"{at}.{item.name}")
        ]
    return []


@pytest.mark.parametrize("name", sorted(PER_PLAN.keys() - INSIDE))
def test_what_is_kept_for_a_plan_refuses_writing(name: str) -> None:
    assert changeable(PER_PLAN[name](*ARGUMENTS.get(name, ()))) == []


@pytest.mark.parametrize("name", PUBLIC)
def test_who_writes_into_what_a_public_function_gives_spoils_it_for_nobody(name: str) -> None:
    before = told(PUBLIC[name]())
    write_into(PUBLIC[name]())
    assert told(PUBLIC[name]()) == before


def test_a_sealed_list_is_read_as_any_other_and_refuses_every_change() -> None:
    kept = sealed({"names": ["b", "a"], "of": [{"n": 1}]})
    assert kept["names"] == ["b", "a"]
    assert sorted(kept["names"]) == ["a", "b"]
    own = kept["names"] + ["c"]
    own.append("d")
    for change in (
        kept["names"].sort,
        lambda: kept["names"].__setitem__(0, "x"),
        kept["of"].pop,
        lambda: kept["of"][0].update(n=2),
    ):
        with pytest.raises(TypeError, match="shared by all"):
            change()
    assert kept == {"names": ["b", "a"], "of": [{"n": 1}]}


def test_titles_of_columns_are_of_the_plan_that_is_open() -> None:
    first = results._known("zh")
    with open_plan("hunan_hightech"):
        second = results._known("zh")
    assert "approved_year" in second
    assert "approved_year" not in first
