"""The JSON schema of specifications, made from the kinds of maps and from the open plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from geo.doors import door
from geo.errors import InputError
from geo.numerals import LANGUAGES, listed
from layers.keeping.own_notes import MOST_NOTES
from layers.keeping.own_points import CATEGORY
from layers.look.basemaps import basemaps
from layers.look.sheet import PROFILES, SIZES_MM, Palette
from layers.plan.area import area, per_folder
from layers.plan.strict_schema import Validator
from layers.plan.years import FIRST, LAST
from layers.questions.fields import items
from layers.questions.kinds import kinds, looks, maps
from layers.questions.overview import Evidence
from layers.words import both, bracketed

if TYPE_CHECKING:
    from jsonschema import ValidationError

    from layers.questions.fields import Plain, Schema
    from layers.questions.kinds import Kind

LEAST_DPI, MOST_DPI = 50, 600
_YEAR: Schema = {"type": ["integer", "null"], "minimum": FIRST, "maximum": LAST}
# Pages that are no atlas: the plan in ten slides.
BRIEF = "brief"
# Of what is wrong with a specification so much is said.
LONGEST_PROBLEM, MOST_PLACES = 200, 6
# Nobody may publish a map without it, and whoever draws one forgets it first.
REVIEW = "sheet.review_number"


def schema() -> dict[str, Any]:
    """Return the JSON schema of a specification for the open plan.

    Examples
    --------
    >>> schema()["properties"]["pages"]["enum"][:2]
    ['circles', 'districts']
    """
    return _schema(kinds(), tuple(basemaps()))


@door
def require_valid(data: dict[str, Any]) -> None:
    """Check plain data of a specification against the schema.

    Parameters
    ----------
    data
        As :meth:`MapSpec.to_dict` returns it.

    Raises
    ------
    InputError
        If it breaks the schema: every problem is named.

    Examples
    --------
    >>> require_valid({"map": "overview", "sheet": {"review_number": "internal"}})
    """
    errors = [*Validator(schema()).iter_errors(data)]
    paths = [".".join(map(str, error.absolute_path)) for error in errors]
    problems = {
        f"{path or 'the whole'}: {error.message}" for path, error in zip(paths, errors, strict=True)
    }
    if problems:
        messages = "; ".join(sorted(problem[:LONGEST_PROBLEM] for problem in problems))
        # What is said of a place more than once is one thing to put right.
        where = {path or "map, sheet": error for path, error in zip(paths, errors, strict=True)}
        if [*where] == [REVIEW]:
            raise InputError(
                "read_spec: give the map review number, by command as --review internal: "
                + messages,
                code="spec.no_review",
            )
        raise InputError(
            "read_spec: the specification breaks the schema: " + messages,
            code="spec.invalid",
            count=len(where),
            **{
                lang: "; ".join(_place(*each, lang) for each in sorted(where.items())[:MOST_PLACES])
                for lang in LANGUAGES
            },
        )


def _place(path: str, error: ValidationError, lang: str) -> str:
    """Return a place of a specification with what could stand there, where that can be listed."""
    rule, value = error.validator, error.validator_value
    bounds = {"minimum": f"≥ {value}", "maximum": f"≤ {value}"}
    can = listed(value, lang) if rule == "enum" else bounds.get(str(rule), "")
    place = path[:LONGEST_PROBLEM]
    return bracketed(place, can[:LONGEST_PROBLEM], lang)


@per_folder
def _schema(known: tuple[type[Kind], ...], bases: tuple[str, ...]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Specification of a map: {both('app.title')[1]}",
        "required": ["map", "sheet"],
        "allOf": [*filter(None, map(_looks, maps())), *map(_of_kind, known)],
    } | _object(
        {
            "map": {"enum": list(maps())},
            "lang": {"enum": ["zh", "en"]},
            "extent": {
                "description": "west, south, east, north in degrees",
                "type": ["array", "null"],
                "items": {"type": "number"},
                "minItems": 4,
                "maxItems": 4,
            },
            "parameters": {"type": "object"},
            "sheet": _sheet(),
            "pages": {
                "description": "an atlas with a page for each of these, or the plan in ten slides",
                "enum": [*area().series, CATEGORY, BRIEF],
            },
            "visible": {
                "description": "layers and overlays that are switched on",
                "type": ["array", "null"],
                "items": {"type": "string"},
            },
            "hidden": {
                "description": "classes of evidence that are not shown",
                "type": ["array", "null"],
                "items": {"enum": list(get_args(Evidence))},
                "uniqueItems": True,
            },
            "year": {
                "description": "what is there by this year is shown",
                **_YEAR,
            },
            "versus": {
                "description": "values of fields, and year, of a second map to compare with",
                "type": "object",
                "properties": {"year": _YEAR},
            },
            "base": {"description": "base map", "enum": list(bases)},
            "review": _review(),
            "notes": {
                "description": "what the maker notes at places of the map",
                "type": "array",
                "maxItems": MOST_NOTES,
                "items": _note(),
            },
            "symbology": {
                "description": "colours that differ from those of the atlas",
                **_object(
                    {
                        "colours": {
                            "description": "#RRGGBB by layer, or by layer/class",
                            "type": "object",
                            "additionalProperties": {"type": "string"},
                        },
                        "ramp": {
                            "description": "colours of results, low to high",
                            "type": "string",
                        },
                    }
                ),
            },
        }
    )


def _sheet() -> Schema:
    text: Schema = {"type": "string"}
    sheet: dict[str, Plain] = {
        "title": text,
        "subtitle": text,
        "review_number": {
            "description": "map review number, or internal for a draft that is not published",
            "type": "string",
            "pattern": r"\w",
        },
        "base_number": {"description": "map review number of the base map", "type": "string"},
        "size": {"enum": list(SIZES_MM)},
        "dpi": {"type": "integer", "minimum": LEAST_DPI, "maximum": MOST_DPI},
        "palette": {"enum": list(get_args(Palette))},
        "author": text,
        "date": {
            "type": "string",
            "pattern": r"^(\d{4}-\d{2}-\d{2})?$",
            "format": "date",
        },
        "notes": {"type": "array", "items": text},
    }
    return _object(sheet) | {"required": ["review_number"]}


def _review() -> Schema:
    text: Schema = {"type": "string"}
    return _object(
        {
            "profile": {"description": "whom the map is for", "enum": list(PROFILES)},
            "content": {"description": "content mark of the approved map", **text},
            "proof": {"description": "proof of confidentiality treatment, or none used", **text},
            "passed_by": {"description": "who lets the map pass", **text},
        }
    ) | {"required": ["profile"]}


def _note() -> Schema:
    text: Schema = {"type": "string"}
    note: dict[str, Plain] = {
        "lon": {"description": "degrees", "type": "number", "minimum": -180, "maximum": 180},
        "lat": {"description": "degrees", "type": "number", "minimum": -90, "maximum": 90},
        "title": text,
        "text": text,
    }
    return _object(note) | {"required": ["lon", "lat", "title"]}


def _looks(name: str) -> Schema:
    """Return which looks a map has; nothing of a map that has one."""
    names = [kind.LOOK for kind in looks(name)]
    if len(names) == 1:
        return {}
    parameters: Schema = {"properties": {"look": {"enum": list(names)}}}
    return _if({"map": {"const": name}}, parameters)


def _of_kind(kind: type[Kind]) -> Schema:
    """Return the parameters of a kind; the first of a map is meant where no look is named."""
    meant: dict[str, Plain] = {"map": {"const": kind.MAP}}
    properties: dict[str, Plain] = {
        item.name: {"description": kind.field_words(item.name, "en"), **item.schema()}
        for item in items(kind)
    }
    if kind.LOOK:
        is_first = looks(kind.MAP)[0] is kind
        properties |= {"look": {"const": kind.LOOK}}
        meant |= {
            "parameters": {
                "properties": {"look": {"const": kind.LOOK}},
                "required": [] if is_first else ["look"],
            }
        }
    condition = _if(meant, _object(properties) | {"description": kind.word(kind.words_key(), "en")})
    if kind.LOOK and looks(kind.MAP)[0] is not kind:
        condition["if"] = {**condition["if"], "required": ["parameters"]}  # type: ignore[dict-item]
    return condition


def _if(meant: dict[str, Plain], parameters: Schema) -> Schema:
    return {"if": {"properties": meant}, "then": {"properties": {"parameters": parameters}}}


def _object(properties: dict[str, Plain]) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties}
