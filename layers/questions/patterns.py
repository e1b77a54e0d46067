"""Points counted in units that are neighbours: what hot spots and clusters have in common.

Also where groups of units lie, in names that a planner knows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

import geo
from geo.pattern.neighbours import Rule
from layers.keeping.answers import kept_answer
from layers.plan.area import area
from layers.plan.catalogue import load
from layers.plan.selection import located
from layers.plan.zonings import GRID_NAMES, zoning, zoning_names
from layers.questions import cluster_reading, costs
from layers.questions.cluster_reading import Scope
from layers.questions.counting import Distribution, zone_counts
from layers.questions.fields import Field
from layers.questions.pattern_kind import PatternKind
from layers.questions.refusals import FEWEST_POINTS, FEWEST_UNITS, Refusal, lacking, places_of
from layers.questions.subjects import Points, Zones
from layers.words import say

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.questions.tested_units import Tested

HOT = ("hot 99", "hot 95", "hot 90")
COLD = ("cold 99", "cold 95", "cold 90")
CLUSTERS = ("high-high", "low-low", "high-low", "low-high")
RULES: tuple[Rule, ...] = ("queen", "rook", "knn", "distance")
PERMUTATIONS = 9_999
GLOBAL_PERMUTATIONS = 999
FINER, COARSER, CELL_STEP_M = 0.75, 1.25, 500
# How far neighbours by distance reach where nothing else is said.
REACH_M = 10_000.0
# An element of the plan that is an area names a spot when this part of it lies in the spot.
NAMING_SHARE = 0.25
TOUCHING_M = 1.0
# Gaps up to this count as touching.
TOLERANCE_M = 1.0


@dataclass(frozen=True, slots=True)
class Pattern(PatternKind):
    """Whether units near each other have like numbers of points.

    Parameters
    ----------
    points
        The points asked about.
    zones
        The units they are counted in.
    weight
        Column to add up instead of counting.
    rule, k, distance_m
        Which units are neighbours, as :func:`geo.hot_spots` takes them.
    permutations, seed
        How many random draws there are for each unit, and where they start.
    tolerance_m
        Gaps up to this count as touching.
    """

    points: Points
    zones: Zones
    weight: str | None = None
    rule: Rule = "queen"
    k: Annotated[int, Field(low=1, slide=(2, 20, 1), needs=("rule", ("knn",)))] = 6
    distance_m: Annotated[
        float | None,
        Field(unit="m", above=0, slide=(2000, 40000, 1000), needs=("rule", ("distance",))),
    ] = None
    permutations: Annotated[int, Field(low=1)] = PERMUTATIONS
    seed: Annotated[int, Field(low=0, slide=(0, 20, 1))] = 0
    tolerance_m: Annotated[
        float, Field(unit="m", low=0, needs=("rule", ("queen", "rook")), quiet=True)
    ] = TOLERANCE_M

    def __post_init__(self) -> None:
        if self.rule == "distance" and self.distance_m is None:
            object.__setattr__(self, "distance_m", REACH_M)

    @property
    def units(self) -> Pattern:
        """What units and neighbours depend on, whatever is tested."""
        return Pattern(**{item.name: getattr(self, item.name) for item in fields(Pattern)})

    @property
    def tested(self) -> str:
        """The column tested: of cells of one size the number, of other zones the density."""
        if self.zones.name in GRID_NAMES:
            return "weight_sum" if self.weight else "count"
        return "weight_per_km2" if self.weight else "density_per_km2"

    def refusal(self) -> Refusal | None:
        """Return why the question cannot be answered, None where it can be."""
        return refusal(self.units)

    def worked_out(self, lang: str) -> dict[str, str]:
        """Return how many units were tested."""
        return {"units": say("reading.cells", lang, n=len(counted(self)))}

    def settings(self) -> dict[str, Any]:
        """Return which units are neighbours and how is drawn, as geo takes them."""
        names = ("rule", "k", "distance_m", "tolerance_m", "permutations", "seed")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Spot:
    """Units of one kind that adjoin each other, and what is there.

    Parameters
    ----------
    district
        Chinese and English name of the district with most of its points.
    places
        Chinese and English names of elements of the plan in it, the most important first.
    cells
        Number of units.
    points
        Number of points in them.
    amount
        The same, or what the points add up to where they are weighted.
    area_km2
        Area of the units.
    """

    district: tuple[str, str]
    places: tuple[tuple[str, str], ...]
    cells: int
    points: int
    amount: float
    area_km2: float


@kept_answer
def unit_names() -> tuple[str, ...]:
    """Return the zonings that have enough units for a test: the grids, and what else has."""
    others = [name for name in zoning_names() if name not in GRID_NAMES]
    return (
        *GRID_NAMES,
        *(name for name in others if len(zoning(name)) >= FEWEST_UNITS),
    )


# ---- units and their neighbours ----


def counted(asked: Pattern) -> gpd.GeoDataFrame:
    """Return the units with their number of points and, where asked for, their weighted sum."""
    return zone_counts(Distribution(asked.points, asked.zones, weight=asked.weight))


@kept_answer
def refusal(asked: Pattern) -> Refusal | None:
    """Return why the question cannot be answered, None where it can be.

    Raises
    ------
    InputError
        If it costs too much.
    """
    missing = lacking(asked.points, asked.weight)
    if missing is not None:
        return missing
    costs.require_zones(asked.zones, costs.MOST_TESTED, function="pattern")
    zones = counted(asked)
    if len(zones) < FEWEST_UNITS or (asked.rule == "knn" and asked.k >= len(zones)):
        return Refusal("few_units", len(zones), FEWEST_UNITS)
    inside = round(zones.attrs["points_in_any_zone"])
    if inside < FEWEST_POINTS:
        return Refusal("few_counted", inside, FEWEST_POINTS)
    values = zones[asked.tested]
    if values.max() == values.min():
        return Refusal("all_alike")
    return _apart(asked, zones)


def _apart(asked: Pattern, zones: gpd.GeoDataFrame) -> Refusal | None:
    if asked.rule in ("queen", "rook"):
        return Refusal("overlap") if zones.attrs["zones_overlap"] else None
    if asked.distance_m is not None and _with_neighbour(zones, asked.distance_m) < FEWEST_UNITS:
        return Refusal("islands")
    return None


def _with_neighbour(zones: gpd.GeoDataFrame, distance_m: float) -> int:
    centres = shapely.get_coordinates(geo.to_metric(zones).geometry.centroid.to_numpy())
    to_next = cKDTree(centres).query(centres, k=2)[0][:, 1]
    return int((to_next <= distance_m).sum())


def scope(asked: Pattern) -> Scope:
    """Return what was tested, in numbers for a reading."""
    return _scope(asked.units)


@kept_answer
def _scope(asked: Pattern) -> Scope:
    zones, located = counted(asked), asked.points.located()
    inside = located[located.intersects(zones.geometry.union_all())]
    stated = asked.points.stated(asked.weight)
    return Scope(
        nouns=(asked.points.noun("zh"), asked.points.noun("en")),
        points=round(zones.attrs["points_in_any_zone"]),
        places=places_of(inside),
        amount=float(zones["weight_sum" if asked.weight else "count"].sum()),
        cells=len(zones),
        zero_cells=int((zones["count"] == 0).sum()),
        area_km2=float(zones["area_km2"].sum()),
        stated=None if stated is None else int(stated[inside.index].notna().sum()),
        amount_nouns=(
            asked.points.amount_noun("zh", asked.weight),
            asked.points.amount_noun("en", asked.weight),
        )
        if asked.weight
        else ("", ""),
    )


@kept_answer
def spots(asked: Tested, *, kinds: tuple[str, ...]) -> tuple[Spot, ...]:
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
    located = asked.points.located()
    amount = "weight_sum" if asked.weight else "count"
    groups = [
        _spot(part, located, amount) for _, part in chosen.groupby(_adjoining(chosen), sort=False)
    ]
    return tuple(sorted(groups, key=lambda spot: (-spot.amount, -spot.cells)))


def _adjoining(zones: gpd.GeoDataFrame) -> pd.Series[int]:
    """Return the number of the group of touching zones that each is in."""
    shapes = geo.to_metric(zones).geometry.to_numpy()
    pairs = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCHING_M)
    n = len(zones)
    links = csr_array((np.ones(pairs.shape[1]), tuple(pairs)), shape=(n, n))
    return pd.Series(connected_components(links, directed=False)[1], index=zones.index)


def _spot(zones: gpd.GeoDataFrame, located: gpd.GeoDataFrame, amount: str) -> Spot:
    area = zones.geometry.union_all()
    inside = located[located.intersects(area)]
    return Spot(
        district=_district(area, inside),
        places=_elements(area, inside),
        cells=len(zones),
        points=round(float(zones["count"].sum())),
        amount=float(zones[amount].sum()),
        area_km2=float(zones["area_km2"].sum()),
    )


def _district(shape: shapely.Geometry, inside: gpd.GeoDataFrame) -> tuple[str, str]:
    """Return the names of the district with most of the points, or with most of the area."""
    districts = load(area().land.layer)
    holds = pd.Series(
        [int(inside.intersects(each).sum()) for each in districts.geometry], districts.index
    )
    shared = geo.to_metric(districts.geometry.intersection(shape)).area
    order = pd.DataFrame({"holds": holds, "shared": shared}).sort_values(["holds", "shared"])
    row = districts.loc[order.index[-1]]
    return row["name_zh"], row["name_en"]


def _elements(shape: shapely.Geometry, inside: gpd.GeoDataFrame) -> tuple[tuple[str, str], ...]:
    """Return the names of areas of the plan, then of its places in an area, each once.

    Places that hold more of the points come first.
    """
    frames = [load(area().land.layer).iloc[:0].assign(holds=0.0)]
    for name in area().naming.areas:
        zones = load(name)
        whole = geo.to_metric(zones).area
        shared = geo.to_metric(zones.geometry.intersection(shape)).area / whole
        large = shared >= NAMING_SHARE
        frames.append(zones[large].assign(holds=shared[large]))
    places = geo.to_metric(inside)
    for name in area().naming.points:
        elements = located(load(name))
        elements = elements[elements.intersects(shape)]
        reach = geo.to_metric(elements).geometry.buffer(elements["radius_m"].fillna(0.0))
        holds = [int(places.intersects(disc).sum()) for disc in reach]
        frames.append(elements.assign(holds=holds))
    named = pd.concat(
        [frame.sort_values("holds", ascending=False)[["name_zh", "name_en"]] for frame in frames]
    ).drop_duplicates("name_zh")
    return tuple(named.itertuples(index=False, name=None))


@kept_answer
def other_sizes(
    asked: Tested, *, kinds: tuple[str, ...]
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


def size_of(zones: Zones, lang: str) -> str:
    """Return the size of cells in words, empty for zones that have none."""
    if zones.name not in GRID_NAMES:
        return ""
    width = None if zones.name == "h3" else zones.cell_m
    return cluster_reading.size(width, zones.h3_resolution, lang=lang)
