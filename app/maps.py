"""The map of each page, as a document; kept, so that a re-run draws nothing again."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import layers
from app import questions
from app.texts import both

if TYPE_CHECKING:
    import geopandas as gpd

    from app.questions import Points

CONTEXT = ("districts", "river", "metro", "roads")
LAYOUT = ("circles", "cities", "axes", "nodes")
THEMES: dict[str, tuple[str, ...]] = {
    "224": LAYOUT,
    "platforms": ("cities", "axes", "parks", "platforms"),
    "projects": ("cities", "axes", "projects"),
    "all": (*LAYOUT, "planning_area", "parks", "platforms", "projects"),
}
ZONES = "overlay-1"
DOT = "#111827"
DOCUMENTS_KEPT = 32


@lru_cache(maxsize=DOCUMENTS_KEPT)
def overview(theme: str, evidence: tuple[str, ...], lang: str) -> dict[str, Any]:
    """Return the map of a theme, with only the chosen evidence classes of the plan."""
    frames = {name: _kept(name, evidence) for name in (*CONTEXT, *THEMES["all"])}
    return layers.map_document(frames, visible=(*CONTEXT, *THEMES[theme]), lang=lang)


@lru_cache(maxsize=DOCUMENTS_KEPT)
def density(
    points: Points,
    *,
    bandwidth_m: float,
    cell_size_m: float,
    kernel: str,
    weight: str | None,
    lang: str,
) -> dict[str, Any]:
    """Return the map of the density surface with the points that made it."""
    surface = questions.density(
        points, bandwidth_m=bandwidth_m, cell_size_m=cell_size_m, kernel=kernel, weight=weight
    )
    title_zh, title_en = both("density.title")
    unit = both("density.unit_weighted" if weight else "density.unit")[lang == "en"]
    return layers.map_document(
        CONTEXT,
        overlays=(
            layers.Surface(surface, title=title_zh, title_en=title_en, unit=unit),
            _dots(points, lang),
        ),
        lang=lang,
    )


@lru_cache(maxsize=DOCUMENTS_KEPT)
def coverage(
    sites: Points,
    *,
    zoning: str,
    hexagon_m: float,
    distance_m: float,
    demand: Points | None,
    lang: str,
) -> dict[str, Any]:
    """Return the map of covered zones, service areas and sites."""
    zones = questions.coverage(
        sites, zoning=zoning, hexagon_m=hexagon_m, distance_m=distance_m, demand=demand
    )
    covered_zh, covered_en = both("coverage.title")
    areas_zh, areas_en = both("coverage.areas")
    reach = questions.service_areas(sites, distance_m=distance_m)
    return layers.map_document(
        CONTEXT,
        overlays=(
            layers.Choropleth(
                zones,
                "covered_pct",
                title=covered_zh,
                title_en=covered_en,
                unit="%",
                breaks=(20, 40, 60, 80, 100),
                columns=_titles(["doubly_covered_pct", "uncovered_km2", "area_km2"], lang),
            ),
            layers.Features(
                reach[["geometry"]].dissolve(),
                title=areas_zh,
                title_en=areas_en,
                fill_opacity=0.12,
            ),
            _dots(sites, lang),
        ),
        lang=lang,
    )


@lru_cache(maxsize=DOCUMENTS_KEPT)
def distribution(
    projects: Points, *, zoning: str, hexagon_m: float, measure: str, lang: str
) -> dict[str, Any]:
    """Return the map of zones coloured by a measure, with the projects."""
    _, column = questions.MEASURES[measure]
    zones = questions.spread(projects, zoning=zoning, hexagon_m=hexagon_m, measure=measure)
    if zoning == "hexagons":
        zones = zones[zones["count"] > 0]
    title_zh, title_en = both(f"measure.{measure}")
    return layers.map_document(
        {projects.layer: projects.located()},
        visible=(*CONTEXT, projects.layer, ZONES),
        overlays=(
            layers.Choropleth(
                zones,
                column,
                title=title_zh,
                title_en=title_en,
                columns=_titles(["count", "share_pct", "density_per_km2"], lang),
            ),
        ),
        lang=lang,
    )


def selecting(document: dict[str, Any], layer: str, feature_id: str | None) -> dict[str, Any]:
    """Return the same map with a feature selected, or none."""
    chosen = None if feature_id is None else {"layer": layer, "id": feature_id}
    return document | {"selected": chosen}


def _dots(points: Points, lang: str) -> layers.Points:
    """Return the points of an analysis as small dots, which hide nothing of its result."""
    about = layers.resource(points.layer)
    told = ["accuracy_m", "quote", "heading"]
    return layers.Points(
        points.located(),
        title=about.title_zh,
        title_en=about.title_en,
        colour=DOT,
        size_px=3,
        columns={column: about.field(column).title(lang) for column in told},
    )


def _titles(columns: list[str], lang: str) -> dict[str, str]:
    return {column: both(f"column.{column}")[lang == "en"] for column in columns}


def _kept(name: str, evidence: tuple[str, ...]) -> gpd.GeoDataFrame:
    frame = layers.load(name)
    if name in CONTEXT or not evidence:
        return frame
    return frame[frame["evidence"].isin(evidence)]
