"""The planner's questions, asked of the layers: how dense, who is covered, how spread.

Pages, command line and notebooks ask here, so that they cannot differ. A question is a frozen
record; its answers are kept, so that asking again costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

import geo
from geo.errors import InputError
from geo.mix.categories import TOTALS
from geo.units import labelled
from geo.zones import counted as zones_counted
from layers.keeping.answers import kept_answer
from layers.keeping.brought import kept_raster
from layers.look.symbology import value_label
from layers.plan.catalogue import land
from layers.questions import costs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import xarray as xr

    from geo.surface.density import Kernel, Method, Unit
    from geo.zoned.uncertainty import Uncertainty
    from geo.zones import Counted
    from layers.questions.subjects import Points, Zones

CURVE_DISTANCES_M = tuple(float(d) for d in range(250, 15001, 250))
# Per measure of the distribution page: whether amounts weight the points, and the column that
# shows it.
MEASURES: dict[str, tuple[bool, str]] = {
    "count": (False, "count"),
    "density": (False, "density_per_km2"),
    "investment": (True, "weight_sum"),
    "investment_share": (True, "weight_share_pct"),
    "sector": (False, "sectors"),
    "diversity": (False, "effective_sectors"),
    "per_10k": (False, "per_10k_people"),
}
FALLBACK_BANDWIDTH_M = 3000.0
LEVELS = 8
LANGS = ("zh", "en")
# Rasters of population have no value on water. A zone beyond their edge is another matter: its
# people would be too few, and its rate too high.
COVERED_ENOUGH_PCT = 90.0


@dataclass(frozen=True, slots=True)
class Density:
    """How dense the points are.

    Parameters
    ----------
    points
        The points asked about.
    bandwidth_m
        Bandwidth in metres; by Silverman's spatial rule where it is None.
    cell_size_m
        Side of a raster cell in metres.
    kernel, decay
        As :func:`geo.kernel_density` takes them.
    adaptive
        Whether the bandwidth follows the density (Abramson).
    weight
        Column that weights each point; points that do not state it are left out.
    unit
        ``"per_km2"``, ``"count"`` or ``"share"``.
    bounded
        Whether the New Area's districts bound the study, with correction at their border.
    method
        ``"auto"``, ``"exact"`` or ``"binned"``.
    """

    points: Points
    bandwidth_m: float | None = None
    cell_size_m: float = 250.0
    kernel: Kernel = "quartic"
    decay: float = 0.0
    adaptive: bool = False
    weight: str | None = None
    unit: Unit = "per_km2"
    bounded: bool = False
    method: Method = "auto"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who is within straight-line reach of the sites.

    Parameters
    ----------
    sites
        The sites.
    zones
        The zones whose covered area is asked for.
    distance_m
        Service distance in metres.
    demand
        Points whose covered share is asked for as well.
    """

    sites: Points
    zones: Zones
    distance_m: float
    demand: Points | None = None


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
    population: str | None = None


def settled(asked: Density) -> Density:
    """Return the question with a bandwidth where none follows from points in one place."""
    if asked.bandwidth_m is not None:
        return asked
    frame, stated = asked.points.located(), asked.points.stated(asked.weight)
    if stated is not None and pd.api.types.is_numeric_dtype(stated):
        frame = frame[stated > 0]
    places = frame.geometry.unique()
    return asked if len(places) > 1 else replace(asked, bandwidth_m=FALLBACK_BANDWIDTH_M)


@kept_answer
def density(asked: Density) -> xr.DataArray:
    """Return the kernel density of the located points, in metric coordinates.

    Raises
    ------
    InputError
        If no chosen point has a place, or none states the weight.
    """
    frame = asked.points.located()
    stated = asked.points.stated(asked.weight)
    if stated is not None:
        frame = frame[stated.notna()]
    if frame.empty:
        raise InputError(
            "density: no chosen feature has a place"
            + (" and a weight" if asked.weight else "")
            + "; choose more categories or levels",
            code="own.nothing_located",
        )
    return geo.kernel_density(
        frame,
        bandwidth_m=asked.bandwidth_m,
        cell_size_m=asked.cell_size_m,
        kernel=asked.kernel,
        decay=asked.decay,
        adaptive=asked.adaptive,
        weights=asked.weight,
        study_area=land() if asked.bounded else None,
        unit=asked.unit,
        method=asked.method,
    )


def density_scale(asks: Sequence[Density]) -> tuple[tuple[float, ...], float]:
    """Return the levels, and the upper end of the colours, that maps to compare share."""
    top = max(float(density(asked).max()) for asked in asks)
    return geo.nice_levels(0.0, top, count=LEVELS), top


@kept_answer
def density_lines(asked: Density, levels: int | tuple[float, ...]) -> gpd.GeoDataFrame:
    """Return the isolines of the density."""
    return geo.isolines(density(asked), levels=levels)


@kept_answer
def density_bands(asked: Density, levels: int | tuple[float, ...]) -> gpd.GeoDataFrame:
    """Return the areas between the isolines of the density."""
    return geo.filled_bands(density(asked), levels=levels)


@kept_answer
def service_areas(sites: Points, distance_m: float) -> gpd.GeoDataFrame:
    """Return the area within straight-line reach of each site."""
    _require_located(sites, "service_areas")
    return geo.service_areas(sites.located(), distance_m=distance_m)


@kept_answer
def coverage(asked: Coverage) -> gpd.GeoDataFrame:
    """Return covered, doubly covered and uncovered area per zone, and covered demand."""
    costs.require_zones(asked.zones, costs.MOST_DRAWN, function="coverage")
    for points in (asked.sites, asked.demand):
        if points is not None:
            _require_located(points, "coverage")
    return geo.coverage(
        asked.sites.located(),
        asked.zones.frame(),
        distance_m=asked.distance_m,
        demand=None if asked.demand is None else asked.demand.located(),
    )


@kept_answer
def coverage_curve(sites: Points, zones: Zones) -> pd.DataFrame:
    """Return the covered share of the zones together at growing distances."""
    costs.require_zones(zones, costs.MOST_DRAWN, function="coverage_curve")
    _require_located(sites, "coverage_curve")
    return geo.coverage_curve(sites.located(), zones.frame(), distances_m=CURVE_DISTANCES_M)


@kept_answer
def counted(points: Points, zones: Zones) -> Counted:
    """Return which points lie in which zones, and how large these are: several questions ask it.

    Raises
    ------
    InputError
        If no chosen point has a place.
    """
    _require_located(points, "distribution")
    return zones_counted(points.located(), zones.frame())


@kept_answer
def distribution(asked: Distribution) -> gpd.GeoDataFrame:
    """Return count, share, density, rank and weighted sum per zone."""
    costs.require_zones(asked.zones, costs.MOST_COUNTED, function="distribution")
    return geo.distribution(
        asked.points.located(),
        asked.zones.frame(),
        weights=_summed(asked),
        population=_population(asked),
        counted=counted(asked.points, asked.zones),
    )


@kept_answer
def uncertainty(asked: Distribution) -> Uncertainty:
    """Return how far counts, sums and ranks may be off, given the accuracy of each place."""
    costs.require_zones(asked.zones, costs.MOST_COUNTED, function="uncertainty")
    return geo.uncertainty(
        asked.points.located(),
        asked.zones.frame(),
        weights=_summed(asked),
        counted=counted(asked.points, asked.zones),
    )


@kept_answer
def categories(asked: Distribution, category: str) -> pd.DataFrame:
    """Return the number (or weighted sum) of points per zone id and value of a column."""
    zones = asked.zones.frame().set_index("id")
    return geo.category_table(
        asked.points.located(), zones, category=category, weights=_summed(asked)
    )


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
    held = [column for column in table.columns if table[column].any()]
    if not held:
        raise InputError(
            "categories: no point lies in any zone, so that there is nothing to compare; choose "
            "more points, or other zones",
            code="zones.empty",
        )
    if len(held) == 1:
        raise InputError(
            f"categories: there is only {held[0]!r}, whose share is 100 % everywhere, so that "
            "there is nothing to compare; take a column with several values",
            code="mix.one_category",
            **{
                lang: value_label(str(table.columns.name), str(held[0]), lang=lang)
                for lang in LANGS
            },
        )
    if table.attrs["measure"] == "count" and max(table.attrs[TOTALS].values()) == 1:
        raise InputError(
            f"categories: each of {len(held)} values of {table.columns.name!r} has one point, so "
            "that they are names and no categories; take a column whose values repeat",
            code="mix.one_each",
            column=str(table.columns.name),
        )
    if zones and len(table) == 1:
        raise InputError(
            "categories: there is only one zone, whose mix is that of all; take several",
            code="mix.one_zone",
        )
    return table


def _require_located(points: Points, function: str) -> None:
    if points.located().empty:
        raise InputError(
            f"{function}: no chosen feature has a place; choose more categories, levels or sectors",
            code="own.nothing_located",
        )


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


def _population(asked: Distribution) -> Any:  # noqa: ANN401 - one number for each zone
    if asked.population is None:
        return None
    found = population(asked)
    sound = (found["covered_pct"] >= COVERED_ENOUGH_PCT) & ~found["too_dense"]
    return found["population"].where(sound).to_numpy()


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


def weight_of(points: Points, measure: str) -> str | None:
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


def measured(asked: Distribution, measure: str) -> tuple[gpd.GeoDataFrame, str]:
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
    zones = distribution(replace(asked, weight=weight_of(asked.points, measure)))
    if column == "per_10k_people" and zones[column].isna().all():
        raise InputError(
            "measured: no zone has a rate: the raster covers none of them, or holds no people "
            "there; give one of this place",
            code="population.no_rate",
        )
    if measure in ("sector", "diversity"):
        kinds = categories(replace(asked, weight=None), asked.points.group)
        found = geo.diversity(require_kinds(kinds, zones=False))
        counted = found["hill_0"] if measure == "sector" else found["hill_2"]
        zones = labelled(zones.assign(**{column: zones["id"].map(counted)}), zones.attrs)
    return zones, column
