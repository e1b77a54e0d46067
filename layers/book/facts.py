"""What a page of an atlas says of its subject: key figures, sentences and a table, from the data.

Every sentence is filled with numbers and names of the layers; nothing is said that they do not say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import pandas as pd

from geo.geodesic import geodesic_area_km2
from geo.numerals import listed, number
from layers import questions
from layers.book import series
from layers.book.features import bars, feature_table, kinds, kinds_chart
from layers.keeping.answers import kept_answer
from layers.look.symbology import value_label
from layers.look.told import in_words, with_ends
from layers.plan.area import area, per_plan
from layers.plan.catalogue import load, names_by_id, table
from layers.plan.claims import TABLE
from layers.plan.evidence import said_in, stated_place
from layers.plan.schema import resource
from layers.plan.selection import placed_share
from layers.plan.zonings import DISC_RULE, zoning
from layers.questions.subjects import Points, Zones, point_layers, role_of
from layers.record.specification import asked
from layers.words import capital, paragraph, say, unit_label

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from layers.book.series import Row, Subject
    from layers.look.charts import Chart
    from layers.record.specification import MapSpec
    from layers.type.tables import Table

KINDS_TOLD = 6
# Chinese names, one after the other, that a zone may state.
INDUSTRIES = "leading_industries"
UNLOCATED = "unlocated"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of a subject.

    Parameters
    ----------
    figures
        Title and value of each key figure.
    text
        Paragraphs.
    table
        Its features, None where there are none.
    chart
        What it has most to do with by kind, or a kind by administrative unit; None where there
        is nothing to compare.
    found
        Figures that slides are called by: of what the map is about, then of what else there is.
    """

    figures: tuple[tuple[str, str], ...]
    text: tuple[str, ...]
    table: Table | None
    chart: Chart | None
    found: tuple[tuple[tuple[str, str], ...], ...]


def of_all(some: str, all_: str) -> str:
    """Return a number with that of all, which a line must not end between.

    Examples
    --------
    >>> of_all("1", "5").split()
    ['1', '/', '5']
    """
    return f"{some}\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}{all_}"


def of_zone(zone: Subject, spec: MapSpec) -> Facts:
    """Return the facts of a zone.

    Parameters
    ----------
    zone
        As :func:`layers.book.series.zones` returns it, with a place.
    spec
        The map of the atlas: what it asks is told for the zone as well.
    """
    lang = spec.lang
    asked_about, shape = asked(spec).subjects, zone.shape
    # The one that most is said of comes first.
    names = dict.fromkeys((_lead(), *point_layers()))
    told = [_points(layer, asked_about) for layer in names]
    inside = {
        each: _rows(each, (row for row in series.inside(each.layer, shape) if row["id"] != zone.id))
        for each in told
    }
    nowhere = series.unplaced(zone)
    unplaced = [row for each in told for row in _rows(each, nowhere)]
    rows = [*chain.from_iterable(inside.values()), *unplaced]
    answer = _answer(zone, spec)
    # What is asked about comes first, and of a layer its number and what that comes to.
    numbers = [
        (numbers[0], *numbers[1:][-1:])
        for each in sorted(told, key=lambda each: each.layer != (asked_about or told[0]).layer)
        if (numbers := _numbers(zone, each, inside[each], spec))
    ]
    figures = (*_counts(zone, inside, spec), *([] if asked(spec).on_every_page else answer))
    # The one interval that figures have stands in brackets.
    has_ends = any(value.endswith(")") for _, value in figures)
    contents = _contents(zone, inside, len(unplaced), spec, has_ends=has_ends)
    return Facts(
        figures,
        (*_place(zone, lang), *contents),
        feature_table(rows, lang, of_layers=True),
        kinds_chart(*next(iter(inside.items())), lang),
        ((*answer[:1],), *numbers) if answer else tuple(numbers),
    )


def of_kind(points: Points, spec: MapSpec) -> Facts:
    """Return the facts of a kind of points, such as a platform category.

    Parameters
    ----------
    points
        The points of one kind.
    spec
        The map of the atlas.
    """
    lang = spec.lang
    chosen, placed = points.chosen(), points.located()
    whole = points.filtered(points.group, ()).chosen()
    share, places = placed_share(chosen), int(placed.geometry.to_wkb().nunique())
    figures = [
        _figure("all", number(len(chosen)), lang),
        _figure("located", of_all(number(share.placed), number(share.possible)), lang),
        _figure("places", number(places), lang),
        _figure("kind_share", f"{in_words(100 * len(chosen) / len(whole), 'share_pct')} %", lang),
    ]
    units = load(area().land.layer)
    joined = placed[["id", "geometry"]].sjoin(units[["geometry"]], predicate="intersects")
    counts = joined["index_right"].map(units[f"name_{lang}"]).value_counts()
    if len(counts):
        sentence = _say(
            "kind",
            lang,
            n=number(share.possible),
            located=number(share.placed),
            places=number(places),
            unit=counts.index[0],
            most=number(counts.iloc[0]),
        )
    else:
        sentence = _say("kind_nowhere", lang, n=number(len(chosen)))
    text = [sentence, *_inherited(series.rows_of(placed, points.layer), lang)]
    if len(placed):
        figures += asked(spec).over(points).facts_of_points(lang)
    rows = series.rows_of(chosen, points.layer)
    units = _of("atlas.series", area().land.layer, lang)
    return Facts(
        tuple(figures),
        tuple(text),
        feature_table(sorted(rows, key=lambda row: row["evidence"] == UNLOCATED), lang),
        bars(_say("chart_units", lang, units=units), list(counts.items())),
        (tuple(figures[1:2]), tuple(figures[2:4])),
    )


# ---- of a zone ----


def _lead() -> str:
    """Return the point layer that pages say most of: the one that the overview lists."""
    return area().defaults["overview"]["layer"]


def _points(layer: str, points: Points | None) -> Points:
    """Return the points of a layer that pages tell of: those of the question, of any kind."""
    return points.all_kinds() if points is not None and points.layer == layer else Points(layer)


def _rows(points: Points, rows: Iterable[Row]) -> list[Row]:
    """Return those of some features that are of the chosen points."""
    ids = _ids(points)
    return [row for row in rows if row["layer"] == points.layer and row["id"] in ids]


@kept_answer
def _ids(points: Points) -> frozenset[str]:
    """Return the ids of the chosen points."""
    return frozenset(points.chosen()["id"])


@kept_answer
def _located(points: Points) -> int:
    """Return how many of the chosen points have a place."""
    return len(points.located())


def _counts(zone: Subject, inside: dict[Points, list[Row]], spec: MapSpec) -> list[tuple[str, str]]:
    """Return area and numbers of what lies in a zone."""
    lang = spec.lang
    figures = []
    outlined = _area(zone, spec.pages or "")
    if outlined is not None:
        schematic = "_schematic" if outlined["evidence"] == "schematic" else ""
        km2 = number(outlined["area_km2"], digits=1)
        figures.append(_figure(f"area{schematic}", f"{km2} km²", lang))
    for points, features in inside.items():
        figures += _numbers(zone, points, features, spec)
    return figures


def _numbers(
    zone: Subject, points: Points, features: list[Row], spec: MapSpec
) -> list[tuple[str, str]]:
    """Return how many features of a layer lie in a zone, and what they come to."""
    lang, count, layer = spec.lang, float(len(features)), points.layer
    names = {"layer": points.title(lang), "noun": points.noun(lang)}
    amounts = _amounts(layer, features)
    drawn, summed = _drawn(zone.id, points, spec), sum(amounts)
    sum_told = in_words(summed, "weight_sum")
    if drawn is not None:
        count, summed = drawn["count"], drawn.get("weight_sum", summed)
        sum_told = with_ends(drawn, "weight_sum") if "weight_sum" in drawn else sum_told
    # What is drawn in a zone for sure is a number; what is shared out is to be expected.
    kind = "_expected" if _is_expected(points, features, drawn) else ""
    told = in_words(count, "count") if drawn is None else with_ends(drawn, "count")
    figures = [_figure(f"count{kind}", told, lang, **names)]
    placed = _located(points)
    if layer == _lead() and placed:
        share = in_words(100 * count / placed, "share_pct")
        figures.append(_figure(f"share{kind}", f"{share} %", lang, **names))
    if drawn is not None and layer == _lead():
        rank = of_all(number(drawn["rank"]), number(len(_draws(points, spec.pages or ""))))
        figures.append(_figure("rank", rank, lang, **names))
    if summed:
        names |= _amount_words(layer, lang)
        figures.append(_figure(f"amount{kind}", sum_told, lang, **names))
    return figures


def _is_expected(points: Points, features: list[Row], drawn: Row | None) -> bool:
    """Whether the figures of a zone are others than those of what is drawn in it."""
    if drawn is None:
        return False
    told, here = drawn["count"], float(len(features))
    summed, own = drawn.get("weight_sum", 0.0), sum(_amounts(points.layer, features))
    return not (math.isclose(told, here) and math.isclose(summed, own, abs_tol=1e-9))


def _amounts(layer: str, features: list[Row]) -> list[float]:
    """Return what features of a layer state of that which can be added up."""
    column = role_of(layer).amount
    return [row[column] for row in features if pd.notna(row[column])] if column else []


def _amount_words(layer: str, lang: str) -> dict[str, str]:
    """Return what a layer adds up, and its unit, as readers call them."""
    field = resource(layer).field(role_of(layer).amount or "")
    return {"amount": field.title(lang), "unit": unit_label(field.unit or "", lang=lang)}


@kept_answer
def _draws(points: Points, name: str) -> dict[str, Row]:
    """Return by id the zones of a series that are areas, with what is to be expected in them."""
    stated = points.stated(points.amount)
    weight = points.amount if stated is not None and (stated > 0).any() else None
    counted = questions.Distribution(points, Zones(name), weight)
    return _by_id(questions.zone_draws(counted).zones)


def _drawn(zone: str, points: Points, spec: MapSpec) -> Row | None:
    return _draws(points, spec.pages or "").get(zone) if _located(points) else None


@kept_answer
def _areas(name: str) -> dict[str, Row]:
    """Return by id the zones of a series whose outline is no assumed disc, with ``area_km2``."""
    zones = zoning(name)
    zones = zones[zones["rule"] != DISC_RULE]
    return _by_id(zones.assign(area_km2=geodesic_area_km2(zones.geometry)))


def _by_id(zones: gpd.GeoDataFrame) -> dict[str, Row]:
    records = pd.DataFrame(zones.drop(columns="geometry")).to_dict("records")
    return {row["id"]: row for row in records}


def _area(zone: Subject, name: str) -> Row | None:
    """Return area and evidence of a zone, None where it has no outline but an assumed one."""
    return _areas(name).get(zone.id)


def _place(zone: Subject, lang: str) -> list[str]:
    """Return sentences on where a zone is and how that is known, and what the text says of it."""
    row, sentences = zone.row, []
    evidence = value_label("evidence", row["evidence"], lang=lang)
    accuracy = row.get("accuracy_m")
    if pd.notna(accuracy):
        metres = number(accuracy, digits=0)
        sentences.append(_say("place", lang, evidence=evidence, accuracy=metres))
    if row["evidence"] == "schematic":
        sentences = [paragraph([*sentences, _say("schematic", lang)], lang)]
    if zone.shape is not None and zone.shape.geom_type == "Point":
        sentences.append(_say("point", lang))
    elif pd.notna(row.get("radius_m")):
        sentences.append(_say("disc", lang, radius=number(row["radius_m"], digits=0)))
    if isinstance(row.get("claim_id"), str):
        sentences.append(_claimed(row["claim_id"], lang))
    if isinstance(row.get("quote"), str):
        sentences.append(
            _say(
                "quote",
                lang,
                quote=row["quote"],
                source=names_by_id(lang=lang)[row["source_id"]],
                heading=row.get("heading") or "",
            )
        )
    return sentences


def _claimed(claim_id: str, lang: str) -> str:
    """Return what a place follows from: what is said, by whom, and how sure that is."""
    claim = _claims()[claim_id]
    return _say(
        "claim",
        lang,
        kind=value_label("kind", claim["kind"], lang=lang),
        place=stated_place(claim, lang),
        source=names_by_id(lang=lang)[claim["source_id"]],
        grade=value_label("grade", claim["grade"], lang=lang),
    )


@per_plan
def _claims() -> dict[str, Row]:
    """Return by id what places follow from."""
    return {row["id"]: row for row in table(TABLE).to_dict("records")}


def _contents(
    zone: Subject,
    inside: dict[Points, list[Row]],
    unplaced: int,
    spec: MapSpec,
    *,
    has_ends: bool,
) -> list[str]:
    """Return sentences on what lies in a zone."""
    lang, sentences = spec.lang, []
    parts = [name for name in series.parts(zone, lang) if name != zone.name(lang)]
    if parts:
        sentences.append(_say("parts", lang, names=listed(parts, lang)))
    industries = said_in(zone.row, INDUSTRIES, lang)
    if industries:
        sentences.append(_say("industries", lang, names=listed(industries.split("|"), lang)))
    sentences += [
        sentence
        for points, features in inside.items()
        for sentence in _told_of(points, features, _drawn(zone.id, points, spec), lang)
    ]
    sentences += _inherited(chain.from_iterable(inside.values()), lang)
    expected = (
        _is_expected(points, features, _drawn(zone.id, points, spec))
        for points, features in inside.items()
    )
    notes = [_say("expected", lang)] if any(expected) else []
    notes += [_say("in_brackets", lang)] if has_ends else []
    if notes:
        sentences.append(paragraph(notes, lang))
    if unplaced:
        sentences.append(_say("unplaced", lang, n=number(unplaced)))
    lead = next(iter(inside))
    drawn = _drawn(zone.id, lead, spec)
    if drawn is not None and drawn["rank_low"] != drawn["rank_high"]:
        ends = {end: f"{drawn[f'rank_{end}']:.0f}" for end in ("low", "high")}
        noun, zones = lead.noun(lang), len(_draws(lead, spec.pages or ""))
        sentences.append(_say("ranked", lang, noun=noun, zones=zones, **ends))
    return sentences


def _told_of(points: Points, features: list[Row], drawn: Row | None, lang: str) -> list[str]:
    """Return sentences on the features of one layer: of which kinds they are, what they come to.

    What is to be expected counts what is drawn elsewhere too, which is said where nothing here
    states an amount.
    """
    layer, words = points.layer, {"layer": points.title(lang), "n": number(len(features))}
    role, lead = role_of(layer), layer == _lead()
    if not features:
        return [_say("none", lang, **words)] if lead or role.amount else []
    sentences = []
    if lead:
        counts = kinds(features, role.group)
        most = counts[:KINDS_TOLD]
        parts = [f"{value_label(role.group, value, lang=lang)} {n}" for value, n in most]
        if others := sum(n for _, n in counts[KINDS_TOLD:]):
            parts.append(_say("kinds_others", lang, n=number(others)))
        sentences.append(_say("kinds", lang, kinds=listed(parts, lang), **words))
    if role.amount:
        amounts = _amounts(layer, features)
        key = "amounts" if len(amounts) else "amounts_unstated"
        if not amounts and drawn is not None and drawn.get("weight_sum", 0.0) > 0:
            key = "amounts_elsewhere"
        words |= {"stated": number(len(amounts)), "sum": in_words(sum(amounts), "weight_sum")}
        sentences.append(_say(key, lang, **words, **_amount_words(layer, lang)))
    return sentences


def _inherited(placed: Iterable[Row], lang: str) -> list[str]:
    n = sum(isinstance(row.get("within"), str) for row in placed)
    return [_say("inherited", lang, n=number(n))] if n else []


# ---- what the map asks ----


def _answer(zone: Subject, spec: MapSpec) -> list[tuple[str, str]]:
    """Return what the map's question comes to in a zone that is an area."""
    if _area(zone, spec.pages or "") is None:
        return []
    return asked(spec).facts(zone.id, spec.pages or "", spec.lang)


# ---- words ----


def _figure(key: str, value: str, lang: str, **words: str) -> tuple[str, str]:
    return _say(f"figure.{key}", lang, **words), value


def _say(key: str, lang: str, **values: object) -> str:
    sentence = say(f"atlas.{key}", lang, **values)
    return capital(sentence)


def _of(family: str, layer: str, lang: str) -> str:
    """Return what the plan calls a layer in a sentence, or as a series."""
    return say(f"{family}.{layer}", lang)
