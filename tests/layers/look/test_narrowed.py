"""What a map leaves out is counted, and the ground and what tells no years stay."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from layers.look.content import Content
from layers.look.narrowed import LeftOut, narrowed
from layers.look.overlays import Choropleth
from layers.plan.catalogue import load
from layers.plan.selection import located


def content() -> Content:
    years = {"start_year": [2022, None, None, None], "end_year": [None, 2025, None, None]}
    frame = gpd.GeoDataFrame(
        {"evidence": ["located", "surveyed", "located", "schematic"]}
        | {name: pd.array(values, dtype="Int64") for name, values in years.items()},
        geometry=[Point(112.9, 28.2)] * 3 + [None],
        crs="EPSG:4490",
    )
    others = {name: load(name) for name in ("cities", "districts")}
    return Content({"projects": frame, **others}, ("projects",))


@pytest.mark.parametrize(
    ("hidden", "year", "rows", "left"),
    [
        ((), None, [0, 1, 2, 3], LeftOut()),
        ((), 2021, [], LeftOut(2021, {}, shown=0, later=2, undated=1)),
        ((), 2024, [0], LeftOut(2024, {}, shown=1, later=1, undated=1)),
        ((), 2025, [0, 1], LeftOut(2025, {}, shown=2, later=0, undated=1)),
        (("located",), None, [1, 3], LeftOut(None, {"located": 2})),
        (("located",), 2025, [1], LeftOut(2025, {"located": 2}, shown=1)),
    ],
)
def test_what_is_left_out_is_counted(
    hidden: tuple[str, ...], year: int | None, rows: list[int], left: LeftOut
) -> None:
    shown, told = narrowed(content(), hidden, year)
    assert shown.frames["projects"].index.tolist() == rows
    assert told == left
    assert len(shown.frames["districts"]) == len(load("districts"))
    cities = load("cities")
    assert len(shown.frames["cities"]) == (~cities["evidence"].isin(hidden)).sum()
    assert bool(told.by_year("en")) == (year is not None)
    assert bool(told.by_evidence("zh")) == bool(hidden)


def test_beside_a_year_results_say_that_they_are_of_all_years() -> None:
    zones = Choropleth(load("circles").assign(n=[1, 2, 3, 4]), "n", "个数", title_en="Number")
    drawn = Content({"projects": load("projects")}, ("projects",), overlays=(zones,))
    (same,) = narrowed(drawn)[0].overlays
    assert (same.title, same.title_en) == ("个数", "Number")
    (told,) = narrowed(drawn, year=2024)[0].overlays
    for shown, asked in ((drawn, True), (replace(drawn, overlays=()), False)):
        left = narrowed(shown, ("located",), 2024)[1]
        for words in (left.by_year("en"), left.by_evidence("en")):
            assert ("Results" in words) == asked
    # A layer that tells no year, and a result beside it.
    assert narrowed(replace(drawn, visible=()), year=2024)[1].by_year("en").startswith("Results")
    assert (told.title, told.title_en) == ("个数（不分年份）", "Number (whatever the year)")


def test_points_of_a_layer_without_years_are_shown_whole_and_told() -> None:
    parks = load("parks").iloc[:3]
    drawn = replace(content(), visible=("projects", "parks", "cities"))
    drawn = replace(drawn, frames={**drawn.frames, "parks": parks})
    shown, left = narrowed(drawn, year=2024)
    assert len(shown.frames["parks"]) == 3
    placed = len(located(parks))
    assert left.always == {"parks": placed}
    assert f"园区（{placed}）不记年份，各年都显示。" in left.by_year("zh")
