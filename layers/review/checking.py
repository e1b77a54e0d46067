"""A compliance check of an output: every rule that binds it, with what it finds."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.arguments import require_one_of, require_type
from geo.doors import door
from geo.errors import AtlasError, InputError
from geo.numerals import LANGUAGES, listed
from geo.units import labelled
from geo.wording import sentence
from layers.look.sheet import PUBLIC
from layers.record import provenance
from layers.record.specification import SUFFIXES, MapSpec, read_spec
from layers.review import contents, marks, papers
from layers.review.findings import RULES, VERDICTS, Found
from layers.review.rulebook import profile_named, rules, sensitive
from layers.review.subject import Subject
from layers.words import paragraph, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.review.findings import Verdict
    from layers.review.rulebook import Rule

COLUMNS = ("id", "rule", "verdict", "severity", "why", "do", "source")
__all__ = ["Finding", "check", "contents", "findings", "marks", "papers", "passed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule finds in an output.

    Parameters
    ----------
    rule
        The rule.
    found
        What it finds.
    refusal
        Why it cannot be judged, where that is so.
    """

    rule: Rule
    found: Found
    refusal: AtlasError | None = None

    @property
    def verdict(self) -> Verdict:
        """Whether it passes."""
        return self.found.verdict

    @property
    def stops(self) -> bool:
        """Whether it keeps a map from the public."""
        return self.verdict in ("fail", "unknown") and self.rule.severity == "must"

    def why(self, lang: str) -> str:
        """Return what was seen, and what the rule says."""
        if self.refusal is not None:
            return self.refusal.sentence(lang)
        seen = say(self.found.why, lang, **_in(self.found.values, lang)) if self.found.why else ""
        said = say("review.sentence", lang, text=self.rule.rule[lang].removesuffix("."))
        return paragraph(filter(None, (seen, said)), lang)

    def do(self, lang: str) -> str:
        """Return what to do; nothing where it passes."""
        if self.verdict == "pass":
            return ""
        if self.verdict == "unknown":
            return say("review.do_unknown", lang)
        return say("review.sentence", lang, text=self.rule.do[lang].removesuffix("."))

    def row(self, lang: str) -> dict[str, str]:
        """Return it as a row of :func:`check`."""
        about = self.rule
        values = (about.id, about.title[lang], self.verdict, about.severity)
        return dict(
            zip(COLUMNS, (*values, self.why(lang), self.do(lang), about.cited(lang)), strict=True)
        )


class NotForThePublicError(InputError):
    """A map for the public fails rules that it must not.

    Parameters
    ----------
    failing
        What they found.
    """

    def __init__(self, failing: Sequence[Finding]) -> None:
        self.failing = tuple(failing)
        super().__init__(
            f"output: the map is for the public and fails {', '.join(_ids(failing))}; mend that, "
            "or make it internal or a draft",
            code="review.refused",
        )

    def sentence(self, lang: str) -> str:
        """Return which rules, and what can be done."""
        names = listed([each.rule.title[lang] for each in self.failing], lang)
        return sentence("review.refused", lang, {"names": names})


@door
def check(
    source: str | os.PathLike[str] | MapSpec | Subject,
    *,
    profile: str | None = None,
    sensitive_file: str | os.PathLike[str] | None = None,
    lang: str = "zh",
) -> pd.DataFrame:
    """Return what a reviewer of maps would find in an output, rule by rule.

    Parameters
    ----------
    source
        A file that the atlas has made (PNG, PDF, SVG, HTML, PPTX or GPKG), or a specification, or
        the path of one, which is checked as the print that it makes.
    profile
        Whom it is for: ``"public"``, ``"internal"`` or ``"draft"``; as it says itself where it is
        None.
    sensitive_file
        A planner's own list of what must not be named, a word a line; by default that of the
        environment variable ``XIANGJIANG_SENSITIVE``.
    lang
        Language of the sentences, ``"zh"`` or ``"en"``.

    Returns
    -------
    pandas.DataFrame
        ``id`` and ``rule`` (its title), ``verdict`` (``"pass"``, ``"fail"``, ``"look"`` where a
        person must, ``"unknown"`` where the file does not say enough), ``severity`` (a ``"must"``
        that fails keeps a map from the public), ``why``, ``do`` and ``source``; the gravest first.

    Raises
    ------
    InputError
        If there is no such file or profile, or it is neither an output nor a specification.

    Examples
    --------
    >>> from layers.record.specification import read_spec
    >>> found = check(read_spec("overview", review_number="internal"), lang="en")
    >>> sorted(set(found["verdict"]))
    ['pass']
    """
    require_one_of(lang, LANGUAGES, "language", function="check")
    if profile is not None:
        profile = profile_named(profile)
    subject = subject_of(source, profile or "", sensitive_file)
    rows = [each.row(lang) for each in findings(subject)]
    return labelled(pd.DataFrame(rows, columns=COLUMNS))


def findings(subject: Subject) -> list[Finding]:
    """Return what each rule that binds an output finds in it, the gravest first."""
    found = [
        _found(each, subject)
        for each in rules().values()
        if subject.profile in each.profiles and subject.format in each.formats
    ]
    return sorted(found, key=lambda each: (VERDICTS.index(each.verdict), each.rule.severity))


def passed(spec: MapSpec, suffix: str, data: bytes, record: dict[str, Any]) -> dict[str, Any]:
    """Return what a file says of its check: whom it is for, who let it pass, and what failed.

    Parameters
    ----------
    spec, suffix, data, record
        What the file was made from, its kind, its contents and what it will say of its making.

    Raises
    ------
    InputError
        If it is for the public and fails a rule that it must not, or nobody has let it pass.
    """
    subject = Subject(sensitive(), spec, suffix, data, record)
    found = findings(subject)
    if subject.profile == PUBLIC:
        failing = [each for each in found if each.stops]
        if failing:
            raise NotForThePublicError(failing)
        if spec.review is None or not spec.review.passed_by.strip():
            raise InputError(
                "output: the map is for the public; state in review.passed_by who releases it",
                code="review.unsigned",
            )
    by = spec.review.passed_by if spec.review else ""
    return {
        "profile": subject.profile,
        "passed_by": by,
        "content": spec.mark(),
        "failed": _ids(each for each in found if each.verdict == "fail"),
        "look": _ids(each for each in found if each.verdict == "look"),
    }


def _ids(found: Any) -> list[str]:  # noqa: ANN401
    return [each.rule.id for each in found]


def _found(about: Rule, subject: Subject) -> Finding:
    try:
        return Finding(about, RULES[about.id](subject))
    except AtlasError as refusal:  # no record, or its map cannot be asked for any more
        return Finding(about, Found("unknown"), refusal)


def subject_of(
    source: str | os.PathLike[str] | MapSpec | Subject,
    profile: str,
    own: str | os.PathLike[str] | None,
) -> Subject:
    """Return what is to be checked, see :func:`check`."""
    if isinstance(source, Subject):
        return source
    words = sensitive(own)
    if isinstance(source, MapSpec):
        return Subject(words, source, profile=profile)
    require_type(source, (str, os.PathLike), "source", "the path of a file", function="check")
    path = Path(source)
    suffix = path.suffix.lower()
    if not suffix or suffix in SUFFIXES:
        return Subject(words, read_spec(str(source)), profile=profile)
    data = provenance.contents(path)
    record = provenance.record_in(data, suffix, path.name)
    spec = None if record is None else read_spec(record["spec"], folder=path.parent)
    return Subject(words, spec, suffix, data, record, profile)


def _in(values: Any, lang: str) -> dict[str, object]:  # noqa: ANN401
    """Return values in one language, lists as one text."""

    def said(value: object) -> object:
        if isinstance(value, dict):
            return value[lang]
        if isinstance(value, list):
            return listed([str(said(each)) for each in value], lang)
        return value

    return {key: said(value) for key, value in values.items()}
