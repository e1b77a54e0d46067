"""Native charts of slides, each with the workbook that PowerPoint opens to edit its numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.parts.chart import ChartPart
from pptx.parts.embeddedpackage import EmbeddedXlsxPart
from pptx.util import Pt

from geo.exchange.cell_quotes import is_formula
from geo.numerals import decimals, number
from layers.look.palettes import contrast
from layers.look.styles import WHITE, inks
from layers.look.told import chart_numbers, teller
from layers.slides.freeforms import add
from layers.slides.pages import set_typefaces
from layers.slides.parts import rgb
from layers.type.line_breaks import text_width
from layers.words import bracketed

if TYPE_CHECKING:
    from collections.abc import Callable

    from pptx.chart.chart import Chart as PptxChart

    from layers.look.charts import Chart
    from layers.slides.boxes import Box
    from layers.slides.freeforms import Page

TITLE_PT, LARGEST_PT, SMALLEST_PT = 14.0, 14.0, 12.0
# Title, axis and legend take this of the height, points; a category takes so many ems.
FRAME, EM_PER_BAR = 70.0, 1.5
# A bar of several takes so many ems of height where its value stands at its end. Names and margins
# take at most this of the width.
EM_PER_VALUE, NAMES_SHARE = 1.25, 0.4
# XlsxWriter wants a date; files that have none are of the first day that an archive can hold.
UNDATED = datetime(1980, 1, 1)  # noqa: DTZ001 - dates in workbooks have no zone
_ACCENTS = (
    MSO_THEME_COLOR.ACCENT_1,
    MSO_THEME_COLOR.ACCENT_2,
    MSO_THEME_COLOR.ACCENT_3,
    MSO_THEME_COLOR.ACCENT_4,
    MSO_THEME_COLOR.ACCENT_5,
    MSO_THEME_COLOR.ACCENT_6,
)
_PALER = 0.6
(INK,) = inks("ink")
# Space between bars, percent of their width.
GAP_WIDTH = 55
# Width of the line from the low to the high end of a bar, 1.75 points.
WHISKER_EMU = 22225
_KINDS = {
    "bar": XL_CHART_TYPE.BAR_CLUSTERED,
    "stacked": XL_CHART_TYPE.BAR_STACKED,
    "line": XL_CHART_TYPE.LINE,
}


def draw_chart(page: Page, chart: Chart, box: Box) -> None:
    """Draw a chart.

    Parameters
    ----------
    page, chart, box
        Page, chart, and its box.
    """
    size = _size(chart, box.height)
    narrow = _narrow(chart, size, box.width) if chart.kind == "stacked" else []
    chart = _told_beside(chart, narrow)
    number_format = chart_numbers(_values(chart), chart.column)
    data: Any = CategoryChartData(number_format=number_format)  # type: ignore[no-untyped-call]
    data.categories = chart.categories
    for name, values in chart.series:
        data.add_series(name, [_known(value) for value in values])
    book = _workbook(chart, number_format, page.deck.created or UNDATED)
    drawn, relation = _part(page, data.xml_bytes(_KINDS[chart.kind]), book)
    titled = bracketed(chart.title, chart.unit, page.deck.lang)
    series = ", ".join(name for name, _ in chart.series)
    told = f"{titled or series}: {', '.join(chart.categories)}"
    inner = f'<c:chart {nsdecls("c")} r:id="{relation}"/>'
    add(page, page.shapes.frame("Chart", box.place(), inner, kind="chart", words=told))
    drawn.font.size = Pt(size)
    drawn.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
    drawn.has_title = bool(titled)
    if titled:
        frame_text = drawn.chart_title.text_frame
        frame_text.text = titled
        font = frame_text.paragraphs[0].runs[0].font
        font.size, font.bold = Pt(TITLE_PT), True
        drawn.chart_title.include_in_layout = False
    drawn.has_legend = len(chart.series) > 1
    if drawn.has_legend:
        drawn.legend.position = XL_LEGEND_POSITION.BOTTOM
        drawn.legend.include_in_layout = False
    valued = _has_values(chart, box.height)
    _axes(drawn, chart, valued=valued)
    _colours(drawn, chart)
    if chart.ends:
        _whiskers(drawn, chart)
    if valued and chart.kind == "stacked":
        _labels_within(drawn, chart, number_format, size=size, narrow=narrow)
    elif valued:
        _labels(drawn, number_format)
    set_typefaces(drawn.element, {"a:latin": "+mn-lt", "a:ea": page.deck.east})


def least_chart(chart: Chart) -> float:
    """Return the height at which every bar has its name and its value, points.

    Parameters
    ----------
    chart
        The chart.
    """
    if chart.kind == "line":
        return 2 * FRAME
    each = EM_PER_BAR
    if chart.kind == "bar" and len(chart.series) > 1:
        each = EM_PER_VALUE * (len(chart.series) + GAP_WIDTH / 100)
    return FRAME + len(chart.categories) * each * SMALLEST_PT


def _part(page: Page, xml: bytes, book: bytes) -> tuple[Any, str]:
    """Add a chart with its workbook to the file; return it, and how the slide is related to it."""
    deck, package = page.deck, page.slide.part.package
    number_ = next(deck.charts)
    part = ChartPart.load(
        PackURI(f"/ppt/charts/chart{number_}.xml"), CONTENT_TYPE.DML_CHART, package, xml
    )
    name = PackURI(f"/ppt/embeddings/Microsoft_Excel_Sheet{number_}.xlsx")
    part.chart_workbook.xlsx_part = EmbeddedXlsxPart(name, CONTENT_TYPE.SML_SHEET, package, book)
    return part.chart, page.slide.part.relate_to(part, RELATIONSHIP_TYPE.CHART)


def _known(value: float | None) -> float | None:
    return None if value is None or value != value else value  # noqa: PLR0124 - not-a-number


def _values(chart: Chart) -> list[float]:
    return [each for _, values in chart.series for each in map(_known, values) if each is not None]


def _teller(chart: Chart) -> Callable[[float], str]:
    """Return what writes a value as the number format of the chart does."""
    values = _values(chart)
    if chart.column:
        return teller(values, chart.column)
    return partial(number, digits=decimals(values))


def _largest(chart: Chart) -> float:
    """Return the end of the longest bar, or the highest point."""
    if chart.kind != "stacked":
        return max([*_values(chart), *(high for _, high in chart.ends)], default=0.0)
    rows = zip(*(values for _, values in chart.series), strict=True)
    return max(sum(each for each in map(_known, row) if each) for row in rows)


def _size(chart: Chart, height: float) -> float:
    """Return the size of the font at which each bar can have its name."""
    if chart.kind == "line":
        return LARGEST_PT
    if _has_values(chart, height) and chart.kind == "bar" and len(chart.series) > 1:
        return SMALLEST_PT
    each = (height - FRAME) / len(chart.categories) / EM_PER_BAR
    return round(min(LARGEST_PT, max(SMALLEST_PT, each)) * 2) / 2


def _has_values(chart: Chart, height: float) -> bool:
    """Whether each bar has its value in figures, which needs no axis."""
    if chart.kind == "line":
        return False
    bars = 1 if chart.kind == "stacked" else len(chart.series)
    each = (height - FRAME) / len(chart.categories) / (bars + GAP_WIDTH / 100)
    # A value at the end of a bar would lie on the line that says where it could end.
    return not chart.ends and (bars == 1 or each >= EM_PER_VALUE * SMALLEST_PT)


def _axes(drawn: PptxChart, chart: Chart, *, valued: bool) -> None:
    names, values = drawn.category_axis, drawn.value_axis
    names.format.line.color.theme_color = MSO_THEME_COLOR.TEXT_2
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.has_major_gridlines = False
    values.format.line.fill.background()
    values.major_tick_mark = XL_TICK_MARK.NONE
    lying = chart.kind != "line"
    # Names stay at the foot where values are negative.
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if lying:
        # The first category on top, which takes the numbers of the other axis along unless told.
        names.reverse_order = True
        values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
        drawn.plots[0].gap_width = GAP_WIDTH
        if chart.kind == "stacked":
            drawn.plots[0].overlap = 100
    if chart.unit == "%" and _largest(chart) <= 100:  # noqa: PLR2004 - of a hundred
        values.maximum_scale = 100
    elif chart.ends:
        # No line ends beyond the axis.
        step = 10.0 ** math.floor(math.log10(_largest(chart) or 1.0)) / 2
        values.maximum_scale = step * math.ceil(_largest(chart) / step) or None
    elif chart.kind == "stacked":
        values.maximum_scale = _largest(chart) or None
    values.visible = not valued
    values.has_major_gridlines = not valued
    if not valued:
        values.major_gridlines.format.line.color.theme_color = MSO_THEME_COLOR.BACKGROUND_1
        values.major_gridlines.format.line.color.brightness = -0.15
        values.major_gridlines.format.line.width = Pt(0.5)


def _colours(drawn: PptxChart, chart: Chart) -> None:
    several = len(chart.series) > 1
    drawn.plots[0].vary_by_categories = False
    for place, series in enumerate(drawn.plots[0].series):
        if chart.kind == "line":
            series.smooth = False
            series.format.line.width = Pt(2.25)
            _paint(series.format.line, chart.colours[place : place + 1] if several else (), place)
            continue
        series.invert_if_negative = False
        own = chart.colours[place : place + 1] if several else ()
        series.format.fill.solid()
        _paint(series.format.fill, own, place)
        if not several:
            for at, colour in enumerate(chart.colours):
                fill = series.points[at].format.fill
                fill.solid()
                _paint(fill, (colour,), place)


def _paint(part: Any, colour: tuple[str, ...], number: int) -> None:  # noqa: ANN401
    """Colour a line or fill as given, or as the theme has it."""
    target = part.fore_color if hasattr(part, "fore_color") else part.color
    if colour:
        target.rgb = rgb(colour[0])
    else:
        target.theme_color = _ACCENTS[number % len(_ACCENTS)]
        # A theme has six colours; the seventh series has the first, paler.
        target.brightness = min(0.8, _PALER * (number // len(_ACCENTS)))


def _labels(drawn: PptxChart, number_format: str) -> None:
    plot = drawn.plots[0]
    plot.has_data_labels = True
    labels = plot.data_labels
    labels.number_format, labels.number_format_is_linked = number_format, False
    labels.position = XL_LABEL_POSITION.OUTSIDE_END
    labels.show_value = True
    # A figure of many digits beside a short bar stays in one line.
    text = labels._element.get_or_add_txPr()  # noqa: SLF001 - python-pptx has no such property
    text.bodyPr.set("wrap", "none")


def _labels_within(
    drawn: PptxChart,
    chart: Chart,
    number_format: str,
    *,
    size: float,
    narrow: list[tuple[int, int]],
) -> None:
    """Write values into the parts of stacked bars that are wide enough for them."""
    for at, (_, values) in enumerate(chart.series):
        labels = drawn.plots[0].series[at].data_labels
        labels.number_format, labels.number_format_is_linked = number_format, False
        labels.show_value = True
        colour = chart.colours[at] if chart.colours else None
        if colour:
            labels.font.color.rgb = rgb(max((WHITE, INK), key=lambda ink: contrast(ink, colour)))
        else:
            labels.font.color.theme_color = MSO_THEME_COLOR.BACKGROUND_1
        labels.font.size = Pt(size)
        for place, value in enumerate(map(_known, values)):
            if not value or (at, place) in narrow:
                _hide(labels, place)


def _hide(labels: Any, place: int) -> None:  # noqa: ANN401 - untyped in python-pptx
    hidden = OxmlElement("c:dLbl")
    hidden.append(_valued("c:idx", place))
    hidden.append(_valued("c:delete", 1))
    labels._element.insert(place, hidden)  # noqa: SLF001 - python-pptx hides none


def _narrow(chart: Chart, size: float, width: float) -> list[tuple[int, int]]:
    """Return the parts of stacked bars that have no room for their value: series and category."""
    names = max(text_width(name, size) for name in chart.categories)
    room = width - min(names + 2 * size, NAMES_SHARE * width)
    end, told = _largest(chart) or 1.0, _teller(chart)
    return [
        (at, place)
        for at, (_, values) in enumerate(chart.series)
        for place, value in enumerate(map(_known, values))
        if value and value / end * room < text_width(told(value), size)
    ]


def _told_beside(chart: Chart, narrow: list[tuple[int, int]]) -> Chart:
    """Return a chart with values that have no room in their bar beside the name of the bar."""
    names, told = list(chart.categories), _teller(chart)
    for at, place in narrow:
        series, values = chart.series[at]
        names[place] += f" · {series} {told(values[place] or 0.0)}"
    return replace(chart, categories=tuple(names))


def _whiskers(drawn: PptxChart, chart: Chart) -> None:
    """Draw a line from the low to the high end of each bar."""
    ((_, values),) = chart.series
    # Lines are seen upon bars that are paler.
    drawn.plots[0].series[0].format.fill.fore_color.brightness = _PALER
    bars = [value or 0.0 for value in map(_known, values)]
    least = [max(0.0, bar - low) for bar, (low, _) in zip(bars, chart.ends, strict=True)]
    most = [max(0.0, high - bar) for bar, (_, high) in zip(bars, chart.ends, strict=True)]
    parts = {
        name: "".join(f'<c:pt idx="{at}"><c:v>{each!r}</c:v></c:pt>' for at, each in enumerate(of))
        for name, of in (("plus", most), ("minus", least))
    }
    numbers = "".join(
        f'<c:{name}><c:numLit><c:ptCount val="{len(bars)}"/>{points}</c:numLit></c:{name}>'
        for name, points in parts.items()
    )
    line = f'<a:ln w="{WHISKER_EMU}"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill></a:ln>'
    bars_xml = drawn.plots[0].series[0]._element  # noqa: SLF001 - python-pptx knows none
    before = bars_xml.find(qn("c:cat"))
    before.addprevious(
        parse_xml(
            f'<c:errBars {nsdecls("c", "a")}><c:errBarType val="both"/>'
            f'<c:errValType val="cust"/><c:noEndCap val="0"/>{numbers}'
            f"<c:spPr>{line}</c:spPr></c:errBars>"
        )
    )


def _valued(tag: str, value: int) -> Any:  # noqa: ANN401 - untyped in python-pptx
    element = OxmlElement(tag)
    element.set("val", str(value))
    return element


def _workbook(chart: Chart, number_format: str, created: datetime) -> bytes:
    """Return the chart's workbook; a name that begins with = is a text in it and no formula."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # noqa: PLC0415  slow

    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        book.set_properties({"created": created.replace(tzinfo=None)})
        sheet = book.add_worksheet()
        style = book.add_format({"num_format": number_format})
        # A text that looks like a formula stays one when its cell is edited.
        text = book.add_format({"quote_prefix": True})
        for row, category in enumerate(chart.categories, start=1):
            sheet.write_string(row, 0, category, text if is_formula(category) else None)
        for column, (name, values) in enumerate(chart.series, start=1):
            sheet.write_string(0, column, name, text if is_formula(name) else None)
            for row, value in enumerate(map(_known, values), start=1):
                if value is not None:
                    sheet.write_number(row, column, value, style)
    return file.getvalue()
