"""The state of a page in its address: a copied link opens the same view.

Each control keeps its value under its key, both in the visit's session and, unless it is the
default, in the address. What an address brings is checked before it is used; what is not valid
is named to the visitor and replaced by the default.

An address is written by anyone. A parameter stands in it once, is short, and is a word, a whole
number, true or false, or one flat list of words: nothing else is read, so that no nesting and no
number of any length can hold the page up.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn, TypeVar

import streamlit as st

from layers.keeping.brought import is_own

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Value = TypeVar("Value")
Option = TypeVar("Option", bound=str)
REFUSED = "_refused_parameters"
# Whether the address names something that was brought in another visit.
ANOTHERS = "_refused_own"
# The longest that the pages write is a list of all values of a column, below 600 characters.
MOST_CHARACTERS, MOST_DIGITS, MOST_ITEMS = 4000, 15, 200


def seed(
    key: str,
    default: Value,
    parse: Callable[[object], Value | None],
    *,
    parameter: str | None = None,
) -> None:
    """Give a control its first value: from the address if that is valid, else the default.

    Parameters
    ----------
    key
        Key of the control.
    default
        Value without a parameter.
    parse
        Turns the parameter's value into the control's, or returns None to refuse it.
    parameter
        Name of the parameter; the key where none is given.
    """
    if key in st.session_state:
        return
    parameter = parameter or key
    raws = st.query_params.get_all(parameter)
    value = parse(read(raws[0])) if len(raws) == 1 else None
    if raws and value is None:
        refuse(parameter)
        if any(is_own(raw) for raw in raws):
            st.session_state[ANOTHERS] = True
    st.session_state[key] = default if value is None else value


def check(parameter: str, valid: Callable[[str], bool]) -> None:
    """Take a parameter out of the address, and name it, that only the browser reads, if not valid.

    Parameters
    ----------
    parameter
        Its name.
    valid
        Whether its text can be believed.
    """
    raws = st.query_params.get_all(parameter)
    if raws and not (len(raws) == 1 and len(raws[0]) <= MOST_CHARACTERS and valid(raws[0])):
        refuse(parameter)
        del st.query_params[parameter]


def publish(key: str, default: object, *, parameter: str | None = None) -> None:
    """Write a control's value to the address, or take it out when it is the default."""
    value = st.session_state[key]
    parameter = parameter or key
    if value == default:
        if parameter in st.query_params:
            del st.query_params[parameter]
        return
    encoded = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if st.query_params.get_all(parameter) != [encoded]:
        st.query_params[parameter] = encoded


def refuse(parameter: str) -> None:
    """Note the name of a parameter that was not valid, to be told once."""
    names: list[str] = st.session_state.setdefault(REFUSED, [])
    if parameter not in names:
        names.append(parameter)


def refused() -> list[str]:
    """Return, once, the names of the parameters that were not valid."""
    names: list[str] = st.session_state.pop(REFUSED, [])
    return names


def one_of(options: Sequence[Option]) -> Callable[[object], Option | None]:
    """Accept one of the options; one that is a number in words may stand as a number."""
    known = {str(option): option for option in options}
    return lambda value: known.get(str(value)) if isinstance(value, str | int) else None


def some_of(options: Sequence[str]) -> Callable[[object], list[str] | None]:
    """Accept a list of options, each once."""

    def parse(value: object) -> list[str] | None:
        if not isinstance(value, list) or len(set(value)) < len(value):
            return None
        return value if all(item in options for item in value) else None

    return parse


def whole_number(low: int, high: int, *, step: int = 1) -> Callable[[object], int | None]:
    """Accept a whole number between two bounds, both included, on a step from the lower one."""

    def parse(value: object) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        return value if low <= value <= high and (value - low) % step == 0 else None

    return parse


def truth(value: object) -> bool | None:
    """Accept true or false."""
    return value if isinstance(value, bool) else None


def read(raw: str) -> str | int | bool | list[str] | None:
    """Return what a parameter says, None where it is nothing that a control could take.

    Examples
    --------
    >>> read("quartic"), read("250"), read("true"), read('["park", "campus"]')
    ('quartic', 250, True, ['park', 'campus'])
    >>> read("[[1]]"), read("9" * 5000), read("[" * 100_000)
    (None, None, None)
    """
    if len(raw) > MOST_CHARACTERS or not raw.isprintable():
        return None
    if raw.startswith("["):
        return _words(raw)
    if raw in ("true", "false"):
        return raw == "true"
    digits = raw.removeprefix("-")
    if digits.isascii() and digits.isdecimal():
        return int(raw) if len(digits) <= MOST_DIGITS and raw == str(int(raw)) else None
    return raw


def _words(raw: str) -> list[str] | None:
    """Return a flat list of words written as JSON, None for any other list."""
    if raw.count("[") + raw.count("{") > 1:
        return None
    try:
        items = json.loads(raw, parse_int=_no_number, parse_float=_no_number)
    except ValueError:
        return None
    flat = len(items) <= MOST_ITEMS and all(isinstance(item, str) for item in items)
    return items if flat else None


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"a list in an address holds words alone, not {text[:MOST_DIGITS]}")
