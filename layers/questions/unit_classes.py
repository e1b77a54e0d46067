"""The map of units in classes: one overlay for each class, in colours that stay apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.look.overlays import Features
from layers.questions.contents import above_base, dots
from layers.questions.patterns import COLD
from layers.words import both, say

if TYPE_CHECKING:
    from layers.look.content import Content
    from layers.questions.tested_units import Tested

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


def content(asked: Tested, lang: str) -> Content:
    """Return the map of units in classes: one overlay for each class that there is."""
    zones, column = asked.classified(), asked.CLASSES
    statistic = "z" if column == "hot_spot" else "local_i"
    amount = "weight_sum" if asked.weight else "count"
    rounded = zones.assign(
        **{statistic: zones[statistic].round(2), "p_fdr": zones["p_fdr"].round(4)}
    )
    labels = titles({name: name for name in (amount, statistic, "p_fdr")}, lang)
    if asked.weight and not asked.points.is_plans_amount(asked.weight):
        noun = asked.points.amount_noun(lang, asked.weight)
        labels[amount] = say("measure.own.investment", lang, amount=noun)
    overlays = []
    for kind in (*asked.ORDER, *PLAIN):
        part = rounded[rounded[column] == kind]
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
                columns=labels,
                name=kind,
            )
        )
    notable = ~rounded[column].isin(PLAIN) | (rounded["count"] > 0)
    return above_base(
        (*overlays, dots(asked.points, lang)), lang, asked.points.located(), rounded[notable]
    )


def titles(columns: dict[str, str], lang: str) -> dict[str, str]:
    """Return the title of each column of a frame that a card shows."""
    return {column: say(f"pattern.column.{key}", lang) for key, column in columns.items()}
