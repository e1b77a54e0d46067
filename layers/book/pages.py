"""The printed atlas: its leaves as pages of one PDF, with contents, outline and links."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from geo.errors import InputError
from geo.numerals import number
from layers.book.atlas import atlas
from layers.book.forks import in_turn
from layers.look.styles import inks
from layers.paper import key, parts
from layers.paper.artists import blank, draw_lines, text_line, write
from layers.paper.furniture import broken_notes, draw_notes, draw_title, note_texts
from layers.paper.notes import alternative
from layers.paper.parts import part
from layers.paper.pdf_content import Ink, as_page
from layers.paper.pdf_file import Chapter, PdfFile
from layers.paper.printing import composed, page_of
from layers.paper.sheet import check_sheet, layout, px_pt, text_width, wrapped
from layers.paper.toning import Known
from layers.scene.boxes import Box
from layers.type.line_breaks import text_lines
from layers.type.outside_texts import COLUMN, NOTE, TITLE, TITLE_LINES, Cleaner, one_line
from layers.type.table_grids import table_grid, table_width
from layers.type.tables import Table
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from layers.book.atlas import Leaf, Progress
    from layers.look.content import Content
    from layers.look.sheet import Sheet
    from layers.paper.key import Unnamed
    from layers.paper.pdf_content import Page
    from layers.paper.sheet import Layout
    from layers.record.specification import MapSpec
    from layers.type.table_grids import Grid

    # A page, and where its number stands; and the boxes of the rows of the tables on it.
    _Drawn = tuple[Page, tuple[float, float]]
    _Worded = tuple[_Drawn, list[Box]]

INK, PALE, RULE, HEAD = inks("ink", "soft", "rule", "link")
# The words beside a map have this share of the width.
PANEL_SHARE = 0.29
# px: sizes of words, space between paragraphs and parts, and the sizes a table chooses from.
TEXT_PX, WORDED_PX, FIGURE_PX, SMALL_PX, COVER_PX = 12.0, 13.8, 17.0, 10.0, 17.0
HEADING_PX, HEADING_LEADING = 18.0, 1.7
PARAGRAPH_PX, PART_PX, COLUMN_PX = 5.0, 12.0, 28.0
TABLE_PX = (12.0, 11.0, 10.0)
LEADING = 1.42
FIGURE_COLUMNS = 2
# A table begins beside a map only where so many rows of it have room.
FEWEST_ROWS = 3
# A heading stands at the foot of a page only where so many lines have room below it.
FEWEST_LINES = 8
# What a contents table is measured with before the numbers are known.
SOME_PAGE = "000"


def printed_atlas(spec: MapSpec, *, progress: Progress | None = None) -> bytes:
    """Return an atlas as the contents of a PDF.

    Parameters
    ----------
    spec
        A map with ``pages``.
    progress
        Called before each leaf with how many are done, how many there are, and its title; what it
        raises ends the drawing.

    Returns
    -------
    bytes
        Cover, contents and method, a page for each subject, the rests of their tables, what has no
        place, and sources. The same call gives the same bytes.

    Raises
    ------
    InputError
        As :func:`layers.book.atlas.atlas`; or no font has a character, or a page has no room.
    """
    check_sheet(spec.titled())
    whole = atlas(spec)
    sheet, told = spec.titled(), whole.cover.content
    subject = alternative([told]) if told is not None else ""
    pdf = PdfFile(spec.lang, one_line(sheet.title), sheet.author, subject)
    book = _Book(sheet, spec.lang, pdf, _cleaned(whole.method, spec.lang))
    steps = len(whole.leaves)
    report = progress or (lambda *_: None)
    report(0, steps, whole.cover.title)
    book.add(whole.cover.title, *book.drawn(whole.cover, cover=True))
    rests = say("atlas.rests", spec.lang)
    titles = [leaf.title for leaf in (*whole.pages, *whole.closing)] + [rests]
    book.skipped = len(list(book.listed(titles, [SOME_PAGE] * len(titles))))
    with closing(in_turn(lambda at: book.drawn(whole.pages[at]), len(whole.pages))) as drawn:
        for done, leaf in enumerate(whole.pages, start=1):
            report(done, steps, leaf.title)
            book.add(leaf.title, *next(drawn))
    if book.rests:
        book.add(rests, [page for page, _ in book.worded(rests, book.rests)])
    for done, leaf in enumerate(whole.closing, start=1 + len(whole.pages)):
        report(done, steps, leaf.title)
        book.add(leaf.title, *book.drawn(leaf))
    report(steps - 1, steps, say("atlas.contents", spec.lang))
    return book.bound()


@dataclass(frozen=True, slots=True, eq=False)
class _Section:
    """What stands on pages of words: paragraphs and a table, below a heading if it has one.

    Of one that is begun these are the rests, and the size of the letters of its table.
    """

    heading: str = ""
    text: tuple[str, ...] = ()
    table: Table | None = None
    begun: bool = False
    size_pt: float = 0.0

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is left."""
        return not self.text and (self.table is None or not self.table.rows)


@dataclass(slots=True, eq=False)
class _Book:
    """A PDF in the making: pages are drawn in turn, the contents last and put in their place."""

    sheet: Sheet
    lang: str
    pdf: PdfFile
    # What stands below the contents.
    method: Leaf
    # Pages that the contents take, how many are added, and the titles and first pages of leaves.
    skipped: int = 0
    added: int = 0
    starts: list[tuple[str, int]] = field(default_factory=list)
    # What had no room beside the maps.
    rests: list[_Section] = field(default_factory=list)
    known: Known = field(default_factory=Known)

    @property
    def px(self) -> float:
        """Points per px on its pages."""
        return px_pt(self.sheet.size)

    def drawn(self, leaf: Leaf, *, cover: bool = False) -> tuple[list[_Drawn], _Section | None]:
        """Draw a leaf on pages that have no numbers yet; return what has no room beside its map."""
        leaf = _cleaned(leaf, self.lang)
        if leaf.content is None:
            section = _Section(text=leaf.text, table=leaf.table)
            return [page for page, _ in self.worded(leaf.title, [section])], None
        page, rest = self._mapped(leaf, leaf.content, cover=cover)
        return [page], None if rest.is_done else rest

    def add(self, title: str, pages: list[_Drawn], rest: _Section | None = None) -> None:
        """Add the pages of a leaf, and keep what had no room on them."""
        self.starts.append((title, self.added))
        for each in pages:
            self._keep(each, self.added + self.skipped + 1)
        if rest is not None:
            self.rests.append(rest)

    def listed(self, titles: list[str], pages: list[str]) -> Iterator[_Worded]:
        """Draw the contents with what it says of how to read the maps.

        Yield each page with the boxes of its lines, of which those of the contents come first.
        """
        title = say("atlas.contents", self.lang)
        header = tuple(say(f"atlas.column.{name}", self.lang) for name in ("name", "page"))
        table = Table(header, tuple(zip(titles, pages, strict=True)), numeric=(1,))
        method = _Section(self.method.title, self.method.text, self.method.table)
        yield from self.worded(title, [_Section(table=table), method])

    def bound(self) -> bytes:
        """Draw the contents, put them behind the cover, and add outline and links."""
        (cover, _), *leaves = self.starts
        numbers = [number(start + self.skipped + 1) for _, start in leaves]
        listed = list(self.listed([title for title, _ in leaves], numbers))
        first = self.added
        for number_, (each, _) in enumerate(listed, start=2):
            self._keep(each, number_)
        # A line less than were counted on may be a page less.
        for number_ in range(2 + len(listed), 2 + self.skipped):
            figure, _, _, at = self._blank(say("atlas.contents", self.lang))
            self._keep(self._worded_page(figure, at), number_)
        lines = [(page, box) for page, (_, boxes) in enumerate(listed, first) for box in boxes]
        for (page, box), (_, target) in zip(lines, leaves, strict=False):
            self.pdf.link(page, box, target)
        contents = Chapter(say("atlas.contents", self.lang), first)
        chapters = [Chapter(one_line(cover), 0), contents, *(Chapter(*each) for each in leaves)]
        return self.pdf.file((0, *range(first, self.added), *range(1, first)), chapters)

    # ---- pages ----

    def _keep(self, drawn: _Drawn, number_: int) -> None:
        """Add a page with its number."""
        each, at = drawn
        size = SMALL_PX * 1.2 * self.px
        words = say("atlas.page", self.lang, n=number_)
        ink = Ink(each.width, each.height, self.sheet.dpi)
        ink.write(text_line(at, words, size, colour=PALE, align="right"))
        self.pdf.add(each._replace(runs=[*each.runs, ink.run(parts.WORDS, unread=False)]))
        self.added += 1

    def _worded_page(self, figure: Figure, at: tuple[float, float]) -> _Drawn:
        """Return a page of words."""
        return as_page(figure, parts=parts.common(self.lang)), at

    def _mapped(self, leaf: Leaf, content: Content, *, cover: bool) -> tuple[_Drawn, _Section]:
        """Draw a map with words beside it; return what has no room there."""
        sheet = replace(self.sheet, title=leaf.title, subtitle="")
        printed = composed(content, sheet, panel_share=PANEL_SHARE, known=self.known)
        figure, plan = printed.figure, printed.layout
        (axes,) = figure.axes
        if plan.panel is None:
            raise InputError(
                "printed_atlas: the sheet has no room for words; take another size",
                code="print.no_room",
            )
        with part(axes, parts.WORDS):
            size = COVER_PX if cover else TEXT_PX
            table, left = self._told(axes, leaf, plan.panel, size, printed.unnamed)
        page = page_of(printed, alternative([content])), _number_at(plan)
        return page, _Section(leaf.title, left, table)

    def _told(
        self, axes: Axes, leaf: Leaf, panel: Box, size_px: float, unnamed: Unnamed
    ) -> tuple[Table | None, tuple[str, ...]]:
        """Write what is said beside a map; return what has no room."""
        box = _draw_figures(axes, leaf.figures, panel, self.px)
        left, box = _draw_text(axes, leaf.text, box, size_px * self.px, self.px)
        high = box.height * key.SHARE
        top = Box(box.left, box.top - high, box.width, high)
        with part(axes, parts.LABELS):
            used = key.draw_key(axes, unnamed, top, px=self.px, lang=self.lang)
        box = Box(box.left, box.bottom, box.width, box.height - used)
        table = leaf.table
        if table is None or left:
            return table, left
        return self._tabled_beside(axes, table, box), left

    def _tabled_beside(self, axes: Axes, table: Table, box: Box) -> Table:
        """Draw what fits of a table beside a map, and say where the rest is; return that."""
        grid = self._grid(table, box, alone=False)
        rows = grid.rows_within(box.height)
        line = SMALL_PX * LEADING * self.px
        if rows < len(table.rows):
            rows = grid.rows_within(box.height - line)
        if rows < min(FEWEST_ROWS, len(table.rows)) or grid.broken:
            rows = 0
        else:
            _draw_grid(axes, grid, rows, box)
            box = Box(box.left, box.bottom, box.width, box.height - sum(grid.heights[: rows + 1]))
        rest = replace(table, rows=table.rows[rows:])
        if rest.rows and box.height >= line:
            title = say("atlas.rests", self.lang)
            words = say("atlas.elsewhere", self.lang, n=len(rest.rows), title=title)
            size = SMALL_PX * self.px
            size *= min(1.0, box.width / text_width(words, size))
            write(axes, (box.left, box.top - line), words, size, colour=PALE)
        return rest

    def worded(self, title: str, sections: list[_Section]) -> Iterator[_Worded]:
        """Draw sections one below the other on as many pages as they need."""
        left, on = list(sections), title
        while left:
            figure, axes, box, at = self._blank(on)
            boxes: list[Box] = []
            alone = True
            with part(axes, parts.WORDS):
                while left:
                    left[0], box, rows = self._section(axes, left[0], box, alone=alone)
                    boxes += rows
                    if not left[0].is_done:
                        break
                    alone = False
                    size_pt = left.pop(0).size_pt
                    # Tables below each other have letters of one size.
                    if left:
                        left[0] = replace(left[0], size_pt=size_pt)
            yield (self._worded_page(figure, at), boxes)
            on = say("atlas.continued", self.lang, title=title)

    def _section(
        self, axes: Axes, section: _Section, box: Box, *, alone: bool
    ) -> tuple[_Section, Box, list[Box]]:
        """Draw what fits of a section; return the rest, the room below, and the boxes of rows."""
        size = WORDED_PX * self.px
        if section.heading:
            if not alone:
                box = Box(box.left, box.bottom, box.width, max(box.height - PART_PX * self.px, 0))
            high = HEADING_PX * HEADING_LEADING * self.px
            if not alone and box.height < high + FEWEST_LINES * size * LEADING:
                return section, box, []
            self._head(axes, section, box)
            box = Box(box.left, box.bottom, box.width, box.height - high)
        before = section.text
        text, room = _draw_text(axes, before, box, size, self.px)
        if alone and text and text == before:
            raise InputError(
                f"printed_atlas: a paragraph of {section.heading!r} has {len(text[0]):,} "
                "characters and no page has room for it; shorten it, or take a larger sheet",
                code="print.paragraph",
                title=section.heading,
                characters=len(text[0]),
            )
        section = replace(section, text=text, begun=True)
        if text or section.table is None:
            return section, room, []
        return self._tabled(axes, section, section.table, room, alone=alone and not before)

    def _head(self, axes: Axes, section: _Section, box: Box) -> None:
        words = section.heading
        if section.begun:
            words = say("atlas.continued", self.lang, title=words)
        size = HEADING_PX * self.px
        size *= min(1.0, box.width / text_width(words, size, "bold"))
        write(axes, (box.left, box.top - size), words, size, bold=True)

    def _tabled(
        self, axes: Axes, section: _Section, table: Table, box: Box, *, alone: bool
    ) -> tuple[_Section, Box, list[Box]]:
        """Draw what fits of the table of a section, a narrow one in two columns.

        Alone it has all of a page; below a text it waits for the next one where few rows fit. On
        all its pages its letters are of one size, and its last columns of one height.
        """
        gap = COLUMN_PX * self.px
        half = (box.width - gap) / 2
        lefts = (box.left, box.left + half + gap)
        columns = [Box(left, box.bottom, half, box.height) for left in lefts]
        grid = self._grid(table, columns[0], alone=False, size_pt=section.size_pt)
        short = sum(grid.heights) <= box.height
        if short or table_width(table, grid.size_pt) > half:
            columns = [box]
            grid = self._grid(table, box, alone=alone, size_pt=section.size_pt)
        drawn, low, boxes = 0, box.top, list[Box]()
        evenly = len(columns) > 1 and _fits_in_two(grid, box.height)
        for column in columns:
            rows = _half(grid) if evenly and not drawn else grid.rows_within(column.height)
            left = len(table.rows) - drawn
            if not left or not (alone or rows >= min(FEWEST_ROWS, left)):
                break
            boxes += _draw_grid(axes, grid, rows, column)
            low = min(low, column.top - sum(grid.heights[: rows + 1]))
            drawn, grid = drawn + rows, grid.after(rows)
        low -= PART_PX * self.px
        rest = replace(section, table=replace(table, rows=table.rows[drawn:]))
        if drawn:
            rest = replace(rest, size_pt=grid.size_pt)
        return rest, Box(box.left, box.bottom, box.width, max(low - box.bottom, 0.0)), boxes

    def _blank(self, title: str) -> tuple[Figure, Axes, Box, tuple[float, float]]:
        """Return a page with title and notes, the room between, and where its number stands."""
        sheet = replace(self.sheet, title=title, subtitle="")
        notes = note_texts([], sheet, credits_=[], standing=[], spread=False, lang=self.lang)
        lines = broken_notes(notes[:1], layout(sheet, note_lines=1), lang=self.lang)
        plan = layout(sheet, note_lines=len(lines))
        figure, axes = blank(plan.page, dpi=sheet.dpi)
        with part(axes, parts.TITLE):
            draw_title(axes, sheet, plan)
        with part(axes, parts.NOTES):
            draw_notes(axes, lines, plan)
        gap = PART_PX * plan.px
        bottom = plan.notes.top + gap
        room = Box(plan.title.left, bottom, plan.title.width, plan.title.bottom - gap - bottom)
        return figure, axes, room, _number_at(plan)

    def _grid(self, table: Table, box: Box, *, alone: bool, size_pt: float = 0.0) -> Grid:
        sizes = (size_pt,) if size_pt else tuple(size * self.px for size in TABLE_PX)
        return table_grid(table, box.width, box.height, alone=alone, sizes_pt=sizes)


# ---- words and tables on a page ----


def _number_at(plan: Layout) -> tuple[float, float]:
    return plan.title.right, plan.title.bottom + SMALL_PX * plan.px


def _draw_figures(axes: Axes, figures: tuple[tuple[str, str], ...], box: Box, px: float) -> Box:
    """Draw key figures in columns; return the room below them."""
    small, large = SMALL_PX * px, FIGURE_PX * px
    width = box.width / FIGURE_COLUMNS
    room = width - PART_PX * px / 2
    top = box.top
    for first in range(0, len(figures), FIGURE_COLUMNS):
        row = figures[first : first + FIGURE_COLUMNS]
        heads = [wrapped(title, room, small) for title, _ in row]
        used = max(map(len, heads)) * small * LEADING
        for column, (lines, (_, value)) in enumerate(zip(heads, row, strict=True)):
            left = box.left + column * width
            for line, words in enumerate(lines):
                at = (left, top - small - line * small * LEADING)
                write(axes, at, words, small, colour=PALE)
            size = large * min(1.0, room / text_width(value, large, "bold"))
            write(axes, (left, top - used - large), value, size, bold=True)
        top -= used + large * LEADING + PARAGRAPH_PX * px
    top -= PART_PX * px if figures else 0.0
    return Box(box.left, box.bottom, box.width, top - box.bottom)


def _draw_text(
    axes: Axes, paragraphs: tuple[str, ...], box: Box, size: float, px: float
) -> tuple[tuple[str, ...], Box]:
    """Draw the paragraphs that fit; return the others, and the room below."""
    top, step = box.top, size * LEADING
    for at, paragraph in enumerate(paragraphs):
        lines = wrapped(paragraph, box.width, size)
        if top - len(lines) * step < box.bottom:
            return paragraphs[at:], Box(box.left, box.bottom, box.width, 0.0)
        for line in lines:
            write(axes, (box.left, top - size), line, size, colour=INK)
            top -= step
        top -= PARAGRAPH_PX * px
    used = box.top - top + (PART_PX * px if paragraphs else 0.0)
    return (), Box(box.left, box.bottom, box.width, max(box.height - used, 0.0))


def _fits_in_two(grid: Grid, height: float) -> bool:
    """Return whether all rows of a table fit two columns of such a height."""
    rest = grid.after(grid.rows_within(height))
    return rest.rows_within(height) == len(rest.heights) - 1


def _half(grid: Grid) -> int:
    """Return how many rows of a table are at least half as high as all."""
    high = list(accumulate(grid.heights[1:]))
    return next((rows for rows, each in enumerate(high, 1) if 2 * each >= high[-1]), 0)


def _draw_grid(axes: Axes, grid: Grid, rows: int, box: Box) -> list[Box]:
    """Draw header and rows of a table from the top of a box; return the box of each row."""
    top, rules, boxes = box.top, [], []
    across, above = grid.margins
    width = sum(grid.widths)
    for row in range(rows + 1):
        height = grid.heights[row]
        left = box.left
        for column, (words, wide) in enumerate(zip(grid.cells[row], grid.widths, strict=True)):
            right = column in grid.numeric
            x = left + wide - across if right else left + (across if column else 0.0)
            base = top - above - grid.size_pt * 0.95
            for line in text_lines(words, wide - 2 * across, grid.size_pt):
                write(
                    axes,
                    (x, base),
                    line.rstrip(),
                    grid.size_pt,
                    bold=row == 0,
                    align="right" if right else "left",
                )
                base -= grid.size_pt * 1.31
            left += wide
        top -= height
        rules.append([(box.left, top), (box.left + width, top)])
        boxes.append(Box(box.left, top, width, height))
    draw_lines(axes, rules[:1], HEAD, 1.0, 90.0)
    draw_lines(axes, rules[1:], RULE, 0.4, 90.0)
    return boxes[1:]


def _cleaned(leaf: Leaf, lang: str) -> Leaf:
    """Return a leaf with texts that can be drawn; what that took is its last paragraph."""
    cleaner = Cleaner(drawn=True)
    table = leaf.table
    if table is not None:
        header = tuple(cleaner.text(words, NOTE) for words in table.header)
        rows = tuple(
            tuple(cleaner.text(cell, NOTE) if isinstance(cell, str) else cell for cell in row)
            for row in table.rows
        )
        table = replace(table, header=header, rows=rows)
    figures = tuple((cleaner.text(a, NOTE), cleaner.text(b, COLUMN)) for a, b in leaf.figures)
    title = cleaner.text(leaf.title, TITLE, lines=TITLE_LINES)
    text = tuple(cleaner.text(each, NOTE * 2) for each in leaf.text)
    return replace(
        leaf,
        title=title,
        figures=figures,
        text=(*text, *cleaner.sentences(lang)),
        table=table,
    )
