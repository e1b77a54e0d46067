"""The layers of the atlas: their names, their data and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arguments import brief, is_one_of
from geo.crs import geodesic_area_km2
from geo.doors import door
from geo.errors import InputError
from layers.plan import rules
from layers.plan.data_files import features_of, table_of
from layers.plan.positions import CRS, Gazetteer, Place, locate, zone_place
from layers.plan.schema import resource, resources, typed

if TYPE_CHECKING:
    from collections.abc import Callable

POINT_LAYERS = ("planning_area", "parks", "nodes", "platforms", "projects")
# Who shapes a city: its campuses and bases, or its boards.
CITY_ROLES = ("core", "board")


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a layer as a whole.

    Parameters
    ----------
    name, title_zh, title_en, text_zh, text_en
        How to call it and what it holds.
    rows
        Number of features or table rows.
    evidence
        Number of features per evidence class; empty for a table.
    sources
        Rows of the layer ``sources`` that it draws on: id, name, licence, attribution.
    units
        Unit per column.
    """

    name: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    rows: int
    evidence: dict[str, int]
    sources: tuple[dict[str, str], ...]
    units: dict[str, str]


@door
def names() -> list[str]:
    """Return the names of all layers, in the order of the data package.

    Examples
    --------
    >>> "platforms" in names()
    True
    """
    return list(resources())


@door
def load(name: str) -> gpd.GeoDataFrame | pd.DataFrame:
    """Return a layer, validated.

    Parameters
    ----------
    name
        One of :func:`names`.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        Features in EPSG:4490 (CGCS2000, lon/lat); a DataFrame for a table. Unlocated features
        are in it, with geometry None. ``frame.attrs["units"]`` gives the unit per column. The
        frame is the caller's own: changing it changes nothing else.

    Raises
    ------
    LayerError
        If there is no layer of that name.
    DataError
        If the layer's file is damaged or breaks its schema.

    Examples
    --------
    >>> platforms = load("platforms")
    >>> platforms.crs.to_string(), platforms["id"].is_unique
    ('EPSG:4490', True)
    """
    resource(name)
    return _loaded(name).copy()


@door
def describe(name: str) -> Description:
    """Return source, licence, units and counts per evidence class of a layer.

    Examples
    --------
    >>> describe("cities").evidence
    {'schematic': 2}
    """
    description = resource(name)
    frame = _loaded(name)
    sources = _loaded("sources").set_index("id")
    cited = frame["source_id"].dropna().unique() if "source_id" in frame else []
    used = [key for key in sources.index if key in {*description.sources, *cited}]
    columns = ["name_zh", "name_en", "publisher", "date", "licence", "attribution"]
    return Description(
        name=name,
        title_zh=description.title_zh,
        title_en=description.title_en,
        text_zh=description.description_zh,
        text_en=description.description_en,
        rows=len(frame),
        evidence=(
            {str(key): int(n) for key, n in frame["evidence"].value_counts().items()}
            if "evidence" in frame
            else {}
        ),
        sources=tuple(
            {"id": key, **sources.loc[key, columns].fillna("").astype(str).to_dict()}
            for key in used
        ),
        units=description.units,
    )


@door
def members(target_id: str, *roles: str) -> gpd.GeoDataFrame:
    """Return the located members of a city, axis, circle or park, in the plan's order.

    Parameters
    ----------
    target_id
        Id of what they belong to.
    roles
        Keep these roles only; all when none is given.

    Returns
    -------
    geopandas.GeoDataFrame
        ``id``, ``name_zh``, ``role``, ``order``, ``accuracy_m``, ``radius_m`` and points in
        EPSG:4490; a member without a place is left out.
    """
    if not all(isinstance(text, str) for text in (target_id, *roles)):
        raise InputError(
            f"members: target_id is {brief(target_id)}. Pass the id of a feature.",
            code="caller.argument",
            function="members",
        )
    links = _loaded("memberships")
    links = links[links["target_id"] == target_id]
    if roles:
        links = links[links["role"].isin(roles)]
    gazetteer = _gazetteer()
    own = [not gazetteer.rests_on(key, target_id) for key in links["feature_id"]]
    links = links[np.array(own, dtype=bool)]
    links = links.sort_values("order", kind="stable", na_position="last")
    links = links.drop_duplicates("feature_id")
    titles = names_by_id()
    rows: list[dict[str, Any]] = []
    for link in links.to_dict("records"):
        place = gazetteer.place(link["feature_id"])
        if place is None:
            continue
        rows.append(
            {
                "id": link["feature_id"],
                "name_zh": titles[link["feature_id"]],
                "role": link["role"],
                "order": link["order"],
                "accuracy_m": place.accuracy_m,
                "radius_m": place.radius_m,
                "geometry": shapely.Point(place.lon, place.lat),
            }
        )
    columns = ["id", "name_zh", "role", "order", "accuracy_m", "radius_m", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=CRS)


@cache
def _loaded(name: str) -> gpd.GeoDataFrame | pd.DataFrame:
    description = resource(name)
    frame = _read(name)
    if name in _BUILDERS:
        frame = _BUILDERS[name](frame)
    elif name in POINT_LAYERS:
        frame = locate(frame, _gazetteer())
    frame.attrs = {"name": name, "title": description.title_zh, "units": description.units}
    return frame


@cache
def _read(name: str) -> gpd.GeoDataFrame | pd.DataFrame:
    """Return a layer's file, typed and checked, before any place or rule is applied."""
    description = resource(name)
    if description.path.suffix == ".csv":
        return typed(table_of(description.path), description).reset_index(drop=True)
    properties, shapes = features_of(description.path)
    frame = typed(properties, description).reset_index(drop=True)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS)


@cache
def _gazetteer() -> Gazetteer:
    cities = _read("cities")
    return Gazetteer(
        [_read(name) for name in POINT_LAYERS],
        {key: _city_place(key) for key in cities["id"]},
    )


def _city_place(city_id: str) -> Callable[[], Place | None]:
    def place() -> Place | None:
        cities = _loaded("cities").set_index("id")
        return zone_place(
            cities.geometry[city_id],
            area_km2=float(geodesic_area_km2(cities.geometry)[city_id]),
            accuracy_m=float(cities["accuracy_m"][city_id]),
        )

    return place


@door
def names_by_id(*, lang: str = "zh") -> dict[str, str]:
    """Return the name of every feature and table row of the atlas, by its id.

    Examples
    --------
    >>> names_by_id()["circle-gaoxin"]
    '高新区技术创新圈'
    """
    if not is_one_of(lang, ("zh", "en")):
        raise InputError(
            f"names_by_id: lang is {brief(lang)}. Allowed are 'zh' and 'en'.",
            code="option.one_of",
            value=brief(lang),
            names=("zh", "en"),
        )
    return _titles(lang)


@cache
def _titles(lang: str) -> dict[str, str]:
    titles: dict[str, str] = {}
    for name in names():
        frame = _read(name)
        if f"name_{lang}" in frame:
            titles |= dict(zip(frame["id"], frame[f"name_{lang}"], strict=True))
    return titles


def _with_rules(frame: pd.DataFrame, members_of: dict[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Build the geometry of every row that has a rule."""
    roads = _loaded("roads").set_index("id", drop=False)
    shapes = []
    for row in frame.to_dict("records"):
        followed = row.get("roads")
        shapes.append(
            rules.build(
                row["rule"],
                members=members_of.get(row["id"]),
                roads=roads.loc[followed.split("|")] if isinstance(followed, str) else None,
                districts=_loaded("districts"),
            )
        )
    return gpd.GeoDataFrame(
        frame.assign(accuracy_m=[shape.accuracy_m for shape in shapes]),
        geometry=[shape.geometry for shape in shapes],
        crs=CRS,
    )


def _extents(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give a member that is a city the city's own shape in place of its centre."""
    same = _read("nodes").set_index("id")["same_as"]
    cities = _loaded("cities").set_index("id").geometry
    of_member = frame["id"].map(same).map(cities)
    shapes = [
        own if city is None else city
        for own, city in zip(frame.geometry, of_member.where(of_member.notna(), None), strict=True)
    ]
    return frame.set_geometry(shapes, crs=CRS)


def _planning_area(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    built = frame["rule"].notna()
    parts = [_with_rules(frame[built], {}), locate(frame[~built], _gazetteer())]
    return gpd.GeoDataFrame(pd.concat(parts).sort_index(), geometry="geometry", crs=CRS)


_BUILDERS: dict[str, Callable[[pd.DataFrame], gpd.GeoDataFrame]] = {
    "cities": lambda frame: _with_rules(
        frame, {key: members(key, *CITY_ROLES) for key in frame["id"]}
    ),
    "axes": lambda frame: _with_rules(frame, {key: members(key, "node") for key in frame["id"]}),
    "circles": lambda frame: _with_rules(
        frame, {key: _extents(members(key, "core")) for key in frame["id"]}
    ),
    "planning_area": _planning_area,
}
