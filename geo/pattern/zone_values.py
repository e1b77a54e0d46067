"""Zones that have neighbours, with their values: what the tests of spatial pattern work on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.arguments import brief, has_column, is_number
from geo.crs import measured_in, require_crs, to_metric
from geo.errors import InputError
from geo.pattern.neighbours import adjacency

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from geo.pattern.neighbours import Rule

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Differences that come from rounding alone.
ROUNDING = 1e-9
_FEWEST_ZONES = 30
_NAMED = 3


class Lattice(NamedTuple):
    """The zones that have neighbours.

    Parameters
    ----------
    numbers
        Their values.
    rows
        Their positions among all zones.
    adjacency
        Sparse matrix of binary weights between them.
    counts
        How many neighbours each has.
    islands
        Labels of the zones that have none.
    size
        Number of all zones.
    measured
        In which CRS distances were taken, as `geo.crs.measured_in` states it.
    """

    numbers: Floats
    rows: Ints
    adjacency: Any
    counts: Ints
    islands: list[Hashable]
    size: int
    measured: dict[Hashable, Any]

    def standardised(self) -> Floats:
        """Values less their mean, over their standard deviation."""
        found: Floats = (self.numbers - self.numbers.mean()) / self.numbers.std()
        return found

    def among_all(self, values: NDArray[Any], *, island: object) -> NDArray[Any]:
        """Put what was found for these zones in an array for all, ``island`` where there is none.

        Parameters
        ----------
        values
            One for each of these zones.
        island
            What the others get.
        """
        for_all = np.full(self.size, island, dtype=values.dtype)
        for_all[self.rows] = values
        return for_all


def lattice_of(
    zones: gpd.GeoDataFrame,
    column: str,
    *,
    rule: Rule,
    k: int,
    distance_m: float | None,
    tolerance_m: float,
    function: str,
) -> Lattice:
    """Take the zones that have neighbours, and their values, or say why nothing can be tested.

    Parameters
    ----------
    zones
        Polygons with their columns.
    column
        Name of the column of values.
    rule, k, distance_m, tolerance_m
        As in `geo.neighbour_graph`.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        There are fewer than 30 zones with neighbours, a zone has nearly all others as neighbours,
        or the column is missing, not numeric, not complete or the same everywhere.
    CRSError
        As `geo.to_metric`.
    """
    crs = require_crs(zones, function=function)
    if not isinstance(zones, gpd.GeoDataFrame):
        raise InputError(
            f"{function}: got a {type(zones).__name__} of zones, which has no columns. Pass a "
            "GeoDataFrame.",
            code="caller.argument",
            function=function,
        )
    numbers = _numbers(zones, column, function)
    _require_enough(len(zones), 0, function)
    metric = to_metric(zones, function=function)
    weights = adjacency(
        metric,
        rule=rule,
        k=k,
        distance_m=distance_m,
        tolerance_m=tolerance_m,
        function=function,
    )
    counts = np.asarray(weights.sum(axis=1)).astype(np.int64)
    rows = np.flatnonzero(counts)
    alone = np.flatnonzero(counts == 0)
    n = len(rows)
    _require_enough(n, len(alone), function)
    if alone.size:
        numbers, counts, weights = numbers[rows], counts[rows], weights[rows][:, rows]
    if np.ptp(numbers) <= ROUNDING * np.abs(numbers).max():
        raise InputError(
            f"{function}: the column {column!r} has the same value, {numbers[0]:g}, in all {n} "
            "zones with neighbours, so there is no pattern to test. Take another column, or "
            "larger zones.",
            code="zones.alike",
            column=str(column),
            zones=n,
        )
    if counts.max() > n - 2:
        raise InputError(
            f"{function}: a zone has {counts.max()} of the {n} zones as neighbours, which leaves "
            "nothing to compare it with. Take a smaller k or distance_m.",
            code="zones.all_neighbours",
            neighbours=int(counts.max()),
            zones=n,
        )
    islands, measured = zones.index[alone].tolist(), measured_in(crs, metric.crs)
    return Lattice(numbers, rows, weights, counts, islands, len(zones), measured)


def _require_enough(n: int, alone: int, function: str) -> None:
    if n < _FEWEST_ZONES:
        raise InputError(
            f"{function}: {n} zones with neighbours are too few to tell a pattern from chance"
            f"{f' ({alone} more have none)' if alone else ''}; at least {_FEWEST_ZONES} are "
            "needed. Take smaller zones, such as a grid of hexagons, or a wider area.",
            code="zones.few",
            zones=n,
            least=_FEWEST_ZONES,
        )


def _numbers(zones: gpd.GeoDataFrame, column: str, function: str) -> Floats:
    if not has_column(zones, column):
        names = [str(name) for name in zones.columns if name != zones.geometry.name]
        raise InputError(
            f"{function}: there is no column {brief(column)} of numbers. The columns are "
            f"{', '.join(names) or 'none'}.",
            code="option.column",
            column=str(column),
            columns=names,
        )
    kind = zones[column].dtype
    if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_complex_dtype(kind):
        raise InputError(
            f"{function}: the column {column!r} has the type {zones[column].dtype}. Allowed are "
            "numbers: convert it with pandas.to_numeric.",
            code="values.text_in",
            column=str(column),
        )
    values: Floats = zones[column].to_numpy(dtype=float)
    missing = np.flatnonzero(~np.isfinite(values))
    if missing.size:
        labels = ", ".join(map(str, zones.index[missing[:_NAMED]]))
        raise InputError(
            f"{function}: {missing.size} of {len(values)} values of {column!r} are missing or "
            f"infinite: {labels}{' …' if missing.size > _NAMED else ''}. Leave these zones out, "
            "or fill in what is known, such as .fillna(0) for counts.",
            code="values.missing_in",
            column=str(column),
            rows=missing.size,
        )
    return values


def require_alpha(alpha: float, permutations: int, *, function: str) -> None:
    """Refuse a level of significance that is none, or that so few permutations cannot reach.

    Parameters
    ----------
    alpha
        The argument.
    permutations
        How many random orders there are; the least p-value is 2 / (permutations + 1).
    function
        Name that the message begins with: the function that was called.

    Raises
    ------
    InputError
        It is not between 0 and 1, or below the least p-value.
    """
    if not (is_number(alpha) and 0 < alpha < 1):
        raise InputError(
            f"{function}: alpha is {brief(alpha)}. Allowed is more than 0, less than 1.",
            code="option.between",
            value=brief(alpha),
            least=0,
            most=1,
        )
    least = 2 / (permutations + 1)
    if alpha < least - ROUNDING:
        needed = int(np.ceil(2 / alpha - ROUNDING)) - 1
        raise InputError(
            f"{function}: with {permutations:,} permutations no p-value is below {least:.3g}, so "
            f"that nothing can be significant at {alpha:g}. Take permutations={needed} or more, or "
            "a larger alpha.",
            code="option.alpha",
            alpha=alpha,
            permutations=permutations,
            needed=needed,
        )
