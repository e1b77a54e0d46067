"""Base maps of an administrator's file: what it may say, and where its tiles then lie."""

from __future__ import annotations

import io
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image

from layers.data_check import damages
from layers.look.basemaps import basemap, basemaps, declared_keys
from layers.look.content import Content
from layers.look.declared import VARIABLE
from layers.look.overlays import Points
from layers.look.sheet import Sheet
from layers.look.standing import standing
from layers.outputs import output
from layers.paper.printing import composed
from layers.plan.catalogue import load
from layers.plan.data_files import DataError
from layers.record.specification import read_spec
from layers.web.document import content_document
from layers.web.webmap import content_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PLACE = (112.94, 28.23)
EXTENT = (112.84, 28.15, 113.04, 28.31)
MARK, DOT = (255, 0, 0), (0, 0, 255)
HEAD = """
  - name: city
    title: {zh: 市级底图, en: City map}
    attribution: © 市测绘院
    datum: cgcs2000
    review_number: 湘S(2025)001号
    year: 2025
"""
CAPABILITIES = """<?xml version="1.0" encoding="UTF-8"?>
<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1"
 xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.0">
 <ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP>
  <ows:Get xlink:href="{address}/wmts?"/></ows:HTTP></ows:DCP></ows:Operation>
 </ows:OperationsMetadata>
 <Contents>
  <Layer><ows:Identifier>vec</ows:Identifier>
   <Style isDefault="true"><ows:Identifier>plain</ows:Identifier></Style>
   <Format>image/png</Format>
   <TileMatrixSetLink><TileMatrixSet>c</TileMatrixSet></TileMatrixSetLink>
   <TileMatrixSetLink><TileMatrixSet>hunan</TileMatrixSet></TileMatrixSetLink>{rest}
  </Layer>
  <TileMatrixSet><ows:Identifier>c</ows:Identifier>
   <ows:SupportedCRS>urn:ogc:def:crs:EPSG::4490</ows:SupportedCRS>{c}</TileMatrixSet>
  <TileMatrixSet><ows:Identifier>hunan</ows:Identifier>
   <ows:SupportedCRS>urn:ogc:def:crs:EPSG::4547</ows:SupportedCRS></TileMatrixSet>
 </Contents></Capabilities>"""
REST = """<ResourceURL format="image/png" resourceType="tile"
 template="{address}/rest/{{style}}/{{TileMatrixSet}}/{{TileMatrix}}/{{TileRow}}/{{TileCol}}.png"/>"""
# 360 / 256 / 2^z degrees as the denominator of a scale of pixels of 0.28 mm.
LEVEL = """<TileMatrix><ows:Identifier>{z}</ows:Identifier>
 <ScaleDenominator>{scale}</ScaleDenominator><TopLeftCorner>90.0 -180.0</TopLeftCorner>
 <TileWidth>256</TileWidth><TileHeight>256</TileHeight>
 <MatrixWidth>{columns}</MatrixWidth><MatrixHeight>{rows}</MatrixHeight></TileMatrix>"""
# As the standard has them, and as Tianditu states them, whose pixels are 96 to the inch.
SCALE_C0, SCALE_C0_96 = 559_082_264.028_717_7, 591_658_710.909_131_3


class Answers(BaseHTTPRequestHandler):
    """Tiles in degrees, grey, with a red square at a place."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        if parts.path == "/wmts":
            said = {key: values[0] for key, values in parse_qs(parts.query).items()}
            z, row, column = said["TILEMATRIX"], said["TILEROW"], said["TILECOL"]
        else:
            *_, z, row, column = parts.path.removesuffix(".png").split("/")
        data = _tile(int(z), int(row), int(column))
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


def _tile(zoom: int, row: int, column: int) -> bytes:
    tile = np.full((256, 256, 3), 220, dtype=np.uint8)
    degrees = 360 / 2**zoom
    across = ((PLACE[0] + 180) / degrees - column) * 256
    down = ((90 - PLACE[1]) / degrees - row) * 256
    at = np.arange(256) + 0.5
    tile[np.ix_(np.abs(at - down) <= 12, np.abs(at - across) <= 12)] = MARK
    held = io.BytesIO()
    Image.fromarray(tile).save(held, format="PNG")
    return held.getvalue()


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as host:
        host.asked = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield host
        host.shutdown()
        thread.join()


@pytest.fixture
def declare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def write(words: str, capabilities: str = "") -> None:
        path = tmp_path / "底图.yaml"
        path.write_text(f"basemaps:{words}", encoding="utf-8")
        (tmp_path / "wmts.xml").write_text(capabilities, encoding="utf-8")
        monkeypatch.setenv(VARIABLE, str(path))

    return write


def capabilities(server: ThreadingHTTPServer, *, rest: bool) -> str:
    address = f"http://127.0.0.1:{server.server_port}"
    levels = (
        LEVEL.format(
            z=z, scale=(SCALE_C0 if rest else SCALE_C0_96) / 2**z, columns=2**z, rows=2 ** (z - 1)
        )
        for z in range(1, 16)
    )
    link = REST.format(address=address) if rest else ""
    return CAPABILITIES.format(address=address, c="".join(levels), rest=link)


OFFERED = "    kind: wmts\n    layer: vec\n    matrix_set: c\n    capabilities: wmts.xml\n"


def declared_by(way: str, server: ThreadingHTTPServer) -> str:
    address = f"http://127.0.0.1:{server.server_port}/wmts"
    if way in {"kvp", "rest"}:
        return HEAD + OFFERED
    by = f"    kind: wmts\n    layer: vec\n    matrix_set: c\n    url: {address}\n"
    if way == "grid":
        return HEAD + by + "    grid: c\n"
    levels = ", ".join(f"{{id: {z}, scale_denominator: {SCALE_C0 / 2**z}}}" for z in range(1, 14))
    return HEAD + by + f"    crs: EPSG:4490\n    matrices: [{levels}]\n"


@pytest.mark.parametrize("way", ["kvp", "rest", "grid", "matrices"])
def test_tiles_in_degrees_lie_in_a_print_where_the_plan_has_the_place(
    way: str, server: ThreadingHTTPServer, declare: Callable[..., None]
) -> None:
    declare(declared_by(way, server), capabilities(server, rest=way == "rest"))
    dot = gpd.GeoDataFrame({"id": ["dot"]}, geometry=[shapely.Point(PLACE)], crs=4490)
    point = Points(dot, "所在", "Place", colour="#0000FF", size_px=4)
    content = Content(
        {"districts": load("districts")}, ("districts",), (point,), "zh", EXTENT, "city"
    )
    made = composed(content, Sheet("底图", "internal", dpi=100))
    assert made.note == ""
    with Image.open(io.BytesIO(made.map_picture())) as image:
        picture = np.asarray(image.convert("RGB")).astype(int)
    red, blue = (np.argwhere(np.abs(picture - each).max(axis=2) < 40) for each in (MARK, DOT))
    assert len(red)
    # The dot lies on the mark and hides its middle.
    apart = (red.min(axis=0) + red.max(axis=0)) / 2 - blue.mean(axis=0)
    assert np.abs(apart).max() <= 1.5
    asked = server.asked[0]  # type: ignore[attr-defined]
    assert asked.startswith("/rest/plain/c/" if way == "rest" else "/wmts?SERVICE=WMTS&")
    told = standing(content)
    assert "市级底图（2025）" in told[1]
    assert "湘S(2025)001号" in told[1]


XYZ = HEAD + "    kind: xyz\n    url: http://10.0.0.1/{z}/{x}/{y}.png\n"


@pytest.mark.usefixtures("tiny")
def test_a_declared_base_map_is_a_choice_but_not_of_files_that_are_handed_on(
    declare: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITY_KEY", "abc/def")
    declare(XYZ.replace("{y}.png", "{y}.png?tk={key}") + "    key_variable: CITY_KEY\n")
    assert list(basemaps())[-1] == "city"
    assert declared_keys() == {"city": "abc/def"}
    spec = read_spec("overview", review_number="internal")
    page = content_document(spec.content())
    (drawn,) = [each for each in page["basemaps"] if each["name"] == "city"]
    assert not drawn["needs_key"]
    assert "abc/def" not in str(page)
    for made in (content_page(spec.content()).encode(), output(spec, ".html")):
        assert b"10.0.0.1" not in made
        assert b"abc/def" not in made
    declare(XYZ + "    in_files: true\n")
    assert "10.0.0.1" in content_page(spec.content())
    assert basemap("city").levels()[-1].id == "18"


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("\n  - {name: city}\n", "basemaps[0]"),
        (XYZ.replace("datum: cgcs2000", "datum: bd09"), "basemaps[0].datum"),
        (XYZ.replace("/{x}", ""), "basemaps[0].url"),
        (XYZ.replace("name: city", "name: osm"), "basemaps[0].name"),
        (XYZ + "    key_variable: NO_SUCH_KEY\n", "NO_SUCH_KEY"),
        (XYZ + "    key_variable: PLAIN_KEY\n    in_files: true\n", "basemaps[0].in_files"),
        (XYZ.replace(".png", "/{evil.__class__}"), "{key}"),
        (XYZ.replace(".png", "?tk=0123456789"), "{key}"),
        (XYZ.replace("10.0.0.1", "{s}.cn"), "{s}"),
        (XYZ.replace("http:", "http://a:b@"), "http://"),
        (XYZ + "    min_zoom: 9\n    max_zoom: 3\n", "min_zoom"),
        (XYZ + "    year: 2001-99-99\n", "YAML"),
        (HEAD + "    kind: wmts\n    layer: a\n    matrix_set: c\n", "basemaps[0]"),
        (HEAD + OFFERED.replace("vec", "cva"), "vec"),
        (HEAD + OFFERED.replace("set: c", "set: w"), "c, hunan"),
        (HEAD + OFFERED.replace("set: c", "set: hunan"), "4547"),
        (HEAD + OFFERED.replace("wmts.xml", "none.xml"), "GetCapabilities"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_and_validate_finds_it(
    words: str, place: str, declare: Callable[..., None], server: ThreadingHTTPServer
) -> None:
    declare(words, capabilities(server, rest=False))
    with pytest.raises(DataError) as caught:
        basemaps()
    assert place in caught.value.sentence("en")
    assert [str(each) for each in damages()] == [str(each) for each in caught.value.damages]


OF_NO_CODEC = '<?xml version="1.0" encoding="utf-7"?><a/>'


@pytest.mark.parametrize("data", ["", "<a", "<!DOCTYPE a><a/>", "<a/>", OF_NO_CODEC])
def test_an_answer_of_a_service_that_is_none_is_refused(
    data: str, declare: Callable[..., None]
) -> None:
    declare(HEAD + OFFERED, data)
    with pytest.raises(DataError):
        basemaps()


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("TopLeftCorner>.*?<", "TopLeftCorner>nan inf<"),
        ("TileWidth>.*?<", "TileWidth>0<"),
        ("MatrixWidth>.*?<", "MatrixWidth>-2<"),
        ("MatrixWidth>.*?<", f"MatrixWidth>{'9' * 400}<"),
        ("(?s)<TileMatrix>.*</TileMatrix>", ""),
        ("http://", "file://"),
    ],
)
def test_a_service_whose_levels_or_addresses_cannot_be_used_is_refused(
    part: str, instead: str, declare: Callable[..., None], server: ThreadingHTTPServer
) -> None:
    data = capabilities(server, rest=True)
    assert re.search(part, data)
    declare(HEAD + OFFERED, re.sub(part, instead, data))
    with pytest.raises(DataError):
        basemaps()
