"""The slides of a map: what stands on them."""

from __future__ import annotations

import io

import pytest
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.oxml.ns import qn

from layers.book.map_deck import slides_of
from layers.look.overlay_classes import classify
from layers.outputs import output
from layers.record.specification import read_spec
from layers.slides.deck import presentation
from layers.type.table_grids import table_grid
from layers.type.tables import Table


def spec(name, lang="zh", **parameters):
    asked = {"map": name, "lang": lang, "parameters": parameters}
    return read_spec(asked, review_number="internal", date="2024-02-01")


@pytest.fixture(scope="module")
def drawn():
    """The slides of a map with zones, symbols of sizes and names."""
    asked = spec("distribution")
    return asked, output(asked, ".pptx")


def named(shapes):
    """Shapes by their names, with those in groups."""
    for each in shapes:
        yield each.name, each
        if each.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from named(each.shapes)


def test_a_map_is_shapes_under_the_names_of_its_layers_and_features(drawn):
    asked, data = drawn
    slide = Presentation(io.BytesIO(data)).slides[0]
    (whole,) = (each for each in slide.shapes if each.name == "地图")
    layers = [each.name for each in whole.shapes]
    # The lowest first: ground, zones, symbols, names.
    expected = ["底图", "项目数（个）", "重点项目", "名称", "比例尺"]
    assert [each for each in layers if each in expected] == expected
    assert not any(each.shape_type == MSO_SHAPE_TYPE.PICTURE for _, each in named(whole.shapes))
    # A zone can be recoloured by its name, and has the colour of its class.
    overlay = asked.content().overlays[0]
    breaks = classify(overlay)
    for row, name in enumerate(overlay.frame["name_zh"]):
        zone = next(each for found, each in named(whole.shapes) if found == name)
        colours = [each.get("val") for each in zone.element.iter(qn("a:srgbClr"))]
        assert breaks.colours[breaks.codes[row]][1:].upper() in colours
    # Nothing is smaller than 12 points, and the file is small.
    sizes = [int(each.get("sz")) for each in whole._element.iter(qn("a:rPr"))]
    assert min(sizes) >= 1200
    assert len(data) < 300_000
    ids = [each.get("id") for each in slide.element.iter(qn("p:cNvPr"))]
    assert len(ids) == len(set(ids))


def test_all_of_a_map_lies_in_its_frame_on_a_slide_of_any_shape(drawn):
    template = io.BytesIO()
    Presentation().save(template)
    data = presentation(slides_of(drawn[0])[:1], template=template.getvalue())
    (whole,) = (
        each for each in Presentation(io.BytesIO(data)).slides[0].shapes if each.name == "地图"
    )
    (ground,) = (each for each in whole.shapes if each.name == "底图")
    for name in ("项目数（个）", "区县界线", "名称"):
        for layer in (each for found, each in named(whole.shapes) if found == name):
            assert layer.left >= ground.left - 12700
            assert layer.left + layer.width <= ground.left + ground.width + 12700
    sizes = [int(each.get("sz")) for each in whole._element.iter(qn("a:rPr"))]
    assert min(sizes) >= 1200


def test_the_legend_is_in_the_order_of_the_print_and_a_hollow_symbol_is_hollow(drawn):
    (slide,) = slides_of(spec("overview"))
    headings = [item.label for item in slide.legend if item.kind == "heading"]
    assert headings == ["双城", "两纵", "四圈"]
    first, _ = slides_of(drawn[0])
    kinds = {item.label: item.kind for item in first.legend}
    assert kinds["载明投资额"] == kinds["未载投资额"] == "point"
    assert "区域重叠处以各自颜色的条纹相间" in kinds
    slide = Presentation(io.BytesIO(drawn[1])).slides[0]
    items = {
        item.name: item for shape in slide.shapes if shape.name == "图例" for item in shape.shapes
    }
    stated = ("载明投资额", "未载投资额")
    fills = {name: str(next(iter(items[name].shapes)).fill.fore_color.rgb) for name in stated}
    assert fills["未载投资额"] == "FFFFFF" != fills["载明投资额"]


def test_the_map_fills_the_slide_beside_its_legend(drawn):
    deck = Presentation(io.BytesIO(drawn[1]))
    (shape,) = (shape for shape in deck.slides[0].shapes if shape.name == "地图")
    assert shape.width > 0.7 * deck.slide_width
    # Above it stand what is found and what the map is, below it what the base map shows.
    assert shape.height > 0.62 * deck.slide_height


def test_small_numbers_have_the_decimals_that_tell_them_apart():
    (slide,) = Presentation(io.BytesIO(presentation(slides_of(spec("density"))[1:]))).slides
    (chart,) = (shape.chart for shape in slide.shapes if shape.has_chart)
    values = chart.plots[0].series[0].values
    assert max(values) < 1
    decimals = len(chart.plots[0].data_labels.number_format.partition(".")[2])
    assert len({f"{value:.{decimals}f}" for value in values}) == len(values)


def test_texts_of_a_table_are_broken_between_words():
    _, figures = slides_of(spec("coverage", "en"))
    names = [row[0] for row in figures.table.rows]
    grid = table_grid(figures.table, 400.0, 300.0, alone=False)
    widest = max((word for name in names for word in name.split()), key=len)
    one = table_grid(Table(("Zone",), ((widest,),)), 400.0, 300.0, alone=False)
    assert widest == "Wangcheng–Ningxiang"
    # Not as wide as the longest name on one line, and no narrower than its longest word.
    alone = one.widths[0] / 1.7 * grid.size_pt / one.size_pt
    assert alone <= grid.widths[0] < 400.0
    # Units stand below the words of the header.
    # What the bars beside it show is not shown twice.
    assert figures.chart.title == "Covered (%)"
    assert grid.cells[0] == ("Zone", "Doubly\n(%)", "Gap\n(km²)", "Area\n(km²)")
