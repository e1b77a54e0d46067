"""The command line: the same layers and functions as the app and the notebooks."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer
from streamlit.web import cli as streamlit

import geo
import layers
from app import questions, warm
from geo.errors import AtlasError, InputError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

BAD_INPUT = 2
ROOT = Path(__file__).resolve().parent.parent

cli = typer.Typer(
    name="xiangjiang",
    help="湘江新区规划图集 · The Xiangjiang atlas on the command line.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write the result here.")]
Layer = Annotated[str, typer.Option(help="Point layer: platforms, projects or parks.")]
Category = Annotated[list[str] | None, typer.Option(help="Keep this category; repeatable.")]
Level = Annotated[list[str] | None, typer.Option(help="Keep this level; repeatable.")]
Zoning = Annotated[str, typer.Option(help="circles, districts, planning_area, parks or hexagons.")]
Hexagon = Annotated[float, typer.Option(help="Width of a hexagon, metres.")]
Weight = Annotated[str | None, typer.Option(help="Numeric column that weights each point.")]


@cli.command("layers")
def list_layers(*, as_json: AsJson = False) -> None:
    """List every layer with its number of features per evidence class."""
    rows = [layers.describe(name) for name in layers.names()]
    if as_json:
        _print_json(
            [
                {"name": row.name, "title_zh": row.title_zh, "title_en": row.title_en}
                | {"rows": row.rows, "evidence": row.evidence}
                for row in rows
            ]
        )
        return
    for row in rows:
        classes = " · ".join(f"{key} {n:,}" for key, n in row.evidence.items())
        typer.echo(f"{row.name:<14} {row.rows:>6,}  {row.title_zh} {row.title_en}  {classes}")


@cli.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of a layer.")],
    *,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Show a layer, or write it as .gpkg, .geojson, .csv, or as a map in one .html file."""
    frame = layers.load(name)
    if output is not None and output.suffix == ".html":
        layers.web_map([name]).save(str(output))
        _wrote(output)
    elif output is not None:
        geo.write_vector(frame, output)
        _wrote(output)
    elif as_json:
        _print_json(_records(frame))
    else:
        columns = [c for c in ("id", "name_zh", "name_en", "evidence") if c in frame.columns]
        typer.echo(frame[columns].to_string(index=False))


@cli.command()
def validate(*, as_json: AsJson = False) -> None:
    """Check every layer against its schema; exit with 2 when one breaks it."""
    verdicts: dict[str, str] = {}
    with typer.progressbar(
        layers.names(), label="validate", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as steps:
        for name in steps:
            try:
                layers.load(name)
                verdicts[name] = "ok"
            except InputError as error:
                verdicts[name] = str(error)
    if as_json:
        _print_json(verdicts)
    else:
        for name, verdict in verdicts.items():
            typer.echo(f"{name:<14} {verdict}")
    if any(verdict != "ok" for verdict in verdicts.values()):
        raise typer.Exit(BAD_INPUT)


@cli.command()
def density(
    *,
    layer: Layer = "platforms",
    category: Category = None,
    level: Level = None,
    bandwidth: Annotated[float, typer.Option(help="Bandwidth, metres.")] = 3000.0,
    cell: Annotated[float, typer.Option(help="Cell size, metres.")] = 250.0,
    kernel: Annotated[str, typer.Option(help="Kernel, e.g. quartic or gaussian.")] = "quartic",
    weight: Weight = None,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Kernel density per km² of a point layer; --output writes a GeoTIFF."""
    points = _points(layer, category, level)
    surface = questions.density(
        points, bandwidth_m=bandwidth, cell_size_m=cell, kernel=kernel, weight=weight
    )
    if output is not None:
        geo.write_geotiff(surface, output)
        _wrote(output)
    peak = surface.where(surface == surface.max(), drop=True)
    summary = {
        "points": len(points.located()),
        "max_per_km2": float(surface.max()),
        "max_at_m": [float(peak.x[0]), float(peak.y[0])],
        "crs": surface.rio.crs.to_string(),
        "cells": [surface.sizes["y"], surface.sizes["x"]],
    }
    if as_json:
        _print_json(summary)
    elif output is None:
        for key, value in summary.items():
            typer.echo(f"{key:<12} {value}")


@cli.command()
def coverage(
    *,
    layer: Layer = "platforms",
    category: Category = None,
    level: Level = None,
    zoning: Zoning = "districts",
    hexagon: Hexagon = questions.HEXAGON_M,
    distance: Annotated[float, typer.Option(help="Service distance, metres.")] = 3000.0,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Covered, doubly covered and uncovered area per zone."""
    sites = _points(layer, category, level)
    result = questions.coverage(
        sites, zoning=zoning, hexagon_m=hexagon, distance_m=distance, demand=None
    )
    _deliver(result, as_json=as_json, output=output)


@cli.command()
def distribution(
    *,
    layer: Layer = "projects",
    category: Category = None,
    level: Level = None,
    zoning: Zoning = "circles",
    hexagon: Hexagon = questions.HEXAGON_M,
    weight: Weight = None,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Count, share, density and weighted sum of points per zone."""
    points = _points(layer, category, level)
    result = questions.distribution(points, zoning=zoning, hexagon_m=hexagon, weight=weight)
    _deliver(result, as_json=as_json, output=output)


@cli.command()
def app(
    *, port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 8501
) -> None:
    """Start the map app."""
    os.chdir(ROOT)
    # In this process, so that the page a visitor opens finds everything loaded.
    Thread(target=warm.up, daemon=True).start()
    port = int(os.environ.get("STREAMLIT_SERVER_PORT", port))
    streamlit.main(["run", "streamlit_app.py", f"--server.port={port}"])


def main() -> None:
    """Run the command line; bad input is one line on standard error and exit code 2."""
    try:
        code = cli(standalone_mode=False)
    except typer.Abort:
        raise SystemExit(1) from None
    except (AtlasError, typer.TyperException) as error:
        text = error.format_message() if isinstance(error, typer.TyperException) else str(error)
        typer.echo(f"xiangjiang: {text}", err=True)
        raise SystemExit(BAD_INPUT) from None
    raise SystemExit(code if isinstance(code, int) else 0)


def _points(layer: str, category: list[str] | None, level: list[str] | None) -> questions.Points:
    chosen = questions.Points(layer, tuple(category or ()), tuple(level or ()))
    left_out = len(chosen.unlocated())
    if left_out:
        typer.echo(
            f"{left_out} of {len(chosen.chosen())} features have no place, left out", err=True
        )
    return chosen


def _deliver(frame: gpd.GeoDataFrame, *, as_json: bool, output: Path | None) -> None:
    if output is not None:
        geo.write_vector(frame, output)
        _wrote(output)
    if as_json:
        _print_json(_records(frame))
    elif output is None:
        table = frame.drop(columns=["geometry", "evidence", "rule", "name_en"], errors="ignore")
        typer.echo(table.to_string(index=False, float_format="{:,.2f}".format))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.drop(columns="geometry", errors="ignore")
    records: list[dict[str, Any]] = json.loads(plain.to_json(orient="records", force_ascii=False))
    return records


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _wrote(path: Path) -> None:
    typer.echo(f"wrote {path}", err=True)
