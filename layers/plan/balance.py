"""The balance of areas: what the parts of a plan are known to cover, against what it prints."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.arguments import brief, is_number
from geo.crs import require_crs
from geo.doors import door
from geo.errors import InputError
from geo.geodesic import geodesic_area_km2
from geo.units import labelled
from geo.wording import Words
from layers.plan.area import area
from layers.plan.rules import build
from layers.plan.shapes import CRS

# A place that is known no better than this is not known.
_LARGEST_ACCURACY_M = 1e6


_WORDS = Words(__file__)


@door
def area_balance(
    parts: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    *,
    printed_km2: float | None = None,
) -> pd.DataFrame:
    """Set the known areas of a plan's parts against the area that the plan prints.

    A part has an area when it is made of whole units (its rule says so) or when the source
    prints one. Of all others only the sum is known: what the printed total leaves.

    Parameters
    ----------
    parts
        What the area is made of: ``id``, ``name_zh``, ``part``, ``rule`` and ``area_stated_km2``.
    units
        The administrative units: ``id``, ``accuracy_m`` and their polygons.
    printed_km2
        The printed total, km²; what the plan's ``area.yaml`` says where it is None.

    Returns
    -------
    pandas.DataFrame
        ``id``, ``name_zh``, ``part``, ``basis`` and ``area_km2``: a row for each part with the
        basis ``"district"``, ``"stated"`` or ``"unknown"`` (area missing), then the rows
        ``known`` (their sum), ``printed`` and ``difference`` (printed less known).

    Examples
    --------
    >>> import shapely
    >>> units = gpd.GeoDataFrame(
    ...     {"id": ["district-a"], "accuracy_m": [50.0]},
    ...     geometry=[shapely.box(112.0, 28.0, 112.1, 28.1)], crs=CRS,
    ... )
    >>> parts = gpd.GeoDataFrame({
    ...     "id": ["area-a", "area-b"], "name_zh": ["甲", "乙"], "part": ["direct", "coordinated"],
    ...     "rule": ["district:district-a", None], "area_stated_km2": [None, None],
    ... })
    >>> area_balance(parts, units, printed_km2=150.0)["area_km2"].round(1).tolist()
    [109.0, nan, 109.0, 150.0, 41.0]
    """
    for name, frame, needed in (
        ("parts", parts, ("id", "name_zh", "part", "rule", "area_stated_km2")),
        ("units", units, ("id", "accuracy_m")),
    ):
        columns = getattr(frame, "columns", ())
        lacking = [column for column in needed if list(columns).count(column) != 1]
        if not isinstance(frame, pd.DataFrame) or lacking:
            raise InputError(
                f"area_balance: {name} is a {type(frame).__name__} without the columns "
                f"{', '.join(lacking)}. Pass the layer as layers.load gives it.",
                code="caller.argument",
                function="area_balance",
            )
    if printed_km2 is None:
        printed_km2 = area().printed_km2 or math.nan  # a plan may print none
    elif not is_number(printed_km2):
        raise InputError(
            f"area_balance: printed_km2 is {brief(printed_km2)}. Pass a number of km².",
            code="caller.argument",
            function="area_balance",
        )
    require_crs(units, function="area_balance")
    wrong = [
        value
        for value in units["accuracy_m"]
        if not (pd.api.types.is_scalar(value) and pd.isna(value))
        and not (is_number(value) and 0 <= value <= _LARGEST_ACCURACY_M)
    ]
    if wrong:
        raise InputError(
            f"area_balance: an accuracy_m of the units is {brief(wrong[0])}. Allowed are 0 to "
            f"{_LARGEST_ACCURACY_M:,.0f} m.",
            code="values.accuracy",
            rows=len(wrong),
            most=_LARGEST_ACCURACY_M,
            first=brief(wrong[0]),
        )
    rows = []
    for row in parts.itertuples():
        rule = row.rule if isinstance(row.rule, str) else ""
        basis, area_km2 = "unknown", math.nan
        if rule.startswith("district:"):
            basis = "district"
            shape = gpd.GeoSeries([build(rule, districts=units).geometry], crs=CRS)
            area_km2 = float(geodesic_area_km2(shape).iloc[0])
        elif pd.notna(row.area_stated_km2):
            basis, area_km2 = "stated", float(row.area_stated_km2)
        rows.append((row.id, row.name_zh, row.part, basis, area_km2))
    known_km2 = float(np.nansum([row[-1] for row in rows]))
    rows += [
        (key, _WORDS.both(f"balance.{key}")[0], None, key, sum_km2)
        for key, sum_km2 in (
            ("known", known_km2),
            ("printed", printed_km2),
            ("difference", printed_km2 - known_km2),
        )
    ]
    return labelled(pd.DataFrame(rows, columns=["id", "name_zh", "part", "basis", "area_km2"]))
