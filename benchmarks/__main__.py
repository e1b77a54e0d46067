"""Print all benchmarks: ``python -m benchmarks``; or some: ``python -m benchmarks datum``."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec

from benchmarks.table import Row, render

MODULES = (
    "density",
    "geotiff",
    "intake",
    "points_in_zones",
    "raster_zones",
    "uncertainty",
    "pattern",
    "datum",
    "web_map",
    "printing",
    "atlas",
)


def main(names: list[str]) -> None:
    found: list[Row] = []
    for name in names or MODULES:
        if find_spec(f"benchmarks.{name}") is None:
            if name in names:
                sys.exit(f"There is no benchmark {name!r}. There are {', '.join(MODULES)}.")
            continue
        print(f"{name} …", file=sys.stderr)
        found.extend(import_module(f"benchmarks.{name}").rows())
    print(render(found))
    print("\nThe quickest of several runs each. The ratio is the time of the peer over ours.")


if __name__ == "__main__":
    main(sys.argv[1:])
