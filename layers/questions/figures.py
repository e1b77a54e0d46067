"""What a slide tells beside a map: sentences, a table and a chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from geo.numerals import listed
from layers.look.charts import Chart
from layers.look.told import as_told, below_each_other, in_words, rounded, teller
from layers.questions.cluster_reading import p_words
from layers.type.tables import Table
from layers.words import bracketed, say, words

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

MOST_BARS, ZONES_FOLLOWING = 14, 2
ZONE_NAME = "zone_name"


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands on a slide that follows the map.

    Parameters
    ----------
    title
        Title of the slide.
    text
        Paragraphs, the finding first.
    table, chart
        Its table and its chart.
    notes
        What its speaker notes say beside what the map is.
    """

    title: str
    text: tuple[str, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    notes: tuple[str, ...] = ()


def column_title(column: str, lang: str) -> str:
    """Return what a column of a result is called, by its own name where it has no words.

    Examples
    --------
    >>> column_title("area_km2", "en"), column_title("hill_9", "en")
    ('Area (km²)', 'hill_9')
    """
    key = f"column.{column}"
    return say(key, lang) if key in words() else column


def zone_figures(
    zones: pd.DataFrame,
    value: str,
    *,
    columns: Sequence[str],
    title: str,
    titles: Mapping[str, str],
    lang: str,
) -> Figures:
    """Return zones as a table, and the largest as bars.

    Parameters
    ----------
    zones
        Zones with ``name_zh`` and ``name_en``, in their order.
    value
        Column of the chart.
    columns
        Columns of the table.
    title
        Title of the slide.
    titles
        What columns are called that are not called as everywhere.
    lang
        ``"zh"`` or ``"en"``.
    """
    name, zones = f"name_{lang}", rounded(zones)
    names = [titles.get(column) or column_title(column, lang) for column in columns]
    header = (column_title(ZONE_NAME, lang), *names)
    told = (below_each_other(zones[column], column) for column in columns)
    rows = tuple(zip(zones[name], *told, strict=True))
    numeric = tuple(range(1, len(header)))
    top = zones[zones[value] > 0].head(MOST_BARS)
    label = titles.get(value) or column_title(value, lang)
    chart = None
    if len(top):
        values = tuple(as_told(each, value) for each in top[value])
        chart = Chart("bar", tuple(top[name]), ((label, values),), title=label, column=value)
    return Figures(title, table=Table(header, rows, numeric), chart=chart)


def foremost(zones: pd.DataFrame, column: str, lang: str) -> tuple[str, float]:
    """Return the names of the zones with the highest value, and that value.

    Parameters
    ----------
    zones
        Zones with ``name_zh`` and ``name_en``.
    column
        Column of the value.
    lang
        ``"zh"`` or ``"en"``.

    Examples
    --------
    >>> zones = pd.DataFrame({"name_en": ["A", "B", "C"], "n": [2, 5, 5]})
    >>> foremost(zones, "n", "en")
    ('B, C', 5.0)
    """
    most = float(zones[column].max())
    return listed(zones.loc[zones[column] == most, f"name_{lang}"], lang), most


def following(zones: pd.DataFrame, column: str, lang: str) -> list[str]:
    """Return which zones come after the foremost ones, with their values; nothing where none do."""
    rest = zones[(zones[column] < zones[column].max()) & (zones[column] > 0)]
    rest = rest.sort_values(column, ascending=False).head(ZONES_FOLLOWING)
    told = teller(zones[column], column)
    parts = [
        bracketed(row[f"name_{lang}"], told(row[column]), lang) for row in rest.to_dict("records")
    ]
    return [say("told.next", lang, zones=listed(parts, lang))] if parts else []


def _number_in_words(name: Hashable, value: float) -> str:
    """Return one of a list of numbers as a slide tells it."""
    if str(name).startswith("p_"):
        return p_words(value).removeprefix("= ")
    return in_words(value, str(name))


def plain_table(found: pd.DataFrame | pd.Series, lang: str) -> Table:
    """Return any table, or numbers that have a name each, without shapes."""
    if isinstance(found, pd.Series):
        names = [f"number.{name}" for name in found.index]
        names = [say(name, lang) if name in words() else name.partition(".")[2] for name in names]
        numbers = [_number_in_words(*item) for item in found.items()]
        heads = (column_title("measure", lang), column_title("value", lang))
        return Table(heads, tuple(zip(names, numbers, strict=True)), numeric=(1,))
    hidden = ["geometry", "evidence", "rule", "name_zh" if lang == "en" else "name_en"]
    frame = pd.DataFrame(found.drop(columns=hidden, errors="ignore"))
    header = tuple(column_title(str(column), lang) for column in frame.columns)
    cells = [
        [None if pd.isna(cell) else cell if isinstance(cell, str) else float(cell) for cell in row]
        for row in frame.itertuples(index=False)
    ]
    return Table(header, tuple(map(tuple, cells)))
