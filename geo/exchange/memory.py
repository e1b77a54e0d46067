"""Files that GDAL reads by name although they exist in memory only, and memory given back.

A visitor's bytes never become a file of the machine. GDAL keeps files of its own in memory; the
functions that put one there are in the library that :mod:`pyogrio` is linked against.
"""

from __future__ import annotations

import ctypes
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

import pyogrio
from pyogrio import _vsi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Symbols of a library that this one depends on are found through it, wherever that lies.
_GDAL = ctypes.CDLL(_vsi.__file__)
_GDAL.VSIFileFromMemBuffer.restype = ctypes.c_void_p
_GDAL.VSIFileFromMemBuffer.argtypes = (
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_ulonglong,
    ctypes.c_int,
)
_GDAL.VSIFCloseL.argtypes = (ctypes.c_void_p,)
_NUMBERS = count(1)
_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None)


def give_back() -> None:
    """Give memory that was freed back to the system, which the C library mostly puts off."""
    if _TRIM is not None:
        _TRIM(0)


@contextmanager
def in_memory(files: Mapping[str, bytes]) -> Iterator[str]:
    """Give GDAL files to read, and take them away afterwards.

    Parameters
    ----------
    files
        Contents by name. A name may have one folder before it: ``"a.gdb/gdb"``.

    Yields
    ------
    The folder in which GDAL finds them.

    Examples
    --------
    >>> with in_memory({"a.txt": b"text"}) as folder:
    ...     [path.removeprefix(folder) for path in pyogrio.vsi_listtree(folder)]
    ['/a.txt']
    """
    folder = f"/vsimem/intake-{next(_NUMBERS)}"
    try:
        for name, content in files.items():
            # The buffer is the bytes themselves: `files` outlives every reader.
            handle = _GDAL.VSIFileFromMemBuffer(
                f"{folder}/{name}".encode(), content, len(content), 0
            )
            _GDAL.VSIFCloseL(handle)
        yield folder
    finally:
        pyogrio.vsi_rmtree(folder)
