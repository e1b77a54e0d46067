"""GeoParquet: a column of places in a Parquet table, and what the file says of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from geo.errors import InputError
from geo.exchange.databases import BATCH_ROWS, sheet_of

if TYPE_CHECKING:
    from geo.exchange.sheets import Sheet

MAGIC = b"PAR1"
MAX_ROWS, MAX_UNPACKED_MB = 5_000_000, 2_000
_MB = 1_000_000


def parse(data: bytes, *, name: str) -> list[Sheet]:
    """Read GeoParquet.

    Parameters
    ----------
    data
        Contents of the file.
    name
        Its name.

    Returns
    -------
    One sheet.

    Raises
    ------
    InputError
        It is damaged, has no column of places, has them in another form than WKB, or is larger than
        5 million rows or 2,000 MB unpacked.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data), pre_buffer=False)
        _require_size(file.metadata, name)
        about = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
        column = about.get("primary_column", "")
        place = about.get("columns", {}).get(column, {})
        if not place or column not in file.schema_arrow.names:
            raise _refused(name, "it says of no column that it has places", "file.no_geometry")
        if place.get("encoding") != "WKB":
            raise _refused(name, "its places are not WKB", "file.parquet_encoding")
        meta = {"geometry_name": column, "crs": _stated(place)}
        batches = file.iter_batches(BATCH_ROWS, use_threads=False)
        return [sheet_of(meta, file.schema_arrow, batches, layer=column, name=name)]
    except InputError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused(name, str(error)[:200], "file.damaged") from error


def _stated(place: dict[str, Any]) -> str:
    """Return what is said of the CRS: WGS 84 where it is left out, nothing where it is null."""
    if "crs" not in place:
        return "OGC:CRS84"
    return json.dumps(place["crs"]) if place["crs"] is not None else ""


def _require_size(metadata: pq.FileMetaData, name: str) -> None:
    size = sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    if metadata.num_rows > MAX_ROWS or size > MAX_UNPACKED_MB * _MB:
        raise InputError(
            f"{name} has {metadata.num_rows:,} rows and {size / _MB:,.0f} MB unpacked; at most "
            f"{MAX_ROWS:,} and {MAX_UNPACKED_MB:,} are read. Take fewer features.",
            code="file.rows",
            name=name,
            rows=metadata.num_rows,
            most=MAX_ROWS,
        )


def _refused(name: str, why: str, code: str) -> InputError:
    return InputError(
        f"{name} cannot be read as GeoParquet ({why}). Export it again, or as GeoPackage.",
        code=code,
        name=name,
        format="GeoParquet",
        rows=0,
        layers=1,
    )
