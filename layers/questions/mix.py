"""What mix of kinds zones hold, beside that of all zones: quotients, distance and variety."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import geo
from geo.errors import InputError
from geo.units import labelled
from layers.look.symbology import value_label
from layers.look.told import at_its_digits, below_each_other, in_words, parts_of
from layers.plan.zonings import GRID_NAMES
from layers.questions.counting import (
    INTERVAL_PCT,
    OfZones,
    categories,
    likely_kinds,
    require_kinds,
    zone_counts,
)
from layers.questions.fields import Field
from layers.questions.figures import ZONE_NAME, Figures, column_title
from layers.questions.kinds import register
from layers.type.tables import Table
from layers.words import in_sentence, say

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd

# A quotient, and the ends of its interval.
QUOTIENT = ("quotient", "low", "high")


@dataclass(frozen=True, slots=True)
class Mix(OfZones):
    """What zones hold of each value of a column: the parent of the kinds that compare it.

    Parameters
    ----------
    asked
        Which points are counted, and where.
    by
        Column that makes the kinds; that of the layer where it is None.
    """

    by: str | None = None

    def kinds(self, *, zones: bool = True) -> pd.DataFrame:
        """Return the points by zone and kind; of a grid in those cells alone that hold any.

        Parameters
        ----------
        zones
            Whether zones are compared with all zones together.
        """
        counts = categories(self.asked, self.by or self.asked.points.group)
        if self.asked.zones.name in GRID_NAMES:
            counts = counts[counts.any(axis=1)]
        return require_kinds(counts, zones=zones)


@register
@dataclass(frozen=True, slots=True)
class Quotients(Mix):
    """The location quotient of each kind in each zone.

    Parameters
    ----------
    asked, by
        As :class:`Mix` has them.
    interval_pct
        Part of chance in an interval, percent. Sums have quotients, but no interval of counts.
    """

    LOOK: ClassVar[str] = "quotients"
    COMMAND: ClassVar[str] = "quotients"

    interval_pct: Annotated[float, Field(unit="%", above=0, below=100)] = INTERVAL_PCT

    @property
    def column(self) -> str:
        """The quotient of the kind that stands out most."""
        return "quotient"

    @property
    def columns(self) -> tuple[str, ...]:
        """The number of points."""
        return ("count",)

    def require_fit(self, given: frozenset[str], called: Callable[[str], str]) -> None:  # noqa: ARG002
        """Refuse an interval of sums."""
        if self.asked.weight is not None and self.interval_pct != INTERVAL_PCT:
            raise InputError(
                f"{called('interval_pct')} does not go with {called('weight')}; leave it out",
                code="option.together",
                names=(called("interval_pct"), called("weight")),
            )

    def answer(self) -> pd.DataFrame:
        """Return the quotient of each kind in each zone."""
        if self.asked.weight is None:
            return geo.location_quotient_table(self.kinds(), interval_pct=self.interval_pct)
        return geo.location_quotients(self.kinds()).rename_axis("id").reset_index()

    def zones_shown(self) -> gpd.GeoDataFrame:
        """Return the zones with the quotient of the kind that stands out most in one of them."""
        zones, found = zone_counts(self.asked), self.quotients()
        kind = self.foremost()["category"] if len(found) else None
        of_kind = found[found["category"] == kind].set_index("zone")["quotient"]
        return zones.assign(quotient=zones["id"].map(of_kind).astype(float))

    def column_title(self, column: str, lang: str) -> str:
        """Return what a column is called, a quotient by its kind."""
        if column != "quotient" or self.quotients().empty:
            return Mix.column_title(self, column, lang)
        return say("column.quotient_of", lang, kind=self.kind_label(lang))

    def kind_label(self, lang: str) -> str:
        """Return what the kind is called that stands out most."""
        by = self.by or self.asked.points.group or ""
        return value_label(by, str(self.foremost()["category"]), lang=lang)

    def quotients(self) -> pd.DataFrame:
        """Return ``zone``, ``category`` and ``quotient``, the highest first, where there is one."""
        if self.asked.weight is None:
            found = self.answer().drop(columns=["zone_count"])
        else:
            found = geo.location_quotients(self.kinds()).rename_axis("zone").reset_index()
            found = found.melt("zone", var_name="category", value_name="quotient")
        return found.dropna(subset="quotient").sort_values("quotient", ascending=False)

    def foremost(self) -> pd.Series[float]:
        """Return the highest quotient, of those that are surely above 1 where there are such."""
        found = self.quotients()
        sure = found[found["low"] > 1.0] if "low" in found else found
        return (sure if len(sure) else found).iloc[0]

    def told(self, lang: str) -> list[str]:
        """Return which kind stands out most where, and whether that may be chance."""
        if self.quotients().empty:
            return []
        first = self.foremost()
        names = self.zones_shown().set_index("id")[f"name_{lang}"]
        told = {"value": in_words(float(first["quotient"]), "quotient")}
        if "low" in first:
            said = at_its_digits([first[each] for each in QUOTIENT], "quotient")
            told = dict(zip(("value", "low", "high"), said, strict=True))
        key = "told.quotient_between" if "low" in told else "told.quotient"
        words = {"noun": self.asked.points.noun(lang), "zone": names[first["zone"]]}
        words |= {"kind": in_sentence(self.kind_label(lang))}
        sentences = [say(key, lang, **words, **told)]
        if "low" in told and first["low"] <= 1.0:
            sentences.append(say("told.quotient_one", lang))
        return [*sentences, say("told.quotient_read", lang)]

    def figures(self, lang: str) -> list[Figures]:
        """Return where each kind is strongest, with the usual interval of a quotient of counts."""
        found = self.quotients().drop_duplicates("category")
        names = self.zones_shown().set_index("id")[f"name_{lang}"]
        by = self.by or self.asked.points.group or ""
        columns = [
            each for each in ("quotient", "low", "high", "count", "expected") if each in found
        ]
        header = ("kind", ZONE_NAME, *columns)
        kinds = [value_label(by, str(each), lang=lang) for each in found["category"]]
        figures = {
            each: below_each_other(found[each], each)
            for each in columns
            if each not in QUOTIENT[1:]
        }
        if "low" in found:
            parted = parts_of(found["quotient"], "quotient")
            rows_ = found[[*QUOTIENT]].itertuples(index=False)
            told = [at_its_digits(row, "quotient", parted=parted) for row in rows_]
            figures |= {each: [row[at] for row in told] for at, each in enumerate(QUOTIENT)}
        rows = tuple(
            zip(kinds, names[found["zone"]], *(figures[each] for each in columns), strict=True)
        )
        numeric = tuple(range(len(header) - len(columns), len(header)))
        table = Table(tuple(column_title(each, lang) for each in header), rows, numeric)
        return [Figures(say("slides.figures", lang, title=self.title(lang)), table=table)]

    def headline(self, lang: str) -> list[tuple[str, str]]:
        """Return which kind stands out most where, beside all zones together."""
        if self.quotients().empty:
            return []
        names = self.zones_shown().set_index("id")[f"name_{lang}"]
        first, parted = self.foremost(), parts_of(self.quotients()["quotient"], "quotient")
        figure = in_words(float(first["quotient"]), "quotient", parted=parted)
        told = (names[first["zone"]], self.kind_label(lang), figure)
        return [(say("headline.quotient", lang), " ".join(told))]


@register
@dataclass(frozen=True, slots=True)
class Specialisation(Mix):
    """How far the mix of each zone is from that of all.

    Parameters
    ----------
    asked, by
        As :class:`Mix` has them.
    """

    LOOK: ClassVar[str] = "specialisation"
    COMMAND: ClassVar[str] = "specialisation"

    @property
    def column(self) -> str:
        """The index."""
        return "krugman_index"

    @property
    def columns(self) -> tuple[str, ...]:
        """The number of points."""
        return ("count",)

    def answer(self) -> pd.DataFrame:
        """Return the Krugman index of each zone."""
        index = geo.specialisation_index(self.kinds())
        table = index.rename_axis("id").rename("krugman_index").reset_index()
        table.attrs = dict(index.attrs)
        return table

    def zones_shown(self) -> gpd.GeoDataFrame:
        """Return the zones with the index."""
        return _joined(self)


@register
@dataclass(frozen=True, slots=True)
class Diversity(Mix):
    """How many kinds there are in effect in each zone (Hill numbers).

    Parameters
    ----------
    asked, by
        As :class:`Mix` has them.
    """

    LOOK: ClassVar[str] = "diversity"
    COMMAND: ClassVar[str] = "diversity"

    @property
    def column(self) -> str:
        """The number that zones of unlike size can be compared by."""
        return "hill_2"

    @property
    def columns(self) -> tuple[str, ...]:
        """The number of kinds and of points."""
        return ("hill_0", "count")

    def answer(self) -> pd.DataFrame:
        """Return the Hill numbers of each zone."""
        diversity = geo.diversity(self.kinds(zones=False))
        expected = likely_kinds(self.asked, self.by or self.asked.points.group)
        counted = expected.reindex(diversity.index, fill_value=0.0)
        table = diversity.assign(hill_0=counted).rename_axis("id").reset_index()
        return labelled(table, diversity.attrs)

    def zones_shown(self) -> gpd.GeoDataFrame:
        """Return the zones with the numbers."""
        return _joined(self)


def _joined(asked: Specialisation | Diversity) -> gpd.GeoDataFrame:
    return zone_counts(asked.asked).merge(asked.answer(), on="id", how="left")
