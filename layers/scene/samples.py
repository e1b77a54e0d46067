"""Lines of a legend: samples of what is drawn, with their words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from layers.look.styles import WHITE, Style, looks
from layers.scene.said import Words
from layers.words import both

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.scene.said import Tally
    from layers.scene.scene import Drawn, Mark, Stop

# What the number of a stop is shown by, and the half width of its ring, px.
FIRST_STOP, STOP_PX = "1", 6.5


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a legend.

    Parameters
    ----------
    style, kind
        Its sample.
    words, count
        What it says, and how many features it stands for.
    number
        What stands in the symbol of its sample; nothing where it is empty.
    """

    style: Style
    kind: str
    words: str
    count: Tally | None = None
    number: str = ""


def sample(style: Style, kind: str) -> Style:
    """Return a style as a legend shows it: small, solid, and seen on white."""
    small = looks()["sample"]
    if kind == "point":
        return replace(style, dash="", opacity=1.0, size_px=min(style.size_px, small["radius_px"]))
    return replace(
        style,
        dash=small["dash"] if style.dash else "",
        weight=min(style.weight, small["weight"]),
        edge=style.colour if style.edge.upper() == WHITE else style.edge,
    )


def entry_of(mark: Mark, words: str, count: Tally | None = None) -> Entry:
    """Return the line of a legend that has a feature for its sample."""
    return Entry(sample(mark.style, mark.kind), mark.kind, words, count)


def stops_entry(stops: Sequence[Stop], lang: str) -> tuple[Entry, ...]:
    """Return the line that says what the numbers of stops are; none where there are no stops."""
    if not stops:
        return ()
    ring = Style(stops[0].colour, symbol="hollow", size_px=STOP_PX)
    words = Words(*both("legend.stops")).said(lang)
    return (Entry(ring, "point", words, number=FIRST_STOP),)


def as_one(layer: Drawn) -> Words:
    """Return what a layer is called that a legend lists as one; its lines may have their colours.

    Parameters
    ----------
    layer
        Of a map.
    """
    lines = {mark.style.colour for mark in layer.marks if mark.kind == "line"}
    if layer.look.colour_field is None or len(lines) < 2:  # noqa: PLR2004 - else the sample has it
        return layer.titles
    zh, en = both("legend.lines")
    return Words(zh.format(title=layer.titles.zh), en.format(title=layer.titles.en))
