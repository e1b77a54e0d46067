"""Maps in Streamlit, drawn on and linked, in a real browser that can reach no host but its own."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlparse

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image

from app.texts import LANGUAGES
from app.web.map_view import clicked, drawn
from geo.datum import gcj02_to_wgs84
from geo.errors import InputError
from geo.geodesic import geodesic_area_km2
from layers.plan.catalogue import load
from layers.web.document import map_document, to_json
from layers.web.pictures import png
from tests.chromium import until

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

pytestmark = pytest.mark.browser

SCRIPT = """
import json
from pathlib import Path
import shapely
import streamlit as st
from app.web.map_view import drawn, map_view, picked

st.set_page_config(layout="wide")
st.session_state.runs = st.session_state.get("runs", 0) + 1
lang = st.radio("lang", ["zh", "en"], horizontal=True)
allowed = st.checkbox("draw", value=True)
asked = st.checkbox("pick")
wide, narrow = st.columns([2, 1])
first, second = (Path(__file__).with_name(f"{name}_{lang}.json").read_text("utf-8")
                 for name in ("first", "second"))
with wide:
    keys = {"tianditu": "a-key"}
    found = map_view(
        first, key="map", height=520, draw=allowed, pick=asked, link="pair", keys=keys
    )
with narrow:
    map_view(second, key="second", height=430, url_state=False, link="pair")
area = drawn(st.session_state.get("map"))
corners = None if area is None else shapely.get_coordinates(area).tolist()
told = {"runs": st.session_state.runs, "clicked": found, "corners": corners}
told["picked"] = picked(st.session_state.get("map"))
st.html(f'<p id="told">{json.dumps(told)}</p>')
"""
# One transparent pixel: a tile that a test serves in place of a tile host.
PIXEL = png(Image.new("RGBA", (1, 1)))
# Pixels of the map that no panel covers.
TRIANGLE = [(120, 150), (420, 130), (330, 380)]
# The sides from the first corner to the second and from the third to the fourth cross.
BOW = [(120, 150), (420, 380), (420, 150), (120, 380)]
# Large, small, concave, and across the equator and the prime meridian.
RINGS = [
    [[112.5, 27.9], [113.2, 27.9], [113.2, 28.4], [112.5, 28.4]],
    [[112.90, 28.20], [112.91, 28.20], [112.91, 28.21]],
    [[112.9, 28.2], [113.0, 28.1], [112.95, 28.4], [112.7, 28.3], [112.93, 28.25]],
    [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]],
]
PLACE = """
() => { const { map } = Atlas.view; const { lng, lat } = map.getCenter();
  const size = map.getSize();
  return [lng, lat, map.getZoom(), size.x, size.y] }
"""
VIEW = "() => { const { lat, lon, zoom } = Atlas.view.state().view; return [lon, lat, zoom] }"
AT_REST = """
() => { const { map } = Atlas.view;
  return !map._animatingZoom && !(map._panAnim && map._panAnim._inProgress) }
"""
CENTRE_ON = """
id => { const { layer, i } = Atlas.view.model.find(id); const { map } = Atlas.view;
  const at = Atlas.view.toMap(...layer.place(i), false);
  map.setView(at, 17, { animate: false });
  const { x, y } = map.latLngToContainerPoint(at);
  return [x, y] }
"""
SELECTED = """
() => { const { selection } = Atlas.view;
  return selection && selection.layer.value("id", selection.i) }
"""
COUNT = """
() => { Atlas.heard = 0; window.addEventListener("message", ({ data }) => {
  Atlas.heard += data.atlasLink ? 1 : 0 }) }
"""
ZH = {"draw": "绘制范围", "finish": "完成", "undo": "撤销", "clear": "清除范围"}
EN = {"draw": "Draw an area", "finish": "Finish", "undo": "Undo", "clear": "Clear"}


@pytest.fixture(scope="module")
def app(serve_streamlit, tmp_path_factory):
    folder = tmp_path_factory.mktemp("draw")
    script = folder / "page.py"
    script.write_text(SCRIPT, "utf-8")
    shown = ["cities", "parks", "districts", "river"]
    for lang in LANGUAGES:
        first = map_document([*shown, "circles"], visible=shown, lang=lang)
        (folder / f"first_{lang}.json").write_text(to_json(first), "utf-8")
        second = map_document(["circles"], lang=lang)
        (folder / f"second_{lang}.json").write_text(to_json(second), "utf-8")
    with serve_streamlit(script, folder / "server.log") as address:
        yield address


def opened(page: Page, address: str) -> tuple[Frame, Frame]:
    """Open the page; return the frames of its wide and of its narrow map."""
    page.goto(address)
    for n in range(2):
        page.frame_locator("iframe").nth(n).locator(".atlas-legend").wait_for(timeout=60_000)
    frames = [handle.content_frame() for handle in page.query_selector_all("iframe")]
    wide, narrow = sorted(frames, key=lambda each: each.frame_element().bounding_box()["x"])
    # The narrow one has no address to open at: it comes to where the wide one is.
    until(narrow, AT_REST)
    wait_until_equal(wide, narrow)
    return wide, narrow


def told(page: Page) -> dict:
    return json.loads(page.locator("#told").inner_text())


def wait_for_run(page: Page, runs: int) -> dict:
    page.locator("#told", has_text=f'"runs": {runs},').wait_for()
    return told(page)


def click(page: Page, frame: Frame, at: tuple[int, int], *, times: int = 1) -> None:
    corner = frame.frame_element().bounding_box()
    page.mouse.click(corner["x"] + at[0], corner["y"] + at[1], click_count=times)


def start(frame: Frame, words: dict[str, str] = ZH) -> None:
    frame.get_by_role("button", name=words["draw"]).click()
    frame.locator(".atlas-drawing").wait_for()


def draw(page: Page, frame: Frame, pixels: list[tuple[int, int]]) -> None:
    for at in pixels:
        click(page, frame, at)


def corner_count(frame: Frame) -> int:
    return frame.locator(".atlas-corner").count()


def places(frame: Frame, pixels: list[tuple[int, int]]) -> np.ndarray:
    """Work out where pixels lie by the formula of the Mercator projection.

    The result is in the datum of the base map.
    """
    lon, lat, zoom, width, height = frame.evaluate(PLACE)
    x, y = np.array(pixels).T
    radians_per_pixel = 2 * np.pi / (256 * 2**zoom)
    east = np.radians(lon) + (x - width / 2) * radians_per_pixel
    north = np.arcsinh(np.tan(np.radians(lat))) - (y - height / 2) * radians_per_pixel
    return np.degrees(np.column_stack([east, np.arctan(np.sinh(north))]))


def pixel_degrees(frame: Frame) -> float:
    return 360 / 256 / 2 ** frame.evaluate(VIEW)[2]


def area_km2(corners: np.ndarray) -> float:
    return float(geodesic_area_km2(gpd.GeoSeries([shapely.Polygon(corners)], crs=4490))[0])


def wait_until_equal(one: Frame, other: Frame) -> None:
    """Wait until two maps look at the same place, to a pixel, and are still."""
    for frame in (one, other):
        until(frame, AT_REST)
    lon, lat, zoom = one.evaluate(VIEW)
    until(
        other,
        f"([lon, lat, zoom, near]) => {{ const [x, y, z] = ({VIEW})();"
        " return z === zoom && Math.abs(x - lon) <= near && Math.abs(y - lat) <= near }",
        arg=[lon, lat, zoom, pixel_degrees(one)],
    )


# ---- drawing ----


def test_a_drawing_reaches_python_with_its_places_outlives_documents_and_is_removed(page, app):
    frame, _ = opened(page, app)
    assert_corners_are_taken_back_and_unsound_rings_refused(page, frame)
    runs = told(page)["runs"]
    start(frame)
    draw(page, frame, TRIANGLE)
    expected = places(frame, TRIANGLE)
    page.wait_for_timeout(300)
    assert told(page) == {"runs": runs, "clicked": None, "corners": None, "picked": None}
    # On the first corner, two pixels beside it.
    click(page, frame, (TRIANGLE[0][0] + 2, TRIANGLE[0][1]))
    answer = wait_for_run(page, runs + 1)
    corners = np.array(answer["corners"])
    assert corners[-1].tolist() == corners[0].tolist()
    assert corners[:-1] == pytest.approx(expected, abs=pixel_degrees(frame))
    shown = frame.locator(".atlas-figure").inner_text()
    assert re.fullmatch(r"[\d,]+\.\d\d km²", shown)
    # To the two decimals shown, and by 1e-6 for the path of a side on the ellipsoid.
    figure = float(shown.split()[0].replace(",", ""))
    assert figure == pytest.approx(area_km2(corners), rel=1e-6, abs=0.005)
    assert frame.locator("path.atlas-drawn").get_attribute("stroke-dasharray") == "8 5"
    found = frame.evaluate("rings => rings.map(Atlas.areaKm2)", RINGS)
    assert found == pytest.approx([area_km2(np.array(ring)) for ring in RINGS], rel=1e-5)
    # Another one takes its place.
    start(frame)
    draw(page, frame, TRIANGLE[:2])
    click(page, frame, TRIANGLE[2], times=2)
    first = wait_for_run(page, runs + 2)
    assert len(first["corners"]) == 4
    page.locator('[data-testid="stRadio"] label', has_text="en").click()
    until(frame, "() => Atlas.view.lang === 'en'")
    second = wait_for_run(page, first["runs"] + 1)
    assert second["corners"] == first["corners"]
    assert frame.locator("path.atlas-drawn").count() == 1
    # Another one begun and given up leaves the first; one that is finished takes its place.
    start(frame, EN)
    draw(page, frame, BOW[:2])
    page.keyboard.press("Escape")
    assert frame.locator(".atlas-figure").count() == 1
    start(frame, EN)
    draw(page, frame, [BOW[0], BOW[2], BOW[1], BOW[3]])
    frame.get_by_role("button", name=EN["finish"]).click()
    third = wait_for_run(page, second["runs"] + 1)
    assert len(third["corners"]) == 5
    # A click on the map is told beside the drawing, not in its place.
    frame.evaluate(
        "() => { const { layer, i } = Atlas.view.model.find('city-kexuecheng');"
        " Atlas.view.open(layer, i) }"
    )
    fourth = wait_for_run(page, third["runs"] + 1)
    assert fourth["clicked"] == {"layer": "cities", "id": "city-kexuecheng"}
    assert fourth["corners"] == third["corners"]
    frame.get_by_role("button", name=EN["clear"], exact=True).click()
    fifth = wait_for_run(page, fourth["runs"] + 1)
    assert (fifth["corners"], fifth["clicked"]) == (None, fourth["clicked"])
    assert frame.locator("path.atlas-drawn").count() == 0
    # A page may stop offering it.
    page.locator('[data-testid="stCheckbox"] label').first.click()
    frame.get_by_role("button", name=EN["draw"]).wait_for(state="hidden")


def assert_corners_are_taken_back_and_unsound_rings_refused(page: Page, frame: Frame) -> None:
    runs = told(page)["runs"]
    hint = frame.locator(".atlas-hint")
    # By keyboard alone.
    frame.get_by_role("button", name=ZH["draw"]).focus()
    page.keyboard.press("Enter")
    assert "单击加角点" in hint.inner_text()
    draw(page, frame, BOW[:2])
    page.keyboard.press("Enter")
    assert hint.inner_text() == "范围至少要有三个角点，请继续单击。"
    assert corner_count(frame) == 2
    draw(page, frame, BOW[2:])
    page.keyboard.press("Enter")
    assert hint.inner_text() == "边线相交，围不成范围：请撤回角点重画。"
    assert hint.bounding_box()["height"] < 30
    assert corner_count(frame) == 4
    page.keyboard.press("Backspace")
    assert corner_count(frame) == 3
    page.keyboard.press("Control+z")
    assert corner_count(frame) == 2
    frame.get_by_role("button", name=ZH["undo"]).click()
    assert corner_count(frame) == 1
    page.keyboard.press("Escape")
    assert corner_count(frame) == 0
    assert not hint.is_visible()
    assert frame.locator("path.atlas-drawn").count() == 0
    assert told(page)["runs"] == runs


def test_corners_drawn_on_a_gcj02_base_map_are_told_in_wgs84(page, app):
    page.allowed = (*page.allowed, "https://")
    page.route(
        re.compile("^https://"),
        lambda route: route.fulfill(body=PIXEL, content_type="image/png"),
    )
    address = "base=amap&view=28.2,112.9,12&layers=circles.-river&hidden=schematic&year=2024"
    frame, other = opened(page, f"{app}/?{address}")
    state = frame.evaluate("() => Atlas.view.state()")
    assert state["base"] == "amap"
    assert state["view"] == pytest.approx({"lat": 28.2, "lon": 112.9, "zoom": 12}, abs=1e-4)
    assert state["layers"] == [["circles", True], ["river", False]]
    assert state["hidden"] == ["schematic"]
    assert state["year"] == 2024
    assert frame.evaluate("() => Atlas.view.visible.has('circles')")
    until(other, "() => Atlas.view.base === 'amap'")
    runs = told(page)["runs"]
    start(frame)
    draw(page, frame, TRIANGLE)
    shifted = places(frame, TRIANGLE)
    page.keyboard.press("Enter")
    corners = np.array(wait_for_run(page, runs + 1)["corners"])[:-1]
    expected = np.column_stack(gcj02_to_wgs84(*shifted.T))
    near = pixel_degrees(frame)
    assert corners == pytest.approx(expected, abs=near)
    # The shift is some 600 m: many pixels.
    assert np.abs(corners - shifted).max() > 5 * near
    # On the page's own formula, there and back.
    back = frame.evaluate(
        "all => all.map(at => Atlas.datum.fromGcj02(...Atlas.datum.toGcj02(...at)))",
        corners.tolist(),
    )
    assert np.array(back) == pytest.approx(corners, abs=1e-7)
    # A place that is asked for is any click, on a feature as beside all, told in the same way.
    page.get_by_text("pick", exact=True).click()
    frame.locator(".atlas-picking").wait_for()
    at = tuple(round(pixel) for pixel in frame.evaluate(CENTRE_ON, "city-dakecheng"))
    click(page, frame, at)
    page.locator("#told", has_text='"picked": [').wait_for()
    lon, lat, px_m, _ = told(page)["picked"]
    (there,) = np.column_stack(gcj02_to_wgs84(*places(frame, [at]).T))
    assert (lon, lat) == pytest.approx(tuple(there), abs=2 * pixel_degrees(frame))
    assert px_m == pytest.approx(pixel_degrees(frame) * 111_320 * np.cos(np.radians(lat)), rel=0.01)
    assert frame.evaluate(SELECTED) is None
    # On a base map without the shift the area stays on its ground.
    frame.evaluate("() => Atlas.view.setBase('vector')")
    drawn_at = frame.evaluate(
        "() => Atlas.view.drawing.drawn.getLayers()[0].getLatLngs()[0].map(p => [p.lng, p.lat])"
    )
    assert np.array(drawn_at) == pytest.approx(corners, abs=1e-9)
    # What a later document no longer has is gone from the map.
    left = frame.evaluate(
        "() => { const { view } = Atlas; const [first, ...layers] = view.document.layers;"
        " view.update({ ...view.document, layers });"
        " return [view.shapes.groups.has(first.id), view.shapes.groups.size > 0] }"
    )
    assert left == [False, True]


# ---- linked maps ----


def test_linked_maps_follow_each_other_and_come_to_rest(open_page, app):
    page = open_page()
    wide, narrow = opened(page, app)
    runs = told(page)["runs"]
    for frame in (wide, narrow):
        frame.evaluate(COUNT)
    for leader, follower in ((wide, narrow), (narrow, wide)):
        corner = leader.frame_element().bounding_box()
        x, y = corner["x"] + 60, corner["y"] + 200
        before = leader.evaluate(VIEW)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 70, y + 40, steps=8)
        # Still under the hand: the other map is there already.
        wait_until_equal(leader, follower)
        page.mouse.up()
        until(leader, f"lon => ({VIEW})()[0] !== lon", arg=before[0])
        wait_until_equal(leader, follower)
        page.mouse.wheel(0, -60)
        until(leader, f"zoom => ({VIEW})()[2] > zoom", arg=before[2])
        wait_until_equal(leader, follower)
    heard = [frame.evaluate("() => Atlas.heard") for frame in (wide, narrow)]
    places_before = [frame.evaluate(VIEW) for frame in (wide, narrow)]
    page.wait_for_timeout(500)
    assert [frame.evaluate("() => Atlas.heard") for frame in (wide, narrow)] == heard
    assert [frame.evaluate(VIEW) for frame in (wide, narrow)] == places_before
    assert min(heard) > 0
    lon, lat, zoom = wide.evaluate(VIEW)
    until(
        page,
        "view => new URLSearchParams(location.search).get('view').startsWith(view)",
        arg=f"{lat:.5f},{lon:.5f},{zoom:g},",
    )
    assert told(page)["runs"] == runs
    # Quick jumps end at the same place.
    wide.evaluate(
        "() => { const { map } = Atlas.view; map.setZoom(11);"
        " setTimeout(() => map.setZoom(13), 120);"
        " setTimeout(() => map.setView([28.2, 112.8], 12), 350);"
        " setTimeout(() => { Atlas.done = true }, 400) }"
    )
    until(wide, "() => Atlas.done")
    until(wide, f"() => ({VIEW})()[2] === 12 && ({AT_REST})()")
    wait_until_equal(wide, narrow)
    assert narrow.evaluate(VIEW)[:2] == pytest.approx([112.8, 28.2], abs=2 * pixel_degrees(wide))
    # A page opened beside goes its own way.
    other = page.context.new_page()
    _, elsewhere = opened(other, app)
    before = elsewhere.evaluate(VIEW)
    wide.evaluate("() => { Atlas.view.map.setView([28.3, 112.7], 13, {animate: false}) }")
    wait_until_equal(wide, narrow)
    other.wait_for_timeout(200)
    assert elsewhere.evaluate(VIEW) == before


# ---- the address and clicks ----


def test_a_view_goes_to_the_address_a_click_to_python_and_a_new_document_keeps_both(page, app):
    frame, _ = opened(page, app)
    assert frame.frame_element().bounding_box()["height"] == pytest.approx(520, abs=1)
    before = told(page)
    frame.evaluate(
        "() => { Atlas.marked = true; Atlas.view.map.setView([28.2, 112.9], 12, {animate: false}) }"
    )
    until(page, "() => location.search.includes('view=28.2')")
    frame.evaluate("() => Atlas.view.setVisible('river', false)")
    until(page, "() => location.search.includes('-river')")
    # The strip below the map has another line by then: the new size is told with the next look.
    page.wait_for_timeout(1000)
    asked = parse_qs(urlparse(page.url).query)
    lat, lon, zoom, *size = map(float, asked["view"][0].split(","))
    assert size == frame.evaluate("() => Object.values(Atlas.view.map.getSize())")
    # A pixel at zoom 12 is 0.00034° wide; the middle of the map may fall between two.
    assert (lat, lon, zoom) == pytest.approx((28.2, 112.9, 12), abs=0.00017)
    assert asked["base"] == ["vector"]
    assert told(page) == before
    assert "a-key" not in page.url
    frame.evaluate(
        "() => { const { layer, i } = Atlas.view.model.find('city-kexuecheng');"
        " Atlas.view.open(layer, i) }"
    )
    answer = wait_for_run(page, before["runs"] + 1)
    assert answer["clicked"] == {"layer": "cities", "id": "city-kexuecheng"}
    frame.evaluate("() => { Atlas.view.map.setView([28.2, 112.9], 12, {animate: false}) }")
    page.locator('[data-testid="stRadio"] label', has_text="en").click()
    until(frame, "() => Atlas.view.lang === 'en'")
    assert frame.evaluate("() => Atlas.marked")
    assert frame.evaluate(VIEW) == pytest.approx([112.9, 28.2, 12], abs=1e-4)
    # An answer that comes late, to what was clicked before, takes nothing away.
    late = "([selected, heard]) => Atlas.view.update({ ...Atlas.view.document, selected }, heard)"
    frame.evaluate(late, [{"layer": "cities", "id": "city-dakecheng"}, False])
    assert frame.evaluate(SELECTED) == "city-kexuecheng"
    frame.evaluate(late, [None, True])
    assert frame.evaluate(SELECTED) is None
    frame.evaluate("() => Atlas.view.select({ layer: 'cities', id: 'city-kexuecheng' })")
    frame.evaluate("() => Atlas.view.clear(true)")
    page.locator("#told", has_text='"clicked": null').wait_for()
    assert_a_click_while_drawing_selects_nothing(page, frame)


def assert_a_click_while_drawing_selects_nothing(page: Page, frame: Frame) -> None:
    parks = load("parks")
    alone = ~parks.geometry.duplicated(keep=False)
    for feature in (parks[alone & parks.geometry.notna()]["id"].iloc[0], "city-kexuecheng"):
        centre = frame.evaluate(CENTRE_ON, feature)
        start(frame, EN)
        click(page, frame, centre)
        assert corner_count(frame) == 1
        assert frame.evaluate(SELECTED) is None
        page.keyboard.press("Escape")
        # No longer the second click of a double one.
        page.wait_for_timeout(400)
        click(page, frame, centre)
        assert frame.evaluate(SELECTED) == feature
        page.locator("#told", has_text=feature).wait_for()
        page.keyboard.press("Escape")
        page.locator("#told", has_text='"clicked": null').wait_for()


# ---- what Python reads ----


def test_a_report_without_a_drawing_holds_none():
    assert drawn(None) is None
    assert drawn({"click": 3, "layer": "cities", "id": "city-dakecheng"}) is None


def test_a_report_holds_a_click_and_a_drawing():
    report = {"click": 1, "layer": "a", "id": "b", "drawn": [[112, 28], [113, 28], [113, 29]]}
    assert clicked(report) == {"layer": "a", "id": "b"}
    assert drawn(report).equals(shapely.Polygon([(112, 28), (113, 28), (113, 29)]))


@pytest.mark.parametrize(
    ("corners", "reason"),
    [
        ([], "shape"),
        ([[112, 28], [113, 28]], "shape"),
        ([[112, 28, 5], [113, 28, 5], [113, 29, 5]], "shape"),
        ([112, 28, 113], "shape"),
        (7, "shape"),
        ("112,28", "not pairs of numbers"),
        ([[112, 28], [113], [113, 29]], "not pairs of numbers"),
        ({"lon": 112}, "not pairs of numbers"),
        ([[112, 28], [113, 28], [math.nan, 29]], "in degrees"),
        ([[112, 28], [113, 28], [math.inf, 29]], "in degrees"),
        ([[112, 28], [113, 28], [None, 29]], "in degrees"),
        ([[112, 28], [113, 28], [113, 91]], "in degrees"),
        ([[112, 28], [113, 29], [113, 28], [112, 29]], "Self-intersection"),
        ([[112, 28], [113, 29], [114, 30]], "not sound"),
        ([[112, 28], [112, 28], [112, 28]], "not sound"),
    ],
)
def test_drawings_that_are_none_are_refused(corners, reason):
    with pytest.raises(InputError, match=reason):
        drawn({"click": 0, "drawn": corners})
