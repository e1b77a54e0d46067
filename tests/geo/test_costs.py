"""What may be asked for at once: what costs too much is refused before it is begun, in words."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import box

import geo
from geo.errors import InputError
from geo.pattern.neighbours import adjacency
from geo.wording import catalogue
from layers.keeping.brought import keep_zones
from layers.plan.zonings import own_zones
from layers.questions import Coverage as Covered
from layers.questions import Distribution, Shown, costs, coverage_curve, covered_zones, zone_results
from layers.questions.patterns import Pattern
from layers.questions.patterns import refusal as refused
from layers.questions.subjects import Points, Zones
from layers.web import display

EAST, NORTH, KM = 500_000.0, 3_100_000.0, 1000.0


# ---- refused before it is begun, with what to choose instead ----


def test_the_resolution_that_is_named_is_allowed() -> None:
    with pytest.raises(InputError, match="Take resolution 8 or coarser") as caught:
        refused(Pattern(Points("platforms"), Zones("h3", h3_resolution=9)))
    assert "第 8 级" in caught.value.sentence("zh")
    costs.require_zones(Zones("h3", h3_resolution=8), costs.MOST_TESTED, function="f")


@pytest.mark.parametrize("name", ["hexagons", "squares"])
def test_the_size_of_cells_that_is_named_is_allowed(name: str) -> None:
    with pytest.raises(InputError) as caught:
        costs.require_zones(Zones(name, cell_m=100), costs.MOST_COUNTED, function="f")
    size = caught.value.values["size"]
    costs.require_zones(Zones(name, cell_m=size), costs.MOST_COUNTED, function="f")
    assert f"{size}" in caught.value.sentence("en")


def test_the_reach_that_is_named_is_allowed() -> None:
    place = np.arange(3_600)
    corners = np.column_stack([EAST + place % 60 * KM, NORTH + place // 60 * KM])
    cells = gpd.GeoSeries(shapely.box(*corners.T, *(corners + KM).T), crs=4547)
    options = {"rule": "distance", "k": 8, "tolerance_m": 1.0, "function": "f"}
    with pytest.raises(InputError, match="pairs of neighbours within 40,000 m") as caught:
        adjacency(cells, distance_m=40 * KM, **options)
    adjacency(cells, distance_m=float(caught.value.values["reach"]), **options)


def test_many_zones_of_a_visitor_are_refused_on_a_map_and_in_words() -> None:
    place = np.arange(costs.MOST_DRAWN + 1)
    west, south = 112.5 + place % 150 * 1e-3, 28.0 + place // 150 * 1e-3
    frame = gpd.GeoDataFrame(geometry=shapely.box(west, south, west + 1e-3, south + 1e-3), crs=4490)
    zones = Zones(keep_zones(own_zones(frame)))
    asked = Shown(Distribution(Points("projects"), zones), "count")
    for ask in (
        lambda: zone_results.table(asked),
        lambda: covered_zones(Covered(Points("parks"), zones, 3000.0)),
        lambda: coverage_curve(Points("parks"), zones),
    ):
        with pytest.raises(InputError) as caught:
            ask()
        assert "20,001" in caught.value.sentence("zh")
        assert "20,000" in caught.value.sentence("en")


def many(area: gpd.GeoSeries) -> gpd.GeoSeries:
    return gpd.GeoSeries([area.centroid.iloc[0]] * 200, crs=area.crs)


@pytest.mark.parametrize(
    ("code", "ask"),
    [
        ("cost.h3", lambda area: geo.h3_cells(area, resolution=15)),
        ("cost.cells", lambda area: geo.hexagons(area, size_m=1)),
        ("cost.cells", lambda area: geo.squares(area, size_m=1)),
        ("cost.draws", lambda area: geo.uncertainty(many(area), area, draws=1_000_000)),
        (
            "cost.buffers",
            lambda area: geo.coverage_curve(area.centroid, area, distances_m=range(1, 99_999)),
        ),
        ("cost.raster", lambda area: geo.kernel_density(area.centroid, bandwidth_m=9, extent=area)),
    ],
)
def test_a_method_names_its_cost_in_both_languages(code: str, ask: object) -> None:
    area = gpd.GeoSeries([box(EAST, NORTH, EAST + 200 * KM, NORTH + 200 * KM)], crs=4547)
    with pytest.raises(InputError) as caught:
        ask(area) if code != "cost.raster" else geo.kernel_density(
            area.centroid, bandwidth_m=9, cell_size_m=5, extent=area
        )
    assert caught.value.code == code
    for lang in ("zh", "en"):
        assert "{" not in caught.value.sentence(lang)


def test_every_sentence_of_cost_has_both_languages_and_the_same_blanks() -> None:
    import string  # noqa: PLC0415

    assert any(code.startswith("cost.") for code in catalogue())
    for code, words in catalogue().items():
        if not code.startswith("cost."):
            continue
        blanks = {
            lang: {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for lang, text in words.items()
        }
        assert blanks["zh"] == blanks["en"], code


# ---- cheap and exact ----


def test_a_border_of_many_corners_is_shown_simpler_and_says_so() -> None:
    at = np.linspace(0, 2 * np.pi, display.MOST_VERTICES + 50_000, endpoint=False)
    rim = 0.2 + 0.02 * np.sin(50 * at)
    ring = np.column_stack([112.9 + rim * np.cos(at), 28.2 + rim * np.sin(at)])
    shown = display.displayed([shapely.Polygon(ring)])
    assert shapely.get_num_coordinates(shown.shapes).sum() <= display.MOST_VERTICES
    off = shapely.hausdorff_distance(shapely.LineString(ring[::50]), shown.shapes[0].exterior)
    assert off * display.METRES_PER_DEGREE <= 2 * shown.tolerance_m + 50.0


def test_what_has_few_corners_is_shown_as_it_is() -> None:
    shapes = np.array([box(112, 28, 113, 29)] * 30_000)
    shown = display.displayed(shapes)
    assert shown.tolerance_m == 0
    assert shown.shapes is not None
    assert shapely.equals_exact(shown.shapes, shapes).all()
