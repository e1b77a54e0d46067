"""The controls that several pages share, each with its words in the visitor's language."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

import layers
from app import questions
from app.controls import choose, choose_some, slide
from app.texts import language, named, text
from layers.symbology import value_label

if TYPE_CHECKING:
    import geopandas as gpd

FILTERS_OF = {
    "platforms": ("category", "level"),
    "parks": ("level",),
    "projects": ("sector",),
}


def layer_title(name: str) -> str:
    """Return a layer's title in the visitor's language."""
    return layers.resource(name).title(language())


def value_title(column: str, value: str) -> str:
    """Return the words for a coded value in the visitor's language."""
    return value_label(column, value, lang=language())


def points() -> questions.Points:
    """Draw the choice of a point layer and of its main category; return the points chosen."""
    layer = choose(
        "layer",
        "choose.layer",
        questions.POINT_LAYERS,
        title=layer_title,
        default="platforms",
    )
    return main_filter(questions.Points(layer))


def main_filter(chosen: questions.Points) -> questions.Points:
    """Draw the first filter of the chosen layer; return the points that pass it."""
    column = FILTERS_OF[chosen.layer][0]
    return chosen.filtered(column, _values(chosen.layer, column))


def finer(chosen: questions.Points) -> questions.Points:
    """Draw the remaining filters of the chosen layer; return the points that pass them too."""
    for column in FILTERS_OF[chosen.layer][1:]:
        chosen = chosen.filtered(column, _values(chosen.layer, column))
    return chosen


def zoning(*, default: str) -> str:
    """Draw the choice of a zoning."""
    return choose(
        "zoning",
        "choose.zoning",
        layers.ZONING_NAMES,
        title=lambda name: text(f"zoning.{name}"),
        default=default,
    )


def hexagon_m(zoning_name: str) -> int:
    """Draw the width of a hexagon where the zoning has hexagons; return it."""
    if zoning_name != "hexagons":
        return questions.HEXAGON_M
    return slide(
        "hexagon",
        "choose.hexagon_m",
        low=2000,
        high=20000,
        step=500,
        default=questions.HEXAGON_M,
    )


def _values(layer: str, column: str) -> tuple[str, ...]:
    return tuple(
        choose_some(
            column,
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
    """Return ``id``, ``name`` in the visitor's language and ``value`` of each zone, for a chart."""
    name = zones[f"name_{language()}"]
    return pd.DataFrame({"id": zones["id"], "name": name, "value": zones[value]})


def sector_table(
    projects: questions.Points, zones: gpd.GeoDataFrame, *, zoning: str, hexagon_m: float
) -> pd.DataFrame:
    """Return the projects per zone and sector for a stacked chart."""
    counts = questions.sectors_by_zone(projects, zoning=zoning, hexagon_m=hexagon_m)
    names = zone_table(zones, "count").set_index("id")["name"]
    return pd.DataFrame(
        {
            "id": counts["id"],
            "name": counts["id"].map(names),
            "sector": [value_title("sector", code) for code in counts["sector"]],
            "value": counts["count"],
        }
    )
