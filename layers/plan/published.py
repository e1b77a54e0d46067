"""Published populations beside what a raster gives, so that a wrong reading shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geo
from layers.plan.area import area
from layers.plan.catalogue import load, table

if TYPE_CHECKING:
    import pandas as pd

    from geo.zoned.people import Population

# A raster of people is fitted to a census of some year, and made for another: within these the two
# agree.
LOWEST_RATIO, HIGHEST_RATIO = 0.7, 1.4
COVERED_PCT = 99.0


def compared(people: Population) -> pd.DataFrame:
    """Return the published populations, and the people that a raster has in the same places.

    Parameters
    ----------
    people
        From :func:`geo.population`.

    Returns
    -------
    pandas.DataFrame
        ``name_zh``, ``name_en``, ``date``, ``source_id``, ``published`` (people), ``counted``
        (people of the raster, not-a-number where the atlas lacks a district of the place or the
        raster does not cover it), ``ratio`` (counted to published) and ``agrees`` (None where
        nothing is counted).

    Raises
    ------
    InputError
        If the raster meets none of the districts.
    """
    districts = geo.people_in(people.counts, load(area().land.layer)).set_index(area().land.code)
    rows = table("populations")
    counted = []
    for adcodes in rows["adcodes"].str.split("|"):
        there = districts.reindex(adcodes)
        whole = bool((there["covered_pct"] >= COVERED_PCT).all())
        counted.append(float(there["population"].sum()) if whole else float("nan"))
    compared = rows[["name_zh", "name_en", "date", "source_id"]].assign(
        published=rows["population"].astype(float), counted=counted
    )
    ratio = compared["counted"] / compared["published"]
    agrees = ratio.between(LOWEST_RATIO, HIGHEST_RATIO).astype(object).where(ratio.notna(), None)
    return compared.assign(ratio=ratio, agrees=agrees)
