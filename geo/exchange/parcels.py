"""What goes between a reader and its sealed worker: messages, refusals, cells.

A message is one letter, its length in 8 bytes, and its content. Structure goes as JSON, columns as
Arrow (:mod:`geo.exchange.frame_parcels`), cells as the bytes of an array. Nothing is ever
unpickled, and whoever receives checks every length and every name, as the process that parsed a
stranger's bytes may say anything.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCRSError

from geo.errors import AtlasError, CRSError, InputError, LayerError
from geo.findings import Finding
from geo.wording import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import xarray as xr
    from numpy.typing import NDArray

HEAD = struct.Struct("<cQ")
LENGTHS = struct.Struct("<QQ")  # of a request and of its file, which go first
PROGRESS, STRUCTURE, TABLE, CELLS, END = b"P", b"J", b"T", b"C", b"Z"
REFUSAL, CRASH, NO_MEMORY = b"R", b"X", b"M"
LONGEST_NAME = 10_000  # characters of the name of a column or layer
_MAX_TEXT = 2_000  # characters of a text in a refusal
_MAX_CRS = 64_000
_ERRORS: dict[str, type[AtlasError]] = {
    each.__name__: each for each in (InputError, CRSError, LayerError)
}
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
        for key, value in error.values.items()
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
    kind = _ERRORS.get(text_in(content, "class", 40))
    if kind is None:
        raise BrokenParcelError("an error that is none of ours")
    message, code = text_in(content, "message", _MAX_TEXT), text_in(content, "code", 80)
    values = _plain(content.get("values"))
    if code:
        try:
            sentence(code, "zh", values)
        except (KeyError, IndexError, ValueError, AttributeError):
            code = ""
    return kind(f"{function}: {message}", code=code, **values)


# ---- coordinate systems and findings


def crs_text(crs: Any) -> str | None:  # noqa: ANN401  of pyproj or of rasterio
    """Write a CRS as ``AUTHORITY:CODE`` where it is exactly that, else as well-known text."""
    if crs is None:
        return None
    system = CRS.from_user_input(crs)
    authority = system.to_authority(min_confidence=100)
    text = ":".join(authority) if authority else system.to_wkt()
    if "PARAMETERFILE" in text or len(text) > _MAX_CRS:
        raise CRSError(
            "the CRS refers to another file, or its text is too long. Convert to CGCS2000 "
            "(EPSG:4490) first.",
            code="crs.not_whole",
        )
    return text


def crs_of(text: object) -> CRS | None:
    """Return the CRS that `crs_text` wrote.

    Raises
    ------
    BrokenParcelError
        It is none.
    """
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
        code, values = text_in(each, "code", 80), _plain(each.get("values"))
        findings.append(Finding(code, values, level, tuple(rows)))
    return findings


# ---- parts of a structure


def items_in(content: Mapping[str, Any], key: str) -> list[Any]:
    """Return the list under a key.

    Raises
    ------
    BrokenParcelError
        There is none.
    """
    value = content.get(key)
    if not isinstance(value, list):
        raise BrokenParcelError(f"{key} is no list")
    return value


def text_in(content: Mapping[str, Any], key: str, most: int) -> str:
    """Return the text under a key, which is no longer than that.

    Raises
    ------
    BrokenParcelError
        There is none.
    """
    value = content.get(key) if isinstance(content, dict) else None
    if not isinstance(value, str) or len(value) > most:
        raise BrokenParcelError(f"{key} is no text, or too long")
    return value


def _plain(values: object) -> dict[str, str | int | float]:
    """Return texts and numbers under names that can be filled into a sentence."""
    if not isinstance(values, dict):
        raise BrokenParcelError("values are no mapping")
    for key, value in values.items():
        if not key.isidentifier() or not isinstance(value, str | int | float):
            raise BrokenParcelError("a value that is neither text nor number")
    return values


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
    transform, crs = Affine(*map(_number, numbers)), crs_of(head.get("crs"))
    if crs is None or transform.is_degenerate:
        raise BrokenParcelError("cells without a place")
    for fill in map(_number, items_in(closing, "fills")):
        values[values == values.dtype.type(fill)] = np.nan
    scale, offset = _number(closing.get("scale")), _number(closing.get("offset"))
    if (scale, offset) != (1.0, 0.0):
        values *= scale
        values += offset
    attrs: dict[str, Any] = _plain(closing.get("attrs"))
    attrs["findings"] = findings_of(items_in(closing, "findings"))
    rows, columns = values.shape
    x = transform.c + transform.a * (np.arange(columns) + 0.5)
    y = transform.f + transform.e * (np.arange(rows) + 0.5)
    # Only who receives needs them: they are a tenth of what a process that reads takes to start.
    import rioxarray  # noqa: F401, PLC0415  gives arrays their .rio
    import xarray as xr  # noqa: PLC0415

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
