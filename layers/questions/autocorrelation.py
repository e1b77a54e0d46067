"""Whether units near each other are alike over the whole map: Moran, Geary and Getis–Ord."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import pandas as pd

import geo
from geo.numerals import number
from layers.keeping.answers import kept_answer
from layers.look.overlays import Choropleth
from layers.questions import cluster_reading
from layers.questions.cluster_reading import p_words
from layers.questions.contents import above_base, dots
from layers.questions.fields import Field
from layers.questions.kinds import register
from layers.questions.patterns import GLOBAL_PERMUTATIONS, Pattern, counted
from layers.type.tables import Table
from layers.words import say

if TYPE_CHECKING:
    from layers.look.content import Content

ALPHA = 0.05
NOTHING = "–"


@register
@dataclass(frozen=True, slots=True)
class Autocorrelation(Pattern):
    """Moran's I, Geary's C and Getis–Ord G over the whole map.

    Parameters
    ----------
    points, zones, weight, rule, k, distance_m, permutations, seed, tolerance_m
        As :class:`layers.questions.patterns.Pattern` has them.
    alpha
        Level of significance.
    """

    LOOK: ClassVar[str] = "global"
    COMMAND: ClassVar[str] = "global"

    permutations: Annotated[int, Field(low=1)] = GLOBAL_PERMUTATIONS
    alpha: Annotated[float, Field(above=0, below=1)] = ALPHA

    def answer(self) -> pd.DataFrame:
        """Return the three statistics, with what chance gives."""
        table = autocorrelation(self)
        attrs = table.attrs | {"tested": self.tested}
        table = table.reset_index()
        table.attrs = attrs
        return table

    def content(self, lang: str) -> Content:
        """Return the units in the colours of what is tested."""
        zones = Choropleth(
            counted(self),
            self.tested,
            title=self.column_title(self.tested, "zh"),
            title_en=self.column_title(self.tested, "en"),
        )
        return above_base((zones, dots(self.points, lang)), lang)

    def told(self, lang: str) -> list[str]:
        """Return what Moran's I says."""
        return [cluster_reading.overall(autocorrelation(self), lang=lang)]

    def table(self, lang: str) -> Table:
        """Return the three statistics."""
        return _statistics(autocorrelation(self), lang)


@kept_answer
def autocorrelation(asked: Autocorrelation) -> pd.DataFrame:
    """Return Moran's I, Geary's C and Getis–Ord G over the whole map."""
    return geo.spatial_autocorrelation(
        counted(asked), asked.tested, alpha=asked.alpha, **asked.settings()
    )


def overall(asked: Pattern) -> pd.DataFrame:
    """Return the statistics that stand beside a test of each unit."""
    return autocorrelation(_beside(asked))


def statistics(asked: Pattern, lang: str) -> Table:
    """Return them as a table."""
    return _statistics(overall(asked), lang)


def _beside(asked: Pattern) -> Autocorrelation:
    units = asked.units
    return Autocorrelation(
        units.points,
        units.zones,
        units.weight,
        units.rule,
        units.k,
        units.distance_m,
        seed=units.seed,
        tolerance_m=units.tolerance_m,
    )


def _statistics(figures: pd.DataFrame, lang: str) -> Table:
    """Return Moran's I, Geary's C and Getis–Ord G with what chance gives."""
    rows = [
        (
            say(f"pattern.statistic.{name}", lang),
            _figure(row["value"], 3),
            _figure(row["expected"], 3),
            _figure(row["z"], 1),
            NOTHING if pd.isna(row["p_value"]) else p_words(row["p_value"]).strip("= "),
        )
        for name, row in figures.iterrows()
    ]
    header = tuple(
        say(f"pattern.column.{column}", lang)
        for column in ("statistic", "value", "expected", "standard", "p_value")
    )
    return Table(header, tuple(rows), numeric=(1, 2, 3, 4))


def _figure(value: float, digits: int) -> str:
    return NOTHING if pd.isna(value) else number(value, digits=digits)
