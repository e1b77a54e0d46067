from __future__ import annotations

import io

import numpy as np
import pytest
from pypdf import PdfReader
from pyproj import CRS, Transformer

from layers.look.sheet import Sheet
from layers.paper.pdf_file import PdfFile
from layers.paper.printing import composed, page_of
from layers.plan.area import map_crs, open_plan
from layers.record.specification import read_spec

SHEET = Sheet("图", "internal", dpi=40)


def viewports(name: str) -> tuple[list, list]:
    made = composed(read_spec(name, review_number="internal").content(), SHEET)
    file = PdfFile("zh", "图")
    file.add(page_of(made, ""))
    page = PdfReader(io.BytesIO(file.file())).pages[0]
    return list(made.windows), [each.get_object() for each in page["/VP"]]


@pytest.mark.parametrize("plan", ["xiangjiang", "hunan_hightech"])
def test_a_place_on_the_paper_is_where_it_is_on_the_ground(plan: str) -> None:
    with open_plan(plan):
        windows, ports = viewports("overview")
        for window, port in zip(windows, ports, strict=True):
            measure = port["/Measure"]
            system = CRS.from_wkt(str(measure["/GCS"]["/WKT"]))
            assert measure["/GCS"].get("/EPSG") == CRS.from_user_input(map_crs()).to_epsg()
            lat, lon = np.array(measure["/GPTS"], dtype=float).reshape(4, 2).T
            x, y = Transformer.from_crs(system.geodetic_crs, system, always_xy=True).transform(
                lon, lat
            )
            shares = np.array(measure["/LPTS"], dtype=float).reshape(4, 2)
            left, bottom, right, top = map(float, port["/BBox"])
            on_paper = shares * [right - left, top - bottom] + [left, bottom]
            np.testing.assert_allclose(
                window.to_sheet(np.column_stack([x, y])), on_paper, atol=0.01
            )


def test_a_detail_has_a_place_of_its_own() -> None:
    windows, ports = viewports("distribution")
    assert len(ports) == len(windows) == 2
    assert float(ports[1]["/BBox"][0]) == pytest.approx(windows[1].frame.left)
