"""Questions about pattern: where many points lie together, and where few.

Like :mod:`layers.questions`: a question is a frozen record, and its answers are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

import geo
from layers import questions
from layers.keeping.answers import kept_answer
from layers.plan.area import area
from layers.plan.catalogue import load
from layers.plan.selection import located
from layers.plan.zonings import GRID_NAMES, zoning, zoning_names
from layers.questions import Distribution, costs
from layers.questions.cluster_reading import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from geo.pattern.neighbours import Rule
    from layers.questions.subjects import Points, Zones

Reason: TypeAlias = Literal[
    "empty",
    "nothing_weighted",
    "few_units",
    "overlap",
    "all_alike",
    "islands",
    "few_counted",
    "few_points",
]
# Where names of parameters stand, the one who asks puts what he calls them.
REFUSED: dict[Reason, str] = {
    "empty": "no chosen feature has a place; choose more categories, levels or sectors",
    "nothing_weighted": "no chosen feature states the weight; leave out {weight} or choose more",
    "few_units": "there are only {n} zones; below {fewest}, or with no more than {k} of them, a "
    "pattern cannot be told from chance; take {zoning} hexagons, a smaller {cell_m} or a finer "
    "{h3_resolution}",
    "overlap": "these zones overlap, so none adjoins another; take {zoning} hexagons, or "
    "{rule} knn or distance",
    "all_alike": "all zones have the same value; choose more points or another {cell_m}",
    "islands": "hardly any zones are neighbours within {distance_m}; lengthen it",
    "few_counted": "only {n} points lie in the zones; below {fewest} a pattern cannot be told "
    "from chance; choose more",
    "few_points": "only {n} places lie in the study area; below {fewest} no pattern by distance "
    "can be seen; choose more",
}
PARAMETERS = ("weight", "k", "cell_m", "h3_resolution", "zoning", "rule", "distance_m")
HOT = ("hot 99", "hot 95", "hot 90")
COLD = ("cold 99", "cold 95", "cold 90")
CLUSTERS = ("high-high", "low-low", "high-low", "low-high")
RULES: tuple[Rule, ...] = ("queen", "rook", "knn", "distance")
# The methods refuse to tell a pattern from chance below so many units, or points.
FEWEST_UNITS, FEWEST_POINTS = 30, 8
PERMUTATIONS = 9_999
GLOBAL_PERMUTATIONS = 999
FINER, COARSER, CELL_STEP_M = 0.75, 1.25, 500
# How far neighbours by distance reach where nothing else is said.
REACH_M = 10_000.0
# An element of the plan that is an area names a spot when this part of it lies in the spot.
NAMING_SHARE = 0.25
TOUCHING_M = 1.0


class Refusal(NamedTuple):
    """Why a question cannot be answered.

    Parameters
    ----------
    reason
        A key of :data:`REFUSED`.
    n, fewest
        How many zones, points or places there are, and how many there must be.
    """

    reason: Reason
    n: int = 0
    fewest: int = 0

    def sentence(self, called: Callable[[str], str] = str) -> str:
        """Return why, and what to do.

        Parameters
        ----------
        called
            Returns what a parameter is called where the question was asked.

        Examples
        --------
        >>> Refusal("islands").sentence()
        'hardly any zones are neighbours within distance_m; lengthen it'
        """
        names = {name: called(name) for name in PARAMETERS}
        return REFUSED[self.reason].format(n=self.n, fewest=self.fewest, **names)


@dataclass(frozen=True, slots=True)
class Pattern:
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
    """

    points: Points
    zones: Zones
    weight: str | None = None
    rule: Rule = "queen"
    k: int = 6
    distance_m: float | None = None
    permutations: int = PERMUTATIONS
    seed: int = 0

    def column(self) -> str:
        """Return the column tested: of cells of one size the number, of other zones the density."""
        if self.zones.name in GRID_NAMES:
            return "weight_sum" if self.weight else "count"
        return "weight_per_km2" if self.weight else "density_per_km2"


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
    return questions.distribution(Distribution(asked.points, asked.zones, weight=asked.weight))


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
    inside = int(zones.attrs["points_in_any_zone"])
    if inside < FEWEST_POINTS:
        return Refusal("few_counted", inside, FEWEST_POINTS)
    values = zones[asked.column()]
    if values.max() == values.min():
        return Refusal("all_alike")
    return _apart(asked, zones)


def _apart(asked: Pattern, zones: gpd.GeoDataFrame) -> Refusal | None:
    if asked.rule in ("queen", "rook"):
        return Refusal("overlap") if zones.attrs["zones_overlap"] else None
    if asked.distance_m is not None and _with_neighbour(zones, asked.distance_m) < FEWEST_UNITS:
        return Refusal("islands")
    return None


def lacking(points: Points, weight: str | None) -> Refusal | None:
    """Return what the chosen points lack for any answer: places, or the weight."""
    stated = points.stated(weight)
    if points.located().empty:
        return Refusal("empty")
    if stated is not None and not (stated > 0).any():
        return Refusal("nothing_weighted")
    return None


def _with_neighbour(zones: gpd.GeoDataFrame, distance_m: float) -> int:
    centres = shapely.get_coordinates(geo.to_metric(zones).geometry.centroid.to_numpy())
    to_next = cKDTree(centres).query(centres, k=2)[0][:, 1]
    return int((to_next <= distance_m).sum())


def _settings(asked: Pattern) -> dict[str, Any]:
    """Return which units are neighbours and where the random draws start, as geo takes them."""
    names = ("rule", "k", "distance_m", "seed")
    return {name: getattr(asked, name) for name in names}


@kept_answer
def hot_spots(asked: Pattern) -> gpd.GeoDataFrame:
    """Return the units with ``z``, ``p_fdr`` and ``hot_spot`` (Getis–Ord Gi*)."""
    return geo.hot_spots(
        counted(asked),
        asked.column(),
        permutations=asked.permutations,
        **_settings(asked),
    )


@kept_answer
def clusters(asked: Pattern) -> gpd.GeoDataFrame:
    """Return the units with ``local_i``, ``p_fdr`` and ``cluster`` (local Moran).

    ``value_z`` and ``around_z`` are the value of a unit and the mean of its neighbours, both in
    standard deviations from the mean of all: the two axes of Moran's scatter plot.
    """
    found = geo.local_autocorrelation(
        counted(asked),
        asked.column(),
        permutations=asked.permutations,
        **_settings(asked),
    )
    tested = found["local_i"].notna()
    values = found[asked.column()].where(tested)
    value_z = (values - values.mean()) / values.std(ddof=0)
    n = int(tested.sum())
    # A unit exactly at the mean says nothing of those around it.
    around = found["local_i"] / value_z.where(value_z != 0) * (n / (n - 1))
    plotted = found.assign(value_z=value_z, around_z=around)
    plotted.attrs = found.attrs
    return plotted


@kept_answer
def overall(asked: Pattern) -> pd.DataFrame:
    """Return Moran's I, Geary's C and Getis–Ord G over the whole map."""
    return geo.spatial_autocorrelation(
        counted(asked),
        asked.column(),
        permutations=GLOBAL_PERMUTATIONS,
        **_settings(asked),
    )


@kept_answer
def scope(asked: Pattern) -> Scope:
    """Return what was tested, in numbers for a reading."""
    zones, located = counted(asked), asked.points.located()
    inside = located[located.intersects(zones.geometry.union_all())]
    stated = asked.points.stated(asked.weight)
    return Scope(
        nouns=(asked.points.noun("zh"), asked.points.noun("en")),
        points=int(zones.attrs["points_in_any_zone"]),
        places=places_of(inside),
        amount=float(zones["weight_sum" if asked.weight else "count"].sum()),
        cells=len(zones),
        zero_cells=int((zones["count"] == 0).sum()),
        area_km2=float(zones["area_km2"].sum()),
        stated=None if stated is None else int(stated[inside.index].notna().sum()),
        amount_nouns=(asked.points.amount_noun("zh"), asked.points.amount_noun("en"))
        if asked.weight
        else ("", ""),
    )


@kept_answer
def spots(asked: Pattern, *, kinds: tuple[str, ...]) -> tuple[Spot, ...]:
    """Return the groups of adjoining units of some kinds, those with most points first.

    Parameters
    ----------
    asked
        The question.
    kinds
        Values of ``hot_spot`` or of ``cluster``.
    """
    if set(kinds) <= {*HOT, *COLD}:
        zones = hot_spots(asked)
        chosen = zones[zones["hot_spot"].isin(kinds)]
    else:
        zones = clusters(asked)
        chosen = zones[zones["cluster"].isin(kinds)]
    if chosen.empty:
        return ()
    located = asked.points.located()
    amount = "weight_sum" if asked.weight else "count"
    found = [
        _spot(part, located, amount) for _, part in chosen.groupby(_adjoining(chosen), sort=False)
    ]
    return tuple(sorted(found, key=lambda spot: (-spot.amount, -spot.cells)))


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
        points=int(zones["count"].sum()),
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
    found = [load(area().land.layer).iloc[:0].assign(holds=0.0)]
    for name in area().naming.areas:
        zones = load(name)
        whole = geo.to_metric(zones).area
        shared = geo.to_metric(zones.geometry.intersection(shape)).area / whole
        large = shared >= NAMING_SHARE
        found.append(zones[large].assign(holds=shared[large]))
    places = geo.to_metric(inside)
    for name in area().naming.points:
        elements = located(load(name))
        elements = elements[elements.intersects(shape)]
        reach = geo.to_metric(elements).geometry.buffer(elements["radius_m"].fillna(0.0))
        holds = [int(places.intersects(disc).sum()) for disc in reach]
        found.append(elements.assign(holds=holds))
    named = pd.concat(
        [frame.sort_values("holds", ascending=False)[["name_zh", "name_en"]] for frame in found]
    ).drop_duplicates("name_zh")
    return tuple(named.itertuples(index=False, name=None))


@kept_answer
def other_sizes(
    asked: Pattern, *, kinds: tuple[str, ...]
) -> tuple[tuple[Zones, tuple[str, str] | None], ...]:
    """Return the district of the main spot for cells a quarter smaller and a quarter larger.

    Nothing for zones that have no size to change; None for a size at which there is no spot. H3
    cells change by a factor of seven in area, so there only the next larger ones are tried.
    """
    found = []
    for zones in _resized(asked.zones):
        again = replace(asked, zones=zones)
        if refusal(again) is None:
            main = spots(again, kinds=kinds)
            found.append((zones, main[0].district if main else None))
    return tuple(found)


def _resized(zones: Zones) -> list[Zones]:
    if zones.name == "h3":
        return [replace(zones, h3_resolution=zones.h3_resolution - 1)]
    if zones.name not in GRID_NAMES:
        return []
    sizes = [
        int(round(zones.cell_m * factor / CELL_STEP_M) * CELL_STEP_M) for factor in (FINER, COARSER)
    ]
    return [replace(zones, cell_m=size) for size in sizes]


def places_of(points: gpd.GeoDataFrame) -> int:
    """Return how many different places points have."""
    return int(points.geometry.to_wkb().nunique())
