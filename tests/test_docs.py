"""The method pages say what the docstrings say, and every source is in the bibliography."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import geo
from layers.outputs import remake

DOCS = Path(__file__).resolve().parents[1] / "docs"
sys.path.insert(0, str(DOCS))
build = pytest.importorskip("build")
gallery = pytest.importorskip("gallery")
sys.path.remove(str(DOCS))
NO_MEASURE = {"geotiff_bytes", "vector_bytes", "write_geotiff", "write_vector", "read_raster"}
NO_MEASURE |= {
    "read_file",
    "read_vector",
    "require_crs",
    "require_same_crs",
    "to_metric",
    "crs",
    "datum",
}
NO_MEASURE |= {"geodesic_area_km2", "geodesic_length_km", "Population", "Uncertainty"}


def test_the_pages_are_what_the_docstrings_say() -> None:
    pages = build.build()
    written = {path.name: path.read_text(encoding="utf-8") for path in build.FOLDER.glob("*.md")}
    assert written.keys() == pages.keys()
    for name, text in pages.items():
        assert written[name] == text, f"{name} is old: run python docs/build.py"
    assert build.REVIEW.read_text(encoding="utf-8") == build.review(), "run python docs/build.py"


def test_every_measure_has_a_page_with_formula_source_and_limits() -> None:
    told = {path.removeprefix("geo.") for *_, paths in build.PAGES.values() for path in paths}
    measures = {name for name in geo.__all__ if not name.endswith("Error")} - NO_MEASURE
    assert measures <= told
    for name, (_, _, paths) in build.PAGES.items():
        page = (build.FOLDER / f"{name}.md").read_text(encoding="utf-8")
        assert paths[0] in page
        assert "When not to use it" in page, name


def test_every_source_is_in_the_bibliography_used_and_checked() -> None:
    text = (DOCS / "references.bib").read_text(encoding="utf-8")
    listed = re.findall(r"^@\w+\{(\w+),", text, re.MULTILINE)
    assert listed == sorted(set(listed))
    code = [path.read_text("utf-8") for each in ("geo", "layers") for path in modules(each)]
    cited = {key for part in code for key in re.findall(r"^ +\.\. \[(\w+)\] ", part, re.MULTILINE)}
    assert cited == set(listed)
    pages = "\n".join(path.read_text(encoding="utf-8") for path in build.FOLDER.glob("*.md"))
    assert set(re.findall(r"\*\*\[(\w+)\]\*\*", pages)) <= set(listed)
    checked = (DOCS / "references.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\w+) \| \w.+ \| .+ \|$", checked, re.MULTILINE)[1:] == listed


def test_every_entry_of_the_bibliography_is_whole() -> None:
    text = (DOCS / "references.bib").read_text(encoding="utf-8")
    needed = {"article": {"journal", "volume", "pages"}, "book": {"publisher"}}
    needed |= {"incollection": {"booktitle", "pages"}, "inproceedings": {"booktitle", "pages"}}
    for kind, key, body in re.findall(r"^@(\w+)\{(\w+),\n(.*?)^\}", text, re.MULTILINE | re.DOTALL):
        fields = dict(re.findall(r"^  (\w+) = \{(.+)\},?$", body, re.MULTILINE))
        assert len(fields) == len(body.splitlines()), key
        assert all(value.count("{") == value.count("}") for value in fields.values()), key
        assert {"author", "title"} | needed.get(kind, set()) <= fields.keys(), key
        # A page of a manual without a date has none.
        assert re.fullmatch(r"\d{4}", fields.get("year", "")) or fields.get("howpublished"), key
        if "doi" in fields:
            assert re.fullmatch(r"10\.\d{4,9}/[^\s{}]+", fields["doi"]), key
        if "pages" in fields:
            first, last = map(int, fields["pages"].split("--"))
            assert first < last, key


def modules(package: str) -> list[Path]:
    return sorted((DOCS.parent / package).rglob("*.py"))


def test_no_mark_up_of_the_docstrings_is_left() -> None:
    for path in build.FOLDER.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        outside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        assert "``" not in outside, path.name
        assert ":math:" not in outside, path.name
        assert ".. " not in outside, path.name
        assert outside.count("$$") % 2 == 0, path.name


# ---- the gallery ----


def test_every_picture_of_the_gallery_is_drawn_from_its_specification_and_the_data() -> None:
    assert {path.stem for path in gallery.FOLDER.glob("*.png")} == set(gallery.GALLERY)
    for name, entry in gallery.GALLERY.items():
        path = gallery.FOLDER / f"{name}.png"
        spec, changed = remake(path)
        assert spec == gallery.spec_of(entry), f"{name} is old: run python docs/gallery.py"
        assert changed == [], f"{name} is old: run python docs/gallery.py"
        assert path.stat().st_size < 300_000
    assert (gallery.FOLDER / "README.md").read_text(encoding="utf-8") == gallery.page()
