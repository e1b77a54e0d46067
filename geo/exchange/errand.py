"""One file on its way through a sealed child: what goes in, what comes out, and until when."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import InputError
from geo.exchange import frame_parcels, parcels
from geo.work import checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import xarray as xr

    from geo.exchange.parsed import Parsed

_MB = 1_000_000
TICK_MS = 50
_CHUNK = 1 << 20
# What a file may cost, on top of what the ready process takes: a part for every file, and a part
# that grows with it. A small one stays under 1 GB and 5 s; an archive stands packed and unpacked
# beside shapes of ten bytes for one of its own, and a packed table is some times as large as read.
_MEMORY_BYTES, _MEMORY_PER_BYTE = 700 * _MB, 8
# Seconds are of the processor; on a machine with much to do they take some times as long.
_SECONDS, _SECONDS_PER_MB, _PATIENCE = 4.5, 0.4, 4
# Files up to this size have one limit of memory, so that a child can be sealed before they come.
SMALL_BYTES = _MB
# Parts of the work, as a visitor sees it go on: sending, parsing, and the rest receiving.
_SENT, _PARSED, _SMALLEST_STEP = 0.2, 0.7, 0.01
# The most that comes back: of cells, and of tables by a part for every file and one that grows.
_CELL_BYTES, _TABLE_BYTES, _TABLE_PER_BYTE = 1_100 * _MB, 200 * _MB, 4
_PIPE_BYTES = 1 << 20
SMALL_LIMITS = {
    "memory": _MEMORY_BYTES + _MEMORY_PER_BYTE * SMALL_BYTES,
    "seconds": int(_SECONDS + _SECONDS_PER_MB * SMALL_BYTES / _MB) + 1,
}
_F_SETPIPE_SZ = 1031
_MAX_STRUCTURE = 64 * _MB


def cancellation(function: str, name: str) -> InputError:
    """Return the error of a file that nobody wants any more."""
    return InputError(
        f"{function}: reading {name} was cancelled.", code="file.cancelled", name=name
    )


def _available() -> int:
    """Bytes that programs can still take before this machine has none left."""
    lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    sizes = dict(line.partition(":")[::2] for line in lines)
    return int(sizes["MemAvailable"].split()[0]) * 1024


def _part(done: object) -> float:
    """Return a part of the work that a child told, 0 where it is none."""
    return min(max(done, 0.0), 1.0) if isinstance(done, float) else 0.0


class Errand:
    """What is done about one file, from the first byte that goes in to the last that comes out.

    Parameters
    ----------
    function
        Name that messages begin with.
    name, size
        Of the file; its size in bytes decides how long it may take, and how much memory.
    progress, cancelled
        As for `geo.exchange.sealed.run`.
    """

    def __init__(
        self,
        function: str,
        name: str,
        size: int,
        progress: Callable[[float], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._function, self._name, self._size = function, name, size
        self._progress, self._cancelled = progress, cancelled
        bytes_counted = max(size, SMALL_BYTES)
        self.memory_bytes = _MEMORY_BYTES + _MEMORY_PER_BYTE * bytes_counted
        if not self.is_small:  # what the machine has; it is not asked for what it always has to
            self.memory_bytes = min(self.memory_bytes, max(_available(), SMALL_LIMITS["memory"]))
        self.seconds = _SECONDS + _SECONDS_PER_MB * size / _MB
        self._table_bytes = _TABLE_BYTES + _TABLE_PER_BYTE * size
        self._out = self._in = self._child = -1
        self._status: socket.socket | None = None
        self._until = self._said = 0.0

    @property
    def is_small(self) -> bool:
        """Whether the limits of small files are those of this one."""
        return self._size <= SMALL_BYTES

    @property
    def limits(self) -> dict[str, int]:
        """What its child may take: bytes on top of what it has, and seconds of the processor."""
        return {"memory": self.memory_bytes, "seconds": int(self.seconds) + 1}

    def take(self, out: int, into: int, status: socket.socket) -> None:
        """Take over the near ends of both pipes and of the status."""
        self.close()
        self._out, self._in, self._status = out, into, status
        for pipe in (out, into):
            os.set_blocking(pipe, False)
            with contextlib.suppress(OSError):  # larger pipes are a favour of the system
                fcntl.fcntl(pipe, _F_SETPIPE_SZ, _PIPE_BYTES)

    def started(self) -> bool:
        """Wait until the child is there and can be ended; tell whether it ever was."""
        if self._status is None:
            return False
        self._until = time.monotonic() + _PATIENCE * self.seconds
        self._status.settimeout(_PATIENCE * self.seconds)
        try:
            _, files, _, _ = socket.recv_fds(self._status, 64, 1)
        except OSError:
            return False
        if not files:
            return False
        self._child = files[0]
        os.set_inheritable(self._child, False)  # noqa: FBT003
        return True

    def close(self) -> None:
        """End the child, if it still runs, and close everything."""
        if self._child >= 0:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._child, signal.SIGKILL)
        for number in (self._out, self._in, self._child):
            if number >= 0:
                os.close(number)
        self._out = self._in = self._child = -1
        if self._status is not None:
            self._status.close()

    def send(self, head: list[bytes], pieces: Iterator[memoryview]) -> None:
        """Write the request and the file; a child that stopped listening has its reasons."""
        sent = 0
        with contextlib.suppress(BrokenPipeError):
            for piece in chain(map(memoryview, head), pieces):
                self._write(piece)
                sent += len(piece)
                self._say(_SENT * sent / self._size)
        os.close(self._out)
        self._out = -1

    def _write(self, piece: memoryview) -> None:
        while piece:
            self._wait(self._out, select.POLLOUT)
            with contextlib.suppress(BlockingIOError):
                piece = piece[os.write(self._out, piece) :]

    def answer(self) -> Parsed | xr.DataArray:
        """Read what the child found.

        Raises
        ------
        AtlasError
            What it refused, or what became of it.
        """
        try:
            head = self._structure()
            if head.get("kind") == "cells":
                return self._array(head)
            columns, shapes = frame_parcels.Columns(), frame_parcels.ShapePieces()
            aside = frame_parcels.Columns()
            for pieces in (columns, shapes, aside):
                self._take_in(pieces)
            self._expect(parcels.END)
            return frame_parcels.received_parsed(head, columns, shapes, aside)
        except (parcels.BrokenParcelError, RecursionError) as error:
            raise self.crashed(str(error)) from error

    def _array(self, head: Mapping[str, Any]) -> xr.DataArray:
        values = parcels.empty_cells(head, _CELL_BYTES)
        view = values.reshape(-1).view(np.uint8).data
        at = 0
        while at < len(view):
            length = self._expect(parcels.CELLS)
            if length > len(view) - at:
                raise parcels.BrokenParcelError("more cells than announced")
            self._read(view[at : at + length])
            at += length
            self._say(_PARSED + (1 - _PARSED) * at / len(view))
        closing = self._structure()
        self._expect(parcels.END)
        return parcels.received_cells(head, values, closing)

    def _take_in(self, pieces: frame_parcels.Columns | frame_parcels.ShapePieces) -> None:
        """Take a table piece by piece, so that what was sent is never whole beside what it is."""
        left = self._table_bytes
        while length := self._expect(parcels.TABLE):
            left -= length
            if left < 0:
                raise parcels.BrokenParcelError("a table larger than agreed")
            content = bytearray(length)
            self._read(memoryview(content))
            pieces.add(content)
            self._say(1.0 - (1.0 - _PARSED) * left / self._table_bytes)

    def _structure(self) -> dict[str, Any]:
        return self._json(self._expect(parcels.STRUCTURE))

    def _json(self, length: int) -> dict[str, Any]:
        if length > _MAX_STRUCTURE:
            raise parcels.BrokenParcelError("a structure larger than agreed")
        content = bytearray(length)
        self._read(memoryview(content))
        try:
            structure = json.loads(content)
        except ValueError as error:
            raise parcels.BrokenParcelError("a structure that is no JSON") from error
        if not isinstance(structure, dict):
            raise parcels.BrokenParcelError("a structure without names")
        return structure

    def _expect(self, kind: bytes) -> int:
        """Return the length of the next message, which is of a kind, and heed those between."""
        while True:
            head = bytearray(parcels.HEAD.size)
            self._read(memoryview(head))
            received, length = parcels.HEAD.unpack(head)
            if received == kind:
                return int(length)
            if received == parcels.PROGRESS:
                done = self._json(length).get("done")
                self._say(_SENT + (_PARSED - _SENT) * _part(done))
            elif received == parcels.REFUSAL:
                raise parcels.refused(self._json(length), self._function)
            elif received == parcels.NO_MEMORY:
                raise self._too_large()
            elif received == parcels.CRASH:
                words = bytearray(min(length, _CHUNK))
                self._read(memoryview(words))
                raise self.crashed(words.decode("utf-8", "replace"))
            else:
                raise parcels.BrokenParcelError("a message of another kind")

    def _read(self, into: memoryview) -> None:
        while into:
            self._wait(self._in, select.POLLIN)
            try:
                count = os.readv(self._in, [into])
            except BlockingIOError:
                continue
            if count == 0:
                raise self._ended()
            into = into[count:]

    def _wait(self, number: int, event: int) -> None:
        """Wait until a pipe can go on, time is up, or nobody wants the answer any more."""
        poll = select.poll()
        poll.register(number, event)
        while not poll.poll(TICK_MS):
            self._check()
        self._check()

    def _check(self) -> None:
        checkpoint()
        if self._cancelled is not None and self._cancelled():
            raise cancellation(self._function, self._name)
        if time.monotonic() > self._until:
            raise self._too_slow()

    def _say(self, done: float) -> None:
        """Tell how far the work is, which only goes on, in steps that can be seen."""
        if self._progress is not None and done >= self._said + _SMALLEST_STEP:
            self._said = min(done, 1.0)
            self._progress(self._said)

    def _ended(self) -> InputError:
        """Tell why the child ended before it had answered."""
        code = 0
        if self._status is not None:
            self._status.settimeout(TICK_MS / 1000 * 20)
            with contextlib.suppress(OSError, ValueError):
                code = int(self._status.recv(64))
        if code == -signal.SIGXCPU:
            return self._too_slow()
        if code == -signal.SIGKILL:  # the kernel's, when there was no memory left
            return self._too_large()
        return self.crashed(f"its reader ended with {code}")

    def _too_slow(self) -> InputError:
        return InputError(
            f"{self._function}: reading {self._name} took more than {self.seconds:.0f} s. Take "
            "fewer or simpler features, or a part of the raster.",
            code="file.too_slow",
            name=self._name,
            seconds=round(self.seconds),
        )

    def _too_large(self) -> InputError:
        return InputError(
            f"{self._function}: reading {self._name} takes more memory than "
            f"{self.memory_bytes / _MB:,.0f} MB. Take a part of it.",
            code="file.too_large",
            name=self._name,
            mb=round(self.memory_bytes / _MB),
        )

    def crashed(self, reason: str) -> InputError:
        """Tell that the parser failed in a way that is no refusal of its own."""
        return InputError(
            f"{self._function}: {self._name} cannot be read, its content is damaged ({reason}). "
            "Open it in a GIS and export it again.",
            code="file.crashed",
            name=self._name,
        )
