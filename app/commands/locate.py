"""The command that finishes the map: what has no place, what is proposed, what is accepted."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.help import in_words
from app.commands.options import AsJson, Output  # noqa: TC001 - typer reads them at run time
from app.commands.output import print_json, records, write_table, wrote
from geo.errors import InputError
from geo.numerals import LANGUAGES
from geo.wording import Words
from layers.look.symbology import amount_words
from layers.plan.catalogue import names_by_id
from layers.plan.claims_file import ProposalsError, texts_of
from layers.plan.data_files import DataError
from layers.plan.proposals import geocoder_of, propose
from layers.plan.unplaced import accepted, amount_unit, leads, take, unplaced

if TYPE_CHECKING:
    from collections.abc import Hashable

_WORDS = Words(__file__)


def locate(
    *,
    with_: Annotated[str | None, typer.Option("--with")] = None,
    city: str = "",
    accept: Path | None = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """List what has no place; have places proposed for it; take those that are accepted."""
    if accept is not None:
        try:
            proposals = texts_of(accept)
        except DataError as error:
            raise ProposalsError(error.damages) from error
        keys = take(accepted(proposals, accept.name))
        typer.echo(
            in_words(lambda lang: _WORDS.say("locate.accepted", lang, n=len(keys))), err=True
        )
    elif with_ is not None:
        if output is None:
            raise InputError(
                "--with: name the file of proposals, as --output claims.csv",
                code="locate.output",
            )
        _propose(with_, city, output)
    else:
        _list(output, as_json=as_json)


def _list(output: Path | None, *, as_json: bool) -> None:
    things = unplaced().drop(columns="following")
    for lang in LANGUAGES:
        things[f"leads_{lang}"] = [" ".join(leads(key, lang)) for key in things["id"]]
    if output is not None:
        write_table(things, output)
    if as_json:
        print_json(records(things))
    elif output is None:
        for thing in things.to_dict("records"):
            _print(thing)
    typer.echo(in_words(lambda lang: _WORDS.say("locate.listed", lang, n=len(things))), err=True)


def _print(thing: dict[Hashable, Any]) -> None:
    def in_both(name: str) -> str:
        return in_words(lambda lang: str(thing[f"{name}_{lang}"])).strip(" ·")

    stated = in_words(lambda lang: amount_words(thing["amount"], amount_unit(), lang=lang))
    amount = f"  {stated}" if thing["amount"] else ""
    typer.echo(f"{thing['id']}  {in_both('name')}  {thing['layers']}{amount}")
    for line in (thing["quote"], in_both("leads")):
        if isinstance(line, str) and line:
            typer.echo(f"    {line}")


def _propose(name: str, city: str, output: Path) -> None:
    geocoder, titles = geocoder_of(name), names_by_id()
    with typer.progressbar(
        length=1, label=name, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:

        def progress(done: int, steps: int, thing: str) -> None:
            bar.length, bar.label = steps or 1, titles.get(thing, name)
            bar.update(done - bar.pos)

        try:
            asked = propose(geocoder, output, city=city, progress=progress)
        except KeyboardInterrupt:
            said = in_words(lambda lang: _WORDS.say("locate.stopped", lang, name=output.name))
            typer.echo(said, err=True)
            raise typer.Exit(1) from None
    typer.echo(in_words(lambda lang: _WORDS.say("locate.asked", lang, n=asked)), err=True)
    wrote(output)
