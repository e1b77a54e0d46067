"""What the numbers of a file say about themselves: another datum, zone or order than its label.

`examine` only suspects, and shows what speaks for it; `converted` does what was chosen. Features
whose place is certain can be passed in: with them a shift of 650 m is seen, without them it cannot
be. Nothing is converted unasked, and an old datum is never passed off as a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from geo.crs import GEOGRAPHIC
from geo.datum import DATUMS, Datum, convert
from geo.errors import CRSError, InputError
from geo.exchange import geometry, labels
from geo.exchange.fits import Apart, Fit, fit
from geo.exchange.readings import Conversion, Numbers, Proposal, Suspicion, proposed
from geo.findings import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.findings import Level

    Floats = NDArray[np.float64]

__all__ = ["Conversion", "Diagnosis", "Suspicion", "converted", "examine", "report"]

_DEGREES = CRS.from_user_input(GEOGRAPHIC)
OLD_DATUM_ACCURACY_M = 150.0
_MOST_NUMBERS = 2_000
_LARGEST_LON, _LARGEST_LAT = 180.0, 90.0
# A shift is suspected where it is there, and another reading takes most of it away.
_SHIFT_M, _REST_M, _REST_SHARE, _EDGE_SHARE = 150.0, 250.0, 0.4, 0.7
_AGREES_M = 250.0
_FAR_KM = 500.0
_PORTAL_COLUMNS = {"center", "centroid", "level", "parent"}
# What the searches of map services answer for a place: two of these together.
_SERVICES = (
    ("高德 AMap", "GCJ-02", {"typecode", "pname", "pcode", "cityname", "adname", "biz_type"}),
    ("百度 Baidu", "BD-09", {"street_id", "detail", "detail_info", "uid", "navi_location"}),
    ("腾讯 Tencent", "GCJ-02", {"ad_info", "_distance", "category", "ad_info.adcode"}),
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is suspected of the coordinates of a frame.

    Parameters
    ----------
    suspicion
        What is wrong; ``"none"`` where nothing is, or nothing can be said: the findings tell.
    residual_before_m, residual_after_m
        Distance from known features as the numbers are labelled and after the conversion, the
        median of the matched ones; None where none can be matched.
    matched
        How many features were matched with known ones.
    conversion
        What sets it right, to be passed to `converted`; None where nothing is to be done, or what
        to do is not known.
    findings
        In sentences, warnings first.
    """

    suspicion: Suspicion
    residual_before_m: float | None
    residual_after_m: float | None
    matched: int
    conversion: Conversion | None
    findings: tuple[Finding, ...]

    @property
    def remedies(self) -> tuple[str, ...]:
        """What may be chosen: ``"correct"``, or ``"as_is"`` for an old datum of this country."""
        if self.conversion is not None:
            return ("correct",)
        foreign = any(finding.code == "coordinates.other" for finding in self.findings)
        return ("as_is",) if self.suspicion == "old_datum" and not foreign else ()


def examine(
    frame: gpd.GeoDataFrame, *, known: gpd.GeoDataFrame | None = None, stated: str = ""
) -> Diagnosis:
    """Suspect datum, zone and order of the coordinates of a frame.

    Parameters
    ----------
    frame
        Features as a file has them, with or without CRS; finite coordinates. Not changed.
    known
        Features whose place is certain, such as districts with their names and codes, EPSG:4490.
    stated
        What the file itself calls its coordinate system, where that is no CRS: ``"GCJ-02"``.

    Returns
    -------
    Diagnosis.

    Raises
    ------
    InputError
        ``frame`` or ``known`` is no GeoDataFrame.
    CRSError
        ``known`` is not in EPSG:4490 or EPSG:4326.

    Examples
    --------
    >>> from shapely import Point
    >>> found = examine(gpd.GeoDataFrame(geometry=[Point(38_391_998, 3_124_000)], crs=4547))
    >>> found.suspicion, found.conversion.crs
    ('zone_prefix', 'EPSG:4526')
    """
    _check(frame, known)
    numbers = _numbers(frame, known)
    if not numbers.x.size:
        nothing = Finding("coordinates.nothing", {}, "warning")
        return Diagnosis("none", None, None, 0, None, (nothing,))
    stated_datum = labels.shifted_datum(
        stated, frame.attrs.get("datum", ""), "" if numbers.crs is None else numbers.crs.name
    )
    if numbers.crs is not None and labels.is_local(numbers.crs) and stated_datum is None:
        name = Finding("coordinates.local", {"name": numbers.crs.name}, "warning")
        return Diagnosis("local", None, None, 0, None, (name,))
    proposal = proposed(numbers)
    match: Fit | None = None
    if known is not None and len(known):
        lonlat = _lonlat(frame, proposal.conversion)
        match = None if lonlat is None else fit(lonlat, known)
    proposal = _shifted(proposal, match, stated_datum)
    findings = [*proposal.findings, *_of_datum(numbers), *_of_place(numbers, proposal)]
    findings += _of_match(frame, match, proposal, asked=known is not None)
    suspicion = proposal.suspicion
    if suspicion == "none" and numbers.datum:
        suspicion = "old_datum"
    before, after = _residuals(frame, known, match, proposal)
    return Diagnosis(
        suspicion,
        before,
        after,
        0 if match is None else match.matched,
        proposal.conversion,
        tuple(sorted(findings, key=lambda finding: finding.level == "note")),
    )


def converted(
    frame: gpd.GeoDataFrame, choice: Diagnosis | Conversion, *, as_is: bool = False
) -> gpd.GeoDataFrame:
    """Do what was chosen, and hand the features out in EPSG:4490.

    Parameters
    ----------
    frame
        Features as a file has them. Not changed.
    choice
        A diagnosis, or a conversion of one's own.
    as_is
        Take an old datum for CGCS2000, knowing that every place is off by up to
        `OLD_DATUM_ACCURACY_M`, which ``attrs["accuracy_m"]`` then says.

    Returns
    -------
    Features in EPSG:4490 with the same index.

    Raises
    ------
    CRSError
        The frame says no CRS and none was chosen, its CRS has no relation to the Earth or is on an
        old datum, or the numbers cannot be in the CRS.

    Examples
    --------
    >>> from shapely import Point
    >>> swapped = gpd.GeoDataFrame(geometry=[Point(28.2, 112.9)], crs=4490)
    >>> place = converted(swapped, examine(swapped)).geometry[0]
    >>> place.x, place.y
    (112.9, 28.2)
    """
    conversion = choice.conversion if isinstance(choice, Diagnosis) else choice
    conversion = conversion or Conversion()
    crs = labels.parsed(conversion.crs) if conversion.crs else frame.crs
    if crs is None and conversion.datum != "wgs84":
        crs = CRS.from_user_input(GEOGRAPHIC)
    if crs is None:
        raise CRSError(
            "converted: the frame has no CRS and the conversion names none. Pass "
            'Conversion(crs="EPSG:4547") or whatever the numbers are in.',
            code="coordinates.no_system",
        )
    crs = CRS.from_user_input(crs)
    if labels.is_local(crs):
        raise CRSError(
            f"converted: {crs.name} has no known relation to the Earth. Pass a Conversion with "
            "the CRS that the numbers are in.",
            code="coordinates.local",
            name=crs.name,
        )
    datum = labels.old_datum(crs)
    if datum and not as_is:
        raise CRSError(
            f"converted: {crs.name} is on the datum {datum}, from which there is no published "
            "transformation for this region. Pass as_is=True to take it for CGCS2000, off by up "
            f"to {OLD_DATUM_ACCURACY_M:.0f} m.",
            code="coordinates.old_datum_refused",
            datum=datum,
            metres=round(OLD_DATUM_ACCURACY_M),
        )
    moved = _moved(frame, conversion, crs)
    if datum:
        moved.attrs["accuracy_m"] = OLD_DATUM_ACCURACY_M
    return moved


def report(diagnosis: Diagnosis, *, lang: str = "zh") -> list[tuple[Level, str]]:
    """Write a diagnosis as rows of a level and a sentence, warnings first.

    Parameters
    ----------
    diagnosis
        Of `examine`.
    lang
        ``"zh"`` or ``"en"``.

    Examples
    --------
    >>> from shapely import Point
    >>> frame = gpd.GeoDataFrame(geometry=[Point(112.9, 28.2)], crs=4490)
    >>> report(examine(frame), lang="en")[0][1]
    'The middle of the data lies at 112.9° E, 28.2° N.'
    """
    return geometry.report(list(diagnosis.findings), lang=lang)


def _check(frame: gpd.GeoDataFrame, known: gpd.GeoDataFrame | None) -> None:
    for name, value in (("frame", frame), ("known", known)):
        if not isinstance(value, gpd.GeoDataFrame) and (name == "frame" or value is not None):
            raise InputError(
                f"examine: {name} is {type(value).__name__}. Pass a GeoDataFrame, as from "
                "geopandas.GeoDataFrame(geometry=…).",
                code="caller.argument",
                function="examine",
            )
    if known is not None and (known.crs is None or known.crs.to_epsg() not in {4490, 4326}):
        raise CRSError(
            "examine: known is not in EPSG:4490. Call .to_crs(4490) on it first.",
            code="caller.crs",
            function="examine",
        )


def _numbers(frame: gpd.GeoDataFrame, known: gpd.GeoDataFrame | None) -> Numbers:
    xy = _spread(frame.geometry.to_numpy())
    bounds = None if known is None else known.total_bounds
    extent = None
    if bounds is not None and np.isfinite(bounds).all():
        west, south, east, north = bounds.tolist()
        extent = (west, south, east, north)
    crs = None if frame.crs is None else CRS.from_user_input(frame.crs)
    return Numbers(xy[:, 0], xy[:, 1], crs, extent)


def _spread(shapes: NDArray[Any]) -> Floats:
    """Return so many corners, spread evenly, and look only at the shapes that have them."""
    counts = shapely.get_num_coordinates(shapes)
    ends = np.cumsum(counts)
    places = np.linspace(0, max(int(counts.sum()) - 1, 0), _MOST_NUMBERS).astype(int)
    owners, own = np.unique(np.searchsorted(ends, places, side="right"), return_inverse=True)
    if counts.sum() > _MOST_NUMBERS:
        first = np.cumsum(counts[owners]) - ends[owners]  # how far those between were left out
        xy: Floats = shapely.get_coordinates(shapes[owners])[places + first[own]]
        if np.isfinite(xy).all():
            return xy
    xy = shapely.get_coordinates(shapes)
    xy = xy[np.isfinite(xy).all(axis=1)]
    if len(xy) > _MOST_NUMBERS:
        xy = xy[np.linspace(0, len(xy) - 1, _MOST_NUMBERS).astype(int)]
    return xy


def _lonlat(frame: gpd.GeoDataFrame, conversion: Conversion | None) -> gpd.GeoDataFrame | None:
    """Features in degrees on their own ellipsoid, None where the reading has no such place."""
    reading = conversion or Conversion()
    crs = labels.parsed(reading.crs) if reading.crs else frame.crs
    crs = CRS.from_user_input(GEOGRAPHIC) if crs is None else CRS.from_user_input(crs)
    try:
        moved = _moved(frame, replace(reading, datum="wgs84"), crs)
    except CRSError:
        return None
    bounds = moved.total_bounds
    inside = np.abs(bounds) <= [_LARGEST_LON, _LARGEST_LAT] * 2
    return moved if bool(inside.all()) else None


def _moved(frame: gpd.GeoDataFrame, conversion: Conversion, crs: CRS) -> gpd.GeoDataFrame:
    """Exchange, project back to degrees of the same datum, and move from a shifted one."""
    shapes = frame.geometry.to_numpy()
    if conversion.swap:
        shapes = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    # Degrees of an old datum are kept as they are; one with parameters of its own is transformed.
    target = crs.geodetic_crs if labels.old_datum(crs) else None
    places = gpd.GeoSeries(shapes, index=frame.index, crs=crs)
    try:
        # Operations are published to WGS 84, which is taken as equal to CGCS2000: between the two
        # nothing moves, and each thread would look for the way anew, a tenth of a second long.
        places = places if crs == _DEGREES else places.to_crs(target or "EPSG:4326")
    except ProjError as error:
        raise CRSError(
            f"converted: the numbers cannot be in {crs.name} ({error}). Choose another CRS.",
            code="coordinates.impossible",
        ) from error
    xy = shapely.get_coordinates(places.to_numpy())
    if not np.isfinite(xy).all():
        raise CRSError(
            f"converted: some numbers cannot be in {crs.name}. Choose another CRS.",
            code="coordinates.impossible",
        )
    if conversion.datum != "wgs84":
        places = convert(
            gpd.GeoSeries(places.to_numpy(), index=frame.index),
            source=conversion.datum,
            target="wgs84",
        )
    moved = frame.copy()
    moved[frame.geometry.name] = gpd.GeoSeries(places.to_numpy(), index=frame.index, crs=frame.crs)
    moved = moved.set_crs(GEOGRAPHIC, allow_override=True)
    moved.attrs = {key: value for key, value in frame.attrs.items() if key != "datum"}
    return moved


def _shifted(proposal: Proposal, match: Fit | None, stated_datum: Datum | None) -> Proposal:
    """Add the datum that the file names, or that known features speak for."""
    datum, code = stated_datum, f"coordinates.says_{stated_datum}"
    values: dict[str, str | int | float] = {}
    if datum is None and match is not None:
        datum = _fitting(match)
        code = f"coordinates.{datum}"
        if datum is not None:
            values = {
                "matched": match.matched,
                "before_m": round(match.apart["wgs84"].middles_m),
                "after_m": round(match.apart[datum].middles_m),
            }
    if datum is None:
        return proposal
    suspicion: Suspicion = "bd09" if datum == "bd09" else "gcj02"
    return Proposal(
        suspicion,
        replace(proposal.conversion or Conversion(), datum=datum),
        (*proposal.findings, Finding(code, values, "warning")),
    )


def _fitting(match: Fit) -> Datum | None:
    unshifted = match.apart["wgs84"]
    best = min(DATUMS, key=lambda reading: match.apart[reading].middles_m)
    residual = match.apart[best]
    falls = residual.middles_m <= min(_REST_M, _REST_SHARE * unshifted.middles_m)
    along = residual.edges_m <= _EDGE_SHARE * unshifted.edges_m
    return best if unshifted.middles_m >= _SHIFT_M and falls and along else None


def _of_datum(numbers: Numbers) -> list[Finding]:
    if numbers.crs is None:
        return []
    findings = []
    if numbers.datum:
        values: dict[str, str | int | float] = {"metres": round(OLD_DATUM_ACCURACY_M)}
        code = f"coordinates.{numbers.datum.lower().replace(' ', '_')}"
        findings.append(Finding(code, values, "warning"))
        if labels.is_identity(numbers.crs):
            findings.append(Finding("coordinates.identity", {}, "warning"))
    return findings


def _of_place(numbers: Numbers, proposal: Proposal) -> list[Finding]:
    """Where the middle of the data lies, and how far that is from what is known."""
    # Between the quartiles: the median of corners may lie at an edge, and the mean far from all.
    placed = numbers.placed(proposal.conversion)
    with np.errstate(invalid="ignore"):
        lon, lat = (float(np.quantile(values, (0.25, 0.75)).mean()) for values in placed)
    if not (abs(lon) <= _LARGEST_LON and abs(lat) <= _LARGEST_LAT):
        unread = proposal.conversion is None and proposal.findings
        return [] if unread else [Finding("coordinates.nowhere", {}, "warning")]
    where: dict[str, str | int | float] = {"lon": round(lon, 4), "lat": round(lat, 4)}
    findings = [Finding("coordinates.where", where)]
    away = numbers.away_km(proposal.conversion)
    if away > _FAR_KM:
        findings.append(Finding("coordinates.far", {**where, "km": round(away)}, "warning"))
    return findings


def _of_match(
    frame: gpd.GeoDataFrame, match: Fit | None, proposal: Proposal, *, asked: bool
) -> list[Finding]:
    if proposal.suspicion in {"gcj02", "bd09"}:
        return []
    if match is not None:
        apart = match.apart["wgs84"].middles_m
        values: dict[str, str | int | float] = {
            "matched": match.matched,
            "metres": round(apart),
        }
        if apart <= _AGREES_M:
            return [Finding("coordinates.agrees", values)]
        return [Finding("coordinates.disagrees", values, "warning")]
    columns = {str(column).strip().lower() for column in frame.columns}
    if "adcode" in columns and columns & _PORTAL_COLUMNS:
        return [Finding("coordinates.portal", {}, "warning")]
    for service, datum, fields in _SERVICES:
        own = sorted(columns & fields)
        if len(own) > 1:
            words = {"columns": ", ".join(own), "service": service, "datum": datum}
            return [Finding("coordinates.service", words, "warning")]
    return [Finding("coordinates.unjudged")] if asked else []


def _residuals(
    frame: gpd.GeoDataFrame,
    known: gpd.GeoDataFrame | None,
    match: Fit | None,
    proposal: Proposal,
) -> tuple[float | None, float | None]:
    """Distance from known features as labelled, and as it would be."""
    if match is None or known is None:
        return None, None
    conversion = proposal.conversion
    if conversion is None:
        return match.apart["wgs84"].middles_m, None
    after = match.apart[conversion.datum].middles_m
    if not (conversion.swap or conversion.crs):
        return match.apart["wgs84"].middles_m, after
    lonlat = _lonlat(frame, None)
    as_given: Fit | None = None if lonlat is None else fit(lonlat, known)
    apart: Apart | None = None if as_given is None else as_given.apart["wgs84"]
    return None if apart is None else apart.middles_m, after
