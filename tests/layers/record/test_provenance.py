"""Records travel inside every kind of output, and the output opens as before."""

from __future__ import annotations

import contextlib
import getpass
import io
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import warnings
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pyogrio
import pytest
from matplotlib.figure import Figure
from PIL import Image
from pypdf import PdfReader

import layers
from geo.errors import InputError
from layers.outputs import remake
from layers.plan.area import open_plan
from layers.qgis.geopackage import geopackage_bytes
from layers.record import provenance
from layers.record.containers import SUFFIXES
from layers.record.provenance import changed, data_hashes, embed, read, record
from layers.web.webmap import web_map

EVIL = "标题 \"q\" 'a' </script><script>alert(1)</script> <!-- ]]> & \u2028 \\ 𠮷"
SPEC = {"title": EVIL, "layers": ["cities", "parks"], "dpi": 200, "extent": [112.5, 28.0, None]}
CREATED = "2024-03-01T08:30:00+08:00"


def parsed(text: bytes) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own


def figure() -> Figure:
    drawn = Figure(figsize=(3, 2))
    axes = drawn.add_subplot()
    axes.plot([0, 1], [0, 1], label="a < b & c")
    axes.set_title("plain")
    return drawn


def saved(suffix: str) -> bytes:
    target = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "1", "svg.fonttype": "none"}):
        figure().savefig(target, format=suffix[1:])
    return target.getvalue()


def presentation(*, custom: str = "") -> bytes:
    """Return a presentation of one empty slide list, as the standard wants it."""
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006"
    main = "http://schemas.openxmlformats.org/presentationml/2006/main"
    types = (
        f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/ppt/presentation.xml" ContentType="application/vnd.'
        'openxmlformats-officedocument.presentationml.presentation.main+xml"/>'
    )
    links = (
        f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/relationships/officeDocument" Target="ppt/presentation.xml"/>'
    )
    if custom:
        types += (
            '<Override PartName="/docProps/custom.xml" ContentType="application/vnd.'
            'openxmlformats-officedocument.custom-properties+xml"/>'
        )
        links += (
            f'<Relationship Id="rId7" Type="{office}/relationships/custom-properties" '
            'Target="docProps/custom.xml"/>'
        )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", types + "</Types>")
        archive.writestr("_rels/.rels", links + "</Relationships>")
        archive.writestr("ppt/presentation.xml", f'<p:presentation xmlns:p="{main}"/>')
        if custom:
            archive.writestr("docProps/custom.xml", custom)
    return target.getvalue()


def web_page() -> bytes:
    return web_map(["cities"]).get_root().render().encode()


def moving() -> bytes:
    """Return three frames, as wide as they are many."""
    first, *others = (Image.new("P", (9, 3), at) for at in range(3))
    target = io.BytesIO()
    first.save(target, format="GIF", save_all=True, append_images=others, duration=50, loop=0)
    return target.getvalue()


MAKERS = {
    ".png": lambda: saved(".png"),
    ".gif": moving,
    ".pdf": lambda: saved(".pdf"),
    ".svg": lambda: saved(".svg"),
    ".html": web_page,
    ".pptx": presentation,
    ".gpkg": lambda: geopackage_bytes({"cities": layers.load("cities")}),
}


@pytest.fixture(scope="module")
def made() -> dict:
    return record(SPEC, created=CREATED, lang="en")


@pytest.fixture(scope="module")
def outputs() -> dict[str, bytes]:
    return {suffix: make() for suffix, make in MAKERS.items()}


def test_every_kind_is_tried() -> None:
    assert set(MAKERS) == set(SUFFIXES)


def test_a_record_says_what_was_made_from_what(made: dict) -> None:
    assert made["spec"] == SPEC
    assert (made["created"], made["lang"], made["schema"]) == (CREATED, "en", 1)
    assert made["version"] == provenance._version() != "unknown"
    files = {item.path.name for item in layers.plan.schema.resources().values()}
    assert files < set(made["files"])
    assert {"symbology.json", "datapackage.json"} < set(made["files"])
    assert record(SPEC, created=CREATED, lang="en") == made
    assert record({}, created=CREATED)["data"] == made["data"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_round_trip(suffix: str, made: dict, outputs: dict[str, bytes], tmp_path: Path) -> None:
    once = embed(outputs[suffix], suffix, made)
    path = tmp_path / f"地图{suffix.upper()}"
    path.write_bytes(once)
    assert read(path) == made
    assert embed(outputs[suffix], suffix.upper(), made) == once
    # A later record takes the place of the earlier one.
    later = record({"title": "second"}, created="2024-03-02")
    path.write_bytes(embed(once, suffix, later))
    assert read(path) == later
    if suffix not in {".pdf", ".gpkg"}:  # these keep their history, or their free pages
        assert embed(once, suffix, later) == embed(outputs[suffix], suffix, later)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_without_a_record_says_so(
    suffix: str, outputs: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / f"map{suffix}"
    path.write_bytes(outputs[suffix])
    with pytest.raises(InputError, match=r"carries no record of the atlas.*as it was exported"):
        read(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_no_such_file_is_refused(suffix: str, made: dict, tmp_path: Path) -> None:
    for broken in (b"", b"nothing of the kind", b"\x00\xff" * 50):
        with pytest.raises(InputError, match="is not a sound"):
            embed(broken, suffix, made)
        path = tmp_path / f"map{suffix}"
        path.write_bytes(broken)
        with pytest.raises(InputError, match=r"is not a sound|carries no record"):
            read(path)


def test_the_picture_stays_the_same(made: dict, outputs: dict[str, bytes]) -> None:
    before, after = outputs[".png"], embed(outputs[".png"], ".png", made)
    with Image.open(io.BytesIO(after)) as image:
        image.verify()
    with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(after)) as new:
        np.testing.assert_array_equal(np.asarray(old), np.asarray(new))
        new.load()
        assert json.loads(new.text["xiangjiang-atlas"]) == made
        assert new.info["dpi"] == old.info["dpi"]
        assert new.text["Software"] == old.text["Software"]
    with pytest.raises(InputError, match="ends too early"):
        embed(before[:-20], ".png", made)


def test_the_pdf_stays_the_same(made: dict, outputs: dict[str, bytes], tmp_path: Path) -> None:
    after = embed(outputs[".pdf"], ".pdf", made)
    # Nothing before the entry is written anew.
    assert after.startswith(outputs[".pdf"].rstrip(b"\n"))
    reader = PdfReader(io.BytesIO(after), strict=True)
    assert len(reader.pages) == 1
    assert reader.metadata is not None
    assert reader.metadata.creator.startswith("Matplotlib")
    assert reader.metadata["/XiangjiangAtlas"] == provenance._json(made)
    assert "plain" in reader.pages[0].extract_text()
    if shutil.which("pdftotext"):
        path = tmp_path / "map.pdf"
        path.write_bytes(after)
        run = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True, text=True)
        assert "plain" in run.stdout
        assert run.stderr == ""


def test_the_svg_stays_the_same(made: dict, outputs: dict[str, bytes]) -> None:
    space = "{http://www.w3.org/2000/svg}"
    before = parsed(outputs[".svg"])
    after = parsed(embed(outputs[".svg"], ".svg", made))
    own = after.find(f"{space}metadata[@id='xiangjiang-atlas']")
    assert json.loads(own.text) == made
    after.remove(own)
    assert ET.tostring(after).split() == ET.tostring(before).split()
    with pytest.raises(InputError, match="no svg element with content"):
        embed(b"<svg/>", ".svg", made)


def test_svg_attributes_may_hold_what_ends_a_tag(made: dict, tmp_path: Path) -> None:
    space = b'xmlns="http://www.w3.org/2000/svg"'
    drawing = b'<?xml version="1.0"?><svg id="a>b" ' + space + b" c='>'><g/></svg>"
    after = embed(drawing, ".svg", made)
    assert [child.tag.rpartition("}")[2] for child in parsed(after)] == ["metadata", "g"]
    # As a drawing program may save it again: other attributes, entities in the text.
    path = tmp_path / "a.svg"
    again = after.replace(b"<metadata id=", b'<metadata x="1" id=').replace(
        b'":"', b"&quot;:&quot;"
    )
    path.write_bytes(again)
    assert read(path) == made


def test_the_page_stays_the_same(made: dict, outputs: dict[str, bytes]) -> None:
    before, after = outputs[".html"].decode(), embed(outputs[".html"], ".html", made).decode()
    assert after.count("</script>") == before.count("</script>") + 1
    assert after.count("<script") == before.count("<script") + 1
    assert "alert(1)</script>" not in after
    element = after[after.index('<script type="application/json" id="xiangjiang-atlas">') :]
    assert after.replace(element[: element.index("</script>") + 9], "") == before
    # What a script says of the end of a page is not the end of the page.
    tricky = b"<html><body><script>var a = '</body></html>';</script></body></html>\n"
    text = embed(tricky, ".html", made)
    assert text.startswith(tricky[: tricky.rindex(b"</body>")])
    assert text.endswith(b"</script></body></html>\n")


@pytest.mark.browser
def test_the_page_works_in_a_browser(made: dict, outputs, page, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_bytes(embed(outputs[".html"], ".html", made))
    page.goto(path.as_uri())
    page.wait_for_selector(".atlas-legend")
    text = page.evaluate("document.getElementById('xiangjiang-atlas').textContent")
    assert json.loads(text) == made


def test_the_presentation_stays_the_same(made: dict) -> None:
    custom = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/'
        'docPropsVTypes"><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="5" '
        'name="部门"><vt:lpwstr>规划处</vt:lpwstr></property></Properties>'
    )
    for given in ({}, {"custom": custom}):
        before = presentation(**given)
        after = embed(before, ".pptx", made)
        with (
            zipfile.ZipFile(io.BytesIO(before)) as old,
            zipfile.ZipFile(io.BytesIO(after)) as new,
        ):
            assert new.testzip() is None
            assert new.namelist()[0] == "[Content_Types].xml"
            assert len(set(new.namelist())) == len(new.namelist())
            assert set(new.namelist()) == {*old.namelist(), "docProps/custom.xml"}
            assert new.read("ppt/presentation.xml") == old.read("ppt/presentation.xml")
            properties = parsed(new.read("docProps/custom.xml"))
            texts = ["".join(item.itertext()) for item in properties]
            assert max(map(len, texts)) <= 255
            pids = [int(item.get("pid")) for item in properties]
            assert min(pids) >= 2
            assert len(set(pids)) == len(pids)
            assert ("规划处" in texts) == bool(given)
            types, links = new.read("[Content_Types].xml"), new.read("_rels/.rels")
            assert types.count(b"/docProps/custom.xml") == 1
            assert links.count(b'"docProps/custom.xml"') == 1
            # Office wants its own prefixes, or none.
            assert b"ns0" not in types + links + new.read("docProps/custom.xml")


def test_the_record_stays_when_a_presentation_is_saved_anew(made: dict, tmp_path: Path) -> None:
    pptx = pytest.importorskip("pptx")
    target, again = io.BytesIO(), tmp_path / "again.pptx"
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "湘江"
    deck.save(target)
    opened = pptx.Presentation(io.BytesIO(embed(target.getvalue(), ".pptx", made)))
    assert opened.slides[0].shapes.title.text == "湘江"
    opened.save(again)
    assert read(again) == made


def test_the_geopackage_stays_the_same(
    made: dict, outputs: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(embed(outputs[".gpkg"], ".gpkg", made))
    found = pyogrio.read_dataframe(path, layer="cities")
    assert found["id"].tolist() == layers.load("cities")["id"].tolist()


def test_a_raster_and_the_rest() -> None:
    made = record({}, created=CREATED)
    assert embed(b"II*\0", ".tif", made) == b"II*\0"
    with pytest.raises(InputError, match=r"suffix is '.docx'.*\.png"):
        embed(b"", ".docx", made)
    with pytest.raises(InputError, match=r"'a.docx' is of a kind that carries no record"):
        read("a.docx")
    with pytest.raises(InputError, match=r"'missing.png' cannot be read"):
        read("missing.png")


def test_a_broken_record_says_so(outputs: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    for text, words in (
        ("{", "is broken"),
        ("[]", "no JSON object"),
        ('{"schema":1}', "lacks created"),
        (json.dumps(dict.fromkeys(provenance.KEYS, 9)), "lacks created, data, files"),
        (json.dumps(record({}, created=CREATED) | {"schema": 9}), "has schema 9.*Update"),
    ):
        name = "xiangjiang-atlas"
        path.write_bytes(provenance.put_text(outputs[".png"], ".png", text, name=name))
        with pytest.raises(InputError, match=words):
            read(path)


def test_changed_names_the_files_that_differ(made: dict, tmp_path: Path) -> None:
    assert changed(made) == []
    folder = tmp_path / "plan"
    shutil.copytree(open_plan().folder, folder)
    with open_plan(folder):
        assert changed(made) == []
        parks = folder / "parks.csv"
        parks.write_bytes(parks.read_bytes().replace(b"national", b"provincial", 1))
        (folder / "roads.geojson").unlink()
        assert changed(made) == ["parks.csv", "roads.geojson"]
        assert record(SPEC, created=CREATED, lang="en")["data"] != made["data"]
        other = {**made, "files": {**data_hashes(), "old.csv": "0" * 64}}
        assert changed(other) == ["old.csv"]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"file": "/home/somebody/地块.shp"}, "spec.file holds a path"),
        ({"notes": ["see /srv/share/plan.csv"]}, "spec.notes holds a path"),
        ({"file": "C:\\Users\\somebody\\a.csv"}, "holds a path"),
        ({"file": "~/a.csv"}, "holds a path"),
        ({"file": "file:///a.csv"}, "holds a path"),
        ({"base": {"tianditu_key": "0123456789abcdef"}}, "spec.base.tianditu_key holds a key"),
        ({"a": float("nan")}, "is not JSON"),
        ({"a": object()}, "is not JSON"),
    ],
)
def test_what_must_not_leave_the_machine_is_refused(spec: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        record(spec, created=CREATED)


def test_what_only_looks_like_a_path_is_welcome() -> None:
    spec = {"title": "大科城/科学城 ~5 km", "source": "https://example.org/a/b", "key": ""}
    spec |= {"unit": "家/km²", "file": "地块.shp", "note": "和/或 / 及"}
    assert record(spec, created=CREATED)["spec"] == spec


def test_bad_dates_and_languages_are_refused() -> None:
    for created in ("yesterday", "", None):
        with pytest.raises(InputError, match="no ISO 8601 date"):
            record({}, created=created)
    with pytest.raises(InputError, match=r"no language 'fr'; choose from \['en', 'zh'\]"):
        record({}, created=CREATED, lang="fr")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_of_this_machine_is_in_an_output(
    suffix: str, made: dict, outputs: dict[str, bytes]
) -> None:
    data = embed(outputs[suffix], suffix, made)
    parts = [data]
    if suffix == ".pptx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        words = {str(Path(provenance.__file__).parents[1]), str(Path.home()), os.getcwd()}  # noqa: PTH109
        words |= {socket.gethostname()}
        words |= {getpass.getuser()} - {"root"}
    # A word as short as "/" or "me" says nothing.
    telling = [word.encode() for word in words if len(word) > 5]
    assert telling
    assert [word for word in telling for part in parts if word in part] == []


OPENINGS = {
    ".svg": b'<metadata id="xiangjiang-atlas" ',
    ".html": b'<script type="application/json" id="xiangjiang-atlas">',
    ".pdf": b"/XiangjiangAtlas (\\",
    ".png": b"\0\0\0\0iTXt\0\0\0\0",
}


@pytest.mark.parametrize("suffix", OPENINGS)
def test_a_file_of_many_beginnings_is_read_in_time_that_grows_as_it_does(
    suffix: str, tmp_path: Path
) -> None:
    heads = {".png": b"\x89PNG\r\n\x1a\n", ".pdf": b"%PDF-1.7"}
    path = tmp_path / f"map{suffix}"
    heads |= {".svg": b"<svg>", ".html": b"<html>"}
    path.write_bytes(heads[suffix] + OPENINGS[suffix] * 200_000 + b" " * 1_000_000)
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.code in {"record.broken", "record.missing"}


@pytest.mark.parametrize(
    "custom",
    [
        "<Properties>" + " " * 50_000_000 + "</Properties>",
        '<!DOCTYPE p [<!ENTITY a "aaaa">]><Properties>&a;</Properties>',
        "<a>" * 1000,
        '<Properties xmlns="x"><property name="xiangjiang-atlas-' + "9" * 6000 + '"/></Properties>',
    ],
    ids=["large", "entities", "open", "digits"],
)
def test_slides_that_grow_when_they_are_read_are_refused(custom: str, tmp_path: Path) -> None:
    path = tmp_path / "map.pptx"
    path.write_bytes(presentation(custom=custom))
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.code in {"record.broken", "record.missing"}


@pytest.mark.parametrize(
    "query",
    [
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n",
        (
            "SELECT 1 AS id, 'urn:xiangjiang-atlas' AS md_standard_uri, "
            "hex(zeroblob(900000000)) AS metadata"
        ),
        (
            "SELECT 1 AS id, 'urn:xiangjiang-atlas' AS md_standard_uri, group_concat(a.name, "
            "b.name) AS metadata FROM sqlite_master a, sqlite_master b, sqlite_master c, "
            "sqlite_master d, sqlite_master e, sqlite_master f, sqlite_master g"
        ),
    ],
    ids=["endless", "large", "product"],
)
@pytest.mark.parametrize("table", ["gpkg_metadata", "gpkg_contents"])
def test_a_geopackage_whose_tables_are_questions_without_end_is_refused(
    query: str, table: str, outputs: dict[str, bytes], tmp_path: Path
) -> None:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(embed(outputs[".gpkg"], ".gpkg", record({}, created=CREATED)))
    connection.execute(f"DROP TABLE {table}")
    connection.execute(f"CREATE VIEW {table} AS {query}")
    connection.commit()
    path = tmp_path / "map.gpkg"
    path.write_bytes(connection.serialize())
    connection.close()
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.code == "record.broken"


@pytest.mark.parametrize(
    "change",
    [
        {"spec": "/etc/passwd.yaml"},
        {"spec": "density"},
        {"spec": []},
        {"files": [["a"]]},
        {"created": None},
        {"own_data": 5},
        {"figures": ["a"]},
    ],
)
def test_a_record_names_no_file_to_be_opened(
    change: dict, made: dict, outputs: dict[str, bytes], tmp_path: Path
) -> None:
    text = json.dumps({**made, **change})
    path = tmp_path / "map.png"
    path.write_bytes(provenance.put_text(outputs[".png"], ".png", text, name="xiangjiang-atlas"))
    with pytest.raises(InputError, match="lacks") as caught:
        remake(path)
    assert caught.value.code == "record.broken"


def test_what_a_record_tells_says_nothing_to_a_terminal(tmp_path: Path) -> None:
    about = {"figures": {"\x1b[31mA": "\x1b]0;\x07B"}, "own_data": ["\x1b[2J"]}
    path = tmp_path / "map.svg"
    spec = {
        "map": "layer",
        "sheet": {"review_number": "internal"},
        "parameters": {"layer": "parks"},
    }
    path.write_bytes(embed(b"<svg></svg>", ".svg", record(spec, created=CREATED) | about))
    lines = remake(path)[1]
    assert any("A" in line and "B" in line for line in lines)
    assert not any(letter < " " for line in lines for letter in line)


def test_a_file_of_another_plan_is_not_taken_for_one_of_this(tmp_path: Path) -> None:
    path = tmp_path / "map.svg"
    with open_plan("tests/areas/tiny"):
        path.write_bytes(embed(b"<svg></svg>", ".svg", record({}, created=CREATED)))
        assert read(path)["plan"] == "tiny"
    for work in (read, remake, layers.check):
        with pytest.raises(InputError, match="--plan tiny") as caught:
            work(path)
        assert caught.value.code == "record.plan"


def test_a_record_without_bottom_is_refused(outputs: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    for text in ("[" * 100_000, '{"a":' * 100_000, "9" * 100_000, " " * 3_000_000):
        path.write_bytes(
            provenance.put_text(outputs[".png"], ".png", text, name="xiangjiang-atlas")
        )
        with pytest.raises(InputError) as caught:
            read(path)
        assert caught.value.code == "record.broken"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_byte_of_a_record_may_be_wrong(
    suffix: str, made: dict, outputs: dict[str, bytes], tmp_path: Path
) -> None:
    whole = embed(outputs[suffix], suffix, made)
    path = tmp_path / f"map{suffix}"
    for at in range(0, len(whole), max(1, len(whole) // 40)):
        broken = bytearray(whole)
        broken[at] ^= 0x5A
        path.write_bytes(bytes(broken))
        # Anything but a record or a refusal of ours fails here.
        with contextlib.suppress(InputError):
            assert read(path)["schema"] == 1
