"""Lines of a legend: samples of what is drawn, with their words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from layers.look.styles import WHITE, Style, looks
from layers.scene.said import Words
from layers.words import both

if TYPE_CHECKING:
    from layers.scene.said import Tally

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


def entry_of(style: Style, kind: str, words: str, count: Tally | None = None) -> Entry:
    """Return the line of a legend that has the look of a feature for its sample."""
    return Entry(sample(style, kind), kind, words, count)


def stops_entry(colour: str, lang: str) -> Entry:
    """Return the line that says what the numbers of stops are, in the colour of their line."""
    ring = Style(colour, symbol="hollow", size_px=STOP_PX)
    return Entry(ring, "point", Words(*both("legend.stops")).said(lang), number=FIRST_STOP)


def in_own_colours(titles: Words) -> Words:
    """Return what a layer is called whose lines have a colour each.

    Examples
    --------
    >>> in_own_colours(Words("地铁", "Metro")).en
    'Metro (own colours)'
    """
    zh, en = both("legend.lines")
    return Words(zh.format(title=titles.zh), en.format(title=titles.en))
