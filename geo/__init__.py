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
    from geo import crs, datum, density, errors, files, grids, service_area, zonal
    from geo.crs import (
        geodesic_area_km2,
        geodesic_length_km,
        require_crs,
        require_same_crs,
        to_metric,
    )
    from geo.density import kernel_density
    from geo.errors import AtlasError, CRSError, InputError, LayerError
    from geo.files import geotiff_bytes, vector_bytes, write_geotiff, write_vector
    from geo.grids import hexagons
    from geo.service_area import coverage, coverage_curve, service_areas
    from geo.zonal import distribution

__all__ = [
    "AtlasError",
    "CRSError",
    "InputError",
    "LayerError",
    "coverage",
    "coverage_curve",
    "crs",
    "datum",
    "density",
    "distribution",
    "errors",
    "files",
    "geodesic_area_km2",
    "geodesic_length_km",
    "geotiff_bytes",
    "grids",
    "hexagons",
    "kernel_density",
    "require_crs",
    "require_same_crs",
    "service_area",
    "service_areas",
    "to_metric",
    "vector_bytes",
    "write_geotiff",
    "write_vector",
    "zonal",
]

_HOMES = {
    "AtlasError": "errors",
    "CRSError": "errors",
    "InputError": "errors",
    "LayerError": "errors",
    "coverage": "service_area",
    "coverage_curve": "service_area",
    "distribution": "zonal",
    "geodesic_area_km2": "crs",
    "geodesic_length_km": "crs",
    "geotiff_bytes": "files",
    "hexagons": "grids",
    "kernel_density": "density",
    "require_crs": "crs",
    "require_same_crs": "crs",
    "service_areas": "service_area",
    "to_metric": "crs",
    "vector_bytes": "files",
    "write_geotiff": "files",
    "write_vector": "files",
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
