"""How Chinese names are spelt, so that they can be found by pinyin."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_LATIN = re.compile("[a-z0-9]+")


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

    Wide letters, capitals, spaces and marks make no difference, several words stand in any order,
    and names are found by their pinyin and its initials too.

    Parameters
    ----------
    texts
        What may hold the word.
    word
        What somebody typed; empty, it stands everywhere.
    names
        Chinese names, which are spelt.

    Examples
    --------
    >>> [holds([], word, names=["P3 实验室"]) for word in ("p3实", "shiyan", "psys", "x")]
    [True, True, True, False]
    """
    words = [flat for each in word.split() if (flat := _flat(each))]
    joined = "".join(words)
    held = [_flat(each) for each in (*texts, *names)]
    if any(joined in each for each in held):
        return True
    if _LATIN.search(joined):
        held += [form for name in names for form in _spelt_forms(name)]
    return any(joined in each for each in held) or (
        len(words) > 1 and all(any(each in text for text in held) for each in words)
    )


def _flat(text: str) -> str:
    letters = unicodedata.normalize("NFKC", text).lower()
    return "".join(each for each in letters if each.isalnum())


@lru_cache(maxsize=65536)
def _spelt_forms(name: str) -> tuple[str, ...]:
    """Return a name as it is spelt, and its initials: of what is no syllable whole and in short."""
    syllables = [_flat(each) for each in spelt(name).split()]
    whole = "".join(each[:1] if each.isalpha() else each for each in syllables)
    short = "".join(each[:1] if each[:1].isalpha() else each for each in syllables)
    return "".join(syllables), whole, short
