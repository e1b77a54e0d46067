"""Only results and the project's own errors leave a public function, whatever is passed."""

from __future__ import annotations

import inspect
import json
import re
import string
import warnings
from functools import cache
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401  gives arrays their .rio
import shapely
import xarray as xr
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio.errors import RasterioIOError
from rasterio.io import MemoryFile
from shapely import GeometryCollection, LineString, MultiPoint, Point, Polygon, box

import geo
import layers
from geo import datum
from geo.doors import door
from geo.errors import AtlasError, CallError, CRSError, InputError
from geo.wording import catalogue
from geo.zoned import likely_coverage
from layers import outputs
from layers.keeping import own_notes, own_points, pasted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EAST, NORTH = 500_000.0, 3_100_000.0
GEO = Path(geo.__file__).parent
# What reads and writes files has tests of its own.
FILES = {
    "geotiff_bytes",
    "read_file",
    "read_raster",
    "read_vector",
    "vector_bytes",
    "write_geotiff",
    "write_vector",
}


@cache
def functions() -> dict[str, Callable[..., Any]]:
    found = {name: getattr(each, name) for each in (geo, layers) for name in each.__all__}
    return {name: value for name, value in found.items() if inspect.isfunction(value)}


def in_the_city(crs: int = 4547, n: int = 12) -> gpd.GeoDataFrame:
    corner = np.array([EAST, NORTH])
    xy = np.random.default_rng(1).uniform(0, 3000, (n, 2)) + corner
    columns = {"v": np.arange(n) % 4, "kind": list("ab") * (n // 2), "accuracy_m": 100.0}
    return gpd.GeoDataFrame(columns, geometry=shapely.points(xy), crs=4547).to_crs(crs)


def squares(side: int = 3) -> gpd.GeoDataFrame:
    corners = [(EAST + 1000 * at, NORTH + 1000 * up) for at in range(side) for up in range(side)]
    columns = {"v": np.arange(side**2) * 7 % 5, "kind": list("abc") * (side**2 // 3)}
    shapes = [box(x, y, x + 1000, y + 1000) for x, y in corners]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4547)


def cells() -> xr.DataArray:
    step = 100 * np.arange(30.0)
    values = np.random.default_rng(0).uniform(0, 5, (30, 30)).round()
    coords = {"y": NORTH + 2950 - step, "x": EAST + 50 + step}
    return xr.DataArray(values, coords=coords, dims=("y", "x")).rio.write_crs(4547)


POINTS, ZONES, MANY, RASTER = in_the_city(), squares(), squares(6), cells()
TWO = in_the_city(n=2)
TABLE = pd.DataFrame([[3, 1], [0, 5], [2, 2]], index=list("xyz"), columns=["a", "b"])
TEST = {
    "zones": MANY,
    "column": "v",
    "rule": "knn",
    "k": 4,
    "permutations": 99,
    "seed": 0,
    "distance_m": None,
    "tolerance_m": 1.0,
}
# A call of every function that gives a result; each of its arguments is then replaced.
CALLS: dict[str, dict[str, Any]] = {
    "abramson_bandwidths_m": {"points": POINTS, "bandwidth_m": 500.0, "weights": "v"},
    "category_table": {"points": POINTS, "zones": ZONES, "category": "kind", "weights": "v"},
    "centres": {"points": POINTS, "by": "kind", "weights": "v"},
    "concentration_measures": {"values": [1, 2, 3], "areas": [1, 1, 2], "groups": None},
    "coverage_probability": {"sites": POINTS, "distance_m": 1000.0, "cell_size_m": 1500.0},
    "coverage": {
        "sites": TWO,
        "zones": ZONES,
        "distance_m": 300.0,
        "demand": POINTS,
        "demand_weights": "v",
    },
    "coverage_curve": {"sites": POINTS, "zones": ZONES, "distances_m": [100, 200]},
    "deviational_ellipses": {"points": POINTS, "by": "kind", "weights": None, "deviations": 1.0},
    "distribution": {"points": POINTS, "zones": ZONES, "weights": "v", "population": "v"},
    "diversity": {"table": TABLE},
    "filled_bands": {"array": RASTER, "levels": [1, 2, 3]},
    "geodesic_area_km2": {"geoms": ZONES},
    "geodesic_length_km": {"geoms": ZONES},
    "h3_cells": {"extent": ZONES, "resolution": 7},
    "hexagons": {"extent": ZONES, "size_m": 500.0},
    "hot_spots": TEST | {"star": True},
    "isolines": {"array": RASTER, "levels": [1, 2, 3]},
    "kernel_density": {
        "points": POINTS,
        "bandwidth_m": 500.0,
        "cell_size_m": 100.0,
        "kernel": "quartic",
        "decay": 0.0,
        "weights": "v",
        "adaptive": False,
        "extent": None,
        "study_area": None,
        "edge_correction": True,
        "unit": "per_km2",
        "method": "auto",
        "tolerance_pct": 0.1,
    },
    "local_autocorrelation": TEST | {"alpha": 0.05},
    "location_quotient_table": {"table": TABLE, "interval_pct": 90.0},
    "location_quotients": {"table": TABLE},
    "lorenz": {"values": [1, 2, 3], "areas": None},
    "nearest_areas": {"sites": POINTS, "within": ZONES},
    "nearest_neighbour_index": {"points": POINTS, "study_area": ZONES},
    "neighbour_graph": {"zones": ZONES, "rule": "queen", "k": 2, "distance_m": None},
    "nice_levels": {"low": 0.0, "high": 5.0, "count": 4},
    "require_crs": {"frame": POINTS},
    "require_same_crs": {"first": POINTS, "second": ZONES},
    "ripley": {
        "points": POINTS,
        "study_area": ZONES,
        "distances_m": [100, 200],
        "simulations": 19,
        "interval_pct": 95.0,
        "seed": 0,
    },
    "service_areas": {"sites": POINTS, "distance_m": 100.0},
    "silverman_bandwidth_m": {"points": POINTS, "kernel": "quartic", "decay": 0.0},
    "spatial_autocorrelation": TEST | {"alpha": 0.05},
    "specialisation_index": {"table": TABLE},
    "squares": {"extent": ZONES, "size_m": 500.0},
    "to_metric": {"frame": POINTS},
    "uncertainty": {
        "points": POINTS,
        "zones": ZONES,
        "weights": "v",
        "draws": 1000,
        "seed": 0,
        "interval_pct": 90.0,
    },
    "zonal_shares": {"raster": RASTER, "zones": ZONES},
    "people_in": {"counts": RASTER, "zones": ZONES},
    "population": {"raster": RASTER, "quantity": "count"},
    "zonal_statistics": {"raster": RASTER, "zones": ZONES, "statistics": ("mean", "sum")},
    "area_balance": {
        "parts": layers.load("planning_area"),
        "units": layers.load("districts"),
        "printed_km2": 1200.0,
    },
    "check": {"source": layers.read_spec("overview", review_number="internal")},
    "claims_of": {"feature_id": "platform-nscc-changsha"},
    "with_extents": {"frame": layers.load("platforms")},
    "counted": {"frame": POINTS},
    "describe": {"name": "parks"},
    "load": {"name": "parks"},
    "located": {"frame": POINTS},
    "members": {"target_id": "circle-gaoxin"},
    "names": {},
    "names_by_id": {"lang": "zh"},
    "open_plan": {"name": "xiangjiang"},
    "own_zones": {"frame": ZONES},
    "placed_share": {"frame": POINTS},
    "read_spec": {"source": {"map": "density", "sheet": {"review_number": "internal"}}},
    "resource": {"name": "parks"},
    "select": {"frame": POINTS, "criteria": {"kind": ["a"]}},
    "unlocated": {"frame": POINTS},
    "zoning": {"name": "squares", "cell_m": 5000.0, "h3_resolution": 7},
    "zoning_names": {},
}
# Whole maps are drawn for seconds: their options are tried where the maps are tested.
MAPS = {"map_document", "print_map", "snapshot", "web_map"}


def with_first(frame: gpd.GeoDataFrame, shape: object) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy().copy()
    shapes[0] = shape
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def hostile_frames(frame: gpd.GeoDataFrame) -> dict[str, object]:
    """Frames as they come: wrong places, wrong labels, wrong columns, wrong rows."""
    n = len(frame)
    degrees = frame.to_crs(4490)
    bow_tie = Polygon(
        [(EAST, NORTH), (EAST + 999, NORTH + 999), (EAST + 999, NORTH), (EAST, NORTH + 999)]
    )
    with np.errstate(invalid="ignore"):
        broken = Polygon([(EAST, NORTH), (EAST, np.nan), (EAST + 5, NORTH)])
    shapes = {
        "missing": None,
        "empty point": Point(),
        "empty polygon": Polygon(),
        "line": LineString([(EAST, NORTH), (EAST + 1, NORTH)]),
        "multipoint": MultiPoint([(EAST, NORTH), (EAST + 1, NORTH)]),
        "collection": GeometryCollection([Point(EAST, NORTH), box(EAST, NORTH, EAST + 9, NORTH)]),
        "polygon": box(EAST, NORTH, EAST + 9, NORTH + 9),
        "point": Point(EAST, NORTH),
        "bow-tie": bow_tie,
        "not-a-number": Point(np.nan, NORTH),
        "polygon with not-a-number": broken,
        "infinite": Point(np.inf, NORTH),
        "far": Point(EAST + 1e6, NORTH),
        "1e300": Point(1e300, NORTH),
    }
    columns = {
        "texts": "x",
        "not-a-number": np.nan,
        "negative": -1,
        "huge": 1e308,
        "next to nothing": 1e-320,
        "infinite": np.inf,
        "zero": 0,
        "truths": True,
        "complex": 1j,
        "dates": pd.Timestamp("2020-01-01"),
        "lists": [[1]] * n,
        "categories": pd.Categorical(["a"] * n),
        "missing whole numbers": pd.array([None] * n, dtype="Int64"),
    }
    twice = pd.concat([frame.drop(columns="geometry"), frame], axis=1)
    return {
        **{f"first is {name}": with_first(frame, shape) for name, shape in shapes.items()},
        **{
            f"columns of {name}": frame.assign(v=value, kind=value)
            for name, value in columns.items()
        },
        "accuracy negative": frame.assign(accuracy_m=-1.0),
        "accuracy huge": frame.assign(accuracy_m=1e308),
        "accuracy a text": frame.assign(accuracy_m="x"),
        "nothing": None,
        "text": "points",
        "number": 3,
        "list": [Point(EAST, NORTH)],
        "table": pd.DataFrame({"a": [1]}),
        "no rows": frame.iloc[:0],
        "one row": frame.iloc[:1],
        "two rows": frame.iloc[:2],
        "series": frame.geometry,
        "no CRS": frame.set_crs(None, allow_override=True),
        "degrees": degrees,
        "web mercator": frame.to_crs(3857),
        "Xi'an 80": degrees.set_crs(4610, allow_override=True),
        "degrees as metres": degrees.set_crs(4547, allow_override=True),
        "metres as degrees": frame.set_crs(4490, allow_override=True),
        "all missing": gpd.GeoDataFrame(
            frame.drop(columns="geometry"), geometry=[None] * n, crs=4547
        ),
        "with heights": frame.set_geometry(shapely.force_3d(frame.geometry.to_numpy(), 5.0)),
        "index repeats": frame.set_index(pd.Index([0] * n)),
        "index of two levels": frame.set_index(pd.MultiIndex.from_product([[0], range(n)])),
        "index missing": frame.set_index(pd.Index([np.nan] * n)),
        "columns twice": gpd.GeoDataFrame(twice, geometry="geometry", crs=4547),
        "two places": frame.assign(other=frame.geometry),
        "places under another name": frame.rename_geometry("shape"),
        "no places": gpd.GeoDataFrame({"a": [1]}),
        "column names are numbers": frame.rename(columns={"v": 0}),
        "no columns": frame[["geometry"]],
        "all in one place": frame.set_geometry([frame.geometry.iloc[0]] * n, crs=4547),
        "over the world": degrees.set_geometry(
            [Point(-170 + 340 * at / n, 80 * (-1) ** at) for at in range(n)], crs=4490
        ),
        "at the poles": degrees.set_geometry(
            [Point(114, 90), *[Point(114, -90)] * (n - 1)], crs=4490
        ),
        "over the antimeridian": degrees.set_geometry(
            [Point(179.9, 28), *[Point(-179.9, 28)] * (n - 1)], crs=4490
        ),
    }


def hostile_values() -> dict[str, object]:
    return {
        "nothing": None,
        "empty text": "",
        "a text": "abc",
        "digits": "5",
        "a column": "kind",
        "the places": "geometry",
        "bytes": b"x",
        "not-a-number": np.nan,
        "infinite": np.inf,
        "below infinite": -np.inf,
        "minus one": -1,
        "zero": 0,
        "next to nothing": 1e-300,
        "a billion": 10**9,
        "1e300": 1e300,
        "400 digits": 10**400,
        "true": True,
        "complex": 1j,
        "a half": 0.5,
        "whole of NumPy": np.int64(3),
        "NA": pd.NA,
        "date": pd.Timestamp("2020-01-01"),
        "object": object(),
        "dict": {},
        "set": {1},
        "empty list": [],
        "list": [1],
        "not-a-number in a list": [np.nan],
        "texts": ["a", "b"],
        "zeros": [0, 0, 0],
        "huge": [1e308] * 3,
        "falling": [3, 2, 1],
        "array": np.array([1.0, 2.0]),
        "table of numbers": np.ones((3, 3)),
        "one for each": -np.ones(12),
        "series": pd.Series([1.0, 2.0]),
        "frame": POINTS,
    }


def hostile_rasters() -> dict[str, object]:
    degrees = {"x": 113 + np.arange(30) * 0.01, "y": 28 - np.arange(30) * 0.01}
    return {
        "no rows": RASTER[:0],
        "one row": RASTER[:1],
        "one cell": RASTER[:1, :1],
        "no values": RASTER * np.nan,
        "infinite": RASTER.where(RASTER > 1, np.inf),
        "whole": RASTER.astype(int),
        "truths": RASTER > 1,
        "texts": RASTER.astype(str),
        "dates": RASTER.astype("datetime64[ns]"),
        "complex": RASTER.astype(complex),
        "objects": RASTER.astype(object),
        "three dimensions": RASTER.expand_dims("band"),
        "two bands": xr.concat([RASTER, RASTER], "band"),
        "no CRS": RASTER.drop_vars("spatial_ref"),
        "uneven": RASTER.assign_coords(x=RASTER.x**1.01),
        "no coordinates": xr.DataArray(RASTER.to_numpy(), dims=("y", "x")),
        "turned": RASTER.T,
        "degrees as metres": RASTER.assign_coords(degrees),
        "Xi'an 80": RASTER.assign_coords(degrees).rio.write_crs(4610),
        "constant": RASTER * 0 + 1,
        "huge": RASTER * 1e307,
        "dataset": RASTER.to_dataset(name="z"),
        "array": RASTER.to_numpy(),
        "nothing": None,
        "no file": "no-such-file.tif",
        "list": [1],
    }


def hostile_tables() -> dict[str, object]:
    return {
        "no rows": TABLE.iloc[:0],
        "no columns": TABLE[[]],
        "negative": -TABLE,
        "missing": TABLE * np.nan,
        "infinite": TABLE / 0.0,
        "zero": TABLE * 0,
        "one cell": TABLE.iloc[:1, :1],
        "texts": TABLE.astype(str),
        "columns twice": pd.concat([TABLE, TABLE], axis=1),
        "objects": TABLE.astype(object),
        "truths": TABLE > 1,
        "dates": TABLE.astype("datetime64[ns]"),
        "huge": TABLE * 1e308,
        "parts": TABLE * 0.5,
        "list": [[1, 2]],
        "nothing": None,
        "frame": POINTS,
    }


# Those of the frames above, each of which many functions take.
HOSTILE_FRAMES: dict[int, dict[str, object]] = {}


def hostile(call: dict[str, Any], name: str) -> dict[str, object]:
    value = ZONES if name in {"extent", "study_area"} else call[name]
    if isinstance(value, gpd.GeoDataFrame):
        if id(value) not in HOSTILE_FRAMES:
            HOSTILE_FRAMES[id(value)] = hostile_frames(value)
        frames = HOSTILE_FRAMES[id(value)]
        if reads_columns(call, name):
            return frames
        return {each: frame for each, frame in frames.items() if not each.startswith("columns of")}
    if isinstance(value, pd.DataFrame):
        return hostile_tables()
    if isinstance(value, xr.DataArray):
        return hostile_rasters()
    return hostile_values()


def reads_columns(call: dict[str, Any], name: str) -> bool:
    """Of sites and extents the places alone are asked for, of zones mostly."""
    if name == "zones":
        return not call.keys().isdisjoint({"column", "population"})
    return name not in {"extent", "sites", "study_area", "within"}


def refused(function: Callable[..., Any], call: dict[str, Any]) -> AtlasError | None:
    try:
        function(**call)
    except AtlasError as error:
        return error
    return None


def cases() -> list[tuple[str, str]]:
    return [(name, argument) for name, call in CALLS.items() for argument in call]


def test_every_public_function_is_tried_with_every_argument() -> None:
    everything = functions()
    assert set(everything) - FILES - MAPS == set(CALLS)
    for name, call in CALLS.items():
        assert set(call) <= set(inspect.signature(everything[name]).parameters)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have parts within reach worked out coarsely: what is refused does not depend on it."""
    monkeypatch.setattr(likely_coverage, "DRAWS", 20)
    monkeypatch.setattr(likely_coverage, "POINTS", 1_000)
    monkeypatch.setattr(likely_coverage, "_CELLS", 2_500)
    monkeypatch.setattr(likely_coverage, "_MOST_DISTANCES", 20_000)


@pytest.mark.parametrize("name", [name for name in CALLS if CALLS[name]])
def test_the_calls_themselves_give_a_result(name: str) -> None:
    functions()[name](**CALLS[name])


def test_every_seed_is_a_whole_number_of_zero_or_more() -> None:
    everything = functions()
    drawn = [name for name in CALLS if "seed" in inspect.signature(everything[name]).parameters]
    assert {"ripley", "hot_spots", "uncertainty"} <= set(drawn)
    for name, seed in product(drawn, (-1, 0.0, False, None)):
        refusal = refused(everything[name], {**CALLS[name], "seed": seed})
        assert isinstance(refusal, InputError), name
        assert refusal.code == "option.seed", name


@pytest.mark.parametrize(("name", "argument"), cases())
def test_nothing_but_own_errors_comes_out(name: str, argument: str) -> None:
    function, call = functions()[name], CALLS[name]
    for label, value in hostile(call, argument).items():
        # That zones were repaired may be said; a sum that overflows may not.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            refusal = refused(function, {**call, argument: value})
        if refusal is not None:
            assert "cannot be worked on" not in str(refusal), f"{label}: {refusal}"
            assert refusal.sentence("zh") != refusal.sentence("en"), label


# ---- the door itself ----


def test_every_public_function_has_a_door() -> None:
    without = [
        name for name, function in functions().items() if function.__code__.co_name != "passage"
    ]
    assert without == []
    brought = [
        member
        for each in (outputs, own_notes, own_points, pasted, layers.MapSpec)
        for key, member in vars(each).items()
        if inspect.isfunction(member)
        and key[0] != "_"
        and member.__module__ == getattr(each, "__module__", each.__name__)
    ]
    assert [each for each in brought if each.__code__.co_name != "passage"] == []
    shifts = [datum.convert, datum.gcj02_to_wgs84, datum.wgs84_to_gcj02, datum.bd09_to_gcj02]
    assert {shift.__code__.co_name for shift in shifts} == {"passage"}


FOREIGN = [
    KeyError("a"),
    IndexError("a"),
    TypeError("a"),
    ValueError("a"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "a"),
    UnboundLocalError("a"),
    AttributeError("a"),
    OverflowError("a"),
    ZeroDivisionError("a"),
    RecursionError("a"),
    OSError("a"),
    shapely.GEOSException("a"),
    np.linalg.LinAlgError("a"),
    pd.errors.MergeError("a"),
]


@pytest.mark.parametrize("error", FOREIGN, ids=lambda error: type(error).__name__)
def test_a_foreign_error_is_put_in_own_words(error: Exception) -> None:
    @door
    def measure() -> None:
        raise error

    with pytest.raises(InputError, match=rf"^measure: .*{type(error).__name__}") as caught:
        measure()
    assert caught.value.__cause__ is error
    assert caught.value.code == "refused.inside"


def test_what_libraries_raise_at_work_is_put_in_own_words() -> None:
    @door
    def beyond() -> None:
        Transformer.from_crs(CRS(4490), CRS(4547), always_xy=True).transform(
            0.0, 900.0, errcheck=True
        )

    @door
    def opened() -> None:
        with MemoryFile(b"nothing") as memory:
            memory.open()

    @door
    def ring() -> object:
        return shapely.from_wkt("POLYGON ((0 0, 1 1, 1 0, 2 2))")

    for function, cause in (
        (beyond, ProjError),
        (opened, RasterioIOError),
        (ring, shapely.GEOSException),
    ):
        with pytest.raises(InputError) as caught:
            function()
        assert isinstance(caught.value.__cause__, cause)


def test_no_memory_is_a_matter_of_cost() -> None:
    @door
    def large() -> None:
        raise MemoryError

    with pytest.raises(InputError, match="not enough memory") as caught:
        large()
    assert caught.value.code == "cost.memory"


def test_own_errors_stop_signals_and_wrong_calls_pass() -> None:
    own = CRSError("f: no.", code="crs.missing")

    @door
    def measure(value: int, *, error: BaseException | None = None) -> int:
        if error is not None:
            raise error
        return value + 1

    for error in (own, KeyboardInterrupt(), SystemExit()):
        with pytest.raises(type(error)) as caught:
            measure(1, error=error)
        assert caught.value is error
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        measure()
    with pytest.raises(TypeError, match="there is no option 'other'"):
        measure(1, other=2)
    with pytest.raises(InputError, match="TypeError"):  # raised inside
        measure("a")
    assert measure(1) == 2


def test_an_option_that_there_is_not_is_told_with_those_near_to_it() -> None:
    with pytest.raises(CallError, match=r"^kernel_density: .*'bandwith_m'; near is 'bandwidth_m'"):
        geo.kernel_density(POINTS, bandwith_m=500, cell_size_m=100)
    with pytest.raises(CallError, match=r"no option 'sigma'; there are \['points', 'zones'"):
        geo.distribution(POINTS, ZONES, sigma=1)
    with pytest.raises(
        CallError, match=r"^coverage: missing 1 required .*'distance_m'\.$"
    ) as caught:
        geo.coverage(POINTS, ZONES)
    assert caught.value.sentence("zh") != caught.value.sentence("en")
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("name", CALLS)
def test_every_function_tells_an_option_that_it_does_not_have(name: str) -> None:
    function = functions()[name]
    kinds = {each.kind for each in inspect.signature(function).parameters.values()}
    if inspect.Parameter.VAR_KEYWORD in kinds:  # the fields of a sheet are told by its schema
        return
    with pytest.raises(CallError, match=f"^{name}: there is no option 'unheard_of'"):
        function(**CALLS[name], unheard_of=1)


def test_a_door_keeps_signature_text_and_place() -> None:
    area = geo.geodesic_area_km2
    assert list(inspect.signature(area).parameters) == ["geoms"]
    assert area.__doc__ is not None
    assert area.__doc__.startswith("Areas of polygons")
    assert area.__name__ == "geodesic_area_km2"
    # doctest finds a function by its globals
    assert area.__globals__ is inspect.getmodule(area).__dict__


# ---- options without a meaning ----


def numeric_options() -> Iterator[tuple[str, str]]:
    """Options that are numbers, or lists of them, by what they are said to be or are."""
    for name, function in functions().items():
        for option, parameter in inspect.signature(function).parameters.items():
            said, value = str(parameter.annotation), CALLS.get(name, {}).get(option)
            first = value[0] if isinstance(value, list) and value else value
            is_number = isinstance(first, int | float) and not isinstance(first, bool)
            if name in CALLS and (is_number or re.search(r"\b(float|int)\b", said)):
                yield name, option


@pytest.mark.parametrize(("name", "option"), sorted(numeric_options()))
def test_no_option_takes_what_is_no_finite_number(name: str, option: str) -> None:
    call = CALLS[name] | ({"kernel": "triangular"} if option == "decay" else {})
    for value in (np.nan, np.inf, -np.inf, np.float64("nan"), [np.nan], [1.0, np.inf]):
        with pytest.raises(AtlasError) as caught:
            functions()[name](**call | {option: value})
        assert "cannot be worked on" not in str(caught.value), value


def test_there_are_numeric_options_to_try() -> None:
    found = set(numeric_options())
    assert {("coverage", "distance_m"), ("ripley", "interval_pct"), ("squares", "size_m")} <= found
    assert len(found) > 50


@pytest.mark.parametrize("distance_m", [1e-6, 0.999])
def test_a_service_distance_below_a_metre_is_refused(distance_m: float) -> None:
    for call in (
        lambda: geo.service_areas(POINTS, distance_m=distance_m),
        lambda: geo.coverage(POINTS, ZONES, distance_m=distance_m),
        lambda: geo.coverage_curve(POINTS, ZONES, distances_m=[100, distance_m]),
    ):
        with pytest.raises(InputError, match="metres from 1 on") as caught:
            call()
        assert caught.value.code == "option.between"
    assert len(geo.service_areas(POINTS, distance_m=1)) == len(POINTS)


@pytest.mark.parametrize("deviations", [0.09, 10.1, -1, np.nan])
def test_ellipses_of_no_or_of_far_too_many_deviations_are_refused(deviations: float) -> None:
    with pytest.raises(InputError, match=r"numbers from 0\.1 to 10"):
        geo.deviational_ellipses(POINTS, deviations=deviations)


@pytest.mark.parametrize("kernel", ["quartic", "triangular", "uniform", "gaussian"])
def test_a_kernel_that_may_miss_every_cell_is_refused_not_a_map_of_zeros(kernel: str) -> None:
    # cells of 1000 m: the corner of four is 1000 / √2 = 707 m from their centres; the Gaussian
    # reaches three bandwidths
    one = gpd.GeoSeries([Point(EAST, NORTH)], crs=4547)
    reach = 3 if kernel == "gaussian" else 1
    with pytest.raises(InputError, match="may reach no centre of a cell") as caught:
        geo.kernel_density(one, bandwidth_m=700 / reach, cell_size_m=1000, kernel=kernel)
    assert caught.value.code == "density.narrow"
    kept = geo.kernel_density(one, bandwidth_m=720 / reach, cell_size_m=1000, kernel=kernel)
    assert float(kept.max()) > 0


def test_weights_of_nothing_and_repeated_columns_are_refused() -> None:
    options = {"bandwidth_m": 500, "cell_size_m": 100}
    with pytest.raises(InputError, match="map would be empty"):
        geo.kernel_density(POINTS, weights=[0] * 12, **options)
    twice = gpd.GeoDataFrame(
        pd.concat([POINTS[["v"]], POINTS], axis=1), geometry="geometry", crs=4547
    )
    with pytest.raises(InputError, match="no column 'v'"):
        geo.kernel_density(twice, weights="v", **options)


def test_a_warning_points_to_who_called() -> None:
    bow_tie = Polygon([(5e5, 31e5), (5.1e5, 31.1e5), (5.1e5, 31e5), (5e5, 31.1e5)])
    zones = gpd.GeoSeries([bow_tie], crs=4547)
    for call in (
        lambda: geo.distribution(POINTS, zones),
        lambda: geo.coverage(POINTS, zones, distance_m=100),
    ):
        with pytest.warns(UserWarning, match="repaired") as caught:
            call()
        assert {warning.filename for warning in caught} == {__file__}


# ---- sentences ----


def test_every_code_of_the_gate_and_the_doors_has_a_sentence_in_both_languages() -> None:
    names = ("crs", "plausibility", "transformations", "doors", "arguments", "surface/density")
    text = "".join((GEO / f"{name}.py").read_text(encoding="utf-8") for name in names)
    codes = set(re.findall(r'code(?:, advice)? = "([a-z_]+\.[a-z_]+)"', text))
    codes |= set(re.findall(r'code="([a-z_]+\.[a-z_]+)"', text))
    assert len(codes) > 20
    assert codes <= set(catalogue())


def test_sentences_of_the_gate_are_in_one_language_and_name_no_code() -> None:
    words = chain.from_iterable(
        json.loads((GEO / "words" / f"{name}.json").read_text(encoding="utf-8")).items()
        for name in ("crs", "doors")
    )
    for code, both in words:
        named = {
            language: {field for _, field, _, _ in string.Formatter().parse(text) if field}
            for language, text in both.items()
        }
        assert named["zh"] == named["en"], code
        plain = re.sub(r"\{.*?\}|GIS|CGCS2000|Shapefile|\.prj|°E", "", both["zh"])
        assert not re.search(r"[A-Za-z]", plain), code
        for text in both.values():
            assert "EPSG" not in text
            assert "Python" not in text
