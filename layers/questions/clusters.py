"""Where like values lie together, and which units differ from those around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import geo
from layers.keeping.answers import kept_answer
from layers.questions import cluster_reading, patterns
from layers.questions.autocorrelation import ALPHA
from layers.questions.fields import Field
from layers.questions.kinds import register
from layers.questions.patterns import CLUSTERS
from layers.questions.tested_units import UnitClasses, spots

if TYPE_CHECKING:
    import geopandas as gpd


@register
@dataclass(frozen=True, slots=True)
class Clusters(UnitClasses):
    """Clusters and outliers (local Moran).

    Parameters
    ----------
    points, zones, weight, rule, k, distance_m, permutations, seed, tolerance_m
        As :class:`layers.questions.patterns.Pattern` has them.
    alpha
        Level of significance.
    """

    LOOK: ClassVar[str] = "clusters"
    COMMAND: ClassVar[str] = "clusters"
    CLASSES: ClassVar[str] = "cluster"
    ORDER: ClassVar[tuple[str, ...]] = CLUSTERS
    FOREMOST: ClassVar[tuple[str, ...]] = ("high-high",)
    SPOT: ClassVar[cluster_reading.SpotKind] = "high"

    alpha: Annotated[float, Field(above=0, below=1)] = ALPHA

    def classified(self) -> gpd.GeoDataFrame:
        """Return the units with ``local_i``, ``p_fdr`` and ``cluster``."""
        return clusters(self)

    def sentences(self, lang: str) -> list[str]:
        """Return where like values lie together."""
        by_kind = {kind: spots(self, kinds=(kind,)) for kind in CLUSTERS}
        return cluster_reading.clusters(patterns.scope(self), by_kind, lang=lang)


@kept_answer
def clusters(asked: Clusters) -> gpd.GeoDataFrame:
    """Return the units with ``local_i``, ``p_fdr`` and ``cluster`` (local Moran).

    ``value_z`` and ``around_z`` are the value of a unit and the mean of its neighbours, both in
    standard deviations from the mean of all: the two axes of Moran's scatter plot.
    """
    units = geo.local_autocorrelation(
        patterns.counted(asked), asked.tested, alpha=asked.alpha, **asked.settings()
    )
    tested = units["local_i"].notna()
    values = units[asked.tested].where(tested)
    value_z = (values - values.mean()) / values.std(ddof=0)
    n = int(tested.sum())
    # A unit exactly at the mean says nothing of those around it.
    around = units["local_i"] / value_z.where(value_z != 0) * (n / (n - 1))
    plotted = units.assign(value_z=value_z, around_z=around)
    plotted.attrs = units.attrs
    return plotted
