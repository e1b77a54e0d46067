"""Points counted in zones: how many, what they add up to, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeAlias

import pandas as pd

import geo
from geo.errors import InputError
from geo.mix.categories import TOTALS
from geo.numerals import LANGUAGES, number
from geo.units import labelled
from geo.zoned.uncertainty import MIN_DRAWS
from geo.zones import counted as zones_counted
from layers.keeping.answers import kept_answer
from layers.keeping.brought import kept_raster
from layers.keeping.given_people import GIVEN
from layers.look.symbology import value_label
from layers.look.told import at_its_digits, parts_of
from layers.questions import costs
from layers.questions.fields import Field
from layers.questions.kinds import Kind
from layers.questions.subjects import Points, Zones, require_located
from layers.words import bracketed, in_sentence, say, unit_label

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from geo.zoned.uncertainty import Uncertainty
    from geo.zones import Counted

Measure: TypeAlias = Literal[
    "count", "density", "investment", "investment_share", "sector", "diversity", "per_10k"
]
# Per measure of the distribution page: whether amounts weight the points, and the column that
# shows it.
MEASURES: dict[Measure, tuple[bool, str]] = {
    "count": (False, "count"),
    "density": (False, "density_per_km2"),
    "investment": (True, "weight_sum"),
    "investment_share": (True, "weight_share_pct"),
    "sector": (False, "sectors"),
    "diversity": (False, "effective_sectors"),
    "per_10k": (False, "per_10k_people"),
}
DRAWS, INTERVAL_PCT = MIN_DRAWS, 90.0
# What more likely than not lies in a zone lies there by its place.
LIKELY = 0.5
# Rasters of population have no value on water. A zone beyond their edge is another matter: its
# people would be too few, and its rate too high.
COVERED_ENOUGH_PCT = 90.0


def _given() -> tuple[str, ...]:
    return (GIVEN,)


@dataclass(frozen=True, slots=True)
class Distribution:
    """How the points are spread over zones.

    Parameters
    ----------
    points
        The points asked about.
    zones
        The zones to count in.
    weight
        Column to add up; a point that does not state it counts, and adds nothing to the sum.
    population
        Name of a kept raster of persons per cell (:mod:`layers.keeping.brought`). Zones of which it
        covers less than :data:`COVERED_ENOUGH_PCT`, or that would be denser than any city, have no
        rate.
    """

    points: Points
    zones: Zones
    weight: str | None = None
    population: Annotated[
        str | None, Field(choices=_given, brings="raster", needs=("measure", ("per_10k",)))
    ] = None


@dataclass(frozen=True, slots=True)
class OfZones(Kind):
    """What is told of points in zones: the parent of kinds whose map shows the count, or the sum.

    Parameters
    ----------
    asked
        Which points are counted, and where.
    """

    MAP: ClassVar[str] = "distribution"

    asked: Distribution

    @property
    def held(self) -> str:
        """The column of what a zone holds: the count, or what the points add up to."""
        return "count" if self.asked.weight is None else "weight_sum"

    @property
    def column(self) -> str:
        """What a zone holds."""
        return self.held

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that stand beside it in tables."""
        return ("share_pct", "density_per_km2")

    @property
    def on_every_page(self) -> bool:
        """Whether it shows how many there are, or the amount of their layer."""
        return self.column == self.held and self.asked.weight in {None, self.asked.points.amount}

    def zones_shown(self) -> gpd.GeoDataFrame:
        """Return the zones with their count and sum."""
        require_met(self.asked)
        return zone_counts(self.asked)

    def certain(self, lang: str) -> str | None:
        """Return how sure the first zone by a sum is; a count is told by least and most."""
        return certain_sum(self.asked, lang)

    def explained(self, lang: str) -> str:
        """Return what colours the zones."""
        measure = in_sentence(self.column_title(self.column, lang))
        return say("atlas.method.distribution", lang, measure=measure)


@kept_answer
def counted(points: Points, zones: Zones) -> Counted:
    """Return which points lie in which zones, and how large these are: several questions ask it.

    Raises
    ------
    InputError
        If no chosen point has a place.
    """
    require_located(points, "distribution")
    return zones_counted(points.known(), zones.frame())


@kept_answer
def zone_counts(asked: Distribution) -> gpd.GeoDataFrame:
    """Return count, share, density, rank and weighted sum per zone."""
    costs.require_zones(asked.zones, costs.MOST_COUNTED, function="distribution")
    return geo.distribution(
        asked.points.known(),
        asked.zones.frame(),
        weights=_summed(asked),
        population=_population(asked),
        counted=counted(asked.points, asked.zones),
    )


@kept_answer
def shares(asked: Distribution) -> pd.DataFrame:
    """Return how likely each point lies in each zone that it may lie in.

    Returns
    -------
    pandas.DataFrame
        ``id`` of a feature, ``zone``, the id of one, and ``share``, above 0 and at most 1.
    """
    given, pairs, _ = counted(asked.points, asked.zones)
    points, zones = asked.points.known()["id"], asked.zones.frame()["id"]
    columns = {
        "id": points.to_numpy()[given.rows][pairs.point],
        "zone": zones.to_numpy()[pairs.zone],
        "share": pairs.share,
    }
    return labelled(pd.DataFrame(columns), columns={"share": "1"})


@kept_answer
def zone_draws(
    asked: Distribution,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    interval_pct: float = INTERVAL_PCT,
) -> Uncertainty:
    """Return how far counts, sums and ranks may be off, given the accuracy of each place."""
    costs.require_zones(asked.zones, costs.MOST_COUNTED, function="uncertainty")
    return geo.uncertainty(
        asked.points.known(),
        asked.zones.frame(),
        weights=_summed(asked),
        draws=draws,
        seed=seed,
        interval_pct=interval_pct,
        counted=counted(asked.points, asked.zones),
    )


def sum_title(points: Points, weight: str, lang: str) -> str:
    """Return what a column of points is called that is added up, with its unit."""
    unit = points.about.field(weight).unit or ""
    return bracketed(points.amount_noun(lang, weight), unit_label(unit, lang=lang), lang)


def certain_sum(
    asked: Distribution,
    lang: str,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    interval_pct: float = INTERVAL_PCT,
) -> str | None:
    """Return how sure it is which zone has most of what points add up to; None of a count.

    Parameters
    ----------
    asked, draws, seed, interval_pct
        As for :func:`zone_draws`.
    lang
        ``"zh"`` or ``"en"``.
    """
    if asked.weight is None:
        return None
    zones = zone_draws(asked, draws=draws, seed=seed, interval_pct=interval_pct).zones
    first = zones.loc[zones["weight_sum"].idxmax()]
    figures = [first[f"weight_sum{end}"] for end in ("", "_low", "_high")]
    parted = parts_of(zones["weight_sum"], "weight_sum")
    said = at_its_digits(figures, "weight_sum", parted=parted)
    best, worst = (number(first[f"weight_rank_{end}"]) for end in ("low", "high"))
    return say(
        "unknowns.first_sum_sure" if best == worst else "unknowns.first_sum",
        lang,
        by=in_sentence(sum_title(asked.points, asked.weight, lang)),
        zone=first[f"name_{lang}"],
        pct=number(interval_pct),
        best=best,
        worst=worst,
        **dict(zip(("value", "low", "high"), said, strict=True)),
    )


@kept_answer
def categories(asked: Distribution, category: str) -> pd.DataFrame:
    """Return the number (or weighted sum) of points per zone id and value of a column."""
    zones = asked.zones.frame().set_index("id")
    return geo.category_table(
        asked.points.known(),
        zones,
        category=category,
        weights=_summed(asked),
        counted=counted(asked.points, asked.zones),
    )


def likely_kinds(asked: Distribution, category: str) -> pd.Series[float]:
    """Return how many values of a column are to be expected in each zone, by its id.

    What may lie in a zone is there as likely as one of its points is.
    """
    pairs = shares(asked)
    kinds = asked.points.known().set_index("id")[category]
    none = (1.0 - pairs["share"]).groupby([pairs["zone"], pairs["id"].map(kinds)]).prod()
    expected: pd.Series[float] = (1.0 - none).groupby(level=0).sum()
    return expected


def require_met(asked: Distribution) -> None:
    """Refuse zones of which none holds a point: a map of them would be of one colour.

    Raises
    ------
    InputError
        If that is so.
    """
    if not counted(asked.points, asked.zones).found.point.size:
        raise InputError(
            "distribution: no chosen feature lies in any of the zones; choose more, or another "
            "zoning",
            code="zones.empty",
        )


def require_kinds(table: pd.DataFrame, *, zones: bool = True) -> pd.DataFrame:
    """Return a table of zones by categories, if there is anything in it to compare.

    Parameters
    ----------
    table
        As :func:`categories` gives it.
    zones
        Whether zones are compared with all zones together, so that one alone will not do.

    Raises
    ------
    InputError
        If all is zero, or there is but one category or one zone.
    """
    kinds = [column for column in table.columns if table[column].any()]
    if not kinds and table.attrs["points_without_category"]:
        raise InputError(
            f"categories: no point in the zones says what it is in {table.columns.name!r}, so that "
            "there is nothing to compare; take another column, or points with one",
            code="mix.no_category",
            column=str(table.columns.name),
        )
    if not kinds:
        raise InputError(
            "categories: no point lies in any zone, so that there is nothing to compare; choose "
            "more points, or other zones",
            code="zones.empty",
        )
    if len(kinds) == 1:
        raise InputError(
            f"categories: there is only {kinds[0]!r}, whose share is 100 % everywhere, so that "
            "there is nothing to compare; take a column with several values",
            code="mix.one_category",
            **{
                lang: value_label(str(table.columns.name), str(kinds[0]), lang=lang)
                for lang in LANGUAGES
            },
        )
    if table.attrs["measure"] == "count" and max(table.attrs[TOTALS].values()) == 1:
        raise InputError(
            f"categories: each of {len(kinds)} values of {table.columns.name!r} has one point, so "
            "that they are names and no categories; take a column whose values repeat",
            code="mix.one_each",
            column=str(table.columns.name),
        )
    if zones and int(table.any(axis=1).sum()) == 1:
        raise InputError(
            "categories: only one zone holds anything, and its mix is that of all; take several",
            code="mix.one_zone",
        )
    return table


def _summed(asked: Distribution) -> pd.Series[float] | None:
    stated = asked.points.stated(asked.weight)
    if stated is None:
        return None
    amounts = stated.fillna(0.0)
    if len(amounts) and not amounts.any():
        raise InputError(
            f"distribution: no chosen feature has an amount above 0 in {asked.weight!r}, so that "
            "there is nothing to add up; choose more, or count them",
            code="own.nothing_weighted",
        )
    return amounts


def _population(asked: Distribution) -> NDArray[np.float64] | None:
    if asked.population is None:
        return None
    table = population(asked)
    sound = (table["covered_pct"] >= COVERED_ENOUGH_PCT) & ~table["too_dense"]
    people: NDArray[np.float64] = table["population"].where(sound).to_numpy(dtype=float)
    return people


@kept_answer
def population(asked: Distribution) -> gpd.GeoDataFrame:
    """Return the people per zone, as :func:`geo.people_in` counts them.

    Raises
    ------
    InputError
        If the question has no raster, or it does not meet the zones.
    """
    if asked.population is None:
        raise InputError(
            "population: the question has no raster of persons per cell; give one",
            code="own.no_population",
        )
    return geo.people_in(kept_raster(asked.population), asked.zones.frame())


def weight_of(points: Points, measure: Measure) -> str | None:
    """Return the column that weights the points for a measure.

    Raises
    ------
    InputError
        If the measure adds up amounts and the points have none.
    """
    if not MEASURES[measure][0]:
        return None
    if points.amount is None:
        raise InputError(
            f"measured: {points.layer!r} has no amounts to add up; choose another measure",
            code="own.no_amount",
        )
    return points.amount


def measured(asked: Distribution, measure: Measure) -> tuple[gpd.GeoDataFrame, str]:
    """Return the distribution and the name of the column that a measure shows.

    For ``"sector"`` that is ``sectors``: in how many sectors a zone has projects; for
    ``"diversity"`` it is ``effective_sectors``, the Hill number of order 2, which zones of unlike
    size can be compared by.

    Raises
    ------
    InputError
        If ``"per_10k"`` is asked for without a population, or no zone has a rate; if the points of
        ``"sector"`` or ``"diversity"`` are all of one kind; if no amount is above zero.
    """
    column = MEASURES[measure][1]
    if measure == "per_10k" and asked.population is None:
        raise InputError(
            "measured: per_10k needs a population; give a raster of persons per cell",
            code="own.no_population",
        )
    zones = zone_counts(replace(asked, weight=asked.weight or weight_of(asked.points, measure)))
    if column == "per_10k_people" and zones[column].isna().all():
        raise InputError(
            "measured: no zone has a rate: the raster covers none of them, or holds no people "
            "there; give one of this place",
            code="population.no_rate",
        )
    if measure in ("sector", "diversity"):
        kinds = categories(replace(asked, weight=None), asked.points.group)
        of_zone = geo.diversity(require_kinds(kinds, zones=False))["hill_2"]
        if measure == "sector":
            of_zone = likely_kinds(asked, asked.points.group).reindex(of_zone.index, fill_value=0.0)
        zones = labelled(zones.assign(**{column: zones["id"].map(of_zone)}), zones.attrs)
    return zones, column
