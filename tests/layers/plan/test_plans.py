"""A plan is a folder: the packaged ones and a tiny one elsewhere are loaded, asked and printed."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
from pyproj import Geod

import layers
from geo.errors import InputError, LayerError
from layers import data_check, questions
from layers.book.atlas import atlas
from layers.outputs import output
from layers.plan.area import area, crs_words, map_crs, open_plan
from layers.plan.schema import resource
from layers.plan.zonings import GRID_NAMES
from layers.questions.scales import Scaled
from layers.questions.subjects import Points, Zones, point_layers
from layers.record.specification import read_spec
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.plan.area import Plan

ROOT = Path(__file__).resolve().parents[3]
TINY = ROOT / "tests" / "areas" / "tiny"
SHEET = {"review_number": "internal", "date": "2026-11-29"}
KINDS = ("overview", "density", "coverage", "distribution", "layer")
SUFFIXES = (".html", ".gpkg", ".pptx")


@pytest.fixture(params=["hunan_hightech", str(TINY)], ids=["province", "tiny"])
def opened(request: pytest.FixtureRequest) -> Iterator[Plan]:
    with open_plan(request.param) as plan:
        yield plan


def spec(kind: str, **more: object) -> layers.MapSpec:
    return read_spec({"map": kind, "sheet": dict(SHEET), **more})


def test_the_plan_of_the_new_area_is_the_default_and_stands_again_after_another() -> None:
    with open_plan("hunan_hightech"):
        assert "zones" in layers.names()
        with open_plan(TINY):
            assert layers.names() == ["quarters", "shops", "sources"]
        assert "zones" in layers.names()
    assert "circles" in layers.names()


def test_an_unknown_plan_is_refused_with_those_there_are(tmp_path: Path) -> None:
    for name in ("nowhere", tmp_path, 7):
        with pytest.raises(InputError, match="xiangjiang"):
            open_plan(name)


def test_every_layer_and_zoning_loads_and_nothing_is_damaged(opened: Plan) -> None:
    assert data_check.damages() == []
    for name in layers.names():
        assert len(layers.load(name)), name
        assert layers.describe(name).rows
    for name in area().zonings:
        assert len(layers.zoning(name))
    assert opened.name in str(opened.folder)


def test_a_point_layer_by_data_alone_has_places_and_some_stand_in_others() -> None:
    with open_plan(TINY):
        shops = layers.load("shops").set_index("id")
    assert shops.geometry["shop-9"].equals(shops.geometry["shop-1"])
    assert shops.loc["shop-10", "evidence"] == "unlocated"
    assert shops.geometry["shop-10"] is None


def test_every_kind_of_map_is_shown_printed_saved_and_is_slides(opened: Plan) -> None:
    for at, kind in enumerate(KINDS):
        assert spec(kind).content().visible
        # Each kind, and each way to save once, the tiny plan others than the larger one.
        for suffix in SUFFIXES[(at + (opened.name == str(TINY))) % len(KINDS) :][:1]:
            assert output(spec(kind), suffix)
    assert output(spec("overview"), ".svg").startswith(b"<?xml")
    assert opened.name


def test_an_atlas_of_any_plan_tells_of_its_own_layers(opened: Plan) -> None:
    (series, *_) = area().series
    made = atlas(spec("overview", pages=series))
    assert len(made.pages) == len(layers.load(series))
    lead = resource(area().defaults["overview"]["layer"]).title("zh")
    assert {leaf.figures[1][0] for leaf in made.pages} == {f"{lead}（个）"}
    assert opened.name


def test_the_figures_of_a_page_are_those_of_the_plan_it_is_of() -> None:
    with open_plan("hunan_hightech"):
        made = atlas(spec("overview", pages="prefectures"))
        # The zones that stand in Changsha, and what two of its ten projects state together.
        units = layers.load("prefectures").set_index("id")
        shape = units.geometry["prefecture-changsha"]
        zones = layers.located(layers.load("zones"))
        inside = zones[zones.intersects(shape)]
    figures = dict(made.pages[0].figures)
    assert figures["高新区（个）"].split()[0] == str(len(inside)) == "5"
    assert figures["项目载明投资额（亿元）"] == "106.5"


def test_answers_of_one_plan_are_not_those_of_another() -> None:
    with open_plan(TINY):
        tiny = questions.zone_counts(
            questions.Distribution(Points("shops", trade=("food",)), Zones("quarters"))
        )
        assert tiny.set_index("id")["count"].to_dict() == {"quarter-west": 4, "quarter-east": 2}
        with pytest.raises(LayerError):
            Points("platforms").chosen()
    with open_plan("hunan_hightech"):
        there = Points("platforms").chosen()
    assert set(there["id"]) != set(Points("platforms").chosen()["id"])


@pytest.mark.parametrize(
    ("plan", "at"),
    [
        ("xiangjiang", (112.9, 28.2)),
        ("hunan_hightech", (109.2, 27.5)),
        ("hunan_hightech", (113.9, 27.5)),
        (str(TINY), (103.9, 28.3)),
    ],
)
@pytest.mark.parametrize("azimuth", [0.0, 90.0, 45.0])
def test_ten_kilometres_are_ten_in_the_metres_of_prints(
    plan: str, at: tuple[float, float], azimuth: float
) -> None:
    lon, lat, _ = Geod(ellps="GRS80").fwd(*at, azimuth, 10_000.0)
    with open_plan(plan):
        ends = gpd.GeoSeries([shapely.Point(at), shapely.Point(lon, lat)], crs=4490)
        # A sheet shows the metres of this CRS at one scale, which its bar is drawn by.
        one, other = ends.to_crs(map_crs())
    assert one.distance(other) == pytest.approx(10_000.0, rel=1e-3)


def test_the_crs_of_prints_is_chosen_by_where_the_plan_lies_and_said() -> None:
    assert map_crs() == "EPSG:4547"
    with open_plan(TINY):
        assert map_crs() == "EPSG:4544"
        assert crs_words("en") == "CGCS2000 / 3-degree Gauss-Kruger CM 105E (EPSG:4544)"
    with open_plan("hunan_hightech"):
        assert "111.5" in crs_words("en")
        assert "111.5" in crs_words("zh")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("crs: auto", "crs: [", "YAML"),
        ("land: {layer: quarters}", "", "land"),
        ("themes:\n  shops: [shops]", "themes: {}", "themes"),
        ("crs: auto", "crs: auto\nsurprise: 1", "surprise"),
    ],
)
def test_a_damaged_area_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    for path in TINY.iterdir():
        text = path.read_text("utf-8")
        (tmp_path / path.name).write_text(
            text.replace(old, new) if path.suffix == ".yaml" else text
        )
    with open_plan(tmp_path):
        assert said in " ".join(each.sentence("en") for each in data_check.damages())


def with_amounts(folder: Path, *, again: bool = False) -> Path:
    """The tiny plan with shops that state their sales, and once more as shops that state staff."""
    for path in TINY.iterdir():
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    head, *rows = (TINY / "shops.csv").read_text("utf-8").splitlines()
    told = [f"{head},sold", *(f"{row},{at + 1}" for at, row in enumerate(rows))]
    (folder / "shops.csv").write_text("\n".join(told), "utf-8")
    package = json.loads((TINY / "datapackage.json").read_text("utf-8"))
    shops = next(each for each in package["resources"] if each["name"] == "shops")
    sold = {"name": "sold", "type": "number", "unit": "t", "title": "销量", "title_en": "sales"}
    shops["schema"]["fields"].append(sold)
    roles = "  shops: {filters: [trade], group: trade, amount: sold}"
    if again:
        (folder / "stalls.csv").write_text("\n".join(told).replace("shop-", "stall-"), "utf-8")
        text = json.dumps(shops).replace("shops", "stalls").replace("sales", "staff")
        package["resources"].append(json.loads(text))
        roles += f"\n{roles.replace('shops', 'stalls')}"
    (folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
    area_text = (TINY / "area.yaml").read_text("utf-8")
    lines = [roles if "group: trade" in line else line for line in area_text.splitlines()]
    (folder / "area.yaml").write_text("\n".join(lines), "utf-8")
    return folder


def titles_of_sums(layer: str, zoning: str = "quarters") -> tuple[str, str]:
    return Scaled(questions.Distribution(Points(layer), Zones(zoning)), "investment").titles


def test_what_is_added_up_is_called_as_the_plan_calls_it(tmp_path: Path) -> None:
    with open_plan(with_amounts(tmp_path)):
        assert titles_of_sums("shops") == ("销量（t）", "Sales (t)")
        assert Points("shops").amount_noun("en") == "sales"
        assert say("result.weight_per_km2", "en") == "Sales (t per km²)"
    assert titles_of_sums("projects", "circles") == (
        "投资额（亿元）",
        "Investment (100 million CNY)",
    )


def test_amounts_that_differ_are_called_each_by_its_name(tmp_path: Path) -> None:
    with open_plan(with_amounts(tmp_path, again=True)):
        assert titles_of_sums("stalls") == ("“销量”合计", "Sum of staff")
        assert titles_of_sums("shops") == ("“销量”合计", "Sum of sales")
        # What stands beside both has no unit of either.
        assert say("result.weight_sum", "en") == "Amount"


# ---- what the code may not know ----

# Names that every plan's files may have, and words that are also the field's own.
FORMAT = {
    *("sources", "memberships", "conflicts", "indicators", "populations", "sites", "claims"),
    *("roads", "reference"),
}


def words_of(plan: str) -> set[str]:
    """Return the names of a plan's layers and zonings, and the ids of its features."""
    with open_plan(plan):
        names = {*layers.names(), *layers.zoning_names(), *point_layers(), *area().themes}
        ids = {key for name in layers.names() for key in layers.load(name)["id"]}
    return (names | ids) - FORMAT - {*GRID_NAMES, "all"}


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Give the texts in code, without those that only explain it."""
    tree = ast.parse(path.read_text("utf-8"))
    explaining = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in explaining:
            yield node.lineno, text


# How often names of this plan still stand in a file. It may only fall: the doctor and the
# geocoders know a public map service that is a source here too; the others are to ask the plan.
STILL = {"geo/exchange/stated_crs.py": 1, "geo/exchange/geocoders.py": 1}
# Examples in messages and in words of help, which must name some CRS.
EXAMPLES = re.compile(
    r"^geo/|commands/doctor|own_controls|layers/look/overlays|layers/scene/resolved"
)


def test_the_code_names_no_layer_zoning_theme_or_feature_of_a_plan() -> None:
    known = words_of("xiangjiang")
    # Only a file that has one of them in quotation marks need be read as code.
    quoted = re.compile(rf"[\"'](?:{'|'.join(map(re.escape, known))})[\"']|EPSG:4547")
    found: dict[str, int] = {}
    for package in ("geo", "layers", "app"):
        for path in (ROOT / package).rglob("*.py"):
            if not quoted.search(path.read_text("utf-8")):
                continue
            file = str(path.relative_to(ROOT))
            for _, text in literals(path):
                if text in known or ("EPSG:4547" in text and not EXAMPLES.search(file)):
                    found[file] = found.get(file, 0) + 1
    assert {file: n for file, n in found.items() if n > STILL.get(file, 0)} == {}
    assert {file: n for file, n in STILL.items() if n > found.get(file, 0)} == {}, "lower it"
