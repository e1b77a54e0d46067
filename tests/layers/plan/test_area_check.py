"""What ``area.yaml`` says that the plan's layers do not bear out: each place, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from layers.plan import area_check
from layers.plan.area import AREA, area
from layers.plan.data_files import Damage
from layers.plan.roles import Naming, PointRole, ShapeRole, ZoningRole
from layers.plan.schema import resources

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[str, object]]]:
    """Give a function that changes what the plan says of itself and tells what is damaged."""

    def checked(**changes: Any) -> list[tuple[str, object]]:
        changed = replace(area(), **changes)
        monkeypatch.setattr(area_check, "area", lambda: changed)
        damages = area_check.damages()
        assert {(each.file, each.row) for each in damages} <= {(AREA, 0)}
        return [(each.column, each.values["value"]) for each in damages]

    return checked


def test_every_layer_that_is_named_must_be_there(checked: Any) -> None:
    said = {
        "points": {"none": PointRole(), "cities": PointRole()},
        "land": replace(area().land, layer="lands"),
        "parts_layer": "parts",
        "ways": ("tracks",),
        "context": ("ground",),
        "beside": ("edge",),
        "named_ground": {"lake": "lake"},
        "years": {"ages": ("year",)},
        "themes": {"all": ("roads", "paths")},
        "naming": Naming(("areas",), ("spots",), "near"),
        "shapes": {"forms": ShapeRole(), "axes": ShapeRole(stops="halts")},
        "zonings": {"a": ZoningRole(layer="zones"), "b": ZoningRole(nearest="shops")},
        "series": (),
        "overlapping": (),
        "defaults": {},
    }
    assert sorted(checked(**said)) == sorted(
        [
            *(("points", "none"), ("points", "cities"), ("land", "lands")),
            *(("parts_layer", "parts"), ("ways", "tracks"), ("context", "ground")),
            *(("beside", "edge"), ("named_ground", "lake"), ("years", "ages")),
            *(("themes.all", "paths"), ("naming.areas", "areas"), ("naming.points", "spots")),
            *(("naming.near", "near"), ("shapes", "forms"), ("shapes.axes.stops", "halts")),
            *(("zonings.a.layer", "zones"), ("zonings.b.nearest", "shops")),
        ]
    )


def test_every_column_and_value_that_is_named_must_be_there(checked: Any) -> None:
    usual = {"sector": ("industry", "magic"), "colour": ("red",)}
    shown = PointRole(("sector", "shape"), "kind_of", "lead", usual)
    points = area().points | {"projects": shown, "parks": PointRole(amount="money")}
    damaged = checked(points=points)
    assert [each for each in damaged if each[1] != "industry"] == [
        ("points.projects.filters", "shape"),
        ("points.projects.group", "kind_of"),
        ("points.projects.usual", "colour"),
        ("points.projects.usual.sector", "magic"),
        ("points.projects.amount", "lead"),
        ("points.parks.amount", "money"),
    ]


def test_years_are_whole_numbers_and_series_are_zonings(checked: Any) -> None:
    years = {"ages": ("year",), "projects": ("start_year", "investment_100m_cny", "name_zh")}
    assert checked(years=years) == [
        ("years", "ages"),
        ("years.projects", "investment_100m_cny"),
        ("years.projects", "name_zh"),
    ]
    assert checked(series=("parks", "streets"), overlapping=("rivers",)) == [
        ("series", "streets"),
        ("overlapping", "rivers"),
    ]


def test_what_questions_begin_with_must_be_there(checked: Any) -> None:
    shown = {"layer": "shops", "zoning": "streets", "theme": "none", "bandwidth": "wide"}
    assert checked(defaults={"density": shown, "pattern": {"zoning": "h3"}}) == [
        ("defaults.density.layer", "shops"),
        ("defaults.density.zoning", "streets"),
        ("defaults.density.theme", "none"),
    ]


@pytest.mark.parametrize(
    "crs",
    # Degrees, none at all, a quarter too long here, feet of a zone near by, and places in space.
    ["EPSG:4490", "EPSG:0", "EPSG:3857", "+proj=tmerc +lon_0=114 +units=us-ft", "EPSG:4978"],
)
def test_metres_must_be_metres_here(crs: str, checked: Any) -> None:
    assert checked(crs=crs) == [("crs", crs)]
    assert checked(crs="auto") == checked(crs="EPSG:4547") == []


def test_a_damage_says_what_there_is_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = replace(area(), ways=("tracks",))
    monkeypatch.setattr(area_check, "area", lambda: changed)
    there = {"value": "tracks", "layers": "/".join(resources())}
    assert area_check.damages() == [Damage(AREA, "data.reference", column="ways", values=there)]
