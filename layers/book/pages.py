"""The printed atlas: its leaves as pages of one PDF, with contents, outline and links."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
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

    # A page, and where its number stands.
    _Drawn = tuple[Page, tuple[float, float]]

INK, PALE, RULE, HEAD = inks("ink", "soft", "rule", "link")
# The words beside a map have this share of the width.
PANEL_SHARE = 0.29
# px: sizes of words, space between paragraphs and parts, and the sizes a table chooses from.
TEXT_PX, WORDED_PX, FIGURE_PX, SMALL_PX, COVER_PX = 12.0, 13.8, 17.0, 10.0, 17.0
PARAGRAPH_PX, PART_PX, COLUMN_PX = 5.0, 12.0, 28.0
TABLE_PX = (12.0, 11.0, 10.0)
LEADING = 1.42
FIGURE_COLUMNS = 2
# A table begins beside a map only where so many rows of it have room.
FEWEST_ROWS = 3
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
        Cover, contents, a page for each subject with the rest of its table, what has no place,
        method and sources. The same call gives the same bytes.

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
    book = _Book(sheet, spec.lang, pdf)
    leaves = (*whole.pages, *whole.closing)
    titles = [leaf.title for leaf in leaves]
    steps = len(whole.leaves) + 1
    report = progress or (lambda *_: None)
    report(0, steps, whole.cover.title)
    book.add(book.drawn(whole.cover, cover=True))
    book.skipped = len(list(book.listed(titles, [SOME_PAGE] * len(titles))))
    with closing(in_turn(lambda at: book.drawn(leaves[at]), len(leaves))) as drawn:
        for done, leaf in enumerate(leaves, start=1):
            report(done, steps, leaf.title)
            book.add(next(drawn))
    report(steps - 1, steps, say("atlas.contents", spec.lang))
    return book.bound(titles)


@dataclass(slots=True, eq=False)
class _Book:
    """A PDF in the making: pages are drawn in turn, the contents last and put in their place."""

    sheet: Sheet
    lang: str
    pdf: PdfFile
    # Pages that the contents take, how many are added, and the first of each leaf among these.
    skipped: int = 0
    added: int = 0
    starts: list[int] = field(default_factory=list)
    known: Known = field(default_factory=Known)

    @property
    def px(self) -> float:
        """Points per px on its pages."""
        return px_pt(self.sheet.size)

    def drawn(self, leaf: Leaf, *, cover: bool = False) -> list[_Drawn]:
        """Draw a leaf on as many pages as it needs, which have no numbers yet."""
        leaf = _cleaned(leaf, self.lang)
        if leaf.content is None:
            return list(self._worded(leaf, leaf.text))
        return list(self._mapped(leaf, leaf.content, cover=cover))

    def add(self, pages: list[_Drawn]) -> None:
        """Add the pages of a leaf."""
        self.starts.append(self.added)
        for each in pages:
            self._keep(each, self.added + self.skipped + 1)

    def listed(self, titles: list[str], pages: list[str]) -> Iterator[tuple[_Drawn, list[Box]]]:
        """Draw the contents; yield each page with the box of each of its lines."""
        title = say("atlas.contents", self.lang)
        header = tuple(say(f"atlas.column.{name}", self.lang) for name in ("name", "page"))
        table = Table(header, tuple(zip(titles, pages, strict=True)), numeric=(1,))
        for figure, axes, box, at in self._blank(title):
            grid = self._grid(table, box, alone=True)
            rows = grid.rows_within(box.height)
            with part(axes, parts.WORDS):
                boxes = _draw_grid(axes, grid, rows, box)
            yield self._worded_page(figure, at), boxes
            table = replace(table, rows=table.rows[rows:])
            if not table.rows:
                return

    def bound(self, titles: list[str]) -> bytes:
        """Draw the contents, put them behind the cover, and add outline and links."""
        numbers = [number(start + self.skipped + 1) for start in self.starts[1:]]
        lines: list[list[Box]] = []
        for number_, (each, boxes) in enumerate(self.listed(titles, numbers), start=2):
            self._keep(each, number_)
            lines.append(boxes)
        listed = range(self.added - self.skipped, self.added)
        targets = iter(self.starts[1:])
        for page, boxes in zip(listed, lines, strict=True):
            for box in boxes:
                self.pdf.link(page, box, next(targets))
        contents = Chapter(say("atlas.contents", self.lang), listed[0])
        leaves = map(Chapter, titles, self.starts[1:])
        chapters = [Chapter(one_line(self.sheet.title), 0), contents, *leaves]
        return self.pdf.file((0, *listed, *range(1, listed[0])), chapters)

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

    def _mapped(self, leaf: Leaf, content: Content, *, cover: bool) -> Iterator[_Drawn]:
        """Draw a map with words beside it, and what has no room on pages that follow."""
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
        yield page_of(printed, alternative([content])), _number_at(plan)
        if left or (table is not None and table.rows):
            title = say("atlas.continued", self.lang, title=leaf.title)
            yield from self._worded(replace(leaf, title=title, table=table), left)

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
        if table is not None and not left:
            grid = self._grid(table, box, alone=False)
            rows = grid.rows_within(box.height)
            if rows >= min(FEWEST_ROWS, len(table.rows)) and not grid.broken:
                _draw_grid(axes, grid, rows, box)
                table = replace(table, rows=table.rows[rows:])
        return table, left

    def _worded(self, leaf: Leaf, text: tuple[str, ...]) -> Iterator[_Drawn]:
        """Draw paragraphs and a table on as many pages as they need."""
        table = leaf.table
        for figure, axes, box, at in self._blank(leaf.title):
            before, size = text, WORDED_PX * self.px
            with part(axes, parts.WORDS):
                text, room = _draw_text(axes, text, box, size, self.px)
                if table is not None and not text:
                    table = self._tabled(axes, table, room, alone=not before)
            if text and text == before:
                raise InputError(
                    f"printed_atlas: a paragraph of {leaf.title!r} has {len(text[0]):,} characters "
                    "and no page has room for it; shorten it, or take a larger sheet",
                    code="print.paragraph",
                    title=leaf.title,
                    characters=len(text[0]),
                )
            yield self._worded_page(figure, at)
            if not text and (table is None or not table.rows):
                return

    def _tabled(self, axes: Axes, table: Table, box: Box, *, alone: bool) -> Table:
        """Draw what fits of a table, a narrow one in two columns; return the rest of it.

        Alone it has all of a page; below a text it waits for the next one where few rows fit.
        """
        gap = COLUMN_PX * self.px
        half = (box.width - gap) / 2
        lefts = (box.left, box.left + half + gap)
        columns = [Box(left, box.bottom, half, box.height) for left in lefts]
        narrow = self._grid(table, columns[0], alone=False)
        if sum(narrow.heights) <= box.height or table_width(table, narrow.size_pt) > half:
            columns = [box]
        for column in columns:
            if not table.rows:
                break
            grid = self._grid(table, column, alone=alone)
            rows = grid.rows_within(column.height)
            if alone or rows >= min(FEWEST_ROWS, len(table.rows)):
                _draw_grid(axes, grid, rows, column)
                table = replace(table, rows=table.rows[rows:])
        return table

    def _blank(self, title: str) -> Iterator[tuple[Figure, Axes, Box, tuple[float, float]]]:
        """Yield page after page with title and notes, the room between, and where numbers stand."""
        sheet = replace(self.sheet, title=title, subtitle="")
        notes = note_texts([], sheet, credits_=[], standing=[], spread=False, lang=self.lang)
        lines = broken_notes(notes[:1], layout(sheet, note_lines=1), lang=self.lang)
        plan = layout(sheet, note_lines=len(lines))
        while True:
            figure, axes = blank(plan.page, dpi=sheet.dpi)
            with part(axes, parts.TITLE):
                draw_title(axes, sheet, plan)
            with part(axes, parts.NOTES):
                draw_notes(axes, lines, plan)
            gap = PART_PX * plan.px
            bottom = plan.notes.top + gap
            room = Box(plan.title.left, bottom, plan.title.width, plan.title.bottom - gap - bottom)
            yield figure, axes, room, _number_at(plan)

    def _grid(self, table: Table, box: Box, *, alone: bool) -> Grid:
        sizes = tuple(size * self.px for size in TABLE_PX)
        return table_grid(table, box.width, box.height, alone=alone, sizes_pt=sizes)


# ---- words and tables on a page ----


def _number_at(plan: Layout) -> tuple[float, float]:
    return plan.title.right, plan.title.bottom + SMALL_PX * plan.px


def _draw_figures(axes: Axes, figures: tuple[tuple[str, str], ...], box: Box, px: float) -> Box:
    """Draw key figures in columns; return the room below them."""
    small, large = SMALL_PX * px, FIGURE_PX * px
    height = small * LEADING + large * LEADING + PARAGRAPH_PX * px
    width = box.width / FIGURE_COLUMNS
    for at, (title, value) in enumerate(figures):
        row, column = divmod(at, FIGURE_COLUMNS)
        left, top = box.left + column * width, box.top - row * height
        room = width - PART_PX * px / 2
        size = small * min(1.0, room / text_width(title, small))
        write(axes, (left, top - small), title, size, colour=PALE)
        size = large * min(1.0, room / text_width(value, large, "bold"))
        write(axes, (left, top - small * LEADING - large), value, size, bold=True)
    rows = -(-len(figures) // FIGURE_COLUMNS)
    used = rows * height + (PART_PX * px if rows else 0.0)
    return Box(box.left, box.bottom, box.width, box.height - used)


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
    figures = tuple((cleaner.text(a, COLUMN), cleaner.text(b, COLUMN)) for a, b in leaf.figures)
    title = cleaner.text(leaf.title, TITLE, lines=TITLE_LINES)
    text = tuple(cleaner.text(each, NOTE * 2) for each in leaf.text)
    return replace(
        leaf,
        title=title,
        figures=figures,
        text=(*text, *cleaner.sentences(lang)),
        table=table,
    )
