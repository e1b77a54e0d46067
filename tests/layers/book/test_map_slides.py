"""The slides of a map: what stands on them, and what LibreOffice makes of them."""

from __future__ import annotations

import io
import shutil
import subprocess

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image
from pptx import Presentation
from pypdf import PdfReader

from layers.book.map_deck import slides_of
from layers.look.overlays import classify
from layers.outputs import output
from layers.record.specification import read_spec
from layers.type.table_grids import table_grid
from layers.type.tables import Table

WHITE, OPACITY = 255, 0.78


def spec(name, lang="zh", **parameters):
    asked = {"map": name, "lang": lang, "parameters": parameters}
    return read_spec(asked, review_number="internal", date="2024-02-01")


def pictures(pdf):
    """The pages of a PDF file as pixels."""
    subprocess.run(["pdftoppm", "-r", "50", "-png", pdf, pdf.with_suffix("")], check=True)
    pages = sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))
    return [np.asarray(Image.open(page).convert("RGB")).astype(int) for page in pages]


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm is not installed")
def test_libreoffice_shows_the_map_with_its_legend_and_the_figures(as_pdf):
    asked = spec("distribution")
    pdf = as_pdf(output(asked, ".pptx"))
    first, second = (page.extract_text() for page in PdfReader(pdf).pages)
    for words in ("重点项目分布", "项目数（个）", "重点项目", "载明投资额", "审图号", "2024-02-01"):
        assert words in first
    for words in ("重点项目分布：数据", "科学城前沿创新圈", "望城宁乡应用转化圈"):
        assert words in second
    image, figures = pictures(pdf)
    # No page is blank: the map fills more than a third of its page, the bars are seen on theirs.
    assert np.mean((image < WHITE - 2).any(axis=2)) > 1 / 3
    assert np.mean((figures < WHITE - 2).any(axis=2)) > 0.05
    # The class of most projects is seen in its colour upon the land.
    darkest = np.array(to_rgb(classify(asked.content().overlays[0]).colours[-1]))
    land = np.array(to_rgb("#FBFAF6"))
    seen = (darkest * OPACITY + land * (1 - OPACITY)) * WHITE
    assert np.mean(np.abs(image - seen).max(axis=2) < 6) > 0.005


def test_the_legend_is_in_the_order_of_the_print_and_a_hollow_symbol_is_hollow():
    (slide,) = slides_of(spec("overview"))
    headings = [item.label for item in slide.legend if item.kind == "heading"]
    assert headings == ["双城", "两纵", "四圈"]
    first, _ = slides_of(spec("distribution"))
    kinds = {item.label: item.kind for item in first.legend}
    assert kinds["载明投资额"] == "point"
    assert kinds["未载投资额"] == "ring"
    drawn = Presentation(io.BytesIO(output(spec("distribution"), ".pptx"))).slides[0]
    items = {
        item.name: item for shape in drawn.shapes if shape.name == "图例" for item in shape.shapes
    }
    stated = ("载明投资额", "未载投资额")
    fills = {name: next(iter(items[name].shapes)).fill.type for name in stated}
    # 1 is a solid fill and 5 that of the background: none.
    assert fills == {"载明投资额": 1, "未载投资额": 5}


def test_the_map_fills_the_slide_beside_its_legend():
    deck = Presentation(io.BytesIO(output(spec("coverage", "en"), ".pptx")))
    (picture,) = (shape for shape in deck.slides[0].shapes if hasattr(shape, "image"))
    assert picture.width > 0.7 * deck.slide_width
    assert picture.height > 0.7 * deck.slide_height


def test_small_numbers_have_the_decimals_that_tell_them_apart():
    deck = Presentation(io.BytesIO(output(spec("density"), ".pptx")))
    (chart,) = (shape.chart for shape in deck.slides[1].shapes if shape.has_chart)
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
    assert figures.chart.title == "Covered %"
    assert grid.cells[0] == ("Zone", "Doubly\n%", "Gap\nkm²", "Area\nkm²")
