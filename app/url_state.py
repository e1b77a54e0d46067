"""The state of a page in its address: a copied link opens the same view.

Each control keeps its value under its key, both in the visit's session and, unless it is the
default, in the address. What an address brings is checked before it is used; what is not valid
is named to the visitor and replaced by the default.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Value = TypeVar("Value")
REFUSED = "_refused_parameters"


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
        Turns the parameter's JSON value into the control's, or returns None to refuse it.
    parameter
        Name of the parameter; the key where none is given.
    """
    if key in st.session_state:
        return
    parameter = parameter or key
    raw = st.query_params.get(parameter)
    value = None if raw is None else parse(_decoded(raw))
    if raw is not None and value is None:
        st.session_state.setdefault(REFUSED, []).append(parameter)
    st.session_state[key] = default if value is None else value


def publish(key: str, default: object, *, parameter: str | None = None) -> None:
    """Write a control's value to the address, or take it out when it is the default."""
    value = st.session_state[key]
    parameter = parameter or key
    if value == default:
        if parameter in st.query_params:
            del st.query_params[parameter]
        return
    encoded = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if st.query_params.get(parameter) != encoded:
        st.query_params[parameter] = encoded


def refused() -> list[str]:
    """Return, once, the names of the parameters that were not valid."""
    names: list[str] = st.session_state.pop(REFUSED, [])
    return names


def one_of(options: Sequence[str]) -> Callable[[object], str | None]:
    """Accept one of the options; one that is a number in words may stand as a number."""
    return lambda value: (
        str(value) if isinstance(value, str | int) and str(value) in options else None
    )


def some_of(options: Sequence[str]) -> Callable[[object], list[str] | None]:
    """Accept a list of options."""

    def parse(value: object) -> list[str] | None:
        if isinstance(value, list) and all(item in options for item in value):
            return list(value)
        return None

    return parse


def whole_number(low: int, high: int) -> Callable[[object], int | None]:
    """Accept a whole number between two bounds, both included."""

    def parse(value: object) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        return value if low <= value <= high else None

    return parse


def truth(value: object) -> bool | None:
    """Accept true or false."""
    return value if isinstance(value, bool) else None


def _decoded(raw: str) -> object:
    try:
        value: object = json.loads(raw)
    except json.JSONDecodeError:
        return raw
    return value if isinstance(value, list | int) else raw
