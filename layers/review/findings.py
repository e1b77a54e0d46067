"""What a rule finds: it passes, fails, a person must look, or it cannot be judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from layers.review.subject import Subject

Verdict: TypeAlias = Literal["pass", "fail", "look", "unknown"]
# The gravest first.
VERDICTS: tuple[Verdict, ...] = ("fail", "look", "unknown", "pass")


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule finds in an output.

    Parameters
    ----------
    verdict
        Whether it passes.
    why
        Key of the words that say what was seen; empty where the rule says enough.
    values
        What they are filled in with; texts in two languages are chosen from.
    """

    verdict: Verdict
    why: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


PASS = Found("pass")
FAIL = Found("fail")
RULES: dict[str, Callable[[Subject], Found]] = {}


def rule(function: Callable[[Subject], Found]) -> Callable[[Subject], Found]:
    """Register the function of the rule of that name."""
    RULES[function.__name__] = function
    return function


def passes(condition: object, why: str = "", **values: object) -> Found:
    """Return that a rule passes, or fails for a reason."""
    return PASS if condition else fails(why, **values)


def fails(why: str, **values: object) -> Found:
    """Return that a rule fails for a reason."""
    return Found("fail", why, values)


def look(why: str, **values: object) -> Found:
    """Return that a person must look at something."""
    return Found("look", why, values)
