"""What visitors bring: zones, points, rasters and files, kept for the one who brought them.

A kept thing is named by all that it consists of and by a secret of its owner, so that the same
thing brought twice has one name, answers about it can be kept too, and nobody else can name it.
What an owner keeps is bounded, what all keep together as well; the oldest of an owner's own things
make room, never those of others. When an owner is gone, so are the things, and the answers about
them.
"""

from __future__ import annotations

import pickle
import time
import weakref
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import blake2b
from queue import Empty, SimpleQueue
from secrets import token_bytes, token_hex
from threading import RLock, Thread
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.errors import InputError
from layers.keeping.answers import ANSWERS, OWN
from layers.plan.copies import bytes_of, copied, sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd
    import xarray as xr

OWNER_BYTES = 2**30
ALL_BYTES = 4 * 2**30
# An owner who has touched nothing for so long has gone home.
IDLE_S = 2 * 3600.0
SWEEP_S = 60.0
NAME_BYTES = 16
MEGABYTE = 1e6


class Owner:
    """Somebody who brings things: a visit of the app, or this process where none is named.

    Whoever holds it keeps what it owns; when it is gone, its things are let go.

    Parameters
    ----------
    secret
        What its names are made with; random where none is given.
    """

    def __init__(self, secret: bytes | None = None) -> None:
        self.secret = token_bytes(32) if secret is None else secret
        weakref.finalize(self, _GONE.put, self.secret).atexit = False


@dataclass(slots=True, eq=False)
class _Shelf:
    """What one owner keeps, the thing that was not touched for the longest first."""

    things: OrderedDict[str, tuple[Any, int]] = field(default_factory=OrderedDict)
    touched: float = field(default_factory=time.monotonic)
    size: int = 0

    def touch(self, name: str) -> Any:  # noqa: ANN401 - frame or raster
        self.touched = time.monotonic()
        self.things.move_to_end(name)
        return self.things[name][0]

    def drop_oldest(self) -> str:
        name, (_, size) = self.things.popitem(last=False)
        self.size -= size
        return name


class _Store:
    """The shelves of all owners."""

    def __init__(self) -> None:
        self._shelves: dict[bytes, _Shelf] = {}
        self._owner_of: dict[str, bytes] = {}
        self._lock = RLock()
        self._sweeper: Thread | None = None

    @property
    def size(self) -> int:
        return sum(shelf.size for shelf in self._shelves.values())

    def keep(
        self,
        owner: Owner,
        name: str,
        thing: Any,  # noqa: ANN401 - frame, raster or file
        size: int | None = None,
    ) -> None:
        with self._lock:
            if name in self._owner_of:
                self._shelves[self._owner_of[name]].touch(name)
                return
            size = bytes_of(thing) if size is None else size
            if size > OWNER_BYTES:
                raise InputError(
                    f"kept: {size:,} bytes are more than the {OWNER_BYTES:,} that one owner may "
                    "keep; bring a part of it",
                    code="kept.too_large",
                    size=round(size / MEGABYTE),
                    most=round(OWNER_BYTES / MEGABYTE),
                )
            shelf = self._shelves.setdefault(owner.secret, _Shelf())
            self._make_room(shelf, size)
            shelf.things[name] = (sealed(thing), size)
            shelf.size += size
            shelf.touch(name)
            self._owner_of[name] = owner.secret
            self._watch()

    def _make_room(self, shelf: _Shelf, size: int) -> None:
        while shelf.things and shelf.size + size > OWNER_BYTES:
            self._forget(shelf.drop_oldest())
        if self.size + size > ALL_BYTES:
            self.release_idle(IDLE_S)
        while shelf.things and self.size + size > ALL_BYTES:
            self._forget(shelf.drop_oldest())
        if self.size + size > ALL_BYTES:
            raise InputError(
                f"kept: all owners together keep {self.size:,} of {ALL_BYTES:,} bytes; try again "
                "when others have left",
                code="kept.full",
            )

    def take(self, name: str) -> Any:  # noqa: ANN401 - frame or raster
        with self._lock:
            if name not in self._owner_of:
                raise InputError(
                    f"{name} is no longer kept; upload or draw it again", code="kept.gone"
                )
            thing = self._shelves[self._owner_of[name]].touch(name)
        return copied(thing)

    def drop(self, name: str) -> None:
        with self._lock:
            if name in self._owner_of:
                shelf = self._shelves[self._owner_of[name]]
                shelf.size -= shelf.things.pop(name)[1]
                self._forget(name)

    def release(self, secret: bytes) -> None:
        with self._lock:
            shelf = self._shelves.pop(secret, None)
            if shelf is not None:
                self._forget(*shelf.things)

    def release_idle(self, idle_s: float) -> None:
        with self._lock:
            now = time.monotonic()
            idle = [key for key, shelf in self._shelves.items() if now - shelf.touched >= idle_s]
            for secret in idle:
                self.release(secret)

    def _forget(self, *names: str) -> None:
        for name in names:
            del self._owner_of[name]
        ANSWERS.forget(frozenset(names))

    def _watch(self) -> None:
        if self._sweeper is None:
            self._sweeper = Thread(target=self._sweep, name="kept", daemon=True)
            self._sweeper.start()

    def _sweep(self) -> None:
        """Let go of what gone and idle owners have left, as long as the process runs."""
        while True:
            try:
                self.release(_GONE.get(timeout=SWEEP_S))
            except Empty:
                self.release_idle(IDLE_S)


# Secrets of owners that are gone. An owner ends anywhere, also while a lock is held; a queue of
# this kind can be put into there.
_GONE: SimpleQueue[bytes] = SimpleQueue()
_STORE = _Store()
# The command line and notebooks: one owner, whose names are the same each time.
_PROCESS = Owner(b"")


def is_own(name: str) -> bool:
    """Whether this names something that somebody brought."""
    return name.startswith(OWN)


def keep_zones(frame: gpd.GeoDataFrame, *, owner: Owner | None = None) -> str:
    """Keep zones with the columns of a zoning; return the name to ask for them by.

    Parameters
    ----------
    frame
        The zones. They are copied.
    owner
        Whose they are; the process's where it is None.

    Raises
    ------
    InputError
        If they are larger than one may keep, or others fill the memory (codes
        ``kept.too_large``, ``kept.full``).
    """
    return _keep("zones", frame.copy(), _content_of_frame(frame), owner)


def keep_points(frame: gpd.GeoDataFrame, *, owner: Owner | None = None) -> str:
    """Keep points with all their columns, as :func:`keep_zones` keeps zones."""
    return _keep("points", frame.copy(), _content_of_frame(frame), owner)


def keep_raster(array: xr.DataArray, *, owner: Owner | None = None) -> str:
    """Keep a raster; return the name to ask for it by.

    Parameters
    ----------
    array
        The raster. It can no longer be written into.
    owner
        Whose it is; the process's where it is None.

    Raises
    ------
    InputError
        As :func:`keep_zones`.
    """
    return _keep("raster", array, _content_of_raster(array), owner)


def kept_zones(name: str) -> gpd.GeoDataFrame:
    """Return a copy of the zones kept under a name.

    Raises
    ------
    InputError
        If they are no longer kept (code ``kept.gone``).
    """
    frame: gpd.GeoDataFrame = _STORE.take(name)
    return frame


def kept_points(name: str) -> gpd.GeoDataFrame:
    """Return a copy of the points kept under a name; raises as :func:`kept_zones` does."""
    return kept_zones(name)


def kept_raster(name: str) -> xr.DataArray:
    """Return the raster kept under a name, which cannot be written into.

    Raises
    ------
    InputError
        If it is no longer kept (code ``kept.gone``).
    """
    array: xr.DataArray = _STORE.take(name)
    return array


def keep_file(file: Any, *, size: int, owner: Owner | None = None) -> str:  # noqa: ANN401 - a record of it
    """Keep a file that was chosen and not used yet; return the name to ask for it by.

    Parameters
    ----------
    file
        A frozen record with its contents.
    size
        How many bytes it counts for: its contents, and what was read of them.
    owner
        Whose it is; the process's where it is None.

    Raises
    ------
    InputError
        As :func:`keep_zones`.
    """
    name = OWN + token_hex(NAME_BYTES)
    _STORE.keep(owner or _PROCESS, name, file, size)
    return name


def kept_file(name: str) -> Any:  # noqa: ANN401 - as it was kept
    """Return the file kept under a name; raises as :func:`kept_zones` does."""
    return _STORE.take(name)


def let_go(name: str) -> None:
    """Let go of one kept thing, and of the answers about it."""
    _STORE.drop(name)


def release(owner: Owner) -> None:
    """Let go of all that an owner keeps, and of the answers about it."""
    _STORE.release(owner.secret)


def release_idle(*, idle_s: float = IDLE_S) -> None:
    """Let go of what owners keep who have touched nothing for so many seconds."""
    _STORE.release_idle(idle_s)


def kept_bytes() -> int:
    """Return how many bytes all owners keep together."""
    return _STORE.size


def _keep(kind: str, thing: Any, content: Iterator[Any], owner: Owner | None) -> str:  # noqa: ANN401
    owner = owner or _PROCESS
    digest = blake2b(kind.encode(), digest_size=NAME_BYTES, key=owner.secret)
    for part in content:
        # With its length, so that no two contents run together to the same bytes.
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(memoryview(data).nbytes.to_bytes(8, "little"))
        digest.update(data)
    name = OWN + digest.hexdigest()
    _STORE.keep(owner, name, thing)
    return name


# ---- what names are made of ----


def _content_of_frame(frame: gpd.GeoDataFrame) -> Iterator[Any]:
    yield "" if frame.crs is None else frame.crs.to_wkt()
    yield repr(frame.active_geometry_name)
    yield from _column("index", frame.index)
    for at, name in enumerate(frame.columns):
        yield from _column(repr(name), frame.iloc[:, at])
    yield from _objects(list(frame.attrs.items()))


def _column(name: str, values: pd.Series | pd.Index) -> Iterator[Any]:
    yield name
    yield str(values.dtype)
    if values.dtype == "geometry":
        encoded = shapely.to_wkb(np.asarray(values), output_dimension=4, flavor="iso")
        yield from _objects(encoded.tolist())
    elif isinstance(values.dtype, np.dtype) and values.dtype != object:
        yield np.ascontiguousarray(values.to_numpy()).view(np.uint8)
    else:
        yield from _objects(values.tolist())


def _objects(values: list[Any]) -> Iterator[Any]:
    """Give values of any kind; equal texts of two kinds stay apart, such as 1 and "1"."""
    if all(type(value) is str for value in values):
        yield np.array([len(value) for value in values], dtype=np.int64).view(np.uint8)
        yield "".join(values)
        return
    for value in values:
        plain = isinstance(value, str | int | float | bytes | None)
        yield type(value).__name__
        yield repr(value) if plain else pickle.dumps(value)


def _content_of_raster(array: xr.DataArray) -> Iterator[Any]:
    import rioxarray  # noqa: F401, PLC0415  gives arrays their .rio, and takes its time

    yield repr((array.name, array.dims, array.shape, str(array.dtype)))
    yield "" if array.rio.crs is None else array.rio.crs.to_wkt()
    yield repr((tuple(array.rio.transform()), array.rio.nodata, array.rio.encoded_nodata))
    yield from _objects([*array.attrs.items(), *array.encoding.items()])
    for name, coordinate in array.coords.items():
        yield repr((name, coordinate.dims, str(coordinate.dtype)))
        yield from _objects([*coordinate.attrs.items(), *np.ravel(coordinate.values).tolist()])
    yield np.ascontiguousarray(array.to_numpy()).view(np.uint8).reshape(-1)
