"""The web map in a real browser that can reach no host but its own."""

from __future__ import annotations

import json
import re
from itertools import cycle, pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlparse

import folium
import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rioxarray  # noqa: F401 - gives DataArray its .rio accessor
import shapely
import xarray as xr
from PIL import Image

from geo.datum import wgs84_to_gcj02
from geo.surface.contours import isolines
from layers.look.overlays import Choropleth, Features, Isolines, Points, Surface
from layers.look.symbology import amount_words
from layers.plan.catalogue import load
from layers.plan.spelling import spelt
from layers.web.document import map_document
from layers.web.pictures import png
from layers.web.webmap import AtlasMap, web_map
from tests.chromium import OWN, until, watch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning"),
]

EVIL = "<img src=x onerror=alert(1)>`${1+1}`</script><script>alert(2)</script>\"'&amp;"
# One transparent pixel: a tile that a test serves in place of a tile host.
PIXEL = png(Image.new("RGBA", (1, 1)))
RECTANGLES = """
selector => [...document.querySelectorAll(selector)].filter(e => e.offsetParent)
  .map(e => e.getBoundingClientRect()).map(r => [r.left, r.top, r.right, r.bottom])
"""


# Narrower than this a card may have to make room.
SMALL_PX = 820
WINDOWS = ((1440, 900), (1280, 720))
# The features that a panel lies on once they are selected. Names, which lie under panels, are not
# looked for meanwhile: that takes longer than all else.
COVERED = """() => {
  const { view } = Atlas, still = { animate: false };
  const { panBy, fitBounds } = L.Map.prototype;
  view.map.panBy = by => panBy.call(view.map, by, still);
  view.map.fitBounds = (to, how) => fitBounds.call(view.map, to, { ...how, ...still });
  view.drawLabels = () => {};
  const all = ['circles', 'cities', 'nodes'].map(id => view.model.byId.get(id));
  const covered = all.flatMap(layer => [...layer.positions.values()].slice(0, 4).filter(i => {
    view.home(false);
    view.open(layer, i);
    const seen = view.pixels(layer, i);
    return view.panels.boxes().some(box =>
      L.bounds([box.left, box.top], [box.right, box.bottom]).overlaps(seen));
  }).map(i => layer.value('id', i)));
  view.clear(true);
  delete view.drawLabels;
  return covered;
}"""


# Map after map is drawn where the first one was, with its scripts: what listens to the keys for
# a map is written down, since it would hear those of the next. A map that is taken away goes on
# with a zoom at the next frame, ends it on a clock, and tells of a new size on another.
LISTENERS = """
window.listeners = [];
const listen = document.addEventListener.bind(document);
document.addEventListener = (...heard) => { window.listeners.push(heard); listen(...heard) };
"""
IN_ITS_PLACE = """
text => {
  const { view } = Atlas, empty = view.container.cloneNode(false);
  view.resize = () => {};
  view.map._animatingZoom = false;
  view.map._animateZoom = () => {};
  view.map.remove();
  view.map.off();
  window.listeners.splice(0).forEach(heard => document.removeEventListener(...heard));
  empty.className = 'folium-map';
  view.container.replaceWith(empty);
  Atlas.create(empty, JSON.parse(text));
}
"""


@pytest.fixture(scope="module")
def kept(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, list]]:
    """Open one map for all tests that look at nothing but a map, and what goes wrong on it."""
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.add_init_script(LISTENERS)
        watch(page, trouble := [])
        open_file(page, web_map([]), tmp_path_factory.mktemp("maps"))
        yield page, trouble


@pytest.fixture
def page(kept: tuple[Page, list]) -> Iterator[Page]:
    """Give the page on which `show` draws one map after the other."""
    page, trouble = kept
    page.set_viewport_size({"width": 1440, "height": 900})
    yield page
    if page.allowed != OWN:
        # What its map still asks for is asked for before nobody answers any more.
        show(page, web_map([]))
    page.unroute_all()
    page.allowed = OWN
    assert [trouble.pop() for _ in trouble[:]] == []


def show(page: Page, atlas: AtlasMap) -> None:
    page.mouse.move(0, 0)
    page.evaluate(IN_ITS_PLACE, atlas.json)


def open_file(page: Page, atlas: AtlasMap, folder: Path) -> None:
    path = folder / "map.html"
    atlas.save(str(path))
    page.goto(path.as_uri())
    page.wait_for_selector(".atlas-legend")


def points(count: int, *, name: str = "平台", spread: float = 0.3) -> gpd.GeoDataFrame:
    real = load("platforms")
    frame = real.iloc[np.arange(count) % len(real)].reset_index(drop=True)
    steps = np.arange(count) / max(count, 1) * spread
    frame["id"] = [f"platform-{n}" for n in range(count)]
    frame["name_zh"] = [f"{name}{n}" for n in range(count)]
    frame["evidence"] = "located"
    return frame.set_geometry(shapely.points(112.8 + steps, 28.1 + steps), crs="EPSG:4490")


def centre(page: Page) -> list[float]:
    return page.evaluate(
        "() => { const v = Atlas.view.state().view; return [v.lon, v.lat, v.zoom] }"
    )


def overlap(a: list[float], b: list[float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def marker_place(page: Page) -> list[float]:
    """Where the first drawn point stands in the coordinates of the base map."""
    return page.evaluate(
        "() => { const at = [...Atlas.view.points.markers.values()][0].getLatLng();"
        " return [at.lng, at.lat] }"
    )


# ---- the keys ----


def test_areas_and_years_are_reached_by_the_keys(page):
    show(page, web_map(["circles", "projects"]))
    circles = page.locator(".atlas-walk ul")
    circles.focus()
    page.keyboard.press("ArrowDown")
    named = circles.locator("[aria-selected=true]").inner_text()
    assert page.locator(f"#{circles.get_attribute('aria-activedescendant')}").inner_text() == named
    page.keyboard.press("Enter")
    assert page.locator(".atlas-card h3").inner_text() == named
    page.keyboard.press("Escape")
    assert circles.evaluate("list => document.activeElement === list")
    # years
    whole = page.evaluate("() => Atlas.view.document.time")
    slider = page.locator(".atlas-time input")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    shown = """() => { const { view } = Atlas; const projects = view.model.byId.get("projects");
        return projects.years.filter((year, i) => projects.place(i) && view.shown(projects, i)) }"""
    years = page.evaluate(shown)
    assert years
    assert max(years) < whole["to"]
    assert page.evaluate("() => Atlas.view.state().year") == whole["to"] - 1
    page.keyboard.press(" ")
    assert page.evaluate("() => [Atlas.view.year, Atlas.view.panels.time.timer]") == [
        whole["to"],
        None,
    ]
    undated = int(re.sub(r"\D", "", page.locator(".atlas-time button").last.inner_text()))
    page.locator(".atlas-time button").last.click()
    assert page.locator(".atlas-card .atlas-item").count() == undated > 0


# ---- drawing ----


def test_isolines_carry_their_values_and_the_legend_the_classes(page):
    east, north = np.meshgrid(np.linspace(-2, 2, 81), np.linspace(2, -2, 81))
    hill = xr.DataArray(
        2.2 * np.exp(-(east**2) - north**2),
        coords={"y": 3_140_000 + 8_000 * north[:, 0], "x": 400_000 + 8_000 * east[0]},
        dims=("y", "x"),
    ).rio.write_crs(4547)
    levels = (0.25, 0.5, 1, 2)
    overlays = [
        Surface(hill, "密度", title_en="Density", unit="个/km²", levels=levels),
        Isolines(isolines(hill, levels=levels), unit="个/km²"),
    ]
    visible = ["overlay-surface", "overlay-isolines"]
    show(page, web_map(["cities"], visible=visible, overlays=overlays))
    labels = page.locator('.atlas-label[data-layer="overlay-isolines"]')
    values = labels.all_text_contents()
    assert {float(value) for value in values} == set(levels)
    assert len(values) <= 4 * len(levels)
    # Each number stands on its line: 2.2 exp(−r²) is its value at the middle of the label.
    middles = page.evaluate(
        """() => [...document.querySelectorAll('.atlas-label[data-layer$=isolines]')].map(e => {
          const r = e.getBoundingClientRect();
          const middle = [(r.left + r.right) / 2, (r.top + r.bottom) / 2];
          const at = Atlas.view.map.containerPointToLatLng(middle);
          return [at.lng, at.lat]; })"""
    )
    at = gpd.GeoSeries(shapely.points(middles), crs=4490).to_crs(4547)
    radius = np.hypot(at.x - 400_000, at.y - 3_140_000).to_numpy() / 8_000
    stated = np.array([float(value) for value in values])
    assert 2.2 * np.exp(-(radius**2)) == pytest.approx(stated, rel=0.08)
    boxes = page.evaluate(RECTANGLES, ".atlas-label")
    assert not [(a, b) for n, a in enumerate(boxes) for b in boxes[n + 1 :] if overlap(a, b)]
    for lang, title in (("en", "Isolines (个/km²)"), ("zh", "等值线（个/km²）")):
        page.evaluate("lang => Atlas.view.setLanguage(lang)", lang)
        rows = page.locator(".atlas-legend .atlas-entry .name").all_text_contents()
        assert rows[:6] == ["< 0.25", "0.25 – 0.5", "0.5 – 1", "1 – 2", "≥ 2", title]
    # A click on a line opens nothing: it is no feature of the plan.
    page.mouse.click(*[sum(boxes[0][k::2]) / 2 for k in (0, 1)])
    assert page.locator(".atlas-card").is_hidden()


def test_names_legend_and_card_find_room_at_every_size_in_both_languages(page):
    show(page, web_map())
    turns = cycle([("zh", "en"), ("en", "zh")])
    # Windows, what the page of the app leaves to the map in them, and a telephone.
    sizes = (*WINDOWS, (945, 843), (900, 760), (819, 663), (481, 491), (369, 787))
    for size in sizes:
        page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        page.evaluate("() => { Atlas.view.resize(); Atlas.view.home(false) }")
        for lang in next(turns):
            page.evaluate("lang => Atlas.view.lang === lang || Atlas.view.setLanguage(lang)", lang)
            assert_names(page, lang, size)
            if size in WINDOWS:
                assert_legend(page, size)
        if size[0] < SMALL_PX:
            assert page.evaluate(COVERED) == [], size


# Names of circles whose middle is on the fill of a city.
ON_CITIES = """
() => {
  const pen = document.createElement("canvas").getContext("2d");
  const fills = Atlas.requests(Atlas.view).solids.map((ring) =>
    new Path2D(`M${ring.map(({ x, y }) => `${x},${y}`).join("L")}Z`));
  const map = document.querySelector(".leaflet-container").getBoundingClientRect();
  return [...document.querySelectorAll(".atlas-label[data-layer=circles]")].filter((label) => {
    const at = label.getBoundingClientRect();
    return fills.some((fill) => pen.isPointInPath(fill,
      (at.left + at.right) / 2 - map.left, (at.top + at.bottom) / 2 - map.top));
  }).map((label) => label.textContent);
}
"""


# Names that the line from another to what it names runs through.
STRUCK = """
() => {
  const map = document.querySelector(".leaflet-container").getBoundingClientRect();
  const names = [...document.querySelectorAll(".atlas-label")];
  const points = [...document.querySelectorAll(".atlas-leader")].flatMap(({ style }) => {
    const turn = parseFloat(style.transform.slice(7));
    return [...Array(Math.floor(parseFloat(style.width))).keys()].slice(3).map((k) => ({
      x: map.left + parseFloat(style.left) + k * Math.cos(turn),
      y: map.top + parseFloat(style.top) + k * Math.sin(turn) }));
  });
  return names.filter((name) => {
    const { left, right, top, bottom } = name.getBoundingClientRect();
    return points.some(({ x, y }) => x > left && x < right && y > top && y < bottom);
  }).map((name) => name.textContent);
}
"""


def test_zones_stand_with_their_figures_and_their_names_are_not_said_twice(page: Page) -> None:
    zones = load("districts").head(3)
    zones = zones.assign(n=[1234.0, 7.0, 7.0])
    overlay = Choropleth(zones, "n", "项目", unit="个", title_en="Projects", name="projects")
    shown = ["overlay-projects", "districts"]
    for lang in ("zh", "en"):
        show(page, web_map(["districts"], visible=shown, overlays=[overlay], lang=lang))
        told = page.locator(".atlas-label").all_text_contents()
        for name, figure in zip(zones[f"name_{lang}"], ("1,234", "7", "7"), strict=True):
            assert [each for each in told if each.startswith(name)] == [f"{name}{figure}"]


def assert_names(page: Page, lang: str, size: tuple[int, int]) -> None:
    """The names of the layout come first; they overlap no other, no panel and no other's fill."""
    names = set(page.locator(".atlas-label").all_text_contents())
    for layer in ("cities", "axes", "circles"):
        assert set(load(layer)[f"name_{lang}"]) <= names, (lang, size)
    labels = page.evaluate(RECTANGLES, ".atlas-label")
    panels = page.evaluate(RECTANGLES, ".atlas-search, .atlas-panel, .atlas-tools, .atlas-scale")
    clashes = [
        (a, b) for n, a in enumerate(labels) for b in [*labels[n + 1 :], *panels] if overlap(a, b)
    ]
    assert clashes == [], (lang, size)
    assert page.evaluate(ON_CITIES) == [], (lang, size)
    if size in (*WINDOWS, (819, 663)):
        assert page.evaluate(STRUCK) == [], (lang, size)


def assert_legend(page: Page, size: tuple[int, int]) -> None:
    """The legend is whole, and takes a quarter of the map with every layer on."""
    legend = page.locator(".atlas-legend")
    assert legend.evaluate("e => e.scrollHeight - e.clientHeight") <= 1
    show_only = "ids => { Atlas.view.visible = new Set(ids); Atlas.view.redraw() }"
    before = page.evaluate("() => [...Atlas.view.visible]")
    page.evaluate(show_only, page.evaluate("() => Atlas.view.model.layers.map(({ id }) => id)"))
    # With every layer on it takes a quarter of the map, and the keys reach what lies below.
    box = legend.bounding_box()
    assert box["width"] * box["height"] <= 0.26 * size[0] * (size[1] - 22)
    if legend.evaluate("e => e.scrollHeight > e.clientHeight"):
        assert legend.get_attribute("tabindex") == "0"
    assert page.locator(".atlas-strip").bounding_box()["y"] < size[1] - 20
    page.evaluate(show_only, before)


def test_every_marker_has_a_name_and_is_opened_by_the_keys(page):
    show(page, web_map({"platforms": points(3)}))
    page.evaluate("() => { Atlas.view.map.setView([28.1, 112.8], 15, { animate: false }) }")
    names = page.eval_on_selector_all(
        ".leaflet-marker-icon", "all => all.map(e => e.getAttribute('aria-label'))"
    )
    assert names[0].startswith("平台0，创新平台，")
    page.locator(".leaflet-marker-icon").first.press("Enter")
    card = page.locator(".atlas-card")
    assert card.get_attribute("aria-label") == "平台0"
    assert card.evaluate("e => e === document.activeElement")
    page.keyboard.press("Escape")
    assert card.is_hidden()
    assert page.locator(":focus").get_attribute("aria-label") == names[0]
    page.evaluate("() => { Atlas.view.map.setView([28.1, 112.8], 7, { animate: false }) }")
    assert page.locator(".leaflet-marker-icon").get_attribute("aria-label") == "3 个要素"


def test_stops_are_numbered_white_dots(page):
    show(page, web_map(["axes"]))
    stops = next(x for x in map_document(["axes"])["layers"] if x["id"] == "axes")["stops"]
    numbers = page.locator(".atlas-point svg text").all_text_contents()
    assert sorted(numbers) == sorted(str(stop["number"]) for stop in stops)


def test_points_join_into_counted_clusters_and_part_again(page):
    show(page, web_map({"platforms": points(200)}))
    page.evaluate("() => { Atlas.view.map.setView([28.25, 112.95], 9, {animate: false}) }")
    clusters = page.evaluate(
        "() => [...Atlas.view.points.markers.keys()].filter(k => k.startsWith('c')).length"
    )
    shown = page.evaluate(
        "() => Atlas.view.points.index.getClusters([-180, -85, 180, 85], 9)"
        ".reduce((n, f) => n + (f.properties.point_count || 1), 0)"
    )
    assert clusters > 0
    assert shown == 200
    page.evaluate("() => { Atlas.view.map.setView([28.25, 112.95], 17, {animate: false}) }")
    assert all(
        not key.startswith("c")
        for key in page.evaluate("() => [...Atlas.view.points.markers.keys()]")
    )


def test_a_cluster_of_coincident_points_opens_a_list_to_pick_from(page):
    show(page, web_map({"platforms": points(5, spread=0)}))
    page.locator(".atlas-point svg text", has_text="5").click()
    items = page.locator(".atlas-item")
    assert items.all_text_contents() == [f"平台{n}" for n in range(5)]
    items.nth(3).click()
    assert page.locator(".atlas-card h3").text_content() == "平台3"


def test_of_ten_thousand_points_those_in_view_are_drawn(page):
    show(page, web_map({"platforms": points(10_000)}))
    counts = page.locator(".atlas-legend .count").all_text_contents()
    assert "10,000" in counts
    page.evaluate("() => { Atlas.view.map.setView([28.25, 112.95], 17, {animate: false}) }")
    assert 0 < page.evaluate("() => Atlas.view.points.markers.size") < 1000


# ---- the card, the search and the keyboard ----


def test_any_text_shows_as_text(page):
    frame = load("cities")
    texts = ["name_zh", "name_en", "aliases", "quote", "heading", "note", "rule", "flag"]
    frame[texts] = EVIL
    show(page, web_map({"cities": frame}, selected=("cities", "city-dakecheng")))
    assert page.locator(".atlas-card h3").text_content() == EVIL
    assert page.locator(".atlas-card blockquote").text_content() == f"「{EVIL}」"
    assert EVIL in page.locator(".atlas-label").all_text_contents()
    # A card as long as this one has the legend fold.
    page.locator(".atlas-legend .atlas-head").click()
    assert EVIL in page.locator(".atlas-legend .name").all_text_contents()
    page.keyboard.press("/")
    page.keyboard.type("<img")
    assert page.locator(".atlas-results li span").first.text_content() == EVIL
    assert page.locator("#atlas img, .atlas-card img, .atlas-card script").count() == 0


def test_titles_of_overlays_show_as_text(page):
    boxes = gpd.GeoDataFrame(
        {"n": [1, 2], "name_zh": [EVIL, EVIL]},
        geometry=[shapely.box(112.8, 28, 112.9, 28.1)] * 2,
        crs=4490,
    )
    overlays = [
        Choropleth(boxes, "n", EVIL, unit=EVIL),
        Features(boxes, EVIL, columns={"n": EVIL}),
        Points(boxes.set_geometry(shapely.centroid(boxes.geometry.to_numpy()), crs=4490), EVIL),
    ]
    show(page, web_map(["cities"], overlays=overlays))
    page.evaluate("() => Atlas.view.select({layer: 'overlay-areas', id: '0'})")
    assert page.locator(".atlas-card dt").first.text_content() == EVIL
    assert page.locator(".atlas-row .name", has_text="onerror").count() == 3


def test_a_card_says_each_thing_once_and_none_is_empty(page):
    """A project without a figure; points with a name, with a number alone, and with neither."""
    projects = load("projects")
    bare = projects[projects["investment_100m_cny"].isna() & projects["note_en"].notna()].iloc[0]
    result = points(3).assign(name_zh=["甲", None, None], name_en=None, n=[np.nan, 2.0, np.nan])
    result = Points(result, "结果", title_en="Result", columns={"n": "n"})
    chosen = {"selected": ("projects", bare["id"]), "lang": "en"}
    show(page, web_map(["projects"], overlays=[result], **chosen))
    card = page.locator(".atlas-card")
    text = card.inner_text()
    assert text.lower().count("not stated") == 1
    assert bare["note_en"] in text
    assert bare["note"] not in text
    open_ = "i => Atlas.view.open(Atlas.view.model.byId.get('overlay-points'), i)"
    opened = "[0, 1, 2].map(i => Atlas.view.model.byId.get('overlay-points').tells(i))"
    assert page.evaluate(opened) == [True, True, False]
    # The one that is selected opens no more than the one that has nothing to say.
    assert page.locator(".leaflet-marker-pane .atlas-point:not(.leaflet-interactive)").count() == 2
    page.evaluate(open_, 1)
    assert card.locator("h3, .atlas-kind").all_text_contents() == ["Result"]


def test_search_finds_by_any_name_and_is_moved_through_by_the_keys(page):
    show(page, web_map())
    # The name, an alias, pinyin, its initials and English.
    for query in ("岳麓山大学科技城", "大科城", "yuelushandaxue", "ylsdxkjc", "Yuelushan Univ"):
        page.keyboard.press("/")
        page.keyboard.insert_text(query)
        assert page.locator(".atlas-results li.at span").text_content() == "岳麓山大学科技城"
        page.keyboard.press("Enter")
        assert page.locator(".atlas-card h3").text_content() == "岳麓山大学科技城"
        assert page.evaluate("() => document.activeElement.matches('.atlas-card')")
        page.keyboard.press("Escape")
        assert not page.locator(".atlas-card").is_visible()
        assert page.evaluate("() => document.activeElement.matches('.atlas-search input')")
    page.keyboard.press("/")
    page.keyboard.type("长沙")
    rows = page.locator(".atlas-results li")
    assert rows.count() > 1
    page.keyboard.press("ArrowDown")
    assert "at" in rows.nth(1).get_attribute("class")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert "at" in rows.last.get_attribute("class")
    # Keys that choose among the words of a Chinese keyboard choose nothing here.
    for key in ("Enter", "Escape"):
        init = {"key": key, "bubbles": True, "isComposing": True}
        page.locator(".atlas-search input").dispatch_event("keydown", init)
    assert rows.last.is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".atlas-results").is_visible()
    page.evaluate("() => Atlas.view.select({layer: 'cities', id: 'city-dakecheng'})")
    page.keyboard.press("Escape")
    assert not page.locator(".atlas-card").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("绝无此名")
    assert "绝无此名" in page.locator(".atlas-results .none").text_content()
    # What is pasted by mistake holds nobody up, whatever its characters are: this took 13 s.
    took = """query => {
      const started = performance.now();
      Atlas.view.model.search(query, 12);
      return performance.now() - started;
    }"""
    assert page.evaluate(took, "\ufdfa" * 10_000) < 1000


def test_names_are_found_as_tables_find_them(page):
    table = json.loads(Path(__file__).parents[2].joinpath("searches.json").read_text("utf-8"))
    for case in table:
        zh, en, aliases = case["names"]
        pinyin = "|".join(map(spelt, filter(None, (zh, aliases))))
        columns = {"id": ["a"], "name_zh": [zh], "name_en": [en]}
        columns |= {"aliases": [aliases], "pinyin": [pinyin]}
        layer = {"id": "x", "group": "plan", "count": 1, "columns": columns, "points": [112, 28]}
        found = page.evaluate(
            """([layer, words]) => {
              const model = new Atlas.Model({ layers: [layer], groups: [] });
              return words.filter(word => model.search(word, 1).length);
            }""",
            [layer, [*case["found"], *case["not"]]],
        )
        assert found == case["found"]


def test_the_card_gives_facts_units_accuracy_quote_and_source(page):
    projects = load("projects")
    stated = projects[projects["investment_100m_cny"].notna() & projects["quote"].notna()].iloc[0]
    show(page, web_map(["projects"], selected=("projects", stated["id"])))
    text = page.locator(".atlas-card").inner_text()
    assert stated["name_zh"] in text
    assert amount_words(stated["investment_100m_cny"], "100 million CNY") in text
    assert f"「{stated['quote']}」" in text
    assert stated["heading"] in text
    assert "湖南湘江新区科技创新体系建设规划" in text
    # What others say of the place stands by itself, with who says it and whether it is taken.
    page.evaluate("() => Atlas.view.select({ layer: 'projects', id: 'project-zhigu' })")
    claims = page.locator(".atlas-claims")
    assert claims.locator("summary").text_content() == "位置的说法（4）"
    claims.locator("summary").click()
    taken, other = claims.locator("section").first, claims.locator("section.aside")
    assert "112.86473°E，28.11739°N（GCJ-02），±5,000 米" in taken.inner_text()
    assert "采用 · 乙（一个来源）" in taken.inner_text()
    assert "有冲突" in other.inner_text()
    assert "注册地址在雷锋街道" in other.inner_text()


def test_an_unlocated_feature_has_a_card_that_says_so(page):
    platforms = load("platforms")
    lost = platforms[platforms.geometry.isna()].iloc[0]
    show(page, web_map(["platforms"], selected=("platforms", lost["id"])))
    assert "文件未给出可用的位置" in page.locator(".atlas-card").inner_text()


def test_the_selected_shape_and_point_are_outlined_in_black(page):
    show(page, web_map(["cities", "parks"]))
    page.evaluate("() => Atlas.view.select({layer: 'cities', id: 'city-dakecheng'})")
    strokes = page.eval_on_selector_all(
        ".leaflet-atlas-chosen-pane path", "all => all.map(e => e.getAttribute('stroke'))"
    )
    assert "#000000" in strokes
    parks = load("parks")
    placed = parks[parks.geometry.notna()]["id"].iloc[0]
    page.evaluate("id => Atlas.view.select({layer: 'parks', id}, {pan: true})", placed)
    assert page.locator('.atlas-point svg [stroke="#000000"]').count() == 1
    assert page.locator(".leaflet-atlas-chosen-pane path").count() == 0


def test_a_click_opens_a_card_and_a_click_beside_closes_it(page):
    show(page, web_map({"platforms": points(1)}))
    page.locator(".atlas-point").click()
    assert page.locator(".atlas-card h3").text_content() == "平台0"
    page.mouse.click(720, 120)
    assert not page.locator(".atlas-card").is_visible()


def test_a_click_goes_through_what_has_neither_name_nor_columns(page):
    cities = load("cities")
    over = gpd.GeoDataFrame(geometry=[cities.union_all().convex_hull], crs=cities.crs)
    overlays = [Features(cities, title="区"), Features(over, title="范围", name="reach")]
    show(page, web_map([], overlays=overlays))
    name, place = cities["name_zh"].iloc[0], cities.geometry.iloc[0].representative_point()
    centre = page.evaluate(
        """([lon, lat]) => { const at = Atlas.view.map.latLngToContainerPoint(
          Atlas.view.toMap(lon, lat, false)), box = Atlas.view.map.getContainer()
          .getBoundingClientRect(); return [box.left + at.x, box.top + at.y]; }""",
        [place.x, place.y],
    )
    page.mouse.click(*centre)
    assert page.locator(".atlas-card h3").text_content() == name


def test_lengths_and_areas_are_measured_on_the_ellipsoid_on_any_base_map(page):
    places = [(112.70, 28.05), (112.95, 28.31), (113.08, 28.02), (112.9, 27.9)]
    geod = pyproj.Geod(ellps="GRS80")
    show(page, web_map(["cities"]))
    for pair in [*pairwise(places), ((113.0, 28.2), (113.0001, 28.2)), ((0.0, 0.0), (90.0, 45.0))]:
        told = page.evaluate("([a, b]) => Atlas.distanceM(a, b)", pair)
        assert told == pytest.approx(geod.inv(*pair[0], *pair[1])[2], rel=1e-6)
    area_m2, around_m = geod.geometry_area_perimeter(shapely.Polygon(places))
    press = """([places, name]) => { const view = Atlas.view; view.setBase(name);
      view.measure.start('area'); places.forEach(([lon, lat]) =>
        view.map.fire('click', { latlng: view.toMap(lon, lat, false) })); }"""
    hint = page.locator(".atlas-told:visible")
    serve_tiles(page, [])
    for base in ("vector", "amap"):
        page.evaluate(press, [places, base])
        area, length = map(float, re.findall(r"[\d.]+", hint.inner_text().replace(",", "")))
        assert area == pytest.approx(abs(area_m2) / 1e6, rel=1e-3)
        assert length == pytest.approx(around_m / 1e3, rel=1e-3)
    assert "平方公里" in hint.inner_text()
    page.keyboard.press("Backspace")
    assert page.evaluate("() => Atlas.view.measure.points.length") == len(places) - 1
    page.keyboard.press("Escape")
    assert hint.count() == 0
    page.evaluate("() => Atlas.view.setLanguage('en')")
    page.get_by_role("button", name="Distance").click()
    page.mouse.click(500, 300)
    page.mouse.click(560, 340)
    assert re.fullmatch(r"Distance [\d.,]+ km", hint.inner_text())
    assert page.locator(".atlas-card").is_hidden()


# ---- layers, legend, language ----


def test_the_legend_follows_visible_layers_and_the_view(page):
    show(page, web_map(["parks", "cities"]))
    parks = load("parks")
    assert (
        str(int(parks.geometry.notna().sum()))
        in page.locator(".atlas-legend h4 .count").all_text_contents()
    )
    page.locator('input[data-layer="parks"]').uncheck()
    assert "园区" not in page.locator(".atlas-legend").inner_text()
    page.evaluate("() => { Atlas.view.map.setView([25.0, 110.0], 12, {animate: false}) }")
    assert "当前视野内没有要素" in page.locator(".atlas-legend").inner_text()


def test_the_evidence_filter_hides_features(page):
    show(page, web_map({"platforms": points(3)}))
    assert page.locator(".atlas-point").count() > 0
    page.locator('input[data-evidence="located"]').uncheck()
    assert page.locator(".atlas-point").count() == 0


def test_evidence_is_drawn(page):
    show(page, web_map(["circles"]))
    dashes = page.eval_on_selector_all(
        ".leaflet-atlas-area-pane path.leaflet-interactive",
        "all => all.map(e => [e.getAttribute('stroke-dasharray'), e.getAttribute('fill-opacity')])",
    )
    assert dashes == [["9 5", "0.12"]] * 4


def test_every_text_changes_with_the_language(page):
    show(page, web_map(selected=("cities", "city-dakecheng")))
    page.get_by_role("button", name="English").click()
    panels = ".atlas-tools, .atlas-layers, .atlas-legend"
    words = " ".join(page.locator(panels).all_inner_texts()).replace("中文", "")
    assert not re.findall(r"[\u4e00-\u9fff]+", words)
    assert page.locator(".atlas-card h3").text_content() == "Yuelushan University Science City"
    page.get_by_role("button", name="中文").click()
    assert page.locator(".atlas-card h3").text_content() == "岳麓山大学科技城"


# ---- base maps ----


def serve_tiles(page: Page, asked: list[str]) -> None:
    page.allowed = (*page.allowed, "https://")

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        # Kept by the page, a tile would not be asked for by the next test.
        route.fulfill(body=PIXEL, content_type="image/png", headers={"Cache-Control": "no-store"})

    page.route(re.compile("^https://"), answer)


def test_the_page_and_the_library_shift_alike(page):
    show(page, web_map(["cities"]))
    lon = np.array([112.55, 112.90, 112.94, 75.2, 121.5, 110.3])
    lat = np.array([28.25, 28.20, 28.23, 39.5, 31.2, 20.1])
    ours = np.array(
        page.evaluate(
            "all => all.map(([x, y]) => Atlas.datum.toGcj02(x, y))", np.c_[lon, lat].tolist()
        )
    )
    assert ours == pytest.approx(np.c_[wgs84_to_gcj02(lon, lat)], abs=1e-9)
    back = page.evaluate("all => all.map(([x, y]) => Atlas.datum.fromGcj02(x, y))", ours.tolist())
    assert np.array(back) == pytest.approx(np.c_[lon, lat], abs=1e-9)


def test_everything_is_shifted_on_a_gcj02_base_map(page):
    serve_tiles(page, asked := [])
    frame = points(1)
    show(page, web_map({"platforms": frame}))
    lon, lat = frame.geometry.x[0], frame.geometry.y[0]
    assert marker_place(page) == pytest.approx([lon, lat], abs=1e-9)
    before = centre(page)
    page.select_option(".atlas-row.base select", "amap")
    until(page, "() => Atlas.view.base === 'amap'")
    shifted = [float(v) for v in wgs84_to_gcj02(lon, lat)]
    assert marker_place(page) == pytest.approx(shifted, abs=1e-9)
    assert centre(page)[:2] == pytest.approx(before[:2], abs=2e-3)
    page.evaluate("() => Atlas.view.select({layer: 'platforms', id: 'platform-0'})")
    box = page.locator('.atlas-point svg [stroke="#000000"]').bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    read = [
        float(v) for v in re.findall(r"\d+\.\d{6}", page.locator(".atlas-readout").text_content())
    ]
    pixel_degrees = 360 / 256 / 2 ** centre(page)[2]
    assert read == pytest.approx([lon, lat], abs=2 * pixel_degrees)
    page.wait_for_timeout(300)
    assert asked
    assert all("autonavi.com" in url for url in asked)


def test_features_outside_the_mainland_are_not_shifted(page):
    serve_tiles(page, [])
    frame = points(1)
    frame.loc[0, "geometry"] = shapely.Point(114.17, 22.30)
    show(page, web_map({"platforms": frame}, basemap="amap"))
    assert marker_place(page) == pytest.approx([114.17, 22.30], abs=1e-9)


def test_a_base_map_that_fails_leaves_the_vector_one_standing(page):
    page.allowed = (*page.allowed, "https://tile.openstreetmap.org/")
    show(page, web_map(["cities"], basemap="osm"))
    page.wait_for_selector(".atlas-note:not([hidden])")
    assert "OpenStreetMap" in page.locator(".atlas-note").inner_text()
    assert page.evaluate("() => Atlas.view.base") == "vector"
    assert page.locator(".leaflet-atlas-land-pane path").count() > 0
    assert page.locator(".atlas-row.base select").input_value() == "vector"


def test_tianditu_asks_for_a_key_and_keeps_it_in_memory(page):
    serve_tiles(page, asked := [])
    show(page, web_map(["cities"]))
    page.select_option(".atlas-row.base select", "tianditu")
    field = page.locator(".atlas-key input")
    assert asked == []
    field.fill("key-of-this-test")
    page.keyboard.press("Enter")
    until(page, "() => Atlas.view.base === 'tianditu'")
    page.wait_for_timeout(300)
    assert {parse_qs(urlparse(url).query)["tk"][0] for url in asked} == {"key-of-this-test"}
    assert {parse_qs(urlparse(url).query)["LAYER"][0] for url in asked} == {"vec", "cva"}
    stored = page.evaluate("() => JSON.stringify([localStorage, sessionStorage, document.cookie])")
    assert "key-of-this-test" not in stored + page.url


# ---- folium and notebooks ----


def test_folium_elements_draw_on_it(open_page, tmp_path):
    atlas = web_map(["cities"])
    folium.Marker([28.2, 112.9], popup=folium.Popup("<b>here</b>")).add_to(atlas)
    folium.PolyLine([[28.1, 112.8], [28.3, 113.0]], color="#123456").add_to(atlas)
    open_file(page := open_page(), atlas, tmp_path)
    assert page.locator('path[stroke="#123456"]').count() == 1
    page.locator(".leaflet-marker-icon:not(.atlas-point)").click()
    assert page.locator(".leaflet-popup-content b").text_content() == "here"
    loaded = "e => e.complete && e.naturalWidth > 0"
    assert page.eval_on_selector("img.leaflet-marker-icon", loaded)


def test_the_notebook_output_draws_itself(open_page, tmp_path):
    path = tmp_path / "output.html"
    path.write_text(
        f"<meta charset=utf-8>{web_map(['cities'], height='600px')._repr_html_()}", "utf-8"
    )
    page = open_page()
    page.goto(path.as_uri())
    inner = page.frame_locator("iframe")
    inner.locator(".atlas-legend").wait_for()
    assert inner.locator(".leaflet-atlas-area-pane path").count() >= 2


def test_numbers_read_as_everywhere_else(page: Page) -> None:
    table = json.loads(Path(__file__).parents[2].joinpath("numerals.json").read_text("utf-8"))
    show(page, web_map([]))
    words = page.evaluate(
        """table => table.map(({ value, digits, significant }) => significant
          ? Atlas.numerals.significant(value, significant)
          : Atlas.numerals.number(value, digits))""",
        table,
    )
    assert words == [case["words"] for case in table]
