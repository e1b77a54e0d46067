"""The controls of a page: each one's value lives in the address (see :mod:`app.web.url_state`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from app.texts import DEFAULT, LANGUAGES, interface, text
from app.web import url_state
from app.web.public import is_closed
from layers.questions.fields import items

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T", bound=str)


PAGES = Path(__file__).resolve().parents[1] / "pages"


def page_of(name: str) -> Path:
    """Return the script of a page, wherever the script of the front door lies.

    Examples
    --------
    >>> page_of("own").name
    'own.py'
    """
    return PAGES / f"{name}.py"


def link_to(page: str, label: str) -> None:
    """Draw a link to a page, unless that is closed."""
    if not is_closed(page):
        st.page_link(page_of(page), label=label)


def choose_language() -> None:
    """Draw the language switch; call it before any other text."""
    url_state.seed("lang", DEFAULT, url_state.one_of(list(LANGUAGES)))
    st.segmented_control(
        text("app.language"),
        list(LANGUAGES),
        key="lang",
        format_func=lambda code: LANGUAGES[code],
        required=True,
        label_visibility="collapsed",
        on_change=_carry_over,
    )
    url_state.publish("lang", DEFAULT)


def choose(
    key: str,
    label: str,
    options: Sequence[T],
    *,
    default: T,
    title: Callable[[T], str] | None = None,
) -> T:
    """Draw a select box of one option and return it; titles are the label's texts if not given."""
    widget = _key(key)
    url_state.seed(widget, default, url_state.one_of(options), parameter=key)
    chosen = st.selectbox(
        text(label),
        options,
        key=widget,
        format_func=title or (lambda option: text(f"{label}.{option}")),
        placeholder=text("choose.placeholder"),
    )
    url_state.publish(widget, default, parameter=key)
    return chosen or default


def choose_some(
    key: str, label: str, options: Sequence[str], *, title: Callable[[str], str]
) -> list[str]:
    """Draw a select box of several options and return the chosen ones; none means all."""
    nothing: list[str] = []
    widget = _key(key)
    url_state.seed(widget, nothing, url_state.some_of(options), parameter=key)
    chosen = st.multiselect(
        text(label),
        options,
        key=widget,
        format_func=title,
        placeholder=text("choose.placeholder"),
        select_all=False,
    )
    url_state.publish(widget, nothing, parameter=key)
    return chosen


def step_through(
    key: str, label: str, options: Sequence[str], *, title: Callable[[str], str], default: str
) -> str:
    """Draw a slider over options in their order and return the chosen one."""
    widget = _key(key)
    url_state.seed(widget, default, url_state.one_of(options), parameter=key)
    chosen: str = st.select_slider(text(label), options, key=widget, format_func=title)
    url_state.publish(widget, default, parameter=key)
    return chosen


def slide(key: str, label: str, record: type, field: str, *, start: float | None = None) -> int:
    """Draw the slider of a field of a question and return its value, a whole number.

    It starts where the field does, or where a field that has no value of its own is told to.
    """
    item = next(item for item in items(record) if item.name == field)
    begin = item.default if start is None else start
    if item.about.slide is None or not isinstance(begin, int | float):
        raise TypeError(f"{record.__name__}.{field} has no slider")
    (low, high, step), default = item.about.slide, int(begin)
    url_state.seed(key, default, url_state.whole_number(low, high, step=step))
    value: int = st.slider(text(label), low, high, step=step, key=key)
    url_state.publish(key, default)
    return value


def switch(key: str, label: str, **values: str) -> bool:
    """Draw a switch that is off by default and return whether it is on; values fill its label."""
    url_state.seed(key, default=False, parse=url_state.truth)
    on = st.toggle(text(label, **values), key=key)
    url_state.publish(key, default=False)
    return on


def current(key: str) -> object:
    """Return the value of a control of words that was drawn before, None where none was."""
    return st.session_state.get(_key(key))


def _key(key: str) -> str:
    """Return the key of a control whose options are words.

    Streamlit keeps such a control's value as the words shown, so each language has its own.
    """
    return f"{key}@{interface()}"


def _carry_over() -> None:
    """Take the choices along when the language changes."""
    for key, value in list(st.session_state.items()):
        name, mark, lang = str(key).rpartition("@")
        if mark and lang in LANGUAGES and lang != interface():
            st.session_state[_key(name)] = value
