"""Rasters as pictures of a page: in web mercator, as a data address."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from PIL import Image
from pyproj import Transformer
from rasterio.enums import Resampling

from geo.transformations import require_path

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from layers.scene.surfaces import Picture

WEB_MERCATOR = "EPSG:3857"
# A picture in classes has up to so many cells, and so many times those of its array along a side.
PICTURE_CELLS, FINEST = 4_000_000, 4


def encoded(picture: Picture) -> dict[str, Any]:
    """Return a raster as a picture in web mercator.

    Returns
    -------
    dict
        ``url`` (PNG as a data address) and ``bounds`` ([[south, west], [north, east]], degrees).

    Raises
    ------
    CRSError
        If it cannot be brought there.
    """
    array = picture.array
    require_path(array.rio.crs, WEB_MERCATOR, array.rio.bounds(), function="Surface")
    warped = _warped(array, finer=bool(picture.levels))
    values = np.nan_to_num(warped.to_numpy(), nan=0.0)
    image = _indexed(picture, values) if picture.levels else Image.fromarray(picture.rgba(values))
    west, south, east, north = warped.rio.bounds()
    to_degrees = Transformer.from_crs(WEB_MERCATOR, "EPSG:4326", always_xy=True)
    (west, east), (south, north) = to_degrees.transform([west, east], [south, north])
    return {
        "url": f"data:image/png;base64,{base64.b64encode(png(image)).decode('ascii')}",
        "bounds": [[round(south, 6), round(west, 6)], [round(north, 6), round(east, 6)]],
    }


def png(image: Image.Image) -> bytes:
    """Return an image as the contents of a PNG file."""
    file = io.BytesIO()
    image.save(file, format="PNG", optimize=True)
    return file.getvalue()


def _warped(array: xr.DataArray, *, finer: bool) -> xr.DataArray:
    """Return an array in web mercator; finer for classes, whose borders would show the cells."""
    ready = array.astype("float64").rio.write_nodata(np.nan)
    options: dict[str, Any] = {"resampling": Resampling.bilinear, "nodata": np.nan}
    warped = ready.rio.reproject(WEB_MERCATOR, **options)
    factor = int(np.clip((PICTURE_CELLS / warped.size) ** 0.5, 1, FINEST))
    if finer and factor > 1:
        shape = tuple(size * factor for size in warped.shape)
        place = warped.rio.transform() * Affine.scale(1 / factor)
        warped = ready.rio.reproject(WEB_MERCATOR, shape=shape, transform=place, **options)
    picture: xr.DataArray = warped
    return picture


def _indexed(picture: Picture, values: NDArray[np.float64]) -> Image.Image:
    """Return an image of few colours in a palette, which is a fraction as large."""
    image = Image.fromarray(picture.codes(values).astype(np.uint8))
    table = picture.table()
    image.putpalette(table[:, :3].ravel().tolist())
    image.info["transparency"] = bytes(table[:, 3].tolist())
    return image
