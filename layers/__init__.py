"""The layers of the atlas and how they look.

>>> import layers
>>> platforms = layers.load("platforms")  # a GeoDataFrame in EPSG:4490
>>> "circles" in layers.names()
True
"""

import lazy_loader

# What there is, and where, stands once, in ``__init__.pyi``.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
