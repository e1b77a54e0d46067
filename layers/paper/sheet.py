"""The printed sheet: which box each part stands in, in points from the lower left corner.

Title above, map at the left, legend and scale at the right, and a strip of sources and notes at the
foot; or, on a sheet that is not wide, the legend below the map and the scale beside the notes,
where the map is larger so. Boxes are cut from the sheet one after another, so that no two can
overlap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from matplotlib.font_manager import get_font
from matplotlib.ft2font import LoadFlags

from geo.arguments import brief, require_one_of
from geo.errors import InputError
from layers.look.sheet import INTERNAL, SIZES_MM
from layers.scene.boxes import Box
from layers.type.fonts import path
from layers.type.line_breaks import broken_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.look.sheet import Sheet
    from layers.type.fonts import Weight

PT_PER_MM = 72.0 / 25.4
# A CSS px on an A3 sheet, in points; smaller sheets are read from nearer, and posters from across a
# room: the powers with which it goes with the shorter side.
PX_PT, REFERENCE_MM, NEARER, FARTHER = 0.75, 297.0, 0.5, 0.8
DPI = (36, 1200)
# What is painted is four bytes a pixel, some times over: an A3 sheet at 1200 dpi, an A0 one at 420.
MOST_PIXELS = 280_000_000
# Height of the scale bar, its ratio and the north arrow, px.
SCALE_PX = 66.0
# Between two parts of a sheet.
GAP_PX = 7.0
# What stands below a map takes at most so much of the height.
BELOW_SHARE = 0.27
# A column of a legend below it is about so wide, and there are so many of them at least.
COLUMN_PX, FEWEST_COLUMNS = 280.0, 3
# Width of the scale below it, and of the locator where the legend leaves it room.
SIDE_SHARE = 0.18
# Between the title and a subtitle in one line, in heights of the title.
TITLE_GAP = 0.6
# A title is made smaller down to this share of its size before it is broken, and then down to that
# where it takes more than this share of the sheet's height; the distance of its lines in heights.
LEAST_HEAD, SMALLEST_HEAD, HEAD_SHARE, HEAD_LEADING = 0.6, 0.45, 0.07, 1.25
PALETTES = ("colour", "grey")
ADVANCE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Layout:
    """The boxes of a sheet.

    Parameters
    ----------
    page
        The sheet.
    title, map, legend, scale, notes
        The parts; ``map`` is the outer frame.
    frame
        What the map is drawn in: within ``map``, with the degrees around it.
    px
        Points per px of the symbology.
    wide
        The legend runs below the map and not beside it.
    panel
        Room for words at the left of the map, where a page of an atlas has some.
    """

    page: Box
    title: Box
    map: Box
    legend: Box
    scale: Box
    notes: Box
    frame: Box
    px: float
    wide: bool
    panel: Box | None = None

    @property
    def beside(self) -> float:
        """Width that the locator would like beside a legend below the map, points."""
        return self.scale.width if self.wide else 0.0

    @property
    def columns(self) -> int:
        """How many columns the legend has at least."""
        return _columns(self.legend.width - self.beside, self.px) if self.wide else 1

    def parted(
        self, headings: Sequence[str], shown: tuple[float, float, float, float]
    ) -> list[Layout]:
        """Return the sheet as each of some maps on it has it, which all are as large as they can.

        They stand in a row, or below each other where that makes them larger; the title of each is
        its heading above it.

        Parameters
        ----------
        headings
            What tells the maps apart.
        shown
            West, south, east and north of what each shows.
        """
        west, south, east, north = shown

        def size(parts: list[Layout]) -> float:
            frame = parts[0].frame
            return min(frame.width / (east - west), frame.height / (north - south))

        return max((self._in_grid(headings, rows) for rows in (1, len(headings))), key=size)

    def _in_grid(self, headings: Sequence[str], rows: int) -> list[Layout]:
        """Return the sheet as each of some maps in so many rows has it."""
        columns, gap, box = len(headings) // rows, GAP_PX * self.px, self.map
        width = (box.width - (columns - 1) * gap) / columns
        height = (box.height - (rows - 1) * gap) / rows
        lines = max(len(part_heading(words, width, self.px)) for words in headings)
        head = lines * heading_leading(self.px)
        parts = []
        for at in range(len(headings)):
            row, column = divmod(at, columns)
            left = box.left + column * (width + gap)
            top = box.top - row * (height + gap)
            title = Box(left, top - head, width, head)
            own = Box(left, top - height, width, height - head)
            parts.append(replace(self, title=title, map=own, frame=own.inset(gutter(self.px))))
        return parts


def check_sheet(sheet: Sheet) -> None:
    """Refuse a sheet that cannot be printed.

    Raises
    ------
    InputError
        If the size or palette is unknown, the resolution or the review number cannot be, or the
        title is empty.
    """
    require_one_of(sheet.size, SIZES_MM, "size", function="print_map")
    wide_mm, high_mm = SIZES_MM[sheet.size]
    most = min(DPI[1], int(math.sqrt(MOST_PIXELS / (wide_mm * high_mm)) * 25.4))
    if not DPI[0] <= sheet.dpi <= most:
        raise InputError(
            f"print_map: dpi={sheet.dpi!r}; give dots per inch from {DPI[0]} to {most} for this "
            "size, such as 200 for a slide or 300 for paper",
            code="option.whole",
            value=brief(sheet.dpi),
            least=DPI[0],
            most=most,
        )
    require_one_of(sheet.palette, PALETTES, "palette", function="print_map")
    if not sheet.review_number.strip():
        raise InputError(
            "print_map: review_number is empty; give the number under which the map was reviewed, "
            f"or {INTERNAL!r} for a draft that is not published",
            code="text.review_missing",
        )
    if not sheet.title.strip():
        raise InputError(
            "print_map: title is empty; give the map a title", code="text.title_missing"
        )


def layout(
    sheet: Sheet,
    *,
    note_lines: int,
    panel_share: float = 0.0,
    below: float = 0.0,
) -> Layout:
    """Return the boxes of a sheet.

    Parameters
    ----------
    sheet
        The sheet.
    note_lines
        Lines of the strip at the foot.
    panel_share
        Share of the width that words at the left of the map have.
    below
        Height of a legend below the map; beside it where this is 0.
    """
    wide_mm, high_mm = SIZES_MM[sheet.size]
    page = Box(0.0, 0.0, wide_mm * PT_PER_MM, high_mm * PT_PER_MM)
    px = px_pt(sheet.size)
    gap = GAP_PX * px
    inner = page.inset(_margin(px))
    head = heading(sheet).height
    title = Box(inner.left, inner.top - head, inner.width, head)
    foot = note_lines * note_leading(px) + 3.0 * px
    high = title.bottom - gap * 0.6
    if below:
        side = SIDE_SHARE * inner.width
        foot = max(foot, SCALE_PX * px)
        notes = Box(inner.left, inner.bottom, inner.width - side - gap, foot)
        scale = Box(notes.right + gap, inner.bottom, side, foot)
        low = notes.top + gap
        map_box = Box(inner.left, low + below + gap, inner.width, high - low - below - gap)
        legend = Box(inner.left, low, inner.width, below)
    else:
        notes = Box(inner.left, inner.bottom, inner.width, foot)
        low = notes.top + gap * 0.6
        column = column_width(page.width, px)
        map_box = Box(inner.left, low, inner.width - column - gap, high - low)
        scale = Box(map_box.right + gap, low, column, SCALE_PX * px)
        legend = Box(scale.left, scale.top + gap, column, high - scale.top - gap)
    panel = None
    if panel_share:
        aside = panel_share * inner.width
        panel = Box(map_box.left, map_box.bottom, aside, map_box.height)
        map_box = Box(
            map_box.left + aside + gap, map_box.bottom, map_box.width - aside - gap, map_box.height
        )
    return Layout(
        page=page,
        title=title,
        map=map_box,
        legend=legend,
        scale=scale,
        notes=notes,
        frame=map_box.inset(gutter(px)),
        px=px,
        wide=below > 0,
        panel=panel,
    )


@dataclass(frozen=True, slots=True)
class Heading:
    """Title and subtitle as they are written.

    Parameters
    ----------
    title, subtitle
        Their lines.
    title_pt, subtitle_pt
        Sizes of their fonts, points.
    beside
        Whether the subtitle stands in one line with the title.
    height
        Of both, points.
    """

    title: tuple[str, ...]
    subtitle: tuple[str, ...]
    title_pt: float
    subtitle_pt: float
    beside: bool
    height: float


def heading(sheet: Sheet) -> Heading:
    """Return how title and subtitle of a sheet are written.

    A title is one line, and smaller where it is long; what would be too small so, and what has line
    ends of its own, has as many of them as it needs, smaller where they take much of the sheet.
    """
    px = px_pt(sheet.size)
    wide_mm, high_mm = SIZES_MM[sheet.size]
    room = wide_mm * PT_PER_MM - 2 * _margin(px), high_mm * PT_PER_MM * HEAD_SHARE
    title, size = _head_lines(sheet.title, room, title_size(px), "bold")
    subtitle, small = _head_lines(sheet.subtitle, room, subtitle_size(px), "regular")
    used = text_width(title[0], size, "bold") + TITLE_GAP * size
    used += text_width(subtitle[0], small)
    beside = len(title) == len(subtitle) == 1 and small == subtitle_size(px) and used <= room[0]
    height = title_size(px) * 1.3 + (len(title) - 1) * size * HEAD_LEADING
    if sheet.subtitle and not beside:
        height += small * 1.45 + (len(subtitle) - 1) * small * HEAD_LEADING
    if not sheet.subtitle:
        subtitle = ()
    return Heading(title, subtitle, size, small, beside, height)


def _head_lines(
    words: str, room: tuple[float, float], usual: float, weight: Weight
) -> tuple[tuple[str, ...], float]:
    """Return the lines of a title, and the size at which they fit a width and a height."""
    parts = words.split("\n")
    longest = max(text_width(part, usual, weight) for part in parts)
    size = usual * min(1.0, room[0] / longest) if longest else usual
    if size >= LEAST_HEAD * usual:
        return tuple(parts), size
    size = usual
    while True:
        lines = wrapped(words, room[0], size, weight)
        high = len(lines) * size * HEAD_LEADING
        if high <= room[1] or size <= SMALLEST_HEAD * usual:
            return tuple(lines), size
        size = max(0.95 * size, SMALLEST_HEAD * usual)


def _margin(px: float) -> float:
    return 9.0 * px + 6.0


def px_pt(size: str) -> float:
    """Return the points per px of the symbology on a sheet."""
    larger = min(SIZES_MM[size]) / REFERENCE_MM
    return PX_PT * math.pow(larger, FARTHER if larger > 1 else NEARER)


def is_wide(size: str) -> bool:
    """Return whether a map on a sheet has its legend at its side, whatever it shows."""
    wide_mm, high_mm = SIZES_MM[size]
    return wide_mm >= 1.2 * high_mm


def below_map(sheet: Sheet) -> tuple[float, int, float]:
    """Return width and columns of a legend below a map beside the locator, and its most height."""
    wide_mm, high_mm = SIZES_MM[sheet.size]
    px = px_pt(sheet.size)
    width = (wide_mm * PT_PER_MM - 2 * _margin(px)) * (1 - SIDE_SHARE) - GAP_PX * px
    return width, _columns(width, px), BELOW_SHARE * high_mm * PT_PER_MM


def _columns(width: float, px: float) -> int:
    return max(FEWEST_COLUMNS, int(width / (COLUMN_PX * px)))


def column_width(page_width: float, px: float) -> float:
    """Return the width of the legend beside the map, points."""
    return max(0.176 * page_width, 247.0 * px)


def title_size(px: float) -> float:
    """Return the font size of the title, points."""
    return 31.0 * px


def subtitle_size(px: float) -> float:
    """Return the font size of the subtitle, points."""
    return 14.5 * px


def heading_size(px: float) -> float:
    """Return the font size of the heading of one of the maps on a sheet, points."""
    return 15.5 * px


def heading_leading(px: float) -> float:
    """Return the distance of two lines of it, points."""
    return heading_size(px) * 1.35


def part_heading(words: str, width: float, px: float) -> list[str]:
    """Return the lines of a heading above a map of such a width, points."""
    return wrapped(words, width, heading_size(px), "bold")


def note_size(px: float) -> float:
    """Return the font size of the notes, points."""
    return max(5.6, 10.0 * px)


def note_leading(px: float) -> float:
    """Return the distance of two lines of the notes, points."""
    return note_size(px) * 1.42


def gutter(px: float) -> float:
    """Return the width between the two frames of the map, where the degrees stand, points."""
    return 1.65 * note_size(px)


def text_width(text: str, size: float, weight: Weight = "regular") -> float:
    """Return how wide a line of text is in the map's font, points."""
    return _width(text, weight) * size / ADVANCE_SIZE


def wrapped(text: str, width: float, size: float, weight: Weight = "regular") -> list[str]:
    """Break a text into lines that are no wider than ``width`` points in the map's font."""
    room = width * ADVANCE_SIZE / size
    lines = broken_lines(text, room, lambda _before, letter: _advance(letter, weight))
    return [line.rstrip() for line in lines]


@lru_cache(maxsize=4096)
def _width(text: str, weight: Weight) -> float:
    return sum(_advance(each, weight) for each in text)


@cache
def _advance(character: str, weight: Weight) -> float:
    """Return the width of a character at size :data:`ADVANCE_SIZE`."""
    # Matplotlib keeps one face per thread, and sets its size anew whenever it draws.
    face = get_font(path(weight))
    face.set_size(ADVANCE_SIZE, 72)
    glyph = face.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536.0
