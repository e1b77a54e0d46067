"""Overlays: results of an analysis as a reader hands them to a map.

An overlay is data and a title; `layers.look.overlay_classes` gives its classes and colours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd

from geo.arguments import require_array, require_type
from geo.wording import Words
from layers.look.styles import inks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr

(_INK,) = inks("ink")
_ISOLINES = Words(__file__).both("isolines.title")
RAMP = "YlGnBu"


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
    spread
        Whether what is known by its zone only was spread over the zone: it may be high where no
        point stands.
    """

    array: xr.DataArray
    title: str
    unit: str = ""
    title_en: str = ""
    levels: Sequence[float] | None = None
    top: float | None = None
    ramp: str = RAMP
    name: str = ""
    spread: bool = False

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
    heading, heading_en
        What stands above it in a legend, once for all of the same heading; nothing where empty.
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
    heading: str = ""
    heading_en: str = ""

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
