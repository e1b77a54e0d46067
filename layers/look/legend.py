"""Words of legends: numbers and the ranges between them, the same on every map."""

from __future__ import annotations

import numpy as np

_DECIMALS = 6


def interval(low: float, high: float) -> str:
    """Return the words for a class of numbers; an infinite bound leaves it open.

    Examples
    --------
    >>> interval(0.5, 1), interval(5, float("inf")), interval(float("-inf"), 1200), interval(3, 3)
    ('0.5 – 1', '≥ 5', '≤ 1,200', '3')
    """
    if np.isneginf(low):
        return f"≤ {number(high)}"
    if np.isposinf(high):
        return f"≥ {number(low)}"
    return number(low) if low == high else f"{number(low)} – {number(high)}"


def number(value: float) -> str:
    """Return a number with at most four significant digits and thousands separators.

    Examples
    --------
    >>> number(1835.64), number(0.012345), number(-0.5), number(24)
    ('1,836', '0.01235', '-0.5', '24')
    """
    digits = max(0, 3 - int(np.floor(np.log10(abs(value))))) if value else 0
    text = f"{value:,.{min(digits, _DECIMALS)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
