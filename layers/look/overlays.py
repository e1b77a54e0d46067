"""Overlays: results of an analysis as a reader hands them to a map.

An overlay is data and a title; how it is classified and coloured is decided here, once, for the
web map and the printed map.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import rioxarray  # noqa: F401 - gives DataArray its .rio accessor

from geo.arguments import brief, require_array, require_type
from geo.errors import InputError
from geo.wording import Words
from layers.look.classification import classes
from layers.look.styles import inks
from layers.look.symbology import palette

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

(_INK,) = inks("ink")
_ISOLINES = Words(__file__).both("isolines.title")
RAMP = "YlGnBu"
MIN_RAMP, MAX_RAMP = 3, 7
MAX_LEVELS = 20


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
        Those of the scheme when None.
    classes
        Greatest number of classes, 1 to 7; the values may leave fewer.
    scheme
        How the bounds are found where none are given: ``quantiles``, ``natural_breaks``,
        ``equal_interval`` or ``head_tail``, as :func:`layers.look.classification.classes` does it.
    columns
        Further columns for the card, each with its title.
    ramp
        Name of its colours, see :func:`layers.look.symbology.palette`.
    named
        A print has the name and the number of each area in it; the cells of a grid have no names.
    name
        What it is, in the names of results; its kind where it is empty, see :func:`result_names`.
    exact
        The same areas, row by row, with figures that are not rounded to what is told, for files
        that are reckoned with; the frame where there is none.
    """

    frame: gpd.GeoDataFrame
    column: str
    title: str
    unit: str = ""
    title_en: str = ""
    breaks: Sequence[float] | None = None
    classes: int = 5
    scheme: str = "quantiles"
    columns: Mapping[str, str] | None = None
    ramp: str = RAMP
    named: bool = True
    name: str = ""
    exact: gpd.GeoDataFrame | None = None

    def __post_init__(self) -> None:
        _require_frame(self.frame, "Choropleth")


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A raster painted from pale to dark, zero and no data transparent.

    Parameters
    ----------
    array
        Values on a grid (y, x), with a CRS (``array.rio.crs``).
    title, title_en
        Title of the legend in Chinese and English (Chinese where no English is given).
    unit
        Unit of the values, shown in the legend.
    levels
        Borders of classes, ascending: one colour from each level to the next and from the last one
        up. What is below the first level is left transparent. Even colours from zero when None.
    top
        Value of the darkest colour, which what is above it has too; the maximum when None. Maps
        that are to be compared share one. Classes need none: they are shared with their levels.
    ramp
        Name of its colours, see :func:`layers.look.symbology.palette`.
    name
        What it is, in the names of results; its kind where it is empty, see :func:`result_names`.
    """

    array: xr.DataArray
    title: str
    unit: str = ""
    title_en: str = ""
    levels: Sequence[float] | None = None
    top: float | None = None
    ramp: str = RAMP
    name: str = ""

    def __post_init__(self) -> None:
        require_array(self.array, function="Surface")


@dataclass(frozen=True, slots=True, eq=False)
class Isolines:
    """Lines of equal value, thin and dark, each with its value on it.

    Parameters
    ----------
    frame
        Lines in any CRS, one row for each value, such as :func:`geo.isolines` returns.
    column
        Column with the value.
    title, title_en
        Title of the legend in Chinese and English.
    unit
        Unit of the values, shown in the legend.
    colour
        Colour of the lines and the numbers on them.
    name
        What it is, in the names of results; its kind where it is empty, see :func:`result_names`.
    """

    frame: gpd.GeoDataFrame
    column: str = "value"
    title: str = _ISOLINES[0]
    unit: str = ""
    title_en: str = _ISOLINES[1]
    colour: str = _INK
    name: str = ""

    def __post_init__(self) -> None:
        _require_frame(self.frame, "Isolines")


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
    hatched
        Hatched in a print without colour, for what is as dark there as its opposite.
    columns
        Columns for the card, each with its title.
    name
        What it is, in the names of results; its kind where it is empty, see :func:`result_names`.
    """

    frame: gpd.GeoDataFrame
    title: str
    title_en: str = ""
    colour: str = "#D55E00"
    fill_opacity: float = 0.18
    dashed: bool = False
    hatched: bool = False
    columns: Mapping[str, str] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        _require_frame(self.frame, "Features")


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
        One of those in ``data/looks/symbols.json``.
    size_px
        Half width of the symbol, px.
    cluster
        Join into counted clusters when zoomed out.
    named
        Their names stand beside them.
    columns
        Columns for the card, each with its title.
    name
        What it is, in the names of results; its kind where it is empty, see :func:`result_names`.
    """

    frame: gpd.GeoDataFrame
    title: str
    title_en: str = ""
    colour: str = "#D55E00"
    symbol: str = "circle"
    size_px: float = 6.5
    cluster: bool = False
    named: bool = False
    columns: Mapping[str, str] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        _require_frame(self.frame, "Points")


def _require_frame(frame: object, function: str) -> None:
    require_type(frame, gpd.GeoDataFrame, "frame", "a GeoDataFrame", function=function)


Overlay = Choropleth | Surface | Isolines | Features | Points
KINDS: dict[type[Overlay], str] = {
    Choropleth: "zones",
    Surface: "surface",
    Isolines: "isolines",
    Features: "areas",
    Points: "points",
}
_RESULT = re.compile(r"overlay-[a-z][a-z0-9]{0,40}(?:-[a-z0-9]{1,40}){0,8}")


def result_names(overlays: Sequence[Overlay]) -> tuple[str, ...]:
    """Return what the results of a map are called: what each is, with a number where several are.

    So a name stays with its result when others come and go.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> here = gpd.GeoDataFrame(geometry=[shapely.Point(113, 28)], crs="EPSG:4490")
    >>> centre = Points(here, "中心", name="mean centre")
    >>> result_names([Points(here, "点"), Points(here, "点"), centre])
    ('overlay-points', 'overlay-points-2', 'overlay-mean-centre')
    """
    names: list[str] = []
    for overlay in overlays:
        words = re.findall("[a-z0-9]+", overlay.name.lower()) or [KINDS[type(overlay)]]
        name, n = "-".join(["overlay", *words]), 1
        while (numbered := name if n == 1 else f"{name}-{n}") in names:
            n += 1
        names.append(numbered)
    return tuple(names)


def is_result(name: str) -> bool:
    """Whether a result of some map can be called so.

    Examples
    --------
    >>> is_result("overlay-points-2"), is_result("overlay-1"), is_result("cities")
    (True, False, False)
    """
    return _RESULT.fullmatch(name) is not None


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
