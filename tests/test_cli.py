"""The command line, as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import rasterio

import layers

COMMAND = [sys.executable, "-c", "from app.cli import main; main()"]
ROOT = Path(__file__).resolve().parents[1]


def run(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, check=False, cwd=ROOT, timeout=120
    )
    assert done.returncode == code, done.stderr
    return done


def test_layers_lists_every_layer() -> None:
    listed = json.loads(run("layers", "--json").stdout)
    assert [row["name"] for row in listed] == layers.names()
    platforms = next(row for row in listed if row["name"] == "platforms")
    assert sum(platforms["evidence"].values()) == platforms["rows"]


def test_show_prints_and_writes(tmp_path: Path) -> None:
    assert "circle-gaoxin" in run("show", "circles").stdout
    rows = json.loads(run("show", "cities", "--json").stdout)
    assert [row["id"] for row in rows] == ["city-dakecheng", "city-kexuecheng"]
    run("show", "parks", "--output", str(tmp_path / "parks.csv"))
    raw = (tmp_path / "parks.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert len(pd.read_csv(tmp_path / "parks.csv")) == len(layers.load("parks"))
    run("show", "circles", "--output", str(tmp_path / "circles.html"))
    assert "高新区技术创新圈" in (tmp_path / "circles.html").read_text(encoding="utf-8")


def test_validate_passes_on_the_real_data() -> None:
    verdicts = json.loads(run("validate", "--json").stdout)
    assert verdicts == dict.fromkeys(layers.names(), "ok")


def test_density_writes_a_geotiff_with_crs_and_unit(tmp_path: Path) -> None:
    path = tmp_path / "density.tif"
    done = run("density", "--bandwidth", "2000", "--cell", "500", "--output", str(path), "--json")
    summary = json.loads(done.stdout)
    with rasterio.open(path) as raster:
        assert raster.crs.to_epsg() == 4547
        assert raster.units[0] == "1/km²"
        assert raster.read(1, masked=True).max() == pytest.approx(summary["max_per_km2"], rel=1e-6)


def test_coverage_and_distribution_agree_with_the_library(tmp_path: Path) -> None:
    rows = json.loads(run("coverage", "--distance", "2000", "--zoning", "circles", "--json").stdout)
    assert [row["id"] for row in rows] == layers.zoning("circles")["id"].tolist()
    for row in rows:
        assert row["covered_km2"] + row["uncovered_km2"] == pytest.approx(row["area_km2"])
    path = tmp_path / "projects.gpkg"
    run("distribution", "--weight", "investment_100m_cny", "--output", str(path))
    written = gpd.read_file(path)
    assert written["count"].sum() > 0
    assert written.crs.to_epsg() == 4490


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "streets"), "there is no layer 'streets'"),
        (("density", "--layer", "roads"), "not a point layer"),
        (("density", "--bandwidth", "-1"), "bandwidth_m"),
        (("density", "--kernel", "cosine"), "kernel"),
        (("density", "--weight", "investment_100m_cny"), "has no column"),
        (("coverage", "--category", "nothing"), "choose from"),
        (("distribution", "--zoning", "streets"), "choose from"),
        (("show", "parks", "--output", "parks.shp"), ".gpkg"),
        (("fly",), "No such command"),
        (("density", "--bandwidth", "wide"), "valid number"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(words: tuple[str, ...], said: str) -> None:
    done = run(*words, code=2)
    assert said in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("xiangjiang: ")
    assert "Traceback" not in done.stderr
