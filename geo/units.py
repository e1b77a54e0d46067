"""Units of the columns of results, told by their names: one mapping for all that is handed out.

A column is named for its unit (``area_km2``, ``covered_pct``); what has no ending, such as a count,
is listed here. So a name and the unit that a result states for it cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable

Table = TypeVar("Table", bound="pd.DataFrame | pd.Series")

UNITS = "units"
COUNT, PURE = "count", "1"
# In a unit, what the weights of a question are in.
_AMOUNT = "{amount}"
_PER_10K = "/10,000 people"

# The longer endings first: kilometres end in m, and people per km² in km².
_ENDINGS = {
    "people_per_km2": "people/km²",
    "weight_per_km2": f"{_AMOUNT}/km²",
    "weight_per_10k_people": f"{_AMOUNT}{_PER_10K}",
    "per_10k_people": f"1{_PER_10K}",
    "_per_km2": "1/km²",
    "_100m_cny": "100 million CNY",
    "_10k_m2": "10,000 m²",
    "_km2": "km²",
    "_km": "km",
    "_m": "m",
    "_mu": "mu",
    "_pct": "%",
    "_deg": "degree",
    "_rank": PURE,
}
_NAMED = (
    dict.fromkeys(("count", "zone_count", "zones_with_half", "coincident", "sectors"), COUNT)
    | dict.fromkeys(("weight_sum", "weight_mean", "demand", "demand_covered"), _AMOUNT)
    | dict.fromkeys(("p_value", "p_fdr", "p_corrected", "local_i", "quotient", "rank"), PURE)
    | dict.fromkeys(("gini", "gini_by_area", "hhi", "hhi_normalised", "theil"), PURE)
    | dict.fromkeys(("theil_between", "theil_within", "krugman_index", "evenness"), PURE)
    | dict.fromkeys(("hill_0", "hill_1", "hill_2", "effective_sectors"), PURE)
    | {"population": "people", "lon": "degree, CGCS2000", "lat": "degree, CGCS2000"}
)
# Short names (``n``, ``z``) are not among these: a column of the input may mean something else.
# Endings of what is said of a quantity in its own unit.
_ASPECTS = ("_low", "_median", "_high", "_expected", "_sd", "_corrected", "_min", "_max")


def unit_of(column: Hashable, *, amount: str = "") -> str:
    """Return the unit that the name of a column tells, empty where it tells none.

    Parameters
    ----------
    column
        Name of a column of a result or a layer.
    amount
        What weights are in, for sums of them.

    Examples
    --------
    >>> [unit_of(name) for name in ("area_km2", "density_per_km2_low", "count_sd", "v")]
    ['km²', '1/km²', 'count', '']
    >>> unit_of("weight_per_km2", amount="100 million CNY")
    '100 million CNY/km²'
    """
    if not isinstance(column, str):
        return ""
    name = column
    while name not in _NAMED and name.endswith(_ASPECTS):
        name = name[: name.rindex("_")]
    unit = _NAMED.get(name) or next(
        (unit for ending, unit in _ENDINGS.items() if name.endswith(ending)), ""
    )
    return "" if _AMOUNT in unit and not amount else unit.replace(_AMOUNT, amount)


def stated(table: object) -> dict[Hashable, str]:
    """Return the units that a table states for the columns that it has.

    Parameters
    ----------
    table
        Anything; what is no table, or states none, has none.

    Examples
    --------
    >>> frame = pd.DataFrame({"v": [1]})
    >>> frame.attrs["units"] = {"v": "mu", "gone": "m"}
    >>> stated(frame)
    {'v': 'mu'}
    """
    units = getattr(table, "attrs", {}).get(UNITS)
    columns = getattr(table, "columns", ())
    return {
        column: unit
        for column, unit in (units.items() if isinstance(units, Mapping) else ())
        if column in columns and isinstance(unit, str)
    }


def amount_of(frame: object, weights: object) -> str:
    """Return what weights are in: the unit of their column, its name where none is known.

    Parameters
    ----------
    frame
        Whose column it may be.
    weights
        Name of a column, numbers, which may have one, or None where everything counts once.

    Examples
    --------
    >>> amount_of(None, "investment_100m_cny"), amount_of(None, "v"), amount_of(None, None)
    ('100 million CNY', 'v', 'count')
    """
    if weights is None:
        return COUNT
    name = weights if isinstance(weights, str) else getattr(weights, "name", None)
    if not isinstance(name, str):
        return "weight"
    return unit_of(name) or stated(frame).get(name) or name


def labelled(
    result: Table,
    facts: Mapping[Any, Any] | None = None,
    *,
    amount: str = "",
    columns: Mapping[Any, str] | None = None,
) -> Table:
    """Let a result state its facts and the unit of every column that has one, and nothing else.

    Parameters
    ----------
    result
        Made by the caller, and changed in place. Of the columns that it has of an input it keeps
        what that stated; what else the input said of itself is not true of the result.
    facts
        What the result says of itself.
    amount
        What weights are in.
    columns
        Units of columns whose names tell none.

    Examples
    --------
    >>> table = labelled(pd.DataFrame({"a": [2], "area_km2": [1.0]}), {"n": 1}, columns={"a": "m"})
    >>> table.attrs
    {'n': 1, 'units': {'a': 'm', 'area_km2': 'km²'}}
    """
    own = columns or {}
    if isinstance(result, pd.Series):
        names = [result.name] if unit_of(result.name) else list(result.index)
        old_units: dict[Hashable, str] = {}
    else:
        numbers = [
            pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
            for kind in result.dtypes
        ]
        names = [name for name, is_number in zip(result, numbers, strict=True) if is_number]
        old_units = stated(result)
    new_units = {name: own.get(name) or unit_of(name, amount=amount) for name in names}
    units = {name: unit or old_units.get(name, "") for name, unit in new_units.items()}
    result.attrs = dict(facts or {}) | {UNITS: {name: unit for name, unit in units.items() if unit}}
    return result
