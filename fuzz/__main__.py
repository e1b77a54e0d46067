"""Fuzz every way in: ``python -m fuzz --inputs 100000`` prints what came of it, by target."""

from __future__ import annotations

import argparse
import json
import sys
import time

from fuzz.runs import Tally, run
from fuzz.shares import SHARES

HEADER = (
    "| target | inputs | accepted | refused | ended by the seal | foreign | crash | hang > 5 s "
    "| > 1 GB | slowest | most memory |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def row(tally: Tally) -> str:
    """Return a target's row of the table."""
    counts = [tally.count(kind) for kind in ("foreign", "crash", "hang", "memory")]
    return (
        f"| {tally.target} | {tally.inputs:,} | {tally.accepted:,} "
        f"| {sum(tally.refused.values()):,} | {tally.contained:,} | "
        + " | ".join(f"{n:,}" for n in counts)
        + f" | {tally.slowest_s:.2f} s | {tally.most_kb / 1000:,.0f} MB |"
    )


def main() -> None:
    """Run inputs, shared out over the targets."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--only", choices=sorted(SHARES), help="one target")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--codes", action="store_true", help="print how often each code refused")
    given = parser.parse_args()
    total = sum(SHARES.values())
    failed = False
    print(HEADER)
    for target, share in SHARES.items():
        if given.only not in {None, target}:
            continue
        begun = time.monotonic()
        inputs = given.inputs if given.only else max(1, given.inputs * share // total)
        tally = run(target, given.first, inputs, jobs=given.jobs)
        print(row(tally), flush=True)
        if given.codes:
            print(json.dumps(tally.refused.most_common(), indent=1))
        for number, what in tally.failures[:20]:
            print(f"    {target} {number}: {what}", flush=True)
        failed |= bool(tally.failures)
        print(f"    {time.monotonic() - begun:,.0f} s", file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
