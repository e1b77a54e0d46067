"""Where names go on a printed map: beside their symbol, in their area, on its edge, along a line.

Plain geometry in points (1/72 inch), x to the right and y upwards; nothing is drawn here. No two
names overlap and none leaves the map. Important names choose first; then names change places, a few
at a time, so that more of them find room [christensen1995]_. A name that must stand somewhere, and
finds nothing free near its symbol, stands farther off with a thin line to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, get_args

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import InputError
from layers.type.label_candidates import (
    NOWHERE,
    Boxes,
    Floats,
    LabelRequest,
    Where,
    anchors,
    candidates,
    corners,
    joined,
    polygons,
    stretches,
)
from layers.type.label_ground import TOUCH, Bounds, Ground, Obstacle, overlap
from layers.type.label_leaders import (
    CLOSE,
    CROSSING_COST,
    FAR,
    GIVING_WAY,
    SYMBOL_COST,
    Ends,
    Leader,
    Standing,
    anywhere,
    at_distance,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Bounds", "LabelRequest", "Obstacle", "Placed", "Placement", "Where", "choices", "place"]

Integers: TypeAlias = NDArray[np.intp]
WHERE = frozenset(get_args(Where))
# For a name without room, others make way: how many one after the other, how many at a time, and
# how often that is tried.
CHAIN = 3
CROWD = 2
ATTEMPTS = 150
SWEEPS = 2
# So many pairs of boxes that cover each other are looked at; a full map of the plan has 30,000.
MOST_RIVALS = 500_000
# So many required names are sought a place away from what they name, with a line to it.
MOST_LED = 60
# Candidates that something covers for good count as covered this often.
CLOSED = 1_000_000


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a name stands.

    Parameters
    ----------
    label
        Position of its request in the sequence that was given.
    x, y
        Centre of the name, pt.
    rotation
        Degrees counter-clockwise, above -90 and at most 90, so that it never stands on its head.
    leader
        Ends of the line from what it names to the name, if there is one.
    """

    label: int
    x: float
    y: float
    rotation: float = 0.0
    leader: Ends | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where all names stand.

    Parameters
    ----------
    places
        In the order of the requests; a repeated name has several.
    dropped
        Positions of requests that found no room, the least important first.
    """

    places: tuple[Placed, ...]
    dropped: tuple[int, ...]


def place(
    labels: Sequence[LabelRequest],
    *,
    bounds: Bounds,
    obstacles: Sequence[Obstacle] = (),
    gap: float = 1.5,
) -> Placement:
    """Find places for names so that none covers another.

    Parameters
    ----------
    labels
        Names that want a place.
    bounds
        Left, bottom, right and top of the map, pt; no name leaves it.
    obstacles
        What should not be covered.
    gap
        Least distance between two names and from a name to its symbol, pt.

    Returns
    -------
    Placement
        The same for the same input.

    Raises
    ------
    InputError
        If a size, cost or the bounds are not what they must be; the message names every one.

    Notes
    -----
    The search is bounded, so that it does not promise the largest number of names that could stand.

    References
    ----------
    .. [christensen1995] Christensen, J., Marks, J. & Shieber, S. (1995). An empirical study of
       algorithms for point-feature label placement. ACM Transactions on Graphics 14(3), 203-232.

    Examples
    --------
    >>> from shapely import Point
    >>> two = [LabelRequest(Point(x, 50), 30, 10, radius=3) for x in (20, 40)]
    >>> placement = place(two, bounds=(0, 0, 100, 100))
    >>> [(round(each.x, 1), round(each.y, 1)) for each in placement.places], placement.dropped
    ([(20.0, 59.5), (59.5, 50.0)], ())
    """
    _require(labels, bounds, obstacles, gap)
    ground = Ground(bounds, obstacles, gap)
    wanted = [each for k, label in enumerate(labels) for each in _repeated(k, label, ground)]
    search = _Search(wanted, ground)
    while search.crowd > MOST_RIVALS:
        # Names of what lies on each other: hardly one of them would find room.
        first = sorted(search.order[: len(wanted) // 2])
        wanted = [wanted[k] for k in first]
        search = _Search(wanted, ground)
    search.place_all()
    placed = search.places()
    with_place = {each.label for each in placed}
    order = sorted(range(len(labels)), key=lambda k: (labels[k].importance, k), reverse=True)
    return Placement(tuple(placed), tuple(k for k in order if k not in with_place))


def choices(request: LabelRequest, ground: Ground) -> Boxes:
    """Return the boxes where a name may stand on a map with nothing else written, best first.

    Parameters
    ----------
    request
        The name.
    ground
        The map.
    """
    boxes = candidates(request, frame=ground.frame, gap=ground.gap)
    boxes = ground.free(boxes, request.width, request.height)
    return boxes.at(boxes.cost < request.most)


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """One name to place: a request, or one stretch of a repeated one."""

    label: int
    request: LabelRequest


class _Search:
    """Names, their candidate boxes, which boxes exclude which, and which one each name holds."""

    def __init__(self, wanted: list[_Wanted], ground: Ground) -> None:
        self.wanted = wanted
        self.ground = ground
        self.sizes = np.array(
            [(each.request.width, each.request.height) for each in wanted], dtype=float
        ).reshape(-1, 2)
        self.boxes, self.owner = self._choices()
        self.start = np.searchsorted(self.owner, np.arange(len(wanted) + 1))
        self.required = np.array([each.request.required for each in wanted], dtype=bool)
        self.crowd = self._crowd()
        # Per candidate: how many standing names it would cover, and whether it is taken.
        self.covered = np.zeros(len(self.owner), dtype=np.intp)
        self.taken = np.zeros(len(self.owner), dtype=bool)
        self.held = np.full(len(wanted), -1, dtype=np.intp)
        # Names with a leader stand anywhere, on none of the candidates.
        self.leaders: dict[int, Leader] = {}
        # Sizes of names that found no room on the whole map, beside all names or the required.
        self.full: list[Floats] = []
        self.full_of_required: list[Floats] = []
        self.attempts = 0
        self.order = sorted(
            range(len(wanted)), key=lambda k: (wanted[k].request.importance, wanted[k].label, k)
        )

    def _crowd(self) -> int:
        """Return about how many pairs of boxes cover each other, without looking at pairs."""
        if not len(self.owner):
            return 0
        cells = np.floor(self.boxes.xy / self.sizes[self.owner].max(axis=1).mean())
        _, together = np.unique(cells, axis=0, return_counts=True)
        return int((together**2).sum())

    def place_all(self) -> None:
        """Place what can be placed."""
        self.tree = shapely.STRtree(polygons(self.boxes, *self.sizes[self.owner].T))
        self.rivals, self.first = self._conflicts()
        for name in self.order:
            self._take_free(name)
        for name in self.order:
            if self.held[name] < 0:
                self.attempts = ATTEMPTS
                self._make_way(name, CHAIN, frozenset())
        for _ in range(SWEEPS):
            for name in self.order:
                self._improve(name)
        without = [name for name in self.order if self.held[name] < 0 and self.required[name]]
        for name in without[:MOST_LED]:
            if self.held[name] < 0:
                self._place_required(name)
        for name in self.order:
            if self.held[name] < 0 and name not in self.leaders:
                self._take_free(name)

    def places(self) -> list[Placed]:
        """Return where names stand, in the order of the requests."""
        places = []
        for name, each in enumerate(self.wanted):
            if name in self.leaders:
                x, y = self.leaders[name].xy
                ends = self.leaders[name].ends
                places.append(Placed(each.label, float(x), float(y), leader=ends))
            elif self.held[name] >= 0:
                box = self.held[name]
                x, y = self.boxes.xy[box]
                turn = float(np.degrees(self.boxes.angle[box]))
                places.append(Placed(each.label, float(x), float(y), rotation=turn))
        return places

    def _choices(self) -> tuple[Boxes, Integers]:
        """Return the boxes of all names as :func:`choices` has them, and whose each is."""
        requests = [each.request for each in self.wanted]
        frame, gap = self.ground.frame, self.ground.gap
        sets = [candidates(request, frame=frame, gap=gap) for request in requests]
        boxes = joined([NOWHERE, *sets])
        owner = np.repeat(np.arange(len(sets)), [len(each) for each in sets])
        costs = self.ground.costs_of(boxes, *self.sizes[owner].T)
        most = np.array([request.most for request in requests], dtype=float)
        order = np.lexsort((costs, owner))
        order = order[(costs < most[owner])[order]]
        return Boxes(boxes.xy[order], boxes.angle[order], costs[order]), owner[order]

    def _conflicts(self) -> tuple[Integers, Integers]:
        """Return for every box the boxes of other names that it would cover, as one long list."""
        grown = self.sizes[self.owner] + self.ground.gap
        around = corners(self.boxes.xy, self.boxes.angle, *grown.T)
        low, high = around.min(axis=1) + TOUCH, around.max(axis=1) - TOUCH
        extents = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
        one, other = shapely.STRtree(extents).query(extents)
        apart = self.owner[one] != self.owner[other]
        one, other = one[apart], other[apart]
        turned = (self.boxes.angle[one] != 0) | (self.boxes.angle[other] != 0)
        keep = ~turned
        keep[turned] = overlap(around[one[turned]], around[other[turned]])
        one, other = one[keep], other[keep]
        order = np.lexsort((other, one))
        first = np.searchsorted(one[order], np.arange(len(self.owner) + 1))
        return other[order], first

    def _rivals(self, box: int) -> Integers:
        return self.rivals[self.first[box] : self.first[box + 1]]

    def _take(self, name: int, box: int) -> None:
        self.held[name] = box
        self.taken[box] = True
        self.covered[self._rivals(box)] += 1

    def _release(self, name: int) -> int:
        box = int(self.held[name])
        self.held[name] = -1
        self.taken[box] = False
        self.covered[self._rivals(box)] -= 1
        return box

    def _take_free(self, name: int) -> bool:
        """Take the cheapest candidate that covers no other name."""
        begin, end = self.start[name], self.start[name + 1]
        free = np.flatnonzero(self.covered[begin:end] == 0)
        if len(free) == 0:
            return False
        self._take(name, int(begin + free[0]))
        return True

    def _make_way(self, name: int, chain: int, fixed: frozenset[int]) -> bool:
        """Place a name by letting one or two others change places, which may do the same."""
        if self._take_free(name):
            return True
        if chain == 0:
            return False
        begin, end = self.start[name], self.start[name + 1]
        fixed = fixed | {name}
        for box in begin + np.flatnonzero(self.covered[begin:end] <= CROWD):
            if self.attempts <= 0:
                return False
            self.attempts -= 1
            rivals = self._rivals(int(box))
            others = [int(each) for each in self.owner[rivals[self.taken[rivals]]]]
            if fixed.isdisjoint(others) and self._push(name, int(box), others, chain, fixed):
                return True
        return False

    def _push(
        self, name: int, box: int, others: list[int], chain: int, fixed: frozenset[int]
    ) -> bool:
        """Take a box from others if they all find another; leave all as it was if not."""
        before = self.held.copy()
        for other in others:
            self._release(other)
        self._take(name, box)
        if all(self._make_way(other, chain - 1, fixed) for other in others):
            return True
        self._restore(before)
        return False

    def _restore(self, before: Integers) -> None:
        moved = np.flatnonzero(self.held != before)
        for name in moved:
            if self.held[name] >= 0:
                self._release(int(name))
        for name in moved:
            if before[name] >= 0:
                self._take(int(name), int(before[name]))

    def _improve(self, name: int) -> None:
        """Move a name to a cheaper candidate that has become free."""
        if self.held[name] >= 0:
            self._release(name)
            self._take_free(name)

    def _place_required(self, name: int) -> None:
        """Place a required name near or far, driving others out where nothing is free near."""
        request = self.wanted[name].request
        visible = shapely.intersects(request.geometry, self.ground.frame)
        if self._take_free(name) or not visible:
            return
        size = self.sizes[name]
        standing, fixed = self._standing(), self._standing(only_required=True)
        start, beside_all = self._led_from(name, standing)
        if beside_all is None and self._oust(name):
            return
        alone = None
        if beside_all is None or self.ground.led:
            alone = self._at_distance(CLOSE, name, start, fixed)
        found = beside_all or alone
        if found is None or found[1] >= SYMBOL_COST:
            far = self._at_distance(FAR, name, start, standing)
            found = min(filter(None, (found, far)), key=lambda each: each[1], default=None)
        if beside_all and alone and alone[1] + GIVING_WAY < beside_all[1]:
            # On a map of zones other names give way to one that would stand far from its own.
            found = alone
        spot = found[0] if found else None
        for stands, full in ((standing, self.full), (fixed, self.full_of_required)):
            # Where a name found no room, a larger one finds none.
            if spot is None and not any((size >= each).all() for each in full):
                spot = anywhere(start, size, ground=self.ground, standing=stands)
                if spot is None:
                    full.append(size)
        if spot is not None:
            self.leaders[name] = Leader(spot, size, start)
            self._close(self.leaders[name])

    def _led_from(
        self, name: int, standing: Standing
    ) -> tuple[Floats, tuple[Floats, float] | None]:
        """Return where the line to a name begins, and the best place that it leads to.

        From the middle of what it names, if it is short and crosses nothing; else from elsewhere.
        """
        bare = self.ground.bare(self.wanted[name].request.geometry)
        first, *others = map(np.array, anchors(bare, frame=self.ground.frame))
        start, best = first, self._at_distance(CLOSE, name, first, standing)
        for each in others:
            if best is not None and best[1] <= CROSSING_COST:
                break
            found = self._at_distance(CLOSE, name, each, standing)
            if found is not None and (best is None or found[1] < best[1]):
                start, best = each, found
        return start, best

    def _at_distance(
        self, steps: Floats, name: int, start: Floats, standing: Standing
    ) -> tuple[Floats, float] | None:
        clear = self.wanted[name].request.radius
        size = self.sizes[name]
        return at_distance(steps, start, size, clear=clear, ground=self.ground, standing=standing)

    def _oust(self, name: int) -> bool:
        """Take the cheapest candidate that covers no required name; who stood there goes."""
        for box in range(self.start[name], self.start[name + 1]):
            rivals = self._rivals(box)
            others = self.owner[rivals[self.taken[rivals]]]
            if self.covered[box] < CLOSED and not self.required[others].any():
                for other in others:
                    self._drop(int(other))
                self._take(name, box)
                return True
        return False

    def _drop(self, name: int) -> None:
        self._release(name)
        self.full.clear()

    def _close(self, leader: Leader) -> None:
        """Close the candidates that a leader or its name covers; who stood there goes."""
        used = shapely.union(leader.box(self.ground.gap - TOUCH), leader.line)
        closed = self.tree.query(used, predicate="intersects")
        for owner in self.owner[closed[self.taken[closed]]]:
            # A line may cross a name that must stand where it stands.
            if not self.required[owner]:
                self._drop(int(owner))
        self.covered[closed] += CLOSED

    def _standing(self, *, only_required: bool = False) -> Standing:
        """Return the names that stand, all or those that do not give way."""
        names = np.flatnonzero((self.held >= 0) & (self.required | (not only_required)))
        held = self.boxes.at(self.held[names])
        around = polygons(held, *self.sizes[names].T)
        return Standing(around, list(self.leaders.values()))


def _repeated(label: int, request: LabelRequest, ground: Ground) -> list[_Wanted]:
    """Return a request, or one for every stretch of the line that bears its name again."""
    if request.place != "line" or request.repeat <= 0:
        return [_Wanted(label, request)]
    pieces = stretches(request.geometry, frame=ground.frame, length=request.repeat)
    return [
        _Wanted(label, replace(request, geometry=piece, required=request.required and k == 0))
        for k, piece in enumerate(pieces)
    ]


def _require(
    labels: Sequence[LabelRequest], bounds: Bounds, obstacles: Sequence[Obstacle], gap: float
) -> None:
    wrong = []
    if not (np.isfinite(bounds).all() and bounds[0] < bounds[2] and bounds[1] < bounds[3]):
        wrong.append(f"bounds must be left, bottom, right, top with room between, not {bounds}")
    if not 0 <= gap < math.inf:
        wrong.append(f"gap must be 0 pt or more, not {gap}")
    for k, each in enumerate(labels):
        if not (0 < each.width < math.inf and 0 < each.height < math.inf):
            wrong.append(f"label {k} must have a size, not {each.width} x {each.height} pt")
        if not (0 <= each.radius < math.inf and 0 <= each.repeat < math.inf):
            wrong.append(
                f"label {k} must have a radius and repeat of 0 pt or more, not {each.radius} and "
                f"{each.repeat}"
            )
        if math.isnan(each.importance):
            wrong.append(f"label {k} must have an importance, not nan")
        if each.place not in WHERE:
            wrong.append(f"label {k} has place {each.place!r}; choose from {sorted(WHERE)}")
    wrong += [
        f"obstacle {k} must cost 0 or more, not {each.cost}"
        for k, each in enumerate(obstacles)
        if not each.cost >= 0
    ]
    if wrong:
        raise InputError(
            f"place: {'; '.join(wrong)}. Correct these and try again.",
            code="caller.argument",
            function="place",
        )
