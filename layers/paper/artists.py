"""What is drawn on a sheet: artists of matplotlib that are neither measured nor cut when added."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from layers.look.styles import inks
from layers.scene.window import POINTS_PER_INCH
from layers.type.fonts import font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.spines import Spine
    from matplotlib.transforms import Transform
    from matplotlib.typing import ColorType
    from numpy.typing import ArrayLike

    from layers.scene.boxes import Box

Kind = TypeVar("Kind", bound="Artist")

(INK,) = inks("ink")


def blank(page: Box, *, dpi: float) -> tuple[Figure, Axes]:
    """Return a sheet with nothing on it, and axes over all of it in points."""
    inches = (page.width / POINTS_PER_INCH, page.height / POINTS_PER_INCH)
    figure = Figure(figsize=inches, dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)
    return figure, axes_over(figure)


def axes_over(figure: Figure) -> Axes:
    """Return axes over all of a sheet, in points, above those that it has."""
    axes: Axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), axes_class=_Over)
    axes.set_axis_off()
    axes.set_autoscale_on(False)
    width, height = figure.get_size_inches() * POINTS_PER_INCH
    axes.set_xlim(0.0, width)
    axes.set_ylim(0.0, height)
    return axes


class _Still(Rectangle):
    """A box that stays where it is: all that is drawn asks it where it cuts."""

    where: Transform | None = None

    def set_transform(self, t: Transform | None) -> None:
        """Move it."""
        super().set_transform(t)
        self.where = None

    def get_transform(self) -> Transform:
        """Return where it is."""
        if self.where is None:
            self.where = super().get_transform()
        return self.where


class _NoX(XAxis):
    """An axis that is not drawn: matplotlib takes long to make its ticks."""

    majorTicks = minorTicks = []  # noqa: N815, RUF012 - as matplotlib has it


class _NoY(YAxis):
    """As :class:`_NoX`."""

    majorTicks = minorTicks = []  # noqa: N815, RUF012 - as matplotlib has it


class _Over(Axes):
    """Axes over all of a sheet: what is added is neither measured nor cut to it."""

    def _gen_axes_spines(self) -> dict[str, Spine]:
        return {}

    def _init_axis(self) -> None:
        self.xaxis, self.yaxis = _NoX(self, clear=False), _NoY(self, clear=False)

    def add_artist(self, a: Artist) -> Artist:
        """Add what is drawn."""
        self._set_artist_props(a)  # type: ignore[attr-defined]
        self._children.append(a)  # type: ignore[attr-defined]
        return a

    def _gen_axes_patch(self) -> Rectangle:
        return _Still((0.0, 0.0), 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Shapes:
    """Areas in units of their own, which sheet after sheet has in another place and size."""

    paths: tuple[Path, ...]


class Repeated(PathCollection):
    """Shapes on a sheet, which a file of many pages needs to hold but once.

    Parameters
    ----------
    shapes
        What is drawn.
    scale, at
        Points per unit, and where their origin is.
    **look
        Colours and width of their strokes, as a collection has them.
    """

    def __init__(
        self,
        shapes: Shapes,
        scale: float,
        at: tuple[float, float],
        **look: Any,  # noqa: ANN401 - as a collection has it
    ) -> None:
        super().__init__(shapes.paths, **look)
        self.shapes, self.scale, self.at = shapes, scale, at

    def put(self, axes: Axes) -> None:
        """Put it on a sheet."""
        self.set_transform(Affine2D().scale(self.scale).translate(*self.at) + axes.transData)
        axes.add_artist(self)


def draw_box(axes: Axes, box: Box, **look: Any) -> Rectangle:  # noqa: ANN401 - as a patch has it
    """Draw a box that looks so, and return it."""
    patch = _Still((box.left, box.bottom), box.width, box.height, **look)
    axes.add_artist(patch)
    return patch


def like(kind: type[Kind], **look: Any) -> Kind:  # noqa: ANN401 - whatever a kind has
    """Return something to draw that looks so: a copy, as matplotlib takes long to set one up.

    Parameters
    ----------
    kind
        Class of matplotlib's.
    **look
        What it is made with, all of it hashable.
    """
    first = _first(kind, tuple(look.items()))  # type: ignore[arg-type]
    made: Kind = kind.__new__(kind)
    made.__dict__.update(first.__dict__)
    return made


@lru_cache(maxsize=2048)
def _first(kind: type[Any], look: tuple[tuple[str, Any], ...]) -> Any:  # noqa: ANN401 - one of the kind
    return kind(**dict(look))


class Line(Text):
    """A line of text on a sheet, whose changes nobody waits for."""

    def pchanged(self) -> None:
        """Tell nobody."""


def text_line(
    at: tuple[float, float],
    words: str,
    size: float,
    *,
    bold: bool = False,
    colour: str = INK,
    align: str = "left",
    zorder: float = 91.0,
    degrees: float = 0.0,
    kind: type[Line] = Line,
    **look: Any,  # noqa: ANN401 - whatever a kind has
) -> Line:
    """Return a line of text on its base line, in points on the sheet.

    Parameters
    ----------
    at
        Where its base line begins, has its middle or ends.
    words
        The text.
    size
        Size of the font.
    bold, colour, align, zorder, degrees
        How it looks, which of the three ``at`` is, what it lies above, and how it is turned there,
        counter-clockwise.
    kind, **look
        What draws it, and what that has besides.
    """
    made = like(
        kind,
        fontproperties=_font("bold" if bold else "regular"),
        fontsize=size,
        color=colour,
        ha=align,
        va="baseline",
        rotation_mode="anchor",
        # A dollar sign or backslash in a title is no formula.
        parse_math=False,
        **look,
    )
    made.set_position(at)
    made.set_text(words)
    made.set_rotation(degrees)
    made.set_zorder(zorder)
    return made


# A text has a copy of it.
_font = cache(font)


def draw_lines(
    axes: Axes, lines: Sequence[ArrayLike], colour: ColorType, width: float, zorder: float
) -> None:
    """Draw lines of one look on a sheet, each through corners in points."""
    drawn = like(PathCollection, paths=(), facecolors="none", edgecolors=colour, linewidths=width)
    drawn.set(paths=[Path(corners) for corners in lines], zorder=zorder)
    axes.add_artist(drawn)


def write(axes: Axes, *what: Any, **look: Any) -> Line:  # noqa: ANN401 - as a line has it
    """Write a line of text on a sheet, and return it: see :func:`text_line`."""
    made = text_line(*what, **look)
    axes.add_artist(made)
    return made
