"""Sentences for readers, by code: what was refused or noticed, and what to do about it.

One JSON file per subject in ``geo/words`` maps a code to a sentence in Chinese and English. What
stands in braces is filled in; a number gets its thousands separators.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from geo.numerals import exact, is_number, listed, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

# A text, or its forms by the number in it.
Text: TypeAlias = "str | Mapping[str, str]"

_FOLDER = Path(__file__).with_name("words")


# Values that may be lists of names which were put together.
_LISTS = ("columns", "names", "layers", "sheets", "datums")
_MOST_NAMED = 20
# What a terminal or a page would obey rather than show: controls, and what turns the direction.
_OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


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
    '1,200 行未采用，原因逐行列出。'
    """
    return filled(catalogue()[code], lang, values)


def filled(texts: Mapping[str, Text], lang: str, values: Mapping[str, object]) -> str:
    """Return a text in a language, filled in.

    Parameters
    ----------
    texts
        The text by language. Where its words depend on a number it is a mapping: ``of`` names the
        value, and the others are the forms that CLDR knows for the language.
    lang
        ``"zh"`` or ``"en"``.
    values
        What is filled in: numbers get their separators, and names become a list.

    Examples
    --------
    >>> cells = {"zh": "{n} 个格网", "en": {"of": "n", "one": "{n} cell", "other": "{n} cells"}}
    >>> [filled(cells, "en", {"n": n}) for n in (1, 1200)]
    ['1 cell', '1,200 cells']
    """
    text = texts[lang]
    if not isinstance(text, str):
        value = values[text["of"]]
        text = text[plural(value, lang) if is_number(value) else "other"]
    said = text.format(**{key: _written(key, value, lang) for key, value in values.items()})
    return shown(said)


def shown(text: str) -> str:
    r"""Return a text without what a terminal or a page would obey.

    Examples
    --------
    >>> shown("\x1b[31mred\n\u202eder")
    '[31mred\nder'
    """
    return text if text.isprintable() else _OBEYED.sub("", text)


def together(names: Iterable[str]) -> str:
    """Return names as one value of a sentence, where it has to be a text: a list of each language.

    Examples
    --------
    >>> sentence("own.no_column", "en", {"columns": together(["a", "b"])})
    'The file has no columns a, b. Choose again.'
    """
    return listed(names, "zh")


def _written(key: str, value: object, lang: str) -> object:
    if is_number(value) and not isinstance(value, bool):
        return exact(value)
    if isinstance(value, str):
        # Half a character, as JSON can hold one, can be printed nowhere.
        text = value.encode("utf-8", "replace").decode()
        return listed(text.split(together(("", ""))), lang) if key in _LISTS else text
    if isinstance(value, Iterable):
        names = [str(name) for name in value]
        return listed(names[:_MOST_NAMED], lang) + (" …" if len(names) > _MOST_NAMED else "")
    return value


@cache
def catalogue() -> dict[str, Mapping[str, Text]]:
    """Return every sentence: code → language → text."""
    return texts_of(_FOLDER.glob("*.json"))


def texts_of(files: Iterable[Path]) -> dict[str, Mapping[str, Text]]:
    """Return the texts of files of words: key → language → text.

    Parameters
    ----------
    files
        JSON files; of two with one key the one that is later in the alphabet says what it means.
    """
    texts: dict[str, Mapping[str, Text]] = {}
    for path in sorted(files):
        texts |= json.loads(path.read_text(encoding="utf-8"))
    return texts


class Words:
    """The words of a room that stands below those where all words come together.

    Parameters
    ----------
    module
        File of a module: ``words.json`` stands beside it.
    """

    def __init__(self, module: str) -> None:
        self._texts = texts_of([Path(module).with_name("words.json")])

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def say(self, key: str, lang: str, **values: object) -> str:
        """Return a text in a language, filled in."""
        return filled(self._texts[key], lang, values)

    def both(self, key: str, **values: object) -> tuple[str, str]:
        """Return a text in Chinese and in English, filled in."""
        return self.say(key, "zh", **values), self.say(key, "en", **values)
