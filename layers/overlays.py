"""Overlays: results of an analysis as a reader hands them to a map.

An overlay is data and a title; how it is classified and coloured is decided here, once, for the
web map and the printed map.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import rioxarray  # noqa: F401 - gives DataArray its .rio accessor
from PIL import Image
from pyproj import Transformer
from rasterio.enums import Resampling

from geo.errors import CRSError, InputError
from layers.symbology import palette

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import xarray as xr
    from numpy.typing import NDArray

WEB_MERCATOR = "EPSG:3857"
SURFACE_PALETTE = "YlGnBu"
SURFACE_OPACITY = 0.82
# Below this share of its maximum a surface fades out, so that zero is transparent.
SURFACE_FADE = 0.2
SURFACE_TICKS = 5
MIN_RAMP, MAX_RAMP = 3, 7


@dataclass(frozen=True, slots=True, eq=False)
class Choropleth:
    """Areas coloured by a number, in classes; an area without the number is grey.

    Parameters
    ----------
    frame
        Areas, in any CRS.
    column
        Column with the number.
    title, title_en
        Title of the legend in Chinese and English (Chinese where no English is given).
    unit
        Unit of the number, shown in the legend.
    breaks
        Upper bound of each class, ascending; the last one must not be below the maximum.
        Quantiles when None.
    classes
        Number of quantile classes, 1 to 7; ties may leave fewer.
    columns
        Further columns for the card, each with its title.
    """

    frame: gpd.GeoDataFrame
    column: str
    title: str
    unit: str = ""
    title_en: str = ""
    breaks: Sequence[float] | None = None
    classes: int = 5
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A raster painted from pale to dark (YlGnBu), zero and no data transparent.

    Parameters
    ----------
    array
        Values on a grid (y, x), with a CRS (``array.rio.crs``).
    title, title_en
        Title of the legend in Chinese and English (Chinese where no English is given).
    unit
        Unit of the values, shown in the legend.
    """

    array: xr.DataArray
    title: str
    unit: str = ""
    title_en: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Areas or lines in one colour: service areas, hulls, ellipses, links.

    Parameters
    ----------
    frame
        Features, in any CRS; ``name_zh``, ``name_en`` and ``id`` are used when present.
    title, title_en
        Title in Chinese and English (Chinese where no English is given).
    colour
        Stroke and fill.
    fill_opacity
        0 to 1.
    dashed
        Dashed stroke, for what is assumed rather than known.
    columns
        Columns for the card, each with its title.
    """

    frame: gpd.GeoDataFrame
    title: str
    title_en: str = ""
    colour: str = "#D55E00"
    fill_opacity: float = 0.18
    dashed: bool = False
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points in one colour and shape: chosen sites, mean centres, imported places.

    Parameters
    ----------
    frame
        Points, in any CRS; ``name_zh``, ``name_en`` and ``id`` are used when present.
    title, title_en
        Title in Chinese and English (Chinese where no English is given).
    colour
        Fill of the symbol.
    symbol
        One of :data:`layers.symbology.SYMBOLS`.
    size_px
        Half width of the symbol, px.
    cluster
        Join into counted clusters when zoomed out.
    columns
        Columns for the card, each with its title.
    """

    frame: gpd.GeoDataFrame
    title: str
    title_en: str = ""
    colour: str = "#D55E00"
    symbol: str = "circle"
    size_px: float = 6.5
    cluster: bool = False
    columns: Mapping[str, str] | None = None


Overlay = Choropleth | Surface | Features | Points


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of a choropleth.

    Parameters
    ----------
    codes
        Class of each area, counted from 0, and -1 without a number.
    uppers
        Upper bound of each class.
    lows
        Lower bound of each class; minus infinity for the first one of given breaks.
    colours
        Colour of each class.
    """

    codes: NDArray[np.intp]
    uppers: tuple[float, ...]
    lows: tuple[float, ...]
    colours: tuple[str, ...]


def classify(overlay: Choropleth) -> Classes:
    """Return the classes of a choropleth.

    Raises
    ------
    InputError
        If the column is missing, the breaks do not ascend or end below the maximum, or there
        are more classes than colours.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> boxes = gpd.GeoDataFrame({"n": [1, 2, 3, 10]}, geometry=[shapely.box(0, 0, 1, 1)] * 4,
    ...                          crs="EPSG:4490")
    >>> classify(Choropleth(boxes, "n", "数量", breaks=[2, 10])).codes.tolist()
    [0, 0, 1, 1]
    """
    if overlay.column not in overlay.frame.columns:
        raise InputError(
            f"Choropleth: no column {overlay.column!r}; the frame has "
            f"{', '.join(map(str, overlay.frame.columns))}"
        )
    values = overlay.frame[overlay.column].to_numpy(dtype="float64", na_value=np.nan)
    known = values[np.isfinite(values)]
    if known.size == 0:
        return Classes(np.full(values.size, -1, dtype=np.intp), (), (), ())
    uppers = _upper_bounds(overlay, known)
    codes = np.searchsorted(uppers, values, side="left")
    codes[~np.isfinite(values)] = -1
    if overlay.breaks is None:
        lows = [float(values[codes == code].min()) for code in range(uppers.size)]
    else:
        lows = [-np.inf, *uppers[:-1].tolist()]
    ramp = palette("YlGnBu", max(MIN_RAMP, uppers.size))
    picks = np.linspace(0, len(ramp) - 1, uppers.size).round().astype(int)
    return Classes(
        codes=codes,
        uppers=tuple(uppers.tolist()),
        lows=tuple(lows),
        colours=tuple(ramp[pick] for pick in picks),
    )


def paint(overlay: Surface) -> dict[str, Any]:
    """Return a surface as a picture in web mercator with its corners and its legend.

    Returns
    -------
    dict
        ``url`` (PNG as a data address), ``bounds`` ([[south, west], [north, east]], degrees),
        ``colours`` (low to high) and ``ticks`` (values along them).

    Raises
    ------
    CRSError
        If the array has no CRS.
    InputError
        If the array is not two-dimensional.
    """
    array = overlay.array
    if array.rio.crs is None:
        raise CRSError(
            "Surface: the array has no CRS, so it has no place on the map; "
            'set it with array.rio.write_crs("EPSG:4547")'
        )
    if array.ndim != len(("y", "x")):
        raise InputError(f"Surface: the array has dimensions {array.dims}; give it y and x only")
    warped = (
        array.astype("float64")
        .rio.write_nodata(np.nan)
        .rio.reproject(WEB_MERCATOR, resampling=Resampling.bilinear, nodata=np.nan)
    )
    values = np.nan_to_num(warped.to_numpy(), nan=0.0)
    top = float(np.nan_to_num(array.to_numpy(), nan=0.0).max(initial=0.0))
    share = np.clip(values / top, 0.0, 1.0) if top > 0 else np.zeros_like(values)
    colours = palette(SURFACE_PALETTE)
    rgba = np.dstack([_ramp(share, colours), _alpha(share)])
    west, south, east, north = warped.rio.bounds()
    to_degrees = Transformer.from_crs(WEB_MERCATOR, "EPSG:4326", always_xy=True)
    (west, east), (south, north) = to_degrees.transform([west, east], [south, north])
    return {
        "url": f"data:image/png;base64,{base64.b64encode(_png(rgba)).decode('ascii')}",
        "bounds": [[round(south, 6), round(west, 6)], [round(north, 6), round(east, 6)]],
        "colours": colours,
        "ticks": np.linspace(0.0, top, SURFACE_TICKS).tolist(),
    }


def _upper_bounds(overlay: Choropleth, known: NDArray[np.float64]) -> NDArray[np.float64]:
    if overlay.breaks is None:
        if not 1 <= overlay.classes <= MAX_RAMP:
            raise InputError(
                f"Choropleth: classes={overlay.classes}; choose from 1 to {MAX_RAMP} classes"
            )
        shares = np.arange(1, overlay.classes + 1) / overlay.classes
        # A break is a value that occurs, so that a count has no class that ends at 7.4.
        return np.unique(np.quantile(known, shares, method="inverted_cdf"))
    uppers = np.asarray(overlay.breaks, dtype="float64")
    if uppers.size == 0 or uppers.size > MAX_RAMP or np.any(np.diff(uppers) <= 0):
        raise InputError(
            f"Choropleth: breaks {list(overlay.breaks)} must be 1 to {MAX_RAMP} ascending numbers"
        )
    if uppers[-1] < known.max():
        raise InputError(
            f"Choropleth: the last break {uppers[-1]:g} is below the maximum {known.max():g}; "
            "end the breaks with the maximum or a number above it"
        )
    return uppers


def _ramp(share: NDArray[np.float64], colours: list[str]) -> NDArray[np.uint8]:
    """Return the colours along a ramp for numbers from 0 to 1."""
    stops = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours], dtype=float)
    at = np.linspace(0.0, 1.0, len(colours))
    bands = [np.interp(share, at, stops[:, band]) for band in range(3)]
    return np.dstack(bands).round().astype(np.uint8)


def _alpha(share: NDArray[np.float64]) -> NDArray[np.uint8]:
    faded: NDArray[np.uint8] = (
        (np.clip(share / SURFACE_FADE, 0.0, 1.0) * SURFACE_OPACITY * 255).round().astype(np.uint8)
    )
    return faded


def _png(rgba: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgba).save(file, format="PNG", optimize=True)
    return file.getvalue()
