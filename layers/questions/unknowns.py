"""What a map does not know: how well places are known, and how far that could move ranks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from geo.numerals import number
from geo.units import COUNT, labelled
from layers.keeping.answers import kept_answer
from layers.look.told import in_words
from layers.plan.catalogue import table
from layers.plan.claims import TABLE
from layers.plan.selection import ENTITY, placeable
from layers.plan.wholes import wholes
from layers.plan.zonings import GRID_NAMES
from layers.questions import costs
from layers.questions.counting import counted
from layers.words import paragraph, say

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.questions.kinds import Kind
    from layers.questions.subjects import By, Points, Zones

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

GRADES = ("A", "B", "C", "")
# How well a place is known, in the order of the columns.
KNOWN = ("by_point", "by_zone", "nowhere", "placeless")


@dataclass(frozen=True, slots=True)
class Unknowns:
    """How well the places of chosen features are known.

    Parameters
    ----------
    kinds
        For each kind of the chosen features that occurs: ``kind``, its code; ``count``, how many
        are chosen; of these ``by_point``, placed by a point; ``by_zone``, known only by the zone
        that holds them; ``nowhere``, without a place; ``placeless``, which can have none, such as
        a service or an event. The kind with most that lack a point comes first.
    grades
        ``grade`` of the claim that places a feature and ``count``, how many have it: A two
        independent sources, B one, C the host, street or town; none for what a row or a rule says.
    """

    kinds: pd.DataFrame
    grades: pd.DataFrame

    def total(self, column: str) -> int:
        """Return the sum of a column of the kinds."""
        return int(self.kinds[column].sum())

    @property
    def placed(self) -> int:
        """How many have a place."""
        return self.total("by_point") + self.total("by_zone")


@kept_answer
def unknown_places(points: Points) -> Unknowns:
    """Return how well the places of chosen features are known.

    Parameters
    ----------
    points
        The features.

    Raises
    ------
    InputError
        If the layer has no points, or is a visitor's own and no longer kept.

    Examples
    --------
    >>> from layers.questions.subjects import Points
    >>> known = unknown_places(Points("parks"))
    >>> known.total("count") == sum(map(known.total, KNOWN))
    True
    """
    frame = points.chosen()
    known = _known(frame, placed=bool(points.values(ENTITY)))
    flags = pd.DataFrame({name: known == name for name in KNOWN}, index=frame.index)
    kind = frame[points.group].fillna("") if points.group in frame else pd.Series("", frame.index)
    kinds = flags.groupby(kind).sum().rename_axis("kind").reset_index()
    kinds.insert(1, "count", kinds[list(KNOWN)].sum(axis=1))
    lacking = (kinds["by_zone"] + kinds["nowhere"]).rename("lacking")
    kinds = kinds.loc[lacking.sort_values(ascending=False, kind="stable").index]
    placed = frame[np.isin(known, KNOWN[:2])]
    grade = pd.Series("", placed.index)
    if "claim_id" in placed:
        grades = table(TABLE).set_index("id")["grade"]
        grade = placed["claim_id"].map(grades).fillna("")
    counts = grade.value_counts().reindex(GRADES, fill_value=0)
    return Unknowns(
        labelled(kinds.reset_index(drop=True), columns=dict.fromkeys(KNOWN, COUNT)),
        labelled(counts.rename_axis("grade").rename("count").reset_index()),
    )


@kept_answer
def zone_bounds(points: Points, zones: Zones, *, by: By = "count") -> gpd.GeoDataFrame:
    """Return how far counts in zones could move if places that are not known lay elsewhere.

    What has a place may lie wherever that may be off. What has none may lie in any zone, or where
    the text puts it in zones, in one of these.

    Parameters
    ----------
    points
        The features.
    zones
        The zones.
    by
        What they are ranked by: ``"count"`` or ``"density_per_km2"``, the count by the area.

    Returns
    -------
    geopandas.GeoDataFrame
        The zones, most first: ``count`` to be expected, ``count_min`` of what is certain to
        lie there, by the text alone too, and ``count_max`` of all that could; ``rank``, and
        ``rank_min`` and ``rank_max``, the best and the worst that it could have. No worst case
        need be possible together with another.

    Raises
    ------
    InputError
        If no chosen feature has a place, or there are too many zones.

    Examples
    --------
    >>> from layers.questions.subjects import Points, Zones
    >>> found = zone_bounds(Points("platforms"), Zones("districts"))
    >>> bool((found["count"] <= found["count_max"]).all())
    True
    """
    costs.require_zones(zones, costs.MOST_COUNTED, function="zone_bounds")
    areas, given = zones.frame(), counted(points, zones)
    found, n = given.found, len(areas)
    chosen = points.chosen()
    homeless = chosen[_known(chosen, placed=bool(points.values(ENTITY))) == "nowhere"]
    # Pairs of the position of a feature without a place and that of a zone.
    told = _told(homeless, areas["id"].tolist())
    zones_told = np.bincount(told[:, 0], minlength=len(homeless))
    sure, alone = found.share == 1.0, zones_told[told[:, 0]] == 1
    count = found.sums(found.zone, n)
    low = np.bincount(found.zone[sure], minlength=n) + np.bincount(told[alone, 1], minlength=n)
    high = np.bincount(found.zone, minlength=n) + np.bincount(told[:, 1], minlength=n)
    high += int((zones_told == 0).sum())
    moving = set(found.point[~sure].tolist()) - set(found.point[sure].tolist())
    unsure = len(moving) + int((zones_told != 1).sum())
    per = given.area_km2 if by == "density_per_km2" else np.ones(n)
    ranks = _ranks(count / per, low / per, high / per, n if found.overlap else unsure)
    table = areas.assign(count=count, count_min=low, count_max=high, **ranks)
    table = table.sort_values("rank", kind="stable").reset_index(drop=True)
    return labelled(table, {"unsure": unsure})


def unknowns_note(question: Kind, lang: str) -> str:
    """Return in a few sentences how well the places that a map is about are known.

    Parameters
    ----------
    question
        What the map answers; empty where it is about no points.
    lang
        ``"zh"`` or ``"en"``.
    """
    points = question.subjects
    if points is None:
        return ""
    known = unknown_places(points)
    counts = {name: number(known.total(name)) for name in KNOWN}
    counts["possible"] = number(known.total("count") - known.total("placeless"))
    said = [say("unknowns.note", lang, noun=points.noun(lang), **counts)]
    if known.total("placeless"):
        said.append(say("unknowns.placeless", lang, n=counts["placeless"]))
    return paragraph(said, lang)


def certainty_note(question: Kind, lang: str) -> str:
    """Return how sure the first of the zones of a map is; empty where there are none, or cells."""
    points, zones = question.subjects, question.ranked_in
    if points is None or zones is None or zones.name in GRID_NAMES:
        return ""
    known = unknown_places(points)
    if not known.placed or known.total("by_point") == known.total("count"):
        return ""
    if (told := question.certain(lang)) is not None:
        return told
    by = question.ranked_by
    return first_of(zone_bounds(points, zones, by=by), by, lang)


def first_of(bounds: pd.DataFrame, by: By, lang: str) -> str:
    """Return how sure the rank of the first zone of :func:`zone_bounds` is."""
    zone, order = bounds.iloc[0], say(f"unknowns.by.{by}", lang)
    names = [name for name in zone.index if name.startswith(("count", "rank"))]
    ends = {name: in_words(float(zone[name]), "count") for name in names}
    key = "unknowns.first_sure" if zone["rank_min"] == zone["rank_max"] else "unknowns.first"
    return say(key, lang, by=order, zone=zone[f"name_{lang}"], **ends)


def _known(frame: gpd.GeoDataFrame, *, placed: bool) -> NDArray[np.str_]:
    """Return of each feature how well its place is known, a name of :data:`KNOWN`.

    What can have no place has one here only where ``placed`` says that maps draw it.
    """
    there = ~(frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    zone = frame["within"].notna().to_numpy() if "within" in frame else np.zeros(len(frame), bool)
    can = placeable(frame) | (placed & there)
    return np.select([~can, ~there, zone], ["placeless", "nowhere", "by_zone"], "by_point")


def _told(frame: gpd.GeoDataFrame, zones: list[str]) -> Ints:
    """Return which features the text puts in which zones, at any remove."""
    place, above = {zone: at for at, zone in enumerate(zones)}, wholes()
    pairs = [
        (at, place[each])
        for at, feature in enumerate(frame.get("id", ()))
        for each in above.get(feature, ())
        if each in place
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _ranks(value: Floats, low: Floats, high: Floats, most: int) -> dict[str, Ints]:
    """Return the rank of each value, and the best and the worst that it could have.

    Parameters
    ----------
    value, low, high
        What is ranked, and its ends.
    most
        How many others can rise above a value at its low end at once.
    """

    def above(values: Floats, than: Floats) -> Ints:
        return len(values) - np.searchsorted(np.sort(values), than, side="right")

    # A tie of sums and quotients is a tie, whatever their last digits.
    value, low, high = np.round([value, low, high], 12)
    surely = above(low, low)
    perhaps = np.minimum(above(high, low) - (high > low) - surely, most)
    return {
        "rank": 1 + above(value, value),
        "rank_min": 1 + above(low, high),
        "rank_max": 1 + surely + perhaps,
    }
