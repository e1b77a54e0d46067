"""Damage to the plan's files is named with file, row and field; no page ends in a traceback."""

from __future__ import annotations

import csv
import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

from geo.wording import catalogue as sentences
from layers import data_check
from layers.plan.area import SHARED, VARIABLE, open_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Done

ROOT = Path(__file__).resolve().parents[2]
PLAN = open_plan().folder


@pytest.fixture
def plan(tmp_path: Path) -> Iterator[Path]:
    """Give a copy of the plan's folder, which the layers are read from."""
    folder = tmp_path / "plan"
    shutil.copytree(PLAN, folder)
    shutil.copy(SHARED / "basemaps.json", folder)
    with open_plan(folder):
        yield folder


def edit(file: str, old: str, new: str, *, count: int = 1) -> Callable[[Path], None]:
    """Replace a text in a file of the plan, which must be in it."""

    def edited(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, count), encoding="utf-8")

    return edited


def cut(file: str, share: float) -> Callable[[Path], None]:
    """Leave the first part of a file, in whole characters, as an interrupted copy does."""

    def edited(folder: Path) -> None:
        content = (folder / file).read_bytes()
        whole = content[: int(len(content) * share)].decode(errors="ignore")
        (folder / file).write_text(whole, "utf-8", newline="")

    return edited


def as_gbk(file: str) -> Callable[[Path], None]:
    def edited(folder: Path) -> None:
        path = folder / file
        path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))

    return edited


def gone(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).unlink()


def emptied(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).write_bytes(b"")


def cell(file: str, row: int, column: str, value: str) -> Callable[[Path], None]:
    """Put another value into a cell, the header being row 1."""

    def edited(folder: Path) -> None:
        path = folder / file
        with path.open(encoding="utf-8", newline="") as source:
            table = list(csv.reader(source))
        table[row - 1][table[0].index(column)] = value
        with path.open("w", encoding="utf-8", newline="") as target:
            csv.writer(target, lineterminator="\n").writerows(table)

    return edited


def twice(file: str) -> Callable[[Path], None]:
    """Let the first row of a table stand in it once more."""

    def edited(folder: Path) -> None:
        header, first, *rest = (folder / file).read_text(encoding="utf-8").split("\n")
        (folder / file).write_text("\n".join([header, first, first, *rest]), encoding="utf-8")

    return edited


def in_each_other(one: str, other: str, park: str) -> Callable[[Path], None]:
    """Let two features of one park take their places from each other."""

    def edited(folder: Path) -> None:
        for feature, holder in ((one, other), (other, one)):
            told = f"claim-{feature},{feature},within,,,,,"
            edit("claims.csv", told + park, told + holder)(folder)

    return edited


def in_json(file: str, change: Callable[[Any], None]) -> Callable[[Path], None]:
    def edited(folder: Path) -> None:
        content = json.loads((folder / file).read_text(encoding="utf-8"))
        change(content)
        (folder / file).write_text(json.dumps(content), encoding="utf-8")

    return edited


def swapped(content: Any) -> None:
    ring = content["features"][3]["geometry"]["coordinates"]
    while not isinstance(ring[0][0], float):
        ring = ring[0]
    ring[:] = [[lat, lon] for lon, lat in ring]


FAULTS: dict[str, tuple[Callable[[Path], None], str, int, str, str]] = {
    # what was done: the edit, then file, row, field and code that must be named
    "a table is missing": (gone("parks.csv"), "parks.csv", 0, "", "data.missing"),
    "the package is missing": (
        gone("datapackage.json"),
        "datapackage.json",
        0,
        "",
        "data.missing",
    ),
    "a claim without its coordinate": (
        cell("claims.csv", 2, "lat_deg", ""),
        "claims.csv",
        2,
        "lat_deg",
        "data.claim_lacks",
    ),
    "a claim with its degrees swapped": (
        lambda folder: (
            cell("claims.csv", 2, "lon_deg", "28.181809")(folder),
            cell("claims.csv", 2, "lat_deg", "112.937357")(folder),
        ),
        *("claims.csv", 2, "lon_deg", "data.greater_than_or_equal_to"),
    ),
    "a claim of nothing": (
        cell("claims.csv", 3, "subject_id", "site-none"),
        *("claims.csv", 3, "subject_id", "data.reference"),
    ),
    "a claim that is not taken and not why": (
        cell("claims.csv", 4, "reason", ""),
        "claims.csv",
        4,
        "reason",
        "data.claim_unreasoned",
    ),
    "points of a layer that there is not": (
        edit("area.yaml", "  parks: {filters", "  nothing: {filters"),
        *("area.yaml", 0, "points", "data.reference"),
    ),
    "a filter by a column that there is not": (
        edit("area.yaml", "filters: [sector]", "filters: [colour]"),
        *("area.yaml", 0, "points.projects.filters", "data.reference"),
    ),
    "amounts that are texts": (
        edit("area.yaml", "amount: investment_100m_cny", "amount: lead"),
        *("area.yaml", 0, "points.projects.amount", "data.no_amount"),
    ),
    "a default zoning that there is not": (
        edit(
            "area.yaml",
            "coverage: {layer: platforms, zoning: circles}",
            "coverage: {layer: platforms, zoning: rings}",
        ),
        *("area.yaml", 0, "defaults.coverage.zoning", "data.reference"),
    ),
    "metres that are degrees": (
        edit("area.yaml", "crs: EPSG:4547", "crs: EPSG:4490"),
        "area.yaml",
        0,
        "crs",
        "data.crs",
    ),
    "a zone on the other side of the world": (
        edit("area.yaml", "crs: EPSG:4547", "crs: EPSG:32633"),
        "area.yaml",
        0,
        "crs",
        "data.crs",
    ),
    "an empty table": (emptied("firms.csv"), "firms.csv", 0, "", "data.empty"),
    "a table cut short": (cut("platforms.csv", 0.45), "platforms.csv", -1, "", "data.cells"),
    "features cut short": (cut("roads.geojson", 0.5), "roads.geojson", -1, "", "data.json"),
    "a table saved as GBK": (as_gbk("platforms.csv"), "platforms.csv", 2, "", "data.encoding"),
    "features saved as GBK": (as_gbk("metro.geojson"), "metro.geojson", -1, "", "data.encoding"),
    "an open quote": (
        edit("platforms.csv", "platform-hnu,湖南大学", 'platform-hnu,"湖南大学'),
        "platforms.csv",
        -1,
        "",
        "data.quotes",
    ),
    "a cell too many": (
        edit("platforms.csv", "platform-hnu,", "platform-hnu,,"),
        "platforms.csv",
        3,
        "",
        "data.cells",
    ),
    "a column renamed": (
        edit("parks.csv", "leading_firms", "firms"),
        "parks.csv",
        0,
        "leading_firms",
        "data.column_missing",
    ),
    "an extra column": (
        edit("parks.csv", "id,name_zh", "id,name_zh,extra"),
        "parks.csv",
        2,
        "",
        "data.cells",
    ),
    "two columns of one name": (
        edit("parks.csv", "flag,note", "note,note"),
        "parks.csv",
        1,
        "note",
        "data.doubled",
    ),
    "degrees swapped in features": (
        in_json("roads.geojson", swapped),
        "roads.geojson",
        4,
        "geometry",
        "data.outside",
    ),
    "a place in another province": (
        cell("claims.csv", 2, "lon_deg", "121.5"),
        "claims.csv",
        2,
        "lon_deg",
        "data.outside",
    ),
    "NaN as a place": (
        cell("claims.csv", 2, "lon_deg", "nan"),
        "claims.csv",
        2,
        "lon_deg",
        "data.not_number",
    ),
    "an infinite place": (
        cell("claims.csv", 2, "lat_deg", "inf"),
        "claims.csv",
        2,
        "lat_deg",
        "data.not_number",
    ),
    "NaN in features": (
        edit("river.geojson", '"coordinates"', '"bbox": [NaN], "coordinates"'),
        "river.geojson",
        0,
        "",
        "data.json",
    ),
    "an unknown source": (
        cell("projects.csv", 5, "source_id", "plan2042"),
        "projects.csv",
        5,
        "source_id",
        "data.reference",
    ),
    "an unknown kind of entity": (
        cell("projects.csv", 5, "entity_kind", "thing"),
        "projects.csv",
        5,
        "entity_kind",
        "data.isin",
    ),
    "an unknown flag": (
        cell("parks.csv", 3, "flag", "conflict-none"),
        "parks.csv",
        3,
        "flag",
        "data.reference",
    ),
    "a host that no layer has": (
        cell("platforms.csv", 190, "host_id", "park-none"),
        "platforms.csv",
        190,
        "host_id",
        "data.reference",
    ),
    "an id twice": (
        twice("firms.csv"),
        "firms.csv",
        -1,
        "id",
        "data.field_uniqueness",
    ),
    "a name left out": (
        cell("circles.csv", 3, "name_zh", ""),
        "circles.csv",
        3,
        "name_zh",
        "data.required",
    ),
    "a rule that none knows": (
        cell("circles.csv", 2, "rule", "round:1500"),
        "circles.csv",
        2,
        "rule",
        "data.rule",
    ),
    "a rule left out": (
        cell("circles.csv", 2, "rule", ""),
        "circles.csv",
        2,
        "rule",
        "data.no_rule",
    ),
    "a year in words": (
        cell("projects.csv", 2, "start_year", "去年"),
        "projects.csv",
        2,
        "start_year",
        "data.not_number",
    ),
    "half a year": (
        cell("projects.csv", 2, "start_year", "2023.5"),
        "projects.csv",
        2,
        "start_year",
        "data.not_number",
    ),
    "a word in one language": (
        edit("words.json", ', "en": "Four circles"', ""),
        "words.json",
        0,
        "zoning.circles.en",
        "data.breaks",
    ),
    "a word that is empty": (
        edit("words.json", '"Four circles"', '" "'),
        "words.json",
        0,
        "zoning.circles.en",
        "data.required",
    ),
    "a word of nothing": (
        edit("words.json", "reading.noun.parks", "reading.noun.park"),
        "words.json",
        0,
        "reading.noun.park",
        "data.word_unused",
    ),
    "a word that nothing fills": (
        edit("words.json", '"The 224 layout"', '"The 224 layout of {place}"'),
        "words.json",
        0,
        "spec.overview.en",
        "data.word_unfilled",
    ),
    "a brace alone": (
        edit("words.json", '"The 224 layout"', '"The {224 layout"'),
        "words.json",
        0,
        "spec.overview.en",
        "data.word_braces",
    ),
    "an ill colour": (
        edit("symbology.json", "#B5172F", "red"),
        "symbology.json",
        0,
        "layers.cities.style.colour",
        "data.breaks",
    ),
    "a brace alone in the words of a unit": (
        edit("symbology.json", '"CNY {n} billion"', '"CNY {n} {billion"'),
        "symbology.json",
        0,
        "units.100 million CNY.in_text.en.words",
        "data.breaks",
    ),
    "an unknown symbol": (
        edit("symbology.json", '"ring-dot"', '"blob"'),
        "symbology.json",
        0,
        "",
        "data.breaks",
    ),
    "symbology that is no JSON": (
        edit("symbology.json", '"groups": [', '"groups": [['),
        "symbology.json",
        -1,
        "",
        "data.json",
    ),
    "a layer without a style": (
        in_json("symbology.json", lambda content: content["layers"].pop("metro")),
        "symbology.json",
        0,
        "",
        "data.no_style",
    ),
    "a base map without a datum": (
        in_json("basemaps.json", lambda content: content["basemaps"][1].pop("datum")),
        "basemaps.json",
        0,
        "basemaps[1].datum",
        "data.breaks",
    ),
    "tiles without a place": (
        edit("basemaps.json", "{z}/{x}/{y}", "{z}/{x}"),
        "basemaps.json",
        0,
        "basemaps[1].tiles[0]",
        "data.breaks",
    ),
    "a point where an area must be": (
        in_json(
            "districts.geojson",
            lambda content: content["features"][0].update(
                geometry={"type": "Point", "coordinates": [112.9, 28.2]}
            ),
        ),
        "districts.geojson",
        1,
        "geometry",
        "data.kind",
    ),
    "an area that crosses itself": (
        in_json(
            "districts.geojson",
            lambda content: content["features"][0].update(
                geometry={
                    "type": "Polygon",
                    "coordinates": [[[112, 28], [113, 29], [113, 28], [112, 29], [112, 28]]],
                }
            ),
        ),
        "districts.geojson",
        1,
        "geometry",
        "data.invalid_shape",
    ),
    "an open ring of two corners": (
        in_json(
            "districts.geojson",
            lambda content: content["features"][0].update(
                geometry={"type": "Polygon", "coordinates": [[[112, 28], [113, 29]]]}
            ),
        ),
        "districts.geojson",
        1,
        "",
        "data.feature",
    ),
    "a site that is not listed": (
        cell("platforms.csv", 190, "site_id", "site-none"),
        *("platforms.csv", 190, "site_id", "data.reference"),
    ),
    "parks that stand in each other": (
        in_each_other("park-lugu-huanbao", "park-lugu-jieneng", "park-changsha-gaoxin"),
        *("claims.csv", 104, "object_id", "data.ring"),
    ),
    "a project that ends before it begins": (
        cell("projects.csv", 32, "end_year", "2021"),
        *("projects.csv", 32, "end_year", "data.greater_than_or_equal_to"),
    ),
    "an extent whose areas are the wrong way round": (
        edit("claims.csv", "assumed:3..13", "assumed:13..3"),
        *("claims.csv", 302, "rule", "data.extent"),
    ),
}


# Files that are read before any table is, and what is only found where all the tables are sound.
FIRST = {"symbology.json", "words.json", "basemaps.json"}
ALONE = {"the package is missing", "parks that stand in each other", "a claim of nothing"}
# What is looked for in one step is named side by side; of the rest a file has one fault at a time.
STEPS = {
    "data.not_number": "read",
    **dict.fromkeys(("data.isin", "data.required"), "kept"),
    **dict.fromkeys(("data.reference", "data.no_amount", "data.extent"), "joined"),
    **dict.fromkeys(("data.claim_lacks", "data.claim_unreasoned"), "joined"),
}


def rounds() -> dict[str, list[str]]:
    """Put faults together that do not hide each other."""
    together: dict[str, list[str]] = {fault: [fault] for fault in sorted(ALONE)}
    steps: defaultdict[tuple[str, str], list[tuple[str, set[object]]]] = defaultdict(list)
    for fault, (_, file, row, column, code) in FAULTS.items():
        if fault not in ALONE:
            broken = file in FIRST and code in {"data.breaks", "data.json"}
            when = "first" if broken else "then"
            step, held = STEPS.get(code, fault), steps[when, file]
            free = (
                at
                for at, (of, cells) in enumerate(held)
                if of == step and (row, column) not in cells
            )
            at = next(free, len(held))
            if at == len(held):
                held.append((step, set()))
            held[at][1].add((row, column))
            together.setdefault(f"{when} {at + 1}", []).append(fault)
    return together


@pytest.mark.parametrize("faults", rounds().values(), ids=rounds())
def test_damage_is_named_with_its_place(plan: Path, faults: list[str]) -> None:
    for fault in faults:
        FAULTS[fault][0](plan)
    damages = data_check.damages()
    for fault in faults:
        _, file, row, column, code = FAULTS[fault]
        places = {
            (damage.row, damage.column)
            for damage in damages
            if (damage.file, damage.code) == (file, code)
        }
        assert [at for at in places if row in {-1, at[0]} and column in {"", at[1]}], fault
    for damage in damages:
        for lang in ("zh", "en"):
            sentence = damage.sentence(lang)
            assert sentence.startswith(damage.file)
            assert "{value}" not in sentence


# Rows that say themselves where they are, in a plan without claims.
OF_ROWS: dict[str, tuple[dict[str, str], str, str]] = {
    "half a place": ({"lat": ""}, "lat", "data.half_place"),
    "degrees swapped": ({"lon": "28.2", "lat": "103.6"}, "lon", "data.outside"),
    "no accuracy": ({"accuracy_m": ""}, "accuracy_m", "data.no_accuracy"),
    "a place of what has none": ({"evidence": "unlocated"}, "evidence", "data.unlocated_placed"),
    "two places": ({"within": "shop-5"}, "within", "data.two_places"),
    "within nothing": ({"lon": "", "lat": "", "within": "shop-0"}, "", "data.unbuilt"),
    "within itself": ({"lon": "", "lat": "", "within": "shop-1"}, "", "data.unbuilt"),
}


@pytest.mark.parametrize("fault", OF_ROWS)
def test_a_row_that_misplaces_itself_is_named(tmp_path: Path, fault: str) -> None:
    values, column, code = OF_ROWS[fault]
    folder = tmp_path / "tiny"
    shutil.copytree(ROOT / "tests/areas/tiny", folder)
    for name, value in values.items():
        cell("shops.csv", 2, name, value)(folder)
    with open_plan(folder):
        damages = [(each.file, each.column or "", each.code) for each in data_check.damages()]
    assert ("shops.csv", column, code) in damages


def test_every_damage_of_a_file_is_named_at_once(plan: Path) -> None:
    cell("claims.csv", 2, "lon_deg", "nan")(plan)
    cell("claims.csv", 3, "accuracy_m", "wide")(plan)
    cell("projects.csv", 2, "source_id", "plan2042")(plan)
    named = {(damage.file, damage.row, damage.column) for damage in data_check.damages()}
    assert {
        ("claims.csv", 2, "lon_deg"),
        ("claims.csv", 3, "accuracy_m"),
        ("projects.csv", 2, "source_id"),
    } <= named


def test_every_sentence_on_damage_is_in_both_languages() -> None:
    for code, words in sentences().items():
        assert set(words) == {"zh", "en"}, code


def test_a_plan_without_a_sound_file_is_told_by_the_first_of_them(
    tmp_path: Path, run: Callable[..., Done]
) -> None:
    folder = tmp_path / "plan"
    shutil.copytree(PLAN, folder)
    for file in folder.iterdir():
        if file.is_file():
            file.write_bytes(b"\xff")
    done = run("--plan", folder, "validate", code=2)
    assert "area.yaml, row 1: the text is not UTF-8" in done.stderr


def test_the_command_line_names_the_damage_and_exits_with_2(
    tmp_path: Path, run: Callable[..., Done]
) -> None:
    folder = tmp_path / "plan"
    shutil.copytree(PLAN, folder)
    as_gbk("platforms.csv")(folder)
    done = run("--plan", folder, "validate", code=2)
    assert "platforms.csv，第 2 行：文字不是 UTF-8 编码" in done.stdout


@pytest.mark.parametrize(
    "damage",
    [
        as_gbk("platforms.csv"),
        gone("datapackage.json"),
        cut("symbology.json", 0.7),
    ],
    ids=["GBK", "no package", "symbology"],
)
def test_the_app_says_a_sentence_where_the_plan_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    folder = tmp_path / "plan"
    shutil.copytree(PLAN, folder)
    damage(folder)
    monkeypatch.setenv(VARIABLE, str(folder))
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    assert any("图集的数据文件有" in each.value for each in page.error)
    assert not page.exception
