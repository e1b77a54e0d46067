"""The slides of a map: the map with its legend, then its figures as a table and a chart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from layers.book.claims import headline
from layers.paper.notes import stands_on
from layers.paper.toning import Known
from layers.paper.unframed import unframed
from layers.questions.figures import Figures
from layers.record.specification import asked
from layers.slides.deck import presentation
from layers.slides.legends import ground_items, legend_items
from layers.slides.slide import MapView, Slide
from layers.type.tables import Table
from layers.words import say

if TYPE_CHECKING:
    from pathlib import Path

    from layers.look.charts import Chart
    from layers.look.content import Content
    from layers.look.statement import Statement
    from layers.questions.kinds import Kind
    from layers.record.specification import MapSpec
    from layers.scene.placed import PlacedMap
    from layers.scene.scene import Scene

# The room for a map beside more than its legend on a slide in the look of the atlas, points.
MAP_PT = (567.4, 405.0)
MAP_SIZE, MAP_DPI = "16:9", 200
# So few rows stand beside a map.
MOST_BESIDE = 4
# A claim with more letters is no title: it goes over two lines.
LONGEST_CLAIM = {"zh": 60, "en": 145}


def deck(spec: MapSpec, *, template: bytes | Path | None = None) -> bytes:
    """Return the contents of a PowerPoint file with the slides of a map.

    Parameters
    ----------
    spec
        The map.
    template
        A template of the reader's own.

    Raises
    ------
    InputError
        If the map cannot be drawn, or the template cannot be used.
    """
    sheet = spec.titled()
    return presentation(
        slides_of(spec),
        template=template,
        lang=spec.lang,
        title=sheet.title,
        author=sheet.author,
    )


def slides_of(spec: MapSpec) -> list[Slide]:
    """Return the slides of a map; what has no map, as a table of texts, has its figures alone."""
    question, sheet = asked(spec), spec.titled()
    if question.has_map:
        content = spec.content()
        title, subtitle = _titles(spec, question)
        first, _ = drawn_slide(spec, content, title, subtitle=subtitle, topic=sheet.title)
        told = content.statement or spec.statement()
        # What a map stands on is said with it alone.
        bare = replace(first, footer=_footer(told), subtitle=told.overlap)
        figures = [_explained(each, question, spec.lang) for each in question.figures(spec.lang)]
        if len(figures) == 1 and _goes_with(figures[0], title):
            # What would leave a slide half empty stands beside the map.
            first = replace(first, table=figures[0].table)
            figures = []
        return [first, *(figure_slide(each, bare) for each in (*figures, *_own_notes(told)))]
    told = spec.statement()
    notes = "\n".join((told.text(), *sheet.notes))
    bare = Slide(sheet.title, told.overlap, notes=notes, footer=_footer(told))
    first, *others = (figure_slide(each, bare) for each in question.figures(spec.lang))
    if spec.sheet.title.strip():
        between = say("statement.then", spec.lang)
        below = between.join(filter(None, (sheet.subtitle, first.title)))
        first = replace(first, title=sheet.title, subtitle=below)
    return [first, *others]


def _goes_with(figures: Figures, claim: str) -> bool:
    """Whether figures are no more than what the map is called by and a table of a few rows."""
    if figures.chart or figures.table is None or len(figures.table.rows) > MOST_BESIDE:
        return False
    return bool(figures.text) and all(claim in each for each in figures.text)


def _explained(figures: Figures, question: Kind, lang: str) -> Figures:
    """Return figures with what else is found beside them, or how, where they are a bare table."""
    if figures.text or figures.chart:
        return figures
    said = [*question.told(lang)[1:], *question.remarks(lang)]
    return replace(figures, text=tuple(said) or (question.explained(lang),))


def _titles(spec: MapSpec, question: Kind) -> tuple[str, str]:
    """Return title and subtitle: what is found above what the map is, or those that were given."""
    sheet = spec.titled()
    claim = headline(question, spec.lang)
    if spec.sheet.title.strip() or not claim or len(claim) > LONGEST_CLAIM[spec.lang]:
        return sheet.title, sheet.subtitle
    between = say("statement.then", spec.lang)
    # What the claim says already is not said again.
    topic = "" if sheet.title in claim else sheet.title
    return claim, between.join(filter(None, (topic, sheet.subtitle)))


def _own_notes(told: Statement) -> list[Figures]:
    """Return what the maker's own notes say, as a table; nothing where the map shows none."""
    if not told.own_notes:
        return []
    header = (say("note.note", told.lang), say("note.text", told.lang))
    return [Figures(say("note.layer", told.lang), table=Table(header, told.own_notes))]


def _footer(told: Statement) -> str:
    return f"{told.imprint}　{' · '.join(told.sources)}"


def drawn_slide(
    spec: MapSpec,
    content: Content,
    title: str,
    *,
    subtitle: str = "",
    topic: str = "",
    known: Known | None = None,
) -> tuple[Slide, Scene]:
    """Return the slide with a map and the legend of what is seen on it, and what is seen there.

    Parameters
    ----------
    spec
        What the map was made from: the speaker notes say so.
    content
        What it shows.
    title, subtitle
        Titles of the slide.
    topic
        What the map is called in notes and in words for those who cannot see it; as the slide
        where it is empty.
    known
        What slides of one specification share, see :func:`layers.paper.toning.toned`.

    Raises
    ------
    InputError
        If the map cannot be drawn.
    """
    sheet = spec.titled()
    told = replace(content.statement or spec.statement(), title=topic or title)
    bare = replace(sheet, size=MAP_SIZE, dpi=MAP_DPI, subtitle="", notes=())
    known = known or Known()
    made = unframed(replace(content, statement=None), bare, MAP_PT, known)
    sources, stands = stands_on(made.content, sheet, known)
    told = replace(told, view=made.view, sources=tuple(sources), standing=tuple(stands))
    more = (*sheet.notes, *filter(None, (made.note,)), *made.remarks)
    ends = say("statement.then", spec.lang).join(told.standing)

    def placed(width: float, height: float) -> PlacedMap:
        return made.sized(width, height).placed()

    slide = Slide(
        title,
        subtitle,
        map=MapView(told.alternative, placed),
        legend=legend_items(made.scene),
        ground=ground_items(made.scene),
        notes="\n".join((told.text(), *more)),
        footer=" · ".join(filter(None, (_footer(told), made.note, ends))),
    )
    return slide, made.scene


def figure_slide(figures: Figures, first: Slide) -> Slide:
    """Return the slide of a map's figures; its table has no column that its chart shows whole.

    Parameters
    ----------
    figures
        What it shows.
    first
        The slide with the map; its subtitle goes with bars of zones alone: that these overlap.
    """
    chart = figures.chart
    return Slide(
        figures.title,
        first.subtitle if chart and chart.kind == "bar" else "",
        text=figures.text,
        table=figures.table and _beside(figures.table, chart),
        chart=chart,
        notes="\n".join((first.notes, *figures.notes)),
        footer=first.footer,
    )


def _beside(table: Table, chart: Chart | None) -> Table | None:
    """Return a table without the column that a chart beside it shows, None where that is all."""
    if chart is None or chart.kind != "bar" or len(chart.series) > 1 or chart.ends:
        return table
    if {str(row[0]) for row in table.rows} != {*chart.categories}:
        return table
    kept = [at for at, title in enumerate(table.header) if at == 0 or title != chart.series[0][0]]
    if len(kept) == 1:
        return None
    return Table(
        tuple(table.header[at] for at in kept),
        tuple(tuple(row[at] for at in kept) for row in table.rows),
        None
        if table.numeric is None
        else tuple(kept.index(at) for at in table.numeric if at in kept),
    )
