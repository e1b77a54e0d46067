"""From which year the features of a plan are there, as its roles say of their columns."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta, timezone
from functools import reduce
from typing import TYPE_CHECKING

import pandas as pd

from layers.plan.area import area, per_plan
from layers.plan.catalogue import load
from layers.plan.schema import resources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Those that a map can be asked for.
FIRST, LAST = date.min.year, date.max.year
# All of China has one time, eight hours before that of Greenwich, by which many servers go.
CHINA = timezone(timedelta(hours=8))
# Where no more than this part of the features has a year, years show next to nothing.
LEAST_DATED = 0.05


def today() -> str:
    """Return the date that it is in China, as ISO 8601 writes it.

    Examples
    --------
    >>> len(today())
    10
    """
    return datetime.now(tz=CHINA).date().isoformat()


def years_of(name: str, frame: pd.DataFrame) -> pd.Series[int] | None:
    """Return from which year each feature is there, nothing where no column tells.

    Parameters
    ----------
    name
        Name of the layer or table.
    frame
        Some of its features.

    Returns
    -------
    pandas.Series or None
        Whole years; None where the layer has no columns of years.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"start_year": [2022, None, None], "end_year": [2024, 2025, None]})
    >>> years_of("projects", frame.astype("Int64")).tolist()
    [2022, 2025, <NA>]
    >>> years_of("cities", frame) is None
    True
    """
    columns = [column for column in area().years.get(name, ()) if column in frame]
    return _first_stated(frame, columns) if columns else None


def _first_stated(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series[int]:
    # Column by column: filling rows of a table is a hundred times slower.
    return reduce(pd.Series.fillna, (frame[name].astype("Int64") for name in columns))


@per_plan
def counted_beside() -> Mapping[int, Mapping[str, int]]:
    """Return what has a year and lies nowhere: by year the number of rows of each table.

    Examples
    --------
    >>> sorted(counted_beside())[0], counted_beside()[2024]
    (2021, {'indicators': 2})
    """
    found: dict[int, dict[str, int]] = {}
    for name, columns in area().years.items():
        if resources()[name].geometry == "table":
            years = _first_stated(load(name), columns).dropna().tolist()
            for year, rows in Counter(years).items():
                found.setdefault(year, {})[name] = rows
    return found
