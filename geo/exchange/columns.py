"""Columns of a table that someone brings: what they may be called, and what their values become."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

# What a column of names may be called, in the order in which they are tried.
NAMES = (
    "name_zh",
    "名称",
    "名字",
    "地名",
    "区域名称",
    "企业名称",
    "单位名称",
    "项目名称",
    "机构名称",
    "设施名称",
    "行政区名称",
    "name",
    "mc",
    "xzqmc",
    "zldwmc",
    "title",
    "标题",
    "text",
    "id",
)
MAX_COLUMNS = 2_000
_RESERVED = ("geometry", "row")
# Whole numbers stay whole where some are missing, and so does what is true or false.
_EXACT = {
    pa.int8(): pd.Int64Dtype(),
    pa.int16(): pd.Int64Dtype(),
    pa.int32(): pd.Int64Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.Int64Dtype(),
    pa.uint16(): pd.Int64Dtype(),
    pa.uint32(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
_INT64_LIMIT, _EXACT_IN_FLOAT = 2**63, 2**53
_OF_JSON = {str: pa.large_string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


def name_column(table: pd.DataFrame) -> str:
    """Return the column that names the features, empty where there is none.

    Parameters
    ----------
    table
        Attributes; capitals and spaces around the name of a column make no difference, and one
        that is empty throughout is passed over.

    Examples
    --------
    >>> name_column(pd.DataFrame({"XZQMC": ["岳麓区"], "name": [None], "OBJECTID": [1]}))
    'XZQMC'
    >>> name_column(pd.DataFrame({"面积": [1.5]}))
    ''
    """
    there = {str(column).strip().lower(): str(column) for column in table.columns}
    candidates = (there[name] for name in NAMES if name in there)
    return next((column for column in candidates if table[column].notna().any()), "")


def unique_names(names: Sequence[str], *, file: str) -> list[str]:
    """Give every column a name of its own that nothing else needs.

    Parameters
    ----------
    names
        As the file has them: some may be empty, double, or ``geometry``.
    file
        Name of the file, for messages.

    Raises
    ------
    InputError
        There are more than 2,000 columns.

    Examples
    --------
    >>> unique_names(["名称", "名称", "", "geometry"], file="a.csv")
    ['名称', '名称_2', 'column_3', 'geometry_2']
    """
    if len(names) > MAX_COLUMNS:
        raise InputError(
            f"{file} has {len(names)} columns, at most {MAX_COLUMNS} are read. Leave "
            "out what is not needed.",
            code="file.columns",
            name=file,
            columns=len(names),
            most=MAX_COLUMNS,
        )
    taken: set[str] = set(_RESERVED)
    unique = []
    for at, name in enumerate(names, start=1):
        stem = name.strip() or f"column_{at}"
        free, number = stem, 2
        while free in taken:
            free, number = f"{stem}_{number}", number + 1
        taken.add(free)
        unique.append(free)
    return unique


def exact_frame(table: pa.Table, *, file: str) -> pd.DataFrame:
    """Return an Arrow table as a frame whose texts and whole numbers are as they were.

    Parameters
    ----------
    table
        Attributes, without geometry.
    file
        Name of the file, for messages.

    Examples
    --------
    >>> exact_frame(pa.table({"id": [1, None]}), file="a.gpkg")["id"].tolist()
    [1, <NA>]
    """
    table = table.rename_columns(unique_names(table.column_names, file=file))
    frame: pd.DataFrame = table.to_pandas(types_mapper=_EXACT.get, use_threads=False)
    return frame


def as_bytes(array: pa.Array) -> pa.Array:
    """Return texts of Arrow as the bytes that they are, all else as it is; nothing is copied.

    Examples
    --------
    >>> as_bytes(pa.array(["a"])).to_pylist(), as_bytes(pa.array([1])).to_pylist()
    ([b'a'], [1])
    """
    if pa.types.is_large_string(array.type):
        return array.view(pa.large_binary())
    return array.view(pa.binary()) if pa.types.is_string(array.type) else array


def whole_texts(table: pa.Table) -> tuple[pa.Table, list[str]]:
    """Return an Arrow table whose texts are UTF-8, and the columns in which some were not.

    Programs write the bytes of their own encoding into columns that are UTF-8 by their format:
    those are taken for GB18030.

    Examples
    --------
    >>> bytes_ = pa.array(["岳麓".encode("gbk")]).view(pa.string())
    >>> table, mended = whole_texts(pa.table({"name": bytes_}))
    >>> table["name"].to_pylist(), mended
    (['岳麓'], ['name'])
    """
    mended = []
    for at, column in enumerate(table.columns):
        chunks = [as_bytes(chunk) for chunk in column.chunks]
        if not chunks or chunks[0].type == column.type:
            continue
        cells = pa.chunked_array(chunks)
        try:
            cells.cast(column.type)
        except pa.ArrowInvalid:
            texts = [None if cell is None else _decoded(cell) for cell in cells.to_pylist()]
            table = table.set_column(at, table.field(at), pa.array(texts, column.type))
            mended.append(table.column_names[at])
    return table, mended


def _decoded(cell: bytes) -> str:
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return cell.decode("gb18030", "replace")


def exact_column(values: Sequence[object]) -> pd.Series:
    """Return values of JSON as one column: texts to the letter, whole numbers whole.

    Parameters
    ----------
    values
        Texts, numbers, true or false, None; or lists and objects, which become their own text.

    Examples
    --------
    >>> exact_column([1, None]).tolist(), exact_column(["0101", 7]).tolist()
    ([1, <NA>], ['0101', '7'])
    """
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {str} or not kinds:
        return pd.Series(values, dtype="str")
    if kinds == {int} and _largest(values) < _INT64_LIMIT:
        return pd.Series(values, dtype="Int64")
    if kinds == {bool}:
        return pd.Series(values, dtype="boolean")
    if kinds == {float} or (kinds == {int, float} and _largest(values) <= _EXACT_IN_FLOAT):
        return pd.Series(values, dtype="float64")
    return pd.Series([_text(value) for value in values], dtype="str")


def attributes(rows: list[dict[str, Any]], *, name: str) -> pd.DataFrame:
    """Return properties of features as a table, columns in the order in which they appear.

    Parameters
    ----------
    rows
        Properties of each feature.
    name
        Of the file, for messages.

    Examples
    --------
    >>> attributes([{"a": "NA"}, {"b": 1}], name="a.json").columns.tolist()
    ['a', 'b']
    """
    table = Attributes(name)
    table.add(rows)
    return table.frame()


class Attributes:
    """Properties of features, of which some are given at a time; see `attributes`.

    They are held by column: as objects they would take ten times as much.

    Parameters
    ----------
    name
        Of the file, for messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._rows = 0
        self._columns: dict[str, list[pa.Array | list[Any]]] = {}

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Take in the properties of the next features."""
        before = pa.nulls(self._rows)
        for keys in dict.fromkeys(map(tuple, rows)):
            for key in keys:
                self._columns.setdefault(key, [before])
            if len(self._columns) > MAX_COLUMNS:
                unique_names(list(self._columns), file=self._name)
        for key, pieces in self._columns.items():
            pieces.append(_packed([row.get(key) for row in rows]))
        self._rows += len(rows)

    def frame(self) -> pd.DataFrame:
        """Return the table of all of them."""
        names = unique_names(list(self._columns), file=self._name)
        columns = {
            own: _whole(self._columns.pop(key))
            for own, key in zip(names, list(self._columns), strict=True)
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(self._rows))


def _packed(values: list[Any]) -> pa.Array | list[Any]:
    """Return values of one type as an array, others as they are."""
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return pa.nulls(len(values))
    if len(kinds) > 1 or not kinds <= _OF_JSON.keys():
        return values
    (kind,) = kinds
    if kind is int and _largest(values) >= _INT64_LIMIT:
        return values
    return pa.array(values, _OF_JSON[kind])


def _whole(pieces: list[pa.Array | list[Any]]) -> pd.Series:
    """Return the pieces of a column as one, exactly as `exact_column` makes it."""
    arrays = [piece for piece in pieces if isinstance(piece, pa.Array)]
    kinds = {array.type for array in arrays} - {pa.null()}
    if len(kinds) != 1 or len(arrays) < len(pieces):
        plain = (piece if isinstance(piece, list) else piece.to_pylist() for piece in pieces)
        return exact_column(list(chain.from_iterable(plain)))
    (kind,) = kinds
    column = pa.chunked_array([array.cast(kind) for array in arrays], kind)
    if kind == pa.large_string():
        return pd.Series(pd.array(column, dtype=TEXT))
    values: pd.Series = column.to_pandas(types_mapper=_EXACT.get)
    return values


def _largest(values: Sequence[Any]) -> float:
    """Return the largest whole number, its sign apart."""
    return max(abs(value) for value in values if isinstance(value, int))


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
