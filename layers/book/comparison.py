"""Two maps under one legend: the same question asked twice, with other values of some fields."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.errors import InputError
from geo.numerals import number
from layers.book.map_deck import drawn_slide
from layers.book.together import comparable, without_dots
from layers.look.callouts import has_results
from layers.look.charts import MOST_BARS, Chart
from layers.look.overlays import Choropleth, Features, Isolines, Points, Surface
from layers.look.told import as_told, below_each_other
from layers.plan.area import area
from layers.plan.selection import located
from layers.questions.fields import part_of
from layers.questions.stated import Apart, apart, unlike_columns
from layers.questions.subjects import Zones
from layers.record.specification import asked
from layers.scene.shared import shared
from layers.slides.deck import presentation
from layers.slides.legends import legend_items
from layers.slides.slide import LONGEST_LABEL, Slide
from layers.type.tables import Table
from layers.words import bracketed, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from layers.look.content import Content
    from layers.look.overlays import Overlay
    from layers.questions.kinds import Kind
    from layers.record.specification import MapSpec

# Of more zones than a chart has bars for those with the highest figures are shown.
FOREMOST = 8
# Of a heading of a legend, beside a unit in brackets.
LONGEST_HEADING = LONGEST_LABEL - 30
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
# A word of letters, else each character: names of Chinese may begin alike anywhere.
_WORD = re.compile(r"[\dA-Za-z.,'’–-]+|.", re.DOTALL)


class Compared(NamedTuple):
    """Two maps under one legend.

    Parameters
    ----------
    specs, contents
        The maps, and what they show: in the same classes and sizes, on the same ground.
    captions
        What tells them apart, map by map.
    title
        Of both.
    """

    specs: tuple[MapSpec, MapSpec]
    contents: list[Content]
    captions: list[str]
    title: str

    def sheet(self) -> Mapping[str, Any]:
        """Return what :func:`layers.paper.printing.drawn` draws them on one sheet with."""
        one, *others = self.contents
        sheet = replace(self.specs[0].titled(), title=self.title)
        return {"content": one, "sheet": sheet, "beside": others, "headings": self.captions}


def compared(spec: MapSpec) -> Compared:
    """Return the two maps of a comparison.

    Parameters
    ----------
    spec
        A map with ``versus``.

    Raises
    ------
    InputError
        If one of the two cannot be asked or drawn, both are the same, or years are to be compared
        by results, which are those of all years.
    """
    specs = (spec.part(versus={}), spec.other())
    one, other = ((asked(each), each.year) for each in specs)
    if one == other:
        raise InputError(
            "compared: both maps are the same; give in versus a value that differs",
            code="versus.same",
        )
    alone = [each.content() for each in specs]
    if specs[0].year != specs[1].year and any(has_results(each.overlays) for each in alone):
        raise InputError(
            "compared: results are those of all years, so that maps of two years show the same; "
            "compare years on the overview",
            code="versus.year",
        )
    bare = [each if spec.visible else without_dots(each) for each in alone]
    rows = _rows(specs)
    contents = told_apart(comparable(bare), [asked(each) for each in specs], rows)
    captions = [_caption(rows, at, spec.lang) or specs[at].titled().title for at in (0, 1)]
    title = spec.titled().title if spec.sheet.title.strip() else _title(specs, contents, rows)
    return Compared(specs, contents, captions, title)


def comparison_deck(spec: MapSpec, *, template: bytes | Path | None = None) -> bytes:
    """Return two maps under one legend as the contents of a PowerPoint file.

    Parameters
    ----------
    spec
        A map with ``versus``.
    template
        A template of the reader's own.

    Raises
    ------
    InputError
        As :func:`comparison_slides`; or the template cannot be used.
    """
    return presentation(
        comparison_slides(spec), template=template, lang=spec.lang, author=spec.sheet.author
    )


def comparison_slides(spec: MapSpec) -> list[Slide]:
    """Return the slides of two maps: side by side, and their figures in one table.

    Parameters
    ----------
    spec
        A map with ``versus``.

    Raises
    ------
    InputError
        As :func:`compared`.
    """
    both = compared(spec)
    first = side_by_side(both.specs, both.contents, both.title, both.captions)
    return [first, *_figures(both.specs, both.captions)]


def _rows(specs: Sequence[MapSpec]) -> list[Apart]:
    """Return what tells two maps apart: the year, their points, and what else they are asked."""
    one, other = specs
    rows = apart(asked(one), asked(other), one.lang)
    if one.year == other.year:
        return rows
    years = [
        say("versus.year" if each.year else "versus.all", each.lang, year=str(each.year))
        for each in specs
    ]
    return [Apart("", (years[0], years[1])), *rows]


def _caption(rows: Sequence[Apart], at: int, lang: str) -> str:
    """Return what one of two maps is that the other is not."""
    own = [_row(each.name, each.values[at], lang) for each in rows if each.values[at]]
    return say("statement.then", lang).join(own)


def _row(name: str, value: str, lang: str) -> str:
    return say("statement.row", lang, name=name, value=value) if name else value


def _of_both(row: Apart, lang: str) -> str:
    """Return how two maps have what tells them apart, words that are the same of both once."""
    one, other = row.values
    if _FIGURE.search(one) and _FIGURE.split(one) == _FIGURE.split(other):
        others = iter(_FIGURE.findall(other))

        def both(match: re.Match[str]) -> str:
            after = next(others)
            return after if after == match[0] else f"{match[0]} → {after}"

        words = _FIGURE.sub(both, one)
    else:
        words = " → ".join(filter(None, row.values))
    return _row(row.name, words, lang)


def told_apart(
    contents: Sequence[Content], questions: Sequence[Kind], rows: Sequence[Apart]
) -> list[Content]:
    """Return two maps whose legend says what tells them apart.

    What is of the same and in the same unit has one legend, called by both maps, and points that
    are drawn alike say how each map chose them; all else stands above the maps.

    Parameters
    ----------
    contents, questions
        What the maps show, in shared classes, and what each answers.
    rows
        What tells them apart.
    """
    lang = contents[0].lang
    titles = [each.subjects.title(lang) if each.subjects else "" for each in questions]
    of_points = [each for each in rows if each.name and each.of == "points"]
    headings = [_headings(each, lang) for each in contents]
    called = {each: joined(*pair) for pair in zip(*headings, strict=False) for each in pair}
    found = []
    for at, content in enumerate(contents):
        twins = {_measure(each): _titled(each, lang) for each in contents[1 - at].overlays}
        overlays = []
        for each in content.overlays:
            title = _titled(each, lang)
            if _is_dots(each, titles) and of_points:
                title = _with(_common(titles, questions, lang), of_points, lang)
            elif isinstance(each, Choropleth | Surface | Isolines):
                pair = (title, twins.get(_measure(each), title))
                title = joined(*(pair if at == 0 else pair[::-1]))
            of = replace(each, title=title, title_en=title)
            if isinstance(of, Features) and of.heading:
                heading = called.get(_heading(of, lang), _heading(of, lang))
                of = replace(of, heading=heading, heading_en=heading)
            overlays.append(of)
        found.append(replace(content, overlays=tuple(overlays)))
    return found


def _titled(overlay: Overlay, lang: str) -> str:
    return overlay.title_en if lang == "en" and overlay.title_en else overlay.title


def _heading(overlay: Features, lang: str) -> str:
    return overlay.heading_en if lang == "en" and overlay.heading_en else overlay.heading


def _headings(content: Content, lang: str) -> list[str]:
    """Return what classes that are results of their own have above them."""
    classes = (each for each in content.overlays if isinstance(each, Features) and each.heading)
    return list(dict.fromkeys(_heading(each, lang) for each in classes))


def _measure(overlay: Overlay) -> tuple[object, ...]:
    """Return what two results have in common that share a legend."""
    return (type(overlay), getattr(overlay, "unit", ""), getattr(overlay, "column", ""))


def joined(one: str, other: str) -> str:
    """Return what two maps are called as one name, with what both names begin and end with once.

    Examples
    --------
    >>> joined("Hot spots: platforms", "Hot spots: projects")
    'Hot spots: platforms → projects'
    >>> joined("平台的热点", "项目的热点")
    '平台 → 项目的热点'
    """
    first, second = (_WORD.findall(each) for each in (one, other))
    head = _same(first, second)
    tail = _same(first[head:][::-1], second[head:][::-1])
    ends = [len(each) - tail for each in (first, second)]
    own = ["".join(each[head:end]) for each, end in zip((first, second), ends, strict=True)]
    if not all(own):
        return one if one == other else f"{one} → {other}"
    return "".join((*first[:head], " → ".join(own), *first[ends[0] :]))


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many words are the same before one is not."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _is_dots(overlay: Overlay, titles: Sequence[str]) -> bool:
    """Whether a result is the points that a map is about."""
    return isinstance(overlay, Points) and bool({overlay.title, overlay.title_en} & {*titles})


def _common(titles: Sequence[str], questions: Sequence[Kind], lang: str) -> str:
    """Return what the points of both maps are called."""
    subjects = questions[0].subjects
    return titles[0] if len({*titles}) == 1 or subjects is None else subjects.about.title(lang)


def _with(title: str, rows: Sequence[Apart], lang: str) -> str:
    """Return the title of a legend with what tells maps apart, as much as has room, in short."""
    words = title
    for row in rows:
        said = _of_both(row._replace(values=_short(row.values)), lang)
        longer = say("statement.then", lang).join((words, said))
        if len(longer) <= LONGEST_HEADING:
            words = longer
    return words


def _short(values: tuple[str, str]) -> tuple[str, str]:
    """Return values without how they came about, where they differ without it."""
    one, other = (each.partition(" · ")[0] for each in values)
    return values if one == other else (one, other)


def _title(
    specs: Sequence[MapSpec],
    contents: Sequence[Content],
    rows: Sequence[Apart],
) -> str:
    """Return what is found of both maps as one sentence, with each figure as it is on both.

    It is the first one that is not the same of both: where the same zone is densest, what is found
    after it. Where that one does not differ in figures alone: what is asked. What tells the maps
    apart stands behind it if it does not say that.
    """
    lang = specs[0].lang
    both_told = zip(*(asked(each).told(lang) for each in specs), strict=False)
    one, other = next((pair for pair in both_told if pair[0] != pair[1]), ("", ""))
    figures = [_FIGURE.findall(each) for each in (one, other)]
    if one != other and _FIGURE.split(one) == _FIGURE.split(other):
        pairs = iter(zip(*figures, strict=True))
        stated = {each for row in rows for words in row.values for each in _FIGURE.findall(words)}

        def both(_: re.Match[str]) -> str:
            before, after = map(str, next(pairs))
            if before == after:
                return before
            if not {before, after} <= stated:
                before, after = _alike(before, after)
            return f"{before} → {after}"

        found = _FIGURE.sub(both, one).removesuffix(say("statement.end", lang))
        return _bracketed(found, _with_counts(specs, contents, rows), figures, lang)
    return _topic(specs, _with_counts(specs, contents, rows))


def _topic(specs: Sequence[MapSpec], rows: Sequence[Apart]) -> str:
    """Return what both maps are about, and what tells them apart."""
    one, other = _asked_of_both(specs)
    # Points of two layers are in the titles, if in other words.
    unsaid = [row for row in rows if row.name or row.of != "points" or one == other]
    return _bracketed(joined(one, other), unsaid, [[], []], specs[0].lang)


def _bracketed(
    found: str, rows: Sequence[Apart], figures: Sequence[Sequence[str]], lang: str
) -> str:
    """Return a title with what tells the maps apart, but for what it says already."""
    unsaid = [
        _of_both(row._replace(values=_short(row.values)), lang)
        for row in rows
        if row.of != "worked out"
        and not all(map(_are_among, row.values, figures))
        and not all(each and each.lower() in found.lower() for each in row.values)
    ]
    return bracketed(found, say("statement.then", lang).join(unsaid), lang)


def _asked_of_both(specs: Sequence[MapSpec]) -> list[str]:
    """Return what is asked in each map, of points that take in those of both.

    Existing platforms and planned ones are both platforms.
    """
    lang, (one, other) = specs[0].lang, (asked(each).subjects for each in specs)
    free: dict[str, list[str]] = {}
    if one is not None and other is not None and one.layer == other.layer:
        free = {column: [] for column in unlike_columns(one, other)}
    wider = (each.part(parameters={**each.parameters, **free}) for each in specs)
    return [asked(each, checked=False).title(lang) for each in wider]


def _alike(*figures: str) -> list[str]:
    """Return figures with the decimals of the one that has most; nothing at all has none.

    Examples
    --------
    >>> _alike("25.3", "46")
    ['25.3', '46.0']
    """
    digits = max(len(each.partition(".")[2]) for each in figures)
    plain = (float(each.replace(",", "")) for each in figures)
    return [number(each, digits=digits if each else 0) for each in plain]


def _are_among(words: str, figures: Sequence[str]) -> bool:
    """Whether words have figures, and all of them are among others."""
    own = _FIGURE.findall(words)
    return bool(own) and set(own) <= set(figures)


def _with_counts(
    specs: Sequence[MapSpec], contents: Sequence[Content], rows: Sequence[Apart]
) -> Sequence[Apart]:
    """Return what tells maps apart, years with how many features that have a place are there."""
    if specs[0].year == specs[1].year:
        return rows
    lang, (years, *others) = specs[0].lang, rows
    one, other = (
        say("versus.counted", lang, words=words, n=number(n))
        if (n := _dated(content)) is not None
        else words
        for words, content in zip(years.values, contents, strict=True)
    )
    return [years._replace(values=(one, other)), *others]


def _dated(content: Content) -> int | None:
    """Return how many features that have a place a map shows of the layers that tell years."""
    layers = [name for name in content.visible if name in area().years]
    return sum(len(located(content.frames[name])) for name in layers) if layers else None


def side_by_side(
    specs: Sequence[MapSpec], contents: Sequence[Content], title: str, captions: Sequence[str]
) -> Slide:
    """Return the slide with maps in a row above their one legend.

    Parameters
    ----------
    specs, contents
        The maps, and what they show.
    title, captions
        Of the slide, and of each map.
    """
    drawn = [drawn_slide(*each, title) for each in zip(specs, contents, strict=True)]
    (first, _), *others = drawn
    # A heading that has no room above its map stands here as a whole.
    notes = (f"{words}\n{each.notes}" for words, (each, _) in zip(captions, drawn, strict=True))
    return replace(
        first,
        legend=legend_items(shared([scene for _, scene in drawn])),
        beside=tuple(each.map for each, _ in others if each.map),
        captions=tuple(captions),
        notes="\n\n".join(notes),
    )


def _figures(specs: Sequence[MapSpec], captions: Sequence[str]) -> list[Slide]:
    """Return the figures of both maps, zone by zone, and their difference; none without zones."""
    lang = specs[0].lang
    questions = [asked(each) for each in specs]
    first = questions[0]
    if not first.column or any(part_of(each, Zones) is None for each in questions):
        return []
    column, shown = first.column, [each.zones_shown().set_index("id") for each in questions]
    values = [
        zones[each.column].astype(float) for zones, each in zip(shown, questions, strict=True)
    ]
    if {*values[0].index} != {*values[1].index}:
        return []
    values[1], what = values[1][values[0].index], first.column_title(column, lang)
    text: tuple[str, ...] = ()
    if len(values[0]) > MOST_BARS:
        larger = np.fmax(*values).sort_values(ascending=False)
        values = [each[larger.index[:FOREMOST]] for each in values]
        left = number(len(larger) - FOREMOST)
        text = (say("versus.left_out", lang, n=left, shown=number(FOREMOST)),)
    zones = tuple(shown[0].loc[values[0].index, f"name_{lang}"])
    told, topic = specs[0].statement(), _topic(specs, _rows(specs))
    title = say("slides.figures", lang, title=topic)
    if questions[1].column != column:
        # Figures of two units have no difference and no bars in common.
        columns = [each.column for each in questions]
        heads = [each.column_title(each.column, lang) for each in questions]
        cells = map(below_each_other, values, columns)
        table = Table(
            (say("atlas.column.name", lang), *heads),
            tuple(zip(zones, *cells, strict=True)),
            numeric=(1, 2),
        )
        return [Slide(title, text=text, table=table, notes=told.text(), footer=told.imprint)]
    series = tuple(
        (caption, tuple(as_told(value, column) for value in each))
        for caption, each in zip(captions, values, strict=True)
    )
    change = (values[1] - values[0]).to_numpy()
    rows = tuple(zip(zones, below_each_other(change, column), strict=True))
    header = (say("atlas.column.name", lang), say("versus.difference", lang, what=what))
    return [
        Slide(
            title,
            text=text,
            chart=Chart("bar", zones, series, title=what, column=column),
            table=Table(header, rows, numeric=(1,)),
            notes=told.text(),
            footer=told.imprint,
        )
    ]
