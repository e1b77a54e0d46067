"""The commands that take a map out of the atlas: snapshot, and rerun."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.commands.help import in_language, told
from app.commands.output import told_if_slow, wrote
from layers.outputs import remake
from layers.outputs import snapshot as write_snapshot
from layers.record.specification import MapSpec, read_spec

Target = Annotated[Path, typer.Option("--output", "-o")]


def snapshot(
    spec: str,
    *,
    output: Target,
    review: str | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    size: str | None = None,
    dpi: int | None = None,
    palette: str | None = None,
    pages: str | None = None,
    author: str | None = None,
    date: str | None = None,
    template: Path | None = None,
    brand: Path | None = None,
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
        date=date,
    )
    # Whoever asks the commands for one language wants the file in it too.
    _write(in_language(map_spec), output, template if brand is None else _branded(brand, template))


def rerun(
    file: Path,
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o"),
    ] = None,
) -> None:
    """Make a file again from what it says of itself, and say what changed since."""
    spec, changed = remake(file)
    for name in changed:
        typer.echo(told("told.changed", name=name), err=True)
    if not changed:
        typer.echo(told("told.unchanged"), err=True)
    _write(spec, output or file, None)


def _branded(brand: Path, template: Path | None) -> bytes:
    from layers.book.brand_kits import template_of_kit  # noqa: PLC0415  python-pptx takes a second

    return template_of_kit(brand, template)


def _write(spec: MapSpec, path: Path, template: Path | bytes | None) -> None:
    """Write a map, saying that it takes a while, or an atlas, saying how far it is."""
    if spec.pages is None:
        with told_if_slow(told("told.drawing")):
            write_snapshot(spec, path, template=template)
        for line in in_language(spec).statement().notes():
            typer.echo(line, err=True)
    else:
        with typer.progressbar(
            length=1, label=told("told.drawing"), file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:

            def progress(done: int, steps: int, title: str) -> None:
                bar.length, bar.label = steps, title
                bar.update(done - bar.pos)

            write_snapshot(spec, path, template=template, progress=progress)
            bar.update((bar.length or 1) - bar.pos)
    wrote(path)
