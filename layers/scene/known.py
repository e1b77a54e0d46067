"""How the place of a feature is known, and how that is seen on every map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from layers.look.styles import Style, inks, looks
from layers.scene.said import Words
from layers.words import both

if TYPE_CHECKING:
    import geopandas as gpd

LOCATED = "located"
# How a place is known that is that of the zone a feature is in: no evidence of a file, but as that.
ZONE_ONLY = "zone_only"
# Half width of the symbol that the dashes of a ring are made for.
_DASHED_PX = 6.0


def texts_of(frame: gpd.GeoDataFrame, column: str | None) -> list[str | None]:
    """Return the texts of a column, None where there is none."""
    if column is None or column not in frame:
        return [None] * len(frame)
    values = frame[column].astype("object")
    return [value if isinstance(value, str) else None for value in values]


def known_by(frame: gpd.GeoDataFrame) -> list[str | None]:
    """Return the evidence of each feature, and of a dot in the middle of its zone that it is one.

    A layer says in ``within`` whose place a feature has that has none of its own.
    """
    evidence = texts_of(frame, "evidence")
    dots = frame.geometry.geom_type.eq("Point")
    rows = zip(evidence, texts_of(frame, "within"), dots, strict=True)
    return [
        ZONE_ONLY if dot and zone is not None and how == LOCATED else how for how, zone, dot in rows
    ]


def evident(style: Style, evidence: str | None) -> tuple[Style, float]:
    """Return a style as evidence changes it, and how solid a symbol then is.

    Examples
    --------
    >>> evident(Style("#8C6D31", fill_opacity=0.5), "located")[1]
    0.55
    """
    known = ways_known().get(evidence or "")
    if known is None:
        return style, 1.0
    tint, dash = float(known["opacity"]), known["dash"]
    if evidence == ZONE_ONLY:
        # As many dashes around a small symbol as around a large one.
        share = min(1.0, style.size_px / _DASHED_PX)
        dash = " ".join(f"{share * float(length):g}" for length in dash.split())
    return replace(style, dash=style.dash or dash, fill_opacity=style.fill_opacity * tint), tint


def ways_known() -> dict[str, dict[str, Any]]:
    """Return how a place can be known, each with its opacity and dashes."""
    return {**looks()["evidence"], ZONE_ONLY: looks()[ZONE_ONLY]}


def zone_only_words(*, spread: bool = False) -> Words:
    """Return what a legend says of marks that stand for a place known by its zone only.

    Parameters
    ----------
    spread
        Whether a surface of the map has them all over their zones.
    """
    known = looks()["zone_only"]
    words = Words(known["zh"], known["en"])
    return (
        Words(*(f"{a}{b}" for a, b in zip(words, both("legend.spread"), strict=True)))
        if spread
        else words
    )


def zone_only_sample() -> Style:
    """Return such a mark as a legend shows it: a dashed ring."""
    return Style(inks("ink")[0], symbol="hollow", dash=looks()["zone_only"]["dash"])
