"""Reading a stranger's file in a sealed process, seen from the process that wants to know.

`run` hands bytes to a worker (:mod:`geo.exchange.worker`) and gives back a frame or an array, or
raises one of the project's own errors: whatever a file does to its parser, it does it to a process
that has nothing but that file and is gone a moment later. One process is kept ready, from which
the workers are forked; it starts with the first file, or with `warm`, and ends with its parent.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import InputError
from geo.exchange import parcels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import xarray as xr

    from geo.exchange.receipt import Parsed

_MB = 1_000_000
MAX_BYTES = 500 * _MB
_CODE = (
    "import sys; sys.path.insert(0, sys.argv[1]); import geo; del sys.path[0]; "
    "sys.path += filter(None, sys.argv[2:3]); from geo.exchange.worker import main; "
    "main(tuple(sys.argv[3:]))"
)
# What the worker may know of the environment: how programs and libraries are found, nothing that
# opens a door. The rest of its environment is these settings.
_INHERITED = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONHOME"),
    *("PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA"),
)
_SETTINGS = {
    # One thread, as none can be started behind the seal, and small caches.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "GDAL_NUM_THREADS": "1",
    "OGR_GPKG_NUM_THREADS": "1",
    "GDAL_CACHEMAX": "64",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    # Nothing beside the file itself is looked for.
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_GEOREF_SOURCES": "INTERNAL",
    "GDAL_DRIVER_PATH": "disable",
    "OGR_DRIVER_PATH": "disable",
    "GDAL_CONFIG_FILE": "",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",
    "VSI_CACHE": "FALSE",
    # No network, were there a way to it.
    "PROJ_NETWORK": "OFF",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "KML_RESOLVE_STYLE": "NO",
    "SQLITE_TMPDIR": "/nonexistent",
    "PYTHONDONTWRITEBYTECODE": "1",
}
_CPUS = os.cpu_count() or 1
_SLOTS = max(1, min(_CPUS, 4))
_START_S = 60.0
_TICK_MS = 50
_CHUNK = 1 << 20
# What a file may cost, on top of what the ready process takes: a part for every file, and a part
# that grows with it. A small one stays under 1 GB and 5 s.
_MEMORY_BYTES, _MEMORY_PER_BYTE, _MOST_MEMORY_BYTES = 700 * _MB, 3, 2_400 * _MB
_SECONDS, _SECONDS_PER_MB = 4.5, 0.4
# The most that comes back: of cells, and of tables by a part for every file and one that grows.
_CELL_BYTES, _TABLE_BYTES, _TABLE_PER_BYTE = 1_100 * _MB, 200 * _MB, 4
_PIPE_BYTES = 1 << 20
_F_SETPIPE_SZ = 1031
_MAX_STRUCTURE = 64 * _MB


def run(
    task: str,
    data: bytes | memoryview | os.PathLike[str],
    name: str,
    options: Mapping[str, Any] | None = None,
    *,
    function: str,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Parsed | xr.DataArray:
    """Parse a file in a sealed process.

    Parameters
    ----------
    task
        Name of a parser in :data:`geo.exchange.worker.TASKS`.
    data
        Content of the file, or where it is; a path is opened here, and only as a plain file.
    name
        What the file is called; for messages, and for its suffix.
    options
        Passed to the parser; whatever JSON can hold.
    function
        Name that messages begin with: the function that was called.
    progress
        Called with how much is done, 0 to 1.
    cancelled
        Asked some twenty times a second; once it is true the work ends.

    Returns
    -------
    What the parser makes of it.

    Raises
    ------
    InputError
        The file is refused by its parser, takes too long or too much memory, makes the parser
        crash, is larger than 500 MB, or cannot be opened; it was cancelled (code
        ``"file.cancelled"``); or this machine cannot seal a process.
    CRSError
        As its parser.

    Examples
    --------
    >>> run("raster", b"no raster", "people.tif", function="read_raster")
    Traceback (most recent call last):
    geo.errors.InputError: read_raster: people.tif is no GeoTIFF. Pass a GeoTIFF.
    """
    return reader().run(
        task, data, name, options, function=function, progress=progress, cancelled=cancelled
    )


def warm() -> None:
    """Start the ready process now, so that the first file need not wait for it.

    Raises
    ------
    InputError
        This machine cannot start or seal it.
    """
    reader().warm()


def reader() -> Reader:
    """Return the reader of this process."""
    return _reader


@dataclass(frozen=True, slots=True)
class _Zygote:
    """The ready process: its number, the socket that it takes orders from, and whose it is."""

    process: int
    control: socket.socket
    owner: int


@dataclass(slots=True)
class Reader:
    """Keeps one process ready and has files parsed by its children, some at a time.

    Parameters
    ----------
    modules
        Modules with more tasks.
    folder
        Where these modules are.
    """

    modules: tuple[str, ...] = ()
    folder: str = ""
    _zygote: _Zygote | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _slots: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_SLOTS))

    def warm(self) -> None:
        """Start the ready process, unless it is there."""
        with self._lock:
            self._started()

    def run(
        self,
        task: str,
        data: bytes | memoryview | os.PathLike[str],
        name: str,
        options: Mapping[str, Any] | None = None,
        *,
        function: str,
        progress: Callable[[float], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Parsed | xr.DataArray:
        """Parse a file; see `run` of this module."""
        request = {"task": task, "name": name, "options": dict(options or {})}
        order = json.dumps(request, ensure_ascii=False).encode("utf-8", "replace")
        with _source(data, name, function) as (size, pieces), self._slot(function, name, cancelled):
            work = _Work(function, name, size, progress, cancelled)
            with contextlib.closing(work):
                # The ready process may end at any time, and with it an order that it just took.
                if not self._begins(work) and not self._begins(work):
                    raise work.crashed("no process was started")
                work.send([parcels.LENGTHS.pack(len(order), size), order], pieces)
                return work.answer()

    def close(self) -> None:
        """End the ready process."""
        with self._lock:
            self._forget()

    @contextlib.contextmanager
    def _slot(
        self, function: str, name: str, cancelled: Callable[[], bool] | None
    ) -> Iterator[None]:
        """Wait until fewer files are being read than there may be at a time."""
        while not self._slots.acquire(timeout=_TICK_MS / 1000):
            if cancelled is not None and cancelled():
                raise _cancelled(function, name)
        try:
            yield
        finally:
            self._slots.release()

    def _begins(self, work: _Work) -> bool:
        """Have a child forked, give the work its ends of the pipes, and tell whether it lives."""
        child_in, parent_out = os.pipe()
        parent_in, child_out = os.pipe()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        work.take(parent_out, parent_in, ours)
        limits = {"memory": work.memory_bytes, "seconds": int(work.seconds) + 1}
        order = json.dumps(limits).encode()
        try:
            with self._lock:
                self._order(order, [child_in, child_out, theirs.fileno()])
        finally:
            os.close(child_in)
            os.close(child_out)
            theirs.close()
        return work.started()

    def forked(self) -> None:
        """Begin anew in a process that was forked from the one whose reader this was."""
        self._lock, self._slots = threading.Lock(), threading.Semaphore(_SLOTS)
        self._forget()

    def _order(self, order: bytes, files: list[int]) -> None:
        """Send an order to the ready process, to a new one if it is gone."""
        try:
            socket.send_fds(self._started().control, [order], files)
        except OSError:
            self._forget()
            socket.send_fds(self._started().control, [order], files)

    def _started(self) -> _Zygote:
        zygote = self._zygote
        if zygote is not None and zygote.owner == os.getpid() and _lives(zygote.process):
            return zygote
        self._forget()
        self._zygote = _spawned(self.modules, self.folder)
        return self._zygote

    def _forget(self) -> None:
        """Let go of the ready process; that of a parent before a fork goes on for the parent."""
        zygote, self._zygote = self._zygote, None
        if zygote is None:
            return
        zygote.control.close()
        if zygote.owner == os.getpid():
            with contextlib.suppress(OSError):
                os.kill(zygote.process, signal.SIGKILL)
                os.waitpid(zygote.process, 0)


def _lives(process: int) -> bool:
    try:
        return os.waitpid(process, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False


def _spawned(modules: tuple[str, ...], folder: str) -> _Zygote:
    """Start a ready process and wait until it is.

    It is no fork, as this process has threads, and no `multiprocessing`, which would run the
    script of whoever called once more.
    """
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        raise _unsealed(f"{sys.platform} has no seccomp")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    root = str(Path(__file__).resolve().parents[2])
    environment = {key: os.environ[key] for key in _INHERITED if key in os.environ} | _SETTINGS
    command = [sys.executable, "-P", "-W", "ignore", "-c", _CODE, root, folder, *modules]
    with theirs:
        process = os.posix_spawn(
            sys.executable,
            command,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, theirs.fileno(), 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            ],
            setsid=True,
        )
    ours.settimeout(_START_S)
    try:
        answer = ours.recv(64)
    except OSError:
        answer = b""
    if answer != b"ready":
        ours.close()
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        raise _unsealed("the reading process did not start")
    ours.settimeout(None)
    return _Zygote(process, ours, os.getpid())


def _unsealed(reason: str) -> InputError:
    return InputError(
        f"sealed.run: files of others are read in a sealed process only, and {reason}. Run this on "
        "Linux on x86_64 or aarch64.",
        code="seal.missing",
    )


@contextlib.contextmanager
def _source(
    data: bytes | memoryview | os.PathLike[str], name: str, function: str
) -> Iterator[tuple[int, Iterator[memoryview]]]:
    """Size and pieces of a file."""
    if isinstance(data, bytes | memoryview):
        view = memoryview(data).cast("B")
        _require_size(len(view), name, function)
        yield len(view), _pieces(view)
        return
    with contextlib.ExitStack() as stack:
        try:
            path = Path(data)
            if not path.is_file():
                raise FileNotFoundError(f"no such file: {os.fspath(data)!r}")
            file = stack.enter_context(path.open("rb", buffering=0))
        except (OSError, ValueError) as error:
            raise InputError(
                f"{function}: {name} cannot be opened ({error}). Pass the path of a file that you "
                "may read.",
                code="file.unreadable",
                name=name,
            ) from error
        size = os.fstat(file.fileno()).st_size
        _require_size(size, name, function)
        yield size, (memoryview(piece) for piece in iter(lambda: file.read(_CHUNK), b""))


def _cancelled(function: str, name: str) -> InputError:
    return InputError(
        f"{function}: reading {name} was cancelled.", code="file.cancelled", name=name
    )


def _require_size(size: int, name: str, function: str) -> None:
    if size == 0:
        raise InputError(
            f"{function}: {name} is empty. Export it again.", code="file.empty", name=name
        )
    if size > MAX_BYTES:
        raise InputError(
            f"{function}: {name} has {size / _MB:,.0f} MB, at most {MAX_BYTES // _MB} are allowed. "
            "Take a part of it.",
            code="file.too_big",
            name=name,
            mb=round(size / _MB),
            most=MAX_BYTES // _MB,
        )


def _pieces(view: memoryview) -> Iterator[memoryview]:
    for start in range(0, len(view), _CHUNK):
        yield view[start : start + _CHUNK]


class _Work:
    """One file on its way through a child: what goes in, what comes out, and until when."""

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
        self.memory_bytes = min(_MEMORY_BYTES + _MEMORY_PER_BYTE * size, _MOST_MEMORY_BYTES)
        self.seconds = _SECONDS + _SECONDS_PER_MB * size / _MB
        self._table_bytes = _TABLE_BYTES + _TABLE_PER_BYTE * size
        self._out = self._in = self._child = -1
        self._status: socket.socket | None = None
        self._until = 0.0

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
        self._until = time.monotonic() + self.seconds
        self._status.settimeout(self.seconds)
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
        with contextlib.suppress(BrokenPipeError):
            for piece in chain(map(memoryview, head), pieces):
                self._write(piece)
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
            features, aside = self._table(), self._table()
            self._expect(parcels.END)
            return parcels.received_parsed(head, features, aside)
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
            self._say(at / len(view))
        closing = self._structure()
        self._expect(parcels.END)
        return parcels.received_cells(head, values, closing)

    def _table(self) -> bytearray:
        table = bytearray()
        while length := self._expect(parcels.TABLE):
            if length > self._table_bytes - len(table):
                raise parcels.BrokenParcelError("a table larger than agreed")
            start = len(table)
            table.extend(bytes(length))
            self._read(memoryview(table)[start:])
        return table

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
            got, length = parcels.HEAD.unpack(head)
            if got == kind:
                return int(length)
            if got == parcels.PROGRESS:
                done = self._json(length).get("done")
                self._say(done if isinstance(done, float) else 0.0)
            elif got == parcels.REFUSAL:
                raise parcels.refused(self._json(length), self._function)
            elif got == parcels.NO_MEMORY:
                raise self._too_large()
            elif got == parcels.CRASH:
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
        while not poll.poll(_TICK_MS):
            self._check()
        self._check()

    def _check(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise _cancelled(self._function, self._name)
        if time.monotonic() > self._until:
            raise self._too_slow()

    def _say(self, done: float) -> None:
        if self._progress is not None:
            self._progress(min(max(done, 0.0), 1.0))

    def _ended(self) -> InputError:
        """Tell why the child ended before it had answered."""
        code = 0
        if self._status is not None:
            self._status.settimeout(_TICK_MS / 1000 * 20)
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


_reader = Reader()
atexit.register(_reader.close)
os.register_at_fork(after_in_child=_reader.forked)
