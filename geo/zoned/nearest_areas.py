"""The areas nearest to sites, also called Voronoi or Thiessen areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from shapely import GeometryType

from geo.crs import Frame, measured_in, moved, require_same_crs, to_metric
from geo.doors import door
from geo.errors import InputError
from geo.geodesic import geodesic_area_km2
from geo.points import located
from geo.units import labelled
from geo.work import require_affordable, slices
from geo.zones import polygons_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Corners of the area that is divided, for each of the sites: 50 nanoseconds each.
_MAX_CUTS = 200_000_000
_CORNERS_AT_ONCE = 5_000_000
# The border between two sites is straight in metres and bent in degrees. Corners this far apart
# keep it within 2 cm of where it belongs.
_STEP_M = 1000.0
_AREA = 2  # dimensions


@door
def nearest_areas(sites: Frame, *, within: Frame) -> gpd.GeoDataFrame:
    r"""Divide an area among sites: to each the part that is nearer to it than to any other.

    Also called Voronoi or Thiessen areas. They are catchments for the case that everyone goes to
    the nearest site in a straight line, whatever its size: a first answer to "whose area is this?"
    where no boundary has been published.

    Parameters
    ----------
    sites
        GeoDataFrame or GeoSeries of points. Sites outside ``within`` count like any other: what is
        nearest to them is theirs. Sites without a place get no area.
    within
        Polygons in the CRS of the sites; their union is divided. Invalid ones are repaired, with a
        warning.

    Returns
    -------
    The sites, all rows and columns and in their CRS, with their area as geometry and its geodesic
    ``area_km2`` (0 without one). The areas add up to the union of ``within``. Of sites in one place
    the first has the area. Its ``attrs`` name the rows that have none, and whose geometry is
    missing: ``sites_without_place``; ``sites_in_one_place``, the rows that share the place of
    another, by index label, with the label of the row that has the area; and
    ``sites_without_area``, those that are nearest to no part of ``within``. ``repaired_zones`` is
    as in `geo.distribution`.

    Raises
    ------
    InputError
        No site has a place, a site is no point, or ``within`` has no area.
    CRSError
        The frames differ in CRS, or as `geo.to_metric`.

    Warnings
    --------
    Not for real catchments: rivers, roads and the size of a site are ignored, and at Changsha the
    nearest site may lie across the Xiang River. Take service areas over a network for those. An
    area says nothing about administration, and areas on the rim end where ``within`` does, so that
    their sizes say more about the study area than about the site. A site that is only roughly known
    moves its borders by half of its error.

    Notes
    -----
    The area of site :math:`s_i` in the study area :math:`W`, with distances in the projected plane
    [voronoi]_, is

    .. math:: A_i = \{ x \in W : \lVert x - s_i \rVert \le \lVert x - s_j \rVert \; \forall j \}.

    References
    ----------
    .. [voronoi] A. Okabe, B. Boots, K. Sugihara and S. N. Chiu, Spatial Tessellations: Concepts and
       Applications of Voronoi Diagrams, 2nd ed., Wiley, 2000.

    Examples
    --------
    >>> from shapely import Point, box
    >>> sites = gpd.GeoSeries([Point(5e5, 31e5), Point(5.01e5, 31e5)], crs=4547)
    >>> within = gpd.GeoSeries([box(5e5, 30.995e5, 5.02e5, 31.005e5)], crs=4547)
    >>> areas = nearest_areas(sites, within=within)
    >>> areas.area.tolist()  # 500 m and 1500 m wide
    [500000.0, 1500000.0]
    """
    crs = require_same_crs(sites, within, function="nearest_areas")
    polygons, repaired = polygons_of(within, function="nearest_areas")
    _, rows = located(sites, function="nearest_areas")
    if not rows.size:
        raise InputError(
            f"nearest_areas: none of the {len(sites)} sites has a place. Pass at least one "
            "that has.",
            code="own.nothing_located",
        )
    whole = shapely.union_all(polygons[~shapely.is_missing(polygons)])
    if shapely.area(whole) == 0:
        raise InputError(
            "nearest_areas: within has no area. Pass at least one polygon that has.",
            code="place.no_area",
        )
    metric = to_metric(gpd.GeoSeries([whole], crs=crs), function="nearest_areas")
    require_affordable(
        rows.size * float(shapely.get_num_coordinates(whole)),
        _MAX_CUTS,
        function="nearest_areas",
        what="sites × corners of the area",
        choose="fewer sites, or a simpler outline for within",
        code="cost.sites",
        sites=rows.size,
    )
    xy, _ = located(moved(sites.geometry.iloc[rows], metric.crs, function="nearest_areas"))
    places, first, place = np.unique(xy, axis=0, return_index=True, return_inverse=True)
    cells = gpd.GeoSeries(_voronoi(places, metric.total_bounds), crs=metric.crs)
    if metric.crs != crs:
        cells = moved(cells.segmentize(_STEP_M), crs, function="nearest_areas")
    parts = _areal(_cut(cells.to_numpy(), whole))
    none = shapely.is_empty(parts)
    areas = np.full(len(sites), None, dtype=object)
    areas[rows[first][~none]] = parts[~none]
    owner = rows[first][place.ravel()]
    table = sites if isinstance(sites, gpd.GeoDataFrame) else gpd.GeoDataFrame()
    result = table.set_geometry(gpd.GeoSeries(areas, index=sites.index, crs=sites.crs))
    result["area_km2"] = geodesic_area_km2(result).fillna(0.0)
    label = sites.index
    shared = owner != rows
    facts = {
        "sites_without_place": label.delete(rows).tolist(),
        "sites_in_one_place": dict(
            zip(label[rows[shared]].tolist(), label[owner[shared]].tolist(), strict=True)
        ),
        "sites_without_area": label[rows[first][none]].tolist(),
        **measured_in(crs, metric.crs),
        "repaired_zones": repaired,
    }
    return labelled(result, facts)


def _cut(cells: NDArray[Any], whole: Any) -> NDArray[Any]:  # noqa: ANN401  any geometry
    """Part of each cell that is on the whole, a few cells between two looks at the watch."""
    shapely.prepare(whole)  # most cells lie wholly in it
    parts = cells.copy()
    for some in slices(cells.size, _CORNERS_AT_ONCE // int(shapely.get_num_coordinates(whole))):
        cut = some.start + np.flatnonzero(~shapely.contains_properly(whole, cells[some]))
        parts[cut] = shapely.intersection(cells[cut], whole)
    return parts


def _voronoi(places: Floats, bounds: Floats) -> NDArray[Any]:
    """Cells of the Voronoi diagram of different places, that cover the bounds."""
    everything = shapely.box(*bounds)
    # Near the origin the diagram keeps its digits.
    origin = places.mean(axis=0)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(
            shapely.multipoints(places - origin),
            extend_to=shapely.transform(everything, lambda xy: xy - origin),
            ordered=True,
        )
    )
    return np.asarray(shapely.transform(cells, lambda xy: xy + origin))


def _areal(shapes: NDArray[Any]) -> NDArray[Any]:
    """Take from each geometry the polygons alone: where a cell only touches, a line is left."""
    mixed = shapely.get_type_id(shapes) == GeometryType.GEOMETRYCOLLECTION
    for at in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapes[at])
        shapes[at] = shapely.union_all(parts[shapely.get_dimensions(parts) == _AREA])
    shapes[shapely.get_dimensions(shapes) < _AREA] = shapely.Polygon()
    return shapes
