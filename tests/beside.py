"""Work in processes of their own, begun while other tests wait for their browser."""

from __future__ import annotations

from concurrent.futures import Future
from functools import cache
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Made = TypeVar("Made")

# Before a command: it takes what nobody else needs of the processor.
NICE = ("nice", "-n", "19")
_TURN = Lock()


def beside(work: Callable[[], Made]) -> Callable[[], Future[Made]]:
    """Give a function that begins work at its first call, and returns what will come of it.

    One thing is done after the other, in threads that are gone once it is done: what forks a
    process must find none.
    """

    @cache
    def begun() -> Future[Made]:
        coming: Future[Made] = Future()

        def run() -> None:
            try:
                with _TURN:
                    coming.set_result(work())
            except Exception as error:  # noqa: BLE001 - who asks for the result is told
                coming.set_exception(error)

        Thread(target=run, daemon=True).start()
        return coming

    return begun
