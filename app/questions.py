"""The planner's three questions, asked of the layers: how dense, who is covered, how spread.

Pages, command line and notebooks ask here, so that they cannot differ. Answers are kept: asking
again with the same choices costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

import geo
import layers
from geo.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd
    import xarray as xr

    from geo.density import Kernel

POINT_LAYERS = ("platforms", "projects", "parks")
HEXAGON_M = 5000
INVESTMENT = "investment_100m_cny"
# Per measure of the distribution page: what weights a project, and the column that shows it.
MEASURES: dict[str, tuple[str | None, str]] = {
    "count": (None, "count"),
    "investment": (INVESTMENT, "weight_sum"),
    "sector": (None, "sectors"),
}
CURVE_DISTANCES_M = tuple(float(d) for d in range(250, 15001, 250))
ANSWERS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Points:
    """Which features take part in an analysis.

    Parameters
    ----------
    layer
        Name of a point layer.
    category, level, sector
        Accepted values; empty accepts all.
    """

    layer: str
    category: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()

    def filtered(self, column: str, values: tuple[str, ...]) -> Points:
        """Return the same points with one more filter."""
        wanted: dict[str, Any] = {column: values}
        return replace(self, **wanted)

    def chosen(self) -> gpd.GeoDataFrame:
        """Return the features that meet the choice, each project once, with or without a place.

        Raises
        ------
        InputError
            If the layer has no points.
        """
        if layers.resource(self.layer).geometry != "point":
            raise InputError(f"{self.layer!r} is not a point layer; choose from {POINT_LAYERS}")
        return layers.select(
            layers.counted(layers.load(self.layer)),
            {"category": self.category, "level": self.level, "sector": self.sector},
        )

    def located(self) -> gpd.GeoDataFrame:
        """Return the chosen features that have a place."""
        return layers.located(self.chosen())

    def unlocated(self) -> gpd.GeoDataFrame:
        """Return the chosen features that have none."""
        return layers.unlocated(self.chosen())


@lru_cache(maxsize=ANSWERS_KEPT)
def density(
    points: Points, *, bandwidth_m: float, cell_size_m: float, kernel: Kernel, weight: str | None
) -> xr.DataArray:
    """Return the kernel density of the located points per km², in metric coordinates.

    Raises
    ------
    InputError
        If no chosen point has a place, or none states the weight.
    """
    frame = points.located()
    if weight is not None:
        frame = frame[_stated(frame, weight, points.layer).notna()]
    if frame.empty:
        raise InputError(
            "density: no chosen feature has a place"
            + (" and a weight" if weight else "")
            + "; choose more categories or levels"
        )
    return geo.kernel_density(
        frame, bandwidth_m=bandwidth_m, cell_size_m=cell_size_m, kernel=kernel, weights=weight
    )


@lru_cache(maxsize=ANSWERS_KEPT)
def service_areas(sites: Points, *, distance_m: float) -> gpd.GeoDataFrame:
    """Return the area within straight-line reach of each site."""
    return geo.service_areas(sites.located(), distance_m=distance_m)


@lru_cache(maxsize=ANSWERS_KEPT)
def coverage(
    sites: Points, *, zoning: str, hexagon_m: float, distance_m: float, demand: Points | None
) -> gpd.GeoDataFrame:
    """Return covered, doubly covered and uncovered area per zone, and covered demand."""
    return geo.coverage(
        sites.located(),
        layers.zoning(zoning, hexagon_m=hexagon_m),
        distance_m=distance_m,
        demand=None if demand is None else demand.located(),
    )


@lru_cache(maxsize=ANSWERS_KEPT)
def coverage_curve(sites: Points, *, zoning: str, hexagon_m: float) -> pd.DataFrame:
    """Return the covered share of the zones together at growing distances."""
    return geo.coverage_curve(
        sites.located(),
        layers.zoning(zoning, hexagon_m=hexagon_m),
        distances_m=CURVE_DISTANCES_M,
    )


@lru_cache(maxsize=ANSWERS_KEPT)
def distribution(
    points: Points, *, zoning: str, hexagon_m: float, weight: str | None
) -> gpd.GeoDataFrame:
    """Return count, share, density and weighted sum per zone.

    A point that does not state the weight counts as a point and adds nothing to the sum.
    """
    frame = points.located()
    if weight is not None:
        frame = frame.assign(**{weight: _stated(frame, weight, points.layer).fillna(0.0)})
    return geo.distribution(frame, layers.zoning(zoning, hexagon_m=hexagon_m), weights=weight)


@lru_cache(maxsize=ANSWERS_KEPT)
def spread(projects: Points, *, zoning: str, hexagon_m: float, measure: str) -> gpd.GeoDataFrame:
    """Return the distribution of projects with the column that a measure shows.

    For ``"sector"`` that is ``sectors``: in how many sectors a zone has projects.
    """
    weight, _ = MEASURES[measure]
    zones = distribution(projects, zoning=zoning, hexagon_m=hexagon_m, weight=weight)
    if measure != "sector":
        return zones
    counts = sectors_by_zone(projects, zoning=zoning, hexagon_m=hexagon_m)
    present = counts[counts["count"] > 0].groupby("id")["sector"].nunique()
    return zones.assign(sectors=zones["id"].map(present).fillna(0).astype(int))


@lru_cache(maxsize=ANSWERS_KEPT)
def sectors_by_zone(points: Points, *, zoning: str, hexagon_m: float) -> pd.DataFrame:
    """Return the number of projects per zone and sector: id, sector, count."""
    tables = []
    for sector in sorted(points.chosen()["sector"].unique()):
        part = replace(points, sector=(sector,))
        if part.located().empty:
            continue
        zones = distribution(part, zoning=zoning, hexagon_m=hexagon_m, weight=None)
        tables.append(zones[["id", "count"]].assign(sector=sector))
    counts: pd.DataFrame = pd.concat(tables, ignore_index=True)
    return counts


def _stated(frame: gpd.GeoDataFrame, weight: str, layer: str) -> pd.Series[float]:
    if weight not in frame.columns:
        raise InputError(
            f"layer {layer!r} has no column {weight!r} to weight by; "
            f"leave the weight out, or use projects with {INVESTMENT}"
        )
    weights: pd.Series[float] = frame[weight]
    return weights
