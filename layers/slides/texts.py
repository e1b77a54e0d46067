"""Texts of slides from outside, as PowerPoint can hold and show them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.errors import InputError
from layers.type.outside_texts import (
    COLUMN,
    NAME,
    NOTE,
    PROSE,
    SUBTITLE,
    TITLE_LINES,
    Cleaner,
)

if TYPE_CHECKING:
    from layers.look.charts import Chart
    from layers.slides.slide import LegendItem, Slide
    from layers.type.tables import Cell, Table

# Most characters of a cell: rows of several such cells have room on a slide.
CELL = 400
# Longer properties of a file are cut by PowerPoint.
LONGEST_PROPERTY = 255
FOOTER_LINES = HEADER_LINES = 3
# Titles that are findings are sentences.
SLIDE_TITLE = 160
# The place of a title on a slide has room for so many in the smallest size.
SLIDE_TITLE_LINES = 2


def clean_slide(slide: Slide, lang: str) -> Slide:
    r"""Return a slide with texts that can be shown; its speaker notes say what that took.

    Parameters
    ----------
    slide
        What a slide shows.
    lang
        Language of the notes, ``"zh"`` or ``"en"``.

    Raises
    ------
    InputError
        If nothing is left of the title.

    Examples
    --------
    >>> from layers.slides.slide import Slide
    >>> cleaned = clean_slide(Slide("湘江\u200b新区"), "en")
    >>> cleaned.title, cleaned.notes.endswith("U+200B ZERO WIDTH SPACE × 1.")
    ('湘江新区', True)
    """
    cleaner = Cleaner(drawn=False)
    title = cleaner.text(slide.title, SLIDE_TITLE, lines=SLIDE_TITLE_LINES)
    if not title.strip():
        raise InputError(
            "Slide: nothing of the title can be shown; give it one, the outline shows it",
            code="text.title_missing",
        )
    view = slide.map
    clean = replace(
        slide,
        title=title,
        subtitle=cleaner.text(slide.subtitle, SUBTITLE, lines=TITLE_LINES),
        map=view and replace(view, alt=cleaner.text(view.alt, NOTE) or title),
        legend=_items(slide.legend, cleaner),
        ground=_items(slide.ground, cleaner),
        beside=tuple(
            replace(each, alt=cleaner.text(each.alt, NOTE) or title) for each in slide.beside
        ),
        captions=tuple(cleaner.text(each, NAME) for each in slide.captions),
        table=slide.table and _table(slide.table, cleaner),
        chart=slide.chart and _chart(slide.chart, cleaner),
        text=tuple(cleaner.text(each, PROSE, lines=None) for each in slide.text),
        notes=cleaner.text(slide.notes, PROSE, lines=None),
        footer=cleaner.text(slide.footer, NOTE, lines=FOOTER_LINES),
    )
    notes = "\n".join(filter(None, (clean.notes, *cleaner.sentences(lang))))
    return replace(clean, notes=notes)


def clean_properties(title: str, author: str, subject: str) -> dict[str, str]:
    r"""Return title, author and subject as the properties of a file hold them.

    Examples
    --------
    >>> clean_properties("湘江新区\n图集", "规划处\x00", "")
    {'title': '湘江新区 图集', 'author': '规划处', 'subject': ''}
    """
    cleaner = Cleaner(drawn=False)
    texts = {"title": title, "author": author, "subject": subject}
    return {name: cleaner.text(words, LONGEST_PROPERTY) for name, words in texts.items()}


def _items(items: tuple[LegendItem, ...], cleaner: Cleaner) -> tuple[LegendItem, ...]:
    return tuple(
        replace(item, label=cleaner.text(item.label, NAME), count=cleaner.text(item.count, COLUMN))
        for item in items
    )


def _table(table: Table, cleaner: Cleaner) -> Table:
    def cell(value: Cell) -> Cell:
        return cleaner.text(value, CELL, lines=HEADER_LINES) if isinstance(value, str) else value

    header = tuple(cleaner.text(each, NAME, lines=HEADER_LINES) for each in table.header)
    return replace(table, header=header, rows=tuple(tuple(map(cell, row)) for row in table.rows))


def _chart(chart: Chart, cleaner: Cleaner) -> Chart:
    return replace(
        chart,
        categories=tuple(cleaner.text(each, NAME) for each in chart.categories),
        series=tuple((cleaner.text(name, NAME), values) for name, values in chart.series),
        title=cleaner.text(chart.title, NAME),
        unit=cleaner.text(chart.unit, COLUMN),
    )
