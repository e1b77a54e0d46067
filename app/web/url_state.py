"""The state of a visit in the address of its pages: a copied link opens the same view.

A visit keeps one record of what was chosen in it: what means the same on every page
(:func:`shared`) once, the rest for each page. Each control starts with what the record says, and
what the visitor changes is written into it; what a page starts with by itself is not. So a value
that one page cannot use stays for the others. The address of a page says what is shared and what is
the page's own. It is written once a run (:func:`write`), and read when a visit begins and when the
visitor goes back in the browser (:func:`begin`, :func:`enter`).

An address is written by anyone. What it brings is checked before it is used; what is not valid is
named to the visitor and replaced by the default. A parameter stands in it once, is short, and is a
word, a whole number, true or false, or one flat list of words: nothing else is read, so that no
nesting and no number of any length can hold the page up.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from layers.keeping.brought import is_own
from layers.plan.area import area

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Value = TypeVar("Value")
Option = TypeVar("Option", bound=str)
REFUSED = "_refused_parameters"
# Whether the address names something that was brought in another visit.
ANOTHERS = "_refused_own"
# The longest that the pages write is a list of all values of a column, below 600 characters.
MOST_CHARACTERS, MOST_DIGITS, MOST_ITEMS, MOST_LETTERS = 4000, 15, 200, 80
# What means the same on every page, beside the columns that layers are filtered by.
SHARED = frozenset(
    {"lang", "layer", "zoning", "cell_m", "h3", "drawn", "notes", "selected", "tab", "evidence"}
    | {"weighted", "by_site"}
)
# What the browser alone writes, on every page too (layers/assets/frame.js, app/web/steps.js).
BROWSERS = frozenset({"view", "layers", "base", "hidden", "year"})
# What was chosen, as the address writes it; what of it the address has brought and no page has
# used; what each control started with; the page; whether the address was read in this run; what was
# written last, which a browser that asks for the next run at once has not yet.
RECORD, BROUGHT, STARTED, PAGE, READ = "_record", "_brought", "_started", "_page", "_read"
WRITTEN = "_written"


def shared(parameter: str) -> bool:
    """Whether a parameter is of the whole visit, and not of one page.

    Examples
    --------
    >>> shared("zoning"), shared("sector"), shared("bandwidth")
    (True, True, False)
    """
    return parameter in SHARED | {*area().filters} or parameter.startswith("any_")


def begin() -> None:
    """Read the address where a visit begins or has gone back; call it before any control."""
    context = get_script_run_ctx(suppress_warning=True)
    back = context is not None and context.is_history_navigation
    st.session_state[READ] = RECORD not in st.session_state or back
    if st.session_state[READ]:
        _start_anew()
        of_pages = {slot: raw for slot, raw in _record().items() if "/" in slot}
        st.session_state.update({RECORD: of_pages, BROUGHT: set(), PAGE: ""})
        _take([each for each in st.query_params if shared(each)])


def enter(page: str) -> None:
    """Note which page is drawn, and read what the address says for it alone.

    Parameters
    ----------
    page
        Its path in the address.
    """
    other, read = st.session_state[PAGE] != page, st.session_state[READ]
    if other:
        # Another page's control of the same name may have other options.
        _start_anew(but="lang")
    st.session_state[PAGE] = page
    if read or other:
        st.session_state.pop(WRITTEN, None)
    if read:
        for slot in [slot for slot in _record() if slot.startswith(f"{page}/")]:
            del _record()[slot]
    if read or other:  # who goes to another page brings no parameters, but for a link that has some
        named = [each for each in st.query_params if each not in BROWSERS]
        _take([each for each in named if not (read and shared(each))])


def write() -> None:
    """Write the address of the page, in one message if it has changed: it is one step back."""
    page = f"{st.session_state[PAGE]}/"
    told = {
        slot.removeprefix(page): raw
        for slot, raw in _record().items()
        if "/" not in slot or slot.startswith(page)
    }
    known = {key: raw for key, raw in st.query_params.items() if key not in BROWSERS}
    if told != known or told != st.session_state.get(WRITTEN, told):
        st.session_state[WRITTEN] = told
        st.query_params.from_dict(told)


def recall(
    parameter: str,
    parse: Callable[[object], Value | None],
    *,
    elsewhere: Callable[[object], object | None] | None = None,
) -> Value | None:
    """Return what the record says, None where it says nothing or nothing of use on this page.

    What the address has brought is taken out, and named, if no page could use it.

    Parameters
    ----------
    parameter
        Its name.
    parse
        Turns what the address says into the page's value, or returns None to refuse it.
    elsewhere
        The same for the other pages, where they take more than this one.
    """
    slot, brought = _slot(parameter), st.session_state[BROUGHT]
    raw = _record().get(slot)
    if raw is None:
        return None
    # What a visitor has typed may look like a number or a list.
    value = parse(raw if parse is short_text else read(raw))
    of_use = value is not None or (elsewhere is not None and elsewhere(read(raw)) is not None)
    if slot in brought and not of_use:
        if is_own(raw):
            st.session_state[ANOTHERS] = True
        else:
            refuse(parameter)
        del _record()[slot]
    brought.discard(slot)
    return value


def record(parameter: str, value: object) -> None:
    """Write what a visitor has chosen into the record; None takes it out."""
    if value is None:
        _record().pop(_slot(parameter), None)
    else:
        raw = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        _record()[_slot(parameter)] = raw
    st.session_state[BROUGHT].discard(_slot(parameter))


def recorded(parameter: str) -> str | int | bool | list[str] | None:
    """Return what the record says, whether this page can use it or not; None for nothing."""
    raw = _record().get(_slot(parameter))
    return None if raw is None else read(raw)


def forget(value: str) -> None:
    """Take a word out of the record wherever it stands: what it names is gone."""
    for slot in [slot for slot, raw in _record().items() if raw == value]:
        del _record()[slot]


def seed(
    key: str,
    default: Value,
    parse: Callable[[object], Value | None],
    *,
    parameter: str | None = None,
    elsewhere: Callable[[object], object | None] | None = None,
) -> None:
    """Give a control its first value: what the record says if that is of use, else the default.

    Parameters
    ----------
    key
        Key of the control.
    default
        Value without a parameter.
    parse, elsewhere
        As of :func:`recall`.
    parameter
        Name of the parameter; the key where none is given.
    """
    if key not in st.session_state:
        value = recall(parameter or key, parse, elsewhere=elsewhere)
        st.session_state[key] = default if value is None else value
        st.session_state[STARTED][key] = st.session_state[key]


def publish(key: str, default: object, *, parameter: str | None = None) -> None:
    """Write a control's value into the record if the visitor has changed it.

    The default is taken out of it; None as the default has every value written.
    """
    value, started = st.session_state[key], st.session_state[STARTED]
    if key not in started or started[key] != value:
        started[key] = value
        record(parameter or key, None if value == default else value)


def check(parameter: str, valid: Callable[[str], bool]) -> bool:
    """Tell whether what only the browser reads can be believed, and name it if not.

    Parameters
    ----------
    parameter
        Its name.
    valid
        Whether its text can be believed.
    """
    raws = st.query_params.get_all(parameter)
    good = not raws or (len(raws) == 1 and len(raws[0]) <= MOST_CHARACTERS and valid(raws[0]))
    if not good:
        refuse(parameter)
    return good


def _start_anew(*, but: str = "") -> None:
    """Have every control start with what the record says, but for one that is drawn already."""
    started = st.session_state.setdefault(STARTED, {})
    for key in [key for key in started if key != but]:
        del started[key]
        st.session_state.pop(key, None)


def _record() -> dict[str, str]:
    record: dict[str, str] = st.session_state.setdefault(RECORD, {})
    return record


def _slot(parameter: str) -> str:
    """Return where the record keeps a parameter: that of a page stands after its path."""
    return parameter if shared(parameter) else f"{st.session_state[PAGE]}/{parameter}"


def _take(parameters: Sequence[str]) -> None:
    """Put into the record what the address says, as it is; each stands in it once."""
    for parameter in parameters:
        raw, *others = st.query_params.get_all(parameter)
        if others:
            refuse(parameter)
        else:
            _record()[_slot(parameter)] = raw
            st.session_state[BROUGHT].add(_slot(parameter))


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


def some_of(
    options: Sequence[str], *, known: Sequence[str] = ()
) -> Callable[[object], list[str] | None]:
    """Accept a list of options, each once; of what is known beside them, what is none is left out.

    Examples
    --------
    >>> some_of(["park"], known=["park", "campus"])(["park", "campus"])
    ['park']
    """

    def parse(value: object) -> list[str] | None:
        if not isinstance(value, list) or len(set(value)) < len(value):
            return None
        of_use = [item for item in value if item in options]
        known_all = all(item in options or item in known for item in value)
        return of_use if known_all and bool(of_use) == bool(value) else None

    return parse


def whole_number(low: int, high: int, *, step: int = 1) -> Callable[[object], int | None]:
    """Accept a whole number between two bounds, both included, on a step from the lower one."""

    def parse(value: object) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        return value if low <= value <= high and (value - low) % step == 0 else None

    return parse


def short_text(value: object) -> str | None:
    r"""Accept a few words to look for, of whatever letters.

    Examples
    --------
    >>> short_text("007"), short_text("岳麓　山"), short_text("a\n")
    ('007', '岳麓\u3000山', None)
    """
    if not isinstance(value, str) or len(value) > MOST_LETTERS:
        return None
    # A Chinese keyboard has a wide space.
    return value if value.replace("\u3000", " ").isprintable() else None


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
