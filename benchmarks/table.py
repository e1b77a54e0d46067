"""Rows of a benchmark: a time of ours beside that of a peer for the same work, in the same run."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; ``note`` says what the peer did otherwise, as a part scaled up."""

    task: str
    ours_s: float
    peer: str
    peer_s: float
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.peer_s / self.ours_s


def best_of(call: Callable[[], object], *, runs: int = 5) -> float:
    """Seconds of the quickest of several runs, after one that is not counted."""
    call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def render(rows: Iterable[Row]) -> str:
    head = ("task", "ours", "peer", "its time", "ratio", "note")
    body = [
        (
            row.task,
            _seconds(row.ours_s),
            row.peer,
            _seconds(row.peer_s),
            f"{row.ratio:.3g}×",
            row.note,
        )
        for row in rows
    ]
    widths = [max(len(line[at]) for line in (head, *body)) for at in range(len(head))]
    lines = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in (head, tuple("-" * width for width in widths), *body)
    ]
    return "\n".join(lines)


def _seconds(value: float) -> str:
    return f"{value * 1e3:,.1f} ms" if value < 1 else f"{value:,.2f} s"
