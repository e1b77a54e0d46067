"""Columns as files can hold them: names apart, and every value a number, text, date or truth value.

A data frame takes any name and any object; a GeoPackage takes no name twice, whatever its letters'
size, and a GeoJSON no object. What a file has no kind for is written as text, none is left out.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

_SIZES = {"int8": "int16", "float16": "float32", "float128": "float64", "longdouble": "float64"}
_LARGEST = 2**63 - 1
_FIRST_YEAR, _LAST_YEAR = 1, 9999
_UNWRITABLE = "\ufffd"
_UNHELD = re.compile("[\x00\ud800-\udfff]")


def plain_columns(frame: pd.DataFrame, *, reserved: Iterable[str] = ()) -> pd.DataFrame:
    r"""Return a table whose names and values every file format takes.

    Parameters
    ----------
    frame
        Columns of any kind under any names, also twice the same.
    reserved
        Names that no column may have.

    Returns
    -------
    The same rows and columns. Names are texts, none empty and none twice in any size of letters.
    Truth values, whole numbers, decimals and dates stay; categories become what they stand for;
    geometry becomes WKT; lists and dictionaries become JSON, bytes hexadecimal digits, everything
    else the text that Python shows. NUL and halves of characters, which no file can hold, become �.

    Examples
    --------
    >>> frame = pd.DataFrame([[1, [2], None]], columns=["a", "A", None])
    >>> plain_columns(frame).to_dict("list")
    {'a': [1], 'A_2': ['[2]'], 'column_3': [None]}
    """
    names = _names(frame.columns, reserved)
    columns = {name: _plain(frame.iloc[:, number]) for number, name in enumerate(names)}
    return pd.DataFrame(columns, index=frame.index)


def free_name(name: str, names: Iterable[str]) -> str:
    """Return a name, with a number where it is taken in any size of letters.

    Examples
    --------
    >>> free_name("fid", ["FID", "a"]), free_name("fid", ["a"])
    ('fid_2', 'fid')
    """
    taken = {each.casefold() for each in names}
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _names(columns: Iterable[Hashable], reserved: Iterable[str]) -> list[str]:
    names: list[str] = []
    taken = {name.casefold() for name in reserved}
    copies: dict[str, int] = {}
    for number, column in enumerate(columns, start=1):
        base = _name(column) or f"column_{number}"
        name, copy = base, copies.get(base, 1)
        while name.casefold() in taken:
            copy += 1
            name = f"{base}_{copy}"
        copies[base] = copy
        taken.add(name.casefold())
        names.append(name)
    return names


def _name(column: object) -> str:
    if column is None or (isinstance(column, float) and np.isnan(column)):
        return ""
    if isinstance(column, tuple):
        return "_".join(part for part in map(_name, column) if part)
    return _clean(str(column)).strip()


def _plain(column: pd.Series) -> pd.Series:
    dtype: Any = column.dtype
    if isinstance(dtype, np.dtype):
        return _plain_numpy(column, dtype)
    if isinstance(column, gpd.GeoSeries):
        return pd.Series(shapely.to_wkt(column.to_numpy()), index=column.index, dtype=object)
    if isinstance(dtype, pd.SparseDtype):
        return _plain(column.astype(dtype.subtype))
    if isinstance(dtype, pd.DatetimeTZDtype):
        plain = _dated(column)
    elif isinstance(dtype, pd.BooleanDtype):
        plain = column
    elif isinstance(dtype, pd.api.extensions.ExtensionDtype) and dtype.kind in "iu":
        plain = _whole(column, "Int64")
    elif isinstance(dtype, pd.api.extensions.ExtensionDtype) and dtype.kind == "f":
        plain = column.astype("float64")
    else:
        plain = _of_objects(column.astype(object))
    return plain


def _plain_numpy(column: pd.Series, dtype: np.dtype[Any]) -> pd.Series:
    if dtype.kind == "b":
        return column
    if dtype.kind in "iu":
        return _whole(column, _SIZES.get(dtype.name, "int64" if dtype.kind == "u" else dtype.name))
    if dtype.kind == "f":
        return column.astype(np.dtype(_SIZES.get(dtype.name, dtype.name)))
    if dtype.kind == "M":
        return _dated(column)
    return _of_objects(column.astype(object))


def _whole(column: pd.Series, kind: str) -> pd.Series:
    if column.notna().any() and int(column.max()) > _LARGEST:
        return _of_objects(column.astype(object).map(str, na_action="ignore"))
    return column.astype(kind)  # type: ignore[call-overload,no-any-return]


def _dated(column: pd.Series) -> pd.Series:
    years = column.dt.year.dropna()
    if years.between(_FIRST_YEAR, _LAST_YEAR).all():
        return column.dt.as_unit("ms") if column.dt.unit != "ns" else column
    return _of_objects(column.astype(str).where(column.notna(), None).astype(object))


def _of_objects(column: pd.Series) -> pd.Series:
    """Return objects as numbers or truth values where all are, else as texts."""
    values = [None if _is_missing(value) else value for value in column]
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {bool, np.bool_}:
        return pd.Series(pd.array(values, dtype="boolean"), index=column.index)
    if kinds and all(issubclass(kind, int | np.integer) and kind is not bool for kind in kinds):
        if all(value is None or -_LARGEST <= value <= _LARGEST for value in values):
            return pd.Series(pd.array(values, dtype="Int64"), index=column.index)
    elif kinds and kinds <= {int, float, np.float64, np.float32}:
        floats = [np.nan if value is None else value for value in values]
        if all(abs(value) <= _LARGEST or isinstance(value, float) for value in floats):
            return pd.Series(floats, index=column.index, dtype="float64")
    texts = [None if value is None else _clean(_text(value)) for value in values]
    return pd.Series(texts, index=column.index, dtype=object)


def _is_missing(value: object) -> bool:
    if isinstance(value, float | np.floating | complex):
        return bool(np.isnan(value))
    return value is None or value is pd.NA or value is pd.NaT


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, set | frozenset | np.ndarray):
        return _text(value.tolist() if isinstance(value, np.ndarray) else list(value))
    if isinstance(value, list | tuple | dict):
        try:
            return json.dumps(value, ensure_ascii=False, default=str)
        except (TypeError, ValueError, RecursionError):
            return repr(value)
    return str(value)


def _clean(text: str) -> str:
    if text.isascii() and "\x00" not in text:
        return text
    return _UNHELD.sub(_UNWRITABLE, text)
