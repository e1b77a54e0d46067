"""What a map says of itself: all of it in every format, for every kind and in both languages."""

from __future__ import annotations

import hashlib
import html
import re
import sqlite3
from dataclasses import dataclass, fields, replace
from io import BytesIO
from typing import TYPE_CHECKING, Annotated, ClassVar

import pandas as pd
import pytest
from PIL import Image
from pptx import Presentation
from pypdf import PdfReader

from app.web import maps as pages
from geo.numerals import number, significant
from layers.book.map_deck import slides_of
from layers.look import narrowed
from layers.look.sheet import Sheet
from layers.look.symbology import value_label
from layers.look.told import below_each_other
from layers.outputs import output, print_map, remake
from layers.paper import printing
from layers.paper.key import Unnamed
from layers.plan.area import area, open_plan
from layers.plan.selection import located
from layers.questions import Distribution
from layers.questions.asking import question_of
from layers.questions.coverage import Coverage
from layers.questions.distribution import Shown
from layers.questions.fields import Field
from layers.questions.kinds import Kind, kinds
from layers.questions.stated import in_short, method
from layers.questions.subjects import Points, Zones
from layers.questions.unknowns import certainty_note
from layers.record import provenance
from layers.record.specification import MapSpec, asked, read_spec, specified
from layers.web.webmap import content_page, web_map
from layers.words import both

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from layers.look.statement import Statement

SHEET = Sheet("", "internal", author="规划处", date="2026-11-29", dpi=50)
TINY = "tests/areas/tiny"
KINDS = {kind.title_words(): kind for kind in kinds()}


@pytest.fixture
def _texts_alone(tiny: None) -> Iterator[None]:  # noqa: ARG001 - on the small plan
    """What maps show is not drawn, what they say is."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("draw_scene", "draw_labels", "draw_locator", "draw_graticule"):
            patch.setattr(printing, name, lambda *_, **__: Unnamed((), 0))
        patch.setattr(printing, "_picture", lambda _: Image.new("RGB", (800, 600)))
        yield


def spec_of(name: str, lang: str) -> MapSpec:
    return specified(question_of(KINDS[name], {}), SHEET, lang=lang)


def printed(spec: MapSpec) -> str:
    figure = printing.drawn(spec.content(), spec.titled())
    (axes,) = figure.axes
    return "".join(text.get_text() for text in axes.texts)


def in_page(spec: MapSpec) -> str:
    page = content_page(spec.content())
    return html.unescape(page.partition('<details class="atlas-statement">')[2])


def in_slides(spec: MapSpec) -> str:
    first = slides_of(spec)[0]
    assert spec.statement().imprint in first.footer
    return first.notes


def in_geopackage(spec: MapSpec) -> str:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(output(spec, ".gpkg"))
    return min(
        text
        for (text,) in connection.execute(
            "SELECT description FROM gpkg_contents WHERE table_name != 'layer_styles'"
        )
    )


def in_notebook(spec: MapSpec) -> str:
    return html.unescape(spec.statement()._repr_html_())


def on_page(spec: MapSpec) -> str:
    """The page of the app, whose address says what is switched on its map."""
    question = asked(spec)
    address = {"hidden": ".".join(spec.hidden or ()), "year": str(spec.year or "")}
    seen = pages.seen(spec.content().names, address, spec.notes)
    rows = pages.statement_rows(question, lang=spec.lang, sheet=SHEET, seen=seen)
    assert rows == spec.statement().rows()
    return "".join(f"{name}{value}" for name, value in rows)


WRITERS: dict[str, Callable[[MapSpec], str]] = {
    "print": printed,
    "page": in_page,
    "slides": in_slides,
    "geopackage": in_geopackage,
    "notebook": in_notebook,
    "app": on_page,
}


def squeezed(words: str) -> str:
    """Without the white space that lines are broken at."""
    return re.sub(r"\s", "", words)


def parts_of(told: Statement) -> Iterator[tuple[str, str]]:
    """Every text of a statement, with the part that it belongs to."""
    for part in (each.name for each in fields(told) if each.name != "lang"):
        said = getattr(told, part)
        for each in (said,) if isinstance(said, str) else said:
            for words in (each,) if isinstance(each, str) else each:
                yield part, words


@pytest.mark.usefixtures("_texts_alone")
@pytest.mark.parametrize(
    ("at", "name"), [*enumerate(name for name in KINDS if name != "distribution text")]
)
def test_every_format_of_every_kind_says_all_that_the_map_is(at: int, name: str) -> None:
    specs = [spec_of(name, lang) for lang in ("zh", "en")]
    said = [spec.statement() for spec in specs]
    for told in said:
        assert told.title
        assert told.review
        assert told.sources
        assert told.placed
        assert told.method or name == "overview"
    # Each kind, and each format, in both languages, though not each of one in each of the other:
    # a format does not ask which kind it writes, so that each kind is written in every third one.
    for turn, (writer, written) in [*enumerate(WRITERS.items())][at % 3 :: 3]:
        lang = (turn // 3 + at // 3) % 2
        shown = squeezed(written(specs[lang]))
        for part, words in parts_of(said[lang]):
            assert squeezed(words).rstrip("。") in shown, (writer, part)


@pytest.mark.usefixtures("_texts_alone")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_format_says_which_evidence_and_which_years_a_map_leaves_out(
    lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first_of_each(_: str, frame: pd.DataFrame) -> pd.Series[int]:
        return pd.Series([2020, *[pd.NA] * (len(frame) - 1)], index=frame.index, dtype="Int64")

    monkeypatch.setattr(narrowed, "years_of", first_of_each)
    whole = spec_of("overview", lang).content()
    kept = [name for name in whole.visible if name not in area().context]
    evidence = next(each for each in located(whole.frames[kept[0]])["evidence"])
    spec = replace(spec_of("overview", lang), hidden=(evidence,), year=2021)
    shown, told = spec.content(), spec.statement()
    assert read_spec(spec.to_dict()) == spec
    for name in kept:
        assert len(shown.frames[name]) <= 1
        assert evidence not in set(shown.frames[name]["evidence"])
    assert value_label("evidence", evidence, lang=lang) in told.left_out
    assert "2021" in told.year
    for writer, written in WRITERS.items():
        said = squeezed(written(spec))
        for words in (told.left_out, told.year):
            assert squeezed(words).rstrip("。") in said, writer


@pytest.mark.usefixtures("_texts_alone")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sheet_with_two_maps_says_all_that_both_are(lang: str) -> None:
    spec = replace(
        spec_of("coverage zones", lang),
        sheet=replace(SHEET, title="两图 · Two maps"),
        versus={"distance_m": 1000},
    )
    (axes,) = print_map(spec).axes
    shown = squeezed("".join(text.get_text() for text in axes.texts))
    for each in (replace(spec, versus={}), spec.other()):
        for part, words in parts_of(each.statement()):
            assert squeezed(words).rstrip("。") in shown, part


# ---- parts of it ----


@pytest.mark.usefixtures("tiny")
def test_a_map_in_a_notebook_says_what_its_specification_says() -> None:
    spec = read_spec("coverage", review_number="internal")
    assert web_map(spec).told == spec.statement()


@pytest.mark.usefixtures("_texts_alone")
def test_files_of_pictures_tell_what_is_read_out_in_place_of_them() -> None:
    spec = read_spec("overview", review_number="internal", dpi=50)
    content, sheet, said = spec.content(), spec.titled(), spec.statement().alternative
    assert Image.open(BytesIO(printing.printed(content, sheet, ".png"))).text["Description"] == said
    assert PdfReader(BytesIO(printing.printed(content, sheet, ".pdf"))).metadata.subject == said
    assert said in html.unescape(printing.printed(content, sheet, ".svg").decode())


def test_what_belongs_to_zones_by_the_text_is_said_as_well() -> None:
    told = specified(question_of(KINDS["distribution text"], {}), SHEET, lang="en").statement()
    assert squeezed(told.text()).count(squeezed("Four circles")) == 1
    assert dict(told.method)["Zones"] == "Four circles"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ("载明的投资额（亿元）合计", "没有位置、不在图上", "分区相互重叠")),
        ("en", ("Stated investment (100 million CNY):", "off the map", "Zones overlap")),
    ],
)
def test_amounts_off_the_map_and_shared_ground_are_told(lang: str, said: tuple[str, ...]) -> None:
    spec = read_spec({"map": "distribution", "lang": lang, "sheet": {"review_number": "internal"}})
    points = Points.usual("projects")
    told = spec.statement()
    everything = points.chosen()[points.amount].sum()
    off = everything - points.located()[points.amount].sum()
    assert {significant(everything), significant(off)} <= set(re.findall(r"[\d,.]*\d", told.placed))
    assert all(words in told.placed + told.overlap for words in said)
    assert dict(told.method)[{"zh": "分母", "en": "Denominator"}[lang]]


@pytest.mark.parametrize(("metres", "said"), [(3000, "3 km"), (1500, "1.5 km"), (800, "800 m")])
def test_a_distance_is_told_with_its_unit_and_that_it_is_straight(metres: int, said: str) -> None:
    asks = question_of(KINDS["coverage zones"], {"distance_m": metres})
    assert dict(method(asks, "zh"))["距离"] == f"{said} 直线距离，不是路程"


def test_the_density_of_a_surface_and_the_number_by_area_have_two_names() -> None:
    asks = question_of(KINDS["density"], {})
    rows = dict(method(asks, "zh"))
    assert rows["分区"] == "县级行政区；按每平方公里个数排名，与核函数和带宽无关"
    other = Shown(Distribution(Points("projects"), Zones("circles")), "density")
    names = [*both("density.title"), asks.title("zh"), asks.title("en")]
    counts = [*both("column.density_per_km2"), *both("unknowns.by.density_per_km2"), *other.titles]
    assert all("密度" in name or "density" in name.lower() for name in names)
    assert not any("密度" in name or "density" in name.lower() for name in counts)


def test_a_sheet_that_cuts_says_how_much_of_the_whole_it_has() -> None:
    here = (112.80, 28.10, 113.00, 28.25)
    spec = read_spec("layer", review_number="internal", dpi=50)
    whole = "".join(
        t.get_text() for t in printing.drawn(spec.content(), spec.titled()).axes[0].texts
    )
    assert "图幅之内" not in whole
    sheet = printing.composed(replace(spec.content(), extent=here), spec.titled())
    (layer,) = (each for each in sheet.scene.layers if each.id == "platforms")
    located = len(Points("platforms").filtered("status", ()).located())
    assert f"{len(layer.marks)} / " in sheet.view
    assert len(layer.marks) < located or located == 0
    assert sheet.view in "".join(t.get_text() for t in sheet.figure.axes[0].texts)


def test_a_kind_that_nobody_has_heard_of_says_its_fields_without_code() -> None:
    @dataclass(frozen=True, slots=True)
    class Strange(Kind):
        MAP: ClassVar[str] = "strange"
        WORDS: ClassVar[dict[str, tuple[str, str]]] = {
            "spec.strange": ("{noun}", "{noun}"),
            "kind.strange": ("怪", "Strange."),
            "field.most_km": ("最远", "farthest"),
        }
        points: Points
        most_km: Annotated[float, Field(unit="km")] = 50.0

    rows = method(Strange(Points("parks")), "zh")
    assert ("最远", "50 km") in rows


def test_headline_figures_that_changed_are_told_when_a_file_is_made_again(tmp_path: Path) -> None:
    spec = read_spec("coverage", review_number="internal")
    path = tmp_path / "map.html"
    record = provenance.record(spec.to_dict(), created="2026-11-29") | {
        "figures": {"覆盖率": "38.9 %", "双重覆盖": dict(spec.statement().figures)["双重覆盖"]}
    }
    path.write_bytes(provenance.embed(b"<html><body></body></html>", ".html", record))
    now = dict(spec.statement().figures)["覆盖率"]
    assert remake(path)[1] == [f"覆盖率 38.9 % → {now}"]
    path.write_bytes(output(spec, ".html"))
    assert remake(path)[1] == []


@pytest.mark.parametrize("look", ["concentration", "quotients", "ahead"])
def test_what_is_told_first_is_what_was_asked(look: str) -> None:
    with open_plan(TINY):
        counted = question_of(KINDS["distribution counts"], {})
        asks = question_of(KINDS[f"distribution {look}"], {})
        for lang in ("zh", "en"):
            assert asks.headline(lang), look
            assert not {*asks.headline(lang)} & {*counted.headline(lang)}


def test_slides_of_a_template_say_that_they_are_not_the_same_without_it(tmp_path: Path) -> None:
    template, path = BytesIO(), tmp_path / "map.pptx"
    Presentation().save(template)
    with open_plan(TINY):
        spec = read_spec("overview", review_number="internal")
        path.write_bytes(output(spec, ".pptx", template=template.getvalue()))
        (line,) = remake(path)[1]
        assert hashlib.sha256(template.getvalue()).hexdigest()[:16] in line
        path.write_bytes(output(spec, ".pptx"))
        assert remake(path)[1] == []


def test_the_command_line_says_method_and_places_in_both_languages() -> None:
    for lang, words in (("zh", "距离：3 km"), ("en", "Distance: 3 km")):
        said = "".join(in_short(question_of(KINDS["coverage zones"], {}), lang))
        assert words in said


@pytest.mark.parametrize(
    "name", ["coverage zones", "distribution counts", "distribution diversity"]
)
def test_a_figure_of_a_zone_has_the_same_digits_wherever_it_is_told(name: str) -> None:
    asks = question_of(KINDS[name], {})
    shown = asks.content("zh").overlays[0].frame.set_index("name_zh")[asks.column]
    (told,) = asks.figures("zh")
    at = told.table.header.index(asks.column_title(asks.column, "zh"))
    in_table = {row[0]: row[at] for row in told.table.rows}
    assert in_table == dict(zip(shown.index, below_each_other(shown, asks.column), strict=True))
    (values,) = (values for _, values in told.chart.series)
    assert set(values) <= set(shown)
    if name == "distribution counts":
        largest = f"{number(shown.max())} 个"
        assert asks.headline("zh")[0][1] == f"{shown.idxmax()} {largest}".removesuffix(" 个")
        assert largest in certainty_note(asks, "zh")


def test_what_is_small_keeps_its_digits_in_a_sentence_as_in_a_table() -> None:
    with open_plan(TINY):
        asks = Coverage(Points.usual("shops"), Zones("quarters"), 65.4)
        (_, share), _ = asks.headline("en")
        assert 0 < float(share.removesuffix(" %")) < 0.01
        assert f"Within 0.0654 km in a straight line, Shops cover {share} of" in asks.told("en")[0]
