"""What the rules build, and the way of features into metres, where they build it, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import GEOGRAPHIC, moved
from geo.errors import CRSError, InputError
from geo.geodesic import geodesic_area_km2
from layers.plan.area import map_crs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

CRS = GEOGRAPHIC


@dataclass(frozen=True, slots=True)
class Shape:
    """What a rule has built.

    Parameters
    ----------
    geometry
        In EPSG:4490.
    accuracy_m
        One sigma of the positions that it rests on, metres; how far the rule itself is from the
        authority's own drawing is not known and not in it.
    """

    geometry: BaseGeometry
    accuracy_m: float


def located(function: str, features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows with a place; refuse a frame with no CRS or with no place at all."""
    if features.crs is None:
        raise CRSError(
            f"{function}: the features have no CRS; say what they are in, for example "
            "features.set_crs(4490)",
            code="caller.crs",
            function=function,
        )
    shapes = features.geometry.to_numpy()
    placed = features[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if placed.empty:
        raise InputError(
            f"{function}: none of the {len(features)} feature(s) has a place; "
            "locate at least one of them",
            code="plan.rule",
            rule=function,
        )
    return placed


def in_metres(function: str, features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows with a place in the CRS of the plan's maps."""
    return moved(located(function, features), map_crs(), function=function)


def in_degrees(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape in the CRS of the plan's maps in EPSG:4490."""
    geographic: BaseGeometry = moved(gpd.GeoSeries([shape], crs=map_crs()), CRS).iloc[0]
    return geographic


def area_km2_of(shape: BaseGeometry) -> float:
    """Return the geodesic area of a shape in EPSG:4490, km²."""
    if shape.area == 0:
        return 0.0
    return float(geodesic_area_km2(gpd.GeoSeries([shape], crs=CRS)).iloc[0])


def quadratic_mean_m(accuracies_m: Iterable[float]) -> float:
    """Return the root mean square of accuracies, metres.

    A shape built from several positions is out by as much as each of them where it rests on it.

    Raises
    ------
    InputError
        If one of them is missing.
    """
    known_m = np.fromiter(accuracies_m, dtype="float64")
    if np.isnan(known_m).any():
        raise InputError(
            "combined_accuracy_m: a placed feature has no accuracy_m; give it one",
            code="plan.rule",
            rule="accuracy_m",
        )
    return float(np.sqrt(np.mean(known_m**2)))
