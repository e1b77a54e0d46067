"""Answers that are kept, so that asking again costs nothing: one store for the whole process.

It is bounded in bytes, not in entries: the answers that were not asked for the longest make room.
Each question is worked out once, however many ask it at the same time. What is handed out is the
asker's own (:mod:`layers.plan.copies`).
"""

from __future__ import annotations

import inspect
from collections import OrderedDict
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from threading import Event, RLock
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar, cast

from geo.crs import reckoned_in
from geo.work import checkpoint
from layers.plan.area import map_crs, state
from layers.plan.copies import bytes_of, copied, is_shareable, sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

BUDGET_BYTES = 512 * 2**20
# An answer that would push out most others is not kept.
LARGEST_SHARE = 0.5
# What visitors bring is named so (:mod:`layers.keeping.brought`).
OWN = "own-"
ENTRY_BYTES = 500
# Who waits for the work of another asker comes by the watch so often.
STEP_S = 0.2

_Key = tuple[str, "Hashable"]


class Kept(NamedTuple):
    """A sealed answer and what it takes.

    Parameters
    ----------
    answer
        The sealed answer.
    shareable
        Whether it can be handed out as it is.
    size
        Bytes.
    about
        Names of visitors' things that it is about.
    """

    answer: Any
    shareable: bool
    size: int
    about: frozenset[str]


@dataclass(slots=True, eq=False)
class _Work:
    """A question that is being worked out: who else asks it waits."""

    about: frozenset[str]
    ended: Event
    forgotten: bool = False


class Answers:
    """A bounded store of answers.

    Parameters
    ----------
    budget
        Bytes that all answers together may take.

    Examples
    --------
    >>> answers = Answers(budget=2**20)
    >>> answers.ask("double", (21,), lambda: 2 * 21)
    42
    >>> answers.ask("double", (21,), lambda: 0)
    42
    """

    def __init__(self, *, budget: int = BUDGET_BYTES) -> None:
        self.budget = budget
        self._kept: OrderedDict[_Key, Kept] = OrderedDict()
        self._work: dict[_Key, _Work] = {}
        self._size = 0
        self._lock = RLock()

    @property
    def size(self) -> int:
        """Bytes that the kept answers take."""
        return self._size

    def __len__(self) -> int:
        return len(self._kept)

    def ask(self, name: str, question: Hashable, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - any answer
        """Return the kept answer, or work it out; one asker works while the others wait.

        Parameters
        ----------
        name
            Which function is asked.
        question
            What it is asked.
        work
            Works the answer out.
        """
        key = (name, question)
        while True:
            with self._lock:
                kept = self._kept.get(key)
                running = self._work.get(key)
                if kept is not None:
                    self._kept.move_to_end(key)
                elif running is None:
                    own = self._work[key] = _Work(frozenset(_own(question)), Event())
            if kept is not None:
                return kept.answer if kept.shareable else copied(kept.answer)
            if running is None:
                return self._worked_out(key, own, work)
            # Whoever works may fail or be stopped; then the next one works.
            while not running.ended.wait(STEP_S):
                checkpoint()

    def _worked_out(self, key: _Key, own: _Work, work: Callable[[], Any]) -> Any:  # noqa: ANN401
        try:
            answer = sealed(work())
            shareable, size = is_shareable(answer), bytes_of(answer) + ENTRY_BYTES
            with self._lock:
                if not own.forgotten and size <= self.budget * LARGEST_SHARE:
                    self._keep(key, Kept(answer, shareable, size, own.about))
        finally:
            with self._lock:
                del self._work[key]
            own.ended.set()
        return answer if shareable else copied(answer)

    def _keep(self, key: _Key, kept: Kept) -> None:
        self._kept[key] = kept
        self._size += kept.size
        while self._size > self.budget:
            _, oldest = self._kept.popitem(last=False)
            self._size -= oldest.size

    def forget(self, names: frozenset[str]) -> None:
        """Let go of every answer about these things of a visitor, also of those in the making."""
        with self._lock:
            for key in [key for key, kept in self._kept.items() if kept.about & names]:
                self._size -= self._kept.pop(key).size
            for work in self._work.values():
                work.forgotten = work.forgotten or bool(work.about & names)

    def clear(self, name: str | None = None) -> None:
        """Let go of all answers, or of those of one function."""
        with self._lock:
            for key in [key for key in self._kept if name in (None, key[0])]:
                self._size -= self._kept.pop(key).size


def _own(question: object) -> Iterator[str]:
    """Return the names of visitors' things that stand in a question, however deep."""
    if isinstance(question, str):
        if question.startswith(OWN):
            yield question
    elif isinstance(question, tuple | frozenset):
        for part in question:
            yield from _own(part)
    elif is_dataclass(question) and not isinstance(question, type):
        for item in fields(question):
            yield from _own(getattr(question, item.name))


ANSWERS = Answers()
# Every function whose answers are kept, by its name.
REGISTRY: dict[str, Callable[..., Any]] = {}


def kept_answer(function: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Keep the answers of a function of frozen questions, which reckons in the plan's CRS.

    Parameters
    ----------
    function
        Takes hashable arguments and gives the same answer for the same ones.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    signature = inspect.signature(function)

    @wraps(function)
    def asked(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        question = (state(), *bound.arguments.items())

        def work() -> Answer:
            with reckoned_in(map_crs()):
                return function(*args, **kwargs)

        return cast("Answer", ANSWERS.ask(name, question, work))

    REGISTRY[name] = asked
    return asked
