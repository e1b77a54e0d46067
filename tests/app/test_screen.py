"""What a browser answers about its screen: the last answer counts, and nonsense is none."""

from __future__ import annotations

from pathlib import Path

import pytest

import app
from app.texts import both
from app.web.frame import OF_STREAMLIT, STYLE
from app.web.screen import File, Screen
from app.web.view_state import extent, visible
from geo.errors import InputError


def refuse(_: dict[str, str]) -> File:
    raise InputError("it cannot be made")


@pytest.mark.parametrize("answer", [None, "x", [], {}, {"asked": "1"}, {"asked": 0}, {"asked": 7}])
def test_what_is_no_answer_to_the_last_question_is_none(answer: object) -> None:
    screen = Screen()
    screen.ask(refuse)
    screen.hear(answer)
    assert (screen.ready, screen.address) == (False, {})


def test_an_answer_is_worked_with_once() -> None:
    screen, seen = Screen(), []
    screen.ask(seen.append)
    screen.ask(lambda address: File("a.png", "image/png", address["view"].encode()))
    screen.hear({"asked": 1, "address": "?view=old"})
    assert not screen.ready
    screen.hear({"asked": 2, "address": "?view=1%2C2%2C3&layers="})
    assert screen.ready
    screen.work()
    assert seen == [{"view": "1,2,3", "layers": ""}]
    assert screen.made == [File("a.png", "image/png", b"1,2,3")]
    assert not screen.ready
    screen.hear({"asked": 2, "address": "?view=late"})
    assert screen.address["view"] == "1,2,3"


def test_what_cannot_be_made_is_no_longer_wanted() -> None:
    screen = Screen()
    screen.ask(refuse)
    screen.hear({"asked": 1, "address": ""})
    with pytest.raises(InputError, match="it cannot be made"):
        screen.work()
    assert (screen.ready, screen.made) == (False, [])


@pytest.mark.parametrize(
    "view",
    [None, "", "1,2", "a,b,c", "nan,1,1", "86,1,1", "1,181,1", "1,1,19", "1,1,1,5", "1,1,1,5,0"],
)
def test_a_view_that_the_map_would_not_believe_is_none(view: str | None) -> None:
    assert extent(view) is None


def test_a_view_without_a_size_is_about_as_wide_as_a_page() -> None:
    west, _, east, _ = extent("0,0,8") or (0.0,) * 4
    assert east - west == pytest.approx(940 * 360 / 256 / 2**8)


def test_switching_everything_off_is_not_the_same_as_no_word_of_it() -> None:
    start = ("river", "cities")
    assert visible(None, start) is None
    assert visible("-river.-cities", start) == ()
    assert visible("-river.axes", start) == ("cities", "axes")


@pytest.mark.parametrize("name", OF_STREAMLIT)
def test_what_streamlit_says_in_english_alone_is_said_by_the_style_of_the_page(name: str) -> None:
    assert f"content: var(--{name})" in STYLE
    # A quote would end what the style says.
    assert not any({*"'\\\n"} & {*words} for words in both(f"app.{name}"))


def test_the_style_of_a_lost_connection_meets_no_dialog_of_the_atlas() -> None:
    code = [path.read_text("utf-8") for path in (Path(app.__file__).parent).rglob("*.py")]
    assert len(code) > 1
    assert not any("st.dialog" in each for each in code)
