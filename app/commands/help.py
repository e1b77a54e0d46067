"""What commands say of themselves: in Chinese and in English, or in the one that is chosen."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geo.numerals import LANGUAGES
from geo.wording import Words
from layers.book import series
from layers.look.sheet import SIZES_MM
from layers.questions.kinds import maps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from layers.record.specification import MapSpec

WORDS = Words(__file__)
HEADINGS = (
    *("usage", "options", "commands", "arguments", "help", "default", "required", "variable"),
    *("some_options", "a_command"),
)
_spoken: ContextVar[tuple[str, ...]] = ContextVar("languages of the help", default=LANGUAGES)


@contextmanager
def speaking(lang: str | None) -> Iterator[None]:
    """Say what commands are for in one language alone, or in both where it is None."""
    before = _spoken.set(LANGUAGES if lang is None else (lang,))
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> tuple[str, ...]:
    """Return the languages that commands speak."""
    return _spoken.get()


def in_language(spec: MapSpec) -> MapSpec:
    """Return a map in the one language that commands are asked to speak, else in its own."""
    return replace(spec, lang=spoken()[0]) if len(spoken()) == 1 else spec


def in_words(words: Callable[[str], str]) -> str:
    """Return a text in the languages of the help, one after the other.

    Examples
    --------
    >>> in_words(lambda lang: {"zh": "图层", "en": "layer"}[lang])
    '图层 · layer'
    """
    return " · ".join(words(lang) for lang in _spoken.get())


def told(key: str, **values: object) -> str:
    """Return words of the commands in the languages that they speak.

    Examples
    --------
    >>> told("told.wrote", name="a.pptx")
    '写好 a.pptx · wrote a.pptx'
    """
    return in_words(lambda lang: WORDS.say(key, lang, **values))


def worded(command: Any, name: str) -> Any:  # noqa: ANN401 - as typer has it
    """Return a command with what it and its options say; the fields of a kind say that themselves.

    Parameters
    ----------
    command
        As typer makes it.
    name
        What its words are called by.
    """
    command.help = _said(f"command.{name}") or command.help
    plain = type(command).get_help
    command.get_help = lambda context: with_headings(plain(command, context))
    for each in command.params:
        option = each.name.strip("_")
        said = _said(f"option.{name}.{option}") or _said(f"option.{option}")
        each.help = getattr(each, "help", None) or said
    return command


def with_headings(text: str) -> str:
    """Return a help text with the headings and marks of typer, which are English, as chosen."""
    if _spoken.get() == ("zh",):
        for name in HEADINGS:
            chinese, english = WORDS.both(f"help.{name}")
            text = text.replace(english, chinese)
    return text


def _said(key: str) -> str:
    if key not in WORDS:
        return ""
    values = {"maps": maps(), "pages": series.names(), "sizes": tuple(SIZES_MM)}
    return in_words(lambda lang: WORDS.say(key, lang, **values))
