"""What the balance of areas refuses, and what it makes of a plan that prints no area."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.errors import CRSError, InputError
from layers.plan.balance import area_balance

UNITS = gpd.GeoDataFrame(
    {"id": ["district-a", "district-b"], "accuracy_m": [50.0, None]},
    geometry=[shapely.box(112, 28, 112.1, 28.1), shapely.box(113, 28, 113.1, 28.1)],
    crs="EPSG:4490",
)
PARTS = pd.DataFrame(
    {
        "id": ["area-a"],
        "name_zh": ["甲"],
        "part": ["direct"],
        "rule": ["cover:1500"],
        "area_stated_km2": [40.0],
    }
)


@pytest.mark.parametrize("printed_km2", [None, 100.0])
def test_what_is_printed_is_set_against_the_sum(printed_km2: float | None) -> None:
    balance = area_balance(PARTS, UNITS, printed_km2=printed_km2)
    printed = printed_km2 or 1200.0  # the plan's own
    assert balance[["id", "basis", "area_km2"]].to_numpy().tolist() == [
        ["area-a", "stated", 40.0],
        ["known", "known", 40.0],
        ["printed", "printed", printed],
        ["difference", "difference", printed - 40.0],
    ]
    assert balance["part"].fillna("").tolist() == ["direct", "", "", ""]
    assert not balance["name_zh"].str.contains("[a-z]").any()


def test_a_plan_that_prints_no_area_has_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent:
        printed_km2 = None

    monkeypatch.setattr("layers.plan.balance.area", Silent)
    assert [math.isnan(km2) for km2 in area_balance(PARTS, UNITS)["area_km2"]] == [
        *(False, False, True, True)
    ]


@pytest.mark.parametrize(
    ("parts", "units"),
    [
        (PARTS.drop(columns="rule"), UNITS),
        (pd.concat([PARTS, PARTS[["id"]]], axis=1), UNITS),
        (PARTS, UNITS.drop(columns="accuracy_m")),
        (PARTS.to_dict("list"), UNITS),
        (PARTS["id"], UNITS),
    ],
)
def test_what_is_no_layer_of_parts_or_units_is_refused(parts: Any, units: Any) -> None:
    with pytest.raises(InputError, match=r"^area_balance: (parts|units) is a .* without"):
        area_balance(parts, units)


@pytest.mark.parametrize("printed_km2", ["100", math.nan, True])
def test_a_printed_area_is_a_number(printed_km2: Any) -> None:
    with pytest.raises(InputError, match="Pass a number of km²"):
        area_balance(PARTS, UNITS, printed_km2=printed_km2)


@pytest.mark.parametrize("accuracy", [-0.5, 1.5e6, math.inf, "50", [50.0, 60.0]])
def test_an_accuracy_that_is_none_is_refused(accuracy: Any) -> None:
    units = UNITS.assign(accuracy_m=pd.Series([accuracy, 0.5], dtype="object"))
    with pytest.raises(InputError, match="an accuracy_m of the units") as refused:
        area_balance(PARTS, units)
    assert refused.value.values["rows"] == 1  # noqa: PD011


def test_units_without_a_crs_are_refused() -> None:
    with pytest.raises(CRSError):
        area_balance(PARTS, UNITS.set_crs(None, allow_override=True))
