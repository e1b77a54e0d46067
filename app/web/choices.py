"""The controls that several pages share, each with its words in the visitor's language."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import streamlit as st

import layers
from app.texts import both, language, named, text
from app.web import drawn_area, own_data
from app.web.controls import choose, choose_some, current, link_to, not_here, slide, switch
from app.web.frame import details
from app.web.public import is_public
from app.web.visits import owner
from geo.crs import to_metric
from geo.errors import AtlasError
from geo.numerals import listed, number
from layers.keeping.brought import is_own, keep_zones
from layers.look.symbology import amount_words, value_label
from layers.look.told import without_specks
from layers.plan.area import area, per_plan
from layers.plan.positions import CRS
from layers.plan.selection import ENTITY, PLACEABLE, SITE
from layers.plan.zonings import GRID_NAMES, own_zones
from layers.questions.counting import Distribution
from layers.questions.fields import CELL, H3
from layers.questions.subjects import (
    Points,
    Zones,
    has_column,
    point_layers,
    role_of,
    usual_values,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DRAWN = "drawn"
# The tabs of results; a page may have some of them.
RESULT_TABS = ("chart", "table", "classes", "structure", "unlocated")


def layer_title(name: str) -> str:
    """Return the title of a layer, or of points of the visitor's own."""
    if is_own(name):
        return own_data.title_of(name)
    return layers.resource(name).title(language())


def choose_layer(options: Sequence[str], label: str, *, default: str) -> str:
    """Draw the choice of a layer, which all pages share, and return its name."""
    others = (*layers.names(), *own_data.names("points"))
    return choose("layer", label, options, title=layer_title, default=default, others=others)


def value_title(column: str, value: str) -> str:
    """Return the words for a coded value in the visitor's language."""
    return value_label(column, value, lang=language())


def points() -> Points:
    """Draw the choice of a point layer and of its main category; return the points chosen."""
    return main_filter(layer_of(point_layers(), default=area().defaults["density"]["layer"]))


def layer_of(names: Sequence[str], *, default: str) -> Points:
    """Draw the choice of a point layer where there is one; return all of its points.

    Parameters
    ----------
    names
        Layers to choose from; the visitor's own points follow them.
    default
        Layer to start with.
    """
    options = (*names, *own_data.names("points"))
    if len(options) == 1:
        not_here("layer", options, layer_title, [default])
        return Points.usual(default)
    chosen = choose_layer(options, "choose.layer", default=default)
    return Points.usual(measurable(chosen, default, of=lambda name: Points.usual(name).located()))


def filters_of(points: Points) -> tuple[str, ...]:
    """Return the columns that points can be filtered by, the main one first."""
    if is_own(points.layer):
        return (points.group,) if points.about.field(points.group).constraints["enum"] else ()
    return role_of(points.layer).filters


def main_filter(chosen: Points) -> Points:
    """Draw the first filter of the chosen layer; return the points that pass it."""
    for column in filters_of(chosen)[:1]:
        chosen = chosen.filtered(column, values(chosen, column))
    return chosen


def finer(chosen: Points) -> Points:
    """Draw the remaining filters of the chosen layer; return the points that pass them too."""
    for column in filters_of(chosen)[1:]:
        chosen = chosen.filtered(column, values(chosen, column))
    return wider(chosen)


def wider(chosen: Points) -> Points:
    """Draw switches for what a layer is usually not asked about; return the points with it.

    What cannot have a place is chosen as the others are; its switch makes points of what the text
    ties to a zone.
    """
    kept = dict(usual_values(chosen.layer))
    if has_column(chosen.layer, ENTITY):
        kept[ENTITY] = PLACEABLE
    for column, usual in kept.items():
        present = _present(chosen.layer, column)
        others = [value_title(column, each) for each in present if each not in usual]
        label = "choose.as_points" if column == ENTITY else "choose.any"
        if others and switch(f"any_{column}", label, what=listed(others, language())):
            chosen = chosen.filtered(column, present if column == ENTITY else ())
    if has_column(chosen.layer, SITE) and switch("by_site", "choose.by_site"):
        chosen = Points(chosen.layer, by_site=True, **dict(chosen.filters))
    return chosen


def zones(*, default: str, map_key: str) -> Zones:
    """Draw the choice of a zoning; return it with the default size of its cells.

    The zones that the visitor has brought stand after those of the atlas. Until one who wants to
    draw an area has drawn it, the default stands.

    Parameters
    ----------
    default
        Name of the zoning to start with.
    map_key
        Key of the map that zones are drawn on.
    """
    name = choose_zoning(zonings(), "choose.zoning", default=default)
    link_to("own", text("choose.bring"))
    if name == DRAWN:
        st.caption(text("choose.draw"))
        return Zones(_drawn(map_key) or default)
    return Zones(measurable(name, default, of=lambda name: Zones(name).frame()))


def zonings() -> tuple[str, ...]:
    """Return the names of all zonings that a page can be asked about."""
    drawn = () if is_public() else (DRAWN,)
    return (*layers.zoning_names(), *own_data.names("zones"), *drawn)


def choose_zoning(options: Sequence[str], label: str, *, default: str) -> str:
    """Draw the choice of a zoning, which all pages share, and return its name."""
    return choose("zoning", label, options, title=zoning_title, default=default, others=zonings())


def zoning_title(name: str) -> str:
    """Return the title of a zoning, or of zones of the visitor's own."""
    return own_data.title_of(name) if is_own(name) else text(f"zoning.{name}")


def drawing() -> bool:
    """Whether the visitor counts in an area that they draw."""
    return current("zoning") == DRAWN


def measurable(name: str, default: str, *, of: Callable[[str], gpd.GeoDataFrame]) -> str:
    """Return the name of what was chosen, or the default where a visitor's own lies out of reach.

    What lies on another continent is in no metres of this one: the page says so and goes on.

    Parameters
    ----------
    name, default
        Names of a layer or a zoning.
    of
        Returns the features of a name.
    """
    if is_own(name):
        try:
            to_metric(of(name))
        except AtlasError as error:
            _refused(error)
            return default
    return name


def _refused(error: AtlasError) -> None:
    """Say below the controls that something a visitor brought cannot be used, and why."""
    with st.sidebar:  # not where it may be folded
        st.error(text("choose.own_refused"))
        st.caption(error.sentence(language()))
        details(error)


def _drawn(map_key: str) -> str | None:
    """Return the name that the area drawn on a map is kept under, None where none is drawn."""
    try:
        area = drawn_area.follow(map_key)
    except AtlasError as error:
        _refused(error)
        return None
    if area is None:
        return None
    zh, en = both("choose.drawn_area")
    frame = gpd.GeoDataFrame({"name_zh": [zh], "name_en": [en]}, geometry=[area], crs=CRS)
    return keep_zones(own_zones(frame), owner=owner())


def cells(chosen: Zones) -> Zones:
    """Draw the size of the cells where the zoning is a grid; return the zoning with it."""
    if chosen.name == "h3":
        resolution = slide("h3", "choose.h3", Distribution, H3)
        return replace(chosen, h3_resolution=resolution)
    if chosen.name in GRID_NAMES:
        cell_m = slide("cell_m", "choose.cell_m", Distribution, CELL)
        return replace(chosen, cell_m=cell_m)
    return chosen


def values(points: Points, column: str, *, key: str | None = None) -> tuple[str, ...]:
    """Draw the choice of values of a column; none means all."""
    own = is_own(points.layer)
    return tuple(
        choose_some(
            key or column,
            f"choose.{column}",
            points.about.field(column).constraints["enum"]
            if own
            else _present(points.layer, column),
            title=lambda value: value_title(column, value),
            others=[
                value
                for layer in point_layers()
                if has_column(layer, column)
                for value in _present(layer, column)
            ],
        )
    )


@per_plan
def _present(layer: str, column: str) -> list[str]:
    """Return the values of a column that occur, in the order of the data package."""
    order = layers.resource(layer).field(column).constraints["enum"]
    occurring = set(layers.load(layer)[column])
    return [value for value in order if value in occurring]


def described(points: Points, bandwidth_m: float) -> str:
    """Return which points a map of a comparison shows, and with what bandwidth."""
    kinds = [
        value_title(column, value)
        for column in filters_of(points)[:1]
        for value in points.values(column)
    ]
    return text(
        "density.described",
        points=listed(kinds, language()) or layer_title(points.layer),
        bandwidth=number(bandwidth_m, digits=0),
    )


def about(key: str, points: Points, **values: object) -> str:
    """Return a text of the interface with what the points and their kinds are called in it."""
    return text(key, **points.nouns(language()), **values)


def zone_name(zones: gpd.GeoDataFrame, zone: str) -> str:
    """Return a zone's name in the visitor's language."""
    row = zones.set_index("id").loc[zone]
    return named(row["name_zh"], row["name_en"])


def file_stem(name: str) -> str:
    """Return what a layer or zoning is called in the name of a file."""
    return own_data.title_of(name) if is_own(name) else name


def zone_table(zones: gpd.GeoDataFrame, value: str) -> pd.DataFrame:
    """Return ``id``, ``name`` and ``value`` of each zone for a chart, with its interval if any."""
    names = zones[f"name_{language()}"]
    columns = {"id": zones["id"], "name": names, "value": without_specks(zones[value])}
    for end in ("low", "high"):
        if f"{value}_{end}" in zones.columns:
            columns[end] = zones[f"{value}_{end}"]
    return pd.DataFrame(columns)


def weighted(points: Points) -> bool:
    """Draw the switch that weights points by their amounts, where they have any."""
    if points.amount is None:
        return False
    if not points.is_plans_amount(None):
        return switch("weighted", "choose.weighted.own", amount=points.amount_noun(language()))
    return switch("weighted", "choose.weighted")


def amount_of(points: Points, value: float) -> str:
    """Return an amount of points in a sentence, with its unit; that of an own column is unknown."""
    unit = "" if is_own(points.layer) else points.about.field(points.amount or "").unit
    return amount_words(value, unit, lang=language())


def weight_words(key: str, points: Points) -> str:
    """Return words about the weight of points: of other amounts than the plan's their name."""
    if points.is_plans_amount(None):
        return text(key)
    return text(f"{key}.own", amount=points.amount_noun(language()))
