"""The printed map: the sheet, what stands on it, its colours, its scale and its files."""

from __future__ import annotations

import base64
import io
import itertools
import math
import re
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr
from fontTools.ttLib import TTFont
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from PIL import Image
from pypdf import PdfReader
from pyproj import Geod

from geo.errors import CRSError, InputError, LayerError
from layers.look.content import Content
from layers.look.overlays import Choropleth, Features, Isolines, Points, Surface
from layers.look.palettes import paper
from layers.look.sheet import SIZES_MM, Sheet
from layers.paper import printing
from layers.paper.arrangement import arranged
from layers.paper.drawing import packed
from layers.paper.furniture import Note, true_north_deg
from layers.paper.key import Unnamed
from layers.paper.printing import composed, drawn, printed
from layers.paper.sheet import heading, layout, text_width, wrapped
from layers.paper.toning import toned
from layers.plan.area import area
from layers.plan.catalogue import load
from layers.plan.schema import resource
from layers.questions.overview import Overview
from layers.record.specification import read_spec
from layers.scene.boxes import Box
from layers.scene.window import Window

GROUND = ("districts", "river", "metro", "roads")
WIDE = {
    "map": "coverage",
    "parameters": {"zoning": "districts"},
    "sheet": {"review_number": "internal"},
}
# Sheets of every shape; of one shape the others differ in size alone.
DRAWN = ("A4", "A4-portrait", "16:9", "square")
# Each of them once, in one language or the other.
TOLD = (("A4", "en"), ("A4-portrait", "zh"), ("16:9", "en"), ("square", "zh"))
SHEET = Sheet("湘江新区“224”布局", "internal", subtitle="规划图", date="2024-02-01")


@pytest.fixture(scope="module")
def overview():
    return Overview("224").content("zh")


@cache
def content_of(theme, lang):
    """An overview as it was handed to whatever drew it."""
    return Overview(theme).content(lang)


@cache
def sheet_of(theme, size, lang="zh"):
    """An overview on its sheet, which takes a second: a figure that tests only look at."""
    return drawn(content_of(theme, lang), replace(SHEET, size=size, dpi=72))


@pytest.fixture(scope="module")
def wall():
    """The overview at A3."""
    return sheet_of("224", "A3")


def undrawn(monkeypatch, *names):
    for name in names:
        monkeypatch.setattr(printing, name, lambda *_, **__: Unnamed((), 0))


@pytest.fixture
def _words_alone(monkeypatch):
    """What the map itself shows is not drawn, what stands beside it is."""
    undrawn(monkeypatch, "draw_scene", "draw_labels", "draw_locator")


def extents(figure, texts):
    """Where texts lie, in pixels, without drawing any."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    return [text.get_window_extent(renderer) for text in texts]


def texts(figure):
    return [text for text in figure.axes[0].texts if text.get_text()]


def said(figure):
    return [text.get_text() for text in texts(figure)]


def rectangle(figure, label):
    return [patch for patch in figure.axes[0].patches if patch.get_label() == label]


def ratio(figure):
    (found,) = (text for text in said(figure) if text.startswith("1:"))
    return int(re.sub(r"\D", "", found[2:]))


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def over(colour, opacity, ground):
    """What is seen of a colour above a ground."""
    mixed = np.array(to_rgb(colour)) * opacity + np.array(to_rgb(ground)) * (1 - opacity)
    return (mixed * 255).round().astype(int)


# ---- the sheet ----


@pytest.mark.parametrize("size", SIZES_MM)
def test_boxes_of_a_sheet_do_not_overlap_and_stay_on_it(size):
    plan = layout(replace(SHEET, size=size, subtitle="规划图" * 40), note_lines=3)
    boxes = [plan.title, plan.map, plan.legend, plan.scale, plan.notes]
    shapes = [shapely.box(box.left, box.bottom, box.right, box.top) for box in boxes]
    page = shapely.box(0, 0, plan.page.width, plan.page.height)
    for one, other in itertools.combinations(shapes, 2):
        assert one.intersection(other).area < 1e-6
    assert all(page.contains(shape) for shape in shapes)
    assert all(box.height > 0 and box.width > 0 for box in boxes)


@pytest.mark.parametrize("size", SIZES_MM)
def test_the_map_takes_most_of_the_sheet(overview, size):
    sheet = replace(SHEET, size=size)
    assert heading(sheet).beside
    assert not heading(replace(sheet, subtitle="规划图" * 80)).beside
    # The notes of the fullest map, with all its sources, are four lines.
    notes, shown = [Note("注")] * 4, (0.0, 0.0, 4.0, 5.0)
    plan, _ = arranged(sheet, toned(overview, sheet), notes, shown=shown)
    # Of a square sheet it is less, and no ground lies idle at its sides.
    assert plan.map.area / plan.page.area >= (0.55 if size == "square" else 0.66)


@pytest.mark.parametrize(("size", "lang"), TOLD)
def test_no_text_is_too_small_to_read_and_degrees_are_as_large_as_notes(size, lang):
    figure = sheet_of("all", size, lang)
    sizes = {text.get_text(): text.get_fontsize() for text in texts(figure)}
    assert min(sizes.values()) >= 5.5
    degrees = [size for words, size in sizes.items() if re.search(r"°.*[NE]$", words)]
    (note,) = (size for words, size in sizes.items() if "EPSG:4547" in words)
    assert len(degrees) > 5
    assert min(degrees) >= note


@pytest.mark.usefixtures("_words_alone")
@pytest.mark.parametrize("size", DRAWN)
def test_a_legend_of_twelve_long_entries_fits_every_sheet(size):
    zones = load("districts").assign(n=np.arange(22.0)).to_crs(4547)
    full = Overview("224").content("en")
    overlays = (
        Choropleth(zones, "n", "Number of projects in each zone, by quantiles", classes=7),
        *(
            Points(zones.set_geometry(zones.centroid), f"High beside high, class {k}, 95 %")
            for k in range(5)
        ),
    )
    found = said(drawn(replace(full, overlays=overlays), replace(SHEET, size=size, dpi=40)))
    # Long words may be broken into lines: what they begin with is there.
    assert sum(text.startswith("High beside") for text in found) == 5


@pytest.mark.parametrize(("size", "lang"), TOLD)
def test_a_figure_has_the_size_of_its_sheet(size, lang):
    figure = sheet_of("all", size, lang)
    assert figure.get_size_inches() * 25.4 == pytest.approx(SIZES_MM[size])


@pytest.mark.parametrize(
    ("theme", "size", "lang"),
    [("224", "A3", "zh"), *(("all", *each) for each in TOLD)],
)
def test_texts_beside_the_map_do_not_overlap_and_stay_on_the_sheet(theme, size, lang):
    figure = sheet_of(theme, size, lang)
    (ground,) = rectangle(figure, "map")
    frame = ground.get_window_extent()
    width, height = FigureCanvasAgg(figure).get_width_height()
    boxes = extents(figure, texts(figure))
    outside = [box for box in boxes if box.x0 > frame.x1 or box.y0 > frame.y1 or box.y1 < frame.y0]
    assert len(outside) > 10
    for box in outside:
        assert min(box.x0, box.y0) >= 0
        assert box.x1 <= width
        assert box.y1 <= height
    for one, other in itertools.combinations(outside, 2):
        # Extents hold the room of ascenders, which may touch the line above.
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        down = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert across <= 0.5 or down <= 0.35 * min(one.height, other.height)


@given(
    st.text(alphabet="湘江新区（规划）“布局”，。abc XYZ-12·", min_size=1, max_size=60),
    st.floats(min_value=40, max_value=300),
)
def test_wrapped_text_keeps_its_characters_and_its_width(text, width):
    lines = wrapped(text, width, 9.0)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        # Only a word that is wider by itself is.
        whole = max(map(len, re.split(r"[ 一-龥]", line)), default=0)
        assert text_width(line, 9.0) <= width or whole * 9.0 > width / 2


def test_width_of_a_text_is_that_of_its_glyphs():
    # Chinese characters are square: 4 em at 10 pt.
    assert text_width("湘江新区", 10.0) == pytest.approx(40.0)
    assert text_width("湘江", 10.0) + text_width("新区", 10.0) == text_width("湘江新区", 10.0)


# ---- what stands on it ----


def test_all_elements_of_the_layout_are_named_at_a3(wall):
    named = {text.get_label() for text in texts(wall)}
    for name in ("circles", "cities", "axes", "nodes"):
        frame = load(name)
        placed = frame[~frame.geometry.isna()]
        assert set(placed["name_zh"]) <= named


def test_names_on_the_map_do_not_overlap(wall, overview):
    known = set(itertools.chain(*(frame["name_zh"] for frame in overview.frames.values())))
    names = [text for text in texts(wall) if text.get_label() in known and text.get_rotation() == 0]
    boxes = extents(wall, names)
    assert len(boxes) > 25
    for one, other in itertools.combinations(boxes, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        down = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert across <= 1 or down <= 0.3 * min(one.height, other.height)


@pytest.mark.usefixtures("_words_alone")
@pytest.mark.parametrize(("theme", "lang"), [("224", "zh"), ("projects", "en"), ("all", "zh")])
def test_the_legend_has_every_visible_layer_and_no_other(theme, lang):
    content = content_of(theme, lang)
    found = said(drawn(content, replace(SHEET, size="16:9", dpi=40)))
    plan = [name for name in area().themes["all"] if name in content.visible]
    assert {resource(name).title(lang) for name in plan} <= set(found)
    others = set(area().themes["all"]) - set(plan)
    assert not {resource(name).title(lang) for name in others} & set(found)


def test_the_legend_counts_what_is_on_the_map():
    found = said(sheet_of("224", "A3"))
    nodes = int(load("nodes").geometry.notna().sum())
    assert found[found.index(resource("nodes").title_zh) + 1] == str(nodes)
    assert "图例" in found


@pytest.mark.usefixtures("_words_alone")
def test_the_legend_of_a_part_counts_that_and_the_whole(overview):
    south = replace(overview, extent=(112.8, 27.9, 113.0, 28.1))
    found = said(drawn(south, replace(SHEET, dpi=40)))
    assert "图例（图内/全部）" in found
    here, whole = found[found.index(resource("nodes").title_zh) + 1].split("/")
    points = load("nodes").geometry.dropna()
    assert int(whole) == len(points)
    assert len(points.cx[112.82:112.98, 27.92:28.08]) <= int(here) < int(whole)
    assert found[found.index(resource("cities").title_zh) + 1] in {"1/2", "2"}


@pytest.mark.usefixtures("_words_alone")
def test_classes_stand_below_each_other_under_their_title(overview):
    zones = load("districts").assign(n=np.arange(22.0)).to_crs(4547)
    title = "各区个数"
    classed = Choropleth(zones, "n", title, classes=7)
    sheet = replace(SHEET, size="A4-portrait", dpi=40)
    written = texts(drawn(replace(overview, overlays=(classed,)), sheet))
    (head,) = (each.get_position() for each in written if each.get_text() == title)
    classes = [each.get_position() for each in written if re.match(r"≤ |\d+ – ", each.get_text())]
    assert len(classes) == 7
    assert len({x for x, _ in classes}) == 1
    assert all(x - head[0] < 40 and y < head[1] for x, y in classes)


def test_a_share_has_its_sign_on_the_map():
    spec = read_spec({"map": "coverage", "sheet": {"title": "", "review_number": "internal"}})
    zones = replace(spec.content(), visible=("districts",))
    found = said(drawn(zones, replace(SHEET, dpi=40)))
    assert len({words for words in found if re.fullmatch(r"[\d.]+ %", words)}) == 4


@pytest.mark.usefixtures("_words_alone")
def test_a_legend_that_fits_nowhere_is_refused():
    content = content_of("all", "en")
    zones = load("districts").assign(n=np.arange(22.0))
    many = tuple(Choropleth(zones, "n", f"第{k}种", classes=7) for k in range(12))
    with pytest.raises(InputError, match=r"legend of \d+ layers does not fit.*A3"):
        drawn(replace(content, overlays=many), replace(SHEET, size="square"))


@pytest.mark.usefixtures("_words_alone")
def test_notes_say_what_must_be_said(overview):
    found = "".join(said(drawn(overview, replace(SHEET, author="规划处", dpi=40))))
    for words in (
        "审图号：内部草案，未经审图，不得公开",
        "CGCS2000 / 3 度带高斯–克吕格投影，中央经线 114°E（EPSG:4547）",
        "OpenStreetMap",
        "虚线图形按规则示意",
        "规划处",
        "2024-02-01",
    ):
        assert words in found


def test_notes_say_nothing_that_is_not_so():
    frames = {name: load(name) for name in ("districts", "parks")}
    parks = frames["parks"]
    frames["parks"] = parks[parks["id"] == "park-ningxiang-jkq"]
    sheet = replace(SHEET, review_number="湘S(2024)012号", dpi=40)
    found = "".join(said(drawn(Content(frames, ("districts", "parks")), sheet)))
    assert "审图号：湘S(2024)012号" in found
    for words in ("示意", "散开", "内部草案", "OpenStreetMap"):
        assert words not in found


def test_the_source_of_the_locator_is_named_whatever_is_visible():
    content = Content({}, (), (Features(squares(), "范围"),))
    assert "高德" in "".join(said(drawn(content, replace(SHEET, dpi=40))))


def test_english_sheets_have_no_chinese_but_the_title():
    found = said(sheet_of("all", "A4", "en"))
    chinese = {text for text in found if re.search(r"[一-龥]", text)}
    assert chinese == {SHEET.title, SHEET.subtitle}
    assert any("internal draft, not reviewed, not for publication" in text for text in found)


@given(
    st.lists(st.floats(min_value=1, max_value=30), min_size=1, max_size=25),
    st.sampled_from([0.0, 9.0]),
)
def test_symbols_at_one_place_are_spread_so_that_none_hides_another(radii, first):
    radii = sorted(radii, reverse=True)
    shifts = packed(radii, first)
    discs = [(x, y, radius) for (x, y), radius in zip(shifts, radii, strict=True)]
    discs += [(0.0, 0.0, first)] if first else []
    for (x, y, radius), (a, b, other) in itertools.combinations(discs, 2):
        assert math.hypot(x - a, y - b) >= radius + other - 1e-6
    assert first or shifts[0] == (0.0, 0.0)


# ---- scale and north ----


@pytest.mark.parametrize(("size", "lang"), TOLD)
def test_the_scale_bar_is_as_long_as_it_says(size, lang):
    figure = sheet_of("all", size, lang)
    parts = rectangle(figure, "scale bar")
    length_px = sum(part.get_window_extent().width for part in parts)
    scale = ratio(figure)
    pairs = itertools.pairwise(said(figure))
    (far,) = {float(one) for one, unit in pairs if unit.strip() in {"公里", "km"}}
    assert far * 1000 / scale / 0.0254 * figure.dpi == pytest.approx(length_px, rel=1e-9)
    # A ratio of two digits and zeros.
    assert scale % 10 ** (len(str(scale)) - 2) == 0


def test_places_stand_as_far_apart_on_paper_as_the_scale_says():
    frame = Box(10, 10, 600, 500)
    window = Window(frame, (385_000.0, 3_110_000.0), 250_000)
    left, right = window.to_sheet(np.array([[380_000.0, 3.11e6], [390_000.0, 3.11e6]]))
    # 10 km at 1:250 000 are 40 mm.
    assert (right - left)[0] / 72 * 25.4 == pytest.approx(40.0)
    assert window.to_sheet(np.array([window.centre_m])).tolist() == [[310.0, 260.0]]


def test_the_scale_is_true_on_the_ground():
    places = gpd.GeoSeries(gpd.points_from_xy([112.8, 112.9], [28.2, 28.2]), crs=4490)
    metres = places.to_crs("EPSG:4547")
    _, _, true_m = Geod(ellps="GRS80").inv(112.8, 28.2, 112.9, 28.2)
    assert metres[0].distance(metres[1]) == pytest.approx(true_m, rel=3e-4)


@pytest.mark.parametrize(("x", "sign"), [(380_000.0, 1), (500_000.0, 0), (620_000.0, -1)])
def test_north_is_true_north(x, sign):
    window = Window(Box(0, 0, 500, 500), (x, 3_120_000.0), 250_000)
    lon, lat = gpd.GeoSeries.from_xy([x], [3.12e6], crs=4547).to_crs(4490)[0].coords[0]
    # Convergence of the meridians; west of the central one they lean to the right.
    expected = -(lon - 114) * math.sin(math.radians(lat))
    assert true_north_deg(window) == pytest.approx(expected, abs=2e-3)
    assert math.copysign(sign, true_north_deg(window)) == sign or sign == 0


# ---- colours ----


def test_colours_are_those_of_the_symbology():
    frames = {name: load(name) for name in ("districts", "cities")}
    image = pixels(printed(Content(frames, tuple(frames)), replace(SHEET, dpi=80), ".png"))
    land = np.array(to_rgb("#FBFAF6")) * 255
    assert np.mean((image == land.round()).all(axis=2)) > 0.1
    city = over("#B5172F", 0.82, "#FBFAF6")
    assert np.mean(np.abs(image - city).max(axis=2) <= 1) > 0.02


def grid(values, size_m=10_000.0):
    """A raster of equal squares whose first row lies in the north."""
    rows, columns = np.shape(values)
    x = 360_000.0 + size_m * (np.arange(columns) + 0.5)
    y = 3_100_000.0 + size_m * (rows - np.arange(rows) - 0.5)
    array = xr.DataArray(values, coords={"y": y, "x": x}, dims=("y", "x"))
    return array.rio.write_crs("EPSG:4547")


def squares(size_m=10_000.0):
    shapes = [
        shapely.box(x, 3.1e6, x + size_m, 3.1e6 + size_m) for x in (360_000.0, 370_000.0, 380_000.0)
    ]
    return gpd.GeoDataFrame(
        {"n": [1.0, 2.0, np.nan], "evidence": "official"}, geometry=shapes, crs=4547
    )


def at(made, image, x, y):
    """The pixel at a place in metres, of the picture of a map."""
    middle_x, middle_y = 375_000.0, 3_105_000.0
    per_m = made.figure.dpi / 0.0254 / ratio(made.figure)
    height, width, _ = image.shape
    return image[int(height / 2 - (y - middle_y) * per_m), int(width / 2 + (x - middle_x) * per_m)]


def seen_of(content, sheet):
    """A map on its sheet, and its picture."""
    made = composed(content, sheet)
    return made, pixels(made.map_picture())


def test_a_choropleth_is_coloured_by_its_classes():
    content = Content({}, (), (Choropleth(squares(), "n", "数量", breaks=[1, 2]),))
    made, image = seen_of(content, replace(SHEET, dpi=80))
    for x, colour, opacity in (
        (365_000, "#EDF8B1", 0.78),
        (375_000, "#2C7FB8", 0.78),
        (385_000, "#C9CDD2", 0.6),
    ):
        seen = at(made, image, x + 1500, 3_106_000)
        assert np.abs(seen - over(colour, opacity, "#E6E8EA")).max() <= 1
    assert {"≤ 1", "1 – 2", "无数据", "数量"} <= set(said(made.figure))


def test_a_surface_in_classes_has_their_colours_and_is_blank_below():
    values = np.repeat([[0.2, 1.5, 9.0]], 1, axis=0)
    surface = Surface(grid(np.repeat(values, 2, axis=0)), "密度", levels=[1, 2, 4])
    frame = Features(squares(), "范围", fill_opacity=0.0)
    content = Content({}, (), (frame, surface))
    made, image = seen_of(content, replace(SHEET, dpi=80))
    blank, pale, dark = (at(made, image, x, 3_105_000 - 2500) for x in (362_000, 375_000, 387_500))
    assert np.abs(blank - over("#E6E8EA", 1, "#E6E8EA")).max() <= 1
    assert np.abs(pale - over("#EDF8B1", 0.82, "#E6E8EA")).max() <= 2
    assert np.abs(dark - over("#2C7FB8", 0.82, "#E6E8EA")).max() <= 2
    assert {"< 1", "1 – 2", "2 – 4", "≥ 4"} <= set(said(made.figure))


def test_in_grey_the_palest_class_is_darker_than_the_land():
    content = Content(
        {"districts": load("districts")},
        ("districts",),
        (Choropleth(squares(), "n", "数量", breaks=[1, 2]),),
    )
    made, image = seen_of(content, replace(SHEET, dpi=80, palette="grey"))
    classes = [at(made, image, x + 1500, 3_106_000).sum() for x in (365_000, 375_000)]
    land = 255 * sum(to_rgb(paper("#EEEFEF", "grey")))
    assert land > classes[0] > classes[1]


# ---- overlays ----


def test_every_kind_of_overlay_is_drawn_and_listed():
    lines = gpd.GeoDataFrame(
        {"value": [1.0, 2.5]},
        geometry=[
            shapely.LineString([(361_000, 3.101e6), (389_000, 3.101e6)]),
            shapely.LineString([(361_000, 3.108e6), (389_000, 3.108e6)]),
        ],
        crs=4547,
    )
    dots = gpd.GeoDataFrame(geometry=[shapely.Point(371_000, 3.105e6), None], crs=4547)
    overlays = (
        Choropleth(squares(), "n", "数量", unit="个"),
        Surface(grid([[1.0, 2.0], [3.0, 4.0]]), "核密度", unit="个/km²"),
        Isolines(lines),
        Features(squares(), "服务区", dashed=True),
        Points(dots, "站点"),
    )
    found = said(drawn(Content({}, (), overlays), replace(SHEET, size="A3", dpi=40)))
    assert {"数量（个）", "核密度（个/km²）", "等值线", "服务区", "站点", "2.5"} <= set(found)


@pytest.mark.usefixtures("wall")
def test_input_is_not_changed(overview):
    given = content_of("224", "zh").frames
    for name, frame in overview.frames.items():
        assert given[name] is not frame
        assert_geodataframe_equal(given[name], frame)


# ---- files ----


def test_pdf_is_small_and_its_text_can_be_read(overview):
    data = printed(overview, replace(SHEET, size="A3"), ".pdf")
    assert len(data) < 3_000_000
    (page,) = PdfReader(io.BytesIO(data)).pages
    words = page.extract_text()
    for text in (SHEET.title, "审图号", "湘江科学城", "图例"):
        assert text in words
    assert [float(side) * 25.4 / 72 for side in page.mediabox[2:]] == pytest.approx(
        SIZES_MM["A3"], abs=0.1
    )
    fonts = page["/Resources"]["/Font"].values()
    assert all("+NotoSansSC" in font.get_object()["/BaseFont"] for font in fonts)


def test_svg_carries_text_and_the_fonts_for_it(overview):
    root = ET.fromstring(printed(overview, SHEET, ".svg"))  # noqa: S314 - our own file
    svg = "{http://www.w3.org/2000/svg}"
    words = ["".join(text.itertext()) for text in root.iter(f"{svg}text")]
    assert SHEET.title in words
    style = "".join("".join(each.itertext()) for each in root.iter(f"{svg}style"))
    held = re.findall(r"data:font/woff;base64,([A-Za-z0-9+/=]+)", style)
    assert len(held) == 2
    for font in held:
        opened = TTFont(io.BytesIO(base64.b64decode(font)))
        assert set(map(ord, "".join(words))) <= set(opened.getBestCmap())


def test_png_has_the_resolution_asked_for(overview):
    content = replace(overview, visible=("districts", "cities"))
    image = Image.open(io.BytesIO(printed(content, replace(SHEET, dpi=150), ".png")))
    assert image.size == (math.floor(297 / 25.4 * 150), math.floor(210 / 25.4 * 150))
    assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)


def test_maps_can_be_printed_at_a_time(overview):
    sheet = replace(SHEET, dpi=40)
    content = replace(overview, visible=("districts", "cities"))
    kinds = (".png", ".pdf")
    alone = [printed(content, sheet, suffix) for suffix in kinds]
    with ThreadPoolExecutor(len(kinds)) as pool:
        together = list(pool.map(lambda suffix: printed(content, sheet, suffix), kinds))
    assert together == alone


# ---- refused ----


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size": "B1"}, "no size 'B1'; choose from .*'A3', .*'A4'"),
        ({"size": "A0", "dpi": 500}, "from 36 to 425 for this size"),
        ({"dpi": -5}, "dpi=-5"),
        ({"dpi": 0}, "dpi=0"),
        ({"palette": "sepia"}, "no palette 'sepia'"),
        ({"review_number": " "}, "review_number is empty.*'internal'"),
        ({"title": ""}, "title is empty"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(overview, change, words):
    with pytest.raises(InputError, match=words):
        drawn(overview, replace(SHEET, **change))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"extent": (100.0, 20.0, 101.0, 21.0)}, "off the data"),
        ({"extent": (-10.0, -10.0, 10.0, 10.0)}, "where the projection holds"),
        ({"extent": (-180.0, -90.0, 180.0, 90.0)}, "where the projection holds"),
        ({"extent": (113.0, 28.0, 112.0, 29.0)}, "west must be below east"),
        ({"extent": (112.0, np.nan, 113.0, 29.0)}, "west, south, east and north"),
        ({"visible": ()}, "nothing is visible; switch a layer on"),
        ({"lang": "fr"}, "no language 'fr'; choose from .'en', 'zh'"),
        ({"visible": ("platforms",), "frames": {}}, "no frame for the layer 'platforms'"),
    ],
)
def test_a_content_that_cannot_be_is_refused(overview, change, words):
    with pytest.raises(InputError, match=words):
        drawn(replace(overview, **change), SHEET)


def test_layers_without_a_place_are_refused():
    platforms = load("platforms")
    nowhere = platforms[platforms.geometry.isna()]
    with pytest.raises(InputError, match="no visible feature has a place"):
        drawn(Content({"platforms": nowhere}, ("platforms",)), SHEET)


def test_an_unknown_layer_and_suffix_are_refused(overview):
    with pytest.raises(LayerError, match="no layer with a style 'castles'"):
        drawn(replace(overview, visible=("castles",)), SHEET)
    with pytest.raises(InputError, match=r"suffix='\.gif'; choose from \.png"):
        printed(overview, SHEET, ".gif")


def test_a_frame_without_crs_is_refused():
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(112.9, 28.2)])
    with pytest.raises(CRSError, match="CRS"):
        drawn(Content({}, (), (Points(frame, "点"),)), SHEET)
    bare = xr.DataArray([[1.0]], coords={"y": [28.2], "x": [112.9]}, dims=("y", "x"))
    with pytest.raises(CRSError, match="array has no CRS"):
        drawn(Content({}, (), (Surface(bare, "面"),)), SHEET)


def test_an_extent_is_shown_and_counted_in():
    content = replace(Overview("224").content("zh"), extent=(112.85, 28.1, 113.0, 28.3))
    found = said(drawn(content, replace(SHEET, size="A3", dpi=40)))
    assert "宁乡经开区" not in found
    assert "滨江金融中心" in found


def test_one_point_makes_a_map():
    frames = {"districts": load("districts")}
    point = gpd.GeoDataFrame(geometry=[shapely.Point(112.9, 28.2)], crs=4490)
    figure = drawn(Content(frames, ("districts",), (Points(point, "点"),)), replace(SHEET, dpi=40))
    assert "点" in said(figure)
    assert ratio(figure) < 20_000


def test_the_frame_of_a_map_that_shows_more_than_the_locator_stays_in_it(monkeypatch) -> None:
    undrawn(monkeypatch, "draw_scene", "draw_labels")
    wide = read_spec(WIDE, review_number="internal").content()
    axes = drawn(wide, replace(SHEET, size="16:9", dpi=72)).axes[0]
    (box,) = (patch.get_bbox() for patch in axes.patches if patch.get_label() == "locator")
    (frame,) = (patch.get_bbox() for patch in axes.patches if patch.get_label() == "locator frame")
    assert box.x0 <= frame.x0 < frame.x1 <= box.x1
    assert box.y0 <= frame.y0 < frame.y1 <= box.y1


def test_two_boxes_overlap_where_they_share_more_than_an_edge():
    assert Box(0, 0, 2, 2).overlaps(Box(1, 1, 2, 2))
    assert not Box(0, 0, 2, 2).overlaps(Box(2, 0, 2, 2))
    assert not Box(0, 0, 2, 2).overlaps(Box(0, 3, 2, 2))
