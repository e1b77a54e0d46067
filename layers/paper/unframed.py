"""A map without its sheet, placed for slides, which draw it with shapes of their own."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from layers.look.basemaps import VECTOR
from layers.paper.drawing import BEYOND, laid
from layers.paper.extents import require_shown, wanted, window_on
from layers.paper.furniture import (
    bar_length_m,
    bar_words,
    edge_degrees,
    ratio_words,
    true_north_deg,
)
from layers.paper.labels import slide_names
from layers.paper.locator import corner_box
from layers.paper.notes import view_words
from layers.paper.printing import cleaned
from layers.paper.sheet import check_sheet
from layers.paper.tiles import TilesError, on_base, tile_ground
from layers.paper.toning import Known, tone_of, toned
from layers.scene.boxes import Box
from layers.scene.placed import BAR_LEFT_PT, SCALE_TEXT_PT, PlacedMap, ScaleBar
from layers.scene.solid import thinned
from layers.type.line_breaks import text_width
from layers.words import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from layers.look.content import Content
    from layers.look.sheet import Sheet
    from layers.scene.placed import Symbols
    from layers.scene.scene import Scene
    from layers.scene.window import Window

# Height of scale and north arrow, what is free at their right and around them, points; the longest
# bar, and that of a narrow map in shares of its width, where a wider ratio is left out.
SCALE_HEIGHT_PT, RIGHT_PT, AROUND_SCALE_PT = 46.0, 5.0, 3.0
LONGEST_BAR_PT, BAR_SHARE, RATIO_SHARE = 104.0, 0.25, 0.4


class Unframed(NamedTuple):
    """A map without its sheet, before anything is placed, and what is said of it.

    Parameters
    ----------
    scene
        What lies in its frame, in the colours of its palette.
    content
        What it shows: on the vector base map where the tiles of another could not be had.
    note
        Why that is so; empty where it is not.
    remarks
        What was left out of names, as sentences.
    view
        How much of the whole lies in its frame; empty where all does.
    window, sheet, tiles
        Where it stands, how it looks, and a PNG in place of the base map, empty where there is
        none.
    whole
        All of the map, in its frame or not.
    """

    scene: Scene
    content: Content
    note: str
    remarks: tuple[str, ...]
    view: str
    window: Window
    sheet: Sheet
    tiles: bytes
    whole: Scene

    def sized(self, width: float, height: float) -> Unframed:
        """Return the map in another size, points: its layers are resolved already."""
        return _framed(self.content, self.sheet, self.whole, self.remarks, (width, height))

    def placed(self) -> PlacedMap:
        """Return the map with its symbols, stops and names in their places."""
        seen, window, tone = self.scene, self.window, tone_of(self.sheet)
        where = laid(seen, window, px=1.0)
        symbols = where.symbols
        scale = _scale(seen, window, symbols)
        names, numbered, nameless = slide_names(
            seen,
            window,
            symbols=symbols,
            stops=where.stops,
            blocked=[scale.box.inset(-AROUND_SCALE_PT)],
            toned=tone,
        )
        below, beside = edge_degrees(window)
        return PlacedMap(
            scene=seen,
            window=window,
            symbols=symbols,
            stops=tuple(where.stops),
            names=names,
            numbered=numbered,
            nameless=nameless,
            scale=scale,
            below=tuple(below),
            beside=tuple(beside),
            north_deg=true_north_deg(window),
            beyond=tone(BEYOND),
            tiles=self.tiles,
        )


def unframed(
    content: Content, sheet: Sheet, size_pt: tuple[float, float], known: Known | None = None
) -> Unframed:
    """Return a map of a size, a px of its symbology being a point.

    Parameters
    ----------
    content, sheet
        As for :func:`layers.paper.printing.drawn`.
    size_pt
        Width and height of the map, points.
    known
        Keeps what maps that follow each other share.

    Raises
    ------
    InputError, LayerError, CRSError
        As :func:`layers.paper.printing.drawn`.
    """
    known = known or Known()
    content, sheet, remarks = cleaned(content, sheet, known)
    check_sheet(sheet)
    return _framed(content, sheet, toned(content, sheet, known), remarks, size_pt)


def _framed(
    content: Content,
    sheet: Sheet,
    whole: Scene,
    remarks: tuple[str, ...],
    size_pt: tuple[float, float],
) -> Unframed:
    """Return what of a map lies in a frame of a size, on its base map or on that of vectors."""
    window = window_on(Box(0.0, 0.0, *size_pt), wanted(content, whole))
    seen = thinned(whole, window.bounds_m)
    require_shown(seen, content)
    try:
        ground = tile_ground(content.base, window, sheet)
    except TilesError as missing:
        words = missing.told(content.base, content.lang)
        own = _framed(replace(content, base=VECTOR), sheet, whole, remarks, size_pt)
        return own._replace(note=words)
    seen = on_base(seen, content.base)
    tiles = b"" if ground is None else _png(ground.picture)
    return Unframed(seen, content, "", remarks, view_words(seen), window, sheet, tiles, whole)


def _scale(scene: Scene, window: Window, symbols: dict[str, Symbols]) -> ScaleBar:
    """Return the scale of a map, as wide as its words are, in the corner where it covers least."""
    room = min(LONGEST_BAR_PT, BAR_SHARE * window.frame.width)
    length_m = bar_length_m(room, window)
    length = length_m / window.metres_per_pt
    (first, middle, last), unit = bar_words(length_m, scene.lang)
    numbers = (first, middle, f"{last}\u00a0{unit.strip()}")
    ratio = say("slides.ratio", scene.lang, ratio=ratio_words(window))
    if text_width(ratio, SCALE_TEXT_PT) > RATIO_SHARE * window.frame.width:
        ratio = ""
    wide = {words: text_width(words, SCALE_TEXT_PT) for words in (last, numbers[-1], ratio)}
    far = max(length - wide[last] / 2 + wide[numbers[-1]], wide[ratio])
    size = (BAR_LEFT_PT + far + RIGHT_PT, SCALE_HEIGHT_PT)
    return ScaleBar(corner_box(scene, window, symbols, size, px=1.0), length, numbers, last, ratio)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    return file.getvalue()
