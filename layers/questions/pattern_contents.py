"""What the map of pattern shows: classes of units, points in their study area, or centres; kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.keeping.answers import kept_answer
from layers.keeping.brought import is_own
from layers.look.content import Content
from layers.look.overlays import Features, Overlay, Points
from layers.plan.area import area
from layers.plan.catalogue import load
from layers.questions import centres, distances, patterns
from layers.questions.contents import dots
from layers.questions.distances import Spacing
from layers.questions.patterns import Pattern
from layers.words import both

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from layers.questions.centres import Centres
    from layers.questions.pattern_looks import Look

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
# As dark in grey as their opposites.
LOW = (*patterns.COLD, "low-low", "low-high")
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


@kept_answer
def pattern(look: Look, *, lang: str) -> Content:
    """Return the map of one look at a pattern.

    Parameters
    ----------
    look
        The question; one that can be answered.
    lang
        ``"zh"`` or ``"en"``.
    """
    asked = look.asked
    if isinstance(asked, Spacing):
        return _spacing(asked, lang)
    if isinstance(asked, Pattern):
        return _hot_spots(asked, lang) if look.name == "hot" else _clusters(asked, lang)
    return _centres(asked, lang)


def _hot_spots(asked: Pattern, lang: str) -> Content:
    zones = patterns.hot_spots(asked)
    return _classes(asked, zones, "hot_spot", (*patterns.HOT, *reversed(patterns.COLD)), lang)


def _clusters(asked: Pattern, lang: str) -> Content:
    return _classes(asked, patterns.clusters(asked), "cluster", patterns.CLUSTERS, lang)


def _spacing(asked: Spacing, lang: str) -> Content:
    """Return the map of the points and of the study area that they are tested in."""
    zh, en = both("pattern.map.study_area")
    area = distances.study_area()[["geometry"]].dissolve()
    outline = Features(area, title=zh, title_en=en, colour=OUTLINE, fill_opacity=0.03)
    return _of((outline, dots(asked.points, lang)), lang)


def _centres(asked: Centres, lang: str) -> Content:
    """Return the map of the centres and ellipses of all points and of each group."""
    found = centres.centres(asked).assign(distance_km=lambda frame: frame["from_all_km"].round(1))
    colours = _colours(found["category"])
    named, rings = _named(found, asked.by, colours), centres.ellipses(asked)
    overlays: list[Overlay] = []
    located = asked.points.located()
    frames = [located]
    if rings is not None:
        frames.append(rings)
        rings = _named(rings, asked.by, colours)
        overlays += [
            _ellipse(rings[rings["category"] == group], lang) for group in rings["category"]
        ]
    for _, centre in named.groupby(level=0, sort=False):
        kind, group = centre[["kind", "category"]].iloc[0]
        if kind == "mean" or group == centres.ALL:
            overlays.append(_centre(centre, kind, lang))
    return _of((dots(asked.points, lang), *overlays), lang, *frames)


def _centre(centre: gpd.GeoDataFrame, kind: str, lang: str) -> Points:
    row = centre.iloc[0]
    zh, en = both(f"pattern.map.{kind}")
    whole = row["category"] == centres.ALL
    return Points(
        centre,
        title=zh.format(group=row["name_zh"]),
        title_en=en.format(group=row["name_en"]),
        colour=MEDIAN if kind == "median" else row["colour"],
        symbol=CENTRE_SYMBOLS[kind],
        size_px=ALL_PX if whole else GROUP_PX,
        named=kind == "mean",
        columns=_titles({"n": "n", "from_all_km": "distance_km"}, lang),
    )


def _classes(
    asked: Pattern, zones: gpd.GeoDataFrame, column: str, kinds: tuple[str, ...], lang: str
) -> Content:
    """Return the map of units in classes: one overlay for each class that there is."""
    statistic = "z" if column == "hot_spot" else "local_i"
    amount = "weight_sum" if asked.weight else "count"
    shown = zones.assign(**{statistic: zones[statistic].round(2), "p_fdr": zones["p_fdr"].round(4)})
    titles = _titles({name: name for name in (amount, statistic, "p_fdr")}, lang)
    if asked.weight and is_own(asked.points.layer):
        words = both("measure.own.investment")[lang == "en"]
        titles[amount] = words.format(amount=asked.points.amount_noun(lang))
    overlays = []
    for kind in (*kinds, *PLAIN):
        part = shown[shown[column] == kind]
        if part.empty:
            continue
        zh, en = both(f"pattern.class.{kind}")
        overlays.append(
            Features(
                part,
                title=zh,
                title_en=en,
                colour=CLASS_COLOURS[kind],
                fill_opacity=PLAIN_OPACITY if kind in PLAIN else CLASS_OPACITY,
                hatched=kind in LOW,
                columns=titles,
            )
        )
    told = ~shown[column].isin(PLAIN) | (shown["count"] > 0)
    return _of((*overlays, dots(asked.points, lang)), lang, asked.points.located(), shown[told])


def _of(overlays: tuple[Overlay, ...], lang: str, *frames: gpd.GeoDataFrame) -> Content:
    """Return results above the base map; the map shows where they are, not all that was tested."""
    extent = None
    if frames:
        corners = np.array([frame.total_bounds for frame in frames if not frame.empty])
        west, south = (corners[:, :2].min(axis=0) - MARGIN_DEG).tolist()
        east, north = (corners[:, 2:].max(axis=0) + MARGIN_DEG).tolist()
        extent = (west, south, east, north)
    return Content(
        {name: load(name) for name in area().context}, area().context, overlays, lang, extent
    )


def _ellipse(ring: gpd.GeoDataFrame, lang: str) -> Features:
    row = ring.iloc[0]
    zh, en = both("pattern.map.ellipse")
    shown = ring.assign(
        major_km=(ring["major_m"] / 1000.0).round(1),
        minor_km=(ring["minor_m"] / 1000.0).round(1),
        inside_pct=ring["inside_pct"].round(),
    )
    columns = ("n", "major_km", "minor_km", "inside_pct")
    return Features(
        shown,
        title=zh.format(group=row["name_zh"]),
        title_en=en.format(group=row["name_en"]),
        colour=row["colour"],
        fill_opacity=ELLIPSE_OPACITY,
        columns=_titles({name: name for name in columns}, lang),
    )


def _colours(groups: pd.Series[str]) -> dict[str, str]:
    """Return the colour of each group, which its centre and its ellipse share."""
    own = [group for group in dict.fromkeys(groups) if group != centres.ALL]
    found = {group: GROUP_COLOURS[at % len(GROUP_COLOURS)] for at, group in enumerate(own)}
    return found | {centres.ALL: ALL_COLOUR}


def _named(found: gpd.GeoDataFrame, by: str, colours: dict[str, str]) -> gpd.GeoDataFrame:
    names = [centres.group_name(by, group) for group in found["category"]]
    return found.assign(
        name_zh=[zh for zh, _ in names],
        name_en=[en for _, en in names],
        colour=found["category"].map(colours),
    )


def _titles(columns: dict[str, str], lang: str) -> dict[str, str]:
    """Return the title of each column of a frame that a card shows."""
    return {column: both(f"pattern.column.{key}")[lang == "en"] for key, column in columns.items()}
