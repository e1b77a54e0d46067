"""Where a name stands that finds no room near its symbol: farther off, with a line to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.type.label_candidates import Boxes, Floats, polygons
from layers.type.label_ground import TOUCH, Ground

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

Geometries: TypeAlias = NDArray[np.object_]
Ends: TypeAlias = tuple[tuple[float, float], tuple[float, float]]

# Directions, and how far from the symbol in heights of the name.
DIRECTIONS = 48
CLOSE = np.array([0.8, 1.1, 1.5, 1.9, 2.3, 2.8, 3.4, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0])
FAR = np.array([15.0, 19.0, 24.0, 30.0, 37.0, 45.0, 54.0])
# A line across another name or line costs as much as this many heights of distance, and one across
# a symbol so many: it would name the wrong one.
CROSSING_COST, SYMBOL_COST = 8.0, 40.0
# A name goes so many heights farther before one that may go elsewhere gives way.
GIVING_WAY = 2.0
# Places that are looked at in one go, the nearest first.
CHUNK = 4096


@dataclass(frozen=True, eq=False)
class Leader:
    """A name farther off, and the line to it.

    Parameters
    ----------
    xy, size
        Centre and size of the name, pt.
    start
        What it names.
    """

    xy: Floats
    size: Floats
    start: Floats

    @property
    def ends(self) -> Ends:
        """Ends of the line, from what is named to the name."""
        x, y = nearest_on_box(self.xy, self.size, self.start)
        return (float(self.start[0]), float(self.start[1])), (float(x), float(y))

    @cached_property
    def line(self) -> BaseGeometry:
        """The line."""
        return shapely.LineString(self.ends)

    @cached_property
    def whole(self) -> BaseGeometry:
        """The box of the name."""
        return self.box()

    def box(self, margin: float = 0.0) -> BaseGeometry:
        """Return the box of the name, with a margin."""
        low, high = self.xy - self.size / 2 - margin, self.xy + self.size / 2 + margin
        return shapely.box(*low, *high)


class Standing:
    """What stands already: names, as polygons, and names farther off with their lines."""

    def __init__(self, names: Geometries, leaders: Sequence[Leader]) -> None:
        boxes = np.array([each.whole for each in leaders], dtype=object)
        lines = np.array([each.line for each in leaders], dtype=object)
        self.names = np.concatenate([names, boxes])
        self.tree = shapely.STRtree(self.names)
        self.all = shapely.STRtree(np.concatenate([self.names, lines]))


def at_distance(
    steps: Floats,
    start: Floats,
    size: Floats,
    *,
    clear: float,
    ground: Ground,
    standing: Standing,
) -> tuple[Floats, float] | None:
    """Return the best free place round a symbol, a line away, and its cost, if there is one.

    Parameters
    ----------
    steps
        Distances to try, in heights of the name.
    start
        Centre of the symbol, pt.
    size
        Width and height of the name, pt.
    clear
        Half the size of the symbol, pt.
    ground, standing
        The map, and what stands on it.
    """
    turn = np.linspace(0, 2 * np.pi, DIRECTIONS, endpoint=False)
    toward = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    far = steps[:, None, None] * size[1] + clear
    xy = (start + toward * far + toward * size / 2).reshape(-1, 2)
    # The east a little before the west, so that equal places have an order.
    cost = np.add.outer(steps, (1 - toward[:, 0]) / 4).ravel()
    boxes = _free(Boxes(xy, np.zeros(len(xy)), cost), size, ground, standing)
    if len(boxes) == 0:
        return None
    ends = nearest_on_box(boxes.xy, size, start)
    starts = np.broadcast_to(start, ends.shape)
    lines = np.asarray(shapely.linestrings(np.stack([starts, ends], axis=1)), dtype=object)
    crossing, _ = standing.all.query(lines, predicate="intersects")
    # Nor does a line lead across a symbol or what names should not cover, or touch it, but out of
    # what it names.
    over, what = ground.tree.query(lines, predicate="dwithin", distance=ground.gap)
    each = np.where(np.isinf(ground.costs), SYMBOL_COST, CROSSING_COST)
    each[shapely.intersects_xy(ground.geometries, *start)] = 0.0
    crossed = CROSSING_COST * np.bincount(crossing, minlength=len(lines))
    crossed += np.bincount(over, weights=each[what], minlength=len(lines))
    costs = boxes.cost + crossed + ground.cost_led(boxes, lines, size)
    best = int(np.argmin(costs))
    return boxes.xy[best], float(costs[best])


def anywhere(start: Floats, size: Floats, *, ground: Ground, standing: Standing) -> Floats | None:
    """Return the nearest free place of those that touch something to the left and below.

    Among upright boxes one of these is free if any place is: a free place stays free while it is
    pushed left and down until it touches.

    Parameters
    ----------
    start
        Centre of the symbol, pt.
    size
        Width and height of the name, pt.
    ground, standing
        The map, and what stands on it.
    """
    left, bottom, _, _ = ground.bounds
    names = shapely.bounds(standing.names).reshape(-1, 4)[:, 2:] + ground.gap
    fixed = shapely.bounds(ground.forbidden).reshape(-1, 4)[:, 2:]
    touching = np.concatenate([[(left, bottom)], names, fixed]) + size / 2
    grid = np.meshgrid(np.unique(touching[:, 0]), np.unique(touching[:, 1]))
    xy = np.stack(grid, axis=-1).reshape(-1, 2)
    away = np.hypot(*(xy - start).T)
    order = np.argsort(away, kind="stable")
    for begin in range(0, len(order), CHUNK):
        some = order[begin : begin + CHUNK]
        boxes = Boxes(xy[some], np.zeros(len(some)), away[some])
        boxes = _free(boxes, size, ground, standing)
        if len(boxes):
            best: Floats = boxes.xy[0]
            return best
    return None


def nearest_on_box(xy: Floats, size: Floats, start: Floats) -> Floats:
    """Return the points of upright boxes that are nearest to a point.

    Parameters
    ----------
    xy
        Centre or centres of the boxes, pt.
    size
        Width and height, pt.
    start
        The point.

    Examples
    --------
    >>> nearest_on_box(np.array([20.0, 5.0]), np.array([10.0, 4.0]), np.zeros(2)).tolist()
    [15.0, 3.0]
    """
    nearest: Floats = np.clip(start, xy - size / 2, xy + size / 2)
    return nearest


def _free(boxes: Boxes, size: Floats, ground: Ground, standing: Standing) -> Boxes:
    """Return the boxes that cover no name and nothing forbidden and are on the map."""
    width, height = size
    boxes = ground.free(boxes, width, height)
    grown = 2 * (ground.gap - TOUCH)
    around = polygons(boxes, width + grown, height + grown)
    box, _ = standing.tree.query(around, predicate="intersects")
    return boxes.at(np.bincount(box, minlength=len(boxes)) == 0)
