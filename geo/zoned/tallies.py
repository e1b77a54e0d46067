"""What zones hold in many random draws, kept as the few numbers that differ between draws.

Of a hundred thousand zones most hold nothing in any draw, and many hold the same in every one. Only
what a zone holds that a moving point came to is written down draw by draw; quantiles and ranks over
all zones follow from it exactly.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.work import require_affordable, slices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Numbers that a block of zones lays out over all draws: 16 MB.
_BLOCK_NUMBERS = 4_000_000
# A table of every zone in every draw: 200 MB.
MAX_DENSE = 25_000_000
# Zones in draws that are written down: 24 bytes each, and three times as much while they are
# ordered, together 480 MB.
MAX_ENTRIES = 5_000_000
# Numbers among which one is a key, from which on it is quicker to sort the keys.
_SPARSE = 20


class Tally(NamedTuple):
    """What each zone holds in each draw.

    Parameters
    ----------
    draws
        How many draws there are.
    still
        What each zone holds of the points that do not move; not-a-number where nothing can be said.
    active
        Positions of the zones that a moving point came to in any draw, rising.
    draw, at
        For what is written down: which draw, and which of the active zones; ordered by zone.
    value
        What that zone holds in that draw. An active zone holds nothing in the other draws.
    """

    draws: int
    still: NDArray[Any]
    active: Ints
    draw: Ints
    at: Ints
    value: NDArray[Any]

    def of_zone(self, zone: int) -> NDArray[Any]:
        """Return what a zone holds in each draw.

        Parameters
        ----------
        zone
            Its position.
        """
        at = int(np.searchsorted(self.active, zone))
        active = at < self.active.size and self.active[at] == zone
        if not active or np.isnan(self.still[zone]):
            return np.full(self.draws, self.still[zone])
        by_draw = np.zeros(self.draws, dtype=self.value.dtype)
        first, past = np.searchsorted(self.at, [at, at + 1])
        by_draw[self.draw[first:past]] = self.value[first:past]
        return by_draw

    def dense(self, *, function: str) -> NDArray[Any]:
        """Lay out every zone in every draw, of shape (draws, zones).

        Parameters
        ----------
        function
            Name that messages begin with: the function that was called.

        Raises
        ------
        InputError
            The table would be too large.
        """
        zones = self.still.size
        require_affordable(
            self.draws * zones,
            MAX_DENSE,
            function=function,
            what="numbers",
            choose="fewer zones or draws, or ask for single zones",
            code="cost.dense",
        )
        table = np.tile(self.still, (self.draws, 1))
        table[:, self.active[~np.isnan(self.still[self.active])]] = 0
        table[self.draw, self.active[self.at]] = self.value
        return table

    def divided(self, divisor: Floats) -> Tally:
        """Return the same per unit of something, such as area.

        Parameters
        ----------
        divisor
            One for each zone, not-a-number where nothing can be said.
        """
        own = divisor[self.active[self.at]]
        return self._replace(still=self.still / divisor, value=self.value / own)

    def quantiles(self, parts: Sequence[float]) -> list[NDArray[Any]]:
        """Return quantiles over the draws for each zone: values that occurred in a draw.

        Parameters
        ----------
        parts
            Of the draws, from 0 to 1.
        """
        order = np.lexsort((self.value, self.at))
        value = self.value[order]
        start = np.searchsorted(self.at, np.arange(self.active.size + 1))
        nothing = self.draws - np.diff(start)
        quantiles = []
        for position in self._positions(parts):
            quantile = self.still.copy()
            quantile[self.active] = 0
            some = np.flatnonzero(position >= nothing)
            quantile[self.active[some]] = value[start[some] + position - nothing[some]]
            if np.issubdtype(quantile.dtype, np.floating):
                quantile[np.isnan(self.still)] = np.nan
            quantiles.append(quantile)
        return quantiles

    def rank_quantiles(self, parts: Sequence[float]) -> list[Ints]:
        """Return quantiles over the draws of each zone's rank: 1 has most, ties share the better.

        Zones of which nothing can be said come last.

        Parameters
        ----------
        parts
            Of the draws, from 0 to 1.
        """
        known = ~np.isnan(self.still)
        positions = self._positions(parts)
        ranks = np.full((len(positions), known.size), known.sum() + 1, dtype=np.int64)
        for zones, row, by_draw in self._ranks(known):
            by_draw.partition(sorted(set(positions)), axis=1)
            ranks[:, zones] = by_draw[:, positions][row].T
        return list(ranks)

    def _ranks(self, known: NDArray[np.bool_]) -> Iterator[tuple[Ints, Ints, Ints]]:
        """Blocks of known zones: their positions, the row of each, and by row the rank by draw."""
        moving = np.zeros(known.size, dtype=bool)
        moving[self.active] = True
        still = np.sort(self.still[known & ~moving])
        own = known[self.active[self.at]]
        draw, at, value = self.draw[own], self.at[own], self.value[own]
        order = np.lexsort((value, draw))
        start = np.searchsorted(draw[order], np.arange(self.draws + 1))
        ordered = value[order]
        rank = np.empty(order.size, dtype=np.int64)
        rank[order] = 1 + _greater(ordered, draw[order], start)
        rank += still.size - np.searchsorted(still, value, side="right")
        # A zone that holds nothing stands behind all that hold something.
        last = 1 + np.bincount(draw[value > 0], minlength=self.draws) + (still > 0).sum()
        starts = np.searchsorted(at, np.arange(self.active.size + 1))
        for block in self._blocks(self.active.size):
            by_draw = np.tile(last, (block.stop - block.start, 1))
            some = slice(starts[block.start], starts[block.stop])
            by_draw[at[some] - block.start, draw[some]] = rank[some]
            row = np.flatnonzero(known[self.active[block]])
            yield self.active[block][row], row, by_draw
        # Zones that hold the same in every draw share their ranks.
        levels, same = np.unique(self.still[known & ~moving], return_inverse=True)
        zones = np.flatnonzero(known & ~moving)
        order = np.argsort(same)
        ends = np.searchsorted(same[order], np.arange(levels.size + 1))
        behind = 1 + still.size - np.searchsorted(still, levels, side="right")
        for block in self._blocks(levels.size):
            by_draw = np.tile(behind[block, None], self.draws)
            for number, (first, past) in enumerate(pairwise(start.tolist())):
                more = np.searchsorted(ordered[first:past], levels[block], side="right")
                by_draw[:, number] += past - first - more
            which = order[ends[block.start] : ends[block.stop]]
            yield zones[which], same[which] - block.start, by_draw

    def _blocks(self, size: int) -> Iterator[slice]:
        return slices(size, _BLOCK_NUMBERS // self.draws)

    def _positions(self, parts: Sequence[float]) -> list[int]:
        """Where the quantiles are among as many ordered values as there are draws."""
        return [int(np.ceil(self.draws * part)) - 1 for part in parts]


def tallies(
    still: tuple[Ints, Floats | None],
    moved: Iterable[tuple[Ints, Ints, Floats | None]],
    *,
    draws: int,
    function: str,
) -> tuple[Tally, Tally | None]:
    """Count points, and add up their weights, by zone and draw.

    Parameters
    ----------
    still
        How many of the points that do not move each zone holds, and what they weigh.
    moved
        Blocks of draws, each with all that its points hit: number of the draw, position of the
        zone, and weight of the point.
    draws
        How many draws there are.
    function
        Name that messages begin with: the function that was called.

    Returns
    -------
    The counts, and the weights where they were given.

    Raises
    ------
    InputError
        There is too much to write down.

    Examples
    --------
    >>> still = np.array([1, 0, 0]), None
    >>> hits = np.array([0, 1, 1]), np.array([2, 0, 2]), None
    >>> counts, _ = tallies(still, [hits], draws=2, function="f")
    >>> counts.dense(function="f").tolist()
    [[1, 0, 1], [2, 0, 1]]
    """
    counts, weights = still
    nothing = np.zeros(0, dtype=np.int64)
    pieces, size = [(nothing, nothing, np.zeros(0))], 0
    for hits in moved:
        pieces.append(_added(*hits, draws))
        size += pieces[-1][0].size
        _require_room(size, draws, function)
    key, hit, weight = (np.concatenate(part) for part in zip(*pieces, strict=True))
    active = np.unique(key // draws)
    holding = active[counts[active] > 0]
    _require_room(key.size + holding.size * draws, draws, function)
    # What does not move is there in every draw, and comes first in the sums.
    always = (holding[:, None] * draws + np.arange(draws)).ravel()
    keys, entry = _distinct(np.concatenate([always, key]))

    def added(to: NDArray[Any], more: NDArray[Any]) -> NDArray[Any]:
        each = np.concatenate([np.repeat(to[holding], draws), more])
        sums: NDArray[Any] = np.bincount(entry, each, keys.size)
        return sums

    zone, draw = np.divmod(keys, draws)
    at = np.searchsorted(active, zone)
    count_tally = Tally(draws, counts, active, draw, at, added(counts, hit).astype(np.int64))
    if weights is None:
        return count_tally, None
    return count_tally, count_tally._replace(still=weights, value=added(weights, weight))


def _added(draw: Ints, zone: Ints, weight: Floats | None, draws: int) -> tuple[Ints, Ints, Floats]:
    """Hits of one zone in one draw as one: their key, their number, and what they weigh."""
    key, entry = _distinct(zone * draws + draw)
    hit = np.bincount(entry, minlength=key.size)
    if weight is None:
        return key, hit, np.zeros(key.size)
    sums: Any = np.bincount(entry, weight, key.size)
    return key, hit, sums


def _distinct(key: Ints) -> tuple[Ints, Ints]:
    """Return the keys that occur, rising, and which of them each is.

    They are marked where they lie close together, which a sort would take ten times as long for.
    """
    low, reach = (int(key.min()), int(np.ptp(key)) + 1) if key.size else (0, 0)
    if reach > _SPARSE * key.size:
        keys, entry = np.unique(key, return_inverse=True)
        return keys, entry
    there = np.zeros(reach, dtype=bool)
    there[key - low] = True
    entry = np.cumsum(there) - 1
    return np.flatnonzero(there) + low, entry[key - low]


def _require_room(entries: int, draws: int, function: str) -> None:
    require_affordable(
        entries,
        MAX_ENTRIES,
        function=function,
        what="zones in draws that hold a point",
        choose="fewer draws, fewer points that move, or larger zones",
        code="cost.draws",
        draws=draws,
    )


def _greater(value: NDArray[Any], draw: Ints, start: Ints) -> Ints:
    """How many in the same draw are greater, for values that are ordered by draw and then rise."""
    new = np.ones(value.size, dtype=bool)
    new[:-1] = (value[1:] != value[:-1]) | (draw[1:] != draw[:-1])
    ends = np.flatnonzero(new)
    last = ends[np.searchsorted(ends, np.arange(value.size))]
    past: Ints = start[draw + 1] - 1 - last
    return past
