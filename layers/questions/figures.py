"""What a slide tells beside a map: sentences, a table and a chart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from geo.numerals import between, listed, number, significant
from layers.look.charts import Chart
from layers.type.tables import Table
from layers.words import bracketed, say, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_BARS, ZONES_FOLLOWING = 14, 2
Z = TypeVar("Z", bound=pd.DataFrame)
ZONE_NAME = "zone_name"
# Of what is less than so many units of the last decimal so many digits are told.
LEAST_TOLD, DIGITS_OF_SMALL = 10, 3
# The decimals of what is found of zones: on maps, in tables, on slides and in sentences alike.
DIGITS = {
    "count": 1,
    "covered_pct": 1,
    "doubly_covered_pct": 1,
    "demand_covered_pct": 1,
    "share_pct": 1,
    "density_per_km2": 3,
    "area_km2": 1,
    "uncovered_km2": 1,
    "weight_share_pct": 1,
    "effective_sectors": 1,
    "per_10k_people": 3,
    "hill_2": 1,
    "krugman_index": 2,
}


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
    like_legend
        Whether its bars are the items of the legend, in the order and the colours of it.
    """

    title: str
    text: tuple[str, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    like_legend: bool = False


def column_title(column: str, lang: str) -> str:
    """Return what a column of a result is called, by its own name where it has no words.

    Examples
    --------
    >>> column_title("area_km2", "en"), column_title("hill_9", "en")
    ('Area km²', 'hill_9')
    """
    key = f"column.{column}"
    return say(key, lang) if key in words() else column


def rounded(zones: Z) -> Z:
    """Return zones with their figures as they are told everywhere.

    Where these decimals tell them not apart, since all are small, the largest keeps three digits.

    Examples
    --------
    >>> rounded(pd.DataFrame({"count": [32.44], "hill_9": [0.123]})).iloc[0].to_dict()
    {'count': 32.4, 'hill_9': 0.123}
    >>> rounded(pd.DataFrame({"density_per_km2": [0.0004404, 0.00031]}))["density_per_km2"].tolist()
    [0.00044, 0.00031]
    """
    told = {name: zones[name] for name in DIGITS if name in zones}
    return zones.assign(
        **{name: each.round(_digits(float(each.abs().max()), name)) for name, each in told.items()}
    )


def _digits(most: float, column: str) -> int:
    """Return the decimals of figures of which the largest is so large."""
    if not 0 < most < LEAST_TOLD * 10.0 ** -DIGITS[column]:
        return DIGITS[column]
    return DIGITS_OF_SMALL - 1 - math.floor(math.log10(most))


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
    rows = tuple(
        (row[name], *(row[column] for column in columns)) for row in zones.to_dict("records")
    )
    top = zones[zones[value] > 0].head(MOST_BARS)
    label = titles.get(value) or column_title(value, lang)
    chart = None
    if len(top):
        values = tuple(float(each) for each in top[value])
        chart = Chart("bar", tuple(top[name]), ((label, values),), title=label)
    return Figures(title, table=Table(header, rows), chart=chart)


def in_words(value: float, column: str) -> str:
    """Return what is found of a zone as it stands everywhere; what is smaller keeps its digits.

    Examples
    --------
    >>> in_words(32.44, "count"), in_words(5.0, "count"), in_words(0.0316, "density_per_km2")
    ('32.4', '5', '0.032')
    >>> in_words(0.00044, "density_per_km2")
    '0.00044'
    """
    if column not in DIGITS:
        return significant(value, DIGITS_OF_SMALL)
    digits = _digits(abs(value), column)
    told = round(float(value), digits)
    if digits > DIGITS[column]:
        return significant(told, DIGITS_OF_SMALL)
    return number(told, digits=0 if told.is_integer() else digits)


def with_ends(row: Mapping[str, float], column: str) -> str:
    """Return what is found of a zone and, with its digits, where it could lie instead.

    Examples
    --------
    >>> with_ends({"count": 3.26, "count_low": 2, "count_high": 5}, "count")
    '3.3 (2.0–5.0)'
    >>> with_ends({"count": 3.0, "count_low": 3.0, "count_high": 3.0}, "count")
    '3'
    """
    value, low, high = (float(row[f"{column}{end}"]) for end in ("", "_low", "_high"))
    if low == high:
        return in_words(value, column)
    return f"{in_words(value, column)} ({between(low, high, digits=_digits(abs(value), column))})"


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
    parts = [
        bracketed(row[f"name_{lang}"], in_words(row[column], column), lang)
        for row in rest.to_dict("records")
    ]
    return [say("told.next", lang, zones=listed(parts, lang))] if parts else []


def plain_table(found: pd.DataFrame | pd.Series, lang: str) -> Table:
    """Return any table, or numbers that have a name each, without shapes."""
    if isinstance(found, pd.Series):
        found = found.rename_axis("measure").rename("value").reset_index()
    hidden = ["geometry", "evidence", "rule", "name_zh" if lang == "en" else "name_en"]
    frame = pd.DataFrame(found.drop(columns=hidden, errors="ignore"))
    header = tuple(column_title(str(column), lang) for column in frame.columns)
    cells = [
        [None if pd.isna(cell) else cell if isinstance(cell, str) else float(cell) for cell in row]
        for row in frame.itertuples(index=False)
    ]
    return Table(header, tuple(map(tuple, cells)))
