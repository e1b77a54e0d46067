"""Work on one thing after the other, shared with a process beside this one."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from multiprocessing.connection import Connection
    from multiprocessing.sharedctypes import Synchronized

Made = TypeVar("Made")
# What a fork has made ahead waits in its pipe: as much as any user may ask of Linux.
AHEAD_BYTES = 2**20


def in_turn(make: Callable[[int], Made], number: int) -> Generator[Made, None, None]:
    """Yield what is made of 0, 1 and so on, some of it by a fork where there is a core for one.

    Whoever is free takes the next, and is then ahead of what has been yielded.

    A process with other threads is not forked, as a fork of it may wait for ever for what one of
    them holds: on a server each atlas is drawn by its own thread alone.

    Parameters
    ----------
    make
        Makes one, which can be pickled if it is made by a fork.
    number
        How many there are.

    Examples
    --------
    >>> list(in_turn(lambda at: at**2, 5))
    [0, 1, 4, 9, 16]
    """
    if not _has_room():
        yield from map(make, range(number))
        return
    import fcntl  # noqa: PLC0415  where there is room it is there

    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    # Who has many pipes may have no larger one.
    with suppress(OSError):
        fcntl.fcntl(there.fileno(), fcntl.F_SETPIPE_SZ, AHEAD_BYTES)
    untaken = context.Value("i", 0)
    beside = context.Process(target=_send, args=(here, there, make, number, untaken), daemon=True)
    beside.start()
    there.close()
    waiting: dict[int, tuple[Made | None, Exception | None]] = {}
    try:
        for at in range(number):
            while at not in waiting:
                if not here.poll() and (own := _take(untaken)) < number:
                    waiting[own] = _tried(make, own)
                    continue
                try:
                    its, outcome = here.recv()
                except EOFError:
                    # The fork has been ended, and what it had taken is made here.
                    its, outcome = at, _tried(make, at)
                waiting[its] = outcome
            made, error = waiting.pop(at)
            if error is not None:
                raise error
            yield cast("Made", made)
    finally:
        # Whoever wants no more of it ends the fork too.
        here.close()
        beside.terminate()
        beside.join()


def _has_room() -> bool:
    cores = getattr(os, "sched_getaffinity", lambda _: ())(0)
    return len(cores) > 1 and threading.active_count() == 1


def _take(untaken: Synchronized[int]) -> int:
    """Return the next that nobody has taken."""
    with untaken.get_lock():
        untaken.value += 1
        return untaken.value - 1


def _tried(make: Callable[[int], Made], at: int) -> tuple[Made | None, Exception | None]:
    """Return what is made, or what is to be raised where it is waited for."""
    try:
        return make(at), None
    except Exception as error:  # noqa: BLE001 - whatever it is
        return None, error


def _send(
    here: Connection,
    there: Connection,
    make: Callable[[int], object],
    number: int,
    untaken: Synchronized[int],
) -> None:
    here.close()
    with suppress(BrokenPipeError, KeyboardInterrupt):
        while (at := _take(untaken)) < number:
            there.send((at, _tried(make, at)))
