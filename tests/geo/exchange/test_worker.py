"""The process that parses: how a child is sealed, told of and collected, without one."""

from __future__ import annotations

import io
import json
import os
import select
import signal
import socket
import sys
from types import SimpleNamespace

import pytest

from geo.errors import InputError
from geo.exchange import parcels, seal, worker


@pytest.fixture
def nursery(monkeypatch):
    """A nursery whose children are pipes, each with the far end of its status."""
    children = {}

    def fork(order, files):
        assert files == [1, 2, 3]
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        children[order["child"]] = SimpleNamespace(status=ours)
        return order["child"], theirs

    def pidfd_open(process):
        read, write = os.pipe()
        children[process].descriptor, children[process].life = read, write
        return read

    monkeypatch.setattr(worker, "_fork", fork)
    monkeypatch.setattr(worker.os, "pidfd_open", pidfd_open)
    one = worker._Nursery()
    yield one, children
    for child in children.values():
        child.status.close()


def heard(child):
    """What its status says, with how many files; nothing while nothing is said."""
    child.status.settimeout(0)
    try:
        words, files, _, _ = socket.recv_fds(child.status, 64, 1)
    except BlockingIOError:
        return None
    for number in files:
        os.close(number)
    return words, len(files)


def ended(nursery, child):
    """Let it end; what the poll says of it."""
    os.close(child.life)
    return [number for number, _ in nursery.poll.poll(0)]


def test_a_child_is_told_of_once_there_is_a_file_and_how_it_ended(nursery, monkeypatch):
    nursery, children = nursery
    ends = {7: signal.SIGKILL, 8: 3 << 8, 9: 0}  # killed, ended with 3, ended
    monkeypatch.setattr(worker.os, "waitpid", lambda process, _: (process, ends[process]))
    nursery.heed({"child": 7}, [1, 2, 3])
    nursery.heed({"child": 8, "hold": 1}, [1, 2, 3])
    nursery.heed({"child": 9, "hold": 2}, [1, 2, 3])
    assert [heard(children[process]) for process in (7, 8, 9)] == [(b"started", 1), None, None]
    nursery.heed({"release": 1}, [])
    nursery.heed({"release": 1}, [])
    nursery.heed({"release": 5}, [])
    assert [heard(children[process]) for process in (7, 8, 9)] == [None, (b"started", 1), None]
    for process, words in ((7, b"-9"), (8, b"3"), (9, None)):
        child = children[process]
        assert ended(nursery, child) == [child.descriptor]
        if process == 9:  # it ended before its file came, and nobody is told of it any more
            nursery.heed({"release": 2}, [])
            nursery.heed({"child": 10, "hold": 3}, [1, 2, 3])
            assert ended(nursery, children[10]) == [child.descriptor, children[10].descriptor]
            ends[10] = 0
            nursery.reap(children[10].descriptor)
            nursery.heed({"release": 3}, [])
            assert heard(children[10]) == (b"", 0)
        nursery.reap(child.descriptor)
        # One that was released is told of like any other.
        assert heard(child) == ((words or b"0"), 0)
        assert heard(child) == (b"", 0)
        with pytest.raises(OSError, match="Bad file"):
            os.fstat(child.descriptor)
        assert nursery.poll.poll(0) == []


def test_orders_are_heeded_until_nobody_gives_any(monkeypatch):
    asked = []

    class Nursery:
        def __init__(self):
            self.poll = select.poll()
            self.poll.register(child, select.POLLIN)

        def heed(self, order, files):
            asked.append((order, len(files)))
            for number in files:
                os.close(number)

        def reap(self, number):
            asked.append(number)
            self.poll.unregister(number)

    child, life = os.pipe()
    os.close(life)  # it has ended
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    socket.send_fds(ours, [b'{"memory": 1}'], [0, 1, 2])
    ours.send(b'{"release": 2}')
    monkeypatch.setattr(worker, "_Nursery", Nursery)
    monkeypatch.setattr(worker, "_prepare", lambda: asked.append(sorted(worker.TASKS)))
    monkeypatch.setattr(worker, "TASKS", {})
    monkeypatch.setattr(worker, "_PATIENCE_MS", 1)
    task = SimpleNamespace(TASKS={"name": None})
    monkeypatch.setattr(worker.importlib, "import_module", {"tasks": task}.get)
    monkeypatch.setattr(worker.os, "_exit", sys.exit)
    monkeypatch.setattr(seal, "close_files", asked.append)
    taken = []
    monkeypatch.setattr(socket, "socket", lambda fileno: taken.append(fileno) or theirs)
    parents = iter([5, 5, 5, 5, 6])
    monkeypatch.setattr(worker.os, "getppid", lambda: next(parents))
    begin = [{0, 1, 2}, ["name"]]
    with pytest.raises(SystemExit) as end:
        worker.main(("tasks",))  # its parent has gone when it looks for the fourth time
    assert (end.value.code, taken, ours.recv(64)) == (0, [0], b"ready")
    assert sorted(asked[2:], key=str) == [({"memory": 1}, 3), ({"release": 2}, 0), child]
    assert asked[:2] == begin
    del asked[:]

    def leave():  # once it is ready
        if asked:
            ours.recv(64)
            ours.close()
        return 5

    monkeypatch.setattr(worker.os, "getppid", leave)
    with pytest.raises(SystemExit) as end:
        worker.main()
    assert (end.value.code, asked) == (0, [*begin, child])
    os.close(child)
    theirs.close()


def test_a_child_seals_itself_before_it_reads(monkeypatch):
    asked = []
    monkeypatch.setattr(worker.os, "open", lambda *words: asked.append(words) or 9)
    monkeypatch.setattr(worker.os, "dup2", lambda *words: asked.append(words))
    for name in ("die_first_when_memory_ends", "close_files", "warm_up", "limit", "apply"):
        monkeypatch.setattr(seal, name, lambda *words, name=name: asked.append((name, *words)))
    worker._seal_in({"memory": 5, "seconds": 6}, {11, 12})
    assert asked == [
        (os.devnull, os.O_RDWR),
        *((9, 0), (9, 1), (9, 2)),
        ("die_first_when_memory_ends",),
        ("close_files", {0, 1, 2, 11, 12}),
        ("warm_up", 4555),
        *(("limit", 5, 6), ("apply",)),
    ]


def child_of(monkeypatch, *, request=b"", parent=None, error=None):
    """What a child returns and writes; it stays in this process."""
    asked = []

    def seal_in(order, keep):
        asked.append((order, keep))
        if error is not None:
            raise error

    monkeypatch.setattr(worker, "_seal_in", seal_in)
    monkeypatch.setattr(seal, "die_with_parent", lambda: asked.append("with parent"))
    monkeypatch.setattr(worker.signal, "signal", lambda *words: asked.append(words))
    source, writes = os.pipe()
    reads, target = os.pipe()
    os.write(writes, request)
    os.close(writes)
    code = worker._child({"memory": 1}, source, target, parent or os.getppid())
    if code:
        os.close(source)
        os.close(target)
    with os.fdopen(reads, "rb") as answer:
        said = answer.read()
    default = (signal.SIGINT, signal.SIG_DFL)
    steps = ["with parent", default, ({"memory": 1}, {source, target})]
    assert asked == steps[: 1 if code else 3]
    return code, said


def test_a_child_without_its_parent_or_its_seal_reads_nothing(monkeypatch):
    assert child_of(monkeypatch, parent=os.getppid() + 1) == (1, b"")
    code, said = child_of(monkeypatch, error=seal.SealError("no seal"))
    assert code == 0
    assert said[:1] == parcels.REFUSAL
    assert json.loads(said[parcels.HEAD.size :])["code"] == "seal.missing"


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (MemoryError(), parcels.NO_MEMORY, b""),
        (ValueError("x" * 600), parcels.CRASH, b"ValueError: " + b"x" * 488),
        (SystemExit("why"), parcels.CRASH, b"SystemExit: why"),
        (InputError("m", code="file.empty"), parcels.REFUSAL, None),
    ],
)
def test_a_child_tells_what_its_parser_failed_with(monkeypatch, error, kind, words):
    def fail(_data, _name, _options):
        worker.report(0.25)
        raise error

    monkeypatch.setitem(worker.TASKS, "fail", fail)
    order = json.dumps({"task": "fail", "name": "a", "options": {}}).encode()
    request = parcels.LENGTHS.pack(len(order), 3) + order + b"abc"
    code, said = child_of(monkeypatch, request=request)
    stream = io.BytesIO(said)
    messages = []
    while head := stream.read(parcels.HEAD.size):
        letter, length = parcels.HEAD.unpack(head)
        messages.append((letter, stream.read(length)))
    assert (code, messages[0]) == (0, (parcels.PROGRESS, b'{"done": 0.25}'))
    ((letter, content),) = messages[1:]
    assert letter == kind
    assert json.loads(content)["code"] == "file.empty" if words is None else content == words
