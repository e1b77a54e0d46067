"""The maps of the pattern page, as documents; kept, so that a re-run draws nothing again."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

import layers
from app import centres, distances, patterns
from app.maps import DOCUMENTS_KEPT
from app.texts import both
from layers.contents import CONTEXT, dots
from layers.symbology import value_label

if TYPE_CHECKING:
    import geopandas as gpd

    from app.centres import Centres
    from app.distances import Spacing
    from app.patterns import Pattern

# Red to blue stays apart for all common kinds of colour blindness; outliers have the paler shades.
CLASS_COLOURS = {
    "hot 99": "#B2182B",
    "hot 95": "#E8704F",
    "hot 90": "#F7B799",
    "cold 90": "#A7CFE4",
    "cold 95": "#4393C3",
    "cold 99": "#2166AC",
    "high-high": "#B2182B",
    "high-low": "#F4A582",
    "low-high": "#8DA0CB",
    "low-low": "#2166AC",
    "island": "#52606D",
    "not significant": "#D3DAE1",
}
CLASS_OPACITY = 0.72
PLAIN = ("island", "not significant")
PLAIN_OPACITY = 0.05
OUTLINE = "#111827"
ALL_COLOUR, MEDIAN = "#111827", "#D55E00"
# Paul Tol's muted colours, which the colour-blind tell apart.
GROUP_COLOURS = (
    *("#332288", "#CC6677", "#117733", "#DDAA33", "#88CCEE", "#882255"),
    *("#44AA99", "#AA4499", "#999933", "#6699CC", "#994455", "#667788"),
)
ELLIPSE_OPACITY = 0.05
MARGIN_DEG = 0.02
ALL_PX, GROUP_PX = 8.0, 6.0
CENTRE_SYMBOLS = {"mean": "cross", "median": "diamond"}


@lru_cache(maxsize=DOCUMENTS_KEPT)
def hot_spots(asked: Pattern, *, lang: str) -> dict[str, Any]:
    """Return the map of hot and cold spots."""
    zones = patterns.hot_spots(asked)
    return _classes(asked, zones, "hot_spot", (*patterns.HOT, *reversed(patterns.COLD)), lang)


@lru_cache(maxsize=DOCUMENTS_KEPT)
def clusters(asked: Pattern, *, lang: str) -> dict[str, Any]:
    """Return the map of clusters and outliers."""
    zones = patterns.clusters(asked)
    return _classes(asked, zones, "cluster", patterns.CLUSTERS, lang)


@lru_cache(maxsize=DOCUMENTS_KEPT)
def spacing(asked: Spacing, *, lang: str) -> dict[str, Any]:
    """Return the map of the points and of the study area that they are tested in."""
    zh, en = both("pattern.map.study_area")
    area = distances.study_area()[["geometry"]].dissolve()
    outline = layers.Features(area, title=zh, title_en=en, colour=OUTLINE, fill_opacity=0.03)
    return layers.map_document(CONTEXT, overlays=(outline, dots(asked.points, lang)), lang=lang)


@lru_cache(maxsize=DOCUMENTS_KEPT)
def ellipses(asked: Centres, *, lang: str) -> dict[str, Any]:
    """Return the map of the centres and ellipses of all points and of each group."""
    found = centres.centres(asked).assign(distance_km=lambda frame: frame["from_all_km"].round(1))
    named, rings = _named(found, asked.by), centres.ellipses(asked)
    overlays: list[layers.Overlay] = []
    if rings is not None:
        rings = _named(rings, asked.by)
        overlays += [
            _ellipse(rings[rings["category"] == group], lang) for group in rings["category"]
        ]
    # Those of all points last, so that they lie on top.
    for _, centre in named.iloc[::-1].groupby(level=0, sort=False):
        kind, group = centre[["kind", "category"]].iloc[0]
        if kind == "mean" or group == centres.ALL:
            overlays.append(_centre(centre, kind, lang))
    return _opened_at(
        layers.map_document(CONTEXT, overlays=(dots(asked.points, lang), *overlays), lang=lang),
        asked.points.located(),
    )


def _centre(centre: gpd.GeoDataFrame, kind: str, lang: str) -> layers.Points:
    row = centre.iloc[0]
    zh, en = both(f"pattern.map.{kind}")
    whole = row["category"] == centres.ALL
    return layers.Points(
        centre,
        title=zh.format(group=row["name_zh"]),
        title_en=en.format(group=row["name_en"]),
        colour=MEDIAN if kind == "median" else row["colour"],
        symbol=CENTRE_SYMBOLS[kind],
        size_px=ALL_PX if whole else GROUP_PX,
        columns=_titles({"n": "n", "from_all_km": "distance_km"}, lang),
    )


def group_name(by: str, group: str) -> tuple[str, str]:
    """Return the Chinese and English name of a group of points, or of all of them."""
    if group == centres.ALL:
        return both("pattern.all")
    return value_label(by, group, lang="zh"), value_label(by, group, lang="en")


def _classes(
    asked: Pattern, zones: gpd.GeoDataFrame, column: str, kinds: tuple[str, ...], lang: str
) -> dict[str, Any]:
    """Return the map of units in classes: one overlay for each class that there is."""
    statistic = "z" if column == "hot_spot" else "local_i"
    amount = "weight_sum" if asked.weight else "count"
    shown = zones.assign(**{statistic: zones[statistic].round(2), "p_fdr": zones["p_fdr"].round(4)})
    overlays = []
    for kind in (*reversed(PLAIN), *reversed(kinds)):
        part = shown[shown[column] == kind]
        if part.empty:
            continue
        zh, en = both(f"pattern.class.{kind}")
        overlays.append(
            layers.Features(
                part,
                title=zh,
                title_en=en,
                colour=CLASS_COLOURS[kind],
                fill_opacity=PLAIN_OPACITY if kind in PLAIN else CLASS_OPACITY,
                columns=_titles({name: name for name in (amount, statistic, "p_fdr")}, lang),
            )
        )
    document = layers.map_document(
        CONTEXT, overlays=(*overlays, dots(asked.points, lang)), lang=lang
    )
    told = ~shown[column].isin(PLAIN) | (shown["count"] > 0)
    return _opened_at(document, asked.points.located(), shown[told])


def _opened_at(document: dict[str, Any], *frames: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return a map that opens where its result is, and not at the rim of all it tests."""
    corners = np.array([frame.total_bounds for frame in frames if not frame.empty])
    west, south = (corners[:, :2].min(axis=0) - MARGIN_DEG).tolist()
    east, north = (corners[:, 2:].max(axis=0) + MARGIN_DEG).tolist()
    return document | {"bounds": [[south, west], [north, east]]}


def _ellipse(ring: gpd.GeoDataFrame, lang: str) -> layers.Features:
    row = ring.iloc[0]
    zh, en = both("pattern.map.ellipse")
    shown = ring.assign(
        major_km=(ring["major_m"] / 1000.0).round(1),
        minor_km=(ring["minor_m"] / 1000.0).round(1),
        inside_pct=ring["inside_pct"].round(),
    )
    columns = ("n", "major_km", "minor_km", "inside_pct")
    return layers.Features(
        shown,
        title=zh.format(group=row["name_zh"]),
        title_en=en.format(group=row["name_en"]),
        colour=row["colour"],
        fill_opacity=ELLIPSE_OPACITY,
        columns=_titles({name: name for name in columns}, lang),
    )


def _named(found: gpd.GeoDataFrame, by: str) -> gpd.GeoDataFrame:
    names = [group_name(by, group) for group in found["category"]]
    groups = [group for group in dict.fromkeys(found["category"]) if group != centres.ALL]
    colour_of = {
        group: GROUP_COLOURS[at % len(GROUP_COLOURS)] for at, group in enumerate(groups)
    } | {centres.ALL: ALL_COLOUR}
    return found.assign(
        name_zh=[zh for zh, _ in names],
        name_en=[en for _, en in names],
        colour=found["category"].map(colour_of),
    )


def _titles(columns: dict[str, str], lang: str) -> dict[str, str]:
    """Return the title of each column of a frame that a card shows."""
    return {column: both(f"pattern.column.{key}")[lang == "en"] for key, column in columns.items()}
