"""Features as plain JSON: flat lists of coordinates, and columns as columns, to be small."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.crs import moved, require_crs
from geo.datum import wgs84_to_gcj02
from geo.work import require_affordable
from layers.plan.spelling import spelt
from layers.web.display import MOST_FEATURES, displayed

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.scene.scene import Stop

CRS = "EPSG:4490"
DECIMALS = 6
# How deep the corners of a shape lie in its coordinates.
_DEPTHS = {"MultiPoint": 0, "LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}
# What is told in steps, by the number of its type.
_IN_STEPS = {int(shapely.GeometryType[name.upper()]): name for name in _DEPTHS}


def columnar(frame: gpd.GeoDataFrame, table: pd.DataFrame) -> dict[str, Any]:
    """Return the geometry and the columns of features, column by column.

    Parameters
    ----------
    frame
        The features, in any CRS.
    table
        Their columns for the map, row by row; ``pinyin`` is added where there are names, that of
        each alias behind that of the name, separated by ``|``.

    Raises
    ------
    CRSError
        If the frame has no CRS.
    InputError
        If there are more features, or corners, than a browser can draw.

    Notes
    -----
    Shapes of many corners are simplified; ``simplified_m`` then says how far a border may be off.
    """
    require_crs(frame, function="map_document")
    require_affordable(
        len(frame),
        MOST_FEATURES,
        function="map_document",
        what="features on a map",
        choose="a part of them",
        code="cost.features",
    )
    geometry = moved(frame.geometry, CRS, function="map_document")
    shapes: NDArray[np.object_] = geometry.to_numpy()
    located = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if "name_zh" in table:
        table["pinyin"] = _pinyin(table)
    types = set(shapely.get_type_id(shapes[located]).tolist())
    only_points = types <= {int(shapely.GeometryType.POINT)}
    anchors = _anchors(shapes, located)
    coordinates: dict[str, Any] = {"points": _flat(anchors)}
    if not only_points:
        display = displayed(shapes[located], function="map_document")
        coordinates["shapes"] = _shapes(display.shapes, located)
        if display.tolerance_m:
            coordinates["simplified_m"] = display.tolerance_m
    return {
        "kind": "point" if only_points else "shape",
        "count": len(frame),
        "located": int(located.sum()),
        "outside": _outside(anchors),
        "columns": {str(name): _column(table[name]) for name in table},
        **coordinates,
    }


def _pinyin(table: pd.DataFrame) -> list[str]:
    others = table["aliases"].fillna("") if "aliases" in table else [""] * len(table)
    names = [
        [str(name), *filter(None, str(aliases).split("|"))]
        for name, aliases in zip(table["name_zh"], others, strict=True)
    ]
    return ["|".join(map(spelt, each)) for each in names]


def painted(parts: gpd.GeoSeries) -> list[Any]:
    """Return what the colours of areas fill as plain JSON, None for nothing."""
    shapes = moved(parts, CRS, function="map_document").to_numpy()
    located = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return _shapes(displayed(shapes[located], function="map_document").shapes, located)


def corners_of(layer: dict[str, Any]) -> list[list[float]]:
    """Return [south, west] and [north, east] of the features of a layer of the document."""
    if "shapes" in layer:
        shapes = [shape_of(item) for item in layer["shapes"] if item]
        west, south, east, north = shapely.total_bounds(np.asarray(shapes)).tolist()
        return [[south, west], [north, east]]
    points = np.asarray(layer["points"], dtype=float).reshape(-1, 2)
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    return [[float(low[1]), float(low[0])], [float(high[1]), float(high[0])]]


def _anchors(shapes: NDArray[np.object_], located: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return a point of each feature (lon, lat), NaN where it has no place."""
    anchors = np.full((shapes.size, 2), np.nan)
    if located.any():
        anchors[located] = shapely.get_coordinates(shapely.point_on_surface(shapes[located]))
    return anchors


def _flat(anchors: NDArray[np.float64]) -> list[float | None]:
    flat = anchors.round(DECIMALS).ravel().astype("object")
    flat[np.isnan(anchors.ravel())] = None
    values: list[float | None] = flat.tolist()
    return values


def _shapes(shapes: NDArray[np.object_], located: NDArray[np.bool_]) -> list[Any]:
    """Return what is located as GeoJSON whose corners are told in steps.

    A step is in millionths of a degree, from the corner before, in each part from zero. The
    boundaries of the ground are most of a document, and half as long so.
    """
    # In two dimensions, and rings as lines: WKB knows none.
    plain = shapely.from_wkb(shapely.to_wkb(shapes, output_dimension=2))
    types = shapely.get_type_id(plain)
    written = np.empty(plain.size, dtype=object)
    for kind in np.unique(types).tolist():
        these = types == kind
        name = _IN_STEPS.get(kind)
        written[these] = (
            _in_degrees(plain[these])
            if name is None
            else [{"type": name, "coordinates": each} for each in _steps(plain[these])]
        )
    each = iter(written.tolist())
    return [next(each) if here else None for here in located]


def _steps(shapes: NDArray[np.object_]) -> list[Any]:
    """Return the corners of shapes of one type in steps, nested as GeoJSON nests them."""
    _, degrees, (ends, *nests) = shapely.to_ragged_array(shapes)
    corners = np.rint(degrees * 10.0**DECIMALS).astype(np.int64)
    steps = np.diff(corners, axis=0, prepend=0)
    starts = ends[:-1][np.diff(ends) > 0]
    steps[starts] = corners[starts]
    nested: list[Any] = steps.ravel().tolist()
    for bounds in (2 * ends, *nests):
        nested = [nested[start:end] for start, end in pairwise(bounds.tolist())]
    return nested


def _in_degrees(shapes: NDArray[np.object_]) -> list[dict[str, Any]]:
    """Return points, and what is of several types, as plain GeoJSON."""
    rounded = shapely.transform(shapes, lambda xy: xy.round(DECIMALS))
    return [json.loads(text) for text in shapely.to_geojson(rounded).tolist()]


def stop_of(stop: Stop) -> dict[str, Any]:
    """Return a numbered stop of a line as plain JSON."""
    return {
        "axis": stop.axis,
        "number": stop.number,
        "id": stop.node,
        "name": stop.names._asdict(),
        "colour": stop.colour,
        "lon": round(stop.place.x, DECIMALS),
        "lat": round(stop.place.y, DECIMALS),
    }


def shape_of(written: dict[str, Any]) -> shapely.Geometry:
    """Return a shape of the document, in degrees."""

    def corners(part: list[Any], depth: int) -> list[Any]:
        if depth:
            return [corners(each, depth - 1) for each in part]
        degrees: list[Any] = (np.reshape(part, (-1, 2)).cumsum(axis=0) / 10.0**DECIMALS).tolist()
        return degrees

    depth = _DEPTHS.get(written["type"])
    if depth is not None:
        written = written | {"coordinates": corners(written["coordinates"], depth)}
    return shapely.from_geojson(json.dumps(written))


def _outside(anchors: NDArray[np.float64]) -> list[int]:
    """Return the positions of features that GCJ-02 leaves where they are."""
    known = np.flatnonzero(~np.isnan(anchors[:, 0]))
    lon, lat = anchors[known].T
    shifted_lon, shifted_lat = wgs84_to_gcj02(lon, lat)
    positions: list[int] = known[(shifted_lon == lon) & (shifted_lat == lat)].tolist()
    return positions


def _column(values: pd.Series[Any]) -> list[Any] | dict[str, Any]:
    """Return a column as a list, or as codes into its few distinct values."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        # JSON has no infinity.
        numbers = values.tolist()
        return [None if pd.isna(n) or n in (math.inf, -math.inf) else n for n in numbers]
    codes, distinct = pd.factorize(values)
    words = [str(word) for word in distinct]
    if len(words) * 2 < len(values):
        return {"values": words, "codes": codes.tolist()}
    return [None if code < 0 else words[code] for code in codes.tolist()]
