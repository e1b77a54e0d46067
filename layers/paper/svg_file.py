"""An SVG file of a sheet, with the layers that drawing programs show and hide, and its fonts."""

from __future__ import annotations

import io
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_svg import RendererSVG

from layers.paper.file_fonts import with_fonts
from layers.paper.parts import drawn_in_order
from layers.scene.window import POINTS_PER_INCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

_ROOT = "<svg "
_INKSCAPE = 'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" '


class _Renderer(RendererSVG):
    """Writes layers around what is drawn, and no other names into the file."""

    def open_group(self, s: str, gid: str | None = None) -> None:  # noqa: ARG002 - as matplotlib has it
        super().open_group(s)  # type: ignore[no-untyped-call]


def svg(figure: Figure, parts: Mapping[str, str], about: Mapping[str, str], *, dpi: float) -> bytes:
    """Return a sheet as an SVG file.

    Parameters
    ----------
    figure
        The sheet.
    parts
        Titles of its parts by their names, which are ids in the file; where something else lies
        between two halves of a part, the second has a number.
    about
        Properties of the file; what is empty it does not have.
    dpi
        Of pictures on the sheet.
    """
    file, before, met = io.StringIO(), figure.dpi, Counter[str]()
    width, height = (float(side) * POINTS_PER_INCH for side in figure.get_size_inches())
    told = {key: value for key, value in about.items() if value} | {"Date": None}
    renderer = _Renderer(width, height, file, None, dpi, metadata=told)  # type: ignore[no-untyped-call]
    writer: Any = renderer.writer
    figure.dpi = POINTS_PER_INCH
    try:
        for part, artists in groupby(drawn_in_order(figure), lambda each: each.get_gid() or ""):
            met[part] += 1
            name = part if met[part] == 1 else f"{part}-{met[part]}"
            title = parts.get(part, part)
            marks = {"inkscape:groupmode": "layer", "inkscape:label": title}
            writer.start("g", {"id": name, **marks})
            for artist in artists:
                artist.draw(renderer)
            writer.end("g")
    finally:
        figure.dpi = before
    renderer.finalize()  # type: ignore[no-untyped-call]
    return with_fonts(file.getvalue().replace(_ROOT, _ROOT + _INKSCAPE, 1).encode("utf-8"))
