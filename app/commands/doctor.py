"""The doctor on the command line: what is in a file of someone's, and what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Any

import typer

import geo
from app.commands.help import spoken
from app.commands.options import AsJson  # noqa: TC001 - typer reads it at run time
from app.commands.output import RASTERS, print_json, wrote
from geo.arguments import require_one_of
from geo.datum import DATUMS
from geo.errors import AtlasError, InputError
from geo.exchange.cell_quotes import csv_bytes
from geo.exchange.writers import write_file
from geo.wording import sentence
from layers.keeping.own_files import read_own
from layers.plan import published

if TYPE_CHECKING:
    from geo.exchange.receipt import Intake
    from geo.findings import Finding

MOST_ROWS = 20
# What numbers can be shifted back from.
SHIFTED = [each for each in DATUMS if each != "wgs84"]
BAD_INPUT = 2


def doctor(
    file: Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    datum: str | None = None,
    output: Path | None = None,
    aside: Path | None = None,
    as_json: AsJson = False,
) -> None:
    """Look at a file: encoding, coordinates, shapes, rows set aside, and what to do."""
    lang = spoken()[0]
    if datum is not None:
        require_one_of(datum, SHIFTED, "--datum", function="doctor")
    if file.suffix.lower() in RASTERS:
        of_tables: dict[str, object] = {"--layer": layer, "--crs": crs, "--datum": datum}
        of_tables |= {"--output": output, "--aside": aside}
        given = [name for name, value in of_tables.items() if value is not None]
        if given:
            raise InputError(
                f"doctor: a raster has no {', '.join(given)}; leave that out",
                code="option.goes_not",
                names=given,
                value=file.name,
            )
        _raster(file, lang, as_json=as_json)
        return
    try:
        intake = read_own(file, layer=layer, crs=crs, datum=datum)
    except AtlasError as error:
        _say_refused(error, lang)
        raise typer.Exit(BAD_INPUT) from error
    if as_json:
        print_json(intake.receipt.as_dict() | {"aside": _aside(intake, lang)})
    else:
        for heading, words in intake.receipt.lines(lang):
            typer.echo(f"{heading}  {words}")
        _say(intake.receipt.findings, lang)
        _say_aside(intake, lang)
    if output is not None:
        geo.write_vector(intake.frame, output)
        wrote(output)
    if aside is not None:
        write_file(aside, csv_bytes(intake.aside.reset_index()), function="doctor")
        wrote(aside)


def _raster(file: Path, lang: str, *, as_json: bool) -> None:
    try:
        people = geo.population(geo.read_raster(file))
        table = published.compared(people)
    except AtlasError as error:
        _say_refused(error, lang)
        raise typer.Exit(BAD_INPUT) from error
    if as_json:
        findings = [{"code": each.code, "values": dict(each.values)} for each in people.findings]
        rows = json.loads(table.to_json(orient="records", force_ascii=False))
        print_json(
            {"total": people.total, "quantity": people.quantity, "findings": findings}
            | {"published": rows}
        )
        return
    _say(people.findings, lang)
    for row in table.itertuples():
        values = {"published": row.published, "counted": row.counted, "date": row.date}
        name = getattr(row, f"name_{lang}")
        code = "people.compared" if row.agrees is not None else "people.not_compared"
        typer.echo(sentence(code, lang, {"name": name} | values))


def _say_refused(error: AtlasError, lang: str) -> None:
    """Say why a file is not read, and what is suspected of it, in words of a planner."""
    typer.echo(f"{sentence('doctor.refused', lang, {})} {error.sentence(lang)}", err=True)
    for finding in error.findings:
        typer.echo(f"  {finding.sentence(lang)}", err=True)


def _say(findings: tuple[Finding, ...], lang: str) -> None:
    for finding in findings:
        mark = sentence(f"doctor.{finding.level}", lang, {})
        typer.echo(f"{mark} {finding.sentence(lang)}")


def _aside(intake: Intake, lang: str) -> list[dict[str, Any]]:
    return [
        {"row": int(row), "reason": sentence(reason, lang, {}), "name": name, "detail": detail}
        for row, reason, detail, name in intake.aside[["reason", "detail", "name"]].itertuples()
    ]


def _say_aside(intake: Intake, lang: str) -> None:
    rows = _aside(intake, lang)
    for entry in rows[:MOST_ROWS]:
        words = sentence("doctor.row", lang, entry)
        typer.echo(f"  {words}")
    if len(rows) > MOST_ROWS:
        typer.echo("  " + sentence("doctor.more", lang, {"n": len(rows) - MOST_ROWS}))
