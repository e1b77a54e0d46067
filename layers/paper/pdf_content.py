"""What stands on a sheet as the operators of a page of a PDF file.

Text is written as text, in one font a weight; everything else draws itself as matplotlib has it,
with a point on the sheet as its unit. What only the file knows, such as the codes of its fonts, is
left to it: pages can be drawn anywhere, and in any order.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.text import Text

from layers.paper.artists import Repeated
from layers.paper.halos import Halo
from layers.paper.parts import drawn_in_order
from layers.paper.sheet import text_width
from layers.scene.window import POINTS_PER_INCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matplotlib.artist import Artist
    from matplotlib.backend_bases import GraphicsContextBase
    from matplotlib.figure import Figure
    from matplotlib.transforms import BboxBase, Transform
    from numpy.typing import NDArray

    from layers.paper.artists import Shapes
    from layers.type.fonts import Weight

Rgba: TypeAlias = tuple[float, float, float, float]
Word: TypeAlias = "str | Later"

CURVE, CLOSE = Path.CURVE4, Path.CLOSEPOLY
STEPS = {Path.MOVETO: "%.2f %.2f m\n", Path.LINETO: "%.2f %.2f l\n"}
CAPS = {"butt": 0, "round": 1, "projecting": 2}
JOINS = {"miter": 0, "round": 1, "bevel": 2}
ALIGN = {"left": 0.0, "center": 0.5, "right": 1.0}
STRAIGHT = 1e-6
NOTHING: Rgba = (0.0, 0.0, 0.0, 0.0)
HATCH_PT = 1.0
SAME = np.eye(3)


def outline(path: Path, matrix: NDArray[np.float64]) -> str:
    r"""Return a path as operators.

    Parameters
    ----------
    path
        Of lines and cubic curves.
    matrix
        Takes its corners to points on the sheet.

    Examples
    --------
    >>> import numpy as np
    >>> outline(Path([(0, 0), (2, 1), (0, 0)], closed=True), np.eye(3))
    '0.00 0.00 m\n2.00 1.00 l\nh\n'
    """
    corners = np.asarray(path.vertices) @ matrix[:2, :2].T + matrix[:2, 2]
    codes = None if path.codes is None else np.asarray(path.codes)
    if codes is None:
        form = STEPS[Path.MOVETO] + STEPS[Path.LINETO] * (len(corners) - 1)
        return form % tuple(corners.ravel().tolist())
    kept = codes != CLOSE
    steps, curve = [], 0
    for code in codes.tolist():
        if code == CURVE:
            curve = (curve + 1) % 3
            steps.append("%.2f %.2f " + ("" if curve else "c\n"))
        else:
            steps.append("h\n" if code == CLOSE else STEPS[code])
    return "".join(steps) % tuple(corners[kept].ravel().tolist())


@lru_cache(maxsize=16)
def form(shapes: Shapes) -> tuple[str, tuple[float, float, float, float]]:
    """Return shapes as operators that fill and stroke them, and the box that they lie in."""
    corners = np.concatenate([path.vertices for path in shapes.paths])
    (left, low), (right, high) = corners.min(axis=0) - 1.0, corners.max(axis=0) + 1.0
    drawn = "".join(f"{outline(path, SAME)}B\n" for path in shapes.paths)
    return drawn, (float(left), float(low), float(right), float(high))


class Later(NamedTuple):
    """What a file has a name or codes for: which of its methods says so, and what that takes."""

    method: str
    given: tuple[Any, ...]


class Run(NamedTuple):
    """The operators of a part of a sheet, or of what there is only for the eye."""

    part: str
    unread: bool
    words: list[Word]


class Page(NamedTuple):
    """A sheet as a file takes it.

    Parameters
    ----------
    width, height
        Of the sheet, points.
    runs
        What stands on it, the lowest first.
    parts
        Titles of the parts that are layers, by their names.
    alternative
        What is read out in place of its map.
    viewports
        Where its maps lie.
    """

    width: float
    height: float
    runs: list[Run]
    parts: Mapping[str, str]
    alternative: str = ""
    viewports: Sequence[Mapping[str, Any]] = ()


class Look(NamedTuple):
    """How a shape is drawn: colours with opacity, none or all nothing where there is none."""

    face: Rgba | None
    edge: Rgba
    width: float
    dashes: tuple[float | None, Any]
    cap: str
    join: str
    hatch: str | None = None
    hatch_colour: Rgba = NOTHING
    clip: BboxBase | None = None


class Ink(RendererBase):
    """Writes a sheet's operators, those that would change nothing left out.

    Parameters
    ----------
    width, height
        Of the sheet, points.
    dpi
        Of pictures on it.
    """

    def __init__(self, width: float, height: float, dpi: float) -> None:
        super().__init__()
        self.width, self.height, self.dpi = width, height, dpi
        self.written: list[Word] = []
        self.state: dict[str, tuple[Word, ...]] = {}
        # What is cut to, as operators.
        self.cut = ""

    # ---- what matplotlib asks a renderer ----

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Return the size of the sheet, points."""
        return self.width, self.height

    def get_image_magnification(self) -> float:
        """Return how many pixels of a picture a point has."""
        return self.dpi / POINTS_PER_INCH

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Path,
        transform: Transform,
        rgbFace: Any = None,  # noqa: ANN401, N803 - as matplotlib has it
    ) -> None:
        """Fill and stroke a path."""
        if len(np.asarray(path.vertices)):
            self._paint(_look(gc, rgbFace), outline(path, transform.get_matrix()))

    def draw_markers(  # noqa: PLR0917 - as matplotlib has it
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,  # noqa: ANN401, N803 - as matplotlib has it
    ) -> None:
        """Draw one path at several places."""
        shape, look = outline(marker_path, marker_trans.get_matrix()), _look(gc, rgbFace)
        self._paint(look, shape, trans.transform(path.vertices).tolist())

    def draw_image(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        im: Any,  # noqa: ANN401 - an array of rows, columns and four colours
        transform: Transform | None = None,  # noqa: ARG002 - none of ours is turned
    ) -> None:
        """Draw a picture, its lower left corner at a place."""
        self._clip(gc.get_clip_rectangle())
        high, wide = (side / self.get_image_magnification() for side in im.shape[:2])
        place = f"q {wide:.3f} 0 0 {high:.3f} {x:.2f} {y:.2f} cm /"
        self.written += [place, Later("picture", (im[::-1],)), " Do Q\n"]

    # ---- parts of a sheet ----

    def run(self, part: str, unread: bool) -> Run:  # noqa: FBT001 - as a run has it
        """Return what has been written since the last run."""
        self._cut_to("")
        words: list[Word] = []
        for later, each in groupby(self.written, lambda word: isinstance(word, Later)):
            some = list(each)
            words += some if later else ["".join(map(str, some))]
        self.written = []
        return Run(part, unread, words)

    def write(self, text: Text) -> None:
        """Write a line of text."""
        words, size = text.get_text(), float(text.get_fontsize())
        if not words.strip():
            return
        self._cut_to("")
        weight: Weight = "bold" if text.get_fontproperties().get_weight() == "bold" else "regular"
        colour = to_rgba(text.get_color(), text.get_alpha())
        if isinstance(text, Halo):
            self._stroke(colour, text.width)
            self._set("join", f"{JOINS['round']} j\n")
            self._set("mode", "1 Tr\n")
        else:
            self._fill(colour)
            self._set("mode", "0 Tr\n")
        self._set("font", "/", Later("font", (weight,)), f" {size:.3f} Tf\n")
        x, y = text.get_position()
        angle = math.radians(text.get_rotation())
        back = ALIGN[text.get_horizontalalignment()] * text_width(words, size, weight)
        across, up = math.cos(angle), math.sin(angle)
        x, y = x - back * across, y - back * up
        at = f"{x:.2f} {y:.2f} Td"
        if abs(up) > STRAIGHT or across < 0:
            at = f"{across:.5f} {up:.5f} {-up:.5f} {across:.5f} {x:.2f} {y:.2f} Tm"
        self.written += [f"BT {at} <", Later("encoded", (weight, words)), "> Tj ET\n"]

    def fill_and_stroke(self, drawn: Any) -> None:  # noqa: ANN401 - a collection of paths
        """Draw shapes of one look, or one symbol at several places."""
        faces, edges = drawn.get_facecolor(), drawn.get_edgecolor()
        hatch = drawn.get_hatch()
        look = Look(
            face=tuple(faces[0]) if len(faces) and faces[0][3] > 0 else None,
            edge=tuple(edges[0]) if len(edges) and not hatch else NOTHING,
            width=float(drawn.get_linewidth()[0]),
            dashes=drawn.get_linestyle()[0],
            cap=drawn.get_capstyle() or "butt",
            join=drawn.get_joinstyle() or "miter",
            hatch=hatch,
            hatch_colour=tuple(edges[0]) if len(edges) else NOTHING,
            clip=drawn.clipbox if drawn.get_clip_on() else None,
        )
        sizes = drawn.get_sizes()
        if len(sizes) == 0:
            for path in drawn.get_paths():
                if len(path.vertices):
                    self._paint(look, outline(path, SAME))
            return
        scale = math.sqrt(sizes[0])
        (path,) = drawn.get_paths()
        shape = outline(path, np.diag([scale, scale, 1.0]))
        self._paint(look, shape, drawn.get_offsets().tolist())

    def repeat(self, drawn: Repeated) -> None:
        """Fill and stroke shapes that the file holds once, in units of their own."""
        if not drawn.shapes.paths:
            return
        (face,), (edge,) = (
            np.asarray(each).tolist() for each in (drawn.get_facecolor(), drawn.get_edgecolor())
        )
        self._cut_to("")
        self._fill(tuple(face))
        # What is set here holds within, where a unit is so many points.
        self._stroke(tuple(edge), float(np.ravel(drawn.get_linewidth())[0]) / drawn.scale)
        self._set_ends("butt", "miter", (None, None))
        x, y = drawn.at
        place = f"q {drawn.scale:.5f} 0 0 {drawn.scale:.5f} {x:.2f} {y:.2f} cm /"
        self.written += [place, Later("form", form(drawn.shapes)), " Do Q\n"]

    # ---- state ----

    def _set_ends(self, cap: str, join: str, dashes: tuple[float | None, Any]) -> None:
        self._set("cap", f"{CAPS[cap]} J\n")
        self._set("join", f"{JOINS[join]} j\n")
        start, lengths = dashes
        words = " ".join(f"{each:.2f}" for each in np.ravel([] if lengths is None else lengths))
        self._set("dash", f"[{words}] {start or 0:.2f} d\n")

    def _paint(
        self, look: Look, shape: str, places: Iterable[Sequence[float]] | None = None
    ) -> None:
        """Draw a shape where it is, or from its middle at several places."""
        filled, stroked = look.face is not None, look.width > 0 and look.edge[3] > 0
        if not (stroked or filled or look.hatch):
            return
        self._clip(look.clip)
        if look.face is not None:
            self._fill(look.face)
        if stroked:
            self._stroke(look.edge, look.width)
            self._set_ends(look.cap, look.join, look.dashes)
        how = {(True, True): "B", (True, False): "f", (False, True): "S"}.get((filled, stroked))
        if how is not None:
            self.written += (
                [f"{shape}{how}\n"]
                if places is None
                else [f"q 1 0 0 1 {x:.2f} {y:.2f} cm\n{shape}{how}\nQ\n" for x, y in places]
            )
        if look.hatch:
            self._hatch(look.hatch, look.hatch_colour, shape)

    def _hatch(self, hatch: str, colour: Rgba, shape: str) -> None:
        name = Later("hatch", (hatch, colour[:3], HATCH_PT))
        self._set("fill alpha", "/", Later("opacity", ("ca", colour[3])), " gs\n")
        self._set("fill", "/Pattern cs /", name, " scn\n")
        self.written += [shape, "f\n"]

    def _fill(self, colour: tuple[float, ...]) -> None:
        self._set("fill alpha", "/", Later("opacity", ("ca", colour[3])), " gs\n")
        self._set("fill", "{:.3g} {:.3g} {:.3g} rg\n".format(*colour))

    def _stroke(self, colour: tuple[float, ...], width: float) -> None:
        self._set("stroke alpha", "/", Later("opacity", ("CA", colour[3])), " gs\n")
        self._set("stroke", "{:.3g} {:.3g} {:.3g} RG\n".format(*colour))
        self._set("width", f"{width:.3f} w\n")

    def _set(self, key: str, *words: Word) -> None:
        if self.state.get(key) != words:
            self.state[key] = words
            self.written += words

    def _clip(self, box: BboxBase | None) -> None:
        if box is None or (box.width >= self.width and box.height >= self.height):
            self._cut_to("")
        else:
            sides = (box.x0, box.y0, box.width, box.height)
            self._cut_to("{:.2f} {:.2f} {:.2f} {:.2f} re W n\n".format(*sides))

    def _cut_to(self, cut: str) -> None:
        """Cut to what is asked; what was set since it was last cut to is forgotten."""
        if cut == self.cut:
            return
        if self.cut:
            self.written.append("Q\n")
            self.state.clear()
        if cut:
            self.written.append(f"q {cut}")
        self.cut = cut


def _look(gc: GraphicsContextBase, face: Any) -> Look:  # noqa: ANN401 - as matplotlib has it
    """Return how something is drawn that draws itself."""
    edge, opacity = to_rgba(gc.get_rgb()), gc.get_alpha()
    filled = face is not None and to_rgba(face)[3] > 0
    return Look(
        face=to_rgba(face, opacity if gc.get_forced_alpha() else None) if filled else None,
        edge=(*edge[:3], opacity) if edge[3] > 0 else NOTHING,
        width=gc.get_linewidth(),
        dashes=gc.get_dashes(),
        cap=gc.get_capstyle(),
        join=gc.get_joinstyle(),
        clip=gc.get_clip_rectangle(),
    )


def as_page(figure: Figure, **about: Any) -> Page:  # noqa: ANN401 - as a page has it
    """Return a sheet as a file takes it.

    Parameters
    ----------
    figure
        The sheet.
    **about
        Its parts, its alternative and its viewports, see :class:`Page`.
    """
    width, height = (float(side) * POINTS_PER_INCH for side in figure.get_size_inches())
    before, runs = figure.dpi, []
    ink = Ink(width, height, before)
    # A dot is a point: everything draws itself in the unit of the page.
    figure.dpi = POINTS_PER_INCH
    try:
        for (part, unread), artists in groupby(
            drawn_in_order(figure), lambda each: (each.get_gid() or "", isinstance(each, Halo))
        ):
            _draw(ink, artists)
            runs.append(ink.run(part, unread))
    finally:
        figure.dpi = before
    return Page(width, height, runs, **about)


def _draw(ink: Ink, artists: Iterable[Artist]) -> None:
    for artist in artists:
        if isinstance(artist, Text):
            ink.write(artist)
        elif isinstance(artist, Repeated):
            ink.repeat(artist)
        elif isinstance(artist, PathCollection):
            ink.fill_and_stroke(artist)
        else:
            artist.draw(ink)
