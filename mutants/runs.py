"""The tests of a room, run on a module with one change, in a fork of a process that has loaded all.

To begin with, the tests are collected and run once as they are, and which of them runs which line
is kept: a change is then tried with the fast tests that run its line, the quickest first, until one
fails, what these let pass with the other tests of the room, and what is left with the fast tests of
all other rooms. Functions are given their changed
code where they stand, so that nothing is loaded or collected again; only a change of what runs when
it is loaded is loaded anew, with its tests. What strangers send is parsed in a process of its own,
which would parse it with the code as it is: here a thread does that.

The tools that there are do not fit: mutmut leaves every decorated function as it is, and all that
is public here has a door; cosmic-ray writes each change into the file and starts a process for it,
which takes longer to load the libraries than most tests take.
"""

from __future__ import annotations

import ast
import gc
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
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_file_location
from inspect import CO_NEWLOCALS
from itertools import accumulate
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import hypothesis
import numba
import pytest

from mutants.changes import changed, changes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import FrameType, ModuleType

ROOT = Path(__file__).resolve().parents[1]
# A change may make a loop endless: so many times what the tests take of the processor unchanged,
# and a while for what is loaded or compiled.
PATIENCE, START_S = 5.0, 30.0
# What the tests that are not fast may take of the processor for one change, as they take unchanged.
SLOW_S = 30.0
# What the fast tests of all other rooms may take of it.
ELSEWHERE_S = 900.0
# Examples are the same each time, as many as in a test run; a smaller one of those that fail is of
# no interest here.
hypothesis.settings.register_profile(
    "mutants",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
PASSED = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
OPTIONS = (
    *("-q", "-x", "-s", "--tb=short", "--hypothesis-profile=mutants"),
    *("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov"),
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
    is_fast
        Whether it is one of those that run while somebody works.
    """

    test: str
    seconds: float
    lines: dict[str, list[int]]
    is_fast: bool = True


class Left(NamedTuple):
    """Changes of a module, by their numbers, that are not noticed.

    Parameters
    ----------
    by_fast
        Not by the fast tests.
    by_room
        Not by the others of the room either.
    by_all
        Nor by the fast ones of other rooms.
    """

    by_fast: list[int]
    by_room: list[int]
    by_all: list[int]


class _Watch:
    """Notes which lines of some modules each test runs."""

    def __init__(self, modules: Iterable[str], out: Path) -> None:
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
            seconds = time.process_time() - begun
            ran = Ran(item.nodeid, seconds, lines, item.get_closest_marker("fast") is not None)
            with self.out.open("a", encoding="utf-8") as out:
                out.write(json.dumps(ran) + "\n")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            print(report.longreprtext)


class _Unsealed:
    """Lets what parses strangers' files be loaded with the tests, and run in their process."""

    def pytest_collection_finish(self) -> None:
        import_module("mutants.unsealed")


class _Trials(_Unsealed):
    """Takes the place of pytest's loop: runs the tests as they are, then with each change."""

    def __init__(self, wanted: Mapping[str, Sequence[int]], out: Path) -> None:
        self.wanted, self.out = wanted, out

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        lines = self.out.with_name("lines")
        session.config.pluginmanager.register(watch := _Watch(self.wanted, lines))
        code, said = _forked(lambda: _fails(session.items, [600.0] * len(session.items)), 3600)
        if code:
            raise RuntimeError(said[-3000:])
        session.config.pluginmanager.unregister(watch)
        ran = [Ran(*json.loads(line)) for line in lines.read_text(encoding="utf-8").splitlines()]
        items = {item.nodeid: item for item in session.items}
        # The configuration has put what was loaded out of sight.
        gc.unfreeze()
        functions = [one for one in gc.get_objects() if isinstance(one, FunctionType)]
        gc.freeze()
        for module, numbers in self.wanted.items():
            source = (ROOT / module).read_text(encoding="utf-8")
            every = changes(source)
            for number in numbers:
                swaps = _swaps(module, source, number, functions)
                verdicts = []
                for tests in chosen(ran, module, every[number].line):
                    noticed = bool(swaps and tests) and _notice(tests, items, swaps, source)
                    # What runs in no test may run, or be compiled, when it is loaded.
                    run = any(every[number].line in test.lines.get(module, ()) for test in tests)
                    settled = noticed or (swaps and run and "njit" not in source)
                    verdicts.append((noticed, [] if settled else [test[:2] for test in tests]))
                    if noticed:
                        break
                with self.out.open("a", encoding="utf-8") as out:
                    out.write(json.dumps((module, number, verdicts)) + "\n")
        return True


def _notice(
    tests: Sequence[Ran],
    items: Mapping[str, pytest.Item],
    swaps: Sequence[tuple[FunctionType, CodeType]],
    source: str,
) -> bool:
    start = START_S if "njit" in source else 2.0
    seconds = [start + PATIENCE * test.seconds for test in tests]

    def run() -> int:
        for function, code in swaps:
            function.__code__ = code
        return _fails([items[test.test] for test in tests], seconds)

    return _forked(_compiling_anew(run, source), sum(seconds))[0] != 0


def _fails(items: Sequence[pytest.Item], seconds: Sequence[float]) -> int:
    """Run some tests until one fails, or takes more of the processor than it may."""
    for item, following, most in zip(items, (*items[1:], None), seconds, strict=True):
        _limit(time.process_time() + most)
        # One that waits for what never comes takes nothing of the processor.
        signal.alarm(int(20 * most))
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        if item.session.testsfailed:
            return 1
    return 0


def _swaps(
    module: str, source: str, number: int, functions: Sequence[FunctionType]
) -> list[tuple[FunctionType, CodeType]]:
    """Return which functions have which code after a change; none if it is not theirs alone."""
    file = str(ROOT / module)
    old, new = (
        compile(tree, file, "exec") for tree in (ast.parse(source), changed(source, number))
    )
    swaps = []
    for before, after in differing(old, new):
        alive = [
            one for one in functions if one.__code__.co_filename == file and one.__code__ == before
        ]
        if not alive or before.co_freevars != after.co_freevars:
            return []
        swaps += [(one, after) for one in alive]
    return swaps


def differing(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Give what differs of two codes, each with the other: outermost functions, else all."""
    if old == new:
        return
    within = [
        [part for part in code.co_consts if isinstance(part, CodeType)] for code in (old, new)
    ]
    bare = [
        code.replace(co_consts=tuple(None if part in inner else part for part in code.co_consts))
        for code, inner in zip((old, new), within, strict=True)
    ]
    if old.co_flags & CO_NEWLOCALS or bare[0] != bare[1]:
        yield old, new
        return
    for before, after in zip(*within, strict=True):
        yield from differing(before, after)


class _Loaded(MetaPathFinder, Loader):
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


class _Changed(_Unsealed, _Loaded):
    """The same, and strangers' files are parsed with it too."""


def survivors(room: str, wanted: Mapping[str, Sequence[int]]) -> dict[str, Left]:
    """Try some changes, by module, with a room's tests; return those that no test notices.

    Raises
    ------
    RuntimeError
        A test fails as the code is.
    """
    left = {module: Left([], [], []) for module in wanted}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "tried"
        package = ROOT / Path(room).relative_to("tests")
        # Not the rooms within it, but the examples in the modules.
        files = [*(ROOT / room).glob("test_*.py"), *package.glob("*.py")]
        where = [*map(str, sorted(files))]

        code, said = _forked(lambda: pytest.main([*OPTIONS, *where], [_Trials(wanted, out)]), 36000)
        if code:
            raise RuntimeError(f"the tests fail as the code is:\n{said[-5000:]}")
        for module, number, verdicts in map(json.loads, out.read_text("utf-8").splitlines()):
            for unnoticed, (noticed, anew) in zip(left[module], verdicts, strict=False):
                if noticed or not _survives(module, number, dict(anew)):
                    break
                unnoticed.append(number)
    for module, unnoticed in left.items():
        unnoticed.by_all.extend(
            number for number in unnoticed.by_room if not _noticed_elsewhere(room, module, number)
        )
    return left


def chosen(ran: Sequence[Ran], module: str, line: int) -> tuple[list[Ran], list[Ran]]:
    """Choose the tests of a line, the quickest first: the fast ones, and some of the others.

    Where none runs the line, it is run when the module is loaded, or by compiled code: then any
    test may notice, those of the module first, as another module may have taken a constant.
    """
    running = [one for one in ran if line in one.lines.get(module, ())] or list(ran)
    running.sort(key=lambda one: (module not in one.lines, one.seconds))
    others = [one for one in running if not one.is_fast]
    until = accumulate(one.seconds for one in others)
    few = [one for one, seconds in zip(others, until, strict=True) if seconds <= SLOW_S]
    return [one for one in running if one.is_fast], few


def _survives(module: str, number: int, seconds: Mapping[str, float]) -> bool:
    """Tell whether some tests pass in spite of a change when everything is loaded with it."""
    if not seconds:
        return True
    source = (ROOT / module).read_text(encoding="utf-8")
    finder = _Changed(module, changed(source, number))
    run = _compiling_anew(lambda: int(pytest.main([*OPTIONS, *seconds], [finder])), source)
    return _forked(run, START_S + PATIENCE * sum(seconds.values()))[0] == 0


def _noticed_elsewhere(room: str, module: str, number: int) -> bool:
    """Tell whether the fast tests of other rooms notice a change, those that name its module first.

    Raises
    ------
    RuntimeError
        One of them fails as the code is.
    """
    source = (ROOT / module).read_text(encoding="utf-8")
    name = module.removesuffix(".py").replace("/", ".")
    files: dict[bool, list[str]] = {True: [], False: []}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        if file.parent != ROOT / room:
            files[name in file.read_text(encoding="utf-8")].append(str(file))

    def run(where: Sequence[str], plugins: Sequence[object]) -> tuple[int, str]:
        tests = [*OPTIONS, "-m", "fast", *where]
        return _forked(
            _compiling_anew(lambda: int(pytest.main(tests, [*plugins])), source), ELSEWHERE_S
        )

    for where in filter(None, files.values()):
        code, _ = run(where, [_Loaded(module, changed(source, number))])
        if code not in PASSED:
            as_it_is, said = run(where, [])
            if as_it_is not in PASSED:
                raise RuntimeError(f"the tests fail as the code is:\n{said[-5000:]}")
            return True
    return False


def _compiling_anew(run: Callable[[], int], source: str) -> Callable[[], int]:
    """Compiled loops are kept by the file that they stand in, which has not changed."""
    if "njit" not in source:
        return run

    def run_anew() -> int:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["NUMBA_CACHE_DIR"] = folder
            numba.core.config.reload_config()  # type: ignore[no-untyped-call]
            return run()

    return run_anew


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
        _limit(seconds)
        code = work()
    except BaseException:  # noqa: BLE001 - it is told, and the process ends
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _limit(seconds: float) -> None:
    """End this process when it has taken so much of the processor."""
    hardest = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, hardest))
