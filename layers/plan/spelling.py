"""How Chinese names are spelt, so that they can be found by pinyin."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=65536)
def spelt(name: str) -> str:
    """Return the pinyin syllables of a name, separated by spaces.

    Examples
    --------
    >>> spelt("长沙")
    'chang sha'
    """
    from pypinyin import lazy_pinyin  # noqa: PLC0415  a quarter of a second; web maps need it

    return " ".join(lazy_pinyin(name))
