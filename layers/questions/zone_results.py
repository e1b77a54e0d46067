"""What the distribution page shows of a question: its scale, ranks, classes and mix."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.zoned.uncertainty import rank_of
from layers.keeping.answers import kept_answer
from layers.look.classification import Classification, classes
from layers.look.told import rounded
from layers.plan.zonings import GRID_NAMES
from layers.questions import costs
from layers.questions.counting import (
    MEASURES,
    categories,
    measured,
    population,
    zone_draws,
)
from layers.questions.mix import Diversity, Quotients, Specialisation

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from layers.questions.counting import Distribution
    from layers.questions.scales import Scaled

# What the draws of uncertainty rank that a column is ranked by.
DRAWN = {
    "count": ("count", "rank"),
    "share_pct": ("count", "rank"),
    "density_per_km2": ("density_per_km2", "density_rank"),
    "weight_sum": ("weight_sum", "weight_rank"),
    "weight_share_pct": ("weight_sum", "weight_rank"),
}
PEOPLE = 10_000.0
# A cell of a grid that holds less of a feature than this, to be expected, is left blank.
UNLIKELY = 0.05


class Certainty(NamedTuple):
    """How sure it is that a zone is ahead of the next one, or behind the one before it.

    Parameters
    ----------
    leads
        Whether the zone is the one that is ahead.
    other
        Id of the zone that it is compared with.
    pct
        Probability, percent; a tie counts half.
    """

    leads: bool
    other: str
    pct: float


@kept_answer
def table(shown: Scaled) -> gpd.GeoDataFrame:
    """Return the zones, largest first, with what is shown, its rank and their intervals.

    Returns
    -------
    geopandas.GeoDataFrame
        What `layers.questions.measured` returns, and ``count_low``, ``count_high`` (middle 90 %
        of the draws), ``rank``, and where the draws tell them ``rank_low``, ``rank_high`` (low is
        the better end), ``low`` and ``high`` of the column shown.
    """
    if shown.asked.zones.name not in GRID_NAMES:
        costs.require_zones(shown.asked.zones, costs.MOST_DRAWN, function="distribution")
    zones, _ = measured(shown.question, shown.measure)
    drawn = zone_draws(shown.drawn).zones
    column = shown.column
    values = zones[column].to_numpy(dtype=float)
    more: dict[str, ArrayLike] = {
        "count_low": drawn["count_low"].to_numpy().astype(int),
        "count_high": drawn["count_high"].to_numpy().astype(int),
        "rank": rank_of(np.nan_to_num(values, nan=-1.0)),
    }
    if column in DRAWN:
        value, rank = DRAWN[column]
        more |= {
            f"rank_{end}": drawn[f"{rank}_{end}"].to_numpy().astype(int) for end in ("low", "high")
        }
        if value == column:
            more |= {end: drawn[f"{value}_{end}"].to_numpy() for end in ("low", "high")}
    if column == "per_10k_people":
        people = zones["population"].where(zones["population"] > 0)
        # Where the raster has no value people may live too, at most as densely as around.
        covered = population(shown.question)["covered_pct"].to_numpy() / 100.0
        more |= {
            "low": PEOPLE * drawn["count_low"] / (people / covered),
            "high": PEOPLE * drawn["count_high"] / people,
        }
    return zones.assign(**more).sort_values(column, ascending=False).reset_index(drop=True)


def coloured(shown: Scaled) -> gpd.GeoDataFrame:
    """Return the zones that the map colours: of a grid those alone that may hold a point."""
    zones = table(shown)
    is_grid = shown.asked.zones.name in GRID_NAMES
    return zones[zones["count"] >= UNLIKELY] if is_grid else zones


def on_map(shown: Scaled) -> gpd.GeoDataFrame:
    """Return these zones with their figures as they are told."""
    zones = coloured(shown)
    if shown.asked.zones.name not in GRID_NAMES:
        return rounded(zones)
    # Hundredths of a feature are what the places that stand for one can tell.
    return zones.assign(count=zones["count"].round(2))


def classified(shown: Scaled) -> Classification:
    """Put the zones of the map into classes, on a log scale by the logarithms of those above zero.

    Zeros, for which a log scale has no place, are the first class of it.
    """
    values: NDArray[np.float64] = on_map(shown)[shown.column].to_numpy(dtype=float)
    above = np.sort(values[np.isfinite(values) & (values > 0)])
    if not shown.log or not above.size:
        return classes(values, scheme=shown.scheme, k=shown.classes)
    zeros = bool((values == 0).any())
    logs = np.log10(above)
    by_log = classes(logs, scheme=shown.scheme, k=shown.classes - zeros)
    # Bounds that occur, so that no value is lost to the rounding of its logarithm.
    last = np.searchsorted(logs, by_log.uppers, side="right") - 1
    uppers = [0.0] * zeros + above[last].tolist()
    by_value = classes(values, scheme="given", breaks=uppers)
    return replace(by_value, scheme=shown.scheme, notes=by_log.notes)


def certainty(shown: Scaled, zone: str) -> Certainty | None:
    """Return how sure the place of a zone is, None where the draws do not tell.

    Parameters
    ----------
    shown
        What is shown.
    zone
        Id of a zone: compared with the next one, the last with the one before it.
    """
    order = table(shown)["id"].tolist()
    if shown.column not in DRAWN or len(order) == 1:
        return None
    at = order.index(zone)
    leads = at + 1 < len(order)
    other = order[at + 1] if leads else order[at - 1]
    drawn = zone_draws(shown.drawn)
    labels = pd.Series(drawn.zones.index, index=drawn.zones["id"])
    first, second = (zone, other) if leads else (other, zone)
    chance = drawn.chance_ahead(labels[first], labels[second], by=DRAWN[shown.column][0])
    return Certainty(leads, other, 100.0 * chance)


def summed_column(shown: Scaled) -> str:
    """Return the column of amounts that stand behind what is shown."""
    return "weight_sum" if MEASURES[shown.measure][0] else "count"


@kept_answer
def quotients(asked: Distribution) -> pd.DataFrame:
    """Return the location quotient of each kind in each zone, with its interval and reading."""
    return Quotients(_unweighted(asked)).answer()


@kept_answer
def mix(shown: Scaled) -> gpd.GeoDataFrame:
    """Return the zones that hold points with ``hill_0``, ``hill_2`` and ``krugman_index``."""
    asked = _unweighted(shown.asked)
    zones = table(shown)
    for answer in (Specialisation(asked).answer(), Diversity(asked).answer()):
        zones = zones.merge(answer, on="id", how="left")
    return zones[zones["count"] > 0].sort_values("hill_2", ascending=False)


def kinds_of_zones(asked: Distribution) -> pd.DataFrame:
    """Return ``id``, ``kind``, ``count`` and ``pct`` of the zone's points, where there are."""
    kinds = categories(_unweighted(asked), asked.points.group)
    totals = kinds.sum(axis=1)
    long = kinds.rename_axis("id").reset_index().melt("id", var_name="kind", value_name="count")
    long = long[long["count"] > 0]
    return long.assign(pct=100.0 * long["count"] / long["id"].map(totals).astype(float))


def _unweighted(asked: Distribution) -> Distribution:
    return replace(asked, weight=None, population=None)
