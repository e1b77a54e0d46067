"""How Chinese names are spelt, so that they can be found by pinyin."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import lazy_pinyin


@lru_cache(maxsize=65536)
def spelt(name: str) -> str:
    """Return the pinyin syllables of a name, separated by spaces.

    Examples
    --------
    >>> spelt("长沙")
    'chang sha'
    """
    return " ".join(lazy_pinyin(name))
