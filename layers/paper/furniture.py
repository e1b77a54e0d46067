"""Furniture of a printed map: frame, degrees, scale bar, north arrow, locator, title, notes."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib.colors import to_rgba
from matplotlib.patches import Polygon
from pyproj import Transformer

from geo.numerals import number
from layers.look.statement import reviewed
from layers.look.styles import WHITE, inks
from layers.paper.artists import draw_box, draw_lines, write
from layers.paper.sheet import (
    HEAD_LEADING,
    TITLE_GAP,
    gutter,
    heading,
    heading_leading,
    heading_size,
    note_leading,
    note_size,
    part_heading,
    subtitle_size,
    text_width,
    title_size,
    wrapped,
)
from layers.plan.area import map_crs
from layers.scene.boxes import Box
from layers.scene.window import GEOGRAPHIC
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from layers.look.sheet import Sheet
    from layers.paper.sheet import Layout
    from layers.scene.scene import Drawn
    from layers.scene.window import Window
    from layers.type.fonts import Weight

INK, PALE, GRID = inks("ink", "soft", "grid")
ZORDER = 90.0
# Where a scale bar has its numbers, in shares of its length.
BAR_AT = (0.0, 0.5, 1.0)
# Round steps of the graticule, minutes; at most so many lines across the map.
STEPS_MIN = (1, 2, 5, 10, 15, 20, 30, 60, 120)
MOST_LINES = 7
# Degrees at two sides of a map on a slide: at most so many, their middles so far from a corner.
FEW_LINES, FROM_CORNER_PT = 4, 37.0
MINUTES = 60
CROSS_PX = 5.0
BAR_SHARE, BAR_PARTS, BAR_PX = 0.62, 4, 6.0
# Notes take at most this share of a sheet's height; author and date stand at the right of the first
# line where they take no more than that share of it.
NOTES_SHARE, RIGHT_SHARE = 0.3, 0.45
# Across this much latitude the direction of north is taken, degrees.
NORTH_STEP_DEG = 0.01
KM = 1000.0
# Marks that open something, by kind; Chinese ones are as wide as a letter, their left half blank.
OPENING, WIDE = {"Ps", "Pi"}, 0.9


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the strip at the foot, and what stands at its right end."""

    words: str
    right: str = ""
    bold: bool = False


def true_north_deg(window: Window) -> float:
    """Return the direction of true north at the middle of a map, degrees clockwise from its top.

    Grid north is the top of the map; the two differ by the convergence of the meridians.
    """
    to_degrees = Transformer.from_crs(map_crs(), GEOGRAPHIC, always_xy=True)
    to_metres = Transformer.from_crs(GEOGRAPHIC, map_crs(), always_xy=True)
    lon, lat = to_degrees.transform(*window.centre_m)
    x0, y0 = to_metres.transform(lon, lat - NORTH_STEP_DEG)
    x1, y1 = to_metres.transform(lon, lat + NORTH_STEP_DEG)
    return math.degrees(math.atan2(x1 - x0, y1 - y0))


def bar_length_m(width_pt: float, window: Window) -> float:
    """Return the longest round length that a scale bar of at most that width has, metres."""
    longest = width_pt * window.metres_per_pt
    power = 10.0 ** math.floor(math.log10(longest))
    return next(step * power for step in (5.0, 4.0, 2.0, 1.0) if step * power <= longest)


def bar_words(length_m: float, lang: str) -> tuple[tuple[str, str, str], str]:
    """Return the numbers at the ends and the middle of a scale bar, and its unit."""
    unit, per = ("km", KM) if length_m >= KM else ("m", 1.0)
    first, middle, last = (number(length_m * share / per) for share in BAR_AT)
    return (first, middle, last), say(f"sheet.{unit}", lang)


def draw_scale(axes: Axes, window: Window, box: Box, *, px: float, lang: str) -> None:
    """Draw the scale bar with its ratio, and the north arrow, into a box."""
    arrow = 34.0 * px
    length_m = bar_length_m((box.width - arrow) * BAR_SHARE * 1.15, window)
    length = length_m / window.metres_per_pt
    left = box.left + arrow + 8.0 * px
    size = 11.0 * px
    base = box.bottom + 12.0 * px
    part = length / BAR_PARTS
    for step in range(BAR_PARTS):
        draw_box(
            axes,
            Box(left + step * part, base, part, BAR_PX * px),
            facecolor=INK if step % 2 == 0 else WHITE,
            edgecolor=INK,
            linewidth=0.9 * px,
            zorder=ZORDER,
            label="scale bar",
        )
    numbers, unit = bar_words(length_m, lang)
    for share, words in zip(BAR_AT, numbers, strict=True):
        x = left + share * length
        write(axes, (x, base + BAR_PX * px + 0.42 * size), words, size, align="center")
        if share == 1.0:
            far = x + text_width(words, size) / 2 + 0.2 * size
            write(axes, (far, base + BAR_PX * px + 0.42 * size), unit, size)
    words = ratio_words(window)
    write(axes, (left, base + BAR_PX * px + 2.15 * size), words, 14.0 * px, bold=True)
    _draw_north(axes, window, box.left + arrow / 2, base, px=px, lang=lang)


def draw_graticule(axes: Axes, window: Window, layout: Layout) -> None:
    """Draw the frame of the map, degrees at round steps around it and crosses within."""
    px, frame, outer = layout.px, layout.frame, layout.map
    for box, width in ((frame, 0.9), (outer, 2.0)):
        draw_box(axes, box, facecolor="none", edgecolor=INK, linewidth=width * px, zorder=ZORDER)
    meridians, parallels = _graticule(window)
    size = note_size(px)
    marks: list[list[tuple[float, float]]] = []
    reach = gutter(px)
    for degrees, line in meridians:
        for y, outside in ((frame.bottom, outer.bottom), (frame.top, outer.top)):
            x = _crossing(line, axis=1, at=y)
            if frame.left + reach < x < frame.right - reach:
                marks.append([(x, y), (x, y + (outside - y) * 0.28)])
                middle = (y + outside) / 2 - 0.36 * size + (outside - y) * 0.08
                write(axes, (x, middle), _degrees(degrees, "E"), size, align="center", colour=PALE)
    for degrees, line in parallels:
        for x, outside in ((frame.left, outer.left), (frame.right, outer.right)):
            y = _crossing(line, axis=0, at=x)
            if frame.bottom + reach < y < frame.top - reach:
                marks.append([(x, y), (x + (outside - x) * 0.28, y)])
                turn = 90.0 if x == frame.left else -90.0
                across = (x + outside) / 2 + (outside - x) * 0.08
                _turned(axes, (across, y), _degrees(degrees, "N"), size, turn)
    draw_lines(axes, marks, INK, 0.9 * px, ZORDER)
    crosses = _crosses(meridians, parallels, frame, CROSS_PX * px)
    draw_lines(axes, crosses, to_rgba(GRID, 0.8), 0.7 * px, 50.0)


def edge_degrees(window: Window) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """Return the degrees below a map and at its left, each with where its line meets the edge."""
    meridians, parallels = _graticule(window, FEW_LINES)
    frame = window.frame
    below = [
        (_degrees(lon, "E"), _crossing(line, axis=1, at=frame.bottom)) for lon, line in meridians
    ]
    beside = [
        (_degrees(lat, "N"), _crossing(line, axis=0, at=frame.left)) for lat, line in parallels
    ]
    low, high = frame.left + FROM_CORNER_PT, frame.right - FROM_CORNER_PT
    bottom, top = frame.bottom + FROM_CORNER_PT, frame.top - FROM_CORNER_PT
    return (
        [(words, x) for words, x in below if low < x < high],
        [(words, y) for words, y in beside if bottom < y < top],
    )


def draw_title(axes: Axes, sheet: Sheet, layout: Layout) -> None:
    """Draw the title and the subtitle."""
    px, box, head = layout.px, layout.title, heading(sheet)
    base = box.top - title_size(px) * 0.95
    for row, line in enumerate(head.title):
        at = (box.left - _hung(line) * head.title_pt, base - row * head.title_pt * HEAD_LEADING)
        write(axes, at, line, head.title_pt, bold=True)
    if head.beside:
        for line in head.subtitle:
            gap = TITLE_GAP * head.title_pt
            left = box.left + text_width(head.title[0], head.title_pt, "bold") + gap
            write(axes, (left, base), line, subtitle_size(px), colour=PALE)
        return
    size = head.subtitle_pt
    for row, line in enumerate(reversed(head.subtitle)):
        at = (box.left, box.bottom + 0.3 * size + row * size * HEAD_LEADING)
        write(axes, at, line, size, colour=PALE)


def _hung(line: str) -> float:
    """Return how much of its first mark hangs over the edge, in heights: the half that is blank."""
    opens = bool(line) and unicodedata.category(line[0]) in OPENING
    return 0.5 if opens and text_width(line[0], 1.0, "bold") > WIDE else 0.0


def draw_heading(axes: Axes, words: str, part: Layout) -> None:
    """Draw the heading of one of the maps on a sheet above its middle, if it has one."""
    if not words:
        return
    box, size = part.title, heading_size(part.px)
    for row, line in enumerate(part_heading(words, box.width, part.px)):
        base = box.top - row * heading_leading(part.px) - size * 0.95
        write(axes, (box.left + box.width / 2, base), line, size, bold=True, align="center")


def ratio_words(window: Window) -> str:
    """Return the scale of a map as a ratio, its thousands apart."""
    return f"1:{number(window.scale, digits=0)}".replace(",", "\u00a0")


def note_texts(
    layers: Sequence[Drawn],
    sheet: Sheet,
    *,
    credits_: Sequence[str],
    standing: Sequence[str],
    spread: bool,
    lang: str,
) -> list[Note]:
    """Return the notes at the foot of a sheet, unbroken.

    Parameters
    ----------
    layers
        What the map shows.
    sheet
        The sheet.
    credits_
        Attribution of the sources.
    standing
        What the map stands on, see :func:`layers.look.standing.standing`.
    spread
        Whether symbols at one place were spread.
    lang
        ``"zh"`` or ``"en"``.
    """
    author = say("statement.by", lang, name=sheet.author) if sheet.author else ""
    right = "　".join(part for part in (author, sheet.date) if part)
    review = say("statement.reviewed", lang, review=reviewed(sheet, lang))
    notes = [Note(review, right, bold=True), *(Note(words) for words in sheet.notes)]
    if credits_:
        notes.append(Note(say("sheet.sources", lang, names=" · ".join(credits_))))
    remarks = list(standing)
    if any(layer.striped for layer in layers):
        remarks.append(say("sheet.striped", lang))
    if spread:
        remarks.append(say("sheet.spread", lang))
    notes.append(Note(say("sheet.stop", lang).join(remarks) + say("sheet.end", lang)))
    return notes


def broken_notes(notes: list[Note], layout: Layout, *, lang: str) -> list[Note]:
    """Return notes as lines that fit the strip at the foot of a sheet, and do not fill the sheet.

    Parameters
    ----------
    notes
        As :func:`note_texts` returns them.
    layout
        Of the sheet.
    lang
        ``"zh"`` or ``"en"``, for the line that says how many have no room.
    """
    width, size = layout.notes.width, note_size(layout.px)
    lines: list[Note] = []
    for note in notes:
        side = text_width("　" + note.right, size) if note.right else 0.0
        right = note.right if side <= width * RIGHT_SHARE else ""
        weight: Weight = "bold" if note.bold else "regular"
        room = width - side if right else width
        broken = [Note(line, bold=note.bold) for line in wrapped(note.words, room, size, weight)]
        lines += [replace(broken[0], right=right), *broken[1:]]
        if note.right and not right:
            lines += [Note(line) for line in wrapped(note.right, width, size)]
    most = int(NOTES_SHARE * layout.page.height / note_leading(layout.px))
    if len(lines) <= most:
        return lines
    more = say("sheet.more", lang, n=len(lines) - most + 1)
    return [*lines[: most - 1], Note(more)]


def draw_notes(axes: Axes, lines: list[Note], layout: Layout) -> None:
    """Draw the strip of notes at the foot."""
    box, px = layout.notes, layout.px
    size, leading = note_size(px), note_leading(px)
    for row, line in enumerate(lines):
        base = box.top - (row + 0.78) * leading - 1.0 * px
        colour = INK if line.bold else PALE
        write(axes, (box.left, base), line.words, size, bold=line.bold, colour=colour)
        if line.right:
            write(axes, (box.right, base), line.right, size, colour=PALE, align="right")


def _turned(axes: Axes, at: tuple[float, float], words: str, size: float, degrees: float) -> None:
    """Write a text up or down, its middle at a place."""
    # Digits stand 0.73 high on the base line: half of that to the side centres them.
    shift = 0.36 * size * (1.0 if degrees > 0 else -1.0)
    spot = (at[0] + shift, at[1])
    write(axes, spot, words, size, colour=PALE, align="center", degrees=degrees)


def _draw_north(axes: Axes, window: Window, x: float, base: float, *, px: float, lang: str) -> None:

    angle = math.radians(-true_north_deg(window))
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    foot = np.array([x, base])
    shapes = (
        ([(0, 33), (7, 0), (0, 6)], INK),
        ([(0, 33), (-7, 0), (0, 6)], WHITE),
    )
    for corners, fill in shapes:
        placed = np.array(corners, dtype=float) * px @ turn + foot
        axes.add_artist(
            Polygon(
                placed,
                closed=True,
                facecolor=fill,
                edgecolor=INK,
                linewidth=0.9 * px,
                joinstyle="round",
                zorder=ZORDER,
            )
        )
    tip = np.array([0.0, 36.0]) * px @ turn + foot
    write(axes, (tip[0], tip[1]), say("sheet.north", lang), 13.0 * px, bold=True, align="center")


def _graticule(
    window: Window, most: int = MOST_LINES
) -> tuple[list[tuple[float, NDArray[np.float64]]], list[tuple[float, NDArray[np.float64]]]]:
    """Return meridians and parallels at round steps: degrees, and points on the sheet."""
    west, south, east, north = window.bounds_m
    to_degrees = Transformer.from_crs(map_crs(), GEOGRAPHIC, always_xy=True)
    to_metres = Transformer.from_crs(GEOGRAPHIC, map_crs(), always_xy=True)
    left, low, right, high = to_degrees.transform_bounds(west, south, east, north)
    longest = max(right - left, high - low) * MINUTES
    step = next((each for each in STEPS_MIN if longest / each <= most), STEPS_MIN[-1])
    step_deg = step / MINUTES

    def rounds(a: float, b: float) -> NDArray[np.float64]:
        whole = np.arange(math.floor(a / step_deg), math.ceil(b / step_deg) + 1, dtype=np.float64)
        steps: NDArray[np.float64] = np.multiply(whole, step_deg)
        return steps

    lons, lats = rounds(left, right), rounds(low, high)
    along_lat = np.linspace(lats[0], lats[-1], 33)
    along_lon = np.linspace(lons[0], lons[-1], 33)
    meridians = [
        (lon, window.to_sheet(np.column_stack(to_metres.transform(np.full(33, lon), along_lat))))
        for lon in lons.tolist()
    ]
    parallels = [
        (lat, window.to_sheet(np.column_stack(to_metres.transform(along_lon, np.full(33, lat)))))
        for lat in lats.tolist()
    ]
    return meridians, parallels


def _crossing(line: NDArray[np.float64], *, axis: int, at: float) -> float:
    """Return where a line that runs along an axis reaches a value on it: its other coordinate."""
    return float(np.interp(at, line[:, axis], line[:, 1 - axis], left=-np.inf, right=np.inf))


def _crosses(
    meridians: list[tuple[float, NDArray[np.float64]]],
    parallels: list[tuple[float, NDArray[np.float64]]],
    frame: Box,
    half: float,
) -> list[list[tuple[float, float]]]:
    room = shapely.box(frame.left + half, frame.bottom + half, frame.right - half, frame.top - half)
    crosses: list[list[tuple[float, float]]] = []
    for _, meridian in meridians:
        one = shapely.LineString(meridian)
        for _, parallel in parallels:
            at = one.intersection(shapely.LineString(parallel))
            if isinstance(at, shapely.Point) and room.contains(at):
                crosses.append([(at.x - half, at.y), (at.x + half, at.y)])
                crosses.append([(at.x, at.y - half), (at.x, at.y + half)])
    return crosses


def _degrees(value: float, letter: str) -> str:
    minutes = round(value * MINUTES)
    whole, rest = divmod(minutes, MINUTES)
    return f"{whole}°{rest:02d}′{letter}" if rest else f"{whole}°{letter}"
