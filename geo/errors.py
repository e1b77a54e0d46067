"""The errors that the atlas raises: one small tree, each with a builtin parent."""

from __future__ import annotations


class AtlasError(Exception):
    """Anything that the atlas itself refuses; its text says what to do next."""


class CRSError(AtlasError, ValueError):
    """A coordinate reference system is missing, wrong for the method, or mixed."""


class InputError(AtlasError, ValueError):
    """An argument or a value in the data is outside what the method takes."""


class LayerError(AtlasError, LookupError):
    """A layer was asked for that the atlas does not have."""
