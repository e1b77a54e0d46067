"""Classes and colours of an overlay, decided once for every map that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.arguments import brief
from geo.errors import InputError
from layers.look.classification import classes
from layers.look.symbology import palette

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.look.overlays import Choropleth, Isolines, Surface

MIN_RAMP, MAX_RAMP = 3, 7
MAX_LEVELS = 20


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of a choropleth or of a surface in bands.

    Parameters
    ----------
    codes
        Class of each area or cell, counted from 0, and -1 without a number or outside all classes.
    uppers
        Upper bound of each class, which belongs to it on a choropleth and to the next one on a
        surface; infinity for the last one of a surface.
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
        If the column is missing, there is no such scheme, the breaks do not ascend or end below the
        maximum, or there are more classes than colours.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from layers.look.overlays import Choropleth
    >>> boxes = gpd.GeoDataFrame({"n": [1, 2, 3, 10]}, geometry=[shapely.box(0, 0, 1, 1)] * 4,
    ...                          crs="EPSG:4490")
    >>> classify(Choropleth(boxes, "n", "数量", breaks=[2, 10])).codes.tolist()
    [0, 0, 1, 1]
    """
    if overlay.column not in overlay.frame.columns:
        raise InputError(
            f"Choropleth: no column {overlay.column!r}; the frame has "
            f"{', '.join(map(str, overlay.frame.columns))}",
            code="caller.argument",
            function="Choropleth",
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
    ramp = palette(overlay.ramp, max(MIN_RAMP, uppers.size))
    picks = np.linspace(0, len(ramp) - 1, uppers.size).round().astype(int)
    return Classes(
        codes=codes,
        uppers=tuple(uppers.tolist()),
        lows=tuple(lows),
        colours=tuple(ramp[pick] for pick in picks),
    )


def surface_classes(overlay: Surface) -> Classes:
    """Return the classes of a surface that is painted in bands; none where it has no levels.

    A value equal to a level belongs to the class above it, as in :func:`geo.filled_bands`.

    Raises
    ------
    InputError
        If the levels do not ascend, or there are none or too many.

    Examples
    --------
    >>> import xarray as xr
    >>> from layers.look.overlays import Surface
    >>> array = xr.DataArray([[0.0, 0.5], [1.2, 9.0]], dims=("y", "x"))
    >>> bands = surface_classes(Surface(array, "密度", levels=[0.5, 1, 2]))
    >>> bands.codes.tolist(), bands.lows, bands.uppers
    ([[-1, 0], [1, 2]], (0.5, 1.0, 2.0), (1.0, 2.0, inf))
    """
    if overlay.levels is None:
        return Classes(np.full(overlay.array.shape, -1, dtype=np.intp), (), (), ())
    levels = _levels(overlay.levels)
    return Classes(
        codes=band_codes(overlay.array.to_numpy().astype(float), levels),
        uppers=(*levels[1:].tolist(), np.inf),
        lows=tuple(levels.tolist()),
        colours=tuple(_class_colours(overlay.ramp, levels.size)),
    )


def surface_top(overlay: Surface) -> float:
    """Return the value of a surface's darkest colour.

    Raises
    ------
    InputError
        If the top is none.
    """
    if overlay.top is None:
        return float(np.nan_to_num(overlay.array.to_numpy(), nan=0.0).max(initial=0.0))
    if not (np.isfinite(overlay.top) and overlay.top > 0):
        raise InputError(
            f"Surface: top is {overlay.top!r}; give a number above zero, such as the larger of the "
            "two maxima, or None for the maximum",
            code="caller.argument",
            function="Surface",
        )
    return float(overlay.top)


def level_values(overlay: Isolines) -> list[float]:
    """Return the value of each isoline.

    Raises
    ------
    InputError
        If the column is missing, or a value is no number or occurs twice.
    """
    if overlay.column not in overlay.frame.columns:
        raise InputError(
            f"Isolines: no column {overlay.column!r}; the frame has "
            f"{', '.join(map(str, overlay.frame.columns))}",
            code="caller.argument",
            function="Isolines",
        )
    values = overlay.frame[overlay.column].to_numpy(dtype="float64", na_value=np.nan)
    if not np.isfinite(values).all() or np.unique(values).size < values.size:
        raise InputError(
            f"Isolines: the column {overlay.column!r} must have one number for each row, and no "
            "number twice; call .dissolve on it to join lines of one value",
            code="caller.argument",
            function="Isolines",
        )
    levels: list[float] = values.tolist()
    return levels


def _upper_bounds(overlay: Choropleth, known: NDArray[np.float64]) -> NDArray[np.float64]:
    if overlay.breaks is None:
        if not 1 <= overlay.classes <= MAX_RAMP:
            raise InputError(
                f"Choropleth: classes={overlay.classes}; choose from 1 to {MAX_RAMP} classes",
                code="option.whole",
                value=brief(overlay.classes),
                least=1,
                most=MAX_RAMP,
            )
        return np.array(classes(known, scheme=overlay.scheme, k=overlay.classes).uppers)
    uppers = np.asarray(overlay.breaks, dtype="float64")
    if uppers.size == 0 or uppers.size > MAX_RAMP or np.any(np.diff(uppers) <= 0):
        raise InputError(
            f"Choropleth: breaks {list(overlay.breaks)} must be 1 to {MAX_RAMP} ascending numbers",
            code="option.levels",
            value=brief(list(overlay.breaks)),
            most=MAX_RAMP,
        )
    if uppers[-1] < known.max():
        raise InputError(
            f"Choropleth: the last break {uppers[-1]:g} is below the maximum {known.max():g}; "
            "end the breaks with the maximum or a number above it",
            code="option.breaks_short",
            last=float(uppers[-1]),
            most=float(known.max()),
        )
    return uppers


def _ramp(share: NDArray[np.float64], colours: list[str]) -> NDArray[np.uint8]:
    """Return the colours along a ramp for numbers from 0 to 1."""
    stops = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours], dtype=float)
    at = np.linspace(0.0, 1.0, len(colours))
    bands = [np.interp(share, at, stops[:, band]) for band in range(3)]
    return np.dstack(bands).round().astype(np.uint8)


def _levels(values: Sequence[float]) -> NDArray[np.float64]:
    levels = np.asarray(values, dtype="float64")
    ascending = levels.ndim == 1 and bool(np.isfinite(levels).all() and np.all(np.diff(levels) > 0))
    if not ascending or not 1 <= levels.size <= MAX_LEVELS:
        raise InputError(
            f"Surface: levels {list(values)} must be 1 to {MAX_LEVELS} ascending numbers",
            code="option.levels",
            value=brief(list(values)),
            most=MAX_LEVELS,
        )
    return levels


def band_codes(values: NDArray[np.float64], levels: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the class of each value of a surface, -1 for none.

    Zero and no data are in none, whatever the levels.

    Examples
    --------
    >>> band_codes(np.array([0.0, 0.4, 1.0, 5.0]), np.array([0.5, 1.0])).tolist()
    [-1, -1, 1, 1]
    """
    codes = np.searchsorted(levels, values, side="right") - 1
    codes[~(values > 0)] = -1
    return codes


def _class_colours(name: str, count: int) -> list[str]:
    """Return a colour for each class, pale to dark, the same for the same number of classes."""
    ramp = palette(name, min(max(MIN_RAMP, count), MAX_RAMP))
    if count <= len(ramp):
        picks = np.linspace(0, len(ramp) - 1, count).round().astype(int)
        return [ramp[pick] for pick in picks]
    (between,) = _ramp(np.linspace(0.0, 1.0, count)[None, :], ramp)
    return ["#{:02X}{:02X}{:02X}".format(*colour) for colour in between.tolist()]
