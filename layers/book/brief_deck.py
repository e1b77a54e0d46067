"""The plan in ten slides: title, summary, a slide for each exhibit, tables behind.

What is said with each slide stands first in its notes: claim, evidence, caveat, and the question
that is likely to come.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from layers.book.brief import STEPS, SUMMED_UP, brief, counted
from layers.book.comparison import side_by_side
from layers.book.map_deck import drawn_slide, figure_slide
from layers.book.slides import foot_of, sources_slide
from layers.look.statement import imprinted
from layers.record.specification import asked
from layers.slides.deck import presentation
from layers.slides.slide import Slide
from layers.words import paragraph, say

if TYPE_CHECKING:
    from pathlib import Path

    from layers.book.atlas import Progress
    from layers.book.brief import Brief, Exhibit
    from layers.record.specification import MapSpec

# What is said with a slide takes up to a minute: so many words, and characters of Chinese for each.
MOST_WORDS, LETTERS_A_WORD = 120, 1.7


def brief_deck(
    spec: MapSpec, *, template: bytes | Path | None = None, progress: Progress | None = None
) -> bytes:
    """Return the plan in ten slides as the contents of a PowerPoint file.

    Parameters
    ----------
    spec
        A map with ``pages`` of ``"brief"``: what it asks takes the place of what the plan starts
        with.
    template
        A template of the reader's own.
    progress
        Called before each exhibit with how many are done, how many there are, and its title; what
        it raises ends the work.

    Raises
    ------
    InputError
        As :func:`layers.book.brief.brief`; or the template cannot be used.
    """
    told = counted(progress, STEPS + 1)
    whole = brief(spec, told)
    told(say("brief.drawing", spec.lang))
    return presentation(
        brief_slides(whole, spec),
        template=template,
        lang=spec.lang,
        title=_title(spec),
        author=spec.sheet.author,
    )


def brief_slides(whole: Brief, spec: MapSpec) -> list[Slide]:
    """Return the slides of a brief, and the tables behind them.

    Parameters
    ----------
    whole
        What is told.
    spec
        Its specification.
    """
    lang, foot = spec.lang, foot_of(spec)
    lines = (spec.sheet.subtitle or say("brief.subtitle", lang), *imprinted(spec.titled(), lang))
    cover = Slide(_title(spec), "\n".join(lines), notes="\n".join(whole.missing))
    slides, behind = [cover], []
    if whole.findings:
        heading = say("brief.summary", lang, n=len(whole.findings))
        notes = _summary(whole, lang)
        slides.append(Slide(heading, text=whole.findings, numbered=True, notes=notes, footer=foot))
    for exhibit in whole.exhibits:
        slides.append(_slide(exhibit, foot, lang))
        behind += _tables(exhibit, replace(slides[-1], footer=foot))
    shown = [content for each in whole.exhibits for _, content in each.maps]
    behind.append(sources_slide(spec, shown))
    return [
        *slides,
        *(replace(each, title=say("brief.appendix", lang, title=each.title)) for each in behind),
    ]


def _title(spec: MapSpec) -> str:
    return spec.titled().title if spec.sheet.title else say("app.title", spec.lang)


def _slide(exhibit: Exhibit, foot: str, lang: str) -> Slide:
    title = exhibit.claim.removesuffix(say("statement.end", lang))
    notes = spoken(exhibit, lang)
    if not exhibit.maps:
        return Slide(title, chart=exhibit.chart, table=exhibit.table, notes=notes, footer=foot)
    if len(exhibit.maps) > 1:
        specs = [one for one, _ in exhibit.maps]
        contents = [content for _, content in exhibit.maps]
        slide = side_by_side(specs, contents, title, exhibit.captions)
    else:
        slide, _ = drawn_slide(*exhibit.maps[0], title)
    notes = f"{notes}\n\n{say('brief.record', lang)}\n{slide.notes}"
    if slide.beside:
        return replace(slide, notes=notes)
    text = tuple(filter(None, (*exhibit.evidence[:1], exhibit.caveat)))
    return replace(slide, text=text, spare=True, notes=notes)


def _tables(exhibit: Exhibit, slide: Slide) -> list[Slide]:
    """Return the figures behind a map, without what the map shows."""
    if len(exhibit.maps) != 1:
        return []
    ((one, content),) = exhibit.maps
    slide = replace(slide, subtitle=(content.statement or one.statement()).overlap)
    return [figure_slide(each, slide) for each in asked(one).figures(one.lang)]


def _summary(whole: Brief, lang: str) -> str:
    """Return what is said with the summary: what each finding must not be taken for."""
    of = [each for each in whole.exhibits if each.key in SUMMED_UP]
    caveats = dict.fromkeys(each.caveat for each in of if each.caveat)
    head = say("brief.said.summary", lang, n=len(of))
    return "\n".join((head, _within(list(caveats), lang, head)))


def spoken(exhibit: Exhibit, lang: str) -> str:
    """Return what is said with an exhibit: claim, evidence, caveat, likely question.

    Parameters
    ----------
    exhibit
        The exhibit.
    lang
        ``"zh"`` or ``"en"``.
    """
    question = say(f"brief.asked.{exhibit.key}", lang)
    answer = say(f"brief.answer.{exhibit.key}", lang)
    parts = {
        "claim": exhibit.claim,
        "caveat": exhibit.caveat,
        "question": paragraph((question, answer), lang),
    }
    lines = {
        name: say(f"brief.said.{name}", lang, words=words) for name, words in parts.items() if words
    }
    head = say("brief.said.evidence", lang, words="")
    evidence = _within(exhibit.evidence, lang, head, *lines.values())
    lines["evidence"] = say("brief.said.evidence", lang, words=evidence) if evidence else ""
    order = ("claim", "evidence", "caveat", "question")
    return "\n".join(filter(None, (lines.get(name, "") for name in order)))


def _within(sentences: list[str] | tuple[str, ...], lang: str, *others: str) -> str:
    """Return as many sentences as can be said beside others, at least one."""
    said: list[str] = []
    for sentence in sentences:
        if said and words_in(" ".join((*others, *said, sentence)), lang) > MOST_WORDS:
            break
        said.append(sentence)
    return paragraph(said, lang)


def words_in(text: str, lang: str) -> float:
    """Return how many words a text has, of Chinese how many it would be.

    Examples
    --------
    >>> words_in("Most are in the west.", "en"), words_in("西部最多。", "zh") < 5
    (5.0, True)
    """
    if lang == "en":
        return float(len(text.split()))
    return len("".join(text.split())) / LETTERS_A_WORD
