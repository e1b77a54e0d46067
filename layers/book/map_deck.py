"""The slides of a map: the map with its legend, then its figures as a table and a chart."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from geo.numerals import listed
from layers.paper.printing import composed, credits_of
from layers.record.imprints import imprint
from layers.record.specification import asked
from layers.slides.deck import presentation
from layers.slides.legends import legend_items
from layers.slides.slide import Picture, Slide
from layers.words import say

if TYPE_CHECKING:
    from pathlib import Path

    from layers.look.charts import Chart
    from layers.look.content import Content
    from layers.questions.figures import Figures
    from layers.record.specification import MapSpec
    from layers.slides.slide import LegendItem

# Beside its legend the map of a slide-sized sheet fills a slide, and its names are legible.
PICTURE_SIZE, PICTURE_DPI = "16:9", 200


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
        first = map_slide(spec, spec.content(), sheet.title, subtitle=sheet.subtitle)
        return [first, *(_slide(each, first) for each in question.figures(spec.lang))]
    sources = " · ".join(question.sources(spec.lang))
    bare = Slide(sheet.title, notes=_notes(spec, sources), footer=f"{imprint(spec)}　{sources}")
    return [_slide(each, bare) for each in question.figures(spec.lang)]


def _notes(spec: MapSpec, sources: str) -> str:
    parameters = json.dumps(spec.parameters, ensure_ascii=False)
    return say("slides.notes", spec.lang, sources=sources, map=spec.map, parameters=parameters)


def map_slide(spec: MapSpec, content: Content, title: str, *, subtitle: str = "") -> Slide:
    """Return the slide with a map and the legend of what is seen on it.

    Parameters
    ----------
    spec
        What the map was made from: the speaker notes say so.
    content
        What it shows.
    title, subtitle
        Titles of the slide.

    Raises
    ------
    InputError
        If the map cannot be drawn.
    """
    sheet = spec.titled()
    bare = replace(sheet, size=PICTURE_SIZE, dpi=PICTURE_DPI, subtitle="", notes=())
    printed = composed(content, bare, scale_inside=True)
    scene = printed.scene
    credits_ = credits_of(scene, printed.content)
    sources = " · ".join([*credits_, printed.note] if printed.note else credits_)
    notes = _notes(spec, sources)
    names = listed((each.title for each in scene.layers if not each.is_ground), spec.lang)
    return Slide(
        title,
        subtitle,
        picture=Picture(
            printed.map_picture(), say("slides.alt", spec.lang, title=title, layers=names)
        ),
        legend=legend_items(scene),
        notes="\n".join((notes, *sheet.notes, *printed.remarks)),
        footer=f"{imprint(spec)}　{sources}",
    )


def _slide(figures: Figures, first: Slide) -> Slide:
    chart = figures.chart
    if chart is not None and figures.like_legend and chart.kind == "bar":
        chart = _like_legend(chart, first.legend)
    return Slide(
        figures.title,
        text=figures.text,
        table=figures.table,
        chart=chart,
        notes=first.notes,
        footer=first.footer,
    )


def _like_legend(chart: Chart, legend: tuple[LegendItem, ...]) -> Chart | None:
    """Return the bars that the legend has, in its order and its colours."""
    ((title, values),) = chart.series
    counts = dict(zip(chart.categories, values, strict=True))
    items = [item for item in legend if item.label in counts]
    if not items:
        return None
    return replace(
        chart,
        categories=tuple(item.label for item in items),
        series=((title, tuple(counts[item.label] for item in items)),),
        colours=tuple(item.colour for item in items),
    )
