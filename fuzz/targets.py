"""What is tried with an input: every way in from outside, as the app and the commands take it."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr

import geo
from app import url_state, view_state
from fuzz import seeds
from fuzz.mutations import TEXTS, VALUES, mutated
from layers.containers import text_in
from layers.content import Sheet
from layers.outputs import output
from layers.outside_texts import Cleaner
from layers.slide_packages import clean_template
from layers.specification import MapSpec, read_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

SUFFIXES = (".gpkg", ".geojson", ".csv")
# Of the texts so many go all the way into a file, which takes a hundred times as long.
PRINTED = 0.01
DTYPES = (
    "int8",
    "uint16",
    "int64",
    "float32",
    "float64",
    "bool",
    "complex64",
    "datetime64[ns]",
    "timedelta64[ns]",
    "S3",
    "U5",
    "object",
)
CRSS = (4490, 4326, 4547, 3857, 4214, 4610, 32649, 4087, 3413, 5773, None)
KINDS = ("Point", "LineString", "Polygon", "MultiPolygon", "GeometryCollection", "None", "Empty")


def files(random: Random) -> Callable[[], object]:
    """Files of features, read as an upload is."""
    name, data = random.choice(seeds.vectors())
    others = [content for _, content in (*seeds.vectors(), *seeds.rasters())]
    broken = mutated(data, others, random)
    if random.random() < 0.1:
        name = f"a{random.choice(seeds.vectors())[0][1:]}"
    return lambda: geo.read_file(broken, name)


def rasters(random: Random) -> Callable[[], object]:
    """Rasters, read as a population is, and asked how many people they hold."""
    _, data = random.choice(seeds.rasters())
    broken = mutated(data, [content for _, content in seeds.rasters()], random)
    return lambda: geo.population(geo.read_raster(broken))


def writers(random: Random) -> Callable[[], object]:
    """Frames of odd columns, written."""
    frame, suffix = _frame(random), random.choice(SUFFIXES)
    return lambda: geo.vector_bytes(frame, suffix)


def arrays(random: Random) -> Callable[[], object]:
    """Arrays of odd dtypes and coordinates, written."""
    array = _array(random)
    return lambda: geo.geotiff_bytes(array)


def specifications(random: Random) -> Callable[[], object]:
    """Specifications of maps."""
    data = _specification()
    text = json.dumps(data)
    broken = mutated(text.encode(), [text.encode()], random)
    try:
        given = json.loads(broken)
    except (ValueError, RecursionError):
        given = {"map": broken.decode("utf-8", "replace")}
    return lambda: read_spec(given if isinstance(given, dict) else {"map": given})


@cache
def _specification() -> dict[str, Any]:
    return {
        "map": "density",
        "parameters": {"layer": "platforms", "category": ["laboratory"], "bandwidth_m": 3000.0},
        "sheet": {"title": "图", "review_number": "internal", "size": "A4", "notes": ["注"]},
        "lang": "zh",
        "extent": [112.5, 28.0, 113.0, 28.4],
        "base": "vector",
        "symbology": {"colours": {"parks": "#B5651D"}, "ramp": "cividis"},
    }


def _frame(random: Random) -> gpd.GeoDataFrame:
    rows = random.choice((0, 1, 3))
    index, columns = _index(rows, random), {}
    for _ in range(random.randrange(6)):
        name = random.choice((*TEXTS, *VALUES[:6], 3, ("a", "b"), "geometry", "fid", "geom", "FID"))
        cells = np.empty(rows, dtype=object)
        for row in range(rows):
            cells[row] = random.choice(VALUES)
        columns[name] = pd.Series(cells, index=index, dtype="object")
    table = pd.DataFrame(dict(enumerate(columns.values())), index=index, dtype="object")
    table.columns = pd.Index(list(columns), dtype="object", tupleize_cols=False)
    for name in list(table.columns):
        if random.random() < 0.3:
            wanted = random.choice((*DTYPES, "category", "Int64", "boolean", "string", "str"))
            try:
                table[name] = table[name].astype(wanted)
            except (TypeError, ValueError, OverflowError):
                continue
    shapes = np.array([_shape(random) for _ in range(rows)], dtype=object)
    place = random.choice(("geometry", "geom", "形状"))
    if place in table.columns:
        table = table.drop(columns=place)
    return gpd.GeoDataFrame(
        table.assign(**{place: gpd.array.from_shapely(shapes)}),
        geometry=place,
        crs=random.choice(CRSS),
    )


def _index(rows: int, random: Random) -> Any:
    return random.choice(
        (
            pd.RangeIndex(rows),
            pd.Index(["a"] * rows, dtype="object"),
            pd.MultiIndex.from_arrays([range(rows), range(rows)], names=["a", None]),
        )
    )


def _shape(random: Random) -> Any:
    scale = random.choice((1e-9, 1.0, 90.0, 1e6, 1e300))
    xy = [
        (112.9 + random.uniform(-1, 1) * scale, 28.2 + random.uniform(-1, 1) * scale)
        for _ in range(4)
    ]
    kind = random.choice(KINDS)
    if kind in ("Point", "LineString") and random.random() < 0.1:
        xy[0] = (random.choice((float("nan"), float("inf"))), 28.0)
    if kind == "None":
        return None
    if kind == "Empty":
        return shapely.Polygon()
    if kind == "Point":
        return shapely.Point(xy[0])
    if kind == "LineString":
        return shapely.LineString(xy)
    polygon = shapely.Polygon(xy)
    if kind == "Polygon":
        return polygon
    return (
        shapely.MultiPolygon([polygon, polygon])
        if kind == "MultiPolygon"
        else shapely.GeometryCollection([polygon, shapely.Point(xy[0])])
    )


def _array(random: Random) -> xr.DataArray:
    rows, columns = (random.choice((0, 1, 2, 5)) for _ in range(2))
    dtype = random.choice(DTYPES)
    cells = np.array([[random.choice((0, 1, 5)) for _ in range(columns)] for _ in range(rows)])
    cells = cells.reshape(rows, columns)
    if dtype == "float64" and cells.size:
        cells = cells * random.choice((1.0, 1e300, float("inf"), float("nan")))
    along = {
        "even": lambda n: np.arange(n) * 100.0,
        "odd": lambda n: np.array([random.uniform(0, 1000) for _ in range(n)]),
        "same": np.zeros,
        "nan": lambda n: np.full(n, np.nan),
    }
    names = random.choice((("y", "x"), ("y", "x"), ("x", "y"), ("lat", "lon")))
    array = xr.DataArray(
        cells.astype(dtype),
        coords={
            name: random.choice(list(along.values()))(size)
            for name, size in zip(names, (rows, columns), strict=True)
        },
        dims=names,
        name=random.choice((None, "密度", "a\x00b")),
    )
    crs = random.choice(CRSS)
    if crs is not None:
        array = array.rio.write_crs(crs)
    array.attrs |= {random.choice(TEXTS): random.choice(VALUES) for _ in range(random.randrange(3))}
    if random.random() < 0.3:
        array.attrs["_FillValue"] = random.choice(VALUES)
    return array


def addresses(random: Random) -> Callable[[], object]:
    """Parameters of a page's address, as every kind of control and the map take them."""
    raw = _parameter(random)
    parsers = (
        url_state.one_of(["zh", "en", "250"]),
        url_state.some_of(["park", "campus"]),
        url_state.whole_number(100, 1000, step=50),
        url_state.truth,
    )

    def tried() -> object:
        value = url_state.read(raw)
        extent = view_state.extent(raw)
        return [
            *(parse(value) for parse in parsers),
            extent,
            view_state.visible(raw),
            view_state.base(raw),
        ]

    return tried


def texts(random: Random) -> Callable[[], object]:
    """Titles and names of any characters, cleaned for every output; a few of them printed."""
    words = _words(random)
    if random.random() > PRINTED:
        return lambda: [
            Cleaner(drawn=drawn).text(words, most, lines=lines)
            for drawn in (True, False)
            for most, lines in ((60, 1), (240, 3), (10_000, None))
        ]
    sheet = Sheet(title=words, review_number="internal", author=words, size="A4", dpi=50)
    suffix = random.choice((".png", ".pptx", ".gpkg"))
    return lambda: output(MapSpec("layer", sheet, {"layer": "cities"}), suffix)


def templates(random: Random) -> Callable[[], object]:
    """Presentations that slides are to look like."""
    deck = seeds.deck()
    broken = mutated(deck, [content for _, content in seeds.vectors()], random)
    return lambda: clean_template(broken)


def records(random: Random) -> Callable[[], object]:
    """Files of the atlas that came back changed, asked for their record."""
    suffix, data = random.choice(seeds.outputs())
    broken = mutated(data, [content for _, content in seeds.outputs()], random)
    return lambda: text_in(broken, suffix, name="back")


def _parameter(random: Random) -> str:
    kind = random.randrange(5)
    if kind == 0:
        return random.choice(TEXTS)
    if kind == 1:
        return random.choice('[{-9"ae') * random.choice((1, 10, 5000))
    if kind == 2:
        return json.dumps([random.choice(VALUES) for _ in range(random.randrange(4))], default=str)
    if kind == 3:
        return ",".join(str(random.choice((28.2, 1e9, -0.0, "x", ""))) for _ in range(5))
    return _words(random)


def _words(random: Random) -> str:
    """Give any characters that there are, and some that are not."""
    pieces = []
    for _ in range(random.choice((0, 1, 3, 12, 200))):
        kind = random.randrange(4)
        if kind == 0:
            pieces.append(chr(random.randrange(0x110000)))
        elif kind == 1:
            pieces.append(chr(random.randrange(0x2000, 0x2100)))
        elif kind == 2:
            pieces.append(random.choice(TEXTS)[:300])
        else:
            pieces.append(random.choice(["湘江", "\n", "$", "\\foo", "<", "&amp;", "\u0301" * 9]))
    return "".join(pieces)


TARGETS: dict[str, Callable[[Random], Callable[[], object]]] = {
    "files": files,
    "rasters": rasters,
    "writers": writers,
    "arrays": arrays,
    "specifications": specifications,
    "addresses": addresses,
    "texts": texts,
    "templates": templates,
    "records": records,
}
