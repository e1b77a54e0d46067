"""The layers of the atlas and how they look.

>>> import layers
>>> platforms = layers.load("platforms")  # a GeoDataFrame in EPSG:4490
>>> "circles" in layers.names()
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from layers.catalogue import Description, describe, load, members, names, names_by_id
    from layers.document import map_document
    from layers.layout import area_balance
    from layers.outputs import print_map, snapshot
    from layers.overlays import Choropleth, Features, Isolines, Overlay, Points, Surface
    from layers.schema import Field, Resource, resource
    from layers.selection import counted, located, select, unlocated
    from layers.specification import MapSpec, read_spec
    from layers.webmap import web_map
    from layers.zonings import ZONING_NAMES, own_zones, zoning

# Loaded when first used, so that `import layers` costs nothing.
_HOMES = {
    "Choropleth": "overlays",
    "Description": "catalogue",
    "Features": "overlays",
    "Field": "schema",
    "Isolines": "overlays",
    "MapSpec": "specification",
    "Overlay": "overlays",
    "Points": "overlays",
    "Resource": "schema",
    "Surface": "overlays",
    "ZONING_NAMES": "zonings",
    "area_balance": "layout",
    "counted": "selection",
    "describe": "catalogue",
    "load": "catalogue",
    "located": "selection",
    "map_document": "document",
    "members": "catalogue",
    "names": "catalogue",
    "names_by_id": "catalogue",
    "own_zones": "zonings",
    "print_map": "outputs",
    "read_spec": "specification",
    "resource": "schema",
    "select": "selection",
    "snapshot": "outputs",
    "unlocated": "selection",
    "web_map": "webmap",
    "zoning": "zonings",
}

__all__ = [
    "ZONING_NAMES",
    "Choropleth",
    "Description",
    "Features",
    "Field",
    "Isolines",
    "MapSpec",
    "Overlay",
    "Points",
    "Resource",
    "Surface",
    "area_balance",
    "counted",
    "describe",
    "load",
    "located",
    "map_document",
    "members",
    "names",
    "names_by_id",
    "own_zones",
    "print_map",
    "read_spec",
    "resource",
    "select",
    "snapshot",
    "unlocated",
    "web_map",
    "zoning",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module attribute may be anything
    if name not in _HOMES:
        raise AttributeError(f"module 'layers' has no attribute {name!r}")
    value = getattr(import_module(f"layers.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
