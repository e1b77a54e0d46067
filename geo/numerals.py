"""Numbers, lists and plurals in words, the same on maps, in tables, charts, sheets and sentences.

They are those of the locale data of Unicode (CLDR), which Babel holds. Chinese and English write
numbers alike, so that one text serves both. A half is rounded up, as browsers and spreadsheets do
it and Python does not.
"""

from __future__ import annotations

import decimal
import math
from functools import cache, lru_cache
from numbers import Integral, Real
from typing import TYPE_CHECKING, TypeGuard

from babel import Locale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Of maps, texts and files.
LANGUAGES = ("zh", "en")
# What stands for a number that there is none of.
MISSING = "–"
# What stands before a number below zero; files for machines have a hyphen.
MINUS = "\N{MINUS SIGN}"
# The most decimals of any number that is told, of one by itself, and of one to so many digits.
MOST_DECIMALS = 6
_MOST, _SIGNIFICANT = 2, 4
# The most decimals of a column: with a whole part, and without one.
_COLUMN, _COLUMN_BELOW_ONE = 2, 4
# Beyond these, zeros would be longer than the power of ten that says the same.
_PLAIN = (1e-4, 1e15)
# The largest number of a computer has 309 digits, the smallest 340 decimals.
_HALF_UP = decimal.Context(prec=700, rounding=decimal.ROUND_HALF_UP)


def number(value: float, *, digits: int | None = None) -> str:
    """Return a number with thousands separators.

    Parameters
    ----------
    value
        The number.
    digits
        Its decimals. As many as it needs when left out, and at most two, but that what is smaller
        than these can tell keeps two digits: something is not nothing.

    Examples
    --------
    >>> number(1835.6), number(4500.0), number(24.645, digits=2), number(float("nan"))
    ('1,835.6', '4,500', '24.65', '–')
    >>> number(0.004), number(0.0)
    ('0.004', '0')
    """
    if digits is not None:
        return _written(value, digits, digits)
    if abs(value) < 0.5 * 10.0**-_MOST:
        return significant(value, _MOST)
    return _written(value, 0, _MOST)


def significant(value: float, digits: int = _SIGNIFICANT) -> str:
    """Return a number with at most so many significant digits of its fraction.

    Parameters
    ----------
    value
        The number.
    digits
        Significant digits; the whole part keeps all of its own.

    Examples
    --------
    >>> significant(1835.64), significant(0.012345), significant(-0.5), significant(24)
    ('1,836', '0.01235', '−0.5', '24')
    """
    has_size = math.isfinite(value) and value
    size = math.floor(math.log10(abs(value))) if has_size else digits
    return _written(value, 0, min(max(0, digits - 1 - size), MOST_DECIMALS))


def exact(value: float) -> str:
    """Return a number with all its digits.

    Parameters
    ----------
    value
        The number.

    Examples
    --------
    >>> exact(1234567), exact(0.1234567), exact(2e-9), len(exact(10**330))
    ('1,234,567', '0.1234567', '2e-09', 441)
    """
    whole: object = value
    if isinstance(whole, Integral):
        # As long as it is: longer than what a float or a decimal context holds.
        return f"{int(whole):,}".replace("-", MINUS)
    plain = not value or _PLAIN[0] <= abs(value) < _PLAIN[1]
    return _written(value, 0, 340) if plain else str(value)


def interval(low: float, high: float, *, told: Callable[[float], str] = significant) -> str:
    """Return the words for a class of numbers; an infinite bound leaves it open.

    Parameters
    ----------
    low, high
        Its bounds.
    told
        Returns a number in words.

    Examples
    --------
    >>> interval(0.5, 1), interval(5, float("inf")), interval(float("-inf"), 1200), interval(3, 3)
    ('0.5 – 1', '≥ 5', '≤ 1,200', '3')
    """
    if low == -math.inf:
        return f"≤ {told(high)}"
    if high == math.inf:
        return f"≥ {told(low)}"
    return told(low) if low == high else f"{told(low)} – {told(high)}"


def between(low: float, high: float, *, digits: int | None) -> str:
    """Return the ends of an interval, or one number where they are one.

    Examples
    --------
    >>> between(2.04, 3.5, digits=1), between(4, 4, digits=0)
    ('2.0–3.5', '4')
    """
    ends = number(low, digits=digits), number(high, digits=digits)
    return ends[0] if low == high else "–".join(ends)


def decimals(values: Iterable[object]) -> int:
    """Return the decimals that numbers below each other need, so that their points stand so too.

    Examples
    --------
    >>> decimals([1835.6, 24.25, None]), decimals([0.12345, 0.5]), decimals([3.0, 4])
    (2, 4, 0)

    Where all are small, the largest keeps three digits.

    >>> decimals([0.0004441, 0.0000481])
    6
    """
    numbers = [abs(float(value)) for value in values if is_number(value)]
    largest = max(numbers, default=0.0)
    most = _COLUMN
    if 0 < largest < 1:
        of_largest = 2 - math.floor(math.log10(largest))
        most = min(max(_COLUMN_BELOW_ONE, of_largest), MOST_DECIMALS)
    needed = 0
    for value in numbers:
        needed = max(needed, len(_written(value, 0, most).partition(".")[2]))
        if needed == most:  # which no other number goes beyond
            break
    return needed


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a number, and not one that is missing or without end."""
    return isinstance(value, Real) and math.isfinite(float(value))


def spreadsheet_format(digits: int, *, small: float = 0.0) -> str:
    """Return how spreadsheets, and the charts of slides, are told to write numbers.

    Parameters
    ----------
    digits
        Their decimals.
    small
        What is less has all decimals of its own; of numbers that are not below zero.

    Examples
    --------
    >>> spreadsheet_format(0), spreadsheet_format(2)
    ('#,##0;−#,##0', '#,##0.00;−#,##0.00')
    >>> spreadsheet_format(3, small=0.01)
    '[>=0.01]#,##0.000;[>0]#,##0.0#####;General'
    """
    plain = _pattern(digits, digits)
    if small:
        # What is general has powers of ten where it is very small.
        return f"[>={small:g}]{plain};[>0]{_pattern(1, MOST_DECIMALS)};General"
    return f"{plain};{MINUS}{plain}"


def chart_format(digits: int, *, most: bool = False, significant: bool = False) -> str:
    """Return how Vega, which draws the charts of pages, is told to write numbers.

    Parameters
    ----------
    digits
        How many.
    most
        Whether fewer are written where the others would be zeros.
    significant
        Whether they are significant ones, of which the most are meant, and not decimals.

    Examples
    --------
    >>> chart_format(1), chart_format(3, most=True), chart_format(3, significant=True)
    (',.1f', ',.3~f', ',.3~r')
    """
    return f",.{digits}{'~' if most or significant else ''}{'r' if significant else 'f'}"


def listed(names: Iterable[object], lang: str) -> str:
    """Return names as a list in a sentence.

    Between all of them stands the mark that CLDR has for the middle of a list; a word before the
    last one could be taken for a part of its name.

    Parameters
    ----------
    names
        The names.
    lang
        Code of a language, such as ``"zh"``.

    Examples
    --------
    >>> listed(["岳麓", "望城"], "zh"), listed(["a", "b", "c"], "en"), listed([], "en")
    ('岳麓、望城', 'a, b, c', '')
    """
    return _mark(lang).join(map(str, names))


def plural(value: float, lang: str) -> str:
    """Return the form of a noun behind a number, as CLDR calls it.

    Parameters
    ----------
    value
        The number.
    lang
        Code of a language, such as ``"en"``.

    Examples
    --------
    >>> plural(1, "en"), plural(2, "en"), plural(1, "zh")
    ('one', 'other', 'other')
    """
    return str(_locale(lang).plural_form(decimal.Decimal(str(value))))


# A legend has the same numbers page after page.
@lru_cache(maxsize=4096)
def _written(value: float, least: int, most: int) -> str:
    if not math.isfinite(value):
        return MISSING
    # Chinese and English write numbers as Python does, which takes a fifth of Babel's time.
    one = decimal.Decimal(1).scaleb(-most)
    rounded = decimal.Decimal(str(+value)).quantize(one, context=_HALF_UP)
    whole, _, part = f"{rounded:,f}".partition(".")
    part = part.rstrip("0").ljust(least, "0")
    text = f"{whole}.{part}" if part else whole
    # Nothing is below zero that is written as zero.
    return text.lstrip("-") if not text.strip("-0.,") else text.replace("-", MINUS)


@cache
def _pattern(least: int, most: int) -> str:
    return "#,##0" + ("." if most else "") + "0" * least + "#" * (most - least)


@cache
def _locale(lang: str) -> Locale:
    return Locale.parse(lang)


@cache
def _mark(lang: str) -> str:
    return str(_locale(lang).list_patterns["standard"]["middle"].format("", ""))


# Read here and now: who reads a stranger's file may open no other one afterwards.
for _lang in LANGUAGES:
    _mark(_lang)
