"""The tests of a room, run on a module with one change, in a fork of a process that has loaded all.

To begin with, the tests are run once as they are, and which of them runs which line is kept: a
change is then tried with the tests that run its line, the quickest first, until one fails.

The tools that there are do not fit: mutmut leaves every decorated function as it is, and all that
is public here has a door; cosmic-ray writes each change into the file and starts a process for it,
which takes longer to load the libraries than most tests take.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import defaultdict
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import hypothesis
import numba
import pytest

from mutants.changes import changed

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, FrameType, ModuleType

ROOT = Path(__file__).resolve().parents[1]
# A change may make a loop endless: so many times what the tests take of the processor unchanged,
# and a while for what is loaded.
PATIENCE, START_S = 5.0, 30.0
# Examples are the same each time; a smaller one of those that fail is of no interest here.
hypothesis.settings.register_profile(
    "mutants",
    derandomize=True,
    database=None,
    deadline=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
OPTIONS = (
    *("-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-profile=mutants"),
    # What the parent has loaded is a library's, whose assertions nobody reads.
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)


class Ran(NamedTuple):
    """One test that was run.

    Parameters
    ----------
    test
        Its name.
    seconds
        Of the processor.
    lines
        Lines that it ran, by the module's path from the root.
    """

    test: str
    seconds: float
    lines: dict[str, list[int]]


class _Watch:
    """Notes which lines of some modules each test runs."""

    def __init__(self, modules: Sequence[str], out: Path) -> None:
        self.wanted = {str(ROOT / module): module for module in modules}
        self.out = out
        self.lines: dict[str, set[int]] = defaultdict(set)

    def trace(self, frame: FrameType, _event: str, _arg: object) -> Callable[..., Any] | None:
        module = self.wanted.get(frame.f_code.co_filename)
        if module is None:
            return None
        lines = self.lines[module]
        lines.add(frame.f_lineno)

        def line(inner: FrameType, _event: str, _arg: object) -> Callable[..., Any]:
            lines.add(inner.f_lineno)
            return line

        return line

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.lines.clear()
        begun = time.process_time()
        # Much is worked out in threads.
        threading.settrace(self.trace)
        sys.settrace(self.trace)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)
            lines = {module: sorted(found) for module, found in self.lines.items()}
            ran = Ran(item.nodeid, time.process_time() - begun, lines)
            with self.out.open("a", encoding="utf-8") as out:
                out.write(json.dumps(ran) + "\n")


class _Changed(MetaPathFinder, Loader):
    """Finds one module, as it is after a change."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.name, self.file = path.removesuffix(".py").replace("/", "."), str(ROOT / path)
        self.code: CodeType = compile(tree, self.file, "exec")

    def pytest_sessionstart(self) -> None:
        # Before pytest's own, which reads a file that is named to it from the disk.
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, _path: object, _target: object = None) -> ModuleSpec | None:
        return spec_from_file_location(name, self.file, loader=self) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)  # noqa: S102 - our own code


def tests_of(modules: Sequence[str], room: str) -> list[Ran]:
    """Run a room's tests as the code is, and return what each of them runs of some modules.

    Raises
    ------
    RuntimeError
        A test fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "ran"
        watch = _Watch(modules, out)
        # The fast ones; not the rooms within it, but the examples in the modules.
        where = ["-m", "fast", *map(str, (ROOT / room).glob("test_*.py")), *modules]
        code, said = _forked(lambda: pytest.main([*OPTIONS, *where], [watch]), 3600)
        if code:
            raise RuntimeError(f"the tests fail as the code is:\n{said[-3000:]}")
        return [Ran(*json.loads(line)) for line in out.read_text(encoding="utf-8").splitlines()]


def chosen(ran: Sequence[Ran], module: str, line: int) -> list[Ran]:
    """Choose the tests of a line, the quickest first.

    Where none runs the line, it is run when the module is loaded, or by compiled code: then any
    test of the module may notice.
    """
    touching = [one for one in ran if module in one.lines]
    running = [one for one in touching if line in one.lines[module]] or touching
    return sorted(running, key=lambda one: one.seconds)


def survives(module: str, source: str, number: int, tests: Sequence[Ran]) -> bool:
    """Tell whether all tests pass in spite of a change."""
    finder = _Changed(module, changed(source, number))

    def run() -> int:
        if "njit" not in source:
            return int(pytest.main([*OPTIONS, *(one.test for one in tests)], [finder]))
        with tempfile.TemporaryDirectory() as folder:
            # Compiled loops are kept by the file that they stand in, which has not changed.
            os.environ["NUMBA_CACHE_DIR"] = folder
            numba.core.config.reload_config()
            return int(pytest.main([*OPTIONS, *(one.test for one in tests)], [finder]))

    seconds = START_S + PATIENCE * sum(one.seconds for one in tests)
    return _forked(run, seconds)[0] == 0


def _forked(work: Callable[[], int], seconds: float) -> tuple[int, str]:
    """Run in a fork with so many seconds of the processor; return its exit code and its words."""
    with tempfile.TemporaryFile() as words:
        child = os.fork()
        if child == 0:
            _do(work, seconds, words.fileno())
        deadline = time.monotonic() + 20 * seconds
        while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
            if time.monotonic() > deadline:
                os.killpg(child, signal.SIGKILL)
            time.sleep(0.02)
        words.seek(0)
        return os.waitstatus_to_exitcode(ended[1]), words.read().decode(errors="replace")


def _do(work: Callable[[], int], seconds: float, words: int) -> NoReturn:
    """Be the fork: whatever happens, nothing of the parent's goes on in it."""
    code = 1
    try:
        os.setpgid(0, 0)
        for stream in (1, 2):
            os.dup2(words, stream)
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
        code = work()
    except BaseException:  # noqa: BLE001 - it is told, and the process ends
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
