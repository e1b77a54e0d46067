"""Halos around names: text that is stroked, in files that can say so, and else its outlines.

A file that held the outlines of every name would be mostly that, and take most of the time. A halo
is marked as no part of what is read. How a PDF file has it: :mod:`layers.paper.pdf_content`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.colors import to_hex
from matplotlib.patheffects import Stroke

from layers.paper.artists import Line

if TYPE_CHECKING:
    from matplotlib.backend_bases import GraphicsContextBase

OPACITY = 0.9


class Halo(Line):
    """The halo of a line of text.

    Parameters
    ----------
    *args, **kwargs
        As of :class:`matplotlib.text.Text`; ``color`` is that of the halo.
    width
        Of the stroke, half of which lies outside of the letters, points.
    """

    def __init__(self, *args: Any, width: float, **kwargs: Any) -> None:  # noqa: ANN401 - as matplotlib has them
        super().__init__(*args, **kwargs)
        self.width = width
        self.set_alpha(OPACITY)

    def draw(self, renderer: Any) -> None:  # noqa: ANN401 - matplotlib has no type for all of them
        """Draw it with what the renderer has for it."""
        effects: list[Any] = []
        if hasattr(renderer, "writer"):
            renderer = _Svg(renderer, self.width)
        else:
            effects = [Stroke(linewidth=self.width, foreground=self.get_color(), joinstyle="round")]
        self.set_path_effects(effects)
        super().draw(renderer)


class _Svg:
    """A renderer that strokes the text it writes."""

    def __init__(self, renderer: Any, width: float) -> None:  # noqa: ANN401 - as above
        self.renderer, self.width = renderer, width

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a renderer has
        return getattr(self.renderer, name)

    def draw_text(self, gc: GraphicsContextBase, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as above
        writer = self.renderer.writer
        plain = writer.element
        stroke = f"; stroke: {to_hex(gc.get_rgb())}; stroke-width: {self.width:.3f}"

        def stroked(tag: str, text: str | None = None, attrib: Any = None, **extra: str) -> None:  # noqa: ANN401 - as above
            style = f"{attrib['style']}{stroke}; stroke-linejoin: round"
            plain(tag, text, attrib | {"style": style, "aria-hidden": "true"}, **extra)

        writer.element = stroked
        try:
            self.renderer.draw_text(gc, *args, **kwargs)
        finally:
            writer.element = plain
