"""Whom a map must name: the attribution of all that is drawn on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geo.numerals import listed
from layers.look.basemaps import basemap
from layers.look.symbology import texts_in
from layers.plan.area import area
from layers.plan.catalogue import load, table
from layers.plan.schema import resource

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from layers.look.content import Content

GROUND = "context"
# What is named by its publisher and a day or month.
_DATED = re.compile(r"(.+?,? )(\d{4}-\d\d(?:-\d\d)?)")


def credits_of(content: Content) -> tuple[str, ...]:
    """Return the attribution of all that a map shows, the base map and its land too.

    Tiles bring the rest of the ground themselves.

    Examples
    --------
    >>> from layers.look.content import Content
    >>> credits_of(Content({"cities": load("cities")}, ("cities",)))[0]
    '《湖南湘江新区科技创新体系建设规划》2024-02'
    """
    base, land = basemap(content.base), area().land.layer
    shown = {name: content.frames[name] for name in content.visible if name in content.frames}
    if base.tiles:
        shown = {k: v for k, v in shown.items() if k == land or resource(k).group != GROUND}
    frames = [*shown.values(), load(land), *content.results]
    sources = table("sources")
    used = sources[sources["id"].isin(sources_of(frames))]
    lines = texts_in(used, "attribution", lang=content.lang)
    told = (line for line in (*lines, base.attribution) if isinstance(line, str) and line)
    return _together(told, content.lang)


def _together(lines: Iterable[str], lang: str) -> tuple[str, ...]:
    """Return attributions, each once and each publisher once with all its dates.

    Examples
    --------
    >>> _together(["Rednet, 2018-01-10", "CNR, 2024-03-08", "Rednet, 2017-12-05"], "en")
    ('Rednet, 2017-12-05, 2018-01-10', 'CNR, 2024-03-08')
    """
    dates: dict[str, list[str]] = {}
    for line in dict.fromkeys(lines):
        found = _DATED.fullmatch(line)
        publisher, date = found.groups() if found else (line, "")
        dates.setdefault(publisher, []).extend([date] if date else [])
    return tuple(
        name + listed(sorted(days), lang) if days else name for name, days in dates.items()
    )


def sources_of(frames: Iterable[pd.DataFrame]) -> set[str]:
    """Return the ids of what features were made from."""
    some = (frame["source_id"].unique() for frame in frames if "source_id" in frame)
    return {key for keys in some for key in keys if isinstance(key, str)}
