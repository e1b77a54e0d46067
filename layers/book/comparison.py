"""Two maps under one legend: the same question asked twice, with other values of some fields."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from geo.errors import InputError
from geo.numerals import interval, number
from layers.book.map_deck import map_slide
from layers.book.together import comparable
from layers.look.charts import MOST_BARS, Chart
from layers.look.overlay_classes import classify
from layers.look.overlays import Choropleth
from layers.plan.area import area
from layers.plan.selection import located
from layers.questions.fields import part_of
from layers.questions.figures import in_words
from layers.questions.subjects import Zones
from layers.record.specification import asked
from layers.slides.deck import presentation
from layers.slides.slide import Slide
from layers.type.tables import Table
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from layers.look.content import Content
    from layers.record.specification import MapSpec
    from layers.slides.slide import LegendItem

_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")


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
        If one of the two cannot be asked or drawn, or both are the same.
    """
    specs = (replace(spec, versus={}), spec.other())
    one, other = ((asked(each), each.year) for each in specs)
    if one == other:
        raise InputError(
            "comparison_slides: both maps are the same; give in versus a value that differs",
            code="versus.same",
        )
    contents = comparable([each.content() for each in specs])
    captions = _captions(specs, contents)
    title = spec.sheet.title or _difference(specs, contents, captions)
    return [
        side_by_side(specs, contents, title, captions),
        *_figures(specs, captions),
    ]


def _difference(
    specs: Sequence[MapSpec], contents: Sequence[Content], captions: tuple[str, ...]
) -> str:
    """Return what is found of both maps as one sentence, with each figure as it is on both.

    It is the first one that is not the same of both: where the same zone is densest, what is found
    after it. Where that one does not differ in figures alone: what is asked, and how each map is.
    """
    lang = specs[0].lang
    both_told = zip(*(asked(each).told(lang) for each in specs), strict=False)
    one, other = next((pair for pair in both_told if pair[0] != pair[1]), ("", ""))
    figures = [_FIGURE.findall(each) for each in (one, other)]
    if one != other and _FIGURE.split(one) == _FIGURE.split(other):
        pairs = iter(zip(*figures, strict=True))

        def both(_: re.Match[str]) -> str:
            before, after = next(pairs)
            return before if before == after else f"{before} → {after}"

        return _FIGURE.sub(both, one).removesuffix(say("statement.end", lang))
    words = [
        say("versus.counted", lang, words=words, n=number(n)) if (n := _dated(content)) else words
        for words, content in zip(captions, contents, strict=True)
    ]
    title = asked(specs[0]).title(lang)
    return say("versus.title", lang, title=title, one=words[0], other=words[1])


def _dated(content: Content) -> int:
    """Return how many features that have a place a map shows of the layers that tell years."""
    return sum(
        len(located(content.frames[name])) for name in content.visible if name in area().years
    )


def side_by_side(
    specs: Sequence[MapSpec], contents: Sequence[Content], title: str, captions: tuple[str, ...]
) -> Slide:
    """Return the slide with maps in a row above their one legend.

    Parameters
    ----------
    specs, contents
        The maps, and what they show.
    title, captions
        Of the slide, and of each map.
    """
    first, *others = (
        map_slide(one, content, title) for one, content in zip(specs, contents, strict=True)
    )
    return replace(
        first,
        legend=_joined(_class_words(contents), first.legend, *(each.legend for each in others)),
        beside=tuple(each.map for each in others if each.map),
        captions=captions,
        notes="\n\n".join(each.notes for each in (first, *others)),
    )


def _class_words(contents: Sequence[Content]) -> dict[str, int]:
    """Return the words of the classes that maps share, each with its place among them."""
    zones = [each for each in contents[0].overlays if isinstance(each, Choropleth)]
    if not zones:
        return {}
    breaks = classify(zones[0])
    words = map(interval, breaks.lows, breaks.uppers)
    return {each: at for at, each in enumerate(words)}


def _joined(order: dict[str, int], *legends: tuple[LegendItem, ...]) -> tuple[LegendItem, ...]:
    """Return the legend of maps that share their classes: each item once, without its count."""
    joined: list[LegendItem] = []
    for legend in legends:
        at = 0
        for item in legend:
            plain = replace(item, count="")
            if plain in joined:
                at = joined.index(plain) + 1
            else:
                joined.insert(at, plain)
                at += 1
    # One map may have a class between two of the other.
    places = [at for at, item in enumerate(joined) if item.label in order]
    inner = sorted((joined[at] for at in places), key=lambda item: order[item.label])
    for at, item in zip(places, inner, strict=True):
        joined[at] = item
    return tuple(joined)


def _captions(specs: Sequence[MapSpec], contents: Sequence[Content]) -> tuple[str, ...]:
    """Return what each map is asked with that the other is not, by year and by its method."""
    lang = specs[0].lang
    told = [each.statement.method if each.statement else () for each in contents]
    captions = []
    for at, (spec, own) in enumerate(zip(specs, told, strict=True)):
        # What follows from a value that was chosen is in the notes.
        parts = [
            say("statement.row", lang, name=name, value=value)
            for name, value in own
            if (name, value) not in told[1 - at]
        ][:1]
        if spec.year != specs[1 - at].year:
            words = "versus.year" if spec.year else "versus.all"
            parts.insert(0, say(words, lang, year=str(spec.year)))
        captions.append(say("statement.then", lang).join(parts) or spec.titled().title)
    return tuple(captions)


def _figures(specs: Sequence[MapSpec], captions: tuple[str, ...]) -> list[Slide]:
    """Return the figures of both maps, zone by zone, and their difference; none without zones."""
    lang = specs[0].lang
    questions = [asked(each) for each in specs]
    first = questions[0]
    if not first.column or any(part_of(each, Zones) is None for each in questions):
        return []
    name, column = f"name_{lang}", first.column
    values = [each.zones_shown().set_index(name)[column].astype(float) for each in questions]
    zones = tuple(values[0].index)
    if zones != tuple(values[1].index) or len(zones) > MOST_BARS:
        return []
    what = first.column_title(column, lang)
    series = tuple(
        (caption, tuple(each.round(2).tolist()))
        for caption, each in zip(captions, values, strict=True)
    )
    change = (values[1] - values[0]).to_numpy()
    rows = tuple((zone, in_words(by, column)) for zone, by in zip(zones, change, strict=True))
    header = (say("atlas.column.name", lang), say("versus.difference", lang, what=what))
    told = specs[0].statement()
    return [
        Slide(
            say("slides.figures", lang, title=first.title(lang)),
            chart=Chart("bar", zones, series, title=what),
            table=Table(header, rows, numeric=(1,)),
            notes=told.text(),
            footer=told.imprint,
        )
    ]
