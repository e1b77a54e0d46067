"""Files that features leave in: GeoPackage, GeoJSON and CSV; and how any file is put in place.

Each file says what it needs to be read without this package: its CRS, units, nodata and source. The
same result gives the same bytes. A file appears under its name when it is whole, never in parts.
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely import GeometryType

from geo.arguments import require_type
from geo.crs import GEOGRAPHIC, Frame, moved, require_crs
from geo.doors import door
from geo.errors import InputError
from geo.exchange.cell_quotes import csv_bytes
from geo.exchange.file_columns import free_name, plain_columns
from geo.units import UNITS, stated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
_SUFFIXES = (*_DRIVERS, ".csv")
_LON_LAT_EPSG = {4326, 4490}
_DATE, _DATES = "OGR_CURRENT_DATE", RLock()


def write_file(
    path: str | os.PathLike[str], contents: bytes, *, function: str = "write_file"
) -> None:
    """Put a file in place whole: written beside its place under another name, then renamed.

    Parameters
    ----------
    path
        File to write, replaced where it exists, and only when the new one is whole: no reader finds
        half of it, and the old one stays when the disk is full.
    contents
        All that the file holds.
    function
        Name that the error begins with, where another function writes.

    Raises
    ------
    InputError
        The file cannot be written: its folder is missing or not writable, the path is a folder, the
        disk is full.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_file(Path(folder) / "map.svg", b"<svg/>")
    ...     [path.name for path in Path(folder).iterdir()]
    ['map.svg']
    """
    place = Path(path).resolve()
    part = _beside(place)
    with _refused(path, function):
        try:
            part.write_bytes(contents)
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)


def require_place(
    path: str | os.PathLike[str], *, suffixes: tuple[str, ...] = (), function: str
) -> None:
    """Refuse a path that cannot be written, before what takes a while is worked out.

    Parameters
    ----------
    path
        File to write.
    suffixes
        Endings that it may have; any where there are none.
    function
        Name that the error begins with.

    Raises
    ------
    InputError
        Its folder is missing or not writable, it is a folder, or it ends otherwise.
    """
    place = Path(path).resolve()
    part = _beside(place)
    with _refused(path, function):
        if place.is_dir():
            raise IsADirectoryError(place)
        part.touch()
        part.unlink()
    if suffixes and place.suffix.lower() not in suffixes:
        raise InputError(
            f"{function}: the file is called {place.name!r}. Let its name end in "
            f"{' or '.join(suffixes)}.",
            code="write.suffix",
            value=place.name,
            names=suffixes,
        )


def _beside(place: Path) -> Path:
    return place.parent / f".{secrets.token_hex(8)}.part"


@contextmanager
def _refused(path: str | os.PathLike[str], function: str) -> Iterator[None]:
    """Say what to do where a file cannot be written."""
    place = Path(path).resolve()
    try:
        yield
    except OSError as error:
        if not place.parent.is_dir():
            advice = f"There is no folder {str(place.parent)!r}: create it, or take another."
        elif place.is_dir():
            advice = "That is a folder: add the name of a file."
        else:
            advice = "Take a folder that you may write to, with enough room."
        raise InputError(
            f"{function}: {str(path)!r} cannot be written ({error.strerror or error}). {advice}",
            code="write.folder",
            name=place.name,
        ) from error


@door
def write_vector(frame: Frame, path: str | os.PathLike[str]) -> None:
    """Write features to a file of the kind that its suffix says.

    Parameters
    ----------
    frame, path
        Features as for `vector_bytes`; file to write, ending in .gpkg, .geojson or .csv, replaced
        where it exists, and only when the new one is whole.

    Raises
    ------
    InputError
        As `vector_bytes`, or the file cannot be written: its folder is missing or not writable,
        the disk is full.
    CRSError
        As `vector_bytes`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> frame = gpd.GeoDataFrame({"name": ["岳麓山"]}, geometry=[Point(112.93, 28.18)], crs=4490)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "places.csv"
    ...     write_vector(frame, path)
    ...     path.read_text(encoding="utf-8-sig").split()
    ['name,lon,lat', '岳麓山,112.93,28.18']
    """
    require_type(path, (str, os.PathLike), "path", "the path of a file", function="write_vector")
    contents = vector_bytes(frame, Path(path).suffix)
    write_file(path, contents, function="write_vector")


@door
def vector_bytes(frame: Frame, suffix: str) -> bytes:
    """Contents of a file of features.

    Parameters
    ----------
    frame
        Features, or their places alone, with a CRS.
    suffix
        ``".gpkg"``: GeoPackage in the CRS of the frame. ``".geojson"``: RFC 7946, that is longitude
        and latitude, 7 decimals. ``".csv"``: UTF-8 with a byte order mark, so that spreadsheets
        read Chinese; points as columns ``lon`` and ``lat``, all else as ``wkt``, in degrees
        (EPSG:4490).

    Raises
    ------
    InputError
        There is no writer for the suffix, no or more than one geometry, or an infinite value in
        GeoJSON.
    CRSError
        As `geo.require_crs`. A frame in GCJ-02 or BD-09 has no CRS: convert it first.

    Warnings
    --------
    A GeoPackage keeps the units of its columns (``attrs["units"]``) in the metadata of its layer,
    as the GeoParquet of geopandas does; GeoJSON and CSV have no place for them: there the names of
    columns tell them.

    Columns are written as `geo.exchange.file_columns.plain_columns` makes them: what a file has no
    kind for becomes text, a name that is there twice gets a number. In CSV, texts that a
    spreadsheet would compute begin with an apostrophe, which reading takes away again.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[Point(112.93, 28.18)], crs=4490)
    >>> b'"coordinates": [ 112.93, 28.18 ]' in vector_bytes(frame, ".geojson")
    True
    """
    suffix = suffix.lower()
    if suffix not in _SUFFIXES:
        raise InputError(
            f"vector_bytes: the suffix is {suffix!r}. Allowed are {', '.join(_SUFFIXES)}. A "
            "shapefile cuts Chinese column names to 3 characters: take .gpkg instead.",
            code="write.suffix",
            value=suffix,
            names=_SUFFIXES,
        )
    if isinstance(frame, gpd.GeoSeries):
        frame = frame.to_frame("geometry")
    _require_one_geometry(frame)
    crs = require_crs(frame, function="vector_bytes")
    if suffix == ".csv":
        return _csv(frame)
    if suffix == ".geojson":
        if crs.to_epsg() not in _LON_LAT_EPSG:
            frame = moved(frame, GEOGRAPHIC, function="vector_bytes")
            require_crs(frame, function="vector_bytes")
        # RFC 7946 knows WGS 84 alone, to which CGCS2000 is taken as equal.
        frame = frame.set_crs("EPSG:4326", allow_override=True)
    return _layer(frame, suffix)


def _require_one_geometry(frame: gpd.GeoDataFrame) -> None:
    """Refuse a frame in which no column, or more than one, is the geometry."""
    name = getattr(frame, "active_geometry_name", None)
    if isinstance(frame, gpd.GeoDataFrame) and (
        name is None or list(frame.columns).count(name) > 1
    ):
        raise InputError(
            f"vector_bytes: the columns are {list(frame.columns)}, of which none or several are "
            "the geometry. Call .set_geometry, and give every column a name of its own.",
            code="write.no_geometry",
        )


def _layer(frame: gpd.GeoDataFrame, suffix: str) -> bytes:
    """Write one layer, under names that the format leaves free."""
    table = plain_columns(frame.drop(columns=frame.active_geometry_name))
    options: dict[str, Any] = {}
    if suffix == ".geojson":
        # A text that looks like JSON stays a text.
        options = {"RFC7946": "YES", "AUTODETECT_JSON_STRINGS": "NO"}
        if "id" in table.columns:
            # Else GDAL takes these for its own numbers: it sorts by them, and drops negative ones.
            options["ID_GENERATE"] = "YES"
        _require_finite(table)
    else:
        for option, name in (("FID", "fid"), ("GEOMETRY_NAME", "geom")):
            free = free_name(name, table.columns)
            if free != name:
                options[option] = free
    shapes = _writable(frame.geometry.to_numpy())
    name = free_name("geometry", table.columns)
    geometry = gpd.GeoSeries(shapes, index=table.index, crs=frame.crs)
    layer = gpd.GeoDataFrame(table.assign(**{name: geometry}), geometry=name)
    buffer = BytesIO()
    units = {column: unit for column, unit in stated(frame).items() if column in table.columns}
    metadata = {UNITS: json.dumps(units, ensure_ascii=False)} if units else None
    try:
        with _without_date():
            pyogrio.write_dataframe(
                layer,
                buffer,
                layer="features",
                driver=_DRIVERS[suffix],
                layer_options=options,
                layer_metadata=metadata if suffix == ".gpkg" else None,
            )
    except (RuntimeError, ValueError, TypeError, OverflowError) as error:
        raise InputError(
            f"vector_bytes: the frame cannot be written as {suffix} ({error}). Leave out columns "
            "of unusual kinds, or take another suffix.",
            code="write.failed",
            format=suffix.removeprefix("."),
        ) from error
    return buffer.getvalue()


@contextmanager
def _without_date() -> Iterator[None]:
    """Let GDAL write no time of its own, so that the same result gives the same bytes."""
    with _DATES:
        before = pyogrio.get_gdal_config_option(_DATE)
        pyogrio.set_gdal_config_options({_DATE: "1970-01-01T00:00:00.000Z"})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({_DATE: before})


def _writable(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return geometry with rings as lines: no format has a ring that is not part of an area."""
    shapes = np.array(shapes, object)
    for row in np.flatnonzero(shapely.get_type_id(shapes) == GeometryType.LINEARRING):
        shapes[row] = shapely.LineString(shapes[row])
    return shapes


def _require_finite(table: pd.DataFrame) -> None:
    for name, column in table.items():
        if pd.api.types.is_float_dtype(column) and np.isinf(column.to_numpy(float)).any():
            raise InputError(
                f"vector_bytes: column {name!r} has infinite values, which JSON cannot hold. "
                "Replace them, or take .gpkg.",
                code="write.infinite",
                column=str(name),
            )


def _csv(frame: gpd.GeoDataFrame) -> bytes:
    geometry = _writable(moved(frame.geometry, GEOGRAPHIC, function="vector_bytes").to_numpy())
    nowhere = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    present = geometry[~nowhere]
    places: dict[str, NDArray[Any]]
    if (shapely.get_type_id(present) == GeometryType.POINT).all():
        points = geometry.copy()
        points[nowhere] = None  # an empty point has no x to be asked for
        places = {"lon": shapely.get_x(points), "lat": shapely.get_y(points)}
    else:
        places = {"wkt": np.asarray(shapely.to_wkt(geometry, rounding_precision=9))}
    # A column that was read from such a file is written once.
    table = frame.drop(columns=frame.active_geometry_name)
    same = [
        name for name in places if name in frame.columns and _is_same(table[name], places[name])
    ]
    table = plain_columns(table.drop(columns=same), reserved=places)
    return csv_bytes(table.assign(**places))


def _is_same(column: pd.Series | pd.DataFrame, values: NDArray[Any]) -> bool:
    if isinstance(column, pd.DataFrame):
        return False
    if pd.api.types.is_float_dtype(column) and values.dtype.kind == "f":
        return bool(np.allclose(column.to_numpy(float), values, rtol=0, atol=1e-9, equal_nan=True))
    return False
