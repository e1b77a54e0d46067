"""Hot spots and clusters in plain words, in Chinese and English: what a planner can say.

Pure functions: numbers and names go in, sentences come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias

from geo.numerals import listed, number
from layers.words import paragraph, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

Pair: TypeAlias = tuple[str, str]
SpotKind: TypeAlias = Literal["hot", "high"]
PLACES_NAMED, SPOTS_NAMED = 3, 3
LEAST_P = 0.001
# A reading of where points are must say so when so many share their places with others.
SHARED_PLACES = 0.5


@dataclass(frozen=True, slots=True)
class Scope:
    """What was tested.

    Parameters
    ----------
    nouns
        What the points are called in a sentence, in Chinese and in English.
    amount_nouns
        What is added up where they are weighted, likewise.
    points
        Number of points counted in the units.
    places
        Number of different places that they have.
    amount
        The number of points, or what they add up to where they are weighted.
    cells
        Number of units.
    zero_cells
        Number of units without any point.
    area_km2
        Area of the units.
    stated
        How many of the points state an investment, where that is tested instead of the number.
    """

    nouns: tuple[str, str]
    points: int
    places: int
    amount: float
    cells: int
    zero_cells: int
    area_km2: float
    stated: int | None = None
    amount_nouns: tuple[str, str] = ("", "")

    def noun(self, lang: str) -> str:
        """Return what the points are called in a sentence."""
        return self.nouns[lang == "en"]

    def amount_noun(self, lang: str) -> str:
        """Return what is counted or added up."""
        return self.noun(lang) if self.stated is None else self.amount_nouns[lang == "en"]


@dataclass(frozen=True, slots=True)
class Spot:
    """Units of one kind that adjoin each other, and what is there.

    Parameters
    ----------
    district
        Chinese and English name of the district with most of its points.
    places
        Chinese and English names of elements of the plan in it, the most important first.
    cells
        Number of units.
    points
        Number of points in them.
    amount
        The same, or what the points add up to where they are weighted.
    area_km2
        Area of the units.
    """

    district: Pair
    places: tuple[Pair, ...]
    cells: int
    points: int
    amount: float
    area_km2: float


def hot_spots(
    scope: Scope, hot: Sequence[Spot], cold: Sequence[Spot], levels: Mapping[str, int], *, lang: str
) -> list[str]:
    """Say where the hot and the cold spots are.

    Parameters
    ----------
    scope
        What was tested.
    hot, cold
        Groups of units, the foremost first.
    levels
        Number of hot units by confidence in percent, such as ``{"99": 2, "95": 4}``.
    lang
        ``"zh"`` or ``"en"``.
    """
    sentences = []
    if hot:
        reached = [
            say("reading.level", lang, level=level, n=number(n)) for level, n in levels.items() if n
        ]
        sentences += [
            say(
                "reading.hot",
                lang,
                noun=scope.amount_noun(lang),
                where=where(hot[0], lang=lang),
            ),
            say(
                "reading.hot_cells",
                lang,
                cells=cells(sum(spot.cells for spot in hot), lang=lang),
                levels=listed(reached, lang),
                area=_percent(sum(spot.area_km2 for spot in hot), scope.area_km2),
                amount=scope.amount_noun(lang),
                share=_percent(sum(spot.amount for spot in hot), scope.amount),
            ),
        ]
        sentences += [_another(spot, scope, lang) for spot in hot[1:SPOTS_NAMED]]
    else:
        sentences += [
            say("reading.hot_none", lang, noun=scope.amount_noun(lang)),
            say("reading.none_why", lang),
        ]
    return [*sentences, _cold(scope, cold, lang), *_basis(scope, lang)]


def clusters(scope: Scope, found: Mapping[str, Sequence[Spot]], *, lang: str) -> list[str]:
    """Say where like values lie together, and which units differ from those around them.

    Parameters
    ----------
    scope
        What was tested.
    found
        Groups of units by cluster (``"high-high"``, ``"low-low"``, ``"high-low"``,
        ``"low-high"``), the foremost first.
    lang
        ``"zh"`` or ``"en"``.
    """
    high = found["high-high"]
    if high:
        sentences = [
            say(
                "reading.high_high",
                lang,
                noun=scope.amount_noun(lang),
                where=everywhere(high, lang=lang),
            ),
            say(
                "reading.high_high_cells",
                lang,
                cells=cells(sum(spot.cells for spot in high), lang=lang),
                points=number(sum(spot.points for spot in high)),
                noun=scope.noun(lang),
                amount=scope.amount_noun(lang),
                share=_percent(sum(spot.amount for spot in high), scope.amount),
            ),
        ]
    else:
        sentences = [
            say("reading.high_high_none", lang, noun=scope.amount_noun(lang)),
            say("reading.none_why", lang),
        ]
    for kind, key in (
        ("high-low", "reading.high_low"),
        ("low-high", "reading.low_high"),
        ("low-low", "reading.low_low"),
    ):
        part = found[kind]
        if part:
            n = cells(sum(spot.cells for spot in part), lang=lang)
            sentences.append(say(key, lang, cells=n, where=everywhere(part, lang=lang)))
    if not found["high-low"] and not found["low-high"]:
        sentences.append(say("reading.outlier_none", lang))
    return [*sentences, *_basis(scope, lang)]


def shared_places(scope: Scope, *, lang: str) -> list[str]:
    """Warn where most points share their places, nothing where they do not."""
    if scope.places > SHARED_PLACES * scope.points:
        return []
    return [
        say(
            "reading.same_place",
            lang,
            n=number(scope.points),
            noun=scope.noun(lang),
            places=number(scope.places),
        )
    ]


def overall(table: pd.DataFrame, *, lang: str) -> str:
    """Say whether adjoining units are alike over the whole map, by Moran's I."""
    return say(
        f"reading.global_{table.attrs['reading']}",
        lang,
        value=number(float(table["value"]["moran_i"]), digits=3),
        p=p_words(float(table["p_value"]["moran_i"])),
    )


def other_sizes(
    kind: SpotKind, main: Pair | None, found: Sequence[tuple[str, Pair | None]], *, lang: str
) -> str:
    """Say whether the main spot stays in its district when the cells are of other sizes.

    Parameters
    ----------
    kind
        ``"hot"`` for hot spots, ``"high"`` for clusters of high values.
    main
        Names of the district of the main spot, None where there is no spot.
    found
        Size of the cells in words, and the district found with it.
    lang
        ``"zh"`` or ``"en"``.
    """
    sentences, steady = [], True
    spot = say(f"reading.spot.{kind}", lang)
    for district, sizes in groupby(sorted(found, key=_by_district), key=lambda one: one[1]):
        words = listed([size for size, _ in sizes], lang)
        if district is None:
            if main is None:
                continue
            sentences.append(say("reading.size_gone", lang, spot=spot, sizes=words))
        else:
            key = "same" if district == main else "new" if main is None else "moved"
            name = in_language(district, lang)
            sentences.append(
                say(f"reading.size_{key}", lang, spot=spot, sizes=words, district=name)
            )
        steady = steady and district == main
    if sentences and not steady:
        sentences.append(say("reading.size_careful", lang))
    return paragraph(sentences, lang)


def size(cell_m: int | None, h3_resolution: int, *, lang: str) -> str:
    """Return the size of cells in words, by their width or else their H3 resolution.

    Examples
    --------
    >>> size(4500, 7, lang="en"), size(None, 6, lang="en")
    ('4.5 km', 'H3 resolution 6')
    """
    if cell_m is None:
        return say("reading.size_h3", lang, level=h3_resolution)
    return say("reading.size_cell", lang, km=number(cell_m / 1000.0))


def where(spot: Spot, *, lang: str) -> str:
    """Return the district of a spot with the foremost names in it."""
    return _named(spot.district, spot.places, lang)


def everywhere(spots: Sequence[Spot], *, lang: str) -> str:
    """Return the districts of several spots, each once with the foremost names in it."""
    places: dict[Pair, dict[Pair, None]] = {}
    for spot in spots:
        places.setdefault(spot.district, {}).update(dict.fromkeys(spot.places))
    foremost = list(places.items())[:SPOTS_NAMED]
    return listed([_named(district, list(names), lang) for district, names in foremost], lang)


def cells(n: int, *, lang: str) -> str:
    """Return a number of units in words, which are cells of a grid or zones.

    Examples
    --------
    >>> cells(1, lang="en"), cells(1200, lang="en")
    ('1 unit', '1,200 units')
    """
    return say("reading.cells", lang, n=n)


# ---- words ----


def p_words(p_value: float) -> str:
    """Return a p-value as it stands in a sentence.

    Examples
    --------
    >>> p_words(0.0004), p_words(0.0312)
    ('< 0.001', '= 0.031')
    """
    if p_value < LEAST_P:
        return f"< {LEAST_P}"
    return f"= {p_value:.3f}"


def _basis(scope: Scope, lang: str) -> list[str]:
    """Say what the numbers stand on."""
    sentences = shared_places(scope, lang=lang)
    if scope.stated is not None:
        stated = number(scope.stated)
        n = number(scope.points)
        sentences.append(say("reading.stated", lang, n=n, noun=scope.noun(lang), stated=stated))
    return sentences


def _named(district: Pair, places: Sequence[Pair], lang: str) -> str:
    if not places:
        return in_language(district, lang)
    foremost = [in_language(place, lang) for place in places[:PLACES_NAMED]]
    return say(
        "reading.where", lang, district=in_language(district, lang), places=listed(foremost, lang)
    )


def _another(spot: Spot, scope: Scope, lang: str) -> str:
    return say(
        "reading.hot_more",
        lang,
        where=where(spot, lang=lang),
        cells=cells(spot.cells, lang=lang),
        points=number(spot.points),
        noun=scope.noun(lang),
    )


def _cold(scope: Scope, cold: Sequence[Spot], lang: str) -> str:
    if cold:
        n = cells(sum(spot.cells for spot in cold), lang=lang)
        largest = max(cold, key=lambda spot: spot.cells)
        return say("reading.cold", lang, cells=n, where=in_language(largest.district, lang))
    mostly_zero = scope.zero_cells * 2 > scope.cells
    return say("reading.cold_zero" if mostly_zero else "reading.cold_none", lang)


def _by_district(entry: tuple[str, Pair | None]) -> str:
    return "" if entry[1] is None else entry[1][0]


def in_language(pair: Pair, lang: str) -> str:
    """Return the Chinese or the English of two texts."""
    return pair[lang == "en"]


def _percent(part: float, whole: float) -> str:
    return number(100.0 * part / whole, digits=1)
