"""GeoJSON: collections, single features, bare geometries, and one feature a line.

Features are taken from the text one after another, so that a large file never stands in memory as
objects, and one that is broken goes aside without the others.
"""

from __future__ import annotations

import gc
import json
import re
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import shape

from geo.errors import InputError
from geo.exchange import json_dialects
from geo.exchange.columns import MAX_COLUMNS, exact_column, unique_names
from geo.exchange.encodings import decoded
from geo.exchange.sheets import Sheet, rings_closed
from geo.exchange.stated_crs import BY_FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from numpy.typing import NDArray

    from geo.exchange.receipt import Finding

    Floats = NDArray[np.float64]

MAX_NESTING = 64
_BLOCK = 20_000
_SPACE = " \t\r\n\x1e"
_NOT_NESTING = bytes(set(range(256)) - set(b'"\\[]{}'))
_LEVELS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_RING_POINTS = 4
# A backslash that is meant, a character of two halves, or one half alone.
_HALVES = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_FAILURES = (
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    RecursionError,
    shapely.GEOSException,
)


def parse(data: bytes, *, name: str) -> list[Sheet]:
    """Read GeoJSON in any encoding.

    Parameters
    ----------
    data
        Contents of the file.
    name
        Its name.

    Returns
    -------
    One sheet. ``stated_crs`` is the name in its ``crs`` member, which old programs write.

    Raises
    ------
    InputError
        It is no GeoJSON, is TopoJSON (see `geo.exchange.topojson`), has no features, or is nested
        deeper than 64.

    Examples
    --------
    >>> (sheet,) = parse(b'{"type": "Point", "coordinates": [112.9, 28.2, 40]}', name="a.json")
    >>> sheet.shapes[0].wkt
    'POINT (112.9 28.2)'
    """
    text = decoded(data, name=name)
    require_flat(data, name=name)
    letters = whole_characters(text.text)
    document = _Document(letters, name)
    noticed: list[Finding] = []
    rows = json_dialects.features(document.features(), letters, noticed)
    gc.disable()  # millions of lists without a circle among them: looking for some costs most
    try:
        blocks = list(_blocks(rows))
    except (json.JSONDecodeError, RecursionError) as error:
        raise broken(name, error) from error
    finally:
        gc.enable()
    if not blocks:
        raise InputError(
            f"{name} has no features. Check what was exported.",
            code="file.no_features",
            name=name,
            rows=0,
            layers=1,
        )
    closed = [at for block in blocks for at in block.closed]
    return [
        Sheet(
            name="features",
            table=attributes([each for block in blocks for each in block.properties], name=name),
            shapes=np.concatenate([block.shapes for block in blocks]),
            stated_crs=document.crs or BY_FORMAT,
            encoding=text.encoding,
            encoding_how=text.how,
            reasons={at: why for block in blocks for at, why in block.reasons.items()},
            findings=[*text.findings(), *noticed, *([rings_closed(closed)] if closed else [])],
        )
    ]


def attributes(rows: list[dict[str, Any]], *, name: str) -> pd.DataFrame:
    """Return properties of features as a table, columns in the order in which they appear.

    Parameters
    ----------
    rows
        Properties of each feature.
    name
        Of the file, for messages.

    Examples
    --------
    >>> attributes([{"a": "NA"}, {"b": 1}], name="a.json").columns.tolist()
    ['a', 'b']
    """
    keys: dict[str, None] = {}
    for row in rows:
        keys.update(dict.fromkeys(row))
        if len(keys) > MAX_COLUMNS:
            break
    unique = unique_names(list(keys), file=name)
    columns = {
        own: exact_column([row.get(key) for row in rows])
        for own, key in zip(unique, keys, strict=True)
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def whole_characters(text: str) -> str:
    r"""Replace halves of characters that JSON writes out: no text of a table can hold one.

    Examples
    --------
    >>> whole_characters(r'"\ud83d\ude00 \ud83d \\ud83d"')
    '"\\ud83d\\ude00 \\ufffd \\\\ud83d"'
    """
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _HALVES.sub(lambda found: found[0] if found[1] is None else r"\ufffd", text)


def broken(name: str, error: Exception) -> InputError:
    """Return the refusal of a text that is no JSON, with the place where it breaks off."""
    line = getattr(error, "lineno", 1)
    column = getattr(error, "colno", 1)
    return InputError(
        f"{name} cannot be read as GeoJSON (line {line}, column {column}: "
        f"{getattr(error, 'msg', error)}). Export it again.",
        code="file.json_broken",
        name=name,
        line=line,
        column=column,
    )


def require_flat(data: bytes, *, name: str) -> None:
    """Refuse JSON that is nested deeper than features are, before it is parsed.

    Parameters
    ----------
    data
        The text as bytes, in any encoding whose ASCII is ASCII.
    name
        Of the file.

    Raises
    ------
    InputError
        It is nested deeper than 64.

    Examples
    --------
    >>> require_flat(b'{"a": "[[[["}' , name="a.json")
    """
    marks = data.translate(None, _NOT_NESTING)
    marks = marks.replace(b"\\\\", b"").replace(b'\\"', b"")
    signs = np.frombuffer(marks, dtype=np.uint8)
    outside = np.cumsum(signs == ord('"'), dtype=np.uint32) % 2 == 0
    steps = np.isin(signs, list(b"[{")).astype(np.int8) - np.isin(signs, list(b"]}"))
    depth = np.cumsum(np.where(outside, steps, 0), dtype=np.int64)
    if depth.size and depth.max() > MAX_NESTING:
        raise InputError(
            f"{name} is nested {int(depth.max())} deep, at most {MAX_NESTING} are read. "
            "Export it again as plain GeoJSON.",
            code="file.nested",
            name=name,
            most=MAX_NESTING,
        )


class _Document:
    """A text of JSON whose features are parsed as they are taken; its CRS is known at the end."""

    def __init__(self, text: str, name: str) -> None:
        self.crs = ""
        self._text, self._name = text, name
        self._decoder = json.JSONDecoder()

    def features(self) -> Iterator[Any]:
        """Parse the features of a collection, or objects that follow each other."""
        at = self._past_space(0)
        first = self._text[at : at + 1]
        if first == "[" and self._lists_features(at):
            yield from self._listed(at)
            return
        if first != "{":
            raise self._no_geojson(first)
        members: dict[str, Any] = {}
        at = self._past_space(at + 1)
        while self._text[at : at + 1] != "}":
            key, at = self._key(at)
            if key == "features" and self._text[at : at + 1] == "[":
                members[key] = ()
                at = yield from self._listed(at)
            else:
                members[key], at = self._value(at)
            at = self._past_mark(at, "}")
        self.crs = _crs_name(members.get("crs")) or json_dialects.esri_crs(members)
        if "features" in members:
            return
        self._require_geojson(members)
        yield members
        at = self._past_space(at + 1)
        while at < len(self._text):
            value, at = self._value(at)
            yield value
            at = self._past_space(at)

    def _lists_features(self, at: int) -> bool:
        """Whether a list begins with a feature."""
        at = self._past_space(at + 1)
        if self._text[at : at + 1] != "{":
            return False
        first, _ = self._value(at)
        return bool(first.get("type") == "Feature")

    def _value(self, at: int) -> tuple[Any, int]:
        try:
            return self._decoder.raw_decode(self._text, at)
        except json.JSONDecodeError:
            raise
        except ValueError as error:  # Python writes out no whole number of thousands of digits
            raise json.JSONDecodeError("A number without end", self._text, at) from error

    def _key(self, at: int) -> tuple[str, int]:
        if self._text[at : at + 1] != '"':
            raise json.JSONDecodeError("Expecting a name in double quotes", self._text, at)
        key, at = self._value(at)
        at = self._past_space(at)
        if self._text[at : at + 1] != ":":
            raise json.JSONDecodeError("Expecting ':'", self._text, at)
        return key, self._past_space(at + 1)

    def _listed(self, at: int) -> Generator[Any, None, int]:
        """Parse the members of a list one by one; return where it ends."""
        at = self._past_space(at + 1)
        while self._text[at : at + 1] != "]":
            value, at = self._value(at)
            yield value
            at = self._past_mark(at, "]")
        return at + 1

    def _past_mark(self, at: int, end: str) -> int:
        """Position of the next member, or of the end."""
        at = self._past_space(at)
        sign = self._text[at : at + 1]
        if sign == ",":
            return self._past_space(at + 1)
        if sign != end:
            raise json.JSONDecodeError(f"Expecting ',' or '{end}'", self._text, at)
        return at

    def _past_space(self, at: int) -> int:
        while self._text[at : at + 1] and self._text[at] in _SPACE:
            at += 1
        return at

    def _require_geojson(self, members: dict[str, Any]) -> None:
        kind = members.get("type")
        if kind == "Feature" or _is_kind(kind):
            return
        raise self._no_geojson(str(kind or "{}"))

    def _no_geojson(self, kind: str) -> InputError:
        return InputError(
            f"{self._name} is JSON, but no GeoJSON: it begins with {kind[:40]!r}. It "
            "needs a FeatureCollection, a Feature or a geometry.",
            code="file.no_geojson",
            name=self._name,
        )


def _crs_name(value: object) -> str:
    """Name in a ``crs`` member; one that says something else still says something."""
    if value is None:
        return ""
    properties = value.get("properties") if isinstance(value, dict) else None
    if isinstance(properties, dict):
        for key in ("name", "code", "href"):
            if properties.get(key) is not None:
                return str(properties[key])[:500]
    return json.dumps(value, ensure_ascii=False)[:500]


@dataclass(slots=True)
class _Block:
    """Some thousand features, as arrays."""

    shapes: NDArray[np.object_]
    properties: list[dict[str, Any]]
    reasons: dict[int, tuple[str, str]]
    closed: list[int]


def _blocks(features: Iterator[Any]) -> Iterator[_Block]:
    start = 0
    while rows := list(islice(features, _BLOCK)):
        geometries: list[Any] = []
        properties: list[dict[str, Any]] = []
        reasons: dict[int, tuple[str, str]] = {}
        for at, row in enumerate(rows, start=start):
            geometry, own = _halves(row)
            if geometry is None and own is None:
                reasons[at] = ("row.no_feature", str(row)[:100])
            geometries.append(geometry)
            properties.append(own or {})
        shapes, broken_rows, closed = shapes_of(geometries)
        reasons |= {start + at: ("row.geometry_broken", "") for at in broken_rows}
        yield _Block(shapes, properties, reasons, [start + at for at in closed])
        start += len(rows)


def _halves(row: Any) -> tuple[Any, dict[str, Any] | None]:  # noqa: ANN401
    """Return geometry and properties of a feature, or of a bare geometry."""
    if not isinstance(row, dict):
        return None, None
    if _is_kind(row.get("type")):
        return row, {}
    if "geometry" not in row and "properties" not in row:
        return None, None
    own = row.get("properties")
    own = own if isinstance(own, dict) else {}
    if row.get("id") is not None and "id" not in own:
        own = {"id": row["id"], **own}
    return row.get("geometry"), own


def _is_kind(kind: object) -> bool:
    """Whether a member is the name of a kind of geometry; it may be anything."""
    return isinstance(kind, str) and (kind in _LEVELS or kind == "GeometryCollection")


def shapes_of(
    geometries: Sequence[Any],
) -> tuple[NDArray[np.object_], list[int], list[int]]:
    """Build the geometries of GeoJSON objects together.

    Parameters
    ----------
    geometries
        Objects with ``type`` and ``coordinates``, or None.

    Returns
    -------
    Geometries without heights, None where there is none; the positions of those that cannot be
    read; and the positions whose rings were closed.

    Examples
    --------
    >>> ring = [[0, 0], [1, 0], [1, 1]]
    >>> shapes, wrong, closed = shapes_of([{"type": "Polygon", "coordinates": [ring]}, {}])
    >>> shapes[0].wkt, wrong, closed
    ('POLYGON ((0 0, 1 0, 1 1, 0 0))', [1], [0])
    """
    shapes = np.full(len(geometries), None, dtype=object)
    by_kind: dict[Any, list[int]] = {}
    for at, each in enumerate(geometries):
        if each is not None:
            kind = each.get("type") if isinstance(each, dict) else None
            by_kind.setdefault(kind if isinstance(kind, str) else None, []).append(at)
    single: list[int] = []
    for kind, positions in by_kind.items():
        try:
            coordinates = [geometries[at]["coordinates"] for at in positions]
            built, alone = _TOGETHER[kind](coordinates)
        except _FAILURES:  # one of them is unusual: each is built for itself
            single += positions
            continue
        there = np.array(positions)
        shapes[there[~alone]] = built
        single += there[alone].tolist()
    wrong: list[int] = []
    closed: list[int] = []
    for at in sorted(single):
        try:
            shapes[at], was_open = _alone(geometries[at])
        except _FAILURES:
            wrong.append(at)
            continue
        if was_open:
            closed.append(at)
    return shapes, wrong, closed


def _points(points: list[Any]) -> Floats:
    """Positions as an array of two columns; all have as many numbers."""
    (size,) = set(map(len, points)) or {2}
    flat = np.fromiter(chain.from_iterable(points), dtype=np.float64, count=size * len(points))
    return flat.reshape(-1, size)[:, :2]


def _offsets(lists: list[Any]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.fromiter(map(len, lists), np.int64, len(lists)))])


def _polygons(coordinates: list[Any]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    rings = list(chain.from_iterable(coordinates))
    points = _points(list(chain.from_iterable(rings)))
    ring_at, polygon_at = _offsets(rings), _offsets(coordinates)
    alone = _with_odd_rings(points, ring_at, polygon_at)
    if alone.any():
        plain = [each for each, odd in zip(coordinates, alone, strict=True) if not odd]
        return _polygons(plain)[0], alone
    built = shapely.from_ragged_array(shapely.GeometryType.POLYGON, points, (ring_at, polygon_at))
    return built, alone


def _multipolygons(coordinates: list[Any]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    polygons = list(chain.from_iterable(coordinates))
    rings = list(chain.from_iterable(polygons))
    points = _points(list(chain.from_iterable(rings)))
    ring_at, polygon_at, whole_at = _offsets(rings), _offsets(polygons), _offsets(coordinates)
    alone = _with_odd_rings(points, ring_at, polygon_at[whole_at])
    if alone.any():
        plain = [each for each, odd in zip(coordinates, alone, strict=True) if not odd]
        return _multipolygons(plain)[0], alone
    built = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON, points, (ring_at, polygon_at, whole_at)
    )
    return built, alone


def _with_odd_rings(
    points: Floats, ring_at: NDArray[np.int64], whole_at: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether a feature has a ring that is short or not closed, or no ring at all."""
    sizes = np.diff(ring_at)
    odd = sizes < _RING_POINTS
    full = np.flatnonzero(~odd)
    odd[full] = (points[ring_at[full]] != points[ring_at[full + 1] - 1]).any(axis=1)
    before = np.concatenate([[0], np.cumsum(odd)])
    result: NDArray[np.bool_] = (np.diff(before[whole_at]) > 0) | (np.diff(whole_at) == 0)
    return result


def _single_points(coordinates: list[Any]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    places = np.array(shapely.points(_points(coordinates)), dtype=object, ndmin=1)
    return places, np.zeros(len(coordinates), dtype=bool)


def _lines(coordinates: list[Any]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    points = _points(list(chain.from_iterable(coordinates)))
    built = shapely.from_ragged_array(
        shapely.GeometryType.LINESTRING, points, (_offsets(coordinates),)
    )
    return built, np.zeros(len(coordinates), dtype=bool)


_TOGETHER: dict[Any, Callable[[list[Any]], tuple[NDArray[np.object_], NDArray[np.bool_]]]] = {
    "Polygon": _polygons,
    "MultiPolygon": _multipolygons,
    "Point": _single_points,
    "LineString": _lines,
}


def _alone(geometry: Any) -> tuple[shapely.Geometry | None, bool]:  # noqa: ANN401
    """Build one geometry, and say whether a ring of it had to be closed."""
    kind = geometry["type"]
    if kind == "GeometryCollection":
        parts = [_alone(each) for each in geometry["geometries"]]
        return shapely.GeometryCollection([part for part, _ in parts if part]), any(
            was_open for _, was_open in parts
        )
    coordinates = _flat(geometry["coordinates"], _LEVELS[kind])
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(kind, [])
    was_open = any(ring[0] != ring[-1] for polygon in polygons for ring in polygon if ring)
    return shape({"type": kind, "coordinates": coordinates}), was_open


def _flat(coordinates: Any, level: int) -> Any:  # noqa: ANN401  nested as deep as the level
    if level == 0:
        return (float(coordinates[0]), float(coordinates[1])) if coordinates else ()
    return [_flat(each, level - 1) for each in coordinates]
