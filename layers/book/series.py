"""The series of an atlas: what it has a page for, and what lies there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Any, TypeAlias

import shapely

from geo.arguments import require_one_of
from layers.keeping.answers import kept_answer
from layers.look.symbology import value_label
from layers.plan.area import area, per_plan
from layers.plan.catalogue import as_drawn, load, names_by_id, table
from layers.plan.selection import counted, located, unlocated
from layers.plan.zonings import zoning
from layers.questions.subjects import point_layers, role_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.questions.subjects import Points

# A feature without its shape, by columns.
Row: TypeAlias = "dict[Hashable, Any]"

CATEGORY = "category"


def names() -> tuple[str, ...]:
    """Return what an atlas of the plan can have pages for: its series, and kinds of points.

    Examples
    --------
    >>> names()
    ('circles', 'districts', 'planning_area', 'parks', 'category')
    """
    return (*area().series, CATEGORY)


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What one page is about.

    Parameters
    ----------
    id
        Id of the feature, or the value of the kind.
    name_zh, name_en
        Its names.
    shape
        Area or place in EPSG:4490; None where it has none, or is a kind of points.
    row
        The feature as its layer has it; empty for a kind.
    """

    id: str
    name_zh: str
    name_en: str
    shape: BaseGeometry | None
    row: Row

    def name(self, lang: str) -> str:
        """Return its name in a language, ``"zh"`` or ``"en"``."""
        return self.name_en if lang == "en" else self.name_zh


@kept_answer
def zones(series: str) -> tuple[Subject, ...]:
    """Return the zones of a series in the order of their layer, those without a place too.

    Parameters
    ----------
    series
        One of the plan's. A park is the disc of its assumed radius, a mere point where
        it has none; a district of the neighbourhood is none of the zones.

    Raises
    ------
    InputError
        If there is no such series.

    Examples
    --------
    >>> [zone.name_zh for zone in zones("circles")][:2]
    ['大科城知识创新圈', '科学城前沿创新圈']
    """
    require_one_of(series, area().series, "series", function="zones")
    areas = zoning(series).set_index("id").geometry
    frame = load(series)
    if series == area().land.layer:
        frame = frame[frame["id"].isin(areas.index)]
    return tuple(
        Subject(row["id"], row["name_zh"], row["name_en"], _shape(row, areas), row)
        for row in frame.to_dict("records")
    )


def kinds(points: Points) -> tuple[Subject, ...]:
    """Return the kinds of the chosen points that occur, in the order of the data package.

    Examples
    --------
    >>> from layers.questions.subjects import Points
    >>> [kind.id for kind in kinds(Points("platforms"))][:3]
    ['laboratory', 'facility', 'computing']
    """
    column = points.group
    occurring = set(points.chosen()[column])
    order = points.about.field(column).constraints["enum"]
    return tuple(
        Subject(
            value,
            value_label(column, value, lang="zh"),
            value_label(column, value, lang="en"),
            None,
            {},
        )
        for value in order
        if value in occurring
    )


def inside(layer: str, shape: BaseGeometry | None) -> list[Row]:
    """Return the features of a point layer that lie in an area or at a place, each project once.

    Parameters
    ----------
    layer
        One of :func:`layers.questions.subjects.point_layers`.
    shape
        In EPSG:4490; nothing lies in None.

    Returns
    -------
    list of dict
        Layer, names, evidence, accuracy, host place, kind and investment, as far as the layer has
        them.
    """
    rows, shapes = _placed(layer)
    return [] if shape is None else list(compress(rows, shapely.intersects(shapes, shape).tolist()))


def parts(subject: Subject, lang: str) -> list[str]:
    """Return the names of what a feature is made of, in the plan's order."""
    names = names_by_id(lang=lang)
    return list(dict.fromkeys(names[key] for key in _parts().get(subject.id, ())))


def unplaced(subject: Subject) -> tuple[Row, ...]:
    """Return the features that the text puts in a zone, but without a place.

    They are listed on its page and never drawn.
    """
    return _nowhere().get(subject.id, ())


@kept_answer
def _told(layer: str) -> gpd.GeoDataFrame:
    """Return each feature of a layer once, with the columns that a page tells."""
    frame = counted(as_drawn(layer))
    role = role_of(layer)
    keys = ["id", "name_zh", "name_en", "evidence", "accuracy_m", "within", role.amount, role.group]
    columns = [name for name in keys if name in frame]
    return frame[[*columns, "geometry"]]


@per_plan
def _placed(layer: str) -> tuple[tuple[Row, ...], NDArray[np.object_]]:
    """Return those of a layer that have a place, and these."""
    frame = located(_told(layer))
    return rows_of(frame, layer), frame.geometry.to_numpy()


@per_plan
def _nowhere() -> dict[str, tuple[Row, ...]]:
    """Return the features of all layers that have no place, by what the text puts them in."""
    rows = {
        row["id"]: row
        for layer in point_layers()
        for row in rows_of(unlocated(_told(layer)), layer)
    }
    links = table("memberships").groupby("target_id")["feature_id"]
    ids = {str(target): set(features) for target, features in links}
    return {
        target: tuple(row for key, row in rows.items() if key in own) for target, own in ids.items()
    }


@per_plan
def _parts() -> dict[str, tuple[str, ...]]:
    """Return the ids of what features are made of, by their own."""
    links = table("memberships")
    links = links[links["role"].isin(area().parts)].sort_values("order", kind="stable")
    return {str(target): tuple(ids) for target, ids in links.groupby("target_id")["feature_id"]}


def rows_of(frame: pd.DataFrame, layer: str) -> tuple[Row, ...]:
    """Return features as records that say of which layer they are."""
    told = frame.drop(columns="geometry").assign(layer=layer)
    return tuple(told.to_dict("records"))


def _shape(row: Row, areas: gpd.GeoSeries) -> BaseGeometry | None:
    if row["id"] in areas.index:
        area: BaseGeometry = areas[row["id"]]
        return area
    own: BaseGeometry | None = row["geometry"]
    return None if own is None or own.is_empty else own
