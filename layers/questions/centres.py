"""Where the middle is: where points are centred, and how they scatter around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import geo
from geo.crs import moved
from geo.errors import InputError
from geo.numerals import number
from layers.keeping.answers import kept_answer
from layers.plan.area import area, map_crs
from layers.plan.catalogue import load
from layers.plan.selection import located
from layers.questions import centre_maps, point_reading
from layers.questions.cluster_reading import in_language
from layers.questions.fields import Field, group_columns
from layers.questions.kinds import register
from layers.questions.pattern_kind import PatternKind
from layers.questions.refusals import Refusal, lacking, places_of
from layers.questions.subjects import Points
from layers.type.tables import Table
from layers.words import say

if TYPE_CHECKING:
    from layers.look.content import Content

# An ellipse around fewer points is mostly chance, and around fewer places there is none.
ELLIPSE_POINTS, FEWEST_PLACES = 10, 3
# Groups whose centre has a sentence of its own, and how many points such a group has at least.
GROUPS_TOLD, FEWEST_TOLD = 2, 3


@register
@dataclass(frozen=True, slots=True)
class Centres(PatternKind):
    """Where the points of each group have their middle, and how they scatter around it.

    Parameters
    ----------
    points
        The points asked about.
    by
        Column that makes the groups; that of the layer where it is empty.
    weight
        Column that weights each point; points that do not state it are left out.
    """

    LOOK: ClassVar[str] = "centres"
    COMMAND: ClassVar[str] = "centres"

    points: Points
    by: Annotated[str, Field(choices=group_columns)] = ""
    weight: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "by", self.by or self.points.group)

    @property
    def groups(self) -> Centres:
        """What the centres depend on."""
        return Centres(self.points, self.by, self.weight)

    def rings(self) -> gpd.GeoDataFrame | None:
        """Return the ellipses, None where there is none."""
        return ellipses(self.groups)

    def refusal(self) -> Refusal | None:
        """Return why there is no centre, None where there is one."""
        return lacking(self.points, self.weight)

    def answer(self) -> gpd.GeoDataFrame:
        """Return the mean and the median centre of each group, and those of all points."""
        return centres(self.groups)

    def content(self, lang: str) -> Content:
        """Return the centres and the ellipses of all points and of each group."""
        return centre_maps.content(self.points, self.by, centres(self.groups), self.rings(), lang)

    def told(self, lang: str) -> list[str]:
        """Return where the middle is, and how far from it those of groups are."""
        return _told(self, lang)

    def table(self, lang: str) -> Table | None:
        """Return how far the mean centre of each group lies from that of all, and which way."""
        return _table(self, lang)


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
    table = pd.concat(parts, ignore_index=True)
    metric = geo.to_metric(table).geometry
    east, north = metric.x - metric.x.iloc[0], metric.y - metric.y.iloc[0]
    return table.assign(
        from_all_km=np.hypot(east, north) / 1000.0,
        bearing_deg=np.degrees(np.arctan2(east, north)) % 360.0,
    )


@kept_answer
def ellipses(asked: Centres, *, deviations: float = 1.0) -> gpd.GeoDataFrame | None:
    """Return the standard deviational ellipse of all points and of each group that has one.

    A group of few points has none; None where all points together have fewer than three places.
    """
    points = _weighted(asked)
    if places_of(points) < FEWEST_PLACES:
        return None
    parts = [geo.deviational_ellipses(points, weights=asked.weight, deviations=deviations)]
    groups = points.groupby(asked.by)
    enough = groups[asked.by].transform("size") >= ELLIPSE_POINTS
    enough &= points.geometry.to_wkb().groupby(points[asked.by]).transform("nunique") >= (
        FEWEST_PLACES
    )
    if enough.any() and groups.ngroups > 1:
        parts.append(
            geo.deviational_ellipses(
                points[enough], by=asked.by, weights=asked.weight, deviations=deviations
            )
        )
    return pd.concat(parts, ignore_index=True)


def _weighted(asked: Centres) -> gpd.GeoDataFrame:
    located, stated = asked.points.located(), asked.points.stated(asked.weight)
    if asked.by not in located.columns:
        known = [column for column in group_columns() if column in located.columns]
        raise InputError(
            f"centres: layer {asked.points.layer!r} has no column {asked.by!r} that makes groups; "
            f"choose from {', '.join(known)}",
            code="option.column",
            column=str(asked.by),
            columns=known,
        )
    return located if stated is None else located[stated > 0]


def whereabouts(place: shapely.Point) -> point_reading.Whereabouts:
    """Return the names around a place in EPSG:4490."""
    districts = load(area().land.layer)
    holding = districts[districts.geometry.intersects(place)]
    near = area().naming.near
    if not near:
        return point_reading.Whereabouts(district=_named(holding), near=None, near_km=float("nan"))
    nodes = located(load(near))
    spot = moved(gpd.GeoSeries([place], crs=nodes.crs), map_crs()).iloc[0]
    distance = shapely.distance(moved(nodes, map_crs()).geometry.to_numpy(), spot)
    node = nodes.iloc[int(distance.argmin())]
    return point_reading.Whereabouts(
        district=_named(holding),
        near=(node["name_zh"], node["name_en"]),
        near_km=float(distance.min()) / 1000.0,
    )


def _named(units: gpd.GeoDataFrame) -> tuple[str, str] | None:
    return None if units.empty else (units.iloc[0]["name_zh"], units.iloc[0]["name_en"])


def _told(asked: Centres, lang: str) -> list[str]:
    table, rings = centres(asked.groups), asked.rings()
    names = {
        group: in_language(centre_maps.group_name(asked.by, group), lang)
        for group in table["category"]
    }
    noun, (mean, median) = asked.points.noun(lang), (table.iloc[0], table.iloc[1])
    place = whereabouts(mean.geometry)
    sentences = [point_reading.centre_of_all(noun, place, mean, median, lang=lang)]
    if rings is not None:
        sentences.append(point_reading.ellipse(noun, rings.iloc[0], lang=lang))
    groups = table[(table["kind"] == "mean") & (table["n"] >= FEWEST_TOLD)].iloc[1:]
    furthest = groups.sort_values("from_all_km", ascending=False).head(GROUPS_TOLD)
    sentences += [
        point_reading.centre_of_group(
            names[row["category"]], whereabouts(row.geometry), row, lang=lang
        )
        for _, row in furthest.iterrows()
    ]
    ringed = set() if rings is None else set(rings["category"])
    bare = [name for group, name in names.items() if group not in ringed]
    if bare:
        fewest = ELLIPSE_POINTS
        sentences.append(point_reading.without_ellipse(bare, fewest=fewest, lang=lang))
    return sentences


def _table(asked: Centres, lang: str) -> Table | None:
    """Return how far the mean centre of each group lies from that of all, and in which way."""
    table = centres(asked.groups)
    mean = table[table["kind"] == "mean"].iloc[1:]
    rows = [
        (
            in_language(centre_maps.group_name(asked.by, row["category"]), lang),
            number(row["n"]),
            number(row["from_all_km"], digits=1),
            point_reading.bearing(row["bearing_deg"], lang=lang),
        )
        for _, row in mean.sort_values("from_all_km", ascending=False).iterrows()
    ]
    header = tuple(
        say(f"pattern.column.{column}", lang) for column in ("group", "n", "from_all_km", "towards")
    )
    return Table(header, tuple(rows), numeric=(1, 2)) if rows else None
