"""Zonings: the ways in which the New Area is cut into zones for counting."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from geo.arguments import brief, is_number, require_one_of
from geo.crs import moved, reckoned_in, require_crs
from geo.doors import door
from geo.errors import InputError
from geo.exchange.columns import NAMES
from geo.numerals import LANGUAGES
from geo.units import labelled
from geo.wording import Words
from geo.zoned.nearest_areas import nearest_areas
from geo.zoned.tessellations import H3_AREA_KM2, h3_cells, hexagons, squares
from geo.zones import polygons_of
from layers.plan.area import area, map_crs, per_plan, plan
from layers.plan.catalogue import land, load
from layers.plan.positions import CRS
from layers.plan.selection import located

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.plan.area import Plan

GRID_NAMES = ("hexagons", "squares", "h3")
DEFAULT_CELL_M = 5000.0
DEFAULT_H3_RESOLUTION = 7
# Grids of at most 250,000 cells, 1 kB each.
GRIDS_KEPT = 2
COLUMNS = ["id", "name_zh", "name_en", "evidence", "rule", "geometry"]
DISC_RULE, NEAREST_RULE = "disc:radius_m", "nearest:"
_WORDS = Words(__file__)
_NAMES_EN = ("name_en", "name:en", "english", "英文名")


@door
def zoning_names() -> tuple[str, ...]:
    """Return the names of the zonings of the plan, the grids last.

    Examples
    --------
    >>> zoning_names()[:2]
    ('circles', 'cities')
    """
    return (*area().zonings, *GRID_NAMES)


@door
def zoning(
    name: str,
    *,
    cell_m: float = DEFAULT_CELL_M,
    h3_resolution: int = DEFAULT_H3_RESOLUTION,
) -> gpd.GeoDataFrame:
    """Return the polygons of one zoning.

    Administrative units are published boundaries. What a rule of the plan builds is schematic; so
    is the disc of its assumed radius that a point stands for whose boundary no source gives. Such
    zones may overlap. Areas that divide the land among places give each part to the nearest;
    features in one place share an area, which has the name of the first.

    Parameters
    ----------
    name
        One of :func:`zoning_names`: a zoning of the plan, or ``"hexagons"``, ``"squares"`` or
        ``"h3"``.
    cell_m
        Width of a hexagon between opposite sides, or side of a square, metres.
    h3_resolution
        Resolution of H3 cells, 0 to 15; 7 is about 5 km².

    Returns
    -------
    geopandas.GeoDataFrame
        ``id``, ``name_zh``, ``name_en``, ``evidence``, ``rule`` and polygons in EPSG:4490. The
        cells of a grid are whole, cover the districts of the New Area, and have no evidence.

    Raises
    ------
    InputError
        If there is no such zoning, or no such size of cells, or they are larger than the districts,
        or the zoning has no cells of that size.

    Examples
    --------
    >>> zoning("circles")["id"].tolist()
    ['circle-dakecheng', 'circle-kexuecheng', 'circle-gaoxin', 'circle-wangning']
    """
    require_one_of(name, zoning_names(), "zoning", function="zoning")
    _require_size("cell_m", cell_m, DEFAULT_CELL_M, name, of=GRID_NAMES[:2])
    _require_size("h3_resolution", h3_resolution, DEFAULT_H3_RESOLUTION, name, of=GRID_NAMES[2:])
    if name in GRID_NAMES:
        return _cells(plan(), name, h3_resolution if name == "h3" else cell_m).copy()
    return _named(name).copy()


def _require_size(
    size: str, value: object, default: float, name: str, *, of: Sequence[str]
) -> None:
    if not is_number(value):
        raise InputError(
            f"zoning: {size} is {brief(value)}. Pass a number.",
            code="option.positive",
            value=brief(value),
        )
    if value != default and name not in of:
        raise InputError(
            f"zoning: {size} goes with {' and '.join(of)}, not with {name}; leave it out",
            code="option.goes_not",
            names=[size],
            value=name,
        )


@door
def own_zones(frame: gpd.GeoDataFrame, *, name_column: str | None = None) -> gpd.GeoDataFrame:
    """Make a zoning of any polygons, such as a file that was uploaded or areas that were drawn.

    Parameters
    ----------
    frame
        Polygons with a CRS. Chinese names are taken from the first of the columns name_zh, 名称,
        名字, name, mc, xzqmc, title and id that is there, in capitals or not, English ones from
        name_en; zones without a name are called 区域 1, 区域 2, … Rows without geometry are left
        out, invalid polygons repaired, with a warning.
    name_column
        Column with the names, where it is called otherwise.

    Returns
    -------
    geopandas.GeoDataFrame
        ``id`` (``zone-1``, ``zone-2``, …), ``name_zh``, ``name_en``, ``evidence`` and ``rule``
        (both empty: the plan says nothing of them) and polygons in EPSG:4490.

    Raises
    ------
    InputError
        If there are no polygons, or other geometries among them, or no such column.
    CRSError
        If the frame has no CRS, or coordinates that it cannot have.

    Examples
    --------
    >>> drawn = gpd.GeoDataFrame(
    ...     {"NAME": ["洋湖", None]},
    ...     geometry=[shapely.box(112.91, 28.11, 112.95, 28.14), shapely.box(112, 28, 113, 29)],
    ...     crs="EPSG:4490",
    ... )
    >>> own_zones(drawn)["name_zh"].tolist()
    ['洋湖', '区域 2']
    """
    require_crs(frame, function="own_zones")
    polygons, _ = polygons_of(frame, function="own_zones")
    there = ~(shapely.is_missing(polygons) | shapely.is_empty(polygons))
    if not there.any():
        raise InputError(
            f"own_zones: none of the {len(frame)} features is an area. Draw or upload at least one "
            "polygon.",
            code="own.no_area",
        )
    zones = gpd.GeoSeries(shapely.force_2d(polygons[there]), crs=frame.crs)
    zones = moved(zones, CRS, function="own_zones")
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))[there].reset_index(drop=True)
    columns = [str(column) for column in table.columns]
    known = [column.strip().lower() for column in columns]
    if name_column and name_column.strip().lower() not in known:
        raise InputError(
            f"own_zones: there is no column {name_column!r}. The columns are {', '.join(columns)}.",
            code="own.no_column",
            columns=name_column,
        )
    number = pd.Series([str(n) for n in range(1, len(zones) + 1)])
    zone = _WORDS.both("zone.own")
    own = _first_column(table, [name_column] if name_column else NAMES)
    name_zh = own.fillna(f"{zone[0]} " + number)
    name_en = _first_column(table, _NAMES_EN).fillna(own).fillna(f"{zone[1]} " + number)
    return _zones("zone-" + number, name_zh, name_en, zones)


@lru_cache(maxsize=GRIDS_KEPT)
def _cells(_plan: Plan, name: str, size: float) -> gpd.GeoDataFrame:
    """Lay out a grid, once for the several answers of a page."""
    _require_several(name, size)
    if name != "h3":
        lay_out, kind = (hexagons, "hexagon") if name == "hexagons" else (squares, "square")
        # As prints are drawn, whatever a question reckons in: so its rows run along the sheet.
        with reckoned_in(map_crs()):
            return _grid(lay_out(land(), size_m=size), kind)
    cells = h3_cells(land(), resolution=size)  # type: ignore[arg-type]  # it refuses parts
    return _zones(cells["id"], "H3 " + cells["id"], "H3 " + cells["id"], cells)


def _require_several(name: str, size: float) -> None:
    """Refuse cells larger than the districts, of which one or two would be left to compare."""
    west, south, east, north = moved(land(), map_crs()).total_bounds
    longer_m = max(east - west, north - south)
    # Between opposite sides of a hexagon.
    widths_m = [1000 * (2 / 3**0.5 * area_km2) ** 0.5 for area_km2 in H3_AREA_KM2]
    if name != "h3" and size > longer_m:
        raise InputError(
            f"zoning: cell_m is {size:g}, and the districts are {longer_m:,.0f} m long, so that "
            "there is nothing to compare. Take a smaller cell_m, better a tenth of that.",
            code="zones.one_cell",
            size=float(size),
            most=int(longer_m),
        )
    if name == "h3" and size in range(len(widths_m)) and widths_m[int(size)] > longer_m:
        finer = next(at for at, width_m in enumerate(widths_m) if width_m <= longer_m)
        raise InputError(
            f"zoning: H3 cells of resolution {size:g} are about {widths_m[int(size)]:,.0f} m wide, "
            f"and the districts {longer_m:,.0f} m long, so that there is nothing to compare. Take "
            f"h3_resolution {finer} or more.",
            code="zones.h3_one_cell",
            resolution=int(size),
            finer=finer,
        )


@per_plan
def _named(name: str) -> gpd.GeoDataFrame:
    role = area().zonings[name]
    if role.nearest:
        zones = _nearest(role.nearest)
    else:
        zones = land() if role.land else load(role.layer)
        zones = _with_discs(zones) if role.discs else located(zones)
    return labelled(zones.reindex(columns=COLUMNS).reset_index(drop=True))


def _with_discs(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give every located point that has a radius its disc; drop what has neither."""
    placed = located(frame)
    is_point = placed.geometry.geom_type == "Point"
    discs = placed[is_point & placed["radius_m"].notna()]
    metric = moved(discs, map_crs())
    round_zones = discs.assign(evidence="schematic", rule=DISC_RULE).set_geometry(
        moved(metric.geometry.buffer(metric["radius_m"]), CRS)
    )
    return pd.concat([placed[~is_point], round_zones]).sort_index()


def _nearest(layer: str) -> gpd.GeoDataFrame:
    """Divide the land among the places of a layer; the name says how many features share one."""
    with reckoned_in(map_crs()):
        areas = nearest_areas(located(load(layer)), within=land())
    with_area = areas.attrs["sites_in_one_place"]
    others = pd.Series(list(with_area.values()), dtype="int64").value_counts()
    zones = located(areas).assign(evidence="schematic", rule=f"{NEAREST_RULE}{layer}")
    zones.attrs = {}  # what they say is of the rows of the layer, not of areas
    for row, more in others.items():
        for lang in LANGUAGES:
            name = zones.loc[row, f"name_{lang}"]
            named = _WORDS.say("zone.shared", lang, name=name, more=int(more), n=int(more) + 1)
            zones.loc[row, f"name_{lang}"] = named
    return zones


def _grid(cells: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    number = pd.Series([str(n) for n in range(1, len(cells) + 1)])
    zh, en = _WORDS.both(f"zone.{kind}")
    return _zones(f"{kind}-" + number, f"{zh} " + number, f"{en} " + number, moved(cells, CRS))


def _zones(
    ids: pd.Series,
    name_zh: pd.Series,
    name_en: pd.Series,
    shapes: gpd.GeoDataFrame | gpd.GeoSeries,
) -> gpd.GeoDataFrame:
    """Put zones that the plan says nothing of into the columns of a zoning."""
    columns = {"id": ids, "name_zh": name_zh, "name_en": name_en}
    zones = gpd.GeoDataFrame(
        {name: column.to_numpy() for name, column in columns.items()}
        | {"evidence": None, "rule": None},
        geometry=shapes.geometry.to_numpy(),
        crs=CRS,
    )
    return labelled(zones)


def _first_column(table: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Texts of the first of these columns that is there and not empty."""
    there = {str(column).strip().lower(): column for column in table.columns}
    for name in names:
        if name.strip().lower() in there:
            texts = table[there[name.strip().lower()]]
            filled = texts.notna() & (texts.astype(str).str.strip() != "")
            if filled.any():
                return texts.astype(str).str.strip().where(filled)
    return pd.Series(None, index=table.index, dtype="object")
