"""Base maps: the built-in vector one, and tile services each with its datum and attribution."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Literal

from geo.arguments import require_one_of
from layers.plan.area import per_plan
from layers.plan.schema import registry

Datum = Literal["cgcs2000", "wgs84", "gcj02"]
# The one that is drawn from the layers and needs no host.
VECTOR = "vector"


@dataclass(frozen=True, slots=True)
class BaseMap:
    """A base map and what must be known to draw on it.

    Parameters
    ----------
    name
        Name for ``web_map(basemap=...)``.
    title_zh, title_en
        Title for readers.
    datum
        Datum of its tiles. What is drawn on ``"gcj02"`` tiles is shifted to match;
        ``"wgs84"`` and ``"cgcs2000"`` are taken as equal at planning scale.
    attribution
        Line that must show with it.
    max_zoom
        Deepest level it has tiles for.
    subdomains
        One character per mirror host, for ``{s}``.
    tiles
        Address templates drawn on top of each other; none for the vector base map.
    key_variable
        Environment variable with the key for ``{key}``, empty where no key is needed.
    """

    name: str
    title_zh: str
    title_en: str
    datum: Datum
    attribution: str
    max_zoom: int
    subdomains: str
    tiles: tuple[str, ...]
    key_variable: str


@per_plan
def basemaps() -> dict[str, BaseMap]:
    """Return every base map by name.

    Examples
    --------
    >>> basemaps()["amap"].datum
    'gcj02'
    """
    entries = registry("basemaps.json")["basemaps"]
    return {entry["name"]: _basemap(entry) for entry in entries}


def basemap(name: str) -> BaseMap:
    """Return one base map.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    require_one_of(name, basemaps(), "base map", function="basemap")
    return basemaps()[name]


def key_of(name: str) -> str | None:
    """Return the key of a base map from the environment, None where none is set or needed.

    The key is for a running page only; it is never written into a document or a file.
    """
    variable = basemap(name).key_variable
    return os.environ.get(variable) or None if variable else None


def _basemap(entry: dict[str, Any]) -> BaseMap:
    plain = {key: value for key, value in entry.items() if key not in {"title", "tiles"}}
    return BaseMap(
        **plain,
        title_zh=entry["title"]["zh"],
        title_en=entry["title"]["en"],
        tiles=tuple(entry["tiles"]),
    )
