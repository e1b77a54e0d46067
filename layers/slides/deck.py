"""Slides that stay editable in PowerPoint: titles, legends, tables and charts as native objects.

A slide is a record of what it shows; where things stand follows from what there is. What does not
fit goes on a following slide, and nothing is cut off or drawn over.

>>> slide = Slide("各科创圈的平台", table=Table(("科创圈", "平台"), (("大科城知识创新圈", 21),)))
>>> presentation([slide])[:2]
b'PK'
"""

from __future__ import annotations

import math
import re
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC
from io import BytesIO
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from geo.arguments import brief
from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from layers.slides.templates import Deck

LegendKind: TypeAlias = Literal["area", "hatch", "line", "dash", "point", "ring", "heading"]
ChartKind: TypeAlias = Literal["bar", "stacked", "line"]
Cell: TypeAlias = str | float | None
LANGUAGES = {"zh": "（续）", "en": " (continued)"}
LONGEST_LABEL = 100
# So many bars are legible on a slide that has nothing else.
MOST_BARS = 40
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a slide, such as a printed map.

    Parameters
    ----------
    png
        Contents of a PNG (or JPEG) file.
    alt
        What it shows, in words, for those who cannot see it.
    """

    png: bytes
    alt: str

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise InputError(
                "Picture: alt is empty; say in a sentence what the picture shows",
                code="caller.argument",
                function="Picture",
            )
        self.aspect()

    def aspect(self) -> float:
        """Return width by height."""
        from PIL import Image, UnidentifiedImageError  # noqa: PLC0415  only pictures need it

        try:
            with Image.open(BytesIO(self.png), formats=("PNG", "JPEG")) as opened:
                return opened.width / opened.height
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
            raise InputError(
                f"Picture: {len(self.png)} bytes that are no PNG or JPEG ({error}); pass what "
                "layers.paper.printing.printed(content, sheet, '.png') returns",
                code="caller.argument",
                function="Picture",
            ) from error


@dataclass(frozen=True, slots=True)
class LegendItem:
    """A line of a legend.

    Parameters
    ----------
    label
        Its words.
    colour
        ``"#RRGGBB"``, as on the map; a heading has none.
    kind
        ``"area"``, ``"hatch"`` (an area hatched white), ``"line"``, ``"dash"`` (a dashed line),
        ``"point"``, ``"ring"`` (a hollow point) or ``"heading"``.
    count
        What stands at the right end, such as the number of features.
    """

    label: str
    colour: str = ""
    kind: LegendKind = "area"
    count: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(LegendKind):
            raise InputError(
                f"LegendItem: no kind {self.kind!r}; choose from {get_args(LegendKind)}",
                code="caller.argument",
                function="LegendItem",
            )
        if len(self.label) > LONGEST_LABEL:
            raise InputError(
                f"LegendItem: {self.label[:20]!r}… has {len(self.label)} characters; shorten it to "
                f"{LONGEST_LABEL}",
                code="caller.argument",
                function="LegendItem",
            )
        if self.kind != "heading" and not _COLOUR.fullmatch(self.colour):
            raise InputError(
                f"LegendItem: the colour of {self.label!r} is {self.colour!r}; write it as #RRGGBB",
                code="caller.argument",
                function="LegendItem",
            )


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Parameters
    ----------
    header
        Title of each column, with its unit.
    rows
        Rows of texts and numbers; None and not-a-number are shown as a dash.
    numeric
        Columns, counted from 0, that are set right-aligned; those that hold numbers and no texts
        when None.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if not self.header:
            raise InputError(
                "Table: there is no column; give the title of at least one",
                code="caller.argument",
                function="Table",
            )
        for place, row in enumerate(self.rows):
            if len(row) != len(self.header):
                raise InputError(
                    f"Table: row {place} has {len(row)} cells and the header {len(self.header)}; "
                    "give each row one cell for each column",
                    code="caller.argument",
                    function="Table",
                )
        if any(not 0 <= column < len(self.header) for column in self.numeric or ()):
            raise InputError(
                f"Table: numeric is {self.numeric}; name columns from 0 to {len(self.header) - 1}",
                code="caller.argument",
                function="Table",
            )


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart with its workbook.

    Parameters
    ----------
    kind
        ``"bar"`` (lying bars, the first category on top), ``"stacked"`` (the same, one series on
        the other) or ``"line"``.
    categories
        Name of each category.
    series
        Name of each series and its values, one for each category; None leaves a gap.
    title, unit
        Title, and unit of the values.
    colours
        ``"#RRGGBB"`` of each category where there is one series, else of each series: those that
        the map has. Colours of the theme where empty.
    """

    kind: ChartKind
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    title: str = ""
    unit: str = ""
    colours: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in get_args(ChartKind):
            raise InputError(
                f"Chart: no kind {self.kind!r}; choose from {get_args(ChartKind)}",
                code="caller.argument",
                function="Chart",
            )
        if not self.categories or not self.series:
            raise InputError(
                "Chart: there is nothing to show; give a category and a series",
                code="caller.argument",
                function="Chart",
            )
        if self.kind != "line" and len(self.categories) > MOST_BARS:
            raise InputError(
                f"Chart: {len(self.categories)} categories; a slide has room for {MOST_BARS} bars: "
                "show the largest, and all of them in a table",
                code="caller.argument",
                function="Chart",
            )
        for name, values in self.series:
            if len(values) != len(self.categories):
                raise InputError(
                    f"Chart: {name!r} has {len(values)} values for {len(self.categories)} "
                    "categories; give one for each, None where there is none",
                    code="caller.argument",
                    function="Chart",
                )
            if any(value is not None and math.isinf(value) for value in values):
                raise InputError(
                    f"Chart: {name!r} has an infinite value; leave it None",
                    code="caller.argument",
                    function="Chart",
                )
        coloured = len(self.categories) if len(self.series) == 1 else len(self.series)
        wrong = [colour for colour in self.colours if not _COLOUR.fullmatch(colour)]
        if wrong or len(self.colours) not in {0, coloured}:
            raise InputError(
                f"Chart: the colours are {self.colours}; give {coloured} as #RRGGBB, or none",
                code="caller.argument",
                function="Chart",
            )


@dataclass(frozen=True, slots=True)
class Slide:
    """What one slide shows; one with a title and subtitle alone is a cover.

    Parameters
    ----------
    title
        Title, in the outline.
    subtitle
        Line below it.
    picture, legend, table, chart, text
        Contents. A picture or chart stands on the left where there is more than it.
    notes
        Speaker notes: source and parameters.
    footer
        Source, date and map review number.
    """

    title: str
    subtitle: str = ""
    picture: Picture | None = None
    legend: tuple[LegendItem, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    text: tuple[str, ...] = field(default=())
    notes: str = ""
    footer: str = ""

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise InputError(
                "Slide: the title is empty; give it one, the outline shows it",
                code="caller.argument",
                function="Slide",
            )


@dataclass(frozen=True, slots=True)
class Contents:
    """A table of contents, whose lines lead to their slides.

    Parameters
    ----------
    at
        Which of the slides has it, counted from 0.
    header
        Titles of its two columns.
    targets
        What each line says, and which of the slides it leads to.
    """

    at: int
    header: tuple[str, str]
    targets: tuple[tuple[str, int], ...]

    def table(self) -> Table:
        """Return it before the numbers of the slides are known."""
        return Table(self.header, tuple((title, "000") for title, _ in self.targets), numeric=(1,))


def presentation(
    slides: Sequence[Slide],
    *,
    template: bytes | Path | str | None = None,
    lang: str = "zh",
    title: str = "",
    author: str = "",
    subject: str = "",
    created: datetime | None = None,
    contents: Contents | None = None,
) -> bytes:
    """Return the contents of a PowerPoint file (.pptx).

    Parameters
    ----------
    slides
        What the slides show, in order.
    template
        A presentation or template of the reader's own (.pptx, .potx), as a path or its contents:
        its slide size, fonts, colours and layouts are used, its slides are left out. 13.333 × 7.5
        inches and the look of the atlas where None.
    lang
        ``"zh"`` or ``"en"``: language of the texts, for the spelling check, and of the word for
        continued.
    title, author, subject
        Properties of the file; the title of the first slide where there is no title.
    created
        Date of the file, in UTC where it names no zone; the file has none where None. The same
        arguments give the same bytes.
    contents
        Table of contents for one of the slides, in place of its own table.

    Raises
    ------
    InputError
        There is no slide; the template is broken, has no layout or none with a title, or leaves no
        room; a title or a row of a table is longer than a slide.

    Notes
    -----
    Text is in the theme's fonts, Microsoft YaHei for Chinese where it names none: it comes with
    Windows and with Office, and others put their own Chinese font in its place.

    Examples
    --------
    >>> from io import BytesIO
    >>> from pptx import Presentation
    >>> made = presentation([Slide("湘江新区科技创新图集", subtitle="内部讨论稿")])
    >>> Presentation(BytesIO(made)).slides[0].shapes.title.text
    '湘江新区科技创新图集'
    """
    from layers.slides.templates import (  # noqa: PLC0415  python-pptx is slow to import
        open_deck,
        template_refusals,
    )
    from layers.slides.texts import clean_properties, clean_slide  # noqa: PLC0415

    if not slides:
        raise InputError(
            "presentation: there is no slide; pass at least one",
            code="caller.argument",
            function="presentation",
        )
    if lang not in LANGUAGES:
        raise InputError(
            f"presentation: no language {lang!r}; choose from {sorted(LANGUAGES)}",
            code="option.one_of",
            value=brief(lang),
            names=sorted(LANGUAGES),
        )
    if created is not None and created.tzinfo is not None:
        created = created.astimezone(UTC).replace(tzinfo=None)
    slides = [clean_slide(slide, lang) for slide in slides]
    properties = clean_properties(title or slides[0].title, author, subject)
    with nullcontext() if template is None else template_refusals():
        return _deck(
            slides,
            open_deck(template, lang=lang, created=created),
            contents,
            properties,
        )


def _deck(
    slides: list[Slide], deck: Deck, contents: Contents | None, properties: dict[str, str]
) -> bytes:
    """Draw slides into a presentation and return its file."""
    from layers.slides.arrangement import fill  # noqa: PLC0415  python-pptx is slow to import
    from layers.slides.numbering import number_contents  # noqa: PLC0415
    from layers.slides.pages import add_page, saved  # noqa: PLC0415

    if deck.findings:
        left_out = "\n".join(finding.sentence(deck.lang) for finding in deck.findings)
        slides[0] = replace(slides[0], notes=f"{slides[0].notes}\n{left_out}".strip())
    starts: list[int] = []
    for at, slide in enumerate(slides):
        left: Slide | None = slide
        if contents is not None and contents.at == at:
            left = replace(slide, table=contents.table())
        grid = None
        starts.append(len(deck.presentation.slides))
        while left is not None:
            cover = not any((left.picture, left.legend, left.table, left.chart, left.text))
            page = add_page(deck, left, cover=cover)
            if cover:
                break
            left, grid = fill(page, left, continued=LANGUAGES[deck.lang], grid=grid)
    if contents is not None:
        own = range(starts[contents.at], starts[contents.at + 1])
        number_contents(deck, own, [starts[target] for _, target in contents.targets])
    return saved(deck, **properties)
