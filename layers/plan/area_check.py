"""What ``area.yaml`` says of the plan's layers, held against the layers that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyproj import CRS
from pyproj.exceptions import CRSError as UnknownCRS

from layers.plan.area import AREA, AUTO, area, scale_error_over
from layers.plan.data_files import Damage
from layers.plan.schema import resources
from layers.plan.zonings import GRID_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Lengths on a sheet are then wrong by a hundredth; nobody would lay a plan so far from its zone.
_LARGEST_ERROR = 0.01


def damages() -> list[Damage]:
    """Return every place in ``area.yaml`` that the plan's files do not bear out.

    Examples
    --------
    >>> damages()
    []
    """
    return [*_layers(), *_fields(), *_years(), *_zonings(), *_defaults(), *_crs()]


def _layers() -> Iterator[Damage]:
    plan = area()
    places = {name for name, about in resources().items() if about.geometry == "point"}
    yield from _missing("points", plan.points, places)
    shown = {f"themes.{name}": names for name, names in plan.themes.items()}
    single = {
        "land": plan.land.layer,
        "parts_layer": plan.parts_layer,
        "naming.near": plan.naming.near,
        **{f"shapes.{name}.stops": role.stops for name, role in plan.shapes.items()},
        **{f"zonings.{name}.layer": role.layer for name, role in plan.zonings.items()},
        **{f"zonings.{name}.nearest": role.nearest for name, role in plan.zonings.items()},
    }
    several = {
        "ways": plan.ways,
        "context": plan.context,
        "beside": plan.beside,
        "shapes": plan.shapes,
        "named_ground": plan.named_ground,
        "years": plan.years,
        "naming.areas": plan.naming.areas,
        "naming.points": plan.naming.points,
        **shown,
        **{path: (name,) for path, name in single.items() if name},
    }
    for path, names in several.items():
        yield from _missing(path, names, resources())


def _fields() -> Iterator[Damage]:
    for name, role in area().points.items():
        if name not in resources():
            continue
        types = {field.name: field.type for field in resources()[name].fields}
        wanted = {"filters": role.filters, "group": (role.group,), "amount": (role.amount,)}
        for part, columns in (wanted | {"usual": tuple(role.usual)}).items():
            given = [column for column in columns if column]
            yield from _missing(f"points.{name}.{part}", given, types)
        for column in role.usual.keys() & types:
            codes = resources()[name].field(column).constraints.get("enum", ())
            yield from _missing(f"points.{name}.usual.{column}", role.usual[column], codes)
        if types.get(role.amount or "") == "string":
            values = {"value": role.amount}
            path = f"points.{name}.amount"
            yield Damage(AREA, "data.no_amount", column=path, values=values)


def _years() -> Iterator[Damage]:
    for name, columns in area().years.items():
        if name in resources():
            whole = {each.name for each in resources()[name].fields if each.type == "integer"}
            yield from _missing(f"years.{name}", columns, whole)


def _zonings() -> Iterator[Damage]:
    for path in ("series", "overlapping"):
        yield from _missing(path, getattr(area(), path), area().zonings)


def _defaults() -> Iterator[Damage]:
    plan = area()
    known: dict[str, Iterable[str]] = {
        "layer": resources(),
        "zoning": (*plan.zonings, *GRID_NAMES),
        "theme": plan.themes,
    }
    for question, chosen in plan.defaults.items():
        for option, name in chosen.items():
            path = f"defaults.{question}.{option}"
            yield from _missing(path, (name,), known.get(option, (name,)))


def _crs() -> Iterator[Damage]:
    given = area().crs
    if given == AUTO:
        return
    try:
        # In feet lengths are wrong by more than that.
        projected = CRS.from_user_input(given).is_projected
        fits = projected and scale_error_over(given) <= _LARGEST_ERROR
    except UnknownCRS:
        fits = False
    if not fits:
        yield Damage(AREA, "data.crs", column="crs", values={"value": given})


def _missing(path: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Damage]:
    there = list(known)
    for name in names:
        if name not in there:
            values = {"value": name, "layers": "/".join(there)}
            yield Damage(AREA, "data.reference", column=path, values=values)
