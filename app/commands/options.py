"""Options that several commands share, and what they say of files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.help import in_words, told
from geo.errors import InputError

if TYPE_CHECKING:
    from geo.exchange.receipt import Receipt

AsJson = Annotated[bool, typer.Option("--json")]
Output = Annotated[Path | None, typer.Option("--output", "-o")]


def say_receipt(receipt: Receipt) -> None:
    """Say on standard error what must be known of a file before its figures are used."""
    rows = {"n": receipt.rows_accepted, "of": receipt.rows_in}
    typer.echo(told("told.accepted", name=receipt.file, crs=receipt.crs, **rows), err=True)
    for finding in receipt.findings:
        if finding.level == "warning":
            typer.echo(f"{receipt.file}: {in_words(finding.sentence)}", err=True)


def numbers(text: str, option: str) -> tuple[float, ...]:
    """Return numbers that stand in a text, with commas between them.

    Raises
    ------
    InputError
        If one of them is no number.

    Examples
    --------
    >>> numbers("500,1000", "--distances")
    (500.0, 1000.0)
    """
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise InputError(
            f"{option} {text!r}: write numbers with commas, as in 1,2,5",
            code="option.numbers",
            value=text,
        ) from None
