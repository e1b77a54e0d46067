"""The atlas: its leaves, its facts, and the PDF and the slides that are made of them."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pptx
import pytest
import shapely
from pypdf import PdfReader

from geo.errors import InputError
from geo.geodesic import geodesic_area_km2
from layers import questions
from layers.book import facts, series
from layers.book.atlas import Leaf, _content_of_kind, _outlined, atlas
from layers.book.pages import _Book, _cleaned, _Section
from layers.look.reduced import DECIMALS
from layers.look.sheet import Review
from layers.look.told import in_words
from layers.outputs import output, remake, snapshot
from layers.paper.pdf_file import PdfFile
from layers.plan.area import open_plan
from layers.plan.catalogue import load
from layers.plan.selection import located, unlocated
from layers.plan.zonings import zoning
from layers.questions.counting import Distribution
from layers.questions.subjects import Points, Zones
from layers.record import provenance
from layers.record.specification import read_spec
from layers.type.tables import Table

TINY = Path(__file__).resolve().parents[2] / "areas" / "tiny"
CIRCLES = ["大科城知识创新圈", "科学城前沿创新圈", "高新区技术创新圈", "望城宁乡应用转化圈"]
# Chinese glyphs stand for themselves in a PDF, whatever breaks a line.
JOINED = str.maketrans("", "", " \n　")


def spec(name: str = "overview", pages: str | None = "circles", **more):
    return replace(
        read_spec(name, review_number="internal", date="2026-01-01", dpi=72), pages=pages, **more
    )


@pytest.fixture(scope="module")
def told() -> list[tuple[int, int, str]]:
    return []


def words(page) -> str:
    return page.extract_text().translate(JOINED)


# The layout alone is on its maps, and all that is counted in its tables.
BOOK = spec(parameters={"theme": "224"})


@pytest.fixture(scope="module")
def book(told) -> bytes:
    return output(BOOK, ".pdf", progress=lambda *step: told.append(step))


@pytest.fixture(scope="module")
def pages(book) -> list[str]:
    return [words(page) for page in PdfReader(io.BytesIO(book)).pages]


@pytest.fixture(scope="module")
def deck() -> bytes:
    shown = ("districts", "overlay-zones", "overlay-points")
    return output(spec("coverage", lang="en", visible=shown), ".pptx")


@pytest.fixture(scope="module")
def parks():
    """The atlas of the parks, which tests only look at."""
    return atlas(spec(pages="parks"))


# ---- what is said ----


def expected(points: Points) -> float:
    """How many of them are to be expected in the circle that tests look at."""
    shares = questions.shares(Distribution(points, Zones("circles")))
    return float(shares.loc[shares["zone"] == "circle-dakecheng", "share"].sum())


def test_numbers_of_a_zone_are_to_be_expected_and_its_table_has_what_is_drawn_in_it():
    (circle,) = (zone for zone in series.zones("circles") if zone.id == "circle-dakecheng")
    said = facts.of_zone(circle, spec())
    area = zoning("circles").set_index("id").geometry["circle-dakecheng"]
    layers = ("platforms", "projects", "parks")
    counts = {name: expected(Points(name)) for name in layers}
    figures = dict(said.figures)
    for name, title in zip(layers, ("创新平台", "重点项目", "园区"), strict=True):
        assert figures[f"{title}（个，期望值）"].split()[0] == in_words(counts[name], "count")
    share = 100 * counts["platforms"] / len(located(load("platforms")))
    # What is shared out over zones is called so, and why beside it.
    assert any(each.startswith("期望值：") for each in said.text)
    assert figures["占已定位平台（期望值）"] == f"{in_words(share, 'share_pct')} %"
    drawn = sum(int(Points(name).located().intersects(area).sum()) for name in layers)
    assert len(said.table.rows) == drawn + len(series.unplaced(circle))


def test_a_quote_is_the_one_of_the_plan_and_names_its_heading():
    for circle in series.zones("circles"):
        (quote,) = (text for text in facts.of_zone(circle, spec()).text if "原文：" in text)
        assert f"「{circle.row['quote']}」" in quote
        assert f"「{circle.row['heading']}」" in quote


def test_an_assumed_disc_has_no_area_and_says_that_it_is_assumed():
    (park,) = (zone for zone in series.zones("parks") if zone.id == "park-changsha-gaoxin")
    said = facts.of_zone(park, spec(pages="parks"))
    assert not [name for name, _ in said.figures if name.startswith("面积")]
    # 140 km² are stated, no outline: √(140 / π) = 6.676 km.
    assert any("半径 6,676 m" in text and "假定" in text for text in said.text)
    (placed,) = (text for text in said.text if text.startswith("位置据"))
    assert "点位，112.86864°E，28.22247°N" in placed
    # The park is none of the parks in it.
    assert park.name_zh not in {row[0] for row in said.table.rows}


def test_the_question_of_the_map_is_answered_for_each_zone():
    (circle,) = (zone for zone in series.zones("circles") if zone.id == "circle-dakecheng")
    density = dict(facts.of_zone(circle, spec("density")).figures)
    area = zoning("circles").set_index("id").geometry[["circle-dakecheng"]]
    per_km2 = expected(Points.usual("platforms")) / geodesic_area_km2(area).iloc[0]
    (dense,) = (value for name, value in density.items() if name.startswith("每平方公里"))
    assert dense.startswith(f"{per_km2:.3f}")
    covered = dict(facts.of_zone(circle, spec("coverage")).figures)
    assert 0 < float(covered["覆盖率"].rstrip(" %")) <= 100


@pytest.fixture(scope="module")
def national():
    """The atlas of the kinds of platforms of one level, which tests only look at."""
    return atlas(spec("density", pages="category", parameters={"level": ["national"]}))


def test_a_kind_without_any_place_is_listed_and_has_no_map(national):
    made = national
    assert "科研院所" not in [leaf.title for leaf in made.pages]
    (leaf,) = (leaf for leaf in made.closing if leaf.title == "科研院所")
    assert leaf.content is None
    institutes = load("platforms").query("level == 'national' and category == 'institute'")
    assert len(leaf.table.rows) == len(institutes) > 0
    assert {row[-1] for row in leaf.table.rows} == {None}


def test_the_map_of_a_kind_shows_that_kind_alone(national):
    (leaf,) = (leaf for leaf in national.pages if leaf.title == "实验室")
    _, points = leaf.content.overlays
    assert set(points.frame["category"]) == {"laboratory"}


def test_parks_without_a_place_close_the_atlas(parks):
    frame = load("parks")
    assert len(parks.pages) == len(located(frame)) > 0
    assert len(parks.closing[0].table.rows) == len(unlocated(frame)) > 0
    assert all(leaf.content is None for leaf in parks.closing)


def test_an_unknown_series_is_refused():
    with pytest.raises(InputError, match="pages: 'hexagons' is not one of"):
        read_spec({"map": "overview", "pages": "hexagons", "sheet": {"review_number": "internal"}})
    with pytest.raises(InputError, match="room for one map"):
        output(spec(), ".png")


def test_pages_for_the_public_are_as_coarse_as_their_map():
    """The map of a kind took its points anew, and what is outlined its places."""
    public = spec(pages="category", review=Review("public"))
    points = Points("platforms", category=("laboratory",))
    shown = _content_of_kind(public, points, "category", "laboratory")
    frames = [shown.frames["platforms"]]
    assert set(frames[0]["category"]) == {"laboratory"}
    zones = series.zones("parks")[:3] + series.zones("circles")
    placed = [zone for zone in zones if zone.shape is not None]
    frames += [each.frame for each in _outlined(shown, "区", "zone", placed)]
    for frame in frames:
        places = shapely.get_coordinates(frame.geometry)
        assert len(places)
        assert (places.round(DECIMALS) == places).all()


def test_the_peak_of_a_kind_has_the_unit_that_was_asked_for():
    parameters = {"layer": "projects", "weight": "investment_100m_cny"}
    points = Points("projects")
    figures = dict(facts.of_kind(points, spec("density", parameters=parameters)).figures)
    assert figures["核密度峰值"].endswith("亿元/km²")


def test_the_cover_outlines_no_boundary_that_a_park_does_not_have(parks):
    outlined = parks.cover.content.overlays
    areas, places = (each.frame for each in outlined)
    discs = zoning("parks").set_index("id").geometry
    assert set(areas["id"]) == set(discs.index)
    assert areas.set_index("id").geometry.geom_equals(discs, align=True).all()
    assert set(places.geom_type) == {"Point"}
    assert len(areas) + len(places) == len(located(load("parks")))


# ---- the PDF ----


def drawn_pages(leaf: Leaf) -> int:
    book = _Book(spec().titled(), "zh", PdfFile("zh", "图"), Leaf("怎样读"))
    return len(book.drawn(leaf)[0])


def test_a_table_that_has_no_room_below_a_text_waits_for_the_next_page():
    rows = Table(("名称", "类别"), tuple((f"平台{n}", "实验室") for n in range(4)))
    lines = next(n for n in range(1, 60) if drawn_pages(Leaf("甲", text=("字",) * n)) == 2)
    text = ("字",) * (lines - 1)
    assert drawn_pages(Leaf("甲", text=text)) == 1
    assert drawn_pages(Leaf("甲", text=text, table=rows)) == 2
    assert drawn_pages(Leaf("甲", text=("字",), table=rows)) == 1


def test_a_paragraph_longer_than_a_page_is_cut_with_a_note_and_not_drawn_for_ever():
    leaf = Leaf("甲", text=("字" * 20_000,))
    assert drawn_pages(leaf) == 1
    told = _cleaned(leaf, "zh").text
    assert len(told[0]) < 2_000
    assert told[1].startswith("1 处文字过长，已截短")


def test_rests_of_tables_share_pages_each_below_its_name_and_none_of_their_rows_is_lost():
    book = _Book(spec().titled(), "zh", PdfFile("zh", "图"), Leaf("怎样读"))
    numbers = {"甲": 2, "乙": 3, "丙": 100}
    tables = {
        name: Table(("名称", "类别"), tuple((f"{name}{n}", "实验室") for n in range(rows)))
        for name, rows in numbers.items()
    }
    sections = [_Section(name, (), table) for name, table in tables.items()]
    drawn = list(book.worded("附表", sections))
    assert len(drawn) == 2
    assert sum(len(boxes) for _, boxes in drawn) == 105
    # What is left for the last page stands there in two columns of one height.
    columns = Counter(round(box.left) for box in drawn[-1][1])
    assert len(columns) == 2
    assert max(columns.values()) - min(columns.values()) <= 1
    # And all letters of a flow of tables are of one size.
    assert len({round(box.height, 3) for _, boxes in drawn for box in boxes}) == 1


def test_titles_of_key_figures_are_whole():
    figures = (("Stated investment of projects (100 million CNY), expected value " * 2, "1"),)
    leaf = _cleaned(Leaf("A", figures=figures), "en")
    assert leaf.figures == figures
    assert leaf.text == ()


def test_every_leaf_has_its_page_and_the_contents_lead_to_it(book, pages):
    reader = PdfReader(io.BytesIO(book))
    outline = {item.title: reader.get_destination_page_number(item) for item in reader.outline}
    quotes = {zone.name_zh: zone.row["quote"] for zone in series.zones("circles")}
    assert list(outline)[:2] == ["“224”总体布局", "目录"]
    for title in CIRCLES:
        at = outline[title]
        assert quotes[title].translate(JOINED) in pages[at]
        assert f"第{at + 1}页" in pages[at]
        assert f"{title}{at + 1}" in pages[1]
    # How to read it stands below the contents, and what has no room beside the maps in one place.
    assert "怎样数，怎样读" in pages[1]
    assert sum("附表" in page.replace("书末的附表", "") for page in pages[2:]) == len(
        range(outline["附表"], outline["资料来源"])
    )
    links = [item.get_object() for item in reader.pages[1]["/Annots"]]
    assert len(links) == len(outline) - 2
    numbers = {page.indirect_reference.idnum: at for at, page in enumerate(reader.pages)}
    targets = {numbers[link["/Dest"][0].idnum] for link in links}
    assert targets == {outline[title] for title in list(outline)[2:]}


def test_nothing_of_a_table_is_lost_on_the_way_to_the_pages(pages):
    whole = "".join(pages)
    for leaf in atlas(BOOK).pages:
        for row in leaf.table.rows:
            assert row[0].translate(JOINED) in whole


def test_every_page_says_that_it_is_a_draft(pages):
    assert all("内部草案，未经审图，不得公开" in page for page in pages)


def test_fonts_of_an_atlas_are_embedded_once(book):
    reader = PdfReader(io.BytesIO(book))
    fonts = {
        str(font.indirect_reference): font.get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert {font["/BaseFont"].split("+")[-1] for font in fonts.values()} == {
        "NotoSansSC-Regular",
        "NotoSansSC-Bold",
    }
    assert len(book) < 3_000_000


def test_progress_counts_every_leaf_and_ends_before_the_last(book, told):
    assert book.startswith(b"%PDF")
    done, steps, titles = zip(*told, strict=True)
    assert list(done) == list(range(steps[0]))
    assert titles[1:5] == tuple(CIRCLES)


def test_whoever_watches_can_end_the_drawing_and_no_file_is_left(tmp_path):
    class EndedError(RuntimeError):
        pass

    def end(done: int, *_: object) -> None:
        if done == 1:
            raise EndedError

    with open_plan(TINY):
        for suffix in (".pdf", ".pptx"):
            with pytest.raises(EndedError):
                snapshot(spec(pages="quarters"), tmp_path / f"atlas{suffix}", progress=end)
    assert list(tmp_path.iterdir()) == []


def test_an_atlas_is_made_again_from_its_file(book, tmp_path):
    path = tmp_path / "atlas.pdf"
    path.write_bytes(book)
    assert remake(path) == (BOOK, [])
    with open_plan(TINY):
        quarters = spec(pages="quarters")
        small = output(quarters, ".pdf")
        path.write_bytes(small)
        assert remake(path) == (quarters, [])
        assert output(quarters, ".pdf") == small


def test_a_title_without_glyphs_is_printed_with_a_mark_and_named():
    told = _cleaned(Leaf("图集🚄"), "zh")
    assert told.title == "图集〓"
    assert "U+1F684 符号 × 1" in told.text[-1]


# ---- the slides ----


def test_slides_have_contents_that_lead_to_each_leaf(deck):
    slides = list(pptx.Presentation(io.BytesIO(deck)).slides)
    (table,) = (shape.table for shape in slides[1].shapes if shape.has_table)
    lines = [tuple(cell.text for cell in row.cells) for row in list(table.rows)[1:]]
    assert len(lines) == 7
    for title, number in lines:
        assert slides[int(number) - 1].shapes.title.text.startswith(title)
    linked = {rel.target_part for rel in slides[1].part.rels.values() if "/slide" in rel.reltype}
    assert {slides[int(number) - 1].part for _, number in lines} <= linked


def test_the_slide_of_a_zone_has_map_figures_legend_and_notes(deck):
    slides = list(pptx.Presentation(io.BytesIO(deck)).slides)
    (slide,) = (
        slide
        for slide in slides
        if slide.shapes.title.text.startswith("University Science City knowledge circle")
        and "Map" in {shape.name for shape in slide.shapes}
    )
    names = {shape.name for shape in slide.shapes}
    assert {"Map", "Legend"} <= names
    # It is called by what is found, and so is the slide that has its figures.
    assert re.search(r"\d", slide.shapes.title.text)
    about = slides[slides.index(slide) + 1]
    assert re.search(r"\d", about.shapes.title.text)
    (table,) = (shape.table for shape in about.shapes if shape.has_table)
    figures = {row.cells[0].text: row.cells[1].text for row in table.rows}
    inside = expected(Points.usual("platforms"))
    assert figures["Existing platforms, expected value"].startswith(f"{in_words(inside, 'count')} ")
    notes = slide.notes_slide.notes_text_frame.text
    assert "Distance: 3 km in a straight line" in notes
    at = slides.index(slide) + 1
    following = [shape for each in slides[at : at + 2] for shape in each.shapes]
    assert any(shape.has_chart for shape in following)
    # A map keeps its legend: none goes on alone.
    alone = [{shape.name for shape in each.shapes} & {"Map", "Legend"} for each in slides]
    assert {"Legend"} not in alone


def test_no_chinese_is_left_in_english_slides_but_names_and_quotes(deck):
    slides = list(pptx.Presentation(io.BytesIO(deck)).slides)
    chinese = [
        text
        for slide in slides
        for shape in slide.shapes
        if shape.has_text_frame
        for text in shape.text_frame.text.split("\n")
        if any("一" <= letter <= "鿿" for letter in text)
    ]
    assert all("「" in text for text in chinese), chinese


def test_the_record_of_slides_names_the_series(deck, tmp_path):
    path = tmp_path / "atlas.pptx"
    path.write_bytes(deck)
    assert provenance.read(path)["spec"]["pages"] == "circles"
