from __future__ import annotations

import io
import re

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from pypdf import PdfReader
from pypdf.generic import ContentStream

from layers.paper.halos import Halo
from layers.paper.printing import file_settings
from layers.type.fonts import font


def figure(width: float = 4.0) -> Figure:
    made = Figure(figsize=(3, 1))
    halo = Halo(
        *(0.5, 0.5, "湘江 $3"),
        width=width,
        color="#B5172F",
        fontproperties=font("bold"),
        fontsize=20,
        ha="center",
        va="center",
        parse_math=False,
        transform=made.transFigure,
    )
    made.add_artist(halo)
    return made


def saved(suffix: str) -> bytes:
    file = io.BytesIO()
    with file_settings():
        figure().savefig(file, format=suffix)
    return file.getvalue()


def test_a_pdf_strokes_the_text_and_puts_back_how_text_is_written() -> None:
    page = PdfReader(io.BytesIO(saved("pdf"))).pages[0]
    steps = ContentStream(page.get_contents(), page.pdf).operations
    names = [name for _, name in steps]
    begin, end = names.index(b"BMC"), names.index(b"EMC")
    assert steps[begin][0] == ["/Artifact"]
    within = names[begin:end]
    assert [args for args, name in steps[begin:end] if name == b"Tr"] == [[1]]
    assert b"TJ" in within
    assert within.count(b"q") == within.count(b"Q")
    assert [4.0] in [[float(each) for each in args] for args, name in steps if name == b"w"]
    # No letter is drawn as an outline.
    assert b"c" not in names


def test_an_svg_strokes_the_text() -> None:
    (text,) = re.findall(r"<text[^>]*>", saved("svg").decode())
    assert "stroke: #b5172f; stroke-width: 4.000; stroke-linejoin: round" in text
    assert 'aria-hidden="true"' in text


def inked(width: float) -> int:
    canvas = FigureCanvasAgg(figure(width))
    canvas.draw()  # type: ignore[no-untyped-call]
    return int((np.asarray(canvas.buffer_rgba())[..., 1] < 128).sum())


def test_a_picture_has_a_halo_too() -> None:
    assert inked(4.0) > 1.5 * inked(0.01) > 0
