"""What maps of questions show, overlay by overlay, and what questions ask of the methods."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from typing import Any

import pandas as pd
import pytest
import xarray as xr

from layers.keeping import brought
from layers.keeping.brought import Owner, keep_points
from layers.keeping.own_points import own_points
from layers.questions import autocorrelation, counting, coverage, hot_spots, patterns, spacing
from layers.questions.autocorrelation import Autocorrelation
from layers.questions.counting import Distribution
from layers.questions.coverage import Coverage
from layers.questions.density import Density
from layers.questions.distribution import Shown
from layers.questions.hot_spots import HotSpots
from layers.questions.mix import Specialisation
from layers.questions.patterns import Pattern
from layers.questions.subjects import Points, Zones

pytestmark = pytest.mark.usefixtures("tiny")

SHOPS, QUARTERS = Points("shops"), Zones("quarters")
ASKED = Distribution(SHOPS, QUARTERS)
SURFACE = Density(SHOPS, bandwidth_m=5000.0, cell_size_m=1000.0)
DOTS = {
    "title": "店铺",
    "title_en": "Shops",
    "colour": "#111827",
    "size_px": 3,
    "columns": {"accuracy_m": "Accuracy"},
}
COVERED = {
    "column": "covered_pct",
    "title": "覆盖率",
    "title_en": "Covered share",
    "unit": "%",
    "columns": {
        "doubly_covered_pct": "Doubly (%)",
        "uncovered_km2": "Gap (km²)",
        "area_km2": "Area (km²)",
    },
}
REACH = {
    "title": "更可能在服务范围内（≥ 50 %）",
    "fill_opacity": 0.0,
    "name": "reach",
    "title_en": "Within reach, likelier than not (≥ 50 %)",
}
COUNTED = {
    "column": "count",
    "title": "店铺数（个）",
    "title_en": "Number of Shops",
    "columns": {"count": "Count", "share_pct": "Share (%)", "density_per_km2": "Number per km²"},
}
DENSE = {
    "title": "核密度",
    "title_en": "Kernel density",
    "unit": "per km²",
    "name": "density",
    "spread": True,
}
ISOLINES = {"title": "核密度等值线", "title_en": "Isolines of kernel density", "unit": "per km²"}


def said(overlay: Any) -> dict[str, Any]:
    """Return what an overlay says beside its data, where that is not as usual."""
    usual = {
        each.name: each.default_factory() if each.default_factory is not MISSING else each.default
        for each in fields(overlay)
    }
    values = {name: getattr(overlay, name) for name in usual}
    return {
        name: value
        for name, value in values.items()
        if not isinstance(value, pd.DataFrame | xr.DataArray) and value != usual[name]
    }


@pytest.mark.parametrize(
    ("question", "overlays"),
    [
        (Coverage(SHOPS, QUARTERS), [COVERED, REACH, DOTS]),
        (
            Coverage(SHOPS, Zones("squares", cell_m=20_000)),
            [COVERED | {"named": False}, REACH, DOTS],
        ),
        (Shown(ASKED), [COUNTED]),
        (
            Shown(ASKED, scheme="equal_interval", classes=3),
            [COUNTED | {"scheme": "equal_interval", "classes": 3}],
        ),
        (
            Shown(ASKED, "count", "log"),
            [
                COUNTED
                | {"title": "店铺数（个），对数尺度", "title_en": "Number of Shops, log scale"}
                | {"breaks": (4.0, 5.0)}
            ],
        ),
        (Shown(Distribution(SHOPS, Zones("squares", cell_m=20_000))), [COUNTED | {"named": False}]),
        (
            Specialisation(ASKED),
            [
                {
                    "column": "krugman_index",
                    "title": "专业化（0–2）",
                    "title_en": "Krugman index (0–2)",
                    "columns": {"count": "Number of shops"},
                },
                DOTS,
            ],
        ),
        (
            Autocorrelation(SHOPS, QUARTERS),
            [
                {
                    "column": "density_per_km2",
                    "title": "每平方公里店铺数（个）",
                    "title_en": "Number of shops per km²",
                },
                DOTS,
            ],
        ),
        (
            replace(SURFACE, top=0.08, levels=(0.05,)),
            [DENSE | {"levels": (0.05,), "top": 0.08}, DOTS],
        ),
        (
            replace(SURFACE, top=0.08, levels=(0.05,), show="isolines"),
            [DENSE | {"top": 0.08}, ISOLINES, DOTS],
        ),
    ],
)
def test_a_map_shows_its_overlays(question: Any, overlays: list[dict[str, Any]]) -> None:
    content = question.content("en")
    assert [said(each) for each in content.overlays] == overlays
    assert content.lang == "en"
    assert list(content.frames) == list(content.visible)
    assert next(iter(content.frames)) == "quarters"
    zones = content.overlays[0]
    if "column" in said(zones):
        # What is told is rounded, and classes are of what was found.
        assert zones.exact is not None or isinstance(question, Autocorrelation)


def test_the_study_area_of_distances_is_one_outline() -> None:
    outline, dots = spacing.in_study_area(SHOPS, "en").overlays
    assert said(dots) == DOTS
    assert said(outline) == {
        "title": "研究范围",
        "title_en": "Study area",
        "colour": "#111827",
        "fill_opacity": 0.03,
        "name": "study area",
    }


# ---- what is asked of the methods ----


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Note what the methods are asked with, and answer nothing."""
    noted: dict[str, Any] = {}

    def note(*frames: Any, **more: Any) -> None:
        noted.clear()
        noted.update(
            more, sizes=[len(each) if hasattr(each, "columns") else each for each in frames]
        )

    for name in ("uncertainty", "distribution", "coverage", "category_table", "people_in"):
        monkeypatch.setattr(counting.geo, name, note)
    for name in ("hot_spots", "spatial_autocorrelation", "coverage_curve", "service_areas"):
        monkeypatch.setattr(counting.geo, name, note)
    monkeypatch.setattr(counting, "counted", lambda *_: "counted")
    return noted


def test_own_points_stand_on_their_zones_as_dots_and_not_as_a_layer_of_the_plan() -> None:
    owner = Owner()
    own = Points(keep_points(own_points(SHOPS.located(), title="own"), owner=owner))
    content = Shown(Distribution(own, QUARTERS)).content("en")
    brought.release(owner)
    assert [type(each).__name__ for each in content.overlays] == ["Choropleth", "Points"]
    assert own.layer not in content.visible


def test_zones_are_counted_with_all_that_the_question_says(
    given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    weighted = replace(ASKED, weight="accuracy_m")
    counting.zone_draws.__wrapped__(weighted, draws=7, seed=3, interval_pct=50.0)
    assert given.pop("weights").tolist() == [50.0] * 9
    assert given == {
        "sizes": [9, 2],
        "draws": 7,
        "seed": 3,
        "interval_pct": 50.0,
        "counted": "counted",
    }
    monkeypatch.setattr(counting, "_population", lambda _: "people")
    counting.zone_counts.__wrapped__(weighted)
    assert given.pop("weights").tolist() == [50.0] * 9
    assert given == {"sizes": [9, 2], "population": "people", "counted": "counted"}
    counting.categories.__wrapped__(weighted, "trade")
    assert given.pop("weights").tolist() == [50.0] * 9
    assert given == {"sizes": [9, 2], "category": "trade", "counted": "counted"}
    counting.categories.__wrapped__(ASKED, "trade")
    assert given["weights"] is None


def test_reach_is_asked_for_with_its_distance_and_its_demand(given: dict[str, Any]) -> None:
    food = Points("shops", trade=("food",))
    coverage.covered_zones.__wrapped__(Coverage(food, QUARTERS, 700.0, SHOPS))
    assert len(given.pop("demand")) == 9
    assert given == {"sizes": [6, 2], "distance_m": 700.0}
    coverage.covered_zones.__wrapped__(Coverage(food, QUARTERS, 700.0))
    assert given["demand"] is None
    coverage.coverage_curve.__wrapped__(food, QUARTERS, (1.0, 2.0))
    assert given == {"sizes": [6, 2], "distances_m": (1.0, 2.0)}
    coverage.service_areas.__wrapped__(food, 700.0)
    assert given == {"sizes": [6], "distance_m": 700.0}


def test_units_are_tested_with_their_neighbours(
    given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = HotSpots(SHOPS, QUARTERS, None, "knn", 3, 7.0, 99, 5, 2.0, star=False)
    settings = Pattern(SHOPS, QUARTERS, None, "knn", 3, 7.0, 99, 5, 2.0).settings()
    monkeypatch.setattr(patterns, "counted", lambda _: "units")
    monkeypatch.setattr(autocorrelation, "counted", lambda _: "units")
    hot_spots.hot_spots.__wrapped__(asked)
    assert given == settings | {"sizes": ["units", "density_per_km2"], "star": False}
    whole = Autocorrelation(SHOPS, QUARTERS, None, "knn", 3, 7.0, 99, 5, 2.0, alpha=0.2)
    autocorrelation.autocorrelation.__wrapped__(whole)
    assert given == settings | {"sizes": ["units", "density_per_km2"], "alpha": 0.2}


def test_a_reach_that_is_likely_is_of_points_and_of_places_known_by_their_zone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = SHOPS.known().assign(place_extent=None)
    monkeypatch.setattr(Points, "known", lambda _: known)
    assert not SHOPS.is_unsure
    plain = coverage.likely_reach.__wrapped__(SHOPS, 500.0)
    assert len(plain) == 1
    areas = coverage.service_areas(SHOPS, 500.0)
    assert plain.geometry[0].equals(areas.union_all())
    # One of them may be anywhere in a wide disc: nowhere is it likely within 500 m of it.
    places = known.to_crs(4544).geometry.buffer(5000).to_crs(4490)
    known = known.assign(place_extent=[places.iloc[0], *[None] * 8])
    assert SHOPS.is_unsure
    likely = coverage.likely_reach.__wrapped__(SHOPS, 500.0)
    others = areas.geometry.iloc[1:].union_all()
    assert likely.geometry[0].symmetric_difference(others).area < 0.01 * others.area
    near = known.to_crs(4544).geometry.buffer(300).to_crs(4490)
    known = known.assign(place_extent=[*[None] * 4, near.iloc[4], *[None] * 4])
    again = coverage.likely_reach.__wrapped__(SHOPS, 500.0)
    assert again.geometry[0].contains(known.geometry.iloc[4])
