"""Taking along what is on the screen: three clicks, in a browser with no network."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pptx
import pyogrio
import pypdf
import pytest
from PIL import Image

from app.texts import _texts
from layers.book.claims import headline
from layers.record import provenance
from layers.record.specification import asked, read_spec
from layers.web.pictures import png
from tests.chromium import until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
# One transparent pixel: a tile that a test serves in place of a tile host.
PIXEL = png(Image.new("RGBA", (1, 1)))


def words(key: str) -> str:
    return _texts()[key]["zh"]


def open_export(page: Page, address: str) -> None:
    page.goto(address)
    page.frame_locator("iframe").first.locator(".atlas-legend").wait_for(timeout=WAIT_MS)
    page.get_by_role("button", name=words("export.button")).click(timeout=WAIT_MS)


def decide(page: Page) -> None:
    page.get_by_text(words("export.review.internal")).click()


def downloaded(page: Page, kind: str, folder: Path) -> Path:
    button = page.get_by_role("button", name=words(f"export.kind{kind}"))
    with page.expect_download(timeout=WAIT_MS) as waiting:
        button.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_three_clicks_give_slides_and_a_print(page, app, tmp_path):
    open_export(page, f"{app}/distribution")
    page.get_by_text(words("export.decide")).wait_for()
    # The keys go into what was opened, which stands behind the whole map, and out of it again.
    opener = page.get_by_role("button", name=words("export.button"))
    opener.focus()
    page.keyboard.press("Tab")
    assert page.evaluate(
        "() => document.activeElement.closest('[data-testid=stPopoverBody]') !== null"
    )
    page.keyboard.press("Shift+Tab")
    assert opener.evaluate("e => e === document.activeElement")
    assert page.get_by_role("button", name=words("export.kind.pdf")).count() == 0
    decide(page)
    slides = downloaded(page, ".pptx", tmp_path)
    deck = pptx.Presentation(BytesIO(slides.read_bytes()))
    spec = read_spec("distribution", review_number="internal")
    title = spec.titled().title
    first = deck.slides[0].shapes
    # On a slide numbers stay with their units.
    assert first.title.text.replace("\xa0", " ") == headline(asked(spec), "zh")
    assert title in {shape.text_frame.text for shape in first if shape.has_text_frame}
    assert provenance.read(slides)["spec"]["map"] == "distribution"
    printed = downloaded(page, ".pdf", tmp_path)
    text = pypdf.PdfReader(printed).pages[0].extract_text()
    assert title.strip("“”") in text.replace("\n", "")
    assert provenance.read(printed)["spec"]["sheet"]["review_number"] == "internal"


BOUNDS = """() => {
  const bounds = Atlas.view.map.getBounds();
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
}"""
RESTS = "() => !Atlas.view.map._animatingZoom"


def test_what_is_taken_is_what_is_on_the_screen(page, open_page, app, tmp_path):
    """Streamlit itself would tell of the address as it was when the page was opened."""
    tiles = re.compile(r"https://webrd0\d\.is\.autonavi\.com/.*")

    def serve_tiles(page: Page) -> None:
        # What is routed is fetched anew each time, Streamlit's scripts too: not before it is asked.
        page.allowed = (*page.allowed, "https://webrd0")
        page.route(tiles, lambda route: route.fulfill(content_type="image/png", body=PIXEL))

    view = "view=28.2%2C112.9%2C12&layers=-axes.-circles.-nodes.-roads.-metro&base=vector"
    open_export(page, f"{app}/?lang=zh&{view}")
    decide(page)
    spec = provenance.read(downloaded(page, ".png", tmp_path))["spec"]
    west, south, east, north = spec["extent"]
    # A pixel at zoom 12 is 0.00034° wide; the middle of the map may fall between two.
    assert (west + east) / 2 == pytest.approx(112.9, abs=0.00017)
    assert (south + north) / 2 == pytest.approx(28.2, abs=0.0002)
    assert set(spec["visible"]) == {"districts", "river", "cities"}
    assert spec["base"] == "vector"
    whole = downloaded(page, ".gpkg", tmp_path)
    tables = {str(name) for name in pyogrio.list_layers(whole)[:, 0]}
    assert tables == {"districts", "river_polygon", "river_line", "cities", "layer_styles"}
    assert "extent" not in provenance.read(whole)["spec"]

    # In a smaller window, moved by hand and by the wheel, without a run.
    frame = page.locator("iframe").first.element_handle().content_frame()
    page.set_viewport_size({"width": 1280, "height": 720})
    before = frame.evaluate(BOUNDS)
    box = page.locator("iframe").first.bounding_box()
    x, y = box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 30, steps=6)
    page.mouse.up()
    zoom = frame.evaluate("() => Atlas.view.map.getZoom()")
    page.mouse.wheel(0, -60)
    until(frame, "zoom => Atlas.view.map.getZoom() > zoom", arg=zoom)
    until(frame, RESTS)
    found = provenance.read(downloaded(page, ".png", tmp_path))["spec"]["extent"]
    shown = frame.evaluate(BOUNDS)
    assert shown != before
    pixel = (shown[2] - shown[0]) / frame.evaluate("() => Atlas.view.map.getSize().x")
    assert found == pytest.approx(shown, abs=pixel)

    # On another base map, which the map that is taken along opens with.
    serve_tiles(page)
    frame.evaluate("() => Atlas.view.setBase('amap')")
    until(page, "() => new URLSearchParams(location.search).get('base') === 'amap'")
    one_file = downloaded(page, ".html", tmp_path)
    assert provenance.read(one_file)["spec"]["base"] == "amap"
    assert one_file.stat().st_size < 5_000_000
    # The visitor of the app can be the next test's; one who has opened a file cannot.
    serve_tiles(beside := open_page())
    beside.goto(one_file.as_uri())
    beside.locator(".atlas-legend").wait_for(timeout=WAIT_MS)
    assert beside.locator(".atlas-row.base select").input_value() == "amap"
