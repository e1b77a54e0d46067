"""Where many points lie together, and where few: hot and cold spots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import geo
from layers.keeping.answers import kept_answer
from layers.questions import cluster_reading, patterns
from layers.questions.kinds import register
from layers.questions.patterns import COLD, HOT
from layers.questions.tested_units import UnitClasses, spots

if TYPE_CHECKING:
    import geopandas as gpd


@register
@dataclass(frozen=True, slots=True)
class HotSpots(UnitClasses):
    """Units around which there is more, or less, than chance gives (Getis–Ord Gi*).

    Parameters
    ----------
    points, zones, weight, rule, k, distance_m, permutations, seed, tolerance_m
        As :class:`layers.questions.patterns.Pattern` has them.
    star
        Whether a unit counts as one of those around it.
    """

    LOOK: ClassVar[str] = "hot"
    COMMAND: ClassVar[str] = "hot-spots"
    CLASSES: ClassVar[str] = "hot_spot"
    ORDER: ClassVar[tuple[str, ...]] = (*HOT, *reversed(COLD))
    FOREMOST: ClassVar[tuple[str, ...]] = HOT
    SPOT: ClassVar[cluster_reading.SpotKind] = "hot"

    star: bool = True

    def classified(self) -> gpd.GeoDataFrame:
        """Return the units with ``z``, ``p_fdr`` and ``hot_spot``."""
        return hot_spots(self)

    def sentences(self, lang: str) -> list[str]:
        """Return where the hot and the cold spots are."""
        classes = hot_spots(self)["hot_spot"]
        levels = {kind.split()[1]: int((classes == kind).sum()) for kind in HOT}
        hot, cold = (spots(self, kinds=kinds) for kinds in (HOT, COLD))
        return cluster_reading.hot_spots(patterns.scope(self), hot, cold, levels, lang=lang)


@kept_answer
def hot_spots(asked: HotSpots) -> gpd.GeoDataFrame:
    """Return the units with ``z``, ``p_fdr`` and ``hot_spot`` (Getis–Ord Gi*)."""
    return geo.hot_spots(patterns.counted(asked), asked.tested, star=asked.star, **asked.settings())
