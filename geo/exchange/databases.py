"""Formats that GDAL reads: layers of GeoPackage, File Geodatabase, FlatGeobuf and DXF.

Each is opened by the one driver that its format names; its bytes stay in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from geo.errors import InputError
from geo.exchange.columns import as_bytes, exact_frame, whole_texts
from geo.exchange.declared import as_they_stand
from geo.exchange.memory import in_memory
from geo.exchange.parsed import Candidate, Kind
from geo.exchange.sheets import Sheet, arcs_straightened, flat, kinds_of, rings_closed
from geo.exchange.wkb import from_wkb
from geo.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_FAILURES = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    pa.ArrowException,
    UnicodeDecodeError,
    ValueError,
    RuntimeError,
    OSError,
)
_KINDS: Mapping[str, Kind] = {"Point": "point", "LineString": "line", "Polygon": "polygon"}
_MAX_LAYERS = 500
# Rows whose shapes stand as bytes beside what is made of them.
BATCH_ROWS = 16_384


def read_database(
    files: Mapping[str, bytes],
    *,
    name: str,
    driver: str,
    layer: str | Sequence[str] | None = None,
) -> tuple[list[Sheet], list[Candidate]]:
    """Read the layers of a database that are wanted.

    Parameters
    ----------
    files
        Contents of its files by name; the first name, or the folder before it, is opened.
    name
        Of the file, for messages.
    driver
        GDAL's name of the driver that opens it.
    layer
        Names of the layers that are wanted; without any, the first with areas, and where no layer
        has areas the first of the kind that most rows have.

    Returns
    -------
    The layers that were read, and a list of all.

    Raises
    ------
    InputError
        It is damaged, or has no layer with places.
    """
    first = next(iter(files))
    with in_memory(files) as folder:
        path = f"{folder}/{first.partition('/')[0]}"
        layers = _layers(path, name=name, driver=driver)
        if not layers:
            raise InputError(
                f"{name} has no layer with geometry. Check what was exported.",
                code="file.no_geometry",
                name=name,
                rows=0,
                layers=0,
            )
        order = _wanted(layers, layer) if layer else _promising(layers)
        sheets: dict[str, Sheet] = {}
        for each in order:
            sheets[each.name] = read_layer(path, each.name, name=name, driver=driver)
            if not layer and (kinds_of(sheets[each.name].shapes) == "polygon").any():
                break
            if not layer and each.kind != "mixed":
                break
    return list(sheets.values()), layers


def _layers(path: str, *, name: str, driver: str) -> list[Candidate]:
    try:
        listed = pyogrio.list_layers(path).tolist()[:_MAX_LAYERS]
        if not listed:
            raise DataSourceError("it has no layers")
        spatial = [str(layer) for layer, kind in listed if kind is not None]
        return [_candidate(path, layer, driver) for layer in spatial]
    except _FAILURES as error:
        raise _damaged(name, driver, error) from error


def _candidate(path: str, layer: str, driver: str) -> Candidate:
    info = pyogrio.read_info(path, layer=layer, force_feature_count=True)
    if info["driver"] != driver:
        raise DataSourceError(f"it opens as {info['driver']}")
    kind = str(info["geometry_type"]).removeprefix("2.5D ").removeprefix("Multi").split(" ")[0]
    rows = max(int(info["features"]), 0)
    return Candidate(layer, _KINDS.get(kind, "mixed") if rows else "none", rows)


def _promising(layers: list[Candidate]) -> list[Candidate]:
    """Order of reading: areas and layers of any kind in the order of the file, then the rest."""
    areas = [each for each in layers if each.kind in {"polygon", "mixed"}]
    rows = {kind: sum(e.rows for e in layers if e.kind == kind) for kind in ("line", "point")}
    best = max(rows, key=lambda kind: rows[kind])
    return areas + [each for each in layers if each.kind == best] or layers[:1]


def _wanted(layers: list[Candidate], layer: str | Sequence[str]) -> list[Candidate]:
    names = {layer} if isinstance(layer, str) else set(layer)
    return [
        each
        for each in layers
        if each.name in names
        or any(f"{each.name} ({kind})" in names for kind in ("polygon", "line", "point"))
    ]


def read_layer(path: str, layer: str, *, name: str, driver: str) -> Sheet:
    """Read a layer whole.

    Parameters
    ----------
    path
        Where GDAL finds the file.
    layer
        Name of the layer.
    name
        Of the file, for messages.
    driver
        GDAL's name of the driver, for messages.

    Raises
    ------
    InputError
        It is damaged.
    """
    try:
        with pyogrio.raw.open_arrow(path, layer=layer, use_pyarrow=True, batch_size=BATCH_ROWS) as (
            meta,
            reader,
        ):
            columns = _Columns(meta, reader.schema)
            for batch in reader:
                _require_sound(batch)
                columns.add(batch)
        if driver == "GPKG":
            columns.keep_as_they_stand(path, layer, ordered_by=meta["fid_column"] or "")
    except _FAILURES as error:
        raise _damaged(name, driver, error) from error
    return columns.sheet(meta, layer=layer, name=name)


def sheet_of(
    meta: Mapping[str, Any],
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    *,
    layer: str,
    name: str,
) -> Sheet:
    """Return rows of Arrow, with WKB in one of their columns, as a sheet."""
    columns = _Columns(meta, schema)
    for batch in batches:
        columns.add(batch)
    return columns.sheet(meta, layer=layer, name=name)


class _Columns:
    """What has come of a layer: shapes instead of their bytes, and the other columns."""

    def __init__(self, meta: Mapping[str, Any], schema: pa.Schema) -> None:
        self._at = _geometry_at(meta, schema)
        rest = schema.remove(self._at)
        self._binary = [each.name for each in rest if _is_binary(each.type)]
        fields = [each for each in rest if each.name not in self._binary]
        self._tables = [pa.schema(fields).empty_table()]
        self._findings: list[Finding] = []
        self._shapes: list[Any] = []
        self._closed: list[int] = []
        self._curved: list[int] = []
        self._broken: list[int] = []
        self._rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in some rows."""
        decoded = from_wkb(batch.column(self._at).to_numpy(zero_copy_only=False))
        self._shapes.append(flat(decoded.shapes))
        self._closed += (decoded.closed + self._rows).tolist()
        self._curved += (decoded.curved + self._rows).tolist()
        self._broken += (decoded.unreadable + self._rows).tolist()
        self._rows += batch.num_rows
        table = pa.Table.from_batches([batch])
        self._tables.append(table.remove_column(self._at).drop_columns(self._binary))

    def keep_as_they_stand(self, path: str, layer: str, *, ordered_by: str) -> None:
        """Read columns of a GeoPackage again that GDAL has made something else of."""
        table = pa.concat_tables(self._tables)
        table, self._findings = as_they_stand(path, layer, table, ordered_by=ordered_by)
        self._tables = [table]

    def sheet(self, meta: Mapping[str, Any], *, layer: str, name: str) -> Sheet:
        """Put everything together."""
        of_columns = [Finding("column.binary_left", {"column": each}) for each in self._binary]
        closed = [rings_closed(self._closed)] if self._closed else []
        curved_rows = sorted(set(self._curved) - set(self._broken))
        curved = [arcs_straightened(curved_rows)] if curved_rows else []
        none = np.empty(0, dtype=object)
        table, mended = whole_texts(pa.concat_tables(self._tables))
        of_columns += [Finding("column.not_utf8", {"column": each}, "warning") for each in mended]
        return Sheet(
            name=layer,
            table=exact_frame(table, file=name),
            shapes=np.concatenate([none, *self._shapes]),
            stated_crs=meta.get("crs") or "",
            reasons=dict.fromkeys(self._broken, ("row.geometry_broken", "")),
            findings=[*closed, *curved, *of_columns, *self._findings],
        )


def _require_sound(batch: pa.RecordBatch) -> None:
    """Refuse columns whose values lie outside of what was read, before anything looks there.

    A reader that stumbles over a feature may leave the ends of its values behind.
    """
    for column in batch.columns:
        # Whether the letters of a text are some is another question.
        as_bytes(column).validate(full=True)


def _geometry_at(meta: Mapping[str, Any], schema: pa.Schema) -> int:
    """Place of the column of geometry: others may have its name."""
    column = meta.get("geometry_name") or "wkb_geometry"
    places = schema.get_all_field_indices(column)
    binary = [at for at in places if _is_binary(schema.field(at).type)]
    if not binary:
        raise pa.ArrowKeyError(f"column {column!r} has no places")
    return int(binary[-1])


def _is_binary(kind: pa.DataType) -> bool:
    tests = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    return any(test(kind) for test in tests)


_FORMATS = {"OpenFileGDB": "File Geodatabase", "GPKG": "GeoPackage"}


def _damaged(name: str, driver: str, error: Exception) -> InputError:
    words = str(error).partition("/vsimem/")[0][:200]
    format_name = _FORMATS.get(driver, driver)
    return InputError(
        f"{name} cannot be read as {format_name} ({words}). Open it in a GIS and export it again.",
        code="file.damaged",
        name=name,
        format=format_name,
    )
