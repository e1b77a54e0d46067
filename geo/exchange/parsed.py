"""What a reader makes of a file, before any place is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo.findings import Finding

Kind = Literal["point", "line", "polygon", "mixed", "none"]
# What the one layer of a file is called that knows no layers.
UNNAMED = "features"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A layer (sheet, folder, shapefile) of a file, that was or could have been taken.

    Parameters
    ----------
    name
        As the file calls it.
    kind
        Of geometry.
    rows
        How many it has.
    """

    name: str
    kind: Kind
    rows: int


@dataclass(slots=True)
class Parsed:
    """What a reader makes of a file, inside the sealed worker, before any place is judged.

    Parameters
    ----------
    frame
        Rows that have a usable geometry. Its index (named ``row``) is the number of each row in the
        file, from 1 in the order of the layers taken. Texts are to the letter: a code such as 0101
        or NA stays text. ``crs`` is None where the file does not say.
    aside
        Rows that have none: index ``row``, columns ``reason`` (a code of :mod:`geo.wording`),
        ``detail`` (text in no language: a WKT, a position) and ``name`` (if any).
    layers, taken
        Layers of the file, and the names of those that the rows are of.
    encoding, encoding_how
        Encoding of its texts, and a code that says how it was decided.
    crs_how
        Code that says how the CRS was decided.
    findings
        All else.
    """

    frame: gpd.GeoDataFrame
    aside: pd.DataFrame
    layers: tuple[Candidate, ...]
    taken: tuple[str, ...]
    encoding: str
    encoding_how: str
    crs_how: str
    findings: list[Finding]
