"""JSON schemas applied as their standard reads them: ``$`` is the end of a text and nothing else.

Python's own ``$`` also stands before a line break at the end, so that an id with one behind it
would pass. Whatever checks a file against a schema, or a cell against a pattern of the data
package, compiles its patterns here.
"""

from __future__ import annotations

import re
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
    _schema: object,
) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not strict(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


# Of the draft that all schemas of the atlas are written in.
Validator: Any = extend(Draft202012Validator, {"pattern": _pattern})
