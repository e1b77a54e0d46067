"""Where a feature stands: what sources say of it, else of the site that it stands on.

A row may have ``lon`` and ``lat`` of its own, or name in ``within`` what holds it: that is a claim
like those of the plan's table of claims. A place follows from accepted claims: from a coordinate,
of several the one with the best grade and then the smallest accuracy, else from what holds it. What
others say that is farther away than the accuracy widens it. An address alone is no place. A
coordinate is thus written once: moving a park moves every platform, project and node in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from geo.crs import GEOGRAPHIC
from geo.errors import InputError
from layers.plan.claims import ACCEPTED, CONFLICT, statements

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from shapely.geometry.base import BaseGeometry

    Row = dict[Hashable, Any]
    Extent: TypeAlias = BaseGeometry | list[tuple[BaseGeometry, float]]

CRS = GEOGRAPHIC
_ELLIPSOID = Geod(ellps="GRS80")
_CORNERS = 64
# What a row may say of its place.
_COLUMNS = ("id", "lon", "lat", "within", "same_as", "site_id", "accuracy_m", "radius_m")


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
        Extent of the zone around it, of a disc of equal area, metres. What is only known to lie
        within may be anywhere in it: its accuracy is half of this, the standard deviation of a disc
        along each axis.
    evidence
        ``"surveyed"`` or ``"located"``.
    within
        Id of what holds it, where nothing more is known.
    claim
        Id of the claim that it follows from, none of what a row says itself.
    shape
        What is built of it in EPSG:4490, such as a district or a road; none of a point.
    extent
        What it is somewhere in, as :mod:`geo.supports` takes it; none where it is a point with its
        accuracy, or what is built.
    """

    lon: float
    lat: float
    accuracy_m: float
    radius_m: float
    evidence: str = "located"
    within: str | None = None
    claim: str | None = None
    shape: BaseGeometry | None = None
    extent: Extent | None = None


class Gazetteer:
    """Finds the place of any feature by its id.

    Parameters
    ----------
    tables
        Typed frames, each with ``id``, and with what its rows say of their places: ``lon`` and
        ``lat``, ``within``, ``accuracy_m``, ``radius_m``; ``site_id``, the site that a feature
        stands on; ``same_as``, a feature that it is.
    built
        Functions that give the place of a feature whose geometry is drawn or built by a rule (a
        district, a city, a road), by id.
    claims
        What sources say, as :func:`layers.plan.claims.statements` takes it.

    Examples
    --------
    >>> park = pd.DataFrame({"id": ["park-a"], "lon": [112.9], "lat": [28.2], "within": [None],
    ...                      "accuracy_m": [100.0], "radius_m": [1500.0]})
    >>> lab = pd.DataFrame({"id": ["lab-b"], "lon": [None], "lat": [None], "within": ["park-a"],
    ...                     "accuracy_m": [None]})
    >>> place = Gazetteer([park, lab], {}).place("lab-b")
    >>> place.lon, place.lat, place.accuracy_m, place.within
    (112.9, 28.2, 750.0, 'park-a')
    """

    def __init__(
        self,
        tables: list[pd.DataFrame],
        built: Mapping[str, Callable[[], Place | None]],
        claims: pd.DataFrame | None = None,
    ) -> None:
        rows = pd.concat(
            [table.reindex(columns=[*_COLUMNS, "evidence"]).astype("object") for table in tables]
        )
        said = [_claims_of_rows(rows)]
        if claims is not None and len(claims):
            said.append(statements(claims))
        self._rows = {row["id"]: row for row in _records(rows)}
        self._said: dict[str, list[Row]] = {}
        for claim in _records(pd.concat(said)):
            self._said.setdefault(claim["subject_id"], []).append(claim)
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
            If an id is unknown, or a chain of places leads back to itself.
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
        return other_id in self._chain(feature_id)

    def subjects(self, feature_id: str) -> list[str]:
        """Return whom claims of its place are of: the feature, its site, and what it is."""
        found = [feature_id]
        for each in found:
            row = self._rows.get(each, {})
            others = (row.get("site_id"), row.get("same_as"))
            found += [other for other in others if other is not None and other not in found]
        return found

    def same_as(self, feature_id: str) -> str | None:
        """Return the feature that this one is, None where it is no other."""
        other: str | None = self._rows.get(feature_id, {}).get("same_as")
        return other

    def stands_on(self, feature_id: str) -> str | None:
        """Return the site whose place a feature has; None where it has one of its own, or none."""
        sites = [each for each in self.subjects(feature_id) if each in self._rows]
        placed = next((each for each in sites if self._placing(each)), feature_id)
        return None if placed == feature_id else placed

    def extent_m(self, feature_id: str) -> float | None:
        """Return the radius of the disc of a feature's area, metres; None where none is told."""
        told = (
            claim["radius_m"]
            for subject in self.subjects(feature_id)
            for claim in self._accepted(subject, "extent")
        )
        return next((float(radius_m) for radius_m in told if radius_m is not None), None)

    def _accepted(self, subject: str, kind: str) -> list[Row]:
        said = self._said.get(subject, [])
        return [each for each in said if each["kind"] == kind and each["state"] == ACCEPTED]

    def _placing(self, subject: str) -> list[Row]:
        """Return the claims that may place it: one coordinate, else the best graded zones."""
        zones = self._accepted(subject, "within")
        best = [zone for zone in zones if zone["grade"] == zones[0]["grade"]]
        return self._accepted(subject, "point")[:1] or best

    def _taken_from(self, feature_id: str) -> list[str]:
        """Return the ids of what its place is taken from; none where it is its own."""
        if feature_id in self._built:
            return []
        placing = self._placing(feature_id)
        objects = [claim["object_id"] for claim in placing if claim["kind"] == "within"]
        return objects if placing else self.subjects(feature_id)[1:2]

    def _chain(self, feature_id: str) -> set[str]:
        seen: set[str] = set()
        ahead = [feature_id]
        while ahead:
            each = ahead.pop()
            if each not in seen:
                seen.add(each)
                ahead += self._taken_from(each)
        return seen

    def _find(self, feature_id: str, chain: tuple[str, ...]) -> Place | None:
        if feature_id in self._built:
            return self._built[feature_id]()
        if feature_id not in self._rows:
            raise InputError(
                f"{chain[0]!r} is placed by {feature_id!r}, which no layer has that may place it; "
                "correct what it is within or the same as, or give the layer of that `place: true` "
                "under shapes in area.yaml",
                code="plan.place",
                name=chain[0],
            )
        placing = self._placing(feature_id)
        if placing:
            places = [place for each in placing if (place := self._by(each, chain)) is not None]
            best = min(places, key=lambda place: place.accuracy_m, default=None)
            place = None if best is None else self._widened(best, chain)
        else:
            other = self._taken_from(feature_id)
            place = self.place(other[0], asked_by=chain) if other else None
        extent_m = self.extent_m(feature_id)
        return place if place is None or extent_m is None else replace(place, radius_m=extent_m)

    def _by(self, claim: Row, chain: tuple[str, ...]) -> Place | None:
        """Return where one claim puts its subject."""
        accuracy_m = float(claim["accuracy_m"] or 0.0)
        if claim["kind"] == "point":
            at = float(claim["lon"]), float(claim["lat"])
            return Place(*at, accuracy_m, accuracy_m, claim["evidence"], None, claim["id"])
        zone = self.place(claim["object_id"], asked_by=chain)
        if zone is None:
            return None
        # Anywhere in a disc alike: half the radius is the standard deviation along each axis.
        accuracy_m = max(zone.accuracy_m, zone.radius_m / 2.0, accuracy_m)
        held = claim["evidence"], claim["object_id"], claim["id"]
        # A zone that is itself only known to lie in another one says no more than that.
        extent = zone.extent or zone.shape or _disc(zone.lon, zone.lat, 2.0 * accuracy_m)
        return Place(zone.lon, zone.lat, accuracy_m, zone.radius_m, *held, extent=extent)

    def _widened(self, place: Place, chain: tuple[str, ...]) -> Place:
        """Return a place whose accuracy spans what else is said of it."""
        others = [
            (metres, other)
            for claim in self._others(place, chain)
            if (other := self._by(claim, chain)) is not None
            if (metres := _away_m(place, other)) > place.accuracy_m
        ]
        if not others:
            return place
        # In none of them more likely than in another: sources do not say which of them errs.
        places = [place, *(other for _, other in others)]
        extent = [pair for each in places for pair in _weighted(each)]
        farthest_m = max(metres for metres, _ in others)
        return replace(place, accuracy_m=farthest_m, evidence="located", extent=extent)

    def _others(self, place: Place, chain: tuple[str, ...]) -> Iterator[Row]:
        """Give the claims that a place must agree with.

        A shape that a rule builds may rest on the feature itself, and cannot contradict it.
        """
        for claim in self._said[chain[-1]]:
            other = claim["kind"] in {"point", "within"} and claim["id"] != place.claim
            if other and claim["state"] in {ACCEPTED, CONFLICT}:
                ahead = self._chain(claim["object_id"]) if claim["kind"] == "within" else set()
                if not ahead & {*chain, *self._built}:
                    yield claim


def _away_m(place: Place, other: Place) -> float:
    """Return how far from a place another is: from its edge, where it is a zone."""
    _, _, metres = _ELLIPSOID.inv(place.lon, place.lat, other.lon, other.lat)
    return float(metres) - (other.radius_m if other.within is not None else 0.0)


def _weighted(place: Place) -> list[tuple[BaseGeometry, float]]:
    """Return the shapes that a place is somewhere in, which weigh 1 together."""
    if isinstance(place.extent, list):
        whole = sum(weight for _, weight in place.extent)
        return [(shape, weight / whole) for shape, weight in place.extent]
    # As wide as its normal error.
    return [(place.extent or _disc(place.lon, place.lat, 2.0 * place.accuracy_m), 1.0)]


@cache
def _disc(lon: float, lat: float, radius_m: float) -> BaseGeometry:
    """Return a disc on the ground; the same object for the same disc."""
    if not radius_m > 0:
        return shapely.Point(lon, lat)
    azimuths = np.linspace(0.0, 360.0, _CORNERS, endpoint=False)
    every = np.ones(_CORNERS)
    x, y, _ = _ELLIPSOID.fwd(lon * every, lat * every, azimuths, radius_m * every)
    return shapely.Polygon(np.column_stack([x, y]))


def _claims_of_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what rows say of their own places as claims."""
    said = rows.assign(
        subject_id=rows["id"],
        id=None,
        object_id=rows["within"],
        state=ACCEPTED,
        grade=None,
        evidence=rows["evidence"].fillna("located"),
    )
    kinds = {"point": ["lon", "lat"], "within": ["within"], "extent": ["radius_m"]}
    return pd.concat(
        [said.dropna(subset=needed).assign(kind=kind) for kind, needed in kinds.items()]
    )


def _records(table: pd.DataFrame) -> list[Row]:
    """Return rows as dictionaries, with None for what is missing."""
    whole = table.astype("object")
    return whole.where(whole.notna(), None).to_dict("records")


def zone_place(geometry: BaseGeometry, *, area_km2: float, accuracy_m: float) -> Place:
    """Return a shape's place: its centroid, with the radius of the disc of equal area.

    Of a line it is its middle, with the radius whose half is the standard deviation along the line.
    """
    if shapely.get_dimensions(geometry) == 1:
        middle = shapely.line_interpolate_point(shapely.line_merge(geometry), 0.5, normalized=True)
        half_m = _ELLIPSOID.geometry_length(geometry) / math.sqrt(12.0)
        return Place(middle.x, middle.y, accuracy_m, 2.0 * half_m, shape=geometry)
    centre = geometry.centroid
    radius_m = math.sqrt(area_km2 / math.pi) * 1000.0
    return Place(centre.x, centre.y, accuracy_m, radius_m, shape=geometry)


def locate(
    frame: pd.DataFrame, gazetteer: Gazetteer, placed: tuple[str, ...] = ()
) -> gpd.GeoDataFrame:
    """Return the frame with point geometry, its coordinates and accuracy filled in.

    A row whose zone has no place becomes ``unlocated``: it is listed, not drawn.

    Parameters
    ----------
    frame
        A typed point layer.
    gazetteer
        Knows every zone that the rows refer to.
    placed
        Which columns follow from claims as well: ``radius_m``, ``within``, ``claim_id``.

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
    texts = {
        name: pd.Series([getattr(place, name, None) for place in places], frame.index, dtype="str")
        for name in ("evidence", "within", "claim")
    }
    evidence = (
        frame["evidence"].fillna(texts["evidence"]) if "evidence" in frame else texts["evidence"]
    )
    more = {"within": texts["within"], "claim_id": texts["claim"]}
    if "radius_m" in placed:
        extents_m = map(gazetteer.extent_m, frame["id"])
        more["radius_m"] = pd.Series(extents_m, frame.index, dtype="float64")
    located = frame.assign(
        evidence=evidence.where(found, "unlocated"),
        accuracy_m=accuracy,
        lon=lon,
        lat=lat,
        **{name: values for name, values in more.items() if name in placed},
    )
    return gpd.GeoDataFrame(located, geometry=points, crs=CRS)
