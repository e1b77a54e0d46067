"""Colours can be read and stay apart: on paper, in grey, and for eyes without one kind of cone."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InputError
from layers.look.palettes import (
    ALONE,
    DEFICIENCIES,
    LIGHTEST,
    PAPER,
    TEXT_CONTRAST,
    _ciede2000,
    contrast,
    difference,
    greys,
    ink,
    lightness,
    luminance,
    own_colours,
    paper,
    simulate,
    spread,
)
from layers.look.styles import inks, looks
from layers.look.symbology import layer_style, layer_styles
from layers.plan.area import area, open_plan, packaged

COLOURS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02X}{:02X}{:02X}".format(*rgb))
# CIEDE2000: two colours side by side are told apart easily from here on, ten times the least
# difference that is noticed.
APART = 10.0
# CIE lightness between neighbouring classes of a ramp; 1 is just noticed side by side.
STEP = 5.0
# A plan that has classes of its land draws none of it in the style that all layers start with.
LIGHT = 0.5
PLAN = ("circles", "axes", "cities", "planning_area", "parks", "platforms", "projects", "nodes")


def seen(colour: str, eye: str) -> str:
    if eye == "grey":
        return paper(colour, "grey")
    return colour if eye == "all cones" else simulate(colour, eye)  # type: ignore[arg-type]


def near_for(one: str, other: str, eye: str) -> bool:
    """Tell whether two colours come near: in grey by lightness, ten times what is just noticed."""
    if eye == "grey":
        return abs(lightness(seen(one, eye)) - lightness(seen(other, eye))) < APART
    return difference(seen(one, eye), seen(other, eye)) < APART


EYES = ["all cones", *DEFICIENCIES]


def platform_classes() -> list[tuple[str, str]]:
    return [(each.colour, each.symbol) for each in layer_style("platforms").classes.values()]


# Formulas: values that can be worked out, and those that their authors published.


def test_luminance_is_the_weighted_sum_of_linear_light() -> None:
    assert luminance("#FF0000") == pytest.approx(0.2126)
    assert luminance("#00FF00") == pytest.approx(0.7152)
    assert luminance("#0000FF") == pytest.approx(0.0722)
    # 0x80 / 255 = 0.50196; ((0.50196 + 0.055) / 1.055) ** 2.4
    assert luminance("#808080") == pytest.approx(((128 / 255 + 0.055) / 1.055) ** 2.4)


def test_contrast_of_black_and_white_is_21_in_both_orders() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx((1 + 0.05) / (0 + 0.05))
    assert contrast("#FFFFFF", "#000000") == contrast("#000000", "#FFFFFF")


def test_lightness_runs_from_0_to_100() -> None:
    assert lightness("#000000") == pytest.approx(0, abs=1e-9)
    assert lightness("#FFFFFF") == pytest.approx(100)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # Sharma, Wu & Dalal (2005), table 1.
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (61, -5, 29), 22.8977),
        ((50, 2.5, 0), (56, -27, -3), 31.9030),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_difference_is_that_of_the_published_pairs(
    one: tuple[float, float, float], other: tuple[float, float, float], expected: float
) -> None:
    assert _ciede2000(one, other) == pytest.approx(expected, abs=5e-5)
    assert _ciede2000(other, one) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("kind", list(DEFICIENCIES))
def test_greys_look_the_same_to_every_eye(kind: str) -> None:
    for level in range(0, 256, 15):
        grey = f"#{level:02X}{level:02X}{level:02X}"
        assert difference(simulate(grey, kind), grey) < 1  # type: ignore[arg-type]
    for row in DEFICIENCIES[kind]:  # type: ignore[index]
        assert sum(row) == pytest.approx(1, abs=1e-5)


def test_red_and_green_of_one_lightness_come_near_without_green_cones() -> None:
    red, green = "#C05050", "#5C8A4A"
    assert difference(red, green) > 40
    assert difference(simulate(red, "deuteranopia"), simulate(green, "deuteranopia")) < 20
    assert difference(simulate(red, "tritanopia"), simulate(green, "tritanopia")) > 40


@given(COLOURS, COLOURS)
def test_difference_is_symmetric_and_zero_for_the_same(one: str, other: str) -> None:
    assert difference(one, other) == pytest.approx(difference(other, one), abs=1e-9)
    assert difference(one, one) == 0


# Text.


@given(COLOURS, COLOURS)
def test_ink_can_be_read_on_any_ground(colour: str, ground: str) -> None:
    assert contrast(ink(colour, ground=ground), ground) >= TEXT_CONTRAST


def test_ink_leaves_what_can_be_read() -> None:
    assert ink("#0B4F9C") == "#0B4F9C"
    assert ink("#FFFFFF", ground="#B5172F") == "#FFFFFF"


@pytest.mark.parametrize("name", list(layer_styles()))
@pytest.mark.parametrize("palette", ["colour", "grey"])
def test_names_on_paper_can_be_read_on_their_halo(name: str, palette: str) -> None:
    label = layer_style(name).label
    own = own_colours(name) or (layer_style(name).style.colour,)
    halo = paper(label.halo, palette)  # type: ignore[arg-type]
    for colour in own if label.colour == "field" else (label.colour,):
        text = ink(paper(colour, palette), ground=halo)  # type: ignore[arg-type]
        assert contrast(text, halo) >= TEXT_CONTRAST


def test_names_of_plan_features_that_are_no_field_colour_need_no_ink() -> None:
    for name in PLAN:
        label = layer_style(name).label
        if label.colour != "field":
            assert contrast(label.colour, label.halo) >= TEXT_CONTRAST, name


@pytest.mark.parametrize("palette", ["colour", "grey"])
def test_white_names_can_be_read_on_the_cities_that_let_the_map_through(palette: str) -> None:
    style = layer_style("cities").style
    for colour in own_colours("cities"):
        solid = paper(colour, palette)  # type: ignore[arg-type]
        over = style.fill_opacity
        mixed = [round(int(solid[at : at + 2], 16) * over + 255 * (1 - over)) for at in (1, 3, 5)]
        assert contrast("#{:02X}{:02X}{:02X}".format(*mixed), "#FFFFFF") >= TEXT_CONTRAST


# Sequential ramps.


@pytest.mark.parametrize("eye", [*EYES, "grey"])
@pytest.mark.parametrize(
    ("name", "classes"),
    [(name, n) for name, ramps in looks()["palettes"].items() for n in ramps],
)
def test_ramps_get_darker_by_steps_that_are_seen(name: str, classes: str, eye: str) -> None:
    ramp = looks()["palettes"][name][classes]
    light = [lightness(seen(colour, eye)) for colour in ramp]
    assert all(before - after >= STEP for before, after in pairwise(light))


# Categories.


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("name", ["circles", "axes"])
def test_circles_and_axes_are_told_apart_by_colour(name: str, eye: str) -> None:
    for one, other in combinations(own_colours(name), 2):
        assert difference(seen(one, eye), seen(other, eye)) >= APART, (one, other)


@pytest.mark.parametrize("name", ["circles", "axes"])
def test_circles_and_axes_are_told_apart_in_grey(name: str) -> None:
    printed = [paper(colour, "grey") for colour in own_colours(name)]
    assert len(set(printed)) == len(printed) >= 2
    for one, other in combinations(printed, 2):
        assert abs(lightness(one) - lightness(other)) >= 3 * STEP - 0.5


@pytest.mark.parametrize("eye", [*EYES, "grey"])
def test_platforms_are_told_apart_by_colour_or_shape(eye: str) -> None:
    for (one, shape), (other, other_shape) in combinations(platform_classes(), 2):
        assert shape != other_shape or not near_for(one, other, eye)


def test_platforms_are_not_told_apart_by_colour_alone() -> None:
    # One family of greens says "platform"; the shape says which. If colour alone comes to say it,
    # this test and the words that go with it may go.
    pairs = list(combinations([colour for colour, _ in platform_classes()], 2))
    near = {eye: sum(near_for(one, other, eye) for one, other in pairs) for eye in [*EYES, "grey"]}
    assert all(near.values()), near
    shapes = [shape for _, shape in platform_classes()]
    assert len(set(shapes)) == len(shapes) == 11


@pytest.mark.parametrize("eye", [*EYES, "grey"])
def test_layers_of_near_colours_differ_in_what_is_drawn(eye: str) -> None:
    # Across layers colours may come near, such as the blue of an axis and the violet of projects
    # without red cones: a line is no symbol, a pale area no solid one.
    looks = []
    for name in PLAN:
        layer = layer_style(name)
        for look in list(layer.classes.values()) or [layer.style]:
            hollow = lightness(look.colour) > PAPER
            mark = (look.symbol, hollow) if layer.pane == "point" else look.fill_opacity > 0.5
            looks += [
                (name, layer.pane, mark, colour)
                for colour in own_colours(name) or (look.edge or look.colour,)
            ]
    near = [
        (one, other)
        for one, other in combinations(looks, 2)
        if one[0] != other[0] and one[1:3] == other[1:3] and near_for(one[3], other[3], eye)
    ]
    # Planning areas are outlined without a dash and the circles with one.
    assert all({one[0], other[0]} == {"circles", "planning_area"} for one, other in near), near
    assert layer_style("planning_area").classes["direct"].dash == ""


# Paper.


def test_paper_in_colour_is_the_symbology() -> None:
    for name in PLAN:
        for look in [layer_style(name).style, *layer_style(name).classes.values()]:
            assert paper(look.colour, "colour") == look.colour.upper()


@given(COLOURS)
def test_paper_in_grey_is_grey_and_as_light_unless_the_plan_uses_it(colour: str) -> None:
    grey = paper(colour, "grey")
    assert grey[1:3] == grey[3:5] == grey[5:7]
    if colour not in greys():
        # Half of one step in 255 is at most 0.28 of lightness.
        assert lightness(grey) == pytest.approx(lightness(colour), abs=0.3)


def test_lines_and_symbols_in_grey_are_seen_on_white() -> None:
    assert all(contrast(grey, "#FFFFFF") >= 2.9 for grey in greys().values())
    assert max(lightness(grey) for grey in greys().values()) <= LIGHTEST + 0.3


def test_outlines_in_grey_are_as_light_as_what_they_surround() -> None:
    coordinated = layer_style("planning_area").classes["coordinated"]
    assert coordinated.edge != coordinated.colour
    assert paper(coordinated.edge, "grey") == paper(coordinated.colour, "grey")


def test_one_colour_alone_is_dark_enough_for_white_names() -> None:
    (grey,) = spread(["#B5172F"]).values()
    assert lightness(grey) <= ALONE + 0.3


@given(st.lists(COLOURS, max_size=8, unique=True))
def test_spread_keeps_the_order_of_lightness(colours: list[str]) -> None:
    found = spread(colours)
    assert set(found) <= set(colours)
    ordered = sorted(found, key=lambda each: (lightness(each), each))
    light = [lightness(found[each]) for each in ordered]
    assert all(before < after for before, after in pairwise(light))


def test_spread_takes_even_steps() -> None:
    light = [
        lightness(each) for each in spread(["#E69F00", "#009E73", "#CC79A7", "#56B4E9"]).values()
    ]
    # (60 - 15) / 3 = 15
    assert light == pytest.approx([15, 30, 45, 60], abs=0.3)


def test_spread_of_nothing_is_nothing() -> None:
    assert spread([]) == {}
    assert spread(["#FFFFFF"]) == {}


# Refused.


@pytest.mark.parametrize("colour", ["", "red", "#FFF", "#GGGGGG", "E69F00", "#E69F0080"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(InputError, match="is no colour; write it as '#RRGGBB'"):
        luminance(colour)
    with pytest.raises(InputError, match="is no colour"):
        paper(colour, "colour")


def test_unknown_palettes_and_kinds_are_refused() -> None:
    with pytest.raises(InputError, match=r"no palette 'sepia'; choose from \['colour', 'grey'\]"):
        paper("#000000", "sepia")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no kind 'blind'; choose from"):
        simulate("#000000", "blind")  # type: ignore[arg-type]


@pytest.mark.parametrize("plan", packaged())
def test_names_of_the_ground_can_be_read_on_all_of_it(plan: str) -> None:
    with open_plan(plan):
        land = layer_style(area().land.layer)
        ground = {each.colour for each in (*land.classes.values(), land.style)}
        ground = {each for each in ground if luminance(each) > LIGHT} | set(inks("ground"))
        for name in area().context:
            label = layer_style(name).label
            for colour in ground if label else ():
                assert contrast(label.colour, colour) >= TEXT_CONTRAST, (name, colour)
