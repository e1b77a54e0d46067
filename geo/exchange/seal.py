"""The seal on a process that parses someone's file: nothing but the bytes that it was given.

Set in this order in a process from `fork`: `close_files` lets go of everything but what the
libraries need of their own (their tables of coordinate systems), `warm_up` opens what they still
miss of it, `limit` bounds memory, time and files, `apply` installs a filter of system calls that
allows computing, reading and writing what is open, and nothing else: no file can be opened, no
socket made, no program or process started, no memory made executable. The filter lists what is
allowed, so that a call that nobody thought of is refused as well.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
import resource
import signal
import struct
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyogrio
import rasterio
from pyproj import CRS

if TYPE_CHECKING:
    from collections.abc import Collection

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER_MODE = 1, 38, 22, 2
_OWN_FILE = re.compile(r"/proj\.db\Z")
_GDAL = re.compile(r"/.*/libgdal[^/\n]*\.so[^/\n]*$", re.MULTILINE)
# Drivers that keep data in memory; the libraries themselves build on them.
_IN_MEMORY = frozenset({"MEM", "Memory"})

# Instructions of the classic Berkeley packet filter, and what a filter of system calls returns.
_LOAD, _AND, _EQUALS, _RETURN = 0x20, 0x54, 0x15, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_ALL_BITS, _PROT_EXEC = 0xFFFFFFFF, 0x4
_UPPER_HALF = 0.5  # of an argument of 64 bits
_FCNTL_COMMANDS = (1, 3, 5, 6)  # F_GETFD, F_GETFL, and locks of a file that is open


# System calls that are allowed with any arguments, by their numbers on x86_64 and on aarch64; what
# is not named here or below is refused.
_FREE = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "poll": (7, None),
    "lseek": (8, 62),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "nanosleep": (35, 101),
    "getpid": (39, 172),
    "exit": (60, 93),
    "uname": (63, 160),
    "gettimeofday": (96, 169),
    "getrlimit": (97, 163),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "times": (100, 153),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "time": (201, None),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "ppoll": (271, 73),
    "set_robust_list": (273, 99),
    "getcpu": (309, 168),
    "getrandom": (318, 278),
    "membarrier": (324, 283),
    "rseq": (334, 293),
}
# Calls that are allowed with some arguments, or whose refusal has a number of its own.
_BOUND = {
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "fcntl": (72, 25),
    "tgkill": (234, 131),
    "prlimit64": (302, 261),
    "clone3": (435, 435),
}
# Place in these tables, and what the kernel's audit calls the processor.
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


_LIBRARY = ctypes.PyDLL(None, use_errno=True)  # keeps the interpreter's lock, which a fork needs

_sealed: list[int] = []  # this process, once it is


class SealError(OSError):
    """The seal cannot be set on this machine; whoever gets this must not read anything."""


def available() -> bool:
    """Tell whether this system and processor have a seal at all."""
    return sys.platform == "linux" and platform.machine() in _MACHINES and sys.maxsize > 2**32


def die_with_parent() -> None:
    """Let the kernel end this process when the thread that started it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def die_first_when_memory_ends() -> None:
    """Ask the kernel to end this process before any other when the machine runs out of memory."""
    Path("/proc/self/oom_score_adj").write_text("1000", "ascii")


def fork() -> int:
    """Fork this process with what its libraries have open; number of the child, 0 within it.

    A PROJ lets go of its table of coordinate systems when it hears of a fork, as two processes
    would share the place where they read it, and takes 15 to 30 ms to open it anew. `close_files`
    gives the child a place of its own before it reads, so PROJ is not told where the C library can
    fork without telling. Nor are others, which matters to threads only: with any, all are told.
    """
    if len(os.listdir("/proc/self/task")) > 1 or not hasattr(_LIBRARY, "_Fork"):  # noqa: PTH208
        return os.fork()
    python = ctypes.pythonapi
    python.PyOS_BeforeFork()
    process = int(_LIBRARY._Fork())  # noqa: SLF001  of the C library
    if process == 0:
        python.PyOS_AfterFork_Child()
        return 0
    number = ctypes.get_errno()
    python.PyOS_AfterFork_Parent()
    if process < 0:
        raise OSError(number, os.strerror(number))
    return process


def warm_up(epsg: int) -> None:
    """Open what pyproj and both GDALs read of their own, while files can still be opened.

    Each has its own PROJ with its own table of coordinate systems, and may open it anew when it
    first looks something up after a fork.

    Parameters
    ----------
    epsg
        Code of a CRS that this process, and the one it was forked from, never asked for: they
        remember those that they did, and would look up nothing.
    """
    CRS.from_epsg(epsg).to_wkt()
    for library in _gdal_libraries():
        library.OSRNewSpatialReference.restype = ctypes.c_void_p
        reference = ctypes.c_void_p(library.OSRNewSpatialReference(None))
        library.OSRImportFromEPSG(reference, epsg)
        library.OSRRelease(reference)


def close_files(keep: Collection[int]) -> None:
    """Close every file that is open but those of the libraries and those to keep.

    A file of a library that was opened before the fork is opened anew under its number: processes
    that share one also share the place where they read.

    Parameters
    ----------
    keep
        Numbers of open files.
    """
    for link in list(Path("/proc/self/fd").iterdir()):
        number = int(link.name)
        if number in keep:
            continue
        try:
            target = str(link.readlink())
        except FileNotFoundError:  # the list itself was open while it was read
            continue
        if _OWN_FILE.search(target):
            again = os.open(target, os.O_RDONLY)
            os.dup2(again, number, inheritable=False)
            os.close(again)
        else:
            os.close(number)


def limit(memory_bytes: int, seconds: int) -> None:
    """Bound what this process may take from now on.

    Parameters
    ----------
    memory_bytes
        How much it may take on top of what it has.
    seconds
        Of the processor, in whole seconds.
    """
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    sizes = dict(line.partition(":")[::2] for line in lines)
    for kind, name in ((resource.RLIMIT_AS, "VmSize"), (resource.RLIMIT_DATA, "VmData")):
        _set_limit(kind, int(sizes[name].split()[0]) * 1024 + memory_bytes)
    _set_limit(resource.RLIMIT_CPU, seconds)
    _set_limit(resource.RLIMIT_FSIZE, 0)
    _set_limit(resource.RLIMIT_CORE, 0)
    _set_limit(resource.RLIMIT_NOFILE, 64)
    _set_limit(resource.RLIMIT_MEMLOCK, 0)


def _set_limit(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (value, value))


def apply() -> None:
    """Install the filter of system calls on this process, for good.

    Raises
    ------
    SealError
        The kernel or the processor does not have it.
    """
    if not available():
        raise SealError(f"no seal for {sys.platform} on {platform.machine()}")
    program = _program(platform.machine(), os.getpid())
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    pointer = ctypes.create_string_buffer(head, len(head))
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.addressof(pointer))
    _sealed.append(os.getpid())


def _prctl(option: int, *arguments: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_ulong(each) for each in (*arguments, 0, 0, 0, 0)[:4]]
    if library.prctl(ctypes.c_int(option), *words) != 0:
        number = ctypes.get_errno()
        raise SealError(number, f"prctl({option}): {os.strerror(number)}")


def _program(machine: str, pid: int) -> bytes:
    """Return the filter: what is not allowed by name is refused as not permitted."""
    place, architecture = _MACHINES[machine]
    bound = {name: numbers[place] for name, numbers in _BOUND.items()}
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUALS, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    for number in (numbers[place] for numbers in _FREE.values()):
        if number is not None:
            lines += [(_EQUALS, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    for name in ("mmap", "mprotect"):
        lines += _allowed_if(bound[name], (2, _PROT_EXEC, (0,)))
    lines += _allowed_if(bound["fcntl"], (1, _ALL_BITS, _FCNTL_COMMANDS))
    lines += _allowed_if(bound["tgkill"], (0, _ALL_BITS, (pid,)))
    # Its own limits, and only to read them: a new limit is a pointer in the third argument.
    lines += _allowed_if(
        bound["prlimit64"], *((at, _ALL_BITS, (0,)) for at in (0, 2, 2 + _UPPER_HALF))
    )
    # The C library falls back to another call when this one does not exist.
    lines += [(_EQUALS, 0, 1, bound["clone3"]), (_RETURN, 0, 0, _ERRNO | _ENOSYS)]
    lines.append((_RETURN, 0, 0, _ERRNO | _EPERM))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _allowed_if(
    number: int, *conditions: tuple[float, int, tuple[int, ...]]
) -> list[tuple[int, int, int, int]]:
    """Allow a call whose arguments, counted in words of 64 bits, have some of the values."""
    body: list[tuple[int, int, int, int]] = []
    for position, mask, values in conditions:
        body += [(_LOAD, 0, 0, _ARGUMENTS_AT + int(8 * position)), (_AND, 0, 0, mask)]
        body += [(_EQUALS, len(values) - place, 0, value) for place, value in enumerate(values)]
        body.append((_RETURN, 0, 0, _ERRNO | _EPERM))
    body.append((_RETURN, 0, 0, _ALLOW))
    return [(_EQUALS, 0, len(body), number), *body]


def keep_only_drivers(names: Collection[str]) -> None:
    """Take every driver but the named ones out of the GDALs of this process.

    GDAL opens by content whatever it has a driver for; what has none cannot be opened. Drivers
    that keep data in memory stay.

    Parameters
    ----------
    names
        Short names, such as ``"GTiff"`` or ``"GPKG"``.
    """
    keep = _IN_MEMORY.union(names)
    _stay_in_environment()
    for library in _gdal_libraries():
        for driver, name in _drivers(library):
            if name not in keep:
                library.GDALDeregisterDriver(ctypes.c_void_p(driver))


def restrict_to(driver: str) -> None:
    """Leave one driver to a sealed process, for a parser whose library takes no driver by name.

    Another process keeps what it has, so that a parser can be called and tested outside the seal.

    Parameters
    ----------
    driver
        Short name.
    """
    if os.getpid() in _sealed:
        keep_only_drivers({driver})


@cache
def _stay_in_environment() -> rasterio.Env:
    """Enter an environment of rasterio for good: each that is entered registers all drivers."""
    environment = rasterio.Env()
    environment.__enter__()
    return environment


def drivers() -> frozenset[str]:
    """Short names of the drivers that the GDALs of this process have now."""
    return frozenset(name for library in _gdal_libraries() for _, name in _drivers(library))


def _drivers(library: ctypes.CDLL) -> list[tuple[int, str]]:
    library.GDALGetDriver.restype = ctypes.c_void_p
    library.GDALGetDriverShortName.restype = ctypes.c_char_p
    handles = [library.GDALGetDriver(place) for place in range(library.GDALGetDriverCount())]
    return [
        (handle, library.GDALGetDriverShortName(ctypes.c_void_p(handle)).decode())
        for handle in handles
    ]


@cache
def _gdal_libraries() -> tuple[ctypes.CDLL, ...]:
    """Every GDAL that is loaded: rasterio and pyogrio mostly bring one each."""
    pyogrio.list_drivers()
    with rasterio.Env():
        pass
    paths = _GDAL.findall(Path("/proc/self/maps").read_text("utf-8"))
    return tuple(ctypes.CDLL(path) for path in sorted(set(paths)))
