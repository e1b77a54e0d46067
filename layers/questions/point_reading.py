"""Distances between points and their centres in plain words, in Chinese and English.

Pure functions: numbers and names go in, sentences come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from geo.numerals import listed, number
from layers.questions.cluster_reading import in_language, p_words
from layers.words import paragraph, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


# Half-axes that differ by less than this share show no direction.
ROUND_SHARE = 0.9
SAME_KM = 0.05


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a centre is, in names that a planner knows.

    Parameters
    ----------
    district
        Chinese and English name of the district; None outside all of them.
    near
        Chinese and English name of the nearest node of the plan.
    near_km
        How far that is.
    """

    district: tuple[str, str] | None
    near: tuple[str, str] | None
    near_km: float


def ranges_km(table: pd.DataFrame, *, above: bool) -> list[tuple[float, float]]:
    """Return from where to where, in km, Ripley's L is outside the band of random patterns.

    Parameters
    ----------
    table
        From :func:`geo.ripley`.
    above
        Whether above the band (clustered) or below it (dispersed).
    """
    outside = (
        table["l"] > table["l_band_high"] if above else table["l"] < table["l_band_low"]
    ).to_numpy()
    distance = table["distance_m"].to_numpy() / 1000.0
    ranges = []
    for is_outside, run in groupby(range(len(outside)), key=lambda at: bool(outside[at])):
        at = list(run)
        if is_outside:
            ranges.append((float(distance[at[0]]), float(distance[at[-1]])))
    return ranges


def distances(table: pd.DataFrame, *, lang: str) -> str:
    """Say at which distances the points keep together or apart."""
    p = p_words(table.attrs["p_value"])
    low, high = (table["distance_m"].iloc[at] / 1000.0 for at in (0, -1))
    whole = {"low": number(low, digits=1), "high": number(high, digits=1), "p": p}
    reading = table.attrs["reading"]
    ranges = ranges_km(table, above=reading == "clustered")
    if reading == "random" or not ranges:
        return say("reading.random", lang, **whole)
    if reading == "clustered" and ranges == [(low, high)]:
        return say("reading.clustered_all", lang, **whole)
    words = [
        say("reading.range", lang, low=number(a, digits=1), high=number(b, digits=1))
        for a, b in ranges
    ]
    return say(f"reading.{reading}", lang, ranges=listed(words, lang), p=p)


def counted_in(
    noun: str, *, points: int, places: int, coincident: int, outside: int, once: bool, lang: str
) -> str:
    """Say how many points lie in the study area and how many of them share their place.

    Parameters
    ----------
    noun
        What the points are called.
    points, places, coincident
        Points in the study area, their different places, and those not alone in theirs.
    outside
        Points outside the study area.
    once
        Whether each place counts once.
    lang
        ``"zh"`` or ``"en"``.
    """
    sentences = []
    if coincident:
        key = "reading.once" if once else "reading.each"
        numbers = {"n": number(points), "noun": noun, "places": number(places)}
        sentences.append(say(key, lang, coincident=number(coincident), **numbers))
    if outside:
        sentences.append(say("reading.outside", lang, n=number(outside)))
    return paragraph(sentences, lang)


def nearest(found: pd.Series, each: pd.Series | None = None, *, lang: str) -> str:
    """Say what the nearest-neighbour index means.

    Parameters
    ----------
    found
        From :func:`geo.nearest_neighbour_index`.
    each
        The same with points in one place counted each, to show what they alone do.
    lang
        ``"zh"`` or ``"en"``.
    """
    sentences = [
        say(
            "reading.nearest",
            lang,
            observed=number(found["observed_m"] / 1000.0, digits=1),
            expected=number(found["expected_corrected_m"] / 1000.0, digits=1),
            ratio=number(found["ratio_corrected"], digits=2),
            p=p_words(found["p_corrected"]),
            verdict=say(f"reading.nearest.{found.attrs['reading']}", lang),
        )
    ]
    if each is not None:
        ratio = number(each["ratio_corrected"], digits=2)
        sentences.append(say("reading.nearest_each", lang, ratio=ratio))
    return paragraph(sentences, lang)


# ---- centres ----


def bearing(degrees: float, *, lang: str) -> str:
    """Return one of eight directions for an angle clockwise from north.

    Examples
    --------
    >>> bearing(44, lang="en"), bearing(350, lang="en")
    ('north-east', 'north')
    """
    return say(f"reading.bearing.{round(degrees / 45) % 8}", lang)


def axis(degrees: float, *, lang: str) -> str:
    """Return one of four directions of a line for an angle clockwise from north.

    Examples
    --------
    >>> axis(170, lang="en"), axis(95, lang="en")
    ('north–south', 'east–west')
    """
    return say(f"reading.axis.{round(degrees / 45) % 4}", lang)


def at(place: Whereabouts, *, lang: str) -> str:
    """Return where a centre is, in names."""
    if place.near is None:
        return "" if place.district is None else in_language(place.district, lang)
    names = {"near": in_language(place.near, lang), "km": number(place.near_km, digits=1)}
    if place.district is None:
        return say("reading.at_outside", lang, **names)
    return say("reading.at", lang, district=in_language(place.district, lang), **names)


def centre_of_all(
    noun: str, place: Whereabouts, mean: pd.Series, median: pd.Series, *, lang: str
) -> str:
    """Say where the middle of all points is, and how far the median is from the mean.

    Parameters
    ----------
    noun
        What the points are called.
    place
        Where the mean centre is.
    mean, median
        Rows of :func:`layers.questions.centres.centres`.
    lang
        ``"zh"`` or ``"en"``.
    """
    words = {
        "n": number(mean["n"]),
        "noun": noun,
        "at": at(place, lang=lang),
    }
    if median["from_all_km"] < SAME_KM:
        return say("reading.centre_all_same", lang, **words)
    return say(
        "reading.centre_all",
        lang,
        bearing=bearing(median["bearing_deg"], lang=lang),
        km=number(median["from_all_km"], digits=1),
        **words,
    )


def centre_of_group(group: str, place: Whereabouts, mean: pd.Series, *, lang: str) -> str:
    """Say where the middle of a group is, and how far from that of all points."""
    return say(
        "reading.centre_group",
        lang,
        group=group,
        n=number(mean["n"]),
        at=at(place, lang=lang),
        bearing=bearing(mean["bearing_deg"], lang=lang),
        km=number(mean["from_all_km"], digits=1),
    )


def ellipse(noun: str, found: pd.Series, *, lang: str) -> str:
    """Say how far and in which direction all points spread."""
    is_round = found["minor_m"] > ROUND_SHARE * found["major_m"]
    return say(
        "reading.ellipse_round" if is_round else "reading.ellipse",
        lang,
        noun=noun,
        axis=axis(found["angle_deg"], lang=lang),
        major=number(found["major_m"] / 1000.0, digits=1),
        minor=number(found["minor_m"] / 1000.0, digits=1),
        inside=number(found["inside_pct"], digits=0),
    )


def without_ellipse(groups: Sequence[str], *, fewest: int, lang: str) -> str:
    """Name the groups that have no ellipse since they have too few points or places."""
    return say("reading.no_ellipse", lang, groups=listed(groups, lang), fewest=fewest)
