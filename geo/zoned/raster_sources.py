"""Rasters in memory or in a file of one's own: where their cells are, and numbers out of them.

A file that someone else brings goes through :func:`geo.read_raster` first.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
import rioxarray  # noqa: F401  gives arrays their .rio
import xarray as xr
from pyproj import CRS
from rasterio.windows import Window
from rioxarray.exceptions import RioXarrayError

from geo.errors import CRSError, InputError
from geo.exchange.nodata import nodata_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from affine import Affine
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Formats that are the file itself and what lies beside it; others may name any file or address.
_DRIVERS = {".tif": "GTiff", ".tiff": "GTiff", ".asc": "AAIGrid", ".img": "HFA"}
_LONGEST_NAME = 200
_UNEVEN = 0.05  # of a cell: coordinates are often rounded to 32 bits


@dataclass(frozen=True, slots=True)
class Grid:
    """A raster that need not have been read yet.

    Parameters
    ----------
    crs, transform
        Its CRS, and the affine transform from (column, row) to coordinates; it is not rotated, but
        rows may go north and columns west.
    rows, columns
        Number of cells.
    read
        Gives the cells of some rows and columns as 64-bit floats, in units of the raster,
        not-a-number where there is no value.
    units
        Unit of the values, empty where the raster does not say.
    """

    crs: CRS
    transform: Affine
    rows: int
    columns: int
    read: Callable[[slice, slice], Floats]
    units: str

    def places(self, columns: Sequence[float], rows: Sequence[float]) -> Floats:
        """Coordinates, of shape (n, 2), of the upper left corners of cells."""
        to = self.transform
        return np.column_stack([to.c + to.a * np.asarray(columns), to.f + to.e * np.asarray(rows)])

    def positions(self, x: Sequence[float], y: Sequence[float]) -> Floats:
        """Column and row, of shape (n, 2) and with fractions, of coordinates."""
        to = self.transform
        return np.column_stack([(np.asarray(x) - to.c) / to.a, (np.asarray(y) - to.f) / to.e])


def opened(raster: xr.DataArray | str | os.PathLike[str], *, function: str = "opened") -> Grid:
    """Look at a raster and refuse what cannot be measured; nothing of a file is read yet.

    Parameters
    ----------
    raster
        Array of numbers with a CRS and one band, or the path of such a file. Its nodata value,
        scale and offset are heeded, and the mask of a file; infinite cells have no value.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        The raster cannot be read, has several bands or no numbers, is rotated or uneven, or does
        not say how large its cells are.
    CRSError
        It has no CRS.

    Examples
    --------
    >>> cells = xr.DataArray(
    ...     [[1, -9], [3, 4]], coords={"y": [150.0, 50.0], "x": [50.0, 150.0]}, dims=("y", "x")
    ... )
    >>> grid = opened(cells.rio.write_crs("EPSG:4547").rio.write_nodata(-9))
    >>> grid.read(slice(0, 1), slice(0, 2)).tolist(), grid.places([0], [0]).tolist()
    ([[1.0, nan]], [[0.0, 200.0]])
    """
    if isinstance(raster, xr.DataArray):
        grid = _array(raster, function)
    elif isinstance(raster, str | os.PathLike):
        grid = _file(os.fspath(raster), function)
    else:
        raise InputError(
            f"{function}: the raster is a {type(raster).__name__}. Pass the path of a file, or an "
            "array such as rioxarray.open_rasterio gives.",
            code="caller.argument",
            function=function,
        )
    if not (grid.crs.is_projected or grid.crs.is_geographic):
        raise CRSError(
            f"{function}: the raster has the CRS {grid.crs.name!r}, which is bound to no place on "
            "earth. Set the one it is in with a GIS.",
            code="raster.local_crs",
            name=function,
            crs=grid.crs.name,
        )
    if grid.transform.b or grid.transform.d:
        raise InputError(
            f"{function}: the raster is rotated. Warp it to a north-up one first, with "
            ".rio.reproject.",
            code="raster.rotated",
            name=function,
        )
    return grid


def _array(raster: xr.DataArray, function: str) -> Grid:
    if raster.rio.crs is None:
        raise CRSError(
            f"{function}: the raster has no CRS. Call .rio.write_crs with the one it is in.",
            code="caller.crs",
            function=function,
        )
    try:
        names = (raster.rio.y_dim, raster.rio.x_dim)
        flat = raster.squeeze([name for name in raster.dims if name not in names], drop=True)
        flat = flat.transpose(*names)
        transform = flat.rio.transform(recalc=True)
    except (RioXarrayError, ValueError) as error:
        raise InputError(
            f"{function}: the raster has dimensions {raster.dims} and shape {raster.shape}. Pass "
            "one of dimensions ('y', 'x') with at least one cell and its coordinates; choose a "
            f"band with .sel(band=1). ({error})",
            code="caller.argument",
            function=function,
        ) from error
    _require_numbers([flat.dtype], function)
    first = np.array([transform.c + transform.a / 2, transform.f + transform.e / 2])
    first_coordinates = [float(flat[name][0]) for name in reversed(names)]
    if np.any(np.abs(first - first_coordinates) > np.abs([transform.a, transform.e])):
        raise InputError(
            f"{function}: the raster has shape {flat.shape} and does not say how large a cell is. "
            "Call .rio.write_transform, or take at least two rows and two columns.",
            code="caller.argument",
            function=function,
        )
    for name in names:
        at = flat[name].to_numpy().astype(float)
        step = np.ptp(at) / max(at.size - 1, 1)
        if np.abs(at - np.linspace(at[0], at[-1], at.size)).max() > _UNEVEN * step:
            raise InputError(
                f"{function}: the cells of the raster are not evenly spaced along {name!r}, "
                f"but {np.diff(at).min():g} to {np.diff(at).max():g} apart. Resample it, with "
                ".rio.reproject.",
                code="caller.argument",
                function=function,
            )
    nodata = nodata_of(flat, function=function)
    scale, offset = (
        float(flat.attrs.get(key, default))
        for key, default in (("scale_factor", 1.0), ("add_offset", 0.0))
    )

    def read(rows: slice, columns: slice) -> Floats:
        stored = flat[rows, columns].to_numpy()
        # In 32 bits the value is a rounded one.
        mark = stored.dtype.type(nodata) if nodata and stored.dtype.kind == "f" else nodata
        none = np.zeros(stored.shape, bool) if nodata is None else stored == mark
        return _cleaned(stored.astype(float), none, scale, offset)

    return Grid(
        CRS.from_user_input(raster.rio.crs),
        transform,
        flat.shape[0],
        flat.shape[1],
        read,
        str(raster.attrs.get("units", "")),
    )


def _file(path: str, function: str) -> Grid:
    place, driver = _plain_file(path, function)
    try:
        with rasterio.open(place, driver=driver) as source:
            if source.crs is None:
                raise CRSError(
                    f"{function}: the raster {path} has no CRS. Open it with "
                    "rioxarray.open_rasterio and call .rio.write_crs with the one it is in.",
                    code="raster.no_crs",
                    name=Path(path).name,
                )
            if source.count != 1:
                raise InputError(
                    f"{function}: the raster {path} has {source.count} bands. Choose one with "
                    "rioxarray.open_rasterio(…).sel(band=1).",
                    code="raster.bands",
                    name=Path(path).name,
                    bands=source.count,
                )
            if source.transform.is_identity:
                raise InputError(
                    f"{function}: the raster {path} does not say where its cells are (no "
                    "geotransform). Georeference it in a GIS.",
                    code="raster.no_place",
                    name=Path(path).name,
                )
            _require_numbers(source.dtypes, function)
            grid = Grid(
                CRS.from_user_input(source.crs.to_wkt()),
                source.transform,
                source.height,
                source.width,
                lambda rows, columns: _read_file(place, driver, rows, columns),
                source.units[0] or "",
            )
    except rasterio.errors.RasterioIOError as error:
        raise InputError(
            f"{function}: the raster {path} cannot be read ({error}). Open it in a GIS and "
            "export it again.",
            code="raster.cut",
            name=Path(path).name,
        ) from error
    return grid


def _plain_file(path: str, function: str) -> tuple[str, str]:
    """Return where a file is, from the root, and its driver; refuse what is no file hereabouts.

    Some paths are none to GDAL: ``/vsicurl/…`` is an address, ``WMS:…`` a service, text in angle
    brackets a description of other files.
    """
    try:
        place = Path(path).resolve()
        driver = _DRIVERS.get(place.suffix.lower(), "")
        plain = bool(driver) and place.is_file() and not str(place).startswith("/vsi")
    except (OSError, ValueError):  # a path that no system takes: too long, with a null character
        plain, place, driver = False, Path(), ""
    if not plain:
        raise InputError(
            f"{function}: there is no raster file {path[:_LONGEST_NAME]!r}. Pass the path of one "
            f"({', '.join(_DRIVERS)}); addresses and virtual paths are not taken.",
            code="raster.elsewhere",
            name=path[:_LONGEST_NAME],
        )
    return str(place), driver


def _read_file(path: str, driver: str, rows: slice, columns: slice) -> Floats:
    with rasterio.open(path, driver=driver) as source:
        stored = source.read(1, window=Window.from_slices(rows, columns), masked=True)
        none = np.ma.getmaskarray(stored)
        values = stored.data.astype(float)
        return _cleaned(values, none, source.scales[0], source.offsets[0])


def _cleaned(values: Floats, none: NDArray[np.bool_], scale: float, offset: float) -> Floats:
    if (scale, offset) != (1.0, 0.0):
        values = values * scale + offset
    values[none | np.isinf(values)] = np.nan
    return values


def _require_numbers(dtypes: Sequence[Any], function: str) -> None:
    kind = np.dtype(dtypes[0]).kind
    if kind not in "biuf":
        raise InputError(
            f"{function}: the raster holds {dtypes[0]}. Allowed are real numbers; take the part "
            "you mean, such as .real or .astype(float).",
            code="raster.no_numbers",
        )
