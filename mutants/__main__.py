"""Change the code a little, many times: ``python -m mutants geo/zoned --sample 40``.

Prints, for each module, how many of the changes a test notices, and those that none does.
"""

from __future__ import annotations

import argparse
import sys
import time
from importlib import import_module
from pathlib import Path
from random import Random

from mutants.changes import changes
from mutants.runs import ROOT, Ran, chosen, survives, tests_of

WHOLE = ("geo", "layers/plan", "layers/questions")
# What tests load, so that each fork has it.
LIBRARIES = (
    *("geopandas", "hypothesis.strategies", "numba", "rioxarray"),
    *("libpysal.graph", "scipy.ndimage", "scipy.stats", "scipy.optimize", "jsonschema"),
    *("playwright.sync_api", "streamlit.testing.v1", "matplotlib.pyplot", "esda", "pointpats"),
)


def modules(wanted: list[str]) -> list[str]:
    """Return the paths of modules, of all in a folder that is wanted."""
    found = []
    for name in wanted:
        path = ROOT / name
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return [str(path.relative_to(ROOT)) for path in found if path.name != "__init__.py"]


def room_of(module: str) -> str:
    """Return where the tests of a module stand: tests mirror the packages."""
    return str(Path("tests") / Path(module).parent)


def tested(module: str, tests: list[Ran], *, sample: int | None, seed: int) -> tuple[int, int]:
    """Try the changes of a module, or a sample; return how many are noticed, and of how many."""
    source = (ROOT / module).read_text(encoding="utf-8")
    every = changes(source)
    size = len(every) if sample is None else min(sample, len(every))
    numbers = sorted(Random(f"{seed} {module}").sample(range(len(every)), size))
    begun, survivors = time.monotonic(), []
    for number in numbers:
        change = every[number]
        if survives(module, source, number, chosen(tests, module, change.line)):
            survivors.append(change)
            print(f"    {module}:{change.line}: {change.words}", flush=True)
    killed = len(numbers) - len(survivors)
    share = f"{killed / len(numbers):.0%}" if numbers else "–"
    print(f"{module}: {killed} of {len(numbers)} ({share}) of {len(every)}", end=" ")
    print(f"in {time.monotonic() - begun:,.0f} s", flush=True)
    return killed, len(numbers)


def main() -> None:
    """Try changes of modules, room by room."""
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", default=WHOLE, help="files or folders")
    parser.add_argument("--sample", type=int, help="so many changes of each module")
    parser.add_argument("--seed", type=int, default=0, help="which of them")
    parser.add_argument("--least", type=float, help="share in per cent that must be noticed")
    given = parser.parse_args()
    for library in LIBRARIES:
        import_module(library)
    wanted = modules(list(given.modules))
    killed = tried = 0
    for room in dict.fromkeys(map(room_of, wanted)):
        here = [module for module in wanted if room_of(module) == room]
        ran = tests_of(here, room)
        for module in here:
            noticed, of = tested(module, ran, sample=given.sample, seed=given.seed)
            killed, tried = killed + noticed, tried + of
    print(f"all: {killed} of {tried}")
    if given.least is not None and killed < tried * given.least / 100:
        sys.exit(1)


if __name__ == "__main__":
    main()
