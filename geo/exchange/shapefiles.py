"""Shapefiles: places from the .shp, texts from the .dbf, the CRS from the .prj, each if there.

GDAL reads the places only. Its index is made anew, so that a file that was cut short gives what it
has, and a record that leads nowhere is a row without a place.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import InputError
from geo.exchange.databases import read_layer
from geo.exchange.dbase import read_table
from geo.exchange.encodings import decoded
from geo.exchange.memory import in_memory
from geo.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.exchange.sheets import Sheet

MAGIC = b"\x00\x00\x27\x0a"
_HEADER, _RECORD_HEADER, _INDEX_ENTRY = 100, 8, 8
_NULL_RECORD = struct.pack(">iii", 0, 2, 0)
_MAX_CRS_LETTERS = 20_000


def read_shapefile(parts: Mapping[str, bytes], *, layer: str, name: str) -> Sheet:
    """Read one shapefile.

    Parameters
    ----------
    parts
        Contents by suffix in small letters: ``.shp`` and, if there, ``.shx``, ``.dbf``, ``.prj``
        and ``.cpg``.
    layer
        What the shapefile is called.
    name
        Of the file that it came in, for messages.

    Raises
    ------
    InputError
        The .shp is none, or the .dbf is damaged in its header.
    """
    if not parts[".shp"].startswith(MAGIC):
        raise InputError(
            f"{name} cannot be read as a shapefile: the .shp of {layer} is none. Export it again.",
            code="file.damaged",
            name=name,
            format="Shapefile (.shp)",
        )
    shp, shx, cut_rows = _indexed(parts[".shp"], parts.get(".shx", b""))
    with in_memory({"places.shp": shp, "places.shx": shx}) as folder:
        sheet = read_layer(f"{folder}/places.shp", "places", name=name, driver="ESRI Shapefile")
    sheet.name, sheet.stated_crs = layer, ""
    sheet.reasons |= {int(at): ("row.shape_cut", "") for at in cut_rows}
    sheet.table = pd.DataFrame(index=pd.RangeIndex(len(sheet.shapes)))
    if ".prj" in parts:
        sheet.stated_crs = decoded(parts[".prj"], name=name).text.strip()[:_MAX_CRS_LETTERS]
    if ".dbf" in parts:
        _add_table(sheet, parts, name)
    else:
        sheet.findings.append(Finding("shapefile.no_table", {"layer": layer}, "warning"))
    return sheet


def _add_table(sheet: Sheet, parts: Mapping[str, bytes], name: str) -> None:
    declared = parts.get(".cpg", b"")[:40].decode("ascii", "replace").strip()
    table = read_table(parts[".dbf"], name=name, declared=declared)
    sheet.encoding, sheet.encoding_how = table.encoding, table.encoding_how
    sheet.findings += table.findings
    rows = max(len(table.frame), len(sheet.shapes))
    if len(table.frame) != len(sheet.shapes):
        values = {"records": len(table.frame), "shapes": len(sheet.shapes)}
        sheet.findings.append(Finding("shapefile.rows_differ", values, "warning"))
    shapes = np.full(rows, None, dtype=object)
    shapes[: len(sheet.shapes)] = sheet.shapes
    keep = np.ones(rows, dtype=bool)
    keep[: len(table.deleted)] = ~table.deleted
    sheet.table = table.frame.reindex(pd.RangeIndex(rows))
    sheet.shapes = shapes
    if not keep.all():
        _leave_out(sheet, keep)


def _leave_out(sheet: Sheet, keep: NDArray[np.bool_]) -> None:
    """Leave out rows that were deleted in the program that wrote them."""
    sheet.findings.append(Finding("dbase.rows_deleted", {"rows": int((~keep).sum())}))
    place = np.cumsum(keep) - 1
    sheet.reasons = {int(place[at]): why for at, why in sheet.reasons.items() if keep[at]}
    sheet.findings = [_renumbered(each, keep, place) for each in sheet.findings]
    sheet.table = sheet.table[keep].reset_index(drop=True)
    sheet.shapes = sheet.shapes[keep]


def _renumbered(finding: Finding, keep: NDArray[np.bool_], place: NDArray[np.intp]) -> Finding:
    rows = tuple(int(place[row - 1]) + 1 for row in finding.rows if keep[row - 1])
    return Finding(finding.code, finding.values, finding.level, rows)


def _indexed(shp: bytes, shx: bytes) -> tuple[bytes, bytes, NDArray[np.intp]]:
    """Return .shp and .shx that fit each other, and the positions of records that are cut off."""
    entries = (
        np.frombuffer(
            shx, dtype=">u4", count=max(len(shx) - _HEADER, 0) // 4 // 2 * 2, offset=_HEADER
        )
        if len(shx) > _HEADER
        else _scanned(shp)
    )
    starts = entries.reshape(-1, 2)[:, 0].astype(np.int64) * 2
    lengths = entries.reshape(-1, 2)[:, 1].astype(np.int64) * 2
    is_cut = (starts < _HEADER) | (starts + _RECORD_HEADER + lengths > len(shp)) | (lengths < 4)  # noqa: PLR2004  of a record's type
    if is_cut.any() or not len(entries):
        starts = np.where(is_cut, len(shp), starts)
        lengths = np.where(is_cut, 4, lengths)
        shp += _NULL_RECORD
    index = np.column_stack([starts // 2, lengths // 2]).astype(">u4").tobytes()
    header = bytearray(shp[:_HEADER].ljust(_HEADER, b"\0"))
    header[24:28] = struct.pack(">I", len(shp) // 2)
    shp = bytes(header) + shp[_HEADER:] if shp[:_HEADER] != header else shp
    header[24:28] = struct.pack(">I", (_HEADER + len(index)) // 2)
    return shp, bytes(header) + index, np.flatnonzero(is_cut)


def _scanned(shp: bytes) -> NDArray[np.uint32]:
    """Return the index of a .shp that came without one: record after record."""
    entries: list[int] = []
    at = _HEADER
    while at + _RECORD_HEADER < len(shp):
        (length,) = struct.unpack_from(">I", shp, at + 4)
        entries += (at // 2, length)
        at += _RECORD_HEADER + 2 * length
    return np.array(entries, dtype=">u4")
