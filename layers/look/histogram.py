"""The histogram of a number, for the picture that breaks are drawn into, and the axis it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.arguments import brief, require_one_of
from geo.errors import InputError
from layers.look.classification import numbers, whole

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from layers.look.classification import Floats

# Above this ratio half of the values share the first tenth of a linear axis that begins at zero.
LOG_FROM_RATIO = 10.0
_FEWEST_FOR_LOG = 3


@dataclass(frozen=True, slots=True)
class Scale:
    """The axis on which a set of numbers can be read.

    Parameters
    ----------
    name
        ``linear`` or ``log``.
    ratio
        Largest value over the median of the values above zero; not-a-number without any.
    without_place
        Number of values of zero or less, for which a log axis has no place.
    """

    name: str
    ratio: float
    without_place: int


def histogram(values: ArrayLike, *, scale: str = "linear", bins: int = 24) -> pd.DataFrame:
    """Count numbers in bars of equal width, for the picture that breaks are drawn into.

    Parameters
    ----------
    values
        Numbers in any unit; missing and infinite ones are counted and left out.
    scale
        ``linear``, or ``log`` for bars of equal width on a log axis.
    bins
        Greatest number of bars. On a linear axis, bars of whole numbers hold the same number of
        them each and lie around them (0.5 to 1.5 for 1), so that none is half empty by its width
        alone.

    Returns
    -------
    ``low``, ``high`` and ``count`` of each bar. A value on the border of two belongs to the upper
    one. Its ``attrs`` are ``counted``, ``missing``, and ``without_place``: the values of zero or
    less, for which a log axis has no place.

    Raises
    ------
    InputError
        The scale or the number of bars is not as above, or there are values that are no numbers.

    Examples
    --------
    >>> histogram([1, 1, 2, 4]).to_dict("list")
    {'low': [0.5, 1.5, 2.5, 3.5], 'high': [1.5, 2.5, 3.5, 4.5], 'count': [2, 1, 0, 1]}
    """
    require_one_of(scale, {"linear", "log"}, "scale", function="histogram")
    if bins < 1:
        raise InputError(
            f"histogram: bins={bins}; choose 1 or more", code="option.positive", value=brief(bins)
        )
    array, known = numbers(values, "histogram")
    counted = known[known > 0] if scale == "log" else known
    if not counted.size:
        edges, count = np.zeros(1), np.zeros(0, dtype=np.int64)
    else:
        edges = _log_edges(counted, bins) if scale == "log" else _edges(counted, bins)
        count = np.histogram(counted, edges)[0]
    table = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "count": count})
    table.attrs |= {
        "counted": int(counted.size),
        "missing": array.size - known.size,
        "without_place": known.size - counted.size,
    }
    return table


def readable_scale(values: ArrayLike) -> Scale:
    """Say whether numbers can be read on a linear axis, or one of them dwarfs the rest.

    Parameters
    ----------
    values
        Numbers in any unit; missing and infinite ones are left out.

    Returns
    -------
    ``log`` where the largest value is more than ten times the median of those above zero, so that
    half of them share the first tenth of a linear axis; ``linear`` otherwise, and always where
    values are negative or fewer than three lie above zero.

    Raises
    ------
    InputError
        There are values that are no numbers.

    Warnings
    --------
    On a log axis equal lengths are equal factors: bars cannot be added up or compared by eye as
    amounts. Tell the reader when the axis is one, and show zeros beside it.

    Examples
    --------
    >>> readable_scale([5, 8, 10, 12, 1000])
    Scale(name='log', ratio=100.0, without_place=0)
    """
    _, known = numbers(values, "readable_scale")
    above = known[known > 0]
    ratio = float(above.max() / np.median(above)) if above.size else np.nan
    log = ratio > LOG_FROM_RATIO and above.size >= _FEWEST_FOR_LOG and known.min() >= 0
    return Scale("log" if log else "linear", ratio, known.size - above.size)


def _edges(values: Floats, bins: int) -> Floats:
    low, high = values[0], values[-1]
    if whole(values):
        width = np.ceil((high - low + 1) / bins)
        bars = int(np.ceil((high - low + 1) / width))
        edges: Floats = low - 0.5 + width * np.arange(bars + 1)
        return edges
    if high == low:
        return np.array([low - 0.5, low + 0.5])
    return np.linspace(low, high, bins + 1)


def _log_edges(values: Floats, bins: int) -> Floats:
    low, high = np.log10(values[[0, -1]])
    if high == low:
        return np.array([10 ** (low - 0.5), 10 ** (high + 0.5)])
    edges: Floats = np.logspace(low, high, bins + 1)
    # The ends are the values themselves, which rounding would otherwise leave out.
    edges[[0, -1]] = values[[0, -1]]
    return edges
