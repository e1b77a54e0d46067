"""What belongs to a zone by the text of the plan, beside what lies in it by its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from geo.errors import InputError
from geo.units import labelled
from layers.keeping.answers import kept_answer
from layers.keeping.brought import is_own
from layers.plan.wholes import wholes
from layers.questions.counting import LIKELY, Distribution, OfZones, shares, zone_counts
from layers.questions.kinds import register

if TYPE_CHECKING:
    import geopandas as gpd


@register
@dataclass(frozen=True, slots=True)
class Belonging(OfZones):
    """Counts and sums by what the text says of zones, exact, beside those by place.

    Parameters
    ----------
    asked
        Which points are counted, and where.
    """

    LOOK: ClassVar[str] = "text"
    COMMAND: ClassVar[str] = "text"

    @property
    def column(self) -> str:
        """The count by the text, or the sum."""
        return "text_count" if self.asked.weight is None else "text_sum"

    @property
    def columns(self) -> tuple[str, ...]:
        """What is by place, and what only one of the two knows."""
        by_place = "count" if self.asked.weight is None else "weight_sum"
        return (by_place, "text_alone", "place_alone")

    def answer(self) -> gpd.GeoDataFrame:
        """Return the zones with ``text_count``, ``text_sum``, ``text_alone``, ``place_alone``."""
        return belonging_zones(self.asked)

    def zones_shown(self) -> gpd.GeoDataFrame:
        """Return the zones with both."""
        return self.answer()


@kept_answer
def belonging(asked: Distribution) -> pd.DataFrame:
    """Return which chosen features belong to which zones, by the text and by their place.

    Returns
    -------
    pandas.DataFrame
        ``id`` of a feature and of a ``zone``, one row for each pair that either knows;
        ``by_text``, whether the text says so, at any remove; ``share``, how likely the feature lies
        there, 0 to 1.

    Raises
    ------
    InputError
        If the text says of none of the zones what belongs to it.
    """
    zones, chosen = asked.zones.frame(), asked.points.chosen()
    above = {} if is_own(asked.points.layer) else wholes()
    wanted = {*zones["id"]}
    if not wanted & {target for targets in above.values() for target in targets}:
        raise InputError(
            "text: the plan says of none of these zones what belongs to it; take zones that it "
            "names, such as its circles or cities",
            code="zones.no_members",
        )
    texts = [
        (feature, zone)
        for feature in chosen["id"]
        for zone in wanted & above.get(feature, frozenset())
    ]
    by_text = pd.DataFrame(texts, columns=["id", "zone"]).assign(by_text=True)
    both = by_text.merge(shares(asked), on=["id", "zone"], how="outer")
    return both.assign(
        by_text=both["by_text"].notna(), share=both["share"].astype(float).fillna(0.0)
    )


@kept_answer
def belonging_zones(asked: Distribution) -> gpd.GeoDataFrame:
    """Return the zones with what belongs to them by the text and by place.

    Returns
    -------
    geopandas.GeoDataFrame
        What :func:`layers.questions.counting.zone_counts` returns, and ``text_count``; with a
        weight ``text_sum``, of those that state it; ``text_alone``, how many the text knows of
        that have no place or lie elsewhere; ``place_alone``, how many lie there more likely than
        not and of which the text says nothing.

    Raises
    ------
    InputError
        As :func:`belonging`.
    """
    pairs = belonging(asked)
    zones = zone_counts(asked)
    by_text, likely = pairs["by_text"], pairs["share"] > LIKELY
    parts = {
        "text_count": by_text,
        "text_alone": by_text & ~likely,
        "place_alone": likely & ~by_text,
    }
    columns = {
        name: zones["id"].map(pairs[part].groupby("zone").size()).fillna(0).astype(int)
        for name, part in parts.items()
    }
    if asked.weight is not None:
        amounts = asked.points.chosen().set_index("id")[asked.weight]
        stated = pairs[by_text].assign(amount=lambda rows: rows["id"].map(amounts))
        columns["text_sum"] = zones["id"].map(stated.groupby("zone")["amount"].sum()).fillna(0.0)
    unit = zones.attrs["units"].get("weight_sum", "")
    return labelled(zones.assign(**columns), zones.attrs, columns={"text_sum": unit})
