"""The commands that ask questions: made from the kinds of maps, with an option for each field."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import pandas as pd
import typer
import yaml
from typer.core import TyperGroup

import geo
from app.commands.help import in_language, in_words, spoken, with_headings, worded
from app.commands.options import AsJson, Output, numbers, say_receipt
from app.commands.output import RASTERS, deliver, deliver_numbers, print_json, told_if_slow, wrote
from geo.errors import InputError
from geo.exchange.writers import write_file
from geo.numerals import is_number, listed, significant
from layers.keeping.brought import is_own, kept_raster
from layers.keeping.own_files import receipt_of
from layers.look.sheet import INTERNAL, Sheet
from layers.plan.area import area
from layers.questions.asking import brought_by, question_of
from layers.questions.fields import LAYER, ZONING, items
from layers.questions.kinds import looks, maps
from layers.questions.stated import in_short
from layers.questions.subjects import point_layers, usual_values
from layers.record.specification import SUFFIXES, asked, read_spec, specified
from layers.words import bracketed

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr

    from layers.questions.fields import Item, Plain
    from layers.questions.kinds import Kind
    from layers.record.specification import MapSpec

SCREEN = "-"
Spec = str | None


class Commands(TyperGroup):
    """All commands: those that are written, and one for each map."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - as typer has it
        """Return the names of all commands."""
        return list(dict.fromkeys((*super().list_commands(ctx), *maps())))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as typer has it
        """Return a command; that of a map is made when it is asked for, for the open plan."""
        command = family(cmd_name) if cmd_name in maps() else super().get_command(ctx, cmd_name)
        return command and worded(command, cmd_name)

    def get_help(self, ctx: Any) -> str:  # noqa: ANN401 - as typer has it
        """Return what all commands are for."""
        return with_headings(super(Commands, worded(self, "main")).get_help(ctx))


class Family(TyperGroup):
    """The commands of a map with several looks: the first is meant where none is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - as typer has it
        """Name the first look where another word comes first."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)


def family(name: str) -> Any:  # noqa: ANN401 - as typer has it
    """Return the command of a map, or its commands where it has several looks."""
    kinds = looks(name)
    several = len(kinds) > 1
    key = f"family.{name}"
    said = key if kinds[0].knows(key) else kinds[0].words_key()
    heading = in_words(lambda lang: kinds[0].word(said, lang))
    cli = typer.Typer(
        cls=Family if several else None, help=heading, add_completion=False, rich_markup_mode=None
    )
    for kind in kinds:
        cli.command(kind.COMMAND or name)(command_of(kind))
    command = typer.main.get_command(cli)
    command.name = name
    for look, each in getattr(command, "commands", {}).items():
        worded(each, look)
    return command


def command_of(kind: type[Kind]) -> Callable[..., None]:
    """Return the function behind the command of a kind."""
    known = items(kind)

    def command(
        *,
        as_json: bool = False,
        output: Path | None = None,
        spec: str | None = None,
        **values: Any,  # noqa: ANN401 - as the fields have it
    ) -> None:
        parameters = {
            item.name: _parsed(item, values[item.name])
            for item in known
            if values[item.name] or values[item.name] is False or values[item.name] == 0
        }
        question = _question(kind, parameters)
        if spec is not None:
            _write_spec(in_language(specified(question, Sheet("", INTERNAL))), parameters, spec)
        if spec != SCREEN:
            answer_to(question, as_json=as_json, output=output)

    options = {item.name: _annotation(item, kind) for item in known}
    options |= {"as_json": AsJson, "output": Output, "spec": Spec}
    nothing = {"as_json": False}
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=nothing.get(name), annotation=hint
            )
            for name, hint in options.items()
        ]
    )
    command.__annotations__ = options
    command.__doc__ = in_words(lambda lang: kind.word(kind.words_key(), lang))
    return command


def answer(
    spec: Path,
    *,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Find again the numbers that a specification asks for."""
    answer_to(asked(read_spec(spec)), as_json=as_json, output=output)


def answer_to(question: Kind, *, as_json: bool, output: Path | None) -> None:
    """Print what is found, or write it; what must be known of it goes to standard error."""
    for name, brings in brought_by(question):
        if not is_own(name):
            continue
        if brings == "raster":
            for finding in kept_raster(name).attrs.get("findings", ()):
                typer.echo(in_words(finding.sentence), err=True)
        elif (receipt := receipt_of(name)) is not None:
            say_receipt(receipt)
    with told_if_slow(question.title_words()):
        result = question.answer()
        for lang in spoken():
            for line in in_short(question, lang):
                typer.echo(line, err=True)
    if isinstance(result, pd.Series):
        deliver_numbers(result, as_json=as_json, output=output)
    elif isinstance(result, pd.DataFrame):
        deliver(result, as_json=as_json, output=output)
    else:
        _deliver_raster(question, result, as_json=as_json, output=output)


def _deliver_raster(
    question: Kind, surface: xr.DataArray, *, as_json: bool, output: Path | None
) -> None:
    if output is not None:
        if output.suffix.lower() in RASTERS:
            geo.write_geotiff(surface, output)
        else:
            geo.write_vector(question.features(), output)
        wrote(output)
    summary = _summary(surface)
    if as_json:
        print_json(summary)
    elif output is None:
        for key, value in summary.items():
            typer.echo(f"{key:<22} {significant(value) if is_number(value) else value}")


def _summary(surface: xr.DataArray) -> dict[str, Any]:
    """Say where the maximum is and how the surface was made."""
    peak = surface.where(surface == surface.max(), drop=True)
    return {
        "max": float(surface.max()),
        "max_at_m": [float(peak.x[0]), float(peak.y[0])],
        "crs": surface.rio.crs.to_string(),
        "cells": [surface.sizes["y"], surface.sizes["x"]],
    } | {key: value for key, value in surface.attrs.items() if not key.startswith("_")}


# ---- options ----


def _annotation(item: Item, kind: type[Kind]) -> Any:  # noqa: ANN401 - a type with a note
    """Return the option of a field; what is not given stays None, so that it is known."""
    ranged = item.hint in {int, float}
    words = in_words(
        lambda lang: bracketed(
            kind.field_words(item.name, lang),
            item.taken(lang) if ranged else listed(item.choices(), lang),
            lang,
        )
    )
    option = item.option
    if item.hint is bool and "/" not in option:
        option = f"{option}/--no-{option[2:]}"
    note = typer.Option(option, help=words, show_default=_default(item, kind))
    return Annotated[_type(item.hint) | None, note]


def _type(hint: object) -> Any:  # noqa: ANN401 - a type
    if get_origin(hint) is tuple and get_args(hint)[0] is not float:
        return list[str]
    return hint if hint in {bool, int, float} else str


def _default(item: Item, kind: type[Kind]) -> str | bool:
    defaults = area().defaults.get(kind.MAP, {})
    usual = usual_values(defaults.get(LAYER, point_layers()[0])).get(item.name)
    value = defaults.get(item.name, item.default) if item.name in {LAYER, ZONING} else item.default
    if usual and item.hint == tuple[str, ...]:
        return ", ".join(usual)
    if value is None or value in ((), ""):
        return False
    if item.hint is bool and "/" in item.option:
        return item.option.split("/")[0 if value else 1].strip("-")
    return f"{value:g}" if isinstance(value, float) else str(value).lower()


def _parsed(item: Item, value: Any) -> Plain:  # noqa: ANN401 - as typer gives it
    if not isinstance(value, str) or item.hint is str or get_origin(item.hint) is Literal:
        plain: Plain = value
    elif int in get_args(item.hint) and value.strip().isdecimal() and int(value) > 0:
        plain = int(value)
    elif int in get_args(item.hint) and "," not in value:
        raise InputError(
            f"{item.option} {value!r}: write how many, as 8, or which, as 0.1,0.2,0.5",
            code="option.numbers",
            value=value,
        )
    else:
        plain = list(numbers(value, item.option))
    return plain


def _question(kind: type[Kind], parameters: dict[str, Plain]) -> Kind:
    names = {item.name: item.option.split("/")[0] for item in items(kind)}

    def called(name: str) -> str:
        return names.get(name, f"--{name}")

    question = question_of(kind, parameters, called=called)
    question.require_answer(called)
    return question


def _write_spec(spec: MapSpec, parameters: dict[str, Plain], target: str) -> None:
    """Write what is asked; a file of one's own is named as it lies beside the specification."""
    plain = spec.to_dict()
    files = {
        key: Path(str(value)) for key, value in parameters.items() if _is_file(plain, key, value)
    }
    beside = next(iter(files.values()), Path(target)) if target == SCREEN else Path(target)
    for path in files.values():
        if path.resolve().parent != beside.resolve().parent:
            raise InputError(
                f"--spec: {target} names {path.name} as a file beside it, which lies elsewhere; "
                f"write it into {path.parent}",
                code="spec.elsewhere",
                value=path.name,
                folder=str(path.parent),
            )
    if target != SCREEN and Path(target).suffix.lower() not in SUFFIXES:
        raise InputError(
            f"--spec: {target} is no specification; let its name end in {', '.join(SUFFIXES)}",
            code="write.suffix",
            value=Path(target).suffix,
            names=SUFFIXES,
        )
    plain["parameters"] |= {key: path.name for key, path in files.items()}
    text = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)
    if target == SCREEN:
        typer.echo(text, nl=False)
        return
    write_file(target, text.encode(), function="--spec")
    wrote(Path(target))


def _is_file(plain: dict[str, Any], key: str, value: object) -> bool:
    name = plain["parameters"].get(key)
    return isinstance(name, str) and is_own(name) and not is_own(str(value))
