"""How sure counts in zones are: their intervals, and which zone is ahead of which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np

from geo.errors import InputError
from geo.numerals import number
from geo.supports import unsure
from geo.units import labelled
from geo.zoned.uncertainty import MIN_DRAWS
from layers.look.charts import Chart
from layers.look.told import (
    as_told,
    at_its_digits,
    below_each_other,
    ends_in_words,
    parts_of,
    teller,
)
from layers.questions.counting import DRAWS, INTERVAL_PCT, OfZones, certain_sum, zone_draws
from layers.questions.fields import Field
from layers.questions.figures import MOST_BARS, ZONE_NAME, Figures, column_title
from layers.questions.kinds import register
from layers.type.tables import Table
from layers.words import bracketed, in_sentence, say

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo.zoned.uncertainty import Uncertainty


@register
@dataclass(frozen=True, slots=True)
class Intervals(OfZones):
    """Intervals of counts, sums and ranks from random draws of every place.

    Parameters
    ----------
    asked
        Which points are counted, and where.
    draws, seed
        How many random draws there are, and where they start.
    interval_pct
        Part of the draws in an interval, percent.
    """

    LOOK: ClassVar[str] = "uncertainty"
    COMMAND: ClassVar[str] = "uncertainty"

    draws: Annotated[int, Field(low=MIN_DRAWS)] = DRAWS
    seed: Annotated[int, Field(low=0)] = 0
    interval_pct: Annotated[float, Field(unit="%", above=0, below=100)] = INTERVAL_PCT

    @property
    def columns(self) -> tuple[str, ...]:
        """The interval, the rank and its interval."""
        rank = "rank" if self.asked.weight is None else "weight_rank"
        return (f"{self.column}_low", f"{self.column}_high", rank, f"{rank}_low", f"{rank}_high")

    def drawn(self) -> Uncertainty:
        """Return what the draws say.

        Raises
        ------
        InputError
            If no point moves.
        """
        points = self.asked.points.known()
        if not unsure(points, np.arange(len(points))).any():
            raise InputError(
                "uncertainty: no point has an accuracy_m above 0, so that none moves and there is "
                "no interval; take data with that column",
                code="values.no_accuracy",
            )
        return zone_draws(
            self.asked, draws=self.draws, seed=self.seed, interval_pct=self.interval_pct
        )

    def answer(self) -> gpd.GeoDataFrame:
        """Return the zones with the intervals of what is counted in them."""
        return self.drawn().zones

    def zones_shown(self) -> gpd.GeoDataFrame:
        """Return the zones with their intervals."""
        return self.answer()

    def certain(self, lang: str) -> str | None:
        """Return how sure the first zone by a sum is, with the interval of the map."""
        return certain_sum(
            self.asked, lang, draws=self.draws, seed=self.seed, interval_pct=self.interval_pct
        )

    def interval(self, lang: str) -> str:
        """Return what the interval is called."""
        return say("told.interval_of", lang, pct=number(self.interval_pct))

    def told(self, lang: str) -> list[str]:
        """Return which zone holds most, within which interval, and how sure its rank is."""
        column, low, high, rank, *ends = (self.column, *self.columns)
        zones = self.zones_shown()
        first = zones.loc[zones[column].idxmax()]
        told = {
            "zone": first[f"name_{lang}"],
            "what": in_sentence(self.column_title(column, lang)),
            "interval": self.interval(lang),
        }
        figures = [first[each] for each in (column, low, high)]
        said = at_its_digits(figures, column, parted=parts_of(zones[column], column))
        told |= dict(zip(("value", "low", "high"), said, strict=True))
        sentences = [say("told.interval", lang, **told)]
        if first[ends[0]] < first[ends[1]]:
            ranks = {"best": number(first[ends[0]]), "worst": number(first[ends[1]])}
            ranks |= {"zone": told["zone"], "rank": number(first[rank])}
            sentences.append(say("told.interval_rank", lang, **ranks))
        return [*sentences, *self.beyond(lang)]

    def beyond(self, lang: str) -> list[str]:
        """Return why what is expected of some zones lies outside its interval, if it does."""
        column, low, high, *_ = (self.column, *self.columns)
        zones = self.zones_shown()
        expected, least, most = (zones[each].map(float) for each in (column, low, high))
        # A sum of shares misses an end that it equals by as much as its digits do.
        within = expected.between(least, most) | np.isclose(expected, expected.clip(least, most))
        outside = int((~within & expected.notna()).sum())
        return [say("told.interval_beyond", lang, n=outside)] if outside else []

    def figures(self, lang: str) -> list[Figures]:
        """Return the zones with their intervals: as lines upon bars, and in figures."""
        column, low, high, rank, *_ = (self.column, *self.columns)
        zones = self.zones_shown().sort_values(column, ascending=False)
        what, interval = self.column_title(column, lang), self.interval(lang)
        ranked = column_title(rank, lang)
        header = (
            column_title(ZONE_NAME, lang),
            what,
            bracketed(say("row.interval_pct", lang), f"{number(self.interval_pct)} %", lang),
            ranked,
            say("told.interval_named", lang, what=ranked, interval=interval),
        )
        rows = zip(
            zones[f"name_{lang}"],
            below_each_other(zones[column], column),
            _ends(zones, column),
            below_each_other(zones[rank], rank),
            _ends(zones, rank),
            strict=True,
        )
        top = zones[zones[high] > 0].head(MOST_BARS)
        chart = None
        if len(top):
            chart = Chart(
                "bar",
                tuple(top[f"name_{lang}"]),
                ((what, tuple(as_told(each, column) for each in top[column])),),
                title=say("told.interval_chart", lang, what=what, interval=interval),
                column=column,
                ends=tuple(zip(top[low].map(float), top[high].map(float), strict=True)),
            )
        title = say("slides.figures", lang, title=self.title(lang))
        table = Table(header, tuple(rows), (1, 2, 3, 4))
        return [Figures(title, text=tuple(self.beyond(lang)), table=table, chart=chart)]


def _ends(zones: pd.DataFrame, column: str) -> list[str]:
    """Return from where to where figures below each other could lie, with their decimals."""
    parted = parts_of(zones[column], column)
    return [ends_in_words(row, column, parted=parted) for row in zones.to_dict("records")]


@register
@dataclass(frozen=True, slots=True)
class Ahead(OfZones):
    """How likely each zone is ahead of each other.

    Parameters
    ----------
    asked
        Which points are counted, and where.
    draws, seed
        How many random draws there are, and where they start.
    """

    LOOK: ClassVar[str] = "ahead"
    COMMAND: ClassVar[str] = "ahead"

    draws: Annotated[int, Field(low=MIN_DRAWS)] = DRAWS
    seed: Annotated[int, Field(low=0)] = 0

    @property
    def column(self) -> str:
        """How likely a zone is ahead of that other one which it is least likely ahead of."""
        return "ahead_pct"

    @property
    def columns(self) -> tuple[str, ...]:
        """The count, or what the points add up to."""
        return (self.held,)

    def certain(self, lang: str) -> str | None:
        """Return how sure the first zone by a sum is, from the draws of the map."""
        return certain_sum(self.asked, lang, draws=self.draws, seed=self.seed)

    def least(self) -> pd.Series[float]:
        """Return, by zone, how likely it is ahead of any one other zone at least, percent."""
        matrix = self.answer().set_index("id")
        return 100.0 * matrix.where(~np.eye(len(matrix), dtype=bool)).min(axis=1)

    def zones_shown(self) -> gpd.GeoDataFrame:
        """Return the zones with how likely each is ahead of any other."""
        zones = OfZones.zones_shown(self)
        shown = zones.assign(ahead_pct=zones["id"].map(self.least()).astype(float))
        return labelled(shown, zones.attrs)

    def told(self, lang: str) -> list[str]:
        """Return which zone is ahead of each other one most surely, and how surely."""
        least = self.least().dropna()
        if least.empty:
            return []
        name = self.zones_shown().set_index("id")[f"name_{lang}"][least.idxmax()]
        told = {"zone": name, "pct": teller(least, self.column)(least.max())}
        points, weight = self.asked.points, self.asked.weight
        noun = points.noun(lang) if weight is None else points.amount_noun(lang, weight)
        return [say("told.ahead", lang, noun=noun, **told), say("told.ahead_pairs", lang)]

    def answer(self) -> pd.DataFrame:
        """Return the probability, 0 to 1, that the zone of a row is ahead of that of a column."""
        drawn = Intervals(self.asked, self.draws, self.seed).drawn()
        ids = drawn.zones["id"].tolist()
        matrix: pd.DataFrame = drawn.ahead.set_axis(ids).set_axis(ids, axis=1)
        return matrix.rename_axis("id").reset_index()

    def headline(self, lang: str) -> list[tuple[str, str]]:
        """Return the zone that is ahead of each other one most surely, and how surely."""
        least = self.least().dropna()
        if least.empty:
            return []
        name = self.zones_shown().set_index("id")[f"name_{lang}"][least.idxmax()]
        return [
            (say("headline.ahead", lang), f"{name} {teller(least, self.column)(least.max())} %")
        ]

    def figures(self, lang: str) -> list[Figures]:
        """Return the probabilities, with zones by their names."""
        matrix = self.answer().set_index("id")
        zones = self.zones_shown().set_index("id")[f"name_{lang}"]
        # A zone is not ahead of itself.
        sure = (100 * matrix).mask(np.eye(len(matrix), dtype=bool))
        told = teller(sure.to_numpy().ravel(), self.column)
        columns = [map(told, sure[key]) for key in sure]
        rows = tuple(zip(zones[sure.index], *columns, strict=True))
        title = say("slides.figures", lang, title=self.title(lang))
        header = (say("ahead.cells", lang), *zones[matrix.columns])
        least = self.least().dropna().sort_values(ascending=False).head(MOST_BARS)
        chart = None
        if len(least):
            what = self.column_title(self.column, lang)
            values = tuple(as_told(each, self.column) for each in least)
            names = tuple(zones[least.index])
            chart = Chart("bar", names, ((what, values),), title=what, column=self.column)
        table = Table(header, rows, tuple(range(1, len(header))))
        return [Figures(title, table=table, chart=chart)]
