"""Questions about the middle: where points are centred, and how they scatter around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import geo
from geo.errors import InputError
from layers.keeping.answers import kept_answer
from layers.look.symbology import value_label
from layers.plan.area import area
from layers.plan.catalogue import load
from layers.plan.selection import located
from layers.questions.patterns import lacking, places_of
from layers.words import both

if TYPE_CHECKING:
    from layers.questions.patterns import Refusal
    from layers.questions.subjects import Points

ALL = "all"
GROUPINGS = ("category", "level", "sector")
# An ellipse around fewer points is mostly chance, and around fewer places there is none.
ELLIPSE_POINTS, FEWEST_PLACES = 10, 3


@dataclass(frozen=True, slots=True)
class Centres:
    """Where the points of each group have their middle, and how they scatter around it.

    Parameters
    ----------
    points
        The points asked about.
    by
        Column that makes the groups.
    weight
        Column that weights each point; points that do not state it are left out.
    """

    points: Points
    by: str
    weight: str | None = None


@kept_answer
def refusal(asked: Centres) -> Refusal | None:
    """Return why there is no centre, None where there is one."""
    return lacking(asked.points, asked.weight)


@kept_answer
def centres(asked: Centres) -> gpd.GeoDataFrame:
    """Return the mean and the median centre of each group, and those of all points.

    ``from_all_km`` and ``bearing_deg`` (clockwise from north) lead from the mean centre of all
    points to each centre.

    Raises
    ------
    InputError
        If the layer has no such column to group by.
    """
    points = _weighted(asked)
    parts = [geo.centres(points, weights=asked.weight)]
    if len(points[asked.by].unique()) > 1:
        parts.append(geo.centres(points, by=asked.by, weights=asked.weight))
    found = pd.concat(parts, ignore_index=True)
    metric = geo.to_metric(found).geometry
    east, north = metric.x - metric.x.iloc[0], metric.y - metric.y.iloc[0]
    return found.assign(
        from_all_km=np.hypot(east, north) / 1000.0,
        bearing_deg=np.degrees(np.arctan2(east, north)) % 360.0,
    )


@kept_answer
def ellipses(asked: Centres) -> gpd.GeoDataFrame | None:
    """Return the standard deviational ellipse of all points and of each group that has one.

    A group of few points has none; None where all points together have fewer than three places.
    """
    points = _weighted(asked)
    if places_of(points) < FEWEST_PLACES:
        return None
    parts = [geo.deviational_ellipses(points, weights=asked.weight)]
    groups = points.groupby(asked.by)
    enough = groups[asked.by].transform("size") >= ELLIPSE_POINTS
    enough &= points.geometry.to_wkb().groupby(points[asked.by]).transform("nunique") >= (
        FEWEST_PLACES
    )
    if enough.any() and groups.ngroups > 1:
        parts.append(geo.deviational_ellipses(points[enough], by=asked.by, weights=asked.weight))
    return pd.concat(parts, ignore_index=True)


def group_name(by: str, group: str) -> tuple[str, str]:
    """Return the Chinese and English name of a group of points, or of all of them."""
    if group == ALL:
        return both("pattern.all")
    return value_label(by, group, lang="zh"), value_label(by, group, lang="en")


def _weighted(asked: Centres) -> gpd.GeoDataFrame:
    located, stated = asked.points.located(), asked.points.stated(asked.weight)
    if asked.by not in located.columns:
        known = [column for column in GROUPINGS if column in located.columns]
        raise InputError(
            f"centres: layer {asked.points.layer!r} has no column {asked.by!r} that makes groups; "
            f"choose from {', '.join(known)}",
            code="option.column",
            column=str(asked.by),
            columns=known,
        )
    return located if stated is None else located[stated > 0]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a centre is, in names that a planner knows.

    Parameters
    ----------
    district
        Chinese and English name of the district; None outside all of them.
    near
        Chinese and English name of the nearest node of the plan.
    near_km
        How far that is.
    """

    district: tuple[str, str] | None
    near: tuple[str, str] | None
    near_km: float


def whereabouts(place: shapely.Point) -> Whereabouts:
    """Return the names around a place in EPSG:4490."""
    districts = load(area().land.layer)
    holding = districts[districts.geometry.intersects(place)]
    near = area().naming.near
    if not near:
        return Whereabouts(district=_named(holding), near=None, near_km=float("nan"))
    nodes = located(load(near))
    spot = geo.to_metric(gpd.GeoSeries([place], crs=nodes.crs)).iloc[0]
    distance = shapely.distance(geo.to_metric(nodes).geometry.to_numpy(), spot)
    node = nodes.iloc[int(distance.argmin())]
    return Whereabouts(
        district=_named(holding),
        near=(node["name_zh"], node["name_en"]),
        near_km=float(distance.min()) / 1000.0,
    )


def _named(units: gpd.GeoDataFrame) -> tuple[str, str] | None:
    return None if units.empty else (units.iloc[0]["name_zh"], units.iloc[0]["name_en"])
