"""What goes between a reader and its sealed worker: messages, frames, arrays, refusals.

A message is one letter, its length in 8 bytes, and its content. Structure goes as JSON, columns as
Arrow, cells as the bytes of an array. Nothing is ever unpickled, and whoever receives checks every
length and every name, as the process that parsed a stranger's bytes may say anything.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.ipc
import rioxarray  # noqa: F401  gives arrays their .rio
import shapely
import xarray as xr
from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCRSError

from geo.errors import AtlasError, CRSError, InputError, LayerError
from geo.exchange.receipt import Candidate, Finding, Parsed
from geo.wording import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

HEAD = struct.Struct("<cQ")
LENGTHS = struct.Struct("<QQ")  # of a request and of its file, which go first
PROGRESS, STRUCTURE, TABLE, CELLS, END = b"P", b"J", b"T", b"C", b"Z"
REFUSAL, CRASH, NO_MEMORY = b"R", b"X", b"M"
# Rows and corners that are written as one piece of a table.
_ROWS, _CORNERS = 65_536, 1_000_000
_MAX_TEXT = 2_000  # characters of a text in a refusal
_MAX_CRS = 64_000
_MAX_COLLECTIONS = 100
_COLLECTION = b"\x07\x00\x00\x00"
_ERRORS: dict[str, type[AtlasError]] = {
    each.__name__: each for each in (InputError, CRSError, LayerError)
}
_KINDS = ("point", "line", "polygon", "mixed", "none")
_LEVELS = ("note", "warning")


class BrokenParcelError(ValueError):
    """What came back from the worker is not what a worker sends."""


class Writer(Protocol):
    """What messages are written to."""

    def write(self, content: bytes | memoryview, /) -> int:
        """Write everything."""
        ...


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of one band, rows from north to south as the file has them, written row by row.

    Parameters
    ----------
    rows, columns
        Shape.
    dtype
        ``"float32"`` or ``"float64"``; not-a-number where the file has no value.
    transform
        Six numbers of the affine transform from (column, row) to coordinates.
    crs
        As `crs_text` writes it.
    blocks
        The cells, some whole rows at a time.
    closing
        What is known when all cells were seen: ``attrs``, ``findings``, ``fills`` (values that mean
        no value), ``scale`` and ``offset``.
    """

    rows: int
    columns: int
    dtype: str
    transform: tuple[float, ...]
    crs: str
    blocks: Iterator[NDArray[Any]]
    closing: Callable[[], Mapping[str, Any]]


def send(target: Writer, kind: bytes, content: bytes | memoryview = b"") -> None:
    """Write one message."""
    target.write(HEAD.pack(kind, len(content)))
    target.write(content)


def send_structure(target: Writer, kind: bytes, content: Mapping[str, Any]) -> None:
    """Write one message of JSON."""
    send(target, kind, json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))


# ---- refusals


def refusal(error: AtlasError) -> dict[str, Any]:
    """Return an error as plain data."""
    kind = next((name for name, each in _ERRORS.items() if isinstance(error, each)), "InputError")
    values = {
        key: value if isinstance(value, int | float) else str(value)[:_MAX_TEXT]
        for key, value in error.values.items()  # noqa: PD011  no frame
    }
    return {
        "class": kind,
        "message": str(error)[:_MAX_TEXT],
        "code": error.code,
        "values": values,
    }


def refused(content: Mapping[str, Any], function: str) -> AtlasError:
    """Return the error that `refusal` described, with the name of the function put first.

    Raises
    ------
    BrokenParcelError
        It describes none of ours.
    """
    kind = _ERRORS.get(_text(content, "class", 40))
    if kind is None:
        raise BrokenParcelError("an error that is none of ours")
    message, code = _text(content, "message", _MAX_TEXT), _text(content, "code", 80)
    values = _plain(content.get("values"))
    if code:
        try:
            sentence(code, "zh", values)
        except (KeyError, IndexError, ValueError, AttributeError):
            code = ""
    return kind(f"{function}: {message}", code=code, **values)


# ---- frames


def send_parsed(target: Writer, parsed: Parsed) -> None:
    """Write what a reader made of a file of features."""
    frame, geometry = parsed.frame, parsed.frame.geometry
    table = pd.DataFrame(frame.drop(columns=geometry.name))
    specs, arrays = _columns(table)
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
    shapes = geometry.to_numpy()
    _send_table(target, arrays, len(frame), shapes)
    _send_table(target, aside_arrays, len(parsed.aside), None)
    send(target, END)


def crs_text(crs: Any) -> str | None:  # noqa: ANN401  of pyproj or of rasterio
    """Write a CRS as ``AUTHORITY:CODE`` where it is exactly that, else as well-known text."""
    if crs is None:
        return None
    known = CRS.from_user_input(crs)
    authority = known.to_authority(min_confidence=100)
    text = ":".join(authority) if authority else known.to_wkt()
    if "PARAMETERFILE" in text or len(text) > _MAX_CRS:
        raise CRSError(
            "the CRS refers to another file, or its text is too long. Convert to CGCS2000 "
            "(EPSG:4490) first.",
            code="crs.not_whole",
        )
    return text


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
    return value is None or value is pd.NA or value is pd.NaT or value != value  # noqa: PLR0124


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


def _send_table(target: Writer, arrays: list[pa.Array], rows: int, shapes: Any) -> None:  # noqa: ANN401
    """Write a table in pieces, each whole in itself, so that it is never in memory twice."""
    fields = [pa.field(str(place), array.type) for place, array in enumerate(arrays)]
    if shapes is not None:
        fields.append(pa.field("geometry", pa.large_binary()))
    schema = pa.schema(fields)
    for start, stop in _pieces(rows, shapes):
        parts = [array.slice(start, stop - start) for array in arrays]
        if shapes is not None:
            binary = shapely.to_wkb(shapes[start:stop])
            parts.append(pa.array(binary, pa.large_binary(), from_pandas=True))
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, schema) as writer:
            writer.write_batch(pa.record_batch(parts, schema=schema))
        send(target, TABLE, memoryview(sink.getvalue()))
    send(target, TABLE)


def _pieces(rows: int, shapes: Any) -> list[tuple[int, int]]:  # noqa: ANN401
    """Cut rows where so many rows, or so many corners, have come together; none are one piece."""
    weights = np.full(rows, _CORNERS // _ROWS, dtype=np.int64)
    if shapes is not None:
        weights += shapely.get_num_coordinates(shapes)
    piece = np.cumsum(weights) // _CORNERS
    starts = np.flatnonzero(np.diff(piece, prepend=-1)).tolist() or [0]
    return list(zip(starts, [*starts[1:], rows], strict=True))


# ---- cells


def send_cells(target: Writer, cells: Cells) -> None:
    """Write a raster, block by block."""
    head = {
        "kind": "cells",
        "rows": cells.rows,
        "columns": cells.columns,
        "dtype": cells.dtype,
        "transform": list(cells.transform),
        "crs": cells.crs,
    }
    send_structure(target, STRUCTURE, head)
    for block in cells.blocks:
        whole = np.ascontiguousarray(block, dtype=cells.dtype)
        send(target, CELLS, whole.reshape(-1).view(np.uint8).data)
    send_structure(target, STRUCTURE, cells.closing())
    send(target, END)


def empty_cells(head: Mapping[str, Any], most_bytes: int) -> NDArray[Any]:
    """Return the array that the announced cells go into.

    Raises
    ------
    BrokenParcelError
        It is no array of numbers, or larger than agreed.
    """
    rows, columns, dtype = head.get("rows"), head.get("columns"), head.get("dtype")
    if not (isinstance(rows, int) and isinstance(columns, int) and rows > 0 and columns > 0):
        raise BrokenParcelError("cells without rows and columns")
    if (
        dtype not in {"float32", "float64"}
        or rows * columns * np.dtype(dtype).itemsize > most_bytes
    ):
        raise BrokenParcelError("cells of another kind or number than agreed")
    return np.empty((rows, columns), dtype=dtype)


def received_cells(
    head: Mapping[str, Any], values: NDArray[Any], closing: Mapping[str, Any]
) -> xr.DataArray:
    """Put together what `send_cells` wrote, every part of it checked.

    Raises
    ------
    BrokenParcelError
        A part is not of the kind that it should be.
    """
    numbers = head.get("transform")
    if not isinstance(numbers, list) or len(numbers) != 6:  # noqa: PLR2004  an affine transform
        raise BrokenParcelError("cells without a transform")
    transform, crs = Affine(*map(_number, numbers)), _crs(head.get("crs"))
    if crs is None or transform.is_degenerate:
        raise BrokenParcelError("cells without a place")
    for fill in map(_number, _items(closing, "fills")):
        values[values == values.dtype.type(fill)] = np.nan
    scale, offset = _number(closing.get("scale")), _number(closing.get("offset"))
    if (scale, offset) != (1.0, 0.0):
        values *= scale
        values += offset
    attrs: dict[str, Any] = _plain(closing.get("attrs"))
    attrs["findings"] = findings_of(_items(closing, "findings"))
    rows, columns = values.shape
    x = transform.c + transform.a * (np.arange(columns) + 0.5)
    y = transform.f + transform.e * (np.arange(rows) + 0.5)
    array: xr.DataArray = xr.DataArray(values, coords={"y": y, "x": x}, dims=("y", "x"))
    array.rio.write_crs(crs, inplace=True)  # in place, as each would copy all cells
    array.rio.write_transform(transform, inplace=True)
    array.rio.write_nodata(np.nan, encoded=True, inplace=True)
    array.attrs |= attrs
    return array


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BrokenParcelError("a text or a truth where a number should be")
    return float(value)


@dataclass(slots=True)
class Pieces:
    """The pieces of a table: columns of plain data, and shapes as soon as they have come."""

    tables: list[pa.Table] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)

    def add(self, content: bytearray) -> None:
        """Take in a piece.

        Raises
        ------
        BrokenParcelError
            It is none.
        """
        try:
            with pa.ipc.open_stream(pa.py_buffer(content)) as reader:
                table = reader.read_all()
            table.validate(full=True)
            place = table.schema.get_field_index("geometry")
            if place >= 0:
                if not pa.types.is_large_binary(table.schema.field(place).type):
                    raise BrokenParcelError("shapes that are no bytes")
                self.shapes.append(_geometries(table.column(place).to_numpy()))
                table = table.remove_column(place)
        except (pa.ArrowException, shapely.GEOSException, TypeError) as error:
            raise BrokenParcelError(str(error)) from error
        self.tables.append(table)

    @property
    def table(self) -> pa.Table:
        """All pieces together.

        Raises
        ------
        BrokenParcelError
            There is none.
        """
        if not self.tables:
            raise BrokenParcelError("a table without a piece")
        return pa.concat_tables(self.tables)


def received_parsed(head: Mapping[str, Any], features: Pieces, aside: Pieces) -> Parsed:
    """Put together what `send_parsed` wrote, every part of it checked.

    Raises
    ------
    BrokenParcelError
        A part is not of the kind that it should be.
    """
    try:
        table = _frame(_items(head, "columns"), features.table)
        shapes = np.concatenate(features.shapes) if features.shapes else np.empty(0, dtype=object)
        if len(shapes) != len(table) or aside.shapes:
            raise BrokenParcelError("shapes that belong to no row")
        name = _text(head, "geometry", 1_000)
        frame = gpd.GeoDataFrame(table, geometry=shapes, crs=_crs(head.get("crs")))
        if name != "geometry":
            frame = frame.rename_geometry(name)
        rest = _frame(_items(head, "aside"), aside.table)
        return Parsed(
            frame=frame,
            aside=rest,
            layers=tuple(_candidate(each) for each in _items(head, "layers")),
            taken=tuple(_short(each) for each in _items(head, "taken")),
            encoding=_text(head, "encoding", 80),
            encoding_how=_text(head, "encoding_how", 80),
            crs_how=_text(head, "crs_how", 80),
            findings=findings_of(_items(head, "findings")),
        )
    except (pa.ArrowException, shapely.GEOSException, LookupError, TypeError) as error:
        raise BrokenParcelError(str(error)) from error


def _frame(specs: list[Any], table: pa.Table) -> pd.DataFrame:
    if table.num_columns != len(specs) or not all(map(_simple, table.schema.types)):
        raise BrokenParcelError("columns that nobody announced")
    columns = [
        _restored(table.column(place), _text(spec, "dtype", 80)) for place, spec in enumerate(specs)
    ]
    index = pd.Index(columns[0].to_numpy(dtype=np.int64), name="row")
    frame = pd.DataFrame(dict(enumerate(columns[1:])))
    frame = frame.set_axis([_text(spec, "name", 10_000) for spec in specs[1:]], axis="columns")
    frame.index = index
    return frame


def _restored(column: pa.ChunkedArray, dtype: str) -> pd.Series[Any]:
    """Return a column with the dtype it had, where that is one of plain data."""
    if dtype == "object":
        text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        return pd.Series(column.to_numpy() if text else column.to_pylist(), dtype=object)
    series: pd.Series[Any] = column.to_pandas()
    if str(series.dtype) == dtype or dtype not in _DTYPES:
        return series
    return series.astype(_DTYPES[dtype])  # type: ignore[call-overload,no-any-return]


_DTYPES: dict[str, str] = {
    each: each
    for each in (
        *("str", "string", "bool", "boolean", "float32", "float64"),
        *("Float32", "Float64"),
        *(f"{sign}{bits}" for sign in ("int", "uint", "Int", "UInt") for bits in (8, 16, 32, 64)),
        *(f"datetime64[{unit}]" for unit in ("s", "ms", "us", "ns")),
    )
}


def _geometries(binary: Any) -> Any:  # noqa: ANN401
    # Collections in collections are read by recursion, which has to end.
    if any(each is not None and each.count(_COLLECTION) > _MAX_COLLECTIONS for each in binary):
        deep = [each for each in binary if each is not None and each[1:5] == _COLLECTION]
        if any(each.count(_COLLECTION) > _MAX_COLLECTIONS for each in deep):
            raise BrokenParcelError("a collection of too many collections")
    return shapely.from_wkb(binary)


def _crs(text: object) -> CRS | None:
    if text is None:
        return None
    if not isinstance(text, str) or len(text) > _MAX_CRS or "PARAMETERFILE" in text:
        raise BrokenParcelError("a CRS that is no text")
    try:
        return CRS.from_user_input(text)
    except ProjCRSError as error:
        raise BrokenParcelError("a CRS that is none") from error


def findings_of(items: list[object]) -> list[Finding]:
    """Return the findings that came back, each checked.

    Raises
    ------
    BrokenParcelError
        One is none.
    """
    findings = []
    for each in items:
        if not isinstance(each, dict):
            raise BrokenParcelError("a finding that is none")
        rows, level = each.get("rows", ()), each.get("level")
        if level not in _LEVELS or not all(isinstance(row, int) for row in rows):
            raise BrokenParcelError("a finding that is none")
        code, values = _text(each, "code", 80), _plain(each.get("values"))
        findings.append(Finding(code, values, level, tuple(rows)))
    return findings


def _candidate(item: object) -> Candidate:
    if not isinstance(item, dict):
        raise BrokenParcelError("a layer that is none")
    kind, rows = item.get("kind"), item.get("rows")
    if kind not in _KINDS or not isinstance(rows, int):
        raise BrokenParcelError("a layer that is none")
    return Candidate(_text(item, "name", 10_000), kind, rows)


def _items(content: Mapping[str, Any], key: str) -> list[Any]:
    value = content.get(key)
    if not isinstance(value, list):
        raise BrokenParcelError(f"{key} is no list")
    return value


def _text(content: Mapping[str, Any], key: str, most: int) -> str:
    value = content.get(key) if isinstance(content, dict) else None
    if not isinstance(value, str) or len(value) > most:
        raise BrokenParcelError(f"{key} is no text, or too long")
    return value


def _short(value: object) -> str:
    return _text({"": value}, "", 10_000)


def _plain(values: object) -> dict[str, str | int | float]:
    """Return texts and numbers under names that can be filled into a sentence."""
    if not isinstance(values, dict):
        raise BrokenParcelError("values are no mapping")
    for key, value in values.items():
        if not key.isidentifier() or not isinstance(value, str | int | float):
            raise BrokenParcelError("a value that is neither text nor number")
    return values
