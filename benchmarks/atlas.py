"""An atlas of all parks with a place, as PDF and slides, beside a QGIS layout atlas of the same."""

from __future__ import annotations

import io
import json
import math
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pypdf import PdfReader

import layers
from benchmarks.table import Row
from layers.book.pages import printed_atlas
from layers.book.slides import atlas_deck
from layers.plan.area import area
from layers.plan.selection import located
from layers.qgis.geopackage import write_geopackage
from layers.record.specification import read_spec

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

DPI = 200
QGIS_PYTHON = Path("/usr/bin/python3")
SHOWN = (*area().context, *area().themes["all"])
# One page for each park: title, map, legend and scale bar; the styles come with the GeoPackage.
LAYOUT_ATLAS = """
import json, sys, time
from qgis.core import (QgsApplication, QgsCoordinateReferenceSystem, QgsLayoutExporter,
    QgsLayoutItemLabel, QgsLayoutItemLegend, QgsLayoutItemMap, QgsLayoutItemScaleBar,
    QgsLayoutPoint, QgsLayoutSize, QgsPrintLayout, QgsProject, QgsProviderRegistry,
    QgsUnitTypes, QgsVectorLayer, QgsWkbTypes)
app = QgsApplication([], False)
app.initQgis()
path, target, dpi, order = json.loads(sys.argv[1])
start, worked = time.perf_counter(), time.process_time()
project = QgsProject.instance()
project.setCrs(QgsCoordinateReferenceSystem("EPSG:4547"))
found = {}
for part in QgsProviderRegistry.instance().querySublayers(path):
    if part.wkbType() != QgsWkbTypes.NoGeometry:
        found[part.name()] = QgsVectorLayer(part.uri(), part.name(), "ogr")
names = sorted(found, key=lambda name: next(i for i, n in enumerate(order) if name.startswith(n)))
for name in names:
    project.addMapLayer(found[name])
parks = found[next(name for name in names if name.startswith("parks"))]
layout = QgsPrintLayout(project)
layout.initializeDefaults()
layout.renderContext().setDpi(dpi)

def place(item, x, y, w, h):
    layout.addLayoutItem(item)
    item.attemptMove(QgsLayoutPoint(x, y, QgsUnitTypes.LayoutMillimeters))
    item.attemptResize(QgsLayoutSize(w, h, QgsUnitTypes.LayoutMillimeters))
    return item

sheet = place(QgsLayoutItemMap(layout), 10, 22, 220, 170)
sheet.setAtlasDriven(True)
sheet.setAtlasScalingMode(QgsLayoutItemMap.Fixed)
sheet.setExtent(found[names[-1]].extent())
sheet.zoomToExtent(parks.extent())
sheet.setScale(60000)
title = place(QgsLayoutItemLabel(layout), 10, 8, 200, 12)
title.setText("[% \\"name_zh\\" %]")
legend = place(QgsLayoutItemLegend(layout), 234, 22, 56, 150)
legend.setLinkedMap(sheet)
legend.setLegendFilterByMapEnabled(True)
bar = place(QgsLayoutItemScaleBar(layout), 234, 180, 50, 12)
bar.setLinkedMap(sheet)
bar.applyDefaultSize()
atlas = layout.atlas()
atlas.setCoverageLayer(parks)
atlas.setEnabled(True)
atlas.updateFeatures()
settings = QgsLayoutExporter.PdfExportSettings()
settings.dpi = dpi
code, message = QgsLayoutExporter.exportToPdf(atlas, target, settings)
ended = time.perf_counter() - start, time.process_time() - worked
print(json.dumps([int(code), atlas.count(), *ended]))
"""


class Taken(NamedTuple):
    """How long something takes by the clock, and of the processor with its forks, seconds."""

    clock: float
    processor: float


def taken(call: Callable[[], object]) -> Taken:
    start, worked = time.perf_counter(), sum(os.times()[:4])
    call()
    return Taken(time.perf_counter() - start, sum(os.times()[:4]) - worked)


def rows() -> list[Row]:
    spec = read_spec("overview", review_number="internal", pages="parks", dpi=DPI)
    parks = located(layers.load("parks"))
    books: list[bytes] = []
    times = {
        "first": taken(lambda: books.append(printed_atlas(spec))),
        "again": taken(lambda: books.append(printed_atlas(spec))),
    }
    slides = taken(lambda: atlas_deck(spec))
    pages, maps = len(PdfReader(io.BytesIO(books[0])).pages), len(parks)
    print(f"{maps} maps on {pages} pages, {len(books[0]) / 1e6:.1f} MB")
    peer, name = _qgis(parks), "QGIS layout atlas"
    note = f"map, title, legend and scale of {maps} parks; ours has {pages} pages in all"
    if peer is None:
        name, note = "QGIS is absent", "no peer: python3-qgis is not installed"
        peer = Taken(math.nan, math.nan)
    found = []
    for when, ours in times.items():
        task = f"atlas of {maps} parks, A4 PDF, {when}"
        found.append(Row(task, ours.clock, name, peer.clock, note))
        found.append(Row(f"{task}, processor", ours.processor, name, peer.processor, note))
    task, note = f"atlas of {maps} parks, slides", f"QGIS: a PDF; {note}"
    found.append(Row(task, slides.clock, name, peer.clock, note))
    return [*found, Row(f"{task}, processor", slides.processor, name, peer.processor, note)]


def _qgis(parks: gpd.GeoDataFrame) -> Taken | None:
    """Return how long QGIS takes, its start not counted."""
    with tempfile.TemporaryDirectory() as folder:
        path, target = Path(folder) / "atlas.gpkg", Path(folder) / "atlas.pdf"
        frames = {name: layers.load(name) for name in SHOWN}
        write_geopackage(frames | {"parks": parks}, path)
        told = json.dumps([str(path), str(target), DPI, SHOWN])
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
        try:
            done = subprocess.run(  # noqa: S603 - our own script
                [QGIS_PYTHON, "-c", LAYOUT_ATLAS, told],
                capture_output=True,
                text=True,
                check=True,
                env=environment,
            )
        except (OSError, subprocess.CalledProcessError):
            return None
        code, count, *seconds = json.loads(done.stdout.splitlines()[-1])
        if code != 0 or count != len(parks) or len(PdfReader(target).pages) != count:
            raise RuntimeError(f"QGIS drew {count} pages and ended with {code}")
        return Taken(*seconds)
