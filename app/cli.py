"""The command line: the same layers and functions as the app and the notebooks."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

import layers
from app import serving
from app.commands import check, doctor, kinds, locate, snapshot
from app.commands.help import in_words, speaking, spoken
from app.commands.options import AsJson, Output  # noqa: TC001 - typer reads them at run time
from app.commands.output import print_json, records, write_table, wrote
from app.commands.refusals import refused
from geo.arguments import require_one_of
from geo.errors import AtlasError, InputError
from geo.numerals import LANGUAGES
from layers import data_check
from layers.plan import area
from layers.plan.catalogue import own_claims
from layers.plan.claims_file import OwnClaimsError
from layers.qgis.geopackage import write_geopackage

BAD_INPUT = 2
PLAN, LANG = "--plan", "--lang"

cli = typer.Typer(
    name="xiangjiang",
    cls=kinds.Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _tell(asked: bool) -> None:  # noqa: FBT001 - as typer calls it
    if asked:
        typer.echo(f"xiangjiang {version('xiangjiang-atlas')}")
        raise typer.Exit


@cli.callback()
def _first(
    context: typer.Context,
    *,
    plan: Annotated[
        str | None,
        typer.Option(
            envvar=area.VARIABLE,
        ),
    ] = None,
    _lang: Annotated[str | None, typer.Option(LANG)] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_tell, is_eager=True),
    ] = False,
) -> None:
    """Take the options that stand before a command."""
    context.with_resource(area.open_plan(plan))
    # The app shows the plan without them, and says so on each page.
    goes_on = context.invoked_subcommand in {"validate", "app", "doctor"}
    if not goes_on and (damages := own_claims().damages):
        raise OwnClaimsError(damages)


@cli.command("layers")
def list_layers(*, as_json: AsJson = False) -> None:
    """List every layer with its number of features per evidence class."""
    rows = [layers.describe(name) for name in layers.names()]
    if as_json:
        print_json(
            [
                {"name": row.name, "title_zh": row.title_zh, "title_en": row.title_en}
                | {"rows": row.rows, "evidence": row.evidence}
                for row in rows
            ]
        )
        return
    for row in rows:
        classes = " · ".join(f"{key} {n:,}" for key, n in row.evidence.items())
        title = " ".join(getattr(row, f"title_{lang}") for lang in spoken())
        typer.echo(f"{row.name:<14} {row.rows:>6,}  {title}  {classes}")


@cli.command()
def show(
    name: str,
    *,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Show a layer, or write it as .gpkg, .geojson, .csv or a map (.html); a table as .csv."""
    frame = layers.load(name)
    suffix = "" if output is None or "geometry" not in frame else output.suffix.lower()
    if output is not None and suffix == ".html":
        layers.web_map([name]).save(str(output))
        wrote(output)
    elif output is not None and suffix == ".gpkg":
        # With styles and names, so that QGIS shows it as the atlas does.
        write_geopackage({name: frame}, output)
        wrote(output)
    elif output is not None:
        write_table(frame, output)
    if as_json:
        print_json(records(frame))
    elif output is None:
        names = (f"name_{lang}" for lang in spoken())
        columns = [c for c in ("id", *names, "evidence") if c in frame.columns]
        typer.echo(frame[columns].to_string(index=False))


@cli.command()
def validate(*, as_json: AsJson = False) -> None:
    """Look at every file of the plan; exit with 2 and name file, row and field of any damage."""
    from app.texts import every_plans  # noqa: PLC0415  with them comes Streamlit

    damages = data_check.damages(every_plans())
    if as_json:
        print_json(
            [
                {"file": damage.file, "row": damage.row, "field": damage.column}
                | {"zh": damage.sentence("zh"), "en": damage.sentence("en")}
                for damage in damages
            ]
        )
    else:
        for damage in damages:
            typer.echo(in_words(damage.sentence))
        if not damages:
            typer.echo(f"ok: {len(layers.names())} layers")
    if damages:
        raise typer.Exit(BAD_INPUT)


cli.command()(kinds.answer)
cli.command()(snapshot.snapshot)
cli.command()(snapshot.rerun)
cli.command()(check.check)
cli.command()(doctor.doctor)
cli.command()(locate.locate)


@cli.command()
def app(
    *,
    port: Annotated[
        int,
        typer.Option(min=1, max=65535, envvar="STREAMLIT_SERVER_PORT"),
    ] = 8501,
    address: Annotated[
        str,
        typer.Option(
            envvar="STREAMLIT_SERVER_ADDRESS",
        ),
    ] = serving.LOOPBACK,
) -> None:
    """Start the map app, for this machine alone unless an address is given."""
    from streamlit.web import cli as streamlit  # noqa: PLC0415  no other command needs it

    area.use(area.plan().folder)  # for the threads that serve visitors
    serving.ask_nobody()
    options = serving.options(address=address, port=port)
    streamlit.main(["run", str(serving.front_door()), *options])


def _in_front(option: str, words: list[str]) -> tuple[str | None, list[str]]:
    """Return what an option is given anywhere among the words, and the words with it in front."""
    for at, word in enumerate(words):
        name, is_joined, value = word.partition("=")
        if name == option:
            if not is_joined and at + 1 == len(words):
                raise InputError(
                    f"option {option} needs a value after it", code="option.no_value", name=option
                )
            value, after = (value, at + 1) if is_joined else (words[at + 1], at + 2)
            return value, [option, value, *words[:at], *words[after:]]
    return None, words


def main() -> None:
    """Run the command line; bad input is told in the languages that are asked for, exit code 2."""
    lang = None
    try:
        plan, words = _in_front(PLAN, sys.argv[1:])
        asked, in_front = _in_front(LANG, words)
        if asked is not None:
            require_one_of(asked, LANGUAGES, LANG, function="xiangjiang")
            # What is left is the command, which is missing where nothing is.
            lang, words = asked, in_front[2:]
        # What an option can be is said by the plan, before any command is looked at.
        with area.open_plan(plan), speaking(lang):
            code = cli(args=words, standalone_mode=False)
    except typer.Abort:
        raise SystemExit(1) from None
    except (AtlasError, typer.TyperException) as error:
        with speaking(lang):
            for line in refused(error):
                typer.echo(line, err=True)
        raise SystemExit(BAD_INPUT) from None
    raise SystemExit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
