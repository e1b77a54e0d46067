"""What a parser could try behind the seal, for the tests; what came of it is told in a refusal."""

from __future__ import annotations

import base64
import contextlib
import ctypes
import json
import mmap
import os
import resource
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pyogrio
import rasterio
from pyogrio.errors import DataSourceError
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile

from geo.errors import InputError
from geo.exchange import seal

LIBC = ctypes.CDLL(None, use_errno=True)


def tell(outcome):
    raise InputError(json.dumps(outcome)[:2000], code="file.empty", name="x")


def outcome(attempt):
    try:
        attempt()
    except (OSError, RuntimeError, ValueError) as error:
        return type(error).__name__
    return "done"


def attempts(_data, _name, options):
    place = options["file"]
    tell(
        {
            "open": outcome(lambda: Path(place).read_bytes()),
            "write": outcome(lambda: Path(place).write_bytes(b"")),
            "create": outcome(lambda: Path(place + "2").write_bytes(b"")),
            "list": outcome(lambda: list(Path("/").iterdir())),
            "stat": outcome(lambda: Path(place).stat()),
            "link": outcome(lambda: os.link(place, place + "3")),
            "delete": outcome(lambda: Path(place).unlink()),
            "rename": outcome(lambda: Path(place).rename(place + "4")),
            "chmod": outcome(lambda: Path(place).chmod(0o600)),
            "chdir": outcome(lambda: os.chdir("/")),
            "own memory": outcome(lambda: Path("/proc/self/mem").read_bytes()),
            "socket": outcome(lambda: socket.socket(socket.AF_INET)),
            "local socket": outcome(lambda: socket.socket(socket.AF_UNIX)),
            "socket pair": outcome(socket.socketpair),
            "fork": outcome(os.fork),
            "thread": outcome(threading.Thread(target=int).start),
            "program": outcome(lambda: subprocess.run(["/bin/true"], check=True)),
            "exec": outcome(lambda: os.execv("/bin/true", ["true"])),  # noqa: S606  it has to fail
            "kill": outcome(lambda: os.kill(os.getppid(), 0)),
            "memory file": outcome(lambda: os.memfd_create("x")),
            "pipe": outcome(os.pipe),
            "duplicate": outcome(lambda: os.dup(1)),
            "executable": outcome(
                lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)
            ),
            "more memory": outcome(
                lambda: resource.setrlimit(resource.RLIMIT_DATA, (1 << 40, 1 << 40))
            ),
        }
    )


def calls(_data, _name, options):
    """Every system call by its number: what is not refused."""
    let = []
    for number in range(600):
        if number in options["skip"]:
            continue
        ctypes.set_errno(0)
        if LIBC.syscall(number, -1, -1, -1, -1, -1, -1) != -1 or ctypes.get_errno() not in {1, 38}:
            let.append(number)
    tell(let)


def surroundings(_data, _name, _options):
    files = []
    for number in range(3, 64):
        try:
            os.fstat(number)
        except OSError:
            continue
        files.append(number)
    tell({"environment": sorted(os.environ), "files": len(files)})


def any_driver(_data, _name, options):
    """Open with whatever driver there is, none named."""
    opened = {}
    for key, content in options["files"].items():
        file = base64.b64decode(content)
        opened[key] = []
        with (
            contextlib.suppress(RasterioError, ValueError),
            MemoryFile(file) as memory,
            memory.open() as source,
        ):
            opened[key].append(source.driver)
        with contextlib.suppress(DataSourceError, ValueError):
            opened[key].append(pyogrio.read_info(file)["driver"])
    tell({key: value for key, value in opened.items() if value})


def any_path(_data, _name, options):
    opened = []
    for path in options["paths"]:
        for library in (rasterio.open, pyogrio.read_info):
            try:
                library(path)
            except (RasterioError, DataSourceError, OSError, ValueError):
                continue
            opened.append(path)
    tell(opened)


def drivers(_data, _name, options):
    if "only" in options:
        seal.restrict_to(options["only"])
    tell(sorted(seal.drivers()))


def much_memory(_data, _name, _options):
    held = [np.ones(10_000_000) for _ in range(1_000)]
    tell(len(held))


def endless(_data, _name, _options):
    while True:
        pass


def asleep(_data, _name, _options):
    time.sleep(3_600)


def end(_data, _name, options):
    os.kill(os.getpid(), getattr(signal, options["signal"]))


def dereference(_data, _name, _options):
    ctypes.string_at(0)


def foreign(_data, _name, options):
    raise {"key": KeyError, "recursion": RecursionError, "exit": SystemExit}[options["kind"]]("x")


def size(data, _name, _options):
    tell(len(data))


TASKS = {
    each.__name__: each
    for each in (
        *(attempts, calls, surroundings, any_driver, any_path, drivers, much_memory, endless),
        *(asleep, end, dereference, foreign, size),
    )
}
