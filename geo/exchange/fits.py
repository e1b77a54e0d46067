"""How far features lie from known ones, read as they are and read as GCJ-02 or BD-09.

Features are matched with known ones by a name or a code that both have, or else by their shape; how
far matched ones lie apart is the distance of their middles, which the generalisation of a boundary
hardly moves, and that of their boundaries, which tells a shift from a change of the boundary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.datum import DATUMS, Datum, convert

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[Any]

# Metres of a degree of latitude at 28° N; within China it differs by half a percent at most.
_M_PER_DEG = 110_850.0
_MOST_FEATURES, _MOST_PAIRS, _MOST_COLUMNS = 1_000, 200, 30
# Of one shape: to be matched by name, and by overlap, which costs more.
_MOST_VERTICES, _FEW_VERTICES = 200_000, 5_000
_SHORTEST_NAME, _SHORTEST_CODE = 2, 6
_SAME_PLACE_M = 30_000.0  # a namesake farther away is another place
_BOX_OVERLAP, _OVERLAP = 0.5, 0.75
_SAMPLES = 48


class Apart(NamedTuple):
    """How far matched features lie apart, the median of them.

    Parameters
    ----------
    middles_m
        Of their centroids.
    edges_m
        Of their boundaries; 0 for points.
    """

    middles_m: float
    edges_m: float


class Fit(NamedTuple):
    """Features compared with known ones.

    Parameters
    ----------
    matched
        How many have a known counterpart.
    apart
        By reading.
    """

    matched: int
    apart: dict[Datum, Apart]


class Pairs(NamedTuple):
    """Positions of features and of their known counterparts."""

    ours: Ints
    known: Ints


def fit(frame: gpd.GeoDataFrame, known: gpd.GeoDataFrame) -> Fit | None:
    """Compare features with known ones in every reading.

    Parameters
    ----------
    frame
        Features in degrees, read as they are; their label is not looked at.
    known
        Features whose place is certain, EPSG:4490.

    Returns
    -------
    None where no feature has a counterpart.

    Examples
    --------
    >>> from shapely import box
    >>> known = gpd.GeoDataFrame({"n": ["岳麓区"]}, geometry=[box(112.8, 28, 113, 28.3)], crs=4490)
    >>> found = fit(convert(known, source="wgs84", target="gcj02"), known)
    >>> found.matched, {name: round(apart.middles_m) for name, apart in found.apart.items()}
    (1, {'wgs84': 661, 'gcj02': 0, 'bd09': 924})
    """
    ours, theirs = _most(frame), _most(known)
    readings = {reading: _read(ours, reading) for reading in DATUMS}
    shapes: Shapes = theirs.geometry.to_numpy()
    pairs = _near(same_names(ours, theirs), readings["wgs84"], shapes)
    if not pairs.ours.size:
        pairs = _alike(readings, shapes)
    if not pairs.ours.size:
        return None
    apart = {name: _apart(own[pairs.ours], shapes[pairs.known]) for name, own in readings.items()}
    return Fit(int(pairs.ours.size), apart)


def same_names(frame: gpd.GeoDataFrame, known: gpd.GeoDataFrame) -> Pairs:
    """Match features by the two columns that have most names or codes in common.

    Parameters
    ----------
    frame, known
        Features; texts and whole numbers are compared, spaces around them aside. What stands twice
        in a column names nothing.

    Examples
    --------
    >>> names = gpd.GeoDataFrame({"adcode": [430104, 1]}, geometry=[None, None])
    >>> known = gpd.GeoDataFrame({"code": ["430102", "430104"]}, geometry=[None, None])
    >>> same_names(names, known).known.tolist()
    [1]
    """
    best = Pairs(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    known_names = _names(known)
    for names in _names(frame):
        for others in known_names:
            common = names.index.intersection(others.index)
            if len(common) > best.ours.size:
                best = Pairs(names[common].to_numpy(), others[common].to_numpy())
    return best


def _names(frame: gpd.GeoDataFrame) -> list[pd.Series]:
    """For every column that can name: positions under the names."""
    columns = []
    others = frame.drop(columns=frame.geometry.name)
    for at in range(min(others.shape[1], _MOST_COLUMNS)):
        values = others.iloc[:, at]
        if pd.api.types.is_float_dtype(values) or pd.api.types.is_bool_dtype(values):
            continue
        texts = pd.Series([str(value).strip() for value in values], dtype=object)
        digits = texts.str.isdecimal().astype(bool)
        names = texts.str.len() >= np.where(digits, _SHORTEST_CODE, _SHORTEST_NAME)
        names &= values.notna().to_numpy() & ~texts.duplicated(keep=False)
        columns.append(pd.Series(np.flatnonzero(names), index=texts[names]))
    return columns


def _most(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Those that have a place, the largest where they are many."""
    placed = frame.loc[(frame.geometry.notna() & ~frame.geometry.is_empty).to_numpy()]
    vertices = shapely.get_num_coordinates(placed.geometry.to_numpy())
    placed = placed.iloc[np.flatnonzero(vertices <= _MOST_VERTICES)]
    if len(placed) <= _MOST_FEATURES:
        return placed
    area = shapely.area(placed.geometry.to_numpy())
    return placed.iloc[np.sort(np.argsort(-area, kind="stable")[:_MOST_FEATURES])]


def _read(frame: gpd.GeoDataFrame, reading: Datum) -> Shapes:
    bare = gpd.GeoSeries(frame.geometry.to_numpy())
    shapes: Shapes = bare.to_numpy()
    return (
        shapes if reading == "wgs84" else convert(bare, source=reading, target="wgs84").to_numpy()
    )


def _in_metres(shapes: Shapes, lat: float) -> Shapes:
    scale = np.array([np.cos(np.radians(lat)), 1.0]) * _M_PER_DEG
    metres: Shapes = shapely.transform(shapes, lambda xy: xy * scale)
    return metres


def _middles(shapes: Shapes) -> Floats:
    return shapely.get_coordinates(shapely.centroid(shapes))


def _near(pairs: Pairs, ours: Shapes, known: Shapes) -> Pairs:
    """Without namesakes elsewhere and without pairs of two kinds, such as a point of an area."""
    first, second = ours[pairs.ours], known[pairs.known]
    lat = float(np.median(_middles(second)[:, 1])) if len(second) else 0.0
    step = (_middles(first) - _middles(second)) * [np.cos(np.radians(lat)), 1.0] * _M_PER_DEG
    near = np.hypot(*step.T) <= _SAME_PLACE_M
    near &= shapely.get_dimensions(first) == shapely.get_dimensions(second)
    rows = np.flatnonzero(near)[:_MOST_PAIRS]
    return Pairs(pairs.ours[rows], pairs.known[rows])


def _alike(readings: dict[Datum, Shapes], known: Shapes) -> Pairs:
    """Areas that cover the same ground as a known one in some reading."""
    areal = np.flatnonzero(shapely.get_dimensions(known) == 2)  # noqa: PLR2004  of an area
    sound = known[areal]
    tree = shapely.STRtree(sound)
    best: dict[int, tuple[float, int]] = {}
    for shapes in readings.values():
        usable = np.flatnonzero(
            (shapely.get_dimensions(shapes) == 2)  # noqa: PLR2004  of an area
            & (shapely.get_num_coordinates(shapes) <= _FEW_VERTICES)
        )
        usable = usable[shapely.is_valid(shapes[usable])]
        first, second = tree.query(shapes[usable])
        first = usable[first]
        share = _box_overlap(shapely.bounds(shapes[first]), shapely.bounds(sound[second]))
        likely = np.flatnonzero(share >= _BOX_OVERLAP)
        likely = likely[np.argsort(-share[likely], kind="stable")[:_MOST_PAIRS]]
        first, second = first[likely], second[likely]
        common = shapely.area(shapely.intersection(shapes[first], sound[second]))
        overlap = common / (shapely.area(shapes[first]) + shapely.area(sound[second]) - common)
        for at, other, value in zip(first.tolist(), second.tolist(), overlap.tolist(), strict=True):
            if value >= _OVERLAP and value > best.get(at, (0.0, 0))[0]:
                best[at] = (value, int(areal[other]))
    ours = np.array(sorted(best), dtype=np.int64)
    return Pairs(ours, np.array([best[at][1] for at in ours.tolist()], dtype=np.int64))


def _box_overlap(first: Floats, second: Floats) -> Floats:
    low, high = np.maximum(first[:, :2], second[:, :2]), np.minimum(first[:, 2:], second[:, 2:])
    common = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.prod(first[:, 2:] - first[:, :2], axis=1)
    areas = areas + np.prod(second[:, 2:] - second[:, :2], axis=1)
    return np.asarray(common / np.maximum(areas - common, np.finfo(float).tiny))


def _apart(ours: Shapes, known: Shapes) -> Apart:
    lat = float(np.median(_middles(known)[:, 1]))
    ours, known = _in_metres(ours, lat), _in_metres(known, lat)
    middles = np.hypot(*(_middles(ours) - _middles(known)).T)
    if shapely.get_dimensions(ours).max() == 0:
        return Apart(float(np.median(middles)), 0.0)
    edges = [
        np.median(np.concatenate([_to_edge(first, second), _to_edge(second, first)]))
        for first, second in zip(ours, known, strict=True)
    ]
    return Apart(float(np.median(middles)), float(np.median(edges)))


def _edge(shape: Any) -> Any:  # noqa: ANN401  as shapely types it
    return shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape  # noqa: PLR2004


def _to_edge(shape: Any, other: Any) -> Floats:  # noqa: ANN401  as shapely types it
    """Distances of points along the edge of a shape to the edge of another."""
    along = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    parts = shapely.get_parts(_edge(shape))
    line = parts[shapely.length(parts).argmax()]
    points = shapely.line_interpolate_point(line, along, normalized=True)
    edge = _edge(other)
    shapely.prepare(edge)
    return np.asarray(shapely.distance(points, edge))
