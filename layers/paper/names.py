"""Names as they are written on a printed map: along a line, below each other, down a steep line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from layers.paper.artists import draw_lines, write
from layers.paper.halos import Halo
from layers.paper.sheet import text_width
from layers.type.line_breaks import is_upright

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from layers.type.label_placement import LabelRequest, Placed

# The foot of letters below their middle, in sizes.
MIDDLE = 0.37
HALO_PX = 3.4
# Lines to names run below stops and symbols, which they would cross.
ZORDER, LEADER_ZORDER = 80.0, 59.0
STEEP = 45.0


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A text with its look, where it would like to stand, and the number below it, if any.

    A note begins with a number of its own, which it has not in a key of numbers.
    """

    text: str
    size: float
    bold: bool
    colour: str
    halo: str
    request: LabelRequest
    value: str = ""
    is_note: bool = False

    @property
    def keyed(self) -> str:
        """What a key says beside its number."""
        return self.said.partition(" ")[2] if self.is_note else self.said

    @property
    def lines(self) -> list[str]:
        """The lines of the text, and the number below them."""
        return [*self.text.split("\n"), *([self.value] if self.value else [])]

    @property
    def said(self) -> str:
        """The text in one line."""
        return self.text.replace("\n", " ")


def write_name(axes: Axes, name: Name, spot: Placed, px: float) -> None:
    """Write a name at its place, with the line to what it names where it stands apart.

    Parameters
    ----------
    axes
        Of the sheet, in points.
    name, spot
        What is written, and where.
    px
        Length of a pixel, points.
    """
    if spot.leader is not None:
        corners = (*spot.leader, _line_end(name, spot, spot.leader[1]))
        for colour, width in ((name.halo, 2.4), (name.colour, 0.8)):
            draw_lines(axes, [corners], colour, width * px, LEADER_ZORDER)
    if abs(spot.rotation) > STEEP and is_upright(name.text):
        _write_down(axes, name, spot, px)
        return
    step = name.request.height / len(name.lines)
    for number, line in enumerate(name.lines):
        up = ((len(name.lines) - 1) / 2 - number) * step
        angle = math.radians(spot.rotation)
        at = (spot.x - up * math.sin(angle), spot.y + up * math.cos(angle))
        _write_turned(axes, name, line, at, degrees=spot.rotation, px=px)


def _line_end(name: Name, spot: Placed, end: tuple[float, float]) -> tuple[float, float]:
    """Return where the letters begin behind the end of a line to a name, some of it being short."""
    row = int((spot.y - end[1]) / name.request.height * len(name.lines) + len(name.lines) / 2)
    words = name.lines[min(max(row, 0), len(name.lines) - 1)]
    half = text_width(words, name.size, "bold" if name.bold else "regular") / 2
    return min(max(end[0], spot.x - half), spot.x + half), end[1]


def _write_down(axes: Axes, name: Name, spot: Placed, px: float) -> None:
    """Write Chinese along a steep line from top to bottom, its characters upright."""
    turn = spot.rotation - 90.0 if spot.rotation > 0 else spot.rotation + 90.0
    down = math.radians(turn - 90.0)
    step = name.request.width / len(name.text)
    for number, character in enumerate(name.text):
        along = (number + 0.5) * step - name.request.width / 2
        at = (spot.x + along * math.cos(down), spot.y + along * math.sin(down))
        _write_turned(axes, name, character, at, degrees=turn, px=px)


def _write_turned(
    axes: Axes, name: Name, text: str, at: tuple[float, float], *, degrees: float, px: float
) -> None:
    angle = math.radians(degrees)
    low = MIDDLE * name.size
    xy = (at[0] + low * math.sin(angle), at[1] - low * math.cos(angle))
    line = partial(
        write, axes, xy, text, name.size, bold=name.bold, align="center", degrees=degrees
    )
    line(colour=name.halo, zorder=ZORDER, kind=Halo, width=HALO_PX * px)
    line(colour=name.colour, zorder=ZORDER + 1).set_label(name.said)
