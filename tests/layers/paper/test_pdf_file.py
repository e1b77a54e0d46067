from __future__ import annotations

import io
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader

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
