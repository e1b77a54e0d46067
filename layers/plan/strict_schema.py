"""JSON schemas applied as their standard reads them: ``$`` is the end of a text and nothing else.

Python's own ``$`` also stands before a line break at the end, so that an id with one behind it
would pass. Whatever checks a file against a schema, or a cell against a pattern of the data
package, compiles its patterns here. A text whose format is a date is one of the calendar, or empty.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

if TYPE_CHECKING:
    from collections.abc import Iterator

_ESCAPED_OR_END = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", re.DOTALL)


@cache
def strict(pattern: str) -> re.Pattern[str]:
    r"""Compile a pattern of a schema, whose ``$`` is the end of the text.

    Parameters
    ----------
    pattern
        As the schema has it.

    Examples
    --------
    >>> strict("^[a-z]+$").search("park\n"), strict(r"^\$[$a]$").pattern
    (None, '^\\$[$a]\\Z')
    """
    return re.compile(
        _ESCAPED_OR_END.sub(lambda part: r"\Z" if part[0] == "$" else part[0], pattern)
    )


def _pattern(
    _validator: Any,  # noqa: ANN401 - jsonschema has no type for it
    pattern: str,
    instance: object,
    schema: dict[str, Any],
) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not strict(pattern).search(instance):
        about = f" ({schema['description']})" if "description" in schema else ""
        yield ValidationError(f"{instance!r} does not match {pattern!r}{about}")


def _required(
    _validator: Any,  # noqa: ANN401 - as above
    names: list[str],
    instance: object,
    schema: dict[str, Any],
) -> Iterator[ValidationError]:
    for name in names:
        if isinstance(instance, dict) and name not in instance:
            about = schema.get("properties", {}).get(name, {}).get("description")
            words = f"{name!r} is a required property{f' ({about})' if about else ''}"
            # It is told where it should be.
            yield ValidationError(words, path=[name])


def _format(
    _validator: Any,  # noqa: ANN401 - as above
    name: str,
    instance: object,
    _schema: object,
) -> Iterator[ValidationError]:
    if name != "date" or not isinstance(instance, str) or not instance:
        return
    try:
        date.fromisoformat(instance)
    except ValueError:
        yield ValidationError(f"{instance!r} is no day of the calendar; write it as 2026-11-21")


# Of the draft that all schemas of the atlas are written in.
Validator: Any = extend(
    Draft202012Validator, {"pattern": _pattern, "format": _format, "required": _required}
)
