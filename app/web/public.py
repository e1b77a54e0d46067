"""A service that is open to the public: nobody uploads or marks anything, and places are coarse."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from geo.exchange.writers import vector_bytes
from layers.look.reduced import coarser
from layers.look.sheet import PUBLIC
from layers.review.rulebook import profile_named

if TYPE_CHECKING:
    import geopandas as gpd

# Says whom the app serves; inside where it is not set.
VARIABLE = "XIANGJIANG_PROFILE"
# Pages on which visitors upload or mark something.
UPLOADING = ("own", "locate")


def is_public() -> bool:
    """Whether the app serves the public.

    Raises
    ------
    InputError
        If the variable names no profile.
    """
    named = os.environ.get(VARIABLE)
    return bool(named) and profile_named(str(named)) == PUBLIC


def is_closed(page: str) -> bool:
    """Whether a page is closed because the app serves the public."""
    return page in UPLOADING and is_public()


def as_known(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return features as well known as whom the app serves may know them."""
    return coarser(frame) if is_public() and "geometry" in frame else frame


def vector_file(frame: gpd.GeoDataFrame, suffix: str) -> bytes:
    """Return features as the contents of a file that a page hands out."""
    return vector_bytes(as_known(frame), suffix)
