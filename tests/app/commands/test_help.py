"""What commands say of themselves: all of it, and in the language that is chosen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

from app.cli import cli
from app.commands import output, snapshot
from app.commands.help import speaking
from layers.record.specification import read_spec

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


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "此后数据没有变\n写好 a.svg\n"), ("en", "no data changed since\nwrote a.svg\n")],
)
def test_what_is_said_of_a_file_is_in_the_language_that_was_chosen(
    lang: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        snapshot, "remake", lambda _: (read_spec("overview", review_number="internal"), [])
    )
    monkeypatch.setattr(snapshot, "_write", lambda *given: output.wrote(given[1]))
    with speaking(lang):
        snapshot.rerun(Path("a.svg"))
    assert capsys.readouterr().err == said
