"""What parses strangers' files in a thread, where a change is and the lines that run are seen."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from typing import TYPE_CHECKING

from geo.exchange import sealed, worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.exchange.errand import Errand


class Reader(sealed.Reader):
    """Gives each errand a thread in place of a process, which would load the code as it is."""

    def _beginnings(self, errand: Errand) -> Iterator[bool]:
        source, out = os.pipe()
        into, target = os.pipe()
        ours, theirs = socket.socketpair()
        theirs.close()
        errand.take(out, into, ours)
        errand._until = time.monotonic() + errand.seconds
        threading.Thread(target=_answered, args=(source, target)).start()
        yield True

    def _lay_by(self) -> None:
        """Nobody waits for the next file."""


def _answered(source: int, target: int) -> None:
    # Who asked may have gone.
    with contextlib.suppress(OSError), open(source, "rb") as data, open(target, "wb") as out:
        worker._answer(data, out)


sealed._reader = Reader()
