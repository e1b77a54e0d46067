"""Plain data out of texts from outside: YAML and JSON within bounds, and nothing that is more."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

from geo.doors import door
from geo.errors import InputError
from layers.plan.data_files import MOST_BYTES, MOST_LEVELS, Bounded

if TYPE_CHECKING:
    from collections.abc import Mapping

# A specification has some hundred values.
MOST_VALUES = 20_000
# Kinds of texts that older YAML reads otherwise than JSON, and its numbers as JSON has them.
_OLDER = frozenset({"timestamp", "int", "float"})
_NUMBERS = {
    "int": re.compile(r"^[-+]?[0-9]+$"),
    "float": re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
}
# What computers count in without rounding; longer integers are slow to write.
LARGEST = 2**53


@door
def plain_data(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a mapping that holds plain data only.

    Parameters
    ----------
    source
        Texts, finite numbers, true, false, None, and lists and mappings of these.

    Raises
    ------
    InputError
        If it holds anything else, or too much.

    Examples
    --------
    >>> plain_data({"extent": (112.5, 28.0)})
    {'extent': [112.5, 28]}
    """
    copied = _Copy().of(source, 0)
    if not isinstance(copied, dict):
        _refuse("it is no mapping")
    return copied


@door
def parsed_data(data: bytes, *, name: str) -> dict[str, Any]:
    """Return the mapping that a YAML or JSON text holds.

    Parameters
    ----------
    data
        The text, in UTF-8.
    name
        Of its file, for the message.

    Raises
    ------
    InputError
        If it is no such text, or larger, deeper or other than plain data.

    Examples
    --------
    >>> parsed_data(b"map: density", name="a.yaml")
    {'map': 'density'}
    """
    import yaml  # noqa: PLC0415  only who has a file needs it

    if len(data) > MOST_BYTES:
        _refuse(f"{name} has more than {MOST_BYTES:,} bytes")
    try:
        text = data.decode("utf-8-sig")
        value = yaml.load(text, Loader=_loader())  # noqa: S506  derived from the safe one
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        _refuse(f"{name} is not YAML or JSON: {str(error)[:300]}")
    if not isinstance(value, dict):
        _refuse(f"{name} holds no mapping; it needs at least `map` and `sheet`")
    return plain_data(value)


def _loader() -> Any:  # noqa: ANN401 - yaml has no types
    """Return a loader that reads what JSON has as JSON does, and each name once.

    The older YAML that the library reads takes 0500 for an octal number, 16:40 for one to the base
    of 60, and 1e-05 for a text; a date is left as it is written.
    """
    import yaml  # noqa: PLC0415

    class Loader(Bounded):
        yaml_implicit_resolvers = {  # noqa: RUF012 - as yaml declares it
            first: [(tag, known) for tag, known in pairs if tag.rpartition(":")[2] not in _OLDER]
            for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

        def construct_mapping(self, node: Any, *, deep: bool = False) -> Any:  # noqa: ANN401
            names = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
            if names and names.most_common(1)[0][1] > 1:
                words = f"{names.most_common(1)[0][0]!r} stands in it twice"
                raise yaml.constructor.ConstructorError(None, None, words, node.start_mark)
            return super().construct_mapping(node, deep=deep)

    for tag, pattern in _NUMBERS.items():
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", pattern, list("-+.0123456789"))
    Loader.add_constructor(
        "tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node))
    )
    return Loader


class _Copy:
    """Copies plain data and counts its values."""

    def __init__(self) -> None:
        self.values = 0

    def of(self, value: object, level: int) -> Any:  # noqa: ANN401 - plain data
        self.values += 1
        if level > MOST_LEVELS or self.values > MOST_VALUES:
            _refuse(f"it has more than {MOST_LEVELS} levels or {MOST_VALUES:,} values")
        if isinstance(value, dict):
            return {self._key(key): self.of(item, level + 1) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.of(item, level + 1) for item in value]
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, int) and abs(value) <= LARGEST:
            return int(value)
        if isinstance(value, float) and math.isfinite(value):
            # JSON has one kind of number: 200.0 is 200, in its record and its mark too.
            return int(value) if value.is_integer() and abs(value) <= LARGEST else float(value)
        return _refuse(f"it holds a {type(value).__name__} that JSON has not")

    @staticmethod
    def _key(key: object) -> str:
        return key if isinstance(key, str) else _refuse(f"a name in it is a {type(key).__name__}")


def json_object(text: str, *, most: int) -> dict[str, Any] | None:
    """Return the object that a JSON text holds, None where it is none or too large.

    Examples
    --------
    >>> json_object('{"a": 1}', most=100), json_object("[" * 9000, most=10_000)
    ({'a': 1}, None)
    """
    if len(text) > most:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse(why: str) -> NoReturn:
    raise InputError(f"read_spec: {why}", code="spec.unreadable")
