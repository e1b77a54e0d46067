"""Reading a stranger's file in a sealed process, seen from the process that wants to know.

`run` hands bytes to a worker (:mod:`geo.exchange.worker`) and gives back a frame or an array, or
raises one of the project's own errors: whatever a file does to its parser, it does it to a process
that has nothing but that file and is gone a moment later. One process is kept ready, from which
the workers are forked; it starts with the first file, or with `warm`, and ends with its parent.
A small file need not wait until its worker is sealed: one waits for the next of them.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import socket
import sys
import threading
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from geo.errors import InputError
from geo.exchange import parcels
from geo.exchange.errand import SMALL_LIMITS, TICK_MS, Errand, cancellation
from geo.exchange.sources import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import xarray as xr

    from geo.exchange.parsed import Parsed
    from geo.exchange.sources import Content

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
    # What is large goes back to the system as soon as it is not needed any more.
    "MALLOC_MMAP_THRESHOLD_": str(1 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(16 << 20),
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


def run(
    task: str,
    data: Content | os.PathLike[str],
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


class _Ends(NamedTuple):
    """Our ends of the pipes to a child and from it, and of its status."""

    out: int
    into: int
    status: socket.socket


class _Spare(NamedTuple):
    """A sealed child that waits for a small file, and whose it is."""

    number: int
    ends: _Ends
    zygote: _Zygote

    def close(self) -> None:
        """Let go of it; a child that nobody can send a file ends."""
        os.close(self.ends.out)
        os.close(self.ends.into)
        self.ends.status.close()


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
    _spare: _Spare | None = None
    _numbers: Iterator[int] = field(default_factory=count)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _slots: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_SLOTS))

    def warm(self) -> None:
        """Start the ready process and a child that waits, unless they are there."""
        with self._lock:
            self._started()
        self._lay_by()

    def run(
        self,
        task: str,
        data: Content | os.PathLike[str],
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
        with opened(data, name, function) as (size, pieces), self._slot(function, name, cancelled):
            errand = Errand(function, name, size, progress, cancelled)
            with contextlib.closing(errand):
                # The ready process may end at any time, and with it an order that it just took.
                if not any(self._beginnings(errand)):
                    raise _unsealed("no process was started")
                errand.send([parcels.LENGTHS.pack(len(order), size), order], pieces)
                try:
                    return errand.answer()
                finally:
                    self._lay_by()

    def close(self) -> None:
        """End the ready process."""
        with self._lock:
            self._forget()

    @contextlib.contextmanager
    def _slot(
        self, function: str, name: str, cancelled: Callable[[], bool] | None
    ) -> Iterator[None]:
        """Wait until fewer files are being read than there may be at a time."""
        while not self._slots.acquire(timeout=TICK_MS / 1000):
            if cancelled is not None and cancelled():
                raise cancellation(function, name)
        try:
            yield
        finally:
            self._slots.release()

    def _beginnings(self, errand: Errand) -> Iterator[bool]:
        """Give the errand a child, one after the other, and tell of each whether it lives."""
        spare = self._taken() if errand.is_small else None
        if spare is not None:
            errand.take(*spare.ends)
            yield errand.started()
        for _ in range(2):
            with _pipes() as (ends, files):
                errand.take(*ends)
                with self._lock:
                    self._order(errand.limits, files)
            yield errand.started()

    def _lay_by(self) -> None:
        """Have a child sealed that waits for the next small file, unless there is one."""
        with self._lock:
            if self._spare is not None or self._zygote is None:
                return
            number, zygote = next(self._numbers), self._zygote
            with _pipes() as (ends, files):
                self._spare = _Spare(number, ends, zygote)
                order = SMALL_LIMITS | {"hold": number}
                with contextlib.suppress(OSError):  # it ended; who takes the child will see
                    socket.send_fds(zygote.control, [json.dumps(order).encode()], files)

    def _taken(self) -> _Spare | None:
        """Take the child that waits, and have it told that there is a file."""
        with self._lock:
            zygote = self._started()
            spare, self._spare = self._spare, None
            if spare is None:
                return None
            try:
                zygote.control.send(json.dumps({"release": spare.number}).encode())
            except OSError:
                spare.close()
                return None
            return spare

    def forked(self) -> None:
        """Begin anew in a process that was forked from the one whose reader this was."""
        self._lock, self._slots = threading.Lock(), threading.Semaphore(_SLOTS)
        self._forget()

    def _order(self, limits: Mapping[str, int], files: list[int]) -> None:
        """Order a child from the ready process, from a new one if it is gone."""
        order = json.dumps(limits).encode()
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
        spare, self._spare = self._spare, None
        if spare is not None:
            spare.close()
        if zygote is None:
            return
        zygote.control.close()
        if zygote.owner == os.getpid():
            with contextlib.suppress(OSError):
                os.kill(zygote.process, signal.SIGKILL)
                os.waitpid(zygote.process, 0)


@contextlib.contextmanager
def _pipes() -> Iterator[tuple[_Ends, list[int]]]:
    """Open the pipes of a child; its own ends are closed once they were sent."""
    child_in, out = os.pipe()
    into, child_out = os.pipe()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        yield _Ends(out, into, ours), [child_in, child_out, theirs.fileno()]
    finally:
        os.close(child_in)
        os.close(child_out)
        theirs.close()


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


_reader = Reader()
atexit.register(_reader.close)
os.register_at_fork(after_in_child=_reader.forked)
