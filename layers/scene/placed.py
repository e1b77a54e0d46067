"""A map placed: where its symbols, stops and names stand, for a writer to draw as it can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from layers.scene.boxes import Box
    from layers.scene.scene import Scene
    from layers.scene.window import Window


@dataclass(frozen=True, slots=True, eq=False)
class Symbols:
    """Where the point symbols of a layer stand on the sheet, after spreading.

    Parameters
    ----------
    at
        Centres (n, 2), points.
    picks
        Which marks of the layer they are.
    radii
        Half widths, points.
    """

    at: NDArray[np.float64]
    picks: tuple[int, ...]
    radii: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Dot:
    """A stop of an axis on the sheet: where it stands, its colour, its number (0 for none)."""

    node: str
    name: str
    number: int
    colour: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class PlacedName:
    """A name on the sheet.

    Parameters
    ----------
    lines
        Its lines, and its number as the last of them.
    size_pt, bold, colour, halo
        How it is written, and the colour around it.
    x, y, width, height
        Its middle and its size before it is turned, points.
    rotation
        Degrees counter-clockwise.
    leader
        Ends of the line from what it names, if there is one.
    """

    lines: tuple[str, ...]
    size_pt: float
    bold: bool
    colour: str
    halo: str
    x: float
    y: float
    width: float
    height: float
    rotation: float = 0.0
    leader: tuple[tuple[float, float], tuple[float, float]] | None = None


@dataclass(frozen=True, slots=True)
class Numbered:
    """A point whose name has no room on the map: a number stands there, and the name beside it.

    Parameters
    ----------
    name, number
        What is said of it in a key.
    x, y
        Middle of its number, points.
    stop
        Colour of a stop of an axis, which has its number as it is; empty for anything else.
    """

    name: str
    number: int
    x: float
    y: float
    stop: str = ""


# Letters of the scale of a map without a sheet, and where its bar begins in its box, points.
SCALE_TEXT_PT, BAR_LEFT_PT = 12.0, 46.0


class ScaleBar(NamedTuple):
    """The scale of a map without its sheet.

    Parameters
    ----------
    box
        Of the scale and the north arrow above it.
    length
        Of the bar, points.
    numbers
        At its ends and its middle, the last one with the unit.
    last
        The last one without it, which stands above the end of the bar.
    ratio
        The scale as a ratio, at the size that the map is placed in; empty where it has no room.
    """

    box: Box
    length: float
    numbers: tuple[str, str, str]
    last: str
    ratio: str


@dataclass(frozen=True, slots=True, eq=False)
class PlacedMap:
    """A map without its sheet; a px of the symbology is a point.

    Parameters
    ----------
    scene
        What lies in its frame, in the colours of its palette.
    window
        What it shows, and its frame.
    symbols, stops, names
        Where they stand.
    numbered, nameless
        What has no name there, the most important first, and how much more has no room for a
        number either.
    scale
        Scale and north arrow.
    north_deg
        True north clockwise from the top.
    below, beside
        Degrees below its frame and at its left, each with its x or y, points.
    beyond
        Colour where the base map ends.
    tiles
        A PNG in place of the base map, over the whole of the frame; empty where there is none.
    """

    scene: Scene
    window: Window
    symbols: dict[str, Symbols]
    stops: tuple[Dot, ...]
    names: tuple[PlacedName, ...]
    scale: ScaleBar
    north_deg: float
    beyond: str
    below: tuple[tuple[str, float], ...]
    beside: tuple[tuple[str, float], ...]
    tiles: bytes = b""
    numbered: tuple[Numbered, ...] = ()
    nameless: int = 0
