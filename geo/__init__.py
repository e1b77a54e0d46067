"""Spatial methods that know nothing of Xiangjiang: datum, CRS, density, coverage, distribution.

``import geo`` costs nothing: a module is loaded when something of it is first used. No module has
the name of a function, so that ``geo.coverage`` is the function however it was imported.

Examples
--------
>>> import geo
>>> geo.kernel_density.__module__, geo.coverage.__module__, geo.crs.GEOGRAPHIC
('geo.surface.density', 'geo.zoned.service_areas', 'EPSG:4490')
"""

import lazy_loader

# What there is, and where, stands once, in ``__init__.pyi``.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
