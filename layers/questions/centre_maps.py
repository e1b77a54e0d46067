"""The map of centres: those of all points and of each group, with the ellipses around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.look.overlays import Features, Overlay, Points
from layers.look.symbology import value_label
from layers.questions.contents import above_base, dots
from layers.questions.unit_classes import titles
from layers.words import both

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from layers.look.content import Content
    from layers.questions.subjects import Points as Subject

ALL = "all"
ALL_COLOUR, MEDIAN = "#111827", "#D55E00"
# Paul Tol's muted colours, which the colour-blind tell apart.
GROUP_COLOURS = (
    *("#332288", "#CC6677", "#117733", "#DDAA33", "#88CCEE", "#882255"),
    *("#44AA99", "#AA4499", "#999933", "#6699CC", "#994455", "#667788"),
)
ELLIPSE_OPACITY = 0.05
# A group of one place often has its centre where the median is: this one shows around it.
ALL_PX, GROUP_PX = 10.0, 6.0
CENTRE_SYMBOLS = {"mean": "cross", "median": "diamond"}


def content(
    asked: Subject, by: str, found: gpd.GeoDataFrame, rings: gpd.GeoDataFrame | None, lang: str
) -> Content:
    """Return the map of the centres and ellipses of all points and of each group.

    Parameters
    ----------
    asked, by
        The points, and the column of their groups.
    found, rings
        The centres, and the ellipses where there are any.
    lang
        ``"zh"`` or ``"en"``.
    """
    found = found.assign(distance_km=found["from_all_km"].round(1))
    colours = _colours(found["category"])
    named = _named(found, by, colours)
    overlays: list[Overlay] = []
    located = asked.located()
    frames = [located]
    if rings is not None:
        frames.append(rings)
        rings = _named(rings, by, colours)
        overlays += [
            _ellipse(rings[rings["category"] == group], lang) for group in rings["category"]
        ]
    for _, centre in named.groupby(level=0, sort=False):
        kind, group = centre[["kind", "category"]].iloc[0]
        if kind == "mean" or group == ALL:
            overlays.append(_centre(centre, kind, lang))
    return above_base((dots(asked, lang), *overlays), lang, *frames)


def _centre(centre: gpd.GeoDataFrame, kind: str, lang: str) -> Points:
    row = centre.iloc[0]
    zh, en = both(f"pattern.map.{kind}")
    whole = row["category"] == ALL
    return Points(
        centre,
        title=zh.format(group=row["name_zh"]),
        title_en=en.format(group=row["name_en"]),
        colour=MEDIAN if kind == "median" else row["colour"],
        symbol=CENTRE_SYMBOLS[kind],
        size_px=ALL_PX if whole else GROUP_PX,
        named=kind == "mean",
        columns=titles({"n": "n", "from_all_km": "distance_km"}, lang),
        name=f"{kind} {row['category']}",
    )


def _ellipse(ring: gpd.GeoDataFrame, lang: str) -> Features:
    row = ring.iloc[0]
    zh, en = both("pattern.map.ellipse")
    rounded = ring.assign(
        major_km=(ring["major_m"] / 1000.0).round(1),
        minor_km=(ring["minor_m"] / 1000.0).round(1),
        inside_pct=ring["inside_pct"].round(),
    )
    columns = ("n", "major_km", "minor_km", "inside_pct")
    return Features(
        rounded,
        title=zh.format(group=row["name_zh"]),
        title_en=en.format(group=row["name_en"]),
        colour=row["colour"],
        fill_opacity=ELLIPSE_OPACITY,
        columns=titles({name: name for name in columns}, lang),
        name=f"ellipse {row['category']}",
    )


def _colours(groups: pd.Series[str]) -> dict[str, str]:
    """Return the colour of each group, which its centre and its ellipse share."""
    own = [group for group in dict.fromkeys(groups) if group != ALL]
    colours = {group: GROUP_COLOURS[at % len(GROUP_COLOURS)] for at, group in enumerate(own)}
    return colours | {ALL: ALL_COLOUR}


def _named(frame: gpd.GeoDataFrame, by: str, colours: dict[str, str]) -> gpd.GeoDataFrame:
    names = [group_name(by, group) for group in frame["category"]]
    return frame.assign(
        name_zh=[zh for zh, _ in names],
        name_en=[en for _, en in names],
        colour=frame["category"].map(colours),
    )


def group_name(by: str, group: str) -> tuple[str, str]:
    """Return the Chinese and English name of a group of points, or of all of them."""
    if group == ALL:
        return both("pattern.all")
    return value_label(by, group, lang="zh"), value_label(by, group, lang="en")
