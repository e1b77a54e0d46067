"""What the map of each question shows: its layers and overlays, for any renderer; kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import geopandas as gpd
import shapely

from geo.errors import InputError
from layers import questions
from layers.keeping.answers import kept_answer
from layers.keeping.brought import is_own
from layers.look.content import Content
from layers.look.overlays import Choropleth, Features, Isolines, Overlay, Points, Surface
from layers.plan.area import area
from layers.plan.catalogue import load
from layers.plan.schema import resource
from layers.plan.zonings import GRID_NAMES
from layers.questions import zone_results
from layers.words import both

if TYPE_CHECKING:
    from geo.surface.density import Unit
    from geo.zoned.people import Population
    from layers.questions import Coverage, Density
    from layers.questions.subjects import Points as Subjects
    from layers.questions.zone_results import Shown

Show: TypeAlias = Literal["surface", "bands", "isolines"]
DOT = "#111827"
# What a browser draws at once: features, their corners, cells of a raster along a side. An outline
# with many corners is simplified by a part of so many of the width of the map.
PREVIEW_FEATURES, PREVIEW_CORNERS, PREVIEW_CELLS, PREVIEW_PX = 3000, 60_000, 600, 4000


@kept_answer
def overview(theme: str, evidence: tuple[str, ...], lang: str) -> Content:
    """Return the map of a theme, with only the chosen evidence classes of the plan."""
    themes, context = area().themes, area().context
    plan = dict.fromkeys(name for layers in themes.values() for name in layers)
    frames = {name: _kept(name, evidence) for name in (*context, *plan)}
    return Content(frames, (*context, *themes[theme]), lang=lang)


@kept_answer
def density(
    asked: Density,
    *,
    levels: tuple[float, ...],
    top: float | None = None,
    show: Show = "surface",
    lang: str,
) -> Content:
    """Return the map of a density with the points that made it.

    Parameters
    ----------
    asked
        The question.
    levels
        Values of the isolines and borders of the bands.
    top
        Upper end of the colours; the maximum where it is None. Maps to compare share one.
    show
        ``"surface"`` for even colours, ``"bands"`` for one colour between two levels, and
        ``"isolines"`` for lines with their values on even colours.
    lang
        ``"zh"`` or ``"en"``.
    """
    title_zh, title_en = both("density.title")
    lines_zh, lines_en = both("density.isolines")
    unit = density_unit(asked, lang)
    overlays: list[Overlay] = [
        Surface(
            questions.density(asked),
            title=title_zh,
            title_en=title_en,
            unit=unit,
            levels=levels if show == "bands" else None,
            top=top,
        )
    ]
    if show == "isolines":
        overlays.append(
            Isolines(
                questions.density_lines(asked, levels), title=lines_zh, title_en=lines_en, unit=unit
            )
        )
    return _of((*overlays, dots(asked.points, lang)), lang)


def density_unit(asked: Density, lang: str) -> str:
    """Return the unit of a density in the reader's language."""
    return density_unit_of(asked.points, asked.weight, asked.unit, lang)


def density_unit_of(points: Subjects, weight: str | None, unit: Unit, lang: str) -> str:
    """Return one of the units that a density can have: of an own column, its name alone."""
    if weight is None:
        return both(f"density.unit.{unit}")[lang == "en"]
    if not is_own(points.layer):
        return both(f"density.unit.{unit}_weighted")[lang == "en"]
    words = both(f"density.unit.{unit}_own")[lang == "en"]
    return words.format(amount=points.amount_noun(lang))


@kept_answer
def coverage(asked: Coverage, *, lang: str) -> Content:
    """Return the map of covered zones, service areas and sites."""
    covered_zh, covered_en = both("coverage.title")
    areas_zh, areas_en = both("coverage.areas")
    reach = questions.service_areas(asked.sites, asked.distance_m)
    return _of(
        (
            Choropleth(
                questions.coverage(asked),
                "covered_pct",
                title=covered_zh,
                title_en=covered_en,
                unit="%",
                breaks=(20, 40, 60, 80, 100),
                columns=_titles(["doubly_covered_pct", "uncovered_km2", "area_km2"], lang),
                named=asked.zones.name not in GRID_NAMES,
            ),
            Features(
                reach[["geometry"]].dissolve(),
                title=areas_zh,
                title_en=areas_en,
                fill_opacity=0.12,
            ),
            dots(asked.sites, lang),
        ),
        lang,
    )


@kept_answer
def distribution(shown: Shown, *, lang: str) -> Content:
    """Return the map of zones coloured by a measure, with the projects."""
    points = shown.asked.points
    if is_own(points.layer):
        return _of((zones_overlay(shown, lang=lang), dots(points, lang)), lang)
    context = {name: load(name) for name in area().context}
    return Content(
        context | {points.layer: points.located()},
        (*area().context, points.layer),
        (zones_overlay(shown, lang=lang),),
        lang,
    )


@kept_answer
def layer(name: str, *, lang: str) -> Content:
    """Return the map of one layer on the base map.

    Raises
    ------
    InputError
        If the layer is a table without places.
    LayerError
        If there is no such layer.
    """
    if resource(name).geometry == "table":
        raise InputError(
            f"layer: {name!r} is a table without places, and no map can be drawn of it; make "
            "slides (.pptx), or choose a layer with geometry",
            code="layer.no_places",
            name=name,
        )
    frames = {each: load(each) for each in dict.fromkeys((*area().context, name))}
    return Content(frames, tuple(frames), lang=lang)


def own(frame: gpd.GeoDataFrame, *, title: str, name_column: str, lang: str) -> Content:
    """Return the map of features that somebody brings, before anything is asked of them.

    Parameters
    ----------
    frame
        Features in any CRS. Of many a part is shown, and of long outlines a simpler one.
    title
        What they are called.
    name_column
        Column with their names, empty where there is none.
    lang
        ``"zh"`` or ``"en"``.
    """
    seen = _thinned(frame)
    named = gpd.GeoDataFrame(geometry=seen.geometry.rename("geometry"))
    if name_column:
        words = seen[name_column].astype("object").where(seen[name_column].notna(), "")
        named = named.assign(name_zh=words.astype(str), name_en=words.astype(str))
    points = shapely.get_type_id(named.geometry.to_numpy()) == shapely.GeometryType.POINT
    overlays: list[Overlay] = []
    if not points.all():
        overlays.append(Features(named[~points], title=title))
    if points.any():
        overlays.append(Points(named[points], title=title, colour=DOT, size_px=4, cluster=True))
    return _of(tuple(overlays), lang)


def own_people(people: Population, *, title: str, lang: str) -> Content:
    """Return the map of a raster of people, coarse enough to be seen at once."""
    counts = people.counts
    step = max(1, -(-max(counts.shape) // PREVIEW_CELLS))
    coarse = counts.coarsen(y=step, x=step, boundary="pad").sum().rio.write_crs(counts.rio.crs)
    words = both("own.people_unit" if step == 1 else "own.people_unit_together")
    unit = words[lang == "en"].format(cells=step)
    return _of((Surface(coarse, title=title, title_en=title, unit=unit),), lang)


def _thinned(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return as many features, with as few corners, as a browser draws at once."""
    seen = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    seen = seen.iloc[:: max(1, -(-len(seen) // PREVIEW_FEATURES))]
    corners = int(shapely.get_num_coordinates(seen.geometry.to_numpy()).sum())
    if corners <= PREVIEW_CORNERS:
        return seen
    west, south, east, north = seen.total_bounds
    tolerance = max(east - west, north - south) * corners / PREVIEW_CORNERS / PREVIEW_PX
    return seen.set_geometry(seen.geometry.simplify(tolerance))


def zones_overlay(shown: Shown, *, lang: str) -> Choropleth:
    """Return the zones with their classes, as the map and the histogram show them."""
    zones = zone_results.on_map(shown)
    title_zh, title_en = shown.titles
    return Choropleth(
        zones,
        shown.column,
        title=title_zh,
        title_en=title_en,
        # A map knows no log scale, but it takes the bounds that were found on one.
        breaks=zone_results.classified(shown).uppers or None if shown.log else None,
        scheme=shown.scheme,
        classes=shown.classes,
        columns=_titles(["count", "share_pct", "density_per_km2"], lang),
        named=shown.asked.zones.name not in GRID_NAMES,
    )


def dots(points: Subjects, lang: str) -> Points:
    """Return the points of an analysis as small dots, which hide nothing of its result."""
    about = points.about
    told = {"accuracy_m", "quote", "heading"}
    return Points(
        points.located(),
        title=about.title_zh,
        title_en=about.title_en,
        colour=DOT,
        size_px=3,
        columns={each.name: each.title(lang) for each in about.fields if each.name in told},
    )


def _of(overlays: tuple[Overlay, ...], lang: str) -> Content:
    """Return results above the base map."""
    return Content({name: load(name) for name in area().context}, area().context, overlays, lang)


def _titles(columns: list[str], lang: str) -> dict[str, str]:
    return {column: both(f"column.{column}")[lang == "en"] for column in columns}


def _kept(name: str, evidence: tuple[str, ...]) -> gpd.GeoDataFrame:
    frame = load(name)
    if name in area().context or not evidence:
        return frame
    return frame[frame["evidence"].isin(evidence)]
