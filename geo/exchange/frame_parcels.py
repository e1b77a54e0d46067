"""Frames on their way through the seal: columns as Arrow, shapes as `shape_parcels` packs them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.ipc
import shapely

from geo.exchange.memory import give_back
from geo.exchange.parcels import (
    END,
    LONGEST_NAME,
    STRUCTURE,
    TABLE,
    BrokenParcelError,
    crs_of,
    crs_text,
    findings_of,
    items_in,
    send,
    send_structure,
    text_in,
)
from geo.exchange.parsed import Candidate, Parsed
from geo.exchange.shape_parcels import packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.exchange.parcels import Writer

    Shapes = NDArray[Any]

# Rows and corners that are written as one piece of a table.
_ROWS, _CORNERS = 65_536, 1_000_000
_KINDS = ("point", "line", "polygon", "mixed", "none")


def send_parsed(target: Writer, parsed: Parsed) -> None:
    """Write what a reader made of a file of features: its columns, shapes and rows set aside.

    Its shapes are let go of as they are written, so that they do not stand here and there at once.
    """
    frame, geometry = parsed.frame, parsed.frame.geometry
    specs, arrays = _columns(pd.DataFrame(frame.drop(columns=geometry.name)))
    aside_specs, aside_arrays = _columns(parsed.aside)
    send_structure(
        target,
        STRUCTURE,
        {
            "kind": "parsed",
            "columns": specs,
            "geometry": geometry.name,
            "crs": crs_text(frame.crs),
            "aside": aside_specs,
            "layers": [asdict(layer) for layer in parsed.layers],
            "taken": list(parsed.taken),
            "encoding": parsed.encoding,
            "encoding_how": parsed.encoding_how,
            "crs_how": parsed.crs_how,
            "findings": [asdict(each) for each in parsed.findings],
        },
    )
    _send_columns(target, arrays)
    _send_shapes(target, geometry.to_numpy())  # the frame's own
    _send_columns(target, aside_arrays)
    send(target, END)


def _columns(table: pd.DataFrame) -> tuple[list[dict[str, str]], list[pa.Array]]:
    """Return names and dtypes of columns, the index first, and their values."""
    numbers = pd.Series(np.asarray(table.index, dtype=np.int64))
    specs, arrays = [{"name": "row", "dtype": "int64"}], [pa.array(numbers)]
    for place, name in enumerate(table.columns):
        column = table.iloc[:, place]
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.astype(column.cat.categories.dtype)
        try:
            array = pa.array(column, from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            array = None
        if array is None or not _simple(array.type):
            texts = [None if _missing(value) else _written(value) for value in column]
            array = pa.array(texts, pa.large_string())
        specs.append({"name": str(name), "dtype": str(column.dtype)})
        arrays.append(array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array)
    return specs, arrays


def _missing(value: object) -> bool:
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    return isinstance(value, float) and value != value  # noqa: PLR0124  not-a-number


def _written(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray):
        value = value.tolist()
    plain = isinstance(value, list | tuple | dict)
    return json.dumps(value, ensure_ascii=False, default=str) if plain else str(value)


def _simple(kind: pa.DataType) -> bool:
    tests = (
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_timestamp,
        pa.types.is_date,
        pa.types.is_time,
        pa.types.is_null,
    )
    return any(test(kind) for test in tests)


def _send_columns(target: Writer, arrays: list[pa.Array]) -> None:
    """Write columns in pieces, each whole in itself, so that they are never in memory twice."""
    rows = len(arrays[0])
    for start in range(0, max(rows, 1), _ROWS):
        _send_piece(target, [array.slice(start, _ROWS) for array in arrays])
    send(target, TABLE)


def _send_shapes(target: Writer, shapes: Shapes) -> None:
    """Write shapes in pieces, and let go of each piece."""
    pieces = _pieces(shapes)
    for start, stop in pieces:
        _send_piece(target, list(packed(shapes[start:stop])))
        if len(pieces) > 1:
            shapes[start:stop] = None
            give_back()
    send(target, TABLE)


def _pieces(shapes: Shapes) -> list[tuple[int, int]]:
    """Cut rows where so many rows, or so many corners, have come together."""
    weights = shapely.get_num_coordinates(shapes) + _CORNERS // _ROWS
    piece = np.cumsum(weights) // _CORNERS
    starts = np.flatnonzero(np.diff(piece, prepend=-1)).tolist()
    return list(zip(starts, [*starts[1:], len(shapes)], strict=True)) if starts else []


def _send_piece(target: Writer, arrays: list[pa.Array]) -> None:
    batch = pa.record_batch(arrays, names=[str(place) for place in range(len(arrays))])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    send(target, TABLE, memoryview(sink.getvalue()))


def _piece(content: bytearray) -> pa.Table:
    try:
        with pa.ipc.open_stream(pa.py_buffer(content)) as reader:
            table = reader.read_all()
        table.validate(full=True)
    except (pa.ArrowException, TypeError) as error:
        raise BrokenParcelError(str(error)) from error
    return table


@dataclass(slots=True)
class Columns:
    """Columns of plain data that came in pieces."""

    _tables: list[pa.Table] = field(default_factory=list)

    def add(self, content: bytearray) -> None:
        """Take in a piece.

        Raises
        ------
        BrokenParcelError
            It is none.
        """
        self._tables.append(_piece(content))

    @property
    def table(self) -> pa.Table:
        """All pieces together.

        Raises
        ------
        BrokenParcelError
            There is none.
        """
        if not self._tables:
            raise BrokenParcelError("a table without a piece")
        return pa.concat_tables(self._tables)


@dataclass(slots=True)
class ShapePieces:
    """Shapes that came in pieces; each is made as soon as its piece is there."""

    _shapes: list[Shapes] = field(default_factory=list)

    def add(self, content: bytearray) -> None:
        """Take in a piece.

        Raises
        ------
        BrokenParcelError
            It is none.
        """
        self._shapes.append(unpacked(_piece(content)))

    @property
    def shapes(self) -> Shapes:
        """All shapes together."""
        return np.concatenate([np.empty(0, dtype=object), *self._shapes])


def received_parsed(
    head: Mapping[str, Any], columns: Columns, shapes: ShapePieces, aside: Columns
) -> Parsed:
    """Put together what `send_parsed` wrote, every part of it checked.

    Raises
    ------
    BrokenParcelError
        A part is not of the kind that it should be.
    """
    try:
        table, geometry = _frame(items_in(head, "columns"), columns.table), shapes.shapes
        if len(geometry) != len(table):
            raise BrokenParcelError("shapes that belong to no row")
        name = text_in(head, "geometry", 1_000)
        frame = gpd.GeoDataFrame(table, geometry=geometry, crs=crs_of(head.get("crs")))
        if name != "geometry":
            frame = frame.rename_geometry(name)
        rest = _frame(items_in(head, "aside"), aside.table)
        return Parsed(
            frame=frame,
            aside=rest,
            layers=tuple(_candidate(each) for each in items_in(head, "layers")),
            taken=tuple(_short(each) for each in items_in(head, "taken")),
            encoding=text_in(head, "encoding", 80),
            encoding_how=text_in(head, "encoding_how", 80),
            crs_how=text_in(head, "crs_how", 80),
            findings=findings_of(items_in(head, "findings")),
        )
    except (pa.ArrowException, shapely.GEOSException, LookupError, TypeError) as error:
        raise BrokenParcelError(str(error)) from error


def _frame(specs: list[Any], table: pa.Table) -> pd.DataFrame:
    if table.num_columns != len(specs) or not all(map(_simple, table.schema.types)):
        raise BrokenParcelError("columns that nobody announced")
    columns = [
        _restored(table.column(place), text_in(spec, "dtype", 80))
        for place, spec in enumerate(specs)
    ]
    index = pd.Index(columns[0].to_numpy(dtype=np.int64), name="row")
    frame = pd.DataFrame(dict(enumerate(columns[1:])))
    frame = frame.set_axis(
        [text_in(spec, "name", LONGEST_NAME) for spec in specs[1:]], axis="columns"
    )
    frame.index = index
    return frame


def _restored(column: pa.ChunkedArray, dtype: str) -> pd.Series[Any]:
    """Return a column with the dtype it had, where that is one of plain data."""
    if dtype == "object":
        text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        return pd.Series(column.to_numpy() if text else column.to_pylist(), dtype=object)
    nullable = {column.type: pd.api.types.pandas_dtype(dtype)} if dtype in _NULLABLE else {}
    # Large whole numbers beside a gap would else become decimals on the way.
    series: pd.Series[Any] = column.to_pandas(types_mapper=nullable.get)
    if str(series.dtype) == dtype or dtype not in _DTYPES:
        return series
    return series.astype(_DTYPES[dtype])  # type: ignore[call-overload,no-any-return]


_NULLABLE = {f"{sign}{bits}" for sign in ("Int", "UInt") for bits in (8, 16, 32, 64)}
_DTYPES: dict[str, str] = {
    each: each
    for each in (
        *("str", "string", "bool", "boolean", "float32", "float64"),
        *("Float32", "Float64"),
        *(f"{sign}{bits}" for sign in ("int", "uint", "Int", "UInt") for bits in (8, 16, 32, 64)),
        *(f"datetime64[{unit}]" for unit in ("s", "ms", "us", "ns")),
    )
}


def _candidate(item: object) -> Candidate:
    if not isinstance(item, dict):
        raise BrokenParcelError("a layer that is none")
    kind, rows = item.get("kind"), item.get("rows")
    if kind not in _KINDS or not isinstance(rows, int):
        raise BrokenParcelError("a layer that is none")
    return Candidate(text_in(item, "name", LONGEST_NAME), kind, rows)


def _short(value: object) -> str:
    return text_in({"": value}, "", LONGEST_NAME)
