"""Every text from outside is printed: broken, left out with a note, or replaced with a note."""

from __future__ import annotations

import io
import json
import os
import re
import tempfile
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from pptx import Presentation
from pypdf import PdfReader

from geo.errors import InputError
from geo.wording import catalogue
from layers.book.map_deck import deck
from layers.look.charts import Chart
from layers.look.content import Content
from layers.look.outside import clean_overlay, clean_sheet, sheet_findings
from layers.look.overlays import Choropleth, Points
from layers.look.sheet import SIZES_MM, Sheet
from layers.look.statement import Statement
from layers.paper.printing import composed, printed
from layers.paper.sheet import heading, wrapped
from layers.paper.sheet import text_width as printed_width
from layers.qgis.geopackage import geopackage_bytes
from layers.record.specification import MapSpec
from layers.slides.deck import presentation
from layers.slides.slide import LegendItem, Slide
from layers.type.fonts import characters
from layers.type.line_breaks import text_lines
from layers.type.outside_texts import MISSING, NAME, PROSE, TITLE, Cleaner
from layers.type.tables import Table
from layers.web.webmap import content_page

# A fuzz command raises it; a test run tries a few and all that have failed before.
EXAMPLES = int(os.environ.get("TEXT_EXAMPLES", "3"))
PRINTS = (".png", ".svg", ".pdf")
# What a text may be: any code point at all, halves of characters included.
ANYTHING = st.text(st.characters(codec=None), max_size=40)
EVIL = (
    "洋湖\n片区\u200b\u202e$3 至 $5 亿 $\\foo$ \U0001f684\U00020bb7 العربية देवनागरी "
    "<&>\"']]></script><!-- \x00\ud800\uffff\ue000 e\u0301\u0301\u0301\u0301\u0301\u0301"
)
TEXTS = {
    "line feed": "洋湖\n片区",
    "carriage return": "洋湖\r\n片\r区",
    "separators": "洋湖\u2028片\u2029区\x85a\x0bb\x0cc",
    "zero width": "洋湖\u200b片区\ufeff\u00ad",
    "directions": "\u202e洋湖\u2066片区\u2069\u200f",
    "control": "洋湖\x00\x07\x1b片区",
    "surrogate": "洋湖\ud800片区\udfff",
    "private": "\ue000洋湖\U000f0000\ufdd0\uffff\U0010ffff",
    "no glyph": "\U0001f684洋湖\U00020bb7 العربية देवनागरी",
    "formula": "$3 至 $5 亿元 $\\foo$ \\frac{1}{0} ^_{}%#",
    "markup": "<b>&amp;]]></script><!--'\"",
    "marks": "e" + "\u0301" * 50 + "\u0301洋湖",
    "long": "洋湖片区" * 3000,
    "one word": "m" * 10_000,
    "spaces": " \t\u2009\u3000" * 20 + "洋湖" + " " * 50,
    "all of it": EVIL,
}


def zones(name: str) -> gpd.GeoDataFrame:
    boxes = [shapely.box(112.8, 28.1, 112.9, 28.2), shapely.box(112.9, 28.1, 113.0, 28.2)]
    table = {
        "name_zh": pd.Series([name, "岳麓"], dtype="object"),
        "kind": pd.Series([name, name], dtype="object"),
        "n": [1.0, 2.0],
    }
    return gpd.GeoDataFrame(table, geometry=boxes, crs="EPSG:4490")


def content(name: str, column: str = "n") -> Content:
    areas = zones(name).rename(columns={"n": column})
    centres = areas.set_geometry(shapely.centroid(areas.geometry.to_numpy()), crs="EPSG:4490")
    shown = Choropleth(areas, column, name, unit=name, columns={"kind": name})
    return Content({}, (), (shown, Points(centres, name, named=True)))


def sheet(words: str) -> Sheet:
    titled = words if words.strip() else "题"
    return Sheet(
        f"题{titled}",
        f"internal{words}",
        subtitle=words,
        author=words,
        date="2026-01-01",
        notes=(words,),
        dpi=40,
    )


def told(words: str) -> Content:
    """A map that says so of itself in each of its parts."""
    rows = ((words, words),)
    said = Statement("zh", words, words, method=rows, remarks=(words,), author=words)
    return replace(content(words), statement=said)


def of_kind(suffix: str, words: str) -> bytes:
    if suffix in PRINTS:
        return printed(content(words), sheet(words), suffix)
    if suffix == ".html":
        return content_page(told(words)).encode("utf-8")
    if suffix == ".gpkg":
        # Names of columns are whole characters, of which pandas makes an index.
        column = f"n{words}"[:3000].encode("utf-8", "ignore").decode()
        return geopackage_bytes({}, overlays=content(words, column=column).overlays)
    slide = Slide(
        f"题{words}",
        subtitle=words,
        text=(words,),
        table=Table((words,), ((words,), (words,))),
        chart=Chart("bar", (f"a{words}",), ((words, (1.0,)),), title=words, unit=words),
        legend=(LegendItem(words[:100], "#FFFFFF"),),
        notes=words,
        footer=words,
    )
    return presentation([slide], title=words, author=words, subject=words)


def table_of(made: bytes, layer: str) -> gpd.GeoDataFrame:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "atlas.gpkg"
        path.write_bytes(made)
        return pyogrio.read_dataframe(path, layer=layer)


def check(suffix: str, made: bytes) -> None:
    """Open an output as its readers do."""
    if suffix == ".png":
        with Image.open(io.BytesIO(made)) as image:
            image.verify()
    elif suffix == ".svg":
        ET.fromstring(made)  # noqa: S314 - our own
    elif suffix == ".pdf":
        assert PdfReader(io.BytesIO(made)).pages[0].extract_text()
    elif suffix == ".html":
        json.loads(
            re.search(rb'_document">(.*?)</script>', made.replace(b"\n", b" "), re.DOTALL)[1]
        )
    elif suffix == ".gpkg":
        assert len(table_of(made, "zones")) == len(table_of(made, "points")) == 2
    else:
        with zipfile.ZipFile(io.BytesIO(made)) as package:
            for name in package.namelist():
                if name.endswith((".xml", ".rels")):
                    ET.fromstring(package.read(name))  # noqa: S314 - our own
        assert len(Presentation(io.BytesIO(made)).slides) >= 1


@pytest.mark.parametrize("suffix", [*PRINTS, ".html", ".pptx", ".gpkg"])
@pytest.mark.parametrize("words", [TEXTS["all of it"], TEXTS["long"]], ids=["all", "long"])
def test_no_text_keeps_a_map_from_being_made(suffix: str, words: str) -> None:
    check(suffix, of_kind(suffix, words))


@pytest.mark.parametrize("suffix", [".png", ".html", ".pptx", ".gpkg"])
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(words=ANYTHING)
@example(words="\x85")
@example(words="\ufe0f\u20e3")
def test_any_text_of_unicode_is_shown_in_every_kind_of_file(suffix: str, words: str) -> None:
    check(suffix, of_kind(suffix, words))


@settings(max_examples=EXAMPLES * 60)
@given(words=ANYTHING, drawn=st.booleans(), lines=st.sampled_from([1, 3, None]))
def test_what_is_cleaned_can_be_shown_and_stays_as_it_is(
    words: str, *, drawn: bool, lines: int | None
) -> None:
    cleaner = Cleaner(drawn=drawn)
    kept = cleaner.text(words, NAME, lines=lines)
    again = Cleaner(drawn=drawn)
    assert again.text(kept, NAME, lines=lines) == kept
    assert again.findings() == ()
    assert len(kept) <= NAME
    assert lines is None or kept.count("\n") < lines
    shown = kept.replace("\n", "")
    kept.encode("utf-8")
    assert all(unicodedata.category(each)[0] != "C" or ord(each) >= 0x20000 for each in shown)
    assert not drawn or set(shown) <= characters()
    for lang in ("zh", "en"):
        for told in cleaner.sentences(lang):
            assert set(told) <= characters()


@pytest.mark.parametrize(("name", "words"), TEXTS.items(), ids=TEXTS)
@pytest.mark.parametrize("size", SIZES_MM)
def test_titles_of_any_length_stay_on_their_sheet(name: str, words: str, size: str) -> None:
    cleaned = clean_sheet(Sheet(words, "internal", subtitle=words, size=size), "zh", drawn=True)
    head = heading(cleaned)
    room = SIZES_MM[size][0] * 72 / 25.4
    assert head.height < SIZES_MM[size][1] * 72 / 25.4 / 4, name
    for line in head.title:
        assert printed_width(line, head.title_pt, "bold") <= room
    for line in head.subtitle:
        assert printed_width(line, head.subtitle_pt) <= room
    # Nothing of it is lost but spaces and line ends.
    assert "".join("".join(head.title).split()) == "".join(cleaned.title.split())


def test_a_line_break_in_a_title_is_one_on_the_sheet_and_a_space_in_a_name() -> None:
    head = heading(Sheet("湖南湘江新区\n科技创新图集", "internal"))
    assert head.title == ("湖南湘江新区", "科技创新图集")
    drawn = composed(content("洋湖\n片区"), sheet("图集")).figure
    written = {text.get_text() for text in drawn.axes[0].texts}
    assert "洋湖 片区" in written
    assert not any("\n" in each for each in written)


def test_what_was_left_out_stands_on_the_sheet_in_its_language() -> None:
    for lang, words in (("zh", "零宽空格 × 1"), ("en", "ZERO WIDTH SPACE × 1")):
        shown = replace(content("洋湖\u200b片区"), lang=lang, overlays=content("洋").overlays[:1])
        shown = replace(shown, overlays=(replace(shown.overlays[0], frame=zones("洋\u200b湖")),))
        made = composed(shown, Sheet("图", "internal"))
        written = "".join(text.get_text() for text in made.figure.axes[0].texts)
        assert f"U+200B {words}" in written
        assert len(made.remarks) == 1


def test_a_glyph_that_the_font_lacks_is_a_visible_mark_in_print_and_itself_elsewhere() -> None:
    words = "湘江\U0001f684新区"
    figure = composed(content("洋湖"), Sheet(words, "internal")).figure
    written = [text.get_text() for text in figure.axes[0].texts]
    assert f"湘江{MISSING}新区" in written
    assert any("U+1F684" in each for each in written)
    made = Presentation(io.BytesIO(presentation([Slide(words)])))
    assert made.slides[0].shapes.title.text == words
    assert words in content_page(told(words))


def test_dollars_and_backslashes_are_no_formulas() -> None:
    words = "总投资 $3 至 $5 亿 $\\foo$"
    figure = composed(content(words), Sheet(words, "internal", author=words, notes=(words,))).figure
    texts = [text for text in figure.axes[0].texts if "foo" in text.get_text()]
    assert len(texts) >= 4
    assert not any(text.get_parse_math() for text in figure.axes[0].texts)


def test_directions_cannot_turn_the_sheets_own_words() -> None:
    told = composed(content("\u202e洋湖"), Sheet("\u2067题", "湘S\u202e号", author="\u202e处"))
    written = "".join(text.get_text() for text in told.figure.axes[0].texts)
    assert "\u202e" not in written
    assert "\u2067" not in written
    assert "审图号：湘S号" in written


def test_the_speaker_notes_say_what_was_left_out() -> None:
    made = Presentation(io.BytesIO(presentation([Slide("湘江\u200b新区", notes="来源")])))
    notes = made.slides[0].notes_slide.notes_text_frame.text
    assert notes == "来源\n文字中有 1 个看不见或无法显示的字符，已略去：U+200B 零宽空格 × 1。"


@pytest.mark.usefixtures("tiny")
def test_a_deck_of_a_map_holds_any_sheet() -> None:
    spec = MapSpec("overview", replace(sheet(EVIL), title=EVIL))
    made = Presentation(io.BytesIO(deck(spec)))
    assert made.slides[0].shapes.title.text.startswith("洋湖")
    assert "U+200B" in made.slides[0].notes_slide.notes_text_frame.text


def test_the_geopackage_says_what_was_left_out_and_keeps_codes_to_the_letter() -> None:
    frame = zones("洋湖\u200b片区").assign(code=["0101", "NA"])
    made = geopackage_bytes({}, overlays=(Choropleth(frame, "n", "数量"),))
    read = table_of(made, "zones")
    assert read["name_zh"].tolist() == ["洋湖片区", "岳麓"]
    assert read["code"].tolist() == ["0101", "NA"]
    assert b"U+200B" in made


def test_column_names_of_a_file_reach_a_geopackage_each_by_its_own() -> None:
    frame = zones("洋湖").assign(**{"a\nb": 1, "a b": 2, "\x00": 3})
    made = geopackage_bytes({}, overlays=(Choropleth(frame, "a\nb", "数量"),))
    read = table_of(made, "zones")
    assert read["a b_2"].tolist() == [1, 1]
    assert read["a b"].tolist() == [2, 2]
    assert len(read.columns) == len(frame.columns)


def test_the_input_is_not_changed() -> None:
    shown = content("洋湖\u200b片区")
    before = shown.overlays[0].frame.copy()
    printed(shown, sheet("图集"), ".png")
    content_page(shown)
    assert shown.overlays[0].frame.equals(before)


def test_a_title_of_nothing_that_can_be_seen_is_refused_in_words() -> None:
    with pytest.raises(InputError) as caught:
        printed(content("洋湖"), Sheet("\u200b\x00", "internal"), ".png")
    assert caught.value.sentence("zh").startswith("标题是空的")
    with pytest.raises(InputError) as caught:
        printed(content("洋湖"), Sheet("题", "\u200b"), ".png")
    assert caught.value.sentence("en").startswith("The map review number is empty")


def test_a_map_with_a_title_that_cannot_be_seen_gets_its_own() -> None:
    titled = MapSpec("overview", Sheet("\u200b", "internal")).titled()
    assert titled.title == MapSpec("overview", Sheet("", "internal")).titled().title
    assert len(titled.notes) == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_name_of_nothing_that_can_be_seen_is_none_in_any_language(lang: str) -> None:
    names = {"name_zh": ["甲", "\u200b"], "name_en": ["A", "\ufe0f"]}
    zones = gpd.GeoDataFrame(
        names | {"n": [1.0, 2.0]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
        crs=4490,
    )
    shown = clean_overlay(Choropleth(zones, "n", "数"), Cleaner(drawn=True), lang)
    assert isinstance(shown, Choropleth)
    assert [*shown.frame[["name_zh", "name_en"]].iloc[1]] == ["", ""]


def test_the_page_hears_of_what_a_print_leaves_out() -> None:
    found = sheet_findings(Sheet("湘\u200b江\U0001f684" + "长" * TITLE, "internal"))
    assert [each.code for each in found] == ["text.left_out", "text.replaced", "text.shortened"]


def test_long_texts_are_broken_in_time_that_grows_as_they_do() -> None:
    word = "m" * 100_000
    assert "".join(text_lines(word, 900, 12)) == word
    assert "".join(wrapped(word, 900, 12)) == word
    cleaner = Cleaner(drawn=True)
    assert len(cleaner.text("\u0301" * 1_000_000, PROSE)) <= 1
    assert len(cleaner.text("e\u0301" * 1_000_000, PROSE)) == PROSE


def test_every_code_has_a_sentence_in_both_languages() -> None:
    own = ("text.", "spec.", "record.", "template.", "slides.")
    found = {code: texts for code, texts in catalogue().items() if code.startswith(own)}
    assert len(found) > 20
    for code, texts in found.items():
        assert set(texts) == {"zh", "en"}, code
        assert not re.search(r"[\u4e00-\u9fff]", texts["en"]), code
        fields = [set(re.findall(r"\{(\w+)\}", texts[lang])) - {"zh", "en", "what", "what_en"}
                  for lang in ("zh", "en")]  # fmt: skip
        assert fields[0] == fields[1], code
