"""Questions out of plain parameters, and plain parameters out of questions.

The two are inverse: what a page asks is written into a specification and asked again from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar, get_args, get_origin

from geo.arguments import brief, require_one_of
from geo.errors import InputError
from geo.numerals import LANGUAGES
from layers.keeping.given_people import named_again
from layers.keeping.own_files import kept_file
from layers.plan.area import area
from layers.plan.selection import SITE
from layers.questions.fields import (
    BY_SITE,
    CELL,
    H3,
    LAYER,
    SIZES,
    ZONING,
    attributes,
    filter_columns,
    items,
)
from layers.questions.subjects import Points, Zones, has_column, point_layers, usual_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from layers.questions.fields import Brought, Item, Parameters, Plain
    from layers.questions.kinds import Kind

K = TypeVar("K", bound="Kind")
R = TypeVar("R")


class Asker(NamedTuple):
    """Who asks: what a question starts with, where files lie, and what parameters are called.

    Parameters
    ----------
    map
        The map, whose defaults the plan says.
    folder
        Where files lie that are named.
    called
        Returns what a parameter is called where the question was asked.
    """

    map: str
    folder: Path = Path()
    called: Callable[[str], str] = str

    def default(self, name: str) -> str:
        """Return the layer or the zoning that a question of the map starts with."""
        chosen = area().defaults.get(self.map, {}).get(name)
        return chosen or (point_layers()[0] if name == LAYER else next(iter(area().zonings)))

    def brought(self, name: str, brings: Brought) -> str:
        """Return a name, that of what a file holds once it is read."""
        return kept_file(name, self.folder, brings)


def question_of(
    kind: type[K],
    parameters: Parameters,
    *,
    folder: Path = Path(),
    called: Callable[[str], str] = str,
) -> K:
    """Return the question that plain parameters ask.

    Parameters
    ----------
    kind
        The kind of map.
    parameters
        By name; what is not there is as the kind and the plan have it.
    folder
        Where the files lie that are named.
    called
        Returns what a parameter is called where the question was asked.

    Raises
    ------
    InputError
        If the kind has no such parameter, it cannot be that, or it does not go with the others.

    Examples
    --------
    >>> from layers.questions.coverage import Coverage
    >>> question_of(Coverage, {"zoning": "districts", "distance_m": 1500}).distance_m
    1500.0
    """
    values = {name: value for name, value in parameters.items() if name != "look"}
    known = {item.name: item for item in items(kind)}
    strange = [name for name in values if name not in known]
    if strange:
        raise InputError(
            f"{kind.title_words()}: there is no {', '.join(map(called, strange))}; leave that out, "
            f"or choose from {', '.join(map(called, known))}",
            code="option.goes_not",
            names=[called(name) for name in strange],
            value=kind.title_words(),
        )
    for name, value in values.items():
        choices = () if known[name].about.brings else known[name].choices()
        many = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        for each in many if choices else ():
            require_one_of(each, choices, called(name), function=kind.MAP)
        if known[name].about.brings is None and not known[name].takes(value):
            taken = {lang: known[name].taken(lang) for lang in LANGUAGES}
            raise InputError(
                f"{kind.MAP}: {called(name)} is {brief(value)}; it can be: {taken['en']}",
                code="option.field",
                name=called(name),
                value=brief(value),
                **taken,
            )
    asker = Asker(kind.MAP, folder, called)
    built = _built(kind, values, asker)
    _require_fit(kind, parameters, built, called)
    built.require_fit(frozenset(parameters), called)
    return built


def parameters_of(question: Kind) -> dict[str, Plain]:
    """Return a question as plain parameters, from which :func:`question_of` makes it again.

    Examples
    --------
    >>> from layers.questions.coverage import Coverage
    >>> asked = question_of(Coverage, {"demand": "projects"})
    >>> list(parameters_of(asked))
    ['look', 'layer', 'status', 'scope', 'zoning', 'distance_m', 'demand']
    """
    question = question.written()
    plain = _plain(question)
    needs = {item.name: item.about.needs for item in items(type(question))}
    look = {"look": question.LOOK} if question.LOOK else {}
    return look | {
        name: named_again(value) if isinstance(value, str) else value
        for name, value in plain.items()
        if value is not None
        and name in needs
        and ((need := needs[name]) is None or plain.get(need[0]) in need[1])
    }


def brought_by(question: Kind) -> list[tuple[str, Brought]]:
    """Return the names of files and of things of a visitor in a question, and what they hold."""
    plain = _plain(question)
    return [
        (str(plain[item.name]), item.about.brings)
        for item in items(type(question))
        if item.about.brings is not None and plain.get(item.name) is not None
    ]


def _built(record: type[R], values: dict[str, Plain], asker: Asker) -> R:
    parts: dict[str, object] = {}
    for each in attributes(record):
        if each.holds_points:
            parts[each.name] = _points(values, asker)
        elif each.hint is Zones:
            if each.optional and not values.keys() & {ZONING, *SIZES}:
                continue
            parts[each.name] = _zones(values, asker)
        elif each.is_part:
            parts[each.name] = _built(each.hint, values, asker)  # type: ignore[arg-type]
        elif each.name in values:
            parts[each.name] = _value(each, values.pop(each.name), asker)
    return record(**parts)


def _points(values: dict[str, Plain], asker: Asker) -> Points:
    # Whether the layer has such a column is asked of its features, which say what they have.
    columns = [name for name in filter_columns() if name in values]
    filters = {name: tuple(map(str, values.pop(name))) for name in columns}  # type: ignore[arg-type]
    by_site = bool(values.pop(BY_SITE, False))
    layer = asker.brought(str(values.pop(LAYER, None) or asker.default(LAYER)), "points")
    if by_site and not has_column(layer, SITE):
        raise InputError(
            f"{asker.map}: {layer!r} does not say on which site each feature stands; leave "
            f"{asker.called(BY_SITE)} out",
            code="option.goes_not",
            names=[asker.called(BY_SITE)],
            value=layer,
        )
    return Points.usual(layer, by_site=by_site, **filters)


def _zones(values: dict[str, Plain], asker: Asker) -> Zones:
    name = values.pop(ZONING, None) or asker.default(ZONING)
    sizes = {key: int(values.pop(key)) for key in SIZES if key in values}  # type: ignore[arg-type]
    return Zones(asker.brought(str(name), "zones"), **sizes)


def _value(each: Item, value: Plain, asker: Asker) -> object:
    if value is None:
        return None
    if each.hint is Points:
        return Points.usual(asker.brought(str(value), "points"))
    if each.about.brings is not None:
        return asker.brought(str(value), each.about.brings)
    if isinstance(value, float) and value.is_integer() and int in {each.hint, *get_args(each.hint)}:
        return int(value)  # a whole number, however JSON writes it
    if isinstance(value, list | tuple):
        number = get_args(each.hint)[0] is float or float in _in_tuples(each.hint)
        return tuple(float(part) if number else part for part in value)
    return float(value) if each.hint is float else value  # type: ignore[arg-type]


def _in_tuples(hint: object) -> Iterator[object]:
    for kind in get_args(hint):
        if get_origin(kind) is tuple:
            yield get_args(kind)[0]


def _plain(record: object) -> dict[str, Plain]:
    plain: dict[str, Plain] = {}
    for each in attributes(type(record)):
        value = getattr(record, each.name)
        if each.holds_points:
            # What is usual now may not be when this is read: what accepts all is written as well.
            filters = dict.fromkeys(usual_values(value.layer), ()) | dict(value.filters)
            plain |= {LAYER: value.layer} | {name: list(each) for name, each in filters.items()}
            plain |= {BY_SITE: True} if value.by_site else {}
        elif isinstance(value, Points):
            plain[each.name] = value.layer
        elif isinstance(value, Zones):
            plain |= {ZONING: value.name, CELL: value.cell_m, H3: value.h3_resolution}
        elif each.is_part:
            plain |= _plain(value)
        else:
            plain[each.name] = list(value) if isinstance(value, tuple) else value
    return plain


def _require_fit(
    kind: type[Kind], parameters: Parameters, built: Kind, called: Callable[[str], str]
) -> None:
    """Refuse parameters that would be left out in silence."""
    plain = _plain(built)
    for item in items(kind):
        need = item.about.needs
        if need is None or parameters.get(item.name) is None:
            continue
        if plain.get(need[0]) not in need[1]:
            needed = f"{called(need[0])} {' / '.join(need[1])}"
            raise InputError(
                f"{kind.MAP}: {called(item.name)} goes with {needed}, not {plain.get(need[0])}; "
                "leave it out",
                code="option.goes_with",
                value=called(item.name),
                needed=needed,
            )
