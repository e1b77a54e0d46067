"""What a map is, in words: the one record that every renderer shows.

It is made once from what is asked and from the sheet (:mod:`layers.questions.stated`), and stands
with what the map shows (:class:`layers.look.content.Content`).
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, TypeAlias

from layers.look.sheet import INTERNAL
from layers.words import paragraph, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from layers.look.sheet import Sheet

# A name and its value.
Row: TypeAlias = tuple[str, str]


def reviewed(sheet: Sheet, lang: str) -> str:
    """Return how a sheet stands with review, in words."""
    number = sheet.review_number.strip()
    return say("statement.internal", lang) if number == INTERNAL else number


def imprinted(sheet: Sheet, lang: str) -> list[str]:
    """Return what stands at the foot of a page or slide, part by part: review, author and date.

    A cover has them below each other: in one line they would be parted where that ends, also within
    a date.
    """
    return _imprint(reviewed(sheet, lang), sheet.author, sheet.date, lang)


def imprint(parts: Iterable[str]) -> str:
    """Return what stands at the foot of a page or slide as one line."""
    return "\u3000".join(parts)


def _imprint(review: str, author: str, date: str, lang: str) -> list[str]:
    by = say("statement.by", lang, name=author) if author else ""
    return [*filter(None, (say("statement.reviewed", lang, review=review), by, date))]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a map is, in the language of its readers; what there is nothing to say of is empty.

    Parameters
    ----------
    lang
        ``"zh"`` or ``"en"``.
    title
        Of the map.
    question
        What is told, about which points with which filters.
    method
        Each parameter with its value and unit, and what was worked out for it.
    figures
        The headline figures, each with what it is called.
    placed
        How many of the points, and how much of what they add up to, have a place; what has none.
    overlap
        That zones share ground, where they do.
    view
        How much of the whole lies inside of the sheet, where it cuts.
    left_out, year
        Which classes of evidence are not shown, and by which year what is shown is there; how many
        features that leaves out.
    own_notes
        What each note of the maker's own says.
    remarks
        What must be known before the figures are used.
    files
        A line about each file of somebody's own.
    plan, sources, standing
        The plan with its date, the attribution of all that is drawn, and what the map stands on.
    review, author, date
        How it stands with review, who made it, and when.
    """

    lang: str
    title: str
    question: str
    method: tuple[Row, ...] = ()
    figures: tuple[Row, ...] = ()
    placed: str = ""
    overlap: str = ""
    view: str = ""
    left_out: str = ""
    year: str = ""
    own_notes: tuple[Row, ...] = ()
    remarks: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    plan: str = ""
    sources: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    review: str = ""
    author: str = ""
    date: str = ""

    def rows(self) -> tuple[Row, ...]:
        """Return all that there is to say as names and values."""
        joints = {"files": "\n", "sources": " · ", "standing": say("statement.then", self.lang)}
        rows: list[Row] = []
        for part in self.__dataclass_fields__:
            said = getattr(self, part)
            if part == "lang" or not said:
                continue
            if part in {"method", "figures", "own_notes"}:
                rows += said
            else:
                joint = joints.get(part, " " if self.lang == "en" else "")
                words = said if isinstance(said, str) else joint.join(said)
                rows.append((say(f"statement.{part}", self.lang), words))
        return tuple(rows)

    def text(self) -> str:
        """Return all that there is to say as lines: notes of a slide, abstracts of a file."""
        return "\n".join(self._pairs(self.rows()))

    def notes(self) -> tuple[str, ...]:
        """Return what a sheet has no place of its own for, as few lines: method and figures."""
        stop = say("statement.then", self.lang)
        asked = (say("statement.question", self.lang), self.question)
        end = say("statement.end", self.lang)
        lead = (asked, *self.method) if self.question else self.method
        method = stop.join(self._pairs(lead)).removesuffix(end)
        method += end if method else ""
        found = stop.join(self._pairs(self.figures))
        found += end if found else ""
        rests = paragraph(
            filter(
                None,
                (
                    *(found, self.placed, self.overlap, self.view, self.left_out, self.year),
                    *self.remarks,
                ),
            ),
            self.lang,
        )
        key = stop.join(self._pairs(self.own_notes))
        return tuple(filter(None, (method, rests, key, *self.files)))

    @property
    def imprint(self) -> str:
        """The line at the foot of a page or slide: review, author and date."""
        return imprint(_imprint(self.review, self.author, self.date, self.lang))

    @property
    def alternative(self) -> str:
        """What is read out in place of the picture: title, question, figures, what has a place."""
        stop, end = (say(f"statement.{mark}", self.lang) for mark in ("then", "end"))
        head = stop.join((self.title, self.question, *self._pairs(self.figures))) + end
        return paragraph(filter(None, (head, self.placed, self.left_out, self.year)), self.lang)

    def _pairs(self, rows: Iterable[Row]) -> Iterable[str]:
        return (say("statement.row", self.lang, name=name, value=value) for name, value in rows)

    def _repr_html_(self) -> str:
        """Return it as a notebook shows it."""
        return self.definitions

    @property
    def definitions(self) -> str:
        """All that there is to say as a list of HTML."""
        return (
            "<dl>"
            + "".join(f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in self.rows())
            + "</dl>"
        )


def in_common(told: Sequence[Statement]) -> tuple[Statement, list[Statement]]:
    """Return what all statements say, and what each says besides.

    Parameters
    ----------
    told
        Those of maps that are seen together, in one language.

    Examples
    --------
    >>> near = Statement("en", "Reach", "what is near", method=(("Distance", "1 km"),))
    >>> far = Statement("en", "Reach", "what is near", method=(("Distance", "3 km"),))
    >>> same, (one, other) = in_common([near, far])
    >>> same.notes(), one.notes(), other.notes()
    (('Shows: what is near.',), ('Distance: 1 km.',), ('Distance: 3 km.',))
    """
    same: dict[str, Any] = {}
    own: list[dict[str, Any]] = [{} for _ in told]
    for part in (name for name in Statement.__dataclass_fields__ if name != "lang"):
        said = [getattr(each, part) for each in told]
        first = said[0]
        if isinstance(first, str):
            same[part] = first if len({*said}) == 1 else ""
            rest = ["" if same[part] else words for words in said]
        else:
            same[part] = tuple(each for each in first if all(each in more for more in said))
            rest = [tuple(each for each in more if each not in same[part]) for more in said]
        for each, words in zip(own, rest, strict=True):
            each[part] = words
    lang = told[0].lang
    return Statement(lang, **same), [Statement(lang, **each) for each in own]
