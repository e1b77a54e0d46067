"""Tile base maps in print: where they lie, what they hide, and what is said when there are none."""

from __future__ import annotations

import io
import json
import math
import threading
import zipfile
import zlib
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from urllib.request import Request

import geopandas as gpd
import numpy as np
import pptx
import pytest
import shapely
from PIL import Image
from pypdf import PdfReader

from app.web import view_state
from geo.errors import InputError
from layers.look.basemaps import VECTOR, basemap, basemaps
from layers.look.content import Content
from layers.look.overlays import Points
from layers.look.sheet import Sheet
from layers.outputs import output
from layers.paper import tiles
from layers.paper.printing import composed, drawn, printed
from layers.plan.catalogue import load
from layers.record import provenance
from layers.record.schema import schema
from layers.record.specification import MapSpec, read_spec
from layers.web.document import content_document

PLACE = (112.94, 28.23)
# The same place in GCJ-02, by the public formula.
PLACE_GCJ02 = (112.945453, 28.226494)
EXTENT = (112.84, 28.15, 113.04, 28.31)
SHEET = Sheet("底图", "internal", date="2026-11-21", dpi=100)
GROUND, MARK, DOT = (200, 225, 200), (255, 0, 0), "#0000FF"
KEY = "key of/this test"


def png(tile):
    file = io.BytesIO()
    Image.fromarray(tile).save(file, format="PNG")
    return file.getvalue()


PLAIN = {
    "land": png(np.full((256, 256, 3), GROUND, dtype=np.uint8)),
    "mark": png(np.zeros((256, 256, 4), dtype=np.uint8)),
}


class Host(ThreadingHTTPServer):
    """Serves tiles in two layers: a green ground, and a red square at a place above it."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.mark, self.asked, self.agents = PLACE, [], set()
        # What is answered in place of a tile: status and contents, by the path that is asked for.
        self.instead = lambda _path: None

    @property
    def templates(self):
        address = f"http://127.0.0.1:{self.server_port}"
        return tuple(f"{address}/{{z}}/{{x}}/{{y}}/{name}?tk={{key}}" for name in ("land", "mark"))

    def tile(self, zoom, x, y, name):
        lon, lat = self.mark
        northing = math.asinh(math.tan(math.radians(lat)))
        across = ((lon + 180) / 360 * 2**zoom - x) * 256
        down = ((1 - northing / math.pi) / 2 * 2**zoom - y) * 256
        places = np.arange(256) + 0.5
        near = np.abs(places - down) <= 10, np.abs(places - across) <= 10
        if name == "land" or not all(side.any() for side in near):
            return PLAIN[name]
        tile = np.zeros((256, 256, 4), dtype=np.uint8)
        tile[np.ix_(*near)] = (*MARK, 255)
        return png(tile)


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.server.agents.add(self.headers["User-Agent"])
        zoom, x, y, name = self.path.partition("?")[0].strip("/").split("/")
        instead = self.server.instead(self.path)
        status, data = instead or (200, self.server.tile(int(zoom), int(x), int(y), name))
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_words):
        """Say nothing."""


@pytest.fixture
def host(monkeypatch):
    """Give a host whose tiles stand in place of those of every online base map."""
    with Host() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        local = {
            name: replace(entry, tiles=server.templates if entry.tiles else ())
            for name, entry in basemaps().items()
        }
        monkeypatch.setattr("layers.look.basemaps.basemaps", lambda: local)
        # Slides have a picture of fewer dots, and of fewer tiles.
        monkeypatch.setattr("layers.book.map_deck.MAP_DPI", 50)
        monkeypatch.delenv("TIANDITU_KEY", raising=False)
        yield server
        server.shutdown()
        thread.join()


def content_on(base, lang="zh", *, ground=("districts",)):
    dot = gpd.GeoDataFrame({"id": ["dot"]}, geometry=[shapely.Point(PLACE)], crs=4490)
    overlay = Points(dot, "所在", "Place", colour=DOT, size_px=4)
    frames = {name: load(name) for name in ground}
    return Content(frames, ground, (overlay,), lang, EXTENT, base)


def spec_on(base):
    """A map of the cities: as little as a specification can show."""
    spec = read_spec("overview", review_number="internal", date="2026-11-21", dpi=50)
    return replace(spec, base=base, visible=("districts", "cities"))


def said(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def middle(image, colour):
    """The middle of what has a colour, column and row."""
    rows, columns = np.nonzero((np.abs(image - colour) < 70).all(axis=2))
    assert rows.size
    return (columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2


def apart(image):
    """How many pixels the mark on the tiles lies to the right of and below the dot of the plan."""
    return np.subtract(middle(image, MARK), middle(image, (0, 0, 255)))


# ---- where the tiles lie ----


@pytest.mark.parametrize(
    ("base", "mark", "dpi"),
    [("osm", PLACE, 110), ("tianditu_img", PLACE, 50), ("amap", PLACE_GCJ02, 85)],
)
def test_a_mark_on_the_tiles_lies_at_the_place_of_the_plan(host, monkeypatch, base, mark, dpi):
    monkeypatch.setenv("TIANDITU_KEY", KEY)
    # Finer than both, between them, and coarser.
    monkeypatch.setattr(tiles, "PICTURE_DPI", 100.0)
    monkeypatch.setattr(tiles, "TILE_DPI", 75.0)
    host.mark = mark
    made = composed(content_on(base), replace(SHEET, dpi=dpi))
    data, told = made.map_picture(), made.note
    image = pixels(data)
    assert told == ""
    assert np.abs(apart(image)).max() <= 1.5
    assert np.mean(np.abs(image - GROUND).max(axis=2) <= 1) > 0.7


def test_tiles_in_gcj02_taken_for_others_would_lie_660_m_to_the_south_east(host):
    host.mark = PLACE_GCJ02
    made = composed(content_on("osm"), SHEET)
    (ratio,) = (text for text in said(made.figure) if text.startswith("1:"))
    metres_per_px = int("".join(filter(str.isdigit, ratio[2:]))) * 0.0254 / SHEET.dpi
    right, below = apart(pixels(made.map_picture())) * metres_per_px
    assert math.hypot(right, below) == pytest.approx(660, abs=2 * metres_per_px)
    assert right > 0
    assert below > 0


def test_no_more_tiles_are_asked_for_than_allowed_and_each_once(host, monkeypatch):
    sheet = replace(SHEET, dpi=60)
    drawn(content_on("osm"), sheet)
    usual = len(host.asked)
    assert len({path.split("/")[1] for path in host.asked}) == 1
    assert len(set(host.asked)) == usual <= 2 * tiles.MOST_TILES
    # What is made of the same sheet next is made of the same tiles.
    printed(content_on("osm"), sheet, ".pdf")
    assert len(host.asked) == usual
    assert host.agents == {"xiangjiang-atlas"}
    monkeypatch.setattr(tiles, "MOST_TILES", 4)
    host.asked.clear()
    drawn(content_on("osm"), replace(sheet, dpi=150))
    assert 2 <= len(host.asked) <= 8


def test_no_deeper_level_is_asked_for_than_there_is(host):
    narrow = replace(content_on("osm"), extent=(112.9399, 28.2299, 112.9401, 28.2301))
    drawn(narrow, SHEET)
    assert {path.split("/")[1] for path in host.asked} == {str(basemap("osm").max_zoom)}


# ---- what is drawn on them ----


def test_tiles_stand_in_place_of_land_water_and_traffic(host):
    ground = ("districts", "river", "metro", "roads")
    made = composed(content_on("osm", ground=ground), SHEET)
    words = said(made.figure)
    assert {"新区组成", "周边"} <= set(words)
    assert not {"水系", "道路", "地铁", "湘江", "岳麓区"} & set(words)
    (sources,) = (text for text in words if text.startswith("资料来源"))
    assert sources.endswith("© OpenStreetMap contributors")
    assert {"水系", "道路"} <= set(
        said(drawn(content_on(VECTOR, ground=ground), replace(SHEET, dpi=50)))
    )
    # The boundary of a district is on the tiles.
    boundary = np.array([0x8D, 0x94, 0x9B])
    image = pixels(made.map_picture())
    assert host.asked
    assert np.mean(np.abs(image - boundary).max(axis=2) < 30) > 1e-3


def test_tiles_in_grey_have_no_colour(host):
    grey = replace(SHEET, palette="grey", dpi=50)
    image = pixels(composed(content_on("osm"), grey).map_picture())
    assert host.asked
    assert np.mean(np.ptp(image, axis=2) > 40) < 1e-3
    # 0.299 · 200 + 0.587 · 225 + 0.114 · 200 = 214.7
    assert np.mean(np.abs(image - 215).max(axis=2) <= 1) > 0.6


def test_pdf_and_slides_have_the_tiles_and_their_attribution(host):
    host.mark = PLACE_GCJ02
    spec = spec_on("amap")
    pdf = output(spec, ".pdf")
    assert len(pdf) < 3_000_000
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    assert basemap("amap").attribution in page.extract_text()
    # The one picture in it has the dots of the sheet: 297 mm at 50 to the inch are 585.
    (size,) = (each.image.size for each in page.images)
    assert 0.6 * 585 < size[0] < 585
    slide = pptx.Presentation(io.BytesIO(output(spec, ".pptx"))).slides[0]
    (whole,) = (shape for shape in slide.shapes if shape.name == "地图")
    (blob,) = (shape.image.blob for shape in whole.shapes if shape.shape_type == 13)
    assert np.mean(np.abs(pixels(blob) - GROUND).max(axis=2) <= 1) > 0.5
    assert basemap("amap").attribution in slide.notes_slide.notes_text_frame.text


# ---- when there are none ----


def one_tile(status, data):
    """Answer so for one tile of the upper layer, and leave all others as they are."""
    seen = []

    def instead(path):
        if "/mark" not in path or (seen and seen != [path]):
            return None
        seen[:] = [path]
        return status, data

    return instead


@pytest.mark.parametrize(
    ("instead", "reason"),
    [
        (lambda _: (403, b""), "服务器答复 403"),
        (one_tile(500, b""), "服务器答复 500"),
        (one_tile(200, b"<html>quota</html>"), "答复不是图片"),
        (one_tile(200, b"\x89PNG\r\n\x1a\n broken"), "答复不是图片"),
    ],
    ids=["refused", "partly", "words", "broken"],
)
def test_without_every_tile_the_vector_base_map_stands_and_it_is_said(host, instead, reason):
    host.instead = instead
    made = composed(content_on("osm"), replace(SHEET, dpi=50))
    assert made.content.base == VECTOR
    # Nor does any of the tiles that came.
    image = pixels(made.map_picture())
    assert np.mean(np.abs(image - GROUND).max(axis=2) <= 1) < 0.01
    assert made.note == f"底图“OpenStreetMap”未能取得（{reason}），以内置矢量底图代替"
    assert made.note in "".join(said(made.figure))


def test_a_print_without_tiles_is_one_on_the_vector_base_map_with_a_note(host):
    host.instead = lambda _: (403, b"")
    sheet = replace(SHEET, dpi=50)
    note = (
        "The base map “OpenStreetMap” could not be had (the server replied 403): "
        "the built-in vector map stands in its place"
    )
    found = printed(content_on("osm", "en"), sheet, ".png")
    assert found == printed(content_on(VECTOR, "en"), replace(sheet, notes=(note,)), ".png")


# A picture of 2 GB by what its head says.
BOMB = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\2\0\0\0"
BOMB += zlib.crc32(BOMB[12:]).to_bytes(4, "big")


def test_a_reply_that_is_huge_late_or_from_elsewhere_is_no_tile(host):
    address = host.templates[0].format(z=1, x=0, y=0, key="")
    soon = monotonic() + 60
    host.instead = lambda _: (200, BOMB)
    with pytest.raises(tiles.TilesError, match="no_picture"):
        tiles._tile(address, 256, soon)
    with pytest.raises(tiles.TilesError, match="unreachable"):
        tiles._tile(address, 256, monotonic())
    sent = (Request(address), None, 302, "", {})  # noqa: S310 - http
    for elsewhere in ("http://169.254.169.254/", address.replace("127.0.0.1", "localhost")):
        assert tiles._SameHost().redirect_request(*sent, elsewhere) is None
    assert tiles._SameHost().redirect_request(*sent, address + "&v=2")


def test_a_host_that_is_not_there_is_no_failure(host):
    host.shutdown()
    host.server_close()
    assert any("连不上服务器" in text for text in said(drawn(content_on("osm"), SHEET)))


def test_without_a_key_nothing_is_asked_for(host):
    assert any("未设密钥" in text for text in said(drawn(content_on("tianditu"), SHEET)))
    assert host.asked == []


@pytest.mark.parametrize(("refused", "suffix"), [(False, ".pptx"), (True, ".png")])
def test_a_key_goes_to_the_host_and_nowhere_else(host, monkeypatch, caplog, refused, suffix):
    caplog.set_level("DEBUG")
    monkeypatch.setenv("TIANDITU_KEY", KEY)
    host.instead = lambda _: (418, KEY.encode()) if refused else None
    spec = spec_on("tianditu")
    written = "key%20of%2Fthis%20test"
    data = output(spec, suffix)
    if suffix == ".pptx":
        whole = zipfile.ZipFile(io.BytesIO(data))
        data = b"".join(whole.read(name) for name in whole.namelist())
    for secret in (KEY, written, "127.0.0.1"):
        assert secret.encode() not in data
        assert secret not in caplog.text
    assert host.asked
    assert all(path.endswith(f"?tk={written}") for path in host.asked)
    words = " ".join(said(drawn(spec.content(), spec.titled())))
    assert ("服务器答复 418" in words) is refused
    assert KEY not in words


def test_slides_say_that_the_base_map_is_another(host):
    host.instead = lambda _: (403, b"")
    slide = pptx.Presentation(io.BytesIO(output(spec_on("osm"), ".pptx"))).slides[0]
    footer = " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    assert "以内置矢量底图代替" in footer
    assert basemap("osm").attribution not in footer


# ---- the specification ----


def test_the_schema_knows_every_base_map():
    assert schema()["properties"]["base"]["enum"] == list(basemaps())


def test_a_specification_keeps_its_base_map_and_a_page_opens_with_it():
    data = {"map": "overview", "sheet": {"review_number": "internal"}, "base": "amap"}
    spec = read_spec(data)
    assert spec == read_spec(spec.to_dict())
    assert content_document(spec.content())["base"] == "amap"
    assert read_spec("overview", review_number="internal").base == VECTOR
    record = provenance.record(spec.to_dict(), created="2026-11-21")
    assert json.loads(json.dumps(record))["spec"]["base"] == "amap"
    with pytest.raises(InputError, match="base: 'baidu'"):
        read_spec(data | {"base": "baidu"})
    with pytest.raises(InputError, match=r"choose from .*'osm'"):
        MapSpec("overview", SHEET, base="baidu").content()


def test_an_address_is_not_believed_that_names_no_base_map():
    assert [view_state.base(name) for name in ("amap", "vector", "javascript:", "", None)] == [
        "amap",
        *[VECTOR] * 4,
    ]
