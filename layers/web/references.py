"""What the features of a map document refer to: sources, conflicts, claims, what they belong to."""

from __future__ import annotations

import json
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.numerals import LANGUAGES, listed, number
from layers.look.reduced import coarser
from layers.look.symbology import layer_styles
from layers.plan.area import per_plan
from layers.plan.catalogue import as_drawn, gazetteer, table
from layers.plan.claims import TABLE
from layers.plan.evidence import said_in, stated_place
from layers.plan.schema import resource
from layers.plan.years import LEAST_DATED, counted_beside
from layers.web.encoding import columnar
from layers.words import both, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd

    Layers = Sequence[Mapping[str, Any]]

_NAMED = ("id", "name_zh", "name_en", "aliases")
# What a card says of a claim beside its place.
_CLAIM = ("kind", "grade", "state", "source_id", "quote")


def claims(layers: Layers) -> tuple[dict[str, list[str]], dict[str, list[dict[str, Any]]]]:
    """Return whom the claims of each feature's place are of, and what is claimed of each of these.

    Features of one site share its claims.
    """
    of = _statements()
    subjects = {
        key: there
        for key in _ids(layers)
        if (there := [each for each in gazetteer().subjects(key) if each in of])
    }
    used = dict.fromkeys(each for them in subjects.values() for each in them)
    return subjects, {key: of[key] for key in used}


@per_plan
def mentions(*, public: bool = False) -> str:
    """Return names and places of all layers as JSON text: what maps do not draw is found on them.

    Pages have it once for all their maps.

    Parameters
    ----------
    public
        Whether places are as coarse as the public may know them.
    """
    return json.dumps(
        [_mentions(name, public=public) for name in layer_styles()],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _mentions(name: str, *, public: bool) -> dict[str, Any]:
    about, frame = resource(name), as_drawn(name)
    frame = coarser(frame) if public else frame
    table_ = pd.DataFrame(frame[[each for each in _NAMED if each in frame]])
    places = frame.set_geometry(frame.geometry.representative_point())
    titles = {lang: about.title(lang) for lang in LANGUAGES}
    return {"id": name, "group": about.group, "title": titles, **columnar(places, table_)}


def zones_alone(zones: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return zones as a layer, so that a map that does not draw them knows where they are."""
    named = pd.DataFrame(zones[["id", "name_zh", "name_en"]])
    titles = dict(zip(LANGUAGES, both("document.zone"), strict=True))
    return {"id": "zone", "group": "analysis", "title": titles, **columnar(zones, named)}


def times(layers: Layers) -> dict[str, Any] | None:
    """Return from the first to the last year that features have, and what else each year has.

    None where no feature has one.
    """
    known = {year for layer in layers for year in layer.get("years") or () if year is not None}
    if not known:
        return None
    beside = {
        str(year): {lang: _of_year(year, rows, lang) for lang in LANGUAGES}
        for year, rows in counted_beside().items()
    }
    told = known | {int(year) for year in beside}
    return {
        "from": min(told),
        "to": max(told),
        "beside": beside,
        "least_dated": LEAST_DATED,
    }


def _of_year(year: int, rows: Mapping[str, int], lang: str) -> str:
    """Return what tables have of a year alone, which is on no map."""
    counts = (f"{resource(name).title(lang)} {number(n)}" for name, n in rows.items())
    return say("document.of_year", lang, year=str(year), names=listed(counts, lang))


@per_plan
def _statements() -> dict[str, list[dict[str, Any]]]:
    """Return the claims of the open plan as cards say them, by their subject."""
    rows = table(TABLE).astype("object")
    of: dict[str, list[dict[str, Any]]] = {}
    for row in rows.where(rows.notna(), None).to_dict("records"):
        place = {lang: stated_place(row, lang) for lang in LANGUAGES}
        reason = {lang: said_in(row, "reason", lang) for lang in LANGUAGES}
        claim = {name: row[name] for name in _CLAIM} | {"place": place, "reason": reason}
        of.setdefault(row["subject_id"], []).append(claim)
    return of


def cited(
    name: str, layers: Layers, column: str, wanted: list[str], also: Iterable[str] = ()
) -> dict[str, dict[str, str]]:
    """Return the rows of a table of the atlas that the features name, and others, by id."""
    used = {part for word in values(layers, column) for part in word.split("|")} | set(also)
    rows = table(name)
    texts = rows.loc[rows["id"].isin(used), ["id", *wanted]].fillna("").astype(str)
    return {row["id"]: {key: row[key] for key in wanted} for row in texts.to_dict("records")}


def belongs(layers: Layers) -> dict[str, list[str]]:
    """Return the ids of what each feature belongs to, for features and targets on the map."""
    ids = set(_ids(layers))
    links = table("memberships")
    links = links[links["feature_id"].isin(ids) & links["target_id"].isin(ids)]
    pairs = dict.fromkeys(zip(links["feature_id"], links["target_id"], strict=True))
    of: dict[str, list[str]] = {}
    for key, target in sorted(pairs, key=itemgetter(0)):
        of.setdefault(str(key), []).append(target)
    return of


def values(layers: Layers, column: str) -> set[str]:
    """Return what the features say in a column of texts."""
    return {word for layer in layers for word in _column(layer, column) if word}


def _ids(layers: Layers) -> list[str]:
    return [key for layer in layers for key in _column(layer, "id")]


def _column(layer: Mapping[str, Any], column: str) -> list[str]:
    told: list[str] | dict[str, list[str]] = layer.get("columns", {}).get(column, [])
    return told["values"] if isinstance(told, dict) else told
