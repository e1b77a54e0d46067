"""The document of a web map is as its schema says, and the page reads all that the schema says."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401 - gives DataArray its .rio accessor
import shapely
import xarray as xr
from playwright.sync_api import Page

from layers.look.overlays import Choropleth, Features, Isolines, Points, Surface, result_names
from layers.look.styles import looks, symbols
from layers.look.symbology import layer_styles
from layers.look.tiling import Matrix
from layers.plan.catalogue import load
from layers.plan.strict_schema import Validator
from layers.record.specification import read_spec
from layers.scene.strokes import outline
from layers.web import display
from layers.web.document import content_document, map_document, to_json
from layers.web.encoding import columnar, shape_of
from layers.web.references import zones_alone
from layers.web.webmap import ASSETS, AtlasMap

pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")

SCHEMA = json.loads((ASSETS.parent / "web" / "document.schema.json").read_text("utf-8"))
MAPS = [
    {"map": "overview", "parameters": {"theme": "all"}},
    {"map": "density"},
    {"map": "coverage", "lang": "en"},
    {"map": "distribution"},
    {"map": "pattern"},
    {"map": "layer", "lang": "en", "parameters": {"layer": "parks"}},
]
# Read with a kind of geometry that this map has not, or when tiles are asked of another host.
UNREAD = {
    "layers[].shapes[].geometries",
    *(f"basemaps[].{key}" for key in ("max_zoom", "min_zoom", "subdomains", "matrices", "degrees")),
    *(f"basemaps[].matrices[].{key}" for key in Matrix._fields),
}


def problems(document: dict[str, Any]) -> list[str]:
    document = json.loads(to_json(document))
    return [
        f"{error.json_path}: {error.message[:200]}"
        for error in Validator(SCHEMA).iter_errors(document)
    ]


@pytest.mark.parametrize(("count", "priority"), [(9, 3), (120, 4.5), (121, None)])
def test_zones_are_named_with_their_figures_as_long_as_there_is_room(count, priority):
    squares = shapely.box(112 + np.arange(count) / 200, 28, 112.005 + np.arange(count) / 200, 29)
    zones = gpd.GeoDataFrame({"n": np.arange(count)}, geometry=squares, crs=4490)
    zones = zones.assign(name_zh=[f"区{at}" for at in range(count)])
    layer = map_document(overlays=[Choropleth(zones, "n", "数", "个")])["layers"][-1]
    assert (layer["label"] or {}).get("priority") == priority
    assert ("figure_words" in layer["columns"]) is (priority is not None)


@cache
def every_kind() -> dict[str, Any]:
    """A document with a layer of every kind and every member that a document can have."""
    boxes = [shapely.box(112.8 + 0.05 * n, 28.1, 112.86 + 0.05 * n, 28.2) for n in range(3)]
    zones = gpd.GeoDataFrame({"n": [1.0, 2.0, np.nan]}, geometry=boxes, crs=4490)
    around = np.linspace(0, 2 * np.pi, 25_000)
    disc = shapely.Polygon(np.column_stack([112.9 + np.cos(around) / 9, 28 + np.sin(around) / 9]))
    fine = gpd.GeoDataFrame({"id": ["disc"]}, geometry=[disc], crs=4490)
    line = shapely.LineString([(112.8, 28.0), (113.0, 28.1)])
    lines = gpd.GeoDataFrame({"value": [1000.0]}, geometry=[line], crs=4490)
    east, north = np.meshgrid(np.arange(30.0), np.arange(20.0))
    hill = xr.DataArray(
        4 * np.exp(-((east - 14) ** 2 + (north - 9) ** 2) / 40),
        coords={"y": 3_120_000 - 1000 * north[:, 0], "x": 390_000 + 1000 * east[0]},
        dims=("y", "x"),
    ).rio.write_crs(4547)
    places = zones.set_geometry(shapely.centroid(zones.geometry.to_numpy()), crs=4490)
    frames = {name: load(name) for name in layer_styles()}
    parks = frames["parks"].to_crs(4547)
    frames["parks"] = parks.set_geometry(parks.buffer(500.0)).to_crs(4490)
    overlays = [
        Choropleth(zones, "n", "数", "个", columns={"n": "数"}),
        Surface(hill, "密度", "个/km²", levels=(1, 2)),
        Surface(hill, "密度"),
        Isolines(lines),
        Features(fine, "圆", dashed=True, heading="范围", heading_en="Reach"),
        Points(places, "点", symbol="star", named=True),
        Points(places, "团", symbol="hollow", cluster=True),
    ]
    with pytest.MonkeyPatch.context() as patch:
        # The disc is shown simpler, and says so.
        patch.setattr(display, "MOST_VERTICES", 20_000)
        document = map_document(
            frames,
            visible=[*layer_styles(), *result_names(overlays)],
            selected=("cities", "city-kexuecheng"),
            overlays=overlays,
        )
    document["selected"]["facts"] = [["数量", "3"]]
    document["selected"]["zone"] = zones_alone(load("districts").iloc[:1])
    return document


@pytest.mark.parametrize("asked", MAPS, ids=json.dumps)
def test_documents_of_every_kind_are_as_the_schema_says(asked: dict[str, Any]) -> None:
    spec = read_spec(asked, review_number="internal")
    assert problems(content_document(spec.content())) == []


def test_a_document_with_every_member_is_as_the_schema_says() -> None:
    document = every_kind()
    assert problems(document) == []
    first, *_ = document["layers"]
    unstyled = {key: value for key, value in first.items() if key != "styles"}
    assert problems(document | {"layers": [unstyled]})


def test_shapes_of_every_type_are_told_in_steps_and_read_back_as_they_are() -> None:
    """Mixed in one layer, with heights, holes, several parts and rows without a place."""
    corners = [(112.0, 28.0), (113.0, 28.0), (113.0, 29.0), (112.1234567, 28.5)]
    line, hole = shapely.LineString(corners), [(112.7, 28.3), (112.8, 28.3), (112.8, 28.4)]
    area = shapely.Polygon(corners, [hole])
    lines = shapely.MultiLineString([corners, hole])
    areas = shapely.MultiPolygon([area, shapely.box(1, 2, 3, 4)])
    points = shapely.MultiPoint(corners)
    several = shapely.GeometryCollection([line, shapely.Point(112, 28)])
    given = [line, None, area, lines, areas, line, points, several, shapely.Point(112, 28)]
    high = [shapely.force_3d(each, 7.0) for each in given]
    high[5] = shapely.LinearRing(corners)
    given[5] = shapely.LineString([*corners, corners[0]])
    frame = gpd.GeoDataFrame(geometry=high, crs=4490)
    told = columnar(frame, pd.DataFrame({"n": range(len(frame))}))["shapes"]
    assert told[0]["coordinates"] == [112000000, 28000000, 1000000, 0, 0, 1000000, -876543, -500000]
    read = [each and shape_of(each) for each in told]
    assert [each and each.geom_type for each in read] == [each and each.geom_type for each in given]
    assert shapely.equals_exact(read[:1] + read[2:], given[:1] + given[2:], 5.1e-7).all()
    assert read[1] is None


def test_outlines_stand_once_and_areas_are_alike() -> None:
    """Every symbol is within its square, and none looks much larger than another."""
    areas = {}
    for symbol in symbols():
        corners = outline(symbol)
        assert np.abs(corners).max(initial=0.0) < 1.3
        if len(corners):
            areas[symbol] = shapely.Polygon(corners).area
    assert set(looks()["outlines"]) == symbols()
    assert max(areas.values()) < 3 * min(areas.values())
    scripts = "".join(path.read_text("utf-8") for path in ASSETS.glob("*.js"))
    assert not any(f"{symbol}:" in scripts for symbol in areas)


def members(rule: dict[str, Any], path: str = "") -> Iterator[str]:
    """Every member that the schema names; those of a mapping by any key are called ``*``."""
    if "$ref" in rule:
        rule = SCHEMA["$defs"][rule["$ref"].rpartition("/")[2]]
    for each in (*rule.get("oneOf", ()), *rule.get("anyOf", ())):
        yield from members(each, path)
    for name, inner in rule.get("properties", {}).items():
        yield f"{path}.{name}".lstrip(".")
        yield from members(inner, f"{path}.{name}".lstrip("."))
    if isinstance(rule.get("additionalProperties"), dict):
        yield f"{path}.*"
        yield from members(rule["additionalProperties"], f"{path}.*")
    if isinstance(rule.get("items"), dict):
        yield from members(rule["items"], f"{path}[]")


# Wraps the document so that it tells what is read of it: members of a mapping with keys of its own
# are told as "*".
SPY = """
(maps) => {
  window.read = new Set();
  const mappings = new Set(maps);
  const spied = (value, path) => value === null || typeof value !== "object" ? value :
    new Proxy(value, { get(target, key, receiver) {
      const found = Reflect.get(target, key, receiver);
      if (typeof key === "symbol" || typeof found === "function" || !(key in target)) {
        return found;
      }
      if (Array.isArray(target)) {
        return key === "length" ? found : spied(found, `${path}[]`);
      }
      const inner = mappings.has(path) ? `${path}.*` : path ? `${path}.${key}` : key;
      window.read.add(inner);
      return spied(found, inner);
    } });
  const parse = JSON.parse;
  JSON.parse = (text) => {
    const found = parse(text);
    return found && found.layers && found.basemaps ? spied(found, "") : found;
  };
}
"""
# What a reader does on a map, one after the other; names and the legend are not drawn anew for
# each card, as they are for a year and a language.
VISIT = """
() => {
  const view = Atlas.view;
  const readCards = () => {
    view.drawLabels = view.panels.drawLegend = () => {};
    view.model.layers.filter((layer) => !layer.isImage && layer.count).forEach((layer) => {
      for (let i = 0; i < Math.min(layer.count, 40); i += 1) {
        view.panels.card(layer, i);
      }
    });
    delete view.drawLabels;
    delete view.panels.drawLegend;
  };
  readCards();
  view.model.search("科学城", 5);
  view.setYear(2022);
  view.setLanguage("en");
  view.setYear(null);
  readCards();
  view.clear(false);
  view.select({ layer: "overlay-points", id: "0" });
  view.map.setZoom(13, { animate: false });
  view.map.setZoom(9, { animate: false });
  view.panels.list([{ layer: view.model.byId.get("parks"), i: 0 }]);
  view.setBase("tianditu");
  view.update(JSON.parse(document.querySelector("[type='application/json']").textContent));
  return [...window.read];
}
"""


@pytest.mark.browser
def test_the_page_reads_every_member_of_the_schema_and_no_other(page: Page, tmp_path: Path) -> None:
    """What no script reads is not sent; what a script reads is in the schema."""
    named = set(members(SCHEMA))
    mappings = {path[: found.start()] for path in named for found in re.finditer(r"\.\*", path)}
    document = every_kind()
    path = tmp_path / "map.html"
    AtlasMap(document).save(str(path))
    page.add_init_script(f"({SPY})({json.dumps(sorted(mappings))})")
    page.goto(path.as_uri())
    page.wait_for_selector(".atlas-legend")
    read = {each for each in page.evaluate(VISIT) if not each.endswith("*")}
    read = {each for each in read if not each.startswith("selected.zone.")}  # as a layer
    known = {each for each in named if not each.endswith("*")} - UNREAD
    assert sorted(read - known) == []
    assert sorted(known - read) == []


@pytest.mark.browser
def test_a_document_of_another_version_is_refused_in_words(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    AtlasMap(map_document(["cities"])).save(str(path))
    page.goto(path.as_uri())
    page.wait_for_selector(".atlas-legend")
    told = page.evaluate(
        "() => { try { Atlas.create('map', { version: 1 }) } catch (e) { return e.message } }"
    )
    assert "this one is of version 1: load the page anew" in told


# What says how something looks: asked where a map is resolved, and in no writer.
DECIDING = {
    "layer_style", "classify", "surface_classes", "surface_top", "level_values", "palette",
    "band_codes", "classes", "overlay_style", "overlay_label", "radius_px",
}  # fmt: skip


@pytest.mark.parametrize("room", ["web", "paper", "qgis", "slides"])
def test_no_writer_decides_how_something_looks(room: str) -> None:
    for path in (ASSETS.parent / room).glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        taken = {each.name for node in froms for each in node.names}
        assert not taken & DECIDING, path.name
