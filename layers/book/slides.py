"""The atlas as slides: a map and its figures, then chart, words and table, for each subject."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from geo.numerals import listed, number
from layers.book.atlas import atlas, sources_leaf
from layers.book.map_deck import drawn_slide
from layers.look.statement import imprint, reviewed
from layers.paper.toning import Known
from layers.slides.deck import presentation
from layers.slides.slide import Contents, Slide
from layers.type.tables import Table
from layers.words import say

# A legend of more lines leaves no room for figures beside its map, and of figures so many have room
# beside a short one. Of features a slide names so many, and tells what they are called and of which
# kind; the print has all of them.
LEGEND_WITH_FIGURES, FIGURES_BESIDE, ROWS_ON_SLIDE, COLUMNS_ON_SLIDE = 9, 6, 9, 2

if TYPE_CHECKING:
    from pathlib import Path

    from layers.book.atlas import Leaf, Progress
    from layers.record.specification import MapSpec


def atlas_deck(
    spec: MapSpec,
    *,
    template: bytes | Path | None = None,
    progress: Progress | None = None,
) -> bytes:
    """Return an atlas as the contents of a PowerPoint file.

    Parameters
    ----------
    spec
        A map with ``pages``.
    template
        A template of the reader's own.
    progress
        Called before each leaf with how many are done, how many there are, and its title; what it
        raises ends the drawing.

    Raises
    ------
    InputError
        As :func:`layers.book.atlas.atlas`; or the template cannot be used.
    """
    whole = atlas(spec)
    report = progress or (lambda *_: None)
    sheet, foot = spec.titled(), foot_of(spec)
    # The foot of a cover is below its title.
    said = (each for each in whole.cover.text if each != sheet.author)
    cover = Slide(sheet.title, "\n".join((*said, foot)))
    row = partial(say, "statement.row", spec.lang)
    counts = tuple(row(name=name, value=value) for name, value in whole.cover.figures)
    listing = Slide(say("atlas.contents", spec.lang), text=counts, footer=foot)
    slides = [cover, listing]
    starts: dict[str, int] = {}
    steps, known = len(whole.leaves), Known()
    # Cover and contents have said its words and figures already.
    shown = [each.content for each in whole.leaves if each.content is not None]
    closing = (*whole.closing[:-1], sources_leaf(spec, shown))
    for done, leaf in enumerate(
        (replace(whole.cover, text=(), figures=()), *whole.pages, *closing)
    ):
        report(done, steps, leaf.title)
        starts[leaf.title] = len(slides)
        slides += _slides(leaf, spec, known)
    header = (say("atlas.column.name", spec.lang), say("atlas.column.page", spec.lang))
    contents = Contents(1, header, tuple(starts.items()))
    return presentation(
        slides,
        template=template,
        lang=spec.lang,
        title=sheet.title,
        author=sheet.author,
        contents=contents,
    )


def foot_of(spec: MapSpec) -> str:
    """Return what stands at the foot of a slide without a map: review, author and date."""
    sheet = spec.titled()
    return imprint(reviewed(sheet, spec.lang), sheet.author, sheet.date, spec.lang)


def _slides(leaf: Leaf, spec: MapSpec, known: Known) -> list[Slide]:
    """Return the slides of a leaf: its map with its figures, then what else is said of it."""
    header = tuple(say(f"atlas.figure.{name}", spec.lang) for name in ("name", "value"))
    figures = Table(header, leaf.figures, numeric=(1,)) if leaf.figures else None
    if leaf.content is None:
        # What has no map has one table: its own, with the figures as a sentence before it.
        rows = tuple(f"{name} {value}" for name, value in leaf.figures)
        return [Slide(leaf.title, text=(*rows, *leaf.text), table=leaf.table, footer=foot_of(spec))]
    first, _ = drawn_slide(spec, leaf.content, leaf.title, known=known)
    bare = replace(first, map=None, legend=(), footer=foot_of(spec))
    slides = [first]
    if figures and len(first.legend) <= LEGEND_WITH_FIGURES:
        some, more = leaf.figures[:FIGURES_BESIDE], leaf.figures[FIGURES_BESIDE:]
        slides = [replace(first, table=replace(figures, rows=some))]
        figures = replace(figures, rows=more) if more else None
    if leaf.text or figures:
        title = say("atlas.about", spec.lang, title=leaf.title)
        slides.append(replace(bare, title=title, text=leaf.text, table=figures))
    if leaf.chart or leaf.table:
        title = say("atlas.data", spec.lang, title=leaf.title)
        told = leaf.table and _foremost(leaf.table, spec.lang)
        notes = "\n".join(filter(None, (bare.notes, _left_out(leaf.table, spec.lang))))
        slides.append(replace(bare, title=title, chart=leaf.chart, table=told, notes=notes))
    return slides


def _left_out(table: Table | None, lang: str) -> str:
    """Return which columns of its features a slide has no room for; empty for none."""
    columns = () if table is None else table.header[COLUMNS_ON_SLIDE:]
    return say("atlas.columns", lang, columns=listed(columns, lang)) if columns else ""


def _foremost(table: Table, lang: str) -> Table:
    """Return what a slide tells of features: what they are, and how many more there are."""
    rows = tuple(row[:COLUMNS_ON_SLIDE] for row in table.rows)
    if len(rows) > ROWS_ON_SLIDE:
        # What the text says stands at the end stands there.
        head, last = ROWS_ON_SLIDE - 2, rows[-1]
        more = say("atlas.more", lang, n=number(len(rows) - ROWS_ON_SLIDE + 1))
        rows = (*rows[:head], (more, *[""] * (COLUMNS_ON_SLIDE - 1)), last)
    return Table(table.header[:COLUMNS_ON_SLIDE], rows, numeric=())
