"""No file that the atlas makes carries a key, a path or a user's name of where it was made."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import sys
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import geo
import layers
from layers import questions
from layers.look.sheet import Sheet
from layers.outputs import output
from layers.plan.area import open_plan
from layers.qgis.geopackage import geopackage_bytes
from layers.questions.subjects import Points
from layers.record import provenance
from layers.record.specification import MapSpec

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
KEY, USER, HOME = "key7d1c9markedf00d", "marked-user-4711", "marked-home-4711"
FILES = [
    *(f"density{suffix}" for suffix in (".pptx", ".pdf", ".html", ".png", ".svg", ".gpkg", ".tif")),
    *(f"shops{suffix}" for suffix in (".csv", ".geojson", ".gpkg")),
    "styled.gpkg",
    "keyed.html",
    "record.json",
]
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{64,}={0,2}")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make every kind of file where key, user and home have marked names."""
    folder = tmp_path_factory.mktemp("outputs")
    home = tmp_path_factory.mktemp(HOME)
    # A small plan, in a folder of its own, whose path no file may tell either.
    plan = home / "plan"
    shutil.copytree(ROOT / "tests" / "areas" / "tiny", plan)
    with pytest.MonkeyPatch.context() as patch, open_plan(plan):
        patch.chdir(home)
        patch.setenv("HOME", str(home))
        patch.setenv("TIANDITU_KEY", KEY)
        for name in ("USER", "LOGNAME", "USERNAME", "HOSTNAME"):
            patch.setenv(name, USER)
        make(folder)
    return folder


def make(folder: Path) -> None:
    sheet = Sheet("", "internal", size="A4", dpi=60, date="2026-11-28")
    density = MapSpec("density", sheet, {"layer": "shops", "bandwidth_m": 3000.0}, "zh")
    for suffix in (".pptx", ".pdf", ".html", ".png", ".svg", ".gpkg"):
        (folder / f"density{suffix}").write_bytes(output(density, suffix))
    keyed = MapSpec("overview", sheet, {}, "zh", base="tianditu")
    (folder / "keyed.html").write_bytes(output(keyed, ".html"))
    record = provenance.record(density.to_dict(), created="2026-11-28")
    (folder / "record.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    frame = layers.load("shops")
    for suffix in (".csv", ".geojson", ".gpkg"):
        (folder / f"shops{suffix}").write_bytes(geo.vector_bytes(frame, suffix))
    (folder / "styled.gpkg").write_bytes(geopackage_bytes({"shops": frame}, lang="zh"))
    surface = questions.density_surface(questions.Density(Points("shops"), cell_size_m=1000.0))
    (folder / "density.tif").write_bytes(geo.geotiff_bytes(surface))


def opened(data: bytes) -> Iterator[bytes]:
    """Give the bytes of a file and of all that is packed inside it, however deep."""
    yield data
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from opened(archive.read(name))
    if data[:5] == b"%PDF-":
        for stream in _STREAM.findall(data):
            yield from inflated(stream)
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        yield from chunks(data)
    if b"base64," in data or b"<html" in data[:2000].lower():
        for text in _BASE64.findall(data):
            yield from opened(base64.b64decode(text[: len(text) // 4 * 4]))


def chunks(data: bytes) -> Iterator[bytes]:
    """Give the texts of a picture, packed ones unpacked."""
    at = 8
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        content = data[at + 8 : at + 8 + size]
        if kind in (b"zTXt", b"iTXt", b"tEXt", b"eXIf"):
            yield content
            for start in range(content.find(b"\0"), len(content)):
                if content[start : start + 1] == b"\x78":
                    yield from inflated(content[start:])
        at += 12 + size


def inflated(data: bytes) -> Iterator[bytes]:
    try:
        yield zlib.decompressobj().decompress(data)
    except zlib.error:
        yield data


@pytest.mark.parametrize("name", FILES)
def test_no_key_no_path_and_no_user_is_in_a_file(name: str, made: Path) -> None:
    data = (made / name).read_bytes()
    assert len(data) > 100
    marks = [KEY, USER, HOME, str(ROOT), str(made), sys.prefix]
    for content in opened(data):
        for mark in marks:
            for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                assert mark.encode(encoding) not in content, mark


def test_every_file_that_is_made_is_looked_at(made: Path) -> None:
    assert sorted(path.name for path in made.iterdir()) == sorted(FILES)


def test_the_search_sees_what_is_packed() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", KEY * 10)
    page = b"<html>base64," + base64.b64encode(packed.getvalue()) + b"</html>"
    assert any(KEY.encode() in content for content in opened(page))
    document = b"%PDF-1.4\nstream\n" + zlib.compress(KEY.encode() * 10) + b"\nendstream"
    assert any(KEY.encode() in content for content in opened(document))
