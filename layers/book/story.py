"""The plan told on one page: the record of the ten slides as steps of a map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.numerals import LANGUAGES
from layers.book.brief import STEPS, brief, counted
from layers.book.together import shown_bounds
from layers.look.overlays import result_names
from layers.web.story import Step
from layers.web.webmap import content_page
from layers.words import say

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.book.atlas import Progress
    from layers.book.brief import Brief, Exhibit
    from layers.look.content import Content
    from layers.look.overlays import Overlay
    from layers.record.specification import MapSpec

# Exhibits in both languages, and the writing after them.


def story_page(spec: MapSpec, *, progress: Progress | None = None) -> bytes:
    """Return the plan told on one HTML page: a step for each slide of the brief, in both languages.

    Parameters
    ----------
    spec
        A map with ``pages`` of ``"brief"``.
    progress
        As :func:`layers.book.brief_deck.brief_deck` takes it.

    Raises
    ------
    InputError
        As :func:`layers.book.brief.brief`.
    """
    told = counted(progress, len(LANGUAGES) * STEPS + 1)
    wholes = {lang: brief(spec.part(lang=lang), told) for lang in LANGUAGES}
    told(say("brief.drawing", spec.lang))
    shown, steps = _steps(wholes, wholes[spec.lang])
    title = spec.sheet.title or say("app.title", spec.lang)
    told_of = replace(spec.statement(), title=title)
    return content_page(replace(shown, statement=told_of), tuple(steps)).encode()


def _steps(wholes: dict[str, Brief], own: Brief) -> tuple[Content, list[Step]]:
    """Return all that the steps show as one map, and the steps."""
    by_key = {lang: {each.key: each for each in whole.exhibits} for lang, whole in wholes.items()}
    contents = [content for each in own.exhibits for _, content in each.maps]
    frames: dict[str, gpd.GeoDataFrame] = {}
    overlays: list[Overlay] = []
    for content in contents:
        frames |= {name: content.frames[name] for name in content.visible if name not in frames}
        overlays += content.overlays
    names = iter(result_names(overlays))
    layers = {id(each): (*each.visible, *(next(names) for _ in each.overlays)) for each in contents}
    first = contents[0]
    findings = {lang: each.findings for lang, each in wholes.items()}
    heads = {lang: say("brief.summary", lang, n=len(each)) for lang, each in findings.items()}
    steps = [Step(heads, findings, layers[id(first)], shown_bounds(first))]
    for exhibit in own.exhibits:
        both = {lang: by_key[lang].get(exhibit.key, exhibit) for lang in LANGUAGES}
        # What has no map is told over the first one.
        for at, content in enumerate([each for _, each in exhibit.maps] or [first]):
            texts = {lang: _texts(each, at) for lang, each in both.items()}
            titles = {lang: each.claim for lang, each in both.items()}
            steps.append(Step(titles, texts, layers[id(content)], shown_bounds(content)))
    visible = tuple(name for name in steps[0].layers if name in frames)
    whole = replace(first, frames=frames, visible=visible, overlays=tuple(overlays), extent=None)
    return whole, steps


def _texts(exhibit: Exhibit, at: int) -> tuple[str, ...]:
    """Return what is said beside a map: which of two it is, what it rests on, what it must not."""
    caption = exhibit.captions[at : at + 1]
    rows = exhibit.table.rows if exhibit.table else ()
    table = tuple(" · ".join(map(str, row)) for row in rows)
    return tuple(filter(None, (*caption, *(table or exhibit.evidence[:2]), exhibit.caveat)))
