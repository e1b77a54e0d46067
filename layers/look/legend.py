"""Legends: the classes of a result with the words and colours that every map of it shows."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.look.symbology import Style, symbology

if TYPE_CHECKING:
    from layers.look.overlays import Classes

SCHEMATIC_EDGE = "#4C6378"
BLANK_EDGE = "#A9B2BA"
_DECIMALS = 6


def choropleth_legend(found: Classes, *, schematic: bool) -> dict[str, Any]:
    """Return the classes of a choropleth, and the one without data, as a layer shows them.

    Parameters
    ----------
    found
        The classes.
    schematic
        Whether the areas are built by a rule, and so have a dashed edge.
    """
    empty = symbology()["no_data"]
    edge = SCHEMATIC_EDGE if schematic else "#FFFFFF"
    dash = symbology()["evidence"]["schematic"]["dash"] if schematic else ""
    entries = [
        {
            "value": str(code),
            "label": label,
            "style": asdict(Style(colour, edge=edge, weight=0.9, fill_opacity=0.78, dash=dash)),
        }
        for code, (label, colour) in enumerate(zip(_labels(found), found.colours, strict=True))
    ]
    grey = Style(empty["colour"], edge="#FFFFFF", weight=0.8, fill_opacity=0.6)
    entries.append({"value": "-1", "label": empty["label"], "style": asdict(grey)})
    return {"pane": "analysis", "classify": "class", "classes": entries, "style": asdict(grey)}


def surface_legend(found: Classes, *, opacity: float) -> list[dict[str, Any]]:
    """Return the classes of a surface, each with its range and colour.

    Before them stands an empty box for what lies below the first: blank there does not mean zero.

    Parameters
    ----------
    found
        The classes.
    opacity
        That of the picture, 0 to 1, which the samples of the legend have too.
    """
    entries = [
        (label, Style(colour, edge="#FFFFFF", weight=0.9, fill_opacity=opacity))
        for label, colour in zip(_labels(found), found.colours, strict=True)
    ]
    if found.lows and found.lows[0] > 0:
        below = f"< {number(found.lows[0])}"
        blank = Style(BLANK_EDGE, weight=0.9, fill_opacity=0.0)
        entries.insert(0, ({"zh": below, "en": below}, blank))
    return [{"label": label, "style": asdict(style)} for label, style in entries]


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


def _labels(found: Classes) -> list[dict[str, str]]:
    ranges = [interval(low, high) for low, high in zip(found.lows, found.uppers, strict=True)]
    return [{"zh": words, "en": words} for words in ranges]
