"""What is found of zones as it is told: on maps, cards, in tables, on slides and in sentences."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from geo.numerals import MOST_DECIMALS, decimals, number, significant, spreadsheet_format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# Less than this part of the largest figure is a speck of a feature that lies elsewhere.
NEXT_TO_NOTHING = 1e-5
Z = TypeVar("Z", bound=pd.DataFrame)
# The decimals of what is found of zones.
DIGITS = {
    "count": 1,
    "covered_pct": 1,
    "doubly_covered_pct": 1,
    "demand_covered_pct": 1,
    "share_pct": 1,
    "density_per_km2": 3,
    "ahead_pct": 1,
    "of_all_zones_pct": 1,
    "area_km2": 1,
    "uncovered_km2": 1,
    "weight_sum": 1,
    "weight_share_pct": 1,
    "effective_sectors": 1,
    "expected": 1,
    "per_10k_people": 3,
    "hill_0": 1,
    "hill_2": 1,
    "krugman_index": 2,
    "quotient": 1,
    "sectors": 1,
}
# What these decimals would leave with one digit or none is told with two, as the smallest figure is
# that they tell with two: below each other, none has more digits than a larger one. Of a column
# that is not listed so many digits are told.
LEAST_TOLD, DIGITS_OF_SMALL, DIGITS_OF_OTHERS = 10, 2, 4


def without_specks(values: pd.Series[float]) -> pd.Series[float]:
    """Return figures of zones with nothing in place of next to nothing, as a rim of an area gives.

    Examples
    --------
    >>> without_specks(pd.Series([3000.0, 4e-6, -4.5, 1.0])).tolist()
    [3000.0, 0.0, -4.5, 1.0]
    """
    small = values.abs() < NEXT_TO_NOTHING * values.abs().max()
    return values.mask(small & (values % 1 != 0), 0.0)


def decimals_of(value: float, column: str) -> int:
    """Return the decimals that a figure of a column is told with.

    Examples
    --------
    >>> decimals_of(0.0316, "density_per_km2"), decimals_of(0.00627, "density_per_km2")
    (3, 4)
    """
    size = math.floor(math.log10(abs(value))) if math.isfinite(value) and value else 0
    if column not in DIGITS:
        digits = max(0, DIGITS_OF_OTHERS - 1 - size)
    elif 0 < abs(value) < LEAST_TOLD * 10.0 ** -DIGITS[column]:
        digits = DIGITS_OF_SMALL - 1 - size
    else:
        digits = DIGITS[column]
    return min(digits, MOST_DECIMALS)


def as_told(value: float, column: str) -> float:
    """Return a figure rounded to what is told of it.

    Examples
    --------
    >>> as_told(0.10771, "density_per_km2"), as_told(32.44, "count"), as_told(2.31456, "z")
    (0.108, 32.4, 2.315)
    """
    return round(float(value), decimals_of(value, column))


def in_words(value: float, column: str, *, parted: bool = False) -> str:
    """Return what is found of a zone as it stands everywhere; what is smaller keeps its digits.

    Parameters
    ----------
    value, column
        The figure, and its column.
    parted
        Whether a whole figure above zero has decimals, as others beside it have.

    Examples
    --------
    >>> in_words(32.44, "count"), in_words(5.0, "count"), in_words(0.0316, "density_per_km2")
    ('32.4', '5', '0.032')
    >>> in_words(0.00384, "density_per_km2"), in_words(float("nan"), "count")
    ('0.0038', '–')
    """
    told, digits = as_told(value, column), decimals_of(value, column)
    if digits > DIGITS.get(column, 0):
        return significant(told, DIGITS_OF_SMALL if column in DIGITS else DIGITS_OF_OTHERS)
    whole = told.is_integer() and not (parted and told)
    return number(told, digits=0 if whole else digits)


def parts_of(values: Iterable[float], column: str) -> bool:
    """Whether any figure of a column is told with decimals, so that all of them are.

    Examples
    --------
    >>> parts_of([32.44, 11.0], "count"), parts_of([32.0, 11.0], "count")
    (True, False)
    """
    if column not in DIGITS:
        return False
    return any(not as_told(each, column).is_integer() for each in values if math.isfinite(each))


def teller(values: Iterable[float], column: str) -> Callable[[float], str]:
    """Return what writes figures of a column that are seen together: with the same decimals.

    Examples
    --------
    >>> teller([32.44, 11.0], "count")(11.0), teller([32.0, 11.0], "count")(11.0)
    ('11.0', '11')
    """
    return partial(in_words, column=column, parted=parts_of(values, column))


def below_each_other(values: Iterable[float], column: str) -> list[str]:
    """Return figures of a column in words, with the same decimals; nothing at all has none.

    Examples
    --------
    >>> below_each_other([32.44, 11.0, 0.0], "count"), below_each_other([32.0, 11.0], "count")
    (['32.4', '11.0', '0'], ['32', '11'])
    """
    figures = [float(each) for each in values]
    return [*map(teller(figures, column), figures)]


def chart_numbers(values: Iterable[float], column: str) -> str:
    """Return how a chart of a slide is told to write figures as they are told in words.

    Parameters
    ----------
    values, column
        The figures, and their column; empty where they are of none.

    Examples
    --------
    >>> chart_numbers([0.032], "density_per_km2")
    '[>=0.01]#,##0.000;[>0]#,##0.0#####;General'
    >>> chart_numbers([11.0, 3.0], "count"), chart_numbers([2.315], "z")
    ('#,##0;−#,##0', '[>=1000]#,##0;General')
    >>> chart_numbers([0.25, 1.5], "")
    '#,##0.00;−#,##0.00'
    """
    if not column:
        return spreadsheet_format(decimals(values))
    if column not in DIGITS:
        return f"[>={10 ** (DIGITS_OF_OTHERS - 1)}]#,##0;General"
    if not parts_of(values, column):
        return spreadsheet_format(0)
    return spreadsheet_format(DIGITS[column], small=LEAST_TOLD * 10.0 ** -DIGITS[column])


def at_its_digits(
    figures: Iterable[float], column: str, *, parted: bool = False
) -> tuple[str, str, str]:
    """Return a figure and both ends of its interval in words, with the same decimals.

    Parameters
    ----------
    figures
        The figure, and where it could lie instead, the low end first.
    column
        Its column.
    parted
        Whether the figure has decimals though it is whole, as others beside it have.

    Examples
    --------
    >>> at_its_digits((3.26, 2, 5), "count"), at_its_digits((3, 2, 5), "count")
    (('3.3', '2.0', '5.0'), ('3', '2', '5'))
    >>> at_its_digits((65.81, 56.38, 76.01), "covered_pct"), at_its_digits((0.057, 0, 1), "count")
    (('65.8', '56.4', '76.0'), ('0.057', '0.0', '1.0'))
    """
    value, low, high = every = tuple(map(float, figures))
    parted = parted or parts_of(every, column)
    told, *_ = written = [in_words(each, column, parted=parted) for each in every]
    # What is larger has no more decimals than what is smaller, and needs none of them.
    of = written if column not in DIGITS else [in_words(max(every), column, parted=parted)]
    digits = max(len(each.partition(".")[2]) for each in of)
    if value and len(told.partition(".")[2]) < digits:
        told = number(value, digits=digits)
    return told, number(low, digits=digits), number(high, digits=digits)


def ends_in_words(row: Mapping[Any, Any], column: str, *, parted: bool = False) -> str:
    """Return where what is found of a zone could lie, with the decimals of the largest of them.

    Examples
    --------
    >>> ends_in_words({"count": 3.26, "count_low": 2, "count_high": 5}, "count")
    '2.0–5.0'
    >>> row = {"density_per_km2": 0.003841, "density_per_km2_low": 0.0022}
    >>> ends_in_words(row | {"density_per_km2_high": 0.00659}, "density_per_km2")
    '0.0022–0.0066'
    """
    three = [row[f"{column}{end}"] for end in ("", "_low", "_high")]
    _, low, high = at_its_digits(three, column, parted=parted)
    return low if three[1] == three[2] else f"{low}–{high}"


def with_ends(row: Mapping[Any, Any], column: str, *, parted: bool = False) -> str:
    """Return what is found of a zone and, with its digits, where it could lie instead.

    Examples
    --------
    >>> with_ends({"count": 3.26, "count_low": 2, "count_high": 5}, "count")
    '3.3 (2.0–5.0)'
    >>> with_ends({"count": 3.0, "count_low": 3.0, "count_high": 3.0}, "count")
    '3'
    """
    three = [row[f"{column}{end}"] for end in ("", "_low", "_high")]
    told, low, high = at_its_digits(three, column, parted=parted)
    return told if three[1] == three[2] else f"{told} ({low}–{high})"


def rounded(zones: Z) -> Z:
    """Return zones with their figures as they are told.

    Examples
    --------
    >>> rounded(pd.DataFrame({"count": [32.44], "hill_9": [0.123]})).iloc[0].to_dict()
    {'count': 32.4, 'hill_9': 0.123}
    >>> rounded(pd.DataFrame({"density_per_km2": [0.10771, 0.006271]}))["density_per_km2"].tolist()
    [0.108, 0.0063]
    """
    columns = [name for name in DIGITS if name in zones]
    return zones.assign(
        **{
            name: [as_told(value, name) for value in without_specks(zones[name])]
            for name in columns
        }
    )
