"""GPX: waypoints, routes and tracks of a satellite receiver."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.exchange import markup
from geo.exchange.columns import attributes
from geo.exchange.sheets import Sheet
from geo.exchange.stated_crs import BY_FORMAT

if TYPE_CHECKING:
    from collections.abc import Mapping

_LAYERS = {"wpt": "waypoints", "rte": "routes", "trk": "tracks"}
_FIELDS = {"name", "desc", "cmt", "time", "ele", "sym", "type"}
_FAILURES = (ValueError, KeyError, TypeError, shapely.GEOSException)


@dataclass(slots=True)
class _Layer:
    rows: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[shapely.Geometry | None] = field(default_factory=list)
    reasons: dict[int, tuple[str, str]] = field(default_factory=dict)


def parse(data: bytes, *, name: str) -> list[Sheet]:
    """Read GPX.

    Parameters
    ----------
    data
        The document.
    name
        Its name.

    Returns
    -------
    Sheets ``waypoints``, ``routes`` and ``tracks``, those that have rows.

    Raises
    ------
    InputError
        It is no GPX, declares entities, or is nested deeper than 100.

    Examples
    --------
    >>> text = b'<gpx><wpt lat="28.2" lon="112.9"><name>A</name></wpt></gpx>'
    >>> parse(text, name="a.gpx")[0].shapes[0].wkt
    'POINT (112.9 28.2)'
    """
    reader = _Reader()
    text = markup.parse(data, reader, name=name, root="gpx", format_name="GPX")
    sheets = []
    for tag, layer in reader.layers.items():
        if layer.rows:
            shapes = np.full(len(layer.shapes), None, dtype=object)
            shapes[:] = layer.shapes
            sheets.append(
                Sheet(
                    name=_LAYERS[tag],
                    table=attributes(layer.rows, name=name),
                    shapes=shapes,
                    stated_crs=BY_FORMAT,
                    encoding=text.encoding,
                    encoding_how=text.how,
                    reasons=layer.reasons,
                    findings=text.findings(),
                )
            )
    return sheets


class _Reader(markup.Handler):
    def __init__(self) -> None:
        self.layers = {tag: _Layer() for tag in _LAYERS}
        self._fields: dict[str, Any] = {}
        self._lines: list[list[tuple[float, float]]] = []
        self._wrong = ""

    def begun(self, tag: str, attributes: Mapping[str, str], path: tuple[str, ...]) -> None:
        if tag in _LAYERS:
            self._fields, self._lines, self._wrong = {}, [[]], ""
        elif tag == "trkseg":
            self._lines.append([])
        del path
        if tag in {"wpt", "rtept", "trkpt"} and self._lines:
            try:
                place = (float(attributes["lon"]), float(attributes["lat"]))
            except _FAILURES:
                self._wrong = tag
            else:
                self._lines[-1].append(place)

    def ended(self, tag: str, text: str, path: tuple[str, ...]) -> None:
        if tag in _FIELDS and path and path[-1] in _LAYERS:
            self._fields[tag] = text
        elif tag in _LAYERS:
            layer = self.layers[tag]
            try:
                shape = self._shape(tag)
            except _FAILURES:
                shape, self._wrong = None, tag
            if shape is None and self._wrong:
                layer.reasons[len(layer.rows)] = ("row.geometry_broken", self._wrong)
            layer.rows.append(self._fields)
            layer.shapes.append(shape)

    def _shape(self, tag: str) -> shapely.Geometry | None:
        if tag == "wpt":
            return shapely.Point(self._lines[0][0]) if self._lines[0] else None
        lines = [line for line in self._lines if len(line) > 1]
        if not lines:
            return None
        return shapely.MultiLineString(lines) if len(lines) > 1 else shapely.LineString(lines[0])
