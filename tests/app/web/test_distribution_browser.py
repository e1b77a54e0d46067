"""The distribution page in a browser: what a click costs, zones of one's own, and every tab."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from app.texts import _texts
from layers import questions
from layers.questions.subjects import Points, Zones

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

pytestmark = pytest.mark.browser

WAIT_MS = 30_000
TABS = ("chart", "table", "classes", "structure")
STILL = (
    "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
)
BARS = "path[aria-roledescription=bar]"
OUTLINED = f"{BARS}[stroke=black]"
CHART_AT_REST = """
() => {
  const chart = document.querySelector('[data-testid=stVegaLiteChart] svg');
  const same = chart && chart === window.chartBefore && chart.outerHTML === window.chartTextBefore;
  [window.chartBefore, window.chartTextBefore] = [chart, chart && chart.outerHTML];
  window.chartSame = same ? window.chartSame + 1 : 0;
  return window.chartSame >= 3;
}
"""
RESULTS = ".st-key-results"
LATIN = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile(r"[\u3400-\u9fff]+")
# Names of indices, of people and of formats are the same in both languages.
NAMES = {"HHI", "Gini", "Theil", "Hill", "CSV", "GeoJSON", "GeoTIFF", "km", "Krugman", "English"}
SPOKEN = f"""
() => [...document.querySelectorAll('{RESULTS} [data-testid=stCaptionContainer], '
    + '{RESULTS} .heading, {RESULTS} [data-testid=stTab], {RESULTS} table.classes td, '
    + '{RESULTS} [data-testid=stMetricLabel], {RESULTS} [data-testid=stDownloadButton], '
    + '[data-testid=stSidebar] [data-testid=stWidgetLabel]')]
  .map(part => part.innerText).filter(text => text.trim())
"""
WIDER_THAN_THE_COLUMN = f"""() => {{
  const column = document.querySelector('{RESULTS}').getBoundingClientRect();
  return [...document.querySelectorAll('{RESULTS} svg, {RESULTS} [data-testid=stDataFrame],'
    + '{RESULTS} .figures table')]
    .filter(part => part.getClientRects().length)
    .filter(part => part.getBoundingClientRect().right > column.right + 1).length;
}}
"""


def words(key: str, lang: str = "zh", **values: object) -> str:
    return _texts()[key][lang].format(**values)


def show(page: Page, app: str, **parameters: str) -> Frame:
    page.goto(f"{app}/distribution?{urlencode(parameters)}")
    page.locator(f"{RESULTS} [data-testid=stTab]").first.wait_for(timeout=WAIT_MS)
    page.frame_locator("iframe").locator(".atlas-legend").wait_for(timeout=WAIT_MS)
    still(page)
    return page.locator("iframe").element_handle().content_frame()


def still(page: Page) -> None:
    page.wait_for_function(STILL, timeout=WAIT_MS)


def captions(page: Page) -> str:
    return " ".join(page.locator("[data-testid=stCaptionContainer]").all_inner_texts())


def test_a_click_runs_the_fragment_and_neither_the_sidebar_nor_the_map_anew(page, app):
    sent: list[bytes] = []
    page.on(
        # Playwright cannot look into a built-in method: hence a function around it.
        "websocket",
        lambda found: found.on("framesent", lambda message: sent.append(message)),  # noqa: PLW0108
    )
    frame = show(page, app)
    page.wait_for_function(CHART_AT_REST, polling=80)
    asked = questions.Distribution(Points("projects"), Zones("circles"))
    assert page.locator(BARS).count() == int((questions.zone_counts(asked)["count"] > 0).sum())
    frame.evaluate("() => { Atlas.marked = true }")
    page.evaluate("() => { document.querySelector('[data-testid=stSidebar] input').marked = true }")
    sent.clear()
    page.locator(BARS).nth(1).click()
    page.locator(OUTLINED).wait_for()
    page.wait_for_function("() => new URLSearchParams(location.search).has('selected')")
    still(page)
    ran = [BackMsg.FromString(message).rerun_script for message in sent]
    assert ran
    assert all(run.fragment_id for run in ran)
    assert frame.evaluate("() => Atlas.marked")
    assert page.evaluate("() => document.querySelector('[data-testid=stSidebar] input').marked")
    assert "确实多于下一名" in captions(page)


def test_every_tab_speaks_one_language_and_fits_its_column(page, app):
    show(page, app, zoning="districts", measure="investment", scale="log")
    sizes = [(1440, 900), (1280, 720)]
    for lang, foreign in (("zh", LATIN), ("en", CHINESE)):
        if lang == "en":
            page.get_by_text("English", exact=True).click()
        for tab in TABS:
            opened = page.get_by_role("tab", name=words(f"distribution.{tab}", lang), exact=True)
            opened.click(timeout=WAIT_MS)
            page.wait_for_timeout(400)
            still(page)
            found = {word for text in page.evaluate(SPOKEN) for word in foreign.findall(text)}
            assert found - NAMES - {"中文"} == set(), (lang, tab)
            for width, height in sizes:
                page.set_viewport_size({"width": width, "height": height})
                page.wait_for_function(f"({WIDER_THAN_THE_COLUMN})() === 0", timeout=WAIT_MS)
            sizes.reverse()


def test_projects_are_counted_in_a_drawn_area_without_a_second_click(page, app):
    frame = show(page, app, zoning="drawn")
    frame.get_by_role("button", name="绘制范围").click()
    frame.locator(".atlas-drawing").wait_for()
    corner = frame.frame_element().bounding_box()
    corners = [(330, 160), (720, 160), (720, 560), (330, 560)]
    for x, y in corners:
        page.mouse.click(corner["x"] + x, corner["y"] + y)
    frame.get_by_role("button", name="完成").click()
    page.locator(f"{RESULTS} text", has_text=words("choose.drawn_area")).wait_for(timeout=WAIT_MS)
    still(page)
    assert page.locator(BARS).count() == 1
    page.get_by_role("tab", name=words("distribution.structure"), exact=True).click()
    assert words("distribution.concentration_single") in captions(page)
