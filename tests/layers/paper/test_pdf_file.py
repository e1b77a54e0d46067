from __future__ import annotations

import io
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from matplotlib.path import Path
from pypdf import PdfReader

from layers.paper.artists import Repeated, Shapes
from layers.paper.pdf_content import Ink, Page
from layers.paper.pdf_file import PdfFile
from layers.paper.printing import printed
from layers.record.specification import read_spec

INKSCAPE = "{http://www.inkscape.org/namespaces/inkscape}"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", params=["zh", "en"])
def printed_map(request):
    spec = replace(read_spec("overview", review_number="internal"), lang=request.param)
    content, sheet = spec.content(), spec.titled()
    return request.param, content, {s: printed(content, sheet, s) for s in (".pdf", ".svg")}


def titles(lang: str) -> set[str]:
    if lang == "zh":
        return {"底图", "境界", "四圈", "双城", "注记", "图例", "图廓与比例尺", "图名", "说明"}
    common = {"Base map", "Boundaries", "Labels", "Legend", "Frame and scale", "Title", "Notes"}
    return common | {"Four circles"}


def test_layers_have_names_in_the_language_of_the_map(printed_map) -> None:
    lang, _, files = printed_map
    catalog = PdfReader(io.BytesIO(files[".pdf"])).trailer["/Root"]
    groups = catalog["/OCProperties"]["/OCGs"]
    assert {group.get_object()["/Name"] for group in groups} >= titles(lang)
    root = ET.fromstring(files[".svg"])  # noqa: S314 - our own
    layers = [each for each in root.iter(f"{SVG}g") if each.get(f"{INKSCAPE}groupmode") == "layer"]
    assert {each.get(f"{INKSCAPE}label") for each in layers} >= titles(lang)
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    assert {"base", "labels", "circles"} <= set(ids)


def test_what_is_marked_is_what_is_read_out(printed_map) -> None:
    lang, content, files = printed_map
    reader = PdfReader(io.BytesIO(files[".pdf"]))
    catalog, page = reader.trailer["/Root"], reader.pages[0]
    assert catalog["/Lang"].startswith(lang)
    assert catalog["/MarkInfo"]["/Marked"] == True  # noqa: E712 - an object of the file
    (document,) = (each.get_object() for each in catalog["/StructTreeRoot"]["/K"])
    assert document["/S"] == "/Document"
    read = [each.get_object() for each in document["/K"]]
    assert [each["/S"] for each in read] == ["/H1", "/Figure", "/P"]
    assert read[1]["/Alt"] == content.statement.alternative == reader.metadata.subject
    # Each marked part belongs to what lists it, and nothing is read twice.
    (_, owners) = catalog["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    listed = {mark: each for each in read for mark in each["/K"]}
    assert [listed[mark] for mark in range(len(owners))] == [each.get_object() for each in owners]
    marks = re.findall(rb"/MCID (\d+)", page.get_contents().get_data())
    assert sorted(map(int, marks)) == list(range(len(owners)))


def test_what_pages_repeat_stands_in_a_file_once_and_is_as_large_as_each_page_has_it() -> None:
    shapes = Shapes((Path([(0, 0), (40, 0), (40, 20), (0, 0)], closed=True),))
    file = PdfFile("en", "Two pages")
    for scale in (2.0, 5.0):
        ink = Ink(400.0, 300.0, 72.0)
        look = {"facecolors": ["red"], "edgecolors": ["black"], "linewidths": [1.5]}
        ink.repeat(Repeated(shapes, scale, (10.0, 20.0), **look))
        file.add(Page(400.0, 300.0, [ink.run("furniture", unread=True)], {}))
    reader = PdfReader(io.BytesIO(file.file()))
    forms, drawn = [], []
    for page in reader.pages:
        forms += list(page["/Resources"]["/XObject"].values())
        drawn.append(page.get_contents().get_data().decode())
    assert len({form.idnum for form in page["/Resources"]["/XObject"].values()}) == 1
    # The stroke is 1.5 points wide whatever a unit is.
    assert "0.750 w" in drawn[0]
    assert "0.300 w" in drawn[1]
    assert "5.00000 0 0 5.00000 10.00 20.00 cm" in drawn[1]
    assert forms[0].get_object().get_data() == b"0.00 0.00 m\n40.00 0.00 l\n40.00 20.00 l\nh\nB\n"
