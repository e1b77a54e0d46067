"""What commands say of themselves: all of it, and in the language that is chosen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import typer

from app.cli import cli
from app.commands.help import speaking

if TYPE_CHECKING:
    from collections.abc import Iterator

CHINESE = re.compile(r"[\u3400-\u9fff]")


def commands() -> Iterator[Any]:
    """All commands as typer makes them, the one of all of them first."""
    whole = typer.main.get_command(cli)
    whole.get_help(whole.make_context("xiangjiang", [], resilient_parsing=True))
    yield whole
    for name in whole.list_commands(None):
        each = whole.get_command(None, name)
        yield from (each, *getattr(each, "commands", {}).values())


@pytest.mark.parametrize("lang", ["zh", "en", None])
def test_every_command_and_option_says_what_it_is_for(lang: str | None) -> None:
    with speaking(lang):
        said = {
            f"{command.name} {param.name}": getattr(param, "help", None)
            for command in commands()
            for param in command.params
        } | {command.name: command.help for command in commands()}
    assert len(said) > 100
    assert {name for name, words in said.items() if not words} == set()
    # A name such as H3 or a file's ending is the same in both.
    chinese = {name for name, words in said.items() if CHINESE.search(words)}
    assert chinese == (set() if lang == "en" else set(said))
