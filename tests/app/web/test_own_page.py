"""The page of one's own data without a browser: columns, layers, names of places, undoing."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from rasterio.io import MemoryFile
from rasterio.transform import from_origin
from shapely import Point, box
from streamlit.testing.v1 import AppTest
from test_app import tables_of_rows

import layers
from app.texts import _texts
from app.web import intake, maps, own_controls, own_data
from geo.datum import convert
from layers.keeping.brought import kept_points
from layers.keeping.own_files import known_names, read_own
from layers.questions.density import Density
from layers.questions.subjects import Points

ROOT = Path(__file__).resolve().parents[3]
TIMEOUT_S = 120
TABLE = "谁,东边,北边\n甲,112.9,28.2\n乙,112.95,28.21\n".encode()


def page(*files: tuple[str, bytes]) -> AppTest:
    test = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=TIMEOUT_S)
    test = test.switch_page("app/pages/own.py").run()
    for name, content in files:
        bring(test, name, content)
    return test


def bring(test: AppTest, name: str, content: bytes) -> None:
    test.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
    assert not test.exception


def words(key: str, lang: str = "zh", **values: object) -> str:
    return _texts()[key][lang].format(**values)


def said(test: AppTest) -> str:
    kinds = ("error", "caption", "warning", "info", "success", "markdown")
    parts = [str(part.value) for kind in kinds for part in getattr(test, kind)]
    said = " ".join([*parts, *(part.proto.body for part in test.get("html"))])
    return said.replace("\xa0", " ")


def click(test: AppTest, key: str) -> None:
    next(each for each in test.button if each.label == words(key)).click().run()
    assert not test.exception


def choose(test: AppTest, key: str, value: str) -> None:
    next(each for each in test.selectbox if each.label == words(key)).set_value(value).run()
    assert not test.exception


def brought(test: AppTest) -> list[own_data.Own]:
    return list(test.session_state[own_data.KEY].values())


def geopackage(folder: Path, **frames: gpd.GeoDataFrame) -> bytes:
    path = folder / "own.gpkg"
    for layer, frame in frames.items():
        frame.to_file(path, layer=layer)
    return path.read_bytes()


def test_columns_of_places_are_asked_once_and_known_in_the_next_file() -> None:
    test = page(("one.csv", TABLE))
    assert "one.csv" in test.error[0].value
    choose(test, "own.lon", "东边")
    choose(test, "own.lat", "北边")
    assert "读入 2 行 = 采用 2 行 + 未采用 0 行" in said(test)
    choose(test, "own.name", "谁")
    click(test, "own.use.points")
    bring(test, "two.csv", TABLE.replace("甲".encode(), "丙".encode()))
    assert not test.error
    assert "读入 2 行 = 采用 2 行 + 未采用 0 行" in said(test)
    click(test, "own.use.points")
    assert [own.title for own in brought(test)] == ["one", "two"]
    assert kept_points(brought(test)[1].name)["name_zh"].tolist() == ["丙", "乙"]


def test_two_files_of_one_name_have_two_titles_and_one_file_twice_has_one() -> None:
    first = b"name,lon,lat\na,112.9,28.2\n"
    test = page(("shops.csv", first))
    click(test, "own.use.points")
    click(test, "own.use.points")
    bring(test, "shops.csv", first + b"b,112.8,28.1\n")
    click(test, "own.use.points")
    assert [own.title for own in brought(test)] == ["shops", "shops 2"]
    click(test, "own.remove")
    assert [own.title for own in brought(test)] == ["shops 2"]


def test_another_layer_than_the_best_can_be_taken(tmp_path: Path) -> None:
    areas = gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(112.8, 28, 113, 28.3)], crs=4490)
    points = gpd.GeoDataFrame({"name": ["b"] * 3}, geometry=[Point(112.9, 28.2)] * 3, crs=4490)
    test = page(("own.gpkg", geopackage(tmp_path, areas=areas, points=points)))
    assert "读入 1 行 = 采用 1 行 + 未采用 0 行" in said(test)
    test.multiselect[0].set_value(["points"]).run()
    assert "读入 3 行 = 采用 3 行 + 未采用 0 行" in said(test)


def test_degrees_labelled_as_metres_are_refused_with_the_click_that_reads_them(
    tmp_path: Path,
) -> None:
    districts = layers.load("districts")[["name_zh", "geometry"]]
    wrong = districts.set_crs(4547, allow_override=True)
    test = page(("own.gpkg", geopackage(tmp_path, districts=wrong)))
    assert len(test.error) == 1
    click(test, "own.remedy.correct")
    assert not test.error
    assert "采用 22 行 + 未采用 0 行" in said(test)


def test_shifted_districts_are_suspected_and_converted_by_a_click() -> None:
    districts = layers.load("districts")[["adcode", "name_zh", "geometry"]]
    shifted = convert(districts.geometry, source="wgs84", target="gcj02").to_numpy()
    frame = districts.rename(columns={"name_zh": "name"}).set_geometry(shifted, crs=4326)
    content = json.loads(frame.to_json(drop_id=True))
    content.pop("crs", None)
    test = page(("区县.geojson", json.dumps(content, ensure_ascii=False).encode()))
    suspected = "与已知的 22 个要素相比偏差 653 米"
    assert suspected in said(test)
    click(test, "own.remedy.correct")
    assert "与已知要素的差距由 653 米减为 0 米" in said(test)
    assert suspected not in said(test)
    click(test, "own.remedy.undo")
    assert suspected in said(test)


def test_an_old_datum_is_used_as_it_is_by_choice_alone_and_its_accuracy_is_kept(
    tmp_path: Path,
) -> None:
    places = gpd.GeoDataFrame({"name": ["a"]}, geometry=[Point(112.9, 28.2)], crs=4610)
    test = page(("own.gpkg", geopackage(tmp_path, places=places)))
    assert words("own.remedy.as_is") in [button.label for button in test.button]
    click(test, "own.remedy.as_is")
    click(test, "own.use.points")
    assert kept_points(brought(test)[0].name)["accuracy_m"].tolist() == [150.0]


def test_places_are_found_by_the_names_of_the_atlas_with_their_accuracy() -> None:
    accuracy = {name: accuracy_m for name, _, _, accuracy_m in known_names()}
    test = page(("people.csv", "地点,人数\n海归小镇,3\n不存在的地方,4\n".encode()))
    assert "读入 2 行 = 采用 1 行 + 未采用 1 行" in said(test)
    click(test, "own.use.points")
    kept = kept_points(brought(test)[0].name)
    assert kept["accuracy_m"].tolist() == [accuracy["海归小镇"]]


@pytest.mark.parametrize("name", ["damaged.geojson", "damaged.zip", "damaged.xlsx", "damaged.tif"])
def test_damaged_files_are_refused_in_one_language(name: str) -> None:
    test = page((name, bytes(range(256)) * 10))
    assert [name in error.value for error in test.error] == [True]
    assert "to_crs" not in said(test)
    assert words("own.refused") not in said(test)  # no coordinates and no layer would mend it


def ways(test: AppTest) -> list[str]:
    return [link.proto.page for link in test.get("page_link")]


SHOPS = "name,lon,lat,营业额\n甲,112.9,28.2,3\n乙,112.95,28.21,5\n丙,112.96,28.22,\n丁,,,2\n"


@pytest.fixture(scope="module")
def shops() -> AppTest:
    """Return the page where points have been put to use: an amount, no accuracy, one no place."""
    test = page(("shops.csv", SHOPS.encode()))
    choose(test, "own.weight", "营业额")
    click(test, "own.use.points")
    return test


def test_points_alone_make_no_zones_and_the_ways_on_are_drawn_once(shops: AppTest) -> None:
    button = next(each for each in shops.button if each.label == words("own.use.zones"))
    assert button.disabled
    assert words("own.used", title="shops") in said(shops)
    assert ways(shops) == ["density", "coverage", "distribution", "pattern"]
    shops.run()
    assert words("own.used", title="shops") not in said(shops)
    assert ways(shops) == ["density", "coverage", "distribution", "pattern"]


def density_of(shops: AppTest, **choices: str) -> AppTest:
    """Open the page of density about points that were brought, which are the layer it opens."""
    (own,) = brought(shops)
    test = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=TIMEOUT_S)
    test.session_state[own_data.KEY] = {own.name: own}
    for key, value in {"layer": own.name, **choices}.items():
        test.query_params[key] = value
    test.switch_page("app/pages/density.py").run()
    assert not test.exception
    return test


def test_own_points_are_told_by_what_is_true_of_them(shops: AppTest) -> None:
    test = density_of(shops)
    receipt = "自带数据“shops”：读入 4 行 = 采用 3 行 + 未采用 1 行"
    assert receipt in said(test)
    # So it is on all that is taken along, which ends with the statement of its map.
    asked = Density(Points(brought(test)[0].name))
    assert receipt in str(maps.statement_rows(asked, lang="zh"))
    assert words("app.points_note", n=3) in said(test)
    assert "文件未给出位置" not in said(test)
    assert "只知所在园区" not in said(test)


def test_own_weights_are_told_by_their_column_without_a_unit(shops: AppTest) -> None:
    test = density_of(shops, weighted="true")
    assert words("choose.weighted.own", amount="营业额") in [each.label for each in test.toggle]
    assert words("density.peak_unit", unit="“营业额”/km²") in said(test)
    assert words("column.weight_sum.own", amount="营业额") in said(test)
    assert "亿元" not in said(test)
    assert "亿元" not in str([each.options for each in test.selectbox])


def test_without_accuracy_a_ranking_has_no_intervals(shops: AppTest) -> None:
    assert "<td>–</td></tr>" in tables_of_rows(density_of(shops, tab="table"))[-1]


def people(fill: int) -> bytes:
    """Return a raster of twenty people a cell, but for eight cells of a value that is none."""
    cells = np.full((340, 400), 20, dtype="uint16")
    cells.flat[[50_000, 50_001, 60_000, 61_000, 70_000, 70_001, 80_000, 80_001]] = fill
    height, width = cells.shape
    place = from_origin(111.5, 29.2, 0.005, 0.005)
    size = {"height": height, "width": width, "count": 1, "dtype": "uint16"}
    with MemoryFile() as memory:
        with memory.open(driver="GTiff", crs="EPSG:4326", transform=place, **size) as raster:
            raster.write(cells, 1)
            raster.units = ("people",)
        return memory.read()


def test_people_with_an_undeclared_fill_stand_beside_published_figures_and_give_a_rate() -> None:
    test = page(("people.tif", people(65535)))
    assert "有 8 个像元的值为 65535" in said(test)
    assert "10,047,914" in said(test)
    click(test, "own.use.population")
    assert words("own.used.population", title="people") in said(test)
    assert ways(test) == ["distribution"]
    test.query_params["measure"] = "per_10k"
    test.switch_page("app/pages/distribution.py").run()
    assert not test.exception
    assert "人口栅格在用" in said(test)


def test_a_refusal_that_coordinates_would_mend_asks_for_them() -> None:
    square = box(500_000, 3_120_000, 501_000, 3_121_000)
    frame = gpd.GeoDataFrame(geometry=[square], crs="EPSG:4547")
    content = json.loads(frame.to_json(drop_id=True))
    content["crs"] = {"type": "name", "properties": {"name": "EPSG:99999"}}
    test = page(("squares.geojson", json.dumps(content).encode()))
    assert words("own.refused") in said(test)


def test_a_shift_has_its_remedy_and_what_agrees_has_none() -> None:
    districts = layers.load("districts")[["name_zh", "adcode", "geometry"]]
    taken = read_own(districts.to_json().encode(), "districts.geojson")
    assert intake.remedies_of(intake.Reading(intake=taken)) == ()
    assert intake.columns_of(intake.Reading(intake=taken)) == ("id", "name_zh", "adcode")


def test_the_last_answer_about_a_column_comes_first() -> None:
    def script() -> None:
        import streamlit as st  # noqa: PLC0415  a script of its own

        from app.web import own_controls  # noqa: PLC0415

        own_controls.remember({"lon": "x", "lat": ""})
        own_controls.remember({"lon": "y"})
        own_controls.remember({"lon": "x"})
        st.text(own_controls._remembered("lon", ["y", "x"]))
        st.text(own_controls._remembered("lon", ["y"]))
        st.text(own_controls._remembered("lat", ["y"]) or "none")

    test = AppTest.from_function(script, default_timeout=60).run()
    assert [part.value for part in test.text] == ["x", "y", "none"]
    assert own_controls.PLACES[:2] == ("lon", "lat")
