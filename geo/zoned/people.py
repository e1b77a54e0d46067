"""Population as a quantity: what the cells of a raster hold, and how many people that makes.

One file holds persons per cell, the next persons per square kilometre, the next how bright the
night is; summed alike, all give a number. What a raster holds is taken from the unit that it
states, or from the caller; where neither tells, both readings are given with their totals, and the
assumption is stated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr

from geo.arguments import require_one_of
from geo.doors import door
from geo.errors import InputError
from geo.findings import Finding
from geo.geodesic import geodesic_area_km2
from geo.units import labelled
from geo.zoned.raster_sources import opened
from geo.zoned.raster_zones import zonal_statistics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.crs import Frame
    from geo.zoned.raster_sources import Grid

    Floats = NDArray[np.float64]

Quantity = Literal["count", "density"]
QUANTITIES: tuple[Quantity, ...] = ("count", "density")
_QUANTITY_NAMED: dict[str, Quantity] = {
    "count": "count",
    "density": "density",
    "hectare": "density",
}
# Square kilometres in the area that a density is per, by how its denominator is written.
_PER_KM2 = {
    "km": 1.0,
    "kilomet": 1.0,
    "平方公里": 1.0,
    "平方千米": 1.0,
    "ha": 0.01,
    "hectare": 0.01,
    "公顷": 0.01,
    "m2": 1e-6,
    "m^2": 1e-6,
    "m²": 1e-6,
    "m-2": 1e-6,
    "平方米": 1e-6,
}
_PER_CELL = ("cell", "pixel", "grid", "格", "像元", "像素")
_PEOPLE = ("people", "person", "pop", "inhabitant", "capita", "resident", "count", "人")
_LIGHT = ("nw", "nanowatt", "radiance", "luminance", "lux", "dn", "w/", "辐射", "亮度", "夜光")
# What the names and descriptions of widely used rasters say they hold; the first that fits counts.
_NAMED: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(f"(?<![a-z])(?:{words})", re.IGNORECASE))
    for kind, words in (
        ("lights", "viirs|vnl_|svdnb|dmsp|avg_?rad|stable_lights|night.?light|ntl|夜光|夜间灯光"),
        ("hectare", "pph(?![a-z])|people per hectare"),
        ("density", "pd_|popdens|pop_?density|population_density|density|人口密度"),
        (
            "count",
            "ppp(?![a-z])|per.?(?:pixel|cell)(?![a-z])|ghs_pop|landscan|population_count|count(?![a-z])|人口数|人数",
        ),
    )
)
_PER_HA_KM2 = 0.01
# Denser than any district of a large city (Shanghai's and Hong Kong's densest have some 30,000 to
# 60,000 to the km²), over an area that is no single estate.
HIGHEST_ZONE_PER_KM2, SMALLEST_ZONE_KM2 = 80_000.0, 5.0
# More than towers hold in a cell of any size.
HIGHEST_CELL_PER_KM2 = 1_000_000.0
_UNCOUNTABLE = 1e15
# Squared eccentricity and equatorial radius of CGCS2000 (GRS 80 but for 0.1 mm).
_E2, _RADIUS_KM = 0.006_694_380_022_900_788, 6378.137
# Between so many cells each way the area of a cell of a projection is as good as linear.
_LATTICE = 17


@dataclass(frozen=True, slots=True)
class Population:
    """People on a grid.

    Parameters
    ----------
    counts
        Persons per cell, not-a-number where there is no value; dimensions ``y`` and ``x``, with a
        CRS.
    quantity
        What the raster held: ``"count"`` (persons per cell) or ``"density"`` (per area).
    how
        Code of the sentence that says how that was decided: ``"population.stated"``,
        ``"population.chosen"``, ``"people.named"`` (by the name or description of the file) or
        ``"population.assumed"``.
    total
        Persons on the whole raster.
    totals
        Persons on the whole raster by either reading, by quantity.
    findings
        What was noticed or done, those of reading the raster first.
    """

    counts: xr.DataArray
    quantity: Quantity
    how: str
    total: float
    totals: dict[str, float]
    findings: tuple[Finding, ...]


@door
def population(raster: xr.DataArray, *, quantity: Quantity | None = None) -> Population:
    """Return how many people each cell of a raster stands for.

    Parameters
    ----------
    raster
        Numbers with a CRS, as `geo.read_raster` gives them; its unit (``attrs["units"]``) tells
        whether cells hold persons or persons per area.
    quantity
        ``"count"`` or ``"density"`` (persons per km², or per the area of the unit), for a raster
        whose unit does not tell; against a stated unit it is refused.

    Returns
    -------
    Population

    Raises
    ------
    InputError
        The raster holds the brightness of the night or another quantity than people, has negative
        cells or no values, makes more people than any city has, or the quantity contradicts its
        unit.
    CRSError
        It has no CRS.

    Warnings
    --------
    Brightness of night lights is no number of people and is refused: it grows with lamps, not with
    residents. A total within reason is no proof of the reading: compare sums per zone with
    published figures.

    Notes
    -----
    A density is multiplied by the area of each cell on the ellipsoid: exact between parallels for
    a raster in degrees, measured at a lattice of cells for others.

    Examples
    --------
    >>> cells = xr.DataArray(
    ...     [[1000.0, 1000.0], [1000.0, 1000.0]],
    ...     coords={"y": [3_100_150.0, 3_100_050.0], "x": [500_050.0, 500_150.0]},
    ...     dims=("y", "x"),
    ...     attrs={"units": "people/km2"},
    ... ).rio.write_crs("EPSG:4547")
    >>> people = population(cells)  # four cells of 0.01 km²
    >>> people.quantity, round(people.total, 2)
    ('density', 40.0)
    """
    if quantity is not None:
        require_one_of(quantity, QUANTITIES, "quantity", function="population")
    grid = opened(raster, function="population")
    values = grid.read(slice(0, grid.rows), slice(0, grid.columns))
    _require_people(values)
    area = _cell_areas_km2(grid)
    stated, per_km2 = _stated(grid.units)
    subject, words = _named(raster) if stated is None and quantity is None else ("", "")
    if subject == "lights":
        raise InputError(
            f"population: the raster is called {words!r}, the brightness of the night. Pass a "
            "raster of people.",
            code="people.named_lights",
            words=words,
        )
    per_km2 = _PER_HA_KM2 if subject == "hectare" else per_km2
    if stated is not None and quantity not in {None, stated}:
        raise InputError(
            f"population: the raster states the unit {grid.units!r}, which is a {stated}, not a "
            f"{quantity}. Leave quantity out, or correct the unit of the raster.",
            code="population.contradiction",
            unit=grid.units,
        )
    with np.errstate(over="ignore"):  # what is no number of people is refused next
        readings = {"count": values, "density": values / per_km2 * area}
        likely = _QUANTITY_NAMED.get(subject)
        if likely is not None and _too_many(readings[likely], area):
            likely = None
        reading, how = _decided(readings, area, stated, quantity or likely)
        totals = {name: float(np.nansum(cells)) for name, cells in readings.items()}
    if likely is not None:
        how = "people.named"
    notes = _notes(reading, how, totals, grid.units or words)
    findings = [*raster.attrs.get("findings", ()), *notes]
    infinite = int(np.count_nonzero(np.isinf(raster.to_numpy())))
    if infinite:
        name = str(raster.name or "population")
        findings.append(Finding("raster.infinite", {"name": name, "cells": infinite}, "warning"))
    counts = xr.DataArray(readings[reading], coords=_centres(grid), dims=("y", "x"))
    counts = counts.rio.write_crs(grid.crs)
    counts.attrs |= {"units": "people", "long_name": "persons per cell"}
    return Population(counts, reading, how, totals[reading], totals, tuple(findings))


@door
def people_in(counts: xr.DataArray, zones: Frame) -> gpd.GeoDataFrame:
    """Count the people of each zone, and say where that cannot be right.

    Parameters
    ----------
    counts
        Persons per cell, the ``counts`` of a `Population`.
    zones
        Polygons in any CRS.

    Returns
    -------
    The zones with ``population`` (persons on the covered part, not-a-number where there is none),
    ``covered_pct`` (of the area of the zone), ``people_per_km2`` (of the covered part) and
    ``too_dense`` (more than 80,000 to the km² over 5 km² and more, which no city has). ``attrs``
    are those of `geo.zonal_statistics`.

    Raises
    ------
    InputError, CRSError
        As `geo.zonal_statistics`.

    Examples
    --------
    >>> from shapely import box
    >>> cells = xr.DataArray(
    ...     [[10.0, 20.0], [30.0, 40.0]],
    ...     coords={"y": [3_100_150.0, 3_100_050.0], "x": [500_050.0, 500_150.0]},
    ...     dims=("y", "x"),
    ...     attrs={"units": "people"},
    ... ).rio.write_crs("EPSG:4547")
    >>> zone = gpd.GeoSeries([box(500_000, 3_100_000, 500_100, 3_100_200)], crs=4547)
    >>> people_in(population(cells).counts, zone)["population"].tolist()  # the western cells
    [40.0]
    """
    zoned = zonal_statistics(counts, zones, statistics=("sum",))
    dense = zoned["sum"] / zoned["covered_km2"].where(zoned["covered_km2"] > 0)
    too_dense = (dense > HIGHEST_ZONE_PER_KM2) & (zoned["covered_km2"] >= SMALLEST_ZONE_KM2)
    people = zoned.drop(columns=["sum", "covered_km2"]).assign(
        population=zoned["sum"], people_per_km2=dense, too_dense=too_dense
    )
    return labelled(people, zoned.attrs)


def _require_people(values: Floats) -> None:
    if (values == 0).any() and not np.nan_to_num(values).any():
        raise InputError(
            "population: every cell of the raster is 0. Pass one with people.",
            code="population.zero",
        )
    if not np.isfinite(values).any():
        raise InputError(
            "population: no cell of the raster has a value. Pass one that covers the zones.",
            code="population.nothing",
        )
    negative = int(np.count_nonzero(values < 0))
    if negative:
        raise InputError(
            f"population: {negative:,} cells are negative, the lowest is {np.nanmin(values):g}. "
            "If that marks cells without a value, call .rio.write_nodata with it.",
            code="population.negative",
            cells=negative,
            lowest=float(np.nanmin(values)),
        )


def _stated(unit: str) -> tuple[Quantity | None, float]:
    """Read from a unit what cells hold, and the km² that a density is per."""
    words = unit.strip().lower().replace("square ", "sq ").replace("sq.", "sq ")
    if not words:
        return None, 1.0
    person = any(word in words for word in _PEOPLE)
    if not person and any(word in words for word in _LIGHT):
        raise InputError(
            f"population: the raster states the unit {unit!r}, the brightness of the night. Pass a "
            "raster of people.",
            code="population.lights",
            unit=unit,
        )
    numerator, mark, denominator = _divided(words)
    person = person or numerator.strip() in {"", "1"}
    if mark and person and any(word in denominator for word in _PER_CELL):
        return "count", 1.0
    if mark and person:
        for spelling, km2 in _PER_KM2.items():
            if spelling in denominator:
                return "density", km2
    if person and not mark:
        return "count", 1.0
    raise InputError(
        f"population: the raster states the unit {unit!r}, which is none of people. Pass a raster "
        "of persons per cell or per km², or correct its unit.",
        code="population.unit",
        unit=unit,
    )


def _named(raster: xr.DataArray) -> tuple[str, str]:
    """Return what the name and description of a file say that it holds, and the words."""
    for key in ("long_name", "comment", "source"):
        text = str(raster.attrs.get(key, ""))[:500]
        for kind, words in _NAMED:
            if words.search(text.replace("-", "_")):
                return kind, text[:80]
    return "", ""


def _divided(words: str) -> tuple[str, str, str]:
    """Split a unit where it says per."""
    for mark in ("/", " per ", "每"):
        if mark in words:
            before, _, behind = words.partition(mark)
            return (behind, mark, before) if mark == "每" and not behind else (before, mark, behind)
    # As in "people km-2".
    first, _, rest = words.partition(" ")
    return (first, " ", rest) if rest.endswith(("-2", "^-2", "⁻²")) else (words, "", "")


def _decided(
    readings: dict[str, Floats],
    area: Floats,
    stated: Quantity | None,
    chosen: Quantity | None,
) -> tuple[Quantity, str]:
    """Which reading holds, and by what; refused where it makes more people than a city has."""
    possible = [name for name in QUANTITIES if not _too_many(readings[name], area)]
    reading: Quantity | None = stated or chosen
    if reading is None:
        reading, how = (possible[0] if possible else "count"), "population.assumed"
    else:
        how = "population.stated" if stated else "population.chosen"
    if reading not in possible:
        most = min(float(np.nanmax(readings[reading] / area)), _UNCOUNTABLE)
        raise InputError(
            f"population: the raster makes up to {most:,.0f} people to the km², more than towers "
            "hold. It may have cells that mark missing values, or hold another quantity.",
            code="population.too_many",
            most=round(most),
        )
    return reading, how


def _too_many(cells: Floats, area: Floats) -> bool:
    return bool(np.nanmax(cells / area) > HIGHEST_CELL_PER_KM2)


def _notes(
    quantity: Quantity, how: str, totals: dict[str, float], unit: str
) -> tuple[Finding, ...]:
    values: dict[str, str | int | float] = {"total": round(totals[quantity]), "unit": unit}
    if how in {"population.assumed", "people.named"}:
        values["words"] = unit
        other = next(name for name in QUANTITIES if name != quantity)
        values["other"] = round(totals[other])
        return (Finding(f"{how}_{quantity}", values, level="warning"),)
    return (Finding(f"{how}_{quantity}", values),)


def _centres(grid: Grid) -> dict[str, Any]:
    to = grid.transform
    return {
        "y": to.f + to.e * (np.arange(grid.rows) + 0.5),
        "x": to.c + to.a * (np.arange(grid.columns) + 0.5),
    }


def _cell_areas_km2(grid: Grid) -> Floats:
    """Areas of cells on the ellipsoid, of a shape that goes with the raster."""
    to = grid.transform
    if grid.crs.is_geographic:
        edges = np.radians(to.f + to.e * np.arange(grid.rows + 1))
        belt: Floats = np.abs(np.diff(_area_to_equator_km2(edges))) * np.radians(abs(to.a))
        return belt[:, None]
    return _projected_areas_km2(grid)


def _area_to_equator_km2(latitude: Floats) -> Floats:
    """Area of the ellipsoid between the equator and parallels, per radian of longitude."""
    e = np.sqrt(_E2)
    sine = np.sin(latitude)
    polar = _RADIUS_KM**2 * (1 - _E2)
    area: Floats = polar / 2 * (sine / (1 - _E2 * sine**2) + np.arctanh(e * sine) / e)
    return area


def _projected_areas_km2(grid: Grid) -> Floats:
    """Areas of cells of a projection: measured on the ellipsoid at a few, linear between them."""
    rows, columns = (
        np.unique(np.linspace(0, size - 1, min(size, _LATTICE)).astype(int))
        for size in (grid.rows, grid.columns)
    )
    row, column = (each.ravel() for each in np.meshgrid(rows, columns, indexing="ij"))
    to = grid.transform
    west, north = to.c + to.a * column, to.f + to.e * row
    cells = gpd.GeoSeries(shapely.box(west, north + to.e, west + to.a, north), crs=grid.crs)
    lattice = xr.DataArray(
        geodesic_area_km2(cells).to_numpy().reshape(rows.size, columns.size),
        coords={"y": rows, "x": columns},
        dims=("y", "x"),
    )
    every = {"y": np.arange(grid.rows), "x": np.arange(grid.columns)}
    whole = lattice.interp({name: every[name] for name in every if lattice.sizes[name] > 1})
    return np.asarray(whole.to_numpy(), dtype=np.float64)
