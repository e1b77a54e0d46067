"""The value that stands for "none" in a raster, also where decimals were made whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import rioxarray  # noqa: F401  gives arrays their .rio

from geo.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

_INT_32 = 4  # bytes


def nodata_of(array: xr.DataArray, *, function: str = "nodata_of") -> float | None:
    """Return the value of cells that have none, None where no cell can have it.

    Parameters
    ----------
    array
        Raster whose mark, if any, is among its attributes. Where the mark is not-a-number and the
        cells are whole numbers, such cells were cut to the smallest number of their kind.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        The mark is no number, or none that the cells can hold.

    Examples
    --------
    >>> import xarray as xr
    >>> decimals = xr.DataArray([[1.5, np.nan]], dims=("y", "x"), attrs={"_FillValue": np.nan})
    >>> nodata_of(decimals), nodata_of(decimals.fillna(0).astype("int32"))
    (nan, -2147483648)
    """
    marks = (array.encoding.get("_FillValue"), array.attrs.get("_FillValue"))
    try:
        # .rio.nodata fails where decimals were made whole numbers and the mark stayed.
        was_decimal = any(mark is not None and np.isnan(mark) for mark in marks)
        stored = np.nan if was_decimal else array.rio.nodata
        nodata = None if stored is None else float(stored)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"{function}: the raster holds {array.dtype}, which has no room for its nodata value "
            f"({error}). Call .rio.write_nodata with one that it has, or with None.",
            code="write.nodata",
        ) from error
    if nodata is None or not np.isnan(nodata) or array.dtype.kind == "f":
        return nodata
    was_cut = array.dtype.kind == "i" and array.dtype.itemsize >= _INT_32
    return int(np.iinfo(array.dtype).min) if was_cut else None
