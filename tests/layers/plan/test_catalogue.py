"""What the catalogue hands out: layers, tables that a plan may lack, own claims among them."""

from __future__ import annotations

import csv
import logging
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import layers
from geo.errors import InputError, LayerError
from layers.plan import catalogue
from layers.plan.area import OWN_CLAIMS, area, open_plan
from layers.plan.data_files import Damage
from layers.plan.schema import resource
from layers.plan.shapes import Shape

TINY = Path(__file__).resolve().parents[2] / "areas" / "tiny"
COLUMNS = [field.name for field in resource("claims").stored] + ["author", "date"]
LAB, PARK, PLACELESS = "platform-p3-lab", "park-shuzi-jiankang", "platform-collider"
POINT = {"kind": "point", "lon_deg": 112.9, "lat_deg": 28.2, "datum": "CGCS2000", "accuracy_m": 50}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "claims.csv"
    monkeypatch.setenv(OWN_CLAIMS, str(path))
    return path


def write(path: Path, *rows: dict[str, object]) -> None:
    usual = {"source_id": "own", "coord_source": "walk", "licence": "mine", "grade": "B"}
    usual |= {"state": "accepted", "author": "Zhang", "date": "2026-11-29"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows({**usual, "id": f"own-{at}", **row} for at, row in enumerate(rows))


def test_own_claims_stand_below_those_of_the_plan_and_whom_they_are_from_below_its_sources(
    own: Path,
) -> None:
    before = {name: len(catalogue.rows(name)) for name in ("claims", "sources", "parks")}
    proposed = {"subject_id": PLACELESS, "state": "proposed", "reason": "?", **POINT}
    write(own, {"subject_id": LAB, **POINT}, proposed)
    told = layers.load("claims")
    assert told["id"].tolist()[before["claims"] :] == ["own-0"]
    assert told["lon_deg"].dtype == "float64"
    sources = layers.load("sources")
    assert sources["id"].tolist()[before["sources"] :] == ["own-0"]
    assert sources["name_en"].iloc[-1] == "walk (Zhang)"
    assert len(layers.load("parks")) == before["parks"]
    platforms = layers.load("platforms").set_index("id")
    assert (platforms.geometry[LAB].x, platforms["accuracy_m"][LAB]) == (112.9, 50)
    # What is only proposed is among one's own claims, and places nothing.
    assert len(catalogue.own_claims().table) == 2
    assert platforms.geometry[PLACELESS] is None


def test_own_claims_by_which_places_lie_in_each_other_are_none(
    own: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [
        {"subject_id": one, "kind": "within", "object_id": other}
        for one, other in ((LAB, PARK), (PARK, LAB))
    ]
    write(own, *rows, {"subject_id": PLACELESS, **POINT})
    with caplog.at_level(logging.WARNING):
        found = catalogue.own_claims()
    assert {(each.file, each.code, each.column) for each in found.damages} == {
        ("claims.csv", "data.ring", "object_id")
    }
    assert [each.row for each in found.damages] == [2, 3]
    assert LAB in str(found.damages[0].values["reason"])  # noqa: PD011
    assert found.table.empty
    assert len(caplog.records) == 1
    assert len(layers.load("claims")) == len(catalogue.rows("claims"))


def test_own_claims_in_a_folder_that_is_not_there_are_told(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OWN_CLAIMS, str(own.with_name("later") / "claims.csv"))
    folder = {"folder": str(own.with_name("later"))}
    assert catalogue.own_claims().damages == (
        Damage("claims.csv", "own_claims.no_folder", values=folder),
    )
    with open_plan(TINY):
        assert catalogue.own_claims().damages == ()


def test_a_plan_without_a_table_has_an_empty_one_and_describes_what_it_has() -> None:
    with open_plan(TINY):
        assert catalogue.table("claims").empty
        assert tuple(catalogue.table("claims")) == catalogue.TABLES["claims"]
        assert catalogue.table("sources")["id"].tolist() == ["made"]
        assert layers.names() == ["quarters", "shops", "sources"]
        shops = layers.describe("shops")
        (source,) = shops.sources
        assert (shops.name, shops.title_zh, shops.title_en) == ("shops", "店铺", "Shops")
        assert (shops.text_zh, shops.text_en, shops.rows) == ("店铺。", "Shops.", 10)
        assert shops.evidence == {"surveyed": 8, "located": 1, "unlocated": 1}
        assert shops.units == {"accuracy_m": "m", "radius_m": "m"}
        assert source == {
            "id": "made",
            "name_zh": "为测试编写",
            "name_en": "Made for tests",
            "publisher": "",
            "publisher_en": "",
            "date": "2026-11-29",
            "licence": "CC0-1.0",
            "licence_en": "",
            "attribution": "为测试编写",
            "attribution_en": "Made for tests",
        }
        assert layers.describe("sources").evidence == {}
        assert layers.names_by_id(lang="en")["shop-9"] == "Shop nine"
        assert layers.load("shops").attrs["name"] == "shops"
        assert layers.load("shops").index.tolist() == list(range(10))
        assert "sites" not in catalogue.ids()
        # All of them are of the area where the plan does not say which.
        assert catalogue.land()["id"].tolist() == ["quarter-west", "quarter-east"]


def test_the_land_is_of_units_that_belong_to_the_area() -> None:
    (column, value), *_ = area().land.where.items()
    assert set(catalogue.land()[column]) == {value}
    assert len(catalogue.land()) < len(layers.load(area().land.layer))


def test_what_the_catalogue_has_not_is_refused() -> None:
    with pytest.raises(LayerError):
        layers.load("nothing")
    with pytest.raises(InputError):
        layers.names_by_id(lang="fr")


def test_members_come_in_the_order_of_the_plan_and_of_the_roles_that_are_asked_for() -> None:
    nodes = layers.members("axis-xiaoxiang", "node")
    assert nodes["order"].is_monotonic_increasing
    links = catalogue.table("memberships")
    own = links[(links["target_id"] == "axis-xiaoxiang") & (links["role"] == "node")]
    assert set(nodes["id"]) | set(nodes.attrs["left_out"]) == set(own["feature_id"])
    assert nodes.columns.tolist() == [
        *("id", "name_zh", "role", "order", "accuracy_m", "radius_m", "evidence", "claim_id"),
        "geometry",
    ]
    assert nodes.crs == "EPSG:4490"
    assert layers.members("park-sany-zhizao").crs == "EPSG:4490"


def test_a_rule_is_given_its_members_its_roads_and_what_may_bound_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[dict[str, Any]] = []

    def build(rule: str, **more: Any) -> Shape:
        given.append({"rule": rule, **more})
        return Shape(shapely.Point(112.9, 28.2), 7.0)

    monkeypatch.setattr(catalogue.rules, "build", build)
    roads = layers.load("roads")["id"].iloc[[2, 0]].tolist()
    rows = [{"id": "a", "rule": "r", "roads": "|".join(roads)}, {"id": "b", "rule": "s"}]
    built = catalogue._with_rules(pd.DataFrame(rows), {"a": "members"})
    assert built["accuracy_m"].tolist() == [7.0, 7.0]
    assert built.geometry.x.tolist() == [112.9, 112.9]
    assert built.crs == "EPSG:4490"
    first, second = given
    # In the order in which the axis meets them.
    assert first["roads"]["id"].tolist() == roads
    assert (second["roads"], second["members"], first["members"]) == (None, None, "members")
    ways = [key for name in area().ways for key in layers.load(name)["id"]]
    assert first["lines"]["id"].tolist() == ways
    assert len(first["districts"]) == len(layers.load(area().land.layer))


def test_a_member_that_is_a_shape_counts_with_it_and_any_other_with_its_place() -> None:
    ids = ["city-dakecheng", "node-dakecheng", "node-haigui"]
    point = shapely.Point(112.9, 28.2)
    members = gpd.GeoDataFrame({"id": ids}, geometry=[point] * 3, crs=4490)
    city = layers.load("cities").set_index("id").geometry["city-dakecheng"]
    # The node is the city.
    assert [shape.equals(city) for shape in catalogue._extents(members).geometry] == [
        *(True, True, False)
    ]
    assert catalogue._extents(members).geometry[2] == point


def test_maps_draw_no_event_and_every_layer_that_says_nothing_of_it() -> None:
    whole, drawn = layers.load("platforms"), catalogue.as_drawn("platforms")
    events = ~whole["entity_kind"].isin(["site", "part"])
    assert drawn.geometry[events].isna().all()
    assert whole.geometry[events].notna().any()
    assert catalogue.as_drawn("districts").geometry.notna().all()
