"""Work that can be refused before it is begun, watched while it runs, and stopped on the way.

A method that may take long says what it will cost before it begins (`require_affordable`), and
comes by `checkpoint` every half second or sooner. Who waits for the answer puts a watch around the
call (`watched`): it hears how far the work is, and ends it.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar

from geo.errors import AtlasError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Cancelled(AtlasError, RuntimeError):  # noqa: N818  nobody has made an error
    """The work was ended on the way by the one who had asked for it."""


class Watch(NamedTuple):
    """Who waits for work.

    Parameters
    ----------
    cancelled
        Says whether the answer is no longer wanted.
    progress
        Takes how much is done and how much there is to do.
    """

    cancelled: Callable[[], bool]
    progress: Callable[[float, float], None] | None


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watched(
    *,
    cancelled: Callable[[], bool],
    progress: Callable[[float, float], None] | None = None,
) -> Iterator[None]:
    """Watch the work done inside; of watches inside each other the inner one counts.

    Parameters
    ----------
    cancelled
        Called at every checkpoint; once it returns True, the work ends with `Cancelled`.
    progress
        Called with (done, total) at every checkpoint that knows its total.

    Raises
    ------
    Cancelled
        The work inside was ended.

    Examples
    --------
    >>> steps = []
    >>> with watched(cancelled=lambda: len(steps) == 2, progress=lambda *at: steps.append(at)):
    ...     for step in range(9):
    ...         checkpoint(step, 9)
    Traceback (most recent call last):
    ...
    geo.work.Cancelled: the work was ended on the way
    >>> steps
    [(0, 9), (1, 9)]
    """
    token = _watch.set(Watch(cancelled, progress))
    try:
        yield
    finally:
        _watch.reset(token)


def checkpoint(done: float = 0, total: float = 0) -> None:
    """Come by the watch, if there is one: tell it how far the work is, and end if it says so.

    Parameters
    ----------
    done, total
        How much is done and how much there is, in any unit; nothing is told where total is 0.

    Raises
    ------
    Cancelled
        The answer is no longer wanted.
    """
    watch = _watch.get()
    if watch is None:
        return
    if watch.cancelled():
        raise Cancelled("the work was ended on the way", code="cost.cancelled")
    if watch.progress is not None and total:
        watch.progress(done, total)


def slices(size: int, at_once: int) -> Iterator[slice]:
    """Cut things into slices of so many, of one at least, and come by the watch before each.

    Parameters
    ----------
    size
        How many things there are.
    at_once
        How many are done between two checkpoints.

    Examples
    --------
    >>> list(slices(3, 2)), list(slices(1, 0))
    ([slice(0, 2, None), slice(2, 3, None)], [slice(0, 1, None)])
    """
    step = max(at_once, 1)
    for first in range(0, size, step):
        checkpoint(first, size)
        yield slice(first, min(first + step, size))


def inherited(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Take the watch along to other threads, which know of none by themselves.

    Parameters
    ----------
    function
        What the threads are to call.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with watched(cancelled=lambda: True), ThreadPoolExecutor(1) as pool:
    ...     pool.submit(inherited(checkpoint)).result()
    Traceback (most recent call last):
    ...
    geo.work.Cancelled: the work was ended on the way
    """
    context = copy_context()

    def within(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        # One context cannot be entered by two threads at once; each call gets its own copy.
        return context.copy().run(function, *args, **kwargs)

    return within


def require_affordable(
    amount: float,
    limit: float,
    *,
    function: str,
    what: str,
    choose: str,
    code: str = "cost.too_much",
    **values: object,
) -> None:
    """Refuse work that costs more than its limit, before it is begun.

    Parameters
    ----------
    amount
        What the work would cost, in units of ``what``: steps of a loop, or numbers to hold.
    limit
        What it may cost.
    function
        Name that the message begins with: the function that was called.
    what
        What is counted, in the plural.
    choose
        What to choose instead.
    code
        Of the sentence for a reader of the page, which gets ``amount``, ``limit`` and the values.
    **values
        What else that sentence is filled in with.

    Raises
    ------
    InputError
        The amount is above the limit, or not a number.

    Examples
    --------
    >>> require_affordable(2e9, 1e6, function="f", what="pairs", choose="a shorter distance_m")
    Traceback (most recent call last):
    ...
    geo.errors.InputError: f: 2,000,000,000 pairs are more than the 1,000,000 allowed. Take a \
shorter distance_m.
    """
    if amount <= limit:
        return
    whole = round(amount) if amount < float("inf") else amount
    raise InputError(
        f"{function}: {whole:,} {what} are more than the {round(limit):,} allowed. Take {choose}.",
        code=code,
        **{"amount": whole, "limit": round(limit), **values},
    )
