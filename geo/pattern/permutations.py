"""Shuffled values: what a measure of spatial pattern is held against.

PySAL compiles its loops over permutations anew in every process, which takes up to 24 seconds.
These need no compiler. All zones with equally many neighbours share one set of draws: the sum over
the neighbours of a zone, itself left out, is the running sum over a random order of all zones, and
where the zone itself came up, the next in the order takes its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.arguments import brief, is_whole
from geo.errors import InputError
from geo.work import require_affordable, slices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# As many numbers as a block of permutations may hold: 16 MB.
_BLOCK_NUMBERS = 2_000_000
_FEWEST, _MOST = 99, 99_999
# From so many zones on, a whole order of them for a few neighbours is a waste.
_MANY_ZONES = 5_000
# Groups of zones with equally many neighbours of less than this are compared one by one.
_SMALL_GROUP = 32
# A whole shuffle costs a number as much less than a step of one that is cut off.
_SHUFFLE_FASTER = 8
# Products of a sparse matrix with many columns that cost as much as one step.
_PRODUCTS_PER_STEP = 4
# Numbers that are drawn, or compared, in 10 seconds.
MAX_STEPS = 1_000_000_000
# Sums of the same values in another order differ by rounding; values are standardised.
_ROUNDING = 1e-9


def require_permutations(permutations: int, *, function: str) -> None:
    """Refuse a number of permutations that is too small to tell anything, or endless.

    Parameters
    ----------
    permutations
        The argument.
    function
        Name that the message begins with: the function that was called.

    Raises
    ------
    InputError
        It is not a whole number from 99 to 99 999.
    """
    if not (is_whole(permutations) and _FEWEST <= permutations <= _MOST):
        raise InputError(
            f"{function}: permutations is {brief(permutations)}. Allowed are whole numbers from "
            f"{_FEWEST} to {_MOST:,}; the least p-value is 2 / (permutations + 1).",
            code="option.whole",
            value=brief(permutations),
            least=_FEWEST,
            most=_MOST,
        )


def global_statistics(values: Floats, adjacency: Any) -> Floats:  # noqa: ANN401  sparse: no types
    """Moran's I, Geary's C and Getis–Ord G of columns of values.

    Parameters
    ----------
    values
        Shape (zones, columns), the same numbers in every column in another order.
    adjacency
        Sparse matrix of binary weights with at least one neighbour in each row. The first two
        statistics take it row-standardised, G takes it as it is.

    Returns
    -------
    Shape (3, columns). G is not finite where no two values have a product other than 0.
    """
    n = len(values)
    degree = np.asarray(adjacency.sum(axis=1), dtype=float).reshape(-1, 1)
    received = np.asarray(adjacency.T @ (1 / degree))
    z = values - values[:, :1].mean()
    squares = z**2
    total = squares[:, 0].sum()
    lag = adjacency @ values
    product = (z * (lag / degree - values[:, :1].mean())).sum(axis=0)
    moran = product / total  # the weights of all rows add up to n
    geary = (n - 1) / (2 * n * total) * (total + (received * squares).sum(axis=0) - 2 * product)
    y = values[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        getis = (values * lag).sum(axis=0) / (y.sum() ** 2 - (y**2).sum())
    return np.stack([moran, geary, getis])


def shuffled_statistics(values: Floats, adjacency: Any, *, permutations: int, seed: int) -> Floats:  # noqa: ANN401
    """Global statistics of the values put on the zones in random order.

    Parameters
    ----------
    values
        One for each zone.
    adjacency
        As `global_statistics`.
    permutations
        How many random orders.
    seed
        The same seed gives the same numbers.

    Returns
    -------
    Shape (3, permutations).
    """
    _require_steps(
        permutations * (adjacency.nnz / _PRODUCTS_PER_STEP + len(values)),
        permutations,
        "shuffled_statistics",
    )
    rng = np.random.default_rng(seed)
    statistics = []
    for size in _blocks(permutations, len(values)):
        orders = rng.permuted(np.tile(values, (size, 1)), axis=1)
        statistics.append(global_statistics(orders.T, adjacency))
    return np.concatenate(statistics, axis=1)


def two_sided(at_least: Any, at_most: Any, permutations: int) -> Any:  # noqa: ANN401  number or array
    """Twice the smaller tail, the observed value counted in, and at most 1.

    Parameters
    ----------
    at_least, at_most
        How many permutations gave at least, and at most, the observed value.
    permutations
        How many there were.

    Examples
    --------
    >>> two_sided(0, 99, 99), two_sided(60, 50, 99)
    (np.float64(0.02), np.float64(1.0))
    """
    return np.minimum(2 * (np.minimum(at_least, at_most) + 1) / (permutations + 1), 1.0)


def sum_probabilities(
    values: Floats,
    sums: Floats,
    counts: Ints,
    *,
    with_own: bool,
    permutations: int,
    seed: int,
) -> Floats:
    """Probability that as many values drawn at random have a sum as extreme as the one observed.

    Parameters
    ----------
    values
        Standardised, one for each zone.
    sums
        Sum of the values that each zone sees.
    counts
        How many these are, from 1 to one less than there are zones.
    with_own
        Whether the zone itself is among them. Then all of them are drawn from all zones; else its
        own value stays and they are drawn from the others.
    permutations, seed
        How many draws, and their seed.

    Returns
    -------
    Two-sided pseudo p-values.
    """
    n, most = len(values), int(counts.max())
    same, group = np.unique(counts, return_inverse=True)
    one_by_one = n < _SMALL_GROUP * same.size
    _require_steps(
        permutations * (most + (n if one_by_one else 0)), permutations, "sum_probabilities"
    )
    rng = np.random.default_rng(seed)
    at_least, at_most = np.zeros((2, n))
    low, high = sums - _ROUNDING * most, sums + _ROUNDING * most
    members = np.split(np.argsort(group), np.cumsum(np.bincount(group))[:-1])
    for draws in _draws(n, most + 1, permutations, rng):
        running = values[draws].cumsum(axis=1)
        if one_by_one:
            _compare_each(running, counts, (low, high), (at_least, at_most))
        else:
            for count, zones in zip(same.tolist(), members, strict=True):
                ordered = np.sort(running[:, count - 1])
                at_least[zones] += len(draws) - np.searchsorted(ordered, low[zones])
                at_most[zones] += np.searchsorted(ordered, high[zones], side="right")
        if with_own:
            continue
        # Where the zone itself is among those drawn for it, the next one takes its place.
        row, column = np.nonzero(np.arange(most) < counts[draws[:, :most]])
        zone = draws[row, column]
        before = running[row, counts[zone] - 1]
        after = running[row, counts[zone]] - values[zone]
        more = (after >= low[zone]).astype(float) - (before >= low[zone])
        less = (after <= high[zone]).astype(float) - (before <= high[zone])
        at_least += np.bincount(zone, more, n)
        at_most += np.bincount(zone, less, n)
    probabilities: Floats = two_sided(at_least, at_most, permutations)
    return probabilities


def _compare_each(
    running: Floats, counts: Ints, bounds: tuple[Floats, Floats], into: tuple[Floats, Floats]
) -> None:
    """Add for each zone how many of its sums are at least the one bound, and at most the other."""
    low, high = bounds
    step = max(_BLOCK_NUMBERS // len(running), 1)
    for start in range(0, counts.size, step):
        some = slice(start, start + step)
        sums = running[:, counts[some] - 1]
        into[0][some] += (sums >= low[some]).sum(axis=0)
        into[1][some] += (sums <= high[some]).sum(axis=0)


def _require_steps(steps: float, permutations: int, function: str) -> None:
    require_affordable(
        steps,
        MAX_STEPS,
        function=function,
        what="steps",
        choose="fewer permutations, fewer neighbours or larger zones",
        code="cost.permutations",
        permutations=permutations,
    )


def _draws(n: int, size: int, times: int, rng: np.random.Generator) -> Iterator[Ints]:
    """First ``size`` of a random order of n, many times."""
    if n >= _MANY_ZONES and size**2 <= n:
        yield from _drawn_again(n, size, times, rng)
    elif n >= _MANY_ZONES and size * _SHUFFLE_FASTER > n:
        for rows in _blocks(times, n):
            yield rng.permuted(np.tile(np.arange(n), (rows, 1)), axis=1)[:, :size]
    else:
        yield from _cut_off(n, size, times, rng)


def _drawn_again(n: int, size: int, times: int, rng: np.random.Generator) -> Iterator[Ints]:
    """Few of many: rows of numbers, drawn again where one came up twice."""
    for rows in _blocks(times, size):
        numbers = rng.integers(0, n, (rows, size))
        again = np.arange(rows)
        while again.size:
            ordered = np.sort(numbers[again], axis=1)
            again = again[(ordered[:, 1:] == ordered[:, :-1]).any(axis=1)]
            numbers[again] = rng.integers(0, n, (again.size, size))
        yield numbers


def _cut_off(n: int, size: int, times: int, rng: np.random.Generator) -> Iterator[Ints]:
    """Make the shuffle of Fisher and Yates, cut off.

    Each block goes on from the order that the one before has left, which does no harm: a shuffle is
    as random from any order.
    """
    orders = np.empty((0, n), dtype=np.int64)
    for rows in _blocks(times, n):
        if len(orders) < rows:
            orders = np.tile(np.arange(n), (rows, 1))
        every = np.arange(rows)
        for at in range(size):
            other = rng.integers(at, n, rows)
            picked = orders[every, other]
            orders[every, other] = orders[:rows, at]
            orders[:rows, at] = picked
        yield orders[:rows, :size]


def _blocks(times: int, n: int) -> Iterator[int]:
    for block in slices(times, _BLOCK_NUMBERS // n):
        yield block.stop - block.start
