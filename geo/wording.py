"""Sentences for readers, by code: what was refused or noticed, and what to do about it.

One JSON file per subject in ``geo/words`` maps a code to a sentence in Chinese and English. What
stands in braces is filled in; a number gets its thousands separators.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).with_name("words")


# Values that are lists of names, put together as Chinese does.
_LISTS = ("columns", "names", "layers")
_MOST_NAMED = 20


def sentence(code: str, lang: str, values: Mapping[str, object]) -> str:
    """Return the sentence of a code.

    Parameters
    ----------
    code
        Key of the catalogue.
    lang
        ``"zh"`` or ``"en"``.
    values
        What is filled in.

    Examples
    --------
    >>> sentence("rows.aside", "zh", {"rows": 1200})
    '1,200 行未采用，原因逐行列出，可下载。'
    """
    filled = {key: _written(value) for key, value in values.items()}
    if lang == "en":
        listed = {key: str(filled[key]).replace("、", ", ") for key in _LISTS if key in filled}
        filled |= listed
    return catalogue()[code]["en" if lang == "en" else "zh"].format(**filled)


def _written(value: object) -> object:
    if isinstance(value, Iterable) and not isinstance(value, str):
        names = [str(name) for name in value]
        return "、".join(names[:_MOST_NAMED]) + (" …" if len(names) > _MOST_NAMED else "")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    # Half a character, as JSON can hold one, can be printed nowhere.
    text = value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
    return f"{value:,}" if number else text


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return every sentence: code → language → text."""
    sentences: dict[str, dict[str, str]] = {}
    for path in sorted(_FOLDER.glob("*.json")):
        sentences |= json.loads(path.read_text(encoding="utf-8"))
    return sentences
