"""A map's specification: read, checked, drawn and read back from what was made."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pptx
import pytest
import yaml
from PIL import Image
from pptx.util import Inches

import layers
from geo.errors import InputError, LayerError
from layers.book.claims import headline
from layers.book.map_deck import slides_of
from layers.look.sheet import SIZES_MM, Sheet
from layers.look.symbology import value_label
from layers.outputs import SUFFIXES, output, remake, snapshot
from layers.plan.area import area, open_plan
from layers.plan.catalogue import describe, load, names_by_id
from layers.plan.schema import resource
from layers.questions.kinds import maps
from layers.questions.layer import MOST_ROWS
from layers.record import provenance
from layers.record.plain_data import parsed_data
from layers.record.schema import schema
from layers.record.specification import MapSpec, asked, read_spec
from layers.slides.deck import presentation
from layers.web.document import content_document
from layers.web.webmap import content_page, web_map

if TYPE_CHECKING:
    from collections.abc import Callable

TINY = Path(__file__).resolve().parents[2] / "areas" / "tiny"
DRAFT = {"review_number": "internal", "date": "2026-11-21"}


def spec_of(name: str, **parameters: object) -> MapSpec:
    return read_spec({"map": name, "sheet": dict(DRAFT), "parameters": parameters})


@pytest.mark.parametrize("name", maps())
def test_every_map_has_a_name_a_title_and_contents(name: str) -> None:
    spec = read_spec(name, **DRAFT)
    content = spec.content()
    assert spec.titled().title
    assert set(content.visible) <= set(content.frames)
    assert set(area().context) <= set(content.visible)
    assert bool(content.overlays) == (name not in {"overview", "layer"})


def test_a_specification_survives_yaml_json_and_its_own_words(tmp_path: Path) -> None:
    spec = spec_of("density", layer="projects", weight="investment_100m_cny", show="isolines")
    plain = spec.to_dict()
    assert read_spec(plain) == spec
    (tmp_path / "map.yaml").write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    (tmp_path / "map.json").write_text(json.dumps(plain), encoding="utf-8")
    assert read_spec(tmp_path / "map.yaml") == spec
    assert read_spec(str(tmp_path / "map.json")) == spec


def test_a_filter_that_the_layer_does_not_have_is_refused_in_words() -> None:
    for kind, layer in (("density", "platforms"), ("coverage", "parks"), ("pattern", "platforms")):
        spec = spec_of(kind, layer=layer, sector=["machinery"])
        with pytest.raises(InputError, match="there is no filter 'sector'") as refused:
            spec.content()
        assert refused.value.code == "option.one_of"


def test_parameters_reach_the_question() -> None:
    found = asked(spec_of("coverage", category=["laboratory"], distance_m=1500, zoning="districts"))
    assert found.sites.values("category") == ("laboratory",)
    assert (found.distance_m, found.zones.name) == (1500.0, "districts")
    shown = asked(spec_of("distribution", measure="investment", scale="share", classes=3))
    assert (shown.column, shown.classes) == ("weight_share_pct", 3)


@pytest.mark.usefixtures("tiny")
def test_a_specification_is_shown_as_a_web_map() -> None:
    spec = spec_of("coverage", distance_m=2000)
    shown = web_map(spec, height="300px")
    assert shown.document == content_document(spec.content())
    assert (shown.page_title, shown.css_height) == (spec.titled().title, "300px")


def test_what_is_switched_off_is_not_in_the_content() -> None:
    whole = read_spec("density", **DRAFT)
    part = read_spec(whole.to_dict() | {"visible": ["districts", "overlay-points"]})
    assert part.content().visible == ("districts",)
    titles = [overlay.title for overlay in whole.content().overlays]
    assert len(titles) == 2
    assert [overlay.title for overlay in part.content().overlays] == titles[1:]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("streets", "neither a map"),
        ("no.yaml", "No such file"),
        ({"map": "overview"}, "review_number"),
        ({"map": "streets", "sheet": DRAFT}, "map: 'streets'"),
        ({"map": "density", "sheet": DRAFT, "parameters": {"kernel": "cosine"}}, "kernel"),
        ({"map": "overview", "sheet": DRAFT | {"size": "A9"}}, "sheet.size"),
        ({"map": "overview", "sheet": DRAFT | {"dpi": -1}}, "sheet.dpi"),
        ({"map": "overview", "sheet": DRAFT, "extent": [1, 2]}, "extent"),
        ({"map": "overview", "sheet": []}, "sheet is no mapping"),
    ],
)
def test_what_is_wrong_is_named(source: object, said: str) -> None:
    with pytest.raises(InputError, match="read_spec") as caught:
        read_spec(source)  # type: ignore[arg-type]
    assert said in str(caught.value)


def test_a_file_that_is_no_specification(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("map: [", encoding="utf-8")
    with pytest.raises(InputError, match="not YAML or JSON"):
        read_spec(path)
    path.write_text("- overview", encoding="utf-8")
    with pytest.raises(InputError, match="no mapping"):
        read_spec(path)


def test_the_schema_knows_every_size_and_map() -> None:
    assert schema()["properties"]["map"]["enum"] == list(maps())
    sheet = schema()["properties"]["sheet"]["properties"]
    assert sheet["size"]["enum"] == list(SIZES_MM)


@pytest.mark.usefixtures("tiny")
def test_a_picture_says_what_made_it_and_can_be_made_again(tmp_path: Path) -> None:
    spec = read_spec("overview", **DRAFT, size="16:9", dpi=80)
    snapshot(spec, tmp_path / "map.png")
    with Image.open(tmp_path / "map.png") as picture:
        assert picture.size == (int(338.667 / 25.4 * 80), int(190.5 / 25.4 * 80))
    found, changed = remake(tmp_path / "map.png")
    assert found == spec
    assert changed == []
    snapshot(found, tmp_path / "again.png")
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "map.png").read_bytes()


@pytest.mark.parametrize("suffix", [".pdf", ".svg", ".html", ".pptx", ".gpkg"])
def test_every_output_carries_its_specification(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"map{suffix}"
    with open_plan(TINY):
        spec = read_spec("coverage", **DRAFT, title="覆盖 <b>&</b>")
        path.write_bytes(output(spec, suffix))
        assert output(spec, suffix) == path.read_bytes()
        record = provenance.read(path)
    assert record["spec"] == spec.to_dict()
    assert record["created"] == "2026-11-21"


def test_the_page_has_its_title_as_text_and_needs_no_host() -> None:
    spec = read_spec("overview", **DRAFT, title="<script>x</script>")
    page = content_page(spec.content())
    assert "<title>&lt;script&gt;x&lt;/script&gt;</title>" in page
    for host in ("cdn.", "unpkg", "cloudflare"):
        assert host not in page
    assert len(page.encode()) < 5_000_000


def test_an_output_of_another_kind_is_refused(tmp_path: Path) -> None:
    spec = read_spec("overview", **DRAFT)
    with pytest.raises(InputError, match="choose from"):
        output(spec, ".docx")
    with pytest.raises(InputError, match="snapshot"):
        snapshot(spec, tmp_path / "nowhere" / "map.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("tiny")
def test_slides_hold_the_map_and_its_figures() -> None:
    spec = read_spec("distribution", **DRAFT)
    deck = pptx.Presentation(BytesIO(output(spec, ".pptx")))
    first, second = deck.slides
    # On a slide numbers stay with their units.
    assert first.shapes.title.text.replace("\xa0", " ") == headline(asked(spec), "zh")
    assert spec.titled().title in texts_of(first)
    assert "地图" in [shape.name for shape in first.shapes]
    assert any(shape.has_table for shape in second.shapes)
    assert any(shape.has_chart for shape in second.shapes)
    assert "资料来源" in first.notes_slide.notes_text_frame.text


@pytest.mark.usefixtures("tiny")
def test_slides_take_a_template_and_nothing_else_does(tmp_path: Path) -> None:
    own = pptx.Presentation()
    own.slide_width, own.slide_height = Inches(10), Inches(7.5)
    own.save(tmp_path / "own.pptx")
    spec = read_spec("overview", **DRAFT)
    snapshot(spec, tmp_path / "slides.pptx", template=tmp_path / "own.pptx")
    assert pptx.Presentation(tmp_path / "slides.pptx").slide_width == Inches(10)
    with pytest.raises(InputError, match="for slides"):
        output(spec, ".pdf", template=tmp_path / "own.pptx")
    with pytest.raises(InputError):
        output(spec, ".pptx", template=b"no template")


def texts_of(slide: object) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def table_of(slide: object) -> list[list[str]]:
    [shape] = [shape for shape in slide.shapes if shape.has_table]
    return [[cell.text for cell in row.cells] for row in shape.table.rows]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_layer_is_a_map_its_evidence_and_its_features(lang: str) -> None:
    spec = read_spec({"map": "layer", "sheet": dict(DRAFT), "lang": lang})
    parks = replace(spec, parameters={"layer": "parks"})
    assert spec.titled().title == resource("platforms").title(lang)
    assert set(parks.content().visible) == {*area().context, "parks"}
    first, *told = slides_of(parks)
    assert first.map is not None
    second, third = pptx.Presentation(BytesIO(presentation(told, lang=lang))).slides
    frame = load("parks")
    located = frame.loc[frame["evidence"] == "located", "accuracy_m"]
    rows = [[row[0], *row[2:]] for row in table_of(second)[1:]]
    counts = frame["evidence"].value_counts()
    exact = [f"{round(located.median()):,}", f"{round(located.max()):,}"]
    labels = {key: value_label("evidence", key, lang=lang) for key in ("located", "unlocated")}
    assert rows == [
        [labels["located"], str(counts["located"]), *exact],
        [labels["unlocated"], str(counts["unlocated"]), "–", "–"],
    ]
    notes = second.notes_slide.notes_text_frame.text
    for source in describe("parks").sources:
        assert source[f"name_{lang}"] in texts_of(second)
        assert str(source.get(f"licence_{lang}") or source["licence"]) in notes
    # More than a slide has rows for: every kind with all that it counts, and where the rest is.
    by = area().points["parks"].group
    kinds = frame[by].value_counts()
    told = {kind: (int(n), names) for kind, n, _, names in table_of(third)[1:]}
    assert {kind: n for kind, (n, _) in told.items()} == {
        value_label(by, str(kind), lang=lang): n for kind, n in kinds.items()
    }
    for kind, of_kind in frame.groupby(by):
        assert of_kind[f"name_{lang}"].iloc[0] in told[value_label(by, str(kind), lang=lang)][1]
    assert sum(n for n, _ in told.values()) == len(frame)
    for each in (str(len(frame)), "GeoPackage"):
        assert each in texts_of(third)


def test_a_layer_without_geometry_has_slides_and_nothing_else() -> None:
    spec = spec_of("layer", layer="conflicts")
    slides = pptx.Presentation(BytesIO(output(spec, ".pptx"))).slides
    assert "20" in texts_of(slides[0])
    assert sum(len(table_of(each)) - 1 for each in slides) == 20
    for suffix in (".png", ".pdf", ".svg", ".html", ".gpkg"):
        with pytest.raises(InputError, match="'conflicts' is a table without places"):
            output(spec, suffix)
    with pytest.raises(LayerError, match="there is no layer 'streets'"):
        output(spec_of("layer", layer="streets"), ".pptx")


@pytest.mark.parametrize("name", ["memberships", "sources", "indicators"])
def test_the_rows_of_a_table_are_told_in_words(name: str) -> None:
    [*_, slide] = slides_of(spec_of("layer", layer=name))
    frame = load(name)
    assert slide.table is not None
    assert len(slide.table.rows) == MOST_ROWS < len(frame)
    # What has no room is counted, and where it is found is said; no GeoPackage has it.
    assert slide.title.endswith(f"{len(frame)} 条中的前 {MOST_ROWS} 条")
    *_, left = slide.text
    assert left.startswith(f"全部 {len(frame)} 条")
    assert "CSV" in left
    assert "GeoPackage" not in left
    frame = frame.head(MOST_ROWS)
    if name == "memberships":
        names = names_by_id()
        pairs = zip(frame["feature_id"], frame["target_id"], strict=True)
        assert [row[:2] for row in slide.table.rows] == [(names[a], names[b]) for a, b in pairs]
    else:
        assert [row[0] for row in slide.table.rows] == frame["name_zh"].tolist()


BOMBS = {
    "aliases": "a: &a [x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
    ),
    "tag": "map: !!python/object/apply:os.system ['true']\nsheet: {review_number: internal}",
    "own tag": "map: !map density",
    "deep list": "map: " + "[" * 20_000,
    "deep mapping": "{" + '"a":{' * 10_000,
    "large": "map: density\n#" + "x" * 400_000,
    "many": "\n".join(f"k{n}: {n}" for n in range(30_000)),
    "digits": "map: " + "9" * 10_000,
    "not a number": "map: overview\nextent: [.nan, 28, 113, .inf]\nsheet: {review_number: x}",
    "key of another kind": "1: density",
    "no such day": "map: overview\nsheet: {review_number: internal, date: 2024-99-99}",
    "cut off": "map: [",
    "two documents": "map: density\n---\nmap: density",
    "nothing": "",
    "control": "map: \x00",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_grows_or_acts_when_it_is_read_is_refused(name: str, tmp_path: Path) -> None:
    # Read alike whatever it is called.
    path, text = tmp_path / f"map{('.yaml', '.json')[len(name) % 2]}", BOMBS[name]
    path.write_bytes(text.encode())
    with pytest.raises(InputError, match=r"read_spec|record") as caught:
        output(read_spec(path), ".png")
    for lang in ("zh", "en"):
        assert caught.value.sentence(lang)
    assert caught.value.code in {"spec.unreadable", "spec.invalid", "record.date"}


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\u200b"])
def test_a_blank_review_number_is_none_whatever_is_made_of_it(blank: str) -> None:
    with pytest.raises(InputError, match=r"review_number.*map review number, or internal"):
        read_spec("overview", review_number=blank)
    spec = MapSpec("overview", Sheet("", blank))
    for suffix in SUFFIXES:
        with pytest.raises(InputError, match="review_number"):
            output(spec, suffix)
    with pytest.raises(InputError, match="review_number"):
        layers.print_map(spec)


def test_a_date_is_a_day_of_the_calendar() -> None:
    for day in ("2024-13-45", "2023-02-29"):
        with pytest.raises(InputError, match=f"'{day}' is no day of the calendar"):
            read_spec("overview", review_number="internal", date=day)
    assert read_spec("overview", review_number="internal", date="2024-02-29").sheet.date


WRONG = ("overview", None, ["cities"], 5, pd.DataFrame({"a": [1, 2]}), {"map": "overview"})


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: type(wrong).__name__)
def test_what_is_of_another_kind_is_refused_with_what_to_pass(wrong: Any) -> None:
    calls: list[tuple[str, Callable[[], object]]] = [
        ("a specification, as layers.read_spec", lambda: layers.print_map(wrong)),
        ("a specification, as layers.read_spec", lambda: layers.snapshot(wrong, "map.svg")),
        ("an xarray.DataArray", lambda: layers.Surface(wrong, "面")),
        ("a GeoDataFrame", lambda: layers.Features(wrong, "面")),
        ("a GeoDataFrame", lambda: layers.Points(wrong, "点")),
        ("a GeoDataFrame", lambda: layers.Isolines(wrong)),
        ("a GeoDataFrame", lambda: layers.Choropleth(wrong, "n", "面")),
        ("a GeoDataFrame", lambda: layers.web_map({"cities": wrong})),
        ("results in a list", lambda: layers.web_map(["cities"], overlays=[wrong])),
    ]
    if isinstance(wrong, str | int | pd.DataFrame):
        calls += [
            ("names of layers in a list", lambda: layers.web_map(wrong)),
            ("names of layers in a list", lambda: layers.web_map(["cities"], visible=wrong)),
            ("the id of a feature", lambda: layers.web_map(["cities"], selected=wrong)),
        ]
    if not isinstance(wrong, str):
        spec = spec_of("overview")
        calls += [
            ("the path of a file", lambda: layers.snapshot(spec, wrong)),
            ("600px", lambda: layers.web_map(["cities"], height=wrong)),
        ]
    for instead, call in calls:
        with pytest.raises(InputError, match=instead) as refused:
            call()
        assert refused.value.code in {"caller.argument", "raster.no_numbers"}


def test_what_is_missing_is_named_with_its_place() -> None:
    with pytest.raises(InputError, match=r"sheet.review_number: .*internal for a draft") as caught:
        read_spec("overview")
    assert "sheet.review_number" in caught.value.sentence("zh")


@pytest.mark.parametrize("source", ["\x00.yaml", "\ud800.yaml", "a" * 5000 + ".yaml", "/dev/null"])
def test_a_name_that_no_file_has_is_refused(source: str) -> None:
    with pytest.raises(InputError, match="read_spec") as caught:
        read_spec(source)
    assert caught.value.code == "spec.missing"


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_bytes("map: 密度".encode("gbk"))
    with pytest.raises(InputError, match="not YAML or JSON"):
        read_spec(path)


def test_a_date_in_yaml_stays_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("map: overview\nsheet: {review_number: internal, date: 2024-03-01}")
    assert read_spec(path).sheet.date == "2024-03-01"


def test_numbers_are_those_of_json_and_each_name_stands_once() -> None:
    read = parsed_data(b"{a: 0500, b: 1e-05, c: '16:40', d: -3, e: 2.5}", name="a.yaml")
    assert read == {"a": 500, "b": 1e-05, "c": "16:40", "d": -3, "e": 2.5}
    assert parsed_data(b"c: 16:40", name="a.yaml") == {"c": "16:40"}
    assert [type(value) for value in read.values()] == [int, float, str, int, float]
    with pytest.raises(InputError, match="'map' stands in it twice"):
        parsed_data(b"map: density\nmap: overview\n", name="a.yaml")


def test_a_whole_number_with_a_point_is_one() -> None:
    """A schema calls 3.0 an integer: JSON has but one kind of number."""
    sheet = {"review_number": "internal"}
    parameters = {"levels": 3.0, "cell_size_m": 2000}
    question = asked(read_spec({"map": "density", "sheet": sheet, "parameters": parameters}))
    assert (question.levels, type(question.levels)) == (3, int)
    versus = {"map": "overview", "sheet": sheet, "year": 2023.0, "versus": {"year": 2024.0}}
    spec = read_spec(versus)
    assert [spec.year, spec.other().year] == [2023, 2024]
    assert {type(spec.year), type(spec.other().year)} == {int}
    one, other = (read_spec("overview", **sheet, dpi=dpi) for dpi in (200, 200.0))
    assert type(other.sheet.dpi) is int
    assert one.mark() == other.mark()


def test_half_a_character_has_a_mark_of_its_own() -> None:
    sheet = {"review_number": "internal"}
    marks = {read_spec("overview", **sheet, title=title).mark() for title in ("a", "\ud800", "?")}
    assert len(marks) == len("a\ud800?")


@pytest.mark.parametrize("value", [float("nan"), {1: 2}, {1, 2}, b"x", object(), 10**400])
def test_what_json_has_not_is_refused(value: object) -> None:
    round_: list[object] = []
    round_.append(round_)
    for given in (value, round_):
        with pytest.raises(InputError, match="read_spec"):
            read_spec({"map": "density", "sheet": dict(DRAFT), "parameters": {"kernel": given}})


@pytest.mark.parametrize(
    "spec",
    [
        MapSpec("streets", Sheet("题", "internal")),
        MapSpec("density", Sheet("题", "internal"), {"kernel": 3, "nothing": "x"}),
        MapSpec("density", Sheet("题", "internal"), {"layer": "no such"}),
        MapSpec("overview", Sheet("题", "internal"), base="nowhere"),
        MapSpec("overview", Sheet("题", "internal", size="A9")),
        MapSpec("overview", Sheet("题", "internal"), lang="fr"),
    ],
)
def test_a_specification_of_code_is_checked_as_one_of_a_file(spec: MapSpec) -> None:
    with pytest.raises(InputError) as caught:
        output(spec, ".png")
    assert caught.value.code == "spec.invalid"


@pytest.mark.usefixtures("tiny")
def test_a_title_that_looks_like_a_path_is_printed() -> None:
    sheet = Sheet("~/规划 /a/b", "internal", author="C:\\规划处", notes=("\\\\甲\\乙",), dpi=50)
    assert output(MapSpec("overview", sheet), ".png").startswith(b"\x89PNG")


@pytest.mark.usefixtures("tiny")
def test_a_page_in_one_file_says_title_date_and_review_on_the_map() -> None:
    sheet = {"title": "两城", "review_number": "internal", "date": "2026-11-28"}
    page = output(read_spec({"map": "overview", "sheet": sheet}), ".html").decode()
    said = page.partition("<summary>")[2].partition("</summary>")[0]
    assert said == "两城　审图号：内部草案，未经审图，不得公开　2026-11-28"


def test_a_visible_name_that_there_is_not_is_refused_with_what_is_near() -> None:
    sheet = {"review_number": "internal"}
    spec = read_spec({"map": "overview", "sheet": sheet, "visible": ["parks", "citys"]})
    with pytest.raises(InputError, match="near is 'cities'"):
        spec.content()
    # a layer that this map does not hold may be named by one that was made for another
    kept = read_spec({"map": "density", "sheet": sheet, "visible": ["overlay-density", "cities"]})
    assert len(kept.content().overlays) == 1
    gone = read_spec({"map": "density", "sheet": sheet, "visible": ["overlay-1"]})
    with pytest.raises(InputError, match="no layer or result 'overlay-1'"):
        gone.content()
