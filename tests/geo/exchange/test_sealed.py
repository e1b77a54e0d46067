"""A stranger's file can reach nothing, and whatever it does to its parser comes back as words."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import os
import platform
import signal
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pytest
import rasterio
import shapely
from rasterio._err import CPLE_BaseError
from rasterio.drivers import raster_driver_extensions
from rasterio.errors import RasterioError
from rasterio.transform import from_origin

from geo.errors import AtlasError, CRSError, InputError
from geo.exchange import errand, frame_parcels, parcels, seal, sealed, shape_parcels
from geo.exchange.parsed import Candidate, Parsed
from geo.exchange.rasters import read_raster
from geo.exchange.worker import DRIVERS
from geo.findings import Finding
from geo.wording import catalogue
from geo.zoned.raster_zones import zonal_statistics

ROOT = Path(__file__).parents[3]
SECRET = b"the server's own secret, 31 bytes"
SECRETS = ("AWS_SECRET_ACCESS_KEY", "TIANDITU_KEY", "GDAL_HTTP_HEADERS", "PYTHONSTARTUP")


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """A reader with the tasks of this module's neighbour, begun by a server that has secrets."""
    one = sealed.Reader(("sealed_tasks",), str(Path(__file__).parent))
    inherited = os.open(tmp_path_factory.mktemp("server"), os.O_RDONLY)
    os.set_inheritable(inherited, True)  # noqa: FBT003
    with pytest.MonkeyPatch.context() as patch:
        for name in SECRETS:
            patch.setenv(name, "secret")
        ask(one, "size")
    os.close(inherited)
    yield one
    one.close()


def ask(reader, task, data=b"x", **options):
    """What a task told, which it can only do by refusing."""
    with pytest.raises(AtlasError) as refusal:
        reader.run(task, data, "people.tif", options, function="test")
    assert refusal.value.code == "file.empty"
    return json.loads(str(refusal.value).removeprefix("test: "))


def code(reader, task, data=b"x", **options):
    """The code of the refusal, which has to be one with sentences."""
    with pytest.raises(InputError) as refusal:
        reader.run(task, data, "people.tif", options, function="test")
    for lang in ("zh", "en"):
        assert "people.tif" in refusal.value.sentence(lang)
    return refusal.value.code


def geotiff(path, values=((20, 20), (20, 20)), **profile):
    values = np.asarray(values, dtype=profile.pop("dtype", "float32"))
    profile = {
        "driver": "GTiff",
        "height": values.shape[0],
        "width": values.shape[1],
        "count": 1,
        "dtype": values.dtype,
        "crs": "EPSG:4490",
        "transform": from_origin(112, 29, 0.01, 0.01),
    } | profile
    with rasterio.open(path, "w", **profile) as target:
        target.write(values, 1)
    return path


# ---- what a parser can reach


def test_a_parser_can_open_send_start_and_change_nothing(reader, tmp_path):
    place = tmp_path / "secret.txt"
    place.write_bytes(SECRET)
    outcomes = ask(reader, "attempts", file=str(place))
    assert {key: value for key, value in outcomes.items() if value == "done"} == {}
    assert [path.name for path in tmp_path.iterdir()] == ["secret.txt"]
    assert place.read_bytes() == SECRET


def test_every_system_call_is_refused_but_those_that_are_named(reader):
    place = {"x86_64": 0, "aarch64": 1}[platform.machine()]
    free = {numbers[place] for numbers in seal._FREE.values()} - {None}
    # Two by which the kernel returns from its own probes; anyone else who makes them is ended.
    probes = {335, 336}
    assert ask(reader, "calls", skip=sorted(free | probes)) == []


def test_a_parser_knows_no_variable_of_the_server_and_no_open_file_of_it(reader):
    around = ask(reader, "surroundings")
    allowed = {*sealed._INHERITED, *sealed._SETTINGS, "PROJ_DATA", "PROJ_LIB", "GDAL_DATA"}
    allowed |= {"GDAL_CURL_CA_BUNDLE", "PROJ_CURL_CA_BUNDLE"}  # set by pyogrio and rasterio
    assert set(around["environment"]) <= allowed
    # Its two pipes, and the three tables of coordinate systems: pyproj's and those of two GDALs.
    assert around["files"] <= 2 + 3


# ---- what a file can make GDAL do


def written_by_every_driver(folder):
    """A small file by each driver that can write one, by name of the driver."""
    files = {}
    for place, driver in enumerate(sorted({*raster_driver_extensions().values(), "COG", "GTI"})):
        path = folder / f"r{place}"
        try:
            geotiff(path, driver=driver, dtype="uint8")
        except (RasterioError, CPLE_BaseError, ValueError, TypeError):
            continue
        if path.is_file():
            files[driver] = path.read_bytes()
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    for place, driver in enumerate(sorted(pyogrio.list_drivers(write=True))):
        path = folder / f"v{place}"
        try:
            pyogrio.write_dataframe(frame, path, driver=driver)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError):
            continue
        except (pyogrio.errors.FeatureError, pyogrio.errors.FieldError, RuntimeError):
            continue
        if path.is_file():
            files[f"{driver} (features)"] = path.read_bytes()
    return files


@pytest.mark.filterwarnings("ignore")  # what drivers say of what they cannot write
def test_of_every_driver_that_gdal_has_only_the_named_ones_open_a_file(reader, tmp_path):
    files = written_by_every_driver(tmp_path)
    assert len(files) > 25
    encoded = {key: base64.b64encode(content).decode() for key, content in files.items()}
    opened = {}
    for key, content in encoded.items():
        opened |= ask(reader, "any_driver", files={key: content})
    assert {driver for drivers in opened.values() for driver in drivers} <= DRIVERS
    assert {"GTiff", "GPKG", "GeoJSON"} <= {each for drivers in opened.values() for each in drivers}
    assert set(ask(reader, "drivers")) <= DRIVERS | {"MEM", "Memory"}
    assert set(ask(reader, "drivers", only="GPKG")) <= {"GPKG", "MEM", "Memory"}
    for driver, content in files.items():
        if driver not in {"GTiff", "COG"}:
            with pytest.raises(AtlasError):
                read_raster(content)


def raster_of_elsewhere(secret, address):
    """Files that tell GDAL to read another one."""
    source = "<SimpleSource><SourceFilename>{}</SourceFilename></SimpleSource>"
    vrt = (
        '<VRTDataset rasterXSize="8" rasterYSize="4"><SRS>EPSG:4490</SRS>'
        "<GeoTransform>112,0.01,0,29,0,-0.01</GeoTransform>{}</VRTDataset>"
    )
    band = '<VRTRasterBand dataType="Byte" band="1">{}</VRTRasterBand>'
    unpacked = (
        '<VRTRasterBand dataType="Byte" band="1" subClass="VRTRawRasterBand">'
        f'<SourceFilename relativetoVRT="0">{secret}</SourceFilename></VRTRasterBand>'
    )
    return {
        "VRT": vrt.format(band.format(source.format(secret))),
        "raw VRT": vrt.format(unpacked),
        "VRT of an address": vrt.format(band.format(source.format(f"/vsicurl/{address}a.tif"))),
        "WMS": f'<GDAL_WMS><Service name="TMS"><ServerUrl>{address}${{z}}</ServerUrl></Service>'
        "<DataWindow><UpperLeftX>0</UpperLeftX><UpperLeftY>1</UpperLeftY><LowerRightX>1"
        "</LowerRightX><LowerRightY>0</LowerRightY><SizeX>9</SizeX><SizeY>9</SizeY></DataWindow>"
        "<Projection>EPSG:4326</Projection><BandsCount>1</BandsCount></GDAL_WMS>",
        "WMTS": f"<GDAL_WMTS><GetCapabilitiesUrl>{address}</GetCapabilitiesUrl></GDAL_WMTS>",
        "WCS": f"<WCS_GDAL><ServiceURL>{address}</ServiceURL></WCS_GDAL>",
        "GTI": f"<GDALTileIndexDataset><IndexDataset>{secret}</IndexDataset>"
        "</GDALTileIndexDataset>",
        "STACIT": json.dumps(
            {
                "type": "FeatureCollection",
                "stac_version": "1.0.0",
                "features": [{"type": "Feature", "assets": {"a": {"href": f"{address}a.tif"}}}],
            }
        ),
        "STACTA": json.dumps({"stac_extensions": ["tiled-assets"], "tiled_assets": address}),
        "features of elsewhere": f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{secret}'
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        "WFS": f"<OGRWFSDataSource><URL>{address}</URL></OGRWFSDataSource>",
        "pipeline": json.dumps(
            {"type": "gdal_streamed_alg", "command_line": f"gdal read {secret}"}
        ),
    }


@pytest.fixture
def listener():
    """Address of a server, and what it was asked for."""
    heard = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815  the name that the library calls

        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", heard
        server.shutdown()


def test_a_file_that_names_another_file_or_host_gets_neither(reader, tmp_path, listener):
    address, heard = listener
    secret = geotiff(tmp_path / "secret.tif", np.full((4, 8), 42), dtype="uint8")
    for name, text in raster_of_elsewhere(secret, address).items():
        with pytest.raises(InputError) as refusal:
            read_raster(text.encode())
        assert refusal.value.code == "raster.format", name
        people = tmp_path / "people.tif"
        people.write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as refusal:
            read_raster(people)
        assert refusal.value.code == "raster.format", name
        zones = gpd.GeoSeries([shapely.box(112, 28.9, 112.1, 29)], crs=4490)
        with pytest.raises(InputError):
            zonal_statistics(people, zones)
        encoded = base64.b64encode(text.encode()).decode()
        # The features of a catalogue are features; what they point at is not opened.
        opened = ask(reader, "any_driver", files={name: encoded})
        assert opened in ({}, {"STACIT": ["GeoJSON"]}), name
    assert heard == []


def test_a_path_that_is_none_of_this_machine_is_refused(reader, tmp_path, listener):
    address, heard = listener
    secret = geotiff(tmp_path / "secret.tif")
    paths = [
        f"/vsicurl/{address}a.tif",
        f"{address}a.tif",
        f"WMS:{address}",
        f"WFS:{address}",
        f"vrt://{secret}",
        f"GTIFF_DIR:1:{secret}",
        f"/vsizip/{secret}",
        f"/vsisubfile/0_9999,{secret}",
        raster_of_elsewhere(secret, address)["VRT"],
        "/dev/zero",
        str(tmp_path),
        "a\0b",
        "a" * 5000,
    ]
    zones = gpd.GeoSeries([shapely.box(112, 28.9, 112.1, 29)], crs=4490)
    for path in paths:
        with pytest.raises(InputError):
            read_raster(path)
        with pytest.raises(InputError, match="no raster file"):
            zonal_statistics(path, zones)
    assert ask(reader, "any_path", paths=[str(secret), *paths]) == []
    assert heard == []


# ---- what a file can do to its parser


def test_memory_without_end_is_refused_in_words(reader):
    assert code(reader, "much_memory") == "file.too_large"


@pytest.mark.parametrize("task", ["endless", "asleep"])
def test_work_without_end_is_stopped(reader, task, monkeypatch):
    monkeypatch.setattr(errand, "_SECONDS", 0.3)
    assert code(reader, task) == "file.too_slow"


@pytest.mark.parametrize(
    ("task", "options", "expected"),
    [
        ("end", {"signal": "SIGSEGV"}, "file.crashed"),
        ("end", {"signal": "SIGABRT"}, "file.crashed"),
        ("end", {"signal": "SIGBUS"}, "file.crashed"),
        ("end", {"signal": "SIGXCPU"}, "file.crashed"),
        ("dereference", {}, "file.crashed"),
        ("foreign", {"kind": "key"}, "file.crashed"),
        ("foreign", {"kind": "recursion"}, "file.crashed"),
        ("foreign", {"kind": "exit"}, "file.crashed"),
        ("no such task", {}, "file.crashed"),
    ],
)
def test_a_parser_that_breaks_is_a_refusal_and_the_next_file_is_read(
    reader, task, options, expected
):
    assert code(reader, task, **options) == expected
    assert ask(reader, "size", b"four") == 4


def test_an_error_that_fills_no_sentence_has_the_general_one():
    error = parcels.refused(
        {"class": "InputError", "message": "m", "code": "file.too_slow", "values": {}}, "f"
    )
    assert str(error) == "f: m"
    assert error.sentence("zh") == catalogue()["refused"]["zh"]


# ---- the ready process


def test_the_ready_process_is_replaced_when_it_was_ended(reader):
    assert ask(reader, "size") == 1
    first = reader._zygote.process
    os.kill(first, signal.SIGKILL)
    assert ask(reader, "size") == 1
    assert reader._zygote.process != first


def test_the_child_that_waits_takes_one_small_file_and_another_waits(reader):
    assert ask(reader, "size") == 1
    first = reader._spare.number
    assert ask(reader, "size") == 1
    assert reader._spare.number > first
    second = reader._spare.number
    # A file that needs other limits gets a child of its own.
    assert ask(reader, "size", b"x" * 1_000_001) == 1_000_001
    assert reader._spare.number == second


def wait_for_the_end(process):
    """Until it has ended, collected or not."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(") ")[2][0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.01)
    pytest.fail("it goes on")


def test_a_child_that_ended_while_it_waited_is_replaced(reader):
    assert ask(reader, "size") == 1
    children = f"/proc/{reader._zygote.process}/task/{reader._zygote.process}/children"
    for process in Path(children).read_text("ascii").split():
        with contextlib.suppress(ProcessLookupError):  # that of the last file may just end
            os.kill(int(process), signal.SIGKILL)
        wait_for_the_end(process)
    assert ask(reader, "size") == 1


def test_several_threads_read_at_once(reader):
    contents = [b"x" * (1 + place * 100_000) for place in range(12)]
    with ThreadPoolExecutor(6) as pool:
        sizes = list(pool.map(partial(ask, reader, "size"), contents))
    assert sizes == [len(content) for content in contents]


def test_who_waits_for_a_turn_can_leave(reader):
    started = threading.Event()

    def leave():
        started.set()
        return len(leaving) > 0

    leaving: list[int] = []
    with ThreadPoolExecutor(8) as pool:
        read = partial(reader.run, "asleep", b"x", "a", function="f", cancelled=leave)
        waiting = [pool.submit(read) for _ in range(8)]
        assert started.wait(30)
        leaving.append(1)
        codes = {task.exception(30).code for task in waiting}
    assert codes == {"file.cancelled"}
    assert ask(reader, "size") == 1


def run_script(*words):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout.strip()


def test_a_fork_knows_systems_that_nobody_asked_for_before():
    script = (
        "import os, threading\n"
        "from pyproj import CRS\n"
        "from geo.exchange import seal\n"
        "CRS.from_epsg(4490).to_wkt()\n"
        "def forked(code):\n"
        "    child = seal.fork()\n"
        "    if child == 0:\n"
        "        seal.close_files({1})\n"
        "        os._exit(0 if CRS.from_epsg(code).to_wkt() else 1)\n"
        "    return os.waitpid(child, 0)[1]\n"
        "ends = [forked(4555) for _ in range(3)]\n"
        "over = threading.Event()\n"
        "threading.Thread(target=over.wait).start()\n"
        "ends += [forked(4554) for _ in range(3)]\n"
        "over.set()\n"
        "print(ends, CRS.from_epsg(4556).to_epsg())\n"
    )
    assert run_script("-c", script) == "[0, 0, 0, 0, 0, 0] 4556"


def test_a_script_without_a_main_guard_runs_once_its_fork_reads_and_all_end_with_it(tmp_path):
    place = geotiff(tmp_path / "people.tif")
    script = tmp_path / "script.py"
    script.write_text(
        "print('begins')\n"
        "import os, geo\n"
        "from geo.exchange import sealed\n"
        "sealed.warm()\n"
        f"read = lambda: float(geo.read_raster({str(place)!r}).sum())\n"
        "first = read()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(0 if read() == first else 1)\n"
        "print(first, os.waitpid(child, 0)[1], read())\n"
        "print(sealed.reader()._zygote.process, flush=True)\n"
        "os._exit(0)\n",
        encoding="utf-8",
    )
    *told, process = run_script(script).split()
    assert told == ["begins", "80.0", "0", "80.0"]
    for _ in range(200):
        if not Path(f"/proc/{process}/cmdline").is_file():
            break
        if not Path(f"/proc/{process}/cmdline").read_bytes():
            break  # ended, and not yet collected
        time.sleep(0.1)
    else:
        pytest.fail("it goes on alone")


def test_a_machine_without_the_seal_reads_nothing(monkeypatch):
    monkeypatch.setattr(sealed.sys, "platform", "darwin")
    other = sealed.Reader()
    with pytest.raises(InputError) as refusal:
        other.run("raster", b"x", "people.tif", function="read_raster")
    assert refusal.value.code == "seal.missing"


# ---- frames


SIZES = (8, 16, 32, 64)
KINDS = [
    *(f"{sign}{size}" for sign in ("int", "uint", "Int", "UInt") for size in SIZES),
    *("float32", "float64", "Float32", "Float64", "boolean", "datetime64[s]", "datetime64[ms]"),
]


def parsed():
    index = pd.Index([1, 2, 4], name="row")
    table = pd.DataFrame(
        {
            "名称": pd.Series(["0101", None, "NA"], index=index, dtype=object),
            "n": pd.Series([1, 2, 3], index=index, dtype="int32"),
            "x": pd.Series([1.5, np.nan, 3.0], index=index),
            "some": pd.Series([1, None, 3], index=index, dtype="Int64"),
            "yes": pd.Series([True, False, True], index=index),
            "when": pd.to_datetime(pd.Series(["2024-01-02", None, "2024-03-04"], index=index)),
            "list": pd.Series([[1, 2], None, {"a": "b"}], index=index, dtype=object),
            "mixed": pd.Series([1, "a", None], index=index, dtype=object),
            "empty": pd.Series([None, None, None], index=index, dtype=object),
            **{kind: pd.Series([1, 0, 1], index=index, dtype=kind) for kind in KINDS},
        },
        index=index,
    )
    shapes = [shapely.Point(1, 2, 3), shapely.box(0, 0, 1, 1), None]
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs=4547)
    aside = pd.DataFrame(
        {"reason": ["geometry.empty"], "detail": [""], "name": ["洋湖"]},
        index=pd.Index([3], name="row"),
    )
    return Parsed(
        frame=frame,
        aside=aside,
        layers=(Candidate("zones", "polygon", 4),),
        taken=("zones",),
        encoding="gb18030",
        encoding_how="encoding.tested",
        crs_how="crs.stated",
        findings=[Finding("file.empty", {"name": "a"}, "warning", (1, 2))],
    )


class Pieces(list):
    def write(self, content):
        self.append(bytes(content))
        return len(content)


def through(one):
    """What comes of a frame that is written, which uses it up, and read again."""
    pieces = Pieces()
    frame_parcels.send_parsed(pieces, one)
    columns, shapes = frame_parcels.Columns(), frame_parcels.ShapePieces()
    stream, at, tables, head = b"".join(pieces), 0, [columns, shapes, frame_parcels.Columns()], {}
    coming = iter(tables)
    table = next(coming)
    while at < len(stream):
        kind, length = parcels.HEAD.unpack_from(stream, at)
        at += parcels.HEAD.size
        content = stream[at : at + length]
        at += length
        if kind == parcels.STRUCTURE:
            head = json.loads(content)
        elif kind == parcels.TABLE and length:
            table.add(bytearray(content))
        elif kind == parcels.TABLE:
            table = next(coming, None)
    return frame_parcels.received_parsed(head, *tables)


def test_a_frame_comes_back_as_it_was_sent():
    sent, back = parsed(), through(parsed())
    plain = ["名称", "n", "x", "some", "yes", "when", "empty", *KINDS]
    pd.testing.assert_frame_equal(
        pd.DataFrame(back.frame[plain]), pd.DataFrame(sent.frame[plain]), check_dtype=True
    )
    assert back.frame["list"].tolist() == ["[1, 2]", None, '{"a": "b"}']
    assert back.frame["mixed"].tolist() == ["1", "a", None]
    assert back.frame.crs == sent.frame.crs
    assert back.frame.geometry.to_wkt().tolist() == sent.frame.geometry.to_wkt().tolist()
    assert back.frame.index.name == "row"
    pd.testing.assert_frame_equal(back.aside, sent.aside)
    for name in ("layers", "taken", "encoding", "encoding_how", "crs_how", "findings"):
        assert getattr(back, name) == getattr(sent, name)


def test_a_frame_in_many_pieces_comes_back_in_order(monkeypatch):
    monkeypatch.setattr(frame_parcels, "_CORNERS", 40)
    monkeypatch.setattr(frame_parcels, "_ROWS", 20)
    sent = parsed()
    rows = np.arange(100) % len(sent.frame)
    sent.frame = sent.frame.iloc[rows].set_axis(np.arange(1, 101))
    numbers, texts = sent.frame["n"].tolist(), sent.frame.geometry.to_wkt().tolist()
    back = through(sent).frame
    assert back.index.tolist() == list(range(1, 101))
    assert back["n"].tolist() == numbers
    assert back.geometry.to_wkt().tolist() == texts


RING = [(0, 0), (4, 0), (4, 4), (0, 0)]
OF_EVERY_KIND = [
    shapely.Point(1, 2),
    shapely.Point(1, 2, 3),
    shapely.Point(),
    shapely.LineString(RING[:3]),
    shapely.LineString([(1, 2, 3), (4, 5, 6)]),
    shapely.Polygon(RING),
    shapely.Polygon([(0, 0, 1), (4, 0, 1), (4, 4, 1)]),
    shapely.Polygon([(-9, -9), (9, -9), (0, 9)], [RING]),
    shapely.Polygon(),
    shapely.MultiPoint([(1, 2), (3, 4)]),
    shapely.MultiLineString([RING[:2], RING[1:]]),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1).buffer(0.1)]),
    shapely.force_3d(shapely.MultiPolygon([shapely.box(at, 0, at + 1, 1) for at in range(99)])),
    None,
]


@pytest.mark.parametrize("most", range(len(OF_EVERY_KIND)))
def test_shapes_of_every_kind_come_back_to_the_letter(most):
    shapes = np.array([*OF_EVERY_KIND, *[OF_EVERY_KIND[most]] * 9], dtype=object)
    names = ["0", "1", "2"]
    back = shape_parcels.unpacked(pa.table(shape_parcels.packed(shapes), names=names))
    assert shapely.to_wkb(back).tolist() == shapely.to_wkb(shapes).tolist()


def nested(kind, depth):
    """WKB of shapes within each other, more than GEOS can read without a crash."""
    return struct.pack("<BII", 1, kind, 1) * depth + struct.pack("<BIdd", 1, 1, 1, 2)


def three(kind=3, corners=None, binary=None):
    """Columns of one shape."""
    return {
        "0": pa.array([kind], pa.int8()),
        "1": pa.array([corners], pa.large_list(pa.float64())),
        "2": pa.array([binary], pa.large_binary()),
    }


@pytest.mark.parametrize(
    "columns",
    [
        {"0": [1], "geometry": [5]},
        {**three(binary=b""), "3": [1]},
        three(kind=6, corners=[0.0, 0.0]),
        three(kind=0, corners=[0.0]),
        three(kind=0, corners=[]),
        three(kind=0, corners=[0.0, 0.0, 1.0, 1.0]),
        three(kind=0, corners=[0.0, 0.0], binary=shapely.Point(0, 0).wkb),
        three(kind=0, corners=[0.0, None]),
        three(kind=1, corners=[0.0, 0.0]),
        three(kind=3, corners=[0.0, 0.0, 1.0, 0.0]),
        three(binary=b""),
        three(binary=b"\x01\x01"),
        three(binary=b"nonsense"),
        three(binary=shapely.Point(1, 2).wkb[:-1]),
        three(binary=shapely.to_wkb(shapely.Point(1, 2), byte_order=0)),
        three(binary=shapely.GeometryCollection([shapely.Point(1, 2)]).wkb),
        three(binary=nested(4, 200_000)),
        three(binary=nested(6, 200_000)),
        three(binary=nested(7, 200_000)),
        three(binary=struct.pack("<BIII", 1, 0x20000004, 0, 1) + nested(4, 200_000)),
        three(binary=struct.pack("<BIIBI", 1, 6, 1, 0, 2**31) + nested(4, 200_000)),
        three(binary=struct.pack("<BII", 1, 6, 2**31) + bytes(2_000)),
        three(binary=struct.pack("<BIIBII", 1, 6, 1, 1, 3, 2**31) + bytes(2_000)),
    ],
)
def test_shapes_that_are_none_are_a_broken_parcel(columns):
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(parcels.BrokenParcelError):
        frame_parcels.ShapePieces().add(bytearray(sink.getvalue()))


def test_an_empty_frame_and_columns_of_one_name_come_back():
    sent = parsed()
    sent.frame = sent.frame.iloc[:0]
    back = through(sent).frame
    assert len(back) == 0
    assert back["n"].dtype == np.int32
    twice = parsed()
    twice.frame = twice.frame.rename(columns={"x": "n", "geometry": "形状"}).set_geometry("形状")
    back = through(twice).frame
    assert [*back.columns] == [*twice.frame.columns.drop("形状"), "形状"]


def test_a_crs_that_needs_another_file_is_refused():
    grid = (
        "+proj=longlat +ellps=krass +nadgrids=/etc/passwd +type=crs",
        "+proj=longlat +ellps=krass +geoidgrids=/etc/passwd +vunits=m +type=crs",
    )
    for text in grid:
        one = parsed()
        one.frame = one.frame.set_crs(text, allow_override=True)
        with pytest.raises(CRSError) as refusal:
            through(one)
        assert refusal.value.code == "crs.not_whole"
