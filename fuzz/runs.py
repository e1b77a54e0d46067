"""Inputs in batches, each batch in a process of its own that is watched for crashes and hangs.

An input is a number: the same number makes the same input, so that a failure can be run again by
its number alone (``python -m fuzz --only files --first 4711 --inputs 1``).
"""

from __future__ import annotations

import json
import os
import resource
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# A target, and the number of an input of it.
Input = tuple[str, int]

# Loads once all that is tried; each batch is a fork of it.
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(["fuzz.targets"])
BATCH = 2_000
# Of the processor, so that it is the same on a machine that has other work. What is read behind
# the seal is ended there, by the clock, and counted apart.
HANG_S = 5.0
MOST_KB = 1_000_000
# By the clock: after so long without a line, a process waits for something that never comes.
# What loads the libraries and makes the sound files comes before the first line.
PATIENCE_S, START_S = 120.0, 600.0
# What an input may take before memory is refused to it, as it is behind the seal.
ADDRESS_SPACE_BYTES = 3_000_000_000
# The sealed worker ended the reading: nothing came of it, and nothing was harmed.
CONTAINED = ("file.crashed", "file.too_slow", "file.too_large")


@dataclass(slots=True)
class Tally:
    """What came of the inputs of one target."""

    target: str
    inputs: int = 0
    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    most_kb: int = 0
    failures: list[tuple[int, str]] = field(default_factory=list)

    @property
    def contained(self) -> int:
        """How many readings the sealed worker ended."""
        return sum(self.refused[code] for code in CONTAINED)

    def count(self, kind: str) -> int:
        """How many failures there are of a kind: crash, hang, memory or foreign."""
        return sum(what.startswith(kind) for _, what in self.failures)


def run(target: str, first: int, inputs: int, *, jobs: int) -> Tally:
    """Hand inputs to a target.

    Parameters
    ----------
    target
        Name of one of :data:`fuzz.targets.TARGETS`.
    first
        Number of the first input.
    inputs
        How many.
    jobs
        Processes at a time.
    """
    tally = Tally(target)
    size = min(BATCH, -(-inputs // jobs))
    numbers = [(target, number) for number in range(first, first + inputs)]
    batches = [numbers[at : at + size] for at in range(0, inputs, size)]
    with ThreadPoolExecutor(jobs) as pool:
        for lines in pool.map(lambda batch: list(_batch(batch)), batches):
            for line in lines:
                _add(tally, line)
    return tally


def sample(inputs: Mapping[str, int]) -> dict[str, Tally]:
    """Hand a few inputs to each target, all in one process, which makes the sound files once.

    Parameters
    ----------
    inputs
        How many, by name of a target; those that keep GDAL from its drivers come last.
    """
    tallies = {target: Tally(target) for target in inputs}
    for line in _batch([(target, at) for target, most in inputs.items() for at in range(most)]):
        _add(tallies[line["target"]], line)
    return tallies


def _add(tally: Tally, line: dict[str, Any]) -> None:
    tally.inputs += 1
    tally.slowest_s = max(tally.slowest_s, line["seconds"])
    tally.most_kb = max(tally.most_kb, line["kb"])
    if line["seconds"] > HANG_S and not line["failed"]:
        line["failed"] = f"hang: {line['seconds']:.1f} s"
    if line["kb"] > MOST_KB and not line["failed"]:
        line["failed"] = f"memory: {line['kb']:,} kB"
    if line["failed"]:
        tally.failures.append((line["number"], line["failed"]))
    elif line["refused"] is None:
        tally.accepted += 1
    else:
        tally.refused[line["refused"]] += 1


def _batch(inputs: Sequence[Input]) -> Iterator[dict[str, Any]]:
    """Run a batch, and what is left of it after an input that ended the process."""
    while inputs:
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "lines"
            log.touch()
            lines, ending = _watched(inputs, log)
        yield from lines
        inputs = inputs[len(lines) :]
        if inputs:
            yield _line(*inputs[0], failed=ending)
            inputs = inputs[1:]


def _watched(inputs: Sequence[Input], log: Path) -> tuple[list[dict[str, Any]], str]:
    errors = log.with_name("errors")
    process = _FORKS.Process(target=_main, args=(inputs, log, errors))
    process.start()
    size, since, patience = 0, time.monotonic(), START_S
    while process.is_alive():
        time.sleep(0.05)
        if log.stat().st_size > size:
            size, since, patience = log.stat().st_size, time.monotonic(), PATIENCE_S
        elif time.monotonic() - since > patience:
            process.kill()
            break
    hung = time.monotonic() - since > patience
    process.join()
    said = errors.read_text("utf-8", "replace").strip().splitlines()[-1:] if errors.exists() else []
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return lines, "hang" if hung else f"crash: exit {process.exitcode} {' '.join(said)[:200]}"


def _line(target: str, number: int, *, failed: str) -> dict[str, Any]:
    came = {"target": target, "number": number, "failed": failed}
    return {**came, "seconds": 0.0, "kb": 0, "refused": None}


def one(target: str, number: int) -> dict[str, Any]:
    """Run one input of a target and return what came of it."""
    from fuzz.targets import TARGETS  # noqa: PLC0415  the parent needs none of it
    from geo.errors import AtlasError  # noqa: PLC0415

    tried = TARGETS[target](Random(number))
    line = _line(target, number, failed="")
    _forget_peak()
    begun = time.process_time()
    try:
        tried()
    except AtlasError as error:
        line["refused"] = error.code or type(error).__name__
        for lang in ("zh", "en"):
            error.sentence(lang)
    except Exception as error:  # noqa: BLE001  to find these is what this is for
        line["failed"] = f"foreign: {type(error).__name__}: {str(error)[:200]}"
    line["seconds"] = time.process_time() - begun
    line["kb"] = _peak_kb()
    line["files"] = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return line


def _forget_peak() -> None:
    """Let the kernel measure the most memory anew from here."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_kb() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def _main(inputs: Sequence[Input], log: Path, errors: Path) -> None:
    with errors.open("w") as told:
        os.dup2(told.fileno(), 2)
    size = ADDRESS_SPACE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    with log.open("a", encoding="utf-8") as lines:
        for target, number in inputs:
            lines.write(json.dumps(one(target, number)) + "\n")
            lines.flush()
