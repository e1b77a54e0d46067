"""What an address can do to a page: every parameter of every page, with values nobody should send.

The parameters are those that the pages themselves ask for, so that a new control takes part.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

from app.web import url_state, view_state

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 60
# What each page has to be asked so that all its controls are drawn: as few as draw them all.
PAGES: dict[str, list[dict[str, str]]] = {
    "overview": [{}],
    "density": [
        {"layer": "projects", "compare": "bandwidth", "zoning": "h3"},
        {"compare": "category", "zoning": "hexagons"},
        {"zoning": "drawn"},
    ],
    "coverage": [{"zoning": "h3"}],
    "distribution": [{"zoning": "squares"}],
    "pattern": [
        {"layer": "projects", "rule": "knn"},
        {"rule": "distance", "zoning": "h3"},
        {"look": "distance"},
        {"look": "centres", "layer": "projects"},
    ],
    "locate": [{}],
    "sources": [{}],
}
CASES = [(name, context) for name, contexts in PAGES.items() for context in contexts]
HOSTILE = {
    "5000 digits": "9" * 5000,
    "digits at the limit": "9" * 15,
    "nested lists": "[" * 100_000,
    "nested lists, closed": "[" * 1900 + "]" * 1900,
    "nested objects": '{"a":' * 1000,
    "list of lists": '[["university"]]',
    "list of objects": '[{"a": 1}]',
    "list of numbers": "[1, 2]",
    "list with a number of 4000 digits": f"[{'9' * 3900}]",
    "list with NaN": "[NaN]",
    "list with null and true": "[null, true]",
    "one thing twice": '["university", "university"]',
    "too many things": "[" + ",".join(['"a"'] * 500) + "]",
    "list that does not end": '["university"',
    "infinite": "1e999",
    "not a number": "NaN",
    "minus infinite": "-Infinity",
    "negative": "-1",
    "minus zero": "-0",
    "a fraction": "2500.5",
    "a number with a sign": "+3000",
    "grouped digits": "3_000",
    "full-width digits": "３０００",
    "hexadecimal": "0x1F4",
    "null": "null",
    "truth in capitals": "True",
    "empty": "",
    "a space": " ",
    "NUL": "zh\0",
    "line break": "zh\r\nSet-Cookie: a=b",
    "right to left": "\u202ezh",
    "lone surrogate": "\ud800",
    "percent garbage": "%ZZ%00%",
    "mark-up": "<script>alert(1)</script>",
    "mark-down": "![x](http://outside.example/x.png)",
    "a path": "../../etc/passwd",
    "prototype": "__proto__",
    "somebody's own": "own-0123456789abcdef",
    "a long word": "x" * 100_000,
}
# What is none of those for some parameters: nothing is switched on a map; a word is looked for.
EMPTY, WORDS = ("layers", "hidden"), ("filter",)
# An address carries no lone surrogates: they become another character on the way.
SENT = {name: value for name, value in HOSTILE.items() if name != "lone surrogate"}


def page(name: str, **parameters: str | list[str]) -> AppTest:
    test = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=TIMEOUT_S)
    for key, value in parameters.items():
        test.query_params[key] = value
    return test.switch_page(f"app/pages/{name}.py").run()


def fine(parameter: str, value: str) -> bool:
    """Whether a value does no harm to a parameter, and is not refused."""
    if parameter in WORDS:
        return url_state.short_text(value) is not None
    return parameter in EMPTY and not value


def settings(test: AppTest) -> dict[str, Any]:
    kinds = ("selectbox", "select_slider", "slider", "toggle", "multiselect")
    return {widget.key: widget.value for kind in kinds for widget in getattr(test, kind)}


class Asked(dict[str, "Callable[[object], object]"]):
    """The parameters that pages ask for, each with what reads it, on this page or on another."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        recall, check = url_state.recall, url_state.check

        def recalled(parameter, parse, *, elsewhere=None):
            def used(value):
                here = parse(value)
                return here if here is not None or elsewhere is None else elsewhere(value)

            self[parameter] = used
            return recall(parameter, parse, elsewhere=elsewhere)

        def checked(parameter, valid):
            self[parameter] = lambda value: value if valid(str(value)) else None
            return check(parameter, valid)

        monkeypatch.setattr(url_state, "recall", recalled)
        monkeypatch.setattr(url_state, "check", checked)


@cache
def usual(name: str, *context: tuple[str, str]) -> tuple[AppTest, Asked]:
    """Return a page as it is without a hostile link, and what it asks its address for."""
    with pytest.MonkeyPatch.context() as patch:
        asked = Asked(patch)
        return page(name, **dict(context)), asked


def stands(test: AppTest, usual: AppTest) -> None:
    """Hold that a page is as without a link: no error, its own words, its own settings."""
    assert [each.value for each in (*test.exception, *test.error)] == []
    assert test.session_state["lang"] == "zh"
    assert settings(test) == settings(usual)
    assert len(test.main) == len(usual.main)


@pytest.mark.parametrize(("name", "context"), CASES)
def test_every_parameter_refuses_every_hostile_value(name: str, context: dict[str, str]) -> None:
    _, asked = usual(name, *context.items())
    assert "lang" in asked
    for called, value in HOSTILE.items():
        given = url_state.read(value)
        for parameter, parse in asked.items():
            assert parse(given) is None or fine(parameter, value), (parameter, called)


@pytest.mark.parametrize(("name", "context"), CASES)
def test_a_page_stands_with_every_hostile_value(name: str, context: dict[str, str]) -> None:
    without, asked = usual(name, *context.items())
    free = [parameter for parameter in asked if parameter not in context]
    # All free parameters are hostile at once, each with another value of the table, which goes on
    # from page to page. That each is refused whatever its value the test above holds; here the
    # whole page is run.
    turn = 7 * CASES.index((name, context))
    values = list(SENT.values())
    hostile = {key: values[(at + turn) % len(values)] for at, key in enumerate(free)}
    test = page(name, **context, **hostile)
    stands(test, without)
    told = test.toast[-1].value
    # What somebody else brought is told in a sentence of its own.
    refused = [
        key
        for key, value in hostile.items()
        if not fine(key, value) and value != SENT["somebody's own"]
    ]
    assert [key for key in refused if key not in told] == []
    assert len(told) < 500


def test_a_parameter_that_stands_twice_is_refused() -> None:
    """Every page reads its address in one place (see the next test): one shows what comes of it."""
    without, asked = usual("density", ("zoning", "drawn"))
    free = [key for key in asked if key != "zoning"]
    test = page("density", zoning="drawn", **{key: ["zh", "en"] for key in free})
    stands(test, without)
    told = test.toast[0].value
    assert [key for key in free if key not in told] == []


def test_the_pages_have_no_parameter_that_these_tests_do_not_reach() -> None:
    asked = {key for name, context in CASES for key in usual(name, *context.items())[1]}
    draws = {"choose", "choose_some", "step_through", "slide", "switch", "seed", "check"}
    draws |= {"tabs", "enter", "recall"}
    named = {
        node.args[0].value
        for path in (ROOT / "app").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in draws
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }
    assert {"cell", "selected", "view", "bandwidth", "drawn", "filter"} <= asked
    assert named - asked == set()


def test_a_slider_takes_values_on_its_steps_alone() -> None:
    parse = url_state.whole_number(500, 15000, step=250)
    assert [parse(value) for value in (500, 3000, 15000)] == [500, 3000, 15000]
    assert [parse(value) for value in (3001, 499, 15250, True, "3000", [3000], None)] == [None] * 7


def test_a_distance_between_two_steps_opens_the_default_one() -> None:
    test = page("coverage", distance="3001")
    assert not test.exception
    assert "distance" in test.toast[0].value
    assert test.slider(key="distance").value == 3000


def test_what_the_pages_write_is_read_again() -> None:
    assert url_state.read("250") == 250
    assert url_state.read("-3") == -3
    assert url_state.read("quartic") == "quartic"
    assert url_state.read("true") is True
    assert url_state.read('["university", "laboratory"]') == ["university", "laboratory"]
    assert url_state.read("[]") == []


@pytest.mark.parametrize(
    "view",
    ["", "28,112", "28,112,12,1", "28,112,12,1,1,1", "1e1,112,12", "nan,112,12", "28,112,inf",
     "28,112,12,0,780", "86,112,12", "28,181,12", "28,112,19", "２８,112,12", "," * 100_000],
)  # fmt: skip
def test_a_view_that_no_map_has_is_none(view: str) -> None:
    assert view_state.extent(view) is None


def test_layers_of_a_link_are_names_and_not_many() -> None:
    assert view_state.switched("circles.-overlay-points.districts") is not None
    # by its place among others, a result is no longer known
    assert view_state.switched("circles.overlay-1") is None
    assert view_state.switched("a." * 100_000) is None
    assert view_state.switched("<img src=x>") is None
