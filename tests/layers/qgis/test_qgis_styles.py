"""GeoPackages with styles: sound for every reader, and drawn by QGIS as the web map draws them."""

from __future__ import annotations

import itertools
import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from PIL import Image

import layers
from geo.errors import CRSError, InputError, LayerError
from layers.look.content import Content
from layers.look.overlay_classes import classify, surface_classes
from layers.look.overlays import Choropleth
from layers.look.styles import Style, looks, symbols
from layers.look.symbology import layer_style, layer_styles
from layers.outputs import output, remake, snapshot
from layers.qgis.databases import metadata_text, with_metadata
from layers.qgis.geopackage import geopackage_bytes, write_geopackage
from layers.qgis.styles import layer_qml
from layers.qgis.symbols import symbol_of
from layers.record import provenance
from layers.record.specification import read_spec
from layers.scene.resolved import scene
from layers.scene.strokes import outline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd

EVIL = "\"x\" 'y' </category> <b> & ]]> --> {{ }} \\ 岳麓"
QGIS_PYTHON = Path("/usr/bin/python3")
DRAW = """
import json, os, sys
from qgis.core import (QgsApplication, QgsMapRendererParallelJob, QgsMapSettings,
    QgsPalLayerSettings, QgsProviderRegistry, QgsRectangle, QgsVectorLayer, QgsWkbTypes)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
app = QgsApplication([], False)
print("ready", flush=True)
app.initQgis()
for task in sys.stdin:
    path, picture, wanted, labels, extent, size, dpi = json.loads(task)
    found, drawn = {}, {}
    for part in QgsProviderRegistry.instance().querySublayers(path):
        if part.wkbType() == QgsWkbTypes.NoGeometry:
            continue
        layer = QgsVectorLayer(part.uri(), part.name(), "ogr")
        renderer, labeling = layer.renderer(), layer.labeling()
        text = labeling.settings() if labeling else QgsPalLayerSettings()
        # Kept, because what it gives dies with it.
        style = text.format()
        found[part.name()] = {
            "valid": layer.isValid(),
            "kind": QgsWkbTypes.displayString(layer.wkbType()),
            "renderer": renderer.type(),
            "classes": [c.label() for c in getattr(renderer, "categories", list)()]
                or [c.label() for c in getattr(renderer, "ranges", list)()],
            "title": layer.metadata().title(),
            "aliases": {f.name(): f.alias() for f in layer.fields()},
            "widgets": {
                f.name(): layer.editorWidgetSetup(k).type() for k, f in enumerate(layer.fields())
            },
            "labels": text.fieldName,
            "font": style.font().family(),
            "halo": style.buffer().enabled(),
            "shown": layer.displayExpression(),
        }
        layer.setLabelsEnabled(labels)
        drawn[part.name()] = layer
    settings = QgsMapSettings()
    settings.setLayers([drawn[name] for name in wanted])
    settings.setDestinationCrs(drawn[wanted[0]].crs())
    settings.setExtent(QgsRectangle(*extent))
    settings.setOutputSize(QSize(*size))
    settings.setOutputDpi(dpi)
    settings.setBackgroundColor(QColor("#FFFFFF"))
    settings.setFlag(QgsMapSettings.Antialiasing)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(picture)
    print(json.dumps({"layers": found, "errors": [e.message for e in job.errors()]}), flush=True)
# QGIS may crash while it takes itself down.
os._exit(0)
"""


@pytest.fixture(scope="module")
def atlas() -> bytes:
    return geopackage_bytes({name: layers.load(name) for name in layer_styles()})


@pytest.fixture(scope="module")
def qgis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., tuple[dict, Any]]]:
    """Give a function that opens a GeoPackage in QGIS, started once, and draws layers of it."""
    if not QGIS_PYTHON.is_file():
        pytest.skip("QGIS is not installed, so that nothing can be drawn with it")
    home = tmp_path_factory.mktemp("qgis")
    environment = {"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    environment |= {"HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    numbers = itertools.count()
    with (
        (home / "log").open("w") as log,
        subprocess.Popen(
            [QGIS_PYTHON, "-c", DRAW],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):

        def draw(
            path: Path,
            *wanted: str,
            extent: tuple[float, float, float, float],
            size: tuple[int, int] = (400, 400),
            labels: bool = False,
        ) -> tuple[dict, np.ndarray]:
            # Under a name of its own: QGIS keeps files open that it has once drawn.
            copy = home / f"{next(numbers)}.gpkg"
            copy.write_bytes(path.read_bytes())
            picture = copy.with_suffix(".png")
            task = json.dumps([str(copy), str(picture), wanted, labels, extent, size, 96])
            process.stdin.write(f"{task}\n")
            process.stdin.flush()
            reply = process.stdout.readline()
            assert reply, (home / "log").read_text("utf-8")
            told = json.loads(reply)
            assert told["errors"] == []
            with Image.open(picture) as image:
                return told["layers"], np.asarray(image.convert("RGB")).astype(int)

        if process.stdout.readline() != "ready\n":
            pytest.skip("QGIS is not installed, so that nothing can be drawn with it")
        yield draw


def qml(name: str, frame: gpd.GeoDataFrame, kind: str, *, lang: str = "zh") -> str:
    """The style of a layer whose features are all of one kind."""
    (layer,) = scene(Content({name: frame}, (name,), lang=lang)).layers
    return layer_qml(layer, kind)


def corners_of(symbol: str) -> np.ndarray:
    """The corners of a symbol, many where it is round."""
    turns = np.linspace(0, 2 * np.pi, 100)
    corners = outline(symbol)
    return corners if len(corners) else np.column_stack([np.cos(turns), np.sin(turns)])


def parsed(qml: str) -> ET.Element:
    return ET.fromstring(qml)  # noqa: S314 - our own


def rows(data: bytes, query: str) -> list[tuple]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(data)
        return connection.execute(query).fetchall()


def square(name: str, **values: object) -> gpd.GeoDataFrame:
    """Return one feature of a layer, a square of 0.1 degrees, with its columns as they come."""
    one = layers.load(name).iloc[[0]].assign(**values)
    return one.set_geometry([shapely.box(112.9, 28.1, 113.0, 28.2)], crs=4490)


def dots(name: str, **values: object) -> gpd.GeoDataFrame:
    """Return one point of a layer in the middle of 112.9 to 113.0 and 28.1 to 28.2."""
    one = layers.load(name).iloc[[0]].assign(**values)
    return one.set_geometry([shapely.Point(112.95, 28.15)], crs=4490)


EXTENT = (112.9, 28.1, 113.0, 28.2)


def blend(colour: str, opacity: float, ground: tuple[int, int, int] = (255, 255, 255)) -> list:
    parts = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    return [opacity * a + (1 - opacity) * b for a, b in zip(parts, ground, strict=True)]


# ---- the file ----


def test_the_tables_are_those_that_qgis_looks_for(atlas: bytes) -> None:
    styles = rows(
        atlas,
        "SELECT f_table_name, f_geometry_column, useAsDefault, styleName, update_time "
        "FROM layer_styles",
    )
    features = {name for (name,) in rows(atlas, "SELECT table_name FROM gpkg_geometry_columns")}
    assert {row[0] for row in styles} == features
    assert {row[1:3] for row in styles} == {("geom", 1)}
    assert all(len(row[3]) <= 30 for row in styles)
    columns = [row[1] for row in rows(atlas, "PRAGMA table_info(layer_styles)")]
    assert columns[1:] == [
        "f_table_catalog",
        "f_table_schema",
        "f_table_name",
        "f_geometry_column",
        "styleName",
        "styleQML",
        "styleSLD",
        "useAsDefault",
        "description",
        "owner",
        "ui",
        "update_time",
    ]
    kinds = dict(rows(atlas, "SELECT table_name, data_type FROM gpkg_contents"))
    assert kinds == {**dict.fromkeys(features, "features"), "layer_styles": "attributes"}
    assert rows(atlas, "PRAGMA integrity_check") == [("ok",)]
    assert {len(time) for *_, time in styles} == {len("2024-01-01T00:00:00.000Z")}


def test_every_feature_is_in_it_once_in_drawing_order(atlas: bytes, tmp_path: Path) -> None:
    path = tmp_path / "图集.gpkg"
    path.write_bytes(atlas)
    tables = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    assert tables[-2:] == ["axes_stops", "layer_styles"]
    order = list(layer_styles())
    found = [name for name in order if any(t.startswith(name) for t in tables)]
    assert found == order
    for name in order:
        parts = [t for t in tables if t == name or t in {f"{name}_{k}" for k in KINDS}]
        ids = [key for t in parts for key in pyogrio.read_dataframe(path, layer=t)["id"]]
        assert sorted(ids) == sorted(layers.load(name)["id"]), name
    assert {"river_polygon", "river_line", "planning_area_point"} < set(tables)
    assert "planning_area" not in tables
    for table in tables[:-1]:
        assert pyogrio.read_info(path, layer=table)["geometry_type"] in {
            "MultiPolygon",
            "MultiLineString",
            "Point",
        }
        assert pyogrio.read_dataframe(path, layer=table).crs.to_epsg() == 4490


KINDS = ("polygon", "line", "point")


def test_the_same_frames_give_the_same_bytes(atlas: bytes) -> None:
    frames = {name: layers.load(name) for name in reversed(layer_styles())}
    before = {name: frame.copy() for name, frame in frames.items()}
    assert geopackage_bytes(frames) == atlas
    for name, frame in frames.items():
        assert frame.equals(before[name]), name


def test_write_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "双城.gpkg"
    frames = {"cities": layers.load("cities")}
    write_geopackage(frames, path, lang="en")
    assert path.read_bytes() == geopackage_bytes(frames, lang="en", file_name="双城.gpkg")
    assert [file.name for file in tmp_path.iterdir()] == ["双城.gpkg"]
    with pytest.raises(InputError, match=r"write_geopackage: .*There is no folder"):
        write_geopackage(frames, tmp_path / "none" / "a.gpkg")
    with pytest.raises(InputError, match=r"'a.shp'. Let its name end in .gpkg"):
        write_geopackage(frames, tmp_path / "a.shp")
    with pytest.raises(LayerError, match="no layer with a style 'firms'; choose from"):
        write_geopackage({"firms": frames["cities"]}, tmp_path / "b.gpkg")
    assert [file.name for file in tmp_path.iterdir()] == ["双城.gpkg"]


def test_bad_input_says_what_to_do() -> None:
    cities = layers.load("cities")
    with pytest.raises(InputError, match="there is no frame"):
        geopackage_bytes({})
    with pytest.raises(InputError, match=r"no language 'fr'; choose from \['en', 'zh'\]"):
        geopackage_bytes({"cities": cities}, lang="fr")
    with pytest.raises(CRSError):
        geopackage_bytes({"cities": cities.set_crs(None, allow_override=True)})
    mixed = shapely.GeometryCollection([shapely.Point(113, 28), shapely.box(112, 28, 113, 29)])
    with pytest.raises(InputError, match=r"1 feature\(s\) of 'cities' are collections.*explode"):
        geopackage_bytes({"cities": cities.set_geometry([mixed, cities.geometry.iloc[0]])})


@pytest.mark.parametrize("name", ["parks", "cities", "river", "axes", "projects", "metro"])
def test_no_feature_and_no_place(name: str, tmp_path: Path) -> None:
    frame = layers.load(name)
    path = tmp_path / "a.gpkg"
    for part in (frame.iloc[:0], frame.iloc[:1].set_geometry([None], crs=4490)):
        write_geopackage({name: part}, path)
        kinds = rows(path.read_bytes(), "SELECT geometry_type_name FROM gpkg_geometry_columns")
        declared = {"cities": "MULTIPOLYGON", "axes": "MULTILINESTRING", "metro": "MULTILINESTRING"}
        assert kinds[0] == (declared.get(name, "POINT"),)
        assert len(pyogrio.read_dataframe(path, layer=name)) == len(part)


def test_another_crs_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    write_geopackage({"axes": layers.load("axes").to_crs(4547)}, path)
    assert pyogrio.read_dataframe(path, layer="axes").crs.to_epsg() == 4547
    assert pyogrio.read_dataframe(path, layer="axes_stops").total_bounds.min() > 1000


def test_metadata_in_a_geopackage() -> None:
    data = geopackage_bytes({"cities": layers.load("cities")})
    assert metadata_text(data, uri="urn:a") is None
    both = with_metadata(with_metadata(data, "[1]", uri="urn:a"), "[2]", uri="urn:b")
    both = with_metadata(both, "[3]", uri="urn:a")
    assert (metadata_text(both, uri="urn:a"), metadata_text(both, uri="urn:b")) == ("[3]", "[2]")
    assert len(rows(both, "SELECT * FROM gpkg_metadata_reference")) == 2
    assert rows(both, "PRAGMA foreign_key_check") == []
    for broken in (b"", b"x" * 100, data[:3000], data[:100] + b"\xff" * 5000):
        with pytest.raises(InputError, match="is not a sound GeoPackage"):
            metadata_text(broken, uri="urn:a")


# ---- the styles ----


def test_text_cannot_break_a_style() -> None:
    cities = layers.load("cities")
    frame = cities.assign(name_zh=[EVIL, "x"], id=["a'b\"<", "c"])
    found = parsed(qml("cities", frame, "polygon"))
    categories = found.findall(".//categories/category")
    assert [(item.get("value"), item.get("label")) for item in categories] == [
        ("a'b\"<", EVIL),
        ("c", "x"),
    ]


def test_titles_of_columns_and_words_for_codes() -> None:
    frame = layers.load("platforms")
    for lang, title, word in (("zh", "类别", "实验室"), ("en", "category", "Laboratories")):
        found = parsed(qml("platforms", frame, "point", lang=lang))
        titles = {item.get("field"): item.get("name") for item in found.findall("aliases/alias")}
        assert titles["category"] == layers.resource("platforms").field("category").title(lang)
        assert title in titles["category"]
        assert set(titles) == set(frame.columns) - {"geometry"}
        [words] = [
            f for f in found.findall("fieldConfiguration/field") if f.get("name") == "category"
        ]
        codes = {o.get("value"): o.get("name") for o in words.findall(".//Option[@type='QString']")}
        assert codes["laboratory"] == word
    projects = parsed(qml("projects", layers.load("projects"), "point"))
    titles = {item.get("field"): item.get("name") for item in projects.findall("aliases/alias")}
    assert titles["investment_100m_cny"].endswith("（亿元）")


def test_all_classes_stand_in_a_style_so_that_new_features_are_drawn() -> None:
    frame = layers.load("platforms").query("category == 'laboratory'")
    found = parsed(qml("platforms", frame, "point"))
    values = [item.get("value") for item in found.findall(".//categories/category")]
    assert values == list(layer_style("platforms").classes)
    odd = parsed(qml("platforms", frame.assign(category="alien"), "point"))
    last = odd.findall(".//categories/category")[-1]
    assert (last.get("value"), last.get("label")) == ("", "其他")


@pytest.mark.parametrize("symbol", sorted(symbols()))
def test_every_symbol_has_its_outline(symbol: str) -> None:
    look = layer_style("platforms")
    found = symbol_of("0", "point", Style("#00736B", symbol=symbol), look, usual=None, own=None)
    parts = [part.get("class") for part in found.findall("layer")]
    circle = symbol in {"circle", "hollow", "ring-dot"}
    assert set(parts) == {"SimpleMarker" if circle else "SvgMarker"}
    assert len(parts) == (3 if symbol == "ring-dot" else 2)


# ---- QGIS itself ----


def test_qgis_opens_every_layer_with_its_style(
    qgis: Callable[..., tuple[dict, np.ndarray]], atlas: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "atlas.gpkg"
    path.write_bytes(atlas)
    found, picture = qgis(
        path,
        *("axes", "cities", "circles", "districts"),
        extent=(112.6, 27.9, 113.1, 28.4),
        labels=True,
    )
    assert all(layer["valid"] for layer in found.values())
    assert [name for name, layer in found.items() if not layer["halo"]] == ["axes_stops"]
    assert {layer["font"] for layer in found.values()} <= {"Noto Sans CJK SC", "Noto Sans SC"}
    assert found["circles"]["classes"] == layers.load("circles")["name_zh"].tolist()
    assert found["circles"]["title"] == layers.resource("circles").title_zh
    assert found["river_line"]["title"].endswith("（线）")
    assert found["cities"]["aliases"]["name_zh"] == "名称"
    assert found["cities"]["shown"] == '"name_zh"'
    assert found["platforms"]["widgets"]["category"] == "ValueMap"
    assert "未命名" in found["roads"]["labels"]
    assert found["parks"]["kind"] == "Point"
    present = {tuple(colour) for colour in picture.reshape(-1, 3)}
    # The first axis is solid in its colour, the second too.
    for colour in layers.load("axes")["colour"]:
        assert tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5)) in present


def test_qgis_draws_an_area_as_the_web_map_does(
    qgis: Callable[..., tuple[dict, np.ndarray]], tmp_path: Path
) -> None:
    path = tmp_path / "a.gpkg"
    wide = (112.85, 28.05, 113.05, 28.25)
    for colour in ("#E69F00", "#009E73"):
        write_geopackage({"circles": square("circles", colour=colour)}, path)
        _, picture = qgis(path, "circles", extent=wide)
        np.testing.assert_allclose(picture[200, 200], blend(colour, 0.12), atol=1.5)
        # The western edge, 1 px beside and along it: dashes of 9 px and gaps of 5.
        edge = picture[120:280, 100]
        dark = np.abs(edge - blend(colour, 1.0)).max(axis=1) < 60
        assert 0.5 < dark.mean() < 0.8  # 9 / 14 = 0.64
        lengths = np.diff(np.flatnonzero(np.diff(dark.astype(int)) == 1))
        assert abs(lengths.mean() - 14) < 0.6
    write_geopackage({"circles": square("circles", evidence="official")}, path)
    _, picture = qgis(path, "circles", extent=wide)
    dark = np.abs(picture[120:280, 100] - blend("#E69F00", 1.0)).max(axis=1) < 60
    assert dark.all()


def test_qgis_follows_the_evidence_of_each_feature(
    qgis: Callable[..., tuple[dict, np.ndarray]], tmp_path: Path
) -> None:
    """One style, two features: the schematic one dashed, the official one not."""
    path = tmp_path / "a.gpkg"
    frame = layers.load("circles").iloc[[0, 0, 1]]
    frame = frame.assign(
        id=["a", "a", "a"], colour="#009E73", evidence=["official", "schematic", "schematic"]
    ).set_geometry(
        [
            shapely.box(112.91, 28.11, 112.93, 28.19),
            shapely.box(112.94, 28.11, 112.96, 28.19),
            shapely.box(112.97, 28.11, 112.99, 28.19),
        ],
        crs=4490,
    )
    write_geopackage({"circles": frame}, path)
    _, picture = qgis(path, "circles", extent=EXTENT)
    shares = [
        (np.abs(picture[80:320, x] - blend("#009E73", 1.0)).max(axis=1) < 60).mean()
        for x in (40, 160, 280)
    ]
    assert shares[0] == 1
    assert all(0.5 < share < 0.8 for share in shares[1:])


def test_qgis_draws_points_as_the_web_map_does(
    qgis: Callable[..., tuple[dict, np.ndarray]], tmp_path: Path
) -> None:
    path = tmp_path / "a.gpkg"
    classes = layer_style("platforms").classes
    cells = [(c, e) for c in classes for e in ("surveyed", "located")]
    frame = layers.load("platforms").iloc[: len(cells)]
    frame = frame.assign(category=[c for c, _ in cells], evidence=[e for _, e in cells])
    # One in the middle of each cell of 40 px, two rows of eleven.
    at = [(112.92 + 0.04 * (k // 2), 28.1 - 0.04 * (k % 2)) for k in range(len(cells))]
    frame = frame.set_geometry([shapely.Point(xy) for xy in at], crs=4490)
    write_geopackage({"platforms": frame}, path)
    extent = (112.9, 28.04, 112.9 + 0.04 * len(classes), 28.12)
    _, picture = qgis(path, "platforms", extent=extent, size=(40 * len(classes), 80))
    for k, (category, evidence) in enumerate(cells):
        style = classes[category]
        cell = picture[40 * (k % 2) :, 40 * (k // 2) :][:40, :40]
        colour = blend(style.colour, 1.0 if evidence == "surveyed" else 0.55)
        filled = (np.abs(cell - colour).max(axis=2) <= 3).sum()
        corners = corners_of(style.symbol) * style.size_px
        inside = shapely.Polygon(corners).buffer(-0.65).area
        # Pixels that an edge runs through have a mixed colour.
        assert 0.4 * inside < filled < 1.05 * inside, (category, evidence)


def test_qgis_draws_the_size_of_an_investment(
    qgis: Callable[..., tuple[dict, np.ndarray]], tmp_path: Path
) -> None:
    """The largest of what a table holds has a radius of 26 px, and areas are as the amounts."""
    path = tmp_path / "a.gpkg"
    purple = "#6A3D9A"
    areas = {}
    largest = dots("projects", investment_100m_cny=400.0, id="largest").set_geometry(
        [shapely.Point(113.5, 28.15)], crs=4490
    )
    for amount in (100.0, 25.0, 400.0):
        frame = dots("projects", investment_100m_cny=amount, evidence="surveyed")
        write_geopackage({"projects": pd.concat([frame, largest])}, path)
        _, picture = qgis(path, "projects", extent=EXTENT, size=(100, 100))
        # A pixel on the edge counts as far as it is covered, however QGIS rounds it.
        covered = (255.0 - picture[..., 1]) / (255.0 - blend(purple, 1.0)[1])
        areas[amount] = covered.clip(0.0, 1.0).sum()
    # A white edge of 1.3 px takes half of its width from the radius.
    for amount, radius in ((100.0, 13.0), (25.0, 6.5), (400.0, 26.0)):
        assert abs(areas[amount] / (np.pi * (radius - 0.65) ** 2) - 1) < 0.06, amount
    frame = dots("projects", investment_100m_cny=np.nan, evidence="surveyed")
    write_geopackage({"projects": frame}, path)
    _, picture = qgis(path, "projects", extent=EXTENT, size=(100, 100))
    assert picture[50, 50].tolist() == [255, 255, 255]
    assert (np.abs(picture - blend(purple, 1.0)).max(axis=2) < 60).sum() > 20


def test_qgis_hides_no_feature_behind_another_of_its_place(
    qgis: Callable[..., tuple[dict, np.ndarray]], tmp_path: Path
) -> None:
    """Twelve laboratories at one point: twelve symbols, not one."""
    path = tmp_path / "a.gpkg"
    frame = layers.load("platforms").iloc[:12].assign(category="laboratory", evidence="surveyed")
    style = layer_style("platforms").classes["laboratory"]
    shares = []
    for count in (1, 12):
        part = frame.iloc[:count].set_geometry([shapely.Point(112.95, 28.15)] * count, crs=4490)
        write_geopackage({"platforms": part}, path)
        _, picture = qgis(path, "platforms", extent=EXTENT, size=(200, 200))
        shares.append((np.abs(picture - blend(style.colour, 1.0)).max(axis=2) <= 3).sum())
    assert abs(shares[1] / shares[0] - 12) < 1


def test_qgis_numbers_the_stops_of_the_axes(
    qgis: Callable[..., tuple[dict, np.ndarray]], tmp_path: Path
) -> None:
    path = tmp_path / "a.gpkg"
    axes = layers.load("axes")
    write_geopackage({"axes": axes}, path)
    stops = pyogrio.read_dataframe(path, layer="axes_stops")
    for axis in axes["id"]:
        nodes = layers.members(axis, "node")
        part = stops[stops["axis"] == axis]
        assert part["number"].tolist() == list(range(1, len(nodes) + 1))
        assert part["id"].tolist() == nodes["id"].tolist()
    first = stops.iloc[0]
    x, y = first.geometry.x, first.geometry.y
    window = (x - 0.02, y - 0.02, x + 0.02, y + 0.02)
    found, picture = qgis(path, "axes_stops", extent=window, size=(40, 40), labels=True)
    assert found["axes_stops"]["aliases"]["number"] == "序号"
    colour = np.abs(picture - blend(first["colour"], 1.0)).max(axis=2) <= 40
    # A ring of 18 px across, and a number in it of the same colour.
    assert colour[20, 11] or colour[20, 10]
    assert 3 < colour[14:27, 14:27].sum() < 80


# ---- what is on the screen ----


def spec_of(name: str, **more: object):
    sheet = {"review_number": "internal", "date": "2026-11-28"}
    return read_spec({"map": name, "sheet": sheet, **more})


def tables(path: Path) -> list[str]:
    return [str(name) for name in pyogrio.list_layers(path)[:, 0]]


def test_a_map_is_a_geopackage_that_can_be_made_again(tmp_path: Path) -> None:
    path = tmp_path / "map.gpkg"
    spec = spec_of("distribution", visible=["districts", "projects", "overlay-zones"], lang="en")
    snapshot(spec, path)
    assert tables(path) == ["districts", "zones_painted", "zones", "projects", "layer_styles"]
    assert provenance.read(path)["spec"] == spec.to_dict()
    found, changed = remake(path)
    assert (found, changed) == (spec, [])
    assert output(found, ".gpkg", file_name=path.name) == path.read_bytes()
    shown = spec.content().overlays[0]
    zones = pyogrio.read_dataframe(path, layer="zones")
    assert zones["count"].tolist() == shown.exact["count"].tolist()
    assert zones["id"].tolist() == shown.frame["id"].tolist()
    painted = pyogrio.read_dataframe(path, layer="zones_painted")
    whole = shapely.union_all(zones.geometry.to_numpy()).area
    assert shapely.area(zones.geometry.to_numpy()).sum() > 1.1 * whole
    assert shapely.area(painted.geometry.to_numpy()).sum() == pytest.approx(whole)
    style = parsed(rows(path.read_bytes(), STYLE.format("zones"))[0][0])
    titles = {item.get("field"): item.get("name") for item in style.findall("aliases/alias")}
    assert titles["count"] == "Number of projects"
    assert titles["rank_low"] == "Rank at best (90 %)"
    assert all(titles.values()), titles


STYLE = "SELECT styleQML FROM layer_styles WHERE f_table_name = '{}'"


@pytest.mark.parametrize("show", ["bands", "isolines", "surface"])
def test_a_density_is_its_bands_in_the_colours_of_the_map(show: str, tmp_path: Path) -> None:
    path = tmp_path / "map.gpkg"
    lines = ["isolines"] if show == "isolines" else []
    points = [] if lines else ["points"]
    visible = [f"overlay-{name}" for name in ("density", *lines, *points)]
    spec = spec_of("density", parameters={"show": show}, visible=visible)
    snapshot(spec, path)
    assert tables(path) == ["bands", *lines, *points, "layer_styles"]
    bands = pyogrio.read_dataframe(path, layer="bands")
    style = parsed(rows(path.read_bytes(), STYLE.format("bands"))[0][0])
    ranges = [(float(r.get("lower")), float(r.get("upper"))) for r in style.iter("range")]
    assert ranges == list(zip(bands["low"], bands["high"], strict=True))
    assert (bands["low"] > 0).all()
    fills = [
        option.get("value")
        for layer in style.iter("layer")
        if layer.get("class") == "SimpleFill"
        for option in layer.iter("Option")
        if option.get("name") == "color"
    ]
    if show == "bands":
        colours = surface_classes(spec.content().overlays[0]).colours
        # 0.82 of 255, as the picture of the map has it.
        assert fills == [",".join(f"{part:g}" for part in (*blend(c, 1.0), 209)) for c in colours]
    else:
        assert len(set(fills)) == len(bands) > 6
    if lines:
        labels = parsed(rows(path.read_bytes(), STYLE.format("isolines"))[0][0])
        assert labels.find(".//text-style").get("fieldName") == "value"


def test_a_map_with_nothing_to_hand_over_says_so() -> None:
    with pytest.raises(InputError, match="there is no frame, and no result with a shape"):
        output(spec_of("density", visible=[]), ".gpkg")


def test_qgis_draws_zones_as_the_web_map_does(
    qgis: Callable[..., tuple[dict, np.ndarray]], tmp_path: Path
) -> None:
    path = tmp_path / "map.gpkg"
    spec = spec_of("coverage", parameters={"zoning": "districts"})
    snapshot(spec, path)
    found, _ = qgis(path, "zones", extent=EXTENT)
    assert found["zones"]["renderer"] == "graduatedSymbol"
    told = [section for section in scene(spec.content()).legend() if section.title == "覆盖率（%）"]
    assert found["zones"]["classes"] == [entry.words for entry in told[0].entries]
    assert len(told[0].entries) == len(spec.content().overlays[0].frame)
    assert found["zones"]["title"] == "覆盖率（%）"
    assert found["zones"]["aliases"]["covered_pct"] == "覆盖率（%）"
    assert found["zones"]["aliases"]["uncovered_km2"] == "空白（km²）"
    shown = spec.content().overlays[0]
    classes = classify(shown)
    first = {code: at for at, code in reversed(list(enumerate(classes.codes)))}
    assert len(first) > 1
    for code, at in first.items():
        place = shown.frame.geometry.iloc[at].representative_point()
        window = (place.x - 1e-4, place.y - 1e-4, place.x + 1e-4, place.y + 1e-4)
        _, picture = qgis(path, "zones", extent=window, size=(9, 9))
        np.testing.assert_allclose(picture[4, 4], blend(classes.colours[code], 0.78), atol=1.5)


def test_qgis_draws_a_zone_without_a_number_grey(
    qgis: Callable[..., tuple[dict, np.ndarray]], tmp_path: Path
) -> None:
    """Three squares side by side: on a bound, above it, and unknown."""
    path = tmp_path / "map.gpkg"
    boxes = [shapely.box(112.9 + k / 30, 28.1, 112.9 + (k + 1) / 30, 28.2) for k in range(3)]
    frame = layers.zoning("circles").iloc[:3].assign(n=[2.0, 2.1, np.nan]).set_geometry(boxes)
    overlay = Choropleth(frame.assign(evidence="official"), "n", "数", breaks=[2, 10])
    write_geopackage({}, path, overlays=[overlay])
    found, picture = qgis(path, "zones", extent=EXTENT, size=(300, 300))
    assert found["zones"]["classes"] == ["≤ 2", "2 – 10", "无数据"]
    colours = classify(overlay).colours
    for column, colour, opacity in ((50, colours[0], 0.78), (150, colours[1], 0.78)):
        np.testing.assert_allclose(picture[150, column], blend(colour, opacity), atol=1.5)
    grey = looks()["overlays"]["no_data"]["colour"]
    np.testing.assert_allclose(picture[150, 250], blend(grey, 0.6), atol=1.5)
