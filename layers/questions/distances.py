"""Questions about distance: do the points keep together or apart, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geo
from layers.keeping.answers import kept_answer
from layers.plan.catalogue import land
from layers.questions.patterns import FEWEST_POINTS, Refusal, lacking, places_of

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from layers.questions.subjects import Points

SIMULATIONS = 199


@dataclass(frozen=True, slots=True)
class Spacing:
    """Whether points keep together or apart, by distance.

    Parameters
    ----------
    points
        The points asked about.
    once
        Whether points in one place count as one.
    simulations, seed
        How many random patterns they are held against, and where these start.
    """

    points: Points
    once: bool = False
    simulations: int = SIMULATIONS
    seed: int = 0


def study_area() -> gpd.GeoDataFrame:
    """Return the administrative units of the area: where points could lie."""
    return land()


@kept_answer
def spaced(asked: Spacing) -> gpd.GeoDataFrame:
    """Return the points whose spacing is tested: of those in one place the first, if so asked."""
    located = asked.points.located()
    if not asked.once:
        return located
    return located[~located.geometry.to_wkb().duplicated()]


@kept_answer
def refusal(asked: Spacing) -> Refusal | None:
    """Return why distances cannot be tested, None where they can be."""
    missing = lacking(asked.points, None)
    if missing is not None:
        return missing
    inside = _in_study_area(spaced(asked))
    if len(inside) < FEWEST_POINTS or places_of(inside) == 1:
        return Refusal("few_points", places_inside(asked), FEWEST_POINTS)
    return None


def places_inside(asked: Spacing) -> int:
    """Return how many different places in the study area the points have."""
    return places_of(_in_study_area(asked.points.located()))


def _in_study_area(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return points[points.intersects(study_area().geometry.union_all())]


@kept_answer
def ripley(asked: Spacing) -> pd.DataFrame:
    """Return Ripley's K and L with the band of random patterns."""
    return geo.ripley(
        spaced(asked), study_area=study_area(), simulations=asked.simulations, seed=asked.seed
    )


@kept_answer
def nearest(asked: Spacing) -> pd.Series:
    """Return the nearest-neighbour index."""
    return geo.nearest_neighbour_index(spaced(asked), study_area=study_area())
