from __future__ import annotations

import os

import pytest

from layers.book import forks
from layers.book.forks import in_turn


@pytest.mark.parametrize("room", [True, False])
def test_what_a_fork_makes_comes_in_turn_with_its_refusals(room, monkeypatch):
    monkeypatch.setattr(forks, "_has_room", lambda: room)
    own = os.getpid()

    def made(at):
        if at == 5:
            raise ValueError(f"not {at}")
        return at, os.getpid() == own

    turns = in_turn(made, 9)
    assert [next(turns) for _ in range(5)] == [(at, not room or at % 2 == 0) for at in range(5)]
    with pytest.raises(ValueError, match="not 5"):
        next(turns)
