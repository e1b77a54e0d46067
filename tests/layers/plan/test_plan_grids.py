"""Cells that are too large for a plan, rules in words, and how far what is known reaches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import layers
from geo.errors import CRSError, InputError
from layers.plan import published, selection, zonings
from layers.plan.area import open_plan
from layers.plan.evidence import with_extents
from layers.plan.rule_words import rule_in_words
from layers.plan.zonings import own_zones, zoning

if TYPE_CHECKING:
    from collections.abc import Callable

TINY = Path(__file__).resolve().parents[2] / "areas" / "tiny"
EAST_M, NORTH_M = 500_000.0, 3_120_000.0


@pytest.fixture
def land(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, float], None]:
    """Give a function that makes the tiny plan's land so many metres long and wide."""

    def land(east_m: float, north_m: float) -> None:
        shape = shapely.box(EAST_M, NORTH_M, EAST_M + east_m, NORTH_M + north_m)
        frame = gpd.GeoDataFrame(geometry=[shape], crs=4544).to_crs(4490)
        monkeypatch.setattr(zonings, "land", lambda: frame)

    return land


def refused(name: str, size: Any) -> dict[str, Any]:
    with pytest.raises(InputError) as error:
        zonings._require_several(name, size)
    return dict(error.value.values)


def test_cells_are_smaller_than_the_land_is_long(land: Callable[[float, float], None]) -> None:
    with open_plan(TINY):
        for sides in ((8000.0, 5000.0), (5000.0, 8000.0)):
            land(*sides)
            zonings._require_several("squares", 7990.0)
            told = refused("hexagons", 8010.0)
            assert told["size"] == 8010.0
            assert told["most"] == pytest.approx(8000, abs=2)


def test_cells_of_h3_are_as_wide_as_hexagons_of_their_area(
    land: Callable[[float, float], None],
) -> None:
    # At resolution 4 cells have 1,770.35 km²: √(2 / √3 · 1,770.35) = 45.21 km between two sides.
    with open_plan(TINY):
        land(45_300.0, 10.0)
        zonings._require_several("h3", 4)
        land(45_100.0, 10.0)
        assert refused("h3", 4) == {"resolution": 4, "finer": 5}
        assert refused("h3", 0) == {"resolution": 0, "finer": 5}
        # What is no resolution at all is refused by the method.
        for size in (16, -1, 4.5):
            zonings._require_several("h3", size)


def test_a_size_is_a_number_and_of_cells_that_have_one() -> None:
    for size in ({"cell_m": "5000"}, {"h3_resolution": None}):
        with pytest.raises(InputError) as error:
            zoning("hexagons", **size)
        assert error.value.code == "option.positive"
    with pytest.raises(InputError) as goes_not:
        zoning("h3", cell_m=4000.0)
    assert goes_not.value.values == {"names": ["cell_m"], "value": "h3"}  # noqa: PD011


def test_own_zones_have_flat_shapes_and_the_names_of_the_column_that_is_named() -> None:
    shape = shapely.Polygon([(112, 28, 5), (113, 28, 5), (113, 29, 5)])
    frame = gpd.GeoDataFrame({"name": ["a"], "label": ["b"]}, geometry=[shape], crs=4490)
    zones = own_zones(frame, name_column="label")
    with pytest.raises(InputError, match="there is no column 'lable'"):
        own_zones(frame, name_column="lable")
    assert zones["name_zh"].tolist() == zones["name_en"].tolist() == ["b"]
    assert not zones.geometry.has_z.any()
    assert own_zones(frame)["name_zh"].tolist() == ["a"]
    with pytest.raises(CRSError):
        own_zones(frame.set_crs(None, allow_override=True))


# ---- rules in words ----


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("hull_area:24.65 within:district-yuelu", ["24.65", "Yuelu District"]),
        ("cover:1500", ["1,500 m"]),
        ("district:district-yuelu|district-x", ["Yuelu District", "district-x"]),
        ("between_limits:north=road-a,east=b|c,west=d area:9", ["road-a", "b", "c", "9"]),
        ("along_roads:4000", ["4,000"]),
    ],
)
def test_a_rule_is_told_with_its_numbers_and_names(rule: str, parts: list[str]) -> None:
    told = rule_in_words(rule)
    assert [part for part in parts if part not in told["en"]] == []
    assert told["zh"] != told["en"]
    if "district-yuelu" in rule:
        assert "岳麓区" in told["zh"]
    if "area:9" in rule:
        # The side without a line.
        assert "south" in told["en"].lower()
        assert "within" not in told["en"].lower()


# ---- what is chosen, and how far it reaches ----


def test_amounts_of_a_site_are_missing_where_none_is_stated() -> None:
    frame = gpd.GeoDataFrame(
        {"id": list("abcd"), "site_id": ["s", "s", "t", "t"], "n": [1.0, 2.0, np.nan, np.nan]},
        geometry=[shapely.Point(0, 0)] * 4,
        crs=4490,
    )
    once = selection.one_a_site(frame, "n")
    assert once["id"].tolist() == ["a", "c"]
    assert once["n"].fillna(-1).tolist() == [3, -1]
    assert selection.one_a_site(frame)["n"].fillna(-1).tolist() == [1, -1]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda _: layers.select(7), "Pass a layer"),
        (lambda frame: layers.select(frame, ["a"]), "criteria is"),
        (lambda frame: layers.select(frame, {"level": "a"}), "Pass them as a list"),
        (lambda _: layers.counted(7), "Pass a layer"),
        (lambda _: layers.located(pd.DataFrame()), "without places"),
        (lambda frame: with_extents(frame.drop(columns="id")), "have no ids"),
    ],
)
def test_what_is_no_layer_or_no_choice_is_refused(call: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        call(layers.load("parks"))


def test_of_each_feature_is_told_what_it_is_somewhere_in_and_its_site() -> None:
    platforms = layers.load("platforms")
    known = with_extents(platforms).set_index("id")
    assert len(known) == int((~selection.nowhere(platforms)).sum())
    by_zone = known[known["within"].notna()]
    assert len(by_zone)
    assert by_zone["place_extent"].notna().all()
    sited = known["place_id"].dropna()
    assert set(sited) <= set(platforms["site_id"].dropna())
    stranger = platforms[~selection.nowhere(platforms)].iloc[:1].assign(id="nobody")
    alone = with_extents(stranger)
    assert alone[["place_extent", "place_id"]].isna().to_numpy().tolist() == [[True, True]]


@pytest.mark.parametrize(
    ("counted", "agrees"), [(69.9, False), (70.0, True), (140.0, True), (140.1, False)]
)
def test_people_agree_within_two_ratios(
    counted: float, agrees: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = published.area().land.code
    districts = pd.DataFrame(
        {code: ["1", "2"], "covered_pct": [99.0, 98.9], "population": [counted, 5.0]}
    )
    rows = pd.DataFrame({"adcodes": ["1", "1|2", "1|3"], "population": [100, 100, 100]}).assign(
        name_zh="", name_en="", date="", source_id=""
    )
    monkeypatch.setattr(published.geo, "people_in", lambda *_: districts)
    monkeypatch.setattr(published, "table", lambda _: rows)

    class People:
        counts = None

    found = published.compared(People())
    assert found["agrees"].tolist() == [agrees, None, None]
    assert found["ratio"].tolist()[0] == pytest.approx(counted / 100)
    assert found["counted"].isna().tolist() == [False, True, True]
    assert found["published"].tolist() == [100.0] * 3
