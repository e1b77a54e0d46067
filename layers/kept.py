"""What visitors bring: zones and population rasters, kept by their content while the app runs.

A kept thing is named by a hash of its content, so that answers about it can be kept too.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from geo.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd
    import xarray as xr

Thing = TypeVar("Thing")
OWN = "own-"
KEPT = 24


class _Shelf(Generic[Thing]):
    """The last things brought, of one kind; the oldest makes room."""

    def __init__(self) -> None:
        self._things: OrderedDict[str, Thing] = OrderedDict()
        self._lock = Lock()

    def keep(self, content: bytes, thing: Thing) -> str:
        name = OWN + blake2b(content, digest_size=8).hexdigest()
        with self._lock:
            self._things[name] = thing
            self._things.move_to_end(name)
            while len(self._things) > KEPT:
                self._things.popitem(last=False)
        return name

    def take(self, name: str) -> Thing:
        with self._lock:
            if name not in self._things:
                raise InputError(f"{name} is no longer kept; upload or draw it again")
            self._things.move_to_end(name)
            return self._things[name]


_zones: _Shelf[gpd.GeoDataFrame] = _Shelf()
_rasters: _Shelf[xr.DataArray] = _Shelf()


def is_own(name: str) -> bool:
    """Whether this names something that a visitor brought."""
    return name.startswith(OWN)


def keep_zones(frame: gpd.GeoDataFrame) -> str:
    """Keep zones with the columns of a zoning; return the name to ask for them by."""
    names = "\n".join(frame["name_zh"]).encode()
    return _zones.keep(names + b"".join(frame.geometry.to_wkb()), frame)


def kept_zones(name: str) -> gpd.GeoDataFrame:
    """Return the zones kept under a name.

    Raises
    ------
    InputError
        If they are no longer kept.
    """
    return _zones.take(name).copy()


def keep_raster(array: xr.DataArray) -> str:
    """Keep a raster; return the name to ask for it by."""
    return _rasters.keep(array.to_numpy().tobytes() + str(array.rio.transform()).encode(), array)


def kept_raster(name: str) -> xr.DataArray:
    """Return the raster kept under a name.

    Raises
    ------
    InputError
        If it is no longer kept.
    """
    return _rasters.take(name)
