"""Files that results leave in: GeoTIFF for rasters; GeoPackage, GeoJSON and CSV for features.

Each file says what it needs to be read without this package: its CRS, units, nodata and source.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
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

_DIMENSIONS = ("y", "x")
_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
_SUFFIXES = (*_DRIVERS, ".csv")
_LON_LAT_EPSG = {4326, 4490}


def write_geotiff(array: xr.DataArray, path: str | os.PathLike[str]) -> None:
    """Write a raster as a cloud-optimised GeoTIFF, which every GIS opens.

    Parameters
    ----------
    array, path
        Raster as for `geotiff_bytes`; file to write, replaced where it exists.

    Raises
    ------
    InputError, CRSError
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
    Path(path).write_bytes(geotiff_bytes(array))


def geotiff_bytes(array: xr.DataArray) -> bytes:
    """Contents of a cloud-optimised GeoTIFF of a raster.

    Parameters
    ----------
    array
        Numbers with dimensions ``y`` and ``x`` and a CRS, such as `geo.density.kernel_density`
        returns. 32-bit floats stay such, all else becomes 64-bit. Its ``attrs["units"]`` becomes
        the unit of the band, its name and ``attrs["long_name"]`` the description, and every other
        text or number among its ``attrs`` (``source``, above all) a tag.

    Returns
    -------
    The file: deflate-compressed, tiled, with overviews, nodata not-a-number.

    Raises
    ------
    InputError
        The dimensions are others, or there are no cells.
    CRSError
        The array has no CRS.
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
    values = array.to_numpy()
    width, height = (abs(size) for size in array.rio.resolution(recalc=True))
    west, north = float(array["x"].min()) - width / 2, float(array["y"].max()) + height / 2
    if array["y"][0] < array["y"][-1]:  # the south comes first: turn it round
        values = values[::-1]
    values = values.astype(values.dtype if values.dtype == np.float32 else np.float64, copy=False)
    nodata = array.rio.nodata
    if nodata is not None and not np.isnan(nodata):
        values = np.where(values == nodata, np.nan, values)
    profile: dict[str, Any] = {
        "driver": "COG",
        "height": values.shape[0],
        "width": values.shape[1],
        "count": 1,
        "dtype": values.dtype.name,
        "crs": array.rio.crs,
        "transform": Affine(width, 0.0, west, 0.0, -height, north),
        "nodata": np.nan,
        "compress": "deflate",
        "predictor": "yes",
        "overview_resampling": "average",
    }
    tags = {
        str(key): str(value)
        for key, value in array.attrs.items()
        if isinstance(value, str | int | float) and not str(key).startswith("_")
    }
    description = tags.pop("long_name", str(array.name or ""))
    with MemoryFile() as memory:
        with memory.open(**profile) as target:
            target.write(values, 1)
            target.set_band_description(1, description)
            target.units = (tags.pop("units", ""),)
            target.update_tags(**tags)
        return bytes(memory.read())


def write_vector(frame: gpd.GeoDataFrame, path: str | os.PathLike[str]) -> None:
    """Write features to a file of the kind that its suffix says.

    Parameters
    ----------
    frame, path
        Features as for `vector_bytes`; file to write, ending in .gpkg, .geojson or .csv, replaced
        where it exists.

    Raises
    ------
    InputError, CRSError
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
    Path(path).write_bytes(vector_bytes(frame, Path(path).suffix))


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
