"""The atlas as slides: a map and its figures, then chart, words and table, for each subject."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from layers.book.atlas import atlas
from layers.book.map_deck import drawn_slide
from layers.look.statement import imprint, reviewed
from layers.paper.toning import Known
from layers.slides.deck import presentation
from layers.slides.slide import Contents, Slide
from layers.type.tables import Table
from layers.words import say

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
    cover = Slide(sheet.title, f"{'　'.join(whole.cover.text)}\n{foot}", footer=foot)
    listed = replace(cover, title=say("atlas.contents", spec.lang), subtitle="")
    slides = [cover, listed]
    starts: dict[str, int] = {}
    steps, known = len(whole.leaves), Known()
    # The cover has said its words already.
    for done, leaf in enumerate((replace(whole.cover, text=()), *whole.pages, *whole.closing)):
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
    first = replace(first, table=figures)
    if not (leaf.text or leaf.chart or leaf.table):
        return [first]
    title = say("atlas.data", spec.lang, title=leaf.title)
    second = replace(
        first,
        title=title,
        map=None,
        legend=(),
        text=leaf.text,
        chart=leaf.chart,
        table=leaf.table,
    )
    return [first, second]
