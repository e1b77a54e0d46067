"""The compliance check on the command line: what a reviewer of maps would find in a file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING

import typer

from app.commands.help import in_words, spoken, told
from app.commands.options import AsJson  # noqa: TC001 - typer reads it at run time
from app.commands.output import print_json, records, told_if_slow
from layers.review.findings import VERDICTS
from layers.review.rulebook import profile_named
from layers.words import say

if TYPE_CHECKING:
    import pandas as pd

FAILED = 1
MARKS = {"fail": "✗", "look": "?", "unknown": "–"}


def check(
    file: Path,
    *,
    profile: str | None = None,
    sensitive: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """Hold a file against the rules of map reviewers; exit with 1 where one fails."""
    # With it comes all that draws prints: a third of what any command would load.
    from layers.review import checking  # noqa: PLC0415

    with told_if_slow(told("told.checking")):
        named = None if profile is None else profile_named(profile)
        subject = checking.subject_of(file, named or "", sensitive)
        tables = {lang: checking.check(subject, lang=lang) for lang in spoken()}
    first = next(iter(tables.values()))
    counts = Counter(first["verdict"])
    if as_json:
        print_json(records(first))
    else:
        for row in range(len(first)):
            _tell([table.iloc[row] for table in tables.values()])
        values = {name: counts[name] for name in VERDICTS}
        typer.echo(
            in_words(
                lambda lang: say(
                    "review.verdict",
                    lang,
                    profile=say(f"profile.{subject.profile}", lang),
                    **values,
                )
            )
        )
        if subject.asked is not None and not counts["unknown"]:
            mark = subject.asked.mark()
            typer.echo(in_words(lambda lang: say("review.mark", lang, mark=mark)))
    if counts["fail"]:
        raise typer.Exit(FAILED)


def _tell(rows: list[pd.Series[str]]) -> None:
    """Print a finding in each language; what passes is counted alone."""
    verdict = rows[0]["verdict"]
    if verdict == "pass":
        return
    typer.echo(f"{MARKS[verdict]} {' · '.join(row['rule'] for row in rows)}")
    for row in rows:
        typer.echo(f"  {row['why']}")
        typer.echo(f"  → {row['do']}")
        typer.echo(f"  {row['source']}")
