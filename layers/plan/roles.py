"""What ``area.yaml`` says of a plan: the roles of its layers, its zonings, themes and defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class PointRole:
    """A point layer that can be asked about.

    Parameters
    ----------
    filters
        Columns that it is filtered by, the main one first.
    group
        The column that makes kinds of its features.
    amount
        The column that can be added up, if any.
    usual
        Values by column that questions are of where they say nothing else.
    """

    filters: tuple[str, ...] = ()
    group: str = ""
    amount: str | None = None
    usual: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShapeRole:
    """A layer whose shapes rules build.

    Parameters
    ----------
    roles
        In which its members take part; all where there is none.
    extents
        Whether a member that has a shape of its own counts with that.
    place
        Whether features may be placed by its own.
    stops
        Layer whose looks the numbered stops along its lines have.
    """

    roles: tuple[str, ...] = ()
    extents: bool = False
    place: bool = False
    stops: str = ""


@dataclass(frozen=True, slots=True)
class ZoningRole:
    """A way to cut the area into zones.

    Parameters
    ----------
    layer
        Whose polygons they are.
    discs
        Whether a point that has a radius is the disc of it.
    land
        Whether they are the administrative units that belong to the area.
    nearest
        Point layer among whose places the land is divided, each part to the nearest.
    """

    layer: str = ""
    discs: bool = False
    land: bool = False
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Land:
    """The administrative units.

    Parameters
    ----------
    layer
        Their layer.
    where
        Which of them belong to the area: values by column; all where there is none.
    code
        Column of their public codes, if any.
    """

    layer: str
    where: Mapping[str, str] = field(default_factory=dict)
    code: str = ""


@dataclass(frozen=True, slots=True)
class Naming:
    """How a place is named beside its administrative unit."""

    areas: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    near: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """What ``area.yaml`` says; see the comments of the one of 湘江新区.

    Parameters
    ----------
    crs
        In metres, of prints and rules: a code, or ``"auto"``.
    land
        The administrative units.
    points, shapes, zonings
        Roles of layers, by layer or zoning.
    ways
        Layers of lines that shapes may follow or have as limits.
    naming
        How a place is named.
    themes, context, beside
        What the overview shows, what lies below every map, what is shown with points alone.
    named_ground
        By layer of the ground, the class that is named at any scale.
    years
        By layer or table, the columns that tell from which year something is there: of each
        feature the first that is stated.
    series, overlapping, parts
        What an atlas has pages for, which of these overlap, and in which roles a member is a part.
    defaults
        What each question starts with.
    parts_layer
        Layer of the parts that the whole area is made of, if it is told.
    document
        Source that is the plan itself, if it is one document.
    printed_km2
        The area that the plan itself prints, km², if it does.
    status
        How far the plan has come: ``draft``, ``submitted``, ``approved`` or ``published``; empty
        where it is no single plan.
    """

    crs: str
    land: Land
    points: Mapping[str, PointRole]
    zonings: Mapping[str, ZoningRole]
    themes: Mapping[str, tuple[str, ...]]
    defaults: Mapping[str, Mapping[str, str]]
    shapes: Mapping[str, ShapeRole] = field(default_factory=dict)
    ways: tuple[str, ...] = ()
    naming: Naming = field(default_factory=Naming)
    context: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    named_ground: Mapping[str, str] = field(default_factory=dict)
    years: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    series: tuple[str, ...] = ()
    overlapping: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    parts_layer: str = ""
    document: str = ""
    printed_km2: float | None = None
    status: str = ""

    @property
    def filters(self) -> tuple[str, ...]:
        """Columns that some point layer is filtered by, each once."""
        roles = self.points.values()
        return tuple(dict.fromkeys(each for role in roles for each in (*role.filters, *role.usual)))


def read_area(content: Mapping[str, Any]) -> Area:
    """Return what a file says that was checked against the schema."""
    lists = ("ways", "context", "beside", "series", "overlapping", "parts")
    return Area(
        crs=content["crs"],
        land=Land(**content["land"]),
        points={
            name: PointRole(
                tuple(role.get("filters", ())),
                role.get("group", ""),
                role.get("amount"),
                {column: tuple(values) for column, values in role.get("usual", {}).items()},
            )
            for name, role in content["points"].items()
        },
        zonings={name: ZoningRole(**role) for name, role in content["zonings"].items()},
        themes={name: tuple(layers) for name, layers in content["themes"].items()},
        defaults=content["defaults"],
        shapes={
            name: ShapeRole(**(role | {"roles": tuple(role.get("roles", ()))}))
            for name, role in content.get("shapes", {}).items()
        },
        named_ground=content.get("named_ground", {}),
        years={name: tuple(columns) for name, columns in content.get("years", {}).items()},
        parts_layer=content.get("parts_layer", ""),
        document=content.get("document", ""),
        status=content.get("status", ""),
        printed_km2=content.get("printed_km2"),
        naming=_naming(content.get("naming", {})),
        **{name: tuple(content.get(name, ())) for name in lists},
    )


def _naming(keys: Mapping[str, Any]) -> Naming:
    return Naming(tuple(keys.get("areas", ())), tuple(keys.get("points", ())), keys.get("near", ""))
