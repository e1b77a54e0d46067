"""The names and numbers of zones on a printed map of areas coloured by a number."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Polygon

from geo.numerals import number
from layers.look.content import Content
from layers.look.overlays import Choropleth, Features, Points
from layers.look.sheet import Sheet
from layers.look.told import below_each_other
from layers.paper.labels import FEW_ZONES, MOST_SHAPES, _fitted, _names, _with_numbers
from layers.paper.named_shapes import MOST_CORNERS, held
from layers.paper.names import Name
from layers.paper.printing import drawn
from layers.paper.sheet import px_pt, text_width
from layers.paper.toning import toned
from layers.paper.unframed import unframed
from layers.plan.area import area
from layers.questions.overview import Overview
from layers.record.specification import read_spec
from layers.scene.boxes import Box
from layers.scene.window import Window
from layers.type.label_candidates import OUT_COST
from layers.type.label_ground import Ground, Obstacle
from layers.type.label_placement import LabelRequest, choices, place

SHEET = Sheet("分区", "internal", dpi=72)


def content(name, zoning, lang="zh", **parameters):
    asked = {"map": name, "lang": lang, "parameters": {"zoning": zoning} | parameters}
    return read_spec(asked, review_number="internal").content()


def names(figure):
    """What is written within the frame of the map: text by its label, halos left out."""
    (frame,) = (patch for patch in figure.axes[0].patches if patch.get_label() == "map")
    box = frame.get_bbox()
    inside = [
        text
        for text in figure.axes[0].texts
        if box.contains(*text.get_position()) and not text.get_path_effects()
    ]
    return {
        label: [text for text in inside if text.get_label() == label]
        for label in {text.get_label() for text in inside}
    }


def lines(figure, label):
    return [text.get_text() for text in names(figure).get(label, [])]


def metres_per_pt(figure):
    (ratio,) = (
        text.get_text() for text in figure.axes[0].texts if text.get_text().startswith("1:")
    )
    return int(re.sub(r"\D", "", ratio[2:])) * 0.0254 / 72


def on_the_ground(figure, text, middle_m):
    """What a text covers, in metres, on a map whose middle is known; half its font size high."""
    (frame,) = (patch for patch in figure.axes[0].patches if patch.get_label() == "map")
    box, per_pt = frame.get_bbox(), metres_per_pt(figure)
    x, y = text.get_position()
    half = text_width(text.get_text(), text.get_fontsize(), "bold") / 2
    corners = np.array([(x - half, y), (x + half, y + text.get_fontsize() / 2)])
    centre = (box.x0 + box.width / 2, box.y0 + box.height / 2)
    return shapely.box(*((corners - centre) * per_pt + middle_m).ravel())


def squares(side_m, count=3, **columns):
    """Equal squares side by side, the first in the west."""
    shapes = [
        shapely.box(x, 3.1e6, x + side_m, 3.1e6 + side_m)
        for x in 360_000.0 + side_m * np.arange(count)
    ]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4547)


# ---- places within an area ----

FRAME = (0.0, 0.0, 200.0, 200.0)
# An L of two arms, 40 wide.
ELBOW = Polygon([(0, 0), (120, 0), (120, 40), (40, 40), (40, 120), (0, 120)])


def test_a_name_within_an_area_leaves_it_nowhere():
    request = LabelRequest(ELBOW, 60, 20, place="within")
    boxes = choices(request, Ground(FRAME, (), 1.0))
    assert len(boxes) > 3
    for x, y in boxes.xy:
        assert ELBOW.buffer(1e-6).covers(shapely.box(x - 30, y - 10, x + 30, y + 10))
    # Only the lower arm is as wide as the name.
    assert boxes.xy[:, 1].max() <= 30


def test_a_name_that_no_area_holds_stands_nowhere():
    request = LabelRequest(ELBOW, 130, 20, place="within")
    assert place([request], bounds=FRAME).dropped == (0,)


def test_a_name_stands_nowhere_rather_than_where_it_costs_as_much_as_said():
    area = shapely.box(0, 0, 60, 20)
    point = Obstacle(shapely.Point(30, 10), 14.0)
    for most, dropped in ((14.0, (0,)), (24.0, ())):
        request = LabelRequest(area, 59, 19, place="within", most=most)
        assert place([request], bounds=FRAME, obstacles=[point]).dropped == dropped


# ---- the print ----


def test_of_more_shapes_than_a_map_has_room_for_the_first_are_named_and_all_symbols():
    asked = [LabelRequest(shapely.box(0, 0, 90, 90), 40, 10, place="inside")] * (MOST_SHAPES + 9)
    asked += [LabelRequest(shapely.Point(5, 5), 40, 10)] * 3
    look = {"size": 8.0, "bold": False, "colour": "#000000", "halo": ""}
    wanted = [Name(text=str(at), request=one, **look) for at, one in enumerate(asked)]
    written = _fitted(wanted, Ground(FRAME, (), 1.0), on_slide=False)
    assert [name.text for name in written] == [
        name.text for name in (*wanted[:MOST_SHAPES], *wanted[-3:])
    ]


@pytest.mark.parametrize(("size", "kind"), [(0.5, "Polygon"), (90.0, "Point")])
def test_a_place_is_sought_among_few_corners(size, kind):
    """Teeth of half a point are not there for a name; of a comb of long ones a point is named."""
    x = np.linspace(0, 200, 4 * MOST_CORNERS)
    teeth = np.column_stack([x, 100 + size * (np.arange(x.size) % 2)])
    comb = Polygon([*teeth, (200, 10), (0, 10)])
    window = Window(Box(*FRAME), (0.0, 0.0), 1000.0)
    plain = held(comb, "inside", window)
    assert plain.geom_type == kind
    assert shapely.get_num_coordinates(plain) <= MOST_CORNERS
    assert comb.contains(plain.representative_point())


def test_every_zone_has_its_name_and_its_number_below():
    zones = squares(10_000, n=[1835.64, 2.0, np.nan], name_zh=["甲区", "乙区", "丙区"])
    figure = drawn(Content({}, (), (Choropleth(zones, "n", "数量", unit="个"),)), SHEET)
    assert lines(figure, "甲区") == ["甲区", "1,836"]
    assert lines(figure, "乙区") == ["乙区", "2"]
    assert lines(figure, "丙区") == ["丙区"]


def test_features_are_not_named():
    zones = squares(10_000, n=[1, 2, 3], name_zh=["甲区", "乙区", "丙区"])
    figure = drawn(Content({}, (), (Features(zones, "服务区"),)), SHEET)
    assert not {"甲区", "乙区", "丙区"} & set(names(figure))


def test_a_name_that_finds_no_room_stands_outside_with_its_number():
    # On this sheet 1 km is about 3 pt: a zone is as high as one line and not as high as two.
    zones = squares(4_000, n=[1, 2, 3], name_zh=["甲", "乙", "丙"])
    ground = squares(250_000, count=1)
    figure = drawn(Content({}, (), (Features(ground, "地"), Choropleth(zones, "n", "数"))), SHEET)
    assert [lines(figure, name) for name in "甲乙丙"] == [["甲", "1"], ["乙", "2"], ["丙", "3"]]


@pytest.mark.parametrize("number_of", [FEW_ZONES, FEW_ZONES + 1])
def test_a_few_zones_are_all_named_and_of_many_those_that_hold_their_name(number_of):
    # 1 km is about 3 pt: no zone holds a name.
    zones = squares(2_000, number_of, n=range(number_of))
    zones["name_zh"] = [f"区{at}" for at in range(number_of)]
    ground = squares(250_000, count=1)
    figure = drawn(Content({}, (), (Features(ground, "地"), Choropleth(zones, "n", "数"))), SHEET)
    assert sum(name in names(figure) for name in zones["name_zh"]) == FEW_ZONES * (
        number_of == FEW_ZONES
    )


def test_names_in_zones_stand_in_them_and_on_no_symbol():
    zones = squares(10_000, n=[1, 2, 3], name_zh=["甲区", "乙区", "丙区"])
    middles = zones.set_geometry(zones.centroid).assign(name_zh=["一点", "二点", "三点"])
    overlays = (Choropleth(zones, "n", "数量"), Points(middles, "点", size_px=12))
    figure = drawn(Content({}, (), overlays), SHEET)
    for name, zone, symbol in zip(zones["name_zh"], zones.geometry, middles.geometry, strict=True):
        for text in names(figure)[name]:
            written = on_the_ground(figure, text, (375_000, 3_105_000))
            assert zone.covers(written)
            # The symbol has a radius of 12 px, of which more than 10 are left of its edge.
            assert written.distance(symbol) > 10 * px_pt("A4") * metres_per_pt(figure)


def test_where_zones_overlap_a_name_stands_in_what_is_its_own():
    sides = ((360_000, 380_000), (368_000, 388_000))
    zones = gpd.GeoDataFrame(
        {"n": [1, 2], "name_zh": ["甲区", "乙区"]},
        geometry=[shapely.box(west, 3.1e6, east, 3.12e6) for west, east in sides],
        crs=4547,
    )
    figure = drawn(Content({}, (), (Choropleth(zones, "n", "数量"),)), SHEET)
    for name, own in (("甲区", (360_000, 368_000)), ("乙区", (380_000, 388_000))):
        for text in names(figure)[name]:
            west, _, east, _ = on_the_ground(figure, text, (374_000, 3_110_000)).bounds
            assert own[0] < west < east < own[1]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", ["A4", "square"])
def test_circles_of_a_distribution_are_named_with_their_numbers(lang, size):
    shown = content("distribution", "circles", lang)
    circle = {"zh": "望城宁乡应用转化圈", "en": "Wangcheng–Ningxiang application circle"}[lang]
    figure = drawn(shown, replace(SHEET, size=size))
    *name, count = lines(figure, circle)
    assert " ".join(name) == circle
    zones = shown.overlays[0].frame
    told = dict(zip(zones[f"name_{lang}"], below_each_other(zones["count"], "count"), strict=True))
    assert count == told[circle]
    if size == "A4":
        assert {name: lines(figure, name)[-1] for name in told} == told


@pytest.mark.parametrize("grid", ["hexagons", "squares", "h3"])
def test_cells_of_a_grid_have_no_names(grid):
    shown = content("distribution", grid)
    cells = set(shown.overlays[0].frame["name_zh"])
    assert len(cells) > 5
    assert not cells & set(names(drawn(shown, SHEET)))


def test_a_zone_whose_name_no_font_has_is_named_with_a_mark_and_a_note():
    zones = squares(10_000, n=[1, 2, 3], name_zh=["甲区", "乙\U0001f684", "丙区"])
    figure = drawn(Content({}, (), (Choropleth(zones, "n", "数量"),)), SHEET)
    written = {text.get_text() for text in figure.axes[0].texts}
    assert {"甲区", "乙〓", "丙区"} <= written
    assert any("U+1F684 符号 × 1" in each for each in written)


def test_a_district_is_named_once():
    shown = content("distribution", "districts")
    counts = shown.overlays[0].frame.set_index("name_zh")["count"]
    assert lines(drawn(shown, SHEET), "望城区") == ["望城区", number(counts["望城区"])]


def test_the_ground_leaves_the_name_of_a_zone_to_the_zone_and_its_number():
    zones = toned(content("coverage", "districts"), SHEET)
    numbered = _with_numbers(zones)
    assert {"岳麓区", "望城区"} <= numbered
    ground = next(layer for layer in zones.layers if layer.id == "districts")
    assert any(mark.name not in numbered for mark in ground.marks)
    window = Window(Box(0, 0, 900, 700), (375_000.0, 3_117_000.0), 400_000)
    (yuelu,) = (
        name for name in _names(zones, window, {}, [], px=0.6, toned=str) if name.text == "岳麓区"
    )
    assert yuelu.value.endswith(" %")


def test_an_axis_on_a_slide_has_its_name_along_it_or_in_the_legend_alone():
    scene = toned(Overview("224").content("en"), SHEET)
    window = Window(Box(0, 0, 400, 300), (375_000.0, 3_117_000.0), 400_000)
    for on_slide, costs in ((True, {OUT_COST}), (False, {math.inf})):
        named = _names(scene, window, {}, [], px=1.0, toned=str, on_slide=on_slide)
        along = [name.request for name in named if name.request.place == "line"]
        assert {request.most for request in along} == costs


def test_zones_are_named_before_points_and_after_the_layout():
    overview = Overview("224").content("zh")
    zones = overview.frames["circles"].assign(n=[1, 2, 3, 4])
    figure = drawn(replace(overview, overlays=(Choropleth(zones, "n", "数量"),)), SHEET)
    for layer in area().themes["224"]:
        frame = overview.frames[layer]
        assert set(frame[frame.geometry.notna()]["name_zh"]) <= set(names(figure))


def test_no_name_lies_on_a_symbol() -> None:
    spec = read_spec("overview", review_number="internal")
    whole = replace(spec, parameters={**spec.parameters, "theme": "all"}).content()
    shown = unframed(whole, spec.titled(), (900.0, 500.0)).placed()
    level = [name for name in shown.names if name.rotation == 0]
    boxes = [
        shapely.box(n.x - n.width / 2, n.y - n.height / 2, n.x + n.width / 2, n.y + n.height / 2)
        for n in level
    ]
    discs = [shapely.buffer(shapely.points(s.at), s.radii) for s in shown.symbols.values()]
    on, _ = shapely.STRtree(np.concatenate(discs)).query(boxes, predicate="intersects")
    assert len(level) > 15
    assert [level[at].lines for at in np.unique(on)] == []
