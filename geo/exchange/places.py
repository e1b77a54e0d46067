"""Places written as text: pairs, rings, WKT, WKB and GeoJSON, read into geometry.

Nothing here knows a CRS: coordinates come out in the order that they were written in. A text that
is no place gives a reason and no geometry. Work grows with the length of the text alone, and depth
of nesting is bounded before a parser sees it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
import shapely.geometry

from geo.exchange.angles import LONGEST, angle
from geo.exchange.curves import straightened
from geo.exchange.wkb import from_wkb

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Objects = NDArray[np.object_]

_DEEPEST = 8
_COLLECTION = re.compile("COLLECTION", re.IGNORECASE)
_DIGITS = str.maketrans("", "", "0123456789.+-")
_SPACED_PAIRS = re.compile(r"\s*[0-9.+-]+[ ]+[0-9.+-]+[ ]*,")
# All that Python strips.
_SPACES = r"[\s\x0b\x1c-\x1f\x{85}\p{Z}]*"
_EMPTY, _BLANK = rf"(?i)^{_SPACES}EMPTY{_SPACES}$", rf"^{_SPACES}$"
_HEX = r"^\s*(?:\\x)?0[01][0-9A-Fa-f]{16,}\s*$"
# What shapely has no kind for, or what may hold it.
_CURVES = r"(?i)^\s*(?:CIRCULARSTRING|COMPOUNDCURVE|CURVEPOLYGON|MULTICURVE|MULTISURFACE)"
_FACES = r"(?i)^\s*(?:POLYHEDRALSURFACE|TIN|TRIANGLE)"
_COLLECTED = r"(?i)^\s*GEOMETRYCOLLECTION"
_WKT_WORDS = r"(?i)^\s*(?:SRID\s*=|POINT|LINESTRING|LINEARRING|POLYGON|MULTI)"
_WKT = f"{_WKT_WORDS}|{_CURVES}|{_FACES}|{_COLLECTED}"
_CURVED_PART = re.compile("CIRCULAR|COMPOUND|CURVE|SURFACE|TIN|TRIANGLE", re.IGNORECASE)
_DIMENSIONS = re.compile(r"\b(?:ZM|Z|M)\b", re.IGNORECASE)
_SRID = r"^\s*[Ss][Rr][Ii][Dd]\s*=\s*([0-9]{1,6})\s*;"
_STATES_SRID = r"^\s*[Ss][Rr][Ii][Dd]\s*="
_RING = str.maketrans("，；｜（）［］\n\r\t", ",;|()[]   ")
_CLOSED_POINTS, _LINE_POINTS, _HEIGHT_POINTS = 3, 2, 3
# An object with a longitude and a latitude, in quotation marks of either kind.
_NAMED = r"[\"']?{}[\"']?\s*:\s*[\"']?(-?[0-9]{{1,3}}(?:\.[0-9]{{0,20}})?)"
_NAMED_LON = re.compile(_NAMED.format("(?:lng|lon|longitude)"), re.IGNORECASE)
_NAMED_LAT = re.compile(_NAMED.format("(?:lat|latitude)"), re.IGNORECASE)
_LONGEST_NAMED = 200
_POLYGON_LIKE = {"Polygon", "MultiPolygon"}
_FIELDS = ("shapes", "reasons", "closed", "curved", "srids")


@dataclass(slots=True)
class Places:
    """Geometry of rows, and why a row has none.

    Parameters
    ----------
    shapes
        Geometry or None, coordinates as written.
    reasons
        Code, or an empty text.
    closed, curved
        Whether a ring was closed, and whether arcs became chords.
    srids
        EPSG code that the text itself gives, 0 where it gives none.
    """

    shapes: Objects
    reasons: Objects
    closed: NDArray[np.bool_]
    curved: NDArray[np.bool_]
    srids: NDArray[np.int64]

    @classmethod
    def empty(cls, count: int) -> Places:
        """Return as many rows without a place."""
        return cls(
            np.full(count, None, object),
            np.full(count, "place.missing", object),
            np.zeros(count, bool),
            np.zeros(count, bool),
            np.zeros(count, np.int64),
        )

    @classmethod
    def joined(cls, parts: Sequence[Places]) -> Places:
        """Return the rows of all parts, one part after the other."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS))


def _matches(texts: pd.Series, pattern: str) -> NDArray[np.bool_]:
    matches = pc.match_substring_regex(pa.array(texts, pa.large_string()), pattern)
    return np.array(matches.fill_null(fill_value=False).to_numpy(zero_copy_only=False), bool)


def shapes(texts: pd.Series, *, lines: bool = False) -> Places:
    """Read texts that hold one geometry each, every one in its own way.

    Parameters
    ----------
    texts
        WKT and EWKT; WKB and EWKB as hexadecimal digits; GeoJSON; pairs of coordinates such as
        ``lng lat,lng lat;lng lat,lng lat`` (a semicolon ends a part, ``~`` begins a hole),
        ``lng,lat;lng,lat|lng,lat;lng,lat`` (a bar does) and ``[[lng,lat],[lng,lat]]``.
    lines
        Whether pairs that do not return to the first are a line rather than an open ring.

    Examples
    --------
    >>> read = shapes(pd.Series(["SRID=4490;POINT (1 2)", "0,0;1,0;1,1", "112.9,28.2", "—"]))
    >>> [shape and shape.wkt for shape in read.shapes][:2], read.srids.tolist()
    (['POINT (1 2)', 'POLYGON ((0 0, 1 0, 1 1, 0 0))'], [4490, 0, 0, 0])
    >>> read.closed.tolist(), read.reasons.tolist()
    ([False, True, False, False], ['', '', '', 'place.not_read'])
    """
    places = Places.empty(len(texts))
    kinds = kind_of(texts)
    readers: dict[str, Callable[[pd.Series], Places]] = {
        "wkt": _wkt,
        "wkb": lambda part: _wkb(part.to_numpy(object)),
        "json": lambda part: _geojson(part.to_numpy(object)),
        "pairs": lambda part: _pairs(part.to_numpy(object), lines=lines),
        "other": lambda part: _pairs_of_angles(part.to_numpy(object)),
    }
    for kind, reader in readers.items():
        rows = np.flatnonzero(kinds == kind)
        if rows.size:
            part = reader(texts.iloc[rows])
            for name in _FIELDS:
                getattr(places, name)[rows] = getattr(part, name)
    return places


def kind_of(texts: pd.Series) -> Objects:
    """Return how each text writes its geometry: wkt, wkb, json, pairs, other, or empty.

    The word EMPTY is no geometry.

    Examples
    --------
    >>> texts = ["POINT (1 2)", "0101000000" + "0" * 32, "{}", "1,2", "甲", " "]
    >>> kind_of(pd.Series(texts)).tolist()
    ['wkt', 'wkb', 'json', 'pairs', 'other', '']
    """
    texts = texts.astype("str")
    first = texts.str.lstrip(" \t\r\n(（[［").str.slice(0, 1).to_numpy(object)
    kinds = np.full(len(texts), "other", object)
    kinds[pd.Series(first).isin(list("0123456789+-.－０１２３４５６７８９"))] = "pairs"
    kinds[first == "{"] = "json"
    kinds[_matches(texts, _WKT)] = "wkt"
    kinds[_matches(texts, _HEX)] = "wkb"
    # What boundary tables write where an area has no border.
    kinds[(first == "") | _matches(texts, _EMPTY)] = ""
    return kinds


def is_blank(texts: pd.Series) -> NDArray[np.bool_]:
    """Whether texts are empty but for spaces.

    Examples
    --------
    >>> is_blank(pd.Series([" \u3000", "a", ""])).tolist()
    [True, False, True]
    """
    return _matches(texts, _BLANK)


def _wkt(texts: pd.Series) -> Places:
    places = Places.empty(len(texts))
    if _matches(texts, _STATES_SRID).any():
        srids = texts.str.extract(_SRID, expand=False)
        places.srids[:] = pd.to_numeric(srids).fillna(0).to_numpy(np.int64)
        texts = texts.str.replace(_SRID, "", regex=True)
    plain = texts.to_numpy(object)
    curved, deep = _matches(texts, f"{_CURVES}|{_FACES}"), np.zeros(len(plain), bool)
    for row in np.flatnonzero(_matches(texts, _COLLECTED)):  # nothing else holds a collection
        deep[row] = len(_COLLECTION.findall(plain[row])) > _DEEPEST
        curved[row] = _CURVED_PART.search(plain[row]) is not None
    shallow = _without(plain, deep | curved)
    with np.errstate(all="ignore"):
        places.shapes[:] = shapely.from_wkt(shallow, on_invalid="ignore")
        failed = shapely.is_missing(places.shapes) & ~(deep | curved)
        places.shapes[failed] = shapely.from_wkt(plain[failed], on_invalid="fix")
        places.closed[failed] = ~shapely.is_missing(places.shapes[failed])
    for row in np.flatnonzero(curved & ~deep):
        places.shapes[row] = _curve(plain[row])
        places.curved[row] = places.shapes[row] is not None
    return _judged(places, deep)


def _curve(text: str) -> object:
    """Read WKT with arcs: only as a part of a collection does shapely pass them on."""
    try:
        whole = shapely.from_wkt(f"GEOMETRYCOLLECTION ({_DIMENSIONS.sub('', text)})")
        return straightened(shapely.to_wkb(whole))[0].geoms[0]
    except (shapely.GEOSException, ValueError, IndexError):  # also what GEOS cuts in a character
        return None


def _wkb(texts: Objects) -> Places:
    plain = np.array([text.strip().removeprefix("\\x") for text in texts], object)
    # A collection has type 7 in either order of bytes.
    deep = np.array(
        [
            text.upper().count("07000000") + text.upper().count("00000007") > _DEEPEST
            for text in plain
        ],
        bool,
    )
    decoded = from_wkb(np.array([_bytes(text) for text in _without(plain, deep)], object))
    places = Places.empty(len(texts))
    places.shapes[:] = decoded.shapes
    places.closed[decoded.closed] = True
    places.curved[decoded.curved] = True
    places.srids[:] = np.where(
        shapely.is_missing(places.shapes), 0, shapely.get_srid(places.shapes)
    )
    return _judged(places, deep)


def _bytes(text: str | None) -> bytes | None:
    try:
        return None if text is None else bytes.fromhex(text)
    except ValueError:
        return b""


def _judged(places: Places, deep: NDArray[np.bool_]) -> Places:
    """Say why rows have no shape."""
    places.reasons[:] = np.where(shapely.is_missing(places.shapes), "place.not_read", "")
    places.reasons[deep] = "place.nested"
    return places


def _without(texts: Objects, deep: NDArray[np.bool_]) -> Objects:
    shallow = texts.copy()
    shallow[deep] = None
    return shallow


def _geojson(texts: Objects) -> Places:
    deep = np.array([_bracket_depth(text) > _DEEPEST for text in texts], bool)
    places = Places.empty(len(texts))
    places.shapes[:] = np.array(
        shapely.from_geojson(_without(texts, deep), on_invalid="ignore"), object
    )
    for row in np.flatnonzero(shapely.is_missing(places.shapes) & ~deep):
        places.shapes[row] = _open_geojson(texts[row])
        places.closed[row] = places.shapes[row] is not None
        if places.shapes[row] is None and len(texts[row]) <= _LONGEST_NAMED:
            places.shapes[row] = _named(texts[row])
    return _judged(places, deep)


def _bracket_depth(text: str) -> int:
    deepest = depth = 0
    for mark in re.findall(r"[\[\]{}]", text):
        depth += 1 if mark in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _named(text: str) -> object:
    """Read ``{"lng": 112.9, "lat": 28.2}``, in either order."""
    lon, lat = _NAMED_LON.search(text), _NAMED_LAT.search(text)
    return None if lon is None or lat is None else shapely.Point(float(lon[1]), float(lat[1]))


def _open_geojson(text: str) -> object:
    """Read a GeoJSON polygon whose rings do not return to their first corner."""
    try:
        content = json.loads(text)
        content = content.get("geometry", content)
        if content.get("type") not in _POLYGON_LIKE:
            return None
        return shapely.geometry.shape(content)
    except (ValueError, TypeError, AttributeError, LookupError, shapely.GEOSException):
        return None


def _pairs(texts: Objects, *, lines: bool) -> Places:
    places = Places.empty(len(texts))
    rings = _Rings()
    for row, text in enumerate(texts):
        parts = _parts(text)
        if parts is None:
            angles = _two_angles(text)
            places.shapes[row] = angles
            places.reasons[row] = "" if angles is not None else "place.not_read"
            continue
        pieces = [piece for part in parts for piece in part]
        shortest = min(len(piece) for piece in pieces)
        ends_meet = all((piece[0] == piece[-1]).all() for piece in pieces)
        if shortest >= _CLOSED_POINTS and (ends_meet or not lines):
            places.closed[row] = not ends_meet
            rings.add(row, parts)
        elif len(pieces) > 1 and shortest < _CLOSED_POINTS and not lines:
            places.reasons[row] = "place.not_read"  # a border of one or two corners
            continue
        elif shortest == 1:
            places.shapes[row] = shapely.points(pieces[0][0]) if len(pieces) == 1 else None
        else:
            strings = [shapely.LineString(piece) for piece in pieces]
            alone = len(strings) == 1
            places.shapes[row] = strings[0] if alone else shapely.MultiLineString(strings)
        places.reasons[row] = ""
    rings.fill(places)
    places.reasons[shapely.is_missing(places.shapes)] = "place.not_read"
    return places


class _Rings:
    """Rings of many rows, made into polygons all at once."""

    def __init__(self) -> None:
        self._rings: list[Floats] = []
        self._polygon_of: list[int] = []
        self._row_of: list[int] = []

    def add(self, row: int, parts: list[list[Floats]]) -> None:
        """Add the polygons of a row, each a shell and its holes."""
        for part in parts:
            self._rings.extend(_ring(piece) for piece in part)
            self._polygon_of.extend([len(self._row_of)] * len(part))
            self._row_of.append(row)

    def fill(self, places: Places) -> None:
        """Put the polygons into their rows."""
        if not self._rings:
            return
        of_ring = np.repeat(np.arange(len(self._rings)), [len(ring) for ring in self._rings])
        rings = np.array(shapely.linearrings(np.concatenate(self._rings), indices=of_ring), object)
        polygons = np.array(shapely.polygons(rings, indices=np.array(self._polygon_of)), object)
        rows = np.array(self._row_of)
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        counts = np.diff(starts, append=len(rows))
        alone = starts[counts == 1]
        places.shapes[rows[alone]] = polygons[alone]
        for start, count in zip(starts[counts > 1], counts[counts > 1], strict=True):
            places.shapes[rows[start]] = shapely.multipolygons(polygons[start : start + count])


def _ring(part: Floats) -> Floats:
    if len(part) > _CLOSED_POINTS and (part[0] == part[-1]).all():
        return part
    return np.concatenate([part, part[:1]])


def _parts(text: str) -> list[list[Floats]] | None:
    """Cut pairs of coordinates out of a text: parts between bars, in each a shell and its holes."""
    plain = text if text.isascii() and "\n" not in text else _half_width(text)
    if "[" in plain or "(" in plain:
        plain = "".join(plain.translate(str.maketrans("()", "[]")).split())
        plain = plain.replace("]],[[", "|").replace("],[", ";").strip("[];")
        if "[" in plain or "]" in plain:
            return None
    elif ";" in plain and _SPACED_PAIRS.match(plain):
        # Between spaces and commas a semicolon ends a part: lng lat,lng lat;lng lat,lng lat.
        plain = plain.replace(";", "|")
    parts = []
    for part in plain.split("|"):
        pieces = [_coordinates(piece) for piece in part.split("~") if piece.strip(" ;,")]
        arrays = [piece for piece in pieces if piece is not None]
        if len(arrays) < len(pieces):
            return None
        if arrays:
            parts.append(arrays)
    return parts or None


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(_RING))


def _coordinates(part: str) -> Floats | None:
    part = part.strip(" ;,")
    joints = part.translate(_DIGITS)
    for pair, between in ((" ", ","), (",", ";")):
        count = joints.count(between)
        if count and joints == (pair + between) * count + pair:
            return _floats(part.replace(",", " ").replace(";", " ").split(), 2)
    if ";" in part:
        chunks = [chunk.replace(",", " ").split() for chunk in part.split(";")]
        chunks = [chunk for chunk in chunks if chunk]
    else:
        chunks = [chunk.split() for chunk in part.split(",")]
        chunks = [chunk for chunk in chunks if chunk]
        if len(chunks) == 1 or all(len(chunk) == 1 for chunk in chunks):
            flat = [value for chunk in chunks for value in chunk]
            chunks = [flat[at : at + 2] for at in range(0, len(flat), 2)]
    width = len(chunks[0]) if chunks else 0
    if width not in {_LINE_POINTS, _HEIGHT_POINTS} or any(len(chunk) != width for chunk in chunks):
        return None
    return _floats([value for chunk in chunks for value in chunk], width)


def _floats(texts: list[str], width: int) -> Floats | None:
    try:
        values = np.array([float(text) for text in texts])
    except ValueError:
        return None
    return values.reshape(-1, width)[:, :2]


def _pairs_of_angles(texts: Objects) -> Places:
    places = Places.empty(len(texts))
    places.shapes[:] = [_two_angles(text) for text in texts]
    places.reasons[:] = np.where(shapely.is_missing(places.shapes), "place.not_read", "")
    return places


def _two_angles(text: str) -> object:
    """Read one place from two angles with their marks, as in 112°56′24″E, 28°10′48″N."""
    if len(text) > 2 * LONGEST:
        return None
    plain = text.translate(_RING).strip(" ()[]")
    for mark in (",", ";", "|", " "):
        halves = [half for half in plain.split(mark) if half.strip()]
        if len(halves) == 2:  # noqa: PLR2004  a pair
            first, second = map(angle, halves)
            if np.isfinite(first) and np.isfinite(second):
                return shapely.Point(first, second)
    return None
