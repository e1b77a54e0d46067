"""Zonings: the ways in which the New Area is cut into zones for counting."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from geo.arguments import brief, is_number, is_one_of
from geo.crs import moved, require_crs, to_metric
from geo.doors import door
from geo.errors import InputError
from geo.exchange.columns import NAMES
from geo.zoned.tessellations import H3_AREA_KM2, h3_cells, hexagons, nearest_areas, squares
from geo.zones import polygons_of
from layers.plan.catalogue import load
from layers.plan.positions import CRS
from layers.plan.selection import located

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GRID_NAMES = ("hexagons", "squares", "h3")
ZONING_NAMES = ("circles", "districts", "planning_area", "parks", "park_areas", *GRID_NAMES)
DEFAULT_CELL_M = 5000.0
DEFAULT_H3_RESOLUTION = 7
# Grids of at most 250,000 cells, 1 kB each.
GRIDS_KEPT = 2
COLUMNS = ["id", "name_zh", "name_en", "evidence", "rule", "geometry"]
DISC_RULE = "disc:radius_m"
NEAREST_RULE = "nearest:parks"
_NAMES_EN = ("name_en", "name:en", "english", "英文名")


@door
def zoning(
    name: str,
    *,
    cell_m: float = DEFAULT_CELL_M,
    h3_resolution: int = DEFAULT_H3_RESOLUTION,
) -> gpd.GeoDataFrame:
    """Return the polygons of one zoning.

    Districts are published boundaries. Circles are schematic. A park, and a part of the planning
    area whose boundary no source gives, is the disc of its assumed radius, also schematic; the
    zones of circles, parks and parts overlap. Park areas divide the districts of the New Area among
    the places where parks are, each part to the nearest; parks in one place share an area, which
    has the name of the first.

    Parameters
    ----------
    name
        ``"circles"``, ``"districts"`` (the members of the New Area), ``"planning_area"``,
        ``"parks"``, ``"park_areas"``, ``"hexagons"``, ``"squares"`` or ``"h3"``.
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
        If there is no such zoning, or no such size of cells, or they are larger than the districts.

    Examples
    --------
    >>> zoning("circles")["id"].tolist()
    ['circle-dakecheng', 'circle-kexuecheng', 'circle-gaoxin', 'circle-wangning']
    """
    if not is_one_of(name, ZONING_NAMES):
        raise InputError(
            f"zoning: there is no zoning {brief(name)}; choose from {ZONING_NAMES}",
            code="option.one_of",
            value=brief(name),
            names=ZONING_NAMES,
        )
    if name in GRID_NAMES:
        for size, of in ((cell_m, "cell_m"), (h3_resolution, "h3_resolution")):
            if not is_number(size):
                raise InputError(
                    f"zoning: {of} is {brief(size)}. Pass a number.",
                    code="option.positive",
                    value=brief(size),
                )
        return _cells(name, h3_resolution if name == "h3" else cell_m).copy()
    return _named(name).copy()


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
        If there are no polygons, or other geometries among them.
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
    number = pd.Series([str(n) for n in range(1, len(zones) + 1)])
    own = _first_column(table, [name_column] if name_column else NAMES)
    name_zh = own.fillna("区域 " + number)
    name_en = _first_column(table, _NAMES_EN).fillna(own).fillna("Zone " + number)
    return _zones("zone-" + number, name_zh, name_en, zones)


@lru_cache(maxsize=GRIDS_KEPT)
def _cells(name: str, size: float) -> gpd.GeoDataFrame:
    """Lay out a grid, once for the several answers of a page."""
    _require_several(name, size)
    if name == "hexagons":
        return _grid(hexagons(_districts(), size_m=size), "hexagon", "六边形", "Hexagon")
    if name == "squares":
        return _grid(squares(_districts(), size_m=size), "square", "方格", "Square")
    cells = h3_cells(_districts(), resolution=size)  # type: ignore[arg-type]  # it refuses parts
    return _zones(cells["id"], "H3 " + cells["id"], "H3 " + cells["id"], cells)


def _require_several(name: str, size: float) -> None:
    """Refuse cells larger than the districts, of which one or two would be left to compare."""
    west, south, east, north = to_metric(_districts()).total_bounds
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


@cache
def _named(name: str) -> gpd.GeoDataFrame:
    builders: dict[str, Callable[[], gpd.GeoDataFrame]] = {
        "circles": lambda: load("circles"),
        "districts": _districts,
        "planning_area": lambda: _with_discs(load("planning_area")),
        "parks": lambda: _with_discs(load("parks")),
        "park_areas": _park_areas,
    }
    return builders[name]()[COLUMNS].reset_index(drop=True)


def _districts() -> gpd.GeoDataFrame:
    districts = load("districts")
    return districts[districts["role"] == "member"]


def _with_discs(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give every located point that has a radius its disc; drop what has neither."""
    placed = located(frame)
    is_point = placed.geometry.geom_type == "Point"
    discs = placed[is_point & placed["radius_m"].notna()]
    metric = to_metric(discs)
    round_zones = discs.assign(evidence="schematic", rule=DISC_RULE).set_geometry(
        moved(metric.geometry.buffer(metric["radius_m"]), CRS)
    )
    return pd.concat([placed[~is_point], round_zones]).sort_index()


def _park_areas() -> gpd.GeoDataFrame:
    """Divide the districts among the places of parks; the name says how many parks share one."""
    areas = nearest_areas(located(load("parks")), within=_districts())
    with_area = areas.attrs["sites_in_one_place"]
    others = pd.Series(list(with_area.values()), dtype="int64").value_counts()
    zones = located(areas).assign(evidence="schematic", rule=NEAREST_RULE)
    zones.attrs = {}  # what they say is of the rows of parks, not of areas
    more = others.reindex(zones.index, fill_value=0)
    shared = more > 0
    zones["name_zh"] = zones["name_zh"].where(
        ~shared, zones["name_zh"] + "等 " + (more + 1).astype(str) + " 园"
    )
    zones["name_en"] = zones["name_en"].where(
        ~shared, zones["name_en"] + " and " + more.astype(str) + " more"
    )
    return zones


def _grid(cells: gpd.GeoDataFrame, kind: str, zh: str, en: str) -> gpd.GeoDataFrame:
    number = pd.Series([str(n) for n in range(1, len(cells) + 1)])
    return _zones(f"{kind}-" + number, f"{zh} " + number, f"{en} " + number, moved(cells, CRS))


def _zones(
    ids: pd.Series,
    name_zh: pd.Series,
    name_en: pd.Series,
    shapes: gpd.GeoDataFrame | gpd.GeoSeries,
) -> gpd.GeoDataFrame:
    """Put zones that the plan says nothing of into the columns of a zoning."""
    columns = {"id": ids, "name_zh": name_zh, "name_en": name_en}
    return gpd.GeoDataFrame(
        {name: column.to_numpy() for name, column in columns.items()}
        | {"evidence": None, "rule": None},
        geometry=shapes.geometry.to_numpy(),
        crs=CRS,
    )


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
