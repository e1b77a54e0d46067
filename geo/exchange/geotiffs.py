"""GeoTIFF files that rasters leave in, whole, with all that it takes to read them elsewhere."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
import rioxarray  # noqa: F401  gives arrays their .rio
import xarray as xr
from affine import Affine
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile

from geo.doors import door
from geo.errors import CRSError, InputError
from geo.exchange.nodata import nodata_of
from geo.exchange.writers import require_place, write_file

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray

_DIMENSIONS = ("y", "x")
_SOFTWARE = "xiangjiang-atlas"
# GDAL keeps no tag without a text, and cuts one at a NUL.
_EMPTY = "none"
_UNHELD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# The whole numbers that 32-bit floats hold without a gap.
_WHOLE_32 = 2**24
# Cells of a raster that any program reads in a blink; only larger ones need overviews.
_READ_AT_ONCE = 2**22
# Steps between centres may differ by so much of a cell, the rounding of coordinates in a file.
_UNEVEN = 1e-3


@door
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
    >>> from geo.surface.density import kernel_density
    >>> points = gpd.GeoSeries([Point(5e5, 31e5)], crs=4547)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "density.tif"
    ...     write_geotiff(kernel_density(points, bandwidth_m=1000, cell_size_m=100), path)
    ...     path.stat().st_size > 1000
    True
    """
    require_place(path, suffixes=(".tif", ".tiff"), function="write_geotiff")
    write_file(path, geotiff_bytes(array), function="write_geotiff")


@door
def geotiff_bytes(array: xr.DataArray) -> bytes:
    """Contents of a cloud-optimised GeoTIFF of a raster.

    Parameters
    ----------
    array
        Numbers with dimensions ``y`` and ``x``, evenly spaced, and a CRS, such as
        `geo.kernel_density` returns. Its ``attrs["units"]`` becomes the unit of the band,
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
        The array holds no numbers, some beyond ±3.4e38, or its nodata value is no number; the
        dimensions are others,
        there are no cells or no coordinates, the cells are not of one size, or one row or column
        has no transform that says how large they are.
    CRSError
        The array has no CRS.

    Warnings
    --------
    64-bit floats are rounded to 32 bits, that is by up to 6e-8 of each value (half a metre in ten
    thousand kilometres): far below the error of any density, population or elevation, and half the
    size and time. Keep the array itself where you go on calculating. Whole numbers that 32 bits
    would change (above 16.8 million) are written as 64 bits.

    Examples
    --------
    >>> import xarray as xr
    >>> x, y = [50.0, 150.0], [150.0, 50.0]
    >>> array = xr.DataArray([[1, 2], [3, 4]], coords={"y": y, "x": x}, dims=("y", "x"))
    >>> geotiff_bytes(array.rio.write_crs(4547))[:2]
    b'II'
    """
    if not isinstance(array, xr.DataArray) or array.dtype.kind not in "biuf":
        kind = array.dtype if isinstance(array, xr.DataArray) else type(array).__name__
        raise InputError(
            f"geotiff_bytes: got {kind}. Pass an xarray.DataArray of whole numbers or decimals.",
            code="write.raster_kind",
        )
    if array.dims != _DIMENSIONS or not array.size:
        raise InputError(
            f"geotiff_bytes: the array has dimensions {array.dims} and shape {array.shape}. Pass "
            "one of dimensions ('y', 'x') with at least one cell; .transpose('y', 'x') may help.",
            code="caller.argument",
            function="geotiff_bytes",
        )
    if array.rio.crs is None:
        raise CRSError(
            "geotiff_bytes: the array has no CRS. Call .rio.write_crs with the one it is in.",
            code="caller.crs",
            function="geotiff_bytes",
        )
    width, height = _step(array, "x"), _step(array, "y")
    west, north = float(array["x"].min()) - width / 2, float(array["y"].max()) + height / 2
    values = array.to_numpy()
    if array["y"][0] < array["y"][-1]:  # the south comes first: turn it round
        values = values[::-1]
    if array["x"][0] > array["x"][-1]:
        values = values[:, ::-1]
    nodata = nodata_of(array, function="geotiff_bytes")
    hidden = None if nodata is None or np.isnan(nodata) else values == nodata
    values = _narrowed(values, hidden)
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
        _tag(str(key)).replace("=", "_"): _tag(str(value)) or _EMPTY
        for key, value in array.attrs.items()
        if isinstance(value, str | int | float | np.number) and not str(key).startswith("_")
    }
    description = tags.pop("long_name", _tag(str(array.name or "")))
    # Overviews wait uncompressed in memory for their place in the file.
    try:
        with rasterio.Env(COG_TMP_COMPRESSION="NONE"), MemoryFile() as memory:
            with memory.open(**profile) as target:
                target.write(values, 1)
                target.set_band_description(1, description)
                target.units = (tags.pop("units", ""),)
                target.update_tags(**tags | {"TIFFTAG_SOFTWARE": _software()})
            return bytes(memory.getbuffer())
    except RasterioError as error:
        raise InputError(
            f"geotiff_bytes: the array cannot be written ({error}). Leave out unusual attrs.",
            code="write.failed",
            format="tif",
        ) from error


def _tag(text: str) -> str:
    return _UNHELD.sub("\ufffd", text)


def _step(array: xr.DataArray, name: str) -> float:
    """Size of the cells along a dimension, positive."""
    if name not in array.coords or array[name].dtype.kind not in "iuf":
        raise InputError(
            f"geotiff_bytes: there are no coordinates {name!r} in numbers, so that the cells lie "
            "nowhere. Call .assign_coords with the centres of the cells.",
            code="write.raster_nowhere",
        )
    along = array[name].to_numpy().astype(float)
    if along.size == 1:
        transform = array.rio.transform(recalc=False)
        size = abs(float(transform.a if name == "x" else transform.e))
        if transform == Affine.identity() or not size > 0:
            raise InputError(
                f"geotiff_bytes: there is one cell along {name!r} and no transform, so its size is "
                "unknown. Call .rio.write_transform, or pass two or more.",
                code="caller.argument",
                function="geotiff_bytes",
            )
        return size
    steps = np.diff(along)
    step = float(steps.mean())
    if (
        not step
        or not np.isfinite(along).all()
        or not np.all(np.abs(steps - step) <= _UNEVEN * abs(step))
    ):
        raise InputError(
            f"geotiff_bytes: the coordinates {name!r} are {steps.min():g} to {steps.max():g} "
            "apart. A GeoTIFF has cells of one size: call .interp, or .rio.reproject, to get them.",
            code="caller.argument",
            function="geotiff_bytes",
        )
    return abs(step)


def _narrowed(values: NDArray[Any], hidden: NDArray[np.bool_] | None) -> NDArray[Any]:
    """Values as 32-bit floats, or as 64-bit ones where those would change whole numbers."""
    if values.dtype.kind != "f":
        sizes = np.abs(values.astype(float))
        largest = sizes.max() if hidden is None else sizes.max(where=~hidden, initial=0)
        return values.astype(np.float32 if largest <= _WHOLE_32 else np.float64)
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32, copy=False)
    beyond = np.count_nonzero(np.isinf(narrow)) - np.count_nonzero(np.isinf(values))
    if beyond > 0:
        raise InputError(
            f"geotiff_bytes: {beyond:,} values are beyond ±3.4e38, which no reader of rasters "
            "takes for numbers. Set what they stand for (nodata, or a value) first.",
            code="write.raster_beyond",
            cells=beyond,
        )
    return narrow


@cache
def _software() -> str:
    try:
        return f"{_SOFTWARE} {version(_SOFTWARE)}"
    except PackageNotFoundError:  # run from a folder that was never installed
        return _SOFTWARE
