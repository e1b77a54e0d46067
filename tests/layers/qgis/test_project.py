"""The project inside of a GeoPackage opens as the map: layers, groups, order, styles and labels."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from layers.look.styles import Style
from layers.look.told import in_words
from layers.outputs import remake, snapshot
from layers.qgis.results import figure_in_qgis, fitted
from layers.record.specification import read_spec
from layers.scene.resolved import scene
from layers.scene.said import Words
from layers.scene.scene import Class

if TYPE_CHECKING:
    from layers.scene.scene import Mark

QGIS_PYTHON = Path("/usr/bin/python3")
OPEN = """
import json, os, sys
from qgis.core import (QgsApplication, QgsExpression, QgsExpressionContext,
    QgsExpressionContextUtils, QgsProject)
app = QgsApplication([], False)
app.initQgis()
path, name = sys.argv[1:]
project = QgsProject.instance()
told = {"read": project.read(f"geopackage:{path}?projectName={name}")}
told |= {"title": project.title(), "crs": project.crs().authid()}
tree = project.layerTreeRoot()
told["groups"] = [[g.name(), [c.name() for c in g.children()]] for g in tree.children()]
told["order"] = [layer.name() for layer in tree.layerOrder()]
told["broken"] = [layer.name() for layer in tree.layerOrder() if not layer.isValid()]
told["renderers"] = {layer.name(): layer.renderer().type() for layer in tree.layerOrder()}
(zones,) = project.mapLayersByName("覆盖率（%）")
label = QgsExpression(zones.labeling().settings().fieldName)
scopes = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(zones))
told["labels"] = []
for feature in zones.getFeatures():
    scopes.setFeature(feature)
    told["labels"].append(label.evaluate(scopes))
print(json.dumps(told), flush=True)
os._exit(0)
"""


@pytest.fixture(scope="module")
def coverage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("qgis") / "覆盖 1.gpkg"
    spec = read_spec("coverage", review_number="internal")
    snapshot(replace(spec, parameters={**spec.parameters, "zoning": "districts"}), path)
    return path


def project_of(path: Path) -> tuple[str, ET.Element]:
    with closing(sqlite3.connect(path)) as connection:
        ((name, content),) = connection.execute("SELECT name, content FROM qgis_projects")
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(content))) as archive:
        (inside,) = archive.namelist()
        return name, ET.fromstring(archive.read(inside))  # noqa: S314 - our own


def zones_of(path: Path) -> tuple[Mark, ...]:
    spec, _ = remake(path)
    (zones,) = [each for each in scene(spec.content()).layers if each.numbered]
    return zones.marks


def test_the_project_names_every_table_of_its_file(coverage: Path) -> None:
    name, project = project_of(coverage)
    with closing(sqlite3.connect(coverage)) as connection:
        tables = dict(
            connection.execute(
                "SELECT table_name, identifier FROM gpkg_contents WHERE data_type = 'features'"
            )
        )
    assert project.findtext("title") == name == "现有平台服务覆盖"
    layers_ = project.findall("projectlayers/maplayer")
    sources = {each.findtext("datasource"): each.findtext("layername") for each in layers_}
    assert sources == {f"./覆盖 1.gpkg|layername={t}": words for t, words in tables.items()}
    assert all(each.find("renderer-v2") is not None for each in layers_)
    # An id of ten characters and fewer is replaced by QGIS, and then found nowhere.
    ids = [each.findtext("id") for each in layers_]
    assert min(len(each or "") for each in ids) > 10
    assert [each.text for each in project.findall("layer-tree-group/custom-order/item")] == ids
    assert sorted(each.get("id") or "" for each in project.iter("layer-tree-layer")) == sorted(
        each or "" for each in ids
    )
    zones = next(each for each in layers_ if each.findtext("layername") == "覆盖率（%）")
    label = zones.find("labeling/settings/text-style")
    assert label is not None
    assert '"name_zh"' in label.attrib["fieldName"]
    assert '"covered_pct"' in label.attrib["fieldName"]


def asked_of_qgis(code: str, *arguments: str, home: Path, given: str = "") -> Any:
    """Return what a script that runs beside QGIS says in its last line."""
    run = subprocess.run(
        [QGIS_PYTHON, "-c", code, *arguments],
        input=given,
        env={
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "QT_QPA_PLATFORM": "offscreen",
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if "No module named 'qgis'" in run.stderr:
        pytest.skip("QGIS is not installed, so that nothing can be opened with it")
    return json.loads(run.stdout.splitlines()[-1])


def test_the_project_says_what_the_map_says_of_itself(coverage: Path) -> None:
    about = project_of(coverage)[1].find("projectMetadata")
    assert about.findtext("title") == "现有平台服务覆盖"
    said = about.findtext("abstract")
    assert "3 km 直线距离，不是路程" in said
    assert "审图号：内部草案，未经审图，不得公开" in said


def test_the_least_figure_is_in_a_class_though_it_is_told_rounded_up() -> None:
    words, style = Words("", ""), Style("#000000")
    classes = [
        Class("0", words, style, 6.5, 20.0),
        Class("1", words, style, 20.0, 25.2),
        Class("2", words, style, 25.2, 60.0),
    ]
    told = np.array([6.5, 25.2, 47.2, np.nan])
    exact = np.array([6.4715, 25.2441, 47.1829, np.nan])
    bounds = [(each.low, each.high) for each in fitted(classes, told, exact)]
    assert bounds == [(6.4715, 20.0), (20.0, 25.2441), (25.2441, 60.0)]
    # A class that has no feature takes none from the next one.
    moved = fitted(classes, np.array([30.0]), np.array([25.1]))
    assert [(each.low, each.high) for each in moved] == [(6.5, 20.0), (20.0, 20.0), (20.0, 60.0)]


def test_qgis_opens_the_project_as_the_map(coverage: Path) -> None:
    told = asked_of_qgis(OPEN, str(coverage), "现有平台服务覆盖", home=coverage.parent)
    assert told["read"]
    assert told["title"] == "现有平台服务覆盖"
    assert told["crs"] == "EPSG:4547"
    assert told["broken"] == []
    assert [group for group, _ in told["groups"]] == ["分析结果", "底图要素"]
    assert told["order"][0] == "现有平台"
    assert told["order"][-1] == "县级行政区"
    assert told["renderers"]["覆盖率（%）"] == "graduatedSymbol"
    figures = {text.partition("\n")[0]: text.partition("\n")[2] for text in told["labels"]}
    # As on every other map.
    assert figures == {mark.name: mark.value for mark in zones_of(coverage)}


EVALUATE = """
import json, sys
from qgis.core import QgsExpression, QgsExpressionContext
texts = json.load(sys.stdin)
print(json.dumps([QgsExpression(text).evaluate(QgsExpressionContext()) for text in texts]))
"""


def test_qgis_writes_figures_as_maps_do(tmp_path: Path) -> None:
    numbers = (29.8467, 6.1738, 0.00627, 0.0, 30.04, 1835.64, -0.5, -12345.6, 0.32, 99.96)
    columns = ("covered_pct", "density_per_km2", "other")
    each = [(number, column) for number in numbers for column in columns]
    expressions = json.dumps([figure_in_qgis(repr(number), column) for number, column in each])
    told = asked_of_qgis(EVALUATE, home=tmp_path, given=expressions)
    assert told == [in_words(*pair) for pair in each]
