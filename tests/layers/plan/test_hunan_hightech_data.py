"""The data of the high-tech zones of Hunan: complete, consistent, every quote in its document."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import yaml

from geo.geodesic import geodesic_area_km2
from layers.plan.data_files import features_of, table_of
from layers.plan.positions import CRS, Gazetteer, locate, zone_place

FOLDER = Path(__file__).resolve().parents[3] / "data" / "hunan_hightech"
PACKAGE = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES: dict[str, dict[str, Any]] = {item["name"]: item for item in PACKAGE["resources"]}
POLYGONS = ("prefectures", "counties")
POINTS = ("zones", "platforms", "facilities", "projects")
# What was read in a copy whose characters are converted has no quote, and says so.
UNQUOTED = "未摘原文"
PROVINCE_KM2 = 211_800


def read(name: str) -> pd.DataFrame:
    path = FOLDER / RESOURCES[name]["path"]
    if path.suffix == ".csv":
        return table_of(path)
    properties, shapes = features_of(path)
    return gpd.GeoDataFrame(properties, geometry=shapes, crs=CRS)


FRAMES = {name: read(name) for name in RESOURCES}


def fields(name: str) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in RESOURCES[name]["schema"]["fields"]}


def split(column: pd.Series) -> list[str]:
    return [part for value in column.dropna() for part in value.split("|")]


def placed(name: str) -> gpd.GeoDataFrame:
    polygons = pd.concat([FRAMES[layer] for layer in POLYGONS]).set_index("id")
    areas = geodesic_area_km2(polygons.geometry)

    def at(key: str) -> Any:
        return lambda: zone_place(
            polygons.geometry[key],
            area_km2=float(areas[key]),
            accuracy_m=float(polygons["accuracy_m"][key]),
        )

    gazetteer = Gazetteer(
        [FRAMES[layer] for layer in POINTS], {key: at(key) for key in areas.index}
    )
    return locate(FRAMES[name], gazetteer)


def breaks(value: Any, field: dict[str, Any]) -> bool:
    """Tell whether a value is not what the package says of its column."""
    rules = field.get("constraints", {})
    if pd.isna(value):
        return bool(rules.get("required", False))
    if field["type"] != "string":
        number = float(value)
        whole = field["type"] != "integer" or number.is_integer()
        low, high = rules.get("minimum", number), rules.get("maximum", number)
        return not (whole and low <= number <= high)
    return not (
        isinstance(value, str)
        and value in rules.get("enum", [value])
        and len(value) <= rules.get("maxLength", len(value))
        and re.match(rules.get("pattern", ""), value)
    )


@pytest.mark.parametrize("name", RESOURCES)
def test_a_file_is_as_the_package_says(name: str) -> None:
    frame = FRAMES[name].drop(columns="geometry", errors="ignore")
    assert list(frame.columns) == list(fields(name)) or name in POLYGONS
    assert set(frame.columns) == set(fields(name))
    wrong = [
        f"{row['id']}: {column} {row[column]!r}"
        for row in frame.to_dict("records")
        for column, field in fields(name).items()
        if breaks(row[column], field)
    ]
    assert wrong == []
    assert frame["id"].is_unique


def test_files_are_listed_and_nothing_else_is() -> None:
    listed = {item["path"] for item in RESOURCES.values()}
    assert {path.name for path in FOLDER.iterdir() if path.suffix in {".csv", ".geojson"}} == listed


def test_ids_are_of_one_feature_only() -> None:
    ids = pd.concat([frame["id"] for frame in FRAMES.values()])
    assert ids[ids.duplicated()].tolist() == []


@pytest.mark.parametrize("name", RESOURCES)
def test_references_lead_somewhere(name: str) -> None:
    for column, field in fields(name).items():
        if "refers" in field:
            known = {key for layer in field["refers"] for key in FRAMES[layer]["id"]}
            assert sorted(set(split(FRAMES[name][column])) - known) == [], column
    listed = set(FRAMES["sources"]["id"])
    assert set(RESOURCES[name]["sources"]) <= listed
    if name not in {"sources", "conflicts"}:
        cited = set(FRAMES[name]["source_id"].dropna())
        assert cited <= set(RESOURCES[name]["sources"])


@pytest.mark.parametrize(
    "name", [name for name in RESOURCES if "quote" in fields(name) and name not in POLYGONS]
)
def test_every_quote_stands_in_its_document(name: str, documents: dict[str, str]) -> None:
    frame = FRAMES[name]
    cited = frame[frame["source_id"].isin(list(documents))]
    wrong = [
        f"{row['id']}: {column} {row[column]!r}"
        for row in cited.to_dict("records")
        for column in ("quote", "heading")
        if row[column] is None or "".join(row[column].split()) not in documents[row["source_id"]]
    ]
    assert wrong == []
    if "quote_b" in frame:
        printed = "".join(documents.values())
        quotes = frame["quote_b"].dropna()
        assert [quote for quote in quotes if "".join(quote.split()) not in printed] == []


@pytest.mark.parametrize("name", [*POINTS, "indicators"])
def test_a_fact_is_quoted_or_says_why_it_is_not(name: str) -> None:
    frame = FRAMES[name]
    bare = frame[frame["quote"].isna()]
    assert bare["note"].fillna("").str.contains(UNQUOTED).all()


@pytest.mark.parametrize("name", POINTS)
def test_evidence_is_true_of_the_place(name: str) -> None:
    raw = FRAMES[name]
    own, inherited = raw["lon"].notna(), raw["within"].notna()
    assert (raw["lat"].notna() == own).all()
    assert not (own & inherited).any()
    assert ((own | inherited) == (raw["evidence"] == "located")).all()
    assert (~(own | inherited) == (raw["evidence"] == "unlocated")).all()
    assert raw.loc[own, "accuracy_m"].astype(float).ge(100).all()
    assert raw.loc[~own, "accuracy_m"].isna().all(), "what stands in a zone has the zone's accuracy"
    assert (raw["position_source"].notna() == (own | inherited)).all()
    frame = placed(name)
    assert (frame.geometry.notna() == (raw["evidence"] == "located").to_numpy()).all()
    assert frame.loc[frame.geometry.notna(), "accuracy_m"].gt(0).all()


@pytest.mark.parametrize("name", POINTS)
def test_a_place_lies_in_the_prefecture_that_its_row_names(name: str) -> None:
    frame = placed(name).dropna(subset=["prefecture_id", "geometry"])
    prefectures = FRAMES["prefectures"].set_index("id").geometry
    outside = [
        row.id
        for row in frame.itertuples()
        if not prefectures[row.prefecture_id].covers(row.geometry)
    ]
    assert outside == []


def test_a_zone_that_is_known_by_its_county_alone_is_not_claimed_to_be_known_better() -> None:
    zones = placed("zones").set_index("id")
    # Half the radius of the disc with the area of the county: 1,560 km² of 泸溪县, 11 km.
    assert 9_000 < zones.loc["zone-luxi", "accuracy_m"] < 13_000
    # … and of the prefecture: 27,600 km² of 怀化市, 47 km.
    assert 45_000 < zones.loc["zone-huaihua", "accuracy_m"] < 49_000


def test_prefectures_are_the_province_without_gap_or_overlap() -> None:
    prefectures, counties = (FRAMES[name].geometry for name in POLYGONS)
    assert (len(prefectures), len(counties)) == (14, 122)
    for shapes in (prefectures, counties):
        assert shapes.is_valid.all()
        assert geodesic_area_km2(shapes).sum() == pytest.approx(PROVINCE_KM2, rel=0.002)
        assert shapely.area(shapes).sum() == pytest.approx(shapes.union_all().area, rel=1e-9)
    stated = FRAMES["prefectures"]["area_km2"].astype(float)
    assert stated.to_numpy() == pytest.approx(geodesic_area_km2(prefectures).to_numpy(), abs=0.1)


def test_a_prefecture_is_the_sum_of_its_counties() -> None:
    counties = FRAMES["counties"].dissolve("prefecture_id").geometry
    for key, shape in FRAMES["prefectures"].set_index("id").geometry.items():
        assert shape.symmetric_difference(counties[key]).area == pytest.approx(0, abs=1e-9), key


def test_zones_by_level() -> None:
    levels = FRAMES["zones"]["level"].value_counts()
    stated = FRAMES["indicators"].set_index("id")["value"].astype(float)
    assert levels["national"] == stated["indicator-htz-zones-national-2024"] == 9
    assert levels["provincial"] < stated["indicator-htz-zones-provincial-2024"]
    gap = FRAMES["conflicts"].set_index("id").loc["conflict-not-listed", "text_zh"]
    assert f"省级{levels['provincial']}家" in gap


def test_the_roles_name_layers_and_columns_that_are_there() -> None:
    area = yaml.safe_load((FOLDER / "area.yaml").read_text(encoding="utf-8"))
    for name, role in area["points"].items():
        assert name in POINTS
        columns = [*role["filters"], role["group"], *([role["amount"]] if "amount" in role else [])]
        assert set(columns) <= set(fields(name))
    named = {layer for theme in area["themes"].values() for layer in theme}
    named |= {*area["context"], *area["beside"], *area["series"], area["land"]["layer"]}
    assert named <= set(RESOURCES)
    looks = json.loads((FOLDER / "symbology.json").read_text(encoding="utf-8"))
    assert set(looks["layers"]) == {*POLYGONS, *POINTS}
    for name, look in looks["layers"].items():
        column = look["classify"]
        if column in fields(name):
            assert set(FRAMES[name][column]) <= set(look["classes"]), name


def test_tables_end_as_the_others_do() -> None:
    for path in FOLDER.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert text.endswith("\n")
        assert "\r" not in text
        with path.open(encoding="utf-8", newline="") as source:
            assert len({len(row) for row in csv.reader(source)}) == 1
