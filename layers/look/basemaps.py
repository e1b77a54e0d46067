"""Base maps: the built-in vector one, and tile services each with its datum and attribution."""

from __future__ import annotations

import os
from typing import Any

from geo.arguments import require_one_of
from layers.look.declared import declared
from layers.look.tiling import BaseMap
from layers.plan.area import per_folder
from layers.plan.schema import registry

# The one that is drawn from the layers and needs no host.
VECTOR = "vector"


def basemaps() -> dict[str, BaseMap]:
    """Return every base map by name, those that are declared beside the data last.

    Raises
    ------
    DataError
        If the file of those is damaged.

    Examples
    --------
    >>> basemaps()["amap"].datum
    'gcj02'
    """
    return {**_common(), **declared(frozenset(_common()))}


@per_folder
def _common() -> dict[str, BaseMap]:
    entries = registry("basemaps.json")["basemaps"]
    return {entry["name"]: _basemap(entry) for entry in entries}


def basemap(name: str) -> BaseMap:
    """Return one base map.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    known = basemaps()
    require_one_of(name, known, "base map", function="basemap")
    return known[name]


def key_of(name: str) -> str | None:
    """Return the key of a base map from the environment, None where none is set or needed.

    The key is for a running page only; it is never written into a document or a file.
    """
    return _key(basemap(name))


def declared_keys() -> dict[str, str]:
    """Return the keys of declared base maps, for a running page only."""
    keys = {name: _key(base) for name, base in basemaps().items() if base.declared}
    return {name: key for name, key in keys.items() if key}


def _key(base: BaseMap) -> str | None:
    return os.environ.get(base.key_variable) or None if base.key_variable else None


def _basemap(entry: dict[str, Any]) -> BaseMap:
    plain = {key: value for key, value in entry.items() if key not in {"title", "tiles"}}
    return BaseMap(
        **plain,
        title_zh=entry["title"]["zh"],
        title_en=entry["title"]["en"],
        tiles=tuple(entry["tiles"]),
    )
