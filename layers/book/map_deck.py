"""The slides of a map: the map with its legend, then its figures as a table and a chart."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from layers import questions
from layers.book.layer_deck import layer_slides
from layers.book.pattern_deck import pattern_slide
from layers.paper.printing import composed, credits_of
from layers.plan.area import area
from layers.plan.catalogue import describe
from layers.plan.schema import resource
from layers.questions import zone_results
from layers.questions.subjects import Zones
from layers.record.imprints import imprint
from layers.record.specification import RATE, asked, layer_of
from layers.slides.deck import presentation
from layers.slides.legends import legend_items
from layers.slides.slide import Chart, Picture, Slide
from layers.type.tables import Table
from layers.words import both

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    from layers.look.content import Content
    from layers.questions.zone_results import Shown
    from layers.record.specification import MapSpec

MOST_BARS = 14
# Beside its legend the map of a slide-sized sheet fills a slide, and its names are legible.
PICTURE_SIZE, PICTURE_DPI = "16:9", 200


class Figures(NamedTuple):
    """What the zones of a map say: the zones, largest first, and the columns to show.

    Parameters
    ----------
    zones
        Zones with ``name_zh`` and ``name_en``.
    value
        Column of the chart.
    columns
        Columns of the table.
    title
        Title of the value with its unit.
    """

    zones: gpd.GeoDataFrame
    value: str
    columns: tuple[str, ...]
    title: str


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
    """Return the slides of a map."""
    sheet = spec.titled()
    if spec.map == "layer":
        return _of_layer(spec, layer_of(spec))
    first = map_slide(spec, spec.content(), sheet.title, subtitle=sheet.subtitle)
    if spec.map == "pattern":
        title = both("slides.reading")[spec.lang == "en"].format(title=sheet.title)
        return [first, pattern_slide(asked(spec), first, title=title, lang=spec.lang)]
    figures = _FIGURES[spec.map](spec)
    return [first] if figures is None else [first, _slide(figures, first, spec.lang)]


def _of_layer(spec: MapSpec, name: str) -> list[Slide]:
    """Return the slides of a layer; one that is a table has no map, and its slides alone."""
    sheet = spec.titled()
    if resource(name).geometry != "table":
        first = map_slide(spec, spec.content(), sheet.title, subtitle=sheet.subtitle)
        return [first, *layer_slides(name, first, lang=spec.lang)]
    told = "name_en" if spec.lang == "en" else "attribution"
    sources = " · ".join(source[told] for source in describe(name).sources)
    bare = Slide(sheet.title, notes=_notes(spec, sources), footer=f"{imprint(spec)}　{sources}")
    return layer_slides(name, bare, lang=spec.lang)


def _notes(spec: MapSpec, sources: str) -> str:
    told = json.dumps(spec.parameters, ensure_ascii=False)
    words = both("slides.notes")[spec.lang == "en"]
    return words.format(sources=sources, map=spec.map, parameters=told)


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
    sheet, english = spec.titled(), spec.lang == "en"
    bare = replace(sheet, size=PICTURE_SIZE, dpi=PICTURE_DPI, subtitle="", notes=())
    printed = composed(content, bare, scale_inside=True)
    shown = printed.scene
    credits_ = credits_of(shown, printed.content)
    sources = " · ".join([*credits_, printed.note] if printed.note else credits_)
    notes = _notes(spec, sources)
    names = both("separator")[english].join(
        each.title for each in shown.layers if not each.is_ground
    )
    return Slide(
        title,
        subtitle,
        picture=Picture(
            printed.map_picture(), both("slides.alt")[english].format(title=title, layers=names)
        ),
        legend=legend_items(shown),
        notes="\n".join((notes, *sheet.notes, *printed.remarks)),
        footer=f"{imprint(spec)}　{sources}",
    )


def _slide(figures: Figures, first: Slide, lang: str) -> Slide:
    english = lang == "en"
    name = f"name_{lang}"
    top = figures.zones[figures.zones[figures.value] > 0].head(MOST_BARS)
    titles = (
        figures.title if column == figures.value else both(f"column.{column}")[english]
        for column in figures.columns
    )
    header = (both("column.zone_name")[english], *titles)
    rows = tuple(
        (row[name], *(row[column] for column in figures.columns))
        for row in figures.zones.to_dict("records")
    )
    chart = None
    if len(top):
        values = tuple(float(value) for value in top[figures.value])
        chart = Chart("bar", tuple(top[name]), ((figures.title, values),), title=figures.title)
    return Slide(
        both("slides.figures")[english].format(title=first.title),
        table=Table(header, rows),
        chart=chart,
        notes=first.notes,
        footer=first.footer,
    )


def _density(spec: MapSpec) -> Figures:
    question = asked(spec)
    counted = questions.Distribution(
        question.points, Zones(area().defaults["density"]["zoning"]), question.weight
    )
    zones = questions.uncertainty(counted).zones.sort_values("density_per_km2", ascending=False)
    title = both("column.density_per_km2")[spec.lang == "en"]
    return Figures(zones, "density_per_km2", ("count", "density_per_km2", "area_km2"), title)


def _coverage(spec: MapSpec) -> Figures:
    zones = questions.coverage(asked(spec)).sort_values("covered_pct", ascending=False)
    columns = ("covered_pct", "doubly_covered_pct", "uncovered_km2", "area_km2")
    return Figures(zones, "covered_pct", columns, both("column.covered_pct")[spec.lang == "en"])


def _distribution(spec: MapSpec) -> Figures:
    shown: Shown = asked(spec)
    zones = zone_results.table(shown)
    # What the map shows, and what a rate is by.
    more = ("population", shown.column) if shown.measure == RATE else (shown.column,)
    columns = tuple(dict.fromkeys(("count", "share_pct", "density_per_km2", *more)))
    return Figures(zones, shown.column, columns, shown.titles[spec.lang == "en"])


_FIGURES: dict[str, Callable[[MapSpec], Figures | None]] = {
    "overview": lambda _: None,
    "density": _density,
    "coverage": _coverage,
    "distribution": _distribution,
}
