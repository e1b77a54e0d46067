"""Where a name may stand on a printed map, each place with what it costs.

Plain geometry in points (1/72 inch), x to the right and y upwards;
:mod:`layers.type.label_placement` chooses among these places.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from geo.outlines import simplified

if TYPE_CHECKING:
    from collections.abc import Sequence

Where: TypeAlias = Literal["inside", "within", "edge", "line", "beside"]
Floats: TypeAlias = NDArray[np.float64]
Geometry: TypeAlias = BaseGeometry

# Beside a symbol, in the order in which they are preferred; a diagonal stands 0.7 off.
COMPASS = np.array(
    [(1, 0), (0.7, 0.7), (0.7, -0.7), (-1, 0), (0, 1), (0, -1), (-0.7, 0.7), (-0.7, -0.7)]
)
# In an area, as shares of the name's width and height about the area's middle.
SHIFTS = np.array(
    [(x, y) for x in (0, 0.3, -0.3, 0.55, -0.55) for y in (0, 1, -1, 2, -2, 3, -3, 4, -4)],
    dtype=float,
)
# All over an area that a name must not leave: so many places across and up, and what it costs to
# stand at the end that is farthest from the middle.
LATTICE, AWAY_COST = 12, 9.0
# On an edge: degrees from the east, the top first and spreading to both sides.
ROUND = np.radians([90, 65, 115, -90, 40, 140, -65, -115, 15, 165, -15, -165, -40, -140])
# Along a line, as shares of its length, where no stretch of it is straight enough.
SHARES = np.array([0.5, 0.35, 0.65, 0.2, 0.8])
# Where a line may lead to in an area: so many ways round, so far from the middle to the edge.
SIDES, TOWARD_EDGE = 8, 0.7
# What a place costs, where one step of COMPASS is 1: reaching out of its area or over its line,
# bending, standing off the middle of a line or under it, and each step of SHIFTS.
OUT_COST = 10.0
INWARD_COST = 4.0
BEND_COST = 8.0
MIDDLE_COST = 4.0
UNDER_COST = 0.5
SHIFT_COST = 0.2
# A name of which less lies in its area would be read as that of the one beside it: in the area, and
# on its edge, which has a colour of its own.
LEAST_OWN, LEAST_ON_EDGE = 0.5, 0.25
# An area no larger than so many heights of its name is known by the name beside it.
SYMBOL_EM = 3.0
# A name is written along a line that bends by at most this share of the name's height.
BEND = 0.4
STRAIGHT = 0.95
STRETCHES = 41
SAMPLES = 9
TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class LabelRequest:
    """A name that wants a place.

    Parameters
    ----------
    geometry
        What it names, on the sheet, pt.
    width, height
        Size of the written name, pt.
    place
        ``"inside"`` an area, ``"within"`` it as a whole or nowhere, on its ``"edge"``, along a
        ``"line"`` or ``"beside"`` a symbol.
    importance
        Names of a smaller number choose first.
    radius
        Half the size of the symbol, or half the stroke of a line, pt: the name keeps clear of it.
        A line of radius 0 is written on, any other beside.
    required
        Must stand somewhere: farther off with a line to it if need be, and names that are not
        required give way.
    repeat
        Along a line, the name again every so many points; once where it is 0.
    most
        It stands nowhere rather than where a place costs as much, see :func:`candidates`.
    """

    geometry: Geometry
    width: float
    height: float
    place: Where = "beside"
    importance: float = 0.0
    radius: float = 0.0
    required: bool = False
    repeat: float = 0.0
    most: float = math.inf


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes of one size where a name may stand.

    Parameters
    ----------
    xy
        Centres, pt, shape (n, 2).
    angle
        Radians counter-clockwise, in (-π/2, π/2].
    cost
        The smaller the better.
    """

    xy: Floats
    angle: Floats
    cost: Floats

    def __len__(self) -> int:
        return len(self.cost)

    def at(self, keep: NDArray[Any]) -> Boxes:
        """Return some of them, by mask or position."""
        return Boxes(self.xy[keep], self.angle[keep], self.cost[keep])


NOWHERE = Boxes(np.empty((0, 2)), np.empty(0), np.empty(0))


def candidates(request: LabelRequest, *, frame: Geometry, gap: float) -> Boxes:
    """Return the boxes where a name may stand, as far as its own geometry has a say.

    Parameters
    ----------
    request
        The name.
    frame
        The map; only what lies in it is named.
    gap
        Distance from a symbol or stroke, pt.

    Returns
    -------
    Boxes
        None where nothing of the geometry is on the map.
    """
    visible = _shown(request.geometry, frame)
    if visible.is_empty:
        return NOWHERE
    size = (request.width, request.height)
    areas = _areas(visible)
    if request.place == "line" or (not areas and _lines(visible)):
        outline = _shown(request.geometry.boundary, frame) if areas else visible
        lines = _lines(outline)
        if lines:
            return _along(lines, size, request.radius, gap)
    if areas and request.place == "within":
        return _within(areas[0], size)
    if areas and request.place == "inside":
        return _inside(areas[0], size, gap, cut=not frame.contains_properly(areas[0]))
    if areas and request.place == "edge":
        edge = _shown(request.geometry.boundary, frame)
        if not edge.is_empty:
            return _on_edge(edge, request.geometry, size)
    return beside(_middle(visible), size, clear=(request.radius + gap,) * 2)


def anchors(geometry: Geometry, *, frame: Geometry) -> list[tuple[float, float]]:
    """Return the points of a geometry that a line may lead to, the one that stands for it first.

    Parameters
    ----------
    geometry
        A point, an area (first its pole of inaccessibility) or a line (first its middle).
    frame
        The map.

    Examples
    --------
    >>> line = shapely.LineString([(0, 0), (10, 0)])
    >>> anchors(line, frame=shapely.box(-1, -1, 11, 1))
    [(5.0, 0.0), (3.5, 0.0), (6.5, 0.0), (2.0, 0.0), (8.0, 0.0)]
    """
    visible = _shown(geometry, frame)
    areas, lines = _areas(visible), _lines(visible)
    if areas:
        middle, edge = _middle(visible), areas[0].exterior
        around = shapely.line_interpolate_point(edge, np.arange(SIDES) / SIDES, normalized=True)
        inner = middle + TOWARD_EDGE * (shapely.get_coordinates(around) - middle)
        inner = inner[shapely.contains_xy(areas[0], inner)]
        return [middle, *map(tuple, inner.tolist())]
    if lines:
        ends = shapely.get_coordinates(
            shapely.line_interpolate_point(lines[0], SHARES, normalized=True)
        )
        return [(float(x), float(y)) for x, y in ends]
    return [_middle(visible)]


def _middle(visible: Geometry) -> tuple[float, float]:
    areas, lines = _areas(visible), _lines(visible)
    if areas:
        middle = _pole(areas[0])
    elif lines:
        middle = shapely.line_interpolate_point(lines[0], 0.5, normalized=True)
    else:
        middle = shapely.Point(shapely.get_coordinates(visible)[0])
    return float(middle.x), float(middle.y)


def beside(
    centre: tuple[float, float], size: tuple[float, float], *, clear: tuple[float, float]
) -> Boxes:
    """Return the eight boxes beside a symbol, the east first.

    Parameters
    ----------
    centre
        Centre of the symbol.
    size
        Width and height of the name.
    clear
        How far to keep off the centre, across and up.

    Examples
    --------
    >>> beside((0, 0), (20, 10), clear=(5, 5)).xy[0]
    array([15.,  0.])
    """
    xy = np.asarray(centre) + COMPASS * clear + np.sign(COMPASS) * size / np.array(2.0)
    return Boxes(xy, np.zeros(len(xy)), np.arange(len(xy), dtype=float))


def stretches(geometry: Geometry, *, frame: Geometry, length: float) -> list[Geometry]:
    """Return the stretches of a line that bear its name once each, the middle one first.

    Parameters
    ----------
    geometry
        The line, or an area for its edge.
    frame
        The map.
    length
        About how long a stretch is, pt.

    Examples
    --------
    >>> line = shapely.LineString([(0, 0), (9, 0)])
    >>> [each.bounds for each in stretches(line, frame=shapely.box(0, -1, 9, 1), length=3)]
    [(3.0, 0.0, 6.0, 0.0), (6.0, 0.0, 9.0, 0.0), (0.0, 0.0, 3.0, 0.0)]
    """
    visible = _shown(geometry, frame)
    if _areas(visible):
        visible = _shown(geometry.boundary, frame)
    parts: list[Geometry] = []
    for line in _lines(visible):
        number = max(1, round(line.length / length))
        ends = np.linspace(0, line.length, number + 1)
        middle = sorted(range(number), key=lambda k: (abs(2 * k + 1 - number), -k))
        parts += [substring(line, ends[k], ends[k + 1]) for k in middle]
    return parts


def corners(xy: Floats, angle: Floats, width: float | Floats, height: float | Floats) -> Floats:
    """Return the corners of boxes, shape (n, 4, 2), counter-clockwise.

    Parameters
    ----------
    xy, angle
        Centres and rotation, radians.
    width, height
        Sizes before they are turned.
    """
    across = np.stack([np.cos(angle), np.sin(angle)], axis=-1) * np.asarray(width)[..., None] / 2
    up = np.stack([-np.sin(angle), np.cos(angle)], axis=-1) * np.asarray(height)[..., None] / 2
    around = [xy - across - up, xy + across - up, xy + across + up, xy - across + up]
    return np.stack(around, axis=1)


def polygons(boxes: Boxes, width: float | Floats, height: float | Floats) -> NDArray[np.object_]:
    """Return boxes as polygons.

    Parameters
    ----------
    boxes
        Where they stand.
    width, height
        Sizes before they are turned.
    """
    return shapes_of(corners(boxes.xy, boxes.angle, width, height), boxes.angle)


def shapes_of(around: Floats, angle: Floats) -> NDArray[np.object_]:
    """Return boxes as polygons.

    Parameters
    ----------
    around
        Their corners, see :func:`corners`.
    angle
        How they are turned.
    """
    # Upright ones are made several times as fast.
    shapes = np.asarray(shapely.box(*around[:, 0].T, *around[:, 2].T), dtype=object)
    turned = angle != 0
    shapes[turned] = shapely.polygons(around[turned])
    return shapes


def joined(sets: Sequence[Boxes]) -> Boxes:
    """Return boxes as one set."""
    return Boxes(
        np.concatenate([each.xy for each in sets]),
        np.concatenate([each.angle for each in sets]),
        np.concatenate([each.cost for each in sets]),
    )


def _inside(area: shapely.Polygon, size: tuple[float, float], gap: float, *, cut: bool) -> Boxes:
    width, height = size
    # Finer than a name needs not be looked at.
    (plain,) = simplified(area, height / 8)
    middle = _pole(area)
    xy = np.array([middle.x, middle.y]) + SHIFTS * size
    boxes = polygons(Boxes(xy, np.zeros(len(xy)), np.zeros(len(xy))), width, height)
    share = shapely.area(shapely.intersection(boxes, plain)) / (width * height)
    cost = SHIFT_COST * np.arange(len(xy)) + OUT_COST * (1 - share)
    own = shapely.contains_xy(plain, xy) & (share >= LEAST_OWN)
    within = Boxes(xy, np.zeros(len(xy)), cost).at(own)
    left, bottom, right, top = area.bounds
    if cut or max(right - left, top - bottom) > min(width, SYMBOL_EM * height):
        return within
    # An area as small as a symbol, and not by the frame, is one: the name may stand beside it.
    round_it = beside(
        ((left + right) / 2, (bottom + top) / 2),
        size,
        clear=((right - left) / 2 + gap, (top - bottom) / 2 + gap),
    )
    # Off the corners of its box the area may be far.
    lines = shapely.shortest_line(polygons(round_it, width, height), plain)
    toward = np.diff(shapely.get_coordinates(lines).reshape(-1, 2, 2), axis=1)[:, 0]
    away = np.hypot(*toward.T)
    nearer = round_it.xy + toward * (1 - gap / np.maximum(away, gap))[:, None]
    return joined([within, Boxes(nearer, round_it.angle, round_it.cost + OUT_COST)])


def _within(area: shapely.Polygon, size: tuple[float, float]) -> Boxes:
    width, height = size
    left, bottom, right, top = area.bounds
    if right - left < width or top - bottom < height or area.area < width * height:
        return NOWHERE
    (plain,) = simplified(area, height / 8)
    pole = _pole(area)
    middle = np.array([pole.x, pole.y])
    across = np.linspace(left + width / 2, right - width / 2, LATTICE)
    up = np.linspace(bottom + height / 2, top - height / 2, LATTICE)
    lattice = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    xy = np.concatenate([[middle], lattice])
    away = np.hypot(*(xy - middle).T) / np.hypot(right - left, top - bottom)
    boxes = Boxes(xy, np.zeros(len(xy)), AWAY_COST * away)
    return boxes.at(shapely.covers(plain, polygons(boxes, width, height)))


def _on_edge(edge: Geometry, area: Geometry, size: tuple[float, float]) -> Boxes:
    left, bottom, right, top = area.bounds
    middle = np.array([(left + right) / 2, (bottom + top) / 2])
    length = max(right - left, top - bottom)
    points = shapely.get_coordinates(shapely.segmentize(edge, max(length / 100, TINY)))
    toward = np.stack([np.cos(ROUND), np.sin(ROUND)], axis=-1)
    along = (points - middle) @ toward.T
    off = np.abs((points - middle) @ np.stack([-toward[:, 1], toward[:, 0]]))
    best = np.argmax(along - 2 * off, axis=0)
    cost = np.arange(len(ROUND), dtype=float)
    # On the edge, and along it in the area.
    inward = points[best] - np.clip(1.42 * toward, -1, 1) * np.divide(size, 2)
    xy = np.concatenate([points[best], inward])
    boxes = Boxes(xy, np.zeros(len(xy)), np.concatenate([cost, cost + INWARD_COST]))
    own = shapely.area(shapely.intersection(polygons(boxes, *size), valid(area)))
    return boxes.at(own >= LEAST_ON_EDGE * size[0] * size[1])


def _along(
    lines: list[shapely.LineString], size: tuple[float, float], radius: float, gap: float
) -> Boxes:
    width, height = size
    longest = lines[0].length
    sets = [
        _stretches(line, size, radius, gap, rank * MIDDLE_COST)
        for rank, line in enumerate(lines)
        if line.length >= width
    ]
    straight = joined([NOWHERE, *sets])
    if len(straight):
        return straight
    ends = shapely.line_interpolate_point(lines[0], SHARES * longest)
    clear = (radius + gap,) * 2
    near = joined([beside((end.x, end.y), size, clear=clear) for end in ends])
    over = shapely.intersects(polygons(near, width, height), lines[0])
    late = np.repeat(np.arange(len(SHARES)), len(COMPASS))
    return Boxes(near.xy, near.angle, OUT_COST + near.cost + late + OUT_COST * over)


def _stretches(
    line: shapely.LineString, size: tuple[float, float], radius: float, gap: float, cost: float
) -> Boxes:
    """Return boxes along the straight stretches of a line, on it or at both sides."""
    width, height = size
    number = min(STRETCHES, 1 + int(np.ceil(2 * (line.length - width) / height)))
    at = np.linspace(width / 2, line.length - width / 2, number)
    if number == 1:
        at = np.array([line.length / 2])
    reach = np.linspace(-width / 2, width / 2, SAMPLES)
    points = shapely.get_coordinates(
        shapely.line_interpolate_point(line, (at[:, None] + reach).ravel())
    ).reshape(number, SAMPLES, 2)
    chord = points[:, -1] - points[:, 0]
    length = np.hypot(chord[:, 0], chord[:, 1])
    angle = upright(np.arctan2(chord[:, 1], chord[:, 0]))
    up = np.stack([-np.sin(angle), np.cos(angle)], axis=-1)
    middle = (points[:, -1] + points[:, 0]) / 2
    off = np.einsum("nsk,nk->ns", points - middle[:, None], up)
    low, high = off.min(axis=1), off.max(axis=1)
    bend = (high - low) / 2
    straight = (bend <= BEND * height) & (length >= STRAIGHT * width)
    costs = cost + BEND_COST * bend / height + MIDDLE_COST * abs(at / line.length - 0.5)
    if radius == 0:
        sides = [(middle + up * ((low + high) / 2)[:, None], costs)]
    else:
        clear = radius + gap + height / 2
        sides = [
            (middle + up * (high + clear)[:, None], costs),
            (middle + up * (low - clear)[:, None], costs + UNDER_COST),
        ]
    return joined([Boxes(xy, angle, each).at(straight) for xy, each in sides])


def upright(angle: Floats) -> Floats:
    """Return directions of lines as directions of reading, in (-π/2, π/2].

    Examples
    --------
    >>> np.degrees(upright(np.radians([100.0, -90.0, 45.0]))).round(6).tolist()
    [-80.0, 90.0, 45.0]
    """
    turned = np.remainder(angle + np.pi / 2, np.pi) - np.pi / 2
    # A line straight down and one straight up are both read upwards.
    return np.where(turned <= -np.pi / 2 + TINY, turned + np.pi, turned)


def _shown(geometry: Geometry, frame: Geometry) -> Geometry:
    if isinstance(geometry, shapely.Point) and not geometry.is_empty:
        # Most names are those of points, and a frame is a box.
        x, y = round(geometry.x, 6), round(geometry.y, 6)
        left, bottom, right, top = frame.bounds
        return shapely.Point(x, y) if left <= x <= right and bottom <= y <= top else shapely.Point()
    # Beyond a millionth of a point digits say nothing, and next to zero they upset the geometry.
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, 6))
    return shapely.intersection(valid(rounded), frame)


def valid(geometry: Geometry) -> Geometry:
    """Return a geometry that can be cut."""
    return geometry if geometry.is_valid else shapely.make_valid(geometry)


def _areas(geometry: Geometry) -> list[shapely.Polygon]:
    """Return the areas of a geometry, the largest first."""
    areas = [each for each in _parts(geometry) if isinstance(each, shapely.Polygon)]
    return sorted(areas, key=lambda each: each.area, reverse=True)


def _lines(geometry: Geometry) -> list[shapely.LineString]:
    """Return the lines of a geometry, joined where they meet end to end, the longest first."""
    lines = [each for each in _parts(geometry) if isinstance(each, shapely.LineString)]
    merged = _parts(shapely.line_merge(shapely.MultiLineString(lines))) if lines else []
    merged_lines = [each for each in merged if isinstance(each, shapely.LineString)]
    return sorted(merged_lines, key=lambda each: each.length, reverse=True)


def _parts(geometry: Geometry) -> list[Geometry]:
    """Return the areas and lines of a geometry, each by itself."""
    if isinstance(geometry, shapely.Point):
        return []
    # A collection may hold collections.
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return [each for each in parts if not each.is_empty]


def _pole(area: shapely.Polygon) -> shapely.Point:
    """Return the point in an area that is farthest from its edge."""
    left, bottom, right, top = area.bounds
    fine = max((right - left) + (top - bottom), TINY) / 200
    radius = shapely.maximum_inscribed_circle(area, tolerance=fine)
    return shapely.Point(shapely.get_coordinates(radius)[0])
