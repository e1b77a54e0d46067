"""The app from end to end: real pages, real data and real clicks, in a browser with no network."""

from __future__ import annotations

import contextlib
import json
import re
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlparse

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from playwright.sync_api import TimeoutError as TookTooLongError
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg

import layers
from app.texts import LANGUAGES, _texts
from app.web.choices import value_label
from layers import questions
from layers.questions.subjects import Points, Zones
from tests.chromium import until

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import Frame, Locator, Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("overview", "density", "coverage", "distribution", "pattern", "own", "locate", "sources")
MAP_PAGES = tuple(name for name in PAGES if name not in {"own", "sources"})
FULL_SIZE = (1440, 900)
# Columns that stick out of their row once a window is made smaller.
BEYOND = """() => [...document.querySelectorAll('[data-testid="stColumn"]')]
  .map(column => column.getBoundingClientRect().right
    - column.parentElement.getBoundingClientRect().right).filter(beyond => beyond > 1)"""
SMALL_SIZE = (1280, 720)
MAP_SHARE = 0.62
WAIT_MS = 60_000
CIRCLES = "circles"
ZONES = "overlay-zones"

CHINESE = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile(r"[A-Za-z]{2,}")

PAINTED = """
[...document.querySelectorAll('.leaflet-atlas-analysis-pane canvas')].some(canvas =>
  new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    .data.buffer).some(Boolean))
"""
# Findings of axe-core but the minor ones, each with the place that it is found in. Rows of a table
# are made alike: one that keeps somebody out does so among the first. A map is a part of its page,
# which has the heading.
BARRIERS = """
async () => (await axe.run({ exclude: ['.figures tr:nth-child(n+6)'] },
    { iframes: false, resultTypes: ['violations'] })).violations
  .filter(({ id, impact }) => impact !== 'minor' && id !== 'page-has-heading-one')
  .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
"""
# What a page's map must have drawn besides its base map.
DRAWN = {
    "overview": "document.querySelectorAll('.leaflet-atlas-area-pane path').length >= 6",
    "density": "[...document.querySelectorAll('.leaflet-atlas-picture-pane img')]"
    ".some(image => image.complete && image.naturalWidth > 1)",
    "coverage": PAINTED,
    "distribution": PAINTED,
    "pattern": PAINTED,
    "locate": "document.querySelector('.leaflet-marker-icon')",
}
# Words of the interface: neither the names and quotes of the data nor icons, which are drawn
# from the words of an icon font.
INTERFACE = """
[data-testid=stTopNavLink], [data-testid=stWidgetLabel], [data-testid=stHeading],
[data-testid=stTab], [data-testid=stCaptionContainer], [data-testid=stMetricLabel],
[data-testid=stExpander] summary, [data-testid=stSelectbox] input,
[data-testid=stMultiSelect] input, [data-testid=stTextInput] input,
[data-testid=stDownloadButton] button, [data-testid=stButtonGroup] button,
[data-testid=stVegaLiteChart] text, [data-testid=stDataFrame] th,
.figures th
"""
WORDS = """
selector => [...document.querySelectorAll(selector)]
  .filter(e => e.closest('svg, canvas') || e.getClientRects().length)
  .flatMap(e => {
    if (e.closest('svg')) {
      return [e.textContent];
    }
    const copy = e.cloneNode(true);
    copy.querySelectorAll('[data-testid=stIconMaterial]').forEach(icon => icon.remove());
    return [copy.textContent, e.value || e.placeholder, e.ariaLabel];
  })
  .filter(text => text && text.trim())
"""
MAP_INTERFACE = """
.atlas-search input, .atlas-tools button, .atlas-head, .atlas-panel h4, .atlas-row span,
.atlas-row option, .atlas-row .count, .atlas-entry .name, .atlas-sizes small, .atlas-scale span,
.north, .atlas-readout
"""
# Single lines that do not fit in their box, and so lose their end.
CUT = """
() => [...document.querySelectorAll('[data-testid=stTopNavLink] p, [data-testid=stWidgetLabel] p, '
    + '[data-testid=stMetricLabel], [data-testid=stMetricValue] > div, [data-testid=stTab] p, '
    + '[role=tablist], .figures, .st-key-results .dvn-scroller, '
    + '[data-testid=stDownloadButton] p, [data-testid=stHeading] h1, '
    + '[data-testid=stSelectbox] input')]
  .filter(e => e.getClientRects().length && e.scrollWidth > e.clientWidth + 1)
  .map(e => e.value || e.textContent)
"""
# Neighbours in a column that stand on each other.
OVERLAPS = """
() => [...document.querySelectorAll('[data-testid=stVerticalBlock]')].flatMap(block => {
  const boxes = [...block.children].flatMap(child => {
    const rects = [child, ...child.querySelectorAll('h1, h2, h3, p, button, input, svg.marks')]
      .filter(e => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      .map(e => e.getBoundingClientRect()).filter(r => r.width > 1 && r.height > 1);
    return rects.length ? [{ text: child.textContent.slice(0, 40),
      top: Math.min(...rects.map(r => r.top)),
      bottom: Math.max(...rects.map(r => r.bottom)) }] : [];
  });
  return boxes.slice(1).filter((box, k) => box.top < boxes[k].bottom - 1)
    .map(box => box.text);
})
"""
# Parts of the first screen that can be scrolled, though they should fit.
SCROLLING = """
() => ['html', '[data-testid=stMain]', '[data-testid=stSidebarContent]'].filter(selector => {
  const part = document.querySelector(selector);
  return part.scrollHeight > part.clientHeight + 2;
})
"""
# No panel reaches into the strip at the foot of the map.
ABOVE_STRIP = """
() => ['.atlas-legend', '.atlas-scale'].every(panel =>
  document.querySelector(panel).getBoundingClientRect().bottom
    <= document.querySelector('.atlas-strip').getBoundingClientRect().top + 1)
"""
STILL = (
    "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
)
MAP_AT_REST = """
() => { const { map } = Atlas.view;
  return !map._animatingZoom && !(map._panAnim && map._panAnim._inProgress) }
"""
CHART_AT_REST = """
() => {
  const chart = document.querySelector('[data-testid=stVegaLiteChart] svg');
  const same = chart && chart === window.chartBefore && chart.outerHTML === window.chartTextBefore;
  [window.chartBefore, window.chartTextBefore] = [chart, chart && chart.outerHTML];
  window.chartSame = same ? window.chartSame + 1 : 0;
  return window.chartSame >= 5;
}
"""
VIEW = "() => { const { lat, lon, zoom } = Atlas.view.state().view; return [lat, lon, zoom] }"
SELECTED = """
() => Atlas.view.selection
  ? [Atlas.view.selection.layer.id, Atlas.view.selection.layer.value('id', Atlas.view.selection.i)]
  : null
"""
# The first of some places whose pixel shows the map itself, neither a symbol nor a panel.
FREE_PIXEL = """
places => {
  for (const [lon, lat] of places) {
    const { x, y } = Atlas.view.map.latLngToContainerPoint(Atlas.view.toMap(lon, lat, false));
    const top = document.elementFromPoint(x, y);
    if (top && top.closest('.atlas-stage') && !top.closest('.leaflet-marker-icon, .atlas-label')) {
      return [x, y];
    }
  }
  return null;
}
"""


# ---- the server and the page ----


def words(key: str, lang: str = "zh", **values: object) -> str:
    return _texts()[key][lang].format(**values)


def show(page: Page, app: str, name: str, **parameters: str) -> Frame | None:
    """Open a page of the app; return the frame of its map when it has one."""
    path = "" if name == "overview" else name
    page.goto(f"{app}/{path}?{urlencode(parameters)}")
    return drawn(page, name)


def drawn(page: Page, name: str) -> Frame | None:
    """Wait until a page has run and its map is drawn."""
    still(page)
    if name not in MAP_PAGES:
        shown = "[data-testid=stFileUploaderDropzone]" if name == "own" else ".figures.whole"
        page.locator(shown).first.wait_for(timeout=WAIT_MS)
        return None
    assert errors(page) == []
    page.frame_locator("iframe").locator(".atlas-legend").wait_for(timeout=WAIT_MS)
    frame = page.locator("iframe").element_handle().content_frame()
    # Not at each frame: to look through a canvas keeps the map from being drawn.
    until(frame, f"() => document.querySelector('.leaflet-atlas-land-pane path') && {DRAWN[name]}")
    until(frame, MAP_AT_REST)
    still(page)
    return frame


def still(page: Page) -> None:
    page.locator("[data-testid=stTopNavLink]").first.wait_for(timeout=WAIT_MS)
    # Not at each frame, which has the browser draw while the page works.
    until(page, STILL)


def parameters(page: Page) -> dict[str, str]:
    return {key: value[0] for key, value in parse_qs(urlparse(page.url).query).items()}


def wait_for_parameter(page: Page, key: str, value: str | None) -> None:
    until(
        page,
        "([key, value]) => new URLSearchParams(location.search).get(key) === value",
        arg=[key, value],
    )


def errors(page: Page) -> list[str]:
    """Return the texts of error boxes and of exceptions on a page."""
    boxes = "[data-testid=stException], [data-testid=stAlertContentError]"
    return page.locator(boxes).all_inner_texts()


def sent_messages(page: Page) -> list[bytes]:
    """Return the list to which every message from the page to Python is added: one per run."""
    messages: list[bytes] = []
    page.on(
        # Playwright cannot look into a built-in method: hence a function around it.
        "websocket",
        lambda found: found.on("framesent", lambda message: messages.append(message)),  # noqa: PLW0108
    )
    return messages


def choose(page: Page, label: str, option: str) -> None:
    """Pick an option of a select box with the mouse."""
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def choose_one_of_several(page: Page, label: str, option: str) -> None:
    """Pick an option of a select box of several with the mouse.

    A page that is busy drawing what it was told now and then drops a press on an option that has
    just come up; who sees nothing chosen presses again.
    """
    tag = page.locator("[data-testid=stMultiSelectTagsContainer]").get_by_text(option, exact=True)
    for _ in range(3):
        choose(page, label, option)
        with contextlib.suppress(TookTooLongError):
            tag.wait_for(timeout=WAIT_MS / 3)
            break
        page.keyboard.press("Escape")
    page.keyboard.press("Escape")


def choose_language(page: Page, lang: str) -> None:
    page.locator("[data-testid=stButtonGroup]").get_by_text(LANGUAGES[lang], exact=True).click()
    first = page.locator("[data-testid=stTopNavLink]").first
    first.get_by_text(words("page.overview", lang), exact=True).wait_for()


def search(frame: Frame, query: str) -> Locator:
    """Type into the map's own search and return the rows that it finds."""
    field = frame.locator(".atlas-search input")
    field.click()
    field.fill(query)
    return frame.locator(".atlas-results li")


def click_map(page: Page, frame: Frame, at: Iterable[float]) -> None:
    """Press the mouse on a pixel of the map."""
    corner = frame.frame_element().bounding_box()
    x, y = at
    page.mouse.click(corner["x"] + x, corner["y"] + y)


def foreign(texts: Iterable[str], lang: str) -> list[str]:
    """Return the texts that hold words of the other language."""
    texts = [text for text in texts if text.strip() not in LANGUAGES.values()]
    if lang == "en":
        return [text for text in texts if CHINESE.search(text)]
    chinese = [entry["zh"] for entry in _texts().values()]
    # Latin words that stand in the Chinese texts as written: GeoTIFF, CSV, CGCS2000, units.
    known = {word for text in chinese for word in LATIN.findall(text)}
    known |= {"km", "GeoPackage", "GeoJSON"}
    return [text for text in texts if set(LATIN.findall(text)) - known]


def interface_texts(page: Page, frame: Frame | None) -> list[str]:
    """Return the words of the interface of a page and of its map, the layer panel unfolded."""
    found = [page.title(), *page.evaluate(WORDS, INTERFACE)]
    if frame is not None:
        if frame.locator(".atlas-layers .atlas-body").count() == 0:
            frame.locator(".atlas-layers .atlas-head").click()
        found += [text.replace("\n", " ") for text in frame.evaluate(WORDS, MAP_INTERFACE)]
    return found


def fold_layers(frame: Frame) -> None:
    """Close the layer panel that `interface_texts` has opened."""
    if frame.locator(".atlas-layers .atlas-body").count():
        frame.locator(".atlas-layers .atlas-head").click()


def assert_in_one_language(page: Page, frame: Frame | None, lang: str) -> None:
    """The interface has no words of the other language, once a run is fully shown."""
    for _ in range(20):
        texts = interface_texts(page, frame)
        left = foreign(texts, lang)
        if not left:
            break
        page.wait_for_timeout(50)
    assert left == []
    assert len(texts) > 10


# ---- each page ----


# Maps whose language is changed while they are open, and which are read by ear. The other pages
# change theirs beside an empty frame: what maps say stands in layers/web and in test_app.py.
TURNED = ("overview", "density")
HEARD = ("overview", "distribution")


def test_each_page_shows_its_map_or_table_in_each_size_and_language(page, app, tmp_path):
    """A planner goes through the pages, changes the language and pulls the window on each."""
    frame = show(page, app, PAGES[0])
    langs = cycle([("zh", "en"), ("en", "zh")])
    for name, (lang, other) in zip(PAGES, langs, strict=False):
        if name != PAGES[0]:
            frame = open_page_by_link(page, name, lang)
        assert page.locator("[data-testid=stToast]").count() == 0
        # The language stays from page to page.
        assert_shown(page, frame, lang, (FULL_SIZE, SMALL_SIZE))
        assert_accessible(page, frame if name in HEARD else None)
        if name in TURNED:
            frame.evaluate("() => { Atlas.marked = true }")
        elif frame is not None:
            frame.frame_element().evaluate("iframe => { iframe.src = 'about:blank' }")
            frame = None
        choose_language(page, other)
        still(page)
        if frame is not None:
            until(frame, "lang => Atlas.view.lang === lang", arg=other)
            assert frame.evaluate("() => Atlas.marked"), "the map was loaded anew"
        assert_shown(page, frame, other, (SMALL_SIZE, FULL_SIZE))
        if name in FILES:
            FILES[name](page, other, tmp_path)
        if name == "density":
            assert_found_by_any_name(page, frame)


def assert_shown(
    page: Page, frame: Frame | None, lang: str, sizes: Iterable[tuple[int, int]]
) -> None:
    """Check that a page speaks one language and that all of it is in its place in each size."""
    assert errors(page) == []
    assert_no_menu(page)
    assert_links(page, lang)
    assert_in_one_language(page, frame, lang)
    if frame is not None:
        assert frame.evaluate("() => Atlas.view.lang") == lang
        fold_layers(frame)
    for size in sizes:
        resize(page, frame, size)
        assert_in_place(page, frame, size)


def assert_accessible(page: Page, frame: Frame | None) -> None:
    """Nothing on the page, nor on its map, keeps somebody out who reads by ear, keys or large."""
    still(page)
    for part in (page, frame):
        if part is not None:
            part.evaluate(f"window.axe === undefined && eval({json.dumps(axe())})")
            assert part.evaluate(BARRIERS) == []


@cache
def axe() -> str:
    path = ROOT / "tests" / "vendor" / "axe.min.js"
    assert path.is_file(), "axe-core is put in place by 'python hatch_build.py'"
    return path.read_text(encoding="utf-8")


def resize(page: Page, frame: Frame | None, size: tuple[int, int]) -> None:
    """Give the window a size, and the map the time to fill it."""
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    until(page, "width => innerWidth === width", arg=width)
    if frame is not None:
        until(
            frame,
            "() => { const { map } = Atlas.view; const { clientWidth, clientHeight } ="
            " map.getContainer(), { x, y } = map.getSize();"
            " return x === clientWidth && y === clientHeight }",
        )
        until(frame, MAP_AT_REST)
    still(page)


def assert_in_place(page: Page, frame: Frame | None, size: tuple[int, int]) -> None:
    """Check that nothing is cut or stands on another, and that the map has its share."""
    width, height = size
    if frame is not None:
        # Columns follow the window some frames later.
        until(
            page,
            "([map, least]) => map.getBoundingClientRect().width >= least",
            arg=[frame.frame_element(), MAP_SHARE * width],
        )
        still(page)
    assert page.evaluate(CUT) == []
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(BEYOND) == []
    if frame is None:
        return
    if size == FULL_SIZE:
        assert page.evaluate(SCROLLING) == []
    box = frame.frame_element().bounding_box()
    assert box["y"] + box["height"] <= height + 1
    # Panels follow the window a frame later.
    until(frame, ABOVE_STRIP)
    assert frame.locator(".atlas-legend .atlas-body > section").count() >= 2


def assert_no_menu(page: Page) -> None:
    for selector in ("stAppDeployButton", "stMainMenu", "stDecoration", "stStatusWidget"):
        assert not page.locator(f"[data-testid={selector}]").is_visible(), selector
    text = page.locator("body").inner_text()
    for leftover in ("Deploy", "Made with", "Streamlit", "Rerun", "Settings"):
        assert leftover not in text


def assert_links(page: Page, lang: str) -> None:
    links = page.locator("[data-testid=stTopNavLink]").all_inner_texts()
    assert links == [words(f"page.{each}", lang) for each in PAGES]


# ---- the map: cards and search ----


def lonely_platform() -> pd.Series:
    """Return the quoted platform that stands farthest from every other feature with a place."""
    placed = pd.concat([layers.load(name) for name in ("platforms", "parks", "nodes")])
    placed = placed[placed.geometry.notna()].to_crs(4547)
    others = placed.geometry.centroid
    distances = others.apply(lambda at: np.sort(others.distance(at).to_numpy())[1]).to_numpy()
    placed = placed.assign(alone_m=distances)
    quoted = placed[placed["id"].str.startswith("platform-") & placed["quote"].notna()]
    return quoted.sort_values("alone_m").iloc[-1]


INITIALS = {"city-dakecheng": "ylsdxkjc", "platform-csu": "zndx", "circle-gaoxin": "gxqjscxq"}
# Aliases without their marks, spelt, by their initials, with a space; names in short.
OTHER_NAMES = {
    "city-dakecheng": ["大科 城", "dake cheng", "d k c", "岳麓科技城", "ylkjc"],
    "platform-tianhe": ["天河超级计算机系统", "tianhechaojijisuanji", "thcjjsjxt"],
    "platform-yuelushan-lab": ["岳麓山种业实验室", "ylszysys"],
    "park-5g-zhinengzhongduan": ["wangcheng5Gzhineng", "wc5gznzd"],
    "platform-nudt": ["NUDT", "gfkd"],
    "platform-p3-lab": ["psys", "p3sys", "bl3l"],
}
FOUND = "query => Atlas.view.model.search(query, 12).map(({ layer, i }) => layer.value('id', i))"


def assert_found_by_any_name(page: Page, frame: Frame) -> None:
    """Chinese, pinyin and English find the same feature, also one that the map does not draw."""
    features = pd.concat([layers.load(name) for name in ("cities", "platforms", "circles")])
    features = features.set_index("id").loc[list(INITIALS)]
    for feature_id, name_zh, name_en in features[["name_zh", "name_en"]].itertuples():
        for query in (name_zh, INITIALS[feature_id], name_en, f"{name_zh[:2]} {name_zh[2:]}"):
            assert frame.evaluate(FOUND, query)[0] == feature_id, query
    for feature_id, queries in OTHER_NAMES.items():
        assert [each for each in queries if feature_id not in frame.evaluate(FOUND, each)] == []
    # From anywhere on the page around the map one key leads to its search.
    page.locator(".brand").click()
    page.keyboard.press("/")
    assert frame.locator(".atlas-search input").evaluate("e => e === document.activeElement")


# ---- shared links ----


def drag_and_zoom(page: Page, frame: Frame) -> list[float]:
    """Drag the map and turn the wheel; return the view when it stands still and is in the link."""
    before = frame.evaluate(VIEW)
    corner = frame.frame_element().bounding_box()
    x, y = corner["x"] + 0.45 * corner["width"], corner["y"] + 0.55 * corner["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y - 60, steps=6)
    page.mouse.up()
    until(frame, f"lat => ({VIEW})()[0] !== lat", arg=before[0])
    until(frame, MAP_AT_REST)
    page.mouse.wheel(0, -240)
    until(frame, f"zoom => ({VIEW})()[2] > zoom", arg=before[2])
    until(frame, MAP_AT_REST)
    view = frame.evaluate(VIEW)
    size = frame.evaluate("() => { const { x, y } = Atlas.view.map.getSize(); return [x, y] }")
    told = f"{view[0]:.5f},{view[1]:.5f},{view[2]:g},{size[0]},{size[1]}"
    wait_for_parameter(page, "view", told)
    return view


def test_panning_runs_nothing_and_a_click_on_a_platform_shows_its_card(page, app):
    messages = sent_messages(page)
    frame = show(page, app, "overview")
    before = len(messages)
    view = drag_and_zoom(page, frame)
    # The next message is that of a choice: panning and zooming have sent none before it.
    choose(page, words("overview.theme"), words("overview.theme.platforms"))
    wait_for_parameter(page, "theme", "platforms")
    until(frame, "() => Atlas.view.visible.has('platforms')")
    still(page)
    assert len(messages) == before + 1
    # Streamlit writes the address anew, and the map puts its view back.
    until(
        page,
        "start => (new URLSearchParams(location.search).get('view') || '').startsWith(start)",
        arg=f"{view[0]:.5f},{view[1]:.5f},{view[2]:g},",
    )
    platform = lonely_platform()
    search(frame, platform["name_zh"])
    page.keyboard.press("Enter")
    until(frame, f"({SELECTED})() !== null")
    until(frame, MAP_AT_REST)
    still(page)
    page.keyboard.press("Escape")
    frame.locator(".atlas-card").wait_for(state="hidden")
    still(page)

    assert frame.evaluate(SELECTED) is None
    place = frame.evaluate(
        "id => { const { layer, i } = Atlas.view.model.find(id); const [x, y] = layer.place(i);"
        " const at = Atlas.view.map.latLngToContainerPoint(Atlas.view.toMap(x, y, false));"
        " return [at.x, at.y] }",
        platform["id"],
    )
    click_map(page, frame, place)
    card = frame.locator(".atlas-card")
    card.wait_for()
    assert card.locator("h3").text_content() == platform["name_zh"]
    assert card.locator("blockquote").text_content() == f"「{platform['quote']}」"
    sources = layers.load("sources").set_index("id")
    assert sources.loc[platform["source_id"], "name_zh"] in card.inner_text()
    assert platform["heading"] in card.inner_text()
    assert frame.evaluate(SELECTED) == ["platforms", platform["id"]]
    still(page)
    assert errors(page) == []


def test_a_link_opens_the_same_controls_and_the_same_view(open_page, app):
    projects = layers.load("projects")
    sector = projects.loc[projects.geometry.notna(), "sector"].mode()[0]
    page = open_page()
    show(page, app, "density", layer="projects", lang="en")
    layer = page.get_by_role("combobox", name=words("choose.layer", "en"))
    expect(layer).to_have_value(layers.resource("projects").title("en"))
    option = value_label("sector", sector, lang="en")
    choose_one_of_several(page, words("choose.sector", "en"), option)
    wait_for_parameter(page, "sector", json.dumps([sector]))
    still(page)
    page.get_by_role("slider", name=words("choose.bandwidth", "en")).press("ArrowRight")
    wait_for_parameter(page, "bandwidth", "500")
    still(page)
    frame = drawn(page, "density")
    view = drag_and_zoom(page, frame)
    visible = frame.evaluate("() => Atlas.view.state().layers")
    legend = frame.locator(".atlas-legend").inner_text()

    other = open_page()
    other.goto(page.url)
    same = drawn(other, "density")
    assert same.evaluate(VIEW) == pytest.approx(view, abs=1e-5)
    assert same.evaluate("() => Atlas.view.state().layers") == visible
    assert same.locator(".atlas-legend").inner_text() == legend
    assert_links(other, "en")
    shown = other.get_by_role("combobox", name=words("choose.layer", "en"))
    expect(shown).to_have_value(layers.resource("projects").title("en"))
    tags = other.locator("[data-testid=stMultiSelectTagsContainer]").first
    assert value_label("sector", sector, lang="en") in tags.inner_text()
    assert other.locator("[data-testid=stSliderThumbValue]").first.inner_text() == "500"
    assert parameters(other) == parameters(page)
    assert other.locator("[data-testid=stToast]").count() == 0


def open_page_by_link(page: Page, name: str, lang: str = "zh") -> Frame | None:
    page.get_by_role("link", name=words(f"page.{name}", lang), exact=True).click()
    until(page, "path => location.pathname === path", arg=f"/{name}")
    return drawn(page, name)


def test_each_step_is_one_step_back_and_what_was_chosen_goes_with_the_visitor(page, app):
    show(page, app, "distribution")
    before = page.evaluate("history.length")
    choose(page, words("choose.zoning"), words("zoning.parks"))
    wait_for_parameter(page, "zoning", "parks")
    still(page)
    open_tab(page, "distribution.table")
    wait_for_parameter(page, "tab", "table")
    still(page)
    open_page_by_link(page, "density")
    assert parameters(page) == {"zoning": "parks", "tab": "table"}
    tab = page.locator("[role=tab][aria-selected=true]")
    assert tab.inner_text() == words("density.tab.table")
    page.get_by_role("slider", name=words("choose.bandwidth")).press("ArrowRight")
    wait_for_parameter(page, "bandwidth", "500")
    still(page)
    assert page.evaluate("history.length") == before + 4
    page.go_back()
    wait_for_parameter(page, "bandwidth", None)
    still(page)
    thumb = page.locator("[data-testid=stSliderThumbValue]").first
    expect(thumb).to_have_text(words("density.auto"))
    page.go_back()
    # The map of the page that is left stands until all of the other is there.
    page.get_by_role("slider", name=words("choose.bandwidth")).wait_for(state="detached")
    drawn(page, "distribution")
    assert parameters(page) == {"zoning": "parks", "tab": "table"}
    page.go_back()
    wait_for_parameter(page, "tab", None)
    page.get_by_role("tab", name=words("distribution.chart"), selected=True).wait_for()
    page.go_back()
    wait_for_parameter(page, "zoning", None)
    still(page)
    zoning = page.get_by_role("combobox", name=words("choose.zoning"))
    expect(zoning).to_have_value(words("zoning.circles"))
    # A year of the map is a step of its own.
    years = page.frame_locator("iframe").locator(".atlas-time")
    latest = int(years.get_by_role("slider").get_attribute("max") or 0)
    years.get_by_role("slider").press("ArrowLeft")
    wait_for_parameter(page, "year", str(latest - 1))
    page.go_back()
    wait_for_parameter(page, "year", None)
    # Of all years there is none to go back to.
    years.locator("button:disabled").wait_for()
    assert errors(page) == []


# ---- downloads ----


def downloaded(page: Page, key: str, lang: str, folder: Path, kind: str = "") -> Path:
    label = words(key, lang) + kind
    with page.expect_download() as waiting:
        page.locator("[data-testid=stDownloadButton]").get_by_text(label, exact=True).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def density_files(page: Page, lang: str, folder: Path) -> None:
    points = Points.usual("platforms")
    surface = questions.density_surface(questions.Density(points))
    with rasterio.open(downloaded(page, "density.download_tif", lang, folder)) as raster:
        assert raster.crs.to_epsg() == 4547
        assert raster.units == (surface.attrs["units"],)
        assert raster.res == (250, 250)
        assert raster.read(1) == pytest.approx(surface.to_numpy(), rel=1e-6)
        assert raster.tags()["input_hash"] == surface.attrs["input_hash"]
    ranking = questions.zone_counts(questions.Distribution(points, Zones("districts")))
    path = downloaded(page, "density.download_csv", lang, folder)
    table = pd.read_csv(path, encoding="utf-8-sig")
    assert table.columns[0] == "id"
    assert (
        table.set_index("id")["name_zh"].to_dict() == ranking.set_index("id")["name_zh"].to_dict()
    )
    assert table["density_per_km2"].tolist() == sorted(table["density_per_km2"], reverse=True)


def coverage_files(page: Page, lang: str, folder: Path) -> None:
    sites = Points.usual("platforms")
    areas = gpd.read_file(downloaded(page, "coverage.download_gpkg", lang, folder))
    expected = questions.service_areas(sites, 3000)
    assert areas.crs.to_epsg() == expected.crs.to_epsg()
    assert len(areas) == len(expected)
    assert areas.geometry.is_valid.all()
    assert set(areas.geom_type) <= {"Polygon", "MultiPolygon"}
    path = downloaded(page, "coverage.download_csv", lang, folder)
    table = pd.read_csv(path, encoding="utf-8-sig").set_index("id")
    assert set(table.index) == set(layers.zoning(CIRCLES)["id"])
    assert table["covered_pct"].between(0, 100).all()


def distribution_files(page: Page, lang: str, folder: Path) -> None:
    zones = gpd.read_file(downloaded(page, "distribution.download_geojson", lang, folder))
    expected = circle_counts()
    assert zones.set_index("id")["count"].to_dict() == expected["count"].to_dict()
    assert zones.set_index("id")["name_zh"].to_dict() == expected["name_zh"].to_dict()
    west, south, east, north = zones.total_bounds
    assert (112 < west < east < 114, 27 < south < north < 29) == (True, True)
    path = downloaded(page, "distribution.download_csv", lang, folder)
    table = pd.read_csv(path, encoding="utf-8-sig")
    assert table.set_index("id")["count"].to_dict() == expected["count"].to_dict()


def layer_files(page: Page, lang: str, folder: Path) -> None:
    platforms = layers.load("platforms")
    table = pd.read_csv(
        downloaded(page, "sources.download", lang, folder, " CSV"), encoding="utf-8-sig"
    )
    path = downloaded(page, "sources.download", lang, folder, " GeoPackage")
    features = gpd.read_file(path, layer=path.stem)
    assert table["id"].tolist() == platforms["id"].tolist()
    assert features["quote"].notna().sum() == platforms["quote"].notna().sum()
    assert features.geometry.notna().sum() == platforms.geometry.notna().sum()


# What is downloaded from a page opens elsewhere.
FILES = {
    "density": density_files,
    "coverage": coverage_files,
    "distribution": distribution_files,
    "sources": layer_files,
}


# ---- one zone in map, chart and table ----


@cache
def circle_counts() -> gpd.GeoDataFrame:
    """Return the number of projects in each circle, by the circle's id."""
    asked = questions.Distribution(Points("projects"), Zones(CIRCLES))
    return questions.zone_counts(asked).set_index("id")


def places_only_in(zone: str) -> list[list[float]]:
    """Return places in a circle and in no other, in the order of a grid."""
    zones = layers.zoning(CIRCLES).set_index("id").geometry
    alone = zones[zone].difference(zones.drop(zone).union_all()).buffer(-0.004)
    west, south, east, north = alone.bounds
    x, y = (axis.ravel() for axis in np.meshgrid(*np.linspace((west, south), (east, north), 25).T))
    inside = shapely.contains_xy(alone, x, y)
    return np.column_stack([x[inside], y[inside]]).tolist()


def click_zone(page: Page, frame: Frame, zone: str) -> None:
    until(frame, MAP_AT_REST)
    pixel = frame.evaluate(FREE_PIXEL, places_only_in(zone))
    assert pixel is not None
    click_map(page, frame, pixel)


def click_bar(page: Page, zone: str) -> None:
    name = circle_counts().loc[zone, "name_zh"]
    open_tab(page, "distribution.chart")
    page.locator(f"path[aria-roledescription=bar][aria-label*='{name}']").click()


def click_row(page: Page, zone: str) -> None:
    open_tab(page, "distribution.table")
    name = circle_counts().loc[zone, "name_zh"]
    page.locator(".figures tr[tabindex]", has_text=name).click()


def open_tab(page: Page, key: str, lang: str = "zh") -> None:
    tab = page.get_by_role("tab", name=words(key, lang), exact=True)
    if tab.get_attribute("aria-selected") != "true":
        tab.click()


def assert_selected(page: Page, frame: Frame, zone: str) -> None:
    """Check that the link, the map, the chart and the table all show a zone as selected."""
    name = circle_counts().loc[zone, "name_zh"]
    wait_for_parameter(page, "selected", zone)
    still(page)
    until(frame, f"zone => (({SELECTED})() || [])[1] === zone", arg=zone)
    assert frame.evaluate(SELECTED) == [ZONES, zone]
    assert frame.locator(".leaflet-atlas-chosen-pane path[stroke='#000000']").count() == 1
    open_tab(page, "distribution.chart")
    bars = page.locator("path[aria-roledescription=bar]")
    outlined = page.locator("path[aria-roledescription=bar][stroke=black]")
    page.locator(f"path[aria-label*='{name}'][stroke=black]").wait_for()
    assert outlined.count() == 1
    assert bars.count() == int((circle_counts()["count"] > 0).sum())
    open_tab(page, "distribution.table")
    page.locator(".figures tr[aria-selected=true]", has_text=name).wait_for()
    assert page.locator(".figures tr[aria-selected=true]").count() == 1


def assert_chart_follows_view(page: Page, frame: Frame, messages: list[bytes]) -> None:
    """Check that what is out of view is pale in the chart, by its shape, without a run."""
    open_tab(page, "distribution.chart")
    until(page, CHART_AT_REST)
    messages.clear()
    pale = page.locator("path[aria-roledescription=bar]:not([opacity='1'])")
    # The box of another circle reaches into this view, and no part of the circle.
    frame.evaluate("() => { Atlas.view.map.setView([28.05, 112.8], 13, { animate: false }) }")
    page.get_by_text(words("app.out_of_view")).wait_for()
    assert pale.count() == len(circle_counts()) - 1
    frame.evaluate("() => { Atlas.view.home(false) }")
    page.get_by_text(words("app.out_of_view")).wait_for(state="hidden")
    assert (pale.count(), messages) == (0, [])


def test_link_map_chart_and_table_take_turns(page, app):
    messages = sent_messages(page)
    frame = show(page, app, "distribution", selected="circle-dakecheng")
    told = " ".join(page.locator("[data-testid=stCaptionContainer]").all_inner_texts())
    assert "确实多于下一名" in told
    assert_selected(page, frame, "circle-dakecheng")
    assert_chart_follows_view(page, frame, messages)
    click_map(page, frame, frame.evaluate(FREE_PIXEL, [[113.15, 28.0], [112.6, 28.0]]))
    wait_for_parameter(page, "selected", None)
    still(page)
    assert page.locator(".figures tr[aria-selected=true]").count() == 0
    open_tab(page, "distribution.chart")
    assert page.locator("path[aria-roledescription=bar][stroke=black]").count() == 0
    # All turns of the three stand in web/test_url_state.py.
    click_zone(page, frame, "circle-gaoxin")
    assert_selected(page, frame, "circle-gaoxin")
    frame.evaluate("() => { Atlas.marked = true }")
    page.evaluate("() => { document.querySelector('[data-testid=stSidebar] input').marked = true }")
    open_tab(page, "distribution.chart")
    still(page)
    messages.clear()
    click_bar(page, "circle-wangning")
    wait_for_parameter(page, "selected", "circle-wangning")
    still(page)
    # A click runs the results alone, neither the sidebar nor the map.
    ran = [BackMsg.FromString(message).rerun_script for message in messages]
    assert ran
    assert all(run.fragment_id for run in ran)
    assert frame.evaluate("() => Atlas.marked")
    assert page.evaluate("() => document.querySelector('[data-testid=stSidebar] input').marked")
    assert_selected(page, frame, "circle-wangning")
    click_row(page, "circle-gaoxin")
    assert_selected(page, frame, "circle-gaoxin")
    page.keyboard.press("Escape")
    wait_for_parameter(page, "selected", None)
