"""Work on one thing after the other, every second one in a process beside this one."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from multiprocessing.connection import Connection

Made = TypeVar("Made")


def in_turn(make: Callable[[int], Made], number: int) -> Generator[Made, None, None]:
    """Yield what is made of 0, 1 and so on, half of it by a fork where there is a core for one.

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
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    beside = context.Process(target=_send, args=(here, there, make, number), daemon=True)
    beside.start()
    there.close()
    try:
        for at in range(number):
            if at % 2 == 0:
                yield make(at)
                continue
            made, error = here.recv()
            if error is not None:
                raise error
            yield made
    finally:
        # Whoever wants no more of it ends the fork too.
        here.close()
        beside.terminate()
        beside.join()


def _has_room() -> bool:
    cores = getattr(os, "sched_getaffinity", lambda _: ())(0)
    return len(cores) > 1 and threading.active_count() == 1


def _send(here: Connection, there: Connection, make: Callable[[int], object], number: int) -> None:
    here.close()
    with suppress(BrokenPipeError, KeyboardInterrupt):
        for at in range(1, number, 2):
            try:
                there.send((make(at), None))
            except Exception as error:  # noqa: BLE001 - raised where it is waited for
                there.send((None, error))
                return
