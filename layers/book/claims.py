"""What a map is found to show, as the sentences that slides are called by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.questions.tested_units import UnitClasses
from layers.words import say

if TYPE_CHECKING:
    from layers.questions.kinds import Kind


def claims(question: Kind, lang: str) -> list[str]:
    """Return what is found, the claim first, which says what it is about; the title at least.

    Parameters
    ----------
    question
        What a map answers.
    lang
        ``"zh"`` or ``"en"``.

    Examples
    --------
    >>> from layers.questions.asking import question_of
    >>> from layers.questions.density import Density
    >>> claims(question_of(Density, {}), "en")[0].partition(":")[0]
    'By area most existing platforms are in Yuelu District'
    """
    claim, *rest = question.told(lang) or [question.title(lang)]
    if isinstance(question, UnitClasses):
        whole = question.finding(lang)
        rest = rest if claim in whole else [claim, *rest]
        claim = whole
    points = question.subjects
    if points is not None and points.noun(lang).lower() not in claim.lower():
        claim = say("brief.about", lang, title=question.title(lang), sentence=claim)
    return [claim, *rest]


def headline(question: Kind, lang: str) -> str:
    """Return what is found in one sentence, or the figures that are told first; empty for nothing.

    Parameters
    ----------
    question
        What a map answers.
    lang
        ``"zh"`` or ``"en"``.

    Examples
    --------
    >>> from layers.questions.asking import question_of
    >>> from layers.questions.mix import Diversity
    >>> headline(question_of(Diversity, {}), "en")
    'Effective, highest: Wangcheng–Ningxiang application circle 6.2'
    """
    told = [question.finding(lang)] if isinstance(question, UnitClasses) else question.told(lang)
    if told:
        end = say("statement.end", lang)
        first, _, _ = told[0].partition(end if lang == "zh" else f"{end} ")
        return first.removesuffix(end)
    rows = (
        say("statement.row", lang, name=name, value=value)
        for name, value in question.headline(lang)
    )
    return say("statement.then", lang).join(rows)
