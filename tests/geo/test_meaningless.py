"""Options whose result would be empty, constant or without meaning are refused, each by its fault.

Every refusal names the value, and what will do, in both languages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr
from shapely import Point, box

import geo
import layers
from geo.errors import AtlasError
from layers import questions
from layers.keeping.brought import keep_points, keep_raster, keep_zones
from layers.keeping.own_points import Roles, own_points
from layers.questions import zone_results
from layers.questions.distribution import Shown
from layers.questions.subjects import Points, Zones
from layers.record.specification import read_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EAST, NORTH = 500_000.0, 3_100_000.0


def grid(side: int, size_m: float) -> gpd.GeoDataFrame:
    corners = [
        (EAST + size_m * at, NORTH + size_m * up) for at in range(side) for up in range(side)
    ]
    values = np.arange(side**2) * 7 % 5
    shapes = [box(x, y, x + size_m, y + size_m) for x, y in corners]
    return gpd.GeoDataFrame({"v": values}, geometry=shapes, crs=4547)


PLACES = np.random.default_rng(1).uniform(0, 3000, (40, 2)) + np.array([EAST, NORTH])
SITES = gpd.GeoDataFrame(
    {"zero": 0, "kind": list("ab") * 20}, geometry=shapely.points(PLACES), crs=4547
)
ZONES, MANY = grid(3, 1000), grid(6, 500)
FAR = gpd.GeoSeries([box(EAST + 5e4, NORTH, EAST + 6e4, NORTH + 1e4)], crs=4547)
AREA = gpd.GeoSeries([box(EAST, NORTH, EAST + 3000, NORTH + 3000)], crs=4547)
PROJECTS, PLATFORMS, CIRCLES = Points("projects"), Points("platforms"), Zones("circles")


def density(**options: Any) -> xr.DataArray:
    return geo.kernel_density(SITES, **({"bandwidth_m": 500, "cell_size_m": 100} | options))


def own_square(west: float, south: float, size: float = 0.1) -> Zones:
    shapes = [box(west, south, west + size, south + size)]
    frame = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4490")
    return Zones(keep_zones(layers.own_zones(frame)))


def raster(value: float, at: tuple[float, float] = (112.0, 28.8)) -> str:
    x, y = at[0] + np.arange(200) / 100, at[1] - np.arange(150) / 100
    cells = xr.DataArray(np.full((150, 200), value), {"y": y, "x": x}, ("y", "x"))
    return keep_raster(cells.rio.write_crs("EPSG:4326"))


def distribution_map(**parameters: object) -> object:
    sheet = {"review_number": "internal"}
    return read_spec({"map": "distribution", "sheet": sheet, "parameters": parameters}).content()


def one_kind() -> Points:
    return Points("projects", sector=(PROJECTS.located()["sector"].iloc[0],))


# Fault → code of the refusal, and the call.
FAULTS: dict[str, tuple[str, Callable[[], object]]] = {
    "a study area that holds none of the points": (
        "density.none_inside",
        lambda: density(study_area=FAR),
    ),
    "an extent that no point reaches": ("density.none_inside", lambda: density(extent=FAR)),
    "weights that are all zero": ("density.weightless", lambda: density(weights="zero")),
    "a bandwidth as long as the study area": (
        "density.wide",
        lambda: density(study_area=AREA, bandwidth_m=4300),
    ),
    "a bandwidth as long as the extent": (
        "density.wide",
        lambda: density(extent=AREA, bandwidth_m=1e5),
    ),
    "a raster cell as large as the study area": (
        "density.one_cell",
        lambda: density(study_area=AREA, cell_size_m=2500, bandwidth_m=3000),
    ),
    "a bandwidth of nothing": ("option.metres", lambda: density(bandwidth_m=0)),
    "points in one place and no bandwidth": (
        "density.one_place",
        lambda: geo.silverman_bandwidth_m(SITES.iloc[:1]),
    ),
    "a reach of nothing": ("option.metres", lambda: geo.coverage(SITES, ZONES, distance_m=0)),
    "a reach beyond the whole area": (
        "zones.all_reached",
        lambda: geo.coverage(SITES, ZONES, distance_m=4300),
    ),
    "a curve of reaches beyond the whole area": (
        "zones.all_reached",
        lambda: geo.coverage_curve(SITES, ZONES, distances_m=[9000, 10_000]),
    ),
    "as many neighbours as zones": (
        "zones.neighbours",
        lambda: geo.neighbour_graph(ZONES, rule="knn", k=9),
    ),
    "a distance at which none has a neighbour": (
        "zones.no_neighbours",
        lambda: geo.neighbour_graph(ZONES, rule="distance", distance_m=10),
    ),
    "a distance at which all are neighbours": (
        "zones.all_neighbours",
        lambda: geo.neighbour_graph(ZONES, rule="distance", distance_m=1e5),
    ),
    "nearly all zones as neighbours in a test": (
        "zones.all_neighbours",
        lambda: geo.hot_spots(MANY, "v", rule="knn", k=35),
    ),
    "a column that is the same everywhere": (
        "zones.alike",
        lambda: geo.hot_spots(MANY.assign(v=3), "v"),
    ),
    "a level that so few permutations cannot reach": (
        "option.alpha",
        lambda: geo.local_autocorrelation(MANY, "v", permutations=99, alpha=0.001),
    ),
    "a global level that so few permutations cannot reach": (
        "option.alpha",
        lambda: geo.spatial_autocorrelation(MANY, "v", permutations=99, alpha=0.001),
    ),
    "a band that so few simulations do not have": (
        "option.draws",
        lambda: geo.ripley(SITES, study_area=AREA, simulations=19, interval_pct=99),
    ),
    "an interval that so few draws do not have": (
        "option.draws",
        lambda: geo.uncertainty(SITES, ZONES, draws=1000, interval_pct=99.9),
    ),
    "a study area of a pattern that holds no point": (
        "points.few",
        lambda: geo.ripley(SITES, study_area=FAR),
    ),
    "centres of weights that are all zero": (
        "own.nothing_located",
        lambda: geo.centres(SITES, weights="zero"),
    ),
    "concentration of nothing": ("zones.empty", lambda: geo.concentration_measures([0, 0])),
    "a population of nobody": (
        "population.zero",
        lambda: geo.population(layers.keeping.brought.kept_raster(raster(0.0))),
    ),
    # ---- asked of the layers ----
    "squares larger than the districts": (
        "zones.one_cell",
        lambda: layers.zoning("squares", cell_m=500_000),
    ),
    "hexagons larger than the districts": (
        "zones.one_cell",
        lambda: layers.zoning("hexagons", cell_m=500_000),
    ),
    "H3 cells larger than the districts": (
        "zones.h3_one_cell",
        lambda: layers.zoning("h3", h3_resolution=1),
    ),
    "a filter that leaves no place to count": (
        "own.nothing_located",
        lambda: questions.zone_counts(questions.Distribution(placeless(), CIRCLES)),
    ),
    "a filter that leaves no site": (
        "own.nothing_located",
        lambda: questions.covered_zones(questions.Coverage(placeless(), CIRCLES, 3000)),
    ),
    "a filter that leaves no demand": (
        "own.nothing_located",
        lambda: questions.covered_zones(questions.Coverage(PLATFORMS, CIRCLES, 3000, placeless())),
    ),
    "a filter that leaves no density": (
        "own.nothing_located",
        lambda: questions.density_surface(questions.Density(placeless(), 3000)),
    ),
    "amounts that are all zero": (
        "own.nothing_weighted",
        lambda: zone_results.table(
            Shown(questions.Distribution(own(weight="nil"), CIRCLES), "investment")
        ),
    ),
    "sectors of projects of one sector": (
        "mix.one_category",
        lambda: zone_results.table(Shown(questions.Distribution(one_kind(), CIRCLES), "sector")),
    ),
    "diversity of projects of one sector": (
        "mix.one_category",
        lambda: zone_results.table(Shown(questions.Distribution(one_kind(), CIRCLES), "diversity")),
    ),
    "quotients of projects of one sector": (
        "mix.one_category",
        lambda: zone_results.quotients(questions.Distribution(one_kind(), CIRCLES)),
    ),
    "quotients of one zone": (
        "mix.one_zone",
        lambda: zone_results.quotients(
            questions.Distribution(PROJECTS, own_square(112.0, 27.5, 1.5))
        ),
    ),
    "quotients of zones without a point": (
        "zones.empty",
        lambda: zone_results.quotients(questions.Distribution(PROJECTS, own_square(110.0, 27.0))),
    ),
    "a rate by a raster of another place": (
        "population.no_rate",
        lambda: questions.measured(
            questions.Distribution(
                PROJECTS, own_square(112.8, 28.1), population=raster(np.nan, (112.0, 28.8))
            ),
            "per_10k",
        ),
    ),
    "a scale that the measure has not": (
        "option.goes_not",
        lambda: distribution_map(measure="density", scale="share"),
    ),
    "classes of which there is one": ("spec.invalid", lambda: distribution_map(classes=1)),
    "a map of zones without a point": (
        "zones.empty",
        lambda: distribution_map(zoning=own_square(110.0, 27.0).name),
    ),
}


def own(**roles: str) -> Points:
    columns = {"name": ["a", "b"], "nil": [0, 0]}
    shapes = [Point(112.9, 28.2), Point(112.8, 28.1)]
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4490")
    return Points(keep_points(own_points(frame, title="own", roles=Roles(name="name", **roles))))


def placeless() -> Points:
    """Return points of one sector or level, of which none has a place."""
    for layer, column in (("projects", "sector"), ("platforms", "level"), ("parks", "level")):
        frame = layers.load(layer)
        for value, rows in frame.groupby(column):
            if layers.located(rows).empty:
                return Points(layer, **{column: (value,)})
    pytest.skip("every kind has a place")


@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_refused_in_both_languages(fault: str) -> None:
    code, call = FAULTS[fault]
    with pytest.raises(AtlasError) as caught:
        call()
    assert caught.value.code == code, str(caught.value)
    assert caught.value.sentence("zh") != caught.value.sentence("en")


# Just inside of what is refused.
@pytest.mark.parametrize(
    "call",
    [
        lambda: density(study_area=AREA, bandwidth_m=4200),
        lambda: density(study_area=AREA, cell_size_m=1500, bandwidth_m=3000),
        lambda: geo.coverage(SITES, ZONES, distance_m=4000),
        lambda: geo.neighbour_graph(ZONES, rule="knn", k=8),
        lambda: geo.neighbour_graph(ZONES, rule="distance", distance_m=1000),
        lambda: geo.local_autocorrelation(MANY, "v", permutations=99, alpha=0.02),
        lambda: geo.ripley(SITES, study_area=AREA, simulations=19, interval_pct=95),
        lambda: layers.zoning("squares", cell_m=100_000),
        lambda: layers.zoning("h3", h3_resolution=3),
    ],
)
def test_what_is_just_inside_is_answered(call: Callable[[], object]) -> None:
    call()


@pytest.fixture
def files(tmp_path: Path) -> dict[object, Path]:
    """Write points without an accuracy, and one zone around them."""
    shapes = [Point(112.8 + n / 100, 28.1 + n / 200) for n in range(10)]
    points = gpd.GeoDataFrame({"name": [f"p{n}" for n in range(10)]}, geometry=shapes, crs=4490)
    zone = gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(112, 27.5, 113.5, 28.8)], crs=4490)
    found: dict[object, Path] = {}
    for name, frame in (("PLACES", points), ("ZONE", zone)):
        found[name] = tmp_path / f"{name.lower()}.geojson"
        frame.to_file(found[name])
    return found


# Fault → options of the command line, and what is said.
CASES: dict[str, tuple[tuple[object, ...], str]] = {
    "isolines above the highest value": (
        ("density", "--levels", "1000,2000", "--show", "isolines", "-o", "lines.gpkg"),
        "none lies within the values",
    ),
    "bands above the highest value": (
        ("density", "--levels", "1000,2000", "-o", "bands.gpkg"),
        "none lies within the values",
    ),
    "cells larger than the area": (("coverage", "--zoning", "squares", "--cell-m", 531441), "long"),
    "H3 cells larger than the area": (("distribution", "--zoning", "h3", "--h3", 0), "wide"),
    "a reach beyond the area": (("coverage", "--distance", 400000), "every site reaches"),
    "a reach of nothing": (("coverage", "--distance", 0), "--distance is 0"),
    "quotients of one kind": (
        ("distribution", "quotients", "--sector", "electronics"),
        "there is only",
    ),
    "diversity of one kind": (
        ("distribution", "diversity", "--sector", "electronics"),
        "there is only",
    ),
    "concentration in one zone": (
        ("distribution", "concentration", "--zoning", "ZONE"),
        "only one zone",
    ),
    "groups of one zone each": (
        ("distribution", "concentration", "--zoning", "districts", "--groups", "districts"),
        "each is one of its own",
    ),
    "intervals of places that do not move": (
        ("distribution", "uncertainty", "--layer", "PLACES"),
        "no point has an accuracy_m",
    ),
    "a bandwidth beyond the study area": (
        ("density", "--bounded", "--bandwidth", 900000, "--cell", 1000),
        "as long as the whole area",
    ),
    "names for categories": (
        ("distribution", "quotients", "--by", "name_zh"),
        "names and no categories",
    ),
    "an interval of sums": (
        ("distribution", "quotients", "--weight", "investment_100m_cny", "--interval", 50),
        "--interval does not go with --weight",
    ),
    "edge correction without an edge": (
        ("density", "--no-edge-correction"),
        "goes with --bounded",
    ),
    "a tolerance of the exact sum": (
        ("density", "--method", "exact", "--tolerance", 2),
        "goes with --method auto / binned",
    ),
    "a width of zones that have none": (
        ("distribution", "--zoning", "districts", "--cell-m", 900),
        "goes with --zoning hexagons",
    ),
    "a resolution of zones that have none": (
        ("coverage", "--zoning", "hexagons", "--h3", 5),
        "goes with --zoning h3",
    ),
    "a level beyond the permutations": (
        ("pattern", "clusters", "--permutations", 99, "--alpha", 0.001),
        "permutations",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_command_line_refuses(
    run: Callable[..., str],
    files: dict[object, Path],
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[tuple[object, ...], str],
) -> None:
    words, said = case
    folder = files["ZONE"].parent
    monkeypatch.chdir(folder)
    told = run(*(files.get(word, word) for word in words), code=2).stderr.splitlines()
    assert said in told[-1]
    assert "。" in told[-2]
    assert len(list(folder.iterdir())) == len(files)


def test_the_command_line_says_that_no_point_lies_in_a_zone(run, tmp_path: Path) -> None:
    far = gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(110, 27, 110.1, 27.1)], crs=4490)
    far.to_file(tmp_path / "far.geojson")
    said = run("distribution", "--zoning", tmp_path / "far.geojson", code=0).stderr
    assert "所有分区的数都是 0" in said
    assert "All zones have 0" in said
