"""What every writer of a map takes from its scene alike."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from geo.numerals import number
from layers.look.content import Content
from layers.look.styles import looks
from layers.paper.drawing import point_symbols
from layers.paper.symbols import draw_symbols
from layers.plan.catalogue import load
from layers.qgis.styles import layer_qml
from layers.record.specification import read_spec
from layers.scene.boxes import Box
from layers.scene.resolved import scene
from layers.scene.sizes import round_amounts
from layers.scene.solid import PALE, thinned
from layers.scene.window import Window
from layers.slides.legends import legend_items
from layers.web.document import map_document
from layers.words import say

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.scene.scene import Scene

AMOUNTS = [1000.0, 250.0, 10.0, 2.5]
MONEY = "investment_100m_cny"


@pytest.fixture(scope="module")
def projects() -> gpd.GeoDataFrame:
    """Four projects that each stand alone; the third is known by its zone only."""
    frame = load("projects").iloc[: len(AMOUNTS)].reset_index(drop=True)
    frame = frame.assign(evidence="located", within=[None, None, "park-changsha-gaoxin", None])
    frame[MONEY] = AMOUNTS
    places = shapely.points(112.7 + 0.1 * np.arange(len(AMOUNTS)), 28.2)
    return frame.set_geometry(places, crs="EPSG:4490")


@pytest.fixture(scope="module")
def drawn(projects: gpd.GeoDataFrame) -> Scene:
    only = scene(Content({"projects": projects}, ("projects",)))
    return only.placed(function="test")


def printed_radii(drawn: Scene) -> list[float]:
    box = Box(0.0, 0.0, 500.0, 500.0)
    symbols, _ = point_symbols(drawn, Window(box, (590_000.0, 3_120_000.0), 4e5), (), px=1.0)
    here = symbols["projects"]
    return here.radii[np.argsort(here.picks)].tolist()


def qgis_radii(drawn: Scene) -> list[float]:
    """The sizes that QGIS works out, mm across, by the same arithmetic in SQLite."""
    qml = layer_qml(drawn.layers[0], "point")
    found = re.findall(r'value="(CASE WHEN &quot;investment_100m_cny&quot; IS NULL[^"]*)"', qml)
    expression = found[0].replace("&quot;", '"')
    sizes = []
    with sqlite3.connect(":memory:") as base:
        base.create_function("sqrt", 1, lambda value: value**0.5)
        for amount in AMOUNTS:
            base.execute("CREATE TEMP TABLE row AS SELECT ? AS investment_100m_cny", [amount])
            sizes.append(base.execute(f"SELECT {expression} FROM row").fetchone()[0])  # noqa: S608 - our own
            base.execute("DROP TABLE row")
    return sizes


def test_areas_are_as_the_amounts_in_every_writer_and_none_is_held_back_at_a_limit(
    projects: gpd.GeoDataFrame, drawn: Scene
) -> None:
    document = map_document({"projects": projects})
    web = next(layer for layer in document["layers"] if layer["id"] == "projects")["radii"]
    # A slide has the picture of the print.
    for radii in (web, printed_radii(drawn), qgis_radii(drawn)):
        areas = np.square(radii) / radii[0] ** 2
        np.testing.assert_allclose(areas, np.array(AMOUNTS) / AMOUNTS[0], rtol=1e-3)


@pytest.mark.parametrize("beyond", [0, 3])
def test_a_legend_of_a_slide_says_what_two_counts_are(drawn: Scene, beyond: int) -> None:
    (layer,) = drawn.layers
    layer = replace(layer, beyond={layer.marks[0].key: beyond})
    items = legend_items(replace(drawn, layers=(layer,)))
    counted = any("/" in item.count for item in items)
    assert counted == (beyond > 0)
    assert (say("slides.part", drawn.lang) in {item.label for item in items}) == counted


def test_a_legend_of_sizes_reaches_the_largest_amount(drawn: Scene) -> None:
    layer = drawn.layers[0]
    assert [amount for amount, _ in layer.amounts] == [50.0, 200.0, 1000.0]
    assert layer.amounts[-1][1] == max(mark.radius_px for mark in layer.marks)
    (sizes,) = (item.sizes for item in legend_items(drawn) if item.kind == "sizes")
    assert sizes == tuple((number(amount), radius) for amount, radius in layer.amounts[::-1])
    for largest in (0.07, 1.0, 184.0, 999.0, 1001.0):
        top, *others = round_amounts(largest)
        assert largest <= top <= 1.5 * largest
        assert all(top > other for other in others)


def test_a_legend_says_that_what_is_known_by_its_zone_is_spread_over_it() -> None:
    for spec in ("density", "coverage"):
        for lang in ("zh", "en"):
            content = read_spec({"map": spec, "lang": lang}, review_number="internal").content()
            made = scene(content, function="test")
            words = [entry.words for section in made.legend() for entry in section.entries]
            (told,) = (each for each in words if looks()["zone_only"][lang] in each)
            assert (say("legend.spread", lang) in told) is (spec == "density")


def test_a_dot_in_the_middle_of_its_zone_is_a_dashed_ring_in_every_writer(
    projects: gpd.GeoDataFrame, drawn: Scene
) -> None:
    layer, dash = drawn.layers[0], looks()["zone_only"]["dash"]
    assert [bool(mark.style.dash) for mark in layer.marks] == [False, False, True, False]
    words = looks()["zone_only"]["zh"]
    entries = [entry for section in drawn.legend() for entry in section.entries]
    assert [(str(entry.count), entry.style.dash) for entry in entries if entry.words == words] == [
        ("1", dash)
    ]
    items = {item.label: item for item in legend_items(drawn)}
    assert (items[words].style.symbol, items[words].style.dash) == ("hollow", dash)

    document = map_document({"projects": projects})
    web = next(each for each in document["layers"] if each["id"] == "projects")
    assert [web["styles"][look]["zone_only"] for look in web["look"]] == [
        mark.zone_only for mark in layer.marks
    ]
    assert document["zone_only"]["title"]["zh"] == words

    qml = layer_qml(layer, "point")
    assert "&quot;within&quot; IS NOT NULL THEN 'dash'" in qml

    axes = Figure().add_axes((0, 0, 1, 1))
    mark = layer.marks[2]
    draw_symbols(axes, np.zeros((1, 2)), mark.style, radius=5, tint=mark.tint, px=1.0, zorder=1.0)
    drawn = [
        line
        for part in axes.get_children()
        if isinstance(part, PathCollection)
        for line in part.get_linestyle()
    ]
    assert drawn[-1][1] is not None
    assert drawn[0][1] is None


def test_an_area_of_the_plan_that_fills_a_map_shows_the_ground_below_it() -> None:
    cities = load("cities")
    shown = scene(Content({"cities": cities}, ("cities",))).placed(function="test")
    (city, *_) = shown.layers[0].marks
    west, south, east, north = shapely.bounds(city.shape).tolist()
    wide, high = east - west, north - south

    def opacity(around: float) -> float:
        frame = (west - around * wide, south - around * high, east + around * wide, north)
        return thinned(shown, frame).layers[0].marks[0].style.fill_opacity

    assert opacity(0.0) == PALE < city.style.fill_opacity
    # Where it is a sixth of the map or less it is as solid as ever.
    assert opacity(1.0) == city.style.fill_opacity
