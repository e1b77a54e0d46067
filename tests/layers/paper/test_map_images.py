"""Prints look as they did: each is compared with the image of it in ``baseline`` beside this file.

``make baselines`` draws these images anew; whoever keeps new ones has looked at what changed.
"""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from matplotlib.testing.compare import calculate_rms
from PIL import Image

from layers.paper.printing import printed
from layers.record.specification import read_spec

BASELINE = Path(__file__).with_name("baseline")
# Root mean square of the differences, of 255. The same versions of the same libraries draw the same
# pixels; what another machine rounds otherwise stays below, and what a reader would see changed
# lies above, as the last tests prove.
TOLERANCE = 0.3
DPI = {"A4": 60, "A3": 42, "16:9": 60, "square": 60}
# Shades of a channel: more would only fill the repository.
SHADES = 16

MAPS = {
    "overview-a3": {"map": "overview", "sheet": {"size": "A3"}},
    "overview-slide": {"map": "overview", "sheet": {"size": "16:9", "subtitle": "规划图"}},
    "overview-square-english": {"map": "overview", "lang": "en", "sheet": {"size": "square"}},
    "overview-all": {
        "map": "overview",
        "sheet": {"size": "square"},
        "parameters": {"theme": "all"},
    },
    "overview-grey": {"map": "overview", "sheet": {"palette": "grey"}},
    "overview-zoomed": {
        "map": "overview",
        "sheet": {"size": "square"},
        "extent": [112.85, 28.1, 113.0, 28.3],
        "parameters": {"theme": "platforms"},
    },
    "density-bands": {"map": "density"},
    "density-surface": {"map": "density", "parameters": {"show": "surface"}},
    "density-isolines": {"map": "density", "parameters": {"show": "isolines"}},
    "coverage": {"map": "coverage"},
    "distribution": {"map": "distribution"},
    "distribution-hexagons": {
        "map": "distribution",
        "parameters": {"zoning": "hexagons", "cell_m": 4000},
    },
}


class Print:
    """The file that a reader gets, in few shades, in place of a figure."""

    def __init__(self, content, sheet):
        data = printed(content, replace(sheet, dpi=DPI[sheet.size]), ".png")
        step = 255 // (SHADES - 1)
        whole = Image.open(io.BytesIO(data))
        self.picture = whole.point(lambda shade: (shade + step // 2) // step * step)

    def savefig(self, path, **_about):
        self.picture.save(path, optimize=True)

    def off(self, other):
        """How far another print is off this one, as the comparison has it."""
        return calculate_rms(*(np.asarray(each.picture).astype(float) for each in (self, other)))


@cache
def asked(name):
    spec = read_spec(MAPS[name], review_number="internal", date="2024-02-01")
    return spec.content(), spec.titled()


@cache
def print_of(name):
    """One of the maps as it is, which is compared with its image and with changed ones."""
    return Print(*asked(name))


def compared(name):
    mark = pytest.mark.mpl_image_compare(filename=f"{name}.png", tolerance=TOLERANCE)
    return pytest.param(name, marks=mark, id=name)


@pytest.mark.parametrize("name", [compared(name) for name in MAPS])
def test_a_print_looks_as_it_did(name):
    return print_of(name)


def test_every_print_is_compared_with_a_small_image(request):
    assert request.config.getoption("mpl")
    images = {path.stem: path.stat().st_size for path in BASELINE.glob("*")}
    assert set(images) == set(MAPS)
    assert max(images.values()) < 120_000


def test_a_print_in_grey_has_no_colour():
    # The ink of texts and frames is nearly black; all else is grey.
    image = np.asarray(print_of("overview-grey").picture.convert("RGB")).astype(int)
    assert np.mean(np.ptp(image, axis=2) > 40) < 1e-4


def shifted(frame, *, metres, rows=slice(None)):
    """The frame with some features that far to the east."""
    moved = frame.to_crs(4547)
    geometry = moved.geometry.copy()
    geometry[rows] = geometry[rows].translate(metres, 0)
    return moved.set_geometry(geometry).to_crs(frame.crs)


def test_the_comparison_sees_a_changed_colour_and_a_changed_legend():
    content, sheet = asked("coverage")
    zones, reach, sites = content.overlays

    def off(*overlays):
        return print_of("coverage").off(Print(replace(content, overlays=overlays), sheet))

    assert off(zones, replace(reach, colour="#0050C0"), sites) > 3 * TOLERANCE
    assert off(zones, replace(reach, title="服务区合并"), sites) > 3 * TOLERANCE


def test_the_comparison_sees_no_rounding():
    # Of zones with whole outlines: where the dashes of a long one begin hangs on the last digit.
    content, sheet = asked("distribution-hexagons")
    (zones,) = content.overlays
    # The zones say where the map begins, so that all of it moves by a 100 000th of a pixel.
    moved = replace(zones, frame=shifted(zones.frame, metres=1e-3))
    shifted_print = Print(replace(content, overlays=(moved,)), sheet)
    assert print_of("distribution-hexagons").off(shifted_print) < TOLERANCE


def test_the_comparison_sees_a_moved_name_and_a_changed_one():
    content, sheet = asked("overview-grey")
    nodes = content.frames["nodes"]

    def off(changed):
        return print_of("overview-grey").off(
            Print(replace(content, frames={**content.frames, "nodes": changed}), sheet)
        )

    one = nodes["name_zh"] == "宁乡经开区"
    assert one.sum() == 1
    # A hundred metres are a third of a millimetre on paper.
    assert off(shifted(nodes, metres=100, rows=one)) > 3 * TOLERANCE
    assert off(nodes.assign(name_zh=nodes["name_zh"].mask(one, "宁乡经开园"))) > TOLERANCE
