"""The rules in words, as a reader is told how a shape came about."""

from __future__ import annotations

from geo.errors import AtlasError
from geo.numerals import LANGUAGES
from geo.wording import Words
from layers.plan.catalogue import names_by_id
from layers.plan.limits import SIDES
from layers.plan.rules import Rule

_WORDS = Words(__file__)


def rule_in_words(rule: str) -> dict[str, str]:
    """Return a rule in words, by language; as it is written where there are no words for it.

    Parameters
    ----------
    rule
        Its text, as in the column ``rule`` of the data.

    Examples
    --------
    >>> rule_in_words("cover:1500")["zh"]
    '各成员范围的光滑外包，外扩 1,500 m'
    >>> rule_in_words("offset_bank:165")["en"]
    'Along the bank, 165 m from it'
    """
    return {lang: _in_words(rule, lang) for lang in LANGUAGES}


def _in_words(rule: str, lang: str) -> str:
    name, _, parameter = rule.partition(":")
    key = f"rule.{name}"
    if key not in _WORDS:
        return rule
    try:
        parsed = Rule.parse(rule)
    except AtlasError:  # of what is drawn, not built
        return _WORDS.say(key, lang, number=_number(parameter))
    titles = names_by_id(lang=lang)
    limits = parsed.limits() if name == "between_limits" else {}
    then = _WORDS.say("rule.then", lang)
    sides = [
        _WORDS.say(f"side.{side}", lang, name=then.join(titles.get(key, key) for key in keys))
        for side, keys in limits.items()
    ]
    names = [titles.get(key, key) for key in parameter.split(" ")[0].split("|")]
    parts = [
        _WORDS.say(
            key,
            lang,
            number=_number(parsed.parameter),
            names=names,
            sides=_WORDS.say("comma", lang).join(sides),
        )
    ]
    if parsed.area_km2 is not None:
        (missing,) = set(SIDES) - set(limits)
        side = _WORDS.say(f"fitted.{missing}", lang)
        parts.append(_WORDS.say("rule.fitted", lang, side=side, area_km2=parsed.area_km2))
    if parsed.within:
        within = [titles.get(key, key) for key in parsed.within]
        parts.append(_WORDS.say("rule.within", lang, names=within))
    return _WORDS.say("rule.and", lang).join(parts)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
