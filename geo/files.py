"""Files that results leave in: GeoTIFF for rasters; GeoPackage, GeoJSON and CSV for features.

Each file says what it needs to be read without this package: its CRS, units, nodata and source. The
same result gives the same bytes. A file appears under its name when it is whole, never in parts.
"""

from __future__ import annotations

import secrets
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import rasterio
import rioxarray  # noqa: F401  gives arrays their .rio
import shapely
from affine import Affine
from rasterio.io import MemoryFile
from shapely import GeometryType

from geo.crs import GEOGRAPHIC, require_crs
from geo.errors import CRSError, InputError

if TYPE_CHECKING:
    import os

    import geopandas as gpd
    import xarray as xr
    from numpy.typing import NDArray

_DIMENSIONS = ("y", "x")
_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
_SUFFIXES = (*_DRIVERS, ".csv")
_LON_LAT_EPSG = {4326, 4490}
_SOFTWARE = "xiangjiang-atlas"
# GDAL keeps no tag without a text.
_EMPTY = "none"
# The whole numbers that 32-bit floats hold without a gap.
_WHOLE_32 = 2**24
# Cells of a raster that any program reads in a blink; only larger ones need overviews.
_READ_AT_ONCE = 2**22
# Steps between centres may differ by so much of a cell, the rounding of coordinates in a file.
_UNEVEN = 1e-3


def write_geotiff(array: xr.DataArray, path: str | os.PathLike[str]) -> None:
    """Write a raster as a cloud-optimised GeoTIFF, which every GIS opens.

    Parameters
    ----------
    array, path
        Raster as for `geotiff_bytes`; file to write, replaced where it exists. It is replaced at
        once when the new one is whole: no reader finds half of it, and the old one stays when the
        disk is full.

    Raises
    ------
    InputError
        As `geotiff_bytes`, or the file cannot be written: its folder is missing or not writable,
        the disk is full.
    CRSError
        As `geotiff_bytes`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> from geo.density import kernel_density
    >>> points = gpd.GeoSeries([Point(5e5, 31e5)], crs=4547)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "density.tif"
    ...     write_geotiff(kernel_density(points, bandwidth_m=1000, cell_size_m=100), path)
    ...     path.stat().st_size > 1000
    True
    """
    write_file(path, geotiff_bytes(array), function="write_geotiff")


def geotiff_bytes(array: xr.DataArray) -> bytes:
    """Contents of a cloud-optimised GeoTIFF of a raster.

    Parameters
    ----------
    array
        Numbers with dimensions ``y`` and ``x``, evenly spaced, and a CRS, such as
        `geo.density.kernel_density` returns. Its ``attrs["units"]`` becomes the unit of the band,
        its name and ``attrs["long_name"]`` the description, and every other text or number among
        its ``attrs`` (``source``, above all; of a density the kernel, bandwidth, weights and the
        hash of its input) a tag; an empty text is written as ``none``.

    Returns
    -------
    The file: 32-bit floats, deflate-compressed, tiled, nodata not-a-number, the north first, with
    overviews where there are more than 4 million cells, and the name and version of this software
    in the tag ``TIFFTAG_SOFTWARE``. It has no date: the same array gives the same bytes.

    Raises
    ------
    InputError
        The dimensions are others, there are no cells, the cells are not of one size, or one row or
        column has no transform that says how large they are.
    CRSError
        The array has no CRS.

    Warnings
    --------
    64-bit floats are rounded to 32 bits, that is by up to 6e-8 of each value (half a metre in ten
    thousand kilometres): far below the error of any density, population or elevation, and half the
    size and time. Keep the array itself where you go on calculating. Whole numbers that 32 bits
    would change (above 16.8 million) and values too large for them (above 3.4e38) are written as 64
    bits.

    Examples
    --------
    >>> import xarray as xr
    >>> x, y = [50.0, 150.0], [150.0, 50.0]
    >>> array = xr.DataArray([[1, 2], [3, 4]], coords={"y": y, "x": x}, dims=("y", "x"))
    >>> geotiff_bytes(array.rio.write_crs(4547))[:2]
    b'II'
    """
    if array.dims != _DIMENSIONS or not array.size:
        raise InputError(
            f"geotiff_bytes: the array has dimensions {array.dims} and shape {array.shape}. Pass "
            "one of dimensions ('y', 'x') with at least one cell; .transpose('y', 'x') may help."
        )
    if array.rio.crs is None:
        raise CRSError(
            "geotiff_bytes: the array has no CRS. Call .rio.write_crs with the one it is in."
        )
    width, height = _step(array, "x"), _step(array, "y")
    west, north = float(array["x"].min()) - width / 2, float(array["y"].max()) + height / 2
    values = array.to_numpy()
    if array["y"][0] < array["y"][-1]:  # the south comes first: turn it round
        values = values[::-1]
    if array["x"][0] > array["x"][-1]:
        values = values[:, ::-1]
    nodata = array.rio.nodata
    hidden = None if nodata is None or np.isnan(nodata) else values == nodata
    values = _narrowed(values)
    if hidden is not None:
        values = np.where(hidden, values.dtype.type(np.nan), values)
    profile: dict[str, Any] = {
        "driver": "COG",
        "height": values.shape[0],
        "width": values.shape[1],
        "count": 1,
        "dtype": values.dtype.name,
        "crs": array.rio.crs,
        "transform": Affine(width, 0.0, west, 0.0, -height, north),
        "nodata": np.nan,
        # Every GIS reads deflate. Level 1 takes half the time of the usual 6, for a file that is 2
        # to 3 % larger.
        "compress": "deflate",
        "level": 1,
        "predictor": "yes",
        "overviews": "auto" if values.size > _READ_AT_ONCE else "none",
        "overview_resampling": "average",
        "num_threads": "all_cpus",
    }
    tags = {
        str(key): str(value) or _EMPTY
        for key, value in array.attrs.items()
        if isinstance(value, str | int | float | np.number) and not str(key).startswith("_")
    }
    description = tags.pop("long_name", str(array.name or ""))
    # Overviews wait uncompressed in memory for their place in the file.
    with rasterio.Env(COG_TMP_COMPRESSION="NONE"), MemoryFile() as memory:
        with memory.open(**profile) as target:
            target.write(values, 1)
            target.set_band_description(1, description)
            target.units = (tags.pop("units", ""),)
            target.update_tags(**tags, TIFFTAG_SOFTWARE=_software())
        return bytes(memory.getbuffer())


def _step(array: xr.DataArray, name: str) -> float:
    """Size of the cells along a dimension, positive."""
    along = array[name].to_numpy().astype(float)
    if along.size == 1:
        transform = array.rio.transform(recalc=False)
        size = abs(float(transform.a if name == "x" else transform.e))
        if transform == Affine.identity() or not size > 0:
            raise InputError(
                f"geotiff_bytes: there is one cell along {name!r} and no transform, so its size is "
                "unknown. Call .rio.write_transform, or pass two or more."
            )
        return size
    steps = np.diff(along)
    step = float(steps.mean())
    if not step or not np.all(np.abs(steps - step) <= _UNEVEN * abs(step)):
        raise InputError(
            f"geotiff_bytes: the coordinates {name!r} are {steps.min():g} to {steps.max():g} "
            "apart. A GeoTIFF has cells of one size: call .interp, or .rio.reproject, to get them."
        )
    return abs(step)


def _narrowed(values: NDArray[Any]) -> NDArray[Any]:
    """Values as 32-bit floats, or as 64-bit ones where 32 would change more than their rounding."""
    if values.dtype.kind != "f":
        largest = np.abs(values.astype(float)).max()
        return values.astype(np.float32 if largest <= _WHOLE_32 else np.float64)
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32, copy=False)
    if np.count_nonzero(np.isinf(narrow)) > np.count_nonzero(np.isinf(values)):
        return values.astype(np.float64, copy=False)
    return narrow


@cache
def _software() -> str:
    try:
        return f"{_SOFTWARE} {version(_SOFTWARE)}"
    except PackageNotFoundError:  # run from a folder that was never installed
        return _SOFTWARE


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
    part = place.parent / f".{secrets.token_hex(8)}.part"
    try:
        try:
            part.write_bytes(contents)
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        if not place.parent.is_dir():
            advice = f"There is no folder {str(place.parent)!r}: create it, or take another."
        elif place.is_dir():
            advice = "That is a folder: add the name of a file."
        else:
            advice = "Take a folder that you may write to, with enough room."
        raise InputError(
            f"{function}: {str(path)!r} cannot be written ({error.strerror or error}). {advice}"
        ) from error


def write_vector(frame: gpd.GeoDataFrame, path: str | os.PathLike[str]) -> None:
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
    contents = vector_bytes(frame, Path(path).suffix)
    write_file(path, contents, function="write_vector")


def vector_bytes(frame: gpd.GeoDataFrame, suffix: str) -> bytes:
    """Contents of a file of features.

    Parameters
    ----------
    frame
        Features with a CRS.
    suffix
        ``".gpkg"``: GeoPackage in the CRS of the frame. ``".geojson"``: RFC 7946, that is longitude
        and latitude, 7 decimals. ``".csv"``: UTF-8 with a byte order mark, so that spreadsheets
        read Chinese; points as columns ``lon`` and ``lat``, all else as ``wkt``, in degrees
        (EPSG:4490).

    Raises
    ------
    InputError
        There is no writer for the suffix.
    CRSError
        As `geo.crs.require_crs`. A frame in GCJ-02 or BD-09 has no CRS: convert it first.

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
            "shapefile cuts Chinese column names to 3 characters: take .gpkg instead."
        )
    crs = require_crs(frame, function="vector_bytes")
    if suffix == ".csv":
        return _csv(frame)
    options: dict[str, Any] = {}
    if suffix == ".geojson":
        if crs.to_epsg() not in _LON_LAT_EPSG:
            frame = frame.to_crs(GEOGRAPHIC)
        # RFC 7946 knows WGS 84 alone, to which CGCS2000 is taken as equal.
        frame = frame.set_crs("EPSG:4326", allow_override=True)
        options = {"RFC7946": "YES"}
    buffer = BytesIO()
    pyogrio.write_dataframe(
        frame, buffer, layer="features", driver=_DRIVERS[suffix], layer_options=options
    )
    return buffer.getvalue()


def _csv(frame: gpd.GeoDataFrame) -> bytes:
    geometry = frame.geometry.to_crs(GEOGRAPHIC).to_numpy()
    table = frame.drop(columns=frame.geometry.name)
    present = geometry[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]
    if (shapely.get_type_id(present) == GeometryType.POINT).all():
        table = table.assign(lon=shapely.get_x(geometry), lat=shapely.get_y(geometry))
    else:
        table = table.assign(wkt=shapely.to_wkt(geometry, rounding_precision=9))
    text: str = table.to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8-sig")
