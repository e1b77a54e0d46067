"""The map of units in classes: one overlay for each class, in colours that stay apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.look.overlays import Features
from layers.questions.patterns import COLD
from layers.words import both, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

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
LOW = (*COLD, "low-low", "low-high")


def overlays(
    units: gpd.GeoDataFrame,
    column: str,
    kinds: Iterable[str],
    columns: Mapping[str, str],
    heading: tuple[str, str],
) -> tuple[Features, ...]:
    """Return an overlay for each class that there is.

    Parameters
    ----------
    units, column
        The units, and the column of their class.
    kinds
        Classes in the order of a legend; those that say nothing of note come last.
    columns
        What a card shows, with its titles.
    heading
        What the classes are of, in Chinese and English.
    """
    found = []
    for kind in (*kinds, *PLAIN):
        part = units[units[column] == kind]
        if part.empty:
            continue
        zh, en = both(f"pattern.class.{kind}")
        found.append(
            Features(
                part,
                title=zh,
                title_en=en,
                colour=CLASS_COLOURS[kind],
                fill_opacity=PLAIN_OPACITY if kind in PLAIN else CLASS_OPACITY,
                hatched=kind in LOW,
                columns=columns,
                name=kind,
                heading=heading[0],
                heading_en=heading[1],
            )
        )
    return tuple(found)


def titles(columns: dict[str, str], lang: str) -> dict[str, str]:
    """Return the title of each column of a frame that a card shows."""
    return {column: say(f"pattern.column.{key}", lang) for key, column in columns.items()}
