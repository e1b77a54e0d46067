"""The distribution page in a browser: an area of one's own, and every tab."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from app.texts import _texts
from tests.chromium import until

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

pytestmark = pytest.mark.browser

WAIT_MS = 30_000
TABS = ("chart", "table", "classes", "structure")
STILL = (
    "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
)
OPENED = "tab => new URLSearchParams(location.search).get('tab') === tab"
BARS = "path[aria-roledescription=bar]"
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
    until(page, STILL)


def test_every_tab_speaks_one_language_and_fits_its_column(page, app):
    frame = show(page, app, zoning="districts", measure="investment", scale="log")
    # Nothing is looked at but what stands beside the map, which is not drawn anew for it.
    frame.frame_element().evaluate("iframe => { iframe.src = 'about:blank' }")
    for lang, foreign, width in (("zh", LATIN, 1440), ("en", CHINESE, 1280)):
        if lang == "en":
            page.get_by_text("English", exact=True).click()
            page.set_viewport_size({"width": width, "height": 720})
        for tab in TABS:
            opened = page.get_by_role("tab", name=words(f"distribution.{tab}", lang), exact=True)
            opened.click(timeout=WAIT_MS)
            until(page, OPENED, arg=None if tab == TABS[0] else tab)
            still(page)
            found = {word for text in page.evaluate(SPOKEN) for word in foreign.findall(text)}
            assert found - NAMES - {"中文"} == set(), (lang, tab)
            fits = f"({WIDER_THAN_THE_COLUMN})() === 0"
            until(page, fits)


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
    page.get_by_text(words("distribution.concentration_single")).wait_for(timeout=WAIT_MS)
