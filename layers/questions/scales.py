"""A measure of a distribution, on one of the scales and in classes: what is worked out from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias, get_args

from geo.numerals import LANGUAGES
from layers.look.classification import MAX_CLASSES
from layers.questions.counting import MEASURES, Distribution, Measure, weight_of
from layers.questions.fields import Field
from layers.questions.kinds import Kind
from layers.words import both, say

Scale: TypeAlias = Literal["amount", "share", "log"]
Scheme: TypeAlias = Literal["quantiles", "natural_breaks", "equal_interval", "head_tail"]
SCALES: tuple[Scale, ...] = get_args(Scale)
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
# The share that says the same as an amount.
SHARES = {"count": "share_pct", "weight_sum": "weight_share_pct"}
SCALES_OF: dict[str, tuple[Scale, ...]] = {"sector": ("amount", "share"), "diversity": ("amount",)}
# The measure that needs people.
RATE = "per_10k"
FEWEST_CLASSES = 2


@dataclass(frozen=True, slots=True)
class Scaled(Kind):
    """A measure of a distribution, on one of the scales and in classes.

    Parameters
    ----------
    asked
        The question; what it weighs by follows from the measure.
    measure
        One of :data:`layers.questions.counting.MEASURES`.
    scale
        ``"amount"``, ``"share"`` or ``"log"``; the amount where the measure has no such scale.
    scheme
        One of :data:`SCHEMES`, by which the classes are found.
    classes
        Greatest number of classes.
    """

    asked: Distribution
    measure: Measure = "count"
    scale: Annotated[Scale, Field(quiet=True)] = "amount"
    scheme: Scheme = "quantiles"
    classes: Annotated[int, Field(low=FEWEST_CLASSES, high=MAX_CLASSES, slide=(2, 7, 1))] = 5

    @property
    def has_scale(self) -> bool:
        """Whether the measure can be shown on the scale."""
        if self.scale == "share" and self.measure not in SCALES_OF:
            return MEASURES[self.measure][1] in SHARES
        return self.scale in SCALES_OF.get(self.measure, SCALES)

    @property
    def log(self) -> bool:
        """Whether equal lengths are equal factors."""
        return self.scale == "log" and self.has_scale

    @property
    def share(self) -> bool:
        """Whether parts of the whole are shown."""
        return self.scale == "share" and self.has_scale

    @property
    def column(self) -> str:
        """The column that is shown."""
        column = MEASURES[self.measure][1]
        return SHARES.get(column, column) if self.share else column

    @property
    def titles(self) -> tuple[str, str]:
        """Return what the zones show, with unit and scale, in Chinese and in English.

        Shares of sectors are parts of a bar, not of the zones.
        """
        share = "_share" if self.share and self.column in SHARES.values() else ""
        titles = self._measure_titles(share)
        if not self.log:
            return titles
        zh, en = both("distribution.log_scale")
        return zh.format(title=titles[0]), en.format(title=titles[1])

    def _measure_titles(self, share: str) -> tuple[str, str]:
        points = self.asked.points
        # The weight of the question is that of sums alone.
        sums, summed = MEASURES[self.measure][0], self.asked.weight
        own = "own." if sums and not points.is_plans_amount(summed) else ""
        key = f"measure.{own}{self.measure}{share}"
        zh, en = (
            say(key, lang, amount=points.amount_noun(lang, summed), **points.nouns(lang))
            for lang in LANGUAGES
        )
        return zh, en

    @property
    def question(self) -> Distribution:
        """The question with the weight of the measure, and people only where they are asked for."""
        people = self.asked.population if self.measure == "per_10k" else None
        weight = self.asked.weight or weight_of(self.asked.points, self.measure)
        return replace(self.asked, weight=weight, population=people)

    @property
    def drawn(self) -> Distribution:
        """The question that :func:`layers.questions.zone_draws` answers: it knows no people."""
        return replace(self.question, population=None)
