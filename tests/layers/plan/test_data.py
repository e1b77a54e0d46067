"""The data itself: complete, consistent, and every quote in its document."""

from __future__ import annotations

import json
import re

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import layers
from geo.geodesic import geodesic_area_km2
from layers.look.symbology import layer_style
from layers.plan.area import map_crs, open_plan
from layers.plan.rule_words import rule_in_words
from layers.plan.schema import resources

FOLDER = open_plan().folder

NAMES = [
    "districts",
    "planning_area",
    "cities",
    "axes",
    "circles",
    "nodes",
    "parks",
    "platforms",
    "projects",
    "programmes",
    "indicators",
    "firms",
    "memberships",
    "river",
    "metro",
    "roads",
]
FEATURE_LAYERS = [name for name in NAMES if resources()[name].geometry != "table"]
CITING = [name for name, item in resources().items() if "quote" in {f.name for f in item.fields}]


def ids() -> set[str]:
    frames = [layers.load(name) for name in layers.names()]
    return {key for frame in frames for key in frame["id"]}


def split(column: pd.Series) -> list[str]:
    return [part for value in column.dropna() for part in value.split("|")]


def test_every_layer_of_the_plan_is_there() -> None:
    assert set(NAMES) <= set(layers.names())


@pytest.mark.parametrize("name", layers.names())
def test_loads_with_unique_ids(name: str) -> None:
    frame = layers.load(name)
    assert len(frame) > 0
    assert frame["id"].is_unique


@pytest.mark.parametrize("name", FEATURE_LAYERS)
def test_features_are_in_cgcs2000_and_say_how_true_they_are(name: str) -> None:
    frame = layers.load(name)
    assert frame.crs == "EPSG:4490"
    placed = frame.geometry.notna()
    assert (placed == (frame["evidence"] != "unlocated")).all()
    assert frame.loc[placed, "accuracy_m"].gt(0).all()
    if "rule" in frame:
        assert frame.loc[frame["evidence"] == "schematic", "rule"].notna().all()
    assert frame.geometry[placed].is_valid.all()


@pytest.mark.parametrize("name", CITING)
def test_every_quote_stands_in_its_document(name: str, documents: dict[str, str]) -> None:
    cited = layers.load(name).dropna(subset=["quote"])
    cited = cited[cited["source_id"].isin(list(documents))]
    wrong = [
        f"{row.id}: {column} {value!r}"
        for row in cited.itertuples()
        for column in ("quote", "heading")
        if isinstance(value := getattr(row, column), str)
        and "".join(value.split()) not in documents[row.source_id]
    ]
    assert wrong == []


def test_the_other_side_of_a_conflict_stands_in_a_document(documents: dict[str, str]) -> None:
    quotes = layers.load("conflicts")["quote_b"].dropna()
    printed = "".join(documents.values())
    assert [quote for quote in quotes if "".join(quote.split()) not in printed] == []


@pytest.mark.parametrize(
    "name", ["platforms", "projects", "parks", "nodes", "programmes", "indicators", "firms"]
)
def test_every_fact_is_quoted(name: str) -> None:
    frame = layers.load(name)
    assert frame["quote"].notna().all()
    assert frame["heading"].notna().all()


def test_references_between_layers_lead_somewhere() -> None:
    known = ids()
    links = layers.load("memberships")
    used = [*links["feature_id"], *links["target_id"]]
    used += split(layers.load("firms")["park_id"])
    used += split(layers.load("indicators")["scope_id"])
    used += split(layers.load("indicators")["pair_id"])
    for name in ("projects", "parks"):
        used += split(layers.load(name)["parent_id"])
    used += split(layers.load("axes")["roads"])
    assert sorted(set(used) - known) == []


def test_flags_name_conflicts_and_sources_are_listed() -> None:
    conflicts = set(layers.load("conflicts")["id"])
    sources = set(layers.load("sources")["id"])
    for name in layers.names():
        frame = layers.load(name)
        if "flag" in frame:
            assert set(split(frame["flag"])) <= conflicts, name
        if "source_id" in frame:
            assert set(frame["source_id"].dropna()) <= sources, name
        assert set(layers.resource(name).sources) <= sources, name


@pytest.mark.parametrize("name", ["parks", "nodes", "platforms", "projects"])
def test_a_place_follows_from_an_accepted_claim(name: str) -> None:
    claims = layers.load("claims").set_index("id")
    placed = layers.located(layers.load(name))
    # The nodes that are a city stand in the middle of its shape.
    without = placed.loc[placed["claim_id"].isna(), "id"].tolist()
    assert without == (["node-dakecheng", "node-kexuecheng"] if name == "nodes" else [])
    taken = claims.loc[placed["claim_id"].dropna()]
    assert (taken["state"] == "accepted").all()
    assert set(taken["kind"]) <= {"point", "within"}


def test_how_many_have_a_place_of_those_that_can() -> None:
    names = ["nodes", "parks", "platforms", "projects"]
    shares = {name: layers.placed_share(layers.load(name)) for name in names}
    assert shares == {
        "nodes": (23, 23),
        "parks": (50, 67),
        "platforms": (75, 135),
        "projects": (89, 135),
    }


def test_features_of_one_site_are_one_dot() -> None:
    names = ["nodes", "parks", "platforms", "projects"]
    frames = [layers.load(name)[["id", "site_id", "geometry"]] for name in names]
    own = set(layers.load("claims")["subject_id"])
    on_sites = pd.concat(frames).dropna(subset=["site_id"])
    on_sites = on_sites[~on_sites["id"].isin(own)]
    assert on_sites["site_id"].value_counts()[["site-nscc", "site-yuelushan-industrial"]].min() > 8
    assert on_sites.groupby("site_id")["geometry"].nunique(dropna=False).eq(1).all()


def test_projects_listed_twice_count_once() -> None:
    projects = layers.load("projects")
    repeats = projects[projects["canonical_id"] != projects["id"]]
    by_id = projects.set_index("id")
    for row in repeats.itertuples():
        assert by_id.loc[row.canonical_id, "canonical_id"] == row.canonical_id
        assert isinstance(row.flag, str), f"{row.id} repeats another and must say so"
    zhigu = projects[projects["name_zh"].str.contains("长沙智谷")]
    assert zhigu["investment_100m_cny"].dropna().tolist().count(180.0) >= 2
    assert layers.counted(zhigu)["investment_100m_cny"].sum() == 180.0


def test_box_1_is_printed_exactly() -> None:
    indicators = layers.load("indicators")
    box = indicators.dropna(subset=["front_order"]).sort_values("front_order")
    assert box["value"].tolist() == [6, 13, 5, 5, 30, 1100, 200, 4500, 100, 3500]
    assert (box["year"] == 2026).all()
    assert (box["kind"] == "target").all()


def test_ten_programmes_with_their_items() -> None:
    programmes = layers.load("programmes")
    items = programmes[programmes["item"] > 0].groupby("programme").size()
    assert items.to_dict() == {1: 3, 2: 6, 3: 4, 4: 3, 5: 3, 6: 3, 7: 3, 8: 3, 9: 3, 10: 3}
    assert (programmes["item"] == 0).sum() == 10


def test_every_numbered_project_of_every_box_is_there() -> None:
    projects = layers.load("projects").dropna(subset=["box"])
    top = projects[projects["parent_id"].isna()]
    items = top.groupby("box")["item"].nunique()
    assert items.to_dict() == {2: 6, 3: 4, 4: 7, 5: 8, 6: 9, 7: 6, 8: 6, 9: 7, 10: 3, 11: 6, 12: 3}


def test_describe_tells_source_licence_and_evidence() -> None:
    river = layers.describe("river")
    assert any("ODbL" in source["licence"] for source in river.sources)
    assert sum(river.evidence.values()) == river.rows
    assert layers.describe("programmes").evidence == {}


def test_files_are_listed_in_the_package_and_nothing_else_is() -> None:
    listed = {item.path.name for item in resources().values()}
    present = {path.name for path in FOLDER.iterdir() if path.suffix in {".csv", ".geojson"}}
    assert present == listed


@pytest.mark.parametrize(
    ("axis", "beside_a_road_km"),
    # 潇湘路: 10.3, 16.9 and 9.6 km of its three roads, the last up to the middle of 湘江科学城;
    # 西三环: the motorway between its nodes.
    [("axis-xiaoxiang", 10.3 + 16.9 + 9.6), ("axis-xisanhuan", 15.6)],
)
def test_the_axes_follow_their_roads(axis: str, beside_a_road_km: float) -> None:
    row = layers.load("axes").set_index("id").loc[axis]
    line, *roads = metric([row.geometry, *_roads(row.roads)])
    beside = line.intersection(shapely.union_all(roads).buffer(1))
    assert beside.length / 1000 == pytest.approx(beside_a_road_km, abs=0.2)
    # Every road that it names is followed, and none there and back.
    assert all(line.intersection(road.buffer(1)).length > 0.3 * road.length for road in roads)
    assert line.is_simple


def _roads(keys: str) -> list[shapely.LineString]:
    return layers.load("roads").set_index("id").geometry[keys.split("|")].tolist()


def metric(shapes: list[shapely.Geometry]) -> list[shapely.Geometry]:
    return gpd.GeoSeries(shapes, crs="EPSG:4490").to_crs(map_crs()).tolist()


@pytest.mark.parametrize(
    ("city", "districts"),
    [
        ("city-dakecheng", ["district-yuelu"]),
        ("city-kexuecheng", ["district-yuelu", "district-yuhu"]),
    ],
)
def test_the_cities_lie_in_their_districts(city: str, districts: list[str]) -> None:
    shape = layers.load("cities").set_index("id").geometry[city]
    bound = layers.load("districts").set_index("id").geometry[districts].union_all()
    inside, whole = (one.area for one in metric([shape.intersection(bound), shape]))
    # Nothing bounds them but their limits, which lie there.
    assert inside / whole == pytest.approx(1, abs=1e-6)


def test_the_cities_lie_between_their_limits_and_hold_their_members() -> None:
    cities = layers.load("cities").set_index("id")
    areas_km2 = geodesic_area_km2(cities.geometry)
    # Told in the note and in the conflict of the two printed areas, 24.65 and 33.97 km².
    assert f"{areas_km2['city-dakecheng']:.1f}" in cities.note["city-dakecheng"]
    assert {"24.65", "33.97"} <= set(re.findall(r"[\d.]+", cities.note["city-dakecheng"]))
    assert areas_km2["city-kexuecheng"] == pytest.approx(145.5, rel=1e-4)
    core = layers.members("city-dakecheng", "core")
    assert core.within(cities.geometry["city-dakecheng"]).all()
    # 湘江科学城 reaches into 湘潭 as far as the railway; three of its boards stand beyond it.
    yuhu = layers.load("districts").set_index("id").geometry["district-yuhu"]
    shape = cities.geometry["city-kexuecheng"]
    assert shape.intersection(yuhu).area / shape.area == pytest.approx(0.207, abs=0.005)
    boards = layers.members("city-kexuecheng", "board").set_index("id")
    beyond = ["node-yuelu-gxq", "node-jiuhua", "node-ceshiqu"]
    assert boards.index[~boards.within(shape)].tolist() == beyond


def test_the_circle_of_the_high_tech_zone_covers_its_western_half() -> None:
    circle = layers.load("circles").set_index("id").geometry["circle-gaoxin"]
    entrusted = layers.members("circle-gaoxin", "entrusted")
    assert entrusted["id"].tolist() == ["area-leifeng", "area-baima"]
    reached = metric([circle])[0]
    for place, radius_m in zip(
        metric(list(entrusted.geometry)), entrusted["radius_m"], strict=True
    ):
        assert place.buffer(radius_m).within(reached)


def test_every_rule_is_told_in_words() -> None:
    rules = [
        rule
        for name in FEATURE_LAYERS
        if "rule" in (frame := layers.load(name))
        for rule in frame["rule"].dropna()
    ]
    assert [rule for rule in rules if rule in rule_in_words(rule).values()] == []


def test_lines_and_polygons_carry_six_decimals_at_most() -> None:
    for name in ("districts", "river", "metro", "roads"):
        for feature in json.loads((FOLDER / f"{name}.geojson").read_text())["features"]:
            text = json.dumps(feature["geometry"]["coordinates"])
            assert (
                max(
                    len(part.split(".")[1])
                    for part in text.replace("]", "").split(",")
                    if "." in part
                )
                <= 6
            )


def test_lines_that_the_river_is_built_of_are_no_names_on_a_map() -> None:
    label = layer_style("river").label
    assert label is not None
    for row in layers.load("river").itertuples():
        built = row.kind in ("bank", "centre_line")
        assert row.name_zh.startswith(label.skip) == built
        assert row.name_en.startswith(label.skip) == built
