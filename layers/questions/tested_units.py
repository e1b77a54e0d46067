"""Units in classes by a test of each: what hot spots and clusters have in common."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from geo.numerals import number
from layers.look.charts import Chart
from layers.questions import autocorrelation, cluster_reading, patterns, unit_classes
from layers.questions.patterns import GLOBAL_PERMUTATIONS, Pattern
from layers.words import paragraph, say

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.look.content import Content
    from layers.questions.figures import Figures
    from layers.type.tables import Table

_SUMMED = ("amount", "area_km2")


@dataclass(frozen=True, slots=True)
class Tested(Pattern):
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
        return unit_classes.content(self, lang)

    def told(self, lang: str) -> list[str]:
        """Return where the spots are, and whether they stay with cells of other sizes."""
        main = patterns.spots(self, kinds=self.FOREMOST)
        again = [
            (patterns.size_of(other, lang), district)
            for other, district in patterns.other_sizes(self, kinds=self.FOREMOST)
        ]
        district = main[0].district if main else None
        steady = cluster_reading.other_sizes(self.SPOT, district, again, lang=lang)
        return [sentence for sentence in (*self.sentences(lang), steady) if sentence]

    def finding(self, lang: str) -> str:
        """Return in a sentence where the spots are, and how much of the points they hold.

        Where there are none: that, and whether adjoining units are alike at all.
        """
        spots, scope = patterns.spots(self, kinds=self.FOREMOST), patterns.scope(self)
        if not spots:
            whole = cluster_reading.overall(autocorrelation.overall(self), lang=lang)
            return paragraph((self.told(lang)[0], whole), lang)
        amount, land = (sum(getattr(each, name) for each in spots) for name in _SUMMED)
        return say(
            "reading.held",
            lang,
            spot=say(f"reading.spots.{self.SPOT}", lang),
            district=cluster_reading.in_language(spots[0].district, lang),
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

    def chart(self, lang: str) -> Chart:
        """Return how many units there are of each class."""
        kinds = self.classified()[self.CLASSES].value_counts()
        names = tuple(say(f"pattern.class.{kind}", lang) for kind in kinds.index)
        title = say("pattern.chart.cells", lang)
        return Chart("bar", names, ((title, tuple(map(float, kinds))),), title=title)
