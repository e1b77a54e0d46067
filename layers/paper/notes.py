"""What a sheet says of its map: the notes at its foot, and what is read out in its place."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from string import ascii_lowercase
from typing import TYPE_CHECKING

from geo.numerals import listed, number
from layers.look.credits import credits_of
from layers.look.outside import clean_statement
from layers.look.standing import standing
from layers.look.statement import in_common
from layers.paper.furniture import note_texts
from layers.paper.toning import Known
from layers.type.outside_texts import Cleaner
from layers.words import paragraph, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from layers.look.content import Content
    from layers.look.sheet import Sheet
    from layers.look.statement import Statement
    from layers.paper.furniture import Note
    from layers.scene.scene import Scene


def sheet_notes(
    contents: Sequence[Content],
    sheet: Sheet,
    shown: Sequence[Scene],
    *,
    views: Sequence[str] = (),
    headings: Sequence[str] = (),
    spread: bool = False,
    known: Known | None = None,
) -> list[Note]:
    """Return what stands at the foot of a sheet: what its maps are, and what they stand on.

    Parameters
    ----------
    contents, sheet, shown
        What each map shows, the sheet, and what of each lies there.
    views
        How much that is of the whole, map by map.
    headings
        What tells maps apart that stand on one sheet; none for one map.
    spread
        Whether symbols at one place were spread.
    known
        What maps that follow each other share.
    """
    told = [
        replace(each.statement, view=view)
        for each, view in zip(contents, views or [""] * len(contents), strict=True)
        if each.statement is not None
    ]
    lines = tuple(dict.fromkeys((*_told(told, headings), *sheet.notes)))
    stands = [stands_on(each, sheet, known or Known()) for each in contents]
    credits_, standing_ = (tuple(dict.fromkeys(chain(*each))) for each in zip(*stands, strict=True))
    return note_texts(
        [layer for each in shown for layer in each.layers],
        replace(sheet, notes=lines),
        credits_=credits_,
        standing=standing_,
        spread=spread,
        lang=contents[0].lang,
    )


def _told(told: Sequence[Statement], headings: Sequence[str]) -> Iterator[str]:
    """Yield what maps say of themselves: what all say once, and then what each says besides."""
    if not told:
        return
    same, own = in_common(told)
    yield from same.notes()
    said = []
    for each, heading in zip(own, headings, strict=False):
        rows = [row for row in each.method if row[1] not in heading]
        said.append(paragraph(replace(each, method=tuple(rows)).notes(), each.lang))
    yield from lettered(said, same.lang)


def lettered(words: Iterable[str], lang: str) -> list[str]:
    """Return what is said of each map of a sheet after its letter; nothing where that is nothing.

    Examples
    --------
    >>> lettered(["1.5 km", "3 km"], "en")
    ['(a) 1.5 km', '(b) 3 km']
    """
    parts = zip(words, ascii_lowercase, strict=False)
    return [say("sheet.part", lang, words=each, letter=letter) for each, letter in parts if each]


def stands_on(content: Content, sheet: Sheet, known: Known) -> tuple[Sequence[str], Sequence[str]]:
    """Return the attribution of what a map shows, and what else it stands on.

    Parameters
    ----------
    content, sheet
        What the map shows, and what it is printed on.
    known
        Keeps the answer for maps of the same frames on the same base.
    """
    # Results that say neither source nor evidence add nothing to either.
    told = [each for each in content.results if not {"source_id", "evidence"}.isdisjoint(each)]
    frames = [*(content.frames[name] for name in content.visible if name in content.frames), *told]
    return known.of(
        f"stands on {content.base}",
        frames,
        lambda: (credits_of(content), standing(content, base_number=sheet.base_number)),
    )


def view_words(shown: Scene, *, any_cut: bool = False) -> str:
    """Return how much of the whole lies on a sheet that cuts it, in as many words as it may need.

    Parameters
    ----------
    shown
        What lies on the sheet.
    any_cut
        Whether room is kept for words on whatever it could cut.
    """
    parts = [
        say(
            "statement.in_view",
            shown.lang,
            title=each.title,
            seen=number(len(each.marks)),
            whole=number(len(each.marks) + sum(each.beyond.values())),
        )
        for each in shown.layers
        if each.is_counted and (any_cut or each.beyond)
    ]
    return say("statement.cut", shown.lang, parts=listed(parts, shown.lang)) if parts else ""


def alternative(contents: Sequence[Content], title: str = "", headings: Sequence[str] = ()) -> str:
    """Return what is read out in place of a picture of maps; empty where nothing is said.

    Parameters
    ----------
    contents
        What each map shows.
    title, headings
        Of a sheet with maps to compare, and what tells these apart; none for one map.
    """
    cleaner, lang = Cleaner(drawn=False), contents[0].lang
    told = [clean_statement(each.statement, cleaner) for each in contents if each.statement]
    if not headings:
        return "".join(each.alternative for each in told)
    apart = [replace(each, title=of).alternative for each, of in zip(told, headings, strict=True)]
    return paragraph((title + say("sheet.end", lang), *lettered(apart, lang)), lang)
