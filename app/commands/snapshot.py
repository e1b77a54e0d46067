"""The commands that take a map out of the atlas: snapshot, and rerun."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.commands.output import told_if_slow, wrote
from layers.book import series
from layers.look.content import SIZES_MM
from layers.outputs import remake
from layers.outputs import snapshot as write_snapshot
from layers.questions.kinds import maps
from layers.record.specification import MapSpec, read_spec

Target = Annotated[
    Path,
    typer.Option("--output", "-o", help="File to write: .png, .pdf, .svg, .html, .pptx or .gpkg."),
]


def snapshot(
    spec: Annotated[
        str, typer.Argument(help=f"{', '.join(maps())}, or a .yaml or .json specification.")
    ],
    *,
    output: Target,
    review: Annotated[
        str | None,
        typer.Option(help="Map review number, or internal for an unpublished draft."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title above the map.")] = None,
    subtitle: Annotated[str | None, typer.Option(help="Line below the title.")] = None,
    size: Annotated[str | None, typer.Option(help=f"{', '.join(SIZES_MM)}.")] = None,
    dpi: Annotated[int | None, typer.Option(help="Dots per inch of what is a raster.")] = None,
    palette: Annotated[str | None, typer.Option(help="colour or grey.")] = None,
    pages: Annotated[
        str | None,
        typer.Option(
            help=f"An atlas (.pdf, .pptx) with a page for each: {', '.join(series.names())}."
        ),
    ] = None,
    author: Annotated[str | None, typer.Option(help="Who made it.")] = None,
    date: Annotated[str | None, typer.Option(help="YYYY-MM-DD; today if not given.")] = None,
    template: Annotated[
        Path | None, typer.Option(help="For slides: a presentation or template of your own.")
    ] = None,
) -> None:
    """Draw a map into a file: a print, slides, or one page that needs no network."""
    map_spec = read_spec(
        spec,
        pages=pages,
        review_number=review,
        title=title,
        subtitle=subtitle,
        size=size,
        dpi=dpi,
        palette=palette,
        author=author,
        date=date or datetime.now(tz=UTC).date().isoformat(),
    )
    _write(map_spec, output, template)


def rerun(
    file: Annotated[Path, typer.Argument(help="A file that the atlas made.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; the same one if not given."),
    ] = None,
) -> None:
    """Make a file again from what it says of itself, and say which data changed since."""
    spec, changed = remake(file)
    for name in changed:
        typer.echo(f"changed since: {name}", err=True)
    if not changed:
        typer.echo("no data changed since", err=True)
    _write(spec, output or file, None)


def _write(spec: MapSpec, path: Path, template: Path | None) -> None:
    """Write a map, saying that it takes a while, or an atlas, saying how far it is."""
    if spec.pages is None:
        with told_if_slow("drawing"):
            write_snapshot(spec, path, template=template)
    else:
        with typer.progressbar(
            length=1, label="drawing", file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:

            def progress(done: int, steps: int, title: str) -> None:
                bar.length, bar.label = steps, title
                bar.update(done - bar.pos)

            write_snapshot(spec, path, template=template, progress=progress)
            bar.update((bar.length or 1) - bar.pos)
    wrote(path)
