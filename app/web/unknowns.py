"""The panel of what a map does not know: how well places are known, and what that could move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from app.texts import language, text
from app.web.choices import layer_title, value_title
from app.web.tables import figures, interval_words
from geo.numerals import listed, number
from layers.keeping.brought import is_own
from layers.look.told import in_words
from layers.questions.subjects import Points, point_layers
from layers.questions.unknowns import KNOWN, first_of, unknown_places, zone_bounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.questions.subjects import By, Zones
    from layers.questions.unknowns import Unknowns

# More zones than this are no list beside a map.
MOST_ZONES = 8
COLUMNS = ("count", *KNOWN)


def unknowns(
    points: Points, zones: Zones | None = None, *, by: By = "count", first: str | None = None
) -> None:
    """Draw, folded, what is not known of the places of chosen features.

    Parameters
    ----------
    points
        The features.
    zones
        The zones of the page, if it has any.
    by
        What they are ranked by.
    first
        How sure the first zone is; told by counts where it is None.
    """
    known = unknown_places(points)
    with st.expander(text("unknowns.title")):
        kinds = known.kinds.to_dict("records")
        rows = [(_kind(points, each["kind"]), *(each[name] for name in COLUMNS)) for each in kinds]
        total = tuple(known.total(name) for name in COLUMNS)
        rows += [(text("unknowns.total"), *total)] if len(rows) > 1 else []
        _places(text("unknowns.kind"), rows)
        _grades([known])
        if zones is not None and known.placed:
            _zones(zone_bounds(points, zones, by=by), by, first)


def unknowns_of_layers(layers: Sequence[str]) -> None:
    """Draw, folded, what is not known of the places of those layers that can be asked about."""
    names = [name for name in layers if name in point_layers()]
    if not names:
        return
    known = {name: unknown_places(Points(name)) for name in names}
    with st.expander(text("unknowns.title")):
        _places(
            text("column.layer"),
            [
                (layer_title(name), *(each.total(column) for column in COLUMNS))
                for name, each in known.items()
            ],
        )
        _grades(list(known.values()))


def _kind(points: Points, kind: str) -> str:
    if not kind:
        return text("unknowns.unstated")
    return kind if is_own(points.layer) else value_title(points.group, kind)


def _places(title: str, rows: Sequence[tuple[str, *tuple[int, ...]]]) -> None:
    """Draw how many places of each kind, or layer, are known how well."""
    figures(
        [title, *(text(f"unknowns.column.{name}") for name in COLUMNS)],
        [(name, *map(number, counts)) for name, *counts in rows],
        helps=["", *(text(f"unknowns.help.{name}") for name in COLUMNS)],
    )


def _grades(known: Sequence[Unknowns]) -> None:
    """Say by which grade of claim places are known."""
    grades = pd.concat([each.grades for each in known]).groupby("grade", sort=False)["count"].sum()
    said = [
        text("unknowns.grade", n=number(n), grade=_grade(str(grade)))
        for grade, n in grades.items()
        if n
    ]
    if said:
        st.caption(text("unknowns.grades", grades=listed(said, language())))


def _grade(grade: str) -> str:
    return value_title("grade", grade) if grade else text("unknowns.no_grade")


def _zones(bounds: pd.DataFrame, by: By, first: str | None) -> None:
    """Draw how many features each zone could hold at least and at most, and the rank of it."""
    if len(bounds) <= MOST_ZONES:
        rows = [
            (
                row[f"name_{language()}"],
                interval_words(
                    row["count_min"],
                    row["count_max"],
                    digits=0,
                    value=in_words(row["count"], "count"),
                ),
                interval_words(
                    row["rank_min"], row["rank_max"], digits=0, value=number(row["rank"])
                ),
            )
            for row in bounds.to_dict("records")
        ]
        figures([text("column.zone"), text("unknowns.in_zone"), text("column.ranks")], rows)
    if told := first_of(bounds, by, language()) if first is None else first:
        st.caption(told)
    st.caption(text("unknowns.how"))
