"""Values that several askers get: how much memory they hold, and how none spoils another's.

What is kept for many is sealed once: its arrays refuse writing, its mappings and lists become ones
that cannot be changed. What is handed out is then the asker's own: frames are copied, and all else
may be shared.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    import xarray as xr

    Value = TypeVar("Value")

# What a geometry holds besides its coordinates, and a number that is an object of its own.
GEOMETRY_BYTES, NUMBER_BYTES, REFERENCE_BYTES = 160, 28, 8
COORDINATE_BYTES = 24
_NUMBERS = {int, float, bool, type(None)}
_ATOMS = (str, bytes, int, float, complex, bool, type(None), type, range, shapely.Geometry)
_TABLES = (pd.DataFrame, pd.Series)


class Sealed(dict[Any, Any]):
    """A mapping that refuses every change; ``|`` gives one that can be changed."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this mapping is shared by all who ask; copy it with dict() to change it")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __copy__(self) -> dict[Any, Any]:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[Any, Any]:
        return {key: copy.deepcopy(value, memo) for key, value in self.items()}

    def __reduce__(self) -> tuple[type[dict[Any, Any]], tuple[dict[Any, Any]]]:
        return dict, (dict(self),)


class SealedList(list[Any]):
    """A list that refuses every change; ``+`` and slices give one that can be changed."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this list is shared by all who ask; copy it with list() to change it")

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __copy__(self) -> list[Any]:
        return list(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return [copy.deepcopy(value, memo) for value in self]

    def __reduce__(self) -> tuple[type[list[Any]], tuple[list[Any]]]:
        return list, (list(self),)


def sealed(value: Value) -> Value:
    """Return a value that can be kept for many: arrays, mappings and lists refuse every change.

    Frames stay as they are, since each asker gets a copy (:func:`copied`).

    Parameters
    ----------
    value
        Frames, arrays, records, mappings and lists in each other. Its arrays are sealed in place.

    Examples
    --------
    >>> answer = sealed({"heights": np.zeros(2), "names": ["one"]})
    >>> answer["names"].append("two")
    Traceback (most recent call last):
    ...
    TypeError: this list is shared by all who ask; copy it with list() to change it
    >>> answer["heights"][0] = 1.0
    Traceback (most recent call last):
    ...
    ValueError: assignment destination is read-only
    """
    return cast("Value", _sealed(value))


def _sealed(value: Any) -> Any:  # noqa: ANN401 - any answer
    if isinstance(value, (*_ATOMS, *_TABLES, pd.Index)):
        return value
    if isinstance(value, Mapping):
        return Sealed({key: _sealed(item) for key, item in value.items()})
    if isinstance(value, list) and set(map(type, value)) <= _NUMBERS:
        return SealedList(value)
    arrays = _arrays_in(value)
    for array in arrays:
        array.setflags(write=False)
    return value if arrays else _rebuilt(value, _sealed)


def _arrays_in(value: object) -> list[np.ndarray[Any, Any]]:
    """Return the arrays that hold the numbers of an array, a raster or a sparse matrix."""
    parts: list[Any] = []
    if isinstance(value, np.ndarray):
        parts = [value]
    elif _is_raster(value):
        # Not ``values``, which may be a copy.
        parts = [part._data for part in _variables(value)]  # noqa: SLF001
        parts += [item for part in _variables(value) for item in part.attrs.values()]
    elif _is_sparse(value):
        parts = [getattr(value, name, None) for name in ("data", "indices", "indptr")]
    return [array for array in parts if isinstance(array, np.ndarray)]


def _is_raster(value: object) -> TypeGuard[xr.DataArray]:
    """Whether a value is a raster: nobody has one where xarray is not loaded, which takes long.

    Another visitor's thread may be loading it just now: then it is there and lacks what it gives.
    """
    return isinstance(value, getattr(sys.modules.get("xarray"), "DataArray", ()))


def _is_sparse(value: object) -> bool:
    """Whether a value is a sparse matrix, as above."""
    loaded = sys.modules.get("scipy.sparse")
    return any(isinstance(value, getattr(loaded, kind, ())) for kind in ("sparray", "spmatrix"))


def _variables(array: xr.DataArray) -> list[xr.Variable]:
    return [array.variable, *(coordinate.variable for coordinate in array.coords.values())]


def is_shareable(value: object) -> bool:
    """Whether a sealed value can be handed out as it is, since no frame is in it.

    Examples
    --------
    >>> is_shareable(sealed({"names": ["one"]})), is_shareable((pd.DataFrame(),))
    (True, False)
    """
    if isinstance(value, (*_ATOMS, np.ndarray)) or _is_sparse(value):
        return True
    if isinstance(value, _TABLES) or _is_raster(value):
        return False
    if isinstance(value, list | tuple) and set(map(type, value)) <= _NUMBERS:
        return True
    return all(is_shareable(part) for part in _parts(value))


def copied(value: Value) -> Value:
    """Return a sealed value whose frames are the caller's own.

    Examples
    --------
    >>> answer = sealed((pd.DataFrame({"n": [1]}), "zones"))
    >>> own = copied(answer)
    >>> own[0].loc[0, "n"] = 2
    >>> int(answer[0].loc[0, "n"])
    1
    """
    return cast("Value", _copied(value))


def _copied(value: Any) -> Any:  # noqa: ANN401 - any answer
    if isinstance(value, _TABLES):
        return value.copy()
    if _is_raster(value):
        return value.copy(deep=False)
    if isinstance(value, Sealed):
        return Sealed({key: _copied(item) for key, item in value.items()})
    if isinstance(value, (*_ATOMS, np.ndarray)):
        return value
    return _rebuilt(value, _copied)


def _rebuilt(value: Any, each: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - any answer
    """Return a record or sequence of the same kind with each part replaced, else the value."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(each, value))
    if isinstance(value, list):
        return SealedList(map(each, value))
    if isinstance(value, tuple):
        return tuple(map(each, value))
    if isinstance(value, set):
        return frozenset(value)
    if is_dataclass(value) and not isinstance(value, type):
        twin = copy.copy(value)
        for item in fields(value):
            # Frozen records too: the twin is not yet anyone's.
            object.__setattr__(twin, item.name, each(getattr(value, item.name)))
        return twin
    return value


def _parts(value: object) -> Iterable[object]:
    """Return what a mapping, sequence, set or record is made of, nothing for any other value."""
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, list | tuple | set | frozenset):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, item.name) for item in fields(value)]
    return ()


# ---- sizes ----


def bytes_of(value: object) -> int:
    """Return how many bytes of memory a value holds, about.

    Geometries count with their coordinates, texts with their characters; what stands in a value
    twice counts twice.

    Examples
    --------
    >>> bytes_of(np.zeros((10, 10)))
    800
    >>> ring = gpd.GeoSeries([shapely.box(0, 0, 1, 1)], crs="EPSG:4490")
    >>> bytes_of(ring) >= 5 * 2 * 8
    True
    """
    if isinstance(value, np.ndarray):
        return _array_bytes(value)
    if isinstance(value, (*_TABLES, pd.Index)):
        return _table_bytes(value)
    if isinstance(value, shapely.Geometry):
        return _geometry_bytes(np.array([value], dtype=object))
    if isinstance(value, list | tuple) and set(map(type, value)) <= _NUMBERS:
        return sys.getsizeof(value) + NUMBER_BYTES * len(value)
    arrays = _arrays_in(value)
    if arrays:
        attrs = bytes_of(value.attrs) if _is_raster(value) else 0
        return attrs + sum(array.nbytes for array in arrays)
    keys = sum(map(bytes_of, value)) if isinstance(value, Mapping) else 0
    return sys.getsizeof(value) + keys + sum(map(bytes_of, _parts(value)))


def _array_bytes(array: np.ndarray[Any, Any]) -> int:
    size = int(array.nbytes)
    if array.dtype != object:
        return size
    geometry = shapely.is_geometry(array)
    return size + _geometry_bytes(array[geometry]) + sum(map(bytes_of, array[~geometry].flat))


def _geometry_bytes(shapes: np.ndarray[Any, Any]) -> int:
    coordinates = int(shapely.get_num_coordinates(shapes).sum())
    parts = int(np.maximum(1, shapely.get_num_geometries(shapes)).sum())
    return COORDINATE_BYTES * coordinates + GEOMETRY_BYTES * parts


def _table_bytes(table: pd.DataFrame | pd.Series | pd.Index) -> int:
    if isinstance(table, pd.DataFrame):
        columns = sum(_column_bytes(table.iloc[:, at].array) for at in range(table.shape[1]))
        return columns + _column_bytes(table.index.array) + bytes_of(table.attrs)
    if isinstance(table, pd.Index):
        return _column_bytes(table.array)
    return _column_bytes(table.array) + _column_bytes(table.index.array) + bytes_of(table.attrs)


def _column_bytes(values: Any) -> int:  # noqa: ANN401 - pandas' arrays have no common type
    if isinstance(values, gpd.array.GeometryArray):
        shapes = np.asarray(values)
        return REFERENCE_BYTES * len(shapes) + _geometry_bytes(shapes)
    if values.dtype == object:
        return _array_bytes(np.asarray(values, dtype=object))
    return int(pd.Series(values).memory_usage(index=False, deep=True))
