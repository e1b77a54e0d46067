"""Commands that ask the planner's questions: density, coverage and distribution."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

import geo
from app.commands.options import (
    H3,
    AsJson,
    Category,
    CellM,
    Layer,
    Level,
    Output,
    Sector,
    Weight,
    Zoning,
    fit,
    grouping,
    numbers,
    one_of,
    points_of,
    zones_of,
)
from app.commands.output import deliver, deliver_numbers, print_json, told_if_slow, wrote
from geo.errors import InputError
from geo.surface.density import Kernel, Method, Unit
from geo.wording import sentence
from geo.zoned.uncertainty import accuracy_of
from layers import questions
from layers.keeping.own_files import keep_people
from layers.questions.subjects import CELL_M, H3_RESOLUTION

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import xarray as xr

VECTOR_SUFFIXES = (".gpkg", ".geojson", ".csv")
TOLERANCE_PCT, LEVELS = 0.1, "8"
DRAWS = 1000
INTERVAL_PCT = 90.0
FULLY_PCT = 99.0
OUTSIDE = "outside"
# Which tables of the distribution an option is for; the usual one has no name.
GOES_WITH: dict[str, tuple[str, ...]] = {
    "--by": ("--by", "--specialisation", "--diversity"),
    "--draws": ("--uncertainty", "--ahead"),
    "--seed": ("--uncertainty", "--ahead"),
    "--interval": ("--uncertainty", "--by"),
    "--groups": ("--concentration",),
    "--population": ("",),
}


def density(
    *,
    layer: Layer = "platforms",
    category: Category = None,
    level: Level = None,
    sector: Sector = None,
    bandwidth: Annotated[
        float | None, typer.Option(help="Bandwidth, metres; Silverman's spatial rule if not given.")
    ] = None,
    bandwidth_column: Annotated[
        str | None, typer.Option(help="Column with the bandwidth of each feature, metres.")
    ] = None,
    adaptive: Annotated[
        bool, typer.Option("--adaptive", help="Bandwidths that follow the density (Abramson).")
    ] = False,
    cell: Annotated[float, typer.Option(help="Cell size, metres.")] = 250.0,
    kernel: Annotated[str, typer.Option(help=f"{', '.join(get_args(Kernel))}.")] = "quartic",
    decay: Annotated[float, typer.Option(help="Decay of the triangular kernel, 0 to 1.")] = 0.0,
    weight: Weight = None,
    unit: Annotated[str, typer.Option(help=f"{', '.join(get_args(Unit))}.")] = "per_km2",
    bounded: Annotated[
        bool, typer.Option("--bounded", help="Stay inside the districts, corrected at the border.")
    ] = False,
    study_area: Annotated[
        str | None, typer.Option(help="Stay inside this zoning or file of polygons instead.")
    ] = None,
    edge_correction: Annotated[
        bool, typer.Option(help="Give back what would leak over the border of the study area.")
    ] = True,
    extent: Annotated[
        str | None, typer.Option(help="Zoning or file of polygons whose bounds the raster covers.")
    ] = None,
    method: Annotated[str, typer.Option(help=f"{', '.join(get_args(Method))}.")] = "auto",
    tolerance: Annotated[
        float, typer.Option(help="Most that binning may be off by, percent of the maximum.")
    ] = TOLERANCE_PCT,
    levels: Annotated[
        str, typer.Option(help="About how many isolines or bands, or their values: 0.1,0.2,0.5.")
    ] = LEVELS,
    isolines: Annotated[
        bool, typer.Option("--isolines", help="Write isolines instead of the bands between them.")
    ] = False,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Kernel density of a point layer.

    --output writes the raster to a .tif; to a .gpkg or .geojson the areas between isolines.
    """
    if bounded and study_area is not None:
        raise InputError(
            "--bounded is a study area of its own; leave it out, or --study-area",
            code="option.together",
            names=("--bounded", "--study-area"),
        )
    asked = questions.settled(
        questions.Density(
            points_of(layer, category, level, sector),
            bandwidth_m=bandwidth,
            adaptive=adaptive,
            cell_size_m=cell,
            kernel=one_of(kernel, Kernel, "--kernel"),
            decay=decay,
            weight=weight,
            unit=one_of(unit, Unit, "--unit"),
            bounded=bounded,
            method=one_of(method, Method, "--method"),
        )
    )
    borders = _levels(levels)
    vector = output is not None and output.suffix in VECTOR_SUFFIXES
    fit("--levels", f"--output {' / '.join(VECTOR_SUFFIXES)}", vector or levels == LEVELS)
    within = bounded or study_area is not None
    fit("--no-edge-correction", "--bounded / --study-area", within or edge_correction)
    fit("--tolerance", "--method auto / binned", method != "exact" or tolerance == TOLERANCE_PCT)
    if isolines and not vector:
        raise InputError(
            f"--isolines: give an --output that ends in {', '.join(VECTOR_SUFFIXES)}",
            code="write.suffix",
            value="" if output is None else output.name,
            names=VECTOR_SUFFIXES,
        )
    if bandwidth_column is not None and bandwidth is not None:
        raise InputError(
            "--bandwidth-column: leave out --bandwidth, which is one for all",
            code="option.together",
            names=("--bandwidth-column", "--bandwidth"),
        )
    more = {
        "bandwidth_m": bandwidth_column,
        "study_area": study_area and _zones(study_area),
        "extent": extent and _zones(extent),
        "edge_correction": None if edge_correction else False,
        "tolerance_pct": None if tolerance == TOLERANCE_PCT else tolerance,
    }
    with told_if_slow("density"):
        surface = _surface(
            asked, {name: value for name, value in more.items() if value is not None}
        )
        if output is not None and vector:
            _require_within(borders, surface)
            draw = geo.isolines if isolines else geo.filled_bands
            geo.write_vector(draw(surface, levels=borders), output)
        elif output is not None:
            geo.write_geotiff(surface, output)
    if output is not None:
        wrote(output)
    summary = _summary(surface)
    if as_json:
        print_json(summary)
    elif output is None:
        for key, value in summary.items():
            typer.echo(f"{key:<22} {value}")


def coverage(
    *,
    layer: Layer = "platforms",
    category: Category = None,
    level: Level = None,
    sector: Sector = None,
    zoning: Zoning = "districts",
    cell_m: CellM = CELL_M,
    h3: H3 = H3_RESOLUTION,
    distance: Annotated[float, typer.Option(help="Service distance, metres.")] = 3000.0,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Covered, doubly covered and uncovered area per zone."""
    sites = points_of(layer, category, level, sector)
    asked = questions.Coverage(sites, zones_of(zoning, cell_m, h3), distance_m=distance)
    with told_if_slow("coverage"):
        covered = questions.coverage(asked)
    deliver(covered, as_json=as_json, output=output)


def distribution(
    *,
    layer: Layer = "projects",
    category: Category = None,
    level: Level = None,
    sector: Sector = None,
    zoning: Zoning = "circles",
    cell_m: CellM = CELL_M,
    h3: H3 = H3_RESOLUTION,
    weight: Weight = None,
    population: Annotated[
        Path | None, typer.Option(help="GeoTIFF of persons per cell, for rates per 10,000.")
    ] = None,
    uncertainty: Annotated[
        bool, typer.Option("--uncertainty", help="Intervals from random draws of every place.")
    ] = False,
    ahead: Annotated[
        bool, typer.Option("--ahead", help="How likely each zone is ahead of each other, 0 to 1.")
    ] = False,
    draws: Annotated[
        int | None, typer.Option(help="Random draws.", show_default=str(DRAWS))
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Start of the random draws.", show_default="0")
    ] = None,
    interval: Annotated[
        float | None,
        typer.Option(
            help="Part of the draws, or of chance, in an interval, percent.",
            show_default=f"{INTERVAL_PCT:g}",
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="Column, e.g. sector: location quotients per zone and value instead."),
    ] = None,
    specialisation: Annotated[
        bool, typer.Option("--specialisation", help="How far each zone's mix is from that of all.")
    ] = False,
    diversity: Annotated[
        bool, typer.Option("--diversity", help="Effective number of values per zone (Hill).")
    ] = False,
    concentration: Annotated[
        bool, typer.Option("--concentration", help="How far few zones hold the whole.")
    ] = False,
    groups: Annotated[
        str | None,
        typer.Option(help="Zoning that splits the concentration into between and within."),
    ] = None,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """Count, share, density, rank and weighted sum of points per zone.

    One of --uncertainty, --ahead, --by, --specialisation, --diversity and --concentration gives
    that instead; --by names the column of --specialisation and --diversity too.
    """
    look = _look(
        {
            "--uncertainty": uncertainty,
            "--ahead": ahead,
            "--specialisation": specialisation,
            "--diversity": diversity,
            "--concentration": concentration,
        },
        {
            "--by": by,
            "--draws": draws,
            "--seed": seed,
            "--interval": interval,
            "--groups": groups,
            "--population": population,
        },
    )
    interval_pct = INTERVAL_PCT if interval is None else interval
    asked = questions.Distribution(
        points_of(layer, category, level, sector),
        zones_of(zoning, cell_m, h3),
        weight=weight,
        population=None if population is None else _raster(population),
    )
    with told_if_slow("distribution"):
        if look in ("--uncertainty", "--ahead"):
            found = _drawn(asked, DRAWS if draws is None else draws, seed or 0, interval_pct)
            table = _named(found.ahead, asked) if ahead else found.zones
        elif look in ("--by", "--specialisation", "--diversity"):
            table = _mixes(asked, grouping(layer, by), look, interval_pct)
        elif look == "--concentration":
            measures = _concentration(asked, groups)
            deliver_numbers(measures, as_json=as_json, output=output)
            return
        else:
            table = questions.distribution(asked)
            _say_met(table)
            _say_covered(asked)
    deliver(table, as_json=as_json, output=output)


# ---- density ----


def _surface(asked: questions.Density, more: dict[str, Any]) -> xr.DataArray:
    """Answer as the page does, or with options that no page has."""
    if not more:
        return questions.density(asked)
    frame, stated = asked.points.located(), asked.points.stated(asked.weight)
    own: dict[str, Any] = {
        "bandwidth_m": asked.bandwidth_m,
        "study_area": _zones("districts") if asked.bounded else None,
    }
    return geo.kernel_density(
        frame if stated is None else frame[stated.notna()],
        cell_size_m=asked.cell_size_m,
        kernel=asked.kernel,
        decay=asked.decay,
        adaptive=asked.adaptive,
        weights=asked.weight,
        unit=asked.unit,
        method=asked.method,
        **(own | more),
    )


def _zones(zoning: str) -> gpd.GeoDataFrame:
    return zones_of(zoning, CELL_M, H3_RESOLUTION).frame()


def _levels(text: str) -> int | tuple[float, ...]:
    """Return how many levels are asked for, or the levels themselves."""
    if text.strip().isdecimal() and int(text) > 0:
        return int(text)
    if "," not in text or not text.replace(",", "").strip():
        raise InputError(
            f"--levels {text!r}: write how many, as 8, or which, as 0.1,0.2,0.5",
            code="option.numbers",
            value=text,
        )
    return numbers(text, "--levels")


def _require_within(levels: int | tuple[float, ...], surface: xr.DataArray) -> None:
    """Refuse levels of which none is crossed: nothing would be drawn, or one band."""
    low, high = float(surface.min()), float(surface.max())
    if not isinstance(levels, int) and not any(low < level < high for level in levels):
        raise InputError(
            f"--levels: none lies within the values of the map, {low:.6g} to {high:.6g}, so that "
            "there is nothing to draw; take some between these, or how many there shall be",
            code="option.levels_outside",
            low=float(f"{low:.6g}"),
            high=float(f"{high:.6g}"),
        )


def _summary(surface: xr.DataArray) -> dict[str, Any]:
    """Say where the maximum is and how the density was made."""
    peak = surface.where(surface == surface.max(), drop=True)
    return {
        "max": float(surface.max()),
        "max_at_m": [float(peak.x[0]), float(peak.y[0])],
        "crs": surface.rio.crs.to_string(),
        "cells": [surface.sizes["y"], surface.sizes["x"]],
    } | {key: value for key, value in surface.attrs.items() if not key.startswith("_")}


# ---- distribution ----


def _look(looks: dict[str, bool], given: dict[str, object]) -> str:
    """Return which table is asked for, empty for the usual one; refuse what it has no use for."""
    chosen = [name for name, on in looks.items() if on]
    if len(chosen) > 1:
        raise InputError(
            f"{' and '.join(chosen)}: each is a table of its own; ask for one",
            code="option.together",
            names=chosen,
        )
    look = chosen[0] if chosen else "--by" if given["--by"] is not None else ""
    for option, value in given.items():
        if value is not None and look not in GOES_WITH[option]:
            others = " or ".join(GOES_WITH[option]) or "counts, shares and ranks alone"
            raise InputError(
                f"{option} does not go with {look or 'counts'}; it goes with {others}",
                code="option.goes_with",
                value=option,
                needed=others,
            )
    return look


def _raster(path: Path) -> str:
    people = geo.population(geo.read_raster(path))
    for finding in people.findings:
        typer.echo(finding.sentence("en"), err=True)
    return keep_people(people, path.stem)


def _say_met(zones: gpd.GeoDataFrame) -> None:
    """Say where no point lies in any zone: what stands there then is zeros."""
    if not zones.attrs["points_in_any_zone"]:
        for lang in ("zh", "en"):
            typer.echo(sentence("zones.empty", lang, {}), err=True)


def _say_covered(asked: questions.Distribution) -> None:
    """Warn of zones that the raster of people does not cover."""
    if asked.population is None:
        return
    covered = questions.population(asked)["covered_pct"]
    partly = int((covered < FULLY_PCT).sum())
    if partly:
        typer.echo(
            f"the raster covers {partly} of {len(covered)} zones in part, the least "
            f"{covered.min():.0f} %: their rates are too high",
            err=True,
        )


def _drawn(
    asked: questions.Distribution, draws: int, seed: int, interval: float
) -> geo.Uncertainty:
    stated = asked.points.stated(asked.weight)
    located = asked.points.located()
    if not (accuracy_of(located) > 0).any():
        raise InputError(
            "--uncertainty and --ahead: no point has an accuracy_m above 0, so that none moves and "
            "there is no interval; take data with that column",
            code="values.no_accuracy",
        )
    return geo.uncertainty(
        located,
        asked.zones.frame(),
        weights=None if stated is None else stated.fillna(0.0),
        draws=draws,
        seed=seed,
        interval_pct=interval,
    )


def _named(ahead: pd.DataFrame, asked: questions.Distribution) -> pd.DataFrame:
    """Return the matrix of zones with their ids in place of row numbers."""
    ids = asked.zones.frame()["id"].tolist()
    return ahead.set_axis(ids).set_axis(ids, axis=1).rename_axis("id").reset_index()


def _mixes(asked: questions.Distribution, by: str, look: str, interval: float) -> pd.DataFrame:
    """Return what the zones hold of each value of a column, against all zones together."""
    table = questions.categories(asked, by)
    questions.require_kinds(table, zones=look != "--diversity")
    if look == "--specialisation":
        index = geo.specialisation_index(table)
        found = index.rename_axis("id").rename("krugman_index").reset_index()
        found.attrs = dict(index.attrs)
        return found
    if look == "--diversity":
        return geo.diversity(table).rename_axis("id").reset_index()
    if asked.weight is None:
        return geo.location_quotient_table(table, interval_pct=interval)
    fit("--interval", "--by without --weight", interval == INTERVAL_PCT)
    # Sums have quotients, but no interval of counts.
    return geo.location_quotients(table).rename_axis("id").reset_index()


def _concentration(asked: questions.Distribution, groups: str | None) -> pd.Series[float]:
    zones = questions.distribution(asked)
    if len(zones) == 1:
        raise InputError(
            "--concentration: there is only one zone; take a zoning of several", code="zones.one"
        )
    return geo.concentration_measures(
        zones.set_index("id")["count" if asked.weight is None else "weight_sum"].astype(float),
        areas=None if zones.attrs["zones_overlap"] else zones.set_index("id")["area_km2"],
        groups=None if groups is None else _groups(zones, groups),
    )


def _groups(zones: gpd.GeoDataFrame, zoning: str) -> pd.Series[str]:
    """Return the zone of another zoning that holds a point inside each zone."""
    inside = zones[["id", "geometry"]].set_geometry(zones.representative_point())
    held = inside.sjoin(_zones(zoning)[["id", "geometry"]], how="left", lsuffix="", rsuffix="group")
    first: pd.Series[str] = held.drop_duplicates("id_").set_index("id_")["id_group"].fillna(OUTSIDE)
    if first.nunique() in {1, len(first)}:
        raise InputError(
            f"--groups {zoning}: all zones are in one group, or each is one of its own, so that "
            "there is no within and between; take another zoning",
            code="zones.groups",
            value=zoning,
        )
    return first
