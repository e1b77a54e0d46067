"""TopoJSON: borders that zones share, put together into the areas they bound."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import InputError
from geo.exchange.columns import attributes
from geo.exchange.encodings import decoded
from geo.exchange.json_shapes import shapes_of
from geo.exchange.json_texts import broken, require_flat, whole_characters
from geo.exchange.sheets import Sheet, rings_closed
from geo.exchange.stated_crs import BY_FORMAT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

# A border may be named any number of times: this is how many corners all zones have together. On
# their way to shapes they take some 150 bytes each.
MAX_VERTICES = 6_000_000
_LEVELS = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}
_FAILURES = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError)


def is_topology(data: bytes) -> bool:
    """Whether a text of JSON is a topology, by the words that every topology has.

    Examples
    --------
    >>> is_topology(b'{"type": "Topology", "arcs": []}'), is_topology(b'{"type": "Feature"}')
    (True, False)
    """
    return b'"Topology"' in data and b'"arcs"' in data


def parse(data: bytes, *, name: str) -> list[Sheet]:
    """Read TopoJSON.

    Parameters
    ----------
    data
        Contents of the file.
    name
        Its name.

    Returns
    -------
    A sheet for each of its objects.

    Raises
    ------
    InputError
        It is no TopoJSON, is damaged, or its zones have more than 6 million corners together.

    Examples
    --------
    >>> text = '''{"type": "Topology", "arcs": [[[0, 0], [1, 0], [0, 1], [0, 0]]], "objects":
    ... {"zones": {"type": "Polygon", "arcs": [[0]], "properties": {"name": "A"}}}}'''
    >>> parse(text.encode(), name="a.topojson")[0].shapes[0].wkt
    'POLYGON ((0 0, 1 0, 0 1, 0 0))'
    """
    text = decoded(data, name=name)
    require_flat(text, name=name)
    try:
        content = json.loads(whole_characters(text.text))
    except (ValueError, RecursionError) as error:
        at = error.pos if isinstance(error, json.JSONDecodeError) else 0
        raise broken(name, error, text.place(at)) from error
    try:
        topology = _Topology(content, name)
        sheets = [
            _sheet(key, entry, topology, name)
            for key, entry in content["objects"].items()
            if isinstance(entry, dict)
        ]
    except _FAILURES as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{name} cannot be read as TopoJSON ({error}). Export it as GeoJSON.",
            code="file.damaged",
            name=name,
            format="TopoJSON",
        ) from error
    for sheet in sheets:
        sheet.encoding, sheet.encoding_how = text.encoding, text.how
        sheet.findings += text.findings()
    return sheets


def _sheet(key: str, entry: dict[str, Any], topology: _Topology, name: str) -> Sheet:
    rows = entry["geometries"] if entry.get("type") == "GeometryCollection" else [entry]
    rows = [row if isinstance(row, dict) else {} for row in rows]
    reasons: dict[int, tuple[str, str]] = {}
    geometries: list[Any] = []
    for at, row in enumerate(rows):
        try:
            geometries.append(topology.geometry(row))
        except _FAILURES as error:
            if isinstance(error, InputError):
                raise
            geometries.append(None)
            reasons[at] = ("row.geometry_broken", "")
    shapes, wrong, closed = shapes_of(geometries)
    reasons |= dict.fromkeys(wrong, ("row.geometry_broken", ""))
    properties = [_properties(row) for row in rows]
    return Sheet(
        name=key,
        table=attributes(properties, name=name),
        shapes=shapes,
        stated_crs=BY_FORMAT,
        reasons=reasons,
        findings=[rings_closed(closed)] if closed else [],
    )


def _properties(row: dict[str, Any]) -> dict[str, Any]:
    own = row.get("properties")
    own = own if isinstance(own, dict) else {}
    return {"id": row["id"], **own} if row.get("id") is not None and "id" not in own else own


class _Topology:
    def __init__(self, content: Any, name: str) -> None:  # noqa: ANN401  as parsed
        self._name = name
        self._corners = 0
        transform = content.get("transform")
        self._is_quantised = transform is not None
        if self._is_quantised:
            self._scale = np.array(transform["scale"], dtype=np.float64)
            self._shift = np.array(transform["translate"], dtype=np.float64)
        self._arcs = [self._arc(each) for each in content["arcs"]]

    def _arc(self, points: list[Any]) -> Points:
        arc = np.array([point[:2] for point in points], dtype=np.float64).reshape(-1, 2)
        return self._placed(np.cumsum(arc, axis=0)) if self._is_quantised else arc

    def _placed(self, points: Points) -> Points:
        return points * self._scale + self._shift

    def geometry(self, row: dict[str, Any]) -> dict[str, Any] | None:
        """Return an object of the topology as one of GeoJSON."""
        kind = row.get("type")
        if kind is None:
            return None
        if kind == "GeometryCollection":
            parts = [self.geometry(each) for each in row["geometries"]]
            return {"type": kind, "geometries": [part for part in parts if part]}
        if kind in {"Point", "MultiPoint"}:
            places = np.array(row["coordinates"], dtype=np.float64)[..., :2]
            lonlat = self._placed(places) if self._is_quantised else places
            return {"type": kind, "coordinates": lonlat.tolist()}
        return {"type": kind, "coordinates": self._lines(row["arcs"], _LEVELS[kind])}

    def _lines(self, arcs: list[Any], level: int) -> list[Any]:
        if level:
            return [self._lines(each, level - 1) for each in arcs]
        pieces = [self._arcs[at] if at >= 0 else self._arcs[~at][::-1] for at in arcs]
        self._corners += sum(map(len, pieces))
        if self._corners > MAX_VERTICES:
            raise InputError(
                f"{self._name} has more than {MAX_VERTICES:,} corners. Take fewer or simpler "
                "features.",
                code="file.vertices",
                name=self._name,
                most=MAX_VERTICES,
            )
        # Arcs that follow each other share the corner where they meet.
        return list(
            chain(pieces[0].tolist(), *(piece[1:].tolist() for piece in pieces[1:]))
            if pieces
            else ()
        )
