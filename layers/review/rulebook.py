"""The rules of reviewers, the words that must not stand on maps, and where all China reaches."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from geo.arguments import require_one_of
from geo.errors import InputError
from geo.numerals import listed
from layers.look.sheet import PROFILES
from layers.plan.area import PLANS
from layers.plan.data_files import table_of, yaml_of
from layers.words import both, say

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = PLANS / "review"
# Names a file of a planner's own words, one a line, that must not stand on a map.
VARIABLE = "XIANGJIANG_SENSITIVE"
Severity: TypeAlias = Literal["must", "should"]
ALL_FORMATS = ("print", "slides", "page", "data")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, see the head of ``rules.yaml``.

    Parameters
    ----------
    id
        Name of the rule and of its function.
    title, rule, do
        What it is called, what it says, and what to do; in each language.
    source, articles
        What it is from: the words of each language, and the numbers of its articles.
    text
        Whether its text was ``"read"``, is only ``"known"``, or is the atlas's ``"own"``.
    severity
        ``"must"`` or ``"should"``.
    profiles, formats
        Which profiles and which kinds of output it binds.
    """

    id: str
    title: Mapping[str, str]
    rule: Mapping[str, str]
    do: Mapping[str, str]
    source: Mapping[str, str]
    text: Literal["read", "known", "own"]
    severity: Severity
    profiles: tuple[str, ...]
    articles: tuple[int | str, ...] = ()
    formats: tuple[str, ...] = ALL_FORMATS

    def cited(self, lang: str) -> str:
        """Return its source with the article, and whether that was read.

        Examples
        --------
        >>> rules()["classified_proof"].cited("en").partition(", ")[2]
        'article 13, 16 (text read)'
        """
        said = self.source[lang]
        if self.articles:
            articles = listed([str(each) for each in self.articles], lang)
            said = say("review.articles", lang, source=said, articles=articles)
        return say(f"review.text.{self.text}", lang, source=said)


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A word that must not stand on a map.

    Parameters
    ----------
    kind
        In ``"name"`` of a feature, as a ``"field"``, in a ``"note"``, or what a ``"layer"`` or one
        of its features is.
    word
        The word.
    verdict
        ``"fail"``, or ``"look"`` where it depends.
    why
        What it tells of, in each language.
    """

    kind: str
    word: str
    verdict: Literal["fail", "look"]
    why: Mapping[str, str]


@cache
def rules() -> dict[str, Rule]:
    """Return every rule by its id.

    Examples
    --------
    >>> rules()["title"].title["en"]
    'Title'
    """
    content = yaml_of(FOLDER / "rules.yaml")
    sources = content["sources"]
    return {key: _rule(key, entry, sources) for key, entry in content["rules"].items()}


def _rule(key: str, entry: dict[str, Any], sources: Mapping[str, Mapping[str, str]]) -> Rule:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()
    }
    return Rule(key, **(values | {"source": sources[entry["source"]]}))


@cache
def china() -> dict[str, Any]:
    """Return where a map of all China reaches, in degrees; see ``china.yaml``."""
    content: dict[str, Any] = yaml_of(FOLDER / "china.yaml")
    return content


def profile_named(name: str) -> str:
    """Return a profile by its name in Chinese or English.

    Raises
    ------
    InputError
        If there is none of that name.

    Examples
    --------
    >>> profile_named("公开"), profile_named("draft")
    ('public', 'draft')
    """
    known = {word: key for key in PROFILES for word in (key, *both(f"profile.{key}"))}
    if name not in known:
        require_one_of(name, PROFILES, "profile", function="check")
    return known[name]


def sensitive(own: str | os.PathLike[str] | None = None) -> tuple[Sensitive, ...]:
    """Return the words that must not stand on a map, those of a planner's own list last.

    Parameters
    ----------
    own
        File with a word a line; what the environment variable ``XIANGJIANG_SENSITIVE`` names where
        it is None.

    Raises
    ------
    InputError
        If it is not there, or is no text in UTF-8.
    """
    named = own or os.environ.get(VARIABLE)
    try:
        lines = Path(named).read_text("utf-8-sig").splitlines() if named else []
    except (OSError, ValueError) as error:
        raise InputError(
            f"check: the list of words {str(named)!r} cannot be read ({error}); name a file in "
            "UTF-8 with a word a line",
            code="file.unreadable",
            name=Path(str(named)).name,
        ) from error
    why = {lang: say("review.own_list", lang) for lang in ("zh", "en")}
    words = dict.fromkeys(line.strip() for line in lines)
    return (*_common(), *(Sensitive("name", word, "fail", why) for word in words if word))


@cache
def _common() -> tuple[Sensitive, ...]:
    return tuple(
        Sensitive(row["kind"], row["word"], row["verdict"], {"zh": row["zh"], "en": row["en"]})
        for row in table_of(FOLDER / "sensitive.csv").to_dict("records")
    )
