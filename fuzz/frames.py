"""Frames and arrays of odd columns, dtypes, shapes and CRSs, most of them ones to write."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from pyproj import Transformer

from fuzz.mutations import TEXTS, VALUES

if TYPE_CHECKING:
    from random import Random

NUMBERS = (
    *("int8", "uint16", "int64", "uint64", "float16", "float32", "float64", "bool", "complex64"),
    *("datetime64[ns]", "datetime64[s]", "timedelta64[ns]", "S3", "U5", "object"),
)
COLUMNS = (
    *(*NUMBERS, "category", "Int64", "UInt8", "Float32", "boolean", "string", "str", "Sparse[int]"),
    *("datetime64[ns, Asia/Shanghai]", "period[D]", "interval", "int64[pyarrow]", "bool[pyarrow]"),
)
CRSS = (4490, 4326, 4547, 4479, 3857, 4214, 4610, 32649, 4087, 3413, 5773, 4978, 4979, 4513, 4525)
NAMES = ("fid", "FID", "geom", "geometry", "OGC_FID", "lon", "lat", "wkt", "ROWID", "type", "id")
KINDS = (
    *("Point", "LineString", "Polygon", "MultiPolygon", "MultiPoint", "GeometryCollection"),
    *("LinearRing", "Point Z", "None", "Empty"),
)
# How many are not ones to write, so that refusals are tried as well.
ODD = 0.1


def frame(random: Random) -> gpd.GeoDataFrame:
    """Return a frame of features of any columns, most of them lying where their CRS can say.

    Parameters
    ----------
    random
        What decides.
    """
    rows = random.choice((0, 1, 3, 3, 17))
    index, columns = _index(rows, random), {}
    for _ in range(random.randrange(6)):
        name = random.choice((*TEXTS, *VALUES[:6], 3, ("a", "b"), *NAMES))
        columns[name] = _column(rows, index, random)
    table = pd.DataFrame(dict(enumerate(columns.values())), index=index)
    table.columns = pd.Index(list(columns), dtype="object", tupleize_cols=False)
    place = random.choice(("geometry", "geom", "形状"))
    if place in table.columns:
        table = table.drop(columns=place)
    crs = random.choice(CRSS) if random.random() > ODD else None
    kinds = random.choice((KINDS, (random.choice(KINDS),)))
    shapes = np.array([_shape(random.choice(kinds), crs, random) for _ in range(rows)], object)
    features = table.assign(**{place: gpd.array.from_shapely(shapes)})
    return gpd.GeoDataFrame(features, geometry=place, crs=crs)


def array(random: Random) -> xr.DataArray:
    """Return an array of any dtype, most of them ones to write.

    Parameters
    ----------
    random
        What decides.
    """
    odd = random.random() < ODD
    rows, columns = (random.choice((0, 1, 2) if odd else (2, 5, 33)) for _ in range(2))
    dtype = random.choice(NUMBERS if odd else NUMBERS[:8])
    cells = np.array([random.choice((0, 1, 5, 100)) for _ in range(rows * columns)], float)
    if dtype.startswith("float") and cells.size:
        cells[0] = random.choice((1e300, -1e-320, 3.5e38, float("inf"), float("nan"), 2.0**24 + 1))
    names = random.choice((("x", "y"), ("lat", "lon"), ("y", "x"))) if odd else ("y", "x")
    with np.errstate(all="ignore"):
        values = cells.reshape(rows, columns).astype(dtype)
    coordinates = {
        name: _along(size, random, odd=odd)
        for name, size in zip(names, (rows, columns), strict=True)
    }
    given = xr.DataArray(values, coords=coordinates, dims=names)
    given.name = random.choice((None, "密度", "a\x00b", 3, *TEXTS[:5]))
    if not odd or random.random() < 0.5:
        given = given.rio.write_crs(random.choice(CRSS))
    given.attrs |= {random.choice(TEXTS): random.choice(VALUES) for _ in range(random.randrange(4))}
    for key in ("units", "long_name", "source", "_FillValue", "scale_factor", "nodata", "missing"):
        if random.random() < 0.15:
            given.attrs[key] = random.choice((*VALUES, 0, 5, np.float32(3), "-9999", b"x"))
    return given


def _along(size: int, random: Random, *, odd: bool) -> Any:
    even = np.arange(size) * random.choice((100.0, -100.0, 0.01, 1e-7, 1e9)) + 112.9
    if not odd:
        return even.astype("float32") if random.random() < ODD else even
    kind = random.randrange(5)
    if kind == 0:
        return [random.uniform(0, 1000) for _ in range(size)]
    if kind == 1:
        return np.zeros(size)
    if kind == 2:
        return np.full(size, np.nan)
    return [str(each) for each in even] if kind == 3 else np.arange(size).astype("datetime64[D]")


def _column(rows: int, index: pd.Index, random: Random) -> pd.Series:
    """Give a column of one dtype, or of anything there is."""
    cells = np.empty(rows, dtype=object)
    sample = random.choice((VALUES, TEXTS, [0, 1, 7], [0.5, None], [True, False], ["2024-05-01"]))
    for row in range(rows):
        cells[row] = random.choice(sample)
    column = pd.Series(cells, index=index, dtype="object")
    if random.random() < 0.7:
        try:
            return column.astype(random.choice(COLUMNS))
        except (TypeError, ValueError, OverflowError, ArithmeticError, NotImplementedError):
            return column
    return column


def _index(rows: int, random: Random) -> pd.Index:
    return random.choice(
        (
            pd.RangeIndex(rows),
            pd.Index(["a"] * rows, dtype="object"),
            pd.MultiIndex.from_arrays([range(rows), range(rows)], names=["a", None]),
            pd.date_range("2024-01-01", periods=rows, tz="Asia/Shanghai"),
            pd.Index(np.arange(rows) * 0.5, name="fid"),
        )
    )


def _shape(kind: str, crs: int | None, random: Random) -> Any:
    x, y = _place(crs)
    width = 0.01 if abs(x) <= 180 else 1000.0
    if random.random() < ODD:
        width *= random.choice((1e-9, 1e4, 1e9, 1e290))
    xy = [(x + random.uniform(-1, 1) * width, y + random.uniform(-1, 1) * width) for _ in range(4)]
    polygon = shapely.Polygon(xy)
    ring = shapely.LinearRing(xy)
    if kind in {"Point", "LineString"} and random.random() < ODD / 5:
        xy[0] = (random.choice((float("nan"), float("inf"))), 28.0)
    shapes = {
        "None": None,
        "Empty": random.choice((shapely.Polygon(), shapely.Point(), shapely.MultiPoint())),
        "Point": shapely.Point(xy[0]),
        "Point Z": shapely.Point(*xy[0], 5.0),
        "LineString": shapely.LineString(xy),
        "LinearRing": ring,
        "Polygon": polygon,
        "MultiPoint": shapely.MultiPoint(xy),
        "MultiPolygon": shapely.MultiPolygon([polygon, shapely.Polygon(xy[1:])]),
        "GeometryCollection": shapely.GeometryCollection([polygon, shapely.Point(xy[0])]),
    }
    return shapes[kind]


@cache
def _place(crs: int | None) -> tuple[float, float]:
    """Where Changsha lies in a CRS, or numbers that are as good as any."""
    if crs is None:
        return 112.9, 28.2
    x, y = Transformer.from_crs(4490, crs, always_xy=True).transform(112.9, 28.2)[:2]
    return (x, y) if np.isfinite([x, y]).all() else (112.9, 28.2)
