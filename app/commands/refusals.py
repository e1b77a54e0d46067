"""What the command line refuses, in the languages that it speaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.commands.help import WORDS, spoken
from geo.errors import AtlasError
from geo.wording import sentence, shown
from layers.questions.fields import Field, Item

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What is refused for who calls a function, and not by what a reader chose, has no words of theirs.
OF_CALLERS = "caller."
Told = tuple[str, "Mapping[str, object]"]
# How typer says what it has no class of its own for.
_NO_COMMAND, _EXTRA = (
    re.compile(r"No such command '(.*)'"),
    re.compile(r"extra argument.* \((.*)\)"),
)


def refused(error: Exception) -> list[str]:
    """Return why something is refused: a line in each language that the commands speak.

    Parameters
    ----------
    error
        One of the atlas, or of typer, which has words in English alone.
    """
    if type(error).__name__ == "NoArgsIsHelpError":
        return [str(error)]
    say = _of_atlas if isinstance(error, AtlasError) else _of_typer
    *first, last = dict.fromkeys(say(error, lang) for lang in spoken())
    return [*first, shown(f"xiangjiang: {last}")]


def _of_atlas(error: Any, lang: str) -> str:  # noqa: ANN401 - as the one of typer is
    """Return a refusal: what is not English has the words of a reader of maps."""
    is_worded = error.code and not error.code.startswith(OF_CALLERS)
    return error.sentence(lang) if is_worded and lang != "en" else str(error)


def _of_typer(error: Any, lang: str) -> str:  # noqa: ANN401 - what differs by kind
    key, values = _USAGE.get(type(error).__name__, _usage)(error)
    if key.startswith("option."):
        return sentence(key, lang, values)
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "xiangjiang"
    return WORDS.say(key, lang, command=command, **values)


def _option(error: Any) -> Told:  # noqa: ANN401
    names = sorted(error.possibilities or ())
    key = "usage.no_option_near" if names else "usage.no_option"
    return key, {"option": error.option_name, "names": names}


def _use(error: Any) -> Told:  # noqa: ANN401
    takes = not error.message.endswith("does not take a value.")
    return "option.no_value" if takes else "usage.value_unwanted", {"name": error.option_name}


def _value(error: Any) -> Told:  # noqa: ANN401
    cause: list[Any] = getattr(error.__cause__, "errors", list)()
    if error.param is None or not cause:
        return _usage(error)
    hint = float if "float" in cause[0]["type"] else int
    about = Field(low=getattr(error.param, "min", None), high=getattr(error.param, "max", None))
    item = Item("", hint, optional=False, about=about, default=None)
    return "option.field", {
        "name": error.param.opts[0],
        "value": cause[0]["input"],
        "zh": item.taken("zh"),
        "en": item.taken("en"),
    }


def _missing(error: Any) -> Told:  # noqa: ANN401
    return "usage.missing", {"name": max(error.param.opts, key=len)}


def _usage(error: Any) -> Told:  # noqa: ANN401
    text = error.format_message()
    if (found := _EXTRA.search(text)) is not None:
        return "usage.extra", {"names": found[1].split()}
    if (found := _NO_COMMAND.search(text)) is None and text != "Missing command.":
        return "usage.other", {"said": text}
    names = error.ctx.command.list_commands(error.ctx)
    if found is None:
        return "usage.command_missing", {"names": names}
    return "usage.no_command", {"name": found[1], "names": names}


_USAGE: dict[str, Callable[[Any], Told]] = {
    "NoSuchOption": _option,
    "BadOptionUsage": _use,
    "BadParameter": _value,
    "MissingParameter": _missing,
}
