"""Amounts that the legend of proportional symbols shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from layers.look.symbology import field_title
from layers.plan.schema import resource, resources
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.look.styles import LayerStyle

# Amounts of a legend of sizes: the first comes as near as it can to the largest that is shown, the
# others are about these parts of it.
_FINE_STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
_STEPS, _LEGEND_PARTS = (1, 2, 5, 10), (5, 20)
_ROUNDING = 1e-9


def round_amounts(largest: float) -> tuple[float, ...]:
    """Return amounts for a legend of sizes, the largest first: it reaches the largest there is.

    Examples
    --------
    >>> round_amounts(1000.0), round_amounts(184.0)
    ((1000.0, 200.0, 50.0), (200.0, 50.0, 10.0))
    """
    top = _next_round(largest, _FINE_STEPS)
    return top, *(_next_round(top / part, _STEPS) for part in _LEGEND_PARTS)


def sized_by(name: str, look: LayerStyle, lang: str) -> str:
    """Return what the size of the symbols of a layer stands for, empty where they have one size.

    Examples
    --------
    >>> from layers.look.symbology import layer_style
    >>> sized_by("projects", layer_style("projects"), "en")
    'Area by investment (100 million CNY)'
    """
    if look.size is None or name not in resources():
        return ""
    column = resource(name).field(look.size.field)
    return say("sized", lang, amount=field_title(column, lang=lang))


def _next_round(amount: float, steps: Sequence[float]) -> float:
    power = 10.0 ** math.floor(math.log10(amount))
    return next(step for step in steps if step * power >= amount * (1 - _ROUNDING)) * power
