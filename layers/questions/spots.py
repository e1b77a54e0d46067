"""Spots: groups of units that adjoin, each with its district and the plan's elements in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

import geo
from layers.plan.area import area
from layers.plan.catalogue import load
from layers.plan.selection import located
from layers.questions.cluster_reading import Spot

if TYPE_CHECKING:
    import geopandas as gpd

# An element of the plan that is an area names a spot when this part of it lies in the spot.
NAMING_SHARE = 0.25
TOUCHING_M = 1.0


def spots_of(units: gpd.GeoDataFrame, points: gpd.GeoDataFrame, amount: str) -> tuple[Spot, ...]:
    """Return the groups of adjoining units, those with most points first.

    Parameters
    ----------
    units
        Units of one kind, with their number of points and ``area_km2``.
    points
        The points that were counted.
    amount
        Column of what is added up.
    """
    groups = [
        _spot(part, points, amount) for _, part in units.groupby(_adjoining(units), sort=False)
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
