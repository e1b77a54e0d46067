"""Ways to cut a place into cells of one kind: hexagons, squares and H3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geo.arguments import brief, is_whole, require_metres
from geo.crs import GEOGRAPHIC, Frame, moved, require_crs, to_metric
from geo.doors import door
from geo.errors import InputError
from geo.geodesic import geodesic_area_km2
from geo.units import labelled
from geo.work import require_affordable, slices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Cells that are laid out in 10 seconds, with 2 kB each while they are.
_MAX_CELLS = 250_000
# Mean area of an H3 cell by resolution: 2 + 120 · 7^r cells cover the Earth, of them 12 pentagons.
H3_AREA_KM2 = tuple(510_065_621.7 / (2 + 120 * 7**resolution) for resolution in range(16))
_H3_RESOLUTIONS = range(16)
# Cells between two looks at the watch.
_CELLS_AT_ONCE = 20_000
# A size that is named instead of one too small goes up in such steps.
_SIZE_DIGITS = 2
_HALF_TURN_DEG = 180.0
_KM_PER_DEG = 111.2


@door
def hexagons(extent: Frame, *, size_m: float) -> gpd.GeoDataFrame:
    r"""Cover an extent with regular hexagons.

    Hexagons of one size are the fairest cells to count in: all have one area, all six neighbours of
    a cell are equally far, and no cell is longer in one direction. The lattice is anchored at the
    origin of the CRS: hexagons of one size always coincide, and neighbours share their corners
    exactly.

    Parameters
    ----------
    extent
        GeoDataFrame or GeoSeries; projected as `geo.to_metric` says where it is in degrees.
    size_m
        Distance between two opposite sides, which run north–south; also the distance between the
        centres of neighbours, metres.

    Returns
    -------
    Whole hexagons that touch the extent, from south to north and west to east, in the metric CRS.
    Columns ``id`` (column and row in the lattice), ``area_km2`` (the same for all: in the plane,
    which 2° from the meridian of the CRS is 0.1 % more than on the ellipsoid), ``geometry``.

    Raises
    ------
    InputError
        The size is not positive, the extent has no geometry, or more than 250 000 hexagons would
        be needed.
    CRSError
        As `geo.to_metric`.

    Warnings
    --------
    What is counted in cells depends on their size and place: show that a finding holds for another
    ``size_m`` before you rely on it. Cells on the rim reach beyond the extent, so their densities
    are those of a partly empty cell.

    Notes
    -----
    With :math:`w` the width between opposite sides, a cell has the area

    .. math:: A = \frac{\sqrt 3}{2} \, w^2.

    Examples
    --------
    >>> from shapely import Point
    >>> cells = hexagons(gpd.GeoSeries([Point(500000, 3100000)], crs=4547), size_m=1000)
    >>> len(cells), cells["area_km2"].round(4).tolist()  # √3/2
    (1, [0.866])
    """
    require_metres(size_m, "size_m", function="hexagons")
    metric = to_metric(extent, function="hexagons").geometry
    ground = _ground(metric, "hexagons")
    west, south, east, north = ground.bounds
    half = size_m / 2  # columns of corners and centres are this far apart
    quarter = size_m / 12**0.5  # and their rows this far: half a side
    row, column = _lattice(
        (south / quarter / 3, north / quarter / 3),
        (west / size_m, east / size_m),
        size_m,
        "hexagon",
    )
    # Whole numbers of half-widths and half-sides, so that shared corners come out as the same
    # floats.
    centre_x, centre_y = 2 * column + row % 2, 3 * row
    x = (centre_x[:, None] + np.array([0, 1, 1, 0, -1, -1])) * half
    y = (centre_y[:, None] + np.array([2, 1, -1, -2, -1, 1])) * quarter
    outlines, area_km2 = np.stack([x, y], axis=2), 3**0.5 / 2 * size_m**2 / 1e6
    return _touching(ground, outlines, np.stack([column, row]), area_km2, metric.crs)


@door
def squares(extent: Frame, *, size_m: float) -> gpd.GeoDataFrame:
    r"""Cover an extent with squares whose sides run north–south and east–west.

    Squares match the cells of rasters and of the grids in which censuses and environmental
    standards report. The lattice is anchored at the origin of the CRS: squares of one size always
    coincide, and those of half the size nest in them.

    Parameters
    ----------
    extent
        GeoDataFrame or GeoSeries; projected as `geo.to_metric` says where it is in degrees.
    size_m
        Side of a square, metres.

    Returns
    -------
    Whole squares that touch the extent, from south to north and west to east, in the metric CRS.
    Columns ``id`` (column and row in the lattice), ``area_km2`` (the same for all: in the plane,
    which 2° from the meridian of the CRS is 0.1 % more than on the ellipsoid), ``geometry``.

    Raises
    ------
    InputError
        The size is not positive, the extent has no geometry, or more than 250 000 squares would
        be needed.
    CRSError
        As `geo.to_metric`.

    Warnings
    --------
    As for `hexagons`, what is counted depends on the size of the cells. The eight neighbours of a
    square are not equally far: take `hexagons` where neighbourhood matters, as for hot spots.

    Notes
    -----
    Square :math:`(c, r)` of side :math:`a` covers

    .. math:: [c\,a, (c + 1)\,a] \times [r\,a, (r + 1)\,a].

    Examples
    --------
    >>> from shapely import box
    >>> extent = gpd.GeoSeries([box(500_010, 3_100_010, 501_500, 3_100_900)], crs=4547)
    >>> cells = squares(extent, size_m=1000)
    >>> cells["id"].tolist(), cells["area_km2"].tolist()
    (['500_3100', '501_3100'], [1.0, 1.0])
    """
    require_metres(size_m, "size_m", function="squares")
    metric = to_metric(extent, function="squares").geometry
    ground = _ground(metric, "squares")
    west, south, east, north = ground.bounds
    row, column = _lattice(
        (south / size_m, north / size_m), (west / size_m, east / size_m), size_m, "square"
    )
    x = (column[:, None] + np.array([0, 1, 1, 0])) * size_m
    y = (row[:, None] + np.array([0, 0, 1, 1])) * size_m
    outlines = np.stack([x, y], axis=2)
    return _touching(ground, outlines, np.stack([column, row]), size_m**2 / 1e6, metric.crs)


@door
def h3_cells(extent: Frame, *, resolution: int) -> gpd.GeoDataFrame:
    r"""Cover an extent with the cells of H3, the worldwide grid of hexagons.

    A cell of H3 has the same name everywhere, so that tables counted by others (mobile signalling,
    ride hailing, commercial data) can be joined by it without any geometry.

    Parameters
    ----------
    extent
        GeoDataFrame or GeoSeries in any CRS.
    resolution
        0 (cells of 4 million km²) to 15 (1 m²); 7 is about 5 km², 8 about 0.7 km², 9 about 0.1 km².

    Returns
    -------
    Whole cells that touch the extent, by rising index, in EPSG:4490; H3 is made on WGS 84, which is
    taken as equal. Columns ``id`` (the H3 index), ``area_km2`` (geodesic), ``geometry``.

    Raises
    ------
    InputError
        There is no such resolution, the extent has no geometry or crosses the 180° meridian, or
        more than 250 000 cells would be needed.
    CRSError
        As `geo.require_crs`.

    Warnings
    --------
    H3 cells of one resolution differ in area, by up to a factor of two over the Earth and by about
    4 % over Changsha: compare densities per km², never counts. Cells of a coarser resolution do not
    contain those of a finer one exactly, so that counts cannot be added up over resolutions. For a
    study of one city `hexagons` are equal in area and can have any size.

    Notes
    -----
    H3 lays hexagons on the faces of an icosahedron [h3]_; each step of resolution divides the mean
    area by 7:

    .. math:: \bar A_r \approx \frac{510\,065\,622 \text{ km}^2}{2 + 120 \cdot 7^r}.

    References
    ----------
    .. [h3] I. Brodsky, H3: Uber's hexagonal hierarchical spatial index, Uber Engineering, 2018.

    Examples
    --------
    >>> from shapely import Point
    >>> h3_cells(gpd.GeoSeries([Point(112.94, 28.23)], crs=4490), resolution=7)["id"].tolist()
    ['87418900bffffff']
    """
    import h3  # noqa: PLC0415  only these cells need it

    if not (is_whole(resolution) and resolution in _H3_RESOLUTIONS):
        raise InputError(
            f"h3_cells: resolution is {brief(resolution)}. Allowed are whole numbers from 0 to 15.",
            code="option.whole",
            value=brief(resolution),
            least=0,
            most=15,
        )
    resolution = int(resolution)
    require_crs(extent, function="h3_cells")
    ground = _ground(moved(extent.geometry, GEOGRAPHIC, function="h3_cells"), "h3_cells")
    around = _box_around(ground, margin_km=h3.average_hexagon_edge_length(resolution, unit="km"))
    area_km2 = geodesic_area_km2(gpd.GeoSeries([around], crs=GEOGRAPHIC)).iloc[0]
    needed = [area_km2 / area for area in H3_AREA_KM2]
    coarser = max((at for at, number in enumerate(needed) if number <= _MAX_CELLS), default=0)
    require_affordable(
        needed[resolution],
        _MAX_CELLS,
        function="h3_cells",
        what=f"cells of resolution {resolution}",
        choose=f"resolution {coarser} or lower, or a smaller extent",
        code="cost.h3",
        resolution=resolution,
        coarser=coarser,
    )
    ring = [(y, x) for x, y in around.exterior.coords[:-1]]
    names = sorted(
        h3.polygon_to_cells_experimental(h3.LatLngPoly(ring), resolution, contain="overlap")
    )
    shapely.prepare(ground)
    batches: list[tuple[list[str], NDArray[Any]]] = []
    for block in slices(len(names), _CELLS_AT_ONCE):
        some = names[block]
        cells = _outlined([h3.cell_to_boundary(name) for name in some])
        touched = shapely.intersects(ground, cells)
        batches.append(([some[at] for at in np.flatnonzero(touched)], cells[touched]))
    frame = gpd.GeoDataFrame(
        {"id": np.asarray([name for some, _ in batches for name in some], dtype=object)},
        geometry=np.concatenate([cells for _, cells in batches]),
        crs=GEOGRAPHIC,
    )
    cells = frame.assign(area_km2=geodesic_area_km2(frame))[["id", "area_km2", "geometry"]]
    return labelled(cells)


def _outlined(outlines: list[tuple[tuple[float, float], ...]]) -> NDArray[Any]:
    """Polygons of cells whose corners are given as latitude and longitude."""
    owner = np.repeat(np.arange(len(outlines)), [len(outline) for outline in outlines])
    xy = np.concatenate([np.asarray(outline) for outline in outlines])[:, ::-1]
    cells = np.asarray(shapely.polygons(shapely.linearrings(xy, indices=owner)))
    if np.ptp(shapely.bounds(cells)[:, ::2], axis=1).max() > _HALF_TURN_DEG:
        raise _no_outline()
    return cells


def _ground(extent: gpd.GeoSeries, function: str) -> Any:  # noqa: ANN401  any geometry
    """Everything that an extent covers, as one valid geometry."""
    shapes = extent.to_numpy()
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if not shapes.size:
        raise InputError(
            f"{function}: the extent has no geometry. Pass one that has.", code="place.no_area"
        )
    return shapely.union_all(shapely.make_valid(shapes))


def _box_around(ground: Any, *, margin_km: float) -> shapely.Polygon:  # noqa: ANN401
    """Rectangle in degrees: H3 takes sides as arcs, so that cells just outside may touch, too."""
    west, south, east, north = ground.bounds
    up = margin_km / _KM_PER_DEG
    widest = max(abs(south), abs(north)) + up
    across = up / np.cos(np.radians(widest))
    if max(-west, east) + across > _HALF_TURN_DEG or widest > _HALF_TURN_DEG / 2:
        raise _no_outline()
    around: shapely.Polygon = shapely.box(west - across, south - up, east + across, north + up)
    return around


def _no_outline() -> InputError:
    return InputError(
        "h3_cells: the extent reaches the 180° meridian or a pole, where cells have no outline in "
        "degrees. Take a part of it that does not.",
        code="zones.h3_pole",
    )


def _lattice(
    rows: tuple[float, float], columns: tuple[float, float], size_m: float, kind: str
) -> tuple[Floats, Floats]:
    """Row and column of every cell that may touch an extent, whose ends are given in cells."""
    ends = [(np.floor(low) - 1, np.ceil(high) + 2) for low, high in (rows, columns)]
    needed = float(np.prod([last - first for first, last in ends]))
    enough = size_m * max(needed / _MAX_CELLS, 1.0) ** 0.5
    decimals = _SIZE_DIGITS - 1 - int(np.floor(np.log10(enough)))
    least = round(float(np.ceil(enough * 10.0**decimals) / 10.0**decimals), decimals)
    require_affordable(
        needed,
        _MAX_CELLS,
        function=f"{kind}s",
        what=f"{kind}s of {size_m:g} m",
        choose=f"a size_m of at least {least:g}, or a smaller extent",
        code="cost.cells",
        size=least,
    )
    row, column = np.meshgrid(*(np.arange(*each) for each in ends), indexing="ij")
    return row.ravel(), column.ravel()


def _touching(
    ground: Any,  # noqa: ANN401  any geometry
    outlines: Floats,
    numbers: Floats,
    area_km2: float,
    crs: object,
) -> gpd.GeoDataFrame:
    """Cells of a lattice that touch the ground, named by column and row."""
    shapely.prepare(ground)
    batches: list[NDArray[Any]] = []
    touching = np.zeros(len(outlines), dtype=bool)
    for some in slices(len(outlines), _CELLS_AT_ONCE):
        cells = np.asarray(shapely.polygons(outlines[some]))
        touching[some] = shapely.intersects(ground, cells)
        batches.append(cells[touching[some]])
    names = [f"{column}_{row}" for column, row in numbers[:, touching].T.astype(int).tolist()]
    whole = np.concatenate(batches)
    return labelled(gpd.GeoDataFrame({"id": names, "area_km2": area_km2}, geometry=whole, crs=crs))
