"""How far few zones hold the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import geo
from geo.errors import InputError
from geo.numerals import number, significant
from geo.units import labelled
from layers.look.told import in_words
from layers.plan.zonings import zoning_names
from layers.questions.counting import OfZones, zone_counts
from layers.questions.fields import Field
from layers.questions.figures import foremost
from layers.questions.kinds import register
from layers.questions.subjects import Zones
from layers.words import say

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

OUTSIDE = "outside"
# Of the measures, those that are told first.
MEASURES = ("hhi", "gini")


@register
@dataclass(frozen=True, slots=True)
class Concentration(OfZones):
    """How far few zones hold the whole.

    Parameters
    ----------
    asked
        Which points are counted, and where.
    groups
        Name of a zoning that splits the concentration into between and within.
    """

    LOOK: ClassVar[str] = "concentration"
    COMMAND: ClassVar[str] = "concentration"

    groups: Annotated[str | None, Field(choices=zoning_names, brings="zones")] = None

    @property
    def column(self) -> str:
        """The share of a zone, which the measures are made of."""
        return "of_all_zones_pct"

    @property
    def columns(self) -> tuple[str, ...]:
        """The count, or what the points add up to."""
        return (self.held,)

    def zones_shown(self) -> gpd.GeoDataFrame:
        """Return the zones with their share of what all of them hold."""
        zones = OfZones.zones_shown(self)
        held = zones[self.held].astype(float)
        return labelled(zones.assign(of_all_zones_pct=100.0 * held / held.sum()), zones.attrs)

    def told(self, lang: str) -> list[str]:
        """Return what the foremost zone holds, and how far from even that is."""
        zones = self.zones_shown()
        if not zones[self.held].sum():
            return []
        answer = self.answer()
        first, share = foremost(zones, self.column, lang)
        weighted = self.asked.weight is not None
        points = self.asked.points
        what = self.column_title(self.held, lang) if weighted else points.noun(lang)
        told = {"share": in_words(share, self.column), "hhi": significant(answer["hhi"], 3)}
        told |= {"even": significant(1.0 / len(zones), 3), "n": number(len(zones))}
        key = "told.concentration_sum" if weighted else "told.concentration"
        return [say(key, lang, what=what, zone=first, **told)]

    def answer(self) -> pd.Series[float]:
        """Return the measures of concentration; zones that overlap have none by area.

        Raises
        ------
        InputError
            If there is one zone alone, or the groups split nothing.
        """
        zones = zone_counts(self.asked)
        if len(zones) == 1:
            raise InputError(
                "concentration: there is only one zone; take a zoning of several", code="zones.one"
            )
        by_id = zones.set_index("id")
        return geo.concentration_measures(
            by_id[self.held].astype(float),
            areas=None if zones.attrs["zones_overlap"] else by_id["area_km2"],
            groups=None if self.groups is None else _groups(zones, self.groups),
        )

    def headline(self, lang: str) -> list[tuple[str, str]]:
        """Return how far few zones hold the whole."""
        answer = self.answer()
        return [(say(f"headline.{name}", lang), significant(answer[name], 3)) for name in MEASURES]


def _groups(zones: gpd.GeoDataFrame, zoning: str) -> pd.Series[str]:
    """Return the zone of another zoning that holds a point inside each zone."""
    inside = zones[["id", "geometry"]].set_geometry(zones.representative_point())
    others = Zones(zoning).frame()[["id", "geometry"]]
    held = inside.sjoin(others, how="left", lsuffix="", rsuffix="group")
    first: pd.Series[str] = held.drop_duplicates("id_").set_index("id_")["id_group"].fillna(OUTSIDE)
    if first.nunique() in {1, len(first)}:
        raise InputError(
            f"groups {zoning}: all zones are in one group, or each is one of its own, so that "
            "there is no within and between; take another zoning",
            code="zones.groups",
            value=zoning,
        )
    return first
