"""What stands beside the overview map: the targets, and who belongs to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import layers
from layers.keeping.answers import kept_answer
from layers.look.symbology import unit_label
from layers.plan.catalogue import table
from layers.words import number

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

TARGET_YEAR = 2026


@dataclass(frozen=True, slots=True)
class Target:
    """One row of box 1 with the baseline that leads to it.

    Parameters
    ----------
    name
        Name in the reader's language.
    baseline, target
        Numbers with their unit, as a reader sees them; the baseline is empty when none is printed.
    quotes
        The document's own words for both.
    flagged
        Whether the documents contradict each other here.
    """

    name: str
    baseline: str
    target: str
    quotes: tuple[str, ...]
    flagged: bool


@kept_answer
def targets(lang: str) -> list[Target]:
    """Return the targets of box 1 in their order, each with its baseline."""
    indicators = table("indicators")
    box = indicators.dropna(subset=["box1_order"]).sort_values("box1_order")
    baselines = indicators[indicators["kind"] == "baseline"].dropna(subset=["pair_id"])
    by_target = {row["pair_id"]: row for row in baselines.to_dict("records")}
    rows = []
    for row in box.to_dict("records"):
        pair = [row] if row["id"] not in by_target else [by_target[row["id"]], row]
        rows.append(
            Target(
                name=row[f"name_{lang}"],
                baseline=_value(pair[0], lang) if pair[0] is not row else "",
                target=_value(row, lang),
                quotes=tuple(item["quote"] for item in pair),
                flagged=any(isinstance(item["flag"], str) for item in pair),
            )
        )
    return rows


def members_of(target_id: str, lang: str) -> list[str]:
    """Return the names of what belongs to a feature, in the plan's order."""
    links = table("memberships")
    links = links[links["target_id"] == target_id].sort_values("order", kind="stable")
    return _names(links["feature_id"], lang)


def belongs_to(feature_id: str, lang: str) -> list[str]:
    """Return the names of what a feature belongs to."""
    links = table("memberships")
    return _names(links.loc[links["feature_id"] == feature_id, "target_id"], lang)


def _value(row: dict[Hashable, Any], lang: str) -> str:
    return f"{number(row['value'])} {unit_label(row['unit'], lang=lang)}".rstrip()


def _names(ids: pd.Series, lang: str) -> list[str]:
    names = layers.names_by_id(lang=lang)
    return list(dict.fromkeys(names[key] for key in ids))
