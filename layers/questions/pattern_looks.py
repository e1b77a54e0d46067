"""The looks of the map of pattern: what each asks, whether it can be answered, and in what words.

The page, the printed map and the slides say the same, since they all say it from here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import pandas as pd

from layers.plan.zonings import GRID_NAMES
from layers.questions import centres, cluster_reading, distances, patterns, point_reading
from layers.questions.centres import Centres, group_name
from layers.questions.cluster_reading import in_language, p_words, say
from layers.questions.distances import Spacing
from layers.questions.patterns import Pattern, Refusal
from layers.type.tables import Table
from layers.words import number

if TYPE_CHECKING:
    from layers.questions.subjects import Zones

Name: TypeAlias = Literal["hot", "clusters", "distance", "centres"]
NAMES: tuple[Name, ...] = get_args(Name)
# Groups whose centre has a sentence of its own, and how many points such a group has at least.
GROUPS_TOLD, FEWEST_TOLD = 2, 3
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Look:
    """A question about pattern, and how it is looked at.

    Parameters
    ----------
    name
        ``"hot"``, ``"clusters"``, ``"distance"`` or ``"centres"``.
    asked
        The question: a pattern for the first two, a spacing, or centres.
    """

    name: Name
    asked: Pattern | Spacing | Centres

    @property
    def foremost(self) -> tuple[str, ...]:
        """The classes of units that the look is first of all about."""
        return patterns.HOT if self.name == "hot" else ("high-high",)


def refusal(look: Look) -> Refusal | None:
    """Return why the question cannot be answered, None where it can be."""
    asked = look.asked
    if isinstance(asked, Pattern):
        return patterns.refusal(asked)
    if isinstance(asked, Spacing):
        return distances.refusal(asked)
    return centres.refusal(asked)


# ---- words ----


def title(look: Look, *, lang: str) -> str:
    """Return the title of the map.

    Examples
    --------
    >>> from layers.questions.subjects import Points
    >>> title(Look("distance", Spacing(Points("parks"))), lang="zh")
    '园区的距离格局'
    """
    weighted = not isinstance(look.asked, Spacing) and look.asked.weight is not None
    points = look.asked.points
    noun = points.amount_noun(lang) if weighted else points.noun(lang)
    looked = say(f"pattern.look.{look.name}", lang)
    return say("spec.pattern", lang, noun=noun, look=looked)


def told(look: Look, *, lang: str) -> list[str]:
    """Return the reading of the answer: sentences, the finding first.

    Parameters
    ----------
    look
        The question; one that can be answered.
    lang
        ``"zh"`` or ``"en"``.
    """
    asked = look.asked
    if isinstance(asked, Pattern):
        sentences = _units_told(look, asked, lang)
    elif isinstance(asked, Spacing):
        sentences = _spacing_told(asked, lang)
    else:
        sentences = _centres_told(asked, lang)
    return [sentence for sentence in sentences if sentence]


def method(look: Look, *, lang: str) -> str:
    """Return how the answer was found, empty where there is no chance in it."""
    asked = look.asked
    if isinstance(asked, Pattern):
        size = _size(asked.zones, lang)
        return say(
            "pattern.method",
            lang,
            cells=number(len(patterns.counted(asked))),
            size=say("pattern.method_size", lang, size=size) if size else "",
            draws=number(asked.permutations),
            permutations=number(patterns.GLOBAL_PERMUTATIONS),
            seed=asked.seed,
        )
    if isinstance(asked, Spacing):
        return say(
            "pattern.method_distance",
            lang,
            simulations=number(asked.simulations),
            seed=asked.seed,
            area=number(distances.ripley(asked).attrs["area_km2"], digits=0),
        )
    return ""


def table(look: Look, *, lang: str) -> Table | None:
    """Return the tests over the whole map, or the centres of groups; None where there are none."""
    asked = look.asked
    if isinstance(asked, Pattern):
        return _statistics(patterns.overall(asked), lang)
    if isinstance(asked, Centres):
        return _groups(asked, lang)
    return None


def _units_told(look: Look, asked: Pattern, lang: str) -> list[str]:
    scope, main = patterns.scope(asked), patterns.spots(asked, kinds=look.foremost)
    if look.name == "hot":
        found = patterns.hot_spots(asked)["hot_spot"]
        levels = {kind.split()[1]: int((found == kind).sum()) for kind in look.foremost}
        cold = patterns.spots(asked, kinds=patterns.COLD)
        sentences = cluster_reading.hot_spots(scope, main, cold, levels, lang=lang)
    else:
        spots = {kind: patterns.spots(asked, kinds=(kind,)) for kind in patterns.CLUSTERS}
        sentences = cluster_reading.clusters(scope, spots, lang=lang)
    again = [
        (_size(other, lang), district)
        for other, district in patterns.other_sizes(asked, kinds=look.foremost)
    ]
    district = main[0].district if main else None
    kind: cluster_reading.SpotKind = "hot" if look.name == "hot" else "high"
    return [*sentences, cluster_reading.other_sizes(kind, district, again, lang=lang)]


def _size(zones: Zones, lang: str) -> str:
    """Return the size of cells in words, empty for zones that have none."""
    if zones.name not in GRID_NAMES:
        return ""
    width = None if zones.name == "h3" else zones.cell_m
    return cluster_reading.size(width, zones.h3_resolution, lang=lang)


def _spacing_told(asked: Spacing, lang: str) -> list[str]:
    every = distances.nearest(replace(asked, once=False))
    each = every if asked.once and every["coincident"] else None
    return [
        point_reading.distances(distances.ripley(asked), lang=lang),
        point_reading.nearest(distances.nearest(asked), each, lang=lang),
        point_reading.counted_in(
            asked.points.noun(lang),
            points=int(every["n"]),
            places=distances.places_inside(asked),
            coincident=int(every["coincident"]),
            outside=every.attrs["points_outside"],
            once=asked.once,
            lang=lang,
        ),
    ]


def _centres_told(asked: Centres, lang: str) -> list[str]:
    found, rings = centres.centres(asked), centres.ellipses(asked)
    names = {group: in_language(group_name(asked.by, group), lang) for group in found["category"]}
    noun, (mean, median) = asked.points.noun(lang), (found.iloc[0], found.iloc[1])
    place = centres.whereabouts(mean.geometry)
    sentences = [point_reading.centre_of_all(noun, place, mean, median, lang=lang)]
    if rings is not None:
        sentences.append(point_reading.ellipse(noun, rings.iloc[0], lang=lang))
    groups = found[(found["kind"] == "mean") & (found["n"] >= FEWEST_TOLD)].iloc[1:]
    furthest = groups.sort_values("from_all_km", ascending=False).head(GROUPS_TOLD)
    sentences += [
        point_reading.centre_of_group(
            names[row["category"]], centres.whereabouts(row.geometry), row, lang=lang
        )
        for _, row in furthest.iterrows()
    ]
    ringed = set() if rings is None else set(rings["category"])
    bare = [name for group, name in names.items() if group not in ringed]
    if bare:
        fewest = centres.ELLIPSE_POINTS
        sentences.append(point_reading.without_ellipse(bare, fewest=fewest, lang=lang))
    return sentences


# ---- tables ----


def _statistics(found: pd.DataFrame, lang: str) -> Table:
    """Return Moran's I, Geary's C and Getis–Ord G with what chance gives."""
    rows = [
        (
            say(f"pattern.statistic.{name}", lang),
            _figure(row["value"], 3),
            _figure(row["expected"], 3),
            _figure(row["z"], 1),
            NOTHING if pd.isna(row["p_value"]) else p_words(row["p_value"]).strip("= "),
        )
        for name, row in found.iterrows()
    ]
    header = _header(("statistic", "value", "expected", "standard", "p_value"), lang)
    return Table(header, tuple(rows), numeric=(1, 2, 3, 4))


def _groups(asked: Centres, lang: str) -> Table | None:
    """Return how far the mean centre of each group lies from that of all, and in which way."""
    found = centres.centres(asked)
    mean = found[found["kind"] == "mean"].iloc[1:]
    rows = [
        (
            in_language(group_name(asked.by, row["category"]), lang),
            number(row["n"]),
            _figure(row["from_all_km"], 1),
            point_reading.bearing(row["bearing_deg"], lang=lang),
        )
        for _, row in mean.sort_values("from_all_km", ascending=False).iterrows()
    ]
    header = _header(("group", "n", "from_all_km", "towards"), lang)
    return Table(header, tuple(rows), numeric=(1, 2)) if rows else None


def _header(columns: tuple[str, ...], lang: str) -> tuple[str, ...]:
    return tuple(say(f"pattern.column.{column}", lang) for column in columns)


def _figure(value: float, digits: int) -> str:
    return NOTHING if pd.isna(value) else number(value, digits=digits)
