"""The pattern page from end to end in a browser with no network."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest

from app.texts import _texts
from layers.questions import patterns
from layers.questions.hot_spots import HotSpots
from layers.questions.subjects import Points, Zones
from tests.chromium import until

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
MAP_SHARE = 0.62
DEFAULT = HotSpots(Points.usual("platforms"), Zones("hexagons"))
PAINTED = """
() => document.querySelector('.leaflet-atlas-land-pane path')
  && [...document.querySelectorAll('.leaflet-atlas-analysis-pane canvas')].some(canvas =>
    new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      .data.buffer).some(Boolean))
"""
LEGEND = """
() => [...document.querySelectorAll('.atlas-legend .atlas-entry')].map(row => row.textContent)
"""
# Of each layer with symbols, from the lowest up: how high these lie.
HEIGHTS = """
() => Atlas.view.model.layers.map(layer => [...Atlas.view.points.markers]
    .filter(([key]) => key.startsWith(`${layer.id}:`)).map(([, { _zIndex, options }]) =>
      _zIndex + options.zIndexOffset))
  .filter(all => all.length).map(all => [Math.min(...all), Math.max(...all)])
"""


def words(key: str, lang: str = "zh") -> str:
    return _texts()[key][lang]


def drawn(page: Page) -> Frame:
    page.frame_locator("iframe").locator(".atlas-legend").wait_for(timeout=WAIT_MS)
    until(
        page,
        "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState"
        " === 'notRunning'",
    )
    frame = page.locator("iframe").element_handle().content_frame()
    until(frame, PAINTED)
    assert page.locator("[data-testid=stException], [data-testid=stAlert]").count() == 0
    return frame


def choose_look(page: Page, look: str, lang: str = "zh") -> None:
    page.get_by_role("combobox", name=words("pattern.look", lang), exact=True).click()
    page.get_by_role("option", name=words(f"pattern.look.{look}", lang), exact=True).click()
    until(page, "look => new URLSearchParams(location.search).get('look') === look", arg=look)


def test_a_planner_reads_the_hot_spot_looks_at_the_others_and_takes_it_home(page, app, tmp_path):
    page.goto(f"{app}/pattern")
    frame = drawn(page)
    results = page.locator(".st-key-results")
    assert "平台显著集聚于岳麓区" in results.inner_text()
    box = page.locator("iframe").bounding_box()
    assert box["width"] > MAP_SHARE * 1440
    assert box["y"] + box["height"] <= 900

    zones = DEFAULT.answer()
    legend = frame.evaluate(LEGEND)
    for kind, n in (
        zones.loc[zones["hot_spot"].isin(patterns.HOT), "hot_spot"].value_counts().items()
    ):
        assert any(
            words(f"pattern.class.{kind}") in row and row.endswith(str(n)) for row in legend
        ), legend

    with page.expect_download() as waiting:
        page.locator("[data-testid=stDownloadButton]").get_by_text(
            words("pattern.download_geojson"), exact=True
        ).click()
    path = tmp_path / "cells.geojson"
    waiting.value.save_as(path)
    assert gpd.read_file(path)["hot_spot"].tolist() == zones["hot_spot"].tolist()

    choose_look(page, "distance")
    results.get_by_text(words("pattern.chart.ripley"), exact=True).wait_for()
    results.locator("[data-testid=stVegaLiteChart] svg").first.wait_for()
    drawn(page)

    choose_look(page, "centres")
    heights = drawn(page).evaluate(HEIGHTS)
    assert len(heights) > 2
    assert all(low[1] < high[0] for low, high in pairwise(heights)), "centres lie above the points"
