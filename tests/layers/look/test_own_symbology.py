"""Colours of one's own: the same in the web map, in print, in legends and on slides."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pptx
import pytest
from matplotlib.colors import to_hex, to_rgb
from PIL import Image

from geo.errors import InputError
from layers.book.map_deck import slides_of
from layers.look.overlays import RAMP, Choropleth
from layers.look.own_symbology import OwnSymbology
from layers.look.palettes import TEXT_CONTRAST, contrast
from layers.look.styles import looks
from layers.look.symbology import layer_style, palette
from layers.outputs import output
from layers.paper.printing import composed
from layers.plan.catalogue import load
from layers.record.specification import MapSpec, read_spec
from layers.scene.resolved import scene
from layers.web.document import content_document

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from layers.look.content import Content
    from layers.scene.scene import Drawn

DRAFT = {"review_number": "internal", "date": "2026-11-21", "dpi": 60}
COLOURS = {
    "platforms": "#C2185B",
    "platforms/laboratory": "#1a237e",
    "cities/city-dakecheng": "#FFE066",
    "axes": "#E65100",
    "planning_area/direct": "#6A1B9A",
    "river/river": "#00BCD4",
}


def spec_of(theme: str = "all", ramp: str = RAMP, **more: object) -> MapSpec:
    data = {"map": "overview", "sheet": dict(DRAFT), "parameters": {"theme": theme}}
    return read_spec(data | {"symbology": {"colours": COLOURS, "ramp": ramp}} | more)


def encoded(content: Content) -> dict[str, dict]:
    return {each["id"]: each for each in content_document(content)["layers"]}


@pytest.fixture(scope="module")
def everything() -> tuple[Content, dict[str, Drawn], dict[str, dict]]:
    """All of the plan in these colours: as content, as it is resolved, and as the page has it."""
    content = spec_of().content()
    return content, {each.id: each for each in scene(content).layers}, encoded(content)


# ---- the same everywhere ----


def test_a_class_goes_before_its_layer_on_the_web_map_and_in_print(everything: tuple) -> None:
    _, drawn, page = everything
    for name, wanted in (
        ("platforms", {"laboratory": "#1A237E", "incubator": "#C2185B", "event": "#C2185B"}),
        ("planning_area", {"direct": "#6A1B9A", "entrusted": "#7D8FA1"}),
        ("river", {"river": "#00BCD4", "lake": "#B7D7EA"}),
    ):
        styles = {each.value: each.style for each in drawn[name].classes}
        assert {value: styles[value].colour for value in wanted} == wanted
        web = {style["colour"] for style in page[name]["styles"]}
        assert web == {mark.style.colour for mark in drawn[name].marks}
    # A pale area is known by its outline; the bank of a river is not its water.
    (direct,) = (each.style for each in drawn["planning_area"].classes if each.value == "direct")
    assert direct.edge == "#6A1B9A"
    assert layer_style("river").classes["river"].edge == drawn["river"].classes[0].style.edge


def test_features_that_bring_their_colour_have_the_new_one(everything: tuple) -> None:
    content, drawn, page = everything
    for name, wanted in (
        ("cities", {"city-dakecheng": "#FFE066", "city-kexuecheng": "#B5172F"}),
        ("axes", dict.fromkeys(load("axes")["id"], "#E65100")),
        ("circles", dict(load("circles")[["id", "colour"]].itertuples(index=False))),
    ):
        frame = content.frames[name]
        assert dict(zip(frame["id"], frame["colour"], strict=True)) == wanted
        assert {mark.id: mark.style.colour for mark in drawn[name].marks} == wanted
        web = page[name]
        ids = web["columns"]["id"]
        assert {
            key: web["styles"][at]["colour"] for key, at in zip(ids, web["look"], strict=True)
        } == (wanted)


def test_printed_symbols_legend_and_slides_have_the_colour_that_was_asked_for() -> None:
    spec = spec_of("platforms", visible=["districts", "platforms"])
    made = composed(spec.content(), spec.titled())
    image = np.asarray(Image.open(io.BytesIO(made.map_picture())).convert("RGB")).astype(int)

    # Places from one source are drawn lighter.
    tint = looks()["evidence"]["located"]["opacity"]

    def share(colour: str) -> float:
        seen = 255 * (tint * np.array(to_rgb(colour)) + 1 - tint)
        return float(np.mean(np.abs(image - seen).max(axis=2) <= 12))

    assert share("#C2185B") > 5e-3
    assert share("#0B8A7E") == share("#3DA35D") == 0.0
    legend = {
        to_hex(each) for item in made.figure.axes[0].collections for each in item.get_facecolor()
    }
    assert {"#c2185b", "#1a237e"} <= legend
    (slide,) = slides_of(spec)
    swatches = {item.label: item.colour for item in slide.legend}
    assert swatches["实验室"] == "#1A237E"
    assert swatches["孵化器"] == swatches["成果转化"] == "#C2185B"
    (page,) = pptx.Presentation(io.BytesIO(output(spec, ".pptx"))).slides
    assert "C2185B" in page.part.blob.decode()


@pytest.mark.browser
def test_the_one_file_map_is_drawn_in_these_colours(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_bytes(output(spec_of("224"), ".html"))
    page.goto(path.as_uri())
    page.wait_for_selector(".atlas-legend")
    areas = page.locator(".leaflet-atlas-area-pane path")
    fills = areas.evaluate_all("found => found.map(each => each.getAttribute('fill'))")
    assert {"#FFE066", "#B5172F", "#E69F00"} <= set(fills)
    strokes = page.locator(".leaflet-atlas-line-pane path").evaluate_all(
        "found => found.map(each => each.getAttribute('stroke'))"
    )
    assert set(strokes) == {"#E65100", "#FFFFFF"}
    swatches = page.locator(".atlas-legend rect").evaluate_all(
        "found => found.map(each => each.getAttribute('fill'))"
    )
    assert {"#FFE066", "#00BCD4"} <= set(swatches)


def test_names_on_a_pale_city_can_be_read_and_others_stay_white(everything: tuple) -> None:
    label = everything[0].style("cities").label
    assert (label.colour, label.halo) == ("field", "#FFFFFF")
    dark = OwnSymbology({"cities": "#0B4F9C"}).applied(read_spec("overview", **DRAFT).content())
    label = dark.style("cities").label
    assert contrast(label.colour, "#0B4F9C") >= TEXT_CONTRAST
    assert label == layer_style("cities").label
    assert dark.style("parks") == layer_style("parks")


def test_what_is_kept_for_other_maps_is_not_changed() -> None:
    plain = read_spec("overview", **DRAFT)
    before = plain.content().frames["cities"]["colour"].tolist()
    spec_of().content()
    assert plain.content().frames["cities"]["colour"].tolist() == before
    assert plain.content().style("platforms") == layer_style("platforms")


# ---- ramps ----


def test_cividis_is_that_of_its_authors_pale_to_dark() -> None:
    ramp = mpl.colormaps["cividis"].reversed()
    for count, colours in looks()["palettes"]["cividis"].items():
        places = np.linspace(0, 1, int(count))
        assert colours == [to_hex(ramp(place)).upper() for place in places]


@pytest.mark.parametrize(("name", "show"), [("coverage", None), ("density", "bands")])
def test_a_ramp_colours_areas_and_surfaces_on_the_web_map_and_in_print(
    name: str, show: str | None
) -> None:
    asked = {} if show is None else {"parameters": {"show": show}}
    spec = read_spec({"map": name, "sheet": dict(DRAFT), "symbology": {"ramp": "cividis"}, **asked})
    content = spec.content()
    result = "overlay-density" if show else "overlay-zones"
    layer = encoded(replace(content, visible=()))[result]
    (drawn,) = (each for each in scene(content).layers if each.id == result)
    web = [each.style.colour for each in drawn.classes if each.value != "-1"]
    if show:
        assert [each["sample"]["colour"] for each in layer["classes"]] == web
    else:
        assert {each["colour"] for each in layer["styles"]} <= set(web)
    # The first class of a surface is the empty box of what lies below all.
    classes = web[1:] if show else web
    assert (classes[0], classes[-1]) == ("#FEE838", "#00224E")


def test_even_colours_of_a_surface_are_those_of_the_ramp() -> None:
    spec = {"map": "density", "sheet": dict(DRAFT), "parameters": {"show": "surface"}}
    content = read_spec(spec | {"symbology": {"ramp": "cividis"}}).content()
    content = replace(content, visible=("districts",))
    assert encoded(content)["overlay-density"]["colours"] == palette("cividis")
    made = composed(content, read_spec(spec).titled())
    image = np.asarray(Image.open(io.BytesIO(made.map_picture())).convert("RGB"))
    # 0.82 of the darkest colour over the land: 0.82 · #00224E + 0.18 · #FBFAF6.
    darkest = np.array([0.18 * 251, 0.82 * 34 + 0.18 * 250, 0.82 * 78 + 0.18 * 246])
    assert np.abs(image - darkest).max(axis=2).min() <= 10
    patches = [patch.get_facecolor()[:3] for patch in made.figure.axes[0].patches]
    for colour in ("#FEE838", "#00224E"):
        assert np.abs(np.array(patches) - to_rgb(colour)).max(axis=1).min() < 0.03


def test_overlays_of_another_kind_keep_their_colours() -> None:
    plain = read_spec("coverage", **DRAFT).content()
    content = OwnSymbology(ramp="cividis").applied(plain)
    assert isinstance(content.overlays[0], Choropleth)
    assert content.overlays[1:] == plain.overlays[1:]


# ---- the specification ----


def test_a_specification_keeps_its_colours() -> None:
    spec = spec_of(ramp="cividis")
    assert spec.to_dict()["symbology"] == {"colours": COLOURS, "ramp": "cividis"}
    assert read_spec(spec.to_dict()) == spec
    assert "symbology" not in read_spec("overview", **DRAFT).to_dict()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"colours": {"streets": "#000000"}}, "choose from districts, river"),
        ({"colours": {"firms": "#000000"}}, "no layer 'firms'"),
        ({"colours": {"platforms/lab": "#000000"}}, "choose from laboratory, facility"),
        ({"colours": {"cities/x": "#000000"}}, "choose from city-dakecheng, city-kexuecheng"),
        ({"colours": {"nodes/x": "#000000"}}, "the layer has no classes; write 'nodes'"),
        ({"colours": {"parks": "red"}}, "'red' for 'parks' is no colour; write it as '#RRGGBB'"),
        ({"ramp": "jet"}, "choose from YlGnBu, cividis"),
        ({"colours": {"parks": 3}}, "symbology.colours.parks: 3 is not of type 'string'"),
        ({"width": 3}, "symbology: Additional properties"),
    ],
)
def test_what_is_unknown_is_named_with_what_is_allowed(given: dict, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_spec({"map": "overview", "sheet": dict(DRAFT), "symbology": given})
    assert said in str(caught.value)


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(InputError, match=r"'red'.*no layer 'streets'.*no ramp 'jet'"):
        OwnSymbology({"parks": "red", "streets": "#000000"}, "jet")
