"""What stands beside the overview map: the targets, and who belongs to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

import layers
from geo.numerals import listed, number
from layers.keeping.answers import kept_answer
from layers.look.symbology import amount_words, layer_styles, value_label
from layers.plan.area import per_plan
from layers.plan.catalogue import table
from layers.words import unit_label

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable


# How a document qualifies a number, as a sign before it.
SIGNS = {"at_least": "≥", "more_than": ">", "at_most": "≤", "about": "≈"}


@dataclass(frozen=True, slots=True)
class Target:
    """One target of the front page with the baseline that leads to it.

    Parameters
    ----------
    name
        Name in the reader's language.
    baseline, target
        Numbers with their unit, as a reader sees them; the baseline is empty when none is printed.
    since, year
        The years of both; None where none is printed.
    quotes
        The document's own words for both.
    flagged
        Whether the documents contradict each other here.
    """

    name: str
    baseline: str
    target: str
    since: int | None
    year: int | None
    quotes: tuple[str, ...]
    flagged: bool


@kept_answer
def targets(lang: str) -> list[Target]:
    """Return the targets of the front page in their order, each with its baseline."""
    indicators = table("indicators")
    front = indicators.dropna(subset=["front_order"]).sort_values("front_order")
    baselines = indicators[indicators["kind"] == "baseline"].dropna(subset=["pair_id"])
    by_target = {row["pair_id"]: row for row in baselines.to_dict("records")}
    rows = []
    for row in front.to_dict("records"):
        baseline = by_target.get(row["id"])
        pair = [each for each in (baseline, row) if each is not None]
        rows.append(
            Target(
                name=row[f"name_{lang}"],
                baseline="" if baseline is None else _value(baseline, lang),
                target=_value(row, lang),
                since=None if baseline is None else _year(baseline),
                year=_year(row),
                quotes=tuple(item["quote"] for item in pair if isinstance(item["quote"], str)),
                flagged=any(isinstance(item["flag"], str) for item in pair),
            )
        )
    return rows


def years(printed: Iterable[int | None]) -> str:
    """Return the years that occur, as one or from the first to the last.

    Examples
    --------
    >>> years([2022, None, 2022]), years([2021, 2024])
    ('2022', '2021–2024')
    """
    known = sorted({year for year in printed if year is not None})
    return "–".join(map(str, dict.fromkeys((known[0], known[-1])))) if known else ""


@dataclass(frozen=True, slots=True)
class Relation:
    """What belongs to a feature, or what it belongs to.

    Parameters
    ----------
    id, name
        Its id, and its name in the reader's language.
    kind, role
        Of which layer it is, and as what it takes part, in the reader's language.
    quote
        The sentence that says so; empty where none does.
    """

    id: str
    name: str
    kind: str
    role: str
    quote: str


def members_of(target_id: str, lang: str) -> list[Relation]:
    """Return what belongs to a feature, in the plan's order, each once."""
    links = table("memberships")
    links = links[links["target_id"] == target_id].sort_values("order", kind="stable")
    return _relations(links, "feature_id", lang)


def belongs_to(feature_id: str, lang: str) -> list[Relation]:
    """Return what a feature belongs to, each once."""
    links = table("memberships")
    return _relations(links[links["feature_id"] == feature_id], "target_id", lang)


def _relations(links: pd.DataFrame, column: str, lang: str) -> list[Relation]:
    names, related = layers.names_by_id(lang=lang), []
    for key in map(str, links[column].unique()):
        rows = links[links[column] == key]
        roles = [value_label("role", role, lang=lang) for role in rows["role"].unique()]
        quotes = rows["quote"].dropna().unique()
        kind = layers.resource(_layers()[key]).title(lang) if key in _layers() else ""
        role = listed(roles, lang)
        related.append(Relation(key, names[key], kind, role, next(iter(quotes), "")))
    return related


@per_plan
def _layers() -> dict[str, str]:
    """Return the layer of each feature, by its id."""
    return {key: name for name in layer_styles() for key in layers.load(name)["id"]}


def _year(row: dict[Hashable, Any]) -> int | None:
    return None if pd.isna(row["year"]) else int(row["year"])


def _value(row: dict[Hashable, Any], lang: str) -> str:
    sign = SIGNS.get(row["qualifier"], "")
    # A name that ends with the unit says it already.
    said = unit_label(row["unit"], lang=lang) in row[f"name_{lang}"]
    amount = number(row["value"]) if said else amount_words(row["value"], row["unit"], lang=lang)
    return f"{sign} {amount}".strip()
