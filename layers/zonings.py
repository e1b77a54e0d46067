"""Zonings: the ways in which the New Area is cut into zones for counting."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo.crs import to_metric
from geo.errors import InputError
from geo.grids import hexagons
from layers.catalogue import load
from layers.positions import CRS
from layers.selection import located

if TYPE_CHECKING:
    from collections.abc import Callable

ZONING_NAMES = ("circles", "districts", "planning_area", "parks", "hexagons")
DEFAULT_HEXAGON_M = 5000.0
COLUMNS = ["id", "name_zh", "name_en", "evidence", "rule", "geometry"]
DISC_RULE = "disc:radius_m"


def zoning(name: str, *, hexagon_m: float = DEFAULT_HEXAGON_M) -> gpd.GeoDataFrame:
    """Return the polygons of one zoning.

    Districts are published boundaries. Circles are schematic. A park, and a part of the planning
    area whose boundary no source gives, is the disc of its assumed radius, also schematic; the
    zones of circles, parks and parts overlap.

    Parameters
    ----------
    name
        ``"circles"``, ``"districts"`` (the members of the New Area), ``"planning_area"``,
        ``"parks"`` or ``"hexagons"``.
    hexagon_m
        Width of a hexagon between opposite sides, metres.

    Returns
    -------
    geopandas.GeoDataFrame
        ``id``, ``name_zh``, ``name_en``, ``evidence``, ``rule`` and polygons in EPSG:4490;
        hexagons are a grid and have no evidence.

    Raises
    ------
    InputError
        If there is no such zoning.

    Examples
    --------
    >>> zoning("circles")["id"].tolist()
    ['circle-dakecheng', 'circle-kexuecheng', 'circle-gaoxin', 'circle-wangning']
    """
    if name == "hexagons":
        return _hexagons(hexagon_m)
    if name not in ZONING_NAMES:
        raise InputError(f"zoning: there is no zoning {name!r}; choose from {ZONING_NAMES}")
    return _named(name).copy()


@cache
def _named(name: str) -> gpd.GeoDataFrame:
    builders: dict[str, Callable[[], gpd.GeoDataFrame]] = {
        "circles": lambda: load("circles"),
        "districts": _districts,
        "planning_area": lambda: _with_discs(load("planning_area")),
        "parks": lambda: _with_discs(load("parks")),
    }
    return builders[name]()[COLUMNS].reset_index(drop=True)


def _districts() -> gpd.GeoDataFrame:
    districts = load("districts")
    return districts[districts["role"] == "member"]


def _with_discs(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give every located point that has a radius its disc; drop what has neither."""
    placed = located(frame)
    is_point = placed.geometry.geom_type == "Point"
    discs = placed[is_point & placed["radius_m"].notna()]
    metric = to_metric(discs)
    round_zones = discs.assign(evidence="schematic", rule=DISC_RULE).set_geometry(
        metric.geometry.buffer(metric["radius_m"]).to_crs(CRS)
    )
    return pd.concat([placed[~is_point], round_zones]).sort_index()


def _hexagons(size_m: float) -> gpd.GeoDataFrame:
    cells = hexagons(_districts(), size_m=size_m).to_crs(CRS)
    number = [str(n) for n in range(1, len(cells) + 1)]
    return gpd.GeoDataFrame(
        {
            "id": [f"hexagon-{n}" for n in number],
            "name_zh": [f"格网 {n}" for n in number],
            "name_en": [f"Hexagon {n}" for n in number],
        },
        geometry=cells.geometry.to_numpy(),
        crs=CRS,
    )
