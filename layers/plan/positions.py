"""Where a point feature stands: its own coordinate, or the place of the zone that holds it.

A row either has ``lon`` and ``lat`` of its own, or names in ``within`` (or ``same_as``) the
feature whose place it takes, or has no place at all. A coordinate is thus written once: moving a
park moves every platform, project and node that stands in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

CRS = "EPSG:4490"


@dataclass(frozen=True, slots=True)
class Place:
    """A point, how well it is known, and how far the zone around it reaches.

    Parameters
    ----------
    lon, lat
        CGCS2000 degrees.
    accuracy_m
        One sigma of the point itself along each axis, metres.
    radius_m
        Extent of the zone around it. What is only known to lie within may be anywhere in it: its
        accuracy is half of this, the standard deviation of a disc along each axis.
    """

    lon: float
    lat: float
    accuracy_m: float
    radius_m: float


class Gazetteer:
    """Finds the place of any feature by its id.

    Parameters
    ----------
    tables
        Typed frames of the point layers, each with ``id`` and the position columns.
    built
        Functions that give the place of a feature whose geometry a rule builds (a city),
        by id.

    Examples
    --------
    >>> park = pd.DataFrame({"id": ["park-a"], "lon": [112.9], "lat": [28.2], "within": [None],
    ...                      "accuracy_m": [100.0], "radius_m": [1500.0]})
    >>> lab = pd.DataFrame({"id": ["lab-b"], "lon": [None], "lat": [None], "within": ["park-a"],
    ...                     "accuracy_m": [None]})
    >>> Gazetteer([park, lab], {}).place("lab-b")
    Place(lon=112.9, lat=28.2, accuracy_m=750.0, radius_m=1500.0)
    """

    def __init__(
        self, tables: list[pd.DataFrame], built: Mapping[str, Callable[[], Place | None]]
    ) -> None:
        wanted = ["id", "lon", "lat", "within", "same_as", "accuracy_m", "radius_m"]
        stacked = pd.concat(
            [table.reindex(columns=wanted).astype("object") for table in tables],
            ignore_index=True,
        )
        stacked = stacked.where(stacked.notna(), None)
        self._rows: dict[str, dict[Hashable, Any]] = {
            row["id"]: row for row in stacked.to_dict("records")
        }
        self._built = built
        self._places: dict[str, Place | None] = {}

    def __contains__(self, feature_id: str) -> bool:
        """Whether it knows of a feature, placed or not."""
        return feature_id in self._rows or feature_id in self._built

    def place(self, feature_id: str, *, asked_by: tuple[str, ...] = ()) -> Place | None:
        """Return where the feature stands, or None when nothing says so.

        Raises
        ------
        InputError
            If an id is unknown, or a chain of ``within`` leads back to itself.
        """
        if feature_id in asked_by:
            chain = " → ".join((*asked_by, feature_id))
            raise InputError(
                f"the places refer to each other in a ring: {chain}; give one a coordinate",
                code="plan.place",
                name=feature_id,
            )
        if feature_id not in self._places:
            self._places[feature_id] = self._find(feature_id, (*asked_by, feature_id))
        return self._places[feature_id]

    def rests_on(self, feature_id: str, other_id: str) -> bool:
        """Tell whether a feature's place is taken, at any remove, from ``other_id``."""
        seen = set()
        while feature_id not in seen:
            if feature_id == other_id:
                return True
            seen.add(feature_id)
            row = self._rows.get(feature_id)
            if row is None:
                return False
            feature_id = row["same_as"] or row["within"] or feature_id
        return False

    def _find(self, feature_id: str, chain: tuple[str, ...]) -> Place | None:
        if feature_id in self._built:
            return self._built[feature_id]()
        row = self._rows.get(feature_id)
        if row is None:
            raise InputError(
                f"{chain[0]!r} is placed by {feature_id!r}, which no layer has; "
                "correct its `within` or `same_as`",
                code="plan.place",
                name=chain[0],
            )
        if row["lon"] is not None and row["lat"] is not None:
            accuracy = float(row["accuracy_m"])
            radius = accuracy if row["radius_m"] is None else float(row["radius_m"])
            return Place(float(row["lon"]), float(row["lat"]), accuracy, radius)
        if row["same_as"] is not None:
            return self.place(row["same_as"], asked_by=chain)
        if row["within"] is None:
            return None
        zone = self.place(row["within"], asked_by=chain)
        if zone is None:
            return None
        # Anywhere in a disc alike: half the radius is the standard deviation along each axis.
        accuracy = max(zone.accuracy_m, zone.radius_m / 2.0)
        return Place(zone.lon, zone.lat, accuracy, zone.radius_m)


def zone_place(
    geometry: shapely.Polygon | shapely.MultiPolygon, *, area_km2: float, accuracy_m: float
) -> Place:
    """Return a polygon's place: its centroid, with the radius of the disc of equal area."""
    centre = geometry.centroid
    return Place(centre.x, centre.y, accuracy_m, math.sqrt(area_km2 / math.pi) * 1000.0)


def locate(frame: pd.DataFrame, gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    """Return the frame with point geometry, its coordinates and accuracy filled in.

    A row whose zone has no place becomes ``unlocated``: it is listed, not drawn.

    Parameters
    ----------
    frame
        A typed point layer.
    gazetteer
        Knows every zone that the rows refer to.

    Returns
    -------
    geopandas.GeoDataFrame
        In EPSG:4490; geometry None where ``evidence`` is ``unlocated``.
    """
    places = [gazetteer.place(feature_id) for feature_id in frame["id"]]
    found = np.array([place is not None for place in places], dtype=bool)
    lon, lat, accuracy = (
        np.array([math.nan if place is None else getattr(place, name) for place in places])
        for name in ("lon", "lat", "accuracy_m")
    )
    points = np.full(len(frame), None, dtype=object)
    points[found] = shapely.points(lon[found], lat[found])
    evidence = frame["evidence"].where(found, "unlocated")
    placed = frame.assign(lon=lon, lat=lat, accuracy_m=accuracy, evidence=evidence)
    return gpd.GeoDataFrame(placed, geometry=points, crs=CRS)
