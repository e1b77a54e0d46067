"""The command line, as a user runs it; results as the library has them, on the real data."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from shapely import box

import geo
import layers
from app.commands import output
from geo.crs import reckoned_in
from layers import questions
from layers.outputs import remake
from layers.plan.area import VARIABLE, map_crs, open_plan
from layers.questions import autocorrelation, spacing
from layers.questions.centres import Centres
from layers.questions.clusters import Clusters
from layers.questions.hot_spots import HotSpots
from layers.questions.spacing import Spacing
from layers.questions.subjects import Points, Zones
from layers.record.specification import asked

if TYPE_CHECKING:
    from tests.conftest import Done

CHINESE = re.compile(r"[\u3400-\u9fff]")
INVESTMENT = "investment_100m_cny"

ROOT = Path(__file__).resolve().parents[3]
TINY = ROOT / "tests" / "areas" / "tiny"
PLATFORMS = Points.usual("platforms")
PROJECTS = Points("projects")
HEXAGONS = Zones("hexagons")


def table(done: Done) -> pd.DataFrame:
    return pd.DataFrame(json.loads(done.stdout))


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare all columns but geometry with those that were printed as JSON."""
    plain = pd.DataFrame(expected.drop(columns="geometry", errors="ignore"))
    assert found.columns.tolist() == plain.columns.tolist()
    for name in plain:
        if pd.api.types.is_numeric_dtype(plain[name]):
            numbers = found[name].to_numpy(dtype=float)
            np.testing.assert_allclose(numbers, plain[name].to_numpy(dtype=float), atol=1e-12)
        else:
            assert found[name].fillna("").tolist() == plain[name].fillna("").tolist()


# ---- layers ----


def test_a_command_says_what_it_can_and_starts_though_no_file_of_the_plan_is_sound(
    run, tmp_path: Path
) -> None:
    assert run("--version").stdout.split() == ["xiangjiang", version("xiangjiang-atlas")]
    whole = run("--help")
    assert whole.stderr == ""
    for file in layers.open_plan().folder.iterdir():
        (tmp_path / file.name).write_bytes(b"\xff")
    # Nor is loaded what only prints, rasters and some rules need, half of what a command may load.
    late = ("matplotlib", "rasterio", "scipy.optimize", "scipy.stats", "xarray")
    start = f"from app.cli import main; import sys; assert not sys.modules.keys() & {late}; main()"
    command = [sys.executable, "-c", start, "--help"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=120,
        env=os.environ | {VARIABLE: str(tmp_path)},
    )
    assert done.returncode == 2
    assert "area.yaml" in done.stderr
    assert "Traceback" not in done.stderr
    for name in ("layers", "show", "validate", "density", "coverage", "distribution", "pattern"):
        assert f"\n  {name} " in whole.stdout


def test_layers_lists_every_layer(run) -> None:
    listed = json.loads(run("layers", "--json").stdout)
    assert [row["name"] for row in listed] == layers.names()
    platforms = next(row for row in listed if row["name"] == "platforms")
    assert sum(platforms["evidence"].values()) == platforms["rows"]


def test_show_prints_and_writes(run, tmp_path: Path) -> None:
    assert "circle-gaoxin" in run("show", "circles").stdout
    rows = json.loads(run("show", "cities", "--json").stdout)
    assert [row["id"] for row in rows] == ["city-dakecheng", "city-kexuecheng"]
    run("show", "parks", "--output", tmp_path / "parks.csv")
    raw = (tmp_path / "parks.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert len(pd.read_csv(tmp_path / "parks.csv")) == len(layers.load("parks"))
    run("show", "circles", "--output", tmp_path / "circles.html")
    assert "高新区技术创新圈" in (tmp_path / "circles.html").read_text(encoding="utf-8")
    run("show", "sources", "--output", tmp_path / "sources.csv")
    assert len(pd.read_csv(tmp_path / "sources.csv")) == len(layers.load("sources"))


def test_validate_passes_on_the_real_data(run) -> None:
    assert json.loads(run("validate", "--json").stdout) == []


# ---- density ----


def test_density_writes_a_geotiff_with_crs_unit_and_tags(run, tmp_path: Path) -> None:
    path = tmp_path / "density.tif"
    done = run("density", "--bandwidth", 2000, "--cell", 500, "--output", path, "--json")
    summary = json.loads(done.stdout)
    assert (summary["units"], summary["bandwidth_rule"]) == ("1/km²", "given")
    with rasterio.open(path) as raster:
        assert raster.crs.to_epsg() == 4547
        assert raster.units[0] == "1/km²"
        assert raster.read(1, masked=True).max() == pytest.approx(summary["max"], rel=1e-6)
        assert raster.tags()["input_hash"] == summary["input_hash"]


def test_density_without_options_is_that_of_the_page(run) -> None:
    expected = questions.density_surface(questions.Density(PLATFORMS))
    summary = json.loads(run("density", "--json").stdout)
    assert summary["max"] == float(expected.max())
    assert summary["bandwidth_rule"] == "silverman"
    attrs = {key: value for key, value in expected.attrs.items() if not key.startswith("_")}
    assert {key: summary[key] for key in attrs} == attrs


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (
            ("--kernel", "gaussian", "--bandwidth", "1500", "--unit", "count"),
            {"kernel": "gaussian", "unit": "count"},
        ),
        (
            ("--kernel", "triangular", "--decay", "0.5", "--extent", "districts"),
            {"kernel": "triangular", "decay": 0.5, "extent": "districts"},
        ),
        (
            ("--adaptive", "--unit", "share", "--cell", "400"),
            {"adaptive": True, "unit": "share", "cell_size_m": 400.0},
        ),
        (("--method", "binned"), {"method": "binned"}),
        (("--method", "binned", "--tolerance", "1"), {"method": "binned", "tolerance_pct": 1.0}),
        (
            ("--bandwidth-column", "accuracy_m", "--cell", "200"),
            {"bandwidth_m": "accuracy_m", "cell_size_m": 200.0},
        ),
        (("--bounded",), {"study_area": "districts"}),
        (
            ("--study-area", "circles", "--no-edge-correction"),
            {"study_area": "circles", "edge_correction": False},
        ),
    ],
)
def test_each_option_of_density_is_that_of_the_library(run, words, options) -> None:
    bandwidth_m = 1500.0 if "--bandwidth" in words else 3000.0
    if "--bandwidth-column" not in words and "--bandwidth" not in words:
        words = (*words, "--bandwidth", "3000")
    if "--cell" not in words:
        words = (*words, "--cell", "1000")
    zones = {key: layers.zoning(options[key]) for key in ("study_area", "extent") if key in options}
    expected = geo.kernel_density(
        PLATFORMS.known(),
        **({"bandwidth_m": bandwidth_m, "cell_size_m": 1000.0, "decay": 0.0} | options | zones),
    )
    summary = json.loads(run("density", *words, "--json").stdout)
    assert summary["max"] == float(expected.max())
    for key in ("method", "kernel", "adaptive", "unit", "edge_correction", "bandwidth_rule"):
        assert summary[key] == expected.attrs[key]
    assert summary["error_bound_pct"] == expected.attrs["error_bound_pct"]
    assert summary["cells"] == [expected.sizes["y"], expected.sizes["x"]]
    assert summary["points_outside"] == expected.attrs["points_outside"]


def test_density_takes_a_weight_and_its_unit_says_so(run) -> None:
    words = ("--layer", "projects", "--sector", "machinery", "--weight", INVESTMENT)
    summary = json.loads(run("density", *words, "--bandwidth", 3000, "--json").stdout)
    points = Points("projects", sector=("machinery",))
    assert summary["weight_sum"] == pytest.approx(points.stated(INVESTMENT).sum())
    assert summary["units"] == "100 million CNY/km²"


def test_density_keeps_a_bandwidth_for_points_in_one_place_as_the_page_does(run) -> None:
    located = PLATFORMS.located()
    kinds = located.groupby("category").geometry.nunique()
    alone = kinds[kinds == 1].index[0]
    summary = json.loads(run("density", "--category", alone, "--json").stdout)
    assert summary["bandwidth_m"] == questions.FALLBACK_BANDWIDTH_M


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_density_writes_bands_or_isolines_at_the_levels_asked_for(run, tmp_path, suffix) -> None:
    common = ("density", "--bandwidth", 3000, "--output", tmp_path / f"of{suffix}")
    run(*common, "--levels", "0.1,0.2,0.5")
    bands = gpd.read_file(tmp_path / f"of{suffix}")
    assert bands["low"].tolist() == [0.0, 0.1, 0.2, 0.5]
    surface = questions.density_surface(questions.Density(PLATFORMS, 3000.0))
    expected = geo.filled_bands(surface, levels=(0.1, 0.2, 0.5))
    assert bands["area_km2"].tolist() == pytest.approx(expected["area_km2"].tolist())
    run(*common, "--show", "isolines", "--levels", 5)
    lines = gpd.read_file(tmp_path / f"of{suffix}")
    assert lines["value"].tolist() == geo.isolines(surface, levels=5)["value"].tolist()
    assert set(lines.geom_type) <= {"LineString", "MultiLineString"}


# ---- coverage and distribution ----


def test_coverage_and_distribution_agree_with_the_library(run, tmp_path: Path) -> None:
    rows = json.loads(run("coverage", "--distance", 2000, "--zoning", "circles", "--json").stdout)
    assert [row["id"] for row in rows] == layers.zoning("circles")["id"].tolist()
    for row in rows:
        assert row["covered_km2"] + row["uncovered_km2"] == pytest.approx(row["area_km2"])
    path = tmp_path / "projects.gpkg"
    run("distribution", "--weight", INVESTMENT, "--output", path)
    written = gpd.read_file(path)
    asked = questions.Distribution(PROJECTS, Zones("circles"), INVESTMENT)
    sums = questions.zone_counts(asked).set_index("id")["weight_sum"]
    assert written.set_index("id")["weight_sum"].to_dict() == sums.to_dict()
    assert written.crs.to_epsg() == 4490


@pytest.mark.parametrize(
    ("words", "zones"),
    [
        ((), Zones("circles")),
        (("--zoning", "squares", "--cell-m", "8000"), Zones("squares", 8000)),
        (("--zoning", "h3", "--h3", "6"), Zones("h3", h3_resolution=6)),
    ],
)
def test_distribution_counts_in_every_zoning(run, words, zones) -> None:
    done = run("distribution", *words, "--json")
    # As the page has it: the largest first, with the intervals of counts and ranks.
    found, counted = table(done), questions.Distribution(PROJECTS, zones)
    same(found, questions.Shown(counted, "count").answer())
    by_id = questions.zone_counts(counted).set_index("id")["count"]
    assert found.set_index("id")["count"].to_dict() == by_id.to_dict()
    assert "share_denominator points that lie in any zone" in done.stderr
    assert "that can have a place" in done.stderr
    assert "Zones: " in done.stderr


def test_distribution_counts_in_the_polygons_of_a_file(run, tmp_path: Path) -> None:
    west, south, east, north = PROJECTS.located().total_bounds
    middle = (west + east) / 2
    own = gpd.GeoDataFrame(
        {"name": ["西", "东"]},
        geometry=[box(west - 1, south - 1, middle, north + 1), box(middle, south, 114, north)],
        crs="EPSG:4490",
    )
    own.to_file(tmp_path / "own.geojson")
    found = table(run("distribution", "--zoning", tmp_path / "own.geojson", "--json"))
    assert set(found["name_zh"]) == {"西", "东"}
    # Some may lie beyond the two, which end with the dots on the map.
    assert len(PROJECTS.located()) - 5 < found["count"].sum() < len(PROJECTS.located())


def test_distribution_has_rates_where_there_is_a_population(run, tmp_path: Path) -> None:
    districts = layers.zoning("districts")
    west, south, east, north = districts.total_bounds
    # 10 persons in every cell of a hundredth of a degree.
    shape = int((north - south) / 0.01) + 3, int((east - west) / 0.01) + 3
    place = rasterio.transform.from_origin(west - 0.01, north + 0.01, 0.01, 0.01)
    path = tmp_path / "persons.tif"
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": "EPSG:4490"}
    with rasterio.open(
        path, "w", height=shape[0], width=shape[1], transform=place, **profile
    ) as raster:
        raster.write(np.full(shape, 10.0, dtype="float32"), 1)
    words = ("--zoning", "districts", "--measure", "per_10k", "--population", path)
    found = table(run("distribution", *words, "--json"))
    found = found.set_index("id").loc[districts["id"]]
    in_degrees = districts.geometry.map(lambda shape: shape.area).to_numpy()
    assert found["population"].to_numpy() == pytest.approx(10 * in_degrees / 0.01**2, rel=1e-3)
    rate = 10_000 * found["count"] / found["population"]
    assert found["per_10k_people"].tolist() == pytest.approx(rate.tolist())
    # The raster of the districts leaves out nothing; half of it does.
    with rasterio.open(
        path, "w", height=shape[0] // 2, width=shape[1], transform=place, **profile
    ) as raster:
        raster.write(np.full((shape[0] // 2, shape[1]), 10.0, dtype="float32"), 1)
    assert "in part" in run("distribution", *words).stderr


def test_distribution_draws_places_as_often_as_asked(run) -> None:
    asked = ("--weight", INVESTMENT)
    zones = Zones("circles").frame()
    money = PROJECTS.stated(INVESTMENT).fillna(0.0)
    expected = geo.uncertainty(
        PROJECTS.known(), zones, weights=money, draws=1500, seed=3, interval_pct=80.0
    )
    words = ("--draws", 1500, "--seed", 3, "--json")
    done = run("distribution", "uncertainty", *asked, "--interval", 80, *words)
    same(table(done), expected.zones)
    assert "draws 1500 · seed 3 · interval_pct 80" in done.stderr
    ahead = table(run("distribution", "ahead", *asked, *words))
    assert ahead["id"].tolist() == zones["id"].tolist()
    np.testing.assert_allclose(ahead[zones["id"]].to_numpy(), expected.ahead.to_numpy())


def test_uncertainty_without_options_is_that_of_the_page(run) -> None:
    asked = questions.Distribution(PROJECTS, Zones("circles"))
    same(table(run("distribution", "uncertainty", "--json")), questions.zone_draws(asked).zones)


def test_distribution_compares_the_mix_of_zones(run, tmp_path: Path) -> None:
    asked = questions.Distribution(PROJECTS, Zones("circles"))
    sectors = questions.categories(asked, "sector")
    by = ("distribution", "quotients", "--by", "sector")
    same(table(run(*by, "--json")), geo.location_quotient_table(sectors))
    narrow = geo.location_quotient_table(sectors, interval_pct=50.0)
    same(table(run(*by, "--interval", 50, "--json")), narrow)
    found = table(run("distribution", "specialisation", "--json")).set_index("id")["krugman_index"]
    assert found.tolist() == pytest.approx(geo.specialisation_index(sectors).tolist())
    # sector is what projects are grouped by where no column is named.
    found = table(run("distribution", "diversity", "--json")).set_index("id")
    assert found["hill_2"].tolist() == pytest.approx(geo.diversity(sectors)["hill_2"].tolist())
    sums = questions.categories(questions.Distribution(PROJECTS, asked.zones, INVESTMENT), "sector")
    found = table(run(*by, "--weight", INVESTMENT, "--json")).set_index("id")
    np.testing.assert_allclose(
        found.to_numpy(dtype=float), geo.location_quotients(sums).to_numpy(dtype=float)
    )
    run(*by, "--output", tmp_path / "quotients.csv")
    written = pd.read_csv(tmp_path / "quotients.csv", encoding="utf-8-sig")
    assert written["reading"].value_counts()["unclear"] > 0


def test_distribution_tells_concentration_with_its_parts(run, tmp_path: Path) -> None:
    words = ("distribution", "concentration", "--zoning", "hexagons")
    zones = questions.zone_counts(questions.Distribution(PROJECTS, HEXAGONS)).set_index("id")
    expected = geo.concentration_measures(zones["count"], areas=zones["area_km2"])
    found = json.loads(run(*words, "--json").stdout)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value)
    assert found["top_zone"] == expected.attrs["top_zone"]
    split = json.loads(run(*words, "--groups", "districts", "--json").stdout)
    assert split["theil_between"] + split["theil_within"] == pytest.approx(split["theil"])
    assert 0 < split["theil_between"] < split["theil"]
    # Circles overlap, and so have no measures by area.
    circles = json.loads(run("distribution", "concentration", "--json").stdout)
    assert "gini_by_area" not in circles
    run(*words, "--weight", INVESTMENT, "--output", tmp_path / "of.csv")
    written = pd.read_csv(tmp_path / "of.csv", encoding="utf-8-sig").set_index("measure")["value"]
    sums = questions.zone_counts(questions.Distribution(PROJECTS, HEXAGONS, weight=INVESTMENT))
    assert written["total"] == pytest.approx(sums["weight_sum"].sum())


# ---- pattern ----


def test_hot_spots_and_clusters_are_those_of_the_page(run, tmp_path: Path) -> None:
    asked = HotSpots(PLATFORMS, HEXAGONS)
    done = run("pattern", "hot-spots", "--json")
    same(table(done), asked.answer())
    assert "tested count" in done.stderr
    found = table(run("pattern", "clusters", "--json"))
    same(found, Clusters(PLATFORMS, HEXAGONS).answer())
    run("pattern", "--output", tmp_path / "hot.gpkg")
    written = gpd.read_file(tmp_path / "hot.gpkg")
    assert written["hot_spot"].tolist() == asked.answer()["hot_spot"].tolist()


def test_autocorrelation_is_that_of_the_page(run) -> None:
    expected = autocorrelation.overall(HotSpots(PLATFORMS, HEXAGONS)).reset_index()
    same(table(run("pattern", "global", "--json")), expected)


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (
            ("--rule", "rook", "--no-star", "--tolerance", "0.5"),
            {"rule": "rook", "star": False, "tolerance_m": 0.5},
        ),
        (
            ("--rule", "knn", "--k", "4", "--permutations", "499", "--seed", "7"),
            {"rule": "knn", "k": 4, "permutations": 499, "seed": 7},
        ),
        (("--rule", "knn"), {"rule": "knn", "k": 6}),
        (("--rule", "distance"), {"rule": "distance", "distance_m": 10_000.0}),
        (("--rule", "distance", "--distance", "7000"), {"rule": "distance", "distance_m": 7e3}),
    ],
)
def test_each_option_of_hot_spots_is_that_of_the_library(run, words, options) -> None:
    zones = questions.zone_counts(questions.Distribution(PROJECTS, Zones("squares", 6000)))
    with reckoned_in(map_crs()):
        expected = geo.hot_spots(zones, "count", **options)
    grid = ("--layer", "projects", "--zoning", "squares", "--cell-m", 6000)
    same(table(run("pattern", *grid, *words, "--json")), expected)


def test_other_looks_at_zones_take_their_options(run) -> None:
    zones = Zones("h3", h3_resolution=6)
    counted = questions.zone_counts(questions.Distribution(PROJECTS, zones, INVESTMENT))
    grid = ("--layer", "projects", "--zoning", "h3", "--h3", 6, "--weight", INVESTMENT)
    grid = (*grid, "--alpha", 0.2, "--permutations", 199)
    found = table(run("pattern", "clusters", *grid, "--json"))
    options = {"alpha": 0.2, "permutations": 199}
    found = found.drop(columns=["value_z", "around_z"])  # the axes of the scatter plot
    same(found, geo.local_autocorrelation(counted, "weight_sum", **options))
    done = run("pattern", "global", *grid, "--json")
    expected = geo.spatial_autocorrelation(counted, "weight_sum", **options).reset_index()
    same(table(done), expected)
    assert (
        "alpha 0.2 · crs_used EPSG:4547 (CGCS2000 / 3-degree Gauss-Kruger CM 114E) · "
        "projected_from EPSG:4490 (China Geodetic Coordinate System 2000) · tested weight_sum"
    ) in done.stderr


def test_spacing_is_that_of_the_page(run) -> None:
    once, every = (Spacing(PLATFORMS, once=once) for once in (True, False))
    same(table(run("pattern", "distance", "--json")), once.answer())
    with reckoned_in(map_crs()):
        expected = geo.ripley(
            PLATFORMS.located(),
            study_area=spacing.study_area(),
            distances_m=[500.0, 2000.0],
            simulations=99,
            interval_pct=90.0,
            seed=5,
        )
    words = ("--distances", "500,2000", "--simulations", 99, "--interval", 90, "--seed", 5)
    done = run("pattern", "distance", "--every", *words, "--json")
    same(table(done), expected)
    assert f"reading {expected.attrs['reading']}" in done.stderr
    for spaced, flag in ((once, ()), (every, ("--every",))):
        found = json.loads(run("pattern", "nearest", *flag, "--json").stdout)
        for name, value in spacing.nearest(PLATFORMS, once=spaced.once).items():
            assert found[name] == pytest.approx(value)
        assert found["reading"] == spacing.nearest(PLATFORMS, once=spaced.once).attrs["reading"]
    assert "ratio" in run("pattern", "nearest").stdout


def test_centres_and_ellipses_are_those_of_the_page(run, tmp_path: Path) -> None:
    asked = Centres(PLATFORMS, "category")
    same(table(run("pattern", "centres", "--json")), asked.answer())
    same(table(run("pattern", "ellipses", "--json")), asked.rings())
    by_level = Centres(PLATFORMS, "level").answer()
    same(table(run("pattern", "centres", "--by", "level", "--json")), by_level)
    weighted = Centres(PROJECTS, "sector", INVESTMENT).rings()
    words = ("--layer", "projects", "--weight", INVESTMENT)
    same(table(run("pattern", "ellipses", *words, "--json")), weighted)
    path = tmp_path / "two.geojson"
    run("pattern", "ellipses", "--deviations", 2, "--output", path)
    one, two = asked.rings(), gpd.read_file(path)
    assert two["category"].tolist() == one["category"].tolist()
    assert two["major_m"].tolist() == pytest.approx((2 * one["major_m"]).tolist())


def test_what_is_asked_is_written_down_printed_and_found_again(run, tmp_path: Path) -> None:
    path = tmp_path / "hot.yaml"
    words = ("pattern", "hot-spots", "--zoning", "squares", "--cell-m", 6000, "--no-star")
    found = table(run(*words, "--permutations", 499, "--spec", path, "--json"))
    assert "star: false" in run(*words, "--spec", "-").stdout
    assert "lang: en" in run("--lang", "en", *words, "--spec", "-").stdout
    same(table(run("answer", path, "--json")), found)
    run("snapshot", path, "--review", "internal", "--dpi", "60", "-o", tmp_path / "hot.png")
    spec, _ = remake(tmp_path / "hot.png")
    again = asked(spec)
    assert (again.star, again.permutations, again.zones.cell_m) == (False, 499, 6000)
    same(found, again.answer())


def test_a_file_of_points_lies_beside_the_specification_that_names_it(run, tmp_path) -> None:
    points = gpd.GeoDataFrame({"name": list("abcdef")}, geometry=PLATFORMS.located().geometry[:6])
    points.to_file(tmp_path / "own.geojson")
    words = ("coverage", "--layer", tmp_path / "own.geojson", "--zoning", "districts", "--json")
    found = table(run(*words, "--spec", tmp_path / "own.yaml"))
    assert "layer: own.geojson" in (tmp_path / "own.yaml").read_text(encoding="utf-8")
    same(table(run("answer", tmp_path / "own.yaml", "--json")), found)


def test_another_plan_has_its_own_layers_and_filters(run) -> None:
    done = run("density", "--plan", "hunan_hightech", "--help")
    assert "--stage" in done.stdout
    assert "--stage" not in run("density", "--help").stdout
    rows = table(run("distribution", "--json", "--plan=hunan_hightech"))
    with layers.open_plan("hunan_hightech"):
        assert set(rows["id"]) == set(layers.zoning("prefectures")["id"])


# ---- what is said meanwhile ----


def test_what_takes_long_is_said_on_standard_error_and_nothing_else_is(capsys, monkeypatch) -> None:
    monkeypatch.setattr(output, "SLOW_S", 0.01)
    with output.told_if_slow("density"):
        sleep(0.2)
    assert capsys.readouterr() == ("", "density …\n")
    monkeypatch.setattr(output, "SLOW_S", 60.0)
    with output.told_if_slow("density"):
        pass
    assert capsys.readouterr() == ("", "")


# ---- bad input ----


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "streets"), "there is no layer 'streets'"),
        (("show", "parks", "--output", "parks.shp"), ".gpkg"),
        (("show", "sources", "--output", "sources.html"), "take a .csv"),
        (
            ("doctor", "people.tif", "--output", "people.csv", "--aside", "a.csv"),
            "--output, --aside",
        ),
        (("fly",), "there is no command fly; choose from layers"),
        (("density", "--layer", "roads"), "no point layer 'roads'"),
        (("density", "--bandwidth", "-1"), "--bandwidth is -1.0; it can be: a number > 0"),
        (("density", "--bandwidth", "wide"), "--bandwidth cannot be wide. It can be: a number"),
        (("density", "--bandwidth-column", "name_zh"), "bandwidth"),
        (("density", "--bandwidth-column", "accuracy_m", "--bandwidth", "9"), "leave one"),
        (("density", "--kernel", "cosine"), "kernel"),
        (("density", "--method", "fast"), "exact"),
        (("density", "--unit", "per_ha"), "per_km2"),
        (("density", "--tolerance", "0"), "--tolerance"),
        (("density", "--weight", INVESTMENT), "has no column"),
        (("density", "--levels", "many"), "0.1,0.2,0.5"),
        (("density", "--levels", "0"), "0.1,0.2,0.5"),
        (("density", "--bounded", "--study-area", "circles"), "--study-area"),
        (("density", "--extent", "circles", "--bounded"), "extent and a study area"),
        (("density", "--study-area", "none.gpkg"), "there is no file"),
        (("density", "--output", "no/such/folder.tif"), "no folder"),
        (("coverage", "--category", "nothing"), "choose from"),
        (("distribution", "--zoning", "streets"), "choose from"),
        (("distribution", "--zoning", "none.gpkg"), "there is no file"),
        (("distribution", "--measure", "per_10k", "--population", "none.tif"), "there is no file"),
        (("distribution", "--measure", "per_10k"), "needs a population"),
        (("distribution", "quotients", "--by", "colour"), "no column 'colour'"),
        (("distribution", "uncertainty", "--draws", "10"), "draws"),
        (("distribution", "ahead", "--by", "sector"), "there is no option --"),
        (("distribution", "--groups", "districts"), "there is no option --"),
        (("distribution", "--draws", "2000"), "there is no option --"),
        (("distribution", "quotients", "--weight", INVESTMENT, "--interval", "50"), "--interval"),
        (("distribution", "quotients", "--output", "lq.gpkg"), "take a .csv"),
        (("pattern", "heat"), "too much is given: heat"),
        (("pattern", "--by", "level"), "there is no option --"),
        (("pattern", "centres", "--seed", "1"), "there is no option --"),
        (("density", "--plan", "nowhere"), "there is no plan"),
        (("pattern", "--k", "3"), "--rule knn"),
        (("pattern", "--distance", "3000"), "--rule distance"),
        (("pattern", "--rule", "bishop"), "queen"),
        (("pattern", "--zoning", "districts"), "only 5 zones"),
        (("pattern", "--zoning", "circles", "--rule", "knn"), "only 4 zones"),
        (("pattern", "--category", "university"), "only 3 points"),
        (("pattern", "--rule", "distance", "--distance", "100"), "lengthen"),
        (("pattern", "--permutations", "3"), "permutations"),
        (("pattern", "clusters", "--alpha", "2"), "alpha"),
        (("pattern", "distance", "--distances", "near"), "numbers"),
        (("pattern", "distance", "--distances", "500,100"), "must rise"),
        (("pattern", "distance", "--simulations", "2"), "simulations"),
        (("pattern", "nearest", "--category", "university"), "below 8"),
        (("pattern", "centres", "--by", "colour"), "choose from ['category'"),
        (("pattern", "ellipses", "--deviations", "0"), "deviations"),
        (("pattern", "ellipses", "--weight", INVESTMENT), "has no column"),
    ],
)
def test_bad_input_is_told_in_both_languages_with_exit_code_2(
    run, words: tuple[str, ...], said
) -> None:
    done = run(*words, code=2)
    *_, first, last = ["", *done.stderr.strip().splitlines()]
    assert "。" in first
    assert last.startswith("xiangjiang: ")
    assert said in last
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("lang", "is_chinese"), [("zh", True), ("en", False)])
def test_what_is_refused_is_told_in_the_language_that_was_chosen_alone(
    run,
    lang: str,
    is_chinese: bool,  # noqa: FBT001 - of a parametrized test
) -> None:
    for words in (
        ("fly",),
        ("show",),
        ("show", "streets"),
        ("show", "parks", "extra"),
        ("layers", "--jsn"),
        ("layers", "--json=yes"),
        ("density", "--bandwidth"),
        ("density", "--bandwidth", "wide"),
        ("density", "--bandwidth", "-1"),
        ("distribution", "uncertainty", "--draws", "many"),
        ("snapshot", "overview", "-o", "a.docx", "--review", "internal"),
        ("snapshot", "overview", "-o", "a.png", "--review", "internal", "--size", "A9"),
        ("check", "overview", "--profile", "secret"),
        ("doctor", "none.gpkg"),
        ("doctor", "none.gpkg", "--datum", "wgs"),
        ("locate", "--with", "baidu", "--output", "a.csv"),
        ("app", "--port", "99999"),
    ):
        for given in (("--lang", lang, *words), (*words, f"--lang={lang}")):
            said = run(*given, code=2).stderr.splitlines()
            assert [bool(CHINESE.search(line)) for line in said] == [is_chinese], said
    said = run("--lang", lang, code=2).stderr  # typer's own words of help, without a command
    assert bool(CHINESE.search(said)) == is_chinese == ("Usage" not in said), said


def test_pattern_refuses_zones_that_overlap_unless_neighbours_are_by_distance(
    run, tmp_path
) -> None:
    west, south, east, north = PLATFORMS.located().total_bounds
    width, height = (east - west) / 6, (north - south) / 6
    shapes = [
        box(west + x * width, south + y * height, west + (x + 2) * width, south + (y + 2) * height)
        for x in range(6)
        for y in range(6)
    ]
    path = tmp_path / "own.gpkg"
    gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4490").to_file(path)
    assert "zones overlap" in run("pattern", "--zoning", path, code=2).stderr
    found = table(run("pattern", "--zoning", path, "--rule", "knn", "--json"))
    assert len(found) == 36
    # Zones that are not of one size are held against each other by density.
    assert "tested density_per_km2" in run("pattern", "--zoning", path, "--rule", "knn").stderr


# ---- maps to take along


def test_an_atlas_is_made_with_its_series(run, tmp_path):
    path = tmp_path / "quarters.pdf"
    words = ("--review", "internal", "--pages", "quarters", "--dpi", "60", "-o", path)
    done = run("--plan", TINY, "snapshot", "coverage", *words)
    assert "wrote" in done.stdout + done.stderr
    with open_plan(TINY):
        spec, changed = remake(path)
    assert (spec.map, spec.pages, changed) == ("coverage", "quarters", [])


def test_a_snapshot_speaks_the_language_that_was_asked_for(run, tmp_path, monkeypatch):
    specs = []
    monkeypatch.setattr(
        "app.commands.snapshot.write_snapshot", lambda spec, *_, **__: specs.append(spec)
    )
    monkeypatch.setattr("app.commands.snapshot.wrote", lambda *_: None)
    for before in ((), ("--lang", "en"), ("--lang", "zh")):
        run(*before, "snapshot", "overview", "--review", "internal", "-o", tmp_path / "a.pptx")
    assert [spec.lang for spec in specs] == ["zh", "en", "zh"]
    own = tmp_path / "own.yaml"
    own.write_text("map: overview\nsheet: {review_number: internal, date: '2026-01-02'}\n", "utf-8")
    for after, date in (((), "2026-01-02"), (("--date", "2026-01-03"), "2026-01-03")):
        run("snapshot", own, *after, "-o", tmp_path / "a.pptx")
        assert specs[-1].sheet.date == date


def test_a_snapshot_is_made_and_made_again(run, tmp_path):
    path = tmp_path / "coverage.png"
    words = ("--review", "internal", "--size", "16:9", "--dpi", "60", "-o", path)
    run("--plan", TINY, "snapshot", "coverage", *words)
    first = path.read_bytes()
    assert first.startswith(b"\x89PNG")
    done = run("--plan", TINY, "rerun", path)
    assert "no data changed since" in done.stderr
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("snapshot", "overview", "-o", "map.png"), "review_number"),
        (("snapshot", "streets", "--review", "internal", "-o", "map.png"), "neither a map"),
        (("snapshot", "overview", "--review", "internal", "-o", "map.docx"), "choose from"),
        (("snapshot", "overview", "--review", "internal", "--size", "A9", "-o", "m.png"), "size"),
        (
            ("snapshot", "overview", "--review", "x", "--pages", "hexagons", "-o", "m.pdf"),
            "'parks'",
        ),
        (("snapshot", "overview", "--review", "x", "--pages", "parks", "-o", "m.png"), "one map"),
        (("rerun", "nothing.png"), "nothing.png"),
    ],
)
def test_a_snapshot_that_cannot_be_made_says_why(run, words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said in run(*words, code=2).stderr
    assert list(tmp_path.iterdir()) == []


def test_a_specification_lies_beside_the_files_that_it_names(run, tmp_path: Path) -> None:
    """Elsewhere another file of that name would be taken for it."""
    points = tmp_path / "a" / "points.csv"
    points.parent.mkdir()
    points.write_text("name,lon,lat\n甲,112.9,28.2\n乙,112.95,28.25\n", encoding="utf-8")
    asked = ("coverage", "zones", "--layer", points, "--zoning", "districts", "--json")
    told = run(*asked, "--spec", tmp_path / "spec.yaml", code=2).stderr
    assert str(points.parent) in told
    assert not (tmp_path / "spec.yaml").exists()
    said = run(*asked, "--spec", points.parent / "spec.yaml").stdout
    assert run("answer", points.parent / "spec.yaml", "--json").stdout == said


def test_a_raster_is_written_as_a_geotiff_or_not_at_all(run, tmp_path: Path) -> None:
    run("density", "--cell", "2000", "--output", tmp_path / "a.xyz", code=2)
    assert not (tmp_path / "a.xyz").exists()


def test_what_changed_since_names_files_of_ones_own(run, tmp_path: Path) -> None:
    points = tmp_path / "points.csv"
    points.write_text("name,lon,lat\n甲,103.62,28.21\n乙,103.66,28.24\n", encoding="utf-8")
    spec, map_file = tmp_path / "d.yaml", tmp_path / "d.html"
    small = ("--plan", TINY)
    run(*small, "density", "--layer", points, "--cell", "2000", "--spec", spec, "--json")
    run(*small, "snapshot", spec, "-o", map_file)
    points.write_text("name,lon,lat\n甲,103.62,28.21\n", encoding="utf-8")
    told = run(*small, "rerun", map_file, "-o", tmp_path / "e.html").stderr
    assert "changed since: " in told
    assert "points" in told


def test_levels_below_one_come_back_from_a_specification(run, tmp_path: Path) -> None:
    spec = tmp_path / "levels.yaml"
    said = run("density", "--cell", "1000", "--levels", "0.1,0.2,0.5", "--spec", spec, "--json")
    assert run("answer", spec, "--json").stdout == said.stdout


def test_what_is_left_out_is_counted_of_what_is_asked_about(run) -> None:
    assert "left out" not in run("overview", "--theme", "projects").stderr
    said = run("coverage", "--layer", "platforms").stderr
    placed, possible = layers.placed_share(PLATFORMS.chosen())
    assert f"可有位置的现有平台 {possible} 处" in said
    assert f"无位置 {possible - placed}" in said
