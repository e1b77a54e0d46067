"""Change the code a little, many times: ``python -m mutants geo/zoned --sample 40``.

Prints, for each module, how many of the changes a test notices, and those that none does; and for
all, how many the fast tests of its room notice, and all tests of its room. With ``--together`` the
sample is drawn from all modules, and the shares are told with their intervals.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from math import sqrt
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from mutants.changes import changes
from mutants.runs import ROOT, survivors

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def drawn(
    sizes: Mapping[str, int], *, sample: int | None, together: bool, seed: int
) -> dict[str, list[int]]:
    """Draw changes by their numbers: of each module, or of all modules together."""
    if sample is None:
        return {module: list(range(size)) for module, size in sizes.items()}
    if together:
        every = [(module, number) for module, size in sizes.items() for number in range(size)]
        some = sorted(Random(seed).sample(every, min(sample, len(every))))
        return {module: [number for of, number in some if of == module] for module in sizes}
    return {
        module: sorted(Random(f"{seed} {module}").sample(range(size), min(sample, size)))
        for module, size in sizes.items()
    }


def interval(share: float, n: int) -> tuple[float, float]:
    """Return Wilson's 90 % interval of a share of n."""
    z = 1.645
    middle, half = share + z**2 / (2 * n), z * sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    return (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)


def main() -> None:
    """Try changes of modules, room by room."""
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", default=WHOLE, help="files or folders")
    parser.add_argument("--sample", type=int, help="so many changes of each module")
    parser.add_argument("--together", action="store_true", help="so many of all modules together")
    parser.add_argument("--seed", type=int, default=0, help="which of them")
    parser.add_argument("--least", type=float, help="share in per cent that must be noticed")
    given = parser.parse_args()
    for library in LIBRARIES:
        import_module(library)
    every = {
        module: changes((ROOT / module).read_text(encoding="utf-8"))
        for module in modules(list(given.modules))
    }
    numbers = drawn(
        {module: len(some) for module, some in every.items()},
        sample=given.sample,
        together=given.together,
        seed=given.seed,
    )
    tried, unnoticed = 0, [0, 0, 0]
    for room in dict.fromkeys(map(room_of, every)):
        here = {
            module: some for module, some in numbers.items() if some and room_of(module) == room
        }
        for module, left in survivors(room, here).items() if here else ():
            for line, words in (every[module][number] for number in left.by_all):
                print(f"    {module}:{line}: {words}")
            of = len(here[module])
            tried += of
            unnoticed = [n + len(some) for n, some in zip(unnoticed, left, strict=True)]
            print(f"{module}: {of - len(left.by_all)} of {of} of {len(every[module])}", flush=True)
    for tests, missed in zip(("fast tests of its room", "its room", "all"), unnoticed, strict=True):
        share = (tried - missed) / max(tried, 1)
        print(f"{tests}: {tried - missed} of {tried}, {share:.1%}", end="")
        print(" (90 %: {:.0%} to {:.0%})".format(*interval(share, tried)) if given.together else "")
    if given.least is not None and tried - unnoticed[-1] < tried * given.least / 100:
        sys.exit(1)


if __name__ == "__main__":
    main()
