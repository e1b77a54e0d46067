"""The parts of the seal, each by what it asks of the system; that they hold is tried sealed."""

from __future__ import annotations

import _imp
import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from pathlib import Path
from types import SimpleNamespace

import pytest

from geo.exchange import seal

# Calls that are allowed with whatever arguments, by the numbers of the kernel's own headers.
FREE = {
    "x86_64": {
        *(0, 1, 3, 5, 7, 8, 11, 12, 13, 14, 15, 17, 19, 20, 24, 25, 28, 35, 39, 60, 63, 96, 97, 98),
        *(99, 100, 131, 186, 201, 202, 204, 219, 228, 229, 230, 231, 271, 273, 309, 318, 324, 334),
    },
    "aarch64": {
        *(57, 62, 63, 64, 65, 66, 67, 73, 80, 93, 94, 98, 99, 101, 113, 114, 115, 123, 124, 128),
        *(132, 134, 135, 139, 153, 160, 163, 165, 168, 169, 172, 178, 179, 214, 215, 216, 233),
        *(278, 283, 293),
    },
}
AUDITED = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOWED, REFUSED, MISSING, ENDED = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
PID = 77


def verdict(program, architecture, number, arguments):
    """What a filter says of a call: the instructions that are used, as the kernel runs them."""
    call = struct.pack("=IIQ6Q", number, architecture, 0, *arguments)
    at = held = 0
    while True:
        code, if_equal, if_not, value = program[at]
        at += 1
        assert code == 0x15 or (if_equal, if_not) == (0, 0)
        if code == 0x20:
            (held,) = struct.unpack_from("=I", call, value)
        elif code == 0x54:
            held &= value
        elif code == 0x15:
            at += if_equal if held == value else if_not
        else:
            assert code == 0x06
            return value


@pytest.mark.parametrize("machine", FREE)
def test_the_filter_allows_what_is_named_and_refuses_the_rest(machine):
    program = list(struct.iter_unpack("=HBBI", seal._program(machine, PID)))
    arguments = [2**64 - 1] * 6
    said = {n: verdict(program, AUDITED[machine], n, arguments) for n in range(600)}
    assert {n for n, each in said.items() if each == ALLOWED} == FREE[machine]
    assert {n for n, each in said.items() if each == MISSING} == {435}
    assert set(said.values()) == {ALLOWED, MISSING, REFUSED}
    other = AUDITED["aarch64" if machine == "x86_64" else "x86_64"]
    assert verdict(program, other, 0, arguments) == ENDED


@pytest.mark.parametrize(
    ("names", "arguments", "is_allowed"),
    [
        (("mmap", "mprotect"), (1, 2, 3), True),  # to be read and written
        (("mmap", "mprotect"), (4, 4, 1 << 32, 4), True),
        (("mmap", "mprotect"), (1, 2, 4), False),
        (("mmap", "mprotect"), (1, 2, 7), False),
        (("fcntl",), (9, 1), True),
        (("fcntl",), (9, 3), True),
        (("fcntl",), (9, 5), True),
        (("fcntl",), (9, 6), True),
        *((("fcntl",), (1, command), False) for command in (0, 2, 4, 7, 1031)),
        (("tgkill",), (PID, 5, 6), True),
        (("tgkill",), (PID + 1, PID, PID), False),
        (("prlimit64",), (0, 7, 0, 9), True),
        (("prlimit64",), (PID, 7, 0, 0), False),
        (("prlimit64",), (0, 7, 1, 0), False),
        (("prlimit64",), (0, 7, 1 << 32, 0), False),
    ],
)
def test_some_calls_are_allowed_with_some_arguments_only(names, arguments, is_allowed):
    numbers = {
        "x86_64": {"mmap": 9, "mprotect": 10, "fcntl": 72, "tgkill": 234, "prlimit64": 302},
        "aarch64": {"mmap": 222, "mprotect": 226, "fcntl": 25, "tgkill": 131, "prlimit64": 261},
    }
    words = (*arguments, 0, 0, 0, 0)[:6]
    for machine, of in numbers.items():
        program = list(struct.iter_unpack("=HBBI", seal._program(machine, PID)))
        for name in names:
            said = verdict(program, AUDITED[machine], of[name], words)
            assert said == (ALLOWED if is_allowed else REFUSED)


def test_the_filter_is_handed_over_whole_and_sealed_is_who_has_it(monkeypatch):
    asked = []

    def prctl(option, *arguments):
        asked.append((option, *arguments[:1]))
        if option == 22:
            length, address = struct.unpack("@HxxxxxxP", ctypes.string_at(arguments[1], 16))
            asked.append(ctypes.string_at(address, 8 * length))

    monkeypatch.setattr(seal, "_prctl", prctl)
    monkeypatch.setattr(seal, "_sealed", [])
    restricted = []
    monkeypatch.setattr(seal, "keep_only_drivers", restricted.append)
    seal.restrict_to("KML")
    assert restricted == []
    seal.apply()
    assert asked == [(38, 1), (22, 2), seal._program(platform.machine(), os.getpid())]
    seal.restrict_to("KML")
    assert restricted == [{"KML"}]


@pytest.mark.parametrize(
    ("system", "machine", "largest"),
    [("darwin", "x86_64", 2**63 - 1), ("linux", "mips", 2**63 - 1), ("linux", "aarch64", 2**32)],
)
def test_another_system_processor_or_word_length_has_no_seal(monkeypatch, system, machine, largest):
    assert seal.available()
    monkeypatch.setattr(seal, "sys", SimpleNamespace(platform=system, maxsize=largest))
    monkeypatch.setattr(seal.platform, "machine", lambda: machine)
    assert not seal.available()
    with pytest.raises(seal.SealError):
        seal.apply()


def test_the_kernel_is_asked_with_noughts_beyond_what_is_asked_and_its_refusal_is_an_error():
    seal._prctl(42)  # whether huge pages are off, which they are not; refused with more than that
    with pytest.raises(seal.SealError) as refusal:
        seal._prctl(-1)
    assert refusal.value.errno == errno.EINVAL


def test_a_process_ends_with_its_parent_and_before_others(monkeypatch):
    asked = []
    monkeypatch.setattr(seal, "_prctl", lambda *words: asked.append(words))
    monkeypatch.setattr(Path, "write_text", lambda path, text, _: asked.append((str(path), text)))
    seal.die_with_parent()
    seal.die_first_when_memory_ends()
    assert asked == [(1, signal.SIGKILL), ("/proc/self/oom_score_adj", "1000")]


@pytest.mark.parametrize("hard", [resource.RLIM_INFINITY, 1000])
def test_memory_is_bounded_beside_what_is_taken_and_the_rest_for_good(monkeypatch, hard):
    limits = {}
    monkeypatch.setattr(seal.resource, "getrlimit", lambda _: (7, hard))
    monkeypatch.setattr(seal.resource, "setrlimit", limits.__setitem__)
    more = 10**10
    pages = [int(each) for each in Path("/proc/self/statm").read_text("ascii").split()]
    seal.limit(more, 9)
    assert {soft == most for soft, most in limits.values()} == {True}
    sizes = {kind: soft for kind, (soft, _) in limits.items()}
    taken = [sizes.pop(resource.RLIMIT_AS), sizes.pop(resource.RLIMIT_DATA)]
    if hard == 1000:
        assert taken == [1000, 1000]
    else:
        whole, data = (resource.getpagesize() * pages[place] + more for place in (0, 5))
        assert taken == [pytest.approx(whole, abs=2**25), pytest.approx(data, rel=0.1)]
        assert taken[1] > more
    assert sizes == {
        resource.RLIMIT_CPU: 9,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_MEMLOCK: 0,
    }


def test_files_are_closed_but_those_to_keep_and_a_table_of_systems_which_is_opened_anew(tmp_path):
    files = []
    for name in ("secret.txt", "kept.txt", "proj.db"):
        (tmp_path / name).write_bytes(b"abc")
        files.append(os.open(tmp_path / name, os.O_RDONLY))
        os.set_inheritable(files[-1], True)  # noqa: FBT003
        assert os.read(files[-1], 1) == b"a"
    secret, kept, table = files
    others = {int(link.name) for link in Path("/proc/self/fd").iterdir()} - {secret, table}
    seal.close_files(others)
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(secret)
    assert os.open(tmp_path, os.O_RDONLY) == secret  # the lowest that is free
    assert [os.read(number, 1) for number in (kept, table)] == [b"b", b"a"]
    assert not os.get_inheritable(table)
    for number in files:
        os.close(number)


def test_a_fork_tells_libraries_only_where_there_are_threads_or_it_cannot_do_without(monkeypatch):
    monkeypatch.setattr(seal, "_LIBRARY", library := SimpleNamespace(_Fork=lambda: 5))
    monkeypatch.setattr(seal.os, "fork", lambda: 6)
    threads = ["1"]
    monkeypatch.setattr(seal.os, "listdir", lambda _: threads)
    assert seal.fork() == 5
    assert not _imp.lock_held()
    library._Fork = lambda: -1
    ctypes.set_errno(errno.EAGAIN)
    with pytest.raises(BlockingIOError):
        seal.fork()
    threads.append("2")
    assert seal.fork() == 6
    del threads[1], library._Fork
    assert seal.fork() == 6


def test_drivers_are_taken_out_but_those_that_are_named_or_keep_data_in_memory(monkeypatch):
    assert {"GTiff", "GPKG", "KML", "MEM"} <= seal.drivers()
    gone, stays = [], []
    library = SimpleNamespace(GDALDeregisterDriver=lambda handle: gone.append(handle.value))
    monkeypatch.setattr(seal, "_gdal_libraries", lambda: (library, library))
    monkeypatch.setattr(seal, "_stay_in_environment", lambda: stays.append(1))
    drivers = [(5, "GTiff"), (6, "MEM"), (7, "Memory"), (8, "VRT")]
    monkeypatch.setattr(seal, "_drivers", lambda _: drivers)
    seal.keep_only_drivers({"GTiff"})
    assert (gone, stays) == ([8, 8], [1])
