"""What every map says of what it stands on: its CRS, its base map, its boundaries and its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.numerals import listed
from layers.look.basemaps import VECTOR, basemap
from layers.look.credits import sources_of
from layers.look.overlays import Choropleth, Features
from layers.plan.area import area, crs_words
from layers.plan.catalogue import load, table
from layers.words import say

if TYPE_CHECKING:
    from layers.look.content import Content
SCHEMATIC = "schematic"


def standing(content: Content, *, base_number: str = "") -> list[str]:
    """Return what stands at the foot of a map beside its sources, as sentences without an end.

    Parameters
    ----------
    content
        What the map shows.
    base_number
        Review number of the base map itself; what is declared of it where that is empty.

    Examples
    --------
    >>> from layers.look.content import Content
    >>> content = Content({"districts": load("districts")}, ("districts",), lang="en")
    >>> standing(content)[2:]
    ['Boundaries not for delimitation', 'Plan: published']
    """
    lang = content.lang
    base_number = base_number or basemap(content.base).review_number
    has = "base_number" if base_number else "base_unnumbered"
    of_base = say(f"standing.{has}", lang, number=base_number)
    names = listed([_dated(*each, lang) for each in base_sources(content)], lang)
    status = area().status
    return [
        f"{say('standing.crs', lang, name=crs_words(lang))}{say('standing.heights', lang)}",
        say("standing.base", lang, names=names, number=of_base),
        say("standing.boundaries", lang),
        *([say("standing.status", lang, status=say(f"status.{status}", lang))] if status else []),
        *([say("standing.schematic", lang)] if has_schematic(content) else []),
        *([say("standing.reduced", lang)] if content.reduced else []),
    ]


def has_schematic(content: Content) -> bool:
    """Whether a map shows a shape that a rule has built: on the ground none is.

    Examples
    --------
    >>> from layers.look.content import Content
    >>> has_schematic(Content({"circles": load("circles")}, ("circles",)))
    True
    """
    ground = {*area().context, area().land.layer}
    frames = [content.frames[name] for name in content.visible if name not in ground]
    frames += [each.frame for each in content.overlays if isinstance(each, Choropleth | Features)]
    return any("evidence" in each and (each["evidence"] == SCHEMATIC).any() for each in frames)


def base_sources(content: Content) -> list[tuple[str, str]]:
    """Return what a base map is drawn from, each with its year, empty where none is stated.

    Examples
    --------
    >>> from layers.look.content import Content
    >>> base_sources(Content({}, (), lang="en", base="tianditu"))
    [('Tianditu map', '')]
    """
    if content.base != VECTOR:
        tiles = basemap(content.base)
        return [(tiles.title_en if content.lang == "en" else tiles.title_zh, tiles.year)]
    ground = [name for name in area().context if name in content.visible]
    frames = [load(area().land.layer), *(content.frames[name] for name in ground)]
    sources = table("sources")
    rows = sources[sources["id"].isin(sources_of(frames))]
    dates = rows["date"] if "date" in rows else pd.Series("", index=rows.index)
    years = dates.fillna("").str[:4]
    return list(zip(rows[f"name_{content.lang}"], years, strict=True))


def _dated(name: str, year: str, lang: str) -> str:
    return say("standing.dated", lang, name=name, year=year or say("standing.undated", lang))
