"""Why a pattern cannot be told from chance, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from layers.questions.subjects import Points

Reason: TypeAlias = Literal[
    "empty",
    "nothing_weighted",
    "few_units",
    "overlap",
    "all_alike",
    "islands",
    "few_counted",
    "few_points",
]
# Where names of parameters stand, the one who asks puts what he calls them.
REFUSED: dict[Reason, str] = {
    "empty": "no chosen feature has a place; choose more categories, levels or sectors",
    "nothing_weighted": "no chosen feature states the weight; leave out {weight} or choose more",
    "few_units": "there are only {n} zones; below {fewest}, or with no more than {k} of them, a "
    "pattern cannot be told from chance; take {zoning} hexagons, a smaller {cell_m} or a finer "
    "{h3_resolution}",
    "overlap": "these zones overlap, so none adjoins another; take {zoning} hexagons, or "
    "{rule} knn or distance",
    "all_alike": "all zones have the same value; choose more points or another {cell_m}",
    "islands": "hardly any zones are neighbours within {distance_m}; lengthen it",
    "few_counted": "only {n} points lie in the zones; below {fewest} a pattern cannot be told "
    "from chance; choose more",
    "few_points": "only {n} places lie in the study area; below {fewest} no pattern by distance "
    "can be seen; choose more",
}
PARAMETERS = ("weight", "k", "cell_m", "h3_resolution", "zoning", "rule", "distance_m")
# The methods refuse to tell a pattern from chance below so many units, or points.
FEWEST_UNITS, FEWEST_POINTS = 30, 8


class Refusal(NamedTuple):
    """Why a question cannot be answered.

    Parameters
    ----------
    reason
        A key of :data:`REFUSED`.
    n, fewest
        How many zones, points or places there are, and how many there must be; None where these
        are not the reason.
    """

    reason: Reason
    n: int | None = None
    fewest: int | None = None

    def sentence(self, called: Callable[[str], str] = str) -> str:
        """Return why, and what to do.

        Parameters
        ----------
        called
            Returns what a parameter is called where the question was asked.

        Examples
        --------
        >>> Refusal("islands").sentence()
        'hardly any zones are neighbours within distance_m; lengthen it'
        """
        names = {name: called(name) for name in PARAMETERS}
        return REFUSED[self.reason].format(n=self.n, fewest=self.fewest, **names)


def lacking(points: Points, weight: str | None) -> Refusal | None:
    """Return what the chosen points lack for any answer: places, or the weight."""
    stated = points.stated(weight)
    if points.located().empty:
        return Refusal("empty")
    if stated is not None and not (stated > 0).any():
        return Refusal("nothing_weighted")
    return None


def places_of(points: gpd.GeoDataFrame) -> int:
    """Return how many different places points have."""
    return int(points.geometry.to_wkb().nunique())
