"""How the command line hands over a result: as a table, as JSON, or in a file."""

from __future__ import annotations

import json
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING, Any

import typer

import geo
from app.commands.help import spoken, told
from geo.errors import InputError
from geo.exchange.cell_quotes import csv_bytes
from geo.exchange.writers import write_file
from geo.numerals import LANGUAGES, MISSING, significant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

SLOW_S = 1.0
DIGITS = 15  # the most that pandas writes
RASTERS = (".tif", ".tiff")
# What a table of zones says in a file, and what there is no room for on a screen.
HIDDEN = ["geometry", "evidence", "rule"]


@contextmanager
def told_if_slow(doing: str) -> Iterator[None]:
    """Say on standard error what is being done, where it takes longer than a second."""
    timer = Timer(SLOW_S, typer.echo, (f"{doing} …",), {"err": True})
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def deliver(frame: pd.DataFrame, *, as_json: bool, output: Path | None) -> None:
    """Write, print as JSON, or print: features, or a table that has no places.

    What the figures are parts of goes to standard error.
    """
    if output is not None:
        write_table(frame, output)
    _tell(frame.attrs)
    if as_json:
        print_json(records(frame))
    elif output is None:
        other = [f"name_{lang}" for lang in LANGUAGES if lang != spoken()[0]]
        table = frame.drop(columns=[*HIDDEN, *other], errors="ignore")
        typer.echo(table.to_string(index=False, float_format=significant, na_rep=MISSING))


def deliver_numbers(numbers: pd.Series[float], *, as_json: bool, output: Path | None) -> None:
    """Write, print as JSON, or print numbers that have a name each."""
    if output is not None:
        write_table(numbers.rename_axis("measure").rename("value").reset_index(), output)
    if as_json:
        print_json(json.loads(numbers.to_json(double_precision=DIGITS)) | _plain(numbers.attrs))
        return
    _tell(numbers.attrs)
    if output is None:
        typer.echo(numbers.to_string(float_format=significant, na_rep=MISSING))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as JSON has them, without geometry; what is not there is null."""
    plain = frame.drop(columns="geometry", errors="ignore")
    rows: list[dict[str, Any]] = json.loads(
        plain.to_json(orient="records", force_ascii=False, double_precision=DIGITS)
    )
    return rows


def print_json(value: object) -> None:
    """Print JSON, Chinese as it is written."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def wrote(path: Path) -> None:
    """Say on standard error that a file was written."""
    typer.echo(told("told.wrote", name=path), err=True)


def write_table(frame: pd.DataFrame, output: Path) -> None:
    """Write features as their suffix says, or a table without places as CSV, and say so.

    Raises
    ------
    InputError
        If the suffix does not fit, or the file cannot be written.
    """
    if "geometry" in frame.columns:
        geo.write_vector(frame, output)
    elif output.suffix.lower() == ".csv":
        write_file(output, csv_bytes(frame), function="--output")
    else:
        raise InputError(
            f"--output {output}: this is a table without places; take a .csv",
            code="write.table",
            name=output.name,
        )
    wrote(output)


def _plain(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    """Keep what is a text or a number, as plain Python."""
    plain = {
        str(key): getattr(value, "item", lambda value=value: value)()
        for key, value in attrs.items()
    }
    return {key: value for key, value in plain.items() if isinstance(value, str | int | float)}


def _tell(attrs: Mapping[Any, Any]) -> None:
    parts = [
        f"{key} {value:,.6g}" if isinstance(value, float) else f"{key} {value}"
        for key, value in _plain(attrs).items()
        if key not in ("name", "title")
    ]
    if parts:
        typer.echo(" · ".join(parts), err=True)
