"""Spatial methods that know nothing of Xiangjiang: datum, CRS, density, coverage, distribution.

``import geo`` costs nothing: a module is loaded when something of it is first used. No module has
the name of a function, so that ``geo.coverage`` is the function however it was imported.

Examples
--------
>>> import geo
>>> geo.kernel_density.__module__, geo.coverage.__module__, geo.crs.GEOGRAPHIC
('geo.density', 'geo.service_area', 'EPSG:4490')
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo import crs, datum
    from geo.autocorrelation import spatial_autocorrelation
    from geo.bandwidths import abramson_bandwidths_m, silverman_bandwidth_m
    from geo.categories import category_table
    from geo.centrography import centres, deviational_ellipses
    from geo.clusters import hot_spots, local_autocorrelation
    from geo.concentration import concentration_measures, lorenz
    from geo.contours import filled_bands, isolines, nice_levels
    from geo.crs import (
        geodesic_area_km2,
        geodesic_length_km,
        require_crs,
        require_same_crs,
        to_metric,
    )
    from geo.density import kernel_density
    from geo.draws import Uncertainty, uncertainty
    from geo.errors import AtlasError, CRSError, InputError, LayerError
    from geo.exchange.geotiffs import geotiff_bytes, write_geotiff
    from geo.exchange.writers import vector_bytes, write_vector
    from geo.neighbours import neighbour_graph
    from geo.point_pattern import nearest_neighbour_index, ripley
    from geo.raster_sources import read_raster
    from geo.raster_zones import zonal_shares, zonal_statistics
    from geo.service_area import coverage, coverage_curve, service_areas
    from geo.specialisation import (
        diversity,
        location_quotient_table,
        location_quotients,
        specialisation_index,
    )
    from geo.tessellations import h3_cells, hexagons, nearest_areas, squares
    from geo.vector_sources import read_vector
    from geo.zonal import distribution

__all__ = [
    "AtlasError",
    "CRSError",
    "InputError",
    "LayerError",
    "Uncertainty",
    "abramson_bandwidths_m",
    "category_table",
    "centres",
    "concentration_measures",
    "coverage",
    "coverage_curve",
    "crs",
    "datum",
    "deviational_ellipses",
    "distribution",
    "diversity",
    "filled_bands",
    "geodesic_area_km2",
    "geodesic_length_km",
    "geotiff_bytes",
    "h3_cells",
    "hexagons",
    "hot_spots",
    "isolines",
    "kernel_density",
    "local_autocorrelation",
    "location_quotient_table",
    "location_quotients",
    "lorenz",
    "nearest_areas",
    "nearest_neighbour_index",
    "neighbour_graph",
    "nice_levels",
    "read_raster",
    "read_vector",
    "require_crs",
    "require_same_crs",
    "ripley",
    "service_areas",
    "silverman_bandwidth_m",
    "spatial_autocorrelation",
    "specialisation_index",
    "squares",
    "to_metric",
    "uncertainty",
    "vector_bytes",
    "write_geotiff",
    "write_vector",
    "zonal_shares",
    "zonal_statistics",
]

_HOMES = {
    "AtlasError": "errors",
    "CRSError": "errors",
    "InputError": "errors",
    "LayerError": "errors",
    "Uncertainty": "draws",
    "abramson_bandwidths_m": "bandwidths",
    "category_table": "categories",
    "centres": "centrography",
    "concentration_measures": "concentration",
    "coverage": "service_area",
    "coverage_curve": "service_area",
    "deviational_ellipses": "centrography",
    "distribution": "zonal",
    "diversity": "specialisation",
    "filled_bands": "contours",
    "geodesic_area_km2": "crs",
    "geodesic_length_km": "crs",
    "geotiff_bytes": "exchange.geotiffs",
    "h3_cells": "tessellations",
    "hexagons": "tessellations",
    "hot_spots": "clusters",
    "isolines": "contours",
    "kernel_density": "density",
    "local_autocorrelation": "clusters",
    "location_quotient_table": "specialisation",
    "location_quotients": "specialisation",
    "lorenz": "concentration",
    "nearest_areas": "tessellations",
    "nearest_neighbour_index": "point_pattern",
    "neighbour_graph": "neighbours",
    "nice_levels": "contours",
    "read_raster": "raster_sources",
    "read_vector": "vector_sources",
    "require_crs": "crs",
    "require_same_crs": "crs",
    "ripley": "point_pattern",
    "service_areas": "service_area",
    "silverman_bandwidth_m": "bandwidths",
    "spatial_autocorrelation": "autocorrelation",
    "specialisation_index": "specialisation",
    "squares": "tessellations",
    "to_metric": "crs",
    "uncertainty": "draws",
    "vector_bytes": "exchange.writers",
    "write_geotiff": "exchange.geotiffs",
    "write_vector": "exchange.writers",
    "zonal_shares": "raster_zones",
    "zonal_statistics": "raster_zones",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  it may be anything of the package
    if name not in __all__:
        raise AttributeError(f"module 'geo' has no attribute {name!r}")
    if name not in _HOMES:
        return import_module(f"geo.{name}")
    value = getattr(import_module(f"geo.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
