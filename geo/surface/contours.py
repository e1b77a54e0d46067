"""Isolines and filled bands: a raster as lines and areas that carry their values.

The cell centres are taken as the corners of a net. Along each side of a mesh the value is
interpolated linearly; an isoline crosses the sides where the interpolated value is its level, and
runs straight from one side to the next. The raster itself is never resampled or smoothed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import rioxarray  # noqa: F401  gives arrays their .rio
import shapely
from shapely import GeometryType

from geo.arguments import brief, is_number, is_whole, require_array
from geo.crs import require_crs
from geo.doors import door
from geo.errors import CRSError, InputError
from geo.geodesic import geodesic_area_km2, geodesic_length_km
from geo.units import labelled
from geo.work import checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from contourpy import ContourGenerator
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Offsets = NDArray[np.uint32]

_DIMENSIONS = ("y", "x")
_FEWEST_CENTRES = 2
_MOST_LEVELS = 1000
_STEPS = (1, 2, 5)


@door
def isolines(array: xr.DataArray, *, levels: int | Sequence[float]) -> gpd.GeoDataFrame:
    r"""Lines along which a raster has the same value.

    Walking along an isoline the value stays the same; crossing it, it rises on one side and falls
    on the other. Lines that lie close together mean that the value changes fast.

    Parameters
    ----------
    array
        Numbers with dimensions ``y`` and ``x``, at least 2 × 2, that lie at the cell centres, with
        a CRS; in metres or degrees, north or south first. Cells that are not-a-number, or have the
        nodata value of the array, are holes: no line enters them.
    levels
        Ascending values, in the unit of the array; or the greatest number of round values that
        `nice_levels` may choose between the least and the largest value.

    Returns
    -------
    One row for each level that the raster crosses, ascending, index from 0, in the CRS of the
    raster: ``value`` (the level), ``length_km`` (on the ellipsoid) and ``geometry``
    (MultiLineString). Levels that the raster does not cross have no row; a constant raster has
    none at all. ``attrs["units"]`` gives ``value`` the unit that the array states.

    Raises
    ------
    InputError
        The dimensions are others, there is only one row or column, the centres are not in order,
        a value is infinite, or the levels are not ascending numbers.
    CRSError
        The array has no CRS, or coordinates that its CRS cannot have.

    Warnings
    --------
    An isoline is as sure as the raster: that of a kernel density moves with the bandwidth, and is
    no boundary of anything. Do not measure or compare ``length_km`` of rasters of different cell
    size, since finer cells show more bends. Lines end half a cell inside the edge of the raster,
    where the outermost centres are.

    Notes
    -----
    Between two neighbouring centres with values :math:`a \le z < b` the line of level :math:`z`
    crosses at the share

    .. math:: t = \frac{z - a}{b - a}

    of the way from the one to the other (marching squares [maple2003]_). Where all four sides of a
    mesh are crossed, the mean of its four corners decides which crossings belong together. A mesh
    with one corner missing is contoured as the triangle of the other three; one with more missing
    is left out.

    References
    ----------
    .. [maple2003] C. Maple, Geometric design and space planning using the marching squares and
       marching cube algorithms, Proc. Geometric Modeling and Graphics (2003) 90–95.

    Examples
    --------
    A plane that rises by 1 for each metre to the east: its isolines are at x = z.

    >>> import xarray as xr
    >>> x, y = [500_000.5, 500_001.5, 500_002.5], [3_100_001.0, 3_100_000.0]
    >>> plane = xr.DataArray([x, x], coords={"y": y, "x": x}, dims=("y", "x")).rio.write_crs(4547)
    >>> lines = isolines(plane, levels=[500_001, 500_002])
    >>> lines["value"].tolist(), lines.geometry[0].bounds
    ([500001.0, 500002.0], (500001.0, 3100000.0, 500001.0, 3100001.0))
    """
    function = "isolines"
    x, y, z = _net(array, function)
    values = _levels(levels, z, function)
    generator = _generator(x, y, z)
    by_level = []
    for at, level in enumerate(values):
        checkpoint(at, len(values))
        line = _multiline(generator, level)
        if line is not None:
            by_level.append((level, line))
    lines = gpd.GeoSeries([line for _, line in by_level], crs=array.rio.crs)
    frame = gpd.GeoDataFrame(
        {
            "value": np.array([level for level, _ in by_level], dtype=float),
            "length_km": geodesic_length_km(lines).to_numpy(dtype=float),
        },
        geometry=lines,
    )
    return labelled(frame, columns={"value": _unit(array)})


@door
def filled_bands(array: xr.DataArray, *, levels: int | Sequence[float]) -> gpd.GeoDataFrame:
    r"""Areas in which a raster has values between two levels.

    The bands lie side by side without gap or overlap: together they are the area that the raster
    has values for. A band answers "how large is the area with at least 2 and less than 5".

    Parameters
    ----------
    array, levels
        As for `isolines`. The levels are the borders between bands: n levels make up to n + 1
        bands, as the values below the first and above the last level are bands too.

    Returns
    -------
    One row for each band that has an area, ascending, index from 0, in the CRS of the raster:
    ``low`` and ``high`` (the band is low ≤ value < high), ``area_km2`` (on the ellipsoid) and
    ``geometry`` (MultiPolygon: valid, shells anticlockwise, holes clockwise). The lowest band
    begins at the least value of the raster where that is below the first level; the highest ends
    at the largest value, which it includes, where that is not below the last level. A constant
    raster is one band. A raster with no values has none. ``attrs["units"]`` gives ``low``
    and ``high`` the unit that the array states.

    Raises
    ------
    InputError, CRSError
        As `isolines`.

    Warnings
    --------
    The values are those at the cell centres, and nothing is known beyond the outermost: the half
    cell outside them is not covered, so that the areas add up to the rectangle between the centres
    (less holes), not to that between the outer edges of the cells. A band of a kernel density is no
    boundary; its area depends on the bandwidth, and bands of different bandwidths or kernels do not
    compare.

    Notes
    -----
    With :math:`z(p)` the value at a place, interpolated as `isolines` does [maple2003]_,

    .. math:: B_i = \{\, p : l_i \le z(p) < l_{i+1} \,\}, \qquad
              \sum_i |B_i| = \Bigl|\bigcup_i B_i\Bigr|.

    References
    ----------
    .. [maple2003] C. Maple, Geometric design and space planning using the marching squares and
       marching cube algorithms, Proc. Geometric Modeling and Graphics (2003) 90–95.

    Examples
    --------
    >>> import xarray as xr
    >>> x, y = [500_000.0, 501_000.0, 502_000.0], [3_101_000.0, 3_100_000.0]
    >>> plane = xr.DataArray(
    ...     [[0, 1, 2], [0, 1, 2]], coords={"y": y, "x": x}, dims=("y", "x")
    ... ).rio.write_crs(4547)
    >>> filled_bands(plane, levels=[0.5, 1.5])[["low", "high", "area_km2"]].round(2).values.tolist()
    [[0.0, 0.5, 0.5], [0.5, 1.5, 1.0], [1.5, 2.0, 0.5]]
    """
    function = "filled_bands"
    x, y, z = _net(array, function)
    borders = np.array(_levels(levels, z, function))
    finite = z[np.isfinite(z)]
    edges, inner = borders, borders
    if finite.size:
        below = [finite.min()] if not borders.size or finite.min() < borders[0] else []
        above = [finite.max()] if not borders.size or finite.max() >= borders[-1] else []
        edges = np.concatenate([below, borders, above])
        # What contourpy fills is low < z ≤ high; of the negative that is low ≤ z < high.
        inner = np.concatenate([[-np.inf] * len(below), borders, [np.inf] * len(above)])
    generator = _generator(x, y, -z)
    rows = []
    bands = zip(edges, edges[1:], inner, inner[1:], strict=False)
    for at, (low, high, below, above) in enumerate(bands):
        checkpoint(at, len(edges))
        area = _multipolygon(generator, -above, -below)
        if area is not None:
            rows.append((low, high, area))
    areas = gpd.GeoSeries([area for *_, area in rows], crs=array.rio.crs)
    frame = gpd.GeoDataFrame(
        {
            "low": np.array([low for low, *_ in rows], dtype=float),
            "high": np.array([high for _, high, _ in rows], dtype=float),
            "area_km2": geodesic_area_km2(areas).to_numpy(dtype=float),
        },
        geometry=areas,
    )
    return labelled(frame, columns=dict.fromkeys(("low", "high"), _unit(array)))


def _unit(array: xr.DataArray) -> str:
    return str(array.attrs.get("units", ""))


@door
def nice_levels(low: float, high: float, *, count: int) -> tuple[float, ...]:
    """Round values between two numbers, at even steps of 1, 2 or 5 times a power of ten.

    Isolines at 0.5, 1.0, 1.5 can be read and compared; ones at 0.43, 0.86, 1.29 cannot. Maps that
    stand side by side take the levels of one call.

    Parameters
    ----------
    low, high
        The levels lie strictly between these, in the unit of the values.
    count
        Greatest number of levels; there may be fewer, to about two fifths of it.

    Returns
    -------
    The levels, ascending: all multiples of the smallest such step that gives no more than
    ``count``. None where ``high`` is not above ``low``.

    Raises
    ------
    InputError
        The count is not a whole number from 1 to 1000, or a bound is infinite or not-a-number.

    Warnings
    --------
    Even steps suit values that are spread evenly. Where most values lie near zero and few are
    high, most of the map falls below the first level: choose levels of your own.

    Examples
    --------
    >>> nice_levels(0, 3.4, count=8)
    (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
    >>> nice_levels(0, 3.4, count=3)
    (1.0, 2.0, 3.0)
    """
    if not (is_whole(count) and 1 <= count <= _MOST_LEVELS):
        raise InputError(
            f"nice_levels: count is {brief(count)}. Allowed are whole numbers from 1 to "
            f"{_MOST_LEVELS}; 5 to 10 can be told apart on a map.",
            code="option.whole",
            value=brief(count),
            least=1,
            most=_MOST_LEVELS,
        )
    if not (is_number(low) and is_number(high)):
        raise InputError(
            f"nice_levels: the bounds are {brief(low)} and {brief(high)}. Pass finite numbers.",
            code="caller.argument",
            function="nice_levels",
        )
    if high <= low:
        return ()
    power = int(np.floor(np.log10((high - low) / (count + 1))))
    too_many: tuple[float, ...] = ()
    while True:
        for digit in _STEPS:
            values = _multiples(low, high, digit, power)
            if len(values) <= count:
                # Of 2 and 4, neither is a multiple of 5: then one of them.
                return values or too_many[:1]
            too_many = values
        power += 1


def _multiples(low: float, high: float, digit: int, power: int) -> tuple[float, ...]:
    """Multiples of a step strictly between two numbers, read as decimals: 0.3, not 0.1 × 3."""
    step = float(f"{digit}e{power}")
    numbers = range(int(np.floor(low / step)), int(np.ceil(high / step)) + 1)
    multiples = (float(f"{n * digit}e{power}") for n in numbers)
    return tuple(level for level in multiples if low < level < high)


# ---- the net and the levels ----


def _net(array: xr.DataArray, function: str) -> tuple[Floats, Floats, Floats]:
    """Coordinates of columns and rows, and the values, not-a-number where there is none."""
    require_array(array, function=function)
    if array.dims != _DIMENSIONS or min(array.shape) < _FEWEST_CENTRES:
        raise InputError(
            f"{function}: the array has dimensions {array.dims} and shape {array.shape}. Pass one "
            "of dimensions ('y', 'x') with at least 2 rows and 2 columns, since a line needs "
            "values on both sides; .transpose('y', 'x') may help.",
            code="caller.argument",
            function=function,
        )
    if array.rio.crs is None:
        raise CRSError(
            f"{function}: the array has no CRS. Call .rio.write_crs with the one it is in.",
            code="caller.crs",
            function=function,
        )
    x, y = array["x"].to_numpy().astype(float), array["y"].to_numpy().astype(float)
    for name, along in (("x", x), ("y", y)):
        steps = np.diff(along)
        if not (np.all(steps > 0) or np.all(steps < 0)):
            raise InputError(
                f"{function}: the coordinates {name!r} neither rise nor fall throughout. Pass the "
                f"raster as it was read, or call .sortby({name!r}).",
                code="caller.argument",
                function=function,
            )
    corners = shapely.points([[x[0], y[0]], [x[-1], y[-1]]])
    require_crs(gpd.GeoSeries(corners, crs=array.rio.crs), function=function)
    z = array.to_numpy().astype(float)
    # Where there is none, or it is not-a-number, no cell is equal to it.
    z[z == array.rio.nodata] = np.nan
    if np.isinf(z).any():
        raise InputError(
            f"{function}: {int(np.isinf(z).sum())} cells are infinite. Set them to not-a-number, "
            "as with .where(np.isfinite(array)), or correct them.",
            code="caller.argument",
            function=function,
        )
    return x, y, z


def _levels(levels: int | Sequence[float], z: Floats, function: str) -> list[float]:
    if isinstance(levels, int | np.integer) and is_whole(levels):
        finite = z[np.isfinite(z)]
        if not finite.size:
            return []
        return list(nice_levels(float(finite.min()), float(finite.max()), count=int(levels)))
    try:
        numbers = np.asarray(levels, dtype=float)
    except (TypeError, ValueError, OverflowError):
        numbers = np.array(np.nan)
    rising = numbers.ndim == 1 and bool(np.isfinite(numbers).all() and np.all(np.diff(numbers) > 0))
    if not rising or not 1 <= numbers.size <= _MOST_LEVELS:
        raise InputError(
            f"{function}: levels is {brief(levels)}. Allowed are 1 to {_MOST_LEVELS} finite "
            "numbers, each larger than the one before, or the greatest number of levels as a "
            "whole number.",
            code="option.levels",
            value=brief(levels),
            most=_MOST_LEVELS,
        )
    values: list[float] = numbers.tolist()
    return values


# ---- geometry ----


def _generator(x: Floats, y: Floats, z: Floats) -> ContourGenerator:
    from contourpy import (  # noqa: PLC0415  only contours need it
        FillType,
        LineType,
        contour_generator,
    )

    return contour_generator(
        x,
        y,
        np.ma.masked_invalid(z),
        name="serial",
        corner_mask=True,
        line_type=LineType.ChunkCombinedOffset,
        fill_type=FillType.ChunkCombinedOffsetOffset,
    )


def _multiline(generator: ContourGenerator, level: float) -> Any:  # noqa: ANN401  geometry or None
    chunks: Any = generator.lines(level)
    xy, ends = chunks[0][0], chunks[1][0]
    if xy is None:
        return None
    parts: Any = shapely.from_ragged_array(GeometryType.LINESTRING, xy, (_whole(ends),))
    # A level that is the value of a centre gives the same point more than once, and where that is
    # a pit, lines of no length.
    parts = shapely.remove_repeated_points(parts[shapely.length(parts) > 0])
    return shapely.multilinestrings(parts) if len(parts) else None


def _multipolygon(generator: ContourGenerator, low: float, high: float) -> Any:  # noqa: ANN401
    chunks: Any = generator.filled(low, high)
    xy, rings, polygons = chunks[0][0], chunks[1][0], chunks[2][0]
    if xy is None:
        return None
    offsets = _whole(rings), _whole(polygons)
    parts: Any = shapely.from_ragged_array(GeometryType.POLYGON, xy, offsets)
    whole: Any = shapely.multipolygons(parts)
    if not shapely.is_valid(whole):
        # Where a level is the value of a centre, parts touch themselves or have no area.
        whole = shapely.make_valid(whole, method="structure", keep_collapsed=False)
        pieces = shapely.get_parts(whole)
        whole = shapely.multipolygons(pieces[shapely.area(pieces) > 0])
    if shapely.is_empty(whole):
        return None
    return shapely.orient_polygons(shapely.remove_repeated_points(whole))


def _whole(offsets: Offsets) -> NDArray[np.int64]:
    return offsets.astype(np.int64)
