"""Slides that stay editable in PowerPoint: titles, legends, tables and charts as native objects.

A slide is a record of what it shows; where things stand follows from what there is. What does not
fit goes on a following slide, and nothing is cut off or drawn over.

>>> from layers.slides.slide import Slide
>>> from layers.type.tables import Table
>>> slide = Slide("各科创圈的平台", table=Table(("科创圈", "平台"), (("大科城知识创新圈", 21),)))
>>> presentation([slide])[:2]
b'PK'
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING

from geo.arguments import require_one_of
from geo.errors import InputError
from geo.numerals import LANGUAGES
from layers.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from layers.slides.slide import Contents, Slide
    from layers.slides.templates import Deck


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
    >>> from layers.slides.slide import Slide
    >>> deck = presentation([Slide("湘江新区科技创新图集", subtitle="内部讨论稿")])
    >>> Presentation(BytesIO(deck)).slides[0].shapes.title.text
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
    require_one_of(lang, LANGUAGES, "language", function="presentation")
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
            cover = not any((left.map, left.legend, left.table, left.chart, left.text))
            page = add_page(deck, left, cover=cover)
            if cover:
                break
            left, grid = fill(page, left, continued=say("slides.continued", deck.lang), grid=grid)
    starts.append(len(deck.presentation.slides))
    if contents is not None:
        own = range(starts[contents.at], starts[contents.at + 1])
        number_contents(deck, own, [starts[target] for _, target in contents.targets])
    return saved(deck, **properties)
