"""The page of one's own data in a browser: receipt, conversion by a click, use on other pages."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from app.texts import _texts
from tests.chromium import until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
STILL = (
    "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
)
RESULTS, SIDEBAR = ".st-key-results", "[data-testid=stSidebar]"
BARS = "path[aria-roledescription=bar]"
# What the sign for one more file is called, which only shows as a sign.
ICON = {"add", "icon"}
FINGERPRINT = re.compile(r"[0-9a-f]{12,16}")
# Icons are drawn as words in a font of icons.
SPOKEN = f"""
() => [...document.querySelectorAll('{RESULTS}, {SIDEBAR}')].map(part => {{
  const icons = [...part.querySelectorAll('[data-testid=stIconMaterial]')];
  return icons.reduce((text, icon) => text.replace(icon.innerText, ''), part.innerText);
}}).join(' ')
"""
CHINESE = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile(r"[A-Za-z]{3,}")
# Names of formats and systems, and what this test's file calls its columns.
NAMES = {
    "English",
    "GeoJSON",
    "EPSG",
    "CGCS",
    "WGS",
    "UTF",
    "SHA",
    "GCJ",
    "json",
    "name",
    "geojson",
}


def words(key: str, lang: str = "zh", **values: object) -> str:
    return _texts()[key][lang].format(**values)


def still(page: Page) -> None:
    until(page, STILL)


def bring(page: Page, app: str, name: str, content: bytes) -> None:
    page.goto(f"{app}/own?lang=zh")
    page.locator("[data-testid=stFileUploaderDropzone]").wait_for(timeout=WAIT_MS)
    still(page)
    upload(page, name, content)


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def click(page: Page, key: str, lang: str = "zh") -> None:
    page.get_by_role("button", name=words(key, lang), exact=True).click(timeout=WAIT_MS)
    page.wait_for_timeout(300)
    still(page)


def go(page: Page, name: str, lang: str = "zh") -> None:
    """Turn to a page by its link in the results, as the visit would be another by its address."""
    link = words("own.go", lang, page=words(f"page.{name}", lang))
    page.locator(RESULTS).get_by_role("link", name=link).first.click()
    page.wait_for_url(re.compile(f"/{name}"))


def take(page: Page, name: str) -> None:
    """Choose something that was brought in the select box that has it."""
    page.get_by_role("option", name=name, exact=True).click(timeout=WAIT_MS)
    page.wait_for_timeout(300)
    still(page)


def results(page: Page) -> str:
    return page.locator(RESULTS).inner_text()


def square(west: float, south: float, east: float, north: float, name: str) -> dict[str, object]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def collection(*features: dict[str, object]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_zones_are_received_used_and_counted_in(page, app):
    zones = collection(
        square(112.7, 28.0, 113.1, 28.4, "甲区"), square(110.0, 27.0, 110.1, 27.1, "乙区")
    )
    bring(page, app, "zones.geojson", zones)
    page.get_by_text("读入 2 行 = 采用 2 行 + 未采用 0 行").wait_for(timeout=WAIT_MS)
    page.frame_locator("iframe").locator(".atlas-legend").wait_for(timeout=WAIT_MS)
    click(page, "own.use.zones")
    go(page, "distribution")
    page.get_by_role("combobox", name=words("choose.zoning")).click(timeout=WAIT_MS)
    take(page, "zones")
    page.locator(f"{RESULTS} text", has_text="甲区").first.wait_for(timeout=WAIT_MS)
    still(page)
    assert page.locator(BARS).count() == 1  # the second zone holds nothing
    assert "自带数据“zones”：读入 2 行 = 采用 2 行 + 未采用 0 行" in results(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name=words("own.download_receipt")).click()
    receipt = json.loads(waiting.value.path().read_bytes())
    assert waiting.value.suggested_filename == "zones_receipt.json"
    assert (receipt["rows_in"], receipt["rows_accepted"], receipt["crs"]) == (2, 2, "EPSG:4490")
    page.locator(SIDEBAR).get_by_text("English", exact=True).click()
    receipt = page.get_by_role("paragraph").filter(has_text='Own data "zones": 2 in = 2 accepted')
    receipt.wait_for(timeout=WAIT_MS)
    assert page.locator(BARS).count() == 1


def test_what_is_no_file_is_refused_and_the_page_speaks_one_language(open_page, app):
    page = open_page(1280, 720)
    bring(page, app, "people.tif", b"not a raster")
    page.locator("[data-testid=stAlert]").filter(has_text="people.tif").wait_for(timeout=WAIT_MS)
    still(page)
    upload(page, "a.geojson", collection(square(112.7, 28.0, 113.1, 28.4, "a")))
    click(page, "own.use.zones")
    for lang, foreign in (("zh", LATIN), ("en", CHINESE)):
        if lang == "en":
            page.locator(SIDEBAR).get_by_text("English", exact=True).click()
            page.get_by_role("button", name=words("own.use.zones", lang)).wait_for(timeout=WAIT_MS)
            still(page)
        said = FINGERPRINT.sub("", page.evaluate(SPOKEN))
        assert set(foreign.findall(said)) - NAMES - ICON - {"中文"} == set()


def many_squares(count: int) -> bytes:
    step, row = 0.8 / count, '{{"type":"Feature","properties":{{"name":"{}"}},"geometry":{}}}'
    ring = '{{"type":"Polygon","coordinates":[[[{0},28],[{1},28],[{1},28.1],[{0},28.1],[{0},28]]]}}'
    rows = (
        row.format(
            f"区{n}", ring.format(f"{112.4 + n * step:.7f}", f"{112.4 + (n + 1) * step:.7f}")
        )
        for n in range(count)
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(rows)}]}}'.encode()


def test_a_large_file_says_how_far_it_is_and_can_be_called_off_and_read_after_all(
    page, app, tmp_path
):
    path, rows = tmp_path / "large.geojson", 60_000
    path.write_bytes(many_squares(rows))
    page.goto(f"{app}/own?lang=zh")
    page.locator("[data-testid=stFileUploaderDropzone]").wait_for(timeout=WAIT_MS)
    still(page)
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(path)
    share = re.compile(words("own.reading_on", pct=0).replace("0 ", r"([1-9][0-9]?)\s"))
    page.get_by_text(share).wait_for(timeout=WAIT_MS)
    page.get_by_role("button", name=words("own.cancel"), exact=True).click()
    page.get_by_text("已取消读取 large.geojson").wait_for(timeout=5_000)
    still(page)
    assert "读入" not in page.locator("[data-testid=stMain]").inner_text()
    click(page, "own.again")
    page.get_by_text(f"读入 {rows:,} 行 = 采用 {rows:,} 行").wait_for(timeout=WAIT_MS)
