"""The overview as a wall map and as a slide, against plain geopandas plots of the same layers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from benchmarks.table import Row, best_of
from layers.look.sheet import SIZES_MM, Sheet
from layers.paper.printing import printed
from layers.questions.overview import Overview

if TYPE_CHECKING:
    from layers.look.content import Content

RUNS = 3
MM = 25.4
# Size, dots per inch, suffix, and what it is.
SHEETS = (
    ("A3", 300, ".png", "overview, A3 PNG at 300 dpi"),
    ("16:9", 200, ".png", "overview, 16:9 PNG at 200 dpi"),
    ("A3", 300, ".pdf", "overview, A3 PDF"),
)
NOTE = "geometry only: no dashes, symbols, names, legend, scale or notes"


def plain(content: Content, sheet: Sheet, suffix: str) -> bytes:
    """The same layers with .plot(): geometry in one colour each, and nothing else."""
    width, height = SIZES_MM[sheet.size]
    figure = Figure(figsize=(width / MM, height / MM), dpi=sheet.dpi)
    axes = figure.add_subplot()
    for name in content.visible:
        content.frames[name].to_crs("EPSG:4547").plot(ax=axes)
    file = io.BytesIO()
    canvas = FigureCanvasAgg(figure) if suffix == ".png" else FigureCanvasPdf(figure)
    canvas.print_figure(file, format=suffix[1:], dpi=sheet.dpi)
    return file.getvalue()


def rows() -> list[Row]:
    content = Overview("224").content("zh")
    found = []
    for size, dpi, suffix, task in SHEETS:
        sheet = Sheet("湘江新区“224”布局", "internal", size=size, dpi=dpi)
        ours = best_of(lambda s=sheet, kind=suffix: printed(content, s, kind), runs=RUNS)
        peer = best_of(lambda s=sheet, kind=suffix: plain(content, s, kind), runs=RUNS)
        found.append(Row(task, ours, "geopandas.plot", peer, NOTE))
    return found
