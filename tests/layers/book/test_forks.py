from __future__ import annotations

import os
import signal
from multiprocessing import get_context

import pytest

from layers.book import forks
from layers.book.forks import in_turn


@pytest.mark.parametrize("room", [True, False])
def test_what_two_processes_make_comes_in_turn_with_its_refusals(room, monkeypatch):
    monkeypatch.setattr(forks, "_has_room", lambda: room)
    own, begun = os.getpid(), get_context("fork").Event()

    def made(at):
        if os.getpid() != own:
            begun.set()
        elif room:
            begun.wait(30)
        if at == 5:
            raise ValueError(f"not {at}")
        return at, os.getpid() == own

    turns = in_turn(made, 9)
    first = [next(turns) for _ in range(5)]
    assert [at for at, _ in first] == [0, 1, 2, 3, 4]
    assert room is not all(here for _, here in first)
    with pytest.raises(ValueError, match="not 5"):
        next(turns)


def test_what_an_ended_fork_had_taken_is_made_all_the_same(monkeypatch):
    monkeypatch.setattr(forks, "_has_room", lambda: True)
    own, begun = os.getpid(), get_context("fork").Event()

    def made(at):
        if os.getpid() != own:
            begun.set()
            os.kill(os.getpid(), signal.SIGKILL)
        begun.wait(30)
        return at

    assert list(in_turn(made, 5)) == [0, 1, 2, 3, 4]
