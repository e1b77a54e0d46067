"""Units in classes by a test of each: what hot spots and clusters have in common."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from geo.numerals import number
from layers.keeping.answers import kept_answer
from layers.plan.zonings import GRID_NAMES
from layers.questions import autocorrelation, cluster_reading, patterns
from layers.questions.contents import above_base, dots
from layers.questions.patterns import GLOBAL_PERMUTATIONS, Pattern
from layers.questions.spots import spots_of
from layers.questions.unit_classes import PLAIN, overlays, titles
from layers.words import paragraph, say

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.look.content import Content
    from layers.questions.cluster_reading import Spot
    from layers.questions.figures import Figures
    from layers.questions.subjects import Zones
    from layers.type.tables import Table

# Cells a quarter smaller and a quarter larger, of whole steps.
FINER, COARSER, CELL_STEP_M = 0.75, 1.25, 500
_SUMMED = ("amount", "area_km2")


@dataclass(frozen=True, slots=True)
class UnitClasses(Pattern):
    """Units in classes by a test of each: the parent of hot spots and clusters.

    Parameters
    ----------
    points, zones, weight, rule, k, distance_m, permutations, seed, tolerance_m
        As :class:`Pattern` has them.
    """

    # The column of classes, all classes in the order of a legend, and those that the test is
    # first of all about.
    CLASSES: ClassVar[str]
    ORDER: ClassVar[tuple[str, ...]]
    FOREMOST: ClassVar[tuple[str, ...]]
    SPOT: ClassVar[cluster_reading.SpotKind]

    def classified(self) -> gpd.GeoDataFrame:
        """Return the units with their class."""
        raise NotImplementedError

    def answer(self) -> gpd.GeoDataFrame:
        """Return the units with their class, and say what was tested."""
        units = self.classified()
        units.attrs |= {"tested": self.tested}
        return units

    def warm(self) -> None:
        """Find the words."""
        self.figures("zh")

    def worked_out(self, lang: str) -> dict[str, str]:
        """Return what stands beside the tests of the units, and that these are many."""
        return {
            **Pattern.worked_out(self, lang),
            "overall_permutations": number(GLOBAL_PERMUTATIONS),
            "correction": say("pattern.fdr", lang),
        }

    def content(self, lang: str) -> Content:
        """Return the units in classes: one overlay for each class that there is."""
        zones, column = self.classified(), self.CLASSES
        statistic = "z" if column == "hot_spot" else "local_i"
        amount = "weight_sum" if self.weight else "count"
        rounded = zones.assign(
            **{statistic: zones[statistic].round(2), "p_fdr": zones["p_fdr"].round(4)}
        )
        labels = titles({name: name for name in (amount, statistic, "p_fdr")}, lang)
        if self.weight and not self.points.is_plans_amount(self.weight):
            noun = self.points.amount_noun(lang, self.weight)
            labels[amount] = say("measure.own.investment", lang, amount=noun)
        heading = (self.title("zh"), self.title("en"))
        classes = overlays(rounded, column, self.ORDER, labels, heading)
        notable = ~rounded[column].isin(PLAIN) | (rounded["count"] > 0)
        located = self.points.located()
        return above_base((*classes, dots(self.points, lang)), lang, located, rounded[notable])

    def told(self, lang: str) -> list[str]:
        """Return where the spots are, and whether they stay with cells of other sizes."""
        main = spots(self, kinds=self.FOREMOST)
        again = [
            (patterns.size_of(other, lang), district)
            for other, district in other_sizes(self, kinds=self.FOREMOST)
        ]
        district = main[0].district if main else None
        steady = cluster_reading.other_sizes(self.SPOT, district, again, lang=lang)
        return [sentence for sentence in (*self.sentences(lang), steady) if sentence]

    def finding(self, lang: str) -> str:
        """Return in a sentence where the spots are, and how much of the points they hold.

        Where there are none: that, and whether adjoining units are alike at all.
        """
        foremost, scope = spots(self, kinds=self.FOREMOST), patterns.scope(self)
        if not foremost:
            whole = cluster_reading.overall(autocorrelation.overall(self), lang=lang)
            return paragraph((self.told(lang)[0], whole), lang)
        amount, land = (sum(getattr(each, name) for each in foremost) for name in _SUMMED)
        return say(
            "reading.held",
            lang,
            spot=say(f"reading.spots.{self.SPOT}", lang),
            district=cluster_reading.in_language(foremost[0].district, lang),
            noun=scope.amount_noun(lang),
            area=number(100.0 * land / scope.area_km2, digits=1),
            share=number(100.0 * amount / scope.amount, digits=1),
        )

    def sentences(self, lang: str) -> list[str]:
        """Return where the spots are."""
        raise NotImplementedError

    def table(self, lang: str) -> Table:
        """Return the tests over the whole map."""
        return autocorrelation.statistics(self, lang)

    def figures(self, lang: str) -> list[Figures]:
        """Return the reading, and what holds over the whole map."""
        (reading,) = Pattern.figures(self, lang)
        whole = cluster_reading.overall(autocorrelation.overall(self), lang=lang)
        return [replace(reading, text=(*reading.text, whole))]


@kept_answer
def spots(asked: UnitClasses, *, kinds: tuple[str, ...]) -> tuple[Spot, ...]:
    """Return the groups of adjoining units of some kinds, those with most points first.

    Parameters
    ----------
    asked
        The question.
    kinds
        Values of ``hot_spot`` or of ``cluster``.
    """
    zones = asked.classified()
    chosen = zones[zones[asked.CLASSES].isin(kinds)]
    if chosen.empty:
        return ()
    amount = "weight_sum" if asked.weight else "count"
    return spots_of(chosen, asked.points.located(), amount)


@kept_answer
def other_sizes(
    asked: UnitClasses, *, kinds: tuple[str, ...]
) -> tuple[tuple[Zones, tuple[str, str] | None], ...]:
    """Return the district of the main spot for cells a quarter smaller and a quarter larger.

    Nothing for zones that have no size to change; None for a size at which there is no spot. H3
    cells change by a factor of seven in area, so there only the next larger ones are tried.
    """
    districts = []
    for zones in _resized(asked.zones):
        again = replace(asked, zones=zones)
        if again.refusal() is None:
            main = spots(again, kinds=kinds)
            districts.append((zones, main[0].district if main else None))
    return tuple(districts)


def _resized(zones: Zones) -> list[Zones]:
    if zones.name == "h3":
        return [replace(zones, h3_resolution=zones.h3_resolution - 1)]
    if zones.name not in GRID_NAMES:
        return []
    sizes = [
        int(round(zones.cell_m * factor / CELL_STEP_M) * CELL_STEP_M) for factor in (FINER, COARSER)
    ]
    return [replace(zones, cell_m=size) for size in sizes]
