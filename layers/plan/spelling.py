"""How Chinese names are spelt, so that they can be found by pinyin."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_LATIN = re.compile("[a-z0-9]")
_HAN = re.compile("[\u3400-\u9fff]")
_SMALL_WORDS = frozenset("a an and at by for in of on the to with".split())  # noqa: SIM905
_NUMERALS = ("i", "ii", "iii", "iv", "v")
# What English has in more than one spelling.
_SPELLINGS: tuple[tuple[re.Pattern[str], Any], ...] = (
    (re.compile("center"), "centre"),
    (re.compile("programme"), "program"),
    (re.compile("iz(?=e|ing|ation)"), "is"),
    (re.compile(r"\bhi[\s-]?tech", re.ASCII), "high-tech"),
    (
        re.compile(r"\bphase (i{1,3}|iv|v)\b", re.ASCII),
        lambda match: f"phase {_NUMERALS.index(match[1]) + 1}",
    ),
)


@lru_cache(maxsize=65536)
def spelt(name: str) -> str:
    """Return the pinyin syllables of a name, separated by spaces.

    Examples
    --------
    >>> spelt("长沙")
    'chang sha'
    """
    return " ".join(_pinyin()(name))


@cache
def _pinyin() -> Callable[[str], list[str]]:
    # A quarter of a second, which web maps need.
    from pypinyin import lazy_pinyin, load_phrases_dict, load_single_dict  # noqa: PLC0415

    # In names of roads and areas 长 is a place in short (长株潭), and no captain's (计算机长沙).
    load_single_dict({ord("长"): "cháng,zhǎng"})
    load_phrases_dict({"机长": [["jī"], ["cháng"]]})
    return lazy_pinyin


def holds(texts: Iterable[str], word: str, *, names: Iterable[str] = ()) -> bool:
    """Return whether a word stands in texts or in names, as the search of maps finds it.

    Wide letters, capitals, spaces, marks and what English has in more than one spelling make no
    difference, several words stand in any order, and names are found by their pinyin and their
    initials too. ``tests/searches.json`` holds this and the search of ``model.js`` to the same.

    Parameters
    ----------
    texts
        What may hold the word.
    word
        What somebody typed; empty, it stands everywhere.
    names
        Names, of which Chinese ones are spelt.

    Examples
    --------
    >>> [holds([], word, names=["P3 实验室"]) for word in ("p3实", "shiyan", "psys", "x")]
    [True, True, True, False]
    """
    words = [flat for each in _plain(word).split() if (flat := _flat(each))]
    joined = "".join(words)
    held = [_flat(each) for each in (*texts, *names)]
    if any(joined in each for each in held):
        return True
    if _LATIN.search(joined):
        held += [form for name in names for form in _spelt_forms(name)]
    return any(joined in each for each in held) or (
        len(words) > 1 and all(any(each in text for text in held) for each in words)
    )


def _plain(text: str) -> str:
    """Return a text in one spelling, and without what nobody sees."""
    letters = unicodedata.normalize("NFKC", text)
    seen = "".join(each for each in letters if unicodedata.category(each) != "Cf").lower()
    for pattern, spelling in _SPELLINGS:
        seen = pattern.sub(spelling, seen)
    return seen


def _words(text: str) -> list[str]:
    """Return what stands between spaces and marks."""
    seen = _plain(text)
    return "".join(" " if unicodedata.category(each)[0] == "P" else each for each in seen).split()


def _flat(text: str) -> str:
    return "".join(_words(text))


@lru_cache(maxsize=65536)
def _spelt_forms(name: str) -> tuple[str, ...]:
    """Return a name as it is spelt, and its initials: of what is no syllable whole and in short."""
    if not _HAN.search(name):
        told = [word for word in _words(name) if word not in _SMALL_WORDS]
        return ("".join(w if w[0].isdigit() else w[0] for w in told),) if told[1:] else ()
    syllables = [_flat(each) for each in spelt(name).split()]
    whole = "".join(each[:1] if each.isalpha() else each for each in syllables)
    short = "".join(each[:1] if each[:1].isalpha() else each for each in syllables)
    return "".join(syllables), whole, short
