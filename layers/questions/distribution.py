"""How points are spread over zones: a measure of each, on one of the scales and in classes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from geo.errors import InputError
from geo.numerals import number
from geo.wording import sentence
from layers.keeping.brought import is_own
from layers.look.content import Content
from layers.look.overlays import Choropleth
from layers.look.told import at_its_digits, in_words, parts_of
from layers.plan.area import area
from layers.plan.catalogue import load
from layers.plan.zonings import GRID_NAMES
from layers.questions import zone_results
from layers.questions.contents import above_base, dots, titles
from layers.questions.counting import certain_sum, population, require_met
from layers.questions.figures import Figures, following, foremost, zone_figures
from layers.questions.kinds import Kind, register
from layers.questions.scales import RATE, SCALES, Scaled
from layers.words import in_sentence, say

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

FULLY_PCT = 99.0


@register
@dataclass(frozen=True, slots=True)
class Shown(Scaled):
    """A measure of a distribution, on one of the scales and in classes.

    Parameters
    ----------
    asked, measure, scale, scheme, classes
        As :class:`layers.questions.scales.Scaled` has them.
    """

    MAP: ClassVar[str] = "distribution"
    LOOK: ClassVar[str] = "counts"
    COMMAND: ClassVar[str] = "counts"

    def written(self) -> Shown:
        """Return the same map without a scale that it has not, and people that it does not need."""
        people = self.asked.population if self.measure == RATE else None
        scale = self.scale if self.has_scale else SCALES[0]
        return replace(self, asked=replace(self.asked, population=people), scale=scale)

    def require_fit(self, given: frozenset[str], called: Callable[[str], str]) -> None:
        """Refuse a rate without people, and a scale that the measure has not."""
        if self.asked.population is None and self.measure == RATE:
            raise InputError(
                f"distribution: measure {RATE} needs a population; name a GeoTIFF of persons per "
                "cell that lies beside the specification",
                code="own.no_population",
            )
        if "scale" in given and not self.has_scale:
            raise InputError(
                f"distribution: measure {self.measure} has no scale {self.scale}; leave the scale "
                "out",
                code="option.goes_not",
                value=self.measure,
                names=(f"{called('scale')}: {self.scale}",),
            )

    def answer(self) -> gpd.GeoDataFrame:
        """Return the zones, largest first, with what is shown, its rank and their intervals."""
        return zone_results.table(self)

    def value_words(self, name: str, value: str, lang: str) -> str:
        """Return the measure by its full title."""
        if name == "measure":
            return self.titles[lang == "en"]
        return Kind.value_words(self, name, value, lang)

    def worked_out(self, lang: str) -> dict[str, str]:
        """Say what stands under the figures shown."""
        return {"denominator": self.denominator(lang)}

    def certain(self, lang: str) -> str | None:
        """Return how sure the first zone by a sum is; a count is told by least and most."""
        return certain_sum(self.drawn, lang)

    def denominator(self, lang: str) -> str:
        """Return what stands under the figures shown."""
        attrs, points = zone_results.table(self).attrs, self.asked.points
        located, amount = points.located(), points.amount
        named = {"share_pct": "count_share", "weight_share_pct": "investment_share"}
        return say(
            f"distribution.basis.{named.get(self.column, self.measure)}",
            lang,
            n=number(round(attrs["points_in_any_zone"], 1)),
            stated=number(0 if amount is None else int(located[amount].notna().sum())),
            located=number(len(located)),
            total=in_words(attrs.get("weight_in_any_zone", 0.0), "weight_sum"),
            **points.nouns(lang),
        )

    def remarks(self, lang: str) -> list[str]:
        """Say where no point lies in any zone, and of which zones the raster covers a part."""
        if not zone_results.table(self).attrs["points_in_any_zone"]:
            return [sentence("zones.empty", lang, {})]
        if self.question.population is None:
            return []
        covered = population(self.question)["covered_pct"]
        partly = int((covered < FULLY_PCT).sum())
        least = number(covered.min(), digits=0)
        counts = {"partly": partly, "all": len(covered), "least": least}
        return [say("distribution.partly_covered", lang, **counts)] if partly else []

    def require_drawn(self) -> None:
        """Refuse zones of which none holds a point."""
        require_met(self.asked)

    def content(self, lang: str) -> Content:
        """Return the zones in classes, with the points."""
        points = self.asked.points
        zones = self.overlay(lang)
        if is_own(points.layer):
            return above_base((zones, dots(points, lang)), lang)
        context = {name: load(name) for name in area().context}
        return Content(
            context | {points.layer: points.located()},
            (*area().context, points.layer),
            (zones,),
            lang,
        )

    def overlay(self, lang: str) -> Choropleth:
        """Return the zones with their classes, as the map and the histogram show them."""
        title_zh, title_en = self.titles
        return Choropleth(
            zone_results.on_map(self),
            self.column,
            title=title_zh,
            title_en=title_en,
            # A map knows no log scale, but it takes the bounds that were found on one.
            breaks=zone_results.classified(self).uppers or None if self.log else None,
            scheme=self.scheme,
            classes=self.classes,
            columns=titles(["count", "share_pct", "density_per_km2"], lang),
            named=self.asked.zones.name not in GRID_NAMES,
            exact=zone_results.coloured(self),
        )

    def figures(self, lang: str) -> list[Figures]:
        """Return the zones by what the map shows, and what a rate is by."""
        more = ("population", self.column) if self.measure == RATE else (self.column,)
        columns = tuple(dict.fromkeys(("count", "share_pct", "density_per_km2", *more)))
        return [
            zone_figures(
                zone_results.table(self),
                self.column,
                columns=columns,
                title=say("slides.figures", lang, title=self.title(lang)),
                titles={self.column: self.titles[lang == "en"]},
                lang=lang,
            )
        ]

    def told(self, lang: str) -> list[str]:
        """Return which zone is first, how sure that is, and which follows."""
        table = zone_results.table(self)
        zones, value = foremost(table, self.column, lang)
        first, noun = table.iloc[0], self.asked.points.noun(lang)
        counted, parted = self.column == "count", parts_of(table[self.column], self.column)
        figures = {
            "value": in_words(value, self.column, parted=parted),
            "share": in_words(float(first["share_pct"]), "share_pct"),
            "title": in_sentence(self.titles[lang == "en"]),
        }
        key = "told.count" if counted else "told.first"
        sentences = [say(key, lang, noun=noun, zone=zones, **figures)]
        if {"low", "high", "rank_low"} <= {*table} and first["low"] < first["high"]:
            three = [first[name] for name in (self.column, "low", "high")]
            _, low, high = at_its_digits(three, self.column, parted=parted)
            ranks = {name: number(float(first[name])) for name in ("rank_low", "rank_high")}
            ends = {"low": low, "high": high, "title": figures["title"]} | ranks
            key = "told.range" if first["rank_low"] < first["rank_high"] else "told.range_sure"
            sentences.append(say(key, lang, zone=first[f"name_{lang}"], **ends))
        return [*sentences, *following(table, self.column, lang)]

    @property
    def on_every_page(self) -> bool:
        """Whether it shows how many there are, or the amount of their layer."""
        return self.column in {"count", "weight_sum"}

    def column_title(self, column: str, lang: str) -> str:
        """Return what is shown by its full title."""
        if column == self.column:
            return self.titles[lang == "en"]
        return Kind.column_title(self, column, lang)

    def explained(self, lang: str) -> str:
        """Return the measure."""
        return say(
            "atlas.method.distribution", lang, measure=in_sentence(self.titles[lang == "en"])
        )
