"""A file on its way through a child: what it may cost, how far it is, and why it ended."""

from __future__ import annotations

import fcntl
import json
import math
import os
import pickle
import signal
import socket
import time
from pathlib import Path

import numpy as np
import pytest

from geo.errors import AtlasError
from geo.exchange import errand, parcels
from geo.exchange.errand import Errand

MB = 1_000_000
HEAD = {"kind": "cells", "rows": 2, "columns": 2, "dtype": "float32", "crs": "EPSG:4490"}
HEAD["transform"] = [1.0, 0.0, 112.0, 0.0, -1.0, 29.0]
CLOSING = {"fills": [], "scale": 1.0, "offset": 0.0, "attrs": {}, "findings": []}


def message(kind, content=b""):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return parcels.HEAD.pack(kind, len(content)) + content


def begun(*messages, size=100, said=None, progress=None, cancelled=None):
    """An errand whose child has answered and gone, and the end of the pipe that it listens to."""
    one = Errand("f", "a.csv", size, progress, cancelled)
    listens, out = os.pipe()
    into, answers = os.pipe()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    one.take(out, into, ours)
    one._until = math.inf
    os.write(answers, b"".join(messages))
    os.close(answers)
    if said is not None:
        theirs.send(said)
    theirs.close()
    return one, listens


def code_of(*messages, **given):
    one, listens = begun(*messages, **given)
    with pytest.raises(AtlasError) as refusal:
        one.answer()
    one.close()
    os.close(listens)
    return refusal.value.code


def test_a_file_costs_by_its_size_and_a_large_one_what_the_machine_has_at_most(monkeypatch):
    def limits(size, available):
        monkeypatch.setattr(errand, "_available", lambda: available)
        return Errand("f", "a", size, None, None).limits

    small = {"memory": 708 * MB, "seconds": 5}
    assert small == errand.SMALL_LIMITS == limits(0, 0) == limits(MB, 0)
    assert limits(10 * MB, 10**12) == {"memory": 780 * MB, "seconds": 9}
    assert limits(10 * MB, 750 * MB) == {"memory": 750 * MB, "seconds": 9}
    assert limits(10 * MB, 0) == {"memory": 708 * MB, "seconds": 9}
    monkeypatch.undo()
    text = "MemFree:     9 kB\nMemAvailable:   2000 kB\n"
    monkeypatch.setattr(Path, "read_text", lambda *_: text)
    assert errand._available() == 2_048_000


def test_cells_are_told_of_as_they_come():
    cells = np.arange(4, dtype="float32").tobytes()
    done = []
    one, listens = begun(
        *(message(parcels.PROGRESS, {"done": part}) for part in (0.5, 0.51, 0.25, "x", True)),
        message(parcels.STRUCTURE, HEAD),
        *(message(parcels.CELLS, cells[:8]), message(parcels.CELLS, cells[8:])),
        *(message(parcels.STRUCTURE, CLOSING), message(parcels.END)),
        progress=done.append,
    )
    sizes = {fcntl.fcntl(pipe, 1032) for pipe in (one._out, one._in)}
    one.send([b"."], iter([memoryview(b"x" * 49), memoryview(b"y" * 50)]))
    assert os.read(listens, 1000) == b"." + b"x" * 49 + b"y" * 50
    assert os.read(listens, 1) == b""
    array = one.answer()
    assert array.to_numpy().tolist() == [[0, 1], [2, 3]]
    # Sent is a fifth, and parsed seven tenths; what is less than a hundredth more is not told.
    assert done == pytest.approx([0.1, 0.2, 0.45, 0.85, 1.0])
    assert sizes == {1 << 20}
    one.close()
    os.close(listens)


@pytest.mark.parametrize(("done", "part"), [(2.0, 1.0), (-1.0, 0.0), (0.3, 0.3), (1, 0.0)])
def test_what_a_child_tells_is_a_part_of_the_work(done, part):
    assert errand._part(done) == part


def test_tables_may_be_as_large_as_agreed(monkeypatch):
    monkeypatch.setattr(errand, "_TABLE_BYTES", 100)
    done, pieces = [], []
    one, listens = begun(
        *(message(parcels.TABLE, b"x" * size) for size in (150, 350)),
        message(parcels.TABLE),
        progress=done.append,
    )
    one._take_in(type("Pieces", (), {"add": staticmethod(pieces.append)}))
    assert [len(piece) for piece in pieces] == [150, 350]
    assert done == pytest.approx([0.79, 1.0])
    one.close()
    os.close(listens)
    tables = (message(parcels.STRUCTURE, {}), message(parcels.TABLE, b"x" * 501))
    assert code_of(*tables) == "file.crashed"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (str(-signal.SIGXCPU).encode(), "file.too_slow"),
        (str(-signal.SIGKILL).encode(), "file.too_large"),
        (str(-signal.SIGSEGV).encode(), "file.crashed"),
        (b"1", "file.crashed"),
        (b"no number", "file.crashed"),
        (None, "file.crashed"),
    ],
)
def test_why_a_child_ended_before_it_answered_is_told(said, code):
    assert code_of(said=said) == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (message(parcels.NO_MEMORY), "file.too_large"),
        (message(parcels.CRASH, b"why"), "file.crashed"),
        (message(parcels.CELLS, b"x"), "file.crashed"),
        (b"nonsense", "file.crashed"),
        (parcels.HEAD.pack(parcels.STRUCTURE, 2**60), "file.crashed"),
        (message(parcels.STRUCTURE, b"{}{}"), "file.crashed"),
        (message(parcels.STRUCTURE, b"{"), "file.crashed"),
        (message(parcels.STRUCTURE, []), "file.crashed"),
        (message(parcels.REFUSAL, {}), "file.crashed"),
        (
            message(parcels.REFUSAL, {"class": "SystemExit", "message": "", "code": ""}),
            "file.crashed",
        ),
        (message(parcels.STRUCTURE, {"kind": "parsed"}) + pickle.dumps(OSError()), "file.crashed"),
        (message(parcels.STRUCTURE, {}) + parcels.HEAD.pack(parcels.TABLE, 2**50), "file.crashed"),
    ],
)
def test_an_answer_that_is_none_is_refused(answer, code):
    assert code_of(answer) == code


@pytest.mark.parametrize(
    ("closing", "values"),
    [
        ({}, [[1, 2], [3, 9]]),
        ({"fills": [9, 2.0]}, [[1, math.nan], [3, math.nan]]),
        ({"scale": 2.0}, [[2, 4], [6, 18]]),
        ({"offset": 0.5}, [[1.5, 2.5], [3.5, 9.5]]),
        # What marks a hole is a number of the file, before it is scaled.
        ({"fills": [2.0], "scale": 2, "offset": 1}, [[3, math.nan], [7, 19]]),
    ],
)
def test_cells_are_put_together_as_the_file_scales_them(closing, values):
    sent = np.array([[1, 2], [3, 9]], dtype="float32")
    cells = parcels.received_cells(HEAD, sent, CLOSING | {"attrs": {}} | closing)
    np.testing.assert_array_equal(cells.to_numpy(), values)
    assert (cells.x.to_numpy().tolist(), cells.y.to_numpy().tolist()) == (
        [112.5, 113.5],
        [28.5, 27.5],
    )
    assert cells.rio.crs.to_epsg() == 4490
    assert math.isnan(cells.rio.encoded_nodata)


@pytest.mark.parametrize(
    ("changes", "closing", "sent"),
    [
        ({}, {}, 1),
        ({}, {}, 3),
        ({"rows": 1_000_000, "columns": 1_000_000}, {}, 2),
        ({"rows": -2}, {}, 2),
        ({"rows": 2.0}, {}, 2),
        ({"dtype": "object"}, {}, 2),
        ({"dtype": "float16"}, {}, 2),
        ({"transform": [1, 0, 0]}, {}, 2),
        ({"transform": [0, 0, 0, 0, 0, 0]}, {}, 2),
        ({"transform": ["a", 0, 0, 0, -1, 0]}, {}, 2),
        ({"crs": "nonsense"}, {}, 2),
        ({"crs": "x" * 100_000}, {}, 2),
        ({}, {"fills": "all"}, 2),
        ({}, {"scale": None}, 2),
        ({}, {"attrs": {"a": [1]}}, 2),
        ({}, {"findings": [{"code": "x"}]}, 2),
        ({}, {"findings": ["x"]}, 2),
    ],
)
def test_cells_that_are_not_as_announced_are_refused(changes, closing, sent):
    cells = np.ones((sent, 2), dtype="float32").tobytes()
    messages = (
        message(parcels.STRUCTURE, HEAD | changes),
        message(parcels.CELLS, cells),
        message(parcels.STRUCTURE, CLOSING | closing),
        message(parcels.END),
    )
    assert code_of(*messages) == "file.crashed"


def test_a_structure_may_be_as_long_as_agreed(monkeypatch):
    monkeypatch.setattr(errand, "_MAX_STRUCTURE", 9)
    one, listens = begun(message(parcels.STRUCTURE, b'{"a": 12}'))
    assert one._structure() == {"a": 12}
    one.close()
    os.close(listens)
    assert code_of(message(parcels.STRUCTURE, b'{"a": 123}')) == "file.crashed"


@pytest.mark.parametrize(
    ("kind", "reason"), [(parcels.CRASH, "out of luck"), (b"?", "a message of another kind")]
)
def test_why_a_child_ended_is_told(kind, reason):
    one, listens = begun(message(kind, b"out of luck"))
    with pytest.raises(AtlasError, match=rf"damaged \({reason}\)"):
        one.answer()
    one.close()
    os.close(listens)


def test_what_nobody_wants_or_takes_too_long_ends():
    assert code_of(cancelled=lambda: True) == "file.cancelled"
    one, listens = begun(size=2 * MB)
    one._until = time.monotonic() - 1e-6
    with pytest.raises(AtlasError) as refusal:
        one.answer()
    assert (refusal.value.code, refusal.value.values["seconds"]) == ("file.too_slow", 5)
    one.close()
    os.close(listens)


def test_a_child_is_there_once_it_can_be_ended(monkeypatch):
    one = Errand("f", "a", 100, None, None)
    assert not one.started()
    for files in ([], [0]):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        one.take(os.open(os.devnull, os.O_RDONLY), os.open(os.devnull, os.O_RDONLY), ours)
        socket.send_fds(theirs, [b"started"], files)
        begin = time.monotonic()
        assert one.started() == bool(files)
        assert 18 <= one._until - begin < 19  # four times 4.5 s and a little
        theirs.close()
    assert not os.get_inheritable(one._child)
    ended = []
    monkeypatch.setattr(signal, "pidfd_send_signal", lambda *words: ended.append(words))
    child = one._child
    one.close()
    assert ended == [(child, signal.SIGKILL)]
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(child)
    one.close()
    assert len(ended) == 1
