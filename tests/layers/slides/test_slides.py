"""Slides: what stands on them is native, whole, apart from each other, and the same every time."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER
from pptx.enum.text import PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches
from pypdf import PdfReader

from geo.errors import InputError
from geo.numerals import number
from layers.look.charts import Chart
from layers.look.styles import Style
from layers.questions import Distribution, zone_counts
from layers.questions.subjects import Points, Zones
from layers.scene.boxes import Box
from layers.scene.placed import Dot, Numbered, PlacedMap, ScaleBar
from layers.scene.scene import Scene
from layers.scene.window import Window
from layers.slides import arrangement, legends
from layers.slides.boxes import Box as PageBox
from layers.slides.deck import presentation
from layers.slides.slide import Contents, LegendItem, MapView, Slide
from layers.type.line_breaks import LINE_HEIGHT, text_lines, text_width
from layers.type.tables import Table
from layers.words import say

CREATED = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
FOOTER = "数据来源：《湖南湘江新区科技创新体系建设规划》；2026-03-01；内部讨论稿，未经地图审核"
NOTES = "来源：plan2024\n参数：点 = platforms；区 = circles"
LEGEND = (
    LegendItem("科技创新城", kind="heading"),
    LegendItem("岳麓山大学科技城", "#B5172F", "area", "1"),
    LegendItem("潇湘路滨江科创服务轴", "#0B4F9C", "line"),
    LegendItem("大科城知识创新圈（按规则示意）", "#E69F00", "dash"),
    LegendItem("实验室", "#00736B", "point", "32"),
)
TABLE = Table(
    ("科创圈", "平台（个）", "投资（亿元）"),
    (("大科城知识创新圈", 1234, 1835.64), ("科学城前沿创新圈", 18, None)),
)
BARS = Chart(
    "bar",
    ("大科城知识创新圈", "科学城前沿创新圈"),
    (("平台", (24, 18)),),
    "各圈的平台",
    "个",
    ("#E69F00", "#009E73"),
)
STACK = Chart("stacked", ("甲", "乙"), (("高校", (1, 2.5)), ("实验室", (None, 4))))
LINES = Chart("line", ("1", "2", "3"), (("覆盖率", (10, 20, 30)),), "覆盖率", "%")
LONG = Table(
    ("平台", "依据", "数"),
    tuple((f"平台{row}", "文件中的一句话，" * (row % 5 + 1), row) for row in range(36)),
)
TEXT = ("坐标采用 CGCS2000（EPSG:4490）。", "科创圈为按规则生成的示意图形，不代表法定界线。")


def png(width: int = 400, height: int = 300) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), "#DDE6EC").save(written, "PNG")
    return written.getvalue()


def opened(data: bytes):
    return Presentation(io.BytesIO(data))


def made(*slides: Slide, **options):
    return opened(presentation(slides, **options))


def placed(width: float, height: float) -> PlacedMap:
    """A map with nothing on it but its ground and scale."""
    return PlacedMap(
        scene=Scene((), "zh", {}, {}, ((0.0, 0.0), (1.0, 1.0)), Style("#FFFFFF")),
        window=Window(Box(0.0, 0.0, width, height), (0.0, 0.0), 1e5),
        symbols={},
        stops=(),
        names=(),
        scale=ScaleBar(
            Box(0.0, 0.0, 120.0, 46.0), 57.0, ("0", "1", "2\u00a0公里"), "2", "1:100 000（原大）"
        ),
        north_deg=0.0,
        beyond="#DDE6EC",
        below=(("112°E", width / 2),),
        beside=(("28°N", height / 2),),
    )


def view() -> MapView:
    return MapView("两城、两轴、四圈的位置", placed)


VARIANTS = {
    "cover": Slide("湖南湘江新区科技创新图集", "“224”空间布局\n2026年3月"),
    "map": Slide("布局", map=view(), legend=LEGEND),
    "wide map": Slide("布局", "小标题", map=view(), legend=LEGEND),
    "high map": Slide("布局", map=view(), legend=LEGEND, table=TABLE),
    "map alone": Slide("布局", map=view()),
    "map and table": Slide("布局", "小标题", map=view(), legend=LEGEND, table=TABLE),
    "map and chart": Slide("布局", map=view(), legend=LEGEND, chart=BARS, text=TEXT),
    "map and all": Slide("布局", map=view(), table=LONG, chart=STACK, text=TEXT * 4),
    "chart and table": Slide("分布", chart=STACK, table=TABLE, text=TEXT, legend=LEGEND),
    "chart": Slide("覆盖率", chart=LINES),
    "table": Slide("清单", "全部", table=LONG),
    "text": Slide("方法", text=TEXT * 30),
    "contents": Slide("目录", text=tuple(f"{number}　目录条目" for number in range(30))),
    "legend": Slide("图例", legend=LEGEND * 14),
    "crowded": Slide("图例", map=view(), legend=LEGEND * 10, text=("很长的一段话。" * 300,)),
}


def boxes(slide) -> dict[str, tuple[int, int, int, int]]:
    return {
        f"{shape.name} {shape.shape_id}": (
            shape.left,
            shape.top,
            shape.left + shape.width,
            shape.top + shape.height,
        )
        for shape in slide.shapes
    }


def plain_template() -> bytes:
    """The default presentation of python-pptx, 4:3, as someone's own template."""
    written = io.BytesIO()
    own = Presentation()
    own.slides.add_slide(own.slide_layouts[1]).shapes.title.text = "样张"
    own.save(written)
    return written.getvalue()


TEMPLATES = {"own": None, "4:3": plain_template()}


@cache
def deck_of(name, template="own"):
    """One of the variants on its slides, which tests only look at."""
    slide = replace(VARIANTS[name], footer=FOOTER, notes=NOTES)
    return made(slide, template=TEMPLATES[template])


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("name", VARIANTS)
def test_nothing_overlaps_and_all_is_inside_the_slide(name, template):
    deck = deck_of(name, template)
    for slide in deck.slides:
        found = boxes(slide)
        for box in found.values():
            assert box[0] >= 0
            assert box[1] >= 0
            assert box[2] <= deck.slide_width
            assert box[3] <= deck.slide_height
        for (one, a), (other, b) in combinations(found.items(), 2):
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, f"{one} and {other}"


def words(shape) -> list[str]:
    if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
        return [each for inner in shape.shapes for each in words(inner)]
    if shape.has_text_frame:
        return [each.text for each in shape.text_frame.paragraphs if each.text]
    return []


@pytest.mark.parametrize("name", VARIANTS)
def test_nothing_that_was_passed_is_lost(name):
    slide, deck = VARIANTS[name], deck_of(name)
    texts = [each for page in deck.slides for shape in page.shapes for each in words(shape)]
    assert [each for each in texts if each in {i.label for i in slide.legend}] == [
        item.label for item in slide.legend
    ]
    flowed = "".join(
        each
        for page in deck.slides
        for shape in page.shapes
        if shape.name == "Text"
        for each in words(shape)
    )
    assert all(text in flowed for text in slide.text if len(text) < 100)
    assert flowed.count("很长的一段话。") == sum(
        text.count("很长的一段话。") for text in slide.text
    )
    frames = [shape for page in deck.slides for shape in page.shapes if shape.has_table]
    rows = [row.cells[0].text for frame in frames for row in list(frame.table.rows)[1:]]
    assert rows == [row[0] for row in slide.table.rows] if slide.table else rows == []
    charts = sum(shape.has_chart for page in deck.slides for shape in page.shapes)
    maps = sum(shape.name == "地图" for page in deck.slides for shape in page.shapes)
    assert (charts, maps) == (slide.chart is not None, slide.map is not None)


def test_title_is_the_placeholder_and_footer_and_number_are_too():
    (slide,) = made(Slide("布局", footer=FOOTER, text=TEXT)).slides
    assert slide.shapes.title.text == "布局"
    kinds = {each.placeholder_format.type: each for each in slide.placeholders}
    assert kinds[PP_PLACEHOLDER.FOOTER].text_frame.text == FOOTER
    number = kinds[PP_PLACEHOLDER.SLIDE_NUMBER]
    assert [each.get("type") for each in number.element.iter(qn("a:fld"))] == ["slidenum"]


def test_slides_are_16_to_9_and_hold_notes():
    deck = made(Slide("布局", text=TEXT, notes=NOTES))
    assert (deck.slide_width, deck.slide_height) == (Inches(13.333), Inches(7.5))
    assert deck.slides[0].notes_slide.notes_text_frame.text == NOTES


def test_a_map_is_made_for_its_room_and_has_words():
    deck = made(Slide("布局", map=view(), legend=LEGEND))
    (shape,) = [each for each in deck.slides[0].shapes if each.name == "地图"]
    assert shape.width >= deck.slide_width * 2 / 3
    assert next(shape.element.iter(qn("p:cNvPr"))).get("descr") == "两城、两轴、四圈的位置"
    assert [each.name for each in shape.shapes] == ["底图", "图廓", "比例尺"]
    assert {"1:100 000（原大）", "112°E", "28°N"} <= {
        each.text for each in shape.element.iter(qn("a:t"))
    }


def test_legend_is_groups_of_native_shapes():
    (slide,) = made(VARIANTS["map"]).slides
    (legend,) = [each for each in slide.shapes if each.name == "图例"]
    assert [group.name for group in legend.shapes] == [item.label for item in LEGEND]
    swatches = [next(iter(group.shapes)) for group in legend.shapes]
    shapes = [next(e.element.iter(qn("a:prstGeom"))).get("prst") for e in swatches]
    assert shapes == ["rect", "rect", "line", "line", "ellipse"]  # the first is the heading's text
    assert [len(list(e.element.iter(qn("a:prstDash")))) for e in swatches] == [0, 0, 0, 1, 0]
    assert [next(e.element.iter(qn("a:srgbClr"))).get("val") for e in swatches[1:]] == [
        "B5172F",
        "0B4F9C",
        "E69F00",
        "00736B",
    ]
    assert words(legend)[1:3] == ["岳麓山大学科技城", "1"]


def test_table_is_native_with_numbers_right_and_separators():
    (slide,) = made(Slide("表", table=TABLE)).slides
    (frame,) = [each for each in slide.shapes if each.has_table]
    rows = [[cell.text for cell in row.cells] for row in frame.table.rows]
    assert rows == [
        ["科创圈", "平台（个）", "投资（亿元）"],
        ["大科城知识创新圈", "1,234", "1,835.64"],
        ["科学城前沿创新圈", "18", "–"],
    ]
    assert frame.table.first_row
    aligned = [cell.text_frame.paragraphs[0].alignment for cell in frame.table.rows[1].cells]
    assert aligned == [None, PP_ALIGN.RIGHT, PP_ALIGN.RIGHT]


def test_rows_without_room_follow_with_header_and_the_same_columns():
    deck = made(Slide("清单", table=LONG))
    titles = [slide.shapes.title.text for slide in deck.slides]
    assert len(titles) > 1
    assert titles == ["清单"] + ["清单（续）"] * (len(titles) - 1)
    tables = [s.table for slide in deck.slides for s in slide.shapes if s.has_table]
    assert all([c.text for c in table.rows[0].cells] == list(LONG.header) for table in tables)
    assert len({tuple(column.width for column in table.columns) for table in tables}) == 1
    english = made(Slide("List", table=LONG), lang="en")
    assert english.slides[1].shapes.title.text == "List (continued)"


def test_numbers_are_not_broken_beside_a_chart():
    many = Table(tuple(f"列{n}" for n in range(12)), (tuple(123456.78 for _ in range(12)),) * 3)
    deck = made(Slide("表", chart=STACK, table=many), template=plain_template())
    assert [any(s.has_table for s in slide.shapes) for slide in deck.slides] == [False, True]


def workbook(chart) -> dict[str, str | float]:
    """The cells of a chart's workbook; a cell with a formula would have no plain value."""
    with zipfile.ZipFile(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)) as file:
        shared = re.findall(r"<si><t[^>]*>(.*?)</t>", file.read("xl/sharedStrings.xml").decode())
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    cells = re.findall(r'<c r="([A-Z]+\d+)"([^>]*)><v>([^<]*)</v>', sheet)
    return {name: shared[int(v)] if 't="s"' in kind else float(v) for name, kind, v in cells}


def test_chart_is_native_with_its_workbook_and_the_colours_of_the_map():
    (slide,) = made(Slide("图", chart=BARS)).slides
    (frame,) = [each for each in slide.shapes if each.has_chart]
    plot = frame.chart.plots[0]
    assert list(plot.categories) == list(BARS.categories)
    assert [tuple(series.values) for series in plot.series] == [(24.0, 18.0)]
    assert frame.chart.chart_title.text_frame.text == "各圈的平台（个）"
    points = [str(plot.series[0].points[n].format.fill.fore_color.rgb) for n in range(2)]
    assert points == ["E69F00", "009E73"]
    assert workbook(frame.chart) == {
        "B1": "平台",
        "A2": "大科城知识创新圈",
        "B2": 24,
        "A3": "科学城前沿创新圈",
        "B3": 18,
    }


def test_a_name_that_begins_with_an_equals_sign_is_no_formula():
    chart = Chart("bar", ("=1+1", "https://example.org"), (("=A1", (1, float("nan"))),))
    (slide,) = made(Slide("图", chart=chart)).slides
    (frame,) = [each for each in slide.shapes if each.has_chart]
    assert workbook(frame.chart) == {
        "B1": "=A1",
        "A2": "=1+1",
        "B2": 1,
        "A3": "https://example.org",
    }
    assert tuple(frame.chart.plots[0].series[0].values) == (1.0, None)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_run_names_a_chinese_typeface(template):
    slides = [slide for name in VARIANTS for slide in deck_of(name, template).slides]
    roots = [slide.element for slide in slides]
    roots += [slide.notes_slide.element for slide in slides]
    roots += [s.chart.element for slide in slides for s in slide.shapes if s.has_chart]
    runs = [run for root in roots for run in root.iter(qn("a:r"), qn("a:fld"))]
    assert len(runs) > 400
    for run in runs:
        look = run.find(qn("a:rPr"))
        assert look.find(qn("a:latin")) is not None
        named = look.find(qn("a:ea")).get("typeface")
        assert named in ({"+mn-ea", "+mj-ea", "Microsoft YaHei"} if template == "own"
                         else {"Microsoft YaHei"})  # fmt: skip


def test_own_theme_has_chinese_fonts_and_the_colours_of_the_plan():
    with zipfile.ZipFile(io.BytesIO(presentation([VARIANTS["map"]]))) as file:
        theme = file.read("ppt/theme/theme1.xml").decode()
    assert theme.count('<a:ea typeface="Microsoft YaHei"') == 2
    assert '<a:accent1><a:srgbClr val="0B4F9C"/>' in theme


def test_same_slides_give_the_same_bytes_with_the_date_that_was_given():
    slides = [VARIANTS[name] for name in ("cover", "map and table", "map and chart")]
    options = {"created": CREATED, "author": "规划处", "subject": "科技创新"}
    data = presentation(slides, **options)
    assert data == presentation(slides, **options)
    properties = opened(data).core_properties
    dates = {each.replace(tzinfo=UTC) for each in (properties.created, properties.modified)}
    assert dates == {CREATED}
    assert (properties.title, properties.author, properties.subject) == (
        "湖南湘江新区科技创新图集", "规划处", "科技创新"
    )  # fmt: skip
    undated = presentation(slides)
    assert undated == presentation(slides)
    with zipfile.ZipFile(io.BytesIO(undated)) as file:
        assert b"dcterms" not in file.read("docProps/core.xml").split(b">", 2)[2]
        assert not [name for name in file.namelist() if "thumbnail" in name or "printer" in name]


def test_template_keeps_size_theme_and_layout_and_loses_its_slides():
    deck = made(Slide("布局", text=TEXT), Slide("封面", "小标题"), template=plain_template())
    assert (deck.slide_width, deck.slide_height) == (Inches(10), Inches(7.5))
    assert [slide.shapes.title.text for slide in deck.slides] == ["布局", "封面"]
    assert [slide.slide_layout.name for slide in deck.slides] == ["Title Only", "Title Slide"]
    assert [each.text for each in deck.slides[1].placeholders][:2] == ["封面", "小标题"]
    assert len(deck.slide_layouts) == 11
    names = zipfile.ZipFile(io.BytesIO(presentation([Slide("甲")], template=plain_template())))
    assert sum(name.startswith("ppt/slides/slide") for name in names.namelist()) == 1


def rezipped(data: bytes, change) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(written, "w") as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return written.getvalue()


def test_template_file_of_powerpoint_is_accepted_by_path(tmp_path):
    potx = rezipped(
        plain_template(),
        lambda name, data: (
            data.replace(b"presentation.main+xml", b"template.main+xml")
            if name == "[Content_Types].xml"
            else data
        ),
    )
    path = tmp_path / "模板.potx"
    path.write_bytes(potx)
    assert made(Slide("布局", text=TEXT), template=path).slides[0].shapes.title.text == "布局"


def without_titles(*, layouts: bool) -> bytes:
    own = Presentation()
    for layout in list(own.slide_layouts):
        if not layouts:
            own.slide_layouts.remove(layout)
            continue
        for each in list(layout.placeholders):
            if "TITLE" in each.placeholder_format.type.name:
                each.element.getparent().remove(each.element)
    written = io.BytesIO()
    own.save(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (without_titles(layouts=False), "has no layout; add one with a title"),
        (without_titles(layouts=True), "11 layouts has a title placeholder; add one"),
        (b"", "no PowerPoint file"),
        (b"%PDF-1.7", "no PowerPoint file"),
        (plain_template()[:9000], "no PowerPoint file"),
        (rezipped(plain_template(), lambda *_: b"<"), "no PowerPoint file"),
        (
            rezipped(plain_template(), lambda _, data: data.replace(
                b"officedocument.presentationml.presentation.main", b"ms-powerpoint.macroEnabled")),
            "it has macros",
        ),
        (rezipped(plain_template(), lambda name, data: b"" if "slideMaster" in name else data),
         "no PowerPoint file"),
        ("missing.pptx", "cannot be read .No such file"),
        (Path(__file__).parent, "cannot be read .Is a directory"),
    ],
    ids=["no layout", "no title", "empty", "pdf", "cut off", "xml", "macros", "master", "missing",
         "folder"],
)  # fmt: skip
def test_template_that_cannot_serve_is_refused(template, message):
    with pytest.raises(InputError, match=message):
        presentation([Slide("布局")], template=template)


@pytest.mark.parametrize(
    ("slide", "message"),
    [
        (lambda: Slide("  "), "title is empty"),
        (lambda: Slide("\u200b"), "nothing of the title"),
        (lambda: MapView(" ", placed), "say in a sentence"),
        (lambda: LegendItem("甲", "red"), "#RRGGBB"),
        (lambda: LegendItem("甲", "#FFFFFF", "star"), "choose from"),
        (lambda: LegendItem("甲" * 101, "#FFFFFF"), "shorten it to 100"),
        (lambda: Table((), ()), "at least one"),
        (lambda: Table(("甲", "乙"), (("一",),)), "row 0 has 1 cells and the header 2"),
        (lambda: Table(("甲",), (), numeric=(1,)), "from 0 to 0"),
        (lambda: Slide("表", table=Table(("甲",) * 60, (("一",) * 60,))), "60 columns"),
        (lambda: Slide("表", table=Table(("甲",) * 8, (("长" * 400,) * 8,))), "shorten its cells"),
        (lambda: Chart("pie", ("甲",), (("乙", (1,)),)), "choose from"),
        (lambda: Chart("bar", (), ()), "nothing to show"),
        (lambda: Chart("bar", ("甲",) * 41, (("乙", (1,) * 41),)), "room for 20 bars"),
        (lambda: Chart("bar", ("甲",), (("乙", (1, 2)),)), "2 values for 1 categories"),
        (lambda: Chart("bar", ("甲",), (("乙", (float("inf"),)),)), "infinite"),
        (lambda: Chart("bar", ("甲",), (("乙", (1,)),), colours=("#FFF",)), "give 1 as #RRGGBB"),
    ],
)
def test_what_no_slide_can_show_is_refused(slide, message):
    with pytest.raises(InputError, match=message):
        presentation([slide()])


def test_no_slides_and_no_such_language_are_refused():
    with pytest.raises(InputError, match="no slide; pass at least one"):
        presentation([])
    with pytest.raises(InputError, match="no language 'fr'"):
        presentation([Slide("布局")], lang="fr")


def test_long_titles_are_smaller_and_short_ones_are_the_layouts():
    deck = made(Slide("布局"), Slide("很长的题目" * 15, text=TEXT), Slide("题", text=TEXT))
    sizes = [slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size for slide in deck.slides]
    assert sizes[0] is None
    assert 12 <= sizes[1].pt < 24
    assert sizes[2] is None


def test_distribution_over_circles_as_table_and_chart():
    found = zone_counts(Distribution(Points("platforms"), Zones("circles")))
    columns = ["name_zh", "count", "share_pct"]
    table = Table(
        ("科创圈", "平台（个）", "占比（%）"),
        tuple(found[columns].itertuples(index=False, name=None)),
    )
    chart = Chart("bar", tuple(found.name_zh), (("平台", tuple(found["count"].astype(float))),))
    (slide,) = made(Slide("平台的分布", chart=chart, table=table)).slides
    (frame,) = [each for each in slide.shapes if each.has_table]
    counts = [row.cells[1].text for row in list(frame.table.rows)[1:]]
    (drawn,) = [each.chart for each in slide.shapes if each.has_chart]
    assert counts == [number(count, digits=2) for count in found["count"]]
    assert list(drawn.plots[0].series[0].values) == pytest.approx(found["count"].tolist())


def test_a_table_too_wide_to_stand_beside_its_chart_stands_below_it():
    header = ("科创圈", *(f"第{at}项投资（亿元）" for at in range(7)))
    wide = Table(header, tuple((f"圈{row}", *(1234567.8,) * 7) for row in range(3)))
    (slide,) = made(Slide("分布", chart=BARS, table=wide)).slides
    (chart,) = [each for each in slide.shapes if each.has_chart]
    (table,) = [each for each in slide.shapes if each.has_table]
    assert table.top > chart.top + chart.height
    assert len(table.table.rows) == 1 + len(wide.rows)


@given(st.text(st.sampled_from("湘江新区，。（）“”ab Wi.1 "), max_size=40), st.integers(20, 200))
def test_lines_hold_the_whole_text_and_fit(text, width):
    lines = text_lines(text, width, 12)
    assert "".join(lines) == text
    assert all(text_width(line.rstrip(), 12) <= width or len(line) == 1 for line in lines)


def test_libreoffice_opens_slides_of_every_kind(as_pdf):
    # Of each kind of part one: the others have the same ones in other places.
    kinds = ("cover", "wide map", "high map", "chart and table", "chart", "contents")
    slides = [replace(VARIANTS[each], footer=FOOTER, notes=NOTES) for each in kinds]
    data = presentation(slides, created=CREATED)
    pages = [page.extract_text() for page in PdfReader(as_pdf(data)).pages]
    assert len(pages) == len(opened(data).slides)
    for page, slide in zip(pages, opened(data).slides, strict=True):
        assert slide.shapes.title.text.split("（")[0] in page


def test_what_has_no_name_on_a_map_has_a_number_and_a_key_beside_it():
    """As many as the legend and a text leave room for; the others are counted."""
    stop = Numbered("洋湖新城", 4, 50.0, 50.0, stop="#0B4F9C")
    others = tuple(Numbered(f"地点{at}", 8 + at, 20.0 * at, 30.0) for at in range(60))
    slide = Slide("布局", map=view(), legend=LEGEND)
    room = PageBox(0.0, 0.0, 200.0, 300.0)
    crowded = replace(placed(300.0, 300.0), numbered=(stop, *others), nameless=2)
    for each, fewest in ((slide, 2), (replace(slide, text=TEXT[:1]), 0)):
        shown, key = arrangement._keyed(crowded, each, room)
        told = [item.number for item in key if item.number]
        assert told == [str(one.number) for one in shown.numbered]
        assert told[:fewest] == ["4", "8"][:fewest]
        assert key[-1].label.strip("… ").startswith(f"另有 {63 - len(told)} ")
        assert shown.nameless == 63 - len(told)
    # A table leaves a key no room, and a number without one says nothing.
    assert arrangement._keyed(crowded, replace(slide, table=TABLE), room)[0].numbered == ()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [(220.0, 420.0), (170.0, 400.0), (170.0, 120.0), (170.0, 30.0)])
@pytest.mark.parametrize("beside", [{}, {"text": TEXT[:1]}, {"table": TABLE}, {"chart": BARS}])
def test_a_stop_has_its_number_on_a_map_only_where_its_key_tells_it(lang, size, beside):
    dots = tuple(Dot(f"n{at}", f"Stop {at}", at, "#0B4F9C", 9.0 * at, 5.0) for at in range(1, 31))
    numbers = tuple(Numbered(each.name, each.number, each.x, each.y, each.colour) for each in dots)
    plain = placed(300.0, 300.0)
    crowded = replace(
        plain, scene=replace(plain.scene, lang=lang), stops=dots, numbered=numbers[10:]
    )
    slide = replace(Slide("布局", map=view(), legend=LEGEND), **beside)
    shown, key = arrangement._keyed(crowded, slide, PageBox(0.0, 0.0, *size))
    told = {item.number for item in key if item.number}
    # The first ten have their names on the map.
    assert {str(each.number) for each in shown.stops[10:] if each.number} == told
    assert all(each.number for each in shown.stops[:10])
    assert shown.nameless == 20 - len(told)


def test_a_stop_without_its_number_is_a_small_dot():
    numbered = placed(300.0, 300.0)
    numbered = replace(numbered, stops=(Dot("a", "Stop", 3, "#0B4F9C", 50.0, 50.0),))
    sizes = []
    for one in (numbered, replace(numbered, stops=(replace(numbered.stops[0], number=0),))):
        slide = Slide("布局", map=MapView("一处", lambda *_, one=one: one))
        (shape,) = (each for each in made(slide).slides[0].shapes if each.name == "地图")
        (stops,) = (each for each in shape.shapes if each.name == say("slides.stops", "zh"))
        sizes.append(stops.width)
    assert sizes[1] < 0.7 * sizes[0]


@pytest.mark.parametrize("label", ["University Science City knowledge circle", "科" * 26, "圈"])
def test_an_item_of_a_legend_is_on_one_line_in_a_column_of_its_own_width(label):
    for size in legends.LEGEND_SIZES_PT:
        items = (LegendItem(label, "#B5172F", "area", "1"),)
        width = legends.unwrapped_width(items, size)
        assert legends.legend_plan(items, width, size * LINE_HEIGHT).count == 1


def test_a_column_is_a_little_wider_where_that_keeps_lines_of_the_legend_whole():
    area = PageBox(36.0, 98.0, 648.0, 300.0)
    slide = Slide("布局", map=view(), text=("地" * 12,), spare=True)
    usual = arrangement._column_beside(replace(slide, legend=LEGEND), area)
    for wide, is_whole in ((usual + 20.0, True), (usual + 60.0, False)):
        room = wide - arrangement.GAP - legends.LABEL_LEFT
        label = "a " * int(room / text_width("a ", 14.0))
        legend = (LegendItem(label.strip(), "#B5172F", "area"),)
        column = arrangement._column_beside(replace(slide, legend=legend), area)
        plan = legends.legend_plan(legend, column - arrangement.GAP, area.height)
        assert (plan.height < 2 * plan.size_pt) == is_whole
        assert (column > usual) == is_whole


def test_a_short_title_is_hardly_larger_than_a_finding_on_a_template_with_large_titles():
    template = io.BytesIO()
    Presentation().save(template)
    finding = "By area most existing platforms are in Yuelu District: 0.032 per km², 17.2 expected"
    slides = [Slide("Cover", "2026"), Slide("Sources", table=TABLE), Slide(finding, table=TABLE)]
    own = presentation(slides, lang="en", template=template.getvalue())
    titles = [each.shapes.title for each in Presentation(io.BytesIO(own)).slides]
    cover, short, long = (each.text_frame.paragraphs[0].runs[0].font.size for each in titles)
    assert cover is None
    assert long.pt <= short.pt <= 1.25 * long.pt


LEAST_HUNDREDTHS = 1200


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("name", VARIANTS)
def test_all_but_the_foot_of_a_slide_can_be_read_from_the_back_of_a_room(name, template):
    for slide in deck_of(name, template).slides:
        parts = [each for each in slide.shapes if each.name not in {"Footer", "Slide Number"}]
        roots = [each.element for each in parts]
        roots += [each.chart.element for each in parts if each.has_chart]
        looks = [each for root in roots for each in root.iter(qn("a:rPr"), qn("a:defRPr"))]
        sizes = [each.get("sz") for each in looks]
        assert all(int(size) >= LEAST_HUNDREDTHS for size in sizes if size)


def test_a_figure_of_many_digits_beside_a_short_bar_stays_in_one_line():
    chart = Chart("bar", ("甲", "乙"), (("密度", (0.000005, 0.032)),))
    (slide,) = made(Slide("图", chart=chart)).slides
    (frame,) = [each for each in slide.shapes if each.has_chart]
    labels = frame.chart.plots[0].data_labels._element
    assert [each.get("wrap") for each in labels.iter(qn("a:bodyPr"))] == ["none"]


def test_parts_of_stacked_bars_have_their_values_where_these_have_room():
    chart = Chart("stacked", ("甲", "乙"), (("高校", (400, 0)), ("实验室", (1, 600))))
    (slide,) = made(Slide("图", chart=chart)).slides
    (frame,) = [each for each in slide.shapes if each.has_chart]
    hidden = [
        [int(each.find(qn("c:idx")).get("val")) for each in series._element.iter(qn("c:dLbl"))]
        for series in frame.chart.plots[0].series
    ]
    # Nothing is written for nothing; one of 600 has no room in its part, and stands by its bar.
    assert hidden == [[1], [0]]
    assert list(frame.chart.plots[0].categories) == ["甲 · 实验室 1", "乙"]
    assert all(series.data_labels.show_value for series in frame.chart.plots[0].series)
    assert not frame.chart.value_axis.visible


def test_a_legend_stays_beside_its_map_and_what_else_there_is_goes_on():
    slide = Slide("布局", map=view(), legend=LEGEND * 5, table=LONG)
    first, *others = made(slide).slides
    (legend,) = [each for each in first.shapes if each.name == "图例"]
    assert len(legend.shapes) == len(slide.legend)
    assert not any(each.name == "图例" for page in others for each in page.shapes)
    assert any(each.has_table for page in others for each in page.shapes)


def test_a_very_long_legend_takes_more_than_half_of_the_slide_and_is_whole():
    slide = Slide(
        "布局", map=view(), legend=(LegendItem("word word word w", "#B5172F", "area", "9"),) * 56
    )
    (page,) = made(slide).slides
    (legend,) = [each for each in page.shapes if each.name == "图例"]
    assert len(legend.shapes) == len(slide.legend)


def test_a_short_table_stands_beside_its_text_and_is_not_parted():
    table = Table(("指标", "数值"), tuple((f"第 {row} 项", row) for row in range(9)))
    (slide,) = made(Slide("解读", text=TEXT * 4, table=table)).slides
    (text,) = [each for each in slide.shapes if each.name == "Text"]
    (frame,) = [each for each in slide.shapes if each.has_table]
    assert text.left + text.width <= frame.left
    assert len(frame.table.rows) == 1 + len(table.rows)


def test_a_text_and_a_table_of_few_rows_fill_the_slide_that_they_share():
    table = Table(("指标", "数值"), (("第一项", 1), ("第二项", 2)))
    (slide,) = made(Slide("解读", text=TEXT * 2, table=table)).slides
    (text,) = [each for each in slide.shapes if each.name == "Text"]
    (frame,) = [each for each in slide.shapes if each.has_table]
    first, second, *_ = text.text_frame.paragraphs
    assert second.space_before > 0.8 * first.runs[0].font.size
    head, *rows = [row.height for row in frame.table.rows]
    assert min(rows) > 1.5 * head


def test_contents_can_be_the_last_slide():
    slides = (Slide("甲", text=TEXT), Slide("目录"))
    deck = made(*slides, contents=Contents(1, ("名称", "页"), (("甲", 0),)))
    (table,) = [each.table for each in deck.slides[1].shapes if each.has_table]
    assert [cell.text for cell in table.rows[1].cells] == ["甲", "1"]


def test_bars_that_could_end_elsewhere_have_lines_to_both_ends():
    chart = Chart("bar", ("甲", "乙"), (("数", (4.0, 2.0)),), ends=((3.0, 6.0), (2.0, 2.5)))
    (slide,) = made(Slide("图", chart=chart)).slides
    (frame,) = [each for each in slide.shapes if each.has_chart]
    (line,) = frame.chart._chartSpace.iter(qn("c:errBars"))
    ends = {
        end: [float(each.text) for each in line.find(qn(f"c:{end}")).iter(qn("c:v"))]
        for end in ("plus", "minus")
    }
    assert ends == {"plus": [6.0 - 4.0, 2.5 - 2.0], "minus": [4.0 - 3.0, 2.0 - 2.0]}
    assert frame.chart.value_axis.maximum_scale >= 6.0


def test_what_the_base_map_shows_stands_in_a_line_below_the_map():
    ground = (
        LegendItem("底图", kind="heading"),
        LegendItem("水系", "#B7D7EA"),
        LegendItem("地铁（各线其色）", "#9AA3AB", "line"),
    )
    (slide,) = made(Slide("布局", map=view(), legend=LEGEND, ground=ground)).slides
    by_name = {shape.name: shape for shape in slide.shapes}
    assert [each.name for each in by_name["底图"].shapes] == [each.label for each in ground]
    assert by_name["底图"].top >= by_name["地图"].top + by_name["地图"].height


def test_no_letter_of_a_slide_is_too_small_to_be_projected():
    ground = (LegendItem("底图", kind="heading"), LegendItem("水系", "#B7D7EA"))
    slides = made(Slide("布局", map=view(), legend=LEGEND, ground=ground, footer="审图号")).slides
    sizes = [int(look.get("sz")) for look in slides[0].element.iter(qn("a:rPr")) if look.get("sz")]
    assert sizes
    assert min(sizes) >= 1050
