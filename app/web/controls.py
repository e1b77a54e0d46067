"""The controls of a page: each one's value lives in the address (see :mod:`app.web.url_state`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from app.texts import DEFAULT, LANGUAGES, interface, language, text
from app.web import url_state
from app.web.public import is_closed
from geo.numerals import listed
from layers.questions.fields import items
from layers.words import capital

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamlit.elements.lib.mutable_tab_container import TabContainer

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
    )
    url_state.publish("lang", DEFAULT)


def choose(
    key: str,
    label: str,
    options: Sequence[T],
    *,
    default: T,
    title: Callable[[T], str] | None = None,
    others: Sequence[T] = (),
) -> T:
    """Draw a select box of one option and return it.

    Parameters
    ----------
    key, label
        Name of the parameter, and of the words beside the box.
    options, default
        What can be chosen, and what is at first.
    title
        What options are called; the label's texts if not given.
    others
        What can be chosen on other pages, where pages share the choice but start with different
        options. What is chosen there and is none here is said below the box.
    """
    widget = _key(key)
    elsewhere = url_state.one_of(others) if others else None
    titled = title or (lambda option: capital(text(f"{label}.{option}")))
    url_state.seed(widget, default, url_state.one_of(options), parameter=key, elsewhere=elsewhere)
    chosen = st.selectbox(
        text(label),
        options,
        key=widget,
        format_func=titled,
        placeholder=capital(text("choose.placeholder")),
    )
    url_state.publish(widget, None if default in others else default, parameter=key)
    not_here(key, options, titled, [chosen or default])
    return chosen or default


def not_here(key: str, options: Sequence[T], title: Callable[[T], str], shown: Sequence[T]) -> None:
    """Say what was chosen on another page and is no option of this one, and what is shown."""
    chosen = url_state.recorded(key)
    wanted = chosen if isinstance(chosen, list) else [] if chosen is None else [str(chosen)]
    missing = [title(each) for each in wanted if each not in options]  # type: ignore[arg-type]
    if missing:
        here = listed(map(title, shown), language()) or text("choose.placeholder")
        with st.sidebar:  # not where it may be folded
            st.caption(text("choose.not_here", what=listed(missing, language()), shown=here))


def choose_some(
    key: str,
    label: str,
    options: Sequence[str],
    *,
    title: Callable[[str], str],
    others: Sequence[str] = (),
) -> list[str]:
    """Draw a select box of several options and return the chosen ones; none means all.

    Other pages may have others under the same key.
    """
    nothing: list[str] = []
    widget = _key(key)
    url_state.seed(
        widget,
        nothing,
        url_state.some_of(options, known=others),
        parameter=key,
        elsewhere=url_state.some_of(others),
    )
    chosen = st.multiselect(
        text(label),
        options,
        key=widget,
        format_func=title,
        placeholder=capital(text("choose.placeholder")),
        select_all=False,
    )
    url_state.publish(widget, nothing, parameter=key)
    not_here(key, options, title, chosen)
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
    value: int = st.slider(text(label), low, high, step=step, format="localized", key=key)
    url_state.publish(key, default)
    return value


def switch(key: str, label: str, **values: str) -> bool:
    """Draw a switch that is off by default and return whether it is on; values fill its label."""
    url_state.seed(key, default=False, parse=url_state.truth)
    on = st.toggle(text(label, **values), key=key)
    url_state.publish(key, default=False)
    return on


def tabs(
    key: str, names: Sequence[str], *, title: Callable[[str], str], others: Sequence[str] = ()
) -> Sequence[TabContainer]:
    """Draw tabs and return what each holds; the one that is open is a choice as others are.

    Each knows whether it is ``open``. A table of thousands of cells is longer in the making than
    all else on a page: it is drawn when its tab is opened, which runs the page anew anyway.

    Parameters
    ----------
    key
        Name of the parameter.
    names
        What the tabs are, the one first that is open at first.
    title
        What they are called.
    others
        What the tabs of other pages are that share the choice.
    """
    widget, titles = _key(key), {name: title(name) for name in names}
    asked = url_state.recall(key, url_state.one_of(names), elsewhere=url_state.one_of(others))
    st.session_state[widget] = titles[asked or names[0]]
    return st.tabs(list(titles.values()), key=widget, on_change=_turn, args=(key, widget, titles))


def _turn(key: str, widget: str, titles: dict[str, str]) -> None:
    """Note which tab was opened."""
    first, *_ = titles
    opened = next(name for name, words in titles.items() if words == st.session_state[widget])
    url_state.record(key, None if opened == first else opened)


def enter(key: str, label: str) -> str:
    """Draw a field for a word to look for and return it."""
    url_state.seed(key, "", url_state.short_text)
    word: str = st.text_input(text(label), key=key, max_chars=url_state.MOST_LETTERS)
    url_state.publish(key, "")
    return word


def current(key: str) -> object:
    """Return the value of a control of words that was drawn before, None where none was."""
    return st.session_state.get(_key(key))


def _key(key: str) -> str:
    """Return the key of a control whose options are words.

    Streamlit keeps such a control's value as the words shown, so each language has its own.
    """
    return f"{key}@{interface()}"
