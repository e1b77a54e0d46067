"""The page that finishes the map, without a browser: four ways to a place, and the way back."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import layers
from app.texts import _texts
from app.web import locating
from geo.exchange.geocoders import Found, Geocoder
from layers.plan.area import OWN_CLAIMS

ROOT = Path(__file__).resolve().parents[3]
TIMEOUT_S = 120
PARK, PROJECT, LAB = "park-shuzi-jiankang", "project-shuzi-jiankang", "platform-furong-lab"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "claims.csv"
    monkeypatch.setenv(OWN_CLAIMS, str(path))
    monkeypatch.delenv("AMAP_KEY", raising=False)
    return path


def page(thing: str = PARK, **query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=TIMEOUT_S)
    for key, value in ({"thing": thing} if thing else {} | query).items():
        test.query_params[key] = value
    test = test.switch_page("app/pages/locate.py").run()
    sound(test)
    return test


def sound(test: AppTest) -> None:
    """Hold that the page was finished; its map is drawn last, where an error is but a sentence."""
    assert not test.exception
    assert words("app.unforeseen") not in [each.value for each in test.error]


def words(key: str, lang: str = "zh", **values: object) -> str:
    return _texts()[key][lang].format(**values)


def said(test: AppTest) -> str:
    kinds = ("error", "caption", "warning", "info", "success", "markdown")
    parts = [str(part.value) for kind in kinds for part in getattr(test, kind)]
    said = " ".join([*parts, *(part.proto.body for part in test.get("html"))])
    return said.replace("\xa0", " ")


def fill(test: AppTest, key: str, value: str) -> None:
    next(each for each in test.text_input if each.label == words(key)).set_value(value).run()
    sound(test)


def click(test: AppTest, label: str) -> None:
    next(each for each in test.button if each.label == label).click().run()
    sound(test)


def forward(test: AppTest) -> list[dict[str, Any]]:
    """Return the claims that are put forward, as they would be written."""
    candidate = test.session_state[locating.CANDIDATE]
    return candidate.claims("张三", "", candidate.accuracy_m)


def can(test: AppTest, key: str) -> bool:
    return any(not each.disabled for each in test.button if each.label == words(key))


def where_tabs_are(block: Any, *way: int) -> list[tuple[int, ...]]:
    """Return the ways through the blocks of the page to its tabs."""
    inside = getattr(block, "children", {}).items()
    here = [way] if block.type == "tab_container" else []
    return here + [each for at, child in inside for each in where_tabs_are(child, *way, at)]


def on_map(test: AppTest, lon: float, lat: float, px_m: float = 10.0) -> None:
    """Click on the map, as the component tells of it."""
    test.session_state[locating.MAP_KEY] = {"click": 1, "at": [lon, lat], "px_m": px_m}
    test.run()
    sound(test)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_one_click_and_a_name_place_a_thing_and_it_can_be_undone(own: Path) -> None:
    test = page()
    assert "项目总投资 184 亿元" in said(test)
    assert words("locate.shared") in said(test)
    on_map(test, 112.9, 28.2, px_m=60.0)
    assert "112.90000" in said(test)
    assert not can(test, "locate.take")
    fill(test, "locate.author", "张三")
    assert can(test, "locate.take")
    click(test, words("locate.take"))
    assert [(each["subject_id"], each["author"]) for each in rows(own)] == [
        (PARK, "张三"),
        (PROJECT, "张三"),
    ]
    assert (rows(own)[0]["accuracy_m"], rows(own)[0]["coord_source"]) == ("300.0", "地图上点选")
    place = layers.load("projects").set_index("id").geometry[PROJECT]
    assert (place.x, place.y) == (112.9, 28.2)
    assert words("locate.taken_one", name="湘江数字健康产业园", n=2) in said(test)
    assert PARK not in test.query_params
    click(test, words("locate.undo"))
    assert rows(own) == []
    assert layers.load("parks").set_index("id").geometry[PARK] is None


def test_a_card_that_a_link_opened_goes_when_another_thing_is_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state: dict[str, Any] = {"thing": PARK, locating.TABLE_KEY: {"zone": PROJECT}}
    record: dict[str, Any] = {"selected": "a"}
    monkeypatch.setattr(locating.st, "session_state", state)
    monkeypatch.setattr(locating.url_state, "record", record.__setitem__)
    locating.choose_row()
    assert state["thing"] == PROJECT
    assert record == {"selected": None}


@pytest.mark.usefixtures("own")
def test_a_pasted_coordinate_can_be_taken_in_the_datum_that_was_confirmed() -> None:
    test = page()
    fill(test, "locate.author", "张三")
    fill(test, "locate.paste", "28.226494 112.945453")
    assert not can(test, "locate.take")
    datum = next(each for each in test.selectbox if each.label == words("locate.datum"))
    datum.set_value("GCJ-02").run()
    assert words("locate.read_as.swapped") in said(test)
    assert "换算后东经 112.94000°" in said(test)
    assert can(test, "locate.take")
    first = forward(test)[0]
    assert (first["lon_deg"], first["datum"], first["author"]) == (112.945453, "GCJ-02", "张三")
    fill(test, "locate.paste", "百度 112.951952, 28.232579")
    assert "BD-09" in said(test)
    before = where_tabs_are(test.main)
    fill(test, "locate.paste", "不知道在哪")
    assert "读不出一个坐标" in said(test)
    # Elsewhere they would be new ones, of which the first is open.
    assert where_tabs_are(test.main) == before
    fill(test, "locate.paste", "116.4, 39.9")
    assert "不在规划范围附近" in said(test)
    assert not can(test, "locate.take")


def test_an_address_is_kept_as_one_and_asked_where_there_is_a_key(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = page(LAB)
    fill(test, "locate.author", "李四")
    assert words("locate.no_key") in said(test)
    fill(test, "locate.address", "某路1号")
    click(test, words("locate.keep_address"))
    assert (rows(own)[0]["kind"], rows(own)[0]["address"]) == ("address", "某路1号")
    assert "地址：某路1号" in said(test)
    assert layers.load("platforms").set_index("id").geometry[LAB] is None
    monkeypatch.setenv("AMAP_KEY", "key7d1c9markedf00d")
    hall = Found(112.945453, 28.226494, "GCJ-02", "门牌号", "某路1号大厅", 100.0)
    monkeypatch.setattr(Geocoder, "ask", lambda *_, **__: [hall])
    test.run()
    click(test, words("locate.ask", service="高德"))
    click(test, "第 1 个答案，共 1 个：某路1号大厅（门牌号）")
    assert "GCJ-02" in said(test)
    assert can(test, "locate.take")
    first = forward(test)[0]
    assert (first["datum"], first["state"]) == ("GCJ-02", "accepted")
    assert "key7d1c9" not in own.read_text("utf-8") + str(forward(test))


def test_a_file_of_many_is_taken_by_name_and_what_fits_nothing_is_told(own: Path) -> None:
    table = (
        "名称,经度,纬度\n湘江数字健康产业园,112.9,28.2\n芙蓉实验室,112.95,28.21\n别处,112.9,28.3\n"
        "甲,abc,28.2\n乙,,\n丙,28.2,112.9\n腾达全球研发及智造基地,121.5,31.2\n"
        "湖南大学,112.94,28.18\n芙蓉实验室,112.9,28.2\n"
    )
    test = page("")
    test.file_uploader[0].set_value(("many.csv", table.encode(), "text/csv")).run()
    assert not test.exception
    # Every row is taken or set aside with its reason.
    assert words("locate.of_file", rows=9, n=2, aside=7) in said(test)
    table = next(part.proto.body for part in test.get("html") if ">9</td>" in part.proto.body)
    aside = {
        int(row): why
        for row, why in re.findall(r"<td[^>]*>(\d+)</td><td.*?</td><td[^>]*>(.*?)<", table)
    }
    assert list(aside) == [3, 4, 5, 6, 7, 8, 9]
    expected = {3: "unknown", 7: "far", 8: "placed", 9: "twice"}
    assert {row: aside[row] for row in expected} == {
        row: words(f"locate.aside.{why}") for row, why in expected.items()
    }
    fill(test, "locate.author", "张三")
    # Nobody has said yet in which datum the numbers are.
    assert not can(test, "locate.take")
    datum = next(each for each in test.selectbox if each.label == words("locate.datum"))
    datum.set_value("WGS-84").run()
    click(test, words("locate.take"))
    assert {each["subject_id"] for each in rows(own)} >= {PARK, LAB}
    test.file_uploader[0].set_value(
        ("none.csv", "名称,经度,纬度\n别处,112.9,28.2\n".encode(), "text/csv")
    ).run()
    assert words("locate.no_match") in said(test)
    assert not can(test, "locate.take")
    assert not test.exception


def test_a_plan_without_claims_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANGJIANG_PLAN", "hunan_hightech")
    test = page("")
    assert not test.error
    assert words("locate.no_claims") in said(test)


def test_what_is_searched_for_is_found_by_its_lead(own: Path) -> None:  # noqa: ARG001
    test = page("")
    fill(test, "locate.search", "雨花经开区")
    assert words("locate.wanted", n=1) in said(test)
    fill(test, "locate.search", "没有这个")
    assert words("locate.none_left") in said(test)


def test_without_a_file_it_shows_the_list_and_says_how_to_switch_taking_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(OWN_CLAIMS, raising=False)
    test = page()
    fill(test, "locate.author", "张三")
    on_map(test, 112.9, 28.2)
    assert "XIANGJIANG_CLAIMS" in said(test)
    assert not can(test, "locate.take")
    assert words("locate.private") in said(test)


def test_a_broken_file_is_told_on_every_page_and_the_plan_is_shown_without_it(own: Path) -> None:
    own.write_text("id,subject_id\n1,2\n", "utf-8")
    test = page()
    assert "claims.csv，kind：缺少这一列" in said(test)
    assert words("locate.private") in said(test)
    test = test.switch_page("app/pages/sources.py").run()
    assert "claims.csv，kind：缺少这一列" in said(test)
    assert not test.exception
    own.unlink()
    assert "claims.csv" not in said(test.run())
