"""The slides of a map: the map with its legend, then its figures as a table and a chart."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from layers import questions, structure
from layers.print_plates import listed, plates
from layers.printing import credits_of, map_picture
from layers.slides import Chart, LegendItem, Picture, Slide, Table, presentation
from layers.specification import asked
from layers.subjects import Zones
from layers.words import both

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd

    from layers.print_plates import Entry, Plate
    from layers.specification import MapSpec
    from layers.structure import Shown

MOST_BARS = 14
# Beside its legend the map of a slide-sized sheet fills a slide, and its names are legible.
PICTURE_SIZE, PICTURE_DPI = "16:9", 200
# An area that is paler is known by its outline.
PALE = 0.5


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
    sheet, content = spec.titled(), spec.content()
    english = spec.lang == "en"
    shown = plates(content)
    sources = " · ".join(credits_of(shown, spec.lang))
    internal = sheet.review_number == "internal"
    review = both("slides.internal")[english] if internal else sheet.review_number
    footer = both("slides.footer")[english].format(review=review, date=sheet.date)
    told = json.dumps(spec.parameters, ensure_ascii=False)
    notes = both("slides.notes")[english].format(sources=sources, map=spec.map, parameters=told)
    about: dict[str, Any] = {"notes": notes, "footer": f"{footer}　{sources}"}
    alt = both("slides.alt")[english].format(
        title=sheet.title, layers="、".join(plate.title for plate in shown if not plate.is_ground)
    )
    pictured = replace(sheet, size=PICTURE_SIZE, dpi=PICTURE_DPI)
    first = Slide(
        sheet.title,
        sheet.subtitle,
        picture=Picture(map_picture(content, pictured), alt),
        legend=_legend(shown),
        **about,
    )
    figures = _FIGURES[spec.map](spec)
    return [first] if figures is None else [first, _slide(figures, sheet.title, spec.lang, about)]


def _legend(shown: list[Plate]) -> tuple[LegendItem, ...]:
    items: list[LegendItem] = []
    for plate in listed(shown):
        if plate.is_ground:
            continue
        if plate.has_title:
            items.append(LegendItem(plate.title, kind="heading"))
        items += [_item(entry) for entry in plate.entries()]
    return tuple(items)


def _item(entry: Entry) -> LegendItem:
    style = entry.style
    kind: Any = entry.kind
    outlined = kind == "area" and style.fill_opacity < PALE
    if kind == "point" and style.symbol == "hollow":
        kind = "ring"
    elif style.dash and (kind == "line" or outlined):
        kind = "dash"
    elif outlined:
        kind = "line"
    colour = style.edge or style.colour if outlined else style.colour
    if kind == "area":
        colour = _on_paper(colour, style.fill_opacity)
    return LegendItem(entry.words, colour, kind, "" if entry.count is None else f"{entry.count:,}")


def _on_paper(colour: str, opacity: float) -> str:
    """Return what a colour looks like on white when it lets some of that through."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - opacity * (255 - part)):02X}" for part in parts)


def _slide(figures: Figures, title: str, lang: str, about: dict[str, Any]) -> Slide:
    english = lang == "en"
    name = f"name_{lang}"
    top = figures.zones[figures.zones[figures.value] > 0].head(MOST_BARS)
    header = (both("column.zone_name")[english], *(both(c)[english] for c in _keys(figures)))
    rows = tuple(
        (row[name], *(row[column] for column in figures.columns))
        for row in figures.zones.to_dict("records")
    )
    chart = None
    if len(top):
        values = tuple(float(value) for value in top[figures.value])
        chart = Chart("bar", tuple(top[name]), ((figures.title, values),), title=figures.title)
    return Slide(
        both("slides.figures")[english].format(title=title),
        table=Table(header, rows),
        chart=chart,
        **about,
    )


def _keys(figures: Figures) -> tuple[str, ...]:
    return tuple(f"column.{column}" for column in figures.columns)


def _density(spec: MapSpec) -> Figures:
    question = asked(spec)
    counted = questions.Distribution(question.points, Zones("districts"), question.weight)
    zones = questions.uncertainty(counted).zones.sort_values("density_per_km2", ascending=False)
    title = both("column.density_per_km2")[spec.lang == "en"]
    return Figures(zones, "density_per_km2", ("count", "density_per_km2", "area_km2"), title)


def _coverage(spec: MapSpec) -> Figures:
    zones = questions.coverage(asked(spec)).sort_values("covered_pct", ascending=False)
    columns = ("covered_pct", "doubly_covered_pct", "uncovered_km2", "area_km2")
    return Figures(zones, "covered_pct", columns, both("column.covered_pct")[spec.lang == "en"])


def _distribution(spec: MapSpec) -> Figures:
    shown: Shown = asked(spec)
    zones = structure.table(shown)
    columns = tuple(dict.fromkeys(("count", "share_pct", "density_per_km2")))
    return Figures(zones, shown.column, columns, shown.titles[spec.lang == "en"])


_FIGURES: dict[str, Callable[[MapSpec], Figures | None]] = {
    "overview": lambda _: None,
    "density": _density,
    "coverage": _coverage,
    "distribution": _distribution,
}
