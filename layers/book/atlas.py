"""The atlas: a map and its facts for each zone, or each kind of points, with all that goes around.

What is drawn from it, a print or slides, takes the same leaves: a cover with contents, a leaf for
each subject, what has no place, method and sources.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from geo.crs import moved
from geo.errors import InputError
from geo.numerals import number
from layers.book import facts, series
from layers.look.overlays import Features, Points
from layers.look.reduced import coarser
from layers.look.symbology import texts_in, value_label
from layers.plan.area import area, crs_words, map_crs
from layers.plan.catalogue import table
from layers.plan.positions import CRS
from layers.plan.schema import resource
from layers.plan.selection import placed_share
from layers.questions.counting import DRAWS
from layers.questions.stated import placed
from layers.questions.subjects import Points as Subjects
from layers.questions.subjects import point_layers
from layers.record import provenance
from layers.record.specification import asked
from layers.type.tables import Table
from layers.words import both, capital, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from layers.book.facts import Facts
    from layers.book.series import Subject
    from layers.look.charts import Chart
    from layers.look.content import Content
    from layers.record.specification import MapSpec

    # Called before a leaf is drawn: how many are done, how many there are, and its title. What it
    # raises ends the drawing.
    Progress = Callable[[int, int, str], None]

SELECTED = "#111827"
# Around a subject, as a share of its size, and the least half width of its map, metres.
AROUND, LEAST_M = 0.12, 2500.0
DIGEST = 12
EVIDENCE = ("official", "surveyed", "located", "schematic", "unlocated")


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One leaf of an atlas, whoever draws it.

    Parameters
    ----------
    title
        Its title, and what the contents call it.
    content
        Its map, if any.
    figures
        Title and value of each key figure.
    text
        Paragraphs.
    table, chart
        Its table, and the chart that slides have beside it.
    found
        Figures that its slides are called by, those of the map first.
    """

    title: str
    content: Content | None = None
    figures: tuple[tuple[str, str], ...] = ()
    text: tuple[str, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    found: tuple[tuple[tuple[str, str], ...], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """The leaves of an atlas.

    Parameters
    ----------
    cover
        Its map shows all subjects.
    pages
        One for each subject that has a map.
    closing
        What has no place, and sources.
    method
        How it was counted and how to read it, which a print has behind its contents.
    """

    cover: Leaf
    pages: tuple[Leaf, ...]
    closing: tuple[Leaf, ...]
    method: Leaf

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """All leaves, in the order in which slides have them."""
        return (self.cover, *self.pages, *self.closing[:-1], self.method, self.closing[-1])


def atlas(spec: MapSpec) -> Atlas:
    """Return the atlas of a map, with a page for each of ``spec.pages``.

    Raises
    ------
    InputError
        If the specification names no series, its map asks about no points that have kinds, or it
        cannot be drawn.

    Examples
    --------
    >>> from layers.record.specification import read_spec
    >>> book = atlas(read_spec("overview", review_number="internal", pages="circles"))
    >>> [leaf.title for leaf in book.pages][:2]
    ['大科城知识创新圈', '科学城前沿创新圈']
    """
    if spec.pages == series.CATEGORY:
        return _of_kinds(spec)
    return _of_zones(spec)


def _of_zones(spec: MapSpec) -> Atlas:
    content = spec.content()
    zones = series.zones(spec.pages or "")
    placed = [zone for zone in zones if zone.shape is not None]
    nowhere = [zone for zone in zones if zone.shape is None]
    outlined = partial(_outlined, content)
    pages = tuple(
        _leaf(
            zone.name(spec.lang),
            replace(
                content,
                overlays=(*content.overlays, *outlined(zone.name_zh, zone.name_en, [zone])),
                extent=_around(zone),
            ),
            facts.of_zone(zone, spec),
        )
        for zone in placed
    )
    zh, en = both(f"atlas.series.{spec.pages}")
    all_of_them = replace(content, overlays=(*content.overlays, *outlined(zh, capital(en), placed)))
    cover = _cover(spec, all_of_them, len(pages))
    return Atlas(cover, pages, _closing(spec, nowhere), _method(spec))


def _of_kinds(spec: MapSpec) -> Atlas:
    points = _points(spec)
    column = points.group
    pages, nowhere = [], []
    for kind in series.kinds(points):
        own = points.filtered(column, (kind.id,))
        about = facts.of_kind(own, spec)
        title = kind.name(spec.lang)
        if own.located().empty:
            nowhere.append(_leaf(title, None, about))
        else:
            pages.append(_leaf(title, _content_of_kind(spec, own, column, kind.id), about))
    content = spec.content()
    cover = _cover(spec, content, len(pages))
    return Atlas(cover, tuple(pages), (*nowhere, *_closing(spec, [])), _method(spec))


def _points(spec: MapSpec) -> Subjects:
    """Return the points that a map is about."""
    points = asked(spec).paged
    if points is None:
        raise InputError(
            f"atlas: the map {spec.map!r} is about no points that have kinds; choose pages from "
            f"{', '.join(area().series)}",
            code="atlas.no_kinds",
            value=spec.map,
            names=area().series,
        )
    return points


def _content_of_kind(spec: MapSpec, points: Subjects, column: str, value: str) -> Content:
    """Return the map of one kind of points alone."""
    question = asked(spec)
    if question.over(points) is not question:
        return spec.part(parameters={**spec.parameters, column: [value]}).content()
    whole = spec.content()
    # What is narrowed or made coarser stays so.
    drawn = whole.frames[points.layer]
    names = (*area().beside, points.layer)
    shown = replace(
        whole,
        frames={**whole.frames, points.layer: drawn[drawn["id"].isin(points.chosen()["id"])]},
        visible=(*area().context, *names),
    )
    told = shown.statement
    if told is not None:
        told = replace(told, placed=placed(question, shown, spec.lang))
    return replace(shown, statement=told)


def _leaf(title: str, content: Content | None, about: Facts) -> Leaf:
    return Leaf(title, content, about.figures, about.text, about.table, about.chart, about.found)


def _outlined(content: Content, zh: str, en: str, zones: list[Subject]) -> list[Features | Points]:
    """Return subjects as a map shows what is selected: an outline, or a ring around a place."""
    places = [zone for zone in zones if isinstance(zone.shape, shapely.Point)]
    areas = [zone for zone in zones if zone not in places]
    overlays: list[Features | Points] = []
    if areas:
        assumed = any(zone.row["evidence"] != "official" for zone in zones)
        overlays.append(
            Features(
                _frame(areas),
                title=zh,
                title_en=en,
                colour=SELECTED,
                fill_opacity=0.0,
                dashed=assumed,
            )
        )
    if places:
        overlays.append(
            Points(
                _frame(places),
                title=zh,
                title_en=en,
                colour=SELECTED,
                symbol="hollow",
                size_px=11.0,
            )
        )
    if not content.reduced:
        return overlays
    return [replace(each, frame=coarser(each.frame)) for each in overlays]


def _frame(zones: list[Subject]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "id": [zone.id for zone in zones],
            "name_zh": [zone.name_zh for zone in zones],
            "name_en": [zone.name_en for zone in zones],
        },
        geometry=[zone.shape for zone in zones],
        crs=CRS,
    )


def _around(zone: Subject) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the map of a subject, degrees."""
    metric = moved(gpd.GeoSeries([zone.shape], crs=CRS), map_crs())
    west, south, east, north = metric.total_bounds.tolist()
    x, y = (west + east) / 2, (south + north) / 2
    half_x = max((east - west) * (0.5 + AROUND), LEAST_M)
    half_y = max((north - south) * (0.5 + AROUND), LEAST_M)
    box = shapely.box(x - half_x, y - half_y, x + half_x, y + half_y)
    bounds = moved(gpd.GeoSeries([box], crs=metric.crs), CRS).total_bounds.tolist()
    return bounds[0], bounds[1], bounds[2], bounds[3]


# ---- around the pages ----


def _cover(spec: MapSpec, content: Content, pages: int) -> Leaf:
    named = say(f"atlas.series.{spec.pages}", spec.lang)
    subtitle = say("atlas.subtitle", spec.lang, series=named, n=number(pages))
    lines = (subtitle, *(part for part in (spec.sheet.subtitle, spec.sheet.author) if part))
    figures = tuple(_total(layer, spec.lang) for layer in point_layers())
    return Leaf(spec.titled().title, content, figures, lines)


def _total(layer: str, lang: str) -> tuple[str, str]:
    """Return how many features of a layer have a place, and how many can have one."""
    points = Subjects(layer)
    title = say("atlas.cover.total", lang, layer=resource(layer).title(lang))
    share = placed_share(points.chosen())
    return title, facts.of_all(number(share.placed), number(share.possible))


def _closing(spec: MapSpec, nowhere: list[Subject]) -> tuple[Leaf, ...]:
    sources = sources_leaf(spec)
    return (_nowhere(nowhere, spec.lang), sources) if nowhere else (sources,)


def _nowhere(zones: list[Subject], lang: str) -> Leaf:
    header = tuple(say(f"atlas.column.{name}", lang) for name in ("name", "evidence"))
    rows = tuple(
        (zone.name(lang), value_label("evidence", zone.row["evidence"], lang=lang))
        for zone in zones
    )
    return Leaf(
        say("atlas.nowhere", lang),
        text=(say("atlas.nowhere.note", lang),),
        table=Table(header, rows),
    )


def _method(spec: MapSpec) -> Leaf:
    keys = ["counts", "interval", "accuracy", "crs"]
    if spec.pages in area().overlapping:
        keys.insert(1, "overlap")
    named = say(f"atlas.series.{spec.pages}", spec.lang)
    filled = {
        "draws": number(DRAWS),
        "series": capital(named),
        "crs": crs_words(spec.lang),
    }
    text = [asked(spec).explained(spec.lang)]
    text += [say(f"atlas.method.{key}", spec.lang, **filled) for key in keys]
    header = tuple(
        say(f"atlas.column.{name}", spec.lang) for name in ("evidence", "meaning", "drawn")
    )
    rows = tuple(
        (
            value_label("evidence", name, lang=spec.lang),
            say(f"atlas.evidence.{name}", spec.lang),
            say(f"atlas.drawn.{name}", spec.lang),
        )
        for name in EVIDENCE
    )
    return Leaf(say("atlas.method", spec.lang), text=tuple(text), table=Table(header, rows))


def sources_leaf(spec: MapSpec, contents: Iterable[Content] = ()) -> Leaf:
    """Return the leaf with the sources of the plan, and what the file was made by.

    Parameters
    ----------
    spec
        The specification.
    contents
        Maps whose sources are told; where there are none, those of all the plan.
    """
    record = provenance.record({}, created=spec.sheet.date or provenance.UNDATED, lang=spec.lang)
    rerun = say(
        "atlas.rerun",
        spec.lang,
        title=say("app.title", spec.lang),
        version=record["version"],
        data=record["data"][:DIGEST],
    )
    names = ("source", "publisher", "date", "licence")
    header = tuple(say(f"atlas.column.{name}", spec.lang) for name in names)
    frame = table("sources").astype("object")
    shown = [each.frames[name] for each in contents for name in each.visible if name in each.frames]
    used = {key for each in shown if "source_id" in each for key in each["source_id"]}
    frame = frame[frame["id"].isin(used)] if used else frame
    told = (texts_in(frame, name, lang=spec.lang) for name in names[1:])
    rows = tuple(
        tuple(None if pd.isna(cell) else str(cell) for cell in row)
        for row in zip(frame[f"name_{spec.lang}"], *told, strict=True)
    )
    return Leaf(say("atlas.sources", spec.lang), text=(rerun,), table=Table(header, rows))
