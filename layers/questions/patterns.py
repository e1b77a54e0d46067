"""Points counted in units that are neighbours: what hot spots and clusters have in common.

Also where groups of units lie, in names that a planner knows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any

import shapely
from scipy.spatial import cKDTree

import geo
from geo.pattern.neighbours import Rule
from layers.keeping.answers import kept_answer
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


HOT = ("hot 99", "hot 95", "hot 90")
COLD = ("cold 99", "cold 95", "cold 90")
CLUSTERS = ("high-high", "low-low", "high-low", "low-high")
RULES: tuple[Rule, ...] = ("queen", "rook", "knn", "distance")
PERMUTATIONS = 9_999
GLOBAL_PERMUTATIONS = 999
# How far neighbours by distance reach where nothing else is said.
REACH_M = 10_000.0
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


def size_of(zones: Zones, lang: str) -> str:
    """Return the size of cells in words, empty for zones that have none."""
    if zones.name not in GRID_NAMES:
        return ""
    width = None if zones.name == "h3" else zones.cell_m
    return cluster_reading.size(width, zones.h3_resolution, lang=lang)
