"""The atlas as slides: a map and its figures, then chart, words and table, for each subject."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from geo.numerals import listed, number
from layers.book.atlas import atlas, sources_leaf
from layers.book.claims import headline
from layers.book.map_deck import drawn_slide
from layers.look.statement import imprint, imprinted
from layers.paper.toning import Known
from layers.record.specification import asked
from layers.slides.deck import presentation
from layers.slides.slide import Contents, Slide
from layers.type.tables import Table
from layers.words import bracketed, in_sentence, say

# Of features a slide names so many, and tells what they are called and of which kind; the print has
# all of them. So few are named with what is said of their zone.
ROWS_ON_SLIDE, COLUMNS_ON_SLIDE, ROWS_IN_TEXT = 9, 2, 3

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from layers.book.atlas import Leaf, Progress
    from layers.look.content import Content
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
    said = (each for each in whole.cover.text if each != sheet.author)
    cover = Slide(sheet.title, "\n".join((*said, *imprinted(sheet, spec.lang))))
    row = partial(say, "statement.row", spec.lang)
    counts = tuple(row(name=name, value=value) for name, value in whole.cover.figures)
    listing = Slide(say("atlas.contents", spec.lang), text=counts, footer=foot)
    slides = [cover, listing]
    starts: dict[str, int] = {}
    steps, known = len(whole.leaves), Known()
    # Cover and contents have said its words and figures already.
    shown = [each.content for each in whole.leaves if each.content is not None]
    cover_map = replace(whole.cover, text=(), figures=())
    for done, leaf in enumerate((cover_map, *whole.leaves[1:])):
        report(done, steps, leaf.title)
        starts[leaf.title] = len(slides)
        last = leaf is whole.closing[-1]
        slides += [sources_slide(spec, shown)] if last else _slides(leaf, spec, known)
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
    return imprint(imprinted(spec.titled(), spec.lang))


def sources_slide(spec: MapSpec, shown: Sequence[Content]) -> Slide:
    """Return the slide of the sources; what the file was made by is in its notes.

    Parameters
    ----------
    spec
        The map.
    shown
        What all maps of the deck show.
    """
    leaf = sources_leaf(spec, shown)
    notes = "\n".join(leaf.text)
    return Slide(leaf.title, table=leaf.table, notes=notes, footer=foot_of(spec))


def _slides(leaf: Leaf, spec: MapSpec, known: Known) -> list[Slide]:
    """Return the slides of a leaf: its map, what is said of it with its figures, its features."""
    lang, foot = spec.lang, foot_of(spec)
    if leaf.content is None:
        # What has no map has one table: its own, with the figures as a sentence before it.
        rows = tuple(f"{name} {value}" for name, value in leaf.figures)
        return [Slide(leaf.title, text=(*rows, *leaf.text), table=leaf.table, footer=foot)]
    found = [_called(leaf.title, each, lang) for each in leaf.found] or [
        _called(leaf.title, [("", headline(asked(spec), lang))], lang)
    ]
    first, _ = drawn_slide(spec, leaf.content, found[0], topic=leaf.title, known=known)
    bare, slides = replace(first, map=None, legend=(), footer=foot), [first]
    features, text = leaf.table, leaf.text
    if features and not leaf.chart and len(features.rows) <= ROWS_IN_TEXT:
        names = (bracketed(str(row[0]), str(row[1]), lang) for row in features.rows)
        text, features = (*text, say("atlas.named", lang, names=listed(names, lang))), None
    if text or leaf.figures:
        header = tuple(say(f"atlas.figure.{name}", lang) for name in ("name", "value"))
        figures = Table(header, leaf.figures, numeric=(1,)) if leaf.figures else None
        title = found[1] if found[1:] else say("atlas.about", lang, title=leaf.title)
        slides.append(replace(bare, title=title, text=text, table=figures))
    if leaf.chart or features:
        notes = "\n".join(filter(None, (bare.notes, _left_out(features, lang))))
        told = features and _foremost(features, lang)
        fewer = partial(_foremost, features, lang) if features else None
        title = _most(leaf, lang)
        slides.append(
            replace(bare, title=title, chart=leaf.chart, table=told, fewer=fewer, notes=notes)
        )
    return slides


def _called(name: str, figures: Sequence[tuple[str, str]], lang: str) -> str:
    """Return a title that says what is found of a subject: its name with figures."""
    told = say("statement.then", lang).join(" ".join(filter(None, each)) for each in figures)
    if told.startswith(name):
        # It says what it is about already.
        return told
    return say("statement.row", lang, name=name, value=told) if told else name


def _most(leaf: Leaf, lang: str) -> str:
    """Return the title of the features of a subject: of which kind most are, or how many."""
    if leaf.chart is None:
        n = len(leaf.table.rows) if leaf.table else 0
        return say("atlas.features", lang, title=leaf.title, n=number(n))
    ((_, values),) = leaf.chart.series
    most = max(each or 0.0 for each in values)
    kinds = [name for name, each in zip(leaf.chart.categories, values, strict=True) if each == most]
    kind = listed(map(in_sentence, kinds), lang)
    return say("atlas.most", lang, title=leaf.title, kind=kind, n=number(most))


def _left_out(table: Table | None, lang: str) -> str:
    """Return which columns of its features a slide has no room for; empty for none."""
    columns = () if table is None else table.header[COLUMNS_ON_SLIDE:]
    return say("atlas.columns", lang, columns=listed(columns, lang)) if columns else ""


def _foremost(table: Table, lang: str, most: int = ROWS_ON_SLIDE) -> Table:
    """Return what a slide tells of features: what they are, and how many more there are."""
    rows = tuple(row[:COLUMNS_ON_SLIDE] for row in table.rows)
    if len(rows) > most:
        # What the text says stands at the end stands there, before how many more there are.
        head, last = most - 2, rows[-1]
        more = say("atlas.more", lang, n=number(len(rows) - most + 1))
        rows = (*rows[:head], last, (more, *[""] * (COLUMNS_ON_SLIDE - 1)))
    return Table(table.header[:COLUMNS_ON_SLIDE], rows, numeric=())
