"""Fields of questions: what each takes is said once, beside its type.

A field is ``Annotated[float, Field(unit="m", above=0)]``. From it come the parameter of a
specification, its JSON schema, the option of a command and the control of a page. What it is called
stands in ``words.json`` under ``field.<name>``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NamedTuple,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from layers.keeping.own_files import Brings
from layers.keeping.own_points import CATEGORY
from layers.plan.area import area
from layers.plan.selection import ENTITY, SITE
from layers.plan.strict_schema import Validator
from layers.plan.zonings import GRID_NAMES, zoning_names
from layers.questions.subjects import (
    CELL_M,
    H3_RESOLUTION,
    Points,
    Zones,
    has_column,
    point_layers,
)
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")
S = TypeVar("S")

# What JSON and YAML can say.
Plain: TypeAlias = "bool | int | float | str | Sequence[Plain] | Mapping[str, Plain] | None"
Parameters: TypeAlias = Mapping[str, Plain]
Schema: TypeAlias = dict[str, Plain]
Brought: TypeAlias = Brings
BY_SITE = "by_site"
LAYER, ZONING, CELL, H3 = "layer", "zoning", "cell_m", "h3_resolution"
SIZES = (CELL, H3)
OWN_NAME = "^own-[0-9a-f]{32}$"
# Files that lie beside a specification; what is no raster has any of many suffixes.
FILES: dict[Brought, tuple[str, str]] = {
    "points": (r"^[^/\\:]+\.[A-Za-z0-9]{2,8}$", "file of points, beside the specification"),
    "zones": (r"^[^/\\:]+\.[A-Za-z0-9]{2,8}$", "file of polygons, beside the specification"),
    "raster": (
        r"^[^/\\:]+\.[Tt][Ii][Ff]{1,2}$",
        "GeoTIFF of persons per cell, beside the specification",
    ),
}
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}
# What the type of a unit adds to a name, and an option leaves out.
_UNITS = ("_m", "_pct")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What a field takes, beside its type.

    Parameters
    ----------
    unit
        Of its numbers.
    low, high, above, below
        Least and greatest number, and what it must be greater or less than.
    slide
        Low, high and step of the slider of a page.
    choices
        Returns the texts that it can be.
    needs
        Another field, and its values that this one goes with.
    brings
        What a file that it names holds.
    option
        What a command calls it, where not as the name says.
    quiet
        Whether a map says it only where it is not as usual.
    """

    unit: str = ""
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    slide: tuple[int, int, int] | None = None
    choices: Callable[[], tuple[str, ...]] | None = None
    needs: tuple[str, tuple[str, ...]] | None = None
    brings: Brought | None = None
    option: str = ""
    quiet: bool = False


PLAIN_FIELD = Field()


class Item(NamedTuple):
    """An attribute of a question, or a parameter that a specification and a command have for it.

    Parameters
    ----------
    name, hint, optional
        Its name, its type without None, and whether it may be None.
    about
        What it takes.
    default
        :data:`dataclasses.MISSING` where an attribute has none; of a layer and a zoning the plan
        says it: None.
    """

    name: str
    hint: object
    optional: bool
    about: Field
    default: object

    @property
    def holds_points(self) -> bool:
        """Whether it says which points take part."""
        return self.hint is Points and not self.optional

    @property
    def is_part(self) -> bool:
        """Whether it is a record of fields of its own."""
        return is_dataclass(self.hint) and self.hint not in {Points, Zones}

    @property
    def option(self) -> str:
        """What a command calls it."""
        name = self.name
        for unit in _UNITS:
            name = name.removesuffix(unit)
        return self.about.option or "--" + name.replace("_", "-")

    def choices(self) -> tuple[str, ...]:
        """Return the texts that it can be, none where it can be any."""
        if self.about.choices is not None:
            return self.about.choices()
        hint = get_args(self.hint)[0] if get_origin(self.hint) is tuple else self.hint
        return tuple(map(str, get_args(hint))) if get_origin(hint) is Literal else ()

    def schema(self) -> Schema:
        """Return the JSON schema of it."""
        if self.about.brings is not None:
            schema = _brought_schema(self.about.brings, self.choices())
        else:
            schema = _schema(self.hint, self.about, self.choices())
        return _or_null(schema) if self.optional else schema

    def takes(self, value: Plain) -> bool:
        """Whether it can be a plain value, as its schema has it."""
        parts = list(value) if isinstance(value, list | tuple) else [value]
        plain = parts if isinstance(value, tuple) else value
        sound = all(isfinite(part) for part in parts if isinstance(part, float))
        return sound and Validator(self.schema()).is_valid(plain)

    def taken(self, lang: str) -> str:
        """Return in words what it can be, such as ``number > 0``."""
        return ", ".join(self.choices()) or _words(self.hint, self.about, lang)


def attributes(record: type) -> tuple[Item, ...]:
    """Return the attributes of a question or of a part of one."""
    return _attributes(record)


# A class is hashable, whatever its records are; only the checker doubts it.
@cache
def _attributes(record: Any) -> tuple[Item, ...]:  # noqa: ANN401
    entries = []
    for each in fields(record):
        hint, about, optional = _hint(record, each.name), PLAIN_FIELD, False
        # The note may stand inside of what can be None, or around it.
        while get_origin(hint) in {Annotated, Union, UnionType}:
            if get_origin(hint) is Annotated:
                hint, *notes = get_args(hint)
                about = next((note for note in notes if isinstance(note, Field)), about)
                continue
            kinds = [kind for kind in get_args(hint) if kind is not NoneType]
            optional = optional or len(kinds) < len(get_args(hint))
            if len(kinds) > 1:
                hint = Union[tuple(kinds)]  # noqa: UP007 - known at run time alone
                break
            hint = kinds[0]
        default = each.default
        if each.default_factory is not MISSING:
            default = each.default_factory()
        entries.append(Item(each.name, hint, optional, about, default))
    return tuple(entries)


def _hint(record: type, name: str) -> object:
    """Return the type of a field, as the module says it whose class declares it."""
    owner = next(each for each in record.__mro__ if name in vars(each).get("__annotations__", {}))
    body = {"__module__": owner.__module__, "__annotations__": {name: owner.__annotations__[name]}}
    # By itself, since constants of classes have types that are there for the checker alone.
    return get_type_hints(type(name, (), body), include_extras=True)[name]


def items(record: type) -> tuple[Item, ...]:
    """Return the parameters of a question; the open plan says how points are filtered.

    What goes with a field that the question has not is none.
    """
    entries = _items(record)
    names = {each.name for each in entries}
    return tuple(each for each in entries if not each.about.needs or each.about.needs[0] in names)


def _items(record: type) -> list[Item]:
    entries: list[Item] = []
    for each in attributes(record):
        if each.holds_points:
            entries += _of_points()
        elif each.hint is Zones:
            entries += _of_zones()
        elif each.is_part:
            entries += _items(each.hint)  # type: ignore[arg-type]  # a class
        elif each.hint is Points:
            about = Field(choices=point_layers, brings="points", option=each.about.option)
            entries.append(Item(each.name, str, True, about, None))  # noqa: FBT003 - of a tuple
        else:
            entries.append(each)
    return entries


def group_columns() -> tuple[str, ...]:
    """Return the columns that make groups of points, in some layer of the plan."""
    groups = (role.group for role in area().points.values() if role.group)
    return tuple(dict.fromkeys((CATEGORY, *area().filters, *groups)))


def filter_columns() -> tuple[str, ...]:
    """Return the columns that points can be filtered by, in some layer of the plan."""
    entity = (ENTITY,) if _some_layer_has(ENTITY) else ()
    return tuple(dict.fromkeys((CATEGORY, *area().filters, *entity)))


def _some_layer_has(column: str) -> bool:
    return any(has_column(layer, column) for layer in point_layers())


def _of_points() -> list[Item]:
    layer = Field(choices=point_layers, brings="points")
    filters = filter_columns()
    by_site = [Item(BY_SITE, bool, False, PLAIN_FIELD, False)] if _some_layer_has(SITE) else []  # noqa: FBT003
    return [
        Item(LAYER, str, False, layer, None),  # noqa: FBT003 - of a tuple
        *(Item(name, tuple[str, ...], False, PLAIN_FIELD, ()) for name in filters),  # noqa: FBT003
        *by_site,
    ]


def _of_zones() -> list[Item]:
    zoning = Field(choices=zoning_names, brings="zones")
    squares, h3_cells = (ZONING, GRID_NAMES[:2]), (ZONING, GRID_NAMES[2:])
    cell = Field(unit="m", above=0, slide=(2000, 20000, 500), option="--cell-m", needs=squares)
    h3 = Field(low=0, high=15, slide=(5, 9, 1), option="--h3", needs=h3_cells)
    return [
        Item(ZONING, str, False, zoning, None),  # noqa: FBT003 - of a tuple
        Item(CELL, int, False, cell, CELL_M),  # noqa: FBT003
        Item(H3, int, False, h3, H3_RESOLUTION),  # noqa: FBT003
    ]


# ---- schema ----


def _schema(hint: object, about: Field, choices: tuple[str, ...]) -> Schema:
    if get_origin(hint) in {Union, UnionType}:
        # The bounds are those of the number; a list in its place has numbers of another kind.
        return {
            "anyOf": [
                _schema(kind, PLAIN_FIELD if get_origin(kind) is tuple else about, choices)
                for kind in get_args(hint)
            ]
        }
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _schema(get_args(hint)[0], about, choices)}
    if choices:
        return {"enum": list(choices)}
    schema: Schema = {"type": _TYPES[hint]}  # type: ignore[index]  # one of the four
    if hint in {int, float}:
        bounds = {
            "minimum": about.low,
            "maximum": about.high,
            "exclusiveMinimum": about.above,
            "exclusiveMaximum": about.below,
        }
        schema |= {key: value for key, value in bounds.items() if value is not None}
    return schema


def _words(hint: object, about: Field, lang: str) -> str:
    if get_origin(hint) in {Union, UnionType}:
        kinds = [
            _words(kind, PLAIN_FIELD if get_origin(kind) is tuple else about, lang)
            for kind in get_args(hint)
        ]
        return say("takes.or", lang).join(kinds)
    if get_origin(hint) is tuple:
        return say("takes.list", lang, what=_words(get_args(hint)[0], about, lang))
    bounds = {">": about.above, "≥": about.low, "<": about.below, "≤": about.high}
    limits = [f"{mark} {bound:g}" for mark, bound in bounds.items() if bound is not None]
    return " ".join((say(f"takes.{_TYPES[hint]}", lang), ", ".join(limits))).strip()  # type: ignore[index]  # as above


def _brought_schema(brings: Brought, choices: tuple[str, ...]) -> Schema:
    pattern, description = FILES[brings]
    known: list[Plain] = [{"enum": list(choices)}] if choices else []
    return {
        "anyOf": [
            *known,
            {"type": "string", "pattern": pattern, "description": description},
            {"type": "string", "pattern": OWN_NAME, "description": "what a visitor brought"},
        ]
    }


def _or_null(schema: Schema) -> Schema:
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def part_of(record: object, wanted: type[S]) -> S | None:
    """Return the points or the zones that a question is about, None where it has none."""
    for each in attributes(type(record)):
        value = getattr(record, each.name)
        if each.is_part:
            value = part_of(value, wanted)
        if isinstance(value, wanted) and (each.is_part or not _named_only(each)):
            return value
    return None


def with_part(record: R, part: Points | Zones) -> R:
    """Return a question about other points, or other zones."""
    for each in attributes(type(record)):
        if each.is_part:
            inner = with_part(getattr(record, each.name), part)
        elif each.hint is type(part) and not _named_only(each):
            inner = part
        else:
            continue
        return replace(record, **{each.name: inner})  # type: ignore[type-var]
    return record


def _named_only(each: Item) -> bool:
    """Whether points are named by their layer alone, beside those that the question is about."""
    return each.hint is Points and each.optional
