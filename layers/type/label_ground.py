"""The map that names stand on: how far it reaches and what must not be covered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from layers.type.label_candidates import Boxes, Floats, corners, shapes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

Bounds: TypeAlias = tuple[float, float, float, float]
# Boxes that only touch do not overlap, pt.
TOUCH = 1e-6
AREA = 2


@dataclass(frozen=True, slots=True, eq=False)
class Obstacle:
    """Something that names should not cover.

    Parameters
    ----------
    geometry
        Box, point or line on the sheet, pt.
    cost
        Infinite where it is never covered. Else what a name pays that touches it; the first choice
        beside a symbol costs 0, the last 7.
    led
        Whether only names with a line to what they name keep off it, which pay in heights of the
        name.
    """

    geometry: BaseGeometry
    cost: float = math.inf
    led: bool = False


class Ground:
    """The map that names stand on: its bounds and what must not be covered."""

    def __init__(self, bounds: Bounds, obstacles: Sequence[Obstacle], gap: float) -> None:
        self.bounds = bounds
        self.gap = gap
        self.frame = shapely.box(*bounds)
        there = [each for each in obstacles if not each.geometry.is_empty and not each.led]
        self.led = [each for each in obstacles if not each.geometry.is_empty and each.led]
        self.geometries = np.array([each.geometry for each in there], dtype=object)
        self.costs = np.array([each.cost for each in there], dtype=float)
        self.tree = shapely.STRtree(self.geometries)
        self.forbidden = self.geometries[np.isinf(self.costs)]

    @cached_property
    def _closed(self) -> BaseGeometry:
        """All that must not be covered, in one."""
        return shapely.union_all(self.forbidden)

    def bare(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return an area without what must not be covered, anything else as it is.

        A line that ended on a symbol in an area would lead to the symbol and not to the area.
        """
        if shapely.get_dimensions(geometry) < AREA:
            return geometry
        rest: BaseGeometry = shapely.difference(geometry, self._closed)
        return rest if shapely.intersects(rest, self.frame) else geometry

    def costs_of(self, boxes: Boxes, width: float | Floats, height: float | Floats) -> Floats:
        """Return what boxes cost with what they touch, infinitely much where they may not stand."""
        around = corners(boxes.xy, boxes.angle, width - 2 * TOUCH, height - 2 * TOUCH)
        left, bottom, right, top = self.bounds
        low, high = around.min(axis=1), around.max(axis=1)
        inside = (low >= (left, bottom)).all(axis=1) & (high <= (right, top)).all(axis=1)
        box, hit = self.tree.query(shapes_of(around, boxes.angle), predicate="intersects")
        touched = np.bincount(box, weights=self.costs[hit], minlength=len(boxes))
        return np.where(inside, boxes.cost + touched, np.inf)

    def free(self, boxes: Boxes, width: float, height: float) -> Boxes:
        """Return the boxes that may stand, with the cost of what they touch added, cheapest first.

        Equal costs keep their order.
        """
        costs = self.costs_of(boxes, width, height)
        order = np.argsort(costs, kind="stable")
        order = order[np.isfinite(costs[order])]
        return Boxes(boxes.xy[order], boxes.angle[order], costs[order])

    def cost_led(self, boxes: Boxes, lines: NDArray[np.object_], size: Floats) -> Floats:
        """Return what names cost beside what they name, each with the line to it.

        They pay for what of them lies on what is another's, and for a line across it.
        """
        shapes = shapes_of(corners(boxes.xy, boxes.angle, *size), boxes.angle)
        costs = np.zeros(len(boxes))
        for each in self.led:
            share = shapely.area(shapely.intersection(shapes, each.geometry)) / (size[0] * size[1])
            own = shapely.get_point(lines, 0)
            crossed = shapely.intersects(lines, each.geometry)
            crossed &= ~shapely.intersects(own, each.geometry)
            costs += each.cost * (share + crossed)
        return costs


def overlap(one: Floats, other: Floats) -> NDArray[np.bool_]:
    """Tell which pairs of boxes overlap: those that no direction of their sides keeps apart."""
    over = np.ones(len(one), dtype=bool)
    sides = [box[:, corner] - box[:, 0] for box in (one, other) for corner in (1, 3)]
    for side in sides:
        along = side / np.hypot(side[:, 0], side[:, 1])[:, None]
        first = np.einsum("nck,nk->nc", one, along)
        second = np.einsum("nck,nk->nc", other, along)
        over &= first.max(axis=1) > second.min(axis=1) + TOUCH
        over &= second.max(axis=1) > first.min(axis=1) + TOUCH
    return over
