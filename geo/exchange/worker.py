"""The process that parses what strangers send: forked for each file from one that is ready.

The ready process has imported everything and read no file of anyone. It waits for orders on its
standard input, which is a socket, and ends when that is closed. For each order it forks a child,
which seals itself (:mod:`geo.exchange.seal`) and only then reads the file from a pipe and writes
what it found to another (:mod:`geo.exchange.parcels`).
"""

from __future__ import annotations

import codecs
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import pyarrow as pa

from geo.errors import AtlasError, InputError
from geo.exchange import formats, frame_parcels, parcels, rasters, rehearsal, seal
from geo.work import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from io import BufferedReader, BufferedWriter

    from geo.exchange.parcels import Cells
    from geo.exchange.parsed import Parsed

    Task = Callable[[bytes, str, Mapping[str, Any]], Parsed | Cells]

# What the worker can be asked for. A parser gets the content of a file, its name and options, and
# must not import, open or start anything: all that is behind the seal.
TASKS: dict[str, Task] = {
    "features": formats.parse,
    "raster": rasters.parse,
}
# What is run once in the ready process, so that libraries load what they load late; each reads some
# small file of our own.
REHEARSALS: tuple[Callable[[], object], ...] = (rehearsal.rehearse,)
# Every driver that some task names; the others are taken out before the first file comes.
DRIVERS = frozenset(
    {
        *("GTiff", "GPKG", "ESRI Shapefile", "GeoJSON", "TopoJSON", "FlatGeobuf", "OpenFileGDB"),
        *("KML", "DXF", "GPX"),
    }
)
# Codecs that files of this region are written in; one that is first needed behind the seal could
# not be loaded.
_CODECS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"),
    *("utf-32-be", "ascii", "latin-1", "cp1252", "cp437", "gb18030", "gbk", "gb2312", "hz"),
    *("big5", "big5hkscs", "cp950", "shift_jis", "euc_jp", "euc_kr", "idna", "unicode_escape"),
)
_LONGEST_ORDER = 4096
_LONGEST_REQUEST = 16_000_000
_CONTROL = 0
_ONE_EPSG, _ANOTHER_EPSG = 4554, 4555
_PATIENCE_MS = 5_000
_LONGEST_WORDS = 500

_report: Callable[[float], None] | None = None


def report(done: float) -> None:
    """Tell how much of the work is done, 0 to 1; for parsers that take long."""
    if _report is not None:
        _report(done)


def main(modules: tuple[str, ...] = ()) -> NoReturn:
    """Wait for orders until there is nobody to give any.

    Parameters
    ----------
    modules
        Modules with more ``TASKS``.
    """
    control = socket.socket(fileno=_CONTROL)
    parent = os.getppid()
    seal.close_files({0, 1, 2})
    for module in modules:
        TASKS.update(importlib.import_module(module).TASKS)
    _prepare()
    control.send(b"ready")
    nursery = _Nursery()
    poll = nursery.poll
    poll.register(control, select.POLLIN)
    while os.getppid() == parent:
        for number, _ in poll.poll(_PATIENCE_MS):
            if number != control.fileno():
                nursery.reap(number)
                continue
            order, files, _, _ = socket.recv_fds(control, _LONGEST_ORDER, 3)
            if not order:
                os._exit(0)
            nursery.heed(json.loads(order), files)
    os._exit(0)


def _prepare() -> None:
    """Load everything that a parser may need, as nothing can be loaded behind the seal."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    for name in _CODECS:
        codecs.lookup(name)
    for module in ("_strptime", "shapely.wkt", "stringprep", "pandas.io.parsers", "geopandas.io"):
        importlib.import_module(module)
    for rehearse in REHEARSALS:
        rehearse()
    seal.warm_up(_ONE_EPSG)
    seal.keep_only_drivers(DRIVERS)
    gc.collect()
    gc.freeze()


class _Nursery:
    """The children that live, each under the number of a descriptor that tells when it ends.

    One that is forked to be held is told of only when it is released: it waits, sealed, for a file
    that is not there yet.
    """

    def __init__(self) -> None:
        self.poll = select.poll()
        self._children: dict[int, tuple[int, socket.socket]] = {}  # process, its status
        self._held: dict[int, int] = {}  # descriptors by the numbers that orders have

    def heed(self, order: Mapping[str, int], files: list[int]) -> None:
        """Fork a child, or release one that is held and lives."""
        if "release" in order:
            child = self._held.pop(order["release"], None)
            # One that ended and is not collected yet could be taken for one that the file ended.
            if child is not None and not select.select([child], [], [], 0)[0]:
                self._tell(child)
            return
        process, status = _fork(order, files)
        descriptor = os.pidfd_open(process)
        self._children[descriptor] = (process, status)
        self.poll.register(descriptor, select.POLLIN)
        if "hold" in order:
            self._held[order["hold"]] = descriptor
        else:
            self._tell(descriptor)

    def _tell(self, descriptor: int) -> None:
        _, status = self._children[descriptor]
        with contextlib.suppress(OSError):  # nobody waits for it any more
            socket.send_fds(status, [b"started"], [descriptor])

    def reap(self, descriptor: int) -> None:
        """Pass on how a child ended."""
        self.poll.unregister(descriptor)
        process, status = self._children.pop(descriptor)
        held = [number for number, each in self._held.items() if each == descriptor]
        for number in held:
            del self._held[number]
        _, code = os.waitpid(process, 0)
        with contextlib.suppress(OSError):  # nobody waits for it any more
            if not held:
                status.send(str(os.waitstatus_to_exitcode(code)).encode())
        status.close()
        os.close(descriptor)


def _fork(order: Mapping[str, int], files: list[int]) -> tuple[int, socket.socket]:
    source, target, status = files
    zygote = os.getpid()
    process = seal.fork()
    if process == 0:
        code = 1
        try:
            code = _child(order, source, target, zygote)
        finally:
            os._exit(code)
    os.close(source)
    os.close(target)
    return process, socket.socket(fileno=status)


def _child(order: Mapping[str, int], source: int, target: int, zygote: int) -> int:
    seal.die_with_parent()
    if os.getppid() != zygote:
        return 1
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with open(source, "rb") as data, open(target, "wb") as out:
        try:
            _seal_in(order, {source, target})
        except OSError as error:
            unsealed = InputError(f"the worker cannot be sealed ({error})", code="seal.missing")
            parcels.send_structure(out, parcels.REFUSAL, parcels.refusal(unsealed))
            return 0
        _answer(data, out)
    return 0


def _seal_in(order: Mapping[str, int], keep: set[int]) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    seal.die_first_when_memory_ends()
    seal.close_files(keep | {0, 1, 2})
    seal.warm_up(_ANOTHER_EPSG)
    seal.limit(order["memory"], order["seconds"])
    seal.apply()


class _LastWord:
    """Says what a parser failed with that is no refusal of ours: for whom it may concern."""

    def __init__(self, out: BufferedWriter) -> None:
        self._out = out

    def __enter__(self) -> None:
        """Nothing to do yet."""

    def __exit__(self, kind: type[BaseException] | None, error: object, _: object) -> bool:
        """Write the refusal, or what else was raised, and let nothing pass."""
        if isinstance(error, AtlasError):
            parcels.send_structure(self._out, parcels.REFUSAL, parcels.refusal(error))
        elif isinstance(error, MemoryError):
            parcels.send(self._out, parcels.NO_MEMORY)
        elif kind is not None:
            words = f"{kind.__name__}: {error}"[:_LONGEST_WORDS]
            parcels.send(self._out, parcels.CRASH, words.encode("utf-8", "replace"))
        self._out.flush()
        return True


def _answer(data: BufferedReader, out: BufferedWriter) -> None:
    global _report  # noqa: PLW0603  one file, one process
    _report = partial(_send_progress, out)
    with _LastWord(out):
        first, second = parcels.LENGTHS.unpack(data.read(parcels.LENGTHS.size))
        request = json.loads(data.read(min(first, _LONGEST_REQUEST)))
        with watched(cancelled=lambda: False, progress=lambda done, most: report(done / most)):
            # No name for the content: the parser lets go of it when it has what it needs.
            result = TASKS[request["task"]](data.read(second), request["name"], request["options"])
        if isinstance(result, parcels.Cells):
            parcels.send_cells(out, result)
        else:
            frame_parcels.send_parsed(out, result)


def _send_progress(out: BufferedWriter, done: float) -> None:
    parcels.send_structure(out, parcels.PROGRESS, {"done": done})
    out.flush()
