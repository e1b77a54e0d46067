"""JSON that is nearly GeoJSON: borders packed into letters for charts, and features of ArcGIS.

Chart libraries pack each ring into a text, two letters a corner: the step from the corner before,
in fractions of a degree. ArcGIS writes ``attributes`` and ``rings`` where GeoJSON has
``properties`` and ``coordinates``. Both are made GeoJSON, one feature after another.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from geo.exchange.encodings import Decoded

_SCALE = 1024
_LARGEST_SCALE = 1 << 31
_STATED_SCALE = re.compile(r'"UTF8Scale"\s*:\s*([0-9]{1,10})')
_FIRST_LETTER = 64
_M_PER_DEG = 111_000
_RING_POINTS = 3
# From here on the numbers of ArcGIS are not those of the EPSG.
_FIRST_ESRI = 32_768


def features(rows: Iterable[Any], text: Decoded, findings: list[Finding]) -> Iterator[Any]:
    """Make features of either dialect features of GeoJSON; others stay as they are.

    Parameters
    ----------
    rows
        Features.
    text
        The whole document, which tells the dialect.
    findings
        What is noticed is added.

    Examples
    --------
    >>> from geo.exchange.encodings import decoded
    >>> text = decoded(b'"encodeOffsets"', name="a.json")
    >>> packed = {"type": "Polygon", "coordinates": ["@@@B"], "encodeOffsets": [[1024, 2048]]}
    >>> row = next(features([{"geometry": packed}], text, []))
    >>> row["geometry"]["coordinates"]
    [[[1.0, 2.0], [1.0, 2.0009765625]]]
    """
    packed = text.holds('"encodeOffsets"')
    scale = _SCALE
    if packed:
        stated = _STATED_SCALE.search(text.text)
        scale = max(min(int(stated[1]), _LARGEST_SCALE), 1) if stated else _SCALE
        metres = round(_M_PER_DEG / scale)
        findings.append(Finding("geojson.packed", {"metres": metres}, "warning"))
    esri = text.holds('"attributes"') or text.holds('"rings"')
    for row in rows:
        if packed and isinstance(row, dict):
            yield {**row, "geometry": _unpacked(row.get("geometry"), scale)}
        elif esri and isinstance(row, dict) and "attributes" in row:
            yield {"properties": row["attributes"], "geometry": _of_esri(row.get("geometry"))}
        else:
            yield row


def _unpacked(geometry: Any, scale: int) -> Any:  # noqa: ANN401  as JSON has it
    if not isinstance(geometry, dict):
        return geometry
    parts = geometry.get("geometries")
    if isinstance(parts, list):
        return {**geometry, "geometries": [_unpacked(part, scale) for part in parts]}
    offsets = geometry.get("encodeOffsets")
    if offsets is None:
        return geometry
    return {
        "type": geometry.get("type"),
        "coordinates": _rings(geometry.get("coordinates"), offsets, scale),
    }


def _rings(coordinates: Any, offsets: Any, scale: int) -> Any:  # noqa: ANN401  as JSON has it
    """Unpack texts in lists of any depth, with the lists of their first corners beside them."""
    if isinstance(coordinates, str):
        return _corners(coordinates, offsets, scale)
    if not isinstance(coordinates, list) or not isinstance(offsets, list):
        return None
    if len(coordinates) != len(offsets):
        return None  # a shape that cannot be read goes aside
    return [_rings(part, at, scale) for part, at in zip(coordinates, offsets, strict=True)]


def _corners(text: str, offset: Any, scale: int) -> list[list[float]] | None:  # noqa: ANN401
    """Corners of a ring: letters are steps, even ones forward and odd ones backward."""
    numbers = isinstance(offset, list) and all(isinstance(each, int | float) for each in offset)
    letters = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")
    if not numbers or len(offset) != 2 or len(letters) % 2:  # noqa: PLR2004  longitude, latitude
        return None
    number = letters.astype(np.int64).reshape(-1, 2) - _FIRST_LETTER
    steps = (number >> 1) ^ -(number & 1)
    degrees: NDArray[np.float64] = (np.cumsum(steps, axis=0) + np.array(offset)) / scale
    corners: list[list[float]] = degrees.tolist()
    return corners


def esri_crs(members: Mapping[str, Any]) -> str:
    """Return the CRS that a document of ArcGIS states, empty where it states none.

    Parameters
    ----------
    members
        Of the document, without its features.

    Examples
    --------
    >>> esri_crs({"spatialReference": {"wkid": 102100, "latestWkid": 3857}}), esri_crs({})
    ('EPSG:3857', '')
    """
    stated = members.get("spatialReference")
    if not isinstance(stated, dict):
        return ""
    code = stated.get("latestWkid") or stated.get("wkid")
    if isinstance(code, int):
        return f"{'EPSG' if code < _FIRST_ESRI else 'ESRI'}:{code}"
    return str(stated.get("wkt") or "")


def _of_esri(geometry: Any) -> Any:  # noqa: ANN401  as JSON has it
    if not isinstance(geometry, dict):
        return None
    if "x" in geometry:
        return {"type": "Point", "coordinates": [geometry.get("x"), geometry.get("y")]}
    for key, kind in (("points", "MultiPoint"), ("paths", "MultiLineString")):
        if key in geometry:
            return {"type": kind, "coordinates": geometry[key]}
    if "rings" not in geometry:
        return geometry
    try:
        return {"type": "MultiPolygon", "coordinates": _shells(geometry["rings"])}
    except (TypeError, ValueError, IndexError, shapely.GEOSException):
        return {"type": "MultiPolygon"}  # goes aside as broken


def _shells(rings: list[Any]) -> list[list[Any]]:
    """Put rings that turn left into those that turn right and hold them."""
    sizes = [len(ring) for ring in rings]
    if min(sizes, default=0) < _RING_POINTS:
        raise ValueError("a ring of two corners")
    shapes = [shapely.Polygon([corner[:2] for corner in ring]) for ring in rings]
    right = [not shapely.is_ccw(shape.exterior) for shape in shapes]
    shells = [at for at in range(len(rings)) if right[at]] or list(range(len(rings)))
    polygons = {at: [rings[at]] for at in shells}
    tree = shapely.STRtree([shapes[at] for at in shells])
    for at in sorted(set(range(len(rings))) - set(shells)):
        around = tree.query(shapely.Point(rings[at][0][:2]), predicate="intersects")
        if around.size:
            polygons[shells[int(around[0])]].append(rings[at])
        else:
            polygons[at] = [rings[at]]
    return list(polygons.values())
