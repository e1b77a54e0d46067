"""The features of a page's subject: a table of each, and a chart of how many there are by kind."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.look.charts import Chart
from layers.look.symbology import symbology, value_label
from layers.questions.subjects import role_of
from layers.type.tables import Table
from layers.words import capital, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from layers.book.series import Row
    from layers.questions.subjects import Points
    from layers.type.tables import Cell

# A single bar compares nothing.
FEWEST_BARS = 2


def feature_table(features: list[Row], lang: str, *, of_layers: bool = False) -> Table | None:
    """Return features with evidence and accuracy, and kind and layer if they are of several."""
    if not features:
        return None
    names = ("name", *(["kind"] if of_layers else []), "evidence", "accuracy")
    header = tuple(say(f"atlas.column.{name}", lang) for name in names)
    rows = tuple(_row(row, lang, of_layers=of_layers) for row in features)
    return Table(header, rows, numeric=(len(names) - 1,))


def _row(row: Row, lang: str, *, of_layers: bool) -> tuple[Cell, ...]:
    evidence, accuracy = value_label("evidence", row["evidence"], lang=lang), row["accuracy_m"]
    return (
        row[f"name_{lang}"],
        *([_kind(row, lang)] if of_layers else []),
        evidence,
        None if pd.isna(accuracy) else round(accuracy),
    )


def _kind(row: Row, lang: str) -> str:
    """Return of which layer a feature is, and of which kind in it."""
    words, column = say(f"reading.noun.{row['layer']}", lang), role_of(row["layer"]).group
    if isinstance(row.get(column), str):
        words += f" · {value_label(column, row[column], lang=lang)}"
    return capital(words)


def kinds(features: Iterable[Row], column: str) -> list[tuple[str, int]]:
    """Return how many features are of each kind by a column, most first."""
    return Counter(row[column] for row in features if isinstance(row[column], str)).most_common()


def kinds_chart(points: Points, features: Iterable[Row], lang: str) -> Chart | None:
    """Return how many features of a layer are of each kind."""
    column = role_of(points.layer).group
    counts, look = kinds(features, column), symbology()["layers"][points.layer]
    coloured = look.get("classify") == column
    colours = tuple(look["classes"][value]["colour"] for value, _ in counts if coloured)
    labelled = [(value_label(column, value, lang=lang), n) for value, n in counts]
    return bars(capital(say("atlas.chart", lang, noun=points.noun(lang))), labelled, colours)


def bars(
    title: str, counts: Sequence[tuple[Any, int]], colours: tuple[str, ...] = ()
) -> Chart | None:
    """Return numbers by name as bars; None where there is nothing to compare."""
    if len(counts) < FEWEST_BARS:
        return None
    values = tuple(float(n) for _, n in counts)
    names = tuple(str(name) for name, _ in counts)
    return Chart("bar", names, ((title, values),), title=title, colours=colours)
