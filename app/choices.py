"""The controls that several pages share, each with its words in the visitor's language."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import geopandas as gpd
import pandas as pd
import streamlit as st

import layers
from app.controls import choose, choose_some, current, slide
from app.map_view import drawn
from app.texts import both, language, named, text
from geo.errors import AtlasError
from geo.exchange.intake import read_vector
from layers.kept import keep_zones
from layers.positions import CRS
from layers.subjects import CELL_M, H3_RESOLUTION, POINT_LAYERS, Points, Zones
from layers.symbology import value_label
from layers.words import number
from layers.zonings import GRID_NAMES, own_zones

FILTERS_OF = {
    "platforms": ("category", "level"),
    "parks": ("level",),
    "projects": ("sector",),
}
UPLOADED, DRAWN = "uploaded", "drawn"
VECTOR_TYPES = ["geojson", "json", "gpkg", "kml", "zip", "csv"]
H3_COARSEST, H3_FINEST = 5, 9


def layer_title(name: str) -> str:
    """Return a layer's title in the visitor's language."""
    return layers.resource(name).title(language())


def value_title(column: str, value: str) -> str:
    """Return the words for a coded value in the visitor's language."""
    return value_label(column, value, lang=language())


def points() -> Points:
    """Draw the choice of a point layer and of its main category; return the points chosen."""
    layer = choose(
        "layer",
        "choose.layer",
        POINT_LAYERS,
        title=layer_title,
        default="platforms",
    )
    return main_filter(Points(layer))


def main_filter(chosen: Points) -> Points:
    """Draw the first filter of the chosen layer; return the points that pass it."""
    column = FILTERS_OF[chosen.layer][0]
    return chosen.filtered(column, values(chosen.layer, column))


def finer(chosen: Points) -> Points:
    """Draw the remaining filters of the chosen layer; return the points that pass them too."""
    for column in FILTERS_OF[chosen.layer][1:]:
        chosen = chosen.filtered(column, values(chosen.layer, column))
    return chosen


def zones(*, default: str, map_key: str) -> Zones:
    """Draw the choice of a zoning; return it with the default size of its cells.

    Until a visitor who wants zones of their own has brought or drawn them, the default stands.

    Parameters
    ----------
    default
        Name of the zoning to start with.
    map_key
        Key of the map that zones are drawn on.
    """
    name = choose(
        "zoning",
        "choose.zoning",
        (*layers.ZONING_NAMES, UPLOADED, DRAWN),
        title=lambda name: text(f"zoning.{name}"),
        default=default,
    )
    if name == UPLOADED:
        return Zones(_uploaded() or default)
    if name == DRAWN:
        st.caption(text("choose.draw"))
        return Zones(_drawn(map_key) or default)
    return Zones(name)


def drawing() -> bool:
    """Whether the visitor counts in an area that they draw."""
    return current("zoning") == DRAWN


def _refused(error: AtlasError) -> None:
    """Say beside the controls that something a visitor brought cannot be used, and why."""
    st.error(text("choose.own_refused"))
    st.caption(str(error))


def _drawn(map_key: str) -> str | None:
    """Return the name that the area drawn on a map is kept under, None where none is drawn."""
    try:
        area = drawn(st.session_state.get(map_key))
    except AtlasError as error:
        _refused(error)
        return None
    if area is None:
        return None
    zh, en = both("choose.drawn_area")
    frame = gpd.GeoDataFrame({"name_zh": [zh], "name_en": [en]}, geometry=[area], crs=CRS)
    return keep_zones(own_zones(frame))


def _uploaded() -> str | None:
    """Draw the place to drop a file with zones; return the name that they are kept under."""
    file = st.file_uploader(text("choose.upload"), type=VECTOR_TYPES)
    if file is None:
        kept: str | None = st.session_state.get("own_zones")
        return kept
    try:
        name = keep_zones(own_zones(read_vector(file.getvalue(), file.name)))
    except AtlasError as error:
        _refused(error)
        return None
    st.session_state["own_zones"] = name
    return name


def cells(chosen: Zones) -> Zones:
    """Draw the size of the cells where the zoning is a grid; return the zoning with it."""
    if chosen.name == "h3":
        resolution = slide(
            "h3", "choose.h3", low=H3_COARSEST, high=H3_FINEST, step=1, default=H3_RESOLUTION
        )
        return replace(chosen, h3_resolution=resolution)
    if chosen.name in GRID_NAMES:
        cell_m = slide("cell_m", "choose.cell_m", low=2000, high=20000, step=500, default=CELL_M)
        return replace(chosen, cell_m=cell_m)
    return chosen


def values(layer: str, column: str, *, key: str | None = None) -> tuple[str, ...]:
    """Draw the choice of values of a column; none means all."""
    return tuple(
        choose_some(
            key or column,
            f"choose.{column}",
            _present(layer, column),
            title=lambda value: value_title(column, value),
        )
    )


@cache
def _present(layer: str, column: str) -> list[str]:
    """Return the values of a column that occur, in the order of the data package."""
    order = layers.resource(layer).field(column).constraints["enum"]
    found = set(layers.load(layer)[column])
    return [value for value in order if value in found]


def described(points: Points, bandwidth_m: float) -> str:
    """Return which points a map of a comparison shows, and with what bandwidth."""
    column = FILTERS_OF[points.layer][0]
    kinds = [value_title(column, value) for value in getattr(points, column)]
    return text(
        "density.described",
        points=text("separator").join(kinds) or layer_title(points.layer),
        bandwidth=number(bandwidth_m, digits=0),
    )


def zone_name(zones: gpd.GeoDataFrame, zone: str) -> str:
    """Return a zone's name in the visitor's language."""
    row = zones.set_index("id").loc[zone]
    return named(row["name_zh"], row["name_en"])


def in_zone(points: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, zone: str) -> list[str]:
    """Return the names of the points that lie in a zone."""
    area = zones.set_index("id").geometry[zone]
    inside = points[points.intersects(area)]
    names: list[str] = inside[f"name_{language()}"].tolist()
    return names


def zone_table(zones: gpd.GeoDataFrame, value: str) -> pd.DataFrame:
    """Return ``id``, ``name`` and ``value`` of each zone for a chart, with its interval if any."""
    shown = {"id": zones["id"], "name": zones[f"name_{language()}"], "value": zones[value]}
    for end in ("low", "high"):
        if f"{value}_{end}" in zones.columns:
            shown[end] = zones[f"{value}_{end}"]
    return pd.DataFrame(shown)
