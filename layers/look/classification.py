"""Classes of a number: where a choropleth changes its colour.

The schemes are those of PySAL's mapclassify and give its classes; they are computed here because
its natural breaks are found in single precision, which misses the best classes of numbers that
differ little for their size (years, coordinates), and because it takes seconds to load.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.arguments import brief, require_one_of
from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MAX_CLASSES = 7
# Above this part of the values in the head, the tail is not long, and head/tail breaks say little
# (Jiang 2013).
HEAD_PCT = 40.0

# What a reader may have to be told of classes; the words of this room say how.
NOTES = (
    "no_values",
    "one_value",
    "few_values",
    "ties",
    "empty_left_out",
    "top_joined",
    "no_long_tail",
)


@dataclass(frozen=True, slots=True)
class Classification:
    """The classes that a scheme finds in a set of numbers.

    Parameters
    ----------
    scheme
        Name of the scheme.
    uppers
        Upper bound of each class, ascending; a value equal to it belongs to the class.
    lows
        Smallest value that occurs in each class; for given bounds the upper bound of the class
        below it, and minus infinity for the first.
    counts
        Number of values in each class.
    missing
        Number of values that are missing or infinite, and in no class.
    explained_pct
        Part of the variance of the values that the classes explain (goodness of variance fit): 100
        where each class holds one value alone. Not-a-number without values.
    notes
        Some of :data:`NOTES`: what the reader must be told of the classes.
    """

    scheme: str
    uppers: tuple[float, ...]
    lows: tuple[float, ...]
    counts: tuple[int, ...]
    missing: int
    explained_pct: float
    notes: tuple[str, ...]


def classes(
    values: ArrayLike,
    *,
    scheme: str = "quantiles",
    k: int = 5,
    breaks: Sequence[float] | None = None,
) -> Classification:
    r"""Put numbers into classes for a map.

    ``quantiles`` gives each class the same number of areas, so that the map is evenly coloured;
    areas of nearly the same value may fall into two classes. ``natural_breaks`` makes the values
    within each class as alike as can be. ``equal_interval`` cuts the range into equal parts: easy
    to read, but one outlier leaves all others in the first class. ``head_tail`` parts the many
    small from the few large at the mean, and again those above it: for long tails alone. ``given``
    takes bounds that mean something (a target, a standard), or those of another map.

    A bound is a value that occurs, so that a count has no class that ends at 7.4; only the bounds
    of equal intervals of numbers with decimals, and given ones, need not occur.

    Parameters
    ----------
    values
        Numbers in any unit; missing and infinite ones are counted and left out.
    scheme
        ``quantiles``, ``natural_breaks``, ``equal_interval``, ``head_tail`` or ``given``.
    k
        Greatest number of classes, 1 to 7; there are fewer when values are the same, when a class
        would be empty, or when ``head_tail`` finds fewer.
    breaks
        Upper bound of each class, for ``given``: ascending, at most 7, the last not below the
        maximum. These are kept even where a class is empty, so that maps can be compared.

    Returns
    -------
    The classes; with no values, none.

    Raises
    ------
    InputError
        The scheme, the number of classes or the bounds are not as above, or there are values that
        are no numbers.

    Warnings
    --------
    Two maps compare only when they have the same bounds: find them once, pass them on as
    ``given``. Quantiles make a pattern out of any numbers, random ones too; look at the
    histogram. Totals depend on how large the areas are: classify a density or a share instead.

    Notes
    -----
    Natural breaks are the classes :math:`C_1, \ldots, C_k` with the least

    .. math:: W = \sum_{c=1}^{k} \sum_{i \in C_c} (x_i - \bar x_c)^2

    of all that there can be, found by dynamic programming over the different values, not by trial
    [fisher1958]_, [jenks1977]_; rounding may move a bound only between values that differ by less
    than a millionth of the range. The variance explained is
    :math:`1 - W / \sum_i (x_i - \bar x)^2`. Quantiles are inverted from the empirical
    distribution: the :math:`j`-th bound is the smallest value that at least :math:`j / k` of all
    values do not exceed. Head/tail breaks are from [jiang2013]_.

    References
    ----------
    .. [fisher1958] W. D. Fisher, On grouping for maximum homogeneity, Journal of the American
       Statistical Association 53 (1958) 789–798.
    .. [jenks1977] G. F. Jenks, Optimal Data Classification for Choropleth Maps, University of
       Kansas, 1977.
    .. [jiang2013] B. Jiang, Head/tail breaks: a new classification scheme for data with a
       heavy-tailed distribution, The Professional Geographer 65 (2013) 482–494.

    Examples
    --------
    >>> breaks = classes([1, 2, 2, 3, 9, 10, 40], scheme="natural_breaks", k=3)
    >>> breaks.uppers, breaks.counts
    ((3.0, 10.0, 40.0), (4, 2, 1))
    >>> classes([0, 0, 0, 0, 5], k=4).notes
    ('few_values',)
    """
    require_one_of(scheme, SCHEMES, "scheme", function="classes")
    if not 1 <= k <= MAX_CLASSES:
        raise InputError(
            f"classes: k={k}; choose from 1 to {MAX_CLASSES} classes",
            code="option.whole",
            value=brief(k),
            least=1,
            most=MAX_CLASSES,
        )
    if (breaks is None) == (scheme == "given"):
        advice = "pass breaks" if breaks is None else 'pass scheme="given" with breaks'
        raise InputError(
            f"classes: scheme={scheme!r} with breaks={breaks!r}; {advice}",
            code="caller.argument",
            function="classes",
        )
    array, known = numbers(values, "classes")
    notes: list[str] = [] if known.size else ["no_values"]
    if breaks is not None:
        uppers = _given(breaks, known)
    elif known.size:
        uppers, notes = _found(known, scheme, k)
    else:
        uppers = known
    code = np.searchsorted(uppers, known, side="left")
    if breaks is None:
        _, first = np.unique(code, return_index=True)
        lows = known[first].tolist()
    else:
        lows = [-np.inf, *uppers[:-1].tolist()]
    return Classification(
        scheme=scheme,
        uppers=tuple(uppers.tolist()),
        lows=tuple(lows),
        counts=tuple(np.bincount(code, minlength=uppers.size).tolist()),
        missing=array.size - known.size,
        explained_pct=_explained_pct(known, code),
        notes=tuple(notes),
    )


# ---- the schemes: upper bounds of ascending values, and what to tell of them ----


def _found(known: Floats, scheme: str, k: int) -> tuple[Floats, list[str]]:
    """Return the bounds that a scheme finds in one or more ascending values."""
    different = np.unique(known)
    if different.size == 1:
        return different, ["one_value"]
    if different.size <= k and scheme in _BY_RANK:
        return different, ["few_values"]
    return _SCHEMES[scheme](known, k)


def _quantiles(known: Floats, k: int) -> tuple[Floats, list[str]]:
    shares = np.arange(1, k + 1) / k
    uppers = np.unique(np.quantile(known, shares, method="inverted_cdf"))
    return uppers, ["ties"] if uppers.size < k else []


def _equal_interval(known: Floats, k: int) -> tuple[Floats, list[str]]:
    low, high = known[0], known[-1]
    edges = low + (high - low) * np.arange(1, k + 1) / k
    edges[-1] = high
    if whole(known):
        # No whole number lies between a bound and the whole number below it.
        edges = np.unique(np.floor(edges))
    held = np.unique(np.searchsorted(edges, known, side="left"))
    return edges[held], ["empty_left_out"] if held.size < k else []


def _head_tail(known: Floats, k: int) -> tuple[Floats, list[str]]:
    uppers: list[float] = []
    head, notes = known, []
    while head[-1] > head[0] and len(uppers) < k - 1:
        # The mean of values that hardly differ may be rounded onto the largest, or past one.
        below_top = head[np.searchsorted(head, head[-1]) - 1]
        mean = np.clip(head.mean(), head[0], below_top)
        stop = int(np.searchsorted(head, mean, side="right"))
        if not uppers and 100.0 * (1.0 - stop / head.size) > HEAD_PCT:
            notes = ["no_long_tail"]
        uppers.append(head[stop - 1])
        head = head[stop:]
    if head[-1] > head[0]:
        notes.append("top_joined")
    return np.array([*uppers, known[-1]]), notes


def _natural_breaks(known: Floats, k: int) -> tuple[Floats, list[str]]:
    """Fisher's exact optimum over the different values, weighted by how often each occurs.

    ``least[j]`` is the least sum of squares of the values up to ``j`` in the classes so far. The
    best start of the last class never falls as ``j`` grows, so that the middle ``j`` of a stretch
    bounds the search on both sides of it: k · m log m steps for m different values.
    """
    value, often = np.unique(known, return_counts=True)
    # Sums about the median lose the fewest digits.
    value_about = value - np.median(known)
    sums = np.zeros((3, value.size + 1))
    np.cumsum([often, often * value_about, often * value_about**2], axis=1, out=sums[:, 1:])

    def squares(start: Ints, last: Ints) -> Floats:
        """Sum of squares about the mean of each class from ``start`` to ``last``."""
        n, linear, square = sums[:, last + 1] - sums[:, start]
        spread: Floats = np.maximum(square - linear**2 / n, 0.0)
        return spread

    every = np.arange(value.size)
    least = squares(np.zeros_like(every), every)
    starts: list[Ints] = []
    for classes_before in range(1, k):
        least, start = _next_class(least, squares, classes_before)
        starts.append(start)
    uppers, last = [value[-1]], value.size - 1
    for start in reversed(starts):
        last = int(start[last]) - 1
        uppers.append(value[last])
    return np.array(uppers[::-1]), []


def _next_class(
    before: Floats, squares: Callable[[Ints, Ints], Floats], classes_before: int
) -> tuple[Floats, Ints]:
    """Return for each last value the least sum with one class more, and where that starts."""
    m = before.size
    least, best = np.full(m, np.inf), np.zeros(m, dtype=np.int64)
    # Stretches of last values, and the starts between which their best ones lie.
    first, stop = np.array([classes_before]), np.array([m])
    low, high = np.array([classes_before]), np.array([m - 1])
    while first.size:
        middle = (first + stop) // 2
        ends = np.minimum(high, middle)
        width = ends - low + 1
        offset = np.cumsum(width) - width
        start = np.arange(width.sum()) + np.repeat(low - offset, width)
        total = before[start - 1] + squares(start, np.repeat(middle, width))
        least[middle] = np.minimum.reduceat(total, offset)
        hits = np.flatnonzero(total == np.repeat(least[middle], width))
        chosen = start[hits[np.searchsorted(hits, offset)]]
        best[middle] = chosen
        first, stop = np.concatenate([first, middle + 1]), np.concatenate([middle, stop])
        low, high = np.concatenate([low, chosen]), np.concatenate([chosen, high])
        some = first < stop
        first, stop, low, high = first[some], stop[some], low[some], high[some]
    return least, best


_SCHEMES: Mapping[str, Callable[[Floats, int], tuple[Floats, list[str]]]] = MappingProxyType(
    {
        "quantiles": _quantiles,
        "natural_breaks": _natural_breaks,
        "equal_interval": _equal_interval,
        "head_tail": _head_tail,
    }
)
# Schemes that cannot do better than a class for each value where there are few.
_BY_RANK = frozenset({"quantiles", "natural_breaks"})
SCHEMES = (*_SCHEMES, "given")


def _given(breaks: Sequence[float], known: Floats) -> Floats:
    uppers = np.asarray(breaks, dtype="float64")
    ascending = uppers.ndim == 1 and bool(np.all(np.diff(uppers) > 0))
    if not 1 <= uppers.size <= MAX_CLASSES or not ascending or np.isnan(uppers).any():
        raise InputError(
            f"classes: breaks {list(breaks)} must be 1 to {MAX_CLASSES} ascending numbers",
            code="option.levels",
            value=brief(list(breaks)),
            most=MAX_CLASSES,
        )
    if known.size and uppers[-1] < known[-1]:
        raise InputError(
            f"classes: the last break {uppers[-1]:g} is below the maximum {known[-1]:g}; "
            "end the breaks with the maximum or a number above it",
            code="option.breaks_short",
            last=float(uppers[-1]),
            most=float(known[-1]),
        )
    return uppers


# ---- what they share ----


def numbers(values: ArrayLike, function: str) -> tuple[Floats, Floats]:
    """Return the numbers as given, and those that are finite in ascending order."""
    try:
        plain = pd.Series(values).to_numpy(dtype=np.float64, na_value=np.nan)
        array = np.asarray(plain, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{function}: the values are not all numbers ({error})", code="values.text"
        ) from error
    return array, np.sort(array[np.isfinite(array)])


def whole(known: Floats) -> bool:
    """Tell whether all numbers are whole."""
    return bool((known == np.floor(known)).all())


def _explained_pct(known: Floats, code: NDArray[np.intp]) -> float:
    if not known.size:
        return np.nan
    about = known - known.mean()
    n = np.bincount(code)
    mean = np.bincount(code, about) / np.maximum(n, 1)
    total = float((about**2).sum())
    within = float(((about - mean[code]) ** 2).sum())
    return 100.0 * (1.0 - within / total) if total > 0 else 100.0
