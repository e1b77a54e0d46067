from __future__ import annotations

import io
import re

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from pypdf import PdfReader
from pypdf.generic import ContentStream

from layers.paper.halos import Halo
from layers.paper.pdf_content import as_page
from layers.paper.pdf_file import PdfFile
from layers.paper.svg_file import svg
from layers.type.fonts import font


def figure(width: float = 4.0) -> Figure:
    made = Figure(figsize=(3, 1))
    axes = made.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    # Which the axes of a sheet have not.
    axes.spines[:].set_visible(False)
    axes.set_xlim(0.0, 216.0)
    axes.set_ylim(0.0, 72.0)
    halo = Halo(
        *(108.0, 36.0, "湘江 $3"),
        width=width,
        color="#B5172F",
        fontproperties=font("bold"),
        fontsize=20,
        ha="center",
        va="baseline",
        parse_math=False,
    )
    axes.add_artist(halo)
    return made


def test_a_pdf_strokes_the_text_and_does_not_read_it_out() -> None:
    file = PdfFile("zh", "图")
    file.add(as_page(figure(), parts={}, alternative="一张图"))
    page = PdfReader(io.BytesIO(file.file())).pages[0]
    steps = ContentStream(page.get_contents(), page.pdf).operations
    names = [name for _, name in steps]
    begin, end = names.index(b"BMC"), names.index(b"EMC")
    assert steps[begin][0] == ["/Artifact"]
    assert [args for args, name in steps[begin:end] if name == b"Tr"] == [[1]]
    assert b"Tj" in names[begin:end]
    assert [4.0] in [[float(each) for each in args] for args, name in steps if name == b"w"]
    # No letter is drawn as an outline.
    assert b"c" not in names


def test_an_svg_strokes_the_text() -> None:
    with rc_context({"svg.fonttype": "none"}):
        words = svg(figure(), {}, {}, dpi=72).decode()
    (text,) = re.findall(r"<text[^>]*>", words)
    assert "stroke: #b5172f; stroke-width: 4.000; stroke-linejoin: round" in text
    assert 'aria-hidden="true"' in text


def inked(width: float) -> int:
    canvas = FigureCanvasAgg(figure(width))
    canvas.draw()  # type: ignore[no-untyped-call]
    return int((np.asarray(canvas.buffer_rgba())[..., 1] < 128).sum())


def test_a_picture_has_a_halo_too() -> None:
    assert inked(4.0) > 1.5 * inked(0.01) > 0
