"""Questions asked of the layers, and what their maps show."""

import lazy_loader

# What there is, and where, stands once, in ``__init__.pyi``.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
